//! `quantiles.csv`: how every indicator is distributed over the runs, for each scenario, point, entity and month.
//! Memory holds one scenario and point at a time; see [`sketch`](super::sketch) for how much and how exact.

use super::sketch::Sketches;
use crate::{
    experiment::event::{Event, Listener, ListenerError},
    model::record::{AcceleratorRow, FabRow, FirmRow, StateRow, Trajectory, WorldRow},
    output::{
        csv::{Csv, NotFinite},
        dictionary::{self, QuantileRow},
        folder::{Folder, OutputError, TableFile},
        manifest::{Batch, BatchScenario, FileEntry},
        table::{Cell, CellType, Row},
        writer::EncodedRun,
    },
    scenario::Month,
};
use std::sync::Arc;

/// Distributions of the indicators of one scenario and point.
#[derive(Debug)]
pub struct Quantiles {
    start: Month,
    months: u32,
    world: Block,
    states: Block,
    firms: Block,
    fabs: Block,
    accelerators: Block,
    sketches: Sketches,
}

/// The place of a table's indicators in a row of series: by month, then entity, then column.
#[derive(Debug)]
struct Block {
    name: Arc<str>,
    entities: Vec<Option<Arc<str>>>,
    /// Whether each column of the table is an indicator.
    numeric: Vec<bool>,
    indicators: Vec<Arc<str>>,
    offset: usize,
}

impl Quantiles {
    /// The world, the states and the configured firms of this scenario; `record` decides which tables.
    pub fn new(experiment: &Batch, variant: &BatchScenario) -> Self {
        let some = |names: &[String], on: bool| {
            let mut names: Vec<Option<Arc<str>>> = names.iter().map(|name| Some(name.as_str().into())).collect();
            names.sort();
            names.truncate(if on { names.len() } else { 0 });
            names
        };
        let record = experiment.record;
        let mut width = 0;
        let world = if record.world { vec![None] } else { Vec::new() };
        let world = Block::new::<WorldRow>(world, variant.months, &mut width);
        let states = Block::new::<StateRow>(some(&variant.states, record.states), variant.months, &mut width);
        let firms = Block::new::<FirmRow>(some(&variant.firms, record.firms), variant.months, &mut width);
        let fabs = Block::new::<FabRow>(some(&variant.fabs, record.fabs), variant.months, &mut width);
        let accelerators =
            Block::new::<AcceleratorRow>(some(&variant.accelerators, record.accelerators), variant.months, &mut width);
        let (start, months) = (variant.start, variant.months);
        Self { start, months, world, states, firms, fabs, accelerators, sketches: Sketches::new(width) }
    }

    /// Number of series.
    pub const fn width(&self) -> usize {
        self.accelerators.offset + self.accelerators.len(self.months)
    }

    /// Adds a run. Rows of firms that are not configured, or outside the scenario's months, are left out.
    pub fn feed(&mut self, run: &Trajectory) {
        let values = self.sketches.row();
        let month = |date: Month| usize::try_from(date.since(self.start)).ok().filter(|m| *m < self.months as usize);
        self.world.feed(&run.world, values, |row| month(row.date), |_| None);
        self.states.feed(&run.states, values, |row| month(row.date), |row| Some(&row.state));
        self.firms.feed(&run.firms, values, |row| month(row.date), |row| Some(&row.firm));
        self.fabs.feed(&run.fabs, values, |row| month(row.date), |row| Some(&row.fab));
        self.accelerators.feed(&run.accelerators, values, |row| month(row.date), |row| Some(&row.accelerator));
    }

    /// The lines of `quantiles.csv`, ordered by table, entity, indicator and month, and how many there are; starts anew.
    /// Series without any value have no line.
    fn lines(&mut self, scenario: &Arc<str>, point: u64) -> Result<(Vec<u8>, u64), NotFinite> {
        let summaries = self.sketches.summaries();
        self.sketches.clear();
        let (mut csv, mut lines) = (Csv::default(), 0);
        for block in [&self.world, &self.states, &self.firms, &self.fabs, &self.accelerators] {
            for (series, entity, indicator, month) in block.series(self.months) {
                let Some(Some(summary)) = summaries.get(series) else { continue };
                let [p05, p25, p50, p75, p95] = summary.quantiles;
                csv.row(&QuantileRow {
                    scenario: scenario.clone(),
                    point: u32::try_from(point).unwrap_or(u32::MAX),
                    table: block.name.clone(),
                    entity: block.entities[entity].clone(),
                    indicator: block.indicators[indicator].clone(),
                    date: self.start.plus(month),
                    n: u32::try_from(summary.n).unwrap_or(u32::MAX),
                    mean: summary.mean,
                    sd: summary.sd,
                    p05,
                    p25,
                    p50,
                    p75,
                    p95,
                })?;
                csv.end_line();
                lines += 1;
            }
        }
        Ok((csv.into_bytes(), lines))
    }
}

