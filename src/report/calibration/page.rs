//! The page of a calibration: how well it fits, misfits first; what was learned of which parameter, and by which datum.

use super::{
    Calibrated,
    picture::{IntervalRow, intervals},
    verdict_lines,
};
use crate::{
    analysis::calibration::{Fit, Marginal, Parameter},
    declare::text::counted,
    experiment::calibration::PlannedTarget,
    report::{
        markup::{document, folded, table, unit},
        scale::{number, significant},
        svg::Svg,
    },
};
use maud::{Markup, html};

const FOOT: &str = "All numbers stand in posterior.csv, marginals.csv, ridges.csv, information.csv and fit.csv.";
const HOLDS: &str = "What is found holds given the model, its other parameters as they stand, and the priors: a datum that many \
                     parameters could explain tells little of each, and what the model does not hold it cannot find.";
/// Standard deviations that the picture of fits is wide, to each side.
const WIDE: f64 = 4.0;

/// The page.
pub fn page(found: &Calibrated<'_>) -> String {
    let (experiment, posterior) = (found.experiment, found.posterior);
    let head = html! {
        p.quiet {
            (counted(posterior.parameters.len() as u64, "parameter")) " · " (counted(found.calibration.targets.len() as u64, "target"))
            " to " (found.calibration.until) " · " (counted(posterior.runs, "run")) " · seed " (experiment.seed)
        }
        @if !experiment.description.is_empty() { p { (experiment.description) } }
        p.note { (HOLDS) }
    };
    let main = html! {
        section #verdict { h2 { "What came of it" } ul { @for line in verdict_lines(found) { li { (line) } } } }
        (fits(found))
        (parameters(found))
        (ridges(found))
        (information(found))
        (how(found))
    };
    document(&format!("The calibration {}", experiment.name), &head, &main, FOOT)
}

fn figure(svg: &Svg, caption: &str) -> Markup {
    html! { figure { (svg) figcaption { (caption) } } }
}

fn fits(found: &Calibrated<'_>) -> Markup {
    let targets = &found.calibration.targets;
    let of = |fit: &Fit| targets.get(fit.target);
    let rows: Vec<IntervalRow> = found.posterior.fits.iter().filter_map(|fit| fit_row(fit, of(fit)?)).collect();
    let ticks: Vec<_> = [-4, -2, 0, 2, 4].map(|sd| ((f64::from(sd) + WIDE) / (2.0 * WIDE), sd.to_string())).to_vec();
    let svg = intervals(
        "What was seen against what worlds of the sample give",
        "distance from the runs' median, in standard deviations of error and discrepancy",
        "seen, runs",
        &ticks,
        &rows,
    );
    let heads = html! { th { "target" } th { "unit" } th { "seen" } th { "± error" } th { "runs, 5 to 95 %" } th { "median" } th { "distance, sd" } th { "p" } };
    let body = html! {
        @for fit in &found.posterior.fits {
            @if let Some(target) = of(fit) {
                tr {
                    th title=(target.summary) { (target.name) }
                    td { (unit(&target.unit)) }
                    td { (significant(target.value)) }
                    td { (significant(total_error(target))) }
                    @if let Some([low, _, middle, _, high]) = fit.predicted {
                        td { (significant(low)) " to " (significant(high)) } td { (significant(middle)) }
                        td { (number(fit.score, 1)) } td { (number(fit.p, 2)) }
                    } @else { td { "no run has it" } td {} td {} td {} }
                }
            }
        }
    };
    html! {
        section #fit {
            h2 { "Fit, misfits first" }
            (figure(&svg, "Grey: 90 % of the runs, with their luck; blue: half of them. The bar is what was seen."))
            (folded("All targets as a table", &table(None, &heads, &body)))
        }
    }
}

/// Error and discrepancy together.
fn total_error(target: &PlannedTarget) -> f64 {
    (target.error * target.error + target.discrepancy * target.discrepancy).sqrt()
}

fn fit_row(fit: &Fit, target: &PlannedTarget) -> Option<IntervalRow> {
    let [low, lower, middle, upper, high] = fit.predicted?;
    let place = |value: f64| ((value - middle) / total_error(target) + WIDE) / (2.0 * WIDE);
    let said = format!(
        "{}: seen {} {}, runs {} to {}, {} sd away. {}",
        target.summary,
        significant(target.value),
        unit(&target.unit),
        significant(low),
        significant(high),
        number(fit.score, 1),
        target.source
    );
    Some(IntervalRow {
        name: target.name.clone(),
        wide: (place(low), place(high)),
        narrow: (place(lower), place(upper)),
        mark: place(target.value),
        number: format!("{}, {}", significant(target.value), significant(middle)),
        tooltip: said,
    })
}

