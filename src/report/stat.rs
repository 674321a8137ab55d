//! How an indicator is distributed over runs.

use crate::{maths::normal_quantile, scenario::Month};

/// An indicator over the runs of a scenario, in one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stat {
    pub date: Month,
    /// Runs that have a value.
    pub n: u32,
    pub mean: f64,
    /// The quantiles 5, 25, 50, 75 and 95 %.
    pub quantiles: [f64; 5],
    /// Standard deviation of luck alone, where it is told apart from doubt.
    pub luck: Option<f64>,
}

impl Stat {
    /// The band of luck alone around the median, 90 % of a normal distribution; `None` where luck is not told apart.
    pub fn band_of_luck(&self) -> Option<(f64, f64)> {
        let half = self.luck? * normal_quantile(0.95);
        Some((self.median() - half, self.median() + half))
    }

    pub fn median(&self) -> f64 {
        self.quantiles[2]
    }
}
