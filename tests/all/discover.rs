//! `redqueen discover` on folders where it is known where something happens.

use crate::support::{
    planted::{Folder, OUTCOME},
    program::{files, redqueen, table},
};
use predicates::{prelude::PredicateBooleanExt, str::contains};
use serde_json::json;
use std::{fs, path::Path};

const POINTS: usize = 300;

/// Points that fill the unit cube evenly (Kronecker), by the fractions of multiples of square roots.
fn place(point: usize) -> [f64; 4] {
    [2.0_f64, 3.0, 5.0, 7.0].map(|prime| ((point as f64 + 0.5) * prime.sqrt()).fract())
}

fn folder(scenarios: Vec<&'static str>) -> Folder {
    let cells = |point: usize| {
        let u = place(point);
        let tenfold = redqueen::maths::pow(10.0, u[1]);
        let flag = if u[3] < 0.5 { "true" } else { "false" };
        vec![format!("{}", 2.0 + 4.0 * u[0]), format!("{tenfold}"), format!("{}", (u[2] * 5.0) as i64), flag.to_owned()]
    };
    Folder {
        design: json!({"kind": "lhs", "points": POINTS}),
        factors: vec![
            ("mechanisms.research.growth", json!({"scale": "linear", "low": 2.0, "high": 6.0})),
            ("mechanisms.diffusion.xi_open", json!({"scale": "log", "low": 1.0, "high": 10.0})),
            ("mechanisms.diffusion.lag_open_months", json!({"scale": "integer", "low": 0, "high": 4})),
            ("mechanisms.export_controls.enabled", json!({"scale": "choice", "values": [true, false]})),
        ],
        points: (0..POINTS).map(cells).collect(),
        scenarios,
        replicates: 2,
        config: redqueen::baseline().to_json(),
    }
}

/// Below zero where growth is above 4, `xi_open` below the root of ten and there are no controls; by luck in a twentieth of all
/// other runs too.
fn outcome(point: usize, replicate: u64) -> f64 {
    let u = place(point);
    let inside = u[0] > 0.5 && u[1] < 0.5 && u[3] >= 0.5;
    let chance = (2 * point + replicate as usize).is_multiple_of(20);
    if inside || chance { -10.0 } else { 10.0 }
}

fn write(dir: &Path) {
    folder(vec!["base"]).write(dir, |_, point, replicate| outcome(point, replicate));
}

fn asked(condition: &str) -> Vec<&str> {
    vec!["discover", ".", "--outcome", condition]
}

const CONDITION: &str = "gap_rating_end < 0";

#[test]
fn a_planted_box_is_found_in_words_in_tables_and_as_a_scenario_that_runs() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    redqueen(dir.path(), &[&asked(CONDITION)[..], &["--threshold", "0.95"]].concat())
        .assert()
        .success()
        .stdout(contains("base: 300 points, 600 runs; gap_rating_end < 0 in 17 %"))
        .stdout(contains("box 1: density").and(contains("against 17 % overall")))
        .stdout(contains("mechanisms.research.growth").and(contains("above 3.9")))
        .stdout(contains("false (of true, false").and(contains("scenario in the middle: ./box-1.toml")));
    let (header, rows) = table(&dir.path().join("boxes.csv"));
    assert_eq!(header[..6], ["box_number", "parameter", "low", "high", "values", "quasi_p"]);
    let first: Vec<_> = rows.iter().filter(|row| row["box_number"] == "1").collect();
    let limit = |parameter: &str, end: &str| {
        let row = first.iter().find(|row| row["parameter"] == parameter).unwrap();
        assert!(row["quasi_p"].parse::<f64>().unwrap() < 0.001, "{row:?}");
        row[end].clone()
    };
    let number = |parameter: &str, end: &str| limit(parameter, end).parse::<f64>().unwrap();
    assert!((number("mechanisms.research.growth", "low") - 4.0).abs() < 0.15);
    assert!((number("mechanisms.diffusion.xi_open", "high") - 10.0_f64.sqrt()).abs() < 0.4);
    assert_eq!(limit("mechanisms.export_controls.enabled", "values"), "false");
    assert!(first.iter().all(|row| row["parameter"] != "mechanisms.diffusion.lag_open_months"), "{first:?}");
    let (_, steps) = table(&dir.path().join("discover.csv"));
    let taken: Vec<_> = steps.iter().filter(|step| step["taken"] == "true" && step["box_number"] == "1").collect();
    let (coverage, density): (f64, f64) = (taken[0]["coverage"].parse().unwrap(), taken[0]["density"].parse().unwrap());
    assert!(taken.len() == 1 && coverage > 0.6 && density >= 0.95, "{taken:?}");
    // The file extends the scenario that was run, with what the box restricts alone.
    let text = fs::read_to_string(dir.path().join("box-1.toml")).unwrap();
    assert!(text.contains("extends = \"box-base.toml\"") && text.contains("enabled = false"), "{text}");
    assert!(!text.contains("lag_open_months"), "{text}");
    redqueen(dir.path(), &["check", "box-1.toml"]).assert().success().stdout(contains("base-box-1"));
    redqueen(dir.path(), &["run", "box-1.toml", "--months", "2", "--quiet", "--out", "lived"]).assert().success();
    assert!(dir.path().join("lived/world.csv").exists());
    let page = fs::read_to_string(dir.path().join("discover.html")).unwrap();
    assert!(page.contains("Coverage and density") && page.contains("Quasi-p") && !page.contains("NaN"));
    let package = fs::read_to_string(dir.path().join("datapackage.json")).unwrap_or_default();
    assert!(package.is_empty() || package.contains("boxes.csv"), "{package}");
}

