//! Worlds to experiment on.

use redqueen::{
    measure::record::{Record, Trajectory},
    model::{Model, Seed},
    scenario::{Scenario, Source, load},
};

/// A built-in config with `a.b.c=value` laid over it.
pub fn scenario<T: AsRef<str>>(name: &str, overrides: &[T]) -> Scenario {
    let overrides: Vec<String> = overrides.iter().map(|text| text.as_ref().to_owned()).collect();
    load(&Source::Builtin(name.to_owned()), &overrides, Model::standard().catalogue())
        .unwrap_or_else(|found| panic!("{found}"))
        .scenario
}

/// The same for so many months.
pub fn short<T: AsRef<str>>(name: &str, months: u32, overrides: &[T]) -> Scenario {
    let mut scenario = scenario(name, overrides);
    scenario.time.months = months;
    scenario
}

/// Everything that happens in the world of `scenario` under a replicate's noise.
pub fn run(scenario: &Scenario, replicate: u64) -> Trajectory {
    Model::standard().simulate(scenario).unwrap().run(Seed { master: scenario.seed, replicate }, Record::ALL).unwrap()
}
