//! `redqueen explain`: values of groups add up, what is off counts nothing, and what cannot be told apart is said.

use crate::support::program::{files, redqueen, table};
use predicates::{prelude::PredicateBooleanExt, str::contains};
use std::{collections::BTreeMap, fs, path::Path};

type Rows = Vec<BTreeMap<String, String>>;

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("no {column} in {row:?}"))
}

/// The outcome by scenario and replicate.
fn outcomes(runs: &Rows, outcome: &str) -> BTreeMap<(String, String), f64> {
    runs.iter().map(|run| ((run["scenario"].clone(), run["replicate"].clone()), number(run, outcome))).collect()
}

fn explain(dir: &Path, more: &[&str]) -> assert_cmd::Command {
    let base = ["explain", "--months", "4", "--runs", "5", "--threads", "2", "--out", "out"];
    redqueen(dir, &[&base[..], more].concat())
}

#[test]
fn exact_values_are_those_of_the_runs_and_add_up_to_the_difference() {
    let dir = tempfile::tempdir().unwrap();
    let groups = ["--groups", "own-research,learning+openness,controls", "--outcome", "gap_nats_end"];
    explain(dir.path(), &groups)
        .assert()
        .success()
        .stdout(contains("baseline: 3 groups in all orders: 5 runs in each of 8 worlds"))
        .stdout(contains("learning+openness").and(contains("each off")).and(contains("as it is")));
    let (header, rows) = table(&dir.path().join("out/explain.csv"));
    assert_eq!(header, ["outcome", "group", "shapley", "standard_error", "low", "high", "first", "last", "n"]);
    let (_, runs) = table(&dir.path().join("out/runs.csv"));
    let values = outcomes(&runs, "gap_nats_end");
    let mean = |coalition: usize| {
        (0..5).map(|replicate| values[&(format!("on-{coalition:x}"), replicate.to_string())]).sum::<f64>() / 5.0
    };
    // Each player's value by the six orders of three.
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let expected = |player: usize| {
        let adds = |order: &[usize; 3]| {
            let before: usize = order.iter().take_while(|other| **other != player).map(|other| 1 << other).sum();
            mean(before | (1 << player)) - mean(before)
        };
        orders.iter().map(adds).sum::<f64>() / 6.0
    };
    for (player, row) in rows.iter().enumerate() {
        assert!((number(row, "shapley") - expected(player)).abs() < 1e-12, "{row:?}");
        assert!((number(row, "first") - (mean(1 << player) - mean(0))).abs() < 1e-12, "{row:?}");
        assert!((number(row, "last") - (mean(7) - mean(7 & !(1 << player)))).abs() < 1e-12, "{row:?}");
        assert!(number(row, "low") <= number(row, "shapley") && number(row, "shapley") <= number(row, "high"));
        assert_eq!(row["n"], "5");
    }
    let sum: f64 = rows.iter().map(|row| number(row, "shapley")).sum();
    assert!((sum - (mean(7) - mean(0))).abs() < 1e-12, "{sum}");
    assert!(rows[0]["group"] == "own-research" && number(&rows[0], "shapley") != 0.0);
    let page = fs::read_to_string(dir.path().join("out/explain.html")).unwrap();
    assert!(page.contains("What moves baseline") && page.contains("all on") && !page.contains("NaN"));
}

#[test]
fn all_groups_on_is_the_scenario_and_all_off_is_that_with_their_mechanisms_off() {
    let dir = tempfile::tempdir().unwrap();
    explain(dir.path(), &["--groups", "learning,firms", "--outcome", "firms_end"]).assert().success();
    let (_, runs) = table(&dir.path().join("out/runs.csv"));
    let values = outcomes(&runs, "gap_nats_end");
    let plain = |name: &str, set: &[&str]| {
        let base = ["batch", "baseline", "--months", "4", "--runs", "5", "--record", "none", "--quiet", "--out", name];
        let set: Vec<&str> = set.iter().flat_map(|set| ["--set", set]).collect();
        redqueen(dir.path(), &[&base[..], &set].concat()).assert().success();
        let (_, rows) = table(&dir.path().join(name).join("runs.csv"));
        rows.iter().map(|row| number(row, "gap_nats_end")).collect::<Vec<f64>>()
    };
    let of = |world: &str| (0..5).map(|at: u32| values[&(world.to_owned(), at.to_string())]).collect::<Vec<f64>>();
    assert_eq!(of("on-3"), plain("all", &[]));
    let off = ["diffusion", "entry", "exit", "openness", "claims"];
    let off: Vec<String> = off.iter().map(|name| format!("mechanisms.{name}.enabled=false")).collect();
    assert_eq!(of("on-0"), plain("none", &off.iter().map(String::as_str).collect::<Vec<_>>()));
    // The command of a failed run would live the same world.
    let manifest = fs::read_to_string(dir.path().join("out/manifest.json")).unwrap();
    assert!(manifest.contains("--set mechanisms.diffusion.enabled=false"), "{manifest}");
}

#[test]
fn what_is_off_in_the_scenario_counts_exactly_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let off = ["--set", "mechanisms.diffusion.enabled=false"];
    let groups = ["--groups", "learning,own-research", "--outcome", "gap_nats_end"];
    explain(dir.path(), &[&off[..], &groups].concat())
        .assert()
        .success()
        .stdout(contains("without anything that makes a difference: learning"));
    let (_, rows) = table(&dir.path().join("out/explain.csv"));
    let learning = rows.iter().find(|row| row["group"] == "learning").unwrap();
    for column in ["shapley", "standard_error", "low", "high", "first", "last"] {
        assert_eq!(number(learning, column), 0.0, "{column}");
    }
}

