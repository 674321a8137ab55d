//! Paired differences of outcomes between scenarios, each outcome on an axis of its own: how well the mean is known, and how far
//! single runs differ.

use super::{
    data::ReportData,
    figures::Figure,
    findings::{called, words},
    mark::{self, Mark},
    scale::{Axis, Writing, significant},
    sheet::{Paper, Sheet},
    svg::{Anchor, GRID, Ink, RULE, Stroke, Svg},
};
use crate::{declare::table::Column, output::difference_rows::DifferenceRow};
use serde_json::Value;

/// Room for the names of outcomes, left on a wide page and above on a narrow one, and for numbers, right.
const NAMES: f64 = 330.0;
const NUMBERS: f64 = 215.0;
const NARROW_NUMBERS: f64 = 180.0;
/// Height of a scenario's line, of the ticks under an outcome, and of the room between two outcomes.
const LINE: f64 = 17.0;
const TICKS: f64 = 18.0;
const APART: f64 = 12.0;
/// Height of a line of an outcome's name.
const NAME: f64 = 15.0;
/// What the rows of its numbers hold.
const HEADS: [&str; 10] =
    ["outcome", "unit", "scenario", "against", "difference", "low", "high", "p05", "p95", "pairs"];
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
    lines: Vec<ForestLine<'a>>,
}

/// What a block is drawn on: the outcome's name in lines, and where its axis begins and ends.
struct Place {
    names: Vec<String>,
    left: f64,
    right: f64,
    width: f64,
    /// Height of what stands above the axis.
    above: f64,
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
            Block { column, what: called(folder, &column), lines: lines.collect() }
        })
        .filter(|block| block.lines.iter().any(ForestLine::differs))
        .collect();
    let against = &rows.first()?.against;
    if blocks.is_empty() {
        return None;
    }
    let title = format!("Differences from {}", Paper::wide(folder.language).heading(against));
    let more = if left_out > 0 { format!(" {left_out} more scenarios stand in the tables.") } else { String::new() };
    let caption = format!(
        "Each outcome has an axis in its own unit; right of zero it is higher than under {against}. Where the line of the mean crosses \
         zero, luck alone could give the difference. Runs of the same replicate have the same luck and are compared pair by \
         pair. Outcomes that are the same in all pairs are left out.{more}"
    );
    Figure::drawn("differences_of_outcomes", folder.language, |paper| {
        let legend = mark::legend_height(paper, &scenarios) + 12.0;
        let height = legend + blocks.iter().map(|block| block.height(&block.place(paper))).sum::<f64>();
        let note =
            "Mean of the paired differences; line: its 95 % interval; thin line: 5\u{2013}95 % of the pairs of runs";
        let mut sheet = Sheet::new(paper, height, &title, note, "");
        let mut y = sheet.top + legend;
        let first = sheet.top + 10.0;
        mark::legend(&mut sheet, first, &scenarios);
        for block in &blocks {
            let place = block.place(paper);
            block.draw(&mut sheet.svg, y, &place, &scenarios);
            y += block.height(&place);
        }
        sheet.svg.list(&HEADS, blocks.iter().flat_map(Block::rows).collect());
        Some((sheet.svg, caption.clone()))
    })
}

impl Block<'_> {
    /// Its name above its axis on a narrow page, and left of it on a wide one.
    fn place(&self, paper: Paper) -> Place {
        let unit = words::unit_apart(&self.column);
        let named = if unit.is_empty() { self.what.clone() } else { format!("{}, {}", self.what, unit.trim()) };
        let (left, numbers, room) =
            if paper.is_narrow() { (22.0, NARROW_NUMBERS, paper.width) } else { (NAMES, NUMBERS, NAMES - 20.0) };
        let names = paper.lines(&named, 12.0, room);
        let above = if paper.is_narrow() { names.len() as f64 * NAME + 4.0 } else { 0.0 };
        Place { names, left, right: paper.width - numbers - 8.0, width: paper.width, above }
    }

    /// Its numbers.
    fn rows(&self) -> impl Iterator<Item = Vec<Value>> {
        self.lines.iter().map(|ForestLine { row, .. }| {
            let words = [self.column.name, self.column.unit, &row.scenario, &row.against];
            let numbers = [Some(row.difference), row.low, row.high, Some(row.p05), Some(row.p95)];
            let pairs = Value::from(row.pairs);
            words.map(Value::from).into_iter().chain(numbers.map(Value::from)).chain([pairs]).collect()
        })
    }

    fn height(&self, place: &Place) -> f64 {
        let (lines, names) = (self.lines.len() as f64 * LINE + TICKS, place.names.len() as f64 * NAME);
        if place.above > 0.0 { place.above + lines + APART } else { lines.max(names) + APART }
    }

    /// Its lines over its axis.
    fn draw(&self, svg: &mut Svg, top: f64, place: &Place, scenarios: &[&str]) {
        for (at, text) in place.names.iter().enumerate() {
            svg.text(0.0, top + 12.0 + NAME * at as f64, Anchor::Start, Ink::Quiet, text);
        }
        let top = top + place.above;
        let (column, what) = (&self.column, &self.what);
        let share = words::is_share(column);
        let ends = self.lines.iter().flat_map(|line| {
            let row = line.row;
            [Some(row.p05), Some(row.p95), row.low, row.high, Some(row.difference)].into_iter().flatten()
        });
        let scale = Axis::linear(ends.chain([0.0]), if place.above > 0.0 { 2 } else { 4 });
        let x = |value: f64| place.left + (place.right - place.left) * scale.place(value);
        let foot = top + self.lines.len() as f64 * LINE;
        let writing = if share { Writing::Percent } else { Writing::Plain };
        for tick in &scale.ticks {
            svg.line(&[(x(*tick), top), (x(*tick), foot)], GRID);
            svg.text(x(*tick), foot + 14.0, Anchor::Middle, Ink::Quiet, &scale.write(*tick, writing));
        }
        svg.line(&[(x(0.0), top), (x(0.0), foot)], Stroke { width: 1.5, ..RULE });
        let unit = words::unit_apart(column);
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
                svg.text(place.width, middle + 4.0, Anchor::End, ink, &format!("{mean}{known}"));
            });
        }
    }
}
