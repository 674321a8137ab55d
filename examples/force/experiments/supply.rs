//! Chips: scarcity, the supply line, power, controls and a blockade.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, Unit, firms, month, state},
};
use redqueen::{maths::ln, measure::record::Trajectory, scenario::Scenario};

const LOWER: std::ops::RangeInclusive<f64> = f64::NEG_INFINITY..=-0.01;
const HIGHER: std::ops::RangeInclusive<f64> = 0.01..=f64::INFINITY;
const ANY: std::ops::RangeInclusive<f64> = f64::NEG_INFINITY..=f64::INFINITY;

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment { id: "B1", run: fabs },
    Experiment { id: "B2", run: capital },
    Experiment { id: "B3", run: blockade },
    Experiment { id: "B4", run: whom_a_blockade_hurts },
    Experiment { id: "B5", run: equipment },
    Experiment { id: "B6", run: observed },
];

/// What every fab makes, halved and doubled, with and without the cap on power.
fn fabs(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let mut effects = Vec::new();
    for (cap, power) in [("", 1.0), (", without a cap on power", 0.0)] {
        let scaled = |factor: f64| {
            bench.with(&[("mechanisms.chip_supply.scale", factor), ("mechanisms.systems.power_scale", power)])
        };
        for (factor, must) in [(0.5, LOWER), (2.0, HIGHER)] {
            for year in [2025, 2028, 2030, 2032] {
                let compute = |world: &Trajectory| month(world, year, 12).compute;
                let (from, to) = (bench.observe(&scaled(1.0)?, compute)?, bench.observe(&scaled(factor)?, compute)?);
                let what = format!("the world's compute in {year}, every fab × {factor}{cap}");
                effects.push(Effect::change(&what, &from, &to, must.clone()));
            }
        }
    }
    Ok(effects)
}

/// All money that investors have, halved and doubled.
fn capital(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let mut effects = Vec::new();
    for (factor, must) in [(0.5, f64::NEG_INFINITY..=-0.01), (2.0, 0.01..=f64::INFINITY)] {
        for year in [2026, 2028, 2030, 2032] {
            let frontier = |world: &Trajectory| month(world, year, 12).frontier_capability.unwrap_or(f64::NAN);
            let from = bench.observe(&bench.with(&[])?, frontier)?;
            let to = bench.observe(&bench.with(&[("mechanisms.money.capital_scale", factor)])?, frontier)?;
            let what = format!("the frontier in {year}, the world's capital × {factor}");
            effects.push(Effect::difference(&what, Unit::Of("nats"), &from, &to, must.clone()));
        }
    }
    Ok(effects)
}

/// Sum or mean over the months of a year of what `of` reads off the world.
fn over_year(world: &Trajectory, year: u32, of: impl Fn(&redqueen::measure::record::WorldRow) -> f64) -> f64 {
    (1..=12).map(|m| of(month(world, year, m))).sum::<f64>() / 12.0
}

fn capability(name: &'static str, year: u32) -> impl Fn(&Trajectory) -> f64 {
    move |world| state(world, name, year, 12).capability.unwrap_or(f64::NAN)
}

/// The year of the blockade in the scenarios.
const YEAR: u32 = 2028;

fn blockade(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let (calm, hit) = (bench.with(&[])?, bench.of("taiwan-blockade", &[])?);
    let both = |of: &(dyn Fn(&Trajectory) -> f64 + Sync)| -> Result<(Vec<f64>, Vec<f64>), Failure> {
        Ok((bench.observe(&calm, of)?, bench.observe(&hit, of)?))
    };
    let price = both(&|world| over_year(world, YEAR, |row| row.compute_price))?;
    let made = both(&|world| over_year(world, YEAR, |row| row.compute_made))?;
    let output = both(&|world| over_year(world, YEAR, |row| row.output))?;
    let us = both(&capability("US", 2029))?;
    let mut effects = vec![
        Effect::change("mean price of compute in the year of a blockade", &price.0, &price.1, 1.0..=f64::INFINITY),
        Effect::change("chips made in that year", &made.0, &made.1, -0.95..=-0.6),
        Effect::change("the world's output in that year", &output.0, &output.1, -0.08..=-0.03),
        Effect::difference("the US's capability a year later", Unit::Of("nats"), &us.0, &us.1, LOWER),
    ];
    for (what, year, month) in [("2028", 2028, 12), ("2029", 2029, 12), ("mid-2030", 2030, 6)] {
        let (from, to) = both(&|world| state(world, "US", year, month).compute)?;
        effects.push(Effect::change(&format!("the US's compute in {what}"), &from, &to, LOWER));
    }
    let (from, to) = both(&|world| state(world, "US", 2032, 12).compute)?;
    let ratio: Vec<f64> = from.iter().zip(&to).map(|(from, to)| to / from - 1.0).collect();
    effects.push(Effect::median("the US's compute in 2032, run by run", Unit::Share, &ratio, -0.15..=0.15));
    Ok(effects)
}

