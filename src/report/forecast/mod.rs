//! Forecasts: draws of indicators by month from a finished batch, sealed, and their scores when the months have passed.

mod paths;
mod scored;
mod seal;
mod tables;
mod write;

pub use paths::Forecast;
pub use scored::{Left, Scored, Scores, score_observations, summary};
pub use seal::{SEAL, Seal};
pub use tables::FORECAST_FILE;
pub use write::{Making, write_forecast, write_scores};
