//! Policies: one lever of one state each.

use super::{Before, Entity, Goods, Hazard, Scenario, Window};
use crate::{
    declare::{choice::choices, parameter::Parameters},
    parameters,
    scenario::{
        Choice, MAX_POLICIES, Month,
        describe::{insert_month, insert_parameters, named},
        diagnostic::Diagnostic,
        entities::{EntityKind, NameIndex, read_entities, require_state},
        read::after_start,
        schema::{self, described, list_of, names, one_of},
        section::{Mistakes, Section, choice, list, note},
        tree::Node,
        unsound::{Checked, ensure},
    },
};
use serde_json::{Map, Value};

/// The numbers of a policy that say how it reacts.
const FEEDBACK: [&str; 4] = ["gain", "target", "delay_months", "cap"];

choices! {
    /// What a state can set in a policy.
    pub enum Lever {
        /// Support of open models, from 0 to 1.
        OpenSource = "open_source",
        /// Money for fabs at home, billion USD a year.
        ChipSubsidy = "chip_subsidy",
        /// Money that buys compute for firms at home, billion USD a year.
        PublicCompute = "public_compute",
        /// Openness of science across borders, from 0 to 1.
        OpenScience = "open_science",
        /// Talent gained, as a share of the talent there is.
        Talent = "talent",
        /// Power for AI built beyond trend, GW a year.
        Power = "power",
        /// Least safety effort of firms at home, from 0 to 1.
        SafetyFloor = "safety_floor",
        /// Share of spending on chips that goes into another paradigm, from 0 to 1.
        Leapfrog = "leapfrog",
        /// Will to cooperate with other states, from 0 to 1.
        Cooperation = "cooperation",
        /// How far state-owned and public buyers are told to buy chips designed at home, from 0 to 1.
        Procurement = "procurement",
        /// How far they are told to use models made at home, from 0 to 1.
        ModelProcurement = "model_procurement",
        /// What is added to the strictness of export controls against others, from -1 (what is in force is lifted) to 1.
        Control = "control",
        /// How far the market is closed to firms of others, from -1 (what the scenario closed is opened) to 1.
        MarketClosure = "market_closure",
        /// Effort against leakage from own export controls, from 0 to 1.
        Enforcement = "enforcement",
        /// How far talent from elsewhere is let in, from 0 to 1.
        Immigration = "immigration",
    }
}

impl Lever {
    /// The values that the lever can take.
    pub const fn range(self) -> (f64, f64) {
        match self {
            Self::ChipSubsidy | Self::PublicCompute => (0.0, 10_000.0),
            Self::Power => (0.0, 1_000.0),
            Self::Talent => (0.0, 10.0),
            Self::Control | Self::MarketClosure => (-1.0, 1.0),
            _ => (0.0, 1.0),
        }
    }

    /// Whether it is pulled against other states, which a policy then names.
    pub const fn is_aimed(self) -> bool {
        matches!(self, Self::Control | Self::MarketClosure)
    }

    /// The mechanisms that it moves.
    pub const fn moves(self) -> &'static [&'static str] {
        match self {
            Self::OpenSource => &["entry", "money", "openness"],
            Self::ChipSubsidy => &["build_out", "induced_innovation"],
            Self::PublicCompute => &["money"],
            Self::OpenScience | Self::Cooperation => &["cooperation"],
            Self::Talent => &["research", "diffusion"],
            Self::Power => &["systems", "power"],
            Self::SafetyFloor => &["safety"],
            Self::Leapfrog => &["leapfrog"],
            Self::Procurement => &["induced_innovation"],
            Self::ModelProcurement => &["market"],
            Self::Control | Self::Enforcement => &["export_controls"],
            Self::MarketClosure => &["market"],
            Self::Immigration => &["research", "diffusion"],
        }
    }
}

choices! {
    /// A published number of a state that a feedback policy can react to.
    pub enum Indicator {
        /// Rating of its best model less that of the best elsewhere, points.
        RatingLead = "rating_lead",
        /// Least self-sufficiency of any stage, from 0 to 1.
        SelfSufficiency = "self_sufficiency",
        /// Share of its market that its own firms serve.
        HomeShare = "home_share",
        /// Share of power.
        Power = "power",
        /// Compute installed, MH100e.
        Compute = "compute",
        /// Damage of incidents, as a share of output.
        Damage = "damage",
        /// Growth of output, 1/year.
        Growth = "growth",
        /// Adoption.
        Adoption = "adoption",
    }
}

