//! In what share of worlds a claim would hold if each were run without end: that of their means without the luck of few runs.
//!
//! The mean of a world's n runs is that of endless ones, m, with an error by luck of variance s²/n. If endless means are normal
//! with mean μ and variance τ² over worlds, what is known of one is normal too, with mean μ + B (mean − μ) and variance τ² (1 − B),
//! where B = τ² / (τ² + s²/n) (empirical Bayes, Efron and Morris 1973); s² is the variance within worlds, and τ² that of means
//! less what luck has of it. Without luck the share is that of the means as they are; where luck is large, means that lie on
//! the wrong side of a limit by luck alone no longer count. Its standard error is that of resampled worlds.

use crate::maths::{self, Moments, linear::Cholesky};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Places of a world's endless means, by their probability.
const PLACES: u32 = 32;
/// Resamples of worlds.
const RESAMPLES: u32 = 200;

/// An estimated share of worlds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Endless {
    /// The share.
    pub holds: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// What the runs of a world came to, by effect.
struct World {
    means: Vec<f64>,
    /// Squared deviations of its runs from the mean.
    squares: Vec<f64>,
    runs: f64,
    /// Normal scores of its places, by effect; luck that effects share is in them.
    scores: Vec<Vec<f64>>,
}

/// The share of worlds, each as often as it was run, in which all effects would lie `within` their limits: `effects` by effect
/// and run, and the runs of each world. `None` where no world was run twice.
pub fn endless(
    effects: &[Vec<f64>],
    worlds: &[Vec<usize>],
    within: &dyn Fn(usize, f64) -> bool,
    seed: u64,
) -> Option<Endless> {
    let shared = shared_luck(effects, worlds)?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let worlds: Vec<World> = worlds.iter().map(|world| World::new(effects, world, &shared, &mut random)).collect();
    let share = |picked: &[usize]| share(&worlds, picked, effects.len(), within);
    let all: Vec<usize> = (0..worlds.len()).collect();
    let mut spread = Moments::default();
    for _ in 0..RESAMPLES {
        let picked: Vec<usize> = all.iter().map(|_| maths::below(random.next_u64(), all.len())).collect();
        spread.add(share(&picked));
    }
    Some(Endless { holds: share(&all), standard_error: spread.variance().unwrap_or(0.0).sqrt() })
}

