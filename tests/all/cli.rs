//! The commands as a user types them.

use assert_cmd::Command;
use predicates::{prelude::PredicateBooleanExt, str::contains};
use std::fs;

fn redqueen(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("redqueen").unwrap();
    command.args(arguments);
    command
}

#[test]
fn params_and_columns_print_in_every_format() {
    redqueen(&["params"]).assert().success().stdout(contains("growth_per_year = "));
    redqueen(&["params", "--format", "csv"]).assert().success().stdout(contains("path,value,default,unit,"));
    redqueen(&["params", "--format", "markdown"]).assert().success().stdout(contains("| states.*.talent | "));
    let output = redqueen(&["columns", "world", "--format", "json"]).output().unwrap();
    let columns: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(columns.iter().all(|column| column["table"] == "world"));
    assert!(columns.iter().any(|column| column["column"] == "gap_rating" && column["unit"] == "points"));
}

#[test]
fn params_columns_and_configs_take_words_that_narrow_them() {
    let said = |arguments: &[&str], code: i32| {
        let output = redqueen(arguments).assert().code(code).get_output().clone();
        String::from_utf8(if code == 0 { output.stdout } else { output.stderr }).unwrap()
    };
    let diffusion = said(&["params", "mechanisms.diffusion", "open", "--format", "csv"], 0);
    let paths: Vec<&str> = diffusion.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert!(paths.contains(&"mechanisms.diffusion.xi_open"), "{paths:?}");
    assert!(paths.iter().all(|path| path.starts_with("mechanisms.diffusion.")) && paths.len() < 12, "{paths:?}");
    assert!(said(&["params", "xi_opne"], 2).contains("did you mean `xi_open`?"));
    assert!(said(&["params", "leapfrog"], 0).contains("[mechanisms.leapfrog]"), "a word is no config");
    assert!(said(&["params", "null"], 2).contains("the values of a config are listed by --config null"));
    let null = said(&["params", "diffusion", "--config", "null"], 0);
    assert!(null.starts_with("[mechanisms.diffusion]  (not enabled)"), "{null}");
    assert!(said(&["params", "my-config.toml"], 2).contains("listed by --config my-config.toml"));

    let movers = said(&["params", "--moves", "output_effect_end"], 0);
    assert!(
        movers.lines().nth(2).is_some_and(|line| line.contains(" ± ") && line.ends_with("mechanisms.output.gain")),
        "{movers}"
    );
    assert!(said(&["params", "--moves", "power_leader_ned"], 2).contains("did you mean `power_leader_end`?"));

    let gaps = said(&["columns", "runs", "gap", "points"], 0);
    assert!(gaps.starts_with("runs\n") && gaps.contains("  gap_rating_end: number, points"), "{gaps}");
    assert!(!gaps.contains("exits") && said(&["columns", "quantiles"], 0).contains("p50"));
    assert!(said(&["columns", "qantiles"], 2).contains("did you mean `quantiles`?"));

    let taiwan = said(&["configs", "scenario", "taiwan"], 0);
    assert!(taiwan.contains("  taiwan-risk\n") && !taiwan.contains("retaliation"), "{taiwan}");
    let all = said(&["configs", "--format", "csv"], 0);
    assert!(all.contains("\nno-controls,scenario,scenarios/no-controls.toml,Nobody controls exports.\n"), "{all}");
    assert!(said(&["configs", "tawian"], 2).contains("did you mean `taiwan`"));
    for (asked, lists) in [(&["--help"][..], "redqueen configs"), (&["init", "--help"], "redqueen configs")] {
        assert!(said(asked, 0).contains(lists), "{asked:?}");
    }
    assert!(said(&["batch", "no-such-world"], 2).contains("`redqueen configs` lists those that are built in"));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["batch"][..], &["merge", "part"]] {
        let mut command = redqueen(arguments);
        command.current_dir(folder.path()).args(["--format", "parquet"]);
        command.assert().code(2).stderr(contains("cargo install --path . --features parquet"));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn init_writes_configs_that_check_and_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("configs")).unwrap();
    fs::write(folder.path().join("configs/null.toml"), "mine").unwrap();
    let here = |arguments: &[&str]| {
        let mut command = redqueen(arguments);
        command.current_dir(folder.path());
        command
    };
    here(&["init"])
        .assert()
        .success()
        .stdout(contains("wrote configs/baseline.toml").and(contains("kept  configs/null.toml")));
    assert_eq!(fs::read_to_string(folder.path().join("configs/null.toml")).unwrap(), "mine");
    here(&["check", "configs/baseline.toml", "null"]).assert().success().stdout(contains("good: baseline"));
}

