//! What is declared once is not listed by hand anywhere else.

use super::record::{ROWS, TABLES};
use crate::scenario::kinds::{KINDS, SPECS};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Files under `src`, but for those of `room`, that name at least so many of these types.
fn naming(least: usize, types: &[&str], room: &str) -> BTreeSet<String> {
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
    let naming = found.into_iter().filter(|path| !path.starts_with(root.join(room))).filter(|path| {
        let text = fs::read_to_string(path).unwrap();
        let words: BTreeSet<_> = text.split(|c: char| !c.is_alphanumeric()).collect();
        types.iter().filter(|name| words.contains(*name)).count() >= least
    });
    naming.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn tables_are_listed_in_this_room_alone() {
    assert_eq!(ROWS.len(), TABLES.len());
    // The stand-in for the model makes rows of its own.
    assert_eq!(naming(2, &ROWS, "measure"), BTreeSet::from(["mock.rs".to_owned()]));
}

#[test]
fn outcomes_are_asked_of_the_model() {
    // A constant would leave out those that joined it.
    assert_eq!(naming(1, &["OUTCOMES"], "measure"), BTreeSet::from(["study_tests.rs".to_owned()]));
}

#[test]
fn kinds_of_entity_are_listed_in_one_file_alone() {
    assert_eq!(naming(4, &SPECS, "scenario/kinds"), BTreeSet::new());
}

#[test]
fn a_table_by_month_and_entity_has_the_entities_of_a_list() {
    let by_entity = TABLES.iter().filter_map(|table| match table.key {
        ["date", entity] => Some((table.name, *entity)),
        _ => None,
    });
    let recorded = KINDS.iter().filter(|kind| kind.recorded).map(|kind| (kind.list, kind.one));
    assert!(by_entity.eq(recorded));
}
