//! A mechanism at its null values is the same as none, bit for bit; at its own values it is not.

use crate::support::{
    pairs::rich_world,
    worlds::{run, short},
};
use redqueen::{
    declare::table::{Cell, Row},
    measure::record::{FabRow, Trajectory},
    model::Model,
};
use std::collections::BTreeMap;

const MONTHS: u32 = 60;

fn off(mechanism: &str) -> String {
    format!("mechanisms.{mechanism}.enabled=false")
}

/// The mechanisms, each with the overrides that set its null values.
fn nulls() -> impl Iterator<Item = (&'static str, Vec<String>)> {
    let mechanisms = Model::standard().catalogue().mechanisms.clone();
    mechanisms.into_iter().map(|mechanism| {
        let nulls = mechanism.parameters.iter().filter_map(|parameter| {
            let value = parameter.null?;
            Some(format!("mechanisms.{}.{}={value}", mechanism.name, parameter.name))
        });
        (mechanism.name, nulls.collect())
    })
}

/// The first cell in which two histories differ.
fn first_difference(a: &Trajectory, b: &Trajectory) -> Option<String> {
    fn of<R: Row>(a: &[R], b: &[R]) -> Option<String> {
        let cells = |row: &R| {
            let mut cells = Vec::new();
            row.cells(&mut |cell| cells.push(format!("{cell:?}")));
            cells
        };
        for (a, b) in a.iter().zip(b) {
            let (a, b) = (cells(a), cells(b));
            if let Some(at) = (0..a.len()).find(|at| a[*at] != b[*at]) {
                return Some(format!(
                    "{}.{} at {}: {} and {}",
                    R::TABLE,
                    R::COLUMNS[at].name,
                    a[..2].join(" "),
                    a[at],
                    b[at]
                ));
            }
        }
        (a.len() != b.len()).then(|| format!("{}: {} and {} rows", R::TABLE, a.len(), b.len()))
    }
    of(&a.world, &b.world)
        .or_else(|| of(&a.states, &b.states))
        .or_else(|| of(&a.fabs, &b.fabs))
        .or_else(|| of(&a.accelerators, &b.accelerators))
        .or_else(|| of(&a.firms, &b.firms))
        .or_else(|| of(&a.releases, &b.releases))
        .or_else(|| of(&a.events, &b.events))
        .or_else(|| (a != b).then(|| "outcomes differ".to_owned()))
}

#[test]
fn null_values_are_bit_identical_to_disabled() {
    let mut failures = Vec::new();
    // The nulls of releases take away sampling error and late opening, not the releases; see below.
    for (mechanism, nulls) in nulls().filter(|(name, nulls)| !nulls.is_empty() && *name != "releases") {
        for replicate in [0, 1] {
            let disabled = run(&rich_world(MONTHS, &[off(mechanism)]), replicate);
            let null = run(&rich_world(MONTHS, &nulls), replicate);
            if let Some(first) = first_difference(&null, &disabled) {
                failures.push(format!("{mechanism} in replicate {replicate}: {first}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_mechanism_has_a_null_and_moves_the_world() {
    // Ten years, for firms are slow to close.
    let rich = run(&rich_world(120, &[""; 0]), 0);
    for (mechanism, nulls) in nulls() {
        let disabled = run(&rich_world(120, &[off(mechanism)]), 0);
        // Power is a measure; it is always taken.
        assert_eq!(mechanism == "power", nulls.is_empty(), "{mechanism}");
        assert_eq!(mechanism == "power", disabled == rich, "{mechanism}");
    }
}

#[test]
fn the_null_of_battles_takes_away_sampling_error() {
    let of = |battles: &str| {
        let scenario = short("baseline", MONTHS, &[battles, "mechanisms.releases.board_bend=0"]);
        let number = |name: &str| scenario.number(&format!("mechanisms.releases.{name}")).unwrap();
        let points = number("rating_slope") * 400.0 / redqueen::maths::LN_10;
        let start = number("rating_at_start");
        let world = run(&scenario, 0);
        assert!(world.releases.len() > 50);
        let off = world.releases.iter().map(|release| (release.rating - start - points * release.capability).abs());
        off.fold(0.0, f64::max)
    };
    let error = of("mechanisms.releases.battles=0");
    assert!(error < 1e-9, "{error} points");
    let error = of("mechanisms.releases.battles=2500");
    assert!((7.0..50.0).contains(&error), "{error} points");
}

/// Every value of the table in the order of months, by entity and column.
fn series<R: Row>(rows: &[R], entity: impl Fn(&R) -> String) -> BTreeMap<(String, &'static str), Vec<String>> {
    let mut series: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for row in rows {
        let mut columns = R::COLUMNS.iter();
        row.cells(&mut |cell: Cell<'_>| {
            let column = columns.next().unwrap().name;
            series.entry((entity(row), column)).or_default().push(format!("{cell:?}"));
        });
    }
    series.retain(|(_, column), _| *column != "date");
    series
}

#[test]
fn nothing_moves_in_the_null_world() {
    let world = run(&short("null", 60, &[""; 0]), 0);
    let all = [
        series(&world.world, |_| "world".to_owned()),
        series(&world.states, |row| row.state.to_string()),
        series(&world.firms, |row| row.firm.to_string()),
        series(&world.fabs, |row| row.fab.to_string()),
        series(&world.accelerators, |row| row.accelerator.to_string()),
    ];
    // Plants that start on a date are facts, like the date.
    let is_there = |row: &&FabRow| row.capacity > 0.0;
    let starts = |name: &str| 60 - world.fabs.iter().filter(is_there).filter(|row| *row.fab == *name).count();
    for ((entity, column), values) in all.into_iter().flatten() {
        assert_eq!(values.len(), 60, "{column} of {entity}");
        let late = world.fabs.iter().any(|row| *row.fab == *entity);
        let values = &values[if late { starts(&entity) } else { 0 }..];
        assert!(values.iter().all(|value| *value == values[0]), "{column} of {entity} moves: {values:?}");
    }
    assert!(world.releases.is_empty());
    assert!(world.events.iter().all(|event| event.state.is_none()), "something happened: {:?}", world.events);
}
