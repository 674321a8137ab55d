//! How surely payoffs from runs tell gains, regrets and equilibria.
//!
//! Replicates have the same luck under all profiles. So gains of deviations are means of paired differences, and whole
//! replicates are resampled (Efron and Tibshirani 1993), which keeps the ties between the cells of the table. More runs go
//! where it is undecided whether a profile is an equilibrium (Jordan, Vorobeychik and Wellman 2008; Vorobeychik 2010).

use super::Samples;
use crate::analysis::{
    precision::{Mean, beyond_rounding},
    sensitivity::{FEWEST_RESAMPLED, bootstrap::draw},
};
use crate::maths::Moments;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// How whole replicates are resampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// Number of resamples.
    pub resamples: u32,
    /// Seed of the resampling.
    pub seed: u64,
}

/// What a player gains by leaving a profile alone, over the replicates that have runs under both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// The profile it leaves.
    pub profile: usize,
    /// The player.
    pub player: usize,
    /// Its new strategy.
    pub to: usize,
    /// Pairs of runs.
    pub n: u64,
    /// Mean gain; `None` without a pair.
    pub mean: Option<f64>,
    /// Its standard error; `None` below two pairs.
    pub standard_error: Option<f64>,
    /// Its 95 % interval (Student's t); `None` for too few pairs.
    pub interval: Option<(f64, f64)>,
}

/// The gain of every deviation of a single player from every profile, in the order of
/// [`deviations`](super::pure::deviations).
pub fn gains(samples: &Samples) -> Vec<Gain> {
    let profiles = samples.profiles();
    let of = |profile: usize| profiles.deviations(profile).map(move |deviation| gain(samples, profile, deviation));
    (0..profiles.len()).flat_map(of).collect()
}

fn gain(samples: &Samples, profile: usize, (player, to, there): (usize, usize, usize)) -> Gain {
    let (mut moments, mut largest) = (Moments::default(), 0.0);
    for (_, here, there) in samples.pairs(player, profile, there) {
        moments.add(there - here);
        largest = f64::max(largest, f64::max(here.abs(), there.abs()));
    }
    let mean = Mean::of(&moments, largest);
    Gain {
        profile,
        player,
        to,
        n: moments.n,
        mean: mean.map(|mean| beyond_rounding(mean.mean, largest)),
        standard_error: mean.and_then(|mean| mean.standard_error()),
        interval: mean.and_then(|mean| mean.interval()),
    }
}

/// How much a player could gain at most by leaving a profile alone, and how surely it is an equilibrium.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regret {
    /// The profile.
    pub profile: usize,
    /// The largest mean gain of a deviation, at least 0; `None` if one has no pair of runs.
    pub regret: Option<f64>,
    /// Its standard error over resamples; `None` for too few replicates.
    pub standard_error: Option<f64>,
    /// Share of the resamples in which nobody gains more than ε, the probability that the profile is an ε-equilibrium;
    /// `None` for too few replicates.
    pub probability: Option<f64>,
}

/// The regret of each profile, with the standard error and the probability of an ε-equilibrium that resampling whole
/// replicates gives. Resamples in which a profile and a deviation from it have no pair of runs are passed over for that
/// profile; if these are most of them, it has neither.
pub fn regrets(samples: &Samples, epsilon: f64, resampling: &Resampling) -> Vec<Regret> {
    let (replicates, count) = (samples.replicates(), samples.profiles().len());
    let table = Table::new(samples);
    let most = epsilon + table.rounding;
    let mut found = vec![(Moments::default(), 0_u32); count];
    let mut random = ChaCha8Rng::seed_from_u64(resampling.seed);
    let mut counts = vec![1; replicates];
    let plain = table.regrets(&counts);
    let enough = replicates >= FEWEST_RESAMPLED;
    for _ in 0..if enough { resampling.resamples } else { 0 } {
        draw(&mut random, &mut counts);
        for ((moments, within), regret) in found.iter_mut().zip(table.regrets(&counts)) {
            let Some(regret) = regret else { continue };
            moments.add(regret);
            *within += u32::from(regret <= most);
        }
    }
    // Resamples of n values spread less than new samples would, by √((n − 1) / n).
    let wider = (replicates as f64 / replicates.saturating_sub(1) as f64).sqrt();
    let regret = |(profile, (moments, within)): (usize, (Moments, u32))| {
        let known = moments.n > 1 && 2 * moments.n >= u64::from(resampling.resamples);
        Regret {
            profile,
            regret: plain[profile],
            standard_error: moments.variance().filter(|_| known).map(|variance| wider * variance.sqrt()),
            probability: known.then(|| f64::from(within) / moments.n as f64),
        }
    };
    found.into_iter().enumerate().map(regret).collect()
}

/// What resampling reads: the payoffs, and which profiles have runs of the same replicates.
struct Table<'a> {
    samples: &'a Samples,
    /// For each profile the first one that has runs of the same replicates.
    alike: Vec<usize>,
    rounding: f64,
}

