//! A batch that is stopped, however it is stopped, and started again with the same command ends as if nothing had
//! happened: same bytes, no run twice.

use crate::support::program::{files, redqueen, resealed};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const RUNS: [&str; 9] = ["batch", "--quiet", "--months", "24", "--seed", "5", "--record", "world,states", "--out"];

fn command(out: &'static str, runs: &'static str) -> Vec<&'static str> {
    [&RUNS[..], &[out, "--runs", runs]].concat()
}

/// The tables, and the manifest that says what they are.
fn results(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = files(folder, ".csv");
    found.extend(files(folder, ".json"));
    found
}

fn assert_same(folder: &Path, a: &str, b: &str) {
    let (a, b) = (results(&folder.join(a)), results(&folder.join(b)));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in &a {
        assert!(b[name] == *bytes, "{name} differs");
    }
}

/// Starts the program and ends it with this signal once its journal has grown beyond `bytes`; whether it was in time.
fn stopped(folder: &Path, arguments: &[&str], out: &str, signal: &str, bytes: u64) -> bool {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("redqueen"))
        .current_dir(folder)
        .args(arguments)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let journal = folder.join(out).join("journal");
    while fs::metadata(&journal).map_or(0, |found| found.len()) <= bytes && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    let status = child.wait().unwrap();
    sent.success() && !status.success()
}

#[test]
fn killed_again_and_again_it_ends_the_same() {
    let folder = TempDir::new().unwrap();
    redqueen(folder.path(), &command("whole", "60")).args(["--threads", "1"]).assert().success();
    let (mut kills, mut reached) = (0, 0);
    for _ in 0..6 {
        let arguments = command("killed", "60");
        kills += u32::from(stopped(folder.path(), &arguments, "killed", "-KILL", reached + 600));
        reached = fs::metadata(folder.path().join("killed/journal")).map_or(0, |found| found.len());
    }
    assert!(kills >= 3, "only {kills} kills were in time to disturb anything");
    assert!(!folder.path().join("killed/runs.csv").exists(), "a table has its final name before it is complete");
    redqueen(folder.path(), &command("killed", "60")).args(["--threads", "2"]).assert().success();
    assert_same(folder.path(), "whole", "killed");
    let log = fs::read_to_string(folder.path().join("killed/log.txt")).unwrap();
    assert!(!log.contains(" 0 of them found here"), "nothing was kept: {log}");
    assert!(!folder.path().join("killed/journal").exists());
}

#[test]
fn ctrl_c_keeps_what_is_done() {
    let folder = TempDir::new().unwrap();
    redqueen(folder.path(), &command("whole", "80")).assert().success();
    for signal in ["-INT", "-TERM"] {
        assert!(stopped(folder.path(), &command("stopped", "80"), "stopped", signal, 500), "it ended too early");
        let left = files(&folder.path().join("stopped"), "");
        assert!(left.contains_key("journal") && left.contains_key("world.csv.partial"), "{:?}", left.keys());
        redqueen(folder.path(), &["report", "stopped"]).assert().code(2);
    }
    redqueen(folder.path(), &command("stopped", "80")).assert().success();
    assert_same(folder.path(), "whole", "stopped");
}

/// A limit on the size of files stands in for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_what_was_written() {
    let folder = TempDir::new().unwrap();
    redqueen(folder.path(), &command("whole", "30")).assert().success();
    let program = assert_cmd::cargo::cargo_bin("redqueen");
    for blocks in [500, 1100] {
        // Whether or not the shell lets the program hear of it.
        let trap = if blocks == 500 { "trap '' XFSZ; " } else { "" };
        let script = format!("{trap}ulimit -f {blocks}; exec {} \"$@\"", program.display());
        let output = Command::new("bash")
            .current_dir(folder.path())
            .args(["-c", &script, "redqueen"])
            .args(command("full", "30"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("error: cannot write ") && said.contains("states.csv.partial"), "{said}");
        assert!(said.contains("runs are kept") && said.contains("goes on from there"), "{said}");
    }
    redqueen(folder.path(), &command("full", "30")).assert().success();
    assert_same(folder.path(), "whole", "full");
}

#[test]
fn a_signal_ends_a_long_run_in_its_middle() {
    let folder = TempDir::new().unwrap();
    let arguments = ["batch", "--months", "12000", "--runs", "4", "--threads", "1", "--record", "world"];
    for (signal, out) in [("-TERM", "term"), ("-INT", "int")] {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("redqueen"))
            .current_dir(folder.path())
            .args(arguments)
            .args(["--out", out])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(300));
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let sent = Instant::now();
        let status = child.wait().unwrap();
        assert!(sent.elapsed() < Duration::from_secs(3), "it took {:?}", sent.elapsed());
        let mut said = String::new();
        std::io::Read::read_to_string(&mut child.stderr.unwrap(), &mut said).unwrap();
        assert_eq!(status.code(), Some(130), "{said}");
        assert!(said.contains("interrupted; finished runs are kept"), "{said}");
    }
}

