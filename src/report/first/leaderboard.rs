//! The leaderboard: places of firms by their rating, month by month.

use crate::{
    report::{
        chart::{Axes, EndLabel, Frame, end_labels},
        figures::View,
        scale::{Axis, Writing},
        sheet::{FOOT, Sheet, legend_height},
        shown::{OPEN, Shown},
        stat::Stat,
        svg::{Anchor, Ink, Stroke, Svg},
        told::Told,
    },
    scenario::Month,
};
use std::collections::BTreeMap;

/// Places that are shown.
const PLACES: usize = 15;
/// Months between two looks at the board.
const EVERY: i64 = 3;
/// Months over which a rating is taken: firms release by turns, and each new model is first for a while.
const OVER: i64 = 12;

/// A firm on the board.
struct Listed<'a> {
    name: &'a str,
    colour: &'static str,
    /// Its place by month, where it is among those shown.
    places: Vec<(Month, usize)>,
    first: Month,
    last: Month,
}

impl View<'_> {
    /// Whether most of the runs that have the firm in that month have it publish weights.
    pub fn is_open(&self, firm: &str, month: Month) -> bool {
        let stats = self.scenario.series(OPEN, firm);
        match stats.iter().rfind(|stat| stat.date <= month) {
            Some(stat) => stat.mean > 0.5,
            None => self.about.firm(firm).is_some_and(|firm| firm.open),
        }
    }

    /// Places of firms by their median rating of the last year, among those that half of the runs have.
    pub fn leaderboard(&self, rating: Shown) -> Option<(Svg, String)> {
        let firms = self.board(rating);
        if firms.is_empty() {
            return None;
        }
        let homes = self.homes(firms.iter().map(|firm| firm.name));
        let legend = legend_height(self.paper, homes.iter().map(|(name, _)| *name));
        let shown = firms.iter().flat_map(|firm| &firm.places).map(|(_, place)| *place).max().unwrap_or(1);
        let height = 24.0 * shown as f64 + FOOT + 12.0;
        let note = "Firms by their rating over the last twelve months: solid while they keep weights closed, dashed while they publish them";
        let mut sheet = Sheet::new(self.paper, legend + height, "Who leads", note, &self.average("Place by median"));
        sheet.legend(sheet.top + 8.0, homes.into_iter());
        let room = self.room(firms.iter().map(|firm| firm.name));
        let left = if self.paper.is_narrow() { 28.0 } else { room + 18.0 };
        let frame = Frame {
            x: left,
            y: sheet.top + legend,
            width: self.paper.width - left - room - 14.0,
            height: 24.0 * shown as f64,
        };
        let scale = Axis::ranks(shown);
        let axes = Axes { frame, first: self.span.0, last: self.span.1, scale, writing: Writing::Plain };
        axes.draw(&mut sheet.svg);
        self.lines(&mut sheet, &axes, &firms);
        let caption = "A ring marks an entry after the start, a cross a firm that has closed, merged or turned to something else in half of \
                       the runs. Places are among the firms that the config names.";
        Some((sheet.svg, caption.to_owned()))
    }

    fn lines(&self, sheet: &mut Sheet, axes: &Axes, firms: &[Listed<'_>]) {
        let mut labels = Vec::new();
        let mut starts = Vec::new();
        for firm in firms {
            let label = |y: f64, text: String| EndLabel { y, text, colour: firm.colour.to_owned() };
            sheet.svg.group(firm.name, |svg| self.line(svg, axes, firm));
            let (Some(first), Some(last)) = (firm.places.first(), firm.places.last()) else { continue };
            if last.0 == self.span.1 {
                labels.push(label(axes.y(last.1 as f64), format!("{} {}", last.1, self.paper.name(firm.name))));
            }
            if first.0 == self.span.0 && !self.paper.is_narrow() {
                starts.push((axes.y(first.1 as f64), firm));
            }
        }
        for (y, firm) in starts {
            let x = axes.frame.x - 32.0;
            sheet.svg.text(x, y + 4.0, Anchor::End, Ink::Label(firm.colour), &self.paper.name(firm.name));
        }
        end_labels(&mut sheet.svg, axes.frame, labels);
        let told = firms.iter().map(|firm| {
            let points = firm.places.iter().map(|(month, place)| (*month, *place as f64));
            Told::line(firm.name, firm.colour, points, axes.months())
        });
        sheet.svg.tell(axes.plot("Place by rating", "", told.collect()));
    }

    /// The line of one firm with its entry and exit.
    fn line(&self, svg: &mut Svg, axes: &Axes, firm: &Listed<'_>) {
        let point = |(month, place): &(Month, usize)| (axes.x(*month), axes.y(*place as f64));
        // Where it drops out of the places shown, the line breaks.
        let neighbours = |a: &(Month, usize), b: &(Month, usize)| b.0.since(a.0) < 2 * EVERY;
        for pair in firm.places.windows(2).filter(|pair| neighbours(&pair[0], &pair[1])) {
            let dashes = if self.is_open(firm.name, pair[0].0) { "5 3" } else { "" };
            let (from, to) = (point(&pair[0]), point(&pair[1]));
            let turn = (to.0 - from.0) * 0.35;
            let path = [from, (from.0 + turn, from.1), (to.0 - turn, to.1), to];
            svg.line(&path, Stroke { dashes, ..Stroke::solid(firm.colour, 2.2) });
        }
        let (Some(first), Some(last)) = (firm.places.first(), firm.places.last()) else { return };
        if firm.first > self.span.0 && first.0.since(firm.first) < 2 * EVERY {
            let (x, y) = point(first);
            svg.group(&format!("{} enters {}", firm.name, firm.first), |svg| svg.ring(x, y, 4.0, firm.colour));
            svg.text(x + 7.0, y - 5.0, Anchor::Start, Ink::Inside(firm.colour), &self.paper.name(firm.name));
        }
        if firm.last < self.span.1 && firm.last.since(last.0) < 2 * EVERY {
            let (x, y) = point(last);
            svg.group(&format!("{} is gone after {}", firm.name, firm.last), |svg| svg.cross(x, y, 4.0, firm.colour));
            let (anchor, x) = if x > axes.frame.x + axes.frame.width - 90.0 {
                (Anchor::End, x - 8.0)
            } else {
                (Anchor::Start, x + 8.0)
            };
            svg.text(x, y + 4.0, anchor, Ink::Inside(firm.colour), &self.paper.name(firm.name));
        }
    }

    /// The firms that are ever among the places shown, by name.
    fn board(&self, rating: Shown) -> Vec<Listed<'_>> {
        let most = |stat: &&Stat| self.is_of_most(stat);
        // Against the best of each month, so that a firm that came late is not held to ratings of before.
        let firms = || self.scenario.entities(rating).filter(|(name, _)| self.knows(name));
        let tops = self.best(firms().flat_map(|(_, stats)| stats));
        let best = |month: Month| tops.get(&month).copied().unwrap_or_default();
        let mut boards: BTreeMap<Month, Vec<(f64, &str)>> = BTreeMap::new();
        let mut lives: BTreeMap<&str, (Month, Month)> = BTreeMap::new();
        for (name, stats) in firms() {
            for stat in stats.iter().filter(most) {
                lives.entry(name).or_insert((stat.date, stat.date)).1 = stat.date;
                if self.is_looked_at(stat.date) {
                    let recent = |other: &&Stat| (0..OVER).contains(&stat.date.since(other.date));
                    let (n, sum) = stats
                        .iter()
                        .filter(most)
                        .filter(recent)
                        .fold((0.0, 0.0), |(n, sum), other| (n + 1.0, sum + other.median() - best(other.date)));
                    boards.entry(stat.date).or_default().push((sum / n, name));
                }
            }
        }
        let mut places: BTreeMap<&str, Vec<(Month, usize)>> = BTreeMap::new();
        for (month, board) in &mut boards {
            board.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
            for (place, (_, name)) in board.iter().take(PLACES).enumerate() {
                places.entry(name).or_default().push((*month, place + 1));
            }
        }
        let listed = places.into_iter().filter_map(|(name, places)| {
            let (first, last) = *lives.get(name)?;
            Some(Listed { name, colour: self.firm_colour(name), places, first, last })
        });
        listed.collect()
    }

    fn is_looked_at(&self, month: Month) -> bool {
        month == self.span.1 || (month.since(self.span.0) % EVERY == 0 && self.span.1.since(month) >= EVERY)
    }
}
