//! Approximate Bayesian computation by sequential Monte Carlo (Toni et al. 2009): generations of parameters whose single runs come ever
//! closer to the data, each drawn about the last with normal kernels of twice its variance.

use super::{
    chains::ln_prior,
    forward::{CalibrationError, Forward, Purpose},
    posterior::{Diagnostics, Draw, Posterior},
    random::Use,
    regression::{Points, weighted_square},
    session::{Evaluated, Session},
    settings::{Sequential, Settings},
    smoother::FARTHEST,
    weights,
};
use crate::maths::{self, exp, linear::Cholesky, ln};

/// A parameter set that was near enough.
#[derive(Clone, Debug)]
struct Particle {
    point: Evaluated,
    distance: f64,
}

/// Particles with their weights, which add up to 1.
#[derive(Clone, Debug, Default)]
struct Generation {
    particles: Vec<Particle>,
    weights: Vec<f64>,
    threshold: f64,
}

/// How far runs are from the data.
struct Distance {
    /// Standard deviation of error and luck, by target.
    scale: Vec<f64>,
    /// Factor of the covariance of errors, if runs get errors.
    errors: Option<Cholesky>,
}

/// Calibrates without an emulator.
pub(super) fn calibrate<F: Forward>(
    session: &mut Session<F>,
    settings: &Settings,
    sequential: &Sequential,
) -> Result<Posterior, CalibrationError<F::Error>> {
    let (first, distance) = first(session, sequential)?;
    let mut generations = vec![first];
    for number in 1..sequential.generations {
        let last = &generations[generations.len() - 1];
        if last.threshold <= sequential.threshold {
            break;
        }
        let distances: Vec<(f64, f64)> =
            last.particles.iter().zip(&last.weights).map(|(particle, weight)| (particle.distance, *weight)).collect();
        let Some([quantile]) = weights::quantiles(&distances, [sequential.quantile]) else { break };
        let threshold = quantile.max(sequential.threshold);
        let Some(next) = next(session, sequential, &distance, last, (number, threshold))? else { break };
        generations.push(next);
    }
    let diagnostics = Diagnostics {
        r_hat: None,
        // The first generation is the prior, whatever was seen.
        converged: generations.len() > 1,
        independent: None,
        accepted: None,
        effective: generations.iter().map(|generation| maths::effective(&generation.weights)).collect(),
        thresholds: generations.iter().map(|generation| generation.threshold).collect(),
        emulated: Vec::new(),
    };
    let last = generations.pop().unwrap_or_default();
    let draw = |(particle, weight): (Particle, f64)| Draw {
        values: session.values(&particle.point.normal),
        weight,
        log_likelihood: -0.5 * particle.distance * particle.distance * session.targets.len() as f64,
        normal: particle.point.normal,
        runs: particle.point.runs,
        stage: particle.point.stage,
        point: particle.point.place,
    };
    let sample = last.particles.into_iter().zip(last.weights).map(draw).collect();
    let effective = diagnostics.effective.last().copied().unwrap_or(0.0);
    Ok(Posterior::new(session, (effective, settings.wanted), sample, Vec::new(), diagnostics))
}

/// A sample of the prior, and the scale of distances that it gives.
fn first<F: Forward>(
    session: &mut Session<F>,
    settings: &Sequential,
) -> Result<(Generation, Distance), CalibrationError<F::Error>> {
    let (key, count) = (session.key(), settings.particles as usize);
    let draw = |place| key.of(Use::Prior, 0, place).normals(session.parameters.len());
    let points = (0..count).map(draw).collect();
    let points = session.run(Purpose::Proposals, 0, points, 1)?;
    let whole: Vec<&Evaluated> =
        points.iter().filter(|point| point.runs.first().is_some_and(|run| run.iter().all(Option::is_some))).collect();
    let least = session.parameters.len() + 3;
    if whole.len() < least {
        let given = |target: usize| {
            points.iter().filter(|point| point.runs.first().is_some_and(|run| run[target].is_some())).count()
        };
        let target = (0..session.targets.len()).min_by_key(|target| given(*target)).unwrap_or(0);
        return Err(CalibrationError::Target { target, given: given(target), runs: points.len() });
    }
    let series = |target: usize| -> Vec<f64> {
        whole.iter().filter_map(|point| point.runs.first().and_then(|run| run[target])).collect()
    };
    let series: Vec<Vec<f64>> = (0..session.targets.len()).map(series).collect();
    let rows = whole.iter().map(|point| point.normal.as_slice()).collect();
    let numbers = CalibrationError::Numbers("the luck of the first generation cannot be worked with");
    let ones = vec![1.0; whole.len()];
    let fitted = Points::new(rows, ones.clone()).fit(&vec![true; whole.len()], &series).ok_or(numbers)?;
    let errors = session.targets.covariance();
    let luck = |target: usize| weighted_square(&fitted[target].left_out, &ones);
    let scale = (0..errors.len()).map(|target| (errors[target][target] + luck(target)).sqrt()).collect();
    let factor = Cholesky::of_covariance(&errors)
        .ok_or(CalibrationError::Numbers("the covariance of the targets' errors cannot be worked with"))?;
    let distance = Distance { scale, errors: settings.errors.then_some(factor) };
    let particles: Vec<Particle> =
        points.into_iter().map(|point| Particle { distance: distance.of(session, &point), point }).collect();
    let generation = Generation { weights: vec![1.0 / count as f64; count], threshold: f64::INFINITY, particles };
    session.threshold = Some(generation.threshold);
    session.effective = Some(maths::effective(&generation.weights));
    session.tell(&generation.particles.iter().map(|particle| particle.point.clone()).collect::<Vec<_>>());
    Ok((generation, distance))
}

