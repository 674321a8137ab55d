//! `redqueen merge`: joins the shards of a batch.

use super::{
    batch::{close, show},
    common::{FormatOptions, threads},
    estimate,
    execute::{BatchOptions, already, pour},
    failure::Failure,
};
use crate::{
    experiment::{
        plan::{Job, Shard},
        runner::Simulate,
    },
    model::Model,
    output::{
        batch::Batch,
        encode::{EncodedRun, Form},
        folder::{Folder, Opened},
        manifest::{Identity, Manifest},
        stored::Stored,
        writer::headers,
    },
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

const EXAMPLES: &str = "\
Examples:
  redqueen batch study.toml --shard 1/2 --out part-1
  redqueen batch study.toml --shard 2/2 --out part-2
  redqueen merge part-1 part-2 --out output/study";

/// Join the shards of a batch into the folder that one process would have written
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Folders of all shards, in any order
    #[arg(required = true, value_name = "DIR")]
    shards: Vec<PathBuf>,
    /// Output folder [default: output/NAME by the name of the experiment]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: FormatOptions,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    threads: Option<u32>,
    /// Show no progress and no summary
    #[arg(long, short)]
    quiet: bool,
    /// Write even if the folder holds the output of another experiment
    #[arg(long)]
    overwrite: bool,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let file_format = args.format.file_format()?;
    let parts = args.shards.iter().map(|path| Part::read(path)).collect::<Result<Vec<_>, _>>()?;
    let parts = complete(parts)?;
    let batch = Batch { file_format, ..whole(&parts)? };
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from(format!("output/{}", batch.name)));
    room(&parts, &out)?;
    let cancel = super::interrupt::watch();
    let options = BatchOptions {
        out: &out,
        threads: threads(args.threads),
        overwrite: args.overwrite,
        quiet: args.quiet,
        cancel: &cancel,
    };
    let opened = Folder::open(&out, &batch, Identity::new(&batch), args.overwrite, false).map_err(Failure::Folder)?;
    let report = match opened {
        Opened::Already(manifest) => already(&out, &manifest)?,
        Opened::Ready(folder, stored) => {
            let form = Form::new(&batch);
            let joined = Joined::new(&parts, &batch, &form, &cancel)?;
            let report = pour(&joined, &form, &batch, (&folder, &stored), &options);
            if let Some(damage) = joined.damage() {
                folder.discard().map_err(|error| Failure::Folder(error.into()))?;
                return Err(Failure::Usage(damage));
            }
            report?
        }
    };
    show(&report, &batch, args.quiet)?;
    close(&report, model, args.quiet)
}

/// Refuses a folder that is one of the parts, or has no room for all of them.
fn room(parts: &[Part], out: &Path) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().ok();
    if let Some(part) = parts.iter().find(|part| real(out).is_some() && real(&part.path) == real(out)) {
        let path = part.path.display();
        return Err(Failure::Usage(format!("{path} is one of the shards; choose another folder with --out")));
    }
    let files = parts.iter().flat_map(|part| &part.manifest.files);
    let needed = files.map(|file| file.bytes).sum::<u64>();
    match estimate::free_disk(out).filter(|free| needed > *free) {
        Some(free) => Err(Failure::Usage(format!(
            "joining needs {} on the disk, but only {} are free; choose another folder with --out",
            estimate::size(needed),
            estimate::size(free)
        ))),
        None => Ok(()),
    }
}

/// A folder that is to be joined.
struct Part {
    path: PathBuf,
    manifest: Manifest,
    shard: Shard,
}

impl Part {
    fn read(path: &Path) -> Result<Self, Failure> {
        let refuse = |what: &str| Failure::Usage(format!("{} {what}", path.display()));
        let manifest = Folder::manifest(path).map_err(|error| Failure::Usage(error.to_string()))?;
        let manifest = manifest.ok_or_else(|| refuse("holds no batch of redqueen"))?;
        let shard = manifest.experiment.shard.ok_or_else(|| refuse("holds a whole batch, not a shard"))?;
        if !manifest.complete {
            return Err(refuse(&format!(
                "holds shard {shard}, which is not complete: run its command again, it goes on where it stopped"
            )));
        }
        Ok(Self { path: path.to_owned(), manifest, shard })
    }

