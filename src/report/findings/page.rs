//! The findings as a section of a page.

use super::{Paragraph, Topic};
use maud::{Markup, html};

/// The heading of a paragraph.
const fn heading(topic: Topic) -> &'static str {
    match topic {
        Topic::Asked => "Asked",
        Topic::CameOut => "Came out",
        Topic::Differs => "Differs",
        Topic::TurnsOn => "Turns on",
        Topic::Sure => "How sure",
    }
}

/// The section; nothing without a finding. The question is in a config's own words.
pub fn section(paragraphs: &[Paragraph], question: &str) -> Markup {
    html! {
        @if !paragraphs.is_empty() {
            section #findings {
                h2 { "Findings" }
                dl.findings {
                    @for paragraph in paragraphs {
                        dt { (heading(paragraph.topic)) }
                        dd { @for sentence in &paragraph.sentences { p translate=[(sentence == question).then_some("no")] { (sentence) } } }
                    }
                }
                p.quiet { "Statements about the model, made from its tables; what follows from an assumption is no finding about the world." }
            }
        }
    }
}
