//! What a finished folder says in a few lines: headline outcomes of a batch, sparklines of a world. Read from the
//! files themselves, so that it is the same whether they were written now or before. No wider than the terminal, nor than 80
//! columns.

use super::listing::{fill, width};
use crate::{
    analysis::sketch::Sketches,
    batch::Done,
    declare::{
        table::{Column, Row},
        text::counted,
    },
    measure::record::WorldRow,
    output::batch::{Batch, BatchScenario},
    report::{ReportError, csv_file::CsvFile},
};
use std::{fmt::Write as _, path::Path};

/// The indicators that a single world's summary draws.
const INDICATORS: [&str; 9] = [
    "frontier_rating",
    "gap_rating",
    "open_gap_rating",
    "firms",
    "open_share",
    "firm_hhi",
    "compute",
    "investment",
    "output_effect",
];
const SPARKS: usize = 30;
/// From this width on tables are laid out loosely.
const WIDE: usize = 72;

/// What was run, the headline outcomes of each scenario, failures, and where the files are.
pub fn batch(done: &Done) -> Result<String, ReportError> {
    let (mut text, experiment) = (String::new(), done.batch());
    let headlines = headlines(experiment);
    let mut sketches: Vec<_> = experiment.scenarios.iter().map(|_| Sketches::new(headlines.len())).collect();
    let finished = read_outcomes(experiment, &done.folder, &headlines, &mut sketches)?;
    let (names, cells) = if width() < WIDE { (23, 7) } else { (24, 10) };
    for ((variant, sketches), finished) in experiment.scenarios.iter().zip(&mut sketches).zip(finished) {
        line(
            &mut text,
            &format!("{}: {}, {}, seed {}", variant.name, size(experiment), span(variant), experiment.seed),
        );
        line(
            &mut text,
            &format!("  {:<names$}{:>cells$}{:>cells$}{:>cells$}  unit", "outcome", "median", "5 %", "95 %"),
        );
        if experiment.sample.points() > 1 {
            line(&mut text, "  over all runs: the spread is that of the design and of luck");
        }
        for (column, summary) in headlines.iter().zip(sketches.summaries()) {
            let Some(summary) = summary else { continue };
            let [low, _, median, _, high] = summary.quantiles.map(short);
            let of =
                if summary.n == finished { "" } else { &format!("  in {} of {}", summary.n, counted(finished, "run")) };
            let (name, unit) = (column.name, unit(column));
            line(&mut text, &format!("  {name:<names$}{median:>cells$}{low:>cells$}{high:>cells$}  {unit}{of}"));
        }
    }
    other_spans(&mut text, experiment);
    closing(&mut text, done);
    Ok(text)
}

/// Says which scenarios cover other months than the first.
fn other_spans(text: &mut String, experiment: &Batch) {
    let spans = |variant: &BatchScenario| (variant.start, variant.months);
    let Some((first, others)) = experiment.scenarios.split_first() else { return };
    let others: Vec<&str> =
        others.iter().filter(|other| spans(other) != spans(first)).map(|other| other.name.as_str()).collect();
    if !others.is_empty() {
        let (others, first) = (others.join(", "), &first.name);
        line(
            text,
            &format!(
                "other months than those of {first}: {others}; outcomes of the end, means and counts are of different spans, and no \
                 differences are given"
            ),
        );
    }
}

/// One world: how its indicators went, and where the files are.
pub fn world(done: &Done) -> Result<String, ReportError> {
    let (mut text, experiment) = (String::new(), done.batch());
    for variant in &experiment.scenarios {
        let (seed, replicate) = (experiment.seed, experiment.first_replicate);
        line(&mut text, &format!("{}: one world, {}, seed {seed}, replicate {replicate}", variant.name, span(variant)));
    }
    if experiment.record.has(WorldRow::TABLE) {
        for (name, values) in INDICATORS.iter().zip(read_world(&done.folder)?) {
            let ends = [values.iter().flatten().next(), values.iter().flatten().next_back()];
            if let [Some(first), Some(last)] = ends.map(|end| end.copied().map(short)) {
                let sparks = sparkline(&values, if width() < WIDE { SPARKS / 2 } else { SPARKS });
                let unit = WorldRow::COLUMNS.iter().find(|column| column.name == *name).map(unit).unwrap_or_default();
                line(&mut text, &format!("  {name:<16} {sparks} {first:>7} to {last:<7} {unit}"));
            }
        }
    }
    closing(&mut text, done);
    Ok(text)
}

/// How many runs a scenario has: replicates, and points if there are several.
fn size(experiment: &Batch) -> String {
    let most = if experiment.stop.is_some() { "up to " } else { "" };
    let runs = experiment.plan().most_replicates();
    match experiment.sample.points() {
        1 => format!("{most}{}", counted(runs, "run")),
        points => format!("{points} points, {most}{} each", counted(runs, "run")),
    }
}

pub(super) fn span(variant: &BatchScenario) -> String {
    format!("{} to {}", variant.start, variant.start.plus(variant.months.saturating_sub(1)))
}

pub(super) fn closing(text: &mut String, done: &Done) {
    let runs = done.finished + done.failed;
    if runs < done.total {
        line(text, &format!("stopped early: {runs} of {} are kept", counted(done.total, "run")));
    }
    done.unmet.iter().for_each(|unmet| line(text, unmet));
    if done.failed > 0 {
        line(text, &format!("{} of {} failed; see runs.csv", done.failed, counted(done.total, "run")));
    }
    if let Some(first) = &done.first_failure {
        let error = first.error.split_whitespace().collect::<Vec<_>>().join(" ");
        line(text, &format!("first failure, run {}: {error}", first.job.run));
    }
    // A path is never cut: it is there to be copied.
    let _ = writeln!(text, "files are in {}", done.folder.display());
}

