//! Reads the points of a list from a CSV file.

use super::{
    Factor, Role, Scale,
    factor::middle,
    read_factor::{alike, setting},
    trial::{Varied, declared, meant},
};
use crate::{
    declare::{
        parameter::Kind,
        text::{counted, read_as},
    },
    experiment::design::context::{Context, keep},
    scenario::{
        Diagnostic,
        diagnostic::{Origin, Place},
        section::{Mistakes, text},
        tree::{Node, TomlEntry, Value},
    },
};
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use std::sync::Arc;

/// The number of a point, which `design.csv` begins with; points are in the order of the rows anyway.
const POINT: &str = "point";
/// What a point counts, in a weighted sample. Runs know nothing of it; what is found of them does.
const WEIGHT: &str = "weight";

/// The longest file, in bytes.
const MAX_FILE: u64 = 64_000_000;
/// The most cells of a file: each is held with its place.
const MAX_CELLS: usize = 4_000_000;
/// What R writes where there is nothing.
const MISSING: &str = "NA";

/// The columns of the file that `node` names, and the coordinates of its points: by row, then column; `NaN` for empty
/// cells, where the scenario's own value stays.
pub(super) fn read_points(node: &Node, context: &Context<'_>, found: &mut Mistakes) -> Option<(Vec<Varied>, Vec<f64>)> {
    let path = keep(text("file", node), found)?;
    let origin = keep(context.source.beside(path).open_up_to(MAX_FILE, 1, Some(&node.place)), found)?;
    keep(refuse_other_signs(&origin), found)?;
    keep(refuse_open_quote(&origin), found)?;
    let mut reader = ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(origin.text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(keep(record.map_err(|error| unreadable(&error, &origin)), found)?);
    }
    let Some((header, rows)) = rows.split_first().filter(|(_, rows)| !rows.is_empty()) else {
        found
            .push(Diagnostic::at(&node.place, format!("`{path}` has no points: it needs a header and a row for each")));
        return None;
    };
    let count = rows.len().saturating_mul(header.len());
    if count > MAX_CELLS {
        let message = format!("`{path}` has {count} cells, and {MAX_CELLS} are the most");
        found.push(Diagnostic::at(&node.place, message));
        return None;
    }
    keep(refuse_foreign(header, &origin), found)?;
    let places: Vec<Vec<Place>> = rows.iter().map(|row| cells(row, &origin)).collect();
    let (mut varied, mut columns) = (Vec::new(), Vec::new());
    for (at, (key, place)) in header.iter().zip(cells(header, &origin)).enumerate() {
        if key == POINT || key == WEIGHT {
            continue;
        }
        let column = rows.iter().zip(&places).map(|(row, places)| (row.get(at), places.get(at)));
        let (factor, coordinates) = read_column(key, &place, column, context, found)?;
        varied.push(factor);
        columns.push(coordinates);
    }
    if varied.is_empty() {
        let message = format!("`{path}` has no factors: its header names no parameter");
        found.push(Diagnostic::at(&node.place, message));
        return None;
    }
    let rows = 0..rows.len();
    Some((varied, rows.flat_map(|row| columns.iter().map(move |column: &Vec<f64>| column[row])).collect()))
}

