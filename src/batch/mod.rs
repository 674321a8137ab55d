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
mod calibration;
mod coalitions;
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
pub(crate) use calibration::{CalibrationRuns, RUNS_FOLDER};
pub(crate) use coalitions::{By, Groups, name as coalition_name};
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
    experiment::{
        Doubt, Experiment, KnownNames, load_experiment,
        observations::{Observation, load_observations},
    },
    measure::{Measured, months_before},
    model::Model,
    output::{
        batch::Batch,
        manifest::{FileFormat, Manifest},
    },
    scenario::{Diagnostics, Source},
};

impl Model {
    /// Reads an experiment file, or a scenario file as an experiment with that one variant, with overrides (`a.b.c=value`)
    /// laid over it.
    ///
    /// # Errors
    /// Everything that is wrong with it and with them, with file, line and column.
    pub fn experiment(&self, source: &Source, overrides: &[String]) -> Result<Experiment, Diagnostics> {
        self.experiment_in_doubt(source, overrides, None)
    }

    /// The same with worlds drawn from a sample of parameters, if there is one.
    ///
    /// # Errors
    /// Everything that is wrong with it, with them and with the sample.
    pub fn experiment_in_doubt(
        &self,
        source: &Source,
        overrides: &[String],
        doubt: Option<&Doubt>,
    ) -> Result<Experiment, Diagnostics> {
        self.known_names(|names| load_experiment(source, overrides, self.catalogue(), names, doubt))
    }

    /// Reads tables of observations of what is measured of the model's worlds.
    ///
    /// # Errors
    /// Everything that is wrong with them, with file, line and column.
    pub fn observations(&self, files: &[Source]) -> Result<Vec<Observation>, Diagnostics> {
        let files: Vec<_> = files.iter().map(|file| (file.clone(), None)).collect();
        load_observations(&files, &self.measured().tables().collect::<Vec<_>>())
    }

    /// What was measured of the runs of a folder with this manifest: what players have of them too, if it holds a game.
    pub(crate) fn measured_of(&self, manifest: &Manifest) -> Measured {
        let game = manifest.experiment.game.as_ref();
        game.map_or_else(|| self.measured(), |game| self.with_payoffs(game).measured())
    }

    /// What `read` makes of the names that experiments may use.
    pub(crate) fn known_names<T>(&self, read: impl FnOnce(KnownNames<'_>) -> T) -> T {
        let measured = self.measured();
        let (tables, outcomes) = (measured.table_names(), measured.outcome_names());
        let declared: Vec<_> = measured.tables().collect();
        let (recorded, passing) = measured.tables_by_default();
        let by_default = (recorded.as_slice(), passing.as_slice());
        read(KnownNames { tables: &tables, by_default, outcomes: &outcomes, declared: &declared, months_before })
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
