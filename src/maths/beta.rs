//! The regularised incomplete beta function (Press et al. 2007, 6.4), and the upper tail of the binomial distribution.

use super::{exp, ln};

/// Steps of the continued fraction; it takes about as many as the root of the larger parameter.
const MOST_STEPS: u32 = 100_000;
/// What stands for zero in a denominator.
const TINY: f64 = 1e-300;

/// The probability of at least `successes` in `trials` that each succeed with `chance`. Neither number need be whole: the tail is
/// then that of the beta distribution between the whole ones.
///
/// ```
/// let p = redqueen::maths::binomial_tail(8.0, 10.0, 0.5);
/// assert!((p - 56.0 / 1024.0).abs() < 1e-15);
/// ```
pub fn binomial_tail(successes: f64, trials: f64, chance: f64) -> f64 {
    if successes <= 0.0 || chance >= 1.0 {
        1.0
    } else if chance <= 0.0 || successes > trials {
        0.0
    } else {
        incomplete_beta(successes, trials - successes + 1.0, chance)
    }
}

/// The regularised incomplete beta function I_x(a, b) of `a` and `b` above 0 and `x` from 0 to 1.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    let front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * ln(x) + b * libm::log1p(-x);
    // The fraction converges fast below the mean only; beyond it the complement is found.
    if x < (a + 1.0) / (a + b + 2.0) {
        exp(front) * fraction(a, b, x) / a
    } else {
        1.0 - exp(front) * fraction(b, a, 1.0 - x) / b
    }
}

/// The continued fraction, by the method of Lentz.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let apart = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut c, mut d) = (1.0, 1.0 / apart(1.0 - (a + b) * x / (a + 1.0)));
    let mut value = d;
    for step in 1..=MOST_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            d = 1.0 / apart(1.0 + term * d);
            c = apart(1.0 + term / c);
            factor = d * c;
            value *= factor;
        }
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[scipy.stats.binom.sf(k - 1, n, p) for k, n, p in …]`.
    #[test]
    fn tails_are_those_of_scipy() {
        for (successes, trials, chance, expected) in [
            (1.0, 1.0, 0.25, 0.25),
            (8.0, 10.0, 0.5, 0.0546875),
            (45.0, 60.0, 0.6, 0.010_948_230_401_696_266),
            (250.0, 300.0, 0.8, 0.082_963_096_309_566_2),
            (700.0, 1000.0, 0.72, 0.924_851_961_851_115_2),
            (30.0, 882.0, 0.1, 1.0),
        ] {
            let found = binomial_tail(successes, trials, chance);
            assert!((found - expected).abs() < 1e-11, "{successes} of {trials} at {chance}: {found}");
        }
    }

    #[test]
    fn the_tail_falls_with_what_is_asked_for_and_ends_are_sure() {
        assert_eq!(binomial_tail(0.0, 10.0, 0.3), 1.0);
        assert_eq!(binomial_tail(3.0, 10.0, 0.0), 0.0);
        assert_eq!(binomial_tail(10.0, 10.0, 1.0), 1.0);
        let tails: Vec<f64> = (0..=40).map(|at| binomial_tail(f64::from(at) / 4.0, 10.0, 0.4)).collect();
        assert!(tails.is_sorted_by(|a, b| a >= b), "{tails:?}");
        assert!((binomial_tail(10.0, 10.0, 0.4) - crate::maths::pow(0.4, 10.0)).abs() < 1e-16);
    }
}
