//! What is best for all, and what it costs that each looks to itself.

use super::Game;

/// Profiles that no other one improves on for a player without harming another (Pareto 1906), in pure strategies.
pub fn pareto(game: &Game) -> Vec<usize> {
    let (profiles, players) = (0..game.profiles().len(), 0..game.players().len());
    let improves = |on: usize, other: usize| {
        let gains = || players.clone().map(|player| game.payoff(other, player) - game.payoff(on, player));
        gains().all(|gain| gain >= -game.rounding()) && gains().any(|gain| gain > game.rounding())
    };
    profiles.clone().filter(|profile| !profiles.clone().any(|other| improves(*profile, other))).collect()
}

/// A profile and its welfare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welfare {
    /// The profile.
    pub profile: usize,
    /// Its welfare.
    pub welfare: f64,
}

/// What selfishness costs in welfare (Koutsoupias and Papadimitriou 1999; Anshelevich et al. 2008).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// The profile of the largest welfare.
    pub best: Welfare,
    /// The equilibrium of the least welfare.
    pub worst_equilibrium: Welfare,
    /// The equilibrium of the largest welfare.
    pub best_equilibrium: Welfare,
    /// Price of anarchy: the largest welfare by that of the worst equilibrium, at least 1; `None` unless the latter is above
    /// 0, as a ratio says nothing then.
    pub anarchy: Option<f64>,
    /// Price of stability: the largest welfare by that of the best equilibrium; `None` as above.
    pub stability: Option<f64>,
}

/// The prices of these equilibria, where `welfare` has one number for each profile. `None` without an equilibrium. Of equals the
/// first profile counts.
pub fn prices(welfare: &[f64], equilibria: &[usize]) -> Option<Prices> {
    let at = |profile: usize| Some(Welfare { profile, welfare: *welfare.get(profile)? });
    let largest = |a: Welfare, b: Welfare| if b.welfare > a.welfare { b } else { a };
    let least = |a: Welfare, b: Welfare| if b.welfare < a.welfare { b } else { a };
    let stable = || equilibria.iter().filter_map(|profile| at(*profile));
    let best = (0..welfare.len()).filter_map(at).reduce(largest)?;
    let (worst_equilibrium, best_equilibrium) = (stable().reduce(least)?, stable().reduce(largest)?);
    let price = |equilibrium: Welfare| (equilibrium.welfare > 0.0).then(|| best.welfare / equilibrium.welfare);
    let (anarchy, stability) = (price(worst_equilibrium), price(best_equilibrium));
    Some(Prices { best, worst_equilibrium, best_equilibrium, anarchy, stability })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{chicken, game, prisoners_dilemma};

    #[test]
    fn what_harms_nobody_and_helps_one_is_an_improvement() {
        assert_eq!(pareto(&prisoners_dilemma()), [0, 1, 2]);
        assert_eq!(pareto(&chicken()), [0, 1, 2]);
        // The second profile is as good for the second player, and better for the first.
        assert_eq!(pareto(&game(&[2, 1], &[1.0, 5.0, 2.0, 5.0])), [1]);
    }

    #[test]
    fn prices_compare_equilibria_with_the_best() {
        let found = prices(&[6.0, 5.0, 5.0, 2.0], &[3]).unwrap();
        assert_eq!(
            (found.best, found.anarchy, found.stability),
            (Welfare { profile: 0, welfare: 6.0 }, Some(3.0), Some(3.0))
        );
        let found = prices(&[6.0, 4.0, 3.0, 0.0], &[1, 2]).unwrap();
        assert_eq!((found.anarchy, found.stability), (Some(2.0), Some(1.5)));
        assert_eq!((found.worst_equilibrium.profile, found.best_equilibrium.profile), (2, 1));
    }

    #[test]
    fn no_price_is_put_on_welfare_that_is_not_above_zero() {
        let found = prices(&[-1.0, -4.0], &[1]).unwrap();
        assert_eq!((found.anarchy, found.stability, found.best_equilibrium.welfare), (None, None, -4.0));
        assert_eq!(prices(&[1.0, 2.0], &[]), None);
    }
}
