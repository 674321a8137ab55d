//! How exact the numbers are: differences between scenarios over pairs, and what so many replications tell.

use super::{
    data::{Folder, Scenario},
    scale::significant,
    svg::escape,
};
use crate::{
    measure::record::{HEADLINES, OutcomeRow},
    output::{
        dictionary::DifferenceRow,
        table::{Column, Row},
    },
};
use std::fmt::Write;

/// The precisions that runs are counted for.
const SHARES: [f64; 2] = [0.01, 0.05];
const NONE: &str = "\u{2013}";

/// How each scenario differs from the first, over pairs of runs.
pub fn differences(folder: &Folder) -> String {
    let rows = folder.differences.as_deref().unwrap_or_default();
    if rows.is_empty() {
        return String::new();
    }
    let mut html = "<section id=\"differences\">\n<h2>Differences between scenarios</h2>\n\
        <p class=\"quiet\">Runs of the same replicate have the same noise, so scenarios are compared pair by pair. In bold: the 95&nbsp;% \
        interval (Student\u{2019}s t) of the mean difference leaves out zero, which is a statement about the model, not about the world. \
        Of outcomes that do not differ, one in twenty has such an interval by luck. The last column says how many times more \
        runs the same precision would take without pairing.</p>\n"
        .to_owned();
    if let Some(points) = most_points(folder) {
        let _ = writeln!(
            html,
            "<p class=\"note\">The pairs of all {points} design points are pooled: a difference is the mean over the design, and its \
             interval takes pairs for independent, though points differ by design and share their noise.</p>"
        );
    }
    for group in rows.chunk_by(|a, b| a.scenario == b.scenario) {
        let Some(first) = group.first() else { continue };
        let _ = writeln!(html, "<h3>{} against {}</h3>", escape(&first.scenario), escape(&first.against));
        html += &halves(|headline| difference_table(group, headline));
    }
    html + "</section>\n"
}

/// The headline outcomes, and the others folded away.
fn halves(table: impl Fn(bool) -> String) -> String {
    format!("{}<details>\n<summary>All other outcomes</summary>\n{}</details>\n", table(true), table(false))
}

/// The outcomes that are headlines, or those that are not, in the order of the columns.
fn outcomes(headline: bool) -> impl Iterator<Item = &'static Column<'static>> {
    OutcomeRow::COLUMNS.iter().filter(move |column| HEADLINES.contains(&column.name) == headline)
}

/// Meaning, name and unit of an outcome.
fn outcome_cell(column: &Column<'_>) -> String {
    let unit = if column.unit == "1" { String::new() } else { format!(", {}", escape(column.unit)) };
    format!("<td>{}<small>{}{unit}</small></td>", escape(column.meaning), escape(column.name))
}

fn table(heads: &[&str], rows: &str) -> String {
    let heads: String = heads.iter().map(|head| format!("<th class=\"number\">{head}</th>")).collect();
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr><th>Outcome</th>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )
}

fn row(column: &Column<'_>, cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<td class=\"number\">{cell}</td>")).collect();
    format!("<tr>{}{cells}</tr>\n", outcome_cell(column))
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), significant)
}

fn interval(ends: Option<(f64, f64)>) -> String {
    ends.map_or_else(|| NONE.to_owned(), |(low, high)| format!("{} to {}", significant(low), significant(high)))
}

fn difference_table(rows: &[DifferenceRow], headline: bool) -> String {
    let Some(first) = rows.first() else { return String::new() };
    let lines: String = outcomes(headline)
        .filter_map(|column| Some((column, rows.iter().find(|row| *row.outcome == *column.name)?)))
        .map(|(column, found)| {
            let difference = significant(found.difference);
            row(
                column,
                &[
                    found.n.to_string(),
                    significant(found.mean_against),
                    significant(found.mean),
                    if found.excludes_zero() { format!("<strong>{difference}</strong>") } else { difference },
                    interval(found.low.zip(found.high)),
                    format!("{:.0}&nbsp;%", 100.0 * found.larger_share),
                    found
                        .variance_reduction
                        .map_or_else(|| NONE.to_owned(), |times| format!("{}\u{d7}", significant(times))),
                ],
            )
        })
        .collect();
    let (against, scenario) = (escape(&first.against), escape(&first.scenario));
    let heads = ["Pairs", &against, &scenario, "Difference", "95 % interval", "Larger in", "Unpaired"];
    table(&heads, &lines)
}

/// Most design points of any scenario, if there are several.
fn most_points(folder: &Folder) -> Option<usize> {
    folder.scenarios.iter().map(|scenario| scenario.points).max().filter(|points| *points > 1)
}

/// Mean, spread and Monte Carlo error of the headline outcomes, and the runs that a precision takes.
pub fn replications(folder: &Folder) -> String {
    let shown: Vec<&Scenario> = folder.scenarios.iter().filter(|scenario| scenario.finished > 0).collect();
    if shown.is_empty() {
        return String::new();
    }
    let mut html = "<section id=\"replications\">\n<h2>Replications</h2>\n".to_owned();
    html += "<p class=\"quiet\">How well so many runs tell a mean: the standard error comes from the finite number of runs alone, not from \
        doubt about parameters. The last two columns say how many runs make it 1 % or 5 % of the mean\u{2019}s magnitude, or of the \
        standard deviation where that is the larger. For half the error take four times the runs.</p>\n";
    if let Some(points) = most_points(folder) {
        let _ = writeln!(
            html,
            "<p class=\"note\">Over {points} design points: mean and standard deviation are over all runs, so that they show the spread over \
             the design and not only luck. Luck is the standard deviation within a point; standard error and runs are those of \
             one point.</p>"
        );
    }
    for (at, scenario) in shown.iter().enumerate() {
        let table = replication_table(scenario);
        let name = escape(&scenario.name);
        html += &match (shown.len(), at) {
            (1, _) => table,
            (_, 0) => format!("<h3>{name}</h3>\n{table}"),
            _ => format!("<details>\n<summary>{name}</summary>\n{table}</details>\n"),
        };
    }
    html + "</section>\n"
}

fn replication_table(scenario: &Scenario) -> String {
    let design = scenario.points > 1;
    let lines: String = outcomes(true)
        .filter_map(|column| Some((column, scenario.outcomes.precision(column.name)?)))
        .map(|(column, found)| {
            let mut cells = vec![found.all.n.to_string(), significant(found.all.mean), number(found.all.sd)];
            if design {
                cells.extend([number(found.within), number(found.standard_error())]);
            } else {
                cells.extend([number(found.standard_error()), interval(found.all.interval())]);
            }
            let runs = |share| found.runs_for(share).map_or_else(|| NONE.to_owned(), |runs| runs.to_string());
            cells.extend(SHARES.map(runs));
            row(column, &cells)
        })
        .collect();
    let middle = if design { ["SD at a point", "Standard error"] } else { ["Standard error", "95 % interval"] };
    table(&["Runs", "Mean", "SD", middle[0], middle[1], "Runs for 1 %", "Runs for 5 %"], &lines)
}
