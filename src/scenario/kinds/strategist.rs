//! Strategists: states that choose their postures themselves.

use super::{Before, Entity, Indicator, Scenario};
use crate::{
    declare::{choice::choices, parameter::Parameters},
    parameters,
    scenario::{
        Choice, MAX_STATES, Month,
        describe::{insert_month, insert_parameters, named},
        diagnostic::{Diagnostic, unknown},
        entities::{EntityKind, NameIndex, read_entities},
        read::after_start,
        schema::{self, described, names, one_of},
        section::{Mistakes, Section, choice, list, month, note, real, text},
        tree::Node,
        unsound::{Checked, ensure},
    },
};
use serde_json::{Map, Value, json};

choices! {
    /// How a state chooses its posture when it reviews it.
    pub enum StateRule {
        /// It stays where it started.
        Fixed = "fixed",
        /// It arms as its rivals do, tires, and answers to what an indicator lacks (Richardson 1960).
        Reactive = "reactive",
        /// It cooperates or not by what both did last, with errors (Axelrod 1984; Nowak and Sigmund 1992).
        MemoryOne = "memory_one",
        /// It answers what it expects of its rival with a logit over a table of payoffs (McKelvey and Palfrey 1995).
        BestResponse = "best_response",
        /// It takes up the posture of another state that fares better, the sooner the better (Fermi rule).
        Imitate = "imitate",
        /// It tries every posture in branches of the world, and takes up the best.
        LookAhead = "look_ahead",
    }
}

parameters! {
    /// Numbers of a strategist.
    pub struct StrategistNumbers {
        /// Weight of ln output in what it wants.
        weight_output: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.0..=3.0 or null 0.0, assumption "what states want is not known: explore it";
        /// Weight of ln power.
        weight_power: f64 = 0.5, "1", range 0.0..=1000.0, plausible 0.0..=3.0 or null 0.0, assumption "what states want is not known: explore it";
        /// Weight of ln power less that of the strongest rival.
        weight_lead: f64 = 0.5, "1", range 0.0..=1000.0, plausible 0.0..=3.0 or null 0.0, assumption "what states want is not known: explore it";
        /// Weight of welfare.
        weight_welfare: f64 = 0.5, "1", range 0.0..=1000.0, plausible 0.0..=3.0 or null 0.0, assumption "what states want is not known: explore it";
        /// Weight of what incidents cost, against.
        weight_risk: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.0..=10.0 or null 0.0, assumption "what states want is not known: explore it";
        /// Cost of taking up another posture, in units of what it wants.
        switching_cost: f64 = 0.002, "1", range 0.0..=10.0, plausible 0.0..=0.02 or null 0.0, assumption "agencies, laws and partners change slowly";
        /// Part of the rivals' hostility that a review adds to its own (k), for `reactive`.
        reaction: f64 = 0.3, "1/review", range 0.0..=10.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// Part of its hostility that a review takes off (a), for `reactive`.
        fatigue: f64 = 0.4, "1/review", range 0.0..=1.0, plausible 0.05..=1.0 or null 0.0, assumption "chosen by the user";
        /// Hostility that each unit adds by which the indicator falls short of the target (g), for `reactive`.
        grievance: f64 = 0.0, "1/review per unit of the indicator", range -1000.0..=1000.0, plausible -1.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// Value of the indicator that it aims at, for `reactive`.
        target: f64 = 0.0, "the indicator's", range -1000000.0..=1000000.0, plausible -100.0..=100.0, assumption "chosen by the user";
        /// Probability that it cooperates after both did, for `memory_one`.
        after_both: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "tit for tat";
        /// The same after it did alone.
        after_betrayal: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "tit for tat";
        /// The same after the rival did alone.
        after_betraying: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "tit for tat";
        /// The same after neither did.
        after_neither: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "tit for tat";
        /// Precision of its choice (λ): how much likelier the better of two is, for `best_response`.
        precision: f64 = 20.0, "per unit of payoff", range 0.0..=1000000.0, plausible 1.0..=200.0, assumption "chosen by the user";
        /// How often it thinks about what the other thinks (level k), for `best_response`.
        level: u32 = 1, "1", range 1..=20, plausible 1..=3, assumption "most people stop at one or two";
        /// Strength of selection (β) when it compares itself to another, for `imitate`.
        selection: f64 = 20.0, "per unit of what it wants", range 0.0..=1000000.0, plausible 1.0..=200.0 or null 0.0, assumption "chosen by the user";
        /// How far ahead it looks, for `look_ahead`.
        horizon_months: u32 = 24, "months", range 1..=120, plausible 24..=36, assumption "a government's time in office";
        /// Worlds in which it tries each posture, for `look_ahead`.
        branches: u32 = 2, "1", range 1..=16, plausible 1..=4, assumption "few, for each is lived through";
    }
}

