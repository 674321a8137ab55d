//! Rows as bytes of CSV (RFC 4180, UTF-8, lines end in a line feed).
//!
//! A number is written in the shortest form that reads back to the same bits, always with a point or an exponent
//! (`3.0`, `0.1`, `1e+21`, `-0.0`), so that a reader that guesses types sees a float column. Whole numbers have no
//! point. Dates are `YYYY-MM`, flags `true` and `false`, missing values empty.

use super::table::{Cell, Column, Row};
use crate::experiment::design::Setting;
use std::io::Write as _;

/// A number that a table cannot hold.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("column {column} of {table} became {value}")]
pub struct NotFinite {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The value, such as `NaN`.
    pub value: f64,
}

/// Lines of CSV in the making.
#[derive(Debug, Default)]
pub struct Csv {
    bytes: Vec<u8>,
    inside: bool,
}

impl Csv {
    /// The header line of these columns.
    pub fn header<'a>(columns: impl IntoIterator<Item = &'a Column<'a>>) -> Vec<u8> {
        let mut csv = Self::default();
        columns.into_iter().for_each(|column| csv.text(column.name));
        csv.end_line();
        csv.bytes
    }

    /// The bytes so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Adds a cell; numbers must be finite.
    pub fn cell(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Number(number) => self.raw(zmij::Buffer::new().format(number).as_bytes()),
            Cell::Whole(whole) => self.raw(itoa::Buffer::new().format(whole).as_bytes()),
            Cell::Text(text) => self.text(text),
            Cell::Month(month) => self.raw(&month.text()),
            Cell::Flag(flag) => self.raw(if flag { b"true" } else { b"false" }),
            Cell::Missing => self.raw(b""),
        }
    }

    /// Adds the value of a design's factor; empty for one that stays as the scenario has it.
    pub fn setting(&mut self, setting: Option<&Setting>) {
        self.cell(match setting {
            None => Cell::Missing,
            Some(Setting::Real(number)) => Cell::Number(*number),
            Some(Setting::Whole(whole)) => Cell::Whole(*whole),
            Some(Setting::Flag(flag)) => Cell::Flag(*flag),
            Some(Setting::Text(text)) => Cell::Text(text),
        });
    }

    /// Adds something whose text needs no quotes, such as a count.
    pub fn display(&mut self, value: impl std::fmt::Display) {
        self.raw(b"");
        // Writing into a Vec does not fail.
        let _ = write!(self.bytes, "{value}");
    }

    /// Adds text, in quotes where it needs them.
    pub fn text(&mut self, text: &str) {
        if text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r')) {
            self.raw(b"\"");
            self.bytes.extend_from_slice(text.replace('"', "\"\"").as_bytes());
            self.bytes.push(b'"');
        } else {
            self.raw(text.as_bytes());
        }
    }

    /// Adds the cells of a row, leaving the line open.
    pub fn row<R: Row>(&mut self, row: &R) -> Result<(), NotFinite> {
        let mut columns = R::COLUMNS.iter();
        let mut wrong = None;
        row.cells(&mut |cell| {
            let column = columns.next();
            match (cell, column) {
                (Cell::Number(value), Some(column)) if !value.is_finite() => {
                    wrong = Some(NotFinite { table: R::TABLE, column: column.name, value });
                }
                _ => self.cell(cell),
            }
        });
        wrong.map_or(Ok(()), Err)
    }

    /// Ends the line.
    pub fn end_line(&mut self) {
        self.bytes.push(b'\n');
        self.inside = false;
    }

    fn raw(&mut self, bytes: &[u8]) {
        if self.inside {
            self.bytes.push(b',');
        }
        self.inside = true;
        self.bytes.extend_from_slice(bytes);
    }
}

/// The rows of a run as lines that start with the number of the run.
pub fn encode<R: Row>(run: u64, rows: &[R]) -> Result<Vec<u8>, NotFinite> {
    let mut csv = Csv { bytes: Vec::with_capacity(rows.len() * R::COLUMNS.len() * 16), inside: false };
    let run = run.to_string();
    for row in rows {
        csv.raw(run.as_bytes());
        csv.row(row)?;
        csv.end_line();
    }
    Ok(csv.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{scenario::Month, table};
    use std::sync::Arc;

    table! {
        /// A row of everything.
        struct Everything as "everything" {
            /// When.
            date: Month, "";
            /// Number.
            number: f64, "1";
            /// Maybe.
            maybe: Option<f64>, "1";
            /// Count.
            count: u32, "1";
            /// Flag.
            flag: bool, "";
            /// Text.
            text: Arc<str>, "";
        }
    }

    fn row(number: f64, text: &str) -> Everything {
        let date = Month::new(2023, 7).unwrap();
        Everything { date, number, maybe: None, count: 3, flag: true, text: text.into() }
    }

    #[test]
    fn every_kind_of_cell_has_its_form() {
        let bytes = encode(12, &[row(3.0, "US"), row(0.1, "a \"b\", c\nd")]).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, "12,2023-07,3.0,,3,true,US\n12,2023-07,0.1,,3,true,\"a \"\"b\"\", c\nd\"\n");
    }

    #[test]
    fn numbers_are_short_and_read_back_to_the_same_bits() {
        let form = |number| {
            let mut csv = Csv::default();
            csv.cell(Cell::Number(number));
            String::from_utf8(csv.into_bytes()).unwrap()
        };
        assert_eq!([0.0, -0.0, 3.0, -2.5].map(form), ["0.0", "-0.0", "3.0", "-2.5"]);
        for number in [1e21, 1e-7, 5e-324, f64::MAX, 0.1 + 0.2, 123_456_789.0, 1e16, 1e15] {
            let text = form(number);
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{text}");
            assert!(text.contains(['.', 'e']), "{text}");
        }
        assert_eq!(form(1e21), "1e+21");
    }

    #[test]
    fn the_csv_crate_reads_the_text_back() {
        for text in ["plain", "", "with, comma", "with \"quotes\"", "two\nlines", "é 中"] {
            let mut bytes = Csv::header(Everything::COLUMNS);
            let mut line = Csv::default();
            line.row(&row(1.0, text)).unwrap();
            line.end_line();
            bytes.extend(line.into_bytes());
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!((&record[5], record.len()), (text, 6));
        }
    }

    #[test]
    fn a_number_that_is_not_finite_is_named() {
        let error = encode(0, &[row(1.0, ""), row(f64::NAN, "")]).unwrap_err();
        assert_eq!(error.to_string(), "column number of everything became NaN");
    }
}
