//! Reads a finished output folder: what a report needs of it, by scenario.

use super::{
    Language, ReportError,
    about::About,
    as_written,
    factors::read::{self as points, SampledScenario},
    over_time::{OverTime, read as over_time},
    runs::{Independent, differences, read_runs, unmeasured},
    sensitivity::{found::Findings as Swings, read::AnalysedBatch},
    shown::{self, Shown},
};
use super::{
    csv_file::CsvFile,
    results::{Happening, ScenarioResults, of_name},
    stat::Stat,
};
use crate::{
    analysis::precision::Units,
    declare::table::{Column, Row as _},
    experiment::design::{Method, PointNoise},
    measure::Measured,
    output::{
        dictionary::{QuantileRow, RUNS},
        difference_rows::DifferenceRow,
        folder::Folder,
        manifest::{Manifest, ScenarioEntry, other_spans},
    },
    scenario::Month,
};
use std::collections::BTreeMap;
use std::path::Path;

/// Everything a report shows.
#[derive(Debug)]
pub struct ReportData {
    /// What the page is written in.
    pub language: Language,
    /// The outcomes that were looked for, and which of them come first.
    pub measured: Measured,
    pub manifest: Option<Manifest>,
    /// What is known of the scenarios of the manifest.
    pub about: Vec<About>,
    pub scenarios: Vec<ScenarioResults>,
    /// Differences between scenarios, each from the first; none if there is only one.
    pub differences: Option<Vec<DifferenceRow>>,
    /// Differences between scenarios by month.
    pub over_time: OverTime,
    /// The points of a design under each scenario, with the outcomes that come first; none without a design.
    pub sampled: Vec<SampledScenario>,
    /// What moving one factor at a time does, of a design that does so.
    pub swings: Option<Swings>,
    /// Files that are not there or empty, and what is left out for it.
    pub missing: Vec<String>,
    /// What else is to be known before the numbers are read.
    pub notes: Vec<String>,
}

impl ReportData {
    /// The outcomes that come first, or those that do not: the chosen ones in their order, the others in that of the columns.
    pub fn outcomes(&self, chosen: bool) -> impl Iterator<Item = Column<'static>> {
        let first = self.chosen();
        let others = self.measured.outcomes().filter(|column| !chosen && !first.contains(column)).collect::<Vec<_>>();
        if chosen { first } else { others }.into_iter()
    }

    /// The outcomes that the experiment asks for, or else those that the model is known by.
    pub fn chosen(&self) -> Vec<Column<'static>> {
        chosen(&self.measured, self.manifest.as_ref().map_or(&[], |manifest| &manifest.outcomes))
    }

    /// What is known of the scenario of this name.
    pub fn about(&self, name: &str) -> Option<&About> {
        self.about.iter().find(|about| about.name == name)
    }

    /// The scenarios as the manifest holds them.
    pub fn entries(&self) -> &[ScenarioEntry] {
        self.manifest.as_ref().map_or(&[], |manifest| &manifest.experiment.scenarios)
    }
}

/// The outcomes of these names as columns; without any, those that the model is known by.
pub fn chosen(measured: &Measured, asked: &[String]) -> Vec<Column<'static>> {
    let (all, known) = (measured.outcomes().collect::<Vec<_>>(), measured.headlines());
    let of = |name: &str| all.iter().copied().find(|column| column.name == name);
    let asked: Vec<_> = asked.iter().filter_map(|name| of(name)).collect();
    if asked.is_empty() { all.into_iter().filter(|column| known.contains(&column.name)).collect() } else { asked }
}

