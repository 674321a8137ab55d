//! What a batch is to run: all that decides the bytes of its tables.

use super::{
    config::Config,
    dictionary::{self, TableInfo},
    manifest::{FileFormat, Identity, Manifest, SavedStretch, ScenarioEntry},
    sums,
};
use crate::{
    declare::table::{CellType, Column},
    experiment::{
        Gather,
        design::{Factor, PointNoise, Sample, Scale, Setting},
        game::Game,
        plan::{Job, Plan, Shard, Stop},
    },
    measure::{Measured, record::Record},
    scenario::{Described, Month, Scenario},
};
use serde_json::Value;

/// What is asked for: all that decides the bytes of the tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Name and version of the program.
    pub program: String,
    /// Short name.
    pub name: String,
    /// What it is for; decides no byte of the tables.
    pub description: String,
    /// Outcomes that it asks for, by name; decide no byte of the tables.
    pub outcomes: Vec<String>,
    /// Master seed.
    pub seed: u64,
    /// Replicates of each scenario and design point; with a stop rule those of the first round.
    pub runs: u64,
    /// Number of the first replicate; above 0 to replay a single run.
    pub first_replicate: u64,
    /// Which tables to keep.
    pub record: Record,
    /// Those of them whose rows are kept no longer than until their quantiles are taken; a shard keeps them for who joins it.
    pub passing: Record,
    /// What is measured of its worlds.
    pub measured: Measured,
    /// The scenario variants, in order.
    pub scenarios: Vec<BatchScenario>,
    /// What its runs are lived under before, if anything else.
    pub past: Vec<SavedStretch>,
    /// The design points, crossed with the scenarios.
    pub sample: Sample,
    /// When to stop adding replicates to a point.
    pub stop: Option<Stop>,
    /// Which part of the whole to do.
    pub shard: Shard,
    /// Over which runs to take quantiles, if at all. A shard has none.
    pub quantiles: Option<Gather>,
    /// Format of the finished tables. A shard's are CSV.
    pub file_format: FileFormat,
    /// The game whose profiles the scenarios are, if they are.
    pub game: Option<Game>,
}

impl Batch {
    /// Plain replicates of these scenarios, of which the standard tables and outcomes are measured.
    pub fn plain(name: impl Into<String>, seed: u64, runs: u64, record: Record, scenarios: Vec<BatchScenario>) -> Self {
        Self {
            program: concat!("redqueen ", env!("CARGO_PKG_VERSION")).into(),
            name: name.into(),
            description: String::new(),
            outcomes: Vec::new(),
            seed,
            runs,
            first_replicate: 0,
            record,
            passing: Record::NONE,
            measured: Measured::default(),
            scenarios,
            past: Vec::new(),
            sample: Sample::plain(),
            stop: None,
            shard: Shard::WHOLE,
            quantiles: Some(Gather::ByPoint),
            file_format: FileFormat::Csv,
            game: None,
        }
    }

    /// The batch that a folder holds, as its manifest says, if this is what was measured of it; `None` if that is not all
    /// there.
    pub fn of(manifest: &Manifest, measured: Measured) -> Option<Self> {
        let identity = &manifest.experiment;
        let mut scenarios = identity.scenarios.iter().map(BatchScenario::of).collect::<Option<Vec<_>>>()?;
        for (scenario, replay) in scenarios.iter_mut().zip(&manifest.replay) {
            scenario.replay.clone_from(replay);
        }
        for (scenario, described) in scenarios.iter_mut().zip(&manifest.described) {
            scenario.described.clone_from(described);
        }
        Some(Self {
            program: identity.program.clone(),
            name: identity.name.clone(),
            description: manifest.description.clone(),
            outcomes: manifest.outcomes.clone(),
            seed: identity.seed,
            runs: identity.runs,
            first_replicate: identity.first_replicate,
            record: Record::of(&identity.record),
            passing: Record::of(&identity.passing),
            measured,
            scenarios,
            past: identity.past.clone(),
            sample: identity.design.clone().sample(),
            stop: identity.stop.clone(),
            shard: identity.shard.unwrap_or(Shard::WHOLE),
            quantiles: identity.quantiles,
            file_format: identity.file_format,
            game: identity.game.clone(),
        })
    }

    /// The runs of this batch.
    pub fn plan(&self) -> Plan {
        Plan {
            scenarios: self.scenarios.len(),
            first_point: self.sample.numbers().start,
            points: self.sample.points(),
            runs: self.runs,
            first_replicate: self.first_replicate,
            own_noise: self.sample.design().noise == PointNoise::Own,
            stop: self.stop.clone(),
            shard: self.shard,
        }
    }

