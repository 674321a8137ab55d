//! What a batch tells those who listen: tables, progress, tests.

use super::plan::{Job, Unmet};

/// Something that happened in a batch. Events come in the order of the runs, whichever run was ready first.
#[derive(Debug)]
pub enum Event<'a, T> {
    /// The batch begins.
    Started {
        /// Number of runs planned; with a stop rule the most that there can be.
        total: u64,
    },
    /// A run gave its result.
    RunFinished {
        /// Which run.
        job: Job,
        /// What it gave.
        output: &'a T,
    },
    /// A run failed; the batch goes on.
    RunFailed {
        /// Which run.
        job: Job,
        /// Why.
        error: &'a str,
    },
    /// Every run of a scenario and point was delivered.
    PointDone {
        /// Which scenario variant.
        scenario: usize,
        /// Which design point.
        point: u64,
        /// Number of runs planned, as far as is known now.
        total: u64,
    },
    /// Nothing more comes.
    Finished {
        /// What the batch came to.
        summary: &'a Summary,
    },
}

/// What a batch came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Runs planned; of a batch that was cancelled, the most that there could be.
    pub total: u64,
    /// Runs that gave a result.
    pub finished: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Whether it was cancelled before all runs were done.
    pub cancelled: bool,
    /// The first failure in run order: which run, and why.
    pub first_failure: Option<(Job, String)>,
    /// Where the stop rule was not met, of the points that were done.
    pub unmet: Option<Box<Unmet>>,
}

/// Why a listener cannot go on, such as a full disk.
pub type ListenerError = Box<dyn std::error::Error + Send + Sync>;

/// One who listens to a batch.
pub trait Listener<T> {
    /// Takes the next event; an error stops the batch.
    fn on(&mut self, event: &Event<'_, T>) -> Result<(), ListenerError>;
}
