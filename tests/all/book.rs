//! README.md and docs/ are true: what they show of a terminal is what the program prints, their links lead somewhere, and
//! docs/reference is made from the declarations. `UPDATE_DOCS=1 cargo test --test all book` writes what is printed anew.

use assert_cmd::Command;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Pages whose blocks marked `console` are run, each page in a folder of its own.
const SHOWN: [&str; 4] = ["README.md", "docs/tutorial.md", "docs/writing-a-scenario.md", "docs/reading-the-output.md"];
/// A line that stands for any number of lines.
const ELSE: &str = "…";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The page as it is, or as it was found to be: written if that is asked for, else held against it.
fn hold(page: &str, found: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(root().join(page).parent().unwrap()).unwrap();
        fs::write(root().join(page), found).unwrap();
    } else {
        let written = read(page);
        let line = written.lines().zip(found.lines()).position(|(was, is)| was != is);
        let at = line.map(|line| (line + 1, written.lines().nth(line), found.lines().nth(line)));
        assert!(written == found, "{page} is old at {at:?}: `UPDATE_DOCS=1 cargo test --test all book` writes it anew");
    }
}

/// What a command prints: to standard output, or to standard error if it fails.
fn printed(folder: &Path, words: &str) -> String {
    let mut command = Command::cargo_bin("redqueen").unwrap();
    command.current_dir(folder).env("COLUMNS", "80").args(words.split_whitespace());
    let output = command.output().unwrap();
    let shown = if output.status.success() { output.stdout } else { output.stderr };
    String::from_utf8(shown).unwrap()
}

/// The lines that are shown, each as it is printed now; all that is printed where the shown ones are not found in it.
fn renewed(shown: &[&str], printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().collect();
    let key = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let (mut text, mut at, mut skips) = (String::new(), 0, false);
    for line in shown {
        if line.trim() == ELSE {
            (skips, text) = (true, text + line + "\n");
            continue;
        }
        let next = if skips { (at..lines.len()).find(|&next| key(lines[next]) == key(line)) } else { Some(at) };
        let Some(found) = next.filter(|next| *next < lines.len()) else { return printed.to_owned() };
        (text, at, skips) = (text + lines[found] + "\n", found + 1, false);
    }
    if at < lines.len() && !skips { printed.to_owned() } else { text }
}

/// A page with its terminals as they are: `$` begins a command, and a file stands in the block below `<!-- file: NAME -->`.
fn played(page: &str) -> (String, usize) {
    let folder = tempfile::tempdir().unwrap();
    let (text, mut found, mut run) = (read(page), String::new(), 0);
    let mut lines = text.lines().peekable();
    let mut file = None;
    while let Some(line) = lines.next() {
        found += &format!("{line}\n");
        if let Some(name) = line.strip_prefix("<!-- file: ").and_then(|rest| rest.strip_suffix(" -->")) {
            file = Some(name.to_owned());
        }
        let Some(language) = line.strip_prefix("```").filter(|language| !language.is_empty()) else { continue };
        let mut block = Vec::new();
        while let Some(line) = lines.next_if(|line| *line != "```") {
            block.push(line);
        }
        if let Some(name) = file.take() {
            fs::write(folder.path().join(&name), block.join("\n") + "\n").unwrap();
        }
        if language != "console" {
            block.iter().for_each(|line| found += &format!("{line}\n"));
            continue;
        }
        assert!(block.first().is_some_and(|line| line.starts_with("$ redqueen ")), "{page}: {block:?}");
        for command in block.chunk_by(|_, next| !next.starts_with("$ ")) {
            let words = command[0].strip_prefix("$ redqueen ").unwrap_or_else(|| panic!("{page}: {}", command[0]));
            run += 1;
            let printed = printed(folder.path(), words);
            // A command without a line below it is shown without what it prints.
            let shown = if command.len() > 1 { renewed(&command[1..], &printed) } else { String::new() };
            found += &format!("{}\n{shown}", command[0]);
        }
    }
    (found, run)
}

