//! Section of firms and of what their competition comes to: ratings, usage, progress.

use super::{
    chart::{AreaLayer, Axes, EndLabel, Frame, Look, end_labels, fan, label_room, part_bars, shortened, stack},
    figures::{FOOT, HEAD, LEFT, View, WIDTH, titled},
    palette,
    scale::{Axis, Writing},
    shown::Shown,
    svg::{Anchor, INK, Ink, Stroke, Svg, text_width},
};
use crate::{report::stat::Stat, scenario::Month};

impl View<'_> {
    /// Medians of all fabs or accelerators, in the colours of their states.
    pub fn supply(&self, shown: Shown) -> Option<(Svg, String)> {
        let things: Vec<(&str, &[Stat])> = self.scenario.entities(shown).collect();
        let widest = things.iter().map(|thing| thing.0).max_by_key(|name| name.chars().count())?;
        let room = label_room([shortened(widest).as_str()].into_iter());
        let scale = shown.scale(things.iter().flat_map(|thing| thing.1), false, 6);
        let mut svg = titled(560.0, shown.title, &shown.meaning(), &self.average("Median"));
        let axes = self.axes(560.0, room, scale, shown.writing);
        axes.draw(&mut svg);
        self.mark_events(&mut svg, &axes);
        let mut labels = Vec::new();
        for (at, (name, stats)) in things.iter().enumerate() {
            let colour = self.about.place(shown.table, name).map_or(palette::GREY, |state| self.states.colour(state));
            let look = Look { dashes: palette::dashes(at % 4 + 6), ..self.look(colour, false) };
            svg.group(name, |svg| fan(svg, &axes, stats, look));
            let Some(last) = stats.last() else { continue };
            let y = axes.y(last.median());
            if last.date == self.span.1 && last.median() > 0.0 {
                labels.push(EndLabel { y, text: shortened(name), colour: colour.to_owned() });
            }
        }
        end_labels(&mut svg, axes.frame, labels);
        Some((svg, format!("In the colours of states; grey where a state has no firms.{}", self.events_caption())))
    }

    /// Ratings of firms, with their entries and exits.
    pub fn firms(&self, shown: Shown) -> Option<(Svg, String)> {
        let known = |name: &str| self.about.firms.is_empty() || self.about.firm(name).is_some();
        let firms: Vec<(&str, &[Stat])> =
            self.scenario.entities(shown).filter(|(name, _)| known(name)).take(40).collect();
        let widest = firms.iter().map(|firm| firm.0).max_by_key(|name| name.chars().count())?;
        let room = label_room([shortened(widest).as_str()].into_iter());
        let most = |stat: &&Stat| 2 * u64::from(stat.n) >= u64::from(self.scenario.runs);
        let scale = shown.scale(firms.iter().flat_map(|firm| firm.1).filter(most), false, 7);
        let mut svg = titled(600.0, shown.title, &shown.meaning(), &self.average("Median"));
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
        let many = match self.scenario.runs {
            0 | 1 => "",
            _ => {
                ", each at the month by which it has happened in half of the runs. Medians are of the runs that have the \
                 firm in business; a faded line: fewer than half"
            }
        };
        let caption = format!(
            "Solid: closed firms; dashed: open firms. A ring marks an entry after the start, a cross an exit{many}. Ticks \
             at the foot are the releases that the config dates."
        );
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
            svg.text(x + 8.0, y + 12.0, Anchor::Start, Ink::Inside(colour), &shortened(name));
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

    /// Shares of usage on top of each other.
    pub fn usage(&self, shown: Shown) -> Option<(Svg, String)> {
        let mut months: Vec<Month> =
            self.scenario.entities(shown).flat_map(|(_, stats)| stats).map(|stat| stat.date).collect();
        months.sort_unstable();
        months.dedup();
        let runs = f64::from(self.scenario.runs.max(1));
        let known = |name: &str| self.about.firms.is_empty() || self.about.firm(name).is_some();
        let mut firms: Vec<(&str, Vec<f64>)> = self
            .scenario
            .entities(shown)
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
        layers.push(AreaLayer {
            name: "Other firms".to_owned(),
            colour: "#c4c7cb".to_owned(),
            ink: grey(),
            shares: others,
        });
        let room =
            layers.iter().map(|layer| label_room([shortened(&layer.name).as_str()].into_iter())).fold(0.0, f64::max);
        let mut svg = titled(440.0, shown.title, "Share of world usage that a firm serves", &self.average("Mean"));
        let mut axes = self.axes(440.0, room + 34.0, Axis::linear([0.0, 1.0].into_iter(), 5), Writing::Percent);
        axes.frame = Frame { y: HEAD + 6.0, height: 440.0 - HEAD - 6.0 - FOOT, ..axes.frame };
        axes.draw(&mut svg);
        let labels = stack(&mut svg, &axes, &months, &layers);
        end_labels(&mut svg, axes.frame, labels);
        let caption = "Firms are coloured by home state; other firms include those founded in the run. The figure beside a name is its \
                       share at the end.";
        Some((svg, caption.to_owned()))
    }

    /// Yearly sums of the mean parts of progress, of the world or a state.
    fn parts<'a>(&self, parts: impl Iterator<Item = &'a Shown>, entity: &str) -> Vec<(String, Vec<f64>)> {
        let mut years: Vec<(String, Vec<f64>)> = Vec::new();
        for (at, part) in parts.enumerate() {
            for stat in self.scenario.series(*part, entity) {
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

    /// Parts of progress, those of the world and then those of states, as bars by year.
    pub fn progress(&self, parts: &[Shown]) -> Option<(Svg, String)> {
        let of = |table: &'static str| parts.iter().filter(move |part| part.table == table);
        let named = self.states.list.iter().take(2).map(|(name, _)| (name.as_str(), self.parts(of("states"), name)));
        let panels: Vec<_> = std::iter::once(("World", self.parts(of("world"), "")))
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
        let scale = Axis::linear(ends.chain([0.0]), 5);
        let note = "Change in usage-weighted capability, nats a year";
        let mut svg = titled(360.0, "Progress by selection, learning and turnover", note, &self.average("Mean"));
        let mut x = 0.0;
        for (word, colour) in of("world").map(|part| part.title).zip(palette::PARTS) {
            svg.rectangle((x, HEAD + 2.0), (12.0, 12.0), colour);
            svg.text(x + 18.0, HEAD + 12.0, Anchor::Start, Ink::Quiet, word);
            x += 40.0 + text_width(word, 12.0);
        }
        svg.line(&[(x, HEAD + 8.0), (x + 18.0, HEAD + 8.0)], INK);
        svg.text(x + 24.0, HEAD + 12.0, Anchor::Start, Ink::Quiet, "sum");
        let cell = WIDTH / panels.len() as f64;
        for (at, (name, years)) in panels.iter().enumerate() {
            let left = cell * at as f64;
            svg.text(left, HEAD + 42.0, Anchor::Start, Ink::Heading, &shortened(name));
            let frame =
                Frame { x: left + LEFT, y: HEAD + 56.0, width: cell - LEFT - 18.0, height: 360.0 - HEAD - 56.0 - FOOT };
            let axes =
                Axes { frame, first: self.span.0, last: self.span.0, scale: scale.clone(), writing: Writing::Plain };
            axes.draw_values(&mut svg);
            part_bars(&mut svg, &axes, years, &palette::PARTS);
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
