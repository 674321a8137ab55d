use super::*;
use crate::{
    model::{
        Model, Simulation,
        relations::{ChipRule, Rigour},
        state::{Industry, Supply},
        states::StateId,
        testing::{assert_null_is_absent, live, set, trajectory},
    },
    scenario::Scenario,
};

fn world(months: u32) -> Scenario {
    let mut scenario = crate::baseline();
    scenario.time.months = months;
    scenario
}

fn line<'a>(simulation: &'a mut Simulation, name: &str) -> (&'a ChipDesign, &'a Line) {
    let world = simulation.world_mut();
    let mut lines = world.query::<(&ChipDesign, &Line)>();
    lines.iter(world).find(|(design, _)| &*design.name == name).unwrap()
}

fn supplies(simulation: &mut Simulation) -> Vec<(f64, f64, f64)> {
    let world = simulation.world_mut();
    let mut states = world.query::<&Supply>();
    states.iter(world).map(|supply| (supply.intended, supply.denied, supply.received)).collect()
}

/// Checks a step's identities and clears the ledger.
fn balance(simulation: &mut Simulation) -> Ledger {
    let supplies = supplies(simulation);
    let world = simulation.world_mut();
    let ledger = world.resource::<Ledger>().clone();
    let sum = |part: fn(&(f64, f64, f64)) -> f64| supplies.iter().map(part).sum::<f64>();
    assert!((ledger.made - sum(|s| s.2) - ledger.stored).abs() < 1e-9 * ledger.made.max(1e-9), "{ledger:?}");
    assert!((ledger.denied - sum(|s| s.1)).abs() < 1e-12, "{ledger:?}");
    // None of it goes into store here: there is always somebody else who buys.
    assert!((ledger.denied - ledger.redirected - ledger.downgraded).abs() < 1e-12, "{ledger:?}");
    world.resource_mut::<Ledger>().clear();
    ledger
}

fn outage(simulation: &mut Simulation, location: &str, share: f64) {
    let world = simulation.world_mut();
    let place = world
        .resource::<crate::model::geography::Geography>()
        .names
        .iter()
        .position(|name| &**name == location)
        .map(StateId::new);
    let mut fabs = world.query::<(&Site, &mut Outage)>();
    for (site, mut outage) in fabs.iter_mut(world).filter(|(site, _)| Some(site.location) == place) {
        let _ = site;
        outage.0 = share;
    }
}

#[test]
fn the_stage_that_carries_least_limits_and_is_named() {
    assert_eq!(least(&[3.0, 1.0, 2.0]), 1);
    assert_eq!(least(&[1.0, 1.0, 2.0]), 0);
    assert_eq!(least_other(&[3.0, 1.0, 2.0], 1), 2.0);
    let mut simulation = Model::standard().simulate(&world(1)).unwrap();
    live(&mut simulation, 1);
    let (design, h100) = line(&mut simulation, "NVIDIA H100");
    assert_eq!(h100.binding, Binding::Stage(Stage::Packaging));
    // 22 % of seven thousand wafers with 29 packages each.
    assert!((h100.packages - 0.22 * 7.0 * 29.0 * 1e-3).abs() < 1e-12, "{}", h100.packages);
    assert_eq!((h100.performance, design.name.as_ref()), (1.0, "NVIDIA H100"));
}

#[test]
fn compute_is_neither_lost_nor_found_with_controls_and_without() {
    for enabled in [true, false] {
        let mut scenario = world(60);
        scenario.set("mechanisms.export_controls.enabled", enabled).unwrap();
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        let mut denied = 0.0;
        for step in 0..60 {
            if step > 0 {
                simulation.world_mut().resource_mut::<Clock>().advance();
            }
            if step == 30 {
                outage(&mut simulation, "Taiwan", 0.7);
            }
            simulation.step().unwrap();
            denied += balance(&mut simulation).denied;
        }
        assert_eq!(denied > 0.0, enabled);
    }
}

