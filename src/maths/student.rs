//! The quantile of Student's t distribution (Abramowitz and Stegun 1964, 26.7).

use super::normal_quantile;
use std::f64::consts::FRAC_2_PI;

/// Degrees of freedom above which the expansion about the normal quantile is exact enough.
const EXPANDED: u64 = 500;

/// The quantile at `p`, from 0.5 to below 1, of Student's t distribution with `freedom` (at least 1) degrees of freedom,
/// to about 1 part in 10¹².
///
/// ```
/// let t = redqueen::maths::student_quantile(0.975, 9);
/// assert!((t - 2.262157162798205).abs() < 1e-12);
/// ```
pub fn student_quantile(p: f64, freedom: u64) -> f64 {
    if freedom > EXPANDED {
        return expanded(normal_quantile(p), freedom as f64);
    }
    let wanted = 2.0 * p - 1.0;
    let (mut low, mut high) = (0.0, 1.0);
    while within(high, freedom) < wanted && high < 1e18 {
        high *= 2.0;
    }
    // Halving ends when no number lies between the two.
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if within(middle, freedom) < wanted { low = middle } else { high = middle }
    }
}

/// The probability of lying between −t and t: the finite sums 26.7.3 and 26.7.4.
fn within(t: f64, freedom: u64) -> f64 {
    let n = freedom as f64;
    let (sine, cosine) = (t / (n + t * t).sqrt(), (n / (n + t * t)).sqrt());
    let odd = freedom % 2 == 1;
    let (mut term, mut sum) = (if odd { cosine } else { 1.0 }, 0.0);
    let mut place = if odd { 1 } else { 0 };
    while place + 2 <= freedom {
        sum += term;
        place += 2;
        term *= (place - 1) as f64 / place as f64 * cosine * cosine;
    }
    if odd { FRAC_2_PI * (libm::atan(t / n.sqrt()) + sine * sum) } else { sine * sum }
}

/// The expansion 26.7.5 about the normal quantile `x`.
fn expanded(x: f64, n: f64) -> f64 {
    let y = x * x;
    let g1 = x * (y + 1.0) / 4.0;
    let g2 = x * ((5.0 * y + 16.0) * y + 3.0) / 96.0;
    let g3 = x * (((3.0 * y + 19.0) * y + 17.0) * y - 15.0) / 384.0;
    let g4 = x * ((((79.0 * y + 776.0) * y + 1482.0) * y - 1920.0) * y - 945.0) / 92_160.0;
    x + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[(n, t.ppf(p, n)) for n in (1, 2, 3, 4, 9, 30, 99, 200, 201, 1000, 10**6)]` of `scipy.stats`.
    #[test]
    fn quantiles_are_those_of_scipy() {
        let freedoms = [1, 2, 3, 4, 9, 30, 99, 200, 201, 1000, 1_000_000];
        for (p, expected) in [
            (
                0.6,
                [
                    0.32491969623290634,
                    0.2886751345948128,
                    0.2766706623326898,
                    0.2707222947075976,
                    0.260955336473911,
                    0.2556053649519128,
                    0.25402901215180673,
                    0.25368437919014747,
                    0.25368269988916703,
                    0.25341451583949876,
                    0.25334717053784184,
                ],
            ),
            (
                0.975,
                [
                    12.706204736174694,
                    4.302652729749462,
                    3.1824463052837078,
                    2.7764451051977934,
                    2.262157162798205,
                    2.0422724563012378,
                    1.9842169515864174,
                    1.9718962236339088,
                    1.971836506779859,
                    1.9623390808264083,
                    1.959966356814107,
                ],
            ),
            (
                0.995,
                [
                    63.656741162871526,
                    9.924843200918287,
                    5.840909309733355,
                    4.604094871349992,
                    3.249835541592126,
                    2.7499956535672254,
                    2.626405457280827,
                    2.600634436191558,
                    2.6005099190831933,
                    2.580754698065951,
                    2.5758342201053344,
                ],
            ),
        ] {
            for (freedom, expected) in freedoms.into_iter().zip(expected) {
                let found = student_quantile(p, freedom);
                assert!((found / expected - 1.0).abs() < 2e-12, "{p}, {freedom}: {found} is not {expected}");
            }
        }
    }
}
