//! The two pictures of scenario discovery: what coverage costs in density, and what a box restricts.

use super::findings::{DOUBTFUL, Discovery, Restriction, quasi};
use crate::{
    analysis::prim::{FoundBox, Limit},
    experiment::design::Scale,
    maths::ln,
    report::{
        game::percent,
        palette::colour,
        scale::{Axis, Writing},
        sensitivity::ending,
        sheet::{Paper, Sheet, WIDE},
        svg::{Anchor, GRID, INK, Ink, RULE, Stroke, Svg},
    },
};

const HEIGHT: f64 = 370.0;
const LEFT: f64 = 58.0;
const FOOT: f64 = 46.0;
const ROW: f64 = 30.0;
/// Room for names, left, and for words, right.
const NAMES: f64 = 280.0;
const WORDS: f64 = 290.0;

/// Coverage against density, a dot for each step of each box.
pub fn tradeoff(found: &Discovery) -> Svg {
    let note = "Each dot is a box on the way: peeling goes to the left. A ring is the box that was taken.";
    let condition = found.sampled.condition.to_string();
    let Sheet { mut svg, top, .. } = Sheet::new(Paper::default(), HEIGHT, "Coverage and density", note, &condition);
    let (top, foot) = (top + 18.0, top + HEIGHT - FOOT);
    let axis = Axis::linear([0.0, 1.0].into_iter(), 5);
    let x = |share: f64| LEFT + (WIDE - LEFT - 30.0) * axis.place(share);
    let y = |share: f64| foot - (foot - top) * axis.place(share);
    for tick in &axis.ticks {
        svg.line(&[(x(0.0), y(*tick)), (x(1.0), y(*tick))], GRID);
        let text = axis.write(*tick, Writing::Percent);
        svg.text(LEFT - 8.0, y(*tick) + 4.0, Anchor::End, Ink::Quiet, &text);
        svg.text(x(*tick), foot + 18.0, Anchor::Middle, Ink::Quiet, &text);
    }
    svg.text(
        LEFT,
        foot + 38.0,
        Anchor::Start,
        Ink::Quiet,
        "Coverage: share of all that happened which happened in the box",
    );
    svg.text(LEFT, top - 8.0, Anchor::Start, Ink::Quiet, "Density: share of the box's runs in which it happened");
    let dashed = Stroke { dashes: "4 4", ..RULE };
    svg.line(&[(x(0.0), y(found.threshold)), (x(1.0), y(found.threshold))], dashed);
    for (at, one) in found.boxes.iter().enumerate() {
        let line: Vec<(f64, f64)> =
            one.trajectory.steps.iter().map(|step| (x(step.coverage), y(step.density))).collect();
        svg.line(&line, Stroke { opacity: 0.4, ..Stroke::solid(colour(at), 1.5) });
        for (place, step) in one.trajectory.steps.iter().enumerate() {
            let tooltip = format!(
                "box {}, step {place}: coverage {}, density {}, mass {}, {} restricted",
                at + 1,
                percent(step.coverage),
                percent(step.density),
                percent(step.mass),
                step.restricted
            );
            svg.group(&tooltip, |svg| {
                if place == one.chosen {
                    svg.ring(x(step.coverage), y(step.density), 7.0, colour(at));
                }
                svg.dot(x(step.coverage), y(step.density), 3.0, colour(at));
            });
        }
        let step = one.step();
        let (at_x, at_y) = (x(step.coverage), y(step.density));
        svg.text(at_x + 11.0, at_y - 7.0, Anchor::Start, Ink::Inside(colour(at)), &format!("box {}", at + 1));
    }
    svg
}

/// What a box restricts: bars over the ranges that were sampled.
pub fn limits(found: &Discovery, number: usize, one: &FoundBox) -> Svg {
    let restrictions = found.restrictions(one);
    let height = 16.0 + ROW * restrictions.len() as f64 + 14.0;
    let note = "The bar is what the box admits of the range that was sampled.";
    let title = format!("Box {number}");
    let Sheet { mut svg, top, .. } = Sheet::new(Paper::default(), height, &title, note, "limits, quasi-p");
    let top = top + 16.0;
    for (at, restriction) in restrictions.iter().enumerate() {
        let middle = top + ROW * (at as f64 + 0.5);
        let words = found.words(restriction.column, restriction.limit);
        let mark = if restriction.quasi_p.column > DOUBTFUL { " ?" } else { "" };
        let said = format!("{words}, {}{mark}", quasi(restriction.quasi_p.column));
        let (factor, range) = (restriction.factor, found.range(restriction.column));
        svg.group(&format!("{}: {words}, of {range} {}", factor.parameter, factor.unit), |svg| {
            svg.text(NAMES - 10.0, middle + 4.0, Anchor::End, Ink::Quiet, &ending(&factor.parameter, 36));
            bar(svg, restriction, middle, colour(number - 1));
            svg.text(WIDE - WORDS + 12.0, middle + 4.0, Anchor::Start, Ink::Quiet, &said);
        });
    }
    svg
}

fn bar(svg: &mut Svg, restriction: &Restriction<'_>, middle: f64, colour: &str) {
    let width = WIDE - NAMES - WORDS;
    svg.line(&[(NAMES, middle), (NAMES + width, middle)], Stroke { width: 2.0, ..RULE });
    match (restriction.limit, restriction.sampled) {
        (Limit::Between(low, high), Limit::Between(least, most)) => {
            let is_log = matches!(restriction.factor.scale, Scale::Log { .. }) && *least > 0.0;
            let along = |value: f64| if is_log { ln(value) } else { value };
            let share = |value: f64| (along(value) - along(*least)) / (along(*most) - along(*least));
            let (from, to) = (NAMES + width * share(*low), NAMES + width * share(*high));
            svg.rectangle((from, middle - 8.0), ((to - from).max(2.0), 16.0), colour);
        }
        (Limit::Among(admitted), Limit::Among(known)) => {
            let places: Vec<bool> =
                known.iter().zip(admitted).filter(|(known, _)| **known).map(|(_, admitted)| *admitted).collect();
            let each = width / places.len().max(1) as f64;
            for (place, _) in places.iter().enumerate().filter(|(_, admitted)| **admitted) {
                svg.rectangle((NAMES + each * place as f64 + 1.0, middle - 8.0), (each - 2.0, 16.0), colour);
            }
        }
        _ => {}
    }
    for end in [NAMES, NAMES + width] {
        svg.line(&[(end, middle - 5.0), (end, middle + 5.0)], Stroke { width: 1.4, ..INK });
    }
}
