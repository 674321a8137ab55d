//! What calibration files may say, and what they are told if they say it wrongly.

use super::{Calibration, Statistic, schema::calibration_schema};
use crate::{
    experiment::{KnownNames, common::Doubt, load_experiment},
    maths::{Shape, ln},
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
    outcomes: &["entries"],
    declared: &TABLES,
    months_before: |_| 1,
};
/// Lines 1 to 4 of every file.
const HEAD: &str = "name = 'c'\nscenario = 'small.toml'\nuntil = '2023-05'\nobservations = ['seen.csv']\n";
const SEEN: &str = "table,entity,indicator,date,until,value,error\n\
    world,,gap_rating,2023-02,,100,6\nworld,,gap_rating,2023-03,,90,3\nworld,,gap_rating,2023-05,,80,3\n\
    world,,gap_rating,2023-06,,70,3\nstates,US,compute,2023-04,2023-05,2,0.5\nstates,EU,compute,2022-11,,1,0.5\n\
    states,China,compute,2023-04,,0.5,0.1\n";
const PARAMETER: &str = "[[parameters]]\nparameter = 'mechanisms.growth.rate'\n";
const TARGET: &str = "[[targets]]\ntable = 'world'\nindicator = 'gap_rating'\n";

/// Reads a file of this text, with these figures beside it.
fn read_with(text: &str, seen: &str, overrides: &[&str], doubt: Option<&Doubt>) -> Result<Calibration, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("small.toml"), SMALL).unwrap();
    fs::write(path("seen.csv"), seen).unwrap();
    fs::write(path("c.toml"), text).unwrap();
    let overrides: Vec<String> = overrides.iter().map(|&each| each.to_owned()).collect();
    load_experiment(&Source::File(path("c.toml")), &overrides, &catalogue(), NAMES, doubt)
        .map(|experiment| *experiment.calibration.unwrap())
        .map_err(|errors| errors.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

fn read(rest: &str) -> Result<Calibration, String> {
    read_with(&format!("{HEAD}{rest}"), SEEN, &[], None)
}

/// First lines of what is said, without excerpts.
fn said_of(result: Result<Calibration, String>) -> Vec<String> {
    let said = result.expect_err("it is wrong");
    said.split("\n\n").map(|each| each.lines().next().unwrap_or_default().to_owned()).collect()
}

fn said(rest: &str) -> Vec<String> {
    said_of(read(rest))
}

#[test]
fn a_calibration_is_read_with_what_was_seen() {
    let more = "seed = 5\n[[parameters]]\nparameter = 'mechanisms.growth.rate'\nprior = 'normal'\nmean = 0.5\nsd = 0.2\n\
        range = [0.2, 1.5]\n[[parameters]]\nparameter = 'states.US.talent'\nalso = ['states.EU.talent']\nrange = [0.5, 2]\n\
        [[unknowns]]\nparameter = 'states.China.talent'\nprior = 'triangular'\nmode = 1\nrange = [0.5, 2]\n";
    let targets = format!(
        "{TARGET}discrepancy = 4\nshared_error = {{ board = 3 }}\n[[targets]]\nname = 'fall'\ntable = 'world'\nindicator = 'gap_rating'\nstatistic = 'trend'\n\
         from = '2023-02'\nto = '2023-03'\n[[targets]]\ntable = 'states'\nentity = 'US'\nindicator = 'compute'\nlog = true\n"
    );
    let found = read(&format!("{more}{targets}[method]\nwanted = 130\ndraws = 50\n")).unwrap();
    let names: Vec<_> = found.parameters.iter().map(|sought| sought.keys.join(" ")).collect();
    assert_eq!(names, ["mechanisms.growth.rate", "states.US.talent states.EU.talent"]);
    assert_eq!(found.parameters[0].prior.shape(), Shape::Normal { mean: 0.5, sd: 0.2 });
    assert_eq!(found.unknowns[0].name(), "states.China.talent");
    let [gap, fall, compute] = found.targets.as_slice() else { panic!("{:?}", found.targets) };
    // Figures after `until` are not looked at: months 2, 3 and 5 remain, whose errors are taken as shared.
    assert_eq!((gap.value, gap.error, gap.discrepancy, &*gap.unit), (90.0, 4.0, 4.0, "points"));
    assert_eq!((&gap.shared_error, &fall.shared_error), (&vec![("board".to_owned(), 3.0)], &Vec::new()));
    assert_eq!(gap.summary.months, ["2023-02", "2023-03", "2023-05"].map(|month| month.parse().unwrap()));
    assert_eq!((&*fall.name, fall.value, fall.summary.statistic), ("fall", -120.0, Statistic::Trend));
    assert_eq!(fall.unit, "points/year");
    assert_eq!((compute.value, compute.error, &*compute.unit), (ln(2.0), 0.25, "ln(MH100e)"));
    assert_eq!(compute.summary.months.len(), 2, "a figure of two months is held against both");
    assert_eq!((found.method.wanted, found.method.draws, found.method.members), (Some(130.0), Some(50), None));
}

#[test]
fn a_range_that_is_left_out_is_the_plausible_one() {
    let found = read(&format!("{PARAMETER}{TARGET}")).unwrap();
    let prior = found.parameters[0].prior;
    assert_eq!((prior.quantile(0.0), prior.quantile(1.0)), (0.1, 1.0));
}

#[test]
fn parameters_are_checked() {
    let sought = |text: &str| format!("[[parameters]]\n{text}\n{TARGET}");
    let rate = "parameter = 'mechanisms.growth.rate'\n";
    for (text, expected) in [
        ("range = [0, 1]".to_owned(), "c.toml:5:1: [[parameters]] has no `parameter`"),
        ("parameter = 'mechanisms.growth.rat'".into(), "c.toml:6:13: unknown key `rat`, did you mean `rate`?"),
        (
            "parameter = 'firms.OpenIA.talent'\nrange = [0.5, 1]".into(),
            "c.toml:6:13: unknown firm `OpenIA`, did you mean `OpenAI`?",
        ),
        (format!("{rate}range = [0.5, 3]"), "c.toml:7:9: `rate` must be a number from 0 to 2 (1/year), not 3"),
        (
            format!("{rate}range = [1, 0.5]"),
            "c.toml:7:9: `range` must be two numbers, [low, high], the first below the second",
        ),
        (
            format!("{rate}range = [0.5]"),
            "c.toml:7:9: `range` must be two numbers, [low, high], the first below the second",
        ),
        (
            format!("{rate}range = [0, 1]\nprior = 'log-uniform'"),
            "c.toml:7:9: a prior of a logarithm needs a range above 0",
        ),
        (format!("{rate}prior = 'gauss'"), "c.toml:7:9: `prior` must be "),
        (format!("{rate}prior = 'normal'\nmean = 0.5"), "c.toml:6:13: a prior of shape `normal` has `sd`"),
        (format!("{rate}mean = 0.5"), "c.toml:7:1: `mean` means nothing to a prior of shape `uniform`"),
        (
            format!("{rate}prior = 'triangular'\nmode = 7"),
            "c.toml:6:13: the mean, median or mode must lie near the range",
        ),
        ("parameter = 'states.US.talent'".into(), "c.toml:6:13: this parameter has no `range`"),
        (
            "parameter = 'mechanisms.growth.lag_months'".into(),
            "c.toml:6:13: `mechanisms.growth.lag_months` is no real number",
        ),
        ("parameter = 'mechanisms.growth.loud'".into(), "c.toml:6:13: `mechanisms.growth.loud` is no real number"),
        ("parameter = 'time.months'".into(), "c.toml:6:13: `time.months` is no "),
        ("parameter = 'firms.OpenAI.state'".into(), "c.toml:6:13: `firms.OpenAI.state` is no "),
        (
            format!("{rate}also = ['mechanisms.growth.rate']"),
            "c.toml:7:9: `mechanisms.growth.rate` is sought twice, here and in line 6",
        ),
        (
            format!("{rate}[[parameters]]\n{rate}"),
            "c.toml:8:13: `mechanisms.growth.rate` is sought twice, here and in line 6",
        ),
        (
            format!("{rate}[[unknowns]]\n{rate}"),
            "c.toml:8:13: `mechanisms.growth.rate` is sought twice, here and in line 6",
        ),
        (format!("{rate}piror = 'normal'"), "c.toml:7:1: unknown key `piror`, did you mean `prior`?"),
    ] {
        let said = said(&sought(&text));
        assert!(said[0].starts_with(expected), "{text}\n{said:#?}\n{expected}");
        assert!(said.iter().all(|line| line.starts_with("c.toml:")), "{text}: {said:#?}");
    }
}

#[test]
fn targets_are_checked() {
    let asked = |text: &str| format!("{PARAMETER}[[targets]]\n{text}\n");
    let gap = "table = 'world'\nindicator = 'gap_rating'\n";
    for (text, expected) in [
        ("indicator = 'gap_rating'".to_owned(), "c.toml:7:1: [[targets]] has no `table`"),
        ("table = 'wold'\nindicator = 'gap_rating'".into(), "c.toml:8:9: unknown table `wold`, did you mean `world`?"),
        (
            "table = 'world'\nindicator = 'gap_ratng'".into(),
            "c.toml:9:13: unknown indicator `gap_ratng`, did you mean `gap_rating`?",
        ),
        (
            "table = 'world'\nindicator = 'gap_index'".into(),
            "c.toml:9:13: the observations have nothing of gap_index of world",
        ),
        (
            "table = 'states'\nindicator = 'compute'".into(),
            "c.toml:8:9: the table `states` has a row of each state: say whose with `entity`",
        ),
        (
            "table = 'states'\nindicator = 'compute'\nentity = 'Chnia'".into(),
            "c.toml:10:10: unknown state `Chnia`, did you mean `China`?",
        ),
        (format!("{gap}entity = 'US'"), "c.toml:10:1: the table `world` has no rows of an `entity`"),
        (format!("{gap}from = '2023-06'"), "c.toml:10:8: `from` = 2023-06 lies after `until` = 2023-05"),
        (format!("{gap}to = '2024-01'"), "c.toml:10:6: `to` = 2024-01 lies after `until` = 2023-05"),
        (
            format!("{gap}from = '2022-12'"),
            "c.toml:10:8: `from` = 2022-12 lies before the run, which begins in 2023-01",
        ),
        (format!("{gap}to = '2023-01'"), "c.toml:7:1: no observation of gap_rating of world lies in these months"),
        (
            "table = 'states'\nindicator = 'compute'\nentity = 'EU'".into(),
            "c.toml:7:1: the observation of 2022-11 to 2022-11 lies outside the run",
        ),
        (
            "table = 'states'\nindicator = 'compute'\nentity = 'US'\nstatistic = 'trend'".into(),
            "c.toml:7:1: an observation of compute of US in states spans several months",
        ),
        (
            "table = 'states'\nindicator = 'compute'\nentity = 'China'\nstatistic = 'roughness'".into(),
            "c.toml:7:1: these observations of compute of China in states have no roughness",
        ),
        (format!("{gap}error = 0"), "c.toml:10:9: `error` must be a number above 0, in the target's unit, not 0"),
        (format!("{gap}shared_error = 2"), "c.toml:10:16: `shared_error` must be a table"),
        (format!("{gap}shared_error = {{ board = 0 }}"), "c.toml:10:26: `board` must be a number above 0"),
        (
            format!("{gap}shared_error = {{ board = 3, news = 3 }}"),
            "c.toml:10:16: `shared_error` is a part of the error, which is 4",
        ),
        (format!("{gap}discrepancy = -1"), "c.toml:10:15: `discrepancy` must be "),
        (format!("{gap}statistic = 'median'"), "c.toml:10:13: `statistic` must be "),
        (format!("{gap}name = 'Gap'"), "c.toml:10:8: `Gap` cannot be the name of a target"),
        (format!("{gap}name = 'entries'"), "c.toml:10:8: `entries` cannot be the name of a target"),
        (format!("{gap}name = 'a'\n[[targets]]\n{gap}name = 'a'"), "c.toml:11:1: `a` is the name of two targets"),
        (format!("{gap}discrepency = 1"), "c.toml:10:1: unknown key `discrepency`, did you mean `discrepancy`?"),
    ] {
        let said = said(&asked(&text));
        assert!(said.len() == 1 && said[0].starts_with(expected), "{text}\n{said:#?}\n{expected}");
    }
}

#[test]
fn what_stands_around_them_is_checked() {
    let whole = |text: &str| said_of(read_with(text, SEEN, &[], None));
    let rest = format!("{PARAMETER}{TARGET}");
    for (head, expected) in [
        (HEAD.replace("until = '2023-05'\n", ""), "c.toml:1:1: the calibration has no `until`"),
        (
            HEAD.replace("2023-05", "2023-07"),
            "c.toml:3:9: `until` = 2023-07 lies outside the run, which goes from 2023-01 to 2023-06",
        ),
        (HEAD.replace("2023-05", "2022-12"), "c.toml:3:9: `until` = 2022-12 lies outside the run"),
        (HEAD.replace("2023-05", "May"), "c.toml:3:9: "),
        (HEAD.replace("small.toml", "smal.toml"), "c.toml:2:12: "),
        (HEAD.replace("seen.csv", "sen.csv"), "c.toml:4:17: "),
        (format!("{HEAD}untill = '2023-05'\n"), "c.toml:5:1: unknown key `untill`, did you mean `until`?"),
        (format!("{HEAD}runs = 5\n"), "c.toml:5:1: `runs` means nothing to a calibration"),
        (format!("{HEAD}months = 5\n"), "c.toml:5:1: `months` means nothing to a calibration"),
        (format!("{HEAD}record = ['world']\n"), "c.toml:5:1: `record` means nothing to a calibration"),
        (format!("{HEAD}quantiles = 'off'\n"), "c.toml:5:1: `quantiles` means nothing to a calibration"),
        (format!("{HEAD}mechanisms.growth.rate = 1\n"), "c.toml:5:1: `mechanisms` is a key of scenarios"),
    ] {
        let said = whole(&format!("{head}{rest}"));
        assert!(said.len() == 1 && said[0].starts_with(expected), "{head}\n{said:#?}\n{expected}");
    }
    assert_eq!(whole(&format!("{HEAD}{TARGET}")).len(), 1);
    assert!(whole(&format!("{HEAD}{TARGET}"))[0].starts_with("c.toml:5:3: a calibration seeks a parameter or more"));
    let none = whole(&format!("{HEAD}targets = []\n{PARAMETER}"));
    assert_eq!(none, ["c.toml:5:1: a calibration has a target or more: write [[targets]] for each of them"]);
    for (method, expected) in [
        ("draws = 1", "c.toml:11:9: `draws` must be a whole number from 10 to 1000000, not 1"),
        ("kind = 'abc'", "c.toml:11:8: `kind` must be "),
        ("drawz = 20", "c.toml:11:1: unknown key `drawz`, did you mean `draws`?"),
    ] {
        assert!(said(&format!("{rest}[method]\n{method}\n"))[0].starts_with(expected), "{method}");
    }
}

#[test]
fn everything_wrong_is_said_at_once_and_figures_have_errors() {
    let seen = SEEN.replace("100,6", "100,");
    let text = format!(
        "{HEAD}[[parameters]]\nparameter = 'mechanisms.growth.rat'\n[[targets]]\ntable = 'wold'\nindicator = 'x'\n"
    );
    let said = said_of(read_with(&text, &seen, &[], None));
    assert_eq!(said.len(), 3, "{said:#?}");
    for expected in
        ["seen.csv:2:31: an observation needs its error", "c.toml:6:13: unknown key `rat`", "c.toml:8:9: unknown table"]
    {
        assert!(said.iter().any(|line| line.starts_with(expected)), "{expected}: {said:#?}");
    }
}

#[test]
fn a_calibration_looks_no_further_than_its_last_month_whatever_is_laid_over_it() {
    let text = format!("{HEAD}{PARAMETER}{TARGET}");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, text) in [("small.toml", SMALL), ("seen.csv", SEEN), ("c.toml", &text)] {
        fs::write(path(name), text).unwrap();
    }
    let source = Source::File(path("c.toml"));
    let months = |overrides: &[String]| {
        let experiment = load_experiment(&source, overrides, &catalogue(), NAMES, None).unwrap();
        experiment.variants[0].scenario.time.months
    };
    assert_eq!((months(&[]), months(&["time.months=60".to_owned()])), (5, 5));
    let doubt = Doubt { sample: "seen.csv".to_owned(), worlds: 3 };
    let said = said_of(read_with(&text, SEEN, &[], Some(&doubt)));
    assert!(said.len() == 1 && said[0].contains("--doubt and --worlds mean nothing to a calibration"), "{said:?}");
}

