//! The pictures that a scenario opens with: who leads, how far others are behind, whose models are used, where chips are stuck, who has
//! power, and what progress is made of. Each is drawn for a wide page and for a narrow one.

mod chips;
mod frontier;
mod leaderboard;
mod power;
mod progress;
mod stacks;
mod story;
mod timeline;
mod usage;

use super::{
    chart::{Axes, Frame},
    figures::{FOOT, Figure, LEFT, View, WIDE},
    scale::{Axis, Writing},
    shown::PICTURES,
    svg::{Anchor, Ink, Svg, text_width},
};

/// The pictures that the page opens with, as far as there are values for them.
pub fn six(view: &mut View<'_>) -> impl Iterator<Item = Figure> {
    PICTURES.iter().filter(|picture| picture.group.is_none()).filter_map(|picture| view.figure(picture))
}

/// A picture with its heading, which is as high as the width asks for.
pub struct Sheet {
    pub svg: Svg,
    /// Where the heading ends.
    pub top: f64,
    pub width: f64,
}

impl Sheet {
    /// Begins a picture that is `body` high below its heading.
    pub fn new(width: f64, body: f64, title: &str, note: &str, runs: &str) -> Self {
        let beside = text_width(title, 16.0) + text_width(runs, 12.0) + 24.0 <= width;
        let wrapped = |text: &str, size: f64| -> Vec<String> {
            let signs = (width / (size * 0.6)) as usize;
            textwrap::wrap(text, signs).into_iter().map(String::from).collect()
        };
        let titles = wrapped(title, 16.5);
        let notes = [wrapped(note, 12.0), if beside { Vec::new() } else { wrapped(runs, 12.0) }].concat();
        let top = 20.0 * titles.len() as f64 + 17.0 * notes.len() as f64 + 12.0;
        let mut svg = Svg::new(width, top + body, &format!("{title}: {note}"));
        for (at, line) in titles.iter().enumerate() {
            svg.text(0.0, 18.0 + 20.0 * at as f64, Anchor::Start, Ink::Title, line);
        }
        if beside {
            svg.text(width, 18.0, Anchor::End, Ink::Quiet, runs);
        }
        let below = 20.0 * titles.len() as f64 + 16.0;
        for (at, line) in notes.iter().enumerate() {
            svg.text(0.0, below + 17.0 * at as f64, Anchor::Start, Ink::Quiet, line);
        }
        Self { svg, top, width }
    }

    /// Names in their colours in rows, for as many as there are.
    pub fn legend<'a>(&mut self, y: f64, names: impl Iterator<Item = (&'a str, &'a str)>) {
        let names: Vec<_> = names.collect();
        let places = legend_places(self.width, names.iter().map(|(name, _)| *name));
        for ((name, colour), (x, row)) in names.iter().zip(places) {
            let y = y + LEGEND_ROW * row as f64;
            self.svg.rectangle((x, y - 9.0), (12.0, 12.0), colour);
            self.svg.text(x + 18.0, y + 1.0, Anchor::Start, Ink::Quiet, name);
        }
    }
}

/// Height of a row of a legend.
const LEGEND_ROW: f64 = 18.0;

/// Where each name of a legend stands: from the left, and in which row.
fn legend_places<'a>(width: f64, names: impl Iterator<Item = &'a str>) -> Vec<(f64, usize)> {
    let (mut x, mut row) = (0.0, 0);
    let place = |name: &str| {
        let wide = 30.0 + text_width(name, 12.0);
        if x > 0.0 && x + wide > width {
            (x, row) = (0.0, row + 1);
        }
        x += wide;
        (x - wide, row)
    };
    names.map(place).collect()
}

/// Height that a legend of these names takes.
pub fn legend_height<'a>(width: f64, names: impl Iterator<Item = &'a str>) -> f64 {
    let rows = legend_places(width, names).last().map_or(1, |(_, row)| row + 1);
    LEGEND_ROW * rows as f64
}

/// A cell of a grid of plots: its heading stands at the top.
pub struct Cell {
    x: f64,
    y: f64,
    width: f64,
}

/// Height of a cell.
pub const CELL: f64 = 228.0;

/// Cells side by side as far as they fit, `wide` of them on a wide page; with the height of all.
pub fn cells(width: f64, top: f64, count: usize, wide: usize) -> (Vec<Cell>, f64) {
    let columns = if width < WIDE { 1 } else { wide };
    let cell = width / columns as f64;
    let cells = (0..count).map(|at| {
        let (column, row) = (at % columns, at / columns);
        Cell { x: column as f64 * cell, y: top + row as f64 * CELL, width: cell }
    });
    (cells.collect(), count.div_ceil(columns) as f64 * CELL)
}

impl Cell {
    /// Writes the heading and what is said below it, and gives the axes below both.
    pub fn axes(
        &self,
        svg: &mut Svg,
        view: &View<'_>,
        (heading, said): (&str, &str),
        (scale, writing): (Axis, Writing),
    ) -> Axes {
        svg.text(self.x, self.y + 14.0, Anchor::Start, Ink::Heading, heading);
        svg.text(self.x, self.y + 30.0, Anchor::Start, Ink::Quiet, said);
        let frame =
            Frame { x: self.x + LEFT, y: self.y + 42.0, width: self.width - LEFT - 18.0, height: CELL - 58.0 - FOOT };
        Axes { frame, first: view.span.0, last: view.span.1, scale, writing }
    }
}

#[cfg(test)]
mod tests;
