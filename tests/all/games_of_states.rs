//! Games of states that choose: rules that answer the other's interact, a game of postures tells states what to answer by, and
//! what it is worth to see without fog comes of runs with the same luck.

use crate::support::program::{files, redqueen, table};
use redqueen::{
    model::Model,
    scenario::{Source, StateRule},
};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

type Rows = Vec<BTreeMap<String, String>>;

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

/// A game of two states with these strategies of each, over four years from 2025 on in which nobody else changes its mind.
fn game(head: &str, strategies: &[(&str, &str)]) -> String {
    let others = ["EU", "UK", "Japan", "India", "Gulf", "South Korea"];
    let others: Vec<String> = others.map(|state| format!("\"strategists.'{state}'.rule\" = 'fixed'")).into();
    let mut text =
        format!("name = 'g'\nscenario = 'statecraft'\nmonths = 60\n{head}\nset = {{ {} }}\n", others.join(", "));
    for (player, rival) in [("US", "China"), ("China", "US")] {
        text += &format!("[[players]]\nname = '{player}'\n");
        for (name, set) in strategies {
            text += &format!("[[players.strategies]]\nname = '{name}'\n{}\n", set.replace("STATE", player));
        }
        for (state, weight) in [(player, 1.0), (rival, -0.5)] {
            text += &format!(
                "[[players.payoff]]\ntable = 'states'\ncolumn = 'power'\nentity = '{state}'\nlog = true\nfrom = '2026-01'\nweight = {weight:?}\n"
            );
        }
    }
    text
}

/// A posture that is kept.
fn kept(posture: &str) -> String {
    format!("set = {{ 'strategists.STATE.rule' = 'fixed', 'strategists.STATE.start' = '{posture}' }}")
}

fn play(game: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("g.toml"), game).unwrap();
    redqueen(folder.path(), &["game", "g.toml", "--out", "out", "--quiet"]).assert().success();
    folder
}

fn rows(folder: &Path, name: &str) -> Rows {
    table(&folder.join(name)).1
}

/// The share of interaction in the variance of a player's payoffs.
fn interaction(payoffs: &Rows, player: &str) -> f64 {
    let cells: Vec<(&str, &str, f64)> = payoffs
        .iter()
        .filter(|row| row["player"] == player)
        .map(|row| {
            let (first, second) = row["profile"].split_once('+').unwrap();
            (first, second, number(row, "mean"))
        })
        .collect();
    let mean = |keep: &dyn Fn(&(&str, &str, f64)) -> bool| {
        let kept: Vec<f64> = cells.iter().filter(|cell| keep(cell)).map(|cell| cell.2).collect();
        kept.iter().sum::<f64>() / kept.len() as f64
    };
    let all = mean(&|_| true);
    let square =
        |part: &dyn Fn(&(&str, &str, f64)) -> f64| cells.iter().map(|cell| part(cell) * part(cell)).sum::<f64>();
    let joint =
        |cell: &(&str, &str, f64)| cell.2 - mean(&|other| other.0 == cell.0) - mean(&|other| other.1 == cell.1) + all;
    square(&joint) / square(&|cell| cell.2 - all)
}

#[test]
fn states_that_answer_in_kind_interact() {
    let folder = TempDir::new().unwrap();
    redqueen(folder.path(), &["game", "answer-in-kind", "--runs", "2", "--out", "out", "--quiet"]).assert().success();
    let payoffs = rows(folder.path(), "out/payoffs.csv");
    let [us, china] = ["US", "China"].map(|player| interaction(&payoffs, player));
    assert!(us > 0.1 && china > 0.1, "{us} {china}");
}

