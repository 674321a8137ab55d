//! The world: takes a [`Scenario`] and a [`Seed`], gives monthly records.
//!
//! ```
//! use redqueen::{model::{Simulation, Seed, record::Record}, baseline};
//! let mut scenario = baseline();
//! scenario.time.months = 12;
//! let mut simulation = Simulation::new(&scenario);
//! let trajectory = simulation.run(Seed { master: 1, replicate: 0 }, Record::ALL)?;
//! assert_eq!(trajectory.world.len(), 12);
//! # Ok::<(), redqueen::model::InvalidNumber>(())
//! ```

pub mod accelerator;
pub mod accounts;
pub mod chain;
pub mod clock;
pub mod fab;
pub mod firm;
pub mod formulas;
pub mod founding;
pub mod geography;
pub mod indicators;
pub mod ledger;
pub mod mechanisms;
pub mod month;
pub mod noise;
pub mod outcomes;
pub mod precipice;
pub mod price;
pub mod record;
pub mod relations;
pub mod release;
pub mod shock;
pub mod state;
#[cfg(test)]
mod testing;
pub mod yields;

use crate::scenario::{Catalogue, FirmSpec, MechanismDeclaration, MechanismSettings, Scenario};
use accelerator::{AcceleratorBundle, Design};
use accounts::Progress;
use bevy_ecs::{
    prelude::*,
    schedule::{ScheduleLabel, SingleThreadedExecutor},
};
use clock::Clock;
use fab::{FabBundle, Site};
use firm::{Capability, Character, Standing, Usage};
use founding::Newcomers;
use geography::{Geography, PerState};
use indicators::Observer;
use ledger::{Faults, Ledger, LeftOut};
use mechanisms::{
    adoption,
    diffusion::{Diffusion, FirmsAtStart},
    market, money,
    output::{self, Reference},
    releases::Releases,
    training::Training,
};
use noise::{Draw, Key, RunSeed};
use outcomes::Outcomes;
use record::{EventRow, Record, Trajectory};
use relations::{Barriers, Relations};
use release::{Frontier, Release};
use shock::ShockBundle;
use state::StateBundle;

/// Which noise a world lives in: a pure function of these two numbers and stable keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Master seed, the same for a whole batch.
    pub master: u64,
    /// Number of the replicate: the same replicate has the same noise at every design point and scenario.
    pub replicate: u64,
}

/// A number went wrong inside a run; the run stops there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{mechanism}: {quantity} of {entity} became {value} in {date}")]
pub struct InvalidNumber {
    /// The mechanism that made it.
    pub mechanism: &'static str,
    /// Which quantity.
    pub quantity: &'static str,
    /// Whose.
    pub entity: String,
    /// The month.
    pub date: crate::scenario::Month,
    /// The value, such as `NaN`.
    pub value: f64,
}

/// The settings that the world sees: where a mechanism is off, those who read its numbers find it absent.
fn effective(declared: &MechanismDeclaration, settings: &MechanismSettings) -> MechanismSettings {
    let mut settings = settings.clone();
    if !settings.enabled {
        for (value, parameter) in settings.values.iter_mut().zip(declared.parameters) {
            *value = parameter.null.unwrap_or(*value);
        }
    }
    settings
}

/// Puts into the world what a scenario says and no run changes.
fn furnish(scenario: &Scenario, world: &mut World) {
    world.insert_resource(Geography::new(scenario));
    for mechanism in month::MECHANISMS {
        let declared = (mechanism.declaration)();
        if let Some(settings) = scenario.mechanism(declared.name) {
            (mechanism.insert)(&effective(&declared, settings), world);
        }
    }
    let clock = Clock::new(&scenario.time);
    let dated = scenario.firms.iter().filter_map(|firm| Some((clock.entry_step(firm.enters)?, firm.clone()))).collect();
    world.insert_resource(Newcomers(dated, scenario.states.iter().map(|state| state.numbers.talent).collect()));
}

/// Every mechanism and its parameters, for the loader of scenarios.
pub fn catalogue() -> Catalogue {
    Catalogue { mechanisms: month::MECHANISMS.iter().map(|mechanism| (mechanism.declaration)()).collect() }
}

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct StartLabel;

/// How old the newest model of a firm of the start is.
const MODEL_AGE: Draw = Draw::named("start/model age");

/// A world of a scenario that can be run again and again under different seeds.
pub struct Simulation {
    scenario: Scenario,
    world: World,
    start: Schedule,
    month: Schedule,
    observer: Observer,
}

