//! Which picture shows what.

use super::{
    Language,
    about::{About, Act, Acts, ComparedStates},
    chart::{Axes, EndLabel, Frame, Look, end_labels, fan, label_room, shortened},
    data::ReportData,
    palette::{self, StateColours},
    scale::{Axis, Writing},
    shown::{self, COMPARED, Drawing, PICTURES, Picture, Shown},
    svg::{Anchor, Ink, Stroke, Svg, text_width},
    told::Told,
};
use crate::{
    report::{results::ScenarioResults, stat::Stat},
    scenario::Month,
};
use std::collections::BTreeSet;

/// Width of pictures that are not drawn for a narrow page too.
pub const WIDTH: f64 = WIDE;
/// Width of a picture for a wide page.
pub const WIDE: f64 = 960.0;
/// Width of a picture for a narrow one, as on a telephone.
pub const NARROW: f64 = 420.0;
/// Scenarios that get pictures of their own, and those of them that get all: a page of ten megabytes is slow to open.
const MOST_SCENARIOS: usize = 6;
const MOST_FULL: usize = 2;

/// A picture and what to say below it.
pub struct Figure {
    /// Its file is `<name>.svg`.
    pub name: String,
    pub caption: String,
    pub svg: Svg,
    /// The same for a narrow page.
    pub narrow: Option<Svg>,
    /// What it stands under; none for those that a scenario opens with.
    pub group: Option<&'static str>,
}

impl Figure {
    /// A picture for a wide page, of none of the groups of a scenario.
    pub fn new(name: impl Into<String>, caption: impl Into<String>, svg: Svg) -> Self {
        Self { name: name.into(), caption: caption.into(), svg, narrow: None, group: None }
    }
}

/// The pictures of one scenario.
pub struct Pictures {
    pub scenario: String,
    pub figures: Vec<Figure>,
}

/// All pictures of a report.
pub struct Report {
    pub comparison: Vec<Figure>,
    pub sections: Vec<Pictures>,
    pub missing: Vec<String>,
}

impl Report {
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.comparison.iter().chain(self.sections.iter().flat_map(|section| &section.figures))
    }
}

/// One scenario with what is known about it.
pub struct View<'a> {
    pub scenario: &'a ScenarioResults,
    pub about: &'a About,
    pub states: StateColours,
    pub span: (Month, Month),
    /// Width of what is drawn.
    pub width: f64,
    /// What it is written in.
    pub language: Language,
    suffix: String,
}

/// Draws everything that the folder has data for.
pub fn draw(folder: &ReportData) -> Report {
    let drawable: Vec<&ScenarioResults> =
        folder.scenarios.iter().filter(|scenario| scenario.span().is_some()).collect();
    let mut missing = Vec::new();
    if !drawable.is_empty() {
        let without = folder.scenarios.iter().filter(|scenario| scenario.span().is_none());
        missing.extend(without.map(|scenario| {
            format!("Scenario `{}`: it has no pictures, because quantiles.csv has no values of it.", scenario.name)
        }));
    }
    let several = drawable.len() > 1;
    let nothing = About::default();
    let mut sections = Vec::new();
    for (at, scenario) in drawable.iter().enumerate() {
        if at >= MOST_SCENARIOS {
            lacking(scenario, COMPARED.into_iter(), &mut missing);
            continue;
        }
        lacking(scenario, shown::of_scenario(), &mut missing);
        let about = folder.about(&scenario.name).unwrap_or(&nothing);
        let suffix = if several { format!("-{}", file_name(&scenario.name, at)) } else { String::new() };
        let Some(mut view) = View::of(scenario, about, suffix) else { continue };
        view.language = folder.language;
        sections
            .push(Pictures { scenario: scenario.name.clone(), figures: view.figures(at < MOST_FULL, &mut missing) });
    }
    if drawable.len() > MOST_SCENARIOS {
        missing.push(format!("Only the first {MOST_SCENARIOS} scenarios have pictures of their own."));
    }
    if sections.len() > MOST_FULL {
        missing.push(format!("Only the first {MOST_FULL} scenarios have pictures by topic below the first six."));
    }
    let comparison = if several { comparison(&drawable) } else { Vec::new() };
    Report { comparison, sections, missing }
}

