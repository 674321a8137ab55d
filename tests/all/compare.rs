//! `redqueen compare`: scenarios paired by their noise.

use crate::support::program::{files, redqueen, table};
use predicates::{prelude::PredicateBooleanExt, str::contains};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

type Lines = BTreeMap<String, BTreeMap<String, String>>;

fn compare(folder: &Path, out: &str, scenarios: [&str; 2], more: &[&str]) -> Lines {
    let common = ["compare", scenarios[0], scenarios[1], "--doubt=none", "--quiet"];
    let more = [&["--runs", "12", "--months", "36", "--out", out], more].concat();
    redqueen(folder, &[&common[..], &more].concat()).assert().success();
    let (_, rows) = table(&folder.join(out).join("differences.csv"));
    rows.into_iter().map(|row| (row["outcome"].clone(), row)).collect()
}

fn number(lines: &Lines, outcome: &str, column: &str) -> f64 {
    lines[outcome][column].parse().unwrap()
}

/// Two scenarios of the project, by path.
fn scenarios() -> [String; 2] {
    ["baseline", "scenarios/no-diffusion"].map(|name| format!("{}/configs/{name}.toml", env!("CARGO_MANIFEST_DIR")))
}

#[test]
fn without_diffusion_the_gap_is_wider_and_pairing_saves_runs() {
    let folder = TempDir::new().unwrap();
    let [a, b] = scenarios();
    let lines = compare(folder.path(), "out", [&a, &b], &[]);
    let gap = |column| number(&lines, "gap_rating_24", column);
    assert_eq!((gap("n"), gap("larger_share")), (12.0, 1.0));
    assert!(gap("low") > 50.0 && gap("low") < gap("difference") && gap("difference") < gap("high"));
    assert!((gap("mean") - gap("mean_against") - gap("difference")).abs() < 1e-9);
    let mut reductions: Vec<f64> = lines.values().filter_map(|line| line["variance_reduction"].parse().ok()).collect();
    reductions.sort_by(f64::total_cmp);
    assert!(reductions[reductions.len() / 2] > 1.0, "{reductions:?}");
    let page = fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(page.contains("Differences of no-diffusion from baseline") && page.contains("id=\"replications\""));
    let package = fs::read_to_string(folder.path().join("out/datapackage.json")).unwrap();
    assert_eq!(package.matches("\"path\": \"differences.csv\"").count(), 1);
}

#[test]
fn identical_scenarios_do_not_differ_at_all() {
    let folder = TempDir::new().unwrap();
    let lines = compare(folder.path(), "out", ["baseline", "baseline"], &[]);
    assert!(lines.len() > 20);
    for (outcome, line) in &lines {
        assert_eq!((&*line["scenario"], &*line["against"]), ("B", "A"));
        for column in ["difference", "standard_error", "low", "high", "larger_share"] {
            let exact = line[column] == "0.0" || (line["n"] == "1" && line[column].is_empty());
            assert!(exact, "{column} of {outcome} is {}", line[column]);
        }
        assert_eq!(line["variance_reduction"], "", "{outcome}");
    }
}

#[test]
fn swapping_the_scenarios_turns_the_signs() {
    let folder = TempDir::new().unwrap();
    let [a, b] = scenarios();
    let (there, back) = (compare(folder.path(), "there", [&a, &b], &[]), compare(folder.path(), "back", [&b, &a], &[]));
    assert!(there.keys().eq(back.keys()));
    for (outcome, line) in &there {
        assert_eq!(number(&back, outcome, "difference"), -number(&there, outcome, "difference"), "{outcome}");
        assert_eq!(line["mean"], back[outcome]["mean_against"], "{outcome}");
        for (column, other) in [("low", "high"), ("high", "low")] {
            if line[column].is_empty() {
                continue;
            }
            assert_eq!(number(&back, outcome, column), -number(&there, outcome, other), "{outcome}");
        }
        assert_eq!(line["variance_reduction"], back[outcome]["variance_reduction"], "{outcome}");
    }
}

#[test]
fn threads_change_no_byte_and_a_second_command_does_nothing() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    let [a, b] = scenarios();
    compare(here, "one", [&a, &b], &["--threads", "1"]);
    compare(here, "two", [&a, &b], &["--threads", "2"]);
    let one = files(&here.join("one"), ".csv");
    assert!(one.contains_key("differences.csv") && one == files(&here.join("two"), ".csv"));
    for file in ["manifest.json", "datapackage.json"] {
        assert_eq!(fs::read(here.join("one").join(file)).unwrap(), fs::read(here.join("two").join(file)).unwrap());
    }
    let all = files(&here.join("one"), "");
    compare(here, "one", [&a, &b], &[]);
    assert!(files(&here.join("one"), "") == all);
    fs::remove_file(here.join("one/differences.csv")).unwrap();
    compare(here, "one", [&a, &b], &[]);
    assert!(files(&here.join("one"), "") == all);
}

