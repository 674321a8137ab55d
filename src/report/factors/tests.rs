//! Pictures of planted designs of several kinds.

use super::draw::figures;
use crate::{
    experiment::design::{Design, Factor, Method, PointNoise, Scale, Setting},
    output::manifest::Manifest,
    report::{
        figures::Figure,
        findings::{effects, findings},
        planted::{Run, factor, read},
        tests::unsealed,
    },
};

/// A manifest of a design of these factors.
fn designed(method: Method, factors: Vec<Factor>, points: u64) -> Manifest {
    let mut manifest = unsealed(&["base"]);
    manifest.outcomes = vec!["gap_rating_end".to_owned()];
    manifest.experiment.design = Design { method, seed: 1, factors, noise: PointNoise::Common };
    manifest.experiment.points = points;
    manifest
}

fn drawn(manifest: &Manifest, runs: &[Run]) -> Vec<Figure> {
    figures(&read(manifest, &["gap_rating_end"], runs))
}

fn names(figures: &[Figure]) -> Vec<&str> {
    figures.iter().map(|figure| figure.name.trim_end_matches("_gap_rating_end")).collect()
}

fn linear(name: &str, high: f64) -> Factor {
    factor(name, Scale::Linear { low: 0.0, high })
}

/// Points spread over two numbers, of which the outcome is the first less the second.
fn spread(points: u32) -> Vec<Run> {
    let run = |point: u32| {
        let other = (point * 37) % points;
        let value = f64::from(point) - f64::from(other);
        ("base", point, vec![point.to_string(), other.to_string()], vec![value])
    };
    (0..points).map(run).collect()
}

#[test]
fn a_sampled_design_is_drawn_as_dots_bars_and_a_fitted_surface() {
    let factors = || vec![linear("a", 60.0), linear("b", 60.0)];
    let found = drawn(&designed(Method::Lhs { points: 60 }, factors(), 60), &spread(60));
    assert_eq!(names(&found), ["factors", "against", "surface"]);
    let [bars, against, surface] = found.as_slice() else { panic!("three") };
    assert!(bars.svg.standalone().contains("a (rank correlation 0.") && bars.caption.contains("Over 60 points"));
    assert!(against.svg.standalone().matches("h0").count() >= 120 && against.caption.starts_with("A dot is a point"));
    // The outcome is linear in both, so that the fit leaves nothing.
    assert!(surface.caption.contains("it explains all of the variance") && !surface.svg.standalone().contains("NaN"));
}

#[test]
fn many_points_are_counted_in_cells() {
    let factors = vec![linear("a", 2500.0), linear("b", 2500.0)];
    let found = drawn(&designed(Method::Random { points: 2500 }, factors, 2500), &spread(2500));
    let against = &found[1];
    assert!(against.caption.starts_with("Darker cells hold more points") && !against.svg.standalone().contains("h0"));
    let bytes: usize = found.iter().map(|figure| figure.svg.standalone().len()).sum();
    assert!(bytes < 400_000, "{bytes}");
}

#[test]
fn a_grid_has_means_for_a_surface_and_a_choice_its_words() {
    let words = ["none", "all"].map(|word| Setting::Text(word.into())).to_vec();
    let factors = vec![linear("a", 3.0), factor("words", Scale::Choice { values: words })];
    let run = |at: u32| {
        let (a, word) = (at % 4, at / 4 % 2);
        let cells = vec![a.to_string(), ["none", "all"][word as usize].to_owned()];
        ("base", at % 8, cells, vec![f64::from(10 * a + 100 * word + at / 8)])
    };
    let mut runs: Vec<Run> = (0..16).map(run).collect();
    runs.sort_by_key(|run| run.1);
    let found = drawn(&designed(Method::Grid, factors, 8), &runs);
    assert_eq!(names(&found), ["factors", "against", "surface"]);
    assert!(found[0].svg.standalone().contains("words (correlation ratio 0."));
    assert!(found[1].svg.standalone().contains(">none<") && found[1].svg.standalone().contains(">all<"));
    // Means of two runs: 0.5 more than the first.
    assert!(found[2].caption.starts_with("The mean over the runs"));
    assert!(found[2].svg.standalone().contains("<title>130\u{a0}points</title>"), "{}", found[2].svg.standalone());
}

#[test]
fn a_design_that_moves_one_factor_at_a_time_has_swings() {
    let factors = vec![linear("a", 2.0), linear("b", 2.0)];
    let point = |at: u32, cells: [&'static str; 2], value: f64| {
        (0..5).map(move |replicate| ("base", at, cells.map(str::to_owned).to_vec(), vec![value + f64::from(replicate)]))
    };
    let runs: Vec<Run> = [
        point(0, ["", ""], 50.0),
        point(1, ["0", ""], 40.0),
        point(2, ["2", ""], 60.0),
        point(3, ["", "0"], 51.0),
        point(4, ["", "2"], 49.0),
    ]
    .into_iter()
    .flatten()
    .collect();
    let manifest = designed(Method::OneAtATime, factors, 5);
    let found = drawn(&manifest, &runs);
    assert_eq!(names(&found), ["factors", "against"]);
    assert!(found[0].svg.standalone().contains("a: low end 42.0, high end 62.0, swing 20.0"));
    assert!(found[1].caption.contains("dashed: the base point, 52.0"));
    let data = read(&manifest, &["gap_rating_end"], &runs);
    let said = findings(&data, &effects(&data));
    let sentences: Vec<&String> = said.iter().flat_map(|paragraph| &paragraph.sentences).collect();
    let told = "Of 2 parameters that were moved one at a time";
    let sentence = sentences.iter().find(|sentence| sentence.starts_with(told)).unwrap();
    assert!(
        sentence.contains("most: a (20.0\u{a0}points") && sentence.contains("; b (\u{2212}2.00\u{a0}points"),
        "{sentence}"
    );
}

#[test]
fn plain_replicates_have_no_such_pictures() {
    let runs: Vec<Run> = (0..9).map(|at| ("base", 0, Vec::new(), vec![f64::from(at)])).collect();
    assert!(drawn(&unsealed(&["base"]), &runs).is_empty());
}
