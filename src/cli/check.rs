//! `redqueen check`: finds everything that is wrong in configs.

use super::{
    common::{ValueOptions, warn},
    failure::Failure,
};
use crate::{
    batch::Study,
    declare::text::{counted, visible},
    experiment::{Experiment, calibration::Calibration, game::PlannedGame},
    model::Model,
    scenario::Diagnostics,
};
use std::{
    io::{self, Write},
    path::PathBuf,
};

const EXAMPLES: &str = "\
Examples:
  redqueen check configs/scenarios/all-open.toml
  redqueen check my.toml --set mechanisms.research.enabled=false
  generate-config | redqueen check -

What has no effect, or is far from what is plausible, is no error: it is told as
a warning, a line each.";

/// Find everything that is wrong in scenario, experiment, game, calibration and claim files
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Files, or names of built-in configs
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    values: ValueOptions,
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let mut found = Vec::new();
    for file in &args.files {
        let config = args.values.over(Some(file));
        match model.experiment_in_doubt(&config.source(), &config.overrides(), config.doubt.as_ref()) {
            Ok(experiment) => {
                warn(&experiment);
                let name = file.display().to_string();
                writeln!(out, "{}: {}", visible(&name), summary(&experiment))?;
                if let Some(planned) = &experiment.game {
                    writeln!(out, "  {}", size_of(planned, &experiment, model))?;
                }
                let limits = experiment.limits();
                limits.iter().try_for_each(|limit| writeln!(out, "warning: {}: {limit}", visible(&name)))?;
            }
            Err(errors) => found.extend(errors.into_found()),
        }
    }
    if found.is_empty() { Ok(()) } else { Err(Diagnostics::new(found).into()) }
}

/// How large a game is, and what it will take.
fn size_of(planned: &PlannedGame, experiment: &Experiment, model: &Model) -> String {
    let game = &planned.game;
    let players: Vec<String> =
        game.players.iter().map(|player| format!("{} of {}", player.strategies.len(), player.name)).collect();
    let (all, run) = (game.profiles().len(), experiment.variants.len());
    let alike = if run < all { format!(", {run} of which are run,") } else { String::new() };
    let points = experiment.sample.points();
    let estimate = Study::of(model, experiment.clone()).estimate().line(None);
    let again = if planned.information { "; and as much again without fog" } else { "" };
    format!(
        "{} make {all} profiles{alike} × {} replicates × {points} point{}: {estimate}{again}",
        players.join(" × "),
        experiment.runs,
        if points == 1 { "" } else { "s" }
    )
}

fn summary(experiment: &Experiment) -> String {
    if experiment.game.is_some() {
        return format!("good: the game {}", experiment.name);
    }
    if let Some(Calibration { parameters, unknowns, targets, until, .. }) = experiment.calibration.as_deref() {
        let drawn = match unknowns.len() {
            0 => String::new(),
            unknowns => format!(", {unknowns} more drawn from priors"),
        };
        let [parameters, targets] = [(parameters.len(), "parameter"), (targets.len(), "target")]
            .map(|(count, what)| counted(count as u64, what));
        return format!("good: the calibration {} ({parameters}{drawn}, {targets} to {until})", experiment.name);
    }
    let variants: Vec<String> = experiment
        .variants
        .iter()
        .map(|variant| {
            let (name, scenario) = (&variant.name, &variant.scenario);
            let states = counted(scenario.states.len() as u64, "state");
            let firms = counted(scenario.firms.len() as u64, "firm");
            format!("{name} ({states}, {firms}, {})", counted(scenario.time.months, "month"))
        })
        .collect();
    let points = match experiment.sample.points() {
        1 => String::new(),
        points => {
            let runs = points.saturating_mul(u64::from(experiment.runs)).saturating_mul(variants.len() as u64);
            let (each, all) = (counted(experiment.runs, "run"), counted(runs, "run"));
            format!("; {points} design points, {each} of each, {all}")
        }
    };
    format!("good: {}{points}", variants.join(", "))
}
