//! From runs to bytes, on the worker threads: a run's tables as lines of CSV, or the lines of a run that was done before.

use super::{
    batch::Batch,
    csv::{self, Csv, NotFinite},
    dictionary::RUNS,
    series::Layout,
    stored::{Rows, Stored},
};
use crate::{
    declare::table::Cell,
    experiment::{plan::Job, runner::Simulate},
    measure::record::Trajectory,
};

/// What stands between a failure's text and the command that replays it.
const REPLAY: &str = "; replay: ";

/// A run whose tables are encoded.
#[derive(Clone, Debug)]
pub struct EncodedRun {
    /// Its lines.
    pub rows: Rows,
    /// Its indicators, as the scenario's layout places them; empty if nobody gathers them.
    pub series: Vec<f64>,
    /// The outcome that the stop rule looks at.
    pub observed: Option<f64>,
}

/// How runs of a batch become lines, and lines become runs again.
#[derive(Debug)]
pub struct Form<'a> {
    batch: &'a Batch,
    layouts: Vec<Layout>,
    gathers: bool,
    observed: Option<usize>,
    /// How many outcomes a run has.
    outcomes: usize,
    /// Whether each table is recorded, in the order of what is measured.
    recorded: Vec<bool>,
}

impl<'a> Form<'a> {
    /// The form of this batch's runs.
    pub fn new(batch: &'a Batch) -> Self {
        let layouts = batch.scenarios.iter().map(|variant| Layout::new(batch, variant)).collect();
        let outcome = batch.stop.as_ref().map(|stop| stop.outcome.as_str());
        let observed = batch.measured.outcomes().position(|column| Some(column.name) == outcome);
        let outcomes = batch.measured.outcomes().count();
        let recorded = batch.measured.tables().map(|table| batch.record.has(table.name)).collect();
        Self { batch, layouts, gathers: batch.gathers().is_some(), observed, outcomes, recorded }
    }

    /// The first cells of a line of `runs.csv`.
    fn line(&self, job: &Job) -> Csv {
        let mut csv = Csv::default();
        csv.count(job.run);
        csv.text(self.batch.scenarios.get(job.scenario).map_or("", |variant| &variant.name));
        csv.count(job.point);
        csv.count(job.replicate);
        csv.count(self.batch.seed);
        self.batch.sample.settings(job.point).for_each(|setting| csv.setting(setting.as_ref()));
        csv
    }

    /// The first cells of the run's lines in the tables of trajectories, as [`dictionary::leading`](super::dictionary::leading) has them.
    fn leading(&self, job: &Job) -> Vec<u8> {
        let mut csv = Csv::default();
        if self.batch.is_crossed() {
            csv.text(self.batch.scenarios.get(job.scenario).map_or("", |variant| &variant.name));
            csv.count(job.point);
            csv.count(job.replicate);
        }
        csv.count(job.run);
        csv.into_bytes()
    }

    /// A run that was simulated.
    fn encode(&self, job: &Job, trajectory: &Trajectory) -> Result<EncodedRun, NotFinite> {
        let mut line = self.line(job);
        line.row(&trajectory.outcomes).map_err(|wrong| NotFinite { table: RUNS, ..wrong })?;
        for (outcome, value) in trajectory.own.outcomes() {
            line.number_of(RUNS, outcome.column().name, value)?;
        }
        line.text("finished");
        line.cell(Cell::Missing);
        line.end_line();
        let (mut tables, mut counts) = (vec![line.into_bytes()], vec![1]);
        let leading = self.leading(job);
        for (rows, recorded) in trajectory.tables().into_iter().zip(&self.recorded) {
            tables.push(if *recorded { csv::encode(&leading, rows)? } else { Vec::new() });
            counts.push(if *recorded { rows.count() as u64 } else { 0 });
        }
        let series = if self.gathers { self.layouts[job.scenario].row(trajectory) } else { Vec::new() };
        let observed = self.observed.and_then(|at| trajectory.outcome_at(at));
        Ok(EncodedRun { rows: Rows::new(tables, counts), series, observed })
    }

    /// The line of a run that failed.
    pub fn failure(&self, job: &Job, error: &str) -> Rows {
        let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut line = self.line(job);
        (0..self.outcomes).for_each(|_| line.cell(Cell::Missing));
        line.text("failed");
        line.text(&format!("{error}{REPLAY}{}", self.batch.replay(job)));
        line.end_line();
        let (mut tables, mut counts) = (vec![line.into_bytes()], vec![1]);
        tables.extend(self.recorded.iter().map(|_| Vec::new()));
        counts.extend(self.recorded.iter().map(|_| 0));
        Rows::new(tables, counts)
    }

    /// A run that was read back: what it gave, or why it failed.
    pub fn decode(&self, job: &Job, rows: Rows) -> Result<EncodedRun, String> {
        let line = ::csv::ReaderBuilder::new().has_headers(false).from_reader(rows.tables[0].as_slice());
        let line = line.into_records().next().and_then(Result::ok).unwrap_or_default();
        let cell = |place: usize| line.get(place).unwrap_or("");
        let outcomes = 5 + self.batch.sample.design().factors.len();
        if cell(outcomes + self.outcomes) == "failed" {
            let error = cell(outcomes + self.outcomes + 1);
            return Err(error.rsplit_once(REPLAY).map_or(error, |(error, _)| error).to_owned());
        }
        let observed = self.observed.and_then(|at| cell(outcomes + at).parse().ok());
        let series = if self.gathers { self.layouts[job.scenario].read(&rows.tables[1..]) } else { Vec::new() };
        Ok(EncodedRun { rows, series, observed })
    }
}

/// A simulator whose runs come out encoded; those that the folder holds already are read back instead.
#[derive(Debug)]
pub struct Encode<'a, S> {
    /// The simulator.
    pub simulate: &'a S,
    /// How runs become lines.
    pub form: &'a Form<'a>,
    /// The runs that were done before.
    pub stored: Option<&'a Stored>,
}

impl<S: Simulate<Output = Trajectory>> Simulate for Encode<'_, S> {
    type Worker = S::Worker;
    type Output = EncodedRun;

    fn worker(&self) -> S::Worker {
        self.simulate.worker()
    }

    fn run(&self, worker: &mut S::Worker, job: &Job) -> Result<EncodedRun, String> {
        if let Some(rows) = self.stored.and_then(|stored| stored.read(job.run)) {
            return self.form.decode(job, rows);
        }
        let trajectory = self.simulate.run(worker, job)?;
        let encoded = self.form.encode(job, &trajectory);
        encoded.map_err(|wrong| self.simulate.explain(job).unwrap_or_else(|| wrong.to_string()))
    }

    fn observed(&self, output: &EncodedRun) -> Option<f64> {
        output.observed
    }
}
