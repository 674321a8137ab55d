//! An emulator of the model: what its targets are on average at any parameters, how large luck is, how far the emulator may
//! be off, and how often runs have their targets; and the synthetic likelihood (Wood 2010) that follows from it.

use super::{
    Targets,
    luck::Luck,
    regression::{Fitted, Order, Points, Ridge, weighted_square},
    session::Evaluated,
    summary::Summary,
};
use crate::maths::{
    linear::{Cholesky, Matrix, dot},
    ln,
};

/// A target's variance of luck, and of what is missed, is not below this share of its variance of error.
const FLOOR: f64 = 1e-8;
/// Runs that the emulated share with all targets counts for beside a point's own.
const PRESENCE_COUNTS: f64 = 4.0;
/// Share of the correlation of what is missed that is believed: the rest may be chance.
const MISSED_TOGETHER: f64 = 0.9;

/// Means of the targets with what is missed of them.
#[derive(Clone, Debug)]
pub(super) struct Emulator {
    order: Order,
    means: Vec<Fitted>,
    /// For how much less is known far away: the problem of one target that stands for all.
    reference: Ridge,
    mean_leverage: f64,
    scale: super::regression::Scale,
    /// Variance of what the mean is missed by where the points are, by target.
    pub missed: Vec<f64>,
    /// Variance of points about the fitted means, luck in them too.
    scatter: Vec<f64>,
    missed_correlation: Matrix,
    /// Share of the variance of means that is foretold, by target.
    pub r2: Vec<f64>,
    pub luck: Luck,
    presence: Option<(Vec<f64>, f64)>,
    data: Vec<f64>,
    errors: Matrix,
}

/// What is foretold at a point.
#[derive(Clone, Debug)]
pub(super) struct Foretold {
    pub mean: Vec<f64>,
    /// Standard deviation of luck.
    pub luck: Vec<f64>,
    /// Standard deviation of what the mean may be off by.
    pub missed: Vec<f64>,
    /// Share of runs with all targets.
    pub presence: f64,
}

/// Why there is no emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// A target, by its place, has a value at so few points.
    Target(usize, usize),
    /// Numbers are not finite.
    Numbers,
}

impl Emulator {
    /// Fits the emulator to points that were run, some of them at least twice.
    pub fn fit(points: &[&Evaluated], targets: &Targets) -> Result<Self, Lack> {
        let summaries: Vec<Summary> = points.iter().map(|point| Summary::of(point, targets.len())).collect();
        let errors = targets.covariance();
        let floors: Vec<f64> = (0..targets.len()).map(|target| FLOOR * errors[target][target]).collect();
        let luck = Luck::fit(points, &summaries, &floors).ok_or(Lack::Numbers)?;
        let rows = points.iter().map(|point| point.normal.as_slice()).collect();
        let all = Points::new(rows, summaries.iter().map(Summary::weight).collect());
        let means = means(&all, &summaries, targets.len())?;
        let order =
            if means.iter().any(|fitted| fitted.order == Order::Quadratic) { Order::Quadratic } else { Order::Line };
        let penalty = middle_penalty(&means, order);
        let ran: Vec<bool> = summaries.iter().map(|summary| summary.ran > 0).collect();
        let reference = all.ridge(&ran, order, penalty).ok_or(Lack::Numbers)?;
        let spread = |leverage: &f64| leverage / (1.0 - leverage);
        let mean_leverage = reference.leverage.iter().map(spread).sum::<f64>() / reference.leverage.len() as f64;
        let mut emulator = Self {
            order,
            reference,
            mean_leverage,
            scale: all.scale.clone(),
            missed: Vec::new(),
            scatter: Vec::new(),
            missed_correlation: Vec::new(),
            r2: Vec::new(),
            luck,
            presence: presence(&all, &summaries),
            data: targets.values(),
            errors,
            means,
        };
        emulator.learn_missed(&all, &summaries, &floors);
        Ok(emulator)
    }

    /// How far points left out are from what is foretold, luck in their means taken off.
    fn learn_missed(&mut self, all: &Points, summaries: &[Summary], floors: &[f64]) {
        let mut scaled = vec![vec![0.0; floors.len()]; summaries.len()];
        let luck: Vec<Vec<f64>> = all.points.iter().map(|point| self.luck.at(point)).collect();
        for (target, fitted) in self.means.iter().enumerate() {
            let kept: Vec<usize> =
                (0..summaries.len()).filter(|place| summaries[*place].mean(target).is_some()).collect();
            let weights: Vec<f64> = kept.iter().map(|place| all.weights[*place]).collect();
            let noise = |place: &usize| {
                let runs = summaries[*place].mean(target).map_or(1.0, |(_, runs)| runs);
                luck[*place][target] / runs.sqrt()
            };
            let noise = weighted_square(&kept.iter().map(noise).collect::<Vec<f64>>(), &weights);
            let values: Vec<f64> =
                kept.iter().filter_map(|place| summaries[*place].mean(target)).map(|(mean, _)| mean).collect();
            let mean = dot(&values, &weights) / weights.iter().sum::<f64>();
            let about: Vec<f64> = values.iter().map(|value| value - mean).collect();
            let (scatter, whole) = (weighted_square(&fitted.left_out, &weights), weighted_square(&about, &weights));
            // Coefficients from so many points have errors even where nothing is missed.
            let missed = (scatter - noise).max(self.mean_leverage * scatter).max(floors[target]);
            self.scatter.push(scatter.max(floors[target]));
            self.missed.push(missed);
            let foretellable = whole - noise;
            self.r2.push(if foretellable > floors[target] {
                (1.0 - missed / foretellable).clamp(0.0, 1.0)
            } else {
                0.0
            });
            for (place, out) in kept.iter().zip(&fitted.left_out) {
                scaled[*place][target] = out * all.weights[*place].sqrt();
            }
        }
        self.missed_correlation = correlation(&scaled, MISSED_TOGETHER);
    }

