//! What files of claims may say, and what they are told if they say it wrongly.

use super::{Asks, Claim};
use crate::{
    experiment::{KnownNames, load_experiment},
    measure::record::TABLES,
    scenario::{
        Source,
        load::tests::{SMALL, catalogue},
    },
};
use std::fs;

const NAMES: KnownNames<'_> = KnownNames {
    tables: &["world"],
    by_default: (&["world"], &[]),
    outcomes: &["entries", "exits"],
    declared: &TABLES,
    months_before: |_| 1,
};
/// Lines 1 to 8 of every file.
const HEAD: &str = "name = 'c'\nscenario = 'small.toml'\nclaim = 'More is more.'\n[[scenarios]]\nname = 'low'\n\
    [[scenarios]]\nname = 'high'\nset = { 'mechanisms.growth.rate' = 2 }\n";

fn read_whole(text: &str) -> Result<Option<Claim>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("small.toml"), SMALL).unwrap();
    fs::write(path("c.toml"), text).unwrap();
    load_experiment(&Source::File(path("c.toml")), &[], &catalogue(), NAMES, None)
        .map(|experiment| experiment.claim.map(|claim| *claim))
        .map_err(|errors| errors.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

/// First lines of what is said, without excerpts.
fn said(text: &str) -> Vec<String> {
    let said = read_whole(text).expect_err(text);
    said.split("\n\n").map(|each| each.lines().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_claim_is_read_with_its_conditions() {
    let rest = "[[quantities]]\nname = 'late_firms'\nunit = 'firms'\n\
        terms = [{ table = 'world', column = 'firms', from = '2023-05' }, { outcome = 'entries', weight = -1 }]\n\
        [[conditions]]\noutcome = 'entries'\nabove = 1\n\
        [[conditions]]\noutcome = 'late_firms'\nscenario = 'high'\nagainst = 'low'\nabove = -1\nbelow = 1\n";
    let claim = read_whole(&format!("{HEAD}{rest}")).unwrap().unwrap();
    assert_eq!((claim.sentence.as_str(), claim.quantities[0].terms.len()), ("More is more.", 2));
    let said: Vec<_> = claim.conditions.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["entries in low above 1", "late_firms in high less low between -1 and 1"]);
    let predicts = "[[conditions]]\noutcome = 'entries'\nscenario = 'high'\nby = 'exits'\nrather_than = 'entries'\n";
    let claim = read_whole(&format!("{HEAD}{predicts}")).unwrap().unwrap();
    assert!(matches!(&claim.conditions[0].asks, Asks::Prediction { by, .. } if by == "exits"));
}

#[test]
fn conditions_and_quantities_are_checked() {
    let when = |text: &str| format!("{HEAD}[[conditions]]\n{text}\n");
    for (text, expected) in [
        (when("above = 1"), "c.toml:9:1: [[conditions]] has no `outcome`"),
        (when("outcome = 'entires'\nabove = 1"), "c.toml:10:11: unknown outcome `entires`, did you mean `entries`?"),
        (
            when("outcome = 'entries'\nscenario = 'hihg'\nabove = 1"),
            "c.toml:11:12: unknown scenario `hihg`, did you mean `high`?",
        ),
        (
            when("outcome = 'entries'\nagainst = 'lo'\nabove = 1"),
            "c.toml:11:11: unknown scenario `lo`, did you mean `low`?",
        ),
        (when("outcome = 'entries'"), "c.toml:9:1: a condition says what the outcome is `above` or `below`"),
        (when("outcome = 'entries'\nabove = 'x'"), "c.toml:11:9: `above` must be a number, not the text \"x\""),
        (when("outcome = 'entries'\nabove = 1\nbelow = 1"), "c.toml:12:9: nothing is above 1 and below 1"),
        (when("outcome = 'entries'\nby = 'exits'\nabove = 1"), "c.toml:11:1: `by` and `rather_than` belong together"),
        (when("outcome = 'entries'\nrather_than = 'exits'"), "c.toml:11:1: `by` and `rather_than` belong together"),
        (
            when("outcome = 'entries'\nby = 'exits'\nrather_than = 'entries'\nbelow = 3"),
            "c.toml:13:1: what is predicted",
        ),
        (when("outcome = 'entries'\nabov = 1"), "c.toml:11:1: unknown key `abov`, did you mean `above`?"),
        (
            format!("{HEAD}conditions = []\n").replace(
                "[[scenarios]]\nname = 'low'\n[[scenarios]]\nname = 'high'\nset = { 'mechanisms.growth.rate' = 2 }\n",
                "",
            ),
            "c.toml:4:1: a claim has a condition or more",
        ),
        (HEAD.to_owned(), "c.toml:3:1: a claim has conditions"),
        (
            when("outcome = 'entries'\nabove = 1").replace("claim = 'More is more.'\n", ""),
            "c.toml:8:3: conditions and quantities belong to a claim",
        ),
        (
            when("outcome = 'entries'\nabove = 1\n[[quantities]]\nname = 'entries'\nterms = [{ outcome = 'exits' }]"),
            "c.toml:13:8: `entries` cannot be the name of a quantity",
        ),
        (
            when("outcome = 'entries'\nabove = 1\n[[quantities]]\nname = 'x'"),
            "c.toml:12:1: a quantity has a term or more",
        ),
        (
            when("outcome = 'entries'\nabove = 1\n[[quantities]]\nname = 'x'\nterms = [{ outcome = 'exit' }]"),
            "c.toml:14:22: unknown outcome `exit`, did you mean `exits`?",
        ),
        (
            when(
                "outcome = 'entries'\nabove = 1\n[[quantities]]\nname = 'x'\nterms = [{ table = 'world', column = 'firms', to = '2023-07' }]",
            ),
            "c.toml:14:52: `to` = 2023-07 lies outside the run",
        ),
    ] {
        let said = said(&text);
        assert!(said.len() == 1 && said[0].starts_with(expected), "{text}\n{said:#?}\n{expected}");
    }
}

#[test]
fn a_prediction_stands_alone() {
    let text = "[[conditions]]\noutcome = 'entries'\nabove = 1\n[[conditions]]\noutcome = 'entries'\nby = 'exits'\nrather_than = 'entries'\n";
    assert_eq!(
        said(&format!("{HEAD}{text}")),
        ["c.toml:9:3: a prediction is true of all worlds together, so it is judged alone"]
    );
}
