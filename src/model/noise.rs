//! Keyed noise by name: a draw is a pure function of (seed, replicate, entity, step, name, place).
//!
//! The source is ChaCha8 with key = (master seed, replicate, hash of the draw's name), stream = the entity's stable key and
//! position = step × places + place. A draw is named where it is used, so switching a mechanism off, adding one, adding or
//! removing an entity, or changing threads moves nobody else's draws.
//!
//! Most draws are asked for now and then: [`Noise`] works out one when it is asked for. A draw that every entity of a kind
//! makes in every step keeps its place in a [`Stream`], a component of the mechanism's own: the numbers are the same, and cost
//! a twentieth.

use super::clock::Clock;
use crate::maths;
use bevy_ecs::{prelude::*, system::SystemParam};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Which noise a world lives in: a pure function of these two numbers and stable keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Master seed, the same for a whole batch.
    pub master: u64,
    /// Number of the replicate: the same replicate has the same noise at every design point and scenario.
    pub replicate: u64,
}

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

    /// The key of the world as a whole, for what is drawn once for everybody.
    pub fn world() -> Self {
        static WORLD: LazyLock<Key> = LazyLock::new(|| Key::named("world", ""));
        *WORLD
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

/// A named draw: one number, or several side by side, of an entity in a step.
///
/// ```
/// use redqueen::model::{Seed, noise::{Draw, Key}};
/// const AWARDED: Draw = Draw::named("grants/awarded");
/// let (seed, key) = (Seed { master: 1, replicate: 0 }, Key::named("firm", "OpenAI"));
/// let drawn = AWARDED.at(seed, key, 5).uniform();
/// assert!(drawn > 0.0 && drawn < 1.0);
/// assert_eq!(AWARDED.at(seed, key, 5).uniform(), drawn);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    id: u64,
    places: u32,
}

/// 32-bit words of a number.
const WORDS: u128 = 2;

impl Draw {
    /// The draw of this name, which is unique among those of a kind of entity: its mechanism's name and what it decides,
    /// `mechanism/what`. One number a step.
    pub const fn named(name: &str) -> Self {
        // FNV-1a, because it can be worked out by the compiler; equal hashes of two names would share luck, no more.
        let (bytes, mut id, mut at) = (name.as_bytes(), 0xcbf2_9ce4_8422_2325_u64, 0);
        while at < bytes.len() {
            id = (id ^ bytes[at] as u64).wrapping_mul(0x100_0000_01b3);
            at += 1;
        }
        Self { id, places: 1 }
    }

    /// The same with so many numbers a step, such as one for each domain.
    #[must_use]
    pub const fn places(self, places: usize) -> Self {
        assert!(places > 0, "a draw has at least one place");
        Self { places: places as u32, ..self }
    }

    /// The numbers of an entity in a step, from the first place on.
    pub fn at(self, seed: Seed, key: Key, step: u32) -> Luck {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.master.to_le_bytes());
        bytes[8..16].copy_from_slice(&seed.replicate.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.id.to_le_bytes());
        let mut source = ChaCha8Rng::from_seed(bytes);
        source.set_stream(key.0);
        if step > 0 {
            source.set_word_pos(WORDS * u128::from(step) * u128::from(self.places));
        }
        Luck(source)
    }
}

/// The numbers of a draw, one after the other.
#[derive(Clone, Debug)]
pub struct Luck(ChaCha8Rng);

impl Luck {
    /// The next number, in (0, 1).
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        maths::unit(self.0.next_u64())
    }

    /// The next number, as a standard normal one.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        maths::normal_quantile(self.uniform())
    }

    /// Goes on to the number `further` places on.
    #[inline]
    #[must_use]
    pub fn skip(mut self, further: usize) -> Self {
        (0..further).for_each(|_| self.pass());
        self
    }

    #[inline]
    fn pass(&mut self) {
        self.0.next_u64();
    }
}

/// The seed of the current run.
#[derive(Resource, Clone, Copy, Debug)]
pub struct RunSeed(pub Seed);

/// The noise of the run in the current step, for systems.
#[derive(SystemParam, Debug)]
pub struct Noise<'w> {
    seed: Res<'w, RunSeed>,
    clock: Res<'w, Clock>,
}

impl Noise<'_> {
    /// The numbers of an entity's draw in this step, from the first place on.
    pub fn of(&self, draw: Draw, key: Key) -> Luck {
        draw.at(self.seed.0, key, self.clock.step())
    }

    /// A number in (0, 1): the draw's first place.
    pub fn uniform(&self, draw: Draw, key: Key) -> f64 {
        self.of(draw, key).uniform()
    }

    /// A standard normal number: the draw's first place.
    pub fn normal(&self, draw: Draw, key: Key) -> f64 {
        self.of(draw, key).normal()
    }
}

/// Where an entity stands in a draw that it makes in every step, so that the next step goes on from there.
#[derive(Clone, Debug, Default)]
pub struct Stream(Option<Stand>);