parameters! {
    /// Numbers of a policy.
    pub struct PolicyNumbers {
        /// Value of the lever; with an `indicator`, what it is before feedback.
        value: f64 = 0.0, "the lever's", range -1.0..=10000.0, plausible 0.0..=1.0 or null 0.0, assumption "chosen by the user";
        /// Reaction to each unit by which the indicator falls short of the target.
        gain: f64 = 0.0, "the lever's per indicator's", range -1000000.0..=1000000.0, plausible -10.0..=10.0 or null 0.0, assumption "chosen by the user";
        /// Value of the indicator that the policy aims at.
        target: f64 = 0.0, "the indicator's", range -1000000.0..=1000000.0, plausible -100.0..=100.0, assumption "chosen by the user";
        /// Age of the indicator's value that the policy sees.
        delay_months: u32 = 1, "months", range 1..=24, plausible 1..=12, assumption "statistics come out late";
        /// Largest value of the lever under feedback.
        cap: f64 = 1.0, "the lever's", range 0.0..=10000.0, plausible 0.0..=1.0, assumption "chosen by the user";
        /// Hazard of one that begins by chance (`earliest`); once in a run.
        hazard_per_year: f64 = 0.0, "1/year", range 0.0..=100.0, plausible 0.0..=2.0 or null 0.0, assumption "chosen by the user";
        /// Coefficient of variation of that hazard, where it is not known well: it then falls the longer nothing comes.
        hazard_cv: f64 = 0.0, "1", range 0.0..=10.0, plausible 0.0..=2.0 or null 0.0, assumption "a hazard counted from n events has 1/√(n + ½)";
    }
}

/// A policy as configured: one lever of one state.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicySpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of the state.
    pub state: usize,
    /// Which lever it moves.
    pub lever: Lever,
    /// Indices of the states it is aimed at, sorted; empty for a lever that is not aimed.
    pub against: Vec<usize>,
    /// Goods that an export control covers, in the order of [`Goods`]; all for another lever.
    pub goods: [bool; Goods::COUNT],
    /// First month in force; `None` if from the start or by chance.
    pub from: Option<Month>,
    /// Months in which it may begin by chance.
    pub by_chance: Option<Window>,
    /// First month no longer in force; `None` if it stays.
    pub to: Option<Month>,
    /// What it reacts to; `None` for a constant.
    pub indicator: Option<Indicator>,
    /// Its numbers.
    pub numbers: PolicyNumbers,
}

impl Entity for PolicySpec {
    const KIND: EntityKind = EntityKind {
        list: "policies",
        one: "policy",
        called: "policy",
        heading: "Policies",
        meaning: "What states do, one lever each",
        most: MAX_POLICIES,
        moved_by: Some(("policy", "scale")),
        recorded: false,
        numbers: PolicyNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(PolicyNumbers);

    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        let states = before.states();
        read_entities(root, &Self::KIND, found, |name, section, found| {
            let state = require_state(section, "state", &states, found);
            let lever = section.require("lever", found).and_then(|entry| note(choice("lever", &entry.node), found));
            let against = read_against(section, lever, state, &states, found);
            let goods = read_goods(section, lever, found);
            let by_chance = Window::read(section, found);
            let (from, to) = section.span("from", "to", found);
            let from = after_start(from, before.start);
            let reacts = section.take("indicator").is_some();
            let indicator: Option<Indicator> = section.read("indicator", choice, found);
            let numbers = PolicyNumbers::from_values(&section.parameters(PolicyNumbers::DECLARED, found));
            if let Some(lever) = lever {
                check_range(section, "value", numbers.value, lever, found);
                check_range(section, "cap", numbers.cap, lever, found);
            }
            for key in FEEDBACK {
                if let Some(entry) = section.take(key).filter(|_| !reacts) {
                    found.push(Diagnostic::at(&entry.key, format!("`{key}` has no effect without `indicator`")));
                }
            }
            Some(Self {
                name: name.to_owned(),
                state: state?,
                lever: lever?,
                against,
                goods,
                from,
                by_chance,
                to,
                indicator,
                numbers,
            })
        })
    }

