//! The Sobol sequence with the direction numbers of Joe and Kuo (2008), plain or with Owen's scrambling.

use super::draw::Draws;

/// The direction numbers, by line: dimension, degree and coefficients of a primitive polynomial, initial numbers.
const TABLE: &str = include_str!("joe-kuo.txt");
/// The most dimensions that the table has.
pub(super) const MAX_DIMENSIONS: usize = 1024;
/// Bits of a coordinate.
const BITS: usize = 32;

/// The first `points` points in so many dimensions, at most [`MAX_DIMENSIONS`], by point, then dimension. They are in
/// the order of the Gray code, as in Antonov and Saleev (1979) and in scipy; the plain sequence starts at the origin.
/// With a seed each dimension is scrambled by itself; a scrambled sequence is still a (t, s)-sequence.
pub(super) fn sobol(points: u32, dimensions: usize, scramble: Option<u64>) -> Vec<f64> {
    let directions = directions(dimensions);
    let keys: Option<Vec<u64>> = scramble.map(|seed| {
        let mut draws = Draws::new("sobol", seed);
        directions.iter().map(|_| draws.bits()).collect()
    });
    let mut state = vec![0_u32; directions.len()];
    let mut coordinates = Vec::with_capacity(points as usize * directions.len());
    for index in 0..points {
        if let Some(before) = index.checked_sub(1) {
            let bit = before.trailing_ones() as usize;
            state.iter_mut().zip(&directions).for_each(|(bits, directions)| *bits ^= directions[bit]);
        }
        match &keys {
            None => coordinates.extend(state.iter().map(|&bits| unit(bits))),
            Some(keys) => coordinates.extend(state.iter().zip(keys).map(|(&bits, &key)| unit(scrambled(bits, key)))),
        }
    }
    coordinates
}

/// Bits after the binary point as a number in [0, 1).
fn unit(bits: u32) -> f64 {
    f64::from(bits) / (1_u64 << BITS) as f64
}

