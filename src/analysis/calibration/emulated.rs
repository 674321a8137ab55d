//! Calibrate, emulate, sample (Cleary et al. 2021): a smoother finds where to look, an emulator is fitted there, chains draw
//! from its posterior, and the draws are really run and weighted by how much likelier the runs make them than the emulator
//! did. Where too few draws count, the emulator is fitted anew with all runs near them.

use super::{
    chains,
    emulator::{Emulator, Foretold, Lack},
    forward::{CalibrationError, Forward, Purpose},
    posterior::{Diagnostics, Draw, Emulation, Information, Posterior},
    regression::{Fitted, Points, count, explained},
    session::{Evaluated, Session},
    settings::{Emulated, Settings},
    smoother,
    summary::Summary,
    weights,
};
use crate::maths::{
    self,
    linear::{Cholesky, Matrix, dot},
};

/// Chance may make draws look nearer to what is foretold than they are: misses are not taken for less than this share of what
/// the emulator says.
const LEAST_STRETCH: f64 = 0.25;

/// States that the information of targets is averaged over.
const STATES_OF_INFORMATION: usize = 200;

/// A round of draws that were run.
struct Round {
    points: Vec<Evaluated>,
    ln_likelihoods: Vec<f64>,
    weights: Vec<f64>,
    effective: f64,
}

/// Calibrates by an emulator.
pub(super) fn calibrate<F: Forward>(
    session: &mut Session<F>,
    settings: &Settings,
    emulated: &Emulated,
) -> Result<Posterior, CalibrationError<F::Error>> {
    let smoothed = smoother::smooth(session, emulated)?;
    let numbers = CalibrationError::Numbers("the covariance of the smoother's ensemble cannot be worked with");
    let design = smoother::design(session, &smoothed.ensemble, emulated).ok_or(numbers)?;
    let design = session.run(Purpose::Design, 0, design, emulated.design_replicates)?;
    session.tell(&design);
    let wide = Wide::fit(&smoothed.runs, &design, emulated, session.targets.len())
        .map_err(|lack| error(lack, design.len()))?;
    let mut all: Vec<Evaluated> = smoothed.runs.into_iter().chain(design).collect();
    let (mut near, mut rounds) = (smoothed.ensemble, Vec::new());
    let mut number = 0;
    loop {
        let chosen = nearest(&all, &near, session.parameters.len());
        let emulator = Emulator::fit(&chosen, session.targets).map_err(|lack| error(lack, chosen.len()))?;
        let density = |z: &[f64]| chains::ln_prior(z) + emulator.ln_likelihood(z);
        let chained = chains::run((&emulated.chains, emulated.draws), session.key(), &near, density)
            .ok_or(CalibrationError::Numbers("there are too few states for chains to start from"))?;
        session.r_hat = Some(chained.r_hat);
        let draws = chained.thinned(emulated.draws as usize);
        let points = session.run(Purpose::Weighing, number, draws, emulated.replicates)?;
        let round = weighed(&emulator, points, chained.independent)
            .ok_or(CalibrationError::Numbers("no draw has a likelihood"))?;
        near = round.points.iter().map(|point| point.normal.clone()).collect();
        rounds.push(round);
        number += 1;
        let effective: f64 = rounds.iter().map(|round| round.effective).sum();
        session.effective = Some(effective);
        session.tell(&rounds[rounds.len() - 1].points);
        if effective >= settings.wanted || number >= emulated.rounds {
            let adds = emulated.leave_out.then(|| adds(&emulator, &chained.thinned(STATES_OF_INFORMATION))).flatten();
            let information = information(&wide, adds.as_deref());
            let emulations = emulations(&emulator, &wide, session.targets.len());
            let diagnostics = Diagnostics {
                r_hat: Some(chained.r_hat),
                converged: chained.converged,
                independent: Some(chained.independent),
                accepted: Some(chained.accepted),
                effective: rounds.iter().map(|round| round.effective).collect(),
                thresholds: Vec::new(),
                emulated: emulations,
            };
            let sample = pooled(session, rounds);
            return Ok(Posterior::new(session, (effective, settings.wanted), sample, information, diagnostics));
        }
        all.extend(rounds[rounds.len() - 1].points.iter().cloned());
    }
}

fn error<E>(lack: Lack, runs: usize) -> CalibrationError<E> {
    match lack {
        Lack::Target(target, given) => CalibrationError::Target { target, given, runs },
        Lack::Numbers => CalibrationError::Numbers("the numbers of the emulator cannot be worked with"),
    }
}

