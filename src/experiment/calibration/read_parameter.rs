//! Reads the parameters of a calibration: `[[parameters]]` and `[[unknowns]]`.

use super::Sought;
use crate::{
    declare::parameter::{Kind, Parameter},
    experiment::design::{
        Factor, Role, Scale, Setting,
        context::{Context, MethodWord},
        trial::{Varied, declared, meant, try_out, unknown_key},
    },
    maths::{Prior, PriorError, Shape},
    scenario::{
        Choice, Diagnostic,
        diagnostic::Place,
        key::Key,
        section::{Mistakes, Section, choice, finite, list, note, text, wrong},
        tree::{Node, TomlEntry},
    },
};
use std::collections::BTreeMap;

/// The most parameters of a list.
const MAX_PARAMETERS: usize = 40;
/// Keys of numbers that some shapes have.
const NUMBERS: [&str; 4] = ["mean", "median", "sd", "mode"];

/// The shape of a prior, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PriorWord {
    /// As likely everywhere.
    #[default]
    Uniform,
    /// The same of its logarithm.
    LogUniform,
    /// Has `mean` and `sd`.
    Normal,
    /// Has `median` and `sd`, of the logarithm.
    LogNormal,
    /// Has a `mode`.
    Triangular,
}

impl Choice for PriorWord {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("uniform", Self::Uniform),
        ("log-uniform", Self::LogUniform),
        ("normal", Self::Normal),
        ("log-normal", Self::LogNormal),
        ("triangular", Self::Triangular),
    ];
}

impl PriorWord {
    /// The numbers that it has besides its range.
    const fn numbers(self) -> &'static [&'static str] {
        match self {
            Self::Uniform | Self::LogUniform => &[],
            Self::Normal => &["mean", "sd"],
            Self::LogNormal => &["median", "sd"],
            Self::Triangular => &["mode"],
        }
    }
}

/// Reads lists of parameters, none of which may stand there twice.
pub(super) struct ParameterReader<'a> {
    context: Context<'a>,
    known: BTreeMap<Key, usize>,
}

/// What an entry says of a parameter.
struct Said<'n> {
    keys: Vec<(Key, Place)>,
    declared: &'static Parameter,
    range: (f64, f64),
    /// Where its range stands, or else its name.
    place: &'n Place,
}

impl<'a> ParameterReader<'a> {
    pub(super) const fn new(context: Context<'a>) -> Self {
        Self { context, known: BTreeMap::new() }
    }

    /// The parameters of a list.
    pub(super) fn read(&mut self, items: &[Node], title: &str, found: &mut Mistakes) -> Vec<Sought> {
        if let Some(first) = items.get(MAX_PARAMETERS) {
            let message = format!("{title} has {} entries, and {MAX_PARAMETERS} are the most", items.len());
            found.push(Diagnostic::at(&first.place, message));
            return Vec::new();
        }
        items.iter().filter_map(|item| self.sought(item, title, found)).collect()
    }

    fn sought(&mut self, node: &Node, title: &str, found: &mut Mistakes) -> Option<Sought> {
        let mut section = Section::of(node, title, found)?;
        let first = section.require("parameter", found).map(|entry| &entry.node);
        let also = section.read("also", list, found).unwrap_or_default();
        let shape = section.read("prior", choice::<PriorWord>, found).unwrap_or_default();
        let range = section.take("range");
        let numbers = NUMBERS.map(|key| section.take(key).map(|entry| (key, entry)));
        section.finish(found);
        let names: Vec<&Node> = std::iter::once(first?).chain(also).collect();
        let said = self.said(&names, range, found)?;
        let prior = prior(shape, &numbers, &said, found)?;
        let before = found.len();
        said.keys.iter().for_each(|key| self.try_ends(key, &said, found));
        if found.len() > before {
            return None;
        }
        let keys = said.keys.iter().map(|(key, _)| key.to_string()).collect();
        let Parameter { unit, meaning, .. } = said.declared;
        Some(Sought { keys, prior, unit: (*unit).to_owned(), meaning: (*meaning).to_owned() })
    }

