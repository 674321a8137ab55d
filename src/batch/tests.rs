//! The whole way from a batch to its folder, with a stand-in for the model.

use super::super::FolderError;
use super::*;
use crate::{
    batch::{
        NoRoom,
        mock::{MONTHS, Mock, experiment},
    },
    declare::table::CellType,
    measure::record::Record,
};
use std::{collections::BTreeMap, fs, sync::atomic::Ordering};

#[derive(Clone, Copy)]
struct Options<'a> {
    out: &'a Path,
    threads: usize,
    overwrite: bool,
    estimates: bool,
    cancel: &'a AtomicBool,
}

fn options<'a>(out: &'a Path, threads: usize, cancel: &'a AtomicBool) -> Options<'a> {
    Options { out, threads, overwrite: false, estimates: false, cancel }
}

fn execute<S: Simulate<Output = Trajectory>>(
    simulate: &S,
    batch: &Batch,
    options: &Options<'_>,
) -> Result<Done, StudyError> {
    let Options { out, threads, overwrite, estimates, cancel } = *options;
    super::execute(simulate, batch, out, Work { threads, overwrite, estimates, cancel, on: &mut |_| Ok(()) })
}

fn batch(mock: &Mock, experiment: &Batch, out: &Path, threads: usize) -> Done {
    execute(mock, experiment, &options(out, threads, &AtomicBool::new(false))).unwrap()
}

fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |entry: &fs::DirEntry| entry.file_name().into_string().unwrap();
    let entries = fs::read_dir(out).unwrap().map(Result::unwrap);
    entries.filter(|entry| name(entry) != "log.txt").map(|e| (name(&e), fs::read(e.path()).unwrap())).collect()
}

fn table(out: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(out.join(format!("{name}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    let mock = Mock { fails: vec![3], panics: vec![17], spoils: vec![9] };
    let written = |threads| {
        let dir = tempfile::tempdir().unwrap();
        batch(&mock, &experiment(300, Record::ALL), dir.path(), threads);
        files(dir.path())
    };
    let one = written(1);
    assert_eq!(one.len(), 4 + crate::model::Model::standard().measured().table_names().len(), "{:?}", one.keys());
    assert!(one == written(2), "two threads gave other bytes");
    assert!(one == written(3), "three threads gave other bytes");
}

#[test]
fn every_file_is_as_the_package_describes_it() {
    let dir = tempfile::tempdir().unwrap();
    batch(&Mock { fails: vec![2], ..Mock::default() }, &experiment(5, Record::ALL), dir.path(), 2);
    let package: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path().join("datapackage.json")).unwrap()).unwrap();
    let resources = package["resources"].as_array().unwrap();
    assert_eq!(resources.len(), 2 + crate::model::Model::standard().measured().table_names().len());
    for resource in resources {
        let path = dir.path().join(resource["path"].as_str().unwrap());
        assert_eq!(fs::metadata(&path).unwrap().len(), resource["bytes"].as_u64().unwrap());
        let fields = resource["schema"]["fields"].as_array().unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let header: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
        assert_eq!(header, fields.iter().map(|field| field["name"].as_str().unwrap()).collect::<Vec<_>>());
        let mut rows = 0;
        for record in reader.records() {
            for (cell, field) in record.unwrap().iter().zip(fields) {
                let fits = match field["type"].as_str().unwrap() {
                    _ if cell.is_empty() => field.get("constraints").is_none(),
                    "number" => cell.parse::<f64>().is_ok() && cell.contains(['.', 'e']),
                    "integer" => cell.parse::<i64>().is_ok(),
                    "boolean" => cell == "true" || cell == "false",
                    "yearmonth" => cell.parse::<crate::scenario::Month>().is_ok(),
                    kind => kind == "string",
                };
                assert!(fits, "{path:?} {field} {cell:?}");
            }
            rows += 1;
        }
        assert!(rows > 0, "{path:?} is empty");
        let manifest = Folder::manifest(dir.path()).unwrap().unwrap();
        let entry = manifest.files.iter().find(|file| resource["name"] == file.name.as_str()).unwrap();
        assert_eq!(entry.rows, rows, "{path:?}");
    }
    assert!(
        experiment(1, Record::ALL)
            .tables()
            .iter()
            .flat_map(|t| &t.columns)
            .any(|column| column.holds == CellType::Month)
    );
}

#[test]
fn only_recorded_tables_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let record = Record::of(&["states"]);
    batch(&Mock::default(), &experiment(2, record), dir.path(), 1);
    let names: Vec<_> = files(dir.path()).into_keys().collect();
    assert_eq!(names, ["datapackage.json", "manifest.json", "quantiles.csv", "runs.csv", "states.csv"]);
    assert!(table(dir.path(), "quantiles").iter().all(|row| row["table"] == "states"));
}

