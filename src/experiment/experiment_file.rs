//! Reads experiment files: a scenario, how many replicates of it, and its named variants.

use crate::scenario::{
    Catalogue, Diagnostic, Diagnostics, Scenario, Source,
    diagnostic::{Origin, Place, unknown},
    load::{load_with, read_flags},
    overrides::Override,
    schema::{DIALECT, described, months, name as name_schema, required, seed, table_of},
    section::{Found, Section, file_name, list, name, text, whole, wrong},
    tree::{self, Node, Table},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Arc};

/// Replicates of an experiment that does not say how many.
pub const DEFAULT_RUNS: u32 = 100;
/// The scenario of an experiment that names none.
const DEFAULT_SCENARIO: &str = "baseline";
/// Keys that only an experiment file has.
const EXPERIMENT_KEYS: [&str; 4] = ["scenario", "scenarios", "runs", "design"];

/// An experiment, checked and complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// Short name, used for the output folder.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Replicates of each variant, at least 1.
    pub runs: u32,
    /// Master seed, the same for every variant: the file's, or else that of the first variant's scenario.
    pub seed: u64,
    /// Names of the tables to record.
    pub record: Vec<String>,
    /// The scenarios to run, at least one: those of `[[scenarios]]`, or else the plain scenario.
    pub variants: Vec<Variant>,
}

/// A scenario of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its name in the tables.
    pub name: String,
    /// What is simulated.
    pub scenario: Scenario,
}

/// Reads an experiment file, or a scenario file as an experiment with that one variant. Overrides (`a.b.c=value`) are
/// laid over every variant's scenario. `tables` are the tables that can be recorded; all are, if the file does not say.
///
/// # Errors
/// Everything that is wrong, in all files and overrides.
pub fn load_experiment(
    source: &Source,
    overrides: &[String],
    catalogue: &Catalogue,
    tables: &[&str],
) -> Result<Experiment, Diagnostics> {
    let origin = source.open(0, None)?;
    let (flags, mut found) = read_flags(overrides);
    let tree = tree::parse(&origin).map_err(Diagnostics::new)?;
    let experiment = if EXPERIMENT_KEYS.iter().any(|key| tree.contains_key(*key)) {
        Reader { source, origin: &origin, flags, catalogue, tables, found: &mut found }.experiment(&tree)
    } else {
        let loaded = keep(load_with(source, None, flags, catalogue).map(|loaded| loaded.scenario), &mut found);
        loaded.map(|scenario| of_one(scenario, tables))
    };
    match experiment {
        Some(experiment) if found.is_empty() => Ok(experiment),
        _ => Err(Diagnostics::new(found)),
    }
}

fn of_one(scenario: Scenario, tables: &[&str]) -> Experiment {
    Experiment {
        name: scenario.name.clone(),
        description: scenario.description.clone(),
        runs: DEFAULT_RUNS,
        seed: scenario.seed,
        record: owned(tables),
        variants: vec![Variant { name: scenario.name.clone(), scenario }],
    }
}

fn owned(tables: &[&str]) -> Vec<String> {
    tables.iter().map(|&table| table.to_owned()).collect()
}

fn keep<T>(result: Result<T, Diagnostics>, found: &mut Found) -> Option<T> {
    result.map_err(|errors| found.extend(errors.into_found())).ok()
}

struct Reader<'r> {
    source: &'r Source,
    origin: &'r Arc<Origin>,
    flags: Vec<Override>,
    catalogue: &'r Catalogue,
    tables: &'r [&'r str],
    found: &'r mut Found,
}

/// What a `[[scenarios]]` entry says.
struct VariantEntry<'a> {
    name: Option<&'a String>,
    scenario: Option<&'a Node>,
    set: Vec<Override>,
}