    /// The places that are meant, and the range of their values.
    fn said<'n>(&mut self, names: &[&'n Node], range: Option<&'n TomlEntry>, found: &mut Mistakes) -> Option<Said<'n>> {
        let (mut keys, mut first) = (Vec::new(), None);
        for node in names {
            let spelled = note(text("parameter", node), found)?;
            let key = meant(spelled, &node.place, &self.context, found)?;
            let Some(declared) = declared(&key, self.context.catalogue) else {
                let unknown = unknown_key(&key.to_string(), &node.place, &self.context);
                let none =
                    || Diagnostic::at(&node.place, format!("`{key}` is no parameter that a number could stand for"));
                found.extend(if unknown.is_empty() { vec![none()] } else { unknown });
                return None;
            };
            if declared.kind != Kind::Real {
                let message = format!("`{key}` is no real number, and what is sought has a value between any two");
                found.push(Diagnostic::at(&node.place, message));
                return None;
            }
            if let Some(line) = self.known.insert(key.clone(), node.place.line()) {
                let message = format!("`{key}` is sought twice, here and in line {line}");
                found.push(Diagnostic::at(&node.place, message));
                return None;
            }
            first = first.or(Some(declared));
            keys.push((key, node.place.clone()));
        }
        let (declared, at) = (first?, &names.first()?.place);
        let of_mechanism =
            keys.first().is_some_and(|(key, _)| key.parts().first().is_some_and(|part| part == "mechanisms"));
        let (range, place) = match range {
            Some(entry) => (note(ends(&entry.node), found)?, &entry.node.place),
            None if of_mechanism => (declared.plausible, at),
            None => {
                let error = Diagnostic::at(at, "this parameter has no `range`");
                found.push(error.help("only the parameters of mechanisms have a plausible range"));
                return None;
            }
        };
        Some(Said { keys, declared, range, place })
    }

    /// Lays both ends of the range over the scenario.
    fn try_ends(&self, (key, place): &(Key, Place), said: &Said<'_>, found: &mut Mistakes) {
        let declared = said.declared;
        let (low, high) = said.range;
        let factor = Factor {
            parameter: key.to_string(),
            role: Role::default(),
            scale: Scale::Linear { low, high },
            levels: None,
            unit: declared.unit.to_owned(),
            meaning: declared.meaning.to_owned(),
        };
        let tries = [low, high].map(|end| (Setting::Real(end), said.place.clone())).to_vec();
        let (key, spelled, place) = (key.clone(), key.to_string(), place.clone());
        let varied = Varied { factor, key, spelled, place, declared: Some(declared), tries };
        try_out(&varied, MethodWord::List, &self.context, found);
    }
}

/// The two ends of a range.
fn ends(node: &Node) -> Result<(f64, f64), Diagnostic> {
    let error = || wrong("range", node, "two numbers, [low, high], the first below the second");
    let numbers: Option<Vec<f64>> = list("range", node).map_err(|_| error())?.iter().map(finite).collect();
    match numbers.as_deref() {
        Some([low, high]) if low < high => Ok((*low, *high)),
        _ => Err(error()),
    }
}

/// The prior of this shape, whose numbers must be there and no others.
fn prior(
    word: PriorWord,
    numbers: &[Option<(&str, &TomlEntry)>],
    said: &Said<'_>,
    found: &mut Mistakes,
) -> Option<Prior> {
    let before = found.len();
    let mut number = |wanted: &str| {
        let entry = numbers.iter().flatten().find(|(key, _)| *key == wanted);
        let Some((key, entry)) = entry else {
            let message = format!("a prior of shape `{}` has `{wanted}`", word.word());
            found.push(Diagnostic::at(&said.keys.first()?.1, message));
            return None;
        };
        note(finite(&entry.node).ok_or_else(|| wrong(key, &entry.node, "a number")), found)
    };
    let shape = match word {
        PriorWord::Uniform => Some(Shape::Uniform),
        PriorWord::LogUniform => Some(Shape::LogUniform),
        PriorWord::Normal => number("mean").zip(number("sd")).map(|(mean, sd)| Shape::Normal { mean, sd }),
        PriorWord::LogNormal => number("median").zip(number("sd")).map(|(median, sd)| Shape::LogNormal { median, sd }),
        PriorWord::Triangular => number("mode").map(|mode| Shape::Triangular { mode }),
    };
    for (key, entry) in numbers.iter().flatten().filter(|(key, _)| !word.numbers().contains(key)) {
        let message = format!("`{key}` means nothing to a prior of shape `{}`", word.word());
        found.push(Diagnostic::at(&entry.key, message));
    }
    let (low, high) = said.range;
    let made = Prior::new(shape?, low, high).map_err(|error: PriorError| Diagnostic::at(said.place, error.to_string()));
    note(made, found).filter(|_| found.len() == before)
}
