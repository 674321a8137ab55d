//! Holds a forecast against observations.

use super::paths::Forecast;
use crate::{
    analysis::scoring::{Estimator, Predictive, Score, Summary, naive::Naive, score},
    experiment::observations::{Observable, Observation},
    scenario::Month,
};
use std::collections::BTreeMap;

/// Scores of the naive forecasts, in the order of [`Naive::ALL`]; `None` where one says nothing.
pub type NaiveScores = [Option<f64>; Naive::ALL.len()];

/// An observation and how it was forecast.
#[derive(Clone, Debug)]
pub struct Scored {
    /// What was observed.
    pub seen: Observation,
    /// Draws that it was forecast by.
    pub draws: usize,
    /// What was forecast.
    pub forecast: Predictive,
    /// How it did.
    pub score: Score,
    /// CRPS of the naive forecasts.
    pub naive: NaiveScores,
}

/// Observations that were not scored, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// What they are of.
    pub of: Observable,
    /// How many there are.
    pub count: usize,
    /// Why.
    pub why: &'static str,
}

/// A forecast's scores.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// Observations that were scored, by what they are of and month.
    pub rows: Vec<Scored>,
    /// Those that were not.
    pub left: Vec<Left>,
}

/// Scores a forecast. Observations up to the end of training are what naive forecasts are made from; later ones are scored. `with_error` adds the
/// error of each observation to what was forecast.
pub fn score_observations(
    forecast: &Forecast,
    observations: &[Observation],
    training_end: Month,
    with_error: bool,
) -> Scores {
    let (training, later): (Vec<_>, Vec<_>) = observations.iter().partition(|one| one.last <= training_end);
    let mut series: BTreeMap<&Observable, Vec<(i64, f64)>> = BTreeMap::new();
    for one in training.into_iter().filter(|one| one.first == one.last) {
        series.entry(&one.of).or_default().push((number(one.first), one.value));
    }
    let mut scores = Scores::default();
    let mut left: BTreeMap<(&Observable, &'static str), usize> = BTreeMap::new();
    for seen in later {
        let found = predictive(forecast, seen, training_end);
        let (predictive, draws) = match found {
            Ok(found) => found,
            Err(why) => {
                *left.entry((&seen.of, why)).or_default() += 1;
                continue;
            }
        };
        let predictive = if with_error { predictive.with_error(seen.error) } else { predictive };
        let middle = 0.5 * (number(seen.first) + number(seen.last)) as f64;
        let training = series.get(&seen.of).map_or(&[][..], Vec::as_slice);
        let naive = Naive::ALL.map(|naive| {
            let says = naive.forecast(training, middle)?;
            Some(says.crps(seen.value, Estimator::Plain))
        });
        let score = score(&predictive, seen.value);
        scores.rows.push(Scored { seen: seen.clone(), draws, forecast: predictive, score, naive });
    }
    let told = |((of, why), count): ((&Observable, &'static str), usize)| Left { of: of.clone(), count, why };
    scores.left = left.into_iter().map(told).collect();
    scores
}

/// What is forecast of an observation, and from how many draws.
fn predictive(
    forecast: &Forecast,
    seen: &Observation,
    training_end: Month,
) -> Result<(Predictive, usize), &'static str> {
    if !forecast.has(&seen.of) {
        return Err("not in the forecast");
    }
    if seen.first <= training_end {
        return Err("begins before the end of training");
    }
    let draws = forecast.over(&seen.of, seen.first, seen.last).ok_or("in months that are not forecast")?;
    let count = draws.len();
    Predictive::sample(draws).map(|found| (found, count)).ok_or("no draw has a value")
}

/// A month as a number.
fn number(month: Month) -> i64 {
    i64::from(month.year()) * 12 + i64::from(month.of_year())
}

impl Scores {
    /// Scores by what they are of, in order.
    pub fn groups(&self) -> impl Iterator<Item = (&Observable, &[Scored])> {
        self.rows.chunk_by(|a, b| a.seen.of == b.seen.of).filter_map(|rows| Some((&rows.first()?.seen.of, rows)))
    }
}

/// The mean scores of some rows, and those of the naive forecasts, where one says something of every row.
pub fn summary(rows: &[Scored]) -> Option<(Summary, NaiveScores)> {
    let scores: Vec<Score> = rows.iter().map(|row| row.score).collect();
    let naive = std::array::from_fn(|at| {
        let all: Option<Vec<f64>> = rows.iter().map(|row| row.naive[at]).collect();
        all.map(|all| all.iter().sum::<f64>() / all.len() as f64)
    });
    Some((Summary::of(&scores)?, naive))
}