/// What a blockade moves where China depends on imports, where it makes its own chips, and where the US does.
fn whom_a_blockade_hurts(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let pair = |name: &str, controls: bool| -> Result<(Scenario, Scenario), Failure> {
        let mut hit = bench.of(name, &[])?;
        if !controls {
            hit.set("mechanisms.export_controls.enabled", false)?;
        }
        let mut calm = hit.clone();
        calm.set("mechanisms.shocks.enabled", false)?;
        Ok((calm, hit))
    };
    let dependent = pair("taiwan-blockade", false)?;
    let own = pair("taiwan-blockade-china-self-sufficient", true)?;
    let moved = |(calm, hit): &(Scenario, Scenario), of: &(dyn Fn(&Trajectory) -> f64 + Sync)| {
        let (calm, hit) = (bench.observe(calm, of)?, bench.observe(hit, of)?);
        Ok::<Vec<f64>, Failure>(calm.iter().zip(hit).map(|(calm, hit)| hit - calm).collect())
    };
    type Look = fn(&Trajectory) -> f64;
    let ln_compute: Look =
        |world| ln(state(world, "China", YEAR, 12).compute) - ln(state(world, "US", YEAR, 12).compute);
    let power: Look = |world| state(world, "China", YEAR, 12).power;
    let output: Look = |world| ln(over_year_of(world, "China"));
    let mut effects = Vec::new();
    for (what, unit, look, must) in [
        ("China's compute against the US's at the end of a blockade", "nats", ln_compute, HIGHER),
        ("China's share of power then", "of the world", power, 0.001..=f64::INFINITY),
        ("China's output in that year", "nats", output, 0.001..=f64::INFINITY),
    ] {
        let (from, to) = (moved(&dependent, &look)?, moved(&own, &look)?);
        let what = format!("{what}: self-sufficient against dependent");
        effects.push(Effect::difference(&what, Unit::Of(unit), &from, &to, must));
    }
    let gap: Look = |world| month(world, 2029, 12).gap_nats.unwrap_or(f64::NAN);
    for (what, moved) in [("dependent", moved(&dependent, &gap)?), ("self-sufficient", moved(&own, &gap)?)] {
        let what = format!("the gap a year after a blockade, China {what}");
        effects.push(Effect::median(&what, Unit::Of("nats"), &moved, ANY));
    }
    let compute: Look = |world| ln(state(world, "US", YEAR, 12).compute);
    let (plain, fabs) = (pair("taiwan-blockade", true)?, pair("taiwan-blockade-us-fabs", true)?);
    let (from, to) = (moved(&plain, &compute)?, moved(&fabs, &compute)?);
    let what = "the US's compute at the end of a blockade, with fabs of its own";
    effects.push(Effect::difference(what, Unit::Of("nats"), &from, &to, HIGHER));
    Ok(effects)
}

fn over_year_of(world: &Trajectory, name: &str) -> f64 {
    (1..=12).map(|m| state(world, name, YEAR, m).output).sum()
}

/// Compute that accelerators of these makers left the line with in a year, MH100e.
fn made(world: &Trajectory, year: u32, is_theirs: impl Fn(&redqueen::measure::record::AcceleratorRow) -> bool) -> f64 {
    let dates: Vec<_> = (1..=12).map(|m| month(world, year, m).date).collect();
    world.accelerators.iter().filter(|row| dates.contains(&row.date) && is_theirs(row)).map(|row| row.compute).sum()
}

