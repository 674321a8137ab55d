//! The page of a game.

use super::{
    findings::{Findings, Solved},
    matrix::{self, percent, signed},
    tables,
};
use crate::{
    analysis::games::inference::Gain,
    experiment::game::StrategyWords,
    report::{
        markup::{document, folded, table},
        scale::significant,
        svg::Svg,
    },
};
use maud::{Markup, html};

const FOOT: &str =
    "All numbers stand in payoffs.csv, deviations.csv, equilibria.csv and, with a design, equilibrium_map.csv.";

const HOLDS: &str = "All of this holds in the model, for these strategies and payoffs: what a state really wants, knows and can do \
                     is another matter, and a strategy that is not listed may beat all that are.";

/// The page.
pub fn page(findings: &Findings<'_>) -> String {
    let experiment = &findings.manifest.experiment;
    let counts: Vec<String> = findings.game().profiles().counts().iter().map(usize::to_string).collect();
    let head = html! {
        p.quiet {
            (experiment.program) " · " (counts.join(" × ")) " strategies · " (runs(findings)) " · seed " (experiment.seed)
        }
        @if !findings.manifest.description.is_empty() { p { (findings.manifest.description) } }
        p.note { (HOLDS) }
    };
    let main = html! {
        (verdict(findings))
        (players(findings))
        (payoffs(findings))
        (deviations(findings))
        @if let Some(solved) = &findings.solved { (answers(findings, solved)) }
        (information(findings))
        (worlds(findings))
    };
    document(&format!("The game {}", experiment.name), &head, &main, FOOT)
}

/// How many replicates profiles have, and of how many worlds.
pub fn runs(findings: &Findings<'_>) -> String {
    let whole = &findings.runs.whole;
    let counts: Vec<usize> = (0..whole.profiles().len()).map(|profile| whole.n(profile)).collect();
    let (least, most) = (counts.iter().min().copied().unwrap_or(0), counts.iter().max().copied().unwrap_or(0));
    let runs = if least == most { most.to_string() } else { format!("{least} to {most}") };
    let s = if most == 1 { "" } else { "s" };
    let points = match findings.runs.points.len() {
        0 | 1 => String::new(),
        points => format!(" at each of {points} design points"),
    };
    format!("{runs} run{s} of each profile{points}")
}

fn figure(svg: &Svg, caption: &str) -> Markup {
    html! { figure { (svg) figcaption { (caption) } } }
}

/// The answer in a few lines, which the terminal shows too.
pub fn verdict_lines(findings: &Findings<'_>) -> Vec<String> {
    let Some(solved) = &findings.solved else {
        return vec!["Some profile has no finished run, so nothing follows.".to_owned()];
    };
    let mut lines = Vec::new();
    let named = |profile: &usize| {
        let known = findings.regrets.get(*profile).and_then(|regret| regret.probability);
        let surely = known.map_or_else(String::new, |known| format!(" ({} of resamples)", percent(known)));
        format!("{}{surely}", findings.profile(*profile))
    };
    let epsilon = findings.planned.epsilon;
    let within = if epsilon > 0.0 { format!(" within {}", significant(epsilon)) } else { String::new() };
    lines.push(match solved.pure.as_slice() {
        [] => format!("No profile is an equilibrium{within} by the means."),
        [one] => format!("Equilibrium{within}: {}.", named(one)),
        several => format!("Equilibria{within}: {}.", several.iter().map(named).collect::<Vec<_>>().join(", ")),
    });
    let others: Vec<String> =
        findings.candidates().iter().filter(|profile| !solved.pure.contains(profile)).map(named).collect();
    if !others.is_empty() {
        let more = others.len().saturating_sub(5);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!(
            "By luck it may also be {}{more}.",
            others.into_iter().take(5).collect::<Vec<_>>().join(", ")
        ));
    }
    lines.extend(interaction(findings, solved));
    lines.extend(sight(findings));
    lines
}

/// Whether players' choices matter to each other.
fn interaction(findings: &Findings<'_>, solved: &Solved) -> Vec<String> {
    let share = |share: Option<f64>| {
        share.map_or_else(
            || "none to speak of".to_owned(),
            |share| {
                if share > 0.0 && share < 0.0005 {
                    "less than 0.05 %".to_owned()
                } else {
                    format!("{:.1} %", 100.0 * share)
                }
            },
        )
    };
    let names = findings.game().players.iter().map(|player| player.name.as_str());
    let shares: Vec<String> = names
        .clone()
        .zip(solved.interaction.iter().zip(&solved.interaction_beyond_luck))
        .map(|(name, (all, beyond))| format!("{} for {name} ({} beyond luck)", share(*all), share(*beyond)))
        .collect();
    let mut lines = vec![format!("Interaction has this share in the variance of payoffs: {}.", shares.join(", "))];
    let vary: Vec<&str> = names.clone().zip(&solved.vary).filter(|(_, vary)| **vary).map(|(name, _)| name).collect();
    let surely: Vec<&str> = names.zip(&solved.surely_vary).filter(|(_, vary)| **vary).map(|(name, _)| name).collect();
    lines.push(if solved.is_trivial() {
        "By the means the game is trivial: each player has a strategy that is best whatever the others do.".to_owned()
    } else if surely.is_empty() {
        format!(
            "By the means, what is best depends on the others for {}; by the intervals for nobody.",
            vary.join(", ")
        )
    } else {
        let of = if surely == vary { String::new() } else { format!(" (surely for {})", surely.join(", ")) };
        format!("What is best depends on the others for {}{of}.", vary.join(", "))
    });
    lines
}

