//! `redqueen run`: one world with its tables, and a look at it in the terminal.

use super::{
    batch::{self, BatchFailure, BatchOptions, BatchReport},
    summary,
};
use crate::{experiment::runner::Simulate, model::record::Trajectory, output::manifest::Batch};

/// Runs the single world of `experiment` (one run of each scenario, no quantiles) and describes it in lines for the
/// terminal.
pub fn execute<S: Simulate<Output = Trajectory>>(
    simulate: &S,
    experiment: &Batch,
    options: &BatchOptions<'_>,
) -> Result<(BatchReport, String), BatchFailure> {
    let experiment = Batch { runs: 1, ..experiment.clone() };
    let report = batch::execute(simulate, &experiment, &BatchOptions { quantiles: false, ..*options })?;
    let text = summary::world(&experiment, &report.folder, &report.summary)
        .map_err(|error| batch::unreadable(&report, error))?;
    Ok((report, text))
}
