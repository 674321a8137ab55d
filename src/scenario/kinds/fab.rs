//! Fabs, packaging plants and memory plants.

use super::{Before, Entity, Scenario};
use crate::{
    declare::{choice::choices, parameter::Parameters},
    parameters,
    scenario::{
        Choice, Month,
        describe::{insert_month, insert_parameters, named},
        entities::{EntityKind, read_entities, require_state},
        read::after_start,
        schema::{self, described, one_of},
        section::{Mistakes, Section, cell_text, choice, month, note},
        unsound::Checked,
    },
};
use serde_json::{Map, Value, json};

/// The most fabs a world can have.
pub const MAX_FABS: usize = 48;

choices! {
    /// A stage of making accelerators.
    pub enum Stage {
        /// Dies on logic wafers.
        Logic = "logic",
        /// Dies and memory joined on an interposer.
        Packaging = "packaging",
        /// High-bandwidth memory.
        Memory = "memory",
    }
}

parameters! {
    /// Numbers of a fab.
    pub struct FabNumbers {
        /// Capacity that accelerators can book when it is first there.
        capacity_kwpm: f64 = 1.0, "thousand wafers/month", range 0.0..=10000.0, plausible 0.1..=100.0, assumption "give the fab's own figure";
        /// Growth of that capacity through what was under construction at the start.
        expansion_per_year: f64 = 0.3, "1/year", range -1.0..=5.0, plausible 0.0..=1.0, assumption "give the fab's own plans";
        /// Node of a logic fab.
        node_nm: f64 = 5.0, "nm", range 0.1..=1000.0, plausible 2.0..=28.0, assumption "give the fab's own figure";
        /// Density of defects that kill a die when the fab is first there, after repair (D_init).
        defects_start: f64 = 0.06, "1/cm2", range 0.0..=10.0, plausible 0.02..=0.4, assumption "redundant cores save dies, so less than the raw density";
        /// Density of defects that remains with endless experience (D_∞).
        defects_mature: f64 = 0.03, "1/cm2", range 0.0..=10.0, plausible 0.01..=0.15, assumption "about half of the start";
        /// Wafers made before it is first there (X_0): the experience that learning starts from.
        wafers_before: f64 = 30.0, "thousand wafers", range 0.001..=1000000.0, plausible 1.0..=2000.0, assumption "about a year of capacity";
        /// Good memory stacks from a wafer of a memory fab.
        stacks_per_wafer: f64 = 55.0, "stacks/wafer", range 0.0..=10000.0, plausible 30.0..=80.0, assumption "about 500 good dies a wafer, 8 to 12 in a stack";
    }
}

/// A fab, packaging plant or memory plant as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct FabSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of the state it stands in.
    pub state: usize,
    /// Who owns it.
    pub owner: String,
    /// What it does.
    pub stage: Stage,
    /// Month it starts; `None` if it is there from the start.
    pub enters: Option<Month>,
    /// Its numbers.
    pub numbers: FabNumbers,
}

impl Entity for FabSpec {
    const KIND: EntityKind = EntityKind {
        list: "fabs",
        one: "fab",
        called: "fab",
        heading: "Fabs",
        meaning: "Fabs, packaging and memory plants",
        most: MAX_FABS,
        moved_by: None,
        recorded: true,
        numbers: FabNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(FabNumbers);

    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        let states = before.states();
        read_entities(root, &Self::KIND, found, |name, section, found| {
            let state = require_state(section, "state", &states, found);
            let owner = section.read("owner", cell_text, found).cloned().unwrap_or_default();
            let stage = section.require("stage", found).and_then(|entry| note(choice("stage", &entry.node), found));
            let enters = after_start(section.read("enters", month, found), before.start);
            let numbers = FabNumbers::from_values(&section.parameters(FabNumbers::DECLARED, found));
            Some(Self { name: name.to_owned(), state: state?, owner, stage: stage?, enters, numbers })
        })
    }

    fn describe(&self, scenario: &Scenario) -> Map<String, Value> {
        let mut entry = named(&self.name);
        entry.insert("state".into(), scenario.state_name(self.state));
        entry.insert("owner".into(), self.owner.as_str().into());
        entry.insert("stage".into(), self.stage.word().into());
        insert_month(&mut entry, "enters", self.enters);
        insert_parameters(&mut entry, &self.numbers);
        entry
    }

    fn check(&self, scenario: &Scenario) -> Checked {
        scenario.state(&format!("fabs.{}.state", self.name), self.state)
    }

    fn remark(&self, scenario: &Scenario) -> Option<String> {
        super::too_late(self.enters, scenario)
    }
}

impl FabSpec {
    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        vec![
            ("state", described(schema::name(), "The state it stands in.")),
            ("owner", described(json!({ "type": "string", "default": "" }), "Who owns it.")),
            ("stage", one_of::<Stage>("What it does.", None)),
            ("enters", described(schema::month(), "Month it starts; left out if it is there from the start.")),
        ]
    }
}
