//! The market: selection, capital, failure.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, Unit, firms, mean, month},
    forced_claim::ForcedClaim,
};
use redqueen::measure::record::{FirmRow, Trajectory, WorldRow};
use std::collections::BTreeSet;

const NO_UNIT: Unit = Unit::Of("");
const FIRMS: Unit = Unit::Of("firms");

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment { id: "C1", run: selection },
    Experiment { id: "C2", run: war_of_a_hundred_models },
    Experiment { id: "C3", run: momentum },
    Experiment { id: "C4", run: claim },
    Experiment { id: "C5", run: capital },
];

/// Whether usage moves to the more capable, and how far it gathers.
fn selection(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let base = bench.with(&[])?;
    let seen = bench.observe(&base, |world| {
        let last = month(world, 2032, 12);
        (
            world.outcomes.selection_within_sum > 0.0,
            last.largest_share.unwrap_or(0.0),
            last.effective_firms.unwrap_or(0.0),
        )
    })?;
    let positive: Vec<bool> = seen.iter().map(|seen| seen.0).collect();
    let largest: Vec<f64> = seen.iter().map(|seen| seen.1).collect();
    let effective: Vec<f64> = seen.iter().map(|seen| seen.2).collect();
    Ok(vec![
        Effect::share("runs in which selection within markets raises capability", &positive, 0.9..=1.0),
        Effect::median("largest share of usage in 2032", Unit::Share, &largest, 0.2..=0.45),
        Effect::median("effective firms in 2032", FIRMS, &effective, 4.0..=12.0),
    ])
}

/// Names of the firms that closed up to a month, with how they ended.
fn closed<'a>(world: &'a Trajectory, until: &'a WorldRow) -> impl Iterator<Item = (&'a str, &'a str, &'a str)> {
    let exits = world.events.iter().filter(|event| &*event.kind == "exit" && event.date <= until.date);
    exits.map(|event| (&*event.actor, event.state.as_deref().unwrap_or(""), &*event.text))
}

fn war_of_a_hundred_models(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let base = bench.with(&[])?;
    let seen = bench.observe(&base, |world| {
        let chinese = closed(world, month(world, 2024, 12)).filter(|(_, state, _)| *state == "China").count();
        let first = month(world, 2023, 12).date;
        let entries = world.events.iter().filter(|event| &*event.kind == "entry" && event.date <= first);
        let entrants: BTreeSet<&str> = entries.map(|event| &*event.actor).collect();
        let gone: BTreeSet<&str> = closed(world, month(world, 2025, 12)).map(|(name, ..)| name).collect();
        let share = entrants.intersection(&gone).count() as f64 / entrants.len() as f64;
        let broke = world.firms.iter().filter(|row| row.cash < 0.0).map(|row| &*row.firm).collect::<BTreeSet<_>>();
        let at_end = |column: fn(&FirmRow) -> f64| firms(world, 2032, 12).map(column).sum::<f64>();
        let cash = at_end(|row| row.cash) / at_end(|row| row.investment + 0.5 * row.revenue);
        (chinese as f64, share, broke.len() as f64, cash)
    })?;
    let column = |pick: fn(&(f64, f64, f64, f64)) -> f64| seen.iter().map(pick).collect::<Vec<f64>>();
    Ok(vec![
        Effect::median("Chinese exits up to 2024", FIRMS, &column(|seen| seen.0), 5.0..=20.0),
        Effect::median("entrants of 2023 gone by 2026", Unit::Share, &column(|seen| seen.1), 0.3..=0.75),
        Effect::median("firms that were ever in debt", FIRMS, &column(|seen| seen.2), 1.0..=f64::INFINITY),
        Effect::median("cash of all firms in 2032", Unit::Of("years of income"), &column(|seen| seen.3), 0.0..=1.0),
    ])
}

/// The firm with the best model in every month from 2024 on.
fn leaders(world: &Trajectory) -> Vec<String> {
    let best = |at: u32| firms(world, 2024 + at / 12, at % 12 + 1).max_by(|a, b| a.rating.total_cmp(&b.rating));
    (0..108).map(|at| best(at).map_or_else(String::new, |row| row.firm.to_string())).collect()
}

