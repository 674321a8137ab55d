//! Pictures of a game: the payoffs of two players with arrows of best answers, and gains with their intervals.

use super::{findings::Findings, tables};
use crate::{
    analysis::games::{inference::Gain, pure},
    report::{
        palette::colour,
        scale::{Axis, Writing, significant},
        svg::{Anchor, GRID, INK, Ink, RULE, Stroke, Svg, text_width},
    },
};

/// A cell of the matrix, and the room between two.
const CELL: (f64, f64) = (138.0, 62.0);
const GAP: f64 = 22.0;
/// Paper of a cell that is an equilibrium.
const EQUILIBRIUM: &str = "#dcefe6";
/// Paper of any other.
const PLAIN: &str = "#f3f4f6";
/// Least width of a picture, so that its letters are no larger than those of the page.
const LEAST: f64 = 860.0;
/// Room for a letter more than is reckoned, by the length of a text.
const ROOM: f64 = 1.1;
/// Most deviations that are drawn.
pub const MOST: usize = 40;

/// The payoffs of a game of two players: a row for each strategy of the first, a column for each of the second. An arrow goes
/// from a cell to the best answer of the player whose strategy it changes.
pub fn matrix(findings: &Findings<'_>) -> Option<Svg> {
    let solved = findings.solved.as_ref()?;
    let [first, second] = findings.game().players.as_slice() else { return None };
    let left = 24.0 + first.strategies.iter().map(|name| text_width(name, 13.0)).fold(60.0, f64::max);
    let top = 64.0;
    let (rows, columns) = (first.strategies.len(), second.strategies.len());
    let width = left + columns as f64 * (CELL.0 + GAP);
    let mut svg = Svg::new(width.max(LEAST), top + rows as f64 * (CELL.1 + GAP), "Payoffs and best answers");
    svg.text(8.0, 18.0, Anchor::Start, Ink::Label(colour(0)), &format!("{} chooses the row", first.name));
    svg.text(8.0, 36.0, Anchor::Start, Ink::Label(colour(1)), &format!("{} chooses the column", second.name));
    let corner = |row: usize, column: usize| (left + column as f64 * (CELL.0 + GAP), top + row as f64 * (CELL.1 + GAP));
    for (column, name) in second.strategies.iter().enumerate() {
        svg.text(corner(0, column).0 + CELL.0 / 2.0, top - 8.0, Anchor::Middle, Ink::Heading, name);
    }
    for (row, name) in first.strategies.iter().enumerate() {
        svg.text(left - 12.0, corner(row, 0).1 + CELL.1 / 2.0 + 4.0, Anchor::End, Ink::Heading, name);
    }
    let payoffs = tables::payoffs(findings);
    for profile in 0..findings.game().profiles().len() {
        let place = corner(profile / columns, profile % columns);
        let is_one = solved.pure.contains(&profile);
        let name = findings.profile(profile);
        let probability = findings.regrets.get(profile).and_then(|regret| regret.probability);
        let tooltip = format!("{name}: an equilibrium in {}", probability.map_or("no resample".into(), percent));
        svg.group(&tooltip, |svg| {
            svg.rectangle(place, CELL, if is_one { EQUILIBRIUM } else { PLAIN });
            for (at, player) in findings.game().players.iter().enumerate() {
                let row =
                    payoffs.iter().find(|row| *row.profile == *name && row.player.as_deref() == Some(&player.name));
                let text = match row
                    .and_then(|row| row.difference.filter(|_| profile > 0).map(signed).or(Some(significant(row.mean))))
                {
                    Some(value) => format!("{}: {value}", short(&player.name)),
                    None => format!("{}: no run", short(&player.name)),
                };
                svg.text(
                    place.0 + 8.0,
                    place.1 + 20.0 + 17.0 * at as f64,
                    Anchor::Start,
                    Ink::Label(colour(at)),
                    &text,
                );
            }
            if let Some(probability) = probability.filter(|probability| is_one || *probability > 0.0) {
                svg.text(place.0 + 8.0, place.1 + 54.0, Anchor::Start, Ink::Quiet, &percent(probability));
            }
        });
    }
    arrows(&mut svg, findings, columns, corner);
    Some(svg)
}

/// A name that fits into a cell.
fn short(name: &str) -> String {
    if name.chars().count() <= 10 { name.to_owned() } else { name.chars().take(9).chain(['…']).collect() }
}

/// A share in percent; what is neither never nor always does not look so.
pub fn percent(share: f64) -> String {
    match 100.0 * share {
        little if little > 0.0 && little < 0.5 => "less than 1 %".to_owned(),
        much if much > 99.5 && much < 100.0 => "more than 99 %".to_owned(),
        share => format!("{share:.0} %"),
    }
}

/// A difference with its sign.
pub fn signed(value: f64) -> String {
    if value > 0.0 { format!("+{}", significant(value)) } else { significant(value) }
}

