//! Sums values by month up to one number, alike for what was seen and for what a run gives.

use super::Statistic;
use crate::maths;

/// Months in a year, for slopes.
const MONTHS: f64 = 12.0;

/// What the statistic makes of these (month, value) pairs, months counted from any start; `None` without enough of them.
///
/// ```
/// use redqueen::experiment::calibration::{Statistic, summary};
/// let values = [(0.0, 3.0), (1.0, 5.0), (3.0, 4.0)];
/// assert_eq!(summary(Statistic::Mean, &values), Some(4.0));
/// assert_eq!(summary(Statistic::Roughness, &values), Some(1.5));
/// assert_eq!(summary(Statistic::Trend, &[(0.0, 1.0), (12.0, 3.0)]), Some(2.0));
/// assert_eq!(summary(Statistic::Trend, &[(0.0, 1.0)]), None);
/// ```
pub fn summary(statistic: Statistic, values: &[(f64, f64)]) -> Option<f64> {
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| values.iter().map(of).sum::<f64>() / values.len() as f64;
    match statistic {
        Statistic::Mean => (!values.is_empty()).then(|| mean(&|pair| pair.1)),
        Statistic::Trend => {
            let (at, level) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
            let spread = mean(&|pair| (pair.0 - at) * (pair.0 - at));
            let joint = mean(&|pair| (pair.0 - at) * (pair.1 - level));
            (spread > 0.0).then(|| MONTHS * joint / spread)
        }
        Statistic::Roughness => {
            let steps = values.windows(2).map(|pair| (pair[1].1 - pair[0].1).abs());
            (values.len() > 1).then(|| steps.sum::<f64>() / (values.len() - 1) as f64)
        }
    }
}

/// The statistic of figures with errors, (month, value, error) each, and its own error; the logarithm of both if it is asked
/// for. What is wrong with the figures of neighbouring months is mostly the same, so that a mean is no surer than its figures;
/// a slope takes errors of months as independent.
///
/// ```
/// use redqueen::experiment::calibration::{Statistic, figure};
/// let (value, error) = figure(Statistic::Mean, &[(0.0, 8.0, 2.0), (1.0, 12.0, 4.0)], false).unwrap();
/// assert_eq!((value, error), (10.0, 3.0));
/// let (value, error) = figure(Statistic::Mean, &[(0.0, 10.0, 1.0)], true).unwrap();
/// assert_eq!((value, error), (redqueen::maths::ln(10.0), 0.1));
/// ```
pub fn figure(statistic: Statistic, figures: &[(f64, f64, f64)], log: bool) -> Option<(f64, f64)> {
    let values: Vec<_> = figures.iter().map(|figure| (figure.0, figure.1)).collect();
    let plain = summary(statistic, &values)?;
    let count = figures.len() as f64;
    let typical = figures.iter().map(|figure| figure.2).sum::<f64>() / count;
    let value = match statistic {
        Statistic::Mean | Statistic::Trend => plain,
        // Figures step by their errors too, 2 σ/√π on average, which runs do not.
        Statistic::Roughness => {
            let of_errors = 2.0 * typical / std::f64::consts::PI.sqrt();
            (plain * plain - of_errors * of_errors).max(0.0).sqrt()
        }
    };
    let error = match statistic {
        Statistic::Mean => typical,
        Statistic::Trend => {
            let at = figures.iter().map(|figure| figure.0).sum::<f64>() / count;
            let spread: f64 = figures.iter().map(|figure| (figure.0 - at) * (figure.0 - at)).sum();
            MONTHS * typical / spread.sqrt()
        }
        // Each step has the errors of two months.
        Statistic::Roughness => typical * (2.0 / (count - 1.0)).sqrt(),
    };
    match log {
        false => Some((value, error)),
        true => (value > 0.0).then(|| (maths::ln(value), error / value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_slopes_are_those_of_least_squares() {
        // σ / √Σ(t − t̄)² for months 0, 1, 2: σ/√2, a year has twelve of them.
        let (slope, error) =
            figure(Statistic::Trend, &[(0.0, 1.0, 0.5), (1.0, 2.0, 0.5), (2.0, 3.0, 0.5)], false).unwrap();
        assert!((slope - 12.0).abs() < 1e-12 && (error - 12.0 * 0.5 / 2.0_f64.sqrt()).abs() < 1e-12, "{slope} {error}");
    }

    #[test]
    fn steps_that_errors_make_are_taken_off() {
        let figures = [(0.0, 0.0, 1.0), (1.0, 3.0, 1.0), (2.0, 0.0, 1.0)];
        let (value, _) = figure(Statistic::Roughness, &figures, false).unwrap();
        assert!((value - (9.0 - 4.0 / std::f64::consts::PI).sqrt()).abs() < 1e-12, "{value}");
        assert_eq!(figure(Statistic::Roughness, &[(0.0, 1.0, 9.0), (1.0, 2.0, 9.0)], false).unwrap().0, 0.0);
    }

    #[test]
    fn there_is_no_logarithm_of_nothing_and_no_step_of_one() {
        assert_eq!(figure(Statistic::Mean, &[(0.0, -1.0, 1.0)], true), None);
        assert_eq!(figure(Statistic::Roughness, &[(0.0, 1.0, 1.0)], false), None);
    }
}
