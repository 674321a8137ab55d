//! Every parameter's plausible range: its ends, against each other or against the default, have to move something in some scenario.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, firms, mean, mean_and_sd, month, state},
};
use redqueen::{
    declare::table::{Cell, Row},
    maths::exp,
    measure::record::{OUTCOMES, Trajectory},
};

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[Experiment { id: "D", run: every_parameter }];

/// Where a parameter may show its force, tried one after the other: a scenario of the program's own, and what is laid over it.
pub const SCENARIOS: [(&str, &str); 16] = [
    ("baseline", ""),
    ("us-action-plan-power-fabs", ""),
    ("open-science", ""),
    ("open-science", TALENT),
    ("taiwan-blockade", ""),
    ("safety-imitation", ""),
    ("safety-race", ""),
    ("leapfrog-hopeful", ""),
    ("common-floors", RARE_EVENTS),
    ("taiwan-risk", ""),
    ("all-open", ""),
    ("statecraft", MEMORY),
    ("statecraft", LATE_NEWS),
    ("retaliation", RELENTING),
    ("closed-channels", ""),
    ("open-doors", HOME_MODELS),
];

/// What was replaced is forgotten when materials come again.
const RELENTING: &str = r#"
[[policies]]
name = "China denies materials"
to = "2030-01"
"#;

/// No scenario has public buyers use models made at home, talent come and go, or a market closed by a part.
const HOME_MODELS: &str = r#"
[[policies]]
name = "EU uses its own models"
state = "EU"
lever = "model_procurement"
from = "2026-01"
value = 1.0

[[policies]]
name = "US lets talent in"
from = "2024-01"
to = "2029-01"

[[policies]]
name = "EU screens US models"
state = "EU"
lever = "market_closure"
against = ["US"]
from = "2026-01"
value = 0.15
"#;

/// No scenario pulls the lever of talent.
const TALENT: &str = r#"
[[policies]]
name = "Talent: China"
state = "China"
lever = "talent"
from = "2024-01"
value = 0.5
"#;

/// Reviews that something brings about, and one state that remembers what others did.
const MEMORY: &str = r#"
[[strategists]]
name = "EU"
rule = "memory_one"
"#;

/// News that is worth having early: disasters, after which those who imitate look for who fares better, and what grows steadily.
const LATE_NEWS: &str = r#"
mechanisms.incidents.systemic_per_year = 0.5
mechanisms.statecraft.patience_months = 1
mechanisms.statecraft.trigger_damage = 0.0005
mechanisms.statecraft.fog_sigma = 0.3

[[strategists]]
name = "US"
indicator = "adoption"
target = 0.3
grievance = 1.0

[[strategists]]
name = "China"
rule = "imitate"
selection = 200.0

[[strategists]]
name = "EU"
rule = "imitate"
selection = 200.0

[[strategists]]
name = "UK"
selection = 200.0
postures = ["open", "cooperate", "hedge", "race", "deny", "retaliate"]

[[strategists]]
name = "Japan"
selection = 200.0
postures = ["open", "cooperate", "hedge", "race", "deny", "retaliate"]

[[strategists]]
name = "India"
selection = 200.0
postures = ["open", "cooperate", "hedge", "race", "deny", "retaliate"]

[[strategists]]
name = "Gulf"
selection = 200.0
postures = ["open", "cooperate", "hedge", "race", "deny", "retaliate"]

[[strategists]]
name = "South Korea"
selection = 200.0
postures = ["open", "cooperate", "hedge", "race", "deny", "retaliate"]
"#;

/// What systemic incidents do is seen in worlds in which they happen: at one in fifty years a mean over worlds does not show it.
const RARE_EVENTS: &str = "mechanisms.incidents.systemic_per_year = 0.5";

/// Parameters that no outcome of the model can answer to.
const OF_PRESENTATION: [&str; 4] = [
    "mechanisms.releases.rating_at_start", // the origin of the scale of ratings: only gaps mean anything
    "mechanisms.releases.index_at_start",  // the origin of the index
    "mechanisms.releases.index_slope",     // the unit of the index
    "mechanisms.releases.historical",      // whether dated events are shown
];

