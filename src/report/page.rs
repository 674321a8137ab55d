//! The HTML page: tables and pictures in one file that needs no other.

use super::{
    about::{About, DatedFact},
    data::ReportData,
    figures::{Figure, Pictures, Report},
    findings,
    markup::{document, folded, numbers, table, unit},
    parameters::ParameterTables,
    precision,
    scale::significant,
};
use crate::{
    analysis::{precision::Mean, sketch::Distribution},
    declare::text::counted,
    report::results::ScenarioResults,
    scenario::{Described, Month},
};
use maud::{Markup, html};

/// The page of a report.
pub fn page(folder: &ReportData, report: &Report, parameters: &ParameterTables) -> String {
    let name = folder.manifest.as_ref().map_or("", |manifest| &manifest.experiment.name);
    let title = if name.is_empty() { "A redqueen run" } else { name };
    let assumed = parameters.assumed;
    let head = html! {
        (what_ran(folder))
        @if assumed > 0 {
            p.note {
                "Numbers rest on " (counted(assumed as u64, "assumed parameter")) "; see " a href="#parameters" { "the table" }
                ". What follows from an assumption is no finding."
            }
        }
        (navigation(folder, report))
    };
    let main = html! {
        (notes(folder, report))
        (findings::page::section(&findings::findings(folder, &findings::effects(folder)), &findings::question(folder)))
        @if !report.comparison.is_empty() {
            section #compared {
                h2 { (compared(folder)) }
                @for one in &report.comparison { (figure(one)) }
            }
        }
        (pictures(folder, report))
        (outcomes(folder))
        (precision::differences(folder))
        (precision::replications(folder))
        (parameters.html)
    };
    document(title, &head, &main, UNITS)
}

const UNITS: &str = "MH100e: million accelerators of the speed of an H100. Nat: unit of the natural logarithm; one nat more \
                     capability is a factor of 2.72. Points: rating points of a leaderboard (400 points are odds of 10 to 1).";

/// Version, seed, runs and scenarios.
fn what_ran(folder: &ReportData) -> Markup {
    let experiment = folder.manifest.as_ref().map(|manifest| &manifest.experiment);
    let finished: usize = folder.scenarios.iter().map(|scenario| scenario.finished).sum();
    let failed: usize = folder.scenarios.iter().map(|scenario| scenario.failed).sum();
    let mut facts = Vec::new();
    facts.extend(experiment.map(|experiment| experiment.program.clone()));
    if finished > 0 {
        facts.push(counted(finished as u64, "finished run"));
    } else {
        facts.extend(experiment.map(|experiment| counted(experiment.runs, "run")));
    }
    if failed > 0 {
        facts.push(format!("{failed} failed"));
    }
    facts.extend(experiment.map(|experiment| format!("seed {}", experiment.seed)));
    let mut spans: Vec<_> = folder.scenarios.iter().filter_map(ScenarioResults::span).collect();
    spans.dedup();
    match spans[..] {
        [] => {}
        [(from, to)] => facts.push(format!("{from} to {to}")),
        _ => facts.push("scenarios of different months".to_owned()),
    }
    // A scenario that was run by itself is described below, and what several are asked stands among the findings.
    let about = folder.manifest.as_ref().map(|manifest| &manifest.description).filter(|about| {
        !about.is_empty()
            && folder.scenarios.len() <= 1
            && folder.about.iter().all(|scenario| scenario.described.description != **about)
    });
    html! {
        p.quiet { (facts.join(" · ")) }
        @if let Some(about) = about { p translate="no" { (about) } }
        @for about in &folder.about {
            @let own = folder.scenarios.iter().find(|scenario| scenario.name == about.name);
            (described(about, own.and_then(ScenarioResults::span).filter(|_| spans.len() > 1)))
        }
    }
}

/// What a scenario is: what its config says, or what it changes; with its months if those of others differ.
fn described(about: &About, span: Option<(Month, Month)>) -> Markup {
    let Described { description, base, changes } = &about.described;
    html! {
        p {
            strong translate="no" { (about.name) }
            @if let Some((from, to)) = span { " (" (from.to_string()) " to " (to.to_string()) ")" }
            @if !description.is_empty() { ": " span translate="no" { (description) } }
            @else if !base.is_empty() { ": as " (base) @if changes.is_empty() { "." } @else { ", but" } }
            @if !changes.is_empty() && base.is_empty() { " Changed:" }
        }
        @if !changes.is_empty() { ul { @for change in changes { li { code { (change) } } } } }
    }
}

