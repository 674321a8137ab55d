//! `redqueen calibrate`: what is planted is found, the same whatever stops it; what is wrong is said before anything runs.

use crate::support::program::{files, redqueen, table};
use predicates::{prelude::PredicateBooleanExt, str::contains};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};
use tempfile::TempDir;

/// The parameters with their priors.
const SOUGHT: [(&str, &str); 3] = [
    ("mechanisms.releases.index_slope", "range = [3, 12]"),
    ("mechanisms.releases.rating_slope", "prior = 'normal'\nmean = 0.5\nsd = 0.15\nrange = [0.2, 1]"),
    ("mechanisms.research.growth", "range = [0.4, 2.2]"),
];
/// What they are in a world that is seen.
const TRUTH: [f64; 3] = [6.0, 0.35, 1.6];
/// What is seen of it each month, how sure that is, and what is made of it.
const SEEN: [(&str, f64, &str); 3] =
    [("gap_index", 0.5, "mean"), ("gap_rating", 5.0, "mean"), ("frontier_capability", 0.02, "trend")];
const EMULATED: &str =
    "members = 40\nassimilations = 2\ndesign = 50\ndraws = 250\nreplicates = 2\nrounds = 1\nwanted = 100\n";
const TABLES: [&str; 5] = ["posterior.csv", "marginals.csv", "ridges.csv", "information.csv", "fit.csv"];

fn file(method: &str) -> String {
    let mut text = "name = 'fit'\nseed = 4\nuntil = '2023-12'\nobservations = ['seen.csv']\n".to_owned();
    for (parameter, prior) in SOUGHT {
        writeln!(text, "[[parameters]]\nparameter = '{parameter}'\n{prior}").unwrap();
    }
    for (indicator, _, statistic) in SEEN {
        writeln!(
            text,
            "[[targets]]\nname = 'seen_{indicator}'\ntable = 'world'\nindicator = '{indicator}'\nstatistic = '{statistic}'"
        )
        .unwrap();
    }
    writeln!(text, "[method]\n{method}").unwrap();
    text
}

/// A folder with `fit.toml`, and beside it what was seen of a world whose parameters are known.
fn planted(method: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    plant(folder.path(), "99", TRUTH);
    fs::write(folder.path().join("fit.toml"), file(method)).unwrap();
    folder
}

/// Writes what is seen of a world with these parameters and luck.
fn plant(folder: &Path, seed: &str, truth: [f64; 3]) {
    let set: Vec<String> = SOUGHT.iter().zip(truth).map(|((key, _), truth)| format!("{key}={truth}")).collect();
    let set = set.iter().flat_map(|set| ["--set", set]);
    let run =
        ["run", "--quiet", "--months", "12", "--record", "world", "--out", "truth", "--overwrite", "--seed", seed];
    redqueen(folder, &run).args(set).assert().success();
    let (_, rows) = table(&folder.join("truth/world.csv"));
    let mut seen = "table,indicator,date,value,error,source\n".to_owned();
    for row in rows.iter().filter(|row| row["date"].as_str() >= "2023-04") {
        for (indicator, error, _) in SEEN {
            writeln!(seen, "world,{indicator},{},{},{error},a planted world", row["date"], row[indicator]).unwrap();
        }
    }
    fs::write(folder.join("seen.csv"), seen).unwrap();
}

fn calibrate<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["calibrate", "fit.toml", "--out", out], more].concat()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

/// How many of the parameters lie within their 90 % intervals. Of those that the boards' scales tell, this share of the prior's
/// variance is gone at least; the third moves nothing by more than luck.
fn found(folder: &Path, out: &str, truth: [f64; 3], least: f64) -> usize {
    let (_, marginals) = table(&folder.join(out).join("marginals.csv"));
    assert_eq!(marginals.len(), SOUGHT.len());
    let rows = SOUGHT.iter().zip(truth).zip(&marginals);
    let within = rows.map(|(((parameter, _), truth), row)| {
        assert_eq!(row["parameter"], *parameter);
        assert!(number(row, "contraction") > least || *parameter == SOUGHT[2].0, "{row:?}");
        let [p05, p25, p50, p75, p95] = ["p05", "p25", "p50", "p75", "p95"].map(|share| number(row, share));
        assert!(p05 < p25 && p25 < p50 && p50 < p75 && p75 < p95, "{row:?}");
        usize::from((p05..=p95).contains(&truth))
    });
    within.sum()
}

