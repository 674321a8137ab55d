//! Research: how a firm learns on its own.
//!
//! Effort z = talent · (u C η / C_ref)^λ, with C the compute of research and training. Open rivals at home add to it what the
//! ecosystem lets a firm absorb (a): y = z + μ a Σ z_j over them. In a domain of weight w, y_d = y (w D)^λ and
//! A ← A + Δ (1 − c_σ σ) (1 − c_r r p_d) g τ^e y_d/(1 + y_d) · exp(ν ε − ν²/2) · exp(ν_f f − ν_f²/2), bounded in y so that
//! knowledge cannot blow up in finite time. σ is safety effort, r the protection of rights in domains that feed on personal
//! data, p_d how much a domain does, τ talent. ε is the luck of a month; f is a firm's form, luck that lasts: f ← ρ f + √(1 − ρ²) ε' with a half-life.
//!
//! Ideas get harder to find (Bloom et al. 2020): ln C_ref grows by κ for each nat that the best firm's knowledge has gained
//! since the start. Breakthroughs come on top.
//! The bounded form keeps the halving time of training compute (Ho et al. 2024) as its ceiling.

mod breakthrough;
pub mod migration;

use migration::Talents;

use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Capability, Character, Focus, Hardware, Knowledge, Label, Offer, Precaution},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Faults,
        noise::{Draw, Key, Noise, Stream},
        phase::{Mechanism, MonthPlan, Phase},
        relations::Relations,
        state::{Absorption, Fleet, Levers, Traits},
        states::States,
    },
    parameters,
    scenario::{Lever, MAX_DOMAINS, MAX_STATES, Scenario},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};

parameters! {
    /// Numbers of research.
    #[derive(Resource)]
    pub struct Research {
        /// Growth of algorithmic knowledge at unlimited effort (g_A).
        growth: f64 = 1.18, "nats/year", range 0.0..=5.0, plausible 0.6..=1.66 or null 0.0, assumption "near the median of a fit that takes 6 % of its variance; Ho et al. 2024 (arXiv:2403.05812), compute for a given capability halves in 8 months, 5 to 14, have 1.04, 0.6 to 1.66";
        /// How effort rises with compute (λ).
        exponent: f64 = 0.5, "1", range 0.05..=1.0, plausible 0.3..=0.8, assumption "decreasing returns: ideas get harder to run in parallel";
        /// Research compute at which growth is half its ceiling, at the start (C_ref).
        reference_mh100e: f64 = 0.06, "MH100e", range 0.000001..=1000.0, plausible 0.02..=0.5, assumption "the largest clusters of 2024; chosen so that the frontier gains near 130 points a year";
        /// How much harder ideas get: growth of ln C_ref for each nat that the best firm has learned (κ_A).
        harder: f64 = 0.4, "1", range 0.0..=5.0, plausible 0.2..=0.8 or null 0.0, assumption "research effort behind a steady pace has grown in every field studied (Bloom et al. 2020)";
        /// Part of the talent at home that leaves in a year for a state that lets in all, over a border that is open (m).
        migration: f64 = 0.02, "1/year", range 0.0..=1.0, plausible 0.005..=0.05 or null 0.0, assumption "beyond what moves today; of the best researchers about half work elsewhere than where they studied first";
        /// Part of those who left that returns (r).
        migrants_return: f64 = 0.05, "1/year", range 0.0..=1.0, plausible 0.01..=0.15, assumption "most of those who take a doctorate abroad are still there after five to ten years";
        /// How the ceiling of growth rises with talent (e): talent to this power.
        talent_on_ceiling: f64 = 0.4, "1", range 0.0..=2.0, plausible 0.2..=0.6 or null 0.0, assumption "compute does not make up for people altogether";
        /// Part of the effort of open rivals at home that adds to a firm's own, where all is absorbed (μ).
        open_rivals: f64 = 0.6, "1", range 0.0..=2.0, plausible 0.1..=1.0 or null 0.0, assumption "code and recipes that neighbours publish save work";
        /// Spread of luck (ν): standard deviation of the log of a month's progress.
        luck: f64 = 0.8, "1", range 0.0..=3.0, plausible 0.4..=1.2 or null 0.0, assumption "labs of equal means differ widely in a month";
        /// Spread of form (ν_f): standard deviation of the log of progress that lasts.
        form: f64 = 0.35, "1", range 0.0..=2.0, plausible 0.2..=0.8 or null 0.0, assumption "labs have good and bad years: leadership changed several times in 2023-2024";
        /// Time in which form is halved (T_f).
        form_months: f64 = 15.0, "months", range 0.5..=240.0, plausible 6.0..=24.0, assumption "about the time from a team's idea to the next team's";
        /// Growth that full safety effort costs (c_σ).
        safety_cost: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.2..=1.0 or null 0.0, assumption "effort for safety is taken from the same people and compute, and part of it serves research too";
        /// Growth that full protection of rights costs in a domain that feeds on personal data alone.
        rights_cost: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.0..=0.3 or null 0.0, assumption "consent and deletion make data scarcer";
        /// Breakthroughs in the whole world (h_B).
        breakthroughs_per_year: f64 = 1.5, "1/year", range 0.0..=100.0, plausible 0.5..=3.0 or null 0.0, assumption "transformer-like or reasoning-like steps since 2017";
        /// Mean size of a breakthrough (j_B).
        breakthrough_nats: f64 = 0.4, "nats", range 0.0..=10.0, plausible 0.2..=1.0 or null 0.0, assumption "a third of a year's progress at once";
        /// How far behind the best a firm may be to share in breakthroughs: at this many nats its chance falls to 1/e (w_B).
        breakthrough_reach: f64 = 0.45, "nats", range 0.01..=100.0, plausible 0.2..=1.0, assumption "who is far behind does not find what nobody has found";
    }
}

