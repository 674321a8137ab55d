//! Diffusion: how knowledge and models spread between firms.
//!
//! A ← A + Δ a [φ_o max(0, O − A) + φ_c max(0, P − A) + φ_h max(0, H − A)] for knowledge, and
//! K ← K + Δ a [ξ_o max(0, O^K − δ_o − K) + ξ_c max(0, P^K − δ_c − K)] for capability (fine-tuning open weights, distilling
//! closed services). O is the best in an open release, P in any release, H among firms of the same home state. Across a
//! border each rate is multiplied by the border's openness, and the border with the strongest pull counts. Absorptive
//! capacity a (Cohen and Levinthal 1990) grows as da = ψ a (1 − a) × activity, in its exact logistic step.

use super::Mechanism;
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Capability, Character, Knowledge, Label},
        geography::{Geography, PerDomain, PerState},
        ledger::Faults,
        month::{MonthPlan, Phase},
        relations::Relations,
        release::{Frontier, Levels},
        state::{Absorption, StateIndex, Traits},
    },
    parameters,
    scenario::{MAX_DOMAINS, MAX_STATES},
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of diffusion.
    #[derive(Resource)]
    pub struct Diffusion {
        /// Rate at which knowledge flows from open releases (φ_o).
        phi_open: f64 = 1.5, "1/year", range 0.0..=12.0, plausible 0.5..=3.0 or null 0.0, assumption "papers with weights and code are absorbed within a year";
        /// Rate at which knowledge flows from any release (φ_c): staff, leaks, reverse engineering.
        phi_closed: f64 = 0.25, "1/year", range 0.0..=12.0, plausible 0.05..=0.8 or null 0.0, assumption "slower than open knowledge by several times";
        /// Factor on every state's own rate of diffusion at home (φ_h).
        home_scale: f64 = 1.0, "1", range 0.0..=12.0, plausible 0.0..=2.0 or null 0.0, assumption "the rates stand with the states: home_diffusion_per_year";
        /// Rate at which capability catches up by building on open weights (ξ_o).
        xi_open: f64 = 5.0, "1/year", range 0.0..=12.0, plausible 2.0..=8.0 or null 0.0, assumption "fine-tunes of a new open model appear within months";
        /// Rate at which capability catches up by distilling closed services (ξ_c).
        xi_closed: f64 = 4.0, "1/year", range 0.0..=12.0, plausible 1.0..=6.0 or null 0.0, assumption "training on outputs was common by 2023";
        /// What is lost in building on open weights (δ_o).
        loss_open: f64 = 0.1, "nats", range 0.0..=10.0, plausible 0.0..=1.0, assumption "copies are a little worse";
        /// What is lost in distilling (δ_c).
        loss_closed: f64 = 0.5, "nats", range 0.0..=10.0, plausible 0.0..=2.0, assumption "outputs show less than weights";
        /// Age at which an open release can be built on (τ).
        lag_open_months: u32 = 2, "months", range 1..=60, plausible 1..=6, assumption "first derivatives take weeks";
        /// Age at which any release can be learned from (τ_c).
        lag_closed_months: u32 = 2, "months", range 1..=60, plausible 1..=12, assumption "a service must be out to be distilled";
        /// Factor on the openness of every border.
        border_openness: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "the borders' own openness stands in [[borders]]";
        /// Growth of absorptive capacity at the start's level of activity (ψ_a).
        absorption_growth: f64 = 2.0, "1/year", range 0.0..=12.0, plausible 0.5..=3.0 or null 0.0, assumption "China went from far behind to close within two years";
    }
}

impl Mechanism for Diffusion {
    const NAME: &'static str = "diffusion";
    const MEANING: &'static str =
        "knowledge and capability spread from open and closed releases and between neighbours";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Research, (diffuse, absorb).chain());
    }
}

/// Absorptive capacity a year-fraction later: the exact step of da/dt = rate · a (1 − a), given rate times time.
///
/// ```
/// use redqueen::model::mechanisms::diffusion::logistic_step;
/// assert!((logistic_step(0.5, 3.0_f64.ln()) - 0.75).abs() < 1e-15);
/// ```
pub fn logistic_step(capacity: f64, rate_times_time: f64) -> f64 {
    if rate_times_time == 0.0 {
        return capacity;
    }
    capacity / (capacity + (1.0 - capacity) * maths::exp(-rate_times_time))
}

