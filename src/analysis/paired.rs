//! How far outcomes of two scenarios differ when their runs are paired by noise: common random numbers. What is luck in
//! both falls out of the differences, so that fewer runs show as much as more runs that are not paired.

use super::precision::{Mean, OverPoints, Units, beyond_rounding};
use crate::output::difference_rows::DifferenceRow;

/// How the second of two paired scenarios differs from the first, on average over the points of a design.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Pairs, over all points.
    pub pairs: u64,
    /// Mean of the first scenario over the pairs.
    pub first: f64,
    /// Mean of the second.
    pub second: f64,
    /// The differences, second less first.
    pub difference: Mean,
    /// Share of pairs in which the second is larger.
    pub larger_share: f64,
    /// (s₁² + s₂²) / s_d²: how many times more replicates it would take without pairing for the same standard error. `None`
    /// for a single replicate, and if all differences are equal.
    pub variance_reduction: Option<f64>,
}

/// Pairs of an outcome as they come, point after point.
#[derive(Clone, Debug)]
pub struct Pairs {
    first: OverPoints,
    second: OverPoints,
    difference: OverPoints,
    larger: OverPoints,
    pairs: u64,
    /// Pairs in which the second is larger.
    count: u64,
    largest: f64,
}

impl Pairs {
    /// No pairs yet, among which these are independent.
    pub fn new(units: Units) -> Self {
        let [first, second, difference] = [(); 3].map(|()| OverPoints::new(units));
        Self { first, second, difference, larger: OverPoints::new(Units::Replicates), pairs: 0, count: 0, largest: 0.0 }
    }

    /// Takes in the values of a pair at this point, which must not come after a later point, and of the replicate at this
    /// place.
    pub fn add(&mut self, point: u64, replicate: usize, (first, second): (f64, f64)) {
        self.first.add(point, replicate, first);
        self.second.add(point, replicate, second);
        self.difference.add(point, replicate, second - first);
        // What differs by rounding alone is not larger.
        let larger = beyond_rounding(second - first, first.abs().max(second.abs())) > 0.0;
        self.larger.add(point, replicate, f64::from(u8::from(larger)));
        self.pairs += 1;
        self.count += u64::from(larger);
        self.largest = self.largest.max(first.abs()).max(second.abs());
    }

    /// The share over the points alike; a plain ratio, without the rounding of a mean, where they have equally many pairs.
    fn larger_share(&self, difference: &Mean) -> Option<f64> {
        if difference.n.saturating_mul(self.difference.points()) == self.pairs {
            return Some(self.count as f64 / self.pairs as f64);
        }
        self.larger.mean(1.0).map(|share| share.mean)
    }

    /// The difference over the pairs so far; `None` without any.
    pub fn difference(&self) -> Option<Difference> {
        // The difference of two large numbers is no more exact than they are.
        let of = |values: &OverPoints| values.mean(self.largest);
        let (first, second, difference) = (of(&self.first)?, of(&self.second)?, of(&self.difference)?);
        let difference = Mean { mean: beyond_rounding(difference.mean, self.largest), ..difference };
        let reduction = || {
            let (of_first, of_second, of_difference) = (first.sd?, second.sd?, difference.sd?);
            let reduction = (of_first * of_first + of_second * of_second) / (of_difference * of_difference);
            reduction.is_finite().then_some(reduction)
        };
        Some(Difference {
            pairs: self.pairs,
            first: first.mean,
            second: second.mean,
            difference,
            larger_share: self.larger_share(&difference)?,
            variance_reduction: reduction(),
        })
    }
}

impl Difference {
    /// Whether all means are numbers: outcomes may be so large that their sums are not.
    pub const fn is_finite(&self) -> bool {
        self.first.is_finite() && self.second.is_finite() && self.difference.mean.is_finite()
    }

    /// The line of `differences.csv`, with these quantiles of the differences.
    pub fn row(&self, [scenario, against, outcome]: [&str; 3], [p05, p25, p50, p75, p95]: [f64; 5]) -> DifferenceRow {
        let interval = self.difference.interval().filter(|(low, high)| low.is_finite() && high.is_finite());
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        DifferenceRow {
            scenario: scenario.into(),
            against: against.into(),
            outcome: outcome.into(),
            n: count(self.difference.n),
            pairs: count(self.pairs),
            mean: self.second,
            mean_against: self.first,
            difference: self.difference.mean,
            standard_error: self.difference.standard_error().filter(|error| error.is_finite()),
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
            larger_share: self.larger_share,
            variance_reduction: self.variance_reduction,
            p05,
            p25,
            p50,
            p75,
            p95,
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
        let mut found = Pairs::new(Units::Replicates);
        pairs.iter().enumerate().for_each(|(replicate, pair)| found.add(0, replicate, *pair));
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
        let noise = difference(&[(0.3, 0.1 + 0.2), (3.0e9, 3.0e9 + 4.0e-7), (1.0, 1.0 + 1.0e-12)]);
        assert_eq!(noise.larger_share, 1.0 / 3.0, "only the last is larger by more than rounding");
        let single = difference(&[(1.0, 3.0)]);
        assert_eq!((single.difference.mean, single.difference.sd, single.variance_reduction), (2.0, None, None));
    }

    #[test]
    fn differences_that_cancel_have_a_mean_of_zero_and_no_rounding_for_one() {
        let found = difference(&[(0.7, 0.8), (0.9, 0.8), (0.1, 0.1)]);
        assert_eq!(found.difference.mean, 0.0);
        assert!(found.difference.sd.is_some_and(|sd| sd > 0.09));
        assert_eq!(difference(&[(1e-9, 1e-9 + 1e-20), (1.0, 1.0)]).difference.mean, 0.0);
        assert!(difference(&[(1.0, 1.0 + 1e-14), (1.0, 1.0)]).difference.mean > 0.0);
    }

    /// Three tenths are 0.3, not a mean that was rounded on its way.
    #[test]
    fn shares_are_plain_ratios_and_points_count_alike() {
        let mut found = Pairs::new(Units::Shared);
        for point in 0..2 {
            (0..10).for_each(|replicate| found.add(point, replicate, (0.0, if replicate < 3 { 1.0 } else { -1.0 })));
        }
        assert_eq!(found.difference().map(|found| (found.pairs, found.larger_share)), Some((20, 0.3)));
        found.add(2, 0, (0.0, 1.0));
        let share = found.difference().unwrap().larger_share;
        assert!((share - 1.6 / 3.0).abs() < 1e-12, "{share}");
    }

    #[test]
    fn outcomes_beyond_all_sums_leave_cells_empty_and_are_no_error() {
        let row = |value: f64| {
            let pairs: Vec<_> = (0..6).map(|at| (0.0, if at % 2 == 0 { value } else { 0.5 * value })).collect();
            let found = difference(&pairs);
            (found.is_finite(), found.row(["b", "a", "x"], [0.0; 5]))
        };
        let (finite, large) = row(1e200);
        assert!(finite && large.standard_error.is_none() && large.low.is_none() && large.high.is_none(), "{large:?}");
        assert!(row(1e100).1.low.is_some());
        assert!(!difference(&[(f64::MAX, -f64::MAX), (0.0, 0.0)]).is_finite());
    }
}
