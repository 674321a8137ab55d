use super::*;
use crate::{
    declare::parameter::Parameter,
    model::{
        firm::{Character, Usage},
        snapshot::tests::{future, lived, lively, looks, shipped},
        testing::{self, set},
    },
    scenario::{Lever, PolicySpec, Window},
};

/// What follows when a run under the first scenario goes on under the second.
fn turned(before: &Scenario, after: &Scenario, month: u32) -> Vec<String> {
    let mut simulation = lived(before, month);
    simulation.go_on_as(after).unwrap();
    assert_eq!(simulation.scenario(), after);
    future(&mut simulation)
}

fn refused(before: &Scenario, after: &Scenario) -> String {
    let mut simulation = lived(before, 6);
    let stood = looks(&mut simulation);
    let error = simulation.go_on_as(after).unwrap_err();
    assert!(simulation.scenario() == before && looks(&mut simulation) == stood);
    error.to_string()
}

#[test]
fn under_its_own_scenario_a_run_goes_on_as_it_would_have_gone_on() {
    for mut scenario in shipped().into_iter().chain([lively(30)]) {
        scenario.time.months = 30;
        for month in [1, 11, 29] {
            let mut simulation = lived(&scenario, month);
            let went_on = future(&mut simulation);
            assert!(turned(&scenario, &scenario, month) == went_on, "{} at {month}", scenario.name);
        }
    }
}

#[test]
fn what_is_dated_later_comes_as_if_it_had_been_known_from_the_start() {
    let (before, late) = (lively(40), |months: u32| lively(1).time.start.plus(months));
    let blockade = shipped().into_iter().find(|scenario| scenario.name == "taiwan-blockade").unwrap();
    let mut after = before.clone();
    let mut shock = blockade.shocks[0].clone();
    shock.from = Some(late(21));
    after.shocks.push(shock);
    let mut control = before.controls[0].clone();
    (control.name, control.from, control.to) = ("zzz".to_owned(), Some(late(24)), None);
    after.controls.push(control);
    let mut firm = before.firms.last().unwrap().clone();
    (firm.name, firm.enters) = ("zzz".to_owned(), Some(late(22)));
    after.firms.push(firm);
    let policy = testing::policy("zzz", 0, Lever::Talent, 0.5);
    let policy = PolicySpec { from: Some(late(23)), to: Some(late(30)), ..policy };
    after.policies.push(policy);
    after.time.months = 45;
    let mut simulation = lived(&after, 20);
    let wanted = future(&mut simulation);
    assert_eq!(wanted.len(), 25);
    assert!(turned(&before, &after, 20) == wanted);
    // And back, before any of it has come.
    assert!(turned(&after, &before, 20) == future(&mut lived(&before, 20)));
}

#[test]
fn what_came_by_chance_stays_and_what_may_still_come_is_the_new_scenario_s() {
    let mut before = lively(40);
    let window = Window { earliest: before.time.start.plus(2), latest: None };
    let mut control = before.controls[0].clone();
    (control.name, control.from, control.to) = ("zzz".to_owned(), None, None);
    (control.by_chance, control.numbers.hazard_per_year) = (Some(window), 50.0);
    let mut policy = testing::policy("zzz", 0, Lever::Talent, 0.5);
    (policy.by_chance, policy.numbers.hazard_per_year) = (Some(window), 50.0);
    before.controls.push(control);
    before.policies.push(policy);
    // It has come by month 20, and a hazard that fades then takes nothing back.
    let mut fades = before.clone();
    fades.controls.last_mut().unwrap().numbers.hazard_per_year = 0.0;
    fades.policies.last_mut().unwrap().numbers.hazard_per_year = 0.0;
    assert!(turned(&before, &fades, 20) == future(&mut lived(&before, 20)));
    assert!(turned(&fades, &fades, 20) != turned(&before, &fades, 20));
    // And one that is not there any more is gone.
    let mut gone = before.clone();
    gone.controls.pop();
    gone.policies.pop();
    assert!(turned(&before, &gone, 20) != future(&mut lived(&before, 20)));
}

/// Another value that a parameter takes.
fn other(parameter: &Parameter, value: f64) -> f64 {
    let (least, most) = parameter.plausible;
    if value == most { least } else { most }
}

#[test]
fn every_parameter_can_be_another_and_leaves_nothing_behind_when_it_is_taken_back() {
    let scenario = lively(16);
    let mut simulation = lived(&scenario, 9);
    let taken = simulation.snapshot().unwrap();
    let went_on = future(&mut simulation);
    let (mut moved, mut fixed) = (Vec::new(), Vec::new());
    for settings in &scenario.mechanisms {
        for (parameter, value) in settings.declared.parameters.iter().zip(&settings.values) {
            let (mechanism, name) = (settings.declared.name, parameter.name);
            let mut after = scenario.clone();
            set(&mut after, mechanism, name, other(parameter, *value));
            simulation.restore(&taken).unwrap();
            if let Err(error) = simulation.go_on_as(&after) {
                assert!(error.to_string().contains(&format!("`mechanisms.{mechanism}.{name}`")), "{error}");
                fixed.push(name);
                continue;
            }
            simulation.go_on_as(&scenario).unwrap();
            assert!(future(&mut simulation) == went_on, "{mechanism}.{name} left something behind");
            simulation.restore(&taken).unwrap();
            simulation.go_on_as(&after).unwrap();
            if future(&mut simulation) != went_on {
                moved.push(name);
            }
        }
    }
    assert_eq!(fixed.len(), 13, "{fixed:?}");
    assert!(moved.len() > 120, "{} moved something: {moved:?}", moved.len());
}

