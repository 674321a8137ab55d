//! What can go wrong with a study, from its config to reading it back.

use super::{branch::BranchError, estimate::NoRoom};
use crate::{
    experiment::{event::ListenerError, plan::Shard, tables::Misnamed},
    measure::Unmeasured,
    output::{
        folder::{FolderError, ManifestError, OutputError},
        manifest::MENDS,
    },
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
    /// A word for all tables or for none, beside others.
    #[error("{}", Misnamed::beside(word))]
    NotAlone {
        /// The word.
        word: String,
    },
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
    /// What joined the model cannot be measured; nothing was written.
    #[error(transparent)]
    Unmeasured(#[from] Unmeasured),
    /// The folder cannot take the results; nothing was written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is no room for them; nothing was written.
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    /// The run cannot go on from a snapshot, or the snapshot not be written.
    #[error(transparent)]
    Branch(#[from] BranchError),
    /// The shards cannot be joined.
    #[error(transparent)]
    Shards(#[from] ShardsError),
    /// The folder's files could not be begun, or not be read.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// It stopped on the way.
    #[error("{source}; {} kept in {}: the same command goes on from there", first(*kept), folder.display())]
    Stopped {
        /// Why.
        source: ListenerError,
        /// Number of runs in the tables.
        kept: u64,
        /// Where they are.
        folder: PathBuf,
    },
    /// The folder was moved or removed on the way, with what was written.
    #[error("{} was moved or removed while it was written; what was done went with it", folder.display())]
    Gone {
        /// Where it was.
        folder: PathBuf,
    },
    /// The folder's manifest cannot be read.
    #[error("{}{}", .0, mends(.0))]
    Manifest(#[from] ManifestError),
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

/// Which runs are kept, with the verb that fits.
fn first(kept: u64) -> String {
    if kept == 1 { "the first run is".to_owned() } else { format!("the first {kept} runs are") }
}

/// What is to be done about it, as the end of a sentence.
fn mends(error: &ManifestError) -> String {
    match error {
        ManifestError::Unreadable { why, .. } if !why.is_other_format => format!("; {MENDS}"),
        _ => String::new(),
    }
}

fn hint(near: Option<&str>, known: &[String]) -> String {
    match near {
        Some(near) => format!(", did you mean `{near}`?"),
        None if known.is_empty() => ": there are none".to_owned(),
        None => format!("; there are {}", known.join(", ")),
    }
}

/// Why folders cannot be joined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShardsError {
    /// There is nothing to join.
    #[error("no shards given")]
    None,
    /// A folder holds no batch.
    #[error("{} holds no batch of redqueen", path.display())]
    NoBatch {
        /// The folder.
        path: PathBuf,
    },
    /// A folder holds a batch that is not a part of one.
    #[error("{} holds a whole batch, not a shard", path.display())]
    Whole {
        /// The folder.
        path: PathBuf,
    },
    /// A shard is not complete.
    #[error("{} holds shard {shard}, which is not complete: run its command again, it goes on where it stopped", path.display())]
    Unfinished {
        /// The folder.
        path: PathBuf,
        /// What it holds.
        shard: Shard,
    },
    /// Two folders hold parts of different batches.
    #[error("{} is no shard of the same batch as {}: it differs in {differences}", path.display(), first.display())]
    Differs {
        /// A folder.
        path: PathBuf,
        /// The folder of the first shard.
        first: PathBuf,
        /// What differs, in words.
        differences: String,
    },
    /// Two folders hold the same shard.
    #[error("{} and {} are both shard {shard}", a.display(), b.display())]
    Twice {
        /// A folder.
        a: PathBuf,
        /// The other.
        b: PathBuf,
        /// What both hold.
        shard: Shard,
    },
    /// A folder says that it holds a part that there cannot be.
    #[error("{} holds shard {shard}, which there cannot be: its manifest.json was not written by redqueen", path.display())]
    NoShard {
        /// The folder.
        path: PathBuf,
        /// What it says.
        shard: Shard,
    },
    /// Shards are missing.
    #[error("{count} of {of} shards {} missing: {named}", if *count == 1 { "is" } else { "are" })]
    Missing {
        /// How many.
        count: u64,
        /// Of how many.
        of: u64,
        /// The first of them.
        named: String,
    },
    /// Another build of the program wrote them.
    #[error("{} was written by another build of {program}, which this one cannot join", path.display())]
    OtherBuild {
        /// The folder of the first shard.
        path: PathBuf,
        /// What wrote it.
        program: String,
    },
    /// Another model of the same program wrote them.
    #[error("{} was written by a model that has other tables or outcomes than this one, which cannot join it", path.display())]
    OtherTables {
        /// The folder of the first shard.
        path: PathBuf,
    },
    /// The output folder is that of a shard.
    #[error("{} is one of the shards; choose another folder", path.display())]
    IsShard {
        /// The folder.
        path: PathBuf,
    },
    /// A shard's manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A shard's files cannot be read.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A run in a shard cannot be read; nothing is left of what was joined.
    #[error("run {run} in {} is damaged", path.display())]
    Damaged {
        /// Which run.
        run: u64,
        /// The shard's folder.
        path: PathBuf,
    },
}