/// Of intervals of 90 % one in ten misses.
#[test]
fn intervals_hold_what_was_planted_as_often_as_they_say() {
    let folder = planted(EMULATED);
    let mut held = 0;
    for (world, growth) in [0.6, 0.9, 1.2, 1.5, 1.8, 2.1].into_iter().enumerate() {
        let spread = world as f64 / 5.0;
        let truth = [11.0 - 7.0 * spread, 0.35 + 0.4 * (spread - 0.5).abs(), growth];
        plant(folder.path(), &format!("{}", 100 + world), truth);
        redqueen(folder.path(), &calibrate("out", &["--quiet", "--overwrite"])).assert().success();
        held += found(folder.path(), "out", truth, 0.5);
    }
    assert!((14..=18).contains(&held), "{held} of 18 parameters are within their intervals");
}

#[test]
fn what_was_found_is_told_in_all_tables() {
    let folder = planted(EMULATED);
    let said = redqueen(folder.path(), &calibrate("out", &[])).assert().success();
    let said = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    assert!(said.contains("A posterior of 250 worlds") && said.contains("out/calibration.html"), "{said}");
    let out = folder.path().join("out");
    let (header, worlds) = table(&out.join("posterior.csv"));
    let keys: Vec<&str> = SOUGHT.iter().map(|(parameter, _)| *parameter).collect();
    assert_eq!(header, [&["draw", "weight", "log_likelihood"][..], &keys].concat());
    assert_eq!(worlds.len(), 250);
    assert!((worlds.iter().map(|row| number(row, "weight")).sum::<f64>() - 1.0).abs() < 1e-9);
    // Index points are told by the index alone, and rating points by ratings.
    let (_, information) = table(&out.join("information.csv"));
    let explained = |target: &str, parameter: &str| {
        let row = information.iter().find(|row| row["target"] == target && row["parameter"] == parameter);
        number(row.unwrap(), "total")
    };
    assert_eq!(information.len(), 9);
    assert!(explained("seen_gap_index", keys[0]) > 0.2 && explained("seen_gap_index", keys[1]) < 0.1);
    assert!(explained("seen_gap_rating", keys[1]) > 0.2 && explained("seen_gap_rating", keys[0]) < 0.1);
    assert!(explained("seen_frontier_capability", keys[2]) > 0.5);
    let (_, fit) = table(&out.join("fit.csv"));
    let worst: Vec<f64> = fit.iter().map(|row| number(row, "score").abs()).collect();
    assert!(worst.is_sorted_by(|a, b| a >= b) && worst[0] < 2.0, "{worst:?}");
    for row in &fit {
        assert!(number(row, "p05") < number(row, "p95") && row["source"] == "a planted world", "{row:?}");
        assert!((number(row, "present") - 1.0).abs() < 1e-9 && number(row, "present") <= 1.0);
    }
    let gap = fit.iter().find(|row| row["target"] == "seen_gap_index").unwrap();
    assert_eq!((gap["unit"].as_str(), number(gap, "error")), ("index points", 0.5), "months share their error");
    // The sample is what `--doubt` takes.
    let batch = ["batch", "--doubt=out/posterior.csv", "--worlds", "5", "--runs", "1", "--months", "3", "--quiet"];
    redqueen(folder.path(), &batch).assert().success();
    assert_eq!(table(&folder.path().join("output/baseline/runs.csv")).1.len(), 5);
    // Nobody is told of a posterior where the sample is worth too little for one.
    fs::write(folder.path().join("fit.toml"), file(EMULATED).replace("wanted = 100", "wanted = 100000")).unwrap();
    let again = redqueen(folder.path(), &calibrate("out", &[])).assert().success();
    again.stdout(contains("No posterior: the 250 worlds").and(contains("A posterior").not()));
}

