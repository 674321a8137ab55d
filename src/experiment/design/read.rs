//! Reads the `[design]` table of an experiment file.

use super::Sample;
use crate::{
    experiment::Variant,
    scenario::{
        Catalogue, Diagnostic, Source,
        section::{Found, Section, text, wrong},
        tree::Entry,
    },
};

/// What is needed to read a design beside its table.
pub(crate) struct Context<'a> {
    /// The experiment file, which other files are relative to.
    pub source: &'a Source,
    /// Master seed of the experiment.
    pub seed: u64,
    /// Declared parameters.
    pub catalogue: &'a Catalogue,
    /// The scenarios that the design is crossed with; every factor must fit all of them.
    pub variants: &'a [Variant],
}

/// The sample that the table asks for; plain replicates if there is none. `None` if something is wrong with it.
pub(crate) fn read_design(entry: Option<&Entry>, context: &Context<'_>, found: &mut Found) -> Option<Sample> {
    let Some(entry) = entry else { return Some(Sample::plain()) };
    let _ = (context.source, context.seed, context.catalogue, context.variants);
    let mut section = Section::of(&entry.node, "[design]", found)?;
    let kind = section.require("kind", found)?;
    match text("kind", &kind.node).map_err(|error| found.push(error)).ok()?.as_str() {
        "none" => section.finish(found),
        _ => {
            let error: Diagnostic = wrong("kind", &kind.node, "\"none\"");
            found.push(error.help("this version has plain replicates only"));
        }
    }
    Some(Sample::plain())
}
