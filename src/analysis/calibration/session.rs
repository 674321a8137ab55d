//! Asks the model for runs, checks what comes back, counts, and tells the listener.

use super::{
    Parameter, Targets,
    forward::{CalibrationError, Forward, Progress, Purpose, Run, Stage},
    random::Key,
};

/// A point that was run: its normal scores and what its runs gave.
#[derive(Clone, Debug)]
pub(super) struct Evaluated {
    pub normal: Vec<f64>,
    /// By replicate and target, of numbers that are finite; runs that failed are left out.
    pub runs: Vec<Run>,
    pub stage: Stage,
    pub place: usize,
}

/// A calibration that goes on.
pub(super) struct Session<'a, F: Forward> {
    pub parameters: &'a [Parameter],
    pub targets: &'a Targets,
    pub seed: u64,
    pub trial: u32,
    pub runs: u64,
    pub r_hat: Option<f64>,
    pub effective: Option<f64>,
    pub threshold: Option<f64>,
    number: u32,
    forward: &'a mut F,
    listener: &'a mut dyn FnMut(&Progress),
}

impl<'a, F: Forward> Session<'a, F> {
    pub fn new(
        parameters: &'a [Parameter],
        targets: &'a Targets,
        seed: u64,
        trial: u32,
        forward: &'a mut F,
        listener: &'a mut dyn FnMut(&Progress),
    ) -> Self {
        let (runs, number, r_hat, effective, threshold) = (0, 0, None, None, None);
        Self { parameters, targets, seed, trial, runs, r_hat, effective, threshold, number, forward, listener }
    }

    /// The key of what is drawn for the next set of runs.
    pub fn key(&self) -> Key {
        Key { seed: self.seed, trial: self.trial, number: self.number }
    }

    /// Values of the parameters at normal scores.
    pub fn values(&self, normal: &[f64]) -> Vec<f64> {
        self.parameters.iter().zip(normal).map(|(parameter, z)| parameter.prior.from_normal(*z)).collect()
    }

    /// Runs the model at these normal scores.
    pub fn run(
        &mut self,
        purpose: Purpose,
        generation: u32,
        points: Vec<Vec<f64>>,
        replicates: u32,
    ) -> Result<Vec<Evaluated>, CalibrationError<F::Error>> {
        let stage = Stage { trial: self.trial, number: self.number, purpose, generation };
        let values: Vec<Vec<f64>> = points.iter().map(|normal| self.values(normal)).collect();
        let results = self.forward.run(&stage, &values, replicates).map_err(CalibrationError::Forward)?;
        let right = |runs: &Vec<Run>| {
            runs.len() == replicates as usize && runs.iter().all(|run| run.len() == self.targets.len())
        };
        if results.len() != points.len() || !results.iter().all(right) {
            return Err(CalibrationError::Shape(stage));
        }
        self.number += 1;
        self.runs += points.len() as u64 * u64::from(replicates);
        let finite =
            |run: Run| -> Run { run.into_iter().map(|value| value.filter(|value| value.is_finite())).collect() };
        let ran = |run: &Run| run.iter().any(Option::is_some);
        let evaluated = |(place, (normal, runs)): (usize, (Vec<f64>, Vec<Run>))| {
            let runs = runs.into_iter().map(finite).filter(ran).collect();
            Evaluated { normal, runs, stage, place }
        };
        Ok(points.into_iter().zip(results).enumerate().map(evaluated).collect())
    }

    /// Tells the listener of a set of runs.
    pub fn tell(&mut self, points: &[Evaluated]) {
        let Some(stage) = points.first().map(|point| point.stage) else { return };
        let (mut sum, mut count) = (0.0, 0_u64);
        let covariance = self.targets.covariance();
        for run in points.iter().flat_map(|point| &point.runs) {
            for (place, (target, value)) in self.targets.list().iter().zip(run).enumerate() {
                let Some(value) = value else { continue };
                let distance = value - target.value;
                sum += distance * distance / covariance[place][place];
                count += 1;
            }
        }
        let misfit = (sum / count as f64).sqrt();
        let (effective, r_hat, threshold) = (self.effective, self.r_hat, self.threshold);
        (self.listener)(&Progress { stage, runs: self.runs, misfit, effective, r_hat, threshold });
    }
}
