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

pub fn run(args: &Args, mut command: clap::Command) -> Result<(), Failure> {
    let mut text = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(args.shell, &mut command, name, &mut text);
    Ok(io::stdout().lock().write_all(&text)?)
}
