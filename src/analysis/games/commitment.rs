//! What a player gets that moves first and is seen (von Stackelberg 1934), in pure strategies.

use super::Game;

/// Which of several answers that followers like equally a leader reckons with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// The one that the leader likes best.
    Optimistic,
    /// The one that it likes least.
    Pessimistic,
}

/// The best commitment of a leader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stackelberg {
    /// The player that moves first.
    pub leader: usize,
    /// How ties are reckoned with.
    pub ties: Ties,
    /// The profile that comes out, with the strategy that the leader commits to.
    pub profile: usize,
    /// What the leader gets.
    pub value: f64,
    /// Whether the followers have an equilibrium in pure strategies under each commitment; those without one are passed
    /// over.
    pub complete: bool,
}

/// The best commitment of a leader to whom all others answer by an equilibrium in pure strategies among themselves: a best
/// answer of the one follower, if there are two players. `None` if they have none under any commitment. Of equally good
/// commitments it is the first.
pub fn stackelberg(game: &Game, leader: usize, ties: Ties) -> Option<Stackelberg> {
    let profiles = game.profiles();
    let stays = |profile: &usize| {
        profiles
            .deviations(*profile)
            .filter(|(player, ..)| *player != leader)
            .all(|(player, _, there)| game.payoff(there, player) - game.payoff(*profile, player) <= game.rounding())
    };
    let mut best: Option<(usize, f64)> = None;
    let mut complete = true;
    for commitment in 0..profiles.counts()[leader] {
        let committed = (0..profiles.len()).filter(|profile| profiles.strategy(*profile, leader) == commitment);
        let answers = committed.filter(stays).map(|profile| (profile, game.payoff(profile, leader)));
        let answer = answers.reduce(|first, other| {
            let other_comes = match ties {
                Ties::Optimistic => other.1 > first.1,
                Ties::Pessimistic => other.1 < first.1,
            };
            if other_comes { other } else { first }
        });
        complete &= answer.is_some();
        if let Some(answer) = answer
            && best.is_none_or(|best| answer.1 > best.1 + game.rounding())
        {
            best = Some(answer);
        }
    }
    best.map(|(profile, value)| Stackelberg { leader, ties, profile, value, complete })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::games::testing::{chicken, game, matching_pennies};

    #[test]
    fn who_moves_first_in_chicken_does_not_swerve() {
        let first = stackelberg(&chicken(), 0, Ties::Pessimistic).unwrap();
        assert_eq!((first.profile, first.value, first.complete), (2, 4.0, true));
        let second = stackelberg(&chicken(), 1, Ties::Optimistic).unwrap();
        assert_eq!((second.leader, second.profile, second.value), (1, 1, 4.0));
        assert_eq!(stackelberg(&matching_pennies(), 0, Ties::Optimistic).unwrap().value, -1.0);
    }

    #[test]
    fn followers_who_do_not_care_may_help_or_harm() {
        let careless = game(&[2, 2], &[5.0, 1.0, 0.0, 1.0, 2.0, 1.0, 2.0, 0.0]);
        let value = |ties| stackelberg(&careless, 0, ties).map(|found| (found.profile, found.value));
        assert_eq!(value(Ties::Optimistic), Some((0, 5.0)));
        assert_eq!(value(Ties::Pessimistic), Some((2, 2.0)));
    }

    /// Under the first player's first strategy the others match pennies, under its second they both prefer the same.
    #[test]
    fn followers_without_an_equilibrium_are_passed_over_and_said_to_be() {
        let pennies = [9.0, 1.0, -1.0, 9.0, -1.0, 1.0, 9.0, -1.0, 1.0, 9.0, 1.0, -1.0];
        let agreed = [3.0, 1.0, 1.0, 3.0, 0.0, 0.0, 3.0, 0.0, 0.0, 3.0, -1.0, -1.0];
        let found = stackelberg(&game(&[2, 2, 2], &[pennies, agreed].concat()), 0, Ties::Optimistic).unwrap();
        assert_eq!((found.profile, found.value, found.complete), (4, 3.0, false));
        assert_eq!(stackelberg(&game(&[1, 2, 2], &pennies), 0, Ties::Optimistic), None);
    }
}
