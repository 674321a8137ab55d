//! Files that are made from a finished folder's tables: pages, pictures, tables over all runs. The manifest lists each of
//! them before it is written, so that it is known as redqueen's whatever happens then.

use super::{
    Folder, ManifestError,
    file::{Durability, OutputError, write_aside, write_aside_by},
    owned::{Names, may_write, not_ours},
};
use crate::output::manifest::{self, Manifest, OtherFile};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// A file to write.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its name below the folder, with `/` between parts.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// How far it has to be written.
    pub durability: Durability,
}

/// A finished folder to which files are added. One process at a time does so, as far as the file system knows how to lock.
#[derive(Debug)]
pub struct Derived {
    folder: PathBuf,
    manifest: Option<Manifest>,
    /// Held until the end.
    _lock: Option<File>,
}

impl Derived {
    /// Opens the folder.
    ///
    /// # Errors
    /// Its manifest cannot be read.
    pub fn open(folder: &Path) -> Result<Self, ManifestError> {
        let lock = File::open(folder).ok().filter(|lock| lock.lock().is_ok());
        Ok(Self { folder: folder.to_owned(), manifest: Folder::manifest(folder)?, _lock: lock })
    }

    /// Its manifest, if it has one.
    pub const fn manifest(&self) -> Option<&Manifest> {
        self.manifest.as_ref()
    }

    /// Refuses to write a file of this name if something is there that redqueen did not write.
    ///
    /// # Errors
    /// It is refused.
    pub fn may_write(&self, path: &str) -> Result<(), OutputError> {
        let others = self.manifest.iter().flat_map(|manifest| &manifest.others);
        let own: Names = others.map(|other| other.path.clone()).collect();
        if may_write(&self.folder, path, &own)? {
            return Ok(());
        }
        Err(OutputError::new("write", &self.folder.join(path), not_ours()))
    }

    /// Writes these files. Where one of them would take the place of something that redqueen did not write, nothing is
    /// written.
    ///
    /// # Errors
    /// One of them cannot be written.
    pub fn write(&mut self, files: &[NewFile]) -> Result<(), OutputError> {
        files.iter().try_for_each(|file| self.may_write(&file.path))?;
        self.list(files)?;
        for NewFile { path, bytes, durability } in files {
            let path = self.folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(OutputError::on("make", parent))?;
            }
            write_aside(&path, bytes, *durability)?;
        }
        Ok(())
    }

    /// Removes the files that the manifest lists and `goes` is true of.
    ///
    /// # Errors
    /// One of them is there and cannot be removed.
    pub fn remove(&mut self, goes: impl Fn(&str) -> bool) -> Result<(), OutputError> {
        let Some(manifest) = &mut self.manifest else { return Ok(()) };
        let (gone, stay): (Vec<_>, Vec<_>) = manifest.others.drain(..).partition(|other| goes(&other.path));
        manifest.others = stay;
        for other in &gone {
            let path = self.folder.join(&other.path);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(OutputError::new("remove", &path, error));
                }
                _ => {}
            }
        }
        if gone.is_empty() {
            return Ok(());
        }
        write_aside_by(&self.folder.join(manifest::FILE), Durability::Disk, |to| manifest.write_to(to))
    }

    fn list(&mut self, files: &[NewFile]) -> Result<(), OutputError> {
        let Some(manifest) = &mut self.manifest else { return Ok(()) };
        let before = manifest.others.clone();
        for file in files {
            let entry = OtherFile::of(&file.path, &file.bytes);
            match manifest.others.iter_mut().find(|other| other.path == file.path) {
                Some(other) => *other = entry,
                None => manifest.others.push(entry),
            }
        }
        if manifest.others == before {
            return Ok(());
        }
        write_aside_by(&self.folder.join(manifest::FILE), Durability::Disk, |to| manifest.write_to(to))
    }
}
