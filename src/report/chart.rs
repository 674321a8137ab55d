//! The parts of a chart: axes over months, lines, fans, stacked areas, bars and labels at line ends.

use super::{
    scale::{Axis, Writing, year_ticks},
    svg::{Anchor, GRID, INK, Ink, RULE, Stroke, Svg, text_width},
    told::{Months, Plot, Told},
};
use crate::{report::stat::Stat, scenario::Month};

/// Half the width of a year.
const EDGE: f64 = 16.0;

/// A rectangle to draw in.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Time across, a value upward.
pub struct Axes {
    pub frame: Frame,
    pub first: Month,
    pub last: Month,
    pub scale: Axis,
    pub writing: Writing,
}

impl Axes {
    pub fn x(&self, month: Month) -> f64 {
        let whole = self.last.since(self.first).max(1) as f64;
        self.frame.x + self.frame.width * (month.since(self.first) as f64 / whole).clamp(0.0, 1.0)
    }

    pub fn y(&self, value: f64) -> f64 {
        self.frame.y + self.frame.height * (1.0 - self.scale.place(value))
    }

    /// The months across.
    pub fn months(&self) -> Months {
        let count = usize::try_from(self.last.since(self.first)).unwrap_or_default() + 1;
        Months { first: self.first, count }
    }

    /// These lines as the numbers of a plot in its frame.
    pub fn plot(&self, title: &str, unit: &str, lines: Vec<Told>) -> Plot {
        let Frame { x, y, width, height } = self.frame;
        Plot::new([x, y, width, height], self.writing == Writing::Percent, self.months(), (title, unit), lines)
    }

    fn point(&self, month: Month, value: f64) -> (f64, f64) {
        (self.x(month), self.y(value))
    }

    /// Grid and ticks of the values, and the line at the foot.
    pub fn draw_values(&self, svg: &mut Svg) {
        let Frame { x, y, width, height } = self.frame;
        for tick in &self.scale.ticks {
            let at = self.y(*tick);
            svg.line(&[(x, at), (x + width, at)], GRID);
            svg.text(x - 7.0, at + 4.0, Anchor::End, Ink::Quiet, &self.scale.write(*tick, self.writing));
        }
        if self.scale.crosses_zero() {
            svg.line(&[(x, self.y(0.0)), (x + width, self.y(0.0))], RULE);
        }
        svg.line(&[(x, y + height), (x + width, y + height)], RULE);
    }

    /// Writes a name under each of equal slots, every second or third one where they are many.
    pub fn name_slots<'a>(&self, svg: &mut Svg, names: impl ExactSizeIterator<Item = &'a str>) {
        let slot = self.frame.width / names.len().max(1) as f64;
        let every = (40.0 / slot).ceil().max(1.0) as usize;
        for (at, name) in names.enumerate().step_by(every) {
            let x = self.frame.x + slot * (at as f64 + 0.5);
            svg.text(x, self.frame.y + self.frame.height + 19.0, Anchor::Middle, Ink::Quiet, name);
        }
    }

    /// Grid, ticks and years.
    pub fn draw(&self, svg: &mut Svg) {
        self.draw_values(svg);
        self.draw_months(svg);
    }

    /// Years, or the months where there are none.
    pub fn draw_months(&self, svg: &mut Svg) {
        let Frame { x, y, width, height } = self.frame;
        let foot = y + height;
        let years = year_ticks(self.first, self.last, (width / 48.0) as usize);
        for january in &years {
            let at = self.x(*january);
            svg.line(&[(at, foot), (at, foot + 5.0)], RULE);
            // A year at the very edge of the picture begins there.
            let (at, anchor) = if at < EDGE { (0.0, Anchor::Start) } else { (at, Anchor::Middle) };
            svg.text(at, foot + 19.0, anchor, Ink::Quiet, &january.year().to_string());
        }
        if years.is_empty() {
            svg.text(x, foot + 19.0, Anchor::Start, Ink::Quiet, &self.first.to_string());
            if self.last > self.first {
                svg.text(x + width, foot + 19.0, Anchor::End, Ink::Quiet, &self.last.to_string());
            }
        }
    }
}

/// The months in which at least a tenth of the runs have a value; fewer say nothing of the whole.
fn told(stats: &[Stat], runs: u32) -> Vec<Stat> {
    stats.iter().filter(|stat| 10 * u64::from(stat.n) >= u64::from(runs)).copied().collect()
}

