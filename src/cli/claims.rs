//! `redqueen claims`: judges claims over worlds that what was seen allows.

use super::{
    batch::say,
    common::{RunningOptions, ValueOptions, default_folder, spare_files_of_others, warn_of_all},
    failure::Failure,
    lines::line,
    progress::Bar,
};
use crate::{
    analysis::claims::{Judged, Verdict},
    batch::{Config, RUNS_FOLDER, Results, Study},
    declare::text::counted,
    experiment::{
        Doubt,
        claim::{Asks, Claim, Condition},
        design::Setting,
    },
    model::Model,
    output::sums,
    report::claims::{FILES, MadeFrom, Sampled, Told, holds, write_claims},
    scenario::{Diagnostics, Source, builtin::BUILTIN},
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

const EXAMPLES: &str = "\
Examples:
  redqueen claims                            all of those that are built in
  redqueen claims controls-slow-then-teach blockade-turns-the-race
  redqueen claims my-claim.toml --worlds 500
  redqueen claims --doubt=output/fit/posterior.csv

A claim is judged in worlds drawn from a weighted sample of parameters, each
with luck of its own, which all scenarios of the claim share. Writes claims.csv,
claims.html, and claims-record.toml with hashes of what they were made from. The
same command goes on where it stopped.";

/// Worlds where it is not said how many.
const WORLDS: u32 = 500;
/// Runs of each, by whose mean it is judged.
const RUNS: u32 = 4;

/// Judge claims: in what share of plausible worlds each holds, its effect, and on what that turns
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Claim files, or names of built-in claims [default: all that are built in]
    files: Vec<PathBuf>,
    #[command(flatten)]
    values: ValueOptions,
    /// Runs of each world, by whose mean it is judged [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    runs: Option<u32>,
    /// Output folder [default: output/claims]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    running: RunningOptions,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let cancel = super::interrupt::watch(Failure::Interrupted);
    let folder = args.out.clone().map_or_else(|| default_folder("claims", ""), Ok)?;
    // What is wrong with any of them is told before anything runs.
    let claimed = |file: &PathBuf| -> Result<(Study<'_>, Claim, MadeFrom), Failure> {
        let (study, from) = args.study(file, model)?;
        let claim = study.experiment().claim.as_deref().cloned();
        let none = || Failure::Usage(format!("{} is no claim: it has no `claim`", from.name));
        let claim = claim.ok_or_else(none)?;
        Ok((study, claim, from))
    };
    let studies: Vec<_> = args.files().iter().map(claimed).collect::<Result<_, _>>()?;
    refuse_the_same(studies.iter().map(|(_, _, from)| from.name.as_str()))?;
    warn_of_all(studies.iter().map(|(study, ..)| study.experiment()));
    spare_files_of_others(&folder, &FILES)?;
    let mut told = Vec::new();
    for (study, claim, mut from) in studies {
        let seed = study.experiment().seed;
        let place = folder.join(RUNS_FOLDER).join(&from.name);
        let measured = model.with_quantities(&claim).measured();
        let mut bar = Bar::new(args.running.quiet);
        let done = args.running.on(study, &cancel).on(|progress| bar.show(progress)).run_into(&place)?;
        drop(bar);
        if done.cancelled {
            return Err(Failure::Interrupted);
        }
        let results = Results::open(&place)?;
        from.experiment_sha256 = results.manifest().experiment.sha256();
        let verdict = judged(&claim, &results)?.judge(&claim, seed);
        let unit =
            |name: &str| measured.outcomes().find(|column| column.name == name).map_or("1", |column| column.unit);
        let of = |condition: &Condition| match condition.asks {
            // Its effect is a difference of correlations.
            Asks::Prediction { .. } => "1",
            Asks::Value { .. } | Asks::Difference { .. } => unit(&condition.outcome),
        };
        let units = claim.conditions.iter().map(|condition| of(condition).to_owned()).collect();
        let one = Told { from, claim, verdict, units, failed: done.failed };
        if !args.running.quiet {
            say(&verdict_line(&one))?;
        }
        told.push(one);
    }
    let page = write_claims(&folder, &model.program().to_string(), &told)?;
    if !args.running.quiet {
        say(&format!("Page: {}\n", page.display()))?;
    }
    Ok(())
}

/// Refuses two claims of one name: their runs have one place, and the table one row.
fn refuse_the_same<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Failure::Usage(format!("two of the claims are called {name}: give one of them another name")));
        }
    }
    Ok(())
}

impl Args {
    /// The files, or all that are built in.
    fn files(&self) -> Vec<PathBuf> {
        if !self.files.is_empty() {
            return self.files.clone();
        }
        BUILTIN
            .iter()
            .filter(|builtin| builtin.path.starts_with("claims/"))
            .map(|builtin| builtin.path.into())
            .collect()
    }

