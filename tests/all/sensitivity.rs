//! `redqueen sensitivity` on folders whose response is known.

use crate::support::{
    planted::{Folder, OUTCOME},
    program::{files, redqueen, table},
};
use predicates::{prelude::PredicateBooleanExt, str::contains};
use redqueen::{measure::record::OUTCOMES, output::manifest::seal};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs};

/// Trajectories over four levels of a linear, a logarithmic and a whole factor and one that takes a single value.
fn screening(trajectories: usize) -> (Folder, Vec<[f64; 4]>) {
    let mut places = Vec::new();
    for at in 0..trajectories {
        let third = 1.0 / 3.0;
        let mut here = [(at % 2) as f64 * third, (at / 2 % 2) as f64 * third, 2.0 * third, 0.0];
        places.push(here);
        for step in 0..4 {
            let factor = (step + at) % 4;
            here[factor] += if factor == 2 { -2.0 * third } else { 2.0 * third };
            places.push(here);
        }
    }
    let cells = |u: &[f64; 4]| {
        let tenfold = redqueen::maths::pow(10.0, u[1]);
        vec![format!("{}", 2.0 + 4.0 * u[0]), format!("{tenfold}"), format!("{}", (u[2] * 5.0) as i64), "7".to_owned()]
    };
    let folder = Folder {
        design: json!({"kind": "morris", "trajectories": trajectories, "levels": 4}),
        factors: vec![
            ("mechanisms.research.growth", json!({"scale": "linear", "low": 2.0, "high": 6.0})),
            ("mechanisms.diffusion.xi_open", json!({"scale": "log", "low": 1.0, "high": 10.0})),
            ("states.China.talent", json!({"scale": "integer", "low": 0, "high": 4})),
            ("states.US.talent", json!({"scale": "choice", "values": [7]})),
        ],
        points: places.iter().map(cells).collect(),
        scenarios: vec!["base", "other"],
        replicates: 2,
        config: json!({}),
    };
    (folder, places)
}

/// 3 a − 2 b + c, in coordinates of the unit cube, with luck that averages out.
fn response(u: [f64; 4], replicate: u64) -> f64 {
    let luck = if replicate == 0 { 5.0 } else { -5.0 };
    3.0 * u[0] - 2.0 * u[1] + u[2] + luck
}

type Rows = Vec<BTreeMap<String, String>>;

fn find<'a>(rows: &'a Rows, scenario: &str, factor: &str, index: &str) -> &'a BTreeMap<String, String> {
    let wanted = |row: &&BTreeMap<String, String>| {
        row["scenario"] == scenario && row["outcome"] == OUTCOME && row["factor"] == factor && row["index"] == index
    };
    rows.iter().find(wanted).unwrap_or_else(|| panic!("no {index} of {factor} in {scenario}"))
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("no {column} in {row:?}"))
}

#[test]
fn elementary_effects_of_a_linear_response_are_its_slopes_in_each_scenario() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, places) = screening(8);
    folder.write(dir.path(), |scenario, point, replicate| (1.0 + scenario as f64) * response(places[point], replicate));
    redqueen(dir.path(), &["sensitivity", "."])
        .assert()
        .success()
        .stdout(contains("base: 4 factors, 8 trajectories").and(contains("mechanisms.research.growth")))
        .stdout(contains("compute_lost: it does not vary").not().and(contains("entries: it does not vary")))
        .stdout(contains("hold for the ranges"));
    let (header, rows) = table(&dir.path().join("sensitivity.csv"));
    assert_eq!(header, ["scenario", "outcome", "factor", "with", "index", "value", "low", "high", "n"]);
    assert_eq!(rows.len(), 2 * OUTCOMES.len() * 4 * 3);
    for (scenario, times) in [("base", 1.0), ("other", 2.0)] {
        for (factor, slope) in [
            ("mechanisms.research.growth", 3.0),
            ("mechanisms.diffusion.xi_open", -2.0),
            ("states.China.talent", 1.0),
            ("states.US.talent", 0.0),
        ] {
            let slope: f64 = times * slope;
            for (index, value) in [("mu", slope), ("mu_star", slope.abs()), ("sigma", 0.0)] {
                let row = find(&rows, scenario, factor, index);
                assert!((number(row, "value") - value).abs() < 1e-9, "{scenario} {factor} {index}: {row:?}");
                assert_eq!((row["n"].as_str(), row["with"].as_str()), ("8", ""));
            }
            let row = find(&rows, scenario, factor, "mu_star");
            assert!(
                (number(row, "low") - slope.abs()).abs() < 1e-9 && (number(row, "high") - slope.abs()).abs() < 1e-9
            );
        }
    }
    let still = rows.iter().find(|row| row["outcome"] == "entries").unwrap();
    assert_eq!((still["value"].as_str(), still["n"].as_str()), ("", "8"));
    let page = fs::read_to_string(dir.path().join("sensitivity.html")).unwrap();
    assert!(page.contains("whole numbers from 0 to 4") && page.contains("1 to 10, evenly in the logarithm"));
    assert!(page.contains("hold for the ranges below") && !page.contains("NaN") && !page.contains("http"));
    for scenario in ["base", "other"] {
        assert!(dir.path().join(format!("sensitivity/{OUTCOME}-{scenario}.svg")).exists());
    }
    assert!(!dir.path().join("sensitivity.html.partial").exists());
}

