//! States: where firms live, markets are, and power lies.

use super::{Before, Entity, Scenario};
use crate::{
    declare::parameter::Parameters,
    parameters,
    scenario::{
        MAX_STATES,
        describe::{insert_parameters, named},
        diagnostic::Diagnostic,
        entities::{EntityKind, NameIndex, Weights, read_entities, read_weights},
        schema::{self, by_domain, described, nats},
        section::{Mistakes, Section, list},
        tree::TomlTable,
        unsound::Checked,
    },
};
use serde_json::{Map, Value, json};

parameters! {
    /// Numbers of a state.
    pub struct StateNumbers {
        /// Gross domestic product in 2023.
        gdp_billion_usd: f64 = 1000.0, "billion USD of 2023", range 0.001..=1000000.0, plausible 10.0..=100000.0, assumption "give the state's own figure";
        /// Population.
        population_million: f64 = 50.0, "million", range 0.001..=10000.0, plausible 0.1..=5000.0, assumption "give the state's own figure";
        /// Trend growth of output without AI.
        growth_per_year: f64 = 0.02, "1/year", range -0.2..=0.2, plausible -0.02..=0.08, assumption "near the average of the last decade";
        /// Research talent per unit of compute, relative to the average.
        talent: f64 = 1.0, "1", range 0.0..=10.0, plausible 0.5..=1.5, assumption "equal talent unless there is reason";
        /// How well its firms absorb outside knowledge at the start (Cohen and Levinthal).
        absorptive_capacity: f64 = 0.3, "1", range 0.0..=1.0, plausible 0.03..=1.0, assumption "leaders near 1, late starters near 0.1";
        /// Rate at which knowledge flows between firms of this home state (job mobility, meet-ups, shared suppliers).
        home_diffusion_per_year: f64 = 0.5, "1/year", range 0.0..=12.0, plausible 0.0..=2.0 or null 0.0, assumption "0.3 for guarded firms, 1.0 for a Darwinian ecosystem";
        /// Compute in clouds at the start, that belongs to no firm of the model.
        cloud_mh100e: f64 = 0.0, "MH100e", range 0.0..=1000.0, plausible 0.0..=1.0, assumption "give the state's own figure";
        /// Capital that investors put into the state's AI firms at the start, besides what those take from other business.
        capital_billion_usd_per_year: f64 = 0.5, "billion USD of 2023/year", range 0.0..=100000.0, plausible 0.0..=500.0 or null 0.0, assumption "private investment and capital expenditure for AI";
        /// Growth of that capital.
        capital_growth_per_year: f64 = 0.1, "1/year", range -1.0..=2.0, plausible 0.0..=0.5, assumption "slower than the boom of 2022-2024";
        /// Expected entries of new firms.
        entry_per_year: f64 = 0.0, "1/year", range 0.0..=10000.0, plausible 0.0..=5.0 or null 0.0, assumption "firms that reach the leaderboards each year";
        /// Expected entries of new firms on top of that at the start, in a wave that ebbs (entry.wave_half_life_months).
        entry_wave_per_year: f64 = 0.0, "1/year", range 0.0..=10000.0, plausible 0.0..=15.0 or null 0.0, assumption "a rush of founders into a field that just opened";
        /// Share of users that have adopted AI at the start, in every domain.
        adoption: f64 = 0.01, "1", range 0.0..=1.0, plausible 0.0..=0.2, assumption "early adopters only in 2023";
        /// Power that AI can draw at the start.
        ai_power_gw: f64 = 0.5, "GW", range 0.0..=10000.0, plausible 0.05..=20.0, assumption "give the state's own figure";
        /// Growth of that power on trend.
        ai_power_growth_per_year: f64 = 0.25, "1/year", range -1.0..=2.0, plausible 0.1..=0.4, assumption "data centres outgrow the grid";
        /// Maturity of its own equipment industry at the start (M).
        equipment_maturity: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.0..=0.9, assumption "share of a leading-edge line that it could equip itself";
        /// Its part of the world's refining of materials without which no chips are made.
        materials_share: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=0.98, assumption "gallium, germanium, rare earths: one state refines most of each";
        /// Time until its firms' models are listed on public boards, at the start (releases.listed_late_months).
        listing_months: u32 = 0, "months", range 0..=60, plausible 0..=4 or null 0, assumption "listed at once, unless a board's makers are far away";
        /// How well persons' rights over their data are protected.
        rights_protection: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.1..=0.9, assumption "judged from laws and their enforcement";
        /// Trust that its users put into AI at the start.
        trust_in_ai: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.2..=0.8, assumption "judged from surveys";
    }
}

