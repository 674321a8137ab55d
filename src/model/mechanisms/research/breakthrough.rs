//! Breakthroughs: steps that nobody has taken yet.
//!
//! They arrive with a hazard for the whole world, h_B, and a firm's part in it is its share of q = (z / max z) · e^(−lag / w_B): its
//! effort, and how near the frontier it works, with lag its distance in nats to the most capable firm (at most one a firm and
//! step). A breakthrough adds Exponential(j_B) nats of knowledge in every domain.

use super::{Efforts, Research, Researcher};
use crate::{
    maths,
    model::{
        clock::Clock,
        geography::Geography,
        ledger::Ledger,
        noise::{Draw, Noise},
    },
};
use bevy_ecs::prelude::*;

/// Whether a breakthrough happens.
const BREAKTHROUGH: Draw = Draw::named("research/breakthrough");
/// Its size.
const BREAKTHROUGH_SIZE: Draw = Draw::named("research/breakthrough size");

/// A firm's weight in the world's breakthroughs, given its effort as a share of the highest and its distance to the frontier.
#[inline]
fn weight(effort_share: f64, lag: f64, reach: f64) -> f64 {
    effort_share * maths::exp(-lag / reach)
}

pub(super) fn break_through(
    (research, clock): (Res<Research>, Res<Clock>),
    geography: Res<Geography>,
    efforts: Res<Efforts>,
    noise: Noise,
    mut ledger: ResMut<Ledger>,
    mut weights: Local<Vec<f64>>,
    mut firms: Query<Researcher>,
) {
    let hazard = research.breakthroughs_per_year;
    if hazard == 0.0 || research.breakthrough_nats == 0.0 || efforts.highest <= 0.0 {
        return;
    }
    weights.clear();
    weights.extend(firms.iter().map(|firm| geography.overall(&firm.capability.0)));
    let best = weights.iter().copied().fold(f64::NEG_INFINITY, maths::larger);
    for (firm, capability) in firms.iter().zip(weights.iter_mut()) {
        *capability = weight(firm.effort.own / efforts.highest, best - *capability, research.breakthrough_reach);
    }
    let world: f64 = weights.iter().sum();
    for (mut firm, weight) in firms.iter_mut().zip(weights.iter()) {
        let uniform = firm.streams.breakthrough.uniform(&noise, BREAKTHROUGH, *firm.key);
        let hazard = hazard * weight / world;
        // The probability 1 − exp(−hΔ) is below hΔ, which is seldom reached: that saves most exponentials.
        if uniform >= clock.per_step(hazard) || uniform >= clock.probability(hazard) {
            continue;
        }
        let size = -research.breakthrough_nats * maths::ln(noise.uniform(BREAKTHROUGH_SIZE, *firm.key));
        for d in geography.each_domain() {
            firm.knowledge.0[d] += size;
        }
        let state = &geography.names[firm.character.home];
        ledger.note(&clock, "breakthrough", &firm.label.0, state, Some(size), "in every domain");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breakthroughs_fall_to_those_who_work_hard_at_the_frontier() {
        assert_eq!(weight(1.0, 0.0, 0.45), 1.0);
        assert_eq!(weight(0.5, 0.0, 0.45), 0.5);
        assert!((weight(1.0, 0.45, 0.45) - maths::exp(-1.0)).abs() < 1e-15);
    }
}
