//! Options that several commands take. Each group is flattened into the commands that need it.

use super::failure::Failure;
use crate::{
    batch::{Config, RUNS_FOLDER, Study},
    experiment::{Doubt, Experiment},
    model::Model,
    output::manifest::FileFormat,
    scenario::{Diagnostic, Scenario, Source, read::MAX_MONTHS},
};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use std::{
    fmt,
    io::{self, Write as _},
    num::{IntErrorKind, ParseIntError},
    path::{Path, PathBuf},
    str::FromStr,
    sync::atomic::AtomicBool,
};

/// Which config, and values laid over it.
#[derive(Clone, Debug, Args)]
pub struct ConfigOptions {
    /// Scenario or experiment file, or a built-in config's name [default: the built-in baseline]
    pub config: Option<PathBuf>,
    /// Values laid over it.
    #[command(flatten)]
    pub values: ValueOptions,
}

/// Values laid over a config.
#[derive(Clone, Debug, Default, Args)]
pub struct ValueOptions {
    /// Lay a value over the config, such as states.US.talent=1.2; can be given many times
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Master seed of the noise [default: the config's]
    #[arg(long, value_name = "N", value_parser = seed)]
    pub seed: Option<u64>,
    /// Length of a run in months [default: the config's]
    #[arg(long, value_name = "N", value_parser = months)]
    pub months: Option<u32>,
    /// Draw worlds from a weighted sample of parameters, a file or a built-in one [default: posterior/rating-gap.csv]; `none` draws none
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = Doubt::SAMPLE)]
    pub doubt: Option<String>,
    /// How many worlds to draw, from the built-in sample without --doubt; `--runs` says how often to run each [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub worlds: Option<u32>,
}

/// How much to run, on how many threads.
#[derive(Clone, Debug, Args)]
pub struct WorkOptions {
    /// Replicates of each scenario, or of each world that is drawn [default: the experiment file's, or 100; 4 of each world]
    #[arg(long, value_name = "N", value_parser = runs)]
    pub runs: Option<u32>,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,
}

/// How a command runs what it needs to tell something.
#[derive(Clone, Debug, Args)]
pub struct RunningOptions {
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,
    /// Show no progress and no summary; warnings are told
    #[arg(long, short)]
    pub quiet: bool,
    /// Write even if the folder holds the output of another experiment
    #[arg(long)]
    pub overwrite: bool,
}

impl RunningOptions {
    /// Runs on so many threads, and stops when `cancel` says so.
    pub fn on<'a>(&self, study: Study<'a>, cancel: &'a AtomicBool) -> Study<'a> {
        let study = self.threads.into_iter().fold(study, |study, threads| study.threads(threads as usize));
        study.overwrite(self.overwrite).cancel(cancel)
    }
}

/// What to write, and where.
#[derive(Clone, Debug, Args)]
pub struct OutputOptions {
    /// Output folder [default: output/NAME by the name of the config; for `run`, output/NAME-run and what tells the run]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Tables to write, with commas between them, or `all` or `none` [default: the experiment file's, or what the report needs; for `run` all]
    #[arg(long, value_name = "TABLES", value_delimiter = ',')]
    pub record: Option<Vec<String>>,
    /// Show no progress and no summary; warnings are told
    #[arg(long, short)]
    pub quiet: bool,
    /// Write even if the folder holds the output of another experiment
    #[arg(long)]
    pub overwrite: bool,
}

/// In which format finished tables are.
#[derive(Clone, Copy, Debug, Args)]
pub struct FormatOptions {
    /// Format of the finished tables; parquet takes a build with `--features parquet`
    #[arg(long, default_value = FileFormat::Csv.name(), value_parser = file_format())]
    format: FileFormat,
}

fn file_format() -> impl clap::builder::TypedValueParser<Value = FileFormat> {
    let of_name = |name: String| FileFormat::ALL.into_iter().find(|format| format.name() == name);
    PossibleValuesParser::new(FileFormat::ALL.map(FileFormat::name)).map(move |name| of_name(name).unwrap_or_default())
}