/// The points near where the posterior is thought to be: within three times its spread, and several for each coefficient.
fn nearest<'a>(all: &'a [Evaluated], near: &[Vec<f64>], parameters: usize) -> Vec<&'a Evaluated> {
    const WITHIN: f64 = 3.0;
    const PER_COEFFICIENT: usize = 3;
    let rows: Vec<&[f64]> = near.iter().map(Vec::as_slice).collect();
    let (mean, covariance) = weights::moments(&rows, &vec![1.0; rows.len()]);
    let Some(factor) = Cholesky::of_covariance(&covariance) else { return all.iter().collect() };
    let distance = |point: &Evaluated| {
        let gap: Vec<f64> = point.normal.iter().zip(&mean).map(|(z, mean)| z - mean).collect();
        let half = factor.solve_lower(&gap);
        dot(&half, &half)
    };
    let mut order: Vec<(f64, usize)> = all.iter().map(distance).zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let least = PER_COEFFICIENT * count(parameters, super::regression::Order::Quadratic);
    let inside = order.partition_point(|(distance, _)| *distance <= WITHIN * WITHIN * parameters as f64);
    let mut places: Vec<usize> = order.into_iter().take(inside.max(least)).map(|(_, place)| place).collect();
    places.sort_unstable();
    places.into_iter().map(|place| &all[place]).collect()
}

/// Weighs draws by what their runs make of the likelihood, over what the emulator made of it. What the emulator misses is
/// judged anew by these very draws, as it is there that it counts. Draws that are worth fewer independent ones count for less.
fn weighed(emulator: &Emulator, points: Vec<Evaluated>, independent: f64) -> Option<Round> {
    let targets = emulator.missed.len();
    let summaries: Vec<Summary> = points.iter().map(|point| Summary::of(point, targets)).collect();
    let foretold: Vec<Foretold> = points.iter().map(|point| emulator.at(&point.normal)).collect();
    let stretch: Vec<f64> = (0..targets).map(|target| stretch(target, &foretold, &summaries)).collect();
    let real = |(foretold, own): (&Foretold, &Summary)| {
        let missed: Vec<f64> = foretold.missed.iter().zip(&stretch).map(|(missed, by)| missed * by).collect();
        if own.ran == 0 { f64::NEG_INFINITY } else { emulator.ln_likelihood_with_runs(foretold, &missed, own) }
    };
    let ln_likelihoods: Vec<f64> = foretold.iter().zip(&summaries).map(real).collect();
    let ratio = |(real, point): (&f64, &Evaluated)| real - emulator.ln_likelihood(&point.normal);
    let ratios: Vec<f64> = ln_likelihoods.iter().zip(&points).map(ratio).collect();
    let weights = weights::from_logarithms(&ratios)?;
    let effective = maths::effective(&weights) * (independent / points.len() as f64).min(1.0);
    Some(Round { effective, points, ln_likelihoods, weights })
}

/// What the standard deviation of a target's miss is to be multiplied with so that draws are as far off as it says.
fn stretch(target: usize, foretold: &[Foretold], summaries: &[Summary]) -> f64 {
    let (mut found, mut luck, mut said) = (0.0, 0.0, 0.0);
    for (foretold, own) in foretold.iter().zip(summaries) {
        let Some((mean, runs)) = own.mean(target) else { continue };
        let gap = mean - foretold.mean[target];
        found += gap * gap;
        luck += foretold.luck[target] * foretold.luck[target] / runs;
        said += foretold.missed[target] * foretold.missed[target];
    }
    let by = ((found - luck).max(0.0) / said).sqrt();
    if by.is_finite() { by.max(LEAST_STRETCH) } else { 1.0 }
}

/// The draws of all rounds, each round by its effective number, which so add up.
fn pooled<F: Forward>(session: &Session<F>, rounds: Vec<Round>) -> Vec<Draw> {
    let effective: f64 = rounds.iter().map(|round| round.effective).sum();
    let mut draws = Vec::new();
    for round in rounds {
        let share = round.effective / effective;
        for ((point, ln), weight) in round.points.into_iter().zip(round.ln_likelihoods).zip(round.weights) {
            draws.push(Draw {
                values: session.values(&point.normal),
                weight: share * weight,
                log_likelihood: ln,
                normal: point.normal,
                runs: point.runs,
                stage: point.stage,
                point: point.place,
            });
        }
    }
    draws
}

/// Regressions over the whole prior, which tell what each parameter does to each target.
struct Wide {
    fitted: Vec<Fitted>,
    scale: super::regression::Scale,
    r2: Vec<f64>,
}

