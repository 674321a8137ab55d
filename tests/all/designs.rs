//! Design points of the real model: what a point sets is what a config that says the same would set.

use crate::support::program::{redqueen, table};
use redqueen::{
    declare::parameter::Kind,
    experiment::{
        Variant,
        design::{Design, Factor, Method, Role, Scale, Setting},
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
        let sample = Design { method: Method::List, seed: 0, factors: vec![factor] }.sample();
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
        let sample = Design { method: Method::List, seed: 0, factors: vec![factor] }.sample();
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
