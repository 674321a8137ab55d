//! Parts of a scenario that are switched on and off together, and the worlds in which some of them are on.

use crate::{
    analysis::shapley::{Coalition, MOST_PLAYERS},
    declare::text::counted,
    experiment::Variant,
    model::{Model, bundles::BUNDLES},
    scenario::{
        Described, Scenario, Source,
        child::whole,
        diagnostic::unknown,
        key::{Key, REMOVE},
    },
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

const MECHANISMS: &str = "mechanisms";
/// The lists of rules: what states do, and what befalls them.
const RULES: [&str; 3] = ["policies", "controls", "shocks"];
/// Keys of a config that are no part of the world, or the same in both.
const APART: [&str; 4] = ["name", "description", "seed", "time"];

/// Into which groups a scenario falls where none are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum By {
    /// Bundles of mechanisms.
    #[default]
    Bundle,
    /// Each mechanism alone.
    Mechanism,
    /// Each policy, control and shock alone.
    Rule,
}

/// A part of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Unit {
    /// A mechanism with its parameters.
    Mechanism(String),
    /// An entity of a list, by name.
    Entity(String, String),
    /// All that stands under a key.
    Key(String),
}

/// Parts that are on together.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Its name.
    pub name: String,
    /// What it is about, in a line.
    pub meaning: String,
    units: Vec<Unit>,
}

/// A scenario in groups, and what stands in the place of those that are off.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    /// The complete config with all groups on.
    on: Value,
    /// With which it is compared; without one, mechanisms are off and rules are not there.
    against: Option<Value>,
    /// Groups that make a difference.
    pub list: Vec<Group>,
    /// Groups that make none, since nothing of them is on.
    pub idle: Vec<Group>,
}

impl Groups {
    /// The groups of a scenario: those that are `named`, each parts with `+` between them, or else all of a kind.
    ///
    /// # Errors
    /// A name that nothing has, a part in two groups, or too many groups.
    pub(crate) fn new(
        scenario: &Scenario,
        against: Option<&Scenario>,
        by: By,
        named: &[String],
    ) -> Result<Self, String> {
        let mut groups = Self {
            on: scenario.to_json(),
            against: against.map(Scenario::to_json),
            list: Vec::new(),
            idle: Vec::new(),
        };
        let all = if named.is_empty() {
            groups.of_kind(by)
        } else {
            named.iter().map(|words| groups.group(words)).collect::<Result<_, _>>()?
        };
        for (at, group) in all.iter().enumerate() {
            let twice = |unit: &&Unit| all[..at].iter().any(|other| other.units.contains(unit));
            if let Some(unit) = group.units.iter().find(twice) {
                return Err(format!("{} is in two groups", groups.shown(unit)));
            }
        }
        for group in all {
            let differs = groups.with(&[&group]) != groups.on;
            if differs { groups.list.push(group) } else { groups.idle.push(group) }
        }
        match groups.list.len() {
            0 => Err("nothing of these groups is on, so that there is nothing to tell apart".to_owned()),
            many if many > MOST_PLAYERS => {
                Err(format!("{}, and {MOST_PLAYERS} are the most", counted(many as u64, "group")))
            }
            _ => Ok(groups),
        }
    }

