//! Marks that tell scenarios apart by colour, shape and dashes, so that they do in grey print too.

use super::{
    palette,
    sheet::{Paper, Sheet, row_places},
    svg::{Anchor, Ink, Stroke, Svg, text_width},
};

/// Colour, shape and dashes of a scenario.
#[derive(Clone, Copy)]
pub struct Mark {
    /// Its colour.
    pub colour: &'static str,
    /// Its dashes.
    pub dashes: &'static str,
    place: usize,
}

const DASHES: [&str; 5] = ["", "7 3", "2 3", "8 3 2 3", "12 4"];

impl Mark {
    /// The mark of the scenario at this place among those that are held against the first.
    pub const fn of(place: usize) -> Self {
        Self { colour: palette::colour(place), dashes: DASHES[place % DASHES.len()], place }
    }

    /// The mark of the scenario at this place among all: the first, which others are held against, is grey.
    pub const fn among(place: usize) -> Self {
        match place.checked_sub(1) {
            Some(place) => Self::of(place),
            None => Self { colour: palette::GREY, dashes: "", place: 0 },
        }
    }

    /// Draws the shape around a place: a disc, a square, a triangle, a diamond, or one of these on paper.
    pub fn draw(self, svg: &mut Svg, x: f64, y: f64) {
        const SIZE: f64 = 4.6;
        let around = |points: &[(f64, f64)]| -> Vec<(f64, f64)> {
            points.iter().map(|(dx, dy)| (x + SIZE * dx, y + SIZE * dy)).collect()
        };
        match self.place % 8 {
            0 => svg.dot(x, y, SIZE, self.colour),
            4 => svg.ring(x, y, SIZE, self.colour),
            shape => {
                let corners: &[(f64, f64)] = match shape % 4 {
                    1 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
                    2 => &[(0.0, -1.2), (1.1, 0.9), (-1.1, 0.9)],
                    _ => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
                };
                svg.shape(&around(corners), self.colour, shape < 4);
            }
        }
    }
}

/// Where the entries of a legend stand.
fn places(paper: Paper, names: &[&str]) -> Vec<(f64, usize)> {
    row_places(paper.width, 52.0, names.iter().map(|name| text_width(&paper.heading(name), 12.5)))
}

/// Height that a legend of these scenarios takes.
pub fn legend_height(paper: Paper, names: &[&str]) -> f64 {
    20.0 * places(paper, names).last().map_or(0.0, |(_, row)| (row + 1) as f64)
}

/// The scenarios that are held against the first with their marks, the first row at this height.
pub fn legend(Sheet { svg, paper, .. }: &mut Sheet, y: f64, names: &[&str]) {
    for (place, (name, (x, row))) in names.iter().zip(places(*paper, names)).enumerate() {
        let (mark, y) = (Mark::of(place), y + 20.0 * row as f64);
        svg.line(&[(x, y), (x + 26.0, y)], Stroke { dashes: mark.dashes, ..Stroke::solid(mark.colour, 2.4) });
        mark.draw(svg, x + 13.0, y);
        svg.text(x + 33.0, y + 4.0, Anchor::Start, Ink::Label(mark.colour), &paper.heading(name));
    }
}
