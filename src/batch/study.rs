//! A study: an experiment, how to run it, and the folder it is run into.

use super::{
    Done, Progress, StudyError, UnknownName,
    branch::{Branch, BranchError, saved, source},
    check_format,
    command::Words,
    engine::execute,
    estimate::Estimate,
    settings::Settings,
    worlds::Worlds,
};
use crate::{
    experiment::{
        Doubt, Experiment, Gather,
        plan::Shard,
        tables::{self, Misnamed},
    },
    measure::Stretch,
    model::Model,
    output::{batch::Batch, manifest::FileFormat},
    scenario::{Scenario, Source, key::Key, overrides::Override},
};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

/// An experiment that is about to be run: what to run, how, and whom to tell.
///
/// A batch of two runs, and its outcomes read back:
///
/// ```
/// use redqueen::model::Model;
/// let folder = tempfile::tempdir()?;
/// let study = Model::standard().study("baseline")?.set("mechanisms.diffusion.xi_open", 2)?.months(3)?;
/// let done = study.runs(2).record(["world"])?.threads(1).run_into(folder.path().join("out"))?;
/// assert_eq!((done.finished, done.failed, done.already), (2, 0, false));
/// for run in done.runs()? {
///     assert!(run.failure.is_none() && run.outcome("firms_end")? > Some(1.0));
/// }
/// let wrong = done.runs()?[0].outcome("firms_and").unwrap_err();
/// assert_eq!(wrong.to_string(), "no outcome `firms_and`, did you mean `firms_end`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Study<'a> {
    model: Model,
    /// Where the experiment was read; `None` if it was given.
    config: Option<Config>,
    chosen: Chosen,
    experiment: Experiment,
    shard: Shard,
    format: FileFormat,
    settings: Settings<'a>,
    replay: Option<Box<Replay<'a>>>,
    /// What its single run was lived under before.
    past: Vec<Stretch>,
    /// The number of the first replicate.
    first_replicate: u64,
}

/// The command that runs the scenario of this name.
type Replay<'a> = dyn Fn(&str) -> String + 'a;

/// A config, and the values laid over it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// File, or name of a built-in config; the built-in baseline without one.
    pub path: Option<PathBuf>,
    /// Overrides, `a.b.c=value`.
    pub set: Vec<String>,
    /// Master seed.
    pub seed: Option<u64>,
    /// Length of a run in months.
    pub months: Option<u32>,
    /// Worlds to draw from a sample of parameters.
    pub doubt: Option<Doubt>,
}

impl Config {
    /// Where it is.
    pub(crate) fn source(&self) -> Source {
        let path = self.path.as_deref();
        path.map_or_else(|| Source::Builtin("baseline".to_owned()), Source::from_argument)
    }

    /// All values as overrides.
    pub(crate) fn overrides(&self) -> Vec<String> {
        let seed = self.seed.map(|seed| format!("seed={seed}"));
        let months = self.months.map(|months| format!("time.months={months}"));
        self.set.iter().cloned().chain(seed).chain(months).collect()
    }

    /// Lays a value over the config in the place of what was laid there before.
    fn lay(&mut self, key: &str, flag: Option<String>) {
        if let Ok(place) = Key::parse(key) {
            let other = |flag: &String| Override::from_flag(flag, 0).is_ok_and(|each| *each.key() != place);
            self.set.retain(other);
            self.seed = self.seed.filter(|_| place != Key::new(&["seed"]));
            self.months = self.months.filter(|_| place != Key::new(&["time", "months"]));
        }
        self.set.extend(flag);
    }

    /// The words of a command line that mean it, or its scenario of this name; the seed is not among them.
    pub(crate) fn words<'w>(&'w self, scenario: Option<&'w str>) -> Words<'w> {
        Words {
            config: self.path.as_deref(),
            scenario,
            set: &self.set,
            months: self.months,
            doubt: self.doubt.as_ref(),
        }
    }
}

/// What was chosen beside the config.
#[derive(Clone, Debug, Default)]
struct Chosen {
    runs: Option<u32>,
    record: Option<Vec<String>>,
    quantiles: Option<Option<Gather>>,
    single: Option<Single>,
}

/// A single run of an experiment.
#[derive(Clone, Debug)]
struct Single {
    scenario: Option<String>,
    point: u64,
    replicate: u64,
}

