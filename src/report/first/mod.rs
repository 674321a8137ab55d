//! The pictures that a scenario opens with: who leads, how far others are behind, whose models are used, where chips are stuck, who has
//! power, and what progress is made of. Each is drawn for a wide page and for a narrow one.

mod chips;
mod frontier;
mod leaderboard;
mod power;
mod progress;
mod stacks;
mod story;
mod timeline;
mod usage;

use super::{
    figures::{Figure, View},
    shown::PICTURES,
};

/// The pictures that the page opens with, as far as there are values for them.
pub fn six(view: &mut View<'_>) -> impl Iterator<Item = Figure> {
    PICTURES.iter().filter(|picture| picture.group.is_none()).filter_map(|picture| view.figure(picture))
}

#[cfg(test)]
mod tests;
