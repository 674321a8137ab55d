//! The pictures that a scenario opens with: who leads, how far others are behind, whose models are used, where chips are stuck, who has
//! power, and what progress is made of.

mod chips;
mod frontier;
mod leaderboard;
mod power;
mod progress;
mod stacks;
mod story;
mod timeline;
mod usage;

use super::{figures::View, shown::PICTURES, svg::Svg};

/// The pictures that the page opens with, as far as there are values for them, on the view's paper: the name of each, the picture and
/// what is said below it.
pub fn six(view: &View<'_>) -> impl Iterator<Item = (&'static str, Svg, String)> {
    let first = PICTURES.iter().filter(|picture| picture.group.is_none());
    first.filter_map(|picture| view.draw(picture).map(|(svg, caption)| (picture.name, svg, caption)))
}

#[cfg(test)]
mod tests;
