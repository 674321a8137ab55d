//! What experiment files and game files have in common: what they come to, and how each part is read.

use super::{
    calibration::Calibration,
    claim::Claim,
    design::{
        Sample,
        context::Context,
        read::{ReadDesign, read_design},
    },
    game::PlannedGame,
    plan::Stop,
    tables::{self, Misnamed},
    variant::Variant,
};
use crate::{
    declare::table::Table,
    scenario::{
        Catalogue, Diagnostic, Diagnostics, Source, Warning,
        diagnostic::{Origin, unknown},
        key::{BY_PAIR, Key},
        kinds::kind_of,
        load::{Base, Loaded, Named},
        overrides::Override,
        section::{Mistakes, Section, folder_name, list, text, whole, wrong},
        tree::{self, Node, TomlEntry, TomlTable},
    },
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// Replicates of an experiment that does not say how many.
pub const DEFAULT_RUNS: u32 = 100;
/// Columns of the table of runs beside factors and outcomes.
pub(crate) const RUN_COLUMNS: [&str; 7] = ["run", "scenario", "point", "replicate", "seed", "status", "error"];
/// Replicates of each world that is drawn from a sample, where nothing is said.
const RUNS_IN_DOUBT: u32 = 4;
/// The scenario of an experiment that names none.
const DEFAULT_SCENARIO: &str = "baseline";
/// Keys that a scenario file has and an experiment file has not, beside its lists of entities.
const SCENARIO_KEYS: [&str; 8] =
    ["extends", "time", "domains", "exposure", "worth", "comparison", "events", "mechanisms"];

/// An experiment, checked and complete.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Short name, used for the output folder.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Replicates of each variant and design point, at least 1; with a stop rule those of the first round.
    pub runs: u32,
    /// Master seed, the same for every variant: the file's, or else that of the first variant's scenario.
    pub seed: u64,
    /// Names of the tables to record.
    pub record: Vec<String>,
    /// Those of them whose rows are kept no longer than until their quantiles are taken.
    pub passing: Vec<String>,
    /// Names of the outcomes that it asks for, which come first wherever results are told; none for those of the model.
    pub outcomes: Vec<String>,
    /// The scenarios to run, at least one: those of `[[scenarios]]`, or else the plain scenario.
    pub variants: Vec<Variant>,
    /// The design points, crossed with the variants.
    pub sample: Sample,
    /// When to stop adding replicates.
    pub stop: Option<Stop>,
    /// Over which runs to take quantiles, if at all.
    pub quantiles: Option<Gather>,
    /// What is claimed, if anything.
    pub claim: Option<Box<Claim>>,
    /// What is to be calibrated, if anything.
    pub calibration: Option<Box<Calibration>>,
    /// The game whose profiles the variants are, if they are.
    pub game: Option<Box<PlannedGame>>,
}

/// Worlds to draw from a weighted sample of parameters, laid over an experiment that has no design of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// CSV file of the sample, or a built-in one's name.
    pub sample: String,
    /// How many worlds.
    pub worlds: u32,
}

/// Over which runs quantiles are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gather {
    /// The replicates of each design point.
    ByPoint,
    /// All runs of a scenario, whatever their point.
    Pooled,
}

impl Gather {
    pub(super) const WORDS: [(&str, Option<Self>); 3] =
        [("by-point", Some(Self::ByPoint)), ("pooled", Some(Self::Pooled)), ("off", None)];
}

/// The names that experiments may use, besides those of scenarios.
#[derive(Clone, Copy, Debug)]
pub struct KnownNames<'a> {
    /// Tables that can be recorded.
    pub tables: &'a [&'a str],
    /// Tables that are recorded where nothing is said of tables, and those of them that are kept for their quantiles alone.
    pub by_default: (&'a [&'a str], &'a [&'a str]),
    /// Outcomes that a stop rule can look at.
    pub outcomes: &'a [&'a str],
    /// What is declared of the tables.
    pub declared: &'a [Table],
    /// Months that a run has to have before an outcome can have a value.
    pub months_before: fn(&str) -> u32,
}

impl Doubt {
    /// The word for no sample.
    pub const NONE: &str = "none";
    /// The file that is meant where none is named.
    pub const SAMPLE: &str = "posterior/rating-gap.csv";
    /// How many worlds are drawn where it is not said.
    pub const WORLDS: u32 = 100;

    /// The words that ask for them.
    pub(super) fn origin(&self) -> Arc<Origin> {
        let text = format!(
            "[design]\nkind = 'posterior'\nfile = {}\npoints = {}\n",
            toml::Value::String(self.sample.clone()),
            self.worlds
        );
        Arc::new(Origin { name: "--doubt".to_owned(), text, turn: 0, is_file: false })
    }

    /// The design that draws them. Its file is looked for where the program was started, and among the built-in ones.
    pub(super) fn design(&self, context: &Context<'_>, found: &mut Mistakes) -> Option<ReadDesign> {
        let design = tree::parse(&self.origin()).map_err(|errors| found.extend(errors)).ok()?;
        if self.sample == Self::NONE {
            found
                .push(Diagnostic::general("--worlds draws worlds, and --doubt=none draws none; leave out one of them"));
            return None;
        }
        read_design(design.get("design"), context, found)
    }
}

