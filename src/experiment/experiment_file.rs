//! Reads experiment files: a scenario, how many replicates of it, and its named variants.

use super::{
    calibration::read::TARGETS,
    claim::schema::claim_keys,
    common::{DEFAULT_RUNS, Doubt, Experiment, Gather, Head, KnownNames, Reader, keep, owned},
    design::{Sample, context::Context, read::ReadDesign, schema::design_schema},
    game::read::PLAYERS,
    plan::Stop,
    tables,
    variant::Variant,
};
use crate::scenario::{
    Catalogue, Described, Diagnostic, Diagnostics, Scenario, Source,
    diagnostic::Place,
    entities::refuse_alike,
    load::{EXPERIMENT_KEYS, Loaded, Named, load_with, read_flags},
    overrides::Override,
    schema::{DIALECT, described, months, name as name_schema, required, seed, table_of},
    section::{Section, finite, list, part_of_file_name, text, whole, wrong},
    tree::{self, Node, TomlEntry, TomlTable},
};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The most scenarios of an experiment: each is held in full.
const MAX_SCENARIOS: usize = 1000;

/// Reads an experiment file, or a scenario file as an experiment with that one variant. Overrides (`a.b.c=value`) are
/// laid over every variant's scenario, and worlds drawn from a sample if there is to be doubt. What a report needs is recorded if the file
/// does not say which.
///
/// # Errors
/// Everything that is wrong, in all files and overrides.
pub fn load_experiment(
    source: &Source,
    overrides: &[String],
    catalogue: &Arc<Catalogue>,
    names: KnownNames<'_>,
    doubt: Option<&Doubt>,
) -> Result<Experiment, Diagnostics> {
    let origin = source.open(0, None)?;
    let (flags, mut found) = read_flags(overrides);
    let tree = tree::parse(&origin).map_err(Diagnostics::new)?;
    let reader = |found| Reader {
        source,
        origin: &origin,
        flags: flags.clone(),
        catalogue,
        names,
        found,
        bases: BTreeMap::new(),
        doubt,
    };
    let experiment = if tree.contains_key(PLAYERS) {
        reader(&mut found).game(&tree)
    } else if tree.contains_key(TARGETS) {
        reader(&mut found).calibration(&tree)
    } else if EXPERIMENT_KEYS.iter().any(|key| tree.contains_key(*key)) {
        reader(&mut found).experiment(&tree)
    } else {
        let config = Named { opened: Some(Arc::clone(&origin)), ..Named::of(source) };
        let loaded = keep(load_with(&config, vec![flags.clone()], catalogue), &mut found);
        loaded.and_then(|loaded| reader(&mut found).of_one(loaded))
    };
    match experiment {
        Some(experiment) if found.is_empty() => Ok(experiment),
        _ => Err(Diagnostics::new(found)),
    }
}

/// What a `[[scenarios]]` entry says.
struct VariantEntry<'a> {
    name: Option<&'a String>,
    description: Option<String>,
    scenario: Option<&'a Node>,
    set: Vec<Override>,
}

