//! Diffusion: how knowledge and models spread between firms.
//!
//! A ← A + Δ a_i [φ_o max(0, O − A) + φ_c max(0, P − A) + φ_h max(0, H − A)] for knowledge, and
//! K ← K + M, M = Δ a_i [ξ_o max(0, O^K − δ_o − χ x_o − K) + ξ_c max(0, P^K − δ_c − χ x_c − K)] for capability (fine-tuning open
//! weights, distilling closed services). O is the best in an open release, P in any release, H among firms of the same home
//! state. Across a border each rate is multiplied by the border's openness, and the border with the strongest pull counts. A rule
//! on `models` lets only the part 1 − x (1 − ℓ) of what closed services show through to firms of the state that it is aimed at.
//! What a home's endowment adds to its models is left out of both sides: data and devices at home are not copied.
//!
//! A copy has a ceiling: x = max(0, c_source − c) is how many nats more compute stood behind the source than the copier has, and
//! each costs χ. What is copied beyond own ideas is kept (B): B ← max(0, B − L) + k M, with L what diffusion adds to
//! knowledge in the step; training stands on it. Absorption a_i = a z/(z + h max z) takes own effort z (Cohen and Levinthal 1990).
//! The absorptive capacity a of an ecosystem grows as da = ψ a (1 − a) × activity, in its exact logistic step.

use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Capability, Character, Copied, Knowledge, Label},
        geography::{Geography, PerDomain, PerState},
        ledger::Faults,
        mechanisms::research::{Effort, Efforts, migration::Talents},
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Barriers, Relations},
        release::{Frontier, Levels},
        state::{Absorption, Levers, Traits},
        states::{StateId, States},
    },
    parameters,
    scenario::{Goods, Lever, MAX_DOMAINS, MAX_STATES},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};

parameters! {
    /// Numbers of diffusion.
    #[derive(Resource)]
    pub struct Diffusion {
        /// Rate at which knowledge flows from open releases beyond that from any (φ_o): weights and code can be taken apart.
        phi_open: f64 = 0.0, "1/year", range 0.0..=12.0, plausible 0.0..=1.5 or null 0.0, assumption "what open weights teach beyond what is copied of them is not known; the gaps of 2023 and 2024 come about without it";
        /// Rate at which knowledge flows from any release (φ_c): papers, staff, leaks, reverse engineering.
        phi_closed: f64 = 0.3, "1/year", range 0.0..=12.0, plausible 0.05..=0.8 or null 0.0, assumption "ideas take one to several years to be understood and used elsewhere; weights and outputs, which go faster, are what the rates of copying stand for";
        /// Factor on every state's own rate of diffusion at home (φ_h).
        home_scale: f64 = 1.0, "1", range 0.0..=12.0, plausible 0.0..=2.0 or null 0.0, assumption "the rates stand with the states: home_diffusion_per_year";
        /// Rate at which capability catches up by building on open weights (ξ_o).
        xi_open: f64 = 5.3, "1/year", range 0.0..=12.0, plausible 2.0..=8.0 or null 0.0, calibrated "90 % of the posterior rating-gap: 3.0 to 7.9; fine-tunes of a new open model appear within months";
        /// Rate at which capability catches up by distilling closed services (ξ_c).
        xi_closed: f64 = 5.3, "1/year", range 0.0..=12.0, plausible 1.0..=8.0 or null 0.0, calibrated "90 % of the posterior rating-gap, one value for both: 3.0 to 7.9; training on outputs was common by 2023";
        /// What is lost in building on open weights (δ_o).
        loss_open: f64 = 0.1, "nats", range 0.0..=10.0, plausible 0.0..=1.0, assumption "copies are a little worse";
        /// What is lost in distilling (δ_c).
        loss_closed: f64 = 0.03, "nats", range 0.0..=10.0, plausible 0.0..=1.0, assumption "outputs show less than weights; most of what is lost is lost for want of compute";
        /// What each nat of compute that the source has more costs a copy (χ).
        ceiling: f64 = 0.34, "nats/nat", range 0.0..=2.0, plausible 0.05..=0.4 or null 0.0, assumption "a smaller model holds less of what a larger one can do; near the median of a fit that takes 6 % of its variance";
        /// Part of what is copied beyond own ideas that later training stands on (k).
        kept: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.5..=1.0 or null 0.0, assumption "weights and data sets stay";
        /// Effort, as a share of the highest in the world, at which a firm absorbs half of what its surroundings let it (h).
        half_effort: f64 = 0.15, "1", range 0.0..=100.0, plausible 0.05..=0.5 or null 0.0, assumption "who does no research cannot use that of others (Cohen and Levinthal 1990)";
        /// Age at which an open release can be built on (τ).
        lag_open_months: u32 = 2, "months", range 1..=60, plausible 1..=6, assumption "first derivatives take weeks";
        /// Age at which any release can be learned from (τ_c).
        lag_closed_months: u32 = 2, "months", range 1..=60, plausible 1..=12, assumption "a service must be out to be distilled";
        /// Factor on the openness of every border.
        border_openness: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "the borders' own openness stands in [[borders]]";
        /// Growth of absorptive capacity at the start's level of activity (ψ_a).
        absorption_growth: f64 = 3.2, "1/year", range 0.0..=12.0, plausible 0.5..=5.0 or null 0.0, calibrated "the rating gap of 2023 and 2024: China went from far behind to close within two years";
    }
}

