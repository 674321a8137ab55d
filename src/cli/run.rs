//! `redqueen run`: one world with its tables, and a look at it in the terminal.

use super::{
    batch,
    common::{ConfigOptions, OutputOptions, default_folder},
    failure::Failure,
    summary,
};
use crate::model::Model;

const EXAMPLES: &str = "\
Examples:
  redqueen run                                    the built-in baseline
  redqueen run configs/scenarios/all-open.toml --seed 7
  redqueen run --set mechanisms.market.crowding=2 --overwrite
  redqueen run open-or-guarded --scenario all-open --replicate 12";

/// Simulate one world, with every table and a summary
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigOptions,
    /// Which scenario of an experiment file [default: the first]
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Which point of an experiment file's design, as in runs.csv
    #[arg(long, value_name = "N", default_value_t = 0)]
    point: u64,
    /// Number of the replicate whose noise to use, as in runs.csv
    #[arg(long, value_name = "N", default_value_t = 0)]
    replicate: u64,
    #[command(flatten)]
    output: OutputOptions,
}

impl Args {
    /// What stands behind the config's name in that of the folder, and tells this run from others of the config.
    fn behind(&self) -> String {
        let mut behind = "-run".to_owned();
        if let Some(scenario) = &self.scenario {
            let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
            behind.extend(["-".to_owned(), scenario.chars().map(plain).collect()]);
        }
        for (what, number) in [("point", self.point), ("replicate", self.replicate)] {
            if number > 0 {
                behind.push_str(&format!("-{what}-{number}"));
            }
        }
        behind
    }
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let cancel = super::interrupt::watch(Failure::Interrupted);
    let study = args.config.study(model)?.single(args.scenario.as_deref(), args.point, args.replicate)?;
    let study = args.output.on(study, &cancel)?.threads(1).estimates(false);
    let folder = args.output.out.clone().map_or_else(|| default_folder(study.name(), &args.behind()), Ok)?;
    let done = study.run_into(folder)?;
    batch::write_page(&done, model, &[])?;
    if !args.output.quiet {
        batch::say(&summary::world(&done)?)?;
    }
    batch::tell(&done, args.output.quiet)
}
