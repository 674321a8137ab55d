//! The indices against those of SALib, which `tests/scripts/salib_reference.py` writes, and against closed forms.

use super::*;
use serde_json::Value;

const OPTIONS: Options = Options { resamples: 4000, confidence: 0.95, seed: 1 };

fn reference(name: &str) -> Value {
    let file = format!("{}/tests/data/sensitivity/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn points(values: &[f64]) -> Vec<Point> {
    values.iter().map(|value| Point::from([(0, Some(*value))])).collect()
}

/// Compares values to 1e-9, and half-widths of intervals, which come from other draws, to about a tenth.
fn assert_as_salib(name: &str, index: &str, found: &Indices, data: &Value, key: &str) {
    let own: Vec<&Index> = found.list.iter().filter(|i| i.name == index).collect();
    let theirs = numbers(&data[key]);
    assert_eq!(own.len(), theirs.len());
    let widths = data.get(format!("{key}_conf")).map(numbers);
    for (at, (index, value)) in own.iter().zip(theirs).enumerate() {
        let error = (index.value.unwrap() - value).abs();
        assert!(error <= 1e-9 * value.abs().max(1.0), "{name} {key} {at}: {:?}, SALib {value}", index.value);
        if let Some(half) = widths.as_ref().map(|widths| widths[at]) {
            let (low, high) = index.interval.unwrap();
            let own = (high - low) / 2.0;
            assert!((own - half).abs() <= 0.12 * half + 1e-4, "{name} {key}_conf {at}: {own}, SALib {half}");
            assert!(low <= value && value <= high, "{name} {key} {at}");
        }
    }
}

#[test]
fn sobol_indices_are_those_of_salib() {
    for (function, orders) in [("ishigami", [true, false]), ("sobol_g", [true, false]), ("interactions", [true, false])]
    {
        for second_order in orders {
            let name = format!("sobol-{function}-{}", if second_order { "second" } else { "total" });
            let data = reference(&name);
            let factors = data["factors"].as_u64().unwrap() as usize;
            let found =
                analyse(&PointRoles::Saltelli { second_order }, factors, &points(&numbers(&data["y"])), &OPTIONS);
            assert_eq!((found.used, found.lack), (found.blocks, None));
            assert_as_salib(&name, sobol::FIRST, &found, &data, "S1");
            assert_as_salib(&name, sobol::TOTAL, &found, &data, "ST");
            if second_order {
                assert_as_salib(&name, sobol::SECOND, &found, &data, "S2");
            }
        }
    }
}

#[test]
fn elementary_effects_are_those_of_salib() {
    for function in ["ishigami", "sobol_g", "interactions"] {
        for levels in [4, 6] {
            let name = format!("morris-{function}-{levels}");
            let data = reference(&name);
            let step = |step: &Value| {
                Some(Move { factor: step[0].as_u64().unwrap() as usize, up: step[1].as_bool().unwrap() })
            };
            let trajectories = data["moves"].as_array().unwrap().iter();
            let moves = trajectories.map(|steps| steps.as_array().unwrap().iter().map(step).collect()).collect();
            let factors = data["factors"].as_u64().unwrap() as usize;
            let layout = PointRoles::Morris { levels, moves };
            let found = analyse(&layout, factors, &points(&numbers(&data["y"])), &OPTIONS);
            assert_eq!((found.used, found.lack), (20, None));
            assert_as_salib(&name, morris::MU, &found, &data, "mu");
            assert_as_salib(&name, morris::MU_STAR, &found, &data, "mu_star");
            assert_as_salib(&name, morris::SIGMA, &found, &data, "sigma");
        }
    }
}

/// y = 3 a − 2 b along trajectories that move a then b, or b then a, from corner to corner of a grid of four levels.
fn linear() -> (PointRoles, Vec<Point>) {
    let (mut moves, mut values) = (Vec::new(), Vec::new());
    for at in 0..6 {
        let (first, up) = (at % 2, at % 3 == 0);
        let mut here = [if up { 0.0 } else { 1.0 }, 1.0 / 3.0];
        let mut steps = Vec::new();
        let y = |x: [f64; 2]| 3.0 * x[0] - 2.0 * x[1];
        values.push(y(here));
        for factor in [first, 1 - first] {
            let rises = factor == 1 || up;
            here[factor] += if rises { 2.0 / 3.0 } else { -2.0 / 3.0 };
            values.push(y(here));
            steps.push(Some(Move { factor, up: rises }));
        }
        moves.push(steps);
    }
    (PointRoles::Morris { levels: 4, moves }, points(&values))
}

#[test]
fn a_linear_response_has_its_slopes_as_effects_and_no_spread() {
    let (layout, points) = linear();
    let found = analyse(&layout, 2, &points, &OPTIONS);
    let expected = [(morris::MU, [3.0, -2.0]), (morris::MU_STAR, [3.0, 2.0]), (morris::SIGMA, [0.0, 0.0])];
    for (name, values) in expected {
        for (factor, value) in values.into_iter().enumerate() {
            assert!((found.value(name, factor).unwrap() - value).abs() < 1e-12, "{name} {factor}");
        }
    }
    assert_eq!(layout.ranked(&found), [0, 1]);
}

#[test]
fn a_trajectory_with_a_missing_value_is_left_out_whole() {
    let (layout, mut points) = linear();
    points[4] = Point::from([(0, None)]);
    // Only a part of the replicates failed: the mean of the rest would be of other luck.
    points[9] = Point::from([(0, Some(1.0)), (1, None)]);
    let found = analyse(&layout, 2, &points, &OPTIONS);
    assert_eq!((found.used, found.blocks, found.lack), (4, 6, None));
    assert!((found.value(morris::MU, 1).unwrap() + 2.0).abs() < 1e-12);
    points[0] = Point::new();
    let found = analyse(&layout, 2, &points, &OPTIONS);
    assert_eq!((found.used, found.lack), (3, Some(Lack::Blocks)));
    assert!(found.list.len() == 6 && found.list.iter().all(|index| index.value.is_none()));
}

#[test]
fn replicates_are_averaged_and_an_outcome_that_never_moves_has_no_indices() {
    let (layout, points) = linear();
    let spread = |point: &Point| {
        let value = point[&0].unwrap();
        Point::from([(0, Some(value - 5.0)), (1, Some(value + 5.0))])
    };
    let found = analyse(&layout, 2, &points.iter().map(spread).collect::<Vec<_>>(), &OPTIONS);
    assert!((found.value(morris::MU, 0).unwrap() - 3.0).abs() < 1e-12);
    let still = vec![Point::from([(0, Some(0.1))]); 48];
    for layout in [layout, PointRoles::Saltelli { second_order: true }] {
        let found = analyse(&layout, 2, &still, &OPTIONS);
        assert_eq!(found.lack, Some(Lack::Variance));
        assert!(found.list.iter().all(|index| index.value.is_none() && index.interval.is_none()));
    }
}

#[test]
fn independent_points_without_variance_give_no_number_rather_than_an_infinite_one() {
    // A and B are always 1, what is crossed is not.
    let values: Vec<f64> = (0..8).flat_map(|_| [1.0, 2.0, 3.0, 1.0]).collect();
    let found = analyse(&PointRoles::Saltelli { second_order: false }, 2, &points(&values), &OPTIONS);
    assert_eq!(found.lack, Some(Lack::Variance));
    assert!(found.list.len() == 4 && found.list.iter().all(|index| index.value.is_none()));
}

#[test]
fn swings_are_paired_by_replicate() {
    let layout = PointRoles::OneAtATime { ends: vec![[1, 2], [3, 4]] };
    let point = |effect: f64| (0..6).map(|r| (r, Some(100.0 * r as f64 + effect))).collect::<Point>();
    let mut points: Vec<Point> = [0.0, -1.0, 4.0, 2.0, -3.0].into_iter().map(point).collect();
    points[3].insert(5, None);
    let found = analyse(&layout, 2, &points, &OPTIONS);
    assert_eq!((found.used, found.blocks), (5, 6));
    let get = |name, factor| found.get(name, factor).unwrap();
    for (name, values) in [
        (one_at_a_time::LOW, [199.0, 202.0]),
        (one_at_a_time::HIGH, [204.0, 197.0]),
        (one_at_a_time::LOW_CHANGE, [-1.0, 2.0]),
        (one_at_a_time::HIGH_CHANGE, [4.0, -3.0]),
        (one_at_a_time::SWING, [5.0, -5.0]),
    ] {
        for factor in 0..2 {
            assert!((get(name, factor).value.unwrap() - values[factor]).abs() < 1e-9, "{name} {factor}");
        }
    }
    // The luck of the replicates is the same at both ends, so a change has no spread though the outcome has.
    let (low, high) = get(one_at_a_time::SWING, 0).interval.unwrap();
    assert!(high - low < 1e-9);
    let (low, high) = get(one_at_a_time::LOW, 0).interval.unwrap();
    assert!(high - low > 50.0);
    let one: Vec<Point> = points.iter().map(|point| Point::from([(0, point[&0])])).collect();
    let found = analyse(&layout, 2, &one, &OPTIONS);
    assert_eq!(found.get(one_at_a_time::SWING, 0).map(|index| (index.value, index.interval)), Some((Some(5.0), None)));
}

/// The Ishigami function under luck that all points share, and under none: what luck adds everywhere is in no index.
#[test]
fn luck_that_lifts_all_points_alike_widens_no_interval_of_a_sobol_index() {
    let data = reference("sobol-ishigami-total");
    let y = numbers(&data["y"]);
    let factors = data["factors"].as_u64().unwrap() as usize;
    let layout = PointRoles::Saltelli { second_order: false };
    let lifted =
        |value: &f64| (0..8).map(|replicate| (replicate, Some(value + 500.0 * (replicate as f64 - 3.5)))).collect();
    let plain = analyse(&layout, factors, &points(&y), &OPTIONS);
    let lucky = analyse(&layout, factors, &y.iter().map(lifted).collect::<Vec<Point>>(), &OPTIONS);
    assert!(lucky.luck && !plain.luck);
    // Intervals of eight replicates are √(8 / 7) t / z = 1.29 times as wide, whatever their luck.
    for (plain, lucky) in plain.list.iter().zip(&lucky.list) {
        assert!((plain.value.unwrap() - lucky.value.unwrap()).abs() < 1e-9);
        let width = |index: &Index| index.interval.map(|(low, high)| high - low).unwrap();
        let ratio = width(lucky) / width(plain);
        assert!((1.2..1.4).contains(&ratio), "{} {}: {ratio}", lucky.name, lucky.factor);
    }
}
