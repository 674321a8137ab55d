//! The tables and the page of a calibration.

mod check;
mod page;
mod picture;
mod tables;

use super::ReportError;
use crate::{
    analysis::calibration::{Posterior, Verdict},
    declare::text::counted,
    experiment::{Experiment, calibration::Calibration},
    output::folder::{Durability, OutputError, write_aside},
};
use std::path::{Path, PathBuf};

pub use check::{CHECK_FILES, Checked, check_lines, write_check};

/// The page's file.
const PAGE: &str = "calibration.html";
/// The file of the weighted sample.
pub const SAMPLE: &str = "posterior.csv";
/// The files that are written.
pub const FILES: [&str; 6] = [SAMPLE, "marginals.csv", "ridges.csv", "information.csv", "fit.csv", PAGE];

/// What was calibrated and what came of it.
pub struct Calibrated<'a> {
    /// The experiment.
    pub experiment: &'a Experiment,
    /// What was sought.
    pub calibration: &'a Calibration,
    /// What was found.
    pub posterior: &'a Posterior,
}

/// Writes the tables and the page of a calibration into its folder, and gives where the page is. The folder is known to be that of
/// this calibration, as its runs are there.
///
/// # Errors
/// One of them cannot be written.
pub fn write_calibration(folder: &Path, found: &Calibrated<'_>) -> Result<PathBuf, ReportError> {
    let write = |name: &str, bytes: &[u8]| -> Result<(), OutputError> {
        write_aside(&folder.join(name), bytes, Durability::Disk).map(|_| ())
    };
    for (name, bytes) in tables::tables(found) {
        write(&name, &bytes)?;
    }
    write(PAGE, page::page(found).as_bytes())?;
    Ok(folder.join(PAGE))
}

/// What came of it in a few lines, which the terminal shows too.
pub fn verdict_lines(found: &Calibrated<'_>) -> Vec<String> {
    let (posterior, targets) = (found.posterior, &found.calibration.targets);
    let effective = posterior.effective.round();
    let worlds = counted(posterior.sample.len() as u64, "world");
    let mut lines = vec![match posterior.verdict() {
        Verdict::Posterior => format!("A posterior of {worlds}, as good as {effective} unweighted ones."),
        Verdict::Rough => format!(
            "A rough posterior: its {worlds} are as good as {effective} unweighted ones, and {} were wanted{}. Its tails are guesses.",
            posterior.wanted,
            if posterior.diagnostics.converged { "" } else { "; the chains that drew them do not agree" }
        ),
        Verdict::NoPosterior => format!(
            "No posterior: the {worlds} are as good as {effective} unweighted ones, and {} were wanted. Use wider errors, fewer parameters or more runs.",
            posterior.wanted
        ),
    }];
    let misfits: Vec<String> = posterior
        .fits
        .iter()
        .filter(|fit| fit.score.is_nan() || fit.score.abs() >= 2.0)
        .filter_map(|fit| {
            let name = &targets.get(fit.target)?.name;
            Some(if fit.score.is_nan() {
                format!("{name} (no run has it)")
            } else {
                format!("{name} ({:+.1} sd)", fit.score)
            })
        })
        .collect();
    lines.push(if misfits.is_empty() {
        format!(
            "All {} lie within two standard deviations of luck, doubt and error.",
            counted(targets.len() as u64, "target")
        )
    } else {
        format!("Misfits: {}.", misfits.join(", "))
    });
    let mut told: Vec<(f64, &str)> = posterior
        .marginals
        .iter()
        .zip(&posterior.parameters)
        .map(|(marginal, parameter)| (marginal.contraction, parameter.name.as_str()))
        .collect();
    told.sort_by(|a, b| b.0.total_cmp(&a.0));
    let told: Vec<String> = told
        .iter()
        .filter(|(share, _)| *share > 0.25)
        .map(|(share, name)| format!("{name} ({:.0} %)", 100.0 * share))
        .collect();
    lines.push(if told.is_empty() {
        "The data tell little of any parameter.".to_owned()
    } else {
        format!("The data took a quarter or more of the prior's variance from {}.", told.join(", "))
    });
    lines
}
