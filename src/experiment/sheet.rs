//! CSV files that users write, cell by cell, each with its place for what is wrong with it.

use crate::{
    declare::text::counted,
    scenario::{
        Diagnostic, Source,
        diagnostic::{Origin, Place},
    },
};
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use std::sync::Arc;

/// The longest file, in bytes.
const MAX_FILE: u64 = 64_000_000;
/// The most cells of a file: each is held with its place.
const MAX_CELLS: usize = 4_000_000;

/// A kind of CSV file, in words for errors.
#[derive(Clone, Copy, Debug)]
pub(super) struct SheetKind {
    /// What such a file is, such as `a points file`.
    pub file: &'static str,
    /// What its rows are, such as `points`.
    pub rows: &'static str,
}

/// The cells of a file. Every row has as many as the header.
pub(super) struct Sheet {
    pub header: Line,
    pub rows: Vec<Line>,
}

/// A row of cells without the blanks around them.
pub(super) struct Line {
    cells: StringRecord,
    places: Vec<Place>,
}

impl SheetKind {
    /// Reads a file with a header and at least a row; `turn` is its own among the texts that are read, `from` the place that
    /// names it as `path`.
    pub(super) fn read(
        self,
        source: &Source,
        turn: usize,
        from: Option<&Place>,
        path: &str,
    ) -> Result<Sheet, Diagnostic> {
        let origin = source.open_up_to(MAX_FILE, turn, from)?;
        self.refuse_other_signs(&origin)?;
        refuse_open_quote(&origin)?;
        let mut reader = ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(origin.text.as_bytes());
        let mut rows = Vec::new();
        for record in reader.records() {
            rows.push(record.map_err(|error| unreadable(&error, &origin))?);
        }
        let wrong =
            |message: String| from.map_or_else(|| Diagnostic::general(&message), |at| Diagnostic::at(at, &message));
        let Some((header, rows)) = rows.split_first().filter(|(_, rows)| !rows.is_empty()) else {
            return Err(wrong(format!("`{path}` has no {}: it needs a header and a row for each", self.rows)));
        };
        let count = rows.len().saturating_mul(header.len());
        if count > MAX_CELLS {
            return Err(wrong(format!("`{path}` has {count} cells, and {MAX_CELLS} are the most")));
        }
        let header = Line::new(header, &origin);
        refuse_foreign(&header)?;
        Ok(Sheet { header, rows: rows.iter().map(|row| Line::new(row, &origin)).collect() })
    }

    /// Refuses cells that are not apart by commas.
    fn refuse_other_signs(self, origin: &Arc<Origin>) -> Result<(), Diagnostic> {
        let header = origin.text.lines().next().unwrap_or_default();
        let first = header.trim_start_matches('\u{feff}').trim().trim_matches('"');
        if first.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("sep=")) {
            let error = Diagnostic::at(&Place::new(origin, 0..header.len()), "`sep=` is a line for Excel alone");
            return Err(error.help(format!("leave it out: {} begins with its header, and has commas", self.file)));
        }
        let Some(sign) = header.find([';', '\t']).filter(|_| !header.contains(',')) else { return Ok(()) };
        let name = if header[sign..].starts_with(';') { "semicolons" } else { "tabs" };
        let place = Place::new(origin, sign..sign + 1);
        let error = Diagnostic::at(&place, format!("the cells are apart by {name}; {} has commas", self.file));
        Err(error.help("write it with commas between cells and points in numbers, as `to_csv` and `write.csv` do"))
    }
}

impl Line {
    fn new(cells: &StringRecord, origin: &Arc<Origin>) -> Self {
        let mut at = start(cells.position());
        let place = |cell: &str| {
            let from = origin.text.get(at..).and_then(|rest| rest.find(cell)).map_or(at, |further| at + further);
            at = from + cell.len();
            Place::new(origin, from..at)
        };
        let places = cells.iter().map(place).collect();
        Self { cells: cells.clone(), places }
    }

    /// A cell and its place.
    pub(super) fn get(&self, column: usize) -> Option<(&str, &Place)> {
        self.cells.get(column).zip(self.places.get(column))
    }

    /// The cells and their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Place)> {
        self.cells.iter().zip(&self.places)
    }
}

/// Refuses a quote that is not closed in its line: no cell has several lines, and what follows would all be one.
fn refuse_open_quote(origin: &Arc<Origin>) -> Result<(), Diagnostic> {
    let mut start = 0;
    for line in origin.text.split_inclusive('\n') {
        if !line.matches('"').count().is_multiple_of(2) {
            let at = start + line.rfind('"').unwrap_or(0);
            let place = Place::new(origin, at..at + 1);
            let error = Diagnostic::at(&place, "a quote is opened and not closed in this line");
            return Err(error.help("numbers, words and keys take no quotes; a quote in a cell is written twice"));
        }
        start += line.len();
    }
    Ok(())
}

/// Says what is wrong with a header that another program writes in its own way.
fn refuse_foreign(header: &Line) -> Result<(), Diagnostic> {
    let named = |name: &str| !(name.is_empty() || name.starts_with("Unnamed: "));
    match header.iter().enumerate().find(|(_, (name, _))| !named(name)) {
        None => Ok(()),
        Some((column, (_, place))) => {
            let error = Diagnostic::at(place, format!("column {} has no name", column + 1));
            Err(error
                .help("a column of row names? pandas leaves it out with to_csv(index=False), R with row.names = FALSE"))
        }
    }
}

fn start(position: Option<&csv::Position>) -> usize {
    position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0))
}

fn unreadable(error: &csv::Error, origin: &Arc<Origin>) -> Diagnostic {
    match error.kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let from = start(pos.as_ref());
            // The position may stand before the line's end that precedes the row.
            let from = origin.text.get(from..).map_or(from, |rest| from + rest.len() - rest.trim_start().len());
            let message = format!("this row has {}, the header {expected_len}", counted(*len, "cell"));
            let line = origin.text.get(from..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
            Diagnostic::at(&Place::new(origin, from..from + line), message)
        }
        _ => Diagnostic::at(&Place::new(origin, 0..0), error.to_string()),
    }
}
