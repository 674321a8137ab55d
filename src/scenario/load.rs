//! From a file to a checked [`Scenario`]: reads it and what it extends, lays overrides over it, checks everything.

use super::{
    Catalogue, Described, Scenario,
    builtin::{Builtin, tidy},
    diagnostic::{Diagnostic, Diagnostics, Origin, Place, nearest},
    merge::{Layer, merge},
    overrides::Override,
    read::read_scenario,
    section::{Mistakes, text},
    tree::{self, TomlTable},
};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a config is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// A config built into the program, by name or path below `configs/`.
    Builtin(String),
    /// A text at hand. What it extends is looked for among the built-in configs.
    Text {
        /// What to call it in messages.
        name: String,
        /// The text.
        text: String,
    },
}

impl Source {
    /// What a user means by an argument: a file, or else a built-in config's name.
    pub fn from_argument(argument: &Path) -> Self {
        match argument.to_str() {
            Some(name) if !argument.exists() && Builtin::find(name).is_some() => Self::Builtin(name.to_owned()),
            _ => Self::File(argument.to_owned()),
        }
    }

    /// The config that `path`, written in this one, means: a file relative to this one, or the name of a built-in config.
    #[must_use]
    pub fn beside(&self, path: &str) -> Self {
        match self {
            Self::File(file) => {
                let beside = tidy(&file.parent().unwrap_or(Path::new("")).join(path));
                if !beside.exists() && Builtin::find(path).is_some() {
                    return Self::Builtin(path.to_owned());
                }
                Self::File(beside)
            }
            Self::Builtin(name) => {
                let from = Builtin::find(name).map_or(name.as_str(), |builtin| builtin.path);
                let path = tidy(&Path::new(from).parent().unwrap_or(Path::new("")).join(path));
                Self::Builtin(path.to_string_lossy().replace('\\', "/"))
            }
            Self::Text { .. } => Self::Builtin(tidy(Path::new(path)).to_string_lossy().replace('\\', "/")),
        }
    }

    /// What to call it in messages.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Builtin(name) => Builtin::find(name).map_or_else(|| name.clone(), |builtin| builtin.path.to_owned()),
            Self::Text { name, .. } => name.clone(),
        }
    }

    /// The same for two ways of naming the same config.
    fn identity(&self) -> PathBuf {
        match self {
            Self::File(path) => std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()),
            Self::Builtin(_) | Self::Text { .. } => PathBuf::from(self.name()),
        }
    }

    fn text(&self) -> io::Result<String> {
        match self {
            Self::File(path) => std::fs::read_to_string(path),
            Self::Builtin(name) => {
                Builtin::find(name).map(|builtin| builtin.text.to_owned()).ok_or(io::ErrorKind::NotFound.into())
            }
            Self::Text { text, .. } => Ok(text.clone()),
        }
    }

    /// Reads the text; `from` is the place that names this config.
    pub(crate) fn open(&self, turn: usize, from: Option<&Place>) -> Result<Arc<Origin>, Diagnostic> {
        let name = self.name();
        let text = self.text().map_err(|error| {
            let message = match error.kind() {
                io::ErrorKind::NotFound => format!("there is no file `{name}`"),
                io::ErrorKind::InvalidData => format!("`{name}` is not UTF-8 text"),
                _ => format!("cannot read `{name}`: {error}"),
            };
            from.map_or_else(
                || self.help_missing(Diagnostic::general(&message)),
                |place| Diagnostic::at(place, &message).help("the path is relative to the file that says it; a built-in config is named as `redqueen init` writes it, such as \"baseline.toml\""),
            )
        })?;
        Ok(Arc::new(Origin { name, text, turn, is_file: true }))
    }

    fn help_missing(&self, diagnostic: Diagnostic) -> Diagnostic {
        let stem = match self {
            Self::File(path) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            Self::Builtin(name) => Some(name.clone()),
            Self::Text { .. } => None,
        };
        let names = super::builtin::BUILTIN.iter().map(Builtin::name);
        match stem.and_then(|stem| nearest(&stem, names)) {
            Some(near) => diagnostic.help(format!("the built-in config `{near}` can be given by that name")),
            None => diagnostic,
        }
    }
}

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
}

