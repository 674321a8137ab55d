//! Controls and policies that come by chance: absent at a hazard of 0, as good as a dated one when they come, and felt.

use crate::support::worlds::{run, scenario};
use redqueen::{
    maths::{self, Moments},
    measure::record::{EventRow, Trajectory},
    scenario::{Month, Scenario},
};

/// What the shipped scenario of the end of 2024 leaves to chance.
const CONTROLS: [&str; 3] = ["Chinese rule on materials", "Next US rule on chips", "Next rule on equipment"];
const POLICIES: [&str; 4] = [
    "China backs open models",
    "China tells buyers to buy at home",
    "US acts against smuggling",
    "US eases rules on chips",
];

/// The scenario for so many months, with these hazards and, so that trust moves nothing in a month of its own, more overrides.
fn world(months: u32, hazards: &[(&str, f64)], more: &[&str]) -> Scenario {
    let of = |(name, hazard): &(&str, f64)| {
        let list = if CONTROLS.contains(name) { "controls" } else { "policies" };
        format!("{list}.'{name}'.hazard_per_year={hazard}")
    };
    let overrides: Vec<String> = hazards.iter().map(of).chain(more.iter().map(|text| (*text).to_owned())).collect();
    let mut scenario = scenario("as-of-2024-12", &overrides);
    scenario.time.months = months;
    scenario
}

fn never() -> Vec<(&'static str, f64)> {
    CONTROLS.into_iter().chain(POLICIES).map(|name| (name, 0.0)).collect()
}

/// All hazards 0 but one.
fn alone(name: &'static str, hazard: f64) -> Vec<(&'static str, f64)> {
    let mut hazards = never();
    hazards.iter_mut().filter(|each| each.0 == name).for_each(|each| each.1 = hazard);
    hazards
}

fn comings(trajectory: &Trajectory) -> Vec<&EventRow> {
    let by_chance = |event: &&EventRow| CONTROLS.contains(&&*event.actor) || POLICIES.contains(&&*event.text);
    trajectory.events.iter().filter(by_chance).collect()
}

#[test]
fn all_of_the_scenario_that_come_by_chance_are_known_here() {
    let scenario = world(36, &[], &[]);
    let controls: Vec<_> = scenario.controls.iter().filter(|each| each.by_chance.is_some()).collect();
    assert_eq!(controls.iter().map(|each| each.name.as_str()).collect::<Vec<_>>(), CONTROLS);
    let policies: Vec<_> = scenario.policies.iter().filter(|each| each.by_chance.is_some()).collect();
    assert_eq!(policies.iter().map(|each| each.name.as_str()).collect::<Vec<_>>(), POLICIES);
    // Nothing of them is in the months from which anything is fitted.
    let first = Month::new(2025, 1).unwrap();
    let windows = controls.iter().map(|each| each.by_chance).chain(policies.iter().map(|each| each.by_chance));
    assert!(windows.flatten().all(|window| window.earliest >= first));
}

#[test]
fn what_never_comes_is_the_same_as_nothing() {
    let with = world(40, &never(), &[]);
    let mut without = with.clone();
    without.controls.retain(|each| each.by_chance.is_none());
    without.policies.retain(|each| each.by_chance.is_none());
    for replicate in 0..2 {
        let (with, without) = (run(&with, replicate), run(&without, replicate));
        assert!(comings(&with).is_empty());
        assert!(with == without);
    }
}

#[test]
fn what_comes_is_the_same_as_what_is_dated_then_and_moves_nobody_else_s_luck() {
    // Trust that a rule of chance costs is lost a step later than that of a dated one.
    let more = ["mechanisms.cooperation.hit_control=0"];
    for name in CONTROLS.into_iter().chain(POLICIES) {
        let by_chance = world(48, &alone(name, 4.0), &more);
        let mut came = 0;
        for replicate in 0..3 {
            let seen = run(&by_chance, replicate);
            let comings: Vec<_> = comings(&seen).into_iter().map(|event| event.date).collect();
            let Some(date) = comings.first().copied() else { continue };
            assert_eq!(comings, [date], "{name} came once");
            let mut dated = by_chance.clone();
            for control in dated.controls.iter_mut().filter(|each| each.name == name) {
                (control.from, control.by_chance) = (Some(date), None);
            }
            for policy in dated.policies.iter_mut().filter(|each| each.name == name) {
                (policy.from, policy.by_chance) = (Some(date), None);
            }
            let mut dated = run(&dated, replicate);
            // Only that a rule of chance came is told of controls.
            let told = seen.events.iter().filter(|event| event.kind.as_ref() != "control").count();
            assert_eq!(told, dated.events.len(), "{name}");
            dated.events.clone_from(&seen.events);
            assert!(seen == dated, "{name} in {date}");
            came += 1;
        }
        assert!(came > 1, "{name} comes at this hazard within two years, mostly");
    }
}

#[test]
fn a_rule_that_came_costs_trust_and_says_when_it_came() {
    let of = |hazard: f64, hit: &str| {
        let more = format!("mechanisms.cooperation.hit_control={hit}");
        run(&world(40, &alone(CONTROLS[2], hazard), &[&more]), 0)
    };
    let came = of(100.0, "0.1");
    let [event] = comings(&came)[..] else { panic!("one") };
    assert_eq!((&*event.kind, event.state.as_deref(), event.value), ("control", Some("China"), Some(0.9)));
    let trust = |of: &Trajectory, date: Month| {
        let mut rows = of.states.iter().filter(|row| &*row.state == "China" && row.date == date);
        rows.next().unwrap().trust_abroad.unwrap()
    };
    let [then, after] = [event.date, event.date.plus(1)];
    for (hit, loses) in [("0.1", true), ("0", false)] {
        let (with, without) = (of(100.0, hit), of(0.0, hit));
        assert_eq!(trust(&with, then), trust(&without, then));
        assert_eq!(trust(&with, after) < trust(&without, after), loses, "hit {hit}");
    }
}

/// Compute of a state at the end of so many runs.
fn compute(of: &Scenario, state: &str, runs: u64) -> Vec<f64> {
    let last = |replicate| {
        let seen = run(of, replicate);
        seen.states.iter().rev().find(|row| &*row.state == state).unwrap().compute
    };
    (0..runs).map(last).collect()
}

#[test]
fn what_may_come_widens_what_becomes_of_compute() {
    // With the hazards as shipped against none of them, under the same luck.
    let spread = |hazards: &[(&str, f64)], state| {
        let mut all = Moments::default();
        compute(&world(48, hazards, &[]), state, 24).into_iter().for_each(|value| all.add(maths::ln(value)));
        all.variance().unwrap().sqrt()
    };
    for state in ["China", "US"] {
        let (with, without) = (spread(&[], state), spread(&never(), state));
        assert!(with > 1.1 * without, "{state}: {with} for {without}");
    }
}

#[test]
fn a_next_rule_leaks_as_the_one_before_it_does() {
    let stands = |leak: &str, rule: &[&str]| {
        let before = format!("controls.'US chips 2023-10'.leak={leak}");
        let more: Vec<&str> = std::iter::once(before.as_str()).chain(rule.iter().copied()).collect();
        run(&world(36, &alone(CONTROLS[1], 100.0), &more), 0)
    };
    let own = |leak: &'static str| stands("0.5", &["controls.'Next US rule on chips'.keeps_leak=false", leak]);
    let kept = stands("0.5", &[]);
    assert!(kept == own("controls.'Next US rule on chips'.leak=0.5"));
    assert!(kept != own("controls.'Next US rule on chips'.leak=0.2"));
    assert!(kept != stands("0.2", &[]));
}