    fn of_kind(&self, by: By) -> Vec<Group> {
        let group = |name: &str, meaning: &str, units| Group { name: name.into(), meaning: meaning.into(), units };
        let mechanisms = self.names(MECHANISMS);
        let alone = |name: &String| group(name, "", vec![Unit::Mechanism(name.clone())]);
        let mut found: Vec<Group> = match by {
            By::Bundle => {
                let of = |(name, meaning, units): (&str, &str, Vec<Unit>)| group(name, meaning, units);
                let known = |name: &String| BUNDLES.iter().any(|bundle| bundle.mechanisms.contains(&name.as_str()));
                let bundles =
                    BUNDLES.iter().map(|bundle| of((bundle.name, bundle.meaning, self.bundled(bundle.mechanisms))));
                bundles.chain(mechanisms.iter().filter(|name| !known(name)).map(alone)).collect()
            }
            By::Mechanism => mechanisms.iter().map(alone).collect(),
            By::Rule => {
                let of = |list: &'static str| {
                    self.names(list).into_iter().map(move |name| Unit::Entity(list.to_owned(), name))
                };
                let rules = RULES.into_iter().flat_map(of);
                rules.map(|unit| group(&self.shown(&unit), "", vec![unit])).collect()
            }
        };
        if let Some(against) = self.against.as_ref().filter(|_| by != By::Rule) {
            let here = self.on.as_object().into_iter().flat_map(Map::keys);
            let there = against.as_object().into_iter().flat_map(Map::keys).filter(|key| self.on.get(key).is_none());
            let world = |key: &&String| *key != MECHANISMS && !APART.contains(&key.as_str());
            found.extend(
                here.chain(there)
                    .filter(world)
                    .map(|key| group(&format!("the {key}"), "", vec![Unit::Key(key.clone())])),
            );
        }
        found
    }

    /// Those of these mechanisms that the model has.
    fn bundled(&self, mechanisms: &[&str]) -> Vec<Unit> {
        let known = self.names(MECHANISMS);
        let here = mechanisms.iter().filter(|name| known.iter().any(|known| known == *name));
        here.map(|name| Unit::Mechanism((*name).to_owned())).collect()
    }

    /// The names in a list of entities, or the mechanisms.
    fn names(&self, list: &str) -> Vec<String> {
        match &self.on[list] {
            Value::Object(table) => table.keys().cloned().collect(),
            Value::Array(items) => items.iter().filter_map(|item| item["name"].as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        }
    }

    fn shown(&self, unit: &Unit) -> String {
        match unit {
            Unit::Mechanism(name) | Unit::Key(name) => name.clone(),
            Unit::Entity(_, name) => name.clone(),
        }
    }

    /// A group of parts with `+` between them: bundles, mechanisms, lists of rules, or rules by name.
    fn group(&self, words: &str) -> Result<Group, String> {
        let mut units: Vec<Unit> = Vec::new();
        let mut meaning = String::new();
        for word in words.split('+').map(str::trim) {
            let (about, found) = self.units(word)?;
            meaning = about;
            units.extend(found);
        }
        let meaning = if words.contains('+') { String::new() } else { meaning };
        Ok(Group { name: words.to_owned(), meaning, units })
    }

    fn units(&self, word: &str) -> Result<(String, Vec<Unit>), String> {
        if let Some(bundle) = BUNDLES.iter().find(|bundle| bundle.name == word) {
            return Ok((bundle.meaning.to_owned(), self.bundled(bundle.mechanisms)));
        }
        let mechanisms = self.names(MECHANISMS);
        if mechanisms.iter().any(|name| name == word) {
            return Ok((String::new(), vec![Unit::Mechanism(word.to_owned())]));
        }
        let of = |list: &str| self.names(list).into_iter().map(|name| Unit::Entity(list.to_owned(), name)).collect();
        if RULES.contains(&word) {
            return Ok((String::new(), of(word)));
        }
        let rules: Vec<Unit> = RULES.into_iter().flat_map(|list| -> Vec<Unit> { of(list) }).collect();
        if let Some(unit) = rules.iter().find(|unit| self.shown(unit) == word) {
            return Ok((String::new(), vec![unit.clone()]));
        }
        let rules: Vec<String> = rules.iter().map(|unit| self.shown(unit)).collect();
        let known = BUNDLES.iter().map(|bundle| bundle.name).chain(mechanisms.iter().map(String::as_str));
        let known = known.chain(RULES).chain(rules.iter().map(String::as_str));
        Err(unknown("bundle, mechanism or rule", word, known))
    }

    /// The complete config with these groups off.
    fn with(&self, off: &[&Group]) -> Value {
        let mut config = self.on.clone();
        for unit in off.iter().flat_map(|group| &group.units) {
            match (unit, &self.against) {
                (Unit::Mechanism(name), None) => config[MECHANISMS][name]["enabled"] = json!(false),
                (Unit::Mechanism(name), Some(other)) => config[MECHANISMS][name] = other[MECHANISMS][name].clone(),
                (Unit::Key(key), Some(other)) => match (config.as_object_mut(), other.get(key)) {
                    (Some(config), Some(instead)) => drop(config.insert(key.clone(), instead.clone())),
                    (Some(config), None) => drop(config.remove(key)),
                    (None, _) => {}
                },
                (Unit::Key(_), None) => {}
                (Unit::Entity(list, name), other) => {
                    let Value::Array(items) = &mut config[list] else { continue };
                    let is = |item: &Value| item["name"] == json!(name);
                    let instead = other.as_ref().and_then(|other| other[list].as_array()?.iter().find(|item| is(item)));
                    match (instead, items.iter().position(is)) {
                        (Some(instead), Some(at)) => items[at] = instead.clone(),
                        (None, Some(at)) => drop(items.remove(at)),
                        (_, None) => {}
                    }
                }
            }
        }
        config
    }

    /// What a coalition is, in words.
    pub(crate) fn words(&self, coalition: Coalition) -> String {
        let on = (0..self.list.len()).filter(|player| (coalition >> player) & 1 == 1);
        let names: Vec<&str> = on.map(|player| self.list[player].name.as_str()).collect();
        match names.len() {
            0 => "none of the groups".to_owned(),
            all if all == self.list.len() => "all groups".to_owned(),
            _ => format!("only {}", names.join(", ")),
        }
    }

    /// The values that a command line lays over the scenario for a coalition; `None` if no command line can say it.
    pub(crate) fn flags(&self, coalition: Coalition) -> Option<Vec<String>> {
        let off = (0..self.list.len()).filter(|player| (coalition >> player) & 1 == 0);
        let flag = |unit: &Unit| match unit {
            _ if self.against.is_some() => None,
            Unit::Mechanism(name) if self.on[MECHANISMS][name]["enabled"] == json!(false) => Some(String::new()),
            Unit::Mechanism(name) => Some(format!("{MECHANISMS}.{name}.enabled=false")),
            Unit::Entity(list, name) => Some(format!("{}=true", Key::new(&[list, name, REMOVE]))),
            Unit::Key(_) => None,
        };
        let flags: Option<Vec<String>> = off.flat_map(|player| &self.list[player].units).map(flag).collect();
        flags.map(|flags| flags.into_iter().filter(|flag| !flag.is_empty()).collect())
    }

    /// The world of each coalition, in their order, made of a scenario of an experiment.
    ///
    /// # Errors
    /// A coalition is no world that the model takes.
    pub(crate) fn variants(
        &self,
        base: &Variant,
        coalitions: &[Coalition],
        model: &Model,
    ) -> Result<Vec<Variant>, String> {
        let world = |coalition: &Coalition| {
            let off: Vec<&Group> =
                (0..self.list.len()).filter(|at| (coalition >> at) & 1 == 0).map(|at| &self.list[at]).collect();
            let told =
                |error: &dyn std::fmt::Display| format!("with {} there is no world: {error}", self.words(*coalition));
            let text = whole(&self.with(&off)).map_err(|error| told(&error))?;
            let source = Source::Text { name: self.words(*coalition), text };
            let mut scenario = model.load(&source).map_err(|errors| told(&errors))?;
            scenario.seed = base.scenario.seed;
            let mut variant = base.clone();
            variant.name = name(*coalition);
            let description = format!("On: {}.", self.words(*coalition));
            scenario.description.clone_from(&description);
            variant.described = Described { description, ..Described::default() };
            variant.scenario = Arc::new(scenario);
            Ok(variant)
        };
        coalitions.iter().map(world).collect()
    }
}

