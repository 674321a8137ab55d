//! Random numbers of designs, apart from those of the runs.

use crate::maths;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A source of draws: ChaCha8 with the design's seed and the method's name as its key.
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    /// The draws of this method, whose name is kept to 16 bytes.
    pub(super) fn new(method: &str, seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        // A run's key has zeros here, so that a design shares no draws with the runs.
        key[16..].iter_mut().zip(method.bytes()).for_each(|(byte, letter)| *byte = letter);
        Self(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `count`.
    pub(super) fn below(&mut self, count: usize) -> usize {
        maths::below(self.bits(), count)
    }

    /// Puts a list into a random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

/// Independent uniform points, by point, then factor. More points keep those that were there.
pub(super) fn random(points: u32, factors: usize, seed: u64) -> Vec<f64> {
    let mut draws = Draws::new("random", seed);
    (0..points as usize * factors).map(|_| draws.uniform()).collect()
}

/// Rows drawn as often as their weights say, from a random place on.
pub(super) fn systematic(weights: &[f64], points: u32, seed: u64) -> Vec<usize> {
    maths::systematic(weights, points, Draws::new("posterior", seed).uniform())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_belong_to_their_seed_and_method() {
        let mut draws = Draws::new("test", 1);
        let mut counts = [0; 6];
        (0..6000).for_each(|_| counts[draws.below(6)] += 1);
        assert!(counts.iter().all(|count| (880..1120).contains(count)), "{counts:?}");
        let mean = (0..10_000).map(|_| draws.uniform()).sum::<f64>() / 1e4;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        let first = |method, seed| Draws::new(method, seed).bits();
        assert_eq!(first("a", 1), first("a", 1));
        assert!(first("a", 1) != first("a", 2) && first("a", 1) != first("b", 1));
    }

    #[test]
    fn rows_are_drawn_as_often_as_they_weigh() {
        let weights = [0.0, 1.0, 3.0, 0.0, 4.0, 0.0];
        let rows = systematic(&weights, 800, 5);
        let count = |row| rows.iter().filter(|drawn| **drawn == row).count();
        assert_eq!([0, 1, 2, 3, 4, 5].map(count), [0, 100, 300, 0, 400, 0]);
        assert!(rows.is_sorted() && systematic(&weights, 800, 5) == rows);
        assert_eq!(systematic(&[0.0, 0.0], 3, 5), [0; 0]);
        // Fewer points than rows: each is drawn once at most if all weigh the same.
        let few = systematic(&[1.0; 100], 10, 1);
        assert!(few.len() == 10 && few.windows(2).all(|pair| pair[1] == pair[0] + 10));
    }

    #[test]
    fn every_order_of_a_list_is_as_likely() {
        let mut draws = Draws::new("test", 2);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            let mut list = [0, 1, 2];
            draws.shuffle(&mut list);
            *counts.entry(list).or_insert(0) += 1;
        }
        assert!(counts.len() == 6 && counts.values().all(|count| (880..1120).contains(count)), "{counts:?}");
    }
}
