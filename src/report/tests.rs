//! The whole way from a folder to a page, on made-up data.

use super::{
    Language,
    shown::{PICTURES as DECLARED, wanted},
    *,
};
use crate::{
    declare::table::Row,
    experiment::{Gather, design::Design},
    measure::record::OutcomeRow,
    output::manifest::{self, Identity, Manifest, ScenarioEntry},
    scenario::{Catalogue, Described, MechanismDeclaration, Month},
};
use std::{collections::BTreeSet, fmt::Write, fs};

crate::parameters! {
    /// A mechanism of the tests.
    pub struct Growth {
        /// How fast it grows.
        growth_per_year: f64 = 0.5, "1/year", range 0.0..=2.0, plausible 0.1..=1.0, assumption "a guess";
    }
}

pub(super) fn catalogue() -> Catalogue {
    use crate::declare::parameter::Parameters;
    let growth =
        MechanismDeclaration { name: "growth", meaning: "Grows.", parameters: Growth::DECLARED, left_out: false };
    Catalogue { mechanisms: vec![growth] }
}

/// A small generator of uniform numbers from 0 to 1.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1u64 << 24) as f64
    }
}

const SCENARIO: &str = "base <i>";
const STATES: [&str; 3] = ["US", "China", "A & B"];

/// Every indicator that a picture draws, by table and column.
fn indicators() -> BTreeSet<(&'static str, &'static str)> {
    wanted().map(|shown| (shown.table, shown.column)).collect()
}

fn quantiles(scenarios: &[&str], runs: u32) -> String {
    let mut csv = "scenario,point,table,entity,indicator,date,n,mean,sd,p05,p25,p50,p75,p95\n".to_owned();
    let mut dice = Dice(7);
    let mut walk = |scenario: &str, table: &str, entity: &str, indicator: &str, start: f64, step: f64, end: u32| {
        let mut level = start;
        for month in 0..36 {
            level += step * (dice.roll() + 0.5);
            let date = Month::new(2023, 1).unwrap().plus(month);
            let n = if month < end { runs } else { runs / 4 };
            let spread = if runs > 1 { step * f64::from(month) } else { 0.0 };
            let levels: Vec<String> =
                [-2.0, -1.0, 0.0, 1.0, 2.0].iter().map(|side| (level + side * spread).to_string()).collect();
            writeln!(csv, "{scenario},0,{table},{entity},{indicator},{date},{n},{level},,{}", levels.join(","))
                .unwrap();
        }
    };
    for scenario in scenarios {
        for (table, column) in indicators() {
            match (table, column) {
                ("world", _) => walk(scenario, table, "", column, 1.0, 0.01, 99),
                ("states", _) => STATES.iter().for_each(|state| walk(scenario, table, state, column, 10.0, 0.1, 99)),
                ("firms", _) => {
                    let (start, step) = if column == "rating" { (1000.0, 5.0) } else { (0.1, 0.001) };
                    walk(scenario, table, "Alpha", column, start, step, 99);
                    walk(scenario, table, "Beta", column, start, step, 20);
                }
                ("fabs", _) => walk(scenario, table, "Plant", column, 1.0, 0.01, 99),
                ("state_domains", _) => {
                    STATES
                        .iter()
                        .for_each(|state| walk(scenario, table, &format!("{state} / code"), column, 10.0, 0.1, 99));
                }
                _ => walk(scenario, table, "Chip", column, 1.0, 0.01, 99),
            }
        }
    }
    csv
}

