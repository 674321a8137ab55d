//! The page and the pictures of a sensitivity analysis.

pub mod found;
pub mod read;
pub mod tornado;

use super::{ReportError, figures::file_name, page_file, scale::significant, sheet::Paper, svg::Svg, with_table};
use crate::{
    analysis::sensitivity::{
        FEWEST_RESAMPLED, Indices, Lack, PointRoles,
        morris::{MU, MU_STAR, SIGMA},
        one_at_a_time::{HIGH, HIGH_CHANGE, LOW, LOW_CHANGE, SWING},
        sobol::{FIRST, SECOND, TOTAL},
    },
    declare::text::counted,
    experiment::design::{Role, Scale, Setting},
    measure::Measured,
    output::{dictionary, folder::Derived, manifest::FileFormat},
    report::markup::{document, folded, table, unit},
};
pub use found::{Finding, Findings};
use maud::{Markup, PreEscaped, Render as _, html};
use std::path::{Path, PathBuf};
pub use tornado::ending;
use tornado::{BOTH, DOWN, MOST, Tornado, TornadoBar, TornadoRow, UP};

/// The page's file.
const PAGE: &str = "sensitivity.html";
/// The folder of the pictures.
const PICTURES: &str = "sensitivity";
/// How the names of all files begin that an analysis writes.
pub const PREFIX: &str = "sensitivity";

/// Why an outcome has no indices, in words.
pub fn reason(layout: &PointRoles, indices: &Indices) -> Option<String> {
    Some(match indices.lack? {
        Lack::Variance => "it does not vary".to_owned(),
        Lack::Blocks => {
            let (used, all, blocks) = (indices.used, indices.blocks, layout.blocks_are());
            format!("only {used} of {all} {blocks} have a value at every point; it takes {}", layout.fewest())
        }
    })
}

/// The files of an analysis.
#[derive(Clone, Debug)]
pub struct AnalysisFiles {
    /// The table of indices.
    pub table: PathBuf,
    /// The page.
    pub page: PathBuf,
    /// The pictures, in the order of the page.
    pub pictures: Vec<PathBuf>,
}

/// Writes the table of indices, which holds these bytes, the pictures and the page into the folder. `measured` is what was
/// measured of the batch.
pub fn write_sensitivity(
    folder: &Path,
    findings: &Findings,
    measured: &Measured,
    indices: Vec<u8>,
) -> Result<AnalysisFiles, ReportError> {
    let mut derived = Derived::open(folder)?;
    let table = dictionary::sensitivity();
    let mut files = with_table(folder, &derived, measured, &table, indices)?;
    let mut pictures = Vec::new();
    let (mut shown, mut hidden) = (String::new(), String::new());
    for finding in findings.list.iter().filter(|finding| finding.indices.lack.is_none()) {
        let svg = picture(Paper::default(), findings, finding);
        let several = findings.manifest.experiment.scenarios.len() > 1;
        let scenario = file_name(findings.scenario(finding.scenario), finding.scenario);
        let scenario = if several { format!("-{scenario}") } else { String::new() };
        let name = format!("{}{scenario}", finding.outcome.name);
        let path = format!("{PICTURES}/{name}.svg");
        pictures.push(folder.join(&path));
        files.push(page_file(path, svg.standalone()));
        let figure = html! {
            figure id=(name) {
                (svg)
                @if let Some(caption) = caption(findings, finding) { figcaption { (caption) } }
            }
        };
        figure.render_to(if finding.headline { &mut shown } else { &mut hidden });
    }
    files.push(page_file(PAGE.to_owned(), page_of(findings, PreEscaped(shown), PreEscaped(hidden))));
    derived.write(&files)?;
    Ok(AnalysisFiles { table: folder.join(FileFormat::Csv.file(table.name)), page: folder.join(PAGE), pictures })
}

/// The page, with the pictures that it shows at once and those that it folds away.
fn page_of(findings: &Findings, shown: Markup, hidden: Markup) -> String {
    let experiment = &findings.manifest.experiment;
    let head = html! {
        p.quiet {
            (experiment.program) " · " (what(&findings.layout, findings.factors().len(), &findings.list)) " · "
            (counted(experiment.points, "point")) ", " (counted(experiment.runs, "run")) " at each · seed "
            (experiment.seed)
        }
        p.note { (HOLDS) }
    };
    let main = html! {
        (ranges(findings))
        section #outcomes {
            h2 { "Outcomes" }
            p { (meaning(findings)) }
            (shown)
            @if !hidden.0.is_empty() { (folded("All other outcomes", &hidden)) }
            (lacking(findings))
        }
    };
    document(&format!("Sensitivity of {}", experiment.name), &head, &main, FOOT)
}