#[test]
fn schemas_are_json() {
    for which in ["scenario", "experiment", "game", "calibration"] {
        let output = redqueen(&["schema", which]).output().unwrap();
        let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
}

#[test]
fn every_config_of_the_project_is_good() {
    let schema = |which| serde_json::from_slice(&redqueen(&["schema", which]).output().unwrap().stdout).unwrap();
    let [scenario, experiment, game, calibration]: [serde_json::Value; 4] =
        ["scenario", "experiment", "game", "calibration"].map(schema);
    let configs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let mut seen = 0;
    for folder in ["", "scenarios", "experiments", "games", "calibrations", "claims"] {
        let Ok(entries) = fs::read_dir(configs.join(folder)) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            redqueen(&["check"]).arg(&path).assert().success();
            let config: serde_json::Value = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let schema = match folder {
                "experiments" | "claims" => &experiment,
                "calibrations" => &calibration,
                "games" => &game,
                _ => &scenario,
            };
            let faults: Vec<_> =
                jsonschema::validator_for(schema).unwrap().iter_errors(&config).map(|e| e.to_string()).collect();
            assert!(faults.is_empty(), "{}: {faults:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 50, "{seen}");
}

#[test]
fn help_has_examples_and_bad_usage_is_refused() {
    redqueen(&["--help"]).assert().success().stdout(contains("Examples:"));
    for command in [
        "calibrate",
        "claims",
        "compare",
        "merge",
        "slurm",
        "sensitivity",
        "discover",
        "explain",
        "check",
        "params",
        "columns",
        "configs",
        "formula",
        "schema",
        "init",
        "completions",
    ] {
        redqueen(&[command, "--help"]).assert().success().stdout(contains("Examples:"));
    }
    redqueen(&["chek"]).assert().code(2).stderr(contains("check"));
    redqueen(&["params", "--months", "0"]).assert().code(2);
    redqueen(&["completions", "bash"]).assert().success().stdout(contains("complete -F _redqueen"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    for arguments in [&["params"][..], &["columns", "--format", "csv"], &["schema"], &["completions", "zsh"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let program = env!("CARGO_BIN_EXE_redqueen");
        let output = Command::new(program).args(arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_batch_fits_a_narrow_terminal_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let study = "name = 'a-study-with-a-long-name'\nruns = 2\nmonths = 26\nrecord = ['world']\n\
                 [design]\nkind = 'grid'\n[[design.factors]]\nparameter = 'mechanisms.diffusion.xi_open'\nlevels = 2\n\
                 [[scenarios]]\nname = 'as it is'\n[[scenarios]]\nname = 'without any firm'\n\
                 set = { 'mechanisms.diffusion.enabled' = false }\n";
    fs::write(folder.path().join("study.toml"), study).unwrap();
    let mut said = Vec::new();
    for columns in ["60", "80"] {
        let mut command = redqueen(&["batch", "study.toml", "--overwrite", "--out", "out"]);
        let output = command.current_dir(folder.path()).env("COLUMNS", columns).output().unwrap();
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(output.status.success(), "{err}");
        let widest = columns.parse().unwrap();
        let lines =
            || out.lines().chain(err.lines()).filter(|line| !line.contains("out/") && !line.starts_with("files"));
        assert!(lines().all(|line| line.chars().count() <= widest), "{columns}\n{out}{err}");
        assert!(!out.contains('…') && out.contains("frontier_gain_per_year") && out.contains("points/year"), "{out}");
        said.push(out.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    }
    assert_eq!(said[0], said[1], "a width changes what is said");
}

#[test]
fn configs_that_the_documentation_shows_are_good() {
    let folder = tempfile::tempdir().unwrap();
    redqueen(&["init"]).current_dir(folder.path()).assert().success();
    let mut checked = 0;
    for (page, file, before) in [
        ("docs/writing-a-scenario.md", "my.toml", ""),
        ("docs/tutorial.md", "my.toml", ""),
        (
            "docs/designing-an-experiment.md",
            "configs/experiments/mine.toml",
            "name = 'mine'\nscenario = '../baseline.toml'\n",
        ),
    ] {
        let text = fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
        for shown in text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
            // A part of a file stands in one.
            let whole = shown.contains("name = ") && !shown.trim_start().starts_with('[');
            let config = if whole { shown.to_owned() } else { format!("{before}{shown}") };
            fs::write(folder.path().join(file), &config).unwrap();
            redqueen(&["check", file]).current_dir(folder.path()).assert().success();
            checked += 1;
        }
    }
    assert!(checked >= 3, "{checked}");
}
