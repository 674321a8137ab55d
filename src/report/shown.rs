//! Which indicators the pictures show.

use super::{
    data::Stat,
    scale::{Scale, Writing},
};
use crate::{
    measure::record::{AcceleratorRow, FabRow, FirmRow, StateRow, WorldRow},
    output::table::{Column, Row},
};

/// An indicator to show.
#[derive(Clone, Copy)]
pub struct Shown {
    pub table: &'static str,
    pub column: &'static str,
    pub title: &'static str,
    pub writing: Writing,
    pub log: bool,
}

pub const fn shown(table: &'static str, column: &'static str, title: &'static str, percent: bool) -> Shown {
    let writing = if percent { Writing::Percent } else { Writing::Plain };
    Shown { table, column, title, writing, log: false }
}

pub const fn log(shown: Shown) -> Shown {
    Shown { log: true, ..shown }
}

pub const GAP: Shown = shown("world", "gap_rating", "Rating gap", false);

/// Indicators of the world that several scenarios are compared by.
pub const COMPARED: [Shown; 8] = [
    GAP,
    shown("world", "frontier_capability", "Frontier capability", false),
    shown("world", "open_share", "Open firms' share of usage", true),
    shown("world", "firm_hhi", "Concentration of usage (HHI)", false),
    shown("world", "open_gap_rating", "Closed\u{2013}open rating gap", false),
    shown("world", "output_effect", "Output added by AI", true),
    log(shown("world", "compute", "Compute", false)),
    shown("world", "power_hhi", "Concentration of power (HHI)", false),
];

/// The world's grid.
pub const WORLD: [Shown; 9] = [
    shown("world", "frontier_rating", "Frontier rating", false),
    COMPARED[1],
    COMPARED[4],
    COMPARED[2],
    COMPARED[3],
    shown("world", "firms", "Firms in business", false),
    COMPARED[6],
    shown("world", "adoption", "Adoption", true),
    COMPARED[5],
];

/// The grid of chips.
pub const CHIPS: [Shown; 6] = [
    log(shown("world", "compute_made", "Compute made", false)),
    shown("world", "compute_stored", "Compute stored", false),
    shown("world", "compute_to_clouds", "Compute to clouds", false),
    shown("world", "compute_denied", "Denied by controls", false),
    shown("world", "compute_redirected", "Denied, sold to others", false),
    shown("world", "compute_lost", "Lost to shocks", false),
];

/// The grid of governance and of who gains.
pub const SOCIETY: [Shown; 6] = [
    shown("world", "incidents", "Incidents", false),
    shown("world", "damage", "Output lost to incidents and shocks", true),
    shown("world", "policy_cost", "Cost of policy", false),
    shown("world", "welfare", "Welfare", false),
    shown("world", "access_gini", "Inequality of access (Gini)", false),
    COMPARED[7],
];

/// Indicators by state; the first three also get a panel for each state.
pub const BY_STATE: [(&str, Shown); 10] = [
    ("rating", shown("states", "rating", "Rating by state", false)),
    ("capability", shown("states", "capability", "Capability by state", false)),
    ("compute", log(shown("states", "compute", "Compute by state", false))),
    ("power", shown("states", "power", "Power by state", true)),
    ("adoption", shown("states", "adoption", "Adoption by state", true)),
    ("self_sufficiency", shown("states", "self_sufficiency", "Least self-sufficiency of any stage, by state", true)),
    ("compute_received", log(shown("states", "compute_received", "Compute received, by state", false))),
    ("safety_effort", shown("states", "safety_effort", "Safety effort by state", true)),
    ("trust_in_ai", shown("states", "trust_in_ai", "Trust in AI by state", true)),
    ("output_effect", shown("states", "output_effect", "Output added by AI, by state", true)),
];

impl Shown {
    fn declared(&self) -> Option<&'static Column<'static>> {
        let columns = match self.table {
            WorldRow::TABLE => WorldRow::COLUMNS,
            StateRow::TABLE => StateRow::COLUMNS,
            FabRow::TABLE => FabRow::COLUMNS,
            AcceleratorRow::TABLE => AcceleratorRow::COLUMNS,
            _ => FirmRow::COLUMNS,
        };
        columns.iter().find(|column| column.name == self.column)
    }

    pub fn unit(&self) -> &'static str {
        match self.declared() {
            // A percent sign stands at each tick, and a number of firms says so itself.
            Some(column) if !["1", "firms", "incidents"].contains(&column.unit) => column.unit,
            _ => "",
        }
    }

    /// What is shown and in which unit.
    pub fn meaning(&self) -> String {
        let meaning = self.declared().map_or("", |column| column.meaning.trim_end_matches('.'));
        let meaning = meaning.replace(" (see `comparison`)", "");
        let unit = if self.log { format!("{}, log scale", self.unit()) } else { self.unit().to_owned() };
        if unit.is_empty() { meaning } else { format!("{meaning}, {unit}") }
    }

    pub fn scale<'a>(&self, stats: impl Iterator<Item = &'a Stat>, bands: bool, count: usize) -> Scale {
        let values = stats.flat_map(|stat| {
            let levels = if bands { 0..5 } else { 2..3 };
            stat.quantiles[levels].iter().copied()
        });
        if self.log { Scale::log(values) } else { Scale::linear(values, count) }
    }
}