fn verdict(findings: &Findings<'_>) -> Markup {
    html! {
        section #verdict {
            h2 { "What follows" }
            ul { @for line in verdict_lines(findings) { li { (line) } } }
            @if findings.runs.failed > 0 { p.note { (findings.runs.failed) " runs failed, and count nothing; runs.csv says why." } }
        }
    }
}

fn players(findings: &Findings<'_>) -> Markup {
    let words = &findings.planned.words;
    let columns = findings.game().columns();
    html! {
        section #players {
            h2 { "Players and strategies" }
            @for (at, player) in findings.game().players.iter().enumerate() {
                h3 { (player.name) }
                p.quiet { (columns.get(at).map_or("", |(_, meaning)| meaning)) }
                ul {
                    @for (place, strategy) in player.strategies.iter().enumerate() {
                        @let told = words.get(at).and_then(|words| words.get(place));
                        li { strong { (strategy) } @if let Some(told) = told { (strategy_words(told)) } }
                    }
                }
            }
            @if let Some((_, welfare)) = columns.last() { p.quiet { (welfare) } }
        }
    }
}

fn strategy_words(told: &StrategyWords) -> Markup {
    html! {
        @if told.description.is_empty() && told.changes.is_empty() { ": as the scenario has it." }
        @if !told.description.is_empty() { ": " (told.description) }
        @if !told.changes.is_empty() {
            (folded("What it changes", &html! { ul { @for change in &told.changes { li { code { (change) } } } } }))
        }
    }
}

fn payoffs(findings: &Findings<'_>) -> Markup {
    let heads = html! {
        th { "Profile" } th { "Player" } th.number { "Mean" } th.number { "Against the first profile" } th.number { "Runs" }
    };
    let rows = html! {
        @for row in tables::payoffs(findings) {
            tr {
                td { (row.profile) }
                td { @if let Some(player) = &row.player { (player) } @else { "all" } }
                td.number { (significant(row.mean)) @if let Some(error) = row.standard_error { small { "± " (significant(error)) } } }
                td.number {
                    @if let Some(difference) = row.difference { (signed(difference)) }
                    @if let (Some(low), Some(high)) = (row.low, row.high) { small { (signed(low)) " to " (signed(high)) } }
                }
                td.number { (row.n) }
            }
        }
    };
    let first = findings.profile(0);
    let caption = format!(
        "The cell {first} shows mean payoffs, every other how much they differ from those. Green cells are equilibria by the means; an \
         arrow leads towards the best answer of the player of its colour. Below, in how many resamples of whole replicates a cell is \
         an equilibrium."
    );
    html! {
        section #payoffs {
            h2 { "Payoffs" }
            @if let Some(svg) = matrix::matrix(findings) { (figure(&svg, &caption)) }
            (folded("All payoffs", &table(Some("Mean ± standard error; differences are paired, with 95 % intervals."), &heads, &rows)))
        }
    }
}

fn deviations(findings: &Findings<'_>) -> Markup {
    let candidates = findings.candidates();
    let mut shown: Vec<&Gain> = Vec::new();
    for profile in &candidates {
        shown.extend(findings.gains.iter().filter(|gain| gain.profile == *profile));
    }
    if shown.is_empty() {
        shown = findings.gains.iter().collect();
    }
    let left_out = shown.len().saturating_sub(matrix::MOST);
    let caption = format!(
        "What a player gains by leaving a profile alone, for profiles that are or may be equilibria{}; mean over pairs of runs with the \
         same luck, with 95 % intervals (Student's t).",
        if left_out > 0 { format!(" ({left_out} more stand in deviations.csv)") } else { String::new() }
    );
    html! {
        section #deviations {
            h2 { "Deviations" }
            @if let Some(svg) = matrix::gains(findings, &shown) { (figure(&svg, &caption)) } @else { p { "No pair of runs." } }
        }
    }
}

