//! `redqueen game` as a user meets it: what is wrong with a file is said with its place, runs go on where they stopped, and the
//! tables say what the runs say.

use crate::support::program::{files, redqueen, table};
use redqueen::{batch::Progress, model::Model};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};
use tempfile::TempDir;

/// A game of two states over a year and a half.
const GAME: &str = "\
name = 'g'
description = 'Who gains?'
runs = 6
months = 18
[[players]]
name = 'US'
[[players.strategies]]
name = 'idle'
[[players.strategies]]
name = 'able'
set = { 'states.US.talent' = 1.3 }
[[players.payoff]]
outcome = 'power_leader_end'
[[players.payoff]]
table = 'states'
column = 'output'
entity = 'US'
log = true
from = '2023-07'
to = '2024-03'
discount = 0.1
weight = 0.5
[[players]]
name = 'China'
[[players.strategies]]
name = 'idle'
[[players.strategies]]
name = 'able'
set = { 'states.China.talent' = 1.3 }
[[players.payoff]]
outcome = 'power_follower_end'
";

fn folder(game: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("g.toml"), game).unwrap();
    folder
}

/// What a command says on standard error when it must end with this code.
fn said(folder: &Path, words: &[&str], code: i32) -> String {
    let output = redqueen(folder, words).assert().code(code).get_output().clone();
    String::from_utf8(output.stderr).unwrap()
}

