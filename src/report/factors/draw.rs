//! The pictures of a design: how closely outcomes go with each factor, the outcome against the strongest of them, and its surface
//! over two.

use super::{
    effects::{Effect, Effects, is_choice, pairs},
    plane::{Along, MOST_DOTS, Plane, setting},
    read::SampledScenario,
    surface,
};
use crate::{
    experiment::design::{Factor, Method},
    report::{
        chart::Frame,
        data::ReportData,
        figures::{Figure, file_name},
        findings::{called, effects, words},
        palette::colour,
        scale::{Axis, Writing, significant},
        sensitivity::{
            self, ending,
            tornado::{DOWN, MOST, Tornado, TornadoBar, TornadoRow, UP},
        },
        sheet::{CELL, Paper, Sheet, cells as grid},
        svg::{INK, RULE, Stroke, Svg},
        told,
    },
};
use serde_json::Value;

/// Factors that the outcome is drawn against.
const STRONGEST: usize = 6;
const COLUMNS: usize = 3;
/// Cells of a panel that counts points.
const CELLS: (usize, usize) = (36, 22);
/// Shades of these counts.
const SHADES: usize = 6;
/// Parts of equally many points whose means are drawn, and the fewest points of a part.
const PARTS: usize = 8;
const FEWEST: usize = 5;

/// The pictures of every outcome that is looked at, under each scenario that is.
pub fn figures(folder: &ReportData) -> Vec<Figure> {
    let mut figures = Vec::new();
    let Some(manifest) = &folder.manifest else { return figures };
    let (factors, one_by_one) =
        (&manifest.experiment.design.factors, manifest.experiment.design.method == Method::OneAtATime);
    for found in effects(folder) {
        let Some((at, sampled)) = folder.sampled.iter().enumerate().find(|(_, one)| one.scenario == found.scenario)
        else {
            continue;
        };
        let Some(outcome) = sampled.outcomes.iter().position(|column| column.name == found.outcome.name) else {
            continue;
        };
        let several = folder.sampled.len() > 1;
        let suffix = if several { format!("-{}", file_name(&found.scenario, at)) } else { String::new() };
        let name = |kind: &str| format!("{kind}_{}{suffix}", found.outcome.name);
        let what = called(folder, &found.outcome);
        let mut add = |kind: &str, draw: &dyn Fn(Paper) -> Option<(Svg, String)>| {
            figures.extend(Figure::drawn(name(kind), folder.language, draw));
        };
        if !one_by_one {
            add("factors", &|paper| Some(bars(paper, &found, factors, &what)));
        } else {
            add("factors", &|paper| swings(paper, folder, &found));
        }
        add("against", &|paper| Some(against(paper, (sampled, outcome), &found, factors, &what)));
        if !one_by_one {
            add("surface", &|paper| surface::draw(paper, (sampled, outcome), &found, factors, &what));
        }
    }
    figures
}

/// What moving one factor at a time does, as the analysis of sensitivity draws it.
fn swings(paper: Paper, folder: &ReportData, found: &Effects) -> Option<(Svg, String)> {
    let swings = folder.swings.as_ref()?;
    let own = swings.list.iter().find(|one| {
        one.outcome.name == found.outcome.name
            && swings.scenario(one.scenario) == found.scenario
            && one.indices.lack.is_none()
    })?;
    let caption = format!(
        "How far the outcome moves from the base point when one factor goes to an end of its range and all others stay; whiskers are \
         {} intervals over replicates. Factors that work only together do not show.",
        swings.confidence()
    );
    Some((sensitivity::picture(paper, swings, own), caption))
}

