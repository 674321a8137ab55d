//! From a file to a checked [`Scenario`]: reads it and what it extends, lays overrides over it, checks everything.

use super::{
    Catalogue, Described, Scenario,
    diagnostic::{Diagnostic, Diagnostics, Origin, Place},
    key::{Ambiguous, Key, REMOVE, states_of},
    kinds::kind_of,
    merge::{APPENDED, Layer, Repeated, merge},
    overrides::{Override, clash, refuse_doubles},
    read::read_scenario,
    section::{Mistakes, text},
    source::Source,
    tree::{self, Node, TomlEntry, TomlTable, Value},
    warnings::{Warning, Written, repeats},
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// The most configs that extend each other in a chain.
const MAX_CHAIN: usize = 64;

/// A config that passed every check.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// The texts it was read from, the config itself first, then what it extends.
    pub origins: Vec<Arc<Origin>>,
    /// Its words, over which values can still be laid.
    pub draft: Draft,
    /// What it is.
    pub described: Described,
    /// What of it has no effect, or is far from what is plausible. None of this is wrong.
    pub warnings: Vec<Warning>,
}

/// A config with everything it extends and all its overrides, before it is checked.
#[derive(Clone, Debug)]
pub struct Draft {
    tree: TomlTable,
    /// The words of the files alone.
    files: TomlTable,
    origin: Arc<Origin>,
    catalogue: Arc<Catalogue>,
}

/// Reads a scenario with overrides (`a.b.c=value`) laid over it. Two for one place are refused, as nobody has said which of them
/// counts.
///
/// # Errors
/// Everything that is wrong with it, in all files and overrides.
pub fn load(source: &Source, overrides: &[String], catalogue: &Arc<Catalogue>) -> Result<Loaded, Diagnostics> {
    let (overrides, found) = read_flags(overrides);
    match load_with(&Named::of(source), vec![overrides], catalogue) {
        Ok(loaded) if found.is_empty() => Ok(loaded),
        Ok(_) => Err(Diagnostics::new(found)),
        Err(errors) => Err(Diagnostics::new([errors.into_found(), found].concat())),
    }
}

/// Reads `--set` flags.
pub(crate) fn read_flags(flags: &[String]) -> (Vec<Override>, Mistakes) {
    /// Errors in flags come after those in files.
    const AFTER_FILES: usize = usize::MAX / 2;
    let (mut overrides, mut found) = (Vec::new(), Mistakes::new());
    for (turn, flag) in flags.iter().enumerate() {
        match Override::from_flag(flag, AFTER_FILES + turn) {
            Ok(read) => overrides.push(read),
            Err(error) => found.push(error),
        }
    }
    (overrides, found)
}

/// Keys that only an experiment file has.
pub(crate) const EXPERIMENT_KEYS: [&str; 8] =
    ["players", "targets", "claim", "scenario", "scenarios", "runs", "design", "stop"];

/// A config that is named somewhere.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// Where it is.
    pub source: Source,
    /// The place that names it, if it is one of a text.
    pub from: Option<Place>,
    /// Its text, if it was read already.
    pub opened: Option<Arc<Origin>>,
}

impl Named {
    /// One that the command line names.
    pub(crate) fn of(source: &Source) -> Self {
        Self { source: source.clone(), from: None, opened: None }
    }
}

/// Reads a scenario with layers of overrides laid over it, one after the other: a later layer counts before an earlier one. No
/// layer sets a place twice.
pub(crate) fn load_with(
    config: &Named,
    layers: Vec<Vec<Override>>,
    catalogue: &Arc<Catalogue>,
) -> Result<Loaded, Diagnostics> {
    Base::read(config, catalogue)?.with(layers)
}

/// A config with what it extends, over which values can be laid. Scenarios that begin with the same base share its words.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    /// The texts, the config itself first.
    origins: Vec<Arc<Origin>>,
    /// Their words, each text's alone.
    texts: Vec<TomlTable>,
    /// Their words together.
    tree: TomlTable,
    /// What is to be known of them.
    warnings: Vec<Warning>,
    /// What is wrong with how they are laid over each other.
    found: Mistakes,
    catalogue: Arc<Catalogue>,
}

