//! The world: takes a [`Scenario`](crate::scenario::Scenario) and a [`Seed`], gives monthly records.
//!
//! A [`Model`] is a list of mechanisms; a [`Simulation`] is a world of one scenario, which can be lived through again and again
//! under different seeds.
//!
//! ```
//! use redqueen::{measure::record::Record, model::{Model, Seed}};
//! let model = Model::standard();
//! let mut scenario = model.baseline()?;
//! scenario.time.months = 12;
//! let mut simulation = model.simulate(&scenario)?;
//! let trajectory = simulation.run(Seed { master: 1, replicate: 0 }, Record::ALL)?;
//! assert_eq!(trajectory.world.len(), 12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod accelerator;
pub mod accounts;
pub(crate) mod bundles;
pub mod chance;
pub mod clock;
pub mod fab;
pub mod firm;
pub(crate) mod founding;
pub mod geography;
pub mod keep;
pub mod ledger;
mod look_ahead;
pub mod mechanisms;
mod month;
pub mod noise;
pub mod onward;
pub mod phase;
pub mod precipice;
pub mod price;
mod registry;
pub mod relations;
pub mod release;
pub mod shock;
mod simulation;
pub mod snapshot;
pub mod state;
pub mod states;
#[cfg(test)]
mod testing;
pub mod yields;

pub use ledger::InvalidNumber;
pub use noise::Seed;
pub use phase::{Mechanism, MonthPlan, Phase};
pub use registry::{Model, Program, UnknownMechanism};
pub use simulation::Simulation;
pub use snapshot::Snapshot;
