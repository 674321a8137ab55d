//! Incidents: rates, losses, and what they leave behind.

use super::*;
use crate::{
    measure::record::{Record, Trajectory},
    model::{Model, Seed, Simulation, state::Traits},
    scenario::Source,
};

fn simulation(months: u32, settings: &[&str]) -> Simulation {
    let mut overrides = vec![format!("time.months={months}")];
    overrides.extend(settings.iter().map(|setting| format!("mechanisms.{setting}")));
    let loaded = Model::standard().load_with(&Source::Builtin("baseline".to_owned()), &overrides);
    let mut scenario = loaded.unwrap().scenario;
    scenario.exposure.personal = vec![0.5; scenario.domains.len()];
    scenario.exposure.autonomy = vec![0.5; scenario.domains.len()];
    Model::standard().simulate(&scenario).unwrap()
}

const SEED: Seed = Seed { master: 1, replicate: 0 };

fn run(settings: &[&str]) -> Trajectory {
    simulation(36, settings).run(SEED, Record::ALL).unwrap()
}

fn count(trajectory: &Trajectory, kind: &str) -> usize {
    trajectory.events.iter().filter(|event| &*event.kind == "incident" && &*event.text == kind).count()
}

const NONE: [&str; 5] = [
    "incidents.systemic_per_year=0",
    "incidents.accidents_per_year=0",
    "incidents.misuse_per_year=0",
    "incidents.bias_per_year=0",
    "incidents.privacy_per_year=0",
];

#[test]
fn null_values_are_bit_identical_to_disabled() {
    let disabled = run(&["incidents.enabled=false"]);
    assert!(run(&NONE) == disabled);
    assert_eq!(disabled.events.iter().filter(|event| &*event.kind == "incident").count(), 0);
    let struck = run(&["incidents.misuse_per_year=20"]);
    assert!(struck.world.last().unwrap().output < disabled.world.last().unwrap().output);
}

#[test]
fn safety_and_trust_prevent_incidents_and_a_growing_frontier_brings_them() {
    let misuse = |settings: &[&str]| {
        let all: Vec<_> = NONE.iter().filter(|none| !none.contains("misuse")).chain(settings).copied().collect();
        count(&run(&[&all[..], &["incidents.misuse_per_year=60"]].concat()), "misuse")
    };
    let plain = misuse(&["safety.enabled=false", "incidents.growth=0"]);
    assert!(plain > 40, "{plain}");
    assert!(misuse(&["safety.enabled=false", "incidents.growth=0.3"]) > plain);
    assert!(misuse(&["incidents.growth=0", "incidents.protection=10"]) < plain);
    assert!(misuse(&["safety.enabled=false", "incidents.growth=0", "incidents.enabled=true"]) == plain);
}

#[test]
fn trust_between_states_guards_both() {
    let mut simulation = simulation(1, &[]);
    let guarded =
        |conditions: Conditions| -> (f64, f64) { [0, 1].map(|s| conditions.guarded(StateId::new(s), 0.5)).into() };
    let world = simulation.world_mut();
    let system = world.register_system(guarded);
    let before = world.run_system(system).unwrap();
    let mut relations = world.resource_mut::<Relations>();
    (relations.trust[0][1], relations.trust[1][0]) = (0.9, 0.9);
    let after = world.run_system(system).unwrap();
    assert!(after.0 < before.0 && after.1 < before.1);
}

#[test]
fn the_frontier_has_not_grown_at_the_start() {
    let mut simulation = simulation(1, &[]);
    let world = simulation.world_mut();
    let grown = world.register_system(|conditions: Conditions| conditions.grown());
    assert!(world.run_system(grown).unwrap().abs() < 1e-12);
}

#[test]
fn incidents_of_each_kind_come_at_their_rates() {
    let only = |kind: usize| {
        let rate = format!("{}=200", NONE[kind + 1].split_once('=').unwrap().0);
        let mut settings: Vec<&str> = NONE.to_vec();
        settings[kind + 1] = &rate;
        KINDS.map(|kind| count(&run(&settings), kind))
    };
    for kind in 0..KINDS.len() {
        let counts = only(kind);
        assert!(counts[kind] > 20 && counts.iter().sum::<usize>() == counts[kind], "{counts:?}");
    }
}

