//! Chips: scarcity, the supply line, power, controls and a blockade.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, month},
};

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[Experiment { id: "B1", run: fabs }];

/// What every fab makes, halved and doubled, with and without the cap on power.
fn fabs(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let mut effects = Vec::new();
    for (cap, power) in [("", 1.0), (", without a cap on power", 0.0)] {
        let scaled = |factor: f64| {
            bench.with(&[("mechanisms.chip_supply.scale", factor), ("mechanisms.systems.power_scale", power)])
        };
        for (factor, must) in [(0.5, f64::NEG_INFINITY..=-0.01), (2.0, 0.01..=f64::INFINITY)] {
            for year in [2025, 2028, 2030, 2032] {
                let compute = |world: &redqueen::measure::record::Trajectory| month(world, year, 12).compute;
                let (from, to) = (bench.observe(&scaled(1.0)?, compute)?, bench.observe(&scaled(factor)?, compute)?);
                let what = format!("the world's compute in {year}, every fab × {factor}{cap}");
                effects.push(Effect::change(&what, &from, &to, must.clone()));
            }
        }
    }
    Ok(effects)
}