impl Base {
    /// Reads a config and what it extends.
    ///
    /// # Errors
    /// A text cannot be read at all.
    pub(crate) fn read(config: &Named, catalogue: &Arc<Catalogue>) -> Result<Self, Diagnostics> {
        let mut files = Files::default();
        files.gather(config);
        let Files { origins, layers: texts, mut found, .. } = files;
        let Some(origin) = origins.first().filter(|_| found.is_empty()) else { return Err(Diagnostics::new(found)) };
        let (mut tree, mut below, mut repeated) = (TomlTable::new(), None, Vec::new());
        let ancestors = texts.len().saturating_sub(1);
        for (at, mut layer) in texts.iter().cloned().rev().enumerate() {
            if at == ancestors && at > 0 {
                below = Some(tree.clone());
            }
            if at < ancestors {
                // What a file says of itself is not true of one that extends it.
                layer.remove("description");
            }
            let same = merge(&mut tree, layer, Layer::File, &mut found);
            repeated = if at == ancestors && at > 0 { same } else { Vec::new() };
        }
        let stage = Stage { tree: tree.clone(), repeated, below, own: Own::File };
        let warnings = stage.warn(origin, catalogue);
        let catalogue = Arc::clone(catalogue);
        Ok(Self { origins, texts, tree, warnings, found, catalogue })
    }

    /// The scenario with layers of overrides laid over it; see [`load_with`].
    pub(crate) fn with(&self, layers: Vec<Vec<Override>>) -> Result<Loaded, Diagnostics> {
        let Self { origins, texts, catalogue, .. } = self;
        let (mut tree, mut found, mut repeated) = (self.tree.clone(), self.found.clone(), Vec::new());
        let laid = layers.concat();
        for layer in layers {
            let states = states_of(&tree);
            refuse_doubles(&layer, &states, &mut found);
            let before = tree.clone();
            for each in layer {
                if let Some((list, name)) = taken_out(&self.tree, &tree, each.key()) {
                    // What takes it out in the same layer was refused beside it.
                    if taken_out(&self.tree, &before, each.key()).is_some() {
                        let kind = kind_of(list).map_or("entity", |kind| kind.one);
                        let message = format!("the {kind} `{name}` was taken out by what this is laid over");
                        found.push(Diagnostic::at(each.place(), message));
                    }
                    continue;
                }
                repeated.extend(merge(&mut tree, each.into_layer(), Layer::Override, &mut found));
            }
        }
        let Some(origin) = origins.first() else { return Err(Diagnostics::new(found)) };
        match read_scenario(&tree, &Place::new(origin, 0..0), catalogue, &mut found) {
            Some(scenario) if found.is_empty() => {
                let mut warnings = self.warnings.clone();
                if !laid.is_empty() {
                    let below = Some(self.tree.clone());
                    let stage = Stage { tree: tree.clone(), repeated, below, own: Own::Overrides(origins) };
                    warnings.extend(stage.warn(origin, catalogue));
                }
                let (files, origin) = (self.tree.clone(), Arc::clone(origin));
                let draft = Draft { tree, files, origin, catalogue: Arc::clone(catalogue) };
                let described = Described::of(texts, &draft.spelled(&laid));
                Ok(Loaded { scenario, origins: origins.clone(), draft, described, warnings })
            }
            _ => Err(Diagnostics::new(found)),
        }
    }
}

impl Draft {
    /// What the texts say at `key`, if they say it.
    pub(crate) fn said(&self, key: &Key) -> Option<&TomlEntry> {
        let (last, tables) = key.parts().split_last()?;
        let table = tables.iter().try_fold(&self.tree, |table, part| table.get(part)?.node.as_table())?;
        table.get(last)
    }

    /// These overrides with their keys spelled as they are shown.
    pub(crate) fn spelled(&self, overrides: &[Override]) -> Vec<Override> {
        let states = states_of(&self.tree);
        overrides.iter().map(|each| each.clone().among(&states)).collect()
    }

    /// What these layers set, each place with its last value, whatever form it was said in: a place that a later layer takes out
    /// has no others below it. Lists that are appended to are whole.
    pub(crate) fn laid(&self, layers: &[&[Override]]) -> Vec<(Key, Node)> {
        let states = states_of(&self.tree);
        let mut laid: BTreeMap<Key, Node> = BTreeMap::new();
        for (key, node) in layers.iter().flat_map(|layer| layer.iter()).flat_map(|each| each.leaves(&states)) {
            let node = match (laid.get(&key).map(|earlier| &earlier.value), &node.value) {
                (Some(Value::List(earlier)), Value::List(later)) if key.parts() == [APPENDED] => {
                    let both = earlier.iter().chain(later.iter()).cloned().collect();
                    Node { value: Value::List(Arc::new(both)), place: node.place.clone() }
                }
                _ => node.clone(),
            };
            if let [entity @ .., last] = key.parts()
                && last == REMOVE
            {
                laid.retain(|other, _| !other.parts().starts_with(entity));
            }
            key.replaces().iter().for_each(|gone| {
                laid.remove(gone);
            });
            laid.insert(key, node);
        }
        laid.into_iter().collect()
    }

