//! The picture of differences by month: for each scenario the mean difference with its interval, and the bands of single pairs of runs.

use super::{Act, STATES, WORLD, followed};
use crate::{
    output::{difference_rows::DifferenceOverTimeRow, manifest::ScenarioEntry},
    report::{
        Language,
        about::About,
        chart::{Axes, Frame},
        data::ReportData,
        figures::Figure,
        mark::{self, Mark},
        palette,
        scale::{Axis, Writing},
        sheet::{LEFT, Paper, Sheet, cells},
        stat::Stat,
        svg::{Anchor, Ink, RULE, Stroke, Svg, text_width},
        told::Told,
    },
    scenario::Month,
};

/// A scenario's differences in one indicator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Band {
    /// How pairs of runs differ, by month.
    pub stats: Vec<Stat>,
    /// The 95 % interval of the mean difference in each of these months; `None` where there is none.
    pub intervals: Vec<Option<(f64, f64)>>,
}

/// The differences in one indicator.
#[derive(Clone, Debug)]
pub(crate) struct Panel {
    /// The indicator and its unit.
    pub title: String,
    /// How ticks are written.
    pub writing: Writing,
    /// By scenario, in the order of their names.
    pub bands: Vec<Band>,
}

/// What a picture of differences shows.
pub(crate) struct Picture<'a> {
    /// Its file's name.
    pub name: &'a str,
    /// Its title and what stands below.
    pub title: &'a str,
    /// The scenario that the others are held against.
    pub against: &'a str,
    /// The others.
    pub scenarios: &'a [&'a str],
    /// First and last month.
    pub span: (Month, Month),
    /// What acts in some scenarios and in others not, with the words for whose it is.
    pub acts: &'a [(Act, String)],
    /// The indicators.
    pub panels: &'a [Panel],
}

/// Panels side by side on a wide page.
const COLUMNS: usize = 2;
/// Height of an act's line, and of its name where that has no room beside it, and how many are drawn.
const ACT: f64 = 17.0;
const ACT_NAME: f64 = 14.0;
const MOST_ACTS: usize = 6;
/// Scenarios whose bands are drawn; of more the means alone can be told apart.
const MOST_BANDS: usize = 2;
/// Scenarios that are drawn.
const MOST_SCENARIOS: usize = 6;

/// Draws differences by month.
pub(crate) fn draw(picture: &Picture<'_>, language: Language) -> Option<Figure> {
    let scenarios = &picture.scenarios[..picture.scenarios.len().min(MOST_SCENARIOS)];
    let bands = scenarios.len() <= MOST_BANDS;
    let acts = &picture.acts[..picture.acts.len().min(MOST_ACTS)];
    let note = if bands {
        "Mean of the paired differences with its 95 % interval, and 50 % and 90 % bands of the pairs of runs"
    } else {
        "Mean of the paired differences with its 95 % interval"
    };
    Figure::drawn(picture.name, language, |paper| {
        let legend = mark::legend_height(paper, scenarios) + 8.0;
        let strip = if acts.is_empty() { 0.0 } else { act_height(paper) * acts.len() as f64 + 12.0 };
        let (_, height) = cells(paper, 0.0, picture.panels.len(), COLUMNS);
        let mut sheet = Sheet::new(paper, legend + strip + height, picture.title, note, "");
        let top = sheet.top;
        mark::legend(&mut sheet, top + 10.0, scenarios);
        draw_acts(&mut sheet.svg, paper, top + legend, picture.span, acts);
        let (cells, _) = cells(paper, top + legend + strip, picture.panels.len(), COLUMNS);
        for (panel, cell) in picture.panels.iter().zip(cells) {
            let scale = scale(panel, scenarios.len(), bands);
            let axes = cell.axes(&mut sheet.svg, picture.span, (&panel.title, ""), (scale, panel.writing));
            shade(&mut sheet.svg, &axes, acts);
            axes.draw(&mut sheet.svg);
            draw_panel(&mut sheet.svg, &axes, panel, scenarios);
        }
        Some((sheet.svg, caption(picture, scenarios.len(), acts.len())))
    })
}

/// The bands of each scenario, with their numbers.
fn draw_panel(svg: &mut Svg, axes: &Axes, panel: &Panel, scenarios: &[&str]) {
    let bands = scenarios.len() <= MOST_BANDS;
    let of = || scenarios.iter().zip(&panel.bands).enumerate();
    for (place, (name, band)) in of() {
        svg.group(&last_words(name, band, panel), |svg| draw_band(svg, axes, band, Mark::of(place), bands));
    }
    let told = of().map(|(place, (name, band))| Told::mean(name, Mark::of(place).colour, &band.stats, axes.months()));
    svg.tell(axes.plot(&panel.title, "difference", told.collect()));
}

