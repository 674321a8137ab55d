//! A run that goes on under another scenario: what of it can be another, and how it takes hold.

use super::{
    clock::Clock,
    noise::Key,
    registry::Model,
    shock::{Shock, ShockBundle},
    simulation::{Simulation, furnish},
};
use crate::scenario::{Month, Scenario, Unsound};
use bevy_ecs::prelude::*;
use std::sync::Arc;

/// Why a run cannot go on under a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotGoOn {
    /// No world can be built of it.
    #[error(transparent)]
    Unsound(#[from] Unsound),
    /// It differs where a run under way is what it is.
    #[error("`{place}` cannot change inside a run: {why}")]
    Fixed {
        /// Where, such as `states.US`.
        place: String,
        /// Why not.
        why: &'static str,
    },
    /// The run has not begun, or is over.
    #[error("the run is not between two of its months")]
    NotUnderWay,
}

const OF_THE_START: &str = "it says how the world began";
const FRAME: &str = "the run has been lived in it so far";
const SWITCH: &str = "a mechanism cannot come or go; its parameters can be set to where they have no effect";
const MEMORY: &str = "it says what is remembered from before, or how the world began";
const THERE: &str = "the firm is there, or would have come before";
const BEGUN: &str = "the shock has begun, or would have begun before";

/// Refuses a difference at this place.
fn same(is: bool, place: impl FnOnce() -> String, why: &'static str) -> Result<(), CannotGoOn> {
    if is { Ok(()) } else { Err(CannotGoOn::Fixed { place: place(), why }) }
}

/// Those of two lists, sorted by name, that are not in both as they are, each from the one and the other list.
fn differing<'a, T: PartialEq>(
    before: &'a [T],
    after: &'a [T],
    name: impl Fn(&T) -> &str,
) -> Vec<(String, Option<&'a T>, Option<&'a T>)> {
    let of = |list: &'a [T], wanted: &str| list.iter().find(|each| name(each) == wanted);
    let new = after.iter().filter(|each| of(before, name(each)).is_none());
    let pairs = before.iter().map(|each| (Some(each), of(after, name(each)))).chain(new.map(|each| (None, Some(each))));
    let named = pairs.filter_map(|(was, is)| Some((name(was.or(is)?).to_owned(), was, is)));
    named.filter(|(_, was, is)| was != is).collect()
}

/// Refuses entities of the start that are not what they were.
fn same_entities<T: PartialEq>(
    list: &str,
    (before, after): (&[T], &[T]),
    name: impl Fn(&T) -> &str,
) -> Result<(), CannotGoOn> {
    let first = differing(before, after, name).into_iter().next();
    same(first.is_none(), || format!("{list}.{}", first.map_or_else(String::new, |(name, ..)| name)), OF_THE_START)
}

fn same_frame(before: &Scenario, after: &Scenario, lived: u32) -> Result<(), CannotGoOn> {
    let frame = [
        ("seed", before.seed == after.seed),
        ("time.start", before.time.start == after.time.start),
        ("time.steps_per_year", before.time.steps_per_year == after.time.steps_per_year),
        ("domains", before.domains == after.domains),
        ("exposure", before.exposure == after.exposure),
        ("worth", before.worth == after.worth),
        ("comparison", before.comparison == after.comparison),
        ("borders", before.borders == after.borders),
    ];
    frame.into_iter().try_for_each(|(place, is)| same(is, || place.to_owned(), FRAME))?;
    same(after.time.months >= lived, || "time.months".to_owned(), "more months have been lived through")?;
    same_entities("states", (&before.states, &after.states), |state| &state.name)?;
    same_entities("fabs", (&before.fabs, &after.fabs), |fab| &fab.name)?;
    same_entities("accelerators", (&before.accelerators, &after.accelerators), |design| &design.name)
}

