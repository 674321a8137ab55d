//! Reads the states and firms of a config.

use super::{
    FirmNumbers, FirmSpec, MAX_STATES, Month, SafetyRule, StateNumbers, StateSpec,
    diagnostic::{Diagnostic, Place, unknown},
    parameter::Parameters,
    read::{after_start, note},
    section::{Found, Section, choice, finite, flag, list, month, text, wrong},
    tree::{Node, Table},
};

/// How far from 1 a sum of shares may be.
const TOLERANCE: f64 = 1e-6;
/// The largest difference in capability between domains, nats.
pub(crate) const MAX_NATS: f64 = 50.0;

/// The names of the states, sorted, to find indices by.
pub(crate) struct Names<'a>(Vec<&'a str>);

impl<'a> Names<'a> {
    /// From names in the order of the indices.
    pub(crate) fn new(names: impl Iterator<Item = &'a str>) -> Self {
        Self(names.collect())
    }

    /// The index of the state that `node` names.
    pub(crate) fn find(&self, node: &Node) -> Result<usize, Diagnostic> {
        self.index(text("state", node)?, &node.place)
    }

    /// The index of the state of this name, which stands at `place`.
    pub(crate) fn index(&self, name: &str, place: &Place) -> Result<usize, Diagnostic> {
        let known = || self.0.iter().copied();
        known().position(|state| state == name).ok_or_else(|| Diagnostic::at(place, unknown("state", name, known())))
    }

    /// The indices of the states that the list `key` names, sorted, each once.
    pub(crate) fn find_all(&self, key: &str, node: &Node, found: &mut Found) -> Vec<usize> {
        let items = note(list(key, node), found).unwrap_or_default();
        let mut states: Vec<_> = items.iter().filter_map(|item| note(self.find(item), found)).collect();
        states.sort_unstable();
        states.dedup();
        states
    }

    /// Number of states.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }
}

/// What a table by domain must hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weights {
    /// Shares that sum to 1; domains left out have none.
    Shares,
    /// Shares above 0 that sum to 1; every domain must be there.
    AllAboveZero,
    /// Differences in nats; domains left out have none.
    Nats,
    /// Levels from 0 to 1; domains left out have 0.
    Levels,
}

/// Reads the entities of `list`, each called `what` in messages, with `read`.
pub(crate) fn read_entities<'a, T>(
    root: &mut Section<'a>,
    list: &'a str,
    what: &str,
    found: &mut Found,
    mut read: impl FnMut(&'a str, &mut Section<'a>, &mut Found) -> Option<T>,
) -> Vec<T> {
    let table = root.take(list).and_then(|entry| entry.node.as_table());
    let mut entities = Vec::new();
    for (name, entry) in table.into_iter().flatten() {
        let Some(mut section) = Section::of(&entry.node, format!("the {what} {name:?}"), found) else { continue };
        keep_name(&mut section, name, found);
        entities.extend(read(name, &mut section, found));
        section.finish(found);
    }
    entities
}

/// Refuses more than `most` entities of `list`.
pub(crate) fn at_most<'a>(root: &mut Section<'a>, list: &'a str, most: usize, found: &mut Found) {
    if let Some(entry) = root.take(list)
        && let Some(table) = entry.node.as_table()
        && table.len() > most
    {
        found.push(Diagnostic::at(&entry.key, format!("a world has at most {most} {list}, not {}", table.len())));
    }
}

/// The state that the key `key` names; it must be there.
pub(crate) fn require_state<'a>(
    section: &mut Section<'a>,
    key: &'a str,
    states: &Names<'_>,
    found: &mut Found,
) -> Option<usize> {
    section.require(key, found).and_then(|entry| note(states.find(&entry.node), found))
}

/// Reads `states`.
pub(crate) fn read_states(root: &mut Section<'_>, domains: Option<&[String]>, found: &mut Found) -> Vec<StateSpec> {
    at_most(root, "states", MAX_STATES, found);
    let empty = Table::new();
    let table = root.take("states").and_then(|entry| entry.node.as_table()).unwrap_or(&empty);
    if table.is_empty() {
        found.push(Diagnostic::at(root.place(), "the scenario has no states"));
    }
    let names = Names::new(table.keys().map(String::as_str));
    let mut states = Vec::new();
    for (at, (name, entry)) in table.iter().enumerate() {
        let Some(mut section) = Section::of(&entry.node, format!("the state {name:?}"), found) else { continue };
        keep_name(&mut section, name, found);
        let numbers = StateNumbers::from_values(&section.parameters(StateNumbers::DECLARED, found));
        let demand = read_weights(&mut section, "demand", domains, Weights::Shares, found);
        let endowment = read_weights(&mut section, "endowment", domains, Weights::Nats, found);
        let closed_to = read_closed_to(&mut section, &names, at, found);
        section.finish(found);
        states.push(StateSpec { name: name.clone(), numbers, demand, endowment, closed_to });
    }
    states
}

