//! The output folder. Opening it locks it, and says whether it is new, goes on or is complete; until it is begun nothing in
//! it changes. Its manifest is written first, saying that it is not complete; tables grow beside their final names
//! (`world.csv.partial`), with a journal of the runs that stand in them, and are renamed when the batch ends, and converted
//! if another format is wanted; the manifest is then written anew, and what is left over is removed, the journal last. A
//! folder whose batch was cancelled, killed, or could not write on keeps its partial tables and its journal, and the same
//! command goes on from there. A complete folder is left as it is.

mod claim;
mod derived;
mod file;
mod owned;
mod table;

use super::{
    batch::Batch,
    dictionary::RUNS,
    headers::headers,
    journal::{self, Journal, Stands},
    manifest::{self, FileEntry, FileFormat, Identity, Manifest, OtherFile, Unreadable},
    package, sums,
};
use crate::{experiment::plan::Unmet, scenario::Described};
pub use claim::Claim;
use claim::Made;
pub use derived::{Derived, NewFile};
#[cfg(feature = "parquet")]
pub(super) use file::fresh;
pub(super) use file::json;
use file::remove;
use file::write_aside_by;
pub use file::{Durability, OutputError, write_aside, write_new};
pub use owned::LOG;
use owned::Stand;
use rayon::prelude::*;
use std::{
    ffi::OsStr,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};
pub use table::TableFile;

/// Why the manifest of a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// It is damaged, or that of another version.
    #[error("{}:{}: {why}", path.display(), why.line)]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: Unreadable,
    },
}

/// Why a folder cannot take an experiment.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It holds results of something else.
    #[error("{} holds another experiment, `{name}`, which differs in {differences}", path.display())]
    Another {
        /// The folder.
        path: PathBuf,
        /// Name of the experiment there.
        name: String,
        /// What differs.
        differences: String,
    },
    /// It holds files, but no manifest that can be read.
    #[error("{} is not empty and holds no experiment of redqueen{}", path.display(), unread(why.as_ref()))]
    NotEmpty {
        /// The folder.
        path: PathBuf,
        /// What is wrong with its manifest, if it has one.
        why: Option<Unreadable>,
    },
    /// It holds a batch that was stopped, and no manifest that can be read says which.
    #[error("{} holds a stopped batch of another experiment, and no manifest.json that can be read says which", path.display())]
    Lost {
        /// The folder.
        path: PathBuf,
    },
    /// It is a file.
    #[error("{} is a file, and no folder", path.display())]
    File {
        /// What stands there.
        path: PathBuf,
    },
    /// Something stands where a file has to be written.
    #[error("{} was not written by redqueen, as far as manifest.json says, and would be lost: move it away", path.display())]
    Foreign {
        /// What stands there.
        path: PathBuf,
    },
    /// Another process has it open.
    #[error("{} is being written by another process", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be written or read.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// What a folder holds of an experiment.
#[derive(Debug)]
enum Holding {
    /// All of it: nothing to do.
    Already(Box<Manifest>),
    /// Part of it.
    Unfinished,
    /// Nothing, or something that may be replaced.
    Nothing,
}

/// What opening a folder for a batch found.
#[derive(Debug)]
pub enum Opened {
    /// None of its runs: whatever stands there may be replaced.
    New(Claim),
    /// Its first runs.
    GoOn(Claim),
    /// All of it: nothing to do.
    Complete(Box<Manifest>),
}

/// An output folder whose tables are being written.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    identity: Identity,
    description: String,
    outcomes: Vec<String>,
    described: Vec<Described>,
    replay: Vec<String>,
}

