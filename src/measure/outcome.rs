//! An outcome that joins a model, as it is declared.

use super::rows::OutcomeRow;
use crate::declare::{
    table::{CellType, Column, Row},
    text::is_name,
};
use crate::experiment::common::RUN_COLUMNS;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// Columns that every table of a run, or the table of runs, has beside what is measured.
pub(crate) const TAKEN_COLUMNS: [&str; 7] = RUN_COLUMNS;
/// An outcome that joins a model: a column of the table of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome(Column<'static>);

impl Outcome {
    /// The outcome of this name (small letters, digits, `_`), with its unit, `1` for a pure number, and what it means, in a
    /// line.
    ///
    /// ```
    /// use redqueen::measure::Outcome;
    /// const BLOCS_END: Outcome = Outcome::named("open_blocs_end", "states", "States with open firms at the end.");
    /// assert_eq!(BLOCS_END.column().unit, "states");
    /// ```
    ///
    /// The compiler refuses a name that the table of runs has:
    ///
    /// ```compile_fail,E0080
    /// use redqueen::measure::Outcome;
    /// const ENTRIES: Outcome = Outcome::named("entries", "firms", "Firms that entered.");
    /// # let _ = ENTRIES;
    /// ```
    pub const fn named(name: &'static str, unit: &'static str, meaning: &'static str) -> Self {
        assert!(is_name(name), "a name has small letters, digits and `_` alone");
        assert!(!unit.is_empty(), "the unit of a pure number is `1`");
        assert!(!among(name, &TAKEN_COLUMNS), "the table of runs has a column of this name");
        let mut at = 0;
        while at < OutcomeRow::COLUMNS.len() {
            assert!(!same(name, OutcomeRow::COLUMNS[at].name), "the standard model has an outcome of this name");
            at += 1;
        }
        Self(Column { name, holds: CellType::Number, optional: true, unit, meaning })
    }

    /// What is made of a run when it is over. Columns live as long as the program, and so do the few words of each such outcome,
    /// which are kept once.
    pub(super) fn of_runs(name: &str, unit: &str, meaning: &str) -> Self {
        let [name, unit, meaning] = [name, unit, meaning].map(kept);
        Self(Column { name, holds: CellType::Number, optional: true, unit, meaning })
    }

    /// Its column.
    pub const fn column(self) -> Column<'static> {
        self.0
    }
}

/// The text, kept as long as the program lives.
fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(same) = kept.get(text) {
        return same;
    }
    let text: &'static str = Box::leak(text.to_owned().into_boxed_str());
    kept.insert(text);
    text
}

/// Whether a name is one of these.
pub(super) const fn among(name: &str, names: &[&str]) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same(name, names[at]) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether two names are the same, for the compiler.
pub(super) const fn same(a: &str, b: &str) -> bool {
    let (a, b, mut at) = (a.as_bytes(), b.as_bytes(), 0);
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}
