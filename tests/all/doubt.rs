//! `--doubt`: any experiment in worlds of a weighted sample, each with luck of its own.

use crate::support::program::{files, redqueen, table};
use predicates::{prelude::PredicateBooleanExt, str::contains};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

type Row = BTreeMap<String, String>;

/// As a calibration writes it, with parameters on which the gap turns.
const WORLDS: &str = "draw,weight,log_likelihood,mechanisms.diffusion.xi_open,states.China.talent\n\
    0,0.25,-3,2,0.8\n1,0.25,-4,5,1.1\n2,0,-90,7,1.6\n3,0.5,-2,3,1.4\n";
/// All the same, so that only luck differs.
const ALIKE: &str = "weight,states.China.talent\n1,1.1\n";
const PAIR: &str = "name = 'pair'\nmonths = 6\nrecord = ['world', 'states']\n[[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\nset = { 'states.US.talent' = 1.3 }\n";
const DOUBT: [&str; 5] = ["--quiet", "--doubt=worlds.csv", "--worlds", "6", "--runs"];

fn prepared(texts: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("worlds.csv"), WORLDS).unwrap();
    for (name, text) in texts {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn batch(folder: &Path, config: &str, out: &str, more: &[&str]) {
    let command = [&["batch", config, "--out", out], &DOUBT[..], &["2"], more].concat();
    redqueen(folder, &command).assert().success();
}

fn runs(folder: &Path, out: &str) -> Vec<Row> {
    table(&folder.join(out).join("runs.csv")).1
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

fn assert_same(folder: &Path, a: &str, b: &str) {
    for ending in [".csv", ".json"] {
        let [a, b] = [a, b].map(|name| files(&folder.join(name), ending));
        assert!(!a.is_empty() && a.keys().eq(b.keys()));
        a.iter().for_each(|(name, bytes)| assert!(b[name] == *bytes, "{name} differs"));
    }
}

#[test]
fn worlds_come_as_often_as_they_weigh_and_their_luck_is_their_own() {
    let folder = prepared(&[("pair.toml", PAIR)]);
    batch(folder.path(), "pair.toml", "out", &[]);
    let all = runs(folder.path(), "out");
    assert_eq!(all.len(), 2 * 6 * 2);
    let talents = |talent: &str| all.iter().filter(|row| row["states.China.talent"] == talent).count();
    assert_eq!([talents("1.6"), talents("1.4")], [0, 12], "half of the weight, and none");
    assert!((4..=8).contains(&talents("0.8")) && talents("0.8") + talents("1.1") == 12);
    let seeds = |scenario: &str| -> Vec<[&str; 3]> {
        let own = all.iter().filter(|row| row["scenario"] == scenario);
        own.map(|row| ["point", "replicate", "states.China.talent"].map(|column| row[column].as_str())).collect()
    };
    assert_eq!(seeds("a"), seeds("b"), "scenarios are paired world by world");
    let mut replicates: Vec<&str> = seeds("a").into_iter().map(|[_, replicate, _]| replicate).collect();
    replicates.sort_unstable();
    replicates.dedup();
    assert_eq!(replicates.len(), 12, "no two runs of a scenario share their luck");
}

#[test]
fn own_noise_differs_by_point_and_common_noise_does_not() {
    let design = |noise: &str| {
        format!("{PAIR}[design]\nkind = 'posterior'\nfile = 'alike.csv'\npoints = 3\nnoise = '{noise}'\n")
            .replace("'states.US.talent' = 1.3", "")
    };
    let folder = prepared(&[("alike.csv", ALIKE), ("own.toml", &design("own")), ("common.toml", &design("common"))]);
    let gaps = |file: &str, out: &str| -> Vec<String> {
        redqueen(folder.path(), &["batch", file, "--runs", "2", "--quiet", "--out", out]).assert().success();
        runs(folder.path(), out).into_iter().map(|row| row["gap_rating_end"].clone()).collect()
    };
    let (own, common) = (gaps("own.toml", "own"), gaps("common.toml", "common"));
    assert_eq!((&own[..6], &common[..6]), (&own[6..], &common[6..]), "scenarios of one world have one outcome");
    assert_eq!((&common[..2], &common[..2]), (&common[2..4], &common[4..6]), "points of one world have one outcome");
    let mut different = own[..6].to_vec();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), 6, "each world has its own luck: {own:?}");
}