impl Simulation {
    /// Sets up a world of `scenario`.
    pub fn new(scenario: &Scenario) -> Self {
        let mut world = World::new();
        month::MECHANISMS.iter().for_each(|mechanism| (mechanism.register)(&mut world));
        furnish(scenario, &mut world);
        let mut start = Schedule::new(StartLabel);
        start.set_executor(SingleThreadedExecutor::new());
        start.add_systems(
            (
                scale_markets,
                market::count_world_usage,
                money::first_spending,
                adoption::reach,
                output::set_reference,
                first_standing,
                remember_releases,
            )
                .chain(),
        );
        let month = month::schedule(|name| scenario.mechanism(name).is_some_and(|settings| settings.enabled));
        let observer = Observer::new(&mut world);
        let mut simulation = Self { scenario: scenario.clone(), world, start, month, observer };
        simulation.reset(Seed { master: scenario.seed, replicate: 0 });
        simulation
    }

    /// Makes it a world of another scenario; as good as a new one, but its schedules are kept where the same mechanisms
    /// take part. The world must be reset before it is used again.
    pub fn change(&mut self, scenario: &Scenario) {
        let switches = |scenario: &Scenario| -> Vec<bool> {
            scenario.mechanisms.iter().map(|settings| settings.enabled).collect()
        };
        if switches(&self.scenario) == switches(scenario) {
            furnish(scenario, &mut self.world);
            self.scenario.clone_from(scenario);
        } else {
            *self = Self::new(scenario);
        }
    }

    /// Takes the world back to its first month, under another seed.
    pub fn reset(&mut self, seed: Seed) {
        let world = &mut self.world;
        let mut living = world.query_filtered::<Entity, Or<(With<Key>, With<Release>, With<Site>, With<Design>)>>();
        let living: Vec<Entity> = living.iter(world).collect();
        for entity in living {
            world.despawn(entity);
        }
        // Else the world remembers every component that was ever taken away, and grows with each run.
        world.clear_trackers();
        let clock = Clock::new(&self.scenario.time);
        let diffusion = world.resource::<Diffusion>();
        let memory = clock.steps(diffusion.lag_open_months.max(diffusion.lag_closed_months));
        world.insert_resource(RunSeed(seed));
        world.insert_resource(Frontier::new(memory));
        world.insert_resource(Ledger::default());
        world.insert_resource(Faults::default());
        world.insert_resource(Progress::default());
        world.insert_resource(Reference::default());
        let relations = Relations::new(&self.scenario, world.resource::<Geography>());
        world.insert_resource(relations);
        world.insert_resource(Barriers::default());
        for mechanism in month::MECHANISMS {
            (mechanism.begin)(&self.scenario, &clock, world);
        }
        for (index, state) in self.scenario.states.iter().enumerate() {
            world.spawn(StateBundle::new(index, state));
        }
        for (index, fab) in self.scenario.fabs.iter().enumerate() {
            world.spawn(FabBundle::new(index, fab, &clock));
        }
        for accelerator in &self.scenario.accelerators {
            world.spawn(AcceleratorBundle::new(accelerator, &clock));
        }
        for shock in &self.scenario.shocks {
            world.spawn(ShockBundle::new(shock, &clock));
        }
        spawn_firms_of_the_start(world, &self.scenario, seed, &clock);
        world.insert_resource(clock);
        self.start.run(world);
        self.observer.reset();
    }

    /// Lives through one step.
    ///
    /// # Errors
    /// If a number became invalid; the world must be reset before it is used again.
    pub fn step(&mut self) -> Result<(), InvalidNumber> {
        self.month.run(&mut self.world);
        match self.world.resource_mut::<Faults>().0.take() {
            Some(fault) => Err(fault),
            None => Ok(()),
        }
    }

    /// Lives through the scenario's months under `seed`, from the start.
    ///
    /// # Errors
    /// If a number became invalid.
    pub fn run(&mut self, seed: Seed, record: Record) -> Result<Trajectory, InvalidNumber> {
        self.reset(seed);
        self.world.resource_mut::<Ledger>().left_out = LeftOut { events: !record.events, releases: !record.releases };
        let mut tables = Tables::default();
        let mut outcomes = Outcomes::default();
        let time = self.scenario.time.clone();
        for _ in 0..time.months * time.steps_per_year / 12 {
            self.step()?;
            if self.world.resource::<Clock>().ends_month() {
                self.record(record, &mut tables, &mut outcomes);
            }
            self.world.resource_mut::<Clock>().advance();
        }
        let Tables { world, states, firms, fabs, accelerators, releases, events } = tables;
        let outcomes = outcomes.finish(&mut self.observer, &self.world);
        Ok(Trajectory { world, states, firms, fabs, accelerators, releases, events, outcomes })
    }