/// Reads the folder; tables that were not recorded are noted, files that are damaged are errors.
pub fn read(folder: &Path, measured: &Measured) -> Result<ReportData, ReportError> {
    let manifest = Folder::manifest(folder)?;
    let (mut scenarios, mut missing) = (Vec::new(), Vec::new());
    let about = about_of(manifest.as_ref(), &mut scenarios, &mut missing);
    let outcomes = measured.outcome_names();
    let units = units(manifest.as_ref());
    let worlds = manifest.as_ref().filter(|_| units == Units::Worlds);
    let worlds = worlds.map(|manifest| manifest.experiment.design.clone().sample().worlds()).unwrap_or_default();
    let independent = Independent { units, worlds };
    let runs = read_runs(&folder.join("runs.csv"), &outcomes, &independent, &mut scenarios)?;
    if !runs {
        missing.push("runs.csv is missing or empty: there is no table of outcomes.".to_owned());
    }
    if let Some(manifest) = &manifest {
        missing.extend(others(&unmeasured(&folder.join("runs.csv"), manifest, measured)?, manifest));
    }
    let file = folder.join("quantiles.csv");
    let quantiles = read_quantiles(&file, &mut scenarios)?;
    if !quantiles {
        let why = if has_rows(&file)? { "holds nothing that is drawn" } else { "is missing or empty" };
        missing.push(format!("quantiles.csv {why}: there are no pictures."));
    }
    if manifest.is_none() && !runs && !quantiles {
        return Err(ReportError::NotAnOutput { folder: folder.to_owned() });
    }
    checked(folder, manifest.as_ref(), &mut scenarios)?;
    let (names, other_spans) = comparable(&scenarios, manifest.as_ref());
    missing.extend(other_spans);
    let several_scenarios = scenarios.len() > 1;
    let differences = match several_scenarios && runs {
        true => Some(differences(&folder.join("runs.csv"), &outcomes, &independent, &names)?),
        false => None,
    };
    let notes = manifest.iter().flat_map(|manifest| [manifest.unmet(), unequal(manifest)]).flatten().collect();
    let (measured, over_time, sampled, swings) = (measured.clone(), OverTime::default(), Vec::new(), None);
    let language = Language::default();
    let mut data = ReportData {
        language,
        measured,
        manifest,
        about,
        scenarios,
        differences,
        over_time,
        sampled,
        swings,
        missing,
        notes,
    };
    if several_scenarios {
        data.over_time = by_month(folder, &data, &independent, &names)?;
        data.missing.append(&mut data.over_time.missing);
    }
    data.sampled = sampled_points(folder, &data)?;
    data.swings = swings_of(folder, &data);
    Ok(data)
}

/// Holds the tables against the manifest, and reads what happened where a single world was run.
fn checked(folder: &Path, manifest: Option<&Manifest>, scenarios: &mut [ScenarioResults]) -> Result<(), ReportError> {
    let Some(manifest) = manifest else { return Ok(()) };
    // What is damaged where it can be seen was named with its line; a checksum finds the rest.
    for table in [RUNS, QuantileRow::TABLE] {
        as_written(folder, manifest, table)?;
    }
    if let [only] = scenarios
        && manifest.runs_done == 1
        && only.points <= 1
    {
        only.story = read_story(&folder.join("events.csv"))?;
    }
    Ok(())
}

/// What is known of the scenarios of the manifest, each of which gets its place.
fn about_of(
    manifest: Option<&Manifest>,
    scenarios: &mut Vec<ScenarioResults>,
    missing: &mut Vec<String>,
) -> Vec<About> {
    let mut about = Vec::new();
    let entries = manifest.iter().flat_map(|manifest| &manifest.experiment.scenarios).enumerate();
    for (at, entry) in entries {
        of_name(scenarios, &entry.name);
        let described = manifest.and_then(|manifest| manifest.described.get(at)).cloned();
        about.push(About::of(entry, described).unwrap_or_else(|error| {
            missing.push(format!(
                "manifest.json: the config of scenario `{}` cannot be read ({error}): its events and its firms' homes are \
                 unknown.",
                entry.name
            ));
            About::unknown(&entry.name)
        }));
    }
    if manifest.is_none() {
        missing.push("manifest.json is missing: the config, its events and the firms' homes are unknown.".to_owned());
    }
    about
}

/// Differences between the scenarios of these names by month.
fn by_month(
    folder: &Path,
    data: &ReportData,
    independent: &Independent,
    names: &[String],
) -> Result<OverTime, ReportError> {
    let (Some(manifest), Some(first)) = (&data.manifest, names.first()) else { return Ok(OverTime::default()) };
    let (leader, follower) = data.about(first).map(About::compared).unwrap_or_default();
    over_time::over_time(folder, manifest, [leader, follower], (independent, names))
}

/// The points of the design with the outcomes that come first.
fn sampled_points(folder: &Path, data: &ReportData) -> Result<Vec<SampledScenario>, ReportError> {
    let Some(manifest) = &data.manifest else { return Ok(Vec::new()) };
    points::read(&folder.join("runs.csv"), manifest, &data.chosen())
}

