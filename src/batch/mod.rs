//! The batch engine: runs a study into a folder, whatever stops it on the way, and reads it back.
//!
//! A [`Study`] is an experiment that is about to be run; [`Model::study`] reads one. Running it gives what was [`Done`],
//! and the folder can be opened again as [`Results`]. A batch that is cut into parts is joined by [`Shards`].
//!
//! ```no_run
//! use redqueen::{batch::{Progress, Results}, model::Model};
//! let told = |progress: &Progress<'_>| {
//!     if let Progress::Opened { estimate, free, .. } = progress {
//!         eprintln!("{}", estimate.line(*free));
//!     }
//! };
//! let done = Model::standard().study("study.toml")?.runs(200).threads(2).on(told).run_into("out")?;
//! if let Some(failed) = &done.first_failure {
//!     eprintln!("{} of {} runs failed, the first by {}; do it again: {}", done.failed, done.total, failed.error, failed.replay);
//! }
//! for run in Results::open("out")?.runs()? {
//!     println!("{} {}: {:?}", run.scenario, run.replicate, run.outcome("gap_rating_24")?);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod branch;
mod command;
mod done;
mod engine;
mod error;
mod estimate;
mod join;
mod limits;
#[cfg(test)]
pub(crate) mod mock;
mod progress;
mod results;
mod settings;
mod study;
mod worlds;

pub use crate::output::folder::{FolderError, ManifestError, OutputError};
pub(crate) use branch::{Branch, check_name};
pub use branch::{BranchError, Why};
pub(crate) use command::{Words, quoted};
pub use done::{Done, FailedRun};
#[cfg(test)]
pub(crate) use engine::{Work, execute};
pub use error::{ShardsError, StudyError, UnknownName};
pub use estimate::{Estimate, NoRoom};
pub use join::Shards;
pub use progress::Progress;
pub use results::{Results, Run};
pub(crate) use study::Config;
pub use study::Study;

use crate::{
    experiment::{Experiment, KnownNames, load_experiment},
    model::Model,
    output::{batch::Batch, manifest::FileFormat},
    scenario::{Diagnostics, Source},
};

impl Model {
    /// Reads an experiment file, or a scenario file as an experiment with that one variant, with overrides (`a.b.c=value`)
    /// laid over it.
    ///
    /// # Errors
    /// Everything that is wrong with it and with them, with file, line and column.
    pub fn experiment(&self, source: &Source, overrides: &[String]) -> Result<Experiment, Diagnostics> {
        let measured = self.measured();
        let (tables, outcomes) = (measured.table_names(), measured.outcome_names());
        let names = KnownNames { tables: &tables, outcomes: &outcomes };
        load_experiment(source, overrides, self.catalogue(), names)
    }
}

/// Refuses a format that this build, or a shard, cannot be written in.
fn check_format(batch: &Batch) -> Result<(), StudyError> {
    match batch.file_format {
        FileFormat::Csv => Ok(()),
        FileFormat::Parquet if !cfg!(feature = "parquet") => Err(StudyError::NoParquet),
        FileFormat::Parquet if !batch.shard.is_whole() => Err(StudyError::ShardFormat),
        FileFormat::Parquet => Ok(()),
    }
}
