//! What holds in every world, whatever its numbers.

use crate::support::{
    pairs::{rich, rich_world},
    worlds::{run, short},
};
use bevy_ecs::prelude::*;
use proptest::prelude::*;
use redqueen::{
    declare::{
        parameter::Kind,
        table::{Cell, Row},
    },
    maths,
    measure::record::{FirmRow, StateRow, Trajectory},
    model::{
        Model, Seed, Simulation,
        accounts::Standing,
        clock::Clock,
        firm::{Capability, Finance, Hardware, Knowledge, Label, Momentum, Offer, Usage},
        geography::PerDomain,
        ledger::Ledger,
        mechanisms::{output::Reference, power::PowerShares},
        noise::{Draw, Key, Noise},
        release::{Frontier, Levels},
        state::{Access, Economy},
    },
    scenario::{Scenario, Source, load},
};
use std::collections::BTreeMap;

fn close(a: f64, b: f64, relative: f64) -> bool {
    (a - b).abs() <= relative * a.abs().max(b.abs()).max(1e-3)
}

/// Goes on by a step; `Simulation::run` does the same, but records instead of showing the world.
fn step(simulation: &mut Simulation) {
    simulation.step().unwrap();
    let world = simulation.world_mut();
    world.resource_mut::<Ledger>().clear();
    world.resource_mut::<Clock>().advance();
}

fn assert_finite<R: Row>(rows: &[R]) {
    for row in rows {
        let mut columns = R::COLUMNS.iter();
        row.cells(&mut |cell| {
            let column = columns.next().unwrap().name;
            assert!(
                !matches!(cell, Cell::Number(number) if !number.is_finite()),
                "{column} of {} is {cell:?}",
                R::TABLE
            );
        });
    }
}

/// What can be read off the tables.
fn check_tables(world: &Trajectory) {
    assert_finite(&world.world);
    assert_finite(&world.states);
    assert_finite(&world.firms);
    assert_finite(&world.releases);
    assert_finite(&world.fabs);
    assert_finite(&world.accelerators);
    check_chips(world);
    let mut before: Option<f64> = None;
    for row in &world.world {
        assert!(
            close(row.compute_made, row.compute_delivered + row.compute_to_clouds + row.compute_stored, 1e-9),
            "made in {:?}",
            row.date
        );
        if let Some(before) = before {
            let balance = before + row.compute_made - row.compute_stored - row.compute_retired;
            assert!(close(row.compute, balance, 1e-9), "compute in {:?}: {} is not {balance}", row.date, row.compute);
        }
        before = Some(row.compute);
        assert!(
            (row.selection + row.learning + row.turnover - row.progress).abs() < 1e-9
                && (row.selection_within + row.selection_between - row.selection).abs() < 1e-9,
            "progress in {:?}",
            row.date
        );
        assert!(
            (0.0..=1.0).contains(&row.adoption)
                && row.open_share.is_some_and(|share| (0.0..=1.0 + 1e-9).contains(&share))
        );
        let states: Vec<_> = world.states.iter().filter(|state| state.date == row.date).collect();
        let firms: Vec<_> = world.firms.iter().filter(|firm| firm.date == row.date).collect();
        let sum = |values: &dyn Fn(usize) -> f64| (0..states.len()).map(values).sum::<f64>();
        assert!((sum(&|s| states[s].power) - 1.0).abs() < 1e-9, "power in {:?}", row.date);
        assert!((sum(&|s| states[s].hard_power) - 1.0).abs() < 1e-9, "hard power in {:?}", row.date);
        assert!((sum(&|s| states[s].economic_power) - 1.0).abs() < 1e-9, "economic power in {:?}", row.date);
        assert!(close(sum(&|s| states[s].compute), row.compute, 1e-9), "compute of states in {:?}", row.date);
        // Where staying in the race costs more than all that there is to earn and raise, hardly anybody stays, and markets that are
        // closed to the rest have no firm.
        let usage = firms.iter().map(|firm| firm.usage_share).sum::<f64>();
        let few = firms.len() < states.len();
        assert!((usage - 1.0).abs() < 1e-9 || few && usage < 1.0, "usage in {:?}: {usage}", row.date);
        assert!(firms.iter().all(|firm| firm.usage_share >= 0.0 && firm.compute >= 0.0));
        for state in states {
            let terms = [state.selection, state.learning, state.turnover];
            let found = [terms[0], terms[1], terms[2], state.progress, state.usage_covariance];
            assert!(found.iter().all(|term| term.is_some() == (state.firms > 0)), "{} in {:?}", state.state, row.date);
            let terms: f64 = terms.into_iter().flatten().sum();
            let progress = state.progress.unwrap_or(0.0);
            assert!((terms - progress).abs() < 1e-9, "progress of {} in {:?}", state.state, row.date);
            assert!((0.0..=1.0).contains(&state.adoption) && (0.0..=1.0).contains(&state.absorptive_capacity));
            let of_market = [state.open_share, state.home_share];
            assert!(of_market.iter().flatten().all(|share| (0.0..=1.0 + 1e-9).contains(share)), "{:?}", row.date);
            assert!(of_market.iter().all(|share| share.is_some() != firms.is_empty() || few), "{:?}", row.date);
            assert!(state.compute >= 0.0 && state.output > 0.0);
        }
    }
}

