//! Training: knowledge and compute become capability.
//!
//! K* = θ ln(w D · u C η) + A + x; K ← K + Δ ρ max(0, K* − K). The reference compute of the logarithm only shifts A, which is
//! set so that every firm enters with K = K*.

use crate::{
    model::{
        clock::Clock,
        firm::{Capability, Character, Endowment, Focus, Hardware, Knowledge, Label},
        geography::Geography,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        state::Fleet,
        states::States,
    },
    parameters,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of training.
    #[derive(Resource)]
    pub struct Training {
        /// Capability gained per nat of training compute (θ).
        scale: f64 = 0.65, "nats/nat", range 0.0..=2.0, plausible 0.3..=1.0 or null 0.0, assumption "1 would make ratings proportional to log compute, more than the leaderboards show";
        /// Speed at which training closes the gap to what knowledge and compute allow (ρ).
        speed: f64 = 2.0, "1/year", range 0.0..=12.0, plausible 1.0..=4.0 or null 0.0, assumption "a training run and its data take about half a year";
    }
}

impl Mechanism for Training {
    const NAME: &'static str = "training";
    const MEANING: &'static str = "knowledge and compute become capability";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Training, train);
    }
}

/// Capability after a step of training towards `target`; it never falls.
#[inline]
pub fn trained(capability: f64, target: f64, speed_per_step: f64) -> f64 {
    capability + speed_per_step * (target - capability).max(0.0)
}

/// A firm that trains.
#[derive(QueryData)]
#[query_data(mutable)]
struct Trainer {
    label: &'static Label,
    character: &'static Character,
    focus: &'static Focus,
    hardware: &'static Hardware,
    knowledge: &'static Knowledge,
    endowment: &'static Endowment,
    capability: &'static mut Capability,
}

fn train(
    training: Res<Training>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    states: States<&Fleet>,
    mut firms: Query<Trainer>,
) {
    let ln_usable = states.map(|fleet| fleet.ln_usable);
    let speed = clock.per_step(training.speed);
    for firm in &mut firms {
        let TrainerItem { label, character, focus, hardware, knowledge, endowment, mut capability } = firm;
        let ln_compute = hardware.ln_research(character) + ln_usable[character.home];
        for d in geography.each_domain() {
            let target = training.scale * (focus.ln_relative[d] + ln_compute) + knowledge.0[d] + endowment.0[d];
            capability.0[d] = trained(capability.0[d], target, speed);
        }
        faults.check(&clock, Training::NAME, "capability", &label.0, &capability.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_closes_a_share_of_the_gap_and_never_forgets() {
        assert_eq!(trained(1.0, 3.0, 0.25), 1.5);
        assert_eq!(trained(1.0, 0.5, 0.25), 1.0);
    }
}
