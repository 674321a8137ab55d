//! `journal`: which runs an unfinished folder holds, and where each of them stands in the tables.
//!
//! A line of text that names the experiment, then a record for each run, in the order of the runs: its number, the ends of
//! its rows in every table, and a checksum of them. All records of a journal have the same size, as the experiment says
//! which tables there are, and the checksum of each goes on from that of the one before, so that none can be missing or
//! stand twice. A run counts when its record is whole and its rows agree with the checksum; whatever the disk lost in a
//! power cut, or a kill cut short, is thereby found and done again.

use super::{folder::OutputError, sums};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// The file's name.
pub const FILE: &str = "journal";

/// How often, and how long apart, another process's lock is tried.
const LOCK_TRIES: u32 = 40;
const LOCK_PAUSE: Duration = Duration::from_millis(50);
/// How every journal begins, of whatever version.
const MAGIC: &[u8] = b"redqueen journal ";
const HEADER: usize = "redqueen journal 2 ".len() + 64 + 1;

/// What a run takes up in the journal of a batch with so many tables that runs have rows in: `runs.csv`, and the trajectories
/// whether or not they are recorded.
pub const fn bytes_per_run(tables: usize) -> usize {
    8 + 8 + tables * 16 + 4 + 4
}

/// How far a table reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Bytes, the header included.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
}

/// What the journal says of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRecord {
    /// Its number.
    pub run: u64,
    /// Runs up to this one that failed.
    pub failed: u64,
    /// How far the tables reach with it; nothing for tables that are not recorded.
    pub ends: Vec<Extent>,
    /// Checksum of its rows, table after table.
    pub checksum: u32,
}

impl JournalRecord {
    /// Its bytes behind a record, or a header, whose checksum is `before`.
    fn encode(&self, before: u32) -> Vec<u8> {
        let ends = self.ends.iter().flat_map(|end| [end.bytes, end.rows]);
        let words = [self.run, self.failed].into_iter().chain(ends);
        let mut bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        bytes.extend(self.checksum.to_le_bytes());
        bytes.extend(chained(before, &bytes).to_le_bytes());
        bytes
    }

    /// The record in these bytes and its checksum, unless it is torn or does not follow what has the checksum `before`.
    fn decode(bytes: &[u8], before: u32) -> Option<(Self, u32)> {
        let (bytes, own) = bytes.split_last_chunk::<4>()?;
        let own = u32::from_le_bytes(*own);
        if own != chained(before, bytes) {
            return None;
        }
        let (bytes, checksum) = bytes.split_last_chunk::<4>()?;
        let mut words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
        let (run, failed) = (words.next()?, words.next()?);
        let mut ends = Vec::with_capacity(bytes.len() / 16);
        while let (Some(bytes), Some(rows)) = (words.next(), words.next()) {
            ends.push(Extent { bytes, rows });
        }
        Some((Self { run, failed, ends, checksum: u32::from_le_bytes(*checksum) }, own))
    }
}

/// Checksum of these bytes behind something that has the checksum `before`.
fn chained(before: u32, bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(before);
    hasher.update(bytes);
    hasher.finalize()
}

/// What stands in a folder where its journal would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// Nothing.
    Nothing,
    /// The torn beginning of a journal, or an empty file.
    Torn,
    /// A journal.
    Journal {
        /// Whether it is that of the experiment.
        own: bool,
    },
    /// Something that does not begin as a journal does.
    Foreign {
        /// Whether it is a file, and not a link or a folder.
        is_file: bool,
    },
}

/// What stands in this folder where the journal of the experiment with this SHA-256 would be.
///
/// # Errors
/// It cannot be read.
pub fn stands(folder: &Path, experiment: &str) -> Result<Stands, OutputError> {
    let path = folder.join(FILE);
    let kind = match fs::symlink_metadata(&path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Stands::Nothing),
        Err(error) => return Err(OutputError::new("read", &path, error)),
    };
    if !kind.is_file() {
        return Ok(Stands::Foreign { is_file: false });
    }
    let head = File::open(&path).and_then(|file| header_of(&file));
    let head = head.map_err(|source| OutputError::new("read", &path, source))?;
    Ok(match head.starts_with(MAGIC) {
        true if head.len() == HEADER => Stands::Journal { own: head == header(experiment) },
        true => Stands::Torn,
        false if MAGIC.starts_with(&head) => Stands::Torn,
        false => Stands::Foreign { is_file: true },
    })
}