/// The manifest of a batch of these scenarios.
pub(super) fn unsealed(scenarios: &[&str]) -> Manifest {
    let config = serde_json::json!({"description": "What <b>it</b> shows",
        "comparison": {"leader": "US", "follower": "China"}, "states": [{"name": "US", "talent": 1.0}],
        "firms": [{"name": "Alpha", "state": "US", "open": false}, {"name": "Beta", "state": "China", "open": true}],
        "fabs": [{"name": "Plant", "state": "US", "stage": "logic"}], "accelerators": [{"name": "Chip", "state": "US"}],
        "events": [{"date": "2023-10", "kind": "export_control", "actor": "US", "text": "Rule", "source": "https://example.org"},
            {"date": "2023-11", "kind": "release_open", "actor": "Beta", "text": "B1", "source": ""}],
        "mechanisms": {"growth": {"enabled": true, "growth_per_year": 0.75}}});
    let entry = |name: &&str| ScenarioEntry {
        name: (*name).to_owned(),
        start: "2023-01".to_owned(),
        months: 36,
        config: config.clone().into(),
    };
    let experiment = Identity {
        program: "redqueen 0.1.0".to_owned(),
        name: "trial".to_owned(),
        seed: 3,
        runs: 20,
        first_replicate: 0,
        record: Vec::new(),
        passing: Vec::new(),
        file_format: FileFormat::Csv,
        quantiles: Some(Gather::ByPoint),
        design: Design::none(),
        points: 1,
        stop: None,
        game: None,
        shard: None,
        design_sha256: String::new(),
        dictionary_sha256: String::new(),
        scenarios: scenarios.iter().map(entry).collect(),
        past: Vec::new(),
    };
    let base = Described { description: "What <b>it</b> shows".to_owned(), ..Described::default() };
    let changed = Described {
        base: "base".to_owned(),
        changes: vec!["mechanisms.growth.enabled = false".to_owned()],
        ..Described::default()
    };
    Manifest {
        format: manifest::FORMAT,
        experiment,
        complete: true,
        runs_done: 20,
        runs_failed: 0,
        description: "Does it <grow>?".to_owned(),
        outcomes: Vec::new(),
        described: std::iter::once(base).chain(std::iter::repeat(changed)).take(scenarios.len()).collect(),
        replay: Vec::new(),
        unmet: None,
        files: Vec::new(),
        others: Vec::new(),
    }
}

fn manifest(scenarios: &[&str]) -> String {
    sealed(&unsealed(scenarios))
}

/// The text of a manifest.
pub(super) fn sealed(manifest: &Manifest) -> String {
    manifest::seal(serde_json::to_string(manifest).unwrap())
}

fn runs(scenarios: &[&str], count: u32) -> String {
    let outcomes: Vec<&str> = OutcomeRow::COLUMNS.iter().map(|column| column.name).collect();
    let mut csv = format!("run,scenario,point,replicate,seed,{},status,error\n", outcomes.join(","));
    let mut dice = Dice(1);
    for scenario in scenarios {
        for run in 0..count {
            let values: Vec<String> = outcomes.iter().map(|_| dice.roll().to_string()).collect();
            writeln!(csv, "{run},{scenario},0,{run},3,{},ok,", values.join(",")).unwrap();
        }
        writeln!(csv, "{count},{scenario},0,{count},3,{},failed,<boom>", ",".repeat(outcomes.len() - 1)).unwrap();
    }
    csv
}

fn folder(scenarios: &[&str], count: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("manifest.json"), manifest(scenarios)).unwrap();
    fs::write(folder.path().join("runs.csv"), runs(scenarios, count)).unwrap();
    fs::write(folder.path().join("quantiles.csv"), quantiles(scenarios, count)).unwrap();
    list(folder.path());
    folder
}

/// Lists the tables in the manifest as they are now, if there is one that can be read.
pub(super) fn list(folder: &Path) {
    let file = folder.join("manifest.json");
    let text = fs::read_to_string(&file).unwrap_or_default();
    let Some((head, _)) = text.rsplit_once(",\n  \"sha256\"") else { return };
    let mut manifest: serde_json::Value = serde_json::from_str(&format!("{head}}}")).unwrap();
    let entry = |name: &&str| {
        let bytes = fs::read(folder.join(format!("{name}.csv"))).ok()?;
        let sum = manifest::OtherFile::of("", &bytes);
        Some(serde_json::json!({"name": name, "rows": 0, "bytes": sum.bytes, "xxh3": sum.xxh3}))
    };
    manifest["files"] = ["runs", "quantiles", "world", "states", "design"].iter().filter_map(entry).collect();
    fs::write(&file, manifest::seal(manifest.to_string())).unwrap();
}

