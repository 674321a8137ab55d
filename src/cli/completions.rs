//! `redqueen completions`: lets a shell complete commands and options.

use super::failure::Failure;
use clap_complete::Shell;
use std::io::{self, Write};

const EXAMPLES: &str = "\
Examples:
  source <(redqueen completions bash)
  redqueen completions zsh > ~/.zfunc/_redqueen";

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(args: &Args, command: &mut clap::Command) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, command, "redqueen", &mut text);
    Ok(io::stdout().lock().write_all(&text)?)
}
