//! `redqueen forecast`: what worlds of a posterior make of the months to come, sealed.

use super::{
    batch,
    common::{RunningOptions, ValueOptions, default_folder, runs, warn},
    failure::Failure,
    lines::{line, short},
    progress::Bar,
};
use crate::{
    analysis::scoring::Predictive,
    batch::{Done, Study, quoted},
    declare::{
        table::{CellType, DATE, Table},
        text::counted,
    },
    experiment::{Doubt, Experiment},
    model::Model,
    output::sums,
    report::{
        ReportError,
        forecast::{Forecast, Making, Seal, write_forecast},
    },
    scenario::{Month, child::whole, diagnostic::nearest, read::MAX_MONTHS},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

const EXAMPLES: &str = "\
Examples:
  redqueen forecast posterior.csv --from 2025-01 --to 2027-12
  redqueen forecast posterior.csv --from 2025-01 --to 2026-12 --draws 2000 \\
    --indicators world.gap_rating,states.compute --sealed-on 2025-01-02
  redqueen score output/as-of-2024-12-forecast observed.csv

POSTERIOR is a CSV with a column for each parameter and one of weights. Worlds
are drawn from it as often as their weights say, each with luck of its own.
Writes forecast.csv, forecast-quantiles.csv and, at last, seal.toml beside the
tables of the runs. The same command goes on where it stopped.";

/// The scenario without another: what an analyst knew when the training data ended.
const SCENARIO: &str = "as-of-2024-12";
/// What is forecast without a choice, as far as the model has it.
const INDICATORS: [&str; 5] =
    ["world.gap_rating", "world.gap_index", "world.open_gap_rating", "world.open_gap_index", "states.compute"];

/// Forecast from a posterior: draws and quantiles by month, sealed
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// CSV of weighted worlds: columns `weight` and the keys of parameters
    posterior: PathBuf,
    /// First month to forecast
    #[arg(long, value_name = "YYYY-MM")]
    from: Month,
    /// Last month to forecast
    #[arg(long, value_name = "YYYY-MM")]
    to: Month,
    /// Scenario file, or a built-in scenario's name
    #[arg(long, value_name = "CONFIG", default_value = SCENARIO)]
    scenario: PathBuf,
    /// Lay a value over the scenario, such as states.US.talent=1.2; can be given many times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Master seed of the noise and of the worlds that are drawn [default: the scenario's]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Worlds to draw from the posterior
    #[arg(long, value_name = "N", default_value = "500", value_parser = runs)]
    draws: u32,
    /// Runs of each world
    #[arg(long, value_name = "N", default_value = "1", value_parser = runs)]
    runs: u32,
    /// What to forecast, as TABLE.INDICATOR with commas between them [default: gaps of ratings and of the index, compute by state]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    indicators: Option<Vec<String>>,
    /// Last month whose figures may have been used [default: the month before --from]
    #[arg(long, value_name = "YYYY-MM")]
    training_end: Option<Month>,
    /// Day to write into the seal; no clock is asked
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    sealed_on: Option<String>,
    /// Output folder [default: output/SCENARIO-forecast]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    running: RunningOptions,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let chosen = args.chosen(model)?;
    let training_end = args.training_end()?;
    let experiment = args.experiment(model, &chosen)?;
    let posterior =
        sums::read(&args.posterior).map_err(|source| ReportError::Read { file: args.posterior.clone(), source })?;
    warn(&experiment);
    batch::tell_limits(&experiment);
    let folder = args.out.clone().map_or_else(|| default_folder(&experiment.name, ""), Ok)?;
    let making = args.making(model, &experiment, training_end, &posterior)?;
    let (cancel, mut bar) = (super::interrupt::watch(Failure::Interrupted), Bar::new(args.running.quiet));
    let replay = format!("{} run {}", model.program().name, quoted(&folder.join("draws.toml").display().to_string()));
    let study = Study::of(model, experiment).replay(|_| replay.clone()).on(|progress| bar.show(progress));
    let done = args.running.on(study, &cancel).run_into(&folder)?;
    if done.cancelled {
        return Err(Failure::Interrupted);
    }
    if done.finished > 0 {
        let mut forecast = Forecast::default();
        for (table, indicators) in &chosen {
            forecast.read_table(&folder, table, indicators, &(args.from..=args.to))?;
        }
        let seal = write_forecast(&folder, &forecast, making, &model.measured())?;
        if !args.running.quiet {
            batch::say(&text(&forecast, &seal, &done))?;
        }
    }
    batch::ended(&done)
}

