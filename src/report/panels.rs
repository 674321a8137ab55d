//! Panels side by side: indicators of the world, of scenarios over each other, and of states.

use super::{
    Language,
    about::ComparedStates,
    chart::{Axes, EndLabel, Look, end_labels, fan, label_room},
    figures::{Figure, View},
    findings::words::{Sides, named},
    mark::Mark,
    palette,
    results::ScenarioResults,
    scale::{Axis, Writing},
    sheet::{Paper, Sheet, cells, legend_height, row_places},
    shown::{COMPARED, Shown},
    stat::Stat,
    svg::{Anchor, Ink, Stroke, Svg, text_width},
    told::Told,
};
use crate::{output::series::BETWEEN, scenario::Month};

/// States that are held against the best of all in each domain.
const MOST_BEHIND: usize = 5;

/// One panel of a grid.
struct Panel<'a> {
    title: String,
    /// What the lines are called.
    names: Vec<String>,
    lines: Vec<(&'a [Stat], Look<'a>)>,
    scale: Axis,
    writing: Writing,
}

/// Panels side by side as far as they fit, `wide` of them on a wide page.
struct Grid<'a> {
    panels: &'a [Panel<'a>],
    wide: usize,
    span: (Month, Month),
}

impl Grid<'_> {
    fn height(&self, paper: Paper) -> f64 {
        cells(paper, 0.0, self.panels.len(), self.wide).1
    }

    /// Draws them from this height on.
    fn draw(&self, sheet: &mut Sheet, top: f64) {
        let (cells, _) = cells(sheet.paper, top, self.panels.len(), self.wide);
        for (panel, cell) in self.panels.iter().zip(cells) {
            let scale = (panel.scale.clone(), panel.writing);
            let axes = cell.axes(&mut sheet.svg, self.span, (&panel.title, ""), scale);
            axes.draw(&mut sheet.svg);
            for (stats, look) in &panel.lines {
                fan(&mut sheet.svg, &axes, stats, *look);
            }
            let line = |(name, (stats, look)): (&String, &(&[Stat], Look<'_>))| {
                Told::fan(name, look.colour, stats, axes.months())
            };
            let told = panel.names.iter().zip(&panel.lines).map(line);
            sheet.svg.tell(axes.plot(&panel.title, "", told.collect()));
        }
    }
}

