//! What happens when something goes wrong on the way: it is named, it costs no more than it must, nothing panics.

use crate::support::program::{files, redqueen, table};
use bevy_ecs::prelude::*;
use redqueen::{
    model::{Mechanism, Model, MonthPlan, Phase, clock::Clock, firm::Finance, ledger::Ledger},
    parameters,
};
use std::fs;
use tempfile::TempDir;

/// Investors who follow nothing but momentum on a steep scale: a large breakthrough overflows a firm's weight, and only
/// some runs have one.
const FRAGILE: [&str; 10] = [
    "--set",
    "mechanisms.money.momentum=20",
    "--set",
    "mechanisms.releases.rating_slope=5",
    "--set",
    "mechanisms.research.breakthrough_nats=10",
    "--set",
    "mechanisms.research.breakthroughs_per_year=2",
    "--set",
    "mechanisms.training.speed=12",
];

fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[test]
fn a_bad_run_does_not_lose_the_batch() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let common = ["batch", "--runs", "16", "--months", "12", "--seed", "1", "--out", "out"];
    let output = redqueen(folder.path(), &[&common[..], &FRAGILE].concat()).assert().code(1).get_output().clone();
    let (_, runs) = table(&out.join("runs.csv"));
    let failed: Vec<_> = runs.iter().filter(|row| row["status"] == "failed").collect();
    let finished: Vec<_> = runs.iter().filter(|row| row["status"] == "finished").collect();
    assert_eq!((runs.len(), failed.len() + finished.len()), (16, 16));
    assert!(failed.len() >= 2 && finished.len() >= 2, "{} of 16 failed", failed.len());
    for row in &failed {
        let error = &row["error"];
        assert!(
            error.starts_with("money: cash of ") && error.contains(" became ") && error.contains(" in 2023-"),
            "{error}"
        );
        assert!(row["gap_nats_end"].is_empty() && row["firms_end"].is_empty(), "a failed run has outcomes: {row:?}");
    }
    for row in &finished {
        assert!(row["error"].is_empty() && !row["firms_end"].is_empty());
    }
    let said = text(&output.stderr);
    assert!(said.contains(&format!("{} of 16 runs failed", failed.len())), "{said}");
    assert!(said.contains("money: cash of "), "the failure is not named: {said}");

    // The tables hold the finished runs, whole, and no others.
    let (_, world) = table(&out.join("world.csv"));
    for row in &runs {
        let months = world.iter().filter(|line| line["run"] == row["run"]).count();
        assert_eq!(months, if row["status"] == "finished" { 12 } else { 0 }, "run {}", row["run"]);
    }
    let (_, quantiles) = table(&out.join("quantiles.csv"));
    assert!(
        quantiles
            .iter()
            .filter(|row| row["table"] == "world")
            .all(|row| row["n"].parse::<usize>().unwrap() <= finished.len())
    );
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["runs_done"], &manifest["runs_failed"]), (&16.into(), &failed.len().into()));

    // The command that the failure gives replays it, and the same batch again still says that runs failed.
    let replicate = failed[0]["replicate"].as_str();
    let alone = ["run", "--months", "12", "--seed", "1", "--out", "alone", "--quiet", "--replicate", replicate];
    let output = redqueen(folder.path(), &[&alone[..], &FRAGILE].concat()).assert().code(1).get_output().clone();
    let named = failed[0]["error"].split(';').next().unwrap();
    assert!(text(&output.stderr).contains(named), "{named} is not in {}", text(&output.stderr));
    let before = files(&out, "");
    redqueen(folder.path(), &[&common[..], &FRAGILE].concat()).assert().code(1);
    assert!(files(&out, "") == before);
}

