//! Simulation-based calibration (Talts et al. 2018): truths are drawn from the prior, data are made of them by runs of the
//! model, and the place of each truth among draws of its posterior must be uniform. It is not where the posterior is too narrow
//! (places pile up at the ends), too wide (in the middle) or moved (at one end).

use super::{
    CalibrationError, Forward, Parameter, Progress, Purpose, Settings, Targets, calibrate_trial,
    forward::Stage,
    random::{Key, Use},
};
use crate::maths::{self, exp, linear::Cholesky, normal_cumulative};

/// Number of the set of runs that plants the truth of a trial: no calibration asks for so many.
const TRUTH: u32 = u32::MAX;

/// Ranks of planted truths.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranks {
    /// By trial and parameter: how many of the draws lie below the truth.
    pub trials: Vec<Vec<u32>>,
    /// Draws of each trial, so that a rank is from 0 to this number.
    pub draws: u32,
    /// Effective sample of each trial. Where it is below the number of draws, draws were taken more than once, and ranks are
    /// less even than those of a good posterior would be.
    pub effective: Vec<f64>,
}

/// How far ranks are from uniform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniformity {
    /// Σ (found − expected)² / expected over bins.
    pub chi_square: f64,
    /// Degrees of freedom: bins less 1.
    pub freedom: u32,
    /// Probability of a χ² at least as large if ranks are uniform.
    pub p: f64,
}

/// Plants so many truths and finds their ranks among `draws` draws of each posterior; 63 make 64 ranks, which 2 to 64 bins
/// share evenly. Values of the targets are not used, their errors and discrepancies are.
///
/// # Errors
///
/// As for [`calibrate`](super::calibrate), and if no truth has a run with all targets.
pub fn ranks<F: Forward>(
    parameters: &[Parameter],
    targets: &Targets,
    settings: &Settings,
    (trials, draws): (u32, u32),
    forward: &mut F,
    listener: &mut dyn FnMut(&Progress),
) -> Result<Ranks, CalibrationError<F::Error>> {
    ranks_believing(parameters, (targets, targets), settings, (trials, draws), (forward, listener))
}

/// The same where data are made with the errors of some targets and calibrated with those of others.
fn ranks_believing<F: Forward>(
    parameters: &[Parameter],
    (made, believed): (&Targets, &Targets),
    settings: &Settings,
    (trials, draws): (u32, u32),
    (forward, listener): (&mut F, &mut dyn FnMut(&Progress)),
) -> Result<Ranks, CalibrationError<F::Error>> {
    let errors = Cholesky::of_covariance(&made.covariance())
        .ok_or(CalibrationError::Numbers("the covariance of the targets' errors cannot be worked with"))?;
    let mut ranks = Ranks { trials: Vec::new(), draws, effective: Vec::new() };
    for trial in 0..trials {
        let key = Key { seed: settings.seed, trial, number: TRUTH };
        let Planted { truth, run } = planted(parameters, made.len(), key, forward)?;
        let data = believed.with_values(&key.of(Use::Error, 0, 0).about(&run, &errors));
        let posterior = calibrate_trial(parameters, &data, settings, trial, forward, listener)?;
        let weights: Vec<f64> = posterior.sample.iter().map(|draw| draw.weight).collect();
        let taken = maths::systematic(&weights, draws, key.of(Use::Resample, 0, 0).uniform());
        let rank = |parameter: usize| {
            let below = |place: &&usize| posterior.sample[**place].normal[parameter] < truth[parameter];
            taken.iter().filter(below).count() as u32
        };
        ranks.trials.push((0..parameters.len()).map(rank).collect());
        ranks.effective.push(posterior.effective);
    }
    Ok(ranks)
}

/// A truth.
#[derive(Clone, Debug, PartialEq)]
struct Planted {
    /// Normal scores of its parameters.
    truth: Vec<f64>,
    /// The targets of a run there.
    run: Vec<f64>,
}

