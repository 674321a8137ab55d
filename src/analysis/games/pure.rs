//! Equilibria in pure strategies, and what deviating from a profile brings.

use super::Game;

/// One player leaving a profile alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The profile it leaves.
    pub profile: usize,
    /// The player.
    pub player: usize,
    /// Its new strategy.
    pub to: usize,
    /// How much more it gets.
    pub gain: f64,
}

/// Every deviation of a single player from every profile, by profile, player and new strategy.
pub fn deviations(game: &Game) -> Vec<Deviation> {
    let from = |profile: usize| {
        game.profiles().deviations(profile).map(move |(player, to, there)| {
            let gain = game.payoff(there, player) - game.payoff(profile, player);
            Deviation { profile, player, to, gain }
        })
    };
    (0..game.profiles().len()).flat_map(from).collect()
}

/// The regret of each profile: the largest gain of a player that leaves it alone, at least 0.
pub fn regrets(game: &Game) -> Vec<f64> {
    let mut regrets = vec![0.0; game.profiles().len()];
    for deviation in deviations(game) {
        regrets[deviation.profile] = f64::max(regrets[deviation.profile], deviation.gain);
    }
    regrets
}

/// Profiles that nobody gains more than `epsilon` by leaving alone (pure ε-equilibria); what rounding can do is no gain.
pub fn equilibria(game: &Game, epsilon: f64) -> Vec<usize> {
    let most = epsilon + game.rounding();
    regrets(game).iter().enumerate().filter(|(_, regret)| **regret <= most).map(|(profile, _)| profile).collect()
}

/// Each player's best strategies against what the others do in a profile, but for rounding.
pub fn best_answers(game: &Game, profile: usize, player: usize) -> Vec<usize> {
    let payoff = |strategy| game.payoff(game.profiles().with(profile, player, strategy), player);
    let strategies = 0..game.profiles().counts()[player];
    let best = strategies.clone().map(payoff).fold(f64::NEG_INFINITY, f64::max);
    strategies.filter(|strategy| payoff(*strategy) >= best - game.rounding()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{chicken, matching_pennies, prisoners_dilemma, stag_hunt};

    #[test]
    fn the_equilibria_of_textbooks_come_out() {
        assert_eq!(equilibria(&prisoners_dilemma(), 0.0), [3]);
        assert_eq!(equilibria(&stag_hunt(), 0.0), [0, 3]);
        assert_eq!(equilibria(&chicken(), 0.0), [1, 2]);
        assert!(equilibria(&matching_pennies(), 0.0).is_empty());
    }

    #[test]
    fn an_epsilon_lets_small_gains_be() {
        assert_eq!(regrets(&prisoners_dilemma()), [2.0, 1.0, 1.0, 0.0]);
        assert_eq!(equilibria(&prisoners_dilemma(), 1.0), [1, 2, 3]);
        assert_eq!(equilibria(&prisoners_dilemma(), 0.999), [3]);
    }

    #[test]
    fn deviations_are_listed_by_profile_player_and_strategy() {
        let list = deviations(&prisoners_dilemma());
        assert_eq!(list.len(), 8);
        assert_eq!(list[2], Deviation { profile: 1, player: 0, to: 1, gain: 1.0 });
        assert_eq!(list[3], Deviation { profile: 1, player: 1, to: 0, gain: -2.0 });
        assert_eq!(best_answers(&chicken(), 1, 0), [0]);
        assert_eq!(best_answers(&chicken(), 0, 0), [1]);
    }
}
