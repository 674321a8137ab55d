//! Society: rights, safety, access, domains.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, Unit, mean, month, state},
};
use redqueen::{
    measure::record::{StateRow, Trajectory},
    scenario::{SafetyRule, Scenario},
};

const INFINITY: f64 = f64::INFINITY;

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] =
    &[Experiment { id: "C6", run: rights_and_floors }, Experiment { id: "C7", run: access_and_domains }];

fn welfare(world: &Trajectory) -> f64 {
    world.outcomes.welfare_end
}

/// Mean of welfare over the months: what is lost for a while counts too.
fn mean_welfare(world: &Trajectory) -> f64 {
    world.world.iter().map(|row| row.welfare).sum::<f64>() / world.world.len() as f64
}

fn end_of<'a>(world: &'a Trajectory, name: &str) -> &'a StateRow {
    state(world, name, 2032, 12)
}

fn everywhere(mut scenario: Scenario, change: impl Fn(&mut redqueen::scenario::StateNumbers)) -> Scenario {
    scenario.states.iter_mut().for_each(|state| change(&mut state.numbers));
    scenario
}

/// Every firm with this rule; in a race a rival's win is half as bad as a disaster, as the mechanism has it.
fn all_by(mut scenario: Scenario, rule: SafetyRule) -> Scenario {
    scenario.firms.iter_mut().for_each(|firm| firm.safety = rule);
    scenario
}

/// How much effort for safety costs, and how often a disaster comes that hits everybody.
#[derive(Clone, Copy)]
struct Stakes {
    safety_cost: f64,
    systemic_per_year: f64,
}

/// As the model has them.
const STAKES: Stakes = Stakes { safety_cost: 0.5, systemic_per_year: 0.02 };

/// A floor of safety effort in these states from 2024 on, over a race of all firms. Losses have a lighter tail and the same
/// mean, so that fewer worlds tell.
fn floor(bench: &Bench, states: &[&str], value: f64, stakes: Stakes) -> Result<Scenario, Failure> {
    let policy = |state: &&str| {
        format!(
            "[[policies]]\nname = \"Floor {state}\"\nstate = \"{state}\"\nlever = \"safety_floor\"\nfrom = \"2024-01\"\nvalue = {value}\n"
        )
    };
    let text: String = states.iter().map(policy).collect();
    let mut scenario = bench.scenario("baseline", &text)?;
    scenario.set("mechanisms.research.safety_cost", stakes.safety_cost)?;
    scenario.set("mechanisms.incidents.systemic_per_year", stakes.systemic_per_year)?;
    scenario.set("mechanisms.incidents.systemic_tail", 2.5)?;
    scenario.set("mechanisms.incidents.systemic_loss", 0.018)?;
    Ok(all_by(scenario, SafetyRule::Race))
}

/// What rights cost and bring, and where floors of safety beat a race.
fn rights_and_floors(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let mut effects = rights(bench)?;
    let all: Vec<String> = bench.with(&[])?.states.into_iter().map(|state| state.name).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    for (safety_cost, systemic_per_year, must) in [
        (0.2, 0.05, Some(0.0..=INFINITY)),
        (0.5, 0.05, None),
        (0.2, 0.02, None),
        (0.5, 0.02, None),
        (1.0, 0.02, Some(-INFINITY..=0.0)),
    ] {
        let stakes = Stakes { safety_cost, systemic_per_year };
        let race = bench.observe(&floor(bench, &[], 0.0, stakes)?, mean_welfare)?;
        let floors = bench.observe(&floor(bench, &all, 0.3, stakes)?, mean_welfare)?;
        let what = format!(
            "mean welfare, floors of 0.3 everywhere against a race (cost {safety_cost}, disasters {systemic_per_year} a year)"
        );
        let range = must.clone().unwrap_or(-INFINITY..=INFINITY);
        effects.push(stated(Effect::difference(&what, Unit::Of("ln"), &race, &floors, range), must.is_some()));
    }
    let risk = |world: &Trajectory| world.outcomes.systemic_risk;
    let race = bench.observe(&floor(bench, &[], 0.0, STAKES)?, risk)?;
    let most: Vec<&str> = all.iter().copied().filter(|name| *name != "US").collect();
    let together = bench.observe(&floor(bench, &all, 0.3, STAKES)?, risk)?;
    let outside = bench.observe(&floor(bench, &most, 0.3, STAKES)?, risk)?;
    effects.push(Effect::change("systemic risk with floors of 0.3 everywhere", &race, &together, -1.0..=-0.1));
    let kept: Vec<f64> = race.iter().zip(&outside).zip(&together).map(|((r, o), t)| (r - o) / (r - t)).collect();
    effects.push(Effect::median("part of that if the US stays outside", Unit::Share, &kept, -INFINITY..=0.5));
    let today = bench.observe(&bench.with(&[])?, risk)?;
    let racing = bench.observe(&all_by(bench.with(&[])?, SafetyRule::Race), risk)?;
    effects.push(stated(
        Effect::change(
            "systemic risk in a race against today's voluntary effort",
            &today,
            &racing,
            -INFINITY..=INFINITY,
        ),
        false,
    ));
    Ok(effects)
}

