//! Saltelli's sample for Sobol indices (Saltelli 2002), in the layout of SALib.

use super::sobol::sobol;

/// Points by base point, then A, AB_1 … AB_d, BA_1 … BA_d (for second-order indices) and B. A and B are the first and
/// the last half of the columns of a Sobol sequence; AB_i is A with column i of B, BA_i is B with column i of A.
pub(super) fn saltelli(points: u32, second_order: bool, factors: usize, scramble: Option<u64>) -> Vec<f64> {
    let base = sobol(points, 2 * factors, scramble);
    let rows = if second_order { 2 * factors + 2 } else { factors + 2 };
    let mut coordinates = Vec::with_capacity(points as usize * rows * factors);
    for row in base.chunks_exact((2 * factors).max(1)) {
        let (a, b) = row.split_at(factors);
        coordinates.extend_from_slice(a);
        cross(a, b, &mut coordinates);
        if second_order {
            cross(b, a, &mut coordinates);
        }
        coordinates.extend_from_slice(b);
    }
    coordinates
}

/// Adds the point `of` once for each factor, with that factor's coordinate taken from `with`.
fn cross(of: &[f64], with: &[f64], coordinates: &mut Vec<f64>) {
    for place in 0..of.len() {
        coordinates.extend_from_slice(&of[..place]);
        coordinates.push(with[place]);
        coordinates.extend_from_slice(&of[place + 1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_sample_is_that_of_salib() {
        let mut expected = std::collections::BTreeMap::<_, Vec<f64>>::new();
        for row in csv::Reader::from_path("tests/data/saltelli.csv").unwrap().records().map(Result::unwrap) {
            let key: (usize, u32, bool) = (row[0].parse().unwrap(), row[1].parse().unwrap(), row[2].parse().unwrap());
            let cells = row.iter().skip(3).filter(|cell| !cell.is_empty()).map(|cell| cell.parse::<f64>().unwrap());
            expected.entry(key).or_default().extend(cells);
        }
        assert_eq!(expected.len(), 3);
        for ((factors, points, second_order), expected) in expected {
            assert_eq!(saltelli(points, second_order, factors, None), expected, "{factors} factors");
        }
    }

    #[test]
    fn a_scrambled_sample_crosses_the_scrambled_sequence() {
        let (d, base, sample) = (2, sobol(4, 4, Some(5)), saltelli(4, false, 2, Some(5)));
        for (row, block) in base.chunks(2 * d).zip(sample.chunks((d + 2) * d)) {
            let [a1, a2, b1, b2] = row else { panic!() };
            assert_eq!(block, [*a1, *a2, *b1, *a2, *a1, *b2, *b1, *b2]);
        }
    }
}
