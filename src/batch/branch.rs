//! A run that is stopped in a month, and gone on with from there: snapshots as files.

use crate::{
    measure::{RunError, Stretch, record::Record},
    model::{Model, Seed},
    output::{
        folder::{Durability, OutputError, write_aside},
        manifest::SavedStretch,
        snapshot::{FORMAT, SavedRun, Unreadable, sum_of},
    },
    scenario::{Month, Scenario, Source, child::whole},
};
use serde_json::Value;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

/// Why a run cannot be gone on with from a snapshot.
#[derive(Debug, thiserror::Error)]
#[error("{} {why}", path.display())]
pub struct BranchError {
    /// The snapshot's file.
    pub path: PathBuf,
    /// Why not.
    #[source]
    pub why: Why,
}

/// What is wrong with a snapshot, or with what is asked of it.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// The file cannot be read as a snapshot.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Another program wrote it.
    #[error("is a snapshot of {found}, and this is {expected}: only the program that wrote it lives the same past")]
    OtherProgram {
        /// The program that wrote it.
        found: String,
        /// This one.
        expected: String,
    },
    /// It was made of another config.
    #[error("is a snapshot of another config: {} differ{}", list(places), if places.len() == 1 { "s" } else { "" })]
    OtherConfig {
        /// Where it differs.
        places: Vec<String>,
    },
    /// It is not what this program would have written.
    #[error("is damaged: {0}")]
    Damaged(String),
    /// The run has come further already.
    #[error("stands at {at}, and the run cannot go on until {until}")]
    Over {
        /// The month at whose beginning it stands.
        at: Month,
        /// The month that was asked for.
        until: Month,
    },
    /// The seed or the replicate is another.
    #[error("is of seed {seed} and replicate {replicate}: the run goes on under the same")]
    OtherSeed {
        /// Its master seed.
        seed: u64,
        /// Its replicate.
        replicate: u64,
    },
    /// The run cannot go on under the scenario, or came to a bad end.
    #[error("cannot be gone on with: {0}")]
    Run(#[from] RunError),
    /// The file cannot be written.
    #[error("is not written: {0}")]
    Unwritten(#[from] OutputError),
    /// Something else has the file's name.
    #[error("is there already, and is not this snapshot: choose another name, or replace it with --overwrite")]
    Taken,
}

/// The first few of these, in words.
fn list(places: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = places.iter().take(SHOWN).map(|place| format!("`{place}`")).collect();
    let more = places.len().saturating_sub(SHOWN);
    shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
}

/// A run as far as it is known: the scenarios that it was lived under, and its luck.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// What was lived, at least one stretch if anything was.
    pub past: Vec<Stretch>,
    /// Its luck.
    pub seed: Seed,
}

impl Branch {
    /// The run of a snapshot's file, lived again and held against it. With `config`, it must be of that.
    pub(crate) fn read(path: &Path, model: &Model, config: Option<&Scenario>) -> Result<Self, BranchError> {
        Self::read_file(path, model, config).map_err(|why| BranchError { path: path.to_owned(), why })
    }

    fn read_file(path: &Path, model: &Model, config: Option<&Scenario>) -> Result<Self, Why> {
        let saved = SavedRun::read(path)?;
        let expected = model.program().to_string();
        if saved.program != expected {
            return Err(Why::OtherProgram { found: saved.program, expected });
        }
        let seed = Seed { master: saved.seed, replicate: saved.replicate };
        let past = saved.lived.iter().map(|stretch| lived(stretch, model, seed)).collect::<Result<Vec<_>, _>>()?;
        let branch = Self { past, seed };
        if branch.stands_at().map(|month| month.to_string()) != Some(saved.stands_at) {
            return Err(Why::Damaged("it does not stand where its months lead".to_owned()));
        }
        if let (Some(wanted), Some(last)) = (config, branch.last()) {
            let places = differences(&last.to_json(), &wanted.to_json());
            if !places.is_empty() {
                return Err(Why::OtherConfig { places });
            }
        }
        if branch.rows(model)? != saved.rows {
            let what = "its past comes out otherwise here: another build of the program, or another model, wrote it";
            return Err(Why::Damaged(what.to_owned()));
        }
        Ok(branch)
    }

    /// The scenario that it was lived under last.
    pub(crate) fn last(&self) -> Option<&Scenario> {
        self.past.last().map(|stretch| &stretch.scenario)
    }

    /// The month at whose beginning it stands.
    pub(crate) fn stands_at(&self) -> Option<Month> {
        self.past.last().map(|stretch| stretch.scenario.time.start.plus(stretch.months))
    }

    /// Checksum of what it has come to.
    fn rows(&self, model: &Model) -> Result<String, RunError> {
        let Some((last, past)) = self.past.split_last() else { return Ok(String::new()) };
        let mut scenario = last.scenario.clone();
        scenario.time.months = last.months;
        let run = run(model, past, &scenario, self.seed, Record::ALL)?;
        Ok(sum_of(&run))
    }

    /// Whether it can go on under a scenario.
    pub(crate) fn admits(&self, path: &Path, model: &Model, scenario: &Scenario) -> Result<(), BranchError> {
        match run(model, &self.past, scenario, self.seed, Record::NONE) {
            Err(error @ RunError::Unfit(_)) => Err(BranchError { path: path.to_owned(), why: error.into() }),
            // Of other mishaps the run itself tells.
            _ => Ok(()),
        }
    }