/// What can be read off the tables of fabs and accelerators, and what states get of chips.
fn check_chips(world: &Trajectory) {
    for row in &world.fabs {
        assert!(row.capacity >= 0.0 && row.building >= 0.0 && row.experience >= 0.0, "{} in {:?}", row.fab, row.date);
        assert!((0.0..=1.0).contains(&row.outage), "outage of {} in {:?}", row.fab, row.date);
        assert!(row.defects.is_none_or(|defects| defects >= 0.0) && row.node.is_none_or(|node| node > 0.0));
    }
    for row in &world.accelerators {
        let all = [row.performance, row.packages, row.compute, row.denied, row.store];
        assert!(all.iter().all(|value| *value >= 0.0), "{} in {:?}: {all:?}", row.accelerator, row.date);
    }
    for row in &world.world {
        let states: Vec<_> = world.states.iter().filter(|state| state.date == row.date).collect();
        let date = row.date;
        assert!(row.compute_denied >= row.compute_redirected - 1e-12 && row.compute_redirected >= 0.0, "{date:?}");
        assert!(row.compute_lost >= 0.0 && (0.0..1.0).contains(&row.damage), "{date:?}");
        for state in states {
            let stages = [
                state.self_sufficiency_design,
                state.self_sufficiency_logic,
                state.self_sufficiency_packaging,
                state.self_sufficiency_memory,
            ];
            let who = (&state.state, date);
            assert!(stages.iter().flatten().all(|share| (0.0..=1.0).contains(share)), "{who:?}: {stages:?}");
            let least = stages.into_iter().collect::<Option<Vec<f64>>>();
            let least = least.map(|stages| stages.into_iter().fold(1.0, f64::min));
            assert_eq!(state.self_sufficiency, least, "{who:?}");
            assert!(state.compute_received + state.compute_denied == 0.0 || least.is_some(), "{who:?}");
            assert_eq!(state.compute_running.is_some(), state.compute > 0.0, "{who:?}");
            assert!(state.compute_running.is_none_or(|running| (0.0..=1.0).contains(&running)), "{who:?}");
            assert!((0.0..=1.0).contains(&state.equipment_maturity), "{who:?}");
            let effort = state.safety_effort;
            assert!(effort.is_some() == (state.compute_firms > 0.0), "{who:?}: {effort:?}");
            assert!(effort.is_none_or(|effort| (0.0..=1.0).contains(&effort)), "{who:?}: {effort:?}");
            assert!((0.0..=1.0).contains(&state.trust_in_ai), "{who:?}");
            assert!(state.compute_delivered <= state.compute_received * (1.0 + 1e-9) + 1e-15, "{who:?}");
            assert!(state.policy_cost >= 0.0 && state.power_draw >= 0.0, "{who:?}");
        }
    }
}

