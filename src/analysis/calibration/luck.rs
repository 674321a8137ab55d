//! How large luck is at any parameters, by target, and how it goes together between targets.

use super::{
    regression::{Order, Points, Scale},
    session::Evaluated,
    summary::Summary,
};
use crate::maths::{
    exp,
    linear::{Matrix, dot},
    ln,
};

/// Variances of a target as an exponential of a line, fitted to variances of few runs each, which are χ² (a gamma regression), and
/// how much the true ones vary about that.
#[derive(Clone, Debug)]
struct Variance {
    coefficients: Vec<f64>,
    /// Least and largest logarithm that the line may foretell.
    range: (f64, f64),
    /// Degrees of freedom that the foretold variance counts for beside variances of runs.
    freedom: f64,
}

/// Luck of all targets.
#[derive(Clone, Debug)]
pub(super) struct Luck {
    scale: Scale,
    variances: Vec<Variance>,
    /// Correlation between targets within a point.
    pub correlation: Matrix,
    /// Skewness by target.
    pub skewness: Vec<f64>,
    /// Excess kurtosis by target, where there are points with 4 runs or more.
    pub kurtosis: Vec<Option<f64>>,
}

/// Largest step of a logarithm in an iteration of the regression.
const LARGEST_STEP: f64 = 1.0;
/// Degrees of freedom of a foretold variance are within these.
const FREEDOM: (f64, f64) = (4.0, 400.0);

impl Luck {
    /// Learns from points with two runs or more; `floors` are variances so small that they count as none.
    pub fn fit(points: &[&Evaluated], summaries: &[Summary], floors: &[f64]) -> Option<Self> {
        let kept: Vec<usize> = (0..points.len()).filter(|place| summaries[*place].ran > 1).collect();
        let rows = kept.iter().map(|place| points[*place].normal.as_slice()).collect();
        let all = Points::new(rows, vec![1.0; kept.len()]);
        let summaries: Vec<&Summary> = kept.iter().map(|place| &summaries[*place]).collect();
        let variance = |target: usize| Variance::fit(&all, &summaries, target, floors[target]);
        let variances = (0..floors.len()).map(variance).collect::<Option<Vec<Variance>>>()?;
        let identity = vec![vec![0.0; floors.len()]; floors.len()];
        let (skewness, kurtosis) = (vec![0.0; floors.len()], vec![None; floors.len()]);
        let mut luck = Self { scale: all.scale.clone(), variances, correlation: identity, skewness, kurtosis };
        let runs: Vec<&Evaluated> = kept.iter().map(|place| points[*place]).collect();
        luck.learn_correlation(&runs, &summaries);
        luck.learn_shape(&runs, &summaries);
        Some(luck)
    }

    /// Standard deviation of each target's luck at normal scores.
    pub fn at(&self, normal: &[f64]) -> Vec<f64> {
        let features = self.scale.features(normal, Order::Line);
        self.variances.iter().map(|variance| variance.at(&features).sqrt()).collect()
    }

    /// The same where a point has runs of its own, each variance by its degrees of freedom.
    pub fn with_runs(&self, foretold: &[f64], own: &Summary) -> Vec<f64> {
        let both = |(target, sd): (usize, &f64)| {
            let freedom = self.variances[target].freedom;
            let Some((variance, own)) = own.variance(target) else { return *sd };
            ((freedom * sd * sd + own * variance) / (freedom + own)).sqrt()
        };
        foretold.iter().enumerate().map(both).collect()
    }

    /// Deviations of a run from its point's mean in standard deviations of luck, 0 for what is missing, as wide as luck itself.
    fn deviations(&self, run: &[Option<f64>], summary: &Summary, sds: &[f64]) -> Vec<f64> {
        let deviation = |(target, value): (usize, &Option<f64>)| match (value, summary.mean(target)) {
            (Some(value), Some((mean, n))) if n > 1.0 => (value - mean) / sds[target] * (n / (n - 1.0)).sqrt(),
            _ => 0.0,
        };
        run.iter().enumerate().map(deviation).collect()
    }

