//! The same config and seed give the same bytes, however they are run.

use crate::support::{
    program::{files, redqueen, table},
    worlds,
};
use std::{fmt::Write as _, fs, path::Path};
use tempfile::TempDir;

fn batch(folder: &Path, out: &str, more: &[&str]) {
    let common = ["batch", "--record", "all", "--quiet", "--runs", "5", "--months", "24", "--out", out];
    redqueen(folder, &[&common, more].concat()).assert().success();
}

#[test]
fn threads_change_no_byte_and_a_second_command_does_nothing() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    batch(here, "one", &["--threads", "1"]);
    batch(here, "two", &["--threads", "2"]);
    let (one, two) = (files(&here.join("one"), ".csv"), files(&here.join("two"), ".csv"));
    let names: Vec<&str> = one.keys().map(String::as_str).collect();
    for name in ["events.csv", "firms.csv", "quantiles.csv", "releases.csv", "runs.csv", "states.csv", "world.csv"] {
        assert!(names.contains(&name), "{name} is missing from {names:?}");
    }
    assert!(one.keys().eq(two.keys()));
    for (name, bytes) in &one {
        assert!(*bytes == two[name], "{name} differs between 1 and 2 threads");
    }
    for file in ["manifest.json", "datapackage.json"] {
        assert_eq!(fs::read(here.join("one").join(file)).unwrap(), fs::read(here.join("two").join(file)).unwrap());
    }

    let (all, written) = (files(&here.join("one"), ""), |name: &str| {
        fs::metadata(here.join("one").join(name)).unwrap().modified().unwrap()
    });
    let times: Vec<_> = all.keys().map(|name| written(name)).collect();
    batch(here, "one", &["--threads", "2"]);
    assert!(files(&here.join("one"), "") == all);
    assert_eq!(all.keys().map(|name| written(name)).collect::<Vec<_>>(), times);
}

#[test]
fn a_run_of_a_batch_can_be_repeated_alone() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    batch(here, "batch", &["--seed", "7"]);
    let alone = ["run", "--quiet", "--months", "24", "--seed", "7", "--replicate", "3", "--out", "alone"];
    redqueen(here, &alone).assert().success();
    for name in ["world.csv", "states.csv", "firms.csv", "releases.csv", "events.csv"] {
        let (_, batch) = table(&here.join("batch").join(name));
        let (_, alone) = table(&here.join("alone").join(name));
        let mut same: Vec<_> = batch.into_iter().filter(|row| row["run"] == "3").collect();
        for row in &mut same {
            row.insert("run".to_owned(), "0".to_owned());
        }
        assert!(!same.is_empty() && same == alone, "{name}");
    }
}

#[test]
fn replicates_and_seeds_differ() {
    let folder = TempDir::new().unwrap();
    let here = folder.path();
    batch(here, "a", &["--seed", "1"]);
    batch(here, "b", &["--seed", "2"]);
    let ratings = |out: &str| -> Vec<String> {
        let (_, rows) = table(&here.join(out).join("world.csv"));
        rows.iter().filter(|row| row["date"] == "2024-12").map(|row| row["frontier_rating"].clone()).collect()
    };
    let mut all = [ratings("a"), ratings("b")].concat();
    assert_eq!(all.len(), 10);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 10, "equal runs: {all:?}");
}

#[test]
fn a_short_trajectory_stays_what_it_is() {
    let scenario = worlds::short("baseline", 6, &["seed=1"]);
    let mut lines = String::new();
    for row in worlds::run(&scenario, 0).world {
        let _ = writeln!(
            lines,
            "{} rating {:.6} gap {:.6} firms {} hhi {:.6} learning {:.6} compute {:.6} revenue {:.6} adoption {:.6} output {:.6} power {:.6}",
            row.date,
            row.frontier_rating.unwrap(),
            row.gap_rating.unwrap(),
            row.firms,
            row.firm_hhi.unwrap(),
            row.learning,
            row.compute,
            row.revenue,
            row.adoption,
            row.output,
            row.power_hhi,
        );
    }
    insta::assert_snapshot!(lines);
}

#[test]
fn a_batch_keeps_what_its_report_needs_and_quantiles_of_the_rest() {
    let folder = tempfile::TempDir::new().unwrap();
    let run = |out: &str, more: &[&str]| {
        let common = ["batch", "--quiet", "--runs", "3", "--months", "4", "--out", out];
        redqueen(folder.path(), &[&common[..], more].concat()).assert().success();
    };
    run("whole", &["--record", "all"]);
    run("kept", &[]);
    for name in ["1/2", "2/2"] {
        run(&name.replace('/', "-"), &["--shard", name]);
    }
    redqueen(folder.path(), &["merge", "1-2", "2-2", "--quiet", "--out", "merged"]).assert().success();
    let read = |out: &str, name: &str| std::fs::read(folder.path().join(out).join(name)).ok();
    for out in ["kept", "merged"] {
        for name in ["runs.csv", "world.csv", "events.csv"] {
            assert!(read(out, name).is_some() && read(out, name) == read("whole", name), "{out}/{name}");
        }
        for name in
            ["states.csv", "states.csv.partial", "firms.csv", "fabs.csv", "accelerators.csv", "state_domains.csv"]
        {
            assert_eq!(read(out, name), None, "{out}/{name}");
        }
        // The quantiles are those of all rows that the report draws.
        let of = |text: Option<Vec<u8>>| -> Vec<String> {
            let text = String::from_utf8(text.unwrap()).unwrap();
            // What nobody draws has quantiles only where its rows are asked for.
            text.lines().filter(|line| !line.contains(",firm_domains,")).map(str::to_owned).collect()
        };
        assert_eq!(of(read(out, "quantiles.csv")), of(read("whole", "quantiles.csv")), "{out}");
    }
    assert!(read("1-2", "states.csv").is_some(), "a shard keeps what joining it needs");
}
