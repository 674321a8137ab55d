//! Geopolitical competition in AI, simulated month by month.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod model;
pub mod output;
pub mod report;
pub mod scenario;
