//! The order of the month: what happens, and when.

use super::{
    mechanisms::{
        adoption::Adoption, build_out::BuildOut, chip_shortage::ChipShortage, chip_supply::ChipSupply, claims::Claims,
        compute::Compute, cooperation::Cooperation, diffusion::Diffusion, entry::Entry, exit::Exit,
        export_controls::ExportControls, incidents::Incidents, induced_innovation::InducedInnovation,
        leapfrog::Leapfrog, market::Market, money::Money, openness::Openness, output::Output, policy::Policy,
        power::Power, price::Price, releases::Releases, research::Research, safety::Safety, shocks::Shocks,
        statecraft::Statecraft, systems::Systems, training::Training, values::Values,
    },
    phase::{MonthPlan, Phase, Registered},
};
use bevy_ecs::{
    prelude::*,
    schedule::{ScheduleConfigs, ScheduleLabel, SingleThreadedExecutor},
    system::ScheduleSystem,
};

/// The mechanisms of the standard model. Order matters only within a phase.
pub(super) const STANDARD: &[Registered] = &[
    Registered::of::<Statecraft>(),
    Registered::of::<Policy>(),
    Registered::of::<Cooperation>(),
    Registered::of::<Values>(),
    Registered::of::<Shocks>(),
    Registered::of::<ExportControls>(),
    Registered::of::<InducedInnovation>(),
    Registered::of::<BuildOut>(),
    Registered::of::<ChipSupply>(),
    Registered::of::<ChipShortage>(),
    Registered::of::<Leapfrog>(),
    Registered::of::<Price>(),
    Registered::of::<Compute>(),
    Registered::of::<Systems>(),
    Registered::of::<Safety>(),
    Registered::of::<Money>(),
    Registered::of::<Research>(),
    Registered::of::<Diffusion>(),
    Registered::of::<Training>(),
    Registered::of::<Releases>(),
    Registered::of::<Openness>(),
    Registered::of::<Market>(),
    Registered::of::<Claims>(),
    Registered::of::<Incidents>(),
    Registered::of::<Adoption>(),
    Registered::of::<Output>(),
    Registered::of::<Power>(),
    Registered::of::<Exit>(),
    Registered::of::<Entry>(),
];

#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
struct MonthLabel;

/// A place in the order of the month.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
struct Turn(usize);

/// The systems of a month in their order: those of the mechanisms for which `enabled` holds and what all of them, those that
/// were `replaced` too, do in any case.
fn plan(mechanisms: &[Registered], replaced: &[Registered], enabled: impl Fn(&str) -> bool) -> MonthPlan {
    let mut plan = MonthPlan::default();
    for mechanism in mechanisms {
        plan.owner = mechanism.declaration.name;
        if enabled(plan.owner) && !mechanism.declaration.left_out {
            (mechanism.build)(&mut plan);
        }
        (mechanism.always)(&mut plan);
        let before = replaced.iter().filter(|other| other.declaration.name == mechanism.declaration.name);
        before.for_each(|other| (other.always)(&mut plan));
    }
    plan.owner = "accounts";
    plan.add(Phase::Accounts, super::accounts::end_step);
    plan.systems.sort_by_key(|(phase, ..)| *phase);
    plan
}

/// The month as a schedule.
pub(super) fn schedule(mechanisms: &[Registered], replaced: &[Registered], enabled: impl Fn(&str) -> bool) -> Schedule {
    in_order(plan(mechanisms, replaced, enabled).systems.into_iter().map(|(_, _, systems)| systems))
}

/// The month as parts that come to the same when they run one after the other, each with the name of its mechanism.
pub(super) fn parts(
    mechanisms: &[Registered],
    replaced: &[Registered],
    enabled: impl Fn(&str) -> bool,
) -> Vec<(&'static str, Schedule)> {
    let parts = plan(mechanisms, replaced, enabled).systems.into_iter();
    parts.map(|(_, owner, systems)| (owner, in_order([systems]))).collect()
}

fn in_order(systems: impl IntoIterator<Item = ScheduleConfigs<ScheduleSystem>>) -> Schedule {
    let mut schedule = Schedule::new(MonthLabel);
    schedule.set_executor(SingleThreadedExecutor::new());
    for (place, systems) in systems.into_iter().enumerate() {
        let systems = systems.in_set(Turn(place));
        schedule.add_systems(if place == 0 { systems } else { systems.after(Turn(place - 1)) });
    }
    #[cfg(debug_assertions)]
    schedule.set_build_settings(bevy_ecs::schedule::ScheduleBuildSettings {
        ambiguity_detection: bevy_ecs::schedule::LogLevel::Error,
        ..Default::default()
    });
    schedule
}
