//! Rows as bytes of CSV (RFC 4180, UTF-8, lines end in a line feed).
//!
//! A number is written in the shortest form that reads back to the same bits, always with a point or an exponent
//! (`3.0`, `0.1`, `1e+21`, `-0.0`), so that a reader that guesses types sees a float column. Whole numbers have no
//! point. Dates are `YYYY-MM`, flags `true` and `false`, missing values empty.

use crate::{
    declare::table::{Cell, Column, Row, Table, Tabular},
    experiment::design::Setting,
};

/// A number that a table cannot hold.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("column {column} of {table} became {value}{place}")]
pub struct NotFinite {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// Entity and month of the row as the end of a sentence, as far as it has them.
    pub place: String,
    /// The value, such as `NaN`.
    pub value: f64,
}

/// Lines of CSV in the making.
#[derive(Debug, Default)]
pub struct Csv {
    /// The bytes up to `end`, then room for more: copies of a fixed size are much faster than those of any size.
    bytes: Vec<u8>,
    end: usize,
    inside: bool,
}

/// Longest text of a number.
const NUMBER: usize = 32;

impl Csv {
    /// Lines with room for about so many bytes.
    fn with_room(bytes: usize) -> Self {
        Self { bytes: vec![0; bytes], end: 0, inside: false }
    }