#[test]
fn a_failed_run_is_shown_with_its_replay_and_the_others_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let mock = Mock { fails: vec![6], panics: vec![1], spoils: vec![2] };
    let report = batch(&mock, &experiment(4, Record::ALL), dir.path(), 2);
    assert_eq!((report.finished, report.failed, report.cancelled), (5, 3, false));
    let first = report.first_failure.clone().unwrap();
    assert_eq!((first.job.run, first.error.as_str()), (1, "the run panicked: boom"));
    let runs = table(dir.path(), "runs");
    assert_eq!(runs.len(), 8);
    assert_eq!((runs[6]["status"].as_str(), runs[6]["firms_end"].as_str()), ("failed", ""));
    let error =
        "market: share of \"Acme\", became NaN in 2023-04; replay: redqueen run open.toml --seed 7 --replicate 2";
    assert_eq!(runs[6]["error"], error);
    assert!(
        runs[2]["error"].starts_with("column output of world became NaN in 2024-01; replay: "),
        "{}",
        runs[2]["error"]
    );
    assert!(runs[1]["error"].starts_with("the run panicked: boom; replay: "), "{}", runs[1]["error"]);
    assert_eq!((runs[5]["status"].as_str(), runs[5]["firms_end"].as_str()), ("finished", "3"));
    assert_eq!(runs[5]["scenario"], "open");
    assert_eq!(table(dir.path(), "world").len(), 5 * MONTHS as usize);
    assert!(runs[1]["error"].ends_with(&format!("; replay: {}", first.replay)), "{first:?}");
}

#[test]
fn quantiles_are_those_of_the_tables() {
    let dir = tempfile::tempdir().unwrap();
    let runs = 21;
    batch(&Mock::default(), &experiment(runs, Record::ALL), dir.path(), 2);
    let quantiles = table(dir.path(), "quantiles");
    let find = |key: [&str; 5]| {
        quantiles.iter().find(|row| ["scenario", "table", "entity", "indicator", "date"].map(|k| &row[k]) == key)
    };
    let values = |name: &str, column: &str, date: &str, firm: Option<&str>| {
        let rows = table(dir.path(), name);
        let wanted = rows.iter().filter(|row| {
            row["date"] == date
                && row["run"].parse::<u64>().unwrap() < runs
                && firm.is_none_or(|firm| row["firm"] == firm)
        });
        let mut values: Vec<f64> = wanted.filter_map(|row| row[column].parse().ok()).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    for (name, entity, column, date) in [
        ("world", None, "gap_rating", "2023-12"),
        ("world", None, "firms", "2024-01"),
        ("firms", Some("Late"), "cash", "2024-04"),
    ] {
        let row = find(["base", name, entity.unwrap_or(""), column, date]).unwrap();
        let values = values(name, column, date, entity);
        assert_eq!(row["n"], values.len().to_string());
        let place = 0.95 * (values.len() - 1) as f64;
        let (low, high) = (values[place as usize], values[place.ceil() as usize]);
        let expected = low + (high - low) * place.fract();
        assert!((row["p95"].parse::<f64>().unwrap() - expected).abs() < 1e-9, "{row:?} {expected}");
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        assert!((row["mean"].parse::<f64>().unwrap() - mean).abs() < 1e-9, "{row:?} {mean}");
    }
    assert!(quantiles.iter().all(|row| row["entity"] != "US-born-1"), "a firm born in a run has quantiles");
    assert!(find(["base", "firms", "Late", "cash", "2023-11"]).is_none(), "a firm that is not there has quantiles");
    assert!(find(["open", "states", "US", "power", "2024-04"]).is_some());
    let order: Vec<_> = quantiles.iter().map(|row| (&row["scenario"], row["table"] != "world", &row["date"])).collect();
    assert_eq!(order[..2].iter().map(|o| o.2.as_str()).collect::<Vec<_>>(), ["2023-11", "2023-12"]);
}

#[test]
fn the_same_command_again_does_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mock = Mock { fails: vec![0], ..Mock::default() };
    let first = batch(&mock, &experiment(3, Record::ALL), dir.path(), 2);
    let before = files(dir.path());
    let again = batch(&mock, &experiment(3, Record::ALL), dir.path(), 1);
    assert!(again.already && !first.already);
    assert_eq!((again.finished, again.failed), (5, 1));
    assert!(before == files(dir.path()));
    let other = experiment(4, Record::ALL);
    let cancel = AtomicBool::new(false);
    let error = execute(&mock, &other, &options(dir.path(), 1, &cancel)).unwrap_err();
    assert!(error.to_string().contains("differs in the number of runs"), "{error}");
    assert!(before == files(dir.path()));
    let overwrite = Options { overwrite: true, ..options(dir.path(), 1, &cancel) };
    assert_eq!(execute(&mock, &other, &overwrite).unwrap().total, 8);
}

