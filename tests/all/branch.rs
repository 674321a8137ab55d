//! Runs that are stopped in a month and gone on with from a snapshot.

use crate::support::program::{files, redqueen};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

/// Runs the program, which must succeed.
fn run(folder: &Path, more: &[&str]) {
    redqueen(folder, &[&["run", "--quiet"], more].concat()).assert().success();
}

/// What it says when it refuses, which it does before it writes anything.
fn refused(folder: &Path, more: &[&str]) -> String {
    let before = files(folder, "");
    let assert = redqueen(folder, &[&["run", "--quiet"], more].concat()).assert().code(2);
    assert!(files(folder, "") == before, "{more:?} wrote something");
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn tables(folder: &Path) -> BTreeMap<String, String> {
    let text = |(name, bytes)| (name, String::from_utf8(bytes).unwrap());
    files(folder, ".csv").into_iter().map(text).collect()
}

/// The rows of a table that lie before a month.
fn before<'a>(table: &'a str, month: &str) -> Vec<&'a str> {
    let date = table.lines().next().unwrap().split(',').position(|column| column == "date").unwrap();
    table.lines().skip(1).filter(|row| row.split(',').nth(date).unwrap() < month).collect()
}

const LIVELY: [&str; 4] = ["--set", "mechanisms.entry.scale=3", "--set", "time.months=36"];

#[test]
fn an_unchanged_run_goes_on_as_if_it_had_never_stopped() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    let worlds =
        [("baseline", "12", "7"), ("taiwan-risk", "12", "18446744073709551615"), ("safety-imitation", "24", "0")];
    for (config, steps, seed) in worlds {
        let steps = format!("time.steps_per_year={steps}");
        let whole = [&[config, "--set", steps.as_str(), "--seed", seed, "--replicate", "2"], &LIVELY[..]].concat();
        let name = |part: &str| format!("{config}-{part}");
        let (full, head, rest, middle, end) = (name("full"), name("head"), name("rest"), name("middle"), name("end"));
        run(here, &[&whole[..], &["--out", &full]].concat());
        run(here, &[&whole[..], &["--until", "2024-05", "--save", "one", "--overwrite", "--out", &head]].concat());
        run(here, &["--from", "one", "--out", &rest]);
        run(here, &["--from", "one", "--until", "2025-02", "--save", "two", "--overwrite", "--out", &middle]);
        run(here, &["--from", "two", "--out", &end]);
        let full = tables(&here.join(full));
        assert!(full.len() >= 10, "{:?}", full.keys());
        assert!(tables(&here.join(rest)) == full, "{config}");
        assert!(tables(&here.join(end)) == full, "{config}");
        for (stop, part) in [("2024-05", head), ("2025-02", middle)] {
            for (name, table) in tables(&here.join(part)).iter().filter(|(name, _)| *name != "runs.csv") {
                let rows: Vec<_> = table.lines().skip(1).collect();
                assert!(rows == before(&full[name], stop), "{config}, {name} before {stop}");
            }
        }
    }
}

#[test]
fn what_is_laid_over_holds_from_the_snapshot_on() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    run(here, &[&LIVELY[..], &["--out", "full"]].concat());
    run(here, &[&LIVELY[..], &["--until", "2024-07", "--save", "fork", "--out", "head"]].concat());
    let other = ["--set", "mechanisms.diffusion.xi_open=0.1", "--set", "mechanisms.market.crowding=2"];
    run(here, &[&["--from", "fork", "--out", "other"], &other[..]].concat());
    let (full, changed) = (tables(&here.join("full")), tables(&here.join("other")));
    for name in ["world.csv", "states.csv", "firms.csv", "accelerators.csv"] {
        assert!(before(&full[name], "2024-07") == before(&changed[name], "2024-07"), "{name}");
        assert!(full[name] != changed[name], "{name}");
    }
    // A fork of a fork, back under what it was, and longer.
    let more = ["--from", "fork", "--until", "2025-01", "--save", "second", "--out", "second-head"];
    run(here, &[&more, &other[..]].concat());
    run(here, &["--from", "second", "--out", "same"]);
    assert!(tables(&here.join("same")) == changed);
    run(here, &["--from", "second", "--set", "mechanisms.market.crowding=3", "--months", "40", "--out", "back"]);
    let back = tables(&here.join("back"));
    assert!(before(&back["world.csv"], "2025-01") == before(&changed["world.csv"], "2025-01"));
    assert_eq!(back["world.csv"].lines().count(), 41);

    // The folder knows its past: the same again is done already, another past is not.
    run(here, &[&["--from", "fork", "--out", "other"], &other[..]].concat());
    let said = refused(here, &[&LIVELY[..], &other, &["--out", "other"]].concat());
    assert!(said.contains("the past that it goes on from"), "{said}");
}