/// Flows of chips add up from designs to states to the world.
fn check_flows(world: &Trajectory) {
    for row in &world.world {
        let states: Vec<_> = world.states.iter().filter(|state| state.date == row.date).collect();
        let designs: Vec<_> = world.accelerators.iter().filter(|design| design.date == row.date).collect();
        let sum = |of: &dyn Fn(usize) -> f64| (0..states.len()).map(of).sum::<f64>();
        let received = sum(&|s| states[s].compute_received);
        let alternative = sum(&|s| states[s].compute_alternative);
        let shipped: f64 = designs.iter().map(|design| design.compute).sum();
        let denied: f64 = designs.iter().map(|design| design.denied).sum();
        let date = row.date;
        assert!(close(shipped + alternative, received, 1e-9), "{date:?}: {shipped} + {alternative} is not {received}");
        assert!(close(received, row.compute_delivered + row.compute_to_clouds, 1e-9), "received in {date:?}");
        assert!(close(sum(&|s| states[s].compute_delivered), row.compute_delivered, 1e-9), "delivered in {date:?}");
        assert!(close(sum(&|s| states[s].compute_denied), row.compute_denied, 1e-9), "denied in {date:?}");
        assert!(close(denied, row.compute_denied, 1e-9), "denied by design in {date:?}");
    }
}

#[test]
fn flows_of_chips_add_up() {
    check_flows(&run(&rich_world(72, &[""; 0]), 0));
}

#[test]
fn flows_of_chips_add_up_in_half_steps() {
    let mut scenario = rich_world(24, &[""; 0]);
    scenario.time.steps_per_year = 24;
    check_flows(&run(&scenario, 0));
}

/// Shares of every market, month by month, which the tables show only in part.
fn check_markets(scenario: &Scenario, replicate: u64) {
    let mut simulation = Model::standard().simulate(scenario).unwrap();
    simulation.reset(Seed { master: scenario.seed, replicate });
    for month in 0..scenario.time.months * scenario.time.steps_per_year / 12 {
        step(&mut simulation);
        let world = simulation.world_mut();
        for s in 0..scenario.states.len() {
            let shares: Vec<f64> = world.query::<&Usage>().iter(world).map(|usage| usage.share[s]).collect();
            assert!(shares.iter().all(|share| *share >= 0.0), "step {month}");
            let sum: f64 = shares.iter().sum();
            // A market that is closed to all firms that are left has none.
            let served = shares.iter().any(|share| *share > 0.0);
            assert!(!served || (sum - 1.0).abs() < 1e-9, "{} in step {month}: {sum}", scenario.states[s].name);
            assert!(served || shares.len() < scenario.states.len(), "{} in step {month}", scenario.states[s].name);
        }
    }
}

/// How many parameters mechanisms declare.
fn parameters() -> usize {
    Model::standard().catalogue().mechanisms.iter().map(|mechanism| mechanism.parameters.len()).sum()
}

/// A rich world with each parameter at a place of its own between the ends of its plausible range.
fn scattered(places: &[f64], months: u32, steps_per_year: u32) -> Scenario {
    let mut scenario = rich_world(months, &[""; 0]);
    scenario.time.steps_per_year = steps_per_year;
    let mut places = places.iter();
    for settings in &mut scenario.mechanisms {
        let declared = settings.declared;
        for (value, parameter) in settings.values.iter_mut().zip(declared.parameters) {
            let (low, high) = parameter.plausible;
            *value = low + places.next().unwrap() * (high - low);
            if parameter.kind != Kind::Real {
                *value = value.round();
            }
        }
    }
    assert_eq!(places.len(), 0, "places without a parameter");
    scenario
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn accounts_balance_and_shares_sum_to_1_at_any_plausible_parameters(
        places in prop::collection::vec(0.0..1.0, parameters()),
        months in 24_u32..=48,
        steps_per_year in prop::sample::select(vec![12_u32, 24]),
        replicate in 0_u64..1000,
    ) {
        let scenario = scattered(&places, months, steps_per_year);
        let world = run(&scenario, replicate);
        check_tables(&world);
        if steps_per_year == 12 {
            check_flows(&world);
        }
        check_markets(&scenario, replicate);
    }
}

#[test]
fn accounts_balance_where_many_firms_come_and_go() {
    let crowded = ["mechanisms.entry.scale=4", "mechanisms.exit.hazard_per_year=2", "mechanisms.market.speed=5"];
    let scenario = short("baseline", 60, &crowded);
    let world = run(&scenario, 0);
    assert!(world.outcomes.exits > 5 && world.world.iter().map(|row| row.compute_resold).sum::<f64>() > 0.0);
    check_tables(&world);
    check_markets(&scenario, 0);
}