/// A config with everything it extends and all its overrides, before it is checked.
#[derive(Clone, Debug)]
pub struct Draft {
    tree: TomlTable,
    origin: Arc<Origin>,
    catalogue: Arc<Catalogue>,
}

/// Reads a scenario with `--set` overrides (`a.b.c=value`) laid over it.
///
/// # Errors
/// Everything that is wrong with it, in all files and overrides.
pub fn load(source: &Source, overrides: &[String], catalogue: &Arc<Catalogue>) -> Result<Loaded, Diagnostics> {
    let (overrides, found) = read_flags(overrides);
    match load_with(source, None, overrides, catalogue) {
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

/// Reads a scenario that the text at `from` names, with `overrides` laid over it.
pub(crate) fn load_with(
    source: &Source,
    from: Option<&Place>,
    overrides: Vec<Override>,
    catalogue: &Arc<Catalogue>,
) -> Result<Loaded, Diagnostics> {
    let mut files = Files::default();
    files.gather(source, from);
    let Files { origins, layers, mut found, .. } = files;
    let Some(origin) = origins.first().filter(|_| found.is_empty()) else { return Err(Diagnostics::new(found)) };
    let described = Described::of(&layers, &overrides);
    let mut tree = TomlTable::new();
    for (above, mut layer) in layers.into_iter().enumerate().rev() {
        if above > 0 {
            // What a file says of itself is not true of one that extends it.
            layer.remove("description");
        }
        merge(&mut tree, layer, Layer::File, &mut found);
    }
    for each in overrides {
        merge(&mut tree, each.into_layer(), Layer::Override, &mut found);
    }
    let scenario = read_scenario(&tree, &Place::new(origin, 0..0), catalogue, &mut found);
    match scenario {
        Some(scenario) if found.is_empty() => {
            let draft = Draft { tree, origin: Arc::clone(origin), catalogue: Arc::clone(catalogue) };
            Ok(Loaded { scenario, origins, draft, described })
        }
        _ => Err(Diagnostics::new(found)),
    }
}

impl Draft {
    /// Where the value of the key `path` stands, if some text says it.
    pub(crate) fn place(&self, path: &[String]) -> Option<&Place> {
        let (last, tables) = path.split_last()?;
        let table = tables.iter().try_fold(&self.tree, |table, part| table.get(part)?.node.as_table())?;
        Some(&table.get(last)?.node.place)
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
    fn gather(&mut self, source: &Source, from: Option<&Place>) {
        let mut next = Some((source.clone(), from.cloned()));
        while let Some((source, from)) = next {
            next = self.read(&source, from.as_ref()).unwrap_or_else(|errors| {
                self.found.extend(errors);
                None
            });
        }
    }

    /// Reads one config; gives what it extends, and the place that says so.
    fn read(&mut self, source: &Source, from: Option<&Place>) -> Result<Option<(Source, Option<Place>)>, Mistakes> {
        let identity = source.identity();
        if let Some(place) = from
            && self.chain.contains(&identity)
        {
            return Err(vec![Diagnostic::at(place, format!("`{}` extends itself in a circle", source.name()))]);
        }
        self.chain.push(identity);
        let origin = source.open(self.origins.len(), from).map_err(|error| vec![error])?;
        self.origins.push(Arc::clone(&origin));
        let mut layer = tree::parse(&origin)?;
        let extends = layer.remove("extends");
        self.layers.push(layer);
        let Some(entry) = extends else { return Ok(None) };
        let path = text("extends", &entry.node).map_err(|error| vec![error])?;
        Ok(Some((source.beside(path), Some(entry.node.place.clone()))))
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

    #[test]
    fn built_in_configs_extend_each_other() {
        assert_eq!(Source::Builtin("scenarios/x.toml".into()).beside("../baseline.toml").name(), "baseline.toml");
        assert_eq!(Source::Builtin("null".into()).beside("baseline.toml").name(), "baseline.toml");
        assert!(Source::Builtin("null".into()).text().unwrap().contains("extends"));
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
