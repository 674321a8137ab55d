//! Text from outside: what can be seen of it, and what other programs take it for.

use std::{borrow::Cow, io};

/// Whether a character cannot be seen, or changes how those beside it are seen: signs of direction, of no width, private ones.
pub(crate) const fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{ffff}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
}

/// Whether a character has no place in a name: it steers a terminal, or cannot be seen.
pub(crate) fn is_unseen(character: char) -> bool {
    character.is_control() || is_hidden(character)
}

/// The text with what cannot be seen written out, as `\u{202e}`, so that it cannot mislead who reads it, nor steer a terminal.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unseen(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The same for text of several lines.
pub(crate) fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// A number and what there is of it: `1 run`, `2 runs`.
pub(crate) fn counted(number: impl Into<u64> + Copy, noun: &str) -> String {
    let number = number.into();
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// What the system said of a file, in words of its own kind: without its number, and what it means for the path. What is in words
/// already stays as it is.
pub(crate) fn told(error: io::Error) -> io::Error {
    use io::ErrorKind as Kind;
    if error.get_ref().is_some() {
        return error;
    }
    let words = match error.kind() {
        Kind::NotFound => "it is not there",
        Kind::NotADirectory => "a part of the path is a file, and no folder",
        Kind::IsADirectory => "it is a folder, and no file",
        Kind::PermissionDenied => "this user has no right to",
        Kind::AlreadyExists => "something of that name is there",
        Kind::ReadOnlyFilesystem => "it is on a disk that cannot be written",
        Kind::StorageFull => "the disk is full",
        Kind::QuotaExceeded => "the user's share of the disk is full",
        Kind::FileTooLarge => "the file would be larger than this user's files may be",
        Kind::InvalidFilename => "the name is too long, or none of the file system's",
        _ => {
            let said = error.to_string();
            let words = said.rsplit_once(" (os error ").map_or(said.as_str(), |(words, _)| words);
            return io::Error::new(error.kind(), words.to_owned());
        }
    };
    io::Error::new(error.kind(), words)
}

/// Words that pandas or R read as a missing value.
const MISSING: [&str; 14] =
    ["NA", "N/A", "n/a", "NULL", "null", "NaN", "nan", "None", "<NA>", "#NA", "#N/A", "#N/A N/A", "1.#IND", "1.#QNAN"];
/// Words that pandas, R or DuckDB read as true or false, whatever their case.
const FLAGS: [&str; 6] = ["true", "false", "t", "f", "yes", "no"];
/// The word that DuckDB reads as the first of January 1970.
const EPOCH: &str = "epoch";
/// Letters that dates and times have beside their digits.
const OF_DATES: [&str; 7] = ["t", "z", "tz", "am", "pm", "utc", "gmt"];

/// What the readers of tables in pandas, R and DuckDB take a word for, if not for itself; they read a column of such words with
/// other values than it has.
pub(crate) fn read_as(word: &str) -> Option<&'static str> {
    let unsigned = word.trim().trim_start_matches(['+', '-']);
    if MISSING.contains(&unsigned) {
        return Some("a missing value");
    }
    let word = unsigned.to_lowercase();
    if FLAGS.contains(&word.as_str()) {
        Some("true or false")
    } else if word == EPOCH || is_date(&word) {
        Some("a date")
    } else if is_number(&word) {
        Some("a number")
    } else {
        None
    }
}

/// Digits with signs between them, such as `2024-01-05`, `1/2/24` or `10:30`, with or without a zone.
fn is_date(word: &str) -> bool {
    let letters: String = word.chars().filter(|character| character.is_alphabetic()).collect();
    let signs = word.chars().filter(|character| matches!(character, '-' | '/' | ':' | '.')).count();
    let fits =
        |character: char| character.is_ascii_digit() || character.is_alphabetic() || " -/:.,+".contains(character);
    let begins = word.starts_with(|character: char| character.is_ascii_digit());
    let dots = word.chars().filter(|character| *character == '.').count();
    let apart = if signs == dots { dots >= 2 } else { signs > 0 };
    begins
        && word.chars().all(fits)
        && apart
        && (letters.is_empty() || OF_DATES.contains(&letters.as_str()) && (signs >= 2 || word.contains(':')))
}

/// Numbers as they are written somewhere: `1`, `1e5`, `1_000`, `1,5`, `inf`, `0x1f`, R's `2i`.
fn is_number(word: &str) -> bool {
    let digits = word.chars().any(|character| character.is_ascii_digit());
    if digits && word.chars().all(|character| character.is_ascii_digit() || " -/:.,+_".contains(character)) {
        return true;
    }
    let number = |text: &str| text.parse::<f64>().is_ok();
    let imaginary =
        word.strip_suffix('i').is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()) && number(rest));
    let base = word.strip_prefix("0x").or_else(|| word.strip_prefix("0b"));
    let hex =
        base.is_some_and(|hex| !hex.is_empty() && hex.chars().all(|c| c.is_ascii_hexdigit() || ".p-".contains(c)));
    // Words such as `infinity` are numbers too.
    number(word) || imaginary || hex
}

/// Whether it can be a file's name and a column's on every system.
pub(crate) const fn is_name(name: &str) -> bool {
    let (bytes, mut at) = (name.as_bytes(), 0);
    while at < bytes.len() {
        if !matches!(bytes[at], b'a'..=b'z' | b'0'..=b'9' | b'_') {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_noun_that_fits() {
        let said = [0_u64, 1, 2].map(|number| counted(number, "run"));
        assert_eq!(said, ["0 runs", "1 run", "2 runs"]);
    }

    #[test]
    fn what_the_system_said_is_told_without_its_number() {
        let said = |number: i32| told(io::Error::from_raw_os_error(number)).to_string();
        assert!((1..133).all(|number| !said(number).contains("os error")));
        let error = told(io::ErrorKind::NotADirectory.into());
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::NotADirectory, "a part of the path is a file, and no folder")
        );
        assert_eq!(told(io::Error::new(io::ErrorKind::NotFound, "own words")).to_string(), "own words");
    }

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(visible("Größe, \u{1f600} 中国"), "Größe, \u{1f600} 中国");
        assert_eq!(visible("a\u{202e}b\u{1b}[31m\n"), "a\\u{202e}b\\u{1b}[31m\\u{a}");
        assert_eq!(visible_lines("a\u{200b}\nb"), "a\\u{200b}\nb");
    }

    #[test]
    fn words_that_tables_change_are_told() {
        for (words, as_what) in [
            (&["NA", "nan", "None", "N/A", "null", "-nan", "<NA>"][..], "a missing value"),
            (&["true", "FALSE", "T", "no", "Yes"][..], "true or false"),
            (
                &["0.1", "01", "1e5", "1E-5", "inf", "Infinity", "NAN", "0x1F", "1_000", "2i", "1,5", "7"][..],
                "a number",
            ),
            (
                &["2024-01-05", "2024-01", "1/2/24", "10:30", "10:30 PM", "2024-01-05T00:00:00Z", "5.1.2024", "epoch"]
                    [..],
                "a date",
            ),
        ] {
            for word in words {
                assert_eq!(read_as(word), Some(as_what), "{word}");
            }
        }
        for word in [
            "US",
            "01.AI",
            "G7",
            "4chan",
            "e5",
            "on",
            "off",
            "n",
            "na",
            "none",
            "Nauru",
            "Truce 2026-01",
            "3D",
            "X",
            "中国",
            "H20",
            "low",
            "1st",
            "EU-27",
            "#1",
            "5 %",
        ] {
            assert_eq!(read_as(word), None, "{word}");
        }
    }
}
