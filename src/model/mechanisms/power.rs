//! Proportional power: how advantages of each kind add up to influence.
//!
//! Z_s = Y^a · e^(b K_own) · C^c · (soft + ε)^h, power = Z^r / Σ Z^r (Tullock 1980): r = 1 makes power proportional, r = 0 equal, r → ∞
//! gives all to the leader. Hard power is the same contest over K_own and C alone, C the compute that runs, at the efficiency
//! of the state's systems. Soft power is usage of a state's firms abroad and its part in standards, which states write
//! together with those they trust.

use super::market::market_weights;
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Hardware, Offer, Usage},
        geography::{Geography, PerState},
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::Relations,
        state::{Economy, Fleet, Penetration, Supply},
        states::{StateId, States},
    },
    parameters,
    scenario::MAX_STATES,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of power.
    #[derive(Resource)]
    pub struct Power {
        /// Decisiveness of the contest (r).
        decisiveness: f64 = 1.0, "1", range 0.0..=100.0, plausible 0.5..=5.0, assumption "the claim that small advantages matter in proportion";
        /// Weight of output (a).
        output_weight: f64 = 0.5, "1", range 0.0..=5.0, plausible 0.2..=1.0, assumption "economic size is half of power";
        /// Weight of the own frontier, per nat (b).
        capability_weight: f64 = 0.1, "1/nat", range 0.0..=5.0, plausible 0.0..=0.5, assumption "a year's lead is worth about a sixth more power";
        /// Weight of running compute (c).
        compute_weight: f64 = 0.25, "1", range 0.0..=5.0, plausible 0.0..=0.5, assumption "half as much as output";
        /// Weight of soft power (h).
        soft_weight: f64 = 0.15, "1", range 0.0..=5.0, plausible 0.0..=0.5, assumption "less than hard power";
        /// Weight of the part in standards within soft power; the rest is usage abroad. 0 leaves usage alone.
        standards_weight: f64 = 0.3, "1", range 0.0..=1.0, plausible 0.0..=0.6, assumption "users follow models more than they follow committees";
        /// How far behind the world's best a state without a firm of its own stands.
        no_firm_gap: f64 = 8.0, "nats", range 0.0..=50.0, plausible 4.0..=12.0, assumption "about four years";
        /// Compute that counts for a state without any.
        compute_floor: f64 = 0.0001, "MH100e", range 0.00000001..=1.0, plausible 0.00001..=0.001, assumption "a hundred accelerators";
        /// Soft power that counts for a state whose firms nobody else uses (ε).
        soft_floor: f64 = 0.01, "1", range 0.000001..=1.0, plausible 0.001..=0.05, assumption "one user in a hundred";
    }
}

impl Mechanism for Power {
    const NAME: &'static str = "power";
    const MEANING: &'static str =
        "output, frontier, compute and use abroad add up to shares of power (a measure: it moves nothing)";

    fn build(_month: &mut MonthPlan) {}

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Power, share_power);
    }

    fn register(world: &mut World) {
        world.register_required_components::<StateId, PowerShares>();
    }
}

/// Parts of its power, each a share of the world.
#[derive(Component, Clone, Debug, Default)]
pub struct PowerShares {
    /// Own frontier and running compute.
    pub hard: f64,
    /// Output.
    pub economic: f64,
    /// Usage of its firms in other states.
    pub soft: f64,
    /// Contest share over the composite of all.
    pub share: f64,
}

/// Each state's part in writing standards, shares of 1: the world usage of its firms, and that of the firms of other states
/// as far as it trusts them, for a bloc writes standards together.
pub fn parts_in_standards(used: &PerState, trust: &[PerState; MAX_STATES], states: usize) -> PerState {
    let part =
        |s: usize| (0..states).map(|other| used[other] * if other == s { 1.0 } else { trust[s][other] }).sum::<f64>();
    let parts: PerState = std::array::from_fn(|s| if s < states { part(s) } else { 0.0 });
    let sum: f64 = parts[..states].iter().sum();
    if sum > 0.0 { parts.map(|part| part / sum) } else { parts }
}

