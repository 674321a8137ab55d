//! What tests of mechanisms share: settings by name, and worlds run by hand.

use super::{
    Model, Seed, Simulation,
    clock::Clock,
    states::{Roster, StateId},
};
use crate::{
    measure::record::{Record, Trajectory},
    scenario::Scenario,
};
use bevy_ecs::prelude::*;

/// A component of the state at this place of the scenario's list.
pub fn of_state<C: Component>(world: &World, place: usize) -> &C {
    world.get(world.resource::<Roster>().entity(StateId::new(place))).unwrap()
}

/// Sets a parameter of a mechanism.
pub fn set(scenario: &mut Scenario, mechanism: &str, parameter: &str, value: f64) {
    change(scenario, mechanism, |name, _| (name == parameter).then_some(value));
}

/// Sets every parameter of a mechanism that has a null to it.
pub fn set_to_null(scenario: &mut Scenario, mechanism: &str) {
    change(scenario, mechanism, |_, null| null);
}

fn change(scenario: &mut Scenario, mechanism: &str, value: impl Fn(&str, Option<f64>) -> Option<f64>) {
    let settings = scenario.settings_mut(mechanism).unwrap();
    let mut changed = 0;
    for (held, parameter) in settings.values.iter_mut().zip(settings.declared.parameters) {
        if let Some(value) = value(parameter.name, parameter.null) {
            *held = value;
            changed += 1;
        }
    }
    assert!(changed > 0, "{mechanism} has no such parameter");
}

/// Leaves a mechanism out.
pub fn disable(scenario: &mut Scenario, mechanism: &str) {
    scenario.settings_mut(mechanism).unwrap().enabled = false;
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
