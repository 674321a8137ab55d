//! What is wrong in a user's files, and where.

use crate::declare::text::{is_hidden, visible};
use std::{fmt, ops::Range, sync::Arc};

/// A text that was read: a config file or the value of a `--set`.
#[derive(Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file's path as given, or `--set a.b=value`.
    pub name: String,
    /// Its whole text.
    pub text: String,
    /// Its turn among the texts that were read; errors are sorted by it.
    pub turn: usize,
    /// Whether `name` is a file, so that line and column mean something.
    pub is_file: bool,
}

/// A piece of a text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The text.
    pub origin: Arc<Origin>,
    /// The piece, in bytes.
    pub span: Range<usize>,
}

impl Place {
    /// The piece `span` of `origin`, kept inside the text.
    pub fn new(origin: &Arc<Origin>, span: Range<usize>) -> Self {
        let end = origin.text.len();
        let start = floor(&origin.text, span.start.min(end));
        Self { origin: Arc::clone(origin), span: start..floor(&origin.text, span.end.clamp(start, end)) }
    }

    /// Line, counted from 1.
    pub fn line(&self) -> usize {
        self.before().matches('\n').count() + 1
    }

    /// Column in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.before_in_line().chars().count() + 1
    }

    /// The line's text.
    pub fn line_text(&self) -> &str {
        let start = self.span.start - self.before_in_line().len();
        let rest = &self.origin.text[start..];
        rest.split('\n').next().unwrap_or(rest).trim_end_matches('\r')
    }

    /// The piece itself.
    pub fn text(&self) -> &str {
        &self.origin.text[self.span.clone()]
    }

    /// Where it is, in a word: file and line, or the flag.
    pub fn shown(&self) -> String {
        let name = visible(&self.origin.name);
        if self.origin.is_file { format!("{name}:{}", self.line()) } else { format!("`{name}`") }
    }

    fn before(&self) -> &str {
        &self.origin.text[..self.span.start]
    }

    fn before_in_line(&self) -> &str {
        let before = self.before();
        &before[before.rfind('\n').map_or(0, |at| at + 1)..]
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The piece of text that is wrong, if it is one.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Something wrong with a piece of text.
    pub fn at(place: &Place, message: impl Into<String>) -> Self {
        Self { place: Some(place.clone()), message: message.into(), help: None }
    }

    /// Something wrong with no piece of text to show, such as a file that is not there.
    pub fn general(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), help: None }
    }

    /// With advice on what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// All of it in a line: the place, what is said, and what to do.
    pub fn line(&self) -> String {
        let place = self.place.as_ref().map_or_else(String::new, |place| {
            let name = visible(&place.origin.name);
            let at = if place.origin.is_file { format!(":{}:{}", place.line(), place.column()) } else { String::new() };
            format!("{name}{at}: ")
        });
        let help = self.help.as_ref().map_or_else(String::new, |help| format!(" ({})", visible(help)));
        format!("{place}{}{help}", visible(&self.message))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = visible(&self.message);
        match &self.place {
            None => f.write_str(&message)?,
            Some(place) if !place.origin.is_file => write!(f, "{}: {message}", visible(&place.origin.name))?,
            Some(place) => {
                let (line, column) = (place.line(), place.column());
                writeln!(f, "{}:{line}:{column}: {message}", visible(&place.origin.name))?;
                write_excerpt(f, place, line)?;
            }
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", visible(help)),
            None => Ok(()),
        }
    }
}

