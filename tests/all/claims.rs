//! `redqueen claims`: verdicts on claims of which it is known where they hold.

use crate::support::program::{files, redqueen, sha256, table};
use predicates::{prelude::PredicateBooleanExt, str::contains};
use std::{collections::BTreeMap, fs, path::Path};
use tempfile::TempDir;

/// Of 80 worlds it gives 10, 10, 20 and 40.
const WORLDS: &str = "weight,mechanisms.releases.index_at_start\n1,0\n1,1000\n2,2000\n4,3000\n";
/// In `flat` the index is what it is at the start, whatever happens; in `plain` capability adds to it.
const SCENARIOS: &str = "months = 8\n[[scenarios]]\nname = 'flat'\nset = { 'mechanisms.releases.index_slope' = 0 }\n\
    [[scenarios]]\nname = 'plain'\n[[quantities]]\nname = 'late_index'\nunit = 'index points'\n\
    terms = [{ table = 'world', column = 'frontier_index', from = '2023-07' }]\n\
    [[quantities]]\nname = 'half'\nterms = [{ outcome = 'entries', weight = 0.5 }]\n";

/// The record of what claims were made from.
const RECORD: &str = "claims-record.toml";

/// A folder with the worlds and a claim of each of these conditions.
fn folder(claims: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("worlds.csv"), WORLDS).unwrap();
    for (name, conditions) in claims {
        let text = format!("name = '{name}'\nclaim = 'It is {name}.'\n{SCENARIOS}{conditions}");
        fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    folder
}

fn judge<'a>(files: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [&["claims", "--doubt=worlds.csv", "--worlds", "80", "--runs", "1", "--out", "out"], files, more].concat()
}

/// The rows of `claims.csv`, by claim.
fn rows(folder: &Path) -> BTreeMap<String, Vec<BTreeMap<String, String>>> {
    let mut by_claim = BTreeMap::<_, Vec<_>>::new();
    for row in table(&folder.join("out/claims.csv")).1 {
        by_claim.entry(row["claim"].clone()).or_default().push(row);
    }
    by_claim
}

#[track_caller]
fn assert_near(row: &BTreeMap<String, String>, expected: &[(&str, f64)]) {
    for (column, expected) in expected {
        let found: f64 = row[*column].parse().unwrap();
        assert!((found - expected).abs() < 1e-9, "{column} is {found}, not {expected}: {row:?}");
    }
}

#[test]
fn a_claim_holds_in_the_share_of_worlds_that_was_planted() {
    let above = |end: i32| format!("[[conditions]]\noutcome = 'late_index'\nscenario = 'flat'\nabove = {end}\n");
    let more = "[[conditions]]\noutcome = 'late_index'\nscenario = 'plain'\nagainst = 'flat'\nabove = 0\n";
    let claims = [
        ("always", above(-1)),
        ("never", above(3000)),
        ("mostly", format!("{}{more}", above(1500))),
        (
            "backwards",
            "[[conditions]]\noutcome = 'late_index'\nscenario = 'flat'\nagainst = 'plain'\nabove = 0\n".into(),
        ),
    ];
    let folder = folder(&claims.each_ref().map(|(name, text)| (*name, text.as_str())));
    let names = claims.each_ref().map(|(name, _)| format!("{name}.toml"));
    let said = redqueen(folder.path(), &judge(&names.each_ref().map(String::as_str), &[])).assert().success();
    let said = String::from_utf8(said.get_output().stdout.clone()).unwrap();
    assert!(said.contains("always: It is always.\n  holds in 100 % ± 19.6 of 4 worlds"), "{said}");
    assert!(said.contains("holds in 75 % ± 27.2 of 4 worlds"), "{said}");
    assert!(said.contains("late_index in flat above 1500: 75 %; median 2500 index points (0 to 3000)"), "{said}");
    assert!(said.contains("turns on mechanisms.releases.index_at_start"), "{said}");
    let rows = rows(folder.path());
    let worlds = [("worlds", 4.0), ("runs", 80.0)];
    // Worlds that weigh 1, 1, 2 and 4 are worth 64/22 equal ones; half a world more holds, and half a one more does not.
    let equal = 64.0 / 22.0;
    let error = |share: f64| {
        let likely = (share * equal + 0.5) / (equal + 1.0);
        (likely * (1.0 - likely) / equal).sqrt()
    };
    assert_near(&rows["always"][0], &[&worlds[..], &[("holds", 1.0), ("standard_error", error(1.0))]].concat());
    assert_near(
        &rows["never"][0],
        &[&worlds[..], &[("holds", 0.0), ("standard_error", error(0.0)), ("share", 0.0)]].concat(),
    );
    let [first, second] = rows["mostly"].as_slice() else { panic!("{rows:?}") };
    assert_near(first, &[("holds", 0.75), ("standard_error", error(0.75)), ("share", 0.75)]);
    assert_near(first, &[("p05", 0.0), ("median", 2500.0), ("p95", 3000.0)]);
    assert_eq!((&*first["unit"], &*first["turns_on"]), ("index points", "mechanisms.releases.index_at_start"));
    assert!(first["correlation"].parse::<f64>().unwrap() > 0.99);
    assert_near(second, &[("holds", 0.75), ("share", 1.0)]);
    assert!(second["p05"].parse::<f64>().unwrap() > 0.0, "capability only adds");
    // Under the same luck the two differ by what capability is worth, so the other way round is the same with its sign turned.
    let turned = |column: &str| -second[column].parse::<f64>().unwrap();
    let expected = [("holds", 0.0), ("median", turned("median")), ("p05", turned("p95")), ("p95", turned("p05"))];
    assert_near(&rows["backwards"][0], &expected);
    let page = fs::read_to_string(folder.path().join("out/claims.html")).unwrap();
    assert!(page.contains("It is mostly.") && page.contains("75 %"));
}

