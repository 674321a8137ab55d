//! The HTML page: tables and pictures in one file that needs no other.

use super::{
    data::{Folder, Scenario},
    figures::{Figure, Report, numbered},
    manifest::{About, text},
    precision,
    scale::significant,
    svg::escape,
};
use crate::{
    analysis::sketch::Summary,
    measure::record::{HEADLINES, OutcomeRow},
    output::table::Row,
    scenario::{
        AcceleratorNumbers, Catalogue, ControlNumbers, FabNumbers, FirmNumbers, PolicyNumbers, ShockNumbers,
        StateNumbers,
        parameter::{Mark, Parameter, Parameters},
    },
};
use serde_json::Value;
use std::fmt::Write;

pub(super) const STYLE: &str = include_str!("page.css");

/// The whole page.
pub fn page(folder: &Folder, report: &Report, catalogue: &Catalogue) -> String {
    let manifest = &folder.manifest;
    let title = if manifest.experiment.is_empty() { "A redqueen run" } else { &manifest.experiment };
    let title = escape(title);
    let assumed = assumed(folder, catalogue);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n{}",
        what_ran(folder)
    );
    if assumed > 0 {
        html += &format!(
            "<p class=\"note\">Numbers rest on {assumed} assumed parameter{}; see <a href=\"#parameters\">the table</a>. \
             What follows from an assumption is no finding.</p>\n",
            if assumed == 1 { "" } else { "s" }
        );
    }
    html += &navigation(folder, report);
    html += "</header>\n<main>\n";
    html += &notes(folder, report);
    html += &outcomes(folder);
    html += &precision::differences(folder);
    html += &precision::replications(folder);
    if !report.comparison.is_empty() {
        html += "<section id=\"comparison\">\n<h2>Scenarios compared</h2>\n";
        html.extend(report.comparison.iter().map(figure));
        html += "</section>\n";
    }
    html += &pictures(folder, report);
    html += &parameters(folder, catalogue);
    html += "</main>\n<footer>\n<p class=\"quiet\">MH100e: million accelerators of the speed of an H100. Nat: unit of the natural \
             logarithm; one nat more capability is a factor of 2.72. Points: rating points of a leaderboard (400 points are odds \
             of 10 to 1).</p>\n</footer>\n</body>\n</html>\n";
    html
}

/// Version, seed, runs and scenarios.
fn what_ran(folder: &Folder) -> String {
    let manifest = &folder.manifest;
    let finished: usize = folder.scenarios.iter().map(|scenario| scenario.finished).sum();
    let failed: usize = folder.scenarios.iter().map(|scenario| scenario.failed).sum();
    let mut facts = Vec::new();
    if !manifest.version.is_empty() {
        facts.push(escape(&manifest.version));
    }
    if finished > 0 {
        facts.push(format!("{finished} finished run{}", if finished == 1 { "" } else { "s" }));
    } else if !manifest.runs.is_empty() {
        facts.push(format!("{} runs", escape(&manifest.runs)));
    }
    if failed > 0 {
        facts.push(format!("{failed} failed"));
    }
    if !manifest.seed.is_empty() {
        facts.push(format!("seed {}", escape(&manifest.seed)));
    }
    if let Some((from, to)) = folder.scenarios.iter().find_map(Scenario::span) {
        facts.push(format!("{from} to {to}"));
    }
    let mut html = format!("<p class=\"quiet\">{}</p>\n", facts.join(" · "));
    for about in &manifest.scenarios {
        let _ = writeln!(html, "<p><strong>{}</strong>: {}</p>", escape(&about.name), escape(&about.description));
    }
    html
}