impl<'a> Table<'a> {
    fn new(samples: &'a Samples) -> Self {
        let there = |profile: usize| (0..samples.replicates()).map(move |at| samples.get(at, profile).is_some());
        let mut alike: Vec<usize> = Vec::new();
        for profile in 0..samples.profiles().len() {
            let same = |other: &usize| alike[*other] == *other && there(*other).eq(there(profile));
            alike.push((0..profile).find(same).unwrap_or(profile));
        }
        let runs = (0..samples.replicates()).flat_map(|at| (0..alike.len()).filter_map(move |p| samples.get(at, p)));
        let largest = runs.flatten().fold(0.0, |largest: f64, payoff| largest.max(payoff.abs()));
        Self { samples, alike, rounding: 16.0 * f64::EPSILON * largest }
    }

    /// Mean payoffs of replicates that came so often: profile after profile, by player; `None` for a profile without any.
    fn means(&self, counts: &[u32]) -> Vec<Option<Vec<f64>>> {
        let mean = |profile: usize| {
            let (mut sums, mut total) = (vec![0.0; self.samples.profiles().players()], 0.0);
            for (replicate, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let Some(payoffs) = self.samples.get(replicate, profile) else { continue };
                let weight = f64::from(*count);
                total += weight;
                sums.iter_mut().zip(payoffs).for_each(|(sum, payoff)| *sum += weight * payoff);
            }
            (total > 0.0).then(|| sums.into_iter().map(|sum| sum / total).collect())
        };
        (0..self.alike.len()).map(mean).collect()
    }

    /// The regret of each profile when replicates came so often; `None` where a deviation has no pair of runs.
    fn regrets(&self, counts: &[u32]) -> Vec<Option<f64>> {
        let means = self.means(counts);
        let regret = |profile: usize| {
            let mut regret: f64 = 0.0;
            for (player, _, there) in self.samples.profiles().deviations(profile) {
                // Over the same replicates the mean of the differences is the difference of the means.
                let gain = if self.alike[profile] == self.alike[there] {
                    means[there].as_ref()?[player] - means[profile].as_ref()?[player]
                } else {
                    self.paired(counts, player, (profile, there))?
                };
                regret = regret.max(gain);
            }
            Some(regret)
        };
        (0..means.len()).map(regret).collect()
    }

    fn paired(&self, counts: &[u32], player: usize, (profile, there): (usize, usize)) -> Option<f64> {
        let (mut sum, mut total) = (0.0, 0.0);
        for (replicate, here, there) in self.samples.pairs(player, profile, there) {
            let weight = f64::from(counts[replicate]);
            sum += weight * (there - here);
            total += weight;
        }
        (total > 0.0).then(|| sum / total)
    }
}