#[test]
fn cash_is_what_came_in_less_costs_and_what_was_paid_for_compute() {
    // Without closing firms, public grants and money for power, a firm's compute changes by wear and delivery alone; staff stays
    // what it was.
    let off = ["exit.enabled=false", "policy.enabled=false", "systems.power_scale=0", "compute.kept_when_dear=0"];
    let still = ["money.staffing=0", "money.least_staff=0", "money.spare_per_year=0"];
    let set: Vec<_> = off.iter().chain(&still).map(|setting| format!("mechanisms.{setting}")).collect();
    let scenario = short("baseline", 60, &set);
    let number = |mechanism: &str, name: &str| scenario.number(&format!("mechanisms.{mechanism}.{name}")).unwrap();
    let kept = 1.0 - number("compute", "retired_per_month");
    let world = run(&scenario, 0);
    let mut before: BTreeMap<&str, &FirmRow> = BTreeMap::new();
    let mut checked = 0;
    for state in &world.states {
        // What arrives is paid at the price of the month in the state.
        let price = state.compute_price;
        for firm in world.firms.iter().filter(|firm| firm.date == state.date && firm.state == state.state) {
            let Some(last) = before.insert(&firm.firm, firm) else { continue };
            let configured = scenario.firms.iter().find(|spec| *spec.name == *firm.firm);
            let overhead = configured.map_or(number("entry", "overhead_billion_usd_per_year"), |spec| {
                spec.numbers.overhead_billion_usd_per_year
            });
            let income = firm.revenue * number("money", "margin") + firm.investment;
            let costs =
                overhead * number("money", "staff_scale") + number("money", "running_cost") * price * firm.compute;
            let paid = price * (firm.compute - kept * last.compute);
            let expected = last.cash + (income - costs) / 12.0 - paid;
            assert!(
                close(firm.cash, expected, 1e-9),
                "{} in {:?}: {} is not {expected}",
                firm.firm,
                firm.date,
                firm.cash
            );
            assert!(paid >= -1e-12);
            checked += 1;
        }
    }
    assert!(checked > 1000);
}

/// What must not move when all capability is shifted.
#[derive(Debug, PartialEq)]
struct View {
    firms: BTreeMap<String, Vec<f64>>,
    states: Vec<[f64; 3]>,
}

fn view(simulation: &mut Simulation, shift: f64) -> View {
    let world = simulation.world_mut();
    let mut firms = BTreeMap::new();
    for (label, usage, finance, hardware, offer, momentum, capability) in
        world.query::<(&Label, &Usage, &Finance, &Hardware, &Offer, &Momentum, &Capability)>().iter(world)
    {
        let mut seen = vec![usage.world, finance.cash, hardware.stock, momentum.gained, f64::from(offer.serial)];
        seen.extend(usage.share);
        seen.extend([offer.capability - shift, capability.0[0] - shift]);
        firms.insert(label.0.to_string(), seen);
    }
    let mut states = world.query::<(&Economy, &PowerShares, &Access)>();
    let states =
        states.iter(world).map(|(economy, power, access)| [economy.output, power.share, access.now[0] - shift]);
    View { firms, states: states.collect() }
}

fn shift_everything(simulation: &mut Simulation, shift: f64, points: f64) {
    let raise = |levels: &mut PerDomain, by: f64| levels.iter_mut().for_each(|level| *level += by);
    let world = simulation.world_mut();
    let mut firms = world.query::<(&mut Knowledge, &mut Capability, &mut Offer, &mut Momentum, &mut Standing)>();
    for (mut knowledge, mut capability, mut offer, mut momentum, mut standing) in firms.iter_mut(world) {
        raise(&mut knowledge.0, shift);
        raise(&mut capability.0, shift);
        raise(&mut offer.rating_by_domain, points);
        offer.rating += points;
        offer.capability += shift;
        offer.own_capability += shift;
        *momentum = Momentum::new(offer.rating);
        standing.capability += shift;
    }
    for mut access in world.query::<&mut Access>().iter_mut(world) {
        raise(&mut access.now, shift);
    }
    raise(&mut world.resource_mut::<Reference>().capability, shift);
    let raised = |levels: &Levels| {
        let mut levels = levels.clone();
        levels.knowledge.iter_mut().chain(&mut levels.capability).for_each(|levels| raise(levels, shift));
        levels
    };
    let old = world.resource::<Frontier>().clone();
    let mut frontier = Frontier::new(2);
    (frontier.any.now, frontier.open.now) = (raised(&old.any.now), raised(&old.open.now));
    frontier.remember();
    world.insert_resource(frontier);
}

