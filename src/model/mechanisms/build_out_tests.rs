use super::*;
use crate::{
    model::{Model, fab::FabIndex, testing},
    scenario::{ControlNumbers, ControlSpec, FabNumbers, FabSpec, Goods, Scenario},
};

fn plant(name: &str, state: usize, stage: Stage, capacity_kwpm: f64) -> FabSpec {
    FabSpec {
        name: name.to_owned(),
        state,
        owner: String::new(),
        stage,
        enters: None,
        numbers: FabNumbers { capacity_kwpm, expansion_per_year: 0.0, ..FabNumbers::default() },
    }
}

/// A world of these fabs whose orders depend on nothing but the trend.
fn world(fabs: Vec<FabSpec>) -> Scenario {
    let mut scenario = crate::baseline();
    scenario.time.months = 60;
    scenario.fabs = fabs;
    scenario.accelerators.clear();
    scenario.controls.clear();
    scenario.policies.clear();
    scenario.shocks.clear();
    // Tests pull the levers by hand.
    testing::disable(&mut scenario, "policy");
    testing::set(&mut scenario, "build_out", "response", 0.0);
    testing::set(&mut scenario, "induced_innovation", "growth", 0.0);
    testing::set(&mut scenario, "induced_innovation", "pressure_weight", 0.0);
    testing::set(&mut scenario, "induced_innovation", "subsidy_weight", 0.0);
    scenario
}

fn with_trend(scenario: &Scenario, trend: f64) -> Scenario {
    let mut scenario = scenario.clone();
    testing::set(&mut scenario, "build_out", "trend_per_year", trend);
    scenario
}

/// Capacity, capacity under construction and node of every fab in each step.
fn seen(scenario: &Scenario, steps: u32, subsidy: f64) -> Vec<Vec<(f64, f64, f64)>> {
    let mut simulation = Model::standard().simulate(scenario).unwrap();
    let mut seen = Vec::new();
    for _ in 0..steps {
        let world = simulation.world_mut();
        for mut levers in world.query::<&mut Levers>().iter_mut(world) {
            levers.0[Lever::ChipSubsidy as usize] = subsidy;
        }
        testing::live(&mut simulation, 1);
        let world = simulation.world_mut();
        let mut fabs: Vec<_> = world.query::<(&FabIndex, &Capacity, &Craft)>().iter(world).collect();
        fabs.sort_by_key(|(index, ..)| index.0);
        seen.push(fabs.iter().map(|(_, c, craft)| (c.kwpm, c.under_construction(), craft.node_nm)).collect());
        world.resource_mut::<Clock>().advance();
    }
    seen
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} for {expected}");
}

/// The rate at which a fab orders that builds nothing yet and is wanted just as it is.
fn first_rate(growth: f64, years: f64) -> f64 {
    BuildOut::default().order_rate(Plan { installed: 1.0, building: 0.0, wanted: 1.0, growth, years })
}

#[test]
fn what_is_ordered_arrives_after_the_time_to_build() {
    let stages = [(Stage::Logic, 36), (Stage::Packaging, 12), (Stage::Memory, 24)];
    for (stage, months) in stages {
        let scenario = world(vec![plant("a", 0, stage, 10.0)]);
        let steps = seen(&with_trend(&scenario, 0.1), months + 1, 0.0);
        let years = f64::from(months) / 12.0;
        let rate = first_rate(0.1, years);
        assert!(rate > 0.1 && rate < 1.0);
        let ordered = 10.0 * maths::exp_m1(rate / 12.0);
        close(steps[0][0].1, ordered);
        assert!(steps[..months as usize].iter().all(|fabs| fabs[0].0 == 10.0), "{stage:?}");
        close(steps[months as usize][0].0, 10.0 + ordered);
    }
}

#[test]
fn until_then_a_fab_grows_by_what_was_under_construction_and_can_shrink() {
    let mut scenario = world(vec![plant("a", 0, Stage::Logic, 10.0), plant("b", 0, Stage::Logic, 10.0)]);
    scenario.fabs[0].numbers.expansion_per_year = 0.4;
    scenario.fabs[1].numbers.expansion_per_year = -0.4;
    let steps = seen(&with_trend(&scenario, 0.0), 36, 0.0);
    for (fab, rate) in [(0, 0.4), (1, -0.4)] {
        for step in [0, 1, 12, 35] {
            close(steps[step][fab].0, 10.0 * maths::exp(rate * step as f64 / 12.0));
        }
    }
}

