//! The table and the page of an outcome that is told apart.

mod page;
mod waterfall;

use super::{ReportError, page_file, with_table};
use crate::{
    analysis::shapley::{Attribution, Coalition, FEWEST, Plan, attribute},
    batch::{Groups, Run, coalition_name},
    declare::{
        table::{Column, Row},
        text::counted,
    },
    measure::Measured,
    output::{
        csv::{Csv, NotFinite},
        dictionary::{self, ExplainRow},
        folder::{Derived, OutputError},
    },
};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

/// The page's file.
const PAGE: &str = "explain.html";

/// Outcomes of a scenario, told apart by groups of its parts.
#[derive(Debug)]
pub struct Explanation<'a> {
    /// The scenario's name.
    pub name: String,
    /// The scenario it is compared with, if one was named.
    pub against: Option<String>,
    /// The groups.
    pub groups: &'a Groups,
    /// Which coalitions were run.
    pub plan: &'a Plan,
    /// Replicates of each.
    pub runs: u64,
    /// Master seed.
    pub seed: u64,
    /// The outcomes.
    pub outcomes: Vec<Explained>,
}

/// An outcome, told apart.
#[derive(Debug)]
pub struct Explained {
    /// The outcome.
    pub column: Column<'static>,
    /// Who moved it; `None` if no replicate has a value in every coalition.
    pub attribution: Option<Attribution>,
    /// Coalitions in which runs lack it, a line each.
    pub lacking: Vec<String>,
}

impl Explained {
    /// Tells an outcome apart by these runs.
    pub fn new(column: Column<'static>, groups: &Groups, plan: &Plan, runs: &[Run]) -> Self {
        let replicates = runs.iter().map(|run| run.replicate + 1).max().unwrap_or(0);
        let replicates = usize::try_from(replicates).unwrap_or(0);
        let mut values: BTreeMap<(&str, u64), f64> = BTreeMap::new();
        let mut failed: BTreeMap<&str, u64> = BTreeMap::new();
        for run in runs {
            match run.outcome(column.name) {
                Ok(Some(value)) if run.failure.is_none() => drop(values.insert((&run.scenario, run.replicate), value)),
                _ if run.failure.is_some() => *failed.entry(&run.scenario).or_default() += 1,
                _ => {}
            }
        }
        let value = |coalition: Coalition, replicate: usize| {
            values.get(&(coalition_name(coalition).as_str(), replicate as u64)).copied()
        };
        let lacks = |coalition: &Coalition| {
            let known = (0..replicates).filter(|replicate| value(*coalition, *replicate).is_some()).count();
            let (lack, failed) =
                ((replicates - known) as u64, failed.get(coalition_name(*coalition).as_str()).copied());
            let failed = failed.unwrap_or(0);
            let words = groups.words(*coalition);
            (lack > 0).then(|| {
                let why = if failed > 0 { format!(", {failed} of which failed") } else { String::new() };
                format!("with {words} on, {} have no {}{why}", counted(lack, "run"), column.name)
            })
        };
        let lacking = plan.coalitions().iter().filter_map(lacks).collect();
        Self { column, attribution: attribute(plan, replicates, value), lacking }
    }

    /// Players from what raised it most to what lowered it most.
    pub fn ranked(&self) -> Vec<usize> {
        let Some(attribution) = &self.attribution else { return Vec::new() };
        let mean = |player: &usize| attribution.shares.get(*player).map_or(0.0, |share| share.shapley.mean);
        let mut order: Vec<usize> = (0..attribution.shares.len()).collect();
        order.sort_by(|a, b| mean(b).abs().total_cmp(&mean(a).abs()).then(a.cmp(b)));
        order
    }
}

impl Explanation<'_> {
    /// What was run, in words.
    pub fn size(&self) -> String {
        let coalitions = self.plan.coalitions().len();
        let how = if self.plan.is_exact() {
            "all orders".to_owned()
        } else {
            format!("{} orders, each with its reverse", self.plan.parts())
        };
        let runs = counted(self.runs, "run");
        format!("{} in {how}: {runs} in each of {coalitions} worlds", counted(self.groups.list.len() as u64, "group"))
    }

    /// What "off" means.
    pub fn null(&self) -> String {
        match &self.against {
            Some(against) => format!("as in {against}"),
            None => "off".to_owned(),
        }
    }

    /// What to know of the numbers of an outcome.
    pub fn notes(&self, explained: &Explained) -> Vec<String> {
        const SHOWN: usize = 5;
        let mut notes = Vec::new();
        let lacks = |found: &Attribution| found.shares.iter().any(|share| share.shapley.interval.is_none());
        if explained.attribution.as_ref().is_some_and(lacks) {
            let orders = if self.plan.is_exact() { "" } else { ", and as many --orders" };
            notes.push(format!("No intervals: they take at least {FEWEST} replicates{orders}."));
        }
        if let Some(found) = explained.attribution.as_ref().filter(|_| !explained.lacking.is_empty()) {
            let kept = counted(found.replicates as u64, "replicate");
            notes.push(format!("{kept} of {} count: the others lack a value somewhere.", self.runs));
        }
        notes.extend(explained.lacking.iter().take(SHOWN).map(|lack| format!("{lack}.")));
        if explained.lacking.len() > SHOWN {
            notes.push(format!("And so in {} worlds more.", explained.lacking.len() - SHOWN));
        }
        notes
    }
}

/// Writes the table and the page into the folder of the runs, and gives where the page is. `measured` is what was measured of them.
///
/// # Errors
/// One of them cannot be written.
pub fn write_explanation(
    folder: &Path,
    explanation: &Explanation<'_>,
    measured: &Measured,
) -> Result<PathBuf, ReportError> {
    let mut derived = Derived::open(folder)?;
    let table = dictionary::explain();
    let bytes = rows(explanation).map_err(|error| OutputError::new("write", folder, io::Error::other(error)))?;
    let mut files = with_table(folder, &derived, measured, &table, bytes)?;
    files.push(page_file(PAGE.to_owned(), page::page(explanation)));
    derived.write(&files)?;
    Ok(folder.join(PAGE))
}

/// `explain.csv`.
fn rows(explanation: &Explanation<'_>) -> Result<Vec<u8>, NotFinite> {
    let mut bytes = Csv::header(ExplainRow::COLUMNS);
    for Explained { column, attribution, .. } in &explanation.outcomes {
        let Some(attribution) = attribution else { continue };
        let n = u32::try_from(attribution.replicates).unwrap_or(u32::MAX);
        let shares = explanation.groups.list.iter().zip(&attribution.shares).map(|(group, share)| (group, Some(share)));
        // A group of which nothing is on moves nothing, whatever the luck.
        let idle = explanation.groups.idle.iter().map(|group| (group, None));
        for (group, share) in shares.chain(idle) {
            let of = |value: Option<f64>| if share.is_none() { Some(0.0) } else { value };
            let interval = share.and_then(|share| share.shapley.interval);
            let row = ExplainRow {
                outcome: column.name.into(),
                group: group.name.as_str().into(),
                shapley: share.map_or(0.0, |share| share.shapley.mean),
                standard_error: of(share.and_then(|share| share.shapley.standard_error)),
                low: of(interval.map(|(low, _)| low)),
                high: of(interval.map(|(_, high)| high)),
                first: share.map_or(0.0, |share| share.first.mean),
                last: share.map_or(0.0, |share| share.last.mean),
                n,
            };
            let mut csv = Csv::default();
            csv.row(&row)?;
            csv.end_line();
            bytes.extend(csv.into_bytes());
        }
    }
    Ok(bytes)
}
