//! `redqueen compare`: two scenarios under the same noise, and how far they differ.

use super::{
    batch,
    common::{OutputOptions, ValueOptions, WorkOptions, default_folder, source, warn},
    differences::{self, few},
    failure::Failure,
    lines::{headlines, line, short, unit},
    listing::{WIDTH, width},
    progress::Bar,
    summary::{closing, span},
};
use crate::{
    analysis::precision::FEWEST,
    batch::{Config, Done, Study},
    declare::text::{counted, read_as},
    experiment::{Doubt, Experiment, Gather, Variant},
    model::Model,
    report::ReportError,
    scenario::{
        Diagnostic, Diagnostics, Time,
        entities::alike,
        key::Key,
        section::MAX_NAME,
        tree::{TomlEntry, Value},
    },
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

const EXAMPLES: &str = "\
Examples:
  redqueen compare baseline no-controls
  redqueen compare baseline my.toml --worlds 200 --runs 2
  redqueen compare all-closed all-open --doubt=none --set states.China.talent=1.2
  redqueen compare baseline taiwan-blockade --record world,states --months 84

Worlds are drawn from the built-in sample of parameters, and each is lived in A
and in B with the same noise, so that differences hold doubt as well as luck.
--doubt=none takes the scenarios as they are: luck alone. Differences are B less
A. The output folder, output/A-vs-B without --out, has every outcome in
differences.csv.";

/// What else can be done where worlds cannot be drawn.
const WITHOUT: &str = "--doubt=none compares them by luck alone";

/// Compare two scenarios, world by world with the same noise: differences with intervals
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Scenario file, or a built-in scenario's name
    a: PathBuf,
    /// The scenario to compare with it
    b: PathBuf,
    #[command(flatten)]
    values: ValueOptions,
    #[command(flatten)]
    work: WorkOptions,
    #[command(flatten)]
    output: OutputOptions,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let values = args.values.clone().in_doubt();
    let experiment = args.experiment(&values, model)?;
    warn(&experiment);
    let configs = [&args.a, &args.b].map(PathBuf::as_path);
    let names: Vec<_> = experiment.variants.iter().map(|variant| variant.name.clone()).collect();
    let config = |name: &str| configs[usize::from(names.first().is_some_and(|first| first != name))];
    let replay = |name: &str| values.over(Some(config(name))).words(None).run(model.program().name);
    let (cancel, mut bar) = (super::interrupt::watch(Failure::Interrupted), Bar::new(args.output.quiet));
    let study = args.work.on(Study::of(model, experiment)).replay(replay).on(|progress| bar.show(progress));
    let study = args.output.on(study, &cancel)?;
    let folder = args.output.out.clone().map_or_else(|| default_folder(study.name(), ""), Ok)?;
    batch::tell_limits(study.experiment());
    let done = study.run_into(folder)?;
    batch::write_page(&done, model, &[differences::FILE])?;
    if !args.output.quiet && done.finished > 0 {
        batch::say(&table(&done)?)?;
    }
    batch::tell(&done, args.output.quiet)
}

