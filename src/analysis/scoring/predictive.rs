//! Predictive distributions: weighted draws, blurred by a normal error of one size.

use crate::maths::{exp, normal_cumulative};

/// A distribution that was forecast: weighted draws to each of which a normal error of mean 0 is added, the same for all. One draw
/// makes it normal, no error a plain sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictive {
    /// Draws in ascending order.
    values: Vec<f64>,
    /// Their weights, above 0; they sum to 1.
    weights: Vec<f64>,
    /// Standard deviation of the error.
    error: f64,
}

impl Predictive {
    /// The distribution of draws with their weights. Draws without weight are left out; `None` if nothing is left, or a number is not
    /// finite, or a weight below 0.
    pub fn sample(mut draws: Vec<(f64, f64)>) -> Option<Self> {
        if draws.iter().any(|(value, weight)| !(value.is_finite() && weight.is_finite() && *weight >= 0.0)) {
            return None;
        }
        draws.retain(|(_, weight)| *weight > 0.0);
        draws.sort_by(|a, b| a.0.total_cmp(&b.0));
        let sum: f64 = draws.iter().map(|(_, weight)| weight).sum();
        if !(sum > 0.0 && sum.is_finite()) {
            return None;
        }
        let (values, weights) = draws.into_iter().map(|(value, weight)| (value, weight / sum)).unzip();
        Some(Self { values, weights, error: 0.0 })
    }

    /// A normal distribution; `None` if a number is not finite, or the standard deviation below 0.
    pub fn normal(mean: f64, sd: f64) -> Option<Self> {
        (sd.is_finite() && sd >= 0.0).then_some(())?;
        Self::sample(vec![(mean, 1.0)]).map(|point| point.with_error(sd))
    }

    /// The distribution of what is measured with an independent normal error of this standard deviation, finite and from 0 on.
    #[must_use]
    pub fn with_error(self, sd: f64) -> Self {
        Self { error: (self.error * self.error + sd * sd).sqrt(), ..self }
    }

    /// Draws, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Weights of the draws; they sum to 1.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Standard deviation of the error that is added to each draw.
    pub const fn error(&self) -> f64 {
        self.error
    }

    /// Mean.
    pub fn mean(&self) -> f64 {
        self.values.iter().zip(&self.weights).map(|(value, weight)| value * weight).sum()
    }

    /// Standard deviation of the distribution itself: squares are divided by n, not by n − 1.
    pub fn sd(&self) -> f64 {
        (self.sample_variance() + self.error * self.error).sqrt()
    }

    /// Variance of the draws without the error.
    pub(super) fn sample_variance(&self) -> f64 {
        let mean = self.mean();
        self.values.iter().zip(&self.weights).map(|(value, weight)| weight * (value - mean) * (value - mean)).sum()
    }

    /// Probability of a value below `x`, and of one no larger than `x`; they differ where draws without error are `x`.
    pub fn cumulative(&self, x: f64) -> (f64, f64) {
        let pairs = || self.values.iter().zip(&self.weights);
        if self.error > 0.0 {
            let share: f64 = pairs().map(|(value, weight)| weight * normal_cumulative((x - value) / self.error)).sum();
            return (share, share);
        }
        let below = pairs().take_while(|(value, _)| **value < x).map(|(_, weight)| weight).sum();
        let until = pairs().take_while(|(value, _)| **value <= x).map(|(_, weight)| weight).sum();
        (below, until)
    }

    /// The value below which a share of the distribution lies. Of draws without error it is taken between neighbours in proportion, where
    /// each draw stands in the middle of its weight (Hazen); beyond the outer ones it is the outermost.
    pub fn quantile(&self, share: f64) -> f64 {
        let plain = self.sample_quantile(share);
        if self.error > 0.0 { self.blurred_quantile(share, plain) } else { plain }
    }

    /// Quantile of the draws without the error.
    pub(super) fn sample_quantile(&self, share: f64) -> f64 {
        let (mut before, mut last): (f64, Option<(f64, f64)>) = (0.0, None);
        for (&value, &weight) in self.values.iter().zip(&self.weights) {
            let middle = before + weight / 2.0;
            match last {
                _ if middle < share => {}
                None => return value,
                Some((low, from)) => return low + (value - low) * ((share - from) / (middle - from)),
            }
            last = Some((value, middle));
            before += weight;
        }
        last.map_or(f64::NAN, |(value, _)| value)
    }

