//! Which way each mechanism pushes, over pairs of runs that share their noise.

use crate::support::pairs::{measured, rises, rises_in_every_pair};
use crate::support::worlds::short;
use redqueen::measure::record::{FirmRow, StateRow, Trajectory};
use std::collections::BTreeSet;

const RUNS: u64 = 24;

/// A baseline of 60 months with these values, and what is measured of it.
fn baseline<T: AsRef<str>>(overrides: &[T], measure: impl Fn(&Trajectory) -> f64) -> Vec<f64> {
    measured(&short("baseline", 60, overrides), RUNS, &measure)
}

fn last_firms(world: &Trajectory) -> impl Iterator<Item = &FirmRow> {
    let end = world.world.last().unwrap().date;
    world.firms.iter().filter(move |firm| firm.date == end)
}

fn last_states(world: &Trajectory) -> impl Iterator<Item = &StateRow> {
    let end = world.world.last().unwrap().date;
    world.states.iter().filter(move |state| state.date == end)
}

/// Months counted from 0 at the start.
fn gap_at(month: usize) -> impl Fn(&Trajectory) -> f64 {
    move |world| world.world[month].gap_nats.unwrap()
}

#[test]
fn faster_selection_moves_users_to_better_models() {
    // By rating alone: openness, home, price and crowding pull users elsewhere.
    let by_rating = |speed: &str, measure: fn(&Trajectory) -> f64| {
        let others = ["market.open_bonus=0", "market.home_bonus=0", "market.crowding=0"];
        let set = others.map(|other| format!("mechanisms.{other}"));
        let set = [&set[..], &[format!("mechanisms.market.speed={speed}")]].concat();
        measured(&short("baseline", 24, &set), RUNS, &measure)
    };
    let behind_the_frontier = |world: &Trajectory| {
        let frontier = world.world.last().unwrap().frontier_rating.unwrap();
        last_firms(world).map(|firm| firm.usage_share * (firm.rating - frontier)).sum()
    };
    let laggards = |world: &Trajectory| {
        let mut firms: Vec<_> = last_firms(world).collect();
        firms.sort_by(|a, b| a.rating.total_cmp(&b.rating));
        firms[..firms.len() / 2].iter().map(|firm| firm.usage_share).sum()
    };
    let (slow, fast) = (by_rating("0.3", behind_the_frontier), by_rating("3", behind_the_frontier));
    rises("mean rating of what is used", &slow, &fast);
    rises("usage of the lower half", &by_rating("3", laggards), &by_rating("0.3", laggards));
}

#[test]
fn copying_closes_the_gap_between_leader_and_follower() {
    let gap = |open: f64, closed: f64| {
        let set = [format!("mechanisms.diffusion.xi_open={open}"), format!("mechanisms.diffusion.xi_closed={closed}")];
        baseline(&set, |world| world.world[..24].iter().map(|row| row.gap_nats.unwrap()).sum::<f64>() / 24.0)
    };
    rises("gap without distillation", &gap(6.0, 0.0), &gap(0.0, 0.0));
    rises("gap without fine-tuning", &gap(0.0, 6.0), &gap(0.0, 1.0));
    rises("gap with both", &gap(8.0, 4.0), &gap(1.0, 4.0));
}

#[test]
fn closed_borders_keep_the_gap_open() {
    let closed = baseline(&["mechanisms.diffusion.border_openness=0"], gap_at(36));
    rises("gap after 36 months", &baseline(&[""; 0], gap_at(36)), &closed);
}

#[test]
fn followers_are_closer_where_all_firms_are_open() {
    let gap = |name: &str| measured(&short(name, 60, &[""; 0]), RUNS, &gap_at(36));
    rises("gap after 36 months", &gap("all-open"), &gap("all-closed"));
}

#[test]
fn without_crowding_usage_concentrates() {
    let hhi = |world: &Trajectory| world.outcomes.firm_hhi_end.unwrap();
    rises("HHI", &baseline(&[""; 0], hhi), &baseline(&["mechanisms.market.crowding=0"], hhi));
}

/// Correlation over the firms of the leader state and the months between a firm's share of investment and its momentum.
fn chase(world: &Trajectory) -> f64 {
    let mut sums = [0.0; 5];
    let mut n = 0.0;
    for month in world.world.iter().skip(12) {
        let firms: Vec<_> = world.firms.iter().filter(|firm| firm.date == month.date && &*firm.state == "US").collect();
        let total: f64 = firms.iter().map(|firm| firm.investment).sum();
        for firm in firms {
            let (x, y) = (firm.momentum, firm.investment / total);
            n += 1.0;
            sums = [sums[0] + x, sums[1] + y, sums[2] + x * x, sums[3] + y * y, sums[4] + x * y];
        }
    }
    let [x, y, xx, yy, xy] = sums.map(|sum| sum / n);
    (xy - x * y) / ((xx - x * x) * (yy - y * y)).sqrt()
}

#[test]
fn investors_who_weigh_momentum_chase_recent_gains() {
    let set = |weight: f64| baseline(&[&format!("mechanisms.money.momentum={weight}")], chase);
    rises("correlation of investment with momentum", &set(0.0), &set(2.0));
}

