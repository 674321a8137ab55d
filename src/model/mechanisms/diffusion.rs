//! Diffusion: how knowledge and models spread between firms.
//!
//! A ← A + Δ a [φ_o max(0, O − A) + φ_c max(0, P − A) + φ_h max(0, H − A)] for knowledge, and
//! K ← K + Δ a [ξ_o max(0, O^K − δ_o − K) + ξ_c max(0, P^K − δ_c − K)] for capability (fine-tuning open weights, distilling
//! closed services). O is the best in an open release, P in any release, H among firms of the same home state. Across a
//! border each rate is multiplied by the border's openness, and the border with the strongest pull counts. Absorptive
//! capacity a (Cohen and Levinthal 1990) grows as da = ψ a (1 − a) × activity, in its exact logistic step.

use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Capability, Character, Knowledge, Label},
        geography::{Geography, PerDomain, PerState},
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::Relations,
        release::{Frontier, Levels},
        state::{Absorption, Levers, Traits},
        states::{StateId, States},
    },
    parameters,
    scenario::{Lever, MAX_DOMAINS, MAX_STATES},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};

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
        loss_closed: f64 = 0.3, "nats", range 0.0..=10.0, plausible 0.0..=2.0, assumption "outputs show less than weights";
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

/// Kinds of levels that pull: knowledge in open and in any releases, capability in open and in any.
const KINDS: usize = 4;
type Best = [PerDomain; KINDS];

/// The best that a firm can learn from through borders of one openness.
#[derive(Clone, Debug)]
struct BorderBest {
    openness: f64,
    best: Best,
}

/// The sources of every state, one state after the other.
#[derive(Default)]
struct Sources {
    all: Vec<BorderBest>,
    ends: [usize; MAX_STATES + 1],
}

impl Sources {
    fn of(&self, own: StateId) -> &[BorderBest] {
        &self.all[self.ends[own]..self.ends[own.place() + 1]]
    }

    /// Finds what firms at home in each state can learn from.
    fn find(
        &mut self,
        geography: &Geography,
        relations: &Relations,
        border_openness: f64,
        open: &Levels,
        any: &Levels,
    ) {
        self.all.clear();
        for own in geography.each_state() {
            self.ends[own] = self.all.len();
            for home in geography.each_state().filter(|&home| any.knowledge[home][0] > f64::NEG_INFINITY) {
                let openness = if home == own { 1.0 } else { relations.openness[own][home] * border_openness };
                if openness > 0.0 {
                    let levels =
                        [&open.knowledge[home], &any.knowledge[home], &open.capability[home], &any.capability[home]];
                    self.add(self.ends[own], openness, levels);
                }
            }
            self.ends[own.place() + 1] = self.all.len();
        }
    }

    /// Takes in a home behind a border. Behind borders of equal openness only the best counts, and who is nowhere ahead of
    /// those behind a border as open or more is not needed: whoever they pull is pulled more by the others.
    fn add(&mut self, first: usize, openness: f64, levels: [&PerDomain; KINDS]) {
        let sources = &mut self.all[first..];
        let ahead = |source: &BorderBest| {
            let mut ahead = false;
            for (best, level) in source.best.iter().zip(levels) {
                for d in 0..MAX_DOMAINS {
                    ahead |= level[d] > best[d];
                }
            }
            ahead
        };
        if sources.iter().any(|source| source.openness >= openness && !ahead(source)) {
            return;
        }
        match sources.iter_mut().find(|source| source.openness == openness) {
            None => self.all.push(BorderBest { openness, best: levels.map(|level| *level) }),
            Some(source) => {
                for (best, level) in source.best.iter_mut().zip(levels) {
                    for d in 0..MAX_DOMAINS {
                        best[d] = maths::larger(best[d], level[d]);
                    }
                }
            }
        }
    }
}

/// The strongest pull of any source on a firm, by kind and domain: openness × how far the source's level is ahead of what
/// is `needed` for it to pull, the firm's own level and what is lost on the way.
#[inline]
fn pull(sources: &[BorderBest], needed: &Best) -> Best {
    let mut strongest = [[0.0; MAX_DOMAINS]; KINDS];
    for source in sources {
        for kind in 0..KINDS {
            for d in 0..MAX_DOMAINS {
                let pull = source.openness * (source.best[kind][d] - needed[kind][d]);
                strongest[kind][d] = maths::larger(strongest[kind][d], pull);
            }
        }
    }
    strongest
}

