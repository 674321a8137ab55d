//! Whether players' choices matter to each other: a game in which they do not is trivial.

use super::{Game, Samples, inference::Gain, pure};
use crate::{
    analysis::precision,
    maths::{Moments, normal_form::Profiles},
};

/// For each player the share of the variance of its payoff over all profiles that no sum of effects of single players'
/// strategies explains (analysis of variance of the full table), 0 to 1; `None` if its payoff does not vary.
pub fn shares(game: &Game) -> Vec<Option<f64>> {
    let of = |player: usize| {
        let table = column(game.payoffs(), game.players().len(), player);
        let (total, interaction) = squares(game.profiles(), &table);
        let rounding = game.rounding() * game.rounding() * table.len() as f64;
        (total > rounding).then(|| (interaction / total).clamp(0.0, 1.0))
    };
    (0..game.players().len()).map(of).collect()
}

/// [`shares`] of the true mean payoffs as replicates with runs under all profiles tell: what luck adds to the sums of
/// squares is taken off. `None` below two such replicates, or if nothing is left of the variance.
pub fn shares_beyond_luck(samples: &Samples) -> Vec<Option<f64>> {
    let of = |player| Replicates::new(samples, player).share(None).map(|share| share.clamp(0.0, 1.0));
    (0..samples.profiles().players()).map(of).collect()
}

/// Standard errors of [`shares_beyond_luck`], by leaving out each replicate in turn (jackknife, Efron and Stein 1981); `None`
/// for too few replicates, or where a share is not defined.
pub fn standard_errors(samples: &Samples) -> Vec<Option<f64>> {
    let of = |player| {
        let replicates = Replicates::new(samples, player);
        let mut moments = Moments::default();
        for left_out in 0..replicates.tables.len() {
            moments.add(replicates.share(Some(left_out))?);
        }
        // The shares without one replicate each differ less than those of new samples by n - 1.
        let n = moments.n as f64;
        (moments.n >= precision::FEWEST).then(|| (moments.squares * (n - 1.0) / n).sqrt())
    };
    (0..samples.profiles().players()).map(of).collect()
}

/// A player's payoffs in the replicates that have runs under all profiles.
struct Replicates<'a> {
    profiles: &'a Profiles,
    tables: Vec<Vec<f64>>,
    /// [`squares`] of each table.
    squares: Vec<(f64, f64)>,
    sums: Vec<f64>,
}

impl<'a> Replicates<'a> {
    fn new(samples: &'a Samples, player: usize) -> Self {
        let profiles = samples.profiles();
        let whole = |replicate| {
            let runs =
                (0..profiles.len()).map(|profile| samples.get(replicate, profile).map(|payoffs| payoffs[player]));
            runs.collect::<Option<Vec<f64>>>()
        };
        let tables: Vec<Vec<f64>> = (0..samples.replicates()).filter_map(whole).collect();
        let squares = tables.iter().map(|table| squares(profiles, table)).collect();
        let sums = (0..profiles.len()).map(|profile| tables.iter().map(|table| table[profile]).sum()).collect();
        Self { profiles, tables, squares, sums }
    }

    /// The share of interaction beyond luck, which may be below 0, of all replicates but for one.
    fn share(&self, left_out: Option<usize>) -> Option<f64> {
        let n = (self.tables.len() - usize::from(left_out.is_some())) as f64;
        let without = |profile: usize| left_out.map_or(0.0, |at| self.tables[at][profile]);
        let mean: Vec<f64> = self.sums.iter().enumerate().map(|(at, sum)| (sum - without(at)) / n).collect();
        let (total_of_mean, interaction_of_mean) = squares(self.profiles, &mean);
        let kept = || self.squares.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
        let total = kept().map(|(_, squares)| squares.0).sum::<f64>() / n;
        let interaction = kept().map(|(_, squares)| squares.1).sum::<f64>() / n;
        // The mean of the squares exceeds the square of the mean by the variance, which is n times that of the mean.
        let total = total_of_mean - (total - total_of_mean) / (n - 1.0);
        let interaction = interaction_of_mean - (interaction - interaction_of_mean) / (n - 1.0);
        (n > 1.0 && total > 0.0).then(|| interaction / total)
    }
}

/// The payoffs of one player.
fn column(payoffs: &[f64], players: usize, player: usize) -> Vec<f64> {
    payoffs.iter().skip(player).step_by(players).copied().collect()
}

