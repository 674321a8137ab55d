//! How easily a restriction may stand by chance (Bryant and Lempert 2010).

use super::{
    Step, Trajectory,
    cases::{Cases, Limit},
};
use crate::maths::binomial_tail;

/// Quasi-p values of a restricted column: how likely a box would be as dense as it is if each of its cases were one of those that
/// are admitted without the restriction. They tell of one restriction at a time, after a search among many: small ones are needed,
/// and none is a proof.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuasiP {
    /// Without the column's restriction.
    pub column: f64,
    /// Without its lower end; `None` of a choice, or where that end is not restricted.
    pub low: Option<f64>,
    /// Without its upper end.
    pub high: Option<f64>,
}

impl Trajectory {
    /// The quasi-p values of a step, by column; `None` of columns that it leaves alone.
    pub fn quasi_p(&self, cases: &Cases, step: &Step) -> Vec<Option<QuasiP>> {
        let own = cases.sums(step.rows.iter().copied());
        // Of weighted cases as many count as they are worth.
        let trials = own.effective();
        let without = |column: usize, limit: Limit| {
            let mut limits = step.limits.clone();
            limits[column] = limit;
            let admitted = self.remaining.iter().copied().filter(|row| cases.holds(&limits, *row));
            binomial_tail(own.density() * trials, trials, cases.sums(admitted).density())
        };
        let of = |column: usize| {
            let all = &cases.everything()[column];
            if step.limits[column] == *all {
                return None;
            }
            let (mut lower, mut upper) = (None, None);
            if let (Limit::Between(low, high), Limit::Between(least, most)) = (&step.limits[column], all) {
                lower = (low != least).then(|| without(column, Limit::Between(*least, *high)));
                upper = (high != most).then(|| without(column, Limit::Between(*low, *most)));
            }
            Some(QuasiP { column: without(column, all.clone()), low: lower, high: upper })
        };
        (0..cases.columns.len()).map(of).collect()
    }
}
