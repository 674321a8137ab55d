//! `redqueen slurm`: a batch as a Slurm job array, one shard a task, and a job that joins the shards.

use super::{
    common::{self, ConfigOptions},
    failure::Failure,
};
use crate::{
    batch::{Study, quoted},
    model::Model,
    output::folder::{Durability, write_aside},
};
use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

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
    /// Tables to write, with commas between them, or `none` [default: the experiment file's, or all]
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
    let study = args.config.study(model)?.shard(1, u64::from(args.tasks))?.threads(args.cpus as usize);
    let study = args.runs.into_iter().fold(study, Study::runs);
    super::batch::warn(study.experiment(), false);
    let study = match &args.record {
        Some(words) => study.record(common::tables(words)?)?,
        None => study,
    };
    let estimate = study.estimate();
    let scripts = Scripts::new(args, study.name())?;
    scripts.write()?;
    let mut out = io::stdout().lock();
    writeln!(out, "each of {} tasks: {}", args.tasks, estimate.line(None))?;
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

/// Both scripts, and where they go.
struct Scripts {
    folder: PathBuf,
    array: PathBuf,
    merge: PathBuf,
    array_text: String,
    merge_text: String,
}

impl Scripts {
    fn new(args: &Args, name: &str) -> Result<Self, Failure> {
        let program = quoted(&std::env::current_exe()?.display().to_string());
        let here = std::env::current_dir()?;
        let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("output/{name}")));
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
        Ok(Self { array: folder.join("array.sh"), merge: folder.join("merge.sh"), folder, array_text, merge_text })
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
    // With several clusters the name of one follows.
    let said = String::from_utf8_lossy(&output.stdout);
    let job = said.trim().split(';').next().unwrap_or_default();
    if job.is_empty() || !job.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused(format!("sbatch gave no job number but {:?}", said.trim())));
    }
    Ok(job.to_owned())
}
