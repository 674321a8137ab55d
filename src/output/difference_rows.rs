//! The tables of differences between scenarios, over pairs of runs with the same noise.

use crate::{scenario::Month, table};
use std::sync::Arc;

table! {
    /// How an outcome of a scenario differs from that of another, over pairs of runs with the same noise.
    pub struct DifferenceRow as "differences" by scenario, outcome {
        /// Scenario variant.
        scenario: Arc<str>, "";
        /// The scenario it is compared with: the first of the experiment.
        against: Arc<str>, "";
        /// The outcome: a column of the table of runs, in its unit.
        outcome: Arc<str>, "";
        /// Independent values: replicates in which both have a value, of the design point that has fewest. Runs of a replicate share their luck over all points.
        n: u32, "replicates";
        /// Pairs: runs of the same design point and replicate that both have a value.
        pairs: u32, "pairs";
        /// Mean of the scenario over the pairs; each design point counts alike.
        mean: f64, "of the outcome";
        /// Mean of the scenario it is compared with.
        mean_against: f64, "of the outcome";
        /// Mean difference over the pairs: scenario less the one it is compared with.
        difference: f64, "of the outcome";
        /// Standard error of the mean difference, from replicates averaged over the design points; empty for a single replicate.
        standard_error: Option<f64>, "of the outcome";
        /// Lower end of the difference's 95 % interval (Student's t with n - 1 degrees of freedom); empty below five replicates.
        low: Option<f64>, "of the outcome";
        /// Upper end of the interval.
        high: Option<f64>, "of the outcome";
        /// Share of pairs in which the scenario is the larger.
        larger_share: f64, "1";
        /// How many times more replicates the same standard error would take without pairing; empty if all differences are equal.
        variance_reduction: Option<f64>, "1";
        /// 5 % quantile of the differences over the pairs: how far runs differ, where the interval says how well their mean is known.
        p05: f64, "of the outcome";
        /// 25 % quantile of the differences over the pairs.
        p25: f64, "of the outcome";
        /// Median of the differences over the pairs.
        p50: f64, "of the outcome";
        /// 75 % quantile of the differences over the pairs.
        p75: f64, "of the outcome";
        /// 95 % quantile of the differences over the pairs.
        p95: f64, "of the outcome";
    }
}

impl DifferenceRow {
    /// Whether replicates are too few for an interval.
    pub const fn lacks_interval(&self) -> bool {
        self.low.is_none()
    }

    /// Whether the difference's interval leaves out zero.
    pub fn excludes_zero(&self) -> bool {
        self.low.zip(self.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }
}

table! {
    /// How an indicator of a scenario differs from that of another in a month, over pairs of runs with the same noise.
    pub struct DifferenceOverTimeRow as "differences_over_time" by scenario, table, entity, indicator, date {
        /// Scenario variant.
        scenario: Arc<str>, "";
        /// The scenario it is compared with: the first of the experiment.
        against: Arc<str>, "";
        /// Table the indicator is from.
        table: Arc<str>, "";
        /// The state; empty for the world.
        entity: Option<Arc<str>>, "";
        /// The indicator: a column of that table, in its unit; or `behind_frontier`, how many points the rating of a state's best model is below the highest of any state's.
        indicator: Arc<str>, "";
        /// The month that has passed.
        date: Month, "";
        /// Independent values, as in `differences`: replicates in which both have a value in the month.
        n: u32, "replicates";
        /// Pairs of runs that both have a value in the month.
        pairs: u32, "pairs";
        /// Mean difference over the pairs: scenario less the one it is compared with.
        difference: f64, "of the indicator";
        /// Standard error of the mean difference; empty for a single replicate.
        standard_error: Option<f64>, "of the indicator";
        /// Lower end of the difference's 95 % interval (Student's t with n - 1 degrees of freedom), for each month by itself; empty below five replicates.
        low: Option<f64>, "of the indicator";
        /// Upper end of the interval.
        high: Option<f64>, "of the indicator";
        /// 5 % quantile of the differences over the pairs.
        p05: f64, "of the indicator";
        /// 25 % quantile of the differences over the pairs.
        p25: f64, "of the indicator";
        /// Median of the differences over the pairs.
        p50: f64, "of the indicator";
        /// 75 % quantile of the differences over the pairs.
        p75: f64, "of the indicator";
        /// 95 % quantile of the differences over the pairs.
        p95: f64, "of the indicator";
    }
}
