//! Games over worlds: who plays, what each player can do, what each wants. A strategy is a difference of the config, a profile
//! names a strategy of each player and is run as a scenario, and a payoff is a weighted sum of what its runs come to.

mod information;
mod postures;
pub(super) mod read;
pub(crate) mod schema;
mod term;
pub(super) mod terms;

use crate::maths::normal_form::Profiles;
pub use information::WITHOUT_FOG;
pub use postures::Postures;
use serde::{Deserialize, Serialize};
pub use term::{Quantity, Term, Window};

/// The most profiles of a game: each is held in full.
pub(crate) const MAX_PROFILES: usize = 500;
/// The most players.
pub(crate) const MAX_PLAYERS: usize = 6;
/// What stands between the strategies in a profile's name.
const JOINT: &str = "+";

/// Who plays, what each player can do and what each wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Game {
    /// The players, at least two, in the order in which profiles name their strategies.
    pub players: Vec<Player>,
    /// What all together have of a run; the sum of the payoffs if it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub welfare: Vec<Term>,
}

/// A player.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Player {
    /// Its name.
    pub name: String,
    /// Names of its strategies, at least two.
    pub strategies: Vec<String>,
    /// The group of players that it can change places with, if there is one: all have the same strategies, and what one has of
    /// a profile another has where they have changed places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symmetric: Option<String>,
    /// What it wants: the weighted sum of these.
    pub payoff: Vec<Term>,
}

/// When runs stop being added: every profile whose regret is undecided gets more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// The standard error of a profile's regret that is small enough, in the unit of payoffs.
    pub regret_se: f64,
    /// Most replicates of a profile and design point.
    pub max_runs: u64,
}

/// What a strategy is, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StrategyWords {
    /// What its file says.
    pub description: String,
    /// What it changes, `key = value` each.
    pub changes: Vec<String>,
}

/// A game as a file has it: what is run, and what is said beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedGame {
    /// The game.
    pub game: Game,
    /// The words of each player's strategies.
    pub words: Vec<Vec<StrategyWords>>,
    /// A gain up to this is none, in the unit of payoffs.
    pub epsilon: f64,
    /// How runs are added, if they are.
    pub sampling: Option<Sampling>,
    /// The postures of both players, of a game in which two states keep one each; empty of any other.
    pub postures: Vec<Postures>,
    /// Whether profiles are run without fog too, to tell what it is worth to see clearly.
    pub information: bool,
}

impl Game {
    /// Its profiles, in their order.
    pub fn profiles(&self) -> Profiles {
        Profiles::new(self.players.iter().map(|player| player.strategies.len()).collect())
    }

    /// A profile in a word: its strategies in the order of the players.
    ///
    /// ```
    /// use redqueen::experiment::game::{Game, Player};
    /// let player = |name: &str, strategies: [&str; 2]| Player {
    ///     name: name.into(),
    ///     strategies: strategies.map(String::from).into(),
    ///     symmetric: None,
    ///     payoff: Vec::new(),
    /// };
    /// let players = vec![player("US", ["sell", "deny"]), player("China", ["open", "close"])];
    /// let game = Game { players, welfare: Vec::new() };
    /// let names: Vec<_> = (0..4).map(|profile| game.name(profile)).collect();
    /// assert_eq!(names, ["sell+open", "sell+close", "deny+open", "deny+close"]);
    /// ```
    pub fn name(&self, profile: usize) -> String {
        let strategies = self.players.iter().zip(self.profiles().strategies(profile));
        let names = strategies.filter_map(|(player, place)| player.strategies.get(place));
        names.map(String::as_str).collect::<Vec<_>>().join(JOINT)
    }

    /// The group of each player, as a number; a player that cannot change places is alone in its own.
    pub fn groups(&self) -> Vec<usize> {
        let group = |(at, player): (usize, &Player)| match &player.symmetric {
            Some(group) => self.players.iter().position(|other| other.symmetric.as_ref() == Some(group)).unwrap_or(at),
            None => at,
        };
        self.players.iter().enumerate().map(group).collect()
    }

    /// The profiles that are run. Of those that differ only by players of a group changing places it is the one in which their
    /// strategies are in order.
    pub fn run_profiles(&self) -> Vec<usize> {
        let (profiles, groups) = (self.profiles(), self.groups());
        let rising = |strategies: Vec<usize>| {
            let pairs = (0..groups.len()).flat_map(|a| (a + 1..groups.len()).map(move |b| (a, b)));
            pairs.filter(|(a, b)| groups[*a] == groups[*b]).all(|(a, b)| strategies[a] <= strategies[b])
        };
        (0..profiles.len()).filter(|profile| rising(profiles.strategies(*profile))).collect()
    }

    /// The columns of runs that say what the players have of them, and the last what all have, with what each means.
    pub fn columns(&self) -> Vec<(String, String)> {
        let sum = |terms: &[Term]| {
            let joined = |sum: String, term: &Term| match term.to_string().strip_prefix('-') {
                _ if sum.is_empty() => term.to_string(),
                Some(positive) => format!("{sum} - {positive}"),
                None => format!("{sum} + {term}"),
            };
            terms.iter().fold(String::new(), joined)
        };
        let of = |player: &Player| (player.column(), format!("Payoff of {}: {}.", player.name, sum(&player.payoff)));
        let welfare = match self.welfare.as_slice() {
            [] => "Sum of the payoffs.".to_owned(),
            terms => format!("Welfare of all: {}.", sum(terms)),
        };
        self.players.iter().map(of).chain([(WELFARE.to_owned(), welfare)]).collect()
    }
}

/// The column of runs that says what all have.
pub const WELFARE: &str = "welfare";

impl Player {
    /// The column of runs that says what it has of them: its name in small letters, with `_` for all that is none.
    pub fn column(&self) -> String {
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        format!("payoff_{}", self.name.chars().map(letter).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn game(groups: &[Option<&str>], strategies: usize) -> Game {
        let player = |(at, group): (usize, &Option<&str>)| Player {
            name: format!("P {at}"),
            strategies: (0..strategies).map(|s| format!("s{s}")).collect(),
            symmetric: group.map(str::to_owned),
            payoff: Vec::new(),
        };
        Game { players: groups.iter().enumerate().map(player).collect(), welfare: Vec::new() }
    }

    #[test]
    fn one_profile_of_those_that_differ_by_changed_places_is_run() {
        let plain = game(&[None, None], 3);
        assert_eq!((plain.profiles().len(), plain.run_profiles().len()), (9, 9));
        let same = game(&[Some("a"), None, Some("a")], 3);
        assert_eq!(same.groups(), [0, 1, 0]);
        let run = same.run_profiles();
        assert_eq!(run.len(), 3 * 6);
        assert!(
            run.iter().all(|profile| same.profiles().strategy(*profile, 0) <= same.profiles().strategy(*profile, 2))
        );
    }

    #[test]
    fn columns_are_named_after_players() {
        let names: Vec<_> = game(&[None, None], 2).columns().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["payoff_p_0", "payoff_p_1", "welfare"]);
    }
}
