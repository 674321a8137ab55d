//! The output folder. Opening it locks it, and says whether it is new, goes on or is complete; until it is begun nothing in
//! it changes. Its manifest is written first, saying that it is not complete; tables grow beside their final names
//! (`world.csv.partial`), with a journal of the runs that stand in them, and are renamed when the batch ends, and converted
//! if another format is wanted; the manifest is then written anew, and what is left over is removed, the journal last. A
//! folder whose batch was cancelled, killed, or could not write on keeps its partial tables and its journal, and the same
//! command goes on from there. A complete folder is left as it is.

mod claim;
mod file;
mod table;

use super::{
    batch::Batch,
    dictionary,
    headers::headers,
    journal::{self, Journal},
    manifest::{self, FileEntry, FileFormat, Identity, Manifest},
};
use crate::{
    experiment::plan::Unmet,
    measure::{Measured, is_name},
    scenario::Described,
};
pub use claim::Claim;
use claim::Made;
pub(super) use file::json;
use file::remove;
pub use file::{Durability, OutputError, write_aside};
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};
pub use table::TableFile;

/// Other files that redqueen puts into a folder, beside the tables and the manifest.
pub const OTHER_FILES: [&str; 4] = ["datapackage.json", "report.html", "sensitivity.html", "log.txt"];
/// Folders of pictures (SVG) that it puts there.
pub const PICTURES: [&str; 2] = ["figures", "sensitivity"];

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
    #[error("{} is not empty and holds no experiment of redqueen", path.display())]
    NotEmpty {
        /// The folder.
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
    described: Vec<Described>,
    replay: Vec<String>,
}

impl Folder {
    /// What the folder holds of this experiment; nothing is changed. With `overwrite`, whatever it holds may be replaced.
    ///
    /// # Errors
    /// It holds something else.
    fn look(path: &Path, identity: &Identity, overwrite: bool) -> Result<Holding, FolderError> {
        if overwrite {
            return Ok(Holding::Nothing);
        }
        match Self::manifest(path)? {
            Some(found) if found.format == manifest::FORMAT && found.experiment == *identity => {
                if !found.complete {
                    return Ok(Holding::Unfinished);
                }
                let joined = found.experiment.shard.is_none() || path.join(journal::FILE).exists();
                let whole = joined && has(path, &found.files);
                Ok(if whole { Holding::Already(Box::new(found)) } else { Holding::Nothing })
            }
            Some(found) => Err(another(path, found, identity)),
            // A kill may have come before there was a manifest.
            None => {
                match fs::read_dir(path).map(|entries| entries.flatten().any(|entry| !begins(&entry.file_name()))) {
                    Ok(true) => Err(FolderError::NotEmpty { path: path.to_owned() }),
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        Err(OutputError::on("read", path)(error).into())
                    }
                    _ => Ok(Holding::Nothing),
                }
            }
        }
    }

    /// Opens the folder for this batch, and keeps other processes out. It is made if it is not there; else nothing in it
    /// is changed before the claim is [begun](Claim::begin). With `overwrite`, whatever it holds may be replaced. A folder
    /// that is complete is tidied up, as a kill may have come before that.
    ///
    /// # Errors
    /// It holds something else, cannot be made or read, or another process is writing it.
    pub fn open(path: &Path, batch: &Batch, overwrite: bool) -> Result<Opened, FolderError> {
        let identity = Identity::new(batch);
        if let Holding::Already(manifest) = Self::look(path, &identity, overwrite)? {
            tidy(path, &identity, &manifest.files)?;
            return Ok(Opened::Complete(manifest));
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
            Holding::Already(manifest) => {
                tidy(path, &identity, &manifest.files)?;
                return Ok(Opened::Complete(manifest));
            }
            found => matches!(found, Holding::Unfinished),
        };
        let replay = batch.scenarios.iter().map(|variant| variant.replay.clone()).collect();
        let described = batch.scenarios.iter().map(|variant| variant.described.clone()).collect();
        let description = batch.description.clone();
        let folder = Self { path: path.to_owned(), identity, description, described, replay };
        let tables = if unfinished && count > 0 { folder.unfinished(&headers)? } else { None };
        let goes_on = tables.is_some();
        let claim = Claim::new(made, folder, journal, tables.map(|tables| (count, tables)), headers);
        Ok(if goes_on { Opened::GoOn(claim) } else { Opened::New(claim) })
    }

    /// Removes what was written, and the folder if nothing else is in it.
    pub fn discard(&self) -> Result<(), OutputError> {
        self.remove_own_files()?;
        remove(&self.path.join(journal::FILE))?;
        // A folder that holds something else stays.
        let _ = fs::remove_dir(&self.path);
        Ok(())
    }

    fn paths(&self, table: &str) -> (PathBuf, PathBuf) {
        (self.path.join(format!("{table}.csv")), self.path.join(format!("{table}.csv.partial")))
    }

    /// The manifest in a folder; `None` if there is none that can be read as one.
    pub fn manifest(path: &Path) -> Result<Option<Manifest>, OutputError> {
        let file = path.join(manifest::FILE);
        match fs::read(&file) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(OutputError::on("read", &file)(error)),
        }
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

    /// Goes on with the unfinished table `<name>.csv`; it has to be [cut](TableFile::cut) before anything is added.
    pub fn go_on(&self, name: &'static str) -> Result<TableFile, OutputError> {
        TableFile::go_on(name, self.paths(name).1)
    }

    /// Writes a file under its final name only when it is complete.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        write_aside(&self.path.join(name), bytes, Durability::Disk)
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
        let manifest = Manifest {
            format: manifest::FORMAT,
            experiment: self.identity.clone(),
            complete,
            runs_done: done,
            runs_failed: failed,
            description: self.description.clone(),
            described: self.described.clone(),
            replay: self.replay.clone(),
            unmet,
            files,
        };
        self.write(manifest::FILE, &json(&manifest))
    }

    /// Adds a line to `log.txt`, the place for wall times and the like.
    pub fn log(&self, line: &str) -> Result<(), OutputError> {
        let path = self.path.join("log.txt");
        let mut file =
            OpenOptions::new().create(true).append(true).open(&path).map_err(OutputError::on("write", &path))?;
        writeln!(file, "{line}").map_err(OutputError::on("write", &path))
    }

    fn remove_own_files(&self) -> Result<(), OutputError> {
        let standard = dictionary::tables(&[], &Measured::default(), false);
        // A model of another program may have written tables of its own.
        let recorded = Self::manifest(&self.path)?.map_or_else(Vec::new, |found| found.experiment.record);
        let recorded = recorded.iter().chain(&self.identity.record).map(String::as_str).filter(|name| is_name(name));
        let tables: BTreeSet<&str> = standard.iter().map(|table| table.name).chain(recorded).collect();
        let tables = tables.iter().flat_map(|table| FileFormat::ALL.map(|format| format.file(table)));
        for name in tables.chain(OTHER_FILES.map(String::from)).chain([manifest::FILE.to_owned()]) {
            for path in [self.path.join(format!("{name}.partial")), self.path.join(name)] {
                remove(&path)?;
            }
        }
        for pictures in PICTURES.map(|name| self.path.join(name)) {
            for path in fs::read_dir(&pictures).into_iter().flatten().flatten().map(|entry| entry.path()) {
                if path.extension().is_some_and(|end| end == "svg") {
                    remove(&path)?;
                }
            }
            // A folder that holds something else stays.
            let _ = fs::remove_dir(pictures);
        }
        Ok(())
    }
}