#[test]
fn terminals_show_what_the_program_prints() {
    for page in SHOWN {
        let (found, run) = played(page);
        assert!(run >= 2, "{page} shows {run} commands");
        hold(page, &found);
    }
    hold("README.zh-CN.md", &translated(&read("README.md"), &read("README.zh-CN.md")));
}

/// The second page with the terminals of the first.
fn translated(english: &str, chinese: &str) -> String {
    let blocks = |text: &str| -> Vec<String> {
        text.split("\n```console\n").skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect()
    };
    let pairs = blocks(chinese).into_iter().zip(blocks(english));
    let swapped = |text: String, (theirs, ours): (String, String)| {
        text.replacen(&format!("\n```console\n{theirs}\n```"), &format!("\n```console\n{ours}\n```"), 1)
    };
    pairs.fold(chinese.to_owned(), swapped)
}

#[test]
fn lines_are_renewed_in_their_places() {
    let printed = "head\n  a 1\n  b 2\n  c 3\nfoot\n";
    assert_eq!(renewed(&["head", "  …", "  c 0", "foot"], printed), "head\n  …\n  c 3\nfoot\n");
    assert_eq!(renewed(&["head", "  a 9", "…"], printed), "head\n  a 1\n…\n");
    assert_eq!(renewed(&["head", "…", "  z 0", "…"], printed), printed, "a line that is gone");
    assert_eq!(renewed(&["head"], printed), printed, "lines that came");
}

/// Every page, as its path from the root.
fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> =
        ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).into();
    for folder in ["docs", "docs/reference"] {
        let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let markdown = entries
            .map(|name| Path::new(folder).join(name))
            .filter(|path| path.extension().is_some_and(|end| end == "md"));
        pages.extend(markdown);
    }
    pages
}

/// The text without its code, in which nothing is a link.
fn prose(text: &str) -> String {
    let blocks = text.split("\n```").step_by(2).collect::<Vec<_>>().join("\n");
    blocks.split('`').step_by(2).collect()
}