/// The profiles to run more: those of which it is undecided whether they are ε-equilibria while the standard error of their
/// regret is above `regret_se`, and those that their undecided deviations lead to. A profile is decided if some deviation
/// surely gains more than ε, or if surely none does, by the intervals of the gains.
pub fn undecided(samples: &Samples, gains: &[Gain], regrets: &[Regret], epsilon: f64, regret_se: f64) -> Vec<usize> {
    let count = samples.profiles().len();
    let (mut open, mut refuted) = (vec![Vec::new(); count], vec![false; count]);
    for gain in gains {
        let (low, high) = gain.interval.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        refuted[gain.profile] |= low > epsilon;
        // A gain that is 0 in every replicate is decided.
        if low <= epsilon && high > epsilon {
            open[gain.profile].push(samples.profiles().with(gain.profile, gain.player, gain.to));
        }
    }
    let mut more = vec![false; count];
    for regret in regrets {
        let wide = regret.standard_error.is_none_or(|error| error > regret_se);
        if wide && !refuted[regret.profile] && !open[regret.profile].is_empty() {
            more[regret.profile] = true;
            open[regret.profile].iter().for_each(|there| more[*there] = true);
        }
    }
    (0..count).filter(|profile| more[*profile]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::normal_form::Profiles;

    const RESAMPLING: Resampling = Resampling { resamples: 2000, seed: 1 };

    /// Replicates of two profiles of one player that can choose, with another that cannot.
    fn two(payoffs: &[(f64, f64)]) -> Samples {
        let mut samples = Samples::new(Profiles::new(vec![2, 1]));
        for (replicate, (first, second)) in payoffs.iter().enumerate() {
            samples.set(replicate, 0, &[*first, 0.0]);
            samples.set(replicate, 1, &[*second, 0.0]);
        }
        samples
    }

    /// The numbers of `paired`, which scipy gives.
    #[test]
    fn gains_are_paired() {
        let first = [3.0, 5.5, 1.25, 4.0, 2.75, 6.0, 3.5];
        let second = [3.5, 6.25, 1.5, 4.25, 2.5, 7.5, 4.0];
        let found = gains(&two(&first.into_iter().zip(second).collect::<Vec<_>>()));
        assert_eq!((found.len(), found[0].n, found[0].mean, found[1].mean), (2, 7, Some(0.5), Some(-0.5)));
        assert!((found[0].standard_error.unwrap() - 0.2041241452319315).abs() < 1e-15);
        assert!((found[0].interval.unwrap().0 - 0.0005262099271480247).abs() < 1e-14);
    }

    #[test]
    fn a_strategy_without_effect_gains_exactly_nothing() {
        let payoffs: Vec<(f64, f64)> = (1..30).map(|at| (1.0 / f64::from(at), 1.0 / f64::from(at))).collect();
        let samples = two(&payoffs);
        for gain in gains(&samples) {
            assert_eq!((gain.mean, gain.standard_error, gain.interval), (Some(0.0), Some(0.0), Some((0.0, 0.0))));
        }
        for regret in regrets(&samples, 0.0, &RESAMPLING) {
            assert_eq!((regret.regret, regret.standard_error, regret.probability), (Some(0.0), Some(0.0), Some(1.0)));
        }
        assert!(undecided(&samples, &gains(&samples), &regrets(&samples, 0.0, &RESAMPLING), 0.0, 0.0).is_empty());
    }

    #[test]
    fn regret_has_the_standard_error_of_its_gain_and_a_probability_by_its_distance_from_zero() {
        // Differences 0, …, 39 less 25.34: a mean of -5.84, half a standard deviation, and standard error of 1.848.
        let samples = two(&(0..40).map(|at| (f64::from(at * at), f64::from(at * at + at) - 25.34)).collect::<Vec<_>>());
        let found = regrets(&samples, 0.0, &RESAMPLING);
        assert!(found[0].regret == Some(0.0) && found[0].probability.unwrap() > 0.99, "{found:?}");
        let (error, regret) = (found[1].standard_error.unwrap(), found[1].regret.unwrap());
        assert!((regret - 5.84).abs() < 1e-9 && (error / 1.848 - 1.0).abs() < 0.05, "{found:?}");
        // At two standard errors from ε: the normal distribution has 0.0228 beyond.
        let near = regrets(&samples, 5.84 - 2.0 * 1.825, &RESAMPLING);
        assert!((near[1].probability.unwrap() - 0.0228).abs() < 0.01, "{near:?}");
    }

    #[test]
    fn pairs_are_formed_where_both_are_there() {
        let mut samples = two(&(0..20).map(|at| (f64::from(at), f64::from(at) + 1.0)).collect::<Vec<_>>());
        (20..60).for_each(|replicate| samples.set(replicate, 0, &[1000.0, 0.0]));
        let found = gains(&samples);
        assert_eq!((found[0].n, found[0].mean), (20, Some(1.0)));
        let found = regrets(&samples, 0.0, &RESAMPLING);
        assert_eq!((found[0].regret, found[0].standard_error), (Some(1.0), Some(0.0)));
        assert_eq!((found[0].probability, found[1].probability), (Some(0.0), Some(1.0)));
    }

    #[test]
    fn without_pairs_or_replicates_nothing_is_known() {
        let mut samples = Samples::new(Profiles::new(vec![2, 1]));
        (0..9).for_each(|replicate| samples.set(replicate, replicate % 2, &[1.0, 1.0]));
        let found = regrets(&samples, 0.0, &RESAMPLING);
        let nothing = Regret { profile: 0, regret: None, standard_error: None, probability: None };
        assert_eq!((found[0], gains(&samples)[0].mean), (nothing, None));
        assert_eq!(undecided(&samples, &gains(&samples), &found, 0.0, 0.1), [0, 1]);
        let few = two(&[(1.0, 2.0); FEWEST_RESAMPLED - 1]);
        assert_eq!(regrets(&few, 0.0, &RESAMPLING)[0].probability, None);
        assert!(regrets(&Samples::new(Profiles::new(vec![2, 1])), 0.0, &RESAMPLING)[0].regret.is_none());
    }

    #[test]
    fn more_runs_go_where_a_candidate_is_undecided_until_its_regret_is_known_well_enough() {
        let close_call = two(&(0..20).map(|at| (0.0, f64::from(at % 2) - 0.45)).collect::<Vec<_>>());
        let (found, regret) = (gains(&close_call), regrets(&close_call, 0.0, &RESAMPLING));
        assert_eq!(undecided(&close_call, &found, &regret, 0.0, 0.01), [0, 1]);
        assert!(undecided(&close_call, &found, &regret, 0.0, 1.0).is_empty());
        let clear = two(&(0..20).map(|at| (0.0, f64::from(at % 2) + 5.0)).collect::<Vec<_>>());
        assert!(undecided(&clear, &gains(&clear), &regrets(&clear, 0.0, &RESAMPLING), 0.0, 0.01).is_empty());
    }

    #[test]
    fn the_same_seed_gives_the_same_resamples_and_another_others() {
        let samples = two(&(0..30).map(|at| (0.0, f64::from(at % 7) - 2.9)).collect::<Vec<_>>());
        assert_eq!(regrets(&samples, 0.0, &RESAMPLING), regrets(&samples, 0.0, &RESAMPLING));
        assert_ne!(regrets(&samples, 0.0, &RESAMPLING), regrets(&samples, 0.0, &Resampling { seed: 2, ..RESAMPLING }));
    }
}