/// Of which runs panels speak, if not of all.
fn partial(panels: &[Panel<'_>]) -> &'static str {
    let mut lines = panels.iter().flat_map(|panel| &panel.lines);
    if lines.any(|(stats, look)| stats.iter().any(|stat| stat.n < look.runs)) {
        "Where not all runs have a value, the line and its bands are of those that have one; a faded line: fewer than half."
    } else {
        ""
    }
}

/// The headline indicators of several scenarios over each other.
pub fn comparison(scenarios: &[&ScenarioResults], language: Language) -> Option<Figure> {
    // One scenario has nothing to stand over.
    scenarios.get(1)?;
    Figure::drawn("comparison", language, |paper| comparison_on(paper, scenarios))
}

/// The same on one paper, with what is to be said below it.
pub fn comparison_on(paper: Paper, scenarios: &[&ScenarioResults]) -> Option<(Svg, String)> {
    let spans = scenarios.iter().filter_map(|scenario| scenario.span());
    let span = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let bands = scenarios.len() <= 2;
    let panels: Vec<Panel<'_>> = COMPARED.into_iter().filter_map(|shown| over_each_other(scenarios, shown)).collect();
    if panels.is_empty() {
        return None;
    }
    let note = if bands { "Medians with 50 % and 90 % bands" } else { "Medians" };
    let grid = Grid { panels: &panels, wide: 2, span };
    let names: Vec<String> = scenarios.iter().map(|scenario| paper.name(&scenario.name)).collect();
    let places = row_places(paper.width, 44.0, names.iter().map(|name| text_width(name, 13.0)));
    let legend = 20.0 * places.last().map_or(0, |(_, row)| row + 1) as f64 + 4.0;
    let height = legend + grid.height(paper);
    let mut sheet = Sheet::new(paper, height, "Scenarios compared", "The world under each scenario", note);
    for (at, (name, (x, row))) in names.iter().zip(places).enumerate() {
        let (mark, y) = (Mark::among(at), sheet.top + 12.0 + 20.0 * row as f64);
        let stroke = Stroke { dashes: mark.dashes, ..Stroke::solid(mark.colour, 3.0) };
        sheet.svg.line(&[(x, y - 4.0), (x + 22.0, y - 4.0)], stroke);
        sheet.svg.text(x + 28.0, y, Anchor::Start, Ink::Label(mark.colour), name);
    }
    let top = sheet.top + legend;
    grid.draw(&mut sheet, top);
    Some((sheet.svg, partial(&panels).to_owned()))
}

/// An indicator of the world under each of the scenarios; `None` if none has values.
fn over_each_other<'a>(scenarios: &[&'a ScenarioResults], shown: Shown) -> Option<Panel<'a>> {
    let bands = scenarios.len() <= 2;
    let each = || scenarios.iter().map(|scenario| scenario.series(shown, ""));
    if each().all(<[Stat]>::is_empty) {
        return None;
    }
    let lines = each().zip(scenarios).enumerate().map(|(at, (stats, scenario))| {
        let Mark { colour, dashes, .. } = Mark::among(at);
        (stats, Look { colour, width: 2.0, bands, dashes, runs: scenario.runs })
    });
    Some(Panel {
        title: shown.heading(),
        names: scenarios.iter().map(|scenario| scenario.name.clone()).collect(),
        lines: lines.collect(),
        scale: shown.scale(each().flatten(), bands, 4),
        writing: shown.writing,
    })
}

