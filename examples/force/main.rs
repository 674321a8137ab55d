//! Runs the experiments that the model has to pass, and prints the table of `docs/force.md`.
//!
//! ```text
//! cargo run --release --example force               # all, 80 paired worlds each
//! cargo run --release --example force -- 160 B3 D   # those of these names, 160 worlds each
//! cargo run --release --example force -- A4 mechanisms.diffusion.ceiling=0.2   # with another value in every world
//! cargo run --release --example force -- D mechanisms.statecraft   # the sweep of parameters whose places begin so
//! ```

mod experiments;

use experiments::{
    all,
    bench::{Bench, Effect, Failure},
    known_miss,
};
use std::process::ExitCode;

/// Paired worlds of an experiment, if the command line does not say how many.
const REPLICATES: u64 = 80;

fn main() -> Result<ExitCode, Failure> {
    let mut replicates = REPLICATES;
    let (mut wanted, mut swept): (Vec<String>, Vec<String>) = Default::default();
    let mut settings: Vec<(String, f64)> = Vec::new();
    for argument in std::env::args().skip(1) {
        if let Some((place, value)) = argument.split_once('=') {
            let number = value.parse().map_err(|_| format!("{value:?} is not a number, in {argument:?}"))?;
            settings.push((place.to_owned(), number));
            continue;
        }
        match argument.parse() {
            Ok(number) => replicates = number,
            Err(_) if all().any(|experiment| experiment.id == argument) => wanted.push(argument),
            Err(_) if argument.starts_with("mechanisms.") => swept.push(argument),
            Err(_) => {
                let known: Vec<_> = all().map(|experiment| experiment.id).collect();
                return Err(format!("no experiment {argument:?}; there are {}", known.join(", ")).into());
            }
        }
    }
    let mut bench = settings.iter().fold(Bench::new(replicates), |bench, (place, value)| bench.set(place, *value));
    bench.swept = swept;
    println!("| | experiment | effect | 95 % interval | must be | verdict |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut failed = false;
    for experiment in all().filter(|experiment| wanted.is_empty() || wanted.iter().any(|id| id == experiment.id)) {
        for effect in (experiment.run)(&bench)? {
            failed |= !effect.holds() && known_miss(experiment.id, &effect.what).is_none();
            println!("{}", line(experiment.id, &effect));
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(id: &str, effect: &Effect) -> String {
    let interval =
        effect.interval.map_or(String::new(), |(low, high)| format!("{} … {}", effect.show(low), effect.show(high)));
    let verdict = match (effect.holds(), known_miss(id, &effect.what)) {
        (true, _) => "holds".to_owned(),
        (false, Some(why)) => format!("**miss**: {why}"),
        (false, None) => "**fails**".to_owned(),
    };
    let (what, value, must) = (&effect.what, effect.show(effect.value), effect.must());
    format!("| {id} | {what} | {value} | {interval} | {must} | {verdict} |")
}
