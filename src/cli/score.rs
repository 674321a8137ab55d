//! `redqueen score`: how a forecast did.

use super::{
    batch,
    failure::Failure,
    lines::{line, short},
};
use crate::{
    analysis::scoring::naive::Naive,
    declare::text::counted,
    model::Model,
    output::folder::Folder,
    report::{
        ReportError,
        forecast::{FORECAST_FILE, Forecast, SEAL, Scored, Scores, Seal, score_observations, summary, write_scores},
    },
    scenario::{Month, Source},
};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  redqueen score output/as-of-2024-12-forecast observed.csv
  redqueen score forecast.csv observed-2024.csv observed-2025.csv --out scores
  redqueen score forecast.csv observed.csv --training-end 2024-12

OBSERVATIONS are CSV files with columns table, entity, indicator, date, until,
value, error, unit and source. Those up to the end of training, which the seal
states, make the naive forecasts; later ones are scored. Less is better.
Writes score.csv, score-rows.csv and score-pit.csv.";

/// Score a forecast against what was observed, beside naive ones
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// forecast.csv, or the folder that it is in
    forecast: PathBuf,
    /// Tables of observations
    #[arg(required = true)]
    observations: Vec<PathBuf>,
    /// Whether the error of each observation is added to what was forecast of it
    #[arg(long, value_name = "BOOL", default_value = "true", action = clap::ArgAction::Set)]
    with_error: bool,
    /// Last month whose figures the forecast may have used, if it has no seal
    #[arg(long, value_name = "YYYY-MM")]
    training_end: Option<Month>,
    /// Output folder [default: that of the forecast if a forecast was run into it, else output/score]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Show no table
    #[arg(long, short)]
    quiet: bool,
    /// Replace scores that redqueen does not know as its own
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let file = if args.forecast.is_dir() { args.forecast.join(FORECAST_FILE) } else { args.forecast.clone() };
    if !file.is_file() {
        return Err(Failure::Usage(format!("there is no forecast `{}`", file.display())));
    }
    let seal = Seal::beside(&file)?;
    let training_end = args.end_of_training(seal.as_ref().map(|(_, month)| *month))?;
    let sources: Vec<Source> = args.observations.iter().map(|path| Source::from_argument(path)).collect();
    let observations = model.observations(&sources)?;
    let forecast = Forecast::read_file(&file)?;
    let scores = score_observations(&forecast, &observations, training_end, args.with_error);
    if scores.rows.is_empty() {
        let mut said = format!("no observation after {training_end} is of what was forecast");
        left_lines(&scores).iter().for_each(|left| said.push_str(&format!("\n  {left}")));
        return Err(Failure::Usage(said));
    }
    let folder = args.folder(&file)?;
    write_scores(&folder, &scores, &model.measured(), args.overwrite)?;
    if !args.quiet {
        batch::say(&text(&scores, seal.as_ref().map(|(seal, _)| seal), training_end, args.with_error, &folder))?;
    }
    Ok(())
}

impl Args {
    /// The end of training, which is the seal's if there is one.
    fn end_of_training(&self, sealed: Option<Month>) -> Result<Month, Failure> {
        match (sealed, self.training_end) {
            (Some(sealed), Some(said)) if said != sealed => Err(Failure::Usage(format!(
                "{SEAL} states {sealed} as the end of training, and --training-end {said} would change what is scored"
            ))),
            (Some(month), _) | (None, Some(month)) => Ok(month),
            (None, None) => Err(Failure::Usage(format!(
                "there is no {SEAL} beside the forecast: say with --training-end until when figures were used for it"
            ))),
        }
    }

    fn folder(&self, file: &Path) -> Result<PathBuf, Failure> {
        if let Some(out) = &self.out {
            return Ok(out.clone());
        }
        let beside = file.parent().unwrap_or(Path::new(""));
        let is_ours = Folder::manifest(beside).map_err(ReportError::from)?.is_some();
        Ok(if is_ours { beside.to_owned() } else { Path::new("output").join("score") })
    }
}

/// What was not scored, a line each.
fn left_lines(scores: &Scores) -> Vec<String> {
    let line = |left: &crate::report::forecast::Left| {
        format!("{}: {} {}", left.of, counted(left.count as u64, "observation"), left.why)
    };
    scores.left.iter().map(line).collect()
}

/// The table of scores, at most 80 columns wide.
fn text(scores: &Scores, seal: Option<&Seal>, training_end: Month, with_error: bool, folder: &Path) -> String {
    let mut text = String::new();
    let what = seal.map_or_else(
        || "a forecast without a seal".to_owned(),
        |seal| format!("{}, {}, sealed{}", seal.scenario, counted(u64::from(seal.draws), "world"), on(seal)),
    );
    line(&mut text, &format!("{what}; trained to {training_end}"));
    line(
        &mut text,
        &format!(
            "  {:<30}{:>4}{:>8}{:>8} {:>5}{:>5}{:>5}{:>7}",
            "mean CRPS of", "n", "CRPS", "naive", "50 %", "80 %", "90 %", "width"
        ),
    );
    for (of, rows) in scores.groups() {
        score_lines(&mut text, &of.to_string(), rows);
    }
    line(&mut text, "  naive: the best of a random walk (w), drift (d), a line in logarithms (l)");
    line(&mut text, "  and the mean of six months (m); width: the factor that 90 % intervals need");
    let error = if with_error { "is added" } else { "is not added" };
    line(&mut text, &format!("  the error of measurement {error} to the forecast"));
    let left = left_lines(scores);
    if !left.is_empty() {
        line(&mut text, "not scored:");
        left.iter().for_each(|left| line(&mut text, &format!("  {left}")));
    }
    line(&mut text, &format!("files are in {}", folder.display()));
    text
}

fn on(seal: &Seal) -> String {
    seal.sealed_on.as_ref().map_or_else(String::new, |day| format!(" on {day}"))
}

fn score_lines(text: &mut String, name: &str, rows: &[Scored]) {
    /// Widest name beside which the numbers still fit.
    const NAME: usize = 30;
    let Some((all, naive)) = summary(rows) else { return };
    let said = Naive::ALL.into_iter().zip(naive).filter_map(|(naive, crps)| Some((crps?, naive)));
    let best = said.min_by(|a, b| a.0.total_cmp(&b.0));
    let naive = best.map_or_else(|| "-".to_owned(), |(crps, naive)| format!("{} {}", short(crps), letter(naive)));
    let [half, most, nearly] = all.coverage.map(|share| format!("{:.0}", 100.0 * share));
    let width = if all.width_factor.is_finite() { short(all.width_factor) } else { "-".to_owned() };
    let wide = name.chars().count() > NAME;
    if wide {
        line(text, &format!("  {name}"));
    }
    let name = if wide { "" } else { name };
    let crps = short(all.crps);
    line(text, &format!("  {name:<30}{:>4}{crps:>8}{naive:>8} {half:>5}{most:>5}{nearly:>5}{width:>7}", all.n));
}

const fn letter(naive: Naive) -> &'static str {
    match naive {
        Naive::RandomWalk => "w",
        Naive::Drift => "d",
        Naive::LogLinear => "l",
        Naive::RecentMean => "m",
    }
}