/// How closely the outcome goes with each factor.
fn bars(paper: Paper, found: &Effects, factors: &[Factor], what: &str) -> (Svg, String) {
    let line = |effect: &Effect| {
        let (association, factor) = (effect.association, factors.get(effect.factor)?);
        let (value, interval) = (association.value, association.interval);
        let colour = if value < 0.0 { DOWN } else { UP };
        let tooltip = words::goes_with(&factor.parameter, effect.is_ratio, value, interval);
        let bars = vec![TornadoBar { value, interval, colour }];
        Some(TornadoRow { name: factor.parameter.clone(), bars, mark: None, number: (value, interval), tooltip })
    };
    let lines: Vec<TornadoRow> = found.list.iter().take(MOST).filter_map(line).collect();
    let drawn = Tornado {
        title: "What it turns on",
        note: what,
        about: &found.scenario,
        axis: "Rank correlation with the factor; of choices the correlation ratio, which has no sign",
        legend: &[(UP, "rises with the factor, or differs by choice"), (DOWN, "falls")],
        mark: None,
        number: "correlation (95 %)",
        whisker: "95 % interval",
        lines,
    };
    let more = found.list.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" {more} weaker factors are left out.") } else { String::new() };
    let caption = format!(
        "Over {} points of the design, the mean of the runs at each. An interval across zero: luck could give it. What the outcome goes \
         with is a statement about the ranges of this design.{more}",
        found.points
    );
    let mut svg = drawn.draw(paper);
    let rows = found.list.iter().filter_map(|effect| {
        let (association, factor) = (effect.association, factors.get(effect.factor)?);
        let (low, high) = association.interval.unzip();
        let measure = if effect.is_ratio { "correlation ratio" } else { "rank correlation" };
        let words = [found.outcome.name, &found.scenario, &factor.parameter, measure].map(Value::from);
        Some(words.into_iter().chain([Some(association.value), low, high].map(Value::from)).collect())
    });
    svg.list(&["outcome", "scenario", "parameter", "measure", "value", "low", "high"], rows.collect());
    (svg, caption)
}

/// The outcome against each of the strongest factors.
fn against(
    paper: Paper,
    (sampled, outcome): (&SampledScenario, usize),
    found: &Effects,
    factors: &[Factor],
    what: &str,
) -> (Svg, String) {
    let shown: Vec<usize> = found.list.iter().take(STRONGEST).map(|effect| effect.factor).collect();
    let unit = match found.outcome.unit {
        "1" | "" => String::new(),
        unit => format!(", {unit}"),
    };
    let (_, height) = grid(paper, 0.0, shown.len(), COLUMNS);
    let (title, note) = (format!("{what}{unit}"), "Against each of the strongest factors");
    let Sheet { mut svg, top, .. } = Sheet::new(paper, height, &title, note, &found.scenario);
    let writing = if words::is_share(&found.outcome) { Writing::Percent } else { Writing::Plain };
    let base = base(sampled, outcome);
    let all: Vec<f64> =
        shown.iter().flat_map(|factor| pairs(sampled, outcome, *factor)).map(|(_, y)| y).chain(base).collect();
    let scale = Axis::linear(all.iter().copied(), 5);
    let mut counted = false;
    let (cells, _) = grid(paper, top, shown.len(), COLUMNS);
    for (factor, cell) in shown.iter().zip(cells) {
        let Some(about) = factors.get(*factor) else { continue };
        let frame = Frame { x: cell.x + 52.0, y: cell.y + 8.0, width: cell.width - 52.0 - 18.0, height: CELL - 62.0 };
        let values: Vec<(f64, f64)> = pairs(sampled, outcome, *factor).collect();
        let along = Along::of(about, values.iter().map(|(x, _)| *x));
        let plane = Plane { frame, x: along, y: Along::Numbers(scale.clone(), writing) };
        plane.draw(&mut svg, &ending(&about.parameter, 34));
        counted |= panel(&mut svg, &plane, &values, is_choice(about));
        if let Some(base) = base {
            let height = plane.at(0.0, base).1;
            svg.line(&[(frame.x, height), (frame.x + frame.width, height)], Stroke { dashes: "4 3", ..RULE });
        }
    }
    let rows = shown.iter().filter_map(|factor| Some((*factor, factors.get(*factor)?)));
    let rows = rows.flat_map(|(at, factor)| {
        let numbers: Vec<(f64, f64)> = pairs(sampled, outcome, at).collect();
        // Of very many points the line alone is drawn one by one.
        let numbers = if numbers.len() > MOST_DOTS { parts(&numbers, is_choice(factor)) } else { numbers };
        let row = |(x, y): (f64, f64)| vec![factor.parameter.clone().into(), setting(factor, x), told::short(y).into()];
        numbers.into_iter().map(row).collect::<Vec<_>>()
    });
    svg.list(&["parameter", "value", found.outcome.name], rows.collect());
    let dots = if counted {
        "Darker cells hold more points of the design"
    } else {
        "A dot is a point of the design, the mean of its runs"
    };
    let line = match base {
        Some(base) => format!("dashed: the base point, {}", significant(base)),
        None => format!("the line: means of up to {PARTS} parts of equally many points"),
    };
    (svg, format!("{dots}; {line}."))
}