#[test]
fn what_is_denied_goes_to_others_or_passes_as_a_variant() {
    let mut scenario = world(12);
    // Rules of the test's own.
    set(&mut scenario, "export_controls", "strictness_scale", 0.0);
    let received = |rule: Option<(f64, f64)>| {
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        let world = simulation.world_mut();
        let names = world.resource::<crate::model::geography::Geography>().names.clone();
        let place = |name: &str| names.iter().position(|known| &**known == name).map(StateId::new).unwrap();
        let (us, china) = (place("US"), place("China"));
        if let Some((stopped, variant)) = rule {
            let mut barriers = world.resource_mut::<Barriers>();
            barriers.chips.push(ChipRule {
                by: us,
                against: china,
                threshold: 0.9,
                rigour: Rigour::default(),
                stopped,
            });
            barriers.variant[us][china] = variant;
        }
        live(&mut simulation, 1);
        let (_, h100) = line(&mut simulation, "NVIDIA H100");
        (h100.received[china], h100.received[us], h100.denied[china])
    };
    let (free, us_free, _) = received(None);
    let (half, us_half, denied) = received(Some((0.5, 0.0)));
    assert!((half - 0.5 * free).abs() < 1e-15 && (denied - 0.5 * free).abs() < 1e-15);
    assert!(us_half > us_free);
    let (variant, us_variant, denied) = received(Some((0.5, 0.2)));
    assert!((variant - 0.6 * free).abs() < 1e-15 && (denied - 0.4 * free).abs() < 1e-15);
    assert_eq!(us_variant, us_free);
}

#[test]
fn a_store_bridges_an_outage_and_without_one_everything_ships() {
    let shipped = |months: f64| {
        let mut scenario = world(30);
        set(&mut scenario, "chip_supply", "inventory_months", months);
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        live(&mut simulation, 18);
        let before = line(&mut simulation, "NVIDIA H200").1.clone();
        outage(&mut simulation, "Taiwan", 1.0);
        simulation.world_mut().resource_mut::<Clock>().advance();
        simulation.step().unwrap();
        (before, line(&mut simulation, "NVIDIA H200").1.clone())
    };
    let (before, after) = shipped(0.0);
    assert_eq!((before.store, after.shipped, before.shipped), (0.0, 0.0, before.packages));
    let (before, after) = shipped(2.0);
    assert!(before.store > 0.0 && after.shipped > 0.0 && after.store < before.store);
    assert!(after.packages == 0.0 && after.packages_undisturbed > 0.0);
}

#[test]
fn reserves_of_memory_stand_in_until_they_are_used() {
    let mut scenario = world(36);
    for fab in scenario.fabs.iter_mut().filter(|fab| fab.stage == Stage::Memory) {
        fab.numbers.capacity_kwpm = 0.0;
    }
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    live(&mut simulation, 1);
    assert!(line(&mut simulation, "Huawei Ascend 910B").1.packages > 0.0);
    assert_eq!(line(&mut simulation, "NVIDIA H100").1.packages, 0.0);
    for _ in 0..200 {
        simulation.world_mut().resource_mut::<Clock>().advance();
        simulation.step().unwrap();
    }
    let (_, ascend) = line(&mut simulation, "Huawei Ascend 910B");
    assert!(ascend.memory_reserve.abs() < 1e-9 && ascend.packages == 0.0, "{ascend:?}");
}

#[test]
fn designs_stay_for_a_generation_and_then_improve() {
    let mut simulation = Model::standard().simulate(&world(60)).unwrap();
    live(&mut simulation, 24);
    assert_eq!(line(&mut simulation, "Huawei Ascend 910B").1.performance, 0.32);
    for _ in 0..12 {
        simulation.world_mut().resource_mut::<Clock>().advance();
        simulation.step().unwrap();
    }
    assert!(line(&mut simulation, "Huawei Ascend 910B").1.performance > 0.36);
}

#[test]
fn self_sufficiency_counts_what_was_made_at_home_against_what_was_meant_to_come() {
    let mut simulation = Model::standard().simulate(&world(1)).unwrap();
    live(&mut simulation, 1);
    let world = simulation.world_mut();
    let names = world.resource::<crate::model::geography::Geography>().names.clone();
    let mut states = world.query::<(&StateId, &Industry)>();
    for (state, industry) in states.iter(world) {
        let [design, logic, packaging, memory] = industry.self_sufficiency;
        match &*names[*state] {
            "US" => assert!(design > 0.99 && logic == 0.0 && packaging < 0.05 && memory > 0.0),
            "China" => assert!(design > 0.05 && design < 0.9 && logic > 0.0 && packaging > 0.0 && memory < logic),
            "Gulf" => assert_eq!([design, logic, packaging, memory], [0.0; 4]),
            _ => {}
        }
    }
}

#[test]
fn nothing_is_made_at_scale_0_as_without_the_mechanism() {
    assert_null_is_absent(&world(24), "chip_supply");
    let mut scenario = world(24);
    set(&mut scenario, "chip_supply", "scale", 0.0);
    assert!(trajectory(&scenario).accelerators.iter().all(|row| row.packages == 0.0));
}
