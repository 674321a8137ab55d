//! The header lines of a batch's tables.

use super::{batch::Batch, csv::Csv, dictionary, journal::TABLES};

/// Name and header line of each table that the batch records, in the order of the journal.
pub fn headers(batch: &Batch) -> [Option<(&'static str, Vec<u8>)>; TABLES] {
    let factors = batch.factors();
    let tables = [dictionary::runs(&factors)].into_iter().chain(dictionary::trajectories());
    let wanted = [true].into_iter().chain(batch.record.flags());
    let mut headers = [const { None }; TABLES];
    for ((header, info), on) in headers.iter_mut().zip(tables).zip(wanted) {
        *header = on.then(|| (info.name, Csv::header(&info.columns)));
    }
    headers
}
