//! How well the mean of an outcome is known from so many runs, and how many runs a precision takes.

use crate::maths::student_quantile;
use std::collections::BTreeMap;

/// The share of samples whose interval holds the mean.
const LEVEL: f64 = 0.95;

/// Outcomes of the finished runs of a scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// Design point and replicate of each run.
    pub runs: Vec<(u64, u64)>,
    /// The values of each outcome, in the order of the runs; `NaN` where a run has none.
    pub values: BTreeMap<&'static str, Vec<f64>>,
}

impl Outcomes {
    /// The values that there are of an outcome.
    pub fn of(&self, outcome: &str) -> Vec<f64> {
        let values = self.values.get(outcome).into_iter().flatten();
        values.copied().filter(|value| !value.is_nan()).collect()
    }
}

/// A mean and how well so many values tell it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Number of values.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (n − 1); `None` for a single value.
    pub sd: Option<f64>,
}

impl Mean {
    /// The mean of these values; `None` without any.
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        if n == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let sd = (squares / (n as f64 - 1.0)).sqrt();
        // Equal values whose mean was rounded are still equal.
        let sd = if sd <= 4.0 * f64::EPSILON * largest { 0.0 } else { sd };
        Some(Self { n, mean, sd: (n > 1).then_some(sd) })
    }

    /// Monte Carlo standard error of the mean.
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.sd? / (self.n as f64).sqrt())
    }

    /// The 95 % interval of the mean, by Student's t distribution.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let half = student_quantile(0.5 + LEVEL / 2.0, self.n as u64 - 1) * self.standard_error()?;
        Some((self.mean - half, self.mean + half))
    }
}

/// How well the replicates of each design point tell the mean there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// All values, of every point.
    pub all: Mean,
    /// Number of points that have a value; 1 without a design.
    pub points: usize,
    /// Standard deviation within a point, pooled over the points: luck alone. `None` if no point has two values.
    pub within: Option<f64>,
}

impl Precision {
    /// Of this outcome; `None` if no run has a value.
    pub fn of(outcomes: &Outcomes, name: &str) -> Option<Self> {
        let mut points: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for ((point, _), value) in outcomes.runs.iter().zip(outcomes.values.get(name)?) {
            if !value.is_nan() {
                points.entry(*point).or_default().push(*value);
            }
        }
        let (mut squares, mut freedom) = (0.0, 0.0);
        for mean in points.values().filter_map(|values| Mean::of(values)) {
            let spare = mean.n as f64 - 1.0;
            squares += mean.sd.map_or(0.0, |sd| sd * sd * spare);
            freedom += spare;
        }
        let all = Mean::of(&outcomes.of(name))?;
        Some(Self { all, points: points.len(), within: (freedom > 0.0).then(|| (squares / freedom).sqrt()) })
    }

    /// Monte Carlo standard error of the mean at a point, for the average number of runs of a point.
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.within? / (self.all.n as f64 / self.points as f64).sqrt())
    }

    /// Runs of a point for a standard error of this share of the mean's magnitude, or of the standard deviation where that
    /// is the larger: a mean near zero has no magnitude to speak of. At least two; `None` where nothing varies.
    pub fn runs_for(&self, share: f64) -> Option<u64> {
        let within = self.within.filter(|within| *within > 0.0)?;
        let wanted = share * self.all.mean.abs().max(within);
        Some(((within / wanted) * (within / wanted)).ceil().max(2.0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 7] = [3.0, 5.5, 1.25, 4.0, 2.75, 6.0, 3.5];

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} is not {expected}");
    }

    fn outcomes(points: &[&[f64]]) -> Outcomes {
        let runs =
            points.iter().zip(0..).flat_map(|(values, point)| (0..values.len() as u64).map(move |run| (point, run)));
        Outcomes { runs: runs.collect(), values: BTreeMap::from([("x", points.concat())]) }
    }

    /// `a.std(ddof=1)`, `a.mean() ± t.ppf(.975, 6) * a.std(ddof=1) / sqrt(7)` with numpy and scipy.
    #[test]
    fn a_mean_has_the_interval_of_scipy() {
        let found = Mean::of(&VALUES).unwrap();
        close(found.sd.unwrap(), 1.635724682853211);
        let (low, high) = found.interval().unwrap();
        close(low, 2.2014926959300407);
        close(high, 5.227078732641388);
        assert_eq!(Mean::of(&[]), None);
        assert_eq!(Mean::of(&[2.0]).unwrap().interval(), None);
        assert_eq!(Mean::of(&[0.1; 10]).unwrap().sd, Some(0.0));
    }

    /// `ceil((s / (share * max(abs(m), s))) ** 2)` for m and s the mean and standard deviation.
    #[test]
    fn runs_for_a_precision_are_counted_against_the_mean_or_the_spread() {
        let found = Precision::of(&outcomes(&[&VALUES]), "x").unwrap();
        assert_eq!((found.runs_for(0.01), found.runs_for(0.05)), (Some(1940), Some(78)));
        let near_zero = Precision::of(&outcomes(&[&[-1.0, 1.0, -2.0, 2.0]]), "x").unwrap();
        assert_eq!((near_zero.runs_for(0.01), near_zero.runs_for(0.05)), (Some(10_000), Some(400)));
        let steady = Precision::of(&outcomes(&[&[100.0, 100.1]]), "x").unwrap();
        assert_eq!(steady.runs_for(0.05), Some(2));
        for nothing in [&[0.0, 0.0][..], &[5.0], &[5.0, 5.0]] {
            assert_eq!(Precision::of(&outcomes(&[nothing]), "x").unwrap().runs_for(0.01), None);
        }
        assert_eq!(Precision::of(&outcomes(&[&[f64::NAN]]), "x"), None);
    }

    /// For points p and q: `w = sqrt((p.var(ddof=1) + q.var(ddof=1)) / 2)`, `w / sqrt(3)`, and runs from w and the mean of all.
    #[test]
    fn over_a_design_luck_is_the_spread_within_points() {
        let found = Precision::of(&outcomes(&[&[1.0, 2.0, 4.0], &[10.0, 11.0, 15.0]]), "x").unwrap();
        assert_eq!((found.all.n, found.points), (6, 2));
        close(found.all.sd.unwrap(), 5.636192568273964);
        close(found.within.unwrap(), 2.1602468994692865);
        close(found.standard_error().unwrap(), 1.247219128924647);
        assert_eq!((found.runs_for(0.01), found.runs_for(0.05)), (Some(909), Some(37)));
        let single = Precision::of(&outcomes(&[&[1.0], &[2.0]]), "x").unwrap();
        assert_eq!((single.within, single.standard_error(), single.runs_for(0.01)), (None, None, None));
    }
}