    fn describe(&self, scenario: &Scenario) -> Map<String, Value> {
        let mut entry = named(&self.name);
        entry.insert("state".into(), scenario.state_name(self.state));
        entry.insert("lever".into(), self.lever.word().into());
        if self.lever.is_aimed() {
            entry.insert("against".into(), scenario.state_names(&self.against));
        }
        if self.lever == Lever::Control {
            let covered = Goods::WORDS.iter().filter(|(_, goods)| self.goods[*goods as usize]);
            entry.insert("what".into(), covered.map(|(word, _)| *word).collect());
        }
        insert_month(&mut entry, "from", self.from);
        insert_month(&mut entry, "to", self.to);
        insert_parameters(&mut entry, &self.numbers);
        Window::describe(self.by_chance.as_ref(), &mut entry);
        match self.indicator {
            Some(indicator) => {
                entry.insert("indicator".into(), indicator.word().into());
            }
            // The reader refuses numbers that have no effect.
            None => entry.retain(|key, _| !FEEDBACK.contains(&key.as_str())),
        }
        entry
    }

    fn check(&self, scenario: &Scenario) -> Checked {
        Window::check(self.by_chance.as_ref(), self.from, &format!("policies.{}", self.name))?;
        scenario.state(&format!("policies.{}.state", self.name), self.state)?;
        let mut against = self.against.iter();
        against.try_for_each(|state| scenario.state(&format!("policies.{}.against", self.name), *state))?;
        ensure(
            self.against.is_empty() != self.lever.is_aimed(),
            || format!("policies.{}.against", self.name),
            || format!("must name states for a lever that is aimed, and none for `{}` if it is not", self.lever.word()),
        )?;
        let (low, high) = self.lever.range();
        [("value", self.numbers.value), ("cap", self.numbers.cap)].into_iter().try_for_each(|(key, value)| {
            ensure(
                (low..=high).contains(&value),
                || format!("policies.{}.{key}", self.name),
                || format!("of the lever `{}` must be from {low} to {high}, not {value}", self.lever.word()),
            )
        })
    }

    fn remark(&self, scenario: &Scenario) -> Option<String> {
        let PolicyNumbers { value, gain, cap, .. } = self.numbers;
        let by_chance = self.by_chance.and_then(|window| window.remark(self.hazard(), self.to, scenario));
        if let Some(remark) = by_chance.or_else(|| super::too_late(self.from, scenario)) {
            return Some(remark);
        }
        if let Some(to) = self.to.filter(|to| *to <= scenario.time.start) {
            return Some(format!("has no effect: it ends in {to}, before the world starts"));
        }
        let off = |name: &&str| scenario.settings(name).is_none_or(|settings| !settings.enabled);
        if self.lever.moves().iter().all(off) {
            let names = self.lever.moves().join("`, `");
            return Some(format!("moves nothing: `{}` is a lever of `{names}`, which is off", self.lever.word()));
        }
        match self.indicator {
            None if value == 0.0 => Some("has no effect: its value is 0".to_owned()),
            None if self.opens_what_is_open(scenario) => {
                Some("has no effect: what it would open is not closed (`closed_to`)".to_owned())
            }
            None => self.beyond(scenario),
            Some(_) if gain == 0.0 => Some("does not react: its `gain` is 0".to_owned()),
            Some(_) if cap == 0.0 => Some("has no effect: its `cap` is 0".to_owned()),
            Some(_) if value > cap => Some(format!("is cut: its `value` of {value} is above its `cap` of {cap}")),
            Some(_) => None,
        }
    }
}

impl PolicySpec {
    /// How often it comes, if it begins by chance.
    pub const fn hazard(&self) -> Hazard {
        Hazard { per_year: self.numbers.hazard_per_year, cv: self.numbers.hazard_cv }
    }

    /// Whether it opens a market to firms of none but states to which the scenario has it open, and nothing else closes it.
    fn opens_what_is_open(&self, scenario: &Scenario) -> bool {
        let closed = |state: &usize| {
            let own = scenario.states.get(self.state).is_some_and(|own| own.closed_to.contains(state));
            let beside =
                |other: &&Self| other.state == self.state && other.lever == self.lever && other.against.contains(state);
            own || scenario.policies.iter().filter(beside).count() > 1
        };
        self.lever == Lever::MarketClosure && self.numbers.value < 0.0 && !self.against.iter().any(closed)
    }