    /// What it is a part of.
    fn of(&self) -> Identity {
        Identity { shard: None, ..self.manifest.experiment.clone() }
    }
}

/// The parts in order, if they are all there is, each once and all of the same batch.
fn complete(mut parts: Vec<Part>) -> Result<Vec<Part>, Failure> {
    parts.sort_by_key(|part| part.shard.number);
    let Some(first) = parts.first() else { return Err(Failure::Usage("no shards given".into())) };
    let (identity, of) = (first.of(), first.shard.of);
    for part in &parts {
        let mut differences = identity.differences(&part.of());
        if part.shard.of != of {
            differences.push("the number of shards");
        }
        if !differences.is_empty() {
            let (here, there) = (part.path.display(), first.path.display());
            let said = differences.join(", ");
            return Err(Failure::Usage(format!(
                "{here} is no shard of the same batch as {there}: it differs in {said}"
            )));
        }
    }
    if let Some(pair) = parts.windows(2).find(|pair| pair[0].shard == pair[1].shard) {
        let (a, b) = (pair[0].path.display(), pair[1].path.display());
        return Err(Failure::Usage(format!("{a} and {b} are both shard {}", pair[0].shard)));
    }
    let missing: Vec<String> = (1..=of)
        .filter(|number| parts.binary_search_by_key(number, |part| part.shard.number).is_err())
        .take(20)
        .map(|number| Shard { number, of }.to_string())
        .collect();
    if missing.is_empty() {
        return Ok(parts);
    }
    let s = if missing.len() == 1 { "shard is" } else { "shards are" };
    Err(Failure::Usage(format!("{} of {of} {s} missing: {}", of - parts.len() as u64, missing.join(", "))))
}

/// The batch that the parts make up.
fn whole(parts: &[Part]) -> Result<Batch, Failure> {
    let first = &parts[0];
    let batch = Batch::of(&first.manifest).map(|batch| Batch { shard: Shard::WHOLE, ..batch });
    batch.filter(|batch| Identity::new(batch) == first.of()).ok_or_else(|| {
        let (path, program) = (first.path.display(), &first.manifest.experiment.program);
        Failure::Usage(format!("{path} was written by another build of {program}, which this one cannot join"))
    })
}

/// Reads the runs out of the shards.
struct Joined<'a> {
    form: &'a Form<'a>,
    /// The number of each shard's first run, and its runs.
    shards: Vec<(u64, &'a Path, Stored)>,
    /// The first damage found, which stops everything.
    damage: Mutex<Option<String>>,
    cancel: &'a AtomicBool,
}

impl<'a> Joined<'a> {
    fn new(parts: &'a [Part], batch: &Batch, form: &'a Form<'a>, cancel: &'a AtomicBool) -> Result<Self, Failure> {
        let headers = headers(batch);
        let names = std::array::from_fn(|at| headers[at].as_ref().map(|(name, _)| *name));
        let lengths = std::array::from_fn(|at| headers[at].as_ref().map_or(0, |(_, line)| line.len() as u64));
        let shards = parts.iter().map(|part| {
            let stored = Stored::finished(&part.path, &part.manifest.experiment.sha256(), names, lengths)
                .map_err(|error| Failure::Usage(error.to_string()))?;
            let range = Batch { shard: part.shard, ..batch.clone() }.plan().range();
            Ok((range.start, part.path.as_path(), stored))
        });
        Ok(Self { form, shards: shards.collect::<Result<_, Failure>>()?, damage: Mutex::new(None), cancel })
    }

    fn damage(&self) -> Option<String> {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Simulate for Joined<'_> {
    type Worker = ();
    type Output = EncodedRun;

    fn worker(&self) {}

    fn run(&self, (): &mut (), job: &Job) -> Result<EncodedRun, String> {
        let place = self.shards.partition_point(|(start, ..)| *start <= job.run).saturating_sub(1);
        let (_, path, stored) = &self.shards[place];
        match stored.read(job.run) {
            Some(rows) => self.form.decode(job, rows),
            None => {
                let what =
                    format!("run {} in {} is damaged; run its command again with --overwrite", job.run, path.display());
                self.damage.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(what.clone());
                self.cancel.store(true, Ordering::Relaxed);
                Err(what)
            }
        }
    }

    fn observed(&self, output: &EncodedRun) -> Option<f64> {
        output.observed
    }
}
