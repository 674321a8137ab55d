//! `redqueen report`: the page and the pictures of a finished folder.

use super::failure::Failure;
use crate::{model::catalogue, report};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

const EXAMPLES: &str = "\
Example:
  redqueen report output/baseline";

/// Write the self-contained HTML page of a finished run or batch, and its pictures as SVG
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Output folder of a run or batch
    dir: PathBuf,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let files = write(&args.dir)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{} and {} pictures beside it", files.html.display(), files.figures.len())?;
    for missing in &files.missing {
        writeln!(out, "left out: {missing}")?;
    }
    Ok(())
}

/// Writes the report of `folder`.
pub(super) fn write(folder: &Path) -> Result<report::ReportFiles, Failure> {
    Ok(report::write_report(folder, &catalogue())?)
}
