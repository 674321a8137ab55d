//! What pages are built of.

use super::svg::Svg;
use crate::declare::text::visible_lines;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Serialize;

/// How pages and the pictures in them look.
pub const STYLE: &str = include_str!("page.css");
/// What pictures do under the pointer.
pub const SCRIPT: &str = include_str!("page.js");

/// A whole HTML file; what stands in `main` comes between the head, which begins with the title, and the foot.
pub fn document(title: &str, head: &Markup, main: &Markup, foot: &str) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { (title) } (head) }
                main { (main) }
                footer { p.quiet { (foot) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    // Descriptions and errors come from files, whose signs must not steer who reads the page or its text.
    visible_lines(&page.into_string())
}

/// A wide table, which scrolls by itself.
pub fn table(caption: Option<&str>, heads: &Markup, rows: &Markup) -> Markup {
    html! {
        div.scroll {
            table {
                @if let Some(caption) = caption { caption { (caption) } }
                thead { tr { (heads) } }
                tbody { (rows) }
            }
        }
    }
}

/// The numbers of a picture, for the page's script: its plots by month, and what it shows without months.
pub fn numbers(svg: &Svg) -> Markup {
    let plots: Vec<_> = svg.plots().iter().map(|plot| &plot.numbers).collect();
    html! {
        @if !plots.is_empty() { script type="application/json" { (PreEscaped(safe_json(&plots))) } }
        @if let Some(listed) = svg.listed() {
            script.listed type="application/json" { (PreEscaped(safe_json(listed))) }
        }
    }
}

/// Numbers as JSON in a page. Names come from files: nothing in them can end the element. Numbers of a plot can always be written.
pub fn safe_json(numbers: &impl Serialize) -> String {
    serde_json::to_string(numbers).unwrap_or_default().replace('<', "\\u003c").replace('&', "\\u0026")
}

/// What opens on a click.
pub fn folded(summary: &str, inside: &Markup) -> Markup {
    html! { details { summary { (summary) } (inside) } }
}

/// A unit as tables write it: plain numbers have none.
pub fn unit(unit: &str) -> &str {
    if unit == "1" { "" } else { unit }
}