#[test]
fn the_same_question_gives_the_same_bytes_and_boxes_of_an_earlier_one_go() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let run = |more: &[&str]| {
        redqueen(dir.path(), &[&asked(CONDITION)[..], more].concat()).assert().success();
        (files(dir.path(), "csv"), files(dir.path(), "toml"), files(dir.path(), "html"))
    };
    let once = run(&["--threshold", "0.5"]);
    let many = run(&["--threshold", "0.3", "--boxes", "5", "--peel", "0.1", "--least", "0.02"]);
    assert!(many.1.len() >= once.1.len());
    assert_eq!(run(&["--threshold", "0.5"]), once);
    let mean = run(&["--threshold", "0.5", "--objective", "mean"]);
    assert_ne!(mean.0["discover.csv"], once.0["discover.csv"]);
}

#[test]
fn weights_say_what_a_point_counts() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let weights = |weight: &dyn Fn(usize) -> f64| {
        let rows: Vec<String> = (0..POINTS).map(|point| format!("{point},{}\n", weight(point))).collect();
        fs::write(dir.path().join("posterior.csv"), format!("point,weight\n{}", rows.concat())).unwrap();
    };
    let run = || redqueen(dir.path(), &[&asked(CONDITION)[..], &["--weights", "posterior.csv"]].concat()).assert();
    // Without the points of the box nothing of it is left to find.
    weights(&|point| if outcome(point, 0) < 0.0 && outcome(point, 1) < 0.0 { 0.0 } else { 2.0 });
    run().success().stdout(contains("density 100 %").not());
    weights(&|point| if place(point)[0] > 0.5 { 9.0 } else { 1.0 });
    run().success().stdout(contains("make 300 points worth 18").and(contains("box 1: density")));
    fs::write(dir.path().join("posterior.csv"), "weight\n1\n2\n").unwrap();
    run().code(2).stderr(contains("has 2 weights, and the design 300 points"));
    fs::write(dir.path().join("posterior.csv"), "point\n1\n2\n").unwrap();
    run().code(1).stderr(contains("a column `weight`"));
    weights(&|point| if point == 5 { -1.0 } else { 1.0 });
    run().code(1).stderr(contains("a weight of at least 0"));
}

#[test]
fn what_cannot_be_asked_is_said() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path());
    let refused = |arguments: &[&str], said: &str| {
        redqueen(dir.path(), arguments).assert().code(2).stderr(contains(said));
    };
    refused(&asked("gap_rating_edn < 0"), "unknown outcome `gap_rating_edn`, did you mean `gap_rating_end`?");
    refused(&asked("gap_rating_end"), "write an outcome, a sign and a number");
    refused(&asked("gap_rating_end < 0 or firms_end > 1"), "is no number");
    refused(
        &asked("gap_rating_end < -50"),
        "never happens in 600 runs in ., so there is nothing to tell: gap_rating_end is from -10 to 10",
    );
    refused(&asked("gap_rating_end < 50"), "always happens");
    refused(&[&asked(CONDITION)[..], &["--scenario", "bsae"]].concat(), "did you mean `base`?");
    refused(&[&asked(CONDITION)[..], &["--threshold", "0.1"]].concat(), "ask for more with --threshold");
    refused(&[&asked(CONDITION)[..], &["--threshold", "1.5"]].concat(), "a number above 0, up to 1");
    refused(&["discover", "elsewhere", "--outcome", CONDITION], "holds no manifest.json");
    assert!(!dir.path().join("discover.csv").exists());
    let several = tempfile::tempdir().unwrap();
    folder(vec!["base", "other"]).write(several.path(), |scenario, point, replicate| {
        if scenario == 0 { outcome(point, replicate) } else { 1.0 - outcome(point, replicate) }
    });
    redqueen(several.path(), &asked(CONDITION)).assert().code(2).stderr(contains("--scenario: base, other"));
    redqueen(several.path(), &[&asked(CONDITION)[..], &["--scenario", "other"]].concat()).assert().success();
    let plain = tempfile::tempdir().unwrap();
    let batch = ["batch", "null", "--months", "2", "--runs", "2", "--record", "none", "--quiet", "--out", "out"];
    redqueen(plain.path(), &batch).assert().success();
    redqueen(plain.path(), &["discover", "out", "--outcome", "firms_end > 3"])
        .assert()
        .code(2)
        .stderr(contains("plain replicates").and(contains("[design]")));
}

