//! What joins a model from outside is measured by systems that read the world and change nothing, begun anew for each run.

use super::outcome::Outcome;
use crate::declare::table::{Cell, Row, Table, Tabular};
use bevy_ecs::{
    prelude::*,
    system::{BoxedReadOnlySystem, ReadOnlySystem, RunSystemError, SystemParamValidationError},
};
use std::{
    any::{Any, type_name},
    collections::BTreeSet,
    fmt,
    sync::Arc,
};

/// A table or an outcome could not be measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` cannot be measured: {why}")]
pub struct Unmeasured {
    /// The table or outcome.
    pub name: &'static str,
    /// What its system misses or does wrong.
    pub why: String,
}

impl Unmeasured {
    /// What became of a system's run: nothing where it says itself that it has nothing to do.
    fn or<T>(name: &'static str, system: &str, ran: Result<T, RunSystemError>) -> Result<Option<T>, Self> {
        match ran {
            Ok(found) => Ok(Some(found)),
            Err(RunSystemError::Skipped(_)) => Ok(None),
            Err(RunSystemError::Failed(error)) => {
                let invalid = error.downcast_ref::<SystemParamValidationError>();
                let why = invalid.map_or_else(|| error.to_string(), |invalid| invalid.message.to_string());
                Err(Self { name, why: format!("{why}, which `{system}` asks for") })
            }
        }
    }
}

/// Refuses a system that puts something off, such as commands: it would never be done.
fn settled<S: System + ?Sized>(name: &'static str, system: &S) -> Result<(), Unmeasured> {
    if system.has_deferred() {
        return Err(Unmeasured { name, why: "commands change the world, and it may only be read".to_owned() });
    }
    Ok(())
}

/// The rows of a table, whichever it is.
trait OwnRows: Tabular + Any + Send + Sync {}

impl<R: Row + Send + Sync + 'static> OwnRows for Vec<R> {}

/// A table of a run that is not over yet.
trait Filling {
    /// Adds the rows of the month that has ended.
    fn take_down(&mut self, world: &World) -> Result<(), Unmeasured>;
    /// The rows, when the run is over.
    fn finish(self: Box<Self>) -> Arc<dyn OwnRows>;
}

struct Filled<R: 'static> {
    /// `None` if it is not recorded.
    system: Option<BoxedReadOnlySystem<(), Vec<R>>>,
    /// The name of the function that fills it.
    called: &'static str,
    rows: Vec<R>,
    keys: Keys,
}

/// What told the rows of a table apart until now.
struct Keys {
    /// Columns of the key; none if nothing tells rows apart.
    columns: Vec<usize>,
    seen: BTreeSet<String>,
}

impl Keys {
    fn of(table: &Table) -> Self {
        Self { columns: table.key.iter().filter_map(|key| table.place(key)).collect(), seen: BTreeSet::new() }
    }

    /// Refuses a row that has the key of another.
    fn take<R: Row>(&mut self, row: &R) -> Result<(), Unmeasured> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let mut cells = Vec::with_capacity(R::COLUMNS.len());
        row.cells(&mut |cell| cells.push(cell));
        let key: Vec<_> = self.columns.iter().filter_map(|column| cells.get(*column)).map(written).collect();
        let key = key.join(", ");
        if self.seen.contains(&key) {
            let why = format!("two rows have the same {}: {key}", R::KEY.join(", "));
            return Err(Unmeasured { name: R::TABLE, why });
        }
        self.seen.insert(key);
        Ok(())
    }
}

/// A cell of a key; text in quotes, so that its commas tell nothing.
fn written(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Number(value) => value.to_string(),
        Cell::Whole(value) => value.to_string(),
        Cell::Text(text) => format!("{text:?}"),
        Cell::Month(month) => month.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Missing => String::new(),
    }
}

