//! Against the EMA Workbench, and what holds for every table.

use super::{covering::choose, *};
use proptest::prelude::*;
use serde_json::Value;

fn data(name: &str) -> Value {
    let path = format!("{}/tests/data/prim/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The table of a file, and the words of its choices by column.
fn cases(data: &Value) -> (Cases, Vec<Vec<String>>) {
    let numbers = |values: &Value| values.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<_>>();
    let mut words = Vec::new();
    let column = |column: &Value| {
        let values = &column["values"];
        let (column, known) = match column["kind"].as_str().unwrap() {
            "real" => (Column::Real(numbers(values)), Vec::new()),
            "whole" => (Column::Whole(numbers(values)), Vec::new()),
            _ => {
                let told: Vec<String> =
                    values.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
                let mut known = told.clone();
                known.sort();
                known.dedup();
                let places = told.iter().map(|word| known.iter().position(|k| k == word).unwrap()).collect();
                (Column::Choice { places, count: known.len() }, known)
            }
        };
        words.push(known);
        column
    };
    let columns = data["columns"].as_array().unwrap().iter().map(column).collect();
    let happened = numbers(&data["happened"]);
    let weights = vec![1.0; happened.len()];
    (Cases::new(columns, happened, weights), words)
}

fn near(found: f64, expected: &Value, about: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{about}: {found} is not {expected}");
}

fn same_step(name: &str, names: &Value, words: &[Vec<String>], step: (&Step, &[Option<QuasiP>]), expected: &Value) {
    let (step, quasi_p) = step;
    near(step.mass, &expected["mass"], name);
    near(step.coverage, &expected["coverage"], name);
    near(step.density, &expected["density"], name);
    assert_eq!(step.restricted as u64, expected["restricted"].as_u64().unwrap(), "{name}");
    for (at, limit) in step.limits.iter().enumerate() {
        let about = format!("{name}, column {at}");
        let wanted = &expected["limits"][at];
        match limit {
            Limit::Between(low, high) => {
                near(*low, &wanted[0], &about);
                near(*high, &wanted[1], &about);
            }
            Limit::Among(admitted) => {
                let told: Vec<&str> = wanted.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
                let own = words[at].iter().zip(admitted).filter(|(_, admitted)| **admitted);
                assert_eq!(own.map(|(word, _)| word.as_str()).collect::<Vec<_>>(), told, "{about}");
            }
        }
        let column = names[at]["name"].as_str().unwrap();
        let wanted = &expected["quasi_p"][column];
        match (quasi_p[at], limit) {
            (None, _) => assert!(wanted.is_null(), "{about}"),
            (Some(p), Limit::Among(_)) => near(p.column, &wanted[0], &about),
            (Some(p), Limit::Between(..)) => {
                near(p.low.unwrap_or(-1.0), &wanted[0], &about);
                near(p.high.unwrap_or(-1.0), &wanted[1], &about);
            }
        }
    }
}

#[test]
fn trajectories_are_those_of_the_ema_workbench() {
    let mut steps = 0;
    for file in ["bryant", "mixed"] {
        let data = data(file);
        let (cases, words) = cases(&data);
        for (word, objective) in [("lenient", Objective::Lenient), ("mean", Objective::Mean)] {
            let options = Options { objective, ..Options::default() };
            let mut remaining = cases.all();
            for (at, expected) in data["boxes"][word].as_array().unwrap().iter().enumerate() {
                let found = trajectory(&cases, remaining.clone(), &options);
                let expected = expected.as_array().unwrap();
                for (place, (step, expected)) in found.steps.iter().zip(expected).enumerate() {
                    let name = format!("{file}, {word}, box {at}, step {place}");
                    let quasi_p = found.quasi_p(&cases, step);
                    same_step(&name, &data["columns"], &words, (step, &quasi_p), expected);
                    steps += 1;
                }
                assert_eq!(found.steps.len(), expected.len(), "{file}, {word}, box {at}");
                let last = found.steps.last().unwrap();
                remaining.retain(|row| !last.rows.contains(row));
            }
        }
    }
    assert!(steps > 200, "{steps}");
}

/// Cases on a grid of two numbers and a choice: it happens in a corner of the first choice.
fn corner() -> Cases {
    let (mut x, mut y, mut places, mut happened) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for at in 0..1200 {
        let (u, v) = (f64::from(at % 40) / 39.0, f64::from(at / 40) / 29.0);
        let place = usize::from(at % 3 == 1);
        x.push(u);
        y.push(v);
        places.push(place);
        happened.push(f64::from(u8::from(u > 0.6 && v < 0.5 && place == 0)));
    }
    let weights = vec![1.0; happened.len()];
    Cases::new(vec![Column::Real(x), Column::Real(y), Column::Choice { places, count: 2 }], happened, weights)
}

#[test]
fn a_planted_box_is_found_with_its_limits() {
    let cases = corner();
    let found = boxes(&cases, 3, 0.95, &Options::default());
    assert_eq!(found.len(), 1, "nothing that happens is left");
    let step = found[0].step();
    assert!(step.density >= 0.95 && step.coverage > 0.95, "{} {}", step.density, step.coverage);
    let Limit::Between(low, high) = step.limits[0] else { panic!() };
    assert!((low - 0.6).abs() < 0.05 && high == 1.0, "{low} {high}");
    assert_eq!(step.limits[2], Limit::Among(vec![true, false]));
    assert!(found[0].quasi_p.iter().all(|p| p.is_some_and(|p| p.column < 1e-6)), "{:?}", found[0].quasi_p);
}

#[test]
fn a_case_of_a_larger_weight_is_so_many_cases() {
    let cases = corner();
    let Column::Real(x) = &cases.columns[0] else { panic!() };
    let weights = x.iter().map(|x| if *x > 0.6 { 9.0 } else { 1.0 }).collect();
    let cases = Cases::new(cases.columns.clone(), cases.happened.clone(), weights);
    let step = cases.step(cases.everything().to_vec(), cases.all());
    let happened: f64 = cases.happened.iter().zip(&cases.weights).map(|(y, w)| y * w).sum();
    assert!((step.density - happened / cases.weights.iter().sum::<f64>()).abs() < 1e-12);
    assert!(cases.effective() < 0.8 * cases.happened.len() as f64);
    let found = boxes(&cases, 1, 0.9, &Options::default());
    assert!(found[0].step().density >= 0.9 && found[0].step().coverage > 0.9);
}

#[test]
fn equal_weights_change_nothing_and_neither_does_their_size() {
    let cases = corner();
    let weights = vec![4.0; cases.happened.len()];
    let heavy = Cases::new(cases.columns.clone(), cases.happened.clone(), weights);
    let (one, other) = (boxes(&cases, 2, 0.9, &Options::default()), boxes(&heavy, 2, 0.9, &Options::default()));
    assert_eq!(one.len(), other.len());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one.step().limits, other.step().limits);
        assert!((one.step().mass - other.step().mass).abs() < 1e-12);
    }
}

