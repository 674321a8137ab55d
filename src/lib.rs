//! Geopolitical competition in AI, simulated month by month.
//!
//! States, AI firms and chip fabs compete over years, and nobody crosses a finish line. The program `redqueen` runs seeded Monte
//! Carlo batches of such worlds and writes tables; this library is all of it, to be used and extended from Rust.
//!
//! # A world
//!
//! A [`Model`](model::Model) is a list of mechanisms: research, diffusion, chip supply, export controls, a market and so on. A
//! [`Scenario`](scenario::Scenario) holds the numbers of one world: its states, firms, fabs and rules, and every mechanism's
//! parameters. It is read from a config, such as the built-in baseline, and its numbers can be set by the names that configs give
//! them. A [`Simulation`](model::Simulation) is a world of a scenario, which can be lived through again and again; which luck
//! it has is a pure function of the [`Seed`](model::Seed). What comes out is a [`Trajectory`](measure::record::Trajectory): tables by
//! month, and a row of outcomes.
//!
//! ```
//! use redqueen::{measure::record::Record, model::{Model, Seed}};
//!
//! let model = Model::standard();
//! let mut scenario = model.baseline()?;
//! scenario.time.months = 24;
//! scenario.set("mechanisms.export_controls.enabled", false)?;
//!
//! let mut simulation = model.simulate(&scenario)?;
//! let trajectory = simulation.run(Seed { master: 1, replicate: 0 }, Record::ALL)?;
//! assert_eq!(trajectory.world.len(), 24);
//! assert!(trajectory.world.iter().all(|month| month.compute_denied == 0.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A batch
//!
//! Conclusions take many worlds. An experiment says which: scenarios side by side, the points of a design over uncertain
//! parameters, replicates. A replicate has the same luck in every scenario and at every point (common random numbers), so that
//! differences are sharp. A [`Study`](batch::Study) runs an experiment into a folder of CSV tables, on all cores; stopped at any moment, it goes on
//! where it was, and the bytes are the same whatever happened on the way.
//!
//! ```
//! use redqueen::model::Model;
//!
//! let folder = tempfile::tempdir()?;
//! let done = Model::standard().study("open-or-guarded")?.months(6)?.runs(2).run_into(folder.path().join("out"))?;
//! assert_eq!(done.failed, 0);
//! for run in done.runs()? {
//!     println!("{} {}: {:?}", run.scenario, run.replicate, run.outcome("gap_rating_end")?);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A mechanism of one's own
//!
//! A mechanism is a struct of declared parameters that adds systems to the month. It joins a model by its type, with luck that moves
//! nobody else's, and gets configs, checks, designs, tables and the whole command line.
//!
//! ```
//! use bevy_ecs::prelude::*;
//! use redqueen::{model::{Mechanism, Model, MonthPlan, Phase, clock::Clock, firm::Finance}, parameters};
//!
//! parameters! {
//!     /// Numbers of a levy.
//!     #[derive(Resource)]
//!     pub struct Levy {
//!         /// Share of its cash that a firm loses.
//!         rate: f64 = 0.1, "1/year", range 0.0..=1.0, plausible 0.0..=0.3 or null 0.0, assumption "an example";
//!     }
//! }
//!
//! impl Mechanism for Levy {
//!     const NAME: &'static str = "levy";
//!     const MEANING: &'static str = "firms lose a share of their cash";
//!
//!     fn build(month: &mut MonthPlan) {
//!         month.add(Phase::Budgets, collect);
//!     }
//! }
//!
//! fn collect(levy: Res<Levy>, clock: Res<Clock>, mut firms: Query<&mut Finance>) {
//!     for mut finance in &mut firms {
//!         finance.cash -= clock.per_step(levy.rate) * finance.cash.max(0.0);
//!     }
//! }
//!
//! let model = Model::standard().with::<Levy>();
//! let mut scenario = model.baseline()?;
//! scenario.set("mechanisms.levy.rate", 0.2)?;
//! assert_eq!(scenario.mechanism::<Levy>().map(|levy| levy.rate), Some(0.2));
//! // And in a program: `fn main() -> std::process::ExitCode { redqueen::cli::main_of(&model) }`
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`with_table`](model::Model::with_table) and [`with_outcome`](model::Model::with_outcome) add to what is measured of worlds.
//! `docs/adding-a-mechanism.md` goes through a mechanism with luck, `examples/` has whole programs, `docs/architecture.md` shows the rooms, and
//! `docs/ODD.md` describes the model.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
pub mod batch;
pub mod cli;
pub mod declare;
pub mod experiment;
mod explorer;
pub mod formulas;
pub mod maths;
pub mod measure;
pub mod model;
pub mod output;
pub mod report;
pub mod scenario;

/// The built-in baseline world of the standard model.
///
/// ```
/// assert_eq!(redqueen::baseline().name, "baseline");
/// ```
pub fn baseline() -> scenario::Scenario {
    model::Model::standard().baseline().unwrap_or_else(|found| unreachable!("{found}"))
}
