//! docs/ODD.md says what the program does: its tables of parameters are those of `redqueen params`, its fixed numbers those of
//! the code, every mechanism is described, and every expected sign names a test that is there.
//! `UPDATE_DOCS=1 cargo test --test all odd` writes the tables.

use assert_cmd::Command;
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

const BEGIN: &str = "<!-- parameters: ";
const END: &str = "<!-- end of parameters -->";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The tables of parameters by the config table they stand in, as Markdown, from `redqueen params`.
fn tables() -> BTreeMap<String, String> {
    let mut program = Command::cargo_bin("redqueen").unwrap();
    let output = program.args(["params", "--format", "csv"]).assert().success().get_output().stdout.clone();
    let mut tables = BTreeMap::new();
    for row in csv::Reader::from_reader(output.as_slice()).deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let (table, parameter) = row["path"].rsplit_once('.').unwrap();
        let cell = |name: &str| row[name].replace('|', "\\|");
        let range = format!("{} to {}", cell("plausible_low"), cell("plausible_high"));
        let head = "| parameter | default | unit | plausible | null | mark | meaning | source or reason |\n\
                    | --- | --- | --- | --- | --- | --- | --- | --- |\n";
        let text = tables.entry(table.to_owned()).or_insert_with(|| head.to_owned());
        let cells = [cell("default"), cell("unit"), range, cell("null"), cell("mark"), cell("meaning"), cell("source")];
        writeln!(text, "| `{parameter}` | {} |", cells.join(" | ")).unwrap();
    }
    tables
}

/// Numbers of the model that no config sets, as a Markdown table: constants of its code, with what is said of them there.
fn fixed_numbers() -> String {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut text = "| number | value | of | meaning |\n| --- | --- | --- | --- |\n".to_owned();
    for file in files {
        let code = fs::read_to_string(&file).unwrap();
        let mut meaning = String::new();
        for line in code.lines().take_while(|line| *line != "#[cfg(test)]") {
            let item =
                line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
            if let Some(words) = line.strip_prefix("///") {
                meaning += words;
            } else if let Some((name, value)) = item.strip_prefix("const ").and_then(|item| item.split_once(" = "))
                && let Some((name, _)) = name.split_once(": f64").or_else(|| name.split_once(": u32"))
            {
                let value = value.trim_end_matches(';').replace("maths::LN_10", "ln 10");
                let of = file.file_stem().unwrap().to_string_lossy();
                writeln!(text, "| `{name}` | {value} | {of} | {} |", meaning.trim().replace('|', "\\|")).unwrap();
            } else {
                meaning.clear();
            }
        }
    }
    text
}

#[test]
fn tables_of_parameters_are_those_of_the_program() {
    let (mut tables, document) = (tables(), read("docs/ODD.md"));
    tables.insert("fixed".to_owned(), fixed_numbers());
    let (mut written, mut rest) = (String::new(), document.as_str());
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(" -->\n").unwrap();
        let (_, after) = after.split_once(END).unwrap_or_else(|| panic!("the table of {name} has no end"));
        let table = tables.remove(name).unwrap_or_else(|| panic!("no parameters of {name}, or described twice"));
        write!(written, "{before}{BEGIN}{name} -->\n\n{table}\n{END}").unwrap();
        rest = after;
    }
    written += rest;
    assert!(tables.is_empty(), "not described: {:?}", tables.keys());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ODD.md"), &written).unwrap();
    } else {
        assert!(
            written == document,
            "docs/ODD.md is old: write its tables anew with `UPDATE_DOCS=1 cargo test --test all odd`"
        );
    }
}

/// The text of the files that hold tests by this name: a subject's among these, or a mechanism's own.
fn tests_of(name: &str) -> String {
    let own = ["", "/tests", "_tests"].map(|end| format!("src/model/mechanisms/{name}{end}.rs"));
    let files = own.into_iter().chain([format!("tests/all/{name}.rs")]);
    files.filter_map(|file| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).ok()).collect()
}

#[test]
fn every_mechanism_has_an_expected_sign_with_a_test_that_is_there() {
    let document = read("docs/ODD.md");
    let section =
        document.split("\n## ").find(|part| part.starts_with("Expected signs")).expect("no `## Expected signs`");
    let rows: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    for row in &rows {
        let [_, _, test] = row.as_slice() else { panic!("not three cells: {row:?}") };
        for test in test.split(", ") {
            let (file, name) = test.trim_matches('`').split_once("::").unwrap_or_else(|| panic!("no file: {test}"));
            assert!(tests_of(file).contains(&format!("fn {name}(")), "there is no test {name} in {file}");
        }
    }
    for mechanism in &redqueen::model::Model::standard().catalogue().mechanisms {
        let named = format!("`{}`", mechanism.name);
        assert!(rows.iter().any(|row| row[0].contains(&named)), "no expected sign of {}", mechanism.name);
    }
}
