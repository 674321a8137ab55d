//! A state: its economy, its users, its firms' surroundings.

use super::{
    Seed,
    geography::PerDomain,
    noise::{Key, Noise},
};
use crate::{
    model::geography::per_domain,
    scenario::{MAX_DOMAINS, StateNumbers, StateSpec},
};
use bevy_ecs::prelude::*;

/// Its place in every array by state.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateIndex(pub usize);

/// Its numbers as configured.
#[derive(Component, Clone, Debug)]
pub struct Traits(pub StateNumbers);

/// Output, billion USD of 2023 a year.
#[derive(Component, Clone, Debug)]
pub struct Economy {
    /// Output now.
    pub output: f64,
    /// Output on trend, without AI.
    pub trend: f64,
    /// Output one step ago.
    pub before: f64,
    /// ln of output over trend: what AI adds.
    pub effect: f64,
}

/// How well its firms absorb outside knowledge, in (0, 1).
#[derive(Component, Clone, Copy, Debug)]
pub struct Absorption(pub f64);

/// Share of its users that have adopted AI, by domain.
#[derive(Component, Clone, Copy, Debug)]
pub struct Adoption(pub PerDomain);

/// Capability that its users can reach, by domain, nats.
#[derive(Component, Clone, Copy, Debug)]
pub struct Access {
    /// Now.
    pub now: PerDomain,
}

/// Compute that reaches the state, MH100e.
#[derive(Component, Clone, Debug, Default)]
pub struct Supply {
    /// Became available in this step.
    pub made: f64,
    /// Bought by firms in this step.
    pub delivered: f64,
    /// Stock in clouds, which belongs to no firm of the model.
    pub clouds: f64,
    /// Capital that investors offer, billion USD a year.
    pub capital: f64,
}

/// Parts of its power, each a share of the world.
#[derive(Component, Clone, Debug, Default)]
pub struct Power {
    /// Own frontier and running compute.
    pub hard: f64,
    /// Output.
    pub economic: f64,
    /// Usage of its firms in other states.
    pub soft: f64,
    /// Contest share over the composite of all.
    pub share: f64,
}

/// Everything a state holds.
#[derive(Bundle)]
pub struct StateBundle {
    key: Key,
    noise: Noise,
    index: StateIndex,
    traits: Traits,
    economy: Economy,
    absorption: Absorption,
    adoption: Adoption,
    access: Access,
    supply: Supply,
    power: Power,
}

impl StateBundle {
    /// The state at the start of a run.
    pub fn new(index: usize, spec: &StateSpec, seed: Seed) -> Self {
        let key = Key::named("state", &spec.name);
        let numbers = &spec.numbers;
        let output = numbers.gdp_billion_usd;
        Self {
            key,
            noise: Noise::new(seed, key, 0),
            index: StateIndex(index),
            economy: Economy { output, trend: output, before: output, effect: 0.0 },
            absorption: Absorption(numbers.absorptive_capacity),
            adoption: Adoption(per_domain(&vec![numbers.adoption; spec.demand.len()])),
            access: Access { now: [0.0; MAX_DOMAINS] },
            supply: Supply {
                clouds: numbers.cloud_mh100e,
                capital: numbers.capital_billion_usd_per_year,
                ..Supply::default()
            },
            power: Power::default(),
            traits: Traits(numbers.clone()),
        }
    }
}
