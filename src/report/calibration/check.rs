//! The tables of a check of a calibration, and what it came to in words: where planted truths rank among draws of their posteriors.

use crate::{
    analysis::calibration::{Parameter, check::Ranks},
    declare::text::counted,
    output::{
        csv::Csv,
        evidence::{HistogramRow, RankRow},
        folder::{Durability, write_aside},
    },
    report::ReportError,
};
use std::path::Path;

/// The files that are written.
pub const CHECK_FILES: [&str; 2] = ["ranks.csv", "histograms.csv"];
/// Ranks that a bin should have for a test of χ².
const EACH: u32 = 5;
/// Most bins; as they are powers of 2, they share 64 ranks evenly.
const MOST_BINS: u32 = 16;
/// Of so many good calibrations one is called bad.
const ONE_IN: f64 = 100.0;

/// What was planted and where it was found.
pub struct Checked<'a> {
    /// The parameters, in order.
    pub parameters: &'a [Parameter],
    /// The ranks of their truths.
    pub ranks: &'a Ranks,
}

impl Checked<'_> {
    /// How many bins so many trials fill.
    fn bins(&self) -> u32 {
        let most = (self.ranks.trials.len() as u32 / EACH).clamp(2, MOST_BINS);
        1 << most.ilog2()
    }

    fn ranks(&self) -> Vec<RankRow> {
        let Ranks { trials, draws, effective } = self.ranks;
        let trials = trials.iter().zip(effective).enumerate();
        let rows = trials.flat_map(|(trial, (ranks, effective))| {
            self.parameters.iter().zip(ranks).map(move |(parameter, rank)| RankRow {
                trial: trial as u32,
                parameter: parameter.name.as_str().into(),
                rank: *rank,
                draws: *draws,
                effective: *effective,
            })
        });
        rows.collect()
    }

    fn histograms(&self) -> Vec<HistogramRow> {
        let bins = self.bins();
        let expected = self.ranks.trials.len() as f64 / f64::from(bins);
        let rows = self.parameters.iter().enumerate().flat_map(|(place, parameter)| {
            let p = self.ranks.uniformity(place, bins).p;
            let counts = self.ranks.histogram(place, bins).into_iter().enumerate();
            counts.map(move |(bin, count)| HistogramRow {
                parameter: parameter.name.as_str().into(),
                bin: bin as u32,
                count,
                expected,
                p,
            })
        });
        rows.collect()
    }
}

/// Writes the tables of a check into its folder.
///
/// # Errors
/// One of them cannot be written.
pub fn write_check(folder: &Path, checked: &Checked<'_>) -> Result<(), ReportError> {
    let tables = [Csv::table(&checked.ranks()), Csv::table(&checked.histograms())];
    for (name, bytes) in CHECK_FILES.into_iter().zip(tables) {
        write_aside(&folder.join(name), &bytes, Durability::Disk)?;
    }
    Ok(())
}

/// What came of it: a histogram for each parameter, and whether all of them could be flat.
pub fn check_lines(checked: &Checked<'_>) -> Vec<String> {
    let (bins, ranks) = (checked.bins(), checked.ranks);
    let mut lines = Vec::new();
    let mut least: Option<(f64, &str)> = None;
    for (place, parameter) in checked.parameters.iter().enumerate() {
        let p = ranks.uniformity(place, bins).p;
        let counts: Vec<String> = ranks.histogram(place, bins).iter().map(u32::to_string).collect();
        lines.push(format!("{}: {} (p {p:.2})", parameter.name, counts.join(" ")));
        if least.is_none_or(|(least, _)| p < least) {
            least = Some((p, &parameter.name));
        }
    }
    let few = ranks.effective.iter().filter(|effective| **effective < f64::from(ranks.draws)).count();
    if few > 0 {
        lines.push(format!(
            "{} had an effective sample below {}, so that draws were taken more than once",
            counted(few as u64, "posterior"),
            ranks.draws
        ));
    }
    let tests = checked.parameters.len() as f64;
    lines.extend(least.map(|(p, name)| {
        if p * tests * ONE_IN < 1.0 {
            format!(
                "Ranks are not even: of {name} such are found in one good calibration of {:.0}. Many at both ends: posteriors are \
                 too narrow; in the middle: too wide; at one end: moved.",
                1.0 / (p * tests).max(1e-9)
            )
        } else {
            format!("Ranks are as even as those of a good calibration can be (least of {tests} p: {p:.2}).")
        }
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::calibration::{Prior, Shape};

    fn told(ranks: &[u32], effective: f64) -> Vec<String> {
        let parameters = [Parameter { name: "a".to_owned(), prior: Prior::new(Shape::Uniform, 0.0, 1.0).unwrap() }];
        let trials: Vec<Vec<u32>> = ranks.iter().map(|rank| vec![*rank]).collect();
        let ranks = Ranks { effective: vec![effective; trials.len()], trials, draws: 63 };
        check_lines(&Checked { parameters: &parameters, ranks: &ranks })
    }

    #[test]
    fn even_ranks_are_good_and_heaps_are_not() {
        let even: Vec<u32> = (0..64).collect();
        let lines = told(&even, 99.0);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], "a: 8 8 8 8 8 8 8 8 (p 1.00)");
        assert!(lines[1].starts_with("Ranks are as even as"), "{lines:?}");
        let lines = told(&[0, 63].repeat(32), 40.0);
        assert_eq!(lines[0], "a: 32 0 0 0 0 0 0 32 (p 0.00)");
        assert!(lines[1].starts_with("64 posteriors had an effective sample below 63"), "{lines:?}");
        assert!(lines[2].starts_with("Ranks are not even: of a "), "{lines:?}");
    }
}