    /// The same run lived on under a scenario until so many months are over. Stretches under one scenario are one.
    pub(crate) fn and_then(mut self, scenario: Scenario, months: u32) -> Self {
        if self.last().is_some_and(|last| same_world(last, &scenario)) {
            self.past.pop();
        }
        self.past.push(Stretch { scenario, months });
        self
    }

    /// What it was lived under before it goes on under a scenario: nothing if that is the same.
    pub(crate) fn before(&self, scenario: &Scenario) -> Vec<Stretch> {
        let mut past = self.past.clone();
        if self.last().is_some_and(|last| same_world(last, scenario)) {
            past.pop();
        }
        past
    }

    /// Writes it to a file, which must not hold anything else unless it may be replaced.
    pub(crate) fn write(&self, path: &Path, model: &Model, overwrite: bool) -> Result<(), BranchError> {
        let fails = |why| BranchError { path: path.to_owned(), why };
        let bytes = self.saved(model).map_err(|error| fails(error.into()))?.encode();
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() && fs::read(path).is_ok_and(|found| found == bytes) => return Ok(()),
            Ok(found) if !overwrite || !found.is_file() => return Err(fails(Why::Taken)),
            _ => {}
        }
        write_aside(path, &bytes, Durability::Disk).map_err(|error| fails(error.into()))
    }

    fn saved(&self, model: &Model) -> Result<SavedRun, RunError> {
        Ok(SavedRun {
            format: FORMAT,
            program: model.program().to_string(),
            stands_at: self.stands_at().map_or_else(String::new, |month| month.to_string()),
            seed: self.seed.master,
            replicate: self.seed.replicate,
            rows: self.rows(model)?,
            lived: saved(&self.past),
        })
    }
}

/// Refuses a name for a snapshot under which something else stands, before anything is run.
pub(crate) fn check_name(path: &Path, overwrite: bool) -> Result<(), BranchError> {
    let fails = |why| Err(BranchError { path: path.to_owned(), why });
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let error = io::Error::new(io::ErrorKind::NotFound, format!("there is no folder {}", folder.display()));
        return fails(Unreadable::Io(error).into());
    }
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => fails(Why::Taken),
        // Whether it is the same snapshot shows when the run is over.
        Ok(_) if !overwrite && SavedRun::read(path).is_err() => fails(Why::Taken),
        _ => Ok(()),
    }
}

/// Stretches as a file holds them.
pub(crate) fn saved(past: &[Stretch]) -> Vec<SavedStretch> {
    past.iter().map(|stretch| SavedStretch { months: stretch.months, config: stretch.scenario.to_json() }).collect()
}

fn run(
    model: &Model,
    past: &[Stretch],
    scenario: &Scenario,
    seed: Seed,
    record: Record,
) -> Result<crate::measure::record::Trajectory, RunError> {
    let mut simulation = model.simulate(scenario).map_err(|unsound| RunError::Unfit(unsound.into()))?;
    simulation.run_after(past, seed, record, &AtomicBool::new(false))
}

/// A stretch of a file as scenario.
fn lived(stretch: &SavedStretch, model: &Model, seed: Seed) -> Result<Stretch, Why> {
    let damaged = |what: String| Why::Damaged(what);
    let scenario = model.load(&source("its config", &stretch.config)?).map_err(|found| damaged(found.to_string()))?;
    let scenario = Scenario { seed: seed.master, ..scenario };
    if scenario.time.months < stretch.months {
        return Err(damaged("it is longer than its config".to_owned()));
    }
    Ok(Stretch { scenario, months: stretch.months })
}

/// A complete config as a text to be read.
pub(super) fn source(name: &str, config: &Value) -> Result<Source, Why> {
    let text = whole(config).map_err(|error| Why::Damaged(error.to_string()))?;
    Ok(Source::Text { name: name.to_owned(), text })
}

/// Whether a run under the one scenario is one under the other, as long as both last: they have the same words but for those
/// that say how long and what it is called.
fn same_world(one: &Scenario, other: &Scenario) -> bool {
    let mut same = other.clone();
    (same.name, same.description) = (one.name.clone(), one.description.clone());
    same.time.months = one.time.months;
    *one == same
}

/// Where two configs differ, but for their names, descriptions, seeds and lengths.
fn differences(one: &Value, other: &Value) -> Vec<String> {
    let mut found = Vec::new();
    gather(one, other, "", &mut found);
    found.retain(|place| !["name", "description", "seed", "time.months"].contains(&place.as_str()));
    found
}

fn gather(one: &Value, other: &Value, place: &str, found: &mut Vec<String>) {
    let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match (one, other) {
        _ if one == other => {}
        (Value::Object(one), Value::Object(other)) => {
            for name in one.keys().chain(other.keys().filter(|name| !one.contains_key(*name))) {
                let of = |object: &serde_json::Map<String, Value>| object.get(name).cloned().unwrap_or(Value::Null);
                gather(&of(one), &of(other), &below(name), found);
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            let named = |list: &[Value]| -> serde_json::Map<String, Value> {
                list.iter().filter_map(|each| Some((each["name"].as_str()?.to_owned(), each.clone()))).collect()
            };
            let (one, other) = (named(one), named(other));
            if one.is_empty() || other.is_empty() || one == other {
                found.push(place.to_owned());
            } else {
                gather(&Value::Object(one), &Value::Object(other), place, found);
            }
        }
        _ => found.push(place.to_owned()),
    }
}
