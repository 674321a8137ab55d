//! α-rank (Omidshafiei et al. 2019): the share of time that evolving populations spend at each profile.
//!
//! Each player is a population of which all do the same. Now and then a mutant appears with another strategy, and takes its
//! population over or dies out before the next one (Moran process, choice by Fermi). So the profile moves by single players'
//! deviations, more likely by those that pay, and the long run has one distribution.

use super::Game;
use crate::maths::{exp, exp_m1};

/// How strongly selection acts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Intensity {
    /// Populations of so many, with the intensity α ≥ 0 per unit of payoff.
    Finite {
        /// Intensity of selection.
        alpha: f64,
        /// Members of each population, at least 2.
        population: u32,
    },
    /// As α grows: whoever gains takes over with probability 1 − ε, who gets the same with ½, and who loses with ε, which
    /// joins what would fall apart. A small ε, such as 10⁻²⁰, is as good as none.
    Limit {
        /// ε, above 0 and below ½.
        perturbation: f64,
    },
}

/// The share of time at each profile in the long run; `None` if numbers are too extreme to tell.
pub fn stationary(game: &Game, intensity: Intensity) -> Option<Vec<f64>> {
    let profiles = game.profiles();
    let ways: usize = profiles.counts().iter().map(|count| count - 1).sum();
    let mut moves = vec![vec![0.0; profiles.len()]; profiles.len()];
    for from in 0..profiles.len() {
        for (player, _, to) in profiles.deviations(from) {
            let gain = game.payoff(to, player) - game.payoff(from, player);
            moves[from][to] = takes_over(gain, intensity, game.rounding()) / ways as f64;
        }
    }
    long_run(moves)
}

/// The probability that a mutant who gets so much more than the others takes its population over.
fn takes_over(gain: f64, intensity: Intensity, rounding: f64) -> f64 {
    match intensity {
        Intensity::Finite { alpha, population } => {
            let (u, m) = (alpha * gain, f64::from(population));
            if u.abs() < 1e-14 {
                1.0 / m
            } else if u > 0.0 {
                exp_m1(-u) / exp_m1(-m * u)
            } else {
                // The same, times e^{m u} above and below, so that nothing overflows.
                exp((m - 1.0) * u) * exp_m1(u) / exp_m1(m * u)
            }
        }
        Intensity::Limit { .. } if gain.abs() <= rounding => 0.5,
        Intensity::Limit { perturbation } => {
            if gain > 0.0 {
                1.0 - perturbation
            } else {
                perturbation
            }
        }
    }
}

/// The stationary distribution of a Markov chain by the elimination of Grassmann, Taksar and Heyman (1985), which subtracts
/// nothing: each share is exact to a few last places, however small. What stands on the diagonal is not read. `None` if some
/// states cannot be left.
fn long_run(mut moves: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let count = moves.len();
    for last in (1..count).rev() {
        let (before, from_last) = moves.split_at_mut(last);
        let leaving: f64 = from_last[0][..last].iter().sum();
        if leaving.is_nan() || leaving <= 0.0 {
            return None;
        }
        for row in before {
            row[last] /= leaving;
            let share = row[last];
            if share > 0.0 {
                row[..last].iter_mut().zip(&from_last[0]).for_each(|(to, through)| *to += share * through);
            }
        }
    }
    let mut shares = vec![1.0; count];
    for state in 1..count {
        shares[state] = (0..state).map(|from| shares[from] * moves[from][state]).sum();
    }
    let total: f64 = shares.iter().sum();
    total.is_finite().then(|| shares.into_iter().map(|share| share / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{close, game, matching_pennies, prisoners_dilemma};

    const LIMIT: Intensity = Intensity::Limit { perturbation: 1e-20 };

    #[test]
    fn in_the_limit_time_is_spent_where_all_moves_lead() {
        close(&stationary(&prisoners_dilemma(), LIMIT).unwrap(), &[0.0, 0.0, 0.0, 1.0], 1e-19);
        close(&stationary(&matching_pennies(), LIMIT).unwrap(), &[0.25; 4], 1e-15);
        let indifferent = game(&[2, 2], &[1.0; 8]);
        close(&stationary(&indifferent, LIMIT).unwrap(), &[0.25; 4], 1e-15);
        let blind = Intensity::Finite { alpha: 0.0, population: 20 };
        close(&stationary(&prisoners_dilemma(), blind).unwrap(), &[0.25; 4], 1e-15);
    }

    #[test]
    fn small_shares_are_exact() {
        // Of two profiles a pays by 1: shares are as the chances of taking over, e^{α (m - 1)} to 1.
        let two = game(&[2, 1], &[1.0, 0.0, 0.0, 0.0]);
        let shares = stationary(&two, Intensity::Finite { alpha: 2.0, population: 31 }).unwrap();
        let expected = exp(-60.0) / (1.0 + exp(-60.0));
        assert!((shares[1] / expected - 1.0).abs() < 1e-13, "{shares:?}");
    }

    #[test]
    fn what_is_too_extreme_has_no_answer() {
        let rivals = game(&[2, 2], &[1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
        let extreme = Intensity::Finite { alpha: 1e4, population: 50 };
        assert_eq!(stationary(&rivals, extreme), None);
        close(&stationary(&rivals, LIMIT).unwrap(), &[0.5, 0.0, 0.0, 0.5], 1e-15);
    }

    #[test]
    fn the_long_run_is_left_as_it_is_by_a_step() {
        let moves = [[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]];
        let shares = long_run(moves.iter().map(|row| row.to_vec()).collect()).unwrap();
        let after: Vec<f64> = (0..3).map(|to| (0..3).map(|from| shares[from] * moves[from][to]).sum()).collect();
        close(&after, &shares, 1e-15);
    }
}
