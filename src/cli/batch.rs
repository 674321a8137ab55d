//! `redqueen batch`: runs an experiment into its folder.

use super::{
    common::{ConfigOptions, OutputOptions, WorkOptions},
    failure::Failure,
    progress::Progress,
    summary,
    worlds::Worlds,
};
use crate::{
    analysis::quantiles::QuantileWriter,
    experiment::{
        event::{ListenerError, Summary},
        plan::Plan,
        runner::{BatchError, Simulate, run_batch},
    },
    model::record::Trajectory,
    output::{
        dictionary,
        folder::{Folder, FolderError, Opened, OutputError},
        manifest::{Batch, FileEntry, Identity, Manifest},
        package,
        writer::{Encode, Writer, write_design},
    },
};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Instant,
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
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let experiment = args.config.experiment(&args.work, &args.output)?;
    let several = experiment.variants.len() > 1;
    let (worlds, batch) = Worlds::new(&experiment, 0, |variant| args.config.replay(several.then_some(variant)));
    let folder = args.output.out.clone().unwrap_or_else(|| PathBuf::from(format!("output/{}", batch.name)));
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let cancel = super::interrupt::watch();
    let options = BatchOptions {
        out: &folder,
        threads: args.work.threads.map_or_else(cores, |threads| threads as usize),
        overwrite: args.output.overwrite,
        quiet: args.output.quiet,
        quantiles: true,
        cancel: &cancel,
    };
    let report = execute(&worlds, &batch, &options)?;
    if !args.output.quiet {
        let text = summary::batch(&batch, &report.folder, &report.summary);
        write!(io::stdout().lock(), "{}", text.map_err(|error| unreadable(&report, error))?)?;
    }
    close(&report, args.output.quiet)
}

/// Writes the report of a folder that is done, and tells how its runs went.
pub(super) fn close(report: &BatchReport, quiet: bool) -> Result<(), Failure> {
    write_page(report, &[])?;
    tell(report, quiet)
}

/// Writes the report of a folder that is done, unless it was there before with these other files.
pub(super) fn write_page(report: &BatchReport, with: &[&str]) -> Result<(), Failure> {
    if report.summary.cancelled {
        return Err(Failure::Interrupted);
    }
    let there = || [PAGE].iter().chain(with).all(|name| report.folder.join(name).exists());
    if report.summary.finished > 0 && !(report.already && there()) {
        super::report::write(&report.folder)?;
    }
    Ok(())
}

/// Tells where the report is, and how the runs went.
pub(super) fn tell(report: &BatchReport, quiet: bool) -> Result<(), Failure> {
    let summary = &report.summary;
    if !quiet && summary.finished > 0 {
        writeln!(io::stdout().lock(), "Report: {}", report.folder.join(PAGE).display())?;
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

/// How to run an experiment; nothing here changes a byte of the tables.
#[derive(Clone, Copy, Debug)]
pub struct BatchOptions<'a> {
    /// The output folder.
    pub out: &'a Path,
    /// Number of threads, at least 1.
    pub threads: usize,
    /// Whether results of another experiment may be removed from the folder.
    pub overwrite: bool,
    /// Whether to show no progress.
    pub quiet: bool,
    /// Whether to write `quantiles.csv`.
    pub quantiles: bool,
    /// Set to end the batch after the runs under way.
    pub cancel: &'a AtomicBool,
}

/// What a batch came to.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchReport {
    /// Where the files are.
    pub folder: PathBuf,
    /// Runs done and failed. For a folder that was complete before, the first failure is not named.
    pub summary: Summary,
    /// Whether the folder was complete before, so that nothing was done.
    pub already: bool,
}

impl BatchReport {
    /// The program's exit code: 0 done, 1 some runs failed, 130 interrupted.
    pub const fn exit_code(&self) -> u8 {
        match self.summary {
            Summary { cancelled: true, .. } => 130,
            Summary { failed: 1.., .. } => 1,
            _ => 0,
        }
    }
}

