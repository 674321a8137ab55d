//! What those who read a design share: where they are, the words of methods, what is too much.

use crate::{
    experiment::variant::Variant,
    scenario::{
        Catalogue, Choice, Source,
        diagnostic::{Diagnostic, Origin},
        section::{Mistakes, Section},
    },
};
use std::sync::Arc;

/// See [`DEFAULT_TRAJECTORIES`].
pub(super) const DEFAULT_LEVELS: u32 = 4;
/// Trajectories and levels of a Morris design that does not say how many.
pub(super) const DEFAULT_TRAJECTORIES: u32 = 10;
/// The most levels of a factor.
pub(super) const MAX_LEVELS: u64 = 1_000_000;
/// The most points of a design.
pub(super) const MAX_POINTS: u64 = 10_000_000;

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
pub(in crate::experiment) enum MethodWord {
    None,
    List,
    Grid,
    OneAtATime,
    Random,
    Lhs,
    Posterior,
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
        ("posterior", Self::Posterior),
        ("sobol", Self::Sobol),
        ("morris", Self::Morris),
        ("saltelli", Self::Saltelli),
    ];
}

impl MethodWord {
    /// Its keys besides `kind`.
    pub(super) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::List => &["factors", "file", "noise"],
            Self::Grid | Self::OneAtATime => &["factors", "noise"],
            Self::Random | Self::Lhs => &["factors", "points", "seed", "noise"],
            Self::Posterior => &["file", "points", "seed", "noise"],
            Self::Sobol => &["factors", "points", "scramble", "seed", "noise"],
            // What these compare, they compare under the same noise.
            Self::Morris => &["factors", "trajectories", "levels", "seed"],
            Self::Saltelli => &["factors", "points", "second_order", "scramble", "seed"],
        }
    }

    /// The keys of its factors besides `parameter` and `role`.
    pub(super) const fn factor_keys(self) -> &'static [&'static str] {
        match self {
            Self::None | Self::List | Self::Posterior => &["values"],
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
