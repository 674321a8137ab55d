//! Sentences of planted tables: sign, unit, what is undecided, and that nothing is said where there is no number.

use super::{
    super::{
        planted::{Run, factor, read},
        tests::unsealed,
    },
    *,
};
use crate::{
    declare::table::Row as _,
    experiment::design::{Design, PointNoise, Scale, Setting},
    measure::record::OutcomeRow,
    output::manifest::Manifest,
};

/// What a folder with this manifest and these runs says.
fn said(manifest: &Manifest, outcomes: &[&str], runs: &[Run]) -> Vec<Paragraph> {
    let data = read(manifest, outcomes, runs);
    let found = findings(&data, &effects(&data));
    sound(&found, &manifest.description);
    found
}

/// What holds of everything that is said.
#[track_caller]
fn sound(found: &[Paragraph], question: &str) {
    let sentences: Vec<&String> = found.iter().flat_map(|paragraph| &paragraph.sentences).collect();
    assert!(sentences.len() <= 12, "{sentences:#?}");
    for sentence in sentences.into_iter().filter(|sentence| *sentence != question) {
        assert!(sentence.contains(|c: char| c.is_ascii_digit()), "no number: {sentence}");
        assert!(sentence.ends_with('.') && !sentence.contains("NaN") && !sentence.contains("inf "), "{sentence}");
        for side in ["leader", "follower"] {
            assert!(!sentence.contains(side), "{sentence}");
        }
    }
}

fn of(found: &[Paragraph], topic: Topic) -> String {
    let found = found.iter().filter(|paragraph| paragraph.topic == topic);
    found.flat_map(|paragraph| paragraph.sentences.clone()).collect::<Vec<_>>().join(" ").replace('\u{a0}', " ")
}

/// Runs of a single outcome under scenarios, in pairs.
fn pairs(values: &[(f64, f64)]) -> Vec<Run> {
    let first = values.iter().map(|pair| ("base", 0, Vec::new(), vec![pair.0]));
    first.chain(values.iter().map(|pair| ("other", 0, Vec::new(), vec![pair.1]))).collect()
}

fn single(values: &[f64]) -> Vec<Run> {
    values.iter().map(|value| ("base", 0, Vec::new(), vec![*value])).collect()
}

#[test]
fn who_leads_is_said_by_name_whoever_it_is() {
    let manifest = unsealed(&["base"]);
    let lead = |values: &[f64]| of(&said(&manifest, &["gap_rating_end"], &single(values)), Topic::CameOut);
    let told = lead(&[10.0, 58.0, 60.0]);
    assert_eq!(
        told,
        "The US leads China by 58.0 rating points at the end of 2025 (5\u{2013}95 % of runs: 14.8 to 59.8)."
    );
    let told = lead(&[-10.0, -58.0, -60.0]);
    assert!(told.starts_with("China leads the US by 58.0 rating points") && told.contains("14.8 to 59.8"), "{told}");
    assert!(lead(&[-1.0, 0.0, 1.0]).starts_with("The US and China are level at the end of 2025"));
    assert!(lead(&[5.0]).ends_with("in the only run."));
}

#[test]
fn differences_have_sign_unit_and_interval_and_what_luck_gives_is_undecided() {
    let manifest = unsealed(&["base", "other"]);
    let differs = |values: &[(f64, f64)]| of(&said(&manifest, &["gap_rating_end"], &pairs(values)), Topic::Differs);
    let planted = [(13.0, 3.0), (16.0, 5.0), (13.0, 4.0), (14.0, 4.0), (14.0, 4.0)];
    // As in the table of differences: `d.mean() ± t.ppf(.975, 4) * d.std(ddof=1) / sqrt(5)`.
    assert_eq!(
        differs(&planted),
        "Rating gap of the US over China at the end of 2025: 10.0 points lower under other than under base (95 % interval of the mean: 9.12 \
         to 10.9; higher in none of 5 pairs of runs)."
    );
    let turned = planted.map(|(a, b)| (b, a));
    assert!(
        differs(&turned).contains("10.0 points higher under other than under base")
            && differs(&turned).contains("higher in all of")
    );
    let noise = [(1.0, 2.0), (2.0, 1.0), (1.0, 3.0), (3.0, 1.0), (2.0, 2.5)];
    assert_eq!(
        differs(&noise),
        "1 of 1 differences is undecided, as luck alone could give it: rating gap of the US over China at the end of 2025."
    );
    assert_eq!(differs(&planted[..4]), "No difference is decided by 4 pairs of runs: an interval takes at least 5.");
    assert!(differs(&[(1.0, 1.0); 6]).starts_with("other and base are the same in all 1 outcomes"));
}