#[test]
fn what_was_is_not_unsaid() {
    let before = lively(24);
    let start = before.time.start;
    let differs = |change: &dyn Fn(&mut Scenario)| {
        let mut after = before.clone();
        change(&mut after);
        refused(&before, &after)
    };
    let starts = |said: String, place: &str| assert!(said.starts_with(&format!("`{place}` cannot change")), "{said}");
    starts(differs(&|after| after.seed += 1), "seed");
    starts(differs(&|after| after.time.start = start.plus(1)), "time.start");
    starts(differs(&|after| after.time.steps_per_year = 24), "time.steps_per_year");
    starts(differs(&|after| after.time.months = 5), "time.months");
    starts(differs(&|after| after.borders[0].openness = 0.123), "borders");
    starts(differs(&|after| after.states[1].numbers.talent = 0.123), &format!("states.{}", before.states[1].name));
    starts(differs(&|after| after.fabs[2].numbers.capacity_kwpm = 9.0), &format!("fabs.{}", before.fabs[2].name));
    starts(
        differs(&|after| after.accelerators[0].numbers.performance_h100e = 9.0),
        &format!("accelerators.{}", before.accelerators[0].name),
    );
    let there = before.firms.iter().position(|firm| firm.enters.is_none()).unwrap();
    let firm = format!("firms.{}", before.firms[there].name);
    starts(differs(&|after| after.firms[there].open ^= true), &firm);
    starts(differs(&|after| after.firms[there].enters = Some(start.plus(20))), &firm);
    starts(differs(&|after| drop(after.firms.remove(there))), &firm);
    starts(differs(&|after| after.mechanisms[0].enabled = false), "mechanisms.statecraft.enabled");
    starts(differs(&|after| set(after, "diffusion", "lag_open_months", 9.0)), "mechanisms.diffusion.lag_open_months");
    assert!(differs(&|after| after.states.clear()).contains("cannot be simulated"));

    let mut blockade = shipped().into_iter().find(|scenario| scenario.name == "taiwan-blockade").unwrap();
    let shock = format!("shocks.{}", blockade.shocks[0].name);
    blockade.shocks[0].from = Some(start.plus(3));
    let mut none = blockade.clone();
    none.shocks.clear();
    starts(refused(&blockade, &none), &shock);
    starts(refused(&none, &blockade), &shock);

    let mut simulation = lived(&before, 0);
    assert_eq!(simulation.go_on_as(&before), Err(CannotGoOn::NotUnderWay));
    while simulation.live_month().unwrap() {}
    assert_eq!(simulation.go_on_as(&before), Err(CannotGoOn::NotUnderWay));
}

#[test]
fn what_is_taken_away_stops() {
    let mut before = lively(30);
    let late = |months: u32| before.time.start.plus(months);
    let policy = testing::policy("aid", 0, Lever::Talent, 0.5);
    let soon = late(10);
    before.policies = vec![policy];
    before.controls.truncate(1);
    let mut after = before.clone();
    after.policies[0].to = Some(soon);
    after.controls[0].to = Some(soon);
    // A rule that ends with the month and one that is no longer there are the same to those who come after.
    let ended = {
        let mut simulation = lived(&before, 10);
        simulation.go_on_as(&after).unwrap();
        assert!(simulation.live_month().unwrap());
        simulation.world().resource::<crate::model::relations::Barriers>().clone()
    };
    after.policies.clear();
    after.controls.clear();
    let mut simulation = lived(&before, 10);
    simulation.go_on_as(&after).unwrap();
    assert!(simulation.live_month().unwrap());
    assert_eq!(*simulation.world().resource::<crate::model::relations::Barriers>(), ended);
    let world = simulation.world_mut();
    assert!(world.query::<&crate::model::state::Levers>().iter(world).all(|levers| levers.of(Lever::Talent) == 0.0));
}

#[test]
fn a_market_that_a_lever_opened_is_closed_again_where_a_run_goes_on_without_it() {
    let mut before = lively(30);
    before.policies.clear();
    let place = |name: &str| before.states.iter().position(|state| state.name == name).unwrap();
    let (us, china) = (place("US"), place("China"));
    let mut after = before.clone();
    after.time.months = 31;
    let open = testing::policy("open", china, Lever::MarketClosure, -1.0);
    before.policies.push(PolicySpec { against: vec![us], ..open });
    let mut simulation = lived(&before, 12);
    let served = |simulation: &mut Simulation| -> f64 {
        let world = simulation.world_mut();
        let mut firms = world.query::<(&Character, &Usage)>();
        let abroad = firms.iter(world).filter(|(character, _)| character.home.place() == us);
        abroad.map(|(_, usage)| usage.share[china]).sum()
    };
    assert!(served(&mut simulation) > 0.0);
    simulation.go_on_as(&after).unwrap();
    simulation.live_month().unwrap();
    assert_eq!(served(&mut simulation), 0.0);
}