/// Adds a line, broken where it is wider than the terminal.
pub(super) fn line(text: &mut String, line: &str) {
    text.push_str(&broken(line, width()));
    text.push('\n');
}

/// A line broken at spaces where it is wider than this; nothing of it is cut.
pub(super) fn broken(line: &str, width: usize) -> String {
    let line = line.trim_end();
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let options = textwrap::Options::new(width).subsequent_indent("      ").break_words(false);
    fill(line, options)
}

/// The outcomes that summaries open with, in their order.
pub(super) fn headlines(experiment: &Batch) -> Vec<Column<'static>> {
    let outcomes: Vec<_> = experiment.measured.outcomes().collect();
    let headlines = experiment.measured.headlines().into_iter();
    headlines.filter_map(|name| outcomes.iter().copied().find(|column| column.name == name)).collect()
}

/// The unit of a column in few letters; none for pure numbers.
pub(super) fn unit(column: &Column<'_>) -> String {
    if column.unit == "1" { String::new() } else { column.unit.replace(" of 2023", "").replace("billion ", "bn ") }
}

/// Takes the outcomes of `runs.csv` into the sketches of the scenarios; gives how many runs of each finished.
fn read_outcomes(
    experiment: &Batch,
    folder: &Path,
    outcomes: &[Column<'_>],
    sketches: &mut [Sketches],
) -> Result<Vec<u64>, ReportError> {
    let mut runs = CsvFile::there(&folder.join("runs.csv"))?;
    let (scenario, status) = (runs.column("scenario")?, runs.column("status")?);
    let outcomes = outcomes.iter().map(|outcome| runs.column(outcome.name)).collect::<Result<Vec<_>, _>>()?;
    let (mut row, mut finished) = (csv::StringRecord::new(), vec![0; sketches.len()]);
    while runs.next(&mut row)? {
        let index = experiment.scenarios.iter().position(|variant| Some(variant.name.as_str()) == row.get(scenario));
        if let Some((sketches, finished)) = index.and_then(|at| Some((sketches.get_mut(at)?, finished.get_mut(at)?))) {
            *finished += u64::from(row.get(status) == Some("finished"));
            for (value, place) in sketches.row().iter_mut().zip(&outcomes) {
                *value = runs.number(&row, *place)?.unwrap_or(f64::NAN);
            }
        }
    }
    Ok(finished)
}

fn read_world(folder: &Path) -> Result<[Vec<Option<f64>>; INDICATORS.len()], ReportError> {
    let mut world = CsvFile::there(&folder.join("world.csv"))?;
    let places = INDICATORS.iter().map(|name| world.column(name)).collect::<Result<Vec<_>, _>>()?;
    let (mut series, mut row) = (INDICATORS.map(|_| Vec::new()), csv::StringRecord::new());
    while world.next(&mut row)? {
        for (values, place) in series.iter_mut().zip(&places) {
            values.push(world.number(&row, *place)?);
        }
    }
    Ok(series)
}

/// A number in few digits.
pub(super) fn short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    if value.abs() >= 1e7 {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.digits$}");
    if digits > 0 { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

/// The course of a series in block characters, `width` of them; months without a value are blank.
pub fn sparkline(values: &[Option<f64>], width: usize) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let width = width.min(values.len());
    let means: Vec<Option<f64>> = (0..width)
        .map(|column| {
            let part = &values[column * values.len() / width..(column + 1) * values.len() / width];
            let n = part.iter().flatten().count();
            (n > 0).then(|| part.iter().flatten().sum::<f64>() / n as f64)
        })
        .collect();
    let low = means.iter().flatten().fold(f64::INFINITY, |low, &mean| low.min(mean));
    let high = means.iter().flatten().fold(f64::NEG_INFINITY, |high, &mean| high.max(mean));
    // Differences in the last digits of a mean are no movement.
    let moves = high - low > 1e-12 * high.abs().max(low.abs());
    let block = |mean: f64| BLOCKS[if moves { ((mean - low) / (high - low) * 7.0).round() as usize % 8 } else { 0 }];
    means.into_iter().map(|mean| mean.map_or(' ', block)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_indicator_is_a_column() {
        for name in INDICATORS {
            assert!(WorldRow::COLUMNS.iter().any(|column| column.name == name), "{name}");
        }
    }

    #[test]
    fn sparklines_go_from_low_to_high() {
        let rising: Vec<_> = (0..16).map(|i| Some(f64::from(i))).collect();
        assert_eq!(sparkline(&rising, 8), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[Some(1.0), None, Some(1.0)], 8), "▁ ▁");
        assert_eq!(sparkline(&[], 8), "");
        assert_eq!(sparkline(&[None, None], 8), "  ");
    }

    #[test]
    fn a_long_line_is_broken_and_nothing_of_it_is_lost() {
        let said = "  a_long_name_of_an_outcome   1.5   2.5  points/year  in 3 of 100 runs";
        for width in [40, 60, 80] {
            let broken = broken(said, width);
            assert!(broken.lines().all(|line| line.chars().count() <= width), "{broken}");
            assert!(broken.split_whitespace().eq(said.split_whitespace()), "{broken}");
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [1234.5, 100.0, 99.94, -2.346, 0.01234, 3.0, 1e9].map(short),
            ["1234", "100", "99.9", "-2.35", "0.012", "3", "1.0e9"]
        );
    }
}
