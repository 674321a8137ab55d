//! The quantities of a claim as outcomes of runs.

use super::{Outcome, payoffs::value, record::Trajectory};
use crate::experiment::{
    claim::{Claim, Measure},
    game::{Quantity, Term},
};

/// Weighted sums of what a run comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantities {
    outcomes: Vec<Outcome>,
    terms: Vec<Vec<Term>>,
}

impl Quantities {
    /// Those of this claim.
    pub fn of(claim: &Claim) -> Self {
        let outcome = |Measure { name, unit, terms }: &Measure| {
            let words: Vec<String> = terms.iter().map(Term::to_string).collect();
            Outcome::of_runs(name, unit, &words.join(" + "))
        };
        let terms = claim.quantities.iter().map(|quantity| quantity.terms.clone()).collect();
        Self { outcomes: claim.quantities.iter().map(outcome).collect(), terms }
    }

    /// The outcomes, in order.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The tables that they are made of.
    pub fn tables(&self) -> Vec<&str> {
        let windows = self.terms.iter().flatten().filter_map(|term| match &term.quantity {
            Quantity::Window(window) => Some(window.table.as_str()),
            Quantity::Outcome(_) => None,
        });
        let mut tables: Vec<&str> = windows.collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }

    /// What they are of this run; `None` where a part of one has no value.
    pub fn read(&self, run: &Trajectory) -> Vec<(Outcome, Option<f64>)> {
        let sum =
            |terms: &Vec<Term>| terms.iter().map(|term| value(term, run)).try_fold(0.0, |sum, each| Some(sum + each?));
        self.outcomes.iter().copied().zip(self.terms.iter().map(sum)).collect()
    }
}