#[test]
fn threads_kills_and_lost_runs_change_no_byte() {
    let folder = planted(EMULATED);
    redqueen(folder.path(), &calibrate("whole", &["--threads", "1", "--quiet"])).assert().success();
    let whole = files(&folder.path().join("whole"), ".csv");
    assert!(TABLES.iter().all(|name| whole.contains_key(*name)) && whole.len() > TABLES.len(), "{:?}", whole.keys());
    let assert_whole = |what: &str| {
        let found = files(&folder.path().join("out"), ".csv");
        assert!(whole.keys().eq(found.keys()), "{what}: {:?}", found.keys());
        whole.iter().for_each(|(name, bytes)| assert!(found[name] == *bytes, "{what}: {name} differs"));
    };
    // Killed while its third set of runs is on its way.
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("redqueen"))
        .current_dir(folder.path())
        .args(calibrate("out", &["--threads", "2", "--quiet"]))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let third = folder.path().join("out/runs/03-design");
    while !third.join("journal").exists() && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it ended before it was killed");
    assert!(!folder.path().join("out/posterior.csv").exists(), "tables are written when all is done");
    redqueen(folder.path(), &calibrate("out", &["--threads", "2", "--quiet"])).assert().success();
    assert_whole("killed");
    let log = fs::read_to_string(folder.path().join("out/runs/01-smoother/log.txt")).unwrap();
    fs::remove_dir_all(folder.path().join("out/runs/04-weighing")).unwrap();
    fs::remove_file(folder.path().join("out/fit.csv")).unwrap();
    redqueen(folder.path(), &calibrate("out", &["--quiet"])).assert().success();
    assert_whole("a stage removed");
    let after = fs::read_to_string(folder.path().join("out/runs/01-smoother/log.txt")).unwrap();
    assert_eq!(log, after, "what was run is not run again");
}

#[test]
fn another_calibration_and_files_of_others_are_spared() {
    let folder = planted(EMULATED);
    redqueen(folder.path(), &calibrate("out", &["--quiet"])).assert().success();
    let before = files(&folder.path().join("out"), "");
    let seen = fs::read_to_string(folder.path().join("seen.csv")).unwrap();
    let others = [
        (file(EMULATED).replace("seed = 4", "seed = 5"), seen.clone()),
        (file(EMULATED).replace("range = [3, 12]", "range = [3, 13]"), seen.clone()),
        (file(EMULATED).replace("members = 40", "members = 41"), seen.clone()),
        (file(EMULATED).replace("name = 'seen_gap_index'", "name = 'index'"), seen.clone()),
        // The first runs are those of the prior; what was seen matters to the next.
        (file(EMULATED), seen.replace(",5,", ",9,")),
    ];
    for (text, seen) in others {
        fs::write(folder.path().join("fit.toml"), text).unwrap();
        fs::write(folder.path().join("seen.csv"), seen).unwrap();
        let refused = redqueen(folder.path(), &calibrate("out", &["--quiet"])).assert().code(2);
        refused.stderr(contains("out/runs/0").and(contains("--overwrite")));
        assert!(files(&folder.path().join("out"), "") == before, "something was written");
    }
    redqueen(folder.path(), &calibrate("out", &["--quiet", "--overwrite"])).assert().success();
    assert!(files(&folder.path().join("out"), "")["fit.csv"] != before["fit.csv"]);
    // Somebody's own sample, of the same name.
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/posterior.csv"), "mine").unwrap();
    for more in [&["--quiet"][..], &["--quiet", "--overwrite"]] {
        let refused = redqueen(folder.path(), &calibrate("mine", more)).assert().code(2);
        refused.stderr(contains("mine/posterior.csv stands in the way"));
    }
    assert_eq!(files(&folder.path().join("mine"), "").len(), 1);
}