fn caption(picture: &Picture<'_>, drawn: usize, acts: usize) -> String {
    let mut caption = format!("Above zero: higher than under {}, with the same luck.", picture.against);
    if acts > 0 {
        caption += " Shaded: the months in which something acts that not all scenarios have; a dashed line: the month from which it stays.";
    }
    if picture.acts.len() > acts {
        caption += &format!(" {} more such rules are left out of the picture.", picture.acts.len() - acts);
    }
    if picture.scenarios.len() > drawn {
        caption += &format!(" {} more scenarios stand in differences_over_time.csv.", picture.scenarios.len() - drawn);
    }
    caption
}

/// What shows when the pointer rests on a scenario's line: its last month.
fn last_words(name: &str, band: &Band, panel: &Panel) -> String {
    let Some(last) = band.stats.last() else { return name.to_owned() };
    let number = |value: f64| match panel.writing {
        Writing::Percent => format!("{} points", crate::report::scale::significant(100.0 * value)),
        Writing::Plain => crate::report::scale::significant(value),
    };
    let interval = band.intervals.last().copied().flatten();
    let known = interval.map(|(low, high)| format!(" ({} to {})", number(low), number(high))).unwrap_or_default();
    format!("{name}: {} in {}, mean {}{known} over {} pairs", panel.title, last.date, number(last.mean), last.n)
}

fn scale(panel: &Panel, drawn: usize, bands: bool) -> Axis {
    let values = panel.bands.iter().take(drawn).flat_map(|band| {
        let outer = band.stats.iter().filter(|_| bands).flat_map(|stat| [stat.quantiles[0], stat.quantiles[4]]);
        let known = band.intervals.iter().flatten().flat_map(|(low, high)| [*low, *high]);
        outer.chain(known).chain(band.stats.iter().map(|stat| stat.mean)).collect::<Vec<_>>()
    });
    Axis::linear(values.chain([0.0]), 4)
}

fn draw_band(svg: &mut Svg, axes: &Axes, band: &Band, mark: Mark, bands: bool) {
    let edge = |level: usize| -> Vec<(f64, f64)> {
        band.stats.iter().map(|stat| (axes.x(stat.date), axes.y(stat.quantiles[level]))).collect()
    };
    if bands && band.stats.iter().any(|stat| stat.n > 1) {
        svg.band(&edge(4), &edge(0), mark.colour, 0.13);
        svg.band(&edge(3), &edge(1), mark.colour, 0.16);
    }
    let known =
        band.stats.iter().zip(&band.intervals).filter_map(|(stat, interval)| Some((axes.x(stat.date), (*interval)?)));
    let (low, high): (Vec<_>, Vec<_>) = known.map(|(x, (low, high))| ((x, axes.y(low)), (x, axes.y(high)))).unzip();
    svg.band(&high, &low, mark.colour, 0.4);
    let line: Vec<_> = band.stats.iter().map(|stat| (axes.x(stat.date), axes.y(stat.mean))).collect();
    svg.line(&line, Stroke { dashes: mark.dashes, ..Stroke::solid(mark.colour, 2.0) });
    if let Some((x, y)) = line.last() {
        mark.draw(svg, *x, *y);
    }
}

fn act_height(paper: Paper) -> f64 {
    if paper.is_narrow() { ACT + ACT_NAME } else { ACT }
}

/// The acts as bars over the span, each with its name.
fn draw_acts(svg: &mut Svg, paper: Paper, top: f64, span: (Month, Month), acts: &[(Act, String)]) {
    let frame = Frame { x: LEFT, y: top, width: paper.width - LEFT - 22.0, height: ACT };
    let axes =
        Axes { frame, first: span.0, last: span.1, scale: Axis::linear([0.0].into_iter(), 2), writing: Writing::Plain };
    for (at, (act, whose)) in acts.iter().enumerate() {
        let above = act_height(paper) - ACT;
        let y = top + act_height(paper) * at as f64 + above;
        let (from, to) = (axes.x(act.from), axes.x(act.to.unwrap_or(span.1)));
        let text = format!("{}{whose}", paper.name(&act.name));
        let until = act.to.map_or_else(|| "on".to_owned(), |to| format!("until {to}"));
        svg.group(&format!("{}{whose}, from {} {until}", act.name, act.from), |svg| {
            svg.rectangle((from, y + 3.0), ((to - from).max(2.0), 9.0), palette::GREY);
            let wide = text_width(&text, 12.0);
            // Where there is no room on either side it stands on the bar.
            let (x, anchor) = if above > 0.0 {
                (from.min(paper.width - wide).max(0.0), Anchor::Start)
            } else if to + 8.0 + wide < paper.width {
                (to + 8.0, Anchor::Start)
            } else if from - 8.0 < wide {
                (from + 4.0, Anchor::Start)
            } else {
                (from - 8.0, Anchor::End)
            };
            let line = if above > 0.0 { y } else { y + 12.0 };
            svg.text(x, line, anchor, Ink::Inside("#5b6168"), &text);
        });
    }
}