impl Mechanism for Diffusion {
    const NAME: &'static str = "diffusion";
    const MEANING: &'static str =
        "knowledge and capability spread from open and closed releases and between neighbours";
    const FIXED: &'static [&'static str] = &["lag_open_months", "lag_closed_months"];

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

/// Steady gap in nats of a copier behind a leader, from K' = g_i + a ξ o (K_L(t − τ) − δ − χ ln(C_L/C_i) − K) with what is copied
/// kept: δ + g_L τ + χ ln(C_L/C_i) + (g_L − g_i)/(a ξ o), all per the same time.
///
/// ```
/// use redqueen::model::mechanisms::diffusion::{Copying, copying_gap};
/// let copying = Copying { loss: 0.1, lag: 0.25, ceiling: 0.3, rate: 2.0 };
/// let gap = copying_gap(1.0, 0.5, 2.0, &copying);
/// assert!((gap - (0.1 + 0.25 + 0.6 + 0.25)).abs() < 1e-12);
/// ```
pub fn copying_gap(leader: f64, own: f64, ln_compute_ratio: f64, copying: &Copying) -> f64 {
    let Copying { loss, lag, ceiling, rate } = copying;
    loss + leader * lag + ceiling * ln_compute_ratio + (leader - own) / rate
}

/// How a firm copies.
#[derive(Clone, Copy, Debug)]
pub struct Copying {
    /// What is lost in copying (δ), nats.
    pub loss: f64,
    /// Age at which a release is copied (τ).
    pub lag: f64,
    /// What each nat of compute less costs (χ).
    pub ceiling: f64,
    /// Part of the gap that is copied in a unit of time (a ξ o).
    pub rate: f64,
}

/// Kinds of levels that pull: those in open and in any releases.
const KINDS: usize = 2;
/// The kind of all releases.
const ANY: usize = 1;

/// What firms can learn from in the releases of one home.
#[derive(Clone, Debug)]
struct Source {
    home: StateId,
    /// Whether it is its open releases (0) or all of them (1).
    kind: usize,
    /// Whether a rule on models can keep it from firms elsewhere.
    bound: bool,
    knowledge: PerDomain,
    /// Capability less what the home's endowment and copying take off.
    capability: PerDomain,
    ln_compute: PerDomain,
}

/// Finds what there is to learn from. Where rules keep closed services from some, what open models of the same age show (`shown`)
/// stands beside them.
fn find_sources(
    sources: &mut Vec<Source>,
    geography: &Geography,
    diffusion: &Diffusion,
    levels: [&Levels; KINDS],
    shown: Option<&Levels>,
) {
    let loss = [diffusion.loss_open, diffusion.loss_closed];
    sources.clear();
    for home in geography.each_state() {
        for (kind, levels) in levels.into_iter().enumerate() {
            // A release sets all domains at once.
            if levels.knowledge[home][0] > f64::NEG_INFINITY {
                let portable = |d: usize| levels.capability[home][d] - geography.endowment[home][d] - loss[kind];
                // What teaches no more than any release needs no arithmetic.
                let teaches = kind == ANY || diffusion.phi_open > 0.0;
                sources.push(Source {
                    home,
                    kind,
                    bound: kind == ANY && shown.is_some(),
                    knowledge: if teaches { levels.knowledge[home] } else { [f64::NEG_INFINITY; MAX_DOMAINS] },
                    capability: std::array::from_fn(portable),
                    ln_compute: levels.ln_compute[home],
                });
            }
        }
        if let Some(shown) = shown.filter(|shown| shown.knowledge[home][0] > f64::NEG_INFINITY) {
            let portable = |d: usize| shown.capability[home][d] - geography.endowment[home][d] - loss[ANY];
            sources.push(Source {
                home,
                kind: ANY,
                bound: false,
                knowledge: [f64::NEG_INFINITY; MAX_DOMAINS],
                capability: std::array::from_fn(portable),
                ln_compute: shown.ln_compute[home],
            });
        }
    }
}

/// The strongest pull of any source, by kind and domain: openness × how far the source is ahead.
#[derive(Clone, Debug, Default)]
struct Pull {
    knowledge: [PerDomain; KINDS],
    capability: [PerDomain; KINDS],
}

