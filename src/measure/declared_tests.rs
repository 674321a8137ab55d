//! What is declared once is not listed by hand anywhere else.

use super::record::{ROWS, TABLES};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Files under `src`, but for those of `room`, that name at least two of these types.
fn naming_several(types: &[&str], room: &str) -> BTreeSet<String> {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    let several = found.into_iter().filter(|path| !path.starts_with(root.join(room))).filter(|path| {
        let text = fs::read_to_string(path).unwrap();
        let words: BTreeSet<_> = text.split(|c: char| !c.is_alphanumeric()).collect();
        types.iter().filter(|name| words.contains(*name)).count() > 1
    });
    several.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn tables_are_listed_in_this_room_alone() {
    assert_eq!(ROWS.len(), TABLES.len());
    // The stand-in for the model makes rows of its own.
    assert_eq!(naming_several(&ROWS, "measure"), BTreeSet::from(["mock.rs".to_owned()]));
}
