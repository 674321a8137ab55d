//! Design points of the real model: what a point sets is what a config that says the same would set.

use crate::support::program::{redqueen, table};
use redqueen::{
    declare::parameter::Kind,
    experiment::{
        Variant,
        design::{Design, Factor, Method, PointNoise, Role, Scale, Setting},
    },
    measure::record::Record,
    model::{Model, Seed},
    scenario::{MechanismDeclaration, Source},
};

fn factor(parameter: String, values: Vec<Setting>) -> Factor {
    let (unit, meaning) = (String::new(), String::new());
    Factor { parameter, role: Role::Lever, scale: Scale::Choice { values }, levels: None, unit, meaning }
}

/// Every parameter and the switch of a mechanism, with two values each.
fn of_mechanism(mechanism: &MechanismDeclaration) -> Vec<Factor> {
    let flags = || vec![Setting::Flag(false), Setting::Flag(true)];
    let mut factors = vec![factor(format!("mechanisms.{}.enabled", mechanism.name), flags())];
    factors.extend(mechanism.parameters.iter().map(|parameter| {
        let ends = [parameter.plausible.0, parameter.plausible.1];
        let values = match parameter.kind {
            Kind::Flag => flags(),
            Kind::Whole => ends.map(|end| Setting::Whole(end as i64)).to_vec(),
            Kind::Real => ends.map(Setting::Real).to_vec(),
        };
        factor(format!("mechanisms.{}.{}", mechanism.name, parameter.name), values)
    }));
    factors
}

fn written(setting: &Setting) -> String {
    match setting {
        Setting::Flag(flag) => flag.to_string(),
        Setting::Whole(whole) => whole.to_string(),
        Setting::Real(real) => format!("{real:?}"),
        Setting::Text(text) => format!("\"{text}\""),
    }
}

#[test]
fn a_point_is_the_scenario_with_its_values_set() {
    let baseline = Source::Builtin("baseline".into());
    let variant = Variant::new("baseline".into(), Model::standard().load_with(&baseline, &["seed=7".into()]).unwrap());
    let mut factors: Vec<Factor> = Model::standard().catalogue().mechanisms.iter().flat_map(of_mechanism).collect();
    assert!(factors.len() > 150, "{}", factors.len());
    factors.push(factor("states.US.talent".into(), vec![Setting::Real(0.75), Setting::Real(1.25)]));
    factors.push(factor("firms.DeepSeek.open".into(), vec![Setting::Flag(false), Setting::Flag(true)]));
    for factor in factors {
        let parameter = factor.parameter.clone();
        let sample =
            Design { method: Method::List, seed: 0, factors: vec![factor], noise: PointNoise::Common }.sample();
        assert_eq!(sample.points(), 2);
        for point in 0..2 {
            let setting = sample.settings(point).next().flatten().unwrap();
            let set = format!("{parameter}={}", written(&setting));
            let expected = Model::standard().load_with(&baseline, &["seed=7".into(), set.clone()]).unwrap().scenario;
            assert!(variant.at(&sample, point).unwrap() == expected, "{set}");
        }
    }
}

#[test]
fn a_world_whose_numbers_are_changed_is_as_good_as_a_new_one() {
    let more = ["time.months=14".to_owned()];
    let plain = Model::standard().load_with(&Source::Builtin("baseline".into()), &more).unwrap();
    let variant = Variant::new("baseline".into(), plain);
    let seed = Seed { master: 3, replicate: 2 };
    let mut changed = Model::standard().simulate(&variant.scenario).unwrap();
    for factor in Model::standard().catalogue().mechanisms.iter().flat_map(of_mechanism) {
        let parameter = factor.parameter.clone();
        let sample =
            Design { method: Method::List, seed: 0, factors: vec![factor], noise: PointNoise::Common }.sample();
        for point in 0..2 {
            let scenario = variant.at(&sample, point).unwrap();
            changed.change(&scenario).unwrap();
            let fresh = Model::standard().simulate(&scenario).unwrap().run(seed, Record::NONE);
            assert!(changed.run(seed, Record::NONE) == fresh, "{parameter} at its value {point}");
        }
    }
}