#[test]
fn the_same_folder_gives_the_same_bytes_and_fewer_outcomes_when_asked() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, places) = screening(6);
    folder.write(dir.path(), |_, point, replicate| response(places[point], replicate) * places[point][0]);
    let written = |arguments: &[&str]| {
        redqueen(dir.path(), arguments).assert().success();
        fs::read(dir.path().join("sensitivity.csv")).unwrap()
    };
    fs::write(dir.path().join("datapackage.json"), r#"{"resources": [{"name": "runs"}]}"#).unwrap();
    written(&["sensitivity", "."]);
    let all = files(dir.path(), "");
    let package: Value = serde_json::from_slice(&all["datapackage.json"]).unwrap();
    let described: Vec<_> = package["resources"].as_array().unwrap().iter().map(|resource| &resource["name"]).collect();
    assert_eq!(described, ["runs", "sensitivity"]);
    assert_eq!(package["resources"][1]["bytes"], all["sensitivity.csv"].len());
    written(&["sensitivity", "."]);
    assert!(all == files(dir.path(), "") && all.contains_key("sensitivity.html"));
    let one = written(&["sensitivity", ".", "--outcome", OUTCOME]);
    assert_eq!(String::from_utf8(one.clone()).unwrap().lines().count(), 1 + 2 * 4 * 3);
    assert!(one != written(&["sensitivity", ".", "--outcome", OUTCOME, "--confidence", "0.5"]));
}

#[test]
fn trajectories_with_a_failed_run_or_a_missing_outcome_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, places) = screening(8);
    let outcome = |spoiled: usize| {
        let places = places.clone();
        move |scenario: usize, point: usize, replicate: u64| match (scenario, point, replicate) {
            (0, 3, 1) => f64::INFINITY,
            (0, 12, 0) => f64::NAN,
            (1, point, _) if point < 5 * spoiled => f64::NAN,
            _ => response(places[point], replicate),
        }
    };
    folder.write(dir.path(), outcome(5));
    redqueen(dir.path(), &["sensitivity", ".", "--outcome", OUTCOME])
        .assert()
        .success()
        .stdout(contains("from 6 of 8 trajectories").and(contains("only 3 of 8 trajectories have a value")));
    let (_, rows) = table(&dir.path().join("sensitivity.csv"));
    let row = find(&rows, "base", "mechanisms.diffusion.xi_open", "mu");
    assert!((number(row, "value") + 2.0).abs() < 1e-9 && row["n"] == "6");
    let row = find(&rows, "other", "mechanisms.diffusion.xi_open", "mu");
    assert_eq!(["value", "low", "high", "n"].map(|column| row[column].as_str()), ["", "", "", "3"]);
}

#[test]
fn sobol_indices_of_the_ishigami_function_are_those_of_salib() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sensitivity/sobol-ishigami-second.json");
    let data: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let y: Vec<f64> = data["y"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    let names = ["a.x1", "a.x2", "a.x3"];
    let folder = Folder {
        design: json!({"kind": "saltelli", "points": 64, "second_order": true, "scramble": true}),
        factors: names.map(|name| (name, json!({"scale": "linear", "low": -3.2, "high": 3.2}))).into(),
        points: vec![vec!["0.5".to_owned(); 3]; y.len()],
        scenarios: vec!["base"],
        replicates: 1,
        config: json!({}),
    };
    let dir = tempfile::tempdir().unwrap();
    folder.write(dir.path(), |_, point, _| y[point]);
    redqueen(dir.path(), &["sensitivity", "."]).assert().success().stdout(contains("64 base points"));
    let (_, rows) = table(&dir.path().join("sensitivity.csv"));
    let as_salib = |row: &BTreeMap<String, String>, key: &str, at: usize| {
        let (value, salib) = (number(row, "value"), data[key][at].as_f64().unwrap());
        assert!((value - salib).abs() < 1e-9, "{key} {at}: {value}, SALib {salib}");
        assert!(number(row, "low") <= value && value <= number(row, "high"), "{row:?}");
    };
    for (at, name) in names.iter().enumerate() {
        as_salib(find(&rows, "base", name, "first"), "S1", at);
        as_salib(find(&rows, "base", name, "total"), "ST", at);
    }
    let second: Vec<_> = rows.iter().filter(|row| row["outcome"] == OUTCOME && row["index"] == "second").collect();
    for (at, (row, pair)) in second.iter().zip([["a.x1", "a.x2"], ["a.x1", "a.x3"], ["a.x2", "a.x3"]]).enumerate() {
        assert_eq!([row["factor"].as_str(), row["with"].as_str()], pair);
        as_salib(row, "S2", at);
    }
    assert!(dir.path().join(format!("sensitivity/{OUTCOME}.svg")).exists());
}

