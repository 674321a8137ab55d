//! The language of a page. Pages and pictures are made in English; a catalogue gives their sentences in another language, text by text,
//! as translations of handbooks do. What it does not have stays English. Numbers pass through, and so does what a config says of
//! itself, unless the catalogue has the whole of it, as it has for built-in configs.

mod markup;
mod phrase;

use phrase::{BETWEEN, Phrase, plain};
use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

/// A language that a report can be written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese in simplified characters.
    Zh,
}

/// The longest text that sentences with places are tried on; those of this program are shorter, and what is tried grows with it.
const LONGEST: usize = 600;

/// The sentences of a language: whole ones by their English, and those with places for names and numbers, the most particular first.
#[derive(Debug, Default)]
struct Catalogue {
    whole: BTreeMap<String, String>,
    phrases: Vec<Phrase>,
}

/// What pages say, what parameters and columns are, and what the built-in configs say, in Chinese.
const ZH: [&str; 3] = [include_str!("zh/page.toml"), include_str!("zh/model.toml"), include_str!("zh/configs.toml")];

static CHINESE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(&ZH).unwrap_or_default());

impl Catalogue {
    /// Reads tables from English to the language; `{name}` stands for a text, `{n}`, `{n1}` … for a number.
    fn read(tables: &[&str]) -> Result<Self, toml::de::Error> {
        let tables = tables.iter().map(|text| toml::from_str::<BTreeMap<String, String>>(text));
        let entries = tables.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
        let (with_places, whole): (Vec<_>, Vec<_>) = entries.partition(|(english, _)| english.contains('{'));
        let mut phrases: Vec<_> = with_places.iter().map(|(english, own)| Phrase::new(english, own)).collect();
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.particular()));
        Ok(Self { whole: whole.into_iter().map(|(english, own)| (plain(&english), own)).collect(), phrases })
    }

    /// The text in this language; none if there is nothing for it. Sentences with places are tried on texts of the program alone.
    fn say(&self, text: &str, of: TextOf) -> Option<String> {
        let inside = text.trim();
        if !inside.contains(|sign: char| sign.is_ascii_alphabetic()) {
            return None;
        }
        let key = plain(inside);
        let own = match (self.whole.get(&key), of) {
            (Some(own), _) => own.clone(),
            (None, TextOf::Config) => return None,
            (None, TextOf::Program) => self.phrase(&key).or_else(|| self.list(&key))?,
        };
        let (before, after) = (text.len() - text.trim_start().len(), text.trim_end().len());
        Some(format!("{}{own}{}", &text[..before], &text[after..]))
    }

    /// A sentence with places, what stands at them in the language too.
    fn phrase(&self, text: &str) -> Option<String> {
        if text.len() > LONGEST {
            return None;
        }
        let holds = |place: &str| self.whole.contains_key(place.trim());
        let (phrase, places) = self.phrases.iter().find_map(|phrase| Some((phrase, phrase.places(text, &holds)?)))?;
        let places: Vec<_> = places
            .into_iter()
            .map(|place| self.say(place, TextOf::Program).map_or(Cow::Borrowed(place), Cow::Owned))
            .collect();
        Some(phrase.with(&places))
    }

    /// A list whose parts stand apart by semicolons, if any of them can be said.
    fn list(&self, text: &str) -> Option<String> {
        let parts: Vec<&str> = text.split(BETWEEN).collect();
        let one = |part: &str| self.whole.get(part).cloned().or_else(|| self.phrase(part));
        let said: Vec<_> = parts.iter().map(|part| one(part)).collect();
        if parts.len() < 2 || said.iter().all(Option::is_none) {
            return None;
        }
        let parts = said.into_iter().zip(parts).map(|(said, part)| said.unwrap_or_else(|| part.to_owned()));
        Some(parts.collect::<Vec<_>>().join("\u{ff1b}"))
    }
}

/// Whose words a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TextOf {
    Program,
    Config,
}

impl Language {
    /// Its sentences; none of English, which all is written in.
    fn catalogue(self) -> Option<&'static Catalogue> {
        match self {
            Self::En => None,
            Self::Zh => Some(&CHINESE),
        }
    }

    /// Its name in HTML.
    fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// A text in this language, or as it is.
    pub fn say(self, text: &str) -> Cow<'_, str> {
        let said = self.catalogue().and_then(|catalogue| catalogue.say(text, TextOf::Program));
        said.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// A page or a picture with all its texts in this language.
    pub fn page(self, page: String) -> String {
        match self.catalogue() {
            None => page,
            Some(catalogue) => markup::translated(&page, self.tag(), &|text, of| catalogue.say(text, of)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::read(&[
            "\"Capability\" = '能力'\n\"{what}: {n} runs\" = '{what}：{n} 次运行'\n\"{n} runs\" = '{n} 次运行'\n\
             \"{a} leads {b} by {n} points\" = '{a}领先{b} {n} 分'\n\"the US\" = '美国'\n\"Undecided: {list}.\" = '未定：{list}。'\n\"{what} ({scenario})\" = '{what}（{scenario}）'",
        ])
        .unwrap()
    }

    #[test]
    fn a_text_is_said_whole_or_with_its_places() {
        let catalogue = catalogue();
        let say = |text: &str| catalogue.say(text, TextOf::Program);
        assert_eq!(say(" Capability ").as_deref(), Some(" 能力 "));
        assert_eq!(say("Capability: 1\u{a0}200 runs").as_deref(), Some("能力：1 200 次运行"));
        assert_eq!(say("the US leads DeepSeek by −3.5 points").as_deref(), Some("美国领先DeepSeek −3.5 分"));
        assert_eq!(say("all runs"), None);
        assert_eq!(say("12 %"), None);
    }

    #[test]
    fn lists_are_said_part_by_part_and_places_hold_no_more_than_one() {
        let catalogue = catalogue();
        let say = |text: &str| catalogue.say(text, TextOf::Program);
        assert_eq!(say("Undecided: Capability (x); y (z).").as_deref(), Some("未定：能力（x）；y（z）。"));
        assert_eq!(say("a; b"), None);
        let many = ["Capability"; 5000].join("; ");
        assert_eq!(say(&many).unwrap().matches("能力").count(), 5000);
    }

    #[test]
    fn what_a_config_says_is_said_whole_or_not_at_all() {
        let catalogue = catalogue();
        assert_eq!(catalogue.say("Capability", TextOf::Config).as_deref(), Some("能力"));
        assert_eq!(catalogue.say("the US leads China by 3 points", TextOf::Config), None);
    }

    #[test]
    fn every_place_of_a_sentence_is_known_and_every_sentence_is_in_its_language() {
        let tables = ZH.map(|text| toml::from_str::<BTreeMap<String, String>>(text).unwrap());
        let entries: Vec<_> = tables.iter().flatten().collect();
        let mut english: Vec<_> = entries.iter().map(|(english, _)| plain(english)).collect();
        english.sort_unstable();
        assert!(english.windows(2).all(|pair| pair[0] != pair[1]), "a sentence stands once");
        for (english, own) in entries {
            let phrase = Phrase::new(english, own);
            let [names, used] = phrase.names();
            assert_eq!(names, used, "{english}");
            assert!(!english.contains("  ") && english.trim() == english, "{english:?}");
            assert!(!own.is_ascii(), "{english} = {own}");
        }
    }
}