impl Reader<'_> {
    /// The experiment with this one scenario.
    fn of_one(self, loaded: Loaded) -> Option<Experiment> {
        let Scenario { name, description, seed, .. } = &loaded.scenario;
        let (name, description, seed) = (name.clone(), description.clone(), *seed);
        let mut variants = vec![Variant::new(name.clone(), loaded)];
        let sample = match self.doubt {
            None => Sample::plain(),
            Some(doubt) => {
                // What the scenario's own file says is there to be replaced.
                let (source, origin, catalogue) = (&Source::Input, &doubt.origin(), self.catalogue);
                let context = Context { source, origin, seed, catalogue, variants: &variants };
                let read = doubt.design(&context, self.found)?;
                ReadDesign { warnings: Vec::new(), ..read }.over(&mut variants)
            }
        };
        let quantiles = Some(if sample.design().method.samples() { Gather::Pooled } else { Gather::ByPoint });
        let (record, passing) = self.by_default();
        let (outcomes, stop, claim, calibration, game) = (Vec::new(), None, None, None, None);
        Some(Experiment {
            name,
            description,
            runs: self.default_runs(),
            seed,
            record,
            passing,
            outcomes,
            variants,
            sample,
            stop,
            quantiles,
            claim,
            calibration,
            game,
        })
    }

    /// The tables that are recorded where nothing is said of tables, and those of them that only pass through.
    fn by_default(&self) -> (Vec<String>, Vec<String>) {
        let (record, passing) = self.names.by_default;
        (owned(record), owned(passing))
    }

    fn experiment(mut self, tree: &TomlTable) -> Option<Experiment> {
        let mut root = Section::new(tree, &Place::new(self.origin, 0..0), "the experiment");
        let Head { title, description, scenario, runs, quantiles, record, common } = self.head(&mut root);
        let outcomes = root.take("outcomes").map(|entry| self.asked(&entry.node)).unwrap_or_default();
        let design = root.take("design");
        let stop = root.take("stop");
        let stop = stop.map(|entry| (entry, self.stop(&entry.node)));
        let entries = root.read("scenarios", list, self.found).unwrap_or_default();
        let claimed = self.claim_entries(&mut root);
        self.refuse_keys_of_scenarios(tree, &mut root);
        root.finish(self.found);
        let mut variants: Vec<Variant> = Vec::new();
        if entries.is_empty() {
            let loaded = self.load(scenario, vec![common]);
            variants.extend(loaded.map(|loaded| Variant::new(loaded.scenario.name.clone(), loaded)));
        } else {
            variants = self.variants(entries, scenario, &common);
        }
        let seed = variants.first().map_or(0, |variant| variant.scenario.seed);
        for variant in &mut variants {
            Arc::make_mut(&mut variant.scenario).seed = seed;
        }
        let (record, passing) = record.map_or_else(|| self.by_default(), |record| (record, Vec::new()));
        let read = self.design(design, seed, &variants)?;
        let stop = match stop {
            None => None,
            Some((entry, stop)) => {
                self.one_span(&variants, entry);
                Some(stop?)
            }
        };
        if variants.is_empty() {
            return None;
        }
        let sample = read.over(&mut variants);
        // The points of a sampled design are draws of one distribution; those of a grid are each of interest.
        // Under a stop rule points have different numbers of replicates, and enough to stand alone.
        let pools = sample.design().method.samples() && stop.is_none();
        let natural = if pools { Gather::Pooled } else { Gather::ByPoint };
        let quantiles = quantiles.unwrap_or(Some(natural));
        let claim = self.claim(&claimed, &variants).map(Box::new);
        let name = title?;
        let (calibration, game) = (None, None);
        Some(Experiment {
            name,
            description,
            runs,
            seed,
            record,
            passing,
            outcomes,
            variants,
            sample,
            stop,
            quantiles,
            claim,
            calibration,
            game,
        })
    }

    /// The rule of a `[stop]` table.
    fn stop(&mut self, node: &Node) -> Option<Stop> {
        /// Most replicates where the file does not say.
        const MAX_RUNS: u64 = 10_000;
        let mut section = Section::of(node, "[stop]", self.found)?;
        let outcome = section.require("outcome", self.found);
        let outcome = outcome.and_then(|entry| self.note(self.names.outcome(&entry.node)));
        let standard_error = section.require("standard_error", self.found).and_then(|entry| {
            let error = || wrong("standard_error", &entry.node, "a number above 0, in the outcome's unit");
            self.note(finite(&entry.node).filter(|number| *number > 0.0).ok_or_else(error))
        });
        let most = section.read("max_runs", |key, node| whole(key, node, 2, u64::from(u32::MAX)), self.found);
        section.finish(self.found);
        Some(Stop { outcome: outcome?.clone(), standard_error: standard_error?, max_runs: most.unwrap_or(MAX_RUNS) })
    }

    /// A stop rule looks at differences, so all scenarios cover the same months.
    fn one_span(&mut self, variants: &[Variant], entry: &TomlEntry) {
        let Some((first, others)) = variants.split_first() else { return };
        if let Some(other) = others.iter().find(|other| other.scenario.time != first.scenario.time) {
            let (first, other) = (&first.name, &other.name);
            let message = format!("[stop] looks at differences from `{first}`, and `{other}` covers other months");
            self.found.push(Diagnostic::at(&entry.key, message).help("give all scenarios the same start and months"));
        }
    }

    fn variants(&mut self, entries: &[Node], scenario: Option<&Node>, common: &[Override]) -> Vec<Variant> {
        let (mut variants, mut names) = (Vec::new(), BTreeSet::new());
        if let Some(first) = entries.get(MAX_SCENARIOS) {
            let message = format!("an experiment has at most {MAX_SCENARIOS} scenarios, not {}", entries.len());
            self.found.push(Diagnostic::at(&first.place, message));
            return variants;
        }
        let named = |node: &Node| node.as_table().and_then(|table| table.get("name")).map(|entry| entry.node.clone());
        let nodes: Vec<Node> = entries.iter().filter_map(named).collect();
        let named = nodes.iter().filter_map(|node| Some((node.as_text()?.as_str(), &node.place)));
        refuse_alike(named, "scenarios", self.found);
        for node in entries {
            let Some(entry) = self.entry(node) else { continue };
            if let Some(name) = entry.name
                && !names.insert(name)
            {
                self.found.push(Diagnostic::at(&node.place, format!("`{name}` is in `scenarios` twice")));
            }
            let loaded = self.load(entry.scenario.or(scenario), vec![common.to_vec(), entry.set.clone()]);
            if let (Some(name), Some(mut loaded)) = (entry.name, loaded) {
                if entry.description.is_some() || !entry.set.is_empty() {
                    let base = &loaded.scenario.name;
                    let [set, flags] = [&entry.set, &self.flags].map(|layer| loaded.draft.spelled(layer));
                    let described = Described::laid_over(base, entry.description, &set, &flags);
                    loaded.scenario.description.clone_from(&described.description);
                    loaded.described = described;
                }
                let mut variant = Variant::new(name.clone(), loaded);
                variant.warn_of_the_same(&variants, &node.place);
                variants.push(variant);
            }
        }
        variants
    }

    fn entry<'a>(&mut self, node: &'a Node) -> Option<VariantEntry<'a>> {
        let mut section = Section::of(node, "[[scenarios]]", self.found)?;
        let name =
            section.require("name", self.found).and_then(|entry| self.note(part_of_file_name("name", &entry.node)));
        let description = section.read("description", text, self.found).cloned();
        let description = description.filter(|text| !text.trim().is_empty());
        let scenario = section.take("scenario").map(|entry| &entry.node);
        let set = self.set(&mut section, "all variants have the same seed");
        section.finish(self.found);
        Some(VariantEntry { name, description, scenario, set })
    }
}

