//! The model behind the batch engine: a run is one world of a scenario under a replicate's noise.

use crate::{
    experiment::{Experiment, Variant, design::Sample, plan::Job, runner::Simulate},
    measure::{
        Stretch, Unmeasured,
        record::{Record, Trajectory},
    },
    model::{Model, Seed, Simulation},
    output::{
        batch::{Batch, BatchScenario},
        config::Shared,
    },
    scenario::Scenario,
};
use std::{
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::AtomicBool,
};

/// The worlds of an experiment.
#[derive(Debug)]
pub(crate) struct Worlds<'a> {
    variants: Vec<Variant>,
    sample: Sample,
    model: Model,
    seed: u64,
    record: Record,
    /// What runs are lived under before; then there is a single run.
    past: Vec<Stretch>,
    /// Breaks off the runs under way when it is set.
    cancel: &'a AtomicBool,
}

impl<'a> Worlds<'a> {
    /// The worlds of `experiment`, and what a folder says of them. `replay` is the command that runs one of its variants.
    pub(crate) fn new(
        model: &Model,
        experiment: &Experiment,
        first_replicate: u64,
        replay: impl Fn(&str) -> String,
        cancel: &'a AtomicBool,
    ) -> (Self, Batch) {
        // Without quantiles nothing is to be taken of what passes through.
        let passes = |table: &&String| experiment.passing.contains(table);
        let recorded = experiment.record.iter().filter(|table| experiment.quantiles.is_some() || !passes(table));
        let record = Record::of(&recorded.collect::<Vec<_>>());
        let passing = Record::of(&experiment.passing);
        let mut shared = Shared::default();
        let scenarios = experiment.variants.iter().map(|variant| {
            let config = variant.scenario.to_json();
            let scenario = BatchScenario::new(&variant.name, &variant.scenario, config, replay(&variant.name));
            let config = shared.of(&scenario.config);
            BatchScenario { config, described: variant.described.clone(), ..scenario }
        });
        let runs = u64::from(experiment.runs);
        let batch = Batch {
            program: model.program().to_string(),
            description: experiment.description.clone(),
            outcomes: experiment.outcomes.clone(),
            first_replicate,
            sample: experiment.sample.clone(),
            stop: experiment.stop.clone(),
            passing,
            quantiles: experiment.quantiles,
            measured: model.measured(),
            game: experiment.game.as_ref().map(|planned| planned.game.clone()),
            ..Batch::plain(&experiment.name, experiment.seed, runs, record.clone(), scenarios.collect())
        };
        let (variants, sample) = (experiment.variants.clone(), experiment.sample.clone());
        (
            Self { variants, sample, model: model.clone(), seed: experiment.seed, record, past: Vec::new(), cancel },
            batch,
        )
    }

    /// The same worlds, lived at first through this past.
    pub(crate) fn after(self, past: Vec<Stretch>) -> Self {
        Self { past, ..self }
    }

    /// Tries once in each scenario whether what joined the model can be measured.
    pub(crate) fn try_own(&self) -> Result<(), Unmeasured> {
        if self.model.measured().is_standard() {
            return Ok(());
        }
        let seed = Seed { master: self.seed, replicate: 0 };
        let attempt = |variant: &Variant| match self.model.simulate(&variant.scenario) {
            Ok(mut simulation) => simulation.try_own(seed, &self.record),
            Err(_) => Ok(()),
        };
        // A run that is unsound or panics is told of when its turn comes.
        let attempt = |variant| catch_unwind(AssertUnwindSafe(|| attempt(variant))).unwrap_or(Ok(()));
        self.variants.iter().try_for_each(attempt)
    }

    fn scenario(&self, job: &Job) -> Result<Cow<'_, Scenario>, String> {
        let variant = &self.variants[job.scenario];
        if self.sample.design().factors.is_empty() {
            return Ok(Cow::Borrowed(&variant.scenario));
        }
        let scenario = variant.at(&self.sample, job.point);
        scenario.map(Cow::Owned).map_err(|wrong| wrong.to_string())
    }
}

/// Worlds that a thread keeps at most. A batch goes through its scenarios one after the other, or through those of a point in
/// turn under a stop rule.
const KEPT: usize = 4;

/// A world that is kept, its scenario and the point of its last run.
pub(crate) struct Kept {
    scenario: usize,
    point: u64,
    simulation: Simulation,
}

impl Simulate for Worlds<'_> {
    /// The worlds of the last scenarios, the latest at the end; every run starts with a reset.
    type Worker = Vec<Kept>;
    type Output = Trajectory;

    fn worker(&self) -> Self::Worker {
        Vec::with_capacity(KEPT)
    }

    fn run(&self, worker: &mut Self::Worker, job: &Job) -> Result<Trajectory, String> {
        let mut kept = match worker.iter().position(|kept| kept.scenario == job.scenario) {
            Some(place) => {
                let mut kept = worker.remove(place);
                if kept.point != job.point {
                    kept.simulation.change(&*self.scenario(job)?).map_err(|unsound| unsound.to_string())?;
                    kept.point = job.point;
                }
                kept
            }
            None => {
                let simulation = self.model.simulate(&*self.scenario(job)?).map_err(|unsound| unsound.to_string())?;
                if worker.len() == KEPT {
                    worker.remove(0);
                }
                Kept { scenario: job.scenario, point: job.point, simulation }
            }
        };
        let seed = Seed { master: self.seed, replicate: job.replicate };
        let run = kept.simulation.run_after(&self.past, seed, self.record.clone(), self.cancel);
        if self.past.is_empty() {
            worker.push(kept);
        }
        run.map_err(|error| error.to_string())
    }

    fn explain(&self, job: &Job) -> Option<String> {
        if !self.past.is_empty() {
            return None;
        }
        let seed = Seed { master: self.seed, replicate: job.replicate };
        let explain = || {
            let mut simulation = self.model.simulate(&*self.scenario(job).ok()?).ok()?;
            simulation.blame(seed, self.cancel).map(|wrong| wrong.to_string())
        };
        // What is known without it is told if this fails.
        catch_unwind(AssertUnwindSafe(explain)).ok().flatten()
    }
}
