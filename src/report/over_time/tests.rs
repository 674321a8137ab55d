//! Planted trajectories of two scenarios, and what is read and drawn of them.

use super::*;
use crate::{
    measure::Measured,
    output::difference_rows::DifferenceOverTimeRow,
    report::{
        Language, data,
        tests::{catalogue, list, sealed, unsealed},
        write_report,
    },
    scenario::Month,
};
use std::{fmt::Write as _, fs, path::Path};

/// How far the second scenario is above the first, by replicate; twice that in the second month.
const APART: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

/// A folder of two scenarios over three months. In the third month, the first has no gap in one of its runs; the last run of the first
/// scenario has no pair.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let mut manifest = unsealed(&["base", "other"]);
    manifest.experiment.scenarios.iter_mut().for_each(|scenario| scenario.months = 3);
    write("manifest.json", &sealed(&manifest));
    let head = "scenario,point,replicate,run,date";
    let (mut world, mut states) =
        (format!("{head},gap_rating,compute\n"), format!("{head},state,frontier_gap_rating,output\n"));
    let mut runs = "run,scenario,point,replicate,seed,gap_rating_end,status,error\n".to_owned();
    for (scenario, name) in ["base", "other"].into_iter().enumerate() {
        for (replicate, apart) in APART.iter().enumerate().take(6 - scenario) {
            let run = scenario * 6 + replicate;
            writeln!(runs, "{run},{name},0,{replicate},3,1.0,finished,").unwrap();
            for month in 0..3 {
                let more = if scenario == 1 { apart * f64::from(month) } else { 0.0 };
                let gap = if scenario == 0 && replicate == 2 && month == 2 {
                    String::new()
                } else {
                    (10.0 + more).to_string()
                };
                let lead = format!("{name},0,{replicate},{run},2023-0{}", month + 1);
                writeln!(world, "{lead},{gap},5.0").unwrap();
                // China falls back as the gap grows.
                for (state, behind) in [("US", 20.0), ("China", 30.0 + more), ("A & B", 0.0)] {
                    writeln!(states, "{lead},{state},{behind},7.5").unwrap();
                }
            }
        }
    }
    write("runs.csv", &runs);
    write("world.csv", &world);
    write("states.csv", &states);
    list(folder.path());
    folder
}

fn rows(folder: &Path) -> Vec<DifferenceOverTimeRow> {
    data::read(folder, &Measured::default()).unwrap().over_time.rows
}

fn of<'a>(rows: &'a [DifferenceOverTimeRow], entity: &str, indicator: &str) -> Vec<&'a DifferenceOverTimeRow> {
    rows.iter()
        .filter(|row| &*row.indicator == indicator && row.entity.as_deref().unwrap_or_default() == entity)
        .collect()
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn runs_are_paired_by_replicate_in_each_month() {
    let folder = folder();
    let rows = rows(folder.path());
    let gap = of(&rows, "", "gap_rating");
    let month = |at: u32| Month::new(2023, 1).unwrap().plus(at);
    assert_eq!(
        gap.iter().map(|row| (row.date, row.pairs)).collect::<Vec<_>>(),
        [(month(0), 5), (month(1), 5), (month(2), 4)]
    );
    assert!(gap.iter().all(|row| (&*row.scenario, &*row.against, &*row.table) == ("other", "base", "world")));
    assert_eq!((gap[0].difference, gap[0].low, gap[0].p95), (0.0, Some(0.0), 0.0));
    // With numpy and scipy, for d = 1, 2, 3, 4, 5: `d.mean() ± t.ppf(.975, 4) * d.std(ddof=1) / sqrt(5)`, `np.quantile(d, [.05, .95])`.
    close(gap[1].difference, 3.0);
    close(gap[1].low.unwrap(), 1.036_756_838_522_439);
    close(gap[1].high.unwrap(), 4.963_243_161_477_561);
    close(gap[1].p05, 1.2);
    close(gap[1].p95, 4.8);
    // The third has no pair in the last month, and four are too few for an interval.
    close(gap[2].difference, 6.0);
    assert!(gap[2].low.is_none() && gap[2].standard_error.is_some());
    let china = of(&rows, "China", "frontier_gap_rating");
    assert_eq!(china.iter().map(|row| row.difference).collect::<Vec<_>>(), [0.0, 3.0, 6.0]);
    assert!(of(&rows, "US", "frontier_gap_rating").iter().all(|row| row.difference == 0.0));
    assert!(of(&rows, "A & B", "frontier_gap_rating").is_empty() && of(&rows, "US", "output").len() == 3);
    assert!(of(&rows, "", "open_share").is_empty(), "a column that is not there has no line");
}

