//! Tornado pictures: a bar for each factor, the one that moves the outcome most on top.

use super::super::palette::{GREY, colour};
use super::super::scale::{Axis, Writing, number};
use super::super::sheet::{FOOT, Paper, Sheet, row_places};
use super::super::svg::{Anchor, GRID, INK, Ink, RULE, Stroke, Svg, text_width};
use crate::maths::log10;

/// Factors that a picture shows at most.
pub const MOST: usize = 15;
const ROW: f64 = 26.0;
/// Room for the names of factors, left on a wide page and above on a narrow one, and for numbers, right.
const NAMES: f64 = 290.0;
const NUMBERS: f64 = 190.0;
const NAME_ABOVE: f64 = 16.0;

/// Where the axis of a picture begins and ends, and how high a line of it is.
#[derive(Clone, Copy)]
struct Place {
    left: f64,
    right: f64,
    width: f64,
    /// Height of a name above its bar; none where it stands left of it.
    above: f64,
}

impl Place {
    fn of(paper: Paper) -> Self {
        let (left, above) = if paper.is_narrow() { (10.0, NAME_ABOVE) } else { (NAMES, 0.0) };
        Self { left, right: paper.width - NUMBERS, width: paper.width, above }
    }
}

/// A bar from zero.
pub struct TornadoBar {
    pub value: f64,
    pub interval: Option<(f64, f64)>,
    pub colour: &'static str,
}

/// What is drawn of a factor.
pub struct TornadoRow {
    pub name: String,
    pub bars: Vec<TornadoBar>,
    /// Second mark, a ring.
    pub mark: Option<f64>,
    /// Number and interval written at the right.
    pub number: (f64, Option<(f64, f64)>),
    /// What shows when the pointer rests on the line.
    pub tooltip: String,
}

/// A whole picture.
pub struct Tornado<'a> {
    pub title: &'a str,
    pub note: &'a str,
    pub about: &'a str,
    /// What the axis shows, with its unit.
    pub axis: &'a str,
    /// Colours and words of the bars.
    pub legend: &'a [(&'static str, &'static str)],
    /// Word of the second mark, if there is one.
    pub mark: Option<&'a str>,
    /// What the numbers at the right are.
    pub number: &'a str,
    /// Word of the whiskers.
    pub whisker: &'a str,
    pub lines: Vec<TornadoRow>,
}

/// Rising with the factor, falling, or neither clearly.
pub const UP: &str = colour(0);
pub const DOWN: &str = colour(1);
pub const BOTH: &str = GREY;

impl Tornado<'_> {
    pub fn draw(&self, paper: Paper) -> Svg {
        let place = Place::of(paper);
        let (words, legend) = self.legend(paper);
        let row = ROW + place.above;
        let axis = paper.lines(self.axis, 12.0, paper.width - place.left);
        let body = legend + row * self.lines.len() as f64;
        let mut sheet =
            Sheet::new(paper, body + FOOT + 6.0 + 16.0 * axis.len() as f64, self.title, self.note, self.about);
        self.draw_legend(&mut sheet, &words);
        let (top, foot) = (sheet.top + legend, sheet.top + body);
        let svg = &mut sheet.svg;
        let values = self.lines.iter().flat_map(|line| {
            let ends = line.bars.iter().flat_map(|bar| {
                let (low, high) = bar.interval.unwrap_or((bar.value, bar.value));
                [bar.value, low, high]
            });
            ends.chain(line.mark).collect::<Vec<_>>()
        });
        let scale = Axis::linear(values.chain([0.0]), if paper.is_narrow() { 3 } else { 6 });
        let x = |value: f64| place.left + (place.right - place.left) * scale.place(value);
        for tick in &scale.ticks {
            svg.line(&[(x(*tick), top - 2.0), (x(*tick), foot)], GRID);
            svg.text(x(*tick), foot + 17.0, Anchor::Middle, Ink::Quiet, &scale.write(*tick, Writing::Plain));
        }
        for (at, line) in axis.iter().enumerate() {
            svg.text(place.left, foot + 38.0 + 16.0 * at as f64, Anchor::Start, Ink::Quiet, line);
        }
        let decimals = self.decimals();
        svg.text(place.width, top - 6.0, Anchor::End, Ink::Quiet, self.number);
        for (at, line) in self.lines.iter().enumerate() {
            let middle = top + row * at as f64 + place.above + ROW * 0.5;
            svg.group(&line.tooltip, |svg| draw_line(svg, line, (middle, place), decimals, &x));
        }
        svg.line(&[(x(0.0), top - 2.0), (x(0.0), foot)], RULE);
        sheet.svg
    }

    /// Decimals that show three digits of the largest number; all have the same.
    fn decimals(&self) -> usize {
        let largest = self.lines.iter().fold(0.0_f64, |most, line| most.max(line.number.0.abs()));
        if largest > 0.0 { (2.0 - log10(largest).floor()).clamp(0.0, 12.0) as usize } else { 0 }
    }

    /// The words of the legend, and the height that they take with the room for what the numbers are.
    fn legend(&self, paper: Paper) -> (Vec<(Sign, &str, f64, usize)>, f64) {
        let mut words: Vec<(Sign, &str)> =
            self.legend.iter().map(|(colour, text)| (Sign::Bar(colour), *text)).collect();
        words.extend(self.mark.map(|text| (Sign::Ring, text)));
        if self.lines.iter().flat_map(|line| &line.bars).any(|bar| bar.interval.is_some()) {
            words.push((Sign::Whisker, self.whisker));
        }
        // On a wide page the numbers' heading stands beside the legend.
        let width = if paper.is_narrow() { paper.width } else { paper.width - NUMBERS };
        let places = row_places(width, 40.0, words.iter().map(|(_, text)| text_width(&paper.language.say(text), 12.0)));
        let rows = places.last().map_or(0, |(_, row)| row + 1);
        let below = if paper.is_narrow() { 16.0 } else { 8.0 };
        let words = words.into_iter().zip(places).map(|((sign, text), (x, row))| (sign, text, x, row));
        (words.collect(), 18.0 * rows as f64 + below)
    }

    fn draw_legend(&self, Sheet { svg, top, .. }: &mut Sheet, words: &[(Sign, &str, f64, usize)]) {
        for (sign, text, x, row) in words {
            let y = *top + 6.0 + 18.0 * *row as f64;
            match sign {
                Sign::Bar(colour) => svg.rectangle((*x, y - 6.0), (13.0, 12.0), colour),
                Sign::Ring => svg.ring(x + 6.0, y, 4.5, MARK),
                Sign::Whisker => whisker(svg, *x, x + 13.0, y),
            }
            svg.text(x + 19.0, y + 4.0, Anchor::Start, Ink::Quiet, text);
        }
    }
}