/// The gap in nats at which a follower stays that gains `own` by itself and the part `learned` of its gap to a leader who gains
/// `leader`, all per the same time: the steady state of gap' = leader − own − learned · gap (Nelson and Phelps 1966).
///
/// ```
/// use redqueen::model::mechanisms::diffusion::steady_gap;
/// assert_eq!(steady_gap(1.0, 0.5, 0.25), 2.0);
/// ```
pub fn steady_gap(leader: f64, own: f64, learned: f64) -> f64 {
    (leader - own) / learned
}

/// The best that a firm can learn from through borders of one openness.
struct Source {
    openness: f64,
    open: Best,
    any: Best,
}

/// The best levels of some homes, by domain.
struct Best {
    knowledge: PerDomain,
    capability: PerDomain,
}

impl Best {
    const NONE: Self =
        Self { knowledge: [f64::NEG_INFINITY; MAX_DOMAINS], capability: [f64::NEG_INFINITY; MAX_DOMAINS] };

    fn raise(&mut self, levels: &Levels, home: usize) {
        for d in 0..MAX_DOMAINS {
            self.knowledge[d] = maths::larger(self.knowledge[d], levels.knowledge[home][d]);
            self.capability[d] = maths::larger(self.capability[d], levels.capability[home][d]);
        }
    }
}

/// What firms at home in `own` can learn from. Behind borders of equal openness only the best counts.
fn sources(
    geography: &Geography,
    relations: &Relations,
    border_openness: f64,
    open: &Levels,
    any: &Levels,
    own: usize,
) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for home in geography.each_state().filter(|&home| any.knowledge[home][0] > f64::NEG_INFINITY) {
        let openness = if home == own { 1.0 } else { relations.openness[own][home] * border_openness };
        if openness <= 0.0 {
            continue;
        }
        let place = sources.iter().position(|source| source.openness == openness).unwrap_or_else(|| {
            sources.push(Source { openness, open: Best::NONE, any: Best::NONE });
            sources.len() - 1
        });
        sources[place].open.raise(open, home);
        sources[place].any.raise(any, home);
    }
    sources
}

/// The strongest pull of any source on a firm, by domain: openness × how far the source's level, less what is lost on the
/// way, is ahead of the firm's own.
#[inline]
fn pull(sources: &[Source], level: impl Fn(&Source) -> &PerDomain, loss: f64, own: &PerDomain) -> PerDomain {
    let mut strongest = [0.0; MAX_DOMAINS];
    for source in sources {
        let level = level(source);
        for d in 0..MAX_DOMAINS {
            strongest[d] = maths::larger(strongest[d], source.openness * (level[d] - (own[d] + loss)));
        }
    }
    strongest
}

fn diffuse(
    diffusion: Res<Diffusion>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    relations: Res<Relations>,
    frontier: Res<Frontier>,
    mut faults: ResMut<Faults>,
    states: Query<(&StateIndex, &Absorption, &Traits)>,
    mut firms: Query<(&Label, &Character, &mut Knowledge, &mut Capability)>,
) {
    let open = frontier.open.lagged(clock.steps(diffusion.lag_open_months));
    let any = frontier.any.lagged(clock.steps(diffusion.lag_closed_months));
    let home_best =
        best_at_home(&geography, firms.iter().map(|(_, character, knowledge, _)| (character.home, &knowledge.0)));
    let mut absorption: PerState = [0.0; MAX_STATES];
    let mut home_rate: PerState = [0.0; MAX_STATES];
    for (index, absorbed, traits) in &states {
        absorption[index.0] = clock.per_step(absorbed.0);
        home_rate[index.0] = traits.0.home_diffusion_per_year * diffusion.home_scale;
    }
    let sources: Vec<_> = geography
        .each_state()
        .map(|own| sources(&geography, &relations, diffusion.border_openness, open, any, own))
        .collect();
    for (label, character, mut knowledge, mut capability) in &mut firms {
        let (home, from) = (character.home, &sources[character.home]);
        let knows_open = pull(from, |source| &source.open.knowledge, 0.0, &knowledge.0);
        let knows_any = pull(from, |source| &source.any.knowledge, 0.0, &knowledge.0);
        let builds_on = pull(from, |source| &source.open.capability, diffusion.loss_open, &capability.0);
        let distils = pull(from, |source| &source.any.capability, diffusion.loss_closed, &capability.0);
        for d in geography.each_domain() {
            knowledge.0[d] += absorption[home]
                * (diffusion.phi_open * knows_open[d]
                    + diffusion.phi_closed * knows_any[d]
                    + home_rate[home] * (home_best[home][d] - knowledge.0[d]).max(0.0));
            capability.0[d] += absorption[home] * (diffusion.xi_open * builds_on[d] + diffusion.xi_closed * distils[d]);
        }
        faults.check(&clock, Diffusion::NAME, "knowledge", &label.0, &knowledge.0);
        faults.check(&clock, Diffusion::NAME, "capability", &label.0, &capability.0);
    }
}

