//! Chip designs, and what of the plants' capacity they book.

use super::{Before, Entity, FabSpec, Scenario, Stage};
use crate::{
    declare::parameter::Parameters,
    parameters,
    scenario::{
        Choice, Month,
        describe::{insert_month, insert_parameters, named},
        diagnostic::{Diagnostic, Place, unknown},
        entities::{EntityKind, NameIndex, read_entities, require_state},
        read::after_start,
        schema::{self, by_name, described},
        section::{Mistakes, Section, note, real, share, wrong},
        tree::{TomlEntry, TomlTable},
        unsound::{Checked, ensure},
    },
};
use serde_json::{Map, Value};

/// The most accelerators a world can have.
pub const MAX_ACCELERATORS: usize = 32;
/// How far above 1 the booked shares of a fab may sum.
const TOLERANCE: f64 = 1e-6;
/// The largest weight of a state's spending.
const MAX_SALES_WEIGHT: f64 = 1_000_000.0;

/// Contracts of an accelerator with fabs of one stage: index of the fab, share of its capacity. Sorted by fab.
pub type Contracts = Vec<(usize, f64)>;

parameters! {
    /// Numbers of an accelerator.
    pub struct AcceleratorNumbers {
        /// Performance of a package when it is first sold.
        performance_h100e: f64 = 1.0, "H100e", range 0.000001..=10000.0, plausible 0.1..=10.0, assumption "give the chip's own figure, dense BF16 over that of an H100 (0.989 PFLOPS)";
        /// Power of a package.
        power_kw: f64 = 0.7, "kW", range 0.0..=100.0, plausible 0.1..=2.0, assumption "give the chip's own figure";
        /// Area of a die.
        die_area_mm2: f64 = 800.0, "mm2", range 1.0..=5000.0, plausible 100.0..=1000.0, assumption "give the chip's own figure";
        /// Dies in a package.
        dies_per_package: f64 = 1.0, "dies", range 0.01..=64.0, plausible 1.0..=4.0, assumption "give the chip's own figure";
        /// Packages from a wafer of a packaging plant.
        packages_per_wafer: f64 = 29.0, "packages/wafer", range 0.01..=10000.0, plausible 8.0..=80.0, assumption "interposers of about 2500 mm2";
        /// Stacks of high-bandwidth memory in a package.
        stacks_per_package: f64 = 5.0, "stacks", range 0.0..=64.0, plausible 1.0..=12.0, assumption "give the chip's own figure";
        /// Packages that work as one system (n).
        chips_per_system: f64 = 8.0, "chips", range 1.0..=1000000.0, plausible 8.0..=512.0, assumption "a server of eight";
        /// Memory stacks that the designer has in store at the start.
        memory_reserve_million: f64 = 0.0, "million stacks", range 0.0..=1000.0, plausible 0.0..=15.0, assumption "none unless known";
    }
}

/// A chip design as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceleratorSpec {
    /// Its name, a stable key.
    pub name: String,
    /// Index of its designer's home state.
    pub state: usize,
    /// Month it is first made; `None` if it is there from the start.
    pub enters: Option<Month>,
    /// Month from which it is no longer made.
    pub leaves: Option<Month>,
    /// Contracts by stage, in the order of [`Stage`].
    pub contracts: [Contracts; Stage::COUNT],
    /// How much each state's spending counts with its sellers; by state.
    pub sales: Vec<f64>,
    /// Its numbers.
    pub numbers: AcceleratorNumbers,
}

impl Entity for AcceleratorSpec {
    const KIND: EntityKind = EntityKind {
        list: "accelerators",
        one: "accelerator",
        called: "accelerator",
        heading: "Accelerators",
        meaning: "Chip designs",
        most: MAX_ACCELERATORS,
        moved_by: None,
        recorded: true,
        numbers: AcceleratorNumbers::DECLARED,
        keys: Self::keys,
    };
    fields!(AcceleratorNumbers);

    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self> {
        let states = before.states();
        let fabs = before.lists.fabs.as_slice();
        // A fab that is wrong itself is known all the same.
        let written = root.take("fabs").and_then(|entry| entry.node.as_table());
        let known = Fabs { written, read: fabs };
        let mut bookings = Vec::new();
        let accelerators = read_entities(root, &Self::KIND, found, |name, section, found| {
            let state = require_state(section, "state", &states, found);
            let (enters, leaves) = section.span("enters", "leaves", found);
            let enters = after_start(enters, before.start);
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
            let sales = read_sales(section, &states, found);
            Some(Self { name: name.to_owned(), state: state?, enters, leaves, contracts, sales, numbers })
        });
        if let Some(start) = before.start {
            for (at, fab) in fabs.iter().enumerate() {
                let booked: Vec<_> = bookings.iter().filter(|booking| booking.fab == at).collect();
                found.extend(overbooked(&fab.name, &booked, start));
            }
        }
        accelerators
    }