    /// What is said where policies on the same lever come to more than it can be.
    fn beyond(&self, scenario: &Scenario) -> Option<String> {
        let earliest = |policy: &Self| policy.by_chance.map(|window| window.earliest);
        let first = |policy: &Self| policy.from.or_else(|| earliest(policy)).unwrap_or(scenario.time.start);
        let in_force = |policy: &&Self, month| first(policy) <= month && policy.to.is_none_or(|to| month < to);
        let beside = |policy: &&Self| {
            policy.state == self.state
                && policy.lever == self.lever
                && policy.indicator.is_none()
                && policy.against == self.against
        };
        let same: Vec<_> = scenario.policies.iter().filter(beside).collect();
        let most = self.lever.range().1;
        let sums = same.iter().map(|other| first(other)).filter(|month| in_force(&self, *month)).map(|month| {
            let together = same.iter().filter(|other| in_force(other, month));
            (together.clone().count(), together.map(|other| other.numbers.value).sum::<f64>())
        });
        let beyond =
            sums.filter(|(count, sum)| *count > 1 && *sum > most + 1e-9).map(|(_, sum)| sum).reduce(f64::max)?;
        let sum = (beyond * 1e6).round() / 1e6;
        Some(format!("is cut: with others beside it the lever comes to {sum}, and {most} is the most"))
    }

    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        let mut keys = vec![
            ("state", described(schema::name(), "The state.")),
            ("lever", one_of::<Lever>("Which lever it moves.", None)),
            ("against", names("The states it is aimed at, for `control` and `market_closure`.")),
            (
                "what",
                described(list_of::<Goods>(), "Goods that `control` covers; chips, equipment and memory if left out."),
            ),
            ("from", described(schema::month(), "First month in force; left out if from the start or by chance.")),
            ("to", described(schema::month(), "First month no longer in force; left out if it stays.")),
            ("indicator", one_of::<Indicator>("What it reacts to; left out if it is constant.", None)),
        ];
        keys.extend(Window::keys());
        keys
    }
}

fn check_range<'a>(section: &mut Section<'a>, key: &'a str, value: f64, lever: Lever, found: &mut Mistakes) {
    let (low, high) = lever.range();
    if let Some(entry) = section.take(key)
        && !(low..=high).contains(&value)
    {
        let message = format!("`{key}` of the lever `{}` must be from {low} to {high}, not {value}", lever.word());
        found.push(Diagnostic::at(&entry.node.place, message));
    }
}

/// The states that a policy is aimed at: those that `against` names, if the lever is one that is aimed.
fn read_against<'a>(
    section: &mut Section<'a>,
    lever: Option<Lever>,
    state: Option<usize>,
    states: &NameIndex<'_>,
    found: &mut Mistakes,
) -> Vec<usize> {
    let Some(lever) = lever else {
        section.take("against");
        return Vec::new();
    };
    if !lever.is_aimed() {
        if let Some(entry) = section.take("against") {
            let message = format!("`against` has no effect: `{}` is not pulled against anybody", lever.word());
            found.push(Diagnostic::at(&entry.key, message));
        }
        return Vec::new();
    }
    let Some(entry) = section.require("against", found) else { return Vec::new() };
    if matches!(list("against", &entry.node), Ok([])) {
        found.push(Diagnostic::at(&entry.node.place, "`against` names no state"));
    }
    let against = states.find_all("against", &entry.node, found);
    if state.is_some_and(|state| against.contains(&state)) {
        found.push(Diagnostic::at(&entry.node.place, "a state cannot aim a lever at itself"));
    }
    against
}

/// Goods that export controls by lever cover when nothing is said of them.
pub(crate) const USUAL_GOODS: [bool; Goods::COUNT] = {
    let mut usual = [false; Goods::COUNT];
    usual[Goods::Chips as usize] = true;
    usual[Goods::Equipment as usize] = true;
    usual[Goods::Memory as usize] = true;
    usual
};

/// The goods that the lever `control` covers.
pub(crate) fn read_goods<'a>(
    section: &mut Section<'a>,
    lever: Option<Lever>,
    found: &mut Mistakes,
) -> [bool; Goods::COUNT] {
    let Some(entry) = section.take("what") else { return USUAL_GOODS };
    if lever.is_some_and(|lever| lever != Lever::Control) {
        found.push(Diagnostic::at(&entry.key, "`what` has no effect: only `control` covers goods"));
        return USUAL_GOODS;
    }
    goods_of(&entry.node, found)
}

/// The goods that a list names.
pub(crate) fn goods_of(node: &Node, found: &mut Mistakes) -> [bool; Goods::COUNT] {
    let mut goods = [false; Goods::COUNT];
    let Some(items) = note(list("what", node), found) else { return goods };
    if items.is_empty() {
        found.push(Diagnostic::at(&node.place, "`what` names no goods"));
    }
    for item in items {
        if let Some(one) = note(choice::<Goods>("what", item), found) {
            goods[one as usize] = true;
        }
    }
    goods
}
