//! What is measured of a model's worlds, as a value: the standard tables and outcomes, and those that join it.

use super::{
    of_runs::OfRuns,
    outcome::{Outcome, among, same},
    own::{self, OwnOutcome, OwnTable},
    payoffs::Payoffs,
    quantities::Quantities,
    record::{self, HEADLINES, OutcomeRow, Record, TABLES, Trajectory},
    seen::Seen,
};
use crate::{
    declare::{
        table::{CellType, Column, DATE, Row, Table},
        text::is_name,
    },
    experiment::{calibration::Calibration, claim::Claim, game::Game},
    model::Model,
    scenario::kinds::KINDS,
};
use bevy_ecs::{prelude::*, system::ReadOnlySystem};
use std::{fmt, sync::Arc};

/// Tables that a folder has beside those that are measured.
pub(crate) const TAKEN_TABLES: [&str; 25] = [
    "runs",
    "quantiles",
    "differences",
    "differences_over_time",
    "design",
    "sensitivity",
    "discover",
    "boxes",
    "explain",
    "payoffs",
    "deviations",
    "equilibria",
    "equilibrium_map",
    "forecast",
    "forecast-quantiles",
    "score",
    "score-rows",
    "score-pit",
    "marginals",
    "ridges",
    "information",
    "fit",
    "claims",
    "ranks",
    "histograms",
];

/// Columns with which the rows of a run can begin.
pub(crate) const LEADING_COLUMNS: [&str; 4] = ["scenario", "point", "replicate", "run"];

/// What is measured of the worlds of a model: the tables and outcomes of the standard model, then those that joined it.
#[derive(Clone, Default)]
pub struct Measured {
    tables: Vec<OwnTable>,
    outcomes: Vec<OwnOutcome>,
    /// What is made of runs when they are over.
    made: Vec<Arc<dyn OfRuns>>,
}

impl Measured {
    /// The tables of a run, in order.
    pub fn tables(&self) -> impl Iterator<Item = Table> {
        TABLES.into_iter().chain(self.tables.iter().map(|own| own.table))
    }

    /// Those of them that are to be recorded.
    pub fn recorded(&self, record: &Record) -> impl Iterator<Item = Table> {
        self.tables().filter(|table| record.has(table.name))
    }

    /// The outcomes of a run as columns, in order.
    pub fn outcomes(&self) -> impl Iterator<Item = Column<'static>> {
        OutcomeRow::COLUMNS.iter().copied().chain(self.joined())
    }

    /// The outcomes that joined the model, then those that are made of runs when they are over.
    fn joined(&self) -> impl Iterator<Item = Column<'static>> {
        let made = self.made.iter().flat_map(|made| made.outcomes()).copied();
        self.outcomes.iter().map(|own| own.outcome).chain(made).map(Outcome::column)
    }

    /// Names of the outcomes that summaries open with; what joined the model is among them.
    pub fn headlines(&self) -> Vec<&'static str> {
        HEADLINES.into_iter().chain(self.joined().map(|column| column.name)).collect()
    }

    /// The tables to keep in mind over a run: those that are recorded, and those that more outcomes are made of.
    pub(super) fn kept(&self, record: &Record) -> Record {
        let names = self.made.iter().flat_map(|made| made.tables());
        record.and(&names.collect::<Vec<_>>())
    }

    /// The run with what is made of it.
    pub(super) fn completed(&self, run: Trajectory) -> Trajectory {
        if self.made.is_empty() {
            return run;
        }
        let found = self.made.iter().flat_map(|made| made.outcomes().iter().copied().zip(made.read(&run))).collect();
        Trajectory { own: run.own.clone().and(found), ..run }
    }

    /// Names of the tables.
    pub fn table_names(&self) -> Vec<&'static str> {
        self.tables().map(|table| table.name).collect()
    }

    /// Names of the tables that a batch records when nothing is said of tables, and of those among them that it keeps no longer
    /// than until their quantiles are taken.
    pub fn tables_by_default(&self) -> (Vec<&'static str>, Vec<&'static str>) {
        let recorded: Vec<_> = self.table_names().into_iter().filter(|table| record::is_recorded(table)).collect();
        let passing = recorded.iter().copied().filter(|table| record::is_for_quantiles(table)).collect();
        (recorded, passing)
    }

    /// Names of the outcomes.
    pub fn outcome_names(&self) -> Vec<&'static str> {
        self.outcomes().map(|outcome| outcome.name).collect()
    }

    /// Whether nothing joined the model.
    pub(crate) const fn is_standard(&self) -> bool {
        self.tables.is_empty() && self.outcomes.is_empty()
    }

    /// The run with these outcomes in the place of those that are not standard.
    #[cfg(test)]
    pub(crate) fn with_outcomes(&self, run: Trajectory, values: &[f64]) -> Trajectory {
        let made = self.made.iter().flat_map(|made| made.outcomes()).copied();
        let own = own::Own::default().and(made.zip(values.iter().copied().map(Some)).collect());
        Trajectory { own, ..run }
    }

    /// Begins to measure what joined the model, in a world that stands at the start of a run.
    pub(super) fn begin(&self, record: &Record, world: &mut World) -> own::Begun {
        own::Begun::new(&self.tables, |table| record.has(table), &self.outcomes, world)
    }
}

