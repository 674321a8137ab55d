//! How files of a folder come about: aside, under their final name only when they are complete.

use crate::{
    declare::text::told,
    output::sums::{self, Sum},
};
use serde::Serialize;
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

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
    /// What the system said when `action` was tried on `path`.
    pub fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_owned(), source: told(source) }
    }

    pub(super) fn on<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::new(action, path, source)
    }
}

/// A new file of this name. An older one gives way to it, but not a link, of which nobody knows where it leads.
pub(in crate::output) fn fresh(path: &Path) -> io::Result<File> {
    let make = || OpenOptions::new().write(true).create_new(true).open(path);
    match make() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && fs::symlink_metadata(path)?.is_file() => {
            fs::remove_file(path)?;
            make()
        }
        made => made,
    }
}

/// Removes a file if it is there.
pub(super) fn remove(path: &Path) -> Result<(), OutputError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(OutputError::on("remove", path)(error)),
        _ => Ok(()),
    }
}

/// How far a file has to be written before it gets its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// To the disk: it stands there whole even if power fails.
    Disk,
    /// To the system, which brings it to the disk in its own time: enough for what can be made again from tables.
    System,
}

/// Writes a file aside, and gives it its name when it is complete and as durable as asked.
///
/// # Errors
/// The file cannot be written or renamed; nothing of it is left then.
pub fn write_aside(path: &Path, bytes: &[u8], durability: Durability) -> Result<(), OutputError> {
    write_aside_by(path, durability, |to| to.write_all(bytes))
}

/// The same of a file that is never held as a whole: `fill` writes it.
///
/// # Errors
/// The file cannot be written or renamed; nothing of it is left then.
pub fn write_aside_by(
    path: &Path,
    durability: Durability,
    fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), OutputError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let write = || {
        let mut file = Summed { file: fresh(&partial)?, sum: Sum::default() };
        fill(&mut file)?;
        if durability == Durability::Disk {
            file.file.sync_all()?;
        }
        io::Result::Ok(file.sum.finish())
    };
    let sum = match write() {
        Ok(sum) => sum,
        Err(error) => {
            // What was written of it only takes up room; the error matters more than whether this works.
            if error.kind() != io::ErrorKind::AlreadyExists {
                let _ = fs::remove_file(&partial);
            }
            return Err(OutputError::on("write", &partial)(error));
        }
    };
    if let Err(error) = fs::rename(&partial, path) {
        // Another process that made the same file at the same time may have named it for this one.
        if error.kind() == io::ErrorKind::NotFound && sums::of_file(path).is_ok_and(|found| found == sum) {
            return Ok(());
        }
        let _ = fs::remove_file(&partial);
        return Err(OutputError::on("write", path)(error));
    }
    // Where a folder can be opened, its new entry is forced to the disk too.
    let folder = path.parent().filter(|_| durability == Durability::Disk);
    if let Some(folder) = folder.and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A file and the checksum of what was written into it.
struct Summed {
    file: File,
    sum: Sum,
}

impl io::Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.sum.add(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a new file of this name below a folder, whole or not at all, with the folders between; `false` if something of its
/// name is there, which is left as it is.
///
/// # Errors
/// A folder between is a link or no folder, or the file cannot be written; nothing of it is left then.
pub fn write_new(folder: &Path, name: &str, bytes: &[u8]) -> Result<bool, OutputError> {
    let path = folder.join(name);
    let between = Path::new(name).ancestors().skip(1).filter(|inner| !inner.as_os_str().is_empty());
    for inner in between.map(|inner| folder.join(inner)) {
        // A link leads to somebody else's folder.
        if fs::symlink_metadata(&inner).is_ok_and(|kind| !kind.is_dir()) {
            let why = format!("{} is a link or a file, and no folder: move it away", inner.display());
            return Err(OutputError::new("write", &path, io::Error::new(io::ErrorKind::AlreadyExists, why)));
        }
    }
    if fs::symlink_metadata(&path).is_ok() {
        return Ok(false);
    }
    if let Some(inner) = path.parent() {
        fs::create_dir_all(inner).map_err(OutputError::on("make", inner))?;
    }
    write_aside(&path, bytes, Durability::Disk).map(|()| true)
}

/// Indented JSON with a line feed at its end.
pub(in crate::output) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
