//! Effort: a follower's own work, who leads, openness, and what was observed.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, Unit, firms, mean, month, state},
    scaled_compute::ScaledCompute,
};
use redqueen::measure::record::{FirmRow, StateRow, Trajectory, WorldRow};

const POINTS: Unit = Unit::Of("points");

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment { id: "A1", run: own_effort },
    Experiment { id: "A2", run: who_leads },
    Experiment { id: "A3", run: rank_and_openness },
    Experiment { id: "A4", run: observed },
    Experiment { id: "A5", run: no_finish_line },
    Experiment { id: "A6", run: spread },
    Experiment { id: "C8", run: openness },
];

/// China's talent and compute against its own capability and the gap.
fn own_effort(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let capability = |world: &Trajectory| state(world, "China", 2032, 12).capability.unwrap_or(f64::NAN);
    let base = bench.with(&[])?;
    let idle = bench.with(&[("states.China.talent", 0.1)])?;
    let from = bench.observe(&base, capability)?;
    let to = bench.observe(&idle, capability)?;
    let gap = |world: &Trajectory| mean(world, (2026, 1), (2026, 12), |row| row.gap_rating.unwrap_or(f64::NAN));
    let gaps = bench.observe(&base, gap)?;
    let mut effects = vec![Effect::difference(
        "China's capability in 2032 with a tenth of its talent",
        Unit::Of("nats"),
        &from,
        &to,
        f64::NEG_INFINITY..=-1.0,
    )];
    let scaling = bench.with_mechanism::<ScaledCompute>();
    for (factor, must) in [(0.4, 10.0..=f64::INFINITY), (2.8, f64::NEG_INFINITY..=-10.0)] {
        let what = format!("gap of 2026 with China's compute × {factor} from 2025 on");
        let scaled = scaling.with(&[("mechanisms.scaled_compute.factor", factor)])?;
        let to = scaling.observe(&scaled, gap)?;
        effects.push(Effect::difference(&what, POINTS, &gaps, &to, must));
    }
    Ok(effects)
}

fn best_firm<'a>(rows: impl Iterator<Item = &'a FirmRow>) -> Option<&'a FirmRow> {
    rows.max_by(|a, b| a.rating.total_cmp(&b.rating))
}

/// Changes of leader before 2027: another firm leads by more than seven points.
pub fn changes_of_leader(world: &Trajectory) -> f64 {
    const HYSTERESIS: f64 = 7.0;
    let mut leader: Option<String> = None;
    let mut changes = 0;
    for at in 0..48 {
        let rows: Vec<&FirmRow> = firms(world, 2023 + at / 12, at % 12 + 1).collect();
        let Some(best) = best_firm(rows.iter().copied()) else { continue };
        let rating =
            leader.as_deref().and_then(|name| rows.iter().find(|row| &*row.firm == name)).map(|row| row.rating);
        if rating.is_none_or(|rating| best.rating > rating + HYSTERESIS) {
            changes += u32::from(leader.is_some());
            leader = Some(best.firm.to_string());
        }
    }
    f64::from(changes)
}

fn who_leads(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let base = bench.with(&[])?;
    let seen = bench.observe(&base, |world| {
        let led = (1..=12).filter(|m| best_firm(firms(world, 2023, *m)).is_some_and(|best| &*best.firm == "OpenAI"));
        (changes_of_leader(world), led.count() > 6)
    })?;
    let (changes, led): (Vec<f64>, Vec<bool>) = seen.into_iter().unzip();
    Ok(vec![
        Effect::median("changes of leader before 2027", Unit::Of(""), &changes, 3.0..=f64::INFINITY),
        Effect::share("runs in which OpenAI leads most of 2023", &led, 0.5..=1.0),
    ])
}

fn rank_and_openness(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let base = bench.with(&[])?;
    let seen = bench.observe(&base, |world| {
        let date = month(world, 2025, 6).date;
        let rating = |row: &&StateRow| row.rating.unwrap_or(f64::NEG_INFINITY);
        let mut states: Vec<_> = world.states.iter().filter(|row| row.date == date).collect();
        states.sort_by(|a, b| rating(b).total_cmp(&rating(a)));
        let second = states.get(1).is_some_and(|row| &*row.state == "China");
        let chinese = |year, month| {
            let open = best_firm(firms(world, year, month).filter(|row| row.open));
            open.is_some_and(|row| &*row.state == "China")
        };
        let meta = firms(world, 2024, 12).any(|row| &*row.firm == "Meta" && row.open);
        [second, chinese(2024, 12), chinese(2025, 6), meta]
    })?;
    let column = |at: usize| seen.iter().map(|seen| seen[at]).collect::<Vec<_>>();
    Ok(vec![
        Effect::share("runs in which China is second by mid-2025", &column(0), 0.5..=1.0),
        // It was so, in the last days of the year (DeepSeek-V3): no model may hold that for next to impossible.
        Effect::share("runs in which the best open model is Chinese at the end of 2024", &column(1), 0.05..=1.0),
        Effect::share("runs in which the best open model is Chinese by mid-2025", &column(2), 0.5..=1.0),
        Effect::share("runs in which Meta is open at the end of 2024", &column(3), 0.5..=1.0),
    ])
}