/// Outcomes that count: what a reader looks at first.
const OUTCOMES_THAT_COUNT: [&str; 31] = [
    "gap_rating_12",
    "gap_rating_24",
    "gap_rating_end",
    "open_gap_rating_mean",
    "frontier_gain_per_year",
    "open_share_end",
    "firm_hhi_end",
    "effective_firms_end",
    "largest_share_max",
    "firms_end",
    "entries",
    "exits",
    "selection_sum",
    "compute_leader_end",
    "compute_follower_end",
    "compute_denied_follower",
    "compute_lost",
    "self_sufficiency_leader_end",
    "self_sufficiency_follower_end",
    "equipment_maturity_follower_end",
    "power_leader_end",
    "power_follower_end",
    "output_effect_end",
    "incidents",
    "systemic_risk",
    "damage_end",
    "trust_in_ai_end",
    "third_countries_follower_end",
    "adoption_end",
    "adoption_third_countries_end",
    "policy_cost_sum",
];

type Outcome = fn(&Trajectory) -> f64;

/// The same within the run. What is a logarithm is a headline as what it is the logarithm of.
const IN_THE_RUN: &[(&str, Outcome)] = &[
    ("firms of 2024", |world| f64::from(month(world, 2024, 12).firms)),
    ("compute of 2024", |world| month(world, 2024, 12).compute),
    ("compute of 2028", |world| month(world, 2028, 12).compute),
    ("China's compute of 2028", |world| state(world, "China", 2028, 12).compute),
    ("China's own share of 2028", |world| state(world, "China", 2028, 12).self_sufficiency_design.unwrap_or(0.0)),
    ("China's own share of 2032", |world| state(world, "China", 2032, 12).self_sufficiency_design.unwrap_or(0.0)),
    ("running compute of the US of 2032", |world| {
        let us = state(world, "US", 2032, 12);
        us.compute * us.compute_running.unwrap_or(0.0)
    }),
    ("price of compute of 2028", |world| month(world, 2028, 12).compute_price),
    ("compute in store at the end", |world| world.world.iter().map(|row| row.compute_stored).sum()),
    ("output of 2028", |world| month(world, 2028, 6).output),
    ("frontier rating of 2028", |world| month(world, 2028, 12).frontier_rating.unwrap_or(f64::NAN)),
    ("investment of 2025", |world| mean(world, (2025, 1), (2025, 12), |row| row.investment)),
    ("investment of 2028", |world| mean(world, (2028, 1), (2028, 12), |row| row.investment)),
    ("revenue of 2028", |world| mean(world, (2028, 1), (2028, 12), |row| row.revenue)),
    ("cash of firms in 2028", |world| firms(world, 2028, 12).map(|firm| firm.cash).sum()),
    ("damage", |world| mean(world, (2023, 1), (2032, 12), |row| row.damage)),
    ("welfare", |world| exp(month(world, 2032, 12).welfare)),
    ("inequality of access of 2028", |world| month(world, 2028, 12).access_gini),
    ("open share", |world| mean(world, (2023, 1), (2032, 12), |row| row.open_share.unwrap_or(0.0))),
    ("usage of firms that entered", |world| {
        let before: Vec<_> = firms(world, 2023, 1).map(|firm| &firm.firm).collect();
        firms(world, 2032, 12).filter(|firm| !before.contains(&&firm.firm)).map(|firm| firm.usage_share).sum()
    }),
    ("hostility of states that choose", |world| {
        let choosing: Vec<f64> = world.states.iter().filter_map(|row| row.hostility).collect();
        choosing.iter().sum::<f64>() / choosing.len() as f64
    }),
    ("changes of posture", |world| world.events.iter().filter(|event| &*event.kind == "posture").count() as f64),
    ("safety effort of the US", |world| {
        let of_us = world.states.iter().filter(|row| &*row.state == "US").filter_map(|row| row.safety_effort);
        of_us.sum::<f64>() / world.world.len() as f64
    }),
];

fn names() -> impl Iterator<Item = &'static str> {
    OUTCOMES_THAT_COUNT.into_iter().chain(IN_THE_RUN.iter().map(|(name, _)| *name))
}

/// A change counts from this share of the outcome's mean on, or from so many rating points.
const LEAST_SHARE: f64 = 0.01;
const LEAST_POINTS: f64 = 5.0;
/// Standard errors by which it has to stand out. Each parameter is looked at in half a hundred outcomes of ten scenarios, so that luck
/// must have less than one chance in some thousand: with twenty worlds that is so from here on.
const STANDARD_ERRORS: f64 = 4.5;
/// A fourth of the worlds of other experiments, at first: there are hundreds of pairs.
const WORLDS: u64 = 4;

