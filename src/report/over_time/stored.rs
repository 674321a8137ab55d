//! Reads `differences_over_time.csv` back, so that the runs need not be read anew.

use crate::{
    declare::table::Row as _,
    output::{
        difference_rows::DifferenceOverTimeRow,
        manifest::{FileFormat, Manifest},
    },
    report::{ReportError, csv_file::CsvFile},
    scenario::Month,
};
use std::{path::Path, sync::Arc};

/// The lines of the table, if it is there as it was written and has the columns of this version.
pub fn read(folder: &Path, manifest: &Manifest) -> Result<Option<Vec<DifferenceOverTimeRow>>, ReportError> {
    let file = FileFormat::Csv.file(DifferenceOverTimeRow::TABLE);
    let listed = manifest.others.iter().find(|other| other.path == file && other.xxh3.is_some());
    if !listed.is_some_and(|other| other.is_in(folder)) {
        return Ok(None);
    }
    let Some(mut table) = CsvFile::open(&folder.join(file))? else { return Ok(None) };
    if !table.header.iter().eq(DifferenceOverTimeRow::COLUMNS.iter().map(|column| column.name)) {
        return Ok(None);
    }
    let (mut rows, mut row) = (Vec::new(), csv::StringRecord::new());
    while table.next(&mut row)? {
        let text = |at: usize| -> Arc<str> { row.get(at).unwrap_or_default().into() };
        let number = |at: usize| table.number(&row, at);
        let there = |at: usize| number(at)?.ok_or_else(|| table.malformed(&row, at, "a number"));
        let count = |at: usize| table.count(&row, Some(at)).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let date: Month = text(5).parse().map_err(|_| table.malformed(&row, 5, "a month as YYYY-MM"))?;
        rows.push(DifferenceOverTimeRow {
            scenario: text(0),
            against: text(1),
            table: text(2),
            entity: Some(text(3)).filter(|entity| !entity.is_empty()),
            indicator: text(4),
            date,
            n: count(6)?,
            pairs: count(7)?,
            difference: there(8)?,
            standard_error: number(9)?,
            low: number(10)?,
            high: number(11)?,
            p05: there(12)?,
            p25: there(13)?,
            p50: there(14)?,
            p75: there(15)?,
            p95: there(16)?,
        });
    }
    Ok(Some(rows))
}
