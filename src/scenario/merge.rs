//! Lays one config over another: tables key by key, entities by name, events one after another.

use super::{
    Month,
    diagnostic::{Diagnostic, Place, unknown},
    key::{Ambiguous, BY_PAIR, REMOVE, is_pair, pair_key, pair_named, pair_shown, states_of},
    kinds::{kind_of, replaced_by},
    section::{Mistakes, month, wrong},
    tree::{Node, TomlEntry, TomlTable, Value},
};
use std::{collections::btree_map::Entry as Slot, sync::Arc};

/// The keys by which an entity of a list is known.
pub(crate) const NAMING: [&str; 2] = ["name", "between"];

/// The list whose entries have no names, so that a layer adds to it.
pub(crate) const APPENDED: &str = "events";

/// The last month of what that list has in the layers below.
pub(crate) const EVENTS_UNTIL: &str = "events_until";

/// What a layer may do to those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layer {
    /// A file: lists of entities, which may be new.
    File,
    /// Overrides: entities by name, which must exist. Rules that are listed with all that they need may be new.
    Override,
}

/// A value of a layer that is what was there without it.
#[derive(Clone, Debug)]
pub(crate) struct Repeated {
    /// Where the key stands.
    pub key: Place,
    /// The key's parts.
    pub path: Vec<String>,
    /// Where the layers below say the same; `None` if they are silent and it may be the default.
    pub earlier: Option<Place>,
    /// The value.
    pub value: Value,
}

/// What is noted while a layer is laid over others.
struct Notes<'n> {
    found: &'n mut Mistakes,
    repeated: Vec<Repeated>,
    path: Vec<String>,
}

/// Lays `layer` over `base`; gives the values that `base` has already, or is silent of.
pub(crate) fn merge(base: &mut TomlTable, layer: TomlTable, kind: Layer, found: &mut Mistakes) -> Vec<Repeated> {
    let mut notes = Notes { found, repeated: Vec::new(), path: Vec::new() };
    // A month that is none is refused where it is read.
    if let Some(until) = layer.get(EVENTS_UNTIL).and_then(|entry| month(EVENTS_UNTIL, &entry.node).ok()) {
        forget_later(base, until);
    }
    for (key, mut entry) in layer {
        if kind_of(&key).is_some() || key == BY_PAIR {
            let is_list = matches!(entry.node.value, Value::List(_));
            if let Value::List(items) = &mut entry.node.value {
                let items = Arc::unwrap_or_clone(std::mem::take(items));
                entry.node.value = Value::table(by_key(&key, items, notes.found));
            } else if kind == Layer::File || entry.node.as_table().is_none() {
                let expected = format!("a list of tables: write [[{key}]]");
                notes.found.push(wrong(&key, &entry.node, &expected));
                continue;
            }
            // A rule that lacks something is refused where it is read, so that a misspelt name cannot make one.
            let may_be_new = kind == Layer::File || is_list && is_rule(&key);
            merge_entities(base, key, entry, (kind, may_be_new), &mut notes);
        } else if key == APPENDED {
            append(base, key, entry, &mut notes);
        } else {
            merge_entry(base, key, entry, &mut notes);
        }
    }
    notes.repeated
}

fn merge_entry(base: &mut TomlTable, key: String, over: TomlEntry, notes: &mut Notes<'_>) {
    notes.path.push(key.clone());
    match base.get_mut(&key) {
        Some(under) => merge_node(under, over, notes),
        None => {
            note_silence(&over, notes);
            base.insert(key, over);
        }
    }
    notes.path.pop();
}

/// Notes what is new of a table that is there even if nothing is said of it, or of one that was there.
fn note_silence(over: &TomlEntry, notes: &mut Notes<'_>) {
    match &over.node.value {
        Value::Table(table) if notes.path.first().is_some_and(|list| list == "mechanisms") => {
            for (key, entry) in table.as_ref() {
                notes.path.push(key.clone());
                note_silence(entry, notes);
                notes.path.pop();
            }
        }
        value => {
            let (key, path) = (over.key.clone(), notes.path.clone());
            notes.repeated.push(Repeated { key, path, earlier: None, value: value.clone() });
        }
    }
}