#[test]
fn a_bonus_for_open_models_raises_their_share() {
    let share = |world: &Trajectory| world.outcomes.open_share_end.unwrap();
    let set = |bonus: f64| baseline(&[&format!("mechanisms.market.open_bonus={bonus}")], share);
    rises_in_every_pair("open share", &set(0.0), &set(1.0));
}

#[test]
fn firms_that_lag_open_and_those_that_lead_close() {
    let open_share = |world: &Trajectory| {
        let (open, all) =
            last_firms(world).fold((0.0, 0.0), |(open, all), firm| (open + f64::from(firm.open), all + 1.0));
        open / all
    };
    let weighing = |name: &str, weight: f64| {
        measured(&short("baseline", 48, &[format!("mechanisms.openness.{name}={weight}")]), RUNS, &open_share)
    };
    rises("open firms", &weighing("lag_weight", 0.0), &weighing("lag_weight", 3.0));
    rises("open firms", &weighing("usage_weight", 40.0), &weighing("usage_weight", 0.0));
}

#[test]
fn without_entry_there_are_fewer_firms() {
    let firms = |world: &Trajectory| f64::from(world.outcomes.firms_end);
    rises("firms", &baseline(&["mechanisms.entry.scale=0"], firms), &baseline(&[""; 0], firms));
    let entries = |world: &Trajectory| f64::from(world.outcomes.entries);
    rises_in_every_pair("entries", &baseline(&["mechanisms.entry.scale=0"], entries), &baseline(&[""; 0], entries));
}

#[test]
fn open_firms_that_keep_more_of_their_value_hold_more_compute() {
    let compute = |world: &Trajectory| {
        let held =
            |open: bool| last_firms(world).filter(|firm| firm.open || !open).map(|firm| firm.compute).sum::<f64>();
        held(true) / held(false)
    };
    // Those that are open stay so.
    let set = |share: f64| {
        let share = format!("mechanisms.money.open_appropriability={share}");
        baseline(&[&share, "mechanisms.openness.enabled=false", "mechanisms.money.captured=0.0009"], compute)
    };
    rises("share of compute at open firms", &set(0.0), &set(1.0));
}

#[test]
fn output_gains_from_ai_only_through_its_gain() {
    let effect = |world: &Trajectory| world.outcomes.output_effect_end;
    // What incidents and policies cost is measured with it.
    let alone = |gain: f64| {
        let others = ["mechanisms.incidents.enabled=false", "mechanisms.policy.enabled=false"].map(str::to_owned);
        [&others[..], &[format!("mechanisms.output.gain={gain}")]].concat()
    };
    let none = baseline(&alone(0.0), |world| world.world.iter().map(|row| row.output_effect.abs()).fold(0.0, f64::max));
    assert!(none.iter().all(|effect| *effect == 0.0), "{none:?}");
    rises_in_every_pair("output effect", &none, &baseline(&alone(0.01), effect));
    rises_in_every_pair("output effect", &baseline(&alone(0.01), effect), &baseline(&alone(0.02), effect));
}

#[test]
fn imitation_spreads_adoption() {
    let adoption = |world: &Trajectory| world.outcomes.adoption_end;
    let set = |rate: f64| baseline(&[&format!("mechanisms.adoption.imitation={rate}")], adoption);
    rises_in_every_pair("adoption", &set(0.3), &set(0.6));
}

#[test]
fn foreign_services_reach_less_where_they_are_penalised() {
    let without_firms = |world: &Trajectory| {
        let homes: BTreeSet<&str> = last_firms(world).map(|firm| &*firm.state).collect();
        let reached: Vec<f64> =
            last_states(world).filter(|state| !homes.contains(&*state.state)).map(|state| state.access).collect();
        assert!(!reached.is_empty());
        reached.iter().sum::<f64>() / reached.len() as f64 - world.outcomes.frontier_capability_end.unwrap()
    };
    let set = |nats: f64| {
        baseline(&[&format!("mechanisms.values.foreign_penalty={nats}"), "mechanisms.entry.scale=0"], without_firms)
    };
    rises("access without own firms", &set(2.0), &set(0.0));
}

#[test]
fn twice_the_compute_raises_the_frontier() {
    let frontier = |world: &Trajectory| world.outcomes.frontier_capability_end.unwrap();
    // Without a cap on power: under one, chips that nobody can run gain nobody anything.
    let scaled = |scale: f64| {
        let set = [format!("mechanisms.chip_supply.scale={scale}"), "mechanisms.systems.power_scale=0".to_owned()];
        baseline(&set, frontier)
    };
    rises("frontier", &scaled(1.0), &scaled(2.0));
}

#[test]
fn decisiveness_turns_equal_power_into_winner_takes_all() {
    let largest = |world: &Trajectory| last_states(world).map(|state| state.power).fold(0.0, f64::max);
    let set = |r: f64| baseline(&[&format!("mechanisms.power.decisiveness={r}")], largest);
    let (equal, proportional, decisive, all) = (set(0.0), set(1.0), set(3.0), set(100.0));
    assert!(equal.iter().all(|share| (share - 0.1).abs() < 1e-12), "{equal:?}");
    rises_in_every_pair("largest power share", &equal, &proportional);
    rises_in_every_pair("largest power share", &proportional, &decisive);
    rises_in_every_pair("largest power share", &decisive, &all);
    assert!(all.iter().all(|share| *share > 0.999), "{all:?}");
}
