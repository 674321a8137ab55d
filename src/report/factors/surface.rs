//! The surface of an outcome over the two factors that it goes with most: a quadratic fit, or means where both took few values.

use super::{
    effects::{Effects, is_choice, pairs},
    plane::{Along, MOST_DOTS, Plane, setting},
    read::SampledScenario,
};
use crate::{
    analysis::association::Surface,
    declare::table::Column,
    experiment::design::Factor,
    report::{
        chart::Frame,
        findings::words,
        palette::{colour, tint},
        scale::significant,
        sensitivity::ending,
        sheet::{FOOT, LEFT, Paper, Sheet},
        svg::{Anchor, Ink, Svg},
        told,
    },
};

const HEIGHT: f64 = 370.0;
/// Cells of a fitted surface along each side.
const ACROSS: usize = 32;
const UP: usize = 20;
/// Shades of the surface.
const SHADES: usize = 10;
/// Most values of a factor whose means are shown as they are.
const FEW: usize = 12;
/// Room for the key of the shades.
const KEY: f64 = 150.0;
const NARROW_KEY: f64 = 100.0;

/// A place of the surface: where its cell begins and ends on each axis, from 0 to 1, and the outcome there.
struct Cell {
    corner: (f64, f64),
    size: (f64, f64),
    /// What both factors are set to there.
    settings: (f64, f64),
    value: f64,
}

/// What was sampled of two factors and an outcome.
struct Sampled {
    places: Vec<(f64, f64)>,
    values: Vec<f64>,
}

/// Draws the surface; `None` where fewer than two factors vary, or too few points tell.
pub fn draw(
    paper: Paper,
    (sampled, outcome): (&SampledScenario, usize),
    effects: &Effects,
    factors: &[Factor],
    what: &str,
) -> Option<(Svg, String)> {
    let pair = pair(sampled, outcome, effects, factors)?;
    let [a, b] = pair.map(|at| &factors[at]);
    let found = both(sampled, outcome, pair);
    let axes = [a, b].into_iter().zip([0, 1]).map(|(factor, side)| {
        Along::of(factor, found.places.iter().map(|place| if side == 0 { place.0 } else { place.1 }))
    });
    let [x, y]: [Along; 2] = axes.collect::<Vec<_>>().try_into().ok()?;
    let column = &effects.outcome;
    let (cells, how) = match means(&found, &x, &y) {
        Some(cells) => (cells, "The mean over the runs with each pair of values.".to_owned()),
        None => fitted(&found, &x, &y, column)?,
    };
    let note = format!("Over {} (across) and {} (up)", a.parameter, b.parameter);
    let Sheet { mut svg, top, .. } = Sheet::new(paper, HEIGHT, what, &note, &effects.scenario);
    let (left, key) = if paper.is_narrow() { (LEFT, NARROW_KEY) } else { (LEFT + 30.0, KEY) };
    let frame = Frame { x: left, y: top + 26.0, width: paper.width - left - key, height: HEIGHT - 26.0 - FOOT - 16.0 };
    let plane = Plane { frame, x, y };
    plane.draw(&mut svg, &ending(&a.parameter, 60));
    shades(&mut svg, frame, &cells, column);
    svg.text(0.0, frame.y - 10.0, Anchor::Start, Ink::Quiet, &ending(&b.parameter, 60));
    let dots: Vec<(f64, f64)> = found.places.iter().map(|(a, b)| plane.at(*a, *b)).collect();
    if dots.len() <= MOST_DOTS {
        svg.dots(&dots, 1.2, "#1b1f23", 0.45);
    }
    let rows = cells
        .iter()
        .map(|cell| vec![setting(a, cell.settings.0), setting(b, cell.settings.1), told::short(cell.value).into()]);
    svg.list(&[&a.parameter, &b.parameter, column.name], rows.collect());
    Some((svg, format!("{how} Dots are the points of the design.")))
}

/// The two factors that the outcome goes with most and that a surface can be drawn over.
fn pair(sampled: &SampledScenario, outcome: usize, effects: &Effects, factors: &[Factor]) -> Option<[usize; 2]> {
    let ranked: Vec<usize> = effects.list.iter().map(|effect| effect.factor).collect();
    let is_few = |factor: usize| {
        let mut values: Vec<f64> = pairs(sampled, outcome, factor).map(|(x, _)| x).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values.len() <= FEW
    };
    let [first, second] = *ranked.get(..2)? else { return None };
    if is_few(first) && is_few(second) {
        return Some([first, second]);
    }
    let mut numbers = ranked.into_iter().filter(|at| factors.get(*at).is_some_and(|factor| !is_choice(factor)));
    Some([numbers.next()?, numbers.next()?])
}

fn both(sampled: &SampledScenario, outcome: usize, [a, b]: [usize; 2]) -> Sampled {
    let found = sampled.points.iter().filter_map(|point| {
        let moments = point.outcomes.get(outcome).filter(|moments| moments.n > 0)?;
        Some((((*point.settings.get(a)?)?, (*point.settings.get(b)?)?), moments.mean))
    });
    let (places, values) = found.unzip();
    Sampled { places, values }
}

