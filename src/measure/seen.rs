//! What a run says of the things that were seen of the world: more outcomes, made of the tables when the run is over.

use super::{Outcome, of_runs::OfRuns, record::Trajectory};
use crate::{
    declare::table::{Cell, DATE, Tabular},
    experiment::calibration::{Calibration, Summary, summary},
    maths,
};
use std::collections::BTreeMap;

/// Summaries of a calibration as outcomes of runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seen {
    outcomes: Vec<Outcome>,
    summaries: Vec<Summary>,
}

impl Seen {
    /// Those of this calibration.
    pub fn of(calibration: &Calibration) -> Self {
        let outcomes = calibration.columns().map(|(name, unit, meaning)| Outcome::of_runs(name, unit, &meaning));
        Self {
            outcomes: outcomes.collect(),
            summaries: calibration.targets.iter().map(|target| target.summary.clone()).collect(),
        }
    }
}

impl OfRuns for Seen {
    fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    fn tables(&self) -> Vec<&str> {
        self.summaries.iter().map(|summary| &*summary.of.table).collect()
    }

    fn read(&self, run: &Trajectory) -> Vec<Option<f64>> {
        self.summaries.iter().map(|summary| value(summary, run)).collect()
    }
}

/// The summary of a run.
fn value(asked: &Summary, run: &Trajectory) -> Option<f64> {
    let tables = run.tables();
    let rows = tables.into_iter().find(|rows| rows.table().name == &*asked.of.table)?;
    let first = *asked.months.first()?;
    let values: Vec<_> =
        by_month(asked, rows)?.into_iter().map(|(month, value)| (month.since(first) as f64, value)).collect();
    let found = summary(asked.statistic, &values)?;
    match asked.log {
        false => Some(found),
        true => (found > 0.0).then(|| maths::ln(found)),
    }
}

/// The values of those of its months that have one, summed over what its entity stands for.
fn by_month(asked: &Summary, rows: &dyn Tabular) -> Option<BTreeMap<crate::declare::month::Month, f64>> {
    let table = rows.table();
    let (date, column) = (table.place(DATE)?, table.place(&asked.of.indicator)?);
    let entity = table.key.iter().find(|key| **key != DATE).and_then(|key| table.place(key));
    let wanted = |name: &str| {
        asked.of.entity.as_deref().is_some_and(|entity| match entity.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == entity,
        })
    };
    let mut values = BTreeMap::new();
    for row in 0..rows.count() {
        let [found_date, found_entity, found_value] =
            super::payoffs::cells(rows, row, [Some(date), entity, Some(column)]);
        let Some(Cell::Month(month)) = found_date else { continue };
        if asked.months.binary_search(&month).is_err() {
            continue;
        }
        let own = match found_entity {
            Some(Cell::Text(name)) => wanted(name),
            _ => entity.is_none(),
        };
        if let (true, Some(value)) = (own, found_value.and_then(Cell::number)) {
            *values.entry(month).or_insert(0.0) += value;
        }
    }
    Some(values)
}