fn report(folder: &Path) -> (ReportFiles, String) {
    list(folder);
    let files = write_report(folder, &catalogue(), &Measured::default(), Language::default()).unwrap();
    let html = fs::read_to_string(&files.html).unwrap();
    (files, html)
}

/// Pictures that a scenario with a manifest has; those of [`KNOWN`] need what only the config says.
const PICTURES: [&str; 29] = [
    "timeline",
    "leaderboard",
    "frontier_gap",
    "usage_shares",
    "chip_chain",
    "power",
    "progress",
    "rating_gap",
    "world",
    "rating",
    "rating_by_state",
    "capability",
    "capability_by_state",
    "frontier_gap_by_domain",
    "hostility",
    "firms_rating",
    "momentum",
    "chips",
    "compute",
    "compute_by_state",
    "self_sufficiency",
    "compute_received",
    "accelerators",
    "fabs",
    "society",
    "adoption",
    "safety_effort",
    "trust_in_ai",
    "output_effect",
];
const KNOWN: [&str; 2] = ["timeline", "chip_chain"];

#[test]
fn a_batch_gets_every_picture_on_the_page_and_as_a_file() {
    let folder = folder(&[SCENARIO], 20);
    let (files, html) = report(folder.path());
    assert!(files.missing.is_empty(), "{:?}", files.missing);
    assert_eq!(files.figures.len(), PICTURES.len());
    for name in PICTURES {
        assert!(html.contains(&format!("<figure id=\"{name}\">")), "{name}");
        let svg = fs::read_to_string(folder.path().join(format!("figures/{name}.svg"))).unwrap();
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"), "{name}");
    }
    let leftovers = fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".partial"));
    assert_eq!(leftovers.count(), 0);
}

#[test]
fn the_page_loads_nothing_and_escapes_what_files_say() {
    let folder = folder(&[SCENARIO], 20);
    let (_, html) = report(folder.path());
    for loader in ["<script src", "<link", "<img", "@import", "url(", "src=", "href=\"http"] {
        assert!(!html.contains(loader), "{loader}");
    }
    for markup in ["<i>", "<b>", "<boom>", "A & B"] {
        assert!(!html.contains(markup), "{markup}");
    }
    assert!(html.contains("base &lt;i&gt;") && html.contains("What &lt;b&gt;it&lt;/b&gt; shows"));
    assert!(!html.contains("NaN") && !html.contains(">inf"));
}

#[test]
fn assumptions_are_counted_and_shown_with_their_value() {
    let folder = folder(&[SCENARIO], 20);
    let (_, html) = report(folder.path());
    assert!(html.contains("Numbers rest on 1 assumed parameter;"));
    assert!(html.contains("mechanisms.growth.growth_per_year") && html.contains("<td class=\"number\">0.75</td>"));
}

#[test]
fn a_single_run_has_lines_and_no_bands() {
    let folder = folder(&["one"], 1);
    let (_, html) = report(folder.path());
    assert!(html.contains("One run") && !html.contains("fill-opacity=\"0.15\""));
}

#[test]
fn a_firm_that_leaves_is_marked_and_fades() {
    let folder = folder(&["base"], 20);
    let (_, html) = report(folder.path());
    assert!(html.contains("Beta closes after 2024-08"));
    assert!(!html.contains("Alpha closes"));
    assert!(html.contains("stroke-opacity=\"0.3\""));
    assert!(html.contains("Medians are of the runs that have the firm in business"));
}

#[test]
fn numbers_of_some_runs_are_not_shown_as_those_of_all() {
    let folder = folder(&["base"], 20);
    let said = "Where not all runs have a value";
    assert!(!report(folder.path()).1.contains(said), "the world and its states have a value in every run");
    let file = folder.path().join("quantiles.csv");
    let fewer =
        |line: &str| if line.contains(",open_gap_rating,") { line.replacen(",20,", ",12,", 1) } else { line.into() };
    let csv: Vec<String> = fs::read_to_string(&file).unwrap().lines().map(fewer).collect();
    fs::write(&file, csv.join("\n")).unwrap();
    assert_eq!(report(folder.path()).1.matches(said).count(), 1);
}

