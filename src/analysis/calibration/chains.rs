//! Draws from a density by differential-evolution Markov chains: a chain's step is the difference of two past states of all
//! chains (ter Braak 2006), or goes along the line to a third (snooker; ter Braak and Vrugt 2008), so that steps have the size
//! and direction of the density itself.

use super::{
    random::{Key, Random, Use},
    settings::Chains,
};
use crate::maths::{linear::dot, ln, normal_quantile};

/// Share of steps along the line to a past state.
const SNOOKER: f64 = 0.1;
/// Share of the other steps that are a whole difference, which leads from mode to mode.
const WHOLE: f64 = 0.1;
/// Generations between two states that are kept for differences.
const KEPT_EVERY: u64 = 10;
/// Standard deviation of what is added to each step, so that all states can be reached.
const JITTER: f64 = 1e-4;

/// What chains gave.
#[derive(Clone, Debug)]
pub(super) struct Chained {
    /// States of the second half of the generations, chain after chain.
    pub states: Vec<Vec<f64>>,
    /// Largest split R̂ of a parameter.
    pub r_hat: f64,
    /// Number of independent states that those of the worst parameter are worth.
    pub independent: f64,
    /// Share of steps that were taken.
    pub accepted: f64,
    /// Whether the chains agree.
    pub converged: bool,
}

impl Chained {
    /// So many states evenly over all chains and generations.
    pub fn thinned(&self, count: usize) -> Vec<Vec<f64>> {
        let take = |at: usize| {
            let place = ((at as f64 + 0.5) * self.states.len() as f64 / count as f64) as usize;
            self.states[place.min(self.states.len() - 1)].clone()
        };
        if self.states.is_empty() { Vec::new() } else { (0..count).map(take).collect() }
    }
}

#[derive(Clone, Debug)]
struct State {
    at: Vec<f64>,
    ln_density: f64,
}

/// Runs chains from these states, which should spread wider than the density, until they agree and have so many independent
/// states, or there are too many generations. `None` from fewer than four states.
pub(super) fn run(
    (settings, independent): (&Chains, u32),
    key: Key,
    starts: &[Vec<f64>],
    ln_density: impl Fn(&[f64]) -> f64,
) -> Option<Chained> {
    let mut past: Vec<Vec<f64>> = starts.to_vec();
    let density = |at: &Vec<f64>| State { at: at.clone(), ln_density: ln_density(at) };
    let mut chains: Vec<State> = spread(starts, settings.chains as usize).map(density).collect();
    if chains.len() < settings.chains as usize || past.len() < 4 {
        return None;
    }
    let mut history: Vec<Vec<Vec<f64>>> = vec![Vec::new(); chains.len()];
    let (mut generation, mut until) = (0, u64::from(settings.generations));
    let mut taken: Vec<u64> = Vec::new();
    loop {
        while generation < until {
            let mut here = 0;
            for (place, chain) in chains.iter_mut().enumerate() {
                let mut random = key.of(Use::Chain, generation, place);
                let (at, ln_ratio) = step(&mut random, &chain.at, &past);
                let proposed = ln_density(&at);
                if ln(random.uniform()) < proposed - chain.ln_density + ln_ratio {
                    *chain = State { at, ln_density: proposed };
                    here += 1;
                }
                history[place].push(chain.at.clone());
            }
            taken.push(here);
            generation += 1;
            if generation % KEPT_EVERY == 0 {
                past.extend(chains.iter().map(|chain| chain.at.clone()));
            }
        }
        let second: Vec<&[Vec<f64>]> = history.iter().map(|states| &states[states.len() / 2..]).collect();
        let (r_hat, found) = agreement(&second);
        let converged = r_hat < settings.r_hat;
        let enough = converged && found >= f64::from(independent);
        if enough || generation >= u64::from(settings.most) {
            let half = &taken[taken.len() / 2..];
            let accepted = half.iter().sum::<u64>() as f64 / (half.len() * chains.len()) as f64;
            let states = second.into_iter().flatten().cloned().collect();
            return Some(Chained { states, r_hat, independent: found, accepted, converged });
        }
        until = (generation + u64::from(settings.generations).div_ceil(2)).min(u64::from(settings.most));
    }
}

/// So many of the states, evenly over all of them.
fn spread(states: &[Vec<f64>], count: usize) -> impl Iterator<Item = &Vec<f64>> {
    (0..count).filter_map(move |at| states.get(at * states.len() / count))
}

