//! Studies as a program writes them, with the real model and few months.

use super::*;
use crate::{
    batch::{Results, Run, ShardsError},
    experiment::design::Setting,
    output::folder::FolderError,
};
use std::{fs, sync::atomic::Ordering};
use tempfile::TempDir;

const STUDY: &str = "\
    name = 'study'\nruns = 2\nmonths = 3\nrecord = ['world']\n\
    [design]\nkind = 'grid'\n\
    [[design.factors]]\nparameter = 'mechanisms.diffusion.xi_open'\nvalues = [0.5, 2.0]\n\
    [[design.factors]]\nparameter = 'mechanisms.claims.enabled'\nvalues = [true, false]\n\
    [[scenarios]]\nname = 'as it is'\n\
    [[scenarios]]\nname = 'closed'\nset = { 'mechanisms.diffusion.enabled' = false }\n";

fn prepare() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("study.toml");
    fs::write(&config, STUDY).unwrap();
    (dir, config)
}

fn study<'a>(config: &Path) -> Study<'a> {
    Model::standard().study(config).unwrap().estimates(false)
}

#[test]
fn a_study_is_read_back_with_its_factors_and_outcomes() {
    let (dir, config) = prepare();
    let done = study(&config).threads(2).run_into(dir.path().join("out")).unwrap();
    assert_eq!((done.total, done.finished, done.failed), (16, 16, 0));
    let runs = done.runs().unwrap();
    let key = |run: &Run| (run.run, run.scenario.clone(), run.point, run.replicate, run.seed);
    assert_eq!(key(&runs[0]), (0, "as it is".into(), 0, 0, 1));
    assert_eq!(key(&runs[15]), (15, "closed".into(), 3, 1, 1));
    let factors = |run: &Run| -> Vec<_> { run.factors().map(|(_, value)| value.cloned()).collect() };
    assert_eq!(factors(&runs[0]), [Some(Setting::Real(0.5)), Some(Setting::Flag(true))]);
    assert_eq!(runs[15].factor("mechanisms.diffusion.xi_open").unwrap(), Some(&Setting::Real(2.0)));
    let text = fs::read_to_string(done.folder.join("runs.csv")).unwrap();
    let mut table = csv::Reader::from_reader(text.as_bytes());
    for (row, run) in table.deserialize::<std::collections::BTreeMap<String, String>>().zip(&runs) {
        let row = row.unwrap();
        assert_eq!(run.outcomes().count(), crate::measure::record::OUTCOMES.len());
        for (name, value) in run.outcomes() {
            assert_eq!((row[name].parse().ok(), run.outcome(name).unwrap()), (value, value), "{name}");
        }
    }
    let wrong = runs[0].factor("mechanisms.diffusion.xi_opne").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "no factor `mechanisms.diffusion.xi_opne`, did you mean `mechanisms.diffusion.xi_open`?"
    );
    fs::write(done.folder.join("runs.csv"), text.replace("finished,\n", "finished\n")).unwrap();
    let error = done.runs().unwrap_err().to_string();
    assert!(error.starts_with("cannot read ") && error.contains("runs.csv"), "{error}");
    fs::write(done.folder.join("runs.csv"), "run,scenario\n").unwrap();
    let error = done.runs().unwrap_err().to_string();
    assert!(error.ends_with("its header is not as it was written"), "{error}");
}

#[test]
fn shards_and_a_stop_on_the_way_come_to_the_same() {
    let (dir, config) = prepare();
    let whole = study(&config).run_into(dir.path().join("whole")).unwrap();
    let parts = [1, 2, 3].map(|number| dir.path().join(format!("part-{number}")));
    for (number, part) in (1..).zip(&parts) {
        study(&config).shard(number, 3).unwrap().run_into(part).unwrap();
    }
    let missing = Model::standard().shards(&parts[..2]).unwrap_err();
    assert!(matches!(missing, StudyError::Shards(ShardsError::Missing { count: 1, of: 3, .. })), "{missing}");
    let mut told = 0;
    let joined = Model::standard().shards(&parts).unwrap().threads(2).on(|_| told += 1);
    let joined = joined.join_into(dir.path().join("joined")).unwrap();
    assert_eq!(joined.runs().unwrap(), whole.runs().unwrap());
    assert!(told > 16, "{told}");

    let (cancel, out) = (AtomicBool::new(false), dir.path().join("stopped"));
    let stop = |progress: &Progress<'_>| {
        if let Progress::Run { job, .. } = progress {
            cancel.store(job.run >= 4, Ordering::Relaxed);
        }
    };
    let stopped = study(&config).threads(1).cancel(&cancel).on(stop).run_into(&out).unwrap();
    assert!(stopped.cancelled && (5..16).contains(&stopped.finished), "{stopped:?}");
    assert!(matches!(stopped.runs(), Err(StudyError::Unfinished { .. })));
    let done = study(&config).run_into(&out).unwrap();
    assert!(!done.cancelled && !done.already);
    assert_eq!(done.runs().unwrap(), whole.runs().unwrap());
    assert!(study(&config).run_into(&out).unwrap().already);
    let other = study(&config).seed(2).unwrap().run_into(&out).unwrap_err();
    assert!(matches!(other, StudyError::Folder(FolderError::Another { .. })), "{other}");
    assert!(matches!(Results::open(dir.path()), Err(StudyError::NoBatch { .. })));
}

