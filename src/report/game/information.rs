//! What it is worth to the players of a game to see without fog.

use super::{
    findings::{Findings, mean_game, mean_of},
    matrix::signed,
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
    report::markup::table,
};
use maud::{Markup, html};

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

/// Whether equilibria are others without fog, in a line.
pub(super) fn verdict_line(findings: &Findings<'_>) -> Option<String> {
    let (information, solved) = (findings.information.as_ref()?, findings.solved.as_ref()?);
    let pure = information.pure.as_ref()?;
    if *pure == solved.pure {
        return Some("Without fog the equilibria are the same.".to_owned());
    }
    let names: Vec<String> = pure.iter().map(|profile| findings.profile(*profile)).collect();
    Some(match names.as_slice() {
        [] => "Without fog no profile is an equilibrium.".to_owned(),
        [one] => format!("Without fog the equilibrium is {one}."),
        several => format!("Without fog the equilibria are {}.", several.join(", ")),
    })
}

/// What sight without fog is worth, on the page.
pub(super) fn section(findings: &Findings<'_>) -> Markup {
    let Some(information) = &findings.information else { return Markup::default() };
    let heads = html! { th { "Profile" } th { "Player" } th.number { "Worth" } th.number { "95 % interval" } };
    let rows = html! {
        @for worth in &information.worth {
            tr {
                td { (findings.profile(worth.profile)) }
                td { (findings.game().players.get(worth.player).map_or("", |player| player.name.as_str())) }
                td.number { (signed(worth.difference.mean)) }
                td.number {
                    @if let Some((low, high)) = worth.difference.interval() { (signed(low)) " to " (signed(high)) }
                }
            }
        }
    };
    let caption = "What a player has of a profile where nobody sees through fog, less what it has with fog; mean over pairs of runs with \
                   the same luck.";
    html! {
        section #information {
            h2 { "What it is worth to see without fog" }
            (table(Some(caption), &heads, &rows))
        }
    }
}