/// The most worlds that a review looks into.
const MAX_BRANCHES: usize = 16;

/// What a state gets where it stands so and its rival so.
pub type Payoffs = Vec<Vec<f64>>;

/// A strategist as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct StrategistSpec {
    /// The state that it is, a stable key.
    pub name: String,
    /// Index of the state.
    pub state: usize,
    /// How it chooses.
    pub rule: StateRule,
    /// First month in which it chooses; `None` if from the start.
    pub from: Option<Month>,
    /// Index of the posture with which it starts.
    pub start: usize,
    /// Indices of the postures that are open to it, sorted.
    pub postures: Vec<usize>,
    /// Indices of the states against which it aims levers and measures itself, sorted.
    pub rivals: Vec<usize>,
    /// Indices of the states with which it shares what it knows, sorted.
    pub allies: Vec<usize>,
    /// What a reactive one watches.
    pub indicator: Option<Indicator>,
    /// What it gets, by own posture and that of its rival, in the order of the scenario's postures; empty if it has no table.
    pub payoffs: Payoffs,
    /// Its numbers.
    pub numbers: StrategistNumbers,
}

impl Entity for StrategistSpec {
    const KIND: EntityKind = EntityKind {
        list: "strategists",
        one: "strategist",
        called: "strategist",
        heading: "Strategists",
        meaning: "States that choose their postures themselves",
        most: MAX_STATES,
        moved_by: Some(("statecraft", "step")),
        recorded: false,
        numbers: StrategistNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(StrategistNumbers);

    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        let states = before.states();
        let postures: Vec<&str> = before.lists.postures.iter().map(|posture| posture.name.as_str()).collect();
        read_entities(root, &Self::KIND, found, |name, section, found| {
            let state = note(states.index(name, section.place()), found);
            if postures.is_empty() {
                found.push(Diagnostic::at(section.place(), "there are no `postures` that it could take up"));
            }
            let open = section.take("postures").map(|entry| find_postures("postures", &entry.node, &postures, found));
            let open = open.unwrap_or_else(|| (0..postures.len()).collect());
            let start = section.require("start", found);
            let start = start.and_then(|entry| note(posture_in("start", &entry.node, &postures, &open), found));
            let rule = section.require("rule", found).and_then(|entry| note(choice("rule", &entry.node), found));
            let from = after_start(section.read("from", month, found), before.start);
            let mut others = |key, found: &mut Mistakes| read_others(section, key, (name, state), &states, found);
            let (rivals, allies) = (others("rivals", found), others("allies", found));
            let indicator = section.read("indicator", choice, found);
            let payoffs = section.take("payoffs").map(|entry| read_payoffs(&entry.node, &postures, &open, found));
            let numbers = StrategistNumbers::from_values(&section.parameters(StrategistNumbers::DECLARED, found));
            let read = Self {
                name: name.to_owned(),
                state: state?,
                rule: rule?,
                from,
                start: start?,
                postures: open,
                rivals,
                allies,
                indicator,
                payoffs: payoffs.unwrap_or_default(),
                numbers,
            };
            let missing = read.lacks().map(|lack| Diagnostic::at(section.place(), lack));
            found.extend(missing);
            Some(read)
        })
    }