fn play(folder: &Path, words: &[&str], out: &str) -> String {
    let words = [&["game", "g.toml", "--out", out][..], words].concat();
    let output = redqueen(folder, &words).assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

fn tables(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    files(folder, ".csv")
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[test]
fn a_bad_file_is_refused_or_warned_of_with_its_place() {
    let changed = |from: &str, to: &str| GAME.replacen(from, to, 1);
    let last = |more: &str| format!("{GAME}{more}");
    for (text, code, expected) in [
        (changed("runs = 6", "runz = 6"), 2, "g.toml:3:1: unknown key `runz`, did you mean `runs`?"),
        (changed("'states.US.talent' = 1.3", "'states.US.talend' = 1.3"), 2, "g.toml:11:9: unknown key `talend`"),
        (
            changed("'states.China.talent' = 1.3", "'states.US.talent' = 1.2"),
            2,
            "g.toml:29:9: `states.US.talent` is set by `able` of `China` and by `able` of `US`",
        ),
        (changed("'states.China.talent' = 1.3", "'states.US.talent' = 1.2"), 2, "sets it at g.toml:11;"),
        (changed("power_leader_end", "power_leader_and"), 2, "g.toml:13:11: unknown outcome `power_leader_and`"),
        (
            changed("power_leader_end", "gap_rating_24"),
            2,
            "no run has gap_rating_24: it takes 25 months, and a run has 18",
        ),
        (
            changed("column = 'output'", "column = 'outputs'"),
            2,
            "g.toml:16:10: unknown number in the table `states`: `outputs`, did you mean `output`?",
        ),
        (
            changed("table = 'states'", "table = 'stats'"),
            2,
            "g.toml:15:9: unknown table `stats`, did you mean `states`?",
        ),
        (changed("entity = 'US'", "entity = 'USA'"), 2, "g.toml:17:10: unknown state `USA`"),
        (changed("entity = 'US'\n", ""), 2, "g.toml:15:9: the table `states` has a row of each state: say whose"),
        (
            changed("to = '2024-03'", "to = '2024-07'"),
            2,
            "`to` = 2024-07 lies outside the run, which goes from 2023-01 to 2024-06",
        ),
        (changed("weight = 0.5", "weight = 0"), 2, "`weight` must be a number other than 0"),
        (last("[[players.payoff]]\nweight = 2\n"), 2, "names either an `outcome` or a `table` and its `column`"),
        (last("[[players]]\nname = 'EU'\n[[players.payoff]]\noutcome = 'entries'\n"), 2, "`EU` has no strategies"),
        (
            last("[[players]]\nname = 'EU'\nstrategies = [{ name = 'a' }]\npayoff = [{ outcome = 'entries' }]\n"),
            2,
            "the player `EU` has a single strategy",
        ),
        (
            changed("[[players.payoff]]\noutcome = 'power_leader_end'\n", "").replacen(
                "name = 'able'\n",
                "name = 'id+e'\n",
                1,
            ),
            2,
            "cannot be in `id+e`",
        ),
        (changed("name = 'China'", "name = 'US'"), 2, "`US` is in `players` twice"),
        (
            changed("name = 'China'", "name = 'U S'").replacen("name = 'US'", "name = 'U-S'", 1),
            2,
            "is called `payoff_u_s`",
        ),
        (last("[stop]\noutcome = 'entries'\nstandard_error = 1\n"), 2, "a game has no `stop`"),
        (last("[[scenarios]]\nname = 's'\n"), 2, "the scenarios of a game are its profiles"),
        (last("[sampling]\nregret_se = 0\n"), 2, "`regret_se` must be a number above 0"),
        (last("[sampling]\nregret_se = 0.1\nmax_runs = 5\n"), 2, "`max_runs` = 5 is below `runs` = 6"),
        (changed("name = 'US'\n", "name = 'US'\nsymmetric = 'a'\n"), 2, "nobody else is in the symmetric group `a`"),
        (changed("'states.US.talent' = 1.3", "seed = 2"), 2, "all profiles have the same seed"),
        (changed("'states.US.talent' = 1.3", "'time.months' = 9"), 2, "`able` covers other months than the game"),
        (changed("'states.US.talent' = 1.3", "'states.US.talent' = 1.0"), 0, "`able` of `US` changes nothing"),
        (changed("set = { 'states.US.talent' = 1.3 }\n", ""), 0, "`idle` and `able` of `US` are the same world"),
    ] {
        let folder = folder(&text);
        let said = said(folder.path(), &["check", "g.toml"], code);
        assert!(said.contains(expected), "{expected}\n---\n{said}");
    }
    let more = |player: usize| {
        let each = |at: usize| format!("[[players.strategies]]\nname = 'p{player}s{at}'\n");
        let strategies: String = (0..9).map(each).collect();
        format!("[[players]]\nname = 'P{player}'\npayoff = [{{ outcome = 'entries' }}]\n{strategies}")
    };
    let folder = folder(&format!("name = 'g'\n{}", (0..3).map(more).collect::<String>()));
    let said = said(folder.path(), &["check", "g.toml"], 2);
    assert!(said.contains("g.toml:2:3: the game has 9 × 9 × 9 = 729 profiles; 500 are the most"), "{said}");
}

#[test]
fn what_is_no_game_is_not_played_and_a_game_is_no_scenario() {
    let folder = folder(GAME);
    let said_of = said(folder.path(), &["game", "baseline"], 2);
    assert!(said_of.contains("baseline is no game: it has no [[players]]"), "{said_of}");
    fs::write(folder.path().join("s.toml"), "extends = 'g.toml'\nname = 's'\n").unwrap();
    let said_of = said(folder.path(), &["check", "s.toml"], 2);
    assert!(said_of.contains("`g.toml` is an experiment file, as its `players` says"), "{said_of}");
    let output = redqueen(folder.path(), &["check", "g.toml"]).assert().success().get_output().clone();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("2 of US × 2 of China make 4 profiles × 6 replicates × 1 point: 24 runs"), "{told}");
}

#[test]
fn tables_are_the_same_on_any_threads_in_shards_and_after_a_stop() {
    let folder = folder(GAME);
    let here = folder.path();
    let told = play(here, &["--threads", "1"], "whole");
    assert!(told.contains("g: 2 US × 2 China, 6 runs of each profile, seed 1"), "{told}");
    play(here, &["--threads", "2"], "threads");
    let whole = tables(&here.join("whole"));
    for name in ["runs.csv", "payoffs.csv", "deviations.csv", "equilibria.csv"] {
        assert!(whole.contains_key(name), "{name}");
    }
    assert!(whole == tables(&here.join("threads")));
    for part in ["1/2", "2/2"] {
        play(here, &["--shard", part, "--quiet"], &format!("part-{}", &part[..1]));
    }
    redqueen(here, &["merge", "part-1", "part-2", "--out", "joined", "--quiet"]).assert().success();
    play(here, &["--quiet"], "joined");
    let joined = tables(&here.join("joined"));
    assert!(whole.iter().all(|(name, bytes)| joined.get(name) == Some(bytes)), "{:?}", joined.keys());
    // A batch that was stopped on its way is the same game.
    let stop = AtomicBool::new(false);
    let study = Model::standard().study(here.join("g.toml")).unwrap().threads(1).cancel(&stop).on(|progress| {
        stop.fetch_or(matches!(progress, Progress::Run { job, .. } if job.run == 9), Ordering::Relaxed);
    });
    let stopped = study.run_into(here.join("stopped")).unwrap();
    assert!(stopped.cancelled && stopped.finished < 24);
    play(here, &["--quiet"], "stopped");
    assert!(whole == tables(&here.join("stopped")));
    // What is lost is made anew, and what is there is not run again.
    fs::remove_file(here.join("whole/equilibria.csv")).unwrap();
    fs::remove_file(here.join("whole/game.html")).unwrap();
    play(here, &["--quiet"], "whole");
    assert!(whole == tables(&here.join("whole")) && here.join("whole/game.html").exists());
}

#[test]
fn a_folder_tells_its_game_to_other_commands() {
    let folder = folder(GAME);
    play(folder.path(), &["--quiet"], "out");
    redqueen(folder.path(), &["report", "out"]).assert().success();
    let package: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("out/datapackage.json")).unwrap()).unwrap();
    let names: Vec<_> = package["resources"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    for name in ["runs", "payoffs", "deviations", "equilibria", "differences"] {
        assert!(names.contains(&name), "{names:?}");
    }
    let page = fs::read_to_string(folder.path().join("out/game.html")).unwrap();
    assert!(
        page.contains("Who gains?") && page.contains("<svg") && !page.contains("http://") || page.contains("w3.org")
    );
    // Another payoff is another game.
    fs::write(folder.path().join("g.toml"), GAME.replace("weight = 0.5", "weight = 0.25")).unwrap();
    let refused = said(folder.path(), &["game", "g.toml", "--out", "out"], 2);
    assert!(refused.contains("differs in the game"), "{refused}");
}

