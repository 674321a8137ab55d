//! What a folder holds of each scenario.

use super::{shown::Shown, stat::Stat};
use crate::{
    analysis::{
        precision::{Precision, Tally, Units},
        sketch::{Distribution, Sketches},
    },
    scenario::Month,
};
use std::collections::BTreeMap;

/// What a folder holds of one scenario.
#[derive(Debug, Default)]
pub struct ScenarioResults {
    pub name: String,
    /// Finished runs in runs.csv.
    pub finished: usize,
    /// Runs that failed.
    pub failed: usize,
    /// Messages of the first runs that failed, with their number.
    pub failures: Vec<(String, String)>,
    /// Outcomes of the finished runs.
    pub outcomes: OutcomeSketches,
    /// Number of design points; pictures show the first, or all together.
    pub points: usize,
    pub last_point: Option<u64>,
    pub(super) replicates: Replicates,
    pub(super) shown_point: Option<String>,
    pub(super) series: BTreeMap<(&'static str, &'static str), BTreeMap<String, Vec<Stat>>>,
    /// Most runs behind any value of a picture.
    pub runs: u32,
    /// What happened in the one world that was run, in order; of several worlds nothing.
    pub story: Vec<Happening>,
}

/// Something that happened in a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    pub date: Month,
    pub kind: String,
    pub actor: String,
    /// The actor's state, if it has one.
    pub state: String,
    pub text: String,
}

impl Happening {
    /// What it goes by: who it happened to, or what is decided.
    pub fn named(&self) -> &str {
        match self.kind.as_str() {
            "policy" | "policy_end" => &self.text,
            _ => &self.actor,
        }
    }

    /// Whether it is of somebody that the config names; those born in a run are named by month and number.
    pub fn is_of_the_config(&self) -> bool {
        !self.actor.contains('#')
    }
}

impl ScenarioResults {
    /// The indicator of every entity that has it.
    pub fn entities(&self, shown: Shown) -> impl Iterator<Item = (&str, &[Stat])> {
        let found = self.series.get(&(shown.table, shown.column));
        found.into_iter().flatten().map(|(name, stats)| (name.as_str(), stats.as_slice()))
    }

    /// The indicator of one entity, empty if it is not there; the world is the entity without a name.
    pub fn series(&self, shown: Shown, entity: &str) -> &[Stat] {
        let by_entity = self.series.get(&(shown.table, shown.column));
        by_entity.and_then(|by_entity| by_entity.get(entity)).map_or(&[], Vec::as_slice)
    }

    /// Whether any entity has the indicator.
    pub fn has(&self, shown: Shown) -> bool {
        self.series.contains_key(&(shown.table, shown.column))
    }

    /// Whether pictures show all design points together.
    pub fn pooled(&self) -> bool {
        self.shown_point.as_deref() == Some("")
    }

    /// Whether luck is told apart from doubt.
    pub fn tells_luck_apart(&self) -> bool {
        self.series.values().flat_map(BTreeMap::values).flatten().any(|stat| stat.luck.is_some())
    }

    /// First and last month of any picture.
    pub fn span(&self) -> Option<(Month, Month)> {
        let all = || self.series.values().flat_map(BTreeMap::values).flatten().map(|stat| stat.date);
        Some((all().min()?, all().max()?))
    }
}

pub fn of_name<'a>(scenarios: &'a mut Vec<ScenarioResults>, name: &str) -> &'a mut ScenarioResults {
    let at = scenarios.iter().position(|scenario| scenario.name == name).unwrap_or_else(|| {
        scenarios.push(ScenarioResults { name: name.to_owned(), ..ScenarioResults::default() });
        scenarios.len() - 1
    });
    &mut scenarios[at]
}

/// Places of replicates, in the order in which they come.
#[derive(Debug, Default)]
pub struct Replicates(BTreeMap<u64, usize>);

impl Replicates {
    /// The place of the replicate of this number.
    pub(super) fn place(&mut self, number: u64) -> usize {
        let next = self.0.len();
        *self.0.entry(number).or_insert(next)
    }
}

/// Outcomes of the finished runs of a scenario, gathered in memory that does not grow with their number.
#[derive(Debug)]
pub struct OutcomeSketches {
    /// Their names; none before the first run.
    names: Vec<&'static str>,
    tallies: Vec<Tally>,
    sketches: Sketches,
    summaries: Vec<Option<Distribution>>,
}

impl Default for OutcomeSketches {
    fn default() -> Self {
        Self { names: Vec::new(), tallies: Vec::new(), sketches: Sketches::new(0), summaries: Vec::new() }
    }
}

impl OutcomeSketches {
    /// Adds a run at this point and this place of its replicate, of runs among which these units are independent,
    /// whose outcomes of these names are these; the names are the same for all runs.
    pub(super) fn add(
        &mut self,
        names: &[&'static str],
        ((point, replicate), units): ((u64, usize), Units),
        values: &[f64],
    ) {
        if self.names.is_empty() {
            self.names = names.to_vec();
            self.tallies = names.iter().map(|_| Tally::new(units)).collect();
            self.sketches = Sketches::new(names.len());
        }
        self.sketches.feed(values);
        for (tally, value) in self.tallies.iter_mut().zip(values).filter(|(_, value)| !value.is_nan()) {
            tally.add(point, replicate, *value);
        }
    }

    pub(super) fn finish(&mut self) {
        self.summaries = self.sketches.summaries();
        self.sketches.clear();
    }

    /// How an outcome is distributed; `None` if no run has a value.
    pub fn summary(&self, outcome: &str) -> Option<&Distribution> {
        let place = self.names.iter().position(|name| *name == outcome)?;
        self.summaries.get(place)?.as_ref()
    }

    /// How well its mean is known.
    pub fn precision(&self, outcome: &str) -> Option<Precision> {
        let place = self.names.iter().position(|name| *name == outcome)?;
        self.tallies.get(place)?.precision()
    }
}