/// Part of what closed services show that rules let through to firms of each state, then by home of the service.
fn passes(barriers: &Barriers) -> [PerState; MAX_STATES] {
    let mut passes = [[1.0; MAX_STATES]; MAX_STATES];
    for rule in barriers.flows.iter().filter(|rule| rule.goods == Goods::Models) {
        passes[rule.against][rule.by.place()] = 1.0 - rule.rigour.stopped();
    }
    passes
}

/// Whether a level is above another in any domain.
#[inline]
fn any_above(levels: &PerDomain, others: &PerDomain) -> bool {
    levels.iter().zip(others).fold(false, |any, (level, other)| any | (level > other))
}

/// The pull on a firm that knows and can do so much (its home's endowment taken off), of compute e^c, from sources behind borders
/// of some openness. A source that is nowhere ahead pulls nobody, so it needs no arithmetic. Of what rules bind (`passes`, by home) lets a part
/// through.
#[inline]
fn pull<'a>(
    sources: impl Iterator<Item = (f64, &'a Source)>,
    passes: &PerState,
    knowledge: &PerDomain,
    capability: &PerDomain,
    ln_compute: f64,
    ceiling: f64,
) -> Pull {
    let mut strongest = Pull::default();
    for (openness, source) in sources {
        if any_above(&source.knowledge, knowledge) {
            let strongest = &mut strongest.knowledge[source.kind];
            for d in 0..MAX_DOMAINS {
                strongest[d] = maths::larger(strongest[d], openness * (source.knowledge[d] - knowledge[d]));
            }
        }
        if any_above(&source.capability, capability) {
            let strongest = &mut strongest.capability[source.kind];
            let served = if source.bound { openness * passes[source.home] } else { openness };
            for d in 0..MAX_DOMAINS {
                let short = ceiling * maths::larger(source.ln_compute[d] - ln_compute, 0.0);
                let ahead = served * (source.capability[d] - short - capability[d]);
                strongest[d] = maths::larger(strongest[d], ahead);
            }
        }
    }
    strongest
}

/// Part of what its surroundings let it absorb that a firm of effort `own` takes in: z/(z + h max z); all at h = 0.
#[inline]
fn absorbed(own: f64, half_effort: f64, highest: f64) -> f64 {
    if half_effort > 0.0 && highest > 0.0 { own / (own + half_effort * highest) } else { 1.0 }
}

/// What there is to learn from in the world.
#[derive(SystemParam)]
struct Surroundings<'w, 's> {
    geography: Res<'w, Geography>,
    relations: Res<'w, Relations>,
    barriers: Res<'w, Barriers>,
    frontier: Res<'w, Frontier>,
    efforts: Res<'w, Efforts>,
    states: States<'w, 's, (&'static Absorption, &'static Traits)>,
}

/// A firm that learns from others.
#[derive(QueryData)]
#[query_data(mutable)]
struct Learner {
    label: &'static Label,
    character: &'static Character,
    effort: &'static Effort,
    knowledge: &'static mut Knowledge,
    capability: &'static mut Capability,
    copied: &'static mut Copied,
}

