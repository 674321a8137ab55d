//! Which way chips, controls, shocks and systems push, over pairs of runs that share their noise.

use crate::support::pairs::*;
use redqueen::{measure::record::Trajectory, scenario::Scenario};

const RUNS: u64 = 8;

/// Index of January 2028, in which the blockade of the scenarios begins.
const BLOCKADE: usize = 60;

/// A measure surely rises from one scenario to the other.
#[track_caller]
fn higher(what: &str, from: &Scenario, to: &Scenario, measure: impl Fn(&Trajectory) -> f64) {
    rises(what, &measured(from, RUNS, &measure), &measured(to, RUNS, &measure));
}

#[test]
fn controls_keep_chips_from_their_target_at_first() {
    let (free, controlled) = (of_file("no-controls", 36), with(36, &[""; 0]));
    higher("received", &controlled, &free, sum("China", 0..24, |row| row.compute_received));
    higher("denied", &free, &controlled, sum("China", 0..24, |row| row.compute_denied));
    assert!(measured(&free, 2, &sum("China", 0..36, |row| row.compute_denied)).iter().all(|denied| *denied == 0.0));
    higher("hard power", &controlled, &free, end("China", |row| row.hard_power));
}

#[test]
fn what_is_denied_to_one_reaches_others() {
    // Before fabs answer to the smaller market.
    let (free, controlled) = (of_file("no-controls", 24), with(24, &[""; 0]));
    higher("received by the US", &free, &controlled, sum("US", 0..10, |row| row.compute_received));
    // Then they order less: over the second year the US gets a little less than without controls.
    higher("received by the US later", &controlled, &free, sum("US", 12..24, |row| row.compute_received));
    higher("redirected", &free, &controlled, |world| world.world.iter().map(|row| row.compute_redirected).sum());
}

#[test]
fn being_denied_chips_builds_an_industry() {
    let unmoved = with(120, &["mechanisms.induced_innovation.pressure_weight=0"]);
    let moved = with(120, &["mechanisms.induced_innovation.pressure_weight=0.4"]);
    higher("maturity", &unmoved, &moved, |world| world.outcomes.equipment_maturity_follower_end);
    higher("logic made at home", &unmoved, &moved, sum("China", 108..120, |row| row.self_sufficiency_logic.unwrap()));
    higher("least self-sufficiency", &unmoved, &moved, |world| world.outcomes.self_sufficiency_follower_end.unwrap());
    // At its own strength too.
    let own = with(120, &[""; 0]);
    let none = of_file("controls-without-innovation", 120);
    higher("maturity", &none, &own, |world| world.outcomes.equipment_maturity_follower_end);
    higher("least self-sufficiency", &none, &own, |world| world.outcomes.self_sufficiency_follower_end.unwrap());
}

#[test]
fn controls_provoke_the_industry_that_they_deny() {
    let (free, controlled) = (of_file("no-controls", 96), with(96, &[""; 0]));
    higher("maturity", &free, &controlled, |world| world.outcomes.equipment_maturity_follower_end);
}

#[test]
fn controls_on_equipment_slow_fabs() {
    // Not capacity: more of it is wanted where each wafer gives less.
    let made = |world: &Trajectory| {
        let rows = world.accelerators.iter().filter(|row| &*row.state == "China");
        rows.map(|row| row.compute).sum::<f64>()
    };
    higher("chips", &of_file("tighter-equipment", 120), &with(120, &[""; 0]), made);
    // The same rules, by how strictly they are meant.
    let scaled = |scale: f64| {
        let rules = ["Equipment 2022-10", "Equipment 2023-09", "Equipment 2024-12"];
        let set = rules.map(|rule| format!("controls.\"{rule}\".strictness={scale}"));
        with(84, &set)
    };
    higher("chips", &scaled(1.0), &scaled(0.0), made);
    higher("node", &scaled(0.0), &scaled(1.0), |world| fab(world, "SMIC N+2").last().unwrap().node.unwrap());
}

#[test]
fn leaks_soften_controls() {
    let leaking = |scale: f64| with(24, &[format!("mechanisms.export_controls.leak_scale={scale}")]);
    higher("received", &leaking(0.0), &leaking(2.0), sum("China", 0..24, |row| row.compute_received));
}

#[test]
fn stricter_thresholds_let_less_arrive() {
    let rule = |key: &str, value: f64| with(30, &[format!("controls.\"US chips 2023-10\".{key}={value}")]);
    let received = sum("China", 18..30, |row| row.compute_received);
    higher("received with variants", &rule("variant_h100e", 0.0), &rule("variant_h100e", 0.3), &received);
    higher("received below a threshold", &rule("threshold_h100e", 0.1), &rule("threshold_h100e", 2.0), &received);
}

