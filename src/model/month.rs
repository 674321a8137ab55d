//! The order of the month: what happens, and when.

use super::{
    mechanisms::{
        adoption::Adopt, build_out::BuildOut, chip_supply::ChipSupply, claims::Claims, compute::Stocks,
        cooperation::Cooperation, diffusion::Diffusion, entry::Entering, exit::Exit, export_controls::ExportControls,
        incidents::Incidents, induced_innovation::InducedInnovation, leapfrog::Leapfrog, market::Market, money::Money,
        output::Output, policy::Policy, power::Contest, releases::Releases, research::Research, safety::SafetyEffort,
        shocks::Shocks, systems::Systems, training::Training,
    },
    phase::{Entry, MonthPlan, Phase},
};
use bevy_ecs::{
    prelude::*,
    schedule::{ScheduleConfigs, ScheduleLabel, SingleThreadedExecutor},
    system::ScheduleSystem,
};

/// The mechanisms of the standard model. Order matters only within a phase.
pub(super) const STANDARD: &[Entry] = &[
    Entry::of::<Policy>(),
    Entry::of::<Cooperation>(),
    Entry::of::<Shocks>(),
    Entry::of::<ExportControls>(),
    Entry::of::<InducedInnovation>(),
    Entry::of::<BuildOut>(),
    Entry::of::<ChipSupply>(),
    Entry::of::<Leapfrog>(),
    Entry::of::<Stocks>(),
    Entry::of::<Systems>(),
    Entry::of::<SafetyEffort>(),
    Entry::of::<Money>(),
    Entry::of::<Research>(),
    Entry::of::<Diffusion>(),
    Entry::of::<Training>(),
    Entry::of::<Releases>(),
    Entry::of::<Market>(),
    Entry::of::<Claims>(),
    Entry::of::<Incidents>(),
    Entry::of::<Adopt>(),
    Entry::of::<Output>(),
    Entry::of::<Contest>(),
    Entry::of::<Exit>(),
    Entry::of::<Entering>(),
];

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct MonthLabel;

/// A place in the order of the month.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
struct Place(usize);

/// The systems of a month in their order: those of the mechanisms for which `enabled` holds and what all of them do in any
/// case.
fn plan(mechanisms: &[Entry], enabled: impl Fn(&str) -> bool) -> MonthPlan {
    let mut plan = MonthPlan::default();
    for mechanism in mechanisms {
        plan.owner = mechanism.declaration.name;
        if enabled(plan.owner) && !mechanism.declaration.left_out {
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
pub(super) fn schedule(mechanisms: &[Entry], enabled: impl Fn(&str) -> bool) -> Schedule {
    in_order(plan(mechanisms, enabled).systems.into_iter().map(|(_, _, systems)| systems))
}

/// The month as parts that come to the same when they run one after the other, each with the name of its mechanism.
pub(super) fn parts(mechanisms: &[Entry], enabled: impl Fn(&str) -> bool) -> Vec<(&'static str, Schedule)> {
    let parts = plan(mechanisms, enabled).systems.into_iter();
    parts.map(|(_, owner, systems)| (owner, in_order([systems]))).collect()
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
