//! What commands that fit tell of how it goes, and why there is no fit.

use super::{failure::Failure, lines::broken};
use crate::{
    analysis::calibration::{CalibrationError, Progress},
    experiment::calibration::Calibration,
};
use std::io::{self, IsTerminal as _, Write as _};

/// Says how the calibration stands, after each set of runs.
pub(super) fn tell(progress: &Progress, quiet: bool) {
    if quiet {
        return;
    }
    let Progress { stage, runs, misfit, effective, r_hat, threshold } = progress;
    let mut said = format!("{} {}: {runs} runs, misfit {misfit:.2}", stage.purpose.name(), stage.generation + 1);
    for (name, value, places) in [("R̂", r_hat, 3), ("effective sample", effective, 0), ("threshold", threshold, 3)] {
        if let Some(value) = value {
            said.push_str(&format!(", {name} {value:.places$}"));
        }
    }
    let mut stderr = io::stderr().lock();
    let width = if stderr.is_terminal() { super::listing::width() } else { usize::MAX };
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(stderr, "{}", broken(&said, width));
}

/// Why there is no calibration, with the target by its name.
pub(super) fn failed(error: CalibrationError<Failure>, calibration: &Calibration) -> Failure {
    match error {
        CalibrationError::Forward(failure) => failure,
        CalibrationError::Target { target, given, runs } => {
            let name = calibration.targets.get(target).map_or("", |target| target.name.as_str());
            Failure::Runs(format!("too few runs have the target `{name}`: {given} of {runs} points"))
        }
        error @ (CalibrationError::Shape(_) | CalibrationError::Setting(_) | CalibrationError::Numbers(_)) => {
            Failure::Runs(error.to_string())
        }
    }
}
