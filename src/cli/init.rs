//! `redqueen init`: writes the built-in configs out, to be changed.

use super::failure::Failure;
use crate::{output::folder::write_new, scenario::builtin::BUILTIN};
use std::{
    io::{self, Write},
    path::PathBuf,
};

const EXAMPLES: &str = "\
Examples:
  redqueen init
  redqueen init my-study
  redqueen configs                       says what each of them is";

/// Write the built-in configs out; existing files are kept
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Folder to write to
    #[arg(default_value = "configs")]
    dir: PathBuf,
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for builtin in BUILTIN {
        let path = args.dir.join(builtin.path);
        match write_new(&args.dir, builtin.path, builtin.text.as_bytes()).map_err(io::Error::other)? {
            true => writeln!(out, "wrote {}", path.display())?,
            false => writeln!(out, "kept  {}, which was there", path.display())?,
        }
    }
    writeln!(out, "`redqueen configs` says what each of them is")?;
    Ok(())
}