fn best_at_home<'a>(
    geography: &Geography,
    firms: impl Iterator<Item = (usize, &'a PerDomain)>,
) -> [PerDomain; MAX_STATES] {
    let mut best = [[f64::NEG_INFINITY; MAX_DOMAINS]; MAX_STATES];
    for (home, knowledge) in firms {
        for d in geography.each_domain() {
            best[home][d] = maths::larger(best[home][d], knowledge[d]);
        }
    }
    best
}

/// Firms at home at the start of the run: the level to which activity is compared.
#[derive(Resource, Clone, Debug, Default)]
pub struct FirmsAtStart(pub PerState);

fn absorb(
    diffusion: Res<Diffusion>,
    clock: Res<Clock>,
    at_start: Res<FirmsAtStart>,
    firms: Query<&Character>,
    mut states: Query<(&StateIndex, &mut Absorption)>,
) {
    let mut active: PerState = [0.0; MAX_STATES];
    for character in &firms {
        active[character.home] += 1.0;
    }
    for (index, mut absorbed) in &mut states {
        let activity = active[index.0] / at_start.0[index.0].max(1.0);
        absorbed.0 = logistic_step(absorbed.0, clock.per_step(diffusion.absorption_growth * activity));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_border_counts_and_nobody_is_pulled_down() {
        let source = |openness, level| {
            let best = || Best { knowledge: [level; MAX_DOMAINS], capability: [level; MAX_DOMAINS] };
            Source { openness, open: best(), any: best() }
        };
        let strongest =
            |sources: &[Source], own| pull(sources, |source| &source.any.knowledge, 0.0, &[own; MAX_DOMAINS])[0];
        assert_eq!(strongest(&[source(0.5, 4.0), source(1.0, 3.0)], 1.0), 2.0);
        assert_eq!(strongest(&[source(0.9, 4.0), source(1.0, 3.0)], 1.0), 2.7);
        assert_eq!(strongest(&[source(0.5, 4.0), source(1.0, f64::NEG_INFINITY)], 5.0), 0.0);
        let lossy = pull(&[source(0.5, 4.0)], |source| &source.open.capability, 1.0, &[1.0; MAX_DOMAINS]);
        assert_eq!(lossy, [1.0; MAX_DOMAINS]);
    }

    #[test]
    fn homes_behind_equal_borders_are_one_source() {
        let baseline = crate::baseline();
        let geography = Geography::new(&baseline);
        let mut relations = Relations::new(&baseline, &geography);
        relations.openness = [[1.0; MAX_STATES]; MAX_STATES];
        relations.openness[0][1] = 0.0;
        relations.openness[0][2] = 0.5;
        let mut levels = Levels::default();
        for home in 0..5 {
            levels.raise(home, &[home as f64; MAX_DOMAINS], &[-(home as f64); MAX_DOMAINS]);
        }
        let sources = sources(&geography, &relations, 1.0, &Levels::default(), &levels, 0);
        let seen: Vec<_> =
            sources.iter().map(|source| (source.openness, source.any.knowledge[0], source.any.capability[0])).collect();
        assert_eq!(seen, [(1.0, 4.0, 0.0), (0.5, 2.0, -2.0)]);
        assert_eq!(sources[0].open.knowledge[0], f64::NEG_INFINITY);
    }

    #[test]
    fn absorptive_capacity_grows_logistically_and_not_at_rate_0() {
        assert_eq!(logistic_step(0.3, 0.0), 0.3);
        assert_eq!(logistic_step(1.0, 2.0), 1.0);
        let halves = logistic_step(logistic_step(0.1, 0.5), 0.5);
        assert!((halves - logistic_step(0.1, 1.0)).abs() < 1e-15);
    }
}
