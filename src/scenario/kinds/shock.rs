//! Outages of fabs, dated or by hazard.

use super::{Before, Entity, Scenario, Stage};
use crate::{
    declare::parameter::Parameters,
    parameters,
    scenario::{
        Choice, MAX_SHOCKS, Month,
        describe::{insert_month, insert_parameters, named},
        diagnostic::Diagnostic,
        entities::{EntityKind, NameIndex, read_entities, require_state},
        schema::{self, described, names, one_of},
        section::{Mistakes, Section, choice, list, month},
        tree::Node,
        unsound::Checked,
    },
};
use serde_json::{Map, Value, json};

parameters! {
    /// Numbers of a shock.
    pub struct ShockNumbers {
        /// Share of the stages' output that is lost while it lasts.
        severity: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.2..=1.0 or null 0.0, assumption "a full blockade stops everything";
        /// How long it lasts.
        months: u32 = 12, "months", range 0..=1200, plausible 1..=36, assumption "chosen by the user";
        /// Time from its end to full output.
        recovery_months: u32 = 12, "months", range 0..=1200, plausible 3..=36, assumption "fabs that stood still need months to qualify again";
        /// Hazard of a shock without a date.
        hazard_per_year: f64 = 0.0, "1/year", range 0.0..=100.0, plausible 0.0..=0.05 or null 0.0, assumption "chosen by the user";
        /// How much distrust between `between` raises the hazard: a factor of 1 + tension (1 − trust).
        tension: f64 = 0.0, "1", range 0.0..=100.0, plausible 0.0..=5.0 or null 0.0, assumption "chosen by the user";
        /// Share of the location's output that is lost besides while it lasts.
        output_loss: f64 = 0.0, "1", range 0.0..=0.99, plausible 0.0..=0.4 or null 0.0, assumption "chosen by the user";
    }
}

/// A shock as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct ShockSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of the state whose plants it hits.
    pub location: usize,
    /// Which stages it hits, in the order of [`Stage`].
    pub stages: [bool; Stage::COUNT],
    /// First month; `None` if it comes by hazard, once.
    pub from: Option<Month>,
    /// Indices of the two states whose distrust raises the hazard.
    pub between: Option<(usize, usize)>,
    /// Its numbers.
    pub numbers: ShockNumbers,
}

impl Entity for ShockSpec {
    const KIND: EntityKind = EntityKind {
        list: "shocks",
        one: "shock",
        called: "shock",
        heading: "Shocks",
        meaning: "Outages of fabs",
        most: MAX_SHOCKS,
        moved_by: Some(("shocks", "severity_scale")),
        recorded: false,
        numbers: ShockNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(ShockNumbers);

    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        let states = before.states();
        read_entities(root, &Self::KIND, found, |name, section, found| {
            let location = require_state(section, "location", &states, found);
            let stages = section.read("stages", stages, found).unwrap_or([true; Stage::COUNT]);
            let from = section.read("from", month, found);
            let between = section.read("between", |_, node| pair(node, &states), found);
            let numbers = ShockNumbers::from_values(&section.parameters(ShockNumbers::DECLARED, found));
            if let Some(entry) = section.take("hazard_per_year")
                && from.is_some()
                && numbers.hazard_per_year > 0.0
            {
                let message = "a dated shock has no hazard: leave out `from` or `hazard_per_year`";
                found.push(Diagnostic::at(&entry.node.place, message));
            }
            Some(Self { name: name.to_owned(), location: location?, stages, from, between, numbers })
        })
    }

    fn describe(&self, scenario: &Scenario) -> Map<String, Value> {
        let mut entry = named(&self.name);
        entry.insert("location".into(), scenario.state_name(self.location));
        let hit = Stage::WORDS.iter().zip(&self.stages).filter(|(_, hit)| **hit);
        entry.insert("stages".into(), hit.map(|((word, _), _)| *word).collect());
        insert_month(&mut entry, "from", self.from);
        if let Some((a, b)) = self.between {
            entry.insert("between".into(), scenario.state_names(&[a, b]));
        }
        insert_parameters(&mut entry, &self.numbers);
        entry
    }