    /// The command that does one of its runs again.
    pub fn replay(&self, job: &Job) -> String {
        let scenario = self.scenarios.get(job.scenario).map_or("redqueen run", |variant| &variant.replay);
        let designed = !self.sample.design().factors.is_empty();
        let point = if designed { format!(" --point {}", job.point) } else { String::new() };
        format!("{scenario} --seed {}{point} --replicate {}", self.seed, job.replicate)
    }

    /// Whether the finished table of this name is kept.
    pub fn keeps(&self, table: &str) -> bool {
        !self.shard.is_whole() || !self.passing.has(table)
    }

    /// Over which runs quantiles are gathered here; those of a shard are gathered when the shards are joined.
    pub fn gathers(&self) -> Option<Gather> {
        self.quantiles.filter(|_| self.shard.is_whole())
    }

    /// Whether it has several scenarios or points, so that the rows of every table say of which they are.
    pub fn is_crossed(&self) -> bool {
        self.scenarios.len() > 1 || self.sample.points() > 1
    }

    /// Every table that it can write.
    pub(crate) fn tables(&self) -> Vec<TableInfo<'_>> {
        dictionary::tables(&self.factors(), &self.measured, self.is_crossed())
    }

    /// The design's factors as columns of `runs.csv` and `design.csv`.
    pub fn factors(&self) -> Vec<Column<'_>> {
        factors(&self.sample)
    }
}

/// The factors of a design as columns.
pub fn factors(sample: &Sample) -> Vec<Column<'_>> {
    let factors = &sample.design().factors;
    factors.iter().enumerate().map(|(place, factor)| column(factor, sample.leaves(place))).collect()
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
    /// Its complete config, with defaults and overrides filled in, but for its description.
    pub config: Config,
    /// The command that runs it alone, without `--seed` and `--replicate`, such as `redqueen run my.toml`.
    pub replay: String,
    /// What it is, in words; decides no byte of the tables.
    pub described: Described,
    /// First month.
    pub start: Month,
    /// Length in months.
    pub months: u32,
}

impl BatchScenario {
    /// The scenario of a manifest, without the command that replays it.
    fn of(entry: &ScenarioEntry) -> Option<Self> {
        Some(Self {
            name: entry.name.clone(),
            config: entry.config.clone(),
            replay: String::new(),
            described: Described::default(),
            start: entry.start.parse().ok()?,
            months: entry.months,
        })
    }

    /// This scenario under the variant's `name`, whose complete config is `config` and which the command `replay` runs.
    pub fn new(name: &str, scenario: &Scenario, mut config: Value, replay: String) -> Self {
        // Words decide no byte of the tables: with others a folder holds the same experiment.
        config.as_object_mut().map(|config| config.shift_remove("description"));
        let description = scenario.description.clone();
        let described = Described { description, ..Described::default() };
        let config = config.into();
        Self { name: name.into(), config, replay, described, start: scenario.time.start, months: scenario.time.months }
    }

    /// Names of the entities that its config has under `list`.
    pub fn names(&self, list: &str) -> Vec<String> {
        self.config.names(list)
    }
}

impl Identity {
    /// The identity of this experiment under this version of the program.
    pub fn new(experiment: &Batch) -> Self {
        let scenarios: Vec<_> = experiment.scenarios.iter().map(ScenarioEntry::new).collect();
        let mut design = sums::Name::default();
        design.add_json(&scenarios);
        let sample = &experiment.sample;
        for point in sample.numbers() {
            sample.coordinates(point).iter().for_each(|coordinate| design.add(&coordinate.to_le_bytes()));
        }
        Self {
            program: experiment.program.clone(),
            name: experiment.name.clone(),
            seed: experiment.seed,
            runs: experiment.runs,
            first_replicate: experiment.first_replicate,
            record: experiment.measured.recorded(&experiment.record).map(|table| table.name.to_owned()).collect(),
            passing: experiment
                .measured
                .recorded(&experiment.record)
                .filter(|table| experiment.passing.has(table.name))
                .map(|table| table.name.to_owned())
                .collect(),
            file_format: experiment.file_format,
            quantiles: experiment.quantiles,
            design: sample.design().clone(),
            points: sample.points(),
            stop: experiment.stop.clone(),
            shard: Some(experiment.shard).filter(|shard| !shard.is_whole()),
            game: experiment.game.clone(),
            design_sha256: design.finish(),
            dictionary_sha256: dictionary::hash(&experiment.measured),
            scenarios,
            past: experiment.past.clone(),
        }
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