/// Pieces of a series without a break in time, and whether most of the runs are behind the piece. Neighbouring pieces
/// share a month, so that lines join.
fn pieces(stats: &[Stat], runs: u32) -> Vec<(bool, &[Stat])> {
    let firm = |stat: &Stat| 2 * u64::from(stat.n) >= u64::from(runs);
    let mut pieces = Vec::new();
    let mut from = 0;
    for at in 1..=stats.len() {
        let broken = stats.get(at).is_none_or(|stat| stat.date.since(stats[at - 1].date) > 1);
        if broken {
            pieces.push((firm(&stats[from]), &stats[from..at]));
            from = at;
        } else if firm(&stats[at]) != firm(&stats[from]) {
            pieces.push((firm(&stats[from]), &stats[from..=at]));
            from = at;
        }
    }
    pieces
}

/// How a fan is drawn.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub colour: &'a str,
    pub width: f64,
    /// Whether the bands are drawn too.
    pub bands: bool,
    pub dashes: &'a str,
    /// Runs of the scenario; where fewer than half have a value the line fades and has no bands.
    pub runs: u32,
}

/// Draws the median, with the 50 % and 90 % bands if asked; where luck is told apart from doubt, with the 90 % bands of luck and of
/// both.
pub fn fan(svg: &mut Svg, axes: &Axes, stats: &[Stat], look: Look<'_>) {
    let told = told(stats, look.runs);
    let pieces = pieces(&told, look.runs);
    if look.bands && look.runs > 1 {
        for (_, piece) in pieces.iter().filter(|(most, _)| *most) {
            let edge = |level: usize| -> Vec<_> {
                piece.iter().map(|stat| axes.point(stat.date, stat.quantiles[level])).collect()
            };
            svg.band(&edge(4), &edge(0), look.colour, 0.15);
            match piece.iter().map(Stat::band_of_luck).collect::<Option<Vec<_>>>() {
                None => svg.band(&edge(3), &edge(1), look.colour, 0.25),
                Some(luck) => {
                    let at = |end: &dyn Fn(&(f64, f64)) -> f64| -> Vec<_> {
                        piece.iter().zip(&luck).map(|(stat, band)| axes.point(stat.date, end(band))).collect()
                    };
                    svg.band(&at(&|band| band.1), &at(&|band| band.0), look.colour, 0.25);
                }
            }
        }
    }
    for (most, piece) in pieces {
        let points: Vec<_> = piece.iter().map(|stat| axes.point(stat.date, stat.median())).collect();
        let opacity = if most { 1.0 } else { 0.3 };
        svg.line(&points, Stroke { colour: look.colour, width: look.width, opacity, dashes: look.dashes });
    }
}

/// A label that wants to stand at a height.
pub struct EndLabel {
    pub y: f64,
    pub text: String,
    pub colour: String,
}

/// Writes labels beside the right end of the frame, moved apart where they would overlap.
pub fn end_labels(svg: &mut Svg, frame: Frame, mut labels: Vec<EndLabel>) {
    const GAP: f64 = 14.0;
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut places: Vec<f64> = Vec::with_capacity(labels.len());
    for label in &labels {
        let above = places.last().map_or(f64::NEG_INFINITY, |last| last + GAP);
        places.push(label.y.max(above).max(frame.y));
    }
    let mut below = frame.y + frame.height + 4.0;
    for place in places.iter_mut().rev() {
        *place = place.min(below);
        below = *place - GAP;
    }
    let x = frame.x + frame.width;
    for (label, place) in labels.iter().zip(places) {
        svg.line(
            &[(x + 2.0, label.y), (x + 10.0, place)],
            Stroke { opacity: 0.5, ..Stroke::solid(&label.colour, 1.0) },
        );
        svg.text(x + 13.0, place + 4.0, Anchor::Start, Ink::Label(&label.colour), &label.text);
    }
}

/// Room that labels at line ends need.
pub fn label_room<'a>(texts: impl Iterator<Item = &'a str>) -> f64 {
    texts.map(|text| text_width(text, 12.5)).fold(20.0, f64::max).min(200.0) + 22.0
}

