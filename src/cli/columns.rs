//! `redqueen columns`: the data dictionary of the tables that are written.

use super::{
    failure::Failure,
    filter::Filter,
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
  redqueen columns world states --format markdown
  redqueen columns runs gap              outcomes that have to do with gaps
  redqueen columns compute MH100e/month  columns of all tables";

/// Explain every column of the tables that are written
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Names of tables, and words that must all stand in a column's name, unit or meaning [default: all columns]
    filter: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let measured = model.measured();
    let tables = kept(dictionary::tables(&[], &measured, true), &args.filter)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if args.format == Format::Text {
        for (at, table) in tables.iter().enumerate() {
            print_text(table, at > 0, &mut out)?;
        }
    } else {
        let header = ["table", "column", "type", "optional", "unit", "meaning"];
        let rows: Vec<_> =
            tables.iter().flat_map(|table| table.columns.iter().map(|column| row(table, column))).collect();
        print(args.format, &header, &rows, &mut out)?;
    }
    Ok(out.flush()?)
}

/// The tables that are named, all if none is, with those of their columns in which all other words stand.
fn kept<'a>(mut tables: Vec<TableInfo<'a>>, words: &[String]) -> Result<Vec<TableInfo<'a>>, Failure> {
    let is_table = |word: &&String| tables.iter().any(|table| table.name == **word);
    let (named, words): (Vec<&String>, Vec<&String>) = words.iter().partition(is_table);
    tables.retain(|table| named.is_empty() || named.iter().any(|name| *name == table.name));
    let filter = Filter::of(words);
    let path = |table: &str, column: &Column<'_>| format!("{table}.{}", column.name);
    let listed: Vec<(String, Column<'a>)> = (tables.iter())
        .flat_map(|table| table.columns.iter().map(|column| (path(table.name, column), *column)))
        .collect();
    for table in &mut tables {
        let name = table.name;
        table.columns.retain(|column| filter.keeps(&texts(&path(name, column), column)));
    }
    tables.retain(|table| !table.columns.is_empty());
    if tables.is_empty() {
        let all: Vec<Vec<&str>> = listed.iter().map(|(path, column)| texts(path, column)).collect();
        return Err(filter.finds_nothing("column", &all));
    }
    Ok(tables)
}

/// What is said of a column, its name first.
fn texts<'a>(path: &'a str, column: &Column<'a>) -> Vec<&'a str> {
    vec![path, column.unit, column.meaning]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_and_words_keep_what_has_all_of_them() {
        let measured = Model::standard().measured();
        let kept = |words: &[&str]| -> Result<Vec<String>, String> {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let tables = super::kept(dictionary::tables(&[], &measured, true), &words);
            let tables = tables.map_err(|failure| failure.to_string())?;
            let named = |table: &TableInfo<'_>| -> Vec<String> {
                table.columns.iter().map(|column| format!("{}.{}", table.name, column.name)).collect()
            };
            Ok(tables.iter().flat_map(named).collect())
        };
        let tables = |words: &[&str]| -> std::collections::BTreeSet<String> {
            kept(words).unwrap().iter().map(|path| path.split('.').next().unwrap().to_owned()).collect()
        };
        assert_eq!(tables(&[]).len(), dictionary::tables(&[], &measured, true).len());
        assert_eq!(tables(&["world", "quantiles"]), ["quantiles", "world"].map(str::to_owned).into());
        let gaps = kept(&["world", "rating", "GAP"]).unwrap();
        assert!(gaps.contains(&"world.gap_rating".to_owned()) && gaps.iter().all(|path| path.starts_with("world.")));
        assert!(kept(&["MH100e/month", "smuggled"]).unwrap().contains(&"states.compute_smuggled".to_owned()));
        assert!(kept(&["wrold"]).unwrap_err().ends_with("did you mean `world`?"));
        assert!(kept(&["runs", "gap_ratign_end"]).unwrap_err().contains("`gap_rating_end`"));
    }
}