impl Chosen {
    /// Lays it over an experiment.
    fn over(&self, experiment: &mut Experiment) -> Result<(), StudyError> {
        experiment.runs = self.runs.unwrap_or(experiment.runs);
        experiment.quantiles = self.quantiles.unwrap_or(experiment.quantiles);
        if let Some(record) = &self.record {
            experiment.record.clone_from(record);
            experiment.passing.clear();
        }
        self.single.as_ref().map_or(Ok(()), |single| single.of(experiment))
    }
}

impl Single {
    /// Makes this run all there is.
    fn of(&self, experiment: &mut Experiment) -> Result<(), StudyError> {
        let names: Vec<_> = experiment.variants.iter().map(|variant| variant.name.clone()).collect();
        if let Some(wanted) = &self.scenario {
            experiment.variants.retain(|variant| variant.name == *wanted);
            if experiment.variants.is_empty() {
                return Err(UnknownName::new("scenario", wanted, names.iter().map(String::as_str)).into());
            }
        }
        experiment.variants.truncate(1);
        let (point, points) = (self.point, experiment.sample.points());
        if point >= points {
            return Err(StudyError::NoPoint { point, points });
        }
        experiment.sample = experiment.sample.only(point);
        experiment.stop = None;
        experiment.runs = 1;
        Ok(())
    }
}

impl Model {
    /// A study of the experiment in a file, or of a scenario in one, or of a built-in config of this name.
    ///
    /// # Errors
    /// Everything that is wrong with it, with file, line and column.
    pub fn study<'a>(&self, config: impl AsRef<Path>) -> Result<Study<'a>, StudyError> {
        Study::read(self, Config { path: Some(config.as_ref().to_owned()), ..Config::default() })
    }
}

impl<'a> Study<'a> {
    /// The study of a config.
    pub(crate) fn read(model: &Model, config: Config) -> Result<Self, StudyError> {
        let experiment = model.experiment_in_doubt(&config.source(), &config.overrides(), config.doubt.as_ref())?;
        Ok(Self { config: Some(config), ..Self::of(model, experiment) })
    }

    /// A study of an experiment that is at hand. Nothing can be laid over it any more.
    pub fn of(model: &Model, experiment: Experiment) -> Self {
        let playing = experiment.game.as_ref().map(|planned| model.with_payoffs(&planned.game));
        let model = playing.unwrap_or_else(|| model.clone());
        let seeing = experiment.calibration.as_ref().map(|calibration| model.with_seen(calibration));
        let model = seeing.unwrap_or(model);
        let claiming = experiment.claim.as_ref().map(|claim| model.with_quantities(claim));
        Self {
            model: claiming.unwrap_or(model),
            config: None,
            chosen: Chosen::default(),
            experiment,
            shard: Shard::WHOLE,
            format: FileFormat::Csv,
            settings: Settings::default(),
            replay: None,
            past: Vec::new(),
            first_replicate: 0,
        }
    }

    /// Lays a value over the config, as `--set key=value` does: `set("mechanisms.diffusion.xi_open", 2.0)`,
    /// `set("time.start", "2023-05")`. In an experiment it holds for every scenario. A later value for a key takes the place of an
    /// earlier one.
    ///
    /// # Errors
    /// There is no such key, or it does not take the value, or the study was not read from a config.
    pub fn set(self, key: &str, value: impl fmt::Display) -> Result<Self, StudyError> {
        self.laid(key, |config| config.lay(key, Some(format!("{key}={value}"))))
    }

    /// Runs under this master seed.
    ///
    /// # Errors
    /// The study was not read from a config.
    pub fn seed(self, seed: u64) -> Result<Self, StudyError> {
        self.laid("seed", |config| {
            config.lay("seed", None);
            config.seed = Some(seed);
        })
    }

    /// Lets runs live through so many months.
    ///
    /// # Errors
    /// The config does not take this many, or the study was not read from one.
    pub fn months(self, months: u32) -> Result<Self, StudyError> {
        self.laid("time.months", |config| {
            config.lay("time.months", None);
            config.months = Some(months);
        })
    }

