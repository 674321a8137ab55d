//! Calibrations whose posterior is known.

use super::{
    random::Random,
    toys::{self, Toy, normal, targets},
    *,
};
use crate::maths::linear::{Cholesky, Matrix, dot};

/// Lines: targets are these sums of parameters, with luck of these standard deviations.
const LINES: [[f64; 3]; 4] = [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, -0.5, 1.0], [0.3, 0.3, 0.3]];
const LUCK: [f64; 4] = [0.5, 0.3, 0.2, 1.0];
const PRIOR: [(f64, f64); 3] = [(1.0, 1.0), (0.0, 2.0), (-1.0, 0.5)];
const DATA: [(f64, f64); 4] = [(1.8, 0.2), (0.9, 0.6), (-1.3, 0.3), (0.2, 0.5)];

fn lines(x: &[f64], random: &mut Random) -> Vec<Option<f64>> {
    LINES.iter().zip(LUCK).map(|(line, luck)| Some(dot(line, x) + luck * random.normal())).collect()
}

fn parameters() -> Vec<Parameter> {
    PRIOR.iter().zip(["a", "b", "c"]).map(|((mean, sd), name)| normal(name, *mean, *sd)).collect()
}

/// Mean and covariance of the posterior of lines.
fn exact() -> (Vec<f64>, Matrix) {
    let mut precision: Matrix = vec![vec![0.0; 3]; 3];
    let mut right = vec![0.0; 3];
    for (i, (mean, sd)) in PRIOR.iter().enumerate() {
        precision[i][i] = 1.0 / (sd * sd);
        right[i] = mean / (sd * sd);
    }
    for ((line, luck), (value, error)) in LINES.iter().zip(LUCK).zip(DATA) {
        let weight = 1.0 / (luck * luck + error * error);
        for i in 0..3 {
            right[i] += weight * line[i] * value;
            (0..3).for_each(|j| precision[i][j] += weight * line[i] * line[j]);
        }
    }
    let factor = Cholesky::new(&precision).unwrap();
    (factor.solve(&right), factor.inverse())
}

fn moments(posterior: &Posterior) -> (Vec<f64>, Matrix) {
    let rows: Vec<&[f64]> = posterior.sample.iter().map(|draw| draw.values.as_slice()).collect();
    let weights: Vec<f64> = posterior.sample.iter().map(|draw| draw.weight).collect();
    weights::moments(&rows, &weights)
}

#[test]
fn lines_with_normal_errors_have_the_posterior_of_theory() {
    let (mut heard, mut model) = (Vec::new(), Toy::new(lines));
    let settings = toys::settings(Emulated { draws: 800, ..toys::few() });
    let mut listener = |progress: &Progress| heard.push(*progress);
    let posterior = calibrate(&parameters(), &targets(&DATA), &settings, &mut model, &mut listener).unwrap();
    let ((mean, covariance), (expected, exact)) = (moments(&posterior), exact());
    for i in 0..3 {
        let (sd, gap) = (exact[i][i].sqrt(), mean[i] - expected[i]);
        // Over seeds the gap has a standard deviation of 0.08 of these.
        assert!(gap.abs() < 0.25 * sd, "{i}: {} is not {}", mean[i], expected[i]);
        let ratio = covariance[i][i].sqrt() / sd;
        assert!((ratio - 1.0).abs() < 0.1, "{i}: {ratio}");
        let (prior_mean, prior_sd) = PRIOR[i];
        let marginal = &posterior.marginals[i];
        assert!((marginal.shift - (mean[i] - prior_mean) / prior_sd).abs() < 1e-6, "{marginal:?}");
        let contraction = 1.0 - exact[i][i] / (prior_sd * prior_sd);
        assert!((marginal.contraction - contraction).abs() < 0.06, "{marginal:?} is not {contraction}");
        assert!((marginal.posterior[2] - expected[i]).abs() < 0.3 * sd, "{marginal:?}");
        assert!((marginal.prior[2] - prior_mean).abs() < 1e-9, "{marginal:?}");
    }
    assert_eq!(posterior.verdict(), Verdict::Posterior);
    let total: f64 = posterior.sample.iter().map(|draw| draw.weight).sum();
    assert!((total - 1.0).abs() < 1e-9);
    // Four assimilations, a design and one round.
    let purposes: Vec<Purpose> = heard.iter().map(|progress| progress.stage.purpose).collect();
    assert_eq!(purposes[..5], [[Purpose::Smoother; 4].as_slice(), &[Purpose::Design]].concat());
    assert_eq!(purposes[5..], [Purpose::Weighing]);
    assert_eq!(heard.iter().map(|progress| progress.stage).collect::<Vec<_>>(), model.asked);
    assert_eq!((posterior.runs, heard[5].runs), (4200, 4200));
    assert!(heard[5].misfit < heard[0].misfit && heard[5].effective == Some(posterior.effective), "{heard:?}");
}

