//! Export controls.

use super::{Before, Entity, Hazard, Scenario, Window};
use crate::{
    declare::{choice::choices, parameter::Parameters},
    parameters,
    scenario::{
        Choice, MAX_CONTROLS, Month,
        describe::{insert_month, insert_parameters, named},
        diagnostic::Diagnostic,
        entities::{EntityKind, read_entities},
        schema::{self, described, names, one_of},
        section::{Mistakes, Section, choice, list, note},
        unsound::{Checked, ensure},
    },
};
use serde_json::{Map, Value};

choices! {
    /// What an export control covers.
    pub enum Goods {
        /// Chips above a performance threshold.
        Chips = "chips",
        /// Equipment for logic nodes below a threshold.
        Equipment = "equipment",
        /// High-bandwidth memory.
        Memory = "memory",
        /// Refined materials without which no chip is made.
        Materials = "materials",
        /// Use of chips in data centres of third states.
        Rental = "rental",
        /// Use of closed models from afar, and learning from their outputs.
        Models = "models",
    }
}

parameters! {
    /// Numbers of an export control.
    pub struct ControlNumbers {
        /// Share of covered flows that the rule means to stop (x).
        strictness: f64 = 0.8, "1", range 0.0..=1.0, plausible 0.4..=1.0 or null 0.0, assumption "licences and exceptions remain";
        /// Share of what it means to stop that gets through all the same (ℓ).
        leak: f64 = 0.25, "1", range 0.0..=1.0, plausible 0.0..=0.5, assumption "smuggling and resale through third countries";
        /// Whether it leaks, on each flow, as the rule did that stopped most of it when this one began; by its own `leak` where none stopped any.
        keeps_leak: bool = 0, "1", range 0..=1, plausible 0..=1, assumption "a rule has ways around it of its own, or those of the rule before";
        /// Chips of at least this performance are covered.
        threshold_h100e: f64 = 0.3, "H100e", range 0.0..=10000.0, plausible 0.0..=1.5, assumption "4800 TPP is 0.3 PFLOPS dense BF16";
        /// Performance of the best variant of a covered chip that the rule lets pass.
        variant_h100e: f64 = 0.3, "H100e", range 0.0..=10000.0, plausible 0.0..=1.0, assumption "just below the threshold";
        /// Equipment for nodes of at most this size is covered.
        node_nm: f64 = 16.0, "nm", range 0.0..=1000.0, plausible 5.0..=28.0, assumption "the rules of 2022 name 16/14 nm logic";
        /// Hazard of one that begins by chance (`earliest`); once in a run.
        hazard_per_year: f64 = 0.0, "1/year", range 0.0..=100.0, plausible 0.0..=2.0 or null 0.0, assumption "chosen by the user";
        /// Coefficient of variation of that hazard, where it is not known well: it then falls the longer nothing comes.
        hazard_cv: f64 = 0.0, "1", range 0.0..=10.0, plausible 0.0..=2.0 or null 0.0, assumption "a hazard counted from n events has 1/√(n + ½)";
    }
}

/// An export control as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct ControlSpec {
    /// Its name, a stable key.
    pub name: String,
    /// What it covers.
    pub what: Goods,
    /// Indices of the states that impose it, sorted: designers' homes for chips and their rental, plants' places for memory, refiners'
    /// for materials, firms' homes for models.
    pub by: Vec<usize>,
    /// Indices of the states it is aimed at, sorted.
    pub against: Vec<usize>,
    /// First month in force; `None` if it begins by chance.
    pub from: Option<Month>,
    /// Months in which it may begin by chance.
    pub by_chance: Option<Window>,
    /// First month no longer in force; `None` if it stays.
    pub to: Option<Month>,
    /// Its numbers.
    pub numbers: ControlNumbers,
}

