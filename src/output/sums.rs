//! Sizes and checksums (SHA-256) of files: taken while a file is written, and held against it when it is read back.

use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

/// A checksum in the making.
#[derive(Clone, Debug, Default)]
pub struct Sum(Sha256);

impl Sum {
    /// Takes in the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
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

/// Checksum of these bytes, in hexadecimal.
pub fn of(bytes: &[u8]) -> String {
    let mut sum = Sum::default();
    sum.add(bytes);
    sum.finish()
}

/// Opens a regular file for reading. Anything else is refused: a pipe may give nothing for ever, and a device no end.
///
/// # Errors
/// It is not there, is no file, or cannot be read.
pub fn open(path: &Path) -> io::Result<File> {
    let kind = fs::metadata(path)?;
    match kind.is_file() {
        true => File::open(path),
        false if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
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
pub fn check(path: &Path, bytes: u64, sha256: &str) -> io::Result<()> {
    let differs = |what: String| Err(io::Error::new(io::ErrorKind::InvalidData, what));
    let found = open(path)?.metadata()?.len();
    if found != bytes {
        return differs(format!("it has {found} bytes, and {bytes} were written"));
    }
    if of_file(path)? != sha256 {
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
        assert_eq!(of(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(open(dir.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert!(open(Path::new("/dev/zero")).unwrap_err().to_string().contains("a pipe or a device"));
    }
}