/// Names of headings as links give them: small letters, `-` for spaces, no other marks.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' ');
    headings.map(|heading| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn links_lead_somewhere() {
    let (mut followed, mut dead) = (0, Vec::new());
    for page in pages() {
        let text = read(page.to_str().unwrap());
        for link in prose(&text).split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            followed += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let there = root().join(&target);
            let named = || anchors(&fs::read_to_string(&there).unwrap()).contains(anchor);
            if !there.exists() || !anchor.is_empty() && !named() {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
    assert!(followed > 60, "{followed}");
}

#[test]
fn every_page_is_in_the_contents() {
    let contents = read("docs/README.md");
    let lost: Vec<_> = pages()
        .into_iter()
        .filter_map(|page| page.strip_prefix("docs").map(Path::to_owned).ok())
        .filter(|page| page != Path::new("README.md") && !contents.contains(&format!("]({})", page.display())))
        .collect();
    assert!(lost.is_empty(), "not in docs/README.md: {lost:?}");
}

/// The blocks in which a page shows commands, with what they print; notes behind the commands aside.
fn terminals(text: &str) -> Vec<String> {
    let blocks = text.split("\n```").skip(1).step_by(2);
    let shown = blocks.filter(|block| block.starts_with("sh\n") || block.starts_with("console\n"));
    let plain = |line: &str| line.split(" #").next().unwrap_or_default().trim_end().to_owned();
    shown.map(|block| block.lines().map(plain).collect::<Vec<_>>().join("\n")).collect()
}

#[test]
fn both_readmes_have_the_same_commands_and_verdicts() {
    let (english, chinese) = (read("README.md"), read("README.zh-CN.md"));
    assert!(terminals(&english).len() >= 6);
    assert_eq!(terminals(&english), terminals(&chinese), "UPDATE_DOCS=1 writes those of README.zh-CN.md anew");
    let shares = |text: &str| -> Vec<String> {
        let cells = text.lines().filter(|line| line.starts_with('|')).flat_map(|line| line.split('|'));
        cells.map(str::trim).filter(|cell| cell.contains(" % ± ")).map(str::to_owned).collect()
    };
    assert!(shares(&english).len() > 10);
    assert_eq!(shares(&english), shares(&chinese));
}

#[test]
fn a_sentence_quotes_what_the_terminals_show() {
    let text = read("docs/tutorial.md");
    let shown = terminals(&text).join("\n");
    let sentences: String = text.lines().filter(|line| line.starts_with("> ")).collect();
    let numbers: Vec<&str> = sentences
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_ascii_digit()))
        .filter(|word| word.contains('.') && word.parse::<f64>().is_ok())
        .collect();
    assert!(!numbers.is_empty());
    for number in numbers {
        assert!(
            shown.split_whitespace().any(|word| word.trim_start_matches('-') == number),
            "{number} is in no terminal"
        );
    }
}

fn schema(of: &str) -> serde_json::Value {
    serde_json::from_str(&printed(root(), &format!("schema {of}"))).unwrap()
}

/// Rows of `redqueen params`, by place.
fn parameters() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = printed(root(), "params --format csv");
    let rows =
        csv::Reader::from_reader(text.as_bytes()).into_deserialize::<BTreeMap<String, String>>().map(Result::unwrap);
    rows.map(|row| (row["path"].clone(), row)).collect()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// What a key takes, in words, by its schema.
fn takes(schema: &serde_json::Value) -> String {
    let plain = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let listed = |key: &str| schema[key].as_array().map(|all| all.iter().map(plain).collect::<Vec<_>>());
    if let Some(words) = listed("enum") {
        return words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    }
    if let Some(ways) = ["oneOf", "anyOf"].iter().find_map(|key| schema[key].as_array()) {
        return ways.iter().map(takes).collect::<Vec<_>>().join("; or ");
    }
    let bounds = match (schema["minimum"].as_f64(), schema["maximum"].as_f64()) {
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) => format!(" of at least {low}"),
        (None, Some(high)) => format!(" of at most {high}"),
        (None, None) => String::new(),
    };
    match schema["type"].as_str() {
        Some("string") if schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("0[1-9]|1[0-2]")) => {
            "month, `YYYY-MM`".to_owned()
        }
        Some("string") => "text".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("integer") => format!("whole number{bounds}"),
        Some("number") => format!("number{bounds}"),
        Some("array") if schema["items"]["properties"].is_object() => "tables, below".to_owned(),
        Some("array") => format!("list: each {}", takes(&schema["items"])),
        Some("object") if schema["properties"].is_object() => "table, below".to_owned(),
        Some("object") => "table".to_owned(),
        _ => "see there".to_owned(),
    }
}

