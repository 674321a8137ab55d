//! `redqueen check`: finds everything that is wrong in configs.

use super::{
    common::{ValueOptions, source},
    failure::Failure,
};
use crate::{experiment::Experiment, model::Model, scenario::Diagnostics};
use std::{
    io::{self, Write},
    path::PathBuf,
};

const EXAMPLES: &str = "\
Examples:
  redqueen check configs/scenarios/all-open.toml
  redqueen check my.toml --set mechanisms.research.enabled=false";

/// Find everything that is wrong in scenario and experiment files
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Scenario or experiment files, or names of built-in configs
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    values: ValueOptions,
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let mut found = Vec::new();
    for file in &args.files {
        match model.experiment(&source(Some(file)), &args.values.overrides()) {
            Ok(experiment) => {
                writeln!(out, "{}: {}", file.display(), summary(&experiment))?;
                experiment
                    .limits()
                    .iter()
                    .try_for_each(|limit| writeln!(out, "warning: {}: {limit}", file.display()))?;
            }
            Err(errors) => found.extend(errors.into_found()),
        }
    }
    if found.is_empty() { Ok(()) } else { Err(Diagnostics::new(found).into()) }
}

fn summary(experiment: &Experiment) -> String {
    let variants: Vec<String> = experiment
        .variants
        .iter()
        .map(|variant| {
            let (name, scenario) = (&variant.name, &variant.scenario);
            let counted = |count: usize, noun| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
            let states = counted(scenario.states.len(), "state");
            let firms = counted(scenario.firms.len(), "firm");
            format!("{name} ({states}, {firms}, {})", counted(scenario.time.months as usize, "month"))
        })
        .collect();
    let points = match experiment.sample.points() {
        1 => String::new(),
        points => {
            let runs = points.saturating_mul(u64::from(experiment.runs)).saturating_mul(variants.len() as u64);
            format!("; {points} design points, {} runs of each, {runs} runs", experiment.runs)
        }
    };
    format!("good: {}{points}", variants.join(", "))
}
