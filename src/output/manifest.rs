//! `manifest.json`: which experiment a folder holds, and how far it got. The same experiment always gives the same
//! manifest; wall times and names of machines go to `log.txt`.

use super::{
    config::{Config, Shared},
    sums,
};
use crate::scenario::Described;
use crate::{
    declare::text::{is_name, visible},
    experiment::{
        Gather,
        design::Design,
        game::Game,
        plan::{Shard, Stop, Unmet},
    },
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};
use std::{
    fmt, fs, io,
    path::{Component, Path},
};

/// Version of the manifest and of the folder's layout.
pub const FORMAT: u32 = 3;
/// The manifest's file name.
pub const FILE: &str = "manifest.json";

/// The contents of `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// Which experiment the folder holds.
    pub experiment: Identity,
    /// Whether every run was done and every file written. If not, the tables hold the first `runs_done` runs.
    pub complete: bool,
    /// Runs in the tables, failed ones included.
    pub runs_done: u64,
    /// Runs that failed.
    pub runs_failed: u64,
    /// What the experiment is for, in the words of its file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The outcomes that the experiment asks for, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<String>,
    /// What each scenario is.
    #[serde(default)]
    pub described: Vec<Described>,
    /// The command that runs each scenario alone, without `--seed`, `--point` and `--replicate`.
    #[serde(default)]
    pub replay: Vec<String>,
    /// Where the stop rule was not met, if anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmet: Option<Unmet>,
    /// The tables.
    pub files: Vec<FileEntry>,
    /// What else redqueen wrote here: with `files`, all that it may replace or remove.
    #[serde(default)]
    pub others: Vec<OtherFile>,
}

/// What makes an experiment this one: two folders of equal identity have equal tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Name and version of the program.
    pub program: String,
    /// Name of the experiment.
    pub name: String,
    /// Master seed.
    pub seed: u64,
    /// Replicates of each scenario.
    pub runs: u64,
    /// Number of the first replicate.
    pub first_replicate: u64,
    /// Recorded tables.
    pub record: Vec<String>,
    /// Those of them that were not kept once their quantiles were taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passing: Vec<String>,
    /// Format of the finished tables.
    #[serde(default, skip_serializing_if = "FileFormat::is_csv")]
    pub file_format: FileFormat,
    /// Over which runs quantiles are taken, if at all.
    pub quantiles: Option<Gather>,
    /// Which points of parameter space are visited.
    pub design: Design,
    /// Number of its points.
    pub points: u64,
    /// When replicates stop being added to a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Which part of the whole this is, if not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The game whose profiles the scenarios are, if they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub game: Option<Game>,
    /// SHA-256 of the scenarios below and of the design's points.
    pub design_sha256: String,
    /// SHA-256 of the data dictionary.
    pub dictionary_sha256: String,
    /// The scenario variants.
    #[serde(deserialize_with = "sharing")]
    pub scenarios: Vec<ScenarioEntry>,
    /// What its runs were lived under before, if anything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<SavedStretch>,
}

/// A scenario variant in the manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioEntry {
    /// Its name.
    pub name: String,
    /// First month, `YYYY-MM`.
    pub start: String,
    /// Length in months.
    pub months: u32,
    /// Its complete config, but for its description.
    pub config: Config,
}

/// Reads scenarios one by one, so that no more than one of their configs is ever held alone.
fn sharing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ScenarioEntry>, D::Error> {
    struct Entries;
    impl<'de> Visitor<'de> for Entries {
        type Value = Vec<ScenarioEntry>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of scenarios")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let (mut read, mut shared) = (Vec::new(), Shared::default());
            while let Some(entry) = entries.next_element::<ScenarioEntry>()? {
                read.push(ScenarioEntry { config: shared.of(&entry.config), ..entry });
            }
            Ok(read)
        }
    }
    deserializer.deserialize_seq(Entries)
}

/// Months that were lived under one config.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedStretch {
    /// Months since the start of the run that were over at its end.
    pub months: u32,
    /// The complete config.
    pub config: serde_json::Value,
}

/// The scenarios that cover other months than the first.
pub fn other_spans(scenarios: &[ScenarioEntry]) -> impl Iterator<Item = &ScenarioEntry> {
    let first = scenarios.first();
    let same = move |entry: &&ScenarioEntry| {
        first.is_none_or(|first| (&first.start, first.months) == (&entry.start, entry.months))
    };
    scenarios.iter().filter(move |entry| !same(entry))
}