/// What moving one factor at a time does to the outcomes that come first; nothing of another design. What is wrong with its tables was
/// said before.
fn swings_of(folder: &Path, data: &ReportData) -> Option<Swings> {
    let manifest = data.manifest.as_ref()?;
    if manifest.experiment.design.method != Method::OneAtATime {
        return None;
    }
    let asked: Vec<String> = data.chosen().iter().map(|column| column.name.to_owned()).collect();
    let batch = AnalysedBatch::read(folder, &data.measured, &asked).ok()?;
    Some(Swings::of(batch))
}

/// What is independent among the runs.
pub(super) fn units(manifest: Option<&Manifest>) -> Units {
    match manifest.map(|manifest| &manifest.experiment) {
        Some(experiment) if experiment.points <= 1 => Units::Replicates,
        Some(experiment) if experiment.design.noise == PointNoise::Own && experiment.design.method.samples() => {
            Units::Worlds
        }
        // Without a manifest nothing is known of the design.
        _ => Units::Shared,
    }
}

/// The scenarios that can be compared with the first, it included, and what is said of the others: outcomes of the end,
/// means and counts of different spans are different things.
fn comparable(scenarios: &[ScenarioResults], manifest: Option<&Manifest>) -> (Vec<String>, Option<String>) {
    let entries = manifest.map_or(&[][..], |manifest| &manifest.experiment.scenarios);
    let others: Vec<&str> = other_spans(entries).map(|entry| entry.name.as_str()).collect();
    let names = scenarios.iter().map(|scenario| scenario.name.clone());
    let names = names.filter(|name| !others.contains(&name.as_str())).collect();
    let said = entries.first().filter(|_| !others.is_empty()).map(|first| {
        let listed = others.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let verb = if others.len() == 1 { "covers" } else { "cover" };
        format!(
            "{listed} {verb} other months than `{}`: differences between them are left out, and outcomes of the end, means and \
             counts are of different spans.",
            first.name
        )
    });
    (names, said)
}

/// What is said of outcomes that only the model which wrote the folder knows.
fn others(outcomes: &[String], manifest: &Manifest) -> Option<String> {
    let (names, program) = (outcomes.join(", "), &manifest.experiment.program);
    (!outcomes.is_empty()).then(|| {
        format!("runs.csv has outcomes of another model, {names}: the report of {program}, which wrote the folder, shows them.")
    })
}

/// What is said of points that a stop rule gave different numbers of replicates.
fn unequal(manifest: &Manifest) -> Option<String> {
    let several = manifest.experiment.points > 1 && manifest.experiment.stop.is_some();
    several.then(|| {
        "By [stop] design points have different numbers of runs: medians and quantiles of outcomes over all runs weigh a point by its \
         number, means and differences weigh all points alike."
            .to_owned()
    })
}

/// Whether a table has a row.
fn has_rows(file: &Path) -> Result<bool, ReportError> {
    let table = CsvFile::open(file)?;
    table.map_or(Ok(false), |mut table| table.next(&mut csv::StringRecord::new()))
}

