//! The header lines of a batch's tables.

use super::{
    batch::Batch,
    csv::Csv,
    dictionary::{self, RUNS},
};

/// Name and header line of each table, in the order of the journal; `None` for one that the batch does not record.
pub fn headers(batch: &Batch) -> Vec<Option<(&'static str, Vec<u8>)>> {
    let factors = batch.factors();
    let trajectories = dictionary::trajectories(&batch.measured, batch.is_crossed());
    let tables = [dictionary::runs(&factors, &batch.measured)].into_iter().chain(trajectories);
    let wanted = |table: &str| table == RUNS || batch.record.has(table);
    tables.map(|info| wanted(info.name).then(|| (info.name, Csv::header(&info.columns)))).collect()
}
