//! What a study came to.

use super::{
    StudyError,
    results::{Results, Run},
};
use crate::{
    experiment::{event::Summary, plan::Job},
    output::{batch::Batch, manifest::Manifest},
};
use std::path::{Path, PathBuf};

/// What a study came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Where its files are.
    pub folder: PathBuf,
    /// Runs planned; of a batch that was cancelled, the most that there could be.
    pub total: u64,
    /// Runs that gave a result.
    pub finished: u64,
    /// Runs that failed.
    pub failed: u64,
    /// The first that failed, in the order of the runs; not named if all were done before.
    pub first_failure: Option<FailedRun>,
    /// Whether the folder was complete before, so that nothing was done.
    pub already: bool,
    /// Whether it was cancelled before all runs were done. The same study goes on from there.
    pub cancelled: bool,
    /// Where the stop rule was not met before the most replicates were done, and by how much; `None` if it was met, or there
    /// is none.
    pub unmet: Option<String>,
    batch: Batch,
}

/// A run that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRun {
    /// Which run.
    pub job: Job,
    /// Why.
    pub error: String,
    /// The command that does it again.
    pub replay: String,
}

impl Done {
    /// A batch that was run now.
    pub(super) fn now(folder: &Path, batch: &Batch, summary: Summary) -> Self {
        let Summary { total, finished, failed, cancelled, first_failure, unmet } = summary;
        let first_failure = first_failure.map(|(job, error)| FailedRun { job, error, replay: batch.replay(&job) });
        let (folder, batch) = (folder.to_owned(), batch.clone());
        let unmet = unmet.as_deref().zip(batch.stop.as_ref()).map(|(unmet, stop)| unmet.line(stop));
        Self { folder, total, finished, failed, first_failure, already: false, cancelled, unmet, batch }
    }

    /// A batch whose folder was complete before.
    pub(super) fn before(folder: &Path, batch: &Batch, manifest: &Manifest) -> Self {
        let (total, failed) = (manifest.runs_done, manifest.runs_failed);
        let unmet = manifest.unmet.clone().map(Box::new);
        let summary = Summary { total, finished: total - failed, failed, unmet, ..Summary::default() };
        Self { already: true, ..Self::now(folder, batch, summary) }
    }

    /// What was run.
    pub(crate) const fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Its runs, read back from the folder.
    ///
    /// # Errors
    /// It was cancelled, or `runs.csv` cannot be read.
    pub fn runs(&self) -> Result<Vec<Run>, StudyError> {
        Results::open(&self.folder)?.runs()
    }
}
