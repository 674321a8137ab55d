//! Takes typed values out of a table of the tree and says what is wrong with them.

use super::{
    Choice, Month,
    diagnostic::{Diagnostic, Place, nearest, unknown},
    tree::{Node, TomlEntry, TomlTable, Value},
};
use crate::declare::{
    parameter::{Kind, Parameter},
    text::{is_unseen, read_as},
};
use std::fmt::Write as _;
use unicode_normalization::UnicodeNormalization as _;

/// What was found wrong so far.
pub(crate) type Mistakes = Vec<Diagnostic>;

/// Keeps the error, if it is one.
pub(crate) fn note<T>(result: Result<T, Diagnostic>, found: &mut Mistakes) -> Option<T> {
    result.map_err(|error| found.push(error)).ok()
}

/// A table being read: remembers which keys were asked for, so that the others can be refused.
pub(crate) struct Section<'a> {
    table: &'a TomlTable,
    place: Place,
    title: String,
    known: Vec<&'a str>,
}

impl<'a> Section<'a> {
    /// Starts reading `table`, called `title` in messages.
    pub(crate) fn new(table: &'a TomlTable, place: &Place, title: impl Into<String>) -> Self {
        Self { table, place: place.clone(), title: title.into(), known: Vec::new() }
    }

    /// The same for a value, which must be a table.
    pub(crate) fn of(node: &'a Node, title: impl Into<String>, found: &mut Mistakes) -> Option<Self> {
        let title = title.into();
        match node.as_table() {
            Some(table) => Some(Self::new(table, &node.place, title)),
            None => {
                found.push(wrong(&title, node, "a table"));
                None
            }
        }
    }

    /// Where the table stands.
    pub(crate) const fn place(&self) -> &Place {
        &self.place
    }

