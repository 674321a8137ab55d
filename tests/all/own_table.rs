//! A table and an outcome that stand outside of the model join it, and are recorded, summarised and joined like any other.

use crate::support::{
    program::{files, redqueen, table},
    worlds::short,
};
use bevy_ecs::prelude::*;
use redqueen::{
    batch::{Done, FolderError, Progress, ShardsError, Study, StudyError},
    declare::month::Month,
    measure::{Outcome, RunError, record::Record},
    model::{Model, Seed, clock::Clock, firm::Character, geography::Geography, ledger::Ledger, states::StateId},
    report::{Language, write_report},
    scenario::Scenario,
};
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::TempDir;

#[expect(dead_code, reason = "its command line is not called here")]
#[path = "../../examples/own_table.rs"]
mod example;
use example::{MOST_BLOCS, OpenBlocRow, model};

const EXPERIMENT: &str = "\
    name = 'blocs'\nruns = 3\nmonths = 18\nrecord = ['open_blocs', 'world']\n\
    [[scenarios]]\nname = 'as it is'\n\
    [[scenarios]]\nname = 'all open'\nscenario = 'all-open'\n";

fn prepare(experiment: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("blocs.toml"), experiment).unwrap();
    folder
}

fn study<'a>(folder: &TempDir, model: &Model) -> Study<'a> {
    model.study(folder.path().join("blocs.toml")).unwrap().replay(|_| "own_table run".to_owned())
}

fn whole(folder: &TempDir) -> Done {
    study(folder, &model()).threads(1).run_into(folder.path().join("whole")).unwrap()
}

