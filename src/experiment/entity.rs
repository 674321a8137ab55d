//! Whose values a column has: the entity that is named where a table has rows of several.

use crate::{
    declare::table::{DATE, Table},
    scenario::{
        Diagnostic, Scenario,
        diagnostic::{Place, unknown},
        kinds::KINDS,
        section::text,
        tree::TomlEntry,
    },
};

/// The entity that the table's rows go by, if they do; `at` is where the table is named. Where `sums` are taken, a name that ends in
/// `*` stands for all whose names begin so.
pub(super) fn entity(
    table: &Table,
    at: &Place,
    named: Option<&TomlEntry>,
    scenario: Option<&Scenario>,
    sums: bool,
) -> Result<Option<String>, Diagnostic> {
    let kind = table.key.iter().find(|key| **key != DATE);
    let (kind, entry) = match (kind, named) {
        (None, None) => return Ok(None),
        (None, Some(entry)) => {
            let message = format!("the table `{}` has no rows of an `entity`", table.name);
            return Err(Diagnostic::at(&entry.key, message));
        }
        (Some(kind), None) => {
            let message = format!("the table `{}` has a row of each {kind}: say whose with `entity`", table.name);
            return Err(Diagnostic::at(at, message));
        }
        (Some(kind), Some(entry)) => (*kind, entry),
    };
    let name = text("entity", &entry.node)?;
    let meant = |known: &&str| match name.strip_suffix('*') {
        Some(start) if sums => known.starts_with(start),
        _ => known == name,
    };
    let list = KINDS.iter().position(|known| known.one == kind);
    let names = list.zip(scenario).map(|(at, scenario)| scenario.lists()[at].names());
    match names {
        Some(names) if !names.iter().any(meant) => Err(Diagnostic::at(&entry.node.place, unknown(kind, name, names))),
        _ => Ok(Some(name.clone())),
    }
}