impl Mechanism for Research {
    const NAME: &'static str = "research";
    const MEANING: &'static str = "firms learn from their own research, steadily and in breakthroughs";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Research, (learn, breakthrough::break_through).chain());
    }

    fn always(month: &mut MonthPlan) {
        // Before those who ask what a firm can make of what others know.
        month.add(Phase::Budgets, weigh);
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, Effort>();
        world.keep_with::<Character, Form>();
        world.keep_with::<Character, Streams>();
        world.keep_resource::<Efforts>();
        world.keep_resource::<Talents>();
    }

    fn go_on(_scenario: &Scenario, _clock: &Clock, world: &mut World) {
        // Worked out with parameters that may be others now.
        for (mut focus, mut effort) in world.query::<(&mut Focus, &mut Effort)>().iter_mut(world) {
            focus.forget();
            effort.on_ceiling = None;
        }
    }

    fn begin(scenario: &Scenario, _clock: &Clock, world: &mut World) {
        world.insert_resource(Efforts::default());
        world.insert_resource(Talents::new(scenario));
    }
}

/// Research effort of the step.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Effort {
    /// ln of the compute that research and training use and that power lets run, MH100e (c).
    pub ln_compute: f64,
    /// Talent, its state's support included.
    pub talent: f64,
    /// Effort of its own (z).
    pub own: f64,
    /// Talent and what it makes of the ceiling of growth, τ^e: worked out again when talent changes, which is seldom.
    on_ceiling: Option<(f64, f64)>,
}

impl Effort {
    /// What talent makes of the ceiling of growth, as it was weighed in this step.
    #[inline]
    fn on_ceiling(&self) -> f64 {
        self.on_ceiling.map_or(1.0, |(_, factor)| factor)
    }
}

/// What the firms' efforts come to.
#[derive(Resource, Clone, Debug, Default)]
pub struct Efforts {
    /// The highest of any firm.
    pub highest: f64,
    /// Sum over the open firms at home in each state.
    open: PerState,
    /// Best knowledge of the start, nats.
    known_at_start: Option<f64>,
    /// The best knowledge that there ever was, nats.
    known: Option<f64>,
}