/// Says what quantiles.csv has no values of: whole tables, then single indicators of the others.
fn lacking(scenario: &ScenarioResults, wanted: impl Iterator<Item = Shown>, missing: &mut Vec<String>) {
    let (there, without): (Vec<Shown>, Vec<Shown>) =
        wanted.filter(|shown| !shown.rare).partition(|shown| scenario.has(*shown));
    let recorded = |shown: &Shown| there.iter().any(|other| other.table == shown.table);
    let columns: BTreeSet<String> = without
        .iter()
        .filter(|shown| recorded(shown))
        .map(|shown| format!("`{}.{}`", shown.table, shown.column))
        .collect();
    let tables: BTreeSet<String> =
        without.iter().filter(|shown| !recorded(shown)).map(|shown| format!("`{}`", shown.table)).collect();
    let mut say = |what: &str, of: &str, names: BTreeSet<String>| {
        if !names.is_empty() {
            let names: Vec<String> = names.into_iter().collect();
            missing.push(format!(
                "Scenario `{}`: {what}, because quantiles.csv has no {of} {}.",
                scenario.name,
                names.join(", ")
            ));
        }
    };
    say("some pictures are left out", "rows for them of table", tables);
    say("panels and lines are left out", "values of", columns);
}

/// A scenario's name as part of a file's name.
pub fn file_name(name: &str, at: usize) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.len() <= 60 && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("scenario-{}", at + 1)
    }
}

fn runs_text(scenario: &ScenarioResults) -> String {
    let parts = scenario.tells_luck_apart();
    of_runs(
        scenario,
        if parts {
            "Median with 90 % bands of luck (inner) and of luck and doubt together (outer),"
        } else {
            "Median with 50 % and 90 % bands,"
        },
    )
}

/// Over which runs something is taken.
fn of_runs(scenario: &ScenarioResults, what: &str) -> String {
    match (scenario.runs, scenario.points) {
        (0 | 1, _) => "One run".to_owned(),
        (runs, 0 | 1) => format!("{what} {runs} runs"),
        (runs, points) if scenario.pooled() => format!("{what} {runs} runs at {points} design points"),
        (runs, _) => format!("{what} {runs} runs at the first design point"),
    }
}

/// A picture with its heading; data starts below [`HEAD`].
pub fn titled(height: f64, title: &str, note: &str, runs: &str) -> Svg {
    let mut svg = Svg::new(WIDTH, height, &format!("{title}: {note}"));
    svg.text(0.0, 18.0, Anchor::Start, Ink::Title, title);
    svg.text(WIDTH, 18.0, Anchor::End, Ink::Quiet, runs);
    svg.text(0.0, 38.0, Anchor::Start, Ink::Quiet, note);
    svg
}
pub const HEAD: f64 = 52.0;
/// Room for tick labels left of a frame, and below it.
pub const LEFT: f64 = 58.0;
pub const FOOT: f64 = 30.0;

/// One panel of a grid.
struct Panel<'a> {
    title: String,
    lines: Vec<(&'a [Stat], Look<'a>)>,
    scale: Axis,
    writing: Writing,
}

