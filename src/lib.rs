//! Geopolitical competition in AI, simulated month by month.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
pub mod batch;
pub mod cli;
pub mod experiment;
pub mod formulas;
pub mod maths;
pub mod measure;
pub mod model;
pub mod output;
pub mod report;
pub mod scenario;

/// The built-in baseline world.
///
/// ```
/// assert_eq!(redqueen::baseline().name, "baseline");
/// ```
pub fn baseline() -> scenario::Scenario {
    model::Model::standard().baseline().unwrap_or_else(|found| unreachable!("{found}"))
}
