//! Pictures of worlds that are at hand and in no folder: those of a scenario, two scenarios over each other, and their differences.

use super::{
    about::About,
    chart::{Axes, Frame, Look, fan},
    figures::View,
    first::six,
    palette, panels,
    results::ScenarioResults,
    scale::Axis,
    sheet::{FOOT, LEFT},
    shown::{self, COMPARED, Shown},
    svg::{Anchor, Ink, Svg},
    told::Told,
};
pub use super::{
    markup::{SCRIPT, STYLE},
    sheet::Paper,
    stat::Stat,
    told::Numbers,
};
use crate::scenario::{Month, Scenario};
use maud::Render as _;
use serde::Serialize;

/// Pairs from which on bands tell something.
const FEWEST: u32 = 5;

/// An indicator that the pictures need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    pub table: &'static str,
    pub column: &'static str,
    /// Whether differences of it are drawn.
    pub compared: bool,
    /// Whether two scenarios differ in it by a factor, and not by a sum.
    pub by_factor: bool,
}

/// A picture as an element of a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drawn {
    pub name: String,
    pub caption: String,
    pub svg: String,
    /// What its plots show, for the page's script.
    pub numbers: Vec<Numbers>,
}

impl Drawn {
    /// A picture that was drawn, with what is said below it.
    pub fn of(name: &str, caption: &str, svg: &Svg) -> Self {
        let numbers = svg.plots().iter().map(|plot| plot.numbers.clone()).collect();
        let (name, caption) = (name.to_owned(), caption.trim().to_owned());
        Self { name, caption, svg: svg.render().into_string(), numbers }
    }
}

/// Every indicator that a picture of this file draws, each once.
pub fn watched() -> Vec<Watched> {
    let of =
        |shown: Shown, compared| Watched { table: shown.table, column: shown.column, compared, by_factor: shown.log };
    let mut watched: Vec<_> = COMPARED.map(|shown| of(shown, true)).to_vec();
    // States are put in order by these.
    let order = [shown::RATING, shown::CAPABILITY, shown::COMPUTE];
    for shown in shown::of_first().chain(order) {
        if !watched.iter().any(|other| (other.table, other.column) == (shown.table, shown.column)) {
            watched.push(of(shown, false));
        }
    }
    watched
}

/// The indicator whose picture tells most of an outcome, as its column of `world`: the one that it is named after, else one that
/// begins with the same word, else the gap.
pub fn indicator_of(outcome: &str) -> &'static str {
    let fitting = COMPARED.iter().filter(|shown| outcome.starts_with(shown.column));
    let word = |name: &str| name.split('_').next().map(str::to_owned);
    let near = || COMPARED.iter().find(|shown| word(shown.column) == word(outcome));
    fitting.max_by_key(|shown| shown.column.len()).or_else(near).unwrap_or(&COMPARED[0]).column
}

/// What is known of a scenario, and how its indicators are distributed over so many runs.
#[derive(Debug)]
pub struct Worlds {
    results: ScenarioResults,
    about: About,
    span: (Month, Month),
}

impl Worlds {
    /// Those of `scenario`, which is called `name`.
    pub fn new(name: &str, scenario: &Scenario, runs: u32) -> Self {
        let mut about: About =
            serde_json::from_value(scenario.to_json()).unwrap_or_else(|_| About::unknown(&scenario.name));
        about.events.sort_by_key(|event| event.date);
        let results = ScenarioResults {
            name: name.to_owned(),
            finished: runs as usize,
            points: 1,
            runs,
            ..ScenarioResults::default()
        };
        let start = scenario.time.start;
        Self { results, about, span: (start, start.plus(scenario.time.months.saturating_sub(1))) }
    }

    /// Adds the months of an indicator of an entity; the world is the entity without a name.
    pub fn add(&mut self, watched: &Watched, entity: &str, months: Vec<Stat>) {
        if !months.is_empty() {
            let by_entity = self.results.series.entry((watched.table, watched.column)).or_default();
            by_entity.insert(entity.to_owned(), months);
        }
    }

    /// The pictures of the scenario, in the order of the page; `None` if one was not to be drawn any more.
    pub fn pictures(&self, paper: Paper, goes_on: &dyn Fn() -> bool) -> Option<Vec<Drawn>> {
        let Some(mut view) = View::of(&self.results, &self.about, String::new(), paper.language) else {
            return Some(Vec::new());
        };
        // A world that is told up to a month has values for a part of its span.
        (view.span, view.paper) = (self.span, paper);
        six(&view).map(|(name, svg, caption)| goes_on().then(|| Drawn::of(name, &caption, &svg))).collect()
    }

    /// Both scenarios over each other.
    pub fn over(&self, other: &Self, paper: Paper) -> Option<Drawn> {
        let (svg, caption) = panels::comparison_on(paper, &[&other.results, &self.results])?;
        Some(Drawn::of("comparison", &caption, &svg))
    }

