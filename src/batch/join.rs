//! Joins the shards of a batch.

use super::{
    Done, Progress, ShardsError, StudyError,
    engine::{Work, pour},
    estimate::{self, NoRoom},
    settings::Settings,
};
use crate::{
    experiment::{
        event::ListenerError,
        plan::{Job, Shard},
        runner::Simulate,
    },
    model::Model,
    output::{
        batch::Batch,
        encode::{EncodedRun, Form},
        folder::{Folder, Opened},
        headers::headers,
        manifest::{FileFormat, Identity, Manifest},
        stored::Stored,
    },
};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, atomic::AtomicBool},
};

/// The shards of a batch: all there are, each once and complete.
#[derive(Debug)]
pub struct Shards<'a> {
    parts: Vec<Part>,
    batch: Batch,
    settings: Settings<'a>,
}

impl Model {
    /// Reads the shards of a batch of this model from their folders, in any order.
    ///
    /// # Errors
    /// They are not the shards of one batch, or not all of them, or one is not complete; or another program, or another
    /// version of it, wrote them.
    pub fn shards<'a, P: AsRef<Path>>(&self, folders: impl IntoIterator<Item = P>) -> Result<Shards<'a>, StudyError> {
        let parts = folders.into_iter().map(|path| Part::read(path.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let parts = complete(parts)?;
        let batch = whole(&parts, self)?;
        Ok(Shards { parts, batch, settings: Settings::default() })
    }
}

impl<'a> Shards<'a> {
    /// The name of their experiment.
    pub fn name(&self) -> &str {
        &self.batch.name
    }

    /// Joins on so many threads, at least one; on one for each core without this.
    #[must_use]
    pub const fn threads(mut self, threads: usize) -> Self {
        self.settings.threads = Some(threads);
        self
    }

    /// Whether results of another experiment may be removed from the folder; not without this.
    #[must_use]
    pub const fn overwrite(mut self, overwrite: bool) -> Self {
        self.settings.overwrite = overwrite;
        self
    }

    /// Writes the finished tables in this format.
    #[must_use]
    pub const fn format(mut self, format: FileFormat) -> Self {
        self.batch.file_format = format;
        self
    }

    /// Tells `listener` how it goes.
    #[must_use]
    pub fn on(mut self, listener: impl FnMut(&Progress<'_>) + 'a) -> Self {
        self.settings.on(listener);
        self
    }

    /// Ends when `cancel` is set. What was joined until then is begun anew the next time.
    #[must_use]
    pub const fn cancel(mut self, cancel: &'a AtomicBool) -> Self {
        self.settings.cancel = Some(cancel);
        self
    }

    /// Joins the shards into the folder that one process would have written.
    ///
    /// # Errors
    /// The folder cannot take them, or a shard is damaged: nothing of it is left then.
    pub fn join_into(self, folder: impl AsRef<Path>) -> Result<Done, StudyError> {
        let (Self { parts, batch, mut settings }, out) = (self, folder.as_ref());
        super::check_format(&batch)?;
        is_none_of(&parts, out)?;
        let claim = match Folder::open(out, &batch, settings.overwrite)? {
            Opened::Complete(manifest) => return Ok(Done::before(out, &batch, &manifest)),
            // What stands in the shards is read from there, and checked, in one go.
            Opened::New(claim) | Opened::GoOn(claim) => claim.anew(),
        };
        room(&parts, out)?;
        let form = Form::new(&batch);
        let joined = Joined::new(&parts, &batch, &form)?;
        let (folder, stored) = claim.begin()?;
        let work = settings.work();
        let mut told = |progress: &Progress<'_>| -> Result<(), ListenerError> {
            (work.on)(progress)?;
            joined.damage().map_or(Ok(()), |damage| Err(damage.into()))
        };
        let work = Work { on: &mut told, ..work };
        let done = pour(&joined, &form, &batch, (&folder, &stored), work);
        if let Some(damage) = joined.damage() {
            folder.discard()?;
            return Err(damage.into());
        }
        done
    }
}

/// Refuses a folder that is one of the parts.
fn is_none_of(parts: &[Part], out: &Path) -> Result<(), ShardsError> {
    let real = |path: &Path| path.canonicalize().ok();
    match parts.iter().find(|part| real(out).is_some() && real(&part.path) == real(out)) {
        Some(part) => Err(ShardsError::IsShard { path: part.path.clone() }),
        None => Ok(()),
    }
}

/// Refuses a folder that has no room for all parts.
fn room(parts: &[Part], out: &Path) -> Result<(), StudyError> {
    let files = parts.iter().flat_map(|part| &part.manifest.files);
    let needed = files.fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
    match estimate::free_disk(out).filter(|free| needed > *free) {
        Some(free) => Err(NoRoom::Joined { needed, free }.into()),
        None => Ok(()),
    }
}

/// A folder that is to be joined.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    manifest: Manifest,
    shard: Shard,
}

impl Part {
    fn read(path: &Path) -> Result<Self, ShardsError> {
        let path = path.to_owned();
        let Some(manifest) = Folder::manifest(&path)? else { return Err(ShardsError::NoBatch { path }) };
        match manifest.experiment.shard {
            None => Err(ShardsError::Whole { path }),
            Some(shard) if !manifest.complete => Err(ShardsError::Unfinished { path, shard }),
            Some(shard) => Ok(Self { path, manifest, shard }),
        }
    }

