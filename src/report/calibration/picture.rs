//! Pictures of a calibration: intervals in rows, one wide and one narrow, with a mark.

use crate::report::{
    palette::{GREY, colour},
    sheet::{FOOT, Paper, Sheet, WIDE},
    svg::{Anchor, GRID, INK, Ink, RULE, Stroke, Svg},
};

const ROW: f64 = 24.0;
/// Room for names, left, and for numbers, right.
const NAMES: f64 = 330.0;
const NUMBERS: f64 = 150.0;

/// A row: where things stand between 0 and 1 of the picture's width.
pub struct IntervalRow {
    pub name: String,
    /// The wide interval, in grey.
    pub wide: (f64, f64),
    /// The narrow one within it, in colour.
    pub narrow: (f64, f64),
    /// A mark.
    pub mark: f64,
    /// What stands at the right.
    pub number: String,
    pub tooltip: String,
}

/// Rows of intervals. `ticks` are names of places between 0 and 1.
pub fn intervals(title: &str, note: &str, number: &str, ticks: &[(f64, String)], rows: &[IntervalRow]) -> Svg {
    let body = 22.0 + ROW * rows.len() as f64;
    let Sheet { mut svg, top, .. } = Sheet::new(Paper::default(), body + FOOT, title, note, "");
    let (top, foot) = (top + 22.0, top + body);
    let width = WIDE - NAMES - NUMBERS;
    let x = |place: f64| NAMES + width * place.clamp(0.0, 1.0);
    for (place, name) in ticks {
        svg.line(&[(x(*place), top - 2.0), (x(*place), foot)], if name == "0" { RULE } else { GRID });
        svg.text(x(*place), foot + 17.0, Anchor::Middle, Ink::Quiet, name);
    }
    svg.text(WIDE, top - 8.0, Anchor::End, Ink::Quiet, number);
    for (at, row) in rows.iter().enumerate() {
        let middle = top + ROW * (at as f64 + 0.5);
        svg.group(&row.tooltip, |svg| {
            svg.text(NAMES - 12.0, middle + 4.0, Anchor::End, Ink::Quiet, &row.name);
            let (from, to) = (x(row.wide.0), x(row.wide.1));
            svg.line(&[(from, middle), (to, middle)], Stroke { width: 3.0, opacity: 0.7, ..Stroke::solid(GREY, 3.0) });
            let (from, to) = (x(row.narrow.0), x(row.narrow.1));
            svg.rectangle((from, middle - 5.0), ((to - from).max(1.0), 10.0), colour(0));
            let at = x(row.mark);
            svg.line(&[(at, middle - 8.0), (at, middle + 8.0)], INK);
            svg.text(WIDE, middle + 4.0, Anchor::End, Ink::Quiet, &row.number);
        });
    }
    svg
}