/// What there is to learn from in the world.
#[derive(SystemParam)]
struct Surroundings<'w, 's> {
    geography: Res<'w, Geography>,
    relations: Res<'w, Relations>,
    frontier: Res<'w, Frontier>,
    states: States<'w, 's, (&'static Absorption, &'static Traits)>,
}

/// A firm that learns from others.
#[derive(QueryData)]
#[query_data(mutable)]
struct Learner {
    label: &'static Label,
    character: &'static Character,
    knowledge: &'static mut Knowledge,
    capability: &'static mut Capability,
}

fn diffuse(
    diffusion: Res<Diffusion>,
    clock: Res<Clock>,
    surroundings: Surroundings,
    mut faults: ResMut<Faults>,
    mut sources: Local<Sources>,
    mut firms: Query<Learner>,
) {
    let Surroundings { geography, relations, frontier, states } = surroundings;
    let open = frontier.open.lagged(clock.steps(diffusion.lag_open_months));
    let any = frontier.any.lagged(clock.steps(diffusion.lag_closed_months));
    let home_best = best_at_home(&geography, firms.iter().map(|firm| (firm.character.home, &firm.knowledge.0)));
    let absorption = states.map(|(absorption, _)| clock.per_step(absorption.0));
    let home_rate = states.map(|(_, traits)| traits.0.home_diffusion_per_year * diffusion.home_scale);
    sources.find(&geography, &relations, diffusion.border_openness, open, any);
    for LearnerItem { label, character, mut knowledge, mut capability } in &mut firms {
        let home = character.home;
        let needed = [
            knowledge.0,
            knowledge.0,
            capability.0.map(|own| own + diffusion.loss_open),
            capability.0.map(|own| own + diffusion.loss_closed),
        ];
        let [knows_open, knows_any, builds_on, distils] = pull(sources.of(home), &needed);
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
    firms: impl Iterator<Item = (StateId, &'a PerDomain)>,
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
    mut states: States<(&Levers, &mut Absorption)>,
) {
    let mut active: PerState = [0.0; MAX_STATES];
    for character in &firms {
        active[character.home] += 1.0;
    }
    for (s, (levers, mut absorption)) in states.iter_mut() {
        let talent = 1.0 + levers.of(Lever::Talent);
        let activity = talent * active[s] / at_start.0[s].max(1.0);
        absorption.0 = logistic_step(absorption.0, clock.per_step(diffusion.absorption_growth * activity));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_border_counts_and_nobody_is_pulled_down() {
        let source = |openness, level| BorderBest { openness, best: [[level; MAX_DOMAINS]; KINDS] };
        let strongest = |sources: &[BorderBest], own| pull(sources, &[[own; MAX_DOMAINS]; KINDS])[1][0];
        assert_eq!(strongest(&[source(0.5, 4.0), source(1.0, 3.0)], 1.0), 2.0);
        assert_eq!(strongest(&[source(0.9, 4.0), source(1.0, 3.0)], 1.0), 2.7);
        assert_eq!(strongest(&[source(0.5, 4.0), source(1.0, f64::NEG_INFINITY)], 5.0), 0.0);
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
            levels.raise(StateId::new(home), &[home as f64; MAX_DOMAINS], &[-(home as f64); MAX_DOMAINS]);
        }
        let mut sources = Sources::default();
        sources.find(&geography, &relations, 1.0, &Levels::default(), &levels);
        let seen: Vec<_> = sources
            .of(StateId::new(0))
            .iter()
            .map(|source| (source.openness, source.best[1][0], source.best[3][0]))
            .collect();
        assert_eq!(seen, [(1.0, 4.0, 0.0), (0.5, 2.0, -2.0)]);
        assert_eq!(sources.of(StateId::new(0))[0].best[0][0], f64::NEG_INFINITY);
    }

    #[test]
    fn who_is_nowhere_ahead_behind_a_less_open_border_is_left_out() {
        let level = |level| [level; MAX_DOMAINS];
        let mut sources = Sources::default();
        for (openness, known) in [(0.9, 3.0), (0.5, 2.0), (0.4, 4.0)] {
            sources.add(0, openness, [&level(known); KINDS]);
        }
        let seen: Vec<_> = sources.all.iter().map(|source| source.openness).collect();
        assert_eq!(seen, [0.9, 0.4]);
    }

    #[test]
    fn absorptive_capacity_grows_logistically_and_not_at_rate_0() {
        assert_eq!(logistic_step(0.3, 0.0), 0.3);
        assert_eq!(logistic_step(1.0, 2.0), 1.0);
        let halves = logistic_step(logistic_step(0.1, 0.5), 0.5);
        assert!((halves - logistic_step(0.1, 1.0)).abs() < 1e-15);
    }
}
