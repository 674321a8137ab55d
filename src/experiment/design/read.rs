//! Reads the `[design]` table of an experiment file.

use super::{
    Design, Method, Sample,
    points_file::read_points,
    read_factor::read_factor,
    sobol::MAX_DIMENSIONS,
    trial::{Varied, try_out},
};
use crate::{
    experiment::Variant,
    scenario::{
        Catalogue, Choice, Diagnostic, Source,
        diagnostic::Origin,
        section::{Mistakes, Section, choice, flag, list, whole, wrong},
        tree::{Node, TomlEntry, Value},
    },
};
use std::sync::Arc;

/// The most points of a design.
pub(super) const MAX_POINTS: u64 = 100_000_000;
/// The most numbers, points times factors, of a design: 2 GB.
const MAX_NUMBERS: u64 = 250_000_000;
/// The most levels of a factor.
pub(super) const MAX_LEVELS: u64 = 1_000_000;
/// Trajectories and levels of a Morris design that does not say how many.
pub(super) const DEFAULT_TRAJECTORIES: u32 = 10;
/// See [`DEFAULT_TRAJECTORIES`].
pub(super) const DEFAULT_LEVELS: u32 = 4;
/// Every key of the table besides `kind`.
const KEYS: [&str; 8] = ["factors", "file", "points", "trajectories", "levels", "second_order", "scramble", "seed"];

/// What is needed to read a design beside its table.
pub(crate) struct Context<'a> {
    /// The experiment file, which other files are relative to.
    pub source: &'a Source,
    /// Its text.
    pub origin: &'a Arc<Origin>,
    /// Master seed of the experiment.
    pub seed: u64,
    /// Declared parameters.
    pub catalogue: &'a Catalogue,
    /// The scenarios that the design is crossed with; every factor must fit all of them.
    pub variants: &'a [Variant],
}

/// The word of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MethodWord {
    None,
    List,
    Grid,
    OneAtATime,
    Random,
    Lhs,
    Sobol,
    Morris,
    Saltelli,
}

impl Choice for MethodWord {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("list", Self::List),
        ("grid", Self::Grid),
        ("one-at-a-time", Self::OneAtATime),
        ("random", Self::Random),
        ("lhs", Self::Lhs),
        ("sobol", Self::Sobol),
        ("morris", Self::Morris),
        ("saltelli", Self::Saltelli),
    ];
}

impl MethodWord {
    /// Its keys besides `kind`.
    const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::List => &["factors", "file"],
            Self::Grid | Self::OneAtATime => &["factors"],
            Self::Random | Self::Lhs => &["factors", "points", "seed"],
            Self::Sobol => &["factors", "points", "scramble", "seed"],
            Self::Morris => &["factors", "trajectories", "levels", "seed"],
            Self::Saltelli => &["factors", "points", "second_order", "scramble", "seed"],
        }
    }

    /// The keys of its factors besides `parameter` and `role`.
    pub(super) const fn factor_keys(self) -> &'static [&'static str] {
        match self {
            Self::None | Self::List => &["values"],
            Self::Grid | Self::OneAtATime => &["range", "scale", "values", "levels"],
            _ => &["range", "scale", "values"],
        }
    }
}

/// Keeps the error, if it is one.
pub(super) fn keep<T>(result: Result<T, Diagnostic>, found: &mut Mistakes) -> Option<T> {
    result.map_err(|error| found.push(error)).ok()
}

/// Refuses those of `all` keys that mean nothing to a design of this kind.
pub(super) fn refuse_others<'a>(
    section: &mut Section<'a>,
    all: &[&'a str],
    kind: MethodWord,
    takes: &[&str],
    found: &mut Mistakes,
) {
    for &key in all.iter().filter(|key| !takes.contains(key)) {
        if let Some(entry) = section.take(key) {
            let message = format!("`{key}` means nothing in a design of kind `{}`", kind.word());
            let keys: Vec<_> = takes.iter().map(|key| format!("`{key}`")).collect();
            let error = Diagnostic::at(&entry.key, message);
            found.push(if keys.is_empty() { error } else { error.help(format!("it takes {}", keys.join(", "))) });
        }
    }
}

/// The sample that the table asks for; plain replicates if there is none. `None` if something is wrong with it.
pub(crate) fn read_design(entry: Option<&TomlEntry>, context: &Context<'_>, found: &mut Mistakes) -> Option<Sample> {
    let Some(entry) = entry else { return Some(Sample::plain()) };
    let before = found.len();
    let mut section = Section::of(&entry.node, "[design]", found)?;
    let kind = section.require("kind", found).and_then(|entry| keep(choice::<MethodWord>("kind", &entry.node), found));
    let Some(kind) = kind else {
        for key in KEYS {
            section.take(key);
        }
        section.finish(found);
        return None;
    };
    refuse_others(&mut section, &KEYS, kind, kind.keys(), found);
    let method = read_method(kind, &mut section, found);
    let seed = section.read("seed", |key, node| whole(key, node, 0, u64::MAX), found).unwrap_or(context.seed);
    let file = section.take("file").filter(|_| kind == MethodWord::List);
    let factors = section.take("factors").filter(|_| kind != MethodWord::None);
    section.finish(found);
    let mut points = None;
    let varied = match (file, factors) {
        _ if kind == MethodWord::None => Vec::new(),
        (Some(file), factors) => {
            if let Some(factors) = factors {
                let error =
                    Diagnostic::at(&factors.key, "a list takes its points from `file` or from `factors`, not both");
                found.push(error);
            }
            let (varied, coordinates) = read_points(&file.node, context, found)?;
            points = Some(coordinates);
            varied
        }
        (None, Some(factors)) => read_factors(&factors.node, kind, context, found),
        (None, None) => {
            let message = format!("a design of kind `{}` needs `factors`", kind.word());
            found.push(Diagnostic::at(&entry.key, message).help("write [[design.factors]] for each of them"));
            Vec::new()
        }
    };
    refuse_doubles(&varied, found);
    varied.iter().for_each(|varied| try_out(varied, kind, context, found));
    let factors = varied.into_iter().map(|varied| varied.factor).collect();
    let design = Design { method: method?, seed, factors };
    refuse_too_many(&design, entry, found);
    if found.len() > before {
        return None;
    }
    Some(points.map_or_else(|| design.clone().sample(), |points| Sample::new(design.clone(), points)))
}