/// A proposal from a state, and the logarithm of what its density is to be multiplied with.
fn step(random: &mut Random, from: &[f64], past: &[Vec<f64>]) -> (Vec<f64>, f64) {
    let (a, b) = two(random, past);
    if random.uniform() < SNOOKER {
        let through = &past[random.below(past.len())];
        let axis: Vec<f64> = from.iter().zip(through).map(|(x, z)| x - z).collect();
        let length = dot(&axis, &axis);
        if length > 0.0 {
            let difference: f64 = a.iter().zip(b).zip(&axis).map(|((a, b), axis)| (a - b) * axis).sum();
            let by = (1.2 + random.uniform()) * difference / length;
            let to: Vec<f64> = from.iter().zip(&axis).map(|(x, axis)| x + by * axis).collect();
            // The step scales the distance to the state that the line leads through.
            return (to, (from.len() as f64 - 1.0) * ln((1.0 + by).abs()));
        }
    }
    let whole = random.uniform() < WHOLE;
    // Often a part of the parameters moves alone: more such steps are taken where there are many (Vrugt et al. 2009).
    let share = if whole { 1.0 } else { (1 + random.below(3)) as f64 / 3.0 };
    let mut moves: Vec<bool> = from.iter().map(|_| random.uniform() < share).collect();
    if !moves.contains(&true) {
        let one = random.below(moves.len());
        moves[one] = true;
    }
    let count = moves.iter().filter(|moves| **moves).count();
    let by = if whole { 1.0 } else { 2.38 / (2.0 * count as f64).sqrt() };
    let to = (0..from.len()).map(|i| {
        let (stretch, jitter) = (0.95 + 0.1 * random.uniform(), JITTER * random.normal());
        if moves[i] { from[i] + by * stretch * (a[i] - b[i]) + jitter } else { from[i] }
    });
    (to.collect(), 0.0)
}

/// Two different past states.
fn two<'a>(random: &mut Random, past: &'a [Vec<f64>]) -> (&'a [f64], &'a [f64]) {
    let first = random.below(past.len());
    let second = random.below(past.len() - 1);
    (&past[first], &past[if second < first { second } else { second + 1 }])
}

/// The largest rank-normalised split R̂ of a parameter, and the fewest independent states that one's are worth.
fn agreement(chains: &[&[Vec<f64>]]) -> (f64, f64) {
    /// Of longer chains every so many-th state is looked at, which is worth no more than all are.
    const LONGEST: usize = 1000;
    let length = chains.first().map_or(0, |chain| chain.len());
    let width = chains.first().and_then(|chain| chain.first()).map_or(0, Vec::len);
    let mut worst = (1.0_f64, f64::INFINITY);
    for parameter in 0..width {
        let series: Vec<Vec<f64>> = chains
            .iter()
            .map(|chain| chain.iter().step_by(length.div_ceil(LONGEST)).map(|state| state[parameter]).collect())
            .collect();
        worst = (worst.0.max(ranked_r_hat(&series)), worst.1.min(effective(&series)));
    }
    worst
}

/// Halves of chains, and their variances within and in all.
struct Halves<'a> {
    halves: Vec<&'a [f64]>,
    means: Vec<f64>,
    within: f64,
    /// What the variance is over all chains: within and between.
    all: f64,
}

impl<'a> Halves<'a> {
    fn of(chains: &'a [Vec<f64>]) -> Self {
        let halves: Vec<&[f64]> = chains
            .iter()
            .flat_map(|chain| {
                let half = chain.len() / 2;
                [&chain[..half], &chain[chain.len() - half..]]
            })
            .collect();
        let n = halves.first().map_or(0, |half| half.len()) as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let variance = |values: &[f64]| {
            let mean = mean(values);
            values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (values.len() as f64 - 1.0)
        };
        let means: Vec<f64> = halves.iter().map(|half| mean(half)).collect();
        let within = mean(&halves.iter().map(|half| variance(half)).collect::<Vec<f64>>());
        let all = (n - 1.0) / n * within + variance(&means);
        Self { halves, means, within, all }
    }
}

