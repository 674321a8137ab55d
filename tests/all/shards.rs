//! Any split of a batch into shards, joined in any order, gives the bytes of the whole; what does not belong together
//! is named and refused.

use crate::support::program::{files, redqueen, resealed};
use std::{fs, path::Path};
use tempfile::TempDir;

const COMMON: [&str; 8] = ["batch", "experiment.toml", "--quiet", "--months", "6", "--seed", "3", "--out"];
const EXPERIMENT: &str = "\
    name = 'shards'\ndescription = 'Split and whole.'\nruns = 5\nrecord = ['world', 'firms', 'events']\n\
    [[scenarios]]\nname = 'as it is'\n\
    [[scenarios]]\nname = 'closed'\nset = { 'mechanisms.diffusion.enabled' = false }\n";

fn prepare(experiment: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("experiment.toml"), experiment).unwrap();
    redqueen(folder.path(), &[&COMMON[..], &["whole"]].concat()).assert().success();
    folder
}

fn shard(folder: &Path, shard: &str) -> String {
    let out = format!("part-{}", shard.replace('/', "-of-"));
    redqueen(folder, &[&COMMON[..], &[&out, "--shard", shard]].concat()).assert().success();
    out
}

fn merge(folder: &Path, parts: &[&str], out: &str) -> Result<(), String> {
    let output = redqueen(folder, &[&["merge", "--quiet"], parts, &["--out", out]].concat()).output().unwrap();
    match output.status.code() {
        Some(0) => Ok(()),
        code => Err(format!("{code:?} {}", String::from_utf8(output.stderr).unwrap())),
    }
}

fn assert_whole(folder: &Path, out: &str) {
    for ending in [".csv", ".json"] {
        let (whole, joined) = (files(&folder.join("whole"), ending), files(&folder.join(out), ending));
        assert_eq!(whole.keys().collect::<Vec<_>>(), joined.keys().collect::<Vec<_>>());
        for (name, bytes) in &whole {
            assert!(joined[name] == *bytes, "{out}: {name} differs");
        }
    }
}

#[test]
fn any_split_in_any_order_gives_the_same_bytes() {
    let folder = prepare(EXPERIMENT);
    for (of, order) in [(2, vec![2, 1]), (3, vec![2, 3, 1]), (13, (1..=13).rev().collect())] {
        let parts: Vec<String> = order.iter().map(|number| shard(folder.path(), &format!("{number}/{of}"))).collect();
        let out = format!("joined-{of}");
        merge(folder.path(), &parts.iter().map(String::as_str).collect::<Vec<_>>(), &out).unwrap();
        assert_whole(folder.path(), &out);
    }
}

#[test]
fn a_stop_rule_decides_the_same_in_shards() {
    let stop = "\n[stop]\noutcome = 'gap_rating_end'\nstandard_error = 1.5\nmax_runs = 40\n";
    let folder = prepare(&EXPERIMENT.replace("[[scenarios]]\nname = 'as", &format!("{stop}[[scenarios]]\nname = 'as")));
    let parts = ["1/2", "2/2"].map(|part| shard(folder.path(), part));
    merge(folder.path(), &[&parts[1], &parts[0]], "joined").unwrap();
    assert_whole(folder.path(), "joined");
}

#[test]
fn what_does_not_belong_together_is_named() {
    let folder = prepare(EXPERIMENT);
    let [one, two, three] = ["1/3", "2/3", "3/3"].map(|part| shard(folder.path(), part));
    let refused = |parts: &[&str], said: &str| {
        let error = merge(folder.path(), parts, "joined").unwrap_err();
        assert!(error.starts_with("Some(2) error: ") && error.contains(said), "{parts:?}: {error}");
        assert!(!folder.path().join("joined").exists(), "something was written");
    };
    refused(&[&one, &three], "1 of 3 shards is missing: 2/3");
    refused(&[&two], "2 of 3 shards are missing: 1/3, 3/3");
    refused(&[&one, &two, &three, &two], "are both shard 2/3");
    refused(&[&one, "whole"], "whole holds a whole batch, not a shard");
    refused(&["nowhere"], "nowhere holds no batch of redqueen");
    let half = shard(folder.path(), "1/2");
    refused(&[&one, &half], "is no shard of the same batch as part-1-of-");
    let other = [&COMMON[..5], &["--seed", "4", "--out", "other", "--shard", "2/3"]].concat();
    redqueen(folder.path(), &other).assert().success();
    refused(&[&one, "other", &three], "other is no shard of the same batch as part-1-of-3: it differs in the seed");

    // A shard that was stopped, and one that was tampered with.
    let manifest = folder.path().join(&two).join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    let unfinished = text.replace("\"complete\": true", "\"complete\": false");
    fs::write(&manifest, resealed(&unfinished)).unwrap();
    refused(&[&one, &two, &three], "part-2-of-3 holds shard 2/3, which is not complete");
    for number in ["0", "4", "18446744073709551615"] {
        let forged = text.replacen("\"number\": 2", &format!("\"number\": {number}"), 1);
        fs::write(&manifest, resealed(&forged)).unwrap();
        refused(&[&one, &two, &three], &format!("part-2-of-3 holds shard {number}/3, which there cannot be"));
    }
    fs::write(&manifest, text).unwrap();
    let world = folder.path().join(&two).join("world.csv");
    let mut bytes = fs::read(&world).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] = if bytes[middle] == b'1' { b'2' } else { b'1' };
    fs::write(&world, bytes).unwrap();
    refused(&[&one, &two, &three], " in part-2-of-3 is damaged; run its command again, which mends it");
    // What is left of a merge counts for nothing: damage in one try does not reach the next.
    let again = [&COMMON[..], &[&two, "--shard", "2/3"]].concat();
    redqueen(folder.path(), &again).assert().success();
    fs::create_dir(folder.path().join("joined")).unwrap();
    for (left, torn) in [("journal", "redqueen jour"), ("manifest.json.partial", "torn")] {
        fs::write(folder.path().join("joined").join(left), torn).unwrap();
    }
    merge(folder.path(), &[&one, &two, &three], "joined").unwrap();
    assert_whole(folder.path(), "joined");
    let error = merge(folder.path(), &[&one, &two, &three], &three).unwrap_err();
    assert!(error.contains("part-3-of-3 is one of the shards"), "{error}");
}

