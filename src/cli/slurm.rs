//! `redqueen slurm`: a batch as a Slurm job array, one shard a task, and a job that joins the shards.

use super::{
    common::{self, ConfigOptions, default_folder},
    failure::Failure,
};
use crate::{
    batch::{Estimate, Study, quoted},
    declare::text::counted,
    experiment::plan::Shard,
    model::Model,
    output::{
        batch::Batch,
        folder::{Durability, Folder, FolderError, write_aside},
        sums,
    },
};
use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

/// Tasks from which on a cluster may refuse an array: Slurm counts them up to 1,000 unless it was set up for more.
const MANY_TASKS: u32 = 1001;

const EXAMPLES: &str = "\
Examples:
  redqueen slurm study.toml --tasks 50 --time 2:00:00 --mem 4G
  redqueen slurm study.toml --tasks 50 --cpus 8 --partition long --submit

A task that failed is done again alone, and goes on where it stopped:
  sbatch --array=7 output/study-slurm/array.sh
  sbatch output/study-slurm/merge.sh";

/// Run a batch as a Slurm job array, with a job that joins its shards
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigOptions,
    /// Number of tasks: shards of the batch
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tasks: u32,
    /// Replicates of each scenario and design point [default: the experiment file's, or 100]
    #[arg(long, value_name = "N", value_parser = common::runs)]
    runs: Option<u32>,
    /// Tables to write, with commas between them, or `all` or `none` [default: the experiment file's, or all]
    #[arg(long, value_name = "TABLES", value_delimiter = ',')]
    record: Option<Vec<String>>,
    /// Output folder of the joined batch [default: output/NAME]; scripts, logs and shards go to DIR-slurm
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Cores of a task
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    cpus: u32,
    /// Partition to run in
    #[arg(long, value_name = "NAME", value_parser = plain)]
    partition: Option<String>,
    /// Time limit of a task, as Slurm writes it
    #[arg(long, value_name = "TIME", value_parser = plain)]
    time: Option<String>,
    /// Memory of a task, as Slurm writes it
    #[arg(long, value_name = "SIZE", value_parser = plain)]
    mem: Option<String>,
    /// Account to charge
    #[arg(long, value_name = "NAME", value_parser = plain)]
    account: Option<String>,
    /// Hand both scripts to sbatch
    #[arg(long)]
    submit: bool,
}

/// A word that can stand in a line of a script without quotes.
fn plain(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:,/+%".contains(c));
    if fits { Ok(text.to_owned()) } else { Err("expected letters, digits and -_.:,/+%".to_owned()) }
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    if !args.config.source().lasts() && args.config.source().opens() {
        let name = args.config.source().name();
        return Err(Failure::Usage(format!("{name} can be read once, and every task reads the config: give a file")));
    }
    let study = args.config.study(model)?.threads(args.cpus as usize);
    let study = args.runs.into_iter().fold(study, Study::runs);
    super::batch::tell_limits(study.experiment());
    let study = match &args.record {
        Some(words) => study.record(words)?,
        None => study,
    };
    let (batch, tasks) = (study.batch(), u64::from(args.tasks));
    let sizes = Sizes::of(&batch, tasks)?;
    let scripts = Scripts::new(args, study.name())?;
    scripts.fit(&batch, tasks)?;
    let estimate = study.shard(sizes.largest, tasks)?.estimate();
    scripts.write()?;
    let mut out = io::stdout().lock();
    writeln!(out, "each of {tasks} tasks: {}", sizes.line(&estimate))?;
    if args.tasks >= MANY_TASKS {
        writeln!(
            out,
            "a cluster takes arrays of up to 1,000 tasks unless its MaxArraySize is larger than the usual 1,001: \
             `scontrol show config` says"
        )?;
    }
    if args.submit {
        let array = submit(&[], &scripts.array)?;
        writeln!(out, "array job {array}: {}", scripts.array.display())?;
        let dependency = format!("--dependency=afterany:{array}");
        let merge = submit(&[&dependency], &scripts.merge).map_err(|failure| {
            Failure::Usage(format!(
                "{failure}\narray job {array} is submitted already; submit the other when it is done"
            ))
        })?;
        writeln!(out, "merge job {merge}, after it: {}", scripts.merge.display())?;
    } else {
        let [array, merge] = [&scripts.array, &scripts.merge].map(|path| quoted(&path.display().to_string()));
        writeln!(out, "sbatch {array}")?;
        writeln!(out, "sbatch --dependency=afterany:JOB {merge}    (JOB: the number that the first prints)")?;
    }
    Ok(())
}

/// How the runs of a batch are shared among tasks.
struct Sizes {
    /// Runs of the smallest and of the largest task, at most.
    runs: [u64; 2],
    /// Number of a task with the most runs.
    largest: u64,
}

