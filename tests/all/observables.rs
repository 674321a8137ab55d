//! What public boards and indices show: observables as the world sees them, and what each is made of.

use crate::support::worlds::{run, short};
use redqueen::{
    measure::record::{ReleaseRow, StateRow, Trajectory},
    model::mechanisms::releases::{POINTS_PER_NAT, Releases},
    scenario::Month,
};
use std::collections::BTreeMap;

const MONTHS: u32 = 30;
/// Ratings are measured without error.
const EXACT: &str = "mechanisms.releases.battles=0";

/// The baseline with models of all states listed at once.
fn world(more: &[&str]) -> Trajectory {
    listed_after(0, more)
}

/// The baseline with China's models listed so many months late in the first year.
fn listed_after(months: u32, more: &[&str]) -> Trajectory {
    let late = format!("states.China.listing_months={months}");
    run(&short("baseline", MONTHS, &[&[EXACT, &late], more].concat()), 3)
}

fn states<'a>(world: &'a Trajectory, name: &'a str) -> impl Iterator<Item = &'a StateRow> {
    world.states.iter().filter(move |row| &*row.state == name)
}

/// All numbers of all months and states, as bits, so that nothing is equal by rounding.
fn bits(world: &Trajectory) -> Vec<Option<u64>> {
    let of_world =
        world.world.iter().flat_map(|row| [row.gap_rating, row.open_gap_rating, row.frontier_rating, row.gap_index]);
    let of_states =
        world.states.iter().flat_map(|row| [row.rating, row.capability, Some(row.compute), Some(row.output)]);
    of_world.chain(of_states).map(|value| value.map(f64::to_bits)).collect()
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    a.zip(b).is_some_and(|(a, b)| (a - b).abs() < 1e-9)
}

#[test]
fn a_board_without_a_bend_shows_strength_itself() {
    let (plain, bent) = (world(&["mechanisms.releases.board_bend=0.0"]), world(&[]));
    assert!(bits(&plain) != bits(&bent), "the board of the baseline bends");
    let slope = Releases::default().rating_slope * POINTS_PER_NAT;
    for row in &plain.states {
        let strength = row.capability.map(|capability| 1100.0 + slope * capability);
        assert!(near(row.rating, strength) || row.rating.is_none(), "{row:?}");
    }
}

#[test]
fn a_bend_changes_what_boards_show_and_nothing_else() {
    let [plain, bent] = ["0", "4"].map(|bend| world(&[&format!("mechanisms.releases.board_bend={bend}")]));
    let mut flattened = 0;
    for (straight, shown) in plain.states.iter().zip(&bent.states) {
        assert_eq!(
            (straight.capability, straight.compute, straight.output),
            (shown.capability, shown.compute, shown.output)
        );
        let (Some(strength), Some(rating)) = (straight.rating, shown.rating) else { continue };
        // 1 − e^(−b x) is less than b x, whatever its sign.
        let expected = 1100.0 - (redqueen::maths::exp(-0.004 * (strength - 1100.0)) - 1.0) / 0.004;
        assert!((rating - expected).abs() < 1e-6 && rating <= strength, "{rating} of {strength}, not {expected}");
        flattened += usize::from(strength > 1150.0 && rating < strength - 1.0);
    }
    assert!(flattened > 0, "some models are far enough up the board");
    for (straight, shown) in plain.world.iter().zip(&bent.world) {
        assert_eq!(
            (straight.gap_index, straight.gap_nats, straight.record_lag),
            (shown.gap_index, shown.gap_nats, shown.record_lag)
        );
    }
}

#[test]
fn the_index_is_a_line_of_capability() {
    let world = world(&["mechanisms.releases.index_slope=7", "mechanisms.releases.index_at_start=50"]);
    for row in &world.world {
        assert!(near(row.gap_index, row.gap_nats.map(|gap| 7.0 * gap)), "{row:?}");
        assert!(near(row.frontier_index, row.frontier_capability.map(|best| 50.0 + 7.0 * best)), "{row:?}");
        let [us, china] =
            ["US", "China"].map(|name| states(&world, name).find(|state| state.date == row.date).unwrap().index);
        assert!(near(row.gap_index, us.zip(china).map(|(us, china)| us - china)), "{row:?}");
    }
    for row in &world.states {
        assert!(near(row.index, row.capability.map(|capability| 50.0 + 7.0 * capability)) || row.index.is_none());
    }
    for ReleaseRow { index, capability, .. } in &world.releases {
        assert!((index - 50.0 - 7.0 * capability).abs() < 1e-9);
    }
    let first = &world.world[0];
    assert!(first.open_gap_index.is_some_and(|gap| gap > 0.0) && first.gap_index.is_some_and(|gap| gap > 0.0));
}

#[test]
fn releases_count_what_the_table_of_releases_has() {
    let world = world(&[]);
    let mut listed = BTreeMap::<(Month, &str), (u32, u32)>::new();
    for row in &world.releases {
        let counts = listed.entry((row.date, &*row.state)).or_default();
        *counts = (counts.0 + 1, counts.1 + u32::from(row.open));
    }
    let mut total = 0;
    for row in &world.states {
        let expected = listed.get(&(row.date, &*row.state)).copied().unwrap_or_default();
        assert_eq!((row.releases, row.open_releases), expected, "{} in {}", row.state, row.date);
        total += row.releases as usize;
    }
    assert_eq!(total, world.releases.len(), "each release is of a state in a month");
    assert!(world.releases.iter().any(|row| row.open) && world.releases.iter().any(|row| !row.open));
}

#[test]
fn a_lag_of_records_stands_in_months_with_a_record() {
    let world = world(&["mechanisms.diffusion.xi_open=8", "mechanisms.diffusion.xi_closed=8"]);
    let china: Vec<Option<f64>> = states(&world, "China").map(|row| row.capability).collect();
    let mut records = 0;
    for (month, row) in world.world.iter().enumerate() {
        let best = china[..month].iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        let is_record = month > 0 && china[month].is_some_and(|capability| capability > best);
        assert_eq!(row.record_lag, row.gap_months.filter(|_| is_record), "{}", row.date);
        records += usize::from(row.record_lag.is_some());
    }
    assert!(records >= 2 && records < world.world.len(), "{records} records with a lag");
}

#[test]
fn models_that_are_listed_late_are_seen_late_and_are_what_they_are() {
    let (plain, late) = (world(&[]), listed_after(3, &["mechanisms.releases.listed_late_months=12"]));
    assert!(bits(&plain) == bits(&listed_after(3, &["mechanisms.releases.listed_late_months=0"])));
    let ratings =
        |world: &Trajectory, name: &str| -> Vec<Option<f64>> { states(world, name).map(|row| row.rating).collect() };
    let (shown, listed) = (ratings(&plain, "China"), ratings(&late, "China"));
    for month in 0..MONTHS as usize {
        let seen = if month < 12 { month.saturating_sub(3) } else { month };
        assert_eq!(listed[month], shown[seen], "month {month}");
    }
    assert_ne!(shown[..12], listed[..12], "something was released meanwhile");
    assert_eq!(ratings(&plain, "US"), ratings(&late, "US"));
    for (row, before) in late.world.iter().zip(&plain.world) {
        let [us, china] =
            ["US", "China"].map(|name| states(&late, name).find(|state| state.date == row.date).unwrap().rating);
        assert!(near(row.gap_rating, us.zip(china).map(|(us, china)| us - china)), "{row:?}");
        assert_eq!((row.gap_index, row.gap_nats, row.compute), (before.gap_index, before.gap_nats, before.compute));
    }
}
