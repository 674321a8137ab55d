//! Levers by which states reach each other: closed markets, denied materials, closed channels, talent, and what hostility costs.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, Unit, state},
};
use redqueen::measure::record::Trajectory;

const INF: f64 = f64::INFINITY;

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment { id: "E1", run: closed_market },
    Experiment { id: "E2", run: denied_materials },
    Experiment { id: "E3", run: closed_channels },
    Experiment { id: "E4", run: open_doors_for_talent },
    Experiment { id: "E5", run: what_hostility_costs },
    Experiment { id: "E6", run: smuggled_chips },
];

fn lever(state: &str, lever: &str, against: &str, value: f64) -> String {
    format!(
        "[[policies]]\nname = \"{lever}\"\nstate = \"{state}\"\nlever = \"{lever}\"\n{against}from = \"2026-01\"\nvalue = {value}\n"
    )
}

fn closed_market(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let abroad = |world: &Trajectory| world.outcomes.third_countries_leader_end.unwrap_or(0.0);
    let of = |value: f64| {
        let text = lever("EU", "market_closure", "against = [\"US\"]\n", value);
        bench.observe(&bench.scenario("baseline", &text)?, abroad)
    };
    let (open, half, closed) = (of(0.0)?, of(0.3)?, of(1.0)?);
    Ok(vec![
        Effect::change("use of US firms in third countries, EU's market closed by a third", &open, &half, -INF..=-0.01),
        Effect::change("use of US firms in third countries, EU's market closed", &open, &closed, -INF..=-0.05),
    ])
}

fn denied_materials(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let against = "what = [\"materials\"]\nagainst = [\"US\"]\n";
    let look = |world: &Trajectory| {
        [("US", 2027), ("China", 2027), ("US", 2032)].map(|(name, year)| state(world, name, year, 6).compute)
    };
    let of = |value: f64| {
        let scenario = bench.scenario("baseline", &lever("China", "control", against, value))?;
        bench.observe(&scenario, look)
    };
    let (free, denied) = (of(0.0)?, of(1.0)?);
    let column = |seen: &[[f64; 3]], at: usize| seen.iter().map(|seen| seen[at]).collect::<Vec<_>>();
    let change = |what: &str, at, must| Effect::change(what, &column(&free, at), &column(&denied, at), must);
    Ok(vec![
        change("the US's compute in mid-2027, materials denied from 2026", 0, -INF..=-0.01),
        change("China's compute then, which buys those chips too", 1, -INF..=INF),
        change("the US's compute in mid-2032", 2, -INF..=INF),
    ])
}

fn closed_channels(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let look = |world: &Trajectory| {
        let outcomes = &world.outcomes;
        let gap = outcomes.gap_rating_end.unwrap_or(f64::NAN);
        [outcomes.compute_smuggled_follower_end, outcomes.compute_follower_end, gap]
    };
    let of = |name| bench.observe(&bench.scenario(name, "")?, look);
    let (open, closed) = (of("baseline")?, of("closed-channels")?);
    let column = |seen: &[[f64; 3]], at: usize| seen.iter().map(|seen| seen[at]).collect::<Vec<_>>();
    let change = |what: &str, at, must| Effect::change(what, &column(&open, at), &column(&closed, at), must);
    Ok(vec![
        change("smuggled chips in China in 2032, channels closed from 2026", 0, -INF..=-0.2),
        change("China's compute in 2032", 1, -INF..=-0.05),
        Effect::difference("rating gap of 2032", Unit::Of("points"), &column(&open, 2), &column(&closed, 2), 5.0..=INF),
    ])
}

fn open_doors_for_talent(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let look = |world: &Trajectory| {
        let best = |name| state(world, name, 2032, 12).capability.unwrap_or(f64::NAN);
        (best("US"), best("EU"))
    };
    let of = |value: f64| bench.observe(&bench.scenario("baseline", &lever("US", "immigration", "", value))?, look);
    let (home, moved) = (of(0.0)?, of(1.0)?);
    let split = |seen: &[(f64, f64)]| seen.iter().copied().unzip::<f64, f64, Vec<f64>, Vec<f64>>();
    let ((us, eu), (us_moved, eu_moved)) = (split(&home), split(&moved));
    let nats = Unit::Of("nats");
    Ok(vec![
        Effect::difference("the US's best of 2032, all talent let in from 2026", nats, &us, &us_moved, 0.05..=INF),
        Effect::difference(
            "the EU's best of 2032, whose talent leaves and which copies",
            nats,
            &eu,
            &eu_moved,
            -INF..=INF,
        ),
    ])
}

/// What China loses by retaliation: trust, and with it standards. A world in which a breach costs no trust tells which part that is.
fn what_hostility_costs(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let look = |world: &Trajectory| {
        let china = state(world, "China", 2028, 12);
        (china.trust_abroad.unwrap_or(f64::NAN), china.soft_power)
    };
    // Nothing but standards is counted then; power is a measure and moves nothing.
    let standards = "mechanisms.power.standards_weight";
    let of = |name: &str, hit: Option<f64>| {
        let hit = hit.map(|hit| ("mechanisms.cooperation.hit_control", hit));
        let values: Vec<_> = [(standards, 1.0)].into_iter().chain(hit).collect();
        let seen = bench.observe(&bench.of(name, &values)?, look)?;
        Ok::<_, Failure>(seen.into_iter().unzip::<f64, f64, Vec<f64>, Vec<f64>>())
    };
    let ((trust, part), (trust_after, part_after)) = (of("baseline", None)?, of("retaliation", None)?);
    let ((_, free), (_, free_after)) = (of("baseline", Some(0.0))?, of("retaliation", Some(0.0))?);
    Ok(vec![
        Effect::difference(
            "China's mean trust with others in 2028, after retaliation in 2026",
            Unit::Of("of 1"),
            &trust,
            &trust_after,
            -INF..=-0.01,
        ),
        Effect::change("China's part in standards in 2028, after retaliation", &part, &part_after, -INF..=-0.01),
        Effect::change("the same where a breach costs no trust", &free, &free_after, -INF..=INF),
    ])
}

fn smuggled_chips(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let smuggled = |world: &Trajectory| state(world, "China", 2024, 12).compute_smuggled_stock;
    let sample = bench.observe(&bench.scenario("baseline", "")?, smuggled)?;
    // Epoch AI: 5 to 95 %.
    Ok(vec![Effect::median("smuggled chips in China at the end of 2024", Unit::Of("MH100e"), &sample, 0.064..=0.417)])
}
