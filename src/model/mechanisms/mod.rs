//! The mechanisms of the world, one file each: its equation and source, its parameters, its systems, its tests.
//!
//! To add one: write its file here, add it to the list in `month.rs`, and give it a table in a config.

pub mod adoption;
pub mod build_out;
pub mod chip_supply;
pub mod claims;
pub mod compute;
pub mod cooperation;
pub mod diffusion;
pub mod entry;
pub mod exit;
pub mod export_controls;
pub mod incidents;
pub mod induced_innovation;
pub mod leapfrog;
pub mod market;
pub mod money;
pub mod output;
pub mod policy;
pub mod power;
pub mod releases;
pub mod research;
pub mod safety;
pub mod shocks;
pub mod systems;
pub mod training;

#[cfg(test)]
mod declared_tests;

use super::{clock::Clock, month::MonthPlan};
use crate::scenario::{MechanismDeclaration, MechanismSettings, Scenario, parameter::Parameters};
use bevy_ecs::prelude::*;

/// A mechanism: a struct of parameters, kept as a resource, that knows which systems it puts into the month.
pub trait Mechanism: Parameters + Resource {
    /// Its table in config files: `[mechanisms.<NAME>]`.
    const NAME: &'static str;
    /// What it does, in a line.
    const MEANING: &'static str;

    /// Puts the systems that move the world into the month; left out when the mechanism is disabled.
    fn build(month: &mut MonthPlan);

    /// Puts the systems into the month that run in any case: measures, and facts of the scenario.
    fn always(_month: &mut MonthPlan) {}

    /// Lays out what its systems remember from month to month. Called when a run starts, whether or not the mechanism is
    /// enabled; the world holds its frame and every mechanism's numbers by then, but no entity.
    fn begin(_scenario: &Scenario, _clock: &Clock, _world: &mut World) {}
}

/// A mechanism as the list of mechanisms holds it.
#[derive(Clone, Copy)]
pub struct Entry {
    pub(super) declaration: fn() -> MechanismDeclaration,
    pub(super) insert: fn(&MechanismSettings, &mut World),
    pub(super) build: fn(&mut MonthPlan),
    pub(super) always: fn(&mut MonthPlan),
    pub(super) begin: fn(&Scenario, &Clock, &mut World),
}

/// The list's entry for the mechanism `M`.
pub const fn entry<M: Mechanism>() -> Entry {
    Entry {
        declaration: || MechanismDeclaration { name: M::NAME, meaning: M::MEANING, parameters: M::DECLARED },
        insert: |settings, world| world.insert_resource(M::from_values(&settings.values)),
        build: M::build,
        always: M::always,
        begin: M::begin,
    }
}

/// Sets a number of a mechanism in a scenario made by hand.
#[cfg(test)]
pub(crate) fn set_number(scenario: &mut crate::scenario::Scenario, mechanism: &str, name: &str, value: f64) {
    let declared = super::catalogue().mechanisms.into_iter().find(|declared| declared.name == mechanism).unwrap();
    let place = declared.parameters.iter().position(|parameter| parameter.name == name).unwrap();
    let settings = scenario.mechanisms.iter_mut().find(|settings| settings.name == mechanism).unwrap();
    settings.values[place] = value;
}
