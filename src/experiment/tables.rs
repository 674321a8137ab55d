//! Which tables to record, in words: the same on the command line, in files and in the library.

use serde_json::{Value, json};

/// The word for all tables.
pub const ALL: &str = "all";
/// The word for no table.
pub const NONE: &str = "none";

/// What is wrong with a word for tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misnamed {
    /// No table has this name.
    Unknown,
    /// It says everything, and others stand beside it.
    NotAlone,
}

impl Misnamed {
    /// Why the word cannot stand beside others.
    pub(crate) fn beside(word: &str) -> String {
        let stands = if word == ALL { "every table" } else { "none of them" };
        format!("`{word}` stands for {stands}, so that no table can stand beside `{word}`")
    }
}

/// The tables that words name of those that are known, each once: [`ALL`] of them, [`NONE`], or those of these names. Else the words
/// that are wrong, by place.
pub(crate) fn named(words: &[&str], known: &[&str]) -> Result<Vec<String>, Vec<(usize, Misnamed)>> {
    let owned = |tables: &[&str]| tables.iter().map(|&table| table.to_owned()).collect();
    match words {
        [ALL] => return Ok(owned(known)),
        [NONE] => return Ok(Vec::new()),
        _ => {}
    }
    let mut tables: Vec<&str> = Vec::new();
    let mut wrong = Vec::new();
    for (place, word) in words.iter().enumerate() {
        if [ALL, NONE].contains(word) {
            wrong.push((place, Misnamed::NotAlone));
        } else if !known.contains(word) {
            wrong.push((place, Misnamed::Unknown));
        } else if !tables.contains(word) {
            tables.push(word);
        }
    }
    if wrong.is_empty() { Ok(owned(&tables)) } else { Err(wrong) }
}

/// The JSON Schema of such words.
pub(super) fn schema(known: &[&str]) -> Value {
    let alone = json!({ "enum": [ALL, NONE] });
    json!({ "anyOf": [
        { "type": "array", "items": { "enum": known } },
        alone,
        { "type": "array", "items": alone, "maxItems": 1 },
    ] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_tables_once_all_of_them_or_none() {
        let named = |words: &[&str]| named(words, &["world", "states"]);
        assert_eq!(named(&["states", "world", "states"]).unwrap(), ["states", "world"]);
        assert_eq!(named(&["all"]).unwrap(), ["world", "states"]);
        assert_eq!(named(&["none"]), named(&[]));
        assert_eq!(named(&["world", "all"]), Err(vec![(1, Misnamed::NotAlone)]));
        assert_eq!(named(&["none", "all"]), Err(vec![(0, Misnamed::NotAlone), (1, Misnamed::NotAlone)]));
        assert_eq!(named(&["none", "wrld"]), Err(vec![(0, Misnamed::NotAlone), (1, Misnamed::Unknown)]));
    }
}
