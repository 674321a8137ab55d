//! What happens when: what the scenario itself does as bars, and its dated events as marks.

use crate::{
    report::{
        about::{Act, Acts, DatedFact},
        chart::{Axes, Frame},
        figures::View,
        scale::{Axis, Writing},
        sheet::{FOOT, Sheet},
        svg::{Anchor, Ink, Stroke, Svg, text_width},
    },
    scenario::Month,
};

use serde_json::Value;

/// Height of a bar with the room below it.
const BAR: f64 = 17.0;

/// A bar of the strip.
struct Bar<'a> {
    act: &'a Act,
    /// As it is written.
    name: String,
    from: Month,
    last: Month,
    row: usize,
}

/// Bars of one kind, in as few rows as their names allow.
struct Lane<'a> {
    title: &'static str,
    colour: &'static str,
    bars: Vec<Bar<'a>>,
    rows: usize,
}

impl View<'_> {
    /// The strip; `None` if nothing is dated.
    pub fn timeline(&self) -> Option<(Svg, String)> {
        let lanes = self.lanes();
        let events: Vec<&DatedFact> = self.dated().collect();
        if lanes.is_empty() && events.is_empty() {
            return None;
        }
        let rows: usize = lanes.iter().map(|lane| lane.rows).sum();
        let marks = if events.is_empty() { 0.0 } else { 44.0 };
        let body = rows as f64 * BAR + lanes.len() as f64 * 24.0 + marks + FOOT;
        let note = "What the scenario itself does, and the dated facts it lists";
        let mut sheet = Sheet::new(self.paper, body, "What happens when", note, "");
        let frame = Frame { x: 0.0, y: sheet.top, width: self.paper.width, height: body - FOOT };
        let scale = Axis::linear([0.0, 1.0].into_iter(), 1);
        let axes = Axes { frame, first: self.span.0, last: self.span.1, scale, writing: Writing::Plain };
        axes.draw_months(&mut sheet.svg);
        let mut y = sheet.top;
        for lane in &lanes {
            sheet.svg.text(0.0, y + 14.0, Anchor::Start, Ink::Heading, lane.title);
            y += 20.0;
            for bar in &lane.bars {
                draw_bar(&mut sheet.svg, &axes, bar, y + bar.row as f64 * BAR, lane.colour);
            }
            y += lane.rows as f64 * BAR + 4.0;
        }
        if !events.is_empty() {
            sheet.svg.text(0.0, y + 14.0, Anchor::Start, Ink::Heading, "Dated facts");
            for event in events {
                let x = axes.x(event.date);
                let told = format!("{} · {}: {}", event.date, event.actor, event.text);
                let height = if event.is_release() { 8.0 } else { 14.0 };
                let colour = self.colour_of(&event.actor);
                sheet.svg.group(&told, |svg| {
                    svg.line(&[(x, y + 36.0 - height), (x, y + 36.0)], Stroke::solid(colour, 3.0));
                });
            }
        }
        sheet.svg.list(&["kind", "who_or_name", "what", "from", "to"], self.dated_rows(&lanes));
        let caption = "A bar lasts as long as what it names acts. Rest the pointer on a mark to read it; short marks are releases. The \
                       table below lists them.";
        Some((sheet.svg, caption.to_owned()))
    }

    /// The dated facts within the span.
    fn dated(&self) -> impl Iterator<Item = &DatedFact> {
        self.about.events.iter().filter(|event| event.date >= self.span.0 && event.date <= self.span.1)
    }

    /// All that the strip shows.
    fn dated_rows(&self, lanes: &[Lane<'_>]) -> Vec<Vec<Value>> {
        let row = |texts: [&str; 5]| texts.map(Value::from).to_vec();
        let bars = lanes.iter().flat_map(|lane| lane.bars.iter().map(move |bar| (lane.title, bar)));
        let bars =
            bars.map(|(title, bar)| row([title, &bar.act.name, "", &bar.from.to_string(), &bar.last.to_string()]));
        let facts = self.dated().map(|event| {
            row([&event.kind, &event.actor, &event.text, &event.date.to_string(), &event.date.to_string()])
        });
        bars.chain(facts).collect()
    }

    fn colour_of(&self, actor: &str) -> &'static str {
        match self.about.firm(actor) {
            Some(firm) => self.states.colour(&firm.state),
            None => self.states.colour(actor),
        }
    }

    fn lanes(&self) -> Vec<Lane<'_>> {
        let kinds = [
            ("Shocks", "#d55e00", Acts::Shocks),
            ("Export controls", "#5b6168", Acts::Controls),
            ("Policies", "#0072b2", Acts::Policies),
        ];
        let lanes = kinds.into_iter().map(|(title, colour, kind)| {
            let mut bars: Vec<Bar<'_>> = self
                .about
                .acts(kind)
                .iter()
                .filter_map(|act| {
                    act.within(self.span).map(|(from, last)| {
                        let name = self.paper.heading(&act.name);
                        Bar { act, name, from, last, row: 0 }
                    })
                })
                .collect();
            bars.sort_by(|a, b| a.from.cmp(&b.from).then(a.act.name.cmp(&b.act.name)));
            let rows = self.pack(&mut bars);
            Lane { title, colour, bars, rows }
        });
        lanes.filter(|lane| !lane.bars.is_empty()).collect()
    }

    /// Puts each bar into the first row in which its name has room; gives the number of rows.
    fn pack(&self, bars: &mut [Bar<'_>]) -> usize {
        let per_month = self.paper.width / self.span.1.since(self.span.0).max(1) as f64;
        let mut ends: Vec<f64> = Vec::new();
        for bar in bars {
            let from = bar.from.since(self.span.0) as f64 * per_month;
            let to = (bar.last.since(self.span.0) + 1) as f64 * per_month;
            // A name near the right end stands left of its bar's end.
            let named = text_width(&bar.name, 12.0) + 12.0;
            let (start, end) = if from + named > self.paper.width {
                (self.paper.width - named, self.paper.width)
            } else {
                (from, to.max(from + named))
            };
            let free = ends.iter().position(|last| *last <= start);
            bar.row = free.unwrap_or(ends.len());
            match free {
                Some(row) => ends[row] = end,
                None => ends.push(end),
            }
        }
        ends.len()
    }
}

fn draw_bar(svg: &mut Svg, axes: &Axes, bar: &Bar<'_>, y: f64, colour: &str) {
    let (from, to) = (axes.x(bar.from), axes.x(bar.last.plus(1)).max(axes.x(bar.from) + 3.0));
    let named = text_width(&bar.name, 12.0) + 12.0;
    let at =
        if from + named > axes.frame.x + axes.frame.width { axes.frame.x + axes.frame.width - named } else { from };
    svg.group(&format!("{}: {} to {}", bar.act.name, bar.from, bar.last), |svg| {
        svg.band(&[(from, y), (to, y)], &[(from, y + BAR - 3.0), (to, y + BAR - 3.0)], colour, 0.22);
        svg.line(&[(from, y), (from, y + BAR - 3.0)], Stroke::solid(colour, 2.0));
        svg.text(at + 6.0, y + 11.0, Anchor::Start, Ink::Quiet, &bar.name);
    });
}
