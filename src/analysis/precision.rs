//! How well the mean of an outcome is known from so many runs, and how many runs a precision takes.

use crate::maths::{Moments, student_quantile};

/// The share of samples whose interval holds the mean.
const LEVEL: f64 = 0.95;

/// A mean and how well so many values tell it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Number of values.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (n − 1); `None` for a single value.
    pub sd: Option<f64>,
}

impl Mean {
    /// The mean of values with these moments, the largest of which has this magnitude; `None` without any.
    pub fn of(moments: &Moments, largest: f64) -> Option<Self> {
        // Equal values whose mean was rounded are still equal.
        let same = |sd: f64| if sd <= 4.0 * f64::EPSILON * largest { 0.0 } else { sd };
        let sd = moments.variance().map(|variance| same(variance.sqrt()));
        (moments.n > 0).then_some(Self { n: moments.n, mean: moments.mean, sd })
    }

    /// Monte Carlo standard error of the mean.
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.sd? / (self.n as f64).sqrt())
    }

    /// The 95 % interval of the mean, by Student's t distribution.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let half = student_quantile(0.5 + LEVEL / 2.0, self.n - 1) * self.standard_error()?;
        Some((self.mean - half, self.mean + half))
    }
}

/// How well the replicates of each design point tell the mean there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// All values, of every point.
    pub all: Mean,
    /// Number of points that have a value; 1 without a design.
    pub points: u64,
    /// Standard deviation within a point, pooled over the points: luck alone. `None` if no point has two values.
    pub within: Option<f64>,
}

/// Values of an outcome as they come, point after point.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    all: Moments,
    largest: f64,
    point: u64,
    here: Moments,
    /// Of the points before: sum of squared deviations, degrees of freedom, and number.
    squares: f64,
    freedom: u64,
    points: u64,
}

impl Tally {
    /// Takes in the value of a run at this point, which must not come after a later point.
    pub fn add(&mut self, point: u64, value: f64) {
        if point != self.point {
            self.close();
            self.point = point;
        }
        self.all.add(value);
        self.here.add(value);
        self.largest = self.largest.max(value.abs());
    }

    fn close(&mut self) {
        let here = std::mem::take(&mut self.here);
        if let Some(mean) = Mean::of(&here, self.largest) {
            let variance = mean.sd.map_or(0.0, |sd| sd * sd);
            self.squares += variance * (here.n - 1) as f64;
            self.freedom += here.n - 1;
            self.points += 1;
        }
    }

    /// What the values so far tell; `None` without any.
    pub fn precision(&self) -> Option<Precision> {
        let mut whole = self.clone();
        whole.close();
        let within = (whole.freedom > 0).then(|| (whole.squares / whole.freedom as f64).sqrt());
        Some(Precision { all: Mean::of(&whole.all, whole.largest)?, points: whole.points, within })
    }
}

impl Precision {
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

    fn precision(points: &[&[f64]]) -> Option<Precision> {
        let mut tally = Tally::default();
        for (values, point) in points.iter().zip(0..) {
            values.iter().for_each(|value| tally.add(point, *value));
        }
        tally.precision()
    }

    fn mean(values: &[f64]) -> Option<Mean> {
        precision(&[values]).map(|found| found.all)
    }

    /// `a.std(ddof=1)`, `a.mean() ± t.ppf(.975, 6) * a.std(ddof=1) / sqrt(7)` with numpy and scipy.
    #[test]
    fn a_mean_has_the_interval_of_scipy() {
        let found = mean(&VALUES).unwrap();
        close(found.sd.unwrap(), 1.635724682853211);
        let (low, high) = found.interval().unwrap();
        close(low, 2.2014926959300407);
        close(high, 5.227078732641388);
        assert_eq!(mean(&[]), None);
        assert_eq!(mean(&[2.0]).unwrap().interval(), None);
        assert_eq!(mean(&[0.1; 10]).unwrap().sd, Some(0.0));
    }

    /// `ceil((s / (share * max(abs(m), s))) ** 2)` for m and s the mean and standard deviation.
    #[test]
    fn runs_for_a_precision_are_counted_against_the_mean_or_the_spread() {
        let found = precision(&[&VALUES]).unwrap();
        assert_eq!((found.runs_for(0.01), found.runs_for(0.05)), (Some(1940), Some(78)));
        let near_zero = precision(&[&[-1.0, 1.0, -2.0, 2.0]]).unwrap();
        assert_eq!((near_zero.runs_for(0.01), near_zero.runs_for(0.05)), (Some(10_000), Some(400)));
        let steady = precision(&[&[100.0, 100.1]]).unwrap();
        assert_eq!(steady.runs_for(0.05), Some(2));
        for nothing in [&[0.0, 0.0][..], &[5.0], &[5.0, 5.0]] {
            assert_eq!(precision(&[nothing]).unwrap().runs_for(0.01), None);
        }
        assert_eq!(precision(&[]), None);
    }

    /// For points p and q: `w = sqrt((p.var(ddof=1) + q.var(ddof=1)) / 2)`, `w / sqrt(3)`, and runs from w and the mean of all.
    #[test]
    fn over_a_design_luck_is_the_spread_within_points() {
        let found = precision(&[&[1.0, 2.0, 4.0], &[10.0, 11.0, 15.0]]).unwrap();
        assert_eq!((found.all.n, found.points), (6, 2));
        close(found.all.sd.unwrap(), 5.636192568273964);
        close(found.within.unwrap(), 2.1602468994692865);
        close(found.standard_error().unwrap(), 1.247219128924647);
        assert_eq!((found.runs_for(0.01), found.runs_for(0.05)), (Some(909), Some(37)));
        let single = precision(&[&[1.0], &[2.0]]).unwrap();
        assert_eq!((single.within, single.standard_error(), single.runs_for(0.01)), (None, None, None));
    }
}