/// The factor of the correlations of luck between effects; `None` where no world was run twice.
fn shared_luck(effects: &[Vec<f64>], worlds: &[Vec<usize>]) -> Option<Cholesky> {
    worlds.iter().find(|world| world.len() > 1)?;
    let deviations: Vec<Vec<f64>> = effects.iter().map(|effect| deviations(effect, worlds)).collect();
    let product = |a: usize, b: usize| maths::linear::dot(&deviations[a], &deviations[b]);
    let correlation = |a: usize, b: usize| {
        let scale = (product(a, a) * product(b, b)).sqrt();
        // Effects that are the same up to a factor leave nothing to draw for the second.
        let nearly = 1.0 - 1e-9;
        if a == b {
            1.0
        } else if scale > 0.0 {
            nearly * (product(a, b) / scale).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    };
    let all = 0..effects.len();
    let matrix = all.clone().map(|a| all.clone().map(|b| correlation(a, b)).collect()).collect();
    Cholesky::of_covariance(&matrix)
}

/// What each run lies above the mean of its world.
fn deviations(effect: &[f64], worlds: &[Vec<usize>]) -> Vec<f64> {
    let of_world = |world: &Vec<usize>| {
        let mean = mean(effect, world);
        world.iter().map(|run| effect[*run] - mean).collect::<Vec<_>>()
    };
    worlds.iter().flat_map(of_world).collect()
}

fn mean(effect: &[f64], world: &[usize]) -> f64 {
    world.iter().map(|run| effect[*run]).sum::<f64>() / world.len() as f64
}

impl World {
    fn new(effects: &[Vec<f64>], world: &[usize], shared: &Cholesky, random: &mut ChaCha8Rng) -> Self {
        let means: Vec<f64> = effects.iter().map(|effect| mean(effect, world)).collect();
        let square = |(effect, mean): (&Vec<f64>, &f64)| {
            world.iter().map(|run| (effect[*run] - mean) * (effect[*run] - mean)).sum::<f64>()
        };
        let squares = effects.iter().zip(&means).map(square).collect();
        // A lattice whose places are even for each effect and between them (the powers of the golden ratio's kin), moved by luck.
        let ratio = root_of_one_more(effects.len());
        let starts: Vec<f64> = effects.iter().map(|_| maths::unit(random.next_u64())).collect();
        let place = |place: u32| {
            let mut step = 1.0;
            let scores = starts.iter().map(|start| {
                step /= ratio;
                let at = start + f64::from(place) * step;
                maths::normal_quantile((at - at.floor()).clamp(1e-9, 1.0 - 1e-9))
            });
            shared.multiply(&scores.collect::<Vec<_>>())
        };
        Self { means, squares, runs: world.len() as f64, scores: (0..PLACES).map(place).collect() }
    }
}

/// The root of x^(n + 1) = x + 1 above 1 (Roberts 2018).
fn root_of_one_more(n: usize) -> f64 {
    (0..64).fold(2.0, |x: f64, _| maths::pow(1.0 + x, 1.0 / (n as f64 + 1.0)))
}

/// The share of these worlds, each as often as it was run.
fn share(worlds: &[World], picked: &[usize], effects: usize, within: &dyn Fn(usize, f64) -> bool) -> f64 {
    let spreads: Vec<Spread> = (0..effects).map(|effect| Spread::new(worlds, picked, effect)).collect();
    let (mut held, mut all) = (0.0, 0.0);
    for world in picked.iter().map(|place| &worlds[*place]) {
        let known: Vec<(f64, f64)> =
            spreads.iter().zip(&world.means).map(|(spread, mean)| spread.known(*mean, world.runs)).collect();
        let holds = world.scores.iter().filter(|scores| {
            let mut each = known.iter().zip(scores.iter()).enumerate();
            each.all(|(effect, ((middle, sd), score))| within(effect, middle + sd * score))
        });
        held += world.runs * holds.count() as f64 / f64::from(PLACES);
        all += world.runs;
    }
    held / all
}

/// How endless means spread over worlds, and runs within them.
struct Spread {
    middle: f64,
    between: f64,
    luck: f64,
}

impl Spread {
    fn new(worlds: &[World], picked: &[usize], effect: usize) -> Self {
        let all = || picked.iter().map(|place| &worlds[*place]);
        let weight: f64 = all().map(|world| world.runs).sum();
        let middle = all().map(|world| world.runs * world.means[effect]).sum::<f64>() / weight;
        let freedom: f64 = all().map(|world| world.runs - 1.0).sum();
        let luck = all().map(|world| world.squares[effect]).sum::<f64>() / f64::max(freedom, 1.0);
        let of_means = all().map(|world| {
            let off = world.means[effect] - middle;
            world.runs * off * off
        });
        // Each weighs as its runs do, so that luck has its variance once for each world but one.
        let squares = all().map(|world| world.runs * world.runs).sum::<f64>();
        let by_luck = luck * (picked.len() as f64 - 1.0);
        let between = (of_means.sum::<f64>() - by_luck) / (weight - squares / weight);
        Self { middle, between: between.max(0.0), luck }
    }

    /// Mean and standard deviation of what is known of the endless mean of a world with so many runs.
    fn known(&self, mean: f64, runs: f64) -> (f64, f64) {
        let of_luck = self.luck / runs;
        if of_luck == 0.0 {
            return (mean, 0.0);
        }
        let kept = self.between / (self.between + of_luck);
        (self.middle + kept * (mean - self.middle), (self.between * (1.0 - kept)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worlds whose endless means are normal with this mean and standard deviation, and runs with luck of 1.
    fn planted(count: usize, runs: usize, (mean, sd): (f64, f64), seed: u64) -> (Vec<f64>, Vec<Vec<usize>>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut normal = || maths::normal_quantile(maths::unit(random.next_u64()));
        let (mut effect, mut worlds) = (Vec::new(), Vec::new());
        for world in 0..count {
            let endless = mean + sd * normal();
            effect.extend((0..runs).map(|_| endless + normal()));
            worlds.push((world * runs..(world + 1) * runs).collect());
        }
        (effect, worlds)
    }

    #[test]
    fn the_share_of_planted_means_comes_back_through_luck() {
        for (mean, sd, runs) in [(0.0, 0.0, 4), (0.1, 0.3, 4), (0.5, 0.2, 2), (0.0, 1.0, 3)] {
            let (effect, worlds) = planted(1500, runs, (mean, sd), 3);
            let truth = if sd == 0.0 {
                1.0
            } else {
                maths::normal_cumulative((0.4 - mean) / sd) - maths::normal_cumulative((-0.4 - mean) / sd)
            };
            let found = endless(std::slice::from_ref(&effect), &worlds, &|_, value| value.abs() < 0.4, 1).unwrap();
            let off = (found.holds - truth).abs();
            assert!(off < 0.02 + 3.0 * found.standard_error, "{truth}: {found:?}");
            assert!(found.standard_error < 0.08, "{found:?}");
            // What is seen of the means as they are is another share, where luck takes them across a limit.
            let seen = worlds.iter().filter(|world| self::mean(&effect, world).abs() < 0.4).count();
            assert!(mean > 0.4 || sd == 1.0 || (seen as f64 / 1500.0 - truth).abs() > off, "{truth}: {seen} of 1500");
        }
    }

    #[test]
    fn without_luck_it_is_the_share_of_means_and_without_two_runs_there_is_none() {
        let effect: Vec<f64> = (0..200).map(|run| f64::from(run / 2)).collect();
        let worlds: Vec<Vec<usize>> = (0..100).map(|world| vec![2 * world, 2 * world + 1]).collect();
        let above = |_: usize, value: f64| value > 74.5;
        assert_eq!(endless(std::slice::from_ref(&effect), &worlds, &above, 1).unwrap().holds, 0.25);
        assert_eq!(endless(&[effect.clone(), effect.clone()], &worlds, &above, 1).unwrap().holds, 0.25);
        let single: Vec<Vec<usize>> = (0..200).map(|run| vec![run]).collect();
        assert_eq!(endless(&[effect], &single, &above, 1), None);
    }

    #[test]
    fn luck_that_two_conditions_share_is_not_counted_twice() {
        let (effect, worlds) = planted(800, 4, (0.0, 0.5), 5);
        let opposite: Vec<f64> = effect.iter().map(|value| -value).collect();
        let above = |_: usize, value: f64| value > 0.0;
        let same = endless(&[effect.clone(), effect.clone()], &worlds, &above, 1).unwrap();
        assert!((same.holds - 0.5).abs() < 0.06, "{same:?}");
        let both = endless(&[effect, opposite], &worlds, &above, 1).unwrap();
        assert!(both.holds < 0.01, "{both:?}");
    }
}