/// Cancels after a number of runs.
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
fn a_cancelled_batch_keeps_its_runs_and_goes_on_from_there() {
    let (dir, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let experiment = experiment(20, Record::ALL);
    let cancel = AtomicBool::new(false);
    let report =
        execute(&Cancelling(Mock::default(), 5, &cancel), &experiment, &options(dir.path(), 2, &cancel)).unwrap();
    assert!(report.cancelled);
    let manifest = Folder::manifest(dir.path()).unwrap().unwrap();
    assert!(!manifest.complete && (6..40).contains(&manifest.runs_done), "{}", manifest.runs_done);
    assert!(!dir.path().join("runs.csv").exists(), "a table has its final name before it is complete");
    // Only what is missing is run: a run that was kept would fail now.
    let kept = Mock { fails: (0..manifest.runs_done).collect(), ..Mock::default() };
    let again = batch(&kept, &experiment, dir.path(), 2);
    assert!(!again.already && again.failed == 0);
    batch(&Mock::default(), &experiment, whole.path(), 1);
    assert!(files(dir.path()) == files(whole.path()));
    assert!(!dir.path().join("journal").exists());
}

/// What an interrupted batch left, and what the whole of it is.
struct Interrupted {
    experiment: Batch,
    mock: Mock,
    left: BTreeMap<String, Vec<u8>>,
    whole: BTreeMap<String, Vec<u8>>,
}

fn interrupted(experiment: Batch) -> Interrupted {
    let (dir, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mock = Mock { fails: vec![4, 17], panics: vec![9], spoils: vec![2] };
    let cancel = AtomicBool::new(false);
    execute(&Cancelling(mock.clone(), 12, &cancel), &experiment, &options(dir.path(), 2, &cancel)).unwrap();
    batch(&mock, &experiment, whole.path(), 2);
    Interrupted { experiment, mock, left: files(dir.path()), whole: files(whole.path()) }
}

impl Interrupted {
    /// Goes on from these files; the result must be the whole.
    fn goes_on(&self, left: &BTreeMap<String, Vec<u8>>, what: &str) {
        let dir = tempfile::tempdir().unwrap();
        left.iter().for_each(|(name, bytes)| fs::write(dir.path().join(name), bytes).unwrap());
        let report = batch(&self.mock, &self.experiment, dir.path(), 2);
        assert_eq!(report.failed, 4, "{what}");
        let made = files(dir.path());
        assert_eq!(made.keys().collect::<Vec<_>>(), self.whole.keys().collect::<Vec<_>>(), "{what}");
        for (name, bytes) in &self.whole {
            assert!(made[name] == *bytes, "{what}: {name} differs");
        }
    }
}

#[test]
fn whatever_the_disk_lost_is_done_again() {
    let interrupted = interrupted(experiment(20, Record::ALL));
    assert!(interrupted.left.contains_key("journal") && interrupted.left.contains_key("world.csv.partial"));
    interrupted.goes_on(&interrupted.left, "as it was left");
    for (name, bytes) in &interrupted.left {
        let mut spoilt = interrupted.left.clone();
        spoilt.remove(name);
        interrupted.goes_on(&spoilt, &format!("{name} is gone"));
        for part in [0, 1, 3, 7, 9] {
            let cut = bytes.len() * part / 10;
            spoilt.insert(name.clone(), bytes[..cut].to_vec());
            interrupted.goes_on(&spoilt, &format!("{name} cut at {cut}"));
            let mut flipped = bytes.clone();
            if let Some(byte) = flipped.get_mut(cut) {
                *byte ^= 1;
            }
            spoilt.insert(name.clone(), flipped);
            interrupted.goes_on(&spoilt, &format!("{name} flipped at {cut}"));
            spoilt.insert(name.clone(), [bytes.as_slice(), b"1,torn"].concat());
            interrupted.goes_on(&spoilt, &format!("{name} with a torn end"));
        }
    }
}

#[test]
fn a_kill_between_the_last_renames_loses_nothing() {
    let interrupted = interrupted(experiment(20, Record::ALL));
    for named in 1..=4 {
        let mut left = interrupted.left.clone();
        let partial: Vec<String> = left.keys().filter(|name| name.ends_with(".csv.partial")).cloned().collect();
        for name in partial.into_iter().take(named) {
            let bytes = left.remove(&name).unwrap();
            left.insert(name.trim_end_matches(".partial").to_owned(), bytes);
        }
        interrupted.goes_on(&left, &format!("{named} tables named"));
    }
}

#[test]
fn a_stop_rule_decides_the_same_after_a_stop() {
    let stop = crate::experiment::plan::Stop { outcome: "gap_rating_12".into(), standard_error: 8.0, max_runs: 90 };
    let experiment = Batch { stop: Some(stop), ..experiment(5, Record::ALL) };
    let interrupted = interrupted(experiment);
    let runs = String::from_utf8(interrupted.whole["runs.csv"].clone()).unwrap().lines().count() - 1;
    assert!(runs > 10 && runs < 180, "{runs} runs say nothing about stopping");
    interrupted.goes_on(&interrupted.left, "with a stop rule");
}

/// Every file and folder below, with what is in it.
fn all(folder: &Path) -> BTreeMap<std::path::PathBuf, Option<Vec<u8>>> {
    let mut found = BTreeMap::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(all(&path));
        }
        found.insert(path.clone(), fs::read(&path).ok());
    }
    found
}

