//! What a scenario is, in words: those of its file, or what it changes.

use super::{
    key::quoted,
    overrides::Override,
    tree::{Node, TomlTable, Value},
};
use serde::{Deserialize, Serialize};

/// Keys that say nothing of a scenario that is not shown beside it.
const SHOWN_ELSEWHERE: [&str; 4] = ["name", "description", "seed", "time.months"];

/// What a scenario is, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// What its file says it is; never what a file says that it extends. Empty if it says nothing.
    pub description: String,
    /// Without a description, the name of the scenario that it changes, if it changes one.
    pub base: String,
    /// What is changed of that, `key = value` each.
    pub changes: Vec<String>,
}

impl Described {
    /// What these files say, the config itself first, then what it extends, with `overrides` laid over them.
    pub(crate) fn of(files: &[TomlTable], overrides: &[Override]) -> Self {
        let own = files.first().and_then(|file| text(file, "description"));
        let description = laid(overrides).or(own).unwrap_or_default();
        if !description.is_empty() {
            return Self { description, changes: changes(overrides), ..Self::default() };
        }
        let base = files.iter().skip(1).find_map(|file| text(file, "name")).unwrap_or_default();
        let own = files.first().filter(|_| files.len() > 1).map(words).unwrap_or_default();
        Self { description, base, changes: [own, changes(overrides)].concat() }
    }

    /// A scenario of an experiment that lays `set`, and the command line `flags`, over the scenario called `base`.
    pub(crate) fn laid_over(base: &str, description: Option<String>, set: &[Override], flags: &[Override]) -> Self {
        match laid(flags).or(description).or_else(|| laid(set)) {
            Some(description) => Self { description, base: String::new(), changes: changes(flags) },
            None => Self {
                description: String::new(),
                base: base.to_owned(),
                changes: [changes(set), changes(flags)].concat(),
            },
        }
    }
}

/// The description that overrides lay over a scenario.
fn laid(overrides: &[Override]) -> Option<String> {
    overrides.iter().rev().find_map(|each| text(&each.clone().into_layer(), "description"))
}

fn text(table: &TomlTable, key: &str) -> Option<String> {
    table.get(key).and_then(|entry| entry.node.as_text()).cloned()
}

/// What overrides lay over a scenario, in words.
fn changes(overrides: &[Override]) -> Vec<String> {
    overrides.iter().flat_map(|each| words(&each.clone().into_layer())).collect()
}

/// The values of a layer, `key = value` each.
fn words(layer: &TomlTable) -> Vec<String> {
    let mut said = Vec::new();
    for (key, entry) in layer {
        say(&quoted(key), &entry.node, &mut said);
    }
    said.retain(|words| !SHOWN_ELSEWHERE.iter().any(|key| words.starts_with(&format!("{key} = "))));
    said
}

fn say(path: &str, node: &Node, said: &mut Vec<String>) {
    match &node.value {
        Value::Table(table) if matches!(table.get("remove"), Some(entry) if matches!(entry.node.value, Value::Flag(true))) =>
        {
            said.push(format!("{path} removed"));
        }
        Value::Table(table) => {
            let fields = table.iter().filter(|(key, _)| !matches!(key.as_str(), "name" | "between"));
            fields.for_each(|(key, entry)| say(&format!("{path}.{}", quoted(key)), &entry.node, said));
        }
        Value::List(items) if items.iter().any(|item| item.as_table().is_some()) => {
            let mut unnamed = 0;
            for item in items.iter() {
                match item.as_table().and_then(called) {
                    Some(name) => say(&format!("{path}.{name}"), item, said),
                    None => unnamed += 1,
                }
            }
            if unnamed > 0 {
                said.push(format!("{path}: {unnamed} more"));
            }
        }
        value => said.push(format!("{path} = {}", written(value))),
    }
}

/// What an entry of a list of tables goes by: its name, or a border's two.
fn called(entry: &TomlTable) -> Option<String> {
    if let Some(Value::List(between)) = entry.get("between").map(|entry| &entry.node.value) {
        let mut names: Vec<_> = between.iter().filter_map(Node::as_text).map(String::as_str).collect();
        names.sort_unstable();
        return Some(quoted(&names.join("-")));
    }
    text(entry, "name").map(|name| quoted(&name))
}

/// A value as TOML writes it.
pub(crate) fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Whole(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Flag(flag) => flag.to_string(),
        Value::Date(date) => date.clone(),
        Value::List(items) => {
            format!("[{}]", items.iter().map(|item| written(&item.value)).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let fields = table.iter().map(|(key, entry)| format!("{} = {}", quoted(key), written(&entry.node.value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{diagnostic::Origin, tree};
    use std::sync::Arc;

    fn files(texts: &[&str]) -> Vec<TomlTable> {
        let origin = |text: &&str| Origin { name: "a.toml".into(), text: (*text).into(), turn: 0, is_file: true };
        texts.iter().map(|text| tree::parse(&Arc::new(origin(text))).unwrap()).collect()
    }

    fn flags(texts: &[&str]) -> Vec<Override> {
        texts.iter().map(|text| Override::from_flag(text, 0).unwrap()).collect()
    }

    #[test]
    fn what_is_said_of_a_scenario_is_not_said_of_one_that_extends_it() {
        let base = "name = 'base'\ndescription = 'The world as it is.'\n";
        let own = "description = 'Open.'\n[[firms]]\nname = 'Acme'\nopen = true\n";
        let described = Described::of(&files(&[own, base]), &flags(&["a.b=1", "seed=3", "time.months=9"]));
        assert_eq!(described.description, "Open.");
        assert_eq!((described.base.as_str(), described.changes), ("", vec!["a.b = 1".to_owned()]));
        let described = Described::of(&files(&["name = 'mine'\n[x]\ny = 2\n", base]), &[]);
        assert_eq!((described.description.as_str(), described.base.as_str()), ("", "base"));
        assert_eq!(described.changes, ["x.y = 2"]);
    }

    #[test]
    fn changes_are_written_as_keys_and_values() {
        let layer = "events = [{ date = '2023-02' }, { date = '2023-03' }]\nrecord = ['a', 2, 0.5, true]\n\
                     [[borders]]\nbetween = ['US', 'China']\nopenness = 0.1\n[[firms]]\nname = 'Acme Inc'\nopen = true\n\
                     [[firms]]\nname = 'B'\nremove = true\n[focus]\n\"it's\" = { a = 'x' }\n";
        assert_eq!(
            words(&files(&[layer])[0]),
            [
                "borders.China-US.openness = 0.1",
                "events: 2 more",
                "firms.'Acme Inc'.open = true",
                "firms.B removed",
                "focus.\"it's\".a = \"x\"",
                "record = [\"a\", 2, 0.5, true]",
            ]
        );
    }

    #[test]
    fn a_scenario_of_an_experiment_is_described_by_its_entry_or_by_what_it_sets() {
        let (set, over) = (flags(&["shocks.enabled=false"]), flags(&["a=1"]));
        let named = Described::laid_over("blockade", Some("Nothing happens.".into()), &set, &over);
        assert_eq!((named.description.as_str(), named.changes), ("Nothing happens.", vec!["a = 1".to_owned()]));
        let other = Described::laid_over("blockade", None, &set, &over);
        assert_eq!((other.description.as_str(), other.base.as_str()), ("", "blockade"));
        assert_eq!(other.changes, ["shocks.enabled = false", "a = 1"]);
        let said = flags(&["description=\"Here.\""]);
        assert_eq!(Described::laid_over("blockade", None, &said, &[]).description, "Here.");
    }
}
