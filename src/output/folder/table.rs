//! A table that grows beside its final name.

use super::file::OutputError;
use crate::output::{
    journal::Extent,
    manifest::{FileEntry, FileFormat},
};
use std::{
    fs::{self, File, OpenOptions},
    io::{Seek as _, SeekFrom, Write as _},
    path::PathBuf,
};

/// A table that grows beside its final name.
#[derive(Debug)]
pub struct TableFile {
    name: &'static str,
    path: PathBuf,
    file: File,
    extent: Extent,
}

impl TableFile {
    /// Begins the file with this header line.
    pub(super) fn begin(name: &'static str, path: PathBuf, header: &[u8]) -> Result<Self, OutputError> {
        let file = File::create(&path).map_err(OutputError::on("write", &path))?;
        let mut table = Self { name, path, file, extent: Extent::default() };
        table.append(header, 0)?;
        Ok(table)
    }

    /// Goes on with a file that is there; it has to be [cut](Self::cut) before anything is added.
    pub(super) fn go_on(name: &'static str, path: PathBuf) -> Result<Self, OutputError> {
        let file = OpenOptions::new().write(true).open(&path).map_err(OutputError::on("write", &path))?;
        Ok(Self { name, path, file, extent: Extent::default() })
    }

    /// Adds so many rows.
    pub fn append(&mut self, bytes: &[u8], rows: u64) -> Result<(), OutputError> {
        self.file.write_all(bytes).map_err(OutputError::on("write", &self.path))?;
        self.extent.bytes += bytes.len() as u64;
        self.extent.rows += rows;
        Ok(())
    }

    /// How far it reaches.
    pub const fn extent(&self) -> Extent {
        self.extent
    }

    /// Cuts off what lies beyond this extent; more is added there.
    pub fn cut(&mut self, end: Extent) -> Result<(), OutputError> {
        let cut = self.file.set_len(end.bytes).and_then(|()| self.file.seek(SeekFrom::Start(end.bytes)));
        cut.map_err(OutputError::on("cut", &self.path))?;
        self.extent = end;
        Ok(())
    }

    /// Waits until what was added is on the disk.
    pub fn sync(&self) -> Result<(), OutputError> {
        self.file.sync_data().map_err(OutputError::on("write", &self.path))
    }

    /// Gives the file its final name.
    pub fn finish(self) -> Result<FileEntry, OutputError> {
        let path = self.path.with_extension("");
        self.file.sync_all().map_err(OutputError::on("write", &self.path))?;
        drop(self.file);
        fs::rename(&self.path, &path).map_err(OutputError::on("write", &path))?;
        let Extent { rows, bytes } = self.extent;
        Ok(FileEntry { name: self.name.into(), format: FileFormat::Csv, rows, bytes })
    }
}
