//! Founding a firm, and the firms that the scenario configures: those of the start, and those that enter on a date.

use super::{
    firm::{
        Capability, Character, Copied, Endowment, Finance, FirmBundle, Focus, Hardware, Knowledge, Label, Momentum,
        Offer, Precaution, Usage,
    },
    geography::{Geography, PerDomain, PerState, per_domain, weighted},
    mechanisms::{diffusion::Diffusion, releases::Releases, training::Training},
    noise::Key,
};
use crate::{
    model::states::StateId,
    scenario::{FirmSpec, MAX_DOMAINS, MAX_STATES},
};
use bevy_ecs::prelude::*;
use std::sync::Arc;

/// What it takes to found a firm.
pub struct Founding {
    /// Its stable key.
    pub key: Key,
    /// Its name.
    pub name: Arc<str>,
    /// What it is and stays.
    pub character: Character,
    /// Where it puts its effort.
    pub focus: Focus,
    /// Its head start.
    pub endowment: PerDomain,
    /// Capability by domain, nats.
    pub capability: PerDomain,
    /// The most it can know by domain, nats.
    pub knowledge_limit: PerDomain,
    /// Compute, MH100e.
    pub compute: f64,
    /// Cash, billion USD.
    pub cash: f64,
    /// What it does for safety.
    pub precaution: Precaution,
    /// Share of each state's market.
    pub usage: PerState,
}

/// Numbers of the mechanisms by which a firm starts.
#[derive(Clone, Copy, Debug)]
pub struct Starts<'a> {
    /// What compute is worth.
    pub training: &'a Training,
    /// What is kept of copies.
    pub diffusion: &'a Diffusion,
    /// How models are rated.
    pub releases: &'a Releases,
}

impl Founding {
    /// The firm's components. Its knowledge is what makes its capability consistent with training (K = K*), up to the
    /// limit; what is beyond that it has copied. Its first model is out, rated without sampling error.
    pub fn bundle(self, geography: &Geography, starts: &Starts) -> FirmBundle {
        let Starts { training, diffusion, releases } = starts;
        let hardware = Hardware { stock: self.compute, ..Hardware::default() };
        let ln_compute = hardware.ln_research(&self.character);
        let (mut knowledge, mut copied) = ([0.0; MAX_DOMAINS], [0.0; MAX_DOMAINS]);
        for d in geography.each_domain() {
            let consistent =
                self.capability[d] - self.endowment[d] - training.scale * (self.focus.ln_relative[d] + ln_compute);
            knowledge[d] = consistent.min(self.knowledge_limit[d]);
            copied[d] = diffusion.kept * (consistent - knowledge[d]);
        }
        let overall = geography.overall(&self.capability);
        let own = weighted(&self.focus.weights[..geography.domains], &self.capability);
        let mut usage = self.usage;
        for s in geography.each_state() {
            if geography.closed[s][self.character.home] {
                usage[s] = 0.0;
            }
        }
        let rating = releases.rating(overall);
        FirmBundle {
            key: self.key,
            label: Label(self.name),
            offer: Offer {
                serial: 1,
                open: self.character.open,
                released: self.character.entered,
                rating,
                rating_by_domain: self.capability.map(|k| releases.rating(k)),
                capability: overall,
                own_capability: own,
            },
            momentum: Momentum::new(rating),
            precaution: self.precaution,
            character: self.character,
            focus: self.focus,
            knowledge: Knowledge(knowledge),
            capability: Capability(self.capability),
            copied: Copied(copied),
            endowment: Endowment(self.endowment),
            hardware,
            finance: Finance { cash: self.cash, ..Finance::default() },
            usage: Usage::new(usage),
        }
    }
}

/// Firms that enter on a date, and what it takes to found them.
#[derive(Resource, Clone, Debug, Default)]
pub struct Newcomers {
    /// The firms, with the step of their entry.
    pub dated: Vec<(u32, FirmSpec)>,
    /// Talent of each state.
    pub talent: Vec<f64>,
}

/// A configured firm, its capability counted from `frontier`. An endowment shifts its domains against each other, not its
/// overall capability.
pub fn configured(
    spec: &FirmSpec,
    frontier: f64,
    entered: i64,
    geography: &Geography,
    state_talent: &[f64],
) -> Founding {
    let numbers = &spec.numbers;
    let mut endowment = geography.endowment[spec.state];
    for (own, extra) in endowment.iter_mut().zip(per_domain(&spec.endowment)) {
        *own += extra;
    }
    let level = frontier + numbers.capability - geography.overall(&endowment);
    let mut capability = per_domain(&spec.capability_by_domain);
    for d in geography.each_domain() {
        capability[d] += level + endowment[d];
    }
    let usage = std::array::from_fn(|s| if s == spec.state { numbers.usage_home } else { numbers.usage_abroad });
    Founding {
        key: Key::named("firm", &spec.name),
        name: spec.name.as_str().into(),
        character: Character {
            home: StateId::new(spec.state),
            open: spec.open,
            talent: numbers.talent * state_talent[spec.state],
            price: numbers.price,
            research_share: numbers.research_share,
            compute_share: numbers.compute_share,
            own_funds: numbers.own_funds_billion_usd_per_year,
            overhead: numbers.overhead_billion_usd_per_year,
            transparency: numbers.transparency,
            entered,
        },
        focus: Focus::new(per_domain(&spec.focus), geography.domains),
        endowment,
        capability,
        knowledge_limit: [f64::INFINITY; MAX_DOMAINS],
        compute: numbers.compute_mh100e,
        cash: numbers.cash_billion_usd,
        precaution: Precaution { effort: numbers.safety_effort, chosen: numbers.safety_effort, rule: spec.safety },
        usage: if entered < 0 { usage } else { [0.0; MAX_STATES] },
    }
}
