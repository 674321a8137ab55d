//! How far outcomes of two scenarios differ when their runs are paired by noise: common random numbers. What is luck in
//! both falls out of the differences, so that fewer runs show as much as more runs that are not paired.

use super::precision::Mean;
use crate::{maths::Moments, output::dictionary::DifferenceRow};

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

/// Pairs of an outcome as they come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pairs {
    first: Moments,
    second: Moments,
    difference: Moments,
    larger: u64,
    largest: f64,
}

impl Pairs {
    /// Takes in the values of a pair.
    pub fn add(&mut self, first: f64, second: f64) {
        self.first.add(first);
        self.second.add(second);
        self.difference.add(second - first);
        self.larger += u64::from(second > first);
        self.largest = self.largest.max(first.abs()).max(second.abs());
    }

    /// The difference over the pairs so far; `None` without any.
    pub fn difference(&self) -> Option<Difference> {
        // The difference of two large numbers is no more exact than they are.
        let of = |moments| Mean::of(moments, self.largest);
        let (first, second, difference) = (of(&self.first)?, of(&self.second)?, of(&self.difference)?);
        let reduction = || {
            let (of_first, of_second, of_difference) = (first.sd?, second.sd?, difference.sd?);
            let reduction = (of_first * of_first + of_second * of_second) / (of_difference * of_difference);
            reduction.is_finite().then_some(reduction)
        };
        Some(Difference {
            first: first.mean,
            second: second.mean,
            difference,
            larger_share: self.larger as f64 / difference.n as f64,
            variance_reduction: reduction(),
        })
    }
}

impl Difference {
    /// The line of `differences.csv`.
    pub fn row(&self, scenario: &str, against: &str, outcome: &str) -> DifferenceRow {
        let interval = self.difference.interval();
        DifferenceRow {
            scenario: scenario.into(),
            against: against.into(),
            outcome: outcome.into(),
            n: u32::try_from(self.difference.n).unwrap_or(u32::MAX),
            mean: self.second,
            mean_against: self.first,
            difference: self.difference.mean,
            standard_error: self.difference.standard_error(),
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
            larger_share: self.larger_share,
            variance_reduction: self.variance_reduction,
        }
    }
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

    fn difference(pairs: &[(f64, f64)]) -> Difference {
        let mut found = Pairs::default();
        pairs.iter().for_each(|(first, second)| found.add(*first, *second));
        found.difference().unwrap()
    }

    /// With numpy and scipy, `a` the first and `b` the second: `d = b - a; se = d.std(ddof=1) / sqrt(7)`,
    /// `d.mean() - t.ppf(.975, 6) * se`, `(a.var(ddof=1) + b.var(ddof=1)) / d.var(ddof=1)`.
    #[test]
    fn a_paired_difference_is_that_of_scipy() {
        let pairs: Vec<_> = FIRST.into_iter().zip(SECOND).collect();
        let found = difference(&pairs);
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
        let found = difference(&pairs);
        let mean = found.difference.mean;
        assert_eq!(found.difference.interval(), Some((mean, mean)));
        assert_eq!((found.larger_share, found.variance_reduction), (1.0, None));
        let same = difference(&FIRST.map(|first| (first, first)));
        assert_eq!((same.difference.mean, same.larger_share, same.variance_reduction), (0.0, 0.0, None));
        let single = difference(&[(1.0, 3.0)]);
        assert_eq!((single.difference.mean, single.difference.sd, single.variance_reduction), (2.0, None, None));
    }
}
