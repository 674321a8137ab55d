//! Research: how a firm learns on its own.
//!
//! z = (w D · u C η / C_ref)^λ · talent; A ← A + Δ (1 − c_σ σ) (1 − c_r r) g z/(1+z) · exp(ν ε − ν²/2), bounded in z so that
//! knowledge cannot blow up in finite time. σ is safety effort, r the protection of rights in domains that feed on personal data. Breakthroughs arrive with a world-wide hazard shared by effort (at most one a firm and step) and add Exponential(mean) nats in one domain.
//! The bounded form keeps the halving time of training compute (Ho et al. 2024) as its ceiling.

use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Focus, Hardware, Knowledge, Label, Precaution},
        geography::Geography,
        ledger::{Faults, Ledger},
        noise::{Draw, Key, Noise, Stream},
        phase::{Mechanism, MonthPlan, Phase},
        state::{Fleet, Levers, Traits},
        states::States,
    },
    parameters,
    scenario::{Lever, MAX_DOMAINS},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};

parameters! {
    /// Numbers of research.
    #[derive(Resource)]
    pub struct Research {
        /// Growth of algorithmic knowledge at unlimited effort (g_A).
        growth: f64 = 1.04, "nats/year", range 0.0..=5.0, plausible 0.6..=1.66 or null 0.0, figure "Ho et al. 2024 (arXiv:2403.05812): compute for a given capability halves in 8 months, 5 to 14";
        /// How effort rises with compute (λ).
        exponent: f64 = 0.5, "1", range 0.05..=1.0, plausible 0.3..=0.8, assumption "decreasing returns: ideas get harder to run in parallel";
        /// Research compute at which growth is half its ceiling (C_ref).
        reference_mh100e: f64 = 0.06, "MH100e", range 0.000001..=1000.0, plausible 0.02..=0.5, assumption "the largest clusters of 2024; chosen so that the frontier gains near 125 points a year";
        /// Spread of luck (ν): standard deviation of the log of a month's progress.
        luck: f64 = 0.8, "1", range 0.0..=3.0, plausible 0.4..=1.2 or null 0.0, assumption "labs of equal means differ widely in a month";
        /// Growth that full safety effort costs (c_σ).
        safety_cost: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.3..=1.0 or null 0.0, assumption "effort for safety is taken from the same people and compute";
        /// Growth that full protection of rights costs in a domain that feeds on personal data alone.
        rights_cost: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.0..=0.3 or null 0.0, assumption "consent and deletion make data scarcer";
        /// Breakthroughs in the whole world (h_B).
        breakthroughs_per_year: f64 = 1.5, "1/year", range 0.0..=100.0, plausible 0.5..=3.0 or null 0.0, assumption "transformer-like or reasoning-like steps since 2017";
        /// Mean size of a breakthrough (j_B).
        breakthrough_nats: f64 = 0.4, "nats", range 0.0..=10.0, plausible 0.2..=1.0 or null 0.0, assumption "a third of a year's progress at once";
    }
}

impl Mechanism for Research {
    const NAME: &'static str = "research";
    const MEANING: &'static str = "firms learn from their own research, steadily and in breakthroughs";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Research, (learn, break_through).chain());
    }

    fn register(world: &mut World) {
        world.register_required_components::<Character, Effort>();
        world.register_required_components::<Character, Streams>();
    }
}

/// Research effort of the step, summed over domains; sets its share of breakthroughs.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Effort(pub f64);

/// Luck in a step's progress, one number for each domain.
const LUCK: Draw = Draw::named("research/luck").places(MAX_DOMAINS);
/// Whether a breakthrough happens.
const BREAKTHROUGH: Draw = Draw::named("research/breakthrough");
/// Its size, and the domain it is in.
const BREAKTHROUGH_SIZE: Draw = Draw::named("research/breakthrough size and domain").places(2);

/// Where a firm stands in the draws that it makes in every step.
#[derive(Component, Clone, Debug, Default)]
struct Streams {
    luck: Stream,
    breakthrough: Stream,
}

impl Research {
    /// Spread of luck in a step, such that a month's progress varies as much whatever the step.
    pub fn spread(&self, clock: &Clock) -> f64 {
        let variance_per_month = maths::exp(self.luck * self.luck) - 1.0;
        maths::ln(1.0 + variance_per_month * clock.steps_per_month()).sqrt()
    }
}

/// Growth at effort `z`: half the ceiling at z = 1, never above it.
#[inline]
pub fn own_growth(ceiling: f64, z: f64) -> f64 {
    ceiling * z / (1.0 + z)
}

/// A firm that learns on its own.
#[derive(QueryData)]
#[query_data(mutable)]
struct Researcher {
    key: &'static Key,
    streams: &'static mut Streams,
    label: &'static Label,
    character: &'static Character,
    focus: &'static mut Focus,
    hardware: &'static Hardware,
    precaution: &'static Precaution,
    effort: &'static mut Effort,
    knowledge: &'static mut Knowledge,
}

/// Luck in a step's progress, worked out for all firms at once, which is faster than number by number.
#[derive(SystemParam)]
struct LuckOfAll<'w, 's> {
    noise: Noise<'w>,
    factors: Local<'s, Vec<f64>>,
}

