//! `manifest.json`: which experiment a folder holds, and how far it got. The same experiment always gives the same
//! manifest; wall times and names of machines go to `log.txt`.

use super::{
    dictionary,
    table::{CellType, Column},
};
use crate::{
    experiment::{
        Gather,
        design::{Design, Factor, Sample, Scale, Setting},
        plan::{Plan, Shard, Stop},
    },
    model::record::Record,
    scenario::{Month, Scenario},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of the manifest and of the folder's layout.
pub const FORMAT: u32 = 2;
/// The manifest's file name.
pub const FILE: &str = "manifest.json";

/// What is asked for: all that decides the bytes of the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Short name.
    pub name: String,
    /// Master seed.
    pub seed: u64,
    /// Replicates of each scenario and design point; with a stop rule those of the first round.
    pub runs: u64,
    /// Number of the first replicate; above 0 to replay a single run.
    pub first_replicate: u64,
    /// Which tables to keep.
    pub record: Record,
    /// The scenario variants, in order.
    pub scenarios: Vec<BatchScenario>,
    /// The design points, crossed with the scenarios.
    pub sample: Sample,
    /// When to stop adding replicates to a point.
    pub stop: Option<Stop>,
    /// Which part of the whole to do.
    pub shard: Shard,
    /// Over which runs to take quantiles, if at all. A shard has none.
    pub quantiles: Option<Gather>,
}

impl Batch {
    /// Plain replicates of these scenarios.
    pub fn plain(name: impl Into<String>, seed: u64, runs: u64, record: Record, scenarios: Vec<BatchScenario>) -> Self {
        let (sample, stop, shard, quantiles) = (Sample::plain(), None, Shard::WHOLE, Some(Gather::ByPoint));
        Self { name: name.into(), seed, runs, first_replicate: 0, record, scenarios, sample, stop, shard, quantiles }
    }

    /// The runs of this batch.
    pub fn plan(&self) -> Plan {
        Plan {
            scenarios: self.scenarios.len(),
            points: self.sample.points(),
            runs: self.runs,
            first_replicate: self.first_replicate,
            stop: self.stop.clone(),
            shard: self.shard,
        }
    }

    /// Whether what is gathered over runs is wanted here; of a shard it is gathered when the shards are joined.
    pub const fn gathers(&self) -> bool {
        self.quantiles.is_some() && self.shard.is_whole()
    }

    /// The design's factors as columns of `runs.csv` and `design.csv`.
    pub fn factors(&self) -> Vec<Column<'_>> {
        let factors = &self.sample.design().factors;
        factors.iter().enumerate().map(|(place, factor)| column(factor, self.sample.leaves(place))).collect()
    }
}

fn column(factor: &Factor, optional: bool) -> Column<'_> {
    let all = |values: &[Setting], fits: fn(&Setting) -> bool| values.iter().all(fits);
    let holds = match &factor.scale {
        Scale::Linear { .. } | Scale::Log { .. } => CellType::Number,
        Scale::Integer { .. } => CellType::Whole,
        Scale::Choice { values } if all(values, |value| matches!(value, Setting::Flag(_))) => CellType::Flag,
        Scale::Choice { values } if all(values, |value| matches!(value, Setting::Whole(_))) => CellType::Whole,
        Scale::Choice { values } if all(values, |value| matches!(value, Setting::Whole(_) | Setting::Real(_))) => {
            CellType::Number
        }
        Scale::Choice { .. } => CellType::Text,
    };
    let numeric = matches!(holds, CellType::Number | CellType::Whole);
    let unit = match factor.unit.as_str() {
        _ if !numeric => "",
        "" => "1",
        unit => unit,
    };
    let meaning = if factor.meaning.is_empty() { "Value of this key of the config." } else { &factor.meaning };
    Column { name: &factor.parameter, holds, optional, unit, meaning }
}

/// One scenario variant of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchScenario {
    /// Its name.
    pub name: String,
    /// Its complete config, with defaults and overrides filled in.
    pub config: Value,
    /// The command that runs it alone, without `--seed` and `--replicate`, such as `redqueen run my.toml`.
    pub replay: String,
    /// First month.
    pub start: Month,
    /// Length in months.
    pub months: u32,
    /// Names of its states, sorted.
    pub states: Vec<String>,
    /// Names of its configured firms, sorted.
    pub firms: Vec<String>,
    /// Names of its fabs.
    pub fabs: Vec<String>,
    /// Names of its accelerators.
    pub accelerators: Vec<String>,
}

impl BatchScenario {
    /// This scenario under the variant's `name`, whose complete config is `config` and which the command `replay` runs.
    pub fn new(name: &str, scenario: &Scenario, config: Value, replay: String) -> Self {
        Self {
            name: name.into(),
            config,
            replay,
            start: scenario.time.start,
            months: scenario.time.months,
            states: scenario.states.iter().map(|state| state.name.clone()).collect(),
            firms: scenario.firms.iter().map(|firm| firm.name.clone()).collect(),
            fabs: scenario.fabs.iter().map(|fab| fab.name.clone()).collect(),
            accelerators: scenario.accelerators.iter().map(|design| design.name.clone()).collect(),
        }
    }
}

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
    /// The command that runs each scenario alone, without `--seed`, `--point` and `--replicate`.
    #[serde(default)]
    pub replay: Vec<String>,
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
    /// Its complete config.
    pub config: Value,
}

/// A table of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Name of the table: the file is `<name>.csv`.
    pub name: String,
    /// Rows, without the header.
    pub rows: u64,
    /// Size.
    pub bytes: u64,
}

impl Identity {
    /// The identity of this experiment under this version of the program.
    pub fn new(experiment: &Batch) -> Self {
        let scenarios: Vec<_> = experiment.scenarios.iter().map(ScenarioEntry::new).collect();
        let mut design = serde_json::to_vec(&scenarios).unwrap_or_default();
        let sample = &experiment.sample;
        for point in 0..sample.points() {
            design.extend(sample.coordinates(point).iter().flat_map(|coordinate| coordinate.to_le_bytes()));
        }
        Self {
            program: concat!("redqueen ", env!("CARGO_PKG_VERSION")).into(),
            name: experiment.name.clone(),
            seed: experiment.seed,
            runs: experiment.runs,
            first_replicate: experiment.first_replicate,
            record: recorded(experiment.record).map(String::from).collect(),
            quantiles: experiment.quantiles,
            design: sample.design().clone(),
            points: sample.points(),
            stop: experiment.stop.clone(),
            shard: Some(experiment.shard).filter(|shard| !shard.is_whole()),
            design_sha256: dictionary::sha256(&design),
            dictionary_sha256: dictionary::hash(),
            scenarios,
        }
    }

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

impl ScenarioEntry {
    fn new(variant: &BatchScenario) -> Self {
        Self {
            name: variant.name.clone(),
            start: variant.start.to_string(),
            months: variant.months,
            config: variant.config.clone(),
        }
    }
}

/// Whether each table of [`Record::NAMES`] is recorded, in that order.
pub const fn flags(record: Record) -> [bool; Record::NAMES.len()] {
    let Record { world, states, firms, fabs, accelerators, releases, events } = record;
    [world, states, firms, fabs, accelerators, releases, events]
}

/// Names of the recorded tables.
pub fn recorded(record: Record) -> impl Iterator<Item = &'static str> {
    Record::NAMES.into_iter().zip(flags(record)).filter_map(|(name, on)| on.then_some(name))
}