#[test]
fn shards_joined_and_runs_resumed_are_the_whole() {
    let folder = prepared(&[("pair.toml", PAIR)]);
    batch(folder.path(), "pair.toml", "whole", &["--threads", "1"]);
    for part in ["1/3", "2/3", "3/3"] {
        batch(folder.path(), "pair.toml", &format!("part-{}", &part[..1]), &["--shard", part, "--threads", "2"]);
    }
    redqueen(folder.path(), &["merge", "--quiet", "part-3", "part-1", "part-2", "--out", "joined"]).assert().success();
    assert_same(folder.path(), "whole", "joined");
    batch(folder.path(), "pair.toml", "again", &["--threads", "2"]);
    for lost in ["runs.csv", "world.csv"] {
        fs::remove_file(folder.path().join("again").join(lost)).unwrap();
        batch(folder.path(), "pair.toml", "again", &[]);
        assert_same(folder.path(), "whole", "again");
    }
}

#[test]
fn a_run_can_be_lived_again_by_its_point_and_replicate() {
    let folder = prepared(&[("pair.toml", PAIR)]);
    batch(folder.path(), "pair.toml", "out", &[]);
    batch(folder.path(), "baseline", "plain", &["--months", "6"]);
    let manifest = |out: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(folder.path().join(out).join("manifest.json")).unwrap()).unwrap()
    };
    for (out, scenarios) in [("out", vec!["a", "b"]), ("plain", vec!["baseline"])] {
        let replays = manifest(out)["replay"].as_array().unwrap().clone();
        let rows = runs(folder.path(), out);
        assert_eq!(replays.len(), scenarios.len());
        for (scenario, replay) in scenarios.into_iter().zip(replays) {
            let own = || rows.iter().filter(|row| row.get("scenario").is_none_or(|name| name == scenario));
            for row in own().step_by(5) {
                let words = replay.as_str().unwrap().split_whitespace().skip(1);
                let seed = manifest(out)["experiment"]["seed"].to_string();
                let more = ["--point", &row["point"], "--replicate", &row["replicate"], "--seed", &seed];
                let mut command = redqueen(folder.path(), &[]);
                let more = more.into_iter().chain(["--quiet", "--overwrite", "--out", "again"]);
                command.args(words).args(more).assert().success();
                let again = runs(folder.path(), "again").remove(0);
                for outcome in ["gap_rating_end", "gap_nats_end", "exits", "entries"] {
                    assert_eq!(again[outcome], row[outcome], "{outcome} of {row:?}");
                }
            }
        }
    }
}

#[test]
fn luck_is_half_the_squares_between_neighbouring_replicates() {
    let folder = prepared(&[("pair.toml", PAIR)]);
    let command = [&["batch", "pair.toml", "--out", "out"], &DOUBT[..], &["4"]].concat();
    redqueen(folder.path(), &command).assert().success();
    let (_, recorded) = table(&folder.path().join("out/world.csv"));
    let (_, quantiles) = table(&folder.path().join("out/quantiles.csv"));
    let mut seen = 0;
    for scenario in ["a", "b"] {
        for date in ["2023-02", "2023-06"] {
            for indicator in ["gap_rating", "frontier_capability", "compute"] {
                // By point, the values of its replicates in their order.
                let mut points = BTreeMap::<String, Vec<f64>>::new();
                for row in recorded.iter().filter(|row| row["scenario"] == scenario && row["date"] == date) {
                    points.entry(row["point"].clone()).or_default().push(number(row, indicator));
                }
                assert!(points.len() == 6 && points.values().all(|values| values.len() == 4));
                let steps: Vec<f64> =
                    points.values().flat_map(|values| values.windows(2).map(|pair| pair[1] - pair[0])).collect();
                let luck = (steps.iter().map(|step| step * step).sum::<f64>() / 2.0 / steps.len() as f64).sqrt();
                let row = quantiles.iter().find(|row| {
                    row["scenario"] == scenario
                        && row["date"] == date
                        && row["table"] == "world"
                        && row["indicator"] == indicator
                });
                let row = row.unwrap();
                assert!((number(row, "luck_sd") - luck).abs() <= 1e-9 * luck, "{luck}: {row:?}");
                assert_eq!((row["point"].as_str(), row["n"].as_str()), ("", "24"));
                seen += usize::from(luck > 0.0);
            }
        }
    }
    assert!(seen >= 6, "luck is seen in {seen} of 12");
    // Where worlds differ by more than luck does, all of the spread is more than that of luck.
    let gap = quantiles.iter().find(|row| row["indicator"] == "gap_rating" && row["date"] == "2023-06").unwrap();
    assert!(number(gap, "luck_sd") > 0.0 && number(gap, "sd") > 0.0);
    let page = fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(page.contains("luck and doubt"), "the report tells them apart");
    // A batch without doubt has no such number.
    redqueen(folder.path(), &["batch", "pair.toml", "--runs", "4", "--quiet", "--out", "plain"]).assert().success();
    assert!(table(&folder.path().join("plain/quantiles.csv")).1.iter().all(|row| row["luck_sd"].is_empty()));
}