#[test]
fn an_endless_boom_is_stopped_where_numbers_end() {
    let folder = TempDir::new().unwrap();
    let growth = ["--set", "states.US.capital_growth_per_year=2", "--record", "world", "--out", "out"];
    let common = ["batch", "--runs", "2", "--months", "4800", "--quiet"];
    let output = redqueen(folder.path(), &[&common[..], &growth].concat()).assert().code(1).get_output().clone();
    assert!(text(&output.stderr).contains("2 of 2 runs failed"));
    let (_, runs) = table(&folder.path().join("out/runs.csv"));
    // e^(2 t) leaves the numbers of a double long before the end.
    let error = &runs[0]["error"];
    assert!(error.contains(" became inf in 2"), "{error}");
    let (_, world) = table(&folder.path().join("out/world.csv"));
    assert!(world.is_empty());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), "mine").unwrap();
    for out in ["file", "file/out"] {
        let arguments = ["batch", "--runs", "1", "--months", "2", "--quiet", "--out", out];
        let output = redqueen(folder.path(), &arguments).assert().code(2).get_output().clone();
        let said = text(&output.stderr);
        assert!(said.starts_with("error: ") && said.contains("file") && said.lines().count() <= 3, "{said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "mine");
}

#[test]
fn a_table_that_cannot_be_written_is_named() {
    let folder = TempDir::new().unwrap();
    let arguments = ["batch", "--runs", "2", "--months", "2", "--quiet", "--out", "out"];
    redqueen(folder.path(), &arguments).assert().success();
    // An unfinished folder is done again, but a folder stands where a table has to grow.
    fs::remove_file(folder.path().join("out/world.csv")).unwrap();
    fs::create_dir_all(folder.path().join("out/world.csv.partial/x")).unwrap();
    let output = redqueen(folder.path(), &arguments).assert().failure().get_output().clone();
    let said = text(&output.stderr);
    assert!(said.starts_with("error: ") && said.contains("world.csv"), "{said}");
}

#[test]
fn another_experiments_folder_is_not_overwritten_unasked() {
    let folder = TempDir::new().unwrap();
    let batch = |more: &[&str]| {
        let common = ["batch", "--runs", "2", "--months", "3", "--quiet", "--out", "out"];
        redqueen(folder.path(), &[&common, more].concat())
    };
    batch(&[]).assert().success();
    let before = files(&folder.path().join("out"), "");
    for other in [&["--seed", "9"][..], &["--set", "mechanisms.market.speed=3"], &["--record", "world"]] {
        let output = batch(other).assert().code(2).get_output().clone();
        let said = text(&output.stderr);
        assert!(said.contains("another experiment") && said.contains("out"), "{said}");
        assert!(files(&folder.path().join("out"), "") == before, "{other:?} changed the folder");
    }
    batch(&["--seed", "9", "--overwrite"]).assert().success();
    assert!(files(&folder.path().join("out"), ".csv")["world.csv"] != before["world.csv"]);

    fs::create_dir(folder.path().join("thesis")).unwrap();
    fs::write(folder.path().join("thesis/chapter.tex"), "mine").unwrap();
    let arguments = ["batch", "--runs", "2", "--months", "3", "--quiet", "--out", "thesis"];
    redqueen(folder.path(), &arguments).assert().code(2);
    assert_eq!(fs::read_dir(folder.path().join("thesis")).unwrap().count(), 1);
    redqueen(folder.path(), &[&arguments[..], &["--overwrite"]].concat()).assert().success();
    assert_eq!(fs::read_to_string(folder.path().join("thesis/chapter.tex")).unwrap(), "mine");
}

#[test]
fn an_unknown_key_in_a_flag_is_named_with_the_nearest_one() {
    let folder = TempDir::new().unwrap();
    for command in ["run", "batch", "params"] {
        for (flag, near) in [
            ("mechanisms.diffusion.xi_opne=1", "xi_open"),
            ("mechanisms.difusion.xi_open=1", "diffusion"),
            ("states.US.tallent=1", "talent"),
            ("tyme.months=3", "time"),
        ] {
            let output = redqueen(folder.path(), &[command, "--set", flag]).assert().code(2).get_output().clone();
            let said = text(&output.stderr);
            assert!(
                said.contains("--set") && said.contains(flag) && said.contains(&format!("`{near}`")),
                "{command}: {said}"
            );
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "something was written");
}

parameters! {
    /// Numbers of one that spoils what nobody but the tables looks at.
    #[derive(Resource)]
    struct Spoiler {
        /// What it spoils: the month's ledger, or the firms' cash.
        firms: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "for this test";
    }
}

impl Mechanism for Spoiler {
    const NAME: &'static str = "spoiler";
    const MEANING: &'static str = "spoils numbers in the third month";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Society, spoil);
    }
}

fn spoil(spoiler: Res<Spoiler>, clock: Res<Clock>, mut ledger: ResMut<Ledger>, mut firms: Query<&mut Finance>) {
    if clock.month().to_string() != "2023-03" {
        return;
    }
    if spoiler.firms > 0.0 {
        firms.iter_mut().for_each(|mut finance| finance.cash = f64::INFINITY);
    } else {
        ledger.denied = f64::NAN;
    }
}

#[test]
fn a_number_that_only_a_table_shows_is_traced_to_its_mechanism() {
    let folder = TempDir::new().unwrap();
    let model = Model::standard().with::<Spoiler>();
    let failure = |firms: u8| {
        let study = model.study("baseline").unwrap().set("mechanisms.spoiler.firms", firms).unwrap();
        let study = study.months(3).unwrap().runs(2).threads(2).overwrite(true);
        let done = study.run_into(folder.path().join("out")).unwrap();
        assert_eq!(done.failed, 2);
        done.first_failure.unwrap().error
    };
    assert_eq!(failure(0), "spoiler: compute_denied of the world became NaN in 2023-03");
    let error = failure(1);
    let entity = error.strip_prefix("spoiler: cash of ").and_then(|rest| rest.strip_suffix(" became inf in 2023-03"));
    assert!(entity.is_some_and(|firm| !firm.is_empty() && firm != "the world"), "{error}");
}
