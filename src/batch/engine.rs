//! Runs a batch into its folder, whether its runs are simulated, read back after a stop, or joined from shards.

use super::{
    Done, Progress, StudyError,
    estimate::{self, Estimate},
};
use crate::{
    analysis::quantiles::QuantileWriter,
    declare::text::counted,
    experiment::{
        event::{Event, Listener, ListenerError, Summary},
        runner::{BatchError, Simulate, run_batch},
    },
    measure::record::Trajectory,
    output::{
        batch::Batch,
        encode::{Encode, EncodedRun, Form},
        folder::{Folder, Opened, OutputError, tidy},
        manifest::{FileEntry, FileFormat},
        stored::Stored,
        writer::{Writer, write_design},
    },
};
use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

/// One who is told how a batch goes.
pub(crate) type Hook<'a> = dyn FnMut(&Progress<'_>) -> Result<(), ListenerError> + 'a;

/// How to run a batch; nothing here changes a byte of the tables.
pub(crate) struct Work<'a> {
    /// Number of threads, at least 1.
    pub threads: usize,
    /// Whether results of another experiment may be removed from the folder.
    pub overwrite: bool,
    /// Whether a run or two are done beforehand, to refuse what has no room.
    pub estimates: bool,
    /// Set to end the batch; runs under way may be broken off.
    pub cancel: &'a AtomicBool,
    /// Is told how it goes; an error stops the batch.
    pub on: &'a mut Hook<'a>,
}

/// Runs `batch` with `simulate` into the folder `out`. Runs that the folder holds already are kept; if it holds all of
/// them, it is left as it is.
pub(crate) fn execute<S: Simulate<Output = Trajectory>>(
    simulate: &S,
    batch: &Batch,
    out: &Path,
    work: Work<'_>,
) -> Result<Done, StudyError> {
    let claim = match Folder::open(out, batch, work.overwrite)? {
        Opened::Complete(manifest) => return Ok(Done::before(out, batch, &manifest)),
        Opened::New(claim) | Opened::GoOn(claim) => claim,
    };
    if work.estimates {
        let estimate = Estimate::probe(simulate, batch, work.threads);
        if work.cancel.load(Ordering::Relaxed) {
            // The probe was broken off, and nothing was written.
            let summary = Summary { total: batch.plan().total(), cancelled: true, ..Summary::default() };
            return Ok(Done::now(out, batch, summary));
        }
        let free = estimate::free_disk(out);
        if let Some(refusal) = estimate.refusal(estimate::held(out), free, estimate::free_memory()) {
            return Err(StudyError::NoRoom(refusal));
        }
        let stopped = |source| StudyError::Stopped { source, kept: claim.kept(), folder: out.to_owned() };
        (work.on)(&Progress::Opened { estimate: &estimate, free, kept: claim.kept() }).map_err(stopped)?;
    }
    let (folder, stored) = claim.begin()?;
    let form = Form::new(batch);
    let encode = Encode { simulate, form: &form, stored: Some(&stored) };
    pour(&encode, &form, batch, (&folder, &stored), work)
}

