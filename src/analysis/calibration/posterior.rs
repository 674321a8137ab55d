//! What is known after data were seen, and how surely it is.

use super::Parameter;
use super::forward::Stage;

/// What a calibration gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
    /// The weighted sample.
    pub sample: Vec<Draw>,
    /// Effective number of draws (Kish 1965).
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
    pub runs: Vec<Vec<Option<f64>>>,
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
    /// Contraction of the parameter by all targets less that by all others: what this datum alone adds. By the emulator only;
    /// `None` where it was not asked for.
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
    /// Distance of the datum from the posterior-predictive mean, in standard deviations of luck, doubt and error together.
    pub score: f64,
    /// Two-sided posterior-predictive probability of a datum at least as far out.
    pub p: f64,
    /// Standard deviation of what runs of one draw give: luck alone.
    pub luck: f64,
    /// Share of the runs, by weight, that have the target.
    pub present: f64,
}

/// How a calibration went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics {
    /// The chains' largest split R̂ in the last round; `None` without chains.
    pub r_hat: Option<f64>,
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
    /// The same of the first emulator, over the wider design.
    pub first_r2: f64,
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
