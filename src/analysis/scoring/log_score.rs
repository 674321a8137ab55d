//! The logarithmic score.

use super::Predictive;
use crate::maths::{exp, ln, pow};

/// ln sqrt(2 pi).
const LN_ROOT_2_PI: f64 = 0.918_938_533_204_672_7;

impl Predictive {
    /// Logarithmic score against what was `seen`: minus the logarithm of the density there, in nats. Draws are made smooth by normal kernels whose
    /// width is [`bandwidth`](Self::bandwidth), to which the error comes; far outside all draws the score grows with the square of the
    /// distance, and stays finite. `None` if all draws are the same and there is no error: there is no density then.
    pub fn log_score(&self, seen: f64) -> Option<f64> {
        let bandwidth = self.bandwidth();
        let width = (bandwidth * bandwidth + self.error() * self.error()).sqrt();
        (width > 0.0).then_some(())?;
        let exponents = || {
            self.values().iter().zip(self.weights()).map(|(value, weight)| {
                let z = (seen - value) / width;
                (-0.5 * z * z, weight)
            })
        };
        // The largest is taken out, so that not all vanish far outside.
        let largest = exponents().map(|(exponent, _)| exponent).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = exponents().map(|(exponent, weight)| weight * exp(exponent - largest)).sum();
        Some(LN_ROOT_2_PI + ln(width) - largest - ln(sum))
    }

    /// Standard deviation of the kernels by Silverman's rule, 1.06 min(s, IQR / 1.34) n^(-1/5): s and IQR are those of the draws, n is the effective number
    /// of equally weighted ones (Kish). Where half of the draws are the same, s alone counts.
    pub fn bandwidth(&self) -> f64 {
        let sd = self.sample_variance().sqrt();
        let middle = (self.sample_quantile(0.75) - self.sample_quantile(0.25)) / 1.34;
        let spread = if middle > 0.0 { sd.min(middle) } else { sd };
        let effective = 1.0 / self.weights().iter().map(|weight| weight * weight).sum::<f64>();
        1.06 * spread * pow(effective, -0.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_normal_distribution_it_is_the_logarithm_of_its_density() {
        let normal = Predictive::normal(1.0, 2.0).unwrap();
        let score = normal.log_score(4.0).unwrap();
        assert!((score - (LN_ROOT_2_PI + ln(2.0) + 1.125)).abs() < 1e-14, "{score}");
    }

    #[test]
    fn far_outside_it_is_finite() {
        let draws = Predictive::sample((0..100).map(|at| (f64::from(at), 1.0)).collect()).unwrap();
        let (near, far) = (draws.log_score(200.0).unwrap(), draws.log_score(1e6).unwrap());
        assert!(near > 10.0 && far > 1e8 && far.is_finite());
    }

    #[test]
    fn without_spread_there_is_no_density() {
        let same = Predictive::sample(vec![(1.0, 1.0), (1.0, 1.0)]).unwrap();
        assert_eq!(same.log_score(1.0), None);
        assert!(same.with_error(0.1).log_score(1.0).is_some());
    }
}
