//! Training: knowledge and compute become capability.
//!
//! K* = θ ln(w D · u C η) + A + B + x; K ← K + Δ ρ max(0, K* − K). The reference compute of the logarithm only shifts A, which is
//! set so that every firm enters with K = K*. B is what was copied beyond own ideas; more compute of one's own makes up for it:
//! B ← max(0, B − max(0, θ − χ) max(0, Δc)), with χ the ceiling of copies, as the ceiling rises by χ Δc at the same time.

use super::{diffusion::Diffusion, research::Effort};
use crate::{
    model::{
        clock::Clock,
        firm::{Capability, Character, Copied, Endowment, Focus, Knowledge, Label},
        geography::Geography,
        keep::Keep,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
    },
    parameters,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of training.
    #[derive(Resource)]
    pub struct Training {
        /// Capability gained per nat of training compute (θ).
        scale: f64 = 0.4, "nats/nat", range 0.0..=2.0, plausible 0.25..=0.8 or null 0.0, assumption "1 would make ratings proportional to log compute, more than the leaderboards show";
        /// Speed at which training closes the gap to what knowledge and compute allow (ρ).
        speed: f64 = 2.9, "1/year", range 0.0..=12.0, plausible 1.5..=5.0 or null 0.0, assumption "a training run and its data take about a third of a year";
    }
}

impl Mechanism for Training {
    const NAME: &'static str = "training";
    const MEANING: &'static str = "knowledge and compute become capability";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Training, train);
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, TrainedWith>();
    }
}

/// Capability after a step of training towards `target`; it never falls.
#[inline]
pub fn trained(capability: f64, target: f64, speed_per_step: f64) -> f64 {
    capability + speed_per_step * (target - capability).max(0.0)
}

/// ln of the compute with which a firm trained in the step before, MH100e; `None` before its first.
#[derive(Component, Clone, Copy, Debug, Default)]
struct TrainedWith(Option<f64>);

/// What of a copy is left when compute has grown by so many nats: what that makes up for is taken off.
#[inline]
fn left_of_copy(copied: f64, made_up: f64) -> f64 {
    (copied - made_up).max(0.0)
}

/// A firm that trains.
#[derive(QueryData)]
#[query_data(mutable)]
struct Trainer {
    label: &'static Label,
    focus: &'static Focus,
    effort: &'static Effort,
    trained_with: &'static mut TrainedWith,
    knowledge: &'static Knowledge,
    endowment: &'static Endowment,
    capability: &'static mut Capability,
    copied: &'static mut Copied,
}

fn train(
    training: Res<Training>,
    diffusion: Res<Diffusion>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    mut firms: Query<Trainer>,
) {
    let speed = clock.per_step(training.speed);
    for firm in &mut firms {
        let TrainerItem { label, focus, effort, knowledge, endowment, .. } = firm;
        let (mut capability, mut copied, mut trained_with) = (firm.capability, firm.copied, firm.trained_with);
        let ln_compute = effort.ln_compute;
        let grown = trained_with.0.map_or(0.0, |before| (ln_compute - before).max(0.0));
        let made_up = (training.scale - diffusion.ceiling).max(0.0) * grown;
        trained_with.0 = Some(ln_compute);
        for d in geography.each_domain() {
            copied.0[d] = left_of_copy(copied.0[d], made_up);
            let own = training.scale * (focus.ln_relative[d] + ln_compute) + knowledge.0[d];
            let target = own + copied.0[d] + endowment.0[d];
            capability.0[d] = trained(capability.0[d], target, speed);
        }
        faults.check(&clock, Training::NAME, "capability", &label.0, &capability.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_compute_makes_up_for_what_was_copied() {
        assert_eq!([left_of_copy(1.0, 0.25), left_of_copy(0.1, 0.25)], [0.75, 0.0]);
    }

    #[test]
    fn training_closes_a_share_of_the_gap_and_never_forgets() {
        assert_eq!(trained(1.0, 3.0, 0.25), 1.5);
        assert_eq!(trained(1.0, 0.5, 0.25), 1.0);
    }
}
