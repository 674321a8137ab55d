//! Every table against its description, and the derived tables against the ones they come from.

use crate::support::program::{files, redqueen, table};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};
use tempfile::TempDir;

const RUNS: usize = 7;

/// A batch of two scenarios, shared by the tests of this file.
static BATCH: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let experiment = r#"
name = "two"
description = "Does slow copying matter?"
scenario = "baseline.toml"
runs = 7
[[scenarios]]
name = "as it is"
[[scenarios]]
name = "slow copying"
set = { "mechanisms.diffusion.xi_open" = 1.0 }
"#;
    redqueen(folder.path(), &["init"]).assert().success();
    fs::write(folder.path().join("configs/two.toml"), experiment).unwrap();
    let arguments = ["batch", "configs/two.toml", "--record", "all", "--months", "36", "--quiet", "--out", "out"];
    redqueen(folder.path(), &arguments).assert().success();
    folder
});

fn out() -> &'static Path {
    static OUT: LazyLock<std::path::PathBuf> = LazyLock::new(|| BATCH.path().join("out"));
    &OUT
}

fn package() -> Value {
    serde_json::from_slice(&fs::read(out().join("datapackage.json")).unwrap()).unwrap()
}

/// Whether the cell is what the type of a Frictionless schema says.
fn fits(kind: &str, cell: &str) -> bool {
    match kind {
        "number" => cell.parse::<f64>().is_ok_and(f64::is_finite) && cell.contains(|c: char| c.is_ascii_digit()),
        "integer" => cell.parse::<i64>().is_ok(),
        "boolean" => cell == "true" || cell == "false",
        "string" => !["nan", "inf", "-inf"].contains(&cell.to_lowercase().as_str()),
        "yearmonth" => {
            let month = cell.split_once('-').map(|(year, month)| (year.len(), month.len(), month.parse::<u8>()));
            matches!(month, Some((4, 2, Ok(1..=12)))) && cell[..4].parse::<u16>().is_ok()
        }
        other => panic!("unknown type {other}"),
    }
}

#[test]
fn every_table_is_as_the_package_describes_it() {
    let package = package();
    let mut tables = Vec::new();
    for resource in package["resources"].as_array().unwrap() {
        let name = resource["name"].as_str().unwrap();
        let path = out().join(resource["path"].as_str().unwrap());
        let (header, rows) = table(&path);
        assert_eq!(fs::metadata(&path).unwrap().len(), resource["bytes"].as_u64().unwrap(), "bytes of {name}");
        let fields = resource["schema"]["fields"].as_array().unwrap();
        let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(header, names, "header of {name}");
        assert!(!rows.is_empty(), "{name} is empty");
        for field in fields {
            let (column, kind) = (field["name"].as_str().unwrap(), field["type"].as_str().unwrap());
            let required = field["constraints"]["required"] == true;
            assert!(field["description"].as_str().is_some_and(|text| text.len() > 3), "{name}.{column} has no meaning");
            assert!(kind != "number" || field["unit"].is_string(), "{name}.{column} has no unit");
            for (at, row) in rows.iter().enumerate() {
                let cell = &row[column];
                if cell.is_empty() {
                    assert!(!required, "{name}.{column} is empty in row {at}");
                } else {
                    assert!(fits(kind, cell), "{name}.{column} in row {at} is no {kind}: {cell:?}");
                }
            }
        }
        if let Some(key) = resource["schema"]["primaryKey"].as_array() {
            let key: Vec<&str> = key.iter().map(|column| column.as_str().unwrap()).collect();
            let mut keys: Vec<Vec<&String>> = rows.iter().map(|row| key.iter().map(|c| &row[*c]).collect()).collect();
            keys.sort();
            let before = keys.len();
            keys.dedup();
            assert_eq!(keys.len(), before, "rows of {name} share their key {key:?}");
        }
        tables.push(name.to_owned());
    }
    tables.sort();
    let mut files: Vec<String> = files(out(), ".csv").into_keys().collect();
    files.iter_mut().for_each(|file| *file = file.trim_end_matches(".csv").to_owned());
    files.sort();
    assert_eq!(tables, files, "the package describes the files that are there");
    for needed in ["runs", "world", "states", "firms", "releases", "events", "quantiles"] {
        assert!(files.iter().any(|file| file == needed), "{needed} is missing");
    }
}