fn same_memories(model: &Model, before: &Scenario, after: &Scenario) -> Result<(), CannotGoOn> {
    for entry in model.all() {
        let name = entry.declaration.name;
        let (Some(was), Some(is)) = (before.settings(name), after.settings(name)) else { continue };
        same(was.enabled == is.enabled, || format!("mechanisms.{name}.enabled"), SWITCH)?;
        for ((parameter, was), is) in was.declared.parameters.iter().zip(&was.values).zip(&is.values) {
            let fixed = entry.fixed.contains(&parameter.name);
            same(!fixed || was == is, || format!("mechanisms.{name}.{}", parameter.name), MEMORY)?;
        }
    }
    Ok(())
}

impl Simulation {
    /// Goes on under another scenario from here on, between two months: with other parameters, controls, policies, shocks and
    /// firms to come, and more months. What is dated before takes hold with the next month, without the events of its
    /// beginning. Under the scenario that it has, it goes on as if nothing had been said.
    ///
    /// # Errors
    /// The scenario says other things of what has been; the world is then what it was. Of that are the frame (`seed`, `time` but
    /// for its `months`, domains and their worth, borders, the comparison), states, fabs, accelerators, firms that are there,
    /// shocks that have begun, switches of mechanisms, and [parameters](super::Mechanism::FIXED) that lay out memory.
    pub fn go_on_as(&mut self, scenario: &Scenario) -> Result<(), CannotGoOn> {
        if self.lived == 0 || self.over {
            return Err(CannotGoOn::NotUnderWay);
        }
        self.model.check(scenario)?;
        let before = self.shared_scenario();
        same_frame(&before, scenario, self.lived)?;
        same_memories(&self.model, &before, scenario)?;
        let clock = self.world.resource::<Clock>().clone();
        let past = |date: Option<Month>| date.is_some_and(|date| clock.steps_to(date) <= i64::from(clock.step()));
        for (name, was, is) in differing(&before.firms, &scenario.firms, |firm| &firm.name) {
            let there = [was, is].into_iter().flatten().any(|firm| firm.enters.is_none() || past(firm.enters));
            same(!there, || format!("firms.{name}"), THERE)?;
        }
        let begun = self.begun();
        for (name, _, is) in differing(&before.shocks, &scenario.shocks, |shock| &shock.name) {
            let key = Key::named("shock", &name);
            let begun = begun.iter().any(|(other, _)| *other == key) || is.is_some_and(|shock| past(shock.from));
            same(!begun, || format!("shocks.{name}"), BEGUN)?;
        }
        furnish(&self.model, scenario, &mut self.world);
        if before.shocks != scenario.shocks {
            respawn_shocks(&mut self.world, scenario, &clock, &begun);
        }
        let model = self.model.clone();
        model.all().for_each(|mechanism| (mechanism.go_on)(scenario, &clock, &mut self.world));
        self.scenario = Arc::new(scenario.clone());
        Ok(())
    }

    /// Shocks that have begun, with the step.
    fn begun(&mut self) -> Vec<(Key, i64)> {
        let mut shocks = self.world.query::<(&Key, &Shock)>();
        shocks.iter(&self.world).filter_map(|(key, shock)| Some((*key, shock.began?))).collect()
    }
}

/// All shocks anew, in the scenario's order; those that have begun go on.
fn respawn_shocks(world: &mut World, scenario: &Scenario, clock: &Clock, begun: &[(Key, i64)]) {
    let there: Vec<Entity> = world.query_filtered::<Entity, With<Shock>>().iter(world).collect();
    for shock in there {
        world.despawn(shock);
    }
    for spec in &scenario.shocks {
        world.spawn(ShockBundle::new(spec, clock));
    }
    for (key, mut shock) in world.query::<(&Key, &mut Shock)>().iter_mut(world) {
        shock.began = begun.iter().find(|(other, _)| other == key).map(|(_, step)| *step);
    }
    world.clear_trackers();
}

#[cfg(test)]
#[path = "onward_tests.rs"]
mod tests;
