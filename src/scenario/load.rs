//! From a file to a checked [`Scenario`]: reads it and what it extends, lays overrides over it, checks everything.

use super::{
    Catalogue, Described, Scenario,
    diagnostic::{Diagnostic, Diagnostics, Origin, Place},
    key::{Ambiguous, Key, states_of},
    merge::{Layer, Repeated, merge},
    overrides::{Override, clash, refuse_doubles},
    read::read_scenario,
    section::{Mistakes, text},
    source::Source,
    tree::{self, TomlEntry, TomlTable},
    warnings::{Warning, Written, repeats},
};
use std::{path::PathBuf, sync::Arc};

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
    origin: Arc<Origin>,
    catalogue: Arc<Catalogue>,
}

/// Reads a scenario with overrides (`a.b.c=value`) laid over it. Of two for one place the later one counts.
///
/// # Errors
/// Everything that is wrong with it, in all files and overrides.
pub fn load(source: &Source, overrides: &[String], catalogue: &Arc<Catalogue>) -> Result<Loaded, Diagnostics> {
    let (overrides, found) = read_flags(overrides);
    match load_with(&Named::of(source), overrides.into_iter().map(|each| vec![each]).collect(), catalogue) {
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
pub(crate) const EXPERIMENT_KEYS: [&str; 6] = ["players", "scenario", "scenarios", "runs", "design", "stop"];

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
    let mut files = Files::default();
    files.gather(config);
    let Files { origins, layers: texts, mut found, .. } = files;
    let Some(origin) = origins.first().filter(|_| found.is_empty()) else { return Err(Diagnostics::new(found)) };
    let words = texts.clone();
    let whole = Place::new(origin, 0..0);
    let (mut tree, mut below, mut repeated) = (TomlTable::new(), None, Vec::new());
    let ancestors = texts.len().saturating_sub(1);
    for (at, mut layer) in texts.into_iter().rev().enumerate() {
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
    let read = |tree: &TomlTable, found: &mut Mistakes| read_scenario(tree, &whole, catalogue, found);
    let mut warnings = Stage { tree: tree.clone(), repeated, below, own: Own::File }.warn(origin, &read);
    let (file, mut repeated) = (tree.clone(), Vec::new());
    let laid = layers.concat();
    for layer in layers {
        let states = states_of(&tree);
        refuse_doubles(&layer, &states, &mut found);
        for each in layer {
            repeated.extend(merge(&mut tree, each.into_layer(), Layer::Override, &mut found));
        }
    }
    let scenario = read(&tree, &mut found);
    match scenario {
        Some(scenario) if found.is_empty() => {
            if !laid.is_empty() {
                let stage = Stage { tree: tree.clone(), repeated, below: Some(file), own: Own::Overrides(&origins) };
                warnings.extend(stage.warn(origin, &read));
            }
            let draft = Draft { tree, origin: Arc::clone(origin), catalogue: Arc::clone(catalogue) };
            let described = Described::of(&words, &draft.spelled(&laid));
            Ok(Loaded { scenario, origins, draft, described, warnings })
        }
        _ => Err(Diagnostics::new(found)),
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

    /// A place that values of both layers set, if there is one, with the first of each that does.
    pub(crate) fn clash<'o>(&self, a: &'o [Override], b: &'o [Override]) -> Option<(Key, &'o Override, &'o Override)> {
        clash(a, b, &states_of(&self.tree))
    }

    /// Whether no two of these flags set one place.
    ///
    /// # Errors
    /// Those that do.
    pub(crate) fn refuse_doubles(&self, flags: &[String]) -> Result<(), Diagnostics> {
        let (overrides, mut found) = read_flags(flags);
        refuse_doubles(&overrides, &states_of(&self.tree), &mut found);
        if found.is_empty() { Ok(()) } else { Err(Diagnostics::new(found)) }
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
    fn warn(&self, origin: &Arc<Origin>, read: &dyn Fn(&TomlTable, &mut Mistakes) -> Option<Scenario>) -> Vec<Warning> {
        let sound = |tree: &TomlTable| {
            let mut found = Mistakes::new();
            read(tree, &mut found).filter(|_| found.is_empty())
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
        scenario::{MechanismDeclaration, schema::scenario_schema, supply_tests::SUPPLY},
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
