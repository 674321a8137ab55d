//! Replicator dynamics of several populations (Taylor 1979): strategies that do better than their population's average spread.

use super::Game;
use crate::{maths::exp, model::mechanisms::market::replicator_step};

/// Time of a step, where a strategy that gets more by the whole range of a player's payoffs grows by e in a unit of time.
const STEP: f64 = 0.1;
/// Most steps.
const MOST_STEPS: u32 = 20_000;
/// Populations are at rest when no share changes faster than this in a unit of time.
const REST: f64 = 1e-10;

/// Where the dynamics came.
#[derive(Clone, Debug, PartialEq)]
pub struct Rest {
    /// The share of each strategy, by player.
    pub mixes: Vec<Vec<f64>>,
    /// Whether the shares are at rest there; if not, they go round or are very slow.
    pub at_rest: bool,
    /// Steps that it took.
    pub steps: u32,
}

/// Follows the replicator from these shares until it comes to rest. Each step multiplies shares by e^{h f} and scales them to
/// sum to 1 again, f the payoffs by the range of their player; so shares stay positive and sum to 1, and neither the unit
/// nor the zero of payoffs matters. What symmetry keeps in balance stays so: a rest may be unstable.
pub fn rest(game: &Game, from: Vec<Vec<f64>>) -> Rest {
    let ranges: Vec<f64> = (0..from.len()).map(|player| game.range(player)).collect();
    let mut mixes = from;
    for steps in 0..MOST_STEPS {
        let fitness: Vec<Vec<f64>> =
            (0..mixes.len()).map(|player| fitness(game, &mixes, player, ranges[player])).collect();
        let speed = mixes.iter().zip(&fitness).map(|(mix, fitness)| speed(mix, fitness)).fold(0.0, f64::max);
        if speed <= REST {
            return Rest { mixes, at_rest: true, steps };
        }
        for (mix, fitness) in mixes.iter_mut().zip(&fitness) {
            let best = fitness.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let factors: Vec<f64> = fitness.iter().map(|fitness| exp(STEP * (fitness - best))).collect();
            replicator_step(mix, &factors);
        }
    }
    Rest { mixes, at_rest: false, steps: MOST_STEPS }
}

fn fitness(game: &Game, mixes: &[Vec<f64>], player: usize, range: f64) -> Vec<f64> {
    let mut payoffs = game.expected(mixes, player);
    payoffs.iter_mut().for_each(|payoff| *payoff = if range > 0.0 { *payoff / range } else { 0.0 });
    payoffs
}

/// How fast the share that changes most does so.
fn speed(mix: &[f64], fitness: &[f64]) -> f64 {
    let average: f64 = mix.iter().zip(fitness).map(|(share, fitness)| share * fitness).sum();
    mix.iter().zip(fitness).map(|(share, fitness)| (share * (fitness - average)).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{chicken, close, matching_pennies, prisoners_dilemma, stag_hunt};

    fn from_centre(game: &Game) -> Rest {
        rest(game, game.profiles().uniform())
    }

    #[test]
    fn what_pays_spreads_until_it_is_all_there_is() {
        let found = from_centre(&prisoners_dilemma());
        assert!(found.at_rest && found.steps > 100);
        close(&found.mixes.concat(), &[0.0, 1.0, 0.0, 1.0], 1e-8);
        // Against players of whom half hunt stags, a hare is better.
        close(&from_centre(&stag_hunt()).mixes.concat(), &[0.0, 1.0, 0.0, 1.0], 1e-8);
        let trusting = rest(&stag_hunt(), vec![vec![0.9, 0.1]; 2]);
        close(&trusting.mixes.concat(), &[1.0, 0.0, 1.0, 0.0], 1e-8);
    }

    #[test]
    fn a_balance_is_a_rest_and_a_chase_is_none() {
        let balance = from_centre(&chicken());
        assert_eq!((balance.at_rest, balance.steps, balance.mixes), (true, 0, vec![vec![0.5, 0.5]; 2]));
        let chase = rest(&matching_pennies(), vec![vec![0.6, 0.4], vec![0.5, 0.5]]);
        assert_eq!((chase.at_rest, chase.steps), (false, MOST_STEPS));
        chase.mixes.iter().for_each(|mix| close(&[mix.iter().sum()], &[1.0], 1e-12));
    }

    /// Of two strategies with payoffs of fixed difference the logarithm of the ratio grows by it in a unit of time.
    #[test]
    fn a_step_is_exact_where_payoffs_are_constant() {
        use crate::maths::ln;
        let game = crate::analysis::games::testing::game(&[2, 1], &[0.0, 0.0, 2.0, 0.0]);
        let found = rest(&game, game.profiles().uniform());
        let grown = ln(found.mixes[0][1]) - ln(found.mixes[0][0]);
        close(&[grown], &[f64::from(found.steps) * STEP], 1e-9);
    }
}
