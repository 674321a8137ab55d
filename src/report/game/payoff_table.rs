//! What states need that answer by a table of payoffs, of a game in which two states keep a posture each.

use super::findings::Findings;
use serde_json::{Map, Value, json};

/// Its file.
pub const FILE: &str = "payoffs.toml";

/// The mean payoffs as a part of a config; `None` of other games, and where a profile has no run.
pub fn config(findings: &Findings<'_>) -> Option<String> {
    let (game, solved) = (findings.game(), findings.solved.as_ref()?);
    if findings.planned.postures.is_empty() {
        return None;
    }
    let entry = |(player, about): (usize, &crate::experiment::game::Player)| {
        let (own, others) = (findings.planned.postures.get(player)?, findings.planned.postures.get(1 - player)?);
        let row = |strategy: usize| {
            let cell = |(other, posture): (usize, &String)| {
                let profile = game.profiles().with(game.profiles().with(0, player, strategy), 1 - player, other);
                (posture.clone(), Value::from(solved.game.payoff(profile, player)))
            };
            others.kept.iter().enumerate().map(cell).collect::<Map<_, _>>()
        };
        let rows = own.kept.iter().enumerate().map(|(strategy, posture)| (posture.clone(), row(strategy).into()));
        Some(json!({
            "name": about.name,
            "rule": "best_response",
            "start": own.start,
            "postures": own.kept,
            "payoffs": rows.collect::<Map<_, _>>(),
        }))
    };
    let entries: Vec<Value> = game.players.iter().enumerate().map(entry).collect::<Option<_>>()?;
    let text = toml::to_string(&json!({ "strategists": entries })).ok()?;
    let experiment = &findings.manifest.experiment;
    Some(format!(
        "# What each state gets where it stands so, and the other so: mean payoffs of the game {}, {}, seed {}.\n\
         # Part of a config: put it below `extends` and the scenario of the game, and both answer by it.\n\n{text}",
        experiment.name,
        super::page::runs(findings),
        experiment.seed,
    ))
}