#[test]
fn several_scenarios_are_compared_and_keep_their_own_pictures() {
    let folder = folder(&["base", SCENARIO], 20);
    let (files, html) = report(folder.path());
    assert!(html.contains("<figure id=\"comparison\">"));
    assert_eq!(files.figures.len(), 2 + 2 * PICTURES.len());
    assert!(folder.path().join("figures/rating-base.svg").is_file());
    assert!(folder.path().join("figures/rating-scenario-2.svg").is_file());
}

#[test]
fn a_scenario_is_described_by_its_words_or_by_what_it_changes() {
    let folder = folder(&["base", "other"], 20);
    let (_, html) = report(folder.path());
    assert!(
        html.contains("<p translate=\"no\">Does it &lt;grow&gt;?</p>"),
        "the experiment's own description is missing"
    );
    assert!(html.contains(
        "<strong translate=\"no\">base</strong>: <span translate=\"no\">What &lt;b&gt;it&lt;/b&gt; shows</span></p>"
    ));
    let changed = "<strong translate=\"no\">other</strong>: as base, but</p><ul><li><code>mechanisms.growth.enabled = false</code></li></ul>";
    assert!(html.contains(changed), "{}", &html[..html.find("<nav").unwrap()]);
    assert_eq!(html.matches("What &lt;b&gt;").count(), 1, "a scenario is not what its base is");
}

#[test]
fn a_page_shows_what_would_steer_its_reader() {
    let folder = folder(&["base"], 20);
    let text = manifest(&["base"]).replace("Does it <grow>?", "up \\u001b[2J\\u202e and down");
    fs::write(
        folder.path().join("manifest.json"),
        manifest::seal(text.rsplit_once(",\n  \"sha256\"").unwrap().0.to_owned() + "}"),
    )
    .unwrap();
    let (_, html) = report(folder.path());
    assert!(html.contains("up \\u{1b}[2J\\u{202e} and down"));
    assert!(!html.contains(['\u{1b}', '\u{202e}']));
}

/// The text of a section of the page.
fn section<'a>(html: &'a str, id: &str) -> &'a str {
    html.split_once(&format!("<section id=\"{id}\">")).unwrap().1.split_once("</section>").unwrap().0
}

/// Runs with this value of `gap_rating_end` by scenario, point and replicate, and no other outcome.
fn runs_of(values: &[(&str, u32, u32, f64)]) -> String {
    let mut csv = "run,scenario,point,replicate,seed,gap_rating_end,status,error\n".to_owned();
    for (run, (scenario, point, replicate, value)) in values.iter().enumerate() {
        writeln!(csv, "{run},{scenario},{point},{replicate},3,{value},finished,").unwrap();
    }
    csv
}

#[test]
fn scenarios_are_compared_by_pairs_in_a_table_and_on_the_page() {
    let folder = folder(&["base", "other"], 20);
    let pair = |replicate, a, b| [("base", 0, replicate, a), ("other", 0, replicate, b)];
    let pairs = [pair(0, 3.0, 13.0), pair(1, 5.0, 16.0), pair(2, 4.0, 13.0), pair(3, 4.0, 14.0), pair(4, 4.0, 14.0)];
    let values = pairs.concat();
    fs::write(folder.path().join("runs.csv"), runs_of(&values)).unwrap();
    let (_, html) = report(folder.path());
    let shown = section(&html, "differences");
    assert!(shown.contains("Differences of other from base") && shown.contains("<strong>10.0</strong>"), "{shown}");
    // `d.mean() - t.ppf(.975, 4) * d.std(ddof=1) / sqrt(5)` and the other way, for d = 10, 11, 9, 10, 10.
    assert!(shown.contains("9.12 to 10.9") && shown.contains("100\u{a0}%") && !shown.contains("fewer than"), "{shown}");
    let csv = fs::read_to_string(folder.path().join("differences.csv")).unwrap();
    assert!(csv.lines().nth(1).unwrap().starts_with("other,base,gap_rating_end,5,5,14.0,4.0,10.0,"), "{csv}");
    // From four replicates there is a standard error, and no interval.
    fs::write(folder.path().join("runs.csv"), runs_of(&pairs[..4].concat())).unwrap();
    let shown = section(&report(folder.path()).1, "differences").to_owned();
    assert!(shown.contains("No interval can be given from fewer than 5") && !shown.contains("<strong>"), "{shown}");
    let csv = fs::read_to_string(folder.path().join("differences.csv")).unwrap();
    let cells: Vec<&str> = csv.lines().nth(1).unwrap().split(',').collect();
    assert_eq!((cells[3], cells[8].is_empty(), cells[9], cells[10]), ("4", false, "", ""), "{csv}");
    fs::write(folder.path().join("runs.csv"), runs_of(&[("base", 0, 0, 1.0)])).unwrap();
    report(folder.path());
    assert_eq!(fs::read_to_string(folder.path().join("differences.csv")).unwrap().lines().count(), 1);
}

