//! Tables of observations: what was seen of the world, in the model's own tables and columns, with the error of each figure.
//!
//! ```csv
//! table,entity,indicator,date,until,value,error,unit,source
//! world,,gap_rating,2024-10,2024-12,58.1,6,points,monthly bests of the chat board
//! states,US,compute,2024-12,,2.3,0.4,MH100e,chip stocks
//! ```

use super::sheet::{Line, Sheet, SheetKind};
use crate::{
    declare::{
        table::{CellType, Column, DATE, Table},
        text::is_unseen,
    },
    scenario::{
        Diagnostic, Diagnostics, Month, Source,
        diagnostic::{Place, unknown},
        section::Mistakes,
    },
};
use std::{collections::BTreeMap, fmt, sync::Arc};

const OBSERVATIONS: SheetKind = SheetKind { file: "a table of observations", rows: "observations" };
/// The columns that must be there.
const REQUIRED: [&str; 5] = ["table", "indicator", "date", "value", "error"];
/// The columns that may be missing, as if all their cells were empty.
const OPTIONAL: [&str; 4] = ["entity", "until", "unit", "source"];

/// A column of one of the model's tables by month, for an entity if the table has them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observable {
    /// The table.
    pub table: Arc<str>,
    /// The state, firm or other thing by whose name the table is kept; `None` for the world.
    pub entity: Option<Arc<str>>,
    /// The column.
    pub indicator: Arc<str>,
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entity {
            None => write!(f, "{} of {}", self.indicator, self.table),
            Some(entity) => write!(f, "{} of {entity} in {}", self.indicator, self.table),
        }
    }
}

/// A figure that was observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// What it is of.
    pub of: Observable,
    /// The first of its months.
    pub first: Month,
    /// The last of its months, often the first.
    pub last: Month,
    /// Mean over these months, in the column's unit.
    pub value: f64,
    /// Standard deviation of its measurement, in the column's unit; above 0.
    pub error: f64,
    /// Where the figure is from.
    pub source: String,
    /// The row's value in its file.
    pub place: Place,
}

/// Reads tables of observations of columns of `tables`. An entity is not held against any scenario. Each file comes with the
/// place that names it, if it was named in another.
///
/// What comes is sorted by what it is of, then by its months.
///
/// # Errors
/// Everything that is wrong with them, with file, line and column: a table or column that there is none of, another unit than the
/// column's, a date that is none, a value that is no number, an error that is missing or not above 0, an observation that stands there twice.
pub fn load_observations(files: &[(Source, Option<Place>)], tables: &[Table]) -> Result<Vec<Observation>, Diagnostics> {
    let (mut found, mut all) = (Vec::new(), Vec::new());
    for (turn, (source, from)) in files.iter().enumerate() {
        // A config, if one names the file, is the first text that was read.
        match OBSERVATIONS.read(source, turn + 1, from.as_ref(), &source.name()) {
            Ok(sheet) => read_sheet(&sheet, tables, &mut all, &mut found),
            Err(error) => found.push(error),
        }
    }
    refuse_twice(&all, &mut found);
    if !found.is_empty() {
        return Err(Diagnostics::new(found));
    }
    all.sort_by(|a, b| (&a.of, a.first, a.last).cmp(&(&b.of, b.first, b.last)));
    Ok(all)
}

fn read_sheet(sheet: &Sheet, tables: &[Table], all: &mut Vec<Observation>, found: &mut Mistakes) {
    let known = || REQUIRED.into_iter().chain(OPTIONAL);
    let mut columns = BTreeMap::new();
    let before = found.len();
    for (at, (name, place)) in sheet.header.iter().enumerate() {
        if !known().any(|column| column == name) {
            found.push(Diagnostic::at(place, unknown("column", name, known())));
        } else if columns.insert(name, at).is_some() {
            found.push(Diagnostic::at(place, format!("the column `{name}` stands there twice")));
        }
    }
    for name in REQUIRED.into_iter().filter(|name| !columns.contains_key(name)) {
        if let Some((_, place)) = sheet.header.get(0) {
            found.push(Diagnostic::at(place, format!("there is no column `{name}`")));
        }
    }
    if found.len() == before {
        for line in &sheet.rows {
            all.extend(Row { line, columns: &columns }.read(tables, found));
        }
    }
}

/// A row that is being read.
struct Row<'a> {
    line: &'a Line,
    columns: &'a BTreeMap<&'a str, usize>,
}

impl<'a> Row<'a> {
    fn read(&self, tables: &[Table], found: &mut Mistakes) -> Option<Observation> {
        let of = self.observable(tables, found);
        let span = self.span(found);
        let value = self.number("value", found);
        let error = self.number("error", found);
        if let (Some(error), Some((_, place))) = (error, self.cell("error"))
            && error <= 0.0
        {
            found.push(Diagnostic::at(place, "the error of an observation must be above 0").help(ERROR_HELP));
            return None;
        }
        let (of, (first, last), value, error) = (of?, span?, value?, error?);
        let place = self.cell("value").map(|(_, place)| place.clone())?;
        Some(Observation { of, first, last, value, error, source: self.words("source").to_owned(), place })
    }