#[test]
fn the_table_is_kept_and_read_back_without_the_runs() {
    let folder = folder();
    let before = rows(folder.path());
    let files = write_report(folder.path(), &catalogue(), &Measured::default(), Language::default()).unwrap();
    let text = fs::read_to_string(folder.path().join("differences_over_time.csv")).unwrap();
    assert_eq!(text.lines().count(), before.len() + 1);
    let names: Vec<_> = files.figures.iter().map(|file| file.file_stem().unwrap().to_str().unwrap()).collect();
    assert!(names.contains(&"differences_over_time") && names.contains(&"differences_over_time_states"), "{names:?}");
    fs::remove_file(folder.path().join("world.csv")).unwrap();
    assert_eq!(rows(folder.path()), before);
    // One that was changed is made anew, which the tables are needed for.
    fs::write(folder.path().join("differences_over_time.csv"), text.replace("other", "another")).unwrap();
    assert!(rows(folder.path()).iter().all(|row| &*row.table == "states"));
}

#[test]
fn what_was_not_recorded_is_said_with_what_records_it() {
    let folder = folder();
    fs::remove_file(folder.path().join("states.csv")).unwrap();
    list(folder.path());
    let found = data::read(folder.path(), &Measured::default()).unwrap();
    let said = "Some differences over time are left out: `states` not recorded; `--record all` records what they take.";
    assert!(found.missing.iter().any(|line| line == said), "{:?}", found.missing);
    assert!(found.over_time.rows.iter().all(|row| &*row.table == "world"));
}

#[test]
fn a_picture_tells_scenarios_apart_and_shades_what_acts() {
    let month = |year, month| Month::new(year, month).unwrap();
    let stat = |at: u32| {
        let quantiles = [-2.0, -1.0, 0.0, 1.0, 2.0];
        crate::report::stat::Stat { date: month(2028, 1).plus(at), n: 20, mean: 0.5, quantiles, luck: None }
    };
    let band = || draw::Band { stats: (0..24).map(stat).collect(), intervals: vec![Some((0.2, 0.8)); 24] };
    let panel = |bands| draw::Panel { title: "Rating gap, points".into(), writing: Writing::Plain, bands };
    let act = Act { name: "blockade <1>".into(), from: month(2028, 3), to: Some(month(2028, 9)), scenarios: vec![1] };
    let drawn = |scenarios: &[&str]| {
        let panels = [panel(scenarios.iter().map(|_| band()).collect())];
        let (span, acts) = ((month(2028, 1), month(2029, 12)), [(act.clone(), " (b)".to_owned())]);
        let picture =
            draw::Picture { name: "p", title: "t", against: "a", scenarios, span, acts: &acts, panels: &panels };
        let figure = draw::draw(&picture, Language::default()).unwrap();
        (figure.svg.standalone(), figure.caption)
    };
    let (svg, caption) = drawn(&["b"]);
    assert!(svg.contains("blockade &lt;1&gt; (b), from 2028-03 until 2028-09") && caption.contains("Shaded"));
    assert!(svg.contains("b: Rating gap, points in 2029-12, mean 0.500 (0.200 to 0.800) over 20 pairs"));
    let bands = |svg: &str| svg.matches("fill-opacity=\"0.13\"").count();
    assert_eq!(bands(&svg), 1);
    // Bands of many scenarios would hide each other.
    let (svg, _) = drawn(&["b", "c", "d"]);
    assert_eq!((bands(&svg), svg.matches("fill-opacity=\"0.4\"").count()), (0, 3));
    let (_, caption) = drawn(&["b", "c", "d", "e", "f", "g", "h"]);
    assert!(caption.contains("1 more scenarios stand in"));
}
