//! A table of a folder, read row by row, with errors that name the file, the line and what was expected.

use super::ReportError;
use crate::{
    declare::text::{counted, told},
    output::sums,
};
use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// A CSV file with its header.
pub struct CsvFile {
    file: PathBuf,
    reader: csv::Reader<File>,
    pub header: csv::StringRecord,
}

impl CsvFile {
    /// Opens a table; `None` if the file is not there or has no header.
    pub fn open(file: &Path) -> Result<Option<Self>, ReportError> {
        let handle = match sums::open(file) {
            Ok(handle) => handle,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ReportError::Read { file: file.to_owned(), source }),
        };
        let mut table =
            Self { file: file.to_owned(), reader: csv::Reader::from_reader(handle), header: csv::StringRecord::new() };
        table.header = table.reader.headers().cloned().map_err(|error| damaged(file, error))?;
        Ok((!table.header.is_empty()).then_some(table))
    }

    /// Opens a table that has to be there.
    pub fn there(file: &Path) -> Result<Self, ReportError> {
        let missing = || ReportError::Read { file: file.to_owned(), source: told(std::io::ErrorKind::NotFound.into()) };
        Self::open(file)?.ok_or_else(missing)
    }

    pub fn find(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    pub fn column(&self, name: &str) -> Result<usize, ReportError> {
        self.find(name).ok_or_else(|| ReportError::Malformed {
            file: self.file.clone(),
            line: 1,
            expected: format!("a column `{name}`"),
        })
    }

    pub fn next(&mut self, row: &mut csv::StringRecord) -> Result<bool, ReportError> {
        self.reader.read_record(row).map_err(|error| damaged(&self.file, error))
    }

    pub fn malformed(&self, row: &csv::StringRecord, column: usize, expected: &str) -> ReportError {
        ReportError::Malformed {
            file: self.file.clone(),
            line: row.position().map_or(0, csv::Position::line),
            expected: format!(
                "{expected} in column `{}`, found `{}`",
                self.header.get(column).unwrap_or_default(),
                row.get(column).unwrap_or_default()
            ),
        }
    }

    /// The number in a cell; `None` if it is empty.
    pub fn number(&self, row: &csv::StringRecord, column: usize) -> Result<Option<f64>, ReportError> {
        let text = row.get(column).unwrap_or_default();
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(self.malformed(row, column, "a finite number")),
        }
    }

    /// The whole number in a cell, 0 if there is no such column.
    pub fn count(&self, row: &csv::StringRecord, column: Option<usize>) -> Result<u64, ReportError> {
        let Some(column) = column else { return Ok(0) };
        let text = row.get(column).unwrap_or_default();
        text.parse().map_err(|_| self.malformed(row, column, "a whole number"))
    }
}

fn damaged(file: &Path, error: csv::Error) -> ReportError {
    let (file, line) = (file.to_owned(), error.position().map_or(0, csv::Position::line));
    let expected = match error.into_kind() {
        csv::ErrorKind::Io(source) => return ReportError::Read { file, source },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{}, found {len}", counted(expected_len, "cell"))
        }
        csv::ErrorKind::Utf8 { .. } => "text in UTF-8".to_owned(),
        other => format!("a readable row: {other:?}"),
    };
    ReportError::Malformed { file, line, expected }
}
