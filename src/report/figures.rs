//! Which picture shows what.

use super::chart::{Axes, EndLabel, Frame, Layer, Look, SUM, end_labels, fan, label_room, part_bars, shortened, stack};
use super::data::{Folder, Scenario, Stat};
use super::manifest::{About, Event};
use super::palette::{self, States};
use super::scale::{Scale, Writing};
use super::svg::{Anchor, Ink, RULE, Stroke, Svg, text_width};
use crate::model::record::{FirmRow, StateRow, WorldRow};
use crate::output::table::{Column, Row};
use crate::scenario::Month;

/// Width of every picture.
const WIDTH: f64 = 960.0;
/// Scenarios that get a full set of pictures.
const MOST_SCENARIOS: usize = 6;

/// A picture and what to say below it.
pub struct Figure {
    /// Its file is `<name>.svg`.
    pub name: String,
    pub caption: String,
    pub svg: Svg,
}

/// The pictures of one scenario.
pub struct Section {
    pub scenario: String,
    pub figures: Vec<Figure>,
}

/// All pictures of a report.
pub struct Report {
    pub comparison: Vec<Figure>,
    pub sections: Vec<Section>,
    pub missing: Vec<String>,
}

impl Report {
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.comparison.iter().chain(self.sections.iter().flat_map(|section| &section.figures))
    }
}

/// An indicator to show.
#[derive(Clone, Copy)]
struct Shown {
    table: &'static str,
    column: &'static str,
    title: &'static str,
    writing: Writing,
    log: bool,
}

const fn shown(table: &'static str, column: &'static str, title: &'static str, percent: bool) -> Shown {
    let writing = if percent { Writing::Percent } else { Writing::Plain };
    Shown { table, column, title, writing, log: false }
}

const fn log(shown: Shown) -> Shown {
    Shown { log: true, ..shown }
}

const GAP: Shown = shown("world", "gap_rating", "Rating gap", false);

/// Indicators of the world that several scenarios are compared by.
const COMPARED: [Shown; 6] = [
    GAP,
    shown("world", "frontier_capability", "Frontier capability", false),
    shown("world", "open_share", "Open firms' share of usage", true),
    shown("world", "firm_hhi", "Concentration of usage (HHI)", false),
    shown("world", "open_gap_rating", "Closed\u{2013}open rating gap", false),
    shown("world", "output_effect", "Output added by AI", true),
];

const WORLD: [Shown; 9] = [
    shown("world", "frontier_rating", "Frontier rating", false),
    COMPARED[1],
    COMPARED[4],
    COMPARED[2],
    COMPARED[3],
    shown("world", "firms", "Firms in business", false),
    log(shown("world", "compute", "Compute", false)),
    shown("world", "adoption", "Adoption", true),
    COMPARED[5],
];

/// Indicators by state; the first three also get a panel for each state.
const BY_STATE: [(&str, Shown); 6] = [
    ("rating", shown("states", "rating", "Rating by state", false)),
    ("capability", shown("states", "capability", "Capability by state", false)),
    ("compute", log(shown("states", "compute", "Compute by state", false))),
    ("power", shown("states", "power", "Power by state", true)),
    ("adoption", shown("states", "adoption", "Adoption by state", true)),
    ("output_effect", shown("states", "output_effect", "Output added by AI, by state", true)),
];

