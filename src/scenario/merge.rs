//! Lays one config over another: tables key by key, entities by name, events one after another.

use super::{
    diagnostic::{Diagnostic, Place, unknown},
    kinds::kind_of,
    section::{Mistakes, wrong},
    tree::{Node, TomlEntry, TomlTable, Value},
};
use std::collections::btree_map::Entry as Slot;

/// The list of tables that merges by the unordered pair `between`.
const BY_PAIR: &str = "borders";
/// Stands between the two names of a pair in the key of a border; no name contains it.
const PAIR_SEPARATOR: char = '\u{0}';

/// What a layer may do to those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// A file: lists of entities, which may be new.
    File,
    /// Overrides: entities by name, which must exist.
    Override,
}

/// Lays `layer` over `base`.
pub(crate) fn merge(base: &mut TomlTable, layer: TomlTable, kind: Layer, found: &mut Mistakes) {
    for (key, mut entry) in layer {
        if kind_of(&key).is_some() || key == BY_PAIR {
            if let Value::List(items) = &mut entry.node.value {
                let items = std::mem::take(items);
                entry.node.value = Value::Table(by_key(&key, items, found));
            } else if kind == Layer::File || entry.node.as_table().is_none() {
                let expected = format!("a list of tables: write [[{key}]]");
                found.push(wrong(&key, &entry.node, &expected));
                continue;
            }
            merge_entities(base, key, entry, kind, found);
        } else if key == "events" {
            append(base, key, entry);
        } else {
            merge_entry(base, key, entry);
        }
    }
}

fn merge_entry(base: &mut TomlTable, key: String, over: TomlEntry) {
    match base.get_mut(&key) {
        Some(under) => merge_node(under, over),
        None => {
            base.insert(key, over);
        }
    }
}

fn merge_node(under: &mut TomlEntry, over: TomlEntry) {
    under.key = over.key;
    match (&mut under.node.value, over.node.value) {
        (Value::Table(below), Value::Table(above)) => {
            for (key, entry) in above {
                merge_entry(below, key, entry);
            }
        }
        (below, above) => *below = above,
    }
    under.node.place = over.node.place;
}

fn append(base: &mut TomlTable, key: String, over: TomlEntry) {
    match (base.get_mut(&key).map(|under| &mut under.node.value), over) {
        (Some(Value::List(below)), TomlEntry { node: Node { value: Value::List(above), .. }, .. }) => {
            below.extend(above)
        }
        (_, over) => merge_entry(base, key, over),
    }
}

fn merge_entities(base: &mut TomlTable, list: String, over: TomlEntry, kind: Layer, found: &mut Mistakes) {
    let states = if list == BY_PAIR { names(base) } else { Vec::new() };
    let under = base.entry(list.clone()).or_insert_with(|| TomlEntry {
        key: over.key.clone(),
        node: Node { value: Value::Table(TomlTable::new()), place: over.node.place.clone() },
    });
    let (Value::Table(below), Value::Table(above)) = (&mut under.node.value, over.node.value) else { return };
    for (mut name, mut entry) in above {
        let Value::Table(fields) = &mut entry.node.value else {
            found.push(wrong(&name, &entry.node, "a table"));
            continue;
        };
        if kind == Layer::Override && list == BY_PAIR && !name.contains(PAIR_SEPARATOR) {
            match pair_named(&name, &states) {
                Some((key, pair)) => {
                    name = key;
                    fields.insert("between".to_owned(), between(pair, &entry.node.place));
                }
                None => {
                    let help = "name two states, such as borders.China-US.openness";
                    found.push(Diagnostic::at(&entry.key, format!("no border `{name}`")).help(help));
                    continue;
                }
            }
        } else if kind == Layer::Override && !below.contains_key(&name) {
            let known = below.keys().map(String::as_str);
            found.push(Diagnostic::at(&entry.key, unknown(singular(&list), &name, known)));
            continue;
        }
        match take_remove(fields, found) {
            Some(place) if below.remove(&name).is_none() => {
                let shown = name.replace(PAIR_SEPARATOR, "-");
                found.push(Diagnostic::at(&place, format!("`{shown}` cannot be removed: it is not in `{list}`")));
            }
            Some(_) => {}
            None => merge_entry(below, name, entry),
        }
    }
}

/// One entry of a list, in words: a policy of `policies`.
fn singular(list: &str) -> &'static str {
    kind_of(list).map_or("border", |kind| kind.one)
}

/// Takes the key `remove` out; gives its place if it is `true`.
fn take_remove(fields: &mut TomlTable, found: &mut Mistakes) -> Option<Place> {
    let TomlEntry { key, node } = fields.remove("remove")?;
    match node.value {
        Value::Flag(true) => {
            let others = fields.iter().filter(|(key, _)| !matches!(key.as_str(), "name" | "between"));
            found.extend(others.map(|(name, entry)| {
                Diagnostic::at(&entry.key, format!("`{name}` has no effect beside `remove = true`"))
            }));
            Some(key)
        }
        Value::Flag(false) => None,
        _ => {
            found.push(wrong("remove", &node, "true or false"));
            None
        }
    }
}

/// Turns a list of entities into a table by name or pair.
fn by_key(list: &str, items: Vec<Node>, found: &mut Mistakes) -> TomlTable {
    let mut table = TomlTable::new();
    for node in items {
        let Some(fields) = node.as_table() else {
            found.push(wrong(list, &node, "a list of tables"));
            continue;
        };
        let keyed = if list == BY_PAIR { pair_of(fields, &node.place) } else { name_of(list, fields, &node.place) };
        match keyed {
            Err(error) => found.push(error),
            Ok((key, place)) => match table.entry(key) {
                Slot::Vacant(slot) => {
                    slot.insert(TomlEntry { key: place, node });
                }
                Slot::Occupied(slot) => {
                    let shown = slot.key().replace(PAIR_SEPARATOR, "-");
                    found.push(Diagnostic::at(&place, format!("`{shown}` is in `{list}` twice")));
                }
            },
        }
    }
    table
}