    fn describe(&self, scenario: &Scenario) -> Map<String, Value> {
        let posture = |at: usize| Value::from(scenario.postures.get(at).map_or("?", |posture| posture.name.as_str()));
        let mut entry = named(&self.name);
        entry.insert("rule".into(), self.rule.word().into());
        insert_month(&mut entry, "from", self.from);
        entry.insert("start".into(), posture(self.start));
        entry.insert("postures".into(), self.postures.iter().map(|at| posture(*at)).collect());
        entry.insert("rivals".into(), scenario.state_names(&self.rivals));
        entry.insert("allies".into(), scenario.state_names(&self.allies));
        if let Some(indicator) = self.indicator {
            entry.insert("indicator".into(), indicator.word().into());
        }
        if !self.payoffs.is_empty() {
            let name = |at: usize| posture(at).as_str().unwrap_or("?").to_owned();
            let row = |own: usize| -> Value {
                let cells = self.postures.iter().map(|other| (name(*other), self.payoffs[own][*other].into()));
                Value::Object(cells.collect())
            };
            let rows: Map<String, Value> = self.postures.iter().map(|own| (name(*own), row(*own))).collect();
            entry.insert("payoffs".into(), Value::Object(rows));
        }
        insert_parameters(&mut entry, &self.numbers);
        entry
    }

    fn check(&self, scenario: &Scenario) -> Checked {
        let place = |what: &str| format!("strategists.{}.{what}", self.name);
        scenario.state(&place("name"), self.state)?;
        let mut others = self.rivals.iter().chain(&self.allies);
        others.try_for_each(|state| scenario.state(&place("rivals"), *state))?;
        let n = scenario.postures.len();
        let known = self.postures.iter().all(|at| *at < n) && self.postures.contains(&self.start);
        ensure(known, || place("postures"), || "must be postures of the scenario, `start` among them".to_owned())?;
        let whole = self.payoffs.is_empty() || self.payoffs.len() == n && self.payoffs.iter().all(|row| row.len() == n);
        ensure(whole, || place("payoffs"), || "must have a row and a column for each posture".to_owned())?;
        let lacks = self.lacks();
        ensure(lacks.is_none(), || place("rule"), || lacks.unwrap_or_default())
    }

    fn remark(&self, scenario: &Scenario) -> Option<String> {
        if let Some(remark) = super::too_late(self.from, scenario) {
            return Some(remark);
        }
        if let Some((_, why)) = scenario.still("policy", Some("scale")) {
            return Some(format!("moves nothing: {why}"));
        }
        let alone = scenario.strategists.len() == 1;
        match self.rule {
            StateRule::Imitate if alone => Some("stays as it starts: there is no other to imitate".to_owned()),
            StateRule::Fixed => None,
            _ if self.postures.len() == 1 => Some("stays as it starts: one posture is open to it".to_owned()),
            StateRule::Reactive if self.numbers.grievance != 0.0 && self.indicator.is_none() => {
                Some("feels no grievance: it has no `indicator`".to_owned())
            }
            _ => None,
        }
    }
}

impl StrategistSpec {
    /// What its rule needs and it has not.
    fn lacks(&self) -> Option<String> {
        let word = self.rule.word();
        let needs_rival = matches!(self.rule, StateRule::Reactive | StateRule::MemoryOne | StateRule::BestResponse);
        if needs_rival && self.rivals.is_empty() {
            return Some(format!("`rule = \"{word}\"` needs `rivals`"));
        }
        if self.rule == StateRule::BestResponse && self.payoffs.is_empty() {
            return Some(format!("`rule = \"{word}\"` needs `payoffs`, which `redqueen game` works out"));
        }
        let worlds = self.postures.len() * self.numbers.branches as usize;
        let many = self.rule == StateRule::LookAhead && worlds > MAX_BRANCHES;
        many.then(|| {
            let postures = self.postures.len();
            format!("{postures} postures in {} `branches` each are {worlds} worlds, and at most {MAX_BRANCHES} are looked into", self.numbers.branches)
        })
    }

    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        let row = json!({ "type": "object", "additionalProperties": { "type": "number" } });
        let payoffs = json!({ "type": "object", "additionalProperties": row });
        vec![
            ("rule", one_of::<StateRule>("How it chooses.", None)),
            ("from", described(schema::month(), "First month in which it chooses; left out if from the start.")),
            ("start", described(schema::name(), "The posture with which it starts.")),
            ("postures", names("The postures that are open to it; all if left out.")),
            ("rivals", names("The states against which it aims levers and measures itself.")),
            ("allies", names("The states with which it shares what it knows.")),
            ("indicator", one_of::<Indicator>("What a reactive one watches.", None)),
            ("payoffs", described(payoffs, "What it gets, by own posture and that of its rival.")),
        ]
    }
}

