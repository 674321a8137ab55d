//! Latin hypercubes (McKay, Beckman and Conover 1979) whose points keep apart from each other (Morris and Mitchell 1995).

use super::draw::Draws;

/// Bounds the work of improving a hypercube: exchanges tried times points times factors and a constant.
const WORK: usize = 100_000_000;

/// A Latin hypercube by point, then factor: each of `points` equal parts of each factor's interval holds one point, at
/// random within it.
///
/// It starts from random permutations. Then two points at random exchange their parts in one factor at random, and do
/// so for good if the sum of d⁻²⁰ over all pairs of points falls, d being the distance between the middles of their
/// cells: this is φ_p of Morris and Mitchell with p = 20, which is all but the least distance. A thousand exchanges are
/// tried for each point, but no more than 10⁸ / (points · (factors + 10)) in all, so a hypercube of some 100 points is
/// improved as far as single exchanges go, one of 10,000 hardly, and one of a million not at all.
pub(in crate::experiment) fn latin(points: u32, factors: usize, seed: u64) -> Vec<f64> {
    let mut draws = Draws::new("lhs", seed);
    let mut cells = random_cells(points as usize, factors, &mut draws);
    improve(&mut cells, points as usize, factors, &mut draws);
    // 24 bits within a cell and 27 for its number fit a double, so that no point is moved out of its cell.
    let mut within = || (draws.bits() >> 40) as f64 / f64::from(1 << 24);
    cells.into_iter().map(|cell| (cell + within()) / f64::from(points)).collect()
}

/// Numbers of the cells, by point, then factor.
fn random_cells(points: usize, factors: usize, draws: &mut Draws) -> Vec<f64> {
    let mut cells = vec![0.0; points * factors];
    let mut column: Vec<usize> = (0..points).collect();
    for factor in 0..factors {
        draws.shuffle(&mut column);
        for (point, &cell) in column.iter().enumerate() {
            cells[point * factors + factor] = cell as f64;
        }
    }
    cells
}

fn improve(cells: &mut [f64], points: usize, factors: usize, draws: &mut Draws) {
    if points < 3 || factors < 2 {
        return;
    }
    for _ in 0..(WORK / (points * (factors + 10))).min(1000 * points) {
        let (a, b, factor) = (draws.below(points), draws.below(points), draws.below(factors));
        if a != b && change(cells, factors, (a, b), factor) < 0.0 {
            cells.swap(a * factors + factor, b * factors + factor);
        }
    }
}

/// What an exchange of two points' cells in a factor does to the sum of d⁻²⁰. Their own distance stays.
fn change(cells: &[f64], factors: usize, (a, b): (usize, usize), factor: usize) -> f64 {
    let row = |point: usize| &cells[point * factors..(point + 1) * factors];
    let (row_a, row_b) = (row(a), row(b));
    let mut change = 0.0;
    for (point, other) in cells.chunks_exact(factors).enumerate() {
        if point == a || point == b {
            continue;
        }
        let (from_a, from_b) = (square(row_a, other), square(row_b, other));
        let (in_a, in_b) = (row_a[factor] - other[factor], row_b[factor] - other[factor]);
        let moved = in_b * in_b - in_a * in_a;
        change += repulsion(from_a + moved) + repulsion(from_b - moved) - repulsion(from_a) - repulsion(from_b);
    }
    change
}

/// Square of the distance, in cells.
fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// d⁻²⁰ from d².
fn repulsion(square: f64) -> f64 {
    let one = 1.0 / square;
    let two = one * one;
    let four = two * two;
    four * four * two
}

#[cfg(test)]
mod tests {
    use super::*;

    fn least_distance(cells: &[f64], factors: usize) -> f64 {
        let rows: Vec<_> = cells.chunks(factors).collect();
        let pairs = (0..rows.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        pairs.map(|(a, b)| square(rows[a], rows[b])).fold(f64::INFINITY, f64::min).sqrt()
    }

    #[test]
    fn each_part_of_each_factor_holds_one_point() {
        for (points, factors) in [(1, 3), (2, 2), (7, 1), (100, 6), (3000, 2)] {
            let sample = latin(points, factors, 4);
            for factor in 0..factors {
                let column = sample.iter().skip(factor).step_by(factors);
                let mut parts: Vec<_> = column.map(|x| (x * f64::from(points)) as u32).collect();
                parts.sort_unstable();
                assert_eq!(parts, (0..points).collect::<Vec<_>>(), "{points} points, factor {factor}");
            }
        }
    }

    #[test]
    fn points_keep_apart_farther_than_in_a_random_hypercube() {
        for (points, factors) in [(20, 2), (50, 5), (200, 8)] {
            let random = |seed| least_distance(&random_cells(points, factors, &mut Draws::new("test", seed)), factors);
            let best = (0..100).map(random).fold(0.0, f64::max);
            let sample = latin(points as u32, factors, 1);
            let middles: Vec<_> = sample.iter().map(|x| (x * points as f64).floor()).collect();
            let improved = least_distance(&middles, factors);
            assert!(improved > 1.1 * best, "{improved} against the best of 100, {best}");
        }
    }

    #[test]
    fn points_are_spread_within_their_cells() {
        let sample = latin(1000, 2, 3);
        let within: Vec<f64> = sample.iter().map(|x| (x * 1000.0).fract()).collect();
        let mean = within.iter().sum::<f64>() / 2000.0;
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
        assert_eq!(sample, latin(1000, 2, 3));
        assert_ne!(sample, latin(1000, 2, 4));
    }
}
