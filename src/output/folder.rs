//! The output folder. Its manifest is written first, saying that it is not complete; tables grow beside their final
//! names (`world.csv.partial`) and are renamed when the batch ends; the manifest is then written anew. A batch that
//! was cancelled or could not write on ends the same way, with the runs that were delivered whole, and a manifest that
//! says `"complete": false` and how many runs there are. A folder left by a killed process has partial files and a
//! manifest with no runs. Running the same command again starts an incomplete folder anew and leaves a complete one be.

use super::{
    dictionary,
    manifest::{self, FileEntry, Identity, Manifest},
};
use serde::Serialize;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Other files that redqueen puts into a folder, beside the tables and the manifest.
pub const OTHER_FILES: [&str; 4] = ["datapackage.json", "report.html", "sensitivity.html", "log.txt"];

/// A file could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct OutputError {
    /// What was tried.
    pub action: &'static str,
    /// On which file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl OutputError {
    fn on<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self { action, path: path.to_owned(), source }
    }
}

/// Why a folder cannot take an experiment.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It holds results of something else.
    #[error("{} holds another experiment, `{name}`, which differs in {differences}; choose another folder with --out, or replace it with --overwrite", path.display())]
    Another {
        /// The folder.
        path: PathBuf,
        /// Name of the experiment there.
        name: String,
        /// What differs.
        differences: String,
    },
    /// It holds files, but no manifest that can be read.
    #[error("{} is not empty and holds no experiment of redqueen; choose another folder with --out, or write into it with --overwrite", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be written or read.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// What opening a folder found.
#[derive(Debug)]
pub enum Opened {
    /// The same experiment, complete: nothing to do.
    Already(Manifest),
    /// A folder ready for its tables.
    Ready(Folder),
}

/// An output folder whose tables are being written.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    identity: Identity,
}

impl Folder {
    /// Opens or makes the folder for this experiment. With `overwrite`, whatever redqueen wrote there before is
    /// removed, and nothing else.
    pub fn open(path: &Path, identity: Identity, overwrite: bool) -> Result<Opened, FolderError> {
        fs::create_dir_all(path).map_err(OutputError::on("make", path))?;
        let folder = Self { path: path.to_owned(), identity };
        if !overwrite {
            match Self::manifest(path)? {
                Some(found) if found.format == manifest::FORMAT && found.experiment == folder.identity => {
                    if found.complete && folder.has(&found.files) {
                        return Ok(Opened::Already(found));
                    }
                }
                Some(found) => return Err(folder.another(found)),
                None => {
                    let mut entries = fs::read_dir(path).map_err(OutputError::on("read", path))?;
                    if entries.next().is_some() {
                        return Err(FolderError::NotEmpty { path: path.to_owned() });
                    }
                }
            }
        }
        folder.remove_own_files()?;
        folder.write_manifest(false, 0, 0, Vec::new())?;
        Ok(Opened::Ready(folder))
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

    /// Begins the table `<name>.csv` with this header line.
    pub fn table(&self, name: &'static str, header: &[u8]) -> Result<TableFile, OutputError> {
        let path = self.path.join(format!("{name}.csv.partial"));
        let file = File::create(&path).map_err(OutputError::on("write", &path))?;
        let mut table = TableFile { name, path, file, now: Extent::default(), kept: Extent::default() };
        table.append(header, 0)?;
        table.keep();
        Ok(table)
    }

    /// Writes a file under its final name only when it is complete.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let path = self.path.join(name);
        let partial = self.path.join(format!("{name}.partial"));
        if let Err(error) = fs::write(&partial, bytes) {
            // What was written of it only takes up room; the error matters more than whether this works.
            let _ = fs::remove_file(&partial);
            return Err(OutputError::on("write", &partial)(error));
        }
        fs::rename(&partial, &path).map_err(OutputError::on("write", &path))
    }

    /// Writes the manifest: how many runs are in the tables, and how many of them failed.
    pub fn write_manifest(
        &self,
        complete: bool,
        done: u64,
        failed: u64,
        files: Vec<FileEntry>,
    ) -> Result<(), OutputError> {
        let experiment = self.identity.clone();
        let manifest =
            Manifest { format: manifest::FORMAT, experiment, complete, runs_done: done, runs_failed: failed, files };
        self.write(manifest::FILE, &json(&manifest))
    }

    /// Adds a line to `log.txt`, the place for wall times and the like.
    pub fn log(&self, line: &str) -> Result<(), OutputError> {
        let path = self.path.join("log.txt");
        let mut file =
            OpenOptions::new().create(true).append(true).open(&path).map_err(OutputError::on("write", &path))?;
        writeln!(file, "{line}").map_err(OutputError::on("write", &path))
    }

    fn has(&self, files: &[FileEntry]) -> bool {
        files.iter().all(|entry| {
            let path = self.path.join(format!("{}.csv", entry.name));
            fs::metadata(path).is_ok_and(|found| found.len() == entry.bytes)
        })
    }

    fn another(&self, found: Manifest) -> FolderError {
        let mut differences = found.experiment.differences(&self.identity);
        if found.format != manifest::FORMAT {
            differences.push("the folder's format");
        }
        FolderError::Another {
            path: self.path.clone(),
            name: found.experiment.name,
            differences: differences.join(", "),
        }
    }

