//! Single values laid over a config: `--set a.b.c=value` and the `set` tables of experiments.

use super::{
    diagnostic::{Diagnostic, Origin, Place},
    tree::{self, Node, TomlEntry, TomlTable, Value},
};
use std::sync::Arc;

/// A value for one key.
#[derive(Clone, Debug)]
pub struct Override {
    /// The key's parts.
    path: Vec<String>,
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
        let path = tree::parse_key(text[..at].trim()).map_err(|error| Diagnostic::at(&whole, error).help(help))?;
        let value = text[at + 1..].trim();
        let node = match tree::parse_value(&origin, value) {
            Ok(node) => node,
            Err(error) if value.starts_with(['[', '{', '"', '\'']) => return Err(error),
            Err(_) => Node { value: Value::Text(value.to_owned()), place: whole.clone() },
        };
        Ok(Self { path, key: whole, node })
    }

    /// Reads an entry of a `set` table, whose keys are dotted paths in quotes.
    pub fn from_entry(key: &str, entry: &TomlEntry) -> Result<Self, Diagnostic> {
        let path = tree::parse_key(key).map_err(|error| Diagnostic::at(&entry.key, error))?;
        Ok(Self { path, key: entry.key.clone(), node: entry.node.clone() })
    }

    /// `node` for the key `path`.
    pub fn new(path: &[&str], node: &Node) -> Self {
        Self { path: path.iter().map(|&part| part.to_owned()).collect(), key: node.place.clone(), node: node.clone() }
    }

    /// The value as a config that holds nothing else.
    pub(crate) fn into_layer(self) -> TomlTable {
        let mut node = self.node;
        let mut table = TomlTable::new();
        for part in self.path.into_iter().rev() {
            table = TomlTable::from([(part, TomlEntry { key: self.key.clone(), node })]);
            node = Node { value: Value::Table(table.clone()), place: self.key.clone() };
        }
        table
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

    fn read(text: &str) -> (Vec<String>, Value) {
        let read = Override::from_flag(text, 0).unwrap();
        (read.path, read.node.value)
    }

    #[test]
    fn values_are_toml_or_bare_words() {
        assert!(matches!(read("a.b=1.5").1, Value::Real(1.5)));
        assert!(matches!(read("a = true").1, Value::Flag(true)));
        assert!(matches!(read("time.start=2023-05").1, Value::Text(text) if text == "2023-05"));
        assert!(matches!(read("name = \"a=b\"").1, Value::Text(text) if text == "a=b"));
        let (path, _) = read("firms.\"A=.B\".open=false");
        assert_eq!(path, ["firms", "A=.B", "open"]);
    }

    #[test]
    fn what_cannot_be_read_names_the_flag() {
        for wrong in ["", "abc", "=1", "a..b=1", "a=[1", "a=\"x"] {
            let error = Override::from_flag(wrong, 0).unwrap_err().to_string();
            assert!(error.starts_with(&format!("--set {wrong}: ")), "{error}");
        }
    }
}
