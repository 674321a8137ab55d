//! Lives through a run, and takes down what is asked for at the end of each month.

use super::{
    ended::Ended,
    indicators::Observer,
    outcomes::Outcomes,
    own::Unmeasured,
    record::{Begun, EventRow, Record, ReleaseRow, Trajectory},
};
use crate::{
    declare::table::Row,
    model::{
        InvalidNumber, Seed, Simulation,
        ledger::{Ledger, LeftOut},
        onward::CannotGoOn,
    },
    scenario::Scenario,
};

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, Ordering},
};

/// Why a run came to no end.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RunError {
    /// A number became invalid.
    #[error(transparent)]
    Invalid(#[from] InvalidNumber),
    /// A table or an outcome that joined the model asks for what the world does not have.
    #[error(transparent)]
    Unmeasured(#[from] Unmeasured),
    /// It cannot go on under the next scenario.
    #[error(transparent)]
    Unfit(#[from] CannotGoOn),
    /// It was broken off.
    #[error("the run was broken off")]
    Cancelled,
}

/// Months that a run was lived under a scenario before another took hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stretch {
    /// The scenario.
    pub scenario: Scenario,
    /// Months since the start of the run that were over at its end.
    pub months: u32,
}

impl Simulation {
    /// Measures what joined the model once, at the end of the first month, to find what it cannot do before many runs are
    /// made.
    pub(crate) fn try_own(&mut self, seed: Seed, record: &Record) -> Result<(), Unmeasured> {
        self.reset(seed);
        let mut own = self.model().measured().begin(record, self.world_mut());
        // A number that became invalid is told of by the run.
        if !own.is_empty() && self.live_month() == Ok(true) {
            own.take_down(self.world())?;
        }
        Ok(())
    }

    /// Lives through the scenario's months under `seed`, from the start, and records these tables.
    ///
    /// # Errors
    /// If a number became invalid, or what joined the model cannot be measured.
    pub fn run(&mut self, seed: Seed, record: Record) -> Result<Trajectory, RunError> {
        self.run_after(&[], seed, record, &AtomicBool::new(false))
    }

    /// The same, but lived at first through a past under other scenarios, and broken off at the end of a month when `cancel` is
    /// set.
    pub(crate) fn run_after(
        &mut self,
        past: &[Stretch],
        seed: Seed,
        record: Record,
        cancel: &AtomicBool,
    ) -> Result<Trajectory, RunError> {
        let mut scenarios = past.iter().map(|stretch| stretch.scenario.clone()).collect::<VecDeque<_>>();
        let mut turns = past.iter().map(|stretch| stretch.months);
        if let Some(first) = scenarios.pop_front() {
            scenarios.push_back(self.scenario().clone());
            self.change(&first).map_err(CannotGoOn::from)?;
        }
        let (mut turn, mut lived) = (turns.next(), 0);
        self.reset(seed);
        let measured = self.model().measured();
        let record = measured.kept(&record);
        let mut own = measured.begin(&record, self.world_mut());
        // What joined the model may read the month's happenings whether or not they are recorded.
        let unread = |table: &str| !record.has(table) && own.is_empty();
        self.world_mut().resource_mut::<Ledger>().left_out =
            LeftOut { events: unread(EventRow::TABLE), releases: unread(ReleaseRow::TABLE) };
        let mut observer = Observer::new(self.world_mut());
        let mut rows = Begun::new(&record);
        let mut outcomes = Outcomes::default();
        while self.live_month()? {
            if cancel.load(Ordering::Relaxed) {
                return Err(RunError::Cancelled);
            }
            let seen = observer.see(self.world());
            // Before the tables that take the month's happenings out of the ledger.
            own.take_down(self.world())?;
            rows.take_down(&mut Ended { simulation: self, observer: &mut observer, seen: &seen });
            outcomes.observe(seen);
            lived += 1;
            if turn == Some(lived)
                && let Some(next) = scenarios.pop_front()
            {
                self.go_on_as(&next)?;
                turn = turns.next();
            }
        }
        let outcomes = outcomes.finish(&mut observer, self.world());
        Ok(measured.completed(rows.finish(outcomes, own.finish())))
    }
}
