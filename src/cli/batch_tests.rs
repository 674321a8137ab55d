//! What the terminal is told of a batch, with a stand-in for the model.

use super::*;
use crate::{
    batch::{
        Work, execute,
        mock::{Mock, experiment},
    },
    experiment::runner::Simulate,
    measure::record::{Record, Trajectory},
    output::batch::Batch,
};
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

fn batch<S: Simulate<Output = Trajectory>>(simulate: &S, batch: &Batch, out: &Path, cancel: &AtomicBool) -> Done {
    let work = Work { threads: 2, overwrite: false, estimates: false, cancel, on: &mut |_| Ok(()) };
    execute(simulate, batch, out, work).unwrap()
}

fn never() -> AtomicBool {
    AtomicBool::new(false)
}

fn exit_code(done: &Done) -> u8 {
    ended(done).map_or_else(|failure| failure.code(), |()| 0)
}

/// Cancels at a run.
struct Cancelling<'a>(Mock, u64, &'a AtomicBool);

impl Simulate for Cancelling<'_> {
    type Worker = ();
    type Output = Trajectory;
    fn worker(&self) {}
    fn run(&self, worker: &mut (), job: &crate::experiment::plan::Job) -> Result<Trajectory, String> {
        if job.run == self.1 {
            self.2.store(true, Ordering::Relaxed);
        }
        self.0.run(worker, job)
    }
}

#[test]
fn the_exit_code_says_how_the_runs_went() {
    let dir = tempfile::tempdir().unwrap();
    let mock = Mock { fails: vec![6], panics: vec![1], spoils: vec![2] };
    let [all, some, part] = ["all", "some", "part"].map(|name| dir.path().join(name));
    assert_eq!(exit_code(&batch(&Mock::default(), &experiment(4, Record::ALL), &all, &never())), 0);
    assert_eq!(exit_code(&batch(&mock, &experiment(4, Record::ALL), &some, &never())), 1);
    let again = batch(&mock, &experiment(4, Record::ALL), &some, &never());
    assert_eq!((again.already, exit_code(&again)), (true, 1));
    let cancel = never();
    let stopped = batch(&Cancelling(Mock::default(), 5, &cancel), &experiment(20, Record::ALL), &part, &cancel);
    assert_eq!(exit_code(&stopped), 130);
}

#[test]
fn the_first_failure_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let mock = Mock { fails: vec![6], panics: vec![1], spoils: vec![2] };
    let done = batch(&mock, &experiment(4, Record::ALL), dir.path(), &never());
    let text = summary::batch(&done).unwrap();
    assert!(
        text.contains("3 of 8 runs failed") && text.contains("first failure, run 1: the run panicked: boom"),
        "{text}"
    );
}

#[test]
fn the_summaries_fit_a_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let experiment = experiment(9, Record::ALL);
    let done = batch(&Mock::default(), &experiment, dir.path(), &never());
    let mut nowhere = done.clone();
    nowhere.folder = "output/x".into();
    let text = summary::batch(&nowhere);
    assert!(text.is_err(), "there is no such folder");
    let text = summary::batch(&done).unwrap();
    assert!(text.contains("base: 9 runs, 2023-11 to 2024-04, seed 7") && text.contains("gap_rating_12"), "{text}");
    assert!(!text.contains("gap_rating_24"), "an outcome without values is shown: {text}");
    assert!(text.lines().all(|line| line.starts_with("files are in") || line.chars().count() <= 80), "{text}");

    let dir = tempfile::tempdir().unwrap();
    let replay = Batch { runs: 1, first_replicate: 4, scenarios: experiment.scenarios[..1].to_vec(), ..experiment };
    let done = batch(&Mock::default(), &replay, dir.path(), &never());
    let text = summary::world(&done).unwrap();
    assert_eq!(done.total, 1);
    let runs = fs::read_to_string(dir.path().join("runs.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(runs.as_bytes());
    let row: std::collections::BTreeMap<String, String> = reader.deserialize().next().unwrap().unwrap();
    assert_eq!(row["replicate"], "4");
    assert!(text.contains("frontier_rating  ▁") && text.lines().count() > 5, "{text}");
    assert!(text.lines().all(|line| line.starts_with("files are in") || line.chars().count() <= 80), "{text}");
}
