//! Which worlds to run: experiment files, seeds, and the engine that runs them.

pub mod experiment_file;

pub use experiment_file::{Experiment, Variant, load_experiment};
