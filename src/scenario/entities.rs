//! What the readers of entities have in common.

use super::{
    diagnostic::{Diagnostic, Place, unknown},
    section::{Mistakes, Section, finite, list, text, wrong},
    tree::Node,
};
use crate::declare::parameter::Parameter;
use crate::scenario::{MAX_WORTH, section::note};
use serde_json::Value;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// How far from 1 a sum of shares may be.
const TOLERANCE: f64 = 1e-6;
/// The largest difference in capability between domains, nats.
pub(crate) const MAX_NATS: f64 = 50.0;

/// What is declared of a kind of entity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntityKind {
    /// Its list in a config, such as `firms`.
    pub list: &'static str,
    /// One of them, in messages about the list.
    pub one: &'static str,
    /// One of them, in text that does not speak of the list.
    pub called: &'static str,
    /// All of them, as a heading.
    pub heading: &'static str,
    /// All of them, as a sentence begins.
    pub meaning: &'static str,
    /// The most that a world can have.
    pub most: usize,
    /// The mechanism without which they do nothing, if there is one, and its number that they do nothing at 0 of.
    pub moved_by: Option<(&'static str, &'static str)>,
    /// Whether the table of the list's name has rows of each, in the order of their names. All runs of an experiment then
    /// have the same ones.
    pub recorded: bool,
    /// Its numbers.
    pub numbers: &'static [Parameter],
    /// The schema of its keys beside `name`, `remove` and its numbers.
    pub keys: fn() -> Vec<(&'static str, Value)>,
}

/// The names of the states, sorted, to find indices by.
pub(crate) struct NameIndex<'a>(Vec<&'a str>);

impl<'a> NameIndex<'a> {
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
    pub(crate) fn find_all(&self, key: &str, node: &Node, found: &mut Mistakes) -> Vec<usize> {
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
    /// Values from 0 on; domains left out have 1.
    Values,
}

/// Refuses names that who reads them, or a file system, cannot tell apart; `list` holds them.
pub(crate) fn refuse_alike<'n>(names: impl Iterator<Item = (&'n str, &'n Place)>, list: &str, found: &mut Mistakes) {
    let mut seen: BTreeMap<(usize, String), &str> = BTreeMap::new();
    for (name, place) in names {
        for shape in shapes(name).into_iter().enumerate() {
            match seen.get(&shape) {
                Some(other) if *other != name => {
                    let message = format!("`{name}` and `{other}` in `{list}` look alike, or differ by case alone");
                    found.push(Diagnostic::at(place, message).help("give one of them another name"));
                    break;
                }
                _ => seen.insert(shape, name),
            };
        }
    }
}

/// Whether two names are one, or cannot be told apart by who reads them or by a file system.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    a == b || shapes(a).into_iter().zip(shapes(b)).any(|(a, b)| a == b)
}

/// What is left of a name when it is seen from afar: letters of other scripts and forms as those that they look like, and all of
/// one case.
fn shapes(name: &str) -> [String; 2] {
    let compatible = |text: &str| text.nfkc().collect::<String>();
    [unicode_security::skeleton(&compatible(name)).collect(), compatible(&compatible(name).to_lowercase())]
        .map(|shape: String| shape.nfc().collect())
}

/// Reads the entities of a kind with `read`.
pub(crate) fn read_entities<'a, T>(
    root: &mut Section<'a>,
    kind: &EntityKind,
    found: &mut Mistakes,
    mut read: impl FnMut(&'a str, &mut Section<'a>, &mut Mistakes) -> Option<T>,
) -> Vec<T> {
    let EntityKind { list, one, .. } = *kind;
    let Some(list_entry) = root.take(list) else { return Vec::new() };
    let table = list_entry.node.as_table();
    refuse_alike(table.into_iter().flatten().map(|(name, entry)| (name.as_str(), &entry.key)), list, found);
    let mut entities = Vec::new();
    for (name, entry) in table.into_iter().flatten() {
        let Some(mut section) = Section::of(&entry.node, format!("the {one} {name:?}"), found) else { continue };
        keep_name(&mut section, name, found);
        entities.extend(read(name, &mut section, found));
        section.finish(found);
    }
    entities
}

/// The state that the key `key` names; it must be there.
pub(crate) fn require_state<'a>(
    section: &mut Section<'a>,
    key: &'a str,
    states: &NameIndex<'_>,
    found: &mut Mistakes,
) -> Option<usize> {
    section.require(key, found).and_then(|entry| note(states.find(&entry.node), found))
}

/// The name was read when the lists were merged; an override cannot change it.
fn keep_name(section: &mut Section<'_>, name: &str, found: &mut Mistakes) {
    if let Some(entry) = section.take("name")
        && entry.node.as_text().is_none_or(|text| text != name)
    {
        found.push(wrong("name", &entry.node, &format!("{name:?}")));
    }
}

/// Reads a table by domain; equal shares, ones or zeros where there is none.
pub(crate) fn read_weights<'a>(
    section: &mut Section<'a>,
    key: &'a str,
    domains: Option<&'a [String]>,
    rule: Weights,
    found: &mut Mistakes,
) -> Vec<f64> {
    let entry = section.take(key);
    let Some(domains) = domains else { return Vec::new() };
    let sums_to_1 = matches!(rule, Weights::Shares | Weights::AllAboveZero);
    let left_out = if rule == Weights::Values { 1.0 } else { 0.0 };
    let silent = vec![if sums_to_1 { 1.0 / domains.len() as f64 } else { left_out }; domains.len()];
    let Some(entry) = entry else { return silent };
    let before = found.len();
    let Some(mut table) = Section::of(&entry.node, key, found) else { return silent };
    let (mut weights, mut missing) = (Vec::new(), Vec::new());
    for domain in domains {
        let given = table.take(domain);
        if given.is_none() {
            missing.push(domain.as_str());
        }
        weights.push(given.map_or(Ok(left_out), |given| weight(domain, &given.node, rule)).unwrap_or_else(|error| {
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
        Weights::Values => (|value| (0.0..=MAX_WORTH).contains(&value), format!("a number from 0 to {MAX_WORTH}")),
        Weights::Levels => (|level| (0.0..=1.0).contains(&level), "a number from 0 to 1".to_owned()),
        Weights::Shares => (|share| (0.0..=1.0).contains(&share), "a share from 0 to 1".to_owned()),
        Weights::AllAboveZero => (|share| share > 0.0 && share <= 1.0, "a share above 0, at most 1".to_owned()),
        Weights::Nats => (|nats| nats.abs() <= MAX_NATS, format!("a number from -{MAX_NATS} to {MAX_NATS} (nats)")),
    };
    finite(node).filter(|number| fits(*number)).ok_or_else(|| wrong(domain, node, &expected))
}
