//! What a calibration is asked: which parameters are sought with what prior beliefs, and what was seen of the world that runs
//! are held against.

mod points;
pub(super) mod read;
mod read_parameter;
mod read_target;
#[cfg(test)]
mod read_tests;
pub(crate) mod schema;
mod targets;

use super::observations::Observable;
use crate::{
    maths::Prior,
    scenario::{Choice, Month},
};
pub use targets::{figure, summary};

/// A calibration as a file has it. What it runs is the one variant of its experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The parameters that are sought.
    pub parameters: Vec<Sought>,
    /// Parameters of which nothing that was seen can tell: they are drawn from their priors, beside the others.
    pub unknowns: Vec<Sought>,
    /// What was seen.
    pub targets: Vec<PlannedTarget>,
    /// The last month that may be looked at.
    pub until: Month,
    /// How it is done, as far as the file says.
    pub method: PlannedMethod,
}

/// A parameter and what is believed of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sought {
    /// Its key; those after the first take the same value.
    pub keys: Vec<String>,
    /// What is believed before anything is seen.
    pub prior: Prior,
    /// Its unit.
    pub unit: String,
    /// What it means.
    pub meaning: String,
}

impl Sought {
    /// The key that it goes by.
    pub fn name(&self) -> &str {
        self.keys.first().map_or("", String::as_str)
    }
}

/// Something that was seen, as runs are summed up to be held against it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedTarget {
    /// A word for it, a column of the runs.
    pub name: String,
    /// How a run is summed up.
    pub summary: Summary,
    /// What was seen, in the unit of the summary.
    pub value: f64,
    /// Standard deviation of its measurement.
    pub error: f64,
    /// Of that, what the errors of other targets have in common with it: a name, and its standard deviation.
    pub shared_error: Vec<(String, f64)>,
    /// Standard deviation of what separates the model at its best from the world (Kennedy and O'Hagan 2001).
    pub discrepancy: f64,
    /// Unit of all three.
    pub unit: String,
    /// Where the figures are from.
    pub source: String,
}

/// A number that a run comes to: what a column says of some months.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Which column; an entity that ends in `*` stands for the sum over all whose names begin so.
    pub of: Observable,
    /// The months that were seen, rising.
    pub months: Vec<Month>,
    /// What is made of them.
    pub statistic: Statistic,
    /// Whether its natural logarithm is taken.
    pub log: bool,
}

/// What is made of the values of some months.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Statistic {
    /// Their mean.
    #[default]
    Mean,
    /// The slope of the straight line through them, per year.
    Trend,
    /// The mean size of the change from one to the next.
    Roughness,
}

impl Choice for Statistic {
    const WORDS: &'static [(&'static str, Self)] =
        &[("mean", Self::Mean), ("trend", Self::Trend), ("roughness", Self::Roughness)];
}

/// How a calibration is done; what is not said is left to the method.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlannedMethod {
    /// Which method.
    pub kind: MethodKind,
    /// Effective sample from which the result is called a posterior.
    pub wanted: Option<f64>,
    /// Members of the ensemble smoother.
    pub members: Option<u32>,
    /// Assimilations.
    pub assimilations: Option<u32>,
    /// Points of the emulator's design.
    pub design: Option<u32>,
    /// Draws that are run in a round.
    pub draws: Option<u32>,
    /// Replicates of each.
    pub replicates: Option<u32>,
    /// Most rounds.
    pub rounds: Option<u32>,
    /// Particles of a generation of ABC-SMC.
    pub particles: Option<u32>,
    /// Most generations of ABC-SMC.
    pub generations: Option<u32>,
}

/// A method of calibration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MethodKind {
    /// Calibrate, emulate, sample (Cleary et al. 2021).
    #[default]
    Emulated,
    /// Approximate Bayesian computation by sequential Monte Carlo (Toni et al. 2009).
    Sequential,
}

impl Choice for MethodKind {
    const WORDS: &'static [(&'static str, Self)] = &[("emulated", Self::Emulated), ("sequential", Self::Sequential)];
}

impl Calibration {
    /// The columns of runs that are held against what was seen, each with its unit and what it means.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &str, String)> {
        self.targets.iter().map(|target| (target.name.as_str(), target.unit.as_str(), target.summary.to_string()))
    }
}

/// As in `mean of gap_rating of world, 2023-05 to 2023-10`.
impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (log, statistic) = (if self.log { "log of the " } else { "" }, self.statistic.word());
        write!(f, "{log}{statistic} of {}", self.of)?;
        // Every month counts: what was seen in other months is another summary.
        for span in self.months.chunk_by(|a, b| b.since(*a) == 1) {
            match span {
                [only] => write!(f, ", {only}")?,
                [first, .., last] => write!(f, ", {first} to {last}")?,
                [] => {}
            }
        }
        Ok(())
    }
}