impl KnownNames<'_> {
    /// Whether the table of runs has a column of this name.
    pub(super) fn is_column(&self, name: &str) -> bool {
        RUN_COLUMNS.contains(&name) || self.outcomes.contains(&name)
    }

    /// The outcome that is named.
    pub(super) fn outcome<'n>(&self, node: &'n Node) -> Result<&'n String, Diagnostic> {
        let outcome = text("outcome", node)?;
        let known = || self.outcomes.iter().copied();
        if known().any(|name| name == outcome) {
            return Ok(outcome);
        }
        let error = Diagnostic::at(&node.place, unknown("outcome", outcome, known()));
        Err(error.help("the command `columns runs` lists them"))
    }
}

impl Experiment {
    /// What to know of its words, though nothing is wrong with them: what has no effect, or is far from what is plausible. What
    /// several scenarios have in common is told of where it holds for all of them.
    pub fn warnings(&self) -> Vec<Diagnostic> {
        // By text: how many scenarios read it.
        let mut readers: BTreeMap<&str, usize> = BTreeMap::new();
        // By what is said: how many of those say it too.
        let mut told: BTreeMap<String, (&Diagnostic, usize)> = BTreeMap::new();
        for variant in &self.variants {
            for Warning { said, .. } in &variant.warnings {
                let Some(place) = &said.place else { continue };
                let all = || self.variants.iter().filter(|variant| variant.reads(&place.origin)).count();
                readers.entry(&place.origin.name).or_insert_with(all);
                told.entry(said.line()).or_insert((said, 0)).1 += usize::from(variant.reads(&place.origin));
            }
        }
        let holds = |said: &Diagnostic, count: usize| {
            said.place.as_ref().is_none_or(|place| readers.get(place.origin.name.as_str()) == Some(&count))
        };
        let held = told.into_values().filter(|(said, count)| holds(said, *count));
        Diagnostics::new(held.map(|(said, _)| said.clone()).collect()).into_found()
    }
}

pub(super) fn keep<T>(result: Result<T, Diagnostics>, found: &mut Mistakes) -> Option<T> {
    result.map_err(|errors| found.extend(errors.into_found())).ok()
}

/// The names of these tables.
pub(super) fn owned(tables: &[&str]) -> Vec<String> {
    tables.iter().map(|&table| table.to_owned()).collect()
}

/// Reads one file; a game is read in its own place.
pub(super) struct Reader<'r> {
    pub source: &'r Source,
    pub origin: &'r Arc<Origin>,
    pub flags: Vec<Override>,
    pub catalogue: &'r Arc<Catalogue>,
    pub names: KnownNames<'r>,
    pub found: &'r mut Mistakes,
    /// The configs that scenarios begin with, by where they are.
    pub bases: BTreeMap<PathBuf, Arc<Base>>,
    /// Worlds that are to be drawn.
    pub doubt: Option<&'r Doubt>,
}

/// What experiments and games begin with.
pub(super) struct Head<'t> {
    pub title: Option<String>,
    pub description: String,
    /// The scenario that is named.
    pub scenario: Option<&'t Node>,
    pub runs: u32,
    pub quantiles: Option<Option<Gather>>,
    pub record: Option<Vec<String>>,
    /// `seed` and `months`, which are laid over all scenarios.
    pub common: Vec<Override>,
}