const FOOT: &str = "All numbers stand in sensitivity.csv, the pictures as SVG in the folder sensitivity.";

const HOLDS: &str = "The indices are statements about the model: they hold for the ranges below, with all other \
                     parameters as the scenarios have them. Wider or narrower ranges give other indices. A range that is assumed \
                     stays an assumption, and what follows from it is no finding about the world.";

fn what(layout: &PointRoles, factors: usize, list: &[Finding]) -> String {
    let blocks = list.first().map_or(0, |finding| finding.indices.blocks);
    let blocks = format!("{blocks} {}", layout.blocks_are());
    let factors = counted(factors as u64, "factor");
    match layout {
        PointRoles::Morris { levels, .. } => {
            format!("elementary effects (Morris) of {factors}: {blocks} over {levels} levels")
        }
        PointRoles::Saltelli { .. } => format!("Sobol indices of {factors}: {blocks}"),
        PointRoles::OneAtATime { .. } => format!("{factors}, one at a time: {blocks}"),
    }
}

/// What the pictures show and how the intervals were made.
fn meaning(findings: &Findings) -> String {
    let (confidence, blocks) = (findings.confidence(), findings.layout.blocks_are());
    let index = match findings.layout {
        PointRoles::Morris { .. } => {
            "An elementary effect is what a step of one factor does to the outcome, scaled to its whole range. The bar is \
             \u{3bc}*, the mean size of the effects; the ring is \u{3c3}, their standard deviation: where it is not small against \
             \u{3bc}*, the effect depends on the other factors or is not linear."
        }
        PointRoles::Saltelli { .. } => {
            "The bar is the total index: the share of the outcome's variance over the ranges that a factor has a part in, alone or \
             with others. The ring is the first-order index: the share that it explains by itself. What lies between them is \
             interaction. Small indices can be below zero by chance."
        }
        PointRoles::OneAtATime { .. } => {
            "A bar is how far the outcome moves from the base point when one factor goes to the end of its range and all others \
             stay. Factors that work only together do not show."
        }
    };
    let resampled = match findings.layout {
        PointRoles::OneAtATime { .. } => blocks.to_owned(),
        _ => format!("{blocks}, and of the replicates if there are at least {FEWEST_RESAMPLED}"),
    };
    let about = findings.about_intervals().join(" ");
    format!(
        "{index} Whiskers are {confidence} intervals from {} resamples of the {resampled}. Where a point has several runs, their mean \
         counts. Every point has the same luck. {about}",
        findings.options.resamples
    )
}

fn ranges(findings: &Findings) -> Markup {
    let heads = html! { th { "Factor" } th { "Range" } th { "Unit" } th { "Role" } };
    let rows = html! {
        @for factor in findings.factors() {
            tr {
                td {
                    @if factor.meaning.is_empty() { "Key of the config." } @else { (factor.meaning) }
                    small.break { (factor.parameter) }
                }
                td.break { (range(&factor.scale)) }
                td { (unit(&factor.unit)) }
                td { @match factor.role { Role::Uncertainty => "uncertainty", Role::Lever => "lever" } }
            }
        }
    };
    html! {
        section #ranges {
            h2 { "Factors and their ranges" }
            (table(None, &heads, &rows))
        }
    }
}

/// The values that a factor took.
fn range(scale: &Scale) -> String {
    match scale {
        Scale::Linear { low, high } => format!("{low} to {high}"),
        Scale::Log { low, high } => format!("{low} to {high}, evenly in the logarithm"),
        Scale::Integer { low, high } => format!("whole numbers from {low} to {high}"),
        Scale::Choice { values } => values.iter().map(setting).collect::<Vec<_>>().join(", "),
    }
}

fn setting(setting: &Setting) -> String {
    match setting {
        Setting::Flag(flag) => flag.to_string(),
        Setting::Whole(whole) => whole.to_string(),
        Setting::Real(real) => real.to_string(),
        Setting::Text(text) => text.clone(),
    }
}

/// Outcomes without indices, and why.
fn lacking(findings: &Findings) -> Markup {
    let several = findings.manifest.experiment.scenarios.len() > 1;
    let item = |finding: &Finding| {
        let reason = reason(&findings.layout, &finding.indices)?;
        let scenario = if several { format!(" ({})", findings.scenario(finding.scenario)) } else { String::new() };
        Some(format!("{}{scenario}: {reason}", finding.outcome.name))
    };
    let items: Vec<String> = findings.list.iter().filter_map(item).collect();
    html! {
        @if !items.is_empty() {
            h3 { "Outcomes without indices" }
            ul { @for item in &items { li { (item) } } }
        }
    }
}

