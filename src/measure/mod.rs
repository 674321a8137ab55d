//! What is measured of a world: rows of tables, indicators, outcomes. Reads the world and changes nothing; the model does not
//! know it.

mod chain;
#[cfg(test)]
mod declared_tests;
mod ended;
mod indicators;
mod outcomes;
pub mod record;
mod rows;
mod run;
mod tables;
