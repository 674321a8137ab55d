//! How an indicator is distributed over runs.

use crate::scenario::Month;

/// An indicator over the runs of a scenario, in one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stat {
    pub date: Month,
    /// Runs that have a value.
    pub n: u32,
    pub mean: f64,
    /// The quantiles 5, 25, 50, 75 and 95 %.
    pub quantiles: [f64; 5],
}

impl Stat {
    pub fn median(&self) -> f64 {
        self.quantiles[2]
    }
}
