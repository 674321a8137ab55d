//! Every indicator of a run as one row of numbers: by table, then month, entity and column. What is gathered over runs
//! (quantiles) works on such rows, whether the run was simulated or read back from its tables.

use super::{
    batch::{Batch, BatchScenario},
    dictionary,
};
use crate::{
    declare::table::{Cell, CellType, Column, DATE, Table, Tabular},
    measure::record::Trajectory,
    scenario::{Month, kinds::KINDS},
};
use std::sync::Arc;

/// The key of domains, and where a config lists them.
const DOMAIN: &str = "domain";
const DOMAINS: &str = "domains";
/// What stands between the names of a state and a domain.
pub const BETWEEN: &str = " / ";

/// The places of a scenario's indicators.
#[derive(Clone, Debug)]
pub struct Layout {
    start: Month,
    months: u32,
    /// Cells of a line before the table's own.
    leading: usize,
    /// Of the tables that have indicators, with their places among all.
    blocks: Vec<(usize, Block)>,
    width: usize,
}

/// The place of a table's indicators.
#[derive(Clone, Debug)]
struct Block {
    name: Arc<str>,
    /// `None` for the world, and one name of all keys besides the month for others; sorted.
    entities: Vec<Option<Arc<str>>>,
    /// Whether each column of the table is an indicator that is kept.
    kept: Vec<bool>,
    /// Columns of the month and of the entity's names.
    date: usize,
    names: Vec<usize>,
    indicators: Vec<Arc<str>>,
    offset: usize,
}

/// Where a series stands and what it is.
#[derive(Clone, Debug)]
pub struct Series<'a> {
    /// Place in the row.
    pub place: usize,
    /// The table.
    pub table: &'a Arc<str>,
    /// The state or firm, or several names with ` / ` between them; `None` for the world.
    pub entity: &'a Option<Arc<str>>,
    /// The column.
    pub indicator: &'a Arc<str>,
    /// The month.
    pub date: Month,
}

impl Layout {
    /// The world and the configured entities of this scenario, as far as their tables are recorded.
    pub fn new(experiment: &Batch, variant: &BatchScenario) -> Self {
        let keeps = |table: &str, _: &str| experiment.record.has(table);
        let span = (variant.start, variant.months);
        let layout = Self::of(span, experiment.measured.tables(), &|list| variant.names(list), &keeps);
        Self { leading: dictionary::leading(experiment.is_crossed()).len(), ..layout }
    }

    /// The world and the entities that each list of configs has by these names, in so many months, as far as a column of a table is
    /// kept.
    pub fn of(
        (start, months): (Month, u32),
        tables: impl Iterator<Item = Table>,
        names: &dyn Fn(&str) -> Vec<String>,
        keeps: &dyn Fn(&str, &str) -> bool,
    ) -> Self {
        let (mut blocks, mut width) = (Vec::new(), 0);
        for (place, table) in tables.enumerate() {
            let Some(mut block) = Block::new(&table, names, keeps) else { continue };
            block.offset = width;
            width += months as usize * block.entities.len() * block.indicators.len();
            blocks.push((place, block));
        }
        Self { start, months, leading: 0, blocks, width }
    }

    /// Number of series.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// The row of a run; `NaN` where it has no value. Firms that are not configured, and months outside the scenario's,
    /// are left out.
    pub fn row(&self, run: &Trajectory) -> Vec<f64> {
        let mut values = vec![f64::NAN; self.width];
        let tables = run.tables();
        for (place, block) in &self.blocks {
            if let Some(rows) = tables.get(*place) {
                block.feed(*rows, self, &mut values);
            }
        }
        values
    }

    /// The row of a run whose lines in the tables are these, in the order of what is measured. Lines that are not as
    /// the dictionary says are left out.
    pub fn read(&self, tables: &[Vec<u8>]) -> Vec<f64> {
        let mut values = vec![f64::NAN; self.width];
        for (place, block) in &self.blocks {
            block.read(tables.get(*place).map_or(&[], Vec::as_slice), self, &mut values);
        }
        values
    }

    /// All series, by table, entity, indicator and month.
    pub fn series(&self) -> impl Iterator<Item = Series<'_>> {
        self.blocks.iter().flat_map(move |(_, block)| {
            (0..block.entities.len()).flat_map(move |entity| {
                (0..block.indicators.len()).flat_map(move |indicator| {
                    (0..self.months).map(move |month| Series {
                        place: block.place(month as usize, entity) + indicator,
                        table: &block.name,
                        entity: &block.entities[entity],
                        indicator: &block.indicators[indicator],
                        date: self.start.plus(month),
                    })
                })
            })
        })
    }

    fn month(&self, date: Month) -> Option<usize> {
        usize::try_from(date.since(self.start)).ok().filter(|month| *month < self.months as usize)
    }
}

/// The names of configured entities of these kinds, every one with every one; `None` where a key is no such kind.
fn all_names(keys: &[&str], names: &dyn Fn(&str) -> Vec<String>) -> Option<Vec<String>> {
    let mut all = vec![String::new()];
    for key in keys {
        let kind = KINDS.iter().find(|kind| kind.one == *key).map(|kind| kind.list);
        let own = names(kind.or((*key == DOMAIN).then_some(DOMAINS))?);
        let with = |before: &String| own.iter().map(|name| joined(before.clone(), name)).collect::<Vec<_>>();
        all = all.iter().flat_map(with).collect();
    }
    Some(all)
}

