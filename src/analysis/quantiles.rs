//! `quantiles.csv`: how every indicator is distributed over the runs, for each scenario, entity and month, and for each
//! design point or over all points together. Memory holds what is being gathered; see [`sketch`](super::sketch) for how
//! much and how exact.

use super::{luck::LuckWithin, sketch::Sketches};
use crate::{
    experiment::{
        Gather,
        event::{Event, Listener, ListenerError},
    },
    output::{
        batch::Batch,
        csv::{Csv, NotFinite},
        dictionary::{self, QuantileRow},
        encode::EncodedRun,
        folder::{Folder, OutputError, TableFile},
        manifest::FileEntry,
        series::Layout,
    },
};
use std::sync::Arc;

/// Distributions of the indicators of one scenario.
#[derive(Debug)]
struct Quantiles {
    layout: Layout,
    sketches: Sketches,
    luck: Option<LuckWithin>,
}

impl Quantiles {
    /// The lines of `quantiles.csv`, ordered by table, entity, indicator and month, and how many there are; starts anew.
    /// Series without any value have no line.
    fn lines(&mut self, scenario: &Arc<str>, point: Option<u64>) -> Result<(Vec<u8>, u64), NotFinite> {
        let summaries = self.sketches.summaries();
        let luck = |place: usize| self.luck.as_ref().and_then(|luck| luck.sd(place));
        self.sketches.clear();
        let point = point.map(|point| u32::try_from(point).unwrap_or(u32::MAX));
        let (mut csv, mut lines) = (Csv::default(), 0);
        for series in self.layout.series() {
            let Some(Some(summary)) = summaries.get(series.place) else { continue };
            let [p05, p25, p50, p75, p95] = summary.quantiles;
            csv.row(&QuantileRow {
                scenario: scenario.clone(),
                point,
                table: series.table.clone(),
                entity: series.entity.clone(),
                indicator: series.indicator.clone(),
                date: series.date,
                n: u32::try_from(summary.n).unwrap_or(u32::MAX),
                mean: summary.mean,
                sd: summary.sd,
                luck_sd: luck(series.place),
                p05,
                p25,
                p50,
                p75,
                p95,
            })?;
            csv.end_line();
            lines += 1;
        }
        Ok((csv.into_bytes(), lines))
    }
}

/// Writes `quantiles.csv`, a scenario and point at a time.
#[derive(Debug)]
pub struct QuantileWriter<'a> {
    batch: &'a Batch,
    over: Gather,
    file: TableFile,
    /// What is being gathered, by scenario.
    gathered: Vec<Option<Quantiles>>,
}

impl<'a> QuantileWriter<'a> {
    /// Begins the table in the folder.
    pub fn new(folder: &Folder, batch: &'a Batch, over: Gather) -> Result<Self, OutputError> {
        let info = dictionary::quantiles();
        let file = folder.table(info.name, &Csv::header(&info.columns))?;
        Ok(Self { batch, over, file, gathered: batch.scenarios.iter().map(|_| None).collect() })
    }

    /// Gives the table its final name.
    pub fn finish(self) -> Result<FileEntry, OutputError> {
        self.file.finish()
    }

    fn feed(&mut self, scenario: usize, point: u64, series: &[f64]) {
        let Some(variant) = self.batch.scenarios.get(scenario) else { return };
        let quantiles = self.gathered[scenario].get_or_insert_with(|| {
            let layout = Layout::new(self.batch, variant);
            let width = layout.width();
            let apart = self.over == Gather::Pooled && self.batch.sample.points() > 1;
            let luck = apart.then(|| LuckWithin::new(width));
            Quantiles { layout, sketches: Sketches::new(width), luck }
        });
        quantiles.sketches.feed(series);
        if let Some(luck) = &mut quantiles.luck {
            luck.feed(point, series);
        }
    }

    /// Writes what was gathered of a scenario once its point, or its last point, is done.
    fn point_done(&mut self, scenario: usize, point: u64) -> Result<(), ListenerError> {
        let last = point + 1 == self.batch.sample.numbers().end;
        let point = match self.over {
            Gather::Pooled if !last => return Ok(()),
            Gather::Pooled => None,
            Gather::ByPoint => Some(point),
        };
        let Some(quantiles) = &mut self.gathered[scenario] else { return Ok(()) };
        let name = self.batch.scenarios[scenario].name.as_str().into();
        let (bytes, lines) = quantiles.lines(&name, point)?;
        if last {
            self.gathered[scenario] = None;
        }
        Ok(self.file.append(&bytes, lines)?)
    }
}

impl Listener<EncodedRun> for QuantileWriter<'_> {
    fn on(&mut self, event: &Event<'_, EncodedRun>) -> Result<(), ListenerError> {
        match event {
            Event::RunFinished { job, output } => self.feed(job.scenario, job.point, &output.series),
            Event::PointDone { scenario, point, .. } => self.point_done(*scenario, *point)?,
            _ => {}
        }
        Ok(())
    }
}