    /// A cell and its place; `None` if there is no such column.
    fn cell(&self, column: &str) -> Option<(&'a str, &'a Place)> {
        self.columns.get(column).and_then(|at| self.line.get(*at))
    }

    /// A cell, empty if there is no such column.
    fn words(&self, column: &str) -> &'a str {
        self.cell(column).map_or("", |(words, _)| words)
    }

    fn observable(&self, tables: &[Table], found: &mut Mistakes) -> Option<Observable> {
        let (name, place) = self.cell("table")?;
        let followed = || tables.iter().filter(|table| is_followed(table));
        let Some(table) = followed().find(|table| table.name == name) else {
            let message = unknown("table", name, followed().map(|table| table.name));
            found
                .push(Diagnostic::at(place, message).help("observations are of tables by month; `columns` lists them"));
            return None;
        };
        let (indicator, place) = self.cell("indicator")?;
        let numbers = || table.columns.iter().filter(|column| is_number(column));
        let Some(column) = numbers().find(|column| column.name == indicator) else {
            let message = unknown("indicator", indicator, numbers().map(|column| column.name));
            let help = format!("the command `columns {name}` lists them");
            found.push(Diagnostic::at(place, message).help(help));
            return None;
        };
        self.refuse_other_unit(column, found);
        let entity = self.entity(table, found)?;
        Some(Observable { table: name.into(), entity, indicator: indicator.into() })
    }

    fn refuse_other_unit(&self, column: &Column<'_>, found: &mut Mistakes) {
        if let Some((unit, place)) = self.cell("unit")
            && !unit.is_empty()
            && unit != column.unit
        {
            let message = format!("the unit of `{}` is `{}`, not `{unit}`", column.name, column.unit);
            found.push(Diagnostic::at(place, message));
        }
    }

    /// What the row is kept by beside its month; `None` within if by nothing.
    fn entity(&self, table: &Table, found: &mut Mistakes) -> Option<Option<Arc<str>>> {
        let name = self.words("entity");
        let place = || self.cell("entity").or_else(|| self.cell("table")).map(|(_, place)| place);
        let wrong = match table.key.get(1) {
            None if name.is_empty() => return Some(None),
            Some(_) if !name.is_empty() && !name.chars().any(is_unseen) => return Some(Some(name.into())),
            None => format!("the table `{}` is of the world: leave `entity` empty", table.name),
            Some(kind) if name.is_empty() => {
                format!("the table `{}` needs the name of a {kind} as `entity`", table.name)
            }
            Some(kind) => format!("the name of a {kind} has no hidden signs"),
        };
        found.extend(place().map(|place| Diagnostic::at(place, wrong)));
        None
    }

    fn span(&self, found: &mut Mistakes) -> Option<(Month, Month)> {
        let mut month = |column: &str| {
            let (text, place) = self.cell(column).filter(|(text, _)| !text.is_empty())?;
            text.parse::<Month>().map_err(|error| found.push(Diagnostic::at(place, error.to_string()))).ok()
        };
        let (first, until) = (month("date"), month("until"));
        let (text, place) = self.cell("date")?;
        if text.is_empty() {
            found.push(Diagnostic::at(place, "an observation needs its month"));
        }
        let given = !self.words("until").is_empty();
        let (first, last) = (first?, if given { until? } else { first? });
        if last < first {
            let place = self.cell("until").map_or(place, |(_, place)| place);
            found.push(Diagnostic::at(place, format!("`until` must not be before `date`: {last} is before {first}")));
            return None;
        }
        Some((first, last))
    }

    fn number(&self, column: &str, found: &mut Mistakes) -> Option<f64> {
        let (text, place) = self.cell(column)?;
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            let error = match (text, column) {
                ("", "error") => Diagnostic::at(place, "an observation needs its error").help(ERROR_HELP),
                ("", _) => Diagnostic::at(place, "an observation needs its value"),
                _ => Diagnostic::at(place, format!("`{text}` is no finite number")),
            };
            found.push(error);
        }
        number
    }
}

const ERROR_HELP: &str = "it is the standard deviation of the measurement, in the unit of the value";

/// Whether the rows of a table are kept by month, and at most one name beside it.
fn is_followed(table: &Table) -> bool {
    matches!(table.key, [DATE] | [DATE, _])
}

/// Whether numbers stand in a column.
const fn is_number(column: &Column<'_>) -> bool {
    matches!(column.holds, CellType::Number | CellType::Whole)
}