/// A state as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct StateSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Its numbers.
    pub numbers: StateNumbers,
    /// What its market asks for: weights by domain that sum to 1.
    pub demand: Vec<f64>,
    /// Head start of its firms in a domain, nats (data, deployment base); by domain.
    pub endowment: Vec<f64>,
    /// Indices of the states whose firms may not serve its market.
    pub closed_to: Vec<usize>,
}

impl Entity for StateSpec {
    const KIND: EntityKind = EntityKind {
        list: "states",
        one: "state",
        called: "state",
        heading: "States",
        meaning: "The states",
        most: MAX_STATES,
        moved_by: None,
        recorded: true,
        numbers: StateNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(StateNumbers);

    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        let table = root.take(Self::KIND.list).and_then(|entry| entry.node.as_table());
        if table.is_none_or(TomlTable::is_empty) {
            found.push(Diagnostic::at(root.place(), "the scenario has no states"));
        }
        // A state may close its market to one that stands below it.
        let names = NameIndex::new(table.into_iter().flat_map(TomlTable::keys).map(String::as_str));
        read_entities(root, &Self::KIND, found, |name, section, found| {
            let numbers = StateNumbers::from_values(&section.parameters(StateNumbers::DECLARED, found));
            let demand = read_weights(section, "demand", before.domains, Weights::Shares, found);
            let endowment = read_weights(section, "endowment", before.domains, Weights::Nats, found);
            let closed_to = read_closed_to(section, &names, name, found);
            Some(Self { name: name.to_owned(), numbers, demand, endowment, closed_to })
        })
    }

    fn describe(&self, scenario: &Scenario) -> Map<String, Value> {
        let mut entry = named(&self.name);
        insert_parameters(&mut entry, &self.numbers);
        entry.insert("demand".into(), scenario.by_domain(&self.demand));
        entry.insert("endowment".into(), scenario.by_domain(&self.endowment));
        entry.insert("closed_to".into(), scenario.state_names(&self.closed_to));
        entry
    }

    fn check(&self, scenario: &Scenario) -> Checked {
        let place = |what: &str| format!("states.{}.{what}", self.name);
        scenario.shares(&place("demand"), &self.demand, |weight| weight >= 0.0)?;
        scenario.every_domain(&place("endowment"), &self.endowment, f64::is_finite)?;
        self.closed_to.iter().try_for_each(|other| scenario.state(&place("closed_to"), *other))
    }
}

impl StateSpec {
    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        vec![
            (
                "demand",
                by_domain(
                    json!({ "minimum": 0, "maximum": 1 }),
                    "What its market asks for: shares by domain that sum to 1.",
                ),
            ),
            ("endowment", by_domain(nats(), "Head start of its firms by domain, nats.")),
            (
                "closed_to",
                described(
                    json!({ "type": "array", "items": schema::name() }),
                    "States whose firms may not serve its market.",
                ),
            ),
        ]
    }
}

fn read_closed_to(section: &mut Section<'_>, names: &NameIndex<'_>, own: &str, found: &mut Mistakes) -> Vec<usize> {
    let own = names.index(own, section.place()).ok();
    let mut closed = Vec::new();
    for item in section.read("closed_to", list, found).unwrap_or_default() {
        match names.find(item) {
            Ok(state) if Some(state) == own => {
                found.push(Diagnostic::at(&item.place, "a state cannot close its market to its own firms"));
            }
            Ok(state) => closed.push(state),
            Err(error) => found.push(error),
        }
    }
    closed.sort_unstable();
    closed.dedup();
    closed
}