impl Reader<'_> {
    fn experiment(mut self, tree: &Table) -> Option<Experiment> {
        let mut root = Section::new(tree, &Place::new(self.origin, 0..0), "the experiment");
        let title = root.require("name", self.found);
        let title = title.and_then(|entry| self.note(file_name("name", &entry.node))).cloned();
        let description = root.text("description", self.found);
        let scenario = root.take("scenario").map(|entry| &entry.node);
        let runs = root.read("runs", |key, node| whole(key, node, 1, u64::from(u32::MAX)), self.found);
        let record = root.read("record", list, self.found).map(|items| self.record(items));
        let mut common = Vec::new();
        for (key, path) in [("seed", &["seed"][..]), ("months", &["time", "months"])] {
            common.extend(root.take(key).map(|entry| Override::new(path, &entry.node)));
        }
        self.check_design(&mut root);
        let entries = root.read("scenarios", list, self.found).unwrap_or_default();
        root.finish(self.found);
        let mut variants: Vec<Variant> = Vec::new();
        if entries.is_empty() {
            let loaded = self.load(scenario, common);
            variants.extend(loaded.map(|scenario| Variant { name: scenario.name.clone(), scenario }));
        } else {
            variants = self.variants(entries, scenario, &common);
        }
        let seed = variants.first()?.scenario.seed;
        for variant in &mut variants {
            variant.scenario.seed = seed;
        }
        let runs = runs.and_then(|runs| u32::try_from(runs).ok()).unwrap_or(DEFAULT_RUNS);
        let record = record.unwrap_or_else(|| owned(self.tables));
        Some(Experiment { name: title?, description, runs, seed, record, variants })
    }

    fn note<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|error| self.found.push(error)).ok()
    }

    fn record(&mut self, items: &[Node]) -> Vec<String> {
        let mut record: Vec<String> = Vec::new();
        for item in items {
            let Some(table) = self.note(text("record", item)) else { continue };
            if !self.tables.contains(&table.as_str()) {
                let message = unknown("table", table, self.tables.iter().copied());
                self.found
                    .push(Diagnostic::at(&item.place, message).help(format!("tables: {}", self.tables.join(", "))));
            } else if !record.contains(table) {
                record.push(table.clone());
            }
        }
        record
    }

    /// Designs other than plain replicates are refused as a whole.
    fn check_design<'a>(&mut self, root: &mut Section<'a>) {
        if let Some(entry) = root.take("stop") {
            self.found.push(Diagnostic::at(&entry.key, "this version has no stop rules"));
        }
        let Some(entry) = root.take("design") else { return };
        let Some(mut section) = Section::of(&entry.node, "[design]", self.found) else { return };
        let Some(kind) = section.require("kind", self.found) else { return };
        match self.note(text("kind", &kind.node)).map(String::as_str) {
            Some("none") => section.finish(self.found),
            Some(_) => {
                let error = wrong("kind", &kind.node, "\"none\"");
                self.found.push(error.help("this version has plain replicates only"));
            }
            None => {}
        }
    }

    fn variants(&mut self, entries: &[Node], scenario: Option<&Node>, common: &[Override]) -> Vec<Variant> {
        let (mut variants, mut names) = (Vec::new(), BTreeSet::new());
        for node in entries {
            let Some(entry) = self.entry(node) else { continue };
            if let Some(name) = entry.name
                && !names.insert(name)
            {
                self.found.push(Diagnostic::at(&node.place, format!("`{name}` is in `scenarios` twice")));
            }
            let loaded = self.load(entry.scenario.or(scenario), [common, &entry.set].concat());
            if let (Some(name), Some(scenario)) = (entry.name, loaded) {
                variants.push(Variant { name: name.clone(), scenario });
            }
        }
        variants
    }

    fn entry<'a>(&mut self, node: &'a Node) -> Option<VariantEntry<'a>> {
        let mut section = Section::of(node, "[[scenarios]]", self.found)?;
        let name = section.require("name", self.found).and_then(|entry| self.note(name("name", &entry.node)));
        let scenario = section.take("scenario").map(|entry| &entry.node);
        let table = section.take("set").and_then(|entry| {
            let table = entry.node.as_table().ok_or_else(|| wrong("set", &entry.node, "a table of keys and values"));
            self.note(table)
        });
        let mut set = Vec::new();
        for (key, value) in table.into_iter().flatten() {
            if key == "seed" {
                let error = Diagnostic::at(&value.key, "all variants have the same seed");
                self.found.push(error.help("write `seed` at the top of the experiment"));
            }
            set.extend(self.note(Override::from_entry(key, value)));
        }
        section.finish(self.found);
        Some(VariantEntry { name, scenario, set })
    }

    fn load(&mut self, scenario: Option<&Node>, overrides: Vec<Override>) -> Option<Scenario> {
        let (source, place) = match scenario {
            None => (Source::Builtin(DEFAULT_SCENARIO.to_owned()), None),
            Some(node) => (self.source.beside(self.note(text("scenario", node))?), Some(&node.place)),
        };
        let overrides = [overrides, self.flags.clone()].concat();
        keep(load_with(&source, place, overrides, self.catalogue).map(|loaded| loaded.scenario), self.found)
    }
}

