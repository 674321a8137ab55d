//! The tables of a game.

use super::{
    findings::{Findings, Solved, WorldMap},
    information::{Information, Worth},
    means::mean_of,
};
use crate::{
    analysis::precision::beyond_rounding,
    declare::table::Row,
    output::{
        csv::Csv,
        dictionary::{DeviationRow, EquilibriumMapRow, EquilibriumRow, PayoffRow},
    },
};

/// A table's name and its bytes.
pub type TableBytes = (&'static str, Vec<u8>);

/// The tables of a game; that of the worlds with a design.
pub fn tables(findings: &Findings<'_>) -> Vec<TableBytes> {
    let mut tables = vec![table(&payoffs(findings)), table(&deviations(findings)), table(&equilibria(findings))];
    tables.extend(findings.map.as_ref().map(|map| table(&worlds(findings, map))));
    tables
}

fn table<R: Row>(rows: &[R]) -> TableBytes {
    (R::TABLE, Csv::table(rows))
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What each player has of each profile, and all have.
pub fn payoffs(findings: &Findings<'_>) -> Vec<PayoffRow> {
    let (game, runs) = (findings.game(), findings.runs);
    let profiles = game.profiles();
    let of_player = |player: usize| {
        move |replicate: usize, profile: usize| runs.whole.get(replicate, profile).map(|payoffs| payoffs[player])
    };
    let welfare = |replicate: usize, profile: usize| {
        let value = runs.welfare.get(replicate)?.get(profile)?;
        value.is_finite().then_some(*value)
    };
    let mut rows = Vec::new();
    for profile in 0..profiles.len() {
        for (player, about) in game.players.iter().enumerate() {
            let strategy = findings.does(profile, player);
            let named = (Some(about.name.as_str()), Some(strategy));
            rows.extend(payoff(findings, profile, named, of_player(player)));
        }
        rows.extend(payoff(findings, profile, (None, None), welfare));
    }
    rows
}

fn payoff(
    findings: &Findings<'_>,
    profile: usize,
    (player, strategy): (Option<&str>, Option<&str>),
    value: impl Fn(usize, usize) -> Option<f64>,
) -> Option<PayoffRow> {
    let replicates = 0..findings.runs.welfare.len();
    let (mean, _) = mean_of(replicates.clone().filter_map(|replicate| value(replicate, profile)))?;
    let pairs = replicates.filter_map(|replicate| Some((value(replicate, 0)?, value(replicate, profile)?)));
    let pairs: Vec<(f64, f64)> = pairs.collect();
    let largest = pairs.iter().fold(0.0, |largest: f64, (a, b)| largest.max(a.abs()).max(b.abs()));
    let difference = mean_of(pairs.iter().map(|(first, here)| here - first)).map(|(difference, _)| difference);
    let interval = difference.and_then(|difference| difference.interval());
    Some(PayoffRow {
        profile: findings.profile(profile).into(),
        player: player.map(Into::into),
        strategy: strategy.map(Into::into),
        n: count(mean.n),
        mean: Some(mean.mean).filter(|mean| mean.is_finite())?,
        standard_error: finite(mean.standard_error()),
        difference: finite(difference.map(|difference| beyond_rounding(difference.mean, largest))),
        difference_standard_error: finite(difference.and_then(|difference| difference.standard_error())),
        low: finite(interval.map(|(low, _)| low)),
        high: finite(interval.map(|(_, high)| high)),
    })
}

fn deviations(findings: &Findings<'_>) -> Vec<DeviationRow> {
    let profiles = findings.game().profiles();
    let row = |gain: &crate::analysis::games::inference::Gain| {
        let player = findings.game().players.get(gain.player)?;
        Some(DeviationRow {
            profile: findings.profile(gain.profile).into(),
            player: player.name.as_str().into(),
            from: findings.does(gain.profile, gain.player).into(),
            to: findings.strategy(gain.player, gain.to).into(),
            leads_to: findings.profile(profiles.with(gain.profile, gain.player, gain.to)).into(),
            n: count(gain.n),
            gain: finite(gain.mean)?,
            standard_error: finite(gain.standard_error),
            low: finite(gain.interval.map(|(low, _)| low)),
            high: finite(gain.interval.map(|(_, high)| high)),
        })
    };
    findings.gains.iter().filter_map(row).collect()
}

/// A row with nothing in it but what it is.
fn blank(kind: &str, solution: usize) -> EquilibriumRow {
    EquilibriumRow {
        kind: kind.into(),
        solution: u32::try_from(solution + 1).unwrap_or(u32::MAX),
        profile: None,
        player: None,
        strategy: None,
        by: None,
        share: None,
        value: None,
        standard_error: None,
        low: None,
        high: None,
        regret: None,
        regret_standard_error: None,
        probability: None,
        lambda: None,
    }
}

fn equilibria(findings: &Findings<'_>) -> Vec<EquilibriumRow> {
    let mut rows = pure(findings);
    if let Some(solved) = &findings.solved {
        rows.extend(dominated(findings, solved));
        rows.extend(mixtures(findings, solved));
        rows.extend(long_run(findings, solved));
        rows.extend(together(findings, solved));
    }
    rows.extend(findings.map.iter().flat_map(|map| shares(findings, map)));
    rows.extend(findings.information.iter().flat_map(|information| sight(findings, information)));
    rows
}

/// What players have without fog beyond what they have with it, and the equilibria without.
fn sight(findings: &Findings<'_>, information: &Information) -> Vec<EquilibriumRow> {
    let worth = |worth: &Worth| {
        let interval = worth.difference.interval();
        EquilibriumRow {
            profile: Some(findings.profile(worth.profile).into()),
            player: findings.game().players.get(worth.player).map(|player| player.name.as_str().into()),
            value: finite(Some(worth.difference.mean)),
            standard_error: finite(worth.difference.standard_error()),
            low: finite(interval.map(|(low, _)| low)),
            high: finite(interval.map(|(_, high)| high)),
            ..blank("information", worth.profile)
        }
    };
    let pure = |(at, profile): (usize, &usize)| {
        let regret = information.regrets.get(*profile);
        EquilibriumRow {
            profile: Some(findings.profile(*profile).into()),
            regret: finite(regret.and_then(|regret| regret.regret)),
            regret_standard_error: finite(regret.and_then(|regret| regret.standard_error)),
            probability: finite(regret.and_then(|regret| regret.probability)),
            ..blank("pure_without_fog", at)
        }
    };
    let pure = information.pure.iter().flatten().enumerate().map(pure);
    information.worth.iter().map(worth).chain(pure).collect()
}

/// Pure equilibria, then those that some resamples have.
fn pure(findings: &Findings<'_>) -> Vec<EquilibriumRow> {
    let is_pure = |profile: usize| findings.solved.as_ref().is_some_and(|solved| solved.pure.contains(&profile));
    let (mut rows, mut counts) = (Vec::new(), [0, 0]);
    for profile in findings.candidates() {
        let Some(regret) = findings.regrets.get(profile) else { continue };
        let place = usize::from(!is_pure(profile));
        rows.push(EquilibriumRow {
            profile: Some(findings.profile(profile).into()),
            regret: finite(regret.regret),
            regret_standard_error: finite(regret.standard_error),
            probability: finite(regret.probability),
            ..blank(["pure", "possible"][place], counts[place])
        });
        counts[place] += 1;
    }
    rows
}

fn dominated(findings: &Findings<'_>, solved: &Solved) -> Vec<EquilibriumRow> {
    let row = |(at, found): (usize, &crate::analysis::games::dominance::Dominated)| EquilibriumRow {
        player: findings.game().players.get(found.player).map(|player| player.name.as_str().into()),
        strategy: Some(findings.strategy(found.player, found.strategy).into()),
        by: Some(findings.strategy(found.player, found.by).into()),
        ..blank(if found.strict { "dominated" } else { "weakly_dominated" }, at)
    };
    solved.dominated.iter().enumerate().map(row).collect()
}

/// The parts of a mixture of each player.
fn mixture(findings: &Findings<'_>, like: &EquilibriumRow, mixes: &[Vec<f64>], values: &[f64]) -> Vec<EquilibriumRow> {
    let mut rows = Vec::new();
    for (at, (player, mix)) in findings.game().players.iter().zip(mixes).enumerate() {
        for (strategy, share) in player.strategies.iter().zip(mix) {
            rows.push(EquilibriumRow {
                player: Some(player.name.as_str().into()),
                strategy: Some(strategy.as_str().into()),
                share: finite(Some(*share)),
                value: finite(values.get(at).copied()),
                ..like.clone()
            });
        }
    }
    rows
}

/// Equilibria in mixed strategies that are not pure, quantal responses, and where the replicator ends.
fn mixtures(findings: &Findings<'_>, solved: &Solved) -> Vec<EquilibriumRow> {
    let mut rows = Vec::new();
    let is_mixed = |mixes: &[Vec<f64>]| mixes.iter().flatten().any(|share| *share > 1e-9 && *share < 1.0 - 1e-9);
    let mixed = solved.mixed.iter().flat_map(|found| &found.list).filter(|found| is_mixed(&found.mixes));
    for (at, found) in mixed.enumerate() {
        rows.extend(mixture(findings, &blank("mixed", at), &found.mixes, &found.values));
    }
    let values = |mixes: &[Vec<f64>]| -> Vec<f64> {
        let value = |player: usize| {
            solved.game.expected(mixes, player).iter().zip(&mixes[player]).map(|(value, share)| value * share).sum()
        };
        (0..mixes.len()).map(value).collect()
    };
    for (at, found) in solved.quantal.iter().enumerate() {
        let like = EquilibriumRow { lambda: finite(Some(found.lambda)), ..blank("quantal", at) };
        rows.extend(mixture(findings, &like, &found.mixes, &values(&found.mixes)));
    }
    let mixes = &solved.replicator.mixes;
    rows.extend(mixture(findings, &blank("replicator", 0), mixes, &values(mixes)));
    rows
}

/// Where populations are in the long run, and what players have that move first.
fn long_run(findings: &Findings<'_>, solved: &Solved) -> Vec<EquilibriumRow> {
    let visited = solved.alpha_rank.iter().flatten().enumerate().filter(|(_, share)| **share > 1e-6);
    let rank = visited.enumerate().map(|(at, (profile, share))| EquilibriumRow {
        profile: Some(findings.profile(profile).into()),
        share: finite(Some(*share)),
        ..blank("alpha_rank", at)
    });
    let leads = solved.stackelberg.iter().enumerate().map(|(at, found)| EquilibriumRow {
        profile: Some(findings.profile(found.profile).into()),
        player: findings.game().players.get(found.leader).map(|player| player.name.as_str().into()),
        strategy: Some(findings.does(found.profile, found.leader).into()),
        value: finite(Some(found.value)),
        ..blank("stackelberg", at)
    });
    rank.chain(leads).collect()
}

/// What is best for all.
fn together(findings: &Findings<'_>, solved: &Solved) -> Vec<EquilibriumRow> {
    let of = |kind: &str, at: usize, profile: usize| EquilibriumRow {
        profile: Some(findings.profile(profile).into()),
        value: finite(solved.welfare.get(profile).copied()),
        ..blank(kind, at)
    };
    let mut rows: Vec<_> = solved.pareto.iter().enumerate().map(|(at, profile)| of("pareto", at, *profile)).collect();
    if let Some(prices) = &solved.prices {
        rows.push(of("best", 0, prices.best.profile));
        rows.push(of("worst_equilibrium", 0, prices.worst_equilibrium.profile));
        rows.push(of("best_equilibrium", 0, prices.best_equilibrium.profile));
    }
    rows
}

/// In which share of the worlds a profile is an equilibrium, and what that turns on.
fn shares(findings: &Findings<'_>, map: &WorldMap) -> Vec<EquilibriumRow> {
    let mut rows = Vec::new();
    let ones = map.shares.iter().enumerate().filter(|(_, share)| **share > 0.0);
    for (at, (profile, share)) in ones.enumerate() {
        let named = Some(findings.profile(profile).into());
        rows.push(EquilibriumRow { profile: named.clone(), share: Some(*share), ..blank("worlds", at) });
        for (factor, distance) in map.turns_on.get(profile).into_iter().flatten() {
            let factor = findings.manifest.experiment.design.factors.get(*factor);
            rows.push(EquilibriumRow {
                profile: named.clone(),
                by: factor.map(|factor| factor.parameter.as_str().into()),
                value: finite(Some(*distance)),
                ..blank("turns_on", at)
            });
        }
    }
    rows
}

fn worlds(findings: &Findings<'_>, map: &WorldMap) -> Vec<EquilibriumMapRow> {
    let mut rows = Vec::new();
    for (point, profiles) in map.points.iter().enumerate() {
        for (profile, (n, regret, equilibrium)) in profiles.iter().enumerate() {
            rows.push(EquilibriumMapRow {
                point: u32::try_from(point).unwrap_or(u32::MAX),
                profile: findings.profile(profile).into(),
                n: count(*n),
                regret: finite(*regret),
                equilibrium: *equilibrium,
            });
        }
    }
    rows
}
