//! A month that has ended, as the tables see it.

use super::{
    indicators::{Observer, Snapshot},
    rows::{EventRow, ReleaseRow},
};
use crate::{
    model::{
        Simulation,
        clock::Clock,
        ledger::{Ledger, Noted, Published},
        mechanisms::releases::Releases,
    },
    scenario::DatedEvent,
};
use bevy_ecs::prelude::*;

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
