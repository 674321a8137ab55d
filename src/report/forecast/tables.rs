//! The tables of forecasts and of their scores.

use super::{
    paths::Forecast,
    scored::{NaiveScores, Scored, Scores, summary},
};
use crate::{
    analysis::scoring::{PIT_BINS, Predictive},
    declare::table::Row,
    maths::Moments,
    output::{
        csv::{Csv, NotFinite},
        forecast_rows::{ForecastQuantileRow, ForecastRow, PitRow, ScoreRow, ScoredRow},
    },
};

/// The forecast's file name.
pub const FORECAST_FILE: &str = "forecast.csv";

/// A table's name and its bytes.
pub type TableBytes = (&'static str, Vec<u8>);

/// The rows as a table.
pub fn table<R: Row>(rows: impl IntoIterator<Item = R>) -> Result<TableBytes, NotFinite> {
    let mut bytes = Csv::header(R::COLUMNS);
    for row in rows {
        let mut csv = Csv::default();
        csv.row(&row)?;
        csv.end_line();
        bytes.extend(csv.into_bytes());
    }
    Ok((R::TABLE, bytes))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Every draw.
pub fn draws(forecast: &Forecast) -> impl Iterator<Item = ForecastRow> {
    forecast.months().flat_map(|(of, months)| {
        months.iter().flat_map(move |(month, draws)| {
            draws.iter().map(move |draw| ForecastRow {
                date: *month,
                table: of.table.clone(),
                entity: of.entity.clone(),
                indicator: of.indicator.clone(),
                draw: u32::try_from(draw.draw).unwrap_or(u32::MAX),
                weight: draw.weight,
                value: draw.value,
            })
        })
    })
}

/// Quantiles of the draws by month.
pub fn quantiles(forecast: &Forecast) -> impl Iterator<Item = ForecastQuantileRow> {
    forecast.months().flat_map(|(of, months)| {
        months.iter().filter_map(move |(month, draws)| {
            let found = Predictive::sample(draws.iter().map(|draw| (draw.value, draw.weight)).collect())?;
            let mut moments = Moments::default();
            draws.iter().for_each(|draw| moments.add(draw.value));
            Some(ForecastQuantileRow {
                date: *month,
                table: of.table.clone(),
                entity: of.entity.clone(),
                indicator: of.indicator.clone(),
                n: count(draws.len()),
                mean: found.mean(),
                sd: moments.variance().map(f64::sqrt),
                p05: found.quantile(0.05),
                p25: found.quantile(0.25),
                p50: found.quantile(0.5),
                p75: found.quantile(0.75),
                p95: found.quantile(0.95),
            })
        })
    })
}

/// The tables of scores.
pub fn scores(scores: &Scores) -> Result<[TableBytes; 3], NotFinite> {
    Ok([
        table(scores.groups().filter_map(|(_, rows)| score_row(rows)))?,
        table(scores.rows.iter().map(scored_row))?,
        table(scores.groups().flat_map(|(_, rows)| pit_rows(rows)))?,
    ])
}

fn score_row(rows: &[Scored]) -> Option<ScoreRow> {
    let of = &rows.first()?.seen.of;
    let (all, naive) = summary(rows)?;
    let [crps_random_walk, crps_drift, crps_log_linear, crps_recent_mean] = naive.map(finite);
    let [coverage_50, coverage_80, coverage_90] = all.coverage;
    Some(ScoreRow {
        table: of.table.clone(),
        entity: of.entity.clone(),
        indicator: of.indicator.clone(),
        n: count(all.n),
        crps: all.crps,
        crps_plain: all.crps_plain,
        absolute_error: all.absolute_error,
        log_score: finite(all.log_score),
        coverage_50,
        coverage_80,
        coverage_90,
        width_factor: finite(Some(all.width_factor)),
        crps_random_walk,
        crps_drift,
        crps_log_linear,
        crps_recent_mean,
    })
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

fn scored_row(row: &Scored) -> ScoredRow {
    let Scored { seen, draws, forecast, score, naive } = row;
    let [crps_random_walk, crps_drift, crps_log_linear, crps_recent_mean]: NaiveScores = naive.map(finite);
    let [covered_50, covered_80, covered_90] = score.covered;
    let [half, _, widest] = score.intervals;
    ScoredRow {
        table: seen.of.table.clone(),
        entity: seen.of.entity.clone(),
        indicator: seen.of.indicator.clone(),
        date: seen.first,
        until: seen.last,
        observed: seen.value,
        error: seen.error,
        draws: count(*draws),
        mean: forecast.mean(),
        p05: widest.low,
        p25: half.low,
        p50: widest.median,
        p75: half.high,
        p95: widest.high,
        crps: score.crps,
        log_score: finite(score.log_score),
        pit: score.pit.middle().clamp(0.0, 1.0),
        covered_50,
        covered_80,
        covered_90,
        crps_random_walk,
        crps_drift,
        crps_log_linear,
        crps_recent_mean,
    }
}

fn pit_rows(rows: &[Scored]) -> Vec<PitRow> {
    let Some((first, (all, _))) = rows.first().zip(summary(rows)) else { return Vec::new() };
    let of = &first.seen.of;
    let bin = |(at, share): (usize, &f64)| PitRow {
        table: of.table.clone(),
        entity: of.entity.clone(),
        indicator: of.indicator.clone(),
        low: at as f64 / PIT_BINS as f64,
        high: (at + 1) as f64 / PIT_BINS as f64,
        share: *share,
    };
    all.pit.iter().enumerate().map(bin).collect()
}