/// The JSON Schema (draft 2020-12) of experiment files.
pub fn experiment_schema(tables: &[&str]) -> Value {
    let path = || json!({ "type": "string" });
    let record = json!({ "type": "array", "items": { "enum": tables } });
    let set = json!({ "type": "object" });
    let variant = table_of([
        ("name", described(name_schema(), "Its name in the tables.")),
        ("scenario", described(path(), "A scenario file of its own; the path is relative to this file.")),
        ("set", described(set, "Values by dotted key, such as \"time.months\" = 60.")),
    ]);
    let variants = json!({ "type": "array", "items": required(variant, &["name"]) });
    let design = required(table_of([("kind", described(json!({ "enum": ["none"] }), "Plain replicates."))]), &["kind"]);
    let runs = json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX, "default": DEFAULT_RUNS });
    let mut schema = required(
        table_of([
            ("name", described(name_schema(), "Short name, used for the output folder.")),
            ("description", described(json!({ "type": "string" }), "What it is for.")),
            (
                "scenario",
                described(
                    path(),
                    "The scenario file; the path is relative to this file. Default: the built-in baseline.",
                ),
            ),
            ("seed", seed()),
            ("runs", described(runs, "Replicates of each scenario.")),
            ("months", months()),
            ("record", described(record, "Tables to record; all of them if left out.")),
            ("scenarios", described(variants, "Variants to run in place of the plain scenario.")),
            ("design", design),
        ]),
        &["name"],
    );
    schema["$schema"] = DIALECT.into();
    schema["title"] = "redqueen experiment".into();
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load::tests::{SMALL, catalogue};
    use std::{fs, path::Path};

    const TABLES: [&str; 2] = ["world", "states"];

    fn read(folder: &Path, text: &str, overrides: &[&str]) -> Result<Experiment, String> {
        fs::write(folder.join("small.toml"), SMALL).unwrap();
        fs::write(folder.join("experiment.toml"), text).unwrap();
        let overrides: Vec<String> = overrides.iter().map(|&each| each.to_owned()).collect();
        load_experiment(&Source::File(folder.join("experiment.toml")), &overrides, &catalogue(), &TABLES)
            .map_err(|errors| errors.to_string())
    }

    #[test]
    fn variants_lay_their_values_over_the_scenario() {
        let folder = tempfile::tempdir().unwrap();
        let text = "name = 'e'\nscenario = 'small.toml'\nruns = 3\nseed = 9\nmonths = 4\nrecord = ['world']\n\
                    [design]\nkind = 'none'\n[[scenarios]]\nname = 'plain'\n\
                    [[scenarios]]\nname = 'off'\nset = { 'mechanisms.growth.enabled' = false, 'states.US.talent' = 2 }\n";
        let experiment = read(folder.path(), text, &["time.months=5"]).unwrap();
        assert_eq!((experiment.runs, experiment.seed), (3, 9));
        assert_eq!(experiment.record, ["world"]);
        let [plain, off] = experiment.variants.as_slice() else { panic!("two variants") };
        assert!(plain.scenario.mechanisms[0].enabled && !off.scenario.mechanisms[0].enabled);
        assert_eq!(off.scenario.states[2].numbers.talent, 2.0);
        assert_eq!((plain.scenario.seed, plain.scenario.time.months), (9, 5));
    }

    #[test]
    fn a_scenario_is_an_experiment_with_one_variant() {
        let folder = tempfile::tempdir().unwrap();
        let experiment = read(folder.path(), SMALL, &["seed=4"]).unwrap();
        assert_eq!((experiment.name.as_str(), experiment.runs, experiment.seed), ("small", DEFAULT_RUNS, 4));
        assert_eq!(experiment.variants[0].name, "small");
        assert_eq!(experiment.record, TABLES);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let text = "name = 'e'\nscenario = 'small.toml'\nruns = 0\nrecord = ['wrld']\nrunz = 1\n[design]\nkind = 'lhs'\n\
                    [[scenarios]]\nname = 'a'\nset = { 'mechanisms.growth.rat' = 1 }\n[[scenarios]]\nname = 'a'\nset.seed = 2\n";
        let said = read(folder.path(), text, &["seed=-1"]).unwrap_err();
        for part in [
            ":3:8: `runs` must be a whole number of at least 1",
            ":4:11: unknown table `wrld`, did you mean `world`?",
            ":5:1: unknown key `runz`, did you mean `runs`?",
            ":7:8: `kind` must be \"none\", not the text \"lhs\"",
            ":10:9: unknown key `rat`, did you mean `rate`?",
            ":11:1: `a` is in `scenarios` twice",
            ":13:5: all variants have the same seed",
            "--set seed=-1: `seed` must be a whole number",
        ] {
            assert!(said.contains(part), "{part}\n---\n{said}");
        }
        assert_eq!(said.matches("--set seed=-1").count(), 1, "said once for all variants");
    }

    #[test]
    fn the_schema_accepts_good_files_and_refuses_a_misspelt_key() {
        let schema = experiment_schema(&TABLES);
        assert!(jsonschema::meta::is_valid(&schema));
        let valid = |text: &str| jsonschema::is_valid(&schema, &toml::from_str::<Value>(text).unwrap());
        assert!(valid("name = 'e'\nruns = 2\nrecord = ['world']\n[[scenarios]]\nname = 'a'\nset = { 'a.b' = 1 }"));
        for wrong in ["name = 'e'\nrusn = 2", "runs = 2", "name = 'e'\nrecord = ['x']", "name = 'e'\nruns = 0"] {
            assert!(!valid(wrong), "{wrong}");
        }
    }
}
