//! Options that several commands take. Each group is flattened into the commands that need it.

use super::failure::Failure;
use crate::{
    experiment::Experiment,
    measure::record::Record,
    model::Model,
    output::manifest::FileFormat,
    scenario::{Scenario, Source},
};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use std::path::{Path, PathBuf};

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
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Length of a run in months [default: the config's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub months: Option<u32>,
}

/// How much to run, on how many threads.
#[derive(Clone, Debug, Args)]
pub struct WorkOptions {
    /// Replicates of each scenario [default: the experiment file's, or 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub runs: Option<u32>,
    /// Threads [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,
}

/// What to write, and where.
#[derive(Clone, Debug, Args)]
pub struct OutputOptions {
    /// Output folder [default: output/NAME by the name of the config; for `run`, output/NAME-run and what tells the run]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Tables to write, with commas between them [default: the experiment file's, or all]
    #[arg(long, value_name = "TABLES", value_delimiter = ',', value_parser = PossibleValuesParser::new(Record::NAMES))]
    pub record: Option<Vec<String>>,
    /// Show no progress and no summary
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

/// Number of threads to use: those asked for, or one for each core.
pub fn threads(asked: Option<u32>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(cores, |threads| threads as usize)
}

impl ValueOptions {
    /// All of them as overrides, `a.b.c=value`.
    pub fn overrides(&self) -> Vec<String> {
        let seed = self.seed.map(|seed| format!("seed={seed}"));
        let months = self.months.map(|months| format!("time.months={months}"));
        self.set.iter().cloned().chain(seed).chain(months).collect()
    }
}

impl ConfigOptions {
    /// Where the config is.
    pub fn source(&self) -> Source {
        source(self.config.as_deref())
    }

    /// The command that runs one world of this config, or of its scenario `variant`; the seed is not part of it.
    pub fn replay(&self, variant: Option<&str>) -> String {
        format!("redqueen run {}", self.words(variant).join(" ")).trim_end().to_owned()
    }

    /// The words of a command line that mean this config, or its scenario `variant`, without the seed.
    pub fn words(&self, variant: Option<&str>) -> Vec<String> {
        words(self.config.as_deref(), variant, &self.values)
    }

    /// The config as one scenario.
    pub fn scenario(&self, model: &Model) -> Result<Scenario, Failure> {
        Ok(model.load_with(&self.source(), &self.values.overrides())?.scenario)
    }

    /// The config as an experiment, with the runs and tables that the command line names.
    pub fn experiment(&self, model: &Model, work: &WorkOptions, output: &OutputOptions) -> Result<Experiment, Failure> {
        self.chosen(model, work.runs, output.record.as_deref())
    }

    /// The config as an experiment, with these runs and tables if they are named.
    pub fn chosen(&self, model: &Model, runs: Option<u32>, record: Option<&[String]>) -> Result<Experiment, Failure> {
        let mut experiment = model.experiment(&self.source(), &self.values.overrides())?;
        experiment.runs = runs.unwrap_or(experiment.runs);
        if let Some(record) = record {
            experiment.record = record.to_vec();
        }
        Ok(experiment)
    }
}

/// The words of a command line that mean `config`, or its scenario `variant`, with these values but without the seed.
pub fn words(config: Option<&Path>, variant: Option<&str>, values: &ValueOptions) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(config.map(|config| quoted(&config.display().to_string())));
    words.extend(variant.filter(|_| config.is_some()).map(|name| format!("--scenario {}", quoted(name))));
    words.extend(values.set.iter().map(|set| format!("--set {}", quoted(set))));
    words.extend(values.months.map(|months| format!("--months {months}")));
    words
}

/// The config that an argument means; the built-in baseline without one.
pub fn source(config: Option<&Path>) -> Source {
    config.map_or_else(|| Source::Builtin("baseline".to_owned()), Source::from_argument)
}

/// A word as a POSIX shell reads it back.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
