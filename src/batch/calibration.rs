//! Runs the points that a calibration asks for, each set of them as a batch in a folder of its own. What was run is read back
//! and not run again, so that a calibration that was stopped goes on.

use super::{Results, Run as FinishedRun, Study, StudyError, done::Done};
use crate::{
    analysis::calibration::{
        Emulated, Forward, Method, Parameter, Purpose, Run, Sequential, Settings, Shared, Stage, Target, TargetError,
        Targets,
    },
    experiment::{
        Experiment,
        calibration::{Calibration, MethodKind, PlannedMethod},
    },
    model::Model,
    output::sums,
};
use std::path::{Path, PathBuf};

/// The folder of the runs of what has several batches, below its own.
pub(crate) const RUNS_FOLDER: &str = "runs";

/// The runs of a calibration.
pub(crate) struct CalibrationRuns<'r, E> {
    /// The model.
    pub model: &'r Model,
    /// The experiment that the file comes to.
    pub experiment: &'r Experiment,
    /// What it seeks.
    pub calibration: &'r Calibration,
    /// The folder of the calibration.
    pub folder: &'r Path,
    /// Whether it is one of many, each with a folder of its own below.
    pub trials: bool,
    /// Runs a study into a folder.
    pub run: &'r mut dyn FnMut(Study<'r>, &Path) -> Result<Done, E>,
}

impl<E> CalibrationRuns<'_, E> {
    /// Where a set of runs is.
    fn place(&self, stage: &Stage) -> PathBuf {
        let runs = self.folder.join(RUNS_FOLDER);
        let runs = if self.trials { runs.join(format!("trial-{:04}", stage.trial + 1)) } else { runs };
        runs.join(called(stage))
    }
}

impl<E: From<StudyError>> Forward for CalibrationRuns<'_, E> {
    type Error = E;

    fn run(&mut self, stage: &Stage, points: &[Vec<f64>], replicates: u32) -> Result<Vec<Vec<Run>>, E> {
        let name = format!("{}-{}", self.experiment.name, called(stage));
        let seed = seed_of(self.experiment.seed, stage);
        let experiment = self.experiment.at_points(name, seed, self.calibration.sample(points), replicates);
        let place = self.place(stage);
        (self.run)(Study::of(self.model, experiment).estimates(false), &place)?;
        let runs = Results::open(&place)?.runs()?;
        let mut results = vec![Vec::new(); points.len()];
        for run in &runs {
            let of_point = usize::try_from(run.point).ok().and_then(|point| results.get_mut(point));
            if let Some(of_point) = of_point {
                of_point.push(seen(self.calibration, run).map_err(StudyError::from)?);
            }
        }
        Ok(results)
    }
}

/// What a set of runs is called: by its place, and that of a truth by how many were drawn before it.
fn called(stage: &Stage) -> String {
    match stage.purpose {
        Purpose::Truth => format!("00-{}-{}", stage.purpose.name(), stage.generation + 1),
        purpose => format!("{:02}-{}", stage.number + 1, purpose.name()),
    }
}

/// What a run gives of each target.
fn seen(calibration: &Calibration, run: &FinishedRun) -> Result<Run, super::UnknownName> {
    calibration.targets.iter().map(|target| run.outcome(&target.name)).collect()
}

/// The seed of the luck of a set of runs: no two sets share any.
fn seed_of(seed: u64, stage: &Stage) -> u64 {
    let text = format!("{seed} {} {}", stage.trial, stage.number);
    let digest = sums::sha256(text.as_bytes());
    // Seeds in files are below 2⁶³.
    digest.get(..15).and_then(|start| u64::from_str_radix(start, 16).ok()).unwrap_or(seed)
}

impl Calibration {
    /// The parameters as the algorithm takes them.
    pub(crate) fn sought(&self) -> Vec<Parameter> {
        let parameter = |sought: &crate::experiment::calibration::Sought| Parameter {
            name: sought.name().to_owned(),
            prior: sought.prior,
        };
        self.parameters.iter().map(parameter).collect()
    }

    /// What was seen, as the algorithm takes it.
    ///
    /// # Errors
    /// A number of a target makes no sense.
    pub(crate) fn data(&self) -> Result<Targets, TargetError> {
        let target = |target: &crate::experiment::calibration::PlannedTarget| {
            let shared = target.shared_error.iter();
            let common = shared.clone().map(|(_, sd)| sd * sd).sum::<f64>();
            Target {
                name: target.name.clone(),
                value: target.value,
                // What is left of it is the target's own; without any in common it stays to the bit.
                error: if common > 0.0 { (target.error * target.error - common).sqrt() } else { target.error },
                discrepancy: target.discrepancy,
                shared: shared.map(|(group, sd)| Shared { group: group.clone(), sd: *sd }).collect(),
            }
        };
        Targets::new(self.targets.iter().map(target).collect())
    }

    /// How it is done.
    pub(crate) fn settings(&self, seed: u64) -> Settings {
        let PlannedMethod { kind, wanted, members, assimilations, design, draws, replicates, rounds, .. } = self.method;
        let plain = Settings::default();
        let method = match kind {
            MethodKind::Emulated => {
                let plain = Emulated::default();
                Method::Emulated(Emulated {
                    members: members.unwrap_or(plain.members),
                    assimilations: assimilations.unwrap_or(plain.assimilations),
                    design: design.unwrap_or(plain.design),
                    draws: draws.unwrap_or(plain.draws),
                    replicates: replicates.unwrap_or(plain.replicates),
                    rounds: rounds.unwrap_or(plain.rounds),
                    ..plain
                })
            }
            MethodKind::Sequential => {
                let plain = Sequential::default();
                Method::Sequential(Sequential {
                    particles: self.method.particles.unwrap_or(plain.particles),
                    generations: self.method.generations.unwrap_or(plain.generations),
                    ..plain
                })
            }
        };
        Settings { seed, method, wanted: wanted.unwrap_or(plain.wanted) }
    }
}

#[cfg(test)]
mod tests {
    use crate::{model::Model, scenario::Source};
    use std::path::Path;

    #[test]
    fn what_errors_have_in_common_lies_beside_the_diagonal_and_adds_nothing_to_it() {
        let file = Source::File(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/calibrations/rating-gap.toml"));
        let mut fit = Model::standard().experiment(&file, &[]).unwrap().calibration.unwrap();
        let plain = fit.data().unwrap().covariance();
        for target in &mut fit.targets[..2] {
            target.shared_error.push(("board".to_owned(), 0.5 * target.error));
        }
        let (shared, errors) = (fit.data().unwrap().covariance(), [fit.targets[0].error, fit.targets[1].error]);
        for (at, (row, before)) in shared.iter().zip(&plain).enumerate() {
            assert!((row[at] - before[at]).abs() < 1e-9 * before[at]);
        }
        assert_eq!((plain[0][1], shared[0][2]), (0.0, 0.0));
        assert!((shared[0][1] - 0.25 * errors[0] * errors[1]).abs() < 1e-9);
    }
}