    /// The entry of this key, which is thereby known.
    pub(crate) fn take(&mut self, key: &'a str) -> Option<&'a TomlEntry> {
        self.known.push(key);
        self.table.get(key)
    }

    /// The entry of this key, which must be there.
    pub(crate) fn require(&mut self, key: &'a str, found: &mut Mistakes) -> Option<&'a TomlEntry> {
        let entry = self.take(key);
        if entry.is_none() {
            found.push(Diagnostic::at(&self.place, format!("{} has no `{key}`", self.title)));
        }
        entry
    }

    /// The value of this key as `read` sees it; `None` if it is not there or is wrong.
    pub(crate) fn read<T>(
        &mut self,
        key: &'a str,
        read: impl FnOnce(&str, &'a Node) -> Result<T, Diagnostic>,
        found: &mut Mistakes,
    ) -> Option<T> {
        let entry = self.take(key)?;
        read(key, &entry.node).map_err(|error| found.push(error)).ok()
    }

    /// The first month from `first` on and the month `last`, which must be later if both are there.
    pub(crate) fn span(
        &mut self,
        first: &'a str,
        last: &'a str,
        found: &mut Mistakes,
    ) -> (Option<Month>, Option<Month>) {
        let (from, to) = (self.read(first, month, found), self.read(last, month, found));
        if let (Some(begin), Some(end), Some(entry)) = (from, to, self.table.get(last))
            && end <= begin
        {
            let message = format!("`{last}` must be after `{first}`: {end} is not after {begin}");
            found.push(Diagnostic::at(&entry.node.place, message));
        }
        (from, to)
    }

    /// Text, empty if it is not there.
    pub(crate) fn text(&mut self, key: &'a str, found: &mut Mistakes) -> String {
        self.read(key, text, found).cloned().unwrap_or_default()
    }

    /// The values of declared parameters, the default where the table is silent.
    pub(crate) fn parameters(&mut self, declared: &'a [Parameter], found: &mut Mistakes) -> Vec<f64> {
        declared
            .iter()
            .map(|parameter| {
                let read = |_: &str, node: &Node| parameter_value(parameter, node);
                self.read(parameter.name, read, found).unwrap_or(parameter.default)
            })
            .collect()
    }

    /// Refuses the keys that nobody asked for.
    pub(crate) fn finish(self, found: &mut Mistakes) {
        for (key, entry) in self.table {
            if !self.known.contains(&key.as_str()) {
                found.push(Diagnostic::at(&entry.key, unknown("key", key, self.known.iter().copied())));
            }
        }
    }
}

/// `months` must be …, not …
pub(crate) fn wrong(key: &str, node: &Node, expected: &str) -> Diagnostic {
    let given = given(node);
    let name = if key.starts_with('[') || key.contains(' ') { key.to_owned() } else { format!("`{key}`") };
    Diagnostic::at(&node.place, format!("{name} must be {expected}, not {given}"))
}

/// A value as it was written.
fn given(node: &Node) -> String {
    /// A text longer than this is shown in part.
    const LONG: usize = 60;
    let written = node.place.text().trim();
    match &node.value {
        Value::Whole(_) | Value::Real(_) if written.len() <= LONG && written.parse::<f64>().is_ok() => {
            written.to_owned()
        }
        Value::Text(text) if text.chars().count() > LONG => {
            format!("the text {:?}...", text.chars().take(LONG).collect::<String>())
        }
        Value::Text(text) => format!("the text {text:?}"),
        Value::Whole(number) => number.to_string(),
        Value::Real(number) if number.is_nan() => "nan".to_owned(),
        // Nobody reads hundreds of zeros.
        Value::Real(number) if number.abs() >= 1e16 => format!("{number:e}"),
        Value::Real(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::Date(_) => "a TOML date".to_owned(),
        Value::List(_) | Value::Table(_) => node.value.kind().to_owned(),
    }
}

/// A number that is not NaN or infinite.
pub(crate) fn finite(node: &Node) -> Option<f64> {
    match node.value {
        Value::Whole(number) => Some(number as f64),
        Value::Real(number) if number.is_finite() => Some(number),
        _ => None,
    }
}

/// The value of a declared parameter.
pub(crate) fn parameter_value(parameter: &Parameter, node: &Node) -> Result<f64, Diagnostic> {
    let (low, high) = parameter.range;
    let value = match parameter.kind {
        Kind::Flag => match node.value {
            Value::Flag(flag) => Some(f64::from(u8::from(flag))),
            _ => None,
        },
        Kind::Real => finite(node),
        Kind::Whole => finite(node).filter(|number| number.fract() == 0.0),
    };
    match value {
        Some(value) if low <= value && value <= high => Ok(value),
        _ => Err(wrong(parameter.name, node, &expected(parameter))),
    }
}

fn expected(parameter: &Parameter) -> String {
    let (low, high) = parameter.range;
    let mut words = match parameter.kind {
        Kind::Flag => return "true or false".to_owned(),
        Kind::Real => format!("a number from {low} to {high}"),
        Kind::Whole => format!("a whole number from {low} to {high}"),
    };
    if parameter.unit != "1" {
        let _ = write!(words, " ({})", parameter.unit);
    }
    words
}

/// A number from `low` to `high`.
pub(crate) fn real(key: &str, node: &Node, low: f64, high: f64) -> Result<f64, Diagnostic> {
    finite(node)
        .filter(|number| low <= *number && *number <= high)
        .ok_or_else(|| wrong(key, node, &format!("a number from {low} to {high}")))
}

/// A share.
pub(crate) fn share(key: &str, node: &Node) -> Result<f64, Diagnostic> {
    real(key, node, 0.0, 1.0)
}

/// A whole number from `low` to `high`.
pub(crate) fn whole(key: &str, node: &Node, low: u64, high: u64) -> Result<u64, Diagnostic> {
    let number = node.value.whole().and_then(|number| u64::try_from(number).ok());
    number.filter(|number| (low..=high).contains(number)).ok_or_else(|| {
        let above = node.value.whole().is_some_and(|number| number > i128::from(high));
        let endless = high >= u64::from(u32::MAX) && !above;
        let bounds = if endless { format!("of at least {low}") } else { format!("from {low} to {high}") };
        wrong(key, node, &format!("a whole number {bounds}"))
    })
}

/// `true` or `false`.
pub(crate) fn flag(key: &str, node: &Node) -> Result<bool, Diagnostic> {
    if let Value::Flag(flag) = node.value { Ok(flag) } else { Err(wrong(key, node, "true or false")) }
}

/// Text.
pub(crate) fn text<'a>(key: &str, node: &'a Node) -> Result<&'a String, Diagnostic> {
    node.as_text().ok_or_else(|| wrong(key, node, "text in quotes"))
}

/// A list.
pub(crate) fn list<'a>(key: &str, node: &'a Node) -> Result<&'a [Node], Diagnostic> {
    match &node.value {
        Value::List(items) => Ok(items),
        Value::Table(_) => Err(wrong(key, node, "a list").help("a list of tables has two brackets: [[ ]]")),
        _ => Err(wrong(key, node, "a list")),
    }
}

/// A month.
pub(crate) fn month(key: &str, node: &Node) -> Result<Month, Diagnostic> {
    let expected = "a month in quotes, such as \"2023-07\"";
    node.as_text().and_then(|text| text.parse().ok()).ok_or_else(|| wrong(key, node, expected))
}

