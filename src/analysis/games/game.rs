//! A game in normal form.

use crate::maths::normal_form::Profiles;
use std::ops::RangeInclusive;

/// How many players a game may have.
pub const PLAYERS: RangeInclusive<usize> = 2..=6;
/// Most profiles of a game: the product of the numbers of strategies.
pub const MOST_PROFILES: usize = 1024;

/// A player and what it can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// Its name.
    pub name: String,
    /// Names of its strategies, in their order.
    pub strategies: Vec<String>,
}

impl Player {
    /// A player with strategies of these names.
    pub fn new<S: Into<String>>(name: impl Into<String>, strategies: impl IntoIterator<Item = S>) -> Self {
        Self { name: name.into(), strategies: strategies.into_iter().map(Into::into).collect() }
    }
}

/// Why players or payoffs make no game.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GameError {
    /// Too few or too many players.
    #[error("a game has {} to {} players, not {found}", PLAYERS.start(), PLAYERS.end())]
    Players {
        /// How many there are.
        found: usize,
    },
    /// A player that cannot do anything.
    #[error("the player {player} has no strategy")]
    NoStrategy {
        /// Its name.
        player: String,
    },
    /// More profiles than [`MOST_PROFILES`].
    #[error("the players' strategies make {found} profiles, and at most {MOST_PROFILES} are possible")]
    TooManyProfiles {
        /// How many there are.
        found: usize,
    },
    /// Payoffs that are not one for each profile and player.
    #[error("the game needs {needed} payoffs, one for each profile and player, and not {found}")]
    Payoffs {
        /// Profiles times players.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// A payoff that is no number.
    #[error("the payoff of {player} under profile {profile} is not finite")]
    NotFinite {
        /// Place of the profile.
        profile: usize,
        /// Name of the player.
        player: String,
    },
}

/// A game in normal form: every player chooses once, at the same time as all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Game {
    players: Vec<Player>,
    profiles: Profiles,
    payoffs: Vec<f64>,
}

impl Game {
    /// The profiles that players have.
    ///
    /// # Errors
    /// If there are too few or too many players or profiles, or a player without a strategy.
    pub fn profiles_of(players: &[Player]) -> Result<Profiles, GameError> {
        if !PLAYERS.contains(&players.len()) {
            return Err(GameError::Players { found: players.len() });
        }
        if let Some(idle) = players.iter().find(|player| player.strategies.is_empty()) {
            return Err(GameError::NoStrategy { player: idle.name.clone() });
        }
        let profiles = Profiles::new(players.iter().map(|player| player.strategies.len()).collect());
        if profiles.len() > MOST_PROFILES {
            return Err(GameError::TooManyProfiles { found: profiles.len() });
        }
        Ok(profiles)
    }

    /// A game with these payoffs: profile after profile in the order of [`Profiles`], one for each player.
    ///
    /// # Errors
    /// As [`profiles_of`](Self::profiles_of), and if payoffs are too few, too many or not finite.
    pub fn new(players: Vec<Player>, payoffs: Vec<f64>) -> Result<Self, GameError> {
        let profiles = Self::profiles_of(&players)?;
        let needed = profiles.len() * players.len();
        if payoffs.len() != needed {
            return Err(GameError::Payoffs { needed, found: payoffs.len() });
        }
        if let Some(at) = payoffs.iter().position(|payoff| !payoff.is_finite()) {
            let player = players[at % players.len()].name.clone();
            return Err(GameError::NotFinite { profile: at / players.len(), player });
        }
        Ok(Self { players, profiles, payoffs })
    }

    /// The players.
    pub fn players(&self) -> &[Player] {
        &self.players
    }

    /// The profiles in their order.
    pub const fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// All payoffs: profile after profile, one for each player.
    pub fn payoffs(&self) -> &[f64] {
        &self.payoffs
    }

    /// What a player gets under a profile.
    pub fn payoff(&self, profile: usize, player: usize) -> f64 {
        self.payoffs[profile * self.players.len() + player]
    }

    /// The name of a profile: the strategies of all players, after commas.
    pub fn label(&self, profile: usize) -> String {
        let strategies = self.profiles.strategies(profile);
        let names = self.players.iter().zip(strategies).map(|(player, strategy)| player.strategies[strategy].as_str());
        names.collect::<Vec<_>>().join(", ")
    }

    /// Expected payoff of each strategy of a player while the others mix; `mixes` are one distribution for each player.
    pub fn expected(&self, mixes: &[Vec<f64>], player: usize) -> Vec<f64> {
        self.profiles.expected(&self.payoffs, mixes, player)
    }

    /// The difference between the largest and the least payoff of a player.
    pub fn range(&self, player: usize) -> f64 {
        let payoffs = self.payoffs.iter().skip(player).step_by(self.players.len());
        let ends = payoffs
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), payoff| (low.min(*payoff), high.max(*payoff)));
        ends.1 - ends.0
    }

    /// Payoffs that differ by less than this are equal: what rounding of the largest payoff can do.
    pub fn rounding(&self) -> f64 {
        16.0 * f64::EPSILON * self.payoffs.iter().fold(0.0, |largest: f64, payoff| largest.max(payoff.abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn players(counts: &[usize]) -> Vec<Player> {
        counts.iter().map(|count| Player::new("someone", (0..*count).map(|strategy| strategy.to_string()))).collect()
    }

    #[test]
    fn what_is_no_game_is_refused_with_its_reason() {
        let said =
            |counts: &[usize], payoffs: &[f64]| Game::new(players(counts), payoffs.to_vec()).unwrap_err().to_string();
        assert_eq!(said(&[2], &[]), "a game has 2 to 6 players, not 1");
        assert_eq!(said(&[2; 7], &[]), "a game has 2 to 6 players, not 7");
        assert_eq!(said(&[2, 0], &[]), "the player someone has no strategy");
        let many = "the players' strategies make 1056 profiles, and at most 1024 are possible";
        assert_eq!(said(&[32, 33], &[]), many);
        assert!(said(&[1000; 6], &[]).contains("at most 1024"));
        assert_eq!(said(&[1, 2], &[0.0; 3]), "the game needs 4 payoffs, one for each profile and player, and not 3");
        assert_eq!(said(&[1, 2], &[0.0, 0.0, f64::NAN, 0.0]), "the payoff of someone under profile 1 is not finite");
    }

    #[test]
    fn profiles_have_the_last_player_fastest() {
        let payoffs: Vec<f64> = (0..24).map(f64::from).collect();
        let game = Game::new(players(&[2, 2, 2]), payoffs).unwrap();
        assert_eq!((game.label(6), game.payoff(6, 1), game.range(2)), ("1, 1, 0".into(), 19.0, 21.0));
        let mixes = [vec![0.5, 0.5], vec![0.25, 0.75], vec![1.0, 0.0]];
        assert_eq!(game.expected(&mixes, 0), [4.5, 16.5]);
    }
}
