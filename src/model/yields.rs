//! How many good dies a wafer gives, and how experience makes things cheaper.
//!
//! The yield models take u = A D₀, the mean number of fatal defects on a die (area times density): Poisson; Murphy (1964)
//! with a rectangular and a triangular spread of density; Seeds (1967) with an exponential one; the negative binomial of
//! Stapper (1973), in which defects cluster the more the smaller α is.

use crate::maths;

/// Share of good dies if defects fall independently: e^−u.
///
/// ```
/// assert!((redqueen::model::yields::poisson_yield(1.0) - 0.367879441171).abs() < 1e-12);
/// ```
pub fn poisson_yield(u: f64) -> f64 {
    maths::exp(-u)
}

/// Share of good dies by Murphy's integral over a triangular spread of density: ((1 − e^−u)/u)².
pub fn murphy_triangular_yield(u: f64) -> f64 {
    let once = if u == 0.0 { 1.0 } else { -maths::exp_m1(-u) / u };
    once * once
}

/// Share of good dies by Murphy's integral over a rectangular spread of density: (1 − e^−2u)/2u.
pub fn murphy_rectangular_yield(u: f64) -> f64 {
    if u == 0.0 { 1.0 } else { -maths::exp_m1(-2.0 * u) / (2.0 * u) }
}

/// Share of good dies by Seeds: 1/(1 + u).
pub fn seeds_yield(u: f64) -> f64 {
    1.0 / (1.0 + u)
}

/// Share of good dies if defects cluster: (1 + u/α)^−α.
///
/// ```
/// assert_eq!(redqueen::model::yields::negative_binomial_yield(3.0, 3.0), 0.125);
/// ```
#[inline]
pub fn negative_binomial_yield(u: f64, alpha: f64) -> f64 {
    let spread = 1.0 + u / alpha;
    // The usual case, without a power.
    if alpha == 3.0 { 1.0 / (spread * spread * spread) } else { maths::pow(spread, -alpha) }
}

/// Whole dies of `area_mm2` that fit on a wafer of `diameter_mm`, not rounded: π(d/2)²/A − πd/√(2A), at least 0.
///
/// ```
/// assert!((redqueen::model::yields::dies_per_wafer(814.0, 300.0) - 63.4791898143).abs() < 1e-9);
/// ```
#[inline]
pub fn dies_per_wafer(area_mm2: f64, diameter_mm: f64) -> f64 {
    let around = std::f64::consts::PI * diameter_mm;
    (around * diameter_mm / (4.0 * area_mm2) - around / (2.0 * area_mm2).sqrt()).max(0.0)
}

/// Cost after `doublings` of experience against the cost before, at a learning rate (Wright 1936): (1 − LR)^doublings.
///
/// ```
/// assert!((redqueen::model::yields::experience_ratio(0.2, 2.0) - 0.64).abs() < 1e-15);
/// ```
pub fn experience_ratio(learning_rate: f64, doublings: f64) -> f64 {
    maths::pow(1.0 - learning_rate, doublings)
}

/// Density of fatal defects after experience has grown by a factor: D∞ + (D_start − D∞) · factor^−b, 1/cm².
///
/// ```
/// use redqueen::model::yields::defect_density;
/// assert_eq!(defect_density(0.3, 0.1, 1.0, 0.3), 0.3);
/// assert_eq!(defect_density(0.3, 0.1, 4.0, 0.5), 0.2);
/// ```
#[inline]
pub fn defect_density(start: f64, mature: f64, factor: f64, exponent: f64) -> f64 {
    let left = if exponent == 0.0 || factor == 1.0 { 1.0 } else { maths::pow(factor, -exponent) };
    mature + (start - mature) * left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clustering_saves_dies_and_fades_into_poisson() {
        let u = 0.8;
        assert!(seeds_yield(u) > negative_binomial_yield(u, 2.0));
        assert!(negative_binomial_yield(u, 2.0) > negative_binomial_yield(u, 3.0));
        assert!(negative_binomial_yield(u, 3.0) > poisson_yield(u));
        assert!((negative_binomial_yield(u, 1e7) - poisson_yield(u)).abs() < 1e-6);
        assert!((negative_binomial_yield(u, 3.0) - negative_binomial_yield(u, 3.0 + 1e-12)).abs() < 1e-10);
    }

    #[test]
    fn a_die_larger_than_the_wafer_does_not_fit() {
        assert_eq!(dies_per_wafer(60_000.0, 300.0), 0.0);
        assert!(dies_per_wafer(100.0, 300.0) > 600.0);
    }
}
