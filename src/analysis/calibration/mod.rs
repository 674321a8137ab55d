//! Fitting parameters to data: what is known of them after the data were seen, from runs of a model that has luck.
//!
//! [`calibrate`] turns [`Prior`]s and [`Targets`] into a [`Posterior`] by asking a [`Forward`] model for runs. Nothing here knows
//! of worlds, batches or files. What is asked depends on the seed and on the results so far alone, so a calibration whose first
//! questions are answered from a store goes on as if it had never stopped.

mod forward;
mod posterior;
mod prior;
mod settings;
mod target;

pub use forward::{CalibrationError, Forward, Progress, Purpose, Results, Stage};
pub use posterior::{Diagnostics, Draw, Emulation, Fit, Information, Marginal, Posterior, Ridge, SHARES, Verdict};
pub use prior::{Prior, PriorError, Shape};
pub use settings::{Chains, Emulated, Method, Sequential, Settings};
pub use target::{Shared, Target, TargetError, Targets};

/// A parameter to be fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, for messages and tables.
    pub name: String,
    /// What is believed of it.
    pub prior: Prior,
}
