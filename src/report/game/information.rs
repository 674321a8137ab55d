//! What it is worth to the players of a game to see without fog.

use super::{
    means::{mean_game, mean_of},
    read::PlayedRuns,
};
use crate::{
    analysis::{
        games::{
            GameError,
            inference::{self, Regret, Resampling},
            pure,
        },
        precision::{Mean, beyond_rounding},
    },
    experiment::game::PlannedGame,
};

/// What changes in a game when the fog is away.
#[derive(Debug)]
pub struct Information {
    /// What players have of a profile without fog, less what they have of it with fog.
    pub worth: Vec<Worth>,
    /// Pure equilibria without fog, by the means; `None` if a profile has no run there.
    pub pure: Option<Vec<usize>>,
    /// How near each profile is to an equilibrium without fog.
    pub regrets: Vec<Regret>,
}

/// What a player gains from a profile where nobody's sight is foggy.
#[derive(Debug)]
pub struct Worth {
    /// The profile.
    pub profile: usize,
    /// The player.
    pub player: usize,
    /// The difference, of pairs with the same luck.
    pub difference: Mean,
}

impl Information {
    /// From the runs with fog and without.
    pub(super) fn new(
        planned: &PlannedGame,
        (foggy, clear): (&PlayedRuns, &PlayedRuns),
        resampling: &Resampling,
    ) -> Result<Self, GameError> {
        let (foggy, clear) = (&foggy.whole, &clear.whole);
        let (profiles, players) = (foggy.profiles().len(), planned.game.players.len());
        let replicates = foggy.replicates().min(clear.replicates());
        let worth = |profile: usize, player: usize| {
            let pair = |replicate: usize| {
                let (with, without) = (foggy.get(replicate, profile)?[player], clear.get(replicate, profile)?[player]);
                Some(beyond_rounding(without - with, with.abs().max(without.abs())))
            };
            let (difference, _) = mean_of((0..replicates).filter_map(pair))?;
            Some(Worth { profile, player, difference })
        };
        let places = (0..profiles).flat_map(|profile| (0..players).map(move |player| (profile, player)));
        let game = mean_game(planned, clear)?;
        Ok(Self {
            worth: places.filter_map(|(profile, player)| worth(profile, player)).collect(),
            pure: game.map(|game| pure::equilibria(&game, planned.epsilon)),
            regrets: inference::regrets(clear, planned.epsilon, resampling),
        })
    }
}
