//! Which pictures there are and which indicators they show. Whatever is read of `quantiles.csv` follows from this.

use super::scale::{Axis, Writing};
use crate::{declare::table::Column, measure::record::TABLES, report::stat::Stat};

/// An indicator to show.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    pub table: &'static str,
    pub column: &'static str,
    pub title: &'static str,
    pub writing: Writing,
    pub log: bool,
    /// Whether most scenarios have none of it, so that it is not missed.
    pub rare: bool,
}

// Indicators are declared in this file alone, so that none is drawn that was not read.
const fn shown(table: &'static str, column: &'static str, title: &'static str, percent: bool) -> Shown {
    let writing = if percent { Writing::Percent } else { Writing::Plain };
    Shown { table, column, title, writing, log: false, rare: false }
}

const fn log(shown: Shown) -> Shown {
    Shown { log: true, ..shown }
}

const fn rare(shown: Shown) -> Shown {
    Shown { rare: true, ..shown }
}

const GAP: Shown = shown("world", "gap_rating", "Rating gap", false);

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
const WORLD: [Shown; 9] = [
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
const CHIPS: [Shown; 6] = [
    log(shown("world", "compute_made", "Compute made", false)),
    shown("world", "compute_stored", "Into store, less out of it", false),
    shown("world", "compute_to_clouds", "Compute to clouds", false),
    shown("world", "compute_denied", "Denied by controls", false),
    shown("world", "compute_redirected", "Denied, sold to others", false),
    shown("world", "compute_lost", "Lost to shocks", false),
];

/// The grid of governance and of who gains.
const SOCIETY: [Shown; 6] = [
    shown("world", "incidents", "Incidents", false),
    shown("world", "damage", "Output lost to incidents, shocks, chips", true),
    shown("world", "policy_cost", "Cost of policy", false),
    shown("world", "welfare", "Welfare", false),
    shown("world", "access_gini", "Inequality of access (Gini)", false),
    COMPARED[7],
];

/// By these states are chosen and put in order, too.
pub const RATING: Shown = shown("states", "rating", "Rating by state", false);
pub const CAPABILITY: Shown = shown("states", "capability", "Capability by state", false);
pub const COMPUTE: Shown = log(shown("states", "compute", "Compute by state", false));

/// The parts of progress, of the world and then of states, in the order of their colours.
const PROGRESS: [Shown; 6] = [
    shown("world", "learning", "learning", false),
    shown("world", "selection", "selection", false),
    shown("world", "turnover", "turnover", false),
    shown("states", "learning", "learning", false),
    shown("states", "selection", "selection", false),
    shown("states", "turnover", "turnover", false),
];

/// Ratings of firms, by which they are put in places.
const FIRM_RATING: Shown = shown("firms", "rating", "Ratings of firms", false);
/// Whether firms publish weights: the mean is a share of the runs.
pub const OPEN: Shown = shown("firms", "open", "Firms that publish weights", true);

/// The chip chain: designs, plants, what limits, and the price.
const CHAIN: [Shown; 6] = [
    shown("accelerators", "compute", "Compute shipped", false),
    shown("fabs", "capacity", "Capacity of plants", false),
    shown("world", "limited_by_logic", "Limited by logic dies", true),
    shown("world", "limited_by_packaging", "Limited by packaging", true),
    shown("world", "limited_by_memory", "Limited by memory", true),
    shown("world", "compute_price", "Price of compute", false),
];

/// Power in all, and its kinds.
const POWER: [Shown; 4] = [
    shown("states", "power", "Power in all", true),
    shown("states", "hard_power", "Hard power", true),
    shown("states", "economic_power", "Economic power", true),
    shown("states", "soft_power", "Soft power", true),
];

/// How a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// The fan of one indicator of the world.
    Gap,
    /// A panel for each indicator of the world, under this title and note.
    Grid(&'static str, &'static str),
    /// All states on one pair of axes.
    Overview,
    /// A panel for each of several states.
    EachState,
    /// How far states are behind the best, a panel for each domain.
    Domains,
    /// All fabs or accelerators.
    Supply,
    /// Ratings of firms.
    Firms,
    /// Places of firms.
    Leaderboard,
    /// The gap to the frontier, of states and of firms.
    Frontier,
    /// Shares of usage.
    Usage,
    /// Stages of the chip chain, what limits it, and the price.
    ChipChain,
    /// Kinds of power.
    Power,
    /// The parts of progress.
    Progress,
}

