//! Proper scores of probabilistic forecasts, how well their intervals hold, and the naive forecasts that they have to beat.
//!
//! Everything here is of numbers alone. A forecast is a [`Predictive`] distribution, scored against what was seen then:
//! continuous ranked probability score (Matheson and Winkler 1976; Gneiting and Raftery 2007), logarithmic score, coverage of central
//! intervals, and the probability integral transform (Dawid 1984). Scores are negatively oriented: less is better.
//!
//! ```
//! use redqueen::analysis::scoring::{Estimator, Predictive};
//! let forecast = Predictive::sample(vec![(1.0, 1.0), (2.0, 1.0), (4.0, 2.0)]).unwrap();
//! assert_eq!((forecast.mean(), forecast.quantile(0.125)), (2.75, 1.0));
//! assert_eq!(forecast.crps(2.0, Estimator::Plain), 0.5625);
//! let seen_with_error = forecast.with_error(0.5);
//! assert!(seen_with_error.log_score(2.0).unwrap() < 2.0);
//! ```

mod coverage;
mod crps;
mod log_score;
pub mod naive;
#[cfg(test)]
mod oracle_tests;
mod predictive;
mod summary;

pub use coverage::{Interval, LEVELS, PIT_BINS, Pit, pit_histogram, width_factor};
pub use crps::Estimator;
pub use predictive::Predictive;
pub use summary::{Score, Summary, score};