impl<R: Row + Send + Sync + 'static> Filling for Filled<R> {
    fn take_down(&mut self, world: &World) -> Result<(), Unmeasured> {
        if let Some(system) = &mut self.system {
            settled(R::TABLE, &**system)?;
            let found = Unmeasured::or(R::TABLE, self.called, system.run_readonly((), world))?.unwrap_or_default();
            found.iter().try_for_each(|row| self.keys.take(row))?;
            self.rows.extend(found);
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Arc<dyn OwnRows> {
        Arc::new(self.rows)
    }
}

/// Begins a table in a world, if it is to be recorded.
type BeginTable = dyn Fn(bool, &mut World) -> Box<dyn Filling> + Send + Sync;

/// An outcome of a run that is not over yet: what it is at the end of the month.
type Reading = Box<dyn FnMut(&World) -> Result<Option<f64>, Unmeasured>>;

/// A table that joined a model.
#[derive(Clone)]
pub(super) struct OwnTable {
    pub table: Table,
    begin: Arc<BeginTable>,
}

impl OwnTable {
    pub(super) fn new<R, M, S>(fill: S) -> Self
    where
        R: Row + Send + Sync + 'static,
        S: IntoSystem<(), Vec<R>, M, System: ReadOnlySystem> + Clone + Send + Sync + 'static,
    {
        let begin = move |recorded: bool, world: &mut World| -> Box<dyn Filling> {
            let system = recorded.then(|| -> BoxedReadOnlySystem<(), Vec<R>> {
                let mut system = IntoSystem::into_system(fill.clone());
                system.initialize(world);
                Box::new(system)
            });
            Box::new(Filled { system, called: type_name::<S>(), rows: Vec::new(), keys: Keys::of(&Table::of::<R>()) })
        };
        Self { table: Table::of::<R>(), begin: Arc::new(begin) }
    }
}

/// An outcome that joined a model.
#[derive(Clone)]
pub(super) struct OwnOutcome {
    pub outcome: Outcome,
    begin: Arc<dyn Fn(&mut World) -> Reading + Send + Sync>,
}

impl OwnOutcome {
    pub(super) fn new<T, M, S>(outcome: Outcome, read: S) -> Self
    where
        T: Into<Option<f64>> + 'static,
        S: IntoSystem<(), T, M, System: ReadOnlySystem> + Clone + Send + Sync + 'static,
    {
        let begin = move |world: &mut World| -> Reading {
            let mut system = IntoSystem::into_system(read.clone());
            system.initialize(world);
            Box::new(move |world| {
                let name = outcome.column().name;
                settled(name, &system)?;
                let found = Unmeasured::or(name, type_name::<S>(), system.run_readonly((), world))?;
                Ok(found.and_then(Into::into))
            })
        };
        Self { outcome, begin: Arc::new(begin) }
    }
}

/// What joined a model, in a run that is not over yet.
pub(super) struct Begun {
    /// All of them; those that are not recorded stay empty.
    tables: Vec<Box<dyn Filling>>,
    records: bool,
    outcomes: Vec<(Outcome, Reading, Option<f64>)>,
}

impl Begun {
    /// Begins those tables that `recorded` is true of, and all outcomes.
    pub(super) fn new(
        tables: &[OwnTable],
        recorded: impl Fn(&str) -> bool,
        outcomes: &[OwnOutcome],
        world: &mut World,
    ) -> Self {
        let records = tables.iter().any(|own| recorded(own.table.name));
        let tables = tables.iter().map(|own| (own.begin)(recorded(own.table.name), world)).collect();
        let outcomes = outcomes.iter().map(|own| (own.outcome, (own.begin)(world), None)).collect();
        Self { tables, records, outcomes }
    }

    /// Whether there is nothing to measure.
    pub(super) fn is_empty(&self) -> bool {
        !self.records && self.outcomes.is_empty()
    }

    /// Reads the month that has ended off the world.
    pub(super) fn take_down(&mut self, world: &World) -> Result<(), Unmeasured> {
        self.tables.iter_mut().try_for_each(|table| table.take_down(world))?;
        self.outcomes.iter_mut().try_for_each(|(_, read, last)| {
            *last = read(world)?;
            Ok(())
        })
    }

    /// What was measured, when the run is over.
    pub(super) fn finish(self) -> Own {
        Own {
            tables: self.tables.into_iter().map(Filling::finish).collect(),
            outcomes: self.outcomes.into_iter().map(|(outcome, _, last)| (outcome, last)).collect(),
        }
    }
}

/// What was measured of a run by tables and outcomes that joined the model.
#[derive(Clone, Default)]
pub struct Own {
    tables: Vec<Arc<dyn OwnRows>>,
    outcomes: Vec<(Outcome, Option<f64>)>,
}

impl Own {
    /// The rows of a table; none if it was not recorded or did not join the model.
    pub fn rows<R: Row + 'static>(&self) -> &[R] {
        let rows = self.tables.iter().find_map(|rows| {
            let rows: &dyn Any = &**rows;
            rows.downcast_ref::<Vec<R>>()
        });
        rows.map_or(&[], Vec::as_slice)
    }

    /// The value of an outcome; `None` if the run has none, or it did not join the model.
    pub fn outcome(&self, outcome: Outcome) -> Option<f64> {
        self.outcomes.iter().find(|(own, _)| *own == outcome).and_then(|(_, value)| *value)
    }

    /// The same with more outcomes behind the others.
    #[must_use]
    pub(crate) fn and(mut self, outcomes: Vec<(Outcome, Option<f64>)>) -> Self {
        self.outcomes.extend(outcomes);
        self
    }

    /// The outcomes, in the order in which they joined.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = (Outcome, Option<f64>)> {
        self.outcomes.iter().copied()
    }

    /// The tables, in the order in which they joined.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &dyn Tabular> {
        self.tables.iter().map(|rows| -> &dyn Tabular { &**rows })
    }
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &dyn Tabular, b: &dyn Tabular| {
            let mut rows = 0..a.count();
            a.table() == b.table() && a.count() == b.count() && rows.all(|row| cells(a, row) == cells(b, row))
        };
        let mut pairs = self.tables().zip(other.tables());
        self.outcomes == other.outcomes && self.tables.len() == other.tables.len() && pairs.all(|(a, b)| same(a, b))
    }
}

fn cells(rows: &dyn Tabular, row: usize) -> Vec<Cell<'_>> {
    let mut cells = Vec::new();
    rows.cells(row, &mut |cell| cells.push(cell));
    cells
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.tables().map(|rows| (rows.table().name, rows.count())).collect();
        f.debug_struct("Own").field("rows", &rows).field("outcomes", &self.outcomes).finish()
    }
}
