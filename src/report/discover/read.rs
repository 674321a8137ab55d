//! Reads a finished batch as cases: a row for each point of its design, and how often something happened there.

use crate::{
    analysis::{
        condition::Condition,
        prim::{Cases, Column},
    },
    declare::text::counted,
    experiment::design::{Factor, Scale, Setting},
    measure::Measured,
    model::Model,
    output::{
        dictionary::{DESIGN, RUNS},
        manifest::Manifest,
    },
    report::{
        as_written,
        csv_file::CsvFile,
        sensitivity::read::{ReadError, read_design, whole_batch},
    },
    scenario::{
        Scenario, Source,
        child::{said, whole},
        diagnostic::unknown,
    },
};
use std::path::{Path, PathBuf};

/// What is asked of a batch.
#[derive(Clone, Debug)]
pub struct Question {
    /// The condition, as it was written.
    pub outcome: String,
    /// The scenario; the only one without it.
    pub scenario: Option<String>,
    /// A table with the weights of the points.
    pub weights: Option<PathBuf>,
}

/// A batch as cases: a row for each point of its design that has a run with the values that are asked for.
#[derive(Debug)]
pub struct Sampled {
    /// The batch's manifest.
    pub manifest: Manifest,
    /// Place of the scenario.
    pub scenario: usize,
    /// What is asked.
    pub condition: Condition,
    /// The rows. What happened is the share of a point's runs: runs of other luck in the same world.
    pub cases: Cases,
    /// The words of each column's choices; empty of numbers.
    pub choices: Vec<Vec<Setting>>,
    /// Runs that count.
    pub runs: u64,
    /// Runs of the scenario that failed.
    pub failed: u64,
    /// Runs without a value that decides.
    pub open: u64,
    /// Whether points differ in their weights.
    pub weighted: bool,
}

impl Sampled {
    /// The factors, by column.
    pub fn factors(&self) -> &[Factor] {
        &self.manifest.experiment.design.factors
    }

    /// The scenario's name.
    pub fn name(&self) -> &str {
        self.manifest.experiment.scenarios.get(self.scenario).map_or("", |entry| &entry.name)
    }

    /// The scenario as it was run, but for its design.
    pub fn own(&self, model: &Model) -> Option<Scenario> {
        own(&self.manifest, self.scenario, model)
    }

    /// Reads a folder. `measured` is what was measured of the batch.
    pub fn read(folder: &Path, question: &Question, measured: &Measured) -> Result<Self, ReadError> {
        let unfit = |why: String| ReadError::Unfit(why);
        let manifest = whole_batch(folder)?;
        let design = &manifest.experiment.design;
        if design.factors.is_empty() {
            return Err(unfit(format!(
                "{} holds plain replicates of its scenarios: their parameters are the same in all runs, so there is nowhere to look; \
                 give the folder of a batch with a [design]",
                folder.display()
            )));
        }
        let condition = Condition::parse(&question.outcome, &measured.outcome_names()).map_err(unfit)?;
        let scenario = scenario(&manifest, question.scenario.as_deref()).map_err(unfit)?;
        let cells = read_design(&folder.join(format!("{DESIGN}.csv")), &manifest)?;
        let counts = Counts::read(folder, &manifest, scenario, &condition)?;
        for table in [DESIGN, RUNS] {
            as_written(folder, &manifest, table)?;
        }
        counts.check(&condition, folder)?;
        let weights = match &question.weights {
            None => vec![1.0; cells.len()],
            Some(file) => weights(file, cells.len())?,
        };
        let used = |point: &usize| counts.points[*point].1 > 0 && weights[*point] > 0.0;
        let used: Vec<usize> = (0..cells.len()).filter(used).collect();
        let share = |point: &usize| counts.points[*point].0 as f64 / counts.points[*point].1 as f64;
        let happened = used.iter().map(share).collect();
        let values = || used.iter().map(|point| cells[*point].as_slice());
        let (columns, choices) = columns(&manifest, scenario, values).map_err(unfit)?;
        let weights: Vec<f64> = used.iter().map(|point| weights[*point]).collect();
        let weighted = weights.windows(2).any(|pair| pair[0] != pair[1]);
        let cases = Cases::new(columns, happened, weights);
        if cases.base_rate() <= 0.0 || cases.base_rate() >= 1.0 {
            return Err(unfit(format!("{condition} is decided by the weights: it leaves one side none")));
        }
        let Counts { runs, failed, open, .. } = counts;
        Ok(Self { manifest, scenario, condition, cases, choices, runs, failed, open, weighted })
    }
}

