//! How far states and firms are behind the best model there is.

use crate::report::{
    chart::{Axes, EndLabel, Frame, Look, end_labels, fan, label_room},
    figures::View,
    scale::{Axis, Writing},
    sheet::{FOOT, LEFT, Sheet},
    shown::Shown,
    stat::Stat,
    svg::{Anchor, Ink, Svg},
    told::Told,
};

/// A line of the picture.
struct Behind<'a> {
    name: &'a str,
    colour: &'static str,
    stats: &'a [Stat],
    /// Whether it has bands.
    bands: bool,
    dashes: &'static str,
}

/// Height of a plot of the picture.
const PLOT: f64 = 330.0;
/// Firms that are shown, those nearest to the frontier at the end.
const MOST_FIRMS: usize = 10;

impl View<'_> {
    /// The gap to the frontier by state, and below it by firm; the frontier is the upper edge.
    pub fn frontier(&self, indicators: &[Shown]) -> Option<(Svg, String)> {
        let &[of_states, of_firms] = indicators else { return None };
        let (states, firms) = (self.states_behind(of_states), self.firms_behind(of_firms));
        let plots: Vec<_> =
            [("States", states), ("Firms", firms)].into_iter().filter(|(_, lines)| !lines.is_empty()).collect();
        if plots.is_empty() {
            return None;
        }
        let note = "Rating points behind the best model on offer: the upper edge is the frontier";
        let title = "How far behind the frontier";
        let mut sheet = Sheet::new(self.paper, PLOT * plots.len() as f64, title, note, &self.average("Median"));
        for (at, (heading, lines)) in plots.iter().enumerate() {
            let top = sheet.top + PLOT * at as f64;
            self.behind(&mut sheet, top, heading, lines);
        }
        let caption = "States: bands for the first two. Firms: those nearest to the frontier at the end; dashed where most runs have \
                       them publish weights then. Months in which fewer than half of the runs have a value are faded.";
        Some((sheet.svg, caption.to_owned()))
    }

    fn behind(&self, sheet: &mut Sheet, top: f64, heading: &str, lines: &[Behind<'_>]) {
        let values = lines.iter().flat_map(|line| {
            let levels = if line.bands { 0..4 } else { 2..3 };
            line.stats
                .iter()
                .filter(|stat| self.is_of_most(stat))
                .flat_map(move |stat| stat.quantiles[levels.clone()].iter().copied())
        });
        let scale = Axis::linear(values.chain([0.0]).filter(|value| *value >= 0.0), 6).falling();
        let widest = lines.iter().map(|line| line.name).max_by_key(|name| name.chars().count()).unwrap_or_default();
        let room = label_room([self.paper.name(widest).as_str()].into_iter());
        sheet.svg.text(0.0, top + 14.0, Anchor::Start, Ink::Heading, heading);
        let frame = Frame { x: LEFT, y: top + 26.0, width: self.paper.width - LEFT - room, height: PLOT - 46.0 - FOOT };
        let axes = Axes { frame, first: self.span.0, last: self.span.1, scale, writing: Writing::Plain };
        axes.draw(&mut sheet.svg);
        let mut labels = Vec::new();
        for line in lines.iter().rev() {
            let look = Look { dashes: line.dashes, ..self.look(line.colour, line.bands) };
            sheet.svg.group(line.name, |svg| fan(svg, &axes, line.stats, look));
            let Some(last) = line.stats.iter().rfind(|stat| stat.date == self.span.1) else { continue };
            let y = axes.y(last.median());
            labels.push(EndLabel { y, text: self.paper.name(line.name), colour: line.colour.to_owned() });
        }
        end_labels(&mut sheet.svg, axes.frame, labels);
        let told = lines.iter().map(|line| Told::fan(line.name, line.colour, line.stats, axes.months()));
        let title = format!("Behind the frontier: {}", heading.to_lowercase());
        sheet.svg.tell(axes.plot(&title, "points", told.collect()));
    }

    /// The states that half of the runs have a value for in some month.
    fn states_behind(&self, shown: Shown) -> Vec<Behind<'_>> {
        let lines = self.states.list.iter().enumerate().map(|(at, (name, colour))| Behind {
            name,
            colour,
            stats: self.scenario.series(shown, name),
            bands: at < 2,
            dashes: "",
        });
        lines
            .filter(|line| line.stats.iter().any(|stat| self.is_of_most(stat)))
            .take(if self.paper.is_narrow() { 6 } else { 10 })
            .collect()
    }

    /// The firms nearest to the frontier in the last month in which most runs have them.
    fn firms_behind(&self, shown: Shown) -> Vec<Behind<'_>> {
        let mut firms: Vec<(f64, Behind<'_>)> = self
            .scenario
            .entities(shown)
            .filter_map(|(name, stats)| {
                let last = stats.last().filter(|stat| stat.date == self.span.1)?;
                let colour = self.firm_colour(name);
                let dashes = if self.is_open(name, self.span.1) { "5 3" } else { "" };
                self.is_of_most(last).then(|| (last.median(), Behind { name, colour, stats, bands: false, dashes }))
            })
            .collect();
        firms.sort_by(|a, b| a.0.total_cmp(&b.0));
        firms.into_iter().take(MOST_FIRMS).map(|(_, line)| line).collect()
    }
}
