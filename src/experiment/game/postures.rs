//! Games in which states keep a posture each: such a game tells what a state needs to know that answers by a table of payoffs.

use super::Game;
use crate::{
    experiment::Variant,
    scenario::{Scenario, StateRule},
};

/// The postures among which a player chooses that is a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postures {
    /// The posture that it keeps, by strategy.
    pub kept: Vec<String>,
    /// Where it begins if it may change between these: where the scenario has it, or else with the first.
    pub start: String,
}

/// The postures of both players of a game in which two states keep one each, of the same, against each other; `None` if it is
/// another game. `variants` are its profiles as they are run, `base` the world without anybody's strategy.
pub(super) fn postures(game: &Game, base: &Scenario, variants: &[Variant]) -> Option<Vec<Postures>> {
    let [first, second] = game.players.as_slice() else { return None };
    let of = |player: usize, name: &str, rival: &str| {
        let mut kept: Vec<Option<&str>> = vec![None; *game.profiles().counts().get(player)?];
        for (profile, variant) in game.run_profiles().into_iter().zip(variants) {
            let posture = stands(&variant.scenario, name, Some(rival))?;
            let before = kept.get_mut(game.profiles().strategy(profile, player))?.replace(posture);
            if before.is_some_and(|before| before != posture) {
                return None;
            }
        }
        let kept: Vec<&str> = kept.into_iter().collect::<Option<_>>()?;
        let start = stands(base, name, None).filter(|start| kept.contains(start)).or(kept.first().copied())?;
        Some(Postures { start: start.to_owned(), kept: kept.into_iter().map(str::to_owned).collect() })
    };
    let both = [of(0, &first.name, &second.name)?, of(1, &second.name, &first.name)?];
    let sorted = both.each_ref().map(|postures| {
        let mut names = postures.kept.clone();
        names.sort_unstable();
        names.dedup();
        names
    });
    let same = sorted[0] == sorted[1] && both.iter().all(|postures| postures.kept.len() == sorted[0].len());
    same.then(|| both.into())
}

/// The posture with which a state begins; with a rival only if it keeps it against that one.
fn stands<'s>(scenario: &'s Scenario, name: &str, rival: Option<&str>) -> Option<&'s str> {
    let strategist = scenario.strategists.iter().find(|strategist| strategist.name == name)?;
    let is_rival = |rival: &str| {
        strategist.rule == StateRule::Fixed
            && strategist.rivals.iter().any(|at| scenario.states.get(*at).is_some_and(|state| state.name == rival))
    };
    rival.is_none_or(is_rival).then(|| scenario.postures.get(strategist.start))?.map(|posture| posture.name.as_str())
}
