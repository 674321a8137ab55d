//! Games of textbooks, for tests.

use super::{Game, Player};

/// A game with players a, b, c … and strategies 0, 1, 2 …
pub fn game(counts: &[usize], payoffs: &[f64]) -> Game {
    let player = |(place, count): (usize, &usize)| {
        let name = char::from(b'a' + u8::try_from(place).unwrap());
        Player::new(name, (0..*count).map(|strategy| strategy.to_string()))
    };
    Game::new(counts.iter().enumerate().map(player).collect(), payoffs.to_vec()).unwrap()
}

/// A symmetric game of two players with two strategies, by what the first player gets.
pub fn symmetric([cc, cd, dc, dd]: [f64; 4]) -> Game {
    game(&[2, 2], &[cc, cc, cd, dc, dc, cd, dd, dd])
}

pub fn prisoners_dilemma() -> Game {
    symmetric([3.0, 0.0, 5.0, 1.0])
}

pub fn stag_hunt() -> Game {
    symmetric([4.0, 0.0, 3.0, 2.0])
}

pub fn chicken() -> Game {
    symmetric([3.0, 1.0, 4.0, 0.0])
}

pub fn matching_pennies() -> Game {
    game(&[2, 2], &[1.0, -1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0])
}

/// Its only pure equilibrium is the first profile; the second strategy of the first player is dominated by its first.
pub fn with_a_dominated_strategy() -> Game {
    let row = [[2.0, 1.0, 3.0], [1.0, 0.0, 2.0], [0.0, 3.0, 1.0]];
    let column = [[2.0, 1.0, 0.0], [1.0, 3.0, 2.0], [0.0, 1.0, 2.0]];
    let payoffs: Vec<f64> = (0..9).flat_map(|at| [row[at / 3][at % 3], column[at / 3][at % 3]]).collect();
    game(&[3, 3], &payoffs)
}

/// The same game with its players in another order: the new first one is that of `order[0]`.
pub fn with_players_swapped(of: &Game, order: &[usize]) -> Game {
    let counts: Vec<usize> = order.iter().map(|player| of.profiles().counts()[*player]).collect();
    let profiles = crate::maths::normal_form::Profiles::new(counts.clone());
    let payoffs: Vec<f64> = (0..profiles.len())
        .flat_map(|profile| order.iter().map(move |player| (profile, *player)))
        .map(|(profile, player)| of.payoff(swapped(of, order, &profiles.strategies(profile)), player))
        .collect();
    game(&counts, &payoffs)
}

/// The profile of the first game that is this one once players are in another order.
pub fn swapped(of: &Game, order: &[usize], strategies: &[usize]) -> usize {
    let mut before = vec![0; order.len()];
    order.iter().zip(strategies).for_each(|(player, strategy)| before[*player] = *strategy);
    of.profiles().place(&before)
}

/// The same game with the strategies of a player the other way round.
pub fn with_strategies_reversed(of: &Game, player: usize) -> Game {
    let profiles = of.profiles();
    let payoffs = (0..profiles.len()).flat_map(|profile| {
        let from = reversed(of, player, profile);
        (0..profiles.players()).map(move |player| of.payoff(from, player))
    });
    game(profiles.counts(), &payoffs.collect::<Vec<_>>())
}

/// The profile that takes this place once the strategies of a player are the other way round.
pub fn reversed(of: &Game, player: usize, profile: usize) -> usize {
    let profiles = of.profiles();
    profiles.with(profile, player, profiles.counts()[player] - 1 - profiles.strategy(profile, player))
}

/// The same game with payoffs in another unit and from another zero.
pub fn scaled(of: &Game, by: f64, plus: f64) -> Game {
    let payoffs: Vec<f64> = of.payoffs().iter().map(|payoff| by * payoff + plus).collect();
    game(of.profiles().counts(), &payoffs)
}

/// Numbers are as near as this.
#[track_caller]
pub fn close(found: &[f64], expected: &[f64], within: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= within, "{found:?} are not {expected:?}");
    }
}
