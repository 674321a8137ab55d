//! Outcomes that are made of a run when it is over.

use super::{Outcome, record::Trajectory};

/// More outcomes, made of the others and of the tables when a run is over.
pub(super) trait OfRuns: Send + Sync {
    /// The outcomes, in order.
    fn outcomes(&self) -> &[Outcome];

    /// The tables that they are made of; one may stand there several times.
    fn tables(&self) -> Vec<&str>;

    /// What they are of this run, in order; `None` where a part of one has no value.
    fn read(&self, run: &Trajectory) -> Vec<Option<f64>>;
}
