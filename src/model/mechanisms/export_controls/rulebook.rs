//! The rules of a scenario, and when those come that have no date.

use super::{
    ExportControls, Timetable,
    rule::{Rule, rules},
};
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
    scenario::{Choice as _, ControlSpec, Goods, Scenario},
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
    fn known<'a>(&'a self, clock: &'a Clock) -> impl Iterator<Item = (&'a ControlSpec, i64)> {
        self.rules.iter().enumerate().filter_map(|(at, rule)| {
            let chance = self.chances.iter().find(|(place, _)| *place == at);
            let began = chance.and_then(|(_, chance)| chance.began).map(i64::from);
            Some((rule, rule.from.map(|month| clock.steps_to(month)).or(began)?))
        })
    }

    /// The same with what they stop.
    pub(super) fn rules<'a>(&'a self, clock: &'a Clock, controls: &ExportControls) -> Vec<Rule<'a>> {
        rules(self.known(clock), clock, controls)
    }

    /// Who denies whom more than before by rules that come into force at their date in this step, and by how much. What came into
    /// force before the start is part of the trust of the start.
    pub fn denied_by_date(&self, clock: &Clock, controls: &ExportControls) -> Vec<(StateId, StateId, f64)> {
        let now = i64::from(clock.step());
        let comes = |rule: &ControlSpec| rule.from.is_some_and(|from| clock.steps_to(from) == now);
        if !self.rules.iter().any(comes) {
            return Vec::new();
        }
        denied(&self.rules(clock, controls), |rule| comes(rule.spec), |rule| rule.in_force(now - 1))
    }
}

/// The same by those of the rules that came by chance in this step.
fn denied_by_chance(rules: &[Rule], clock: &Clock) -> Vec<(StateId, StateId, f64)> {
    let now = i64::from(clock.step());
    let by_chance = |rule: &Rule| rule.spec.from.is_none() && rule.from == now;
    // Those of this date have been felt.
    let stood = |rule: &Rule| rule.in_force(now - 1) || rule.spec.from.is_some() && rule.from == now;
    denied(rules, |rule| by_chance(rule) && rule.in_force(now), stood)
}

/// Who denies whom more by rules that come than by those that `stood`, and by how much; of several on the same goods between the same
/// states the strictest counts, once. A rule that takes the place of another as strict denies nobody more, nor does one that stops
/// nothing.
fn denied(
    rules: &[Rule],
    comes: impl Fn(&Rule) -> bool,
    stood: impl Fn(&Rule) -> bool,
) -> Vec<(StateId, StateId, f64)> {
    let mut felt: Vec<(Goods, StateId, StateId)> = Vec::new();
    let mut denied = Vec::new();
    for rule in rules.iter().filter(|rule| comes(rule)) {
        let what = rule.spec.what;
        for (by, against) in rule.pairs() {
            let most = |among: &dyn Fn(&Rule) -> bool| {
                let same = rules.iter().filter(|other| other.spec.what == what && among(other));
                same.map(|other| other.strictness(by, against)).fold(0.0, f64::max)
            };
            let stricter = most(&comes) - most(&stood);
            if by != against && stricter > 0.0 && !felt.contains(&(what, by, against)) {
                felt.push((what, by, against));
                denied.push((by, against, stricter));
            }
        }
    }
    denied
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
        }
        let chances = rulebook.chances.iter_mut().filter(|(place, _)| *place == at);
        chances.for_each(|(_, chance)| chance.began = Some(clock.step()));
    }
    if !come.is_empty() {
        let rules = rulebook.rules(&clock, &controls);
        relations.denied.extend(denied_by_chance(&rules, &clock));
        *timetable = Timetable::new(&rules, &clock, &controls);
    }
}

fn tell(rule: &ControlSpec, clock: &Clock, geography: &Geography, ledger: &mut Ledger) {
    let name = rule.name.as_str().into();
    for &against in &rule.against {
        let state = &geography.names[StateId::new(against)];
        ledger.note(clock, "control", &name, state, Some(rule.numbers.strictness), rule.what.word());
    }
}