fn parameters(found: &Calibrated<'_>) -> Markup {
    let posterior = found.posterior;
    let rows: Vec<IntervalRow> = posterior
        .parameters
        .iter()
        .zip(&posterior.marginals)
        .map(|(parameter, marginal)| marginal_row(parameter, marginal))
        .collect();
    let ticks = [(0.0, "5 %".to_owned()), (0.5, "prior median".to_owned()), (1.0, "95 %".to_owned())];
    let svg = intervals(
        "What is believed of each parameter before and after",
        "between the prior's 5 % and 95 % quantiles",
        "median, contraction",
        &ticks,
        &rows,
    );
    html! {
        section #parameters {
            h2 { "Parameters" }
            (figure(&svg, "Grey: 90 % of the sample; blue: half of it; the bar is its median. All the width is 90 % of the prior. Contraction is the share of the prior's variance that the data took away."))
            @if !found.calibration.unknowns.is_empty() {
                p.note { "Drawn from their priors, as nothing that was seen can tell of them: " (found.calibration.unknowns.iter().map(|sought| sought.name()).collect::<Vec<_>>().join(", ")) "." }
            }
        }
    }
}

/// A parameter's posterior between the ends of its prior, the prior's median in the middle.
fn marginal_row(parameter: &Parameter, marginal: &Marginal) -> IntervalRow {
    let [low, _, middle, _, high] = marginal.prior;
    let place = |value: f64| {
        if value < middle {
            0.5 * (value - low) / (middle - low)
        } else {
            0.5 + 0.5 * (value - middle) / (high - middle)
        }
    };
    let [p05, p25, p50, p75, p95] = marginal.posterior;
    IntervalRow {
        name: parameter.name.rsplit_once("mechanisms.").map_or(parameter.name.clone(), |(_, rest)| rest.to_owned()),
        wide: (place(p05), place(p95)),
        narrow: (place(p25), place(p75)),
        mark: place(p50),
        number: format!("{}, {} %", significant(p50), number(100.0 * marginal.contraction, 0)),
        tooltip: format!(
            "{}: prior {} ({} to {}), sample {} ({} to {})",
            parameter.name,
            significant(middle),
            significant(low),
            significant(high),
            significant(p50),
            significant(p05),
            significant(p95)
        ),
    }
}

fn ridges(found: &Calibrated<'_>) -> Markup {
    let posterior = found.posterior;
    let name = |place: usize| posterior.parameters.get(place).map_or("", |parameter| parameter.name.as_str());
    html! {
        section #ridges {
            h2 { "Ridges" }
            @if posterior.ridges.is_empty() {
                p { "No two parameters make up for each other by much: no rank correlation is beyond ±0.5." }
            } @else {
                p { "The data tell more of these pairs together than apart:" }
                ul {
                    @for ridge in &posterior.ridges {
                        li { (name(ridge.parameters.0)) " and " (name(ridge.parameters.1)) ": rank correlation " (number(ridge.correlation, 2)) }
                    }
                }
            }
        }
    }
}

fn information(found: &Calibrated<'_>) -> Markup {
    let posterior = found.posterior;
    if posterior.information.is_empty() {
        return html! {};
    }
    let short = |parameter: &Parameter| parameter.name.rsplit('.').next().unwrap_or_default().to_owned();
    let heads = html! { th { "target" } @for parameter in &posterior.parameters { th title=(parameter.name) { (short(parameter)) } } };
    let body = html! {
        @for (target, row) in found.calibration.targets.iter().zip(&posterior.information) {
            tr {
                th { (target.name) }
                @for told in row {
                    td { @if told.total >= 0.02 { (number(100.0 * told.total, 0)) } }
                }
            }
        }
    };
    html! {
        section #information {
            h2 { "Which datum tells of what" }
            p { "Share of each target's variance over the prior that a parameter explains, with its interactions, in percent; below 2 % nothing is written." }
            (table(None, &heads, &body))
        }
    }
}

fn how(found: &Calibrated<'_>) -> Markup {
    let told = &found.posterior.diagnostics;
    let heads = html! { th { "target" } th { "foretold" } th { "luck, sd" } th { "missed, sd" } th { "of luck" } };
    let body = html! {
        @for (target, emulated) in found.calibration.targets.iter().zip(&told.emulated) {
            tr {
                th { (target.name) }
                td { (number(100.0 * emulated.r2, 0)) " %" }
                td { (significant(emulated.luck)) }
                td { (significant(emulated.missed)) }
                td { @if emulated.is_skewed() { "skewed: a normal likelihood is in doubt" } }
            }
        }
    };
    html! {
        section #how {
            h2 { "How it went" }
            ul {
                @if let Some(r_hat) = told.r_hat { li { "Largest split R̂ of the chains: " (number(r_hat, 3)) @if !told.converged { ", which is too large" } } }
                @if let Some(accepted) = told.accepted { li { "Proposals taken: " (number(100.0 * accepted, 0)) " %" } }
                li { "Effective sample by round: " (told.effective.iter().map(|effective| number(*effective, 0)).collect::<Vec<_>>().join(", ")) }
                @if !told.thresholds.is_empty() { li { "Thresholds: " (told.thresholds.iter().map(|threshold| significant(*threshold)).collect::<Vec<_>>().join(", ")) } }
            }
            @if !told.emulated.is_empty() { (folded("How well each target is emulated", &table(None, &heads, &body))) }
        }
    }
}
