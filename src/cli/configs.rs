//! `redqueen configs`: what the built-in configs are.

use super::{
    failure::Failure,
    filter::Filter,
    listing::{Format, paragraph, print},
};
use crate::scenario::builtin::{BUILTIN, Builtin};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};

const EXAMPLES: &str = "\
Examples:
  redqueen configs                    all of them, by kind
  redqueen configs scenario Taiwan    scenarios that have to do with Taiwan
  redqueen configs --format markdown
  redqueen init                       writes them to ./configs, to be changed";

/// List the built-in configs: name, kind, and what each is about
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Words that must all stand in its name, kind or description [default: all configs]
    filter: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Kinds in the order in which they are listed, and the command that takes one.
const KINDS: [(&str, &str); 9] = [
    ("scenario", "redqueen batch NAME, run NAME, compare NAME NAME"),
    ("experiment", "redqueen batch NAME"),
    ("game", "redqueen game NAME"),
    ("claim", "redqueen claims NAME"),
    ("calibration", "redqueen calibrate NAME"),
    ("forecast", "earlier forecasts, which redqueen explore shows beside what came"),
    ("posterior", "redqueen batch --doubt=NAME, forecast NAME"),
    ("observations", "figures for calibrations, and for redqueen score"),
    ("sensitivity", "which parameters move an outcome most"),
];

/// A config, and what it is about.
struct Entry {
    builtin: &'static Builtin,
    name: &'static str,
    about: String,
}

impl Entry {
    fn of(builtin: &'static Builtin) -> Self {
        // What is no config is named by its path.
        let name = if builtin.path.ends_with(".toml") { builtin.name() } else { builtin.path };
        Self { builtin, name, about: builtin.about() }
    }

    fn texts(&self) -> Vec<&str> {
        vec![self.name, self.builtin.kind(), &self.about]
    }
}

pub fn run(args: &Args) -> Result<(), Failure> {
    let all: Vec<Entry> = BUILTIN.iter().map(Entry::of).collect();
    let filter = Filter::of(&args.filter);
    let kept: Vec<&Entry> = all.iter().filter(|entry| filter.keeps(&entry.texts())).collect();
    if kept.is_empty() {
        return Err(filter.finds_nothing("built-in config", &all.iter().map(Entry::texts).collect::<Vec<_>>()));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if args.format == Format::Text {
        print_text(&kept, &mut out)?;
    } else {
        let row = |entry: &&Entry| -> Vec<Value> {
            vec![json!(entry.name), json!(entry.builtin.kind()), json!(entry.builtin.path), json!(entry.about)]
        };
        print(args.format, &["name", "kind", "path", "about"], &kept.iter().map(row).collect::<Vec<_>>(), &mut out)?;
    }
    Ok(out.flush()?)
}

fn print_text(entries: &[&Entry], out: &mut impl Write) -> Result<(), Failure> {
    let mut gap = "";
    for (kind, command) in KINDS {
        let of_kind: Vec<_> = entries.iter().filter(|entry| entry.builtin.kind() == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        writeln!(out, "{gap}{kind}: {command}")?;
        for entry in of_kind {
            writeln!(out, "  {}", entry.name)?;
            paragraph(&entry.about, 6, out)?;
        }
        gap = "\n";
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_config_is_listed_under_its_kind() {
        let all: Vec<Entry> = BUILTIN.iter().map(Entry::of).collect();
        let mut out = Vec::new();
        print_text(&all.iter().collect::<Vec<_>>(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        for entry in &all {
            assert!(text.contains(&format!("\n  {}\n      ", entry.name)), "{}", entry.name);
        }
    }
}
