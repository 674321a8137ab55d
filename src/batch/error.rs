//! What can go wrong with a study, from its config to reading it back.

use super::{estimate::NoRoom, join::ShardsError};
use crate::{
    experiment::event::ListenerError,
    output::folder::{FolderError, OutputError},
    scenario::{Diagnostics, diagnostic::nearest},
};
use std::path::PathBuf;

/// Why a study could not be read, run, brought to its end, or read back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudyError {
    /// The config, or a value laid over it, is wrong; nothing was written.
    #[error(transparent)]
    Config(#[from] Diagnostics),
    /// A name that nothing has.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// The design has no such point.
    #[error("no design point {point} in the config; it has {points}, from 0")]
    NoPoint {
        /// What was asked for.
        point: u64,
        /// How many there are.
        points: u64,
    },
    /// A batch cannot be cut like that.
    #[error("no shard {number} of {of}: shards are numbered from 1")]
    NoShard {
        /// What was asked for.
        number: u64,
        /// Of how many.
        of: u64,
    },
    /// Values cannot be laid over an experiment that was not read from a config.
    #[error("the scenarios of this study are given, so that `{key}` cannot be laid over them")]
    Given {
        /// The value's key.
        key: String,
    },
    /// Shards are CSV, whatever the whole is to be.
    #[error("shards are CSV: choose the format where they are joined")]
    ShardFormat,
    /// This build cannot write Parquet.
    #[error("this build of redqueen does not write Parquet: it takes the feature `parquet`")]
    NoParquet,
    /// The folder cannot take the results; nothing was written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is no room for them; nothing was written.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// The shards cannot be joined.
    #[error(transparent)]
    Shards(#[from] ShardsError),
    /// The folder's files could not be begun, or not be read.
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
    /// The folder holds no results.
    #[error("{} holds no batch of redqueen", folder.display())]
    NoBatch {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder's batch is not finished.
    #[error("the batch in {} is not finished: run its command again, it goes on where it stopped", folder.display())]
    Unfinished {
        /// The folder.
        folder: PathBuf,
    },
    /// A table cannot be read back.
    #[error("cannot read {}: {source}", path.display())]
    Table {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
}

/// There is nothing of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no {what} `{name}`{}", hint(near.as_deref(), known))]
pub struct UnknownName {
    /// What was looked for, such as `outcome`.
    pub what: &'static str,
    /// What was asked for.
    pub name: String,
    /// What may have been meant.
    pub near: Option<String>,
    /// All that there are.
    pub known: Vec<String>,
}

impl UnknownName {
    pub(crate) fn new<'k>(what: &'static str, name: &str, known: impl Iterator<Item = &'k str> + Clone) -> Self {
        let near = nearest(name, known.clone()).map(str::to_owned);
        Self { what, name: name.to_owned(), near, known: known.map(str::to_owned).collect() }
    }
}

fn hint(near: Option<&str>, known: &[String]) -> String {
    match near {
        Some(near) => format!(", did you mean `{near}`?"),
        None if known.is_empty() => ": there are none".to_owned(),
        None => format!("; there are {}", known.join(", ")),
    }
}
