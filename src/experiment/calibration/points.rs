//! The runs that a calibration asks for: points of its parameters, each with noise of its own.

use super::Calibration;
use crate::experiment::{
    Experiment,
    design::{Design, Factor, Method, PointNoise, Role, Sample, Scale, Setting, latin::latin},
};

impl Calibration {
    /// The parameters at these points, by point, then parameter, as the factors of a list. Those that share a value are each a
    /// factor.
    pub fn sample(&self, points: &[Vec<f64>]) -> Sample {
        let factors = self.parameters.iter().enumerate().flat_map(|(place, sought)| {
            let values: Vec<_> =
                points.iter().filter_map(|point| point.get(place).copied().map(Setting::Real)).collect();
            sought.keys.iter().map(move |key| Factor {
                parameter: key.clone(),
                role: Role::Uncertainty,
                scale: Scale::Choice { values: values.clone() },
                levels: None,
                unit: sought.unit.clone(),
                meaning: sought.meaning.clone(),
            })
        });
        Design { method: Method::List, seed: 0, factors: factors.collect(), noise: PointNoise::Own }.sample()
    }
}

impl Calibration {
    /// Values of the unknowns for so many worlds, by world, then unknown: each is spread evenly over its prior, in an order of
    /// its own.
    pub fn spread_unknowns(&self, seed: u64, worlds: usize) -> Vec<Vec<f64>> {
        let points = u32::try_from(worlds).unwrap_or(u32::MAX);
        let shares = latin(points, self.unknowns.len(), seed);
        let width = self.unknowns.len();
        let of_world = |world: usize| {
            let shares = shares.iter().skip(world * width).take(width);
            self.unknowns.iter().zip(shares).map(|(sought, share)| sought.prior.quantile(*share)).collect()
        };
        (0..worlds).map(of_world).collect()
    }
}

impl Experiment {
    /// So many replicates of the calibration's world at these points; the seed is that of their luck. Nothing is recorded but
    /// what runs come to.
    pub(crate) fn at_points(&self, name: String, seed: u64, sample: Sample, replicates: u32) -> Self {
        Self { name, seed, runs: replicates, sample, record: Vec::new(), ..self.clone() }
    }
}
