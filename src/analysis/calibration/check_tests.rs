//! The check finds calibrations right that are, and wrong ones wrong.

use super::super::{
    Chains, Emulated, Settings, Shape,
    random::Random,
    toys::{self, Toy, normal, parameter, targets},
};
use super::*;

/// As small as may be: a trial takes a tenth of a second or less.
fn tiny() -> Settings {
    let chains = Chains { chains: 8, generations: 300, most: 900, r_hat: 1.1 };
    let emulated = Emulated {
        members: 60,
        design: 80,
        draws: 120,
        rounds: 1,
        leave_out: false,
        chains,
        replicates: 4,
        ..toys::few()
    };
    Settings { wanted: 60.0, ..toys::settings(emulated) }
}

fn lines(x: &[f64], random: &mut Random) -> Vec<Option<f64>> {
    vec![Some(x[0] + 0.3 * random.normal()), Some(x[0] - x[1] + 0.3 * random.normal())]
}

/// Luck grows with the second parameter, and the first is bent.
fn bent(x: &[f64], random: &mut Random) -> Vec<Option<f64>> {
    let luck = 0.2 * exp(0.5 * x[1]);
    vec![
        Some(x[0] + 0.15 * x[0] * x[0] + luck * random.normal()),
        Some(x[1] - 0.3 * x[0] + 0.3 * random.normal()),
        Some(0.5 * x[0] * x[1] + x[2] + luck * random.normal()),
    ]
}

fn believed(errors: &[f64]) -> Targets {
    targets(&errors.iter().map(|error| (0.0, *error)).collect::<Vec<_>>())
}

/// Trials, ranks and bins: about 30 ranks in each.
const TRIALS: u32 = 240;
const DRAWS: u32 = 63;
const BINS: u32 = 8;
/// A right calibration is found wrong in one of so many tests of a parameter.
const SURE: f64 = 1e-3;

#[test]
fn calibrations_of_lines_and_of_what_is_bent_are_right() {
    let mut parameters = vec![normal("a", 0.0, 1.0), parameter("b", Shape::Uniform, -2.0, 2.0)];
    let of_lines =
        ranks(&parameters, &believed(&[0.3, 0.5]), &tiny(), (TRIALS, DRAWS), &mut Toy::new(lines), &mut |_| ());
    parameters.push(normal("c", 0.0, 1.0));
    let errors = believed(&[0.3, 0.5, 0.2]);
    let of_bent = ranks(&parameters, &errors, &tiny(), (TRIALS, DRAWS), &mut Toy::new(bent), &mut |_| ());
    for (ranks, width) in [(of_lines.unwrap(), 2), (of_bent.unwrap(), 3)] {
        assert_eq!((ranks.trials.len(), ranks.effective.len()), (TRIALS as usize, TRIALS as usize));
        for parameter in 0..width {
            let uniformity = ranks.uniformity(parameter, BINS);
            assert!(uniformity.p > SURE, "{parameter}: {:?} {uniformity:?}", ranks.histogram(parameter, BINS));
        }
    }
}

#[test]
fn a_likelihood_with_half_the_errors_is_found_out() {
    let parameters = [normal("a", 0.0, 1.0), parameter("b", Shape::Uniform, -2.0, 2.0)];
    let (made, halved) = (believed(&[0.6, 0.8]), believed(&[0.3, 0.4]));
    let (mut forward, mut listener) = (Toy::new(lines), |_: &Progress| ());
    let ranks = ranks_believing(&parameters, (&made, &halved), &tiny(), (TRIALS, DRAWS), (&mut forward, &mut listener))
        .unwrap();
    let counts = ranks.histogram(0, BINS);
    assert!(ranks.uniformity(0, BINS).p < SURE, "{counts:?}");
    // A posterior that is too narrow has truths beyond its ends.
    assert!(counts[0] + counts[7] > 2 * (TRIALS / BINS) + 20, "{counts:?}");
}

#[test]
fn truths_whose_run_lacks_a_target_are_drawn_anew() {
    let parameters = [normal("a", 0.0, 1.0)];
    let gaps = |x: &[f64], random: &mut Random| vec![(x[0] > 0.0).then(|| x[0] + random.normal())];
    let key = Key { seed: 1, trial: 0, number: TRUTH };
    for trial in 0..20 {
        let Planted { truth, run } = planted(&parameters, 1, Key { trial, ..key }, &mut Toy::new(gaps)).unwrap();
        assert!(truth[0] > 0.0 && run.len() == 1);
    }
    let never = |_: &[f64], _: &mut Random| vec![None];
    let lacking = planted(&parameters, 1, key, &mut Toy::new(never));
    assert_eq!(lacking, Err(CalibrationError::Target { target: 0, given: 0, runs: 100 }));
}