/// Whether the journal of the experiment with this SHA-256 has so many records, all of them whole. How large one is follows
/// from the file's size.
pub fn is_whole(folder: &Path, experiment: &str, records: u64) -> bool {
    let length = fs::metadata(folder.join(FILE)).map_or(0, |found| found.len());
    let Some(length) = length.checked_sub(HEADER as u64) else { return false };
    let size = length.checked_div(records).unwrap_or(0);
    if size.checked_mul(records) != Some(length) {
        return false;
    }
    let tables = usize::try_from(size).unwrap_or(0).saturating_sub(bytes_per_run(0)) / 16;
    let journal = Journal::read_only(folder, experiment, tables);
    journal.is_ok_and(|(journal, count)| {
        records == 0 || count == records && journal.whole(count).is_ok_and(|whole| whole == records)
    })
}

/// A journal that is open for reading and writing, by one process at a time.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    header: Vec<u8>,
    file: Mutex<File>,
    /// Size of a record.
    size: usize,
}

impl Journal {
    /// Opens the journal of the experiment with this SHA-256, in hexadecimal, and so many tables, or makes an empty one; what
    /// stands there is not changed. Gives the number of records that are whole; none if it is another experiment's.
    ///
    /// # Errors
    /// The file cannot be read or made, or another process has it open (`WouldBlock`).
    pub fn open(folder: &Path, experiment: &str, tables: usize) -> Result<(Self, u64), OutputError> {
        let (path, size) = (folder.join(FILE), bytes_per_run(tables));
        let failed = |source| OutputError::new("write", &path, source);
        let file = open_locked(&path).map_err(failed)?;
        let header = header(experiment);
        let own = header_of(&file).map_err(failed)? == header;
        let count = if own { records_of(&file, size).map_err(failed)? } else { 0 };
        let journal = Self { path: path.clone(), header, file: Mutex::new(file), size };
        let count = journal.whole(count).map_err(failed)?;
        Ok((journal, count))
    }

    /// Starts anew, without any record.
    pub fn start(&self) -> Result<(), OutputError> {
        let start = || {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(&self.header)
        };
        start().map_err(|source| OutputError::new("write", &self.path, source))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether nothing at all stands in it.
    pub fn is_empty(&self) -> Result<bool, OutputError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let found = file.metadata().map_err(|source| OutputError::new("read", &self.path, source))?;
        Ok(found.len() == 0)
    }

    /// Opens a finished journal for reading; gives the number of its records.
    ///
    /// # Errors
    /// The file cannot be read, or is no journal of this experiment.
    pub fn read_only(folder: &Path, experiment: &str, tables: usize) -> Result<(Self, u64), OutputError> {
        let (path, size) = (folder.join(FILE), bytes_per_run(tables));
        let failed = |source| OutputError::new("read", &path, source);
        let file = sums::open(&path).map_err(failed)?;
        let header = header(experiment);
        if header_of(&file).map_err(failed)? != header {
            return Err(failed(io::Error::new(io::ErrorKind::InvalidData, "it is another experiment's")));
        }
        let count = records_of(&file, size).map_err(failed)?;
        Ok((Self { path: path.clone(), header, file: Mutex::new(file), size }, count))
    }

