//! Paired differences between scenarios by month: what is followed, the table of them, and the picture.

mod acts;
pub(crate) mod draw;
pub(crate) mod read;
mod stored;
#[cfg(test)]
mod tests;

use super::{
    scale::Writing,
    shown::{COMPARED, Shown},
};
use crate::output::difference_rows::DifferenceOverTimeRow;
pub(crate) use acts::{Act, acts};

const GAP: &str = "gap_rating";
const WORLD: &str = "world";
const STATES: &str = "states";
/// Tables that differences over time are read from.
const TABLES: [&str; 2] = [WORLD, STATES];

/// What is followed of each of the compared states: column, title, and whether it is told in per cent.
const OF_STATES: [(&str, &str, bool); 4] = [
    ("frontier_gap_rating", "Behind the frontier", false),
    ("usage_share", "Share of world usage", true),
    ("compute", "Compute", false),
    ("output", "Output", false),
];

/// An indicator that is followed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Followed {
    /// The table that it is from.
    pub table: &'static str,
    /// Its column there.
    pub column: &'static str,
    /// The state; empty for the world.
    pub entity: String,
    /// What it is called.
    pub title: String,
    /// Its unit, empty for shares and plain numbers.
    pub unit: &'static str,
    /// How its ticks are written.
    pub writing: Writing,
}

/// What is followed of the world and of these states.
fn followed(states: [&str; 2]) -> Vec<Followed> {
    let of_world = COMPARED.iter().map(|shown| Followed {
        table: shown.table,
        column: shown.column,
        entity: String::new(),
        title: match states {
            [leader, follower] if shown.column == GAP && !leader.is_empty() => {
                format!("{} of {leader} over {follower}", shown.title)
            }
            _ => shown.title.to_owned(),
        },
        unit: shown.unit(),
        writing: shown.writing,
    });
    let of_state = |state: &str| {
        OF_STATES.map(|(column, title, percent)| {
            let own = Shown::of(STATES, column, title, percent);
            Followed {
                table: STATES,
                column,
                entity: state.to_owned(),
                title: format!("{state}: {}", lower(title)),
                unit: own.unit(),
                writing: own.writing,
            }
        })
    };
    of_world.chain(states.into_iter().filter(|state| !state.is_empty()).flat_map(of_state)).collect()
}

fn lower(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The differences of a folder by month, and what is not known of them.
#[derive(Debug, Default)]
pub(crate) struct OverTime {
    /// The lines of `differences_over_time.csv`.
    pub rows: Vec<DifferenceOverTimeRow>,
    /// What was not recorded, with what records it.
    pub missing: Vec<String>,
}