#[test]
fn shares_are_in_per_cent_and_differ_by_points() {
    let manifest = unsealed(&["base", "other"]);
    let planted = [(0.10, 0.30), (0.20, 0.41), (0.15, 0.34), (0.12, 0.32), (0.11, 0.31)];
    let found = said(&manifest, &["open_share_end"], &pairs(&planted));
    assert!(
        of(&found, Topic::CameOut).contains("Share of world usage of open firms at the end of 2025: 12.0 % under base")
    );
    assert!(of(&found, Topic::Differs).contains("20.0 percentage points higher under other than under base"));
}

#[test]
fn the_outcomes_that_were_asked_for_come_first() {
    let mut manifest = unsealed(&["base"]);
    manifest.outcomes = vec!["incidents".to_owned(), "entries".to_owned()];
    let runs: Vec<_> = (0..3).map(|run| ("base", 0, Vec::new(), vec![f64::from(run), 7.0, 9.0])).collect();
    let told = of(&said(&manifest, &["gap_rating_end", "incidents", "entries"], &runs), Topic::CameOut);
    assert!(
        told.starts_with("Incidents over the run: 7.00 incidents") && told.contains("Firms that entered"),
        "{told}"
    );
    assert!(!told.contains("leads"));
}

/// A design of two numbers and a word, of which the first number and the word move the outcome.
fn designed() -> (Manifest, Vec<Run>) {
    let mut manifest = unsealed(&["base"]);
    let words = ["a", "b"].map(|word| Setting::Text(word.into())).to_vec();
    manifest.experiment.design = Design {
        method: Method::Lhs { points: 60 },
        seed: 1,
        factors: vec![
            factor("moves", Scale::Linear { low: 0.0, high: 60.0 }),
            factor("idle", Scale::Linear { low: 0.0, high: 60.0 }),
            factor("word", Scale::Choice { values: words }),
        ],
        noise: PointNoise::Common,
    };
    manifest.experiment.points = 60;
    let run = |point: u32| {
        let idle = (point * 37) % 60;
        let word = (point * 17 + point / 7) % 2;
        let value = -f64::from(point) + 30.0 * f64::from(word) + f64::from((point * 29) % 11);
        ("base", point, vec![point.to_string(), idle.to_string(), ["a", "b"][word as usize].to_owned()], vec![value])
    };
    (manifest, (0..60).map(run).collect())
}

#[test]
fn an_answer_turns_on_what_moves_it_and_on_nothing_else() {
    let (manifest, runs) = designed();
    let found = said(&manifest, &["gap_rating_end"], &runs);
    let told = of(&found, Topic::TurnsOn);
    assert!(
        told.contains("turns most on moves (rank correlation \u{2212}0.")
            && told.contains("word (correlation ratio 0."),
        "{told}"
    );
    assert!(!told.contains("idle"), "{told}");
    assert!(of(&found, Topic::Asked).starts_with("60 points of a Latin hypercube, with 20 runs at each"));
    assert!(of(&found, Topic::Sure).contains("the 60 points of the design"));
    // The same values in an order that has nothing to do with the factors.
    let mut shuffled = runs.clone();
    for (at, run) in shuffled.iter_mut().enumerate() {
        run.3 = vec![f64::from((at as u32 * 23 + 5) % 61 % 13)];
    }
    let told = of(&said(&manifest, &["gap_rating_end"], &shuffled), Topic::TurnsOn);
    assert!(told.contains("goes with none of the 3 parameters"), "{told}");
    let told = of(&said(&unsealed(&["base"]), &["entries"], &single(&[1.0, 2.0])), Topic::TurnsOn);
    assert!(told.starts_with("0 parameters were varied"), "{told}");
}

#[test]
fn nothing_is_said_where_there_is_no_number() {
    let manifest = unsealed(&["base", "other"]);
    assert!(said(&manifest, &["gap_rating_end"], &[]).is_empty());
    // An outcome that nobody knows is not told, nor are differences of it.
    let found = said(&manifest, &["unknown"], &pairs(&[(1.0, 2.0); 6]));
    assert_eq!(found.iter().map(|paragraph| paragraph.topic).collect::<Vec<_>>(), [Topic::Asked, Topic::TurnsOn]);
}

#[test]
fn every_outcome_has_words_of_its_own() {
    let sides = Sides { leader: "US", follower: "China" };
    let last = Month::new(2032, 6);
    let mut known = std::collections::BTreeSet::new();
    for column in OutcomeRow::COLUMNS {
        let words = words::outcome(column, sides, last);
        assert!(known.insert(words.clone()), "{words} twice");
        assert!(words.starts_with(char::is_uppercase) && !words.ends_with('.') && !words.contains(';'), "{words}");
        assert!(!words.contains("leader") && !words.contains("follower") && !words.contains("The same"), "{words}");
        assert!(!words.contains(" at the end") || words.contains("at the end of June 2032"), "{words}");
    }
}
