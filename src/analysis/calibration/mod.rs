//! Fitting parameters to data: what is known of them after the data were seen, from runs of a model that has luck.
//!
//! [`calibrate`] turns [`Prior`]s and [`Targets`] into a [`Posterior`] by asking a [`Forward`] model for runs. Nothing here knows
//! of worlds, batches or files. What is asked depends on the seed and on the results so far alone, so a calibration whose first
//! questions are answered from a store goes on as if it had never stopped.

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