/// A word that stands for a choice.
pub(crate) fn choice<C: Choice>(key: &str, node: &Node) -> Result<C, Diagnostic> {
    let words = || C::WORDS.iter().map(|(word, _)| *word);
    let given = node.as_text().map_or("", String::as_str);
    C::from_word(given).ok_or_else(|| {
        let known: Vec<_> = words().map(|word| format!("`{word}`")).collect();
        let mut error = wrong(key, node, &format!("one of {}", known.join(", ")));
        if let Some(near) = nearest(given, words()) {
            let _ = write!(error.message, ", did you mean `{near}`?");
        }
        error
    })
}

/// Text that may be empty and stands in a CSV cell.
pub(crate) fn cell_text<'a>(key: &str, node: &'a Node) -> Result<&'a String, Diagnostic> {
    let text = text(key, node)?;
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        let message = format!("`{key}` must not start with {:?}: {text:?}", text.chars().next().unwrap_or(' '));
        return Err(Diagnostic::at(&node.place, message).help("a spreadsheet would run it as a formula"));
    }
    match text.chars().find(|character| is_unseen(*character)) {
        Some(character) if character.is_control() => {
            Err(Diagnostic::at(&node.place, format!("`{key}` contains the control character {character:?}")))
        }
        Some(character) => {
            let message =
                format!("`{key}` contains the character {}, which cannot be seen", character.escape_unicode());
            Err(Diagnostic::at(&node.place, message))
        }
        None => Ok(text),
    }
}

/// The longest name, in bytes. Several of them can stand in the name of one file.
pub(crate) const MAX_NAME: usize = 100;

/// A name: a key of tables and files, which who reads them can tell from others.
pub(crate) fn name<'a>(key: &str, node: &'a Node) -> Result<&'a String, Diagnostic> {
    let text = plain_name(key, node)?;
    if let Some(other) = read_as(text) {
        let message = format!("`{key}` cannot be {text:?}: programs that read tables take it for {other}");
        return Err(Diagnostic::at(&node.place, message).help("give it a letter or a word more"));
    }
    Ok(text)
}

/// A name that is seen as it is, whatever other programs make of it.
fn plain_name<'a>(key: &str, node: &'a Node) -> Result<&'a String, Diagnostic> {
    let text = cell_text(key, node)?;
    let refused = |message: String| Err(Diagnostic::at(&node.place, message));
    if text.trim().is_empty() {
        return refused(format!("`{key}` is empty"));
    }
    if text.len() > MAX_NAME {
        let start: String = text.chars().take(20).collect();
        return refused(format!("`{key}` has {} bytes, and {MAX_NAME} are the most: {start:?}...", text.len()));
    }
    if text.trim() != text {
        return refused(format!("`{key}` starts or ends with a space: {text:?}"));
    }
    if let Some(space) = text.chars().find(|character| *character != ' ' && character.is_whitespace()) {
        return refused(format!("`{key}` contains the space {}: write a plain one", space.escape_unicode()));
    }
    let composed: String = text.nfc().collect();
    if composed != *text {
        return refused(format!("`{key}` has letters and their marks apart; together they are {composed:?}"));
    }
    Ok(text)
}

/// Names of devices, which no file can have on Windows, whatever its ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Whether a file of this name would be a device.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let word = stem.trim_end_matches(|digit: char| digit.is_ascii_digit() || "¹²³".contains(digit));
    let numbered = ["com", "lpt"].contains(&word);
    DEVICES.contains(&word) && if numbered { stem.chars().count() == 4 } else { stem == word }
}

/// A name that can also be a folder's, or stand in a file's.
pub(crate) fn file_name<'a>(key: &str, node: &'a Node) -> Result<&'a String, Diagnostic> {
    let text = name(key, node)?;
    for_files(key, node, text)
}

/// A name of tables that files are called after, with other signs in the place of those that no file has.
pub(crate) fn part_of_file_name<'a>(key: &str, node: &'a Node) -> Result<&'a String, Diagnostic> {
    let text = name(key, node)?;
    if text.starts_with('.') || text.ends_with('.') || text.contains(['/', '\\']) || is_device(text) {
        let message = format!("`{key}` is also a folder's name, so it cannot be {text:?}");
        return Err(Diagnostic::at(&node.place, message).help("use letters, digits, `-` and `_`"));
    }
    Ok(text)
}

/// A name of folders that stands in no table.
pub(crate) fn folder_name<'a>(key: &str, node: &'a Node) -> Result<&'a String, Diagnostic> {
    let text = plain_name(key, node)?;
    for_files(key, node, text)
}