impl Folder {
    /// What the folder holds of this experiment; nothing is changed. With `overwrite`, whatever it holds may be replaced.
    ///
    /// # Errors
    /// It holds something else.
    fn look(path: &Path, identity: &Identity, overwrite: bool) -> Result<Holding, FolderError> {
        // What a link leads to may be a folder, and what goes on below a file never is.
        let file = path.ancestors().find(|part| part.metadata().is_ok_and(|found| !found.is_dir()));
        if let Some(file) = file {
            return Err(FolderError::File { path: file.to_owned() });
        }
        if overwrite {
            return Ok(Holding::Nothing);
        }
        // What a journal's head says is certain, whatever became of the manifest.
        let stands = journal::stands(path, &identity.sha256())?;
        let journal = stands == Stands::Journal { own: true };
        match Self::manifest(path) {
            Ok(Some(found)) if found.experiment == *identity => {
                let is_whole = || journal::is_whole(path, &identity.sha256(), found.runs_done);
                let joined = identity.shard.is_none() || journal && is_whole();
                Ok(match found.complete {
                    true if joined && is_there(path, &found) => Holding::Already(Box::new(found)),
                    true if !journal => Holding::Nothing,
                    _ => Holding::Unfinished,
                })
            }
            Ok(Some(found)) => Err(another(path, found, identity)),
            Err(ManifestError::Output(error)) => Err(error.into()),
            Ok(None) | Err(ManifestError::Unreadable { .. }) if journal => Ok(Holding::Unfinished),
            Err(ManifestError::Unreadable { why, .. }) => {
                Err(FolderError::NotEmpty { path: path.to_owned(), why: Some(why) })
            }
            // A kill may have come before there was a manifest.
            Ok(None) => {
                match fs::read_dir(path).map(|entries| entries.flatten().any(|entry| !begins(&entry.file_name()))) {
                    Ok(true) if matches!(stands, Stands::Journal { .. }) => {
                        Err(FolderError::Lost { path: path.to_owned() })
                    }
                    Ok(true) => Err(FolderError::NotEmpty { path: path.to_owned(), why: None }),
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        Err(OutputError::on("read", path)(error).into())
                    }
                    _ => Ok(Holding::Nothing),
                }
            }
        }
    }

    /// Whether the folder can take this batch, as far as can be seen without opening it.
    ///
    /// # Errors
    /// It holds something else, or cannot be read.
    pub fn can_take(path: &Path, batch: &Batch) -> Result<(), FolderError> {
        Self::look(path, &Identity::new(batch), false).map(drop)
    }

    /// Opens the folder for this batch, and keeps other processes out. It is made if it is not there; else nothing in it
    /// is changed before the claim is [begun](Claim::begin). With `overwrite`, whatever redqueen wrote there may be
    /// replaced. A folder that is complete is tidied up, as a kill may have come before that.
    ///
    /// # Errors
    /// It holds something else, cannot be made or read, or another process is writing it.
    pub fn open(path: &Path, batch: &Batch, overwrite: bool) -> Result<Opened, FolderError> {
        let identity = Identity::new(batch);
        if let Holding::Already(manifest) = Self::look(path, &identity, overwrite)? {
            return Self::complete(path, batch, manifest);
        }
        if let Stands::Foreign { is_file } = journal::stands(path, &identity.sha256())? {
            // What stands there while a batch is on its way is its journal, however damaged.
            let keeps = |found: &Manifest| !found.complete || found.experiment.shard.is_some();
            if !is_file || !matches!(Self::manifest(path), Ok(Some(ref found)) if keeps(found)) {
                return Err(FolderError::Foreign { path: path.join(journal::FILE) });
            }
        }
        let (made, headers) = (Made::folder(path)?, headers(batch));
        let journal = Journal::open(path, &identity.sha256(), headers.len());
        let (journal, count) = journal.map_err(|error| match error.source.kind() {
            io::ErrorKind::WouldBlock => FolderError::Busy { path: path.to_owned() },
            _ => error.into(),
        })?;
        let made = made.and_journal(&journal)?;
        // Another process may have been at work until it let go.
        let unfinished = match Self::look(path, &identity, overwrite)? {
            Holding::Already(manifest) => return Self::complete(path, batch, manifest),
            found => matches!(found, Holding::Unfinished),
        };
        let own = owned::own(path, &identity)?;
        let replay = batch.scenarios.iter().map(|variant| variant.replay.clone()).collect();
        let described = batch.scenarios.iter().map(|variant| variant.described.clone()).collect();
        let (description, outcomes) = (batch.description.clone(), batch.outcomes.clone());
        let folder = Self { path: path.to_owned(), identity, description, outcomes, described, replay };
        let tables = if unfinished && count > 0 { folder.unfinished(&headers)? } else { None };
        owned::make_way(path, &folder.identity, &own)?;
        let goes_on = tables.is_some();
        let claim = Claim::new(made, folder, journal, tables.map(|tables| (count, tables)), headers, own);
        Ok(if goes_on { Opened::GoOn(claim) } else { Opened::New(claim) })
    }

    /// A folder that holds all of the batch: what a kill left is removed, and the tables are described anew where the
    /// description was damaged.
    fn complete(path: &Path, batch: &Batch, manifest: Box<Manifest>) -> Result<Opened, FolderError> {
        tidy(path, &manifest.experiment, &manifest.files)?;
        let described = manifest.others.iter().find(|other| other.path == package::FILE);
        if described.is_none_or(|described| !described.is_in(path)) {
            let bytes = package::whole(&manifest, &batch.tables());
            let file = NewFile { path: package::FILE.to_owned(), bytes, durability: Durability::Disk };
            let mut derived = Derived::open(path).map_err(|error| match error {
                ManifestError::Output(error) => FolderError::from(error),
                ManifestError::Unreadable { why, .. } => {
                    FolderError::NotEmpty { path: path.to_owned(), why: Some(why) }
                }
            })?;
            derived.write(&[file])?;
        }
        Ok(Opened::Complete(manifest))
    }

    /// Removes what was written, and the folder if nothing else is in it.
    pub fn discard(&self) -> Result<(), OutputError> {
        owned::remove_files(&self.path, &owned::claimed(&self.identity))?;
        remove(&self.path.join(journal::FILE))?;
        // A folder that holds something else stays.
        let _ = fs::remove_dir(&self.path);
        Ok(())
    }

    fn paths(&self, table: &str) -> (PathBuf, PathBuf) {
        (self.path.join(format!("{table}.csv")), self.path.join(format!("{table}.csv.partial")))
    }

    /// The manifest in a folder; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read, or is not as redqueen wrote it.
    pub fn manifest(path: &Path) -> Result<Option<Manifest>, ManifestError> {
        let file = path.join(manifest::FILE);
        match sums::read(&file) {
            Ok(bytes) => {
                Manifest::decode(&bytes).map(Some).map_err(|why| ManifestError::Unreadable { path: file, why })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OutputError::on("read", &file)(error).into()),
        }
    }

    /// Whether the manifest says that this batch is on its way.
    fn says_unfinished(&self) -> bool {
        let found = Self::manifest(&self.path);
        matches!(found, Ok(Some(found)) if !found.complete && found.experiment == self.identity)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which experiment it holds.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Begins the table `<name>.csv` with this header line.
    pub fn table(&self, name: &'static str, header: &[u8]) -> Result<TableFile, OutputError> {
        TableFile::begin(name, self.paths(name).1, header)
    }

    /// Goes on with the unfinished table `<name>.csv`, which begins with this header line; see [`TableFile::cut`].
    pub fn go_on(&self, name: &'static str, header: &[u8]) -> Result<TableFile, OutputError> {
        TableFile::go_on(name, self.paths(name).1, header)
    }

    /// Ends the batch: describes the tables, then says in the manifest that they are complete.
    pub fn describe(
        &self,
        batch: &Batch,
        counts: (u64, u64),
        files: &[FileEntry],
        unmet: Option<Unmet>,
    ) -> Result<(), OutputError> {
        let others = vec![OtherFile::named(package::FILE), OtherFile::named(LOG)];
        let mut manifest = self.said(true, counts, files.to_vec(), others, unmet);
        let package = package::whole(&manifest, &batch.tables());
        write_aside(&self.path.join(package::FILE), &package, Durability::Disk)?;
        manifest.others = vec![OtherFile::of(package::FILE, &package), OtherFile::named(LOG)];
        write_aside_by(&self.path.join(manifest::FILE), Durability::Disk, |to| manifest.write_to(to))
    }

    /// Writes the manifest: how many runs are in the tables, how many of them failed, and where the stop rule was not met.
    pub fn write_manifest(
        &self,
        complete: bool,
        done: u64,
        failed: u64,
        files: Vec<FileEntry>,
        unmet: Option<Unmet>,
    ) -> Result<(), OutputError> {
        let others = vec![OtherFile::named(package::FILE), OtherFile::named(LOG)];
        let manifest = self.said(complete, (done, failed), files, others, unmet);
        write_aside_by(&self.path.join(manifest::FILE), Durability::Disk, |to| manifest.write_to(to))
    }

    fn said(
        &self,
        complete: bool,
        (runs_done, runs_failed): (u64, u64),
        files: Vec<FileEntry>,
        others: Vec<OtherFile>,
        unmet: Option<Unmet>,
    ) -> Manifest {
        Manifest {
            format: manifest::FORMAT,
            experiment: self.identity.clone(),
            complete,
            runs_done,
            runs_failed,
            description: self.description.clone(),
            outcomes: self.outcomes.clone(),
            described: self.described.clone(),
            replay: self.replay.clone(),
            unmet,
            files,
            others,
        }
    }

    /// Adds a line to `log.txt`, the place for wall times and the like.
    pub fn log(&self, line: &str) -> Result<(), OutputError> {
        let path = self.path.join(LOG);
        // It is added to, not replaced: a link would lead to somebody else's file, and a pipe wait for a reader.
        if owned::stand(&self.path, LOG)? == Stand::Other {
            return Err(OutputError::new("write", &path, owned::not_ours()));
        }
        let mut file =
            OpenOptions::new().create(true).append(true).open(&path).map_err(OutputError::on("write", &path))?;
        writeln!(file, "{line}").map_err(OutputError::on("write", &path))
    }
}