/// Reads `firms`.
pub(crate) fn read_firms<'a>(
    root: &mut Section<'a>,
    domains: Option<&'a [String]>,
    states: &Names<'_>,
    start: Option<Month>,
    found: &mut Found,
) -> Vec<FirmSpec> {
    read_entities(root, "firms", "firm", found, |name, section, found| {
        let state = require_state(section, "state", states, found);
        let open = section.require("open", found).and_then(|entry| note(flag("open", &entry.node), found));
        let enters = after_start(section.read("enters", month, found), start);
        let safety = section.read("safety", choice, found).unwrap_or(SafetyRule::Fixed);
        let numbers = FirmNumbers::from_values(&section.parameters(FirmNumbers::DECLARED, found));
        let focus = read_weights(section, "focus", domains, Weights::AllAboveZero, found);
        let capability_by_domain = read_weights(section, "capability_by_domain", domains, Weights::Nats, found);
        let endowment = read_weights(section, "endowment", domains, Weights::Nats, found);
        let (name, state, open) = (name.to_owned(), state?, open?);
        Some(FirmSpec { name, state, open, enters, safety, numbers, focus, capability_by_domain, endowment })
    })
}

/// The name was read when the lists were merged; an override cannot change it.
fn keep_name(section: &mut Section<'_>, name: &str, found: &mut Found) {
    if let Some(entry) = section.take("name")
        && entry.node.as_text().is_none_or(|text| text != name)
    {
        found.push(wrong("name", &entry.node, &format!("{name:?}")));
    }
}

fn read_closed_to(section: &mut Section<'_>, names: &Names<'_>, own: usize, found: &mut Found) -> Vec<usize> {
    let mut closed = Vec::new();
    for item in section.read("closed_to", list, found).unwrap_or_default() {
        match names.find(item) {
            Ok(state) if state == own => {
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

/// Reads a table by domain; equal shares or zeros where there is none.
pub(crate) fn read_weights<'a>(
    section: &mut Section<'a>,
    key: &'a str,
    domains: Option<&'a [String]>,
    rule: Weights,
    found: &mut Found,
) -> Vec<f64> {
    let entry = section.take(key);
    let Some(domains) = domains else { return Vec::new() };
    let sums_to_1 = matches!(rule, Weights::Shares | Weights::AllAboveZero);
    let silent = if sums_to_1 { 1.0 / domains.len() as f64 } else { 0.0 };
    let silent = vec![silent; domains.len()];
    let Some(entry) = entry else { return silent };
    let before = found.len();
    let Some(mut table) = Section::of(&entry.node, key, found) else { return silent };
    let (mut weights, mut missing) = (Vec::new(), Vec::new());
    for domain in domains {
        let given = table.take(domain);
        if given.is_none() {
            missing.push(domain.as_str());
        }
        weights.push(given.map_or(Ok(0.0), |given| weight(domain, &given.node, rule)).unwrap_or_else(|error| {
            found.push(error);
            0.0
        }));
    }
    if rule == Weights::AllAboveZero && !missing.is_empty() {
        let message = format!("`{key}` must name every domain; missing: {}", missing.join(", "));
        found.push(Diagnostic::at(&entry.key, message));
    }
    table.finish(found);
    let sum: f64 = weights.iter().sum();
    if sums_to_1 && found.len() == before && (sum - 1.0).abs() > TOLERANCE {
        let message = format!("the shares of `{key}` must sum to 1, not {}", (sum * 1e9).round() / 1e9);
        found.push(Diagnostic::at(&entry.key, message));
    }
    weights
}

fn weight(domain: &str, node: &Node, rule: Weights) -> Result<f64, Diagnostic> {
    let (fits, expected): (fn(f64) -> bool, _) = match rule {
        Weights::Levels => (|level| (0.0..=1.0).contains(&level), "a number from 0 to 1".to_owned()),
        Weights::Shares => (|share| (0.0..=1.0).contains(&share), "a share from 0 to 1".to_owned()),
        Weights::AllAboveZero => (|share| share > 0.0 && share <= 1.0, "a share above 0, at most 1".to_owned()),
        Weights::Nats => (|nats| nats.abs() <= MAX_NATS, format!("a number from -{MAX_NATS} to {MAX_NATS} (nats)")),
    };
    finite(node).filter(|number| fits(*number)).ok_or_else(|| wrong(domain, node, &expected))
}
