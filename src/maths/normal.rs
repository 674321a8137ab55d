//! The normal distribution. Its quantile is algorithm AS 241, PPND16 (Wichura 1988), accurate to about 1 part in 10¹⁶.

use super::{ln, ln_all};

/// The coefficients as published, a numerator and a denominator for each of three ranges.
#[expect(clippy::excessive_precision, reason = "as published")]
mod coefficients {
    pub const A: [f64; 8] = [
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ];
    pub const B: [f64; 8] = [
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ];
    pub const C: [f64; 8] = [
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ];
    pub const D: [f64; 8] = [
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ];
    pub const E: [f64; 8] = [
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ];
    pub const F: [f64; 8] = [
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ];
}
use coefficients::{A, B, C, D, E, F};

#[inline(always)]
fn horner(coefficients: &[f64; 8], x: f64) -> f64 {
    let mut sum = coefficients[7];
    for i in (0..7).rev() {
        sum = sum * x + coefficients[i];
    }
    sum
}

/// How far from ½ the middle range goes.
const MIDDLE: f64 = 0.425;

#[inline(always)]
fn in_the_middle(q: f64) -> f64 {
    let r = 0.180625 - q * q;
    q * horner(&A, r) / horner(&B, r)
}

/// The quantile on the side of `q`, from the ln of the share beyond it.
#[inline(always)]
fn in_a_tail(q: f64, ln_tail: f64) -> f64 {
    let r = (-ln_tail).sqrt();
    let x =
        if r <= 5.0 { horner(&C, r - 1.6) / horner(&D, r - 1.6) } else { horner(&E, r - 5.0) / horner(&F, r - 5.0) };
    x.copysign(q)
}

#[inline(always)]
fn tail(p: f64) -> f64 {
    if p < 0.5 { p } else { 1.0 - p }
}

/// The standard normal deviate below which a share `p` of draws falls, `p` in (0, 1).
///
/// It takes one uniform per normal, whatever its value, so a draw keeps its place in a stream.
///
/// ```
/// assert!((redqueen::maths::normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
/// ```
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= MIDDLE { in_the_middle(q) } else { in_a_tail(q, ln(tail(p))) }
}

/// The share of draws of a standard normal distribution that falls below `x`.
///
/// ```
/// assert!((redqueen::maths::normal_cumulative(1.959_963_984_540_054) - 0.975).abs() < 1e-15);
/// ```
pub fn normal_cumulative(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// [`normal_quantile`] of each share, in its place: the same bits, in less time.
pub fn normal_quantile_all(shares: &mut [f64]) {
    const AT_ONCE: usize = 64;
    for chunk in shares.chunks_mut(AT_ONCE) {
        // Most shares lie in the middle; the others are put aside.
        let (mut places, mut sides, mut tails, mut aside) = ([0; AT_ONCE], [0.0; AT_ONCE], [1.0; AT_ONCE], 0);
        for (place, p) in chunk.iter_mut().enumerate() {
            let q = *p - 0.5;
            (places[aside], sides[aside], tails[aside]) = (place, q, tail(*p));
            aside += usize::from(q.abs() > MIDDLE);
            *p = q;
        }
        for q in chunk.iter_mut() {
            *q = in_the_middle(*q);
        }
        // A whole number of eights is taken at once; numbers beyond those put aside do no harm.
        ln_all(&mut tails[..aside.next_multiple_of(8)]);
        for i in 0..aside {
            chunk[places[i]] = in_a_tail(sides[i], tails[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantile_is_symmetric_and_inverts_the_normal_distribution() {
        for p in [1e-12, 1e-5, 0.01, 0.075, 0.2, 0.5, 0.8, 0.925, 0.99] {
            let x = normal_quantile(p);
            let cumulative = normal_cumulative(x);
            assert!((cumulative - p).abs() < 1e-14 * p.max(1e-3), "{p}: {x} gives {cumulative}");
            assert!((normal_quantile(1.0 - p) + x).abs() < 1e-4, "{p}");
        }
    }

    #[test]
    fn a_slice_gives_the_bits_of_its_shares() {
        let shares: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).chain([1e-16, 1e-13, 0.925]).collect();
        let mut all = shares.clone();
        normal_quantile_all(&mut all);
        for (all, p) in all.iter().zip(shares) {
            assert_eq!(all.to_bits(), normal_quantile(p).to_bits(), "{p}");
        }
    }
}