#[test]
fn replications_say_how_many_runs_a_precision_takes_and_what_a_design_adds() {
    let folder = folder(&["base"], 20);
    let values = [1.0, 2.0, 4.0].into_iter().zip(0..).map(|(value, run)| ("base", 0, run, value));
    let mut values: Vec<_> = values.collect();
    fs::write(folder.path().join("runs.csv"), runs_of(&values)).unwrap();
    let (_, html) = report(folder.path());
    let shown = section(&html, "replications");
    // Mean 2.333, standard deviation 1.528; `ceil((1.5275252 / (share * 2.3333333)) ** 2)`.
    for cell in ["2.33", "1.53", "0.882", "4286", "172"] {
        assert!(shown.contains(&format!("<td class=\"number\">{cell}</td>")), "{cell}: {shown}");
    }
    assert!(!shown.contains("design points") && !html.contains("id=\"differences\""));
    values.extend([10.0, 11.0, 15.0].into_iter().zip(0..).map(|(value, run)| ("base", 1, run, value)));
    fs::write(folder.path().join("runs.csv"), runs_of(&values)).unwrap();
    let manifest = fs::read_to_string(folder.path().join("manifest.json")).unwrap();
    let manifest = manifest.replace("\"points\":1", "\"points\":2");
    fs::write(folder.path().join("manifest.json"), manifest).unwrap();
    let (_, html) = report(folder.path());
    let shown = section(&html, "replications");
    assert!(shown.contains("Over 2 design points"));
    for cell in ["7.17", "5.64", "2.16", "1.25", "909", "37"] {
        assert!(shown.contains(&format!("<td class=\"number\">{cell}</td>")), "{cell}: {shown}");
    }
}

