//! A finished folder, read back.

use super::{StudyError, UnknownName};
use crate::{
    declare::table::CellType,
    experiment::design::Setting,
    output::{
        batch::factors,
        dictionary::RUNS,
        folder::Folder,
        manifest::{FileFormat, Manifest},
        sums,
    },
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Columns of `runs.csv` before the factors, and after the outcomes.
const FIRST: [&str; 5] = ["run", "scenario", "point", "replicate", "seed"];
const LAST: [&str; 2] = ["status", "error"];

/// The folder of a finished study.
#[derive(Clone, Debug)]
pub struct Results {
    folder: PathBuf,
    manifest: Manifest,
}

impl Results {
    /// Opens the folder of a finished study, or of a finished shard of one.
    ///
    /// # Errors
    /// It holds no batch, or one that is not finished, or cannot be read.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StudyError> {
        let folder = folder.as_ref().to_owned();
        match Folder::manifest(&folder)? {
            None => Err(StudyError::NoBatch { folder }),
            Some(manifest) if !manifest.complete => Err(StudyError::Unfinished { folder }),
            Some(manifest) => Ok(Self { folder, manifest }),
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it says of itself.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its runs, in their order.
    ///
    /// # Errors
    /// `runs.csv` is not there, or not as it was written.
    pub fn runs(&self) -> Result<Vec<Run>, StudyError> {
        let path = self.folder.join(FileFormat::Csv.file(RUNS));
        // A row that cannot be read says more than a checksum, which finds all else.
        let runs = self.read(&path);
        let runs = runs.and_then(|runs| Ok(self.manifest.check(&self.folder, RUNS).map(|()| runs)?));
        runs.map_err(|source| StudyError::Table { path, source })
    }

    fn read(&self, path: &Path) -> Result<Vec<Run>, csv::Error> {
        let mut reader = csv::Reader::from_reader(sums::open(path)?);
        let columns = Arc::new(Columns::new(&self.manifest, reader.headers()?).ok_or_else(|| damaged("its header"))?);
        let read = |line: Result<csv::StringRecord, csv::Error>| {
            let line = line?;
            Run::read(&columns, &line)
                .ok_or_else(|| damaged(&format!("line {}", line.position().map_or(0, csv::Position::line))))
        };
        reader.records().map(read).collect()
    }
}

/// What cannot be read as it was written.
fn damaged(what: &str) -> csv::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{what} is not as it was written")).into()
}

/// The columns of `runs.csv`.
#[derive(Debug, PartialEq)]
struct Columns {
    factors: Vec<(String, CellType)>,
    outcomes: Vec<String>,
}

impl Columns {
    /// The columns of this header; `None` if it is not that of the manifest's batch.
    fn new(manifest: &Manifest, header: &csv::StringRecord) -> Option<Self> {
        let sample = manifest.experiment.design.clone().sample();
        let factors: Vec<_> = factors(&sample).iter().map(|column| (column.name.to_owned(), column.holds)).collect();
        let names: Vec<&str> = header.iter().collect();
        let inner = names.strip_prefix(&FIRST)?.strip_suffix(&LAST)?;
        let (found, outcomes) = inner.split_at_checked(factors.len())?;
        let fits = found.iter().zip(&factors).all(|(found, (name, _))| found == name);
        fits.then(|| Self { factors, outcomes: outcomes.iter().map(|&name| name.to_owned()).collect() })
    }
}

/// A run of a finished study, as `runs.csv` has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its number.
    pub run: u64,
    /// Name of its scenario.
    pub scenario: String,
    /// Which design point, from 0.
    pub point: u64,
    /// Which noise: runs of the same replicate have the same.
    pub replicate: u64,
    /// Master seed.
    pub seed: u64,
    /// Why it failed, and the command that does it again; `None` if it finished.
    pub failure: Option<String>,
    factors: Vec<Option<Setting>>,
    outcomes: Vec<Option<f64>>,
    columns: Arc<Columns>,
}

impl Run {
    fn read(columns: &Arc<Columns>, line: &csv::StringRecord) -> Option<Self> {
        let mut cells = line.iter();
        let (run, scenario) = (cells.next()?.parse().ok()?, cells.next()?.to_owned());
        let mut number = || cells.next()?.parse().ok();
        let (point, replicate, seed) = (number()?, number()?, number()?);
        let factors = columns.factors.iter().map(|(_, holds)| setting(*holds, cells.next()?)).collect::<Option<_>>()?;
        let outcome = |cell: &str| if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) };
        let outcomes = columns.outcomes.iter().map(|_| outcome(cells.next()?)).collect::<Option<_>>()?;
        let failure = match (cells.next()?, cells.next()?) {
            ("finished", _) => None,
            (_, error) => Some(error.to_owned()),
        };
        let columns = Arc::clone(columns);
        Some(Self { run, scenario, point, replicate, seed, failure, factors, outcomes, columns })
    }

    /// An outcome, in the unit that `redqueen columns runs` states; `None` if the run has no value of it.
    ///
    /// # Errors
    /// There is no outcome of this name.
    pub fn outcome(&self, name: &str) -> Result<Option<f64>, UnknownName> {
        let names = self.columns.outcomes.iter().map(String::as_str);
        let place = names.clone().position(|known| known == name);
        let value = place.and_then(|place| self.outcomes.get(place)).copied();
        value.ok_or_else(|| UnknownName::new("outcome", name, names))
    }

    /// Every outcome, by name.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, Option<f64>)> {
        self.columns.outcomes.iter().map(String::as_str).zip(self.outcomes.iter().copied())
    }

    /// The value of a factor of the design, by its key in configs; `None` if the run's point leaves it as the scenario has
    /// it.
    ///
    /// # Errors
    /// The design has no such factor.
    pub fn factor(&self, name: &str) -> Result<Option<&Setting>, UnknownName> {
        let names = self.columns.factors.iter().map(|(name, _)| name.as_str());
        let place = names.clone().position(|known| known == name);
        let value = place.and_then(|place| self.factors.get(place)).map(Option::as_ref);
        value.ok_or_else(|| UnknownName::new("factor", name, names))
    }

    /// Every factor of the design, by its key in configs.
    pub fn factors(&self) -> impl Iterator<Item = (&str, Option<&Setting>)> {
        self.columns.factors.iter().map(|(name, _)| name.as_str()).zip(self.factors.iter().map(Option::as_ref))
    }
}

/// The value in a cell; the inner `None` of one that is empty, the outer of one that is wrong.
fn setting(holds: CellType, cell: &str) -> Option<Option<Setting>> {
    if cell.is_empty() {
        return Some(None);
    }
    let read = match holds {
        CellType::Number => cell.parse().ok().map(Setting::Real),
        CellType::Whole => cell.parse().ok().map(Setting::Whole),
        CellType::Flag => cell.parse().ok().map(Setting::Flag),
        CellType::Text | CellType::Month => Some(Setting::Text(cell.to_owned())),
    };
    read.map(Some)
}
