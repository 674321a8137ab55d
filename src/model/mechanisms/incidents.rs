//! Incidents: accidents, misuse, bias and lost privacy, what they destroy and what they change.
//!
//! Hazard of a kind for a firm: h = h_0 · exp(κ_h · frontier growth since the start) · e^(−ν_σ σ) · (1 − transparency) · exposure ·
//! its share of world usage · exp(−κ_T · mean trust of its home with other states). Exposure is 1 for misuse, the autonomy of
//! its domains for accidents and their need of personal data for bias and privacy, by its focus. So h_0 is the rate in a world
//! whose firms are at the start's frontier, fully exposed, opaque, and do nothing for safety.
//!
//! Systemic incidents hit all states alike. Their hazard is h_s · exp(κ_s · frontier growth) · e^(−ν_s σ_min), σ_min the least safety
//! effort of the firms within a nat of the best: the weakest link decides. Losses are Pareto, x_0 U^(−1/α), at most a nat.
//!
//! Severity of the others is lognormal: a loss as a share of output (log form). The firm's home bears it in full, another state by the share of
//! its market that the firm serves times `abroad_share`. A loss of privacy is a loss of welfare instead, less by the state's
//! protection of rights. Damage decays; trust of users falls and recovers; regulators react, and relent.

use super::{
    output::{Output, Reference},
    values::{self, Reputation, Values},
};
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Focus, Label, Offer, Precaution, Usage},
        geography::{Geography, weighted},
        keep::Keep,
        ledger::Ledger,
        noise::{Draw, Key, Noise, Stream},
        phase::{Mechanism, MonthPlan, Phase},
        relations::Relations,
        release::{Frontier, best},
        state::{Burden, Governance, Traits},
        states::{StateId, States},
    },
    parameters,
    scenario::Scenario,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of incidents.
    #[derive(Resource)]
    pub struct Incidents {
        /// Rate of accidents in the whole world (h_0), at the start's frontier and without safety or transparency.
        accidents_per_year: f64 = 1.0, "1/year", range 0.0..=1000.0, plausible 0.1..=3.0 or null 0.0, assumption "harm that an economy notices is rare so far; reports of small harm are not counted";
        /// Rate of misuse, likewise.
        misuse_per_year: f64 = 1.0, "1/year", range 0.0..=1000.0, plausible 0.1..=3.0 or null 0.0, assumption "fraud, attacks and propaganda with models were seen every year since 2023";
        /// Rate of cases of bias, likewise.
        bias_per_year: f64 = 1.0, "1/year", range 0.0..=1000.0, plausible 0.1..=3.0 or null 0.0, assumption "as frequent as misuse where decisions touch persons";
        /// Rate of losses of privacy, likewise.
        privacy_per_year: f64 = 1.0, "1/year", range 0.0..=1000.0, plausible 0.1..=3.0 or null 0.0, assumption "as frequent as bias";
        /// How much a nat of frontier growth since the start raises the log of each rate (κ_h).
        growth: f64 = 0.15, "1/nat", range 0.0..=5.0, plausible 0.0..=0.5, assumption "abler models can do more harm";
        /// How much full safety effort lowers the log of each rate (ν_σ).
        protection: f64 = 3.0, "1", range 0.0..=20.0, plausible 1.0..=6.0, assumption "all effort would avoid 19 incidents in 20";
        /// How much full trust between states lowers the log of each rate (κ_T).
        trust_protection: f64 = 0.5, "1", range 0.0..=10.0, plausible 0.0..=1.0, assumption "shared evaluations and warnings";
        /// Median severity, as a loss of output at home in log form.
        severity: f64 = 0.0002, "1", range 0.0..=1.0, plausible 0.00002..=0.001, assumption "a loss of some billions in a large economy";
        /// Spread of severity: standard deviation of its log.
        severity_spread: f64 = 1.2, "1", range 0.0..=4.0, plausible 0.5..=2.0, assumption "most incidents are small, few are grave";
        /// Severity abroad against home, where the firm serves the whole market.
        abroad_share: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.1..=1.0, assumption "harm follows use";
        /// Share of damage that is repaired in a year.
        decay: f64 = 0.2, "1/year", range 0.0..=0.99, plausible 0.1..=0.5, assumption "damage lasts some years";
        /// How much an incident of median severity lowers the log of trust in AI.
        trust_hit: f64 = 0.02, "1", range 0.0..=10.0, plausible 0.0..=0.1, assumption "single cases move surveys by a point";
        /// How much of the way to full regulation an incident of median severity brings the floor of safety effort.
        reaction: f64 = 0.005, "1", range 0.0..=10.0, plausible 0.0..=0.05, assumption "laws follow grave cases";
        /// Rate at which that floor is relaxed.
        reaction_decay: f64 = 0.1, "1/year", range 0.0..=12.0, plausible 0.0..=0.5, assumption "laws outlive their causes";
        /// Rate of systemic incidents at the start's frontier, if some firm near it does nothing for safety (h_s).
        systemic_per_year: f64 = 0.02, "1/year", range 0.0..=1000.0, plausible 0.005..=0.05 or null 0.0, assumption "one in fifty years as AI was in 2023: none was seen, and few call it impossible";
        /// How much a nat of frontier growth since the start raises the log of that rate (κ_s).
        systemic_growth: f64 = 0.1, "1/nat", range 0.0..=5.0, plausible 0.0..=0.2, assumption "abler models are nearer to what systems hang on";
        /// How much full safety effort of the least careful firm near the frontier lowers the log of that rate (ν_s).
        systemic_protection: f64 = 3.0, "1", range 0.0..=20.0, plausible 1.0..=6.0, assumption "as for single incidents";
        /// Least loss of output in a systemic incident, in log form (x_0).
        systemic_loss: f64 = 0.01, "1", range 0.0..=1.0, plausible 0.003..=0.03, assumption "a bad cyber-attack on a large economy's systems";
        /// What the least systemic incident is to people, in single incidents of median severity.
        systemic_weight: f64 = 50.0, "1", range 0.0..=10000.0, plausible 10.0..=100.0 or null 0.0, assumption "a catastrophe changes minds and laws at once";
        /// Exponent of the tail of its losses (α): the share of losses beyond x falls as x^−α.
        systemic_tail: f64 = 1.5, "1", range 0.5..=20.0, plausible 1.1..=2.5, assumption "a finite mean and no variance, as in losses of catastrophes";
    }
}