/// A table of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Name of the table.
    pub name: String,
    /// Format of the file, which its ending says too.
    #[serde(default, skip_serializing_if = "FileFormat::is_csv")]
    pub format: FileFormat,
    /// Rows, without the header.
    pub rows: u64,
    /// Size.
    pub bytes: u64,
    /// XXH3 of its bytes, of 128 bits.
    pub xxh3: String,
}

/// A file of the folder that is no table of runs: a page, a picture, a table that is made from those of the runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherFile {
    /// Its name below the folder, with `/` between parts.
    pub path: String,
    /// Size; none of a file that grows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// XXH3 of its bytes, of 128 bits; none of a file that grows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xxh3: Option<String>,
}

impl OtherFile {
    /// A file that holds these bytes.
    pub fn of(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.to_owned(), bytes: Some(bytes.len() as u64), xxh3: Some(sums::of(bytes)) }
    }

    /// A file of which only the name is known.
    pub fn named(path: &str) -> Self {
        Self { path: path.to_owned(), bytes: None, xxh3: None }
    }

    /// Whether it is in the folder as it was written.
    pub fn is_in(&self, folder: &Path) -> bool {
        let (path, Some(bytes), Some(sum)) = (folder.join(&self.path), self.bytes, &self.xxh3) else {
            return true;
        };
        sums::check(&path, bytes, sum).is_ok()
    }
}

/// What is to be done about a damaged manifest, as the end of a sentence: nothing but it knows which tables are whose.
pub const MENDS: &str = "the tables are kept as they are: the command of a stopped batch writes manifest.json anew; that of a \
                         finished one has to be put back from a copy, or the batch done again into another folder, which \
                         gives the same tables";

/// Why the text of a manifest cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct Unreadable {
    /// The line, counted from 1.
    pub line: usize,
    /// What should have been there.
    pub expected: String,
    /// Whether it is the manifest of another version, and not damaged as far as one can see.
    pub is_other_format: bool,
}

impl Manifest {
    /// The file's text, with a checksum of itself at its end.
    pub fn encode(&self) -> Vec<u8> {
        let mut text = Vec::new();
        // A vector takes all.
        let _ = self.write_to(&mut text);
        text
    }

    /// Writes the file's text, with a checksum of itself at its end. It is never held as a whole: a thousand scenarios take 100 MB.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_to(&self, to: &mut dyn io::Write) -> io::Result<()> {
        let mut sealing = Sealing { to, sum: sums::Name::default(), held: Vec::new() };
        serde_json::to_writer_pretty(&mut sealing, self)?;
        sealing.finish()
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// It is damaged, or that of another version.
    pub fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let wrong = |line: usize, expected| Unreadable { line: line.max(1), expected, is_other_format: false };
        let damaged = |error: serde_json::Error| {
            let what = if error.is_data() { "a manifest of this version of redqueen" } else { "JSON" };
            // The message may repeat what stands there, which must not drive a terminal.
            wrong(error.line(), format!("{what}: {}", visible(&error.to_string())))
        };
        let Head { format } = serde_json::from_slice(bytes).map_err(damaged)?;
        if format != FORMAT {
            let expected = format!("a manifest of format {FORMAT}, found format {format}");
            return Err(Unreadable { line: 1, expected, is_other_format: true });
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(damaged)?;
        if let Some(name) = manifest.odd_name() {
            return Err(wrong(1, format!("names as redqueen writes them, found {name:?}")));
        }
        if !is_sealed(bytes) {
            let last = bytes.iter().filter(|byte| **byte == b'\n').count();
            return Err(wrong(last, "the checksum of what stands above it: the file was changed".to_owned()));
        }
        Ok(manifest)
    }