    /// What it is a part of.
    fn of(&self) -> Identity {
        Identity { shard: None, ..self.manifest.experiment.clone() }
    }
}

/// The parts in order, if they are all there is, each once and all of the same batch.
fn complete(mut parts: Vec<Part>) -> Result<Vec<Part>, ShardsError> {
    parts.sort_by_key(|part| part.shard.number);
    let Some(first) = parts.first() else { return Err(ShardsError::None) };
    let (identity, of) = (first.of(), first.shard.of);
    for part in &parts {
        let mut differences = identity.differences(&part.of());
        if part.shard.of != of {
            differences.push("the number of shards");
        }
        if !differences.is_empty() {
            let (path, first) = (part.path.clone(), first.path.clone());
            return Err(ShardsError::Differs { path, first, differences: differences.join(", ") });
        }
    }
    if let Some([a, b]) = parts.array_windows().find(|[a, b]| a.shard == b.shard) {
        return Err(ShardsError::Twice { a: a.path.clone(), b: b.path.clone(), shard: a.shard });
    }
    if let Some(part) = parts.iter().find(|part| !(1..=of).contains(&part.shard.number)) {
        return Err(ShardsError::NoShard { path: part.path.clone(), shard: part.shard });
    }
    let missing: Vec<String> = (1..=of)
        .filter(|number| parts.binary_search_by_key(number, |part| part.shard.number).is_err())
        .take(20)
        .map(|number| Shard { number, of }.to_string())
        .collect();
    if missing.is_empty() {
        return Ok(parts);
    }
    Err(ShardsError::Missing { count: of - parts.len() as u64, of, named: missing.join(", ") })
}

/// The batch that the parts make up, if this program wrote them and the model measures what they hold.
fn whole(parts: &[Part], model: &Model) -> Result<Batch, ShardsError> {
    let Some(first) = parts.first() else { return Err(ShardsError::None) };
    let (path, of) = (first.path.clone(), first.of());
    let other_build = || ShardsError::OtherBuild { path: path.clone(), program: of.program.clone() };
    let batch = Batch::of(&first.manifest, model.measured_of(&first.manifest)).ok_or_else(other_build)?;
    let batch = Batch { program: model.program().to_string(), shard: Shard::WHOLE, ..batch };
    let own = Identity::new(&batch);
    if own == of {
        return Ok(batch);
    }
    let same_program = own.program == of.program;
    let others = own.dictionary_sha256 != of.dictionary_sha256 || own.record != of.record;
    Err(if same_program && others { ShardsError::OtherTables { path } } else { other_build() })
}

/// Reads the runs out of the shards.
struct Joined<'a> {
    form: &'a Form<'a>,
    /// The number of each shard's first run, and its runs.
    shards: Vec<(u64, &'a Path, Stored)>,
    /// The first damage found, which stops everything: a run, and the shard that should have it.
    damage: Mutex<Option<(u64, PathBuf)>>,
}

impl<'a> Joined<'a> {
    fn new(parts: &'a [Part], batch: &Batch, form: &'a Form<'a>) -> Result<Self, ShardsError> {
        let headers = headers(batch);
        let names: Vec<_> = headers.iter().map(|header| header.as_ref().map(|(name, _)| *name)).collect();
        let lengths: Vec<_> =
            headers.iter().map(|header| header.as_ref().map_or(0, |(_, line)| line.len() as u64)).collect();
        let shards = parts.iter().map(|part| {
            let stored = Stored::finished(&part.path, &part.manifest.experiment.sha256(), &names, &lengths)?;
            let range = Batch { shard: part.shard, ..batch.clone() }.plan().range();
            Ok((range.start, part.path.as_path(), stored))
        });
        Ok(Self { form, shards: shards.collect::<Result<_, ShardsError>>()?, damage: Mutex::new(None) })
    }

    fn damage(&self) -> Option<ShardsError> {
        let damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        damage.clone().map(|(run, path)| ShardsError::Damaged { run, path })
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
                let mut damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
                let (run, path) = damage.get_or_insert_with(|| (job.run, (*path).to_owned())).clone();
                Err(ShardsError::Damaged { run, path }.to_string())
            }
        }
    }

    fn observed(&self, output: &EncodedRun) -> Option<f64> {
        output.observed
    }
}