fn merge_node(under: &mut TomlEntry, over: TomlEntry, notes: &mut Notes<'_>) {
    match (&mut under.node.value, over.node.value) {
        (Value::Table(below), Value::Table(above)) => {
            let below = Arc::make_mut(below);
            for (key, entry) in Arc::unwrap_or_clone(above) {
                merge_entry(below, key, entry, notes);
            }
        }
        (below, above) => {
            if below.same(&above) {
                let (key, path, earlier) = (over.key.clone(), notes.path.clone(), Some(under.node.place.clone()));
                notes.repeated.push(Repeated { key, path, earlier, value: above.clone() });
            }
            *below = above;
        }
    }
    under.key = over.key;
    under.node.place = over.node.place;
}

fn append(base: &mut TomlTable, key: String, over: TomlEntry, notes: &mut Notes<'_>) {
    match (base.get_mut(&key).map(|under| &mut under.node.value), over) {
        (Some(Value::List(below)), TomlEntry { node: Node { value: Value::List(above), .. }, .. }) => {
            Arc::make_mut(below).extend(Arc::unwrap_or_clone(above));
        }
        (_, over) => merge_entry(base, key, over, notes),
    }
}

/// Takes out dated facts later than `until`.
fn forget_later(base: &mut TomlTable, until: Month) {
    let Some(Value::List(events)) = base.get_mut(APPENDED).map(|entry| &mut entry.node.value) else { return };
    let date = |event: &Node| month("date", &event.as_table()?.get("date")?.node).ok();
    Arc::make_mut(events).retain(|event| date(event).is_none_or(|date| date <= until));
}

/// Whether a list holds rules: what states do, and what may befall them, each of which says what it is about.
fn is_rule(list: &str) -> bool {
    kind_of(list).is_some_and(|kind| kind.moved_by.is_some() && !kind.recorded)
}

fn merge_entities(
    base: &mut TomlTable,
    list: String,
    over: TomlEntry,
    (kind, may_be_new): (Layer, bool),
    notes: &mut Notes<'_>,
) {
    let states = if list == BY_PAIR { states_of(base) } else { Vec::new() };
    let under = base.entry(list.clone()).or_insert_with(|| TomlEntry {
        key: over.key.clone(),
        node: Node { value: Value::table(TomlTable::new()), place: over.node.place.clone() },
    });
    let (Value::Table(below), Value::Table(above)) = (&mut under.node.value, over.node.value) else { return };
    let below = Arc::make_mut(below);
    notes.path.push(list.clone());
    for (mut name, mut entry) in Arc::unwrap_or_clone(above) {
        let (place, value_place) = (entry.key.clone(), entry.node.place.clone());
        let Value::Table(fields) = &mut entry.node.value else {
            notes.found.push(wrong(&name, &entry.node, "a table"));
            continue;
        };
        let fields = Arc::make_mut(fields);
        if kind == Layer::Override && list == BY_PAIR && !is_pair(&name) {
            match border(&name, &states, &place, &value_place) {
                Ok((key, ends)) => {
                    name = key;
                    fields.insert("between".to_owned(), ends);
                }
                Err(error) => {
                    notes.found.push(error);
                    continue;
                }
            }
        } else if !may_be_new && !below.contains_key(&name) {
            notes.found.push(not_there(&list, &name, below, &place));
            continue;
        }
        match take_remove(fields, notes.found) {
            Some(place) if below.remove(&name).is_none() => {
                let message = format!("`{}` cannot be removed: it is not in `{list}`", pair_shown(&name));
                notes.found.push(Diagnostic::at(&place, message));
            }
            Some(_) => {}
            None => lay(below, &list, name, entry, notes),
        }
    }
    notes.path.pop();
}

