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
fn the_summary_of_several_scenarios_tells_how_they_differ() {
    let told = |runs: u64| {
        let dir = tempfile::tempdir().unwrap();
        let done = batch(&Mock::default(), &experiment(runs, Record::NONE), dir.path(), &never());
        assert!(!summary::batch(&done).unwrap().contains("less base"), "the table is not there yet");
        let catalogue = crate::scenario::Catalogue { mechanisms: Vec::new() };
        report::write_report(dir.path(), &catalogue, &crate::measure::Measured::default(), Language::default())
            .unwrap();
        (fs::read_to_string(dir.path().join("differences.csv")).unwrap(), summary::batch(&done).unwrap())
    };
    let (table, text) = told(9);
    assert!(text.contains("open less base, by pairs of runs with the same luck"), "{text}");
    assert!(text.lines().all(|line| line.starts_with("files are in") || line.chars().count() <= 80), "{text}");
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows = reader.deserialize::<std::collections::BTreeMap<String, String>>();
    let row = rows.map(Result::unwrap).find(|row| row["outcome"] == "gap_rating_12").unwrap();
    let [mean, low, high] = ["difference", "low", "high"].map(|name| row[name].parse::<f64>().unwrap());
    let line = text.split_once("less base").unwrap().1.lines().find(|line| line.contains("gap_rating_12")).unwrap();
    let cells: Vec<&str> = line.split_whitespace().collect();
    let few = super::super::differences::few;
    assert_eq!(cells[1..4], [few(mean), few(low), few(high)]);
    assert_eq!(cells.contains(&"*"), low > 0.0 || high < 0.0, "{line}");
    let (_, text) = told(3);
    assert!(text.contains("no intervals from 3 pairs: they take at least 5"), "{text}");
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