#[test]
fn missing_and_empty_tables_are_said_and_survived() {
    let folder = folder(&["base"], 20);
    for (name, text, said) in [
        ("quantiles.csv", "", "quantiles.csv is missing or empty"),
        ("quantiles.csv", "scenario,point,table,entity,indicator,date,n,mean,sd,p05,p25,p50,p75,p95\n", "no pictures"),
        (
            "quantiles.csv",
            "scenario,point,table,entity,indicator,date,n,mean,sd,p05,p25,p50,p75,p95\nbase,0,own,,x,2023-01,2,1,,1,1,1,1,1\n",
            "quantiles.csv holds nothing that is drawn: there are no pictures",
        ),
        ("runs.csv", "", "runs.csv is missing or empty"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
        let (files, html) = report(folder.path());
        assert!(files.missing.iter().any(|line| line.contains(said)), "{said}");
        assert!(html.contains(said), "{said}");
    }
    fs::write(folder.path().join("quantiles.csv"), quantiles(&["base"], 20)).unwrap();
    fs::remove_file(folder.path().join("runs.csv")).unwrap();
    fs::remove_file(folder.path().join("manifest.json")).unwrap();
    // Without a manifest nobody knows whose the report is that is there.
    let refused =
        write_report(folder.path(), &catalogue(), &Measured::default(), Language::default()).unwrap_err().to_string();
    assert!(refused.starts_with("cannot write ") && refused.contains("that redqueen did not write"), "{refused}");
    fs::remove_file(folder.path().join("report.html")).unwrap();
    let (files, _) = report(folder.path());
    assert_eq!((files.figures.len(), files.missing.len()), (PICTURES.len() - KNOWN.len(), 2));
}

#[test]
fn a_table_that_was_not_recorded_leaves_its_pictures_out() {
    let folder = folder(&["base"], 20);
    let world: String = quantiles(&["base"], 20)
        .lines()
        .filter(|line| line.contains(",world,") || line.starts_with("scenario,"))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(folder.path().join("quantiles.csv"), world).unwrap();
    let (files, html) = report(folder.path());
    assert_eq!(files.figures.len(), 6);
    assert_eq!(files.missing.len(), 1);
    assert!(html.contains("of table `accelerators`, `fabs`, `firms`, `states`."));
}

#[test]
fn an_indicator_without_values_is_named_and_every_picture_draws_what_it_declares() {
    let whole = quantiles(&["base"], 20);
    let pictures = |folder: &Path| -> Vec<String> {
        let file = |name: &str| fs::read_to_string(folder.join(format!("figures/{name}.svg"))).unwrap_or_default();
        DECLARED.iter().map(|picture| file(picture.name)).collect()
    };
    let full = folder(&["base"], 20);
    report(full.path());
    let full = pictures(full.path());
    for (table, column) in indicators() {
        let folder = folder(&["base"], 20);
        let without = whole.lines().filter(|line| {
            let mut cells = line.split(',').skip(2);
            (cells.next(), cells.nth(1)) != (Some(table), Some(column))
        });
        let without: String = without.map(|line| format!("{line}\n")).collect();
        assert!(without.len() < whole.len(), "{table}.{column}");
        fs::write(folder.path().join("quantiles.csv"), without).unwrap();
        let (files, html) = report(folder.path());
        let alone = ["fabs", "accelerators"].contains(&table);
        let name = if alone { format!("of table `{table}`") } else { format!("no values of `{table}.{column}`") };
        let rare = wanted().any(|shown| (shown.table, shown.column) == (table, column) && shown.rare);
        if rare {
            assert!(files.missing.is_empty(), "{name}: {:?}", files.missing);
        } else {
            assert!(files.missing.len() == 1 && files.missing[0].contains(&name), "{name}: {:?}", files.missing);
            assert!(html.contains(&name), "{name}");
        }
        for ((picture, with), without) in DECLARED.iter().zip(&full).zip(pictures(folder.path())) {
            let draws = picture.indicators.iter().any(|shown| (shown.table, shown.column) == (table, column));
            assert!(!draws || *with != without, "{} does not draw {table}.{column}", picture.name);
        }
    }
}

#[test]
fn a_scenario_without_values_is_named() {
    let folder = folder(&["base", "other"], 20);
    fs::write(folder.path().join("quantiles.csv"), quantiles(&["base"], 20)).unwrap();
    let (files, html) = report(folder.path());
    let said = "Scenario `other`: it has no pictures";
    let over_time = "Some differences over time are left out";
    let [first, second] = files.missing.as_slice() else { panic!("{:?}", files.missing) };
    assert!(first.starts_with(over_time) && second.starts_with(said), "{:?}", files.missing);
    assert!(html.contains(said) && html.contains(over_time));
}

#[test]
fn a_manifest_that_says_too_little_is_an_error_or_a_note() {
    let folder = folder(&["base"], 2);
    let file = folder.path().join("manifest.json");
    let change = |from: &str, to: &str| {
        let text = manifest(&["base"]).replace(from, to);
        let (text, _) = text.rsplit_once(",\n  \"sha256\"").unwrap();
        fs::write(&file, manifest::seal(format!("{text}}}"))).unwrap();
    };
    for (from, to, said) in [
        ("\"seed\":3,", "", "missing field `seed`"),
        ("\"format\":3", "\"format\":1", "expected a manifest of format 3, found format 1"),
    ] {
        change(from, to);
        let error = write_report(folder.path(), &catalogue(), &Measured::default(), Language::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("manifest.json:1: expected a manifest") && error.contains(said), "{error}");
    }
    change("\"open\":true", "\"open\":3");
    let (files, html) = report(folder.path());
    assert_eq!(files.missing.len(), 1);
    for said in ["the config of scenario `base` cannot be read", "invalid type: integer `3`, expected a boolean"] {
        assert!(files.missing[0].contains(said) && html.contains(said), "{said}: {:?}", files.missing);
    }
}

#[test]
fn damage_is_an_error_with_file_and_line() {
    let folder = folder(&["base"], 2);
    fs::write(folder.path().join("manifest.json"), "{\n \"runs\": 3,\n oops }").unwrap();
    let error =
        write_report(folder.path(), &catalogue(), &Measured::default(), Language::default()).unwrap_err().to_string();
    assert!(error.contains("manifest.json:3: expected JSON"), "{error}");
    assert!(error.contains("; the tables are kept as they are: ") && error.contains("another folder"), "{error}");
}

#[test]
fn a_manifest_that_lists_no_tables_is_held_against_them() {
    let folder = folder(&["base"], 2);
    let file = folder.path().join("manifest.json");
    for text in [manifest(&["base"]), manifest(&["base"]).replace("\"files\":[],", "")] {
        let (head, _) = text.rsplit_once(",\n  \"sha256\"").unwrap();
        fs::write(&file, manifest::seal(format!("{head}}}"))).unwrap();
        let error = write_report(folder.path(), &catalogue(), &Measured::default(), Language::default())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("manifest.json lists no such table; move it away")
                || error.contains("missing field `files`"),
            "{error}"
        );
    }
}