/// A picture of a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    /// Its file's name begins with this.
    pub name: &'static str,
    pub kind: Drawing,
    /// All that it draws.
    pub indicators: &'static [Shown],
    /// What it stands under, folded; none for those that a scenario opens with.
    pub group: Option<&'static str>,
}

/// A picture that a scenario opens with.
const fn first(name: &'static str, kind: Drawing, indicators: &'static [Shown]) -> Picture {
    Picture { name, kind, indicators, group: None }
}

const fn under(group: &'static str, name: &'static str, kind: Drawing, indicators: &'static [Shown]) -> Picture {
    Picture { name, kind, indicators, group: Some(group) }
}

const WORLD_GROUP: &str = "The world and the gap";
const STATES_GROUP: &str = "States";
const TRADE_GROUP: &str = "Trade and compute";
const SOCIETY_GROUP: &str = "Society";
const FIRMS_GROUP: &str = "Firms and their momentum";

/// The pictures of a scenario, in the order of the page.
pub const PICTURES: &[Picture] = &[
    first("leaderboard", Drawing::Leaderboard, &[FIRM_RATING, OPEN]),
    first(
        "frontier_gap",
        Drawing::Frontier,
        &[
            shown("states", "frontier_gap_rating", "Behind the frontier, by state", false),
            shown("firms", "frontier_gap_rating", "Behind the frontier, by firm", false),
        ],
    ),
    first("usage_shares", Drawing::Usage, &[shown("firms", "usage_share", "Shares of world usage", true)]),
    first("chip_chain", Drawing::ChipChain, &CHAIN),
    first("power", Drawing::Power, &POWER),
    first("progress", Drawing::Progress, &PROGRESS),
    under(WORLD_GROUP, "rating_gap", Drawing::Gap, &[GAP]),
    under(WORLD_GROUP, "world", Drawing::Grid("The world", "Indicators of the whole world"), &WORLD),
    under(STATES_GROUP, "rating", Drawing::Overview, &[RATING]),
    under(STATES_GROUP, "rating_by_state", Drawing::EachState, &[RATING]),
    under(STATES_GROUP, "capability", Drawing::Overview, &[CAPABILITY]),
    under(STATES_GROUP, "capability_by_state", Drawing::EachState, &[CAPABILITY]),
    under(
        STATES_GROUP,
        "frontier_gap_by_domain",
        Drawing::Domains,
        &[rare(shown("state_domains", "rating", "Behind the frontier, by domain", false))],
    ),
    under(
        STATES_GROUP,
        "hostility",
        Drawing::Overview,
        &[rare(shown("states", "hostility", "How hostile states stand that choose", true))],
    ),
    under(FIRMS_GROUP, "firms_rating", Drawing::Firms, &[shown("firms", "rating", "Ratings of firms", false)]),
    under(FIRMS_GROUP, "momentum", Drawing::Firms, &[shown("firms", "momentum", "Momentum of firms", false)]),
    under(TRADE_GROUP, "chips", Drawing::Grid("Chips", "Making and sharing of compute in the whole world"), &CHIPS),
    under(TRADE_GROUP, "compute", Drawing::Overview, &[COMPUTE]),
    under(TRADE_GROUP, "compute_by_state", Drawing::EachState, &[COMPUTE]),
    under(
        TRADE_GROUP,
        "self_sufficiency",
        Drawing::Overview,
        &[shown("states", "self_sufficiency", "Least self-sufficiency of any stage, by state", true)],
    ),
    under(
        TRADE_GROUP,
        "compute_received",
        Drawing::Overview,
        &[log(shown("states", "compute_received", "Compute received, by state", false))],
    ),
    under(
        TRADE_GROUP,
        "accelerators",
        Drawing::Supply,
        &[log(shown("accelerators", "compute", "Compute shipped, by accelerator", false))],
    ),
    under(TRADE_GROUP, "fabs", Drawing::Supply, &[log(shown("fabs", "capacity", "Capacity of plants", false))]),
    under(
        SOCIETY_GROUP,
        "society",
        Drawing::Grid("Society", "Incidents, policy and who gains, in the whole world"),
        &SOCIETY,
    ),
    under(SOCIETY_GROUP, "adoption", Drawing::Overview, &[shown("states", "adoption", "Adoption by state", true)]),
    under(
        SOCIETY_GROUP,
        "safety_effort",
        Drawing::Overview,
        &[shown("states", "safety_effort", "Safety effort by state", true)],
    ),
    under(
        SOCIETY_GROUP,
        "trust_in_ai",
        Drawing::Overview,
        &[shown("states", "trust_in_ai", "Trust in AI by state", true)],
    ),
    under(
        SOCIETY_GROUP,
        "output_effect",
        Drawing::Overview,
        &[shown("states", "output_effect", "Output added by AI, by state", true)],
    ),
];

