//! How exact the numbers are: differences between scenarios over pairs, and what so many replications tell.

use super::{
    data::{ReportData, units},
    findings::called,
    markup::{folded, table},
    scale::significant,
};
use crate::{
    analysis::precision::{FEWEST, Precision, Units},
    declare::table::Column,
    output::difference_rows::DifferenceRow,
    report::results::ScenarioResults,
};
use maud::{Markup, html};

/// The precisions that runs are counted for.
const SHARES: [f64; 2] = [0.01, 0.05];
const NONE: &str = "\u{2013}";

/// How each scenario differs from the first, over pairs of runs.
pub fn differences(folder: &ReportData) -> Markup {
    let rows = folder.differences.as_deref().unwrap_or_default();
    if rows.is_empty() {
        return Markup::default();
    }
    html! {
        section #differences {
            h2 { "Differences between scenarios" }
            p.quiet {
                "Runs of the same replicate have the same noise, so scenarios are compared pair by pair. In bold: the 95\u{a0}% \
                 interval (Student\u{2019}s t over replicates, n \u{2212} 1) of the mean difference leaves out zero, which is a \
                 statement about the model, not about the world. Of outcomes that do not differ, one in twenty has such an interval \
                 by luck. Of outcomes that rare large events make, the interval holds the mean less often. The last column says how many times more runs the same precision would take without pairing."
            }
            @if let Some(points) = most_points(folder) {
                p.note {
                    @if units(folder.manifest.as_ref()) == Units::Worlds { "A difference is the mean over the " (points) " worlds, each with luck of its own, which both scenarios of a pair share; the interval counts worlds." }
                    @else { "A difference is the mean over the " (points) " design points. A replicate has the same luck at all of them, so it \
                     counts once: its differences are averaged over the points first, and the interval is that of so many replicates." }
                }
            }
            @if rows.iter().any(DifferenceRow::lacks_interval) {
                p.note { (few()) }
            }
            @for group in rows.chunk_by(|a, b| a.scenario == b.scenario) {
                @if let Some(first) = group.first() {
                    h3 { (format!("Differences of {} from {}", first.scenario, first.against)) }
                    (difference_table(folder, group, first, true))
                    (folded("All other outcomes", &difference_table(folder, group, first, false)))
                }
            }
        }
    }
}

/// What is said where replicates are too few for an interval.
fn few() -> String {
    format!(
        "No interval can be given from fewer than {FEWEST} replicates that have a value: a dash stands in its place. Do more runs of \
         each point."
    )
}

/// The heads of a table that has an outcome in each row.
fn heads(heads: &[&str]) -> Markup {
    html! {
        th { "Outcome" }
        @for head in heads { th.number { (head) } }
    }
}

/// Meaning, name and unit of an outcome, and what is known of it.
fn row(folder: &ReportData, column: &Column<'_>, cells: &Markup) -> Markup {
    html! {
        tr {
            td title=(column.meaning) { (called(folder, column)) small { (column.name) @if column.unit != "1" { ", " (column.unit) } } }
            (cells)
        }
    }
}

/// A share in whole percent; only what is all or none is shown as such.
fn share(share: f64) -> String {
    match share {
        ..=0.0 => "0\u{a0}%".to_owned(),
        1.0.. => "100\u{a0}%".to_owned(),
        share if share < 0.01 => "under 1\u{a0}%".to_owned(),
        share if share > 0.99 => "over 99\u{a0}%".to_owned(),
        share => format!("{:.0}\u{a0}%", 100.0 * share),
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), significant)
}

fn interval(ends: Option<(f64, f64)>) -> String {
    ends.map_or_else(|| NONE.to_owned(), |(low, high)| format!("{} to {}", significant(low), significant(high)))
}

fn difference_table(folder: &ReportData, rows: &[DifferenceRow], first: &DifferenceRow, headline: bool) -> Markup {
    let of = |column: &Column<'_>| rows.iter().find(|row| *row.outcome == *column.name);
    let found = folder.outcomes(headline).filter_map(|column| Some((column, of(&column)?)));
    let lines = html! { @for (column, found) in found { (row(folder, &column, &difference_cells(found))) } };
    let (against, scenario) = (&*first.against, &*first.scenario);
    table(
        None,
        &heads(&["Replicates", against, scenario, "Difference", "95 % interval", "Larger in", "Unpaired"]),
        &lines,
    )
}

fn difference_cells(found: &DifferenceRow) -> Markup {
    let difference = significant(found.difference);
    let times =
        found.variance_reduction.map_or_else(|| NONE.to_owned(), |times| format!("{}\u{d7}", significant(times)));
    html! {
        td.number { (found.n) }
        td.number { (significant(found.mean_against)) }
        td.number { (significant(found.mean)) }
        td.number { @if found.excludes_zero() { strong { (difference) } } @else { (difference) } }
        td.number { (interval(found.low.zip(found.high))) }
        td.number { (share(found.larger_share)) }
        td.number { (times) }
    }
}