/// With an error drawn for each run, ABC-SMC comes to the same posterior from above as its threshold falls.
#[test]
fn abc_smc_comes_to_the_posterior_of_theory() {
    let sequential = Sequential { threshold: 0.45, most_runs: 200_000, batch: 2000, ..Sequential::default() };
    let settings = Settings { method: Method::Sequential(sequential), ..Settings::default() };
    let posterior = calibrate(&parameters(), &targets(&DATA), &settings, &mut Toy::new(lines), &mut |_| ()).unwrap();
    let ((mean, covariance), (expected, exact)) = (moments(&posterior), exact());
    assert_eq!(posterior.diagnostics.thresholds.last(), Some(&0.45), "{:?}", posterior.diagnostics);
    for i in 0..3 {
        let (sd, gap) = (exact[i][i].sqrt(), mean[i] - expected[i]);
        // 400 effective particles.
        assert!(gap.abs() < 0.2 * sd, "{i}: {} is not {}", mean[i], expected[i]);
        let ratio = covariance[i][i].sqrt() / sd;
        assert!(ratio > 0.88 && ratio < 1.25, "{i}: {ratio}");
    }
    let few = Settings { method: Method::Sequential(Sequential { most_runs: 3000, ..sequential }), ..settings };
    let stopped = calibrate(&parameters(), &targets(&DATA), &few, &mut Toy::new(lines), &mut |_| ()).unwrap();
    assert!(stopped.runs <= 3000 && stopped.diagnostics.thresholds.last() > Some(&0.45), "{stopped:?}");
}

#[test]
fn what_a_target_tells_of_a_parameter_is_that_of_theory() {
    let settings = toys::settings(toys::few());
    let posterior = calibrate(&parameters(), &targets(&DATA), &settings, &mut Toy::new(lines), &mut |_| ()).unwrap();
    for (target, line) in LINES.iter().enumerate() {
        let variances: Vec<f64> = line.iter().zip(PRIOR).map(|(by, (_, sd))| by * by * sd * sd).collect();
        let whole: f64 = variances.iter().sum();
        for (parameter, variance) in variances.iter().enumerate() {
            let found = &posterior.information[target][parameter];
            assert!((found.explained - variance / whole).abs() < 0.1, "{target} {parameter}: {found:?}");
            assert!(found.total >= found.explained);
        }
    }
    // By hand from inverses of the precision with and without a row.
    let expected = [[0.412, 0.052, 0.090], [0.025, 0.141, 0.230], [0.018, 0.040, 0.473], [0.0, 0.003, 0.014]];
    for (target, expected) in expected.iter().enumerate() {
        for (parameter, expected) in expected.iter().enumerate() {
            let adds = posterior.information[target][parameter].adds.unwrap();
            assert!((adds - expected).abs() < 0.05, "{target} {parameter}: {adds} is not {expected}");
        }
    }
    assert!(posterior.diagnostics.emulated[..3].iter().all(|emulation| emulation.r2 > 0.95 && !emulation.is_skewed()));
}

/// Answers from what another has answered.
struct Stored(Vec<(Stage, Results)>, usize);

impl Forward for Stored {
    type Error = ();

    fn run(&mut self, stage: &Stage, _: &[Vec<f64>], _: u32) -> Result<Results, ()> {
        self.1 += 1;
        self.0.get(self.1 - 1).filter(|(asked, _)| asked == stage).map(|(_, results)| results.clone()).ok_or(())
    }
}

/// Keeps what is answered.
struct Keeping<F>(F, Vec<(Stage, Results)>);

impl<F: Forward> Forward for Keeping<F> {
    type Error = F::Error;

