//! A batch on Slurm: the scripts, and, on a real cluster of one node, a task that is killed and submitted again.

use crate::support::program::{files, redqueen};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const EXPERIMENT: &str = "name = 'study'\nruns = 120\nrecord = ['world', 'states']\nseed = 11\nmonths = 36\n\
                          [[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\nset = { 'mechanisms.diffusion.enabled' = false }\n";

/// A folder whose name a shell would take apart, with the experiment in it.
fn prepare() -> (TempDir, PathBuf) {
    let temporary = TempDir::new().unwrap();
    let folder = temporary.path().join("a study's folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("study.toml"), EXPERIMENT).unwrap();
    (temporary, folder)
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr].concat()).unwrap()
}

#[test]
fn the_scripts_say_what_was_asked_and_run_without_slurm_too() {
    let (_temporary, folder) = prepare();
    let arguments = [
        "slurm",
        "study.toml",
        "--tasks",
        "3",
        "--time",
        "1:00:00",
        "--mem",
        "2G",
        "--partition",
        "long",
        "--account",
        "lab",
        "--cpus",
        "2",
        "--set",
        "mechanisms.market.crowding=8",
        "--runs",
        "2",
        "--months",
        "3",
    ];
    let output = redqueen(&folder, &arguments).assert().success().get_output().clone();
    let said = said(&output);
    assert!(
        said.contains("each of 3 tasks: 1 or 2 runs: about ") && said.contains("sbatch --dependency=afterany:JOB"),
        "{said}"
    );
    let array = fs::read_to_string(folder.join("output/study-slurm/array.sh")).unwrap();
    for line in [
        "#SBATCH --array=1-3",
        "#SBATCH --time=1:00:00",
        "#SBATCH --mem=2G",
        "#SBATCH --partition=long",
        "#SBATCH --account=lab",
        "#SBATCH --cpus-per-task=2",
        "#SBATCH --requeue",
    ] {
        assert!(array.lines().any(|found| found == line), "{line} is not in\n{array}");
    }
    for task in 1..=3 {
        let mut script = Command::new("bash");
        script.arg("output/study-slurm/array.sh").current_dir(&folder).env("SLURM_ARRAY_TASK_ID", task.to_string());
        assert!(script.status().unwrap().success());
    }
    assert!(Command::new("bash").arg("output/study-slurm/merge.sh").current_dir(&folder).status().unwrap().success());
    let whole = [&["batch", "study.toml", "--quiet", "--out", "whole"], &arguments[14..]].concat();
    redqueen(&folder, &whole).assert().success();
    assert!(files(&folder.join("whole"), ".csv") == files(&folder.join("output/study"), ".csv"));
}

#[test]
fn submitting_hands_over_both_scripts_and_a_refusal_is_passed_on() {
    let (_temporary, folder) = prepare();
    let bin = folder.join("bin");
    fs::create_dir(&bin).unwrap();
    let sbatch = |text: &str| {
        fs::write(bin.join("sbatch"), format!("#!/bin/bash\n{text}\n")).unwrap();
        assert!(Command::new("chmod").arg("+x").arg(bin.join("sbatch")).status().unwrap().success());
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        redqueen(&folder, &["slurm", "study.toml", "--tasks", "4", "--submit"]).env("PATH", path).output().unwrap()
    };
    let output = sbatch("echo \"$@\" >>calls; echo \"$((41 + $(wc -l <calls)));cluster\"");
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("array job 42: ") && said(&output).contains("merge job 43, after it: "));
    let calls = fs::read_to_string(folder.join("calls")).unwrap();
    let expected =
        "--parsable output/study-slurm/array.sh\n--parsable --dependency=afterany:42 output/study-slurm/merge.sh\n";
    assert_eq!(calls, expected);
    let output = sbatch("echo 'invalid partition specified: fast' >&2; exit 1");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("error: sbatch said: invalid partition specified: fast; the scripts are in "));
    let output = sbatch("echo hello");
    assert!(said(&output).contains("sbatch gave no job number but \"hello\""), "{}", said(&output));
}