/// A name behind those before it.
fn joined(mut name: String, part: &str) -> String {
    add(&mut name, part);
    name
}

/// Adds a name to those before it.
fn add(name: &mut String, part: &str) {
    if !name.is_empty() {
        name.push_str(BETWEEN);
    }
    name.push_str(part);
}

impl Block {
    /// The place of a table's indicators at the beginning; `None` if it has none, or is not kept by month and configured entities.
    fn new(table: &Table, names: &dyn Fn(&str) -> Vec<String>, keeps: &dyn Fn(&str, &str) -> bool) -> Option<Self> {
        let (first, keys) = table.key.split_first()?;
        if *first != DATE {
            return None;
        }
        let mut entities: Vec<Option<Arc<str>>> = match keys {
            [] => vec![None],
            keys => all_names(keys, names)?.into_iter().map(|name| Some(name.into())).collect(),
        };
        entities.sort();
        // A flag counts as 1 or 0, so that its mean is a share of the runs.
        let is_kept = |column: &Column<'_>| {
            let numeric = matches!(column.holds, CellType::Number | CellType::Whole | CellType::Flag);
            numeric && keeps(table.name, column.name)
        };
        let indicators: Vec<_> =
            table.columns.iter().filter(|column| is_kept(column)).map(|column| column.name.into()).collect();
        let block = Self {
            name: table.name.into(),
            kept: table.columns.iter().map(is_kept).collect(),
            date: table.place(DATE)?,
            names: keys.iter().map(|key| table.place(key)).collect::<Option<_>>()?,
            offset: 0,
            indicators,
            entities,
        };
        (!block.indicators.is_empty()).then_some(block)
    }

    /// Where the values of an entity in a month begin.
    const fn place(&self, month: usize, entity: usize) -> usize {
        self.offset + (month * self.entities.len() + entity) * self.indicators.len()
    }

    fn feed(&self, rows: &dyn Tabular, layout: &Layout, values: &mut [f64]) {
        let (mut next, mut numbers) = (0, Vec::with_capacity(self.indicators.len()));
        let (mut name, mut parts) = (String::new(), vec![String::new(); self.names.len()]);
        for row in 0..rows.count() {
            let (mut column, mut month) = (0, None);
            numbers.clear();
            // Numbers may stand before the month and the entity.
            rows.cells(row, &mut |cell| {
                match cell {
                    Cell::Month(date) if column == self.date => month = layout.month(date),
                    // Columns may stand in another order than the names of the key.
                    Cell::Text(text) if self.names.contains(&column) => {
                        let own = self.names.iter().position(|known| *known == column);
                        if let Some(part) = own.and_then(|at| parts.get_mut(at)) {
                            part.clear();
                            part.push_str(text);
                        }
                    }
                    cell if self.kept[column] => numbers.push(cell.indicator()),
                    _ => {}
                }
                column += 1;
            });
            name.clear();
            parts.iter().for_each(|part| add(&mut name, part));
            for (slot, number) in self.slots(month, self.entity(&name), &mut next).zip(&numbers) {
                if let Some(number) = number {
                    values[slot] = *number;
                }
            }
        }
    }

    fn read(&self, lines: &[u8], layout: &Layout, values: &mut [f64]) {
        if self.entities.is_empty() {
            return;
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(lines);
        let mut record = csv::StringRecord::new();
        let (mut next, mut name) = (0, String::new());
        while matches!(reader.read_record(&mut record), Ok(true)) {
            let cell = |column: usize| record.get(column + layout.leading).unwrap_or("");
            let month = cell(self.date).parse().ok().and_then(|date| layout.month(date));
            name.clear();
            self.names.iter().for_each(|column| add(&mut name, cell(*column)));
            let mut slots = self.slots(month, self.entity(&name), &mut next);
            for (column, _) in self.kept.iter().enumerate().filter(|(_, kept)| **kept) {
                let Some(slot) = slots.next() else { break };
                let value = match cell(column) {
                    "true" => Some(1.0),
                    "false" => Some(0.0),
                    number => number.parse().ok(),
                };
                if let Some(value) = value {
                    values[slot] = value;
                }
            }
        }
    }

    /// What rows of this name are of.
    fn entity<'n>(&self, name: &'n str) -> Option<&'n str> {
        if self.names.is_empty() { None } else { Some(name) }
    }

    /// The places of an entity's values in a month; none if it has none. Rows mostly come in the order of the entities,
    /// so `next` is tried first.
    fn slots(&self, month: Option<usize>, entity: Option<&str>, next: &mut usize) -> std::ops::Range<usize> {
        let at = |place: usize| self.entities.get(place).map(Option::as_deref);
        let found = [*next, 0]
            .into_iter()
            .find(|&place| at(place) == Some(entity))
            .or_else(|| self.entities.binary_search_by(|name| name.as_deref().cmp(&entity)).ok());
        match (month, found) {
            (Some(month), Some(found)) => {
                *next = found + 1;
                let start = self.place(month, found);
                start..start + self.indicators.len()
            }
            _ => 0..0,
        }
    }
}