/// Why a batch could not be run or not be brought to its end.
#[derive(Debug, thiserror::Error)]
pub enum BatchFailure {
    /// The folder cannot take it; nothing was written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The folder's files could not be begun.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// It stopped on the way.
    #[error("{source}; the first {kept} runs are kept in {}", folder.display())]
    Stopped {
        /// Why.
        source: ListenerError,
        /// Number of runs in the tables.
        kept: u64,
        /// Where they are.
        folder: PathBuf,
    },
}

/// Runs `experiment` with `simulate` into the folder of `options`. A folder that holds the same experiment, complete,
/// is left as it is.
pub fn execute<S: Simulate<Output = Trajectory>>(
    simulate: &S,
    experiment: &Batch,
    options: &BatchOptions<'_>,
) -> Result<BatchReport, BatchFailure> {
    let identity = Identity::new(experiment, options.quantiles);
    let plan = experiment.plan();
    let folder = match Folder::open(options.out, identity.clone(), options.overwrite)? {
        Opened::Already(manifest) => return Ok(already(&plan, options.out, &manifest)),
        Opened::Ready(folder) => folder,
    };
    let started = Instant::now();
    let mut writer = Writer::new(&folder, experiment)?;
    let mut quantiles = if options.quantiles { Some(QuantileWriter::new(&folder, experiment)?) } else { None };
    let mut progress = Progress::new(options.quiet);
    let encode = Encode { simulate, record: experiment.record };
    let result = match &mut quantiles {
        Some(quantiles) => {
            run_batch(&encode, &plan, options.threads, &mut [&mut writer, quantiles, &mut progress], options.cancel)
        }
        None => run_batch(&encode, &plan, options.threads, &mut [&mut writer, &mut progress], options.cancel),
    };
    let (done, failed) = writer.counts();
    let stopped = |source| BatchFailure::Stopped { source, kept: done, folder: options.out.to_owned() };
    let complete = result.as_ref().is_ok_and(|summary| !summary.cancelled);
    // A disk that is full must not keep the manifest from saying what there is.
    let close = || -> Result<(), ListenerError> {
        let flushed = quantiles.as_mut().map_or(Ok(()), QuantileWriter::flush);
        let mut files = writer.finish()?;
        files.extend(write_design(&folder, experiment)?);
        files.extend(quantiles.map(QuantileWriter::finish).transpose()?);
        let described = describe(&folder, experiment, &identity, &files);
        folder.write_manifest(complete && flushed.is_ok() && described.is_ok(), done, failed, files)?;
        let seconds = started.elapsed().as_secs_f64();
        folder.log(&format!("{done} runs in {seconds:.2} s on {} threads, {failed} failed", options.threads))?;
        flushed?;
        Ok(described?)
    };
    let closed = close();
    match result {
        Ok(summary) => {
            closed.map_err(stopped)?;
            Ok(BatchReport { folder: options.out.to_owned(), summary, already: false })
        }
        Err(BatchError::Listener { source, .. }) => Err(stopped(source)),
        Err(error) => Err(stopped(error.into())),
    }
}

fn already(plan: &Plan, folder: &Path, manifest: &Manifest) -> BatchReport {
    let failed = manifest.runs_failed;
    let summary = Summary { total: plan.total(), finished: manifest.runs_done - failed, failed, ..Summary::default() };
    BatchReport { folder: folder.to_owned(), summary, already: true }
}

fn describe(folder: &Folder, experiment: &Batch, identity: &Identity, files: &[FileEntry]) -> Result<(), OutputError> {
    folder.write(package::FILE, &package::describe(identity, &dictionary::tables(&experiment.factors()), files))
}

/// The error of a folder whose tables cannot be read back.
pub(super) fn unreadable(report: &BatchReport, error: csv::Error) -> BatchFailure {
    BatchFailure::Stopped { source: error.into(), kept: report.summary.finished, folder: report.folder.clone() }
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
