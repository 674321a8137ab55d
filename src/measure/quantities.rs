//! The quantities of a claim as outcomes of runs.

use super::{
    Outcome,
    of_runs::OfRuns,
    payoffs::{sum, table},
    record::Trajectory,
};
use crate::experiment::{
    claim::{Claim, Measure},
    game::Term,
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
}

impl OfRuns for Quantities {
    fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    fn tables(&self) -> Vec<&str> {
        self.terms.iter().flatten().filter_map(table).collect()
    }

    fn read(&self, run: &Trajectory) -> Vec<Option<f64>> {
        self.terms.iter().map(|terms| sum(terms, run)).collect()
    }
}
