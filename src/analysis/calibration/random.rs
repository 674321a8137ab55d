//! Keyed random numbers: a draw is a pure function of the seed, of what is drawn, and of whose it is.

use crate::maths::{linear::Cholesky, normal_quantile, unit};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A parameter set from the prior.
    Prior = 1,
    /// The error that a member's data are perturbed with.
    Perturbation,
    /// A point of the design.
    Design,
    /// A step of a chain.
    Chain,
    /// A proposal of ABC-SMC.
    Proposal,
    /// The error of measurement of a run or of a planted truth.
    Error,
    /// Which draws are taken by their weight.
    Resample,
}

/// Whose draws these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// Seed of the calibration.
    pub seed: u64,
    /// Trial of a check.
    pub trial: u32,
    /// Number of the set of runs that the draws lead to.
    pub number: u32,
}

impl Key {
    /// The numbers of the thing at a place in a generation.
    pub fn of(self, what: Use, generation: u64, place: usize) -> Random {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.seed.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.trial.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.number.to_le_bytes());
        bytes[16..24].copy_from_slice(&generation.to_le_bytes());
        bytes[24..32].copy_from_slice(&(what as u64).to_le_bytes());
        let mut source = ChaCha8Rng::from_seed(bytes);
        source.set_stream(place as u64);
        Random(source)
    }
}

/// Numbers of a key, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Random(ChaCha8Rng);

impl Random {
    /// The next number, in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        unit(self.0.next_u64())
    }

    /// The next number, as a standard normal one.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// So many standard normal numbers.
    pub fn normals(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.normal()).collect()
    }

    /// A whole number below `count`; 0 if that is 0.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// A draw about `mean` with the covariance of a factor.
    pub fn about(&mut self, mean: &[f64], factor: &Cholesky) -> Vec<f64> {
        let drawn = factor.multiply(&self.normals(mean.len()));
        mean.iter().zip(drawn).map(|(mean, drawn)| mean + drawn).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_key_changes_its_numbers() {
        let key = Key { seed: 1, trial: 2, number: 3 };
        let first = key.of(Use::Chain, 4, 5).uniform();
        assert_eq!(key.of(Use::Chain, 4, 5).uniform(), first);
        for other in [
            Key { seed: 2, ..key }.of(Use::Chain, 4, 5),
            Key { trial: 3, ..key }.of(Use::Chain, 4, 5),
            Key { number: 4, ..key }.of(Use::Chain, 4, 5),
            key.of(Use::Design, 4, 5),
            key.of(Use::Chain, 5, 5),
            key.of(Use::Chain, 4, 6),
        ] {
            assert_ne!(other.clone().uniform(), first, "{other:?}");
        }
    }

    #[test]
    fn places_below_a_count_are_even() {
        let (mut random, mut counts) = (Key { seed: 1, trial: 0, number: 0 }.of(Use::Chain, 0, 0), [0_u32; 3]);
        (0..3000).for_each(|_| counts[random.below(3)] += 1);
        // Standard deviation of each: √(3000 · 2/9) = 26.
        assert!(counts.iter().all(|count| count.abs_diff(1000) < 105), "{counts:?}");
        assert_eq!((random.below(1), random.below(0)), (0, 0));
    }
}
