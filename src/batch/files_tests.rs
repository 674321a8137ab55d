//! Whose files are whose, and what happens to those that were changed, with a stand-in for the model.

use super::*;

#[test]
fn a_record_taken_out_of_the_journal_doubles_no_row() {
    let interrupted = interrupted(experiment(20, Record::ALL));
    let journal = &interrupted.left["journal"];
    let size = crate::output::journal::bytes_per_run(1 + crate::measure::record::TABLES.len());
    let head = journal.len() % size;
    let records = (journal.len() - head) / size;
    assert!(records > 6, "{records}");
    let part = |at: usize| &journal[head + at * size..head + (at + 1) * size];
    for order in [
        (1..records).collect::<Vec<_>>(),
        (0..records).filter(|at| *at != 4).collect(),
        (0..records).filter(|at| *at != records - 2).collect(),
        (0..=5).chain(5..records).collect(),
        (0..records).rev().collect(),
    ] {
        let mut left = interrupted.left.clone();
        let records = order.iter().flat_map(|at| part(*at)).copied();
        left.insert("journal".into(), journal[..head].iter().copied().chain(records).collect());
        interrupted.goes_on(&left, &format!("records {order:?}"));
    }
}

#[cfg(unix)]
#[test]
fn a_table_that_is_replaced_or_changed_on_the_way_is_not_named() {
    use std::os::unix::fs::symlink;
    let experiment = experiment(20, Record::ALL);
    type Change = (&'static str, fn(&Path));
    let replace: [Change; 4] = [
        ("finish", |path| {
            fs::write(path.with_extension("x"), "run\n")
                .and_then(|()| fs::rename(path.with_extension("x"), path))
                .unwrap()
        }),
        ("finish", |path| fs::write(path, "run\n").unwrap()),
        ("finish", |path| {
            fs::rename(path, path.with_extension("x")).and_then(|()| symlink(path.with_extension("x"), path)).unwrap()
        }),
        ("write", |path| fs::write(path.with_extension(""), "mine").unwrap()),
    ];
    for (action, replace) in replace {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("states.csv.partial");
        let mut left = Some(());
        let mut on = |progress: &Progress<'_>| {
            if matches!(progress, Progress::Run { job, .. } if job.run == 39) && left.take().is_some() {
                replace(&path);
            }
            Ok(())
        };
        let cancel = AtomicBool::new(false);
        let work = Work { threads: 1, overwrite: false, estimates: false, cancel: &cancel, on: &mut on };
        let error = super::super::execute(&Mock::default(), &experiment, dir.path(), work).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot {action} ")) && error.contains("states.csv"), "{error}");
        let manifest = Folder::manifest(dir.path()).unwrap().unwrap();
        assert!(!manifest.complete);
    }
}

#[test]
fn a_folder_that_is_moved_or_removed_on_the_way_is_told_as_that() {
    type Change = fn(&Path);
    let changes: [Change; 2] =
        [|path| fs::remove_dir_all(path).unwrap(), |path| fs::rename(path, path.with_extension("x")).unwrap()];
    for change in changes {
        let dir = tempfile::tempdir().unwrap();
        let (out, mut seen) = (dir.path().join("out"), 0);
        let mut on = |progress: &Progress<'_>| {
            if let Progress::Run { job, .. } = progress {
                seen = job.run;
                if job.run == 7 {
                    change(&out);
                }
            }
            Ok(())
        };
        let cancel = AtomicBool::new(false);
        let work = Work { threads: 2, overwrite: false, estimates: false, cancel: &cancel, on: &mut on };
        let error = super::super::execute(&Mock::default(), &experiment(200, Record::ALL), &out, work).unwrap_err();
        assert!(matches!(error, StudyError::Gone { .. }), "{error}");
        assert!(error.to_string().contains("out was moved or removed while it was written"), "{error}");
        assert_eq!(seen, 7, "it went on");
    }
}