/// The same tables and outcomes are declared; how they are read off a world cannot be compared.
impl PartialEq for Measured {
    fn eq(&self, other: &Self) -> bool {
        self.tables().eq(other.tables()) && self.outcomes().eq(other.outcomes())
    }
}

impl fmt::Debug for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Measured")
            .field("tables", &self.table_names())
            .field("outcomes", &self.outcome_names())
            .finish_non_exhaustive()
    }
}

impl Model {
    /// The model with another table, which batches record like any other. `fill` is a system that gives the rows of the
    /// month that has ended; it reads the world and changes nothing, which the compiler holds it to, and finds the month's
    /// events and releases in the ledger. It is begun anew for each run. The table takes the place of one of the same name
    /// that joined before.
    ///
    /// A table by `date` has indicators; one by `date` and a kind of entity (`state`, `firm`, …) has them for each of that
    /// kind in the config.
    ///
    /// ```
    /// use bevy_ecs::prelude::*;
    /// use redqueen::{measure::record::Record, model::{Model, Seed, clock::Clock, firm::Finance}, table};
    ///
    /// table! {
    ///     /// Firms in debt, in a month.
    ///     pub struct DebtRow as "debt" by date {
    ///         /// The month that has passed.
    ///         date: redqueen::declare::month::Month, "";
    ///         /// How many there are.
    ///         firms: u32, "firms";
    ///     }
    /// }
    ///
    /// fn debt(clock: Res<Clock>, firms: Query<&Finance>) -> Vec<DebtRow> {
    ///     let in_debt = firms.iter().filter(|finance| finance.cash < 0.0).count();
    ///     vec![DebtRow { date: clock.month(), firms: in_debt as u32 }]
    /// }
    ///
    /// let model = Model::standard().with_table(debt);
    /// let mut scenario = model.baseline()?;
    /// scenario.time.months = 12;
    /// let run = model.simulate(&scenario)?.run(Seed { master: 1, replicate: 0 }, Record::ALL)?;
    /// assert_eq!(run.own.rows::<DebtRow>().len(), 12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The compiler refuses a table of a name that a folder has, and a fill that changes something:
    ///
    /// ```compile_fail,E0080
    /// # use redqueen::{model::Model, table};
    /// table! {
    ///     /// The world once more.
    ///     struct Again as "world" { /// A number.
    ///         number: f64, "1"; }
    /// }
    /// let model = Model::standard().with_table(|| -> Vec<Again> { Vec::new() });
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use redqueen::{model::Model, table};
    /// table! {
    ///     /// The outcomes once more.
    ///     struct Again as "outcomes" { /// A number.
    ///         number: f64, "1"; }
    /// }
    /// let model = Model::standard().with_table(|| -> Vec<Again> { Vec::new() });
    /// ```
    ///
    /// Nor one with a column with which rows begin where a batch has several scenarios or points:
    ///
    /// ```compile_fail,E0080
    /// # use redqueen::{model::Model, table};
    /// table! {
    ///     /// Rows that say of which scenario they are.
    ///     struct Named as "named" { /// The scenario.
    ///         scenario: std::sync::Arc<str>, ""; /// A number.
    ///         number: f64, "1"; }
    /// }
    /// let model = Model::standard().with_table(|| -> Vec<Named> { Vec::new() });
    /// ```
    ///
    /// Nor does it take a `date` by which rows go that is no `Month`, or the name of such an entity that is no text:
    ///
    /// ```compile_fail,E0080
    /// # use redqueen::{model::Model, table};
    /// table! {
    ///     /// Rows of a month in words.
    ///     struct InWords as "in_words" by date { /// The month.
    ///         date: std::sync::Arc<str>, ""; /// A number.
    ///         number: f64, "1"; }
    /// }
    /// let model = Model::standard().with_table(|| -> Vec<InWords> { Vec::new() });
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use redqueen::{declare::month::Month, model::Model, table};
    /// table! {
    ///     /// Rows of a state by its place.
    ///     struct ByPlace as "by_place" by date, state { /// The month.
    ///         date: Month, ""; /// The state.
    ///         state: u32, "1"; }
    /// }
    /// let model = Model::standard().with_table(|| -> Vec<ByPlace> { Vec::new() });
    /// ```
    ///
    /// ```compile_fail,E0277
    /// # use bevy_ecs::prelude::*;
    /// # use redqueen::{model::{Model, firm::Finance}, table};
    /// # table! {
    /// #     /// Rows.
    /// #     struct Rows as "rows" { /// A number.
    /// #         number: f64, "1"; }
    /// # }
    /// fn pay(mut firms: Query<&mut Finance>) -> Vec<Rows> {
    ///     firms.iter_mut().for_each(|mut finance| finance.cash += 1.0);
    ///     Vec::new()
    /// }
    /// let model = Model::standard().with_table(pay);
    /// ```
    #[must_use]
    pub fn with_table<R, M>(
        self,
        fill: impl IntoSystem<(), Vec<R>, M, System: ReadOnlySystem> + Clone + Send + Sync + 'static,
    ) -> Self
    where
        R: Row + Send + Sync + 'static,
    {
        const { check(&Table::of::<R>()) };
        let (own, mut measured) = (OwnTable::new::<R, M, _>(fill), self.measured());
        match measured.tables.iter_mut().find(|other| other.table.name == R::TABLE) {
            Some(place) => *place = own,
            None => measured.tables.push(own),
        }
        self.keep(measured)
    }

