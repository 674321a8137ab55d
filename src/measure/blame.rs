//! Finds out afterwards what made a number in a table wrong. While runs are lived through, mechanisms look at what they work
//! with; a table can show something that nobody looked at, such as a ratio that left the numbers. Such a run is lived through
//! again, its last month mechanism by mechanism.

use super::{
    ended::Ended,
    indicators::Observer,
    record::{Begun, EventRow, Record, ReleaseRow},
};
use crate::{
    declare::table::{Cell, DATE, Row, Tabular},
    model::{InvalidNumber, Seed, Simulation, clock::Clock, ledger::Ledger},
};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whose number it is where no entity is named.
const WORLD: &str = "the world";

impl Simulation {
    /// Which mechanism first makes a number wrong that a table shows; `None` if none does, or if `cancel` is set meanwhile.
    pub(crate) fn blame(&mut self, seed: Seed, cancel: &AtomicBool) -> Option<InvalidNumber> {
        let month = self.first_wrong_month(seed, cancel)?;
        self.reset(seed);
        let mut observer = Observer::new(self.world_mut());
        for _ in 0..month {
            self.live_month().ok().filter(|lived| *lived && !cancel.load(Ordering::Relaxed))?;
            observer.see(self.world());
        }
        if month > 0 {
            self.world_mut().resource_mut::<Ledger>().clear();
            self.world_mut().resource_mut::<Clock>().advance();
        }
        let (mut parts, mut found) = (self.model().month_in_parts(self.scenario()), None);
        loop {
            for (mechanism, part) in &mut parts {
                part.run(self.world_mut());
                let wrong = self.wrong_number(&mut observer).map(|(wrong, passes)| {
                    let wrong = InvalidNumber { mechanism, ..wrong };
                    (wrong, passes)
                });
                match wrong {
                    // The rows of happenings are taken down as soon as they are seen.
                    Some((wrong, true)) => return Some(wrong),
                    // Half a month may show what the whole does not.
                    None => found = None,
                    Some((wrong, false)) => found = found.or(Some(wrong)),
                }
            }
            if self.world().resource::<Clock>().ends_month() {
                return found;
            }
            self.world_mut().resource_mut::<Clock>().advance();
        }
    }

    /// The first month, counted from 0, at whose end a table shows a wrong number.
    fn first_wrong_month(&mut self, seed: Seed, cancel: &AtomicBool) -> Option<u32> {
        self.reset(seed);
        let mut observer = Observer::new(self.world_mut());
        for month in 0.. {
            self.live_month().ok().filter(|lived| *lived && !cancel.load(Ordering::Relaxed))?;
            if self.wrong_number(&mut observer).is_some() {
                return Some(month);
            }
        }
        None
    }

    /// A number that is wrong in the tables of this moment, of a mechanism without a name; and whether it is one of a
    /// happening.
    fn wrong_number(&mut self, observer: &mut Observer) -> Option<(InvalidNumber, bool)> {
        let seen = observer.see(self.world());
        let mut rows = Begun::new(&Record::ALL);
        rows.take_down(&mut Ended { simulation: self, observer, seen: &seen });
        let date = self.world().resource::<Clock>().month();
        rows.tables().into_iter().find_map(|rows| {
            let (quantity, entity, value) = wrong_in(rows)?;
            let passes = [EventRow::TABLE, ReleaseRow::TABLE].contains(&rows.table().name);
            Some((InvalidNumber { mechanism: "", quantity, entity, date, value }, passes))
        })
    }
}

/// The first number in these rows that is wrong: its column, its entity, itself.
fn wrong_in(rows: &dyn Tabular) -> Option<(&'static str, String, f64)> {
    let table = rows.table();
    let named = table.key.iter().find(|column| **column != DATE).and_then(|column| table.place(column));
    for row in 0..rows.count() {
        let (mut place, mut wrong, mut entity) = (0, None, None);
        rows.cells(row, &mut |cell| {
            match cell {
                Cell::Number(value) if !value.is_finite() => wrong = wrong.or(Some((place, value))),
                Cell::Text(name) if Some(place) == named => entity = Some(name.to_owned()),
                _ => {}
            }
            place += 1;
        });
        if let Some((place, value)) = wrong {
            let column = table.columns.get(place).map_or("", |column| column.name);
            return Some((column, entity.unwrap_or_else(|| WORLD.to_owned()), value));
        }
    }
    None
}