impl Shown {
    fn declared(&self) -> Option<&'static Column> {
        let columns = match self.table {
            WorldRow::TABLE => WorldRow::COLUMNS,
            StateRow::TABLE => StateRow::COLUMNS,
            _ => FirmRow::COLUMNS,
        };
        columns.iter().find(|column| column.name == self.column)
    }

    fn unit(&self) -> &'static str {
        match self.declared() {
            _ if self.writing == Writing::Percent => "per cent",
            Some(column) if column.unit != "1" => column.unit,
            _ => "",
        }
    }

    /// What is shown and in which unit.
    fn meaning(&self) -> String {
        let meaning = self.declared().map_or("", |column| column.meaning.trim_end_matches('.'));
        let unit = if self.log { format!("{}, log scale", self.unit()) } else { self.unit().to_owned() };
        if unit.is_empty() { meaning.to_owned() } else { format!("{meaning} ({unit})") }
    }

    fn scale<'a>(&self, stats: impl Iterator<Item = &'a Stat>, bands: bool, count: usize) -> Scale {
        let values = stats.flat_map(|stat| {
            let levels = if bands { 0..5 } else { 2..3 };
            stat.quantiles[levels].iter().copied()
        });
        if self.log { Scale::log(values) } else { Scale::linear(values, count) }
    }
}

/// One scenario with what is known about it.
struct View<'a> {
    scenario: &'a Scenario,
    about: &'a About,
    states: States,
    span: (Month, Month),
    events: Vec<(usize, &'a Event)>,
    suffix: String,
}

/// The dated facts that are numbered on the pictures: those within the span that are not releases.
pub fn numbered(about: &About, span: (Month, Month)) -> Vec<(usize, &Event)> {
    let within = |event: &&Event| event.date >= span.0 && event.date <= span.1 && !event.is_release();
    about.events.iter().filter(within).enumerate().map(|(at, event)| (at + 1, event)).collect()
}

/// Draws everything that the folder has data for.
pub fn draw(folder: &Folder) -> Report {
    let drawable: Vec<&Scenario> = folder.scenarios.iter().filter(|scenario| scenario.span().is_some()).collect();
    let mut missing = Vec::new();
    let several = drawable.len() > 1;
    let nothing = About::default();
    let mut sections = Vec::new();
    for (at, scenario) in drawable.iter().take(MOST_SCENARIOS).enumerate() {
        let Some(span) = scenario.span() else { continue };
        let about = folder.manifest.about(&scenario.name).unwrap_or(&nothing);
        let suffix = if several { format!("-{}", file_name(&scenario.name, at)) } else { String::new() };
        let states = States::of(scenario, about);
        let view = View { scenario, about, states, span, events: numbered(about, span), suffix };
        sections.push(Section { scenario: scenario.name.clone(), figures: view.figures(&mut missing) });
    }
    if drawable.len() > MOST_SCENARIOS {
        missing.push(format!("Only the first {MOST_SCENARIOS} scenarios have pictures of their own."));
    }
    Report { comparison: if several { comparison(&drawable) } else { Vec::new() }, sections, missing }
}

/// A scenario's name as part of a file's name.
fn file_name(name: &str, at: usize) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.len() <= 60 && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("scenario-{}", at + 1)
    }
}

fn runs_text(runs: u32) -> String {
    if runs > 1 { format!("Median with 50 % and 90 % bands, {runs} runs") } else { "One run".to_owned() }
}

/// A picture with its heading; data starts below [`HEAD`].
fn titled(height: f64, title: &str, note: &str) -> Svg {
    let mut svg = Svg::new(WIDTH, height, &format!("{title}: {note}"));
    svg.text(0.0, 18.0, Anchor::Start, Ink::Title, title);
    svg.text(0.0, 38.0, Anchor::Start, Ink::Quiet, note);
    svg
}
const HEAD: f64 = 52.0;
/// Room for tick labels left of a frame, and below it.
const LEFT: f64 = 58.0;
const FOOT: f64 = 30.0;

/// One panel of a grid.
struct Panel<'a> {
    title: String,
    lines: Vec<(&'a [Stat], Look<'a>)>,
    scale: Scale,
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
    }
    svg
}
const GRID_ROW: f64 = 216.0;

fn grid_height(top: f64, panels: usize, columns: usize) -> f64 {
    top + panels.div_ceil(columns) as f64 * GRID_ROW - 16.0
}

