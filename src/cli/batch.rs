//! `redqueen batch`: runs an experiment into its folder.

use super::{
    common::{ConfigOptions, FormatOptions, OutputOptions, WorkOptions},
    estimate,
    execute::{BatchFailure, BatchOptions, BatchReport, execute},
    failure::Failure,
    summary,
    worlds::Worlds,
};
use crate::{
    experiment::{event::Summary, plan::Shard},
    model::Model,
    output::{
        batch::Batch,
        folder::{Folder, Found},
        manifest::{FileFormat, Identity},
    },
};
use std::{
    io::{self, Write},
    path::PathBuf,
};

/// The report's file name.
const PAGE: &str = "report.html";

const EXAMPLES: &str = "\
Examples:
  redqueen batch                                     the baseline, 100 runs
  redqueen batch configs/scenarios/all-open.toml --runs 500 --record world
  redqueen batch configs/experiments/open-or-guarded.toml
  redqueen batch --set mechanisms.diffusion.xi_open=2 --out output/slow-copying";

/// Run a Monte Carlo batch or an experiment file
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigOptions,
    #[command(flatten)]
    work: WorkOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    format: FormatOptions,
    /// Do part K of N; `redqueen merge` joins the parts
    #[arg(long, value_name = "K/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    shard: Shard,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let file_format = args.format.file_format()?;
    if file_format != FileFormat::Csv && !args.shard.is_whole() {
        let name = file_format.name();
        return Err(Failure::Usage(format!(
            "shards are CSV: leave out --format here, and join the shards with `redqueen merge --format {name}`"
        )));
    }
    let experiment = args.config.experiment(model, &args.work, &args.output)?;
    let several = experiment.variants.len() > 1;
    let (worlds, batch) = Worlds::new(model, &experiment, 0, |variant| args.config.replay(several.then_some(variant)));
    let batch = Batch { shard: args.shard, file_format, ..batch };
    let folder = args.output.out.clone().unwrap_or_else(|| default_folder(&batch));
    let cancel = super::interrupt::watch();
    let options = BatchOptions::of(&folder, &args.work, &args.output, &cancel);
    state_size(&worlds, &batch, &options)?;
    let report = execute(&worlds, &batch, &options)?;
    if !batch.shard.is_whole() {
        return close_shard(&report, &batch, args.output.quiet);
    }
    show(&report, &batch, args.output.quiet)?;
    close(&report, model, args.output.quiet)
}

/// States the size of what is to be run, and refuses it if there is no room.
pub(super) fn state_size(worlds: &Worlds, batch: &Batch, options: &BatchOptions<'_>) -> Result<(), Failure> {
    let found = Folder::look(options.out, &Identity::new(batch), options.overwrite).map_err(Failure::Folder)?;
    if !matches!(found, Found::Already(_)) {
        let stated = estimate::state(worlds, batch, options).map_err(Failure::Usage)?;
        if !options.quiet {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(io::stderr(), "{stated}");
        }
    }
    Ok(())
}

/// Shows what a finished batch came to.
pub(super) fn show(report: &BatchReport, batch: &Batch, quiet: bool) -> Result<(), Failure> {
    if !quiet && !report.summary.cancelled {
        let text = summary::batch(batch, &report.folder, &report.summary);
        write!(io::stdout().lock(), "{}", text.map_err(|error| unreadable(report, error))?)?;
    }
    Ok(())
}

/// Where a batch goes that does not say: `output/<name>`, and for a part of it `output/<name>-<K>-of-<N>`.
fn default_folder(batch: &Batch) -> PathBuf {
    let Batch { name, shard, .. } = batch;
    PathBuf::from(match shard.is_whole() {
        true => format!("output/{name}"),
        false => format!("output/{name}-{}-of-{}", shard.number, shard.of),
    })
}

/// A shard has no report: what is gathered over runs waits for all of them.
fn close_shard(report: &BatchReport, batch: &Batch, quiet: bool) -> Result<(), Failure> {
    if !quiet && !report.summary.cancelled {
        let (done, folder) = (report.summary.finished + report.summary.failed, report.folder.display());
        writeln!(io::stdout().lock(), "shard {}: {done} runs in {folder}; join all with redqueen merge", batch.shard)?;
    }
    ended(&report.summary)
}

/// Writes the report of a folder that is done, and tells how its runs went.
pub(super) fn close(report: &BatchReport, model: &Model, quiet: bool) -> Result<(), Failure> {
    write_page(report, model, &[])?;
    tell(report, quiet)
}

/// Writes the report of a folder that is done, unless it was there before with these other files.
pub(super) fn write_page(report: &BatchReport, model: &Model, with: &[&str]) -> Result<(), Failure> {
    if report.summary.cancelled {
        return Err(Failure::Interrupted);
    }
    let there = || [PAGE].iter().chain(with).all(|name| report.folder.join(name).exists());
    if report.summary.finished > 0 && !(report.already && there()) {
        super::report::write(&report.folder, model)?;
    }
    Ok(())
}

/// Tells where the report is, and how the runs went.
pub(super) fn tell(report: &BatchReport, quiet: bool) -> Result<(), Failure> {
    let summary = &report.summary;
    if !quiet && summary.finished > 0 {
        writeln!(io::stdout().lock(), "Report: {}", report.folder.join(PAGE).display())?;
    }
    ended(summary)
}

/// How the command ends.
fn ended(summary: &Summary) -> Result<(), Failure> {
    if summary.cancelled {
        return Err(Failure::Interrupted);
    }
    if summary.failed == 0 {
        return Ok(());
    }
    let mut said = format!("{} of {} runs failed; runs.csv says why", summary.failed, summary.total);
    if let Some((job, error)) = &summary.first_failure {
        said.push_str(&format!("\nfirst failure, run {}: {error}", job.run));
    }
    Err(Failure::Runs(said))
}

/// The error of a folder whose tables cannot be read back.
pub(super) fn unreadable(report: &BatchReport, error: csv::Error) -> BatchFailure {
    BatchFailure::Stopped { source: error.into(), kept: report.summary.finished, folder: report.folder.clone() }
}
