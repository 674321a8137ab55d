//! The experiments that the model has to pass, with few worlds each; the example `force` runs them with many.

#[path = "../../examples/force/experiments/mod.rs"]
mod experiments;

use experiments::{all, bench::Bench, known_miss};

/// Paired worlds of an experiment: enough for every sign, few enough for a minute in all.
const REPLICATES: u64 = 40;

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