/// What the outcome came to at a point that leaves all factors as the scenario has them, if there is one.
fn base(sampled: &SampledScenario, outcome: usize) -> Option<f64> {
    let point = sampled.points.iter().find(|point| point.settings.iter().all(Option::is_none))?;
    point.outcomes.get(outcome).filter(|moments| moments.n > 0).map(|moments| moments.mean)
}

/// The points of a panel with their means; whether they are counted in cells.
fn panel(svg: &mut Svg, plane: &Plane, values: &[(f64, f64)], side_by_side: bool) -> bool {
    let counted = values.len() > MOST_DOTS;
    if counted {
        cells(svg, plane, values);
    } else {
        // Choices stand side by side, so their dots are spread over some of the room of each.
        let places: Vec<(f64, f64)> = values
            .iter()
            .enumerate()
            .map(|(at, (x, y))| {
                let (x, y) = plane.at(*x, *y);
                let aside = if side_by_side { ((at * 37) % 41) as f64 / 41.0 - 0.5 } else { 0.0 };
                (x + 24.0 * aside, y)
            })
            .collect();
        let radius = match places.len() {
            0..=40 => 3.4,
            41..=400 => 2.2,
            _ => 1.4,
        };
        svg.dots(&places, radius, colour(0), if places.len() > 400 { 0.4 } else { 0.6 });
    }
    let means = parts(values, side_by_side);
    let means: Vec<(f64, f64)> = means.iter().map(|(x, y)| plane.at(*x, *y)).collect();
    if side_by_side {
        for (x, y) in means {
            svg.line(&[(x - 15.0, y), (x + 15.0, y)], INK);
        }
    } else if means.len() > 1 {
        svg.line(&means, INK);
    }
    counted
}

/// How many points stand in each cell of a panel, in shades.
fn cells(svg: &mut Svg, plane: &Plane, values: &[(f64, f64)]) {
    let mut counts = vec![0_usize; CELLS.0 * CELLS.1];
    let cell = |share: f64, cells: usize| ((share * cells as f64) as usize).min(cells - 1);
    for (x, y) in values {
        counts[cell(plane.y.place(*y), CELLS.1) * CELLS.0 + cell(plane.x.place(*x), CELLS.0)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let Frame { x, y, width, height } = plane.frame;
    let (wide, high) = (width / CELLS.0 as f64, height / CELLS.1 as f64);
    for shade in 0..SHADES {
        let is_own = |count: usize| count > 0 && (count * SHADES).div_ceil(most) == shade + 1;
        let own = counts
            .iter()
            .enumerate()
            .filter(|(_, count)| is_own(**count))
            .map(|(at, _)| (x + wide * (at % CELLS.0) as f64, y + height - high * (at / CELLS.0 + 1) as f64));
        let own: Vec<(f64, f64)> = own.collect();
        svg.cells(&own, (wide, high), colour(0), 0.15 + 0.85 * (shade + 1) as f64 / SHADES as f64);
    }
}

/// Mean places of parts of equally many points, in the order of the factor; of choices a part each.
fn parts(values: &[(f64, f64)], side_by_side: bool) -> Vec<(f64, f64)> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |part: &[(f64, f64)]| {
        let sum = part.iter().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x, sum.1 + y));
        (sum.0 / part.len() as f64, sum.1 / part.len() as f64)
    };
    let distinct = sorted.chunk_by(|a, b| a.0 == b.0).count();
    if side_by_side || distinct <= PARTS {
        return sorted.chunk_by(|a, b| a.0 == b.0).map(mean).collect();
    }
    let size = sorted.len().div_ceil(PARTS).max(FEWEST);
    sorted.chunks(size).filter(|part| part.len() >= FEWEST).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_equally_many_points_and_choices_stand_alone() {
        let values: Vec<(f64, f64)> = (0..80).map(|at| (f64::from(79 - at), f64::from(79 - at) * 2.0)).collect();
        let found = parts(&values, false);
        assert_eq!((found.len(), found[0], found[7]), (8, (4.5, 9.0), (74.5, 149.0)));
        let choices: Vec<(f64, f64)> = (0..20).map(|at| (f64::from(at % 2), f64::from(at))).collect();
        assert_eq!(parts(&choices, true), [(0.0, 9.0), (1.0, 10.0)]);
        assert!(parts(&[], false).is_empty());
    }
}
