//! What a page asks for, read and checked: a scenario with values laid over it.

use super::case::{Case, lock};
use crate::{
    batch::Config,
    model::Model,
    output::sums::sha256,
    scenario::{
        Diagnostic, Diagnostics, Loaded, Scenario, Source, Time,
        builtin::{BUILTIN, Builtin},
        load::{Base, Named, read_flags},
    },
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

/// Cases that are kept for those who come back to them.
const KEPT: usize = 6;
/// Bytes that the worlds of kept cases may take when all of them are there; the command's config, what was asked for last and what that is
/// compared with are kept in any case.
const MOST_BYTES: usize = 512 << 20;
/// The key of the command's own config.
const START: &str = "\n";
/// The key that no change can set.
const SEED: &str = "seed";
/// Signs of the mark of a base.
const MARK: usize = 12;
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

impl Change {
    /// What it is, so that its worlds are found again.
    fn key(&self) -> String {
        format!("{}\n{}", self.scenario.as_deref().unwrap_or_default(), self.set.join("\n"))
    }

    /// What pictures call it.
    fn called(&self, scenario: &Scenario) -> String {
        if self.set.is_empty() { scenario.name.clone() } else { "changed".to_owned() }
    }
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
    /// What is compared with: the command's config.
    pub base: Arc<Case>,
    pub changed: Arc<Case>,
    /// Whether what is compared with was laid over other months than its own.
    pub moved: bool,
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
        let base = self.base(change.scenario.as_deref())?;
        let (own, mut found) = read_flags(&self.config.overrides());
        let (set, wrong) = read_flags(&change.set);
        found.extend(wrong);
        if !found.is_empty() {
            return Err(wrongs(&Diagnostics::new(found)));
        }
        // A key can be quoted, so that its text does not tell what it is.
        if set.iter().any(|set| set.key().parts().first().is_some_and(|part| part == SEED)) {
            let why = "worlds are paired by the seed of what they are compared with, so that no change can set it";
            return Err(vec![Wrong { key: SEED.to_owned(), message: why.to_owned() }]);
        }
        let loaded = base.with(vec![own, set]).map_err(|errors| wrongs(&errors))?;
        if loaded.scenario.time.months > MOST_MONTHS {
            let message = format!("a page shows at most {MOST_MONTHS} months; `redqueen batch` takes more");
            return Err(vec![Wrong { key: "time.months".to_owned(), message }]);
        }
        Ok(loaded)
    }

    /// The scenario of a change beside what it is compared with: the command's config, lived through over the same months.
    pub fn pair(&self, change: &Change) -> Result<Pair, Vec<Wrong>> {
        let loaded = self.load(change)?;
        let said = loaded.warnings.iter().map(|warning| &warning.said);
        // What the command line may have wrong was told when the program began.
        let own = said.filter(|said| {
            let origin = said.place.as_ref().map(|place| &place.origin);
            origin.is_some_and(|origin| !origin.is_file && change.set.contains(&origin.text))
        });
        let warnings = own.map(Wrong::of).collect();
        let start = self.start()?;
        let base = if start.scenario.time == loaded.scenario.time {
            Arc::clone(&start)
        } else {
            self.over(&loaded.scenario.time)?
        };
        let moved = !Arc::ptr_eq(&base, &start);
        // Where nothing but the months was laid over the command's config, there is nothing to compare.
        let may_be_same = moved || change.set.is_empty();
        let changed = if may_be_same && base.scenario.to_json() == loaded.scenario.to_json() {
            Arc::clone(&base)
        } else {
            self.case(change.key(), &base.key, || Ok((change.called(&loaded.scenario), loaded.scenario, start.seed)))?
        };
        Ok(Pair { base, changed, moved, warnings })
    }

    /// The command's config, which everything is compared with.
    pub fn start(&self) -> Result<Arc<Case>, Vec<Wrong>> {
        self.case(START.to_owned(), START, || {
            let scenario = self.load(&Change::default())?.scenario;
            let seed = scenario.seed;
            Ok((scenario.name.clone(), scenario, seed))
        })
    }

    /// The command's config over the months of another scenario: months of different spans cannot be paired.
    fn over(&self, span: &Time) -> Result<Arc<Case>, Vec<Wrong>> {
        let Time { start, months, steps_per_year } = span;
        let set = [
            format!("time.start={start}"),
            format!("time.months={months}"),
            format!("time.steps_per_year={steps_per_year}"),
        ];
        self.case(format!("{START}{}", set.join("\n")), START, || {
            let change = Change { scenario: None, set: set.to_vec() };
            let scenario = self.load(&change).map_err(|errors| {
                let why: Vec<_> = errors.into_iter().map(|wrong| wrong.message).collect();
                let what = "what this scenario is compared with cannot be run over its months";
                vec![Wrong::general(format!("{what}: {}", why.join("; ")))]
            })?;
            Ok((scenario.scenario.name.clone(), scenario.scenario, self.start()?.seed))
        })
    }

    /// What tells whether a link was made for the same: of the command's config with its values, and of the program.
    pub fn mark(&self) -> Result<String, Vec<Wrong>> {
        let config = self.start()?.scenario.to_json();
        let whole = format!("{}\n{config}\n{}", self.model.program(), self.config.overrides().join("\n"));
        Ok(sha256(whole.as_bytes())[..MARK].to_owned())
    }

    /// The case of this key, made if it is not kept: what it is called, its scenario and the seed of its worlds. It does not take the
    /// room of the case that it is compared with.
    fn case(
        &self,
        key: String,
        against: &str,
        make: impl FnOnce() -> Result<(String, Scenario, u64), Vec<Wrong>>,
    ) -> Result<Arc<Case>, Vec<Wrong>> {
        if let Some(case) = found(&mut lock(&self.cases), &key) {
            return Ok(case);
        }
        let (called, scenario, seed) = make()?;
        let case = Arc::new(Case::new((key, called), scenario, seed));
        let mut cases = lock(&self.cases);
        // Another page may have been quicker: what is the same is one case.
        if let Some(other) = found(&mut cases, &case.key) {
            return Ok(other);
        }
        cases.push(Arc::clone(&case));
        let too_much = |cases: &[Arc<Case>]| {
            cases.len() > KEPT || cases.iter().map(|case| case.most_bytes()).sum::<usize>() > MOST_BYTES
        };
        while cases.len() > 1 && too_much(&cases) {
            // The command's own config is what most are compared with.
            let spared = |case: &Arc<Case>| case.key == START || case.key == against;
            let Some(oldest) = cases[..cases.len() - 1].iter().position(|case| !spared(case)) else { break };
            cases.remove(oldest);
        }
        Ok(case)
    }
}

