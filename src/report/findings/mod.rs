//! What a report says in words, from its tables: what was asked, what came out, what differs between scenarios, what the answer
//! turns on, and how sure that is. No sentence without a number behind it.

pub(super) mod page;
#[cfg(test)]
mod tests;
pub(super) mod words;

use super::{
    data::{ReportData, units},
    factors::{effects::Effects, read::SampledScenario},
    results::ScenarioResults,
    sensitivity::found::Finding,
};
use crate::{
    analysis::{
        precision::{FEWEST, Precision, Units},
        sensitivity::one_at_a_time::SWING,
    },
    declare::{table::Column, text::counted},
    experiment::design::Method,
    output::difference_rows::DifferenceRow,
    scenario::Month,
};
use words::{Apart, Sides, Spread};

/// What a paragraph is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// What was asked, and of how many runs.
    Asked,
    /// What came out.
    CameOut,
    /// What differs between scenarios.
    Differs,
    /// Which of the parameters that were varied matter.
    TurnsOn,
    /// How sure all this is.
    Sure,
}

/// Sentences about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// What they are about.
    pub topic: Topic,
    /// The sentences.
    pub sentences: Vec<String>,
}

/// Most outcomes that are told of a single scenario, and of the first of several.
const MOST_TOLD: [usize; 2] = [5, 2];
/// Most differences that are told.
const MOST_DIFFERENCES: usize = 4;
/// Most undecided outcomes that are named.
const MOST_NAMED: usize = 3;
/// Most factors that are named.
const MOST_FACTORS: usize = 3;
/// Gaps between the two states, which are told as a lead; whether at the end.
const LEADS: [(&str, bool); 4] =
    [("gap_rating_end", true), ("gap_nats_end", true), ("gap_rating_12", false), ("gap_rating_24", false)];
/// What comes first of the outcomes that a model is known by, where nobody chose.
const FIRST: [&str; 5] =
    ["gap_rating_end", "power_leader_end", "power_follower_end", "open_share_end", "output_effect_end"];

/// What the folder says, at most a dozen sentences; `effects` are how outcomes go with what a design varied.
pub fn findings(folder: &ReportData, effects: &[Effects]) -> Vec<Paragraph> {
    let Some(first) = folder.scenarios.iter().find(|scenario| scenario.finished > 0) else { return Vec::new() };
    let told = Told::new(folder, first);
    let parts = [
        (Topic::Asked, told.asked()),
        (Topic::CameOut, told.came_out()),
        (Topic::Differs, told.differs()),
        (Topic::TurnsOn, told.turns_on(effects)),
        (Topic::Sure, told.sure()),
    ];
    let paragraphs = parts.into_iter().map(|(topic, sentences)| Paragraph { topic, sentences });
    paragraphs.filter(|paragraph| !paragraph.sentences.is_empty()).collect()
}

/// What an outcome is called in sentences and pictures: states by name, the end by date.
pub fn called(folder: &ReportData, column: &Column<'_>) -> String {
    let first = folder.scenarios.iter().find(|scenario| scenario.finished > 0);
    first.map_or_else(|| column.meaning.to_owned(), |first| Told::new(folder, first).what(column))
}

/// What a batch asks, in its config's own words.
pub fn question(folder: &ReportData) -> String {
    let asked = folder.manifest.as_ref().map_or("", |manifest| manifest.description.as_str());
    asked.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The outcomes that come first, the most telling in front: in the order in which they were asked for, if they were.
pub fn telling(folder: &ReportData) -> Vec<Column<'static>> {
    let mut outcomes = folder.chosen();
    if folder.manifest.as_ref().is_none_or(|manifest| manifest.outcomes.is_empty()) {
        outcomes.sort_by_key(|column| FIRST.iter().position(|name| *name == column.name).unwrap_or(FIRST.len()));
    }
    outcomes
}

/// Scenarios, and outcomes of each, that are looked at.
const MOST_SCENARIOS: usize = 2;
const MOST_EACH: usize = 2;