fn read_column<'a>(
    key: &str,
    place: &Place,
    cells: impl Iterator<Item = (Option<&'a str>, Option<&'a Place>)>,
    context: &Context<'_>,
    found: &mut Mistakes,
) -> Option<(Varied, Vec<f64>)> {
    let spelled = key;
    let key = meant(spelled, place, context, found)?;
    let declared = declared(&key, context.catalogue);
    let is_flag = |entry: &TomlEntry| matches!(entry.node.value, Value::Flag(_));
    let flags = match declared {
        Some(declared) => declared.kind == Kind::Flag,
        None => context.variants.iter().any(|variant| variant.draft.said(&key).is_some_and(is_flag)),
    };
    let (mut values, mut places, mut given) = (Vec::new(), Vec::new(), Vec::new());
    for (cell, place) in cells {
        let cell = cell.filter(|cell| !cell.is_empty() && *cell != MISSING).zip(place);
        given.push(cell.is_some());
        if let Some((cell, place)) = cell {
            let node = Node { value: value(cell, flags), place: place.clone() };
            if flags && let Some(word) = flag_word(cell) {
                let message = format!("`{cell}` is no value of a switch: write `{word}`");
                found.push(Diagnostic::at(place, message));
                return None;
            }
            let is_number = node.value.number().is_some_and(|number| !number.is_nan());
            if !is_number && (read_as(cell) == Some("a missing value") || cell.eq_ignore_ascii_case("nan")) {
                let message = format!("`{cell}` stands for no value: leave the cell empty");
                found.push(Diagnostic::at(place, message));
                return None;
            }
            if node.value.number().is_some_and(f64::is_infinite) {
                found.push(Diagnostic::at(place, format!("`{cell}` is no finite number")));
                return None;
            }
            values.push(keep(setting(&node), found)?);
            places.push(place.clone());
        }
    }
    if values.is_empty() {
        found.push(Diagnostic::at(place, format!("the column `{key}` has no values")));
        return None;
    }
    let count = values.len();
    let mut next = 0..count;
    let coordinate = |given: bool| if given { next.next().map_or(f64::NAN, |at| middle(at, count)) } else { f64::NAN };
    let coordinates = given.into_iter().map(coordinate).collect();
    let values = alike(values);
    let tries = values.iter().cloned().zip(places).collect();
    let factor = Factor {
        parameter: key.to_string(),
        role: Role::default(),
        scale: Scale::Choice { values },
        levels: None,
        unit: declared.map_or("", |declared| declared.unit).to_owned(),
        meaning: declared.map_or("", |declared| declared.meaning).to_owned(),
    };
    let spelled = spelled.to_owned();
    Some((Varied { factor, key, spelled, place: place.clone(), declared, tries }, coordinates))
}

/// A cell's value. Other programs write flags as `True` or `TRUE`, or as 1 and 0 where all of a table are numbers.
fn value(cell: &str, flags: bool) -> Value {
    match (cell.to_ascii_lowercase().as_str(), cell.parse::<i64>(), cell.parse::<f64>()) {
        ("true", ..) => Value::Flag(true),
        ("false", ..) => Value::Flag(false),
        (.., Ok(number)) if flags && (number == 0.0 || number == 1.0) => Value::Flag(number == 1.0),
        (_, Ok(whole), _) => Value::Whole(i128::from(whole)),
        (_, _, Ok(real)) => Value::Real(real),
        _ => Value::Text(cell.to_owned()),
    }
}

/// What a word for a flag in another program is here, if it is none here.
fn flag_word(cell: &str) -> Option<&'static str> {
    match cell.to_ascii_lowercase().as_str() {
        "t" | "yes" | "y" | "on" => Some("true"),
        "f" | "no" | "n" | "off" => Some("false"),
        _ => None,
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

/// Refuses cells that are not apart by commas.
fn refuse_other_signs(origin: &Arc<Origin>) -> Result<(), Diagnostic> {
    let header = origin.text.lines().next().unwrap_or_default();
    let first = header.trim_start_matches('\u{feff}').trim().trim_matches('"');
    if first.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("sep=")) {
        let error = Diagnostic::at(&Place::new(origin, 0..header.len()), "`sep=` is a line for Excel alone");
        return Err(error.help("leave it out: a points file begins with its header, and has commas"));
    }
    let Some(sign) = header.find([';', '\t']).filter(|_| !header.contains(',')) else { return Ok(()) };
    let name = if header[sign..].starts_with(';') { "semicolons" } else { "tabs" };
    let place = Place::new(origin, sign..sign + 1);
    let error = Diagnostic::at(&place, format!("the cells are apart by {name}; a points file has commas"));
    Err(error.help("write it with commas between cells and points in numbers, as `to_csv` and `write.csv` do"))
}

/// Says what is wrong with a header that another program writes in its own way.
fn refuse_foreign(header: &StringRecord, origin: &Arc<Origin>) -> Result<(), Diagnostic> {
    let places = cells(header, origin);
    let at = |column: usize| places.get(column).cloned().unwrap_or_else(|| Place::new(origin, 0..0));
    let named = |name: &str| !(name.is_empty() || name.starts_with("Unnamed: "));
    match header.iter().position(|name| !named(name)) {
        None => Ok(()),
        Some(column) => {
            let error = Diagnostic::at(&at(column), format!("column {} has no name", column + 1));
            Err(error
                .help("a column of row names? pandas leaves it out with to_csv(index=False), R with row.names = FALSE"))
        }
    }
}

/// The places of a row's cells.
fn cells(row: &StringRecord, origin: &Arc<Origin>) -> Vec<Place> {
    let mut at = start(row.position());
    let place = |cell: &str| {
        let from = origin.text.get(at..).and_then(|rest| rest.find(cell)).map_or(at, |further| at + further);
        at = from + cell.len();
        Place::new(origin, from..at)
    };
    row.iter().map(place).collect()
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
