//! The indicators that the pictures need, of one world as a row of numbers, and of many as distributions.

use crate::{
    maths::quantile,
    measure::record::{Record, TABLES, Trajectory},
    output::series::Layout,
    report::live::{Stat, Watched, watched},
    scenario::{Month, Scenario, kinds::KINDS},
};
use std::sync::Arc;

/// Shares of the quantiles that pictures show.
const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Where the numbers of a scenario's worlds stand in a row: by table, entity and indicator, a month after the other.
#[derive(Debug)]
pub struct Watch {
    start: Month,
    months: usize,
    layout: Layout,
    /// Indicators with the names of their entities; an empty one for the world.
    lines: Vec<(Watched, Arc<str>)>,
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
        let find = |table: &str, column: &str| {
            watched.iter().find(|watched| (watched.table, watched.column) == (table, column)).copied()
        };
        let names = |list: &str| names(scenario, list);
        let span = (scenario.time.start, scenario.time.months);
        let layout = Layout::of(span, TABLES.into_iter(), &names, &|table, column| find(table, column).is_some());
        let lines = layout.series().step_by(months.max(1)).filter_map(|series| {
            let entity = series.entity.clone().unwrap_or_default();
            Some((find(series.table, series.indicator)?, entity))
        });
        Self { start: scenario.time.start, months, lines: lines.collect(), layout }
    }

    /// Bytes of a row.
    pub const fn bytes(&self) -> usize {
        self.layout.width() * size_of::<f32>()
    }

    /// The row of a world, `NaN` where there is no value. Entities that are not configured are left out.
    pub fn row(&self, world: &Trajectory) -> Vec<f32> {
        // Half the digits are more than a picture shows, and the months of an indicator side by side are quicker to go through.
        let row = self.layout.row(world);
        self.layout.series().map(|series| row[series.place] as f32).collect()
    }

    /// All series of a row.
    pub fn series(&self) -> impl Iterator<Item = Series<'_>> {
        self.lines.iter().enumerate().map(|(at, (watched, entity))| Series {
            watched,
            entity,
            places: at * self.months..(at + 1) * self.months,
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

/// The names of the entities of this list.
fn names(scenario: &Scenario, list: &str) -> Vec<String> {
    let lists = scenario.lists();
    let found = KINDS.iter().position(|known| known.list == list).and_then(|at| lists.get(at));
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
