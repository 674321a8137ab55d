//! The batch engine: runs an experiment into a folder.

use crate::{
    experiment::{Experiment, Names, load_experiment},
    measure::record::{OUTCOMES, Record},
    model::Model,
    scenario::{Diagnostics, Source},
};

/// The tables and outcomes that experiment files can name.
pub const NAMES: Names<'static> = Names { tables: &Record::NAMES, outcomes: &OUTCOMES };

impl Model {
    /// Reads an experiment file, or a scenario file as an experiment with that one variant, with overrides (`a.b.c=value`)
    /// laid over it.
    ///
    /// # Errors
    /// Everything that is wrong with it and with them, with file, line and column.
    pub fn experiment(&self, source: &Source, overrides: &[String]) -> Result<Experiment, Diagnostics> {
        load_experiment(source, overrides, self.catalogue(), NAMES)
    }
}
