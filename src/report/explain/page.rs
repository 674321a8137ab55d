//! The page of outcomes that are told apart.

use super::{Explained, Explanation, waterfall::waterfall};
use crate::{
    analysis::shapley::{Attribution, Estimate},
    report::{
        markup::{document, table},
        scale::significant,
    },
};
use maud::{Markup, html};

const FOOT: &str = "All numbers stand in explain.csv, the runs in runs.csv.";

const MEANING: &str = "A group's value is what switching it on adds, on average over all orders in which the groups may come on (Shapley \
                       1953). The values add up to the whole difference. Runs of a replicate have the same luck in every world. \
                       Whiskers are 95 % intervals (Student's t) of luck and, where orders were drawn, of those.";

const HOLDS: &str = "These are statements about the model: what its parts do to each other and to the outcome. Where a group works through \
                     another, what they do together is shared between them.";

pub fn page(explanation: &Explanation<'_>) -> String {
    let head = html! {
        p.quiet { (explanation.size()) " · seed " (explanation.seed) }
        p.note { (HOLDS) }
    };
    let main = html! {
        section #groups {
            h2 { "Groups" }
            p { "A group that does not take part is " (explanation.null()) ". " (MEANING) }
            ul {
                @for group in &explanation.groups.list {
                    li { strong { (group.name) } @if !group.meaning.is_empty() { ": " (group.meaning) } }
                }
                @for group in &explanation.groups.idle { li.quiet { (group.name) ": makes no difference here, and counts 0" } }
            }
        }
        @for explained in &explanation.outcomes { (section(explanation, explained)) }
    };
    document(&format!("What moves {}", explanation.name), &head, &main, FOOT)
}

fn section(explanation: &Explanation<'_>, explained: &Explained) -> Markup {
    html! {
        section id=(explained.column.name) {
            h2 { (explained.column.name.replace('_', " ")) }
            @for note in explanation.notes(explained) { p.note { (note) } }
            @match &explained.attribution {
                None => p { "No replicate has a value in every world, so that nothing can be told apart." }
                Some(found) => {
                    figure { (waterfall(explanation, explained, found)) }
                    (numbers(explanation, explained, found))
                }
            }
        }
    }
}

fn numbers(explanation: &Explanation<'_>, explained: &Explained, found: &Attribution) -> Markup {
    let heads = html! {
        th { "Group" } th.number { "Shapley value" } th.number { "Alone on" } th.number { "Alone off" }
    };
    let cell = |estimate: &Estimate| {
        html! {
            (significant(estimate.mean))
            @if let Some(error) = estimate.standard_error { small { "± " (significant(error)) } }
        }
    };
    let rows = html! {
        @for player in explained.ranked() {
            tr {
                td { (explanation.groups.list[player].name) }
                td.number { (cell(&found.shares[player].shapley)) }
                td.number { (cell(&found.shares[player].first)) }
                td.number { (cell(&found.shares[player].last)) }
            }
        }
        tr { td { "together" } td.number { (cell(&found.total)) } td.number {} td.number {} }
    };
    table(
        Some(
            "Mean ± standard error, in the outcome's unit: on average, where nothing else is on, and what is lost without it.",
        ),
        &heads,
        &rows,
    )
}
