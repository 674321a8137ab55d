//! Players that are interchangeable: of profiles that are alike but for who does what, only one need be run.

use super::{Player, Samples};
use crate::maths::normal_form::Profiles;

/// Which players are interchangeable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// The role of each player; players of one role are interchangeable.
    roles: Vec<usize>,
    profiles: Profiles,
}

/// Why players cannot have the same role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RolesError {
    /// Not one role for each player.
    #[error("{found} roles for {players} players")]
    Count {
        /// Number of roles.
        found: usize,
        /// Number of players.
        players: usize,
    },
    /// Interchangeable players that cannot do the same.
    #[error("{first} and {second} are interchangeable, and so must have the same strategies in the same order")]
    Strategies {
        /// Name of a player.
        first: String,
        /// Name of another of the same role.
        second: String,
    },
}

impl Roles {
    /// Players with these roles: those of equal number are interchangeable.
    ///
    /// # Errors
    /// If there is not one role for each player, or interchangeable players have other strategies.
    pub fn new(players: &[Player], roles: Vec<usize>) -> Result<Self, RolesError> {
        if roles.len() != players.len() {
            return Err(RolesError::Count { found: roles.len(), players: players.len() });
        }
        for (second, role) in roles.iter().enumerate() {
            let first = roles.iter().position(|other| other == role).unwrap_or(second);
            if players[first].strategies != players[second].strategies {
                let [first, second] = [first, second].map(|player| players[player].name.clone());
                return Err(RolesError::Strategies { first, second });
            }
        }
        let counts = players.iter().map(|player| player.strategies.len()).collect();
        Ok(Self { roles, profiles: Profiles::new(counts) })
    }

    /// The profile that is run for this one: that of its orbit in which players of one role take strategies in rising order,
    /// which is the first.
    pub fn representative(&self, profile: usize) -> usize {
        let mut strategies = self.profiles.strategies(profile);
        for player in 0..strategies.len() {
            let mates = (player + 1..strategies.len()).filter(|mate| self.roles[*mate] == self.roles[player]);
            if let Some(least) = mates.min_by_key(|mate| strategies[*mate])
                && strategies[least] < strategies[player]
            {
                strategies.swap(player, least);
            }
        }
        self.profiles.place(&strategies)
    }

    /// The profiles that must be run, one of each orbit, in rising order.
    pub fn representatives(&self) -> Vec<usize> {
        (0..self.profiles.len()).filter(|profile| self.representative(*profile) == *profile).collect()
    }

    /// Payoffs under all profiles, from those under [representatives](Self::representatives): a player gets what players of
    /// its role get on average that do in the representative what it does.
    pub fn expand(&self, samples: &Samples) -> Samples {
        let mut whole = Samples::new(self.profiles.clone());
        for replicate in 0..samples.replicates() {
            for profile in 0..self.profiles.len() {
                let from = self.representative(profile);
                let Some(payoffs) = samples.get(replicate, from) else { continue };
                let mine =
                    |player| self.mean(from, payoffs, self.roles[player], self.profiles.strategy(profile, player));
                let payoffs: Vec<f64> = (0..payoffs.len()).map(mine).collect();
                whole.set(replicate, profile, &payoffs);
            }
        }
        whole
    }

    fn mean(&self, profile: usize, payoffs: &[f64], role: usize, strategy: usize) -> f64 {
        let alike =
            |player: &usize| self.roles[*player] == role && self.profiles.strategy(profile, *player) == strategy;
        let (mut sum, mut count) = (0.0, 0.0);
        for player in (0..payoffs.len()).filter(alike) {
            sum += payoffs[player];
            count += 1.0;
        }
        sum / count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Vec<Player> {
        ["first", "second", "third"].map(|name| Player::new(name, ["a", "b"])).to_vec()
    }

    #[test]
    fn one_profile_of_each_orbit_is_run() {
        let roles = Roles::new(&three(), vec![0, 0, 0]).unwrap();
        assert_eq!(roles.representatives(), [0, 1, 3, 7]);
        assert_eq!(roles.representative(4), 1);
        let two = Roles::new(&three(), vec![5, 2, 5]).unwrap();
        assert_eq!(two.representatives(), [0, 1, 2, 3, 5, 7]);
        assert_eq!(two.representative(6), 3);
        let own = Roles::new(&three(), vec![0, 1, 2]).unwrap();
        assert_eq!(own.representatives(), (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn payoffs_go_to_who_does_the_same() {
        let roles = Roles::new(&three(), vec![0, 0, 0]).unwrap();
        let mut samples = Samples::new(Profiles::new(vec![2; 3]));
        samples.set(0, 1, &[1.0, 3.0, 10.0]);
        let whole = roles.expand(&samples);
        assert_eq!(whole.get(0, 1), Some(&[2.0, 2.0, 10.0][..]));
        assert_eq!(whole.get(0, 2), Some(&[2.0, 10.0, 2.0][..]));
        assert_eq!(whole.get(0, 4), Some(&[10.0, 2.0, 2.0][..]));
        assert_eq!(whole.get(0, 3), None);
    }

    #[test]
    fn players_who_cannot_do_the_same_have_other_roles() {
        let mut players = three();
        players[2].strategies.reverse();
        let said = Roles::new(&players, vec![1, 0, 1]).unwrap_err().to_string();
        assert_eq!(said, "first and third are interchangeable, and so must have the same strategies in the same order");
        assert_eq!(Roles::new(&players, vec![1, 0]).unwrap_err().to_string(), "2 roles for 3 players");
    }
}