#[test]
fn differences_count_worlds() {
    let folder = prepared(&[]);
    let six = [0.8, 0.9, 1.0, 1.1, 1.2, 1.3].map(|talent| format!("1,{talent}\n")).concat();
    fs::write(folder.path().join("worlds.csv"), format!("weight,states.China.talent\n{six}")).unwrap();
    let pair = ["compare", "baseline", "no-diffusion", "--months", "6", "--out", "out"];
    let pair_of = &pair[..6];
    let command = [&pair, &DOUBT[1..], &["2"]].concat();
    let told = redqueen(folder.path(), &command).assert().success();
    told.stdout(contains("6 draws of 6 worlds, 2 runs each")).stderr(contains("too few").not());
    let few = [pair_of, &["few", "--quiet", "--doubt=worlds.csv", "--worlds", "4", "--runs", "9"]].concat();
    redqueen(folder.path(), &few).assert().success().stderr(contains("4 different worlds: too few"));
    let all = runs(folder.path(), "out");
    let of = |scenario: &str| -> BTreeMap<(String, String), f64> {
        let own = all.iter().filter(|row| row["scenario"] == scenario);
        own.map(|row| ((row["point"].clone(), row["replicate"].clone()), number(row, "gap_rating_end"))).collect()
    };
    let (_, differences) = table(&folder.path().join("out/differences.csv"));
    let row = differences.iter().find(|row| row["outcome"] == "gap_rating_end").unwrap();
    let (with, without) = (of(&row["against"]), of(&row["scenario"]));
    assert!(with.len() == 12 && with.keys().eq(without.keys()));
    let mut worlds = BTreeMap::<&str, Vec<f64>>::new();
    for (key, value) in &without {
        worlds.entry(&key.0).or_default().push(value - with[key]);
    }
    let means: Vec<f64> = worlds.values().map(|pair| pair.iter().sum::<f64>() / 2.0).collect();
    let mean = means.iter().sum::<f64>() / 6.0;
    let error = (means.iter().map(|each| (each - mean) * (each - mean)).sum::<f64>() / 5.0 / 6.0).sqrt();
    assert!((number(row, "difference") - mean).abs() < 1e-9, "{mean}: {row:?}");
    assert!((number(row, "standard_error") - error).abs() < 1e-9, "{error}: {row:?}");
    assert_eq!((row["n"].as_str(), row["pairs"].as_str()), ("6", "12"));
}

#[test]
fn what_cannot_be_doubted_is_said_with_its_place() {
    let own = format!(
        "{PAIR}[design]\nkind = 'lhs'\npoints = 2\n[[design.factors]]\nparameter = 'mechanisms.research.growth'\n"
    );
    let folder = prepared(&[("own.toml", &own), ("set.toml", &PAIR.replace("US.talent", "China.talent"))]);
    fs::write(folder.path().join("wrong.csv"), "weight,states.Chnia.talent\n1,1\n").unwrap();
    fs::write(folder.path().join("high.csv"), "weight,states.China.talent\n1,-1\n").unwrap();
    for (arguments, expected) in [
        (
            ["own.toml", "--doubt=worlds.csv"],
            "own.toml:9:2: worlds are to be drawn from a sample, and this file has a design of its own",
        ),
        (["set.toml", "--doubt=worlds.csv"], "`states.China.talent` is a factor and is also set by a scenario's `set`"),
        (["baseline", "--doubt=wrong.csv"], "wrong.csv:1:8: unknown state `Chnia`, did you mean `China`?"),
        (["baseline", "--doubt=high.csv"], "high.csv:2:3: "),
        (["baseline", "--doubt=nowhere.csv"], "nowhere.csv"),
    ] {
        let refused = redqueen(folder.path(), &[&["batch", "--runs", "1"], &arguments[..]].concat()).assert().code(2);
        refused.stderr(contains(expected));
    }
    assert!(!folder.path().join("output").exists(), "something was written");
}

#[test]
fn without_a_file_it_is_the_sample_of_the_project() {
    let folder = TempDir::new().unwrap();
    for (more, out) in [(&["--doubt", "--worlds", "3"][..], "named"), (&["--worlds", "3"], "meant")] {
        let batch = ["batch", "as-of-2024-12", "--runs", "1", "--months", "3", "--quiet", "--out", out];
        redqueen(folder.path(), &[&batch, more].concat()).assert().success();
    }
    assert_same(folder.path(), "named", "meant");
    let design = fs::read_to_string(folder.path().join("named/design.csv")).unwrap();
    assert!(design.starts_with("point,mechanisms.diffusion.xi_open,") && design.lines().count() == 4, "{design}");
}