/// The JSON Schema (draft 2020-12) of experiment files.
pub fn experiment_schema(names: KnownNames<'_>) -> serde_json::Value {
    let path = || json!({ "type": "string" });
    let record = tables::schema(names.tables);
    let stop = stop_schema(names);
    let variants = variants_schema();
    let runs = json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX, "default": DEFAULT_RUNS });
    let claims = claim_keys(names);
    let outcomes = described(
        json!({ "type": "array", "items": { "enum": names.outcomes }, "uniqueItems": true }),
        "Outcomes that are asked for: they come first in the report and the summary. Default: those that the model is known by.",
    );
    let mut schema = required(
        table_of([
            ("name", described(name_schema(), "Short name, used for the output folder.")),
            ("description", described(json!({ "type": "string" }), "What it is for; shown in the report.")),
            (
                "scenario",
                described(
                    path(),
                    "The scenario file; the path is relative to this file. Default: the built-in baseline.",
                ),
            ),
            ("seed", seed()),
            ("runs", described(runs, "Replicates of each scenario and design point.")),
            ("months", months()),
            (
                "record",
                described(record, "Tables to record, `all` of them or `none`; what a report needs if left out."),
            ),
            ("outcomes", outcomes),
            (
                "quantiles",
                described(
                    json!({ "enum": Gather::WORDS.map(|(word, _)| word) }),
                    "Over which runs to take quantiles. Default: pooled over the points of a sampled design without [stop], else by point.",
                ),
            ),
            ("scenarios", described(variants, "Variants to run in place of the plain scenario.")),
            ("design", design_schema()),
            ("stop", stop),
        ]),
        &["name"],
    );
    if let Some(keys) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) {
        keys.extend(claims.map(|(key, schema)| (key.to_owned(), schema)));
    }
    schema["$schema"] = DIALECT.into();
    schema["title"] = "redqueen experiment".into();
    schema
}

