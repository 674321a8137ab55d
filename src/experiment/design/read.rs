//! Reads the `[design]` table of an experiment file.

use super::{
    Design, Method, PointNoise, Sample,
    context::{Context, DEFAULT_LEVELS, DEFAULT_TRAJECTORIES, MAX_POINTS, MethodWord, keep, refuse_others},
    points_file::read_points,
    read_factor::read_factor,
    sobol::MAX_DIMENSIONS,
    trial::{Varied, try_out, warnings},
};
use crate::experiment::variant::Variant;
use crate::scenario::{
    Choice, Diagnostic, Warning,
    key::Key,
    section::{Mistakes, Section, choice, flag, list, whole, wrong},
    tree::{self, Node, TomlEntry, Value},
};

use std::collections::BTreeMap;

/// The most numbers, points times factors, of a design: 200 MB, drawn in seconds.
const MAX_NUMBERS: u64 = 25_000_000;
/// Every key of the table besides `kind`.
const KEYS: [&str; 9] =
    ["factors", "file", "points", "trajectories", "levels", "second_order", "scramble", "seed", "noise"];

/// The most factors of a design.
const MAX_FACTORS: usize = 1000;

/// What a `[design]` table comes to.
pub(crate) struct ReadDesign {
    /// The points.
    pub sample: Sample,
    /// The places that it varies.
    pub varied: Vec<Key>,
    /// What to know of it.
    pub warnings: Vec<Warning>,
}

impl ReadDesign {
    /// Gives its warnings to these scenarios in the place of those that are of what it varies, and the sample.
    pub(crate) fn over(self, variants: &mut [Variant]) -> Sample {
        let fixed = |warning: &Warning| !self.varied.iter().any(|key| key.reaches(&warning.about));
        variants.iter_mut().for_each(|variant| variant.warnings.retain(fixed));
        if matches!(self.sample.design().method, Method::Posterior { .. }) {
            variants.iter_mut().for_each(|variant| variant.warnings.extend(replaced(variant, &self.varied)));
        }
        if let Some(first) = variants.first_mut() {
            first.warnings.extend(self.warnings);
        }
        self.sample
    }
}

/// Warns of what a config says on purpose where a sample has another value for each world: a parameter that need not be said, or
/// something that is laid over another config.
fn replaced(variant: &Variant, drawn: &[Key]) -> Vec<Warning> {
    let said = drawn.iter().filter_map(|key| Some((key, &variant.draft.said(key)?.key)));
    let on_purpose = said.filter(|(key, place)| {
        let extends = || tree::parse(&place.origin).is_ok_and(|tree| tree.contains_key("extends"));
        key.parts().first().is_some_and(|list| list == "mechanisms") || extends()
    });
    let told = on_purpose.map(|(key, place)| {
        let message = format!("`{key}` is not used: worlds take it from the sample");
        Warning { about: key.clone(), said: Diagnostic::at(place, message) }
    });
    told.collect()
}

/// The sample that the table asks for; plain replicates if there is none. `None` if something is wrong with it.
pub(crate) fn read_design(
    entry: Option<&TomlEntry>,
    context: &Context<'_>,
    found: &mut Mistakes,
) -> Option<ReadDesign> {
    let Some(entry) = entry else {
        return Some(ReadDesign { sample: Sample::plain(), varied: Vec::new(), warnings: Vec::new() });
    };
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
    let noise = section.read("noise", choice::<PointNoise>, found);
    let noise = noise.unwrap_or(if kind == MethodWord::Posterior { PointNoise::Own } else { PointNoise::Common });
    let has_file = matches!(kind, MethodWord::List | MethodWord::Posterior);
    let file = section.take("file").filter(|_| has_file);
    let factors = section.take("factors").filter(|_| !matches!(kind, MethodWord::None | MethodWord::Posterior));
    section.finish(found);
    let said = Said { kind, entry, file, factors };
    let (varied, points) = said.varied(method, seed, context, found)?;
    check_factors(&varied, kind, entry, context, found)?;
    let warnings = warnings(&varied, kind, context);
    let keys = varied.iter().map(|varied| varied.key.clone()).collect();
    let factors = varied.into_iter().map(|varied| varied.factor).collect();
    let design = Design { method: method?, seed, factors, noise };
    refuse_too_many(&design, entry, found);
    if found.len() > before {
        return None;
    }
    let sample = points.map_or_else(|| design.clone().sample(), |points| Sample::new(design.clone(), points));
    Some(ReadDesign { sample, varied: keys, warnings })
}

