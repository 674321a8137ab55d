//! `redqueen calibrate --check`: whether a calibration's posteriors are as wide as they should be.

use super::{
    batch::say,
    common::{RunningOptions, spare_files_of_others},
    failure::Failure,
    fitting::{failed, tell},
    lines::{broken, line},
};
use crate::{
    analysis::calibration::{Method, Parameter, Prior, Progress, Settings, Targets, check::ranks},
    batch::{CalibrationRuns, Done, Study},
    declare::text::counted,
    experiment::{Experiment, calibration::Calibration},
    model::Model,
    report::calibration::{CHECK_FILES, Checked, check_lines, write_check},
};
use std::{
    io::{self, Write as _},
    path::Path,
};

/// Draws of each posterior among which a truth has its rank: 63 make 64 ranks.
const DRAWS: u32 = 63;

/// Plants so many truths from the priors, fits each, and tells whether their ranks are even.
pub(super) fn check<'r>(
    running: &RunningOptions,
    trials: u32,
    (experiment, calibration): (&'r Experiment, &'r Calibration),
    targets: &Targets,
    folder: &'r Path,
    model: &'r Model,
    runs: &'r mut dyn FnMut(Study<'r>, &Path) -> Result<Done, Failure>,
) -> Result<(), Failure> {
    spare_files_of_others(folder, &CHECK_FILES)?;
    let mut settings = calibration.settings(experiment.seed);
    if let Method::Emulated(emulated) = &mut settings.method {
        // What each target adds is not asked here.
        emulated.leave_out = false;
    }
    let sought = calibration.sought();
    if !running.quiet {
        foretell(trials, (experiment, calibration), &settings, running, model);
    }
    let mut forward = CalibrationRuns { model, experiment, calibration, folder, trials: true, run: runs };
    let mut told = |progress: &Progress| tell(progress, running.quiet);
    let found = ranks(&sought, targets, &settings, (trials, DRAWS), &mut forward, &mut told);
    let found = found.map_err(|error| failed(error, calibration))?;
    let checked = Checked { parameters: &sought, ranks: &found };
    write_check(folder, &checked)?;
    if running.quiet {
        return Ok(());
    }
    let mut text = String::new();
    let (name, seed) = (&experiment.name, experiment.seed);
    line(&mut text, &format!("{name}: ranks of {trials} planted truths among {DRAWS} draws each, seed {seed}"));
    check_lines(&checked).iter().for_each(|said| line(&mut text, &format!("  {said}")));
    line(&mut text, &format!("files are in {}", folder.display()));
    say(&text)
}

/// Says what it will take at most, before it begins.
fn foretell(
    trials: u32,
    (experiment, calibration): (&Experiment, &Calibration),
    settings: &Settings,
    running: &RunningOptions,
    model: &Model,
) {
    let middle = |Parameter { prior, .. }: &Parameter| Prior::from_normal(prior, 0.0);
    let point = calibration.sought().iter().map(middle).collect();
    let runs = settings.most_runs().saturating_add(1).saturating_mul(u64::from(trials));
    let runs = u32::try_from(runs).unwrap_or(u32::MAX);
    let sample = calibration.sample(&[point]);
    let all = experiment.at_points(experiment.name.clone(), experiment.seed, sample, runs);
    let study = Study::of(model, all);
    let study = running.threads.into_iter().fold(study, |study, threads| study.threads(threads as usize));
    let estimate = study.estimate().line(None);
    let said = format!("{} take at most {estimate}; what was run before is kept", counted(trials, "trial"));
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "{}", broken(&said, super::listing::width()));
}
