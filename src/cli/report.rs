//! `redqueen report`: the page and the pictures of a finished folder.

use super::failure::Failure;
use crate::{
    declare::text::visible,
    model::Model,
    output::folder::Folder,
    report::{self, Language, ReportError},
};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

const EXAMPLES: &str = "\
Example:
  redqueen report output/baseline
  redqueen report output/baseline --lang zh";

/// Write the self-contained HTML page of a finished run or batch, and its pictures as SVG
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Output folder of a run or batch
    dir: PathBuf,
    /// Language of the page and its pictures; tables stay as they are
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

/// Refuses what is there and is no folder.
pub(super) fn no_file(folder: &Path) -> Result<(), Failure> {
    match folder.metadata() {
        Ok(found) if !found.is_dir() => {
            Err(Failure::Usage(format!("{} is a file; give the folder of a finished run or batch", folder.display())))
        }
        _ => Ok(()),
    }
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    no_file(&args.dir)?;
    finished(&args.dir, model)?;
    let files = write(&args.dir, model, args.lang)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{} and {} pictures beside it", files.html.display(), files.figures.len())?;
    for note in &files.notes {
        writeln!(out, "{}", visible(note))?;
    }
    for missing in &files.missing {
        writeln!(out, "left out: {}", visible(missing))?;
    }
    Ok(())
}

/// Refuses a folder whose batch is not finished, or only a part of one.
pub(super) fn finished(folder: &Path, model: &Model) -> Result<(), Failure> {
    let manifest = Folder::manifest(folder).map_err(ReportError::from)?;
    let wrong = match manifest {
        Some(manifest) if !manifest.complete => {
            "is not finished: run its command again, it goes on where it stopped".to_owned()
        }
        Some(manifest) if manifest.experiment.shard.is_some() => {
            format!("is a shard: join all of them with {} merge", model.program().name)
        }
        _ => return Ok(()),
    };
    Err(Failure::Usage(format!("the batch in {} {wrong}", folder.display())))
}

/// Writes the report of `folder`.
pub(super) fn write(folder: &Path, model: &Model, language: Language) -> Result<report::ReportFiles, Failure> {
    let manifest = Folder::manifest(folder).map_err(ReportError::from)?;
    let measured = manifest.map_or_else(|| model.measured(), |manifest| model.measured_of(&manifest));
    Ok(report::write_report(folder, model.catalogue(), &measured, language)?)
}