/// The values that a side took, and where their cells end.
fn distinct(values: impl Iterator<Item = f64>, along: &Along) -> (Vec<f64>, Vec<f64>) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let places: Vec<f64> = values.iter().map(|value| along.place(*value)).collect();
    // The outer cells are as wide as those next to them.
    let half = |pair: Option<&[f64]>| pair.map_or(0.5, |pair| (pair[1] - pair[0]) / 2.0);
    let (first, last) = (half(places.windows(2).next()), half(places.windows(2).next_back()));
    let mut ends: Vec<f64> = places.iter().take(1).map(|place| (place - first).max(0.0)).collect();
    ends.extend(places.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0));
    ends.extend(places.last().map(|place| (place + last).min(1.0)));
    (values, ends)
}

/// Means by pair of values, where both factors took few.
fn means(found: &Sampled, x: &Along, y: &Along) -> Option<Vec<Cell>> {
    let (across, x_ends) = distinct(found.places.iter().map(|place| place.0), x);
    let (up, y_ends) = distinct(found.places.iter().map(|place| place.1), y);
    if across.len() > FEW || up.len() > FEW || across.len() < 2 || up.len() < 2 {
        return None;
    }
    let mut sums = vec![(0.0, 0.0); across.len() * up.len()];
    for ((a, b), value) in found.places.iter().zip(&found.values) {
        let place = |values: &[f64], value: f64| values.iter().position(|known| *known == value);
        let at = place(&up, *b)? * across.len() + place(&across, *a)?;
        sums[at] = (sums[at].0 + value, sums[at].1 + 1.0);
    }
    let cells = sums.iter().enumerate().filter(|(_, sum)| sum.1 > 0.0).map(|(at, (sum, n))| {
        let (column, row) = (at % across.len(), at / across.len());
        let corner = (x_ends[column], y_ends[row]);
        let size = (x_ends[column + 1] - corner.0, y_ends[row + 1] - corner.1);
        Cell { corner, size, settings: (across[column], up[row]), value: sum / n }
    });
    Some(cells.collect())
}

/// A quadratic surface along the axes, and how well it holds.
fn fitted(found: &Sampled, x: &Along, y: &Along, column: &Column<'_>) -> Option<(Vec<Cell>, String)> {
    let unit = |along: &Along, value: f64| 2.0 * along.place(value) - 1.0;
    let places: Vec<(f64, f64)> = found.places.iter().map(|(a, b)| (unit(x, *a), unit(y, *b))).collect();
    let surface = Surface::fit(&places, &found.values)?;
    // Beyond what was sampled the fit says nothing.
    let range = |side: fn(&(f64, f64)) -> f64| {
        let values = places.iter().map(side);
        values.fold((1.0_f64, -1.0_f64), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (across, up) = (range(|place| place.0), range(|place| place.1));
    let size = |range: (f64, f64), cells: usize| (range.1 - range.0) / cells as f64;
    let (width, height) = (size(across, ACROSS), size(up, UP));
    let cells = (0..ACROSS * UP).map(|at| {
        let (a, b) = (across.0 + width * (at % ACROSS) as f64, up.0 + height * (at / ACROSS) as f64);
        let value = surface.at(a + width / 2.0, b + height / 2.0);
        let (corner, size) = (((a + 1.0) / 2.0, (b + 1.0) / 2.0), (width / 2.0, height / 2.0));
        let settings = (x.at(corner.0 + size.0 / 2.0), y.at(corner.1 + size.1 / 2.0));
        Cell { corner, size, settings, value }
    });
    let how = format!(
        "A quadratic fit over {} points: it explains {} of the variance between them, and points lie {} from it (residual standard \
         deviation).",
        found.values.len(),
        words::percent(surface.explained),
        words::quantity(surface.residual_sd, column)
    );
    Some((cells.collect(), how))
}

/// The colour of a shade: light is low, dark is high, in grey print too.
fn shade(at: usize) -> String {
    tint(colour(0), 0.92 - 0.92 * at as f64 / (SHADES - 1) as f64)
}

fn shades(svg: &mut Svg, frame: Frame, cells: &[Cell], column: &Column<'_>) {
    let ends = cells
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), cell| (low.min(cell.value), high.max(cell.value)));
    let step = (ends.1 - ends.0) / SHADES as f64;
    let of = |value: f64| if step > 0.0 { (((value - ends.0) / step) as usize).min(SHADES - 1) } else { 0 };
    for cell in cells {
        // A little more than its size, so that no paper shows between cells.
        let (width, height) = (frame.width * cell.size.0 + 0.3, frame.height * cell.size.1 + 0.3);
        let corner =
            (frame.x + frame.width * cell.corner.0, frame.y + frame.height * (1.0 - cell.corner.1 - cell.size.1));
        let value = words::quantity(cell.value, column);
        let draw = |svg: &mut Svg| svg.cells(&[corner], (width, height), &shade(of(cell.value)), 1.0);
        if cells.len() <= FEW * FEW { svg.group(&value, draw) } else { draw(svg) }
    }
    let (x, height) = (frame.x + frame.width + 26.0, frame.height / SHADES as f64);
    for at in 0..SHADES {
        let y = frame.y + frame.height - height * (at + 1) as f64;
        svg.cells(&[(x, y)], (18.0, height + 0.3), &shade(at), 1.0);
    }
    for at in [0, SHADES / 2, SHADES] {
        let y = frame.y + frame.height - height * at as f64;
        svg.text(x + 26.0, y + 4.0, Anchor::Start, Ink::Quiet, &significant(ends.0 + step * at as f64));
    }
    let unit = match column.unit {
        "1" => "",
        unit => unit,
    };
    svg.text(x, frame.y + frame.height + 20.0, Anchor::Start, Ink::Quiet, unit);
}