/// The mean of ln output over the window of the game, discounted month by month, from the table of states.
#[test]
fn a_payoff_is_what_the_tables_of_its_run_say() {
    let folder = folder(&GAME.replace("months = 18\n", "months = 18\nrecord = ['states']\n"));
    play(folder.path(), &["--quiet"], "out");
    let (_, states) = table(&folder.path().join("out/states.csv"));
    let (_, runs) = table(&folder.path().join("out/runs.csv"));
    assert_eq!(runs.len(), 24);
    for run in &runs {
        let own = states.iter().filter(|row| row["run"] == run["run"] && row["state"] == "US");
        let inside = own.filter(|row| ("2023-07"..="2024-03").contains(&row["date"].as_str()));
        let (mut sum, mut weights) = (0.0, 0.0);
        for (month, row) in inside.enumerate() {
            let weight = libm::pow(1.1, -(month as f64) / 12.0);
            sum += weight * libm::log(number(row, "output"));
            weights += weight;
        }
        assert!(weights > 8.0);
        let expected = number(run, "power_leader_end") + 0.5 * sum / weights;
        assert!((number(run, "payoff_us") - expected).abs() < 1e-12, "{run:?}");
        assert!((number(run, "payoff_china") - number(run, "power_follower_end")).abs() < 1e-15);
        let welfare = number(run, "payoff_us") + number(run, "payoff_china");
        assert!((number(run, "welfare") - welfare).abs() < 1e-15);
    }
    let (_, payoffs) = table(&folder.path().join("out/payoffs.csv"));
    let of = |scenario: &str| -> Vec<f64> {
        runs.iter().filter(|run| run["scenario"] == scenario).map(|run| number(run, "payoff_us")).collect()
    };
    let (first, other) = (of("idle+idle"), of("able+idle"));
    let difference = first.iter().zip(&other).map(|(first, other)| other - first).sum::<f64>() / 6.0;
    let row = payoffs.iter().find(|row| row["profile"] == "able+idle" && row["player"] == "US").unwrap();
    assert!((number(row, "difference") - difference).abs() < 1e-12 && difference != 0.0);
    let (_, deviations) = table(&folder.path().join("out/deviations.csv"));
    let gain = deviations.iter().find(|row| row["profile"] == "idle+idle" && row["player"] == "US").unwrap();
    assert_eq!(gain["leads_to"], "able+idle");
    assert!((number(gain, "gain") - difference).abs() < 1e-12);
}

