//! The page of a report: how large it is, whether each picture comes with its numbers, and whether it is in the language that was
//! asked for.

use crate::support::program::{files, redqueen};
use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};
use tempfile::TempDir;

/// Six worlds with all that has a picture, over the whole time.
const SIX: &str = "
name = 'six'
description = '封锁有何影响？'
scenario = 'taiwan-blockade'
runs = 5
scenarios = [
  { name = 'blockade' },
  { name = 'none', set = { 'mechanisms.shocks.enabled' = false } },
  { name = 'open', scenario = 'all-open' },
  { name = 'closed', scenario = 'all-closed' },
  { name = 'statecraft', scenario = 'statecraft' },
  { name = 'no-controls', set = { 'mechanisms.export_controls.enabled' = false } },
]
";

/// A design over three factors, one of them a choice.
const DESIGN: &str = "
name = 'design'
description = '差距取决于什么？'
scenario = 'baseline'
runs = 2
record = ['world']
scenarios = [{ name = 'base', set = { 'time.months' = 36 } }]
[design]
kind = 'lhs'
points = 24
[[design.factors]]
parameter = 'mechanisms.diffusion.xi_open'
range = [2.0, 8.0]
[[design.factors]]
parameter = 'mechanisms.diffusion.xi_closed'
range = [2.0, 8.0]
[[design.factors]]
parameter = 'mechanisms.diffusion.enabled'
values = [true, false]
";

/// Folders that all tests read: one world, six scenarios, a design.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let done = |arguments: &[&str]| redqueen(folder.path(), arguments).assert().success();
    for (name, text) in [("six", SIX), ("design", DESIGN)] {
        let file = format!("{name}.toml");
        fs::write(folder.path().join(&file), text).unwrap();
        done(&["batch", &file, "--out", name, "--quiet"]);
    }
    done(&["run", "statecraft", "--out", "one", "--quiet"]);
    done(&["report", "one"]);
    folder
});

const PAGES: [&str; 3] = ["one", "six", "design"];

fn page(name: &str) -> String {
    fs::read_to_string(FOLDER.path().join(name).join("report.html")).unwrap()
}

/// The figures of a page.
fn figures(page: &str) -> Vec<&str> {
    page.split("<figure ").skip(1).map(|rest| rest.split_once("</figure>").unwrap().0).collect()
}

#[test]
fn a_page_of_six_scenarios_stays_below_ten_megabytes_and_shows_who_leads_in_each() {
    let page = page("six");
    assert!(page.len() < 10_000_000, "{} bytes", page.len());
    for name in ["blockade", "none", "open", "closed", "statecraft", "no-controls"] {
        assert!(page.contains(&format!("id=\"leaderboard-{name}\"")), "{name}");
    }
}

#[test]
fn each_picture_is_drawn_for_wide_and_narrow_pages_and_comes_with_its_numbers() {
    for name in PAGES {
        let page = page(name);
        let figures = figures(&page);
        assert!(figures.len() > 3, "{name}");
        for figure in figures {
            let what = figure.split('"').nth(1).unwrap();
            for class in ["wide", "narrow"] {
                assert!(figure.contains(&format!("<div class=\"{class}\"><svg viewBox=")), "{name}: {what}, {class}");
            }
            let numbers = figure.split("application/json\">").nth(1).unwrap_or_else(|| panic!("{name}: {what}"));
            let numbers: serde_json::Value = serde_json::from_str(numbers.split("</script>").next().unwrap()).unwrap();
            let rows = numbers.get("rows").or(Some(&numbers)).and_then(|rows| rows.as_array()).unwrap();
            assert!(!rows.is_empty(), "{name}: {what}");
            if let Some(heads) = numbers.get("heads") {
                let heads = heads.as_array().unwrap().len();
                assert!(rows.iter().all(|row| row.as_array().unwrap().len() == heads), "{name}: {what}");
            }
        }
    }
}

/// The texts of a page that a reader sees.
fn texts(page: &str) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    let mut rest = page;
    while let Some((text, (element, after))) =
        rest.split_once('<').and_then(|(text, after)| Some((text, after.split_once('>')?)))
    {
        texts.insert(text.trim().to_owned());
        let read = |name: &str| element.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        texts.extend(["title", "aria-label"].into_iter().filter_map(read).map(|text| text.trim().to_owned()));
        rest = after;
        let name = element.split([' ', '/']).next().unwrap();
        if ["style", "script", "code"].contains(&name) {
            rest = rest.split_once(&format!("</{name}>")).unwrap().1;
        }
    }
    texts
}

/// Whether a text holds a phrase in English: two words in a row that are no names.
fn is_english(text: &str) -> bool {
    let words: Vec<bool> = text
        .split_whitespace()
        .map(|word| word.len() > 1 && word.chars().all(|sign| sign.is_ascii_lowercase() || sign == ','))
        .collect();
    words.windows(2).any(|words| words.iter().all(|is_word| *is_word))
}

#[test]
fn a_chinese_page_has_no_english_sentence_and_the_same_numbers() {
    for name in PAGES {
        let folder = FOLDER.path().join(name);
        let copy = format!("{name}-zh");
        copied(&folder, &FOLDER.path().join(&copy));
        let before = files(&FOLDER.path().join(&copy), "csv");
        redqueen(FOLDER.path(), &["report", &copy, "--lang", "zh"]).assert().success();
        assert!(before == files(&FOLDER.path().join(&copy), "csv"), "{name}");
        let page = page(&copy);
        assert!(page.contains("<html lang=\"zh-CN\">"), "{name}");
        let english: Vec<String> = texts(&page).into_iter().filter(|text| is_english(text)).collect();
        assert!(english.is_empty(), "{name}: {english:#?}");
        for figure in figures(&page) {
            let what = figure.split('"').nth(1).unwrap();
            let svg = fs::read_to_string(FOLDER.path().join(&copy).join(format!("figures/{what}.svg"))).unwrap();
            assert!(!texts(&svg).iter().any(|text| is_english(text)), "{name}: {what}");
        }
    }
}

#[test]
fn another_language_is_refused_with_those_that_there_are() {
    let refused = redqueen(FOLDER.path(), &["report", "one", "--lang", "fr"]).assert().code(2);
    let told = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(told.contains("--lang") && told.contains("en, zh"), "{told}");
}

/// Copies a folder with those in it.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
