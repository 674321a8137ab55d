//! Payoffs from runs.

use super::{Game, GameError, Player};
use crate::maths::normal_form::Profiles;

/// Payoffs of all players by replicate and profile. A replicate has the same luck under every profile (common random numbers),
/// so profiles are compared within replicates; one may be missing under some profiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    profiles: Profiles,
    /// By replicate, then profile, then player; `NaN` where there is no run.
    values: Vec<f64>,
}

impl Samples {
    /// No payoffs yet, of these profiles.
    pub const fn new(profiles: Profiles) -> Self {
        Self { profiles, values: Vec::new() }
    }

    /// The profiles in their order.
    pub const fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// Takes in the payoffs of all players of one run. A payoff that is not finite leaves the replicate without a run under
    /// this profile; a profile that there is not, or payoffs of other players, are passed over.
    pub fn set(&mut self, replicate: usize, profile: usize, payoffs: &[f64]) {
        let (players, width) = (self.profiles.players(), self.width());
        if profile >= self.profiles.len()
            || payoffs.len() != players
            || payoffs.iter().any(|payoff| !payoff.is_finite())
        {
            return;
        }
        if self.values.len() < (replicate + 1) * width {
            self.values.resize((replicate + 1) * width, f64::NAN);
        }
        let from = replicate * width + profile * players;
        self.values[from..from + players].copy_from_slice(payoffs);
    }

    fn width(&self) -> usize {
        self.profiles.len() * self.profiles.players()
    }

    /// Number of replicates, the last of which has a run.
    pub fn replicates(&self) -> usize {
        self.values.len() / self.width().max(1)
    }

    /// The payoffs of all players in one run; `None` where there is none.
    pub fn get(&self, replicate: usize, profile: usize) -> Option<&[f64]> {
        let players = self.profiles.players();
        let from = replicate * self.width() + profile * players;
        self.values.get(from..from + players).filter(|payoffs| payoffs.iter().all(|payoff| payoff.is_finite()))
    }

    /// Number of replicates that have a run under a profile.
    pub fn n(&self, profile: usize) -> usize {
        (0..self.replicates()).filter(|replicate| self.get(*replicate, profile).is_some()).count()
    }

    /// The payoffs of a player under two profiles, in replicates that have a run under both.
    pub fn pairs(&self, player: usize, first: usize, second: usize) -> impl Iterator<Item = (usize, f64, f64)> + '_ {
        (0..self.replicates()).filter_map(move |replicate| {
            let (first, second) = (self.get(replicate, first)?, self.get(replicate, second)?);
            Some((replicate, first[player], second[player]))
        })
    }

    /// The game of mean payoffs, each over the runs that its profile has; `None` if one has none. Where profiles have runs of
    /// other replicates, luck is in the differences of means, and not in what [`inference`](super::inference) says of pairs.
    ///
    /// # Errors
    /// If the players do not have these profiles.
    pub fn game(&self, players: Vec<Player>) -> Option<Result<Game, GameError>> {
        let (width, count) = (self.width(), self.profiles.players());
        let (mut sums, mut runs) = (vec![0.0; width], vec![0_u32; self.profiles.len()]);
        for replicate in 0..self.replicates() {
            for profile in 0..self.profiles.len() {
                let Some(payoffs) = self.get(replicate, profile) else { continue };
                runs[profile] += 1;
                let sums = &mut sums[profile * count..(profile + 1) * count];
                sums.iter_mut().zip(payoffs).for_each(|(sum, payoff)| *sum += payoff);
            }
        }
        if runs.contains(&0) {
            return None;
        }
        sums.iter_mut().enumerate().for_each(|(at, sum)| *sum /= f64::from(runs[at / count]));
        Some(Game::new(players, sums))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::prisoners_dilemma;

    #[test]
    fn means_are_over_the_runs_that_are_there() {
        let dilemma = prisoners_dilemma();
        let mut samples = Samples::new(dilemma.profiles().clone());
        for profile in 0..4 {
            samples.set(1, profile, &[profile as f64, 1.0]);
        }
        samples.set(0, 2, &[4.0, 2.0]);
        samples.set(3, 3, &[f64::NAN, 0.0]);
        assert_eq!((samples.replicates(), samples.n(2), samples.n(3), samples.get(0, 1)), (2, 2, 1, None));
        assert_eq!(samples.pairs(0, 1, 2).collect::<Vec<_>>(), [(1, 1.0, 2.0)]);
        let game = samples.game(dilemma.players().to_vec()).unwrap().unwrap();
        assert_eq!(game.payoffs(), [0.0, 1.0, 1.0, 1.0, 3.0, 1.5, 3.0, 1.0]);
    }

    #[test]
    fn a_profile_without_a_run_leaves_no_game() {
        let dilemma = prisoners_dilemma();
        let mut samples = Samples::new(dilemma.profiles().clone());
        (0..3).for_each(|profile| samples.set(0, profile, &[0.0, 0.0]));
        assert!(samples.game(dilemma.players().to_vec()).is_none());
        assert_eq!(Samples::new(dilemma.profiles().clone()).replicates(), 0);
    }
}