#[test]
fn rejection_by_generations_finds_it_too() {
    let folder = planted("kind = 'sequential'\nparticles = 60\ngenerations = 4\n");
    redqueen(folder.path(), &calibrate("out", &["--threads", "2", "--quiet"])).assert().success();
    assert!(found(folder.path(), "out", TRUTH, 0.6) >= 2);
    redqueen(folder.path(), &calibrate("again", &["--threads", "1", "--quiet"])).assert().success();
    for name in TABLES {
        let [one, two] = ["out", "again"].map(|out| fs::read(folder.path().join(out).join(name)).unwrap());
        assert!(one == two, "{name} differs");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let text = file(EMULATED)
        .replace("gap_index", "gap_inedx")
        .replace("index_slope'\nrange = [3, 12]", "index_slope'\nrange = [3, 120]");
    fs::write(folder.path().join("fit.toml"), text).unwrap();
    fs::write(folder.path().join("seen.csv"), "table,indicator,date,value,error\nworld,gap_rating,2023-05,100,\n")
        .unwrap();
    let refused = redqueen(folder.path(), &calibrate("out", &[])).assert().code(2).stdout("");
    refused.stderr(
        contains("fit.toml:7:9: `index_slope` must be a number from 0 to 100")
            .and(contains("fit.toml:20:13: unknown indicator `gap_inedx`, did you mean `gap_index`?"))
            .and(contains("seen.csv:2:")),
    );
    redqueen(folder.path(), &["check", "fit.toml"]).assert().code(2).stderr(contains("fit.toml:7:9:"));
    redqueen(folder.path(), &["calibrate", "baseline"]).assert().code(2).stderr(contains("baseline is no calibration"));
    redqueen(folder.path(), &["calibrate", "rating-gap", "--doubt"]).assert().code(2).stderr(contains("--doubt"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "something was written");
}

#[test]
fn a_check_plants_truths_and_tells_how_they_rank() {
    let folder =
        planted("members = 15\nassimilations = 1\ndesign = 25\ndraws = 60\nreplicates = 2\nrounds = 1\nwanted = 100\n");
    let here = folder.path();
    let small = fs::read_to_string(here.join("fit.toml")).unwrap().replace("2023-12", "2023-06");
    fs::write(here.join("fit.toml"), small).unwrap();
    let said = redqueen(here, &calibrate("one", &["--check=10", "--threads", "1"])).assert().success();
    let said = said.get_output();
    let [text, before] = [&said.stdout, &said.stderr].map(|text| String::from_utf8(text.clone()).unwrap());
    assert!(before.contains("10 trials take at most 2360 runs"), "{before}");
    assert!(text.contains("ranks of 10 planted truths among 63 draws each") && text.contains("Ranks are "), "{text}");
    let (_, ranks) = table(&here.join("one/ranks.csv"));
    assert_eq!(ranks.len(), 10 * SOUGHT.len());
    assert!(ranks.iter().all(|row| number(row, "rank") <= 63.0 && number(row, "effective") >= 1.0));
    let (_, histograms) = table(&here.join("one/histograms.csv"));
    for (parameter, _) in SOUGHT {
        let own = histograms.iter().filter(|row| row["parameter"] == parameter);
        assert_eq!(own.map(|row| number(row, "count")).sum::<f64>(), 10.0, "{histograms:?}");
    }
    // What was run is kept, what is lost is made anew, and threads change nothing.
    let names = ["ranks.csv", "histograms.csv"];
    let bytes = || names.map(|name| fs::read(here.join("one").join(name)).unwrap());
    let first = bytes();
    let trial = here.join("one/runs/trial-0003");
    assert!(trial.join("00-truth-1").is_dir() && trial.join("01-smoother").is_dir());
    fs::remove_dir_all(trial).unwrap();
    fs::remove_file(here.join("one/ranks.csv")).unwrap();
    redqueen(here, &calibrate("one", &["--check=10", "--quiet", "--threads", "2"])).assert().success();
    assert!(bytes() == first);
    redqueen(here, &calibrate("few", &["--check=9"])).assert().code(2).stderr(contains("10..=10000"));
}
