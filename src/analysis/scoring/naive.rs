//! Naive forecasts from a series alone, which every other has to beat.
//!
//! Each is normal around its point, with the standard deviation of the errors that the same rule made inside the training data, so
//! many months ahead; the log-linear one is log-normal around a line. As errors are of figures that were measured, they hold the error of
//! measurement already.

use super::Predictive;
use crate::maths::{Moments, exp, ln, normal_quantile};

/// A rule that forecasts a series from itself (Hyndman and Athanasopoulos 2021, chapter 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naive {
    /// The last value.
    RandomWalk,
    /// The last value, and on by the mean change from the first to the last.
    Drift,
    /// The least-squares line through the logarithms, of positive series alone.
    LogLinear,
    /// The mean of the last six months.
    RecentMean,
}

/// Months of the recent mean.
const RECENT: i64 = 6;
/// So many errors are enough for their spread.
const ENOUGH: usize = 6;
/// Quantiles that stand for a log-normal distribution.
const QUANTILES: u32 = 200;

/// Values by month, ascending, each month once.
pub type Series<'a> = &'a [(i64, f64)];

impl Naive {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RandomWalk, Self::Drift, Self::LogLinear, Self::RecentMean];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RandomWalk => "random_walk",
            Self::Drift => "drift",
            Self::LogLinear => "log_linear",
            Self::RecentMean => "recent_mean",
        }
    }

    /// What it says at `month` from the values in `training`, which are of earlier months; `month` may be the middle of several. `None`
    /// if there are too few values, or of another sign than it takes.
    pub fn forecast(self, training: Series<'_>, month: f64) -> Option<Predictive> {
        let (&(first, from), &(last, value)) = training.first().zip(training.last())?;
        let ahead = month - last as f64;
        (ahead > 0.0 && last > first).then_some(())?;
        let slope = (value - from) / (last - first) as f64;
        match self {
            Self::LogLinear => log_linear(training, month),
            Self::RandomWalk => around(value, ahead, training, |at, _| Some(training.get(at)?.1)),
            Self::Drift => around(value + slope * ahead, ahead, training, |at, ahead| {
                Some(training.get(at)?.1 + slope * ahead as f64)
            }),
            Self::RecentMean => {
                let mean = |at: usize| recent_mean(training, at);
                around(mean(training.len() - 1)?, ahead, training, |at, _| mean(at))
            }
        }
    }
}

/// The mean of the months that end with that of a value.
fn recent_mean(series: Series<'_>, at: usize) -> Option<f64> {
    let (end, _) = *series.get(at)?;
    let recent = || series[..=at].iter().filter(|(month, _)| *month > end - RECENT).map(|(_, value)| value);
    Some(recent().sum::<f64>() / recent().count() as f64)
}

/// A normal distribution around a point so many months `ahead`, by the errors of the `rule`: what it says at the place of a value of what is so
/// many months ahead of that.
fn around(point: f64, ahead: f64, series: Series<'_>, rule: impl Fn(usize, i64) -> Option<f64>) -> Option<Predictive> {
    let errors = |ahead: i64| -> Vec<f64> {
        let error = |(at, (month, _)): (usize, &(i64, f64))| {
            let seen = series.binary_search_by_key(&(month + ahead), |(month, _)| *month).ok()?;
            Some(series.get(seen)?.1 - rule(at, ahead)?)
        };
        series.iter().enumerate().filter_map(error).collect()
    };
    let (first, last) = (series.first()?.0, series.last()?.0);
    // Pairs that span more than half of the series are few, and nearly the same.
    let most = ((last - first) / 2).clamp(1, ahead.ceil() as i64);
    let tried = || (1..=most).rev().map(|ahead| (ahead, errors(ahead)));
    let found = tried().find(|(_, errors)| errors.len() >= ENOUGH);
    let (of, errors) = found.or_else(|| {
        let span = (1..=last - first).map(|ahead| (ahead, errors(ahead)));
        span.max_by_key(|(ahead, errors)| (errors.len(), -ahead))
    })?;
    let mut spread = Moments::default();
    errors.into_iter().for_each(|error| spread.add(error));
    // Further ahead than was seen, errors grow as those of a random walk.
    Predictive::normal(point, (spread.variance()? * ahead / of as f64).sqrt())
}

