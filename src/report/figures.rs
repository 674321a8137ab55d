//! Which picture shows what.

use super::{
    Language,
    about::{About, Act, Acts},
    chart::{Axes, Frame, Look},
    data::ReportData,
    palette::{self, StateColours},
    scale::{Axis, Writing},
    sheet::Paper,
    shown::{self, COMPARED, Drawing, PICTURES, Picture, Shown},
    svg::Svg,
};
use crate::{
    report::{results::ScenarioResults, stat::Stat},
    scenario::Month,
};
use std::collections::{BTreeMap, BTreeSet};

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
    pub narrow: Svg,
    /// What it stands under; none for those that a scenario opens with.
    pub group: Option<&'static str>,
}

impl Figure {
    /// A picture of none of the groups of a scenario, drawn for a wide page and for a narrow one; `None` if there is nothing to draw.
    pub fn drawn(
        name: impl Into<String>,
        language: Language,
        mut draw: impl FnMut(Paper) -> Option<(Svg, String)>,
    ) -> Option<Self> {
        let ((svg, caption), (narrow, _)) = (draw(Paper::wide(language))?, draw(Paper::narrow(language))?);
        Some(Self { name: name.into(), caption, svg, narrow, group: None })
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
    pub paper: Paper,
    suffix: String,
}

/// The scenarios that have trajectories.
pub fn drawable(folder: &ReportData) -> Vec<&ScenarioResults> {
    folder.scenarios.iter().filter(|scenario| scenario.span().is_some()).collect()
}

/// Draws all pictures of single scenarios that the folder has data for; with what is left out.
pub fn draw(folder: &ReportData) -> (Vec<Pictures>, Vec<String>) {
    let drawable = drawable(folder);
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
        let Some(mut view) = View::of(scenario, about, suffix, folder.language) else { continue };
        sections
            .push(Pictures { scenario: scenario.name.clone(), figures: view.figures(at < MOST_FULL, &mut missing) });
    }
    if drawable.len() > MOST_SCENARIOS {
        missing.push(format!("Only the first {MOST_SCENARIOS} scenarios have pictures of their own."));
    }
    if sections.len() > MOST_FULL {
        missing.push(format!("Only the first {MOST_FULL} scenarios have pictures by topic below the first six."));
    }
    (sections, missing)
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

/// Over which runs something is taken.
fn of_runs(scenario: &ScenarioResults, what: &str) -> String {
    match (scenario.runs, scenario.points) {
        (0 | 1, _) => "One run".to_owned(),
        (runs, 0 | 1) => format!("{what} {runs} runs"),
        (runs, points) if scenario.pooled() => format!("{what} {runs} runs at {points} design points"),
        (runs, _) => format!("{what} {runs} runs at the first design point"),
    }
}

impl<'a> View<'a> {
    /// What there is to see of a scenario; the names of its pictures end with `suffix`. `None` if it has no trajectories.
    pub fn of(scenario: &'a ScenarioResults, about: &'a About, suffix: String, language: Language) -> Option<Self> {
        let (span, states) = (scenario.span()?, StateColours::of(scenario, about));
        Some(Self { scenario, about, states, span, paper: Paper::wide(language), suffix })
    }

    /// Draws for a wide page and for a narrow one; `None` if there are no values.
    fn drawn(
        &mut self,
        (name, group): (&str, Option<&'static str>),
        draw: impl Fn(&Self) -> Option<(Svg, String)>,
    ) -> Option<Figure> {
        let drawn = Figure::drawn(format!("{name}{}", self.suffix), self.paper.language, |paper| {
            self.paper = paper;
            draw(self)
        })?;
        Some(Figure { group, ..drawn })
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

    /// Draws a picture on the view's paper alone, if there are values for it.
    pub fn draw(&self, picture: &Picture) -> Option<(Svg, String)> {
        let &first = picture.indicators.first()?;
        match picture.kind {
            Drawing::Gap => self.gap(first),
            Drawing::Grid(title, note) => self.grid(title, note, picture.indicators),
            Drawing::Overview => self.overview(first),
            Drawing::EachState => self.each_state(first),
            Drawing::Domains => self.domains(first),
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

    /// The best median of these in each month, among those that half of the runs have.
    pub fn best<'s>(&self, stats: impl Iterator<Item = &'s Stat>) -> BTreeMap<Month, f64> {
        let mut best = BTreeMap::new();
        for stat in stats.filter(|stat| self.is_of_most(stat)) {
            let top = best.entry(stat.date).or_insert(f64::MIN);
            *top = top.max(stat.median());
        }
        best
    }

    /// Whether the config names the firm; without a config all are taken.
    pub fn knows(&self, firm: &str) -> bool {
        self.about.firms.is_empty() || self.about.firm(firm).is_some()
    }

    /// The colour of the firm's home.
    pub fn firm_colour(&self, firm: &str) -> &'static str {
        self.about.firm(firm).map_or(palette::GREY, |firm| self.states.colour(&firm.state))
    }

    /// The states that are home to some of these firms, with their colours.
    pub fn homes<'n>(&self, firms: impl Iterator<Item = &'n str>) -> Vec<(&str, &'static str)> {
        let homes: BTreeSet<&str> =
            firms.filter_map(|name| self.about.firm(name)).map(|firm| firm.state.as_str()).collect();
        let states = self.states.list.iter().map(|(name, colour)| (name.as_str(), *colour));
        states.filter(|(name, _)| homes.contains(name)).collect()
    }

    pub fn look<'c>(&self, colour: &'c str, bands: bool) -> Look<'c> {
        Look { colour, width: if bands { 2.4 } else { 1.6 }, bands, dashes: "", runs: self.scenario.runs }
    }

    /// Axes over the months of the scenario.
    pub fn axes(&self, frame: Frame, scale: Axis, writing: Writing) -> Axes {
        Axes { frame, first: self.span.0, last: self.span.1, scale, writing }
    }

    /// What lines with bands are, and over which runs.
    pub fn fans(&self) -> String {
        of_runs(
            self.scenario,
            if self.scenario.tells_luck_apart() {
                "Median with 90 % bands of luck (inner) and of luck and doubt together (outer),"
            } else {
                "Median with 50 % and 90 % bands,"
            },
        )
    }

    /// What lines without bands are, and over which runs.
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

    /// The shocks of the scenario within its span.
    fn shocks(&self) -> impl Iterator<Item = (&str, (Month, Month))> {
        let within = |shock: &'a Act| Some((shock.name.as_str(), shock.within(self.span)?));
        self.about.acts(Acts::Shocks).iter().filter_map(within)
    }

    /// What the shaded months are.
    pub fn shading(&self) -> String {
        let names: Vec<&str> = self.shocks().map(|(name, _)| name).collect();
        if names.is_empty() { String::new() } else { format!(" Shaded: {}.", names.join(", ")) }
    }
}
