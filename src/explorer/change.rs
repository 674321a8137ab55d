//! What a page asks for, read and checked: a scenario with values laid over it.

use super::case::{Case, lock};
use crate::{
    batch::Config,
    model::Model,
    scenario::{
        Diagnostic, Diagnostics, Loaded, Source,
        builtin::{BUILTIN, Builtin},
        load::{Base, Named, read_flags},
    },
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

/// Cases that are kept for those who come back to them.
const KEPT: usize = 6;
/// Months of a world up to which its pictures are held in memory.
pub const MOST_MONTHS: u32 = 600;
/// The most values that a page lays over a scenario.
const MOST_VALUES: usize = 300;

/// A scenario and what is laid over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Name of a built-in scenario; without one the config that the command was given.
    #[serde(default)]
    pub scenario: Option<String>,
    /// Values, `key=value`.
    #[serde(default)]
    pub set: Vec<String>,
}

/// What is wrong with a value, or with all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The key whose value is wrong; empty if it is none.
    pub key: String,
    pub message: String,
}

impl Wrong {
    /// Something that is wrong with no value.
    pub fn general(message: impl Into<String>) -> Self {
        Self { key: String::new(), message: message.into() }
    }

    fn of(diagnostic: &Diagnostic) -> Self {
        let flag = diagnostic.place.as_ref().filter(|place| !place.origin.is_file).map(|place| &place.origin.text);
        let key = flag.and_then(|flag| flag.split_once('=')).map_or("", |(key, _)| key.trim());
        let message = match &diagnostic.help {
            Some(help) => format!("{} ({help})", diagnostic.message),
            None => diagnostic.message.clone(),
        };
        Self { key: key.to_owned(), message }
    }
}

/// Everything that is wrong, value by value.
pub fn wrongs(errors: &Diagnostics) -> Vec<Wrong> {
    errors.found().iter().map(Wrong::of).collect()
}

/// The configs that a page can start from, and the cases that were made of them.
pub struct Shelf {
    model: Model,
    config: Config,
    /// By the name of the scenario; that of the command has none.
    bases: Mutex<Vec<(Option<String>, Arc<Base>)>>,
    /// The latest at the end.
    cases: Mutex<Vec<Arc<Case>>>,
}

/// The two cases of a study.
pub struct Pair {
    /// What is compared with: the command's config, or where that spans other months the scenario without the page's values.
    pub base: Arc<Case>,
    pub changed: Arc<Case>,
    /// What of the change has no effect or is far from plausible.
    pub warnings: Vec<Wrong>,
}

impl Shelf {
    /// For a command with this config.
    pub fn new(model: &Model, config: &Config) -> Self {
        Self { model: model.clone(), config: config.clone(), bases: Mutex::default(), cases: Mutex::default() }
    }