/// The list `[[scenarios]]`.
fn variants_schema() -> serde_json::Value {
    let variant = table_of([
        ("name", described(name_schema(), "Its name in the tables.")),
        (
            "description",
            described(
                json!({ "type": "string" }),
                "What it is. Without it the report lists what `set` changes, or shows what the scenario file says.",
            ),
        ),
        (
            "scenario",
            described(json!({ "type": "string" }), "A scenario file of its own; the path is relative to this file."),
        ),
        ("set", described(json!({ "type": "object" }), "Values by dotted key, such as \"time.months\" = 60.")),
    ]);
    json!({ "type": "array", "items": required(variant, &["name"]) })
}

/// The table `[stop]`.
fn stop_schema(names: KnownNames<'_>) -> serde_json::Value {
    required(
        table_of([
            (
                "outcome",
                described(
                    json!({ "enum": names.outcomes }),
                    "The outcome to know: of a single scenario its mean, of several their paired differences from the first.",
                ),
            ),
            (
                "standard_error",
                described(json!({ "type": "number", "exclusiveMinimum": 0 }), "How well to know it, in its unit."),
            ),
            (
                "max_runs",
                described(
                    json!({ "type": "integer", "minimum": 2, "maximum": u32::MAX, "default": 10_000 }),
                    "Most replicates of a scenario and point.",
                ),
            ),
        ]),
        &["outcome", "standard_error"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load::tests::{SMALL, catalogue};
    use std::{fs, path::Path};

    const NAMES: KnownNames<'_> = KnownNames {
        tables: &["world", "states", "releases"],
        by_default: (&["world", "states"], &["states"]),
        outcomes: &["gap_nats_end", "entries"],
        declared: &[],
        months_before: |_| 1,
    };

    fn read(folder: &Path, text: &str, overrides: &[&str]) -> Result<Experiment, String> {
        fs::write(folder.join("small.toml"), SMALL).unwrap();
        fs::write(folder.join("experiment.toml"), text).unwrap();
        let overrides: Vec<String> = overrides.iter().map(|&each| each.to_owned()).collect();
        load_experiment(&Source::File(folder.join("experiment.toml")), &overrides, &catalogue(), NAMES, None)
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
        assert_eq!((experiment.record, experiment.passing), (owned(&["world"]), Vec::new()));
        let [plain, off] = experiment.variants.as_slice() else { panic!("two variants") };
        assert!(plain.scenario.mechanisms[0].enabled && !off.scenario.mechanisms[0].enabled);
        assert_eq!(off.scenario.states[2].numbers.talent, 2.0);
        assert_eq!((plain.scenario.seed, plain.scenario.time.months), (9, 5));
    }

    #[test]
    fn a_variant_is_described_by_its_own_words_or_by_what_it_sets() {
        let folder = tempfile::tempdir().unwrap();
        let base = SMALL.replace("name = \"small\"", "name = \"small\"\ndescription = \"As it is.\"");
        let text = "name = 'e'\ndescription = 'Why?'\nscenario = 'base.toml'\nseed = 3\nmonths = 4\n\
                    [[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\nset = { 'mechanisms.growth.rate' = 0.3 }\n\
                    [[scenarios]]\nname = 'c'\ndescription = 'Slow.'\nset = { 'mechanisms.growth.rate' = 0.1 }\n\
                    [[scenarios]]\nname = 'd'\nscenario = 'above.toml'\n";
        fs::write(folder.path().join("base.toml"), base).unwrap();
        fs::write(folder.path().join("above.toml"), "extends = 'base.toml'\n[mechanisms.growth]\nloud = false\n")
            .unwrap();
        let experiment = read(folder.path(), text, &["states.US.talent=2"]).unwrap();
        assert_eq!(experiment.description, "Why?");
        let told: Vec<_> = experiment
            .variants
            .iter()
            .map(|variant| {
                let Described { description, base, changes } = &variant.described;
                assert_eq!(*description, variant.scenario.description, "the resolved config says the same");
                (description.as_str(), base.as_str(), changes.join(", "))
            })
            .collect();
        let talent = "states.US.talent = 2";
        assert_eq!(told[0], ("As it is.", "", talent.to_owned()));
        assert_eq!(told[1], ("", "small", format!("mechanisms.growth.rate = 0.3, {talent}")));
        assert_eq!(told[2], ("Slow.", "", talent.to_owned()));
        assert_eq!(told[3], ("", "small", format!("mechanisms.growth.loud = false, {talent}")));
    }

    #[test]
    fn a_scenario_is_an_experiment_with_one_variant() {
        let folder = tempfile::tempdir().unwrap();
        let experiment = read(folder.path(), SMALL, &["seed=4"]).unwrap();
        assert_eq!((experiment.name.as_str(), experiment.runs, experiment.seed), ("small", DEFAULT_RUNS, 4));
        assert_eq!(experiment.variants[0].name, "small");
        assert_eq!((experiment.record, experiment.passing), (owned(NAMES.by_default.0), owned(NAMES.by_default.1)));
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let text = "name = 'e'\nscenario = 'small.toml'\nruns = 0\nrecord = ['wrld']\nrunz = 1\n[design]\nkind = 'lsh'\n\
                    [[scenarios]]\nname = 'a'\nset = { 'mechanisms.growth.rat' = 1 }\n[[scenarios]]\nname = 'a'\nset.seed = 2\n";
        let said = read(folder.path(), text, &["seed=-1"]).unwrap_err();
        for part in [
            ":3:8: `runs` must be a whole number of at least 1",
            ":4:11: unknown table `wrld`, did you mean `world`?",
            ":5:1: unknown key `runz`, did you mean `runs`?",
            ":7:8: `kind` must be one of `none`, `list`, `grid`, `one-at-a-time`, `random`, `lhs`, `posterior`, `sobol`, \
             `morris`, `saltelli`, not the text \"lsh\", did you mean `lhs`?",
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
        let schema = experiment_schema(NAMES);
        assert!(jsonschema::meta::is_valid(&schema));
        let valid = |text: &str| jsonschema::is_valid(&schema, &toml::from_str::<serde_json::Value>(text).unwrap());
        assert!(valid("name = 'e'\nruns = 2\nrecord = ['world']\n[[scenarios]]\nname = 'a'\nset = { 'a.b' = 1 }"));
        for wrong in ["name = 'e'\nrusn = 2", "runs = 2", "name = 'e'\nrecord = ['x']", "name = 'e'\nruns = 0"] {
            assert!(!valid(wrong), "{wrong}");
        }
    }
}
