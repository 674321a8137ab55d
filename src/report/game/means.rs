//! Means over the runs of a game.

use super::read::players;
use crate::{
    analysis::{
        games::{self, GameError, Samples, means::profile_means},
        precision::Mean,
    },
    experiment::game::PlannedGame,
    maths::Moments,
};

/// The game of mean payoffs; `None` if a profile has no run.
pub(super) fn mean_game(planned: &PlannedGame, samples: &Samples) -> Result<Option<games::Game>, GameError> {
    let (profiles, count) = (samples.profiles().len(), planned.game.players.len());
    let of = |player: usize| {
        let value = |replicate: usize, profile: usize| samples.get(replicate, profile).map(|payoffs| payoffs[player]);
        profile_means(samples.replicates(), profiles, value)
    };
    let Some(by_player) = (0..count).map(of).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let payoffs = (0..profiles).flat_map(|profile| by_player.iter().map(move |means| means[profile])).collect();
    games::Game::new(players(&planned.game), payoffs).map(Some)
}

/// The mean of values and how well they tell it; `None` without any.
pub fn mean_of(values: impl Iterator<Item = f64>) -> Option<(Mean, f64)> {
    let (mut moments, mut largest) = (Moments::default(), 0.0);
    for value in values.filter(|value| value.is_finite()) {
        moments.add(value);
        largest = f64::max(largest, value.abs());
    }
    Mean::of(&moments, largest).map(|mean| (mean, largest))
}