/// The indicators of all pictures of a scenario, some of them more than once.
pub fn of_scenario() -> impl Iterator<Item = Shown> {
    PICTURES.iter().flat_map(|picture| picture.indicators).copied()
}

/// The indicators of the pictures that a scenario opens with, some of them more than once.
pub fn of_first() -> impl Iterator<Item = Shown> {
    PICTURES.iter().filter(|picture| picture.group.is_none()).flat_map(|picture| picture.indicators).copied()
}

/// Every indicator that any picture draws, some of them more than once.
pub fn wanted() -> impl Iterator<Item = Shown> {
    of_scenario().chain(COMPARED)
}

impl Shown {
    /// An indicator of another picture than those declared here.
    pub(super) const fn of(table: &'static str, column: &'static str, title: &'static str, percent: bool) -> Self {
        shown(table, column, title, percent)
    }

    fn declared(&self) -> Option<&'static Column<'static>> {
        let table = TABLES.iter().find(|table| table.name == self.table)?;
        table.columns.iter().find(|column| column.name == self.column)
    }

    pub fn unit(&self) -> &'static str {
        match self.declared() {
            // A percent sign stands at each tick, and a number of firms says so itself.
            Some(Column { unit: "1" | "firms", .. }) | None => "",
            Some(Column { unit: "incidents/month", .. }) => "a month",
            Some(column) => column.unit,
        }
    }

    /// The title of a panel, with the unit and whether the scale is logarithmic.
    pub fn heading(&self) -> String {
        let log = if self.log { ", log scale" } else { "" };
        match self.unit() {
            "" => format!("{}{log}", self.title),
            "a month" => format!("{} a month{log}", self.title),
            unit => format!("{}, {unit}{log}", self.title),
        }
    }

    /// What is shown and in which unit.
    pub fn meaning(&self) -> String {
        let meaning = self.declared().map_or("", |column| column.meaning.trim_end_matches('.'));
        // When a cell is empty is of no use in a picture.
        let meaning = meaning.split_once("; empty").map_or(meaning, |(meaning, _)| meaning);
        let meaning = meaning.replace(" (see `comparison`)", "");
        let unit = if self.log { format!("{}, log scale", self.unit()) } else { self.unit().to_owned() };
        if unit.is_empty() { meaning } else { format!("{meaning}, {unit}") }
    }

    pub fn scale<'a>(&self, stats: impl Iterator<Item = &'a Stat>, bands: bool, count: usize) -> Axis {
        let values = stats.flat_map(|stat| {
            let levels = if bands { 0..5 } else { 2..3 };
            stat.quantiles[levels].iter().copied()
        });
        if self.log { Axis::log(values) } else { Axis::linear(values, count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_indicator_is_a_column_of_its_table_and_every_picture_shows_some() {
        for shown in wanted() {
            assert!(shown.declared().is_some(), "{}.{}", shown.table, shown.column);
        }
        assert!(PICTURES.iter().all(|picture| !picture.indicators.is_empty()));
    }

    #[test]
    fn a_heading_has_the_unit_and_the_scale() {
        assert_eq!(COMPARED[6].heading(), "Compute, MH100e, log scale");
        assert_eq!(SOCIETY[0].heading(), "Incidents a month");
        assert_eq!(COMPARED[2].heading(), "Open firms' share of usage");
    }
}
