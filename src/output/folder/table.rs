//! A table that grows beside its final name.

use super::file::{OutputError, fresh};
use crate::output::{
    journal::{Extent, is_at},
    manifest::{FileEntry, FileFormat},
    sums::Sum,
};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
};

/// A table that grows beside its final name.
#[derive(Debug)]
pub struct TableFile {
    name: &'static str,
    path: PathBuf,
    file: File,
    extent: Extent,
    sum: Sum,
}

impl TableFile {
    /// Begins the file with this header line.
    pub(super) fn begin(name: &'static str, path: PathBuf, header: &[u8]) -> Result<Self, OutputError> {
        let file = fresh(&path).map_err(OutputError::on("write", &path))?;
        let mut table = Self { name, path, file, extent: Extent::default(), sum: Sum::default() };
        table.append(header, 0)?;
        Ok(table)
    }

    /// Goes on with a file that is there and begins with this header line. What follows has to be [passed](Self::pass) or
    /// [cut](Self::cut) off before anything is added.
    pub(super) fn go_on(name: &'static str, path: PathBuf, header: &[u8]) -> Result<Self, OutputError> {
        let file = OpenOptions::new().write(true).open(&path).map_err(OutputError::on("write", &path))?;
        let mut table = Self { name, path, file, extent: Extent::default(), sum: Sum::default() };
        table.pass(header, 0);
        Ok(table)
    }

    /// Counts in the next rows of the file, which were read back.
    pub fn pass(&mut self, bytes: &[u8], rows: u64) {
        self.sum.add(bytes);
        self.extent.bytes += bytes.len() as u64;
        self.extent.rows += rows;
    }

    /// Adds so many rows.
    pub fn append(&mut self, bytes: &[u8], rows: u64) -> Result<(), OutputError> {
        self.file.write_all(bytes).map_err(OutputError::on("write", &self.path))?;
        self.pass(bytes, rows);
        Ok(())
    }

    /// The table's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How far it reaches.
    pub const fn extent(&self) -> Extent {
        self.extent
    }

    /// Cuts off what lies beyond; more is added there.
    pub fn cut(&mut self) -> Result<(), OutputError> {
        let end = self.extent.bytes;
        let cut = self.file.set_len(end).and_then(|()| self.file.seek(SeekFrom::Start(end)));
        cut.map(drop).map_err(OutputError::on("cut", &self.path))
    }

    /// Waits until what was added is on the disk.
    pub fn sync(&self) -> Result<(), OutputError> {
        self.file.sync_data().map_err(OutputError::on("write", &self.path))
    }

    /// Gives the file its final name, if it still is the file that was written and the name is free.
    pub fn finish(self) -> Result<FileEntry, OutputError> {
        let path = self.path.with_extension("");
        let Extent { rows, bytes } = self.extent;
        self.file.sync_all().map_err(OutputError::on("write", &self.path))?;
        let length = self.file.metadata().map_err(OutputError::on("read", &self.path))?.len();
        if !is_at(&self.file, &self.path) || length != bytes {
            let changed = io::Error::new(io::ErrorKind::InvalidData, "it was changed or replaced while it was written");
            return Err(OutputError::new("finish", &self.path, changed));
        }
        if fs::symlink_metadata(&path).is_ok() {
            let taken = io::Error::new(io::ErrorKind::AlreadyExists, "something else was put there");
            return Err(OutputError::new("write", &path, taken));
        }
        drop(self.file);
        fs::rename(&self.path, &path).map_err(OutputError::on("write", &path))?;
        Ok(FileEntry { name: self.name.into(), format: FileFormat::Csv, rows, bytes, xxh3: self.sum.finish() })
    }
}