fn navigation(folder: &Folder, report: &Report) -> String {
    let mut html = "<nav aria-label=\"Contents\">".to_owned();
    let outcomes = folder.scenarios.iter().any(|scenario| scenario.finished > 0);
    if outcomes {
        html += "<a href=\"#outcomes\">Outcomes</a>";
    }
    if folder.differences.as_ref().is_some_and(|rows| !rows.is_empty()) {
        html += "<a href=\"#differences\">Differences</a>";
    }
    if outcomes {
        html += "<a href=\"#replications\">Replications</a>";
    }
    if !report.comparison.is_empty() {
        html += "<a href=\"#comparison\">Comparison</a>";
    }
    for (at, section) in report.sections.iter().enumerate() {
        let name = if report.sections.len() == 1 { "Pictures".to_owned() } else { escape(&section.scenario) };
        let _ = write!(html, "<a href=\"#scenario-{}\">{name}</a>", at + 1);
    }
    html + "<a href=\"#parameters\">Parameters</a></nav>\n"
}

/// What is not shown, and which runs failed.
fn notes(folder: &Folder, report: &Report) -> String {
    let mut lines: Vec<String> = folder.missing.iter().chain(&report.missing).cloned().collect();
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
    if lines.is_empty() {
        return String::new();
    }
    let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", escape(line))).collect();
    format!("<section class=\"note\" aria-label=\"Notes\">\n<ul>\n{items}</ul>\n</section>\n")
}

fn figure(figure: &Figure) -> String {
    let caption = escape(figure.caption.trim());
    let caption = if caption.is_empty() { caption } else { format!("<figcaption>{caption}</figcaption>\n") };
    format!("<figure id=\"{}\">\n{}{caption}</figure>\n", escape(&figure.name), figure.svg.inline())
}

fn pictures(folder: &Folder, report: &Report) -> String {
    let mut html = String::new();
    for (at, section) in report.sections.iter().enumerate() {
        let name = if report.sections.len() == 1 { "Pictures".to_owned() } else { escape(&section.scenario) };
        let _ = writeln!(html, "<section id=\"scenario-{}\">\n<h2>{name}</h2>", at + 1);
        let fold = report.sections.len() > 1 && at > 0;
        if fold {
            html += "<details>\n<summary>Show the pictures</summary>\n";
        }
        html.extend(section.figures.iter().map(figure));
        html += &events(folder, &section.scenario);
        html += if fold { "</details>\n</section>\n" } else { "</section>\n" };
    }
    html
}