/// The scenario as it was run, but for its design.
fn own(manifest: &Manifest, scenario: usize, model: &Model) -> Option<Scenario> {
    let entry = manifest.experiment.scenarios.get(scenario)?;
    let source = Source::Text { name: entry.name.clone(), text: whole(&entry.config.value()).ok()? };
    model.load(&source).ok()
}

/// The place of the scenario that is asked for.
fn scenario(manifest: &Manifest, wanted: Option<&str>) -> Result<usize, String> {
    let names: Vec<&str> = manifest.experiment.scenarios.iter().map(|entry| entry.name.as_str()).collect();
    match wanted {
        Some(wanted) => names
            .iter()
            .position(|name| *name == wanted)
            .ok_or_else(|| unknown("scenario", wanted, names.iter().copied())),
        None if names.len() == 1 => Ok(0),
        None => Err(format!("the batch holds several scenarios: choose one with --scenario: {}", names.join(", "))),
    }
}

/// How often it happened.
struct Counts {
    /// By point: runs in which it happened, and runs that tell.
    points: Vec<(u64, u64)>,
    runs: u64,
    failed: u64,
    open: u64,
    /// By clause: the least and the greatest value, if there is one.
    ranges: Vec<Option<(f64, f64)>>,
}

impl Counts {
    fn read(folder: &Path, manifest: &Manifest, scenario: usize, condition: &Condition) -> Result<Self, ReadError> {
        let mut table = CsvFile::there(&folder.join(format!("{RUNS}.csv")))?;
        let [name, point, status] = ["scenario", "point", "status"].map(|column| table.column(column));
        let (name, point, status) = (name?, point?, status?);
        let outcomes = condition.clauses().iter().map(|clause| table.column(&clause.outcome));
        let outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
        let points = usize::try_from(manifest.experiment.points).unwrap_or(0);
        let wanted = manifest.experiment.scenarios.get(scenario).map(|entry| entry.name.as_str());
        let mut counts =
            Self { points: vec![(0, 0); points], runs: 0, failed: 0, open: 0, ranges: vec![None; outcomes.len()] };
        let mut row = csv::StringRecord::new();
        while table.next(&mut row)? {
            if row.get(name) != wanted {
                continue;
            }
            let place = row.get(point).and_then(|cell| cell.parse().ok()).filter(|place: &usize| *place < points);
            let place = place.ok_or_else(|| table.malformed(&row, point, "a point of the design"))?;
            if row.get(status) != Some("finished") {
                counts.failed += 1;
                continue;
            }
            let values = outcomes.iter().map(|column| table.number(&row, *column)).collect::<Result<Vec<_>, _>>()?;
            counts.add(place, &values, condition.holds(&values));
        }
        Ok(counts)
    }

    fn add(&mut self, point: usize, values: &[Option<f64>], held: Option<bool>) {
        for (range, value) in self.ranges.iter_mut().zip(values) {
            let (low, high) = range.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
            *range = value.map(|value| (low.min(value), high.max(value))).or(*range);
        }
        match held {
            Some(held) => {
                self.points[point].0 += u64::from(held);
                self.points[point].1 += 1;
                self.runs += 1;
            }
            None => self.open += 1,
        }
    }

    /// Refuses what never happened, or always.
    fn check(&self, condition: &Condition, folder: &Path) -> Result<(), ReadError> {
        let spans: Vec<String> = condition
            .clauses()
            .iter()
            .zip(&self.ranges)
            .map(|(clause, range)| match range {
                Some((low, high)) => format!("{} is from {low} to {high}", clause.outcome),
                None => format!("no run has a value of {}", clause.outcome),
            })
            .collect();
        let (spans, folder) = (spans.join(", "), folder.display());
        let happened: u64 = self.points.iter().map(|(happened, _)| happened).sum();
        let often = match self.runs {
            0 if self.open == 0 => {
                return Err(ReadError::Unfit(format!("all runs in {folder} failed; runs.csv says why")));
            }
            0 => return Err(ReadError::Unfit(format!("{condition} is open in all runs in {folder}: {spans}"))),
            _ if happened == 0 => "never happens",
            runs if happened == runs => "always happens",
            _ => return Ok(()),
        };
        let runs = counted(self.runs, "run");
        Err(ReadError::Unfit(format!(
            "{condition} {often} in {runs} in {folder}, so there is nothing to tell: {spans}"
        )))
    }
}