fn chinese(year: u32) -> impl Fn(&Trajectory) -> f64 {
    move |world| made(world, year, |row| &*row.state == "China")
}

fn equipment(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    // Without the policy to buy at home, which would go with the mechanism that lets it act.
    let alone = "[[policies]]\nname = \"China buys at home\"\nremove = true\n";
    let base = bench.scenario("baseline", alone)?;
    let tighter = bench.scenario("tighter-equipment", alone)?;
    let mut off = base.clone();
    off.set("mechanisms.induced_innovation.enabled", false)?;
    let (second, then) = (bench.observe(&base, chinese(2027))?, bench.observe(&base, chinese(2032))?);
    let own = |year| move |world: &Trajectory| state(world, "China", year, 12).self_sufficiency_design.unwrap_or(0.0);
    let (own_2025, own_2032) = (bench.observe(&base, own(2025))?, bench.observe(&base, own(2032))?);
    Ok(vec![
        Effect::change(
            "China's own chips in the second year of tighter rules on equipment",
            &second,
            &bench.observe(&tighter, chinese(2027))?,
            f64::NEG_INFINITY..=-0.1,
        ),
        Effect::change(
            "China's own chips in 2032 under tighter rules on equipment",
            &then,
            &bench.observe(&tighter, chinese(2032))?,
            f64::NEG_INFINITY..=-0.1,
        ),
        Effect::change(
            "China's own chips in 2032 without induced innovation",
            &then,
            &bench.observe(&off, chinese(2032))?,
            f64::NEG_INFINITY..=-0.1,
        ),
        Effect::difference("own share of China's demand, 2032 against 2025", Unit::Share, &own_2025, &own_2032, HIGHER),
    ])
}

/// What was seen of chips and compute up to the end of 2024; where a source has no range, a tenth of its figure
/// is taken for the error.
fn observed(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let base = bench.with(&[])?;
    let mut effects = Vec::new();
    let million = Unit::Of("MH100e");
    for (what, maker, year, value, error) in [
        ("NVIDIA's chips of 2023", "NVIDIA", 2023, 1.10, 0.11),
        ("NVIDIA's chips of 2024", "NVIDIA", 2024, 3.33, 0.33),
        ("Google's chips of 2023", "Google", 2023, 0.17, 0.03),
        ("Google's chips of 2024", "Google", 2024, 0.74, 0.11),
    ] {
        let seen = bench.observe(&base, |world| made(world, year, |row| row.accelerator.starts_with(maker)))?;
        effects.push(Effect::observed(what, million, &seen, value, error));
    }
    for (year, value, error) in [(2023, 13.0, 1.0), (2024, 35.0, 3.5)] {
        let seen = bench.observe(&base, |world| {
            let date = month(world, year, 12).date;
            let found = world.fabs.iter().find(|row| row.date == date && &*row.fab == "TSMC CoWoS");
            found.map_or(f64::NAN, |row| row.capacity)
        })?;
        let what = format!("capacity of TSMC's CoWoS at the end of {year}");
        effects.push(Effect::observed(&what, Unit::Of("thousand wafers a month"), &seen, value, error));
    }
    for (name, low, high) in [("US", 2.9, 4.7), ("China", 0.36, 0.92)] {
        let seen = bench.observe(&base, |world| state(world, name, 2024, 12).compute)?;
        let what = format!("{name}: compute at the end of 2024");
        effects.push(Effect::median(&what, million, &seen, low..=high));
    }
    for (firm, year, low, high) in [
        ("OpenAI", 2023, 0.070, 0.136),
        ("OpenAI", 2024, 0.277, 0.486),
        ("Google", 2024, 0.214, 0.775),
        ("Meta", 2024, 0.124, 0.480),
        ("Anthropic", 2024, 0.145, 0.298),
        ("xAI", 2024, 0.171, 0.237),
    ] {
        let seen = bench.observe(&base, |world| {
            firms(world, year, 12).find(|row| &*row.firm == firm).map_or(f64::NAN, |row| row.compute)
        })?;
        effects.push(Effect::median(&format!("{firm}: compute at the end of {year}"), million, &seen, low..=high));
    }
    Ok(effects)
}
