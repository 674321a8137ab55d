//! The tables and the page of a game.

pub mod findings;
pub mod information;
mod matrix;
mod means;
mod page;
mod payoff_table;
#[cfg(test)]
mod planted_tests;
pub mod read;
mod tables;

use super::{ReportError, page_file, with_table};
use crate::{
    measure::Measured,
    output::{dictionary, folder::Derived},
};
use findings::Findings;
pub use matrix::percent;
pub use page::{runs, verdict_lines};
use std::path::{Path, PathBuf};

/// The page's file.
const PAGE: &str = "game.html";

/// Writes the tables and the page of a game into its folder, and gives where the page is. `measured` is what was measured of its runs.
///
/// # Errors
/// One of them cannot be written.
pub fn write_game(folder: &Path, findings: &Findings<'_>, measured: &Measured) -> Result<PathBuf, ReportError> {
    let mut derived = Derived::open(folder)?;
    let described = dictionary::of_games();
    for (name, bytes) in tables::tables(findings) {
        if let Some(table) = described.iter().find(|table| table.name == name) {
            let files = with_table(folder, &derived, measured, table, bytes)?;
            derived.write(&files)?;
        }
    }
    let config = payoff_table::config(findings).map(|text| page_file(payoff_table::FILE.to_owned(), text));
    derived.write(&config.into_iter().collect::<Vec<_>>())?;
    derived.write(&[page_file(PAGE.to_owned(), page::page(findings))])?;
    Ok(folder.join(PAGE))
}
