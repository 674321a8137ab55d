//! `redqueen calibrate`: fits uncertain parameters to what was seen of the world.

use super::{
    batch::say,
    common::{RunningOptions, ValueOptions, default_folder, spare_files_of_others},
    failure::Failure,
    fitting::{failed, tell},
    lines::line,
    planted::check,
    progress::Bar,
};
use crate::{
    analysis::calibration::{Progress, calibrate},
    batch::{CalibrationRuns, Config, Study},
    model::Model,
    report::calibration::{Calibrated, FILES, verdict_lines, write_calibration},
};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  redqueen check rating-gap                  what is sought, and what is wrong
  redqueen calibrate rating-gap
  redqueen calibrate my-fit.toml --out output/fit --threads 4
  redqueen calibrate my-fit.toml --check=80  are its posteriors as wide as they should be?

Writes posterior.csv, a weighted sample of worlds; marginals.csv, ridges.csv,
information.csv and fit.csv; and calibration.html. The same command goes on
where it stopped. --check writes ranks.csv and histograms.csv: how many of 63
draws of each posterior lie below the truth that was planted (Talts et al. 2018).";

/// Fit uncertain parameters to observations: a weighted posterior, its fit and misfits
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Calibration file, or a built-in calibration's name
    file: PathBuf,
    #[command(flatten)]
    values: ValueOptions,
    /// Check it instead: plant so many truths from the priors, fit each, and tell whether posteriors are too narrow, too wide or moved [default: 40]
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "40")]
    #[arg(value_parser = clap::value_parser!(u32).range(10..=10_000))]
    check: Option<u32>,
    /// Output folder [default: output/NAME by the name of the calibration; output/NAME-check for a check]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    running: RunningOptions,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let cancel = super::interrupt::watch(Failure::Interrupted);
    let config: Config = args.values.over(Some(&args.file));
    let study = Study::read(model, config)?;
    let experiment = study.experiment().clone();
    super::common::warn(&experiment);
    let Some(calibration) = experiment.calibration.as_deref() else {
        let file = args.file.display();
        return Err(Failure::Usage(format!("{file} is no calibration: it has no [[targets]]")));
    };
    let behind = if args.check.is_some() { "-check" } else { "" };
    let folder = args.out.clone().map_or_else(|| default_folder(&experiment.name, behind), Ok)?;
    if experiment.sample.points() > 1 || args.values.doubt.is_some() || args.values.worlds.is_some() {
        return Err(Failure::Usage("a calibration seeks parameters, and draws no worlds from a sample".to_owned()));
    }
    let targets = calibration.data().map_err(|error| Failure::Usage(error.to_string()))?;
    let mut run = |study: Study<'_>, place: &std::path::Path| {
        let mut bar = Bar::new(args.running.quiet);
        let done = args.running.on(study, &cancel).on(|progress| bar.show(progress)).run_into(place)?;
        if done.cancelled { Err(Failure::Interrupted) } else { Ok(done) }
    };
    if let Some(trials) = args.check {
        return check(&args.running, trials, (&experiment, calibration), &targets, &folder, model, &mut run);
    }
    spare_files_of_others(&folder, &FILES)?;
    let mut runs =
        CalibrationRuns { model, experiment: &experiment, calibration, folder: &folder, trials: false, run: &mut run };
    let (sought, settings) = (calibration.sought(), calibration.settings(experiment.seed));
    let mut told = |progress: &Progress| tell(progress, args.running.quiet);
    let posterior = calibrate(&sought, &targets, &settings, &mut runs, &mut told);
    let posterior = posterior.map_err(|error| failed(error, calibration))?;
    let found = Calibrated { experiment: &experiment, calibration, posterior: &posterior };
    let page = write_calibration(&folder, &found)?;
    if args.running.quiet {
        return Ok(());
    }
    let mut text = String::new();
    line(&mut text, &format!("{}: {} runs, seed {}", experiment.name, posterior.runs, experiment.seed));
    verdict_lines(&found).iter().for_each(|said| line(&mut text, &format!("  {said}")));
    line(&mut text, &format!("files are in {}", folder.display()));
    line(&mut text, &format!("Page: {}", page.display()));
    say(&text)
}