    /// The difference in one indicator of the world, or in all others; the worlds are differences between paired runs.
    pub fn differences(&self, indicator: &str, others: bool, paper: Paper) -> Option<Drawn> {
        let chosen = COMPARED.iter().filter(|shown| (shown.column == indicator) != others);
        let panels: Vec<_> =
            chosen.map(|shown| (shown, self.results.series(*shown, ""))).filter(|panel| !panel.1.is_empty()).collect();
        let columns = if others && !paper.is_narrow() { 2 } else { 1 };
        let width = paper.width;
        let height = if others { 210.0 } else { 300.0 };
        if panels.is_empty() {
            return None;
        }
        let head = if others { 8.0 } else { 52.0 };
        let all = head + panels.len().div_ceil(columns) as f64 * height;
        let title = if others { "Other differences between paired worlds" } else { "Difference between paired worlds" };
        let mut svg = Svg::new(width, all, title);
        if !others {
            svg.text(0.0, 18.0, Anchor::Start, Ink::Title, title);
            let note = match self.results.runs {
                1 => "one pair".to_owned(),
                runs if runs < FEWEST => format!("{runs} pairs: median"),
                runs => format!("{runs} pairs: median, 50 % and 90 % bands"),
            };
            svg.text(0.0, 38.0, Anchor::Start, Ink::Quiet, &note);
        }
        let cell = width / columns as f64;
        for (at, (shown, stats)) in panels.iter().enumerate() {
            let (x, y) = ((at % columns) as f64 * cell, head + (at / columns) as f64 * height);
            svg.text(x, y + 14.0, Anchor::Start, Ink::Heading, &heading(shown));
            let frame = Frame { x: x + LEFT, y: y + 26.0, width: cell - LEFT - 18.0, height: height - 46.0 - FOOT };
            let ends = stats.iter().flat_map(|stat| stat.quantiles);
            let scale = if shown.log { Axis::log(ends.chain([1.0])) } else { Axis::linear(ends.chain([0.0]), 5) };
            let axes = Axes { frame, first: self.span.0, last: self.span.1, scale, writing: writing(shown) };
            let bands = self.results.runs >= FEWEST;
            axes.draw(&mut svg);
            let look = Look { colour: palette::colour(2), width: 2.4, bands, dashes: "", runs: self.results.runs };
            fan(&mut svg, &axes, stats, look);
            let told = Told::fan("difference", look.colour, stats, axes.months());
            svg.tell(axes.plot(&heading(shown), "", vec![told]));
        }
        let name = if others { "differences" } else { "difference" };
        let by_factor = panels.iter().any(|(shown, _)| shown.log);
        let caption = match (others, by_factor) {
            (true, _) => "",
            (_, true) => "Changed over baseline, world by world with the same luck.",
            _ => "Changed less baseline, world by world with the same luck.",
        };
        Some(Drawn::of(name, caption, &svg))
    }
}

fn heading(shown: &Shown) -> String {
    let unit = shown.unit();
    match (shown.log, unit) {
        (true, _) => format!("{}, factor against the baseline", shown.title),
        (false, "") => format!("{}, difference", shown.title),
        (false, unit) => format!("{}, difference in {unit}", shown.title),
    }
}

fn writing(shown: &Shown) -> super::scale::Writing {
    if shown.log { super::scale::Writing::Plain } else { shown.writing }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(scenario: &Scenario, value: f64) -> Vec<Stat> {
        let stat = |month| Stat {
            date: scenario.time.start.plus(month),
            n: 3,
            mean: value,
            quantiles: [value - 1.0, value, value, value, value + 1.0],
            luck: None,
        };
        (0..scenario.time.months).map(stat).collect()
    }

    #[test]
    fn every_indicator_is_watched_once_and_differences_are_drawn_of_what_there_is() {
        let watched = watched();
        let mut names: Vec<_> = watched.iter().map(|watched| (watched.table, watched.column)).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        let scenario = crate::baseline();
        let mut worlds = Worlds::new("changed", &scenario, 3);
        assert_eq!(worlds.differences("gap_rating", false, Paper::of(false)), None);
        for watched in watched.iter().filter(|watched| watched.compared) {
            worlds.add(watched, "", months(&scenario, 2.0));
        }
        let one = worlds.differences("gap_rating", false, Paper::of(false)).unwrap();
        assert!(
            one.svg.contains("Rating gap, difference in points") && one.svg.contains("3 pairs: median<"),
            "{}",
            one.svg
        );
        let others = worlds.differences("gap_rating", true, Paper::of(true)).unwrap();
        assert!(!others.svg.contains("Rating gap") && others.svg.contains("Compute, factor against the baseline"));
    }

    #[test]
    fn the_indicator_of_an_outcome_is_the_one_it_is_named_after() {
        assert_eq!(indicator_of("open_gap_rating_mean"), "open_gap_rating");
        assert_eq!(indicator_of("open_share_end"), "open_share");
        assert_eq!(indicator_of("power_leader_end"), "power_hhi");
        assert_eq!(indicator_of("entries"), "gap_rating");
    }
}
