//! The story of one world: what happened to whom, month by month.

use crate::report::{
    chart::{Axes, Frame},
    figures::View,
    results::Happening,
    scale::{Axis, Writing},
    sheet::{FOOT, Sheet},
    svg::{Anchor, Ink, Svg, text_width},
};

/// What stands together, by kind of event.
const LANES: [(&str, &[&str]); 8] = [
    ("Firms that are founded", &["entry"]),
    ("Firms that close, merge or turn to something else", &["exit"]),
    ("Firms that open or close their weights", &["opens", "closes"]),
    ("Breakthroughs", &["breakthrough"]),
    ("Claims of a milestone", &["claim"]),
    ("Incidents", &["incident"]),
    ("Shocks", &["shock", "shock_over"]),
    ("Rules, policies and postures", &["control", "policy", "policy_end", "posture"]),
];
/// Height of a row of marks.
const ROW: f64 = 17.0;
/// Rows of names in a lane; what finds no room in them is a mark without a name.
const ROWS: usize = 5;
/// Width of a mark with the room around it.
const MARK: f64 = 10.0;

/// A mark of a lane.
struct Mark<'a> {
    what: &'a Happening,
    x: f64,
    row: usize,
    named: bool,
}

impl View<'_> {
    /// The story; `None` where more than one world was run, or nothing happened.
    pub fn story(&self) -> Option<(Svg, String)> {
        let frame = Frame { x: 8.0, y: 0.0, width: self.paper.width - 16.0, height: 0.0 };
        let scale = Axis::linear([0.0, 1.0].into_iter(), 1);
        let mut axes = Axes { frame, first: self.span.0, last: self.span.1, scale, writing: Writing::Plain };
        let lanes: Vec<_> = LANES
            .iter()
            .map(|(title, kinds)| (*title, self.marks(kinds, &axes)))
            .filter(|(_, (marks, _))| !marks.is_empty())
            .collect();
        if lanes.is_empty() {
            return None;
        }
        let body = lanes.iter().map(|(_, (_, rows))| 24.0 + ROW * *rows as f64).sum::<f64>();
        let note = "One world: each mark is something that happened, in the colour of the state it happened in";
        let mut sheet = Sheet::new(self.paper, body + FOOT, "What happened in this world", note, "");
        axes.frame = Frame { y: sheet.top, height: body, ..frame };
        axes.draw_months(&mut sheet.svg);
        let mut y = sheet.top;
        for (title, (marks, rows)) in &lanes {
            sheet.svg.text(0.0, y + 14.0, Anchor::Start, Ink::Heading, &format!("{title}: {}", marks.len()));
            y += 20.0;
            for mark in marks {
                self.mark(&mut sheet.svg, mark, y + ROW * (mark.row as f64 + 0.5));
            }
            y += ROW * *rows as f64 + 4.0;
        }
        let rows = self.scenario.story.iter().map(|what| {
            let date = what.date.to_string();
            [&date, &what.actor, &what.state, &what.kind, &what.text].map(|text| text.as_str().into()).to_vec()
        });
        sheet.svg.list(&["date", "actor", "state", "kind", "text"], rows.collect());
        let caption = "Rest the pointer on a mark to read it, or see the table below. Firms founded in the run bear the month of their \
                       birth as their name.";
        Some((sheet.svg, caption.to_owned()))
    }

    fn mark(&self, svg: &mut Svg, mark: &Mark<'_>, y: f64) {
        let Happening { date, kind, actor, state, text } = mark.what;
        let colour = self.states.colour(if state.is_empty() { actor } else { state });
        let told = format!("{date} · {actor}: {} {text}", kind.replace('_', " "));
        svg.group(told.trim_end(), |svg| match kind.as_str() {
            "exit" | "closes" | "policy_end" | "shock_over" => svg.cross(mark.x, y, 3.5, colour),
            _ => svg.dot(mark.x, y, 4.0, colour),
        });
        if mark.named {
            svg.text(mark.x + 7.0, y + 4.0, Anchor::Start, Ink::Quiet, &self.paper.heading(mark.what.named()));
        }
    }

    /// The marks of these kinds, with their names where there is room, and how many rows they take.
    fn marks(&self, kinds: &[&str], axes: &Axes) -> (Vec<Mark<'_>>, usize) {
        let right = axes.frame.x + axes.frame.width;
        let mut ends: Vec<f64> = Vec::new();
        let story = self.scenario.story.iter().filter(|what| kinds.contains(&what.kind.as_str()));
        let mut marks: Vec<Mark<'_>> = Vec::new();
        for what in story {
            let x = axes.x(what.date);
            let wide = MARK + text_width(&self.paper.heading(what.named()), 12.0) + 4.0;
            let named = what.is_of_the_config() && x + wide <= right;
            let free = ends.iter().position(|end| *end <= x - 5.0);
            let (row, named) = match free {
                Some(row) => (row, named),
                None if ends.len() < ROWS => {
                    ends.push(0.0);
                    (ends.len() - 1, named)
                }
                // Where all rows are full it lies on the last one.
                None => (ROWS - 1, false),
            };
            ends[row] = ends[row].max(if named { x + wide } else { x + MARK - 5.0 });
            marks.push(Mark { what, x, row, named });
        }
        let rows = ends.len();
        (marks, rows)
    }
}
