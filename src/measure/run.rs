//! Lives through a run, and takes down what is asked for at the end of each month.

use super::{
    indicators::Observer,
    outcomes::Outcomes,
    record::{AcceleratorRow, EventRow, FabRow, FirmRow, Record, ReleaseRow, StateRow, Trajectory, WorldRow},
};
use crate::{
    model::{
        InvalidNumber, Seed, Simulation,
        clock::Clock,
        ledger::{Event, Ledger, LeftOut, Published},
        mechanisms::releases::Releases,
    },
    scenario::DatedEvent,
};

impl Simulation {
    /// Lives through the scenario's months under `seed`, from the start, and records these tables.
    ///
    /// # Errors
    /// If a number became invalid.
    pub fn run(&mut self, seed: Seed, record: Record) -> Result<Trajectory, InvalidNumber> {
        self.reset(seed);
        self.world_mut().resource_mut::<Ledger>().left_out =
            LeftOut { events: !record.events, releases: !record.releases };
        let mut observer = Observer::new(self.world_mut());
        let mut rows = Tables::default();
        let mut outcomes = Outcomes::default();
        let time = &self.scenario().time;
        for _ in 0..time.months * time.steps_per_year / 12 {
            self.step()?;
            if self.world().resource::<Clock>().ends_month() {
                take_down(self, &mut observer, record, &mut rows, &mut outcomes);
            }
            self.world_mut().resource_mut::<Clock>().advance();
        }
        let outcomes = outcomes.finish(&mut observer, self.world());
        let Tables { world, states, firms, fabs, accelerators, releases, events } = rows;
        Ok(Trajectory { world, states, firms, fabs, accelerators, releases, events, outcomes })
    }
}

/// The rows of the run so far.
#[derive(Default)]
struct Tables {
    world: Vec<WorldRow>,
    states: Vec<StateRow>,
    firms: Vec<FirmRow>,
    fabs: Vec<FabRow>,
    accelerators: Vec<AcceleratorRow>,
    releases: Vec<ReleaseRow>,
    events: Vec<EventRow>,
}

fn take_down(
    simulation: &mut Simulation,
    observer: &mut Observer,
    record: Record,
    rows: &mut Tables,
    outcomes: &mut Outcomes,
) {
    let world = simulation.world();
    let seen = observer.see(world);
    if record.world {
        rows.world.push(seen.world.clone());
    }
    if record.states {
        observer.states(world, &seen, &mut rows.states);
    }
    if record.firms {
        observer.firms(world, &mut rows.firms);
    }
    if record.fabs {
        observer.fabs(world, &mut rows.fabs);
    }
    if record.accelerators {
        observer.accelerators(world, &mut rows.accelerators);
    }
    outcomes.observe(seen);
    let date = world.resource::<Clock>().month();
    if record.events {
        let shows_releases = world.resource::<Releases>().historical;
        let dated = simulation.scenario().events.iter().filter(|event| event.date == date);
        let shown = dated.filter(|event| shows_releases || !event.kind.starts_with("release"));
        rows.events.extend(shown.map(EventRow::from));
    }
    let mut ledger = simulation.world_mut().resource_mut::<Ledger>();
    rows.releases.extend(ledger.releases.drain(..).map(ReleaseRow::from));
    rows.events.extend(ledger.events.drain(..).map(EventRow::from));
    ledger.clear();
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

impl From<Event> for EventRow {
    fn from(Event { date, kind, actor, state, value, text }: Event) -> Self {
        Self { date, kind, actor, state: Some(state), value, text }
    }
}

impl From<Published> for ReleaseRow {
    fn from(Published { date, name, firm, state, open, capability, rating, index }: Published) -> Self {
        Self { date, release: name, firm, state, open, capability, rating, index }
    }
}