fn name_of(list: &str, fields: &TomlTable, place: &Place) -> Result<(String, Place), Diagnostic> {
    let what = singular(list);
    let entry = fields.get("name").ok_or_else(|| Diagnostic::at(place, format!("this {what} has no `name`")))?;
    let name = super::section::name("name", &entry.node)?;
    Ok((name.clone(), entry.node.place.clone()))
}

fn pair_of(fields: &TomlTable, place: &Place) -> Result<(String, Place), Diagnostic> {
    let entry = fields.get("between").ok_or_else(|| Diagnostic::at(place, "this border has no `between`"))?;
    if let Value::List(ends) = &entry.node.value
        && let [a, b] = ends.as_slice()
        && let (Some(a), Some(b)) = (a.as_text(), b.as_text())
        && a != b
    {
        return Ok((pair_key(a, b), entry.node.place.clone()));
    }
    Err(Diagnostic::at(&entry.node.place, "`between` must be a list of two different states"))
}

fn pair_key(a: &str, b: &str) -> String {
    let (first, second) = if a < b { (a, b) } else { (b, a) };
    format!("{first}{PAIR_SEPARATOR}{second}")
}

fn names(base: &TomlTable) -> Vec<String> {
    base.get("states").and_then(|entry| entry.node.as_table()).map_or_else(Vec::new, |t| t.keys().cloned().collect())
}

/// The pair of states that `China-US` means.
fn pair_named<'a>(word: &str, states: &'a [String]) -> Option<(String, [&'a str; 2])> {
    states.iter().find_map(|first| {
        let second = word.strip_prefix(first.as_str())?.strip_prefix('-')?;
        let second = states.iter().find(|state| *state == second && *state != first)?;
        Some((pair_key(first, second), [first.as_str(), second.as_str()]))
    })
}

fn between(pair: [&str; 2], place: &Place) -> TomlEntry {
    let node = |value| Node { value, place: place.clone() };
    let ends = pair.into_iter().map(|name| node(Value::Text(name.to_owned()))).collect();
    TomlEntry { key: place.clone(), node: node(Value::List(ends)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{diagnostic::Origin, tree};
    use std::sync::Arc;

    fn layered(texts: &[&str]) -> (TomlTable, Vec<String>) {
        let (mut base, mut found) = (TomlTable::new(), Vec::new());
        for (turn, text) in texts.iter().enumerate() {
            let origin = Arc::new(Origin { name: "x".into(), text: (*text).into(), turn, is_file: true });
            merge(&mut base, tree::parse(&origin).unwrap(), Layer::File, &mut found);
        }
        (base, found.into_iter().map(|error| error.message).collect())
    }

    fn table<'a>(base: &'a TomlTable, key: &str) -> &'a TomlTable {
        base[key].node.as_table().unwrap()
    }

    #[test]
    fn an_entity_without_a_name_is_called_what_it_is() {
        let (_, found) = layered(&["[[policies]]\nvalue = 1\n[[fabs]]\nowner = 'x'\n"]);
        assert_eq!(found, ["this fab has no `name`", "this policy has no `name`"]);
    }

    #[test]
    fn tables_merge_key_by_key_and_lists_are_replaced() {
        let (base, found) = layered(&["[time]\nstart = 'a'\nmonths = 1\n", "domains = ['x']\ntime.months = 2\n"]);
        assert!(found.is_empty());
        let time = table(&base, "time");
        assert!(matches!(time["months"].node.value, Value::Whole(2)));
        assert_eq!(time["start"].node.as_text().unwrap(), "a");
    }

    #[test]
    fn entities_merge_by_name_and_can_be_removed() {
        let parent = "[[states]]\nname = 'A'\ntalent = 1\ngdp = 2\n[[states]]\nname = 'B'\n[[events]]\na = 1\n";
        let child = "[[states]]\nname = 'B'\nremove = true\n[[states]]\nname = 'A'\ntalent = 3\n[[events]]\na = 2\n";
        let (base, found) = layered(&[parent, child]);
        assert!(found.is_empty());
        let states = table(&base, "states");
        assert_eq!(states.keys().collect::<Vec<_>>(), ["A"]);
        let a = states["A"].node.as_table().unwrap();
        assert!(matches!((&a["talent"].node.value, &a["gdp"].node.value), (Value::Whole(3), Value::Whole(2))));
        assert!(matches!(&base["events"].node.value, Value::List(events) if events.len() == 2));
    }

    #[test]
    fn borders_merge_by_the_unordered_pair() {
        let (base, found) = layered(&[
            "[[borders]]\nbetween = ['A', 'B']\nopenness = 0.1\n",
            "[[borders]]\nbetween = ['B', 'A']\nopenness = 0.2\n",
        ]);
        assert!(found.is_empty());
        assert_eq!(table(&base, "borders").len(), 1);
    }

    #[test]
    fn what_cannot_be_merged_is_said() {
        let (_, found) = layered(&[
            "firms = 1\n[[states]]\nname = 'A'\n[[states]]\nname = 'A'\n[[states]]\ntalent = 1\n",
            "[[states]]\nname = 'Z'\nremove = true\n[[states]]\nname = 'A'\nremove = 'yes'\n",
        ]);
        let said = found.join("\n");
        for part in
            ["[[firms]]", "`A` is in `states` twice", "has no `name`", "`Z` cannot be removed", "`remove` must be"]
        {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}
