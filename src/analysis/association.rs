//! How an outcome goes with what a design varies: rank correlations of numbers, correlation ratios of choices, and the surface
//! over two factors.

use super::precision::FEWEST;
use crate::maths::{exp_m1, linear, ln, normal_quantile};

/// How closely an outcome goes with a factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Association {
    /// From −1 to 1 for numbers, from 0 to 1 for choices.
    pub value: f64,
    /// Its 95 % interval; `None` below [`FEWEST`] points.
    pub interval: Option<(f64, f64)>,
    /// How many standard errors lie between it and nothing; `None` where there is no interval.
    pub signal: Option<f64>,
}

impl Association {
    /// Whether an interval that holds for all of so many factors at once leaves out zero (Bonferroni): of many that do nothing
    /// some come out well by luck.
    pub fn is_clear_among(&self, factors: usize) -> bool {
        let level = 1.0 - 0.025 / factors.max(1) as f64;
        self.signal.is_some_and(|signal| signal > normal_quantile(level))
    }

    /// The same without an interval, where the points are not independent.
    pub fn without_interval(self) -> Self {
        Self { interval: None, signal: None, ..self }
    }
}

/// The two-sided 95 % of a normal distribution.
fn normal() -> f64 {
    normal_quantile(0.975)
}

/// Ranks from 1; equal values share the mean of theirs.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for same in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let shared = from as f64 + (same.len() as f64 + 1.0) / 2.0;
        same.iter().for_each(|at| ranks[*at] = shared);
        from += same.len();
    }
    ranks
}

/// Spearman's rank correlation of as many values of each, with the interval of Bonett and Wright (2000); `None` where one of them
/// does not vary.
pub fn rank_correlation(x: &[f64], y: &[f64]) -> Option<Association> {
    let value = correlation(&ranks(x), &ranks(y))?;
    let n = x.len() as f64;
    let found = (x.len() as u64 >= FEWEST).then(|| {
        // At an end of the scale the interval is that end.
        let whole = value.clamp(-1.0 + 1e-12, 1.0 - 1e-12);
        let z = 0.5 * ln((1.0 + whole) / (1.0 - whole));
        let half = normal() * ((1.0 + value * value / 2.0) / (n - 3.0)).sqrt();
        ((tanh(z - half), tanh(z + half)), z.abs() / half * normal())
    });
    let (interval, signal) = found.unzip();
    Some(Association { value, interval, signal })
}

fn tanh(z: f64) -> f64 {
    // Beyond this it is 1 in all its digits.
    let twice = exp_m1(2.0 * z.clamp(-20.0, 20.0));
    twice / (twice + 2.0)
}

/// Pearson's correlation; `None` where one of them does not vary.
pub(super) fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let n = x.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (of_x, of_y) = (mean(x), mean(y));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - of_x, y - of_y);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    let scale = (xx * yy).sqrt();
    (scale > 0.0).then(|| (xy / scale).clamp(-1.0, 1.0))
}

/// Sums of a group of values.
#[derive(Clone, Copy, Default)]
struct Sums {
    n: f64,
    sum: f64,
}

/// The correlation ratio η of an outcome and the group that each of its values is in: the root of the share of its variance
/// between groups. Bias and interval are those of the jackknife of η². `None` where the outcome does not vary, or there is one group.
pub fn correlation_ratio(groups: &[usize], y: &[f64]) -> Option<Association> {
    let n = y.len() as f64;
    let mean = y.iter().sum::<f64>() / n;
    let y: Vec<f64> = y.iter().map(|value| value - mean).collect();
    let mut sums = vec![Sums::default(); groups.iter().max()? + 1];
    for (group, value) in groups.iter().zip(&y) {
        sums[*group] = Sums { n: sums[*group].n + 1.0, sum: sums[*group].sum + value };
    }
    let squares: f64 = y.iter().map(|value| value * value).sum();
    let part = |sums: &Sums| if sums.n > 0.0 { sums.sum * sums.sum / sums.n } else { 0.0 };
    let between: f64 = sums.iter().map(part).sum();
    if squares <= 0.0 || sums.iter().filter(|sums| sums.n > 0.0).count() < 2 {
        return None;
    }
    let whole = between / squares;
    if (y.len() as u64) < FEWEST {
        return Some(Association { value: whole.sqrt(), interval: None, signal: None });
    }
    // Each value left out in turn; what is taken from the mean is put back.
    let without = |(group, value): (&usize, &f64)| {
        let own = sums[*group];
        let rest = Sums { n: own.n - 1.0, sum: own.sum - value };
        let shift = value * value / (n - 1.0);
        let left = squares - value * value - shift;
        if left > 0.0 { ((between - part(&own) + part(&rest) - shift) / left).clamp(0.0, 1.0) } else { whole }
    };
    let left: Vec<f64> = groups.iter().zip(&y).map(without).collect();
    let average = left.iter().sum::<f64>() / n;
    let error = ((n - 1.0) / n * left.iter().map(|each| (each - average) * (each - average)).sum::<f64>()).sqrt();
    let corrected = n * whole - (n - 1.0) * average;
    let root = |square: f64| square.clamp(0.0, 1.0).sqrt();
    let half = normal() * error;
    let signal = if error > 0.0 { (corrected / error).max(0.0) } else { f64::INFINITY };
    let interval = Some((root(corrected - half), root(corrected + half)));
    Some(Association { value: root(corrected), interval, signal: Some(signal) })
}

/// A quadratic surface over two coordinates from −1 to 1, fitted by least squares.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    /// Of 1, a, b, a², ab and b².
    coefficients: Vec<f64>,
    /// Standard deviation of the residuals.
    pub residual_sd: f64,
    /// Share of the outcome's variance that it explains.
    pub explained: f64,
}