/// From each cell towards the best answer of either player, where it is another cell.
fn arrows(svg: &mut Svg, findings: &Findings<'_>, columns: usize, corner: impl Fn(usize, usize) -> (f64, f64)) {
    let Some(solved) = &findings.solved else { return };
    let profiles = solved.game.profiles();
    for profile in 0..profiles.len() {
        for player in 0..2 {
            let best = pure::best_answers(&solved.game, profile, player);
            let here = profiles.strategy(profile, player);
            let Some(&to) = best.first().filter(|_| !best.contains(&here)) else { continue };
            let (x, y) = corner(profile / columns, profile % columns);
            let sign = if to > here { 1.0 } else { -1.0 };
            let (from, tip) = if player == 0 {
                let edge = if sign > 0.0 { y + CELL.1 } else { y };
                let x = x + CELL.0 - 18.0;
                ((x, edge), (x, edge + sign * (GAP - 5.0)))
            } else {
                let edge = if sign > 0.0 { x + CELL.0 } else { x };
                let y = y + CELL.1 - 14.0;
                ((edge, y), (edge + sign * (GAP - 5.0), y))
            };
            let stroke = Stroke::solid(colour(player), 2.0);
            svg.line(&[from, tip], stroke);
            let (dx, dy) = (f64::signum(tip.0 - from.0) * 5.0, f64::signum(tip.1 - from.1) * 5.0);
            let wings = if player == 0 {
                [(tip.0 - 4.0, tip.1 - dy), tip, (tip.0 + 4.0, tip.1 - dy)]
            } else {
                [(tip.0 - dx, tip.1 - 4.0), tip, (tip.0 - dx, tip.1 + 4.0)]
            };
            svg.line(&wings, stroke);
        }
    }
}

/// The gains of leaving these profiles, each with its interval.
pub fn gains(findings: &Findings<'_>, shown: &[&Gain]) -> Option<Svg> {
    let known: Vec<&&Gain> = shown.iter().filter(|gain| gain.mean.is_some()).take(MOST).collect();
    let ends =
        known.iter().flat_map(|gain| [gain.mean, gain.interval.map(|end| end.0), gain.interval.map(|end| end.1)]);
    let axis = Axis::linear(ends.flatten().chain([0.0]), 4);
    let label = |gain: &Gain| {
        let player = findings.game().players.get(gain.player).map_or("", |player| player.name.as_str());
        let (from, to) = (findings.does(gain.profile, gain.player), findings.strategy(gain.player, gain.to));
        format!("{}: {player} from {from} to {to}", findings.profile(gain.profile))
    };
    let left = 16.0 + known.iter().map(|gain| ROOM * text_width(&label(gain), 12.0)).fold(100.0, f64::max);
    let (room, line, top) = (320.0, 20.0, 24.0);
    let height = top + line * known.len() as f64;
    let mut svg = Svg::new((left + room + 24.0).max(LEAST), height + 34.0, "Gains of deviations");
    let at = |value: f64| left + room * axis.place(value);
    for tick in &axis.ticks {
        svg.line(&[(at(*tick), top), (at(*tick), height)], GRID);
        svg.text(at(*tick), height + 16.0, Anchor::Middle, Ink::Quiet, &axis.write(*tick, Writing::Plain));
    }
    svg.line(&[(at(0.0), top), (at(0.0), height)], RULE);
    for (place, gain) in known.iter().enumerate() {
        let y = top + line * (place as f64 + 0.5);
        let mean = gain.mean.unwrap_or_default();
        let said =
            gain.interval.map_or_else(String::new, |(low, high)| format!(" ({} to {})", signed(low), signed(high)));
        svg.group(&format!("{}: {}{said}", label(gain), signed(mean)), |svg| {
            svg.text(left - 10.0, y + 4.0, Anchor::End, Ink::Quiet, &label(gain));
            if let Some((low, high)) = gain.interval {
                svg.line(&[(at(low), y), (at(high), y)], INK);
            }
            svg.dot(at(mean), y, 4.0, colour(gain.player));
        });
    }
    (!known.is_empty()).then_some(svg)
}

/// How often profiles are equilibria over the worlds of a design.
pub fn worlds(findings: &Findings<'_>) -> Option<Svg> {
    let map = findings.map.as_ref()?;
    let mut shown: Vec<(usize, f64)> =
        map.shares.iter().copied().enumerate().filter(|(_, share)| *share > 0.0).collect();
    shown.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shown.truncate(MOST);
    let left = 16.0
        + shown.iter().map(|(profile, _)| ROOM * text_width(&findings.profile(*profile), 12.0)).fold(80.0, f64::max);
    let (room, line) = (360.0, 22.0);
    let mut svg = Svg::new(
        (left + room + 60.0).max(LEAST),
        12.0 + line * shown.len() as f64,
        "Worlds in which a profile is an equilibrium",
    );
    for (place, (profile, share)) in shown.iter().enumerate() {
        let y = 6.0 + line * place as f64;
        svg.text(left - 10.0, y + 14.0, Anchor::End, Ink::Quiet, &findings.profile(*profile));
        svg.rectangle((left, y + 3.0), (room * share, line - 6.0), colour(2));
        svg.text(left + room * share + 6.0, y + 14.0, Anchor::Start, Ink::Quiet, &percent(*share));
    }
    (!shown.is_empty()).then_some(svg)
}
