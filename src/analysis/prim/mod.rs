//! Where in parameter space something happens: boxes by the Patient Rule Induction Method (Friedman and Fisher 1999), in the form
//! that scenario discovery gives it (Bryant and Lempert 2010; Kwakkel and Jaxa-Rozen 2016, as the EMA Workbench has it).
//!
//! From all cases a small share is peeled off again and again, along the column and the side where that raises the density
//! most; then a little is pasted back where that raises it too. Every step is a box. Which of them to take is a trade: later ones
//! are denser and cover less.

mod cases;
mod covering;
mod paste;
mod peel;
mod quantile;
mod quasi_p;
#[cfg(test)]
mod tests;

pub use cases::{Cases, Column, Limit};
pub use covering::{FoundBox, boxes};
pub use quasi_p::QuasiP;

/// What a peel or a paste is to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objective {
    /// The density for each case that it costs, so that a choice of few values is not left too early.
    Lenient,
    /// The density.
    Mean,
}

/// How boxes are searched for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Share of the box that a peel takes off a column of numbers.
    pub peel_alpha: f64,
    /// Share of what lies beside the box that a paste adds.
    pub paste_alpha: f64,
    /// Least share of all cases that a box holds.
    pub mass_min: f64,
    /// What is to be raised.
    pub objective: Objective,
}

impl Default for Options {
    fn default() -> Self {
        Self { peel_alpha: 0.05, paste_alpha: 0.05, mass_min: 0.05, objective: Objective::Lenient }
    }
}

/// A box on the way.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it admits, by column.
    pub limits: Vec<Limit>,
    /// Rows in it, of those that were left to it.
    pub rows: Vec<usize>,
    /// Their share of the weight of all cases.
    pub mass: f64,
    /// The share of all that happened which happened in it.
    pub coverage: f64,
    /// The share of its cases in which it happened.
    pub density: f64,
    /// Columns that it restricts.
    pub restricted: usize,
}

/// The boxes from all of the rows that are left to the last paste.
#[derive(Clone, Debug)]
pub struct Trajectory {
    /// The rows that were left to it.
    pub remaining: Vec<usize>,
    /// The boxes; the first restricts nothing.
    pub steps: Vec<Step>,
}

/// Peels and pastes, beginning with these rows.
pub fn trajectory(cases: &Cases, remaining: Vec<usize>, options: &Options) -> Trajectory {
    let first = cases.step(cases.everything().to_vec(), remaining.clone());
    let mut found = Trajectory { remaining, steps: vec![first] };
    while let Some(next) = found.steps.last().and_then(|last| peel::peel(cases, last, options)) {
        found.steps.push(next);
    }
    while let Some(next) = found.steps.last().and_then(|last| paste::paste(cases, &found.remaining, last, options)) {
        found.steps.push(next);
    }
    found
}
