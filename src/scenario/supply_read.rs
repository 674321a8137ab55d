//! Reads the fabs and accelerators of a config.

use super::{
    AcceleratorNumbers, AcceleratorSpec, Choice, FabNumbers, FabSpec, MAX_ACCELERATORS, MAX_FABS, Month, Stage,
    diagnostic::{Diagnostic, Place, unknown},
    entities::{Names, at_most, read_entities, require_state},
    parameter::Parameters,
    read::{after_start, note},
    section::{Found, Section, cell_text, choice, month, real, share, wrong},
    supply::Contracts,
    tree::Table,
};

/// How far above 1 the booked shares of a fab may sum.
const TOLERANCE: f64 = 1e-6;
/// The largest weight of a state's spending.
pub(crate) const MAX_SALES_WEIGHT: f64 = 1_000_000.0;

/// Reads `fabs`.
pub(crate) fn read_fabs(
    root: &mut Section<'_>,
    states: &Names<'_>,
    start: Option<Month>,
    found: &mut Found,
) -> Vec<FabSpec> {
    at_most(root, "fabs", MAX_FABS, found);
    read_entities(root, "fabs", "fab", found, |name, section, found| {
        let state = require_state(section, "state", states, found);
        let owner = section.read("owner", cell_text, found).cloned().unwrap_or_default();
        let stage = section.require("stage", found).and_then(|entry| note(choice("stage", &entry.node), found));
        let enters = after_start(section.read("enters", month, found), start);
        let numbers = FabNumbers::from_values(&section.parameters(FabNumbers::DECLARED, found));
        Some(FabSpec { name: name.to_owned(), state: state?, owner, stage: stage?, enters, numbers })
    })
}

/// Reads `accelerators`.
pub(crate) fn read_accelerators(
    root: &mut Section<'_>,
    states: &Names<'_>,
    fabs: &[FabSpec],
    start: Option<Month>,
    found: &mut Found,
) -> Vec<AcceleratorSpec> {
    at_most(root, "accelerators", MAX_ACCELERATORS, found);
    // A fab that is wrong itself is known all the same.
    let written = root.take("fabs").and_then(|entry| entry.node.as_table());
    let known = Fabs { written, read: fabs };
    let mut bookings = Vec::new();
    let accelerators = read_entities(root, "accelerators", "accelerator", found, |name, section, found| {
        let state = require_state(section, "state", states, found);
        let (enters, leaves) = section.span("enters", "leaves", found);
        let enters = after_start(enters, start);
        let numbers = AcceleratorNumbers::from_values(&section.parameters(AcceleratorNumbers::DECLARED, found));
        let mut contracts: [Contracts; Stage::COUNT] = Default::default();
        for (&(key, stage), contracts) in Stage::WORDS.iter().zip(&mut contracts) {
            for (fab, share, place) in known.contracts(section, key, stage, found) {
                contracts.push((fab, share));
                bookings.push(Booking { fab, share, enters, leaves, place });
            }
            if contracts.is_empty() && needs(&numbers, stage) && section.take(key).is_none_or(is_empty) {
                let message = format!("the accelerator {name:?} has no contract in `{key}`");
                found.push(Diagnostic::at(section.place(), message).help(format!("{key} = {{ \"FAB\" = 0.5 }}")));
            }
        }
        let sales = read_sales(section, states, found);
        Some(AcceleratorSpec { name: name.to_owned(), state: state?, enters, leaves, contracts, sales, numbers })
    });
    if let Some(start) = start {
        for (at, fab) in fabs.iter().enumerate() {
            let booked: Vec<_> = bookings.iter().filter(|booking| booking.fab == at).collect();
            found.extend(overbooked(&fab.name, &booked, start));
        }
    }
    accelerators
}

/// A contract in time.
struct Booking<'a> {
    fab: usize,
    share: f64,
    enters: Option<Month>,
    leaves: Option<Month>,
    place: &'a Place,
}