#[test]
fn what_has_no_room_is_refused_and_nothing_written() {
    let dir = tempfile::tempdir().unwrap();
    let endless = Batch { quantiles: None, ..experiment(u64::MAX / 64, Record::ALL) };
    let refused = |out: &Path, overwrite| {
        let before = all(dir.path());
        let cancel = AtomicBool::new(false);
        let options = Options { overwrite, estimates: true, ..options(out, 2, &cancel) };
        let error = execute(&Mock::default(), &endless, &options).unwrap_err();
        assert!(matches!(&error, StudyError::NoRoom(NoRoom::Disk { .. })), "{error}");
        assert!(error.to_string().contains(" runs would write about "), "{error}");
        assert!(all(dir.path()) == before, "{out:?} is not as it was");
    };
    refused(&dir.path().join("deep/in/there"), false);
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    refused(&out, false);
    // What a kill left before there was anything, what was stopped on its way, and what is another's.
    let cancel = AtomicBool::new(false);
    execute(&Cancelling(Mock::default(), 5, &cancel), &endless, &options(&out, 2, &cancel)).unwrap();
    refused(&out, false);
    let other = dir.path().join("other");
    batch(&Mock::default(), &experiment(3, Record::ALL), &other, 1);
    refused(&other, true);
}

#[test]
fn a_folder_is_opened_before_the_estimate_is_told_and_written_after() {
    let dir = tempfile::tempdir().unwrap();
    let (experiment, out, cancel) = (experiment(20, Record::ALL), dir.path().join("out"), AtomicBool::new(false));
    execute(&Cancelling(Mock::default(), 5, &cancel), &experiment, &options(&out, 2, &cancel)).unwrap();
    let (before, mut told) = (all(&out), Vec::new());
    let held = Folder::manifest(&out).unwrap().unwrap().runs_done;
    let mut on = |progress: &Progress<'_>| {
        if let Progress::Opened { estimate, kept, .. } = progress {
            assert_eq!((estimate.runs, *kept), (40, held));
            assert!(all(&out) == before, "it was written before");
            let busy = Folder::open(&out, &experiment, false);
            assert!(matches!(busy, Err(FolderError::Busy { .. })), "{busy:?}");
        }
        told.push(format!("{progress:?}"));
        Ok(())
    };
    let cancel = AtomicBool::new(false);
    let work = Work { threads: 2, overwrite: false, estimates: true, cancel: &cancel, on: &mut on };
    super::execute(&Mock::default(), &experiment, &out, work).unwrap();
    assert_eq!(told.len(), 1 + 1 + 40 + 2 + 1, "{told:?}");
    assert!(told[1].starts_with("Started") && told[44] == "Ended", "{told:?}");
}

