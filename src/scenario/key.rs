//! Keys: which place in a config is meant, however it is spelled.

use super::{kinds::replaced_by, tree::TomlTable};
use crate::declare::text::{is_unseen, visible};
use std::{collections::BTreeMap, fmt};
use toml::de::{DeTable, DeValue};

/// The list of tables that are known by the unordered pair `between`.
pub(crate) const BY_PAIR: &str = "borders";
/// The key that takes an entity out.
pub(crate) const REMOVE: &str = "remove";
/// Stands between the two names of a pair in the key of a border; no name contains it.
const PAIR_SEPARATOR: char = '\u{0}';

/// A place in a config, such as `firms.'01.AI'.open`. Two spellings of one place are the same key once it is known which states
/// there are; it is shown in one way alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<String>);

/// A key of a border could mean several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ambiguous {
    word: String,
    pairs: Vec<[String; 2]>,
}

impl fmt::Display for Ambiguous {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<_> = self.pairs.iter().map(|[a, b]| format!("{a} and {b}")).collect();
        write!(f, "`{}` may be {}", self.word, pairs.join(" or "))
    }
}

impl Ambiguous {
    /// What to do about it.
    pub(crate) const HELP: &'static str = "a file can say which: [[borders]] with between = [\"A\", \"B\"]";
}

impl Key {
    /// Reads a dotted key. Parts that hold more than letters from A to Z, digits, `-` and `_` stand in quotes.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let document = format!("{text} = 0");
        let table =
            DeTable::parse(&document).map_err(|error| unquoted(text).unwrap_or_else(|| error.message().to_owned()))?;
        let mut parts = Vec::new();
        let mut table = table.get_ref();
        loop {
            let mut entries = table.iter();
            match (entries.next(), entries.next()) {
                (Some((key, value)), None) => {
                    parts.push(key.get_ref().to_string());
                    match value.get_ref() {
                        DeValue::Table(inner) => table = inner,
                        DeValue::Integer(_) => break,
                        _ => return Err(expected()),
                    }
                }
                _ => return Err(expected()),
            }
        }
        match parts.iter().flat_map(|part| part.chars()).find(|character| is_unseen(*character)) {
            Some(character) => Err(format!("a key cannot contain {character:?}")),
            None => Ok(Self(parts)),
        }
    }

    /// The key of these parts.
    pub(crate) fn new(parts: &[&str]) -> Self {
        Self(parts.iter().map(|&part| part.to_owned()).collect())
    }

    /// The same of a list.
    pub(crate) const fn of(parts: Vec<String>) -> Self {
        Self(parts)
    }

    /// This key and `part` below it.
    pub(crate) fn below(&self, part: &str) -> Self {
        Self(self.0.iter().cloned().chain([part.to_owned()]).collect())
    }

    /// Its parts. A border's two states are one part.
    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// The same place where there are these states: a border is known by its two states in their order.
    pub(crate) fn among(mut self, states: &[String]) -> Result<Self, Ambiguous> {
        if let [list, word, ..] = self.0.as_mut_slice()
            && list == BY_PAIR
            && let Some((key, _)) = pair_named(word, states)?
        {
            *word = key;
        }
        Ok(self)
    }

    /// Whether a value here changes what is at `other`: it is there, or above or below it.
    pub(crate) fn reaches(&self, other: &Self) -> bool {
        let shared = self.0.len().min(other.0.len());
        self.0[..shared] == other.0[..shared]
    }

    /// The places that no longer hold where a later layer sets this one.
    pub(crate) fn replaces(&self) -> Vec<Self> {
        let [list, entity, key] = self.parts() else { return Vec::new() };
        replaced_by(list, key).iter().map(|other| Self::new(&[list, entity, other])).collect()
    }

    /// That of the keys which would replace this one, or be replaced by it, in a later layer: one layer cannot have both.
    pub(crate) fn rival<'m, T>(&self, others: &'m BTreeMap<Self, T>) -> Option<&'m Self> {
        let replaced = self.replaces();
        others.keys().find(|other| replaced.contains(other) || other.replaces().contains(self))
    }

    /// That of the keys which is in the way of this one: it is the same place, or one lies in what the other takes out.
    pub(crate) fn clashing<'m, T>(&self, others: &'m BTreeMap<Self, T>) -> Option<(&'m Self, &'m T)> {
        let taken = (1..self.0.len()).map(|length| Self(self.0[..length].to_vec()).below(REMOVE));
        let taken = taken.filter_map(|key| others.get_key_value(&key)).next();
        others.get_key_value(self).or(taken).or_else(|| {
            let (last, entity) = self.0.split_last()?;
            let mut inside = others.range(Self(entity.to_vec())..);
            inside.next().filter(|(other, _)| last == REMOVE && other.0.starts_with(entity))
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            let dot = if at > 0 { "." } else { "" };
            write!(f, "{dot}{}", quoted(&pair_shown(part)))?;
        }
        Ok(())
    }
}

/// The two names of the key of a border; `None` for another key.
pub(crate) fn pair_of(key: &str) -> Option<[&str; 2]> {
    key.split_once(PAIR_SEPARATOR).map(|(a, b)| [a, b])
}

