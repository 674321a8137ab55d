//! Lives through a run, and takes down what is asked for at the end of each month.

use super::{
    ended::Ended,
    indicators::Observer,
    outcomes::Outcomes,
    record::{Begun, EventRow, Record, ReleaseRow, Trajectory},
};
use crate::{
    declare::table::Row,
    model::{
        InvalidNumber, Seed, Simulation,
        ledger::{Ledger, LeftOut},
    },
};
use bevy_ecs::prelude::*;

impl Simulation {
    /// Lives through the scenario's months under `seed`, from the start, and records these tables.
    ///
    /// # Errors
    /// If a number became invalid.
    pub fn run(&mut self, seed: Seed, record: Record) -> Result<Trajectory, InvalidNumber> {
        self.reset(seed);
        self.world_mut().resource_mut::<Ledger>().left_out =
            LeftOut { events: !record.has(EventRow::TABLE), releases: !record.has(ReleaseRow::TABLE) };
        let mut observer = Observer::new(self.world_mut());
        let mut rows = Begun::default();
        let mut outcomes = Outcomes::default();
        while self.live_month()? {
            let seen = observer.see(self.world());
            rows.take_down(record, &mut Ended { simulation: self, observer: &mut observer, seen: &seen });
            outcomes.observe(seen);
        }
        let outcomes = outcomes.finish(&mut observer, self.world());
        Ok(rows.finish(outcomes))
    }
}