fn diffuse(
    diffusion: Res<Diffusion>,
    clock: Res<Clock>,
    surroundings: Surroundings,
    mut faults: ResMut<Faults>,
    mut sources: Local<Vec<Source>>,
    mut firms: Query<Learner>,
) {
    let Surroundings { geography, relations, barriers, frontier, efforts, states } = surroundings;
    // A release counts as a month old in the month after its own, in steps of whatever length.
    let open = frontier.open.before(clock.steps(diffusion.lag_open_months - 1));
    let any = frontier.any.before(clock.steps(diffusion.lag_closed_months - 1));
    let home_best = best_at_home(&geography, firms.iter().map(|firm| (firm.character.home, &firm.knowledge.0)));
    let absorption = states.map(|(absorption, _)| clock.per_step(absorption.0));
    let home_rate = states.map(|(_, traits)| traits.0.home_diffusion_per_year * diffusion.home_scale);
    let shown = frontier.open.before(clock.steps(diffusion.lag_closed_months - 1));
    let shown = barriers.rules_on(Goods::Models).then_some(shown);
    let passes = passes(&barriers);
    find_sources(&mut sources, &geography, &diffusion, [open, any], shown);
    for LearnerItem { label, character, effort, mut knowledge, mut capability, mut copied } in &mut firms {
        let home = character.home;
        let absorption = absorption[home] * absorbed(effort.own, diffusion.half_effort, efforts.highest);
        let portable: PerDomain = std::array::from_fn(|d| capability.0[d] - geography.endowment[home][d]);
        let openness = |other: StateId| {
            if other == home { 1.0 } else { relations.openness[home][other] * diffusion.border_openness }
        };
        let reached = sources.iter().map(|source| (openness(source.home), source));
        let pull = pull(reached, &passes[home], &knowledge.0, &portable, effort.ln_compute, diffusion.ceiling);
        for d in geography.each_domain() {
            let learned = absorption
                * (diffusion.phi_open * pull.knowledge[0][d]
                    + diffusion.phi_closed * pull.knowledge[ANY][d]
                    + home_rate[home] * (home_best[home][d] - knowledge.0[d]).max(0.0));
            let built =
                absorption * (diffusion.xi_open * pull.capability[0][d] + diffusion.xi_closed * pull.capability[1][d]);
            knowledge.0[d] += learned;
            capability.0[d] += built;
            copied.0[d] = (copied.0[d] - learned).max(0.0) + diffusion.kept * built;
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
    (at_start, talents): (Res<FirmsAtStart>, Res<Talents>),
    firms: Query<&Character>,
    mut states: States<(&Levers, &mut Absorption)>,
) {
    let mut active: PerState = [0.0; MAX_STATES];
    for character in &firms {
        active[character.home] += 1.0;
    }
    for (s, (levers, mut absorption)) in states.iter_mut() {
        let talent = (1.0 + levers.of(Lever::Talent)) * talents.held[s];
        let activity = talent * active[s] / at_start.0[s].max(1.0);
        absorption.0 = logistic_step(absorption.0, clock.per_step(diffusion.absorption_growth * activity));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::trajectory;

    fn source(level: f64, ln_compute: f64) -> Source {
        let (level, ln_compute) = ([level; MAX_DOMAINS], [ln_compute; MAX_DOMAINS]);
        Source { home: StateId::new(0), kind: 1, bound: false, knowledge: level, capability: level, ln_compute }
    }

    #[test]
    fn the_strongest_border_counts_and_nobody_is_pulled_down() {
        let strongest = |sources: &[(f64, f64)], own| {
            let own = [own; MAX_DOMAINS];
            let sources: Vec<_> = sources.iter().map(|(openness, level)| (*openness, source(*level, 0.0))).collect();
            let reached = sources.iter().map(|(openness, source)| (*openness, source));
            pull(reached, &[1.0; MAX_STATES], &own, &own, 0.0, 0.27).knowledge[ANY][0]
        };
        assert_eq!(strongest(&[(0.5, 4.0), (1.0, 3.0)], 1.0), 2.0);
        assert_eq!(strongest(&[(0.9, 4.0), (1.0, 3.0)], 1.0), 2.7);
        assert_eq!(strongest(&[(0.0, 4.0), (1.0, 2.0)], 1.0), 1.0);
        assert_eq!(strongest(&[(0.5, 4.0), (1.0, f64::NEG_INFINITY)], 5.0), 0.0);
    }

    #[test]
    fn open_releases_teach_more_where_weights_can_be_taken_apart() {
        let knowledge = |phi_open: f64| {
            let mut scenario = crate::baseline();
            scenario.time.months = 24;
            scenario.set("mechanisms.diffusion.phi_open", phi_open).unwrap();
            let world = trajectory(&scenario);
            let last = world.firms.last().unwrap().date;
            let chinese = world.firms.iter().filter(|firm| firm.date == last && &*firm.state == "China");
            chinese.map(|firm| firm.knowledge).fold(f64::NEG_INFINITY, f64::max)
        };
        assert!(knowledge(1.5) > knowledge(0.0) + 0.05, "{} {}", knowledge(0.0), knowledge(1.5));
    }

    #[test]
    fn a_copy_has_a_ceiling_where_the_source_had_more_compute() {
        let built = |ln_compute, ceiling| {
            let own = [1.0; MAX_DOMAINS];
            pull([(1.0, &source(3.0, 2.0))].into_iter(), &[1.0; MAX_STATES], &own, &own, ln_compute, ceiling).capability
                [1][0]
        };
        assert_eq!([built(2.0, 0.25), built(0.0, 0.25), built(0.0, 0.0), built(5.0, 0.25)], [2.0, 1.5, 2.0, 2.0]);
        assert_eq!(built(-20.0, 0.25), 0.0);
    }

    #[test]
    fn who_does_no_research_absorbs_nothing() {
        assert_eq!([absorbed(0.0, 0.1, 1.0), absorbed(0.1, 0.1, 1.0), absorbed(0.3, 0.0, 1.0)], [0.0, 0.5, 1.0]);
        assert_eq!(absorbed(0.0, 0.1, 0.0), 1.0);
    }

    #[test]
    fn absorptive_capacity_grows_logistically_and_not_at_rate_0() {
        assert_eq!(logistic_step(0.3, 0.0), 0.3);
        assert_eq!(logistic_step(1.0, 2.0), 1.0);
        let halves = logistic_step(logistic_step(0.1, 0.5), 0.5);
        assert!((halves - logistic_step(0.1, 1.0)).abs() < 1e-15);
    }
}