/// What a state receives in 2028 against the same without the blockade, run by run.
fn kept_in_blockade(name: &str, of: &'static str) -> Vec<f64> {
    let base = format!("scenarios/{name}.toml");
    let received = sum(of, BLOCKADE..BLOCKADE + 12, |row| row.compute_received);
    let hit = measured(&laid_over(&base, 72, "", &[""; 0]), RUNS, &received);
    let calm = measured(&laid_over(&base, 72, "", &["mechanisms.shocks.enabled=false"]), RUNS, &received);
    hit.iter().zip(calm).map(|(hit, calm)| hit / calm).collect()
}

#[test]
fn a_blockade_hurts_those_who_depend_on_taiwan() {
    let plain = kept_in_blockade("taiwan-blockade", "US");
    let fabs = kept_in_blockade("taiwan-blockade-us-fabs", "US");
    rises_in_every_pair("what the US keeps", &plain, &[1.0; RUNS as usize]);
    rises("what the US keeps with fabs of its own", &plain, &fabs);
    let china = kept_in_blockade("taiwan-blockade-china-self-sufficient", "China");
    println!("{plain:?} {fabs:?} {china:?}");
    assert!(plain.iter().all(|kept| *kept < 0.5), "the US keeps {plain:?}");
    // It sells a little more of its own to others, who bid for anything then.
    assert!(china.iter().all(|kept| (kept - 1.0).abs() < 0.04), "China keeps {china:?}");
}

/// The plain blockade with other numbers.
fn blockade(key: &str, value: f64) -> Scenario {
    let set = [format!("shocks.\"Taiwan blockade\".{key}={value}")];
    laid_over("scenarios/taiwan-blockade.toml", 110, "", &set)
}

#[test]
fn outcomes_tell_depth_and_recovery_of_a_shock() {
    let depth = |world: &Trajectory| world.outcomes.shock_depth;
    let recovery = |world: &Trajectory| world.outcomes.shock_recovery_months.unwrap();
    let lost = |world: &Trajectory| world.outcomes.compute_lost;
    let calm = measured(&with(72, &[""; 0]), 2, &|world| {
        assert_eq!(world.outcomes.shock_recovery_months, None);
        world.outcomes.shock_depth + world.outcomes.compute_lost
    });
    assert_eq!(calm, [0.0; 2]);
    higher("depth", &blockade("severity", 0.5), &blockade("severity", 1.0), depth);
    higher("lost", &blockade("severity", 0.5), &blockade("severity", 1.0), lost);
    higher("lost", &blockade("months", 6.0), &blockade("months", 12.0), lost);
    higher("recovery", &blockade("recovery_months", 4.0), &blockade("recovery_months", 16.0), recovery);
    for scenario in [blockade("recovery_months", 4.0), blockade("recovery_months", 16.0)] {
        let months = measured(&scenario, 3, &recovery);
        let least = 12.0;
        let most = if scenario.shocks[0].numbers.recovery_months == 4 { 18.0 } else { 31.0 };
        assert!(months.iter().all(|months| (least..=most).contains(months)), "{months:?}");
    }
}

#[test]
fn chips_in_store_soften_the_first_month() {
    let stored = |months: f64| {
        let set = [format!("mechanisms.chip_supply.inventory_months={months}")];
        laid_over("scenarios/taiwan-blockade.toml", 66, "", &set)
    };
    let first = |world: &Trajectory| {
        let received: Vec<f64> = state(world, "US").map(|row| row.compute_received).collect();
        received[BLOCKADE] / received[BLOCKADE - 1]
    };
    higher("first month of the blockade", &stored(0.0), &stored(1.0), first);
    higher("first month of the blockade", &stored(0.5), &stored(3.0), first);
}

#[test]
fn subsidies_raise_capacity_only_after_the_time_to_build() {
    let from = 12;
    let plain = run(&with(60, &[""; 0]), 0);
    let subsidised = run(&pulling(60, "South Korea", "chip_subsidy", "2024-01", 10.0), 0);
    for (plant, months) in [("Samsung Pyeongtaek", 36), ("Samsung HBM", 24), ("Samsung packaging", 12)] {
        let of = |world: &Trajectory| -> Vec<f64> { fab(world, plant).map(|row| row.capacity).collect() };
        let (plain, subsidised) = (of(&plain), of(&subsidised));
        let first = (0..60).find(|month| subsidised[*month] > plain[*month] * 1.0001);
        let first = first.unwrap_or_else(|| panic!("{plant} gains nothing"));
        assert!((from + months - 1..=from + months + 1).contains(&first), "{plant} gains in month {first}");
        assert!(subsidised[59] > plain[59] * 1.05, "{plant}: {} and {}", plain[59], subsidised[59]);
    }
}