/// Whether this file is one of those that a folder has before it has a manifest.
fn begins(name: &OsStr) -> bool {
    [journal::FILE, "manifest.json.partial"].into_iter().any(|own| name == own)
}

/// Removes what a complete folder no longer needs: tables that stand there in another format, or whose quantiles were all that
/// was wanted of them, then the journal. A shard
/// keeps all, as joining it reads its journal. The journal goes last, so that a folder without one is never touched.
///
/// # Errors
/// A file cannot be removed.
pub fn tidy(folder: &Path, identity: &Identity, files: &[FileEntry]) -> Result<(), OutputError> {
    let journal = matches!(journal::stands(folder, &identity.sha256())?, Stands::Journal { .. } | Stands::Torn);
    if identity.shard.is_some() || !journal {
        return Ok(());
    }
    let is_csv = |file: &FileEntry| file.format == FileFormat::Csv;
    let left = files.iter().filter(|file| !files.iter().any(|other| is_csv(other) && other.name == file.name));
    let left = left.map(|file| FileFormat::Csv.file(&file.name));
    let passed = identity.passing.iter().map(|table| owned::partial(&FileFormat::Csv.file(table)));
    left.chain(passed).try_for_each(|name| owned::remove_file(folder, &name))?;
    remove(&folder.join(journal::FILE))
}

