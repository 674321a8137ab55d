//! Transcendental functions that give the same bits on every machine, and the closed forms that several parts share.
//!
//! Everything goes through the `libm` crate; `clippy.toml` keeps the methods of `f64` that call the platform's library out.

/// e to the `x`.
#[inline]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// e to the `x`, less 1, exact for small `x`.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Natural logarithm.
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
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

/// The standard normal deviate below which a share `p` of draws falls, `p` in (0, 1).
///
/// Algorithm AS 241, PPND16 (Wichura 1988), accurate to about 1 part in 10¹⁶. It takes one uniform per normal, whatever its
/// value, so a draw keeps its place in a stream.
///
/// ```
/// assert!((redqueen::maths::normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
/// ```
#[expect(clippy::excessive_precision, reason = "the coefficients as published")]
pub fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 8] = [
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ];
    const B: [f64; 8] = [
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ];
    const C: [f64; 8] = [
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ];
    const D: [f64; 8] = [
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ];
    const E: [f64; 8] = [
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ];
    const F: [f64; 8] = [
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ];
    fn horner(coefficients: &[f64; 8], x: f64) -> f64 {
        coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * horner(&A, r) / horner(&B, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-ln(tail)).sqrt();
    let x =
        if r <= 5.0 { horner(&C, r - 1.6) / horner(&D, r - 1.6) } else { horner(&E, r - 5.0) / horner(&F, r - 5.0) };
    if q < 0.0 { -x } else { x }
}

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

/// Gini coefficient of `values`, each held by a group of the given weight (population); 0 if all are equal.
///
/// With equal weights this is Σ (2i − n − 1) xᵢ / (n Σ x) over sorted values.
///
/// ```
/// assert_eq!(redqueen::maths::gini(&[(0.0, 1.0), (0.0, 1.0), (0.0, 1.0), (1.0, 1.0)]), 0.75);
/// ```
pub fn gini(groups: &[(f64, f64)]) -> f64 {
    let mut sorted = groups.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let population: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let total: f64 = sorted.iter().map(|(value, weight)| value * weight).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let mut below = 0.0;
    let mut sum = 0.0;
    for (value, weight) in sorted {
        // Twice the mean rank of the group, less the rank of the middle.
        sum += weight * value * (2.0 * below + weight - population);
        below += weight;
    }
    sum / (population * total)
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
    fn normal_quantile_is_symmetric_and_inverts_the_normal_distribution() {
        for p in [1e-12, 1e-5, 0.01, 0.075, 0.2, 0.5, 0.8, 0.925, 0.99] {
            let x = normal_quantile(p);
            let cumulative = 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
            assert!((cumulative - p).abs() < 1e-14 * p.max(1e-3), "{p}: {x} gives {cumulative}");
            assert!((normal_quantile(1.0 - p) + x).abs() < 1e-4, "{p}");
        }
    }

    #[test]
    fn poisson_inverts_its_distribution() {
        // P(0) = e^-2 = 0.1353, P(≤1) = 0.4060, P(≤2) = 0.6767
        assert_eq!([0.13, 0.14, 0.41, 0.67, 0.68].map(|u| poisson_quantile(2.0, u)), [0, 1, 2, 2, 3]);
        assert_eq!(poisson_quantile(0.0, 0.999), 0);
        assert_eq!(poisson_quantile(1000.0, 0.5), 1000);
        assert!(poisson_quantile(499.0, 1.0) >= 600);
    }

    #[test]
    fn gini_weights_groups_like_so_many_single_members() {
        let grouped = gini(&[(1.0, 2.0), (5.0, 1.0)]);
        let single = gini(&[(1.0, 1.0), (1.0, 1.0), (5.0, 1.0)]);
        assert!((grouped - single).abs() < 1e-15);
    }
}
