//! The experiments that the model has to pass, with few worlds each; the example `force` runs them with many.

#[path = "../../examples/force/experiments/mod.rs"]
mod experiments;

use experiments::{all, bench::Bench, known_miss, sweep::SCENARIOS};

/// Paired worlds of an experiment, as many as stand behind the table of docs/force.md: shares near a half need them.
const REPLICATES: u64 = 60;

#[test]
fn the_model_passes_its_experiments_but_for_the_listed_misses() {
    let bench = Bench::new(REPLICATES);
    let mut failed = Vec::new();
    // The sweep of all parameters takes thousands of worlds: it is the example's.
    for experiment in all().filter(|experiment| experiment.id != "D") {
        for effect in (experiment.run)(&bench).unwrap() {
            println!("{}: {} {} ({})", experiment.id, effect.what, effect.show(effect.value), effect.must());
            if !effect.holds() && known_miss(experiment.id, &effect.what).is_none() {
                failed.push(format!(
                    "{}: {} is {}, must be {}",
                    experiment.id,
                    effect.what,
                    effect.show(effect.value),
                    effect.must()
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn no_parameter_is_dead() {
    // Both ends of the plausible range give other worlds in some scenario; by how much is for the sweep to say.
    let bench = Bench::new(2);
    let mut dead = bench.plausible_ranges();
    for (scenario, text) in SCENARIOS {
        dead.retain(|(name, low, high)| {
            let worlds = |value: f64| {
                let bench = Bench::new(2).set(name, value);
                bench.observe(&bench.scenario(scenario, text).unwrap(), Clone::clone).unwrap()
            };
            worlds(*low) == worlds(*high)
        });
    }
    assert!(dead.is_empty(), "{dead:?}");
}
