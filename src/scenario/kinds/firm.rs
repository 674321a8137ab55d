//! Firms that train and offer models.

use super::{Before, Entity, Scenario};
use crate::{
    declare::{choice::choices, parameter::Parameters},
    parameters,
    scenario::{
        Choice, Month,
        describe::{insert_month, insert_parameters, named},
        entities::{EntityKind, Weights, read_entities, read_weights, require_state},
        read::after_start,
        schema::{self, by_domain, described, nats, one_of},
        section::{Mistakes, Section, choice, flag, month, note},
        unsound::Checked,
    },
};
use serde_json::{Map, Value, json};

choices! {
    /// How a firm sets its safety effort.
    #[derive(Default)]
    pub enum SafetyRule {
        /// Its own `safety_effort`.
        #[default]
        Fixed = "fixed",
        /// The equilibrium of the race to the precipice with private information.
        Race = "race",
        /// It imitates firms that fare better.
        Imitate = "imitate",
    }
}

parameters! {
    /// Numbers of a firm.
    pub struct FirmNumbers {
        /// Capability when it enters, against the world frontier of that month.
        capability: f64 = -3.0, "nats", range -50.0..=5.0, plausible -8.0..=0.0, assumption "judged from the ratings of its models";
        /// Compute it holds when it enters.
        compute_mh100e: f64 = 0.001, "MH100e", range 0.000001..=1000.0, plausible 0.0001..=0.2, assumption "judged from its training runs";
        /// Cash it holds when it enters.
        cash_billion_usd: f64 = 0.5, "billion USD of 2023", range 0.0..=10000.0, plausible 0.05..=50.0, assumption "judged from its funding rounds";
        /// Weight of its usage in the home market when the world starts (weights of a market are scaled to sum to 1).
        usage_home: f64 = 1.0, "1", range 0.0..=1000000.0, plausible 0.0..=100.0, assumption "judged from visits and downloads";
        /// Weight of its usage in every other market when the world starts.
        usage_abroad: f64 = 1.0, "1", range 0.0..=1000000.0, plausible 0.0..=100.0, assumption "judged from visits and downloads";
        /// Share of its compute that research and training use.
        research_share: f64 = 0.5, "1", range 0.001..=1.0, plausible 0.2..=0.8, assumption "about half, the rest serves users";
        /// Talent of its researchers relative to its state's.
        talent: f64 = 1.0, "1", range 0.0..=10.0, plausible 0.5..=2.0, assumption "equal talent unless there is reason";
        /// Price level of its services, in log form: what it loses in fitness in its markets, and earns more of each user.
        price: f64 = 0.0, "1", range -5.0..=5.0, plausible -0.5..=0.5 or null 0.0, assumption "equal prices; cheap open models have their own term";
        /// Share of its monthly budget that buys compute.
        compute_share: f64 = 0.6, "1", range 0.0..=1.0, plausible 0.3..=0.8, assumption "compute is the largest cost of a frontier developer";
        /// Money for AI that it takes from its other business at the start; grows like its state's capital.
        own_funds_billion_usd_per_year: f64 = 0.0, "billion USD of 2023/year", range 0.0..=10000.0, plausible 0.0..=30.0 or null 0.0, assumption "large firms pay for their models out of advertising, shops and clouds";
        /// Costs that do not depend on sales or compute: staff, rent, data.
        overhead_billion_usd_per_year: f64 = 0.1, "billion USD of 2023/year", range 0.0..=1000.0, plausible 0.02..=5.0, assumption "a few hundred well-paid people";
        /// Share of its effort that goes into safety under the rule `fixed`, and at the start under the others (σ).
        safety_effort: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.0..=0.4, assumption "judged from published policies";
        /// How much outsiders can see of what it does: model cards, audits, weights.
        transparency: f64 = 0.4, "1", range 0.0..=1.0, plausible 0.1..=0.8, assumption "between the scores of transparency indices";
    }
}

