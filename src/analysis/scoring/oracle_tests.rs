//! Scores against those of the Python packages scoringrules and properscoring, which `tests/scripts/scoring_oracles.py` writes.

use super::{Estimator, Predictive};
use serde_json::Value;

/// As near as scores must be.
const WITHIN: f64 = 1e-10;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Calls with the name, the draws without error and the whole of every file.
fn each_forecast(mut seen: impl FnMut(&str, &Predictive, &Value)) {
    let folder = format!("{}/tests/data/scoring", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 6, "{files:?}");
    for file in files {
        let data: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let draws = numbers(&data["values"]).into_iter().zip(numbers(&data["weights"])).collect();
        seen(file.file_stem().unwrap().to_str().unwrap(), &Predictive::sample(draws).unwrap(), &data);
    }
}

/// Holds a score against that of the row of this name, if it has one; returns whether it has.
fn held(name: &str, row: &Value, key: &str, ours: f64) -> bool {
    let Some(theirs) = row.get(key).and_then(Value::as_f64) else { return false };
    assert!((ours - theirs).abs() <= WITHIN * (1.0 + theirs.abs()), "{name}, {key}: {ours} and {theirs}");
    true
}

#[test]
fn scores_are_those_of_the_packages() {
    let mut compared = 0;
    each_forecast(|name, draws, data| {
        let error = data["error"].as_f64().unwrap();
        let blurred = draws.clone().with_error(error);
        for row in data["rows"].as_array().unwrap() {
            let seen = row["seen"].as_f64().unwrap();
            let plain = draws.crps(seen, Estimator::Plain);
            let log_score = draws.log_score(seen).unwrap();
            for (key, ours) in [
                ("crps", plain),
                ("crps_scoringrules", plain),
                ("crps_fair", draws.crps(seen, Estimator::Fair)),
                ("crps_with_error", blurred.crps(seen, Estimator::Plain)),
                ("log_score", log_score),
            ] {
                compared += usize::from(held(name, row, key, ours));
            }
            // The package's mixture has no kernels of its own.
            let kernel = draws.bandwidth();
            if kernel < error {
                let width = (error * error - kernel * kernel).sqrt();
                let mixture = draws.clone().with_error(width).log_score(seen).unwrap();
                compared += usize::from(held(name, row, "log_score_with_error", mixture));
            }
        }
    });
    assert!(compared > 100, "{compared}");
}

#[test]
fn quantiles_are_those_of_numpy() {
    let mut compared = 0;
    each_forecast(|name, draws, data| {
        if data.get("shares").is_none() {
            return;
        }
        for (share, theirs) in numbers(&data["shares"]).into_iter().zip(numbers(&data["quantiles"])) {
            let ours = draws.quantile(share);
            assert!((ours - theirs).abs() <= WITHIN * (1.0 + theirs.abs()), "{name}, {share}: {ours} and {theirs}");
            compared += 1;
        }
    });
    assert_eq!(compared, 35);
}