#[test]
fn names_in_a_shard_that_somebody_made_up_lead_nowhere() {
    let folder = prepare(EXPERIMENT);
    let [one, two] = ["1/2", "2/2"].map(|part| shard(folder.path(), part));
    let manifests = [&one, &two].map(|part| folder.path().join(part).join("manifest.json"));
    let texts = manifests.each_ref().map(|path| fs::read_to_string(path).unwrap());
    let before = files(folder.path(), "");
    for (name, said) in [
        ("../../x", "cannot be a folder's name"),
        ("a/b", "cannot be a folder's name"),
        ("..", "cannot be a folder's name"),
        ("a\\\\b", "cannot be a folder's name"),
        ("\\u001b[31mred", "expected names as redqueen writes them"),
        ("a\\u202eb", "expected names as redqueen writes them"),
        ("a\\u200bb", "expected names as redqueen writes them"),
    ] {
        for (path, text) in manifests.iter().zip(&texts) {
            let text = text.replacen("\"name\": \"shards\"", &format!("\"name\": \"{name}\""), 1);
            fs::write(path, resealed(&text)).unwrap();
        }
        let output = redqueen(folder.path(), &["merge", &one, &two]).assert().code(2).get_output().clone();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(said) && !error.contains('\u{1b}'), "{name}: {error}");
        assert!(!folder.path().join("output").exists(), "{name}");
    }
    // Nor is a changed byte taken, whatever it says.
    fs::write(&manifests[0], texts[0].replacen("\"runs\": 5", "\"runs\": 6", 1)).unwrap();
    let error = merge(folder.path(), &[&one, &two], "joined").unwrap_err();
    assert!(error.starts_with("Some(2)") && error.contains("the file was changed"), "{error}");
    for (path, text) in manifests.iter().zip(&texts) {
        fs::write(path, text).unwrap();
    }
    assert!(files(folder.path(), "") == before);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_shard_is_not_waited_for() {
    let folder = prepare(EXPERIMENT);
    let [one, two] = ["1/2", "2/2"].map(|part| shard(folder.path(), part));
    for name in ["journal", "world.csv", "manifest.json"] {
        let (path, kept) = (folder.path().join(&one).join(name), folder.path().join("kept"));
        fs::rename(&path, &kept).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let mut command = redqueen(folder.path(), &["merge", &one, &two, "--out", "joined"]);
        let output = command.timeout(std::time::Duration::from_secs(30)).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(2) && error.contains(&format!("{name}: it is no file but a pipe")),
            "{error}"
        );
        fs::rename(&kept, &path).unwrap();
    }
}

#[test]
fn a_shard_that_lost_a_file_is_done_again_by_its_command() {
    let folder = prepare(EXPERIMENT);
    let [one, two] = ["1/2", "2/2"].map(|part| shard(folder.path(), part));
    for lost in ["journal", "world.csv", "runs.csv"] {
        fs::remove_file(folder.path().join(&one).join(lost)).unwrap();
        assert!(merge(folder.path(), &[&one, &two], "joined").is_err(), "{lost} is not missed");
        shard(folder.path(), "1/2");
    }
    // A journal that lost a record, or has a changed one.
    let journal = folder.path().join(&one).join("journal");
    let whole = fs::read(&journal).unwrap();
    for at in [100, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&journal, changed).unwrap();
        shard(folder.path(), "1/2");
        assert!(fs::read(&journal).unwrap() == whole, "byte {at} is still changed");
    }
    fs::write(folder.path().join(&one).join("firms.csv"), "run\n").unwrap();
    shard(folder.path(), "1/2");
    merge(folder.path(), &[&two, &one], "joined").unwrap();
    assert_whole(folder.path(), "joined");
}
