//! The runs that a folder holds already, read back from its tables and checked.

use super::{
    folder::OutputError,
    journal::{Extent, Journal, JournalRecord},
    sums,
};
use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    ops::Range,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Runs in the tables of a folder, in their order.
#[derive(Debug)]
pub struct Stored {
    journal: Journal,
    /// The tables by their place in the journal's records; `None` for those not recorded.
    tables: Vec<Option<Mutex<File>>>,
    /// How far the headers of the tables reach.
    headers: Vec<Extent>,
    /// Runs from the first on that are not known to be damaged.
    good: AtomicU64,
}

/// A run's rows as they stand in the tables.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The bytes of each table, the line of `runs.csv` first.
    pub tables: Vec<Vec<u8>>,
    /// How many rows these are.
    pub counts: Vec<u64>,
    /// Checksum of all bytes.
    pub checksum: u32,
}

impl Rows {
    /// These rows, with their checksum.
    pub fn new(tables: Vec<Vec<u8>>, counts: Vec<u64>) -> Self {
        let mut hasher = crc32fast::Hasher::new();
        tables.iter().for_each(|bytes| hasher.update(bytes));
        Self { tables, counts, checksum: hasher.finalize() }
    }
}

impl Stored {
    /// The first `count` runs of `journal` in these tables, which have headers of these lengths; a table that is not recorded
    /// has none.
    pub fn new(journal: Journal, count: u64, headers: &[u64], tables: Vec<Option<File>>) -> Self {
        let headers = headers.iter().map(|&bytes| Extent { bytes, rows: 0 }).collect();
        let tables = tables.into_iter().map(|table| table.map(Mutex::new)).collect();
        Self { journal, tables, headers, good: AtomicU64::new(count) }
    }

    /// The finished tables of a folder, which `names` gives in the order of the journal.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn finished(
        folder: &Path,
        experiment: &str,
        names: &[Option<&str>],
        headers: &[u64],
    ) -> Result<Self, OutputError> {
        let (journal, count) = Journal::read_only(folder, experiment, names.len())?;
        let open = |name: &str| {
            let path = folder.join(format!("{name}.csv"));
            sums::open(&path).map_err(|source| OutputError::new("read", &path, source))
        };
        let tables = names.iter().map(|name| name.map(open).transpose()).collect::<Result<_, _>>()?;
        Ok(Self::new(journal, count, headers, tables))
    }

    /// The journal.
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Runs from the first on that are not known to be damaged.
    pub fn good(&self) -> u64 {
        self.good.load(Ordering::Acquire)
    }

    /// How far the tables reach after the first `count` runs.
    fn reach(&self, count: u64) -> Option<Vec<Extent>> {
        match count.checked_sub(1) {
            None => Some(self.headers.clone()),
            Some(last) => self.journal.record(last).map(|record| record.ends),
        }
    }

    /// Runs of the first `count` that failed.
    pub fn failed(&self, count: u64) -> u64 {
        let last = count.checked_sub(1).and_then(|last| self.journal.record(last));
        last.map_or(0, |record| record.failed)
    }

    /// Whether the run at this place, from 0, is this one, with rows of this checksum.
    pub fn holds(&self, at: u64, run: u64, checksum: u32) -> bool {
        let record = self.journal.record(at).filter(|_| at < self.good());
        record.is_some_and(|record| (record.run, record.checksum) == (run, checksum))
    }

    /// The rows of a run, if they are here and undamaged. A damaged run and all that follow it stop counting as stored.
    pub fn read(&self, run: u64) -> Option<Rows> {
        let at = self.journal.find(run, self.good())?;
        let rows = self.rows(at);
        if rows.is_none() {
            self.good.fetch_min(at, Ordering::AcqRel);
        }
        rows
    }

    fn rows(&self, at: u64) -> Option<Rows> {
        let starts = self.reach(at)?;
        let JournalRecord { ends, checksum, .. } = self.journal.record(at)?;
        let (mut tables, mut counts) = (vec![Vec::new(); self.tables.len()], vec![0; self.tables.len()]);
        for (place, table) in self.tables.iter().enumerate() {
            let Some(file) = table else { continue };
            let (start, end) = (starts.get(place)?, ends.get(place)?);
            tables[place] = read(file, start.bytes..end.bytes)?;
            counts[place] = end.rows.checked_sub(start.rows)?;
        }
        Some(Rows::new(tables, counts)).filter(|rows| rows.checksum == checksum)
    }
}

fn read(file: &Mutex<File>, range: Range<u64>) -> Option<Vec<u8>> {
    let length = range.end.checked_sub(range.start)?;
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(range.start)).ok()?;
    // A wrong length must not ask for more memory than there are bytes.
    let mut bytes = Vec::new();
    (&mut *file).take(length).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}
