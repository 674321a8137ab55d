//! Which worlds to run and running them: jobs in a fixed order, many threads, events in the order of the jobs.
//! Knows nothing of economics or files.

pub mod event;
pub mod plan;
pub mod runner;