    fn record(&mut self, record: Record, tables: &mut Tables, outcomes: &mut Outcomes) {
        let seen = self.observer.world(&self.world);
        let (sides, binding) = (self.observer.sides(&self.world), self.observer.chain.binding(&self.world));
        outcomes.observe(&seen, sides, binding);
        if record.world {
            tables.world.push(seen);
        }
        if record.states {
            self.observer.states(&self.world, &mut tables.states);
        }
        if record.firms {
            self.observer.firms(&self.world, &mut tables.firms);
        }
        if record.fabs {
            self.observer.chain.fabs(&self.world, &mut tables.fabs);
        }
        if record.accelerators {
            self.observer.chain.accelerators(&self.world, &mut tables.accelerators);
        }
        let date = self.world.resource::<Clock>().month();
        let shows_releases = self.world.resource::<Releases>().historical;
        let mut ledger = self.world.resource_mut::<Ledger>();
        if record.releases {
            tables.releases.append(&mut ledger.releases);
        }
        if record.events {
            let dated = self.scenario.events.iter().filter(|event| event.date == date);
            tables
                .events
                .extend(dated.filter(|event| shows_releases || !event.kind.starts_with("release")).map(dated_row));
            tables.events.append(&mut ledger.events);
        }
        ledger.clear();
    }

    /// The world's entities and resources, for tests and tools that look closer than the tables do.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

#[derive(Default)]
struct Tables {
    world: Vec<record::WorldRow>,
    states: Vec<record::StateRow>,
    firms: Vec<record::FirmRow>,
    fabs: Vec<record::FabRow>,
    accelerators: Vec<record::AcceleratorRow>,
    releases: Vec<record::ReleaseRow>,
    events: Vec<EventRow>,
}

fn dated_row(event: &crate::scenario::DatedEvent) -> EventRow {
    EventRow {
        date: event.date,
        kind: event.kind.as_str().into(),
        actor: event.actor.as_str().into(),
        state: None,
        value: None,
        text: event.text.as_str().into(),
    }
}

fn spawn_firms_of_the_start(world: &mut World, scenario: &Scenario, seed: Seed, clock: &Clock) {
    let geography = world.resource::<Geography>().clone();
    let talent = world.resource::<Newcomers>().1.clone();
    let present = || scenario.firms.iter().filter(|firm| clock.entry_step(firm.enters).is_none());
    let level = |firm: &FirmSpec| {
        firm.numbers.capability + geography.overall(&geography::per_domain(&firm.capability_by_domain))
    };
    // The best firm of the start is the origin of the capability scale.
    let best = present().map(level).fold(f64::NEG_INFINITY, f64::max);
    let mut active: PerState = [0.0; crate::scenario::MAX_STATES];
    let mut frontier = world.remove_resource::<Frontier>().unwrap_or_default();
    for spec in present() {
        active[spec.state] += 1.0;
        let founding = founding::configured(spec, -best, -1, &geography, &talent);
        let (training, releases) = (world.resource::<Training>(), world.resource::<Releases>());
        let mut bundle = founding.bundle(&geography, training, releases);
        // Firms do not release in step: the newest model of each is somewhere on its way to being replaced.
        let way = MODEL_AGE.at(seed, bundle.key, 0).uniform();
        bundle.offer.released -= (way * f64::from(clock.steps(releases.min_gap_months))) as i64;
        bundle.offer.own_capability -= way * releases.threshold;
        frontier.publish(&Release {
            firm: bundle.key,
            home: spec.state,
            released: -1,
            open: spec.open,
            knowledge: bundle.knowledge.0,
            capability: bundle.capability.0,
        });
        world.spawn(bundle);
    }
    world.insert_resource(frontier);
    world.insert_resource(FirmsAtStart(active));
}

fn scale_markets(geography: Res<Geography>, mut usages: Query<(&Character, &mut Usage)>) {
    market::rescale_markets(&geography, &mut usages);
}

fn first_standing(geography: Res<Geography>, mut firms: Query<(&Capability, &Usage, &mut Standing)>) {
    for (capability, usage, mut standing) in &mut firms {
        *standing = Standing { usage: Some(usage.world), capability: geography.overall(&capability.0) };
    }
}

fn remember_releases(mut frontier: ResMut<Frontier>) {
    frontier.remember();
}