#[test]
fn a_strategy_without_effect_gains_exactly_nothing() {
    // A policy that begins when the world has ended.
    let late = "set.policies = [{ name = 'late', state = 'US', lever = 'talent', from = '2030-01', value = 0.5 }]";
    let folder = folder(&GAME.replace("set = { 'states.US.talent' = 1.3 }", late));
    play(folder.path(), &["--quiet"], "out");
    let (_, deviations) = table(&folder.path().join("out/deviations.csv"));
    let of_us: Vec<_> = deviations.iter().filter(|row| row["player"] == "US").collect();
    assert_eq!(of_us.len(), 4);
    for row in of_us {
        assert_eq!((number(row, "gain"), number(row, "low"), number(row, "high")), (0.0, 0.0, 0.0), "{row:?}");
    }
}

/// The first and the second player, with all that is said of them, in the other order.
fn swapped(game: &str) -> String {
    let (head, players) = game.split_once("[[players]]\n").unwrap();
    let (first, second) = players.split_once("[[players]]\n").unwrap();
    format!("{head}[[players]]\n{second}[[players]]\n{first}")
}

#[test]
fn players_that_are_swapped_have_swapped_tables() {
    let folder = folder(GAME);
    play(folder.path(), &["--quiet"], "out");
    fs::write(folder.path().join("g.toml"), swapped(GAME)).unwrap();
    play(folder.path(), &["--quiet"], "swapped");
    let turned = |profile: &str| {
        let (first, second) = profile.split_once('+').unwrap();
        format!("{second}+{first}")
    };
    for (name, keys) in [("payoffs", &["player"][..]), ("deviations", &["player", "to"])] {
        let (_, here) = table(&folder.path().join(format!("out/{name}.csv")));
        let (_, there) = table(&folder.path().join(format!("swapped/{name}.csv")));
        assert_eq!(here.len(), there.len());
        for row in &here {
            let same = |other: &&BTreeMap<String, String>| {
                other["profile"] == turned(&row["profile"]) && keys.iter().all(|key| other[*key] == row[*key])
            };
            let other = there.iter().find(same).unwrap();
            let numbers = row.keys().filter(|column| {
                !["profile", "leads_to", "player", "strategy", "from", "to"].contains(&column.as_str())
            });
            for column in numbers {
                assert!(
                    (number(row, column) - number(other, column)).abs() < 1e-12,
                    "{name} {column}\n{row:?}\n{other:?}"
                );
            }
        }
    }
    let pure = |out: &str| -> Vec<String> {
        let (_, rows) = table(&folder.path().join(out).join("equilibria.csv"));
        rows.iter().filter(|row| row["kind"] == "pure").map(|row| row["profile"].clone()).collect()
    };
    let mut there: Vec<_> = pure("swapped").iter().map(|profile| turned(profile)).collect();
    let mut here = pure("out");
    here.sort();
    there.sort();
    assert!(here == there && !here.is_empty(), "{here:?} {there:?}");
}

#[test]
fn of_interchangeable_players_one_of_the_profiles_is_run() {
    // Two that differ by nothing but their names: each invites the other's talent in vain.
    let player = |name: &str| {
        format!(
            "[[players]]\nname = '{name}'\nsymmetric = 'twins'\npayoff = [{{ outcome = 'entries' }}]\n\
             strategies = [{{ name = 'a' }}, {{ name = 'b', set = {{ 'states.{name}.trust_in_ai' = 0.9 }} }}]\n"
        )
    };
    let head = "name = 'g'\nruns = 5\nmonths = 3\n";
    let folder = folder(&format!("{head}{}{}", player("UK"), player("EU")));
    play(folder.path(), &["--quiet"], "out");
    let (_, runs) = table(&folder.path().join("out/runs.csv"));
    let mut names: Vec<&str> = runs.iter().map(|run| run["scenario"].as_str()).collect();
    names.dedup();
    assert_eq!(names, ["a+a", "a+b", "b+b"]);
    let (_, payoffs) = table(&folder.path().join("out/payoffs.csv"));
    let of = |profile: &str, player: &str| {
        let row = payoffs.iter().find(|row| row["profile"] == profile && row["player"] == player).unwrap();
        (row["n"].clone(), row["mean"].clone())
    };
    assert_eq!(of("a+b", "UK"), of("b+a", "EU"));
    assert_eq!(of("a+b", "EU"), of("b+a", "UK"));
    assert_eq!(of("b+a", ""), of("a+b", ""));
}