impl Wide {
    /// Fits them to the smoother's first members and to those points of the design that are from the prior.
    fn fit(smoothed: &[Evaluated], design: &[Evaluated], settings: &Emulated, targets: usize) -> Result<Self, Lack> {
        let from_prior = (f64::from(settings.design) * settings.from_prior).round() as usize;
        let points: Vec<&Evaluated> =
            smoothed.iter().take(settings.members as usize).chain(design.iter().take(from_prior)).collect();
        let summaries: Vec<Summary> = points.iter().map(|point| Summary::of(point, targets)).collect();
        let rows = points.iter().map(|point| point.normal.as_slice()).collect();
        let all = Points::new(rows, summaries.iter().map(Summary::weight).collect());
        let fitted = super::emulator::means(&all, &summaries, targets)?;
        let r2 = fitted.iter().enumerate().map(|(target, fitted)| r2(&all, &summaries, target, fitted)).collect();
        Ok(Self { fitted, scale: all.scale, r2 })
    }
}

/// Share of the variance of values that is foretold, luck counted as not foretold.
fn r2(all: &Points, summaries: &[Summary], target: usize, fitted: &Fitted) -> f64 {
    let given: Vec<(f64, f64)> = summaries
        .iter()
        .zip(&all.weights)
        .filter_map(|(summary, weight)| summary.mean(target).map(|(mean, _)| (mean, *weight)))
        .collect();
    let (values, weights): (Vec<f64>, Vec<f64>) = given.into_iter().unzip();
    let mean = dot(&values, &weights) / weights.iter().sum::<f64>();
    let about: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let whole = super::regression::weighted_square(&about, &weights);
    let left = super::regression::weighted_square(&fitted.left_out, &weights);
    if whole > 0.0 { (1.0 - left / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// What each target has to do with each parameter.
fn information(wide: &Wide, adds: Option<&[Vec<f64>]>) -> Vec<Vec<Information>> {
    let row = |(target, fitted): (usize, &Fitted)| {
        let of = |(parameter, (explained, total)): (usize, (f64, f64))| Information {
            explained,
            total,
            adds: adds.map(|adds| adds[target][parameter]),
        };
        explained(fitted, &wide.scale).into_iter().enumerate().map(of).collect()
    };
    wide.fitted.iter().enumerate().map(row).collect()
}

/// What each target adds to the contraction of each parameter, by target: variances without its part in the information on the
/// means, averaged over draws, less those with it. Weighing draws by how likely they are without a target would miss where only
/// that target keeps them from going.
fn adds(emulator: &Emulator, draws: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let (width, targets) = (draws.first()?.len(), emulator.missed.len());
    let identity = |i: usize| (0..width).map(|j| if i == j { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    // The prior of normal scores has variance 1.
    let mut whole: Matrix = (0..width).map(identity).collect();
    let mut parts: Vec<Matrix> = vec![vec![vec![0.0; width]; width]; targets];
    let share = 1.0 / draws.len() as f64;
    for draw in draws {
        let precision = emulator.precision(draw)?;
        let slopes = emulator.slopes(draw);
        for (target, row) in precision.iter().enumerate() {
            // Of all that is told, what goes with this target: rows of the precision times the slopes.
            let towards: Vec<f64> = slopes.iter().map(|slopes| dot(row, slopes)).collect();
            for i in 0..width {
                for j in 0..width {
                    whole[i][j] += share * slopes[i][target] * towards[j];
                    parts[target][i][j] += share * towards[i] * towards[j] / row[target];
                }
            }
        }
    }
    let variances = |matrix: &Matrix| -> Option<Vec<f64>> {
        let inverse = Cholesky::of_covariance(matrix)?.inverse();
        Some((0..width).map(|i| inverse[i][i]).collect())
    };
    let with = variances(&whole)?;
    let without = |part: &Matrix| {
        let left = |(whole, part): (&Vec<f64>, &Vec<f64>)| whole.iter().zip(part).map(|(a, b)| a - b).collect();
        let without = variances(&whole.iter().zip(part).map(left).collect())?;
        Some(without.iter().zip(&with).map(|(without, with)| without - with).collect())
    };
    parts.iter().map(without).collect()
}

fn emulations(emulator: &Emulator, wide: &Wide, targets: usize) -> Vec<Emulation> {
    let luck = emulator.luck.at(emulator.centre());
    let of = |target: usize| Emulation {
        r2: emulator.r2[target],
        prior_r2: wide.r2[target],
        quadratic: emulator.is_quadratic(target),
        missed: emulator.missed[target].sqrt(),
        luck: luck[target],
        skewness: emulator.luck.skewness[target],
        kurtosis: emulator.luck.kurtosis[target],
    };
    (0..targets).map(of).collect()
}
