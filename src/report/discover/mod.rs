//! The tables, the scenarios and the page of a search for boxes.

pub mod findings;
mod page;
mod pictures;
pub mod read;
mod scenarios;

use super::{ReportError, page_file, with_table};
use crate::{
    analysis::prim::Limit,
    declare::table::Row,
    measure::Measured,
    model::Model,
    output::{
        csv::{Csv, NotFinite},
        dictionary::{self, BoxRow, DiscoverRow},
        folder::{Derived, OutputError},
    },
};
use findings::{Discovery, word};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The page's file.
const PAGE: &str = "discover.html";
/// How the names of all files begin that a search writes.
pub const PREFIXES: [&str; 3] = ["discover", "boxes", "box-"];

/// What a search wrote.
#[derive(Clone, Debug)]
pub struct DiscoveryFiles {
    /// The page.
    pub page: PathBuf,
    /// The scenarios of the boxes, in their order.
    pub scenarios: Vec<PathBuf>,
    /// What could not be written, and why.
    pub notes: Vec<String>,
}

/// Writes the tables, a scenario for each box, and the page into the batch's folder. Scenarios of an earlier search that found
/// more boxes are removed. `measured` is what was measured of the batch.
///
/// # Errors
/// One of them cannot be written.
pub fn write_discovery(
    folder: &Path,
    found: &Discovery,
    model: &Model,
    measured: &Measured,
) -> Result<DiscoveryFiles, ReportError> {
    let mut derived = Derived::open(folder)?;
    let [steps, limits] = dictionary::of_boxes();
    for (table, bytes) in [(&steps, steps_of(found)), (&limits, limits_of(found))] {
        let bytes = bytes.map_err(|error| OutputError::new("write", folder, io::Error::other(error)))?;
        let files = with_table(folder, &derived, measured, table, bytes)?;
        derived.write(&files)?;
    }
    let (files, notes) = scenarios::files(found, model);
    derived.remove(|path| path.starts_with("box-") && files.iter().all(|file| file.path != path))?;
    derived.write(&files)?;
    derived.write(&[page_file(PAGE.to_owned(), page::page(found, &notes))])?;
    let written = |number: &usize| files.iter().any(|file| file.path == scenarios::file(*number));
    let numbers = (1..=found.boxes.len()).filter(written);
    let scenarios = numbers.map(|number| folder.join(scenarios::file(number))).collect();
    Ok(DiscoveryFiles { page: folder.join(PAGE), scenarios, notes })
}

fn line<R: Row>(bytes: &mut Vec<u8>, row: &R) -> Result<(), NotFinite> {
    let mut csv = Csv::default();
    csv.row(row)?;
    csv.end_line();
    bytes.extend(csv.into_bytes());
    Ok(())
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// `discover.csv`.
fn steps_of(found: &Discovery) -> Result<Vec<u8>, NotFinite> {
    let mut bytes = Csv::header(DiscoverRow::COLUMNS);
    for (at, one) in found.boxes.iter().enumerate() {
        for (place, step) in one.trajectory.steps.iter().enumerate() {
            let row = DiscoverRow {
                box_number: small(at + 1),
                step: small(place),
                mass: step.mass,
                coverage: step.coverage,
                density: step.density,
                restricted: small(step.restricted),
                points: small(step.rows.len()),
                taken: place == one.chosen,
            };
            line(&mut bytes, &row)?;
        }
    }
    Ok(bytes)
}

/// `boxes.csv`.
fn limits_of(found: &Discovery) -> Result<Vec<u8>, NotFinite> {
    let mut bytes = Csv::header(BoxRow::COLUMNS);
    for (at, one) in found.boxes.iter().enumerate() {
        for restriction in found.restrictions(one) {
            let ends = |limit: &Limit| match limit {
                Limit::Between(low, high) => (Some(*low), Some(*high)),
                Limit::Among(_) => (None, None),
            };
            let ((low, high), (sampled_low, sampled_high)) = (ends(restriction.limit), ends(restriction.sampled));
            let values: Vec<String> = found.admitted(restriction.column, restriction.limit).iter().map(word).collect();
            let row = BoxRow {
                box_number: small(at + 1),
                parameter: restriction.factor.parameter.as_str().into(),
                low,
                high,
                values: (!values.is_empty()).then(|| values.join("|").into()),
                quasi_p: restriction.quasi_p.column,
                quasi_p_low: restriction.quasi_p.low,
                quasi_p_high: restriction.quasi_p.high,
                sampled_low,
                sampled_high,
            };
            line(&mut bytes, &row)?;
        }
    }
    Ok(bytes)
}
