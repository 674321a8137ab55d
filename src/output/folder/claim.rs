//! A folder between opening and writing: locked, but untouched.

use super::{
    Folder,
    file::{OutputError, remove},
    owned::{self, Names, Stand},
};
use crate::output::{journal::Journal, manifest, manifest::FileFormat, stored::Stored, sums};
use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// Name and header line of each table, in the order of the journal.
pub(super) type Headers = Vec<Option<(&'static str, Vec<u8>)>>;
/// Unfinished tables in the order of the journal; `None` for those not recorded.
pub(super) type Unfinished = Vec<Option<File>>;

/// A folder that is kept for a batch, and from other processes. What it holds is untouched until the batch is
/// [begun](Self::begin); if the claim is dropped before that, the folder is left as it was found.
#[derive(Debug)]
pub struct Claim {
    // Dropped before the journal, so that what was made is removed while others are still kept out.
    made: Made,
    folder: Folder,
    journal: Journal,
    /// How many runs are here, and the tables that hold them.
    kept: Option<(u64, Unfinished)>,
    headers: Headers,
    /// What may be replaced or removed.
    own: Names,
}

impl Claim {
    pub(super) const fn new(
        made: Made,
        folder: Folder,
        journal: Journal,
        kept: Option<(u64, Unfinished)>,
        headers: Headers,
        own: Names,
    ) -> Self {
        Self { made, folder, journal, kept, headers, own }
    }

    /// Runs of the batch that the folder holds.
    pub fn kept(&self) -> u64 {
        self.kept.as_ref().map_or(0, |(count, _)| *count)
    }

    /// The same claim, but the runs that are here do not count.
    #[must_use]
    pub fn anew(self) -> Self {
        Self { kept: None, ..self }
    }

    /// Makes the folder ready to be written: goes on with the runs that are here, or removes whatever redqueen wrote here
    /// before, and nothing else.
    ///
    /// # Errors
    /// A file cannot be written or removed.
    pub fn begin(self) -> Result<(Folder, Stored), OutputError> {
        let Self { made, folder, journal, kept, headers, own } = self;
        made.keep();
        let lengths: Vec<_> =
            headers.iter().map(|header| header.as_ref().map_or(0, |(_, line)| line.len() as u64)).collect();
        let Some((count, tables)) = kept else {
            journal.start()?;
            // The manifest says what is whose until the new one takes its place.
            let old = own.into_iter().filter(|name| name != manifest::FILE).collect();
            owned::remove_files(&folder.path, &old)?;
            folder.write_manifest(false, 0, 0, Vec::new(), None)?;
            let tables = headers.iter().map(|_| None).collect();
            return Ok((folder, Stored::new(journal, 0, &lengths, tables)));
        };
        let stored = Stored::new(journal, count, &lengths, tables);
        if !folder.says_unfinished() {
            folder.write_manifest(false, count, stored.failed(count), Vec::new(), None)?;
        }
        let growing: Vec<&str> = headers.iter().flatten().map(|(name, _)| *name).collect();
        growing.iter().try_for_each(|name| folder.take_back(name))?;
        // What is made from all runs is made anew.
        let names = owned::claimed(&folder.identity);
        let is_table = |name: &&String| name.contains(".csv") || name.contains(".parquet");
        let grows =
            |name: &&String| growing.iter().any(|table| **name == format!("{}.partial", FileFormat::Csv.file(table)));
        for name in names.iter().filter(is_table).filter(|name| !grows(name)) {
            owned::remove_file(&folder.path, name)?;
        }
        Ok((folder, stored))
    }
}

impl Folder {
    /// The unfinished tables of the batch; `None` if one is missing or lacks its header.
    pub(super) fn unfinished(&self, headers: &Headers) -> Result<Option<Unfinished>, OutputError> {
        let mut tables = Vec::new();
        for header in headers {
            let Some((name, header)) = header else {
                tables.push(None);
                continue;
            };
            let (path, partial) = self.paths(name);
            // A kill may have come when some tables had their final names already.
            let place = |growing: &str| owned::stand(&self.path, growing);
            let (growing, named) = (place(&format!("{name}.csv.partial"))?, place(&format!("{name}.csv"))?);
            let path = match (growing, named) {
                (Stand::File, _) => partial,
                (Stand::Free, Stand::File) => path,
                _ => return Ok(None),
            };
            let mut begins = vec![0; header.len()];
            let read = sums::open(&path).and_then(|mut file| file.read_exact(&mut begins).map(|()| file));
            match read {
                Ok(file) if begins == *header => tables.push(Some(file)),
                Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => {
                    return Err(OutputError::on("read", &path)(error));
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(tables))
    }

    /// Takes its final name from a table that grows on.
    fn take_back(&self, table: &str) -> Result<(), OutputError> {
        let (path, partial) = self.paths(table);
        if !partial.exists() && path.is_file() {
            fs::rename(&path, &partial).map_err(OutputError::on("rename", &path))?;
        }
        Ok(())
    }
}

/// What was made to lock a folder: removed when dropped, unless it is to be kept.
#[derive(Debug, Default)]
pub(super) struct Made {
    journal: Option<PathBuf>,
    /// Folders, the inner ones first.
    folders: Vec<PathBuf>,
}

impl Made {
    /// Makes a folder and those above it.
    pub(super) fn folder(path: &Path) -> Result<Self, OutputError> {
        let missing = path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        let made = Self { journal: None, folders: missing.map(Path::to_owned).collect() };
        fs::create_dir_all(path).map_err(OutputError::on("make", path))?;
        Ok(made)
    }

    /// The journal too, unless it holds something: then it was there before, if only by a process that was killed.
    pub(super) fn and_journal(mut self, journal: &Journal) -> Result<Self, OutputError> {
        self.journal = journal.is_empty()?.then(|| journal.path().to_owned());
        Ok(self)
    }

    fn keep(mut self) {
        (self.journal, self.folders) = (None, Vec::new());
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // What cannot be removed is empty, and in nobody's way.
        if let Some(journal) = &self.journal {
            let _ = remove(journal);
        }
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}