    /// How many of the first `count` records are whole, up to the first that is not. Only the last ones can be torn by
    /// a kill, but a power cut can leave a hole anywhere.
    fn whole(&self, count: u64) -> io::Result<u64> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(HEADER as u64))?;
        let mut reader = io::BufReader::with_capacity(self.size * 512, &*file);
        let mut bytes = vec![0; self.size];
        let (mut last, mut before) = (None, self.first());
        for at in 0..count {
            reader.read_exact(&mut bytes)?;
            let record = JournalRecord::decode(&bytes, before);
            match record.filter(|(record, _)| last.is_none_or(|last| last < record.run)) {
                Some((record, own)) => (last, before) = (Some(record.run), own),
                None => return Ok(at),
            }
        }
        Ok(count)
    }

    /// What the checksum of the first record goes on from.
    fn first(&self) -> u32 {
        crc32fast::hash(&self.header)
    }

    /// The checksum of what stands before record `at`.
    fn before(&self, file: &mut File, at: u64) -> io::Result<u32> {
        if at == 0 {
            return Ok(self.first());
        }
        let mut bytes = [0; 4];
        file.seek(SeekFrom::Start(self.offset(at) - 4))?;
        file.read_exact(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Record `at`, from 0; `None` if it is torn or not there.
    pub fn record(&self, at: u64) -> Option<JournalRecord> {
        let mut bytes = vec![0; self.size];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.before(&mut file, at).ok()?;
        file.seek(SeekFrom::Start(self.offset(at))).ok()?;
        file.read_exact(&mut bytes).ok()?;
        JournalRecord::decode(&bytes, before).map(|(record, _)| record)
    }

    /// Whether the folder still has this journal, and so is where it was.
    pub fn is_there(&self) -> bool {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        is_at(&file, &self.path)
    }

    /// The place of a run among the first `count` records.
    pub fn find(&self, run: u64, count: u64) -> Option<u64> {
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            match self.record(middle)?.run {
                found if found == run => return Some(middle),
                found if found < run => low = middle + 1,
                _ => high = middle,
            }
        }
        None
    }

    /// Writes record `at`, the one after the last.
    pub fn write(&self, at: u64, record: &JournalRecord) -> Result<(), OutputError> {
        let write = || {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            let before = self.before(&mut file, at)?;
            file.seek(SeekFrom::Start(self.offset(at)))?;
            file.write_all(&record.encode(before))
        };
        write().map_err(|source| OutputError::new("write", &self.path, source))
    }

    /// Forgets the records from `at` on.
    pub fn cut(&self, at: u64) -> Result<(), OutputError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.set_len(self.offset(at)).map_err(|source| OutputError::new("cut", &self.path, source))
    }

    /// Where record `at` begins.
    const fn offset(&self, at: u64) -> u64 {
        HEADER as u64 + at * self.size as u64
    }

    /// Waits until what was written is on the disk.
    pub fn sync(&self) -> Result<(), OutputError> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.sync_data().map_err(|source| OutputError::new("write", &self.path, source))
    }
}

/// Opens the file and locks it against other processes, as far as the file system knows how. A process that was just
/// killed may take a moment to let go; one that ends removes its journal, so that the file under the name is another.
fn open_locked(path: &Path) -> io::Result<File> {
    for _ in 0..LOCK_TRIES {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) | Err(TryLockError::Error(_)) if is_at(&file, path) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            _ => {}
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

/// Whether this open file is the one at the path.
#[cfg(unix)]
pub fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |found: fs::Metadata| (found.dev(), found.ino());
    matches!((file.metadata().map(place), fs::symlink_metadata(path).map(place)), (Ok(a), Ok(b)) if a == b)
}

/// Elsewhere a file that is open cannot be removed.
#[cfg(not(unix))]
pub fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

/// What stands where the header belongs.
fn header_of(file: &File) -> io::Result<Vec<u8>> {
    let mut found = Vec::with_capacity(HEADER);
    file.take(HEADER as u64).read_to_end(&mut found)?;
    Ok(found)
}

/// How many records of this size the file has room for.
fn records_of(file: &File, size: usize) -> io::Result<u64> {
    Ok(file.metadata()?.len().saturating_sub(HEADER as u64) / size as u64)
}

