//! Whose files are whose, and what is read back: files of others survive whatever is asked for, and what is not as it was
//! written is made anew or named.

use crate::support::program::{files, redqueen, resealed};
use std::{fs, path::Path};
use tempfile::TempDir;

const BATCH: [&str; 9] = ["batch", "--quiet", "--runs", "4", "--months", "3", "--record", "world", "--out"];

fn batch(folder: &Path, more: &[&str]) -> Result<(), String> {
    said(folder, &[&BATCH[..], &["out"], more].concat())
}

fn said(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = redqueen(folder, arguments).output().unwrap();
    match output.status.code() {
        Some(0) => Ok(()),
        code => Err(format!("{code:?} {}", String::from_utf8(output.stderr).unwrap())),
    }
}

/// Changes a digit in the middle of a file, so that it still can be read.
fn change_digit(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let half = bytes.len() / 2;
    let after_point = bytes[half..].windows(2).position(|two| two[0] == b'.' && two[1].is_ascii_digit());
    let any = || bytes[half..].iter().position(u8::is_ascii_digit);
    let at = half + after_point.map(|at| at + 1).or_else(any).unwrap();
    bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
    fs::write(path, bytes).unwrap();
}

#[test]
fn overwriting_spares_what_redqueen_did_not_write() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    batch(folder.path(), &[]).unwrap();
    let own: Vec<String> = files(&out, "").into_keys().collect();
    assert!(own.iter().any(|name| name.starts_with("figures/")), "{own:?}");
    let mine =
        ["notes.txt", "figures/mine.svg", "sensitivity/mine.svg", "sensitivity.html", "world.parquet", "states.csv"];
    for name in mine {
        let path = out.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "mine").unwrap();
    }
    batch(folder.path(), &["--seed", "9", "--overwrite"]).unwrap();
    for name in mine {
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), "mine", "{name}");
    }
    // What would take the place of one of them is refused before anything is done.
    let before = files(&out, "");
    let error = said(
        folder.path(),
        &["batch", "--record", "all", "--quiet", "--runs", "2", "--months", "3", "--overwrite", "--out", "out"],
    );
    let error = error.unwrap_err();
    assert!(error.starts_with("Some(2)") && error.contains("out/states.csv was not written by redqueen"), "{error}");
    assert!(files(&out, "") == before);
    // A picture of somebody else is not drawn over either.
    fs::write(out.join("figures/rating_gap.svg"), "mine").unwrap();
    batch(folder.path(), &["--seed", "9"]).unwrap();
    assert_ne!(fs::read_to_string(out.join("figures/rating_gap.svg")).unwrap(), "mine", "the picture is redqueen's");
    fs::remove_file(out.join("states.csv")).unwrap();
}

#[cfg(unix)]
#[test]
fn nothing_is_reached_through_a_link() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    batch(folder.path(), &[]).unwrap();
    fs::rename(out.join("figures"), folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), out.join("figures")).unwrap();
    let before = files(&folder.path().join("elsewhere"), "");
    let error = batch(folder.path(), &["--seed", "9", "--overwrite"]).unwrap_err();
    assert!(error.starts_with("Some(1)") && error.contains("figures") && error.contains("did not write"), "{error}");
    assert!(files(&folder.path().join("elsewhere"), "") == before, "pictures were written through a link");
    fs::remove_file(out.join("figures")).unwrap();
    said(folder.path(), &["report", "out"]).unwrap();
}

#[test]
fn init_keeps_what_is_there_whole_or_not() {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("configs")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.path().join("configs/null.toml")).unwrap();
    said(folder.path(), &["init"]).unwrap();
    #[cfg(unix)]
    assert!(!folder.path().join("configs/nowhere").exists(), "something was written through a link");
    fs::write(folder.path().join("configs/baseline.toml"), "mine").unwrap();
    said(folder.path(), &["init"]).unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("configs/baseline.toml")).unwrap(), "mine");
    assert!(files(folder.path(), ".partial").is_empty());
}

