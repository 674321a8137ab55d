//! Fitting parameters to data: what is known of them after the data were seen, from runs of a model that has luck.
//!
//! [`calibrate`] turns [`Prior`]s and [`Targets`] into a [`Posterior`] by asking a [`Forward`] model for runs. Nothing here knows
//! of worlds, batches or files. What is asked depends on the seed and on the results so far alone, so a calibration whose first
//! questions are answered from a store goes on as if it had never stopped.
//!
//! Parameters are worked with as normal scores, on which each prior is a standard normal; luck of runs is part of the likelihood,
//! which is normal with the mean and covariance that runs have (synthetic likelihood; Wood 2010). [`check::ranks`] tells whether
//! posteriors of a model are as wide as they should be.
//!
//! ```
//! use redqueen::analysis::calibration::*;
//!
//! /// A coin that is thrown a hundred times in a run; a pocket full of noise for the example.
//! struct Coin(u64);
//!
//! impl Forward for Coin {
//!     type Error = std::convert::Infallible;
//!
//!     fn run(&mut self, _: &Stage, points: &[Vec<f64>], replicates: u32) -> Result<Results, Self::Error> {
//!         let mut throw = |share: f64| {
//!             self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
//!             ((self.0 >> 40) as f64) < share * (1_u64 << 24) as f64
//!         };
//!         let mut run = |share: f64| vec![Some((0..100).filter(|_| throw(share)).count() as f64)];
//!         Ok(points.iter().map(|point| (0..replicates).map(|_| run(point[0])).collect()).collect())
//!     }
//! }
//!
//! let parameters = [Parameter { name: "share of heads".into(), prior: Prior::new(Shape::Uniform, 0.0, 1.0)? }];
//! let heads = Target { name: "heads".into(), value: 70.0, error: 0.5, discrepancy: 0.0, shared: Vec::new() };
//! let settings = Settings { seed: 7, ..Settings::default() };
//! let posterior = calibrate(&parameters, &Targets::new(vec![heads])?, &settings, &mut Coin(1), &mut |_| ())?;
//! assert_eq!(posterior.verdict(), Verdict::Posterior);
//! // Of a beta distribution with 71 and 31: 0.62, 0.70, 0.77.
//! let [low, _, middle, _, high] = posterior.marginals[0].posterior;
//! assert!((low - 0.62).abs() < 0.02 && (middle - 0.70).abs() < 0.02 && (high - 0.77).abs() < 0.02);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chains;
pub mod check;
mod emulated;
mod emulator;
mod forward;
mod luck;
mod posterior;
mod random;
mod regression;
mod sequential;
mod session;
mod settings;
mod smoother;
mod summary;
mod target;
mod weights;

#[cfg(test)]
mod oracle_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod toys;

pub use crate::maths::{Prior, PriorError, Shape};
pub use forward::{CalibrationError, Forward, Progress, Purpose, Results, Run, Stage};
pub use posterior::{Diagnostics, Draw, Emulation, Fit, Information, Marginal, Posterior, Ridge, SHARES, Verdict};
pub use settings::{Chains, Emulated, Method, Sequential, Settings};
pub use target::{Shared, Target, TargetError, Targets};
pub(crate) use weights::rank_correlation;

use session::Session;

/// A parameter to be fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, for messages and tables.
    pub name: String,
    /// What is believed of it.
    pub prior: Prior,
}

/// Fits parameters to targets by runs of a model. The listener hears of each set of runs once it is done.
///
/// # Errors
///
/// If a setting makes no sense, the model cannot be run or answers something else than it was asked, too few runs have a
/// target, or numbers are too odd to be worked with.
pub fn calibrate<F: Forward>(
    parameters: &[Parameter],
    targets: &Targets,
    settings: &Settings,
    forward: &mut F,
    listener: &mut dyn FnMut(&Progress),
) -> Result<Posterior, CalibrationError<F::Error>> {
    calibrate_trial(parameters, targets, settings, 0, forward, listener)
}

/// The same as a trial of a check.
fn calibrate_trial<F: Forward>(
    parameters: &[Parameter],
    targets: &Targets,
    settings: &Settings,
    trial: u32,
    forward: &mut F,
    listener: &mut dyn FnMut(&Progress),
) -> Result<Posterior, CalibrationError<F::Error>> {
    settings.check().map_err(CalibrationError::Setting)?;
    if parameters.is_empty() {
        return Err(CalibrationError::Setting("there is no parameter"));
    }
    let mut session = Session::new(parameters, targets, settings.seed, trial, forward, listener);
    match &settings.method {
        Method::Emulated(emulated) => emulated::calibrate(&mut session, settings, emulated),
        Method::Sequential(sequential) => sequential::calibrate(&mut session, settings, sequential),
    }
}