/// Nested uniform scrambling (Owen 1995) of all 32 bits: whether a bit is flipped is a random function of the bits
/// before it, here a hash of them and the key.
fn scrambled(bits: u32, key: u64) -> u32 {
    (0..BITS).fold(0, |flips, place| {
        // The bits before this one, with a one in front that tells how many they are.
        let node = (1_u64 << place) | (u64::from(bits) >> (BITS - place));
        let flip = mixed(key ^ mixed(node)) >> 63;
        flips | (flip as u32) << (BITS - 1 - place)
    }) ^ bits
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// Direction numbers by dimension and bit, as bits after the binary point.
fn directions(dimensions: usize) -> Vec<[u32; BITS]> {
    let first: [u32; BITS] = std::array::from_fn(|bit| 1 << (BITS - 1 - bit));
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    let rest = rows.filter_map(|line| line.split(' ').map(|number| number.parse().ok()).collect::<Option<Vec<u32>>>());
    std::iter::once(first).chain(rest.map(|row| direction(&row))).take(dimensions).collect()
}

/// The recurrence of Bratley and Fox (1988) over the row `d s a m_1 … m_s`.
fn direction(row: &[u32]) -> [u32; BITS] {
    let mut numbers = [0; BITS];
    let [_, degree, inner, initial @ ..] = row else { return numbers };
    let degree = *degree as usize;
    for (bit, (number, initial)) in numbers.iter_mut().zip(initial).enumerate() {
        *number = initial << (BITS - 1 - bit);
    }
    for bit in degree..BITS {
        let mut number = numbers[bit - degree] ^ (numbers[bit - degree] >> degree);
        for back in 1..degree {
            if inner >> (degree - 1 - back) & 1 == 1 {
                number ^= numbers[bit - back];
            }
        }
        numbers[bit] = number;
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{experiment::design::draw::random, maths::exp};

    /// Coordinates of one point of the plain sequence, without those before it.
    fn point(index: u32, directions: &[[u32; BITS]]) -> Vec<f64> {
        let gray = index ^ (index >> 1);
        let bits = |numbers: &[u32; BITS]| {
            (0..BITS).filter(|bit| gray >> bit & 1 == 1).fold(0, |bits, bit| bits ^ numbers[bit])
        };
        directions.iter().map(|numbers| unit(bits(numbers))).collect()
    }

    #[test]
    fn the_plain_sequence_is_that_of_scipy() {
        let directions = directions(MAX_DIMENSIONS);
        assert_eq!(directions.len(), MAX_DIMENSIONS);
        let first = sobol(2000, MAX_DIMENSIONS, None);
        let mut reader = csv::Reader::from_path("tests/data/sobol.csv").unwrap();
        let dimensions: Vec<usize> = reader.headers().unwrap().iter().skip(1).map(|d| d.parse().unwrap()).collect();
        let mut rows = 0;
        for row in reader.records().map(Result::unwrap) {
            let index: u32 = row[0].parse().unwrap();
            let point = point(index, &directions);
            for (cell, &dimension) in row.iter().skip(1).zip(&dimensions) {
                let expected = cell.parse::<f64>().unwrap() / f64::from(1 << 30);
                assert_eq!(point[dimension - 1], expected, "point {index}, dimension {dimension}");
                if index < 2000 {
                    assert_eq!(first[index as usize * MAX_DIMENSIONS + dimension - 1], expected);
                }
            }
            rows += 1;
        }
        assert_eq!(rows, 63);
    }

    #[test]
    fn every_dimension_is_a_net_plain_and_scrambled() {
        for scramble in [None, Some(1), Some(2)] {
            let points = sobol(256, MAX_DIMENSIONS, scramble);
            for dimension in 0..MAX_DIMENSIONS {
                for k in [1, 4, 8] {
                    let mut counts = vec![0; 1 << k];
                    for point in points.chunks(MAX_DIMENSIONS) {
                        counts[(point[dimension] * f64::from(1 << k)) as usize] += 1;
                    }
                    assert!(counts.iter().all(|&count| count == 256 >> k), "{scramble:?} {dimension} {k}");
                }
            }
        }
    }

    #[test]
    fn scrambling_keeps_boxes_of_two_dimensions_even() {
        // The first two dimensions are a (0, m, 2)-net: each box of area 1/64 holds one of 64 points.
        let points = sobol(64, 2, Some(7));
        for k in 0..=6 {
            let mut counts = vec![0; 64];
            for point in points.chunks(2) {
                let (x, y) = (point[0] * f64::from(1 << k), point[1] * f64::from(1 << (6 - k)));
                counts[(x as usize) << (6 - k) | y as usize] += 1;
            }
            assert!(counts.iter().all(|&count| count == 1), "boxes of 2^-{k}: {counts:?}");
        }
    }

    #[test]
    fn scrambled_points_are_uniform_and_independent_between_dimensions() {
        // Over seeds, the origin goes anywhere with the same chance, in each dimension by itself.
        let seeds = 4000;
        let points: Vec<_> = (0..seeds).map(|seed| sobol(1, 2, Some(seed))).collect();
        let mut counts = [0; 16];
        points.iter().for_each(|point| counts[(point[0] * 4.0) as usize * 4 + (point[1] * 4.0) as usize] += 1);
        assert!(counts.iter().all(|count| (190..310).contains(count)), "{counts:?}");
    }

    #[test]
    fn scrambled_points_integrate_better_than_random_ones() {
        let d = 5;
        // The integral of Π e^(x − ½) over the unit cube is (2 sinh ½)^d.
        let truth = (0..d).fold(1.0, |product, _| product * (exp(0.5) - exp(-0.5)));
        let mean = |points: &[f64]| {
            let values = points.chunks(d).map(|point| exp(point.iter().map(|x| x - 0.5).sum()));
            values.sum::<f64>() / (points.len() / d) as f64
        };
        let error = |points: &dyn Fn(u64) -> Vec<f64>| {
            let square = |seed| (mean(&points(seed)) - truth) * (mean(&points(seed)) - truth);
            ((0..20).map(square).sum::<f64>() / 20.0).sqrt()
        };
        let scrambled = error(&|seed| sobol(512, d, Some(seed)));
        let plain = error(&|seed| random(512, d, seed));
        assert!(scrambled < plain / 10.0, "{scrambled} against {plain}");
    }

    #[test]
    fn more_points_keep_those_that_were_there() {
        for scramble in [None, Some(3)] {
            assert_eq!(sobol(100, 7, scramble)[..], sobol(300, 7, scramble)[..700]);
        }
        assert_ne!(sobol(4, 3, Some(1)), sobol(4, 3, Some(2)));
    }
}
