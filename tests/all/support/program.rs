//! The program as a user runs it, in a folder of its own.

use assert_cmd::Command;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fs, path::Path};

/// The program with these arguments, at work in `folder`.
pub fn redqueen(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("redqueen").unwrap();
    command.current_dir(folder).args(arguments);
    command
}

/// A CSV file as header and rows.
pub fn table(path: &Path) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        header.iter().cloned().zip(record.iter().map(str::to_owned)).collect()
    });
    let rows = rows.collect();
    (header, rows)
}

/// The SHA-256 of a file, in hexadecimal.
pub fn sha256(path: &Path) -> String {
    Sha256::digest(fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of every file in a folder, and in those below it, that ends with `ending`, by path.
pub fn files(folder: &Path, ending: &str) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path, ending).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else if name.ends_with(ending) {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

/// A manifest's text that was changed, with the checksum that it would have been written with.
pub fn resealed(manifest: &str) -> String {
    let (text, _) = manifest.rsplit_once(",\n  \"sha256\": ").unwrap();
    redqueen::output::manifest::seal(format!("{text}\n}}"))
}