#[test]
fn both_have_the_seed_of_the_first_and_the_table_fits_the_terminal() {
    let folder = TempDir::new().unwrap();
    let mine = "extends = \"baseline\"\nname = \"mine\"\nseed = 99\n[mechanisms.export_controls]\nenabled = false\n";
    fs::write(folder.path().join("mine.toml"), mine).unwrap();
    let arguments = ["compare", "baseline", "mine.toml", "--doubt=none", "--runs", "3", "--months", "30"];
    let output = redqueen(folder.path(), &arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("gap_rating_24") && text.contains("B - A") && !text.contains('…'), "{text}");
    let (_, runs) = table(&folder.path().join("output/baseline-vs-mine/runs.csv"));
    assert_eq!(runs.len(), 6);
    assert!(runs.iter().all(|run| run["seed"] == "1"));
}

/// Outcomes of the end, means and counts of 120 and of 6 months are different things.
#[test]
fn scenarios_of_different_spans_are_refused_and_left_out_of_differences() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    fs::write(here.join("short.toml"), "extends = 'null'\nname = 'short'\n[time]\nmonths = 6\n").unwrap();
    fs::write(here.join("late.toml"), "extends = 'null'\nname = 'late'\n[time]\nstart = '2024-01'\n").unwrap();
    let refused = |with: &str, said: &str| {
        redqueen(here, &["compare", "null", with, "--runs", "5"]).assert().code(2).stderr(contains(said));
        assert!(!here.join("output").exists());
    };
    refused("short.toml", "null covers 2023-01 to 2032-12 and short.toml covers 2023-01 to 2023-06");
    refused("short.toml", "give both the same, with --months 6");
    refused("late.toml", "with --set time.start=2024-01");
    let same = ["compare", "null", "short.toml", "--worlds", "5", "--runs", "1", "--months", "6"];
    redqueen(here, &same).assert().success();
    let (_, rows) = table(&here.join("output/null-vs-short/differences.csv"));
    assert!(!rows.is_empty() && rows.iter().all(|row| row["difference"] == "0.0"));

    let scenarios = "[[scenarios]]\nname = 'as it is'\nscenario = 'null'\n[[scenarios]]\nname = 'again'\nscenario = 'null'\n\
                     [[scenarios]]\nname = 'short'\nscenario = 'short.toml'\n";
    let text = format!("name = 'spans'\nruns = 5\nrecord = []\n{scenarios}");
    fs::write(here.join("spans.toml"), &text).unwrap();
    let said = "other months than those of as it is: short;";
    redqueen(here, &["batch", "spans.toml"]).assert().success().stdout(contains(said));
    let (_, rows) = table(&here.join("output/spans/differences.csv"));
    assert!(!rows.is_empty() && rows.iter().all(|row| row["scenario"] == "again"));
    let page = fs::read_to_string(here.join("output/spans/report.html")).unwrap();
    assert!(page.contains("`short` covers other months than `as it is`"));
    let stop = "[stop]\noutcome = 'firms_end'\nstandard_error = 1\n";
    fs::write(
        here.join("stop.toml"),
        text.replace("[[scenarios]]\nname = 'as", &format!("{stop}[[scenarios]]\nname = 'as")),
    )
    .unwrap();
    redqueen(here, &["check", "stop.toml"])
        .assert()
        .code(2)
        .stderr(contains("[stop] looks at differences from `as it is`, and `short` covers other months"));
}

#[test]
fn few_replicates_have_no_intervals_in_any_place() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    let compare = |runs: &str| {
        let arguments =
            ["compare", "baseline", "all-open", "--doubt=none", "--runs", runs, "--months", "14", "--overwrite"];
        let output = redqueen(here, &arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (_, rows) = table(&here.join("output/baseline-vs-all-open/differences.csv"));
        let page = fs::read_to_string(here.join("output/baseline-vs-all-open/report.html")).unwrap();
        (String::from_utf8([output.stdout, output.stderr].concat()).unwrap(), rows, page)
    };
    let (text, rows, page) = compare("4");
    assert!(
        text.contains("no intervals: they take at least 5 replicates") && !text.contains("leaves out zero"),
        "{text}"
    );
    assert!(text.contains("warning: 4 replicates: too few for intervals of the differences"), "{text}");
    let row = rows.iter().find(|row| row["outcome"] == "open_share_end").unwrap();
    assert_eq!([row["n"].as_str(), &row["low"], &row["high"]], ["4", "", ""]);
    assert!(
        !row["standard_error"].is_empty() && page.contains("No interval can be given from fewer than 5 replicates")
    );
    let (text, rows, _) = compare("5");
    assert!(text.contains("leaves out zero") && !text.contains("no intervals"), "{text}");
    let row = rows.iter().find(|row| row["outcome"] == "open_share_end").unwrap();
    assert!(row["n"] == "5" && !row["low"].is_empty());
}

#[test]
fn what_cannot_be_compared_is_said_and_nothing_written() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    redqueen(here, &["compare", "baseline", "nosuch.toml"]).assert().code(2).stderr(contains("nosuch.toml"));
    let experiment = format!("{}/configs/experiments/open-or-guarded.toml", env!("CARGO_MANIFEST_DIR"));
    redqueen(here, &["compare", "baseline", &experiment])
        .assert()
        .code(2)
        .stderr(contains("open-or-guarded").and(contains("redqueen batch")));
    redqueen(here, &["compare", "baseline"]).assert().code(2);
    assert!(fs::read_dir(here).unwrap().next().is_none());
}