#[test]
fn a_later_fab_comes_whole_and_grows_from_there_with_or_without_the_mechanism() {
    let mut scenario = world(vec![plant("a", 0, Stage::Logic, 10.0)]);
    scenario.fabs[0].enters = Some(scenario.time.start.plus(5));
    scenario.fabs[0].numbers.expansion_per_year = 0.4;
    let steps = seen(&scenario, 18, 0.0);
    assert_eq!((steps[4][0].0, steps[5][0].0), (0.0, 10.0));
    close(steps[17][0].0, 10.0 * maths::exp(0.4));
    assert_eq!(steps[4][0].2, steps[0][0].2);
    testing::disable(&mut scenario, "build_out");
    let steps = seen(&scenario, 18, 0.0);
    assert_eq!([4, 5, 17].map(|step: usize| steps[step][0].0), [0.0, 10.0, 10.0]);
}

#[test]
fn a_subsidy_raises_capacity_at_home_after_the_time_to_build_only() {
    let fabs = vec![
        plant("a", 0, Stage::Logic, 10.0),
        plant("b", 0, Stage::Logic, 30.0),
        plant("c", 0, Stage::Packaging, 10.0),
    ];
    let scenario = with_trend(&world(fabs), 0.0);
    let steps = seen(&scenario, 37, 12.0);
    // A billion a month for plants worth 42: a kwpm of logic costs 1, of packaging 0.2.
    assert!(steps[..36].iter().all(|fabs| fabs[0].0 == 10.0 && fabs[1].0 == 30.0));
    close(steps[36][0].0, 10.0 + 10.0 / 42.0);
    close(steps[36][1].0, 30.0 + 30.0 / 42.0);
    assert_eq!(steps[11][2].0, 10.0);
    close(steps[12][2].0, 10.0 + 10.0 / 42.0);
}

#[test]
fn what_a_subsidy_builds_for_a_fab_to_come_waits_for_it() {
    let mut scenario = with_trend(&world(vec![plant("a", 0, Stage::Packaging, 10.0)]), 0.0);
    scenario.fabs[0].enters = Some(scenario.time.start.plus(20));
    let steps = seen(&scenario, 21, 1.2);
    assert!(steps[..20].iter().all(|fabs| fabs[0].0 == 0.0));
    // Half a kwpm a month, ordered in steps 0 to 8 and so there by step 20.
    close(steps[20][0].0, 10.0 + 9.0 * 0.5);
}

/// The rates at which a fab of 5 nm orders and refines in the first step under a rule up to `covered_nm`.
fn pace(covered_nm: f64, maturity: f64) -> (f64, f64) {
    let mut scenario = world(vec![plant("a", 0, Stage::Logic, 10.0)]);
    scenario.states[0].numbers.equipment_maturity = maturity;
    scenario.controls = vec![ControlSpec {
        name: "tools".to_owned(),
        what: Goods::Equipment,
        by: vec![1],
        against: vec![0],
        from: Some(scenario.time.start),
        by_chance: None,
        to: None,
        numbers: ControlNumbers { strictness: 0.8, leak: 0.0, node_nm: covered_nm, ..ControlNumbers::default() },
    }];
    let (_, ordered, node) = seen(&with_trend(&scenario, 0.1), 1, 0.0)[0][0];
    (ordered / 10.0, -12.0 * maths::ln(node / 5.0))
}

#[test]
fn a_rule_on_equipment_slows_growth_and_nodes_of_covered_fabs_and_less_a_mature_industry() {
    for (covered, maturity, share) in [(16.0, 0.0, 0.2), (16.0, 0.5, 0.6), (16.0, 0.99, 0.992), (4.0, 0.0, 1.0)] {
        let (orders, progress) = pace(covered, maturity);
        close(orders, maths::exp_m1(first_rate(0.1, 3.0) / 12.0) * share);
        close(progress, 0.12 * share);
    }
}

