//! Geopolitical competition in AI, simulated month by month.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
pub mod cli;
pub mod experiment;
pub mod maths;
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
    let source = scenario::Source::Builtin("baseline".to_owned());
    scenario::load(&source, &[], &model::catalogue())
        .map_or_else(|found| unreachable!("{found}"), |loaded| loaded.scenario)
}
