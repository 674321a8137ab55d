//! A config file as a tree of values that know their place.

use super::diagnostic::{Diagnostic, Origin, Place};
use std::{collections::BTreeMap, sync::Arc};
use toml::de::{DeTable, DeValue};

/// A value of a config.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i128),
    /// A number with a decimal point; may be NaN or infinite, as TOML allows.
    Real(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A TOML date or time, which no key takes.
    Date(String),
    /// A list. Copies share it until one of them is changed.
    List(Arc<Vec<Node>>),
    /// A table. Copies share it until one of them is changed.
    Table(Arc<TomlTable>),
}

/// The entries of a table by key.
pub type TomlTable = BTreeMap<String, TomlEntry>;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// A key of a table with its value.
#[derive(Clone, Debug)]
pub struct TomlEntry {
    /// Where the key stands.
    pub key: Place,
    /// The value.
    pub node: Node,
}

impl Value {
    /// A list of these.
    pub fn list(items: Vec<Node>) -> Self {
        Self::List(Arc::new(items))
    }

    /// A table of these.
    pub fn table(entries: TomlTable) -> Self {
        Self::Table(Arc::new(entries))
    }

    /// What kind of value it is, in words.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Whole(_) => "a whole number",
            Self::Real(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::Date(_) => "a TOML date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// Whether both say the same, however it is written: 1 and 1.0, and lists item by item.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) | (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Flag(a), Self::Flag(b)) => a == b,
            (Self::Whole(a), Self::Whole(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.value.same(&b.value))
            }
            _ => self.number().is_some_and(|number| other.number() == Some(number)),
        }
    }

    /// The number, if it is one.
    pub const fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            _ => None,
        }
    }

    /// The whole number, if it is one, written with a point or without.
    pub fn whole(&self) -> Option<i128> {
        /// Above this not every whole number can be written with a point.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self {
            Self::Whole(number) => Some(*number),
            Self::Real(number) if number.fract() == 0.0 && number.abs() <= EXACT => Some(*number as i128),
            _ => None,
        }
    }
}

impl Node {
    /// The entries, if it is a table.
    pub fn as_table(&self) -> Option<&TomlTable> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    /// The text, if it is one.
    pub const fn as_text(&self) -> Option<&String> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }
}

/// Reads a TOML document; all its syntax errors at once if it has any.
pub fn parse(origin: &Arc<Origin>) -> Result<TomlTable, Vec<Diagnostic>> {
    let (document, errors) = DeTable::parse_recoverable(&origin.text);
    if errors.is_empty() {
        let mut found = Vec::new();
        let table = table(origin, document.get_ref(), &mut found);
        if found.is_empty() { Ok(table) } else { Err(found) }
    } else {
        Err(errors.iter().map(|error| syntax_error(origin, error)).collect())
    }
}

/// Reads one TOML value; its parts have the whole of `origin` as their place.
pub fn parse_value(origin: &Arc<Origin>, text: &str) -> Result<Node, Diagnostic> {
    let whole = Place::new(origin, 0..origin.text.len());
    let value = DeValue::parse(text).map_err(|error| Diagnostic::at(&whole, error.message()))?;
    let mut found = Vec::new();
    let node = node(origin, value.get_ref(), whole.span, &mut found);
    found.pop().map_or(Ok(node), Err)
}

fn syntax_error(origin: &Arc<Origin>, error: &toml::de::Error) -> Diagnostic {
    let place = Place::new(origin, error.span().unwrap_or(0..0));
    Diagnostic::at(&place, error.message())
}

fn table(origin: &Arc<Origin>, from: &DeTable<'_>, found: &mut Vec<Diagnostic>) -> TomlTable {
    from.iter()
        .map(|(key, value)| {
            let entry = TomlEntry {
                key: Place::new(origin, key.span()),
                node: node(origin, value.get_ref(), value.span(), found),
            };
            (key.get_ref().to_string(), entry)
        })
        .collect()
}

fn node(origin: &Arc<Origin>, from: &DeValue<'_>, span: std::ops::Range<usize>, found: &mut Vec<Diagnostic>) -> Node {
    let place = Place::new(origin, span);
    let value = match from {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => match i128::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(whole) => Value::Whole(whole),
            Err(_) => {
                found.push(Diagnostic::at(&place, "this number is too large"));
                Value::Whole(0)
            }
        },
        DeValue::Float(float) => Value::Real(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => {
            Value::list(items.iter().map(|item| node(origin, item.get_ref(), item.span(), found)).collect())
        }
        DeValue::Table(inner) => Value::table(table(origin, inner, found)),
    };
    Node { value, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Arc<Origin> {
        Arc::new(Origin { name: "a.toml".into(), text: text.into(), turn: 0, is_file: true })
    }

    #[test]
    fn values_know_their_place() {
        let tree = parse(&origin("[time]\nmonths = 0x10\n")).unwrap();
        let months = &tree["time"].node.as_table().unwrap()["months"];
        assert_eq!((months.key.line(), months.key.column(), months.node.place.column()), (2, 1, 10));
        assert!(matches!(months.node.value, Value::Whole(16)));
    }

    #[test]
    fn all_syntax_errors_are_found() {
        let errors = parse(&origin("a = \nb = 1\nb = 2\nc = [1,\n")).unwrap_err();
        let lines: Vec<_> = errors.iter().map(|error| error.place.as_ref().unwrap().line()).collect();
        assert!(lines.contains(&1) && lines.contains(&3), "{errors:?}");
    }
}
