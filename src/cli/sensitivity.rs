//! `redqueen sensitivity`: which factors of a design move the outcomes of a finished batch, and how surely.

use super::{
    failure::Failure,
    lines::{line, short},
};
use crate::{
    analysis::sensitivity::{
        Indices, Lack, Options, PointRoles, analyse,
        morris::SIGMA,
        one_at_a_time::{HIGH, LOW},
        sobol::FIRST,
    },
    declare::table::Row,
    declare::text::counted,
    model::Model,
    output::{csv::Csv, dictionary::SensitivityRow, folder::Folder},
    report::sensitivity::{
        Finding, Findings, ending,
        read::{AnalysedBatch, ReadError},
        reason, write_sensitivity,
    },
    scenario::diagnostic::unknown,
};
use rayon::prelude::*;
use std::{
    io::{self, Write},
    path::PathBuf,
};

const EXAMPLES: &str = "\
Examples:
  redqueen sensitivity output/screening
  redqueen sensitivity output/screening --outcome gap_rating_end
  redqueen sensitivity output/variance --resamples 5000 --confidence 0.9

The batch needs a [design] of kind \"morris\", \"saltelli\" or \"one-at-a-time\".
Writes sensitivity.csv, sensitivity.html and sensitivity/*.svg into DIR.";

/// Factors that the terminal shows of a headline outcome, and of one that was asked for.
const SHOWN: [usize; 2] = [3, 10];

/// Find which parameters move the outcomes of a finished batch: Morris or Sobol indices with intervals
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Output folder of a finished batch
    dir: PathBuf,
    /// Outcome to analyse, a column of runs.csv; can be given many times [default: all]
    #[arg(long, value_name = "NAME")]
    outcome: Vec<String>,
    /// Bootstrap resamples for the intervals
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(20..=1_000_000))]
    resamples: u32,
    /// Share of the resamples that an interval holds
    #[arg(long, value_name = "SHARE", default_value = "0.95", value_parser = share)]
    confidence: f64,
}

fn share(text: &str) -> Result<f64, String> {
    let inside = |share: &f64| *share > 0.0 && *share < 1.0;
    text.parse().ok().filter(inside).ok_or_else(|| "expected a number between 0 and 1, such as 0.95".to_owned())
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    // What is wrong with the manifest is told where the batch is read.
    let manifest = Folder::manifest(&args.dir).ok().flatten();
    let measured = manifest.map_or_else(|| model.measured(), |manifest| model.measured_of(&manifest));
    let known = measured.outcome_names();
    if let Some(wrong) = args.outcome.iter().find(|name| !known.contains(&name.as_str())) {
        let message = unknown("outcome", wrong, known);
        return Err(Failure::Usage(format!("{message}; `{} columns runs` lists all", model.program().name)));
    }
    super::report::no_file(&args.dir)?;
    let batch = AnalysedBatch::read(&args.dir, &measured, &args.outcome).map_err(|error| match error {
        ReadError::Unfit(message) => Failure::Usage(message),
        ReadError::Manifest(error) => Failure::Usage(error.to_string()),
        ReadError::Table(error) => Failure::Report(error),
    })?;
    if batch.failed_all() {
        let (runs, folder) = (batch.manifest.runs_done, args.dir.display());
        return Err(Failure::Runs(format!(
            "all {} in {folder} failed, so there is nothing to analyse; runs.csv says why",
            counted(runs, "run")
        )));
    }
    let findings = findings(args, batch, &measured.headlines());
    let files = write_sensitivity(&args.dir, &findings, &measured, table(&findings))?;
    let mut out = io::stdout().lock();
    out.write_all(text(&findings, !args.outcome.is_empty()).as_bytes())?;
    writeln!(out, "indices are in {}", files.table.display())?;
    writeln!(out, "Page: {} and {} pictures", files.page.display(), files.pictures.len())?;
    if findings.list.iter().all(|finding| finding.indices.lack == Some(Lack::Blocks)) {
        return Err(Failure::Runs("no outcome has an index; the reasons stand above".to_owned()));
    }
    Ok(())
}

/// The indices of every outcome under every scenario.
fn findings(args: &Args, batch: AnalysedBatch, headlines: &[&str]) -> Findings {
    let Args { resamples, confidence, .. } = *args;
    let options = Options { resamples, confidence, seed: batch.design().seed };
    let factors = batch.design().factors.len();
    let scenarios = batch.manifest.experiment.scenarios.len();
    let mut wanted: Vec<(usize, usize)> =
        (0..batch.outcomes.len()).flat_map(|outcome| (0..scenarios).map(move |scenario| (scenario, outcome))).collect();
    let headline = |outcome: usize| {
        let name = batch.outcomes.get(outcome).map_or("", |column| column.name);
        !args.outcome.is_empty() || headlines.contains(&name)
    };
    wanted.sort_by_key(|(_, outcome)| !headline(*outcome));
    let list = wanted
        .into_par_iter()
        .filter_map(|(scenario, outcome)| {
            let indices = analyse(&batch.layout, factors, &batch.values(scenario, outcome), &options);
            let headline = headline(outcome);
            batch.outcomes.get(outcome).map(|&outcome| Finding { scenario, outcome, headline, indices })
        })
        .collect();
    Findings { manifest: batch.manifest, layout: batch.layout, options, list }
}

/// `sensitivity.csv`.
fn table(findings: &Findings) -> Vec<u8> {
    let mut bytes = Csv::header(SensitivityRow::COLUMNS);
    for Finding { scenario, outcome, indices, .. } in &findings.list {
        for index in &indices.list {
            let row = SensitivityRow {
                scenario: findings.scenario(*scenario).into(),
                outcome: outcome.name.into(),
                factor: findings.factor(index.factor).into(),
                with: index.with.map(|factor| findings.factor(factor).into()),
                index: index.name.into(),
                value: index.value.filter(|value| value.is_finite()),
                low: index.interval.map(|(low, _)| low).filter(|value| value.is_finite()),
                high: index.interval.map(|(_, high)| high).filter(|value| value.is_finite()),
                n: u32::try_from(indices.used).unwrap_or(u32::MAX),
            };
            let mut csv = Csv::default();
            // Every number was looked at above.
            if csv.row(&row).is_ok() {
                csv.end_line();
                bytes.extend(csv.into_bytes());
            }
        }
    }
    bytes
}

/// The strongest factors of the outcomes that the page opens with.
fn text(findings: &Findings, asked: bool) -> String {
    let mut text = String::new();
    let layout = &findings.layout;
    let extra = match layout {
        PointRoles::Morris { .. } => SIGMA,
        PointRoles::Saltelli { .. } => FIRST,
        PointRoles::OneAtATime { .. } => "low to high",
    };
    for (place, scenario) in findings.manifest.experiment.scenarios.iter().enumerate() {
        let blocks = findings.list.first().map_or(0, |finding| finding.indices.blocks);
        let (factors, seed) = (findings.factors().len(), findings.manifest.experiment.seed);
        let about = format!("{}, {blocks} {}, seed {seed}", counted(factors as u64, "factor"), layout.blocks_are());
        line(&mut text, &format!("{}: {about}", scenario.name));
        let interval = format!("{} interval", findings.confidence());
        let head = format!("  {:<33}{:>9}{interval:>17}  {extra}", "outcome, factor", layout.main());
        line(&mut text, &head);
        let shown = findings.list.iter().filter(|finding| finding.scenario == place && finding.headline);
        for finding in shown {
            outcome(&mut text, findings, finding, SHOWN[usize::from(asked)]);
        }
    }
    findings.about_intervals().iter().for_each(|said| line(&mut text, said));
    line(&mut text, "The indices hold for the ranges of this design, and for the model.");
    text
}

fn outcome(text: &mut String, findings: &Findings, finding: &Finding, most: usize) {
    let Finding { outcome, indices, .. } = finding;
    if let Some(reason) = reason(&findings.layout, indices) {
        return line(text, &format!("  {}: {reason}", outcome.name));
    }
    let used = if indices.used < indices.blocks {
        format!(" (from {} of {} {})", indices.used, indices.blocks, findings.layout.blocks_are())
    } else {
        String::new()
    };
    line(text, &format!("  {}{used}", outcome.name));
    for factor in findings.layout.ranked(indices).into_iter().take(most) {
        let Some(index) = indices.get(findings.layout.main(), factor) else { continue };
        let value = index.value.map(short).unwrap_or_default();
        let interval =
            index.interval.map_or_else(String::new, |(low, high)| format!("{} to {}", short(low), short(high)));
        let name = ending(findings.factor(factor), 30);
        line(text, &format!("    {name:<31}{value:>9}{interval:>17}  {}", second(&findings.layout, indices, factor)));
    }
}

/// The number that stands beside the main index.
fn second(layout: &PointRoles, indices: &Indices, factor: usize) -> String {
    let of = |name: &str| indices.value(name, factor).map(short).unwrap_or_default();
    match layout {
        PointRoles::Morris { .. } => of(SIGMA),
        PointRoles::Saltelli { .. } => of(FIRST),
        PointRoles::OneAtATime { .. } => format!("{} to {}", of(LOW), of(HIGH)),
    }
}