#[derive(Clone, Debug)]
struct Stand {
    seed: Seed,
    draw: Draw,
    step: u32,
    luck: Luck,
}

impl Stream {
    /// The draw's first number in this step, in (0, 1).
    #[inline]
    pub fn uniform(&mut self, noise: &Noise, draw: Draw, key: Key) -> f64 {
        let mut first = [0.0];
        self.fill(noise, draw, key, &mut first);
        first[0]
    }

    /// The draw's first numbers in this step, each in (0, 1); no more than it has places. `key` is that of the entity whose
    /// stream this is.
    #[inline]
    pub fn fill(&mut self, noise: &Noise, draw: Draw, key: Key, numbers: &mut [f64]) {
        let step = noise.clock.step();
        let stand = match &mut self.0 {
            Some(stand) if stand.step == step && stand.draw == draw && stand.seed == noise.seed.0 => stand,
            other => other.insert(Stand { seed: noise.seed.0, draw, step, luck: noise.of(draw, key) }),
        };
        let places = draw.places as usize;
        numbers.iter_mut().take(places).for_each(|number| *number = stand.luck.uniform());
        (numbers.len()..places).for_each(|_| stand.luck.pass());
        stand.step = step + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Month, Time};

    const SEED: Seed = Seed { master: 42, replicate: 7 };
    const ONE: Draw = Draw::named("tests/one");
    const MANY: Draw = Draw::named("tests/many").places(5);

    fn firm(name: &str) -> Key {
        Key::named("firm", name)
    }

    /// Some numbers of a draw in a step.
    fn drawn(draw: Draw, seed: Seed, key: Key, step: u32) -> [f64; 5] {
        let mut luck = draw.at(seed, key, step);
        std::array::from_fn(|_| luck.uniform())
    }

    #[test]
    fn known_draws_stay_what_they_are() {
        let mut luck = MANY.at(SEED, firm("OpenAI"), 3);
        insta::assert_debug_snapshot!((
            firm("OpenAI").0,
            luck.uniform(),
            luck.normal(),
            ONE.at(SEED, firm("OpenAI"), 0).uniform()
        ));
    }

    #[test]
    fn seed_replicate_entity_step_and_name_each_change_the_draw() {
        let base = drawn(MANY, SEED, firm("a"), 2);
        assert_eq!(drawn(MANY, SEED, firm("a"), 2), base);
        for other in [
            drawn(MANY, SEED, firm("b"), 2),
            drawn(MANY, SEED, firm("a"), 3),
            drawn(MANY, Seed { replicate: 8, ..SEED }, firm("a"), 2),
            drawn(MANY, Seed { master: 43, ..SEED }, firm("a"), 2),
            drawn(Draw::named("tests/other").places(5), SEED, firm("a"), 2),
        ] {
            assert!(other.iter().all(|number| !base.contains(number)), "{other:?}");
        }
        assert_ne!(Key::named("firm", "ab"), Key::named("fir", "mab"));
    }

    #[test]
    fn places_of_a_step_stand_between_those_of_its_neighbours() {
        let mut whole = MANY.at(SEED, firm("a"), 0);
        for step in 0..7 {
            assert_eq!(drawn(MANY, SEED, firm("a"), step), std::array::from_fn(|_| whole.uniform()));
        }
    }

    #[test]
    fn a_stream_gives_the_same_numbers_as_asking_each_time() {
        let mut world = World::new();
        world.insert_resource(RunSeed(SEED));
        let start = Month::new(2023, 1).unwrap();
        world.insert_resource(Clock::new(&Time { start, months: 60, steps_per_year: 12 }));
        fn both(In(mut stream): In<Stream>, noise: Noise) -> (Stream, [f64; 3], [f64; 3]) {
            let (mut filled, mut asked) = ([0.0; 3], noise.of(MANY, Key(5)));
            stream.fill(&noise, MANY, Key(5), &mut filled);
            (stream, filled, std::array::from_fn(|_| asked.uniform()))
        }
        let system = world.register_system(both);
        let mut stream = Stream::default();
        // Months are left out and read twice, as for one born late or for a mechanism that skips.
        for (step, skipped) in [0, 1, 0, 0, 5, 0, 0].into_iter().enumerate() {
            (0..skipped).for_each(|_| world.resource_mut::<Clock>().advance());
            let (after, filled, asked) = world.run_system_with(system, stream).unwrap();
            assert_eq!(filled, asked, "at {step}");
            stream = after;
            if step != 3 {
                world.resource_mut::<Clock>().advance();
            }
        }
    }

    #[test]
    fn normals_have_mean_0_and_variance_1() {
        let (mut sum, mut squares) = (0.0, 0.0);
        let n = 40_000;
        let mut luck = ONE.at(SEED, firm("test"), 0);
        for _ in 0..n {
            let x = luck.normal();
            sum += x;
            squares += x * x;
        }
        let n = f64::from(n);
        assert!((sum / n).abs() < 4.0 / n.sqrt());
        assert!((squares / n - 1.0).abs() < 4.0 * (2.0 / n).sqrt());
    }
}