impl Mechanism for Incidents {
    const NAME: &'static str = "incidents";
    const MEANING: &'static str = "accidents, misuse, bias and lost privacy do damage and cost trust";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Society, (recover, strike, strike_all).chain());
    }

    fn begin(_scenario: &Scenario, _clock: &Clock, world: &mut World) {
        world.insert_resource(Systemic::default());
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, IncidentStream>();
        world.keep_resource::<Systemic>();
    }
}

/// The kinds of incidents, in the order of their draws.
pub const KINDS: [&str; 4] = ["accident", "misuse", "bias", "privacy"];
const PRIVACY: usize = 3;

/// Whether an incident of each kind happens.
const INCIDENT: Draw = Draw::named("incidents/incident").places(KINDS.len());
/// How severe an incident of each kind is.
const SEVERITY: Draw = Draw::named("incidents/severity").places(KINDS.len());

/// Whether a systemic incident happens.
const SYSTEMIC: Draw = Draw::named("incidents/systemic");
/// How large its loss is.
const SYSTEMIC_LOSS: Draw = Draw::named("incidents/systemic loss");

/// How far behind the best model, in nats, a firm can be and yet bring about a systemic incident.
const NEAR_THE_FRONTIER: f64 = 1.0;
/// The largest loss in a systemic incident, in log form: nearly two thirds of output.
const LARGEST_LOSS: f64 = 1.0;

/// The risk that all states share.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct Systemic {
    /// Its hazard now, 1/year.
    pub hazard: f64,
}

/// Where a firm stands in the draw that it makes in every step.
#[derive(Component, Clone, Debug, Default)]
struct IncidentStream(Stream);

impl Incidents {
    fn rates(&self) -> [f64; KINDS.len()] {
        [self.accidents_per_year, self.misuse_per_year, self.bias_per_year, self.privacy_per_year]
    }