impl Entity for ControlSpec {
    const KIND: EntityKind = EntityKind {
        list: "controls",
        one: "control",
        called: "export control",
        heading: "Export controls",
        meaning: "Export controls",
        most: MAX_CONTROLS,
        moved_by: Some(("export_controls", "strictness_scale")),
        recorded: false,
        numbers: ControlNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(ControlNumbers);

    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        let states = before.states();
        read_entities(root, &Self::KIND, found, |name, section, found| {
            let what = section.require("what", found).and_then(|entry| note(choice("what", &entry.node), found));
            // Equipment comes from anywhere; for the rest it counts whose it is.
            let silent = what.is_none_or(|what| what == Goods::Equipment);
            let by = if silent { section.take("by") } else { section.require("by", found) };
            let by = by.map_or_else(Vec::new, |entry| states.find_all("by", &entry.node, found));
            let entry = section.require("against", found);
            let against = entry.map_or_else(Vec::new, |entry| states.find_all("against", &entry.node, found));
            if let Some(entry) = entry {
                if matches!(list("against", &entry.node), Ok([])) {
                    found.push(Diagnostic::at(&entry.node.place, "`against` names no state"));
                }
                if by.iter().any(|state| against.contains(state)) {
                    let message = "a state cannot stand in both `by` and `against`";
                    found.push(Diagnostic::at(&entry.node.place, message));
                }
            }
            let by_chance = Window::read(section, found);
            if section.take("earliest").is_none() {
                section.require("from", found);
            }
            let (from, to) = section.span("from", "to", found);
            let numbers = ControlNumbers::from_values(&section.parameters(ControlNumbers::DECLARED, found));
            let begins = from.is_some() || by_chance.is_some();
            begins.then_some(())?;
            Some(Self { name: name.to_owned(), what: what?, by, against, from, by_chance, to, numbers })
        })
    }

    fn describe(&self, scenario: &Scenario) -> Map<String, Value> {
        let mut entry = named(&self.name);
        entry.insert("what".into(), self.what.word().into());
        entry.insert("by".into(), scenario.state_names(&self.by));
        entry.insert("against".into(), scenario.state_names(&self.against));
        insert_month(&mut entry, "from", self.from);
        insert_month(&mut entry, "to", self.to);
        insert_parameters(&mut entry, &self.numbers);
        Window::describe(self.by_chance.as_ref(), &mut entry);
        entry
    }

    fn check(&self, scenario: &Scenario) -> Checked {
        let place = format!("controls.{}", self.name);
        Window::check(self.by_chance.as_ref(), self.from, &place)?;
        let begins = self.from.is_some() || self.by_chance.is_some();
        ensure(begins, || format!("{place}.from"), || "must be a month, or `earliest` one".to_owned())?;
        let mut states = self.by.iter().chain(&self.against);
        states.try_for_each(|state| scenario.state(&place, *state))
    }

    fn remark(&self, scenario: &Scenario) -> Option<String> {
        if self.stopped() <= 0.0 {
            let help = "of rules in force together the strictest counts, and one ends with its `to`";
            return Some(format!("has no effect: it stops nothing; {help}"));
        }
        let refines =
            |state: &usize| scenario.states.get(*state).is_some_and(|state| state.numbers.materials_share > 0.0);
        if self.what == Goods::Materials && !self.by.iter().any(refines) {
            return Some("has no effect: no state in `by` has a `materials_share`".to_owned());
        }
        if self.numbers.keeps_leak && self.has_none_before(scenario) {
            return Some(
                "keeps no leak: no rule on the same flow stands before it, and its own `leak` counts".to_owned(),
            );
        }
        let by_chance = self.by_chance.and_then(|window| window.remark(self.hazard(), self.to, scenario));
        by_chance
            .or_else(|| super::too_late(self.from, scenario))
            .or_else(|| {
                // Chips that were made for a rule stay when it has gone.
                let gone = self.to.filter(|to| self.what != Goods::Chips && *to <= scenario.time.start);
                gone.map(|to| format!("has no effect: it ends in {to}, before the world starts"))
            })
            .or_else(|| {
                // What leaks as another does is known when it begins.
                let covered = !self.numbers.keeps_leak && self.is_covered(scenario);
                covered.then(|| "has no effect: stronger ones are in force beside it".to_owned())
            })
    }
}

