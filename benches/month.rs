//! Speed of a month and of a batch, as ratios: `cargo bench --bench month`.
//!
//! A month of the world against the same month written by hand over flat arrays, taken in turns in one process; then the
//! baseline: its month, its records, building it, and batches of it.

mod by_hand;

use bevy_ecs::schedule::Schedule;
use by_hand::{Flat, assert_same, end_month, scenario, step_world};
use redqueen::{
    experiment::{
        Gather,
        plan::{Job, Plan},
        runner::{Simulate, run_batch},
    },
    measure::record::{Record, Trajectory},
    model::{Model, Seed, Simulation},
    output::{
        batch::{Batch, BatchScenario},
        encode::{Encode, Form},
    },
    scenario::Scenario,
};
use std::{hint::black_box, sync::atomic::AtomicBool, time::Instant};

const SEED: Seed = Seed { master: 1, replicate: 0 };
const MONTHS: u32 = 24;

fn main() {
    // `cargo test --all-targets` starts benches too, without this flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    if std::env::args().any(|argument| argument == "profile") {
        return profile();
    }
    println!("A month of the world against the same month by hand, medians");
    println!("{:>8} {:>7} {:>14} {:>14} {:>6}", "firms", "rounds", "world ns/firm", "hand ns/firm", "ratio");
    for (firms, rounds) in [(40, 301), (400, 61), (4_000, 15), (10_000, 7)] {
        compare(firms, rounds);
    }
    baseline();
}

