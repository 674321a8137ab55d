//! The differences between scenarios, as summaries tell them. Read from the file, so that it is the same whether that was written now or
//! before.

use super::{
    lines::{headlines, line, short, unit},
    listing::{WIDTH, width},
};
use crate::{
    analysis::precision::FEWEST,
    output::batch::Batch,
    report::{ReportError, csv_file::CsvFile},
};
use std::path::Path;

/// The file's name.
pub(super) const FILE: &str = "differences.csv";

/// How a scenario differs from the first in an outcome.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub scenario: String,
    pub outcome: String,
    pub pairs: Option<f64>,
    pub mean_against: Option<f64>,
    pub mean: Option<f64>,
    pub difference: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    pub larger: Option<f64>,
    pub reduction: Option<f64>,
}

impl Difference {
    /// Whether the interval of the mean leaves out zero.
    pub fn is_clear(&self) -> bool {
        self.low.is_some_and(|low| low > 0.0) || self.high.is_some_and(|high| high < 0.0)
    }
}

/// The lines of a folder's table; none if it has no such table.
pub(super) fn read(folder: &Path) -> Result<Vec<Difference>, ReportError> {
    let Some(mut file) = CsvFile::open(&folder.join(FILE))? else { return Ok(Vec::new()) };
    let (scenario, outcome) = (file.column("scenario")?, file.column("outcome")?);
    let names = ["pairs", "mean_against", "mean", "difference", "low", "high", "larger_share", "variance_reduction"];
    let columns = names.iter().map(|name| file.column(name)).collect::<Result<Vec<_>, _>>()?;
    let (mut found, mut row) = (Vec::new(), csv::StringRecord::new());
    while file.next(&mut row)? {
        let mut numbers = [None; 8];
        for (number, column) in numbers.iter_mut().zip(&columns) {
            *number = file.number(&row, *column)?;
        }
        let [pairs, mean_against, mean, difference, low, high, larger, reduction] = numbers;
        let text = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let (scenario, outcome) = (text(scenario), text(outcome));
        found.push(Difference {
            scenario,
            outcome,
            pairs,
            mean_against,
            mean,
            difference,
            low,
            high,
            larger,
            reduction,
        });
    }
    Ok(found)
}

/// A number in few digits, small differences too.
pub(super) fn few(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.005 { format!("{value:.1e}") } else { short(value) }
}

/// Tells how each scenario differs from the first in the outcomes that come first.
pub(super) fn tell(text: &mut String, batch: &Batch, folder: &Path) -> Result<(), ReportError> {
    let found = read(folder)?;
    let Some(first) = batch.scenarios.first() else { return Ok(()) };
    let (names, cells) = if width() < WIDTH { (23, 8) } else { (24, 10) };
    for variant in batch.scenarios.iter().skip(1) {
        let own: Vec<&Difference> = found.iter().filter(|one| one.scenario == variant.name).collect();
        if own.is_empty() {
            continue;
        }
        line(text, &format!("{} less {}, by pairs of runs with the same luck", variant.name, first.name));
        line(
            text,
            &format!("  {:<names$}{:>cells$}{:>cells$}{:>cells$}{:>8}   unit", "outcome", "mean", "95 %", "", "larger"),
        );
        for column in headlines(batch) {
            let Some(one) = own.iter().find(|one| one.outcome == column.name) else { continue };
            let [mean, low, high] = [one.difference, one.low, one.high].map(|value| value.map(few).unwrap_or_default());
            let larger = one.larger.map(|share| format!("{:.0} %", 100.0 * share)).unwrap_or_default();
            let (name, mark) = (column.name, if one.is_clear() { "*" } else { "" });
            let unit = unit(&column);
            line(
                text,
                &format!("  {name:<names$}{mean:>cells$}{low:>cells$}{high:>cells$}{larger:>8} {mark:1} {unit}"),
            );
        }
    }
    if found.iter().any(|one| one.low.is_some()) {
        line(text, "  * luck alone would not give it: the 95 % interval of the mean leaves out zero");
    } else if let Some(pairs) = found.iter().filter_map(|one| one.pairs).reduce(f64::max) {
        line(text, &format!("  no intervals from {pairs} pairs: they take at least {FEWEST}"));
    }
    Ok(())
}
