//! The rules of a scenario, and when those come that have no date.

use super::{ExportControls, Timetable};
use crate::{
    model::{
        chance::Chance,
        clock::Clock,
        geography::Geography,
        ledger::Ledger,
        noise::{Draw, Noise},
        relations::Relations,
        states::StateId,
    },
    scenario::{Choice as _, ControlSpec, Scenario},
};
use bevy_ecs::prelude::*;
use std::sync::Arc;

/// The scenario's rules, and what became of those that come by chance.
#[derive(Resource, Clone, Debug, Default)]
pub struct Rulebook {
    rules: Arc<[ControlSpec]>,
    /// Those that come by chance, by their place.
    chances: Vec<(usize, Chance)>,
}

impl Rulebook {
    pub(super) fn new(scenario: &Scenario, clock: &Clock) -> Self {
        let chance = |(at, rule): (usize, &ControlSpec)| {
            rule.by_chance.map(|window| (at, Chance::new(("control", &rule.name), rule.hazard(), &window, clock)))
        };
        let chances = scenario.controls.iter().enumerate().filter_map(chance).collect();
        Self { rules: scenario.controls.as_slice().into(), chances }
    }

    /// Keeps what has begun by chance.
    pub(super) fn go_on(&mut self, before: &Self) {
        for (_, chance) in &mut self.chances {
            chance.go_on(before.chances.iter().map(|(_, chance)| chance));
        }
    }

    /// The rules that are known to come, with the step in which they do.
    pub(super) fn known<'a>(&'a self, clock: &'a Clock) -> impl Iterator<Item = (&'a ControlSpec, i64)> {
        self.rules.iter().enumerate().filter_map(|(at, rule)| {
            let chance = self.chances.iter().find(|(place, _)| *place == at);
            let began = chance.and_then(|(_, chance)| chance.began).map(i64::from);
            Some((rule, rule.from.map(|month| clock.steps_to(month)).or(began)?))
        })
    }

    /// Who denies whom more than before by rules that come into force at their date in this step, and by how much. What came into
    /// force before the start is part of the trust of the start.
    pub fn denied_by_date(&self, clock: &Clock, controls: &ExportControls) -> Vec<(StateId, StateId, f64)> {
        let now = clock.step();
        let come = self.rules.iter().filter(|rule| rule.from.and_then(|from| clock.step_of(from)) == Some(now));
        come.flat_map(|rule| self.denied_by(rule, clock, controls)).collect()
    }

    /// Who denies whom more by a rule that comes now than before, and by how much. One that takes the place of another as strict on
    /// the same goods denies nobody more, nor does one that stops nothing.
    fn denied_by(&self, rule: &ControlSpec, clock: &Clock, controls: &ExportControls) -> Vec<(StateId, StateId, f64)> {
        let now = i64::from(clock.step());
        let pairs = rule.by.iter().flat_map(|&by| rule.against.iter().map(move |&against| (by, against)));
        let stricter = pairs.filter(|(by, against)| by != against).map(|(by, against)| {
            let before = self.known(clock).filter(|(other, from)| {
                let ends = other.to.map(|to| clock.steps_to(to));
                let in_force = *from < now && ends.is_none_or(|to| to >= now);
                in_force && other.what == rule.what && other.by.contains(&by) && other.against.contains(&against)
            });
            let before = before.map(|(other, _)| controls.strictness_of(other)).fold(0.0, f64::max);
            (StateId::new(by), StateId::new(against), controls.strictness_of(rule) - before)
        });
        stricter.filter(|(_, _, stricter)| *stricter > 0.0).collect()
    }
}

/// Whether a rule that comes by chance comes into force.
const BEGINS: Draw = Draw::named("export_controls/begins");

pub(super) fn any_may_come(controls: Res<ExportControls>, rulebook: Res<Rulebook>) -> bool {
    controls.strictness_scale != 0.0 && !rulebook.chances.is_empty()
}

pub(super) fn come(
    (controls, clock, geography): (Res<ExportControls>, Res<Clock>, Res<Geography>),
    noise: Noise,
    (mut rulebook, mut timetable): (ResMut<Rulebook>, ResMut<Timetable>),
    mut relations: ResMut<Relations>,
    mut ledger: ResMut<Ledger>,
) {
    let begins = |(_, chance): &&(usize, Chance)| chance.begins(BEGINS, &noise, &clock);
    let come: Vec<usize> = rulebook.chances.iter().filter(begins).map(|(at, _)| *at).collect();
    for &at in &come {
        let rule = &rulebook.rules[at];
        if rule.to.is_none_or(|to| clock.steps_to(to) > i64::from(clock.step())) {
            tell(rule, &clock, &geography, &mut ledger);
            relations.denied.extend(rulebook.denied_by(rule, &clock, &controls));
        }
        let chances = rulebook.chances.iter_mut().filter(|(place, _)| *place == at);
        chances.for_each(|(_, chance)| chance.began = Some(clock.step()));
    }
    if !come.is_empty() {
        *timetable = Timetable::new(&rulebook, &clock, &controls);
    }
}

fn tell(rule: &ControlSpec, clock: &Clock, geography: &Geography, ledger: &mut Ledger) {
    let name = rule.name.as_str().into();
    for &against in &rule.against {
        let state = &geography.names[StateId::new(against)];
        ledger.note(clock, "control", &name, state, Some(rule.numbers.strictness), rule.what.word());
    }
}
