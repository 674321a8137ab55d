//! Single values laid over a config: `--set a.b.c=value` and the `set` tables of experiments.

use super::{
    diagnostic::{Diagnostic, Origin, Place},
    key::Key,
    merge::{NAMING, entity_of},
    section::Mistakes,
    tree::{self, Node, TomlEntry, TomlTable, Value},
};
use std::{collections::BTreeMap, sync::Arc};

/// A value for one key.
#[derive(Clone, Debug)]
pub struct Override {
    path: Key,
    /// The key as it was written.
    spelled: String,
    /// Where the key stands.
    key: Place,
    /// The value.
    node: Node,
}

impl Override {
    /// Reads `a.b.c=value`. A value that is not TOML is taken as text.
    pub fn from_flag(text: &str, turn: usize) -> Result<Self, Diagnostic> {
        let origin = Origin { name: format!("--set {text}"), text: text.to_owned(), turn, is_file: false };
        let origin = Arc::new(origin);
        let whole = Place::new(&origin, 0..text.len());
        let help = "write --set mechanisms.research.growth=1.5";
        let Some(at) = equals_sign(text) else {
            return Err(Diagnostic::at(&whole, "expected a key, `=` and a value").help(help));
        };
        let spelled = text[..at].trim();
        let path = Key::parse(spelled).map_err(|error| {
            let known = error.contains("needs quotes");
            let error = Diagnostic::at(&whole, error);
            if known { error } else { error.help(help) }
        })?;
        let value = text[at + 1..].trim();
        let node = match tree::parse_value(&origin, value) {
            Ok(node) => node,
            Err(error) if value.starts_with(['[', '{', '"', '\'']) => return Err(error),
            Err(_) => Node { value: Value::Text(value.to_owned()), place: whole.clone() },
        };
        Ok(Self { path, spelled: spelled.to_owned(), key: whole, node })
    }

    /// Reads an entry of a `set` table, whose keys are dotted paths in quotes.
    pub fn from_entry(key: &str, entry: &TomlEntry) -> Result<Self, Diagnostic> {
        let path = Key::parse(key).map_err(|error| Diagnostic::at(&entry.key, error))?;
        Ok(Self { path, spelled: key.to_owned(), key: entry.key.clone(), node: entry.node.clone() })
    }

    /// `node` for the key `path`.
    pub fn new(path: &[&str], node: &Node) -> Self {
        let path = Key::new(path);
        Self { spelled: path.to_string(), path, key: node.place.clone(), node: node.clone() }
    }

    /// The place that it is for.
    pub(crate) const fn key(&self) -> &Key {
        &self.path
    }

    /// Its value.
    pub(crate) const fn node(&self) -> &Node {
        &self.node
    }

    /// Where its key stands.
    pub(crate) const fn place(&self) -> &Place {
        &self.key
    }

    /// The same with its key spelled as it is shown where there are these states.
    pub(crate) fn among(mut self, states: &[String]) -> Self {
        if let Some(key) = self.path.clone().among(states).ok().and_then(|key| Key::parse(&key.to_string()).ok()) {
            self.path = key;
        }
        self
    }

    /// The value as a config that holds nothing else.
    pub(crate) fn into_layer(self) -> TomlTable {
        let mut node = self.node;
        let mut table = TomlTable::new();
        for part in self.path.parts().iter().rev() {
            table = TomlTable::from([(part.clone(), TomlEntry { key: self.key.clone(), node })]);
            node = Node { value: Value::table(table.clone()), place: self.key.clone() };
        }
        table
    }

    /// The places that it sets.
    fn sets(&self, states: &[String]) -> Vec<Key> {
        self.leaves(states).into_iter().map(|(key, _)| key).collect()
    }

    /// All places that it sets with their values: those of all values in it, if it is a table or a list of entities.
    pub(crate) fn leaves(&self, states: &[String]) -> Vec<(Key, &Node)> {
        let mut open = vec![(self.path.clone(), &self.node)];
        let mut leaves = Vec::new();
        while let Some((key, node)) = open.pop() {
            match &node.value {
                Value::Table(table) if !table.is_empty() => {
                    open.extend(table.iter().map(|(part, entry)| (key.below(part), &entry.node)));
                }
                Value::List(items) if let [list] = key.parts() => {
                    let named: Option<Vec<_>> = items.iter().map(|item| named(list, item)).collect();
                    match named {
                        Some(named) => open.extend(named.into_iter().flatten()),
                        None => leaves.push((key, node)),
                    }
                }
                // One that may be two borders is refused where it is laid over the config.
                _ => leaves.extend(key.among(states).ok().map(|key| (key, node))),
            }
        }
        leaves
    }
}

/// The places that an entity of a list sets, and the values; `None` if it is none. That it is named sets nothing.
fn named<'n>(list: &str, item: &'n Node) -> Option<Vec<(Key, &'n Node)>> {
    let fields = item.as_table()?;
    let (name, _) = entity_of(list, fields, &item.place)?.ok()?;
    let entity = Key::new(&[list, &name]);
    let said = fields.iter().filter(|(field, _)| !NAMING.contains(&field.as_str()));
    Some(said.map(|(field, entry)| (entity.below(field), &entry.node)).collect())
}

/// Advice on a place that the command line has a word of its own for.
fn short_for(key: &Key) -> Option<&'static str> {
    match key.parts().iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["seed"] => Some("--seed N is --set seed=N"),
        ["time", "months"] => Some("--months N is --set time.months=N"),
        _ => None,
    }
}

