//! What a calibration asks of a model, and what it tells while it goes on.

/// What a set of runs is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// A planted truth of a check, one point and one replicate.
    Truth,
    /// The members of the ensemble smoother, which are a sample of the prior at first.
    Smoother,
    /// The points that the first emulator is fitted to.
    Design,
    /// Draws of the emulated posterior, to be weighted by how well they really do.
    Weighing,
    /// Proposals of a generation of ABC-SMC.
    Proposals,
}

impl Purpose {
    /// Its name in progress and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truth => "truth",
            Self::Smoother => "smoother",
            Self::Design => "design",
            Self::Weighing => "weighing",
            Self::Proposals => "proposals",
        }
    }
}

/// Which set of runs this is. `(trial, number)` is different for every set that a calibration asks for, so that noise keyed
/// by it, by the point's place and by the replicate is shared by no two runs, and results can be kept under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stage {
    /// Which trial of a check this belongs to, from 0 on; 0 for a calibration by itself.
    pub trial: u32,
    /// The set's number within the trial, from 0 on.
    pub number: u32,
    /// What it is for.
    pub purpose: Purpose,
    /// Which assimilation, round or generation of that, from 0 on.
    pub generation: u32,
}

/// What a run gave, by target; `None` where it has no such target. A run that failed has none of them.
pub type Run = Vec<Option<f64>>;

/// What runs gave, by point and replicate, in the order of each.
pub type Results = Vec<Vec<Run>>;

/// A model that can be run at given parameters.
pub trait Forward {
    /// Why it could not be run.
    type Error;

    /// Runs each point, which has a value for each parameter on its own scale, so many times, with luck of their own for every
    /// point and replicate.
    ///
    /// # Errors
    ///
    /// What keeps all runs from going on, such as an interruption. A single run that fails has no targets instead.
    fn run(&mut self, stage: &Stage, points: &[Vec<f64>], replicates: u32) -> Result<Results, Self::Error>;
}

/// How a calibration stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The set of runs that was just done, or that the chains go before.
    pub stage: Stage,
    /// Runs so far.
    pub runs: u64,
    /// Root mean square of the distance of these runs' targets from the data, in standard deviations of their errors. It falls
    /// as the parameters close in, to 1 where there is no luck in runs.
    pub misfit: f64,
    /// Effective number of the parameters drawn so far; `None` before there are weights.
    pub effective: Option<f64>,
    /// The largest split R̂ of the chains before this set; `None` where there are no chains.
    pub r_hat: Option<f64>,
    /// The threshold of the generation of ABC-SMC.
    pub threshold: Option<f64>,
}

/// Why there is no calibration.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrationError<E> {
    /// The model could not be run.
    #[error("the model could not be run")]
    Forward(E),
    /// The results do not have the points, replicates or targets that were asked for.
    #[error("the results of the {} runs do not have the shape asked for", .0.purpose.name())]
    Shape(Stage),
    /// A setting makes no sense.
    #[error("{0}")]
    Setting(&'static str),
    /// Too few runs gave this target, by its place, to learn from.
    #[error("too few runs give target {target}: {given} of {runs}")]
    Target {
        /// Place of the target.
        target: usize,
        /// Points that gave it.
        given: usize,
        /// Points that ran.
        runs: usize,
    },
    /// Numbers that cannot be worked with, such as a covariance of errors that is not positive definite.
    #[error("{0}")]
    Numbers(&'static str),
}