fn header(experiment: &str) -> Vec<u8> {
    format!("redqueen journal 2 {experiment:>64.64}\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const TABLES: usize = 8;
    const RECORD: usize = bytes_per_run(TABLES);

    fn record(run: u64) -> JournalRecord {
        let ends = (0..TABLES as u64).map(|table| Extent { bytes: run * 100 + table, rows: run }).collect();
        JournalRecord { run, failed: run / 2, ends, checksum: 7 + run as u32 }
    }

    fn written(folder: &Path) -> Vec<u8> {
        let (journal, count) = Journal::open(folder, "abc", TABLES).unwrap();
        assert_eq!(count, 0);
        journal.start().unwrap();
        for at in 0..5 {
            journal.write(at, &record(3 * at)).unwrap();
        }
        drop(journal);
        fs::read(folder.join(FILE)).unwrap()
    }

    #[test]
    fn records_are_found_again() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path());
        let (journal, count) = Journal::open(folder.path(), "abc", TABLES).unwrap();
        assert_eq!(count, 5);
        assert_eq!(journal.record(4), Some(record(12)));
        assert_eq!(journal.record(5), None);
        assert_eq!(journal.find(9, count), Some(3));
        assert_eq!((journal.find(10, count), journal.find(9, 2)), (None, None));
        drop(journal);
        assert_eq!(Journal::open(folder.path(), "other", TABLES).unwrap().1, 0, "another experiment's runs were taken");
    }

    #[test]
    fn a_torn_record_and_what_follows_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = written(folder.path());
        let path = folder.path().join(FILE);
        for cut in 0..bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            let whole = cut.saturating_sub(HEADER) / RECORD;
            assert_eq!(Journal::open(folder.path(), "abc", TABLES).unwrap().1, whole as u64, "cut at {cut}");
        }
        for flip in (HEADER..bytes.len()).step_by(13) {
            let mut spoilt = bytes.clone();
            spoilt[flip] ^= 0x10;
            fs::write(&path, &spoilt).unwrap();
            let whole = (flip - HEADER) / RECORD;
            assert_eq!(Journal::open(folder.path(), "abc", TABLES).unwrap().1, whole as u64, "byte {flip}");
        }
    }

    #[test]
    fn a_record_that_is_missing_or_stands_twice_ends_what_counts() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = written(folder.path());
        let part = |at: usize| &bytes[HEADER + at * RECORD..HEADER + (at + 1) * RECORD];
        let head = &bytes[..HEADER];
        for (records, whole) in [
            (&[1, 2, 3, 4][..], 0),
            (&[0, 2, 3, 4], 1),
            (&[0, 1, 2, 4], 3),
            (&[0, 1, 1, 2, 3, 4], 2),
            (&[0, 2, 1, 3, 4], 1),
            (&[0, 1, 2, 3], 4),
        ] {
            let records = records.iter().flat_map(|at| part(*at)).copied();
            let changed: Vec<u8> = head.iter().copied().chain(records).collect();
            fs::write(folder.path().join(FILE), changed).unwrap();
            assert_eq!(Journal::open(folder.path(), "abc", TABLES).unwrap().1, whole);
        }
    }

    #[test]
    fn a_finished_journal_is_held_against_the_number_of_its_records() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = written(folder.path());
        let whole = |bytes: &[u8], records| {
            fs::write(folder.path().join(FILE), bytes).unwrap();
            is_whole(folder.path(), "abc", records)
        };
        assert!(whole(&bytes, 5) && whole(&bytes[..HEADER], 0));
        assert!(!whole(&bytes, 4) && !whole(&bytes, 0) && !whole(&bytes, u64::MAX));
        assert!(!whole(&bytes[..bytes.len() - 1], 5) && !whole(&bytes[..HEADER], 5) && !whole(&bytes[..HEADER - 1], 0));
        for at in [HEADER, HEADER + RECORD + 9, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(!whole(&changed, 5), "byte {at}");
        }
    }

    #[test]
    fn only_what_begins_as_a_journal_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let found = || stands(folder.path(), "abc").unwrap();
        assert_eq!(found(), Stands::Nothing);
        let bytes = written(folder.path());
        assert_eq!(found(), Stands::Journal { own: true });
        assert_eq!(stands(folder.path(), "other").unwrap(), Stands::Journal { own: false });
        for cut in [0, 5, MAGIC.len(), HEADER - 1] {
            fs::write(folder.path().join(FILE), &bytes[..cut]).unwrap();
            assert_eq!(found(), Stands::Torn, "{cut}");
        }
        for foreign in ["Monday: slept", "redqueen is fast", "\n"] {
            fs::write(folder.path().join(FILE), foreign).unwrap();
            assert_eq!(found(), Stands::Foreign { is_file: true }, "{foreign}");
        }
    }

    #[test]
    fn two_processes_cannot_write_one_journal() {
        let folder = tempfile::tempdir().unwrap();
        let (_journal, _) = Journal::open(folder.path(), "abc", TABLES).unwrap();
        let error = Journal::open(folder.path(), "abc", TABLES).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::WouldBlock);
    }
}