/// Ratings as the public leaderboards had them; the errors are those of the months' spread.
fn observed(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let base = bench.with(&[])?;
    let gap = |from, to| move |world: &Trajectory| mean(world, from, to, |row| row.gap_rating.unwrap_or(f64::NAN));
    let mut effects = Vec::new();
    for (what, from, to, value, error) in [
        ("rating gap in 2023-05", (2023, 5), (2023, 5), 304.0, 30.0),
        ("rating gap, mean of 2023-05 to 10", (2023, 5), (2023, 10), 265.0, 15.0),
        ("rating gap in 2024-01", (2024, 1), (2024, 1), 122.0, 20.0),
        ("rating gap, mean of 2024-02 to 06", (2024, 2), (2024, 6), 83.0, 14.0),
        ("rating gap, mean of 2024-07 to 12", (2024, 7), (2024, 12), 66.0, 6.0),
        ("rating gap in 2024-12", (2024, 12), (2024, 12), 58.0, 15.0),
    ] {
        effects.push(Effect::observed(what, POINTS, &bench.observe(&base, gap(from, to))?, value, error));
    }
    let year = |column: fn(&WorldRow) -> Option<f64>| {
        move |world: &Trajectory| mean(world, (2024, 1), (2024, 12), |row| column(row).unwrap_or(f64::NAN))
    };
    let open = bench.observe(&base, year(|row| row.open_gap_rating))?;
    effects.push(Effect::observed("closed less open, mean of 2024", POINTS, &open, 70.0, 10.0));
    let lag = bench.observe(&base, year(|row| row.gap_months))?;
    effects.push(Effect::observed("China's lag, mean of 2024", Unit::Of("months"), &lag, 7.4, 1.5));
    let index_per_nat = base.number("mechanisms.releases.index_slope")?;
    let index = bench.observe(&base, |world| {
        index_per_nat * mean(world, (2023, 11), (2024, 12), |row| row.gap_nats.unwrap_or(f64::NAN))
    })?;
    let what = "gap on the capability index, mean of 2023-11 to 2024-12";
    effects.push(Effect::observed(what, Unit::Of("index points"), &index, 7.64, 2.0));
    let gain = bench.observe(&base, |world| {
        let rating = |year, m| month(world, year, m).frontier_rating.unwrap_or(f64::NAN);
        rating(2024, 12) - rating(2023, 12)
    })?;
    effects.push(Effect::observed("gain of the frontier in 2024", POINTS, &gain, 136.0, 15.0));
    Ok(effects)
}

fn no_finish_line(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let base = bench.with(&[])?;
    let mut effects = Vec::new();
    for year in [2025, 2027, 2029, 2032] {
        let gain = bench.observe(&base, |world| {
            let rating = |year| month(world, year, 12).frontier_rating.unwrap_or(f64::NAN);
            rating(year) - rating(year - 1)
        })?;
        effects.push(Effect::median(&format!("gain of the frontier in {year}"), POINTS, &gain, 60.0..=200.0));
    }
    Ok(effects)
}

fn spread(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let gap = bench.observe(&bench.with(&[])?, |world| month(world, 2026, 12).gap_rating.unwrap_or(f64::NAN))?;
    let width = super::bench::quantile(&gap, 0.95) - super::bench::quantile(&gap, 0.05);
    Ok(vec![Effect::median("90 % band of the gap at the end of 2026", POINTS, &[width], 66.0..=f64::INFINITY)])
}

fn openness(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let gap = |world: &Trajectory| mean(world, (2026, 1), (2026, 12), |row| row.gap_rating.unwrap_or(f64::NAN));
    let base = bench.observe(&bench.with(&[])?, gap)?;
    let closed = bench.observe(&bench.scenario("all-closed", "")?, gap)?;
    let open = bench.observe(&bench.scenario("all-open", "")?, gap)?;
    Ok(vec![
        Effect::difference("gap of 2026 where all are closed", POINTS, &base, &closed, 1.0..=f64::INFINITY),
        Effect::difference("gap of 2026 where all are open", POINTS, &base, &open, f64::NEG_INFINITY..=-1.0),
    ])
}