/// The line with the piece underlined; of a very long line only the part around the piece.
fn write_excerpt(f: &mut fmt::Formatter<'_>, place: &Place, line: usize) -> fmt::Result {
    const WIDTH: usize = 100;
    let plain = |c: char| {
        if c.is_control() {
            ' '
        } else if is_hidden(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    let text: Vec<char> = place.line_text().chars().map(plain).collect();
    let column = place.column() - 1;
    let from = if text.len() > WIDTH { column.saturating_sub(WIDTH / 2) } else { 0 };
    let shown = &text[from.min(text.len())..text.len().min(from + WIDTH)];
    let gutter = line.to_string();
    let marked = place.origin.text[place.span.clone()].split('\n').next().unwrap_or("").trim_end().chars().count();
    let length = marked.clamp(1, (shown.len() + from).saturating_sub(column).max(1));
    writeln!(f, "  {gutter} | {}", shown.iter().collect::<String>().trim_end())?;
    write!(f, "  {:width$} | {}{}", "", " ".repeat(column - from), "^".repeat(length), width = gutter.len())
}

/// Everything that is wrong, sorted by place, each once.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Diagnostics(Vec<Diagnostic>);

/// So much of what is wrong is shown; the rest is counted.
const SHOWN: usize = 100;

impl Diagnostics {
    /// Sorts what was found by place and leaves out what was found twice.
    pub fn new(mut found: Vec<Diagnostic>) -> Self {
        let sorted = |diagnostic: &Diagnostic| {
            let place = diagnostic.place.as_ref().map(|place| {
                (place.origin.turn, place.origin.is_file, place.origin.name.clone(), place.span.start, place.span.end)
            });
            (place, diagnostic.message.clone(), diagnostic.help.clone())
        };
        found.sort_by_cached_key(sorted);
        found.dedup_by_key(|diagnostic| sorted(diagnostic));
        Self(found)
    }

    /// What was found.
    pub fn found(&self) -> &[Diagnostic] {
        &self.0
    }

    /// What was found, to be joined with more.
    pub fn into_found(self) -> Vec<Diagnostic> {
        self.0
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.0.iter().take(SHOWN).enumerate() {
            if at > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n\nand {more} more, which are not shown"),
        }
    }
}

/// The known word nearest to `word`, if one is near enough to be what was meant, or else one that starts like it.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = word.chars().count();
    let limit = (length / 3).max(1);
    let rank = |candidate: &'a str| {
        let other = candidate.to_lowercase();
        let distance = strsim::damerau_levenshtein(&lower, &other);
        let near = distance <= limit && distance < candidate.chars().count();
        let starts = length >= 3 && other.starts_with(&lower);
        (near || starts).then_some((!near, distance, candidate))
    };
    known.into_iter().filter_map(rank).min().map(|(_, _, candidate)| candidate)
}

/// `unknown key `xi_opne`, did you mean `xi_open`?`
pub(crate) fn unknown<'a>(what: &str, word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(word, known) {
        Some(near) => format!("unknown {what} `{word}`, did you mean `{near}`?"),
        None => format!("unknown {what} `{word}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Arc<Origin> {
        Arc::new(Origin { name: "a.toml".into(), text: text.into(), turn: 0, is_file: true })
    }

    #[test]
    fn a_place_is_shown_with_its_line() {
        let origin = origin("ä = 1\r\nb = \"ü\" # x\r\n");
        let at = origin.text.find("\"ü\"").unwrap();
        let shown = Diagnostic::at(&Place::new(&origin, at..at + 4), "no").help("yes").to_string();
        assert_eq!(shown, "a.toml:2:5: no\n  2 | b = \"ü\" # x\n    |     ^^^\n  help: yes");
    }

    #[test]
    fn a_place_outside_the_text_is_brought_inside() {
        let origin = origin("ä");
        assert_eq!(Place::new(&origin, 1..99).span, 0..2);
        assert!(Diagnostic::at(&Place::new(&origin, 50..60), "no").to_string().starts_with("a.toml:1:2: no"));
    }

    #[test]
    fn errors_are_sorted_and_said_once() {
        let origin = origin("a = 1\nb = 2");
        let first = Diagnostic::at(&Place::new(&origin, 0..1), "one");
        let second = Diagnostic::at(&Place::new(&origin, 6..7), "two");
        let all = Diagnostics::new(vec![second.clone(), first.clone(), second.clone()]);
        assert_eq!(all.found(), [first, second]);
    }

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let known = ["xi_open", "xi_closed", "name"];
        assert_eq!(nearest("xi_opne", known), Some("xi_open"));
        assert_eq!(nearest("Name", known), Some("name"));
        assert_eq!(nearest("growth", known), None);
        assert_eq!(nearest("xi_close", known), Some("xi_closed"));
        assert_eq!(nearest("US", ["EU", "UK"]), Some("UK"));
        assert_eq!(nearest("x", ["y"]), None);
    }
}