    /// The model with another outcome, a column of the table of runs that summaries, reports, stop rules and sensitivity
    /// know like any other. `read` is a system that gives its value, or `None`; it reads the world and changes nothing. It
    /// is asked at the end of each month, so that a `Local` can gather what it needs, and what it says of the last one is the
    /// outcome. It is begun anew for each run, and takes the place of one of the same name that joined before.
    ///
    /// ```
    /// use bevy_ecs::prelude::*;
    /// use redqueen::{measure::{Outcome, record::Record}, model::{Model, Seed, firm::Finance}};
    ///
    /// const RICHEST: Outcome = Outcome::named("cash_max", "billion USD of 2023", "Most cash that any firm ever had.");
    ///
    /// fn richest(mut most: Local<f64>, firms: Query<&Finance>) -> f64 {
    ///     *most = firms.iter().fold(*most, |most, finance| most.max(finance.cash));
    ///     *most
    /// }
    ///
    /// let model = Model::standard().with_outcome(RICHEST, richest);
    /// let mut scenario = model.baseline()?;
    /// scenario.time.months = 12;
    /// let run = model.simulate(&scenario)?.run(Seed { master: 1, replicate: 0 }, Record::NONE)?;
    /// assert!(run.own.outcome(RICHEST) > Some(0.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_outcome<T, M>(
        self,
        outcome: Outcome,
        read: impl IntoSystem<(), T, M, System: ReadOnlySystem> + Clone + Send + Sync + 'static,
    ) -> Self
    where
        T: Into<Option<f64>> + 'static,
    {
        let (own, mut measured) = (OwnOutcome::new::<T, M, _>(outcome, read), self.measured());
        match measured.outcomes.iter_mut().find(|other| other.outcome.column().name == outcome.column().name) {
            Some(place) => *place = own,
            None => measured.outcomes.push(own),
        }
        self.keep(measured)
    }

    /// The model with what the players of a game have of each run as more outcomes.
    pub(crate) fn with_payoffs(&self, game: &Game) -> Self {
        self.with_made(Payoffs::of(game))
    }

    /// The model with what is held against what a calibration saw as more outcomes of each run.
    pub(crate) fn with_seen(&self, calibration: &Calibration) -> Self {
        self.with_made(Seen::of(calibration))
    }

    /// The model with the quantities of a claim as more outcomes of each run.
    pub(crate) fn with_quantities(&self, claim: &Claim) -> Self {
        self.with_made(Quantities::of(claim))
    }

    fn with_made(&self, made: impl OfRuns + 'static) -> Self {
        let mut measured = self.measured();
        measured.made.push(Arc::new(made));
        self.clone().keep(measured)
    }

    /// What is measured of its worlds.
    pub fn measured(&self) -> Measured {
        self.kept::<Measured>().cloned().unwrap_or_default()
    }
}

/// Refuses a table that cannot stand beside the others, at compile time.
const fn check(table: &Table) {
    assert!(is_name(table.name), "a table's name has small letters, digits and `_` alone");
    assert!(!among(table.name, &TAKEN_TABLES), "a folder has a table of this name");
    assert!(!same(table.name, OutcomeRow::TABLE), "the outcomes of a run go by this name");
    let mut at = 0;
    while at < TABLES.len() {
        assert!(!same(table.name, TABLES[at].name), "the standard model has a table of this name");
        at += 1;
    }
    let mut at = 0;
    while at < table.columns.len() {
        let Column { name, holds, unit, .. } = table.columns[at];
        assert!(!among(name, &LEADING_COLUMNS), "every table of several scenarios begins with a column of this name");
        let is_numeric = matches!(holds, CellType::Number | CellType::Whole);
        assert!(is_numeric != unit.is_empty(), "numbers have a unit, `1` if they are pure, and nothing else has");
        at += 1;
    }
    let mut at = 0;
    while at < table.key.len() {
        let mut column = 0;
        while column < table.columns.len() && !same(table.key[at], table.columns[column].name) {
            column += 1;
        }
        assert!(column < table.columns.len(), "what tells rows apart are columns");
        check_key(&table.columns[column]);
        at += 1;
    }
}

/// Refuses a month or an entity that tells rows apart and would not be found as such in all rows.
const fn check_key(column: &Column<'_>) {
    assert!(
        !same(column.name, DATE) || matches!(column.holds, CellType::Month),
        "a `date` by which rows go is a `Month`"
    );
    let mut at = 0;
    while at < KINDS.len() {
        let is_kind = same(column.name, KINDS[at].one);
        assert!(!is_kind || matches!(column.holds, CellType::Text), "an entity by which rows go is text, its name");
        at += 1;
    }
}