impl View<'_> {
    /// A sheet with the title of an indicator and what it means, its axes drawn and its shocks shaded; `room` is for labels at the
    /// right.
    pub fn plot(
        &self,
        (title, shown, runs): (&str, Shown, &str),
        (height, above, room): (f64, f64, f64),
        scale: Axis,
    ) -> (Sheet, Axes) {
        let mut sheet = Sheet::new(self.paper, height, title, &self.meaning(shown), runs);
        let axes = self.axes(sheet.frame(height, room, above), scale, shown.writing);
        axes.draw(&mut sheet.svg);
        self.shade_shocks(&mut sheet.svg, &axes);
        (sheet, axes)
    }

    /// What an indicator is, with the states that are compared by name.
    fn meaning(&self, shown: Shown) -> String {
        let sides =
            self.about.comparison.as_ref().map(|ComparedStates { leader, follower }| Sides { leader, follower });
        named(&shown.meaning(), sides.unwrap_or_default())
    }

    /// A gap of the two states that are compared.
    pub fn gap(&self, shown: Shown) -> Option<(Svg, String)> {
        let stats = self.scenario.series(shown, "");
        if stats.is_empty() {
            return None;
        }
        let (title, below) = match &self.about.comparison {
            None => (shown.title.to_owned(), "the follower"),
            Some(ComparedStates { leader, follower }) => {
                (format!("{} of {leader} over {follower}", shown.title), follower.as_str())
            }
        };
        let scale = shown.scale(stats.iter(), true, 6);
        let (Sheet { mut svg, .. }, axes) = self.plot((&title, shown, &self.fans()), (330.0, 10.0, 20.0), scale);
        fan(&mut svg, &axes, stats, self.look(palette::colour(0), true));
        svg.tell(axes.plot(&title, shown.unit(), vec![Told::fan("gap", palette::colour(0), stats, axes.months())]));
        Some((svg, format!("Below zero {below} leads.{}", self.shading())))
    }

    /// A grid of indicators of the world.
    pub fn grid(&self, title: &str, note: &str, indicators: &[Shown]) -> Option<(Svg, String)> {
        let panel = |&shown: &Shown| {
            let stats = self.scenario.series(shown, "");
            let lines = vec![(stats, self.look(palette::colour(0), true))];
            (!stats.is_empty()).then(|| Panel {
                title: shown.heading(),
                names: vec![shown.heading()],
                lines,
                scale: shown.scale(stats.iter(), true, 4),
                writing: shown.writing,
            })
        };
        let panels: Vec<Panel<'_>> = indicators.iter().filter_map(panel).collect();
        if panels.is_empty() {
            return None;
        }
        Some((self.panels((title, note, &self.fans()), &panels, &[]), partial(&panels).to_owned()))
    }

    /// Panels over the months of the scenario, with their heading and a legend if there is one.
    fn panels(&self, (title, note, runs): (&str, &str, &str), panels: &[Panel<'_>], legend: &[(&str, &str)]) -> Svg {
        let grid = Grid { panels, wide: 3, span: self.span };
        let names = || legend.iter().copied();
        let above = if legend.is_empty() { 0.0 } else { legend_height(self.paper, names().map(|(name, _)| name)) };
        let mut sheet = Sheet::new(self.paper, above + grid.height(self.paper), title, note, runs);
        let top = sheet.top;
        sheet.legend(top + 8.0, names());
        grid.draw(&mut sheet, top + above);
        sheet.svg
    }

    /// All states on one pair of axes: fans for leader and follower, medians for the others.
    pub fn overview(&self, shown: Shown) -> Option<(Svg, String)> {
        let lines: Vec<(&str, &str, &[Stat], bool)> = self
            .states
            .list
            .iter()
            .enumerate()
            .map(|(at, (name, colour))| (name.as_str(), *colour, self.scenario.series(shown, name), at < 2))
            // A state that most runs have no value for is a few scattered points; it has its panel below.
            .filter(|(_, _, stats, _)| stats.iter().any(|stat| self.is_of_most(stat)))
            .collect();
        let scale = {
            let all = |bands| lines.iter().filter(move |line| line.3 == bands).flat_map(|line| line.2);
            let values = all(true).flat_map(|stat| stat.quantiles).chain(all(false).map(Stat::median));
            if shown.log { Axis::log(values) } else { Axis::linear(values, 6) }
        };
        lines.first()?;
        let room = self.room(lines.iter().map(|line| line.0));
        let (Sheet { mut svg, .. }, axes) = self.plot((shown.title, shown, &self.fans()), (390.0, 10.0, room), scale);
        let mut labels = Vec::new();
        for (name, colour, stats, bands) in lines.iter().rev() {
            svg.group(name, |svg| fan(svg, &axes, stats, self.look(colour, *bands)));
            let Some(last) = stats.iter().rfind(|stat| 10 * u64::from(stat.n) >= u64::from(self.scenario.runs)) else {
                continue;
            };
            let (x, y) = (axes.x(last.date), axes.y(last.median()));
            if last.date < self.span.1 {
                svg.text(x + 6.0, y + 4.0, Anchor::Start, Ink::Inside(colour), &self.paper.name(name));
            } else {
                labels.push(EndLabel { y, text: self.paper.name(name), colour: (*colour).to_owned() });
            }
        }
        end_labels(&mut svg, axes.frame, labels);
        let told = lines.iter().map(|(name, colour, stats, _)| Told::fan(name, colour, stats, axes.months()));
        svg.tell(axes.plot(shown.title, shown.unit(), told.collect()));
        Some((svg, format!("{}{}", self.of_which_states(lines.len()), self.shading())))
    }

    /// A panel for each domain: how far states are behind the best of them.
    pub fn domains(&self, shown: Shown) -> Option<(Svg, String)> {
        let mut domains: Vec<&str> =
            self.scenario.entities(shown).filter_map(|(name, _)| Some(name.rsplit_once(BETWEEN)?.1)).collect();
        domains.sort_unstable();
        domains.dedup();
        let gaps: Vec<_> = domains.iter().map(|domain| self.shortfalls(shown, domain)).collect();
        let states: Vec<_> =
            self.states.list.iter().take(MOST_BEHIND).map(|(name, colour)| (&**name, *colour)).collect();
        let scale = Axis::linear(gaps.iter().flatten().flatten().map(Stat::median).chain([0.0]), 4).falling();
        let mut panels: Vec<Panel<'_>> = Vec::new();
        for (domain, gaps) in domains.iter().zip(&gaps) {
            let lines = gaps.iter().zip(&states).enumerate().map(|(at, (gaps, (_, colour)))| {
                (gaps.as_slice(), Look { width: 2.0, dashes: palette::dash(at), ..self.look(colour, false) })
            });
            panels.push(Panel {
                title: self.paper.heading(domain),
                names: states.iter().map(|(name, _)| (*name).to_owned()).collect(),
                lines: lines.collect(),
                scale: scale.clone(),
                writing: shown.writing,
            });
        }
        panels.first()?;
        let note = "Rating points behind the best of all states in each domain: the upper edge is the frontier";
        let caption = "Differences of medians, in months in which half of the runs have a value.";
        Some((self.panels((shown.title, note, &self.average("Median")), &panels, &states), caption.to_owned()))
    }

    /// How far the first states are behind the best of all in a domain, by medians.
    fn shortfalls(&self, shown: Shown, domain: &str) -> Vec<Vec<Stat>> {
        let series = |state: &str| self.scenario.series(shown, &format!("{state}{BETWEEN}{domain}"));
        let most = |stat: &&Stat| self.is_of_most(stat);
        let best = self.best(self.states.list.iter().flat_map(|(name, _)| series(name)));
        let gap = |stat: &Stat| {
            let gap = best.get(&stat.date)? - stat.median();
            Some(Stat { mean: gap, quantiles: [gap; 5], luck: None, ..*stat })
        };
        let states = self.states.list.iter().take(MOST_BEHIND);
        states.map(|(name, _)| series(name).iter().filter(most).filter_map(gap).collect()).collect()
    }

    /// Which of so many states have bands, and of which runs their lines are.
    fn of_which_states(&self, count: usize) -> String {
        if self.scenario.runs < 2 {
            return String::new();
        }
        let bands = if count > 2 { "Bands for the first two states, medians for the others. " } else { "" };
        format!(
            "{bands}Medians are of the runs that have a value. Only states with one in half of the runs; a faded line: fewer."
        )
    }

    /// Room for these names at line ends.
    pub fn room<'n>(&self, names: impl Iterator<Item = &'n str>) -> f64 {
        let names: Vec<String> = names.map(|name| self.paper.name(name)).collect();
        label_room(names.iter().map(String::as_str))
    }

    /// A panel with the fan of each state, the leader's median in grey behind.
    pub fn each_state(&self, shown: Shown) -> Option<(Svg, String)> {
        let series = |name: &str| self.scenario.series(shown, name);
        let with: Vec<_> = self.states.list.iter().filter(|(name, _)| !series(name).is_empty()).take(12).collect();
        let (leader, _) = with.first()?;
        let scale = shown.scale(with.iter().flat_map(|(name, _)| series(name)), true, 4);
        let behind = Look { width: 1.4, bands: false, ..self.look(palette::GREY, false) };
        let panel = |(name, colour): &&(String, &'static str)| {
            let own = (series(name), self.look(colour, true));
            let (names, lines) = if name == leader {
                (vec![name.clone()], vec![own])
            } else {
                (vec![leader.clone(), name.clone()], vec![(series(leader), behind), own])
            };
            Panel { title: self.paper.heading(name), names, lines, scale: scale.clone(), writing: shown.writing }
        };
        let panels: Vec<Panel<'_>> = with.iter().map(panel).collect();
        let title = format!("{}, one panel each", shown.title);
        let caption = format!("The grey line is the median of {leader}. {}", partial(&panels));
        Some((self.panels((&title, &self.meaning(shown), &self.fans()), &panels, &[]), caption))
    }
}