/// An effect that is stated, whatever it comes to, unless it `must` hold.
fn stated(effect: Effect, must: bool) -> Effect {
    if must { effect } else { effect.even_by_luck() }
}

fn rights(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let with = |share: f64| Ok::<_, Failure>(everywhere(bench.with(&[])?, |state| state.rights_protection = share));
    let (none, full) = (with(0.1)?, with(0.9)?);
    let see = |world: &Trajectory| {
        let frontier = mean(world, (2026, 1), (2032, 12), |row| row.frontier_capability.unwrap_or(f64::NAN));
        [frontier, world.outcomes.adoption_end, welfare(world)]
    };
    let (from, to) = (bench.observe(&none, see)?, bench.observe(&full, see)?);
    let column = |rows: &[[f64; 3]], at: usize| rows.iter().map(|row| row[at]).collect::<Vec<_>>();
    Ok(vec![
        Effect::difference(
            "the frontier under rights of 0.9 against 0.1, mean of 2026 to 2032",
            Unit::Of("nats"),
            &column(&from, 0),
            &column(&to, 0),
            -INFINITY..=-0.05,
        ),
        Effect::change("adoption under rights of 0.9 against 0.1", &column(&from, 1), &column(&to, 1), 0.01..=INFINITY),
        Effect::difference(
            "welfare under rights of 0.9 against 0.1",
            Unit::Of("ln"),
            &column(&from, 2),
            &column(&to, 2),
            0.0..=INFINITY,
        ),
    ])
}

/// What a nat of distance does to third countries, and what a head start in each domain pays in.
fn access_and_domains(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let see = |world: &Trajectory| {
        let third = |row: &&StateRow| !["US", "China"].contains(&&*row.state);
        let date = month(world, 2032, 12).date;
        let rows = world.states.iter().filter(|row| row.date == date).filter(third);
        let effect: f64 = rows.clone().map(|row| row.output * (1.0 - 1.0 / (1.0 + row.output_effect))).sum();
        [world.outcomes.adoption_third_countries_end.unwrap_or(0.0), effect]
    };
    let base = bench.observe(&bench.with(&[])?, see)?;
    let mut effects = Vec::new();
    for (penalty, adoption) in [(0.0, 0.01..=INFINITY), (2.0, -INFINITY..=-0.01)] {
        let other = bench.observe(&bench.with(&[("mechanisms.values.foreign_penalty", penalty)])?, see)?;
        for (at, name) in [(0, "adoption"), (1, "what AI adds to output")] {
            let [from, to] = [&base, &other].map(|rows| rows.iter().map(|row| row[at]).collect::<Vec<_>>());
            let what = format!("{name} in third countries with a foreign penalty of {penalty} nats");
            effects.push(Effect::change(&what, &from, &to, adoption.clone()));
        }
    }
    effects.extend(domains(bench)?);
    Ok(effects)
}

/// Firms of the follower have data at home that put them half a nat ahead in a domain.
fn ahead_in(bench: &Bench, domain: &str) -> Result<Scenario, Failure> {
    let mut scenario = bench.with(&[])?;
    let place = scenario.domains.iter().position(|name| name == domain).ok_or("no such domain")?;
    let follower = scenario.comparison.follower;
    scenario.states[follower].endowment[place] += 0.5;
    Ok(scenario)
}

fn domains(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let see = |world: &Trajectory| {
        let rows = world.states.iter().filter(|row| &*row.state == "China").skip(60);
        let (mut sums, mut n) = ([0.0; 3], 0.0);
        for row in rows {
            n += 1.0;
            for (sum, part) in sums.iter_mut().zip([row.output_effect, row.hard_power, row.soft_power]) {
                *sum += part;
            }
        }
        sums.map(|sum| sum / n)
    };
    let mut effects = Vec::new();
    let seen = |domain: &str| bench.observe(&ahead_in(bench, domain)?, see);
    let (coding, agentic, mobile, speech) = (seen("coding")?, seen("agentic")?, seen("mobile")?, seen("speech")?);
    let column = |rows: &[[f64; 3]], at: usize| rows.iter().map(|row| row[at]).collect::<Vec<_>>();
    for (what, from, to, at) in [
        ("what AI adds to China's output, a head start in coding against one in speech", &speech, &coding, 0),
        ("China's hard power, a head start in agentic against one in mobile", &mobile, &agentic, 1),
        ("China's soft power, a head start in mobile against one in agentic", &agentic, &mobile, 2),
    ] {
        effects.push(Effect::change(what, &column(from, at), &column(to, at), 0.01..=INFINITY));
    }
    let share = |world: &Trajectory| end_of(world, "India").output_effect;
    let (plain, worth) = (bench.with(&[])?, {
        let mut scenario = bench.with(&[])?;
        scenario.worth.output.iter_mut().for_each(|value| *value = 1.0);
        scenario
    });
    let what = "what AI adds to India's output, by the worth of its domains against all alike";
    effects.push(Effect::change(
        what,
        &bench.observe(&worth, share)?,
        &bench.observe(&plain, share)?,
        -INFINITY..=-0.01,
    ));
    Ok(effects)
}