/// The name of a coalition's scenario.
pub(crate) fn name(coalition: Coalition) -> String {
    format!("on-{coalition:x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline;

    fn named(words: &[&str]) -> Result<Groups, String> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Groups::new(&baseline(), None, By::Bundle, &words)
    }

    #[test]
    fn bundles_hold_what_is_on_and_what_is_off_makes_no_group() {
        let mut scenario = baseline();
        scenario.set("mechanisms.diffusion.enabled", false).unwrap();
        let groups = Groups::new(&scenario, None, By::Bundle, &[]).unwrap();
        assert!(groups.idle.iter().any(|group| group.name == "learning"));
        assert_eq!(groups.list.len() + groups.idle.len(), BUNDLES.len());
        let alone = Groups::new(&scenario, None, By::Mechanism, &[]).unwrap();
        assert_eq!(alone.list.len() + alone.idle.len(), scenario.mechanisms.len());
        let rules = Groups::new(&scenario, None, By::Rule, &[]).unwrap();
        assert_eq!(rules.list.len(), scenario.policies.len() + scenario.controls.len() + scenario.shocks.len());
    }

    #[test]
    fn groups_are_named_by_bundles_mechanisms_and_rules() {
        let policy = baseline().policies[0].name.clone();
        let groups = named(&["learning+openness", "controls", &policy]).unwrap();
        assert_eq!(groups.list.len(), 3);
        assert_eq!(groups.words(0b101), format!("only learning+openness, {policy}"));
        assert_eq!((groups.words(0), groups.words(0b111)), ("none of the groups".into(), "all groups".into()));
        assert!(named(&["lerning"]).unwrap_err().contains("did you mean `learning`?"));
        assert!(named(&["learning", "diffusion"]).unwrap_err().contains("diffusion is in two groups"));
    }

    #[test]
    fn worlds_of_coalitions_are_those_in_which_the_others_are_off() {
        let model = Model::standard();
        let experiment = model.experiment(&Source::Builtin("baseline".to_owned()), &[]).unwrap();
        let (base, policy) = (&experiment.variants[0], baseline().policies[0].name.clone());
        let groups = named(&["learning", &policy]).unwrap();
        let worlds = groups.variants(base, &[0, 1, 2, 3], &model).unwrap();
        let on = |at: usize| {
            let scenario = &worlds[at].scenario;
            let has = scenario.policies.iter().any(|each| each.name == policy);
            (scenario.number("mechanisms.diffusion.enabled").unwrap(), has)
        };
        assert_eq!([0, 1, 2, 3].map(on), [(0.0, false), (1.0, false), (0.0, true), (1.0, true)]);
        let mut whole = Scenario::clone(&worlds[3].scenario);
        whole.description.clone_from(&base.scenario.description);
        assert_eq!(whole, *base.scenario);
        assert_eq!(worlds[2].name, "on-2");
    }

    #[test]
    fn against_another_scenario_groups_are_what_differs() {
        let load = |name: &str| Model::standard().load(&Source::Builtin(name.to_owned())).unwrap();
        let (on, against) = (load("taiwan-blockade"), load("no-controls"));
        let groups = Groups::new(&on, Some(&against), By::Bundle, &[]).unwrap();
        let names: Vec<&str> = groups.list.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["controls", "the shocks"]);
        let none = groups.with(&groups.list.iter().collect::<Vec<_>>());
        let apart = |mut config: Value| {
            APART.iter().for_each(|key| config[*key] = Value::Null);
            config
        };
        assert_eq!(apart(none), apart(against.to_json()));
    }
}