    /// The header line of these columns.
    pub fn header<'a>(columns: impl IntoIterator<Item = &'a Column<'a>>) -> Vec<u8> {
        let mut csv = Self::default();
        columns.into_iter().for_each(|column| csv.text(column.name));
        csv.end_line();
        csv.into_bytes()
    }

    /// A whole table, whose numbers were looked at where its rows were made: a row with one that is not finite is left out.
    pub fn table<R: Row>(rows: &[R]) -> Vec<u8> {
        let mut bytes = Self::header(R::COLUMNS);
        for row in rows {
            let mut csv = Self::default();
            if csv.row(row).is_ok() {
                csv.end_line();
                bytes.extend(csv.into_bytes());
            }
        }
        bytes
    }

    /// The bytes so far.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.end);
        self.bytes
    }

    /// Adds a cell; numbers must be finite.
    pub fn cell(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Number(number) => self.number(number),
            Cell::Whole(whole) => self.short(itoa::Buffer::new().format(whole).as_bytes()),
            Cell::Text(text) => self.text(text),
            Cell::Month(month) => self.short(&month.text()),
            Cell::Flag(flag) => self.short(if flag { b"true" } else { b"false" }),
            Cell::Missing => self.raw(b""),
        }
    }

    fn number(&mut self, number: f64) {
        /// Whole numbers below this are written the same way by both formatters.
        const WHOLE: f64 = 1e9;
        if number.to_bits() == 0 {
            self.short(b"0.0");
        } else if number.abs() < WHOLE && number == number.trunc() && number != 0.0 {
            let mut text = [0; NUMBER];
            let mut buffer = itoa::Buffer::new();
            let whole = buffer.format(number as i64).as_bytes();
            let end = whole.len() + 2;
            text[..whole.len()].copy_from_slice(whole);
            text[whole.len()..end].copy_from_slice(b".0");
            self.short(&text[..end]);
        } else {
            self.short(zmij::Buffer::new().format(number).as_bytes());
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

    /// Adds a count.
    pub fn count(&mut self, count: u64) {
        self.short(itoa::Buffer::new().format(count).as_bytes());
    }

    /// Adds text, in quotes where it needs them.
    pub fn text(&mut self, text: &str) {
        if text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r')) {
            self.raw(format!("\"{}\"", text.replace('"', "\"\"")).as_bytes());
        } else {
            self.raw(text.as_bytes());
        }
    }

    /// Adds the cells of a row, leaving the line open.
    pub fn row<R: Row>(&mut self, row: &R) -> Result<(), NotFinite> {
        self.cells(&Table::of::<R>(), |visit| row.cells(visit))
    }

    /// Adds a number of this column, which must be finite; empty if there is none.
    pub fn number_of(
        &mut self,
        table: &'static str,
        column: &'static str,
        value: Option<f64>,
    ) -> Result<(), NotFinite> {
        match value {
            Some(value) if !value.is_finite() => {
                return Err(NotFinite { table, column, place: String::new(), value });
            }
            value => self.cell(value.map_or(Cell::Missing, Cell::Number)),
        }
        Ok(())
    }

    /// Adds the cells of a row of `table`, which `give` gives.
    fn cells<'a>(&mut self, table: &Table, give: impl FnOnce(&mut dyn FnMut(Cell<'a>))) -> Result<(), NotFinite> {
        let (mut place, mut wrong) = (0, None);
        let (mut entity, mut date) = (None, None);
        give(&mut |cell| {
            match cell {
                Cell::Number(value) if !value.is_finite() => wrong = wrong.or(Some((place, value))),
                _ => {
                    match cell {
                        Cell::Month(month) => date = date.or(Some(month)),
                        Cell::Text(name) => entity = entity.or(Some(name)),
                        _ => {}
                    }
                    self.cell(cell);
                }
            }
            place += 1;
        });
        let Some((place, value)) = wrong else { return Ok(()) };
        let column = table.columns.get(place).map_or("", |column| column.name);
        let of = entity.filter(|name| !name.is_empty()).map_or_else(String::new, |name| format!(" for {name}"));
        let when = date.map_or_else(String::new, |date| format!(" in {date}"));
        Err(NotFinite { table: table.name, column, place: format!("{of}{when}"), value })
    }

    /// Ends the line.
    pub fn end_line(&mut self) {
        self.room(1);
        self.bytes[self.end] = b'\n';
        self.end += 1;
        self.inside = false;
    }

    /// Makes room for so many bytes more.
    fn room(&mut self, more: usize) {
        let needed = self.end + more;
        if self.bytes.len() < needed {
            self.bytes.resize((2 * self.bytes.len()).max(needed + 256), 0);
        }
    }

    fn comma(&mut self) {
        if self.inside {
            self.bytes[self.end] = b',';
            self.end += 1;
        }
        self.inside = true;
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.room(bytes.len() + 1);
        self.comma();
        self.bytes[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    /// The same for few bytes, in steps of eight that may overlap.
    fn short(&mut self, text: &[u8]) {
        let (Some(first), Some(last), ..=NUMBER) = (text.first_chunk::<8>(), text.last_chunk::<8>(), text.len()) else {
            return self.raw(text);
        };
        self.room(NUMBER + 1);
        self.comma();
        let place = &mut self.bytes[self.end..self.end + text.len()];
        let mut at = 8;
        if let Some(to) = place.first_chunk_mut::<8>() {
            *to = *first;
        }
        while at + 8 < text.len() {
            if let (Some(to), Some(from)) = (place[at..].first_chunk_mut::<8>(), text[at..].first_chunk::<8>()) {
                *to = *from;
            }
            at += 8;
        }
        if let Some(to) = place.last_chunk_mut::<8>() {
            *to = *last;
        }
        self.end += text.len();
    }
}

/// The rows of a run as lines that start with these cells, which are encoded.
pub fn encode(leading: &[u8], rows: &dyn Tabular) -> Result<Vec<u8>, NotFinite> {
    let table = rows.table();
    let mut csv = Csv::with_room(rows.count() * (leading.len() + table.columns.len() * 16));
    for row in 0..rows.count() {
        csv.raw(leading);
        csv.cells(&table, |visit| rows.cells(row, visit))?;
        csv.end_line();
    }
    Ok(csv.into_bytes())
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
        let bytes = encode(b"a,12", &vec![row(3.0, "US"), row(0.1, "a \"b\", c\nd")]).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, "a,12,2023-07,3.0,,3,true,US\na,12,2023-07,0.1,,3,true,\"a \"\"b\"\", c\nd\"\n");
    }

    #[test]
    fn numbers_are_short_and_read_back_to_the_same_bits() {
        let form = |number| {
            let mut csv = Csv::default();
            csv.cell(Cell::Number(number));
            String::from_utf8(csv.into_bytes()).unwrap()
        };
        assert_eq!([0.0, -0.0, 3.0, -2.5].map(form), ["0.0", "-0.0", "3.0", "-2.5"]);
        for number in [
            1e21,
            1e-7,
            5e-324,
            f64::MAX,
            -f64::MAX,
            0.1 + 0.2,
            123_456_789.0,
            -999_999_999.0,
            1e9,
            1e16,
            1e15,
            -1.234_567_890_123_456_7e-300,
            7.0,
        ] {
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
        let error = encode(b"0", &vec![row(1.0, ""), row(f64::NAN, "")]).unwrap_err();
        assert_eq!(error.to_string(), "column number of everything became NaN in 2023-07");
    }
}