/// Name of the part of the page that sets worlds side by side.
fn compared(folder: &ReportData) -> &'static str {
    if folder.scenarios.len() > 1 { "Scenarios compared" } else { "What the design tells" }
}

/// Name of a scenario's part of the page.
fn heading<'a>(report: &Report, scenario: &'a str) -> &'a str {
    if report.sections.len() == 1 { "Pictures" } else { scenario }
}

fn navigation(folder: &ReportData, report: &Report) -> Markup {
    let outcomes = folder.scenarios.iter().any(|scenario| scenario.finished > 0);
    let differences = folder.differences.as_ref().is_some_and(|rows| !rows.is_empty());
    html! {
        nav aria-label="Contents" {
            @if !folder.scenarios.is_empty() { a href="#findings" { "Findings" } }
            @if !report.comparison.is_empty() { a href="#compared" { (compared(folder)) } }
            @for (section, number) in report.sections.iter().zip(1..) {
                a href={ "#scenario-" (number) } { (heading(report, &section.scenario)) }
            }
            @if outcomes { a href="#outcomes" { "Outcomes" } }
            @if differences { a href="#differences" { "Differences" } }
            @if outcomes { a href="#replications" { "Replications" } }
            a href="#parameters" { "Parameters" }
        }
    }
}

/// What is not shown, and which runs failed.
fn notes(folder: &ReportData, report: &Report) -> Markup {
    let mut lines: Vec<String> = folder.notes.iter().chain(&folder.missing).chain(&report.missing).cloned().collect();
    for scenario in &folder.scenarios {
        if scenario.points > 1 {
            lines.push(format!(
                "Scenario `{}` has {} design points: the table of outcomes covers all of them, the pictures show {}.",
                scenario.name,
                scenario.points,
                if scenario.pooled() { "all runs together" } else { "the first" }
            ));
        }
        for (run, error) in &scenario.failures {
            lines.push(format!("Run {run} failed: {error}"));
        }
        let more = scenario.failed - scenario.failures.len();
        if more > 0 {
            lines.push(format!("{more} more runs failed; runs.csv names them."));
        }
    }
    html! {
        @if !lines.is_empty() {
            section.note aria-label="Notes" { ul { @for line in &lines { li { (line) } } } }
        }
    }
}

fn figure(figure: &Figure) -> Markup {
    let caption = figure.caption.trim();
    html! {
        figure id=(figure.name) {
            div.wide { (figure.svg) }
            div.narrow { (figure.narrow) }
            (numbers(&figure.svg))
            @if !caption.is_empty() { figcaption { (caption) } }
        }
    }
}

fn pictures(folder: &ReportData, report: &Report) -> Markup {
    html! {
        @for (at, section) in report.sections.iter().enumerate() {
            @let shown = of_scenario(folder, section);
            section id={ "scenario-" (at + 1) } {
                h2 translate=[(report.sections.len() > 1).then_some("no")] { (heading(report, &section.scenario)) }
                @if at > 0 { (folded("Show the pictures", &shown)) } @else { (shown) }
            }
        }
    }
}

/// What a scenario opens with; the rest by group, folded.
fn of_scenario(folder: &ReportData, section: &Pictures) -> Markup {
    let of_group = |group: Option<&'static str>| section.figures.iter().filter(move |figure| figure.group == group);
    let mut groups: Vec<&'static str> = section.figures.iter().filter_map(|figure| figure.group).collect();
    groups.dedup();
    html! {
        @for one in of_group(None) { (figure(one)) }
        @for group in groups {
            @let inside = html! { @for one in of_group(Some(group)) { (figure(one)) } };
            (folded(group, &inside))
        }
        (story(folder, &section.scenario))
        (events(folder, &section.scenario))
    }
}

/// What happened in the one world that was run.
fn story(folder: &ReportData, name: &str) -> Markup {
    let scenario = folder.scenarios.iter().find(|scenario| scenario.name == name);
    let story = scenario.map_or(&[][..], |scenario| &scenario.story);
    let heads = html! { th.number { "Month" } th { "Who" } th { "State" } th { "What" } };
    let rows = html! {
        @for what in story {
            tr {
                td.number { (what.date.to_string()) }
                td { (what.actor) }
                td { (what.state) }
                td { (what.kind.replace('_', " ")) @if !what.text.is_empty() { ": " (what.text) } }
            }
        }
    };
    html! { @if !story.is_empty() { (folded("All that happened in this world", &table(None, &heads, &rows))) } }
}

