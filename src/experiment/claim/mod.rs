//! Claims about the world: a sentence, and what must be true of a world for it to hold there.

pub(super) mod read;
#[cfg(test)]
mod read_tests;
pub(crate) mod schema;

use super::game::Term;

/// A claim as a file has it; the scenarios that it compares are the variants of its experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// What is claimed, in a sentence.
    pub sentence: String,
    /// More outcomes of runs, which conditions speak of.
    pub quantities: Vec<Measure>,
    /// What must be true, all of it.
    pub conditions: Vec<Condition>,
}

/// A weighted sum of what a run comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Its name, a column of the runs.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What is added up.
    pub terms: Vec<Term>,
}

/// Something that must be true of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The outcome that it speaks of.
    pub outcome: String,
    /// What is asked of it.
    pub asks: Asks,
}

/// What is asked of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub enum Asks {
    /// Its value in a scenario lies between two ends.
    Value {
        /// The scenario.
        scenario: String,
        /// What it is above and below.
        between: (f64, f64),
    },
    /// What it is in a scenario less what it is in another, in the same world with the same luck, lies between two ends.
    Difference {
        /// The scenario.
        scenario: String,
        /// The one that it is compared with.
        against: String,
        /// What the difference is above and below.
        between: (f64, f64),
    },
    /// Over all worlds it goes with one outcome more closely than with another (by rank).
    Prediction {
        /// The scenario.
        scenario: String,
        /// The outcome that predicts it better, as is claimed.
        by: String,
        /// The outcome that predicts it worse.
        rather_than: String,
    },
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { outcome, asks } = self;
        let between = |between: &(f64, f64)| match *between {
            (low, high) if high == f64::INFINITY => format!("above {low}"),
            (low, high) if low == f64::NEG_INFINITY => format!("below {high}"),
            (low, high) => format!("between {low} and {high}"),
        };
        match asks {
            Asks::Value { scenario, between: ends } => write!(f, "{outcome} in {scenario} {}", between(ends)),
            Asks::Difference { scenario, against, between: ends } => {
                write!(f, "{outcome} in {scenario} less {against} {}", between(ends))
            }
            Asks::Prediction { scenario, by, rather_than } => {
                write!(f, "{outcome} in {scenario} goes with {by} more closely than with {rather_than}")
            }
        }
    }
}
