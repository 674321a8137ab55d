//! A world of a scenario, which can be lived through again and again.

use super::{
    accelerator::{AcceleratorBundle, ChipDesign, Line},
    accounts::{self, ProgressParts},
    clock::Clock,
    fab::{Capacity, Craft, FabBundle, FabIndex, Outage, Site},
    firm::{self, Capability, Usage},
    founding::{self, Newcomers, Starts},
    geography::{self, Geography, PerState},
    keep::{Keep, Kept},
    ledger::{Faults, InvalidNumber, Ledger},
    mechanisms::{
        adoption,
        diffusion::{Diffusion, FirmsAtStart},
        market, money,
        output::{self, Reference},
        releases::Releases,
        training::Training,
        values,
    },
    noise::{Draw, Key, RunSeed, Seed},
    phase::Registered,
    registry::Model,
    relations::{Barriers, Relations, Stances},
    release::Frontier,
    shock::{Shock, ShockBundle},
    state::{self, StateBundle},
};
use crate::{
    model::{
        accounts::Standing,
        states::{Roster, StateId},
    },
    scenario::{FirmSpec, MechanismSettings, Scenario, Unsound},
};
use bevy_ecs::{
    prelude::*,
    schedule::{ScheduleLabel, SingleThreadedExecutor},
};
use std::sync::Arc;

/// A mechanism's numbers as the world sees them: where it is off, those who read them find it absent.
fn effective(entry: &Registered, settings: Option<&MechanismSettings>) -> Vec<f64> {
    let declared = entry.declaration.parameters.iter().enumerate();
    let value = |at: usize, default| settings.and_then(|settings| settings.values.get(at)).copied().unwrap_or(default);
    let off = entry.declaration.left_out || settings.is_none_or(|settings| !settings.enabled);
    declared
        .map(|(at, parameter)| {
            let value = value(at, parameter.default);
            if off { parameter.null.unwrap_or(value) } else { value }
        })
        .collect()
}

/// Puts into the world what a scenario says and no run changes.
pub(super) fn furnish(model: &Model, scenario: &Scenario, world: &mut World) {
    world.insert_resource(Geography::new(scenario));
    for entry in model.all() {
        // What took a mechanism's place has its settings.
        let settings = scenario.settings(entry.declaration.name).filter(|_| !model.is_replaced(entry));
        (entry.insert)(&effective(entry, settings), world);
    }
    let clock = Clock::new(&scenario.time);
    let dated = scenario.firms.iter().filter_map(|firm| Some((clock.entry_step(firm.enters)?, firm.clone()))).collect();
    let talent = scenario.states.iter().map(|state| state.numbers.talent).collect();
    world.insert_resource(Newcomers { dated, talent });
}

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct StartLabel;

/// How old the newest model of a firm of the start is.
const MODEL_AGE: Draw = Draw::named("start/model age");

/// A world of a scenario that can be run again and again under different seeds.
pub struct Simulation {
    pub(super) model: Model,
    pub(super) scenario: Arc<Scenario>,
    pub(super) world: World,
    start: Schedule,
    month: Schedule,
    /// Months since the start.
    pub(super) lived: u32,
    /// Whether the last of the scenario's months is over.
    pub(super) over: bool,
}

impl Model {
    /// A world of `scenario`.
    ///
    /// # Errors
    /// The scenario was made or changed by hand, and something in it does not fit; one that was loaded always does.
    pub fn simulate(&self, scenario: &Scenario) -> Result<Simulation, Unsound> {
        Simulation::new(self, scenario)
    }
}

impl Simulation {
    /// Sets up a world of `scenario`.
    pub(super) fn new(model: &Model, scenario: &Scenario) -> Result<Self, Unsound> {
        model.check(scenario)?;
        let mut world = World::new();
        register(&mut world);
        model.all().for_each(|mechanism| (mechanism.register)(&mut world));
        furnish(model, scenario, &mut world);
        let mut start = Schedule::new(StartLabel);
        start.set_executor(SingleThreadedExecutor::new());
        start.add_systems(
            (
                scale_markets,
                market::count_world_usage,
                (values::first_reputation, values::measure_distance).chain(),
                (money::first_capital, money::first_spending).chain(),
                adoption::reach,
                output::set_reference,
                first_standing,
                remember_releases,
            )
                .chain(),
        );
        let month = model.month(scenario);
        let mut simulation = Self {
            model: model.clone(),
            scenario: Arc::new(scenario.clone()),
            world,
            start,
            month,
            lived: 0,
            over: false,
        };
        simulation.reset(Seed { master: scenario.seed, replicate: 0 });
        Ok(simulation)
    }

    /// Makes it a world of another scenario; as good as a new one, but its schedules are kept where the same mechanisms
    /// take part. The world must be reset before it is used again.
    ///
    /// # Errors
    /// Something in the scenario does not fit; the world is then what it was.
    pub fn change(&mut self, scenario: &Scenario) -> Result<(), Unsound> {
        let switches = |scenario: &Scenario| -> Vec<(&'static str, bool)> {
            scenario.mechanisms.iter().map(|settings| (settings.declared.name, settings.enabled)).collect()
        };
        if switches(&self.scenario) == switches(scenario) {
            self.model.check(scenario)?;
            furnish(&self.model, scenario, &mut self.world);
            self.scenario = Arc::new(scenario.clone());
        } else {
            *self = Self::new(&self.model, scenario)?;
        }
        Ok(())
    }