fn read_method(kind: MethodWord, section: &mut Section<'_>, found: &mut Mistakes) -> Option<Method> {
    let scramble =
        |section: &mut Section<'_>, found: &mut Mistakes| section.read("scramble", flag, found).unwrap_or(true);
    Some(match kind {
        MethodWord::None => Method::None,
        MethodWord::List => Method::List,
        MethodWord::Grid => Method::Grid,
        MethodWord::OneAtATime => Method::OneAtATime,
        MethodWord::Random => Method::Random { points: read_count(section, found)? },
        MethodWord::Lhs => Method::Lhs { points: read_count(section, found)? },
        MethodWord::Sobol => {
            let scramble = scramble(section, found);
            Method::Sobol { points: read_count(section, found)?, scramble }
        }
        MethodWord::Morris => {
            let trajectories = section.read("trajectories", |key, node| count(key, node, MAX_POINTS), found);
            let levels = section.read("levels", even, found);
            Method::Morris {
                trajectories: trajectories.unwrap_or(DEFAULT_TRAJECTORIES),
                levels: levels.unwrap_or(DEFAULT_LEVELS),
            }
        }
        MethodWord::Saltelli => {
            let scramble = scramble(section, found);
            let second_order = section.read("second_order", flag, found).unwrap_or(true);
            Method::Saltelli { points: read_count(section, found)?, second_order, scramble }
        }
    })
}

/// `points`, which must be there.
fn read_count(section: &mut Section<'_>, found: &mut Mistakes) -> Option<u32> {
    let entry = section.require("points", found)?;
    keep(count("points", &entry.node, MAX_POINTS), found)
}

fn count(key: &str, node: &Node, most: u64) -> Result<u32, Diagnostic> {
    let number = whole(key, node, 1, most)?;
    u32::try_from(number).map_err(|_| wrong(key, node, &format!("a whole number from 1 to {most}")))
}

fn even(key: &str, node: &Node) -> Result<u32, Diagnostic> {
    const MOST: i128 = 1000;
    match node.value {
        Value::Whole(number @ 2..=MOST) if number % 2 == 0 => Ok(number as u32),
        _ => Err(wrong(key, node, &format!("an even number from 2 to {MOST}"))),
    }
}

fn read_factors(node: &Node, kind: MethodWord, context: &Context<'_>, found: &mut Mistakes) -> Vec<Varied> {
    let items = keep(list("factors", node), found).unwrap_or_default();
    if items.is_empty() && matches!(node.value, Value::List(_)) {
        found.push(Diagnostic::at(&node.place, "the design has no factors"));
    }
    let varied: Vec<_> = items.iter().filter_map(|item| read_factor(item, kind, context, found)).collect();
    if let (MethodWord::List, Some((first, others))) = (kind, varied.split_first()) {
        let length = |varied: &Varied| super::steps::count(&varied.factor);
        for other in others.iter().filter(|other| length(other) != length(first)) {
            let (a, b) = (&first.factor.parameter, &other.factor.parameter);
            let message = format!(
                "the factors of a list have equally many values: `{a}` has {}, `{b}` {}",
                length(first),
                length(other)
            );
            found.push(Diagnostic::at(&other.place, message));
        }
    }
    varied
}

fn refuse_doubles(varied: &[Varied], found: &mut Mistakes) {
    for (place, later) in varied.iter().enumerate() {
        if varied[..place].iter().any(|earlier| earlier.path == later.path) {
            found.push(Diagnostic::at(&later.place, format!("`{}` is varied twice", later.factor.parameter)));
        }
    }
}

fn refuse_too_many(design: &Design, entry: &TomlEntry, found: &mut Mistakes) {
    let factors = design.factors.len();
    let columns = match design.method {
        Method::Sobol { .. } => factors,
        Method::Saltelli { .. } => 2 * factors,
        _ => 0,
    };
    if columns > MAX_DIMENSIONS {
        let message =
            format!("a Sobol sequence has at most {MAX_DIMENSIONS} dimensions; {factors} factors take {columns}");
        found.push(Diagnostic::at(&entry.key, message));
    }
    let (points, numbers) = (design.points(), design.points().saturating_mul(factors as u64));
    let shown = |count: u64| if count == u64::MAX { format!("more than {count}") } else { count.to_string() };
    if points > MAX_POINTS {
        let message = format!("the design has {} points; {MAX_POINTS} is the most", shown(points));
        found.push(Diagnostic::at(&entry.key, message));
    } else if numbers > MAX_NUMBERS {
        let message =
            format!("the design has {points} points of {factors} factors; {MAX_NUMBERS} numbers are the most");
        found.push(Diagnostic::at(&entry.key, message));
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
