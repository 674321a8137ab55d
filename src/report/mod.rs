//! The page of a finished run or batch: reads an output folder, draws its pictures and writes them as one
//! self-contained HTML file and as SVG files.

mod about;
mod chart;
mod competition;
#[cfg(test)]
mod coverage_tests;
mod csv_file;
mod data;
mod figures;
mod markup;
mod page;
mod palette;
mod parameters;
mod precision;
mod results;
mod runs;
mod scale;
pub(crate) mod sensitivity;
mod shown;
mod stat;
mod svg;
#[cfg(test)]
mod tests;

use crate::{
    measure::Measured,
    output::{
        csv::{Csv, NotFinite},
        dictionary::{self, DifferenceRow, TableInfo},
        folder::{Durability, OutputError, write_aside},
        manifest::{FileEntry, FileFormat},
        package,
    },
    scenario::Catalogue,
};
use parameters::ParameterTables;
use std::{
    fs, io,
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

/// Reads a finished output folder and writes `report.html` and `figures/<name>.svg` into it, and
/// `differences.csv` if it holds several scenarios. `catalogue` explains the
/// parameters that the folder's config holds, `measured` the outcomes of its runs.
///
/// # Errors
/// The folder holds no output, a file of it is damaged or comes from another version, or one cannot be read or written.
pub fn write_report(folder: &Path, catalogue: &Catalogue, measured: &Measured) -> Result<ReportFiles, ReportError> {
    let data = data::read(folder, measured)?;
    if let Some(rows) = &data.differences {
        write_differences(folder, rows)?;
    }
    let report = figures::draw(&data);
    let pictures = folder.join("figures");
    let mut written = Vec::new();
    if report.figures().next().is_some() {
        make(&pictures)?;
    }
    for figure in report.figures() {
        let file = pictures.join(format!("{}.svg", figure.name));
        write(&file, &figure.svg.standalone())?;
        written.push(file);
    }
    let html = folder.join("report.html");
    write(&html, &page::page(&data, &report, &ParameterTables::of(&data, catalogue)))?;
    let missing = data.missing.into_iter().chain(report.missing).collect();
    Ok(ReportFiles { html, figures: written, missing, notes: data.notes })
}

/// Writes `differences.csv`.
fn write_differences(folder: &Path, rows: &[DifferenceRow]) -> Result<(), ReportError> {
    let table = dictionary::differences();
    let file = folder.join(FileFormat::Csv.file(table.name));
    let mut bytes = Csv::header(&table.columns);
    for row in rows {
        let mut csv = Csv::default();
        let cannot = |source: NotFinite| OutputError::new("write", &file, io::Error::other(source));
        csv.row(row).map_err(cannot)?;
        csv.end_line();
        bytes.extend(csv.into_bytes());
    }
    write_table(folder, &table, &bytes, rows.len() as u64).map(drop)
}

/// Writes a derived table as CSV and describes it in the data package, if there is one; gives the file.
pub(crate) fn write_table(
    folder: &Path,
    table: &TableInfo<'_>,
    bytes: &[u8],
    rows: u64,
) -> Result<PathBuf, ReportError> {
    let format = FileFormat::Csv;
    let entry = FileEntry { name: table.name.to_owned(), format, rows, bytes: bytes.len() as u64 };
    let file = folder.join(entry.file());
    write_aside(&file, bytes, Durability::Disk)?;
    let package = folder.join(package::FILE);
    if let Some(described) = read(&package)?.and_then(|text| package::with(&text, table, &entry)) {
        write_aside(&package, &described, Durability::Disk)?;
    }
    Ok(file)
}

/// The file's bytes; `None` if there is no such file.
fn read(file: &Path) -> Result<Option<Vec<u8>>, ReportError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ReportError::Read { file: file.to_owned(), source }),
    }
}

/// Writes a page or a picture, which the next report makes anew.
fn write(file: &Path, text: &str) -> Result<(), ReportError> {
    Ok(write_aside(file, text.as_bytes(), Durability::System)?)
}

/// Makes a folder of pictures.
fn make(pictures: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(pictures).map_err(|source| OutputError::new("make", pictures, source).into())
}
