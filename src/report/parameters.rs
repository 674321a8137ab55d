//! The tables of parameters: those of mechanisms with mark and source, then the numbers of states, firms and the like.

use super::{
    data::ReportData,
    markup::{folded, table, unit},
};
use crate::{
    declare::parameter::{Mark, Parameter},
    scenario::{Catalogue, MechanismDeclaration, kinds::KINDS},
};
use maud::{Markup, html};
use serde_json::Value;

/// The section of parameters.
pub struct ParameterTables {
    /// Assumed parameters of the mechanisms that took part in any scenario.
    pub assumed: usize,
    pub html: Markup,
}

impl ParameterTables {
    /// The parameters that the catalogue declares, with their values in the folder's configs.
    pub fn of(folder: &ReportData, catalogue: &Catalogue) -> Self {
        let entries = folder.entries();
        let used = |mechanism: &&MechanismDeclaration| {
            entries.iter().any(|entry| is_enabled(&entry.config["mechanisms"][mechanism.name]))
        };
        let used = catalogue.mechanisms.iter().filter(used).flat_map(|mechanism| mechanism.parameters);
        let assumed = used.filter(|parameter| parameter.mark == Mark::Assumption).count();
        let html = html! {
            section #parameters {
                h2 { "Parameters" }
                @match entries.first().filter(|entry| entry.config.is_object()) {
                    Some(first) => {
                        (mechanisms(folder, &catalogue.mechanisms))
                        @for kind in KINDS { (entities(kind.heading, folder, &first.config[kind.list], kind.numbers)) }
                    }
                    None => p.quiet { "The folder's manifest holds no config." }
                }
            }
        };
        Self { assumed, html }
    }
}

/// The value of a parameter in a config's table.
fn value(table: &Value, parameter: &Parameter) -> String {
    match &table[parameter.name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_enabled(mechanism: &Value) -> bool {
    mechanism["enabled"] == true
}

/// The parameters of every mechanism, by scenario.
fn mechanisms(folder: &ReportData, mechanisms: &[MechanismDeclaration]) -> Markup {
    let entries = folder.entries();
    let heads = html! {
        th { "Parameter" }
        @for entry in entries { th.number { @if entries.len() == 1 { "Value" } @else { (entry.name) } } }
        th { "Unit" } th { "Default is" } th { "Source or reason" }
    };
    let rows = html! {
        @for mechanism in mechanisms {
            @for parameter in mechanism.parameters { (parameter_row(folder, mechanism.name, parameter)) }
        }
    };
    html! {
        @if mechanisms.iter().any(|mechanism| !mechanism.parameters.is_empty()) {
            p {
                "A figure comes from a source; an " strong { "assumption" } ", barred at the left, is a choice to be explored; \
                 the mark and the source belong to the default, not to a value set in a config."
            }
            (table(None, &heads, &rows))
        }
    }
}

/// Whether a factor of the design gives values to this key.
fn is_varied(folder: &ReportData, key: &str) -> bool {
    let factors = folder.manifest.iter().flat_map(|manifest| &manifest.experiment.design.factors);
    factors.into_iter().any(|factor| factor.parameter == key)
}

fn parameter_row(folder: &ReportData, mechanism: &str, parameter: &Parameter) -> Markup {
    let key = format!("mechanisms.{mechanism}.{}", parameter.name);
    let (entries, varied) = (folder.entries(), is_varied(folder, &key));
    let assumed = (parameter.mark == Mark::Assumption).then_some("assumption");
    html! {
        tr class=[assumed] {
            td { (parameter.meaning) small.break { (key) } }
            @for entry in entries {
                @let settings = &entry.config["mechanisms"][mechanism];
                td.number {
                    @if !is_enabled(settings) { "off" }
                    @else if varied { "varied" }
                    @else { (value(settings, parameter)) }
                }
            }
            td { (unit(parameter.unit)) }
            td { (parameter.mark.word()) }
            td.quiet { (parameter.source) }
        }
    }
}

/// The numbers of all states or firms, one row each; nothing if there are none.
fn entities(heading: &str, folder: &ReportData, entities: &Value, declared: &[Parameter]) -> Markup {
    let Some(entities) = entities.as_array().filter(|entities| !entities.is_empty()) else {
        return Markup::default();
    };
    let heads = html! {
        th { "Name" }
        @for parameter in declared { th.number title=(parameter.meaning) { (parameter.name.replace('_', " ")) } }
    };
    let rows = html! {
        @for entity in entities {
            tr {
                td { (entity["name"].as_str().unwrap_or_default()) }
                @for parameter in declared { td.number { (value(entity, parameter)) } }
            }
        }
    };
    let inside = html! {
        p.quiet {
            "As the config gives them"
            @if let [first, _, ..] = folder.entries() { " in scenario " (first.name) "; others may differ" }
            ". Sources and assumptions stand beside the numbers in the config file."
            @if folder.manifest.as_ref().is_some_and(|manifest| !manifest.experiment.design.factors.is_empty()) {
                " What the design varies is in design.csv."
            }
        }
        (table(None, &heads, &rows))
    };
    folded(heading, &inside)
}
