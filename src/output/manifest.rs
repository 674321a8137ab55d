//! `manifest.json`: which experiment a folder holds, and how far it got. The same experiment always gives the same
//! manifest; wall times and names of machines go to `log.txt`.

use super::dictionary;
use crate::experiment::{
    Gather,
    design::Design,
    plan::{Shard, Stop, Unmet},
};
use crate::scenario::Described;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of the manifest and of the folder's layout.
pub const FORMAT: u32 = 2;
/// The manifest's file name.
pub const FILE: &str = "manifest.json";

/// The contents of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// Which experiment the folder holds.
    pub experiment: Identity,
    /// Whether every run was done and every file written. If not, the tables hold the first `runs_done` runs.
    pub complete: bool,
    /// Runs in the tables, failed ones included.
    pub runs_done: u64,
    /// Runs that failed.
    pub runs_failed: u64,
    /// What the experiment is for, in the words of its file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What each scenario is.
    #[serde(default)]
    pub described: Vec<Described>,
    /// The command that runs each scenario alone, without `--seed`, `--point` and `--replicate`.
    #[serde(default)]
    pub replay: Vec<String>,
    /// Where the stop rule was not met, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmet: Option<Unmet>,
    /// The tables.
    pub files: Vec<FileEntry>,
}

/// What makes an experiment this one: two folders of equal identity have equal tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Name and version of the program.
    pub program: String,
    /// Name of the experiment.
    pub name: String,
    /// Master seed.
    pub seed: u64,
    /// Replicates of each scenario.
    pub runs: u64,
    /// Number of the first replicate.
    pub first_replicate: u64,
    /// Recorded tables.
    pub record: Vec<String>,
    /// Format of the finished tables.
    #[serde(default, skip_serializing_if = "FileFormat::is_csv")]
    pub file_format: FileFormat,
    /// Over which runs quantiles are taken, if at all.
    pub quantiles: Option<Gather>,
    /// Which points of parameter space are visited.
    pub design: Design,
    /// Number of its points.
    pub points: u64,
    /// When replicates stop being added to a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Which part of the whole this is, if not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// SHA-256 of the scenarios below and of the design's points.
    pub design_sha256: String,
    /// SHA-256 of the data dictionary.
    pub dictionary_sha256: String,
    /// The scenario variants.
    pub scenarios: Vec<ScenarioEntry>,
}

/// A scenario variant in the manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioEntry {
    /// Its name.
    pub name: String,
    /// First month, `YYYY-MM`.
    pub start: String,
    /// Length in months.
    pub months: u32,
    /// Its complete config, but for its description.
    pub config: Value,
}

/// The scenarios that cover other months than the first.
pub fn other_spans(scenarios: &[ScenarioEntry]) -> impl Iterator<Item = &ScenarioEntry> {
    let first = scenarios.first();
    let same = move |entry: &&ScenarioEntry| {
        first.is_none_or(|first| (&first.start, first.months) == (&entry.start, entry.months))
    };
    scenarios.iter().filter(move |entry| !same(entry))
}

/// A table of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Name of the table.
    pub name: String,
    /// Format of the file, which its ending says too.
    #[serde(default, skip_serializing_if = "FileFormat::is_csv")]
    pub format: FileFormat,
    /// Rows, without the header.
    pub rows: u64,
    /// Size.
    pub bytes: u64,
}

impl FileEntry {
    /// The file's name, such as `runs.csv`.
    pub fn file(&self) -> String {
        self.format.file(&self.name)
    }
}

/// A format of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// Comma-separated values.
    #[default]
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Parquet];

    /// Its name, which is also the ending of its files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// Name of the file of this format that holds a table.
    pub fn file(self, table: &str) -> String {
        format!("{table}.{}", self.name())
    }

    fn is_csv(&self) -> bool {
        *self == Self::Csv
    }
}

impl Manifest {
    /// What there is to say of a stop rule that was not met.
    pub fn unmet(&self) -> Option<String> {
        Some(self.unmet.as_ref()?.line(self.experiment.stop.as_ref()?))
    }
}

impl Identity {
    /// SHA-256 of all of it, in hexadecimal.
    pub fn sha256(&self) -> String {
        dictionary::sha256(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// What differs from another identity, in words; empty if nothing.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        [
            ("the program's version", self.program == other.program),
            ("the name", self.name == other.name),
            ("the seed", self.seed == other.seed),
            ("the number of runs", self.runs == other.runs),
            ("the first replicate", self.first_replicate == other.first_replicate),
            ("the recorded tables", self.record == other.record && self.quantiles == other.quantiles),
            ("the files' format", self.file_format == other.file_format),
            ("the scenarios' config", self.scenarios == other.scenarios),
            (
                "the design",
                self.design == other.design
                    && self.points == other.points
                    && (self.design_sha256 == other.design_sha256 || self.scenarios != other.scenarios),
            ),
            ("the stop rule", self.stop == other.stop),
            ("the shard", self.shard == other.shard),
            ("the tables' columns", self.dictionary_sha256 == other.dictionary_sha256),
        ]
        .into_iter()
        .filter_map(|(what, same)| (!same).then_some(what))
        .collect()
    }
}