/// Shades the months in which something acts.
fn shade(svg: &mut Svg, axes: &Axes, acts: &[(Act, String)]) {
    let Frame { y, height, .. } = axes.frame;
    for (act, whose) in acts {
        let (from, tooltip) = (axes.x(act.from), format!("{}{whose}", act.name));
        svg.group(&tooltip, |svg| match act.to {
            Some(to) => {
                let to = axes.x(to);
                svg.band(&[(from, y), (to, y)], &[(from, y + height), (to, y + height)], palette::GREY, 0.16);
            }
            None => svg.line(&[(from, y), (from, y + height)], Stroke { dashes: "3 3", ..RULE }),
        });
    }
}

/// The pictures of a report's differences by month.
pub(crate) fn figures(folder: &ReportData, rows: &[DifferenceOverTimeRow]) -> Vec<Figure> {
    let Some(first) = rows.first() else { return Vec::new() };
    let mut scenarios: Vec<&str> = Vec::new();
    for row in rows {
        if !scenarios.contains(&&*row.scenario) {
            scenarios.push(&row.scenario);
        }
    }
    // In the order of the experiment, whatever the order of the tables.
    let place = |name: &&str| folder.scenarios.iter().position(|scenario| scenario.name == **name);
    scenarios.sort_by_key(place);
    let dates = || rows.iter().map(|row| row.date);
    let (Some(from), Some(to)) = (dates().min(), dates().max()) else { return Vec::new() };
    let span = (from, to);
    let all: Vec<&str> = std::iter::once(&*first.against).chain(scenarios.iter().copied()).collect();
    let acts = acts_of(folder, &all, span);
    let (leader, follower) = folder.about(&first.against).map(About::compared).unwrap_or_default();
    let followed = followed([leader, follower]);
    let titles =
        [(WORLD, "differences_over_time", "The world"), (STATES, "differences_over_time_states", "The two states")];
    let mut figures = Vec::new();
    for (table, name, title) in titles {
        let panel = |one: &super::Followed| {
            let bands: Vec<Band> = scenarios.iter().map(|scenario| band(rows, one, scenario)).collect();
            let unit = if one.unit.is_empty() { String::new() } else { format!(", {}", one.unit) };
            let some = bands.iter().any(|band| !band.stats.is_empty());
            some.then(|| Panel { title: format!("{}{unit}", one.title), writing: one.writing, bands })
        };
        let mut of_table: Vec<&super::Followed> = followed.iter().filter(|one| one.table == table).collect();
        if table == STATES {
            // The two states side by side.
            of_table.sort_by_key(|one| super::OF_STATES.iter().position(|(column, ..)| *column == one.column));
        }
        let panels: Vec<Panel> = of_table.into_iter().filter_map(panel).collect();
        if panels.is_empty() {
            continue;
        }
        let title = format!(
            "Differences from {} over time: {}",
            Paper::wide(folder.language).heading(&first.against),
            title.to_lowercase()
        );
        let picture = Picture {
            name,
            title: &title,
            against: &first.against,
            scenarios: &scenarios,
            span,
            acts: &acts,
            panels: &panels,
        };
        figures.extend(draw(&picture, folder.language));
    }
    figures
}

fn band(rows: &[DifferenceOverTimeRow], followed: &super::Followed, scenario: &str) -> Band {
    let mut band = Band::default();
    let is_own = |row: &&DifferenceOverTimeRow| {
        *row.scenario == *scenario
            && *row.indicator == *followed.column
            && *row.table == *followed.table
            && row.entity.as_deref().unwrap_or_default() == followed.entity
    };
    for row in rows.iter().filter(is_own) {
        let quantiles = [row.p05, row.p25, row.p50, row.p75, row.p95];
        band.stats.push(Stat { date: row.date, n: row.pairs, mean: row.difference, quantiles, luck: None });
        band.intervals.push(row.low.zip(row.high));
    }
    band
}

/// What acts within the span in some scenarios and in others not, with the words for whose it is.
fn acts_of(folder: &ReportData, scenarios: &[&str], span: (Month, Month)) -> Vec<(Act, String)> {
    let entries: Vec<&ScenarioEntry> =
        scenarios.iter().filter_map(|name| folder.entries().iter().find(|entry| entry.name == **name)).collect();
    let within = |act: &Act| act.from <= span.1 && act.to.is_none_or(|to| to > span.0);
    let found = super::acts(&entries).into_iter().filter(within);
    let whose = |act: &Act| match act.scenarios[..] {
        [only] => format!(" ({})", Paper::wide(folder.language).heading(&entries[only].name)),
        _ => format!(" ({} of {} scenarios)", act.scenarios.len(), entries.len()),
    };
    found.map(|act| (act.clone(), whose(&act))).collect()
}