#[test]
fn slower_building_leaves_less_capacity() {
    // Without what was under construction at the start, all capacity has to be ordered first.
    let built = |months: u32| {
        let set = [
            format!("mechanisms.build_out.logic_months={months}"),
            "fabs.\"TSMC N5/N4\".expansion_per_year=0".to_owned(),
        ];
        with(72, &set)
    };
    let capacity = |world: &Trajectory| fab(world, "TSMC N5/N4").last().unwrap().capacity;
    higher("capacity", &built(60), &built(36), capacity);
    higher("capacity", &built(36), &built(24), capacity);
}

#[test]
fn experience_lowers_defects() {
    let defects = |world: &Trajectory| fab(world, "SMIC N+2").last().unwrap().defects.unwrap();
    let learning = |exponent: f64| with(48, &[format!("mechanisms.chip_supply.learning_exponent={exponent}")]);
    higher("defects", &learning(0.6), &learning(0.3), defects);
    higher("defects", &learning(0.3), &learning(0.0), defects);
    let made = |world: &Trajectory| accelerator(world, "Cambricon").map(|row| row.compute).sum();
    higher("chips made", &learning(0.0), &learning(0.6), made);
}

#[test]
fn large_systems_lose_by_their_exponent() {
    let frontier =
        |name: &'static str| move |world: &Trajectory| state(world, name).last().unwrap().capability.unwrap();
    let lossy = |exponent: f64| with(60, &[format!("mechanisms.systems.exponent={exponent}")]);
    for name in ["US", "China"] {
        higher(&format!("frontier of {name}"), &lossy(0.3), &lossy(0.0), frontier(name));
    }
}

#[test]
fn scarce_power_stops_compute_and_slows_the_frontier() {
    let powered = |gw: f64| {
        with(
            60,
            &[
                format!("states.US.ai_power_gw={gw}"),
                "states.US.ai_power_growth_per_year=0.1".to_owned(),
                "mechanisms.policy.enabled=false".to_owned(),
                "mechanisms.systems.power_share=0".to_owned(),
                "mechanisms.systems.rented=0".to_owned(),
            ],
        )
    };
    higher("running", &powered(0.3), &powered(100.0), end("US", |row| row.compute_running.unwrap()));
    higher("frontier", &powered(0.3), &powered(100.0), end("US", |row| row.capability.unwrap()));
    for gw in [0.3, 1.0] {
        let world = run(&powered(gw), 0);
        let cap = |month: usize| gw * redqueen::maths::exp(0.1 * (month + 1) as f64 / 12.0);
        assert!(state(&world, "US").enumerate().all(|(month, row)| row.power_draw <= cap(month) * 1.001));
        assert!(state(&world, "US").any(|row| row.compute_running.unwrap() < 0.9));
    }
}

#[test]
fn building_power_lets_more_compute_run() {
    let scarce = ["states.US.ai_power_gw=0.5", "states.US.ai_power_growth_per_year=0.1"];
    let built = |gw: f64| laid_over("baseline.toml", 48, &policy("US", "power", "2023-06", gw), &scarce);
    higher("running compute", &built(0.0), &built(2.0), end("US", |row| row.compute_running.unwrap() * row.compute));
    // A breakthrough more or less moves the frontier as much, so it takes more worlds.
    let frontier = |gw: f64| measured(&built(gw), 4 * RUNS, &end("US", |row| row.capability.unwrap()));
    rises("frontier", &frontier(0.0), &frontier(2.0));
}

#[test]
fn leapfrogging_costs_compute_before_it_pays() {
    let strong = ["start_performance=0.15", "reference_experience=5", "progress_per_year=0.25", "exponent=0.6"];
    let strong = strong.map(|number| format!("mechanisms.leapfrog.{number}"));
    let bet = |share: f64| laid_over("baseline.toml", 120, &policy("China", "leapfrog", "2025-01", share), &strong);
    higher("compute at first", &bet(0.2), &bet(0.0), sum("China", 24..36, |row| row.compute_received));
    higher("alternative compute", &bet(0.0), &bet(0.2), sum("China", 96..120, |row| row.compute_alternative));
    higher("compute later", &bet(0.0), &bet(0.2), sum("China", 108..120, |row| row.compute_received));
}
