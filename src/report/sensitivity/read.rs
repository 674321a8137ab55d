//! Reads what the analysis needs from an output folder: `manifest.json`, `design.csv` and `runs.csv`.

use crate::{
    analysis::sensitivity::{Point, PointRoles, morris::Move},
    declare::table::Column,
    declare::text::counted,
    experiment::design::{Design, Method, Scale},
    measure::Measured,
    output::{
        dictionary::{DESIGN, RUNS},
        folder::{Folder, ManifestError},
        manifest::{MENDS, Manifest},
    },
    report::{ReportError, as_written, csv_file::CsvFile, runs::unmeasured},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Why a folder cannot be analysed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It does not hold the right kind of experiment, whole.
    #[error("{0}")]
    Unfit(String),
    /// The manifest could not be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A table could not be read, or is not as its manifest says.
    #[error(transparent)]
    Table(#[from] ReportError),
}

/// A batch to be analysed.
#[derive(Debug)]
pub struct AnalysedBatch {
    /// Its manifest.
    pub manifest: Manifest,
    /// Which point of its design is what.
    pub layout: PointRoles,
    /// The outcomes that were read.
    pub outcomes: Vec<Column<'static>>,
    /// By scenario, then point: the outcomes by replicate.
    runs: Vec<Vec<BTreeMap<u64, Sums>>>,
    /// How many runs finished.
    finished: u64,
}

/// Outcomes of so many runs, summed; `NaN` where one of them has none.
#[derive(Clone, Debug)]
struct Sums {
    runs: u64,
    outcomes: Vec<f64>,
}

impl AnalysedBatch {
    /// Reads the folder. `wanted` names some of the outcomes that are measured; all if empty.
    pub fn read(folder: &Path, measured: &Measured, wanted: &[String]) -> Result<Self, ReadError> {
        let manifest = fit(folder)?;
        let cells = read_design(&folder.join(format!("{DESIGN}.csv")), &manifest)?;
        let layout = layout(&manifest.experiment.design, &cells, &folder.join(format!("{DESIGN}.csv")))?;
        let file = folder.join(format!("{RUNS}.csv"));
        let outcomes =
            measured.outcomes().filter(|column| wanted.is_empty() || wanted.iter().any(|name| name == column.name));
        let mut batch = Self { manifest, layout, outcomes: outcomes.collect(), runs: Vec::new(), finished: 0 };
        batch.read_runs(&file)?;
        for table in [DESIGN, RUNS] {
            as_written(folder, &batch.manifest, table)?;
        }
        // After what is damaged or missing was named.
        let others = if wanted.is_empty() { unmeasured(&file, &batch.manifest, measured)? } else { Vec::new() };
        if !others.is_empty() {
            let (folder, program) = (folder.display(), &batch.manifest.experiment.program);
            return Err(ReadError::Unfit(format!(
                "{folder} holds outcomes of another model, {}: analyse it with {program}, which wrote it, or choose outcomes",
                others.join(", ")
            )));
        }
        Ok(batch)
    }

    /// Whether no run finished.
    pub const fn failed_all(&self) -> bool {
        self.finished == 0
    }

    /// The design.
    pub const fn design(&self) -> &Design {
        &self.manifest.experiment.design
    }

    /// The values of an outcome at each point of a scenario, by their places, by replicate.
    pub fn values(&self, scenario: usize, outcome: usize) -> Vec<Point> {
        let mean = |sums: &Sums| sums.outcomes.get(outcome).map(|sum| sum / sums.runs as f64);
        let value = |sums: &Sums| mean(sums).filter(|mean| mean.is_finite());
        let points = self.runs.get(scenario).into_iter().flatten();
        points.map(|runs| runs.iter().map(|(replicate, sums)| (*replicate, value(sums))).collect()).collect()
    }

    fn read_runs(&mut self, file: &Path) -> Result<(), ReportError> {
        let mut table = CsvFile::there(file)?;
        let [run, scenario, point, replicate, status] =
            ["run", "scenario", "point", "replicate", "status"].map(|column| table.column(column));
        let (run, scenario, point, replicate, status) = (run?, scenario?, point?, replicate?, status?);
        let outcomes =
            self.outcomes.iter().map(|column| table.column(column.name)).collect::<Result<Vec<_>, ReportError>>()?;
        let experiment = &self.manifest.experiment;
        let points = usize::try_from(experiment.points).unwrap_or(0);
        self.runs = vec![vec![BTreeMap::new(); points]; experiment.scenarios.len()];
        let (mut row, mut last) = (csv::StringRecord::new(), None);
        while table.next(&mut row)? {
            let cell = |at: usize| row.get(at).unwrap_or_default();
            let number = cell(run).parse::<u64>().ok().filter(|number| last.is_none_or(|last| last < *number));
            last = Some(number.ok_or_else(|| table.malformed(&row, run, "the runs in their order, each once"))?);
            let place = experiment.scenarios.iter().position(|entry| entry.name == cell(scenario));
            let runs = place.and_then(|place| self.runs.get_mut(place));
            let runs = runs.ok_or_else(|| table.malformed(&row, scenario, "a scenario of the manifest"))?;
            let runs = cell(point).parse().ok().and_then(|point: usize| runs.get_mut(point));
            let runs = runs.ok_or_else(|| table.malformed(&row, point, "a point of the design"))?;
            let number: u64 =
                cell(replicate).parse().map_err(|_| table.malformed(&row, replicate, "a whole number"))?;
            let sums = runs.entry(number).or_insert_with(|| Sums { runs: 0, outcomes: vec![0.0; outcomes.len()] });
            sums.runs += 1;
            let finished = cell(status) == "finished";
            self.finished += u64::from(finished);
            for (sum, at) in sums.outcomes.iter_mut().zip(&outcomes) {
                *sum += if finished { table.number(&row, *at)?.unwrap_or(f64::NAN) } else { f64::NAN };
            }
        }
        Ok(())
    }
}

/// The manifest of a folder that holds a whole batch.
pub fn whole_batch(folder: &Path) -> Result<Manifest, ReadError> {
    let unfit = |why: String| Err(ReadError::Unfit(format!("{} {why}", folder.display())));
    let manifest = match Folder::manifest(folder) {
        Ok(Some(manifest)) => manifest,
        Ok(None) => return unfit("holds no manifest.json; give the folder of a finished batch".into()),
        Err(ManifestError::Unreadable { why, .. }) => {
            let mends = if why.is_other_format { "analyse it with the version that wrote it" } else { MENDS };
            let line = why.line;
            return unfit(format!(
                "holds a manifest.json that this version of redqueen cannot read (line {line}: {why}); {mends}"
            ));
        }
        Err(error) => return Err(error.into()),
    };
    let experiment = &manifest.experiment;
    if let Some(shard) = &experiment.shard {
        return unfit(format!("holds a part of a batch, shard {shard}; put all its shards together first"));
    }
    if !manifest.complete {
        return unfit(format!(
            "is not complete: {} {} done; run the same batch again to finish it",
            counted(manifest.runs_done, "run"),
            if manifest.runs_done == 1 { "is" } else { "are" }
        ));
    }
    Ok(manifest)
}

/// The manifest of a folder that holds a whole batch of a design that indices can be had from.
fn fit(folder: &Path) -> Result<Manifest, ReadError> {
    let unfit = |why: String| Err(ReadError::Unfit(format!("{} {why}", folder.display())));
    let manifest = whole_batch(folder)?;
    let experiment = &manifest.experiment;
    let Design { method, factors, .. } = &experiment.design;
    let (width, blocks) = match method {
        Method::Morris { trajectories, .. } => (factors.len() + 1, *trajectories),
        Method::Saltelli { points, second_order, .. } => {
            (if *second_order { 2 * factors.len() + 2 } else { factors.len() + 2 }, *points)
        }
        Method::OneAtATime => return Ok(manifest),
        other => return unfit(format!("holds {}; {NEEDED}", kind(other))),
    };
    if experiment.points == width as u64 * u64::from(blocks) && !factors.is_empty() {
        return Ok(manifest);
    }
    unfit(format!("holds a manifest.json whose {} points are not those of its design", experiment.points))
}

const NEEDED: &str = "sensitivity needs a [design] whose kind is \"morris\" (elementary effects), \"saltelli\" \
                      (Sobol indices) or \"one-at-a-time\" (swings)";

fn kind(method: &Method) -> String {
    let json = serde_json::to_value(method).unwrap_or_default();
    match json["kind"].as_str() {
        Some("none") | None => "plain replicates of its scenarios".to_owned(),
        Some(kind) => format!("a design of kind \"{kind}\""),
    }
}

/// The cells of the factors by point.
pub fn read_design(file: &Path, manifest: &Manifest) -> Result<Vec<Vec<String>>, ReportError> {
    let mut table = CsvFile::there(file)?;
    let point = table.column("point")?;
    let factors = &manifest.experiment.design.factors;
    let columns =
        factors.iter().map(|factor| table.column(&factor.parameter)).collect::<Result<Vec<_>, ReportError>>()?;
    let mut cells = Vec::new();
    let mut row = csv::StringRecord::new();
    while table.next(&mut row)? {
        if row.get(point) != Some(cells.len().to_string().as_str()) {
            return Err(table.malformed(&row, point, &format!("point {}", cells.len())));
        }
        cells.push(columns.iter().map(|at| row.get(*at).unwrap_or_default().to_owned()).collect());
    }
    if cells.len() as u64 == manifest.experiment.points {
        return Ok(cells);
    }
    Err(wrong(file, cells.len(), format!("{} points", manifest.experiment.points)))
}

/// Something wrong with a point of the design.
fn wrong(file: &Path, point: usize, expected: String) -> ReportError {
    ReportError::Malformed { file: PathBuf::from(file), line: point as u64 + 2, expected }
}

/// Finds out which point is what, by the values of the factors.
fn layout(design: &Design, cells: &[Vec<String>], file: &Path) -> Result<PointRoles, ReportError> {
    match design.method {
        Method::Morris { levels, .. } => {
            let width = design.factors.len() + 1;
            let trajectories = cells.chunks(width).enumerate();
            let moves = trajectories.map(|(at, trajectory)| moves(design, trajectory, file, at * width));
            Ok(PointRoles::Morris { levels, moves: moves.collect::<Result<_, _>>()? })
        }
        Method::Saltelli { second_order, .. } => Ok(PointRoles::Saltelli { second_order }),
        _ => Ok(PointRoles::OneAtATime { ends: ends(design, cells, file)? }),
    }
}

/// What each step of a trajectory moved. Two levels of a factor can mean the same setting only if it takes a single one,
/// or names one twice; the step then shows no change, and the runs at both of its points are the same.
fn moves(
    design: &Design,
    trajectory: &[Vec<String>],
    file: &Path,
    first: usize,
) -> Result<Vec<Option<Move>>, ReportError> {
    let mut moved = vec![false; design.factors.len()];
    let steps = trajectory.iter().zip(trajectory.iter().skip(1)).enumerate();
    let step = |(at, (before, after)): (usize, (&Vec<String>, &Vec<String>))| {
        let changed: Vec<usize> = (0..design.factors.len()).filter(|f| before.get(*f) != after.get(*f)).collect();
        let &[factor] = changed.as_slice() else {
            let odd = || wrong(file, first + at + 1, "a step that changes one factor".to_owned());
            return if changed.is_empty() { Ok(None) } else { Err(odd()) };
        };
        let rank = |cells: &Vec<String>| rank(&design.factors.get(factor)?.scale, cells.get(factor)?);
        let again = moved.get_mut(factor).is_none_or(|moved| std::mem::replace(moved, true));
        match (rank(before), rank(after)) {
            (Some(from), Some(to)) if !again => Ok(Some(Move { factor, up: to > from })),
            _ => {
                Err(wrong(file, first + at + 1, "a trajectory that changes each factor once, within its range".into()))
            }
        }
    };
    steps.map(step).collect()
}

/// The points with the low and the high end of each factor.
fn ends(design: &Design, cells: &[Vec<String>], file: &Path) -> Result<Vec<[usize; 2]>, ReportError> {
    if cells.first().is_none_or(|base| base.iter().any(|cell| !cell.is_empty())) {
        return Err(wrong(file, 0, "a first point that leaves every factor as the scenario has it".to_owned()));
    }
    let of = |(factor, about): (usize, &crate::experiment::design::Factor)| {
        let place = |cells: &Vec<String>| cells.get(factor).and_then(|cell| rank(&about.scale, cell));
        let mut own: Vec<(f64, usize)> =
            cells.iter().enumerate().filter_map(|(point, cells)| Some((place(cells)?, point))).collect();
        own.sort_by(|a, b| a.0.total_cmp(&b.0));
        match (own.first(), own.last()) {
            (Some((_, low)), Some((_, high))) => Ok([*low, *high]),
            _ => Err(wrong(file, 0, format!("a point with a value of {}", about.parameter))),
        }
    };
    design.factors.iter().enumerate().map(of).collect()
}

/// A number that rises with the coordinate of a factor's value; `None` for a value that it does not take.
fn rank(scale: &Scale, cell: &str) -> Option<f64> {
    let number = || cell.parse::<f64>().ok().filter(|number| number.is_finite());
    match scale {
        Scale::Linear { low, high } | Scale::Log { low, high } => {
            number().map(|value| if high < low { -value } else { value })
        }
        Scale::Integer { .. } => number(),
        Scale::Choice { values } => values.iter().position(|value| value.is_written(cell)).map(|place| place as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::design::{Factor, PointNoise, Role, Setting};

    fn design(scales: Vec<Scale>) -> Design {
        let factor = |(at, scale)| Factor {
            parameter: format!("f{at}"),
            role: Role::Uncertainty,
            scale,
            levels: None,
            unit: String::new(),
            meaning: String::new(),
        };
        let method = Method::Morris { trajectories: 1, levels: 4 };
        Design {
            method,
            seed: 1,
            noise: PointNoise::Common,
            factors: scales.into_iter().enumerate().map(factor).collect(),
        }
    }

    fn cells(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn moves_follow_from_the_values_and_equal_settings_do_not_show() {
        let text =
            |words: &[&str]| Scale::Choice { values: words.iter().map(|w| Setting::Text((*w).into())).collect() };
        let design = design(vec![
            Scale::Log { low: 0.1, high: 10.0 },
            Scale::Integer { low: 3, high: 3 },
            text(&["none", "some", "all"]),
            Scale::Linear { low: 1.0, high: 0.0 },
        ]);
        let rows = cells(&[
            &["0.1", "3", "all", "1.0"],
            &["0.1", "3", "none", "1.0"],
            &["0.1", "3", "none", "1.0"],
            &["0.1", "3", "none", "0.25"],
            &["2.0", "3", "none", "0.25"],
        ]);
        let up = |factor, up| Some(Move { factor, up });
        let found = moves(&design, &rows, Path::new("design.csv"), 0).unwrap();
        assert_eq!(found, [up(2, false), None, up(3, true), up(0, true)]);
    }

    #[test]
    fn a_trajectory_that_jumps_or_goes_back_is_named() {
        let design = design(vec![Scale::Linear { low: 0.0, high: 1.0 }, Scale::Linear { low: 0.0, high: 1.0 }]);
        for (rows, line) in
            [(cells(&[&["0", "0"], &["1", "1"], &["1", "0"]]), 6), (cells(&[&["0", "0"], &["1", "0"], &["0", "0"]]), 7)]
        {
            match moves(&design, &rows, Path::new("design.csv"), 3) {
                Err(ReportError::Malformed { line: found, .. }) => assert_eq!(found, line),
                other => panic!("{other:?}"),
            }
        }
    }
}
