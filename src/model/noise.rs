//! Keyed noise: a draw is a pure function of (seed, replicate, entity, step, slot).
//!
//! The source is ChaCha8 with key = (master seed, replicate), stream = the entity's stable key and position = step × words a
//! step. So switching a mechanism off, adding or removing an entity, or changing threads moves nobody else's draws.

use super::Seed;
use crate::maths;
use bevy_ecs::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// An entity's stable key: it names the entity in noise and never depends on storage.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub u64);

impl Key {
    /// The key of an entity named in the config.
    pub fn named(kind: &str, name: &str) -> Self {
        Self::hash(&[kind.as_bytes(), name.as_bytes()])
    }

    /// The key of an entity born inside a run.
    pub fn born(kind: &str, birthplace: &str, step: u32, serial: u32) -> Self {
        Self::hash(&[kind.as_bytes(), birthplace.as_bytes(), &step.to_le_bytes(), &serial.to_le_bytes()])
    }

    /// The key of the founding of the firm with this key: what is drawn once in a firm's life.
    pub fn founding(self) -> Self {
        Self::hash(&[b"founding", &self.0.to_le_bytes()])
    }

    fn hash(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let digest = hasher.finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        Self(u64::from_le_bytes(first))
    }
}

/// 32-bit words that an entity draws each step: one refill of the generator's buffer.
pub const WORDS: usize = 64;

/// A step's draws of one entity, filled at the start of the step.
#[derive(Component, Clone)]
pub struct Noise {
    source: ChaCha8Rng,
    words: [u32; WORDS],
}

