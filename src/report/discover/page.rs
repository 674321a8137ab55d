//! The page of a search for boxes.

use super::{
    findings::{DOUBTFUL, Discovery, quasi},
    pictures, scenarios,
};
use crate::{
    analysis::prim::FoundBox,
    report::markup::{document, table, unit},
};
use maud::{Markup, html};

const FOOT: &str = "Every step of the search stands in discover.csv, the limits of the boxes in boxes.csv.";

const MEANING: &str = "A box admits a part of the range of some parameters and leaves the others alone. Density is how often it happens \
                       in the box, coverage how much of all that happened is in it, mass how much of the sampled worlds it takes. A box \
                       is found by peeling: again and again the twentieth of the points goes whose loss raises density most. Each \
                       further box is found in what those before it left.";

const QUASI: &str = "Quasi-p: how likely so dense a box would be by chance if this limit did nothing, all others being as they are. It is \
                     asked of one limit at a time after a search among many, so small values are needed, and none is a proof.";

pub fn page(found: &Discovery, notes: &[String]) -> String {
    let experiment = &found.sampled.manifest.experiment;
    let head = html! {
        p.quiet { (experiment.program) " · scenario " (found.sampled.name()) " · " (found.size()) " of the runs" }
        @for note in found.notes().iter().chain(notes) { p.note { (note) } }
    };
    let main = html! {
        section #boxes {
            h2 { "Where it happens" }
            @if found.boxes.is_empty() {
                p { "No box is denser than the whole: what was varied does not tell where it happens." }
            } @else {
                p { (MEANING) }
                figure { (pictures::tradeoff(found)) }
            }
        }
        @for (at, one) in found.boxes.iter().enumerate() { (section(found, at + 1, one)) }
    };
    document(&format!("Where {} in {}", found.sampled.condition, experiment.name), &head, &main, FOOT)
}

fn section(found: &Discovery, number: usize, one: &FoundBox) -> Markup {
    let heads = html! { th { "Parameter" } th { "In the box" } th { "Sampled" } th { "Unit" } th.number { "Quasi-p" } };
    let rows = html! {
        @for restriction in found.restrictions(one) {
            tr {
                td {
                    @if restriction.factor.meaning.is_empty() { "Key of the config." } @else { (restriction.factor.meaning) }
                    small.break { (restriction.factor.parameter) }
                }
                td { (found.words(restriction.column, restriction.limit)) }
                td { (found.range(restriction.column)) }
                td { (unit(&restriction.factor.unit)) }
                td.number {
                    (quasi(restriction.quasi_p.column)) @if restriction.quasi_p.column > DOUBTFUL { " ?" }
                }
            }
        }
    };
    html! {
        section id=(format!("box-{number}")) {
            h2 { "Box " (number) }
            p { "Box " (number) ": " (found.sentence(one)) "." }
            figure { (pictures::limits(found, number, one)) }
            (table(Some(QUASI), &heads, &rows))
            p.quiet { "The middle of the box is a scenario, " code { (scenarios::file(number)) } ", which can be run." }
        }
    }
}