#[test]
fn one_at_a_time_gives_swings() {
    let cells = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
    let folder = Folder {
        design: json!({"kind": "one-at-a-time"}),
        factors: vec![
            ("a.a", json!({"scale": "linear", "low": 0.0, "high": 1.0, "levels": 3})),
            ("a.b", json!({"scale": "choice", "values": ["few", "many"]})),
        ],
        points: vec![
            cells("", ""),
            cells("0.0", ""),
            cells("0.5", ""),
            cells("1.0", ""),
            cells("", "few"),
            cells("", "many"),
        ],
        scenarios: vec!["base"],
        replicates: 5,
        config: json!({}),
    };
    let dir = tempfile::tempdir().unwrap();
    let response = [10.0, 8.0, 99.0, 15.0, 11.0, 9.0];
    folder.write(dir.path(), |_, point, replicate| response[point] + 100.0 * replicate as f64);
    redqueen(dir.path(), &["sensitivity", ".", "--outcome", OUTCOME]).assert().success().stdout(contains("swing"));
    let (_, rows) = table(&dir.path().join("sensitivity.csv"));
    for (factor, values) in [("a.a", [208.0, 215.0, -2.0, 5.0, 7.0]), ("a.b", [211.0, 209.0, 1.0, -1.0, -2.0])] {
        for (index, value) in ["low", "high", "low_change", "high_change", "swing"].into_iter().zip(values) {
            let row = find(&rows, "base", factor, index);
            assert!((number(row, "value") - value).abs() < 1e-9, "{row:?}");
        }
        let swing = find(&rows, "base", factor, "swing");
        assert!((number(swing, "high") - number(swing, "low")).abs() < 1e-9, "luck is the same at both ends");
    }
}

#[test]
fn folders_that_cannot_be_analysed_are_refused_and_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str], message: &str| {
        let mut words = vec!["sensitivity", "."];
        words.extend(arguments);
        redqueen(dir.path(), &words).assert().code(2).stderr(contains(message));
        assert!(!dir.path().join("sensitivity.csv").exists() && !dir.path().join("sensitivity").exists());
    };
    refused(&[], "holds no manifest.json; give the folder of a finished batch");
    fs::write(dir.path().join("manifest.json"), "{}").unwrap();
    refused(&[], "that this version of redqueen cannot read");
    let (folder, places) = screening(4);
    folder.write(dir.path(), |_, point, replicate| response(places[point], replicate));
    refused(&["--outcome", "gap_rating_ends"], "unknown outcome `gap_rating_ends`, did you mean `gap_rating_end`?");
    refused(&["--confidence", "95"], "between 0 and 1");
    let with = |change: &dyn Fn(&mut Value)| {
        let mut manifest = folder.manifest();
        change(&mut manifest);
        fs::write(dir.path().join("manifest.json"), seal(manifest.to_string())).unwrap();
    };
    with(&|manifest| {
        manifest["complete"] = json!(false);
        manifest["runs_done"] = json!(17);
    });
    refused(&[], "is not complete: 17 runs are done");
    with(&|manifest| manifest["experiment"]["shard"] = json!({"number": 1, "of": 4}));
    refused(&[], "holds a part of a batch, shard 1/4");
    with(&|manifest| manifest["experiment"]["design"] = json!({"kind": "none", "seed": 0, "factors": []}));
    refused(&[], "holds plain replicates of its scenarios; sensitivity needs a [design] whose kind is \"morris\"");
    with(&|manifest| manifest["experiment"]["design"]["kind"] = json!("lhs"));
    refused(&[], "cannot read");
    with(&|manifest| {
        manifest["experiment"]["design"]["kind"] = json!("lhs");
        manifest["experiment"]["design"]["points"] = json!(20);
    });
    refused(&[], "holds a design of kind \"lhs\"");
    with(&|manifest| manifest["experiment"]["design"]["trajectories"] = json!(5));
    refused(&[], "points are not those of its design");
}