impl Args {
    /// The two scenarios as an experiment, under the seed of the first.
    fn experiment(&self, values: &ValueOptions, model: &Model) -> Result<Experiment, Failure> {
        let configs = [&self.a, &self.b].map(PathBuf::as_path);
        let Config { doubt, .. } = values.over(None);
        let overrides = values.overrides();
        let load = |doubt: Option<&Doubt>| {
            both(configs.map(|config| model.experiment_in_doubt(&source(Some(config)), &overrides, doubt)))
        };
        // What is wrong with the two in any world comes first.
        let plain = load(None)?;
        for (config, experiment) in configs.into_iter().zip(&plain) {
            if experiment.variants.len() != 1
                || !experiment.sample.design().factors.is_empty()
                || experiment.stop.is_some()
            {
                return Err(Failure::Usage(format!(
                    "{} is an experiment of its own, and compare takes two scenarios; `{} batch` runs it and writes \
                     differences.csv too",
                    config.display(),
                    model.program().name
                )));
            }
        }
        same_span([&plain[0], &plain[1]], configs)?;
        let [a, b] = match &doubt {
            Some(drawn) => load(Some(drawn)).map_err(|errors| way_out(errors, drawn))?,
            None => plain,
        };
        differ_beside_the_sample([&a, &b])?;
        let names = names([&a, &b], configs);
        let seed = a.seed;
        let mut variants: Vec<Variant> = a.variants.into_iter().chain(b.variants).collect();
        for (variant, name) in variants.iter_mut().zip(&names) {
            variant.name.clone_from(name);
            Arc::make_mut(&mut variant.scenario).seed = seed;
        }
        Ok(Experiment {
            name: names.join("-vs-"),
            description: String::new(),
            runs: a.runs,
            seed,
            record: a.record,
            passing: a.passing,
            outcomes: Vec::new(),
            variants,
            sample: a.sample,
            stop: None,
            // Worlds are draws of one distribution.
            quantiles: Some(if doubt.is_some() { Gather::Pooled } else { Gather::ByPoint }),
            claim: None,
            calibration: None,
            game: None,
        })
    }
}

/// Both, or what is wrong with them.
fn both(read: [Result<Experiment, Diagnostics>; 2]) -> Result<[Experiment; 2], Diagnostics> {
    match read {
        [Ok(a), Ok(b)] => Ok([a, b]),
        read => {
            let found = read.into_iter().filter_map(Result::err).flat_map(Diagnostics::into_found);
            Err(Diagnostics::new(found.collect()))
        }
    }
}

/// Says beside why a sample does not fit what else can be done.
fn way_out(errors: Diagnostics, drawn: &Doubt) -> Diagnostics {
    let said = format!("compare draws worlds from {}, and these scenarios cannot be run in them", drawn.sample);
    let out = Diagnostic::general(said).help(format!("{WITHOUT}, --doubt=FILE takes a sample of your own"));
    Diagnostics::new(errors.into_found().into_iter().chain([out]).collect())
}

/// Refuses scenarios that differ in what the sample gives to both: of that nothing would be left.
fn differ_beside_the_sample([a, b]: [&Experiment; 2]) -> Result<(), Diagnostics> {
    let (Some(first), Some(second)) = (a.variants.first(), b.variants.first()) else { return Ok(()) };
    let found = a.sample.design().factors.iter().filter_map(|factor| {
        let key = Key::parse(&factor.parameter).ok()?;
        let [said, other] = [second, first].map(|variant| variant.draft.said(&key));
        let value = |entry: Option<&TomlEntry>| {
            entry.map(|entry| (entry.node.value.number(), matches!(entry.node.value, Value::Flag(true))))
        };
        if value(said) == value(other) {
            return None;
        }
        let message = format!("`{key}` is drawn from the sample for both scenarios, so they would not differ in it");
        Some(Diagnostic::at(&said.or(other)?.key, message).help(format!("{WITHOUT} and at their own values")))
    });
    let found: Vec<_> = found.collect();
    if found.is_empty() { Ok(()) } else { Err(Diagnostics::new(found)) }
}

/// Refuses scenarios of different spans: outcomes of the end, means and counts would be of different things.
fn same_span(experiments: [&Experiment; 2], configs: [&Path; 2]) -> Result<(), Failure> {
    let span = |experiment: &Experiment| experiment.variants.first().map(|variant| variant.scenario.time.clone());
    let (Some(a), Some(b)) = (span(experiments[0]), span(experiments[1])) else { return Ok(()) };
    if a == b {
        return Ok(());
    }
    let shown = |time: &Time| format!("{} to {}", time.start, time.start.plus(time.months.saturating_sub(1)));
    let mut same = Vec::new();
    if a.start != b.start {
        same.push(format!("--set time.start={}", a.start.max(b.start)));
    }
    if a.months != b.months {
        same.push(format!("--months {}", a.months.min(b.months)));
    }
    Err(Failure::Usage(format!(
        "{} covers {} and {} covers {}: outcomes of the end, means and counts would be of different spans; give both the same, \
         with {}",
        configs[0].display(),
        shown(&a),
        configs[1].display(),
        shown(&b),
        same.join(" ")
    )))
}

