//! What a mechanism must know of the month: its phases, and the plan to which it adds its systems.

use super::{clock::Clock, keep::Keep};
use crate::{
    declare::parameter::Parameters,
    scenario::{MechanismDeclaration, Scenario},
};
use bevy_ecs::{prelude::*, schedule::ScheduleConfigs, system::ScheduleSystem};
use std::any::TypeId;

/// The phases of a month, in order. Within a phase, systems run in the order of the model's mechanisms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// States set their levers, from what was published last month.
    Policy,
    /// Shocks strike and pass.
    Shocks,
    /// Export controls come into force and end.
    Controls,
    /// Fabs make chips, capacity arrives and is ordered.
    Chips,
    /// What was made is shared among states.
    Allocation,
    /// States' compute is shared by last month's demand; old compute wears out; power limits what runs.
    Stocks,
    /// Safety effort is chosen; firms earn, raise money and order compute.
    Budgets,
    /// Firms learn on their own, then from others.
    Research,
    /// Knowledge and compute become capability.
    Training,
    /// Models come out and are rated.
    Releases,
    /// Users move between firms.
    Market,
    /// Claims, incidents, and the trust they cost.
    Society,
    /// Users take up AI, and can reach what is open or served to them.
    Adoption,
    /// What that adds to output.
    Output,
    /// How power is shared.
    Power,
    /// Firms that failed close.
    Exit,
    /// New firms enter.
    Entry,
    /// Progress is taken apart, memories move on.
    Accounts,
}

/// The systems of a month, being put together.
#[derive(Default)]
pub struct MonthPlan {
    pub(super) owner: &'static str,
    pub(super) systems: Vec<(Phase, &'static str, ScheduleConfigs<ScheduleSystem>)>,
}

impl MonthPlan {
    /// Puts a system (or a chain of them) into a phase, behind those that are already there.
    pub fn add<M>(&mut self, phase: Phase, systems: impl IntoScheduleConfigs<ScheduleSystem, M>) -> &mut Self {
        self.systems.push((phase, self.owner, systems.into_configs()));
        self
    }
}

/// A mechanism: a struct of parameters, kept as a resource, that knows which systems it puts into the month.
pub trait Mechanism: Parameters + Resource {
    /// Its table in config files: `[mechanisms.<NAME>]`.
    const NAME: &'static str;
    /// What it does, in a line.
    const MEANING: &'static str;
    /// Its parameters that lay out what is remembered from month to month, or say how the world began: what cannot be another
    /// in the middle of a run.
    const FIXED: &'static [&'static str] = &[];

    /// Puts the systems that move the world into the month; left out when the mechanism is disabled.
    fn build(month: &mut MonthPlan);

    /// Puts the systems into the month that run in any case: measures, and facts of the scenario.
    fn always(_month: &mut MonthPlan) {}

    /// Says what its systems keep with each entity: components that come with one that tells the kind of entity, as in
    /// `world.keep_with::<Character, Mine>()`; and which resources belong to the state of a run, as in
    /// `world.keep_resource::<Memory>()` ([`Keep`]). Called once for a world, before anything is in it, whether or not the
    /// mechanism is enabled.
    fn register(_world: &mut World) {}

    /// Lays out what its systems remember from month to month. Called when a run starts, whether or not the mechanism is
    /// enabled; the world holds its frame and every mechanism's numbers by then, but no entity.
    fn begin(_scenario: &Scenario, _clock: &Clock, _world: &mut World) {}

    /// Brings what its systems keep, and follows from the scenario, to where it stands under another scenario. Called in the
    /// middle of a run, between two months, whether or not the mechanism is enabled, when the world has its frame and every
    /// mechanism's numbers of the scenario under which the run goes on; `clock` stands at the last step that was lived. Under the
    /// scenario that the run has, nothing may change by it.
    fn go_on(_scenario: &Scenario, _clock: &Clock, _world: &mut World) {}
}

/// A mechanism as a model holds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registered {
    pub(super) is: fn() -> TypeId,
    pub(super) declaration: MechanismDeclaration,
    pub(super) insert: fn(&[f64], &mut World),
    pub(super) build: fn(&mut MonthPlan),
    pub(super) always: fn(&mut MonthPlan),
    pub(super) register: fn(&mut World),
    pub(super) begin: fn(&Scenario, &Clock, &mut World),
    pub(super) go_on: fn(&Scenario, &Clock, &mut World),
    pub(super) fixed: &'static [&'static str],
}

impl Registered {
    /// The entry of the mechanism `M`.
    pub(super) const fn of<M: Mechanism>() -> Self {
        Self {
            is: TypeId::of::<M>,
            declaration: MechanismDeclaration {
                name: M::NAME,
                meaning: M::MEANING,
                parameters: M::DECLARED,
                left_out: false,
            },
            insert: |values, world| world.insert_resource(M::from_values(values)),
            build: M::build,
            always: M::always,
            register: |world| {
                world.pass_over::<M>();
                M::register(world);
            },
            begin: M::begin,
            go_on: M::go_on,
            fixed: M::FIXED,
        }
    }
}
