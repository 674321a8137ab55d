//! `redqueen columns`: the data dictionary of the tables that are written.

use super::{
    failure::Failure,
    listing::{Format, paragraph, print},
};
use crate::{
    declare::table::{CellType, Column},
    model::Model,
    output::dictionary::{self, TableInfo},
};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};

const EXAMPLES: &str = "\
Examples:
  redqueen columns
  redqueen columns world states --format markdown";

/// Explain every column of the tables that are written
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Tables to explain [default: all]
    tables: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let wanted = |table: &&TableInfo<'_>| args.tables.is_empty() || args.tables.iter().any(|name| name == table.name);
    let all = dictionary::tables(&[], &model.measured(), true);
    let tables = all.iter().filter(wanted);
    let mut out = BufWriter::new(io::stdout().lock());
    if args.format == Format::Text {
        for (at, table) in tables.enumerate() {
            print_text(table, at > 0, &mut out)?;
        }
    } else {
        let header = ["table", "column", "type", "optional", "unit", "meaning"];
        let rows: Vec<_> = tables.flat_map(|table| table.columns.iter().map(|column| row(table, column))).collect();
        print(args.format, &header, &rows, &mut out)?;
    }
    Ok(out.flush()?)
}

fn row(table: &TableInfo<'_>, column: &Column<'_>) -> Vec<Value> {
    let holds = word(column.holds);
    let Column { name, optional, unit, meaning, .. } = column;
    vec![json!(table.name), json!(name), json!(holds), json!(optional), json!(unit), json!(meaning)]
}

fn print_text(table: &TableInfo<'_>, after_another: bool, out: &mut impl Write) -> Result<(), Failure> {
    let gap = if after_another { "\n" } else { "" };
    writeln!(out, "{gap}{}", table.name)?;
    paragraph(table.meaning, 0, out)?;
    for column in &table.columns {
        let empty = if column.optional { ", may be empty" } else { "" };
        let unit = if column.unit.is_empty() { String::new() } else { format!(", {}", column.unit) };
        paragraph(&format!("{}: {}{unit}{empty}", column.name, word(column.holds)), 2, out)?;
        paragraph(column.meaning, 6, out)?;
    }
    Ok(())
}

const fn word(holds: CellType) -> &'static str {
    match holds {
        CellType::Number => "number",
        CellType::Whole => "whole number",
        CellType::Text => "text",
        CellType::Month => "month",
        CellType::Flag => "true or false",
    }
}
