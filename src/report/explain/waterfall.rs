//! A waterfall: from the world without the groups, step by step, to the world with all of them.

use super::{Explained, Explanation};
use crate::{
    analysis::shapley::Attribution,
    report::{
        palette::{GREY, colour},
        scale::{Axis, Writing, significant},
        sheet::{Paper, Sheet, WIDE},
        svg::{Anchor, GRID, INK, Ink, RULE, Stroke, Svg},
    },
};

const ROW: f64 = 30.0;
/// Room for names, left, and for numbers, right.
const NAMES: f64 = 240.0;
const NUMBERS: f64 = 200.0;
const FOOT: f64 = 48.0;

/// A row of the picture: a name, from where to where, and what is written beside it.
struct Bar<'a> {
    name: &'a str,
    from: f64,
    to: f64,
    interval: Option<(f64, f64)>,
    colour: &'static str,
    text: String,
    tooltip: String,
}

pub fn waterfall(explanation: &Explanation<'_>, explained: &Explained, found: &Attribution) -> Svg {
    let bars = bars(explanation, explained, found);
    let body = 16.0 + ROW * bars.len() as f64;
    let title = explained.column.name.replace('_', " ");
    let paper = Paper::default();
    let Sheet { mut svg, top, .. } =
        Sheet::new(paper, body + FOOT, &title, explained.column.meaning, &explanation.name);
    let (top, foot) = (top + 16.0, top + body);
    let ends = bars.iter().flat_map(|bar| {
        let (low, high) = bar.interval.unwrap_or((0.0, 0.0));
        [bar.from, bar.to, bar.to + low, bar.to + high]
    });
    let axis = Axis::linear(ends, 6);
    let x = |value: f64| NAMES + (WIDE - NAMES - NUMBERS) * axis.place(value);
    for tick in &axis.ticks {
        svg.line(&[(x(*tick), top - 4.0), (x(*tick), foot)], GRID);
        svg.text(x(*tick), foot + 18.0, Anchor::Middle, Ink::Quiet, &axis.write(*tick, Writing::Plain));
    }
    let unit = if ["1", ""].contains(&explained.column.unit) { "" } else { explained.column.unit };
    svg.text(NAMES, foot + 38.0, Anchor::Start, Ink::Quiet, unit);
    for (at, bar) in bars.iter().enumerate() {
        let middle = top + ROW * (at as f64 + 0.5);
        let (left, right) = (x(bar.from.min(bar.to)), x(bar.from.max(bar.to)));
        svg.group(&bar.tooltip, |svg| {
            svg.text(NAMES - 10.0, middle + 4.0, Anchor::End, Ink::Quiet, bar.name);
            svg.rectangle((left, middle - 9.0), ((right - left).max(1.0), 18.0), bar.colour);
            if let Some((low, high)) = bar.interval {
                let (from, to) = (x(bar.to + low), x(bar.to + high));
                let stroke = Stroke { width: 1.4, ..INK };
                svg.line(&[(from, middle), (to, middle)], stroke);
                [from, to].into_iter().for_each(|end| svg.line(&[(end, middle - 4.0), (end, middle + 4.0)], stroke));
            }
            svg.text(WIDE, middle + 4.0, Anchor::End, Ink::Quiet, &bar.text);
        });
        if at + 1 < bars.len() {
            svg.line(&[(x(bar.to), middle + 9.0), (x(bar.to), middle + ROW - 9.0)], RULE);
        }
    }
    svg
}

/// The world without the groups, what each adds, the world with all.
fn bars<'a>(explanation: &'a Explanation<'_>, explained: &Explained, found: &Attribution) -> Vec<Bar<'a>> {
    let end = |name: &'a str, value: f64| Bar {
        name,
        from: value,
        to: value,
        interval: None,
        colour: GREY,
        text: significant(value),
        tooltip: format!("{name}: {}", significant(value)),
    };
    let none = if explanation.against.is_some() { "none as here" } else { "none on" };
    let (mut bars, mut at) = (vec![end(none, found.none.mean)], found.none.mean);
    for player in explained.ranked() {
        let (group, share) = (&explanation.groups.list[player], &found.shares[player]);
        let mean = share.shapley.mean;
        let interval = share.shapley.interval.map(|(low, high)| (low - mean, high - mean));
        let span =
            share.shapley.interval.map(|(low, high)| format!(" ({} to {})", significant(low), significant(high)));
        bars.push(Bar {
            name: &group.name,
            from: at,
            to: at + mean,
            interval,
            colour: if mean < 0.0 { colour(1) } else { colour(0) },
            text: significant(mean) + &span.unwrap_or_default(),
            tooltip: format!("{}: {} {}", group.name, significant(mean), group.meaning),
        });
        at += mean;
    }
    bars.push(end("all on", found.all.mean));
    bars
}