/// What a table says of what is varied.
struct Said<'t> {
    kind: MethodWord,
    entry: &'t TomlEntry,
    file: Option<&'t TomlEntry>,
    factors: Option<&'t TomlEntry>,
}

impl Said<'_> {
    /// The factors, and their coordinates if a file of points has them.
    fn varied(
        &self,
        method: Option<Method>,
        seed: u64,
        context: &Context<'_>,
        found: &mut Mistakes,
    ) -> Option<(Vec<Varied>, Option<Vec<f64>>)> {
        let Self { kind, entry, file, factors } = self;
        let varied = match (file, factors) {
            _ if *kind == MethodWord::None => Vec::new(),
            (Some(file), factors) => {
                if let Some(factors) = factors {
                    let error =
                        Diagnostic::at(&factors.key, "a list takes its points from `file` or from `factors`, not both");
                    found.push(error);
                }
                let read = read_points(&file.node, *kind == MethodWord::Posterior, context, found)?;
                let Some(Method::Posterior { points }) = method else {
                    return Some((read.varied, Some(read.coordinates)));
                };
                read.drawn(points, seed, &file.node, found)?
            }
            _ if *kind == MethodWord::Posterior => {
                let error = Diagnostic::at(&entry.key, "a posterior has its worlds in a `file`");
                found.push(error.help("a CSV with a column for each parameter, and `weight`"));
                Vec::new()
            }
            (None, Some(factors)) => read_factors(&factors.node, *kind, context, found),
            (None, None) => {
                let message = format!("a design of kind `{}` needs `factors`", kind.word());
                found.push(Diagnostic::at(&entry.key, message).help("write [[design.factors]] for each of them"));
                Vec::new()
            }
        };
        Some((varied, None))
    }
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
        MethodWord::Posterior => Method::Posterior { points: read_count(section, found)? },
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
    match node.value.whole() {
        Some(number @ 2..=MOST) if number % 2 == 0 => Ok(number as u32),
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

/// Holds the factors against each other and against the scenarios; `None` if there are too many to try.
fn check_factors(
    varied: &[Varied],
    kind: MethodWord,
    entry: &TomlEntry,
    context: &Context<'_>,
    found: &mut Mistakes,
) -> Option<()> {
    if varied.len() > MAX_FACTORS {
        let message = format!("the design has {} factors; {MAX_FACTORS} are the most", varied.len());
        found.push(Diagnostic::at(&entry.key, message));
        return None;
    }
    refuse_doubles(varied, found);
    varied.iter().for_each(|varied| try_out(varied, kind, context, found));
    Some(())
}

fn refuse_doubles(varied: &[Varied], found: &mut Mistakes) {
    let mut earlier: BTreeMap<Key, &Varied> = BTreeMap::new();
    for later in varied {
        if let Some(other) = later.key.rival(&earlier) {
            let message =
                format!("`{}` and `{other}` are both varied: what has a date does not come by chance", later.key);
            found.push(Diagnostic::at(&later.place, message));
        }
        if let Some((key, first)) = later.key.clashing(&earlier) {
            let (a, b) = (first.spelled.trim(), later.spelled.trim());
            let message = if *key != later.key {
                format!("`{}` and `{key}` are both varied, and one takes out what the other is in", later.key)
            } else if a == b {
                format!("`{key}` is varied twice")
            } else {
                format!("`{key}` is varied twice: as `{a}` and as `{b}`")
            };
            found.push(Diagnostic::at(&later.place, message));
        }
        earlier.insert(later.key.clone(), later);
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
