//! Speed of a month and of a batch, as ratios: `cargo bench --bench month`.
//!
//! A month of the world against the same month written by hand over flat arrays, taken in turns in one process; then the
//! baseline: its month, its records, building it, and batches of it.

mod by_hand;

use by_hand::{Flat, assert_same, scenario, step_world};
use redqueen::{
    cli::batch::{BatchOptions, execute},
    experiment::{
        plan::{Job, Plan},
        runner::{Simulate, run_batch},
    },
    model::{
        Seed, Simulation, catalogue,
        record::{Record, Trajectory},
    },
    output::{
        manifest::{Batch, BatchScenario},
        writer::Encode,
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
    println!("A month of the world against the same month by hand, medians");
    println!("{:>8} {:>7} {:>14} {:>14} {:>6}", "firms", "rounds", "world ns/firm", "hand ns/firm", "ratio");
    for (firms, rounds) in [(40, 301), (400, 61), (4_000, 15), (100_000, 3)] {
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
    let mut simulation = Simulation::new(&scenario(firms));
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

/// The median time of each of these, taken in turns.
fn in_turns<const N: usize>(rounds: usize, mut tasks: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (times, task) in times.iter_mut().zip(&mut tasks) {
            times.push(time(task));
        }
    }
    times.map(median)
}

fn baseline() {
    let scenario = redqueen::baseline();
    let months = f64::from(scenario.time.months);
    let record = Record { world: true, states: true, ..Record::NONE };
    let plan = Plan::replicates(1, 1);
    let worlds = Worlds { scenario: scenario.clone(), record };
    let mut simulations = [(); 4].map(|()| Simulation::new(&scenario));
    let [bare, none, kept, encoded] = &mut simulations;
    // Other runs each round, so that no single history decides.
    let seed = |round: &mut u64| {
        *round += 1;
        Seed { master: 1, replicate: *round }
    };
    let job = |round: u64| Job { replicate: round, ..plan.job(0).expect("the first run") };
    let (mut a, mut b, mut c, mut d) = (0, 0, 0, 0);
    let [lived, outcomes, rows, bytes, built, reset] = in_turns(
        61,
        [
            &mut || {
                bare.reset(seed(&mut a));
                (0..scenario.time.months).for_each(|_| step_world(bare));
            },
            &mut || drop(black_box(none.run(seed(&mut b), Record::NONE))),
            &mut || drop(black_box(kept.run(seed(&mut c), record))),
            &mut || {
                d += 1;
                drop(black_box(Encode { simulate: &worlds, record }.run(encoded, &job(d))));
            },
            &mut || drop(black_box(Simulation::new(&scenario))),
            &mut || Simulation::new(&scenario).reset(SEED),
        ],
    );
    let month = bytes / months;
    println!("\nThe baseline, {months} months, world and states recorded, medians");
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
    println!("starting a run again           {:8.2} months of it", (reset - built) / month);
    batches(&worlds);
}

fn batches(worlds: &Worlds) {
    println!("\nBatches of the baseline, world and states recorded, runs a second");
    println!("{:>8} {:>12} {:>12} {:>17}", "threads", "engine", "with files", "with quantiles");
    for threads in [1, 2] {
        let engine = || {
            let encode = Encode { simulate: worlds, record: worlds.record };
            run_batch(&encode, &Plan::replicates(1, RUNS), threads, &mut [], &AtomicBool::new(false)).expect("a batch");
        };
        let [engine, files, quantiles] = in_turns(
            5,
            [&mut || engine(), &mut || to_files(worlds, threads, false), &mut || to_files(worlds, threads, true)],
        )
        .map(|seconds| RUNS as f64 / seconds);
        println!("{threads:>8} {engine:>12.1} {files:>12.1} {quantiles:>17.1}");
    }
}

const RUNS: u64 = 100;

fn to_files(worlds: &Worlds, threads: usize, quantiles: bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = &worlds.scenario;
    let variant = BatchScenario::new("baseline", scenario, scenario.to_json(&catalogue()), String::new());
    let batch = Batch {
        name: "baseline".into(),
        seed: scenario.seed,
        runs: RUNS,
        first_replicate: 0,
        record: worlds.record,
        scenarios: vec![variant],
    };
    let cancel = AtomicBool::new(false);
    let options = BatchOptions {
        out: &folder.path().join("batch"),
        threads,
        overwrite: false,
        quiet: true,
        quantiles,
        cancel: &cancel,
    };
    execute(worlds, &batch, &options).expect("a batch");
}

/// The baseline behind the batch engine.
struct Worlds {
    scenario: Scenario,
    record: Record,
}

impl Simulate for Worlds {
    type Worker = Simulation;
    type Output = Trajectory;

    fn worker(&self) -> Simulation {
        Simulation::new(&self.scenario)
    }

    fn run(&self, simulation: &mut Simulation, job: &Job) -> Result<Trajectory, String> {
        let seed = Seed { master: self.scenario.seed, replicate: job.replicate };
        simulation.run(seed, self.record).map_err(|invalid| invalid.to_string())
    }
}