    fn remove_own_files(&self) -> Result<(), OutputError> {
        let tables = dictionary::tables(&[]).into_iter().map(|table| format!("{}.csv", table.name));
        for name in tables.chain(OTHER_FILES.map(String::from)).chain([manifest::FILE.to_owned()]) {
            for path in [self.path.join(format!("{name}.partial")), self.path.join(name)] {
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(OutputError::on("remove", &path)(error));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// Indented JSON with a line feed at its end.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    bytes: u64,
    rows: u64,
}

/// A table that grows beside its final name.
#[derive(Debug)]
pub struct TableFile {
    name: &'static str,
    path: PathBuf,
    file: File,
    now: Extent,
    kept: Extent,
}

impl TableFile {
    /// Adds so many rows.
    pub fn append(&mut self, bytes: &[u8], rows: u64) -> Result<(), OutputError> {
        self.file.write_all(bytes).map_err(OutputError::on("write", &self.path))?;
        self.now.bytes += bytes.len() as u64;
        self.now.rows += rows;
        Ok(())
    }

    /// Counts what was added so far as whole, such as all rows of a run.
    pub const fn keep(&mut self) {
        self.kept = self.now;
    }

    /// Cuts off what was not [kept](Self::keep) and gives the file its final name.
    pub fn finish(self) -> Result<FileEntry, OutputError> {
        let path = self.path.with_extension("");
        self.file.set_len(self.kept.bytes).map_err(OutputError::on("cut", &self.path))?;
        self.file.sync_all().map_err(OutputError::on("write", &self.path))?;
        drop(self.file);
        fs::rename(&self.path, &path).map_err(OutputError::on("write", &path))?;
        Ok(FileEntry { name: self.name.into(), rows: self.kept.rows, bytes: self.kept.bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::manifest::Batch;
    use crate::{model::record::Record, output::manifest::BatchScenario, scenario::Month};
    use serde_json::json;

    fn identity(seed: u64) -> Identity {
        let variant = BatchScenario {
            name: "base".into(),
            config: json!({"time": {"months": 3}}),
            replay: "redqueen run".into(),
            start: Month::new(2023, 1).unwrap(),
            months: 3,
            states: vec![],
            firms: vec![],
            fabs: Vec::new(),
            accelerators: Vec::new(),
        };
        let scenarios = vec![variant];
        let name = "test";
        Identity::new(&Batch::plain(name, seed, 2, Record::ALL, scenarios), true)
    }

    fn ready(path: &Path, identity: Identity, overwrite: bool) -> Folder {
        match Folder::open(path, identity, overwrite).unwrap() {
            Opened::Ready(folder) => folder,
            Opened::Already(_) => panic!("the folder counts as complete"),
        }
    }

    fn fill(folder: &Folder, complete: bool) {
        let mut table = folder.table("runs", b"run\n").unwrap();
        table.append(b"0\n", 1).unwrap();
        table.keep();
        table.append(b"torn", 0).unwrap();
        let entry = table.finish().unwrap();
        folder.write_manifest(complete, 1, 0, vec![entry]).unwrap();
    }

    #[test]
    fn a_complete_folder_is_left_alone_and_an_incomplete_one_done_again() {
        let dir = tempfile::tempdir().unwrap();
        fill(&ready(dir.path(), identity(1), false), false);
        fill(&ready(dir.path(), identity(1), false), true);
        let Opened::Already(manifest) = Folder::open(dir.path(), identity(1), false).unwrap() else {
            panic!("the folder does not count as complete")
        };
        assert_eq!(manifest.files, [FileEntry { name: "runs".into(), rows: 1, bytes: 6 }]);
        assert_eq!(fs::read_to_string(dir.path().join("runs.csv")).unwrap(), "run\n0\n");
        fs::write(dir.path().join("runs.csv"), "run\n").unwrap();
        ready(dir.path(), identity(1), false);
    }

    #[test]
    fn another_experiment_is_refused_and_only_overwritten_when_asked() {
        let dir = tempfile::tempdir().unwrap();
        fill(&ready(dir.path(), identity(1), false), true);
        fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        let error = Folder::open(dir.path(), identity(2), false).unwrap_err();
        assert!(error.to_string().contains("another experiment, `test`, which differs in the seed"), "{error}");
        ready(dir.path(), identity(2), true);
        assert!(!dir.path().join("runs.csv").exists());
        assert_eq!(fs::read_to_string(dir.path().join("notes.txt")).unwrap(), "mine");
    }

    #[test]
    fn a_folder_of_other_things_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.tex"), "").unwrap();
        assert!(matches!(Folder::open(dir.path(), identity(1), false), Err(FolderError::NotEmpty { .. })));
        fs::write(dir.path().join("manifest.json"), "{}").unwrap();
        assert!(matches!(Folder::open(dir.path(), identity(1), false), Err(FolderError::NotEmpty { .. })));
        assert!(dir.path().join("thesis.tex").exists());
    }

    #[test]
    fn tables_have_their_final_name_only_when_complete() {
        let dir = tempfile::tempdir().unwrap();
        let folder = ready(dir.path(), identity(1), false);
        let table = folder.table("world", b"run\n").unwrap();
        assert!(!dir.path().join("world.csv").exists() && dir.path().join("world.csv.partial").exists());
        table.finish().unwrap();
        assert!(dir.path().join("world.csv").exists() && !dir.path().join("world.csv.partial").exists());
    }

    #[test]
    fn errors_name_the_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "").unwrap();
        let error = Folder::open(&dir.path().join("file").join("out"), identity(1), false).unwrap_err();
        assert!(error.to_string().contains("cannot make") && error.to_string().contains("out"), "{error}");
    }
}
