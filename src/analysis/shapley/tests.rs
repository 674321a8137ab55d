//! The axioms, brute force, and errors that are what they say.

use super::*;
use crate::maths::normal_quantile;

/// What bits say of a coalition.
fn on(coalition: Coalition, player: usize) -> f64 {
    ((coalition >> player) & 1) as f64
}

/// A game of five: 0 and 1 work alone and together, 2 and 3 are alike, 4 does nothing.
fn game(coalition: Coalition) -> f64 {
    let [a, b, c, d] = [0, 1, 2, 3].map(|player| on(coalition, player));
    7.0 + 2.0 * a - 0.7 * b + 1.3 * a * b + 0.9 * c * d - 0.4 * a * c * d + 0.3 * (c + d)
}

/// The mean over all orders, one after the other.
fn brute(players: usize, value: impl Fn(Coalition) -> f64) -> Vec<f64> {
    fn orders(left: Vec<usize>) -> Vec<Vec<usize>> {
        if left.is_empty() {
            return vec![Vec::new()];
        }
        let first = |at: usize| {
            let mut rest = left.clone();
            let player = rest.remove(at);
            orders(rest).into_iter().map(move |mut order| {
                order.insert(0, player);
                order
            })
        };
        (0..left.len()).flat_map(first).collect()
    }
    let (mut sums, orders) = (vec![0.0; players], orders((0..players).collect()));
    for order in &orders {
        let mut before = 0;
        for player in order {
            sums[*player] += value(before | (1 << player)) - value(before);
            before |= 1 << player;
        }
    }
    sums.into_iter().map(|sum| sum / orders.len() as f64).collect()
}

fn luck(replicate: usize) -> f64 {
    normal_quantile((replicate as f64 * 0.618_033_988 + 0.31).fract())
}

#[test]
fn exact_values_are_the_mean_over_all_orders_and_keep_the_axioms() {
    let value = |coalition, replicate| Some(game(coalition) * (1.0 + 0.1 * luck(replicate)));
    let found = attribute(&Plan::exact(5), 12, value).unwrap();
    let expected = brute(5, |coalition| {
        (0..12).map(|replicate| game(coalition) * (1.0 + 0.1 * luck(replicate))).sum::<f64>() / 12.0
    });
    for (share, expected) in found.shares.iter().zip(&expected) {
        assert!((share.shapley.mean - expected).abs() < 1e-12, "{} is not {expected}", share.shapley.mean);
    }
    // Null player, symmetry, efficiency.
    assert_eq!(found.shares[4].shapley.mean, 0.0);
    assert_eq!((found.shares[4].first.mean, found.shares[4].last.mean), (0.0, 0.0));
    assert!((found.shares[2].shapley.mean - found.shares[3].shapley.mean).abs() < 1e-12);
    let sum: f64 = found.shares.iter().map(|share| share.shapley.mean).sum();
    assert!((sum - found.total.mean).abs() < 1e-12, "{sum} is not {}", found.total.mean);
    assert!((found.all.mean - found.none.mean - found.total.mean).abs() < 1e-12);
}

#[test]
fn what_a_player_adds_first_and_last_is_told_apart() {
    let found = attribute(&Plan::exact(5), 5, |coalition, _| Some(game(coalition))).unwrap();
    let first = &found.shares[0];
    assert!((first.first.mean - 2.0).abs() < 1e-12, "{first:?}");
    assert!((first.last.mean - (2.0 + 1.3 - 0.4)).abs() < 1e-12, "{first:?}");
    assert_eq!(first.shapley.standard_error, Some(0.0), "nothing here is luck");
}

#[test]
fn drawn_orders_add_up_in_every_draw_and_their_intervals_hold_the_value() {
    let expected = brute(5, game);
    let (mut held, mut tried) = (0, 0);
    for seed in 0..60 {
        let plan = Plan::drawn(5, 8, seed);
        let value = |coalition: Coalition, replicate: usize| {
            let own: f64 =
                (0..5).map(|player| on(coalition, player) * luck(7 * replicate + player + seed as usize)).sum();
            Some(game(coalition) + 0.2 * own)
        };
        let found = attribute(&plan, 10, value).unwrap();
        let sum: f64 = found.shares.iter().map(|share| share.shapley.mean).sum();
        assert!((sum - found.total.mean).abs() < 1e-12, "{sum} is not {}", found.total.mean);
        for (player, share) in found.shares.iter().enumerate() {
            let (low, high) = share.shapley.interval.unwrap();
            let noise: f64 = (0..10).map(|replicate| luck(7 * replicate + player + seed as usize)).sum::<f64>() / 10.0;
            // The luck of these replicates is known here; what is left is that of the orders.
            let truth = expected[player] + 0.2 * noise;
            held += usize::from((low..=high).contains(&truth));
            tried += 1;
        }
    }
    assert!(held * 100 >= 93 * tried, "{held} of {tried}");
}

#[test]
fn coalitions_of_drawn_orders_are_known_and_few() {
    let plan = Plan::drawn(20, 6, 3);
    let coalitions = plan.coalitions();
    assert!(coalitions.is_sorted() && coalitions.len() <= 2 * 6 * 19 + 42, "{}", coalitions.len());
    assert_eq!((coalitions[0], *coalitions.last().unwrap()), (0, plan.everyone()));
    let found = attribute(&plan, 1, |coalition, _| Some(f64::from(coalition.count_ones()))).unwrap();
    assert!(found.shares.iter().all(|share| share.shapley.mean == 1.0 && share.shapley.interval.is_none()));
}

#[test]
fn a_replicate_without_a_value_in_one_coalition_is_left_out() {
    let value = |coalition: Coalition, replicate: usize| {
        (replicate != 2 || coalition != 3)
            .then_some(game(coalition) + 100.0 * f64::from(u8::from(replicate == 2)) * on(coalition, 0))
    };
    let found = attribute(&Plan::exact(5), 6, value).unwrap();
    assert_eq!(found.replicates, 5);
    assert!((found.shares[0].first.mean - 2.0).abs() < 1e-12);
    assert!(attribute(&Plan::exact(2), 3, |coalition, _| (coalition != 1).then_some(0.0)).is_none());
}
