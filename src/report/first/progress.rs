//! What progress is made of: learning, selection and turnover, year by year.

use crate::report::{
    chart::{Axes, part_bars},
    figures::View,
    palette,
    scale::{Axis, Writing},
    sheet::{Sheet, cells},
    shown::Shown,
    svg::{Anchor, INK, Ink, Svg, text_width},
    told::Told,
};

/// Yearly sums of parts of progress.
type Years = Vec<(String, Vec<f64>)>;

impl View<'_> {
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
        let legend = 22.0;
        let (_, height) = cells(self.paper, 0.0, panels.len(), 3);
        let note = "Change in usage-weighted capability, nats a year";
        let mut sheet =
            Sheet::new(self.paper, legend + height, "What progress is made of", note, &self.average("Mean"));
        let words: Vec<&str> = of("world").map(|part| part.title).collect();
        Self::parts_legend(&mut sheet, &words);
        let (places, _) = cells(self.paper, sheet.top + legend, panels.len(), 3);
        for ((name, years), cell) in panels.iter().zip(places) {
            let axes =
                cell.axes(&mut sheet.svg, self.span, (&self.paper.heading(name), ""), (scale.clone(), Writing::Plain));
            axes.draw_values(&mut sheet.svg);
            part_bars(&mut sheet.svg, &axes, years, &palette::PARTS);
            axes.name_slots(&mut sheet.svg, years.iter().map(|(year, _)| year.as_str()));
            self.tell_parts(&mut sheet, &axes, name, &words, parts);
        }
        let caption = "Learning: firms become more capable. Selection: usage moves to more capable firms (Price's covariance term). \
                       Turnover: entry and exit.";
        let months = self.span.1.since(self.span.0) + 1;
        let partial = if months % 12 == 0 && self.span.0.of_year() == 1 {
            ""
        } else {
            " The first or last year is not complete."
        };
        Some((sheet.svg, format!("{caption}{partial}")))
    }

    fn parts_legend(sheet: &mut Sheet, words: &[&str]) {
        let (mut x, y) = (0.0, sheet.top);
        for (word, colour) in words.iter().zip(palette::PARTS) {
            sheet.svg.rectangle((x, y), (12.0, 12.0), colour);
            sheet.svg.text(x + 18.0, y + 10.0, Anchor::Start, Ink::Quiet, word);
            x += 40.0 + text_width(word, 12.0);
        }
        sheet.svg.line(&[(x, y + 6.0), (x + 18.0, y + 6.0)], INK);
        sheet.svg.text(x + 24.0, y + 10.0, Anchor::Start, Ink::Quiet, "sum");
    }

    /// The parts as they are by month.
    fn tell_parts(&self, sheet: &mut Sheet, axes: &Axes, name: &str, words: &[&str], parts: &[Shown]) {
        let (table, entity) = if name == "World" { ("world", "") } else { ("states", name) };
        let of_table = parts.iter().filter(|part| part.table == table);
        let lines = of_table.zip(words).zip(palette::PARTS).map(|((part, word), colour)| {
            let points = self.scenario.series(*part, entity).iter().map(|stat| (stat.date, stat.mean));
            Told::line(word, colour, points, axes.months())
        });
        sheet.svg.tell(axes.plot(&format!("Progress of {name}"), "nats a month", lines.collect()));
    }

    /// Yearly sums of the mean parts of progress, of the world or a state.
    fn parts<'a>(&self, parts: impl Iterator<Item = &'a Shown>, entity: &str) -> Years {
        let mut years: Years = Vec::new();
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
}