fn assert_same(whole: &Path, other: &Path) {
    for ending in [".csv", ".json"] {
        let (whole, other) = (files(whole, ending), files(other, ending));
        assert_eq!(whole.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        whole.iter().for_each(|(name, bytes)| assert!(other[name] == *bytes, "{name} differs"));
    }
}

fn run(model: &Model, scenario: &Scenario, record: Record) -> redqueen::measure::record::Trajectory {
    model.simulate(scenario).unwrap().run(Seed { master: scenario.seed, replicate: 1 }, record).unwrap()
}

#[test]
fn a_batch_has_the_same_bytes_on_any_threads_in_shards_and_after_a_stop() {
    let folder = prepare(EXPERIMENT);
    let whole = whole(&folder);
    assert_eq!((whole.finished, whole.failed), (6, 0));
    let path = |name: &str| folder.path().join(name);
    study(&folder, &model()).threads(2).run_into(path("threads")).unwrap();
    assert_same(&whole.folder, &path("threads"));

    let parts = [1, 2].map(|number| path(&format!("part-{number}")));
    for (number, part) in (1..).zip(&parts) {
        study(&folder, &model()).shard(number, 2).unwrap().run_into(part).unwrap();
    }
    model().shards(&parts).unwrap().join_into(path("joined")).unwrap();
    assert_same(&whole.folder, &path("joined"));

    let cancel = AtomicBool::new(false);
    let stop = |progress: &Progress<'_>| {
        if let Progress::Run { .. } = progress {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let stopped = study(&folder, &model()).threads(1).cancel(&cancel).on(stop).run_into(path("stopped")).unwrap();
    assert!(stopped.cancelled && (1..6).contains(&stopped.finished), "{stopped:?}");
    study(&folder, &model()).run_into(path("stopped")).unwrap();
    assert_same(&whole.folder, &path("stopped"));
}

redqueen::table! {
    /// Firms of a state, whose columns stand in another order.
    struct NumberFirst as "number_first" by date, state {
        /// How many there are.
        firms: u32, "firms";
        /// Their home.
        state: Arc<str>, "";
        /// As many, or nothing where there is one.
        many: Option<f64>, "firms";
        /// The month that has passed.
        date: Month, "";
    }
}

fn number_first(clock: Res<Clock>, geography: Res<Geography>, firms: Query<&Character>) -> Vec<NumberFirst> {
    let homes: BTreeSet<StateId> = firms.iter().map(|firm| firm.home).collect();
    let row = |home: StateId| {
        let count = firms.iter().filter(|firm| firm.home == home).count() as u32;
        let many = (count > 1).then_some(f64::from(count));
        NumberFirst { firms: count, state: geography.names[home].clone(), many, date: clock.month() }
    };
    homes.into_iter().map(row).collect()
}

#[test]
fn the_order_of_its_columns_changes_no_quantile() {
    let folder =
        prepare("name = 'order'\nruns = 12\nmonths = 12\nrecord = ['number_first']\n[[scenarios]]\nname = 'one'\n");
    let model = Model::standard().with_table(number_first).named("order", "1");
    let path = |name: &str| folder.path().join(name);
    let study = || study(&folder, &model).threads(1);
    let whole = study().run_into(path("whole")).unwrap();
    let (_, quantiles) = table(&whole.folder.join("quantiles.csv"));
    let found: Vec<_> =
        quantiles.iter().filter(|row| (&*row["entity"], &*row["indicator"]) == ("China", "firms")).collect();
    assert!(found.len() == 12 && found.iter().all(|row| row["mean"].parse::<f64>().unwrap() >= 1.0));

    let parts = [1, 2].map(|number| path(&format!("part-{number}")));
    for (number, part) in (1..).zip(&parts) {
        study().shard(number, 2).unwrap().run_into(part).unwrap();
    }
    model.shards(&parts).unwrap().join_into(path("joined")).unwrap();
    assert_same(&whole.folder, &path("joined"));

    let cancel = AtomicBool::new(false);
    let stop = |progress: &Progress<'_>| {
        if let Progress::Run { .. } = progress {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let stopped = study().cancel(&cancel).on(stop).run_into(path("stopped")).unwrap();
    assert!(stopped.cancelled && (1..12).contains(&stopped.finished), "{stopped:?}");
    study().run_into(path("stopped")).unwrap();
    assert_same(&whole.folder, &path("stopped"));
}

#[test]
fn its_rows_and_values_are_those_of_a_world_and_are_described() {
    let folder = prepare(EXPERIMENT);
    let done = whole(&folder);
    let (header, rows) = table(&done.folder.join("open_blocs.csv"));
    // The study has several scenarios.
    assert_eq!(header, ["scenario", "point", "replicate", "run", "date", "state", "firms", "usage"]);
    let (_, runs) = table(&done.folder.join("runs.csv"));
    // Run 1 is replicate 1 of the first scenario.
    assert_eq!((runs[1]["scenario"].as_str(), runs[1]["replicate"].as_str()), ("as it is", "1"));
    let lived = run(&model(), &short("baseline", 18, &[""; 0]), Record::of(&["open_blocs"]));
    let found: Vec<_> = rows.iter().filter(|row| row["run"] == "1").collect();
    let expected = lived.own.rows::<OpenBlocRow>();
    assert!(expected.len() >= 18 && found.len() == expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found["date"], expected.date.to_string());
        assert_eq!((&*found["state"], found["firms"].parse()), (&*expected.state, Ok(expected.firms)));
        assert_eq!(found["usage"].parse(), Ok(expected.usage));
    }
    let most = lived.own.outcome(MOST_BLOCS).unwrap();
    let by_month = expected.chunk_by(|a, b| a.date == b.date).map(<[OpenBlocRow]>::len);
    assert_eq!(Some(most), by_month.max().map(|most| most as f64));
    assert_eq!(runs[1]["open_blocs_max"].parse(), Ok(most));
    assert_eq!(done.runs().unwrap()[1].outcome("open_blocs_max").unwrap(), Some(most));

    let (_, quantiles) = table(&done.folder.join("quantiles.csv"));
    let of_china: Vec<_> = quantiles
        .iter()
        .filter(|row| (&*row["table"], &*row["entity"], &*row["indicator"]) == ("open_blocs", "China", "usage"))
        .collect();
    assert_eq!(of_china.len(), 2 * 18, "of both scenarios, in every month");
    let package = fs::read_to_string(done.folder.join("datapackage.json")).unwrap();
    for said in ["open_blocs.csv", "Share of world usage that they serve.", "Most states with a firm that publishes"] {
        assert!(package.contains(said), "{said}");
    }
    write_report(&done.folder, model().catalogue(), &model().measured(), Language::default()).unwrap();
    let page = fs::read_to_string(done.folder.join("report.html")).unwrap();
    assert!(page.matches("<small>open_blocs_max").count() >= 2, "it is among the outcomes and the differences");
    let (_, differences) = table(&done.folder.join("differences.csv"));
    let row = differences.iter().find(|row| row["outcome"] == "open_blocs_max").unwrap();
    assert!(row["difference"].parse::<f64>().unwrap() > 0.0, "more states are open where all firms are");
}

#[cfg(feature = "parquet")]
#[test]
fn it_becomes_parquet_like_any_other() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    let folder = prepare(EXPERIMENT);
    let out = folder.path().join("out");
    study(&folder, &model()).format(redqueen::output::manifest::FileFormat::Parquet).run_into(&out).unwrap();
    let rows = table(&whole(&folder).folder.join("open_blocs.csv")).1.len();
    let read = |name: &str| SerializedFileReader::new(fs::File::open(out.join(name)).unwrap()).unwrap();
    let columns = |found: &SerializedFileReader<fs::File>| -> Vec<String> {
        let columns = found.metadata().file_metadata().schema_descr().columns().iter();
        columns.map(|column| column.name().to_owned()).collect()
    };
    let blocs = read("open_blocs.parquet");
    assert_eq!(columns(&blocs), ["scenario", "point", "replicate", "run", "date", "state", "firms", "usage"]);
    assert_eq!(usize::try_from(blocs.metadata().file_metadata().num_rows()), Ok(rows));
    assert!(columns(&read("runs.parquet")).contains(&"open_blocs_max".to_owned()));
}

#[test]
fn a_stop_rule_looks_at_an_outcome_of_ones_own() {
    let stop = "[stop]\noutcome = 'open_blocs_max'\nstandard_error = 100\nmax_runs = 8\n";
    let folder = prepare(&EXPERIMENT.replace("[[scenarios]]\nname = 'as", &format!("{stop}[[scenarios]]\nname = 'as")));
    let done = whole(&folder);
    assert_eq!(done.finished, 6, "it is known well enough after the first round");
    let refused = Model::standard().study(folder.path().join("blocs.toml")).unwrap_err().to_string();
    for said in ["unknown table `open_blocs`", "unknown outcome `open_blocs_max`"] {
        assert!(refused.contains(said), "{refused}");
    }
    let wrong = study(&folder, &model()).record(["open_bloc"]).unwrap_err().to_string();
    assert_eq!(wrong, "no table `open_bloc`, did you mean `open_blocs`?");
}

#[test]
fn models_that_measure_different_things_share_no_folder() {
    let folder = prepare(&EXPERIMENT.replace("'open_blocs', 'world'", "'world'"));
    let out = folder.path().join("out");
    study(&folder, &model()).record(["world", "open_blocs"]).unwrap().run_into(&out).unwrap();
    let program = model().program();
    let plain = Model::standard().named(program.name, program.version);
    let error = study(&folder, &plain).run_into(&out).unwrap_err();
    assert!(matches!(error, StudyError::Folder(FolderError::Another { .. })), "{error}");
    assert!(error.to_string().contains("the recorded tables, the tables' columns"), "{error}");

    let parts = [1, 2].map(|number| folder.path().join(format!("part-{number}")));
    for (number, part) in (1..).zip(&parts) {
        study(&folder, &model()).shard(number, 2).unwrap().run_into(part).unwrap();
    }
    let error = plain.shards(&parts).unwrap_err();
    assert!(matches!(error, StudyError::Shards(ShardsError::OtherTables { .. })), "{error}");
    assert!(error.to_string().contains("has other tables or outcomes than this one"), "{error}");

    // What it leaves is a folder of its own, without the other's table.
    study(&folder, &plain).overwrite(true).run_into(&out).unwrap();
    assert!(!out.join("open_blocs.csv").exists() && out.join("world.csv").exists());
}

redqueen::table! {
    /// What happened in a month.
    struct Happened as "happened" by date {
        /// The month that has passed.
        date: Month, "";
        /// Events.
        events: u32, "1";
        /// Releases.
        releases: u32, "1";
    }
}

fn count(clock: Res<Clock>, ledger: Res<Ledger>) -> Vec<Happened> {
    let (events, releases) = (ledger.events.len() as u32, ledger.releases.len() as u32);
    vec![Happened { date: clock.month(), events, releases }]
}

const RELEASES: Outcome = Outcome::named("releases", "1", "Releases of the run.");

fn sum(mut sum: Local<f64>, ledger: Res<Ledger>) -> f64 {
    *sum += ledger.releases.len() as f64;
    *sum
}

#[test]
fn what_is_measured_moves_nothing_and_does_not_depend_on_what_is_recorded() {
    let (plain, more) = (Model::standard(), model().with_table(count).with_outcome(RELEASES, sum));
    let scenario = short("baseline", 24, &[""; 0]);
    let (without, with) = (run(&plain, &scenario, Record::ALL), run(&more, &scenario, Record::ALL));
    let mut standard = with.clone();
    standard.own = without.own.clone();
    assert!(standard == without && with != without);
    let happened = with.own.rows::<Happened>();
    assert_eq!(happened.len(), 24);
    assert_eq!(happened.iter().map(|row| row.releases as usize).sum::<usize>(), with.releases.len());
    assert!(happened.iter().any(|row| row.events > 0));
    assert_eq!(with.own.outcome(RELEASES), Some(with.releases.len() as f64));

    let mut simulation = more.simulate(&scenario).unwrap();
    let seed = Seed { master: scenario.seed, replicate: 1 };
    for _ in 0..2 {
        let alone = simulation.run(seed, Record::of(&["happened"])).unwrap();
        assert_eq!(alone.own.rows::<Happened>(), happened, "a world that is used again has the same");
        assert!(alone.own.rows::<OpenBlocRow>().is_empty() && alone.events.is_empty());
        assert_eq!(alone.own.outcome(RELEASES), with.own.outcome(RELEASES));
    }
}

#[derive(Resource)]
struct Missing(f64);

fn missing(missing: Res<Missing>) -> f64 {
    missing.0
}

fn perhaps(missing: Option<Res<Missing>>) -> Option<f64> {
    missing.map(|missing| missing.0)
}

fn only_with(missing: If<Res<Missing>>) -> f64 {
    missing.0.0
}

#[test]
fn what_the_world_does_not_have_fails_the_run_unless_the_system_allows_for_it() {
    let scenario = short("baseline", 2, &[""; 0]);
    let seed = Seed { master: 1, replicate: 0 };
    let model = |read| Model::standard().with_outcome(RELEASES, read);
    let folder = prepare(EXPERIMENT);
    let study = model(missing).study("baseline").unwrap().months(2).unwrap().record(["world"]).unwrap();
    let error = study.run_into(folder.path().join("out")).unwrap_err();
    assert!(matches!(&error, StudyError::Unmeasured(wrong) if wrong.name == "releases"), "{error}");
    assert!(!folder.path().join("out").exists(), "it is found before any run, and nothing is written");
    let error = model(missing).simulate(&scenario).unwrap().run(seed, Record::NONE).unwrap_err();
    assert!(matches!(&error, RunError::Unmeasured(wrong) if wrong.name == "releases"), "{error}");
    let said = "`releases` cannot be measured: Resource does not exist, which `all::own_table::missing` asks for";
    assert_eq!(error.to_string(), said);
    for model in
        [Model::standard().with_outcome(RELEASES, perhaps), Model::standard().with_outcome(RELEASES, only_with)]
    {
        let run = model.simulate(&scenario).unwrap().run(seed, Record::NONE).unwrap();
        assert_eq!(run.own.outcome(RELEASES), None);
    }
}

fn commanding(clock: Res<Clock>, mut commands: Commands) -> Vec<Happened> {
    commands.spawn_empty();
    vec![Happened { date: clock.month(), events: 0, releases: 0 }]
}

fn asking(mut commands: Commands) -> f64 {
    commands.spawn_empty();
    0.0
}

fn twice(clock: Res<Clock>) -> Vec<Happened> {
    vec![Happened { date: clock.month(), events: 0, releases: 0 }; 2]
}

#[test]
fn commands_and_rows_of_one_key_are_refused() {
    let scenario = short("baseline", 2, &[""; 0]);
    let seed = Seed { master: 1, replicate: 0 };
    let said = |model: Model| {
        let error = model.simulate(&scenario).unwrap().run(seed, Record::ALL).unwrap_err();
        assert!(matches!(error, RunError::Unmeasured(_)), "{error}");
        error.to_string()
    };
    let standard = Model::standard;
    assert_eq!(
        said(standard().with_table(commanding)),
        "`happened` cannot be measured: commands change the world, and it may only be read"
    );
    assert!(said(standard().with_outcome(RELEASES, asking)).starts_with("`releases` cannot be measured: commands"));
    let same = format!("`happened` cannot be measured: two rows have the same date: {}", scenario.time.start);
    assert_eq!(said(standard().with_table(twice)), same);
}

#[test]
fn a_report_says_what_it_leaves_out_and_sensitivity_refuses_it() {
    let design = "[design]\nkind = 'one-at-a-time'\n[[design.factors]]\nparameter = 'mechanisms.diffusion.xi_open'\n";
    let folder = prepare(&format!(
        "name = 'blocs'\nruns = 2\nmonths = 2\nrecord = ['world']\n{design}[[scenarios]]\nname = 'as it is'\n"
    ));
    let whole = whole(&folder);
    let plain = Model::standard();
    let files = write_report(&whole.folder, plain.catalogue(), &plain.measured(), Language::default()).unwrap();
    let said = format!("outcomes of another model, open_blocs_max: the report of {}, which", model().program());
    assert!(files.missing.iter().any(|line| line.contains(&said)), "{:?}", files.missing);
    let files = write_report(&whole.folder, model().catalogue(), &model().measured(), Language::default()).unwrap();
    assert!(!files.missing.iter().any(|line| line.contains("another model")), "{:?}", files.missing);
    let path = whole.folder.to_str().unwrap();
    let refused = redqueen(folder.path(), &["sensitivity", path]).assert().code(2);
    let said = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(said.contains("outcomes of another model, open_blocs_max: analyse it with own_table"), "{said}");
    redqueen(folder.path(), &["sensitivity", path, "--outcome", "firms_end"]).assert().success();
}

#[test]
fn a_value_that_is_no_number_fails_its_run() {
    let folder = prepare(EXPERIMENT);
    let model = Model::standard().with_table(count).with_outcome(RELEASES, || f64::NAN);
    let study = model.study("baseline").unwrap().months(2).unwrap().runs(2).record(["happened"]).unwrap();
    let done = study.run_into(folder.path().join("out")).unwrap();
    assert_eq!((done.finished, done.failed), (0, 2));
    assert_eq!(done.first_failure.unwrap().error, "column releases of runs became NaN");
    assert_eq!(fs::read_to_string(done.folder.join("happened.csv")).unwrap(), "run,date,events,releases\n");
}

#[test]
fn the_guide_shows_the_example_word_for_word() {
    let read = |path: &str| fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (guide, example) = (read("docs/adding-a-table.md"), read("examples/own_table.rs"));
    let blocks: Vec<&str> = guide.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 6);
    let mut from = 0;
    for block in blocks {
        let at = example[from..].find(block);
        from += at.unwrap_or_else(|| panic!("this does not stand in the example, in this order:\n{block}"));
    }
}

#[test]
fn one_of_the_same_name_takes_its_place() {
    fn none() -> Vec<Happened> {
        Vec::new()
    }
    let model = Model::standard().with_table(count).with_outcome(RELEASES, sum);
    let other = model.clone().with_table(none).with_outcome(RELEASES, || 3.0);
    let both = model.measured();
    assert_eq!(both, other.measured());
    assert_eq!(both.table_names().iter().filter(|name| **name == "happened").count(), 1);
    let run = run(&other, &short("baseline", 2, &[""; 0]), Record::ALL);
    assert!(run.own.rows::<Happened>().is_empty());
    assert_eq!(run.own.outcome(RELEASES), Some(3.0));
    // And a mechanism that joins or leaves keeps what is measured.
    assert_eq!(model.without("claims").unwrap().measured(), both);
}
