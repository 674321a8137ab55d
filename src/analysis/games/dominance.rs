//! Strategies that another one beats whatever the others do.

use super::{Game, inference::Gain};
use crate::maths::normal_form::Profiles;
use std::ops::ControlFlow;

/// A strategy that another pure strategy of the same player dominates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dominated {
    /// The player.
    pub player: usize,
    /// Its dominated strategy.
    pub strategy: usize,
    /// A strategy that dominates it: the first that does so strictly, or else the first that does so weakly.
    pub by: usize,
    /// Whether it is worse against everything that others may do, and not only never better and somewhere worse.
    pub strict: bool,
}

/// What is left when strictly dominated strategies are left out, and then those that are dominated among the rest, and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elimination {
    /// The strategies that go in each round.
    pub rounds: Vec<Vec<Dominated>>,
    /// Strategies of each player that are left, in their order.
    pub left: Vec<Vec<usize>>,
}

/// Every strategy that another pure strategy dominates, strictly or weakly, by player and strategy.
pub fn dominated(game: &Game) -> Vec<Dominated> {
    let left: Vec<Vec<usize>> = game.profiles().counts().iter().map(|count| (0..*count).collect()).collect();
    among(game, &left)
}

/// Strategies that another one surely beats whatever the others do, by the intervals of the gains.
pub fn surely_dominated(profiles: &Profiles, gains: &[Gain]) -> Vec<Dominated> {
    let mut found = Vec::new();
    for (player, count) in profiles.counts().iter().enumerate() {
        // How often each strategy is surely worse than each other one.
        let mut worse = vec![vec![0; *count]; *count];
        for gain in gains.iter().filter(|gain| gain.player == player) {
            let surely = gain.interval.is_some_and(|(low, _)| low > 0.0);
            worse[profiles.strategy(gain.profile, player)][gain.to] += usize::from(surely);
        }
        for (strategy, worse) in worse.iter().enumerate() {
            let by = worse.iter().position(|times| *times == profiles.len() / count);
            found.extend(by.map(|by| Dominated { player, strategy, by, strict: true }));
        }
    }
    found
}

/// Leaves out strictly dominated strategies until there are none; the order does not matter to what is left (Gilboa, Kalai and
/// Zemel 1990).
pub fn eliminate(game: &Game) -> Elimination {
    let mut left: Vec<Vec<usize>> = game.profiles().counts().iter().map(|count| (0..*count).collect()).collect();
    let mut rounds = Vec::new();
    loop {
        let round: Vec<Dominated> = among(game, &left).into_iter().filter(|dominated| dominated.strict).collect();
        if round.is_empty() {
            return Elimination { rounds, left };
        }
        for gone in &round {
            left[gone.player].retain(|strategy| *strategy != gone.strategy);
        }
        rounds.push(round);
    }
}

/// Dominated strategies when players have only these.
fn among(game: &Game, left: &[Vec<usize>]) -> Vec<Dominated> {
    let mut found = Vec::new();
    for player in 0..left.len() {
        for &strategy in &left[player] {
            let by = |strict| {
                let mut others = left[player].iter().copied().filter(|by| *by != strategy);
                let by = others.find(|by| dominates(game, left, (player, strategy, *by)) == Some(strict))?;
                Some(Dominated { player, strategy, by, strict })
            };
            found.extend(by(true).or_else(|| by(false)));
        }
    }
    found
}

/// Whether a strategy dominates another against all that is left to the others: strictly (`true`), weakly, or not at all.
fn dominates(game: &Game, left: &[Vec<usize>], (player, strategy, by): (usize, usize, usize)) -> Option<bool> {
    let profiles = game.profiles();
    let possible = |profile: &usize| {
        let strategies = profiles.strategies(*profile);
        strategies[player] == strategy && left.iter().zip(strategies).all(|(left, strategy)| left.contains(&strategy))
    };
    let compare = |(always, once), profile| {
        let gain = game.payoff(profiles.with(profile, player, by), player) - game.payoff(profile, player);
        if gain < -game.rounding() {
            return ControlFlow::Break(());
        }
        let worse = gain > game.rounding();
        ControlFlow::Continue((always && worse, once || worse))
    };
    let found = (0..profiles.len()).filter(possible).try_fold((true, false), compare);
    match found {
        ControlFlow::Continue((always, true)) => Some(always),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{game, matching_pennies, prisoners_dilemma, with_a_dominated_strategy};

    #[test]
    fn strict_and_weak_dominance_are_told_apart() {
        let strict = |player| Dominated { player, strategy: 0, by: 1, strict: true };
        assert_eq!(dominated(&prisoners_dilemma()), [strict(0), strict(1)]);
        assert_eq!(dominated(&matching_pennies()), []);
        // The second strategy of the first player is never better, and worse once; of the second's two, neither ever matters.
        let weak = game(&[2, 2], &[1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(dominated(&weak), [Dominated { player: 0, strategy: 1, by: 0, strict: false }]);
        assert_eq!(eliminate(&weak).left, [vec![0, 1], vec![0, 1]]);
    }

    #[test]
    fn a_strict_reason_comes_before_a_weak_one() {
        // The first strategy is dominated weakly by the second, and strictly by the third.
        let found = dominated(&game(&[3, 2], &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 2.0, 0.0]));
        assert_eq!(found[0], Dominated { player: 0, strategy: 0, by: 2, strict: true });
        assert_eq!(found[1], Dominated { player: 0, strategy: 1, by: 2, strict: false });
    }

    /// Only once the first player's second strategy is gone is the second player's second one worse than its third.
    #[test]
    fn elimination_goes_on_among_what_is_left() {
        let row = [[2.0, 1.0, 3.0], [1.0, 0.0, 2.0], [0.0, 3.0, 1.0]];
        let column = [[0.0, 1.0, 2.0], [0.0, 9.0, 0.0], [2.0, 0.0, 1.0]];
        let payoffs: Vec<f64> = (0..9).flat_map(|at| [row[at / 3][at % 3], column[at / 3][at % 3]]).collect();
        let found = eliminate(&game(&[3, 3], &payoffs));
        assert_eq!(found.rounds[0], [Dominated { player: 0, strategy: 1, by: 0, strict: true }]);
        assert_eq!(found.rounds[1], [Dominated { player: 1, strategy: 1, by: 2, strict: true }]);
        assert_eq!(found.left, [vec![0], vec![2]]);
        assert_eq!(found.rounds.len(), 4);
        assert_eq!(eliminate(&with_a_dominated_strategy()).rounds[0].len(), 1);
    }
}