#[test]
fn runs_are_added_where_regret_is_undecided_and_the_bytes_are_the_same_again() {
    let sampling = "[sampling]\nregret_se = 0.000001\nmax_runs = 20\n";
    // A little more entry moves a gap of ratings one way or the other, as luck has it.
    let of_luck = GAME.replace("'states.US.talent' = 1.3", "'states.US.entry_per_year' = 1.3");
    let of_luck = of_luck.replace("'states.China.talent' = 1.3", "'states.China.entry_per_year' = 1.0");
    let of_luck = of_luck.replace("'power_leader_end'", "'gap_rating_end'").replace("weight = 0.5", "weight = 1e-9");
    let of_luck = of_luck.replace("'power_follower_end'", "'gap_rating_end'\nweight = -1.0");
    let folder = folder(&format!("{of_luck}{sampling}"));
    let here = folder.path();
    play(here, &["--quiet", "--threads", "1"], "out");
    assert!(fs::read_dir(here.join("out/rounds")).is_ok_and(|rounds| rounds.count() >= 1));
    let first = tables(&here.join("out"));
    let (_, second) = table(&here.join("out/rounds/2/runs.csv"));
    assert!(second.iter().all(|run| (6..12).contains(&run["replicate"].parse::<u64>().unwrap())));
    let (_, payoffs) = table(&here.join("out/payoffs.csv"));
    let most = payoffs.iter().map(|row| row["n"].parse::<u64>().unwrap()).max().unwrap();
    assert!((12..=20).contains(&most), "{most}");
    // A round that was lost is run again; one of another rule gives way.
    fs::remove_dir_all(here.join("out/rounds/2")).unwrap();
    play(here, &["--quiet"], "out");
    assert!(first == tables(&here.join("out")));
    fs::write(here.join("g.toml"), format!("{of_luck}[sampling]\nregret_se = 1000.0\n")).unwrap();
    play(here, &["--quiet"], "out");
    let (_, payoffs) = table(&here.join("out/payoffs.csv"));
    assert!(payoffs.iter().all(|row| row["n"] == "6"));
}

#[test]
fn months_without_a_value_count_what_the_file_says_or_leave_the_run_without_a_payoff() {
    let gone = |missing: &str| {
        let term = format!("table = 'firms'\ncolumn = 'revenue'\nentity = 'Aleph Alpha'\n{missing}");
        let out = "firms = [{ name = 'Aleph Alpha', remove = true }]";
        GAME.replace("outcome = 'power_leader_end'\n", &term).replace("'states.US.talent' = 1.3", out)
    };
    let payoffs = |game: &str| {
        let folder = folder(game);
        play(folder.path(), &["--quiet"], "out");
        let (_, runs) = table(&folder.path().join("out/runs.csv"));
        let of = |run: &BTreeMap<String, String>| (run["scenario"].clone(), run["payoff_us"].clone());
        runs.iter().map(of).collect::<Vec<_>>()
    };
    let without = payoffs(&gone(""));
    assert!(without.iter().all(|(scenario, payoff)| scenario.starts_with("able") == payoff.is_empty()), "{without:?}");
    let with = payoffs(&gone("missing = -3.0\n"));
    assert!(with.iter().all(|(_, payoff)| !payoff.is_empty()));
}

#[test]
fn over_a_design_each_world_has_its_equilibria() {
    let design = "[design]\nkind = 'grid'\n[[design.factors]]\nparameter = 'mechanisms.research.enabled'\nvalues = [true, false]\n";
    let folder = folder(&format!("{GAME}{design}"));
    let told = play(folder.path(), &[], "out");
    assert!(told.contains("6 runs of each profile at each of 2 design points"), "{told}");
    let (_, map) = table(&folder.path().join("out/equilibrium_map.csv"));
    assert_eq!(map.len(), 8);
    let (_, rows) = table(&folder.path().join("out/equilibria.csv"));
    for row in rows.iter().filter(|row| row["kind"] == "worlds") {
        let ones = map.iter().filter(|at| at["profile"] == row["profile"] && at["equilibrium"] == "true").count();
        assert_eq!(number(row, "share"), ones as f64 / 2.0, "{row:?}");
    }
    assert!(rows.iter().any(|row| row["kind"] == "worlds"));
}