#[test]
fn an_earlier_end_leaves_out_what_came_after_it_and_a_later_one_is_refused() {
    let text = format!("{HEAD}{PARAMETER}{TARGET}to = '2023-05'\n{TARGET}name = 'late'\nfrom = '2023-04'\n");
    let until = |month: &str| read_with(&text, SEEN, &[&format!("until={month}")], None);
    let found = until("2023-03").unwrap();
    assert_eq!((found.targets.len(), found.until.to_string().as_str()), (1, "2023-03"));
    assert_eq!((found.targets[0].value, found.targets[0].summary.months.len()), (95.0, 2));
    assert_eq!(read_with(&text, SEEN, &[], None).unwrap().targets.len(), 2);
    let later = said_of(until("2023-06"));
    assert!(later.len() == 1 && later[0].contains("`until` = 2023-06 lies after 2023-05"), "{later:?}");
    let none = said_of(until("2023-01"));
    assert!(none.len() == 1 && none[0].contains("no target has figures up to 2023-01"), "{none:?}");
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let schema = calibration_schema();
    let valid = |text: &str| jsonschema::is_valid(&schema, &toml::from_str::<serde_json::Value>(text).unwrap());
    let good = format!(
        "{HEAD}{PARAMETER}prior = 'log-normal'\nmedian = 0.4\nsd = 0.3\n{TARGET}log = true\nerror = 0.1\n[method]\nkind = 'sequential'\n"
    );
    assert!(valid(&good) && read(good.strip_prefix(HEAD).unwrap()).is_ok());
    for (from, to) in [
        ("log-normal", "gauss"),
        ("median", "medain"),
        ("error = 0.1", "error = 0"),
        ("sequential", "abc"),
        ("until = '2023-05'\n", ""),
        ("indicator = 'gap_rating'\n", ""),
        ("2023-05", "May"),
    ] {
        assert!(!valid(&good.replace(from, to)), "{from} for {to}");
    }
}