/// The headline indicators of several scenarios over each other.
fn comparison(scenarios: &[&Scenario]) -> Vec<Figure> {
    let spans = scenarios.iter().filter_map(|scenario| scenario.span());
    let Some(span) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else { return Vec::new() };
    let mut panels = Vec::new();
    for shown in COMPARED {
        let each = || scenarios.iter().map(|scenario| scenario.series(shown.table, "", shown.column));
        if each().all(<[Stat]>::is_empty) {
            continue;
        }
        let lines = each().zip(scenarios).enumerate().map(|(at, (stats, scenario))| {
            let look = Look {
                colour: palette::colour(at),
                width: 2.0,
                bands: scenarios.len() <= 3,
                dashes: palette::dashes(at),
                runs: scenario.runs,
            };
            (stats, look)
        });
        let unit = shown.unit();
        panels.push(Panel {
            title: if unit.is_empty() { shown.title.to_owned() } else { format!("{}, {unit}", shown.title) },
            lines: lines.collect(),
            scale: shown.scale(each().flatten(), scenarios.len() <= 3, 4),
            writing: shown.writing,
        });
    }
    if panels.is_empty() {
        return Vec::new();
    }
    let bands = if scenarios.len() <= 3 { "Medians with 50 % and 90 % bands" } else { "Medians" };
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
    let mut svg = titled(height, "Scenarios compared", &format!("{bands} over the runs of each scenario"));
    for (at, (scenario, (x, y))) in scenarios.iter().zip(rows).enumerate() {
        let colour = palette::colour(at);
        let stroke = Stroke { dashes: palette::dashes(at), ..Stroke::solid(colour, 3.0) };
        svg.line(&[(x, y - 4.0), (x + 22.0, y - 4.0)], stroke);
        svg.text(x + 28.0, y, Anchor::Start, Ink::Label(colour), &shortened(&scenario.name));
    }
    let svg = grid(svg, top, 2, &panels, span);
    vec![Figure { name: "comparison".to_owned(), caption: String::new(), svg }]
}

