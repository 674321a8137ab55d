//! Sizes and checksums of files: taken while a file is written, and held against it when it is read back.
//!
//! Files have XXH3 of 128 bits, which finds damage at the speed of memory: a batch writes so much that SHA-256 would take a
//! seventh of its time. What names something, such as an experiment, has SHA-256.

use crate::declare::text::told;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::{
    fmt::{self, Write as _},
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};
use twox_hash::XxHash3_128;

/// A file's checksum in the making.
#[derive(Default)]
pub struct Sum(XxHash3_128);

impl Sum {
    /// Takes in the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    /// The checksum, in hexadecimal.
    pub fn finish(&self) -> String {
        format!("{:032x}", self.0.finish_128())
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sum").field(&self.finish()).finish()
    }
}

/// A file's checksum from its bytes, in hexadecimal.
pub fn of(bytes: &[u8]) -> String {
    format!("{:032x}", XxHash3_128::oneshot(bytes))
}

/// SHA-256 of these bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let mut name = Name::default();
    name.add(bytes);
    name.finish()
}

/// SHA-256 in the making, of what is never held as a whole.
#[derive(Default)]
pub struct Name(Sha256);

impl Name {
    /// Takes in the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Takes in this value as JSON.
    pub fn add_json(&mut self, value: &impl Serialize) {
        // Neither the values that are named nor the writer can fail.
        let _ = serde_json::to_writer(io::BufWriter::new(self), value);
    }

    /// The checksum, in hexadecimal.
    pub fn finish(self) -> String {
        self.0.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing into a String does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl io::Write for Name {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.add(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a regular file for reading. Anything else is refused: a pipe may give nothing for ever, and a device no end.
///
/// # Errors
/// It is not there, is no file, or cannot be read.
pub fn open(path: &Path) -> io::Result<File> {
    let kind = fs::metadata(path).map_err(told)?;
    match kind.is_file() {
        true => File::open(path).map_err(told),
        false if kind.is_dir() => Err(told(io::ErrorKind::IsADirectory.into())),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file but a pipe or a device")),
    }
}

/// The bytes of a regular file.
///
/// # Errors
/// It is not there, is no file, or cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Checksum of a file.
///
/// # Errors
/// It cannot be read.
pub fn of_file(path: &Path) -> io::Result<String> {
    let (mut file, mut sum, mut buffer) = (open(path)?, Sum::default(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(sum.finish()),
            read => sum.add(&buffer[..read]),
        }
    }
}

/// Holds a file against the size and the checksum that it had when it was written.
///
/// # Errors
/// It cannot be read, or is another.
pub fn check(path: &Path, bytes: u64, sum: &str) -> io::Result<()> {
    let differs = |what: String| Err(io::Error::new(io::ErrorKind::InvalidData, what));
    let found = open(path)?.metadata()?.len();
    if found != bytes {
        return differs(format!("it has {found} bytes, and {bytes} were written"));
    }
    if of_file(path)? != sum {
        return differs("it was changed after it was written".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_byte_and_another_size_are_seen() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let said = |text: &str| {
            fs::write(&path, text).unwrap();
            check(&path, 3, &of(b"abc")).err().map(|error| error.to_string())
        };
        assert_eq!(said("abc"), None);
        assert_eq!(said("abd").unwrap(), "it was changed after it was written");
        assert_eq!(said("ab").unwrap(), "it has 2 bytes, and 3 were written");
        assert_eq!(of(b""), "99aa06d3014798d86001c324468d497f");
        let mut sum = Sum::default();
        [&b"a"[..], b"", b"bc"].into_iter().for_each(|part| sum.add(part));
        assert_eq!(sum.finish(), of(b"abc"));
        let mut name = Name::default();
        name.add_json(&[1, 2]);
        name.add(b"x");
        assert_eq!(name.finish(), sha256(b"[1,2]x"));
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(open(dir.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert!(open(Path::new("/dev/zero")).unwrap_err().to_string().contains("a pipe or a device"));
    }
}