/// The sum of squares of a table about its mean, and the part of it that main effects leave.
fn squares(profiles: &Profiles, table: &[f64]) -> (f64, f64) {
    let mean = table.iter().sum::<f64>() / table.len() as f64;
    let mut left: Vec<f64> = table.iter().map(|value| value - mean).collect();
    let total = left.iter().map(|value| value * value).sum();
    for player in 0..profiles.players() {
        let count = profiles.counts()[player];
        let mut effects = vec![0.0; count];
        for (profile, value) in left.iter().enumerate() {
            effects[profiles.strategy(profile, player)] += value * count as f64 / table.len() as f64;
        }
        for (profile, value) in left.iter_mut().enumerate() {
            *value -= effects[profiles.strategy(profile, player)];
        }
    }
    (total, left.iter().map(|value| value * value).sum())
}

/// For each player whether what it answers best depends on what others do: no strategy is a best answer to everything. A game is
/// trivial if this holds for no player.
pub fn answers_vary(game: &Game) -> Vec<bool> {
    let vary = |player: usize| {
        let always = |strategy: &usize| {
            let mut profiles = 0..game.profiles().len();
            profiles.all(|profile| pure::best_answers(game, profile, player).contains(strategy))
        };
        !(0..game.profiles().counts()[player]).any(|strategy| always(&strategy))
    };
    (0..game.players().len()).map(vary).collect()
}

/// For each player whether its best answer surely depends on what others do: each of its strategies is surely worse than
/// another one somewhere, by the intervals of the gains.
pub fn answers_surely_vary(profiles: &Profiles, gains: &[Gain]) -> Vec<bool> {
    let mut beaten: Vec<Vec<bool>> = profiles.counts().iter().map(|count| vec![false; *count]).collect();
    for gain in gains {
        let surely = gain.interval.is_some_and(|(low, _)| low > 0.0);
        beaten[gain.player][profiles.strategy(gain.profile, gain.player)] |= surely;
    }
    beaten.iter().map(|strategies| strategies.iter().all(|beaten| *beaten)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{close, game, matching_pennies, prisoners_dilemma};

    #[test]
    fn pennies_are_all_interaction_and_a_sum_of_effects_has_none() {
        assert_eq!(shares(&matching_pennies()), [Some(1.0), Some(1.0)]);
        let sum = |at: usize| [at as f64 / 3.0, (at % 3) as f64];
        let additive = game(&[2, 3], &(0..6).flat_map(|at| [sum(at)[0] + sum(at)[1], 7.0]).collect::<Vec<_>>());
        let found = shares(&additive);
        assert!(found[0].unwrap() < 1e-28 && found[1].is_none(), "{found:?}");
        // Payoffs 3, 0, 5, 1: the effects are -0.75 and -1.75 about 2.25, the interaction 0.25.
        let expected = 0.0625 / (0.5625 + 3.0625 + 0.0625);
        close(&[shares(&prisoners_dilemma())[0].unwrap()], &[expected], 1e-15);
    }

    #[test]
    fn of_three_players_interactions_of_all_orders_count() {
        let parity = |at: usize| if at.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
        let payoffs = (0..8).flat_map(|at| [parity(at), parity(at & 3), parity(at & 1)]);
        let found = shares(&game(&[2, 2, 2], &payoffs.collect::<Vec<_>>()));
        assert_eq!(found, [Some(1.0), Some(1.0), Some(0.0)]);
    }

    #[test]
    fn luck_is_taken_off() {
        // Means 0, 0, 1, 1 have no interaction; a quarter of the replicates have each of four equal and opposite ones.
        let mut samples = Samples::new(Profiles::new(vec![2, 2]));
        for replicate in 0..80 {
            let luck = if replicate % 4 == 0 { 3.0 } else { -1.0 };
            for profile in 0..4 {
                let sign = if profile == 0 || profile == 3 { 1.0 } else { -1.0 };
                samples.set(replicate, profile, &[(profile / 2) as f64 + sign * luck, 0.0]);
            }
        }
        samples.set(80, 0, &[100.0, 0.0]);
        assert_eq!(shares_beyond_luck(&samples), [Some(0.0), None]);
        assert_eq!(shares_beyond_luck(&Samples::new(Profiles::new(vec![2, 2]))), [None, None]);
    }

    #[test]
    fn a_game_is_trivial_where_one_answer_is_always_best() {
        assert_eq!(answers_vary(&prisoners_dilemma()), [false, false]);
        assert_eq!(answers_vary(&matching_pennies()), [true, true]);
        // The first player follows the second, who does not care.
        let follower = game(&[2, 2], &[1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0]);
        assert_eq!(answers_vary(&follower), [true, false]);
    }
}