#[test]
fn what_would_fail_on_the_nodes_is_refused_before() {
    let (_temporary, folder) = prepare();
    let slurm = |tasks: &str, more: &[&str]| {
        let common = ["slurm", "study.toml", "--runs", "2", "--months", "3", "--tasks", tasks];
        let output = redqueen(&folder, &[&common[..], more].concat()).output().unwrap();
        (output.status.code(), said(&output))
    };
    let (code, told) = slurm("5", &[]);
    assert!(code == Some(2) && told.ends_with("\nerror: 4 runs: at most 4 tasks, not 5\n"), "{told}");
    assert!(!folder.join("output").exists());
    let (code, told) = slurm("3", &[]);
    assert!(code == Some(0) && told.contains("each of 3 tasks: 1 or 2 runs: about "), "{told}");
    assert_eq!(slurm("2", &[]).0, Some(0), "scripts of before may be replaced");

    // Shards that are there.
    let mut task = Command::new("bash");
    task.arg("output/study-slurm/array.sh").current_dir(&folder).env("SLURM_ARRAY_TASK_ID", "1");
    assert!(task.status().unwrap().success());
    assert_eq!(slurm("2", &[]).0, Some(0), "they are of this batch");
    for (tasks, more, differs) in
        [("4", &[][..], "the shard"), ("2", &["--set", "mechanisms.market.crowding=8"], "config")]
    {
        let (code, told) = slurm(tasks, more);
        assert!(
            code == Some(2) && told.contains("shards/1 holds another experiment") && told.contains(differs),
            "{told}"
        );
        assert!(told.contains("remove output/study-slurm/shards, or choose another folder with --out"), "{told}");
    }

    // Scripts that somebody changed, and others of their name.
    let array = folder.join("output/study-slurm/array.sh");
    let text = fs::read_to_string(&array).unwrap();
    for changed in [text.replace("exec ", "module load x\nexec "), "mine".to_owned()] {
        fs::write(&array, &changed).unwrap();
        let (code, told) = slurm("2", &[]);
        assert!(code == Some(2) && told.contains("array.sh was changed by hand"), "{told}");
        assert_eq!(fs::read_to_string(&array).unwrap(), changed);
    }
    fs::write(&array, text).unwrap();

    // A folder that cannot take the whole, one with too long a name, and a crowd.
    fs::create_dir(folder.join("full")).unwrap();
    fs::write(folder.join("full/thesis.tex"), "mine").unwrap();
    let (code, told) = slurm("2", &["--out", "full"]);
    assert!(code == Some(2) && told.contains("full is not empty") && !told.contains("remove"), "{told}");
    let (code, told) = slurm("2", &["--out", &"x".repeat(252)]);
    assert!(code == Some(2) && told.contains("cannot make xxx"), "{told}");
    let many = ["slurm", "null", "--runs", "2000", "--months", "2", "--tasks", "1500", "--out", "many"];
    let told = said(&redqueen(&folder, &many).assert().success().get_output().clone());
    assert!(told.contains("arrays of up to 1,000 tasks unless its MaxArraySize"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_path_that_a_script_cannot_hold_is_refused() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};
    let (_temporary, folder) = prepare();
    let odd = OsStr::from_bytes(b"o\xffdd.toml");
    fs::copy(folder.join("study.toml"), folder.join(odd)).unwrap();
    for arguments in [[OsStr::new("study.toml"), OsStr::new("--out"), odd], [odd, OsStr::new("--out"), OsStr::new("x")]]
    {
        let mut command = redqueen(&folder, &["slurm", "--tasks", "2"]);
        let output = command.args(arguments).assert().code(2).get_output().clone();
        assert!(said(&output).contains("is no text in UTF-8, which a script has to be"), "{}", said(&output));
    }
    assert!(!folder.join("x-slurm").exists());
}

#[test]
fn bad_words_and_configs_write_nothing() {
    let (_temporary, folder) = prepare();
    for wrong in [&["--tasks", "0"][..], &["--tasks", "2", "--partition", "a b"], &["--tasks", "2", "--set", "x.y=1"]] {
        redqueen(&folder, &[&["slurm", "study.toml"], wrong].concat()).assert().code(2);
        assert!(!folder.join("output").exists(), "{wrong:?}");
    }
}

/// A cluster that ends with the test.
struct Cluster(PathBuf, PathBuf);

impl Cluster {
    fn start(folder: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slurm/cluster.sh");
        let output = Command::new(&script).arg("start").arg(folder).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let conf = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim());
        Self(script, conf)
    }

    fn run(&self, program: &str, arguments: &[&str], folder: &Path) -> String {
        let output =
            Command::new(program).args(arguments).current_dir(folder).env("SLURM_CONF", &self.1).output().unwrap();
        assert!(output.status.success(), "{program} {arguments:?}: {}", said(&output));
        said(&output)
    }

    /// State and exit code of a job or of a task of an array.
    fn state(&self, job: &str, folder: &Path) -> String {
        let shown = self.run("scontrol", &["show", "job", job], folder);
        shown.split_whitespace().find_map(|word| word.strip_prefix("JobState=")).unwrap_or("?").to_owned()
    }

    fn wait(&self, job: &str, folder: &Path, reached: impl Fn(&str) -> bool) -> String {
        let since = Instant::now();
        loop {
            let state = self.state(job, folder);
            if reached(&state) {
                return state;
            }
            assert!(since.elapsed() < Duration::from_secs(120), "job {job} is still {state}");
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let folder = self.1.parent().unwrap_or(Path::new("."));
        let _ = Command::new(&self.0).arg("stop").arg(folder).status();
    }
}

fn ended(state: &str) -> bool {
    !["PENDING", "RUNNING", "COMPLETING", "CONFIGURING"].contains(&state)
}

/// The number after these words in what the program said.
fn job(said: &str, words: &str) -> String {
    let rest = said.split_once(words).unwrap_or_else(|| panic!("no {words:?} in {said}")).1;
    rest.chars().take_while(char::is_ascii_digit).collect()
}

#[test]
#[ignore = "needs Slurm and munge, and root"]
fn a_task_killed_on_a_real_cluster_is_submitted_again_and_all_bytes_are_the_same() {
    let (temporary, folder) = prepare();
    let cluster = Cluster::start(&temporary.path().join("cluster"));
    let program = assert_cmd::cargo::cargo_bin("redqueen");
    let arguments = ["slurm", "study.toml", "--tasks", "4", "--submit", "--time", "10"];
    let submitted = cluster.run(program.to_str().unwrap(), &arguments, &folder);
    let (array, merge) = (job(&submitted, "array job "), job(&submitted, "merge job "));

    // Kill the third task's process while it is at work, as a node that runs out of memory does, without a word to it.
    let journal = folder.join("output/study-slurm/shards/3/journal");
    let since = Instant::now();
    while fs::metadata(&journal).map_or(0, |found| found.len()) < 1000 {
        assert!(since.elapsed() < Duration::from_secs(120), "the third task does not begin");
        sleep(Duration::from_millis(1));
    }
    cluster.run("pkill", &["-KILL", "-f", "--", "--shard 3/4 --out output/study-slurm/shards/3"], &folder);
    let state = cluster.wait(&format!("{array}_3"), &folder, ended);
    assert_eq!(state, "FAILED", "the kill came too late");
    let kept = fs::metadata(&journal).unwrap().len();
    for task in [1, 2, 4] {
        assert_eq!(cluster.wait(&format!("{array}_{task}"), &folder, ended), "COMPLETED");
    }

    // The merge job starts nevertheless, and names what is missing.
    assert_eq!(cluster.wait(&merge, &folder, ended), "FAILED");
    let log = fs::read_to_string(folder.join("output/study-slurm/merge.log")).unwrap();
    assert!(log.contains("shards/3 holds shard 3/4, which is not complete"), "{log}");
    assert!(!folder.join("output/study").exists());

    // The task alone again: it goes on where it stopped.
    let again = cluster.run("sbatch", &["--parsable", "--array=3", "output/study-slurm/array.sh"], &folder);
    assert_eq!(cluster.wait(&format!("{}_3", again.trim()), &folder, ended), "COMPLETED");
    let log = fs::read_to_string(folder.join("output/study-slurm/shards/3/log.txt")).unwrap();
    assert!(kept > 1000 && log.lines().count() == 1 && !log.contains(" 0 of them found here"), "{log}");
    let merge = cluster.run("sbatch", &["--parsable", "output/study-slurm/merge.sh"], &folder);
    assert_eq!(cluster.wait(merge.trim(), &folder, ended), "COMPLETED");

    redqueen(&folder, &["batch", "study.toml", "--quiet", "--out", "whole"]).assert().success();
    for ending in [".csv", ".json"] {
        let (whole, joined) = (files(&folder.join("whole"), ending), files(&folder.join("output/study"), ending));
        assert_eq!(whole.keys().collect::<Vec<_>>(), joined.keys().collect::<Vec<_>>());
        for (name, bytes) in &whole {
            assert!(joined[name] == *bytes, "{name} differs");
        }
    }
}
