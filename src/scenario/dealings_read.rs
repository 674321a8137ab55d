//! Reads the export controls, shocks and policies of a config.

use super::{
    Choice, ControlNumbers, ControlSpec, Goods, Indicator, Lever, Month, PolicyNumbers, PolicySpec, ShockNumbers,
    ShockSpec, Stage,
    diagnostic::Diagnostic,
    entities::{Names, read_entities, require_state},
    parameter::Parameters,
    read::{after_start, note},
    section::{Found, Section, choice, list, month},
    tree::Node,
};

/// Reads `controls`.
pub(crate) fn read_controls(root: &mut Section<'_>, states: &Names<'_>, found: &mut Found) -> Vec<ControlSpec> {
    read_entities(root, "controls", "control", found, |name, section, found| {
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
        section.require("from", found);
        let (from, to) = section.span("from", "to", found);
        let numbers = ControlNumbers::from_values(&section.parameters(ControlNumbers::DECLARED, found));
        Some(ControlSpec { name: name.to_owned(), what: what?, by, against, from: from?, to, numbers })
    })
}

/// Reads `shocks`.
pub(crate) fn read_shocks(root: &mut Section<'_>, states: &Names<'_>, found: &mut Found) -> Vec<ShockSpec> {
    read_entities(root, "shocks", "shock", found, |name, section, found| {
        let location = require_state(section, "location", states, found);
        let stages = section.read("stages", stages, found).unwrap_or([true; Stage::COUNT]);
        let from = section.read("from", month, found);
        let between = section.read("between", |_, node| pair(node, states), found);
        let numbers = ShockNumbers::from_values(&section.parameters(ShockNumbers::DECLARED, found));
        if let Some(entry) = section.take("hazard_per_year")
            && from.is_some()
            && numbers.hazard_per_year > 0.0
        {
            let message = "a dated shock has no hazard: leave out `from` or `hazard_per_year`";
            found.push(Diagnostic::at(&entry.node.place, message));
        }
        Some(ShockSpec { name: name.to_owned(), location: location?, stages, from, between, numbers })
    })
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

fn pair(node: &Node, states: &Names<'_>) -> Result<(usize, usize), Diagnostic> {
    if let [a, b] = list("between", node)? {
        let (a, b) = (states.find(a)?, states.find(b)?);
        if a != b {
            return Ok((a.min(b), a.max(b)));
        }
    }
    Err(Diagnostic::at(&node.place, "`between` must be a list of two different states"))
}

/// Reads `policies`.
pub(crate) fn read_policies(
    root: &mut Section<'_>,
    states: &Names<'_>,
    start: Option<Month>,
    found: &mut Found,
) -> Vec<PolicySpec> {
    read_entities(root, "policies", "policy", found, |name, section, found| {
        let state = require_state(section, "state", states, found);
        let lever = section.require("lever", found).and_then(|entry| note(choice("lever", &entry.node), found));
        let (from, to) = section.span("from", "to", found);
        let from = after_start(from, start);
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
        Some(PolicySpec { name: name.to_owned(), state: state?, lever: lever?, from, to, indicator, numbers })
    })
}

/// The numbers of a policy that say how it reacts.
pub(crate) const FEEDBACK: [&str; 4] = ["gain", "target", "delay_months", "cap"];

fn check_range<'a>(section: &mut Section<'a>, key: &'a str, value: f64, lever: Lever, found: &mut Found) {
    let (low, high) = lever.range();
    if let Some(entry) = section.take(key)
        && !(low..=high).contains(&value)
    {
        let message = format!("`{key}` of the lever `{}` must be from {low} to {high}, not {value}", lever.word());
        found.push(Diagnostic::at(&entry.node.place, message));
    }
}
