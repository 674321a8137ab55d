//! The page of a finished run or batch: reads an output folder, draws its pictures and writes them as one
//! self-contained HTML file and as SVG files.

mod about;
pub mod calibration;
mod chart;
pub mod claims;
mod competition;
#[cfg(test)]
mod coverage_tests;
pub(crate) mod csv_file;
pub(crate) mod data;
pub(crate) mod discover;
pub(crate) mod explain;
mod factors;
mod figures;
pub(crate) mod findings;
pub(crate) mod first;
pub(crate) mod forecast;
mod forest;
pub(crate) mod game;
mod language;
pub(crate) mod live;
mod mark;
mod markup;
pub(crate) mod over_time;
mod page;
mod palette;
mod panels;
mod parameters;
#[cfg(test)]
mod planted;
mod precision;
mod results;
pub(crate) mod rolling;
mod runs;
mod scale;
pub(crate) mod sensitivity;
mod sheet;
mod shown;
mod stat;
mod svg;
#[cfg(test)]
mod tests;
mod told;

use crate::{
    measure::Measured,
    output::{
        batch::Batch,
        csv::Csv,
        dictionary::{self, TableInfo},
        folder::{Derived, Durability, Folder, ManifestError, NewFile, OutputError},
        manifest::{FileEntry, FileFormat, MENDS, Manifest},
        package, sums,
    },
    scenario::Catalogue,
};
use data::ReportData;
use figures::Report;
pub use language::Language;
use parameters::ParameterTables;
use std::{
    io,
    path::{Path, PathBuf},
};

/// The files of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFiles {
    /// The page.
    pub html: PathBuf,
    /// The pictures, in the order of the page.
    pub figures: Vec<PathBuf>,
    /// What could not be shown because the folder does not hold it, a line each.
    pub missing: Vec<String>,
    /// What else is to be known before its numbers are read, a line each.
    pub notes: Vec<String>,
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The folder holds no output.
    #[error("{folder} holds no manifest.json, runs.csv or quantiles.csv; give the folder of a finished run or batch")]
    NotAnOutput {
        /// The folder.
        folder: PathBuf,
    },
    /// A file could not be read.
    #[error("cannot read {file}: {source}")]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{file}:{line}: expected {expected}")]
    Malformed {
        /// The file.
        file: PathBuf,
        /// The line, counted from 1.
        line: u64,
        /// What should have been there.
        expected: String,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] OutputError),
}

impl From<ManifestError> for ReportError {
    fn from(error: ManifestError) -> Self {
        match error {
            ManifestError::Output(OutputError { path: file, source, .. }) => Self::Read { file, source },
            ManifestError::Unreadable { path: file, why } => {
                let mends = if why.is_other_format { String::new() } else { format!("; {MENDS}") };
                Self::Malformed { file, line: why.line as u64, expected: why.expected + &mends }
            }
        }
    }
}

/// Holds a table against what its folder's manifest says, if it is there.
pub(crate) fn as_written(folder: &Path, manifest: &Manifest, table: &str) -> Result<(), ReportError> {
    match manifest.check(folder, table) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => {
            let mends =
                if manifest.csv(table).is_some() { "the batch's command makes it anew" } else { "move it away" };
            let source = io::Error::new(source.kind(), format!("{source}; {mends}"));
            Err(ReportError::Read { file: folder.join(FileFormat::Csv.file(table)), source })
        }
    }
}

/// Whether the report of a folder is there as it was written, with these other files; what `sensitivity` and `discover` wrote is
/// not looked at.
pub(crate) fn is_there(folder: &Path, others: &[&str]) -> bool {
    let Ok(Some(manifest)) = Folder::manifest(folder) else { return false };
    let listed = |name: &str| manifest.others.iter().any(|other| other.path == name);
    let of_others = |path: &str| {
        let mut prefixes = discover::PREFIXES.into_iter().chain([sensitivity::PREFIX]);
        prefixes.any(|prefix| path.starts_with(prefix))
    };
    let mut files = manifest.others.iter().filter(|other| !of_others(&other.path));
    listed(PAGE) && others.iter().all(|name| listed(name)) && files.all(|other| other.is_in(folder))
}

/// The report's file name.
pub(crate) const PAGE: &str = "report.html";