/// The dated events that the strip shows.
fn events(folder: &ReportData, name: &str) -> Markup {
    let scenario = folder.scenarios.iter().find(|scenario| scenario.name == name);
    let events: Vec<&DatedFact> = match (folder.about(name), scenario.and_then(ScenarioResults::span)) {
        (Some(about), Some((from, to))) => {
            about.events.iter().filter(|event| event.date >= from && event.date <= to).collect()
        }
        _ => Vec::new(),
    };
    let heads = html! { th.number { "Month" } th { "Who" } th { "Kind" } th { "What" } th { "Source" } };
    let rows = html! {
        @for event in &events {
            tr {
                td.number { (event.date.to_string()) }
                td { (event.actor) }
                td { (event.kind.replace('_', " ")) }
                td { (event.text) }
                td.break.quiet { (event.source) }
            }
        }
    };
    html! {
        @if !events.is_empty() {
            @let listed = table(Some("Facts of the config, shown beside the results; they force nothing."), &heads, &rows);
            (folded("Dated facts", &listed))
        }
    }
}

/// Median with 5–95 %, mean with its Monte Carlo error, and how many runs have a value if not all.
fn summary(found: Option<&Distribution>, mean: Option<Mean>, runs: usize) -> Markup {
    let Some(found) = found else { return html! { "\u{2013}" small { "in 0 of " (runs) " runs" } } };
    let n = found.n;
    let of_all = (n != runs as u64).then(|| format!("in {n} of {}", counted(runs as u64, "run")));
    let (Some(_), Some(mean)) = (found.sd, mean) else {
        return html! { (significant(found.mean)) small { (of_all.unwrap_or_default()) } };
    };
    let [low, _, median, _, high] = found.quantiles.map(significant);
    let error = mean.standard_error().map(|error| format!(" ± {}", significant(error))).unwrap_or_default();
    html! {
        (median) " (" (low) " to " (high) ")"
        small {
            "mean " (significant(mean.mean)) (error)
            @if let Some(of_all) = of_all { "; " (of_all) }
        }
    }
}

fn outcomes(folder: &ReportData) -> Markup {
    let shown: Vec<&ScenarioResults> = folder.scenarios.iter().filter(|scenario| scenario.finished > 0).collect();
    if shown.is_empty() {
        return Markup::default();
    }
    let design = shown.iter().any(|scenario| scenario.points > 1);
    html! {
        section #outcomes {
            h2 { "Outcomes" }
            p.quiet {
                "Median over the runs with the 5 % and 95 % quantiles; below it the mean ± its standard error from the finite \
                 number of runs" @if design { ", over a design that of replicates, each averaged over the points" } "."
            }
            (outcome_table(folder, &shown, true))
            (folded("All other outcomes", &outcome_table(folder, &shown, false)))
        }
    }
}

/// The outcomes that are headlines, or those that are not, by scenario.
fn outcome_table(folder: &ReportData, shown: &[&ScenarioResults], headline: bool) -> Markup {
    let heads = html! {
        th { "Outcome" } th { "Unit" }
        @for scenario in shown {
            th.number { span translate="no" { (scenario.name) } br; small { (counted(scenario.finished as u64, "run")) } }
        }
    };
    let columns = folder
        .outcomes(headline)
        .filter(|column| shown.iter().any(|scenario| scenario.outcomes.summary(column.name).is_some()));
    let rows = html! {
        @for column in columns {
            tr {
                td title=(column.meaning) { (findings::called(folder, &column)) small { (column.name) } }
                td { (unit(column.unit)) }
                @for scenario in shown {
                    @let mean = scenario.outcomes.precision(column.name).map(|found| found.over);
                    td.number { (summary(scenario.outcomes.summary(column.name), mean, scenario.finished)) }
                }
            }
        }
    };
    table(None, &heads, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sketch::Sketches;

    #[test]
    fn a_summary_gives_the_error_of_the_mean() {
        let of = |values: &[f64]| {
            let mut sketches = Sketches::new(1);
            values.iter().for_each(|value| sketches.row()[0] = *value);
            sketches.summaries().pop().flatten()
        };
        let mean = Mean { n: 2, mean: 2.0, sd: Some(2.0_f64.sqrt()) };
        let summary = |found: Option<&Distribution>, runs| summary(found, Some(mean), runs).into_string();
        assert_eq!(summary(of(&[1.0, 3.0]).as_ref(), 2), "2.00 (1.10 to 2.90)<small>mean 2.00 ± 1.00</small>");
        assert!(summary(of(&[1.0, 3.0]).as_ref(), 4).contains("in 2 of 4 runs"));
        assert!(summary(None, 4).contains("in 0 of 4 runs"));
    }
}