impl Args {
    fn training_end(&self) -> Result<Month, Failure> {
        if self.to < self.from {
            return Err(Failure::Usage(format!("--to {} is before --from {}", self.to, self.from)));
        }
        let before = (self.from.year(), self.from.of_year());
        let before = if before.1 == 1 { Month::new(before.0 - 1, 12) } else { Month::new(before.0, before.1 - 1) };
        match self.training_end.or(before) {
            Some(end) if end < self.from => Ok(end),
            Some(end) => Err(Failure::Usage(format!(
                "--training-end {end} is not before --from {}: a forecast is of months that it has not seen",
                self.from
            ))),
            None => Err(Failure::Usage("--from has no month before it".to_owned())),
        }
    }

    /// What to forecast: indicators by table, in the order of the model's tables.
    fn chosen(&self, model: &Model) -> Result<Vec<(Table, Vec<&'static str>)>, Failure> {
        let tables: Vec<Table> = model.measured().tables().filter(followed).collect();
        let known: BTreeMap<String, (usize, &'static str)> = tables
            .iter()
            .enumerate()
            .flat_map(|(at, table)| numbers(table).map(move |name| (format!("{}.{name}", table.name), (at, name))))
            .collect();
        let mut chosen: Vec<Vec<&'static str>> = vec![Vec::new(); tables.len()];
        let default =
            || INDICATORS.iter().filter(|name| known.contains_key(**name)).map(|name| (*name).to_owned()).collect();
        for name in self.indicators.clone().unwrap_or_else(default) {
            let Some((at, indicator)) = known.get(name.trim()) else {
                let near = nearest(&name, known.keys().map(String::as_str));
                let near = near.map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
                return Err(Failure::Usage(format!(
                    "unknown indicator `{name}`{near}; --indicators takes TABLE.INDICATOR, and the command `columns` lists them"
                )));
            };
            if !chosen[*at].contains(indicator) {
                chosen[*at].push(indicator);
            }
        }
        Ok(tables.into_iter().zip(chosen).filter(|(_, indicators)| !indicators.is_empty()).collect())
    }

    /// The scenario until the last month, in the worlds of the posterior.
    fn experiment(&self, model: &Model, chosen: &[(Table, Vec<&'static str>)]) -> Result<Experiment, Failure> {
        let values =
            |months| ValueOptions { set: self.set.clone(), seed: self.seed, months, ..ValueOptions::default() };
        let read = |months, doubt| {
            let config = values(months).over(Some(&self.scenario));
            model.experiment_in_doubt(&config.source(), &config.overrides(), doubt)
        };
        let plain = read(None, None)?;
        let single = plain.variants.len() == 1 && plain.sample.design().factors.is_empty() && plain.game.is_none();
        let Some(variant) = plain.variants.first().filter(|_| single && plain.stop.is_none()) else {
            let shown = self.scenario.display();
            return Err(Failure::Usage(format!("{shown} is an experiment, and a forecast is of one scenario")));
        };
        let start = variant.scenario.time.start;
        if self.from < start {
            return Err(Failure::Usage(format!("--from {} is before the scenario starts, {start}", self.from)));
        }
        let months = u32::try_from(self.to.since(start) + 1).ok().filter(|months| *months <= MAX_MONTHS);
        let Some(months) = months else {
            let message =
                format!("--to {} is more than {MAX_MONTHS} months after the scenario starts, {start}", self.to);
            return Err(Failure::Usage(message));
        };
        let worlds = Doubt { sample: self.posterior.display().to_string(), worlds: self.draws };
        let experiment = read(Some(months), Some(&worlds))?;
        let name = format!("{}-forecast", experiment.name);
        let record = chosen.iter().map(|(table, _)| table.name.to_owned()).collect();
        Ok(Experiment { name, runs: self.runs, record, passing: Vec::new(), ..experiment })
    }

    fn making(
        &self,
        model: &Model,
        experiment: &Experiment,
        training_end: Month,
        posterior: &[u8],
    ) -> Result<Making, Failure> {
        let scenario = experiment.variants.first().map(|variant| &variant.scenario);
        let config = scenario.map_or(serde_json::Value::Null, |scenario| scenario.to_json());
        let text = whole(&config).map_err(|error| Failure::Usage(error.to_string()))?;
        let seal = Seal {
            format: Seal::FORMAT,
            scenario: scenario.map_or_else(String::new, |scenario| scenario.name.clone()),
            program: model.program().to_string(),
            training_end: training_end.to_string(),
            from: self.from.to_string(),
            to: self.to.to_string(),
            draws: self.draws,
            runs: self.runs,
            seed: experiment.seed.to_string(),
            config_sha256: String::new(),
            posterior_sha256: sums::sha256(posterior),
            forecast_sha256: String::new(),
            sealed_on: self.sealed_on.clone(),
        };
        Ok(Making { seal, scenario: text })
    }
}

/// Whether a table is kept by month, and at most one name beside it.
fn followed(table: &Table) -> bool {
    matches!(table.key, [DATE] | [DATE, _])
}

fn numbers(table: &Table) -> impl Iterator<Item = &'static str> + use<> {
    let columns = table.columns.iter();
    columns.filter(|column| matches!(column.holds, CellType::Number | CellType::Whole)).map(|column| column.name)
}

/// A day of the calendar, as it was written.
fn day(text: &str) -> Result<String, String> {
    let wrong = || "expected a day as YYYY-MM-DD, such as 2025-01-02".to_owned();
    let (month, day) = text.rsplit_once('-').ok_or_else(wrong)?;
    let month: Month = month.parse().map_err(|_| wrong())?;
    let last = match month.of_year() {
        2 if month.year().is_multiple_of(4)
            && (!month.year().is_multiple_of(100) || month.year().is_multiple_of(400)) =>
        {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let number = day.parse::<u32>().ok().filter(|number| day.len() == 2 && (1..=last).contains(number));
    number.map(|_| text.to_owned()).ok_or_else(wrong)
}

/// What is forecast of the last month, no wider than the terminal.
fn text(forecast: &Forecast, seal: &Seal, done: &Done) -> String {
    /// More rows than this nobody reads in a terminal.
    const SHOWN: usize = 16;
    let mut text = String::new();
    let size = counted(u64::from(seal.draws), "world");
    let size = if seal.runs == 1 { size } else { format!("{size}, {} of each", counted(u64::from(seal.runs), "run")) };
    line(&mut text, &format!("{}: {size}, {} to {}, seed {}", seal.scenario, seal.from, seal.to, seal.seed));
    line(&mut text, &format!("  {:<38}{:>8}{:>8}{:>8}", format!("in {}", seal.to), "median", "5 %", "95 %"));
    let mut shown = 0;
    for (of, months) in forecast.months() {
        let Some((_, draws)) = months.last_key_value() else { continue };
        let Some(found) = Predictive::sample(draws.iter().map(|draw| (draw.value, draw.weight)).collect()) else {
            continue;
        };
        shown += 1;
        if shown <= SHOWN {
            let [median, low, high] = [0.5, 0.05, 0.95].map(|share| short(found.quantile(share)));
            line(&mut text, &format!("  {:<38}{median:>8}{low:>8}{high:>8}", of.to_string()));
        }
    }
    if shown > SHOWN {
        line(&mut text, &format!("  and {} more in forecast-quantiles.csv", shown - SHOWN));
    }
    line(&mut text, &format!("trained to {}; sealed: {}", seal.training_end, folder_file(&done.folder, "seal.toml")));
    text
}

fn folder_file(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for right in ["2024-02-29", "2025-01-31", "2000-02-29", "2026-11-30"] {
            assert_eq!(day(right).as_deref(), Ok(right));
        }
        for wrong in ["2025-02-29", "1900-02-29", "2025-04-31", "2025-1-01", "2025-01-1", "2025-01-00", "2025-01", "x"]
        {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }
}
