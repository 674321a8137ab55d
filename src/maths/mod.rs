//! Transcendental functions that give the same bits on every machine, and the closed forms that several parts share.
//!
//! `exp` and `ln` are written here, the others come from the `libm` crate; `clippy.toml` keeps the methods of `f64` that
//! call the platform's library out.

mod beta;
mod bits;
mod elementary;
pub mod linear;
mod moments;
mod normal;
pub mod normal_form;
mod prior;
mod student;
mod weights;

pub use beta::binomial_tail;
pub use bits::{below, unit};
pub use elementary::{exp, exp_all, ln, ln_all};
pub use moments::Moments;
pub use normal::{normal_cumulative, normal_quantile, normal_quantile_all};
pub use prior::{Prior, PriorError, Shape};
pub use student::student_quantile;
pub use weights::{effective, resample, systematic};

/// e to the `x`, less 1, exact for small `x`.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Logarithm of 1 + `x`, exact for small `x`.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Logarithm to base 10.
#[inline]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// `base` to the `exponent`.
#[inline]
pub fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

/// The larger of two numbers, `a` if either is `NaN`. It takes one instruction where `f64::max`, which looks for the number
/// beside a `NaN`, takes several.
///
/// ```
/// assert_eq!(redqueen::maths::larger(1.0, 2.0), 2.0);
/// assert_eq!(redqueen::maths::larger(1.0, f64::NAN), 1.0);
/// ```
#[inline]
pub fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// ln 10, for conversions between nats and rating points.
pub const LN_10: f64 = std::f64::consts::LN_10;

/// Number of events of a Poisson distribution of mean `mean` whose cumulative probability first exceeds `uniform`
/// (inversion: one uniform a draw). Stops at 10,000 events.
pub fn poisson_quantile(mean: f64, uniform: f64) -> u32 {
    if mean <= 0.0 {
        return 0;
    }
    // Beyond this mean e^-mean underflows; the normal approximation is exact enough there.
    if mean > 500.0 {
        let normal = normal_quantile(uniform.clamp(1e-16, 1.0 - 1e-16));
        return (mean + mean.sqrt() * normal).round().clamp(0.0, 10_000.0) as u32;
    }
    let mut probability = exp(-mean);
    let mut cumulative = probability;
    let mut events = 0;
    while uniform >= cumulative && events < 10_000 {
        events += 1;
        probability *= mean / f64::from(events);
        cumulative += probability;
    }
    events
}

/// Sum of squared shares of non-negative amounts (Herfindahl–Hirschman index); `NaN` if they sum to 0.
///
/// ```
/// assert_eq!(redqueen::maths::hhi(&[1.0, 1.0, 1.0, 1.0]), 0.25);
/// ```
pub fn hhi(amounts: &[f64]) -> f64 {
    let total: f64 = amounts.iter().sum();
    amounts.iter().map(|amount| (amount / total) * (amount / total)).sum()
}

/// So many pairs need no list of their own in memory.
const FEW: usize = 16;

/// Gini coefficient of `values`, each held by a group of the given weight (population); 0 if all are equal.
///
/// With equal weights this is Σ (2i − n − 1) xᵢ / (n Σ x) over sorted values.
///
/// ```
/// assert_eq!(redqueen::maths::gini(&[(0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (1.0, 1.0)]), 0.75);
/// ```
pub fn gini(groups: &[(f64, f64)]) -> f64 {
    // So few groups as there may be states need no place on the heap.
    let (mut few, mut many) = ([(0.0, 0.0); FEW], Vec::new());
    let sorted = match few.get_mut(..groups.len()) {
        Some(few) => {
            few.copy_from_slice(groups);
            few
        }
        None => {
            many.extend_from_slice(groups);
            &mut many[..]
        }
    };
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let population: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let total: f64 = sorted.iter().map(|(value, weight)| value * weight).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let mut below = 0.0;
    let mut sum = 0.0;
    for (value, weight) in sorted.iter() {
        // Twice the mean rank of the group, less the rank of the middle.
        sum += weight * value * (2.0 * below + weight - population);
        below += weight;
    }
    sum / (population * total)
}

/// The value below which a share of the sorted values lies, between neighbours in proportion; `NaN` if there are none.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * sorted.len().saturating_sub(1) as f64;
    let (below, above) = (at.floor() as usize, at.ceil() as usize);
    match (sorted.get(below), sorted.get(above)) {
        (Some(low), Some(high)) => low + (high - low) * (at - at.floor()),
        _ => f64::NAN,
    }
}

/// Shares of a Tullock contest in place: xᵢ^r / Σ xⱼ^r for amounts given as logarithms.
///
/// r = 1 makes shares proportional, r = 0 equal, r → ∞ gives all to the largest (Tullock 1980).
///
/// ```
/// let mut shares = [3.0_f64, 1.0].map(redqueen::maths::ln);
/// redqueen::maths::contest_shares(&mut shares, 1.0);
/// assert!((shares[0] - 0.75).abs() < 1e-15);
/// ```
pub fn contest_shares(ln_amounts: &mut [f64], r: f64) {
    let largest = ln_amounts.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for amount in ln_amounts.iter_mut() {
        *amount = if r == 0.0 { 1.0 } else { exp(r * (*amount - largest)) };
        sum += *amount;
    }
    for amount in ln_amounts.iter_mut() {
        *amount /= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_inverts_its_distribution() {
        // P(0) = e^-2 = 0.1353, P(≤1) = 0.4060, P(≤2) = 0.6767
        assert_eq!([0.13, 0.14, 0.41, 0.67, 0.68].map(|u| poisson_quantile(2.0, u)), [0, 1, 2, 2, 3]);
        assert_eq!(poisson_quantile(0.0, 0.999), 0);
        assert_eq!(poisson_quantile(1000.0, 0.5), 1000);
        assert!(poisson_quantile(499.0, 1.0) >= 600);
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(quantile(&values, 0.5), 2.5);
        assert_eq!(quantile(&values, 1.0), 4.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn gini_weights_groups_like_so_many_single_members() {
        let grouped = gini(&[(1.0, 2.0), (5.0, 1.0)]);
        let single = gini(&[(1.0, 1.0), (1.0, 1.0), (5.0, 1.0)]);
        assert!((grouped - single).abs() < 1e-15);
    }
}
