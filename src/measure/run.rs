//! Lives through a run, and takes down what is asked for at the end of each month.

use super::{
    indicators::{Observer, Snapshot},
    outcomes::Outcomes,
    record::{Begun, EventRow, Record, ReleaseRow, Trajectory},
};
use crate::{
    declare::table::Row,
    model::{
        InvalidNumber, Seed, Simulation,
        clock::Clock,
        ledger::{Ledger, LeftOut, Noted, Published},
        mechanisms::releases::Releases,
    },
    scenario::DatedEvent,
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

/// A month that has ended, as the tables see it.
pub(super) struct Ended<'a> {
    pub simulation: &'a mut Simulation,
    pub observer: &'a mut Observer,
    pub seen: &'a Snapshot,
}

impl Ended<'_> {
    fn ledger(&mut self) -> Mut<'_, Ledger> {
        self.simulation.world_mut().resource_mut()
    }

    /// The releases of the month.
    pub fn releases(&mut self, rows: &mut Vec<ReleaseRow>) {
        rows.extend(self.ledger().releases.drain(..).map(ReleaseRow::from));
    }

    /// The scenario's events of the month, then those of the world.
    pub fn events(&mut self, rows: &mut Vec<EventRow>) {
        let world = self.simulation.world();
        let date = world.resource::<Clock>().month();
        let shows_releases = world.resource::<Releases>().historical;
        let dated = self.simulation.scenario().events.iter().filter(|event| event.date == date);
        let shown = dated.filter(|event| shows_releases || !event.kind.starts_with("release"));
        rows.extend(shown.map(EventRow::from));
        rows.extend(self.ledger().events.drain(..).map(EventRow::from));
    }
}

impl From<&DatedEvent> for EventRow {
    fn from(event: &DatedEvent) -> Self {
        Self {
            date: event.date,
            kind: event.kind.as_str().into(),
            actor: event.actor.as_str().into(),
            state: None,
            value: None,
            text: event.text.as_str().into(),
        }
    }
}

impl From<Noted> for EventRow {
    fn from(Noted { date, kind, actor, state, value, text }: Noted) -> Self {
        Self { date, kind, actor, state: Some(state), value, text }
    }
}

impl From<Published> for ReleaseRow {
    fn from(Published { date, name, firm, state, open, capability, rating, index }: Published) -> Self {
        Self { date, release: name, firm, state, open, capability, rating, index }
    }
}