#[test]
fn runs_that_failed_or_do_not_tell_count_nothing() {
    let dir = tempfile::tempdir().unwrap();
    folder(vec!["base"]).write(dir.path(), |_, point, replicate| match point {
        3 => f64::INFINITY,
        7 => f64::NAN,
        _ => outcome(point, replicate),
    });
    redqueen(dir.path(), &asked(CONDITION))
        .assert()
        .success()
        .stdout(contains("298 points, 596 runs").and(contains("2 failed runs count nothing")))
        .stdout(contains("2 runs have no value that decides"));
    let none = tempfile::tempdir().unwrap();
    folder(vec!["base"]).write(none.path(), |_, _, _| f64::NAN);
    redqueen(none.path(), &asked(CONDITION))
        .assert()
        .code(2)
        .stderr(contains("is open in all runs in .: no run has a value of gap_rating_end"));
    assert_eq!(OUTCOME, "gap_rating_end");
}

#[test]
fn a_batch_of_points_from_a_file_with_weights_is_searched() {
    let dir = tempfile::tempdir().unwrap();
    let row = |point: usize| {
        let u = place(point);
        format!("{point},{},{},{}\n", 0.5 + u[0], if u[1] < 0.5 { "true" } else { "false" }, 1.0 + u[2])
    };
    let rows: Vec<String> = (0..40).map(row).collect();
    let header = "point,states.China.talent,mechanisms.export_controls.enabled,weight\n";
    fs::write(dir.path().join("points.csv"), format!("{header}{}", rows.concat())).unwrap();
    let experiment = "name = 'sample'\nscenario = 'baseline'\nruns = 1\nmonths = 3\nrecord = []\n\n[design]\nkind = 'list'\nfile = 'points.csv'\n";
    fs::write(dir.path().join("sample.toml"), experiment).unwrap();
    redqueen(dir.path(), &["batch", "sample.toml", "--quiet", "--out", "out"]).assert().success();
    let (_, runs) = table(&dir.path().join("out/runs.csv"));
    let mut ends: Vec<f64> = runs.iter().map(|run| run["gap_nats_end"].parse().unwrap()).collect();
    ends.sort_by(f64::total_cmp);
    let condition = format!("gap_nats_end < {}", ends[10]);
    let arguments = ["discover", "out", "--outcome", &condition, "--weights", "points.csv", "--least", "0.1"];
    redqueen(dir.path(), &arguments)
        .assert()
        .success()
        .stdout(contains("baseline: 40 points, 40 runs").and(contains("states.China.talent").and(contains("above"))));
    redqueen(dir.path(), &["check", "out/box-1.toml"]).assert().success();
}

#[test]
fn points_that_leave_a_factor_alone_have_the_scenarios_value() {
    let dir = tempfile::tempdir().unwrap();
    let experiment = "name = 'turns'\nscenario = 'baseline'\nruns = 1\nmonths = 12\nrecord = []\n\n[design]\nkind = 'one-at-a-time'\n\n\
                      [[design.factors]]\nparameter = 'states.China.talent'\nrange = [0.2, 3.0]\nlevels = 12\n\n\
                      [[design.factors]]\nparameter = 'borders.China-US.trust'\nrange = [0.1, 0.9]\nlevels = 4\n\n\
                      [[design.factors]]\nparameter = 'mechanisms.claims.enabled'\nscale = 'choice'\nvalues = [true, false]\n";
    fs::write(dir.path().join("turns.toml"), experiment).unwrap();
    redqueen(dir.path(), &["batch", "turns.toml", "--quiet", "--out", "out"]).assert().success();
    let (_, runs) = table(&dir.path().join("out/runs.csv"));
    let mut ends: Vec<f64> = runs.iter().map(|run| run["gap_nats_end"].parse().unwrap()).collect();
    ends.sort_by(f64::total_cmp);
    let condition = format!("gap_nats_end < {}", ends[5]);
    redqueen(dir.path(), &["discover", "out", "--outcome", &condition, "--least", "0.1"])
        .assert()
        .success()
        .stdout(contains("baseline: 19 points, 19 runs").and(contains("states.China.talent")));
    redqueen(dir.path(), &["check", "out/box-1.toml"]).assert().success();
}
