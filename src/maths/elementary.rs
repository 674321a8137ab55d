//! e^x and ln x by additions, multiplications, one division and moves of bits alone, so that they give the same bits on
//! every machine; without branches, so that the compiler takes several numbers of a slice at once. Where an argument is out
//! of the common range, the `libm` crate decides.

use std::f64::consts::LOG2_E;

/// 1.5 · 2⁵²: added to a number and taken off again it rounds to a whole one, which stands in the low bits of the sum.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; the first has so few digits that its product with an exponent is exact.
#[expect(clippy::excessive_precision, reason = "in two parts: the high one has zeros at its end")]
const LN_2: (f64, f64) = (6.931_471_803_691_238_164_9e-1, 1.908_214_929_270_587_700_02e-10);
/// Beyond this size of its argument e^x is left to `libm`.
const EXP_RANGE: f64 = 700.0;

/// e^x within ±700: x = k ln 2 + r, e^r = 1 + r + r² q(r), and k goes into the exponent. The polynomial q was fitted to the
/// least largest relative error (Remez), 4·10⁻¹⁸ of e^r over |r| ≤ ln 2 / 2.
#[inline(always)]
fn exp_in_range(x: f64) -> f64 {
    const Q: [f64; 10] = [
        0.500_000_000_000_001_1,
        0.166_666_666_666_664_13,
        0.041_666_666_666_530_246,
        0.008_333_333_333_494_357,
        0.001_388_888_894_360_364_2,
        0.000_198_412_695_067_402_45,
        2.480_149_312_934_172_5e-5,
        2.755_758_628_839_413_3e-6,
        2.763_023_657_704_427e-7,
        2.500_006_963_582_910_4e-8,
    ];
    let shifted = x * LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (x - k * LN_2.0) - k * LN_2.1;
    let mut q = Q[9];
    for i in (0..9).rev() {
        q = q * r + Q[i];
    }
    let e = 1.0 + (r + r * r * q);
    f64::from_bits(e.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// ln x for normal positive numbers: x = 2^k (1 + f) with 1 + f between √½ and √2, s = f / (2 + f),
/// ln(1 + f) = f − f²/2 + s (f²/2 + R(s²)). The polynomial R is that of FreeBSD's msun (Sun Microsystems 1993).
#[inline(always)]
#[expect(clippy::excessive_precision, reason = "the coefficients as published")]
fn ln_in_range(x: f64) -> f64 {
    const R: [f64; 7] = [
        6.666666666666735130e-01,
        3.999999999940941908e-01,
        2.857142874366239149e-01,
        2.222219843214978396e-01,
        1.818357216161805012e-01,
        1.531383769920937332e-01,
        1.479819860511658591e-01,
    ];
    /// Bits of √½.
    const LOWEST: u64 = 0x3fe6_a09e_667f_3bcd;
    const BIAS: u64 = 1 << 11;
    /// Bits and value of 2⁵², whose low bits hold whole numbers.
    const WHOLE: (u64, f64) = (0x4330_0000_0000_0000, 4_503_599_627_370_496.0);
    let bits = x.to_bits();
    let exponent = bits.wrapping_sub(LOWEST).wrapping_add(BIAS << 52) >> 52;
    let k = f64::from_bits(exponent | WHOLE.0) - (WHOLE.1 + BIAS as f64);
    let f = f64::from_bits(bits.wrapping_sub(exponent.wrapping_sub(BIAS) << 52)) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let mut r = R[6];
    for i in (0..6).rev() {
        r = r * z + R[i];
    }
    let half = 0.5 * f * f;
    s * (half + r * z) + k * LN_2.1 - half + f + k * LN_2.0
}

#[inline(always)]
fn ln_covers(x: f64) -> bool {
    (f64::MIN_POSITIVE..=f64::MAX).contains(&x)
}

/// e to the `x`.
#[inline]
pub fn exp(x: f64) -> f64 {
    if x.abs() <= EXP_RANGE { exp_in_range(x) } else { libm::exp(x) }
}

/// Natural logarithm.
#[inline]
pub fn ln(x: f64) -> f64 {
    if ln_covers(x) { ln_in_range(x) } else { libm::log(x) }
}

/// Numbers taken at once: enough to keep the processor busy while each waits for its own last step.
const AT_ONCE: usize = 8;

/// Replaces each number by its value under `common`, or under `rare` where it is not `covered`.
#[inline(always)]
fn replace_all(
    numbers: &mut [f64],
    covered: impl Fn(f64) -> bool,
    common: impl Fn(f64) -> f64,
    rare: impl Fn(f64) -> f64,
) {
    let one = |x: f64| if covered(x) { common(x) } else { rare(x) };
    let (chunks, rest) = numbers.as_chunks_mut::<AT_ONCE>();
    for chunk in chunks {
        let mut values = *chunk;
        for value in &mut values {
            *value = common(*value);
        }
        if !chunk.iter().fold(true, |all, &x| all & covered(x)) {
            values = chunk.map(one);
        }
        *chunk = values;
    }
    for number in rest {
        *number = one(*number);
    }
}

/// [`exp`] of each number, in its place: the same bits, in less time.
///
/// ```
/// let mut numbers = [0.0, 1.0];
/// redqueen::maths::exp_all(&mut numbers);
/// assert_eq!(numbers, [1.0, redqueen::maths::exp(1.0)]);
/// ```
pub fn exp_all(numbers: &mut [f64]) {
    replace_all(numbers, |x| x.abs() <= EXP_RANGE, exp_in_range, libm::exp);
}

/// [`ln`] of each number, in its place: the same bits, in less time.
pub fn ln_all(numbers: &mut [f64]) {
    replace_all(numbers, ln_covers, ln_in_range, libm::log);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Distance in units of the last place.
    fn ulps(a: f64, b: f64) -> u64 {
        if a == b { 0 } else { a.to_bits().abs_diff(b.to_bits()) }
    }

    /// Numbers spread over ±`range`, the same every time.
    fn spread(range: f64) -> impl Iterator<Item = f64> {
        (0..200_000_u32).map(move |i| ((f64::from(i) * 0.618_033_988_749_894_8).fract() * 2.0 - 1.0) * range)
    }

    #[test]
    fn exp_and_ln_are_within_an_ulp_or_so_over_the_whole_range() {
        for range in [1e-9, 0.4, 1.0, 20.0, 700.0] {
            let exp_worst = spread(range).map(|x| ulps(exp(x), libm::exp(x))).max();
            assert!(exp_worst <= Some(1), "exp to {range}: {exp_worst:?}");
            let ln_worst = spread(range).map(libm::exp).map(|x| ulps(ln(x), libm::log(x))).max();
            assert!(ln_worst <= Some(1), "ln of e^{range}: {ln_worst:?}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_those_of_libm() {
        let ends = [0.0, -0.0, 699.0, 701.0, 710.0, -708.0, -745.0, -746.0, f64::INFINITY, f64::NEG_INFINITY];
        for x in ends {
            assert!(ulps(exp(x), libm::exp(x)) <= 1, "{x}");
        }
        assert_eq!((exp(0.0), exp(-0.0), ln(1.0)), (1.0, 1.0, 0.0));
        assert!(exp(f64::NAN).is_nan() && ln(f64::NAN).is_nan() && ln(-1.0).is_nan());
        assert_eq!((ln(0.0), ln(f64::INFINITY)), (f64::NEG_INFINITY, f64::INFINITY));
        for x in [5e-324, 1e-310, f64::MIN_POSITIVE, f64::MAX, 0.5, 2.0, std::f64::consts::SQRT_2, 0.707, 0.7072] {
            assert!(ulps(ln(x), libm::log(x)) <= 1, "{x}");
        }
    }

    #[test]
    fn a_slice_gives_the_bits_of_its_numbers() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 800.0, -800.0, 5e-324];
        let numbers: Vec<f64> = spread(30.0).take(1000).chain(odd).chain(spread(3.0).take(3)).collect();
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let (mut exps, mut lns) = (numbers.clone(), numbers.clone());
        exp_all(&mut exps);
        ln_all(&mut lns);
        let one_by_one = |f: fn(f64) -> f64| numbers.iter().map(|x| f(*x)).collect::<Vec<_>>();
        assert_eq!(bits(&exps)[..1000], bits(&one_by_one(exp))[..1000]);
        assert_eq!(bits(&lns)[..1000].len(), 1000);
        for (all, one) in exps.iter().zip(one_by_one(exp)).chain(lns.iter().zip(one_by_one(ln))) {
            assert!(all.to_bits() == one.to_bits() || all.is_nan() && one.is_nan(), "{all} {one}");
        }
    }
}
