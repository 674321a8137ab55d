//! What is known after data were seen, and how surely it is.

use super::{
    Parameter,
    forward::{Forward, Run, Stage},
    session::Session,
    target::Targets,
    weights,
};
use crate::maths::normal_cumulative;

/// What a calibration gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    /// The weighted sample.
    pub sample: Vec<Draw>,
    /// Effective number of draws: (Σ w)² / Σ w² of the weights (Kish 1965), and less where chains' states depend on each other.
    pub effective: f64,
    /// Effective number that was wanted.
    pub wanted: f64,
    /// Runs made.
    pub runs: u64,
    /// Each parameter before and after, in order.
    pub marginals: Vec<Marginal>,
    /// Pairs of parameters of which the data tell more together than apart, the strongest first.
    pub ridges: Vec<Ridge>,
    /// What the data tell by which target, by target and parameter. Empty without an emulator.
    pub information: Vec<Vec<Information>>,
    /// What the posterior says of each target, the worst misfit first.
    pub fits: Vec<Fit>,
    /// How the calibration went.
    pub diagnostics: Diagnostics,
}

/// How the sample may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The effective sample is as large as wanted and the chains agree.
    Posterior,
    /// It is at least half of that, or the chains do not agree: quantiles in the tails are guesses.
    Rough,
    /// It is less: this must not be called a posterior.
    NoPosterior,
}

/// One draw of the parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Values of the parameters, on their own scales.
    pub values: Vec<f64>,
    /// The same as normal scores of the priors.
    pub normal: Vec<f64>,
    /// Its weight; they add up to 1.
    pub weight: f64,
    /// Natural logarithm of the likelihood: synthetic, by its own runs and the emulator. For ABC-SMC, less half of the square of
    /// its distance.
    pub log_likelihood: f64,
    /// What its own runs gave, by replicate and target.
    pub runs: Vec<Run>,
    /// The set of runs that those belong to.
    pub stage: Stage,
    /// Its place in that set.
    pub point: usize,
}

/// A parameter before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Marginal {
    /// Quantiles of the prior at [`SHARES`].
    pub prior: [f64; 5],
    /// Quantiles of the posterior at [`SHARES`].
    pub posterior: [f64; 5],
    /// Share of the prior's variance that the data took away, on the normal scale: 0 where they tell nothing, 1 where all is
    /// known. Below 0 where the posterior is wider than the prior.
    pub contraction: f64,
    /// How far the posterior mean is from the prior's, in standard deviations of the prior on the normal scale.
    pub shift: f64,
}

/// The shares of [`Marginal`] and [`Fit`].
pub const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Two parameters of which one makes up for the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ridge {
    /// Places of the two parameters.
    pub parameters: (usize, usize),
    /// Their rank correlation in the posterior.
    pub correlation: f64,
}

/// What a target has to do with a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Information {
    /// Share of the target's emulated variance over the prior that the parameter explains alone.
    pub explained: f64,
    /// The same with its interactions.
    pub total: f64,
    /// Contraction of the parameter by all targets less that by all others: what this datum alone adds. By the slopes of the
    /// emulator where the draws are; `None` where it was not asked for.
    pub adds: Option<f64>,
}

/// What the posterior says of a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Place of the target.
    pub target: usize,
    /// Quantiles at [`SHARES`] of what runs at the posterior give, with luck and without errors of measurement; `None` if no
    /// run has the target.
    pub predicted: Option<[f64; 5]>,
    /// Distance of the datum from the posterior-predictive mean, in standard deviations of luck, doubt and error together; `NaN`
    /// if no run has the target.
    pub score: f64,
    /// Two-sided posterior-predictive probability of a datum at least as far out, errors counted; `NaN` as well.
    pub p: f64,
    /// Standard deviation of what runs of one draw give: luck alone. `None` where draws have a single run.
    pub luck: Option<f64>,
    /// Share of the runs, by weight, that have the target.
    pub present: f64,
}

/// How a calibration went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics {
    /// The chains' largest split R̂ in the last round; `None` without chains.
    pub r_hat: Option<f64>,
    /// Whether that is below what was asked for. `true` without chains.
    pub converged: bool,
    /// Number of independent states that those of the chains are worth, for the worst parameter. `None` without chains.
    pub independent: Option<f64>,
    /// Share of the chains' proposals that were taken in the last round.
    pub accepted: Option<f64>,
    /// Effective number of draws of each round or generation, in order.
    pub effective: Vec<f64>,
    /// Thresholds of the generations of ABC-SMC.
    pub thresholds: Vec<f64>,
    /// The emulator that the last draws came from, by target. Empty without one.
    pub emulated: Vec<Emulation>,
}

/// How well a target is emulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Emulation {
    /// Share of the variance of the mean over the design that the emulator foretells at points left out, luck in the means taken off.
    pub r2: f64,
    /// Share of the variance of single runs over the prior that a regression foretells at points left out.
    pub prior_r2: f64,
    /// Whether squares and products were of use, or a line did.
    pub quadratic: bool,
    /// Standard deviation of what the emulator misses.
    pub missed: f64,
    /// Standard deviation of luck at the centre of the design.
    pub luck: f64,
    /// Skewness of luck.
    pub skewness: f64,
    /// Excess kurtosis of luck; `None` with fewer than 4 replicates.
    pub kurtosis: Option<f64>,
}

