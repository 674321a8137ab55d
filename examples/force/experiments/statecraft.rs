//! States that choose: what they do to a world that would else stand still, whether reactions end in peace or in an arms race,
//! whom others imitate, what alarms, what fog hides, and what looking ahead brings.

use super::{
    Experiment,
    bench::{Bench, Effect, Failure, Unit, mean_and_sd, month, state},
};
use redqueen::{maths::ln, measure::record::Trajectory};
use std::collections::BTreeSet;

const INF: f64 = f64::INFINITY;

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment { id: "S1", run: who_chooses_against_who_stays },
    Experiment { id: "S2", run: strong_and_weak_reactions },
    Experiment { id: "S3", run: imitation },
    Experiment { id: "S4", run: alarm },
    Experiment { id: "S5", run: fog },
    Experiment { id: "S6", run: look_ahead },
];

/// Those who choose in the scenario `statecraft`: who reacts, and who imitates.
const REACTING: [&str; 3] = ["US", "China", "EU"];
const IMITATING: [&str; 5] = ["UK", "Japan", "India", "Gulf", "South Korea"];

/// The same line for each of some strategists, as a config.
fn each(names: &[&str], line: &str) -> String {
    names.iter().map(|name| format!("[[strategists]]\nname = \"{name}\"\n{line}\n")).collect()
}

/// How hostile a state stands at the end.
fn hostility(world: &Trajectory, name: &str) -> f64 {
    state(world, name, 2032, 12).hostility.unwrap_or(f64::NAN)
}

/// The same in the mean of some.
fn mean_hostility(world: &Trajectory, names: &[&str]) -> f64 {
    mean_and_sd(&names.iter().map(|name| hostility(world, name)).collect::<Vec<_>>()).0
}

fn trust_abroad(world: &Trajectory, name: &str) -> f64 {
    state(world, name, 2032, 12).trust_abroad.unwrap_or(f64::NAN)
}

/// The world's output at the end.
fn output(world: &Trajectory) -> f64 {
    world.world.last().map_or(f64::NAN, |row| row.output)
}

/// Events of a kind of these states.
fn events(world: &Trajectory, kind: &str, of: &[&str]) -> f64 {
    world.events.iter().filter(|event| &*event.kind == kind && of.contains(&&*event.actor)).count() as f64
}

fn column<const N: usize>(seen: &[[f64; N]], at: usize) -> Vec<f64> {
    seen.iter().map(|seen| seen[at]).collect()
}

fn who_chooses_against_who_stays(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let look = |world: &Trajectory| {
        let power = |name| state(world, name, 2032, 12).power;
        let [us, china] = ["US", "China"].map(|name| hostility(world, name));
        let trust = trust_abroad(world, "China");
        [us, china, trust, state(world, "China", 2032, 12).soft_power, power("US"), power("China"), output(world)]
    };
    let of = |text: &str| bench.observe(&bench.scenario("statecraft", text)?, look);
    let everybody: Vec<_> = REACTING.into_iter().chain(IMITATING).collect();
    let (stays, chooses) = (of(&each(&everybody, "rule = \"fixed\""))?, of("")?);
    let difference = |what: &str, unit, at, must| {
        Effect::difference(what, Unit::Of(unit), &column(&stays, at), &column(&chooses, at), must)
    };
    let change = |what: &str, at| Effect::change(what, &column(&stays, at), &column(&chooses, at), -INF..=INF);
    Ok(vec![
        difference("hostility of the US in 2032, where states choose against where they stay", "of 1", 0, -INF..=INF),
        // What it lacks of the self-sufficiency that it aims at is a grievance.
        difference("hostility of China", "of 1", 1, 0.05..=INF),
        difference("China's mean trust with others", "of 1", 2, -INF..=-0.01),
        change("China's soft power", 3),
        change("the US's share of power", 4),
        change("China's share of power", 5),
        change("the world's output", 6),
    ])
}

/// Richardson's two cases, without grievances and bias, so that nothing but reactions and fatigue is at work.
fn strong_and_weak_reactions(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let look = |world: &Trajectory| {
        let china = state(world, "China", 2032, 12);
        let both = mean_hostility(world, &["US", "China"]);
        [both, trust_abroad(world, "China"), china.compute, output(world)]
    };
    let of = |reaction: f64| {
        let line = format!("grievance = 0.0\nfatigue = 0.4\nreaction = {reaction}");
        let text = format!("mechanisms.statecraft.fog_bias = 0.0\n{}", each(&REACTING, &line));
        bench.observe(&bench.scenario("statecraft", &text)?, look)
    };
    let (weak, strong) = (of(0.1)?, of(0.8)?);
    let change = |what: &str, at, must| Effect::change(what, &column(&weak, at), &column(&strong, at), must);
    Ok(vec![
        Effect::median(
            "hostility of the US and China in 2032, reactions a fourth of fatigues",
            Unit::Of("of 1"),
            &column(&weak, 0),
            0.0..=0.1,
        ),
        Effect::median("the same, reactions twice the fatigues", Unit::Of("of 1"), &column(&strong, 0), 0.9..=1.0),
        Effect::difference(
            "China's mean trust with others, strong reactions against weak",
            Unit::Of("of 1"),
            &column(&weak, 1),
            &column(&strong, 1),
            -INF..=-0.05,
        ),
        change("China's compute, strong reactions against weak", 2, -INF..=-0.05),
        change("the world's output, strong reactions against weak", 3, -INF..=INF),
    ])
}