/// Luck that lasts: standard normal in the long run, 0 for a new firm.
#[derive(Component, Clone, Copy, Debug, Default)]
struct Form(f64);

/// Luck in a step's progress, one number for each domain.
const LUCK: Draw = Draw::named("research/luck").places(MAX_DOMAINS);
/// What is new in a firm's form.
const FORM: Draw = Draw::named("research/form");

/// Where a firm stands in the draws that it makes in every step.
#[derive(Component, Clone, Debug, Default)]
struct Streams {
    luck: Stream,
    form: Stream,
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

/// Form a step later, given the part of it that is `kept` and what is new, a standard normal number: its spread stays 1.
#[inline]
fn form_step(form: f64, kept: f64, new: f64) -> f64 {
    kept * form + (1.0 - kept * kept).sqrt() * new
}

/// A firm whose effort is weighed.
#[derive(QueryData)]
#[query_data(mutable)]
struct Worker {
    character: &'static Character,
    hardware: &'static Hardware,
    knowledge: &'static Knowledge,
    offer: &'static Offer,
    effort: &'static mut Effort,
}

/// Works out the effort of every firm, when talent has moved. An observer of what firms have: it runs whether or not they learn.
fn weigh(
    (research, clock): (Res<Research>, Res<Clock>),
    (geography, relations): (Res<Geography>, Res<Relations>),
    (mut efforts, mut talents): (ResMut<Efforts>, ResMut<Talents>),
    states: States<(&Fleet, &Levers)>,
    mut firms: Query<Worker>,
) {
    let ln_usable = states.map(|(fleet, _)| fleet.ln_usable);
    let pull = states.map(|(_, levers)| levers.of(Lever::Immigration));
    talents.migrate(&research, &clock, &geography, &relations.openness, &pull);
    let support = states.map(|(_, levers)| 1.0 + levers.of(Lever::Talent));
    // What is known stays known, whoever leaves.
    let known = efforts.known.unwrap_or(f64::NEG_INFINITY);
    let best = firms.iter().map(|firm| geography.overall(&firm.knowledge.0)).fold(known, maths::larger);
    let at_start = efforts.known_at_start.unwrap_or(best);
    let learned = if best > at_start { best - at_start } else { 0.0 };
    let ln_reference = maths::ln(research.reference_mh100e) + research.harder * learned;
    *efforts = Efforts {
        known_at_start: efforts.known_at_start.or(best.is_finite().then_some(best)),
        known: best.is_finite().then_some(best),
        highest: 0.0,
        open: [0.0; MAX_STATES],
    };
    for WorkerItem { character, hardware, offer, mut effort, .. } in &mut firms {
        let home = character.home;
        let ln_compute = hardware.ln_research(character) + ln_usable[home];
        let talent = character.talent * support[home] * talents.held[home];
        let own = talent * maths::exp(research.exponent * (ln_compute - ln_reference));
        let on_ceiling = match effort.on_ceiling {
            Some(known) if known.0 == talent => known,
            _ => (talent, maths::pow(talent, research.talent_on_ceiling)),
        };
        *effort = Effort { ln_compute, talent, own, on_ceiling: Some(on_ceiling) };
        efforts.highest = maths::larger(efforts.highest, own);
        if offer.open {
            efforts.open[home] += own;
        }
    }
}

/// A firm that learns on its own.
#[derive(QueryData)]
#[query_data(mutable)]
struct Researcher {
    key: &'static Key,
    streams: &'static mut Streams,
    label: &'static Label,
    character: &'static Character,
    offer: &'static Offer,
    focus: &'static mut Focus,
    precaution: &'static Precaution,
    effort: &'static Effort,
    form: &'static mut Form,
    capability: &'static Capability,
    knowledge: &'static mut Knowledge,
}

/// Luck in a step's progress, worked out for all firms at once, which is faster than number by number.
#[derive(SystemParam)]
struct LuckOfAll<'w, 's> {
    noise: Noise<'w>,
    factors: Local<'s, Vec<f64>>,
    new_form: Local<'s, Vec<f64>>,
}

impl LuckOfAll<'_, '_> {
    /// Factors on the progress of every firm in turn, one for each domain; its form moves on.
    fn draw(&mut self, firms: &mut Query<Researcher>, domains: usize, research: &Research, clock: &Clock) -> &[f64] {
        let spread = research.spread(clock);
        let kept = maths::pow(0.5, 12.0 * clock.per_step(1.0) / research.form_months);
        self.factors.resize(domains * firms.iter().len(), 0.0);
        self.new_form.clear();
        for (mut firm, numbers) in firms.iter_mut().zip(self.factors.chunks_exact_mut(domains)) {
            let streams = &mut *firm.streams;
            streams.luck.fill(&self.noise, LUCK, *firm.key, numbers);
            self.new_form.push(streams.form.uniform(&self.noise, FORM, *firm.key));
        }
        maths::normal_quantile_all(&mut self.factors);
        maths::normal_quantile_all(&mut self.new_form);
        let numbers = self.factors.chunks_exact_mut(domains).zip(self.new_form.iter());
        for (mut firm, (numbers, new)) in firms.iter_mut().zip(numbers) {
            firm.form.0 = form_step(firm.form.0, kept, *new);
            let lasting = research.form * firm.form.0 - 0.5 * research.form * research.form;
            numbers.iter_mut().for_each(|number| *number = spread * *number - 0.5 * spread * spread + lasting);
        }
        maths::exp_all(&mut self.factors);
        &self.factors
    }
}

/// How firms of a state learn.
#[derive(Clone, Copy, Default)]
struct Surroundings {
    /// Part of open rivals' effort that adds to a firm's own (μ a).
    from_rivals: f64,
    /// Growth that rights cost in a domain that feeds on personal data alone.
    rights: f64,
}

fn learn(
    (research, clock): (Res<Research>, Res<Clock>),
    geography: Res<Geography>,
    efforts: Res<Efforts>,
    mut faults: ResMut<Faults>,
    mut luck: LuckOfAll,
    states: States<(&Traits, &Absorption)>,
    mut firms: Query<Researcher>,
) {
    if research.growth == 0.0 {
        return;
    }
    let surroundings = states.map(|(traits, absorption)| Surroundings {
        from_rivals: research.open_rivals * absorption.0,
        rights: research.rights_cost * traits.0.rights_protection,
    });
    let ceiling = clock.per_step(research.growth);
    let domains = geography.domains;
    let luck = luck.draw(&mut firms, domains, &research, &clock);
    for (firm, luck) in firms.iter_mut().zip(luck.chunks_exact(domains)) {
        let ResearcherItem { label, character, offer, mut focus, precaution, effort, mut knowledge, .. } = firm;
        let Surroundings { from_rivals, rights } = surroundings[character.home];
        let rivals = efforts.open[character.home] - if offer.open { effort.own } else { 0.0 };
        let effective = effort.own + from_rivals * rivals.max(0.0);
        let ceiling = ceiling * effort.on_ceiling() * (1.0 - research.safety_cost * precaution.effort);
        let (returns, personal) = (&focus.returns(research.exponent)[..domains], &geography.personal[..domains]);
        let knowledge = &mut knowledge.0[..domains];
        for d in 0..domains {
            let ceiling = ceiling * (1.0 - rights * personal[d]);
            knowledge[d] += own_growth(ceiling, effective * returns[d]) * luck[d];
        }
        faults.check(&clock, Research::NAME, "knowledge", &label.0, knowledge);
    }
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
    fn form_keeps_its_spread_and_is_halved_in_its_time() {
        let kept = 0.8;
        assert_eq!(form_step(2.0, kept, 0.0), 1.6);
        // Variance of a standard normal form: kept² + (1 − kept²) = 1.
        let new = form_step(0.0, kept, 1.0);
        let variance = 0.8 * 0.8 + new * new;
        assert!((variance - 1.0).abs() < 1e-15);
    }
}
