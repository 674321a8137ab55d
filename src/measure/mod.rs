//! What is measured of a world: rows of tables, indicators, outcomes. Reads the world and changes nothing; the model does not
//! know it.

mod blame;
mod board;
mod chain;
#[cfg(test)]
mod declared_tests;
mod ended;
mod indicators;
mod measured;
mod of_runs;
mod outcome;
mod outcomes;
mod own;
mod payoffs;
mod quantities;
pub mod record;
mod rows;
mod run;
mod seen;
mod tables;

pub use measured::Measured;
#[cfg(test)]
pub(crate) use measured::{LEADING_COLUMNS, TAKEN_TABLES};
pub use outcome::Outcome;
pub(crate) use outcome::TAKEN_COLUMNS;
pub(crate) use outcomes::months_before;
pub use own::{Own, Unmeasured};
pub use run::RunError;
pub(crate) use run::Stretch;
