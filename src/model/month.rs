//! The order of the month: what happens, and when.

use super::mechanisms::{
    Entry, adoption::Adopt, build_out::BuildOut, chip_supply::ChipSupply, claims::Claims, compute::Stocks,
    cooperation::Cooperation, diffusion::Diffusion, entry, entry::Entering, exit::Exit,
    export_controls::ExportControls, incidents::Incidents, induced_innovation::InducedInnovation, leapfrog::Leapfrog,
    market::Market, money::Money, output::Output, policy::Policy, power::Contest, releases::Releases,
    research::Research, safety::SafetyEffort, shocks::Shocks, systems::Systems, training::Training,
};
use bevy_ecs::{
    prelude::*,
    schedule::{ScheduleConfigs, ScheduleLabel, SingleThreadedExecutor},
    system::ScheduleSystem,
};

/// The phases of a month, in order. Within a phase, systems run in the order of [`MECHANISMS`].
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

/// Every mechanism. Order matters only within a phase.
pub const MECHANISMS: &[Entry] = &[
    entry::<Policy>(),
    entry::<Cooperation>(),
    entry::<Shocks>(),
    entry::<ExportControls>(),
    entry::<InducedInnovation>(),
    entry::<BuildOut>(),
    entry::<ChipSupply>(),
    entry::<Leapfrog>(),
    entry::<Stocks>(),
    entry::<Systems>(),
    entry::<SafetyEffort>(),
    entry::<Money>(),
    entry::<Research>(),
    entry::<Diffusion>(),
    entry::<Training>(),
    entry::<Releases>(),
    entry::<Market>(),
    entry::<Claims>(),
    entry::<Incidents>(),
    entry::<Adopt>(),
    entry::<Output>(),
    entry::<Contest>(),
    entry::<Exit>(),
    entry::<Entering>(),
];

/// The systems of a month, being put together.
#[derive(Default)]
pub struct MonthPlan {
    owner: &'static str,
    systems: Vec<(Phase, &'static str, ScheduleConfigs<ScheduleSystem>)>,
}

impl MonthPlan {
    /// Puts a system (or a chain of them) into a phase, behind those that are already there.
    pub fn add<M>(&mut self, phase: Phase, systems: impl IntoScheduleConfigs<ScheduleSystem, M>) -> &mut Self {
        self.systems.push((phase, self.owner, systems.into_configs()));
        self
    }
}

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct MonthLabel;

/// A place in the order of the month.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
struct Place(usize);

/// The systems of a month in their order: those of the mechanisms for which `enabled` holds and what all of them do in any
/// case.
fn plan(enabled: impl Fn(&str) -> bool) -> MonthPlan {
    let mut plan = MonthPlan::default();
    for mechanism in MECHANISMS {
        plan.owner = (mechanism.declaration)().name;
        if enabled(plan.owner) {
            (mechanism.build)(&mut plan);
        }
        (mechanism.always)(&mut plan);
    }
    plan.owner = "accounts";
    plan.add(Phase::Accounts, super::accounts::end_step);
    plan.systems.sort_by_key(|(phase, ..)| *phase);
    plan
}

/// The month as a schedule.
pub fn schedule(enabled: impl Fn(&str) -> bool) -> Schedule {
    in_order(plan(enabled).systems.into_iter().map(|(_, _, systems)| systems))
}

/// The month as parts that come to the same when they run one after the other, each with the name of its mechanism.
pub fn parts(enabled: impl Fn(&str) -> bool) -> Vec<(&'static str, Schedule)> {
    plan(enabled).systems.into_iter().map(|(_, owner, systems)| (owner, in_order([systems]))).collect()
}

fn in_order(systems: impl IntoIterator<Item = ScheduleConfigs<ScheduleSystem>>) -> Schedule {
    let mut schedule = Schedule::new(MonthLabel);
    schedule.set_executor(SingleThreadedExecutor::new());
    for (place, systems) in systems.into_iter().enumerate() {
        let systems = systems.in_set(Place(place));
        schedule.add_systems(if place == 0 { systems } else { systems.after(Place(place - 1)) });
    }
    #[cfg(debug_assertions)]
    schedule.set_build_settings(bevy_ecs::schedule::ScheduleBuildSettings {
        ambiguity_detection: bevy_ecs::schedule::LogLevel::Error,
        ..Default::default()
    });
    schedule
}