impl Sizes {
    fn of(batch: &Batch, tasks: u64) -> Result<Self, Failure> {
        let plan = batch.plan();
        let (parts, what) = match plan.stop {
            None => (plan.total(), "runs"),
            Some(_) => (plan.points, "points, which a stop rule keeps whole"),
        };
        if tasks > parts {
            return Err(Failure::Usage(format!("{parts} {what}: at most {parts} tasks, not {tasks}")));
        }
        let size = |number| {
            let part = Shard { number, of: tasks }.part(parts);
            part.end - part.start
        };
        let of_part = plan.total().checked_div(parts).unwrap_or(0);
        let least = parts / tasks;
        let largest = (1..=tasks).find(|number| size(*number) > least).unwrap_or(1);
        Ok(Self { runs: [least, size(largest)].map(|size| size.saturating_mul(of_part)), largest })
    }

    /// What a task takes, in a line.
    fn line(&self, estimate: &Estimate) -> String {
        let ([least, most], line) = (self.runs, estimate.line(None));
        let each = if least == most { counted(most, "run") } else { format!("{least} or {}", counted(most, "run")) };
        line.replacen(&counted(most, "run"), &each, 1)
    }
}

/// Both scripts, and where they go.
struct Scripts {
    /// Where the shards are joined.
    out: PathBuf,
    folder: PathBuf,
    array: PathBuf,
    merge: PathBuf,
    array_text: String,
    merge_text: String,
}

impl Scripts {
    fn new(args: &Args, name: &str) -> Result<Self, Failure> {
        let (program, here) = (std::env::current_exe()?, std::env::current_dir()?);
        let out = match &args.out {
            Some(out) => out.clone(),
            // The folder beside it has the longer name.
            None => default_folder(name, "-slurm").and_then(|_| default_folder(name, ""))?,
        };
        for path in [Some(&program), Some(&here), Some(&out), args.config.config.as_ref()].into_iter().flatten() {
            if path.to_str().is_none() {
                return Err(Failure::Usage(format!("{path:?} is no text in UTF-8, which a script has to be")));
            }
        }
        let program = quoted(&program.display().to_string());
        // Without a slash at its end, which completion likes to add.
        let out: PathBuf = out.components().collect();
        let mut folder = out.clone().into_os_string();
        folder.push("-slurm");
        let folder = PathBuf::from(folder);
        let path = |path: &Path| quoted(&path.display().to_string());
        let shards = path(&folder.join("shards"));
        let tasks = args.tasks;

        let mut array_text = head(args, &here, &folder, &format!("redqueen-{name}"), "%a.log")?;
        let _ =
            writeln!(array_text, "#SBATCH --array=1-{tasks}\n#SBATCH --requeue\n#SBATCH --cpus-per-task={}", args.cpus);
        let _ = writeln!(
            array_text,
            "\n# A shard a task. One that was killed goes on where it stopped: sbatch --array=K {}",
            path(&folder.join("array.sh"))
        );
        let _ = writeln!(
            array_text,
            "exec {program} batch {} --shard \"$SLURM_ARRAY_TASK_ID/{tasks}\" \\\n    \
             --out {shards}/\"$SLURM_ARRAY_TASK_ID\" --threads \"${{SLURM_CPUS_PER_TASK:-1}}\" --quiet",
            words(args)
        );
        let mut merge_text = head(args, &here, &folder, &format!("redqueen-{name}-merge"), "merge.log")?;
        let _ = writeln!(merge_text, "\n# Joins the shards, and names those that are missing or not complete.");
        let _ = writeln!(
            merge_text,
            "shards=()\nfor ((task = 1; task <= {tasks}; task++)); do shards+=({shards}/\"$task\"); done\n\
             exec {program} merge \"${{shards[@]}}\" --out {} --threads \"${{SLURM_CPUS_ON_NODE:-1}}\" --quiet",
            path(&out)
        );
        let (array, merge) = (folder.join("array.sh"), folder.join("merge.sh"));
        Ok(Self { array, merge, folder, out, array_text: sealed(array_text), merge_text: sealed(merge_text) })
    }

    /// Refuses what would fail on the nodes: shards that are there and of another batch, a folder that cannot take the whole,
    /// and scripts that somebody changed.
    fn fit(&self, batch: &Batch, tasks: u64) -> Result<(), Failure> {
        let refused = |what: String| Err(Failure::Usage(what));
        if let Err(error) = Folder::can_take(&self.out, batch) {
            // What holds no results is somebody's: nobody should be told to remove it.
            let remove = if matches!(error, FolderError::Another { .. }) { "remove it, or " } else { "" };
            return refused(format!("{error}; {remove}choose another folder with --out"));
        }
        let shards = self.folder.join("shards");
        for entry in fs::read_dir(&shards).into_iter().flatten().flatten() {
            let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let shard = Batch { shard: Shard { number, of: tasks }, ..batch.clone() };
            if let Err(error) = Folder::can_take(&entry.path(), &shard) {
                let remove = match error {
                    FolderError::Another { .. } => format!("remove {}, or ", shards.display()),
                    _ => String::new(),
                };
                return refused(format!("{error}; {remove}choose another folder with --out"));
            }
        }
        match [&self.array, &self.merge].into_iter().find(|path| !may_replace(path)) {
            Some(path) => refused(format!(
                "{} was changed by hand, or is none of redqueen's scripts: move it away, or choose another folder with --out",
                path.display()
            )),
            None => Ok(()),
        }
    }

