//! At which value of a parameter a yes becomes a no.

use crate::maths::{self, effective, quantile};

/// Steps of Newton's method.
const STEPS: u32 = 50;
/// Precision of a prior of the slope in ranks, so that a clean cut has one too.
const PRIOR: f64 = 1e-3;

/// The value at which the probability of a yes is one half, with the ends of its 68 % interval: that of a logistic regression on the
/// ranks of the values, weighted. `None` if there is none within them.
pub fn turning_point(values: &[f64], yes: &[bool], weights: &[f64]) -> Option<[f64; 3]> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let sorted: Vec<f64> = order.iter().map(|at| values[*at]).collect();
    // As many observations as the weights are worth, with ranks about their middle.
    let scale = effective(weights) / weights.iter().sum::<f64>();
    let rank = |place: usize| (place as f64 + 0.5) / sorted.len() as f64 - 0.5;
    let observed: Vec<(f64, bool, f64)> =
        order.iter().enumerate().map(|(place, at)| (rank(place), yes[*at], scale * weights[*at])).collect();
    let fit = Fit::new(&observed)?;
    let at = -fit.level / fit.slope;
    let [of_level, both, of_slope] = fit.covariance;
    let error = ((of_level + at * at * of_slope + 2.0 * at * both).max(0.0)).sqrt() / fit.slope.abs();
    let inside = at.abs() < 0.5 && error.is_finite();
    inside.then(|| [at - error, at, at + error].map(|rank| quantile(&sorted, (rank + 0.5).clamp(0.0, 1.0))))
}

/// A logistic regression.
struct Fit {
    level: f64,
    slope: f64,
    /// Variance of the level, covariance, variance of the slope.
    covariance: [f64; 3],
}

impl Fit {
    fn new(observed: &[(f64, bool, f64)]) -> Option<Self> {
        let (mut level, mut slope) = (0.0, 0.0);
        let mut covariance = [f64::NAN; 3];
        for _ in 0..STEPS {
            let (mut gradient, mut information) = ([0.0, -PRIOR * slope], [PRIOR, 0.0, PRIOR]);
            for (rank, yes, weight) in observed {
                let chance = 1.0 / (1.0 + maths::exp(-(level + slope * rank)));
                let off = weight * (f64::from(u8::from(*yes)) - chance);
                let certain = weight * chance * (1.0 - chance);
                gradient = [gradient[0] + off, gradient[1] + off * rank];
                information[0] += certain;
                information[1] += certain * rank;
                information[2] += certain * rank * rank;
            }
            let [a, b, c] = information;
            let determinant = a * c - b * b;
            covariance = [c / determinant, -b / determinant, a / determinant];
            let step = [
                covariance[0] * gradient[0] + covariance[1] * gradient[1],
                covariance[1] * gradient[0] + covariance[2] * gradient[1],
            ];
            // Long steps of a clean cut would overshoot.
            let shorter = 1.0 / f64::max(1.0, step[0].abs().max(step[1].abs()) / 5.0);
            (level, slope) = (level + shorter * step[0], slope + shorter * step[1]);
        }
        (level.is_finite() && slope.is_finite() && slope != 0.0).then_some(Self { level, slope, covariance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_found_where_it_is() {
        let values: Vec<f64> = (0..200).map(|at| f64::from((at * 73) % 200)).collect();
        let yes: Vec<bool> = values.iter().map(|value| *value > 140.0).collect();
        let [low, at, high] = turning_point(&values, &yes, &vec![2.0; 200]).unwrap();
        assert!((at - 140.0).abs() < 2.0 && low < at && at < high && high - low < 12.0, "{low} {at} {high}");
        let no: Vec<bool> = yes.iter().map(|yes| !yes).collect();
        assert!((turning_point(&values, &no, &vec![1.0; 200]).unwrap()[1] - at).abs() < 1e-6);
    }

    #[test]
    fn a_slow_change_has_a_wide_interval_and_none_has_no_point() {
        // The chance of a yes rises from 0 to 1 in a straight line, so that it is one half in the middle.
        let values: Vec<f64> = (0..400).map(f64::from).collect();
        let yes: Vec<bool> = (0..400_u32).map(|at| (at * 7919) % 400 < at).collect();
        let [low, at, high] = turning_point(&values, &yes, &vec![1.0; 400]).unwrap();
        assert!((at - 200.0).abs() < 2.0 * (high - low) && high - low > 15.0, "{low} {at} {high}");
        assert_eq!(turning_point(&values, &vec![true; 400], &vec![1.0; 400]), None);
    }
}