    /// Reads the config anew, with what `change` lays over it.
    fn laid(mut self, key: &str, change: impl FnOnce(&mut Config)) -> Result<Self, StudyError> {
        let config = self.config.as_mut().ok_or_else(|| StudyError::Given { key: key.to_owned() })?;
        change(config);
        self.experiment =
            self.model.experiment_in_doubt(&config.source(), &config.overrides(), config.doubt.as_ref())?;
        self.chosen.over(&mut self.experiment)?;
        Ok(self)
    }

    /// Does so many replicates of each scenario and design point, at least one; with a stop rule in the first round.
    #[must_use]
    pub fn runs(mut self, runs: u32) -> Self {
        self.chosen.runs = Some(runs.max(1));
        self.experiment.runs = if self.chosen.single.is_some() { 1 } else { runs.max(1) };
        self
    }

    /// Writes these tables, beside that of the runs: `all` of them, `none`, or those of these names.
    ///
    /// # Errors
    /// There is no table of this name, or one stands beside `all` or `none`.
    pub fn record<S: Into<String>>(mut self, tables: impl IntoIterator<Item = S>) -> Result<Self, StudyError> {
        let words: Vec<String> = tables.into_iter().map(Into::into).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let known = self.model.measured().table_names();
        let tables = tables::named(&words, &known).map_err(|wrong| match wrong.first() {
            Some((at, Misnamed::Unknown)) => UnknownName::new("table", words[*at], known.iter().copied()).into(),
            wrong => StudyError::NotAlone { word: wrong.map_or_else(String::new, |(at, _)| words[*at].to_owned()) },
        })?;
        self.chosen.record = Some(tables.clone());
        self.experiment.record = tables;
        self.experiment.passing.clear();
        Ok(self)
    }

    /// Takes quantiles over these runs, or none.
    #[must_use]
    pub const fn quantiles(mut self, over: Option<Gather>) -> Self {
        self.chosen.quantiles = Some(over);
        self.experiment.quantiles = over;
        self
    }

    /// Does a single run: that of a scenario (the first without one), a design point and a replicate, as `runs.csv` numbers
    /// them.
    ///
    /// # Errors
    /// There is no such scenario or point.
    pub fn single(mut self, scenario: Option<&str>, point: u64, replicate: u64) -> Result<Self, StudyError> {
        let single = Single { scenario: scenario.map(str::to_owned), point, replicate };
        single.of(&mut self.experiment)?;
        self.chosen.single = Some(single);
        // One run is looked at whole.
        let passes = |experiment: &Experiment| !experiment.passing.is_empty();
        if self.chosen.record.is_none() && passes(&self.experiment) { self.record([tables::ALL]) } else { Ok(self) }
    }

    /// Does these replicates of these scenarios alone, which were not among those of the batch.
    #[must_use]
    pub(crate) fn more(mut self, scenarios: &[String], first_replicate: u64, runs: u32) -> Self {
        self.experiment.variants.retain(|variant| scenarios.contains(&variant.name));
        self.first_replicate = first_replicate;
        self.runs(runs)
    }

    /// Does a part of the batch, numbered from 1. [`Shards`](super::Shards) joins all of them.
    ///
    /// # Errors
    /// The number is none of `1..=of`.
    pub fn shard(mut self, number: u64, of: u64) -> Result<Self, StudyError> {
        if !(1..=of).contains(&number) {
            return Err(StudyError::NoShard { number, of });
        }
        self.shard = Shard { number, of };
        Ok(self)
    }

    /// Runs on so many threads, at least one; on one for each core without this.
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

    /// Whether to do a run or two beforehand, to tell what the batch will take and to refuse one that has no room; yes
    /// without this.
    #[must_use]
    pub const fn estimates(mut self, estimates: bool) -> Self {
        self.settings.estimates = estimates;
        self
    }

    /// Writes the finished tables in this format.
    #[must_use]
    pub const fn format(mut self, format: FileFormat) -> Self {
        self.format = format;
        self
    }

