//! Output: what AI adds to the economy.
//!
//! ln Y = ln Y_0 + g t + χ Σ_d ω_d v_d F_d max(0, K_acc,d − K_ref,d) − damage, less the same sum at the start, so that a world begins at
//! its observed output. ω is what the state asks for, v what a nat in the domain is worth (`worth.output`). Level form: nothing is counted twice. K_ref lies a fixed way below the world's frontier at the start, so
//! that scenarios which differ in who can reach what are measured from the same level. Damage is that of incidents and shocks;
//! what policy costs is paid out of Y.

use crate::{
    maths,
    model::{
        clock::Clock,
        geography::{Geography, PerDomain},
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        release::{Frontier, best},
        state::{Access, Burden, Economy, Penetration, Traits},
        states::States,
    },
    parameters,
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of output.
    #[derive(Resource)]
    pub struct Output {
        /// Output gained per nat of capability at full adoption (χ).
        gain: f64 = 0.010, "1/nat", range 0.0..=1.0, plausible 0.002..=0.03 or null 0.0, assumption "about 1 % of output a year at full adoption and today's pace";
        /// How far below the world's frontier of the start a capability is worth nothing.
        reference_gap: f64 = 2.0, "nats", range 0.0..=50.0, plausible 0.0..=5.0, assumption "models of 2021 changed little";
    }
}

/// What the world could reach at the start.
#[derive(Resource, Clone, Debug, Default)]
pub struct Reference {
    /// Capability that is worth nothing, by domain, nats.
    pub capability: PerDomain,
    /// Adoption times access at the start, by state.
    pub at_start: Vec<f64>,
}

impl Mechanism for Output {
    const NAME: &'static str = "output";
    const MEANING: &'static str = "capability that is reached and adopted raises output";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Output, gain_output);
    }

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Output, grow);
    }
}

/// Adopted capability above the reference, weighted by what a nat is worth in each domain, nats.
pub fn adopted(worth: &[f64], adoption: &PerDomain, access: &PerDomain, reference: &PerDomain) -> f64 {
    worth.iter().enumerate().map(|(d, weight)| weight * adoption[d] * (access[d] - reference[d]).max(0.0)).sum()
}

/// Notes what the world can reach at the start.
pub fn set_reference(
    output: Res<Output>,
    geography: Res<Geography>,
    frontier: Res<Frontier>,
    mut reference: ResMut<Reference>,
    states: States<(&Penetration, &Access)>,
) {
    // A world without firms has no frontier, and stays at the origin.
    let at_start = best(&geography, &frontier.any.now.capability);
    reference.capability = at_start.map(|best| if best.is_finite() { best - output.reference_gap } else { 0.0 });
    reference.at_start = vec![0.0; geography.states];
    for (s, (penetration, access)) in states.iter() {
        let worth = &geography.in_output[s][..geography.domains];
        reference.at_start[s] = adopted(worth, &penetration.0, &access.now, &reference.capability);
    }
}

fn gain_output(
    output: Res<Output>,
    geography: Res<Geography>,
    reference: Res<Reference>,
    mut states: States<(&Penetration, &Access, &mut Economy)>,
) {
    for (s, (penetration, access, mut economy)) in states.iter_mut() {
        let worth = &geography.in_output[s][..geography.domains];
        let now = adopted(worth, &penetration.0, &access.now, &reference.capability);
        economy.effect = output.gain * (now - reference.at_start[s]);
    }
}

/// Least part of its output that policy leaves a state, whatever it pays for.
const LEFT_BY_POLICY: f64 = 0.1;

/// Output from trend, what AI adds, and what burdens take.
#[inline]
pub fn burdened(trend: f64, effect: f64, burden: &Burden) -> f64 {
    let output = trend * maths::exp(effect - burden.incidents - burden.shocks - burden.chips);
    (output - burden.policy_cost).max(LEFT_BY_POLICY * output)
}

/// Output at the end of the step: trend, what AI adds, and what is lost.
fn grow(
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    mut states: States<(&Traits, &Burden, &mut Economy)>,
) {
    let years = clock.years() + clock.per_step(1.0);
    for (s, (traits, burden, mut economy)) in states.iter_mut() {
        economy.before = economy.output;
        economy.trend = traits.0.gdp_billion_usd * maths::exp(traits.0.growth_per_year * years);
        economy.output = burdened(economy.trend, economy.effect, burden);
        faults.check(&clock, Output::NAME, "output", &geography.names[s], &[economy.output]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::MAX_DOMAINS;

    #[test]
    fn burdens_lower_output_and_none_leave_it_bit_for_bit() {
        let none = Burden::default();
        assert_eq!(burdened(512.3, 0.037, &none), 512.3 * maths::exp(0.037));
        let damaged = Burden { incidents: 0.01, shocks: 0.02, ..Burden::default() };
        assert!((burdened(100.0, 0.03, &damaged) - 100.0).abs() < 1e-12);
        let costly = Burden { policy_cost: 5.0, ..Burden::default() };
        assert_eq!(burdened(100.0, 0.0, &costly), 95.0);
        let ruinous = Burden { policy_cost: 500.0, ..Burden::default() };
        assert_eq!(burdened(100.0, 0.0, &ruinous), 10.0);
    }

    #[test]
    fn output_counts_adopted_capability_above_the_reference() {
        let mut adoption = [0.0; MAX_DOMAINS];
        (adoption[0], adoption[1]) = (0.5, 1.0);
        let mut access = [0.0; MAX_DOMAINS];
        (access[0], access[1]) = (2.0, 3.0);
        let reference = [-1.0; MAX_DOMAINS];
        assert_eq!(adopted(&[0.5, 0.5], &adoption, &access, &reference), 0.5 * 0.5 * 3.0 + 0.5 * 4.0);
        access[1] = -3.0;
        assert_eq!(adopted(&[0.5, 0.5], &adoption, &access, &reference), 0.5 * 0.5 * 3.0);
    }
}