#[test]
fn a_prediction_goes_by_ranks_over_all_worlds() {
    let asks = |by: &str, rather_than: &str| {
        format!(
            "[[conditions]]\noutcome = 'late_index'\nscenario = 'flat'\nby = '{by}'\nrather_than = '{rather_than}'\n\
             [[quantities]]\nname = 'twice'\nterms = [{{ table = 'world', column = 'frontier_index', weight = 2.0 }}]\n"
        )
    };
    let folder = folder(&[("right", &asks("twice", "half")), ("wrong", &asks("half", "twice"))]);
    redqueen(folder.path(), &judge(&["right.toml", "wrong.toml"], &[])).assert().success();
    let rows = rows(folder.path());
    // A resample of four worlds may be one world four times, in which there is nothing to go with.
    let holds: f64 = rows["right"][0]["holds"].parse().unwrap();
    assert!(holds > 0.95, "{holds}");
    assert_near(&rows["right"][0], &[("worlds", 4.0), ("runs", 80.0)]);
    assert_near(&rows["wrong"][0], &[("holds", 0.0)]);
    assert!(rows["right"][0]["median"].parse::<f64>().unwrap() > 0.5);
}

#[test]
fn threads_and_lost_runs_change_no_byte_and_other_claims_are_spared() {
    let folder = folder(&[("one", "[[conditions]]\noutcome = 'gap_rating_end'\nscenario = 'plain'\nabove = 300\n")]);
    redqueen(folder.path(), &judge(&["one.toml"], &["--threads", "1", "--quiet"])).assert().success();
    let out = folder.path().join("out");
    let first = files(&out, ".csv");
    let row = &rows(folder.path())["one"][0];
    assert!(row["p05"] != row["p95"], "luck decides what worlds come to: {row:?}");
    let assert_same = |what: &str| {
        let found = files(&out, ".csv");
        assert!(first.keys().eq(found.keys()), "{what}: {:?}", found.keys());
        first.iter().for_each(|(name, bytes)| assert!(found[name] == *bytes, "{what}: {name} differs"));
    };
    fs::remove_file(out.join("runs/one/runs.csv")).unwrap();
    fs::remove_file(out.join("claims.csv")).unwrap();
    redqueen(folder.path(), &judge(&["one.toml"], &["--threads", "2", "--quiet"])).assert().success();
    assert_same("runs lost");
    fs::remove_dir_all(&out).unwrap();
    redqueen(folder.path(), &judge(&["one.toml"], &["--threads", "2", "--quiet"])).assert().success();
    assert_same("two threads");
    let other = [&judge(&["one.toml"], &["--quiet"])[..], &["--seed", "8"]].concat();
    redqueen(folder.path(), &other).assert().code(2).stderr(contains("out/runs/one"));
    assert_same("another seed");
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/claims.csv"), "mine").unwrap();
    let mine = ["claims", "one.toml", "--doubt=worlds.csv", "--quiet", "--out", "mine", "--overwrite"];
    redqueen(folder.path(), &mine).assert().code(2).stderr(contains("mine/claims.csv stands in the way"));
    assert_eq!(fs::read_to_string(folder.path().join("mine/claims.csv")).unwrap(), "mine");
}

