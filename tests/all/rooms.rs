//! A room under `src/` imports none that stands below it.

use std::{fs, path::Path};

/// The rooms in their order, as docs/architecture.md lists them.
const ROOMS: [&str; 13] = [
    "maths",
    "declare",
    "scenario",
    "experiment",
    "model",
    "formulas",
    "measure",
    "output",
    "analysis",
    "batch",
    "report",
    "explorer",
    "cli",
];

/// The Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The rooms that a text imports or names: `crate::room::…`, and those in a list, `crate::{room::…, room}`.
fn named(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for rest in text.split("crate::").skip(1) {
        let mut paths = vec![rest];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 1;
            paths = list
                .split_inclusive(|c| {
                    depth += i32::from(c == '{') - i32::from(c == '}');
                    (c == ',' && depth == 1) || depth == 0
                })
                .map(str::trim_start)
                .collect();
            let end = paths.iter().position(|path| path.trim_start().starts_with('}') || path.contains(';'));
            paths.truncate(end.map_or(paths.len(), |end| end + 1));
        }
        let name =
            |path: &&str| path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("").to_owned();
        found.extend(paths.iter().filter_map(|path| ROOMS.into_iter().find(|room| *room == name(path))));
    }
    found
}

/// A file without its tests, which may look at anything, and without comments, whose links show the way.
fn without_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_room_imports_one_below_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for (place, room) in ROOMS.iter().enumerate() {
        let mut files = Vec::new();
        sources(&root.join(room), &mut files);
        assert!(!files.is_empty(), "there is no room {room}");
        for file in files.iter().filter(|file| !file.strip_prefix(&root).unwrap().to_string_lossy().contains("test")) {
            let text = without_tests(&fs::read_to_string(file).unwrap());
            for other in named(&text) {
                if ROOMS.iter().position(|room| *room == other).is_some_and(|other| other > place) {
                    wrong.push(format!("{} uses {other}", file.strip_prefix(&root).unwrap().display()));
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_a_text_names_is_found() {
    assert_eq!(named("use crate::maths;\nuse crate::model::Model;"), ["maths", "model"]);
    assert_eq!(
        named("use crate::{\n    maths::{a, b},\n    model::{x, cli},\n    report,\n};\nreport"),
        ["maths", "model", "report"]
    );
    assert_eq!(named("crate::baseline()"), [""; 0]);
}

#[test]
fn the_page_lists_the_rooms_in_this_order() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md")).unwrap();
    let listed: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).take(ROOMS.len()).collect();
    assert_eq!(listed, ROOMS);
}

#[test]
fn draws_have_names_of_their_own() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/mechanisms"), &mut files);
    let mut names: Vec<String> = Vec::new();
    for file in files {
        let text = without_tests(&fs::read_to_string(&file).unwrap());
        // A file in a folder is part of the mechanism of that name.
        let of = if file.parent().unwrap().ends_with("mechanisms") {
            file.file_stem()
        } else {
            file.parent().unwrap().file_name()
        };
        let mechanism = of.unwrap().to_str().unwrap();
        for rest in text.split("Draw::named(\"").skip(1) {
            let name = rest.split('"').next().unwrap();
            assert!(name.starts_with(&format!("{mechanism}/")), "{name} is drawn in {}", file.display());
            names.push(name.to_owned());
        }
    }
    assert!(names.len() > 10, "{names:?}");
    names.sort();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "two draws of one name share their luck: {names:?}");
}