/// Other answers than pure equilibria.
fn answers(findings: &Findings<'_>, solved: &Solved) -> Markup {
    let name = |player: usize| findings.game().players.get(player).map_or("", |player| player.name.as_str());
    html! {
        section #answers {
            h2 { "Other answers" }
            ul {
                @for found in &solved.dominated {
                    li {
                        (name(found.player)) ": " (findings.strategy(found.player, found.strategy)) " is "
                        @if !found.strict { "weakly " } "dominated by " (findings.strategy(found.player, found.by)) "."
                    }
                }
                @if let Some(prices) = &solved.prices {
                    li {
                        "Best for all: " (findings.profile(prices.best.profile)) ", with a welfare of "
                        (significant(prices.best.welfare)) "; worst equilibrium: " (findings.profile(prices.worst_equilibrium.profile))
                        ", with " (significant(prices.worst_equilibrium.welfare)) "."
                        @if let Some(price) = prices.anarchy { " Price of anarchy: " (significant(price)) "." }
                    }
                }
                @for lead in &solved.stackelberg {
                    li {
                        "Were " (name(lead.leader)) " to move first and be seen, it would choose "
                        (findings.does(lead.profile, lead.leader)) " and end in " (findings.profile(lead.profile)) "."
                    }
                }
                @if let Some(rank) = &solved.alpha_rank { li { (long_run(findings, rank)) } }
                @if let Err(why) = &solved.mixed { li { "Mixed equilibria: " (why) "." } }
            }
            (mixtures(findings, solved))
        }
    }
}

/// The profiles where populations spend their time.
fn long_run(findings: &Findings<'_>, rank: &[f64]) -> String {
    let mut visited: Vec<(usize, f64)> = rank.iter().copied().enumerate().filter(|(_, share)| *share > 0.01).collect();
    visited.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let shown =
        visited.iter().take(6).map(|(profile, share)| format!("{} {}", findings.profile(*profile), percent(*share)));
    format!(
        "Players that try and keep what pays (α-rank) spend their time at {}.",
        shown.collect::<Vec<_>>().join(", ")
    )
}

/// Mixed equilibria, quantal responses and where the replicator ends.
fn mixtures(findings: &Findings<'_>, solved: &Solved) -> Markup {
    let is_mixed = |mixes: &[Vec<f64>]| mixes.iter().flatten().any(|share| *share > 1e-9 && *share < 1.0 - 1e-9);
    let mut rows: Vec<(String, &[Vec<f64>])> = Vec::new();
    for found in solved.mixed.iter().flat_map(|found| &found.list).filter(|found| is_mixed(&found.mixes)) {
        rows.push(("mixed equilibrium".to_owned(), &found.mixes));
    }
    for found in &solved.quantal {
        rows.push((format!("quantal response, λ = {}", significant(found.lambda)), &found.mixes));
    }
    let rest =
        if solved.replicator.at_rest { "where the replicator rests" } else { "the replicator, which does not rest" };
    rows.push((rest.to_owned(), &solved.replicator.mixes));
    let heads = html! { th { "Answer" } @for player in &findings.game().players { th { (player.name) } } };
    let body = html! {
        @for (answer, mixes) in &rows {
            tr {
                td { (answer) }
                @for (player, mix) in findings.game().players.iter().zip(*mixes) {
                    td {
                        @for (strategy, share) in player.strategies.iter().zip(mix).filter(|(_, share)| **share > 0.005) {
                            (strategy) " " (percent(*share)) br;
                        }
                    }
                }
            }
        }
    };
    table(Some("How often each strategy is played."), &heads, &body)
}

fn worlds(findings: &Findings<'_>) -> Markup {
    let Some(map) = &findings.map else { return Markup::default() };
    let factors = &findings.manifest.experiment.design.factors;
    let mut profiles: Vec<usize> = (0..map.shares.len()).filter(|profile| map.shares[*profile] > 0.0).collect();
    profiles.sort_by(|a, b| map.shares[*b].total_cmp(&map.shares[*a]).then(a.cmp(b)));
    let heads = html! { th { "Profile" } th.number { "Worlds" } th { "Turns on" } };
    let rows = html! {
        @for profile in profiles {
            tr {
                td { (findings.profile(profile)) }
                td.number { (percent(map.shares[profile])) }
                td {
                    @for (factor, distance) in map.turns_on[profile].iter().take(3) {
                        (factors.get(*factor).map_or("", |factor| factor.parameter.as_str())) " " (signed(*distance)) br;
                    }
                }
            }
        }
    };
    let caption = format!(
        "The share of {} worlds in which a profile is an equilibrium by its own means. A world can have several, or none.",
        map.known
    );
    html! {
        section #worlds {
            h2 { "Over the worlds of the design" }
            @if let Some(svg) = matrix::worlds(findings) { (figure(&svg, &caption)) }
            (table(
                Some("Turns on: how far a factor's mean differs between worlds where the profile is an equilibrium and where not, in \
                      standard deviations."),
                &heads,
                &rows
            ))
        }
    }
}

/// Whether equilibria are others without fog, in a line.
fn sight(findings: &Findings<'_>) -> Option<String> {
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
fn information(findings: &Findings<'_>) -> Markup {
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
