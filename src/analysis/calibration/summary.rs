//! What the runs of one point tell of its targets.

use super::session::Evaluated;
use crate::maths::Moments;

/// Means and variances over the runs of a point.
#[derive(Clone, Debug)]
pub(super) struct Summary {
    /// By target.
    pub moments: Vec<Moments>,
    /// Runs that did not fail.
    pub ran: usize,
    /// Runs with all targets.
    pub whole: usize,
}

impl Summary {
    pub fn of(point: &Evaluated, targets: usize) -> Self {
        let mut moments = vec![Moments::default(); targets];
        for run in &point.runs {
            for (moments, value) in moments.iter_mut().zip(run) {
                value.iter().for_each(|value| moments.add(*value));
            }
        }
        let whole = point.runs.iter().filter(|run| run.iter().all(Option::is_some)).count();
        Self { moments, ran: point.runs.len(), whole }
    }

    /// Mean of a target and how many runs have it; `None` if no run does.
    pub fn mean(&self, target: usize) -> Option<(f64, f64)> {
        let moments = self.moments.get(target)?;
        (moments.n > 0).then_some((moments.mean, moments.n as f64))
    }

    /// Variance of a target and its degrees of freedom; `None` with fewer than two runs that have it.
    pub fn variance(&self, target: usize) -> Option<(f64, f64)> {
        let moments = self.moments.get(target)?;
        moments.variance().map(|variance| (variance, (moments.n - 1) as f64))
    }

    /// What a mean over these runs counts for in a regression. The model's own miss is the same for many runs as for one, so more
    /// runs count for less than their number.
    pub fn weight(&self) -> f64 {
        if self.ran == 0 { 0.0 } else { 1.25 / (0.25 + 1.0 / self.ran as f64) }
    }
}