    /// The table of this name as CSV.
    pub fn csv(&self, table: &str) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.name == table && file.format == FileFormat::Csv)
    }

    /// Holds the CSV of a table against what was written.
    ///
    /// # Errors
    /// It is not there, cannot be read, or is another.
    pub fn check(&self, folder: &Path, table: &str) -> io::Result<()> {
        match self.csv(table) {
            Some(file) => sums::check(&folder.join(file.file()), file.bytes, &file.xxh3),
            None => {
                fs::symlink_metadata(folder.join(FileFormat::Csv.file(table)))?;
                Err(io::Error::new(io::ErrorKind::InvalidData, "manifest.json lists no such table"))
            }
        }
    }

    /// The first name that is not as redqueen writes it: files of other folders must not be reached by it, nor a terminal be
    /// driven by it.
    fn odd_name(&self) -> Option<&str> {
        let experiment = &self.experiment;
        let shown = [&experiment.program, &experiment.name];
        let shown = shown.into_iter().chain(experiment.scenarios.iter().map(|scenario| &scenario.name));
        let odd = shown.into_iter().find(|name| visible(name) != name.as_str());
        let tables = experiment.record.iter().chain(self.files.iter().map(|file| &file.name));
        let odd = odd.or_else(|| tables.into_iter().find(|name| !is_name(name)));
        odd.or_else(|| self.others.iter().map(|file| &file.path).find(|path| !is_inside(path))).map(String::as_str)
    }
}

/// Whether a path with `/` between its parts stays below the folder that it starts from.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    let plain = parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)));
    plain && !path.contains(|c: char| c == '\\' || c == ':' || c.is_control())
}

/// What stands between a manifest and its checksum.
const SEAL: &str = ",\n  \"sha256\": \"";

/// The JSON object with a checksum of its text as its last field.
pub fn seal(mut object: String) -> String {
    let text = object.trim_end();
    let text = text.strip_suffix('}').unwrap_or(text).trim_end();
    object.truncate(text.len());
    let sum = sums::sha256(object.as_bytes());
    object.extend([SEAL, sum.as_str(), "\"\n}\n"]);
    object
}

/// Writes an indented JSON object with a checksum of its text as its last field, as [`seal`] does.
struct Sealing<'w> {
    to: &'w mut dyn io::Write,
    sum: sums::Name,
    /// The last of the text, which may be the object's end.
    held: Vec<u8>,
}

impl Sealing<'_> {
    /// How an indented object ends.
    const END: &'static [u8] = b"\n}";

    /// Passes all on but for so many bytes.
    fn pass(&mut self, but: usize) -> io::Result<()> {
        let count = self.held.len().saturating_sub(but);
        self.sum.add(&self.held[..count]);
        self.to.write_all(&self.held[..count])?;
        self.held.drain(..count);
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.pass(Self::END.len())?;
        let sum = self.sum.finish();
        self.to.write_all(format!("{SEAL}{sum}\"\n}}\n").as_bytes())
    }
}

impl io::Write for Sealing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        const MUCH: usize = 1 << 16;
        self.held.extend(bytes);
        if self.held.len() > MUCH {
            self.pass(Self::END.len())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether this is a text that was [sealed](seal), unchanged.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    let end = bytes.len().checked_sub(SEAL.len() + 64 + "\"\n}\n".len());
    let Some((text, end)) = end.and_then(|at| bytes.split_at_checked(at)) else { return false };
    end == format!("{SEAL}{}\"\n}}\n", sums::sha256(text)).as_bytes()
}

impl FileEntry {
    /// The file's name, such as `runs.csv`.
    pub fn file(&self) -> String {
        self.format.file(&self.name)
    }
}

/// A format of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileFormat {
    /// Comma-separated values.
    #[default]
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Parquet];

    /// Its name, which is also the ending of its files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// Name of the file of this format that holds a table.
    pub fn file(self, table: &str) -> String {
        format!("{table}.{}", self.name())
    }

    fn is_csv(&self) -> bool {
        *self == Self::Csv
    }
}

impl Manifest {
    /// What there is to say of a stop rule that was not met.
    pub fn unmet(&self) -> Option<String> {
        Some(self.unmet.as_ref()?.line(self.experiment.stop.as_ref()?))
    }
}

impl Identity {
    /// SHA-256 of all of it, in hexadecimal.
    pub fn sha256(&self) -> String {
        let mut name = sums::Name::default();
        name.add_json(self);
        name.finish()
    }

