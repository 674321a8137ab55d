//! Whatever is wrong with what comes from outside, the program says so: no panic, no hang, bounded memory, an exit code with a
//! meaning, the name of the file in every error about it, and nothing raw of it on the terminal. Mutants of good input, the same in
//! every run; `FUZZ=20 cargo test --test all fuzz` tries twenty times as many, others each.

mod mutant;

use crate::support::program::{files, resealed};
use mutant::{Mutants, toml_text};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// Memory in kB that the program may ask for, threads' stacks and all.
#[cfg(target_os = "linux")]
const MEMORY: &str = "3000000";
/// However slow the machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many times as many mutants as usual.
fn times() -> usize {
    std::env::var("FUZZ").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Runs the program on something strange, whose place an error has to name.
fn survives(folder: &Path, arguments: &[&str], place: &str, what: &dyn Fn() -> String) -> i32 {
    let program = assert_cmd::cargo::cargo_bin("redqueen");
    #[cfg(target_os = "linux")]
    let mut command = {
        let mut command = assert_cmd::Command::new("sh");
        command.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")]).arg(program);
        command
    };
    #[cfg(not(target_os = "linux"))]
    let mut command = assert_cmd::Command::new(program);
    let output = command.current_dir(folder).args(arguments).timeout(PATIENCE).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = || format!("{arguments:?} said\n{said}\nof\n{}", what());
    let Some(code @ 0..=2) = output.status.code() else { panic!("{:?}: {}", output.status, told()) };
    assert!(!said.contains("panicked"), "{}", told());
    let raw = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}');
    assert!(!said.contains(raw), "raw characters: {}", told());
    assert!(code == 0 || said.contains(place), "no place `{place}`: {}", told());
    code
}

fn configs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("configs")
}