/// The weights of the points, in their order.
fn weights(file: &Path, points: usize) -> Result<Vec<f64>, ReadError> {
    let mut table = CsvFile::there(file)?;
    let column = table.column("weight")?;
    let (mut row, mut weights) = (csv::StringRecord::new(), Vec::new());
    while table.next(&mut row)? {
        let weight = table.number(&row, column)?.filter(|weight| *weight >= 0.0);
        weights.push(weight.ok_or_else(|| table.malformed(&row, column, "a weight of at least 0"))?);
    }
    if weights.len() != points {
        let (file, weights) = (file.display(), counted(weights.len() as u64, "weight"));
        return Err(ReadError::Unfit(format!(
            "{file} has {weights}, and the design {}",
            counted(points as u64, "point")
        )));
    }
    if weights.iter().all(|weight| *weight <= 0.0) {
        return Err(ReadError::Unfit(format!("all weights in {} are 0", file.display())));
    }
    Ok(weights)
}

/// The columns of the factors, and the words of their choices. Where a point leaves a factor as the scenario has it, that is its
/// value.
fn columns<'c, I: Iterator<Item = &'c [String]>>(
    manifest: &Manifest,
    scenario: usize,
    rows: impl Fn() -> I,
) -> Result<(Vec<Column>, Vec<Vec<Setting>>), String> {
    let entry = manifest.experiment.scenarios.get(scenario);
    let mut config = None;
    let (mut columns, mut choices) = (Vec::new(), Vec::new());
    for (at, factor) in manifest.experiment.design.factors.iter().enumerate() {
        let cell = |row: &'c [String]| row.get(at).map_or("", String::as_str);
        let mut stays = None;
        if rows().any(|row| cell(row).is_empty()) {
            let config = config.get_or_insert_with(|| entry.map(|entry| entry.config.value()).unwrap_or_default());
            stays = said(config, &factor.parameter).and_then(number);
            if stays.is_none() {
                return Err(format!(
                    "some points leave {} as the scenario has it, and what that is cannot be read as a number",
                    factor.parameter
                ));
            }
        }
        let cells: Vec<&str> = rows().map(cell).collect();
        let (column, words) = column(factor, &cells, stays);
        columns.push(column);
        choices.push(words);
    }
    Ok((columns, choices))
}

/// A number, or a flag as 1 or 0.
fn number(value: &serde_json::Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_bool().map(|flag| f64::from(u8::from(flag))))
}

/// The column of a factor with these cells.
fn column(factor: &Factor, cells: &[&str], stays: Option<f64>) -> (Column, Vec<Setting>) {
    let number = |cell: &&str| match cell.is_empty() {
        true => stays,
        false => cell.parse().ok().filter(|number: &f64| number.is_finite()),
    };
    if let Some(values) = cells.iter().map(number).collect::<Option<Vec<f64>>>() {
        let whole = match &factor.scale {
            Scale::Integer { .. } => true,
            Scale::Choice { values } => values.iter().all(|value| matches!(value, Setting::Whole(_))),
            Scale::Linear { .. } | Scale::Log { .. } => false,
        };
        let whole = whole && values.iter().all(|value| value.fract() == 0.0);
        return (if whole { Column::Whole(values) } else { Column::Real(values) }, Vec::new());
    }
    let Scale::Choice { values } = &factor.scale else { return (Column::Real(vec![0.0; cells.len()]), Vec::new()) };
    let mut words: Vec<Setting> = Vec::new();
    for value in values {
        if !words.contains(value) {
            words.push(value.clone());
        }
    }
    let mut places = Vec::with_capacity(cells.len());
    for cell in cells {
        let is = |word: &Setting| match word {
            _ if cell.is_empty() => matches!(word, Setting::Flag(flag) if Some(f64::from(u8::from(*flag))) == stays),
            Setting::Text(text) => cell == text,
            Setting::Flag(flag) => *cell == flag.to_string(),
            Setting::Whole(whole) => cell.parse() == Ok(*whole as f64),
            Setting::Real(real) => cell.parse() == Ok(*real),
        };
        places.push(words.iter().position(is).unwrap_or_else(|| {
            words.push(match stays.filter(|_| cell.is_empty()) {
                Some(own) => Setting::Flag(own != 0.0),
                None => Setting::Text((*cell).to_owned()),
            });
            words.len() - 1
        }));
    }
    (Column::Choice { places, count: words.len() }, words)
}
