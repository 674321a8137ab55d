//! The experiments that the model has to pass: paired worlds that differ in one thing, and what must come of it. The test
//! `force` runs them with few worlds, the example `force` with many.

pub mod bench;
pub mod effort;
mod forced_claim;
pub mod levers;
pub mod market;
mod scaled_compute;
pub mod society;
pub mod statecraft;
pub mod supply;
pub mod sweep;

use bench::{Bench, Effect, Failure};

/// An experiment: what is asked, and how it is answered.
pub struct Experiment {
    /// Its name in the tables.
    pub id: &'static str,
    /// Runs it: one effect or more, each with what it must be.
    pub run: fn(&Bench) -> Result<Vec<Effect>, Failure>,
}

/// All experiments, in order.
pub fn all() -> impl Iterator<Item = &'static Experiment> {
    [
        effort::EXPERIMENTS,
        supply::EXPERIMENTS,
        market::EXPERIMENTS,
        society::EXPERIMENTS,
        levers::EXPERIMENTS,
        statecraft::EXPERIMENTS,
        sweep::EXPERIMENTS,
    ]
    .into_iter()
    .flatten()
}

/// What the model does not do though it should: experiment, effect, and what is known of why.
const MISSES: &[(&str, &str, &str)] = &[(
    "A3",
    "runs in which the best open model is Chinese by mid-2025",
    "it is so in 47 to 54 % of the runs, as worlds are drawn: at the edge, and defaults were tried in view of it",
)];

/// Why an effect is known to be missed; `None` if it is not.
pub fn known_miss(id: &str, what: &str) -> Option<&'static str> {
    MISSES.iter().find(|(experiment, effect, _)| *experiment == id && *effect == what).map(|(.., why)| *why)
}