    /// What is foretold at normal scores.
    pub fn at(&self, normal: &[f64]) -> Foretold {
        let features = self.scale.features(normal, self.order);
        let mean = self.means.iter().map(|fitted| dot(&fitted.coefficients, &features)).collect();
        // Where no points are near, the fitted mean itself is unsure.
        let further = (self.reference.variance_at(&features) - self.mean_leverage).max(0.0);
        let missed = self.missed.iter().zip(&self.scatter).map(|(missed, scatter)| (missed + further * scatter).sqrt());
        let presence =
            self.presence.as_ref().map_or(1.0, |(coefficients, least)| dot(coefficients, &features).clamp(*least, 1.0));
        Foretold { mean, luck: self.luck.at(normal), missed: missed.collect(), presence }
    }

    /// Natural logarithm of the synthetic likelihood of the data at normal scores.
    pub fn ln_likelihood(&self, normal: &[f64]) -> f64 {
        let foretold = self.at(normal);
        normal_ln_density(&self.data, &foretold.mean, &self.covariance(&foretold)) + ln(foretold.presence)
    }

    /// Inverse of the covariance of the data about the mean at normal scores.
    pub fn precision(&self, normal: &[f64]) -> Option<Matrix> {
        Some(Cholesky::new(&self.covariance(&self.at(normal)))?.inverse())
    }

    /// Slopes of the means at normal scores, by parameter and target.
    pub fn slopes(&self, normal: &[f64]) -> Matrix {
        /// The means are quadratics, so differences to both sides are exact but for rounding.
        const STEP: f64 = 1e-2;
        let moved = |parameter: usize, by: f64| {
            let mut moved = normal.to_vec();
            moved[parameter] += by;
            let features = self.scale.features(&moved, self.order);
            self.means.iter().map(|fitted| dot(&fitted.coefficients, &features)).collect::<Vec<f64>>()
        };
        let slopes = |parameter: usize| {
            let (up, down) = (moved(parameter, STEP), moved(parameter, -STEP));
            up.iter().zip(down).map(|(up, down)| (up - down) / (2.0 * STEP)).collect()
        };
        (0..normal.len()).map(slopes).collect()
    }

    fn covariance(&self, foretold: &Foretold) -> Matrix {
        self.sum(&foretold.luck, &self.missed_covariance(&foretold.missed))
    }

    /// The same, from what is foretold and a point's own runs, each mean and variance by its precision. `missed` are standard
    /// deviations of what the foretold means are off by.
    pub fn ln_likelihood_with_runs(&self, foretold: &Foretold, missed: &[f64], own: &Summary) -> f64 {
        let luck = self.luck.with_runs(&foretold.luck, own);
        let targets = self.data.len();
        let runs: Vec<f64> = (0..targets).map(|target| own.mean(target).map_or(1e-9, |(_, runs)| runs)).collect();
        let gap: Vec<f64> =
            (0..targets).map(|target| own.mean(target).map_or(0.0, |(mean, _)| mean - foretold.mean[target])).collect();
        let missed = self.missed_covariance(missed);
        let noise = |i: usize, j: usize| luck[i] * luck[j] * self.luck.correlation[i][j] / (runs[i] * runs[j]).sqrt();
        let both: Matrix = (0..targets).map(|i| (0..targets).map(|j| missed[i][j] + noise(i, j)).collect()).collect();
        let Some(both) = Cholesky::new(&both) else { return f64::NEG_INFINITY };
        let towards = both.solve(&gap);
        let mean: Vec<f64> = (0..targets).map(|i| foretold.mean[i] + dot(&missed[i], &towards)).collect();
        let halves: Matrix = missed.iter().map(|row| both.solve_lower(row)).collect();
        let left: Matrix =
            (0..targets).map(|i| (0..targets).map(|j| missed[i][j] - dot(&halves[i], &halves[j])).collect()).collect();
        let share = (own.whole as f64 + PRESENCE_COUNTS * foretold.presence) / (own.ran as f64 + PRESENCE_COUNTS);
        normal_ln_density(&self.data, &mean, &self.sum(&luck, &left)) + ln(share)
    }

