//! Writes the tables of a batch, in the order of its runs, and keeps the journal of them.

use super::{
    batch::Batch,
    csv::Csv,
    dictionary,
    encode::{EncodedRun, Form},
    folder::{Folder, OutputError, TableFile},
    headers::headers,
    journal::JournalRecord,
    manifest::FileEntry,
    stored::{Rows, Stored},
};
use crate::experiment::{
    event::{Event, Listener, ListenerError},
    plan::Job,
};
use std::{
    io,
    time::{Duration, Instant},
};

/// How long runs may wait before the disk is asked to keep them even if the power goes.
const SYNC: Duration = Duration::from_secs(30);

/// Writes `runs.csv` and the recorded tables. Runs that stand there already are passed over; from the first one that
/// does not, everything is written anew.
#[derive(Debug)]
pub struct Writer<'a> {
    form: &'a Form<'a>,
    stored: &'a Stored,
    tables: Vec<Option<TableFile>>,
    done: u64,
    failed: u64,
    appends: bool,
    synced: Instant,
}

impl<'a> Writer<'a> {
    /// Begins the tables of this batch in the folder, or goes on with those of `stored`.
    pub fn new(folder: &Folder, batch: &Batch, form: &'a Form<'a>, stored: &'a Stored) -> Result<Self, OutputError> {
        let goes_on = stored.good() > 0;
        let table = |(name, header): (&'static str, Vec<u8>)| {
            if goes_on { folder.go_on(name, &header) } else { folder.table(name, &header) }
        };
        let tables = headers(batch).into_iter().map(|header| header.map(table).transpose());
        let tables = tables.collect::<Result<_, OutputError>>()?;
        Ok(Self { form, stored, tables, done: 0, failed: 0, appends: false, synced: Instant::now() })
    }

    /// Runs written whole, failed ones included, and the failed ones among them.
    pub const fn counts(&self) -> (u64, u64) {
        (self.done, self.failed)
    }

    /// Gives the tables that are kept their final names, after the last run. The others stay as they are until the folder is
    /// tidied: should it be stopped before, they are still of use.
    pub fn finish(mut self, keeps: impl Fn(&str) -> bool) -> Result<Vec<FileEntry>, OutputError> {
        self.begin()?;
        self.tables.into_iter().flatten().filter(|table| keeps(table.name())).map(TableFile::finish).collect()
    }

    /// Makes sure that the tables and the journal are on the disk.
    pub fn sync(&mut self) -> Result<(), OutputError> {
        self.tables.iter().flatten().try_for_each(TableFile::sync)?;
        self.synced = Instant::now();
        self.stored.journal().sync()
    }

    /// Cuts off what follows the last run that counts, once: that much of the tables was read back and passed over.
    fn begin(&mut self) -> Result<(), OutputError> {
        if self.appends {
            return Ok(());
        }
        self.appends = true;
        self.stored.journal().cut(self.done)?;
        self.tables.iter_mut().flatten().try_for_each(TableFile::cut)
    }

    fn write(&mut self, job: &Job, rows: &Rows, failed: bool) -> Result<(), OutputError> {
        let journal = self.stored.journal();
        if !journal.is_there() {
            let gone = io::Error::new(io::ErrorKind::NotFound, "it is not where it was");
            return Err(OutputError::new("write", journal.path(), gone));
        }
        let rows_of = rows.tables.iter().zip(&rows.counts);
        if !self.appends && self.stored.holds(self.done, job.run, rows.checksum) {
            for (table, (bytes, count)) in self.tables.iter_mut().zip(rows_of) {
                table.iter_mut().for_each(|table| table.pass(bytes, *count));
            }
        } else {
            self.begin()?;
            for (table, (bytes, count)) in self.tables.iter_mut().zip(rows_of) {
                table.as_mut().map_or(Ok(()), |table| table.append(bytes, *count))?;
            }
            let ends = self.tables.iter().map(|table| table.as_ref().map(TableFile::extent).unwrap_or_default());
            let ends = ends.collect();
            let failed = self.failed + u64::from(failed);
            let record = JournalRecord { run: job.run, failed, ends, checksum: rows.checksum };
            journal.write(self.done, &record)?;
            if self.synced.elapsed() > SYNC {
                self.sync()?;
            }
        }
        self.done += 1;
        self.failed += u64::from(failed);
        Ok(())
    }
}

impl Listener<EncodedRun> for Writer<'_> {
    fn on(&mut self, event: &Event<'_, EncodedRun>) -> Result<(), ListenerError> {
        match event {
            Event::RunFinished { job, output } => self.write(job, &output.rows, false)?,
            Event::RunFailed { job, error } => self.write(job, &self.form.failure(job, error), true)?,
            _ => {}
        }
        Ok(())
    }
}

/// Writes `design.csv`, the points of the batch's design; nothing for plain replicates.
pub fn write_design(folder: &Folder, batch: &Batch) -> Result<Option<FileEntry>, OutputError> {
    let factors = batch.factors();
    if factors.is_empty() {
        return Ok(None);
    }
    let info = dictionary::design(&factors);
    let mut file = folder.table(info.name, &Csv::header(&info.columns))?;
    for point in batch.sample.numbers() {
        let mut csv = Csv::default();
        csv.count(point);
        batch.sample.settings(point).for_each(|setting| csv.setting(setting.as_ref()));
        csv.end_line();
        file.append(&csv.into_bytes(), 1)?;
    }
    file.finish().map(Some)
}