    /// Tells `listener` how it goes.
    #[must_use]
    pub fn on(mut self, listener: impl FnMut(&Progress<'_>) + 'a) -> Self {
        self.settings.on(listener);
        self
    }

    /// Ends the batch when `cancel` is set; runs under way are broken off at the end of their month. The same study goes on from
    /// there.
    #[must_use]
    pub const fn cancel(mut self, cancel: &'a AtomicBool) -> Self {
        self.settings.cancel = Some(cancel);
        self
    }

    /// Says by which command a scenario's runs are done again, instead of `redqueen run` with the config; the seed, point
    /// and replicate are added to it.
    #[must_use]
    pub fn replay(mut self, command: impl Fn(&str) -> String + 'a) -> Self {
        self.replay = Some(Box::new(command));
        self
    }

    /// The study of the run that goes on from a snapshot, with values laid over its last config.
    pub(crate) fn branch(
        model: &Model,
        path: &Path,
        branch: &Branch,
        overrides: &[String],
    ) -> Result<Self, StudyError> {
        let fails = |why| BranchError { path: path.to_owned(), why };
        let config = branch.last().map_or(serde_json::Value::Null, Scenario::to_json);
        let text = source(&path.display().to_string(), &config).map_err(fails)?;
        let seed = branch.seed.master;
        let large = i64::try_from(seed).is_err().then(|| format!("seed={seed}"));
        let overrides: Vec<String> = overrides.iter().cloned().chain(large).collect();
        let experiment = model.experiment(&text, &overrides)?;
        let study = Self::of(model, experiment).single(None, 0, branch.seed.replicate)?;
        let scenario = study.experiment().variants.first().map(|variant| variant.scenario.clone());
        let Some(scenario) = scenario else { return Ok(study) };
        branch.admits(path, model, &scenario)?;
        Ok(study.after(branch.before(&scenario)))
    }

    /// The scenario of its single run.
    pub(crate) fn scenario(&self) -> Result<Scenario, StudyError> {
        let Experiment { variants, sample, seed, .. } = &self.experiment;
        let Some(variant) = variants.first() else {
            return Err(UnknownName::new("scenario", "", std::iter::empty()).into());
        };
        let scenario = variant.at(sample, sample.numbers().start)?;
        Ok(Scenario { name: variant.name.clone(), seed: *seed, ..scenario })
    }

    /// Lives its single run at first through this past.
    pub(super) fn after(self, past: Vec<Stretch>) -> Self {
        Self { past, ..self }
    }

    /// The experiment's name.
    pub fn name(&self) -> &str {
        &self.experiment.name
    }

    /// What is to be run.
    pub const fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// What it will take, by a run or two of it.
    pub fn estimate(&self) -> Estimate {
        let (worlds, batch) = self.prepared();
        Estimate::probe(&worlds, &batch, self.settings.threads())
    }

    /// What its folder will say of it.
    pub(crate) fn batch(&self) -> Batch {
        self.prepared().1
    }

    /// Runs it into a folder. Runs that the folder holds already are kept; if it holds all of them, it is left as it is.
    ///
    /// # Errors
    /// What joined the model cannot be measured, or the folder holds something else, is being written by another process, or has no room: nothing was written then. Or
    /// it could not be written to the end: the runs until then are kept.
    pub fn run_into(mut self, folder: impl AsRef<Path>) -> Result<Done, StudyError> {
        let (worlds, batch) = self.prepared();
        check_format(&batch)?;
        worlds.try_own()?;
        execute(&worlds, &batch, folder.as_ref(), self.settings.work())
    }

    /// The worlds, and what a folder says of them.
    fn prepared(&self) -> (Worlds<'a>, Batch) {
        let single = self.chosen.single.as_ref();
        let names_scenario = single.is_some() || self.experiment.variants.len() > 1 || self.experiment.game.is_some();
        let program = self.model.program().name;
        let replay = |variant: &str| match (&self.replay, &self.config) {
            (Some(replay), _) => replay(variant),
            (None, Some(config)) => config.words(names_scenario.then_some(variant)).run(program),
            (None, None) => format!("{program} run"),
        };
        let first_replicate = single.map_or(self.first_replicate, |single| single.replicate);
        let (worlds, batch) =
            Worlds::new(&self.model, &self.experiment, first_replicate, replay, self.settings.cancel());
        let past = saved(&self.past);
        (worlds.after(self.past.clone()), Batch { shard: self.shard, file_format: self.format, past, ..batch })
    }
}

impl fmt::Debug for Study<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Study");
        shown.field("experiment", &self.experiment).field("shard", &self.shard).field("format", &self.format);
        shown.field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "study_tests.rs"]
mod tests;