/// What to call the two: by their own names, else by their files, else A and B.
fn names(experiments: [&Experiment; 2], configs: [&Path; 2]) -> [String; 2] {
    let own = experiments.map(|experiment| experiment.variants.first().map_or("", |variant| &variant.name).to_owned());
    let stem = |config: &Path| {
        let named = || config.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        // A stem becomes a folder's name and a cell of tables, so it must look like a scenario's name.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let fits = |name: &String| name.len() <= MAX_NAME && name.starts_with(|c: char| c.is_ascii_alphanumeric());
        Some(named()).filter(|name| fits(name) && name.chars().all(plain) && read_as(name).is_none())
    };
    match configs.map(stem) {
        _ if !alike(&own[0], &own[1]) => own,
        [Some(a), Some(b)] if !alike(&a, &b) => [a, b],
        _ => ["A".to_owned(), "B".to_owned()],
    }
}

/// Adds lines, each broken where it is wider than the terminal.
fn lines(text: &mut String, added: &str) {
    added.lines().for_each(|added| line(text, added.trim_end()));
}

/// A row of the table: the name of an outcome, its numbers, a mark and a unit. Where the terminal is narrow, the name and the unit
/// stand above the numbers.
fn table_row(name: &str, cells: [&str; 5], mark: &str, unit: &str) -> String {
    let cells = cells.map(|cell| format!("{cell:>8}")).concat();
    if width() >= WIDTH {
        return format!("  {name:<22}{cells} {mark:1}{unit}");
    }
    format!("  {name} {mark:1}{unit}\n{cells}")
}

/// A line for each of the two scenarios: how many runs of what.
fn heads(done: &Done) -> Vec<String> {
    let batch = done.batch();
    let how_many = match batch.sample.worlds_apart() {
        Some(worlds) => {
            let draws = counted(batch.sample.points(), "draw");
            format!("{draws} of {}, {} each", counted(worlds, "world"), counted(batch.runs, "run"))
        }
        None => counted(batch.runs, "run"),
    };
    let of = ["A", "B"].into_iter().zip(&batch.scenarios);
    of.map(|(letter, variant)| {
        format!("{letter}: {}, {how_many}, {}, seed {}", variant.name, span(variant), batch.seed)
    })
    .collect()
}

/// The headline differences, at most 80 columns wide, from the files.
fn table(done: &Done) -> Result<String, ReportError> {
    let (mut text, batch) = (String::new(), done.batch());
    heads(done).iter().for_each(|head| line(&mut text, head));
    lines(&mut text, &table_row("outcome, mean of", ["A", "B", "B - A", "95 %", ""], "", "unit"));
    let found = differences::read(&done.folder)?;
    let mut reductions = Vec::new();
    for column in headlines(batch) {
        let Some(one) = found.iter().find(|one| one.outcome == column.name) else { continue };
        let shown = [one.mean_against, one.mean, one.difference, one.low, one.high];
        let shown = shown.map(|value| value.map(few).unwrap_or_default());
        let mark = if one.is_clear() { "*" } else { "" };
        lines(&mut text, &table_row(column.name, shown.each_ref().map(String::as_str), mark, &unit(&column)));
        reductions.extend(one.reduction);
    }
    let (independent, units) =
        batch.sample.worlds_apart().map_or((batch.runs, "replicates"), |worlds| (worlds, "different worlds"));
    if independent < FEWEST {
        line(&mut text, &format!("  no intervals: they take at least {FEWEST} {units}"));
    } else {
        line(&mut text, "  * the interval of the mean difference leaves out zero, in the model");
    }
    reductions.sort_by(f64::total_cmp);
    if let Some(median) = reductions.get(reductions.len() / 2) {
        line(
            &mut text,
            &format!("unpaired, the same precision would take {} times the runs (median outcome)", short(*median)),
        );
    }
    closing(&mut text, done);
    Ok(text)
}
