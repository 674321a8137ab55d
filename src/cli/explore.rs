//! `redqueen explore`: a local page on which parameters are moved and pictures follow.

use super::{common::ConfigOptions, failure::Failure, interrupt};
use crate::{
    explorer::{self, CannotOpen, Options, Stop},
    model::Model,
};
use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

const EXAMPLES: &str = "\
Examples:
  redqueen explore
  redqueen explore no-controls --port 8080
  redqueen explore my.toml --out my-scenarios --no-open

The page is for this machine alone, and reaches no other. Ctrl-C ends it. Scenarios
that are saved go where the browser puts downloads, and with --out also into DIR.";

/// Open a local web page: move parameters and see what changes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigOptions,
    /// Port of this machine [default: one that is free]
    #[arg(long, value_name = "P")]
    port: Option<u16>,
    /// Tell the address, and open no browser
    #[arg(long)]
    no_open: bool,
    /// Folder for the scenarios that are saved on the page
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads that live through worlds [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
}

impl From<CannotOpen> for Failure {
    fn from(error: CannotOpen) -> Self {
        match error {
            CannotOpen::Config(found) => Self::Config(found),
            CannotOpen::Port { .. } => Self::Usage(error.to_string()),
            CannotOpen::System(error) => Self::Io(error),
        }
    }
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    if args.config.values.doubt.is_some() || args.config.values.worlds.is_some() {
        return Err(Failure::Usage("explore moves one scenario; batch has --doubt".to_owned()));
    }
    let options = Options {
        port: args.port.unwrap_or(0),
        folder: args.out.clone(),
        threads: args.threads.map_or_else(cores, |threads| threads as usize),
    };
    let opened = explorer::open(model, &args.config.config(), options)?;
    let address = format!("http://{}/", opened.address);
    let stop = Stop::default();
    let told = stop.clone();
    interrupt::tell(move || told.stop());
    writeln!(io::stdout().lock(), "{address}\nCtrl-C ends it")?;
    if !args.no_open {
        open_browser(&address);
    }
    Ok(opened.serve(&stop)?)
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Opens the page in the browser that the system prefers, if it has one; the address was told.
fn open_browser(address: &str) {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(program);
    // What the terminal sends to this program, as at Ctrl-C, is not for the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let opening =
        command.args(before).arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    match opening {
        Ok(mut child) => drop(thread::spawn(move || child.wait())),
        Err(_) => drop(writeln!(io::stderr().lock(), "no browser was found; open the address in one")),
    }
}