impl Reader<'_> {
    /// Takes what experiments and games begin with.
    pub(super) fn head<'t>(&mut self, root: &mut Section<'t>) -> Head<'t> {
        let title = root.require("name", self.found);
        let title = title.and_then(|entry| self.note(folder_name("name", &entry.node))).cloned();
        let description = root.text("description", self.found);
        let scenario = root.take("scenario").map(|entry| &entry.node);
        let runs = root.read("runs", |key, node| whole(key, node, 1, u64::from(u32::MAX)), self.found);
        let runs = runs.and_then(|runs| u32::try_from(runs).ok()).unwrap_or(self.default_runs());
        let quantiles = root.read("quantiles", gather, self.found);
        let record = root.take("record").map(|entry| self.record(&entry.node));
        let mut common = Vec::new();
        for (key, path) in [("seed", &["seed"][..]), ("months", &["time", "months"])] {
            common.extend(root.take(key).map(|entry| Override::new(path, &entry.node)));
        }
        Head { title, description, scenario, runs, quantiles, record, common }
    }

    /// Says where what belongs into a scenario goes.
    pub(super) fn refuse_keys_of_scenarios<'t>(&mut self, tree: &'t TomlTable, root: &mut Section<'t>) {
        let belongs = |key: &str| SCENARIO_KEYS.contains(&key) || key == BY_PAIR || kind_of(key).is_some();
        for (key, entry) in tree.iter().filter(|(key, _)| belongs(key)) {
            root.take(key);
            let message = format!("`{key}` is a key of scenarios, and this is an experiment file");
            let help = if key == "extends" {
                "an experiment names its scenario file with `scenario`"
            } else {
                "it can stand in a scenario file of its own, or by dotted key in the `set` of [[scenarios]]"
            };
            self.found.push(Diagnostic::at(&entry.key, message).help(help));
        }
    }

    /// Replicates where nothing is said: few of many worlds tell more than many of few.
    pub(super) const fn default_runs(&self) -> u32 {
        if self.doubt.is_some() { RUNS_IN_DOUBT } else { DEFAULT_RUNS }
    }

    /// The design of the file, or that of the doubt that is laid over it.
    pub(super) fn design(
        &mut self,
        written: Option<&TomlEntry>,
        seed: u64,
        variants: &[Variant],
    ) -> Option<ReadDesign> {
        let (source, origin, catalogue) = (self.source, self.origin, self.catalogue);
        let Some(doubt) = self.doubt else {
            let context = Context { source, origin, seed, catalogue, variants };
            return read_design(written, &context, self.found);
        };
        if let Some(entry) = written {
            let error = Diagnostic::at(
                &entry.key,
                "worlds are to be drawn from a sample, and this file has a design of its own",
            );
            self.found.push(error.help("leave out one of them"));
            return None;
        }
        doubt.design(&Context { source: &Source::Input, origin, seed, catalogue, variants }, self.found)
    }

    pub(super) fn note<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.found.push(error)).ok()
    }

    /// The outcomes that are asked for, each once.
    pub(super) fn asked(&mut self, node: &Node) -> Vec<String> {
        let (mut asked, known) = (Vec::<String>::new(), self.names);
        for item in self.note(list("outcomes", node)).unwrap_or_default() {
            let Some(outcome) = self.note(known.outcome(item)) else { continue };
            if asked.contains(outcome) {
                self.found.push(Diagnostic::at(&item.place, format!("`{outcome}` is in `outcomes` twice")));
            }
            asked.push(outcome.clone());
        }
        asked
    }

    /// A list of words for tables, or one word.
    fn record(&mut self, node: &Node) -> Vec<String> {
        let items = if node.as_text().is_some() { Ok(std::slice::from_ref(node)) } else { list("record", node) };
        let items = self.note(items).unwrap_or_default();
        let read = items.iter().filter_map(|item| Some((item, self.note(text("record", item))?.as_str())));
        let (items, words): (Vec<_>, Vec<_>) = read.unzip();
        let known = self.names.tables;
        let wrong = match tables::named(&words, known) {
            Ok(record) => return record,
            Err(wrong) => wrong,
        };
        self.found.extend(wrong.into_iter().map(|(at, wrong)| match wrong {
            Misnamed::NotAlone => Diagnostic::at(&items[at].place, Misnamed::beside(words[at])),
            Misnamed::Unknown => {
                let message = unknown("table", words[at], known.iter().copied());
                let help = format!("tables: {}; `{}` or `{}` alone", known.join(", "), tables::ALL, tables::NONE);
                Diagnostic::at(&items[at].place, message).help(help)
            }
        }));
        Vec::new()
    }

    /// The values of a table `set`, by dotted key. The seed, which is refused with these words, is none of them.
    pub(super) fn set<'a>(&mut self, section: &mut Section<'a>, of_seed: &str) -> Vec<Override> {
        let table = section.take("set").and_then(|entry| {
            let table = entry.node.as_table().ok_or_else(|| wrong("set", &entry.node, "a table of keys and values"));
            self.note(table)
        });
        let mut set = Vec::new();
        for (key, value) in table.into_iter().flatten() {
            let Some(each) = self.note(Override::from_entry(key, value)) else { continue };
            if *each.key() == Key::new(&["seed"]) {
                let error = Diagnostic::at(&value.key, of_seed);
                self.found.push(error.help("write `seed` at the top of the experiment"));
            }
            set.push(each);
        }
        set
    }

    /// Loads a scenario with these layers over it; the flags of the command line are the last.
    pub(super) fn load(&mut self, scenario: Option<&Node>, mut layers: Vec<Vec<Override>>) -> Option<Loaded> {
        let (source, from) = match scenario {
            None => (Source::Builtin(DEFAULT_SCENARIO.to_owned()), None),
            Some(node) => (self.source.beside(self.note(text("scenario", node))?), Some(node.place.clone())),
        };
        layers.push(self.flags.clone());
        // Most scenarios of an experiment begin with the same config, which is then read and held once.
        let place = source.identity();
        let base = match self.bases.get(&place) {
            Some(base) => Arc::clone(base),
            None => {
                let read = Base::read(&Named { source, from, opened: None }, self.catalogue);
                let base = Arc::new(keep(read, self.found)?);
                self.bases.insert(place, Arc::clone(&base));
                base
            }
        };
        keep(base.with(layers), self.found)
    }
}

/// Over which runs to take quantiles.
fn gather(key: &str, node: &Node) -> Result<Option<Gather>, Diagnostic> {
    let found = Gather::WORDS.iter().find(|(word, _)| node.as_text().is_some_and(|text| text == word));
    found.map(|(_, gather)| *gather).ok_or_else(|| wrong(key, node, "one of `by-point`, `pooled`, `off`"))
}