#[test]
fn an_estimate_that_its_listener_refuses_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let (out, cancel) = (dir.path().join("a/b"), AtomicBool::new(false));
    let mut on = |_: &Progress<'_>| Err("not today".into());
    let work = Work { threads: 1, overwrite: false, estimates: true, cancel: &cancel, on: &mut on };
    let error = super::execute(&Mock::default(), &experiment(2, Record::ALL), &out, work).unwrap_err();
    assert!(error.to_string().starts_with("not today"), "{error}");
    assert!(all(dir.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_batch_with_a_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let experiment = experiment(4, Record::ALL);
    let Opened::New(claim) = Folder::open(dir.path(), &experiment, false).unwrap() else { panic!("it is not new") };
    let (folder, stored) = claim.begin().unwrap();
    std::os::unix::fs::symlink("/dev/full", dir.path().join("states.csv.partial")).unwrap();
    let form = Form::new(&experiment);
    let error = Writer::new(&folder, &experiment, &form, &stored).unwrap_err();
    assert!(error.to_string().contains("cannot write") && error.to_string().contains("states.csv"), "{error}");
}

#[path = "files_tests.rs"]
mod files;

#[cfg(feature = "parquet")]
mod parquet {
    use super::*;
    use crate::output::journal;

    fn interrupted_parquet() -> Interrupted {
        let interrupted = interrupted(Batch { file_format: FileFormat::Parquet, ..experiment(20, Record::ALL) });
        let names: Vec<_> = interrupted.whole.keys().map(String::as_str).filter(|name| name.contains(".csv")).collect();
        assert_eq!(names, ["quantiles.csv", "runs.csv"]);
        assert!(interrupted.whole.contains_key("world.parquet") && interrupted.whole.contains_key("runs.parquet"));
        interrupted
    }

    #[test]
    fn a_stop_before_or_in_the_middle_of_converting_loses_nothing() {
        let interrupted = interrupted_parquet();
        interrupted.goes_on(&interrupted.left, "as it was left");
        let mut left = interrupted.left.clone();
        left.insert("world.parquet".into(), b"PAR1 of before".to_vec());
        left.insert("states.parquet.partial".into(), b"PAR1 torn".to_vec());
        let states = left.remove("states.csv.partial").unwrap();
        left.insert("states.csv".into(), states);
        let dir = tempfile::tempdir().unwrap();
        left.iter().for_each(|(name, bytes)| fs::write(dir.path().join(name), bytes).unwrap());
        let report = batch(&interrupted.mock, &interrupted.experiment, dir.path(), 1);
        assert_eq!(report.failed, 4);
        let mut made = files(dir.path());
        // Nobody reads what a kill left of a file that was being written, and the next conversion of it takes its place.
        made.remove("states.parquet.partial");
        assert!(made == interrupted.whole);
    }

    #[test]
    fn a_table_that_cannot_be_written_keeps_every_run() {
        let Interrupted { experiment, mock, whole, .. } = interrupted_parquet();
        let dir = tempfile::tempdir().unwrap();
        let obstacle = dir.path().join("states.parquet.partial");
        let cancel = AtomicBool::new(false);
        let stop = Cancelling(mock.clone(), 12, &cancel);
        execute(&stop, &experiment, &options(dir.path(), 2, &cancel)).unwrap();
        let mut on = |progress: &Progress<'_>| {
            if matches!(progress, Progress::Run { job, .. } if job.run == 39) {
                fs::create_dir(&obstacle).unwrap();
            }
            Ok(())
        };
        let cancel = AtomicBool::new(false);
        let work = Work { threads: 2, overwrite: false, estimates: false, cancel: &cancel, on: &mut on };
        let said = super::super::execute(&mock, &experiment, dir.path(), work).unwrap_err().to_string();
        assert!(said.contains("states.parquet.partial") && said.contains("first 40 runs are kept"), "{said}");
        fs::remove_dir(&obstacle).unwrap();
        let between = files(dir.path());
        assert!(between.contains_key("world.parquet") && !between.contains_key("firms.parquet"));
        assert!(between.contains_key("world.csv") && between.contains_key("journal"), "{:?}", between.keys());
        // No run is done again: each would fail now.
        let kept = Mock { fails: (0..40).collect(), ..mock };
        execute(&kept, &experiment, &options(dir.path(), 2, &AtomicBool::new(false))).unwrap();
        assert!(files(dir.path()) == whole);
    }

    #[test]
    fn a_kill_before_the_last_files_are_removed_is_made_up_for() {
        let Interrupted { experiment, mock, whole, .. } = interrupted_parquet();
        let dir = tempfile::tempdir().unwrap();
        whole.iter().for_each(|(name, bytes)| fs::write(dir.path().join(name), bytes).unwrap());
        fs::write(dir.path().join("world.csv"), "run\n").unwrap();
        assert!(batch(&mock, &experiment, dir.path(), 1).already);
        assert!(dir.path().join("world.csv").exists(), "a file that the user may have put there was removed");
        fs::write(dir.path().join(journal::FILE), "").unwrap();
        assert!(batch(&mock, &experiment, dir.path(), 1).already);
        assert!(files(dir.path()) == whole);
    }
}