    fn run(&mut self, stage: &Stage, points: &[Vec<f64>], replicates: u32) -> Result<Results, F::Error> {
        let results = self.0.run(stage, points, replicates)?;
        self.1.push((*stage, results.clone()));
        Ok(results)
    }
}

#[test]
fn the_same_seed_and_answers_give_the_same_bits() {
    let small = Emulated { members: 40, design: 40, draws: 60, rounds: 2, ..toys::few() };
    let sequential = Sequential { particles: 50, batch: 80, generations: 3, ..Sequential::default() };
    for method in [Method::Emulated(small), Method::Sequential(sequential)] {
        let settings = Settings { method, wanted: 100.0, ..Settings::default() };
        let run = |forward: &mut dyn FnMut() -> Posterior| forward();
        let mut keeping = Keeping(Toy::new(lines), Vec::new());
        let data = targets(&DATA);
        let mut once = || calibrate(&parameters(), &data, &settings, &mut keeping, &mut |_| ()).unwrap();
        let first = run(&mut once);
        let again = calibrate(&parameters(), &data, &settings, &mut Toy::new(lines), &mut |_| ()).unwrap();
        assert_eq!(first, again);
        let mut stored = Stored(keeping.1, 0);
        assert_eq!(first, calibrate(&parameters(), &data, &settings, &mut stored, &mut |_| ()).unwrap());
        let other = Settings { seed: 2, ..settings };
        assert_ne!(first, calibrate(&parameters(), &data, &other, &mut Toy::new(lines), &mut |_| ()).unwrap());
    }
}

/// A target that says nothing where it is there, but is there more often for large parameters: Φ(z) of all runs. The posterior
/// is that of a normal times its own cumulative, with mean 1/√π.
#[test]
fn runs_without_a_target_count_against_their_parameters() {
    let model = |x: &[f64], random: &mut Random| {
        let there = random.normal() < x[0];
        vec![there.then(|| random.normal()), Some(random.normal())]
    };
    let settings = toys::settings(Emulated { members: 200, draws: 800, replicates: 8, ..toys::few() });
    let parameters = [normal("a", 0.0, 1.0)];
    let data = targets(&[(0.0, 1.0), (0.0, 1.0)]);
    let posterior = calibrate(&parameters, &data, &settings, &mut Toy::new(model), &mut |_| ()).unwrap();
    let (mean, _) = moments(&posterior);
    assert!((mean[0] - 0.564).abs() < 0.12, "{mean:?}");
    let fit = posterior.fits.iter().find(|fit| fit.target == 0).unwrap();
    // E[Φ(z)] over that posterior is ⅔.
    assert!((fit.present - 0.667).abs() < 0.05, "{fit:?}");
}

#[test]
fn failed_runs_are_passed_over() {
    let model = |x: &[f64], random: &mut Random| {
        let failed = random.uniform() < 0.2;
        let run = lines(x, random);
        if failed { vec![None; 4] } else { run.into_iter().map(|value| value.map(|value| value.max(-1e300))).collect() }
    };
    let settings = toys::settings(toys::few());
    let posterior = calibrate(&parameters(), &targets(&DATA), &settings, &mut Toy::new(model), &mut |_| ()).unwrap();
    let ((mean, covariance), (expected, exact)) = (moments(&posterior), exact());
    for i in 0..3 {
        let sd = exact[i][i].sqrt();
        assert!((mean[i] - expected[i]).abs() < 0.3 * sd, "{i}: {} is not {}", mean[i], expected[i]);
        assert!((covariance[i][i].sqrt() / sd - 1.0).abs() < 0.15, "{i}: {covariance:?} is not {exact:?}");
    }
    assert!(posterior.fits.iter().all(|fit| (fit.present - 1.0).abs() < 1e-9));
}

#[test]
fn data_out_of_reach_are_the_first_misfit() {
    let mut data = DATA;
    // Runs give about 0.2, with luck of 1.
    data[3] = (9.0, 0.5);
    let settings = toys::settings(toys::few());
    let posterior = calibrate(&parameters(), &targets(&data), &settings, &mut Toy::new(lines), &mut |_| ()).unwrap();
    let first = &posterior.fits[0];
    assert!(first.target == 3 && first.score > 4.0 && first.p < 0.001, "{:?}", posterior.fits);
    assert!(posterior.fits.windows(2).all(|pair| pair[0].score.abs() >= pair[1].score.abs()));
    assert!((first.luck.unwrap() - 1.0).abs() < 0.08, "{first:?}");
}