    /// The pooled correlation, drawn towards none by as much as there are too few runs to tell it.
    fn learn_correlation(&mut self, points: &[&Evaluated], summaries: &[&Summary]) {
        let width = self.variances.len();
        let (mut sums, mut freedom) = (vec![vec![0.0; width]; width], 0.0);
        for (point, summary) in points.iter().zip(summaries) {
            let sds = self.at(&point.normal);
            freedom += summary.ran as f64 - 1.0;
            for run in &point.runs {
                let deviations = self.deviations(run, summary, &sds);
                for (i, row) in sums.iter_mut().enumerate() {
                    (0..=i).for_each(|j| row[j] += deviations[i] * deviations[j]);
                }
            }
        }
        let kept = freedom / (freedom + width as f64);
        for i in 0..width {
            for j in 0..i {
                let scale = (sums[i][i] * sums[j][j]).sqrt();
                let correlation = if scale > 0.0 { kept * sums[i][j] / scale } else { 0.0 };
                (self.correlation[i][j], self.correlation[j][i]) = (correlation, correlation);
            }
            self.correlation[i][i] = 1.0;
        }
    }

    /// Pooled third and fourth cumulants of single points (Fisher's k-statistics), which are unbiased however few runs there are.
    fn learn_shape(&mut self, points: &[&Evaluated], summaries: &[&Summary]) {
        for target in 0..self.variances.len() {
            // By order of the cumulant: sums of k-statistics and of what they would be for a skewness or kurtosis of 1.
            let (mut third, mut fourth) = ((0.0, 0.0), (0.0, 0.0));
            for (point, summary) in points.iter().zip(summaries) {
                let values: Vec<f64> = point.runs.iter().filter_map(|run| run[target]).collect();
                let (n, Some((mean, _))) = (values.len() as f64, summary.mean(target)) else { continue };
                let sd = self.at(&point.normal)[target];
                let power = |power: u32| -> f64 {
                    values.iter().map(|value| (0..power).fold(1.0, |product, _| product * (value - mean) / sd)).sum()
                };
                if n > 2.0 {
                    third.0 += n * n * power(3) / ((n - 1.0) * (n - 2.0));
                    third.1 += n;
                }
                if n > 3.0 {
                    let (squares, fourths) = (power(2), power(4));
                    let numerator = n * (n + 1.0) * fourths - 3.0 * (n - 1.0) * squares * squares;
                    fourth.0 += n * numerator / ((n - 1.0) * (n - 2.0) * (n - 3.0));
                    fourth.1 += n;
                }
            }
            self.skewness[target] = if third.1 > 0.0 { third.0 / third.1 } else { 0.0 };
            self.kurtosis[target] = (fourth.1 > 0.0).then(|| fourth.0 / fourth.1);
        }
    }
}

impl Variance {
    fn fit(all: &Points, summaries: &[&Summary], target: usize, floor: f64) -> Option<Self> {
        let given: Vec<Option<(f64, f64)>> = summaries.iter().map(|summary| summary.variance(target)).collect();
        let mask: Vec<bool> = given.iter().map(Option::is_some).collect();
        let given: Vec<(f64, f64)> = given.into_iter().flatten().collect();
        let freedom: f64 = given.iter().map(|(_, freedom)| freedom).sum();
        let mean = given.iter().map(|(variance, freedom)| variance * freedom).sum::<f64>() / freedom;
        let width = all.scale.centre.len() + 1;
        let mut coefficients = vec![0.0; width];
        if mean.is_nan() || mean <= floor {
            coefficients[0] = ln(floor);
            return Some(Self { coefficients, range: (ln(floor), ln(floor)), freedom: FREEDOM.1 });
        }
        coefficients[0] = ln(mean);
        let rows: Vec<Vec<f64>> = all
            .points
            .iter()
            .zip(&mask)
            .filter(|(_, given)| **given)
            .map(|(point, _)| all.scale.features(point, Order::Line))
            .collect();
        // The weights of a gamma regression with a logarithm for a link do not change, so one factor serves all steps.
        let ridge = all.ridge(&mask, Order::Line, 1.0)?;
        for _ in 0..30 {
            let ratio = |(row, (variance, _)): (&Vec<f64>, &(f64, f64))| variance / exp(dot(row, &coefficients)) - 1.0;
            let step = ridge.coefficients(&rows.iter().zip(&given).map(ratio).collect::<Vec<f64>>());
            let largest = rows.iter().map(|row| dot(row, &step).abs()).fold(0.0, f64::max);
            let by = if largest > LARGEST_STEP { LARGEST_STEP / largest } else { 1.0 };
            coefficients.iter_mut().zip(&step).for_each(|(value, step)| *value += by * step);
            if largest < 1e-6 {
                break;
            }
        }
        let fitted: Vec<f64> = rows.iter().map(|row| dot(row, &coefficients)).collect();
        let (low, high) = fitted.iter().fold((f64::MAX, f64::MIN), |(low, high), ln| (low.min(*ln), high.max(*ln)));
        let range = (low.max(ln(floor)) - 0.5, high.max(ln(floor)) + 0.5);
        Some(Self { coefficients, range, freedom: freedom_of(&fitted, &given) })
    }