#[test]
fn damaged_tables_are_named_with_their_line() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, places) = screening(4);
    let fails = |message: &str| {
        redqueen(dir.path(), &["sensitivity", "."]).assert().code(1).stderr(contains(message));
    };
    let spoil = |file: &str, from: &str, to: &str| {
        folder.write(dir.path(), |_, point, replicate| response(places[point], replicate));
        let text = fs::read_to_string(dir.path().join(file)).unwrap();
        assert!(text.contains(from));
        fs::write(dir.path().join(file), text.replacen(from, to, 1)).unwrap();
    };
    spoil("runs.csv", "\n2,base,1,", "\n2,base,x,");
    fails("runs.csv:4: expected a point of the design in column `point`, found `x`");
    spoil("runs.csv", "\n2,base,1,", "\n2,nowhere,1,");
    fails("runs.csv:4: expected a scenario of the manifest");
    spoil("runs.csv", OUTCOME, "gap");
    fails("runs.csv:1: expected a column `gap_rating_end`");
    spoil("design.csv", "\n4,", "\n5,");
    fails("design.csv:6: expected point 4");
    spoil("design.csv", "\n0,2,1,3,7\n", "\n0,2,1,2,7\n");
    fails("design.csv:3: expected a step that changes one factor");
    fs::remove_file(dir.path().join("runs.csv")).unwrap();
    fails("design.csv");
    fs::remove_file(dir.path().join("design.csv")).unwrap();
    fails("cannot read ./design.csv: it is not there");
}

#[test]
fn a_batch_whose_runs_all_failed_has_nothing_to_analyse() {
    let dir = tempfile::tempdir().unwrap();
    screening(6).0.write(dir.path(), |_, _, _| f64::INFINITY);
    let said = "failed, so there is nothing to analyse; runs.csv says why";
    redqueen(dir.path(), &["sensitivity", "."]).assert().code(1).stderr(contains(said));
    assert!(!dir.path().join("sensitivity.csv").exists() && !dir.path().join("sensitivity.html").exists());
}

#[test]
fn a_share_near_one_is_shown_with_its_digits_and_what_resamples_cannot_tell_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, places) = screening(6);
    folder.write(dir.path(), |_, point, replicate| response(places[point], replicate) * places[point][0]);
    let text = |confidence: &str| {
        let output = redqueen(dir.path(), &["sensitivity", ".", "--confidence", confidence]).output().unwrap();
        assert!(output.status.success());
        let page = fs::read_to_string(dir.path().join("sensitivity.html")).unwrap();
        (String::from_utf8(output.stdout).unwrap().replace("\n      ", " "), page)
    };
    let (screen, page) = text("0.9999999");
    assert!(screen.contains("99.99999 % interval") && page.contains("99.99999 % interval"), "{screen}");
    let few = "1000 resamples are too few for 99.99999 %: an interval is the whole range that they span";
    assert!(screen.contains(few) && page.contains(few), "{screen}");
    for (confidence, shown) in [("0.95", "95 % interval"), ("0.9", "90 % interval"), ("0.995", "99.5 % interval")] {
        let (screen, page) = text(confidence);
        assert!(screen.contains(shown) && page.contains(shown) && !screen.contains("too few for"), "{screen}");
    }
    // Two replicates: the intervals are of the design alone.
    assert!(screen.contains("hold for the luck of these replicates"), "{screen}");
}

/// Every trajectory lives through the same replicates, so that their number tells nothing of luck.
#[test]
fn intervals_are_as_wide_as_the_luck_that_all_trajectories_share() {
    let (mut folder, places) = screening(12);
    // The slope of the first factor is 3 on average, and 1 to 5 by replicate.
    let slope = |replicate: u64| 1.0 + 4.0 * replicate as f64 / 7.0;
    let width = |replicates: u64, folder: &mut Folder| {
        let dir = tempfile::tempdir().unwrap();
        folder.replicates = replicates;
        folder.write(dir.path(), |_, point, replicate| slope(replicate) * places[point][0] + places[point][1]);
        redqueen(dir.path(), &["sensitivity", ".", "--outcome", OUTCOME]).assert().success();
        let (_, rows) = table(&dir.path().join("sensitivity.csv"));
        ["mechanisms.research.growth", "mechanisms.diffusion.xi_open"].map(|factor| {
            let row = find(&rows, "base", factor, "mu_star");
            number(row, "high") - number(row, "low")
        })
    };
    let [shared, steady] = width(8, &mut folder);
    // The standard deviation of the slopes is 1.4, and 2 t se = 2 × 2.36 × 1.4 / √8.
    assert!((1.7..3.0).contains(&shared) && steady < 1e-9, "{shared} {steady}");
    assert!(width(4, &mut folder)[0] < 1e-9, "with four replicates intervals are of the design alone");
}