#[test]
fn orders_close_a_shortage_once_where_fabs_count_what_they_build() {
    let plan = Plan { installed: 1.0, building: 0.0, wanted: 1.5, growth: 0.0, years: 3.0 };
    let numbers = BuildOut::default();
    close(numbers.order_rate(plan), 0.5 / 0.75);
    // All that is short is under construction.
    assert_eq!(numbers.order_rate(Plan { building: 0.5, ..plan }), 0.0);
    let forgetful = BuildOut { supply_line: 0.0, ..BuildOut::default() };
    close(forgetful.order_rate(Plan { building: 0.5, ..plan }), 0.5 / 0.75 / 1.5);
    assert_eq!(numbers.order_rate(Plan { wanted: 100.0, ..plan }), numbers.max_rate);
    assert_eq!(numbers.order_rate(Plan { wanted: 0.5, ..plan }), 0.0);
    assert_eq!(numbers.order_rate(Plan { installed: 0.0, ..plan }), 0.0);
}

#[test]
fn memory_plants_lack_part_of_what_logic_fabs_lack_and_packaging_nothing() {
    let mut barriers = Barriers::default();
    barriers.equipment[0] =
        crate::model::relations::EquipmentRule { stopped: 0.6, largest_node_nm: 16.0, ..Default::default() };
    let maturity = [0.5; MAX_STATES];
    let lack = Lack { barriers: &barriers, memory: 0.7, maturity };
    let of = |stage| {
        let spec = plant("a", 0, stage, 1.0);
        let bundle = crate::model::fab::FabBundle::new(0, &spec, &Clock::new(&crate::baseline().time));
        lack.of(&bundle.site, &bundle.craft)
    };
    close(of(Stage::Logic), 0.3);
    close(of(Stage::Memory), 0.21);
    assert_eq!(of(Stage::Packaging), 0.0);
}

#[test]
fn a_finer_step_builds_as_much() {
    let fabs = vec![plant("a", 0, Stage::Packaging, 10.0), plant("b", 0, Stage::Logic, 10.0)];
    let mut scenario = with_trend(&world(fabs), 0.3);
    // Only while the trend counts.
    let coarse = &seen(&scenario, 24, 0.0)[23];
    scenario.time.steps_per_year = 24;
    let fine = &seen(&scenario, 48, 0.0)[47];
    assert!((fine[0].0 / coarse[0].0 - 1.0).abs() < 0.02, "{fine:?} {coarse:?}");
    close(fine[1].2, coarse[1].2);
}

#[test]
fn at_its_null_build_out_is_absent_and_capacity_stays() {
    let mut scenario = world(vec![plant("a", 0, Stage::Logic, 10.0), plant("b", 1, Stage::Memory, 5.0)]);
    scenario.fabs[0].numbers.expansion_per_year = 0.4;
    scenario.time.months = 14;
    testing::assert_null_is_absent(&scenario, "build_out");
    testing::set(&mut scenario, "build_out", "scale", 0.0);
    let steps = seen(&scenario, 14, 50.0);
    assert!(steps.iter().all(|fabs| fabs[0].0 == 10.0 && fabs[0].2 == 5.0 && fabs[1].0 == 5.0));
}

#[test]
fn fabs_see_how_fast_spending_grows_once_the_world_is_as_old_as_they_look_back() {
    use bevy_ecs::system::RunSystemOnce;
    for months in [6, 12, 24] {
        let mut scenario = with_trend(&world(Vec::new()), 0.2);
        testing::set(&mut scenario, "build_out", "growth_months", f64::from(months));
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        let world = simulation.world_mut();
        for step in 0..30 {
            for mut supply in world.query::<&mut Supply>().iter_mut(world) {
                supply.spending = 50.0 * maths::exp(0.3 * f64::from(step) / 12.0);
            }
            world.run_system_once(look_ahead).unwrap();
            close(world.resource::<Outlook>().growth, if step < months { 0.2 } else { 0.3 });
            world.resource_mut::<Clock>().advance();
        }
    }
}
