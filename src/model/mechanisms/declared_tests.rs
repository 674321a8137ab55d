//! That numbers which limit or set up something move what they say, from the low end of their plausible range to the high
//! one.

use crate::{
    declare::parameter::Parameter,
    model::{
        Model, Simulation,
        accelerator::Line,
        firm::{Character, Label, Momentum, Usage},
        testing::{live, set},
    },
    scenario::{Scenario, Stage},
};
use bevy_ecs::query::QueryData;

struct Case {
    mechanism: &'static str,
    parameter: &'static str,
    rises: bool,
    steps: u32,
    prepare: fn(&mut Scenario),
    measure: fn(&mut Simulation) -> f64,
}

fn case(
    name: (&'static str, &'static str),
    rises: bool,
    steps: u32,
    prepare: fn(&mut Scenario),
    measure: fn(&mut Simulation) -> f64,
) -> Case {
    Case { mechanism: name.0, parameter: name.1, rises, steps, prepare, measure }
}

const RISES: bool = true;
const FALLS: bool = false;

/// Many births everywhere in the first step.
fn crowded(scenario: &mut Scenario) {
    scenario.states.iter_mut().for_each(|state| state.numbers.entry_per_year = 1.0);
    set(scenario, "entry", "scale", 50.0);
}

fn scarce_logic(scenario: &mut Scenario) {
    let logic = scenario.fabs.iter_mut().filter(|fab| fab.stage == Stage::Logic);
    logic.for_each(|fab| fab.numbers.capacity_kwpm *= 0.001);
}

/// Sum over newborn firms of what `of` reads off them.
fn newborns(simulation: &mut Simulation, of: impl Fn(&NewbornItem) -> f64) -> f64 {
    let world = simulation.world_mut();
    let mut firms = world.query::<Newborn>();
    let born: Vec<_> = firms.iter(world).filter(|firm| firm.label.0.contains('#')).collect();
    assert!(born.len() > 10);
    born.iter().map(of).sum()
}

#[derive(QueryData)]
struct Newborn {
    label: &'static Label,
    character: &'static Character,
    usage: &'static Usage,
}

fn used_abroad(simulation: &mut Simulation) -> f64 {
    newborns(simulation, |firm| {
        firm.usage
            .share
            .iter()
            .enumerate()
            .filter(|(s, _)| *s != firm.character.home.place())
            .map(|(_, share)| share)
            .sum()
    })
}

fn lines(simulation: &mut Simulation, of: fn(&Line) -> f64) -> f64 {
    let world = simulation.world_mut();
    world.query::<&Line>().iter(world).map(of).sum()
}

fn gained(simulation: &mut Simulation) -> f64 {
    let world = simulation.world_mut();
    world.query::<&Momentum>().iter(world).map(|momentum| momentum.gained).sum()
}

fn cases() -> Vec<Case> {
    let stored = |simulation: &mut Simulation| lines(simulation, |line| line.store);
    let made = |simulation: &mut Simulation| lines(simulation, |line| line.packages);
    let research = |simulation: &mut Simulation| newborns(simulation, |firm| firm.character.research_share);
    let as_it_is = |_: &mut Scenario| {};
    vec![
        case(("entry", "abroad_share"), RISES, 1, crowded, used_abroad),
        case(("entry", "research_share"), RISES, 1, crowded, research),
        case(("chip_supply", "fill_months"), FALLS, 6, as_it_is, stored),
        case(("chip_supply", "wafer_mm"), RISES, 1, scarce_logic, made),
        case(("releases", "momentum_months"), RISES, 12, as_it_is, gained),
    ]
}

fn declared(case: &Case) -> Parameter {
    let mechanism = crate::baseline().settings(case.mechanism).unwrap().declared;
    *mechanism.parameters.iter().find(|parameter| parameter.name == case.parameter).unwrap()
}

fn measured(case: &Case, value: f64) -> f64 {
    let mut scenario = crate::baseline();
    (case.prepare)(&mut scenario);
    set(&mut scenario, case.mechanism, case.parameter, value);
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    live(&mut simulation, case.steps);
    (case.measure)(&mut simulation)
}

#[test]
fn each_moves_what_it_says_in_the_direction_it_says() {
    for case in cases() {
        let (low, high) = declared(&case).plausible;
        let (low, high) = (measured(&case, low), measured(&case, high));
        let moved = if case.rises { high > low } else { high < low };
        assert!(moved, "{} of {}: from {low} to {high}", case.parameter, case.mechanism);
    }
}