    /// Takes the world back to its first month, under another seed. What was spawned in the run before has a [`Key`] and goes.
    pub fn reset(&mut self, seed: Seed) {
        (self.lived, self.over) = (0, false);
        let world = &mut self.world;
        let mut living = world.query_filtered::<Entity, Or<(With<Key>, With<Site>, With<ChipDesign>)>>();
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
        world.insert_resource(ProgressParts::default());
        world.insert_resource(Reference::default());
        let relations = Relations::new(&self.scenario, world.resource::<Geography>());
        world.insert_resource(relations);
        world.insert_resource(Barriers::default());
        world.insert_resource(Stances::default());
        for mechanism in self.model.all() {
            (mechanism.begin)(&self.scenario, &clock, world);
        }
        let states = self.scenario.states.iter().enumerate();
        let roster =
            states.map(|(place, state)| world.spawn(StateBundle::new(StateId::new(place), state)).id()).collect();
        world.insert_resource(Roster::new(roster));
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

    /// Lives through the next month of the scenario, in which nobody looks ahead; `false` when all are over.
    pub(super) fn live_next(&mut self) -> Result<bool, InvalidNumber> {
        let due = self.lived < self.scenario.time.months;
        if self.lived > 0 && !self.over {
            self.world.resource_mut::<Ledger>().clear();
            self.world.resource_mut::<Clock>().advance();
            self.over = !due;
        }
        if !due {
            return Ok(false);
        }
        self.step()?;
        while !self.world.resource::<Clock>().ends_month() {
            self.world.resource_mut::<Clock>().advance();
            self.step()?;
        }
        self.lived += 1;
        Ok(true)
    }

    /// The model of which it is a world.
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The scenario of which it is a world.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The same, to be kept.
    pub(super) fn shared_scenario(&self) -> Arc<Scenario> {
        Arc::clone(&self.scenario)
    }

    /// Makes it a world of this scenario, if it is not, that is to be filled with the state of a run.
    pub(super) fn adopt(&mut self, scenario: &Arc<Scenario>) -> Result<(), Unsound> {
        let counts = |scenario: &Scenario| [scenario.states.len(), scenario.fabs.len(), scenario.accelerators.len()];
        if !Arc::ptr_eq(&self.scenario, scenario) {
            let before = counts(&self.scenario);
            self.change(scenario)?;
            self.scenario = Arc::clone(scenario);
            if counts(scenario) != before {
                self.reset(Seed { master: scenario.seed, replicate: 0 });
            }
        }
        Ok(())
    }

    /// The world's entities and resources, to look at.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The world's entities and resources, for what looks closer than the tables do.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

/// Tells a world of what it holds whatever its mechanisms are.
fn register(world: &mut World) {
    world.keep_component::<Key>();
    state::register(world);
    world.keep_component::<FabIndex>();
    world.keep_component::<Site>();
    world.keep_component::<Capacity>();
    world.keep_component::<Craft>();
    world.keep_component::<Outage>();
    world.keep_component::<ChipDesign>();
    world.keep_component::<Line>();
    world.keep_component::<Shock>();
    firm::register(world);
    accounts::register(world);
    world.keep_resource::<RunSeed>();
    world.keep_resource::<Clock>();
    world.keep_resource::<Ledger>();
    world.keep_resource::<Faults>();
    world.keep_resource::<Frontier>();
    world.keep_resource::<Relations>();
    world.keep_resource::<Barriers>();
    world.keep_resource::<Stances>();
    world.keep_resource::<ProgressParts>();
    world.keep_resource::<Reference>();
    world.keep_resource::<FirmsAtStart>();
    world.pass_over::<Kept>();
    world.pass_over::<Geography>();
    world.pass_over::<Newcomers>();
    world.pass_over::<Roster>();
}

fn spawn_firms_of_the_start(world: &mut World, scenario: &Scenario, seed: Seed, clock: &Clock) {
    let geography = world.resource::<Geography>().clone();
    let talent = world.resource::<Newcomers>().talent.clone();
    let present = || scenario.firms.iter().filter(|firm| clock.entry_step(firm.enters).is_none());
    let level = |firm: &FirmSpec| {
        firm.numbers.capability + geography.overall(&geography::per_domain(&firm.capability_by_domain))
    };
    // The best firm of the start is the origin of the capability scale.
    let best = present().map(level).fold(f64::NEG_INFINITY, f64::max);
    let mut active: PerState = [0.0; crate::scenario::MAX_STATES];
    let mut frontier = world.remove_resource::<Frontier>().unwrap_or_else(|| Frontier::new(0));
    for spec in present() {
        active[spec.state] += 1.0;
        let founding = founding::configured(spec, -best, -1, &geography, &talent);
        let (training, releases) = (world.resource::<Training>(), world.resource::<Releases>());
        let starts = Starts { training, diffusion: world.resource(), releases };
        let mut bundle = founding.bundle(&geography, &starts);
        // Firms do not release in step: the newest model of each is somewhere on its way to being replaced.
        let way = MODEL_AGE.at(seed, bundle.key, 0).uniform();
        bundle.offer.released -= (way * f64::from(clock.steps(releases.min_gap_months))) as i64;
        bundle.offer.own_capability -= way * releases.threshold;
        frontier.publish(&bundle.release(), bundle.offer.capability, bundle.offer.rating);
        world.spawn(bundle);
    }
    world.insert_resource(frontier);
    world.insert_resource(FirmsAtStart(active));
}

fn scale_markets(geography: Res<Geography>, mut usages: Query<&mut Usage>) {
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