/// A truth and a run there. Truths whose run lacks a target are drawn anew, as the posterior
/// counts that a run must have them all.
fn planted<F: Forward>(
    parameters: &[Parameter],
    targets: usize,
    key: Key,
    forward: &mut F,
) -> Result<Planted, CalibrationError<F::Error>> {
    const MOST: u32 = 100;
    let mut lacking = 0;
    for generation in 0..MOST {
        let truth = key.of(Use::Prior, u64::from(generation), 0).normals(parameters.len());
        let values = parameters.iter().zip(&truth).map(|(parameter, z)| parameter.prior.from_normal(*z)).collect();
        let stage = Stage { trial: key.trial, number: TRUTH, purpose: Purpose::Truth, generation };
        let results = forward.run(&stage, &[values], 1).map_err(CalibrationError::Forward)?;
        let run = results.first().and_then(|runs| runs.first()).filter(|run| run.len() == targets);
        let run = run.ok_or(CalibrationError::Shape(stage))?;
        match run.iter().position(Option::is_none) {
            Some(target) => lacking = target,
            None => return Ok(Planted { truth, run: run.iter().flatten().copied().collect() }),
        }
    }
    Err(CalibrationError::Target { target: lacking, given: 0, runs: MOST as usize })
}

impl Ranks {
    /// How many ranks of a parameter lie in each of so many bins of equal width.
    pub fn histogram(&self, parameter: usize, bins: u32) -> Vec<u32> {
        let mut counts = vec![0; bins as usize];
        for rank in self.trials.iter().filter_map(|ranks| ranks.get(parameter)) {
            let bin = u64::from(*rank) * u64::from(bins) / (u64::from(self.draws) + 1);
            if let Some(count) = counts.get_mut(bin as usize) {
                *count += 1;
            }
        }
        counts
    }

    /// How far the ranks of a parameter are from uniform over so many bins, which should have five or more of them each.
    pub fn uniformity(&self, parameter: usize, bins: u32) -> Uniformity {
        let counts = self.histogram(parameter, bins);
        let expected = self.trials.len() as f64 / f64::from(bins);
        let part = |count: &u32| {
            let gap = f64::from(*count) - expected;
            gap * gap / expected
        };
        let (chi_square, freedom) = (counts.iter().map(part).sum(), bins.saturating_sub(1));
        Uniformity { chi_square, freedom, p: chi_square_beyond(chi_square, freedom) }
    }
}

/// The probability of a χ² above `x` (Abramowitz and Stegun 1964, 26.4.4 and 26.4.5).
fn chi_square_beyond(x: f64, freedom: u32) -> f64 {
    if freedom == 0 || x <= 0.0 {
        return 1.0;
    }
    let half = exp(-x / 2.0);
    let odd = freedom % 2 == 1;
    let root = x.sqrt();
    let mut term = if odd { half * root * (2.0 / std::f64::consts::PI).sqrt() } else { half };
    let mut sum = if odd { 2.0 * normal_cumulative(-root) } else { 0.0 };
    let mut divisor = if odd { 3.0 } else { 2.0 };
    while divisor <= f64::from(freedom) + 0.5 {
        sum += term;
        term *= x / divisor;
        divisor += 2.0;
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `chi2.sf(x, n)` of scipy.
    #[test]
    fn tails_of_chi_square_are_those_of_scipy() {
        for (x, freedom, expected) in [
            (3.0, 1, 0.08326451666355042),
            (3.0, 2, 0.22313016014842982),
            (12.5, 7, 0.08526927515826925),
            (12.5, 8, 0.1302503547279264),
            (40.0, 15, 0.00045349813510223386),
        ] {
            let found = chi_square_beyond(x, freedom);
            assert!((found / expected - 1.0).abs() < 1e-10, "{x} {freedom}: {found}");
        }
        assert_eq!(chi_square_beyond(0.0, 5), 1.0);
    }

    #[test]
    fn ranks_fall_into_bins_of_equal_width() {
        let ranks = |list: &[u32]| Ranks {
            trials: list.iter().map(|rank| vec![*rank]).collect(),
            draws: 7,
            effective: Vec::new(),
        };
        let even = ranks(&[0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(even.histogram(0, 4), [2, 2, 2, 2]);
        assert_eq!(even.uniformity(0, 4).p, 1.0);
        // (8 − 2)² / 2 + 3 · 2.
        assert_eq!(ranks(&[7; 8]).uniformity(0, 4).chi_square, 24.0);
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod planted_tests;
