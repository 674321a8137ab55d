//! The command line: words, progress and exit codes.

pub mod batch;
#[cfg(test)]
mod mock;
pub mod progress;
pub mod run;
pub mod summary;