/// The case of this key, which becomes the latest.
fn found(cases: &mut Vec<Arc<Case>>, key: &str) -> Option<Arc<Case>> {
    let at = cases.iter().position(|case| case.key == key)?;
    let case = cases.remove(at);
    cases.push(Arc::clone(&case));
    Some(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(config: Config) -> Shelf {
        Shelf::new(&Model::standard(), &config)
    }

    fn change(scenario: Option<&str>, set: &[&str]) -> Change {
        Change { scenario: scenario.map(str::to_owned), set: set.iter().map(|set| (*set).to_owned()).collect() }
    }

    #[test]
    fn a_scenario_of_other_months_is_paired_with_the_baseline_over_these() {
        let shelf = shelf(Config { months: Some(12), ..Config::default() });
        let longer = shelf.pair(&change(Some("no-controls"), &["time.months=18"])).unwrap();
        assert!(longer.moved && !Arc::ptr_eq(&longer.base, &longer.changed));
        assert_eq!(longer.base.scenario.time, longer.changed.scenario.time);
        assert_eq!(longer.base.scenario.time.months, 18);
        assert_eq!((longer.base.called.as_str(), longer.base.seed), ("baseline", longer.changed.seed));
        let same = shelf.pair(&change(Some("no-controls"), &[])).unwrap();
        assert!(!same.moved && Arc::ptr_eq(&same.base, &shelf.start().unwrap()));
        let nothing_but_months = shelf.pair(&change(None, &["time.months=18"])).unwrap();
        assert!(Arc::ptr_eq(&nothing_but_months.base, &nothing_but_months.changed));
    }

    #[test]
    fn cases_are_bounded_by_their_bytes_and_the_baseline_stays() {
        let shelf = shelf(Config { months: Some(MOST_MONTHS), ..Config::default() });
        let start = shelf.start().unwrap();
        assert!(3 * start.most_bytes() > MOST_BYTES, "worlds of so many months have no room for a third case");
        for growth in ["1.1", "1.2", "1.3"] {
            let pair = shelf.pair(&change(None, &[&format!("mechanisms.research.growth={growth}")])).unwrap();
            assert!(Arc::ptr_eq(&pair.base, &start));
            assert_eq!(lock(&shelf.cases).len(), 2);
        }
    }

    #[test]
    fn what_moved_changes_are_compared_with_stays_beside_the_baseline() {
        let shelf = shelf(Config { months: Some(MOST_MONTHS), ..Config::default() });
        let start = shelf.start().unwrap();
        let moved = |growth: &str| {
            let growth = format!("mechanisms.research.growth={growth}");
            shelf.pair(&change(None, &["time.months=590", &growth])).unwrap()
        };
        let first = moved("1.1");
        assert!(first.moved && !Arc::ptr_eq(&first.base, &start));
        let most = [&start, &first.base, &first.changed].map(|case| case.most_bytes());
        assert!(most.iter().sum::<usize>() > MOST_BYTES, "the three have no room together");
        assert!(Arc::ptr_eq(&moved("1.1").changed, &first.changed));
        for growth in ["1.2", "1.3"] {
            assert!(Arc::ptr_eq(&moved(growth).base, &first.base), "{growth}");
            assert_eq!(lock(&shelf.cases).len(), 3);
        }
        assert!(Arc::ptr_eq(&shelf.start().unwrap(), &start));
    }

    #[test]
    fn no_change_sets_the_seed_however_it_is_spelled() {
        let shelf = shelf(Config::default());
        for set in ["seed=5", " seed = 5", "'seed'=5", "\"seed\" = 5"] {
            let wrong = shelf.load(&change(None, &[set])).unwrap_err();
            assert_eq!(wrong.iter().map(|wrong| wrong.key.as_str()).collect::<Vec<_>>(), ["seed"], "{set}");
        }
    }

    #[test]
    fn warnings_of_the_command_line_are_not_those_of_a_change() {
        let hardly_plausible = "mechanisms.diffusion.xi_open=11";
        let plain = shelf(Config::default());
        assert_eq!(plain.pair(&change(None, &[hardly_plausible])).unwrap().warnings.len(), 1);
        let config = Config { set: vec![hardly_plausible.to_owned()], ..Config::default() };
        let shelf = shelf(config);
        assert_eq!(shelf.pair(&change(None, &["mechanisms.research.growth=1.2"])).unwrap().warnings, []);
    }

    #[test]
    fn the_mark_of_a_base_is_another_with_another_config_or_other_values() {
        let mark = |config: Config| shelf(config).mark().unwrap();
        let plain = mark(Config::default());
        assert_eq!(plain, mark(Config::default()));
        assert_ne!(plain, mark(Config { months: Some(12), ..Config::default() }));
        assert_ne!(plain, mark(Config { path: Some("no-controls".into()), ..Config::default() }));
    }
}