/// A part of a key, in quotes if it needs them.
pub(super) fn quoted(part: &str) -> String {
    let bare = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if !part.is_empty() && part.chars().all(bare) {
        part.to_owned()
    } else if !part.contains('\'') {
        format!("'{}'", visible(part))
    } else {
        format!("\"{}\"", visible(&part.replace('\\', "\\\\").replace('"', "\\\"")))
    }
}

fn expected() -> String {
    "expected a key such as time.months".to_owned()
}

/// What a key lacks whose parts are told apart by their points, and are no bare words.
fn unquoted(text: &str) -> Option<String> {
    let parts: Vec<_> = text.trim().split('.').map(str::trim).collect();
    let plain = |part: &&str| !part.is_empty() && !part.contains(['"', '\'', '=', '\n', '#', '[', ']', '{', '}', '\\']);
    let quoted: Vec<_> = parts.iter().map(|part| quoted(part)).collect();
    let changed = quoted.iter().zip(&parts).any(|(quoted, part)| quoted != part);
    let why =
        if text.trim().contains(' ') { "a name with a space" } else { "a name with more than A-Z, a-z, 0-9, - and _" };
    (changed && parts.iter().all(plain)).then(|| format!("{why} needs quotes: {}", quoted.join(".")))
}

/// The key of a border between these two states.
pub(crate) fn pair_key(a: &str, b: &str) -> String {
    let (first, second) = if a < b { (a, b) } else { (b, a) };
    format!("{first}{PAIR_SEPARATOR}{second}")
}

/// The key of a border as a user writes it.
pub(crate) fn pair_shown(key: &str) -> String {
    key.replace(PAIR_SEPARATOR, "-")
}

/// Whether it is the key of a border.
pub(crate) fn is_pair(key: &str) -> bool {
    key.contains(PAIR_SEPARATOR)
}

/// The key of the pair of states that `China-US` means, and their names; `None` if it means none.
pub(crate) fn pair_named<'a>(word: &str, states: &'a [String]) -> Result<Option<(String, [&'a str; 2])>, Ambiguous> {
    let mut pairs: Vec<(String, [&str; 2])> = Vec::new();
    for first in states {
        let second = word.strip_prefix(first.as_str()).and_then(|rest| rest.strip_prefix('-'));
        let second = second.and_then(|second| states.iter().find(|state| *state == second && *state != first));
        let pair = second.map(|second| (pair_key(first, second), [first.as_str(), second.as_str()]));
        pairs.extend(pair.filter(|(key, _)| pairs.iter().all(|(earlier, _)| earlier != key)));
    }
    if pairs.len() > 1 {
        let pairs = pairs.into_iter().map(|(_, [a, b])| [a.to_owned(), b.to_owned()]).collect();
        return Err(Ambiguous { word: word.to_owned(), pairs });
    }
    Ok(pairs.pop())
}

/// The names of the states of a config.
pub(crate) fn states_of(tree: &TomlTable) -> Vec<String> {
    tree.get("states").and_then(|entry| entry.node.as_table()).map_or_else(Vec::new, |t| t.keys().cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn shown(text: &str) -> String {
        Key::parse(text).unwrap().among(&states(&["China", "South Korea", "US"])).unwrap().to_string()
    }

    #[test]
    fn a_place_has_one_name_however_it_is_spelled() {
        for (spelled, name) in [
            ("firms.\"01.AI\".open", "firms.'01.AI'.open"),
            (" states . 'US' . talent ", "states.US.talent"),
            ("borders.US-China.openness", "borders.China-US.openness"),
            ("borders.\"US-South Korea\".trust", "borders.'South Korea-US'.trust"),
            ("states.\"Côte d'Ivoire\".talent", "states.\"Côte d'Ivoire\".talent"),
            ("borders.US-Mars.trust", "borders.US-Mars.trust"),
        ] {
            assert_eq!(shown(spelled), name);
            assert_eq!(shown(&shown(spelled)), name, "it reads back");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_what_to_write() {
        for wrong in ["", "a = 1\nb", "a..b", "a.\"b", "a.\"\\u0000\"", "a.'\u{202e}'"] {
            assert!(Key::parse(wrong).is_err(), "{wrong:?}");
        }
        let said = |text| Key::parse(text).unwrap_err();
        assert_eq!(said("states.South Korea.talent"), "a name with a space needs quotes: states.'South Korea'.talent");
        assert!(said("states.Québec.talent").ends_with("needs quotes: states.'Québec'.talent"));
    }

    #[test]
    fn a_border_that_may_be_two_is_told() {
        let states = states(&["A", "A-B", "B", "B-B"]);
        let error = Key::parse("borders.A-B-B.openness").unwrap().among(&states).unwrap_err();
        assert_eq!(error.to_string(), "`A-B-B` may be A and B-B or A-B and B");
        assert!(Key::parse("borders.B-A.openness").unwrap().among(&states).is_ok());
    }

    #[test]
    fn what_is_taken_out_clashes_with_what_is_set_in_it() {
        let key = |text| Key::parse(text).unwrap();
        let clash = |one, other| key(one).clashing(&BTreeMap::from([(key(other), ())])).is_some();
        assert!(clash("policies.x.remove", "policies.x.value") && clash("policies.x.value", "policies.x.remove"));
        assert!(!clash("policies.x.remove", "policies.y.value"));
        assert!(clash("a.b", "a.'b'") && !clash("a.b", "a.c"));
    }
}
