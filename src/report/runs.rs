//! Reads runs.csv: how outcomes are distributed, how well their means are known, and how scenarios differ. Memory does
//! not grow with the number of runs, but over a design with that of replicates.

use super::ReportError;
use crate::{
    analysis::{
        paired::{Difference, Pairs},
        precision::Units,
        sketch::Sketches,
    },
    measure::{Measured, TAKEN_COLUMNS},
    output::{difference_rows::DifferenceRow, manifest::Manifest},
    report::{
        csv_file::CsvFile,
        results::{Replicates, ScenarioResults, of_name},
    },
};
use std::{cmp::Ordering, path::Path};

/// What is independent among runs.
#[derive(Debug)]
pub struct Independent {
    /// Whether replicates are, or worlds.
    pub units: Units,
    /// For each design point the first with the same values; empty where points are no worlds.
    pub worlds: Vec<u64>,
}

impl Independent {
    /// The world of a point. One that was drawn several times is one.
    pub(super) fn world(&self, point: u64) -> u64 {
        usize::try_from(point).ok().and_then(|point| self.worlds.get(point)).copied().unwrap_or(point)
    }
}

/// Failures whose messages are kept of a scenario.
const SHOWN_FAILURES: usize = 5;

/// Outcomes of runs.csv that are not among those `measured`.
pub fn unmeasured(file: &Path, manifest: &Manifest, measured: &Measured) -> Result<Vec<String>, ReportError> {
    let Some(table) = CsvFile::open(file)? else { return Ok(Vec::new()) };
    let (known, factors) = (measured.outcome_names(), &manifest.experiment.design.factors);
    let is_known = |name: &&str| {
        TAKEN_COLUMNS.contains(name) || known.contains(name) || factors.iter().any(|factor| factor.parameter == *name)
    };
    Ok(table.header.iter().filter(|name| !is_known(name)).map(str::to_owned).collect())
}

/// Rows of runs.csv, one after the other.
struct Runs {
    table: CsvFile,
    row: csv::StringRecord,
    name: Option<usize>,
    point: Option<usize>,
    replicate: Option<usize>,
    status: Option<usize>,
    error: Option<usize>,
    /// The columns of the outcomes.
    outcomes: Vec<Option<usize>>,
}

impl Runs {
    fn open(file: &Path, outcomes: &[&str]) -> Result<Option<Self>, ReportError> {
        let Some(table) = CsvFile::open(file)? else { return Ok(None) };
        let [name, point, replicate, status, error] =
            ["scenario", "point", "replicate", "status", "error"].map(|column| table.find(column));
        let outcomes = outcomes.iter().map(|outcome| table.find(outcome)).collect();
        let row = csv::StringRecord::new();
        Ok(Some(Self { table, row, name, point, replicate, status, error, outcomes }))
    }

    fn next(&mut self) -> Result<bool, ReportError> {
        self.table.next(&mut self.row)
    }

    fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.row.get(column)).unwrap_or_default()
    }

    fn failed(&self) -> bool {
        !self.cell(self.error).is_empty() || self.cell(self.status) == "failed"
    }

    /// Design point and replicate.
    fn key(&self) -> Result<(u64, u64), ReportError> {
        Ok((self.table.count(&self.row, self.point)?, self.table.count(&self.row, self.replicate)?))
    }

    /// The outcomes; `NaN` where the run has none.
    fn values(&self) -> Result<Vec<f64>, ReportError> {
        let value = |column: &Option<usize>| {
            let found = column.map(|column| self.table.number(&self.row, column)).transpose()?;
            Ok(found.flatten().unwrap_or(f64::NAN))
        };
        self.outcomes.iter().map(value).collect()
    }
}

/// The finished runs of one scenario, in order of point and replicate.
struct Cursor<'a> {
    runs: Runs,
    scenario: &'a str,
    key: Option<(u64, u64)>,
    values: Vec<f64>,
}

impl<'a> Cursor<'a> {
    fn open(file: &Path, outcomes: &[&str], scenario: &'a str) -> Result<Option<Self>, ReportError> {
        let Some(runs) = Runs::open(file, outcomes)? else { return Ok(None) };
        let mut cursor = Self { runs, scenario, key: None, values: Vec::new() };
        cursor.advance()?;
        Ok(Some(cursor))
    }

    fn advance(&mut self) -> Result<(), ReportError> {
        self.key = None;
        while self.runs.next()? {
            if self.runs.cell(self.runs.name) == self.scenario && !self.runs.failed() {
                self.key = Some(self.runs.key()?);
                self.values = self.runs.values()?;
                break;
            }
        }
        Ok(())
    }
}

/// Reads outcomes and failures of runs among which these are independent; `false` if there is no such table.
pub fn read_runs(
    file: &Path,
    outcomes: &[&'static str],
    independent: &Independent,
    scenarios: &mut Vec<ScenarioResults>,
) -> Result<bool, ReportError> {
    let Some(mut runs) = Runs::open(file, outcomes)? else { return Ok(false) };
    let run = runs.table.column("run")?;
    while runs.next()? {
        let scenario = of_name(scenarios, runs.cell(runs.name));
        if runs.failed() {
            scenario.failed += 1;
            if scenario.failures.len() < SHOWN_FAILURES {
                scenario.failures.push((runs.cell(Some(run)).to_owned(), runs.cell(runs.error).to_owned()));
            }
            continue;
        }
        scenario.finished += 1;
        let (point, replicate) = runs.key()?;
        if scenario.last_point.replace(point) != Some(point) {
            scenario.points += 1;
        }
        let place = (independent.world(point), scenario.replicates.place(replicate));
        scenario.outcomes.add(outcomes, (place, independent.units), &runs.values()?);
    }
    scenarios.iter_mut().for_each(|scenario| scenario.outcomes.finish());
    Ok(true)
}

/// How each scenario differs from the first, over runs among which these are independent.
pub fn differences(
    file: &Path,
    outcomes: &[&str],
    independent: &Independent,
    scenarios: &[String],
) -> Result<Vec<DifferenceRow>, ReportError> {
    let mut rows = Vec::new();
    let Some((first, others)) = scenarios.split_first() else { return Ok(rows) };
    for other in others {
        let open = |scenario| Cursor::open(file, outcomes, scenario);
        let (Some(mut base), Some(mut runs)) = (open(first)?, open(other)?) else { continue };
        let mut pairs = vec![Pairs::new(independent.units); outcomes.len()];
        let (mut replicates, mut sketches) = (Replicates::default(), Sketches::new(outcomes.len()));
        while let (Some(a), Some(b)) = (base.key, runs.key) {
            match a.cmp(&b) {
                Ordering::Less => base.advance()?,
                Ordering::Greater => runs.advance()?,
                Ordering::Equal => {
                    let (point, replicate) = (independent.world(a.0), replicates.place(a.1));
                    let values = base.values.iter().zip(&runs.values).zip(sketches.row());
                    for (pairs, ((a, b), apart)) in pairs.iter_mut().zip(values) {
                        if !a.is_nan() && !b.is_nan() {
                            pairs.add(point, replicate, (*a, *b));
                            *apart = b - a;
                        }
                    }
                    base.advance()?;
                    runs.advance()?;
                }
            }
        }
        let found = outcomes.iter().zip(&pairs).zip(sketches.summaries()).filter_map(|((name, pairs), apart)| {
            let difference = pairs.difference().filter(Difference::is_finite)?;
            let quantiles = apart?.quantiles;
            quantiles.iter().all(|value| value.is_finite()).then(|| difference.row([other, first, name], quantiles))
        });
        rows.extend(found);
    }
    Ok(rows)
}
