//! `redqueen run`: one world with its tables, and a look at it in the terminal.

use super::{
    batch,
    common::{ConfigOptions, OutputOptions, WorkOptions},
    execute::{BatchFailure, BatchOptions, BatchReport, execute as execute_batch},
    failure::Failure,
    summary,
    worlds::Worlds,
};
use crate::{experiment::runner::Simulate, measure::record::Trajectory, model::Model, output::batch::Batch};
use std::{
    io::{self, Write},
    path::PathBuf,
};

const EXAMPLES: &str = "\
Examples:
  redqueen run                                    the built-in baseline
  redqueen run configs/scenarios/all-open.toml --seed 7
  redqueen run --set mechanisms.market.variety=0.1 --overwrite
  redqueen run open-or-guarded --scenario all-open --replicate 12";

/// Simulate one world, with every table and a summary
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigOptions,
    /// Which scenario of an experiment file [default: the first]
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Which point of an experiment file's design, as in runs.csv
    #[arg(long, value_name = "N", default_value_t = 0)]
    point: u64,
    /// Number of the replicate whose noise to use, as in runs.csv
    #[arg(long, value_name = "N", default_value_t = 0)]
    replicate: u64,
    #[command(flatten)]
    output: OutputOptions,
}

impl Args {
    /// `output/<name>-run`, with what tells this run from others of the config.
    fn default_folder(&self, name: &str) -> PathBuf {
        let mut folder = format!("output/{name}-run");
        if let Some(scenario) = &self.scenario {
            let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
            folder.extend(["-".to_owned(), scenario.chars().map(plain).collect()]);
        }
        for (what, number) in [("point", self.point), ("replicate", self.replicate)] {
            if number > 0 {
                folder.push_str(&format!("-{what}-{number}"));
            }
        }
        PathBuf::from(folder)
    }
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let work = WorkOptions { runs: Some(1), threads: Some(1) };
    let mut experiment = args.config.experiment(model, &work, &args.output)?;
    if let Some(wanted) = &args.scenario {
        let names: Vec<_> = experiment.variants.iter().map(|variant| variant.name.clone()).collect();
        experiment.variants.retain(|variant| variant.name == *wanted);
        if experiment.variants.is_empty() {
            return Err(Failure::Usage(format!("no scenario \"{wanted}\" in the config; it has {}", names.join(", "))));
        }
    }
    experiment.variants.truncate(1);
    let points = experiment.sample.points();
    if args.point >= points {
        return Err(Failure::Usage(format!("no design point {} in the config; it has {points}, from 0", args.point)));
    }
    experiment.sample = experiment.sample.only(args.point);
    experiment.stop = None;
    let (worlds, batch) = Worlds::new(model, &experiment, args.replicate, |variant| args.config.replay(Some(variant)));
    let folder = args.output.out.clone().unwrap_or_else(|| args.default_folder(&batch.name));
    let cancel = super::interrupt::watch();
    let options =
        BatchOptions { out: &folder, threads: 1, overwrite: args.output.overwrite, quiet: true, cancel: &cancel };
    let (report, text) = execute(&worlds, &batch, &options)?;
    if !args.output.quiet {
        write!(io::stdout().lock(), "{text}")?;
    }
    batch::close(&report, model, args.output.quiet)
}

/// Runs the single world of `experiment` (one run of each scenario) and describes it in lines for the terminal.
pub fn execute<S: Simulate<Output = Trajectory>>(
    simulate: &S,
    experiment: &Batch,
    options: &BatchOptions<'_>,
) -> Result<(BatchReport, String), BatchFailure> {
    let experiment = Batch { runs: 1, ..experiment.clone() };
    let report = execute_batch(simulate, &experiment, options)?;
    let text = summary::world(&experiment, &report.folder, &report.summary)
        .map_err(|error| batch::unreadable(&report, error))?;
    Ok((report, text))
}
