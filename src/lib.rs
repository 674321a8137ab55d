//! Geopolitical competition in AI, simulated month by month.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
pub mod cli;
pub mod experiment;
pub mod model;
pub mod output;
pub mod scenario;
