//! `redqueen merge`: joins the shards of a batch.

use super::{
    batch::close,
    common::{FormatOptions, default_folder},
    failure::Failure,
    progress::Bar,
};
use crate::model::Model;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  redqueen batch study.toml --shard 1/2 --out part-1
  redqueen batch study.toml --shard 2/2 --out part-2
  redqueen merge part-1 part-2 --out output/study";

/// Join the shards of a batch into the folder that one process would have written
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Folders of all shards, in any order
    #[arg(required = true, value_name = "DIR")]
    shards: Vec<PathBuf>,
    /// Output folder [default: output/NAME by the name of the experiment]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: FormatOptions,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Show no progress and no summary
    #[arg(long, short)]
    quiet: bool,
    /// Write even if the folder holds the output of another experiment
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let file_format = args.format.file_format()?;
    let shards = model.shards(&args.shards)?.format(file_format).overwrite(args.overwrite);
    let shards = args.threads.into_iter().fold(shards, |shards, threads| shards.threads(threads as usize));
    let (cancel, mut bar) = (super::interrupt::watch(Failure::NotJoined), Bar::new(args.quiet));
    let shards = shards.cancel(&cancel).on(|progress| bar.show(progress));
    let out = args.out.clone().map_or_else(|| default_folder(shards.name(), ""), Ok)?;
    let done = shards.join_into(out)?;
    if done.cancelled {
        return Err(Failure::NotJoined);
    }
    close(&done, model, args.quiet)
}