/// Most design points of any scenario, if there are several.
fn most_points(folder: &ReportData) -> Option<usize> {
    folder.scenarios.iter().map(|scenario| scenario.points).max().filter(|points| *points > 1)
}

/// The program's name, if the runs of a batch differ by nothing but their luck.
fn luck_alone(folder: &ReportData) -> Option<&str> {
    let experiment = &folder.manifest.as_ref()?.experiment;
    let alone = experiment.design.factors.is_empty() && folder.scenarios.iter().any(|scenario| scenario.finished > 1);
    experiment.program.split_whitespace().next().filter(|_| alone)
}

/// Mean, spread and Monte Carlo error of the headline outcomes, and the runs that a precision takes.
pub fn replications(folder: &ReportData) -> Markup {
    let shown: Vec<&ScenarioResults> = folder.scenarios.iter().filter(|scenario| scenario.finished > 0).collect();
    if shown.is_empty() {
        return Markup::default();
    }
    html! {
        section #replications {
            h2 { "Replications" }
            p.quiet {
                "How well so many runs tell a mean: the standard error comes from the finite number of runs alone, not from doubt \
                 about parameters. The last two columns say how many runs make it 1 % or 5 % of the mean\u{2019}s magnitude, or of \
                 the standard deviation where that is the larger. For half the error take four times the runs."
            }
            @let worlds = units(folder.manifest.as_ref()) == Units::Worlds;
            @if let Some(points) = most_points(folder) {
                p.note {
                    @if worlds { "Each of the " (points) " worlds has luck of its own: the mean is that over all runs, and its standard error and \
                     interval count worlds. Luck at a point is the standard deviation between runs of a world; luck\u{2019}s share is its part \
                     of the variance, and doubt has the rest." }
                    @else { "Over " (points) " design points: the mean is that over the points, and its standard error and interval come from \
                     replicates, each averaged over the points, as a replicate has the same luck at all of them. SD is over all runs, so \
                     it shows the spread over the design and not only luck. Luck at a point is the standard deviation within it; the \
                     error at a point and the runs are those of one point." }
                }
            }
            @if let Some(program) = luck_alone(folder) {
                p.note {
                    "Bands and intervals are of luck alone, as all runs have the same parameters. " code { (program) " batch CONFIG --doubt" }
                    " draws parameters from what was fitted to observations, so that bands hold doubt too."
                }
            }
            @if shown.iter().any(|scenario| precisions(folder, scenario).any(|(_, found)| found.over.interval().is_none())) {
                p.note { (few()) }
            }
            @for (at, scenario) in shown.iter().enumerate() {
                @if at > 0 {
                    (folded(&scenario.name, &replication_table(folder, scenario)))
                } @else {
                    @if shown.len() > 1 { h3 { (scenario.name) } }
                    (replication_table(folder, scenario))
                }
            }
        }
    }
}

/// The headline outcomes that have values, and how well they are known.
fn precisions<'a>(
    folder: &'a ReportData,
    scenario: &'a ScenarioResults,
) -> impl Iterator<Item = (Column<'static>, Precision)> + use<'a> {
    folder.outcomes(true).filter_map(|column| Some((column, scenario.outcomes.precision(column.name)?)))
}

fn replication_table(folder: &ReportData, scenario: &ScenarioResults) -> Markup {
    let (design, worlds) = (scenario.points > 1, units(folder.manifest.as_ref()) == Units::Worlds);
    let lines = precisions(folder, scenario).map(|(column, found)| {
        let mut cells = vec![found.all.n.to_string(), significant(found.over.mean), number(found.all.sd)];
        cells.extend([number(found.over.standard_error()), interval(found.over.interval())]);
        if design {
            cells.extend([number(found.within), number(found.standard_error())]);
            if worlds {
                cells.push(found.luck_share().map_or_else(|| NONE.to_owned(), share));
            }
        }
        let runs = |share| found.runs_for(share).map_or_else(|| NONE.to_owned(), |runs| runs.to_string());
        cells.extend(SHARES.map(runs));
        row(folder, &column, &html! { @for cell in &cells { td.number { (cell) } } })
    });
    let at_point: &[&str] = match (design, worlds) {
        (true, true) => &["Luck at a point", "Error at a point", "Luck\u{2019}s share"],
        (true, false) => &["Luck at a point", "Error at a point"],
        _ => &[],
    };
    let names =
        [&["Runs", "Mean", "SD", "Standard error", "95 % interval"], at_point, &["Runs for 1 %", "Runs for 5 %"]];
    table(None, &heads(&names.concat()), &html! { @for line in lines { (line) } })
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn only_what_is_all_or_none_is_shown_as_such() {
        let shown = [0.0, 0.004, 0.01, 0.5, 0.99, 0.996, 1.0].map(|value| share(value).replace('\u{a0}', " "));
        assert_eq!(shown, ["0 %", "under 1 %", "1 %", "50 %", "99 %", "over 99 %", "100 %"]);
    }
}