impl ControlSpec {
    /// How often it comes, if it begins by chance.
    pub const fn hazard(&self) -> Hazard {
        Hazard { per_year: self.numbers.hazard_per_year, cv: self.numbers.hazard_cv }
    }

    /// Share of a covered flow that it stops; the most that it may, if it leaks as another does.
    fn stopped(&self) -> f64 {
        let leak = if self.numbers.keeps_leak { 0.0 } else { self.numbers.leak };
        self.numbers.strictness * (1.0 - leak)
    }

    /// Whether no rule on any of the same flows may stand when it begins.
    fn has_none_before(&self, scenario: &Scenario) -> bool {
        let share = |own: &[usize], its: &[usize]| own.iter().any(|state| its.contains(state));
        !scenario.controls.iter().any(|other| {
            let by = self.what == Goods::Equipment || share(&self.by, &other.by);
            let same = other.name != self.name && other.what == self.what && by && share(&self.against, &other.against);
            // What comes by chance may come in any later month too.
            let ends = other.to.is_none_or(|to| self.first().is_some_and(|first| to >= first));
            let stands = ends && (self.by_chance.is_some() || other.first() < self.first());
            same && stands
        })
    }

    /// First month in which it is, or may be, in force.
    fn first(&self) -> Option<Month> {
        self.from.or(self.by_chance.map(|window| window.earliest))
    }

    fn in_force(&self, month: Month) -> bool {
        self.first().is_some_and(|first| first <= month) && self.to.is_none_or(|to| month < to)
    }

    /// Whether others are in force, and at least as strong, wherever and whenever it is.
    fn is_covered(&self, scenario: &Scenario) -> bool {
        let end = scenario.time.start.plus(scenario.time.months);
        // One that comes by chance may not come.
        let others = scenario
            .controls
            .iter()
            .filter(|other| other.by_chance.is_none() && !other.numbers.keeps_leak && other.is_stronger(self));
        let others: Vec<_> = others.collect();
        let turns = others.iter().flat_map(|other| [other.from, other.to]).flatten();
        let turns = turns.filter(|turn| self.in_force(*turn) && *turn < end);
        let mut turns: Vec<_> = turns.chain(self.first()).collect();
        turns.sort_unstable();
        turns.dedup();
        // Who makes equipment does not matter.
        let by = if self.what == Goods::Equipment { &[0][..] } else { &self.by };
        let covered = |month: Month, by: usize, against: usize| {
            others.iter().any(|other| {
                let binds = self.what == Goods::Equipment || other.by.contains(&by);
                binds && other.against.contains(&against) && other.in_force(month)
            })
        };
        turns.iter().all(|month| by.iter().all(|by| self.against.iter().all(|state| covered(*month, *by, *state))))
    }

    /// Whether it covers and stops all that `other` does. Of two equal ones the first by name is the stronger.
    fn is_stronger(&self, other: &Self) -> bool {
        let (own, its) = (&self.numbers, &other.numbers);
        let covers = match self.what {
            Goods::Chips => own.threshold_h100e <= its.threshold_h100e && own.variant_h100e <= its.variant_h100e,
            Goods::Equipment => own.node_nm >= its.node_nm,
            Goods::Memory | Goods::Materials | Goods::Rental | Goods::Models => true,
        };
        let equal = self.stopped() == other.stopped() && own.threshold_h100e == its.threshold_h100e;
        let equal = equal && own.variant_h100e == its.variant_h100e && own.node_nm == its.node_nm;
        let first = !equal || self.name < other.name;
        self.name != other.name && self.what == other.what && covers && self.stopped() >= other.stopped() && first
    }

    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        let mut against = names("The states it is aimed at.");
        against["minItems"] = 1.into();
        let mut keys = vec![
            ("what", one_of::<Goods>("What it covers.", None)),
            (
                "by",
                names(
                    "The states that impose it: designers' homes for chips and rental, plants' places for memory, refiners' for materials, firms' homes for models.",
                ),
            ),
            ("against", against),
            ("from", described(schema::month(), "First month in force; left out if it begins by chance.")),
            ("to", described(schema::month(), "First month no longer in force; left out if it stays.")),
        ];
        keys.extend(Window::keys());
        keys
    }
}