/// Rank-normalised split R̂ (Vehtari et al. 2021): of ranks, which tails cannot spoil, and of how far ranks lie from the middle, which sees
/// chains of the same mean and different widths; the larger one.
fn ranked_r_hat(chains: &[Vec<f64>]) -> f64 {
    let mut all: Vec<f64> = chains.iter().flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    let middle = (at(&all, (all.len().max(1) - 1) / 2) + at(&all, all.len() / 2)) / 2.0;
    let folded: Vec<Vec<f64>> =
        chains.iter().map(|chain| chain.iter().map(|value| (value - middle).abs()).collect()).collect();
    split_r_hat(&normal_ranks(chains)).max(split_r_hat(&normal_ranks(&folded)))
}

fn at(values: &[f64], place: usize) -> f64 {
    values.get(place).copied().unwrap_or(f64::NAN)
}

/// Values as normal scores of their ranks among all chains (Blom 1958); equal ones share the mean of theirs.
fn normal_ranks(chains: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut sorted: Vec<f64> = chains.iter().flatten().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let score = |value: &f64| {
        let (below, not_above) =
            (sorted.partition_point(|other| other < value), sorted.partition_point(|other| other <= value));
        let rank = (below + not_above + 1) as f64 / 2.0;
        normal_quantile((rank - 0.375) / (count + 0.25))
    };
    chains.iter().map(|chain| chain.iter().map(score).collect()).collect()
}

/// Split R̂ (Gelman et al. 2013): how much wider all chains together are than the halves of each, 1 where they agree.
fn split_r_hat(chains: &[Vec<f64>]) -> f64 {
    let halves = Halves::of(chains);
    if halves.within > 0.0 {
        (halves.all / halves.within).sqrt()
    } else if halves.all > 0.0 {
        f64::INFINITY
    } else {
        1.0
    }
}

