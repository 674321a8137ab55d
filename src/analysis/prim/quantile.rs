//! Where a share of the cases is cut off.

/// Sorts values with their weights, for [`cut`].
pub(super) fn sorted(mut pairs: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    pairs
}

/// A value between two cases, below which a share of the weight lies: halfway between the neighbours. Where these are equal, the
/// cut moves to the next case that differs: outwards from the share that is kept. It is that of the EMA Workbench, for weights
/// of any size. `None` without cases.
pub(super) fn cut(sorted: &[(f64, f64)], share: f64) -> Option<f64> {
    let (last, before) = sorted.split_last()?;
    // Each case stands where the weight of those before it ends.
    let target = before.iter().map(|(_, weight)| weight).sum::<f64>() * share;
    let (mut lower, mut higher, mut at) = (0, before.len(), 0.0);
    for (place, (_, weight)) in before.iter().chain([last]).enumerate() {
        if at <= target {
            lower = place;
        }
        if at >= target {
            higher = place;
            break;
        }
        at += weight;
    }
    let value = |place: usize| sorted[place].0;
    if share > 0.5 {
        while value(lower) == value(higher) && lower > 0 {
            lower -= 1;
        }
    } else {
        while value(lower) == value(higher) && higher < sorted.len() - 1 {
            higher += 1;
        }
    }
    Some((value(lower) + value(higher)) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Vec<(f64, f64)> {
        sorted(values.iter().map(|value| (*value, 1.0)).collect())
    }

    #[test]
    fn a_cut_lies_halfway_between_neighbours_that_differ() {
        let values: Vec<f64> = (0..=40).map(f64::from).collect();
        assert_eq!(cut(&of(&values), 0.05), Some(2.5));
        assert_eq!(cut(&of(&values[..40]), 0.05), Some(1.5));
        assert_eq!(cut(&of(&[1.0, 1.0, 1.0, 2.0, 3.0]), 0.05), Some(1.5));
        assert_eq!(cut(&of(&[1.0, 2.0, 3.0, 3.0, 3.0]), 0.95), Some(2.5));
        assert_eq!(cut(&of(&[4.0, 4.0]), 0.95), Some(4.0));
        assert_eq!(cut(&[], 0.5), None);
    }

    #[test]
    fn a_case_of_weight_two_counts_as_two() {
        let twice: Vec<f64> = (0..60).flat_map(|at| [f64::from(at); 2]).collect();
        let weighted: Vec<(f64, f64)> = (0..60).map(|at| (f64::from(at), 2.0)).collect();
        for share in [0.05, 0.1, 0.9, 0.95] {
            let (one, other) = (cut(&of(&twice), share).unwrap(), cut(&weighted, share).unwrap());
            assert!((one - other).abs() <= 1.0, "{share}: {one} {other}");
        }
    }
}
