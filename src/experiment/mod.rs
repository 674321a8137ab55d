//! Which worlds to run and running them: experiment files, jobs in a fixed order, many threads, events in the order of
//! the jobs. Knows nothing of economics.

pub(crate) mod common;
pub mod design;
pub(crate) mod event;
pub(crate) mod experiment_file;
pub mod game;
pub mod plan;
pub mod runner;
pub(crate) mod schedule;
pub(crate) mod tables;
pub mod variant;

pub use common::{Experiment, Gather, KnownNames};
pub use experiment_file::load_experiment;
pub use variant::Variant;