/// Lays an entity over the one of its name, if there is one.
fn lay(below: &mut TomlTable, list: &str, name: String, entry: TomlEntry, notes: &mut Notes<'_>) {
    let Some(under) = below.get_mut(&name) else {
        below.insert(name, entry);
        return;
    };
    // An entity stays where it was begun, whoever changes it.
    let begun = under.key.clone();
    take_replaced(list, under, &entry);
    notes.path.push(name);
    merge_node(under, entry, notes);
    notes.path.pop();
    under.key = begun;
}

/// Takes out what no longer holds where `over` is laid over it. What says both is refused where it is read.
fn take_replaced(list: &str, under: &mut TomlEntry, over: &TomlEntry) {
    let (Value::Table(below), Value::Table(above)) = (&mut under.node.value, &over.node.value) else { return };
    let gone: Vec<&str> = above.keys().flat_map(|key| replaced_by(list, key)).copied().collect();
    if gone.iter().any(|key| below.contains_key(*key)) {
        Arc::make_mut(below).retain(|key, _| !gone.contains(&key.as_str()));
    }
}

/// Says that a list has nothing of this name.
fn not_there(list: &str, name: &str, there: &TomlTable, place: &Place) -> Diagnostic {
    let error = Diagnostic::at(place, unknown(singular(list), name, there.keys().map(String::as_str)));
    match there.keys().find(|known| known.starts_with(&format!("{name}."))) {
        Some(known) => error.help(format!("a name with a point needs quotes: {list}.'{known}'")),
        None => error,
    }
}

/// The key of the border that `word` means, and its two states.
fn border(word: &str, states: &[String], place: &Place, value: &Place) -> Result<(String, TomlEntry), Diagnostic> {
    let named = pair_named(word, states);
    let named = named.map_err(|error| Diagnostic::at(place, error.to_string()).help(Ambiguous::HELP))?;
    let (key, pair) = named.ok_or_else(|| {
        let help = "name two states, such as borders.China-US.openness";
        Diagnostic::at(place, format!("no border `{word}`")).help(help)
    })?;
    Ok((key, between(pair, value)))
}

/// One entry of a list, in words: a policy of `policies`.
fn singular(list: &str) -> &'static str {
    kind_of(list).map_or("border", |kind| kind.one)
}

/// Takes the key `remove` out; gives its place if it is `true`.
fn take_remove(fields: &mut TomlTable, found: &mut Mistakes) -> Option<Place> {
    let TomlEntry { key, node } = fields.remove(REMOVE)?;
    match node.value {
        Value::Flag(true) => {
            let others = fields.iter().filter(|(key, _)| !NAMING.contains(&key.as_str()));
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
        match entity_of(list, fields, &node.place) {
            None => {}
            Some(Err(error)) => found.push(error),
            Some(Ok((key, place))) => match table.entry(key) {
                Slot::Vacant(slot) => {
                    slot.insert(TomlEntry { key: place, node });
                }
                Slot::Occupied(slot) => {
                    let shown = pair_shown(slot.key());
                    found.push(Diagnostic::at(&place, format!("`{shown}` is in `{list}` twice")));
                }
            },
        }
    }
    table
}

/// The name or pair that an entity of a list is known by, and where it stands; `None` if the list holds no entities.
pub(crate) fn entity_of(list: &str, fields: &TomlTable, place: &Place) -> Option<Result<(String, Place), Diagnostic>> {
    if list == BY_PAIR {
        return Some(pair_of(fields, place));
    }
    kind_of(list).map(|_| name_of(list, fields, place))
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

fn between(pair: [&str; 2], place: &Place) -> TomlEntry {
    let node = |value| Node { value, place: place.clone() };
    let ends = pair.into_iter().map(|name| node(Value::Text(name.to_owned()))).collect();
    TomlEntry { key: place.clone(), node: node(Value::list(ends)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{diagnostic::Origin, tree};

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