impl FormatOptions {
    /// The format asked for, if this build can write it.
    pub fn file_format(self) -> Result<FileFormat, Failure> {
        if self.format == FileFormat::Parquet && !cfg!(feature = "parquet") {
            return Err(Failure::Usage(
                "this build of redqueen does not write Parquet; build one that does with `cargo install --path . \
                 --features parquet`, or leave out --format for CSV"
                    .to_owned(),
            ));
        }
        Ok(self.format)
    }
}

impl ValueOptions {
    /// All of them as overrides, `a.b.c=value`.
    pub fn overrides(&self) -> Vec<String> {
        self.over(None).overrides()
    }

    /// The same with worlds drawn from the built-in sample, unless they say otherwise.
    #[must_use]
    pub fn in_doubt(mut self) -> Self {
        self.doubt.get_or_insert_with(|| Doubt::SAMPLE.to_owned());
        self
    }

    /// Refuses to draw worlds where a command looks at one.
    pub fn refuse_doubt(&self, why: &str) -> Result<(), Failure> {
        let said = [
            ("--doubt", self.doubt.as_deref().is_some_and(|sample| sample != Doubt::NONE)),
            ("--worlds", self.worlds.is_some()),
        ];
        match said.into_iter().find(|(_, said)| *said) {
            Some((flag, _)) => Err(Failure::Usage(format!("{flag} draws worlds, and {why}"))),
            None => Ok(()),
        }
    }

    /// A config with these values laid over it.
    pub fn over(&self, config: Option<&Path>) -> Config {
        let Self { set, seed, months, doubt, worlds } = self.clone();
        let doubt = doubt.or_else(|| worlds.map(|_| Doubt::SAMPLE.to_owned()));
        // Worlds of no sample are refused where samples are read.
        let doubt = doubt.filter(|sample| sample != Doubt::NONE || worlds.is_some());
        let doubt = doubt.map(|sample| Doubt { sample, worlds: worlds.unwrap_or(Doubt::WORLDS) });
        Config { path: config.map(Path::to_owned), set, seed, months, doubt }
    }
}

impl ConfigOptions {
    /// The config, and what is laid over it.
    pub fn config(&self) -> Config {
        self.values.over(self.config.as_deref())
    }

    /// Where the config is.
    pub fn source(&self) -> Source {
        source(self.config.as_deref())
    }

    /// The config as one scenario.
    pub fn scenario(&self, model: &Model) -> Result<Scenario, Failure> {
        let overrides = self.values.overrides();
        Ok(model.load_with(&self.source(), &overrides)?.scenario)
    }

    /// A study of the config.
    pub fn study<'a>(&self, model: &Model) -> Result<Study<'a>, Failure> {
        let study = Study::read(model, self.config())?;
        warn(study.experiment());
        Ok(study)
    }
}

impl WorkOptions {
    /// Does so much, on so many threads.
    pub fn on<'a>(&self, study: Study<'a>) -> Study<'a> {
        let study = self.runs.into_iter().fold(study, Study::runs);
        self.threads.into_iter().fold(study, |study, threads| study.threads(threads as usize))
    }
}

impl OutputOptions {
    /// Writes what is asked for, and stops when `cancel` says so.
    pub fn on<'a>(&self, study: Study<'a>, cancel: &'a AtomicBool) -> Result<Study<'a>, Failure> {
        let study = match &self.record {
            Some(words) => study.record(words)?,
            None => study,
        };
        Ok(study.overwrite(self.overwrite).cancel(cancel))
    }
}

/// Tells on standard error, a line each, what to know of an experiment's words though nothing is wrong with them.
pub fn warn(experiment: &Experiment) {
    tell(&experiment.warnings());
}