#[test]
fn what_the_experiment_and_its_scenarios_are_is_said() {
    let manifest: Value = serde_json::from_slice(&fs::read(out().join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["description"], "Does slow copying matter?");
    let told = package()["description"].as_str().unwrap().to_owned();
    assert!(told.starts_with("Does slow copying matter?\n\nSimulated by redqueen "), "{told}");
    let base = manifest["described"][0]["description"].as_str().unwrap();
    assert!(base.len() > 50, "the baseline says nothing of itself: {base}");
    let slow = &manifest["described"][1];
    assert_eq!((&slow["description"], &slow["base"]), (&"".into(), &"baseline".into()));
    assert_eq!(slow["changes"], serde_json::json!(["mechanisms.diffusion.xi_open = 1.0"]));
    // With other words it is the same experiment.
    let experiment = BATCH.path().join("configs/two.toml");
    let text = fs::read_to_string(&experiment).unwrap();
    let other = text.replace("Does slow", "And does slow").replace("copying\"\n", "copying\"\ndescription = 'Slow.'\n");
    assert_ne!(other, text);
    fs::write(experiment.with_file_name("other.toml"), other).unwrap();
    let arguments = ["batch", "configs/other.toml", "--record", "all", "--months", "36", "--quiet", "--out", "out"];
    redqueen(BATCH.path(), &arguments).assert().success();
    let page = fs::read_to_string(out().join("report.html")).unwrap();
    assert!(page.contains("Does slow copying matter?"));
    assert!(page.contains(
        "<strong translate=\"no\">slow copying</strong>: as baseline, but</p><ul><li><code>mechanisms.diffusion.xi_open = 1.0"
    ));
}

/// Linear interpolation between order statistics, as numpy and R do by default.
fn quantile(values: &[f64], p: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = p * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    sorted[below] + part * (sorted[(below + 1).min(sorted.len() - 1)] - sorted[below])
}

#[test]
fn quantiles_are_those_of_the_tables() {
    let (_, runs) = table(&out().join("runs.csv"));
    let scenario_of: BTreeMap<String, String> =
        runs.iter().map(|row| (row["run"].clone(), row["scenario"].clone())).collect();
    let (_, quantiles) = table(&out().join("quantiles.csv"));
    let mut checked = 0;
    for (name, entity_column, entity, indicators) in [
        ("world", "", "", &["frontier_rating", "gap_rating", "gap_months", "compute", "firm_hhi", "entries"][..]),
        ("states", "state", "China", &["capability", "usage_share", "power"]),
        ("firms", "firm", "OpenAI", &["cash", "usage_share"]),
    ] {
        let (_, rows) = table(&out().join(format!("{name}.csv")));
        for indicator in indicators {
            let mut series: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
            for row in rows.iter().filter(|row| entity.is_empty() || row[entity_column] == entity) {
                if let Ok(value) = row[*indicator].parse() {
                    series.entry((&scenario_of[&row["run"]], &row["date"])).or_default().push(value);
                }
            }
            for line in quantiles
                .iter()
                .filter(|line| line["table"] == name && line["entity"] == entity && line["indicator"] == *indicator)
            {
                let number = |column: &str| line[column].parse::<f64>().unwrap();
                let values = series.remove(&(&*line["scenario"], &*line["date"])).unwrap_or_else(|| panic!("{line:?}"));
                let n = values.len() as f64;
                let mean = values.iter().sum::<f64>() / n;
                let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * mean.abs().max(1e-6);
                assert_eq!(number("n"), n);
                assert!(close(number("mean"), mean), "mean: {line:?}");
                if values.len() > 1 {
                    let sd = (squares / (n - 1.0)).sqrt();
                    assert!((number("sd") - sd).abs() <= 1e-6 * mean.abs().max(1e-6), "sd {sd}: {line:?}");
                } else {
                    assert_eq!(line["sd"], "");
                }
                for (column, p) in [("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95)] {
                    let expected = quantile(&values, p);
                    assert!(close(number(column), expected), "{column} is not {expected}: {line:?}");
                }
                checked += 1;
            }
            assert!(series.is_empty(), "{indicator} lacks quantiles in {:?}", series.keys());
        }
    }
    assert!(checked > 2 * 36 * 9, "{checked}");
}

#[test]
fn outcomes_are_what_the_last_months_show() {
    let (_, runs) = table(&out().join("runs.csv"));
    let (_, world) = table(&out().join("world.csv"));
    let (_, states) = table(&out().join("states.csv"));
    assert_eq!(runs.len(), 2 * RUNS);
    for (at, run) in runs.iter().enumerate() {
        assert_eq!(run["run"], at.to_string());
        assert_eq!(run["replicate"], (at % RUNS).to_string());
        assert_eq!((&*run["status"], &*run["error"]), ("finished", ""));
        let months: Vec<_> = world.iter().filter(|row| row["run"] == run["run"]).collect();
        assert_eq!(months.len(), 36);
        let last = months[35];
        for (outcome, column) in [
            ("gap_rating_end", "gap_rating"),
            ("gap_nats_end", "gap_nats"),
            ("gap_months_end", "gap_months"),
            ("frontier_capability_end", "frontier_capability"),
            ("open_share_end", "open_share"),
            ("firm_hhi_end", "firm_hhi"),
            ("effective_firms_end", "effective_firms"),
            ("firms_end", "firms"),
            ("power_hhi_end", "power_hhi"),
            ("output_effect_end", "output_effect"),
            ("welfare_end", "welfare"),
            ("output_gini_end", "output_gini"),
            ("adoption_end", "adoption"),
        ] {
            assert_eq!(run[outcome], last[column], "{outcome} of run {at}");
        }
        // The first row is the month of the start, so twelve months later is the thirteenth.
        assert_eq!(run["gap_rating_12"], months[12]["gap_rating"]);
        assert_eq!(run["gap_rating_24"], months[24]["gap_rating"]);
        let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().unwrap();
        for column in ["entries", "exits", "selection", "learning", "turnover"] {
            let sum: f64 = months.iter().map(|row| number(row, column)).sum();
            let outcome = if column.ends_with('s') { column.to_owned() } else { format!("{column}_sum") };
            assert!((number(run, &outcome) - sum).abs() < 1e-12, "{outcome} of run {at}");
        }
        let largest = months.iter().map(|row| number(row, "largest_share")).fold(0.0, f64::max);
        assert_eq!(number(run, "largest_share_max"), largest);
        for (state, who) in [("US", "leader"), ("China", "follower")] {
            let state = |row: &&BTreeMap<String, String>| {
                row["run"] == run["run"] && row["date"] == last["date"] && row["state"] == state
            };
            let row = states.iter().find(state).unwrap();
            assert_eq!(run[&format!("power_{who}_end")], row["power"]);
            assert!((number(run, &format!("compute_{who}_end")) / number(row, "compute") - 1.0).abs() < 1e-12);
        }
    }
}

/// The first columns of every table of a run in this folder, which all have the same, and that each row says of its run
/// what `runs.csv` says.
fn leading(out: &Path) -> Vec<String> {
    let (_, runs) = table(&out.join("runs.csv"));
    let by_number: BTreeMap<&str, _> = runs.iter().map(|run| (run["run"].as_str(), run)).collect();
    let mut found = Vec::new();
    for name in files(out, ".csv").keys().filter(|name| !["runs.csv", "design.csv"].contains(&name.as_str())) {
        let (header, rows) = table(&out.join(name));
        let Some(run) = header.iter().position(|column| column == "run") else { continue };
        let leading = header[..=run].to_vec();
        for row in &rows {
            let run = by_number[row["run"].as_str()];
            assert!(leading.iter().all(|column| row[column] == run[column]), "{name}: {row:?}");
        }
        assert!(found.is_empty() || found == leading, "{name} begins with {leading:?}");
        found = leading;
    }
    found
}

#[test]
fn rows_of_several_scenarios_or_points_say_of_which_they_are() {
    let named = ["scenario", "point", "replicate", "run"];
    assert_eq!(leading(out()), named);
    let folder = TempDir::new().unwrap();
    let of = |text: &str, name: &str| {
        fs::write(folder.path().join("study.toml"), text).unwrap();
        redqueen(folder.path(), &["batch", "study.toml", "--record", "all", "--months", "3", "--quiet", "--out", name])
            .assert()
            .success();
        leading(&folder.path().join(name))
    };
    let factor = "[[design.factors]]\nparameter = 'mechanisms.diffusion.xi_open'\nlevels = ";
    let grid = |levels| format!("name = 's'\nruns = 2\n[design]\nkind = 'grid'\n{factor}{levels}\n");
    assert_eq!(of(&grid(2), "points"), named);
    let page = fs::read_to_string(folder.path().join("points/report.html")).unwrap();
    assert!(page.contains("2 runs at the first design point") && page.contains("<td class=\"number\">varied</td>"));
    assert_eq!(of("name = 's'\nruns = 2\n", "plain"), ["run"]);
    assert_eq!(of("name = 's'\nruns = 1\n[[scenarios]]\nname = 'one, \"1\"'\n", "one"), ["run"]);
    assert_eq!(of("name = 's'\nruns = 1\n[[scenarios]]\nname = 'a, \"1\"'\n[[scenarios]]\nname = 'b'\n", "two"), named);
}