#[test]
fn the_step_taken_covers_most_of_those_that_are_dense_enough_or_is_the_densest() {
    let step = |coverage: f64, density: f64, restricted: usize| Step {
        limits: Vec::new(),
        rows: Vec::new(),
        mass: 0.5,
        coverage,
        density,
        restricted,
    };
    let steps = [step(1.0, 0.2, 0), step(0.8, 0.7, 1), step(0.6, 0.9, 2), step(0.6, 0.95, 1)];
    assert_eq!([0.1, 0.6, 0.8, 0.99].map(|density| choose(&steps, density)), [0, 1, 3, 3]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_step_of_every_table_is_what_it_says(
        rows in prop::collection::vec((0.0..1.0_f64, -3_i32..4, 0_usize..3, 0.0..1.0_f64, 0.1..5.0_f64), 20..120)
    ) {
        let cases = Cases::new(
            vec![
                Column::Real(rows.iter().map(|row| row.0).collect()),
                Column::Whole(rows.iter().map(|row| f64::from(row.1)).collect()),
                Column::Choice { places: rows.iter().map(|row| row.2).collect(), count: 3 },
            ],
            rows.iter().map(|row| if row.3 < 0.3 { 0.0 } else { row.3 }).collect(),
            rows.iter().map(|row| row.4).collect(),
        );
        let options = Options::default();
        let found = trajectory(&cases, cases.all(), &options);
        prop_assert!((found.steps[0].mass - 1.0).abs() < 1e-12);
        prop_assert_eq!(found.steps[0].restricted, 0);
        for pair in found.steps.windows(2) {
            prop_assert!(pair[1].density > pair[0].density);
        }
        for step in &found.steps {
            let held: Vec<usize> = cases.all().into_iter().filter(|row| cases.holds(&step.limits, *row)).collect();
            prop_assert_eq!(&held, &step.rows);
            prop_assert!(step.mass >= options.mass_min && step.coverage <= 1.0 + 1e-12);
            for (column, p) in found.quasi_p(&cases, step).iter().enumerate() {
                prop_assert_eq!(p.is_some(), step.limits[column] != cases.everything()[column]);
                prop_assert!(p.is_none_or(|p| (0.0..=1.0).contains(&p.column)));
            }
        }
    }
}