    /// What differs from another identity, in words; empty if nothing.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        [
            ("the program's version", self.program == other.program),
            ("the name", self.name == other.name),
            ("the seed", self.seed == other.seed),
            ("the number of runs", self.runs == other.runs),
            ("the first replicate", self.first_replicate == other.first_replicate),
            (
                "the recorded tables",
                (&self.record, &self.passing, self.quantiles) == (&other.record, &other.passing, other.quantiles),
            ),
            ("the files' format", self.file_format == other.file_format),
            ("the scenarios' config", self.scenarios == other.scenarios),
            ("the past that it goes on from", self.past == other.past),
            (
                "the design",
                self.design == other.design
                    && self.points == other.points
                    && (self.design_sha256 == other.design_sha256 || self.scenarios != other.scenarios),
            ),
            ("the stop rule", self.stop == other.stop),
            ("the shard", self.shard == other.shard),
            ("the game", self.game == other.game),
            ("the tables' columns", self.dictionary_sha256 == other.dictionary_sha256),
        ]
        .into_iter()
        .filter_map(|(what, same)| (!same).then_some(what))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        measure::record::Record,
        output::batch::{Batch, BatchScenario},
        scenario::{Described, Month},
    };
    use serde_json::Value;

    fn manifest() -> Manifest {
        let variant = BatchScenario {
            name: "base".into(),
            described: Described::default(),
            // A number that takes all of its digits.
            config: serde_json::json!({"a": 0.1 + 0.2, "b": 5.0e-324, "c": 123_456_789.123_456_78, "d": 8.41e21 / 3.0})
                .into(),
            replay: "redqueen run".into(),
            start: Month::new(2023, 1).unwrap(),
            months: 3,
        };
        let experiment = Identity::new(&Batch::plain("test", 1, 2, Record::ALL, vec![variant]));
        let table = FileEntry { name: "runs".into(), format: FileFormat::Csv, rows: 1, bytes: 6, xxh3: sums::of(b"") };
        let (files, others) = (vec![table], vec![OtherFile::named("log.txt"), OtherFile::of("figures/a.svg", b"a")]);
        let (replay, complete) = (vec!["redqueen run".to_owned()], true);
        Manifest {
            format: FORMAT,
            experiment,
            complete,
            runs_done: 1,
            runs_failed: 0,
            outcomes: Vec::new(),
            description: "Why,\nin two lines".into(),
            described: vec![Described::default()],
            replay,
            unmet: None,
            files,
            others,
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_no_changed_byte_is() {
        let (manifest, bytes) = (manifest(), manifest().encode());
        assert_eq!(Manifest::decode(&bytes).unwrap(), manifest);
        assert!(bytes == seal(serde_json::to_string_pretty(&manifest).unwrap()).into_bytes());
        assert!(serde_json::from_slice::<Value>(&bytes).unwrap()["sha256"].is_string());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Manifest::decode(&changed).is_err(), "byte {at}: {:?}", changed[at] as char);
        }
        for end in 0..bytes.len() {
            assert!(Manifest::decode(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn what_an_error_repeats_is_shown_escaped() {
        let text = String::from_utf8(manifest().encode()).unwrap().replacen("\"none\"", "\"\\u001b[31m\"", 1);
        let said = Manifest::decode(text.as_bytes()).unwrap_err().to_string();
        assert!(said.contains("\\u{1b}[31m") && !said.contains('\u{1b}'), "{said}");
    }

    #[test]
    fn names_that_reach_out_or_drive_a_terminal_are_refused() {
        let odd = |change: fn(&mut Manifest)| {
            let mut manifest = manifest();
            change(&mut manifest);
            Manifest::decode(&manifest.encode()).map_err(|wrong| wrong.to_string()).unwrap_err()
        };
        let named = [
            odd(|manifest| manifest.others.push(OtherFile::named("../x"))),
            odd(|manifest| manifest.others.push(OtherFile::named("figures/../../x"))),
            odd(|manifest| manifest.others.push(OtherFile::named("/etc/x"))),
            odd(|manifest| manifest.others.push(OtherFile::named("a\\x"))),
            odd(|manifest| manifest.others.push(OtherFile::named(""))),
            odd(|manifest| manifest.files[0].name = "../x".into()),
            odd(|manifest| manifest.experiment.record.push("../x".into())),
            odd(|manifest| manifest.experiment.name = "\u{1b}x".into()),
        ];
        for said in named {
            assert!(said.starts_with("expected names as redqueen writes them, found \""), "{said}");
        }
    }
}
