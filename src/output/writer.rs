//! From runs to files: the worker thread turns a run's tables into bytes, the writer appends them in run order.

use super::{
    csv::{self, Csv, NotFinite},
    dictionary::{self, TableInfo},
    folder::{Folder, OutputError, TableFile},
    manifest::{self, Batch, FileEntry},
    table::{Cell, Row},
};
use crate::{
    experiment::{
        event::{Event, Listener, ListenerError},
        plan::Job,
        runner::Simulate,
    },
    model::record::{OutcomeRow, Record, Trajectory},
};

/// A run whose tables are encoded.
#[derive(Clone, Debug)]
pub struct EncodedRun {
    /// What the run gave.
    pub trajectory: Trajectory,
    /// Lines and number of rows of each table of [`Record::NAMES`]; nothing for those not recorded.
    tables: [(Vec<u8>, usize); Record::NAMES.len()],
    /// The cells of the outcomes, each with a comma before it.
    outcomes: Vec<u8>,
}

impl EncodedRun {
    fn new(run: u64, trajectory: Trajectory, record: Record) -> Result<Self, NotFinite> {
        fn table<R: Row>(on: bool, run: u64, rows: &[R]) -> Result<(Vec<u8>, usize), NotFinite> {
            if on { Ok((csv::encode(run, rows)?, rows.len())) } else { Ok((Vec::new(), 0)) }
        }
        let mut outcomes = Csv::default();
        outcomes.cell(Cell::Missing);
        outcomes.row(&trajectory.outcomes)?;
        let tables = [
            table(record.world, run, &trajectory.world)?,
            table(record.states, run, &trajectory.states)?,
            table(record.firms, run, &trajectory.firms)?,
            table(record.fabs, run, &trajectory.fabs)?,
            table(record.accelerators, run, &trajectory.accelerators)?,
            table(record.releases, run, &trajectory.releases)?,
            table(record.events, run, &trajectory.events)?,
        ];
        Ok(Self { trajectory, tables, outcomes: outcomes.into_bytes() })
    }
}

/// A simulator whose runs come out encoded.
#[derive(Debug)]
pub struct Encode<'a, S> {
    /// The simulator.
    pub simulate: &'a S,
    /// Which tables to encode.
    pub record: Record,
}

impl<S: Simulate<Output = Trajectory>> Simulate for Encode<'_, S> {
    type Worker = S::Worker;
    type Output = EncodedRun;

    fn worker(&self) -> S::Worker {
        self.simulate.worker()
    }

    fn run(&self, worker: &mut S::Worker, job: &Job) -> Result<EncodedRun, String> {
        let trajectory = self.simulate.run(worker, job)?;
        EncodedRun::new(job.run, trajectory, self.record).map_err(|error| error.to_string())
    }
}

/// Writes `design.csv`, the points of the batch's design; nothing for plain replicates.
pub fn write_design(folder: &Folder, experiment: &Batch) -> Result<Option<FileEntry>, OutputError> {
    let factors = experiment.factors();
    if factors.is_empty() {
        return Ok(None);
    }
    let info = dictionary::design(&factors);
    let mut file = folder.table(info.name, &Csv::header(&info.columns))?;
    for point in 0..experiment.sample.points() {
        let mut csv = Csv::default();
        csv.display(point);
        experiment.sample.settings(point).for_each(|setting| csv.setting(setting.as_ref()));
        csv.end_line();
        file.append(&csv.into_bytes(), 1)?;
    }
    file.keep();
    file.finish().map(Some)
}

/// Writes `runs.csv` and the recorded tables.
#[derive(Debug)]
pub struct Writer<'a> {
    experiment: &'a Batch,
    runs: TableFile,
    tables: [Option<TableFile>; Record::NAMES.len()],
    done: u64,
    failed: u64,
}

impl<'a> Writer<'a> {
    /// Begins the tables of this experiment in the folder.
    pub fn new(folder: &Folder, experiment: &'a Batch) -> Result<Self, OutputError> {
        let begin = |info: &TableInfo| folder.table(info.name, &Csv::header(&info.columns));
        let mut tables = [const { None }; Record::NAMES.len()];
        for ((table, info), on) in
            tables.iter_mut().zip(dictionary::trajectories()).zip(manifest::flags(experiment.record))
        {
            *table = if on { Some(begin(&info)?) } else { None };
        }
        Ok(Self { experiment, runs: begin(&dictionary::runs(&experiment.factors()))?, tables, done: 0, failed: 0 })
    }

    /// Runs written whole, failed ones included, and the failed ones among them.
    pub const fn counts(&self) -> (u64, u64) {
        (self.done, self.failed)
    }

    /// Gives the tables their final names, cut off after the last run that is whole in all of them.
    pub fn finish(self) -> Result<Vec<FileEntry>, OutputError> {
        std::iter::once(self.runs).chain(self.tables.into_iter().flatten()).map(TableFile::finish).collect()
    }

    fn write(&mut self, job: &Job, outcome: Result<&EncodedRun, &str>) -> Result<(), OutputError> {
        let mut line = self.line(job);
        match outcome {
            Ok(run) => {
                for (table, (bytes, rows)) in self.tables.iter_mut().zip(&run.tables) {
                    if let Some(table) = table {
                        table.append(bytes, *rows as u64)?;
                    }
                }
                line.extend_from_slice(&run.outcomes);
                line.extend_from_slice(b",finished,\n");
            }
            Err(error) => {
                line.extend(std::iter::repeat_n(b',', OutcomeRow::COLUMNS.len()));
                line.extend_from_slice(b",failed,");
                line.extend_from_slice(&self.failure(job, error));
            }
        }
        self.runs.append(&line, 1)?;
        self.tables.iter_mut().flatten().chain([&mut self.runs]).for_each(TableFile::keep);
        self.done += 1;
        self.failed += u64::from(outcome.is_err());
        Ok(())
    }

    /// The first cells of a line of `runs.csv`.
    fn line(&self, job: &Job) -> Vec<u8> {
        let mut csv = Csv::default();
        csv.display(job.run);
        csv.text(self.experiment.scenarios.get(job.scenario).map_or("", |variant| &variant.name));
        csv.display(job.point);
        csv.display(job.replicate);
        csv.display(self.experiment.seed);
        self.experiment.sample.settings(job.point).for_each(|setting| csv.setting(setting.as_ref()));
        csv.into_bytes()
    }

    /// Why the run failed and how to replay it, as the last cell of its line.
    fn failure(&self, job: &Job, error: &str) -> Vec<u8> {
        let replay = self.experiment.scenarios.get(job.scenario).map_or("redqueen run", |variant| &variant.replay);
        let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut csv = Csv::default();
        let Batch { seed, sample, .. } = self.experiment;
        let point = if sample.points() > 1 { format!(" --point {}", job.point) } else { String::new() };
        csv.text(&format!("{error}; replay: {replay} --seed {seed}{point} --replicate {}", job.replicate));
        csv.end_line();
        csv.into_bytes()
    }
}

impl Listener<EncodedRun> for Writer<'_> {
    fn on(&mut self, event: &Event<'_, EncodedRun>) -> Result<(), ListenerError> {
        match event {
            Event::RunFinished { job, output } => self.write(job, Ok(output))?,
            Event::RunFailed { job, error } => self.write(job, Err(error))?,
            _ => {}
        }
        Ok(())
    }
}
