//! What tests of mechanisms share: settings by name, and worlds run by hand.

use super::{
    Model, Seed, Simulation,
    clock::Clock,
    states::{Roster, StateId},
};
use crate::{
    measure::record::{Record, Trajectory},
    scenario::{Goods, Lever, PolicyNumbers, PolicySpec, Scenario},
};
use bevy_ecs::prelude::*;

/// A component of the state at this place of the scenario's list.
pub fn of_state<C: Component>(world: &World, place: usize) -> &C {
    world.get(world.resource::<Roster>().entity(StateId::new(place))).unwrap()
}

/// Sets a parameter of a mechanism.
pub fn set(scenario: &mut Scenario, mechanism: &str, parameter: &str, value: f64) {
    scenario.set(&format!("mechanisms.{mechanism}.{parameter}"), value).unwrap();
}

/// Sets every parameter of a mechanism that has a null to it.
pub fn set_to_null(scenario: &mut Scenario, mechanism: &str) {
    let declared = scenario.settings(mechanism).unwrap().declared.parameters;
    let nulls: Vec<_> = declared.iter().filter_map(|parameter| Some((parameter.name, parameter.null?))).collect();
    assert!(!nulls.is_empty(), "{mechanism} has no null");
    nulls.into_iter().for_each(|(parameter, null)| set(scenario, mechanism, parameter, null));
}

/// A policy that sets a lever of the state at this place of the scenario's list for good, aimed at nobody.
pub fn policy(name: &str, state: usize, lever: Lever, value: f64) -> PolicySpec {
    PolicySpec {
        name: name.to_owned(),
        state,
        lever,
        against: Vec::new(),
        goods: [true; Goods::COUNT],
        from: None,
        by_chance: None,
        to: None,
        indicator: None,
        numbers: PolicyNumbers { value, ..PolicyNumbers::default() },
    }
}

/// Leaves a mechanism out.
pub fn disable(scenario: &mut Scenario, mechanism: &str) {
    scenario.set(&format!("mechanisms.{mechanism}.enabled"), false).unwrap();
}

/// A whole run under the first seed.
pub fn trajectory(scenario: &Scenario) -> Trajectory {
    Model::standard().simulate(scenario).unwrap().run(Seed { master: 1, replicate: 0 }, Record::ALL).unwrap()
}

/// Lives through steps; afterwards the clock stands at the last of them.
pub fn live(simulation: &mut Simulation, steps: u32) {
    for step in 0..steps {
        if step > 0 {
            simulation.world_mut().resource_mut::<Clock>().advance();
        }
        simulation.step().unwrap();
    }
}

/// That a mechanism at its null gives the same tables as without it.
pub fn assert_null_is_absent(scenario: &Scenario, mechanism: &str) {
    let (mut null, mut without) = (scenario.clone(), scenario.clone());
    set_to_null(&mut null, mechanism);
    disable(&mut without, mechanism);
    assert!(trajectory(&null) == trajectory(&without), "{mechanism} at its null moves something");
}