impl Booking<'_> {
    fn in_force(&self, month: Month) -> bool {
        self.enters.is_none_or(|enters| enters <= month) && self.leaves.is_none_or(|leaves| month < leaves)
    }

    /// Orders by how late a contract was laid down: overrides after files, a file after those it extends.
    fn turn(&self) -> (bool, usize, usize) {
        let origin = &self.place.origin;
        let turn = if origin.is_file { usize::MAX - origin.turn } else { origin.turn };
        (!origin.is_file, turn, self.place.span.start)
    }
}

/// The first month in which more of a fab is booked than there is. Sums can rise only when an accelerator enters.
fn overbooked(fab: &str, booked: &[&Booking<'_>], start: Month) -> Option<Diagnostic> {
    let mut months: Vec<_> = booked.iter().filter_map(|booking| booking.enters).collect();
    months.push(start);
    months.sort_unstable();
    months.into_iter().find_map(|month| {
        let in_force = || booked.iter().filter(|booking| booking.in_force(month));
        let sum: f64 = in_force().map(|booking| booking.share).sum();
        let last = in_force().max_by_key(|booking| booking.turn()).filter(|_| sum > 1.0 + TOLERANCE)?;
        let sum = (sum * 1e6).round() / 1e6;
        let message = format!("in {month} the accelerators book {sum} of the fab `{fab}`, more than the 1 there is");
        Some(Diagnostic::at(last.place, message))
    })
}

/// Whether a design cannot be made without a contract for this stage.
fn needs(numbers: &AcceleratorNumbers, stage: Stage) -> bool {
    stage != Stage::Memory || numbers.stacks_per_package > 0.0
}

fn is_empty(entry: &super::tree::Entry) -> bool {
    entry.node.as_table().is_some_and(Table::is_empty)
}

/// The fabs that contracts can name.
struct Fabs<'a> {
    written: Option<&'a Table>,
    read: &'a [FabSpec],
}

impl Fabs<'_> {
    /// Reads the contracts for `stage` that stand under `key`: index of the fab, share and place.
    fn contracts<'a>(
        &self,
        section: &mut Section<'a>,
        key: &'a str,
        stage: Stage,
        found: &mut Found,
    ) -> Vec<(usize, f64, &'a Place)> {
        let Some(entry) = section.take(key) else { return Vec::new() };
        let Some(table) = entry.node.as_table() else {
            found.push(wrong(key, &entry.node, "a table of shares by fab"));
            return Vec::new();
        };
        let mut contracts = Vec::new();
        for (name, entry) in table {
            let share = note(share(name, &entry.node), found);
            if let (Some(fab), Some(share)) = (note(self.find(name, stage, &entry.key), found), share) {
                contracts.extend(fab.map(|fab| (fab, share, &entry.node.place)));
            }
        }
        contracts
    }

    /// The index of the fab of this name, which must have this stage; none if the fab itself is wrong.
    fn find(&self, name: &str, stage: Stage, place: &Place) -> Result<Option<usize>, Diagnostic> {
        let known = || self.written.into_iter().flat_map(Table::keys).map(String::as_str);
        if !known().any(|fab| fab == name) {
            return Err(Diagnostic::at(place, unknown("fab", name, known())));
        }
        let Some(at) = self.read.iter().position(|fab| fab.name == name) else { return Ok(None) };
        let own = self.read[at].stage;
        if own != stage {
            let message = format!("the fab `{name}` has the stage `{}`, not `{}`", own.word(), stage.word());
            return Err(Diagnostic::at(place, message));
        }
        Ok(Some(at))
    }
}

fn read_sales(section: &mut Section<'_>, states: &Names<'_>, found: &mut Found) -> Vec<f64> {
    let Some(entry) = section.take("sales") else { return vec![1.0; states.len()] };
    let mut sales = vec![0.0; states.len()];
    let Some(table) = entry.node.as_table() else {
        found.push(wrong("sales", &entry.node, "a table of weights by state"));
        return sales;
    };
    for (name, entry) in table {
        let state = note(states.index(name, &entry.key), found);
        let weight = note(real(name, &entry.node, 0.0, MAX_SALES_WEIGHT), found);
        if let (Some(state), Some(weight)) = (state, weight) {
            sales[state] = weight;
        }
    }
    sales
}