impl Block {
    fn new<R: Row>(entities: Vec<Option<Arc<str>>>, months: u32, width: &mut usize) -> Self {
        let numeric: Vec<bool> =
            R::COLUMNS.iter().map(|column| matches!(column.holds, CellType::Number | CellType::Whole)).collect();
        let indicators =
            R::COLUMNS.iter().zip(&numeric).filter(|(_, on)| **on).map(|(column, _)| column.name.into()).collect();
        let block = Self { name: R::TABLE.into(), entities, numeric, indicators, offset: *width };
        *width += block.len(months);
        block
    }

    const fn len(&self, months: u32) -> usize {
        months as usize * self.entities.len() * self.indicators.len()
    }

    fn feed<R: Row>(
        &self,
        rows: &[R],
        values: &mut [f64],
        month: impl Fn(&R) -> Option<usize>,
        entity: impl Fn(&R) -> Option<&Arc<str>>,
    ) {
        let mut next = 0;
        for row in rows {
            let (Some(month), Some(entity)) = (month(row), self.find(entity(row), next)) else { continue };
            next = entity + 1;
            let start = self.offset + (month * self.entities.len() + entity) * self.indicators.len();
            let mut slots = values[start..start + self.indicators.len()].iter_mut();
            let mut numeric = self.numeric.iter();
            row.cells(&mut |cell| {
                if numeric.next() == Some(&true)
                    && let Some(slot) = slots.next()
                {
                    match cell {
                        Cell::Number(value) => *slot = value,
                        Cell::Whole(value) => *slot = value as f64,
                        _ => {}
                    }
                }
            });
        }
    }

    /// The entity's place; rows mostly come in the order of the entities, so the place after the last one is tried first.
    fn find(&self, name: Option<&Arc<str>>, next: usize) -> Option<usize> {
        let name = name.map(|name| &**name);
        let at = |place: usize| self.entities.get(place).map(Option::as_deref);
        [next, 0]
            .into_iter()
            .find(|&place| at(place) == Some(name))
            .or_else(|| self.entities.binary_search_by(|entity| entity.as_deref().cmp(&name)).ok())
    }

    /// Series, entity, indicator and month in the order of the file.
    fn series(&self, months: u32) -> impl Iterator<Item = (usize, usize, usize, u32)> {
        let (entities, indicators) = (self.entities.len(), self.indicators.len());
        (0..entities).flat_map(move |entity| {
            (0..indicators).flat_map(move |indicator| {
                (0..months).map(move |month| {
                    let series = self.offset + (month as usize * entities + entity) * indicators + indicator;
                    (series, entity, indicator, month)
                })
            })
        })
    }
}

/// Writes `quantiles.csv`, a scenario and point at a time.
#[derive(Debug)]
pub struct QuantileWriter<'a> {
    experiment: &'a Batch,
    file: TableFile,
    current: Option<(usize, u64, Quantiles)>,
}

impl<'a> QuantileWriter<'a> {
    /// Begins the table in the folder.
    pub fn new(folder: &Folder, experiment: &'a Batch) -> Result<Self, OutputError> {
        let info = dictionary::quantiles();
        let file = folder.table(info.name, &Csv::header(&info.columns))?;
        Ok(Self { experiment, file, current: None })
    }

    /// Gives the table its final name, cut off after the last point that is whole in it.
    pub fn finish(self) -> Result<FileEntry, OutputError> {
        self.file.finish()
    }

    fn feed(&mut self, scenario: usize, point: u64, run: &Trajectory) {
        match &mut self.current {
            Some((s, p, quantiles)) if *s == scenario => {
                *p = point;
                quantiles.feed(run);
            }
            current => {
                if let Some(variant) = self.experiment.scenarios.get(scenario) {
                    let mut quantiles = Quantiles::new(self.experiment, variant);
                    quantiles.feed(run);
                    *current = Some((scenario, point, quantiles));
                }
            }
        }
    }

    /// Writes what there is of the present point; called when a point is done, and when a batch ends early.
    pub fn flush(&mut self) -> Result<(), ListenerError> {
        if let Some((scenario, point, quantiles)) = &mut self.current {
            let name = self.experiment.scenarios[*scenario].name.as_str().into();
            let (bytes, lines) = quantiles.lines(&name, *point)?;
            self.file.append(&bytes, lines)?;
            self.file.keep();
        }
        Ok(())
    }
}

impl Listener<EncodedRun> for QuantileWriter<'_> {
    fn on(&mut self, event: &Event<'_, EncodedRun>) -> Result<(), ListenerError> {
        match event {
            Event::RunFinished { job, output } => self.feed(job.scenario, job.point, &output.trajectory),
            Event::PointDone { .. } => self.flush()?,
            _ => {}
        }
        Ok(())
    }
}