/// How the outcomes that come first go with the factors of the design, under the first scenarios.
pub fn effects(folder: &ReportData) -> Vec<Effects> {
    let factors = folder.manifest.as_ref().map_or(&[][..], |manifest| &manifest.experiment.design.factors);
    let telling = telling(folder);
    // Points of a trajectory, or of a base point, differ in one or few factors: they are no draws of their own.
    let together = folder.manifest.as_ref().is_some_and(|manifest| {
        matches!(manifest.experiment.design.method, Method::Morris { .. } | Method::Saltelli { .. })
    });
    let of = |sampled: &SampledScenario| {
        let place = |column: &Column<'_>| sampled.outcomes.iter().position(|read| read.name == column.name);
        let found = telling.iter().filter_map(|column| Effects::of(sampled, place(column)?, factors));
        let found = found.map(|found| if together { found.without_intervals() } else { found });
        found.filter(|found| !found.list.is_empty()).take(MOST_EACH).collect::<Vec<_>>()
    };
    folder.sampled.iter().take(MOST_SCENARIOS).flat_map(of).collect()
}

/// What is told of a folder.
struct Told<'a> {
    folder: &'a ReportData,
    /// The scenario that the others are held against.
    first: &'a ScenarioResults,
    sides: Sides<'a>,
    last: Option<Month>,
    /// The outcomes that come first, the most telling in front.
    outcomes: Vec<Column<'static>>,
}

impl<'a> Told<'a> {
    fn new(folder: &'a ReportData, first: &'a ScenarioResults) -> Self {
        let (leader, follower) = folder.about(&first.name).map(super::about::About::compared).unwrap_or_default();
        let outcomes = telling(folder);
        let entry = folder.entries().iter().find(|entry| entry.name == first.name);
        let last = entry.and_then(|entry| Some(entry.start.parse::<Month>().ok()?.plus(entry.months.checked_sub(1)?)));
        let last = last.or_else(|| Some(first.span()?.1));
        Self { folder, first, sides: Sides { leader, follower }, last, outcomes }
    }

    fn what(&self, column: &Column<'_>) -> String {
        words::outcome(column, self.sides, self.last)
    }

    fn asked(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let Some(manifest) = &self.folder.manifest else { return sentences };
        let question = question(self.folder);
        if !question.is_empty() && self.folder.scenarios.len() > 1 {
            sentences.push(question);
        }
        let scenarios: Vec<String> = self.folder.scenarios.iter().map(|scenario| scenario.name.clone()).collect();
        let (points, stop) = (manifest.experiment.points, &manifest.experiment.stop);
        let runs = stop.as_ref().map_or(0, |stop| stop.max_runs).max(manifest.experiment.runs);
        let most = if stop.is_some() { "up to " } else { "" };
        let runs = format!("{most}{}", counted(runs, "run"));
        let kind = kind(manifest.experiment.design.method);
        sentences.push(words::size(&scenarios, points, &runs, kind));
        sentences
    }

    fn came_out(&self) -> Vec<String> {
        let several = self.folder.scenarios.len() > 1;
        let scenario = if several { self.first.name.as_str() } else { "" };
        let most = MOST_TOLD[usize::from(several)];
        let told = self.outcomes.iter().filter_map(|column| self.came_to(scenario, column));
        told.take(most).collect()
    }

    fn came_to(&self, scenario: &str, column: &Column<'_>) -> Option<String> {
        let found = self.first.outcomes.summary(column.name)?;
        // What never happens under the first of several scenarios is told where they differ.
        if found.n > 1 && found.quantiles == [0.0; 5] && !scenario.is_empty() {
            return None;
        }
        let [low, _, median, _, high] = found.quantiles;
        let spread = Spread { n: found.n, of: self.first.finished as u64, quantiles: [low, median, high] };
        let lead = LEADS.iter().find(|(name, _)| *name == column.name).filter(|_| !self.sides.leader.is_empty());
        Some(match lead {
            None => words::came_to(scenario, column, &self.what(column), &spread),
            Some((name, at_end)) => {
                let end = self.last.filter(|_| *at_end).map(words::at_the_end);
                let when = end.unwrap_or_else(|| words::after(if name.ends_with("24") { 24 } else { 12 }));
                words::leads(scenario, column, self.sides, &when, &spread)
            }
        })
    }

