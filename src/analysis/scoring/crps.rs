//! The continuous ranked probability score.

use super::predictive::{Predictive, normal_density};
use crate::maths::normal_cumulative;

/// What a score of draws estimates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// The score of the distribution of the draws itself.
    Plain,
    /// The score of the distribution that the draws are drawn from, without bias (Ferro 2014): few draws are not worse off. Of a single
    /// draw it is the plain one.
    Fair,
}

impl Predictive {
    /// Continuous ranked probability score against what was `seen`, in its unit: E|X − y| − ½ E|X − X′|. Of a forecast of one value it
    /// is the absolute error.
    pub fn crps(&self, seen: f64, estimator: Estimator) -> f64 {
        let (plain, fair) = self.crps_both(seen);
        match estimator {
            Estimator::Plain => plain,
            Estimator::Fair => fair,
        }
    }

    /// The plain score and the fair one, which share most of their work.
    pub(super) fn crps_both(&self, seen: f64) -> (f64, f64) {
        let pairs = self.values().iter().zip(self.weights());
        let misses: f64 = pairs.map(|(value, weight)| weight * mean_distance(seen - value, self.error())).sum();
        let itself: f64 = self.weights().iter().map(|weight| weight * weight).sum();
        // Two values of the blurred distribution may come from the same draw, and differ by their errors then.
        let same = mean_distance(0.0, self.error() * SQRT_2);
        let between = self.between_draws();
        let fair = if self.values().len() > 1 { between / (1.0 - itself) } else { same };
        (misses - 0.5 * (between + itself * same), misses - 0.5 * fair)
    }

    /// Mean distance of two different draws, times the probability that two are different.
    fn between_draws(&self) -> f64 {
        let (values, weights) = (self.values(), self.weights());
        // Sum over pairs of w v (x - x'), without going through all pairs: what stands below is known as sums.
        let (mut sum, mut weight_below, mut moment_below) = (0.0, 0.0, 0.0);
        for (&value, &weight) in values.iter().zip(weights) {
            sum += weight * (value * weight_below - moment_below);
            weight_below += weight;
            moment_below += weight * value;
        }
        let sd = self.error() * SQRT_2;
        // The error widens distances that are not large against it.
        let mut near = 0.0;
        if sd > 0.0 {
            let mut first = 0;
            for at in 0..values.len() {
                while values[at] - values[first] > FAR * sd {
                    first += 1;
                }
                let wider = |below: usize| {
                    let distance = values[at] - values[below];
                    weights[below] * (mean_distance(distance, sd) - distance)
                };
                near += weights[at] * (first..at).map(wider).sum::<f64>();
            }
        }
        2.0 * (sum + near)
    }
}

const SQRT_2: f64 = std::f64::consts::SQRT_2;

/// So many standard deviations out, a normal error does not change a mean distance in double precision.
const FAR: f64 = 9.0;

/// Mean distance from 0 of a normal variable of this mean and standard deviation.
fn mean_distance(mean: f64, sd: f64) -> f64 {
    if sd == 0.0 || mean.abs() > FAR * sd {
        return mean.abs();
    }
    let z = mean / sd;
    mean * (2.0 * normal_cumulative(z) - 1.0) + 2.0 * sd * normal_density(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_value_it_is_the_absolute_error() {
        let point = Predictive::sample(vec![(3.0, 1.0)]).unwrap();
        assert_eq!(point.crps(5.0, Estimator::Plain), 2.0);
        assert_eq!(point.crps(5.0, Estimator::Fair), 2.0);
    }

    #[test]
    fn the_fair_score_does_not_depend_on_the_number_of_draws() {
        // Samples of 2 and of all of a population of 1..=6 by turns: their mean fair scores are the same.
        let pairs = (1..=6).flat_map(|a| (1..=6).map(move |b| [f64::from(a), f64::from(b)]));
        let scores: Vec<f64> = pairs
            .map(|pair| {
                let draws = Predictive::sample(pair.map(|value| (value, 0.5)).to_vec()).unwrap();
                let by_hand =
                    pair.map(|value| (value - 2.5).abs()).iter().sum::<f64>() / 2.0 - (pair[0] - pair[1]).abs() / 2.0;
                assert!((draws.crps(2.5, Estimator::Fair) - by_hand).abs() < 1e-15);
                by_hand
            })
            .collect();
        let population = Predictive::sample((1..=6).map(|value| (f64::from(value), 1.0)).collect()).unwrap();
        let mean = scores.iter().sum::<f64>() / 36.0;
        assert!((mean - population.crps(2.5, Estimator::Plain)).abs() < 1e-14);
    }

    #[test]
    fn a_little_error_changes_the_score_little() {
        let draws =
            Predictive::sample((0..40).map(|at| (f64::from(at * at % 37), 1.0 + f64::from(at % 3))).collect()).unwrap();
        for estimator in [Estimator::Plain, Estimator::Fair] {
            let difference = draws.crps(11.3, estimator) - draws.clone().with_error(1e-7).crps(11.3, estimator);
            assert!(difference.abs() < 1e-7, "{difference}");
        }
    }
}
