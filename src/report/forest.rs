//! Paired differences of outcomes between scenarios, each outcome on an axis of its own: how well the mean is known, and how far
//! single runs differ.

use super::{
    chart::shortened,
    data::ReportData,
    figures::{Figure, HEAD, WIDTH, titled},
    findings::{called, words},
    mark::{self, Mark},
    scale::{Axis, Writing, significant},
    svg::{Anchor, GRID, Ink, RULE, Stroke, Svg, text_width},
};
use crate::{declare::table::Column, output::difference_rows::DifferenceRow};

/// Room for the names of outcomes, left, and for numbers, right.
const NAMES: f64 = 330.0;
const NUMBERS: f64 = 215.0;
/// Height of a scenario's line, of the ticks under an outcome, and of the room between two outcomes.
const LINE: f64 = 17.0;
const TICKS: f64 = 18.0;
const APART: f64 = 12.0;
/// Height of a line of an outcome's name.
const NAME: f64 = 15.0;
/// Scenarios that are drawn at most.
const MOST: usize = 8;

/// A line of the picture: a scenario's difference in one outcome.
struct ForestLine<'a> {
    row: &'a DifferenceRow,
    /// Place of the scenario among those that are drawn.
    place: usize,
}

impl ForestLine<'_> {
    /// Whether any pair of runs may differ.
    fn differs(&self) -> bool {
        let row = self.row;
        row.difference != 0.0 || row.p05 != 0.0 || row.p95 != 0.0
    }
}

/// An outcome with the lines of the scenarios.
struct Block<'a> {
    column: Column<'static>,
    what: String,
    /// What it is called with its unit, in lines.
    names: Vec<String>,
    lines: Vec<ForestLine<'a>>,
}

/// Draws how far scenarios differ in the outcomes that come first; nothing without a difference.
pub(crate) fn forest(folder: &ReportData) -> Option<Figure> {
    let rows = folder.differences.as_deref().unwrap_or_default();
    let mut scenarios: Vec<&str> = rows.iter().map(|row| &*row.scenario).collect();
    scenarios.dedup();
    let left_out = scenarios.len().saturating_sub(MOST);
    scenarios.truncate(MOST);
    let blocks: Vec<Block<'_>> = folder
        .chosen()
        .into_iter()
        .map(|column| {
            let of = rows.iter().filter(|row| *row.outcome == *column.name);
            let lines = of.filter_map(|row| {
                let place = scenarios.iter().position(|name| **name == *row.scenario)?;
                Some(ForestLine { row, place })
            });
            Block::new(column, called(folder, &column), lines.collect())
        })
        .filter(|block| block.lines.iter().any(ForestLine::differs))
        .collect();
    let against = &rows.first()?.against;
    if blocks.is_empty() {
        return None;
    }
    let legend_rows = mark::legend_rows(&scenarios);
    let top = HEAD + 22.0 + legend_rows * 20.0;
    let height = blocks.iter().map(Block::height).sum::<f64>() + top;
    let title = format!("Differences from {}", shortened(against));
    let note = "Mean of the paired differences; line: its 95 % interval; thin line: 5\u{2013}95 % of the pairs of runs";
    let mut svg = titled(height, &title, note, "");
    mark::legend(&mut svg, HEAD + 12.0, &scenarios);
    let mut y = top;
    for block in &blocks {
        block.draw(&mut svg, y, &scenarios);
        y += block.height();
    }
    let more = if left_out > 0 { format!(" {left_out} more scenarios stand in the tables.") } else { String::new() };
    let caption = format!(
        "Each outcome has an axis in its own unit; right of zero it is higher than under {against}. Where the line of the mean crosses \
         zero, luck alone could give the difference. Runs of the same replicate have the same luck and are compared pair by \
         pair. Outcomes that are the same in all pairs are left out.{more}"
    );
    Some(Figure::new("differences_of_outcomes", caption, svg))
}

