//! `redqueen batch`: runs an experiment into its folder.

use super::{
    common::{ConfigOptions, FormatOptions, OutputOptions, WorkOptions, default_folder},
    failure::Failure,
    lines::broken,
    listing::width,
    progress::Bar,
    summary,
};
use crate::{
    batch::Done,
    declare::text::counted,
    experiment::{Experiment, plan::Shard},
    model::Model,
    output::manifest::FileFormat,
    report::{self, Language},
};
use std::io::{self, Write};

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
            "shards are CSV: leave out --format here, and join the shards with `{} merge --format {name}`",
            model.program().name
        )));
    }
    let (cancel, mut bar, shard) =
        (super::interrupt::watch(Failure::Interrupted), Bar::new(args.output.quiet), args.shard);
    let study = args.config.study(model)?.shard(shard.number, shard.of)?.format(file_format);
    let study = args.output.on(args.work.on(study), &cancel)?.on(|progress| bar.show(progress));
    let part = if shard.is_whole() { String::new() } else { format!("-{}-of-{}", shard.number, shard.of) };
    let folder = args.output.out.clone().map_or_else(|| default_folder(study.name(), &part), Ok)?;
    tell_limits(study.experiment());
    let done = study.run_into(folder)?;
    if !shard.is_whole() {
        return close_shard(&done, shard, model, args.output.quiet);
    }
    close(&done, model, args.output.quiet)
}

/// Says what the experiment will not tell, before it is run.
pub(super) fn tell_limits(experiment: &Experiment) {
    experiment.limits().iter().for_each(|limit| warn(limit));
}

/// Warns of something, however quiet the command is to be.
fn warn(what: &str) {
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "{}", broken(&format!("warning: {what}"), width()));
}

/// Prints a text. Nobody is left to tell if the reader has gone; what else happened still counts then.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(io::Error::new(error.kind(), format!("cannot write to standard output: {error}")).into())
        }
        _ => Ok(()),
    }
}

/// Shows what a finished batch came to.
fn show(done: &Done, quiet: bool) -> Result<(), Failure> {
    if quiet {
        return Ok(());
    }
    say(&summary::batch(done)?)
}

/// A shard has no report: what is gathered over runs waits for all of them.
pub(super) fn close_shard(done: &Done, shard: Shard, model: &Model, quiet: bool) -> Result<(), Failure> {
    if !quiet && !done.cancelled {
        let (runs, folder) = (done.finished + done.failed, done.folder.display());
        let program = model.program().name;
        let mut text = format!("shard {shard}: {} in {folder}; join all with {program} merge\n", counted(runs, "run"));
        done.unmet.iter().for_each(|unmet| super::lines::line(&mut text, unmet));
        say(&text)?;
    } else if !done.cancelled {
        done.unmet.iter().for_each(|unmet| warn(unmet));
    }
    ended(done)
}

/// Writes the report of a folder that is done, and tells what it came to.
pub(super) fn close(done: &Done, model: &Model, quiet: bool) -> Result<(), Failure> {
    write_page(done, model, &[])?;
    show(done, quiet)?;
    tell(done, quiet)
}

/// Writes the report of a folder that is done, unless it is there as it was written before, with these other files.
pub(super) fn write_page(done: &Done, model: &Model, with: &[&str]) -> Result<(), Failure> {
    if done.cancelled {
        return Err(Failure::Interrupted);
    }
    if done.finished > 0 && !(done.already && report::is_there(&done.folder, with)) {
        super::report::write(&done.folder, model, Language::default())?;
    }
    Ok(())
}

/// Tells where the report is, and how the runs went. A stop rule that was not met stands in the summary, if there is one.
pub(super) fn tell(done: &Done, quiet: bool) -> Result<(), Failure> {
    if quiet {
        done.unmet.iter().for_each(|unmet| warn(unmet));
    } else if done.finished > 0 {
        say(&format!("Report: {}\n", done.folder.join(report::PAGE).display()))?;
    }
    ended(done)
}

/// How the command ends.
pub(super) fn ended(done: &Done) -> Result<(), Failure> {
    if done.cancelled {
        return Err(Failure::Interrupted);
    }
    if done.failed == 0 {
        return Ok(());
    }
    let mut said = format!("{} of {} failed; runs.csv says why", done.failed, counted(done.total, "run"));
    if let Some(first) = &done.first_failure {
        said.push_str(&format!("\nfirst failure, run {}: {}", first.job.run, first.error));
    }
    Err(Failure::Runs(said))
}

#[cfg(test)]
#[path = "batch_tests.rs"]
mod tests;