    /// Whether the files have an entity of this list and name, or something else at such a place.
    pub(crate) fn is_in_files(&self, list: &str, name: &str) -> bool {
        let entities = self.files.get(list).and_then(|entry| entry.node.as_table());
        entities.is_some_and(|entities| entities.contains_key(name))
    }

    /// A place that values of both layers set, if there is one, with the first of each that does.
    pub(crate) fn clash<'o>(&self, a: &'o [Override], b: &'o [Override]) -> Option<(Key, &'o Override, &'o Override)> {
        clash(a, b, &states_of(&self.tree))
    }

    /// The list and the name of the entity of `key`, if overrides took it out.
    pub(crate) fn taken_out<'k>(&self, key: &'k Key) -> Option<(&'k str, &'k str)> {
        taken_out(&self.files, &self.tree, key)
    }

    /// The place that `key` means here.
    pub(crate) fn key(&self, key: Key) -> Result<Key, Ambiguous> {
        key.among(&states_of(&self.tree))
    }

    /// The scenario with these values laid over it.
    ///
    /// # Errors
    /// Everything that is wrong with it then.
    pub fn with(&self, overrides: impl IntoIterator<Item = Override>) -> Result<Scenario, Diagnostics> {
        let (mut tree, mut found) = (self.tree.clone(), Mistakes::new());
        for each in overrides {
            merge(&mut tree, each.into_layer(), Layer::Override, &mut found);
        }
        let scenario = read_scenario(&tree, &Place::new(&self.origin, 0..0), &self.catalogue, &mut found);
        scenario.filter(|_| found.is_empty()).ok_or_else(|| Diagnostics::new(found))
    }
}

/// The list and the name of the entity of `key`, if it is in these files and no more in what was laid over them.
fn taken_out<'k>(files: &TomlTable, laid_over: &TomlTable, key: &'k Key) -> Option<(&'k str, &'k str)> {
    let [list, name, ..] = key.parts() else { return None };
    let has = |tree: &TomlTable| {
        tree.get(list).and_then(|entry| entry.node.as_table()).is_some_and(|entities| entities.contains_key(name))
    };
    (kind_of(list).is_some() && has(files) && !has(laid_over)).then_some((list, name))
}

/// The chain of files from a config up to its last ancestor.
#[derive(Default)]
struct Files {
    chain: Vec<PathBuf>,
    origins: Vec<Arc<Origin>>,
    layers: Vec<TomlTable>,
    found: Mistakes,
}

impl Files {
    fn gather(&mut self, config: &Named) {
        let mut next = Some(config.clone());
        while let Some(config) = next {
            next = self.read(config).unwrap_or_else(|errors| {
                self.found.extend(errors);
                None
            });
        }
    }

    /// Reads one config; gives what it extends.
    fn read(&mut self, config: Named) -> Result<Option<Named>, Mistakes> {
        let Named { source, from, opened } = config;
        let identity = source.identity();
        if let Some(place) = &from {
            let message = if self.chain.contains(&identity) {
                Some(format!("`{}` extends itself in a circle", source.name()))
            } else {
                (self.chain.len() >= MAX_CHAIN).then(|| format!("more than {MAX_CHAIN} configs extend each other"))
            };
            if let Some(message) = message {
                return Err(vec![Diagnostic::at(place, message)]);
            }
        }
        self.chain.push(identity);
        let opened = opened.map_or_else(|| source.open(self.origins.len(), from.as_ref()), Ok);
        let origin = opened.map_err(|error| vec![error])?;
        self.origins.push(Arc::clone(&origin));
        let mut layer = tree::parse(&origin)?;
        if let Some((key, entry)) = EXPERIMENT_KEYS.iter().find_map(|key| layer.get_key_value(*key)) {
            let message =
                format!("`{}` is an experiment file, as its `{key}` says; a scenario is wanted", source.name());
            return Err(vec![Diagnostic::at(from.as_ref().unwrap_or(&entry.key), message)]);
        }
        let extends = layer.remove("extends");
        self.layers.push(layer);
        let Some(entry) = extends else { return Ok(None) };
        let path = text("extends", &entry.node).map_err(|error| vec![error])?;
        Ok(Some(Named { source: source.beside(path), from: Some(entry.node.place.clone()), opened: None }))
    }
}