/// A text cut to a length that fits beside a chart.
pub fn shortened(text: &str) -> String {
    if text.chars().count() <= 26 { text.to_owned() } else { text.chars().take(25).chain(['…']).collect() }
}

/// One layer of a stacked area.
pub struct AreaLayer {
    pub name: String,
    pub colour: String,
    /// Colour of its label.
    pub ink: String,
    /// A share by month.
    pub shares: Vec<f64>,
}

/// Draws layers on top of each other from the foot, with a thin line of paper between.
pub fn stack(svg: &mut Svg, axes: &Axes, months: &[Month], layers: &[AreaLayer]) -> Vec<EndLabel> {
    let mut floor = vec![0.0; months.len()];
    let mut labels = Vec::new();
    for layer in layers {
        let top: Vec<f64> = floor.iter().zip(&layer.shares).map(|(under, share)| under + share).collect();
        let edge = |values: &[f64]| -> Vec<_> {
            months.iter().zip(values).map(|(month, value)| axes.point(*month, *value)).collect()
        };
        let (upper, lower) = (edge(&top), edge(&floor));
        svg.group(&layer.name, |svg| svg.band(&upper, &lower, &layer.colour, 1.0));
        svg.line(&upper, Stroke::solid("#ffffff", 1.0));
        if let (Some(under), Some(over)) = (lower.last(), upper.last()) {
            let text = match layer.shares.last() {
                Some(share) => format!("{} {:.0} %", layer.name, share * 100.0),
                None => layer.name.clone(),
            };
            labels.push(EndLabel { y: (under.1 + over.1) / 2.0, text, colour: layer.ink.clone() });
        }
        floor = top;
    }
    labels
}

/// Bars of parts that may be negative, one for each year: positive parts upward from zero, negative ones downward, a
/// dark line at their sum.
pub fn part_bars(svg: &mut Svg, axes: &Axes, years: &[(String, Vec<f64>)], colours: &[&str]) {
    let Frame { x, width, .. } = axes.frame;
    let slot = width / years.len().max(1) as f64;
    let bar = (slot * 0.7).min(40.0);
    for (at, (year, parts)) in years.iter().enumerate() {
        let left = x + slot * at as f64 + (slot - bar) / 2.0;
        let (mut up, mut down) = (0.0, 0.0);
        let sum: f64 = parts.iter().sum();
        svg.group(&format!("{year}: {sum:.2} nats in sum"), |svg| {
            for (part, colour) in parts.iter().zip(colours) {
                let base = if *part >= 0.0 { &mut up } else { &mut down };
                let (from, to) = (axes.y(*base), axes.y(*base + part));
                *base += part;
                svg.rectangle((left, from.min(to)), (bar, (from - to).abs()), colour);
            }
            let at = axes.y(sum);
            svg.line(&[(left - 2.0, at), (left + bar + 2.0, at)], INK);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(month: u32, n: u32) -> Stat {
        let date = Month::new(2023, 1).unwrap().plus(month);
        Stat { date, n, mean: 1.0, quantiles: [1.0; 5], luck: None }
    }

    #[test]
    fn a_series_is_cut_at_gaps_and_where_runs_become_few() {
        let stats = [stat(0, 10), stat(1, 9), stat(2, 4), stat(3, 3), stat(8, 3)];
        let found: Vec<_> = pieces(&stats, 10).iter().map(|(most, piece)| (*most, piece.len())).collect();
        assert_eq!(found, [(true, 3), (false, 2), (false, 1)]);
        assert!(pieces(&[], 10).is_empty());
        assert_eq!(told(&stats, 40).len(), 3);
    }

    #[test]
    fn labels_stand_apart_and_inside() {
        let mut svg = Svg::new(100.0, 100.0, "");
        let frame = Frame { x: 0.0, y: 0.0, width: 50.0, height: 80.0 };
        let label = |y, text: &str| EndLabel { y, text: text.to_owned(), colour: "#000".to_owned() };
        end_labels(&mut svg, frame, vec![label(80.0, "a"), label(80.0, "b"), label(79.0, "c")]);
        let text = maud::Render::render(&svg).into_string();
        let heights: Vec<f64> = text
            .lines()
            .filter(|line| line.starts_with("<text"))
            .map(|line| line.split("y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(heights, [60.0, 74.0, 88.0]);
    }
}
