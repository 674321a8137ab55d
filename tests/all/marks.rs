//! What is marked as calibrated is what the shipped posterior says: a new fit cannot leave old marks behind.

use redqueen::{declare::parameter::Mark, model::Model, scenario::Source};
use std::{fs, path::Path};

/// Names the sample in marks.
const SAMPLE: &str = "posterior rating-gap";
/// From so large a share of the prior's variance on, a parameter is calibrated; below it the data told nothing of it.
const INFORMED: f64 = 0.1;

/// A default and what is said of it.
struct Said {
    key: String,
    default: f64,
    /// As far as a declaration has one: comments of configs say it in words.
    mark: Option<Mark>,
    words: String,
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Declared parameters of mechanisms, and the numbers of the baseline's entities with the comments behind them.
fn all_said(model: &Model) -> Vec<Said> {
    let mechanisms = &model.catalogue().mechanisms;
    let declared = mechanisms.iter().flat_map(|mechanism| {
        mechanism.parameters.iter().map(|parameter| Said {
            key: format!("mechanisms.{}.{}", mechanism.name, parameter.name),
            default: parameter.default,
            mark: Some(parameter.mark),
            words: format!("{}: {}", parameter.mark.word(), parameter.source),
        })
    });
    let (mut said, mut list, mut name) = (declared.collect::<Vec<_>>(), String::new(), String::new());
    for line in read("configs/baseline.toml").lines() {
        if let Some(head) = line.strip_prefix("[[") {
            list = head.split("]]").next().unwrap().to_owned();
        }
        let (value, words) = line.split_once('#').unwrap_or((line, ""));
        let Some((key, value)) = value.split_once('=').map(|(key, value)| (key.trim(), value.trim())) else { continue };
        if key == "name" {
            name = value.trim_matches('"').to_owned();
            name = if name.contains(' ') { format!("'{name}'") } else { name };
        } else if let Ok(default) = value.parse() {
            said.push(Said {
                key: format!("{list}.{name}.{key}"),
                default,
                mark: None,
                words: words.trim().to_owned(),
            });
        }
    }
    said
}

/// The values and the weights of the shipped sample in a column.
fn sample(key: &str) -> Vec<(f64, f64)> {
    let mut reader =
        csv::Reader::from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/posterior/rating-gap.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (value, weight) = (place(key), place("weight"));
    let rows = reader.records().map(|row| row.unwrap());
    let mut values: Vec<(f64, f64)> =
        rows.map(|row| (row[value].parse().unwrap(), row[weight].parse().unwrap())).collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    values
}

/// The share of the weight at or below a value.
fn share_below(sample: &[(f64, f64)], value: f64) -> f64 {
    let all: f64 = sample.iter().map(|(_, weight)| weight).sum();
    sample.iter().filter(|(each, _)| *each <= value).map(|(_, weight)| weight).sum::<f64>() / all
}

fn quantile(sample: &[(f64, f64)], share: f64) -> f64 {
    sample.iter().map(|(value, _)| *value).find(|value| share_below(sample, *value) >= share).unwrap()
}

/// The two numbers that words give: `3.1 to 7.9` or `3.1–7.9`, the first that can be read so.
fn interval(words: &str) -> Option<(f64, f64)> {
    let words = words.replace('–', " to ");
    let clean = |word: &str| word.trim_end_matches([';', ',']).parse::<f64>().ok();
    let words: Vec<&str> = words.split_whitespace().collect();
    words.windows(3).filter(|three| three[1] == "to").find_map(|three| Some((clean(three[0])?, clean(three[2])?)))
}

#[test]
fn marks_and_intervals_are_those_of_the_posterior() {
    let model = Model::standard();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/calibrations/rating-gap.toml");
    let fit = model.experiment(&Source::File(file), &[]).unwrap();
    let (said, fit) = (all_said(&model), fit.calibration.unwrap());
    let (mut calibrated, mut assumed) = (Vec::new(), Vec::new());
    for sought in &fit.parameters {
        let drawn = sample(sought.name());
        let scores: Vec<(f64, f64)> =
            drawn.iter().map(|(value, weight)| (sought.prior.to_normal(*value), *weight)).collect();
        let all: f64 = scores.iter().map(|(_, weight)| weight).sum();
        let mean = scores.iter().map(|(score, weight)| score * weight).sum::<f64>() / all;
        let left = scores.iter().map(|(score, weight)| (score - mean) * (score - mean) * weight).sum::<f64>() / all;
        let informed = 1.0 - left >= INFORMED;
        for key in &sought.keys {
            let of = said.iter().find(|said| said.key == *key).unwrap_or_else(|| panic!("nothing is said of {key}"));
            assert!(sample(key) == drawn, "{key} has values of its own");
            let words = &of.words;
            if !informed {
                assert!(of.mark.is_none_or(|mark| mark == Mark::Assumption), "{key} was not informed: {words}");
                assert!(words.contains("assumption") && !words.contains("calibrated"), "{key}: {words}");
                assumed.push(key.as_str());
                continue;
            }
            calibrated.push(key.as_str());
            assert!(words.starts_with("calibrated: ") && words.contains(SAMPLE), "{key}: {words}");
            let (low, high) = interval(words).unwrap_or_else(|| panic!("{key} has no interval: {words}"));
            for (stated, share) in [(low, 0.05), (high, 0.95)] {
                let there = quantile(&drawn, share);
                assert!((stated - there).abs() <= 0.03 * there, "{key}: {there} at {share}, and it says {stated}");
            }
            let below = share_below(&drawn, of.default);
            assert!((0.2..=0.8).contains(&below), "{key} = {} is no centre: {below} lie below", of.default);
        }
    }
    let marked: Vec<&str> =
        said.iter().filter(|said| said.words.contains(SAMPLE)).map(|said| said.key.as_str()).collect();
    let mut expected = calibrated.clone();
    expected.sort_unstable();
    let mut found = marked;
    found.sort_unstable();
    assert_eq!(found, expected, "these and no others are marked as fitted");
    assert!(calibrated.len() >= 9 && !assumed.is_empty(), "{calibrated:?} {assumed:?}");
}
