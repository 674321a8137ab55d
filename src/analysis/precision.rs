//! How well the mean of an outcome is known from so many runs, and how many runs a precision takes.
//!
//! Runs of one replicate have the same luck at every point of a design, so they are not independent of each other: what is
//! counted is replicates, each with its average over the points.

use crate::maths::{Moments, student_quantile};
use std::collections::BTreeSet;

/// The share of samples whose interval holds the mean.
const LEVEL: f64 = 0.95;
/// Fewest independent values that an interval is given for. With fewer, the spread is a guess, and Student's t, which makes
/// up for that, leans on values that are near normal.
pub const FEWEST: u64 = 5;

/// A mean and how well so many independent values tell it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Number of independent values: over a design the replicates of the point that has fewest.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (n − 1), over a design that of replicates averaged over the points; `None` for a single value.
    pub sd: Option<f64>,
}

/// Equal values whose mean was rounded are still equal: this standard deviation, or mean of differences, or 0, when the largest value has this
/// magnitude.
pub(crate) fn beyond_rounding(sd: f64, largest: f64) -> f64 {
    if sd.abs() <= 4.0 * f64::EPSILON * largest { 0.0 } else { sd }
}

impl Mean {
    /// The mean of independent values with these moments, the largest of which has this magnitude; `None` without any.
    pub fn of(moments: &Moments, largest: f64) -> Option<Self> {
        let sd = moments.variance().map(|variance| beyond_rounding(variance.sqrt(), largest));
        (moments.n > 0).then_some(Self { n: moments.n, mean: moments.mean, sd })
    }

    /// Monte Carlo standard error of the mean.
    pub fn standard_error(&self) -> Option<f64> {
        Some(self.sd? / (self.n as f64).sqrt())
    }

    /// The 95 % interval of the mean, by Student's t distribution; `None` below [`FEWEST`] values.
    pub fn interval(&self) -> Option<(f64, f64)> {
        if self.n < FEWEST {
            return None;
        }
        let half = student_quantile(0.5 + LEVEL / 2.0, self.n - 1) * self.standard_error()?;
        Some((self.mean - half, self.mean + half))
    }
}

/// What is independent among the runs of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Units {
    /// Replicates, of a single point.
    #[default]
    Replicates,
    /// Replicates, each of which has the same luck at all points.
    Shared,
    /// Points, each of which is a world drawn with luck of its own, whatever its replicates.
    Worlds,
}

/// The mean over the points of a design of values that come point after point, each with the place of its replicate.
///
/// The estimate is the mean of the points' means. A replicate's part in its error is the sum over the points that have it
/// of its deviation from the point's mean, divided by the number of replicates there; the parts of different replicates are
/// independent. Where every point has all replicates this is the standard error of the replicates' averages over the
/// points; where some are missing, or a stop rule gave points different numbers, it still is right.
#[derive(Clone, Debug, Default)]
pub struct OverPoints {
    /// Whether values of more than one point may come. Only then memory grows with the number of replicates.
    units: Units,
    point: Option<u64>,
    here: Moments,
    values: Vec<(usize, f64)>,
    /// Of the points before: the parts of replicates in the error, the sum of means, their number, fewest replicates.
    parts: Vec<f64>,
    sum: f64,
    points: u64,
    fewest: u64,
}

impl OverPoints {
    /// Nothing yet, of a design with several points or of plain replicates.
    pub fn new(units: Units) -> Self {
        Self { units, fewest: u64::MAX, ..Self::default() }
    }

    /// Takes in the value of a replicate, by its place among them, at this point, which must not come after a later point.
    pub fn add(&mut self, point: u64, replicate: usize, value: f64) {
        // The runs of a world stand together, as those of a replicate do.
        let (point, replicate) = match self.units {
            Units::Worlds => (0, usize::try_from(point).unwrap_or(usize::MAX)),
            _ => (point, replicate),
        };
        if self.point.is_some_and(|before| before != point) {
            self.close();
        }
        self.point = Some(point);
        self.here.add(value);
        if self.units != Units::Replicates {
            self.values.push((replicate, value));
        }
    }

    fn close(&mut self) {
        let here = std::mem::take(&mut self.here);
        if here.n == 0 {
            return;
        }
        let n = here.n as f64;
        // Deviations from the mean of n values are too small by this on average.
        let weight = if here.n > 1 { (n / (n - 1.0)).sqrt() / n } else { 0.0 };
        for (replicate, value) in self.values.drain(..) {
            if self.parts.len() <= replicate {
                self.parts.resize(replicate + 1, 0.0);
            }
            self.parts[replicate] += weight * (value - here.mean);
        }
        self.sum += here.mean;
        self.points += 1;
        self.fewest = self.fewest.min(here.n);
    }

    /// Number of points that have a value.
    pub fn points(&self) -> u64 {
        self.points + u64::from(self.here.n > 0)
    }

    /// The mean of the values so far, the largest of which has this magnitude; `None` without any.
    pub fn mean(&self, largest: f64) -> Option<Mean> {
        if self.points == 0 && self.units != Units::Worlds {
            return Mean::of(&self.here, largest);
        }
        let mut whole = self.clone();
        whole.close();
        let (points, n) = (whole.points as f64, whole.fewest);
        let error = whole.parts.iter().map(|part| part * part).sum::<f64>().sqrt() / points;
        let (n, error) = match self.units {
            Units::Worlds => {
                // What is independent are worlds, not runs: the deviations of their means are too small by their number.
                let worlds = self.values.iter().map(|(world, _)| world).collect::<BTreeSet<_>>().len();
                let (many, runs) = (worlds as f64, self.here.n as f64);
                let scale = if worlds > 1 { (many / (many - 1.0) * (runs - 1.0) / runs).sqrt() } else { 1.0 };
                (worlds as u64, error * scale)
            }
            _ => (n, error),
        };
        let known = whole.units != Units::Replicates && n > 1;
        let sd = known.then(|| beyond_rounding(error * (n as f64).sqrt(), largest));
        Some(Mean { n, mean: whole.sum / points, sd })
    }
}

