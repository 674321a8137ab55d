//! What a user writes, read and checked: a [`Scenario`] holds numbers that passed every check, and nothing of files.

mod bounds;
pub(crate) mod builtin;
mod check;
pub(crate) mod child;
mod describe;
pub(crate) mod described;
pub mod diagnostic;
pub(crate) mod entities;
pub mod key;
pub(crate) mod kinds;
pub mod load;
pub(crate) mod merge;
pub mod numbers;
pub(crate) mod overrides;
pub(crate) mod read;
pub(crate) mod schema;
pub(crate) mod section;
pub mod source;
#[cfg(test)]
pub(crate) mod supply_tests;
pub(crate) mod tree;
mod unsound;
mod warnings;

use crate::declare::parameter::Parameter;
pub use crate::declare::{choice::Choice, month::Month};
pub use described::Described;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use kinds::*;
pub use load::{Draft, Loaded, load};
pub use source::Source;
pub use unsound::Unsound;
pub use warnings::Warning;

/// The most domains a world can have; arrays by domain are this long.
pub const MAX_DOMAINS: usize = 8;
/// The most states a world can have; arrays by state are this long.
pub const MAX_STATES: usize = 16;

/// The most export controls: each is held against all others in every month in which one changes.
pub const MAX_CONTROLS: usize = 64;
/// The most firms that a scenario can list, and that there can be in a world in the mean if none closes: some fifty times those of
/// the baseline.
pub const MAX_FIRMS: usize = 10_000;
/// The most policies.
pub const MAX_POLICIES: usize = 512;
/// The most postures: a state that looks ahead tries each.
pub const MAX_POSTURES: usize = 16;
/// The most shocks.
pub const MAX_SHOCKS: usize = 512;

/// What the model offers to be configured; handed to the loader, which knows no economics.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Every mechanism, in the order of the month.
    pub mechanisms: Vec<MechanismDeclaration>,
}

/// One mechanism's place in config files: the table `[mechanisms.<name>]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MechanismDeclaration {
    /// Its table's name.
    pub name: &'static str,
    /// What it does, in a line.
    pub meaning: &'static str,
    /// Its parameters. Every table also takes `enabled`.
    pub parameters: &'static [Parameter],
    /// Whether the model leaves it out, whatever a config says of it.
    pub left_out: bool,
}

/// When the world starts, how long it runs, how fine it steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// First month.
    pub start: Month,
    /// Length in months, at least 1.
    pub months: u32,
    /// Steps a year: 12 or 24.
    pub steps_per_year: u32,
}

/// What domains expose people to; numbers from 0 to 1 by domain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exposure {
    /// How much a domain feeds on personal data.
    pub personal: Vec<f64>,
    /// How much models act on their own in a domain.
    pub autonomy: Vec<f64>,
}

/// What capability in each domain is worth, by the kind of power it brings; numbers by domain.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Worth {
    /// Value of a nat in output, against a domain of 1.
    pub output: Vec<f64>,
    /// Part in hard power; if all are 0, what the world asks for.
    pub hard: Vec<f64>,
    /// Part of its use abroad in soft power; if all are 0, here and in `soft_open`, all use counts alike.
    pub soft: Vec<f64>,
    /// The same of the use of open models alone.
    pub soft_open: Vec<f64>,
}

/// The most that a nat in one domain can be worth in output, against a domain of 1.
pub(crate) const MAX_WORTH: f64 = 100.0;

/// The two states that gap outcomes compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Index of the state whose lead is measured.
    pub leader: usize,
    /// Index of the state it is measured against.
    pub follower: usize,
}

/// How open a border is for knowledge and models.
#[derive(Clone, Debug, PartialEq)]
pub struct Border {
    /// Indices of the two states, the smaller first.
    pub between: (usize, usize),
    /// 1 open, 0 closed.
    pub openness: f64,
    /// Trust between the two at the start, from 0 to 1.
    pub trust: f64,
}

/// A dated fact, shown beside the results; it forces nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedEvent {
    /// When.
    pub date: Month,
    /// What kind, such as `release_open`.
    pub kind: String,
    /// Who.
    pub actor: String,
    /// What, in a line.
    pub text: String,
    /// Where it is recorded.
    pub source: String,
}

/// A mechanism's switch and numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct MechanismSettings {
    /// Its declaration in the catalogue.
    pub declared: MechanismDeclaration,
    /// `false` leaves its systems out of the month.
    pub enabled: bool,
    /// Its parameters' values, in the order of their declarations.
    pub values: Vec<f64>,
}

impl Scenario {
    /// The settings of the mechanism of this name.
    pub fn settings(&self, name: &str) -> Option<&MechanismSettings> {
        self.mechanisms.iter().find(|settings| settings.declared.name == name)
    }
}