impl Noise {
    /// The noise of `key` from `step` on.
    pub fn new(seed: Seed, key: Key, step: u32) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.master.to_le_bytes());
        bytes[8..16].copy_from_slice(&seed.replicate.to_le_bytes());
        let mut source = ChaCha8Rng::from_seed(bytes);
        source.set_stream(key.0);
        source.set_word_pos(u128::from(step) * WORDS as u128);
        Self { source, words: [0; WORDS] }
    }

    /// Moves on to the next step's draws.
    pub fn advance(&mut self) {
        let mut bytes = [0; 4 * WORDS];
        self.source.fill_bytes(&mut bytes);
        let (words, _) = bytes.as_chunks();
        for (word, bytes) in self.words.iter_mut().zip(words) {
            *word = u32::from_le_bytes(*bytes);
        }
    }

    /// A number in (0, 1), from the slot's two words.
    #[inline]
    pub fn uniform(&self, slot: Slot) -> f64 {
        let bits = u64::from(self.words[slot.0]) << 32 | u64::from(self.words[slot.0 + 1]);
        // 52 bits and a half fit a double exactly, so the ends are never reached.
        ((bits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Adds the numbers in (0, 1) of a run of `count` slots to a list.
    #[inline]
    pub fn uniforms(&self, first: Slot, count: usize, list: &mut Vec<f64>) {
        list.extend((0..count).map(|further| self.uniform(first.plus(further))));
    }

    /// A standard normal number.
    #[inline]
    pub fn normal(&self, slot: Slot) -> f64 {
        maths::normal_quantile(self.uniform(slot))
    }
}

/// A mechanism's fixed place among an entity's draws of a step. Each slot is two words wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(usize);

impl Slot {
    const fn pair(index: usize) -> Self {
        assert!(2 * index + 1 < WORDS);
        Self(2 * index)
    }

    /// The slot `further` places on, within a run of slots (one for each domain).
    #[inline]
    pub const fn plus(self, further: usize) -> Self {
        Self(self.0 + 2 * further)
    }
}

/// Slots of a firm. A new mechanism takes a free one; no two share.
pub mod firm {
    use super::Slot;
    use crate::scenario::MAX_DOMAINS;

    /// Luck in research, one for each domain.
    pub const RESEARCH: Slot = Slot::pair(0);
    /// Whether a breakthrough happens.
    pub const BREAKTHROUGH: Slot = Slot::pair(MAX_DOMAINS);
    /// Its size.
    pub const BREAKTHROUGH_SIZE: Slot = Slot::pair(MAX_DOMAINS + 1);
    /// Its domain.
    pub const BREAKTHROUGH_DOMAIN: Slot = Slot::pair(MAX_DOMAINS + 2);
    /// Sampling error of a release's overall rating.
    pub const RATING: Slot = Slot::pair(MAX_DOMAINS + 3);
    /// Sampling error of its rating in each domain.
    pub const DOMAIN_RATING: Slot = Slot::pair(MAX_DOMAINS + 4);
    /// Whether it makes a claim.
    pub const CLAIM: Slot = Slot::pair(2 * MAX_DOMAINS + 4);
    /// Whether an incident happens, one for each kind.
    pub const INCIDENT: Slot = Slot::pair(2 * MAX_DOMAINS + 5);
    /// How severe it is, one for each kind.
    pub const INCIDENT_SIZE: Slot = Slot::pair(2 * MAX_DOMAINS + 9);
    /// Which firm it looks at to imitate.
    pub const EXAMPLE: Slot = Slot::pair(2 * MAX_DOMAINS + 13);
    /// Whether it imitates that firm.
    pub const IMITATION: Slot = Slot::pair(2 * MAX_DOMAINS + 14);
    /// The first slot that nobody owns.
    pub const FREE: Slot = Slot::pair(2 * MAX_DOMAINS + 15);
}

/// Slots of a firm's founding, which has a key of its own ([`Key::founding`]): they are read once.
pub mod founding {
    use super::Slot;
    use crate::scenario::MAX_DOMAINS;

    /// Which firm a newborn descends from.
    pub const PARENT: Slot = Slot::pair(0);
    /// Whether it changes its parent's openness.
    pub const OPENNESS: Slot = Slot::pair(1);
    /// Age of the newest model at the start of the world.
    pub const MODEL_AGE: Slot = Slot::pair(2);
    /// Mutation of its focus, one for each domain.
    pub const FOCUS: Slot = Slot::pair(3);
    /// The first slot that nobody owns.
    pub const FREE: Slot = Slot::pair(3 + MAX_DOMAINS);
}

/// Slots of a shock.
pub mod shock {
    use super::Slot;

    /// Whether it strikes.
    pub const STRIKE: Slot = Slot::pair(0);
}

/// Slots of a state.
pub mod state {
    use super::Slot;

    /// How many firms are born.
    pub const ENTRY: Slot = Slot::pair(0);
}

/// Fills every entity's draws of the step.
pub fn draw(mut noises: Query<&mut Noise>) {
    for mut noise in &mut noises {
        noise.advance();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: Seed = Seed { master: 42, replicate: 7 };

    #[test]
    fn known_draws_stay_what_they_are() {
        let mut noise = Noise::new(SEED, Key::named("firm", "OpenAI"), 0);
        noise.advance();
        let first = noise.uniform(firm::RESEARCH);
        let last = noise.normal(firm::RATING);
        insta::assert_debug_snapshot!((Key::named("firm", "OpenAI").0, first, last));
    }

    #[test]
    fn a_later_birth_reads_the_same_draws_as_one_who_waited() {
        let key = Key::named("firm", "xAI");
        let mut waited = Noise::new(SEED, key, 0);
        for _ in 0..=6 {
            waited.advance();
        }
        let mut born = Noise::new(SEED, key, 6);
        born.advance();
        assert_eq!(waited.words, born.words);
    }

    #[test]
    fn seed_replicate_and_entity_each_change_the_draws() {
        let first = |seed, key| {
            let mut noise = Noise::new(seed, key, 0);
            noise.advance();
            noise.words
        };
        let (a, b) = (Key::named("firm", "a"), Key::named("firm", "b"));
        assert_ne!(first(SEED, a), first(SEED, b));
        assert_ne!(first(SEED, a), first(Seed { replicate: 8, ..SEED }, a));
        assert_ne!(first(SEED, a), first(Seed { master: 43, ..SEED }, a));
        assert_ne!(Key::named("firm", "ab"), Key::named("fir", "mab"));
    }

    #[test]
    fn normals_have_mean_0_and_variance_1() {
        let mut noise = Noise::new(SEED, Key::named("firm", "test"), 0);
        let (mut sum, mut squares) = (0.0, 0.0);
        let n = 40_000;
        for _ in 0..n {
            noise.advance();
            let x = noise.normal(firm::RATING);
            sum += x;
            squares += x * x;
        }
        let n = f64::from(n);
        assert!((sum / n).abs() < 4.0 / n.sqrt());
        assert!((squares / n - 1.0).abs() < 4.0 * (2.0 / n).sqrt());
    }
}