    /// Loss of output in a systemic incident in log form, from a uniform draw (Pareto).
    fn systemic_loss(&self, uniform: f64) -> f64 {
        (self.systemic_loss * maths::pow(uniform, -1.0 / self.systemic_tail)).min(LARGEST_LOSS)
    }

    /// Severity in medians, from a standard normal draw.
    fn in_medians(&self, normal: f64) -> f64 {
        maths::exp(self.severity_spread * normal)
    }
}

/// How far a firm's domains expose it to each kind of incident, from 0 to 1.
fn exposure(focus: &Focus, geography: &Geography) -> [f64; KINDS.len()] {
    let weights = &focus.weights[..geography.domains];
    let personal = weighted(weights, &geography.personal);
    [weighted(weights, &geography.autonomy), 1.0, personal, personal]
}

/// What is left of something from which a yearly `rate` takes, after a step.
fn left(clock: &Clock, rate: f64) -> f64 {
    1.0 - clock.probability(rate)
}

/// Damage decays, regulators relent; a new month counts its incidents anew.
fn recover(params: Res<Incidents>, clock: Res<Clock>, mut states: Query<(&mut Burden, &mut Governance)>) {
    let kept = maths::pow(1.0 - params.decay, clock.per_step(1.0));
    let strict = left(&clock, params.reaction_decay);
    for (mut burden, mut governance) in &mut states {
        burden.incidents *= kept;
        burden.privacy *= kept;
        governance.reaction *= strict;
        if clock.begins_month() {
            governance.incidents = 0;
        }
    }
}

/// A firm that may have an incident.
#[derive(QueryData)]
#[query_data(mutable)]
struct Exposed {
    key: &'static Key,
    stream: &'static mut IncidentStream,
    label: &'static Label,
    character: &'static Character,
    focus: &'static Focus,
    precaution: &'static Precaution,
    usage: &'static Usage,
}

/// A state that feels incidents.
#[derive(QueryData)]
#[query_data(mutable)]
struct Sufferer {
    traits: &'static Traits,
    burden: &'static mut Burden,
    governance: &'static mut Governance,
    reputation: &'static mut Reputation,
}

/// What decides how likely incidents are in the world, in a step.
#[derive(bevy_ecs::system::SystemParam)]
struct Conditions<'w> {
    params: Res<'w, Incidents>,
    values: Res<'w, Values>,
    output: Res<'w, Output>,
    geography: Res<'w, Geography>,
    relations: ResMut<'w, Relations>,
    frontier: Res<'w, Frontier>,
    reference: Res<'w, Reference>,
}

impl Conditions<'_> {
    /// Growth of the frontier of all releases since the start, nats.
    fn grown(&self) -> f64 {
        let frontier = self.geography.overall(&best(&self.geography, &self.frontier.any.now.capability));
        frontier - self.geography.overall(&self.reference.capability) - self.output.reference_gap
    }

    /// Factor on a firm's hazards of its safety effort and of its home's mean trust with other states.
    fn guarded(&self, home: StateId, effort: f64) -> f64 {
        let mean = self.relations.mean_trust(home, &self.geography);
        maths::exp(-self.params.protection * effort - self.params.trust_protection * mean)
    }
}

