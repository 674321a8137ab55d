//! What a picture is drawn on, and how it begins: its heading, what is said below it, a legend, and a grid of plots as wide as the page
//! allows.

use super::{
    Language,
    chart::{Axes, Frame, shortened},
    scale::{Axis, Writing},
    svg::{Anchor, Ink, Svg, text_width},
};
use crate::scenario::Month;

/// Width of a picture for a wide page.
pub const WIDE: f64 = 960.0;
/// Width of a picture for a narrow one, as on a telephone.
pub const NARROW: f64 = 420.0;
/// Room for tick labels left of a frame, and below it.
pub const LEFT: f64 = 58.0;
pub const FOOT: f64 = 30.0;

/// What a picture is drawn on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paper {
    pub width: f64,
    /// What it is written in.
    pub language: Language,
}

impl Default for Paper {
    fn default() -> Self {
        Self::wide(Language::default())
    }
}

impl Paper {
    pub const fn wide(language: Language) -> Self {
        Self { width: WIDE, language }
    }

    pub const fn narrow(language: Language) -> Self {
        Self { width: NARROW, language }
    }

    /// That of a page of this kind.
    pub fn of(narrow: bool) -> Self {
        let language = Language::default();
        if narrow { Self::narrow(language) } else { Self::wide(language) }
    }

    pub fn is_narrow(self) -> bool {
        self.width < WIDE
    }

    /// The text in this language, in lines of no more than this width.
    pub fn lines(self, text: &str, size: f64, width: f64) -> Vec<String> {
        folded(&self.language.say(text), size, width)
    }

    /// A name in this language, cut where it is very long.
    pub fn heading(self, text: &str) -> String {
        shortened(&self.language.say(text))
    }

    /// A name in this language, as short as labels beside a plot have to be.
    pub fn name(self, text: &str) -> String {
        const NARROW_NAME: usize = 14;
        let said = self.language.say(text);
        if self.is_narrow() && said.chars().count() > NARROW_NAME {
            said.chars().take(NARROW_NAME - 1).chain(['…']).collect()
        } else {
            shortened(&said)
        }
    }
}

/// A text in lines of no more than this width.
fn folded(text: &str, size: f64, width: f64) -> Vec<String> {
    let signs = (width / text_width("m", size)) as usize;
    textwrap::wrap(text, signs.max(8)).into_iter().map(String::from).collect()
}

/// A picture with its heading, which is as high as the width asks for.
pub struct Sheet {
    pub svg: Svg,
    /// Where the heading ends.
    pub top: f64,
    pub paper: Paper,
}

impl Sheet {
    /// Begins a picture that is `body` high below its heading.
    pub fn new(paper: Paper, body: f64, title: &str, note: &str, runs: &str) -> Self {
        let Paper { width, language } = paper;
        let said = [title, note, runs].map(|text| language.say(text));
        let [title, note, runs] = &said;
        let beside = text_width(title, 16.0) + text_width(runs, 12.0) + 24.0 <= width;
        let titles = folded(title, 16.5, width);
        let below_note = if beside { Vec::new() } else { folded(runs, 12.0, width) };
        let notes = [folded(note, 12.0, width), below_note].concat();
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
        Self { svg, top, paper }
    }

    /// What is left of the paper for a plot, with this room at its right and above it.
    pub fn frame(&self, height: f64, right: f64, above: f64) -> Frame {
        let y = self.top + above;
        Frame { x: LEFT, y, width: self.paper.width - LEFT - right, height: height - above - FOOT }
    }

    /// Names in their colours in rows, for as many as there are.
    pub fn legend<'a>(&mut self, y: f64, names: impl Iterator<Item = (&'a str, &'a str)>) {
        let names: Vec<_> = names.collect();
        let places = legend_places(self.paper, names.iter().map(|(name, _)| *name));
        for ((name, colour), (x, row)) in names.iter().zip(places) {
            let y = y + LEGEND_ROW * row as f64;
            self.svg.rectangle((x, y - 9.0), (12.0, 12.0), colour);
            self.svg.text(x + 18.0, y + 1.0, Anchor::Start, Ink::Quiet, name);
        }
    }
}

/// Height of a row of a legend.
pub const LEGEND_ROW: f64 = 18.0;

/// Where things of these widths stand, from the left and in which row, with this room after each.
pub fn row_places(width: f64, room: f64, wide: impl Iterator<Item = f64>) -> Vec<(f64, usize)> {
    let (mut x, mut row) = (0.0, 0);
    let place = |wide: f64| {
        if x > 0.0 && x + room + wide > width {
            (x, row) = (0.0, row + 1);
        }
        x += room + wide;
        (x - room - wide, row)
    };
    wide.map(place).collect()
}

/// Where each name of a legend stands.
fn legend_places<'a>(paper: Paper, names: impl Iterator<Item = &'a str>) -> Vec<(f64, usize)> {
    row_places(paper.width, 30.0, names.map(|name| text_width(&paper.language.say(name), 12.0)))
}

/// Height that a legend of these names takes.
pub fn legend_height<'a>(paper: Paper, names: impl Iterator<Item = &'a str>) -> f64 {
    let rows = legend_places(paper, names).last().map_or(1, |(_, row)| row + 1);
    LEGEND_ROW * rows as f64
}

/// A cell of a grid of plots: its heading stands at the top.
pub struct Cell {
    pub x: f64,
    pub y: f64,
    pub width: f64,
}

/// Height of a cell.
pub const CELL: f64 = 228.0;

/// Cells side by side as far as they fit, `wide` of them on a wide page; with the height of all.
pub fn cells(paper: Paper, top: f64, count: usize, wide: usize) -> (Vec<Cell>, f64) {
    let columns = if paper.is_narrow() { 1 } else { wide };
    let cell = paper.width / columns as f64;
    let cells = (0..count).map(|at| {
        let (column, row) = (at % columns, at / columns);
        Cell { x: column as f64 * cell, y: top + row as f64 * CELL, width: cell }
    });
    (cells.collect(), count.div_ceil(columns) as f64 * CELL)
}

impl Cell {
    /// Writes the heading and what is said below it, if anything is, and gives the axes below both; a space leaves room.
    pub fn axes(
        &self,
        svg: &mut Svg,
        (first, last): (Month, Month),
        (heading, said): (&str, &str),
        (scale, writing): (Axis, Writing),
    ) -> Axes {
        svg.text(self.x, self.y + 14.0, Anchor::Start, Ink::Heading, heading);
        if !said.trim().is_empty() {
            svg.text(self.x, self.y + 30.0, Anchor::Start, Ink::Quiet, said);
        }
        let head = if said.is_empty() { 26.0 } else { 42.0 };
        let frame = Frame {
            x: self.x + LEFT,
            y: self.y + head,
            width: self.width - LEFT - 18.0,
            height: CELL - head - 16.0 - FOOT,
        };
        Axes { frame, first, last, scale, writing }
    }
}