#[test]
fn what_is_chosen_stays_whatever_is_laid_over_the_config_later() {
    let (_dir, config) = prepare();
    let study = study(&config).runs(5).record(["states"]).unwrap().quantiles(None).seed(9).unwrap().months(7).unwrap();
    let study = study.set("mechanisms.market.speed", 2).unwrap();
    let Experiment { runs, seed, record, quantiles, variants, .. } = study.experiment();
    assert_eq!((*runs, *seed, record.as_slice(), *quantiles), (5, 9, &["states".to_owned()][..], None));
    assert!(variants.iter().all(|variant| variant.scenario.time.months == 7));
    assert_eq!(variants[0].scenario.number("mechanisms.market.speed").unwrap(), 2.0);
    let single = study.single(Some("closed"), 2, 3).unwrap().runs(8).set("mechanisms.market.speed", 1).unwrap();
    let (_, batch) = single.prepared();
    assert_eq!((batch.runs, batch.first_replicate, batch.sample.numbers(), batch.scenarios.len()), (1, 3, 2..3, 1));
    let replay = batch.replay(&batch.plan().job(0).unwrap());
    let words = "--scenario closed --set mechanisms.market.speed=1 --months 7";
    let expected = format!("redqueen run {} {words} --seed 9 --point 2 --replicate 3", config.display());
    assert_eq!(replay, expected);
}

#[test]
fn what_cannot_be_is_refused_where_it_is_said() {
    let (_dir, config) = prepare();
    let said = |refused: Result<Study<'_>, StudyError>| refused.unwrap_err().to_string();
    assert_eq!(said(study(&config).record(["worlds"])), "no table `worlds`, did you mean `world`?");
    assert!(said(study(&config).set("mechanisms.diffusion.xi_opne", 1)).contains("did you mean `xi_open`?"));
    assert!(said(study(&config).months(0)).contains("months"));
    assert_eq!(said(study(&config).single(Some("opened"), 0, 0)), "no scenario `opened`; there are as it is, closed");
    assert_eq!(said(study(&config).single(None, 4, 0)), "no design point 4 in the config; it has 4, from 0");
    assert_eq!(said(study(&config).shard(0, 0)), "no shard 0 of 0: shards are numbered from 1");
    assert!(said(Model::standard().study("nosuch.toml")).contains("nosuch.toml"));
    let given = Study::of(&Model::standard(), study(&config).experiment().clone());
    assert!(said(given.seed(3)).contains("`seed` cannot be laid over them"));
    let parquet = study(&config).shard(1, 2).unwrap().format(FileFormat::Parquet).run_into("nowhere").unwrap_err();
    let expected = if cfg!(feature = "parquet") { "shards are CSV" } else { "does not write Parquet" };
    assert!(parquet.to_string().contains(expected) && !Path::new("nowhere").exists(), "{parquet}");
}

#[test]
fn a_program_of_ones_own_is_named_in_what_it_writes() {
    let (dir, config) = prepare();
    let out = dir.path().join("out");
    let run = |version| Model::standard().named("mine", version).study(&config).unwrap().run_into(&out);
    run("1.0").unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["experiment"]["program"], "mine 1.0");
    assert!(manifest["replay"][0].as_str().unwrap().starts_with("mine run "), "{manifest}");
    assert!(run("1.0").unwrap().already);
    let other = run("1.1").unwrap_err().to_string();
    assert!(other.contains("holds another experiment") && other.contains("the program's version"), "{other}");
}