/// Effective number of states (Gelman et al. 2013, 11.5): their number over 1 + 2 Σ of autocorrelations, as far as sums of two
/// neighbouring ones fall and are positive (Geyer 1992).
fn effective(chains: &[Vec<f64>]) -> f64 {
    let halves = Halves::of(chains);
    let n = halves.halves.first().map_or(0, |half| half.len());
    let count = (n * halves.halves.len()) as f64;
    if halves.all <= 0.0 {
        return count;
    }
    let correlation = |lag: usize| {
        let of = |(half, mean): (&&[f64], &f64)| {
            half.iter().zip(&half[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n as f64
        };
        let together = halves.halves.iter().zip(&halves.means).map(of).sum::<f64>() / halves.halves.len() as f64;
        1.0 - (halves.within - together) / halves.all
    };
    let (mut sum, mut before, mut lag) = (0.0, f64::INFINITY, 0);
    while lag + 1 < n {
        let pair: f64 = correlation(lag) + correlation(lag + 1);
        if pair <= 0.0 || pair.is_nan() {
            break;
        }
        before = pair.min(before);
        sum += before;
        lag += 2;
    }
    count / (2.0 * sum - 1.0).max(1.0)
}

/// Density of independent standard normal numbers, as a logarithm but for a constant: the prior of normal scores.
pub(super) fn ln_prior(normal: &[f64]) -> f64 {
    -0.5 * dot(normal, normal)
}

#[cfg(test)]
mod tests {
    use super::super::weights;
    use super::*;

    const KEY: Key = Key { seed: 9, trial: 0, number: 0 };

    fn starts(width: usize, wide: f64) -> Vec<Vec<f64>> {
        let draw = |place| KEY.of(Use::Prior, 0, place).normals(width).into_iter().map(|z| wide * z).collect();
        (0..100).map(draw).collect()
    }

    fn moments(chained: &Chained) -> (Vec<f64>, Vec<Vec<f64>>) {
        let rows: Vec<&[f64]> = chained.states.iter().map(Vec::as_slice).collect();
        weights::moments(&rows, &vec![1.0; rows.len()])
    }

    /// By numpy and scipy, after Vehtari et al. 2021.
    #[test]
    fn ranks_see_chains_of_other_places_and_of_other_widths() {
        let apart = ranked_r_hat(&[vec![0.0, 2.0, 2.0, 4.0], vec![1.0, 3.0, 3.0, 5.0]]);
        assert!((apart - 1.1617909294811053).abs() < 1e-12, "{apart}");
        let narrow = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 1.5];
        let chains = [narrow.to_vec(), narrow.map(|value| 10.0 * value).to_vec()];
        let wider = ranked_r_hat(&chains);
        assert!((wider - 1.258974932950347).abs() < 1e-12 && split_r_hat(&chains) < 1.0, "{wider}");
        assert_eq!(ranked_r_hat(&[vec![1.0; 4], vec![1.0; 4]]), 1.0);
        assert_eq!(ranked_r_hat(&[vec![1.0; 4], vec![2.0; 4]]), f64::INFINITY);
    }

    #[test]
    fn split_r_hat_is_that_by_hand() {
        // Halves (0, 2), (2, 4), (1, 3), (3, 5): within 2, means 1, 3, 2, 4 with variance 5/3, n = 2.
        let found = split_r_hat(&[vec![0.0, 2.0, 2.0, 4.0], vec![1.0, 3.0, 3.0, 5.0]]);
        assert!((found - (0.5_f64 + (5.0 / 3.0) / 2.0).sqrt()).abs() < 1e-14, "{found}");
        assert_eq!(split_r_hat(&[vec![1.0; 4], vec![1.0; 4]]), 1.0);
        assert_eq!(split_r_hat(&[vec![1.0; 4], vec![2.0; 4]]), f64::INFINITY);
    }

    #[test]
    fn states_that_follow_from_the_last_count_for_less() {
        // x' = 0.9 x + e: 1 + 2 Σ 0.9ᵏ = 19.
        let series = |by: f64| {
            let chain = |place| {
                let mut x = 0.0;
                KEY.of(Use::Chain, 0, place)
                    .normals(2000)
                    .into_iter()
                    .map(|e| {
                        x = by * x + e;
                        x
                    })
                    .collect()
            };
            (0..10).map(chain).collect::<Vec<Vec<f64>>>()
        };
        let (slow, free) = (effective(&series(0.9)), effective(&series(0.0)));
        assert!((slow / (20_000.0 / 19.0) - 1.0).abs() < 0.2, "{slow}");
        assert!((free / 20_000.0 - 1.0).abs() < 0.1, "{free}");
        assert_eq!(effective(&[vec![1.0; 4], vec![1.0; 4]]), 8.0);
    }

    #[test]
    fn a_narrow_ridge_is_drawn_with_its_moments() {
        // Correlation 0.95, standard deviations 1 and 2, about (1, −1), and a third that is free.
        let settings = Chains { chains: 12, generations: 2000, most: 8000, r_hat: 1.03 };
        let density = |x: &[f64]| {
            let (a, b) = (x[0] - 1.0, (x[1] + 1.0) / 2.0);
            -0.5 * ((a * a - 1.9 * a * b + b * b) / (1.0 - 0.95 * 0.95) + x[2] * x[2])
        };
        let chained = run((&settings, 200), KEY, &starts(3, 2.0), density).unwrap();
        assert!(chained.converged && chained.accepted > 0.1, "{} {}", chained.r_hat, chained.accepted);
        let (mean, covariance) = moments(&chained);
        // 12,000 states of which about one in 30 is new.
        for (found, expected) in mean.iter().zip([1.0, -1.0, 0.0]) {
            assert!((found - expected).abs() < 0.25, "{mean:?}");
        }
        for (i, j, expected) in [(0, 0, 1.0), (1, 1, 4.0), (0, 1, 1.9), (2, 2, 1.0)] {
            assert!((covariance[i][j] / expected - 1.0).abs() < 0.25, "{covariance:?}");
        }
        assert!(covariance[0][2].abs() < 0.25, "{covariance:?}");
    }

    #[test]
    fn chains_that_have_not_met_are_told_of() {
        let settings = Chains { chains: 6, generations: 20, most: 20, r_hat: 1.05 };
        let far = starts(5, 300.0);
        let chained = run((&settings, 200), KEY, &far, ln_prior).unwrap();
        assert!(!chained.converged && chained.r_hat > 1.5, "{}", chained.r_hat);
        assert_eq!(chained.states.len(), 6 * 10);
        assert!(run((&settings, 1), KEY, &far[..2], ln_prior).is_none());
    }

    #[test]
    fn states_are_thinned_over_all_chains() {
        let states = (0..10).map(|i| vec![f64::from(i)]).collect();
        let chained = Chained { states, r_hat: 1.0, independent: 10.0, accepted: 0.5, converged: true };
        assert_eq!(chained.thinned(5), [[1.0], [3.0], [5.0], [7.0], [9.0]]);
        assert_eq!(ln_prior(&[1.0, 2.0]), -2.5);
    }
}