/// A firm as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct FirmSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of its home state.
    pub state: usize,
    /// Whether it publishes the weights of its models.
    pub open: bool,
    /// Month it enters; `None` if it is there from the start.
    pub enters: Option<Month>,
    /// How it sets its safety effort.
    pub safety: SafetyRule,
    /// Its numbers.
    pub numbers: FirmNumbers,
    /// Where it puts its effort: weights by domain, each above 0, that sum to 1.
    pub focus: Vec<f64>,
    /// Difference from its `capability` by domain when it enters, nats.
    pub capability_by_domain: Vec<f64>,
    /// Head start of its own in a domain, nats, added to its state's; by domain.
    pub endowment: Vec<f64>,
}

impl Entity for FirmSpec {
    const KIND: EntityKind = EntityKind {
        list: "firms",
        one: "firm",
        called: "firm",
        heading: "Firms",
        meaning: "The firms",
        most: None,
        recorded: true,
        numbers: FirmNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(FirmNumbers);

    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        let states = before.states();
        read_entities(root, &Self::KIND, found, |name, section, found| {
            let state = require_state(section, "state", &states, found);
            let open = section.require("open", found).and_then(|entry| note(flag("open", &entry.node), found));
            let enters = after_start(section.read("enters", month, found), before.start);
            let safety = section.read("safety", choice, found).unwrap_or(SafetyRule::Fixed);
            let numbers = FirmNumbers::from_values(&section.parameters(FirmNumbers::DECLARED, found));
            let focus = read_weights(section, "focus", before.domains, Weights::AllAboveZero, found);
            let capability_by_domain =
                read_weights(section, "capability_by_domain", before.domains, Weights::Nats, found);
            let endowment = read_weights(section, "endowment", before.domains, Weights::Nats, found);
            let (name, state, open) = (name.to_owned(), state?, open?);
            Some(Self { name, state, open, enters, safety, numbers, focus, capability_by_domain, endowment })
        })
    }

    fn describe(&self, scenario: &Scenario) -> Map<String, Value> {
        let mut entry = named(&self.name);
        entry.insert("state".into(), scenario.state_name(self.state));
        entry.insert("open".into(), self.open.into());
        insert_month(&mut entry, "enters", self.enters);
        entry.insert("safety".into(), self.safety.word().into());
        insert_parameters(&mut entry, &self.numbers);
        entry.insert("focus".into(), scenario.by_domain(&self.focus));
        entry.insert("capability_by_domain".into(), scenario.by_domain(&self.capability_by_domain));
        entry.insert("endowment".into(), scenario.by_domain(&self.endowment));
        entry
    }

    fn check(&self, scenario: &Scenario) -> Checked {
        let place = |what: &str| format!("firms.{}.{what}", self.name);
        scenario.state(&place("state"), self.state)?;
        scenario.shares(&place("focus"), &self.focus, |weight| weight > 0.0)?;
        scenario.every_domain(&place("capability_by_domain"), &self.capability_by_domain, f64::is_finite)?;
        scenario.every_domain(&place("endowment"), &self.endowment, f64::is_finite)
    }
}

impl FirmSpec {
    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        vec![
            ("state", described(schema::name(), "Its home state.")),
            ("open", described(json!({ "type": "boolean" }), "Whether it publishes the weights of its models.")),
            ("enters", described(schema::month(), "Month it enters; left out if it is there from the start.")),
            ("safety", one_of::<SafetyRule>("How it sets its safety effort.", Some(SafetyRule::Fixed))),
            (
                "focus",
                by_domain(
                    json!({ "exclusiveMinimum": 0, "maximum": 1 }),
                    "Where it puts its effort: shares of every domain that sum to 1.",
                ),
            ),
            (
                "capability_by_domain",
                by_domain(nats(), "Difference from its capability by domain when it enters, nats."),
            ),
            ("endowment", by_domain(nats(), "Head start of its own by domain, nats.")),
        ]
    }
}