/// The dated events that the pictures number.
fn events(folder: &Folder, name: &str) -> String {
    let scenario = folder.scenarios.iter().find(|scenario| scenario.name == name);
    let (Some(about), Some(span)) = (folder.manifest.about(name), scenario.and_then(Scenario::span)) else {
        return String::new();
    };
    let rows: String = numbered(about, span)
        .into_iter()
        .map(|(number, event)| {
            format!(
                "<tr><td class=\"number\">{number}</td><td class=\"number\">{}</td><td>{}</td><td>{}</td><td>{}</td>\
                 <td class=\"break quiet\">{}</td></tr>\n",
                event.date,
                escape(&event.actor),
                escape(&event.kind.replace('_', " ")),
                escape(&event.text),
                escape(&event.source)
            )
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<h3>Dated events</h3>\n<div class=\"scroll\"><table>\n<caption>Facts of the config, shown beside the results; they force \
         nothing.</caption>\n<thead><tr><th class=\"number\">No.</th><th class=\"number\">Month</th><th>Who</th><th>Kind</th>\
         <th>What</th><th>Source</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )
}

/// Median with 5–95 %, mean with its Monte Carlo error, and how many runs have a value if not all.
fn summary(found: Option<&Summary>, runs: usize) -> String {
    let Some(found) = found else { return format!("\u{2013}<small>in 0 of {runs} runs</small>") };
    let n = found.n;
    let of_all = if n == runs as u64 { String::new() } else { format!("; in {n} of {runs} runs") };
    let Some(sd) = found.sd else {
        return format!("{}<small>{}</small>", significant(found.mean), of_all.trim_start_matches("; "));
    };
    let [low, _, median, _, high] = found.quantiles.map(significant);
    let error = significant(sd / (n as f64).sqrt());
    format!("{median} ({low} to {high})<small>mean {} ± {error}{of_all}</small>", significant(found.mean))
}

fn outcomes(folder: &Folder) -> String {
    let shown: Vec<&Scenario> = folder.scenarios.iter().filter(|scenario| scenario.finished > 0).collect();
    if shown.is_empty() {
        return String::new();
    }
    let heads: String = shown
        .iter()
        .map(|scenario| {
            format!(
                "<th class=\"number\">{}<br><small>{} run{}</small></th>",
                escape(&scenario.name),
                scenario.finished,
                if scenario.finished == 1 { "" } else { "s" }
            )
        })
        .collect();
    let table = |headline: bool| {
        let rows: String = OutcomeRow::COLUMNS
            .iter()
            .filter(|column| HEADLINES.contains(&column.name) == headline)
            .filter(|column| shown.iter().any(|scenario| scenario.outcomes.summary(column.name).is_some()))
            .map(|column| {
                let cells: String = shown
                    .iter()
                    .map(|scenario| {
                        format!(
                            "<td class=\"number\">{}</td>",
                            summary(scenario.outcomes.summary(column.name), scenario.finished)
                        )
                    })
                    .collect();
                let unit = if column.unit == "1" { "" } else { column.unit };
                format!(
                    "<tr><td>{}<small>{}</small></td><td>{}</td>{cells}</tr>\n",
                    escape(column.meaning),
                    escape(column.name),
                    escape(unit)
                )
            })
            .collect();
        format!(
            "<div class=\"scroll\"><table>\n<thead><tr><th>Outcome</th><th>Unit</th>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\
             </table></div>\n"
        )
    };
    format!(
        "<section id=\"outcomes\">\n<h2>Outcomes</h2>\n<p class=\"quiet\">Median over the runs with the 5 % and 95 % quantiles; \
         below it the mean ± its standard error from the finite number of runs.</p>\n{}\
         <details>\n<summary>All other outcomes</summary>\n{}</details>\n</section>\n",
        table(true),
        table(false)
    )
}

/// The settings of a mechanism, written as a table of its own or as one of a list.
fn settings<'a>(config: &'a Value, mechanism: &str) -> &'a Value {
    let mechanisms = &config["mechanisms"];
    let listed = mechanisms.as_array().and_then(|all| all.iter().find(|one| text(&one["name"]) == mechanism));
    listed.unwrap_or(&mechanisms[mechanism])
}

/// The value of a parameter in a config's table: by name, as `{ value = … }`, or by place in `values`.
fn value(table: &Value, at: usize, parameter: &Parameter) -> String {
    let places = [
        &table[parameter.name]["value"],
        &table[parameter.name],
        &table["values"][parameter.name],
        &table["values"][at],
    ];
    places.into_iter().map(text).find(|text| !text.is_empty()).unwrap_or_default()
}

fn is_enabled(table: &Value) -> bool {
    table.is_object() && table["enabled"].as_bool().unwrap_or(true)
}

fn first_config(folder: &Folder) -> Option<&About> {
    folder.manifest.scenarios.first().filter(|about| about.config.is_object())
}

/// Assumed parameters of the mechanisms that took part in any scenario.
fn assumed(folder: &Folder, catalogue: &Catalogue) -> usize {
    let used = |name: &str| folder.manifest.scenarios.iter().any(|about| is_enabled(settings(&about.config, name)));
    let used = catalogue.mechanisms.iter().filter(|mechanism| used(mechanism.name));
    used.flat_map(|mechanism| mechanism.parameters).filter(|parameter| parameter.mark == Mark::Assumption).count()
}

fn parameter_row(place: &str, parameter: &Parameter, values: &str) -> String {
    let class = if parameter.mark == Mark::Assumption { " class=\"assumption\"" } else { "" };
    let unit = if parameter.unit == "1" { "" } else { parameter.unit };
    format!(
        "<tr{class}><td>{}<small class=\"break\">{}</small></td>{values}<td>{}</td><td>{}</td><td class=\"quiet\">{}</td></tr>\n",
        escape(parameter.meaning),
        escape(&format!("{place}.{}", parameter.name)),
        escape(unit),
        parameter.mark.word(),
        escape(parameter.source)
    )
}