    /// How much a difference is against what luck does to single runs of the first scenario.
    fn strength(&self, row: &DifferenceRow) -> f64 {
        let sd = self.first.outcomes.summary(&row.outcome).and_then(|found| found.sd).unwrap_or(0.0);
        // Whatever never happened before is a large difference.
        if row.difference == 0.0 { 0.0 } else { row.difference.abs() / sd }
    }

    fn differs(&self) -> Vec<String> {
        let rows = self.folder.differences.as_deref().unwrap_or_default();
        let told = |row: &&DifferenceRow| self.outcomes.iter().any(|column| *column.name == *row.outcome);
        let rows: Vec<&DifferenceRow> = rows.iter().filter(told).collect();
        let Some(most) = rows.iter().map(|row| row.n).max() else { return Vec::new() };
        if rows.iter().all(|row| row.lacks_interval()) {
            return vec![words::too_few(u64::from(most), FEWEST)];
        }
        let mut sentences = self.strongest(&rows);
        // Scenarios that are the same in everything are told as such, and nothing of them is undecided.
        let same =
            |of: &[&DifferenceRow]| of.iter().all(|row| row.p05 == 0.0 && row.p95 == 0.0 && row.difference == 0.0);
        let groups = || rows.chunk_by(|a, b| a.scenario == b.scenario);
        sentences.extend(groups().filter(|of| same(of)).filter_map(|of| {
            let first = of.first()?;
            Some(words::same(&first.scenario, &first.against, of.len(), u64::from(first.pairs)))
        }));
        let is_same = |row: &DifferenceRow| row.difference == 0.0 && row.p05 == 0.0 && row.p95 == 0.0;
        let open = groups().filter(|of| !same(of)).flatten().filter(|row| !row.excludes_zero() && !is_same(row));
        let open: Vec<&&DifferenceRow> = open.collect();
        let mut names: Vec<String> = Vec::new();
        for row in &open {
            let what = self.outcomes.iter().find(|column| *column.name == *row.outcome).map(|c| self.what(c));
            if let Some(what) = what.map(|what| words::under(&what, &row.scenario, self.folder.scenarios.len()))
                && !names.contains(&what)
                && names.len() < MOST_NAMED
            {
                names.push(what);
            }
        }
        if !open.is_empty() {
            sentences.push(words::undecided(open.len(), rows.len(), &names));
        }
        sentences
    }

    /// The strongest differences that luck alone does not give, at least one of each scenario that there is room for.
    fn strongest(&self, rows: &[&DifferenceRow]) -> Vec<String> {
        let mut clear: Vec<(usize, &DifferenceRow)> = Vec::new();
        for of in rows.chunk_by(|a, b| a.scenario == b.scenario) {
            let mut of: Vec<_> = of.iter().copied().filter(|row| row.excludes_zero()).collect();
            of.sort_by(|a, b| self.strength(b).total_cmp(&self.strength(a)));
            clear.extend(of.into_iter().enumerate());
        }
        clear.sort_by(|a, b| a.0.cmp(&b.0).then(self.strength(b.1).total_cmp(&self.strength(a.1))));
        clear.truncate(MOST_DIFFERENCES);
        clear.sort_by(|a, b| self.strength(b.1).total_cmp(&self.strength(a.1)));
        let sentence = |row: &DifferenceRow| {
            let column = self.outcomes.iter().find(|column| *column.name == *row.outcome)?;
            let (mean, interval) = (row.difference, row.low.zip(row.high)?);
            let apart = Apart { mean, interval, larger: row.larger_share, pairs: u64::from(row.pairs) };
            Some(words::differs(&row.scenario, &row.against, column, &self.what(column), &apart))
        };
        clear.into_iter().filter_map(|(_, row)| sentence(row)).collect()
    }