/// The same of several, each thing once.
pub fn warn_of_all<'e>(experiments: impl IntoIterator<Item = &'e Experiment>) {
    let mut warnings: Vec<Diagnostic> = Vec::new();
    for warning in experiments.into_iter().flat_map(Experiment::warnings) {
        if !warnings.iter().any(|told| told.line() == warning.line()) {
            warnings.push(warning);
        }
    }
    tell(&warnings);
}

/// The same of the words that are laid over it alone.
pub fn warn_of_overrides(experiment: &Experiment) {
    let mut warnings = experiment.warnings();
    warnings.retain(|warning| warning.place.as_ref().is_some_and(|place| !place.origin.is_file));
    tell(&warnings);
}

fn tell(warnings: &[Diagnostic]) {
    /// More lines than this nobody reads.
    const SHOWN: usize = 50;
    let mut stderr = io::stderr().lock();
    // Nobody is left to tell if standard error is closed.
    let mut say = |line: String| drop(writeln!(stderr, "warning: {line}"));
    warnings.iter().take(SHOWN).for_each(|warning| say(warning.line()));
    if warnings.len() > SHOWN {
        say(format!("and {} more", warnings.len() - SHOWN));
    }
}

/// A whole number from `least` to `most`; an end that nobody comes near is told where it was passed.
fn whole<T>(text: &str, least: T, most: T, told: bool) -> Result<T, String>
where
    T: FromStr<Err = ParseIntError> + PartialOrd + fmt::Display,
{
    let read = text.parse::<T>();
    let above = match &read {
        Ok(number) => *number > most,
        Err(error) => *error.kind() == IntErrorKind::PosOverflow,
    };
    let number = read.ok().filter(|number| (&least..=&most).contains(&number));
    number.ok_or_else(|| {
        if told || above {
            format!("must be a whole number from {least} to {most}")
        } else {
            format!("must be a whole number of at least {least}")
        }
    })
}

fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0, u64::MAX, false)
}

fn months(text: &str) -> Result<u32, String> {
    whole(text, 1, MAX_MONTHS, true)
}

/// A number of replicates.
pub(super) fn runs(text: &str) -> Result<u32, String> {
    whole(text, 1, u32::MAX, false)
}

/// Longest name of a file, in bytes, on the file systems in use.
const LONGEST_NAME: usize = 255;

/// Where results of this name go that were given no folder: `output/<name>`, and what is behind it. Names come from configs
/// and from folders that somebody else may have written, and must not lead anywhere else.
pub fn default_folder(name: &str, behind: &str) -> Result<PathBuf, Failure> {
    let refused = |why: &str| Failure::Usage(format!("{name:?} {why}; choose a folder with --out"));
    let reaches_out = name.contains(['/', '\\']) || name.chars().any(char::is_control);
    if reaches_out || ["", ".", ".."].contains(&name) {
        return Err(refused("cannot be a folder's name"));
    }
    if name.len() + behind.len() > LONGEST_NAME {
        return Err(refused("is too long for the name of a folder"));
    }
    Ok(Path::new("output").join(format!("{name}{behind}")))
}

/// Refuses to write these files into a folder where they stand and no runs are beside them: somebody else's, as results without
/// their runs cannot be told from those.
pub fn spare_files_of_others(folder: &Path, names: &[&str]) -> Result<(), Failure> {
    if folder.join(RUNS_FOLDER).exists() {
        return Ok(());
    }
    let there = names.iter().map(|name| folder.join(name)).find(|path| path.symlink_metadata().is_ok());
    there.map_or(Ok(()), |path| {
        let path = path.display();
        Err(Failure::Usage(format!(
            "{path} stands in the way, and no runs beside it tell that redqueen wrote it; move it away, or choose another folder with --out"
        )))
    })
}

/// The config that an argument means; the built-in baseline without one.
pub fn source(config: Option<&Path>) -> Source {
    ValueOptions::default().over(config).source()
}