/// Who imitates takes up what others have, so that fewer postures are left among third states.
fn imitation(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let look = |world: &Trajectory| {
        // A posture has a hostility of its own.
        let held: BTreeSet<_> = IMITATING.iter().map(|name| hostility(world, name).to_bits()).collect();
        [held.len() as f64, mean_hostility(world, &IMITATING), events(world, "posture", &IMITATING)]
    };
    let of = |line: &str| bench.observe(&bench.scenario("statecraft", &each(&IMITATING, line))?, look);
    let (stay, imitate) = (of("rule = \"fixed\"")?, of("")?);
    let difference = |what: &str, unit, at, must| {
        Effect::difference(what, Unit::Of(unit), &column(&stay, at), &column(&imitate, at), must)
    };
    Ok(vec![
        difference("postures that third states hold in 2032, imitating against staying", "postures", 0, -INF..=-0.5),
        difference("their mean hostility", "of 1", 1, -INF..=INF),
        difference("times that they take up another", "", 2, 1.0..=INF),
    ])
}

/// A rule on chips is answered at once, not at the next yearly review.
fn alarm(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    // From the rule on, a month to see it, and the patience of three.
    let look = |world: &Trajectory| {
        let months = month(world, 2026, 1).date..=month(world, 2026, 5).date;
        let of_china = world.events.iter().filter(|event| months.contains(&event.date) && &*event.actor == "China");
        of_china.filter(|event| matches!(&*event.kind, "review" | "posture")).count() as f64
    };
    let rule = "[[policies]]\nname = \"India denies chips\"\nstate = \"India\"\nlever = \"control\"\nwhat = [\"chips\"]\nagainst = [\"China\"]\nfrom = \"2026-01\"\nvalue = 0.8";
    let of = |text: &str| bench.observe(&bench.scenario("statecraft", text)?, look);
    let (free, ruled) = (of("")?, of(rule)?);
    let reviewed: Vec<bool> = ruled.iter().map(|reviews| *reviews > 0.0).collect();
    Ok(vec![
        Effect::share(
            "runs in which China reviews its posture within its patience of a new rule on chips",
            &reviewed,
            0.95..=1.0,
        ),
        Effect::difference(
            "reviews of China in those months, with the rule",
            Unit::Of("reviews"),
            &free,
            &ruled,
            0.2..=INF,
        ),
    ])
}

fn fog(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    let of = |sigma: f64| {
        let scenario = bench.of("statecraft", &[("mechanisms.statecraft.fog_sigma", sigma)])?;
        bench.observe(&scenario, |world| events(world, "posture", &REACTING))
    };
    let (clear, foggy) = (of(0.0)?, of(0.3)?);
    let what = "changes of posture of those who react, σ of fog 0.3 against 0";
    Ok(vec![Effect::change(what, &clear, &foggy, 0.05..=INF)])
}

/// The US looks ahead, and wants one thing: it ends with more of it than where it stays as it started.
fn look_ahead(bench: &Bench) -> Result<Vec<Effect>, Failure> {
    // Each review lives through a hundred months and more.
    let bench = bench.fewer(5);
    let look = |world: &Trajectory| {
        let us = state(world, "US", 2032, 12);
        let lead = ln(us.power) - ln(state(world, "China", 2032, 12).power);
        [us.power, lead, us.output, hostility(world, "US")]
    };
    let of = |line: &str| bench.observe(&bench.scenario("statecraft", &each(&["US"], line))?, look);
    let wanting = |weight: &str| {
        let all = ["output", "power", "lead", "welfare", "risk"];
        let lines = all.map(|known| format!("weight_{known} = {}\n", if known == weight { 1.0 } else { 0.0 }));
        of(&format!("rule = \"look_ahead\"\npostures = [\"open\", \"hedge\", \"race\", \"deny\"]\n{}", lines.concat()))
    };
    let (stays, reacts) = (of("rule = \"fixed\"")?, of("")?);
    let (power, lead, wealth) = (wanting("power")?, wanting("lead")?, wanting("output")?);
    let change =
        |what: &str, to: &[[f64; 4]], at, must| Effect::change(what, &column(&stays, at), &column(to, at), must);
    let difference = |what: &str, unit, from: &[[f64; 4]], to: &[[f64; 4]], at, must| {
        Effect::difference(what, Unit::Of(unit), &column(from, at), &column(to, at), must)
    };
    let hostility = |what: &str, to: &[[f64; 4]]| difference(what, "of 1", &reacts, to, 3, -INF..=INF);
    Ok(vec![
        change("the US's share of power, looking ahead for power against staying", &power, 0, 0.0..=INF),
        difference("its lead in power over China, looking ahead for that", "nats", &stays, &lead, 1, 0.0..=INF),
        change("its output, looking ahead for output", &wealth, 2, -INF..=INF),
        hostility("hostility of the US, looking ahead for power against reacting", &power),
        hostility("the same, looking ahead for a lead", &lead),
        hostility("the same, looking ahead for output", &wealth),
    ])
}