/// Whether this file is one of those that a folder has before it has a manifest.
fn begins(name: &OsStr) -> bool {
    [journal::FILE, "manifest.json.partial"].into_iter().any(|own| name == own)
}

/// Removes what a complete folder no longer needs: tables that stand there in another format, then the journal. A shard
/// keeps all, as joining it reads its journal. The journal goes last, so that a folder without one is never touched.
///
/// # Errors
/// A file cannot be removed.
pub fn tidy(folder: &Path, identity: &Identity, files: &[FileEntry]) -> Result<(), OutputError> {
    let journal = folder.join(journal::FILE);
    if identity.shard.is_some() || !journal.exists() {
        return Ok(());
    }
    let is_csv = |file: &FileEntry| file.format == FileFormat::Csv;
    let left = files.iter().filter(|file| !files.iter().any(|other| is_csv(other) && other.name == file.name));
    left.map(|file| folder.join(FileFormat::Csv.file(&file.name))).try_for_each(|path| remove(&path))?;
    remove(&journal)
}

/// Whether these tables are there with their sizes.
fn has(folder: &Path, files: &[FileEntry]) -> bool {
    files.iter().all(|entry| fs::metadata(folder.join(entry.file())).is_ok_and(|found| found.len() == entry.bytes))
}

fn another(path: &Path, found: Manifest, identity: &Identity) -> FolderError {
    let mut differences = found.experiment.differences(identity);
    if found.format != manifest::FORMAT {
        differences.push("the folder's format");
    }
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
            config: json!({"time": {"months": 3}}),
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
        let mut table = folder.table("runs", b"run\n").unwrap();
        table.append(b"0\n", 1).unwrap();
        let whole = table.extent();
        table.append(b"torn", 0).unwrap();
        table.cut(whole).unwrap();
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
        assert_eq!(manifest.files, [FileEntry { name: "runs".into(), format: FileFormat::Csv, rows: 1, bytes: 6 }]);
        assert_eq!(fs::read_to_string(dir.path().join("runs.csv")).unwrap(), "run\n0\n");
        fs::write(dir.path().join("runs.csv"), "run\n").unwrap();
        assert!(matches!(look(dir.path(), 1, false), Ok(Holding::Nothing)), "a table was changed");
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
        assert!(error.to_string().starts_with("cannot ") && error.to_string().contains("out"), "{error}");
    }
}