impl Emulation {
    /// Whether luck is so far from normal that a normal likelihood is in doubt; a transformed target, such as a logarithm, may
    /// be better.
    pub fn is_skewed(&self) -> bool {
        self.skewness.abs() > 1.0 || self.kurtosis.is_some_and(|kurtosis| kurtosis > 3.0)
    }
}

/// Effective draws below which a sample is never called a posterior, whatever was wanted.
const FEWEST: f64 = 100.0;
/// Rank correlation from which two parameters are on a ridge.
const RIDGE: f64 = 0.5;

impl Posterior {
    /// What a weighted sample says.
    pub(super) fn new<F: Forward>(
        session: &Session<F>,
        (effective, wanted): (f64, f64),
        sample: Vec<Draw>,
        information: Vec<Vec<Information>>,
        diagnostics: Diagnostics,
    ) -> Self {
        let weights: Vec<f64> = sample.iter().map(|draw| draw.weight).collect();
        let marginal = |(place, parameter)| Marginal::of(place, parameter, &sample, &weights);
        let marginals = session.parameters.iter().enumerate().map(marginal).collect();
        let mut fits: Vec<Fit> =
            (0..session.targets.len()).map(|target| Fit::of(target, session.targets, &sample)).collect();
        let far = |fit: &Fit| if fit.score.is_nan() { f64::INFINITY } else { fit.score.abs() };
        fits.sort_by(|a, b| far(b).total_cmp(&far(a)));
        Self {
            parameters: session.parameters.to_vec(),
            effective,
            wanted,
            runs: session.runs,
            marginals,
            ridges: ridges(&sample, &weights),
            information,
            fits,
            diagnostics,
            sample,
        }
    }

    /// What the sample may be called.
    pub fn verdict(&self) -> Verdict {
        // Sums of weights are rounded.
        let effective = self.effective + 1e-6;
        if effective < self.wanted / 2.0 || effective < FEWEST {
            Verdict::NoPosterior
        } else if effective < self.wanted || !self.diagnostics.converged {
            Verdict::Rough
        } else {
            Verdict::Posterior
        }
    }
}

impl Marginal {
    fn of(place: usize, parameter: &Parameter, sample: &[Draw], weights: &[f64]) -> Self {
        let values: Vec<(f64, f64)> = sample.iter().map(|draw| (draw.values[place], draw.weight)).collect();
        let rows: Vec<&[f64]> = sample.iter().map(|draw| &draw.normal[place..=place]).collect();
        let (mean, variance) = weights::moments(&rows, weights);
        Self {
            prior: SHARES.map(|share| parameter.prior.quantile(share)),
            posterior: weights::quantiles(&values, SHARES).unwrap_or([f64::NAN; 5]),
            // On the normal scale the prior has mean 0 and variance 1.
            contraction: 1.0 - variance.first().map_or(f64::NAN, |row| row[0]),
            shift: mean.first().copied().unwrap_or(f64::NAN),
        }
    }
}

impl Fit {
    fn of(target: usize, targets: &Targets, sample: &[Draw]) -> Self {
        let (datum, sd) = (targets.list()[target].value, targets.covariance()[target][target].sqrt());
        let (mut values, mut ran, mut within, mut told) = (Vec::new(), 0.0, 0.0, 0.0);
        for draw in sample.iter().filter(|draw| !draw.runs.is_empty()) {
            let each = draw.weight / draw.runs.len() as f64;
            ran += draw.weight;
            let mut moments = crate::maths::Moments::default();
            for value in draw.runs.iter().filter_map(|run| run[target]) {
                values.push((value, each));
                moments.add(value);
            }
            if let Some(variance) = moments.variance() {
                within += draw.weight * variance;
                told += draw.weight;
            }
        }
        let weight: f64 = values.iter().map(|(_, weight)| weight).sum();
        let mean = values.iter().map(|(value, weight)| value * weight).sum::<f64>() / weight;
        let variance =
            values.iter().map(|(value, weight)| weight * (value - mean) * (value - mean)).sum::<f64>() / weight;
        let below =
            values.iter().map(|(value, weight)| weight * normal_cumulative((datum - value) / sd)).sum::<f64>() / weight;
        Self {
            target,
            predicted: weights::quantiles(&values, SHARES),
            score: (datum - mean) / (variance + sd * sd).sqrt(),
            p: 2.0 * if below < 0.5 { below } else { 1.0 - below },
            luck: (told > 0.0).then(|| (within / told).sqrt()),
            present: if ran > 0.0 { weight / ran } else { 0.0 },
        }
    }
}

/// Pairs of parameters that go together, the strongest first.
fn ridges(sample: &[Draw], weights: &[f64]) -> Vec<Ridge> {
    let width = sample.first().map_or(0, |draw| draw.normal.len());
    let column = |place: usize| -> Vec<f64> { sample.iter().map(|draw| draw.normal[place]).collect() };
    let columns: Vec<Vec<f64>> = (0..width).map(column).collect();
    let mut found = Vec::new();
    for second in 0..width {
        for first in 0..second {
            let correlation = weights::rank_correlation(&columns[first], &columns[second], weights);
            if correlation.abs() > RIDGE {
                found.push(Ridge { parameters: (first, second), correlation });
            }
        }
    }
    found.sort_by(|a, b| b.correlation.abs().total_cmp(&a.correlation.abs()));
    found
}