#[test]
fn a_sample_of_few_draws_is_not_called_a_posterior() {
    let of_draws = |draws: u32, wanted: f64| {
        let tiny = Emulated { draws, rounds: 2, leave_out: false, ..toys::few() };
        let settings = Settings { wanted, ..toys::settings(tiny) };
        calibrate(&parameters(), &targets(&DATA), &settings, &mut Toy::new(lines), &mut |_| ()).unwrap()
    };
    let of = |wanted: f64| of_draws(140, wanted);
    let few = of(700.0);
    assert_eq!((few.verdict(), few.diagnostics.effective.len()), (Verdict::NoPosterior, 2));
    // Two rounds add up.
    assert!((few.effective - few.diagnostics.effective.iter().sum::<f64>()).abs() < 1e-6, "{few:?}");
    assert_eq!((few.sample.len(), of(300.0).verdict()), (280, Verdict::Rough));
    assert_eq!(of_draws(60, 50.0).verdict(), Verdict::NoPosterior, "whatever was wanted");
    let enough = of(100.0);
    assert_eq!((enough.verdict(), enough.diagnostics.effective.len()), (Verdict::Posterior, 1));
    let mut apart = enough;
    apart.diagnostics.converged = false;
    assert_eq!(apart.verdict(), Verdict::Rough);
    assert!(apart.information.iter().flatten().all(|information| information.adds.is_none()));
}

#[test]
fn what_cannot_be_calibrated_is_told() {
    let data = targets(&DATA);
    let settings = toys::settings(toys::few());
    let of = |model: &mut dyn FnMut(&[f64]) -> Vec<Option<f64>>, settings: &Settings| {
        let model = std::cell::RefCell::new(model);
        let mut toy = Toy::new(|x: &[f64], _: &mut Random| (model.borrow_mut())(x));
        calibrate(&parameters(), &data, settings, &mut toy, &mut |_| ()).unwrap_err()
    };
    let found = of(&mut |_| vec![Some(0.0); 3], &settings);
    assert!(matches!(found, CalibrationError::Shape(Stage { purpose: Purpose::Smoother, number: 0, .. })), "{found}");
    let found = of(&mut |x| vec![Some(x[0]), None, Some(x[1]), Some(f64::NAN)], &settings);
    assert_eq!(found, CalibrationError::Target { target: 1, given: 0, runs: 100 });
    for emulated in [
        Emulated { replicates: 1, ..toys::few() },
        Emulated { from_prior: 1.5, ..toys::few() },
        Emulated { chains: Chains { r_hat: f64::NAN, ..Chains::default() }, ..toys::few() },
    ] {
        let found = of(&mut |_| vec![Some(0.0); 4], &toys::settings(emulated));
        assert!(matches!(found, CalibrationError::Setting(_)), "{found}");
    }
    let none = calibrate(&[], &data, &settings, &mut Toy::new(lines), &mut |_| ());
    assert_eq!(none, Err(CalibrationError::Setting("there is no parameter")));
    let mut empty = Stored(Vec::new(), 0);
    let stopped = calibrate(&parameters(), &data, &settings, &mut empty, &mut |_| ());
    assert_eq!(stopped, Err(CalibrationError::Forward(())));
}

/// A model without luck, and one that never changes, are calibrated too.
#[test]
fn models_without_luck_are_calibrated() {
    let model = |x: &[f64], _: &mut Random| vec![Some(x[0]), Some(3.0)];
    let settings = toys::settings(toys::few());
    let parameters = [normal("a", 0.0, 1.0)];
    let data = targets(&[(1.0, 0.5), (3.1, 0.2)]);
    let posterior = calibrate(&parameters, &data, &settings, &mut Toy::new(model), &mut |_| ()).unwrap();
    let (mean, covariance) = moments(&posterior);
    // 1 / (1 + 0.25) and 1 / (1 + 4).
    assert!((mean[0] - 0.8).abs() < 0.08 && (covariance[0][0] - 0.2).abs() < 0.04, "{mean:?} {covariance:?}");
}
