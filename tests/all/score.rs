//! `redqueen forecast` and `redqueen score` as a user meets them: worlds of a posterior are run and sealed, a seal that is broken is
//! refused, and scores are what their definitions say.

use crate::support::program::{files, redqueen, sha256, table};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

/// A posterior of two parameters, of three worlds, one of which counts for nothing.
const POSTERIOR: &str = "\
draw,weight,mechanisms.diffusion.xi_open,states.China.talent
0,1,1.5,0.9
1,3,2.5,1.1
2,0,2.0,1.0
";
const FORECAST: [&str; 13] = [
    "forecast",
    "posterior.csv",
    "--scenario",
    "baseline",
    "--from",
    "2023-03",
    "--to",
    "2023-06",
    "--draws",
    "8",
    "--sealed-on",
    "2023-03-01",
    "--quiet",
];

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("posterior.csv"), POSTERIOR).unwrap();
    folder
}

/// What a command says on standard error when it must end with this code.
fn said(folder: &Path, words: &[&str], code: i32) -> String {
    let output = redqueen(folder, words).assert().code(code).get_output().clone();
    String::from_utf8(output.stderr).unwrap()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

#[test]
fn a_forecast_holds_the_worlds_of_the_posterior_and_is_sealed() {
    let folder = folder();
    let out = |name: &str| folder.path().join(name);
    let forecast = |out: &str, more: &[&str]| {
        let words: Vec<&str> = FORECAST.iter().copied().chain(["--out", out]).chain(more.iter().copied()).collect();
        redqueen(folder.path(), &words).assert().success();
    };
    forecast("one", &["--threads", "1"]);
    forecast("two", &["--threads", "2"]);
    let (one, two) = (files(&out("one"), "csv"), files(&out("two"), "csv"));
    assert!(one == two && one.contains_key("forecast-quantiles.csv"), "{:?}", one.keys());
    assert_eq!(fs::read(out("one/seal.toml")).unwrap(), fs::read(out("two/seal.toml")).unwrap());

    // As often as the weights say: two of the first world, six of the second.
    let (_, design) = table(&out("one/design.csv"));
    let drawn: Vec<f64> = design.iter().map(|row| number(row, "mechanisms.diffusion.xi_open")).collect();
    assert_eq!(drawn, [1.5, 1.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5]);
    // Each with noise of its own: worlds of the same parameters differ.
    let (_, rows) = table(&out("one/forecast.csv"));
    let gap = |draw: usize| {
        let mut of = rows.iter().filter(|row| row["indicator"] == "gap_rating" && row["draw"] == draw.to_string());
        let last = of.rfind(|row| row["date"] == "2023-06").unwrap();
        assert_eq!((last["entity"].as_str(), last["weight"].as_str()), ("", "1.0"));
        number(last, "value")
    };
    assert!((2..8).any(|draw| gap(draw) != gap(7 - (draw - 2))));
    assert!(rows.iter().all(|row| row["date"].as_str() >= "2023-03" && row["date"].as_str() <= "2023-06"));
    let us = rows.iter().filter(|row| row["indicator"] == "compute" && row["entity"] == "US").count();
    assert_eq!(us, 4 * 8);
    // What the tables of the runs say is what is forecast.
    let (_, world) = table(&out("one/world.csv"));
    let run = world.iter().find(|row| row["run"] == "5" && row["date"] == "2023-06").unwrap();
    assert_eq!(number(run, "gap_rating"), gap(5));
    // A draw can be lived again.
    let again = ["run", "one/draws.toml", "--point", "5", "--replicate", "5", "--out", "again", "--quiet"];
    redqueen(folder.path(), &again).assert().success();
    let (_, world) = table(&out("again/world.csv"));
    assert_eq!(number(world.iter().find(|row| row["date"] == "2023-06").unwrap(), "gap_rating"), gap(5));

    let seal: toml::Table = fs::read_to_string(out("one/seal.toml")).unwrap().parse().unwrap();
    let sealed = |key: &str| seal[key].as_str().unwrap();
    assert_eq!(
        (sealed("training_end"), sealed("sealed_on"), sealed("scenario")),
        ("2023-02", "2023-03-01", "baseline")
    );
    for (key, file) in [
        ("forecast_sha256", "one/forecast.csv"),
        ("posterior_sha256", "posterior.csv"),
        ("config_sha256", "one/scenario.toml"),
    ] {
        assert_eq!(sealed(key), sha256(&out(file)), "{key}");
    }
    let package = fs::read_to_string(out("one/datapackage.json")).unwrap();
    assert!(package.contains("forecast-quantiles.csv"));
    // The same command has nothing more to do, and leaves all as it is.
    forecast("one", &[]);
    assert!(files(&out("one"), "csv") == two);
}

#[test]
fn a_forecast_is_scored_and_a_changed_one_refused() {
    let folder = folder();
    let words: Vec<&str> = FORECAST.iter().copied().chain(["--out", "f", "--indicators", "world.gap_rating"]).collect();
    redqueen(folder.path(), &words).assert().success();
    let header = "table,entity,indicator,date,until,value,error,unit,source\n";
    let rows = "world,,gap_rating,2022-12,,84,5,points,\nworld,,gap_rating,2023-01,,80,5,points,\nworld,,gap_rating,2023-02,,90,5,points,\n\
                world,,gap_rating,2023-04,2023-05,100,5,points,\nworld,,gap_rating,2023-06,,60,5,points,\n\
                world,,gap_rating,2023-02,2023-03,90,5,points,\nworld,,gap_rating,2023-07,,60,5,points,\nworld,,firms,2023-04,,9,1,firms,\n";
    fs::write(folder.path().join("seen.csv"), format!("{header}{rows}")).unwrap();
    let output = redqueen(folder.path(), &["score", "f", "seen.csv", "--with-error", "false"]).assert().success();
    let shown = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    for part in [
        "baseline, 8 worlds, sealed on 2023-03-01; trained to 2023-02",
        "firms of world: 1 observation not in the forecast",
        "gap_rating of world: 1 observation begins before the end of training",
        "gap_rating of world: 1 observation in months that are not forecast",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }

    let (_, draws) = table(&folder.path().join("f/forecast.csv"));
    let in_months = |months: &[&str]| -> Vec<f64> {
        let of = |draw: usize, month: &str| {
            let row = draws.iter().find(|row| row["draw"] == draw.to_string() && row["date"] == month).unwrap();
            number(row, "value")
        };
        let mean = |draw| months.iter().map(|month| of(draw, month)).sum::<f64>() / months.len() as f64;
        (0..8).map(mean).collect()
    };
    // By the definition: E|X - y| - E|X - X'| / 2, over different draws.
    let crps = |draws: &[f64], seen: f64| {
        let misses = draws.iter().map(|draw| (draw - seen).abs()).sum::<f64>() / 8.0;
        let pairs = draws.iter().flat_map(|a| draws.iter().map(move |b| (a - b).abs()));
        misses - pairs.sum::<f64>() / 56.0 / 2.0
    };
    let expected = [crps(&in_months(&["2023-04", "2023-05"]), 100.0), crps(&in_months(&["2023-06"]), 60.0)];
    let (_, scored) = table(&folder.path().join("f/score-rows.csv"));
    assert_eq!(scored.len(), 2);
    for (row, expected) in scored.iter().zip(expected) {
        assert!((number(row, "crps") - expected).abs() < 1e-9, "{row:?}, {expected}");
    }
    let (_, all) = table(&folder.path().join("f/score.csv"));
    assert!((number(&all[0], "crps") - (expected[0] + expected[1]) / 2.0).abs() < 1e-9);
    // The random walk says 90; its errors were -4 and 10; two and a half and four months ahead.
    let (_, pit) = table(&folder.path().join("f/score-pit.csv"));
    assert!((pit.iter().map(|row| number(row, "share")).sum::<f64>() - 1.0).abs() < 1e-9);
    let normal = |mean: f64, sd: f64, seen: f64| {
        let z: f64 = (seen - mean) / sd;
        let density = redqueen::maths::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        let below = redqueen::maths::normal_cumulative(z);
        sd * (z * (2.0 * below - 1.0) + 2.0 * density - 1.0 / std::f64::consts::PI.sqrt())
    };
    let walk = [2.5, 4.0].map(|ahead: f64| (98.0 * ahead).sqrt());
    let walk = [normal(90.0, walk[0], 100.0), normal(90.0, walk[1], 60.0)];
    for (row, expected) in scored.iter().zip(walk) {
        assert!((number(row, "crps_random_walk") - expected).abs() < 1e-9, "{row:?}, {expected}");
    }
    // The error of measurement widens what is forecast.
    redqueen(folder.path(), &["score", "f", "seen.csv", "--quiet"]).assert().success();
    let (_, wider) = table(&folder.path().join("f/score-rows.csv"));
    for (row, plain) in wider.iter().zip(&scored) {
        let width = |row| number(row, "p95") - number(row, "p05");
        assert!(width(row) > width(plain));
    }

    let path = folder.path().join("f/forecast.csv");
    let changed = fs::read_to_string(&path).unwrap().replacen(",1.0,", ",2.0,", 1);
    fs::write(&path, changed).unwrap();
    let said = said(folder.path(), &["score", "f", "seen.csv"], 1);
    assert!(said.contains("its bytes are not those that seal.toml seals"), "{said}");
}

#[test]
fn forecasts_of_others_are_scored_without_a_seal() {
    let folder = TempDir::new().unwrap();
    let mut text = String::from("date,table,entity,indicator,draw,weight,value\n");
    for draw in 0..40 {
        text.push_str(&format!("2025-01,states,US,compute,{draw},1,{}\n", f64::from(draw) / 10.0));
    }
    fs::write(folder.path().join("theirs.csv"), text).unwrap();
    let seen =
        "table,entity,indicator,date,value,error\nstates,US,compute,2025-01,2.0,0.1\nstates,US,compute,2024-12,1,0.1\n";
    fs::write(folder.path().join("seen.csv"), seen).unwrap();
    let words = ["score", "theirs.csv", "seen.csv"];
    assert!(said(folder.path(), &["score", "nowhere", "seen.csv"], 2).contains("there is no forecast `nowhere`"));
    let without = said(folder.path(), &words, 2);
    assert!(without.contains("say with --training-end"), "{without}");
    let with: Vec<&str> = words.iter().copied().chain(["--training-end", "2024-12", "--quiet"]).collect();
    redqueen(folder.path(), &with).assert().success();
    let scores = folder.path().join("output/score/score.csv");
    let (_, rows) = table(&scores);
    assert_eq!(
        (rows[0]["entity"].as_str(), rows[0]["n"].as_str(), rows[0]["coverage_50"].as_str()),
        ("US", "1", "1.0")
    );
    assert_eq!(rows[0]["crps_random_walk"], "", "one value says nothing of its errors");
    // What stands there may be somebody else's.
    let again = said(folder.path(), &with, 1);
    assert!(again.contains("score.csv"), "{again}");
    let anew: Vec<&str> = with.iter().copied().chain(["--overwrite"]).collect();
    redqueen(folder.path(), &anew).assert().success();
}

#[test]
fn what_cannot_be_forecast_is_told_before_anything_runs() {
    let folder = folder();
    let path = folder.path();
    let forecast = |more: &[&str]| {
        let words = ["forecast", "posterior.csv", "--scenario", "baseline"];
        said(path, &words.into_iter().chain(more.iter().copied()).collect::<Vec<_>>(), 2)
    };
    let span = ["--from", "2023-03", "--to", "2023-04"];
    let with = |more: &[&str]| forecast(&span.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>());
    assert!(with(&["--indicators", "world.gap_ratng"]).contains("did you mean `world.gap_rating`?"));
    assert!(with(&["--training-end", "2023-03"]).contains("is not before --from 2023-03"));
    assert!(with(&["--sealed-on", "2023-02-30"]).contains("expected a day as YYYY-MM-DD"));
    assert!(with(&["--set", "states.China.talent=2"]).contains("is a factor and is also set by"));
    assert!(with(&["--scenario", "race-or-pause"]).contains("cannot be used multiple times"));
    assert!(forecast(&["--from", "2023-03", "--to", "2023-02"]).contains("--to 2023-02 is before --from 2023-03"));
    assert!(forecast(&["--from", "2022-03", "--to", "2023-02"]).contains("before the scenario starts, 2023-01"));
    fs::remove_file(path.join("posterior.csv")).unwrap();
    assert!(with(&[]).contains("there is no file `posterior.csv`"));
    fs::write(path.join("posterior.csv"), "weight,states.China.talent\n-1,1\n").unwrap();
    assert!(with(&[]).contains("posterior.csv:2:1: a weight is a number from 0 on"));
    fs::write(path.join("posterior.csv"), "weight,states.China.talnt\n1,1\n").unwrap();
    assert!(with(&[]).contains("did you mean `talent`?"));
    fs::write(path.join("posterior.csv"), "weight,states.China.talent\n0,1\n").unwrap();
    assert!(with(&[]).contains("no world of it has a weight above 0"));
    assert!(!path.join("output").exists());
}