    /// Covariance of the data about the mean: errors, luck and what may be missed.
    fn sum(&self, luck: &[f64], missed: &Matrix) -> Matrix {
        let entry =
            |i: usize, j: usize| self.errors[i][j] + luck[i] * luck[j] * self.luck.correlation[i][j] + missed[i][j];
        (0..luck.len()).map(|i| (0..luck.len()).map(|j| entry(i, j)).collect()).collect()
    }

    fn missed_covariance(&self, sds: &[f64]) -> Matrix {
        let entry = |i: usize, j: usize| sds[i] * sds[j] * self.missed_correlation[i][j];
        (0..sds.len()).map(|i| (0..sds.len()).map(|j| entry(i, j)).collect()).collect()
    }

    /// Whether a target's mean is fitted by squares and products.
    pub fn is_quadratic(&self, target: usize) -> bool {
        self.means[target].order == Order::Quadratic
    }

    /// The middle of the points.
    pub fn centre(&self) -> &[f64] {
        &self.scale.centre
    }
}

/// Means of the targets over all points that have them; targets that the same points have are fitted together.
pub(super) fn means(all: &Points, summaries: &[Summary], targets: usize) -> Result<Vec<Fitted>, Lack> {
    let mask =
        |target: usize| -> Vec<bool> { summaries.iter().map(|summary| summary.mean(target).is_some()).collect() };
    let masks: Vec<Vec<bool>> = (0..targets).map(mask).collect();
    let mut found: Vec<Option<Fitted>> = vec![None; targets];
    for first in 0..targets {
        if found[first].is_some() {
            continue;
        }
        let given = masks[first].iter().filter(|given| **given).count();
        if given < all.scale.centre.len() + 3 {
            return Err(Lack::Target(first, given));
        }
        let alike: Vec<usize> = (first..targets).filter(|target| masks[*target] == masks[first]).collect();
        let values = |target: &usize| -> Vec<f64> {
            summaries.iter().filter_map(|summary| summary.mean(*target)).map(|(mean, _)| mean).collect()
        };
        let series: Vec<Vec<f64>> = alike.iter().map(values).collect();
        let fitted = all.fit(&masks[first], &series).ok_or(Lack::Numbers)?;
        alike.into_iter().zip(fitted).for_each(|(target, fitted)| found[target] = Some(fitted));
    }
    found.into_iter().collect::<Option<Vec<Fitted>>>().ok_or(Lack::Numbers)
}

/// The middle one of the penalties of the targets of an order.
fn middle_penalty(means: &[Fitted], order: Order) -> f64 {
    let mut penalties: Vec<f64> =
        means.iter().filter(|fitted| fitted.order == order).map(|fitted| fitted.penalty).collect();
    penalties.sort_by(f64::total_cmp);
    penalties.get(penalties.len() / 2).copied().unwrap_or(1.0)
}

/// Share of runs with all targets as a line, and the least that it can be told to be; `None` where all runs have them.
fn presence(all: &Points, summaries: &[Summary]) -> Option<(Vec<f64>, f64)> {
    let ran: Vec<bool> = summaries.iter().map(|summary| summary.ran > 0).collect();
    let kept = || summaries.iter().filter(|summary| summary.ran > 0);
    let (runs, whole) = kept().fold((0, 0), |(runs, whole), summary| (runs + summary.ran, whole + summary.whole));
    if runs == whole {
        return None;
    }
    let shares: Vec<f64> = kept().map(|summary| summary.whole as f64 / summary.ran as f64).collect();
    let ridge = all.ridge(&ran, Order::Line, 1.0)?;
    Some((ridge.coefficients(&shares), 1.0 / (runs as f64 + 2.0)))
}

/// Correlation of columns that have mean 0, of which a share is kept off the diagonal.
fn correlation(rows: &[Vec<f64>], kept: f64) -> Matrix {
    let width = rows.first().map_or(0, Vec::len);
    let mut sums = vec![vec![0.0; width]; width];
    for row in rows {
        for (i, sums) in sums.iter_mut().enumerate() {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += row[i] * value);
        }
    }
    let entry = |i: usize, j: usize| {
        let scale = (sums[i][i] * sums[j][j]).sqrt();
        if i == j {
            1.0
        } else if scale > 0.0 {
            kept * sums[i][j] / scale
        } else {
            0.0
        }
    };
    (0..width).map(|i| (0..width).map(|j| entry(i, j)).collect()).collect()
}

/// Natural logarithm of a normal density; −∞ where the covariance is none.
fn normal_ln_density(x: &[f64], mean: &[f64], covariance: &Matrix) -> f64 {
    let Some(factor) = Cholesky::new(covariance) else { return f64::NEG_INFINITY };
    let gap: Vec<f64> = x.iter().zip(mean).map(|(x, mean)| x - mean).collect();
    let half = factor.solve_lower(&gap);
    let constant = gap.len() as f64 * ln(2.0 * std::f64::consts::PI);
    let density = -0.5 * (dot(&half, &half) + factor.ln_determinant() + constant);
    if density.is_finite() { density } else { f64::NEG_INFINITY }
}