fn refuse_twice(all: &[Observation], found: &mut Mistakes) {
    let mut seen: BTreeMap<_, &Place> = BTreeMap::new();
    for observation in all {
        let key = (&observation.of, observation.first, observation.last);
        match seen.get(&key) {
            None => {
                seen.insert(key, &observation.place);
            }
            Some(before) => {
                let message = format!("{} is observed twice in the same months", observation.of);
                let first = format!("it stands in {} too", before.shown());
                found.push(Diagnostic::at(&observation.place, message).help(first));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::record::TABLES;

    const HEADER: &str = "table,entity,indicator,date,until,value,error,unit,source\n";

    fn read(texts: &[String]) -> Result<Vec<Observation>, Vec<String>> {
        let file =
            |(at, text): (usize, &String)| (Source::Text { name: format!("{at}.csv"), text: text.clone() }, None);
        let files: Vec<_> = texts.iter().enumerate().map(file).collect();
        load_observations(&files, &TABLES)
            .map_err(|errors| errors.found().iter().map(Diagnostic::line).collect::<Vec<_>>())
    }

    #[test]
    fn observations_are_read_and_sorted() {
        let rows = "world,,gap_rating,2024-10,2024-12,58.5,6,points,\"a, b\"\nstates,NA,compute,2024-12,,2e0,0.4,,\n";
        let all =
            read(&[format!("{HEADER}{rows}"), "table,indicator,date,value,error\nworld,firms,2024-01,9,1\n".into()]);
        let all = all.unwrap();
        let names: Vec<_> = all.iter().map(|one| one.of.to_string()).collect();
        assert_eq!(names, ["compute of NA in states", "firms of world", "gap_rating of world"]);
        let gap = &all[2];
        assert_eq!((gap.value, gap.error, gap.source.as_str(), gap.last.since(gap.first)), (58.5, 6.0, "a, b", 2));
        assert_eq!((all[0].value, all[0].first), (2.0, all[0].last));
        assert_eq!((gap.place.line(), gap.place.text()), (2, "58.5"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let said = |row: &str| read(&[format!("{HEADER}{row}\n")]).unwrap_err().join("\n");
        for (row, expected) in [
            ("wold,,gap_rating,2024-10,,1,1,,", "0.csv:2:1: unknown table `wold`, did you mean `world`?"),
            ("events,,date,2024-10,,1,1,,", "0.csv:2:1: unknown table `events`"),
            ("world,,gap_ratng,2024-10,,1,1,,", "0.csv:2:8: unknown indicator `gap_ratng`, did you mean `gap_rating`?"),
            ("world,,date,2024-10,,1,1,,", "0.csv:2:8: unknown indicator `date`"),
            ("world,,gap_rating,2024-1,,1,1,,", "0.csv:2:19: expected a month as YYYY-MM"),
            ("world,,gap_rating,,,1,1,,", "an observation needs its month"),
            ("world,,gap_rating,2024-10,2024-09,1,1,,", "0.csv:2:27: `until` must not be before `date`"),
            ("world,,gap_rating,2024-10,,x,1,,", "0.csv:2:28: `x` is no finite number"),
            ("world,,gap_rating,2024-10,,NaN,1,,", "0.csv:2:28: `NaN` is no finite number"),
            ("world,,gap_rating,2024-10,,1,,,", "an observation needs its error"),
            ("world,,gap_rating,2024-10,,1,0,,", "0.csv:2:30: the error of an observation must be above 0"),
            ("world,,gap_rating,2024-10,,1,-2,,", "0.csv:2:30: the error of an observation must be above 0"),
            ("world,,gap_rating,2024-10,,1,1,nats,", "0.csv:2:32: the unit of `gap_rating` is `points`, not `nats`"),
            ("world,US,gap_rating,2024-10,,1,1,,", "0.csv:2:7: the table `world` is of the world"),
            ("states,,compute,2024-10,,1,1,,", "the table `states` needs the name of a state as `entity`"),
        ] {
            let said = said(row);
            assert!(said.contains(expected), "{row}: {said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }

    #[test]
    fn headers_are_checked_before_rows() {
        let said = read(&["table,indicator,data,value,value,error\nx,y,z,a,b,c\n".into()]).unwrap_err();
        assert_eq!(
            said,
            [
                "0.csv:1:1: there is no column `date`",
                "0.csv:1:17: unknown column `data`, did you mean `date`?",
                "0.csv:1:28: the column `value` stands there twice",
            ]
        );
        assert!(read(&[HEADER.into()]).unwrap_err()[0].contains("`0.csv` has no observations"));
    }

    #[test]
    fn an_observation_stands_there_once_in_all_files() {
        let one = format!("{HEADER}world,,firms,2024-01,,9,1,,\n");
        let said = read(&[one.clone(), one]).unwrap_err();
        assert_eq!(
            said,
            ["1.csv:2:23: firms of world is observed twice in the same months (it stands in 0.csv:2 too)"]
        );
    }
}