    /// The runs of a claim, and what it is judged from but for what the runs say of themselves.
    fn study<'a>(&self, file: &Path, model: &Model) -> Result<(Study<'a>, MadeFrom), Failure> {
        let mut values = self.values.clone();
        let source = Source::from_argument(file);
        let designed = model.experiment(&source, &values.overrides())?.sample.points() > 1;
        if !designed {
            values = values.in_doubt();
            if values.doubt.as_deref() == Some(Doubt::NONE) {
                let why = "a claim is judged over worlds, and --doubt=none draws none; name a sample, or leave it out";
                return Err(Failure::Usage(why.to_owned()));
            }
            values.worlds = values.worlds.or(Some(WORLDS));
        }
        let config: Config = values.over(Some(file));
        let sample = config.doubt.as_ref().map(|doubt| doubt.sample.clone());
        let study = Study::read(model, config)?;
        // What a world says is what its runs say on average: a single one has its luck too.
        let study = study.runs(self.runs.unwrap_or(RUNS)).record(Vec::<String>::new())?.quantiles(None);
        let of_sample = |sample: String| {
            Ok::<_, Failure>(Sampled { sample_sha256: sha256(&Source::Input.beside(&sample))?, sample })
        };
        let experiment = study.experiment();
        let from = MadeFrom {
            name: experiment.name.clone(),
            sha256: sha256(&source)?,
            sample: sample.map(of_sample).transpose()?,
            worlds: experiment.sample.points(),
            runs: experiment.runs,
            seed: experiment.seed.to_string(),
            experiment_sha256: String::new(),
        };
        Ok((study, from))
    }
}

/// No file that was read as a config or a sample is as long, in bytes.
const LONGER: u64 = 1_000_000_000;

/// SHA-256 of a file that was read as a config or a sample.
fn sha256(source: &Source) -> Result<String, Failure> {
    let text = source.open_up_to(LONGER, 0, None).map_err(Diagnostics::from)?;
    Ok(sums::sha256(text.text.as_bytes()))
}

/// What the runs of a claim came to, those of the same world and luck side by side.
fn judged(claim: &Claim, results: &Results) -> Result<Judged, Failure> {
    let mut judged = Judged::default();
    let mut places = std::collections::BTreeMap::new();
    for run in results.runs()? {
        let next = places.len();
        let at = *places.entry((run.point, run.replicate)).or_insert(next);
        if at == judged.points.len() {
            judged.points.push(run.point);
            for (place, (name, value)) in run.factors().enumerate() {
                if judged.parameters.len() <= place {
                    judged.parameters.push((name.to_owned(), Vec::new()));
                }
                let number = match value {
                    Some(Setting::Real(number)) => *number,
                    Some(Setting::Whole(number)) => *number as f64,
                    Some(Setting::Flag(flag)) => f64::from(u8::from(*flag)),
                    Some(Setting::Text(_)) | None => f64::NAN,
                };
                judged.parameters[place].1.push(number);
            }
        }
        for (name, value) in run.outcomes().filter(|(name, _)| asked(claim, name)) {
            let column = judged.values.entry((run.scenario.clone(), name.to_owned())).or_default();
            column.resize(at.max(column.len()), f64::NAN);
            column.push(value.unwrap_or(f64::NAN));
        }
    }
    Ok(judged)
}

/// Whether a claim speaks of this outcome.
fn asked(claim: &Claim, name: &str) -> bool {
    claim.conditions.iter().any(|condition| {
        let predicts = match &condition.asks {
            Asks::Prediction { by, rather_than, .. } => by == name || rather_than == name,
            Asks::Value { .. } | Asks::Difference { .. } => false,
        };
        condition.outcome == name || predicts
    })
}

/// A claim and its verdict, in a few lines.
fn verdict_line(told: &Told) -> String {
    let mut text = String::new();
    line(&mut text, &format!("{}: {}", told.from.name, told.claim.sentence));
    let Some(verdict) = &told.verdict else {
        line(&mut text, "  cannot be judged: no run has what it speaks of");
        return text;
    };
    line(&mut text, &format!("  {}", holds(verdict)));
    for said in told.conditions(verdict) {
        line(&mut text, &format!("  {said}"));
    }
    if let Some(said) = told.turns(verdict) {
        line(&mut text, &format!("  {said}"));
    }
    if verdict.lacking > 0 || told.failed > 0 {
        let lacking: &Verdict = verdict;
        line(
            &mut text,
            &format!("  {} without a value, {} failed", counted(lacking.lacking as u64, "run"), told.failed),
        );
    }
    text
}