/// A place that values of both layers set, in whatever spelling, if there is one, with the first of each that does.
pub(crate) fn clash<'o>(
    a: &'o [Override],
    b: &'o [Override],
    states: &[String],
) -> Option<(Key, &'o Override, &'o Override)> {
    let earlier: BTreeMap<Key, &Override> =
        a.iter().flat_map(|each| each.sets(states).into_iter().map(move |key| (key, each))).collect();
    b.iter().find_map(|each| {
        let sets = each.sets(states);
        sets.into_iter().find_map(|key| key.clashing(&earlier).map(|(_, first)| (key.clone(), *first, each)))
    })
}

/// Refuses a place that two values of one layer set, in whatever spelling: which of them would count, nobody has said.
pub(crate) fn refuse_doubles(layer: &[Override], states: &[String], found: &mut Mistakes) {
    let mut earlier: BTreeMap<Key, &str> = BTreeMap::new();
    for each in layer {
        let sets = each.sets(states);
        if let Some((key, other)) = sets.iter().find_map(|key| Some((key, key.rival(&earlier)?))) {
            let message = format!("`{key}` and `{other}` are both set: what has a date does not come by chance");
            found.push(Diagnostic::at(&each.key, message));
        }
        let clash = sets.iter().find_map(|key| key.clashing(&earlier).map(|(other, by)| (key, other, by)));
        if let Some((key, other, first)) = clash {
            let message = if key == other && *first == each.spelled {
                format!("`{key}` is set twice")
            } else if key == other {
                format!("`{key}` is set twice: as `{first}` and as `{}`", each.spelled)
            } else {
                format!("`{key}` and `{other}` are both set, and one takes out what the other is in")
            };
            let error = Diagnostic::at(&each.key, message);
            let help = short_for(key).filter(|_| !each.key.origin.is_file);
            found.push(match help {
                Some(help) => error.help(help),
                None => error,
            });
        }
        earlier.extend(sets.into_iter().map(|key| (key, each.spelled.as_str())));
    }
}

/// The first `=` outside quotes.
fn equals_sign(text: &str) -> Option<usize> {
    let mut quote = None;
    text.char_indices().find_map(|(at, character)| {
        match (quote, character) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), character) if open == character => quote = None,
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, Value) {
        let read = Override::from_flag(text, 0).unwrap();
        (read.path.to_string(), read.node.value)
    }

    #[test]
    fn values_are_toml_or_bare_words() {
        assert!(matches!(read("a.b=1.5").1, Value::Real(1.5)));
        assert!(matches!(read("a = true").1, Value::Flag(true)));
        assert!(matches!(read("time.start=2023-05").1, Value::Text(text) if text == "2023-05"));
        assert!(matches!(read("name = \"a=b\"").1, Value::Text(text) if text == "a=b"));
        let (path, _) = read("firms.\"A=.B\".open=false");
        assert_eq!(path, "firms.'A=.B'.open");
    }

    #[test]
    fn what_cannot_be_read_names_the_flag() {
        for wrong in ["", "abc", "=1", "a..b=1", "a=[1", "a=\"x"] {
            let error = Override::from_flag(wrong, 0).unwrap_err().to_string();
            assert!(error.starts_with(&format!("--set {wrong}: ")), "{error}");
        }
    }

    #[test]
    fn what_the_command_line_says_in_two_ways_is_told() {
        let flags = ["time.months=24", "time.months=12"].map(|flag| Override::from_flag(flag, 0).unwrap());
        let mut found = Mistakes::new();
        refuse_doubles(&flags, &[], &mut found);
        assert_eq!(found[0].help.as_deref(), Some("--months N is --set time.months=N"));
    }

    #[test]
    fn a_place_that_is_set_twice_is_refused_in_any_spelling() {
        let states = ["China".to_owned(), "US".to_owned()];
        let said = |flags: &[&str]| {
            let layer: Vec<_> = flags.iter().map(|flag| Override::from_flag(flag, 0).unwrap()).collect();
            let mut found = Mistakes::new();
            refuse_doubles(&layer, &states, &mut found);
            found.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(
            said(&["borders.US-China.trust=0", "borders.China-US.trust=1"]),
            "`borders.China-US.trust` is set twice: as `borders.US-China.trust` and as `borders.China-US.trust`"
        );
        assert!(said(&["states.US={talent=2}", "states.'US'.talent=1"]).contains("twice: as `states.US` and as"));
        let listed = "states=[{name='US', talent=2}, {name='China', adoption=1}]";
        assert!(said(&[listed, "states.US.talent=1"]).contains("`states.US.talent` is set twice: as `states` and as"));
        assert!(said(&["borders=[{between=['US', 'China'], trust=1}]", "borders.China-US.trust=0"]).contains("twice"));
        assert!(said(&[listed, "states=[{name='US', talent=1}]"]).contains("`states.US.talent` is set twice"));
        assert_eq!(said(&[listed, "states=[{name='US', adoption=1}]", "states.China.talent=1"]), "");
        assert!(said(&["policies.a.value=1", "policies=[{name='a', remove=true}]"]).contains("takes out"));
        assert!(said(&["policies.a.value=1", "policies.a.remove=true"]).contains("takes out"));
        assert_eq!(said(&["states.US={talent=2}", "states.US.adoption=1", "states.China.talent=1"]), "");
        let either = "`policies.a.from` and `policies.a.latest` are both set: what has a date does not come by chance";
        assert_eq!(said(&["policies.a.latest=2026-01", "policies.a.from=2025-01"]), either);
        assert!(said(&["controls.a.from=2025-01", "controls.a.hazard_cv=1"]).contains("are both set"));
        assert_eq!(said(&["controls.a.from=2025-01", "controls.b.latest=2026-01", "shocks.a.hazard_per_year=1"]), "");
        assert_eq!(said(&["shocks.a.from=2025-01", "shocks.a.hazard_per_year=0"]), "");
    }
}
