//! Which worlds to run and running them: experiment files, jobs in a fixed order, many threads, events in the order of
//! the jobs. Knows nothing of economics.

pub mod calibration;
pub mod claim;
pub(crate) mod common;
pub mod design;
mod entity;
pub(crate) mod event;
pub(crate) mod experiment_file;
pub mod game;
pub mod observations;
pub mod plan;
pub mod runner;
pub(crate) mod schedule;
mod sheet;
pub(crate) mod tables;
pub mod variant;

pub use common::{Doubt, Experiment, Gather, KnownNames};
pub use experiment_file::load_experiment;
pub use variant::Variant;