type Outcomes = Vec<f64>;
/// A parameter, and the ends of its plausible range.
type Ends = (String, f64, f64);

fn outcomes(world: &Trajectory) -> Outcomes {
    let mut values = Vec::with_capacity(OUTCOMES.len());
    world.outcomes.cells(&mut |cell| {
        values.push(match cell {
            Cell::Number(number) => number,
            Cell::Whole(number) => number as f64,
            _ => f64::NAN,
        });
    });
    let of_the_end = |name: &&str| OUTCOMES.iter().position(|known| known == name).map_or(f64::NAN, |at| values[at]);
    let in_the_run = IN_THE_RUN.iter().map(|(_, of)| of(world));
    OUTCOMES_THAT_COUNT.iter().map(of_the_end).chain(in_the_run).collect()
}

/// The outcome that moves by enough and stands out most, with its change and how many standard errors that is.
fn moved(from: &[Outcomes], to: &[Outcomes]) -> Option<(&'static str, f64, f64)> {
    let mut best: Option<(&str, f64, f64)> = None;
    for (outcome, name) in names().enumerate() {
        let pairs = from.iter().zip(to).map(|(from, to)| (from[outcome], to[outcome]));
        let pairs: Vec<_> = pairs.filter(|(from, to)| from.is_finite() && to.is_finite()).collect();
        let n = pairs.len() as f64;
        if n < 4.0 {
            continue;
        }
        let level = pairs.iter().map(|(from, _)| from.abs()).sum::<f64>() / n;
        let (mean, sd) = mean_and_sd(&pairs.iter().map(|(from, to)| to - from).collect::<Vec<_>>());
        let change = if name.contains("rating") { mean } else { mean / level };
        let least = if name.contains("rating") { LEAST_POINTS } else { LEAST_SHARE };
        let errors = mean.abs() / (sd / n.sqrt());
        if change.abs() > least && best.is_none_or(|(.., most)| errors > most) {
            best = Some((name, change, errors));
        }
    }
    best
}

/// What is left of the parameters when those are gone that move an outcome in one of the scenarios.
fn without_force(bench: &Bench, parameters: Vec<Ends>) -> Result<Vec<Ends>, Failure> {
    let mut without = parameters;
    for (scenario, over) in SCENARIOS {
        let of = |values: &[(&str, f64)]| {
            let mut scenario = bench.scenario(scenario, over)?;
            values.iter().try_for_each(|(name, value)| scenario.set(name, *value))?;
            bench.observe(&scenario, outcomes)
        };
        let middle = of(&[])?;
        let mut left = Vec::new();
        for (name, low, high) in without {
            let ends = [of(&[(&name, low)])?, of(&[(&name, high)])?];
            let pairs = [(&middle, &ends[0]), (&middle, &ends[1]), (&ends[0], &ends[1])];
            let best = pairs.iter().filter_map(|(from, to)| moved(from, to)).max_by(|a, b| a.2.total_cmp(&b.2));
            if best.is_none_or(|(.., errors)| errors < STANDARD_ERRORS) {
                left.push((name, low, high));
            }
        }
        without = left;
    }
    Ok(without)
}

fn every_parameter(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let mut parameters: Vec<Ends> = bench.plausible_ranges();
    parameters.retain(|(name, ..)| !OF_PRESENTATION.contains(&name.as_str()));
    if parameters.is_empty() {
        return Err("no parameter begins so".into());
    }
    let all = parameters.len();
    // Those that luck hides in few worlds get all of them.
    let hidden = without_force(&bench.fewer(WORLDS), parameters)?;
    let without = without_force(bench, hidden)?;
    let names: Vec<_> = without.iter().map(|(name, ..)| name.as_str()).collect();
    let what = match names.len() {
        0 => "parameters with force".to_owned(),
        _ => format!("parameters with force; without it: {}", names.join(", ")),
    };
    let has_force: Vec<bool> = (0..all).map(|at| at >= names.len()).collect();
    Ok(vec![Effect::share(&what, &has_force, 1.0..=1.0)])
}