/// A folder with the configs of the program in it.
fn with_configs() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files(&configs(), ".toml") {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// Checks mutants of a config that stand beside it, and runs some of those that pass.
fn mutants_of_config(name: &str, seed: u64, count: usize) {
    let folder = with_configs();
    let good = fs::read_to_string(configs().join(name)).unwrap();
    let tree: Value = toml::from_str(&good).unwrap();
    let mut mutants = Mutants::new(seed);
    let path = Path::new(name).with_file_name("mutant.toml");
    let (path, mut passed) = (path.to_str().unwrap(), 0);
    for at in 0..count * times() {
        let mutant = match at % 3 {
            0 => mutants.bytes(good.as_bytes()),
            _ => toml_text(&mutants.tree(&tree)).into_bytes(),
        };
        fs::write(folder.path().join(path), &mutant).unwrap();
        let what = || String::from_utf8_lossy(&mutant).into_owned();
        let code = survives(folder.path(), &["check", path], "mutant.toml", &what);
        assert!(code != 1, "{}", what());
        passed += usize::from(code == 0);
        if code == 0 && passed % 8 == 1 {
            let run = ["batch", path, "--runs", "1", "--months", "2", "--quiet", "--out", "out", "--overwrite"];
            survives(folder.path(), &run, "", &what);
        }
    }
    assert!(passed > 0 && passed < count * times(), "{passed} pass");
}

#[test]
fn a_mutant_of_a_scenario_is_refused_or_runs() {
    mutants_of_config("baseline.toml", 1, 60);
    mutants_of_config("scenarios/taiwan-blockade.toml", 2, 60);
}

#[test]
fn a_mutant_of_an_experiment_is_refused_or_runs() {
    mutants_of_config("experiments/diffusion-lhs.toml", 3, 60);
    mutants_of_config("experiments/open-or-guarded.toml", 4, 30);
    mutants_of_config("experiments/variance-saltelli.toml", 5, 30);
}

#[test]
fn a_mutant_of_a_file_of_points_is_refused_or_read() {
    let folder = TempDir::new().unwrap();
    let good = "mechanisms.diffusion.phi_closed,mechanisms.claims.enabled,states.'South Korea'.talent\n0.1,true,1.0\n0.2,false,1.1\n";
    let text = "name = \"p\"\nscenario = \"baseline\"\n[design]\nkind = \"list\"\nfile = \"points.csv\"\n";
    fs::write(folder.path().join("p.toml"), text).unwrap();
    fs::write(folder.path().join("points.csv"), good).unwrap();
    assert_eq!(survives(folder.path(), &["check", "p.toml"], "points.csv", &|| good.to_owned()), 0);
    let mut mutants = Mutants::new(6);
    for _ in 0..60 * times() {
        let mutant = mutants.bytes(good.as_bytes());
        fs::write(folder.path().join("points.csv"), &mutant).unwrap();
        survives(folder.path(), &["check", "p.toml"], "points.csv", &|| String::from_utf8_lossy(&mutant).into_owned());
    }
}

#[test]
fn a_mutant_of_an_override_is_refused_or_laid_over() {
    let folder = TempDir::new().unwrap();
    let good = [
        "states.US.talent=1.2",
        "states.'South Korea'.demand.cloud=0.5",
        "borders.China-US.openness=0.4",
        "mechanisms.diffusion.xi_open=2",
        "firms.OpenAI.remove=true",
        "time.months=24",
        "name=\"mine\"",
    ];
    let mut mutants = Mutants::new(7);
    for at in 0..80 * times() {
        let mutant = mutants.text(good[at % good.len()]);
        survives(folder.path(), &["check", "baseline", &format!("--set={mutant}")], "", &|| mutant.clone());
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for (name, bytes) in files(from, "") {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Changes a file of a folder, and runs the program on it with each of these lines of arguments.
fn mutants_of_folder(whole: &Path, seed: u64, count: usize, lines: &[&[&str]]) {
    let folder = TempDir::new().unwrap();
    let mut mutants = Mutants::new(seed);
    let names: Vec<_> = files(whole, "").into_keys().collect();
    for at in 0..count * times() {
        let (name, out) = (&names[at % names.len()], folder.path().join("out"));
        for arguments in lines {
            let _ = fs::remove_dir_all(&out);
            copy(whole, &out);
            let bytes = fs::read(whole.join(name)).unwrap();
            let mutant = match serde_json::from_slice::<Value>(&bytes) {
                Ok(tree) if name.ends_with(".json") => serde_json::to_vec_pretty(&mutants.tree(&tree)).unwrap(),
                _ => mutants.bytes(&bytes),
            };
            fs::write(out.join(name), &mutant).unwrap();
            survives(folder.path(), arguments, "out", &|| format!("{name}:\n{}", String::from_utf8_lossy(&mutant)));
        }
    }
}

/// A batch of two scenarios in few months.
fn batch(folder: &Path, more: &[&str]) {
    let text = "name = \"two\"\nscenario = \"null\"\nruns = 3\nmonths = 3\nrecord = [\"world\", \"states\"]\n\
                [[scenarios]]\nname = \"a\"\n[[scenarios]]\nname = \"b\"\nset = { \"states.US.talent\" = 1.2 }\n";
    fs::write(folder.join("two.toml"), text).unwrap();
    let arguments = [&["batch", "two.toml", "--quiet", "--out", "whole"], more].concat();
    assert_eq!(survives(folder, &arguments, "", &String::new), 0);
}

#[test]
fn a_mutant_of_a_finished_batch_is_refused_or_mended() {
    let folder = TempDir::new().unwrap();
    batch(folder.path(), &[]);
    let config = folder.path().join("two.toml");
    let again = ["batch", config.to_str().unwrap(), "--quiet", "--out", "out"];
    mutants_of_folder(&folder.path().join("whole"), 8, 30, &[&["report", "out"], &["sensitivity", "out"], &again]);
}

#[test]
fn a_mutant_of_a_shard_is_refused_or_mended() {
    let folder = TempDir::new().unwrap();
    batch(folder.path(), &["--shard", "1/1"]);
    let config = folder.path().join("two.toml");
    let again = ["batch", config.to_str().unwrap(), "--quiet", "--shard", "1/1", "--out", "out"];
    mutants_of_folder(
        &folder.path().join("whole"),
        9,
        30,
        &[&["merge", "out", "--quiet", "--out", "merged", "--overwrite"], &again],
    );
}

#[test]
fn a_mutant_of_a_snapshot_is_refused_or_gone_on_with() {
    let folder = TempDir::new().unwrap();
    let save = ["run", "null", "--quiet", "--months", "4", "--save", "fork", "--out", "head"];
    assert_eq!(survives(folder.path(), &save, "", &String::new), 0);
    let go_on = ["run", "--quiet", "--from", "fork", "--months", "6", "--out", "out", "--overwrite"];
    assert_eq!(survives(folder.path(), &go_on, "", &String::new), 0);
    let whole = fs::read_to_string(folder.path().join("fork")).unwrap();
    let tree: Value = serde_json::from_str(&whole).unwrap();
    let (mut mutants, mut refused) = (Mutants::new(10), 0);
    for at in 0..40 * times() {
        // Every other one has the checksum that it would have been written with.
        let mutant = if at % 2 == 0 {
            mutants.bytes(whole.as_bytes())
        } else {
            let text = serde_json::to_string_pretty(&mutants.tree(&tree)).unwrap();
            let sealed = text.contains(",\n  \"sha256\": ");
            if sealed { resealed(&text).into_bytes() } else { text.into_bytes() }
        };
        fs::write(folder.path().join("fork"), &mutant).unwrap();
        let code = survives(folder.path(), &go_on, "fork", &|| String::from_utf8_lossy(&mutant).into_owned());
        refused += usize::from(code != 0);
    }
    assert!(refused > 25 * times(), "{refused} were refused");
}
