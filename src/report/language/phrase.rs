//! A sentence with places for names and numbers.

use std::borrow::Cow;

/// What stands between the parts of a list that is no simple one.
pub const BETWEEN: &str = "; ";
/// The place of a list.
const LIST: &str = "list";

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Place { name: String, is_number: bool },
}

/// An English sentence and the same in another language.
#[derive(Debug)]
pub struct Phrase {
    english: Vec<Piece>,
    own: Vec<Piece>,
}

/// Spaces that do not break are spaces.
pub fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((words, (place, after))) =
        rest.split_once('{').and_then(|(words, after)| Some((words, after.split_once('}')?)))
    {
        if !words.is_empty() {
            pieces.push(Piece::Words(words.to_owned()));
        }
        let is_number = place.strip_prefix('n').is_some_and(|rest| rest.bytes().all(|digit| digit.is_ascii_digit()));
        pieces.push(Piece::Place { name: place.to_owned(), is_number });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    pieces
}

/// Whether numbers are written with this sign, among them signs before them and per cent.
fn is_of_number(sign: char) -> bool {
    sign.is_ascii_digit() || " \u{2009}.,+-\u{2212}\u{b1}\u{2013}%\u{d7}".contains(sign)
}

/// Whether a text with semicolons is one thing.
type Holds<'a> = &'a dyn Fn(&str) -> bool;

/// Whether every bracket that opens closes, and none closes that did not open.
fn has_whole_brackets(text: &str) -> bool {
    let depth = text.chars().try_fold(0_usize, |depth, sign| match sign {
        '(' => Some(depth + 1),
        ')' => depth.checked_sub(1),
        _ => Some(depth),
    });
    depth == Some(0)
}

/// What stands at the places of a sentence, from the left, as short as may be.
fn places<'a>(pieces: &[Piece], text: &'a str, holds: Holds<'_>) -> Option<Vec<&'a str>> {
    match pieces {
        [] => text.is_empty().then(Vec::new),
        [Piece::Words(words), rest @ ..] => places(rest, text.strip_prefix(words.as_str())?, holds),
        [Piece::Place { name, is_number: number }, rest @ ..] => {
            let of_place = |(_, sign): &(usize, char)| !*number || is_of_number(*sign);
            let ends = text.char_indices().take_while(of_place).map(|(at, sign)| at + sign.len_utf8());
            for end in ends {
                let (place, after) = text.split_at(end);
                if *number && !place.contains(|sign: char| sign.is_ascii_digit()) {
                    continue;
                }
                // A place ends where the words after it begin.
                if let [Piece::Words(words), ..] = rest
                    && !after.starts_with(words.as_str())
                {
                    continue;
                }
                // A place holds one thing, with all of its brackets.
                let is_one = name == LIST || !place.contains(BETWEEN) || holds(place);
                if !is_one || !has_whole_brackets(place) {
                    continue;
                }
                if let Some(found) = places(rest, after, holds) {
                    return Some([vec![place], found].concat());
                }
            }
            None
        }
    }
}

impl Phrase {
    /// A sentence and its translation; `{n}`, `{n1}`, `{n2}` … are numbers, `{list}` may have several parts, other names are texts.
    pub fn new(english: &str, own: &str) -> Self {
        Self { english: pieces(&plain(english)), own: pieces(own) }
    }

    /// How particular a sentence is: its letters, and then its numbers.
    pub fn particular(&self) -> (usize, usize) {
        let words = self.english.iter().map(|piece| match piece {
            Piece::Words(words) => words.chars().count(),
            Piece::Place { .. } => 0,
        });
        let numbers = self.english.iter().filter(|piece| matches!(piece, Piece::Place { is_number: true, .. }));
        (words.sum(), numbers.count())
    }

    /// What stands at the places of the sentence, if the text is one of its kind; `holds` says whether a text with semicolons is one
    /// thing.
    pub fn places<'a>(&self, text: &'a str, holds: Holds<'_>) -> Option<Vec<&'a str>> {
        places(&self.english, text, holds)
    }

    /// The translation, with these texts at the places of the English sentence.
    pub fn with(&self, places: &[Cow<'_, str>]) -> String {
        let names = self.english.iter().filter_map(|piece| match piece {
            Piece::Place { name, .. } => Some(name),
            Piece::Words(_) => None,
        });
        let known: Vec<_> = names.zip(places).collect();
        let piece = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Place { name, .. } => {
                known.iter().find(|(known, _)| *known == name).map(|(_, text)| text.to_string()).unwrap_or_default()
            }
        };
        self.own.iter().map(piece).collect()
    }

    /// The names of the places of the sentence, and of its translation.
    #[cfg(test)]
    pub fn names(&self) -> [std::collections::BTreeSet<&str>; 2] {
        [&self.english, &self.own].map(|pieces| {
            let names = pieces.iter().filter_map(|piece| match piece {
                Piece::Place { name, .. } => Some(name.as_str()),
                Piece::Words(_) => None,
            });
            names.collect()
        })
    }
}