#[test]
fn a_claim_with_a_design_of_its_own_is_judged_over_its_points() {
    let text = "[[conditions]]\noutcome = 'late_index'\nscenario = 'flat'\nbelow = 250\n[design]\nkind = 'list'\n\
        [[design.factors]]\nparameter = 'mechanisms.releases.index_at_start'\nvalues = [100, 200, 300, 400, 500]\n";
    let folder = folder(&[("own", text)]);
    let alone = ["claims", "own.toml", "--runs", "1", "--out", "out", "--quiet"];
    redqueen(folder.path(), &alone).assert().success();
    assert_near(&rows(folder.path())["own"][0], &[("holds", 0.4), ("worlds", 5.0), ("runs", 5.0)]);
}

#[test]
fn what_is_wrong_is_said_before_anything_runs() {
    let folder = folder(&[
        ("good", "[[conditions]]\noutcome = 'entries'\nabove = 0\n"),
        ("bad", "[[conditions]]\noutcome = 'late_indx'\nabove = 0\n"),
    ]);
    let refused = redqueen(folder.path(), &judge(&["good.toml", "bad.toml"], &[])).assert().code(2).stdout("");
    refused.stderr(contains("bad.toml:17:11: unknown outcome `late_indx`"));
    redqueen(folder.path(), &judge(&["good.toml", "baseline"], &[])).assert().code(2).stderr(contains("is no claim"));
    redqueen(folder.path(), &judge(&["good.toml", "good.toml"], &[]))
        .assert()
        .code(2)
        .stderr(contains("are called good"));
    let missing = ["claims", "good.toml", "--doubt=nowhere.csv"];
    redqueen(folder.path(), &missing).assert().code(2).stderr(contains("nowhere.csv").and(contains("panicked").not()));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "something was written");
}

