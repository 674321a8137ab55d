//! The tables of forecasts and of their scores.

use crate::{scenario::Month, table};
use std::sync::Arc;

table! {
    /// A drawn value of a forecast.
    pub struct ForecastRow as "forecast" by table, entity, indicator, date, draw {
        /// The month.
        date: Month, "";
        /// Table the indicator is from.
        table: Arc<str>, "";
        /// The state, firm, plant or the like; empty for the world.
        entity: Option<Arc<str>>, "";
        /// The indicator: a column of that table, in its unit.
        indicator: Arc<str>, "";
        /// Which draw: the run that it is of; values of the same draw are of the same world.
        draw: u32, "1";
        /// How much the draw counts beside others.
        weight: f64, "1";
        /// The value.
        value: f64, "of the indicator";
    }
}

table! {
    /// How the draws of a forecast are distributed in a month.
    pub struct ForecastQuantileRow as "forecast-quantiles" by table, entity, indicator, date {
        /// The month.
        date: Month, "";
        /// Table the indicator is from.
        table: Arc<str>, "";
        /// The state, firm, plant or the like; empty for the world.
        entity: Option<Arc<str>>, "";
        /// The indicator: a column of that table, in its unit.
        indicator: Arc<str>, "";
        /// Draws that have a value.
        n: u32, "draws";
        /// Mean of the draws.
        mean: f64, "of the indicator";
        /// Standard deviation of the draws (n - 1); empty for a single one.
        sd: Option<f64>, "of the indicator";
        /// 5 % quantile.
        p05: f64, "of the indicator";
        /// 25 % quantile.
        p25: f64, "of the indicator";
        /// Median.
        p50: f64, "of the indicator";
        /// 75 % quantile.
        p75: f64, "of the indicator";
        /// 95 % quantile.
        p95: f64, "of the indicator";
    }
}

table! {
    /// How a forecast of an indicator did against what was observed after its training, beside naive forecasts. Less is better of all scores.
    pub struct ScoreRow as "score" by table, entity, indicator {
        /// Table the indicator is from.
        table: Arc<str>, "";
        /// The state, firm, plant or the like; empty for the world.
        entity: Option<Arc<str>>, "";
        /// The indicator: a column of that table, in its unit.
        indicator: Arc<str>, "";
        /// Observations that were scored.
        n: u32, "observations";
        /// Mean continuous ranked probability score, by the fair estimator: that of the distribution which the draws are drawn from.
        crps: f64, "of the indicator";
        /// The same by the plain estimator: that of the draws as they are.
        crps_plain: f64, "of the indicator";
        /// Mean distance of the median.
        absolute_error: f64, "of the indicator";
        /// Mean logarithmic score, minus the logarithm of the density; empty if one observation has none, as the draws are all the same.
        log_score: Option<f64>, "nats";
        /// Share of the observations inside the central 50 % interval.
        coverage_50: f64, "1";
        /// Share of the observations inside the central 80 % interval.
        coverage_80: f64, "1";
        /// Share of the observations inside the central 90 % interval.
        coverage_90: f64, "1";
        /// The least factor on distances from the median by which the 90 % intervals would hold 90 % of the observations; empty if none does.
        width_factor: Option<f64>, "1";
        /// Score of the last value of the training data; like the next three, empty if these are too few for it at one of the observations.
        crps_random_walk: Option<f64>, "of the indicator";
        /// Score of the last value and the mean change until then.
        crps_drift: Option<f64>, "of the indicator";
        /// Score of the line through the logarithms.
        crps_log_linear: Option<f64>, "of the indicator";
        /// Score of the mean of the last six months.
        crps_recent_mean: Option<f64>, "of the indicator";
    }
}

table! {
    /// An observation and how it was forecast.
    pub struct ScoredRow as "score-rows" by table, entity, indicator, date, until {
        /// Table the indicator is from.
        table: Arc<str>, "";
        /// The state, firm, plant or the like; empty for the world.
        entity: Option<Arc<str>>, "";
        /// The indicator: a column of that table, in its unit.
        indicator: Arc<str>, "";
        /// The first month that was observed.
        date: Month, "";
        /// The last month that was observed; the figure is the mean over all.
        until: Month, "";
        /// What was observed.
        observed: f64, "of the indicator";
        /// Standard deviation of the measurement.
        error: f64, "of the indicator";
        /// Draws that the forecast is from.
        draws: u32, "draws";
        /// Mean of the forecast, which like the rest has the error of measurement added unless that was left out.
        mean: f64, "of the indicator";
        /// 5 % quantile.
        p05: f64, "of the indicator";
        /// 25 % quantile.
        p25: f64, "of the indicator";
        /// Median.
        p50: f64, "of the indicator";
        /// 75 % quantile.
        p75: f64, "of the indicator";
        /// 95 % quantile.
        p95: f64, "of the indicator";
        /// Continuous ranked probability score, by the fair estimator.
        crps: f64, "of the indicator";
        /// Logarithmic score; empty if there is no density.
        log_score: Option<f64>, "nats";
        /// Probability integral transform: the share of the forecast below what was observed.
        pit: f64, "1";
        /// Whether the central 50 % interval holds what was observed.
        covered_50: bool, "";
        /// Whether the central 80 % interval does.
        covered_80: bool, "";
        /// Whether the central 90 % interval does.
        covered_90: bool, "";
        /// Score of the last value of the training data; like the next three, empty if these are too few for it.
        crps_random_walk: Option<f64>, "of the indicator";
        /// Score of the last value and the mean change until then.
        crps_drift: Option<f64>, "of the indicator";
        /// Score of the line through the logarithms.
        crps_log_linear: Option<f64>, "of the indicator";
        /// Score of the mean of the last six months.
        crps_recent_mean: Option<f64>, "of the indicator";
    }
}

table! {
    /// A bin of the histogram of the probability integral transform, which is flat if a forecast is calibrated.
    pub struct PitRow as "score-pit" by table, entity, indicator, low {
        /// Table the indicator is from.
        table: Arc<str>, "";
        /// The state, firm, plant or the like; empty for the world.
        entity: Option<Arc<str>>, "";
        /// The indicator.
        indicator: Arc<str>, "";
        /// Lower end of the bin.
        low: f64, "1";
        /// Upper end of the bin.
        high: f64, "1";
        /// Share of the observations in it; one that falls on a jump of its forecast is spread over the bins of the jump.
        share: f64, "1";
    }
}