/// Investors who do not care for recent gains against those who care for little else.
fn momentum(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let (blind, keen) =
        (bench.with(&[("mechanisms.money.momentum", 0.0)])?, bench.with(&[("mechanisms.money.momentum", 3.0)])?);
    let look = |world: &Trajectory| {
        let hhi = mean(world, (2024, 1), (2032, 12), |row| row.firm_hhi.unwrap_or(0.0));
        (hhi, leaders(world), super::effort::changes_of_leader(world))
    };
    let (from, to) = (bench.observe(&blind, look)?, bench.observe(&keen, look)?);
    let hhi = |seen: &[(f64, Vec<String>, f64)]| seen.iter().map(|seen| seen.0).collect::<Vec<f64>>();
    let changes = |seen: &[(f64, Vec<String>, f64)]| seen.iter().map(|seen| seen.2).collect::<Vec<f64>>();
    let differ = |from: &[String], to: &[String]| {
        from.iter().zip(to).filter(|(from, to)| from != to).count() as f64 / from.len() as f64
    };
    let other: Vec<f64> = from.iter().zip(&to).map(|(from, to)| differ(&from.1, &to.1)).collect();
    Ok(vec![
        Effect::change("HHI of 2024 to 2032, momentum 0 to 3", &hhi(&from), &hhi(&to), 0.05..=f64::INFINITY),
        Effect::median("months with another leader, momentum 0 to 3", Unit::Share, &other, 0.05..=1.0),
        Effect::difference(
            "changes of leader before 2027, momentum 0 to 3",
            NO_UNIT,
            &changes(&from),
            &changes(&to),
            f64::NEG_INFINITY..=f64::INFINITY,
        ),
    ])
}

/// One claim of one firm at the start of 2025, all else equal.
fn claim(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let bench = bench.with_mechanism::<ForcedClaim>();
    let quiet = bench.with(&[])?;
    let loud = bench.with(&[("mechanisms.forced_claim.strength", 1.0)])?;
    let claimant = |world: &Trajectory, after: u32, column: fn(&FirmRow) -> f64| {
        firms(world, 2025, 1 + after).find(|row| &*row.firm == ForcedClaim::CLAIMANT).map_or(f64::NAN, column)
    };
    let mut effects = Vec::new();
    for (after, must) in
        [(1, 0.1..=f64::INFINITY), (3, 0.1..=f64::INFINITY), (6, 0.05..=f64::INFINITY), (11, 0.0..=f64::INFINITY)]
    {
        let money = |world: &Trajectory| claimant(world, after, |row| row.investment);
        let what = format!("the claimant's money after {after} months");
        effects.push(Effect::change(&what, &bench.observe(&quiet, money)?, &bench.observe(&loud, money)?, must));
    }
    let able = |world: &Trajectory| claimant(world, 0, |row| row.capability + row.rating);
    let (from, to) = (bench.observe(&quiet, able)?, bench.observe(&loud, able)?);
    let untouched: Vec<bool> = from.iter().zip(&to).map(|(from, to)| from.to_bits() == to.to_bits()).collect();
    effects.push(Effect::share("its capability and rating untouched in that month", &untouched, 1.0..=1.0));
    Ok(effects)
}

fn capital(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let base = bench.with(&[])?;
    let seen = bench.observe(&base, |world| {
        let largest = |state: &str, column: fn(&FirmRow) -> f64| {
            let at_home = firms(world, 2024, 12).filter(|row| &*row.state == state);
            at_home.map(column).fold(f64::NEG_INFINITY, f64::max)
        };
        let ahead = |column: fn(&FirmRow) -> f64| largest("China", column) > largest("Gulf", column);
        let year = |name: &str| {
            let (from, to) = (month(world, 2024, 1).date, month(world, 2024, 12).date);
            let rows = world.states.iter().filter(|row| &*row.state == name && row.date >= from && row.date <= to);
            rows.map(|row| row.investment).sum::<f64>() / 12.0
        };
        let revenue = firms(world, 2024, 12).find(|row| &*row.firm == "OpenAI").map_or(f64::NAN, |row| row.revenue);
        (ahead(|row| row.compute) && ahead(|row| row.investment), year("US"), year("China"), revenue)
    })?;
    let ahead: Vec<bool> = seen.iter().map(|seen| seen.0).collect();
    let column = |pick: fn(&(bool, f64, f64, f64)) -> f64| seen.iter().map(pick).collect::<Vec<f64>>();
    let money = Unit::Of("billion USD");
    Ok(vec![
        Effect::share("runs in which China's largest firm has more than the Gulf's, end of 2024", &ahead, 0.9..=1.0),
        Effect::median("money for US firms in 2024", money, &column(|seen| seen.1), 69.0..=149.0),
        Effect::median("money for Chinese firms in 2024", money, &column(|seen| seen.2), 9.0..=26.0),
        Effect::median("OpenAI's revenue a year at the end of 2024", money, &column(|seen| seen.3), 3.0..=7.0),
    ])
}