impl<'a> Block<'a> {
    fn new(column: Column<'static>, what: String, lines: Vec<ForestLine<'a>>) -> Self {
        let unit = words::unit_apart(&column);
        let named = if unit.is_empty() { what.clone() } else { format!("{what}, {}", unit.trim()) };
        Self { column, names: folded(&named, NAMES - 20.0), what, lines }
    }

    fn height(&self) -> f64 {
        let (lines, names) = (self.lines.len() as f64 * LINE + TICKS, self.names.len() as f64 * NAME);
        lines.max(names) + APART
    }

    /// Its lines over its axis.
    fn draw(&self, svg: &mut Svg, top: f64, scenarios: &[&str]) {
        let (column, what) = (&self.column, &self.what);
        let share = words::is_share(column);
        let ends = self.lines.iter().flat_map(|line| {
            let row = line.row;
            [Some(row.p05), Some(row.p95), row.low, row.high, Some(row.difference)].into_iter().flatten()
        });
        let scale = Axis::linear(ends.chain([0.0]), 4);
        let width = WIDTH - NAMES - NUMBERS;
        let x = |value: f64| NAMES + width * scale.place(value);
        let foot = top + self.lines.len() as f64 * LINE;
        let writing = if share { Writing::Percent } else { Writing::Plain };
        for tick in &scale.ticks {
            svg.line(&[(x(*tick), top), (x(*tick), foot)], GRID);
            svg.text(x(*tick), foot + 14.0, Anchor::Middle, Ink::Quiet, &scale.write(*tick, writing));
        }
        svg.line(&[(x(0.0), top), (x(0.0), foot)], Stroke { width: 1.5, ..RULE });
        let unit = words::unit_apart(column);
        for (at, text) in self.names.iter().enumerate() {
            svg.text(0.0, top + 12.0 + NAME * at as f64, Anchor::Start, Ink::Quiet, text);
        }
        for (at, line) in self.lines.iter().enumerate() {
            let middle = top + LINE * (at as f64 + 0.5);
            let (row, mark) = (line.row, Mark::of(line.place));
            let times = if share { 100.0 } else { 1.0 };
            let [mean, p05, p95] = [row.difference, row.p05, row.p95].map(|value| significant(times * value));
            let interval = row.low.zip(row.high).map(|(low, high)| [low, high].map(|end| significant(times * end)));
            let known = interval.map(|[low, high]| format!(" ({low} to {high})")).unwrap_or_default();
            let name = scenarios.get(line.place).copied().unwrap_or_default();
            let tooltip =
                format!("{name}: {what}, {mean}{unit}{known}; 5\u{2013}95 % of {} pairs {p05} to {p95}", row.pairs);
            svg.group(&tooltip, |svg| {
                svg.line(
                    &[(x(row.p05), middle), (x(row.p95), middle)],
                    Stroke { opacity: 0.55, ..Stroke::solid(mark.colour, 1.2) },
                );
                if let Some((low, high)) = row.low.zip(row.high) {
                    svg.line(&[(x(low), middle), (x(high), middle)], Stroke::solid(mark.colour, 4.0));
                }
                mark.draw(svg, x(row.difference), middle);
                let ink = if row.excludes_zero() { Ink::Heading } else { Ink::Quiet };
                svg.text(WIDTH, middle + 4.0, Anchor::End, ink, &format!("{mean}{known}"));
            });
        }
    }
}

/// A text in lines that are no wider than this.
fn folded(text: &str, width: f64) -> Vec<String> {
    let most = (width / text_width("m", 12.0)) as usize;
    textwrap::wrap(text, most.max(8)).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_at_words() {
        let folded = folded("Rating gap of the US over China at the end of 2032, and more of that", 240.0);
        assert!(folded.len() > 1 && folded.iter().all(|line| text_width(line, 12.0) <= 240.0), "{folded:?}");
    }
}
