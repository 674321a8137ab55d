//! Small models for tests, with luck of their own for each point and replicate.

use super::{
    Chains, Emulated, Forward, Method, Parameter, Prior, Results, Settings, Shape, Stage, Target, Targets,
    random::{Key, Random, Use},
};

/// A model from parameters and random numbers to targets.
pub(super) struct Toy<M> {
    pub model: M,
    /// Sets of runs asked for.
    pub asked: Vec<Stage>,
}

impl<M: Fn(&[f64], &mut Random) -> Vec<Option<f64>>> Toy<M> {
    pub fn new(model: M) -> Self {
        Self { model, asked: Vec::new() }
    }
}

impl<M: Fn(&[f64], &mut Random) -> Vec<Option<f64>>> Forward for Toy<M> {
    type Error = ();

    fn run(&mut self, stage: &Stage, points: &[Vec<f64>], replicates: u32) -> Result<Results, ()> {
        self.asked.push(*stage);
        let key = Key { seed: 77, trial: stage.trial, number: stage.number };
        let run = |place: usize, replicate: u32| {
            let generation = (u64::from(stage.generation) << 32) | u64::from(replicate);
            (self.model)(&points[place], &mut key.of(Use::Error, generation, place))
        };
        Ok((0..points.len()).map(|place| (0..replicates).map(|replicate| run(place, replicate)).collect()).collect())
    }
}

pub(super) fn parameter(name: &str, shape: Shape, low: f64, high: f64) -> Parameter {
    Parameter { name: name.to_owned(), prior: Prior::new(shape, low, high).unwrap() }
}

pub(super) fn normal(name: &str, mean: f64, sd: f64) -> Parameter {
    parameter(name, Shape::Normal { mean, sd }, mean - 6.0 * sd, mean + 6.0 * sd)
}

/// Targets without a discrepancy.
pub(super) fn targets(list: &[(f64, f64)]) -> Targets {
    let target = |(place, (value, error)): (usize, &(f64, f64))| Target {
        name: format!("t{place}"),
        value: *value,
        error: *error,
        discrepancy: 0.0,
        shared: Vec::new(),
    };
    Targets::new(list.iter().enumerate().map(target).collect()).unwrap()
}

/// Settings that take about 3,000 runs.
pub(super) fn few() -> Emulated {
    Emulated {
        members: 100,
        design: 150,
        chains: Chains { chains: 12, generations: 600, ..Chains::default() },
        draws: 400,
        replicates: 4,
        ..Emulated::default()
    }
}

pub(super) fn settings(emulated: Emulated) -> Settings {
    Settings { method: Method::Emulated(emulated), ..Settings::default() }
}