/// The posture that `node` names, which must be one that is open.
fn posture_in(key: &str, node: &Node, postures: &[&str], open: &[usize]) -> Result<usize, Diagnostic> {
    let name = text(key, node)?;
    let Some(found) = postures.iter().position(|posture| *posture == name) else {
        return Err(Diagnostic::at(&node.place, unknown("posture", name, postures.iter().copied())));
    };
    let closed = || format!("`{key}` is {name:?}, which is not among its `postures`");
    if open.contains(&found) { Ok(found) } else { Err(Diagnostic::at(&node.place, closed())) }
}

fn find_postures(key: &str, node: &Node, postures: &[&str], found: &mut Mistakes) -> Vec<usize> {
    let all: Vec<usize> = (0..postures.len()).collect();
    let Some(items) = note(list(key, node), found) else { return all };
    if items.is_empty() {
        found.push(Diagnostic::at(&node.place, format!("`{key}` names no posture")));
    }
    let mut open: Vec<_> = items.iter().filter_map(|item| note(posture_in(key, item, postures, &all), found)).collect();
    open.sort_unstable();
    open.dedup();
    open
}

/// Other states that a list names.
fn read_others<'a>(
    section: &mut Section<'a>,
    key: &'a str,
    (name, state): (&str, Option<usize>),
    states: &NameIndex<'_>,
    found: &mut Mistakes,
) -> Vec<usize> {
    let Some(entry) = section.take(key) else { return Vec::new() };
    let others = states.find_all(key, &entry.node, found);
    if state.is_some_and(|state| others.contains(&state)) {
        found.push(Diagnostic::at(&entry.node.place, format!("`{key}` of {name:?} names itself")));
    }
    others
}

/// A table of payoffs by own posture and that of the rival: all that are open must stand in it.
fn read_payoffs(node: &Node, postures: &[&str], open: &[usize], found: &mut Mistakes) -> Payoffs {
    /// More than any sum of logs and shares comes to.
    const MOST: f64 = 1e9;
    let mut payoffs = vec![vec![0.0; postures.len()]; postures.len()];
    let Some(mut rows) = Section::of(node, "payoffs", found) else { return payoffs };
    for &own in open {
        let Some(entry) = rows.require(postures[own], found) else { continue };
        let title = format!("the payoffs of {:?}", postures[own]);
        let Some(mut row) = Section::of(&entry.node, title, found) else { continue };
        for &other in open {
            let value = row.require(postures[other], found);
            let value = value.and_then(|entry| note(real(postures[other], &entry.node, -MOST, MOST), found));
            payoffs[own][other] = value.unwrap_or_default();
        }
        row.finish(found);
    }
    rows.finish(found);
    payoffs
}

#[cfg(test)]
mod tests {
    use crate::{model::Model, scenario::Source};

    /// What is wrong with a config that extends the shipped scenario of states that choose.
    fn wrong(text: &str) -> Vec<String> {
        let text = format!("extends = 'scenarios/statecraft.toml'\nname = 'test'\n{text}");
        let errors = Model::standard().load(&Source::Text { name: "test.toml".into(), text }).unwrap_err();
        errors.to_string().lines().filter(|line| line.contains(".toml:")).map(str::to_owned).collect()
    }

    #[test]
    fn each_mistake_is_told_once_and_where_it_is() {
        let us = |text: &str| format!("[[strategists]]\nname = 'US'\n{text}");
        for (text, said) in [
            (
                us("start = 'deny'\npostures = ['hedge', 'race']"),
                "`start` is \"deny\", which is not among its `postures`",
            ),
            (us("start = 'hege'"), "unknown posture `hege`, did you mean `hedge`?"),
            (us("postures = 'hedge'"), "`postures` must be a list"),
            ("[[postures]]\nname = 'deny'\nwhat = ['chip']".to_owned(), "`what` must be one of"),
            ("[[postures]]\nname = 'deny'\nwhat = 'chips'".to_owned(), "`what` must be a list"),
            ("[[postures]]\nname = 'deny'\nwhat = []".to_owned(), "`what` names no goods"),
        ] {
            let wrong = wrong(&text);
            assert!(wrong.len() == 1 && wrong[0].contains(said), "{text}\n{wrong:#?}");
        }
    }
}