/// Scenarios that differ in about everything.
const SCENARIOS: [&str; 6] = ["baseline", "all-open", "no-controls", "taiwan-blockade", "null", "baseline"];

#[test]
fn a_world_that_is_changed_is_as_good_as_a_new_one() {
    let scenarios = SCENARIOS.map(|name| {
        let more = ["time.months=18".to_owned()];
        Model::standard().load_with(&Source::Builtin(name.into()), &more).unwrap().scenario
    });
    let seed = Seed { master: 3, replicate: 2 };
    let mut changed = Model::standard().simulate(&scenarios[5]).unwrap();
    for (name, scenario) in SCENARIOS.iter().zip(&scenarios) {
        // Some of its life goes by before it is changed.
        changed.run(Seed { master: 9, replicate: 1 }, Record::NONE).unwrap();
        changed.change(scenario).unwrap();
        let fresh = Model::standard().simulate(scenario).unwrap().run(seed, Record::ALL).unwrap();
        assert!(changed.run(seed, Record::ALL).unwrap() == fresh, "{name}");
    }
}

#[test]
fn a_run_of_a_design_is_repeated_alone_by_its_scenario_point_and_replicate() {
    let folder = tempfile::tempdir().unwrap();
    let text = "name = 'study'\nruns = 2\nrecord = ['world']\nmonths = 5\n\
                [design]\nkind = 'lhs'\npoints = 3\n\
                [[design.factors]]\nparameter = 'mechanisms.research.growth'\n\
                [[design.factors]]\nparameter = 'mechanisms.leapfrog.enabled'\n\
                [[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\nset = { 'states.US.talent' = 1.1 }\n";
    std::fs::write(folder.path().join("study.toml"), text).unwrap();
    redqueen(folder.path(), &["batch", "study.toml", "--quiet"]).assert().success();
    let (_, runs) = table(&folder.path().join("output/study/runs.csv"));
    assert_eq!(runs.len(), 12);
    for row in runs.iter().skip(1).step_by(3) {
        let [scenario, point, replicate] = ["scenario", "point", "replicate"].map(|key| row[key].as_str());
        let arguments =
            ["run", "study.toml", "--quiet", "--scenario", scenario, "--point", point, "--replicate", replicate];
        redqueen(folder.path(), &arguments).assert().success();
        let number = |what: &str, number: &str| if number == "0" { String::new() } else { format!("-{what}-{number}") };
        let out = format!("study-run-{scenario}{}{}", number("point", point), number("replicate", replicate));
        let (_, mut alone) = table(&folder.path().join("output").join(out).join("runs.csv"));
        alone[0].insert("run".into(), row["run"].clone());
        assert_eq!(alone[0], *row);
    }
}

/// A limit that ends a batch before it has what it was asked for is no success without a word.
#[test]
fn a_stop_rule_that_was_not_met_is_told_on_the_screen_in_the_log_and_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let batch = |name: &str, more: &str| {
        let text = format!("name = '{name}'\nscenario = 'null'\nruns = 2\nmonths = 13\nrecord = []\n{more}");
        std::fs::write(here.join(format!("{name}.toml")), text).unwrap();
        let output = redqueen(here, &["batch", &format!("{name}.toml")]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let out = here.join("output").join(name);
        let read = |file: &str| std::fs::read_to_string(out.join(file)).unwrap();
        let screen = String::from_utf8(output.stdout).unwrap();
        assert!(screen.lines().all(|line| line.starts_with("files are in") || line.chars().count() <= 80), "{screen}");
        [screen.replace("\n      ", " "), read("log.txt"), read("report.html")]
    };
    let stop =
        |outcome: &str, error: &str| format!("[stop]\noutcome = '{outcome}'\nstandard_error = {error}\nmax_runs = 4\n");
    for text in batch("never", &stop("parity_months", "1.0")) {
        assert!(text.contains("[stop] was not met: no run has parity_months, after 4 runs"), "{text}");
    }
    // Null worlds are all alike, so the rule is met.
    for text in batch("met", &stop("gap_rating_end", "1e-300")) {
        assert!(!text.contains("was not met"), "{text}");
    }
    // Points and scenarios; the same words when the folder was complete before.
    let more = format!(
        "{}[design]\nkind = 'grid'\n[[design.factors]]\nparameter = 'mechanisms.research.growth'\nvalues = [1.0, 1.2]\n\
         [[scenarios]]\nname = 'a'\nscenario = 'baseline'\n[[scenarios]]\nname = 'b'\nscenario = 'no-diffusion'\n",
        stop("gap_rating_end", "1e-9")
    );
    let expected = "[stop] was not met at 2 of 2 points: at point ";
    for text in batch("several", &more) {
        assert!(text.contains(expected) && text.contains("of the paired differences in gap_rating_end is "), "{text}");
        assert!(text.contains(" after 4 runs, wanted 0.000000001"), "{text}");
    }
    let again = redqueen(here, &["batch", "several.toml"]).output().unwrap();
    assert!(String::from_utf8(again.stdout).unwrap().replace("\n      ", " ").contains(expected));
    redqueen(here, &["report", "output/several"]).assert().success().stdout(predicates::str::contains(expected));
}