impl View<'_> {
    fn figures(&self, missing: &mut Vec<String>) -> Vec<Figure> {
        let mut figures = Vec::new();
        let mut add = |name: &str, figure: Option<(Svg, String)>, table: &str| match figure {
            Some((svg, caption)) => figures.push(Figure { name: format!("{name}{}", self.suffix), caption, svg }),
            None => missing.push(format!(
                "Scenario `{}`: no picture `{name}`, because quantiles.csv has no rows of table `{table}` for it.",
                self.scenario.name
            )),
        };
        add("rating_gap", self.rating_gap(), "world");
        add("world", self.world(), "world");
        for (at, (name, shown)) in BY_STATE.into_iter().enumerate() {
            add(name, self.overview(shown), "states");
            if at < 3 && self.states.list.len() > 1 {
                add(&format!("{name}_by_state"), self.by_state(shown), "states");
            }
        }
        add("firms_rating", self.firms(), "firms");
        add("usage_shares", self.usage(), "firms");
        add("progress", self.progress(), "world");
        figures
    }

    fn look<'a>(&self, colour: &'a str, bands: bool) -> Look<'a> {
        Look { colour, width: if bands { 2.4 } else { 1.6 }, bands, dashes: "", runs: self.scenario.runs }
    }

    fn axes(&self, height: f64, room: f64, scale: Scale, writing: Writing) -> Axes {
        let top = HEAD + self.event_rows() as f64 * 14.0;
        let frame = Frame { x: LEFT, y: top, width: WIDTH - LEFT - room, height: height - top - FOOT };
        Axes { frame, first: self.span.0, last: self.span.1, scale, writing }
    }

    fn event_rows(&self) -> usize {
        self.events.len().min(2)
    }

    /// Thin numbered lines at the dated events.
    fn mark_events(&self, svg: &mut Svg, axes: &Axes) {
        let mut ends = [f64::NEG_INFINITY; 2];
        for (number, event) in &self.events {
            let (x, top) = (axes.x(event.date), axes.frame.y);
            svg.group(&format!("{number} · {} · {}: {}", event.date, event.actor, event.text), |svg| {
                let foot = top + axes.frame.height;
                svg.line(&[(x, top - 2.0), (x, foot)], Stroke { opacity: 0.7, dashes: "2 3", ..RULE });
                if let Some(row) = ends.iter().position(|end| x - 8.0 > *end) {
                    ends[row] = x + 8.0;
                    let y = top - 5.0 - 13.0 * row as f64;
                    svg.text(x, y, Anchor::Middle, Ink::Quiet, &number.to_string());
                }
            });
        }
    }

    fn events_caption(&self) -> &'static str {
        if self.events.is_empty() { "" } else { " Numbered lines are dated events, listed below." }
    }

    fn rating_gap(&self) -> Option<(Svg, String)> {
        let stats = self.scenario.series(GAP.table, "", GAP.column);
        if stats.is_empty() {
            return None;
        }
        let title = match (self.about.leader.as_str(), self.about.follower.as_str()) {
            ("", _) | (_, "") => GAP.title.to_owned(),
            (leader, follower) => format!("Rating gap of {leader} over {follower}"),
        };
        let mut svg = titled(380.0, &title, &format!("{}. {}", GAP.meaning(), runs_text(self.scenario.runs)));
        let scale = GAP.scale(stats.iter(), true, 6);
        let axes = self.axes(380.0, 20.0, scale, Writing::Plain);
        axes.draw(&mut svg);
        self.mark_events(&mut svg, &axes);
        fan(&mut svg, &axes, stats, self.look(palette::colour(0), true));
        Some((svg, format!("Below zero the follower leads.{}", self.events_caption())))
    }

    fn world(&self) -> Option<(Svg, String)> {
        let mut panels = Vec::new();
        for shown in WORLD {
            let stats = self.scenario.series(shown.table, "", shown.column);
            if stats.is_empty() {
                continue;
            }
            let unit = if shown.log { format!("{}, log", shown.unit()) } else { shown.unit().to_owned() };
            panels.push(Panel {
                title: if unit.is_empty() { shown.title.to_owned() } else { format!("{}, {unit}", shown.title) },
                lines: vec![(stats, self.look(palette::colour(0), true))],
                scale: shown.scale(stats.iter(), true, 4),
                writing: shown.writing,
            });
        }
        if panels.is_empty() {
            return None;
        }
        let height = grid_height(HEAD + 6.0, panels.len(), 3);
        let svg = titled(height, "The world", &runs_text(self.scenario.runs));
        Some((grid(svg, HEAD + 6.0, 3, &panels, self.span), String::new()))
    }

    /// All states on one pair of axes: fans for leader and follower, medians for the others.
    fn overview(&self, shown: Shown) -> Option<(Svg, String)> {
        let lines: Vec<(&str, &str, &[Stat], bool)> = self
            .states
            .list
            .iter()
            .enumerate()
            .map(|(at, (name, colour))| {
                (name.as_str(), *colour, self.scenario.series(shown.table, name, shown.column), at < 2)
            })
            .filter(|(_, _, stats, _)| !stats.is_empty())
            .collect();
        let scale = {
            let all = |bands| lines.iter().filter(move |line| line.3 == bands).flat_map(|line| line.2);
            let values = all(true).flat_map(|stat| stat.quantiles).chain(all(false).map(Stat::median));
            if shown.log { Scale::log(values) } else { Scale::linear(values, 6) }
        };
        let widest = lines.iter().map(|line| line.0).max_by_key(|name| name.chars().count())?;
        let room = label_room([shortened(widest).as_str()].into_iter());
        let height = 440.0;
        let mut svg = titled(height, shown.title, &format!("{}. {}", shown.meaning(), runs_text(self.scenario.runs)));
        let axes = self.axes(height, room, scale, shown.writing);
        axes.draw(&mut svg);
        self.mark_events(&mut svg, &axes);
        let mut labels = Vec::new();
        for (name, colour, stats, bands) in lines.iter().rev() {
            svg.group(name, |svg| fan(svg, &axes, stats, self.look(colour, *bands)));
            if let Some(last) = stats.last() {
                let colour = (*colour).to_owned();
                labels.push(EndLabel { y: axes.y(last.median()), text: shortened(name), colour });
            }
        }
        end_labels(&mut svg, axes.frame, labels);
        let bands = match lines.len() {
            3.. if self.scenario.runs > 1 => "Bands for the first two states, medians for the others. ",
            _ => "",
        };
        let faded = if self.scenario.runs > 1 { "A faded line: fewer than half of the runs have a value." } else { "" };
        Some((svg, format!("{bands}{faded}{}", self.events_caption())))
    }

    /// A panel with the fan of each state, the leader's median in grey behind.
    fn by_state(&self, shown: Shown) -> Option<(Svg, String)> {
        let series = |name: &str| self.scenario.series(shown.table, name, shown.column);
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
        let note = format!("{}. {}", shown.meaning(), runs_text(self.scenario.runs));
        let svg = titled(height, &format!("{}, one panel each", shown.title), &note);
        let caption = format!("The grey line is the median of {leader}.");
        Some((grid(svg, HEAD + 6.0, 3, &panels, self.span), caption))
    }

    fn firms(&self) -> Option<(Svg, String)> {
        let shown = shown("firms", "rating", "Ratings of firms", false);
        let known = |name: &str| self.about.firms.is_empty() || self.about.firm(name).is_some();
        let firms: Vec<(&str, &[Stat])> =
            self.scenario.entities("firms", "rating").filter(|(name, _)| known(name)).take(40).collect();
        let widest = firms.iter().map(|firm| firm.0).max_by_key(|name| name.chars().count())?;
        let room = label_room([shortened(widest).as_str()].into_iter());
        let most = |stat: &&Stat| 2 * u64::from(stat.n) >= u64::from(self.scenario.runs);
        let scale = shown.scale(firms.iter().flat_map(|firm| firm.1).filter(most), false, 7);
        let note = format!("{}; median of {} runs", shown.meaning(), self.scenario.runs.max(1));
        let mut svg = titled(600.0, shown.title, &note);
        self.states.legend(&mut svg, HEAD + 8.0, firms.iter().filter_map(|firm| self.about.firm(firm.0)));
        let mut axes = self.axes(600.0, room, scale, Writing::Plain);
        axes.frame.y += 26.0;
        axes.frame.height -= 26.0;
        axes.draw(&mut svg);
        self.mark_events(&mut svg, &axes);
        self.mark_releases(&mut svg, &axes);
        let mut labels = Vec::new();
        for (name, stats) in &firms {
            let (colour, dashes) = match self.about.firm(name) {
                Some(firm) => (self.states.colour(&firm.state), if firm.open { "5 3" } else { "" }),
                None => (palette::GREY, ""),
            };
            let look = Look { dashes, ..self.look(colour, false) };
            svg.group(name, |svg| fan(svg, &axes, stats, look));
            labels.extend(self.mark_life(&mut svg, &axes, (name, stats), colour));
        }
        end_labels(&mut svg, axes.frame, labels);
        let caption = "Solid: closed firms; dashed: open firms. A ring marks an entry after the start, a cross an exit, each at \
                       the month by which it has happened in half of the runs; a faded line: fewer than half of the \
                       runs have the firm in business. Ticks at the foot are the releases that the config dates.";
        Some((svg, format!("{caption}{}", self.events_caption())))
    }

    /// Marks where a firm enters and leaves in the median run; gives the label of a firm that stays.
    fn mark_life(&self, svg: &mut Svg, axes: &Axes, firm: (&str, &[Stat]), colour: &str) -> Option<EndLabel> {
        let (name, stats) = firm;
        let there: Vec<&Stat> =
            stats.iter().filter(|stat| 2 * u64::from(stat.n) >= u64::from(self.scenario.runs)).collect();
        let (first, last) = (there.first()?, there.last()?);
        if first.date > self.span.0 {
            let tooltip = format!("{name} enters {}", first.date);
            svg.group(&tooltip, |svg| svg.ring(axes.x(first.date), axes.y(first.median()), 3.5, colour));
        }
        let (x, y) = (axes.x(last.date), axes.y(last.median()));
        if last.date < self.span.1 {
            svg.group(&format!("{name} closes after {}", last.date), |svg| svg.cross(x, y, 4.0, colour));
            svg.text(x + 8.0, y + 12.0, Anchor::Start, Ink::Label(colour), &shortened(name));
            return None;
        }
        Some(EndLabel { y, text: shortened(name), colour: colour.to_owned() })
    }

    fn mark_releases(&self, svg: &mut Svg, axes: &Axes) {
        let foot = axes.frame.y + axes.frame.height;
        for event in self.about.events.iter().filter(|event| event.is_release()) {
            if event.date < self.span.0 || event.date > self.span.1 {
                continue;
            }
            let colour = self.about.firm(&event.actor).map_or(palette::GREY, |firm| self.states.colour(&firm.state));
            let x = axes.x(event.date);
            svg.group(&format!("{} · {}: {}", event.date, event.actor, event.text), |svg| {
                svg.line(&[(x, foot - 9.0), (x, foot)], Stroke::solid(colour, 2.0));
            });
        }
    }

    fn usage(&self) -> Option<(Svg, String)> {
        let shown = shown("firms", "usage_share", "Shares of world usage", true);
        let mut months: Vec<Month> =
            self.scenario.entities("firms", "usage_share").flat_map(|(_, stats)| stats).map(|stat| stat.date).collect();
        months.sort_unstable();
        months.dedup();
        let runs = f64::from(self.scenario.runs.max(1));
        let known = |name: &str| self.about.firms.is_empty() || self.about.firm(name).is_some();
        let mut firms: Vec<(&str, Vec<f64>)> = self
            .scenario
            .entities("firms", "usage_share")
            .filter(|(name, _)| known(name))
            .map(|(name, stats)| {
                let mut shares = vec![0.0; months.len()];
                for stat in stats {
                    if let Ok(at) = months.binary_search(&stat.date) {
                        shares[at] = stat.mean * f64::from(stat.n) / runs;
                    }
                }
                (name, shares)
            })
            .collect();
        if firms.is_empty() || months.len() < 2 {
            return None;
        }
        firms.sort_by(|a, b| b.1.iter().sum::<f64>().total_cmp(&a.1.iter().sum()));
        firms.truncate(9);
        let others: Vec<f64> = (0..months.len())
            .map(|at| (1.0 - firms.iter().map(|firm| firm.1[at]).sum::<f64>()).clamp(0.0, 1.0))
            .collect();
        let mut layers = self.states.layers(firms, self.about);
        let grey = || palette::GREY.to_owned();
        layers.push(Layer {
            name: "Other firms".to_owned(),
            colour: "#c4c7cb".to_owned(),
            ink: grey(),
            shares: others,
        });
        let room =
            layers.iter().map(|layer| label_room([shortened(&layer.name).as_str()].into_iter())).fold(0.0, f64::max);
        let note = format!("{}; mean of {} runs", shown.meaning(), self.scenario.runs.max(1));
        let mut svg = titled(440.0, shown.title, &note);
        let axes = self.axes(440.0, room + 34.0, Scale::linear([0.0, 1.0].into_iter(), 5), Writing::Percent);
        axes.draw(&mut svg);
        let labels = stack(&mut svg, &axes, &months, &layers);
        self.mark_events(&mut svg, &axes);
        end_labels(&mut svg, axes.frame, labels);
        let caption = "Firms are coloured by home state; other firms include those founded in the run. The figure beside a name is its \
                       share at the end.";
        Some((svg, format!("{caption}{}", self.events_caption())))
    }

    /// Yearly sums of the mean parts of progress, of the world or a state.
    fn parts(&self, table: &str, entity: &str) -> Vec<(String, Vec<f64>)> {
        let mut years: Vec<(String, Vec<f64>)> = Vec::new();
        for (at, part) in palette::PARTS.iter().enumerate() {
            for stat in self.scenario.series(table, entity, part.0) {
                let year = stat.date.year().to_string();
                let found = years.iter().position(|(of, _)| *of == year).unwrap_or_else(|| {
                    years.push((year, vec![0.0; palette::PARTS.len()]));
                    years.len() - 1
                });
                years[found].1[at] += stat.mean * f64::from(stat.n) / f64::from(self.scenario.runs.max(1));
            }
        }
        years
    }

    fn progress(&self) -> Option<(Svg, String)> {
        let named = self.states.list.iter().take(2).map(|(name, _)| (name.as_str(), self.parts("states", name)));
        let panels: Vec<_> = std::iter::once(("World", self.parts("world", "")))
            .chain(named)
            .filter(|(_, years)| !years.is_empty() && years.len() <= 60)
            .collect();
        if panels.is_empty() {
            return None;
        }
        let ends = panels.iter().flat_map(|(_, years)| years).flat_map(|(_, parts)| {
            let up: f64 = parts.iter().filter(|part| **part > 0.0).sum();
            let down: f64 = parts.iter().filter(|part| **part < 0.0).sum();
            [up, down]
        });
        let scale = Scale::linear(ends.chain([0.0]), 5);
        let note =
            format!("Change in usage-weighted capability (nats a year), mean of {} runs", self.scenario.runs.max(1));
        let mut svg = titled(360.0, "Progress by selection, learning and turnover", &note);
        let mut x = 0.0;
        for (_, word, colour) in palette::PARTS {
            svg.rectangle((x, HEAD + 2.0), (12.0, 12.0), colour);
            svg.text(x + 18.0, HEAD + 12.0, Anchor::Start, Ink::Quiet, word);
            x += 40.0 + text_width(word, 12.0);
        }
        svg.line(&[(x, HEAD + 8.0), (x + 18.0, HEAD + 8.0)], SUM);
        svg.text(x + 24.0, HEAD + 12.0, Anchor::Start, Ink::Quiet, "sum");
        let cell = WIDTH / panels.len() as f64;
        let colours = palette::PARTS.map(|part| part.2);
        for (at, (name, years)) in panels.iter().enumerate() {
            let left = cell * at as f64;
            svg.text(left, HEAD + 42.0, Anchor::Start, Ink::Heading, &shortened(name));
            let frame =
                Frame { x: left + LEFT, y: HEAD + 56.0, width: cell - LEFT - 18.0, height: 360.0 - HEAD - 56.0 - FOOT };
            let axes =
                Axes { frame, first: self.span.0, last: self.span.0, scale: scale.clone(), writing: Writing::Plain };
            axes.draw_values(&mut svg);
            part_bars(&mut svg, &axes, years, &colours);
            axes.name_slots(&mut svg, years.iter().map(|(year, _)| year.as_str()));
        }
        let caption = "Selection: usage moves to more capable firms (Price's covariance term). Learning: firms become more capable. \
                       Turnover: entry and exit.";
        let months = self.span.1.since(self.span.0) + 1;
        let partial = if months % 12 == 0 && self.span.0.of_year() == 1 {
            ""
        } else {
            " The first or last year is not complete."
        };
        Some((svg, format!("{caption}{partial}")))
    }
}
