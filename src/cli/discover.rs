//! `redqueen discover`: where in parameter space something happens, by the runs of a finished batch.

use super::{failure::Failure, lines::line};
use crate::{
    analysis::prim::{self, Options},
    declare::parameter::Parameter,
    experiment::design::declared_at,
    model::Model,
    output::folder::Folder,
    report::{
        discover::{
            findings::{DOUBTFUL, Discovery, quasi},
            read::{Question, Sampled},
            write_discovery,
        },
        sensitivity::{ending, read::ReadError},
    },
};
use std::{
    io::{self, Write},
    path::PathBuf,
};

const EXAMPLES: &str = "\
Examples:
  redqueen discover output/diffusion-lhs --outcome 'gap_rating_end < 0'
  redqueen discover output/mine --outcome 'firms_end < 15 and lead_changes > 2'
  redqueen discover output/mine --outcome 'firms_end < 15' --threshold 0.9

The batch needs a [design]. A row is a point of it; what happened is the share
of the point's runs. Writes discover.csv, boxes.csv, discover.html and, for
each box, a scenario in its middle (box-1.toml, ...) into DIR.";

/// What a peel or a paste is to raise
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Objective {
    /// Density for each point that it costs, which is fair to choices of few values
    Lenient,
    /// Density alone
    Mean,
}

/// Find where in parameter space an outcome happens: boxes by PRIM, from a finished batch with a design
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Output folder of a finished batch
    dir: PathBuf,
    /// What happens: an outcome, a sign and a number, with `and` between several
    #[arg(long, value_name = "CONDITION")]
    outcome: String,
    /// Which scenario of the batch [default: its only one]
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Density that a box is to have: the one taken covers most of those that have it [default: 0.8, and at least halfway
    /// from how often it happens overall to always]
    #[arg(long, value_name = "DENSITY", value_parser = density)]
    threshold: Option<f64>,
    /// Most boxes, each in what those before it left
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=100))]
    boxes: u32,
    /// Share of the points in a box that a peel takes off
    #[arg(long, value_name = "SHARE", default_value = "0.05", value_parser = small)]
    peel: f64,
    /// Least share of all points that a box holds
    #[arg(long, value_name = "SHARE", default_value = "0.05", value_parser = small)]
    least: f64,
    /// What a peel is to raise
    #[arg(long, value_name = "WHAT", default_value = "lenient", value_enum)]
    objective: Objective,
    /// CSV file with a column `weight`, a row for each design point in their order
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
}

fn density(text: &str) -> Result<f64, String> {
    let inside = |share: &f64| *share > 0.0 && *share <= 1.0;
    text.parse().ok().filter(inside).ok_or_else(|| "expected a number above 0, up to 1, such as 0.8".to_owned())
}

fn small(text: &str) -> Result<f64, String> {
    let inside = |share: &f64| *share > 0.0 && *share < 0.5;
    text.parse().ok().filter(inside).ok_or_else(|| "expected a number between 0 and 0.5, such as 0.05".to_owned())
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    super::report::no_file(&args.dir)?;
    // What is wrong with the manifest is told where the batch is read.
    let manifest = Folder::manifest(&args.dir).ok().flatten();
    let measured = manifest.map_or_else(|| model.measured(), |manifest| model.measured_of(&manifest));
    let Args { outcome, scenario, weights, .. } = args;
    let question = Question { outcome: outcome.clone(), scenario: scenario.clone(), weights: weights.clone() };
    let sampled = Sampled::read(&args.dir, &question, &measured).map_err(|error| match error {
        ReadError::Unfit(message) => Failure::Usage(message),
        ReadError::Manifest(error) => Failure::Usage(error.to_string()),
        ReadError::Table(error) => Failure::Report(error),
    })?;
    let threshold = threshold(args.threshold, &sampled)?;
    let objective = match args.objective {
        Objective::Lenient => prim::Objective::Lenient,
        Objective::Mean => prim::Objective::Mean,
    };
    let options = Options { peel_alpha: args.peel, paste_alpha: args.peel, mass_min: args.least, objective };
    let found = Discovery::new(sampled, args.boxes as usize, threshold, &options);
    let files = write_discovery(&args.dir, &found, model, &measured)?;
    let mut said = text(&found, model);
    files.notes.iter().for_each(|note| line(&mut said, note));
    for scenario in &files.scenarios {
        line(&mut said, &format!("scenario in the middle: {}", scenario.display()));
    }
    let mut out = io::stdout().lock();
    out.write_all(said.as_bytes())?;
    writeln!(out, "Page: {}", files.page.display())?;
    Ok(())
}

/// The density that a box is to have.
fn threshold(asked: Option<f64>, sampled: &Sampled) -> Result<f64, Failure> {
    /// What scenario discovery usually asks for.
    const USUAL: f64 = 0.8;
    let base = sampled.cases.base_rate();
    match asked {
        None => Ok(USUAL.max(0.5 * (1.0 + base))),
        Some(asked) if asked > base => Ok(asked),
        Some(asked) => Err(Failure::Usage(format!(
            "{} in {base:.3} of the runs, so a box of all points has the density {asked}; ask for more with --threshold",
            sampled.condition
        ))),
    }
}

/// The boxes in words.
fn text(found: &Discovery, model: &Model) -> String {
    let mut text = String::new();
    line(&mut text, &format!("{}: {}", found.sampled.name(), found.size()));
    if found.boxes.is_empty() {
        line(&mut text, "  no box is denser than the whole: what was varied does not tell where");
    }
    for (at, one) in found.boxes.iter().enumerate() {
        line(&mut text, &format!("  box {}: {}", at + 1, found.sentence(one)));
        for restriction in found.restrictions(one) {
            let name = ending(&restriction.factor.parameter, 34);
            let (words, range) = (found.words(restriction.column, restriction.limit), found.range(restriction.column));
            let declared = declared_at(&restriction.factor.parameter, model.catalogue());
            let mark = declared.map_or_else(String::new, |Parameter { mark, .. }| format!(", {}", mark.word()));
            let unit = Some(restriction.factor.unit.as_str()).filter(|unit| !["", "1"].contains(unit));
            let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
            let doubt = if restriction.quasi_p.column > DOUBTFUL { "?" } else { "" };
            let p = quasi(restriction.quasi_p.column);
            line(&mut text, &format!("    {name:<34} {words}{unit} (of {range}{mark}; p {p}{doubt})"));
        }
    }
    found.notes().iter().for_each(|note| line(&mut text, note));
    text
}