#[test]
fn damage_decays_by_a_fifth_a_year_and_regulators_relent() {
    let mut simulation = simulation(12, &NONE);
    let world = simulation.world_mut();
    for (mut burden, mut governance) in world.query::<(&mut Burden, &mut Governance)>().iter_mut(world) {
        (burden.incidents, burden.privacy) = (0.1, 0.2);
        (governance.reaction, governance.incidents) = (0.3, 7);
    }
    let recovers = world.register_system(recover);
    for _ in 0..12 {
        world.run_system(recovers).unwrap();
    }
    for (burden, governance) in world.query::<(&Burden, &Governance)>().iter(world) {
        assert!((burden.incidents - 0.08).abs() < 1e-15 && (burden.privacy - 0.16).abs() < 1e-15);
        assert!((governance.reaction - 0.3 * maths::exp(-0.1)).abs() < 1e-15);
        assert_eq!(governance.incidents, 0);
    }
}

#[test]
fn rights_spare_privacy_and_other_kinds_hit_output() {
    let params = Incidents::default();
    let suffered = |kind, rights| {
        let traits = Traits(crate::scenario::StateNumbers { rights_protection: rights, ..Default::default() });
        let governance = Governance { trust: 0.5, ..Governance::default() };
        let mut world = World::new();
        let state = world.spawn((traits, Burden::default(), governance, Reputation::default())).id();
        world.query::<Sufferer>().get_mut(&mut world, state).unwrap().suffer(&params, kind, 2.0);
        let governance = world.get::<Governance>(state).unwrap();
        assert!(governance.trust < 0.5 && governance.reaction > 0.0);
        let burden = world.get::<Burden>(state).unwrap();
        (burden.incidents, burden.privacy)
    };
    assert_eq!(suffered(0, 0.75), (0.0004, 0.0));
    assert_eq!(suffered(PRIVACY, 0.75), (0.0, 0.0001));
    assert_eq!(suffered(PRIVACY, 1.0), (0.0, 0.0));
}

#[test]
fn the_least_careful_firm_near_the_frontier_decides_the_systemic_hazard() {
    let mut simulation = simulation(1, &["incidents.systemic_growth=0"]);
    let hazard = |simulation: &mut Simulation, careful: f64| {
        let world = simulation.world_mut();
        let best = world.query::<&Offer>().iter(world).map(|offer| offer.capability).fold(f64::MIN, f64::max);
        let mut near = 0;
        for (offer, mut precaution) in world.query::<(&Offer, &mut Precaution)>().iter_mut(world) {
            let counts = offer.capability >= best - 1.0;
            near += usize::from(counts);
            // The first of those near is the least careful; who is far behind does nothing at all.
            precaution.effort = if !counts {
                0.0
            } else if near == 1 {
                careful
            } else {
                0.9
            };
        }
        let strikes = world.register_system(strike_all);
        world.run_system(strikes).unwrap();
        (near, world.resource::<Systemic>().hazard)
    };
    let (near, at_half) = hazard(&mut simulation, 0.5);
    assert!(near > 1);
    assert!((at_half - 0.02 * maths::exp(-1.5)).abs() < 1e-15);
    assert!((hazard(&mut simulation, 0.1).1 - 0.02 * maths::exp(-0.3)).abs() < 1e-15);
}

#[test]
fn systemic_losses_are_pareto_and_hit_all_states_alike() {
    let params = Incidents::default();
    assert_eq!(params.systemic_loss(1.0), 0.01);
    assert!((params.systemic_loss(0.125) - 0.04).abs() < 1e-15);
    assert_eq!(params.systemic_loss(1e-12), LARGEST_LOSS);
    let only: Vec<_> =
        NONE[1..].iter().chain(&["incidents.systemic_per_year=30", "incidents.reaction=0"]).copied().collect();
    let mut simulation = simulation(24, &only);
    let world = simulation.run(SEED, Record::ALL).unwrap();
    assert!(count(&world, "systemic") > 15);
    for states in world.states.chunks(simulation.scenario().states.len()) {
        assert!(states.iter().all(|state| state.damage == states[0].damage && state.damage >= 0.0));
    }
}

#[test]
fn half_of_all_incidents_are_below_the_median() {
    let params = Incidents::default();
    assert_eq!(params.in_medians(0.0), 1.0);
    assert!((params.in_medians(1.0) - maths::exp(1.2)).abs() < 1e-15);
    let events = run(&["incidents.misuse_per_year=300"]).events;
    let sizes: Vec<_> = events.iter().filter(|event| &*event.kind == "incident").filter_map(|e| e.value).collect();
    let below = sizes.iter().filter(|size| **size < params.severity).count() as f64;
    let n = sizes.len() as f64;
    assert!(n > 100.0 && (below - 0.5 * n).abs() < 4.0 * (0.25 * n).sqrt(), "{below} of {n}");
}