#[test]
fn compare_draws_worlds_unless_none_are_wanted() {
    let folder = TempDir::new().unwrap();
    let compare = |out: &str, more: &[&str]| {
        let pair = ["compare", "baseline", "no-controls", "--months", "3", "--runs", "1", "--out", out];
        redqueen(folder.path(), &[&pair, more].concat()).assert().success()
    };
    compare("meant", &["--quiet", "--worlds", "6"]);
    compare("said", &["--quiet", "--worlds", "6", "--doubt=posterior/rating-gap.csv"]);
    assert_same(folder.path(), "meant", "said");
    assert!(runs(folder.path(), "meant").iter().all(|row| row.contains_key("states.China.talent")));
    compare("luck", &["--doubt=none"]).stdout(contains("A: baseline, 1 run, "));
    let luck = runs(folder.path(), "luck");
    assert!(luck.len() == 2 && !luck[0].contains_key("states.China.talent"));
    let page = |out: &str| fs::read_to_string(folder.path().join(out).join("report.html")).unwrap();
    let batch = ["batch", "baseline", "--runs", "2", "--months", "3", "--quiet", "--out", "plain"];
    redqueen(folder.path(), &batch).assert().success();
    for (out, alone) in [("plain", true), ("meant", false)] {
        assert_eq!(
            page(out).contains("are of luck alone") && page(out).contains("redqueen batch CONFIG --doubt"),
            alone
        );
    }
}

#[test]
fn what_a_config_says_of_drawn_parameters_is_not_lost_in_silence() {
    let talent = "extends = 'baseline.toml'\nname = 'mine'\n[[states]]\nname = 'China'\ntalent = 1.2\n";
    let copying = "extends = 'baseline.toml'\nname = 'copying'\n[mechanisms.diffusion]\nxi_open = 2.5\n";
    let gone = "extends = 'baseline.toml'\nname = 'gone'\n[[controls]]\nname = 'US chips 2022-10'\nremove = true\n";
    let folder = prepared(&[("mine.toml", talent), ("copying.toml", copying), ("gone.toml", gone)]);
    let here = folder.path();
    let small = ["--months", "2", "--runs", "1", "--quiet"];
    for (file, place, key) in [
        ("mine.toml", "mine.toml:5:1", "states.China.talent"),
        ("copying.toml", "copying.toml:4:1", "mechanisms.diffusion.xi_open"),
    ] {
        let warned = format!("warning: {place}: `{key}` is not used: worlds take it from the sample");
        let batch = [&["batch", file, "--doubt=worlds.csv", "--worlds", "2"], &small[..]].concat();
        redqueen(here, &batch).assert().success().stderr(contains(warned));
        let compare = [&["compare", "baseline", file, "--overwrite"], &small[..]].concat();
        let refused = redqueen(here, &compare).assert().code(2);
        let said = format!("{place}: `{key}` is drawn from the sample for both scenarios");
        refused.stderr(contains(said).and(contains("--doubt=none compares them by luck alone")));
        redqueen(here, &[&compare[..], &["--doubt=none"]].concat()).assert().success();
        // Nothing is lost where both say the same.
        let alike = [&["compare", file, file, "--worlds", "2", "--overwrite"], &small[..]].concat();
        redqueen(here, &alike).assert().success().stderr(contains(format!("`{key}` is not used")));
    }
    let refused = redqueen(here, &["compare", "baseline", "gone.toml"]).assert().code(2);
    refused.stderr(contains("unknown control `US chips 2022-10`").and(contains("--doubt=none compares them")));
}

#[test]
fn doubt_is_refused_where_it_would_mean_nothing() {
    let folder = prepared(&[]);
    let here = folder.path();
    let run = ["run", "null", "--until", "2023-03", "--save", "a.snapshot", "--quiet", "--out", "a"];
    redqueen(here, &run).assert().success();
    for (arguments, expected) in [
        (&["params", "--doubt"][..], "--doubt draws worlds, and params lists the values of one config"),
        (&["params", "--worlds", "2"], "--worlds draws worlds, and params lists"),
        (&["run", "--from", "a.snapshot", "--doubt"], "a run from a snapshot goes on in the world that it holds"),
        (
            &["explain", "baseline", "--outcome", "gap_nats_end", "--doubt"],
            "explain takes the world of the config alone",
        ),
        (&["batch", "--doubt=none", "--worlds", "2"], "--worlds draws worlds, and --doubt=none draws none"),
        (&["claims", "no-finish-line", "--doubt=none"], "a claim is judged over worlds"),
    ] {
        redqueen(here, arguments).assert().code(2).stderr(contains(expected));
    }
    redqueen(here, &["params", "--doubt=none"]).assert().success();
}