/// How well replicates tell the mean over a design, and at each point of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// Moments of all values, of every point: their spread is of luck and of the design.
    pub all: Mean,
    /// The mean over the points, and how well it is known: by replicates, which share their luck over the points.
    pub over: Mean,
    /// Number of points that have a value; 1 without a design.
    pub points: u64,
    /// Standard deviation within a point, pooled over the points: luck alone. `None` if no point has two values.
    pub within: Option<f64>,
}

/// Values of an outcome as they come, point after point.
#[derive(Clone, Debug)]
pub struct Tally {
    all: Moments,
    over: OverPoints,
    largest: f64,
    point: u64,
    here: Moments,
    /// Of the points before: sum of squared deviations, degrees of freedom, and number.
    squares: f64,
    freedom: u64,
    points: u64,
}

impl Tally {
    /// Nothing yet, of a design with several points or of plain replicates.
    pub fn new(units: Units) -> Self {
        let (all, here) = (Moments::default(), Moments::default());
        let over = OverPoints::new(units);
        Self { all, over, largest: 0.0, point: 0, here, squares: 0.0, freedom: 0, points: 0 }
    }

    /// Takes in the value of a run at this point, which must not come after a later point, and of the replicate at this
    /// place.
    pub fn add(&mut self, point: u64, replicate: usize, value: f64) {
        if point != self.point {
            self.close();
            self.point = point;
        }
        self.all.add(value);
        self.over.add(point, replicate, value);
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
        let over = self.over.mean(self.largest)?;
        let mut whole = Self { over: OverPoints::default(), ..self.clone() };
        whole.close();
        let within = (whole.freedom > 0).then(|| (whole.squares / whole.freedom as f64).sqrt());
        Some(Precision { all: Mean::of(&whole.all, whole.largest)?, over, points: whole.points, within })
    }
}

impl Precision {
    /// Share of luck in the variance of all runs, of worlds drawn at random: doubt about them has the rest. `None` where luck is not
    /// told.
    pub fn luck_share(&self) -> Option<f64> {
        let (luck, all) = (self.within?, self.all.sd?);
        (all > 0.0).then(|| (luck * luck / (all * all)).clamp(0.0, 1.0))
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

    fn precision(points: &[&[f64]]) -> Option<Precision> {
        let mut tally = Tally::new(if points.len() > 1 { Units::Shared } else { Units::Replicates });
        for (values, point) in points.iter().zip(0..) {
            values.iter().enumerate().for_each(|(replicate, value)| tally.add(point, replicate, *value));
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
        // From four values there is a standard error, and no interval.
        let few = mean(&VALUES[..4]).unwrap();
        assert!(few.standard_error().is_some() && few.interval().is_none());
        assert!(mean(&VALUES[..5]).unwrap().interval().is_some());
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

    /// With numpy, `x` by point and replicate: `m = x.mean(0)`, `m.std(ddof=1) / sqrt(len(m))`.
    #[test]
    fn over_a_design_replicates_are_averaged_first() {
        let found = precision(&[&[1.0, 2.0, 4.0, 3.0, 5.5], &[10.0, 11.0, 15.0, 12.0, 18.0]]).unwrap().over;
        assert_eq!(found.n, 5);
        close(found.mean, 8.15);
        close(found.sd.unwrap(), 2.4974987487484355);
        close(found.standard_error().unwrap(), 1.116915395184434);
        let (low, high) = found.interval().unwrap();
        close(low, 5.04894571812012);
        close(high, 11.251054281879881);
    }

    /// A point with more replicates weighs no more, and one without enough of them leaves the error open.
    /// With numpy: `np.std([1.5, 11, 5.5], ddof=1) / sqrt(3)`, of the worlds' means.
    #[test]
    fn worlds_with_luck_of_their_own_are_what_is_counted() {
        let mut tally = Tally::new(Units::Worlds);
        for (world, values) in [[1.0, 2.0], [10.0, 12.0], [4.0, 7.0]].iter().enumerate() {
            values.iter().enumerate().for_each(|(i, value)| tally.add(world as u64, world + 3 * i, *value));
        }
        let found = tally.precision().unwrap();
        assert_eq!((found.over.n, found.over.mean, found.points), (3, 6.0, 3));
        close(found.over.standard_error().unwrap(), 2.753785273643051);
        close(found.within.unwrap(), (14.0_f64 / 6.0).sqrt());
        // A world without a value is none.
        tally.add(9, 0, 6.0);
        assert_eq!(tally.precision().unwrap().over.n, 4);
    }

    #[test]
    fn points_count_alike_whatever_their_replicates() {
        let many: Vec<f64> = (0..40).map(|i| f64::from(i % 2)).collect();
        let found = precision(&[&many, &[10.0, 11.0, 10.0, 11.0, 10.5]]).unwrap().over;
        assert_eq!((found.n, found.mean), (5, 5.5));
        let single = precision(&[&many, &[10.0]]).unwrap().over;
        assert_eq!((single.n, single.mean, single.sd, single.interval()), (1, 5.25, None, None));
        // Values of a second point where none was to come: nothing is said of their luck.
        let mut tally = Tally::new(Units::Replicates);
        (0..10).for_each(|i| tally.add(i as u64 / 5, i % 5, i as f64));
        assert_eq!(tally.precision().unwrap().over.sd, None);
    }
}