/// The claims in the order in which they are told.
const TOLD: [&str; 14] = [
    "momentum-beats-size",
    "open-competition-hardens",
    "open-source-alone-keeps-no-lead",
    "different-strengths",
    "no-finish-line",
    "open-models-spread",
    "controls-slow-then-teach",
    "many-weak-chips",
    "leapfrog-overturns",
    "blockade-turns-the-race",
    "fabs-at-home-restore",
    "not-zero-sum",
    "open-science-pays",
    "accountable-governance-pays",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A number with three digits that count, as pages write it.
fn digits(number: &str) -> String {
    let number: f64 = number.parse().unwrap();
    let places = (2 - redqueen::maths::log10(number.abs()).floor() as i32).clamp(0, 12) as usize;
    let text = format!("{number:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "−")
}

/// A share and its error, in percent.
fn percent(row: &BTreeMap<String, String>) -> String {
    let percent = |column: &str| 100.0 * row[column].parse::<f64>().unwrap();
    format!("{:.0} % ± {:.1}", percent("holds"), percent("standard_error"))
}

/// The shipped verdicts: by the mean of few runs of many worlds, and of many runs of few.
const SHIPPED: [(&str, &str); 2] =
    [("claims", "redqueen claims --worlds 2000"), ("claims-by-40-runs", "redqueen claims --worlds 200 --runs 40")];

/// The rows of shipped verdicts, by claim.
fn shipped(stem: &str) -> BTreeMap<String, Vec<BTreeMap<String, String>>> {
    let mut by_claim = BTreeMap::<_, Vec<_>>::new();
    for row in table(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/{stem}.csv"))).1 {
        by_claim.entry(row["claim"].clone()).or_default().push(row);
    }
    assert_eq!(by_claim.len(), TOLD.len());
    by_claim
}

/// What pages say of each claim: its sentence, two shares, and the effect that decides it.
fn verdicts() -> Vec<[String; 4]> {
    let [by_claim, by_more] = SHIPPED.map(|(stem, _)| shipped(stem));
    let told = TOLD.iter().map(|name| {
        let share = |row: &&BTreeMap<String, String>| row["share"].parse::<f64>().unwrap();
        let row = by_claim[*name].iter().min_by(|a, b| share(a).total_cmp(&share(b))).unwrap();
        let file: toml::Table = read(&format!("configs/claims/{name}.toml")).parse().unwrap();
        let sentence = file["claim"].as_str().unwrap().trim_end_matches('.').to_owned();
        let unit = if row["unit"] == "1" { String::new() } else { format!(" {}", row["unit"]) };
        let [low, middle, high] = ["p05", "median", "p95"].map(|column| digits(&row[column]));
        [
            sentence,
            percent(row),
            percent(&by_more[*name][0]),
            format!("`{}`: {middle}{unit} ({low} to {high})", row["condition"]),
        ]
    });
    told.collect()
}

/// A page with the rows of its table of verdicts, and those that are right.
fn with_verdicts(page: &str, head: &str, rows: &[String]) -> (String, String) {
    let text = read(page);
    let start = text.find(head).unwrap_or_else(|| panic!("{page} has no table of verdicts"));
    let (before, rest) = text.split_at(start);
    let heads: String = rest.split_inclusive('\n').take(2).collect();
    let after = &rest[rest.find("\n\n").unwrap() + 1..];
    let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let right = format!("{before}{heads}{rows}{after}");
    (text, right)
}

#[test]
fn what_claims_were_made_from_stands_beside_them() {
    let folder = folder(&[("one", "[[conditions]]\noutcome = 'entries'\nscenario = 'plain'\nabove = 0\n")]);
    redqueen(folder.path(), &judge(&["one.toml"], &["--quiet"])).assert().success();
    let at = |file: &str| sha256(&folder.path().join(file));
    let record = fs::read_to_string(folder.path().join("out").join(RECORD)).unwrap();
    let record: toml::Table = record.parse().unwrap();
    assert_eq!(record["claims_sha256"].as_str(), Some(&*at("out/claims.csv")));
    let one = &record["claims"][0];
    let manifest = fs::read(folder.path().join("out/runs/one/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(Some(record["program"].as_str().unwrap()), manifest["experiment"]["program"].as_str());
    let said = |key: &str| one[key].as_str().unwrap();
    assert_eq!((said("name"), said("sample"), said("seed")), ("one", "worlds.csv", "1"));
    assert_eq!((said("sha256"), said("sample_sha256")), (&*at("one.toml"), &*at("worlds.csv")));
    assert_eq!((one["worlds"].as_integer(), one["runs"].as_integer()), (Some(80), Some(1)));
    assert_eq!(said("experiment_sha256").len(), 64);
}

/// Verdicts are those of worlds and claims that are shipped no more once these have changed.
#[test]
fn shipped_verdicts_are_those_of_the_shipped_worlds_and_claims() {
    let here = |path: &str| sha256(&Path::new(env!("CARGO_MANIFEST_DIR")).join(path));
    for (stem, command) in SHIPPED {
        let again = format!("{command} makes docs/{stem}.csv and its record anew");
        let record: toml::Table = read(&format!("docs/{stem}-record.toml")).parse().unwrap();
        assert_eq!(record["claims_sha256"].as_str(), Some(&*here(&format!("docs/{stem}.csv"))), "{again}");
        let claims = record["claims"].as_array().unwrap();
        assert_eq!(claims.len(), TOLD.len());
        for claim in claims {
            let said = |key: &str| claim[key].as_str().unwrap();
            let sample = format!("configs/{}", said("sample"));
            assert_eq!(said("sample_sha256"), here(&sample), "{sample} is another: {again}");
            let file = format!("configs/claims/{}.toml", said("name"));
            assert_eq!(said("sha256"), here(&file), "{file} is another: {again}");
        }
    }
}

#[test]
fn verdicts_that_are_told_are_those_of_the_shipped_results() {
    let (verdicts, chinese) = (verdicts(), read("README.zh-CN.md"));
    let heads = ["| claim | holds in |", "| 论断 | 成立 |"];
    let english: Vec<String> = verdicts.iter().map(|cells| format!("| {} |", cells.join(" | "))).collect();
    // Its claims are translated, in the same order, and what decides them stands in the English page.
    let table = &chinese[chinese.find(heads[1]).unwrap()..];
    let names = table.lines().skip(2).take(TOLD.len()).map(|row| row.split(" | ").next().unwrap());
    let translated =
        names.zip(&verdicts).map(|(name, [_, holds, by_more, _])| format!("{name} | {holds} | {by_more} |"));
    let translated: Vec<String> = translated.collect();
    for (page, head, rows) in [("README.md", heads[0], english), ("README.zh-CN.md", heads[1], translated)] {
        let (text, right) = with_verdicts(page, head, &rows);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(page), right).unwrap();
        } else {
            assert!(text == right, "UPDATE_DOCS=1 writes the verdicts of {page} anew:\n{}", rows.join("\n"));
        }
    }
}