    /// Quantile of the draws with the error: Newton's steps from `start`, kept between bounds that close in.
    fn blurred_quantile(&self, share: f64, start: f64) -> f64 {
        // Nothing lies further out to double precision.
        const FAR: f64 = 40.0;
        let ends = (self.values.first(), self.values.last());
        let (Some(first), Some(last)) = ends else { return f64::NAN };
        let (mut low, mut high) = (first - FAR * self.error, last + FAR * self.error);
        let mut x = start;
        for _ in 0..200 {
            let excess = self.cumulative(x).0 - share;
            if excess > 0.0 {
                high = x;
            } else {
                low = x;
            }
            let step = x - excess / self.density(x);
            let next = if step > low && step < high { step } else { 0.5 * (low + high) };
            if (next - x).abs() <= 1e-14 * (self.error + x.abs()) {
                return next;
            }
            x = next;
        }
        x
    }

    /// Probability density at `x` of draws with their error.
    fn density(&self, x: f64) -> f64 {
        let pairs = self.values.iter().zip(&self.weights);
        pairs.map(|(value, weight)| weight * normal_density((x - value) / self.error)).sum::<f64>() / self.error
    }
}

/// Density of the standard normal distribution.
pub(super) fn normal_density(z: f64) -> f64 {
    /// 1 / sqrt(2 pi).
    const AT_0: f64 = 0.398_942_280_401_432_7;
    AT_0 * exp(-0.5 * z * z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::normal_quantile;

    #[test]
    fn nonsense_is_no_distribution() {
        for draws in [vec![], vec![(1.0, 0.0)], vec![(f64::NAN, 1.0)], vec![(1.0, -1.0)], vec![(1.0, f64::INFINITY)]] {
            assert_eq!(Predictive::sample(draws), None);
        }
        assert_eq!(Predictive::normal(0.0, -1.0), None);
        assert_eq!(Predictive::normal(f64::NAN, 1.0), None);
    }

    #[test]
    fn one_draw_with_error_is_normal() {
        let normal = Predictive::normal(3.0, 2.0).unwrap();
        assert_eq!((normal.mean(), normal.sd()), (3.0, 2.0));
        for share in [1e-6, 0.05, 0.3, 0.5, 0.99] {
            let expected = 3.0 + 2.0 * normal_quantile(share);
            assert!((normal.quantile(share) - expected).abs() < 1e-9, "{share}");
            assert!((normal.cumulative(expected).0 - share).abs() < 1e-14, "{share}");
        }
        assert!((Predictive::normal(3.0, 2.0).unwrap().with_error(1.5).sd() - 2.5).abs() < 1e-15);
    }

    #[test]
    fn quantiles_invert_the_distribution_of_blurred_draws() {
        let far =
            Predictive::sample(vec![(-100.0, 0.2), (0.0, 0.5), (1.0, 0.1), (500.0, 0.2)]).unwrap().with_error(0.3);
        for share in [0.01, 0.15, 0.2, 0.45, 0.7, 0.75, 0.8, 0.95] {
            let x = far.quantile(share);
            assert!((far.cumulative(x).0 - share).abs() < 1e-10, "{share}: {x}");
        }
    }

    #[test]
    fn a_draw_that_weighs_twice_counts_like_two() {
        let one = Predictive::sample(vec![(4.0, 1.0), (1.0, 2.0), (9.0, 0.0)]).unwrap();
        let two = Predictive::sample(vec![(1.0, 1.0), (1.0, 1.0), (4.0, 1.0)]).unwrap();
        assert_eq!(one.values(), [1.0, 4.0]);
        assert!((one.sd() - two.sd()).abs() < 1e-15);
        let ends = |of: &Predictive| of.cumulative(1.0);
        assert!((ends(&one).1 - ends(&two).1).abs() < 1e-15 && ends(&one).0 == 0.0);
        assert_eq!((one.quantile(0.0), one.quantile(1.0)), (1.0, 4.0));
    }
}
