//! The model behind the batch engine: a run is one world of a scenario under a replicate's noise.

use crate::{
    experiment::{Experiment, plan::Job, runner::Simulate},
    model::{
        Seed, Simulation, catalogue,
        record::{Record, Trajectory},
    },
    output::manifest::{Batch, BatchScenario},
    scenario::Scenario,
};

/// The worlds of an experiment.
#[derive(Debug)]
pub struct Worlds {
    scenarios: Vec<Scenario>,
    seed: u64,
    record: Record,
}

impl Worlds {
    /// The worlds of `experiment`, and what a folder says of them. `replay` is the command that runs one of its variants.
    pub fn new(experiment: &Experiment, first_replicate: u64, replay: impl Fn(&str) -> String) -> (Self, Batch) {
        let record = Record::of(&experiment.record);
        let catalogue = catalogue();
        let scenarios = experiment.variants.iter().map(|variant| {
            let config = variant.scenario.to_json(&catalogue);
            BatchScenario::new(&variant.name, &variant.scenario, config, replay(&variant.name))
        });
        let batch = Batch {
            name: experiment.name.clone(),
            seed: experiment.seed,
            runs: u64::from(experiment.runs),
            first_replicate,
            record,
            scenarios: scenarios.collect(),
        };
        let scenarios = experiment.variants.iter().map(|variant| variant.scenario.clone()).collect();
        (Self { scenarios, seed: experiment.seed, record }, batch)
    }
}

impl Simulate for Worlds {
    /// A world of each scenario, built when first needed; every run starts with a reset.
    type Worker = Vec<Option<Simulation>>;
    type Output = Trajectory;

    fn worker(&self) -> Self::Worker {
        self.scenarios.iter().map(|_| None).collect()
    }

    fn run(&self, worker: &mut Self::Worker, job: &Job) -> Result<Trajectory, String> {
        let simulation = worker[job.scenario].get_or_insert_with(|| Simulation::new(&self.scenarios[job.scenario]));
        let seed = Seed { master: self.seed, replicate: job.replicate };
        simulation.run(seed, self.record).map_err(|invalid| invalid.to_string())
    }
}