    fn check(&self, scenario: &Scenario) -> Checked {
        let place = |what: &str| format!("shocks.{}.{what}", self.name);
        scenario.state(&place("location"), self.location)?;
        let mut pair = self.between.into_iter().flat_map(|(a, b)| [a, b]);
        pair.try_for_each(|state| scenario.state(&place("between"), state))
    }

    fn remark(&self, scenario: &Scenario) -> Option<String> {
        let ShockNumbers { severity, months, recovery_months, hazard_per_year, tension, output_loss } = self.numbers;
        let (start, lasts) = (scenario.time.start, months.saturating_add(recovery_months));
        if self.from.is_none() && hazard_per_year == 0.0 {
            return Some("never comes: it has neither a date (`from`) nor a hazard".to_owned());
        }
        if lasts == 0 || severity == 0.0 && output_loss == 0.0 {
            return Some("has no effect: nothing is lost, or for no time".to_owned());
        }
        if let Some(from) = self.from.filter(|from| start.since(*from) >= i64::from(lasts)) {
            return Some(format!("has no effect: that of {from} is over before the world starts"));
        }
        if let Some(remark) = super::too_late(self.from, scenario) {
            return Some(remark);
        }
        self.misses(scenario).or_else(|| {
            let deaf = tension > 0.0 && (self.from.is_some() || self.between.is_none());
            deaf.then(|| "has a `tension` without effect: that raises a hazard by the distrust in `between`".to_owned())
        })
    }
}

impl ShockSpec {
    /// What it does not hit, for want of plants.
    fn misses(&self, scenario: &Scenario) -> Option<String> {
        let place = &scenario.states.get(self.location)?.name;
        let plants = |stage: Stage| scenario.fabs.iter().any(|fab| fab.state == self.location && fab.stage == stage);
        let hit = Stage::WORDS.iter().zip(&self.stages).filter(|(_, hit)| **hit);
        let missed: Vec<_> =
            hit.clone().filter(|((_, stage), _)| !plants(*stage)).map(|((word, _), _)| *word).collect();
        let output = self.numbers.output_loss > 0.0;
        if missed.is_empty() || self.stages == [true; Stage::COUNT] && (output || missed.len() < Stage::COUNT) {
            // One that hits everything hits what there is.
            None
        } else if missed.len() == hit.count() && !output {
            Some(format!("has no effect: there are no plants in {place} to hit"))
        } else {
            Some(format!("has no effect on `{}`: {place} has no such plant", missed.join("`, `")))
        }
    }

    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        let words: Vec<_> = Stage::WORDS.iter().map(|(word, _)| *word).collect();
        let stages =
            json!({ "type": "array", "items": one_of::<Stage>("A stage.", None), "minItems": 1, "default": words });
        let mut between = names("Two states whose distrust raises the hazard.");
        between["minItems"] = 2.into();
        between["maxItems"] = 2.into();
        between["uniqueItems"] = true.into();
        vec![
            ("location", described(schema::name(), "The state whose plants it hits.")),
            ("stages", described(stages, "Which stages it hits.")),
            ("from", described(schema::month(), "First month; left out if it comes by hazard, once.")),
            ("between", between),
        ]
    }
}

fn stages(key: &str, node: &Node) -> Result<[bool; Stage::COUNT], Diagnostic> {
    let mut hit = [false; Stage::COUNT];
    for item in list(key, node)? {
        let stage: Stage = choice(key, item)?;
        for (&(_, each), hit) in Stage::WORDS.iter().zip(&mut hit) {
            *hit |= each == stage;
        }
    }
    if hit.contains(&true) { Ok(hit) } else { Err(Diagnostic::at(&node.place, format!("`{key}` names no stage"))) }
}

fn pair(node: &Node, states: &NameIndex<'_>) -> Result<(usize, usize), Diagnostic> {
    if let [a, b] = list("between", node)? {
        let (a, b) = (states.find(a)?, states.find(b)?);
        if a != b {
            return Ok((a.min(b), a.max(b)));
        }
    }
    Err(Diagnostic::at(&node.place, "`between` must be a list of two different states"))
}