/// Panels side by side, with the same months across.
fn grid(mut svg: Svg, top: f64, columns: usize, panels: &[Panel<'_>], span: (Month, Month)) -> Svg {
    let cell = WIDTH / columns as f64;
    for (at, panel) in panels.iter().enumerate() {
        let (column, row) = ((at % columns) as f64, (at / columns) as f64);
        let (x, y) = (column * cell, top + row * GRID_ROW);
        svg.text(x, y + 14.0, Anchor::Start, Ink::Heading, &panel.title);
        let frame = Frame { x: x + LEFT, y: y + 26.0, width: cell - LEFT - 18.0, height: GRID_ROW - 76.0 };
        let axes = Axes { frame, first: span.0, last: span.1, scale: panel.scale.clone(), writing: panel.writing };
        axes.draw(&mut svg);
        for (stats, look) in &panel.lines {
            fan(&mut svg, &axes, stats, *look);
        }
        let told = panel.lines.iter().map(|(stats, look)| Told::fan(&panel.title, look.colour, stats, axes.months()));
        svg.tell(axes.plot(&panel.title, "", told.collect()));
    }
    svg
}
const GRID_ROW: f64 = 216.0;

/// Of which runs panels speak, if not of all.
fn partial(panels: &[Panel<'_>]) -> &'static str {
    let mut lines = panels.iter().flat_map(|panel| &panel.lines);
    if lines.any(|(stats, look)| stats.iter().any(|stat| stat.n < look.runs)) {
        "Where not all runs have a value, the line and its bands are of those that have one; a faded line: fewer than half."
    } else {
        ""
    }
}

fn grid_height(top: f64, panels: usize, columns: usize) -> f64 {
    top + panels.div_ceil(columns) as f64 * GRID_ROW - 16.0
}

/// The headline indicators of several scenarios over each other.
pub(super) fn comparison(scenarios: &[&ScenarioResults]) -> Vec<Figure> {
    let spans = scenarios.iter().filter_map(|scenario| scenario.span());
    let Some(span) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else { return Vec::new() };
    let mut panels = Vec::new();
    for shown in COMPARED {
        let each = || scenarios.iter().map(|scenario| scenario.series(shown, ""));
        if each().all(<[Stat]>::is_empty) {
            continue;
        }
        let lines = each().zip(scenarios).enumerate().map(|(at, (stats, scenario))| {
            let look = Look {
                colour: palette::colour(at),
                width: 2.0,
                bands: scenarios.len() <= 2,
                dashes: palette::dashes(at),
                runs: scenario.runs,
            };
            (stats, look)
        });
        panels.push(Panel {
            title: shown.heading(),
            lines: lines.collect(),
            scale: shown.scale(each().flatten(), scenarios.len() <= 2, 4),
            writing: shown.writing,
        });
    }
    if panels.is_empty() {
        return Vec::new();
    }
    let bands = if scenarios.len() <= 2 { "Medians with 50 % and 90 % bands" } else { "Medians" };
    let mut rows = vec![(0.0, HEAD + 12.0)];
    let (mut x, mut y) = (0.0, HEAD + 12.0);
    for scenario in &scenarios[..scenarios.len() - 1] {
        x += 44.0 + text_width(&shortened(&scenario.name), 13.0);
        if x > WIDTH - 240.0 {
            (x, y) = (0.0, y + 20.0);
        }
        rows.push((x, y));
    }
    let top = y + 20.0;
    let height = grid_height(top, panels.len(), 2);
    let mut svg = titled(height, "Scenarios compared", "The world under each scenario", bands);
    for (at, (scenario, (x, y))) in scenarios.iter().zip(rows).enumerate() {
        let colour = palette::colour(at);
        let stroke = Stroke { dashes: palette::dashes(at), ..Stroke::solid(colour, 3.0) };
        svg.line(&[(x, y - 4.0), (x + 22.0, y - 4.0)], stroke);
        svg.text(x + 28.0, y, Anchor::Start, Ink::Label(colour), &shortened(&scenario.name));
    }
    let svg = grid(svg, top, 2, &panels, span);
    vec![Figure::new("comparison", partial(&panels), svg)]
}

/// What a picture is drawn on.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    pub width: f64,
    /// What it is written in.
    pub language: Language,
}

impl<'a> View<'a> {
    /// What its pictures are drawn on.
    pub fn paper(&self) -> Paper {
        Paper { width: self.width, language: self.language }
    }

    /// What there is to see of a scenario; the names of its pictures end with `suffix`. `None` if it has no trajectories.
    pub fn of(scenario: &'a ScenarioResults, about: &'a About, suffix: String) -> Option<Self> {
        let (span, states) = (scenario.span()?, StateColours::of(scenario, about));
        Some(Self { scenario, about, states, span, width: WIDE, language: Language::default(), suffix })
    }

    /// Draws for a wide page, and for a narrow one if asked; `None` if there are no values.
    fn drawn(
        &mut self,
        (name, group): (&str, Option<&'static str>),
        draw: impl Fn(&Self) -> Option<(Svg, String)>,
    ) -> Option<Figure> {
        let (svg, caption) = draw(self)?;
        let narrow = if group.is_none() {
            self.width = NARROW;
            let drawn = draw(self).map(|(svg, _)| svg);
            self.width = WIDE;
            drawn
        } else {
            None
        };
        Some(Figure { name: format!("{name}{}", self.suffix), caption, svg, narrow, group })
    }

    /// One of the pictures, if there are values for it.
    pub fn figure(&mut self, picture: &Picture) -> Option<Figure> {
        self.drawn((picture.name, picture.group), |view| view.draw(picture))
    }

    /// Every picture that there are values for; the others are named in `missing`.
    fn figures(&mut self, full: bool, missing: &mut Vec<String>) -> Vec<Figure> {
        let mut figures = Vec::new();
        figures.extend(self.drawn(("story", None), Self::story));
        figures.extend(self.drawn(("timeline", None), Self::timeline));
        for picture in PICTURES.iter().filter(|picture| full || picture.group.is_none()) {
            if picture.kind == Drawing::EachState && self.states.list.len() < 2 {
                missing.push(format!(
                    "Scenario `{}`: picture `{}` is left out, because it sets states side by side and there is one.",
                    self.scenario.name, picture.name
                ));
                continue;
            }
            // Where plants stand only the config says, and that it cannot be read was said.
            if picture.kind == Drawing::ChipChain && self.about.fabs.is_empty() && self.about.accelerators.is_empty() {
                continue;
            }
            match self.figure(picture) {
                Some(figure) => figures.push(figure),
                None if picture.indicators.iter().all(|shown| self.scenario.has(*shown)) => missing.push(format!(
                    "Scenario `{}`: picture `{}` is left out, because quantiles.csv has too few values for it.",
                    self.scenario.name, picture.name
                )),
                // That its indicators have no values is said of each.
                None => {}
            }
        }
        figures
    }

    /// Draws a picture, if there are values for it.
    fn draw(&self, picture: &Picture) -> Option<(Svg, String)> {
        let &first = picture.indicators.first()?;
        match picture.kind {
            Drawing::Gap => self.gap(first),
            Drawing::Grid(title, note) => self.grid(title, note, picture.indicators),
            Drawing::Overview => self.overview(first),
            Drawing::EachState => self.each_state(first),
            Drawing::Supply => self.supply(first),
            Drawing::Firms => self.firms(first),
            Drawing::Leaderboard => self.leaderboard(first),
            Drawing::Frontier => self.frontier(picture.indicators),
            Drawing::Usage => self.usage(first),
            Drawing::ChipChain => self.chip_chain(picture.indicators),
            Drawing::Power => self.power(picture.indicators),
            Drawing::Progress => self.progress(picture.indicators),
        }
    }

    /// Whether half of the runs have the value.
    pub fn is_of_most(&self, stat: &Stat) -> bool {
        2 * u64::from(stat.n) >= u64::from(self.scenario.runs)
    }

    /// Whether the config names the firm; without a config all are taken.
    pub fn knows(&self, firm: &str) -> bool {
        self.about.firms.is_empty() || self.about.firm(firm).is_some()
    }

    /// The colour of the firm's home.
    pub fn firm_colour(&self, firm: &str) -> &'static str {
        self.about.firm(firm).map_or(palette::GREY, |firm| self.states.colour(&firm.state))
    }

    pub fn look<'c>(&self, colour: &'c str, bands: bool) -> Look<'c> {
        Look { colour, width: if bands { 2.4 } else { 1.6 }, bands, dashes: "", runs: self.scenario.runs }
    }

    pub fn axes(&self, height: f64, room: f64, scale: Axis, writing: Writing) -> Axes {
        let top = HEAD + 10.0;
        let frame = Frame { x: LEFT, y: top, width: WIDTH - LEFT - room, height: height - top - FOOT };
        Axes { frame, first: self.span.0, last: self.span.1, scale, writing }
    }

    pub fn average(&self, which: &str) -> String {
        of_runs(self.scenario, &format!("{which} of"))
    }

    /// The months in which a shock of the scenario acts, shaded.
    pub fn shade_shocks(&self, svg: &mut Svg, axes: &Axes) {
        for (shock, (from, last)) in self.shocks() {
            let (left, right) = (axes.x(from), axes.x(last.plus(1)));
            let (top, foot) = (axes.frame.y, axes.frame.y + axes.frame.height);
            svg.group(&format!("{shock}: {from} to {last}"), |svg| {
                svg.band(&[(left, top), (right, top)], &[(left, foot), (right, foot)], palette::GREY, 0.16);
            });
        }
    }

    fn shocks(&self) -> impl Iterator<Item = (&str, (Month, Month))> {
        let within = |shock: &'a Act| Some((shock.name.as_str(), shock.within(self.span)?));
        self.about.acts(Acts::Shocks).iter().filter_map(within)
    }

    /// What the shaded months are.
    pub fn shading(&self) -> String {
        let names: Vec<&str> = self.shocks().map(|(name, _)| name).collect();
        if names.is_empty() { String::new() } else { format!(" Shaded: {}.", names.join(", ")) }
    }

    fn gap(&self, shown: Shown) -> Option<(Svg, String)> {
        let stats = self.scenario.series(shown, "");
        if stats.is_empty() {
            return None;
        }
        let title = match &self.about.comparison {
            None => shown.title.to_owned(),
            Some(ComparedStates { leader, follower }) => format!("{} of {leader} over {follower}", shown.title),
        };
        let mut svg = titled(380.0, &title, &shown.meaning(), &runs_text(self.scenario));
        let scale = shown.scale(stats.iter(), true, 6);
        let axes = self.axes(380.0, 20.0, scale, Writing::Plain);
        axes.draw(&mut svg);
        self.shade_shocks(&mut svg, &axes);
        fan(&mut svg, &axes, stats, self.look(palette::colour(0), true));
        svg.tell(axes.plot(&title, shown.unit(), vec![Told::fan("gap", palette::colour(0), stats, axes.months())]));
        Some((svg, format!("Below zero the follower leads.{}", self.shading())))
    }

    /// A grid of indicators of the world.
    fn grid(&self, title: &str, note: &str, indicators: &[Shown]) -> Option<(Svg, String)> {
        let mut panels = Vec::new();
        for &shown in indicators {
            let stats = self.scenario.series(shown, "");
            if stats.is_empty() {
                continue;
            }
            panels.push(Panel {
                title: shown.heading(),
                lines: vec![(stats, self.look(palette::colour(0), true))],
                scale: shown.scale(stats.iter(), true, 4),
                writing: shown.writing,
            });
        }
        if panels.is_empty() {
            return None;
        }
        let height = grid_height(HEAD + 6.0, panels.len(), 3);
        let svg = titled(height, title, note, &runs_text(self.scenario));
        Some((grid(svg, HEAD + 6.0, 3, &panels, self.span), partial(&panels).to_owned()))
    }

    /// All states on one pair of axes: fans for leader and follower, medians for the others.
    fn overview(&self, shown: Shown) -> Option<(Svg, String)> {
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
        let widest = lines.iter().map(|line| line.0).max_by_key(|name| name.chars().count())?;
        let room = label_room([shortened(widest).as_str()].into_iter());
        let height = 440.0;
        let mut svg = titled(height, shown.title, &shown.meaning(), &runs_text(self.scenario));
        let axes = self.axes(height, room, scale, shown.writing);
        axes.draw(&mut svg);
        self.shade_shocks(&mut svg, &axes);
        let mut labels = Vec::new();
        for (name, colour, stats, bands) in lines.iter().rev() {
            svg.group(name, |svg| fan(svg, &axes, stats, self.look(colour, *bands)));
            let Some(last) = stats.iter().rfind(|stat| 10 * u64::from(stat.n) >= u64::from(self.scenario.runs)) else {
                continue;
            };
            let (x, y) = (axes.x(last.date), axes.y(last.median()));
            if last.date < self.span.1 {
                svg.text(x + 6.0, y + 4.0, Anchor::Start, Ink::Inside(colour), &shortened(name));
            } else {
                labels.push(EndLabel { y, text: shortened(name), colour: (*colour).to_owned() });
            }
        }
        end_labels(&mut svg, axes.frame, labels);
        let told = lines.iter().map(|(name, colour, stats, _)| Told::fan(name, colour, stats, axes.months()));
        svg.tell(axes.plot(shown.title, shown.unit(), told.collect()));
        let bands = match lines.len() {
            3.. if self.scenario.runs > 1 => "Bands for the first two states, medians for the others. ",
            _ => "",
        };
        let faded = if self.scenario.runs > 1 {
            "Medians are of the runs that have a value. Only states with one in half of the runs; a faded line: fewer."
        } else {
            ""
        };
        Some((svg, format!("{bands}{faded}{}", self.shading())))
    }

    /// A panel with the fan of each state, the leader's median in grey behind.
    fn each_state(&self, shown: Shown) -> Option<(Svg, String)> {
        let series = |name: &str| self.scenario.series(shown, name);
        let with: Vec<_> = self.states.list.iter().filter(|(name, _)| !series(name).is_empty()).take(12).collect();
        let (leader, _) = with.first()?;
        let scale = shown.scale(with.iter().flat_map(|(name, _)| series(name)), true, 4);
        let behind = Look { width: 1.4, bands: false, ..self.look(palette::GREY, false) };
        let panels: Vec<Panel<'_>> = with
            .iter()
            .map(|(name, colour)| {
                let own = (series(name), self.look(colour, true));
                Panel {
                    title: shortened(name),
                    lines: if name == leader { vec![own] } else { vec![(series(leader), behind), own] },
                    scale: scale.clone(),
                    writing: shown.writing,
                }
            })
            .collect();
        let height = grid_height(HEAD + 6.0, panels.len(), 3);
        let title = format!("{}, one panel each", shown.title);
        let svg = titled(height, &title, &shown.meaning(), &runs_text(self.scenario));
        let caption = format!("The grey line is the median of {leader}. {}", partial(&panels));
        Some((grid(svg, HEAD + 6.0, 3, &panels, self.span), caption))
    }
}