/// Whether the tables that a manifest lists are there as they were written. One that lists none says nothing of them.
fn is_there(folder: &Path, manifest: &Manifest) -> bool {
    let is_there = |entry: &FileEntry| sums::check(&folder.join(entry.file()), entry.bytes, &entry.xxh3).is_ok();
    manifest.csv(RUNS).is_some() && manifest.files.par_iter().all(is_there)
}

/// What is wrong with a manifest, as the end of a sentence.
fn unread(why: Option<&Unreadable>) -> String {
    why.map_or_else(String::new, |why| format!(" that can be read: manifest.json:{}: {why}", why.line))
}

fn another(path: &Path, found: Manifest, identity: &Identity) -> FolderError {
    let differences = found.experiment.differences(identity);
    FolderError::Another { path: path.to_owned(), name: found.experiment.name, differences: differences.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        measure::record::Record,
        output::{batch::BatchScenario, stored::Stored},
        scenario::Month,
    };
    use serde_json::json;

    fn batch(seed: u64) -> Batch {
        let variant = BatchScenario {
            name: "base".into(),
            config: json!({"time": {"months": 3}}).into(),
            replay: "redqueen run".into(),
            described: Described::default(),
            start: Month::new(2023, 1).unwrap(),
            months: 3,
        };
        Batch::plain("test", seed, 2, Record::NONE, vec![variant])
    }

    fn look(path: &Path, seed: u64, overwrite: bool) -> Result<Holding, FolderError> {
        Folder::look(path, &Identity::new(&batch(seed)), overwrite)
    }

    fn open(path: &Path, seed: u64, overwrite: bool) -> (Folder, Stored) {
        match Folder::open(path, &batch(seed), overwrite).unwrap() {
            Opened::Complete(_) => panic!("the folder counts as complete"),
            Opened::New(claim) | Opened::GoOn(claim) => claim.begin().unwrap(),
        }
    }

    fn fill(folder: &Folder, complete: bool) {
        let _ = fs::remove_file(folder.path().join("runs.csv"));
        folder.table("runs", b"run\n").unwrap().append(b"0\ntorn", 1).unwrap();
        let mut table = folder.go_on("runs", b"run\n").unwrap();
        table.pass(b"0\n", 1);
        table.cut().unwrap();
        let entry = table.finish().unwrap();
        folder.write_manifest(complete, 1, 0, vec![entry], None).unwrap();
    }

    #[test]
    fn a_complete_folder_is_left_alone_and_an_incomplete_one_gone_on_with() {
        let dir = tempfile::tempdir().unwrap();
        fill(&open(dir.path(), 1, false).0, false);
        assert!(matches!(look(dir.path(), 1, false), Ok(Holding::Unfinished)));
        fill(&open(dir.path(), 1, false).0, true);
        let Ok(Holding::Already(manifest)) = look(dir.path(), 1, false) else {
            panic!("it does not count as complete")
        };
        let xxh3 = sums::of(b"run\n0\n");
        assert_eq!(
            manifest.files,
            [FileEntry { name: "runs".into(), format: FileFormat::Csv, rows: 1, bytes: 6, xxh3 }]
        );
        assert_eq!(fs::read_to_string(dir.path().join("runs.csv")).unwrap(), "run\n0\n");
        for changed in ["run\n", "run\n1\n"] {
            fs::write(dir.path().join("runs.csv"), changed).unwrap();
            fs::remove_file(dir.path().join("journal")).unwrap_or_default();
            assert!(matches!(look(dir.path(), 1, false), Ok(Holding::Nothing)), "a table was changed");
        }
    }

    #[test]
    fn another_experiment_is_refused_and_only_overwritten_when_asked() {
        let dir = tempfile::tempdir().unwrap();
        fill(&open(dir.path(), 1, false).0, true);
        fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        let error = look(dir.path(), 2, false).unwrap_err();
        assert!(error.to_string().contains("another experiment, `test`, which differs in the seed"), "{error}");
        open(dir.path(), 2, true);
        assert!(!dir.path().join("runs.csv").exists());
        assert_eq!(fs::read_to_string(dir.path().join("notes.txt")).unwrap(), "mine");
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("results");
        fs::write(&file, "mine").unwrap();
        for path in [file.clone(), file.join("below").join("it")] {
            for overwrite in [false, true] {
                let error = look(&path, 1, overwrite).unwrap_err().to_string();
                assert_eq!(error, format!("{} is a file, and no folder", file.display()));
            }
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn a_manifest_that_lists_no_tables_says_nothing_of_them() {
        let dir = tempfile::tempdir().unwrap();
        fill(&open(dir.path(), 1, false).0, true);
        remove(&dir.path().join(journal::FILE)).unwrap();
        assert!(matches!(look(dir.path(), 1, false), Ok(Holding::Already(_))));
        let mut manifest = Folder::manifest(dir.path()).unwrap().unwrap();
        assert!(manifest.check(dir.path(), RUNS).is_ok());
        manifest.files.clear();
        fs::write(dir.path().join(manifest::FILE), manifest.encode()).unwrap();
        assert!(matches!(look(dir.path(), 1, false), Ok(Holding::Nothing)));
        assert_eq!(manifest.check(dir.path(), RUNS).unwrap_err().to_string(), "manifest.json lists no such table");
    }

    #[test]
    fn a_folder_of_other_things_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.tex"), "").unwrap();
        assert!(matches!(look(dir.path(), 1, false), Err(FolderError::NotEmpty { .. })));
        fs::write(dir.path().join("manifest.json"), "{}").unwrap();
        assert!(matches!(look(dir.path(), 1, false), Err(FolderError::NotEmpty { .. })));
        assert!(dir.path().join("thesis.tex").exists());
    }

    #[test]
    fn a_folder_is_written_by_one_process_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let _open = open(dir.path(), 1, false);
        for overwrite in [true, false] {
            let again = Folder::open(dir.path(), &batch(1), overwrite);
            assert!(matches!(again, Err(FolderError::Busy { .. })), "{again:?}");
        }
    }

    #[test]
    fn tables_have_their_final_name_only_when_complete() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, _) = open(dir.path(), 1, false);
        let table = folder.table("world", b"run\n").unwrap();
        assert!(!dir.path().join("world.csv").exists() && dir.path().join("world.csv.partial").exists());
        table.finish().unwrap();
        assert!(dir.path().join("world.csv").exists() && !dir.path().join("world.csv.partial").exists());
    }

    #[test]
    fn a_file_that_cannot_get_its_name_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("page.html/inside")).unwrap();
        for durability in [Durability::Disk, Durability::System] {
            let error = write_aside(&dir.path().join("page.html"), b"page", durability).unwrap_err().to_string();
            assert!(error.starts_with("cannot write ") && error.contains("page.html: "), "{error}");
            assert!(!dir.path().join("page.html.partial").exists());
            write_aside(&dir.path().join("other.html"), b"page", durability).unwrap();
            assert_eq!(fs::read(dir.path().join("other.html")).unwrap(), b"page");
        }
    }

    #[test]
    fn errors_name_the_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let path = dir.path().join("file").join("out");
        let error = Folder::open(&path, &batch(1), false).unwrap_err();
        assert!(error.to_string().starts_with(&dir.path().join("file").display().to_string()), "{error}");
        let (folder, _stored) = open(&dir.path().join("out"), 1, false);
        fs::remove_dir_all(folder.path()).unwrap();
        let error = folder.table("runs", b"run\n").unwrap_err().to_string();
        assert!(error.starts_with("cannot ") && error.ends_with("runs.csv.partial: it is not there"), "{error}");
    }
}