fn time<T>(what: impl FnOnce() -> T) -> f64 {
    let started = Instant::now();
    black_box(what());
    started.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn compare(firms: usize, rounds: usize) {
    let mut simulation = Model::standard().simulate(&scenario(firms)).unwrap();
    let (mut world, mut hand, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut flat = Flat::new(&mut simulation, SEED);
        let by_world = time(|| (0..MONTHS).for_each(|_| step_world(&mut simulation)));
        let by_hand = time(|| (0..MONTHS).for_each(|_| flat.step()));
        assert_same(&mut simulation, &flat);
        world.push(by_world);
        hand.push(by_hand);
        ratios.push(by_world / by_hand);
    }
    let each = 1e9 / f64::from(MONTHS) / firms as f64;
    let (world, hand, ratio) = (median(world) * each, median(hand) * each, median(ratios));
    println!("{firms:>8} {rounds:>7} {world:>14.0} {hand:>14.0} {ratio:>6.2}");
}

/// The shortest time of each of these, taken in turns.
fn in_turns<const N: usize>(rounds: usize, mut tasks: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut shortest = [f64::INFINITY; N];
    for _ in 0..rounds {
        for (shortest, task) in shortest.iter_mut().zip(&mut tasks) {
            *shortest = shortest.min(time(task));
        }
    }
    shortest
}

/// Where the time of a baseline month goes, by mechanism: `cargo bench --bench month -- profile`. The month is taken apart
/// into schedules of one mechanism and phase each, which run in their order; what an empty schedule takes is taken off.
fn profile() {
    let scenario = redqueen::baseline();
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    let mut parts = Model::standard().month_in_parts(&scenario);
    let mut spent = vec![Vec::new(); parts.len()];
    let (mut empty, mut idle) = (Schedule::default(), Vec::new());
    for replicate in 0..REPLICATES {
        simulation.reset(Seed { master: scenario.seed, replicate });
        for _ in 0..scenario.time.months {
            for ((_, part), spent) in parts.iter_mut().zip(&mut spent) {
                spent.push(time(|| part.run(simulation.world_mut())));
            }
            idle.push(time(|| empty.run(simulation.world_mut())));
            end_month(&mut simulation);
        }
    }
    let idle = median(idle);
    let mut mechanisms: Vec<(&str, f64)> = Vec::new();
    for ((name, _), spent) in parts.iter().zip(spent) {
        let seconds = median(spent) - idle;
        match mechanisms.iter_mut().find(|(other, _)| other == name) {
            Some((_, sum)) => *sum += seconds,
            None => mechanisms.push((name, seconds)),
        }
    }
    mechanisms.sort_by(|a, b| b.1.total_cmp(&a.1));
    let whole: f64 = mechanisms.iter().map(|(_, seconds)| seconds).sum();
    println!("The baseline's month by mechanism, medians; an empty schedule took {:.2} µs", idle * 1e6);
    for (name, seconds) in mechanisms {
        println!("{name:>20} {:8.2} µs {:5.1} %", seconds * 1e6, seconds / whole * 100.0);
    }
    println!("{:>20} {:8.2} µs", "all", whole * 1e6);
}

/// Runs of a turn.
const REPLICATES: u64 = 4;

fn baseline() {
    let scenario = redqueen::baseline();
    let months = f64::from(scenario.time.months);
    let record = Record::of(&["world", "states"]);
    let plan = Plan::replicates(1, REPLICATES);
    let worlds = Worlds { scenario: scenario.clone(), record: record.clone() };
    let mut simulations = [(); 5].map(|()| Model::standard().simulate(&scenario).unwrap());
    let [bare, none, kept, encoded, reset] = &mut simulations;
    let seeds = || (0..REPLICATES).map(|replicate| Seed { master: scenario.seed, replicate });
    let jobs = || (0..REPLICATES).filter_map(|run| plan.job(run));
    let batch = batch_of(&worlds);
    let form = Form::new(&batch);
    let encode = Encode { simulate: &worlds, form: &form, stored: None };
    let [built, times @ ..] = in_turns(
        21,
        [
            &mut || drop(black_box(Model::standard().simulate(&scenario).unwrap())),
            &mut || seeds().for_each(|seed| reset.reset(seed)),
            &mut || {
                for seed in seeds() {
                    bare.reset(seed);
                    (0..scenario.time.months).for_each(|_| step_world(bare));
                }
            },
            &mut || seeds().for_each(|seed| drop(black_box(none.run(seed, Record::NONE)))),
            &mut || seeds().for_each(|seed| drop(black_box(kept.run(seed, record.clone())))),
            &mut || jobs().for_each(|job| drop(black_box(encode.run(encoded, &job)))),
        ],
    );
    let [reset, lived, outcomes, rows, bytes] = times.map(|seconds| seconds / REPLICATES as f64);
    let month = bytes / months;
    println!("\nThe baseline, {months} months, world and states recorded");
    println!("a month, all in                {:8.2} µs", month * 1e6);
    println!("  living it                    {:8.2} µs {:5.1} %", lived / months * 1e6, lived / bytes * 100.0);
    println!(
        "  outcomes                     {:8.2} µs {:5.1} %",
        (outcomes - lived) / months * 1e6,
        (outcomes - lived) / bytes * 100.0
    );
    println!(
        "  keeping rows                 {:8.2} µs {:5.1} %",
        (rows - outcomes) / months * 1e6,
        (rows - outcomes) / bytes * 100.0
    );
    println!(
        "  encoding them                {:8.2} µs {:5.1} %",
        (bytes - rows) / months * 1e6,
        (bytes - rows) / bytes * 100.0
    );
    println!("building a world               {:8.2} months of it", built / month);
    println!("starting a run again           {:8.2} months of it", reset / month);
    branches(&scenario, lived / months);
    batches(&worlds);
}

/// What it takes to branch a world in the middle of its run, in months of it that are lived and not recorded.
fn branches(scenario: &Scenario, month: f64) {
    let mut simulation = Model::standard().simulate(scenario).unwrap();
    simulation.reset(SEED);
    let middle = scenario.time.months / 2;
    (0..middle).for_each(|_| assert!(simulation.live_month().unwrap()));
    let fork = simulation.snapshot().unwrap();
    let (mut taken, mut back) = (Vec::new(), Vec::new());
    for _ in 0..101 {
        taken.push(time(|| simulation.snapshot().unwrap()));
        // Firms have come and gone by then.
        (0..MONTHS).for_each(|_| assert!(simulation.live_month().unwrap()));
        back.push(time(|| simulation.restore(&fork).unwrap()));
    }
    println!("taking a snapshot              {:8.2} months of it", median(taken) / month);
    println!("putting it back                {:8.2} months of it", median(back) / month);
}

fn batches(worlds: &Worlds) {
    println!("\nBatches of the baseline, world and states recorded, runs a second");
    println!(
        "{:>8} {:>10} {:>10} {:>12} {:>17} {:>10}",
        "threads", "lived", "encoded", "with files", "with quantiles", "writing"
    );
    for threads in [1, 2] {
        let lived = || {
            run_batch(worlds, &Plan::replicates(1, RUNS), threads, &mut [], &AtomicBool::new(false)).expect("a batch");
        };
        let engine = || {
            let batch = batch_of(worlds);
            let form = Form::new(&batch);
            let encode = Encode { simulate: worlds, form: &form, stored: None };
            run_batch(&encode, &Plan::replicates(1, RUNS), threads, &mut [], &AtomicBool::new(false)).expect("a batch");
        };
        let [lived, engine, files, quantiles] = in_turns(
            9,
            [&mut || lived(), &mut || engine(), &mut || to_files(threads, false), &mut || to_files(threads, true)],
        )
        .map(|seconds| RUNS as f64 / seconds);
        let writing = 100.0 * (1.0 - files / lived);
        println!("{threads:>8} {lived:>10.1} {engine:>10.1} {files:>12.1} {quantiles:>17.1} {writing:>8.1} %");
    }
}

const RUNS: u64 = 100;

fn batch_of(worlds: &Worlds) -> Batch {
    let scenario = &worlds.scenario;
    let variant = BatchScenario::new("baseline", scenario, scenario.to_json(), String::new());
    Batch { quantiles: None, ..Batch::plain("baseline", scenario.seed, RUNS, worlds.record.clone(), vec![variant]) }
}

fn to_files(threads: usize, quantiles: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let study =
        Model::standard().study("baseline").and_then(|study| study.record(["world", "states"])).expect("a study");
    let study = study.runs(RUNS as u32).quantiles(quantiles.then_some(Gather::ByPoint));
    study.threads(threads).estimates(false).run_into(folder.path().join("batch")).expect("a batch");
}

/// The baseline, for the engine's parts.
struct Worlds {
    scenario: Scenario,
    record: Record,
}

impl Simulate for Worlds {
    type Worker = Simulation;
    type Output = Trajectory;

    fn worker(&self) -> Simulation {
        Model::standard().simulate(&self.scenario).unwrap()
    }

    fn run(&self, simulation: &mut Simulation, job: &Job) -> Result<Trajectory, String> {
        let seed = Seed { master: self.scenario.seed, replicate: job.replicate };
        simulation.run(seed, self.record.clone()).map_err(|error| error.to_string())
    }
}