#[test]
fn errors_name_the_file_and_the_cause() {
    let said = |name: &str, starts: &str| {
        let folder = folder(&["base"], 2);
        let file = folder.path().join(name);
        let _ = fs::remove_file(&file);
        fs::create_dir_all(file.join("inside")).unwrap();
        let error = write_report(folder.path(), &catalogue(), &Measured::default(), Language::default()).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(error.to_string(), format!("{starts} {}: {cause}", file.display()));
        assert!(!cause.is_empty());
    };
    for name in ["manifest.json", "runs.csv", "quantiles.csv"] {
        said(name, "cannot read");
    }
    for name in ["report.html", "figures/rating_gap.svg"] {
        said(name, "cannot write");
    }
    let folder = folder(&["base", "other"], 2);
    for (name, starts) in [("datapackage.json", "cannot read"), ("differences.csv", "cannot write")] {
        let file = folder.path().join(name);
        let _ = fs::remove_file(&file);
        fs::create_dir_all(file.join("inside")).unwrap();
        let error = write_report(folder.path(), &catalogue(), &Measured::default(), Language::default())
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(&format!("{starts} {}: ", file.display())), "{error}");
    }
}

#[test]
fn no_damage_makes_it_panic() {
    let folder = folder(&["base"], 3);
    let mut dice = Dice(11);
    let mut refused = 0;
    for name in ["quantiles.csv", "runs.csv", "manifest.json"] {
        let file = folder.path().join(name);
        let whole = fs::read(&file).unwrap();
        for _ in 0..25 {
            let mut damaged = whole.clone();
            for _ in 0..4 {
                let at = (dice.roll() * damaged.len() as f64) as usize;
                damaged[at] = b"9-e,\"\n\xff{"[(dice.roll() * 8.0) as usize];
            }
            damaged.truncate((damaged.len() as f64 * (0.5 + dice.roll())) as usize);
            fs::write(&file, damaged).unwrap();
            if name != "manifest.json" {
                // What no checksum tells is read too.
                list(folder.path());
            }
            match write_report(folder.path(), &catalogue(), &Measured::default(), Language::default()) {
                Err(ReportError::Malformed { line, .. }) => {
                    refused += 1;
                    assert!(line > 0, "{name}");
                }
                Err(ReportError::Read { .. }) => refused += 1,
                Err(other) => panic!("{name}: {other}"),
                Ok(_) => {}
            }
        }
        fs::write(&file, whole).unwrap();
    }
    assert!(refused > 10);
}