fn caption(findings: &Findings, finding: &Finding) -> Option<String> {
    let Finding { indices, .. } = finding;
    let mut parts = Vec::new();
    if indices.used < indices.blocks {
        let blocks = findings.layout.blocks_are();
        parts
            .push(format!("{} of {} {blocks}; the others have a point without a value.", indices.used, indices.blocks));
    }
    if findings.factors().len() > MOST {
        parts.push(format!("{} weaker factors stand in sensitivity.csv.", findings.factors().len() - MOST));
    }
    let mut pairs: Vec<_> = indices
        .list
        .iter()
        .filter(|index| index.name == SECOND)
        .filter_map(|index| Some((index.value?, index.interval?.0, index.factor, index.with?)))
        .filter(|(_, low, ..)| *low > 0.0)
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    if !pairs.is_empty() {
        let pair = |(value, _, one, other): &(f64, f64, usize, usize)| {
            format!("{} with {} {}", findings.factor(*one), findings.factor(*other), significant(*value))
        };
        let pairs: Vec<String> = pairs.iter().take(3).map(pair).collect();
        parts.push(format!("Strongest pairs (second order, intervals above zero): {}.", pairs.join("; ")));
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The tornado of an outcome under a scenario.
pub fn picture(paper: Paper, findings: &Findings, finding: &Finding) -> Svg {
    let Finding { outcome, indices, .. } = finding;
    let unit = match outcome.unit {
        "1" | "" => String::new(),
        unit => format!(", {unit}"),
    };
    let (axis, legend, mark): (_, &[_], _) = match findings.layout {
        PointRoles::Morris { .. } => (
            format!("Elementary effect over the whole range{unit}"),
            &[(UP, "\u{3bc}*, rises with the factor"), (DOWN, "falls"), (BOTH, "either way")],
            Some("\u{3c3}"),
        ),
        PointRoles::Saltelli { .. } => {
            ("Share of the outcome's variance".to_owned(), &[(UP, "total index")], Some("first-order index"))
        }
        PointRoles::OneAtATime { .. } => {
            (format!("Change from the base point{unit}"), &[(UP, "at the high end"), (DOWN, "at the low end")], None)
        }
    };
    let scenario = findings.scenario(finding.scenario);
    let ranked = findings.layout.ranked(indices);
    let lines = ranked.into_iter().take(MOST).filter_map(|factor| line(findings, indices, factor)).collect();
    let tornado = Tornado {
        title: &outcome.name.replace('_', " "),
        note: outcome.meaning,
        about: scenario,
        axis: &axis,
        legend,
        mark,
        number: match findings.layout {
            PointRoles::Morris { .. } => "\u{3bc}*",
            PointRoles::Saltelli { .. } => "total index",
            PointRoles::OneAtATime { .. } => "swing, high less low end",
        },
        whisker: &format!("{} interval", findings.confidence()),
        lines,
    };
    tornado.draw(paper)
}

fn line(findings: &Findings, indices: &Indices, factor: usize) -> Option<TornadoRow> {
    let main = indices.get(findings.layout.main(), factor)?;
    let value = main.value?;
    let of = |name: &str| indices.value(name, factor);
    let text = |name: &str| of(name).map_or_else(|| "\u{2013}".to_owned(), significant);
    let (bars, mark, tooltip) = match findings.layout {
        PointRoles::Morris { .. } => {
            let mean = of(MU)?;
            let colour = match mean {
                mean if mean.abs() < 0.5 * value => BOTH,
                mean if mean < 0.0 => DOWN,
                _ => UP,
            };
            let tooltip = format!("\u{3bc}* {}, \u{3bc} {}, \u{3c3} {}", text(MU_STAR), text(MU), text(SIGMA));
            (vec![TornadoBar { value, interval: main.interval, colour }], of(SIGMA), tooltip)
        }
        PointRoles::Saltelli { .. } => {
            let tooltip = format!("total {}, first order {}", text(TOTAL), text(FIRST));
            (vec![TornadoBar { value, interval: main.interval, colour: UP }], of(FIRST), tooltip)
        }
        PointRoles::OneAtATime { .. } => {
            let bar = |name, colour| {
                let index = indices.get(name, factor)?;
                Some(TornadoBar { value: index.value?, interval: index.interval, colour })
            };
            let mut bars: Vec<TornadoBar> =
                [bar(HIGH_CHANGE, UP), bar(LOW_CHANGE, DOWN)].into_iter().flatten().collect();
            // The shorter of two bars on the same side is drawn over the longer.
            bars.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
            (bars, None, format!("low end {}, high end {}, swing {}", text(LOW), text(HIGH), text(SWING)))
        }
    };
    let name = findings.factor(factor).to_owned();
    let tooltip = format!("{name}: {tooltip}");
    Some(TornadoRow { name, bars, mark, number: (value, main.interval), tooltip })
}