/// The parameters of every mechanism with mark and source, by scenario; then the numbers of states and firms.
fn parameters(folder: &Folder, catalogue: &Catalogue) -> String {
    let mut html = "<section id=\"parameters\">\n<h2>Parameters</h2>\n".to_owned();
    let Some(about) = first_config(folder) else {
        return html + "<p class=\"quiet\">The folder's manifest holds no config.</p>\n</section>\n";
    };
    let scenarios = &folder.manifest.scenarios;
    let heads: String = scenarios
        .iter()
        .map(|about| {
            format!(
                "<th class=\"number\">{}</th>",
                if scenarios.len() == 1 { "Value".to_owned() } else { escape(&about.name) }
            )
        })
        .collect();
    let mut rows = String::new();
    for mechanism in &catalogue.mechanisms {
        for (at, parameter) in mechanism.parameters.iter().enumerate() {
            let cells: String = scenarios
                .iter()
                .map(|about| {
                    let table = settings(&about.config, mechanism.name);
                    let shown = if is_enabled(table) { value(table, at, parameter) } else { "off".to_owned() };
                    format!("<td class=\"number\">{}</td>", escape(&shown))
                })
                .collect();
            rows += &parameter_row(&format!("mechanisms.{}", mechanism.name), parameter, &cells);
        }
    }
    if !rows.is_empty() {
        let _ = write!(
            html,
            "<p>A figure comes from a source; an <strong>assumption</strong>, barred at the left, is a choice to be explored; \
             the mark and the source belong to the default, not to a value set in a config.</p>\n\
             <div class=\"scroll\"><table>\n<thead><tr><th>Parameter</th>{heads}<th>Unit</th><th>Default is</th>\
             <th>Source or reason</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
        );
    }
    html += &entity_table("States", &about.config["states"], StateNumbers::DECLARED);
    html += &entity_table("Firms", &about.config["firms"], FirmNumbers::DECLARED);
    html += &entity_table("Fabs", &about.config["fabs"], FabNumbers::DECLARED);
    html += &entity_table("Accelerators", &about.config["accelerators"], AcceleratorNumbers::DECLARED);
    html += &entity_table("Export controls", &about.config["controls"], ControlNumbers::DECLARED);
    html += &entity_table("Shocks", &about.config["shocks"], ShockNumbers::DECLARED);
    html += &entity_table("Policies", &about.config["policies"], PolicyNumbers::DECLARED);
    html + "</section>\n"
}

/// The numbers of all states or firms, one row each.
fn entity_table(heading: &str, entities: &Value, declared: &[Parameter]) -> String {
    let mut rows = String::new();
    for entity in super::manifest::list(entities) {
        let table = if entity["numbers"].is_object() { &entity["numbers"] } else { entity };
        let cells: String = declared
            .iter()
            .enumerate()
            .map(|(at, parameter)| format!("<td class=\"number\">{}</td>", escape(&value(table, at, parameter))))
            .collect();
        let _ = writeln!(rows, "<tr><td>{}</td>{cells}</tr>", escape(&text(&entity["name"])));
    }
    if rows.is_empty() {
        return String::new();
    }
    let heads: String = declared
        .iter()
        .map(|parameter| {
            format!(
                "<th class=\"number\" title=\"{}\">{}</th>",
                escape(parameter.meaning),
                parameter.name.replace('_', " ")
            )
        })
        .collect();
    format!(
        "<details>\n<summary>{heading}</summary>\n<p class=\"quiet\">As the config gives them. Sources and assumptions stand beside \
         the numbers in the config file.</p>\n<div class=\"scroll\"><table>\n<thead><tr><th>Name</th>{heads}</tr></thead>\n\
         <tbody>\n{rows}</tbody></table></div>\n</details>\n"
    )
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
        assert_eq!(summary(of(&[1.0, 3.0]).as_ref(), 2), "2.00 (1.10 to 2.90)<small>mean 2.00 ± 1.00</small>");
        assert!(summary(of(&[1.0, 3.0]).as_ref(), 4).contains("in 2 of 4 runs"));
        assert!(summary(None, 4).contains("in 0 of 4 runs"));
    }
}