fn strike(
    mut conditions: Conditions,
    clock: Res<Clock>,
    noise: Noise,
    mut ledger: ResMut<Ledger>,
    mut firms: Query<Exposed>,
    mut states: States<Sufferer>,
) {
    let (params, geography) = (&conditions.params, &conditions.geography);
    let rates = params.rates();
    if rates == [0.0; KINDS.len()] || firms.is_empty() {
        return;
    }
    let grown = maths::exp(params.growth * conditions.grown());
    let mut harm = Vec::new();
    for ExposedItem { key, mut stream, label, character, focus, precaution, usage } in &mut firms {
        let exposure = exposure(focus, geography);
        let open_to_harm = grown * (1.0 - character.transparency) * usage.world;
        let mut draws = [0.0; KINDS.len()];
        stream.0.fill(&noise, INCIDENT, *key, &mut draws);
        for (kind, draw) in draws.into_iter().enumerate() {
            // 1 − e^(−x) ≤ x and a guarded hazard is below an unguarded: most firms are decided without an exponential.
            let hazard = rates[kind] * exposure[kind] * open_to_harm;
            if draw >= clock.per_step(hazard)
                || draw >= clock.probability(hazard * conditions.guarded(character.home, precaution.effort))
            {
                continue;
            }
            let medians = params.in_medians(noise.of(SEVERITY, *key).skip(kind).normal());
            let state = &geography.names[character.home];
            ledger.incidents += 1;
            ledger.note(&clock, "incident", &label.0, state, Some(params.severity * medians), KINDS[kind]);
            let mut blamed = states.at_mut(character.home);
            blamed.governance.incidents += 1;
            blamed.reputation.0 = values::after_incident(&conditions.values, blamed.reputation.0, medians);
            for (s, mut state) in states.iter_mut() {
                let felt = if s == character.home { 1.0 } else { params.abroad_share * usage.share[s] };
                state.suffer(params, kind, medians * felt);
                if s != character.home {
                    harm.push((character.home, s, medians * felt));
                }
            }
        }
    }
    for (home, elsewhere, medians) in harm {
        conditions.relations.harm[home][elsewhere] += medians;
    }
}

/// A firm that may be the weakest link.
#[derive(QueryData)]
struct Link {
    label: &'static Label,
    character: &'static Character,
    offer: &'static Offer,
    precaution: &'static Precaution,
}

/// The firm with the least safety effort among those near the best model; of equals the first in key order.
fn weakest<'a>(links: &'a Query<Link>) -> Option<LinkItem<'a, 'a>> {
    let best = links.iter().map(|link| link.offer.capability).fold(f64::NEG_INFINITY, f64::max);
    let near = links.iter().filter(|link| link.offer.capability >= best - NEAR_THE_FRONTIER);
    near.min_by(|a, b| a.precaution.effort.total_cmp(&b.precaution.effort))
}

/// A systemic incident, if there is one, hits all states.
fn strike_all(
    conditions: Conditions,
    clock: Res<Clock>,
    noise: Noise,
    mut risk: ResMut<Systemic>,
    mut ledger: ResMut<Ledger>,
    links: Query<Link>,
    mut states: States<Sufferer>,
) {
    let params = &conditions.params;
    let link = weakest(&links).filter(|_| params.systemic_per_year > 0.0);
    let Some(LinkItem { label, character, precaution, .. }) = link else {
        risk.hazard = 0.0;
        return;
    };
    let exponent = params.systemic_growth * conditions.grown() - params.systemic_protection * precaution.effort;
    risk.hazard = params.systemic_per_year * maths::exp(exponent);
    if noise.uniform(SYSTEMIC, Key::world()) >= clock.probability(risk.hazard) {
        return;
    }
    let loss = params.systemic_loss(noise.uniform(SYSTEMIC_LOSS, Key::world()));
    let medians = params.systemic_weight * if params.systemic_loss > 0.0 { loss / params.systemic_loss } else { 1.0 };
    ledger.incidents += 1;
    let home = &conditions.geography.names[character.home];
    ledger.note(&clock, "incident", &label.0, home, Some(loss), "systemic");
    let mut blamed = states.at_mut(character.home);
    blamed.governance.incidents += 1;
    blamed.reputation.0 = values::after_incident(&conditions.values, blamed.reputation.0, medians);
    for (_, mut state) in states.iter_mut() {
        state.burden.incidents += loss;
        state.react(params, medians);
    }
}

impl SuffererItem<'_, '_> {
    /// What an incident that the state feels with this many medians of severity does to it.
    fn suffer(&mut self, params: &Incidents, kind: usize, medians: f64) {
        if medians == 0.0 {
            return;
        }
        if kind == PRIVACY {
            self.burden.privacy += params.severity * medians * (1.0 - self.traits.0.rights_protection);
        } else {
            self.burden.incidents += params.severity * medians;
        }
        self.react(params, medians);
    }

    /// What people and regulators make of it.
    fn react(&mut self, params: &Incidents, medians: f64) {
        let governance = &mut self.governance;
        governance.trust *= maths::exp(-params.trust_hit * medians);
        governance.reaction = 1.0 - (1.0 - governance.reaction) * maths::exp(-params.reaction * medians);
    }
}

#[cfg(test)]
mod tests;