#[test]
fn a_snapshot_is_held_against_what_is_asked_of_it() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    run(here, &["all-open", "--seed", "9", "--until", "2024-01", "--save", "fork", "--out", "head"]);
    let says = |more: &[&str], words: &[&str]| {
        let said = refused(here, &[&["--from", "fork", "--out", "never"], more].concat());
        assert!(words.iter().all(|word| said.contains(word)) && said.contains("fork"), "{more:?}: {said}");
    };
    says(&["baseline"], &["of another config", "`firms."]);
    says(&["--seed", "8"], &["seed 9"]);
    says(&["--set", "seed=8"], &["`seed` cannot change"]);
    says(&["--replicate", "1"], &["replicate 0"]);
    says(&["--until", "2024-01"], &["stands at 2024-01"]);
    says(&["--set", "states.US.talent=2"], &["`states.US` cannot change inside a run"]);
    says(&["--set", "time.start=2022-01"], &["`time.start` cannot change"]);
    says(&["--months", "3"], &["`time.months` cannot change"]);
    says(&["--set", "mechanisms.claims.enabled=false"], &["`mechanisms.claims.enabled` cannot change"]);
    let unknown = ["--from", "fork", "--set", "mechanisms.market.crowdin=0", "--out", "never"];
    assert!(refused(here, &unknown).contains("did you mean"));
    assert!(refused(here, &["--until", "2020-01", "--save", "x"]).contains("begins in"));
    run(here, &["all-open", "--from", "fork", "--months", "15", "--out", "rest"]);
}

#[test]
fn what_is_no_whole_snapshot_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    run(here, &["--until", "2023-04", "--save", "fork", "--out", "head"]);
    let good = fs::read(here.join("fork")).unwrap();
    let says = |name: &str, bytes: &[u8], word: &str| {
        fs::write(here.join(name), bytes).unwrap();
        let said = refused(here, &["--from", name, "--out", "never"]);
        assert!(said.contains(name) && said.contains(word), "{name}: {said}");
    };
    let text = String::from_utf8(good.clone()).unwrap();
    says("cut", &good[..good.len() / 2], "is damaged");
    says("changed", text.replace("0.5", "0.6").as_bytes(), "is damaged");
    says("newer", text.replacen("_snapshot\": 1", "_snapshot\": 2", 1).as_bytes(), "of format 2");
    says("empty", b"", "is no snapshot of redqueen");
    says("table", &fs::read(here.join("head/world.csv")).unwrap(), "is no snapshot of redqueen");
    for none in ["missing", "head"] {
        assert!(refused(here, &["--from", none]).contains(none));
    }
    #[cfg(unix)]
    assert!(refused(here, &["--from", "/dev/zero"]).contains("/dev/zero"));
}

#[test]
fn a_snapshot_takes_nobody_elses_place() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    fs::write(here.join("notes"), "mine").unwrap();
    let save = ["--until", "2023-04", "--out", "head", "--save"];
    for (taken, word) in [("notes", "is there already"), (".", "is there already"), ("none/fork", "there is no folder")]
    {
        let said = refused(here, &[&save[..], &[taken]].concat());
        assert!(said.contains(word), "{said}");
    }
    run(here, &[&save[..], &["fork"]].concat());
    let fork = fs::read(here.join("fork")).unwrap();
    run(here, &[&save[..], &["fork"]].concat());
    assert!(fs::read(here.join("fork")).unwrap() == fork);
    let other = ["run", "--quiet", "--until", "2023-05", "--out", "other", "--save", "fork"];
    redqueen(here, &other).assert().code(2);
    assert!(fs::read(here.join("fork")).unwrap() == fork);
    redqueen(here, &[&other[..], &["--overwrite"]].concat()).assert().success();
    assert!(fs::read(here.join("fork")).unwrap() != fork);
}
