//! `redqueen run`: one world with its tables, and a look at it in the terminal.

use super::{
    batch,
    common::{ConfigOptions, OutputOptions, ValueOptions, default_folder, warn_of_overrides},
    failure::Failure,
    summary,
};
use crate::{
    batch::{Branch, BranchError, Study, StudyError, Why, Words, check_name, quoted},
    model::{Model, Seed},
    scenario::{Month, Scenario},
};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  redqueen run                                    the built-in baseline
  redqueen run configs/scenarios/all-open.toml --seed 7
  redqueen run --set mechanisms.market.crowding=2 --overwrite
  redqueen run open-or-guarded --scenario all-open --replicate 12
  redqueen run --until 2027-01 --save 2027.snapshot
  redqueen run --from 2027.snapshot --set mechanisms.diffusion.xi_open=2

A run that goes on from a snapshot has the past of the snapshot in its tables:
unchanged, it is the run that was never stopped, byte for byte. --set then holds
from the month of the snapshot on, and --months counts from the start.";

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
    /// Number of the replicate whose noise to use, as in runs.csv [default: 0, or the snapshot's]
    #[arg(long, value_name = "N")]
    replicate: Option<u64>,
    /// Stop before this month
    #[arg(long, value_name = "YYYY-MM", conflicts_with = "months")]
    until: Option<Month>,
    /// Write the run as far as it went into a snapshot file, to be gone on with
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Go on from a snapshot; a CONFIG given too must be the one that it was made of
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    #[command(flatten)]
    output: OutputOptions,
}

/// A run that is about to be done.
struct Planned<'a> {
    study: Study<'a>,
    /// What was lived before.
    branch: Branch,
    /// The scenario as the config has it, however far the run goes now.
    scenario: Scenario,
    /// Months that it goes to.
    months: u32,
}

impl Args {
    /// What stands behind the config's name in that of the folder, and tells this run from others of the config.
    fn behind(&self, branch: &Branch) -> String {
        let mut behind = "-run".to_owned();
        if let Some(scenario) = &self.scenario {
            let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
            behind.extend(["-".to_owned(), scenario.chars().map(plain).collect()]);
        }
        for (what, number) in [("point", self.point), ("replicate", self.replicate.unwrap_or(0))] {
            if number > 0 {
                behind.push_str(&format!("-{what}-{number}"));
            }
        }
        for (what, month) in [("from", branch.stands_at()), ("until", self.until)] {
            behind.extend(month.map(|month| format!("-{what}-{month}")));
        }
        behind
    }

    /// The run of a config, from its start.
    fn fresh<'a>(&self, model: &Model) -> Result<Planned<'a>, Failure> {
        let replicate = self.replicate.unwrap_or(0);
        let study = self.config.study(model)?.single(self.scenario.as_deref(), self.point, replicate)?;
        let branch = Branch { past: Vec::new(), seed: Seed { master: study.experiment().seed, replicate } };
        let scenario = study.scenario()?;
        let Some(months) = self.months_until(&scenario)? else {
            return Ok(Planned { study, branch, months: scenario.time.months, scenario });
        };
        Ok(Planned { study: study.months(months)?, branch, scenario, months })
    }

    /// The run that goes on from a snapshot.
    fn onward<'a>(&self, path: &Path, model: &Model) -> Result<Planned<'a>, Failure> {
        let fails = |why| Failure::from(StudyError::from(BranchError { path: path.to_owned(), why }));
        let config = match &self.config.config {
            Some(config) => {
                let study = model.study(config)?.single(self.scenario.as_deref(), self.point, 0)?;
                Some(study.scenario()?)
            }
            None if self.scenario.is_some() || self.point > 0 => {
                return Err(Failure::Usage("the snapshot says which scenario and point it is of".to_owned()));
            }
            None => None,
        };
        let branch = Branch::read(path, model, config.as_ref()).map_err(StudyError::from)?;
        let Seed { master, replicate } = branch.seed;
        let values = &self.config.values;
        values.refuse_doubt("a run from a snapshot goes on in the world that it holds")?;
        if values.seed.is_some_and(|seed| seed != master) || self.replicate.is_some_and(|own| own != replicate) {
            return Err(fails(Why::OtherSeed { seed: master, replicate }));
        }
        let overrides = ValueOptions { seed: None, ..values.clone() }.overrides();
        let study = Study::branch(model, path, &branch, &overrides)?;
        warn_of_overrides(study.experiment());
        let scenario = study.scenario()?;
        let (months, study) = match (self.until, self.months_until(&scenario)?) {
            (Some(until), Some(months)) => {
                if let Some(at) = branch.stands_at().filter(|at| until <= *at) {
                    return Err(fails(Why::Over { at, until }));
                }
                let until = format!("time.months={months}");
                (months, Study::branch(model, path, &branch, &[overrides.as_slice(), &[until]].concat())?)
            }
            _ => (scenario.time.months, study),
        };
        let program = model.program().name;
        let words = Words { config: None, scenario: None, set: &values.set, months: Some(months), doubt: None };
        let replay = format!("{program} run --from {} {}", quoted(&path.display().to_string()), words.list().join(" "));
        Ok(Planned { study: study.replay(move |_| replay.clone()), branch, scenario, months })
    }

    /// Months of the world until the month that was asked for.
    fn months_until(&self, scenario: &Scenario) -> Result<Option<u32>, Failure> {
        let Some(until) = self.until else { return Ok(None) };
        let start = scenario.time.start;
        let months = u32::try_from(until.since(start)).ok().filter(|months| *months > 0);
        let early = || Failure::Usage(format!("the world begins in {start}: it cannot stop before {until}"));
        months.map(Some).ok_or_else(early)
    }
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let cancel = super::interrupt::watch(Failure::Interrupted);
    if let Some(save) = &args.save {
        check_name(save, args.output.overwrite).map_err(StudyError::from)?;
    }
    let planned = match &args.from {
        Some(path) => args.onward(path, model)?,
        None => args.fresh(model)?,
    };
    let Planned { study, branch, mut scenario, months } = planned;
    let study = args.output.on(study, &cancel)?.threads(1).estimates(false);
    let folder = args.output.out.clone().map_or_else(|| default_folder(study.name(), &args.behind(&branch)), Ok)?;
    let done = study.run_into(folder)?;
    batch::write_page(&done, model, &[])?;
    if let Some(save) = args.save.as_deref().filter(|_| done.failed == 0) {
        scenario.time.months = scenario.time.months.max(months);
        branch.and_then(scenario, months).write(save, model, args.output.overwrite).map_err(StudyError::from)?;
    }
    if !args.output.quiet {
        batch::say(&summary::world(&done)?)?;
        if let Some(save) = args.save.as_deref().filter(|_| done.failed == 0) {
            batch::say(&format!("Snapshot: {}\n", save.display()))?;
        }
    }
    batch::tell(&done, args.output.quiet)
}
