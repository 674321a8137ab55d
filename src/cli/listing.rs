//! Prints lists of things in the formats that the `--format` option names.

use super::failure::Failure;
use serde_json::{Map, Value};
use std::io::{self, Write};

/// How to print a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For reading in a terminal
    Text,
    /// For a spreadsheet
    Csv,
    /// For a program
    Json,
    /// For a document
    Markdown,
}

/// Widest that text gets, and what it may count on where nothing says how wide the terminal is.
pub(super) const WIDTH: usize = 80;
/// Narrowest that text is made for.
const NARROWEST: usize = 40;

/// Width that text is wrapped to: what the variable `COLUMNS` says, else the terminal's, but no more than is easy to read.
pub fn width() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    said.filter(|columns| *columns > 0).unwrap_or_else(textwrap::termwidth).clamp(NARROWEST, WIDTH)
}

/// Prints rows under a header in any format but text.
pub fn print(format: Format, header: &[&str], rows: &[Vec<Value>], to: &mut impl Write) -> Result<(), Failure> {
    match format {
        Format::Text | Format::Csv => {
            let mut writer = csv::Writer::from_writer(to);
            writer.write_record(header).map_err(io_error)?;
            for row in rows {
                writer.write_record(row.iter().map(plain)).map_err(io_error)?;
            }
            writer.flush()?;
        }
        Format::Json => {
            let objects = rows.iter().map(|row| {
                header.iter().map(|&key| key.to_owned()).zip(row.iter().cloned()).collect::<Map<String, Value>>()
            });
            writeln!(to, "{:#}", objects.collect::<Value>())?;
        }
        Format::Markdown => {
            writeln!(to, "| {} |\n|{}", header.join(" | "), " --- |".repeat(header.len()))?;
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| plain(cell).replace('|', "\\|")).collect();
                writeln!(to, "| {} |", cells.join(" | "))?;
            }
        }
    }
    Ok(())
}

/// The error of the writer beneath, so that its kind can be seen.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

/// A cell without quotes; nothing for null.
pub fn plain(cell: &Value) -> String {
    match cell {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            number.as_f64().filter(|_| number.is_f64()).map_or(number.to_string(), |n| n.to_string())
        }
        other => other.to_string(),
    }
}

/// Prints text wrapped to the terminal's [width], every line indented.
pub fn paragraph(text: &str, indent: usize, to: &mut impl Write) -> Result<(), Failure> {
    let indent = " ".repeat(indent);
    let options = textwrap::Options::new(width()).initial_indent(&indent).subsequent_indent(&indent);
    writeln!(to, "{}", fill(text, options))?;
    Ok(())
}

/// Text broken at spaces, though not between a number and its per cent sign.
pub fn fill(text: &str, options: textwrap::Options<'_>) -> String {
    // No line ends at a no-break space.
    textwrap::fill(&text.replace(" %", "\u{a0}%"), options).replace("\u{a0}%", " %")
}
