//! Every parameter's plausible range: each end of it has to move something in some shipped scenario.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, mean_and_sd},
};
use redqueen::{
    declare::table::{Cell, Row},
    measure::record::{OUTCOMES, Trajectory},
};

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[Experiment { id: "D", run: every_parameter }];

/// Where a parameter may show its force, tried one after the other.
const SCENARIOS: [&str; 7] = [
    "baseline",
    "taiwan-blockade",
    "leapfrog",
    "us-action-plan-power-fabs",
    "safety-race",
    "safety-imitation",
    "open-science",
];

/// Outcomes that count: what a reader looks at first.
const HEADLINES: [&str; 25] = [
    "gap_rating_12",
    "gap_rating_24",
    "gap_rating_end",
    "open_gap_rating_mean",
    "frontier_gain_per_year",
    "open_share_end",
    "firm_hhi_end",
    "largest_share_max",
    "entries",
    "exits",
    "selection_sum",
    "compute_leader_end",
    "compute_follower_end",
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
    "policy_cost_sum",
];

/// A change counts from this share of the outcome's mean on, or from so many rating points.
const LEAST_SHARE: f64 = 0.01;
const LEAST_POINTS: f64 = 5.0;
/// Standard errors by which it has to stand out: each parameter is looked at in many outcomes.
const STANDARD_ERRORS: f64 = 3.5;
/// A fourth of the worlds of other experiments: there are hundreds of pairs.
const WORLDS: u64 = 4;

type Outcomes = Vec<f64>;

fn outcomes(world: &Trajectory) -> Outcomes {
    let mut values = Vec::with_capacity(OUTCOMES.len());
    world.outcomes.cells(&mut |cell| {
        values.push(match cell {
            Cell::Number(number) => number,
            Cell::Whole(number) => number as f64,
            _ => f64::NAN,
        });
    });
    HEADLINES
        .iter()
        .map(|name| OUTCOMES.iter().position(|known| known == name).map_or(f64::NAN, |at| values[at]))
        .collect()
}

/// Whether any headline differs by enough, beyond luck.
fn moves(from: &[Outcomes], to: &[Outcomes]) -> bool {
    (0..HEADLINES.len()).any(|outcome| {
        let pairs = from.iter().zip(to).map(|(from, to)| (from[outcome], to[outcome]));
        let pairs: Vec<_> = pairs.filter(|(from, to)| from.is_finite() && to.is_finite()).collect();
        let n = pairs.len() as f64;
        if n < 4.0 {
            return false;
        }
        let level = pairs.iter().map(|(from, _)| from.abs()).sum::<f64>() / n;
        let (mean, sd) = mean_and_sd(&pairs.iter().map(|(from, to)| to - from).collect::<Vec<_>>());
        let points = HEADLINES[outcome].contains("rating");
        let enough = if points { mean.abs() > LEAST_POINTS } else { mean.abs() > LEAST_SHARE * level };
        enough && mean.abs() > STANDARD_ERRORS * sd / n.sqrt()
    })
}

fn every_parameter(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let bench = bench.fewer(WORLDS);
    let mut without_force: Vec<(String, f64, f64)> = bench.plausible_ranges();
    let all = without_force.len();
    for scenario in SCENARIOS {
        let from = bench.observe(&bench.of(scenario, &[])?, outcomes)?;
        let mut left = Vec::new();
        for (name, low, high) in without_force {
            let mut moved = false;
            for end in [low, high] {
                moved = moved || moves(&from, &bench.observe(&bench.of(scenario, &[(&name, end)])?, outcomes)?);
            }
            if !moved {
                left.push((name, low, high));
            }
        }
        without_force = left;
    }
    let (without, names) = (without_force.len(), without_force.iter().map(|(name, ..)| name.as_str()));
    let names: Vec<_> = names.collect();
    let what = match without {
        0 => "parameters with force".to_owned(),
        _ => format!("parameters with force; without it: {}", names.join(", ")),
    };
    let has_force: Vec<bool> = (0..all).map(|at| at >= without).collect();
    Ok(vec![Effect::share(&what, &has_force, 1.0..=1.0)])
}
