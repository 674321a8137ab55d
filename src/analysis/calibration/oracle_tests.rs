//! Calibrations of toys whose posterior is known from elsewhere: tests/scripts/calibration_oracles.py.

use super::{
    random::Random,
    toys::{self, Toy, normal, parameter, targets},
    *,
};
use serde_json::Value;

fn toy(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../tests/data/calibration/toys.json")).unwrap();
    all[name].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// Means, standard deviations and correlation of two parameters.
fn moments(posterior: &Posterior) -> ([f64; 2], [f64; 2], f64) {
    let rows: Vec<&[f64]> = posterior.sample.iter().map(|draw| draw.values.as_slice()).collect();
    let weights: Vec<f64> = posterior.sample.iter().map(|draw| draw.weight).collect();
    let (mean, covariance) = weights::moments(&rows, &weights);
    let sd = [covariance[0][0].sqrt(), covariance[1][1].sqrt()];
    ([mean[0], mean[1]], sd, covariance[0][1] / (sd[0] * sd[1]))
}

/// Means within this share of the standard deviations, these within the same share of themselves.
#[track_caller]
fn close(posterior: &Posterior, expected: &Value, within: f64) {
    let (mean, sd, correlation) = moments(posterior);
    let (means, sds) = (numbers(&expected["mean"]), numbers(&expected["sd"]));
    for i in 0..2 {
        assert!((mean[i] - means[i]).abs() < within * sds[i], "{i}: {mean:?} is not {expected}");
        assert!((sd[i] / sds[i] - 1.0).abs() < within, "{i}: {sd:?} is not {expected}");
    }
    let gap = correlation - expected["correlation"].as_f64().unwrap();
    assert!(gap.abs() < within, "{correlation} is not {expected}");
}

#[test]
fn a_ridge_of_two_factors_is_found_and_named() {
    let model = |x: &[f64], random: &mut Random| vec![Some(x[0] * x[1] + 0.2 * random.normal())];
    let parameters = [parameter("a", Shape::LogUniform, 0.1, 10.0), parameter("b", Shape::LogUniform, 0.1, 10.0)];
    let settings = toys::settings(Emulated { rounds: 4, draws: 800, ..toys::few() });
    let (mut forward, data) = (Toy::new(model), targets(&[(2.0, 0.3)]));
    let posterior = calibrate(&parameters, &data, &settings, &mut forward, &mut |_| ()).unwrap();
    let exact = &toy("ridge")["exact"];
    close(&posterior, exact, 0.25);
    // A quadratic is a poor emulator of a product of exponentials: it is the real runs that put the draws right.
    let emulated: Vec<Draw> = posterior.sample.iter().map(|draw| Draw { weight: 1.0, ..draw.clone() }).collect();
    let far = |mean: [f64; 2]| mean.iter().zip(numbers(&exact["mean"])).map(|(a, b)| (a - b).abs()).sum::<f64>();
    let as_emulated = far(moments(&Posterior { sample: emulated, ..posterior.clone() }).0);
    assert!(as_emulated > 2.0 * far(moments(&posterior).0), "{as_emulated}");
    assert!(posterior.diagnostics.emulated[0].r2 < 0.9, "{:?}", posterior.diagnostics);
    assert_eq!(posterior.ridges.len(), 1);
    assert!(posterior.ridges[0].correlation < -0.9, "{:?}", posterior.ridges);
}

#[test]
fn a_banana_is_found() {
    let model = |x: &[f64], random: &mut Random| {
        vec![Some(x[1] + x[0] * x[0] + 0.2 * random.normal()), Some(x[0] + 0.5 * random.normal())]
    };
    let settings = toys::settings(Emulated { draws: 800, ..toys::few() });
    let (mut forward, data) = (Toy::new(model), targets(&[(1.5, 0.2), (0.3, 0.2)]));
    let parameters = [normal("a", 0.0, 1.0), normal("b", 0.0, 2.0)];
    let posterior = calibrate(&parameters, &data, &settings, &mut forward, &mut |_| ()).unwrap();
    close(&posterior, &toy("banana")["exact"], 0.12);
}

/// pyABC and this have the same thresholds; the exact posterior is a little narrower than either.
#[test]
fn abc_smc_agrees_with_pyabc() {
    let plane = toy("plane");
    let luck = plane["luck"].as_f64().unwrap();
    let model = |x: &[f64], random: &mut Random| {
        vec![Some(x[0] + x[1] + luck * random.normal()), Some(x[0] - 0.5 * x[1] * x[1] + luck * random.normal())]
    };
    let parameters = [parameter("a", Shape::Uniform, 0.0, 4.0), parameter("b", Shape::Uniform, -2.0, 2.0)];
    let data: Vec<(f64, f64)> = numbers(&plane["data"]).into_iter().map(|value| (value, 1e-6)).collect();
    let sequential = Sequential {
        particles: 1000,
        batch: 4000,
        threshold: plane["threshold"].as_f64().unwrap(),
        most_runs: 400_000,
        errors: false,
        ..Sequential::default()
    };
    let settings = Settings { method: Method::Sequential(sequential), ..Settings::default() };
    let (mut forward, mut heard) = (Toy::new(model), Vec::new());
    let mut listener = |progress: &Progress| heard.push(progress.threshold);
    let posterior = calibrate(&parameters, &targets(&data), &settings, &mut forward, &mut listener).unwrap();
    let thresholds = &posterior.diagnostics.thresholds;
    assert_eq!(thresholds.last(), Some(&0.3));
    assert!(thresholds.windows(2).all(|pair| pair[1] < pair[0]));
    assert_eq!(heard.last(), Some(&Some(0.3)));
    // About 900 effective particles, and as many of pyABC: standard errors of 0.03 each.
    close(&posterior, &plane["pyabc"], 0.12);
    assert_eq!(posterior.verdict(), Verdict::Posterior);
}
