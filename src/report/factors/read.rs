//! The points of a design with what outcomes came to at them, from runs.csv. Memory grows with the number of points.

use crate::{
    declare::table::Column,
    experiment::design::{Factor, Scale, Setting},
    maths::Moments,
    output::manifest::Manifest,
    report::{ReportError, csv_file::CsvFile},
};
use std::{collections::BTreeMap, path::Path};

/// Numbers of a design up to which its points are held in memory, some hundred bytes each.
pub const MOST_CELLS: u64 = 2_000_000;

/// A point of a design under a scenario. Points with the same values, such as worlds that were drawn twice, are one.
#[derive(Clone, Debug)]
pub struct SampledPoint {
    /// Where each factor stood: its number, or the place of its choice; `None` where the scenario's own value stayed.
    pub settings: Vec<Option<f64>>,
    /// What the outcomes came to, over the runs of the point.
    pub outcomes: Vec<Moments>,
}

/// The points of a scenario.
#[derive(Clone, Debug)]
pub struct SampledScenario {
    /// Its name.
    pub scenario: String,
    /// The outcomes that were read.
    pub outcomes: Vec<Column<'static>>,
    /// Its points, as they come.
    pub points: Vec<SampledPoint>,
}

/// Reads these outcomes at the points of the manifest's design; nothing without a design or a table of runs.
pub fn read(
    file: &Path,
    manifest: &Manifest,
    outcomes: &[Column<'static>],
) -> Result<Vec<SampledScenario>, ReportError> {
    let factors = &manifest.experiment.design.factors;
    if factors.is_empty() {
        return Ok(Vec::new());
    }
    let cells = factors.len() as u64 * manifest.experiment.points * manifest.experiment.scenarios.len() as u64;
    if cells > MOST_CELLS {
        return Ok(Vec::new());
    }
    let Some(mut table) = CsvFile::open(file)? else { return Ok(Vec::new()) };
    let (name, status) = (table.column("scenario")?, table.column("status")?);
    let places = factors.iter().map(|factor| table.column(&factor.parameter)).collect::<Result<Vec<_>, _>>()?;
    let outcomes: Vec<(Column<'static>, usize)> =
        outcomes.iter().filter_map(|column| Some((*column, table.find(column.name)?))).collect();
    let mut found: Vec<SampledScenario> = Vec::new();
    let mut known: BTreeMap<(usize, Vec<String>), usize> = BTreeMap::new();
    let mut row = csv::StringRecord::new();
    while table.next(&mut row)? {
        let cell = |at: usize| row.get(at).unwrap_or_default();
        if cell(status) == "failed" {
            continue;
        }
        let scenario = found.iter().position(|one| one.scenario == cell(name)).unwrap_or_else(|| {
            let outcomes = outcomes.iter().map(|(column, _)| *column).collect();
            found.push(SampledScenario { scenario: cell(name).to_owned(), outcomes, points: Vec::new() });
            found.len() - 1
        });
        let cells: Vec<String> = places.iter().map(|at| cell(*at).to_owned()).collect();
        let points = &mut found[scenario].points;
        let at = *known.entry((scenario, cells)).or_insert_with_key(|(_, cells)| {
            let settings = factors.iter().zip(cells).map(|(factor, cell)| place(factor, cell)).collect();
            points.push(SampledPoint { settings, outcomes: vec![Moments::default(); outcomes.len()] });
            points.len() - 1
        });
        for (moments, (_, column)) in points[at].outcomes.iter_mut().zip(&outcomes) {
            if let Some(value) = table.number(&row, *column)? {
                moments.add(value);
            }
        }
    }
    Ok(found)
}

/// Where a cell stands on its factor's axis.
fn place(factor: &Factor, cell: &str) -> Option<f64> {
    let number = || cell.parse::<f64>().ok().filter(|number| number.is_finite());
    let Scale::Choice { values } = &factor.scale else { return number() };
    let at = values.iter().position(|value| value.is_written(cell))?;
    // Numbers that are chosen from stand at their own places.
    if values.iter().all(|value| matches!(value, Setting::Whole(_) | Setting::Real(_))) {
        number()
    } else {
        Some(at as f64)
    }
}
