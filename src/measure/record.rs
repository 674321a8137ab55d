//! What one simulated world gives back: rows of tables by month, and one row of outcomes.

pub use super::rows::*;
use super::{ended::Ended, own::Own, tables::tables};
use crate::declare::table::Row;

tables! {
    /// The world, month by month.
    world: WorldRow = |month, rows| rows.push(month.seen.world.clone());
    /// The states, month by month, sorted by name within a month.
    states: StateRow = |month, rows| month.observer.states(month.simulation.world(), month.seen, rows);
    /// The firms, month by month; configured ones by name, then those born in the run by birth.
    firms: FirmRow = |month, rows| month.observer.firms(month.simulation.world(), month.seen, rows);
    /// The fabs, month by month, sorted by name within a month.
    fabs: FabRow = |month, rows| month.observer.fabs(month.simulation.world(), rows);
    /// The chip designs, month by month, sorted by name within a month.
    accelerators: AcceleratorRow = |month, rows| month.observer.accelerators(month.simulation.world(), rows);
    /// The states by domain, month by month, sorted by name within a month.
    state_domains: StateDomainRow = |month, rows| month.observer.state_domains(month.simulation.world(), rows);
    /// The firms by domain at the end of each quarter, in the order of firms.
    firm_domains: FirmDomainRow = |month, rows| month.observer.firm_domains(month.simulation.world(), rows);
    /// Releases in order of date, then firm.
    releases: ReleaseRow = |month, rows| month.releases(rows);
    /// Events in order of date.
    events: EventRow = |month, rows| month.events(rows);
}

/// Tables of the standard model that a batch records only when asked for.
const ASKED_FOR: [&str; 2] = [FirmDomainRow::TABLE, ReleaseRow::TABLE];
/// Tables of the standard model whose rows a batch records for the quantiles alone, which are all that a report draws of them.
const FOR_QUANTILES: [&str; 5] =
    [StateRow::TABLE, FirmRow::TABLE, FabRow::TABLE, AcceleratorRow::TABLE, StateDomainRow::TABLE];

/// Whether a batch records the table of this name when nothing is said of tables.
pub(super) fn is_recorded(table: &str) -> bool {
    !ASKED_FOR.contains(&table)
}

/// Whether it then keeps its rows no longer than until their quantiles are taken.
pub(super) fn is_for_quantiles(table: &str) -> bool {
    FOR_QUANTILES.contains(&table)
}

/// Which tables to keep, by their names.
///
/// ```
/// use redqueen::measure::{Measured, record::Record};
/// let record = Record::of(&["world", "firms"]);
/// assert!(record.has("firms") && !record.has("fabs") && Record::ALL.has("fabs"));
/// assert_eq!(Measured::default().recorded(&record).map(|table| table.name).collect::<Vec<_>>(), ["world", "firms"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record(Option<Vec<String>>);

impl Record {
    /// Every table.
    pub const ALL: Self = Self(None);
    /// No table: outcomes only.
    pub const NONE: Self = Self(Some(Vec::new()));

    /// The tables of these names.
    pub fn of<S: AsRef<str>>(names: &[S]) -> Self {
        Self(Some(names.iter().map(|name| name.as_ref().to_owned()).collect()))
    }

    /// The same and the tables of these names.
    pub(super) fn and(&self, names: &[&str]) -> Self {
        let more = || names.iter().map(|&name| name.to_owned());
        Self(self.0.as_ref().map(|kept| kept.iter().cloned().chain(more()).collect()))
    }

    /// Whether the table of this name is kept.
    pub fn has(&self, table: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|name| name == table))
    }
}

/// Names of the outcomes of a run of the standard model, in order.
pub const OUTCOMES: [&str; OutcomeRow::COLUMNS.len()] = {
    let mut names = [""; OutcomeRow::COLUMNS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = OutcomeRow::COLUMNS[at].name;
        at += 1;
    }
    names
};

impl Trajectory {
    /// The outcome at this place among those that are measured, if it has a value.
    pub(crate) fn outcome_at(&self, place: usize) -> Option<f64> {
        if let Some(own) = place.checked_sub(OUTCOMES.len()) {
            return self.own.outcomes().nth(own).and_then(|(_, value)| value);
        }
        let (mut at, mut found) = (0, None);
        self.outcomes.cells(&mut |cell| {
            if at == place {
                found = cell.number();
            }
            at += 1;
        });
        found
    }

    /// The outcome of this name, if there is one and it has a value.
    pub(super) fn outcome(&self, name: &str) -> Option<f64> {
        let standard = OUTCOMES.iter().position(|outcome| *outcome == name);
        let own = || self.own.outcomes().find(|(outcome, _)| outcome.column().name == name)?.1;
        standard.map_or_else(own, |place| self.outcome_at(place))
    }
}

/// The outcomes of the standard model that summaries open with.
pub(super) const HEADLINES: [&str; 12] = [
    "gap_rating_12",
    "gap_rating_24",
    "gap_rating_end",
    "open_gap_rating_mean",
    "frontier_gain_per_year",
    "open_share_end",
    "effective_firms_end",
    "entries",
    "exits",
    "power_leader_end",
    "power_follower_end",
    "output_effect_end",
];