#[test]
fn a_damaged_or_missing_manifest_of_a_stopped_batch_is_written_anew() {
    let folder = TempDir::new().unwrap();
    redqueen(folder.path(), &command("whole", "80")).assert().success();
    let manifest = folder.path().join("out/manifest.json");
    let kept = || fs::metadata(folder.path().join("out/journal")).map_or(0, |found| found.len());
    for damage in [None, Some(""), Some("{\"format\": 3, \"exp"), Some("seed")] {
        assert!(stopped(folder.path(), &command("out", "80"), "out", "-KILL", kept() + 300), "it ended too early");
        match damage {
            None => fs::remove_file(&manifest).unwrap(),
            // A digit that was changed.
            Some("seed") => {
                let text = fs::read_to_string(&manifest).unwrap();
                fs::write(&manifest, text.replacen("\"seed\": 5", "\"seed\": 7", 1)).unwrap();
            }
            Some(text) => fs::write(&manifest, text).unwrap(),
        }
        // Of another experiment nothing is lost, whatever it is told to do next.
        let before = kept();
        let mut other = command("out", "80");
        other[5] = "6";
        let output = redqueen(folder.path(), &other).assert().code(2).get_output().clone();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!said.contains("--overwrite") && said.contains("--out"), "{damage:?}: {said}");
        assert_eq!(kept(), before);
    }
    redqueen(folder.path(), &command("out", "80")).assert().success();
    assert_same(folder.path(), "whole", "out");
    let log = fs::read_to_string(folder.path().join("out/log.txt")).unwrap();
    assert!(!log.contains(" 0 of them found here"), "nothing was kept: {log}");
}

#[test]
fn a_folder_that_is_removed_on_the_way_is_told_at_once() {
    let folder = TempDir::new().unwrap();
    let child = Command::new(assert_cmd::cargo::cargo_bin("redqueen"))
        .current_dir(folder.path())
        .args(command("out", "20000"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let journal = folder.path().join("out/journal");
    while fs::metadata(&journal).map_or(0, |found| found.len()) < 1000 {
        sleep(Duration::from_millis(1));
    }
    fs::rename(folder.path().join("out"), folder.path().join("moved")).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("out was moved or removed while it was written; what was done went with it"), "{said}");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn what_was_changed_is_named() {
    let folder = TempDir::new().unwrap();
    stopped(folder.path(), &command("out", "80"), "out", "-KILL", 1000);
    for (changed, named) in [
        (["--seed", "6"], "the seed, the scenarios' config"),
        (["--set", "mechanisms.diffusion.xi_open=1.5"], "the scenarios' config"),
        (["--record", "world"], "the recorded tables"),
        (["--shard", "1/2"], "the shard"),
    ] {
        let arguments = ["batch", "--quiet", "--months", "24", "--out", "out", "--runs", "80"];
        let base: &[&str] = match changed[0] {
            "--seed" => &["--record", "world,states"],
            "--record" => &["--seed", "5"],
            _ => &["--seed", "5", "--record", "world,states"],
        };
        let output =
            redqueen(folder.path(), &[&arguments[..], base, &changed].concat()).assert().code(2).get_output().clone();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("which differs in {named};")), "{changed:?}: {said}");
    }
    // Another version of the program is another experiment too.
    let manifest = folder.path().join("out/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let text = text.replace(concat!("redqueen ", env!("CARGO_PKG_VERSION")), "redqueen 0.0.9");
    fs::write(&manifest, resealed(&text)).unwrap();
    let output = redqueen(folder.path(), &command("out", "80")).assert().code(2).get_output().clone();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("which differs in the program's version;"), "{said}");
}

#[test]
fn a_kill_before_there_is_anything_costs_nothing() {
    let folder = TempDir::new().unwrap();
    redqueen(folder.path(), &command("whole", "4")).assert().success();
    for left in [&["journal"][..], &["manifest.json.partial"], &["journal", "manifest.json.partial"]] {
        let out = folder.path().join("out");
        fs::create_dir(&out).unwrap();
        left.iter().for_each(|name| fs::write(out.join(name), "").unwrap());
        redqueen(folder.path(), &command("out", "4")).assert().success();
        assert_same(folder.path(), "whole", "out");
        fs::remove_dir_all(out).unwrap();
    }
}

#[test]
fn of_several_processes_in_one_folder_one_writes() {
    let folder = TempDir::new().unwrap();
    redqueen(folder.path(), &command("whole", "60")).assert().success();
    let start = || {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("redqueen"));
        child.current_dir(folder.path()).args(command("out", "60")).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children: Vec<_> = (0..4).map(|_| start()).collect();
    let mut done = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(0) => done += 1,
            // One that waited in vain says so; one that waited long enough finds everything done.
            code => assert!(code == Some(2) && said.contains("is being written by another process"), "{code:?} {said}"),
        }
    }
    assert!(done >= 1);
    assert_same(folder.path(), "whole", "out");
    let log = fs::read_to_string(folder.path().join("out/log.txt")).unwrap();
    assert_eq!(log.lines().count(), 1, "the batch was run more than once: {log}");
    assert!(!folder.path().join("out/journal").exists());
}
