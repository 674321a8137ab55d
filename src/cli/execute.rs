//! Runs a batch into its folder, whether its runs are simulated, read back after a stop, or joined from shards.

use super::{
    common::{OutputOptions, WorkOptions, threads},
    progress::Progress,
};
use crate::{
    analysis::quantiles::QuantileWriter,
    experiment::{
        event::{Listener, ListenerError, Summary},
        runner::{BatchError, Simulate, run_batch},
    },
    measure::record::Trajectory,
    output::{
        batch::Batch,
        dictionary,
        encode::{Encode, EncodedRun, Form},
        folder::{Folder, FolderError, Opened, OutputError, tidy},
        manifest::{FileEntry, FileFormat, Identity, Manifest},
        package,
        stored::Stored,
        writer::{Writer, write_design},
    },
};
use std::{
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Instant,
};

/// How to run an experiment; nothing here changes a byte of the tables.
#[derive(Clone, Copy, Debug)]
pub struct BatchOptions<'a> {
    /// The output folder.
    pub out: &'a Path,
    /// Number of threads, at least 1.
    pub threads: usize,
    /// Whether results of another experiment may be removed from the folder.
    pub overwrite: bool,
    /// Whether to show no progress.
    pub quiet: bool,
    /// Set to end the batch after the runs under way.
    pub cancel: &'a AtomicBool,
}

impl<'a> BatchOptions<'a> {
    /// As the command line says.
    pub(super) fn of(out: &'a Path, work: &WorkOptions, output: &OutputOptions, cancel: &'a AtomicBool) -> Self {
        let (overwrite, quiet) = (output.overwrite, output.quiet);
        Self { out, threads: threads(work.threads), overwrite, quiet, cancel }
    }
}

/// What a batch came to.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchReport {
    /// Where the files are.
    pub folder: PathBuf,
    /// Runs done and failed. For a folder that was complete before, the first failure is not named.
    pub summary: Summary,
    /// Whether the folder was complete before, so that nothing was done.
    pub already: bool,
}

impl BatchReport {
    /// The program's exit code: 0 done, 1 some runs failed, 130 interrupted.
    pub const fn exit_code(&self) -> u8 {
        match self.summary {
            Summary { cancelled: true, .. } => 130,
            Summary { failed: 1.., .. } => 1,
            _ => 0,
        }
    }
}

/// Why a batch could not be run or not be brought to its end.
#[derive(Debug, thiserror::Error)]
pub enum BatchFailure {
    /// The folder cannot take it; nothing was written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The folder's files could not be begun.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// It stopped on the way.
    #[error("{source}; the first {kept} runs are kept in {}: the same command goes on from there", folder.display())]
    Stopped {
        /// Why.
        source: ListenerError,
        /// Number of runs in the tables.
        kept: u64,
        /// Where they are.
        folder: PathBuf,
    },
}

/// Runs `batch` with `simulate` into the folder of `options`. Runs that the folder holds already are kept; if it holds
/// all of them, it is left as it is.
///
/// # Errors
/// The folder holds something else, or cannot be written.
pub fn execute<S: Simulate<Output = Trajectory>>(
    simulate: &S,
    batch: &Batch,
    options: &BatchOptions<'_>,
) -> Result<BatchReport, BatchFailure> {
    let opened = Folder::open(options.out, batch, Identity::new(batch), options.overwrite, true)?;
    let (folder, stored) = match opened {
        Opened::Already(manifest) => return already(options.out, &manifest),
        Opened::Ready(folder, stored) => (folder, stored),
    };
    let form = Form::new(batch);
    let encode = Encode { simulate, form: &form, stored: Some(&stored) };
    pour(&encode, &form, batch, (&folder, &stored), options)
}

/// Runs `simulate`, whose runs come encoded, into an open folder.
pub(super) fn pour<S: Simulate<Output = EncodedRun>>(
    simulate: &S,
    form: &Form<'_>,
    batch: &Batch,
    (folder, stored): (&Folder, &Stored),
    options: &BatchOptions<'_>,
) -> Result<BatchReport, BatchFailure> {
    let started = Instant::now();
    let before = stored.good();
    let mut writer = Writer::new(folder, batch, form, stored)?;
    let mut quantiles = batch.gathers().map(|over| QuantileWriter::new(folder, batch, over)).transpose()?;
    let mut progress = Progress::new(options.quiet);
    let mut listeners: Vec<&mut dyn Listener<EncodedRun>> = vec![&mut writer, &mut progress];
    listeners.extend(quantiles.as_mut().map(|quantiles| quantiles as &mut dyn Listener<EncodedRun>));
    let result = run_batch(simulate, &batch.plan(), options.threads, &mut listeners, options.cancel);
    drop(listeners);
    let (done, failed) = writer.counts();
    let stopped = |source| BatchFailure::Stopped { source, kept: done, folder: options.out.to_owned() };
    let seconds = started.elapsed().as_secs_f64();
    let log = format!(
        "{done} runs in {seconds:.2} s on {} threads, {failed} failed, {} of them found here",
        options.threads,
        before.min(done)
    );
    let close = |summary: &Summary| -> Result<(), ListenerError> {
        if summary.cancelled {
            writer.sync()?;
            folder.write_manifest(false, done, failed, Vec::new())?;
        } else {
            let mut files = writer.finish()?;
            files.extend(quantiles.map(QuantileWriter::finish).transpose()?);
            files.extend(write_design(folder, batch)?);
            let files = in_format(folder, batch, files)?;
            describe(folder, batch, &files)?;
            folder.write_manifest(true, done, failed, files.clone())?;
            tidy(folder.path(), folder.identity(), &files)?;
        }
        Ok(folder.log(&log)?)
    };
    match result {
        Ok(summary) => {
            close(&summary).map_err(stopped)?;
            Ok(BatchReport { folder: options.out.to_owned(), summary, already: false })
        }
        Err(BatchError::Listener { source, .. }) => Err(stopped(source)),
        Err(error) => Err(stopped(error.into())),
    }
}

/// What a folder came to that was complete before. A kill may have left something to tidy up.
pub(super) fn already(folder: &Path, manifest: &Manifest) -> Result<BatchReport, BatchFailure> {
    tidy(folder, &manifest.experiment, &manifest.files)?;
    let (total, failed) = (manifest.runs_done, manifest.runs_failed);
    let summary = Summary { total, finished: total - failed, failed, ..Summary::default() };
    Ok(BatchReport { folder: folder.to_owned(), summary, already: true })
}

/// The finished tables in the format of the batch.
#[cfg(feature = "parquet")]
fn in_format(folder: &Folder, batch: &Batch, files: Vec<FileEntry>) -> Result<Vec<FileEntry>, OutputError> {
    match batch.file_format {
        FileFormat::Csv => Ok(files),
        FileFormat::Parquet => {
            crate::output::parquet::convert(folder.path(), &dictionary::tables(&batch.factors()), files)
        }
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

fn describe(folder: &Folder, batch: &Batch, files: &[FileEntry]) -> Result<(), OutputError> {
    let factors = batch.factors();
    folder.write(package::FILE, &package::describe(folder.identity(), &dictionary::tables(&factors), files))
}

#[cfg(test)]
#[path = "execute_tests.rs"]
mod tests;