/// What no number of runs would mend is said by `check`, and by `batch` before it runs.
#[test]
fn what_a_design_cannot_tell_is_said_before_the_runs() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let text = "name = 'few'\nscenario = 'null'\nruns = 1\nmonths = 2\nrecord = []\n[design]\nkind = 'morris'\ntrajectories = 3\n\
                [[design.factors]]\nparameter = 'mechanisms.research.growth'\n";
    std::fs::write(here.join("few.toml"), text).unwrap();
    let said = predicates::str::contains("[design] trajectories = 3: too few trajectories for any sensitivity index");
    let told =
        predicates::str::contains("[design] trajectories = 3: too few trajectories for any sensitivity\n      index");
    redqueen(here, &["check", "few.toml"]).assert().success().stdout(said.clone());
    redqueen(here, &["batch", "few.toml"]).env("COLUMNS", "80").assert().success().stderr(told);
    redqueen(here, &["sensitivity", "output/few"])
        .assert()
        .code(1)
        .stdout(predicates::str::contains("only 3 of 3 trajectories have a value at every point; it takes 4"))
        .stderr(predicates::str::contains("no outcome has an index"));
    std::fs::write(here.join("few.toml"), text.replace("= 3", "= 5")).unwrap();
    redqueen(here, &["check", "few.toml"])
        .assert()
        .success()
        .stdout(predicates::prelude::PredicateBooleanExt::not(said));
}

/// Who filters a table by `== 0.1` finds the rows.
#[test]
fn levels_of_a_range_are_written_as_the_numbers_that_were_meant() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let factor = |key: &str, rest: &str| format!("[[design.factors]]\nparameter = 'mechanisms.{key}'\n{rest}\n");
    let written = |kind: &str, factor: &str| -> std::collections::BTreeSet<String> {
        let text =
            format!("name = 'l'\nscenario = 'null'\nruns = 1\nmonths = 1\nrecord = []\n[design]\n{kind}\n{factor}");
        std::fs::write(here.join("l.toml"), text).unwrap();
        redqueen(here, &["batch", "l.toml", "--quiet", "--overwrite"]).assert().success();
        let (header, rows) = table(&here.join("output/l/design.csv"));
        rows.iter().map(|row| row[&header[1]].clone()).collect()
    };
    let log = factor("diffusion.xi_open", "scale = 'log'\nrange = [0.001, 10.0]");
    let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(written("kind = 'grid'", &format!("{log}levels = 5\n")), set(&["0.001", "0.01", "0.1", "1.0", "10.0"]));
    assert_eq!(written("kind = 'one-at-a-time'", &format!("{log}levels = 3\n")), set(&["", "0.001", "0.1", "10.0"]));
    let linear = factor("diffusion.xi_open", "range = [0.1, 0.7]");
    let levels = ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"];
    assert_eq!(written("kind = 'grid'", &format!("{linear}levels = 7\n")), set(&levels));
    let found = written("kind = 'morris'\ntrajectories = 40", &linear);
    assert_eq!(found, set(&["0.1", "0.3", "0.5", "0.7"]));
}