#[test]
fn many_groups_are_sampled_the_same_again_and_resumed() {
    let dir = tempfile::tempdir().unwrap();
    let asked = ["--outcome", "gap_nats_end", "--outcome", "firms_end", "--orders", "5", "--runs", "5"];
    let run = |more: &[&str]| {
        let base = ["explain", "--months", "2", "--quiet", "--out"];
        redqueen(dir.path(), &[&base[..], more, &asked].concat()).assert().success();
    };
    run(&["one", "--threads", "1"]);
    run(&["two", "--threads", "2"]);
    let of = |name: &str| files(&dir.path().join(name), "csv");
    assert_eq!(of("one"), of("two"));
    run(&["two"]);
    assert_eq!(of("one"), of("two"));
    let (_, rows) = table(&dir.path().join("one/explain.csv"));
    let (_, runs) = table(&dir.path().join("one/runs.csv"));
    for outcome in ["gap_nats_end", "firms_end"] {
        let values = outcomes(&runs, outcome);
        let mean = |world: &str| (0..5).map(|at| values[&(world.to_owned(), at.to_string())]).sum::<f64>() / 5.0;
        let worlds = runs.iter().map(|run| run["scenario"].as_str());
        let all = worlds.max_by_key(|name| u64::from_str_radix(&name[3..], 16).unwrap()).unwrap();
        let rows: Vec<_> = rows.iter().filter(|row| row["outcome"] == outcome).collect();
        let sum: f64 = rows.iter().map(|row| number(row, "shapley")).sum();
        assert!((sum - (mean(all) - mean("on-0"))).abs() < 1e-12, "{outcome}: {sum}");
        assert!(rows.len() == 10 && rows.iter().all(|row| !row["low"].is_empty()), "{rows:?}");
    }
}

#[test]
fn rules_are_told_apart_one_by_one_and_scenarios_against_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let rules = [
        "explain",
        "--by",
        "rule",
        "--outcome",
        "gap_nats_end",
        "--orders",
        "1",
        "--runs",
        "1",
        "--months",
        "2",
        "--out",
        "rules",
    ];
    redqueen(dir.path(), &rules)
        .assert()
        .success()
        .stdout(contains("US Action Plan").and(contains("No intervals: they take at least 5")));
    let (_, rows) = table(&dir.path().join("rules/explain.csv"));
    assert!(rows.len() >= 20 && rows.iter().all(|row| row["low"].is_empty()), "one pair of orders tells no interval");
    let against = [
        "explain",
        "taiwan-blockade",
        "--against",
        "no-controls",
        "--outcome",
        "compute_lost",
        "--runs",
        "2",
        "--months",
        "64",
        "--out",
        "two",
    ];
    redqueen(dir.path(), &against)
        .assert()
        .success()
        .stdout(contains("2 groups in all orders: 2 runs in each of 4 worlds"))
        .stdout(contains("the shocks").and(contains("each as in no-controls")));
    let (_, rows) = table(&dir.path().join("two/explain.csv"));
    let shocks = rows.iter().find(|row| row["group"] == "the shocks").unwrap();
    assert!(number(shocks, "shapley") > 0.0, "{shocks:?}");
}

#[test]
fn what_cannot_be_explained_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str], said: &str| {
        redqueen(dir.path(), arguments).assert().code(2).stderr(contains(said));
    };
    refused(&["explain", "--outcome", "firms_edn"], "unknown outcome `firms_edn`, did you mean `firms_end`?");
    refused(&["explain"], "--outcome");
    let ask = |groups: &'static str| ["explain", "--outcome", "firms_end", "--groups", groups];
    refused(&ask("lerning"), "did you mean `learning`?");
    refused(&ask("learning,diffusion"), "diffusion is in two groups");
    refused(&["explain", "null", "--outcome", "firms_end", "--groups", "learning"], "nothing of these groups is on");
    refused(
        &["explain", "--outcome", "firms_end", "--by", "mechanism", "--orders", "1000"],
        "worlds, and 2000 are the most",
    );
    refused(&["explain", "export-controls", "--outcome", "firms_end"], "an experiment of its own");
    refused(&["explain", "race-or-pause", "--outcome", "firms_end"], "an experiment of its own");
    let other = "extends = 'baseline'\nname = 'short'\n[time]\nmonths = 5\n";
    fs::write(dir.path().join("short.toml"), other.replace("'baseline'", "'baseline.toml'")).unwrap();
    fs::write(dir.path().join("baseline.toml"), redqueen_baseline()).unwrap();
    refused(&["explain", "--against", "short.toml", "--outcome", "firms_end"], "covers other months");
    assert!(!dir.path().join("output").exists());
}

fn redqueen_baseline() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/configs/baseline.toml")).unwrap()
}

#[test]
fn an_outcome_without_a_value_is_said_with_the_worlds_that_lack_it() {
    let dir = tempfile::tempdir().unwrap();
    // Two months are too few for a rating after a year.
    let arguments = [
        "explain",
        "--months",
        "2",
        "--runs",
        "2",
        "--groups",
        "learning",
        "--outcome",
        "gap_rating_12",
        "--out",
        "out",
    ];
    redqueen(dir.path(), &arguments)
        .assert()
        .code(1)
        .stdout(contains("with none of the groups on, 2 runs have no gap_rating_12"))
        .stderr(contains("no replicate has a value in every world"));
    let (_, rows) = table(&dir.path().join("out/explain.csv"));
    assert!(rows.is_empty());
}