/// Whose words to warn of.
#[derive(Clone, Copy)]
enum Own<'a> {
    /// Those of the config itself.
    File,
    /// Those laid over it and what it extends.
    Overrides(&'a [Arc<Origin>]),
}

/// A config with what was laid over it last, to be warned of.
struct Stage<'a> {
    tree: TomlTable,
    repeated: Vec<Repeated>,
    /// What is below that.
    below: Option<TomlTable>,
    own: Own<'a>,
}

impl Stage<'_> {
    fn warn(&self, origin: &Arc<Origin>, catalogue: &Catalogue) -> Vec<Warning> {
        let sound = |tree: &TomlTable| {
            let mut found = Mistakes::new();
            read_scenario(tree, &Place::new(origin, 0..0), catalogue, &mut found).filter(|_| found.is_empty())
        };
        let Some(scenario) = sound(&self.tree) else { return Vec::new() };
        let own = |place: &Place| match self.own {
            Own::File => Arc::ptr_eq(&place.origin, origin),
            Own::Overrides(files) => !files.iter().any(|file| Arc::ptr_eq(&place.origin, file)),
        };
        let below = || self.below.as_ref().and_then(sound);
        let mut warnings = repeats(&self.repeated, &scenario);
        warnings.extend(Written { tree: &self.tree, scenario: &scenario, below: &below, own: &own }.warnings());
        warnings
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        declare::parameter::Parameters,
        scenario::{MechanismDeclaration, schema::scenario_schema, supply_tests::SUPPLY, tree::Value},
    };

    crate::parameters! {
        /// A mechanism for tests.
        pub struct Growth {
            /// Growth of everything.
            rate: f64 = 0.5, "1/year", range 0.0..=2.0, plausible 0.1..=1.0 or null 0.0, assumption "a guess";
            /// Lag.
            lag_months: u32 = 2, "months", range 0..=60, plausible 0..=12, figure "counted";
            /// Whether it is loud.
            loud: bool = 0, "1", range 0..=1, plausible 0..=1, calibrated "heard";
        }
    }

    pub(crate) fn catalogue() -> Arc<Catalogue> {
        let parameters = Growth::DECLARED;
        let growth = MechanismDeclaration { name: "growth", meaning: "Grows.", parameters, left_out: false };
        Arc::new(Catalogue { mechanisms: vec![growth] })
    }

    pub(crate) const SMALL: &str = r#"
        name = "small"
        [time]
        start = "2023-01"
        months = 6
        [[states]]
        name = "US"
        gdp_billion_usd = 27000
        closed_to = ["China"]
        [[states]]
        name = "China"
        gdp_billion_usd = 18000.5
        [[states]]
        name = "EU"
        [[firms]]
        name = "OpenAI"
        state = "US"
        open = false
        [[firms]]
        name = "01.AI"
        state = "China"
        open = true
        enters = "2023-03"
        focus = { cloud = 0.1, vision = 0.1, speech = 0.1, mobile = 0.1, agentic = 0.1, coding = 0.5 }
        [[borders]]
        between = ["US", "China"]
        openness = 0.3
        [[events]]
        date = "2023-05"
        kind = "policy"
        [[events]]
        date = "2023-02"
        kind = "release_open"
        [mechanisms.growth]
        rate = 1
        loud = true
    "#;

    pub(crate) fn text(text: &str) -> Source {
        Source::Text { name: "test.toml".into(), text: text.into() }
    }

    fn read(source: &str, overrides: &[&str]) -> Result<Scenario, String> {
        let overrides: Vec<String> = overrides.iter().map(|&each| each.to_owned()).collect();
        load(&text(source), &overrides, &catalogue()).map(|loaded| loaded.scenario).map_err(|errors| errors.to_string())
    }

    fn small(overrides: &[&str]) -> Result<Scenario, String> {
        read(SMALL, overrides)
    }

    #[test]
    fn a_scenario_is_read_sorted_and_complete() {
        let scenario = small(&[]).unwrap();
        let states: Vec<_> = scenario.states.iter().map(|state| state.name.as_str()).collect();
        assert_eq!(states, ["China", "EU", "US"]);
        assert_eq!((scenario.comparison.leader, scenario.comparison.follower), (2, 0));
        assert_eq!(scenario.states[2].closed_to, [0]);
        assert_eq!(scenario.firms[0].name, "01.AI");
        assert_eq!(scenario.firms[0].enters, Some("2023-03".parse().unwrap()));
        assert_eq!(scenario.firms[0].focus[5], 0.5);
        assert_eq!(scenario.borders, [crate::scenario::Border { between: (0, 2), openness: 0.3, trust: 0.0 }]);
        assert_eq!(scenario.events[0].kind, "release_open");
        assert_eq!(scenario.mechanisms[0].values, [1.0, 2.0, 1.0]);
        assert_eq!((scenario.seed, scenario.time.steps_per_year, scenario.domains.len()), (1, 12, 6));
    }

    #[test]
    fn overrides_reach_entities_mechanisms_and_borders() {
        let scenario = small(&[
            "states.US.talent=2",
            "firms.\"01.AI\".open=false",
            "mechanisms.growth.enabled=false",
            "borders.US-China.openness=0.1",
            "borders.China-EU.openness=0.5",
            "time.start=2023-04",
            "firms.OpenAI.remove=true",
            "seed=18446744073709551615",
        ])
        .unwrap();
        assert_eq!(scenario.states[2].numbers.talent, 2.0);
        assert_eq!(scenario.firms.len(), 1);
        assert!(!scenario.firms[0].open && !scenario.mechanisms[0].enabled);
        assert_eq!(scenario.firms[0].enters, None, "it enters before the new start");
        assert_eq!(scenario.borders.iter().map(|border| border.openness).collect::<Vec<_>>(), [0.5, 0.1]);
        assert_eq!(scenario.seed, u64::MAX);
    }

    #[test]
    fn what_domains_are_worth_is_read_and_silence_says_nothing() {
        let silent = small(&[]).unwrap().worth;
        assert_eq!((silent.output, silent.hard), (vec![1.0; 6], vec![0.0; 6]));
        let worth =
            small(&["worth.output={coding=2.5}", "worth.hard={vision=0.5}", "worth.soft.mobile=1"]).unwrap().worth;
        assert_eq!(worth.output, [1.0, 1.0, 1.0, 1.0, 1.0, 2.5]);
        assert_eq!(worth.hard, [0.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!((worth.soft[3], worth.soft_open), (1.0, vec![0.0; 6]));
    }

    #[test]
    fn errors_in_overrides_name_the_flag() {
        for (flag, message) in [
            ("worth.output.cloud=-1", "`cloud` must be a number from 0 to 100, not -1"),
            ("worth.hard.clout=1", "unknown key `clout`, did you mean `cloud`?"),
            ("worth.sof.cloud=1", "unknown key `sof`, did you mean `soft`?"),
            ("mechanisms.growth.rat=1", "unknown key `rat`, did you mean `rate`?"),
            ("mechanisms.growt.rate=1", "unknown mechanism `growt`, did you mean `growth`?"),
            ("mechanisms.growth.rate=3", "`rate` must be a number from 0 to 2 (1/year), not 3"),
            ("states.UK.talent=1", "unknown state `UK`"),
            ("states.US=1", "`US` must be a table, not 1"),
            ("firms.OpenIA.open=true", "unknown firm `OpenIA`, did you mean `OpenAI`?"),
            ("firms.OpenAI.name=Other", "`name` must be \"OpenAI\""),
            ("borders.US-Mars.openness=1", "no border `US-Mars`"),
            ("extends=baseline.toml", "`extends` can only stand in a file"),
            ("time=1", "[time] must be a table, not 1"),
        ] {
            let error = small(&[flag]).unwrap_err();
            assert!(error.starts_with(&format!("--set {flag}: {message}")), "{error}");
        }
    }

    #[test]
    fn what_is_written_out_reads_back_as_the_same() {
        let scenario =
            small(&["seed=7", "states.EU.demand={cloud=0.25,coding=0.75}", "firms.OpenAI.endowment={vision=-1}"]);
        let scenario = scenario.unwrap();
        let json = scenario.to_json();
        let written = toml::to_string(&json).unwrap();
        assert_eq!(read(&written, &[]).unwrap(), scenario);
        assert_eq!(json["mechanisms"]["growth"]["lag_months"], 2);
        assert!(jsonschema::is_valid(&scenario_schema(&catalogue()), &json));
    }

    #[test]
    fn the_schema_refuses_what_the_reader_refuses() {
        let schema = scenario_schema(&catalogue());
        assert!(jsonschema::meta::is_valid(&schema));
        let valid = |text: &str| jsonschema::is_valid(&schema, &toml::from_str::<serde_json::Value>(text).unwrap());
        assert!(valid(SMALL));
        assert!(valid("extends = 'a.toml'"));
        for wrong in [
            "nam = 'x'",
            "name = '=x'",
            "time.moths = 1",
            "time.start = '2023-13'",
            "mechanisms.growth.rat = 1",
            "mechanisms.growth.rate = 3",
            "mechanisms.grow.rate = 1",
            "[[states]]\nname = 'A'\ntalnt = 1",
            "[[firms]]\nopen = true",
        ] {
            assert!(!valid(wrong), "{wrong}");
        }
    }

    #[test]
    fn files_extend_files_relative_to_themselves() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            path
        };
        write("base.toml", SMALL);
        write("sub/middle.toml", "extends = '../base.toml'\ntime.months = 9\n");
        let top = write("top.toml", "extends = 'sub/middle.toml'\nname = 'top'\n");
        let loaded = load(&Source::File(top), &[], &catalogue()).unwrap();
        assert_eq!((loaded.scenario.name.as_str(), loaded.scenario.time.months), ("top", 9));
        assert_eq!(loaded.origins.len(), 3);

        let a = write("a.toml", "extends = 'b.toml'\n");
        write("b.toml", "name = 'b'\nextends = './a.toml'\n");
        let error = load(&Source::File(a), &[], &catalogue()).unwrap_err().to_string();
        assert!(error.contains("b.toml:2:11: ") && error.contains("in a circle"), "{error}");

        let lost = write("lost.toml", "extends = 'nowhere.toml'\n");
        let error = load(&Source::File(lost), &[], &catalogue()).unwrap_err().to_string();
        assert!(error.contains("lost.toml:1:11: there is no file"), "{error}");
    }

    #[test]
    fn a_place_that_is_set_twice_is_refused_in_any_spelling() {
        for (first, second) in [
            ("time.months=3", "time.months=9"),
            ("time={months=3}", "time.months=9"),
            ("borders.US-China.openness=0.1", "borders.China-US.openness=0.2"),
        ] {
            let error = small(&[first, second]).unwrap_err();
            assert!(error.starts_with(&format!("--set {second}: ")) && error.contains("is set twice"), "{error}");
        }
        assert_eq!(small(&["time.months=3", "time.start=2023-02"]).unwrap().time.months, 3);
    }

    #[test]
    fn scenarios_of_one_base_share_the_words_that_they_leave_alone() {
        let base = Base::read(&Named::of(&text(SMALL)), &catalogue()).unwrap();
        let laid = |flag: &str| {
            let (overrides, _) = read_flags(&[flag.to_owned()]);
            base.with(vec![overrides]).unwrap().draft.tree
        };
        let [one, other] = ["mechanisms.growth.rate=0.25", "states.US.talent=2"].map(laid);
        let shared = |key: &str| match (&one[key].node.value, &other[key].node.value) {
            (Value::Table(one), Value::Table(other)) => Arc::ptr_eq(one, other),
            (Value::List(one), Value::List(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        assert_eq!(
            ["firms", "borders", "events", "states", "mechanisms"].map(shared),
            [true, true, true, false, false]
        );
        let eu = |tree: &TomlTable| {
            Arc::as_ptr(&match &tree["states"].node.as_table().unwrap()["EU"].node.value {
                Value::Table(fields) => Arc::clone(fields),
                _ => panic!(),
            })
        };
        assert_eq!(eu(&one), eu(&other));
    }

    proptest::proptest! {
        #[test]
        fn no_text_brings_the_reader_down(at in 0_usize..3600, length in 0_usize..40, put in "(\\PC|[\\[\\]{}='\",.\n\r\t #-]|nan|1e9|true|\\[\\[(firms|fabs|policies)\\]\\]){0,6}") {
            let whole = format!("{SMALL}{SUPPLY}");
            let start = at.min(whole.len());
            let damaged = format!("{}{put}{}", &whole[..start], &whole[(start + length).min(whole.len())..]);
            if let Err(said) = read(&damaged, &[&put, &format!("states.US={put}"), &format!("{put}.x=1")]) {
                proptest::prop_assert!(said.contains("test.toml:") || said.contains("--set "));
            }
        }
    }
}