    fn at(&self, features: &[f64]) -> f64 {
        exp(dot(features, &self.coefficients).clamp(self.range.0, self.range.1))
    }
}

/// Degrees of freedom of foretold variances, from how much farther the variances of runs lie from them than χ² alone would have
/// it: with a coefficient of variation c of the true ones about the foretold, 4 + 2 / c².
fn freedom_of(fitted: &[f64], given: &[(f64, f64)]) -> f64 {
    let (mut excess, mut total) = (0.0, 0.0);
    for (ln, (variance, freedom)) in fitted.iter().zip(given) {
        let ratio = variance / exp(*ln) - 1.0;
        excess += freedom * (ratio * ratio - 2.0 / freedom);
        total += freedom + 2.0;
    }
    let squared = excess / total;
    if squared > 0.0 { (4.0 + 2.0 / squared).clamp(FREEDOM.0, FREEDOM.1) } else { FREEDOM.1 }
}

#[cfg(test)]
mod tests {
    use super::super::{
        forward::{Purpose, Stage},
        random::{Key, Use},
    };
    use super::*;

    /// Points with 4 runs of two targets whose luck goes together, the first with a standard deviation of e^(0.4 z), and a third
    /// without luck.
    fn planted(shape: impl Fn(f64) -> f64) -> (Vec<Evaluated>, Luck) {
        let key = Key { seed: 8, trial: 0, number: 0 };
        let stage = Stage { trial: 0, number: 0, purpose: Purpose::Design, generation: 0 };
        let point = |place| {
            let mut random = key.of(Use::Design, 0, place);
            let normal = random.normals(2);
            let runs = (0..4).map(|_| {
                let (a, b) = (random.normal(), random.normal());
                let first = normal[1] + exp(0.4 * normal[0]) * shape(a);
                vec![Some(first), Some(0.5 * (0.6 * a + 0.8 * b)), Some(normal[0])]
            });
            Evaluated { runs: runs.collect(), normal, stage, place }
        };
        let points: Vec<Evaluated> = (0..800).map(point).collect();
        let summaries: Vec<Summary> = points.iter().map(|point| Summary::of(point, 3)).collect();
        let luck = Luck::fit(&points.iter().collect::<Vec<_>>(), &summaries, &[1e-9; 3]).unwrap();
        (points, luck)
    }

    #[test]
    fn a_variance_that_grows_and_a_correlation_are_found() {
        let (points, luck) = planted(|a| a);
        for z in [-1.0, 0.0, 1.5] {
            let sds = luck.at(&[z, 0.0]);
            assert!((sds[0] / exp(0.4 * z) - 1.0).abs() < 0.06, "{z}: {sds:?}");
            assert!((sds[1] / 0.5 - 1.0).abs() < 0.06, "{z}: {sds:?}");
            assert!(sds[2] < 1e-4, "{z}: {sds:?}");
        }
        // Standard error: (1 − 0.36) / √2400.
        assert!((luck.correlation[0][1] - 0.6).abs() < 0.05, "{:?}", luck.correlation);
        // Standard errors of about √(6 / 2400) and √(24 / 2400), larger as there are 4 runs each.
        assert!(luck.skewness[0].abs() < 0.25 && luck.kurtosis[0].unwrap().abs() < 0.8, "{luck:?}");
        // Nothing but χ² parts variances, so those of a point's runs count for little.
        let summary = Summary::of(&points[0], 3);
        let (foretold, own) = (luck.at(&points[0].normal), summary.variance(0).unwrap().0.sqrt());
        let both = luck.with_runs(&foretold, &summary);
        assert!((both[0] - foretold[0]).abs() < 0.2 * (own - foretold[0]).abs(), "{foretold:?} {own} {both:?}");
    }

    #[test]
    fn skewed_luck_is_noticed() {
        // An exponential less its mean, from a normal: skewness 2, excess kurtosis 6.
        let (_, luck) = planted(|a| -ln(1.0 - crate::maths::normal_cumulative(a)) - 1.0);
        assert!((luck.skewness[0] - 2.0).abs() < 0.5, "{:?}", luck.skewness);
        assert!(luck.kurtosis[0].unwrap() > 3.0, "{:?}", luck.kurtosis);
    }
}