/// The line through the logarithms, with the classical error of its prediction.
fn log_linear(series: Series<'_>, month: f64) -> Option<Predictive> {
    let n = series.len() as f64;
    (series.len() >= 3 && series.iter().all(|(_, value)| *value > 0.0)).then_some(())?;
    let points = || series.iter().map(|(month, value)| (*month as f64, ln(*value)));
    let (mean_x, mean_y) = (points().map(|(x, _)| x).sum::<f64>() / n, points().map(|(_, y)| y).sum::<f64>() / n);
    let spread: f64 = points().map(|(x, _)| (x - mean_x) * (x - mean_x)).sum();
    let slope = points().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / spread;
    let line = |x: f64| mean_y + slope * (x - mean_x);
    let residual = points().map(|(x, y)| (y - line(x)) * (y - line(x))).sum::<f64>() / (n - 2.0);
    let sd = (residual * (1.0 + 1.0 / n + (month - mean_x) * (month - mean_x) / spread)).sqrt();
    let share = |at: u32| (f64::from(at) + 0.5) / f64::from(QUANTILES);
    Predictive::sample((0..QUANTILES).map(|at| (exp(line(month) + sd * normal_quantile(share(at))), 1.0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * (1.0 + b.abs())
    }

    #[test]
    fn rules_say_what_they_are() {
        let series: Vec<(i64, f64)> = (0..12).map(|at| (at, [3.0, 5.0, 4.0][at as usize % 3] + at as f64)).collect();
        let mean = |naive: Naive, month| naive.forecast(&series, month).unwrap().mean();
        assert_eq!(mean(Naive::RandomWalk, 14.0), 15.0);
        assert!(close(mean(Naive::Drift, 14.0), 15.0 + 3.0 * 12.0 / 11.0));
        assert!(close(mean(Naive::RecentMean, 14.0), 4.0 + 8.5));
        let errors: Vec<f64> = series.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
        let bias = errors.iter().sum::<f64>() / 11.0;
        let sd = (errors.iter().map(|error| (error - bias) * (error - bias)).sum::<f64>() / 10.0).sqrt();
        assert!(close(Naive::RandomWalk.forecast(&series, 12.0).unwrap().sd(), sd));
    }

    #[test]
    fn errors_are_those_of_the_horizon_and_grow_beyond_the_longest_that_was_seen() {
        // A zigzag: two months ahead the last value is right.
        let series: Vec<(i64, f64)> = (0..21).map(|at| (at, (at % 2) as f64)).collect();
        let sd = |ahead: f64| Naive::RandomWalk.forecast(&series, 20.0 + ahead).unwrap().sd();
        // Of ten errors of 1 and ten of -1; of nine each, three months ahead.
        assert!(close(sd(1.0), (20.0_f64 / 19.0).sqrt()) && close(sd(3.0), (18.0_f64 / 17.0).sqrt()));
        assert_eq!((sd(2.0), sd(36.0)), (0.0, 0.0), "ten months ahead, the most that is looked at, it is right too");
        let longer: Vec<(i64, f64)> = (0..23).map(|at| (at, (at % 2) as f64)).collect();
        let far = Naive::RandomWalk.forecast(&longer, 22.0 + 44.0).unwrap().sd();
        assert!(close(far, (4.0 * 12.0_f64 / 11.0).sqrt()), "{far}: twice that of eleven months ahead");
    }

    #[test]
    fn a_line_in_logarithms_goes_on() {
        let series: Vec<(i64, f64)> = (0..24).map(|at| (at, exp(0.1 * at as f64 + 0.01 * (at % 2) as f64))).collect();
        let forecast = Naive::LogLinear.forecast(&series, 30.0).unwrap();
        assert!((ln(forecast.quantile(0.5)) - 3.005).abs() < 0.002, "{}", ln(forecast.quantile(0.5)));
        assert_eq!(Naive::LogLinear.forecast(&[(0, 1.0), (1, 0.0), (2, 1.0)], 5.0), None);
    }

    #[test]
    fn too_few_values_say_nothing() {
        for naive in Naive::ALL {
            assert_eq!(naive.forecast(&[], 5.0), None);
            assert_eq!(naive.forecast(&[(3, 1.0)], 5.0), None);
            assert_eq!(naive.forecast(&[(3, 1.0), (4, 2.0), (5, 3.0)], 5.0), None, "nothing lies ahead");
        }
        // Two values make one error, which has no spread.
        assert_eq!(Naive::RandomWalk.forecast(&[(0, 1.0), (12, 3.0)], 24.0), None);
        let yearly = Naive::RandomWalk.forecast(&[(0, 1.0), (12, 3.0), (24, 3.0)], 36.0).unwrap();
        assert_eq!(yearly.mean(), 3.0);
        assert!(close(yearly.sd(), 2.0_f64.sqrt()));
    }
}
