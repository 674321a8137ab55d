//! Pairs of worlds that share their noise, and what surely differs between them.

use redqueen::{
    measure::record::{AcceleratorRow, FabRow, Record, StateRow, Trajectory},
    model::{Model, Seed},
    scenario::{Scenario, Source, load},
};
use std::ops::Range;

/// A config of so many months: `text` laid over a built-in one (a path below `configs/`), with overrides over both.
pub fn laid_over<T: AsRef<str>>(base: &str, months: u32, text: &str, overrides: &[T]) -> Scenario {
    let overrides: Vec<String> = overrides.iter().map(|text| text.as_ref().to_owned()).collect();
    let source = Source::Text { name: "config".to_owned(), text: format!("extends = \"{base}\"\n{text}") };
    let mut scenario =
        load(&source, &overrides, Model::standard().catalogue()).unwrap_or_else(|found| panic!("{found}")).scenario;
    scenario.time.months = months;
    scenario
}

/// The baseline for so many months, with these values.
pub fn with<T: AsRef<str>>(months: u32, overrides: &[T]) -> Scenario {
    laid_over("baseline.toml", months, "", overrides)
}

/// A scenario of `configs/scenarios` for so many months.
pub fn of_file(name: &str, months: u32) -> Scenario {
    laid_over(&format!("scenarios/{name}.toml"), months, "", &[""; 0])
}

/// A policy that pulls a lever of a state from a month on.
pub fn policy(state: &str, lever: &str, from: &str, value: f64) -> String {
    format!(
        "[[policies]]\nname = \"Test: {lever} of {state}\"\nstate = \"{state}\"\nlever = \"{lever}\"\nfrom = \"{from}\"\nvalue = {value}\n"
    )
}

/// Something to do for every mechanism: shocks by date and by hazard, another paradigm, joint efforts, a rule that reacts.
pub fn rich() -> String {
    let joint = ["US", "China", "EU", "Japan", "Gulf"]
        .map(|state| policy(state, "cooperation", "2023-04", 0.9) + &policy(state, "open_science", "2023-06", 0.8));
    joint.concat()
        + &policy("China", "leapfrog", "2023-03", 0.3)
        + &policy("US", "talent", "2024-01", 0.2)
        + r#"
[[policies]]
name = "Test: reaction"
state = "India"
lever = "safety_floor"
indicator = "adoption"
value = 0.1
gain = -1.0
target = 0.05
delay_months = 3

[[shocks]]
name = "Test: blockade"
location = "Taiwan"
from = "2024-09"
months = 6
recovery_months = 6
severity = 0.8
output_loss = 0.2

[[shocks]]
name = "Test: clash"
location = "South Korea"
stages = ["memory"]
between = ["US", "China"]
hazard_per_year = 0.6
tension = 2.0
months = 3
recovery_months = 2

[[postures]]
name = "Test: open"
open_science = 0.3
control = -0.5

[[postures]]
name = "Test: deny"
hostility = 1.0
what = ["chips", "materials"]
control = 0.5
enforcement = 0.5

[[strategists]]
name = "US"
rule = "reactive"
start = "Test: deny"
rivals = ["China"]

[[strategists]]
name = "China"
rule = "memory_one"
start = "Test: open"
rivals = ["US"]

[[strategists]]
name = "Japan"
rule = "imitate"
start = "Test: open"
"#
}

/// The baseline with all that, for so many months.
pub fn rich_world<T: AsRef<str>>(months: u32, overrides: &[T]) -> Scenario {
    laid_over("baseline.toml", months, &rich(), overrides)
}

/// The baseline with a policy.
pub fn pulling(months: u32, state: &str, lever: &str, from: &str, value: f64) -> Scenario {
    laid_over("baseline.toml", months, &policy(state, lever, from, value), &[""; 0])
}

/// Everything that happens in the world of `scenario` under a replicate's noise.
pub fn run(scenario: &Scenario, replicate: u64) -> Trajectory {
    Model::standard().simulate(scenario).unwrap().run(Seed { master: scenario.seed, replicate }, Record::ALL).unwrap()
}

/// `measure` of so many runs of `scenario`.
pub fn measured(scenario: &Scenario, runs: u64, measure: &dyn Fn(&Trajectory) -> f64) -> Vec<f64> {
    let mut simulation = Model::standard().simulate(scenario).unwrap();
    let seed = |replicate| Seed { master: scenario.seed, replicate };
    (0..runs).map(|replicate| measure(&simulation.run(seed(replicate), Record::ALL).unwrap())).collect()
}

/// The second is surely higher than the first: by more than four standard errors of the paired difference.
#[track_caller]
pub fn rises(what: &str, from: &[f64], to: &[f64]) {
    let differences: Vec<f64> = to.iter().zip(from).map(|(to, from)| to - from).collect();
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let variance =
        differences.iter().map(|difference| (difference - mean) * (difference - mean)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    println!(
        "{what}: {:.5} {mean:+.5} ± {error:.5} ({:.1} standard errors)",
        from.iter().sum::<f64>() / n,
        mean / error
    );
    assert!(mean > 4.0 * error && mean > 0.0, "{what}: {mean} ± {error}");
}

/// The second is higher in every single pair.
#[track_caller]
pub fn rises_in_every_pair(what: &str, from: &[f64], to: &[f64]) {
    let shown = from.len().min(3);
    println!("{what}: {:?} {:?}", &from[..shown], &to[..shown]);
    for (replicate, (from, to)) in from.iter().zip(to).enumerate() {
        assert!(to > from, "{what}: {from} to {to} in replicate {replicate}");
    }
}

/// The rows of a state, month by month.
pub fn state<'a>(world: &'a Trajectory, name: &'a str) -> impl Iterator<Item = &'a StateRow> {
    world.states.iter().filter(move |row| &*row.state == name)
}

/// The rows of a plant, month by month.
pub fn fab<'a>(world: &'a Trajectory, name: &'a str) -> impl Iterator<Item = &'a FabRow> {
    world.fabs.iter().filter(move |row| &*row.fab == name)
}

/// The rows of a chip design, month by month.
pub fn accelerator<'a>(world: &'a Trajectory, name: &'a str) -> impl Iterator<Item = &'a AcceleratorRow> {
    world.accelerators.iter().filter(move |row| &*row.accelerator == name)
}

/// A column of a state summed over months, counted from 0 at the start.
pub fn sum(name: &'static str, months: Range<usize>, column: fn(&StateRow) -> f64) -> impl Fn(&Trajectory) -> f64 {
    move |world| state(world, name).skip(months.start).take(months.len()).map(column).sum()
}

/// A column of a state at the end.
pub fn end(name: &'static str, column: fn(&StateRow) -> f64) -> impl Fn(&Trajectory) -> f64 {
    move |world| state(world, name).last().map(column).unwrap()
}
