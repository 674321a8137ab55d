//! What experiment files may say of designs, and what they are told if they say it wrongly.

use super::*;
use crate::scenario::Source;
use crate::{
    experiment::{
        Experiment, KnownNames,
        design::{Role, Scale, Setting, schema::design_schema},
        load_experiment,
    },
    scenario::load::tests::{SMALL, catalogue},
};
use std::fs;

const NAMES: KnownNames<'_> = KnownNames {
    tables: &["world"],
    by_default: (&["world"], &[]),
    outcomes: &["entries"],
    declared: &[],
    months_before: |_| 1,
};

/// Reads an experiment on a small world with this after its name, and `points.csv` beside it.
fn read_with(text: &str, overrides: &[&str], points: &str) -> Result<Experiment, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("small.toml"), SMALL).unwrap();
    fs::write(path("points.csv"), points).unwrap();
    fs::write(path("e.toml"), format!("name = 'e'\nscenario = 'small.toml'\nseed = 9\n{text}")).unwrap();
    let overrides: Vec<String> = overrides.iter().map(|&each| each.to_owned()).collect();
    load_experiment(&Source::File(path("e.toml")), &overrides, &catalogue(), NAMES, None)
        .map_err(|errors| errors.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

fn read(text: &str) -> Result<Experiment, String> {
    read_with(text, &[], "")
}

fn sample(text: &str) -> Sample {
    read(text).unwrap_or_else(|said| panic!("{text}\n---\n{said}")).sample
}

/// A design of this kind, with these keys, of the parameters `rate` and `lag_months`.
fn design(keys: &str) -> String {
    format!(
        "[design]\n{keys}\n[[design.factors]]\nparameter = 'mechanisms.growth.rate'\n[[design.factors]]\nparameter = 'mechanisms.growth.lag_months'\n"
    )
}

/// A design of this kind with one factor.
fn one(keys: &str, factor: &str) -> String {
    format!("[design]\n{keys}\n[[design.factors]]\n{factor}\n")
}

/// First lines of what is said, without excerpts.
fn said(text: &str) -> Vec<String> {
    said_with(text, &[], "")
}

fn said_with(text: &str, overrides: &[&str], points: &str) -> Vec<String> {
    let said = read_with(text, overrides, points).unwrap_err();
    said.split("\n\n").map(|each| each.lines().next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_kind_is_read_with_its_defaults() {
    for (keys, method, points) in [
        ("kind = 'random'\npoints = 5", Method::Random { points: 5 }, 5),
        ("kind = 'lhs'\npoints = 5", Method::Lhs { points: 5 }, 5),
        ("kind = 'sobol'\npoints = 4", Method::Sobol { points: 4, scramble: true }, 4),
        ("kind = 'sobol'\npoints = 4\nscramble = false", Method::Sobol { points: 4, scramble: false }, 4),
        ("kind = 'morris'", Method::Morris { trajectories: 10, levels: 4 }, 30),
        ("kind = 'saltelli'\npoints = 4", Method::Saltelli { points: 4, second_order: true, scramble: true }, 24),
        ("kind = 'one-at-a-time'", Method::OneAtATime, 5),
    ] {
        let sample = sample(&design(keys));
        assert_eq!((sample.design().method, sample.points()), (method, points), "{keys}");
        assert_eq!(sample.design().seed, 9, "the experiment's seed");
    }
    assert_eq!(sample(&design("kind = 'lhs'\npoints = 5\nseed = 4")).design().seed, 4);
    assert_eq!(sample("[design]\nkind = 'none'\n"), Sample::plain());
}

#[test]
fn a_factor_without_a_range_takes_the_declared_plausible_one() {
    let text = design("kind = 'lhs'\npoints = 2")
        + "[[design.factors]]\nparameter = 'mechanisms.growth.loud'\nrole = 'lever'\n";
    let sample = sample(&text);
    let [rate, lag, loud] = sample.design().factors.as_slice() else { panic!() };
    assert_eq!(rate.scale, Scale::Linear { low: 0.1, high: 1.0 });
    assert_eq!(
        (rate.unit.as_str(), rate.meaning.as_str(), rate.role),
        ("1/year", "Growth of everything.", Role::Uncertainty)
    );
    assert_eq!(lag.scale, Scale::Integer { low: 0, high: 12 });
    assert_eq!(loud.scale, Scale::Choice { values: vec![Setting::Flag(false), Setting::Flag(true)] });
    assert_eq!(loud.role, Role::Lever);
}

#[test]
fn a_factor_of_any_key_takes_what_it_is_given() {
    let scale = |factor: &str| {
        let sample = sample(&one("kind = 'random'\npoints = 3", factor));
        sample.design().factors[0].scale.clone()
    };
    let rate = "parameter = 'mechanisms.growth.rate'\n";
    assert_eq!(scale(&format!("{rate}range = [0.5, 2]")), Scale::Linear { low: 0.5, high: 2.0 });
    assert_eq!(scale(&format!("{rate}scale = 'log'")), Scale::Log { low: 0.1, high: 1.0 });
    let real = [0.5, 1.0].map(Setting::Real).to_vec();
    assert_eq!(scale(&format!("{rate}values = [0.5, 1]")), Scale::Choice { values: real });
    let talent = "parameter = 'states.US.talent'\nrange = [0.5, 1.5]";
    assert_eq!(scale(talent), Scale::Linear { low: 0.5, high: 1.5 });
    assert_eq!(scale("parameter = 'borders.US-China.openness'\nrange = [0, 1]"), Scale::Linear { low: 0.0, high: 1.0 });
    let flags = [false, true].map(Setting::Flag).to_vec();
    assert_eq!(scale("parameter = 'mechanisms.growth.enabled'"), Scale::Choice { values: flags.clone() });
    assert_eq!(scale("parameter = 'firms.\"01.AI\".open'\nvalues = [false, true]"), Scale::Choice { values: flags });
    let words = ["US", "EU"].map(|word| Setting::Text(word.into())).to_vec();
    assert_eq!(scale("parameter = 'firms.OpenAI.state'\nvalues = ['US', 'EU']"), Scale::Choice { values: words });
}

#[test]
fn points_reach_the_scenario() {
    let text = "[[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\nset = { 'states.US.talent' = 2 }\n";
    let text = one("kind = 'grid'", "parameter = 'mechanisms.growth.rate'\nlevels = 3\n") + text;
    let experiment = read(&text).unwrap();
    let rate = |variant: usize, point| {
        let scenario = experiment.variants[variant].at(&experiment.sample, point).unwrap();
        (scenario.mechanisms[0].values[0], scenario.states[2].numbers.talent, scenario.seed)
    };
    assert_eq!([0, 1, 2].map(|point| rate(0, point)), [(0.1, 1.0, 9), (0.55, 1.0, 9), (1.0, 1.0, 9)]);
    assert_eq!(rate(1, 2), (1.0, 2.0, 9));
}

#[test]
fn a_list_comes_from_values_or_from_a_file() {
    let factor =
        |key, values| format!("[[design.factors]]\nparameter = 'mechanisms.growth.{key}'\nvalues = {values}\n");
    let from_values =
        sample(&format!("[design]\nkind = 'list'\n{}{}", factor("rate", "[0.5, 2]"), factor("loud", "[true, false]")));
    let points = "point,mechanisms.growth.rate,\"mechanisms.growth.loud\"\r\n7,0.5,true\r\n8,2,false\r\n";
    let text = "[design]\nkind = 'list'\nfile = 'points.csv'\n";
    let from_file = read_with(text, &[], points).unwrap().sample;
    assert_eq!(from_file, from_values);
    let settings: Vec<_> = from_file.settings(1).collect();
    assert_eq!(settings, [Some(Setting::Real(2.0)), Some(Setting::Flag(false))]);

    let points = "mechanisms.growth.rate,mechanisms.growth.lag_months\n,3\n1.5,\n,4\n";
    let sample = read_with(text, &[], points).unwrap().sample;
    let settings: Vec<Vec<_>> = (0..3).map(|point| sample.settings(point).collect()).collect();
    let (rate, lag) = (Some(Setting::Real(1.5)), |months| Some(Setting::Whole(months)));
    assert_eq!(settings, [vec![None, lag(3)], vec![rate, None], vec![None, lag(4)]], "an empty cell leaves the value");
}

#[test]
fn what_is_wrong_with_a_points_file_is_said_at_its_place() {
    let text = "[design]\nkind = 'list'\nfile = 'points.csv'\n";
    for (points, expected) in [
        ("", "e.toml:6:8: `points.csv` has no points: it needs a header and a row for each"),
        ("mechanisms.growth.rat\n1\n", "points.csv:1:1: unknown key `rat`, did you mean `rate`?"),
        (
            "point,mechanisms.growth.rate\n0,1\n1,2.5\n",
            "points.csv:3:3: `rate` must be a number from 0 to 2 (1/year), not 2.5",
        ),
        ("mechanisms.growth.rate,states.US.talent\n1,1\n1\n", "points.csv:3:1: this row has 1 cell, the header 2"),
        (
            "mechanisms.growth.rate,time.months\n1,3\n",
            "points.csv:1:24: `time.months` cannot be a factor: it changes the time span",
        ),
        ("a b\n1\n", "points.csv:1:1: "),
        ("sep=,\nmechanisms.growth.rate\n1\n", "points.csv:1:1: `sep=` is a line for Excel alone"),
        (
            "mechanisms.growth.rate,states.US.talent\n1,\"1\n2,1\n",
            "points.csv:2:3: a quote is opened and not closed in this line",
        ),
        ("point,mechanisms.growth.loud\n0,T\n", "points.csv:2:3: `T` is no value of a switch: write `true`"),
        ("point,mechanisms.growth.enabled\n0,F\n", "points.csv:2:3: `F` is no value of a switch: write `false`"),
        ("mechanisms.growth.rate\nnan\n", "points.csv:2:1: `nan` stands for no value: leave the cell empty"),
    ] {
        let said = said_with(text, &[], points);
        assert!(said.len() == 1 && said[0].starts_with(expected), "{points}\n{said:?}\n{expected}");
    }
    let many: String =
        (0..100).map(|row| format!("{}\n", if row == 80 { 7.0 } else { 1.0 + f64::from(row) / 1e3 })).collect();
    let said = said_with(text, &[], &format!("mechanisms.growth.rate\n{many}"));
    assert_eq!(said, ["points.csv:82:1: `rate` must be a number from 0 to 2 (1/year), not 7"]);
    let missing = said_with("[design]\nkind = 'list'\nfile = 'point.csv'\n", &[], "");
    assert_eq!(missing, ["e.toml:6:8: there is no file `point.csv`"]);
}

#[test]
fn keys_that_do_not_fit_the_kind_are_refused() {
    for (text, expected) in [
        ("[design]\npoints = 3\n", "e.toml:4:1: [design] has no `kind`"),
        ("[design]\nkind = 'none'\npoints = 3\n", "e.toml:6:1: `points` means nothing in a design of kind `none`"),
        (
            "[design]\nkind = 'lhs'\n[[design.factors]]\nparameter = 'mechanisms.growth.rate'\n",
            "e.toml:4:1: [design] has no `points`",
        ),
        ("[design]\nkind = 'lhs'\npoints = 3\n", "e.toml:4:2: a design of kind `lhs` needs `factors`"),
        ("[design]\nkind = 'lhs'\npoints = 3\nfactors = []\n", "e.toml:7:11: the design has no factors"),
        (
            &design("kind = 'lhs'\npoints = 3\nlevels = 4"),
            "e.toml:7:1: `levels` means nothing in a design of kind `lhs`",
        ),
        (&design("kind = 'lhs'\npoints = 3\npionts = 4"), "e.toml:7:1: unknown key `pionts`, did you mean `points`?"),
        (&design("kind = 'morris'\nlevels = 5"), "e.toml:6:10: `levels` must be an even number from 2 to 1000, not 5"),
        (&design("kind = 'lhs'\npoints = 0"), "e.toml:6:10: `points` must be a whole number from 1 to 10000000, not 0"),
        (
            &one("kind = 'lhs'\npoints = 3", "parameter = 'mechanisms.growth.rate'\nlevels = 3"),
            "e.toml:9:1: `levels` means nothing in a design of kind `lhs`",
        ),
        (
            &one("kind = 'list'", "parameter = 'mechanisms.growth.rate'\nvalues = [1]\nrange = [0, 1]"),
            "e.toml:9:1: `range` means nothing in a design of kind `list`",
        ),
    ] {
        assert_eq!(said(text), [expected], "{text}");
    }
}

#[test]
fn factors_are_checked_against_their_declaration() {
    let rate = "parameter = 'mechanisms.growth.rate'\n";
    let lag = "parameter = 'mechanisms.growth.lag_months'\n";
    let loud = "parameter = 'mechanisms.growth.loud'\n";
    for (factor, expected) in [
        ("range = [0, 1]".to_owned(), "e.toml:7:1: [[design.factors]] has no `parameter`"),
        ("parameter = 'mechanisms.growth.rat'".into(), "e.toml:8:13: unknown key `rat`, did you mean `rate`?"),
        (
            "parameter = 'mechanisms.growht.rate'".into(),
            "e.toml:8:13: unknown mechanism `growht`, did you mean `growth`?",
        ),
        ("parameter = 'firms.OpenIA.talent'".into(), "e.toml:8:13: unknown firm `OpenIA`, did you mean `OpenAI`?"),
        ("parameter = 'firms.OpenAI.open'".into(), "e.toml:8:13: `firms.OpenAI.open` has neither `range` nor `values`"),
        (
            "parameter = 'states.US.gdp_billion_usd'".into(),
            "e.toml:8:13: `states.US.gdp_billion_usd` has neither `range` nor `values`",
        ),
        (format!("{rate}range = [0.5, 3]"), "e.toml:9:15: `rate` must be a number from 0 to 2 (1/year), not 3"),
        (format!("{rate}range = [0.5, 0.5]"), "e.toml:9:9: `range` must go from low to high: 0.5 is not below 0.5"),
        (format!("{rate}range = [1]"), "e.toml:9:9: `range` must be exactly two numbers, [low, high], not a list"),
        (
            format!("{rate}range = [0, 1]\nscale = 'log'"),
            "e.toml:9:10: the `range` of a log scale is above 0: it starts at 0",
        ),
        (format!("{lag}scale = 'log'"), "e.toml:9:9: `scale` must be \"integer\" or \"choice\", not the text \"log\""),
        (format!("{lag}range = [0, 1.5]"), "e.toml:9:9: the `range` of an integer scale has whole numbers"),
        (format!("{loud}range = [0, 1]"), "e.toml:9:1: `mechanisms.growth.loud` is true or false and has no `range`"),
        (format!("{rate}scale = 'choice'"), "e.toml:9:9: a choice needs `values`"),
        (
            format!("{rate}scale = 'log'\nvalues = [1]"),
            "e.toml:9:9: `scale` must be \"choice\" beside `values`, not the text \"log\"",
        ),
        (
            format!("{rate}values = [0.5, 'x']"),
            "e.toml:9:16: `rate` must be a number from 0 to 2 (1/year), not the text \"x\"",
        ),
        (format!("{rate}values = [1]\nrange = [0, 1]"), "e.toml:10:1: a factor has `values` or a `range`, not both"),
        (format!("{rate}values = []"), "e.toml:9:10: `values` is empty"),
        (
            format!("{rate}values = [[1]]"),
            "e.toml:9:11: each of `values` must be a number, text, or true or false, not a list",
        ),
        (format!("{rate}rolle = 'lever'"), "e.toml:9:1: unknown key `rolle`, did you mean `role`?"),
        (format!("{rate}[[design.factors]]\n{rate}"), "e.toml:10:13: `mechanisms.growth.rate` is varied twice"),
        ("parameter = 'seed'\nvalues = [1, 2]".into(), "e.toml:8:13: `seed` cannot be a factor"),
        (
            "parameter = 'time.months'\nrange = [1, 2]\nscale = 'integer'".into(),
            "e.toml:8:13: `time.months` cannot be a factor: it changes the time span",
        ),
        (
            "parameter = 'firms.OpenAI.remove'\nvalues = [true, false]".into(),
            "e.toml:8:13: `firms.OpenAI.remove` cannot be a factor: it changes which entities there are",
        ),
        ("parameter = 'a b'\nvalues = [1]".into(), "e.toml:8:13: "),
    ] {
        let said = said(&one("kind = 'lhs'\npoints = 2", &factor));
        assert!(said.len() == 1 && said[0].starts_with(expected), "{factor}\n{said:#?}\n{expected}");
    }
}

#[test]
fn steps_are_checked() {
    let rate = "parameter = 'mechanisms.growth.rate'\n";
    for (kind, factor, expected) in [
        ("grid", rate.to_owned(), "e.toml:7:13: `mechanisms.growth.rate` has neither `levels` nor `values`"),
        ("grid", format!("{rate}levels = 1"), "e.toml:8:10: `levels` must be a whole number from 2 to 1000000, not 1"),
        (
            "grid",
            format!("{rate}values = [1]\nlevels = 2"),
            "e.toml:9:1: `levels` belong to a `range`; `values` are taken as they are",
        ),
        (
            "one-at-a-time",
            "parameter = 'mechanisms.growth.lag_months'\nrange = [1, 3]\nlevels = 4".into(),
            "e.toml:9:10: `range` has 3 whole numbers, fewer than 4 levels",
        ),
        (
            "list",
            format!("{rate}values = [1, 2]\n[[design.factors]]\nparameter = 'states.US.talent'\nvalues = [1]"),
            "e.toml:10:13: the factors of a list have equally many values: `mechanisms.growth.rate` has 2, `states.US.talent` 1",
        ),
        (
            "grid",
            format!(
                "{rate}levels = 1000000\n[[design.factors]]\nparameter = 'states.US.talent'\nrange = [0.5, 1.5]\nlevels = 1000"
            ),
            "e.toml:4:2: the design has 1000000000 points; 10000000 is the most",
        ),
    ] {
        assert_eq!(said(&one(&format!("kind = '{kind}'"), &factor)), [expected], "{factor}");
    }
    let sample = sample(&one("kind = 'grid'", "parameter = 'mechanisms.growth.lag_months'\n"));
    assert_eq!(sample.points(), 13, "a grid takes every whole number if it is not told how many");
}

#[test]
fn errors_are_said_once_and_name_the_scenario_if_others_are_fine() {
    let scenarios = "[[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\nset = { 'firms.OpenAI.remove' = true }\n";
    let text = one("kind = 'lhs'\npoints = 2", "parameter = 'mechanisms.growth.rat'\nrange = [1, 2]");
    assert_eq!(said(&(text + scenarios)), ["e.toml:8:13: unknown key `rat`, did you mean `rate`?"]);
    let text = one("kind = 'lhs'\npoints = 2", "parameter = 'firms.OpenAI.talent'\nrange = [0.5, 1.5]");
    let said = read(&(text.clone() + scenarios)).unwrap_err();
    let expected = "`firms.OpenAI.talent` cannot be varied: the scenario `b` takes the firm `OpenAI` out";
    assert!(said.starts_with(&format!("e.toml:8:13: {expected}")), "{said}");
    let points = format!("[design]\nkind = 'list'\nfile = 'points.csv'\n{scenarios}");
    assert_eq!(said_with(&points, &[], "firms.OpenAI.talent\n1\n"), [format!("points.csv:1:1: {expected}")]);
    let text = text.replace("OpenAI", "OpenIA");
    assert!(read(&(text + scenarios)).unwrap_err().starts_with("e.toml:8:13: unknown firm `OpenIA`"));
}

#[test]
fn a_grid_takes_each_value_once() {
    let values = |kind: &str, values: &str| {
        one(&format!("kind = '{kind}'"), &format!("parameter = 'mechanisms.growth.rate'\nvalues = [{values}]"))
    };
    for (kind, list, twice) in
        [("grid", "1, 1, 2", "1"), ("grid", "1, 0.5, 1.0", "1.0"), ("one-at-a-time", "2, 0, 0", "0")]
    {
        let found = said(&values(kind, list));
        let expected = format!("`values` has `{twice}` twice, and each of its points would be run twice");
        assert!(found.len() == 1 && found[0].ends_with(&expected), "{found:?}");
    }
    assert_eq!(sample(&values("grid", "1, 0.5, 2")).points(), 3);
    assert_eq!(sample(&values("list", "1, 1, 2")).points(), 3, "points of a list are as they are given");
}

#[test]
fn a_value_that_a_factor_would_replace_is_refused() {
    let text = one("kind = 'lhs'\npoints = 2", "parameter = 'mechanisms.growth.rate'");
    let scenarios = "[[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\nset = { 'mechanisms.growth.rate' = 2 }\n";
    let expected = "e.toml:8:13: `mechanisms.growth.rate` is a factor and is also set by a scenario's `set`";
    assert_eq!(said(&format!("{text}{scenarios}")), [expected]);
    let expected =
        "e.toml:8:13: `mechanisms.growth.rate` is a factor and is also set by --set mechanisms.growth.rate=1";
    assert_eq!(said_with(&text, &["mechanisms.growth.rate=1"], ""), [expected]);
    assert!(read_with(&text, &["mechanisms.growth.lag_months=1"], "").is_ok());
    let text = one("kind = 'one-at-a-time'", "parameter = 'mechanisms.growth.rate'");
    assert!(read(&format!("{text}{scenarios}")).is_ok(), "others keep the scenario's value while one moves");
}

#[test]
fn an_error_of_values_together_is_shown_at_the_factor() {
    let text = one("kind = 'lhs'\npoints = 2", "parameter = 'firms.\"01.AI\".focus.cloud'\nrange = [0.2, 0.9]");
    let said = said(&text);
    assert_eq!(said.len(), 3, "the ends and a value between them: {said:?}");
    for line in said {
        assert!(line.starts_with("e.toml:8:13: the shares of `focus` must sum to 1, not 1."), "{line}");
    }
}

#[test]
fn a_sobol_sequence_has_its_most_dimensions() {
    let factors: String = (0..MAX_DIMENSIONS / 2 + 1)
        .map(|_| "[[design.factors]]\nparameter = 'mechanisms.growth.rate'\n".to_owned())
        .collect();
    let said = said(&format!("[design]\nkind = 'saltelli'\npoints = 2\n{factors}"));
    assert_eq!(said[0], "e.toml:4:2: a Sobol sequence has at most 1024 dimensions; 513 factors take 1026");
}

#[test]
fn the_schema_takes_every_kind_and_refuses_misspelt_keys() {
    let schema = design_schema();
    let valid = |text: &str| jsonschema::is_valid(&schema, &toml::from_str::<serde_json::Value>(text).unwrap());
    for (kind, _) in MethodWord::WORDS {
        assert!(valid(&format!("kind = '{kind}'")), "{kind}");
    }
    let factor = "[[factors]]\nparameter = 'a.b'\nrange = [0, 1]\nscale = 'log'\nrole = 'lever'\n";
    assert!(valid(&format!("kind = 'lhs'\npoints = 3\n{factor}")));
    assert!(valid("kind = 'list'\n[[factors]]\nparameter = 'a'\nvalues = [1, 'x', true]"));
    for wrong in [
        "kind = 'lsh'",
        "points = 3",
        "kind = 'lhs'\npionts = 3",
        "kind = 'lhs'\npoints = 0",
        "kind = 'morris'\nlevels = 3",
    ] {
        assert!(!valid(wrong), "{wrong}");
    }
    assert!(!valid("kind = 'lhs'\n[[factors]]\nparameter = 'a'\nranges = [0, 1]"));
}

/// An experiment with something of everything.
const WHOLE: &str = "runs = 2\nmonths = 3\nrecord = ['world']\nquantiles = 'pooled'\n[stop]\noutcome = 'entries'\nstandard_error = 0.5\n\
    [design]\nkind = 'grid'\n[[design.factors]]\nparameter = \"borders.US-China.openness\"\nrange = [0.1, 0.9]\nlevels = 2\n\
    [[design.factors]]\nparameter = 'mechanisms.growth.loud'\n[[scenarios]]\nname = 'low'\n[[scenarios]]\nname = 'high'\n\
    set = { 'states.US.talent' = 2, \"firms.'01.AI'.open\" = false }\n";
/// Points of everything too.
const POINTS: &str = "point,mechanisms.growth.rate,\"firms.\"\"01.AI\"\".open\",borders.China-US.trust\r\n0,0.5,True,\r\n1,NA,false,0.25\r\n";

/// `text` with `put` in the place of some of it.
fn damaged(text: &str, at: usize, length: usize, put: &str) -> String {
    let start = (0..=at % (text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = (start + length).min(text.len());
    format!("{}{put}{}", &text[..start], &text[end..])
}

proptest::proptest! {
    #[test]
    fn no_experiment_and_no_points_bring_the_reader_down(
        at in 0_usize..1000, length in 0_usize..30,
        put in "(\\PC|[\\[\\]{}='\",.;\n\r\t #-]|nan|inf|1e999|-1|NA|borders|remove|\u{202e}|\u{feff}|9223372036854775808){0,4}"
    ) {
        let list = "[design]\nkind = 'list'\nfile = 'points.csv'\n";
        let ways = [read_with(&damaged(WHOLE, at, length, &put), &[&put], ""), read_with(list, &[], &damaged(POINTS, at, length, &put))];
        for said in ways.into_iter().filter_map(Result::err) {
            proptest::prop_assert!(["e.toml:", "points.csv:", "small.toml:", "--set "].iter().any(|place| said.contains(place)), "{}", said);
            proptest::prop_assert!(!said.contains(['\u{202e}', '\u{feff}', '\r', '\t']), "{said:?}");
        }
    }
}

#[test]
fn the_whole_experiment_is_a_good_one() {
    assert!(read(WHOLE).is_ok(), "{:?}", read(WHOLE).err());
    assert_eq!(read_with("[design]\nkind = 'list'\nfile = 'points.csv'\n", &[], POINTS).unwrap().sample.points(), 2);
}

#[test]
fn two_scenarios_of_one_world_are_told() {
    let text = "[[scenarios]]\nname = 'a1'\n[[scenarios]]\nname = 'b1'\nset = { 'states.US.talent' = 1.25 }\n[[scenarios]]\nname = 'c1'\n";
    let warned: Vec<_> = read(text).unwrap().warnings().iter().map(|warning| warning.line()).collect();
    assert!(warned.len() == 1 && warned[0].ends_with("the scenarios `a1` and `c1` are the same world"), "{warned:?}");
}

#[test]
fn a_posterior_draws_worlds_as_often_as_they_weigh_and_each_has_its_own_noise() {
    let text = "[design]\nkind = 'posterior'\nfile = 'points.csv'\npoints = 8\n";
    let worlds = "draw,weight,mechanisms.growth.rate,log_likelihood\n1,1,0.5,-3\n2,0,0.6,-9\n3,3,0.7,-2\n";
    let sample = read_with(text, &[], worlds).unwrap().sample;
    let rates: Vec<_> = (0..8).map(|point| sample.settings(point).next().unwrap().unwrap()).collect();
    assert_eq!(rates, [0.5, 0.5, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7].map(Setting::Real));
    assert_eq!(sample.design().noise, PointNoise::Own);
    assert_eq!(sample.design().clone().sample(), sample, "a manifest gives the same worlds");
    let common = read_with(&format!("{text}noise = 'common'\n"), &[], worlds).unwrap().sample;
    assert_eq!(common.design().noise, PointNoise::Common);
}

#[test]
fn a_posterior_is_told_what_is_wrong_with_its_worlds() {
    let text = "[design]\nkind = 'posterior'\nfile = 'points.csv'\npoints = 8\n";
    let said = |points: &str| said_with(text, &[], points);
    let key = "mechanisms.growth.rate";
    assert_eq!(
        said(&format!("weight,{key}\n-1,0.5\n")),
        ["points.csv:2:1: a weight is a number from 0 on, and not `-1`"]
    );
    assert_eq!(said(&format!("weight,{key}\n0,0.5\n")), ["e.toml:6:8: no world of it has a weight above 0"]);
    let empty = said(&format!("weight,{key},mechanisms.growth.lag_months\n1,0.5,3\n1,,4\n"));
    assert_eq!(
        empty,
        [format!("points.csv:1:8: `{key}` has empty cells, and every world of a posterior has all its values")]
    );
    let missing = said_with("[design]\nkind = 'posterior'\npoints = 3\n", &[], "");
    assert_eq!(missing, ["e.toml:4:2: a posterior has its worlds in a `file`"]);
}
