//! Reads the points of a list from a CSV file.

use super::{
    Factor, Role, Scale,
    draw::systematic,
    factor::middle,
    read_factor::{alike, setting},
    trial::{Varied, declared, meant},
};
use crate::{
    declare::{parameter::Kind, text::read_as},
    experiment::{
        design::context::{Context, keep},
        sheet::{Sheet, SheetKind},
    },
    scenario::{
        Diagnostic,
        diagnostic::Place,
        section::{Mistakes, text},
        tree::{Node, TomlEntry, Value},
    },
};

/// The number of a point, which `design.csv` begins with; points are in the order of the rows anyway.
const POINT: &str = "point";
/// How much a world of a weighted sample counts. A list runs every point alike, and knows nothing of it.
pub(crate) const WEIGHT: &str = "weight";
/// What else a weighted sample may say of its worlds.
const OF_WORLDS: [&str; 3] = ["draw", WEIGHT, "log_likelihood"];

const POINTS_FILE: SheetKind = SheetKind { file: "a points file", rows: "points" };
/// What R writes where there is nothing.
const MISSING: &str = "NA";

/// What a file of points says.
pub(super) struct Points {
    /// Its columns.
    pub varied: Vec<Varied>,
    /// The coordinates of its points: by row, then column; `NaN` for empty cells, where the scenario's own value stays.
    pub coordinates: Vec<f64>,
    /// How much each counts; all the same if it does not say.
    weights: Vec<f64>,
}

impl Points {
    /// So many worlds of it, as often as their weights say; point i takes value i of each factor then.
    pub(super) fn drawn(self, points: u32, seed: u64, node: &Node, found: &mut Mistakes) -> Option<Vec<Varied>> {
        let rows = systematic(&self.weights, points, seed);
        let mut varied = self.varied;
        for varied in &mut varied {
            let Scale::Choice { values } = &varied.factor.scale else { continue };
            if values.len() != self.weights.len() {
                let message = format!(
                    "`{}` has empty cells, and every world of a posterior has all its values",
                    varied.factor.parameter
                );
                found.push(Diagnostic::at(&varied.place, message));
                return None;
            }
            let drawn: Option<Vec<_>> = rows.iter().map(|row| values.get(*row).cloned()).collect();
            let Some(values) = drawn.filter(|drawn| !drawn.is_empty()) else {
                found.push(Diagnostic::at(&node.place, "no world of it has a weight above 0"));
                return None;
            };
            varied.factor.scale = Scale::Choice { values };
        }
        Some(varied)
    }
}

/// The points of the file that `node` names, which may be `weighted`.
pub(super) fn read_points(node: &Node, weighted: bool, context: &Context<'_>, found: &mut Mistakes) -> Option<Points> {
    let path = keep(text("file", node), found)?;
    let sheet = POINTS_FILE.read(&context.source.beside(path), 1, Some(&node.place), path);
    let Sheet { header, rows } = keep(sheet, found)?;
    let (mut varied, mut columns, mut weights) = (Vec::new(), Vec::new(), vec![1.0; rows.len()]);
    for (at, (key, place)) in header.iter().enumerate() {
        if key == POINT || weighted && OF_WORLDS.contains(&key) && key != WEIGHT || !weighted && key == WEIGHT {
            continue;
        }
        let column = rows.iter().map(|row| row.get(at));
        if weighted && key == WEIGHT {
            weights = read_weights(column, found)?;
            continue;
        }
        let (factor, coordinates) = read_column(key, place, column, context, found)?;
        varied.push(factor);
        columns.push(coordinates);
    }
    if varied.is_empty() {
        let message = format!("`{path}` has no factors: its header names no parameter");
        found.push(Diagnostic::at(&node.place, message));
        return None;
    }
    let rows = 0..rows.len();
    let coordinates = rows.flat_map(|row| columns.iter().map(move |column: &Vec<f64>| column[row])).collect();
    Some(Points { varied, coordinates, weights })
}

fn read_weights<'a>(
    cells: impl Iterator<Item = Option<(&'a str, &'a Place)>>,
    found: &mut Mistakes,
) -> Option<Vec<f64>> {
    let mut weights = Vec::new();
    for cell in cells {
        let (cell, place) = cell?;
        let weight = cell.parse::<f64>().ok().filter(|weight| weight.is_finite() && *weight >= 0.0);
        let error = || Diagnostic::at(place, format!("a weight is a number from 0 on, and not `{cell}`"));
        weights.push(keep(weight.ok_or_else(error), found)?);
    }
    Some(weights)
}

fn read_column<'a>(
    key: &str,
    place: &Place,
    cells: impl Iterator<Item = Option<(&'a str, &'a Place)>>,
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
    for cell in cells {
        let cell = cell.filter(|(cell, _)| !cell.is_empty() && *cell != MISSING);
        given.push(cell.is_some());
        if let Some((cell, place)) = cell {
            let node = Node { value: value(cell, flags), place: place.clone() };
            if let Some(message) = odd(cell, &node.value, flags) {
                found.push(Diagnostic::at(place, message));
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

/// Why a cell is no value that a parameter can have.
fn odd(cell: &str, value: &Value, flags: bool) -> Option<String> {
    if flags && let Some(word) = flag_word(cell) {
        return Some(format!("`{cell}` is no value of a switch: write `{word}`"));
    }
    let number = value.number();
    let missing = read_as(cell) == Some("a missing value") || cell.eq_ignore_ascii_case("nan");
    if missing && number.is_none_or(f64::is_nan) {
        return Some(format!("`{cell}` stands for no value: leave the cell empty"));
    }
    number.is_some_and(f64::is_infinite).then(|| format!("`{cell}` is no finite number"))
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
