//! Words that narrow a list: what is kept has all of them.

use super::failure::Failure;
use crate::{declare::text::counted, scenario::diagnostic::nearest};

/// Most near names that are offered.
const OFFERED: usize = 3;

/// Words, all of which must stand in what is kept.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    words: Vec<String>,
}

impl Filter {
    /// The words of these arguments; large and small letters are alike.
    pub fn of<'a>(arguments: impl IntoIterator<Item = &'a String>) -> Self {
        let words = arguments.into_iter().flat_map(|argument| argument.split_whitespace());
        Self { words: words.map(str::to_lowercase).collect() }
    }

    /// Whether each word stands in one of these texts.
    pub fn keeps(&self, texts: &[&str]) -> bool {
        let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        self.words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
    }

    /// That nothing is kept of `all`, each with its name first, and what may have been meant.
    pub fn finds_nothing(&self, what: &str, all: &[Vec<&str>]) -> Failure {
        let stands = |word: &String| {
            let alone = Self { words: vec![word.clone()] };
            all.iter().any(|texts| alone.keeps(texts))
        };
        let lost: Vec<&String> = self.words.iter().filter(|word| !stands(word)).collect();
        let Some(first) = lost.first() else {
            let words = self.words.join("`, `");
            return Failure::Usage(format!(
                "each of `{words}` is found among {}, but in none all of them",
                counted(all.len() as u64, what)
            ));
        };
        let near = near(first, all);
        let meant = match near.is_empty() {
            true => String::new(),
            false => format!("; did you mean `{}`?", near.join("`, `")),
        };
        Failure::Usage(format!("no {what} has `{first}` in its name, unit or meaning{meant}"))
    }
}

/// Names, and parts of names, that look like the word, the likeliest first.
fn near<'a>(word: &str, all: &[Vec<&'a str>]) -> Vec<&'a str> {
    let parts = |name: &'a str| name.split('.').chain(name.split(['.', '_']));
    let mut known: Vec<&str> = all.iter().filter_map(|texts| texts.first()).flat_map(|name| parts(name)).collect();
    known.sort_unstable();
    known.dedup();
    let mut found = Vec::new();
    while found.len() < OFFERED
        && let Some(next) = nearest(word, known.iter().copied())
    {
        known.retain(|name| *name != next);
        found.push(next);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [[&str; 2]; 3] = [
        ["mechanisms.diffusion.xi_open", "How fast open models are copied."],
        ["mechanisms.diffusion.ceiling", "Share that copying reaches."],
        ["states.*.talent", "Research talent."],
    ];

    fn said(words: &[&str]) -> String {
        let filter = Filter::of(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let all: Vec<Vec<&str>> = ALL.iter().map(|texts| texts.to_vec()).collect();
        filter.finds_nothing("parameter", &all).to_string()
    }

    #[test]
    fn all_words_must_stand_in_what_is_kept() {
        let kept = |words: &[&str]| {
            let filter = Filter::of(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
            ALL.iter().filter(|texts| filter.keeps(*texts)).count()
        };
        assert_eq!(kept(&[]), 3);
        assert_eq!((kept(&["Diffusion"]), kept(&["diffusion", "open"]), kept(&["diffusion open"])), (2, 1, 1));
        assert_eq!((kept(&["TALENT"]), kept(&["cop"]), kept(&["talent", "diffusion"])), (1, 2, 0));
    }

    #[test]
    fn what_finds_nothing_is_told_with_near_names() {
        assert_eq!(
            said(&["open", "difusion"]),
            "no parameter has `difusion` in its name, unit or meaning; did you mean `diffusion`?"
        );
        assert_eq!(
            said(&["xi_opne"]),
            "no parameter has `xi_opne` in its name, unit or meaning; did you mean `xi_open`?"
        );
        assert_eq!(said(&["zzz"]), "no parameter has `zzz` in its name, unit or meaning");
        assert_eq!(
            said(&["talent", "diffusion"]),
            "each of `talent`, `diffusion` is found among 3 parameters, but in none all of them"
        );
    }
}