    /// The model of all of them.
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// What the command was given.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The built-in scenarios that can be picked.
    pub fn builtin() -> impl Iterator<Item = &'static Builtin> {
        BUILTIN.iter().filter(|builtin| builtin.is_scenario())
    }

    /// Where the config of a change is.
    pub fn source(&self, scenario: Option<&str>) -> Result<Source, Wrong> {
        let Some(name) = scenario else { return Ok(self.config.source()) };
        // Nothing but what is built in can be named, so that no page reads a file.
        let known = Self::builtin().find(|builtin| builtin.name() == name);
        known
            .map(|builtin| Source::Builtin(builtin.path.to_owned()))
            .ok_or_else(|| Wrong::general(format!("there is no built-in scenario `{name}`")))
    }

    fn base(&self, scenario: Option<&str>) -> Result<Arc<Base>, Vec<Wrong>> {
        if let Some((_, base)) = lock(&self.bases).iter().find(|(name, _)| name.as_deref() == scenario) {
            return Ok(Arc::clone(base));
        }
        let source = self.source(scenario).map_err(|wrong| vec![wrong])?;
        let base = Base::read(&Named::of(&source), self.model.catalogue()).map_err(|errors| wrongs(&errors))?;
        let base = Arc::new(base);
        lock(&self.bases).push((scenario.map(str::to_owned), Arc::clone(&base)));
        Ok(base)
    }

    /// Reads and checks a change.
    pub fn load(&self, change: &Change) -> Result<Loaded, Vec<Wrong>> {
        if change.set.len() > MOST_VALUES {
            return Err(vec![Wrong::general(format!("more than {MOST_VALUES} values are laid over the scenario"))]);
        }
        if change.set.iter().any(|set| set.trim_start().starts_with("seed")) {
            let why = "worlds are paired by the seed of what they are compared with, so that no change can set it";
            return Err(vec![Wrong { key: "seed".to_owned(), message: why.to_owned() }]);
        }
        let base = self.base(change.scenario.as_deref())?;
        let (own, mut found) = read_flags(&self.config.overrides());
        let (set, wrong) = read_flags(&change.set);
        found.extend(wrong);
        if !found.is_empty() {
            return Err(wrongs(&Diagnostics::new(found)));
        }
        let loaded = base.with(vec![own, set]).map_err(|errors| wrongs(&errors))?;
        if loaded.scenario.time.months > MOST_MONTHS {
            let message = format!("a page shows at most {MOST_MONTHS} months; `redqueen batch` takes more");
            return Err(vec![Wrong { key: "time.months".to_owned(), message }]);
        }
        Ok(loaded)
    }

    /// The scenario of a change beside what it is compared with.
    pub fn pair(&self, change: &Change) -> Result<Pair, Vec<Wrong>> {
        let loaded = self.load(change)?;
        let said = loaded.warnings.iter().map(|warning| &warning.said);
        let own = said.filter(|said| said.place.as_ref().is_some_and(|place| !place.origin.is_file));
        let warnings = own.map(Wrong::of).collect();
        let span = loaded.scenario.time.clone();
        let start = self.case(&Change::default(), None)?;
        let base = if start.scenario.time == span {
            start
        } else {
            let own = Change { scenario: change.scenario.clone(), set: Vec::new() };
            Some(self.case(&own, None)?).filter(|own| own.scenario.time == span).unwrap_or(start)
        };
        let changed = self.case(change, Some((loaded, base.seed)))?;
        // Months of different spans cannot be paired.
        let base = if base.scenario.time == span { base } else { Arc::clone(&changed) };
        Ok(Pair { base, changed, warnings })
    }

    /// The case of a change, which may have been `loaded` already and has this seed then.
    fn case(&self, change: &Change, loaded: Option<(Loaded, u64)>) -> Result<Arc<Case>, Vec<Wrong>> {
        let scenario = change.scenario.as_deref();
        let key = format!("{}\n{}", scenario.unwrap_or_default(), change.set.join("\n"));
        let seed = loaded.as_ref().map(|(_, seed)| *seed);
        let fits = |case: &Arc<Case>| case.key == key && seed.is_none_or(|seed| case.seed == seed);
        let mut cases = lock(&self.cases);
        if let Some(at) = cases.iter().position(fits) {
            let case = cases.remove(at);
            cases.push(Arc::clone(&case));
            return Ok(case);
        }
        drop(cases);
        let (loaded, seed) = match loaded {
            Some(loaded) => loaded,
            None => {
                let loaded = self.load(change)?;
                let seed = loaded.scenario.seed;
                (loaded, seed)
            }
        };
        let called = if change.set.is_empty() { loaded.scenario.name.clone() } else { "changed".to_owned() };
        let case = Arc::new(Case::new((key, called), loaded.scenario, seed));
        cases = lock(&self.cases);
        // Another page may have been quicker: what is the same is one case.
        if let Some(other) = cases.iter().find(|other| other.key == case.key && other.seed == case.seed) {
            return Ok(Arc::clone(other));
        }
        cases.push(Arc::clone(&case));
        if cases.len() > KEPT {
            // The command's own config is what most are compared with.
            let oldest = cases.iter().position(|case| case.key != "\n").unwrap_or(0);
            cases.remove(oldest);
        }
        Ok(case)
    }
}
