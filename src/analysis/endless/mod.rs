//! In what share of worlds a claim would hold if each were run without end: that of their means without the luck of few runs.
//!
//! The means of a world's n runs are those of endless ones, m, with errors by luck of covariance S / n, a row for each condition.
//! If m is normal over worlds with mean μ and covariance T, what is known of one world's is normal too, with mean μ + K (means − μ),
//! where K = T (T + S / n)⁻¹ (empirical Bayes, Efron and Morris 1973). S is the covariance within worlds, and T that of means less
//! what luck has of it.
//!
//! Where luck has nearly all, T is hardly known, and the share turns on it: it is told as an interval, from shares in resampled
//! worlds, each with the T of its own. A T that cannot be, such as a negative variance, is raised to one that can, and those of
//! resamples by as much: or luck that came out small would make sure of a T of 0, which data like these cannot tell from others.
//! Where worlds are seen not to be normal, or luck to go with the mean, such a share would be wrong, and is not told.

mod known;
mod shape;
mod spread;
#[cfg(test)]
mod tests;

use crate::maths::{self, effective};
use known::{Known, scores};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use spread::{Spread, World};
use std::collections::{BTreeMap, BTreeSet};

/// Draws of each world's endless means.
const PLACES: usize = 32;
/// Resamples of worlds.
const RESAMPLES: u32 = 400;
/// Fewer worlds that were run more than once tell too little of luck.
const FEWEST: usize = 30;
/// Standard deviations from the middle of a normal distribution to either end of its middle 90 %.
const END: f64 = 1.6448536269514722;

/// The ends of a 90 % interval of a share of worlds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Endless {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The share of worlds, each as often as it was run, in which all effects would lie `within` their limits: `effects` by effect
/// and run, and the runs of each world. `None` where fewer than 30 worlds were run more than once, or where they
/// are seen not to be as they are taken to be.
pub fn endless(
    effects: &[Vec<f64>],
    worlds: &[Vec<usize>],
    within: &dyn Fn(usize, f64) -> bool,
    seed: u64,
) -> Option<Endless> {
    if worlds.iter().filter(|world| world.len() > 1).count() < FEWEST {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let scores = scores(effects.len(), &mut random);
    let worlds: Vec<World> = worlds.iter().map(|world| World::new(effects, world)).collect();
    let all: Vec<usize> = (0..worlds.len()).collect();
    let spread = Spread::of(&worlds, &all)?;
    if !shape::is_normal(&worlds, &spread) {
        return None;
    }
    let raised = spread.raised();
    let share_of = |picked: &[usize], spread: Spread| share(&worlds, picked, &spread.with(&raised), (&scores, within));
    let seen = share_of(&all, spread)?;
    let drawn = (0..RESAMPLES).map(|_| {
        let picked = maths::resample(worlds.len(), &mut random);
        share_of(&picked, Spread::of(&worlds, &picked)?)
    });
    let mut drawn: Vec<f64> = drawn.collect::<Option<_>>()?;
    drawn.sort_unstable_by(f64::total_cmp);
    let (low, high) = ends(&drawn, seen);
    let runs: Vec<f64> = worlds.iter().map(|world| world.runs as f64).collect();
    let (likely, error) = likely(seen, &runs);
    Some(Endless { low: low.min(likely - END * error).max(0.0), high: high.max(likely + END * error).min(1.0) })
}

/// A share over worlds of these weights and its standard error, as if half a world more held and half a one more did not: none or
/// all of a few worlds are no certainty.
pub fn likely(share: f64, weights: &[f64]) -> (f64, f64) {
    let effective = effective(weights);
    let likely = (share * effective + 0.5) / (effective + 1.0);
    (likely, (likely * (1.0 - likely) / effective).sqrt())
}

/// The share of these worlds, each as often as it was run; `None` where what is known of them cannot be solved for.
fn share(
    worlds: &[World],
    picked: &[usize],
    spread: &Spread,
    (scores, within): (&[Vec<f64>], &dyn Fn(usize, f64) -> bool),
) -> Option<f64> {
    let drawn = spread.drawn(scores);
    let runs: BTreeSet<usize> = picked.iter().map(|place| worlds[*place].runs).collect();
    let known = |runs: usize| Some((runs, Known::new(spread, &drawn, runs)?));
    let known: BTreeMap<usize, Known> = runs.into_iter().map(known).collect::<Option<_>>()?;
    let (mut held, mut all) = (0.0, 0.0);
    for place in picked {
        let world = &worlds[*place];
        let known = &known[&world.runs];
        let middle = known.middle(spread, &world.means);
        let holds = (0..PLACES).filter(|next| {
            let mut each = middle.iter().zip(known.draw(place * PLACES + next)).enumerate();
            each.all(|(effect, (middle, off))| within(effect, middle + off))
        });
        held += world.runs as f64 * holds.count() as f64 / PLACES as f64;
        all += world.runs as f64;
    }
    Some(held / all)
}

/// The ends of the middle 90 % of resampled shares, moved outwards where most of them lie on one side of that of all worlds
/// (Efron 1981).
fn ends(sorted: &[f64], share: f64) -> (f64, f64) {
    let count = sorted.len() as f64;
    let below = |drawn: &f64| if *drawn < share { 1.0 } else { f64::from(u8::from(*drawn == share)) / 2.0 };
    let below = sorted.iter().map(below).sum::<f64>().clamp(0.5, count - 0.5) / count;
    let off = 2.0 * maths::normal_quantile(below);
    let end = |at: f64| maths::quantile(sorted, maths::normal_cumulative(at));
    (end(off.min(0.0) - END), end(off.max(0.0) + END))
}
