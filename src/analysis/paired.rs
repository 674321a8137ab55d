//! How far outcomes of two scenarios differ when their runs are paired by noise: common random numbers. What is luck in
//! both falls out of the differences, so that fewer runs show as much as more runs that are not paired.

use super::precision::{Mean, Outcomes};
use crate::output::dictionary::DifferenceRow;
use std::collections::BTreeMap;

/// How the second of two paired scenarios differs from the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Mean of the first scenario over the pairs.
    pub first: f64,
    /// Mean of the second.
    pub second: f64,
    /// The differences, second less first.
    pub difference: Mean,
    /// Share of pairs in which the second is larger.
    pub larger_share: f64,
    /// (s₁² + s₂²) / s_d²: how many times more runs it would take without pairing for the same standard error. `None` for
    /// a single pair, and if all differences are equal.
    pub variance_reduction: Option<f64>,
}

impl Difference {
    /// The difference over these pairs of (first, second); `None` without any.
    pub fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let (first, second): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let differences: Vec<f64> = pairs.iter().map(|(first, second)| second - first).collect();
        let larger = differences.iter().filter(|difference| **difference > 0.0).count();
        let (first, second, mut difference) = (Mean::of(&first)?, Mean::of(&second)?, Mean::of(&differences)?);
        // The difference of two large numbers is no more exact than they are.
        let size = pairs.iter().fold(0.0, |size: f64, (first, second)| size.max(first.abs()).max(second.abs()));
        difference.sd = difference.sd.map(|sd| if sd <= 4.0 * f64::EPSILON * size { 0.0 } else { sd });
        let reduction = || {
            let (of_first, of_second, of_difference) = (first.sd?, second.sd?, difference.sd?);
            let reduction = (of_first * of_first + of_second * of_second) / (of_difference * of_difference);
            reduction.is_finite().then_some(reduction)
        };
        Some(Self {
            first: first.mean,
            second: second.mean,
            difference,
            larger_share: larger as f64 / pairs.len() as f64,
            variance_reduction: reduction(),
        })
    }
}

/// The lines of `differences.csv` for one scenario against another, in the order of `names`: runs of the same design point
/// and replicate are a pair. Pairs in which a run failed or lacks the outcome are left out, and an outcome without any has
/// no line.
pub fn differences(
    (scenario, outcomes): (&str, &Outcomes),
    (against, base): (&str, &Outcomes),
    names: &[&'static str],
) -> Vec<DifferenceRow> {
    let places: BTreeMap<_, usize> = base.runs.iter().enumerate().map(|(place, run)| (*run, place)).collect();
    let partners: Vec<Option<usize>> = outcomes.runs.iter().map(|run| places.get(run).copied()).collect();
    let row = |name: &&'static str| {
        let (first, second) = (base.values.get(name)?, outcomes.values.get(name)?);
        let pairs = second.iter().zip(&partners).map(|(second, partner)| Some((*first.get((*partner)?)?, *second)));
        let pairs: Vec<(f64, f64)> =
            pairs.flatten().filter(|(first, second)| !first.is_nan() && !second.is_nan()).collect();
        let found = Difference::of(&pairs)?;
        let interval = found.difference.interval();
        Some(DifferenceRow {
            scenario: scenario.into(),
            against: against.into(),
            outcome: (*name).into(),
            n: u32::try_from(found.difference.n).unwrap_or(u32::MAX),
            mean: found.second,
            mean_against: found.first,
            difference: found.difference.mean,
            standard_error: found.difference.standard_error(),
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
            larger_share: found.larger_share,
            variance_reduction: found.variance_reduction,
        })
    };
    names.iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: [f64; 7] = [3.0, 5.5, 1.25, 4.0, 2.75, 6.0, 3.5];
    const SECOND: [f64; 7] = [3.5, 6.25, 1.5, 4.25, 2.5, 7.5, 4.0];

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} is not {expected}");
    }

    /// With numpy and scipy, `a` the first and `b` the second: `d = b - a; se = d.std(ddof=1) / sqrt(7)`,
    /// `d.mean() - t.ppf(.975, 6) * se`, `(a.var(ddof=1) + b.var(ddof=1)) / d.var(ddof=1)`.
    #[test]
    fn a_paired_difference_is_that_of_scipy() {
        let pairs: Vec<_> = FIRST.into_iter().zip(SECOND).collect();
        let found = Difference::of(&pairs).unwrap();
        close(found.first, 3.7142857142857144);
        close(found.second, 4.214285714285714);
        assert_eq!((found.difference.n, found.difference.mean), (7, 0.5));
        close(found.difference.standard_error().unwrap(), 0.2041241452319315);
        let (low, high) = found.difference.interval().unwrap();
        assert!((low - 0.0005262099271480247).abs() < 1e-14, "{low}");
        close(high, 0.999473790072852);
        close(found.larger_share, 6.0 / 7.0);
        close(found.variance_reduction.unwrap(), 23.918367346938773);
    }

    #[test]
    fn equal_differences_have_a_point_for_an_interval_and_no_reduction() {
        let pairs: Vec<_> = FIRST.iter().map(|first| (*first, first + 0.1)).collect();
        let found = Difference::of(&pairs).unwrap();
        let mean = found.difference.mean;
        assert_eq!(found.difference.interval(), Some((mean, mean)));
        assert_eq!((found.larger_share, found.variance_reduction), (1.0, None));
        let same = Difference::of(&FIRST.map(|first| (first, first))).unwrap();
        assert_eq!((same.difference.mean, same.larger_share, same.variance_reduction), (0.0, 0.0, None));
        let single = Difference::of(&[(1.0, 3.0)]).unwrap();
        assert_eq!((single.difference.mean, single.difference.sd, single.variance_reduction), (2.0, None, None));
    }

    #[test]
    fn runs_pair_by_point_and_replicate_and_gaps_are_left_out() {
        let of = |runs: &[(u64, u64)], values: &[f64]| Outcomes {
            runs: runs.to_vec(),
            values: BTreeMap::from([("x", values.to_vec()), ("never", vec![f64::NAN; values.len()])]),
        };
        let base = of(&[(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)], &[1.0, 2.0, 3.0, 4.0, 5.0]);
        let other = of(&[(1, 1), (1, 0), (0, 2), (0, 1), (2, 0)], &[50.0, f64::NAN, 30.0, 20.0, 99.0]);
        let rows = differences(("other", &other), ("base", &base), &["never", "x", "unknown"]);
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((&*row.scenario, &*row.against, &*row.outcome, row.n), ("other", "base", "x", 3));
        close(row.difference, (45.0 + 27.0 + 18.0) / 3.0);
        close(row.mean, 100.0 / 3.0);
    }
}