#[test]
fn only_differences_in_capability_matter() {
    let scenario = rich_world(60, &["mechanisms.releases.rating_slope=0.5"]);
    let (mut plain, mut shifted) =
        (Model::standard().simulate(&scenario).unwrap(), Model::standard().simulate(&scenario).unwrap());
    let points_per_nat = 0.5 * 400.0 / maths::LN_10;
    shift_everything(&mut shifted, 6.5, 6.5 * points_per_nat);
    for month in 0..60 {
        step(&mut plain);
        step(&mut shifted);
        let (a, b) = (view(&mut plain, 0.0), view(&mut shifted, 6.5));
        assert!(a.firms.keys().eq(b.firms.keys()), "month {month}: other firms");
        for ((name, a), b) in a.firms.iter().zip(b.firms.values()) {
            assert!(
                a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(1.0)),
                "{name}, month {month}: {a:?} {b:?}"
            );
        }
        for (a, b) in a.states.iter().zip(&b.states) {
            assert!(
                a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(1.0)),
                "month {month}: {a:?} {b:?}"
            );
        }
    }
}

#[test]
fn the_origin_of_the_rating_scale_is_free() {
    let plain = run(&short("baseline", 60, &[""; 0]), 0);
    let shifted = run(&short("baseline", 60, &["mechanisms.releases.rating_at_start=2100"]), 0);
    assert_eq!(plain.firms.len(), shifted.firms.len());
    for (a, b) in plain.firms.iter().zip(&shifted.firms) {
        assert!(close(a.rating + 1000.0, b.rating, 1e-9), "{} {:?}", a.firm, a.date);
        assert!(close(a.usage_share, b.usage_share, 1e-9) && close(a.cash, b.cash, 1e-9), "{} {:?}", a.firm, a.date);
        assert!(
            close(a.capability, b.capability, 1e-9) && close(a.compute, b.compute, 1e-9),
            "{} {:?}",
            a.firm,
            a.date
        );
    }
}

#[test]
fn the_order_of_a_config_changes_no_bit() {
    let text = std::fs::read_to_string("configs/baseline.toml").unwrap();
    let mut config: toml::Table = text.parse().unwrap();
    config["time"]["months"] = 48.into();
    let load_text = |config: &toml::Table| {
        let source = Source::Text { name: "config".to_owned(), text: config.to_string() };
        load(&source, &[], Model::standard().catalogue()).unwrap_or_else(|found| panic!("{found}")).scenario
    };
    let more: toml::Table = rich().parse().unwrap();
    config["policies"].as_array_mut().unwrap().extend(more["policies"].as_array().unwrap().clone());
    config.insert("shocks".to_owned(), more["shocks"].clone());
    let listed = load_text(&config);
    for list in ["states", "firms", "borders", "fabs", "accelerators", "controls", "policies", "shocks"] {
        let items = config[list].as_array_mut().unwrap();
        assert!(items.len() > if list == "shocks" { 1 } else { 5 }, "{list}");
        items.reverse();
    }
    for border in config["borders"].as_array_mut().unwrap() {
        border["between"].as_array_mut().unwrap().reverse();
    }
    for control in config["controls"].as_array_mut().unwrap() {
        control["by"].as_array_mut().unwrap().reverse();
    }
    let (listed, reversed) = (run(&listed, 3), run(&load_text(&config), 3));
    assert!(listed.world == reversed.world && listed.states == reversed.states && listed.firms == reversed.firms);
    assert!(listed.fabs == reversed.fabs && listed.accelerators == reversed.accelerators);
    assert_eq!(listed.events, reversed.events);
    assert!(listed == reversed);
}

/// Draws of every firm and state in a month, by stable key.
fn draws(simulation: &mut Simulation) -> BTreeMap<u64, Vec<f64>> {
    const DRAWS: [Draw; 3] =
        [Draw::named("research/luck").places(8), Draw::named("claims/claim"), Draw::named("entry/births")];
    fn ask(noise: Noise, keys: Query<&Key>) -> BTreeMap<u64, Vec<f64>> {
        let numbers = |key: &Key| {
            DRAWS
                .iter()
                .flat_map(|draw| {
                    let mut luck = noise.of(*draw, *key);
                    [luck.uniform(), luck.uniform()]
                })
                .collect()
        };
        keys.iter().map(|key| (key.0, numbers(key))).collect()
    }
    simulation.world_mut().run_system_cached(ask).unwrap()
}

