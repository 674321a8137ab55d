//! What each parameter of chips moves from the low end of its plausible range to the high one.

use super::bench::{Bench, Effect, Failure, month, state};
use redqueen::{maths::ln, measure::record::Trajectory};

/// Mechanisms whose parameters are tried, and the scenarios in which they may show.
const TRIED: &[(&str, &[&str])] = &[
    ("price", &["baseline"]),
    ("compute", &["baseline"]),
    ("build_out", &["baseline", "taiwan-blockade"]),
    ("chip_supply", &["baseline", "taiwan-blockade"]),
    ("chip_shortage", &["taiwan-blockade"]),
    ("systems", &["baseline", "us-action-plan-power-fabs"]),
    ("export_controls", &["baseline"]),
    ("induced_innovation", &["baseline"]),
    ("leapfrog", &["leapfrog"]),
    ("shocks", &["taiwan-blockade", "taiwan-risk"]),
];

type Headline = (&'static str, fn(&Trajectory) -> f64);

/// The headlines, each with what 1 % of it is worth: shares of themselves, but 5 points of rating.
const HEADLINES: &[Headline] = &[
    ("compute of 2024", |world| ln(month(world, 2024, 12).compute)),
    ("compute of 2028", |world| ln(month(world, 2028, 12).compute)),
    ("compute of 2032", |world| ln(month(world, 2032, 12).compute)),
    ("price of 2028", |world| ln(month(world, 2028, 12).compute_price)),
    ("output of 2028", |world| ln(month(world, 2028, 6).output)),
    ("China's compute of 2028", |world| ln(state(world, "China", 2028, 12).compute)),
    ("China's compute of 2032", |world| ln(state(world, "China", 2032, 12).compute)),
    ("China's own share of 2032", |world| ln(state(world, "China", 2032, 12).self_sufficiency_design)),
    ("the US's running compute of 2032", |world| {
        let us = state(world, "US", 2032, 12);
        ln(us.compute * us.compute_running)
    }),
    ("the gap of 2032, in 500 points", |world| month(world, 2032, 12).gap_rating.unwrap_or(f64::NAN) / 500.0),
    ("the frontier of 2032, in 500 points", |world| month(world, 2032, 12).frontier_rating.unwrap_or(f64::NAN) / 500.0),
];

fn headlines(world: &Trajectory) -> Vec<f64> {
    HEADLINES.iter().map(|(_, of)| of(world)).collect()
}

fn column(seen: &[Vec<f64>], at: usize) -> Vec<f64> {
    seen.iter().map(|row| row[at]).collect()
}

/// What moves most: the headline whose mean moves farthest.
fn strongest(from: &[Vec<f64>], to: &[Vec<f64>]) -> (usize, f64) {
    let moved = |at: usize| {
        let (from, to) = (column(from, at), column(to, at));
        let differences = from.iter().zip(&to).map(|(from, to)| to - from).filter(|moved| moved.is_finite());
        let (count, sum) = differences.fold((0.0, 0.0), |(count, sum), moved| (count + 1.0, sum + moved));
        if count > 0.0 { sum / count } else { 0.0 }
    };
    (0..HEADLINES.len())
        .map(|at| (at, moved(at)))
        .fold((0, 0.0), |best, next| if next.1.abs() > best.1.abs() { next } else { best })
}

/// Each parameter from end to end of its plausible range.
pub fn parameters(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let mut effects = Vec::new();
    let declared = bench.with(&[])?;
    for (mechanism, scenarios) in TRIED {
        let Some(settings) = declared.settings(mechanism) else { continue };
        for parameter in settings.declared.parameters {
            let number = format!("mechanisms.{mechanism}.{}", parameter.name);
            let mut best: Option<(f64, Effect)> = None;
            for scenario in *scenarios {
                let at = |value: f64| bench.observe(&bench.of(scenario, &[(&number, value)])?, headlines);
                let (low, high) = parameter.plausible;
                let (from, to) = (at(low)?, at(high)?);
                let (headline, moved) = strongest(&from, &to);
                if best.as_ref().is_some_and(|(strongest, _)| strongest.abs() >= moved.abs()) {
                    continue;
                }
                let must = if moved < 0.0 { f64::NEG_INFINITY..=-0.01 } else { 0.01..=f64::INFINITY };
                let what = format!("{mechanism}.{}: {} ({scenario})", parameter.name, HEADLINES[headline].0);
                let (from, to) = (column(&from, headline), column(&to, headline));
                let unit = super::bench::Unit::Of("nats");
                best = Some((moved, Effect::difference(&what, unit, &from, &to, must)));
            }
            effects.extend(best.map(|(_, effect)| effect));
        }
    }
    Ok(effects)
}