    fn write(&self) -> Result<(), Failure> {
        let cannot = |error: io::Error| Failure::Usage(format!("cannot make {}: {error}", self.folder.display()));
        fs::create_dir_all(self.folder.join("shards")).map_err(cannot)?;
        for (path, text) in [(&self.array, &self.array_text), (&self.merge, &self.merge_text)] {
            write_aside(path, text.as_bytes(), Durability::Disk).map_err(|error| Failure::Usage(error.to_string()))?;
        }
        Ok(())
    }
}

/// What stands before the checksum in the last line of a script.
const SEAL: &str = "# Written by redqueen slurm; checksum of the lines above: ";

/// The script with a last line by which it is known as unchanged.
fn sealed(text: String) -> String {
    let sum = sums::sha256(text.as_bytes());
    format!("{text}{SEAL}{sum}\n")
}

/// Whether nothing is there, or a script as it was written.
fn may_replace(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(kind) if kind.is_file() => {}
        Ok(_) => return false,
        Err(_) => return true,
    }
    let text = fs::read_to_string(path).unwrap_or_default();
    text.rsplit_once(SEAL).is_some_and(|(script, _)| text == sealed(script.to_owned()))
}

/// The beginning of a script: what Slurm reads.
fn head(args: &Args, here: &Path, folder: &Path, job: &str, log: &str) -> Result<String, Failure> {
    // Slurm fills in what follows a %; two of them stand for one.
    let logs = std::path::absolute(folder)?.display().to_string().replace('%', "%%");
    let log = Path::new(&logs).join(log);
    let job: String =
        job.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let mut text = format!("#!/bin/bash\n#SBATCH --job-name={job}\n");
    for (option, path) in [("chdir", here), ("output", &log)] {
        let path = path.display().to_string();
        if path.contains(['"', '\n', '\\']) {
            return Err(Failure::Usage(format!("a path that Slurm cannot take: {path}")));
        }
        let _ = writeln!(text, "#SBATCH --{option}=\"{path}\"");
    }
    let _ = writeln!(text, "#SBATCH --open-mode=append");
    let chosen = [("partition", &args.partition), ("time", &args.time), ("mem", &args.mem), ("account", &args.account)];
    for (option, value) in chosen {
        if let Some(value) = value {
            let _ = writeln!(text, "#SBATCH --{option}={value}");
        }
    }
    Ok(text)
}

/// What the batch of a task is, as words of its command line.
fn words(args: &Args) -> String {
    let mut words = args.config.config().words(None).list();
    words.extend(args.config.values.seed.map(|seed| format!("--seed {seed}")));
    words.extend(args.runs.map(|runs| format!("--runs {runs}")));
    words.extend(args.record.as_ref().map(|tables| format!("--record {}", tables.join(","))));
    words.join(" ")
}

/// Hands a script to sbatch; gives the job's number.
fn submit(options: &[&str], script: &Path) -> Result<String, Failure> {
    let refused = |what: String| {
        Failure::Usage(format!("{what}; the scripts are in {}", script.parent().unwrap_or(Path::new(".")).display()))
    };
    let output = Command::new("sbatch").arg("--parsable").args(options).arg(script).output();
    let output = output.map_err(|error| refused(format!("cannot start sbatch: {error}")))?;
    if !output.status.success() {
        return Err(refused(format!("sbatch said: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    job_number(&said).ok_or_else(|| {
        refused(format!(
            "sbatch gave no job number but {:?}, and may have queued {}: `squeue --me` says",
            said.trim(),
            script.display()
        ))
    })
}

/// The job's number in what sbatch said. A script around it may say more, and leave out `--parsable`; with several clusters
/// the name of one follows.
fn job_number(said: &str) -> Option<String> {
    let number = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("Submitted batch job ").unwrap_or(line);
        let job = line.split([';', ' ']).next().filter(|_| !line.contains(' ') || line.contains(" on cluster "))?;
        (!job.is_empty() && job.bytes().all(|byte| byte.is_ascii_digit())).then(|| job.to_owned())
    };
    said.lines().rev().find_map(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_job_number_is_found_among_what_else_is_said() {
        for said in [
            "42\n",
            "42;cluster\n",
            "Loading defaults\n42\n",
            "\n42\nDone at 12:00\n",
            "Submitted batch job 42\n",
            "site policy 7 applies\nSubmitted batch job 42 on cluster big\n",
        ] {
            assert_eq!(job_number(said).as_deref(), Some("42"), "{said}");
        }
        for said in ["", "hello", "4x", "7 jobs are queued"] {
            assert_eq!(job_number(said), None, "{said}");
        }
    }

    #[test]
    fn a_script_is_known_until_it_is_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("array.sh");
        assert!(may_replace(&path));
        let text = sealed("#!/bin/bash\nexec true\n".to_owned());
        for (text, may) in
            [(text.clone(), true), (text.replace("true", "false"), false), ("#!/bin/bash\n".into(), false)]
        {
            fs::write(&path, text).unwrap();
            assert_eq!(may_replace(&path), may);
        }
    }
}