/// What stands before a word of the legend.
enum Sign {
    Bar(&'static str),
    Ring,
    Whisker,
}

const MARK: &str = colour(2);

fn whisker(svg: &mut Svg, from: f64, to: f64, y: f64) {
    let stroke = Stroke { width: 1.4, ..INK };
    svg.line(&[(from, y), (to, y)], stroke);
    for end in [from, to] {
        svg.line(&[(end, y - 4.0), (end, y + 4.0)], stroke);
    }
}

fn draw_line(
    svg: &mut Svg,
    line: &TornadoRow,
    (middle, place): (f64, Place),
    decimals: usize,
    x: &impl Fn(f64) -> f64,
) {
    if place.above > 0.0 {
        svg.text(0.0, middle - 12.5, Anchor::Start, Ink::Quiet, &ending(&line.name, 52));
    } else {
        svg.text(place.left - 10.0, middle + 4.0, Anchor::End, Ink::Quiet, &ending(&line.name, 36));
    }
    for bar in &line.bars {
        let (from, to) = (x(0.0).min(x(bar.value)), x(0.0).max(x(bar.value)));
        svg.rectangle((from, middle - 8.0), (to - from, 16.0), bar.colour);
    }
    for (low, high) in line.bars.iter().filter_map(|bar| bar.interval) {
        whisker(svg, x(low), x(high), middle);
    }
    if let Some(mark) = line.mark {
        svg.ring(x(mark), middle, 4.5, MARK);
    }
    let (value, interval) = line.number;
    let number = |value| number(value, decimals);
    let interval = interval.map(|(low, high)| format!(" ({} to {})", number(low), number(high)));
    let text = number(value) + &interval.unwrap_or_default();
    svg.text(place.width, middle + 4.0, Anchor::End, Ink::Quiet, &text);
}

/// The last parts of a dotted name, as many as fit.
pub fn ending(name: &str, most: usize) -> String {
    let count = name.chars().count();
    if count <= most {
        return name.to_owned();
    }
    let mut parts = name.match_indices('.').map(|(at, _)| &name[at + 1..]);
    match parts.find(|rest| rest.chars().count() < most) {
        Some(rest) => format!("…{rest}"),
        None => ['…'].into_iter().chain(name.chars().skip(count + 1 - most)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_their_end() {
        assert_eq!(ending("mechanisms.diffusion.xi_open", 40), "mechanisms.diffusion.xi_open");
        assert_eq!(ending("mechanisms.diffusion.xi_open", 20), "…diffusion.xi_open");
        assert_eq!(ending("mechanisms.diffusion.xi_open", 6), "…_open");
    }

    #[test]
    fn bars_stand_on_one_scale_from_zero() {
        let line = |value: f64| TornadoRow {
            name: "f".to_owned(),
            bars: vec![TornadoBar { value, interval: None, colour: UP }],
            mark: None,
            number: (value, None),
            tooltip: String::new(),
        };
        let lines = vec![line(4.0), line(-2.0), line(1.0)];
        let tornado = Tornado {
            title: "",
            note: "",
            about: "",
            axis: "",
            legend: &[],
            mark: None,
            number: "",
            whisker: "",
            lines,
        };
        let text = maud::Render::render(&tornado.draw(Paper::default())).into_string();
        let widths: Vec<f64> = text
            .lines()
            .filter(|line| line.starts_with("<rect"))
            .map(|line| line.split(" width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert!((widths[0] - 2.0 * widths[1]).abs() < 0.3 && (widths[1] - 2.0 * widths[2]).abs() < 0.3, "{widths:?}");
        assert!(!text.contains("NaN"));
    }
}