#[test]
fn a_changed_digit_is_named_by_those_who_read_and_mended_by_who_writes() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    batch(folder.path(), &[]).unwrap();
    let whole = files(&out, "");
    for table in ["runs.csv", "quantiles.csv"] {
        change_digit(&out.join(table));
        let error = said(folder.path(), &["report", "out"]).unwrap_err();
        let said =
            format!("cannot read out/{table}: it was changed after it was written; the batch's command makes it anew");
        assert!(error.starts_with("Some(1)") && error.contains(&said), "{error}");
        batch(folder.path(), &[]).unwrap();
    }
    let lines = fs::read_to_string(out.join("runs.csv")).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    for rows in [[&lines[..3], &lines[4..]].concat(), [&lines[..3], &lines[2..]].concat()] {
        fs::write(out.join("runs.csv"), rows.join("\n") + "\n").unwrap();
        let error = said(folder.path(), &["report", "out"]).unwrap_err();
        assert!(error.contains("out/runs.csv: it has "), "{error}");
        let runs = redqueen::batch::Results::open(&out).unwrap().runs().unwrap_err().to_string();
        assert!(runs.contains("runs.csv: it has "), "{runs}");
    }
    for table in ["world.csv", "datapackage.json", "report.html", "figures/rating_gap.svg"] {
        change_digit(&out.join(table));
        batch(folder.path(), &[]).unwrap();
        let found = files(&out, "");
        assert!(found[table] == whole[table], "{table} is still changed");
    }
    for name in whole.keys().filter(|name| *name != "log.txt") {
        assert!(files(&out, "")[name] == whole[name], "{name} differs");
    }
}

#[test]
fn a_table_that_the_batch_does_not_have_is_not_drawn() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("off.toml"), "name = 'off'\nruns = 2\nmonths = 3\nquantiles = 'off'\n").unwrap();
    said(folder.path(), &["batch", "off.toml", "--quiet"]).unwrap();
    batch(folder.path(), &[]).unwrap();
    fs::copy(folder.path().join("out/quantiles.csv"), folder.path().join("output/off/quantiles.csv")).unwrap();
    let error = said(folder.path(), &["report", "output/off"]).unwrap_err();
    assert!(error.contains("quantiles.csv: manifest.json lists no such table; move it away"), "{error}");
}

#[test]
fn differences_are_not_taken_on_trust() {
    let folder = TempDir::new().unwrap();
    let compare = ["compare", "null", "baseline", "--doubt=none", "--runs", "4", "--months", "3", "--out", "out"];
    let told = || String::from_utf8(redqueen(folder.path(), &compare).assert().success().get_output().stdout.clone());
    let first = told().unwrap();
    let table = folder.path().join("out/differences.csv");
    let whole = fs::read(&table).unwrap();
    change_digit(&table);
    assert_eq!(told().unwrap(), first);
    assert_eq!(fs::read(&table).unwrap(), whole);
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_in_the_place_of_a_file_is_not_waited_for() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    for name in ["runs.csv", "quantiles.csv", "manifest.json", "datapackage.json", "log.txt", "journal", "report.html"]
    {
        batch(folder.path(), &["--overwrite"]).unwrap();
        let _ = fs::remove_file(out.join(name));
        assert!(std::process::Command::new("mkfifo").arg(out.join(name)).status().unwrap().success());
        for arguments in [&["report", "out"][..], &[&BATCH[..], &["out", "--seed", "9", "--overwrite"]].concat()] {
            let mut command = redqueen(folder.path(), arguments);
            let output = command.timeout(std::time::Duration::from_secs(60)).output().unwrap();
            let error = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.code().is_some(), "{name}: {arguments:?} hangs");
            let passed_by = arguments[0] == "report" && ["log.txt", "journal", "datapackage.json"].contains(&name);
            assert_eq!(output.status.success(), passed_by, "{name} {arguments:?}: {error}");
        }
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn a_folder_of_another_version_is_left_alone() {
    let folder = TempDir::new().unwrap();
    batch(folder.path(), &[]).unwrap();
    let manifest = folder.path().join("out/manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, resealed(&text.replacen("\"format\": 3", "\"format\": 2", 1))).unwrap();
    let before = files(&folder.path().join("out"), "");
    for more in [&[][..], &["--overwrite"]] {
        let error = batch(folder.path(), more).unwrap_err();
        assert!(error.starts_with("Some(2)") && !error.contains("panicked"), "{error}");
        assert!(files(&folder.path().join("out"), "") == before, "{more:?}");
    }
    for command in ["report", "sensitivity", "merge"] {
        let error = said(folder.path(), &[command, "out"]).unwrap_err();
        assert!(error.contains("found format 2"), "{command}: {error}");
    }
    assert!(redqueen::batch::Results::open(folder.path().join("out")).is_err());
}