/// Runs `simulate`, whose runs come encoded, into a folder that is begun.
pub(super) fn pour<S: Simulate<Output = EncodedRun>>(
    simulate: &S,
    form: &Form<'_>,
    batch: &Batch,
    (folder, stored): (&Folder, &Stored),
    work: Work<'_>,
) -> Result<Done, StudyError> {
    let Work { threads, cancel, on, .. } = work;
    let (started, before) = (Instant::now(), stored.good());
    let mut writer = Writer::new(folder, batch, form, stored)?;
    let mut quantiles = batch.gathers().map(|over| QuantileWriter::new(folder, batch, over)).transpose()?;
    let mut teller = Teller(on);
    let mut listeners: Vec<&mut dyn Listener<EncodedRun>> = vec![&mut writer, &mut teller];
    listeners.extend(quantiles.as_mut().map(|quantiles| quantiles as &mut dyn Listener<EncodedRun>));
    let result = run_batch(simulate, &batch.plan(), threads, &mut listeners, cancel);
    drop(listeners);
    let (done, failed) = writer.counts();
    let log = || {
        let (seconds, found) = (started.elapsed().as_secs_f64(), before.min(done));
        let (runs, on) = (counted(done, "run"), counted(threads as u64, "thread"));
        format!("{runs} in {seconds:.2} s on {on}, {failed} failed, {found} of them found here")
    };
    let closed = result.map_err(|error| match error {
        BatchError::Listener { source, .. } => source,
        error => error.into(),
    });
    let closed = closed.and_then(|summary| {
        let files = close(folder, batch, writer, quantiles, &summary)?;
        folder.log(&log())?;
        if let (false, Some(unmet), Some(stop)) = (summary.cancelled, &summary.unmet, &batch.stop) {
            folder.log(&unmet.line(stop))?;
        }
        // The journal goes last of all: without it the folder would count as gone if the log could not be written.
        files.map_or(Ok(()), |files| tidy(folder.path(), folder.identity(), &files))?;
        Ok(summary)
    });
    let path = folder.path().to_owned();
    let stopped = |source| match stored.journal().is_there() {
        true => StudyError::Stopped { source, kept: done, folder: path },
        false => StudyError::Gone { folder: path },
    };
    closed.map(|summary| Done::now(folder.path(), batch, summary)).map_err(stopped)
}

/// Brings the tables to their end, and gives them, or, if the batch was cancelled, safely to the disk.
fn close(
    folder: &Folder,
    batch: &Batch,
    mut writer: Writer<'_>,
    quantiles: Option<QuantileWriter<'_>>,
    summary: &Summary,
) -> Result<Option<Vec<FileEntry>>, ListenerError> {
    let (done, failed) = writer.counts();
    if summary.cancelled {
        writer.sync()?;
        folder.write_manifest(false, done, failed, Vec::new(), None)?;
        return Ok(None);
    }
    let mut files = writer.finish(|table| batch.keeps(table))?;
    files.extend(quantiles.map(QuantileWriter::finish).transpose()?);
    files.extend(write_design(folder, batch)?);
    let files = in_format(folder, batch, files)?;
    folder.describe(batch, (done, failed), &files, summary.unmet.as_deref().cloned())?;
    Ok(Some(files))
}

/// Tells of the events of a batch what a study tells.
struct Teller<'a>(&'a mut Hook<'a>);

impl Listener<EncodedRun> for Teller<'_> {
    fn on(&mut self, event: &Event<'_, EncodedRun>) -> Result<(), ListenerError> {
        (self.0)(&match event {
            Event::Started { total } => Progress::Started { total: *total },
            Event::RunFinished { job, .. } => Progress::Run { job, error: None },
            Event::RunFailed { job, error } => Progress::Run { job, error: Some(error) },
            Event::PointDone { total, .. } => Progress::Total { total: *total },
            Event::Finished { .. } => Progress::Ended,
        })
    }
}

/// The finished tables in the format of the batch.
#[cfg(feature = "parquet")]
fn in_format(folder: &Folder, batch: &Batch, files: Vec<FileEntry>) -> Result<Vec<FileEntry>, OutputError> {
    match batch.file_format {
        FileFormat::Csv => Ok(files),
        FileFormat::Parquet => crate::output::parquet::convert(folder.path(), &batch.tables(), files),
    }
}

/// The finished tables in the format of the batch.
#[cfg(not(feature = "parquet"))]
fn in_format(folder: &Folder, batch: &Batch, files: Vec<FileEntry>) -> Result<Vec<FileEntry>, OutputError> {
    match batch.file_format {
        FileFormat::Csv => Ok(files),
        FileFormat::Parquet => Err(OutputError::new("write", folder.path(), std::io::ErrorKind::Unsupported.into())),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