impl LuckOfAll<'_, '_> {
    /// Factors on the progress of every firm in turn, one for each domain.
    fn draw(&mut self, firms: &mut Query<Researcher>, domains: usize, spread: f64) -> &[f64] {
        self.factors.resize(domains * firms.iter().len(), 0.0);
        for (mut firm, numbers) in firms.iter_mut().zip(self.factors.chunks_exact_mut(domains)) {
            firm.streams.luck.fill(&self.noise, LUCK, *firm.key, numbers);
        }
        factors_of_luck(&mut self.factors, spread);
        &self.factors
    }
}

fn learn(
    research: Res<Research>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    mut luck: LuckOfAll,
    states: States<(&Traits, &Fleet, &Levers)>,
    mut firms: Query<Researcher>,
) {
    let ln_usable = states.map(|(_, fleet, _)| fleet.ln_usable);
    let talent = states.map(|(.., levers)| 1.0 + levers.of(Lever::Talent));
    let rights = states.map(|(traits, ..)| research.rights_cost * traits.0.rights_protection);
    let ceiling = clock.per_step(research.growth);
    let ln_reference = maths::ln(research.reference_mh100e);
    let domains = geography.domains;
    let luck = luck.draw(&mut firms, domains, research.spread(&clock));
    for (firm, luck) in firms.iter_mut().zip(luck.chunks_exact(domains)) {
        let ResearcherItem { label, character, mut focus, hardware, precaution, mut effort, mut knowledge, .. } = firm;
        let home = character.home;
        let ln_compute = hardware.ln_research(character) + ln_usable[home] - ln_reference;
        let talent = character.talent * talent[home];
        let even = talent * maths::exp(research.exponent * ln_compute);
        let ceiling = ceiling * (1.0 - research.safety_cost * precaution.effort);
        let (returns, personal) = (&focus.returns(research.exponent)[..domains], &geography.personal[..domains]);
        let mut z = [0.0; MAX_DOMAINS];
        for d in 0..domains {
            z[d] = even * returns[d];
        }
        effort.0 = z[..domains].iter().sum();
        if research.growth > 0.0 {
            let knowledge = &mut knowledge.0[..domains];
            for d in 0..domains {
                let ceiling = ceiling * (1.0 - rights[home] * personal[d]);
                knowledge[d] += own_growth(ceiling, z[d]) * luck[d];
            }
        }
        faults.check(&clock, Research::NAME, "knowledge", &label.0, &knowledge.0);
    }
}

/// Uniform numbers become factors of mean 1 on progress, exp(ν ε − ν²/2), of spread ν.
fn factors_of_luck(uniforms: &mut [f64], spread: f64) {
    maths::normal_quantile_all(uniforms);
    for number in uniforms.iter_mut() {
        *number = spread * *number - 0.5 * spread * spread;
    }
    maths::exp_all(uniforms);
}

fn break_through(
    research: Res<Research>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    noise: Noise,
    mut ledger: ResMut<Ledger>,
    mut firms: Query<Researcher>,
) {
    let hazard = research.breakthroughs_per_year;
    let world: f64 = firms.iter().map(|firm| firm.effort.0).sum();
    if hazard == 0.0 || research.breakthrough_nats == 0.0 || world <= 0.0 {
        return;
    }
    for mut firm in &mut firms {
        let uniform = firm.streams.breakthrough.uniform(&noise, BREAKTHROUGH, *firm.key);
        let hazard = hazard * firm.effort.0 / world;
        // The probability 1 − exp(−hΔ) is below hΔ, which is seldom reached: that saves most exponentials.
        if uniform >= clock.per_step(hazard) || uniform >= clock.probability(hazard) {
            continue;
        }
        let mut luck = noise.of(BREAKTHROUGH_SIZE, *firm.key);
        let size = -research.breakthrough_nats * maths::ln(luck.uniform());
        let domain = domain_at(luck.uniform(), &firm.focus.weights[..geography.domains]);
        firm.knowledge.0[domain] += size;
        let state = &geography.names[firm.character.home];
        ledger.note(&clock, "breakthrough", &firm.label.0, state, Some(size), &geography.domain_names[domain]);
    }
}

/// The domain in which `uniform` falls, when the weights, which sum to 1, are laid end to end.
fn domain_at(uniform: f64, weights: &[f64]) -> usize {
    let mut below = 0.0;
    for (domain, weight) in weights.iter().enumerate() {
        below += weight;
        if uniform < below {
            return domain;
        }
    }
    weights.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_half_the_ceiling_at_effort_1_and_stays_below_it() {
        assert_eq!(own_growth(1.04, 1.0), 0.52);
        assert_eq!(own_growth(1.04, 0.0), 0.0);
        assert!(own_growth(1.04, 1e12) < 1.04);
    }

    #[test]
    fn domains_are_drawn_by_weight() {
        let weights = [0.25, 0.5, 0.25];
        assert_eq!([0.1, 0.25, 0.74, 0.76].map(|u| domain_at(u, &weights)), [0, 1, 1, 2]);
        assert_eq!(domain_at(1.0, &[0.5, 0.5 - 1e-9]), 1);
    }
}
