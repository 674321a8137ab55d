//! What a study tells those who listen.

use super::estimate::Estimate;
use crate::experiment::plan::Job;

/// Something that happened in a study. Runs come in their order, whichever was ready first.
#[derive(Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The folder is open and has room; nothing was written so far.
    Opened {
        /// What all of it will take.
        estimate: &'a Estimate,
        /// Free space on the disk, in bytes; `None` if the system does not say.
        free: Option<u64>,
        /// Runs that the folder holds already.
        kept: u64,
    },
    /// The runs begin.
    Started {
        /// How many are planned; with a stop rule the most that there can be.
        total: u64,
    },
    /// A run was done, now or before.
    Run {
        /// Which run.
        job: &'a Job,
        /// Why it failed, if it did.
        error: Option<&'a str>,
    },
    /// A scenario and point are done, and how many runs are planned in all is known better.
    Total {
        /// How many are planned, as far as is known now.
        total: u64,
    },
    /// No more runs come.
    Ended,
}
