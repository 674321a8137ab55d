//! A batch takes no more memory for more runs, and little for more scenarios: what is written, what is gathered over runs and the
//! report.
#![cfg(target_os = "linux")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

/// More memory that many runs may take than few do. It leaves each run about 200 bytes here, less than its outcomes take.
const SLACK: f64 = 1.2;
const FEW: u32 = 1000;
const MANY: u32 = 20_000;

/// The most memory, in kilobytes, that the program has taken up to now; `None` once it has ended.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The peak of a whole command, in kilobytes, and that it left a report.
fn peak_of(command: &[&str], runs: u32) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut child = Command::new(env!("CARGO_BIN_EXE_redqueen"))
        .args(command)
        .args(["--runs", &runs.to_string(), "--months", "2", "--record", "world", "--threads", "2", "--quiet", "--out"])
        .arg(&out)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    // Between two looks a batch does a few runs, and the report of so many runs takes many looks.
    let status = loop {
        most = most.max(peak(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        sleep(Duration::from_millis(1));
    };
    assert!(status.success(), "{command:?}");
    assert_eq!(rows(&out.join("runs.csv")) % runs as usize, 0);
    assert!(out.join("report.html").exists() && most > 0);
    most
}

fn rows(file: &Path) -> usize {
    fs::read_to_string(file).unwrap().lines().count() - 1
}

#[track_caller]
fn assert_flat(command: &[&str], few: u32, many: u32) {
    let [small, large] = [few, many].map(|runs| peak_of(command, runs));
    println!("{command:?}: {small} kB for {few} runs, {large} kB for {many}");
    assert!(
        large as f64 <= SLACK * small as f64,
        "{command:?} took {small} kB for {few} runs and {large} kB for {many}: something grows with the runs"
    );
}

#[test]
fn a_batch_of_many_runs_takes_no_more_memory_than_one_of_few() {
    assert_flat(&["batch"], FEW, MANY);
}

#[test]
fn nor_do_two_scenarios_that_are_compared() {
    assert_flat(&["compare", "baseline", "no-controls", "--doubt=none"], FEW, MANY / 2);
}

/// Kilobytes that a scenario of an experiment may take: a config of it alone, read into values, takes more.
const PER_SCENARIO: u64 = 380;

/// The peak of a batch with so many scenarios that differ in a number.
fn peak_of_scenarios(number: u32) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.toml");
    let entry = |at: u32| {
        let value = 0.3 + f64::from(at) / 1000.0;
        format!("[[scenarios]]\nname = \"case{at}x\"\nset.\"mechanisms.diffusion.phi_closed\" = {value}\n")
    };
    fs::write(&file, "name = \"many\"\n".to_owned() + &(0..number).map(entry).collect::<String>()).unwrap();
    peak_of(&["batch", file.to_str().unwrap()], 1)
}

#[test]
fn a_scenario_more_takes_no_world_more() {
    let (few, many) = (20, 120);
    let [small, large] = [few, many].map(peak_of_scenarios);
    println!("{small} kB for {few} scenarios, {large} kB for {many}");
    let each = large.saturating_sub(small) / u64::from(many - few);
    assert!(each <= PER_SCENARIO, "{each} kB for each scenario more");
}
