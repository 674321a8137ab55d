//! In which orders players come on.

use super::Coalition;
use crate::maths::below;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

/// Which coalitions have to be known.
#[derive(Clone, Debug)]
pub struct Plan {
    players: usize,
    /// Drawn orders, each of which counts with its reverse; empty where all orders count.
    drawn: Vec<Vec<usize>>,
}

impl Plan {
    /// All orders of so many players: every coalition.
    pub const fn exact(players: usize) -> Self {
        Self { players, drawn: Vec::new() }
    }

    /// So many pairs of orders, each with its reverse.
    pub fn drawn(players: usize, pairs: usize, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let order = |_| {
            let mut order: Vec<usize> = (0..players).collect();
            // Fisher and Yates.
            for last in (1..players).rev() {
                order.swap(last, below(random.next_u64(), last + 1));
            }
            order
        };
        Self { players, drawn: (0..pairs.max(1)).map(order).collect() }
    }

    /// How many players there are.
    pub const fn players(&self) -> usize {
        self.players
    }

    /// Whether every order counts.
    pub const fn is_exact(&self) -> bool {
        self.drawn.is_empty()
    }

    /// Pairs of orders that were drawn; one where all count.
    pub fn parts(&self) -> usize {
        self.drawn.len().max(1)
    }

    /// All players.
    pub const fn everyone(&self) -> Coalition {
        (1 << self.players) - 1
    }

    /// The coalitions that have to be known, rising: nobody first, all last, each player alone, all without each.
    pub fn coalitions(&self) -> Vec<Coalition> {
        let everyone = self.everyone();
        if self.is_exact() {
            return (0..=everyone).collect();
        }
        let mut found = BTreeSet::from([0, everyone]);
        for player in 0..self.players {
            found.extend([1 << player, everyone & !(1 << player)]);
        }
        for order in &self.drawn {
            let mut on = 0;
            for player in order {
                on |= 1 << player;
                // Those that come on last come first in the reverse.
                found.extend([on, everyone & !on]);
            }
        }
        found.into_iter().collect()
    }

    /// What a player adds to those before it: over all orders, or in a drawn one and its reverse.
    pub(super) fn adds(&self, player: usize, part: usize, value: impl Fn(Coalition) -> f64) -> f64 {
        let own = 1 << player;
        let Some(order) = self.drawn.get(part) else {
            let without = (0..=self.everyone()).filter(|others| others & own == 0);
            return without.map(|others| self.weight(others) * (value(others | own) - value(others))).sum();
        };
        let before: Coalition =
            order.iter().take_while(|other| **other != player).map(|other| 1 << other).fold(0, |all, bit| all | bit);
        let after = self.everyone() & !before & !own;
        0.5 * (value(before | own) - value(before)) + 0.5 * (value(after | own) - value(after))
    }

    /// The share of the orders in which just these others come before a player: |S|! (n − |S| − 1)! / n!.
    fn weight(&self, others: Coalition) -> f64 {
        let (n, s) = (self.players as u32, others.count_ones());
        // 1 / (n times the number of coalitions of this size among the others).
        let ways = (0..s).fold(1.0, |ways, at| ways * f64::from(n - 1 - at) / f64::from(at + 1));
        1.0 / (f64::from(n) * ways)
    }
}
