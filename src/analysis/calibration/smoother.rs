//! Ensemble smoother with multiple data assimilation (Emerick and Reynolds 2013): an ensemble drawn from the prior is moved
//! towards the data by covariances between parameters and targets, in several steps with larger errors.
//!
//! It is exact for lines and normal errors alone; here it finds where to look. As a member's targets come from a single run,
//! luck is in their spread already; the data are perturbed by errors, and by as much luck as larger errors in several steps
//! ask for.

use super::{
    forward::{CalibrationError, Forward, Purpose, Run},
    random::Use,
    regression,
    session::{Evaluated, Session},
    settings::Emulated,
    weights,
};
use crate::maths::linear::{Cholesky, Matrix, dot};

/// Normal scores stay within ± this.
pub(super) const FARTHEST: f64 = 5.0;

/// What the smoother found.
#[derive(Debug)]
pub(super) struct Smoothed {
    /// The ensemble after the last assimilation, as normal scores.
    pub ensemble: Vec<Vec<f64>>,
    /// All that was run, each assimilation's members in turn: the first are a sample of the prior.
    pub runs: Vec<Evaluated>,
}

/// Runs the smoother.
pub(super) fn smooth<F: Forward>(
    session: &mut Session<F>,
    settings: &Emulated,
) -> Result<Smoothed, CalibrationError<F::Error>> {
    let (members, key) = (settings.members as usize, session.key());
    let draw = |place| key.of(Use::Prior, 0, place).normals(session.parameters.len());
    let mut ensemble: Vec<Vec<f64>> = (0..members).map(draw).collect();
    let mut runs = Vec::new();
    for generation in 0..settings.assimilations {
        let key = session.key();
        let evaluated = session.run(Purpose::Smoother, generation, ensemble, 1)?;
        session.tell(&evaluated);
        let data = filled(&evaluated, session.targets.len())?;
        let normals: Vec<&[f64]> = evaluated.iter().map(|point| point.normal.as_slice()).collect();
        let perturbed = |place: usize, factor: &Cholesky| {
            key.of(Use::Perturbation, 0, place).about(&session.targets.values(), factor)
        };
        let step = Step { normals: &normals, data: &data, inflation: f64::from(settings.assimilations) };
        ensemble = step
            .update(&session.targets.covariance(), perturbed)
            .ok_or(CalibrationError::Numbers("the covariances of the smoother cannot be worked with"))?;
        runs.extend(evaluated);
    }
    Ok(Smoothed { ensemble, runs })
}

/// The targets of each member, `None` for those that it lacks.
fn filled<E>(evaluated: &[Evaluated], targets: usize) -> Result<Vec<Run>, CalibrationError<E>> {
    let data: Vec<Run> =
        evaluated.iter().map(|point| point.runs.first().cloned().unwrap_or_else(|| vec![None; targets])).collect();
    for target in 0..targets {
        let given = data.iter().filter(|member| member[target].is_some()).count();
        if given < data.len().div_ceil(10).max(5) {
            return Err(CalibrationError::Target { target, given, runs: data.len() });
        }
    }
    Ok(data)
}

/// One assimilation.
struct Step<'a> {
    normals: &'a [&'a [f64]],
    data: &'a [Run],
    inflation: f64,
}

impl Step<'_> {
    /// The ensemble moved by its covariances with the targets. A target that a member lacks stands at the mean of the others in
    /// the covariances and does not move that member.
    fn update(&self, errors: &Matrix, perturbed: impl Fn(usize, &Cholesky) -> Vec<f64>) -> Option<Vec<Vec<f64>>> {
        let (width, targets) = (self.normals.first()?.len(), errors.len());
        let means: Vec<f64> = (0..targets)
            .map(|target| {
                let given: Vec<f64> = self.data.iter().filter_map(|member| member[target]).collect();
                given.iter().sum::<f64>() / given.len() as f64
            })
            .collect();
        let complete = |member: &Run| -> Vec<f64> {
            member.iter().zip(&means).map(|(value, mean)| value.unwrap_or(*mean)).collect()
        };
        let data: Vec<Vec<f64>> = self.data.iter().map(complete).collect();
        let joint: Vec<Vec<f64>> =
            self.normals.iter().zip(&data).map(|(z, data)| z.iter().chain(data).copied().collect()).collect();
        let joint: Vec<&[f64]> = joint.iter().map(Vec::as_slice).collect();
        let (_, covariance) = weights::moments(&joint, &vec![1.0; joint.len()]);
        let luck = regression::about_a_line(self.normals, &data)?;
        let sum = |i: usize, j: usize| self.inflation * errors[i][j] + (self.inflation - 1.0) * luck[i][j];
        let noise: Matrix = (0..targets).map(|i| (0..targets).map(|j| sum(i, j)).collect()).collect();
        let whole = |i: usize, j: usize| covariance[width + i][width + j] + noise[i][j];
        let whole: Matrix = (0..targets).map(|i| (0..targets).map(|j| whole(i, j)).collect()).collect();
        let (noise, whole) = (Cholesky::of_covariance(&noise)?, Cholesky::of_covariance(&whole)?);
        let moved = |place: usize| {
            let wanted = perturbed(place, &noise);
            let lacking = &self.data[place];
            let innovation: Vec<f64> =
                (0..targets).map(|t| lacking[t].map_or(0.0, |value| wanted[t] - value)).collect();
            let solved = whole.solve(&innovation);
            let by = |i: usize| dot(&covariance[i][width..], &solved);
            (0..width).map(|i| (self.normals[place][i] + by(i)).clamp(-FARTHEST, FARTHEST)).collect()
        };
        Some((0..self.normals.len()).map(moved).collect())
    }
}

/// Points of a design about the ensemble: a normal distribution with its mean and covariance, the latter as much wider as the
/// settings say where the prior allows, and a share of the prior.
pub(super) fn design<F: Forward>(
    session: &Session<F>,
    ensemble: &[Vec<f64>],
    settings: &Emulated,
) -> Option<Vec<Vec<f64>>> {
    /// Where data tell little a wider ensemble would leave the prior: it meets a prior of this standard deviation.
    const WIDEST: f64 = 1.5;
    let rows: Vec<&[f64]> = ensemble.iter().map(Vec::as_slice).collect();
    let (mean, mut covariance) = weights::moments(&rows, &vec![1.0; rows.len()]);
    covariance.iter_mut().flatten().for_each(|value| *value *= settings.inflation * settings.inflation);
    let precision = Cholesky::of_covariance(&covariance)?.inverse();
    let right: Vec<f64> = precision.iter().map(|row| dot(row, &mean)).collect();
    let mut both = precision;
    (0..mean.len()).for_each(|i| both[i][i] += 1.0 / (WIDEST * WIDEST));
    let both = Cholesky::of_covariance(&both)?;
    let (centre, factor) = (both.solve(&right), Cholesky::of_covariance(&both.inverse())?);
    let (key, count) = (session.key(), settings.design as usize);
    let from_prior = (f64::from(settings.design) * settings.from_prior).round() as usize;
    let point = |place: usize| {
        let mut random = key.of(Use::Design, 0, place);
        let drawn = if place < from_prior { random.normals(centre.len()) } else { random.about(&centre, &factor) };
        drawn.into_iter().map(|z| z.clamp(-FARTHEST, FARTHEST)).collect()
    };
    Some((0..count).map(point).collect())
}
