//! Which worlds to run and running them: experiment files, jobs in a fixed order, many threads, events in the order of
//! the jobs. Knows nothing of economics.

pub mod design;
pub(crate) mod event;
pub(crate) mod experiment_file;
pub mod plan;
pub mod runner;
pub(crate) mod schedule;
pub mod variant;

pub use experiment_file::{Experiment, Gather, KnownNames, load_experiment};
pub use variant::Variant;
