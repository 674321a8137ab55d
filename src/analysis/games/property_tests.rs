//! What must hold of all games: names, order, units and zeros of payoffs do not matter.

use super::{
    Game,
    alpha_rank::{Intensity, stationary},
    commitment::{Ties, stackelberg},
    dominance, interaction, mixed, pure, quantal, replicator,
    testing::{close, game, reversed, scaled, swapped, with_players_swapped, with_strategies_reversed},
    welfare,
};
use crate::maths::normal_form::level_k;
use proptest::prelude::*;

/// Games of two or three players, with whole payoffs, so that many are equal.
fn with_ties() -> impl Strategy<Value = Game> {
    games((-4_i32..=4).prop_map(f64::from))
}

/// Games in which no two payoffs are equal, as good as always.
fn generic() -> impl Strategy<Value = Game> {
    games(-1.0_f64..1.0)
}

fn games(payoff: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = Game> {
    proptest::collection::vec(1_usize..=3, 2..=3).prop_flat_map(move |counts| {
        let size = counts.iter().product::<usize>() * counts.len();
        proptest::collection::vec(payoff.clone(), size).prop_map(move |payoffs| game(&counts, &payoffs))
    })
}

/// The first player comes last.
fn order(of: &Game) -> Vec<usize> {
    (1..of.players().len()).chain([0]).collect()
}

/// Something of each profile of a game in the order of the game with its players swapped.
fn moved<T: Clone>(of: &Game, values: &[T]) -> Vec<T> {
    let other = with_players_swapped(of, &order(of));
    let place = |profile| swapped(of, &order(of), &other.profiles().strategies(profile));
    (0..values.len()).map(|profile| values[place(profile)].clone()).collect()
}

/// Which profiles are in a list.
fn among(of: &Game, list: &[usize]) -> Vec<bool> {
    (0..of.profiles().len()).map(|profile| list.contains(&profile)).collect()
}

const LIMIT: Intensity = Intensity::Limit { perturbation: 1e-3 };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn players_in_another_order_play_the_same_game(before in with_ties()) {
        let after = with_players_swapped(&before, &order(&before));
        let by_player = |values: &[bool]| order(&before).iter().map(|player| values[*player]).collect::<Vec<_>>();
        prop_assert_eq!(pure::regrets(&after), moved(&before, &pure::regrets(&before)));
        let lists: [fn(&Game) -> Vec<usize>; 2] = [|game| pure::equilibria(game, 0.5), welfare::pareto];
        for list in lists {
            prop_assert_eq!(among(&after, &list(&after)), moved(&before, &among(&before, &list(&before))));
        }
        prop_assert_eq!(interaction::answers_vary(&after), by_player(&interaction::answers_vary(&before)));
        let left = dominance::eliminate(&before).left;
        let left: Vec<_> = order(&before).iter().map(|player| left[*player].clone()).collect();
        prop_assert_eq!(dominance::eliminate(&after).left, left);
        close(&stationary(&after, LIMIT).unwrap(), &moved(&before, &stationary(&before, LIMIT).unwrap()), 1e-12);
        for ties in [Ties::Optimistic, Ties::Pessimistic] {
            let [first, last] = [(&before, 0), (&after, order(&before).len() - 1)].map(|(game, leader)| stackelberg(game, leader, ties));
            prop_assert_eq!(first.map(|found| (found.value, found.complete)), last.map(|found| (found.value, found.complete)));
        }
    }

    #[test]
    fn mixing_players_in_another_order_mix_the_same(before in generic()) {
        let after = with_players_swapped(&before, &order(&before));
        let same = |first: Vec<Vec<f64>>, last: Vec<Vec<f64>>| {
            order(&before).iter().zip(&last).for_each(|(player, mix)| close(&first[*player], mix, 1e-8));
        };
        same(quantal::equilibrium(&before, 3.0).unwrap(), quantal::equilibrium(&after, 3.0).unwrap());
        same(
            level_k(before.profiles(), before.payoffs(), 3, 2.0),
            level_k(after.profiles(), after.payoffs(), 3, 2.0),
        );
        let [first, last] = [&before, &after].map(|game| replicator::rest(game, game.profiles().uniform()));
        prop_assert_eq!(first.at_rest, last.at_rest);
        if first.at_rest {
            same(first.mixes, last.mixes);
        }
        if let (Ok(first), Ok(last)) = (mixed::equilibria(&before), mixed::equilibria(&after)) {
            prop_assert_eq!((first.list.len(), first.degenerate), (last.list.len(), last.degenerate));
        }
    }

    #[test]
    fn strategies_in_another_order_are_the_same_strategies(before in with_ties()) {
        let after = with_strategies_reversed(&before, 0);
        let there = |profile| reversed(&before, 0, profile);
        let regrets = pure::regrets(&before);
        let moved: Vec<f64> = (0..regrets.len()).map(|profile| regrets[there(profile)]).collect();
        prop_assert_eq!(pure::regrets(&after), moved);
        let [first, last] = [&before, &after].map(|game| stationary(game, LIMIT).unwrap());
        close(&(0..last.len()).map(|profile| last[there(profile)]).collect::<Vec<_>>(), &first, 1e-12);
        let [first, last] = [&before, &after].map(interaction::shares);
        for (first, last) in first.iter().zip(&last) {
            prop_assert_eq!(first.is_some(), last.is_some());
            close(&[first.unwrap_or(0.0)], &[last.unwrap_or(0.0)], 1e-12);
        }
        let mut left = dominance::eliminate(&after).left;
        left[0] = left[0].iter().rev().map(|strategy| before.profiles().counts()[0] - 1 - strategy).collect();
        prop_assert_eq!(dominance::eliminate(&before).left, left);
        let [first, last] = [&before, &after].map(|game| stackelberg(game, 0, Ties::Optimistic));
        prop_assert_eq!(first.map(|found| found.value), last.map(|found| found.value));
    }

    #[test]
    fn unit_and_zero_of_payoffs_do_not_matter(before in with_ties(), by in 0.01_f64..100.0, plus in -1000.0_f64..1000.0) {
        let after = scaled(&before, by, plus);
        prop_assert_eq!(pure::equilibria(&before, 0.0), pure::equilibria(&after, 0.0));
        prop_assert_eq!(welfare::pareto(&before), welfare::pareto(&after));
        prop_assert_eq!(dominance::dominated(&before), dominance::dominated(&after));
        prop_assert_eq!(interaction::answers_vary(&before), interaction::answers_vary(&after));
        close(&stationary(&before, LIMIT).unwrap(), &stationary(&after, LIMIT).unwrap(), 1e-12);
        let [first, last] = [(&before, 0.5), (&after, 0.5 / by)].map(|(game, alpha)| {
            stationary(game, Intensity::Finite { alpha, population: 5 }).unwrap()
        });
        close(&first, &last, 1e-6);
        let [first, last] = [(&before, 0.2), (&after, 0.2 / by)].map(|(game, lambda)| quantal::equilibrium(game, lambda).unwrap());
        close(&first.concat(), &last.concat(), 1e-6);
        let [first, last] = [&before, &after].map(|game| stackelberg(game, 0, Ties::Pessimistic));
        prop_assert_eq!(first.map(|found| found.profile), last.map(|found| found.profile));
    }

    #[test]
    fn a_strategy_without_effect_changes_nothing(before in generic()) {
        // Another strategy of the last player, equal to its last.
        let mut counts = before.profiles().counts().to_vec();
        let players = counts.len();
        counts[players - 1] += 1;
        let profiles = crate::maths::normal_form::Profiles::new(counts.clone());
        let same = |profile: usize| {
            let mut strategies = profiles.strategies(profile);
            strategies[players - 1] = strategies[players - 1].min(counts[players - 1] - 2);
            before.profiles().place(&strategies)
        };
        let payoffs = (0..profiles.len()).flat_map(|profile| (0..players).map(move |player| (profile, player)));
        let payoffs: Vec<f64> = payoffs.map(|(profile, player)| before.payoff(same(profile), player)).collect();
        let after = game(&counts, &payoffs);
        let added = counts[players - 1] - 1;
        for deviation in pure::deviations(&after).iter().filter(|deviation| deviation.player == players - 1) {
            if after.profiles().strategy(deviation.profile, players - 1) == added - 1 && deviation.to == added {
                prop_assert_eq!(deviation.gain, 0.0);
            }
        }
        let regrets = pure::regrets(&before);
        prop_assert_eq!(pure::regrets(&after), (0..profiles.len()).map(|profile| regrets[same(profile)]).collect::<Vec<_>>());
    }

    #[test]
    fn nobody_gains_by_leaving_a_mixed_equilibrium(of in generic()) {
        if let Ok(found) = mixed::equilibria(&of) {
            // Every game has one, and but for degenerate ones an odd number (Nash 1951; Wilson 1971).
            prop_assert!(!found.list.is_empty() && (found.degenerate || found.list.len() % 2 == 1));
            for equilibrium in &found.list {
                for player in 0..2 {
                    let best = of.expected(&equilibrium.mixes, player).into_iter().fold(f64::NEG_INFINITY, f64::max);
                    prop_assert!((best - equilibrium.values[player]).abs() < 1e-8);
                }
            }
            let pure = found.list.iter().filter(|found| found.mixes.concat().iter().all(|p| *p == 0.0 || (p - 1.0).abs() < 1e-12));
            prop_assert_eq!(pure.count(), pure::equilibria(&of, 0.0).len());
        }
    }
}