#[test]
fn a_game_of_postures_tells_states_what_to_answer() {
    let folder = play(&game("runs = 2", &[("open", &kept("open")), ("fierce", &kept("retaliate"))]));
    let payoffs = rows(folder.path(), "out/payoffs.csv");
    let of = |profile: &str, player: &str| {
        let row = payoffs.iter().find(|row| row["profile"] == profile && row["player"] == player).unwrap();
        number(row, "mean")
    };
    let manifest = fs::read_to_string(folder.path().join("out/manifest.json")).unwrap();
    assert!(manifest.contains("payoffs.toml"), "the manifest does not list payoffs.toml");

    let table = fs::read_to_string(folder.path().join("out/payoffs.toml")).unwrap();
    let config = format!("extends = 'statecraft'\nname = 'answers'\ntime.months = 60\n{table}");
    let file = folder.path().join("answers.toml");
    fs::write(&file, config).unwrap();
    let model = Model::standard();
    let scenario = model.load_with(&Source::File(file), &[]).unwrap().scenario;
    let posture = |at: usize| scenario.postures[at].name.as_str();
    let mut best = BTreeMap::new();
    for (name, places) in [("US", [0, 1]), ("China", [1, 0])] {
        let state = scenario.strategists.iter().find(|strategist| strategist.name == name).unwrap();
        assert_eq!(state.rule, StateRule::BestResponse);
        let open: Vec<&str> = state.postures.iter().map(|at| posture(*at)).collect();
        assert_eq!((open, posture(state.start)), (vec!["open", "retaliate"], "open"));
        let mut means = Vec::new();
        for (own, strategy) in state.postures.iter().zip(["open", "fierce"]) {
            for (other, answer) in state.postures.iter().zip(["open", "fierce"]) {
                let pair = [strategy, answer];
                let profile = format!("{}+{}", pair[places[0]], pair[places[1]]);
                let told = state.payoffs[*own][*other];
                assert!((told - of(&profile, name)).abs() < 1e-12, "{name} {profile}: {told}");
                means.push(told);
            }
        }
        // Of a rival that may do either alike.
        best.insert(name, if means[0] + means[1] > means[2] + means[3] { "open" } else { "retaliate" });
    }
    assert_eq!(best["US"], "retaliate");

    let precise = ["US", "China"].map(|state| format!("strategists.{state}.precision=100000"));
    let words = ["run", "answers.toml", "--set", &precise[0], "--set", &precise[1], "--out", "one", "--quiet"];
    redqueen(folder.path(), &words).assert().success();
    let events = rows(folder.path(), "one/events.csv");
    for (state, best) in best {
        let mut reviews = events.iter().filter(|row| matches!(row["kind"].as_str(), "review" | "posture"));
        let last = reviews.rfind(|row| row.values().any(|cell| cell == state)).unwrap();
        assert!(last.values().any(|cell| cell.starts_with(best)), "{state} should be {best}: {last:?}");
    }
}

#[test]
fn a_game_of_rules_has_no_table_of_payoffs() {
    let folder = play(&game("runs = 1", &[("open", &kept("open")), ("arm", "")]));
    assert!(!folder.path().join("out/payoffs.toml").exists());
}

#[test]
fn sight_without_fog_is_worth_the_difference_of_runs_with_the_same_luck() {
    let text = game("runs = 6\ninformation = true", &[("open", &kept("open")), ("arm", "")]);
    let folder = play(&text);
    let [foggy, clear] = ["out/runs.csv", "out/without-fog/runs.csv"].map(|name| rows(folder.path(), name));
    assert_eq!((foggy.len(), clear.len()), (24, 24));
    let found: Rows =
        rows(folder.path(), "out/equilibria.csv").into_iter().filter(|row| row["kind"] == "information").collect();
    assert_eq!(found.len(), 8);
    for row in &found {
        let column = if row["player"] == "US" { "payoff_us" } else { "payoff_china" };
        let sum = |runs: &Rows| {
            let own = runs.iter().filter(|run| run["scenario"] == row["profile"]);
            own.map(|run| number(run, column)).sum::<f64>() / 6.0
        };
        let difference = sum(&clear) - sum(&foggy);
        assert!((number(row, "value") - difference).abs() < 1e-12, "{row:?} {difference}");
        assert!(number(row, "low") <= number(row, "value") && number(row, "value") <= number(row, "high"), "{row:?}");
        // Where nobody looks at anybody, fog is nothing.
        assert_eq!(number(row, "value") == 0.0, row["profile"] == "open+open", "{row:?}");
    }
    let before = files(&folder.path().join("out"), ".csv");
    redqueen(folder.path(), &["game", "g.toml", "--out", "out", "--quiet"]).assert().success();
    assert_eq!(files(&folder.path().join("out"), ".csv"), before);
}

#[test]
fn sight_without_fog_is_refused_where_nobody_looks_through_fog() {
    let (open, deny) = (kept("open"), kept("deny"));
    let rules = game("information = true", &[("open", &open), ("arm", "")]);
    let clear = "set = { 'mechanisms.statecraft.fog_sigma' = 0.0, 'mechanisms.statecraft.fog_bias' = 0.0, ";
    let varied = "[design]\nkind = 'grid'\n[[design.factors]]\nparameter = 'mechanisms.statecraft.fog_bias'\nvalues = [0.0, 0.1]\n";
    for (text, expected) in [
        (game("information = true", &[("open", &open), ("deny", &deny)]), "`information` asks what it is worth"),
        (rules.replacen("set = { ", clear, 1), "`information` asks what it is worth"),
        (format!("{rules}{varied}"), "`information` takes the fog away that a factor of the design varies"),
    ] {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("g.toml"), text).unwrap();
        let output = redqueen(folder.path(), &["check", "g.toml"]).assert().code(2).get_output().clone();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(&format!("g.toml:4:1: {expected}")), "{said}");
    }
}