#[test]
fn removing_a_firm_or_a_mechanism_moves_nobody_elses_draws() {
    let start = |overrides: &[&str]| Model::standard().simulate(&short("baseline", 36, overrides)).unwrap();
    let gone = Key::named("firm", "OpenAI").0;
    let mut all = start(&[]);
    let mut others = [
        start(&["firms.OpenAI.remove=true"]),
        start(&["mechanisms.research.enabled=false", "mechanisms.exit.enabled=false"]),
        start(&["states.UK.entry_per_year=12", "states.UK.talent=2"]),
    ];
    let mut compared = 0;
    for _ in 0..36 {
        step(&mut all);
        let all = draws(&mut all);
        for (which, other) in others.iter_mut().enumerate() {
            step(other);
            let other = draws(other);
            assert!(which != 0 || (all.contains_key(&gone) && !other.contains_key(&gone)));
            for (key, words) in other {
                if let Some(same) = all.get(&key) {
                    assert_eq!(*same, words);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 3 * 36 * 25, "{compared}");
}

#[test]
fn halving_the_step_moves_outcomes_little() {
    // Without luck and jumps, what is left is the error of the step.
    let smooth = [
        "mechanisms.research.luck=0",
        "mechanisms.research.form=0",
        "mechanisms.research.breakthroughs_per_year=0",
        "mechanisms.openness.enabled=false",
        "mechanisms.releases.battles=0",
        "mechanisms.releases.threshold=0",
        "mechanisms.releases.min_gap_months=1",
        "mechanisms.entry.scale=0",
        "mechanisms.exit.enabled=false",
        "mechanisms.claims.enabled=false",
        "mechanisms.incidents.enabled=false",
    ];
    let monthly = run(&short("baseline", 48, &smooth), 0);
    let mut halved = short("baseline", 48, &smooth);
    halved.time.steps_per_year = 24;
    let halved = run(&halved, 0);
    assert_eq!(monthly.world.len(), halved.world.len());
    // Effects reach on one step earlier where steps are short, so paths may be about a month apart: the frontier gains
    // 0.12 nats a month. Fabs grow by compounding, which is faster in shorter steps, and the gap answers to compute.
    for (a, b) in monthly.world.iter().zip(&halved.world).skip(23) {
        let relative = |a: f64, b: f64| (a / b - 1.0).abs();
        assert!(
            (a.frontier_capability.unwrap() - b.frontier_capability.unwrap()).abs() < 0.15,
            "frontier in {:?}",
            a.date
        );
        assert!((a.gap_nats.unwrap() - b.gap_nats.unwrap()).abs() < 0.15, "gap in {:?}", a.date);
        assert!(relative(a.compute, b.compute) < 0.06, "compute in {:?}", a.date);
        assert!(relative(a.adoption, b.adoption) < 0.04, "adoption in {:?}", a.date);
        assert!(relative(a.output, b.output) < 0.002, "output in {:?}", a.date);
        assert!(
            (a.open_share.unwrap() - b.open_share.unwrap()).abs() < 0.02,
            "open share in {:?}: {:?} and {:?}",
            a.date,
            a.open_share,
            b.open_share
        );
        assert_eq!(a.firms, b.firms);
    }
    for (a, b) in monthly.states.iter().zip(&halved.states).filter(|(a, _)| a.date >= monthly.world[23].date) {
        assert_eq!((&a.state, a.date), (&b.state, b.date));
        let stages =
            |row: &StateRow| [row.self_sufficiency_logic, row.self_sufficiency_packaging, row.self_sufficiency_memory];
        for (a_share, b_share) in stages(a).into_iter().zip(stages(b)) {
            let (a_share, b_share) = (a_share.unwrap(), b_share.unwrap());
            assert!(
                (a_share - b_share).abs() < 0.04,
                "self-sufficiency of {} in {:?}: {a_share} and {b_share}",
                a.state,
                a.date
            );
        }
        assert!((a.equipment_maturity - b.equipment_maturity).abs() < 0.01, "maturity of {} in {:?}", a.state, a.date);
        assert!((a.compute / b.compute - 1.0).abs() < 0.08, "compute of {} in {:?}", a.state, a.date);
        assert!(
            (a.compute_running.unwrap() - b.compute_running.unwrap()).abs() < 0.05,
            "running in {} in {:?}",
            a.state,
            a.date
        );
    }
    // Half a month of growth at the start, and once more with what was ordered on it: the fastest grow by 0.8 a year.
    for (a, b) in monthly.fabs.iter().zip(&halved.fabs).filter(|(a, _)| a.date >= monthly.world[23].date) {
        assert!(
            (a.capacity - b.capacity).abs() <= 0.1 * b.capacity,
            "{} in {:?}: {} and {}",
            a.fab,
            a.date,
            a.capacity,
            b.capacity
        );
        assert!((a.experience / b.experience - 1.0).abs() < 0.06, "experience of {} in {:?}", a.fab, a.date);
    }
    assert_eq!(monthly.firms.len(), halved.firms.len());
    for (a, b) in monthly.firms.iter().zip(&halved.firms).filter(|(a, _)| a.date >= monthly.world[23].date) {
        assert_eq!((&a.firm, a.date), (&b.firm, b.date));
        assert!((a.usage_share - b.usage_share).abs() < 0.03, "usage of {} in {:?}", a.firm, a.date);
    }
}

/// The baseline, in which every design is made outside Taiwan, by plants like those that stand there.
fn without_taiwans_chips() -> toml::Table {
    let text = std::fs::read_to_string("configs/baseline.toml").unwrap();
    let mut config: toml::Table = text.parse().unwrap();
    let fabs = config["fabs"].as_array_mut().unwrap();
    let mut moved = Vec::new();
    for fab in fabs.iter().filter(|fab| fab["state"].as_str() == Some("Taiwan")) {
        let mut twin = fab.clone();
        let table = twin.as_table_mut().unwrap();
        let name = fab["name"].as_str().unwrap().to_owned();
        table.insert("name".to_owned(), format!("{name} in the US").into());
        table.insert("state".to_owned(), "US".into());
        moved.push((name, twin));
    }
    assert!(moved.len() >= 4);
    fabs.extend(moved.iter().map(|(_, twin)| twin.clone()));
    for accelerator in config["accelerators"].as_array_mut().unwrap() {
        for stage in ["logic", "packaging", "memory"] {
            let contracts = accelerator[stage].as_table_mut().unwrap();
            for (name, twin) in &moved {
                if let Some(share) = contracts.remove(name) {
                    contracts.insert(twin["name"].as_str().unwrap().to_owned(), share);
                }
            }
        }
    }
    config
}

#[test]
fn a_world_that_needs_nothing_from_taiwan_does_not_move_when_it_is_cut_off() {
    let calm = without_taiwans_chips();
    let mut cut_off = calm.clone();
    let shock = "[[shocks]]\nname = \"Blockade\"\nlocation = \"Taiwan\"\nfrom = \"2024-01\"\nmonths = 12\nrecovery_months = 12\n";
    cut_off.insert("shocks".to_owned(), shock.parse::<toml::Table>().unwrap()["shocks"].clone());
    let world = |config: &toml::Table| {
        let source = Source::Text { name: "config".to_owned(), text: config.to_string() };
        let mut scenario =
            load(&source, &[], Model::standard().catalogue()).unwrap_or_else(|found| panic!("{found}")).scenario;
        scenario.time.months = 60;
        run(&scenario, 1)
    };
    let (calm, cut_off) = (world(&calm), world(&cut_off));
    for (a, b) in calm.world.iter().zip(&cut_off.world) {
        assert_eq!(a, b);
    }
    for (a, b) in calm.states.iter().zip(&cut_off.states) {
        assert_eq!(a, b);
    }
    assert!(calm.firms == cut_off.firms && calm.accelerators == cut_off.accelerators);
    assert!(calm.releases == cut_off.releases && calm.outcomes == cut_off.outcomes);
    for (a, b) in calm.fabs.iter().zip(&cut_off.fabs).filter(|(a, _)| &*a.state != "Taiwan") {
        assert_eq!(a, b);
    }
    let stopped = cut_off.fabs.iter().filter(|row| row.outage > 0.99).count();
    assert!(stopped >= 12 * 3, "{stopped}");
    let told = |world: &Trajectory| world.events.iter().filter(|event| event.kind.starts_with("shock")).count();
    assert_eq!((told(&calm), told(&cut_off)), (0, 2));
}
