//! The words of a command line that mean a config, to do a run of it again.

use crate::experiment::Doubt;
use std::path::Path;

/// A config and what is laid over it, as words of a command line; the seed is not among them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    /// File, or name of a built-in config; the built-in baseline without one.
    pub config: Option<&'a Path>,
    /// Which of its scenarios.
    pub scenario: Option<&'a str>,
    /// Overrides, `a.b.c=value`.
    pub set: &'a [String],
    /// Length of a run in months.
    pub months: Option<u32>,
    /// Worlds drawn from a sample.
    pub doubt: Option<&'a Doubt>,
}

impl Words<'_> {
    /// The words, each as a POSIX shell reads it back.
    pub(crate) fn list(&self) -> Vec<String> {
        let mut words = Vec::new();
        words.extend(self.config.map(|config| quoted(&config.display().to_string())));
        let scenario = self.scenario.filter(|_| self.config.is_some());
        words.extend(scenario.map(|name| format!("--scenario {}", quoted(name))));
        words.extend(self.set.iter().map(|set| format!("--set {}", quoted(set))));
        words.extend(self.months.map(|months| format!("--months {months}")));
        words.extend(self.doubt.map(|doubt| format!("--doubt={} --worlds {}", quoted(&doubt.sample), doubt.worlds)));
        words
    }

    /// The command of a program that runs one world of it.
    pub(crate) fn run(&self, program: &str) -> String {
        format!("{program} run {}", self.list().join(" ")).trim_end().to_owned()
    }
}

/// A word as a POSIX shell reads it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./=:,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