#[test]
fn files_of_others_survive() {
    let experiment = experiment(3, Record::ALL);
    let taken = [
        "journal",
        "log.txt",
        "runs.csv",
        "world.csv.partial",
        "quantiles.csv",
        "datapackage.json",
        "report.html",
        "manifest.json",
    ];
    for overwrite in [false, true] {
        for name in taken {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join(name), "mine").unwrap();
            let cancel = AtomicBool::new(false);
            let options = Options { overwrite, ..options(dir.path(), 2, &cancel) };
            let error = execute(&Mock::default(), &experiment, &options).unwrap_err().to_string();
            if overwrite || name == "journal" {
                assert!(error.contains(&format!("{name} was not written by redqueen")), "{error}");
            }
            assert_eq!(fs::read_to_string(dir.path().join(name)).unwrap(), "mine");
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{name}: something was left");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_survives() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mine, cancel) = (other.path().join("mine"), AtomicBool::new(false));
    batch(&Mock::default(), &experiment(3, Record::ALL), dir.path(), 2);
    let whole = files(dir.path());
    for name in ["runs.csv", "log.txt", "world.csv.partial", "manifest.json.partial", "journal", "report.html"] {
        let path = dir.path().join(name);
        let before = fs::read(&path).ok();
        fs::write(&mine, "mine").unwrap();
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink(&mine, &path).unwrap();
        let overwrite = Options { overwrite: true, ..options(dir.path(), 2, &cancel) };
        let error = execute(&Mock::default(), &experiment(4, Record::ALL), &overwrite).unwrap_err().to_string();
        assert!(error.contains(&format!("{name} was not written by redqueen")), "{error}");
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
        fs::remove_file(&path).unwrap();
        before.iter().for_each(|bytes| fs::write(&path, bytes).unwrap());
    }
    assert!(files(dir.path()) == whole);
}

/// What a test does with a path.
type Change = fn(&Path);

#[cfg(unix)]
#[test]
fn what_stands_in_the_way_of_a_stopped_batch_is_said_before_it_goes_on() {
    let interrupted = interrupted(experiment(20, Record::ALL));
    let (folder, link): (Change, Change) =
        (|path| fs::create_dir(path).unwrap(), |path| std::os::unix::fs::symlink("../mine", path).unwrap());
    let file: Change = |path| fs::write(path, "mine").unwrap();
    for (name, put) in [
        ("log.txt", link),
        ("log.txt", folder),
        ("quantiles.csv", link),
        ("runs.csv", folder),
        ("datapackage.json.partial", folder),
        ("report.html", file),
        // Its table still grows, so that this one is none of redqueen's.
        ("world.csv", file),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let (out, mine) = (dir.path().join("out"), dir.path().join("mine"));
        fs::create_dir(&out).unwrap();
        fs::write(&mine, "mine").unwrap();
        interrupted.left.iter().for_each(|(name, bytes)| fs::write(out.join(name), bytes).unwrap());
        put(&out.join(name));
        let go_on = || {
            let cancel = AtomicBool::new(false);
            execute(&interrupted.mock, &interrupted.experiment, &options(&out, 2, &cancel))
        };
        let error = go_on().unwrap_err();
        assert!(matches!(error, StudyError::Folder(FolderError::Foreign { .. })), "{name}: {error}");
        assert!(error.to_string().contains(&format!("{name} was not written by redqueen")), "{error}");
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
        if out.join(name).is_dir() {
            fs::remove_dir(out.join(name)).unwrap();
        } else {
            assert_eq!(fs::read_to_string(out.join(name)).unwrap(), "mine", "{name}");
            fs::remove_file(out.join(name)).unwrap();
        }
        assert!(files(&out) == interrupted.left, "{name}: something was written");
        go_on().unwrap();
        assert!(files(&out) == interrupted.whole, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_log_that_cannot_be_written_is_told_as_that_and_no_link_is_followed() {
    let (folder, link): (Change, Change) =
        (|path| fs::create_dir(path).unwrap(), |path| std::os::unix::fs::symlink("../mine", path).unwrap());
    for put in [folder, link] {
        let dir = tempfile::tempdir().unwrap();
        let (out, mine, experiment) = (dir.path().join("out"), dir.path().join("mine"), experiment(20, Record::ALL));
        fs::write(&mine, "mine").unwrap();
        let mut on = |progress: &Progress<'_>| {
            if matches!(progress, Progress::Run { job, .. } if job.run == 39) {
                put(&out.join("log.txt"));
            }
            Ok(())
        };
        let cancel = AtomicBool::new(false);
        let work = Work { threads: 2, overwrite: false, estimates: false, cancel: &cancel, on: &mut on };
        let error = super::super::execute(&Mock::default(), &experiment, &out, work).unwrap_err().to_string();
        assert!(
            error.contains("log.txt: something is there") && error.contains("the first 40 runs are kept"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
        assert!(batch(&Mock::default(), &experiment, &out, 2).already);
        assert!(!out.join("journal").exists());
    }
}

#[test]
fn what_was_changed_in_a_finished_folder_is_made_anew() {
    let (dir, experiment) = (tempfile::tempdir().unwrap(), experiment(3, Record::ALL));
    batch(&Mock::default(), &experiment, dir.path(), 2);
    let whole = files(dir.path());
    for (name, bytes) in whole.iter().filter(|(name, _)| *name != "manifest.json") {
        let mut changed = bytes.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        for changed in [Some(changed), Some(bytes[..middle].to_vec()), None] {
            match changed {
                Some(changed) => fs::write(dir.path().join(name), changed).unwrap(),
                None => fs::remove_file(dir.path().join(name)).unwrap(),
            }
            let again = batch(&Mock::default(), &experiment, dir.path(), 2);
            assert_eq!(again.already, name == "datapackage.json", "{name}");
            assert!(files(dir.path()) == whole, "{name} was not made anew");
        }
    }
    for (changed, said) in [("{}", "missing field `format`"), ("", "EOF"), ("\0\0", "expected value")] {
        fs::write(dir.path().join("manifest.json"), changed).unwrap();
        let cancel = AtomicBool::new(false);
        let error = execute(&Mock::default(), &experiment, &options(dir.path(), 2, &cancel)).unwrap_err().to_string();
        assert!(error.contains("holds no experiment of redqueen that can be read") && error.contains(said), "{error}");
    }
}