/// A state whose power is measured.
#[derive(QueryData)]
#[query_data(mutable)]
struct Powerful {
    economy: &'static Economy,
    penetration: &'static Penetration,
    supply: &'static Supply,
    fleet: &'static Fleet,
    power: &'static mut PowerShares,
}

fn share_power(
    params: Res<Power>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    relations: Res<Relations>,
    firms: Query<(&Character, &Offer, &Hardware, &Usage)>,
    mut states: States<Powerful>,
) {
    let markets = market_weights(&geography, states.iter().map(|(s, state)| (s, state.economy, state.penetration)));
    let mut frontier: PerState = [f64::NEG_INFINITY; MAX_STATES];
    let (mut held, mut abroad, mut used): (PerState, PerState, PerState) =
        ([0.0; MAX_STATES], [0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (character, offer, hardware, usage) in &firms {
        let home = character.home;
        frontier[home] = frontier[home].max(offer.capability);
        held[home] += hardware.stock;
        used[home] += usage.world;
        abroad[home] += usage.world - markets[home] * usage.share[home];
    }
    let best = frontier[..geography.states].iter().copied().fold(f64::NEG_INFINITY, f64::max).max(-f64::MAX);
    let total: f64 = states.iter().map(|(_, state)| state.economy.output).sum();
    let n = geography.states;
    let standards = parts_in_standards(&used, &relations.trust, n);
    let (mut hard, mut composite): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (s, PowerfulItem { economy, supply, fleet, mut power, .. }) in states.iter_mut() {
        // Relative to the world's best, so that a common level of capability cancels.
        let behind = (frontier[s] - best).max(-params.no_firm_gap);
        let runs = (held[s] + supply.clouds) * fleet.running * fleet.efficiency;
        let compute = maths::ln(runs + params.compute_floor);
        let elsewhere = 1.0 - markets[s];
        let usage = if elsewhere > 0.0 { abroad[s].max(0.0) / elsewhere } else { 0.0 };
        power.soft = (1.0 - params.standards_weight) * usage + params.standards_weight * standards[s];
        power.economic = economy.output / total;
        hard[s] = params.capability_weight * behind + params.compute_weight * compute;
        composite[s] = params.output_weight * maths::ln(economy.output)
            + hard[s]
            + params.soft_weight * maths::ln(power.soft + params.soft_floor);
    }
    maths::contest_shares(&mut hard[..n], 1.0);
    maths::contest_shares(&mut composite[..n], params.decisiveness);
    for (s, mut state) in states.iter_mut() {
        state.power.hard = hard[s];
        state.power.share = composite[s];
        faults.check(&clock, Power::NAME, "power", &geography.names[s], &[state.power.share]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standards_follow_usage_and_are_shared_among_those_who_trust_each_other() {
        let (mut used, mut trust): (PerState, _) = ([0.0; MAX_STATES], [[0.0; MAX_STATES]; MAX_STATES]);
        used[..3].copy_from_slice(&[0.5, 0.3, 0.2]);
        assert_eq!(parts_in_standards(&used, &trust, 3)[..3], [0.5, 0.3, 0.2]);
        (trust[1][2], trust[2][1]) = (1.0, 1.0);
        let bloc = parts_in_standards(&used, &trust, 3);
        assert!(bloc[0] < 0.5 && bloc[1] > 0.3 && bloc[2] > 0.2);
        assert!((bloc[..3].iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert_eq!(parts_in_standards(&[0.0; MAX_STATES], &trust, 3)[..3], [0.0; 3]);
    }

    #[test]
    fn a_one_percent_lead_moves_a_two_state_share_by_a_quarter_point() {
        let mut shares = [maths::ln(1.01), 0.0];
        maths::contest_shares(&mut shares, 1.0);
        assert!((shares[0] - 0.5 - 0.0025).abs() < 1.5e-5);
    }
}