/// Tables of keys: of this table, then of those in it. Numbers that `redqueen params` lists have its columns.
fn tables(
    name: &str,
    schema: &serde_json::Value,
    parameters: &BTreeMap<String, BTreeMap<String, String>>,
    text: &mut String,
) {
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    let empty = serde_json::Map::new();
    let keys = schema["properties"].as_object().unwrap_or(&empty);
    let path = |key: &str| format!("{}.{key}", name.replace("[]", ".*"));
    let (numbers, words): (Vec<_>, Vec<_>) =
        keys.iter().partition(|(key, _)| parameters.get(&path(key)).is_some_and(|row| !row["mark"].is_empty()));
    if !words.is_empty() {
        text.push_str("\n| key | takes | if left out | meaning |\n| --- | --- | --- | --- |\n");
    }
    for (key, value) in words {
        let default = match &value["default"] {
            serde_json::Value::Null if required.contains(key.as_str()) => "must be there".to_owned(),
            serde_json::Value::Null => "–".to_owned(),
            default => format!("`{default}`"),
        };
        let meaning = value["description"].as_str().unwrap_or_default();
        writeln!(text, "| `{key}` | {} | {} | {} |", cell(&takes(value)), cell(&default), cell(meaning)).unwrap();
    }
    if !numbers.is_empty() {
        text.push_str(
            "\n| number | default | unit | accepted | plausible | null | mark | meaning | source or reason |\n",
        );
        text.push_str("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    }
    for (key, _) in numbers {
        let row = &parameters[&path(key)];
        let of = |column: &str| cell(&row[column]);
        let range = |low: &str, high: &str| format!("{} to {}", of(low), of(high));
        let cells = [
            of("default"),
            of("unit"),
            range("low", "high"),
            range("plausible_low", "plausible_high"),
            of("null"),
            of("mark"),
            of("meaning"),
            of("source"),
        ];
        writeln!(text, "| `{key}` | {} |", cells.join(" | ")).unwrap();
    }
    for (key, value) in keys {
        let (inner, list) = if value["type"] == "array" { (&value["items"], "[]") } else { (value, "") };
        if inner["properties"].is_object() {
            let place = if name.is_empty() { format!("{key}{list}") } else { format!("{name}.{key}{list}") };
            let shown = place.replace("[]", "");
            let heading = if list.is_empty() { format!("[{shown}]") } else { format!("[[{shown}]]") };
            let level = "#".repeat(2 + place.matches('.').count().min(2));
            writeln!(text, "\n{level} `{heading}`").unwrap();
            if let Some(meaning) = value["description"].as_str() {
                writeln!(text, "\n{meaning}").unwrap();
            }
            tables(&place, inner, parameters, text);
        }
    }
}

#[test]
fn the_reference_is_made_from_the_declarations() {
    let (parameters, none) = (parameters(), BTreeMap::new());
    for (kind, parameters) in
        [("scenario", &parameters), ("experiment", &none), ("game", &none), ("calibration", &none)]
    {
        let mut text = format!(
            "# Every key of a{} {kind} file\n\nMade from the program's declarations, as `redqueen schema {kind}` {} them; a test holds this page to them\n(`UPDATE_DOCS=1 cargo test --test all book` writes it anew).\n",
            if kind == "experiment" { "n" } else { "" },
            if kind == "scenario" { "and `redqueen params` have" } else { "has" },
        );
        tables("", &schema(kind), parameters, &mut text);
        hold(&format!("docs/reference/{kind}.md"), &text);
        let listed = parameters.keys().filter_map(|path| path.rsplit('.').next());
        let lost: Vec<&str> = listed.filter(|key| !text.contains(&format!("| `{key}` |"))).collect();
        assert!(lost.is_empty(), "docs/reference/{kind}.md lacks {lost:?}");
    }
}

#[test]
fn lists_in_the_reference_are_those_of_the_program() {
    let made = "Made by the program";
    let hint = "a test holds this page to it (`UPDATE_DOCS=1 cargo test --test all book` writes it anew).";
    let configs = printed(root(), "configs --format markdown");
    hold(
        "docs/reference/configs.md",
        &format!("# The built-in configs\n\n{made}, `redqueen configs`; {hint}\n\n{configs}"),
    );
    let rows = printed(root(), "columns --format csv");
    let mut text = format!("# Every column of every table\n\n{made}, `redqueen columns`; {hint}\n");
    let mut last = String::new();
    for row in csv::Reader::from_reader(rows.as_bytes()).into_deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        if row["table"] != last {
            last.clone_from(&row["table"]);
            let head = "| column | type | unit | may be empty | meaning |\n| --- | --- | --- | --- | --- |";
            writeln!(text, "\n## `{last}.csv`\n\n{head}").unwrap();
        }
        let empty = if row["optional"] == "true" { "yes" } else { "" };
        let of = |column: &str| cell(&row[column]);
        let cells = [of("type"), of("unit"), empty.to_owned(), of("meaning")];
        writeln!(text, "| `{}` | {} |", row["column"], cells.join(" | ")).unwrap();
    }
    hold("docs/reference/columns.md", &text);
}

#[test]
fn every_command_is_in_the_list_of_commands() {
    let (help, page) = (printed(root(), "--help"), read("docs/commands.md"));
    let section = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let names = section.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 20, "{help}");
    let lost: Vec<_> =
        names.iter().filter(|name| **name != "help" && !page.contains(&format!("| `redqueen {name}"))).collect();
    assert!(lost.is_empty(), "not in docs/commands.md: {lost:?}");
}