    fn turns_on(&self, effects: &[Effects]) -> Vec<String> {
        let Some(manifest) = &self.folder.manifest else { return Vec::new() };
        let factors = &manifest.experiment.design.factors;
        if factors.is_empty() {
            return vec![words::nothing_varied()];
        }
        if self.folder.swings.is_some() {
            return self.swings().into_iter().collect();
        }
        let of_first = effects.iter().filter(|found| found.scenario == self.first.name);
        let sentence = |found: &Effects| {
            // A few places of each factor by itself are told by their picture.
            if found.list.iter().all(|effect| effect.association.interval.is_none()) {
                return None;
            }
            let what = self.what(&found.outcome);
            let clear =
                found.list.iter().filter(|effect| effect.association.is_clear_among(factors.len())).take(MOST_FACTORS);
            let clear = clear.filter_map(|effect| {
                let (association, parameter) = (effect.association, &factors.get(effect.factor)?.parameter);
                Some(words::goes_with(parameter, effect.is_ratio, association.value, association.interval))
            });
            let clear: Vec<String> = clear.collect();
            Some(if clear.is_empty() {
                words::turns_on_nothing(&what, factors.len(), found.points)
            } else {
                words::turns_on(&what, &clear, factors.len(), found.points)
            })
        };
        of_first.filter_map(sentence).take(1).collect()
    }

    /// How far the strongest factors move the first outcome from the base point, one at a time.
    fn swings(&self) -> Option<String> {
        let swings = self.folder.swings.as_ref()?;
        let is_own =
            |found: &&Finding| found.indices.lack.is_none() && swings.scenario(found.scenario) == self.first.name;
        let found = self
            .outcomes
            .iter()
            .find_map(|column| swings.list.iter().filter(is_own).find(|found| found.outcome.name == column.name))?;
        let told = swings.layout.ranked(&found.indices).into_iter().take(MOST_FACTORS).filter_map(|factor| {
            let swing = found.indices.get(SWING, factor)?;
            swing.interval.filter(|(low, high)| *low > 0.0 || *high < 0.0)?;
            Some(words::swings(swings.factor(factor), &found.outcome, swing.value?, swing.interval))
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| words::moved_one_by_one(&self.what(&found.outcome), &told, swings.factors().len()))
    }

    fn sure(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        let precisions =
            self.outcomes.iter().filter_map(|column| Some((column, self.first.outcomes.precision(column.name)?)));
        let varies = |found: &Precision| found.all.sd.is_some_and(|sd| sd > 0.0);
        let known = precisions.clone().find(|(_, found)| varies(found)).or_else(|| precisions.clone().next());
        let Some((column, found)) = known else { return sentences };
        // The error of a few values is a guess itself.
        let error = found.over.interval().and_then(|_| found.over.standard_error());
        if let (Some(sd), Some(error)) = (found.all.sd.filter(|sd| *sd > 0.0), error) {
            sentences.push(words::known(&self.what(column), column, found.all.n, sd, error));
        }
        let manifest = self.folder.manifest.as_ref();
        let points = self.first.points as u64;
        if manifest.is_some() && self.first.finished > 1 {
            sentences.push(match units(manifest) {
                Units::Worlds => words::luck_and_doubt(found.over.n, found.luck_share()),
                Units::Shared if points > 1 => words::luck_and_design(points),
                _ => words::luck_alone(self.first.finished as u64),
            });
        }
        sentences
    }
}

/// What a design is called.
const fn kind(method: Method) -> &'static str {
    match method {
        Method::None => "no design",
        Method::List => "a list",
        Method::Grid => "a grid",
        Method::OneAtATime => "a design that moves one parameter at a time",
        Method::Random { .. } => "a random design",
        Method::Lhs { .. } => "a Latin hypercube",
        Method::Sobol { .. } => "a Sobol sequence",
        Method::Posterior { .. } => "a weighted sample, drawn by weight",
        Method::Morris { .. } => "Morris trajectories",
        Method::Saltelli { .. } => "a Saltelli sample",
    }
}
