//! Memory does not grow with the number of runs.
#![cfg(target_os = "linux")]

use std::{fs, path::Path, process::Command, thread::sleep, time::Duration};
use tempfile::TempDir;

/// Peak memory of a batch of so many short runs, in kB.
fn peak(folder: &Path, runs: u32) -> u64 {
    let out = format!("out-{runs}");
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("redqueen"))
        .current_dir(folder)
        .args(["batch", "--quiet", "--months", "2", "--record", "world", "--out", &out, "--runs", &runs.to_string()])
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        peak = peak.max(now.unwrap_or(0));
        sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    peak
}

#[test]
fn many_runs_take_no_more_memory_than_some() {
    let folder = TempDir::new().unwrap();
    let (some, many) = (peak(folder.path(), 400), peak(folder.path(), 8000));
    assert!(some > 1000, "nothing was measured: {some} kB");
    // A kilobyte a run would be half as much again.
    assert!(many * 5 <= some * 6, "{some} kB for 400 runs, {many} kB for 8000");
}
