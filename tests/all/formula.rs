//! `redqueen formula` as a user types it.

use assert_cmd::{Command, assert::Assert};
use predicates::{prelude::PredicateBooleanExt, str::contains};
use redqueen::formulas;

fn formula(words: &[&str]) -> Assert {
    Command::cargo_bin("redqueen").unwrap().arg("formula").args(words).assert()
}

fn text(assert: Assert) -> String {
    String::from_utf8(assert.success().get_output().stdout.clone()).unwrap()
}

fn json(words: &[&str]) -> serde_json::Value {
    serde_json::from_str(&text(formula(&[words, &["--format", "json"]].concat()))).unwrap()
}

fn refused(words: &[&str], told: &str) {
    formula(words).code(2).stdout("").stderr(contains(told));
}

#[test]
fn the_list_names_everything_and_fits_in_80_columns() {
    let list = text(formula(&[]));
    for line in list.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    // Lines are wrapped anywhere between words.
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let flat_list = flat(&list);
    for formula in formulas::all() {
        assert!(list.lines().any(|line| line == formula.name), "{}", formula.name);
        let inputs = formula.inputs.iter().flat_map(|input| [input.meaning.to_owned(), input.accepts()]);
        let outputs = formula.outputs.iter().map(|output| output.meaning.to_owned());
        let rest = [formula.meaning, formula.equation, formula.source].map(str::to_owned);
        for part in inputs.chain(outputs).chain(rest) {
            assert!(flat_list.contains(&flat(&part)), "{}: {part}", formula.name);
        }
    }
}

#[test]
fn the_list_comes_in_every_format() {
    let count = formulas::all().count();
    let list = json(&[]);
    assert_eq!(list.as_array().unwrap().len(), count);
    assert_eq!(list[0]["formula"], formulas::all().next().unwrap().name);
    let csv = text(formula(&["--format", "csv"]));
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().next(), Some("formula"));
    assert_eq!(reader.records().count(), count);
    assert_eq!(text(formula(&["--format", "markdown"])).lines().count(), count + 2);
}

#[test]
fn every_formula_answers_its_example_with_finite_numbers() {
    for known in formulas::all() {
        let example = known.example();
        let mut words = vec![known.name];
        words.extend(example.iter().map(String::as_str));
        let lines = text(formula(&words));
        assert!(lines.lines().count() >= known.outputs.len());
        for line in lines.lines() {
            let value = line.split_whitespace().nth(2).unwrap();
            assert!(value.parse::<f64>().unwrap().is_finite(), "{}: {line}", known.name);
        }
    }
}

#[test]
fn a_formula_without_an_input_that_it_needs_says_which() {
    for known in formulas::all() {
        let needed: Vec<_> = known.inputs.iter().filter(|input| !input.optional).collect();
        match needed.first() {
            Some(first) => {
                refused(&[known.name], &format!("`{}` is missing: it must be {}", first.name, first.accepts()))
            }
            None => drop(text(formula(&[known.name]))),
        }
    }
}

#[test]
fn values_and_units_are_printed_line_by_line() {
    assert_eq!(
        text(formula(&["contest-shares", "amounts=100,50", "r=0"])),
        "share_1 = 0.5
share_2 = 0.5
"
    );
    assert_eq!(text(formula(&["steady-gap", "g=1", "g_own=0.5", "phi=0.25"])), "gap = 2 nats\n");
    assert_eq!(text(formula(&["steady-gap", "phi=2", "g_own=0", "g=-0"])), "gap = 0 nats\n");
    let csv = text(formula(&["hhi", "amounts=1,1,1,1", "--format", "csv"]));
    assert_eq!(csv, "name,value,unit\nhhi,0.25,1\neffective_number,4,1\n");
    let found = json(&["replicator", "shares=0.5,0.5", "factors=1,3"]);
    assert_eq!(found["results"]["share"]["value"], serde_json::json!([0.25, 0.75]));
    assert_eq!(found["results"]["mean_factor"]["value"], 2.5);
    assert_eq!(json(&["rating-points", "nats=0"])["results"]["points"]["unit"], "points");
}

#[test]
fn one_number_stands_for_a_whole_list() {
    let all = text(formula(&["gini", "values=1,2,3,4", "weights=2,2,2,2"]));
    assert_eq!(all, text(formula(&["gini", "values=1,2,3,4", "weights=2"])));
    assert_eq!(all, "gini = 0.25\n");
}

#[test]
fn bad_usage_is_told_with_the_key_and_what_it_takes() {
    refused(&["basss"], "unknown formula `basss`, did you mean `bass`?");
    refused(&["zzzzzz"], "unknown formula `zzzzzz`");
    refused(
        &["bass", "yeers=3"],
        "unknown key `yeers`, did you mean `years`?; the formula takes `p`, `q`, `years`, `from`",
    );
    refused(&["bass", "3"], "`3` is not of the form key=value");
    refused(&["bass", "years=3", "years=4"], "`years` is given twice");
    for bad in ["x", "", "inf", "-inf", "nan", "1e999", "-1", "1001", "1,2", "1 2"] {
        let told = format!("`years` must be a number from 0 to 1000 (years), not `{bad}`");
        refused(&["bass", &format!("years={bad}")], &told);
    }
    refused(&["compute-stock", "cut=0.5", "months=1.5"], "`months` must be a whole number from 0 to 12000");
    for bad in ["1,,2", "", "1,2,", "1,x", "1,NaN", "1,-1"] {
        refused(
            &["hhi", &format!("amounts={bad}")],
            "`amounts` must be numbers with commas between them, each from 0 to",
        );
    }
    refused(
        &["replicator", "shares=1,2,3", "factors=1,2"],
        "`factors` has 2 numbers and `shares` has 3; they must match",
    );
    refused(&["hhi", "amounts=0,0"], "the result is not a finite number for these values");
    refused(&["hhi", &format!("amounts=1{}", ",1".repeat(10_000))], "`amounts` takes no more than 10000 numbers");
    formula(&["hhi"]).code(2).stderr(contains("for example: redqueen formula hhi amounts=5,3,2"));
    formula(&["bass", "--formt", "json"]).code(2);
    formula(&["--help"]).success().stdout(contains("Examples:").and(contains("KEY=VALUE")));
}