/// Terms of a surface.
const TERMS: usize = 6;

fn terms(a: f64, b: f64) -> [f64; TERMS] {
    [1.0, a, b, a * a, a * b, b * b]
}

impl Surface {
    /// Fits the outcome at these places; `None` from too few points, or where it does not vary.
    pub fn fit(places: &[(f64, f64)], y: &[f64]) -> Option<Self> {
        if y.len() < 2 * TERMS {
            return None;
        }
        let (mut rows, mut right) = (vec![vec![0.0; TERMS]; TERMS], vec![0.0; TERMS]);
        for ((a, b), value) in places.iter().zip(y) {
            let terms = terms(*a, *b);
            for (row, term) in terms.iter().enumerate() {
                right[row] += term * value;
                terms.iter().enumerate().for_each(|(column, other)| rows[row][column] += term * other);
            }
        }
        let coefficients = linear::solve(rows, right)?;
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let all: f64 = y.iter().map(|value| (value - mean) * (value - mean)).sum();
        let surface = Self { coefficients, residual_sd: 0.0, explained: 0.0 };
        let off = |((a, b), value): (&(f64, f64), &f64)| (value - surface.at(*a, *b)) * (value - surface.at(*a, *b));
        let rest: f64 = places.iter().zip(y).map(off).sum();
        let residual_sd = (rest / (y.len() - TERMS) as f64).sqrt();
        (all > 0.0).then(|| Self { residual_sd, explained: (1.0 - rest / all).clamp(0.0, 1.0), ..surface })
    }

    /// The outcome at a place.
    pub fn at(&self, a: f64, b: f64) -> f64 {
        linear::dot(&self.coefficients, &terms(a, b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64, by: f64) {
        assert!((found - expected).abs() <= by, "{found} is not {expected}");
    }

    const X: [f64; 8] = [1.0, 2.0, 2.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    const Y: [f64; 8] = [2.0, 1.0, 4.0, 3.0, 7.0, 8.0, 6.0, 9.0];

    /// `scipy.stats.rankdata`, `spearmanr`, and `tanh(arctanh(r) ± 1.959964 sqrt((1 + r²/2) / (n − 3)))`.
    #[test]
    fn rank_correlations_are_those_of_scipy() {
        assert_eq!(ranks(&X), [1.0, 2.5, 2.5, 4.0, 5.0, 6.0, 7.0, 8.0]);
        let found = rank_correlation(&X, &Y).unwrap();
        close(found.value, 0.850_314_645_958_413_8, 1e-12);
        let (low, high) = found.interval.unwrap();
        close(low, 0.230_318_219_104_600_1, 1e-9);
        close(high, 0.979_294_576_004_789_9, 1e-9);
        assert!(found.is_clear_among(1));
        let falling: Vec<f64> = Y.iter().map(|value| -value).collect();
        close(rank_correlation(&X, &falling).unwrap().value, -found.value, 1e-12);
        assert_eq!(rank_correlation(&X, &[3.0; 8]), None);
        assert!(rank_correlation(&X[..4], &Y[..4]).unwrap().interval.is_none());
        assert!(rank_correlation(&X, &X).unwrap().interval.is_some_and(|(low, high)| low > 0.9 && high <= 1.0));
    }

    /// Uniform numbers that no seed moves.
    fn uniform(n: usize) -> impl Iterator<Item = f64> {
        let mut state = 9_u64;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64
        })
        .take(n)
    }

    #[test]
    fn a_ratio_is_the_share_between_groups_and_luck_gives_none() {
        // Groups at 0 and 2 with ±1 in each: a half of the variance is between them.
        let groups: Vec<usize> = (0..400).map(|at| at % 2).collect();
        let y: Vec<f64> = (0..400).map(|at| (2 * (at % 2)) as f64 + if at % 4 < 2 { 1.0 } else { -1.0 }).collect();
        let found = correlation_ratio(&groups, &y).unwrap();
        close(found.value, 0.5_f64.sqrt(), 0.01);
        assert!(found.is_clear_among(1));
        // Of many factors that do nothing, few are clear.
        let clear = (0..200).filter(|start| {
            let y: Vec<f64> = uniform(60 * (start + 1)).skip(60 * start).collect();
            let groups: Vec<usize> = (0..60).map(|at| at % 3).collect();
            correlation_ratio(&groups, &y).unwrap().is_clear_among(1)
        });
        let clear = clear.count();
        assert!(clear <= 20, "{clear} of 200");
        assert_eq!(correlation_ratio(&[0, 0, 0], &[1.0, 2.0, 3.0]), None);
        assert_eq!(correlation_ratio(&[0, 1, 0], &[1.0; 3]), None);
    }

    #[test]
    fn a_quadratic_surface_is_found_again() {
        let places: Vec<(f64, f64)> =
            uniform(60).zip(uniform(120).skip(60)).map(|(a, b)| (2.0 * a - 1.0, 2.0 * b - 1.0)).collect();
        let truth = |a: f64, b: f64| 3.0 + a - 2.0 * b + 0.5 * a * b - b * b;
        let y: Vec<f64> = places.iter().map(|(a, b)| truth(*a, *b)).collect();
        let found = Surface::fit(&places, &y).unwrap();
        close(found.at(0.3, -0.7), truth(0.3, -0.7), 1e-9);
        assert!(found.residual_sd < 1e-9 && found.explained > 1.0 - 1e-12);
        assert_eq!(Surface::fit(&places[..11], &y[..11]), None);
        assert_eq!(Surface::fit(&[(0.5, 0.5); 20], &[1.0; 20]), None);
    }
}