    fn describe(&self, scenario: &Scenario) -> Map<String, Value> {
        let mut entry = named(&self.name);
        entry.insert("state".into(), scenario.state_name(self.state));
        insert_month(&mut entry, "enters", self.enters);
        insert_month(&mut entry, "leaves", self.leaves);
        insert_parameters(&mut entry, &self.numbers);
        for (&(key, _), contracts) in Stage::WORDS.iter().zip(&self.contracts) {
            entry.insert(key.into(), scenario.by_fab(contracts));
        }
        let states = scenario.states.iter().map(|state| state.name.clone());
        let sales = states.zip(self.sales.iter().map(|&weight| Value::from(weight)));
        entry.insert("sales".into(), sales.collect());
        entry
    }

    fn check(&self, scenario: &Scenario) -> Checked {
        let place = |what: &str| format!("accelerators.{}.{what}", self.name);
        scenario.state(&place("state"), self.state)?;
        let (given, states) = (self.sales.len(), scenario.states.len());
        ensure(
            given == states,
            || place("sales"),
            || format!("has {given} numbers instead of one for each of {states} states"),
        )?;
        let weight = self.sales.iter().find(|weight| !(0.0..f64::INFINITY).contains(*weight));
        ensure(weight.is_none(), || place("sales"), || format!("cannot hold {}", weight.copied().unwrap_or(f64::NAN)))?;
        let fabs = scenario.fabs.len();
        let contracts = Stage::WORDS.iter().zip(&self.contracts);
        let mut booked =
            contracts.flat_map(|((_, stage), contracts)| contracts.iter().map(move |contract| (*stage, contract)));
        booked.try_for_each(|(stage, &(fab, share))| {
            ensure(fab < fabs, || place("contracts"), || format!("name fab {fab}, but there are {fabs}, from 0"))?;
            let fits = scenario.fabs[fab].stage == stage;
            ensure(fits, || place("contracts"), || format!("book fab {fab} for another stage than its own"))?;
            ensure((0.0..=1.0).contains(&share), || place("contracts"), || format!("have a share of {share}"))
        })
    }

    fn remark(&self, scenario: &Scenario) -> Option<String> {
        super::too_late(self.enters, scenario)
    }
}

impl AcceleratorSpec {
    /// The schema of its keys beside its numbers.
    fn keys() -> Vec<(&'static str, Value)> {
        let contracts =
            |stage: Stage| (stage.word(), by_name(1.0, "Contracts: shares of the capacity of fabs, by fab."));
        vec![
            ("state", described(schema::name(), "Its designer's home state.")),
            ("enters", described(schema::month(), "Month it is first made; left out if it is there from the start.")),
            ("leaves", described(schema::month(), "First month it is no longer made; left out if it stays.")),
            contracts(Stage::Logic),
            contracts(Stage::Packaging),
            contracts(Stage::Memory),
            (
                "sales",
                by_name(
                    MAX_SALES_WEIGHT,
                    "How much each state's spending counts with its sellers: weights by state, 0 for those left out; \
                     without this table every state counts the same.",
                ),
            ),
        ]
    }
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

fn is_empty(entry: &TomlEntry) -> bool {
    entry.node.as_table().is_some_and(TomlTable::is_empty)
}

/// The fabs that contracts can name.
struct Fabs<'a> {
    written: Option<&'a TomlTable>,
    read: &'a [FabSpec],
}

impl Fabs<'_> {
    /// Reads the contracts for `stage` that stand under `key`: index of the fab, share and place.
    fn contracts<'a>(
        &self,
        section: &mut Section<'a>,
        key: &'a str,
        stage: Stage,
        found: &mut Mistakes,
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
        let known = || self.written.into_iter().flat_map(TomlTable::keys).map(String::as_str);
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

fn read_sales(section: &mut Section<'_>, states: &NameIndex<'_>, found: &mut Mistakes) -> Vec<f64> {
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
