//! The indicators that the pictures need, of one world as a row of numbers, and of many as distributions.

use crate::{
    declare::table::{Cell, DATE, Tabular},
    maths::quantile,
    measure::record::{Record, TABLES, Trajectory},
    report::live::{Stat, Watched, watched},
    scenario::{Month, Scenario, kinds::KINDS},
};

/// Shares of the quantiles that pictures show.
const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Where the numbers of a scenario's worlds stand in a row: by table, entity and indicator, a month after the other.
#[derive(Debug)]
pub struct Watch {
    start: Month,
    months: usize,
    tables: Vec<WatchedTable>,
    width: usize,
}

/// The indicators of a table.
#[derive(Debug)]
struct WatchedTable {
    /// Its place among the tables of a run.
    place: usize,
    date: usize,
    entity: Option<usize>,
    /// Names, sorted; an empty one for the world.
    entities: Vec<String>,
    /// Each with its column.
    indicators: Vec<(usize, Watched)>,
    offset: usize,
}

/// Months of an indicator of an entity.
#[derive(Debug)]
pub struct Series<'a> {
    pub watched: &'a Watched,
    pub entity: &'a str,
    /// Where they stand in a row.
    pub places: std::ops::Range<usize>,
}

impl Watch {
    /// The tables to record for it.
    pub fn record() -> Record {
        Self::record_and(&[])
    }

    /// These tables besides.
    pub fn record_and(more: &[&'static str]) -> Record {
        let watched = watched();
        Record::of(&watched.iter().map(|watched| watched.table).chain(more.iter().copied()).collect::<Vec<_>>())
    }

    /// Of the world and the configured entities of a scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let (watched, months) = (watched(), scenario.time.months as usize);
        let (mut tables, mut width) = (Vec::new(), 0);
        for (place, table) in TABLES.iter().enumerate() {
            let of_table = watched.iter().filter(|watched| watched.table == table.name);
            let indicators: Vec<_> =
                of_table.filter_map(|watched| Some((table.place(watched.column)?, *watched))).collect();
            let named = table.key.iter().find(|key| **key != DATE).copied();
            let (Some(date), false) = (table.place(DATE), indicators.is_empty()) else { continue };
            let mut entities = named.map_or_else(|| vec![String::new()], |named| names(scenario, named));
            entities.sort();
            let size = entities.len() * indicators.len() * months;
            let entity = named.and_then(|named| table.place(named));
            tables.push(WatchedTable { place, date, entity, entities, indicators, offset: width });
            width += size;
        }
        Self { start: scenario.time.start, months, tables, width }
    }

    /// The row of a world, `NaN` where there is no value. Entities that are not configured are left out.
    pub fn row(&self, world: &Trajectory) -> Vec<f32> {
        let mut row = vec![f32::NAN; self.width];
        let tables = world.tables();
        for table in &self.tables {
            if let Some(rows) = tables.get(table.place) {
                self.take(table, *rows, &mut row);
            }
        }
        row
    }

    fn take(&self, table: &WatchedTable, rows: &dyn Tabular, row: &mut [f32]) {
        let mut cells: Vec<Option<f64>> = Vec::new();
        for at in 0..rows.count() {
            let (mut month, mut entity) = (None, table.entity.is_none().then_some(""));
            cells.clear();
            rows.cells(at, &mut |cell| {
                match cell {
                    Cell::Month(date) if cells.len() == table.date => month = self.month(date),
                    Cell::Text(name) if Some(cells.len()) == table.entity => entity = Some(name),
                    _ => {}
                }
                cells.push(cell.indicator());
            });
            let (Some(month), Some(name)) = (month, entity) else { continue };
            let Ok(entity) = table.entities.binary_search_by(|known| known.as_str().cmp(name)) else { continue };
            for (at, (column, _)) in table.indicators.iter().enumerate() {
                if let Some(value) = cells.get(*column).copied().flatten() {
                    row[self.place(table, entity, at) + month] = value as f32;
                }
            }
        }
    }

    fn month(&self, date: Month) -> Option<usize> {
        usize::try_from(date.since(self.start)).ok().filter(|month| *month < self.months)
    }

    const fn place(&self, table: &WatchedTable, entity: usize, indicator: usize) -> usize {
        table.offset + (entity * table.indicators.len() + indicator) * self.months
    }

    /// All series of a row.
    pub fn series(&self) -> impl Iterator<Item = Series<'_>> {
        self.tables.iter().flat_map(move |table| {
            table.entities.iter().enumerate().flat_map(move |(entity, name)| {
                table.indicators.iter().enumerate().map(move |(at, (_, watched))| {
                    let place = self.place(table, entity, at);
                    Series { watched, entity: name, places: place..place + self.months }
                })
            })
        })
    }

    /// How the values at these places are distributed, month by month, those without any left out; `value` gives that of each
    /// world, `NaN` for none.
    pub fn stats(
        &self,
        places: std::ops::Range<usize>,
        worlds: usize,
        value: impl Fn(usize, usize) -> f32,
    ) -> Vec<Stat> {
        let mut values: Vec<f64> = Vec::with_capacity(worlds);
        let mut stats = Vec::with_capacity(self.months);
        for (month, place) in places.enumerate() {
            values.clear();
            let found = (0..worlds).map(|world| f64::from(value(world, place)));
            values.extend(found.filter(|value| value.is_finite()));
            if values.is_empty() {
                continue;
            }
            let n = values.len();
            let mean = values.iter().sum::<f64>() / n as f64;
            values.sort_unstable_by(f64::total_cmp);
            let quantiles = SHARES.map(|share| quantile(&values, share));
            let n = u32::try_from(n).unwrap_or(u32::MAX);
            stats.push(Stat { date: self.start.plus(month as u32), n, mean, quantiles, luck: None });
        }
        stats
    }
}

/// The names of the entities of this kind.
fn names(scenario: &Scenario, kind: &str) -> Vec<String> {
    let lists = scenario.lists();
    let found = KINDS.iter().position(|known| known.one == kind).and_then(|at| lists.get(at));
    found.map_or_else(Vec::new, |list| list.names().into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, Seed};

    #[test]
    fn a_row_holds_what_the_tables_say() {
        let model = Model::standard();
        let mut scenario = model.baseline().unwrap();
        scenario.time.months = 12;
        let seed = Seed { master: 1, replicate: 0 };
        let world = model.simulate(&scenario).unwrap().run(seed, Watch::record()).unwrap();
        let watch = Watch::new(&scenario);
        let row = watch.row(&world);
        let find = |column: &str, entity: &str| {
            let mut all = watch.series();
            let series = all.find(|series| (series.watched.column, series.entity) == (column, entity)).unwrap();
            (series.watched.table, row[series.places].to_vec())
        };
        let (table, power) = find("power", "China");
        let told: Vec<_> =
            world.states.iter().filter(|row| &*row.state == "China").map(|row| row.power as f32).collect();
        assert_eq!((table, power), ("states", told));
        let (_, gaps) = find("gap_rating", "");
        assert_eq!(gaps[11], world.world[11].gap_rating.unwrap() as f32);
    }

    #[test]
    fn distributions_leave_out_what_is_missing() {
        let model = Model::standard();
        let mut scenario = model.baseline().unwrap();
        scenario.time.months = 2;
        let watch = Watch::new(&scenario);
        let stats = watch.stats(0..2, 3, |world, place| if place == 1 || world == 2 { f32::NAN } else { world as f32 });
        assert_eq!(stats.len(), 1);
        assert_eq!((stats[0].n, stats[0].mean, stats[0].quantiles[2]), (2, 0.5, 0.5));
    }
}