fn for_files<'a>(key: &str, node: &'a Node, text: &'a String) -> Result<&'a String, Diagnostic> {
    let apart = text.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']);
    if text.starts_with('.') || text.ends_with('.') || apart || is_device(text) {
        let message = format!("`{key}` is also a folder's name, so it cannot be {text:?}");
        return Err(Diagnostic::at(&node.place, message).help("use letters, digits, `-` and `_`"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{diagnostic::Origin, tree};
    use std::sync::Arc;

    crate::parameters! {
        struct Pond {
            /// Growth.
            growth: f64 = 0.5, "1/year", range 0.0..=2.0, plausible 0.1..=1.0, assumption "a guess";
            /// Frogs.
            frogs: u32 = 3, "1", range 0..=100, plausible 1..=10, figure "counted";
            /// Lilies.
            lilies: bool = 1, "1", range 0..=1, plausible 0..=1, figure "seen";
        }
    }

    fn value(text: &str) -> Node {
        let origin = Arc::new(Origin { name: "x".into(), text: text.into(), turn: 0, is_file: false });
        tree::parse_value(&origin, text).unwrap()
    }

    fn read(parameter: usize, text: &str) -> Result<f64, String> {
        use crate::declare::parameter::Parameters;
        parameter_value(&Pond::DECLARED[parameter], &value(text)).map_err(|error| error.message)
    }

    #[test]
    fn parameters_are_checked_by_their_declaration() {
        assert_eq!(read(0, "2"), Ok(2.0));
        assert_eq!(read(1, "7.0"), Ok(7.0));
        assert_eq!(read(2, "false"), Ok(0.0));
        for (parameter, text) in [(0, "2.1"), (0, "nan"), (0, "inf"), (0, "1e999"), (0, "true"), (1, "1.5"), (2, "1")] {
            assert!(read(parameter, text).is_err(), "{text}");
        }
        assert_eq!(read(0, "3").unwrap_err(), "`growth` must be a number from 0 to 2 (1/year), not 3");
        assert_eq!(read(1, "\"x\"").unwrap_err(), "`frogs` must be a whole number from 0 to 100, not the text \"x\"");
    }

    #[test]
    fn names_that_spreadsheets_would_run_are_refused() {
        for wrong in ["''", "' '", "'=1+1'", "'+a'", "'-a'", "'@a'", "\"\\ta\"", "\"a\\u0007\"", "'a '", "1"] {
            assert!(name("name", &value(wrong)).is_err(), "{wrong}");
        }
        for right in ["'01.AI'", "'Smith, Jones'", "'Größe'"] {
            assert!(name("name", &value(right)).is_ok(), "{right}");
        }
        for wrong in ["../x", "a/b", "..", "x.", "CON", "nul.txt", "com1", "Lpt9.a", "a:b"] {
            assert!(file_name("name", &value(&format!("'{wrong}'"))).is_err(), "{wrong}");
        }
        for right in ["console", "comb", "com10", "a.b", "lpt"] {
            assert!(file_name("name", &value(&format!("'{right}'"))).is_ok(), "{right}");
        }
    }

    #[test]
    fn names_that_are_not_seen_or_read_as_they_are_are_refused() {
        for (wrong, said) in [
            ("a\u{200b}b", "`name` contains the character \\u{200b}, which cannot be seen"),
            ("\u{feff}a", "\\u{feff}"),
            ("a\u{202e}b", "\\u{202e}"),
            ("a\u{a0}b", "contains the space \\u{a0}"),
            ("Que\u{301}bec", "together they are \"Qu\u{e9}bec\""),
            ("NA", "programs that read tables take it for a missing value"),
            ("0.1", "take it for a number"),
            (&"x".repeat(101), "`name` has 101 bytes, and 100 are the most"),
        ] {
            let error = name("name", &value(&format!("'{wrong}'"))).unwrap_err();
            assert!(error.message.contains(said), "{}", error.message);
            assert!(!error.to_string().contains('\u{202e}'));
        }
    }

    #[test]
    fn whole_numbers_can_be_written_with_a_point() {
        assert_eq!(whole("runs", &value("12.0"), 1, 20).unwrap(), 12);
        assert_eq!(whole("runs", &value("1e3"), 1, 2000).unwrap(), 1000);
        let said = whole("runs", &value("12.5"), 1, 20).unwrap_err().message;
        assert_eq!(said, "`runs` must be a whole number from 1 to 20, not 12.5");
        let most = u64::from(u32::MAX);
        let said = |text: &str| whole("runs", &value(text), 1, most).unwrap_err().message;
        assert_eq!(said("5000000000"), "`runs` must be a whole number from 1 to 4294967295, not 5000000000");
        assert_eq!(said("0"), "`runs` must be a whole number of at least 1, not 0");
        assert!(whole("runs", &value("25.0"), 1, 20).unwrap_err().message.ends_with("not 25.0"));
    }
}
