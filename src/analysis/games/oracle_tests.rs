//! Solutions of games against those of Gambit and OpenSpiel, which `tests/scripts/game_oracles.py` writes.

use super::{
    Game,
    alpha_rank::{Intensity, stationary},
    mixed, pure, quantal,
    testing::{close, game},
};
use serde_json::Value;

/// As near as solutions must be.
const WITHIN: f64 = 1e-8;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn places(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|number| usize::try_from(number.as_u64().unwrap()).unwrap()).collect()
}

/// Calls with the name, the game and the solutions of every file.
fn each_game(mut seen: impl FnMut(&str, &Game, &Value)) {
    let folder = format!("{}/tests/data/games", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 16, "{files:?}");
    for file in files {
        let data: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let game = game(&places(&data["counts"]), &numbers(&data["payoffs"]));
        seen(file.file_stem().unwrap().to_str().unwrap(), &game, &data);
    }
}

#[test]
fn pure_equilibria_are_those_of_the_definition() {
    each_game(|name, game, data| assert_eq!(pure::equilibria(game, 0.0), places(&data["pure"]), "{name}"));
}

#[test]
fn mixed_equilibria_are_those_of_gambit() {
    let mut with_two_players = 0;
    each_game(|name, game, data| {
        let Some(theirs) = data.get("mixed") else { return };
        with_two_players += 1;
        let mut theirs: Vec<Vec<f64>> = theirs
            .as_array()
            .unwrap()
            .iter()
            .map(|of| of.as_array().unwrap().iter().flat_map(numbers).collect())
            .collect();
        let found = mixed::equilibria(game).unwrap();
        assert_eq!(found.degenerate, name.starts_with("degenerate"), "{name}");
        let mut own: Vec<Vec<f64>> = found.list.iter().map(|equilibrium| equilibrium.mixes.concat()).collect();
        for list in [&mut theirs, &mut own] {
            list.sort_by(|a, b| a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap());
        }
        assert_eq!(own.len(), theirs.len(), "{name} {own:?} {theirs:?}");
        own.iter().zip(&theirs).for_each(|(own, theirs)| close(own, theirs, WITHIN));
    });
    assert!(with_two_players >= 12);
}

#[test]
fn quantal_response_equilibria_are_those_of_gambit() {
    each_game(|name, game, data| {
        for theirs in data["quantal"].as_array().unwrap() {
            let lambda = theirs["lambda"].as_f64().unwrap();
            let found = quantal::equilibrium(game, lambda).unwrap_or_else(|| panic!("{name} {lambda}"));
            let theirs: Vec<f64> = theirs["mixes"].as_array().unwrap().iter().flat_map(numbers).collect();
            close(&found.concat(), &theirs, WITHIN);
        }
    });
}

#[test]
fn alpha_rank_is_that_of_open_spiel() {
    each_game(|_, game, data| {
        for theirs in data["alpha_rank"].as_array().unwrap() {
            let population = u32::try_from(theirs["population"].as_u64().unwrap()).unwrap();
            let intensity = Intensity::Finite { alpha: theirs["alpha"].as_f64().unwrap(), population };
            close(&stationary(game, intensity).unwrap(), &numbers(&theirs["shares"]), WITHIN);
        }
        for theirs in data["alpha_rank_limit"].as_array().unwrap() {
            let intensity = Intensity::Limit { perturbation: theirs["perturbation"].as_f64().unwrap() };
            close(&stationary(game, intensity).unwrap(), &numbers(&theirs["shares"]), WITHIN);
        }
    });
}