/// Reads the indicators that pictures use; `false` if there is no such table or no row of use.
fn read_quantiles(file: &Path, scenarios: &mut Vec<ScenarioResults>) -> Result<bool, ReportError> {
    let Some(mut table) = CsvFile::open(file)? else { return Ok(false) };
    let [name, point, of, entity, indicator, date, n, mean] =
        ["scenario", "point", "table", "entity", "indicator", "date", "n", "mean"].map(|column| table.column(column));
    let (name, point, of, entity, indicator) = (name?, point?, of?, entity?, indicator?);
    let (date, n, mean) = (date?, n?, mean?);
    // Folders of before have no such column.
    let luck_sd = table.find("luck_sd");
    let mut levels = [0; 5];
    for (at, column) in ["p05", "p25", "p50", "p75", "p95"].into_iter().enumerate() {
        levels[at] = table.column(column)?;
    }
    let wanted: BTreeMap<(&str, &str), Shown> =
        shown::wanted().map(|shown| ((shown.table, shown.column), shown)).collect();
    let mut row = csv::StringRecord::new();
    let mut any = false;
    while table.next(&mut row)? {
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let Some(shown) = wanted.get(&(cell(of), cell(indicator))) else { continue };
        let scenario = of_name(scenarios, cell(name));
        if scenario.shown_point.get_or_insert_with(|| cell(point).to_owned()) != cell(point) {
            continue;
        }
        let month: Month = cell(date).parse().map_err(|_| table.malformed(&row, date, "a month as YYYY-MM"))?;
        let count: u32 = cell(n).parse().map_err(|_| table.malformed(&row, n, "a whole number"))?;
        let mut quantiles = [0.0; 5];
        let mut complete = count > 0;
        for (value, at) in quantiles.iter_mut().zip(levels) {
            match table.number(&row, at)? {
                Some(number) => *value = number,
                None => complete = false,
            }
        }
        let mean = table.number(&row, mean)?.unwrap_or(quantiles[2]);
        if complete {
            any = true;
            scenario.runs = scenario.runs.max(count);
            let by_entity = scenario.series.entry((shown.table, shown.column)).or_default();
            let stats = match by_entity.get_mut(cell(entity)) {
                Some(stats) => stats,
                None => by_entity.entry(cell(entity).to_owned()).or_default(),
            };
            let luck = luck_sd.and_then(|at| table.number(&row, at).transpose()).transpose()?;
            stats.push(Stat { date: month, n: count, mean, quantiles, luck });
        }
    }
    for stats in scenarios.iter_mut().flat_map(|scenario| scenario.series.values_mut()).flat_map(BTreeMap::values_mut) {
        stats.sort_by_key(|stat| stat.date);
        stats.dedup_by_key(|stat| stat.date);
    }
    Ok(any)
}

/// What happened in the world of a folder that holds one; nothing if events were not recorded.
fn read_story(file: &Path) -> Result<Vec<Happening>, ReportError> {
    let Some(mut table) = CsvFile::open(file)? else { return Ok(Vec::new()) };
    let [date, kind, actor, state, text] =
        ["date", "kind", "actor", "state", "text"].map(|column| table.column(column));
    let (date, kind, actor, state, text) = (date?, kind?, actor?, state?, text?);
    let mut row = csv::StringRecord::new();
    let mut story = Vec::new();
    while table.next(&mut row)? {
        let cell = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let month = row.get(date).unwrap_or_default().parse();
        let date = month.map_err(|_| table.malformed(&row, date, "a month as YYYY-MM"))?;
        story.push(Happening { date, kind: cell(kind), actor: cell(actor), state: cell(state), text: cell(text) });
    }
    Ok(story)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "scenario,point,table,entity,indicator,date,n,mean,sd,p05,p25,p50,p75,p95\n";

    fn quantiles(rows: &str) -> Result<ReportData, ReportError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("quantiles.csv"), format!("{HEADER}{rows}")).unwrap();
        read(folder.path(), &Measured::default())
    }

    #[test]
    fn damage_is_named_with_its_line() {
        for (rows, expected) in [
            ("b,0,world,,firms,2023-13,1,1,,1,1,1,1,1\n", "a month as YYYY-MM in column `date`, found `2023-13`"),
            ("b,0,world,,firms,2023-01,x,1,,1,1,1,1,1\n", "a whole number in column `n`, found `x`"),
            ("b,0,world,,firms,2023-01,1,1,,1,1,NaN,1,1\n", "a finite number in column `p50`, found `NaN`"),
            ("b,0,world\n", "14 cells, found 3"),
        ] {
            match quantiles(rows) {
                Err(ReportError::Malformed { line: 2, expected: found, .. }) => assert_eq!(found, expected),
                other => panic!("{rows}: {other:?}"),
            }
        }
    }

    #[test]
    fn only_the_first_design_point_is_drawn() {
        let folder = quantiles(
            "b,0,world,,firms,2023-01,4,1,,1,1,1,1,1\nb,1,world,,firms,2023-01,4,9,,9,9,9,9,9\n\
             b,0,world,,firms,2023-02,0,,,,,,,\n",
        )
        .unwrap();
        let firms = shown::wanted().find(|shown| (shown.table, shown.column) == ("world", "firms")).unwrap();
        let stats = folder.scenarios[0].series(firms, "");
        assert_eq!(stats.len(), 1);
        assert_eq!(stats[0].median(), 1.0);
    }

    #[test]
    fn a_folder_of_something_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(read(folder.path(), &Measured::default()), Err(ReportError::NotAnOutput { .. })));
    }
}