/// Reads a finished output folder and writes `report.html` and `figures/<name>.svg` into it, and
/// `differences.csv` and `differences_over_time.csv` if it holds several scenarios. `catalogue` explains the
/// parameters that the folder's config holds, `measured` the outcomes of its runs. Page and pictures are in `language`, tables as always.
///
/// # Errors
/// The folder holds no output, a file of it is damaged or comes from another version, or one cannot be read or written.
pub fn write_report(
    folder: &Path,
    catalogue: &Catalogue,
    measured: &Measured,
    language: Language,
) -> Result<ReportFiles, ReportError> {
    let data = ReportData { language, ..data::read(folder, measured)? };
    let mut derived = Derived::open(folder)?;
    derived.may_write(PAGE)?;
    let mut tables = Vec::new();
    tables.extend(data.differences.as_ref().map(|rows| (dictionary::differences(), Csv::table(rows))));
    let by_month = &data.over_time.rows;
    if !by_month.is_empty() {
        tables.push((dictionary::differences_over_time(), Csv::table(by_month)));
    }
    for (table, bytes) in tables {
        let files = with_table(folder, &derived, measured, &table, bytes)?;
        derived.write(&files)?;
    }
    let mut files = Vec::new();
    let told = forest::forest(&data).into_iter().chain(over_time::draw::figures(&data, &data.over_time.rows));
    let over_each_other = panels::comparison(&figures::drawable(&data), language);
    let comparison = told.chain(over_each_other).chain(factors::draw::figures(&data)).collect();
    let (sections, missing) = figures::draw(&data);
    let report = Report { comparison, sections, missing };
    let mut figures = Vec::new();
    for figure in report.figures() {
        let path = format!("figures/{}.svg", figure.name);
        figures.push(folder.join(&path));
        files.push(page_file(path, language.page(figure.svg.standalone())));
    }
    let page = page::page(&data, &report, &ParameterTables::of(&data, catalogue));
    files.push(page_file(PAGE.to_owned(), language.page(page)));
    derived.write(&files)?;
    let missing = data.missing.into_iter().chain(report.missing).collect();
    Ok(ReportFiles { html: folder.join(PAGE), figures, missing, notes: data.notes })
}

/// A table that is made from the runs, and the data package that describes it too, if there is one. A package that was
/// damaged is made anew, unless another model's program wrote the tables.
pub(crate) fn with_table(
    folder: &Path,
    derived: &Derived,
    measured: &Measured,
    table: &TableInfo<'_>,
    bytes: Vec<u8>,
) -> Result<Vec<NewFile>, ReportError> {
    let (format, xxh3) = (FileFormat::Csv, sums::of(&bytes));
    let entry = FileEntry { name: table.name.to_owned(), format, rows: 0, bytes: bytes.len() as u64, xxh3 };
    derived.may_write(&entry.file())?;
    let mut files = vec![NewFile { path: entry.file(), bytes, durability: Durability::Disk }];
    let found = read(&folder.join(package::FILE))?;
    let manifest = derived.manifest();
    let is_whole = |manifest: &Manifest| {
        manifest.others.iter().filter(|other| other.path == package::FILE).all(|other| other.is_in(folder))
    };
    let described =
        found.filter(|_| manifest.is_none_or(is_whole)).and_then(|text| package::with(&text, table, &entry));
    let anew = || {
        let manifest =
            manifest.filter(|manifest| manifest.experiment.dictionary_sha256 == dictionary::hash(measured))?;
        let batch = Batch::of(manifest, measured.clone())?;
        let text = package::whole(manifest, &batch.tables());
        package::with(&text, table, &entry)
    };
    if let Some(bytes) = described.or_else(anew) {
        files.push(NewFile { path: package::FILE.to_owned(), bytes, durability: Durability::Disk });
    }
    Ok(files)
}

/// The file's bytes; `None` if there is no such file.
fn read(file: &Path) -> Result<Option<Vec<u8>>, ReportError> {
    match sums::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ReportError::Read { file: file.to_owned(), source }),
    }
}

/// A page or a picture, which the next report makes anew.
fn page_file(path: String, text: String) -> NewFile {
    NewFile { path, bytes: text.into_bytes(), durability: Durability::System }
}