impl Distance {
    /// Root mean square over targets of a single run's distance; infinite for a run that lacks one.
    fn of<F: Forward>(&self, session: &Session<F>, point: &Evaluated) -> f64 {
        let Some(run) = point.runs.first() else { return f64::INFINITY };
        let key = super::random::Key { number: point.stage.number, ..session.key() };
        let error = match &self.errors {
            Some(factor) => key.of(Use::Error, 0, point.place).about(&vec![0.0; run.len()], factor),
            None => vec![0.0; run.len()],
        };
        let mut sum = 0.0;
        for (place, (value, target)) in run.iter().zip(session.targets.list()).enumerate() {
            let Some(value) = value else { return f64::INFINITY };
            let gap = (value + error[place] - target.value) / self.scale[place];
            sum += gap * gap;
        }
        (sum / run.len() as f64).sqrt()
    }
}

/// A generation below a threshold, with its number; `None` if that takes too many runs.
fn next<F: Forward>(
    session: &mut Session<F>,
    settings: &Sequential,
    distance: &Distance,
    last: &Generation,
    (number, threshold): (u32, f64),
) -> Result<Option<Generation>, CalibrationError<F::Error>> {
    let wanted = settings.particles as usize;
    let kernel = kernel(last);
    let mut found: Vec<Particle> = Vec::new();
    while found.len() < wanted {
        if session.runs + u64::from(settings.batch) > settings.most_runs {
            return Ok(None);
        }
        let key = session.key();
        let propose = |place: usize| {
            let mut random = key.of(Use::Proposal, 0, place);
            let from = maths::systematic(&last.weights, 1, random.uniform()).first().copied().unwrap_or(0);
            let centre = &last.particles[from].point.normal;
            let moved = |(z, sd): (&f64, &f64)| (z + sd * random.normal()).clamp(-FARTHEST, FARTHEST);
            centre.iter().zip(&kernel).map(moved).collect()
        };
        let points = (0..settings.batch as usize).map(propose).collect();
        let points = session.run(Purpose::Proposals, number, points, 1)?;
        session.threshold = Some(threshold);
        session.tell(&points);
        let particles = points.into_iter().map(|point| Particle { distance: distance.of(session, &point), point });
        // In order, so that fast runs are not favoured.
        found.extend(particles.filter(|particle| particle.distance <= threshold));
    }
    found.truncate(wanted);
    let ln_weights: Vec<f64> = found.iter().map(|particle| ln_weight(&particle.point.normal, last, &kernel)).collect();
    let Some(weights) = weights::from_logarithms(&ln_weights) else { return Ok(None) };
    session.effective = Some(maths::effective(&weights));
    Ok(Some(Generation { particles: found, weights, threshold }))
}

/// Standard deviations of a normal kernel: its variances are twice those of the generation.
fn kernel(generation: &Generation) -> Vec<f64> {
    let rows: Vec<&[f64]> = generation.particles.iter().map(|particle| particle.point.normal.as_slice()).collect();
    let (_, covariance) = weights::moments(&rows, &generation.weights);
    (0..covariance.len()).map(|i| (2.0 * covariance[i][i]).sqrt().max(1e-6)).collect()
}

/// Logarithm of the prior density over that of being proposed.
fn ln_weight(normal: &[f64], last: &Generation, kernel: &[f64]) -> f64 {
    let proposed: f64 = last
        .particles
        .iter()
        .zip(&last.weights)
        .map(|(particle, weight)| {
            let gaps = normal.iter().zip(&particle.point.normal).zip(kernel);
            let square: f64 = gaps.map(|((a, b), sd)| (a - b) / sd * ((a - b) / sd)).sum();
            weight * exp(-0.5 * square)
        })
        .sum();
    ln_prior(normal) - ln(proposed)
}
