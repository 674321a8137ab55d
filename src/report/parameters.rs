//! The tables of parameters: those of mechanisms with mark and source, then the numbers of states, firms and the like.

use super::{
    data::ReportData,
    markup::{folded, table, unit},
};
use crate::{
    declare::parameter::{Mark, Parameter},
    output::manifest::ScenarioEntry,
    scenario::{Catalogue, MechanismDeclaration, kinds::KINDS},
};
use maud::{Markup, html};
use serde_json::Value;
use std::sync::Arc;

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
        let settings = settings(entries, &catalogue.mechanisms);
        let first = entries.first().map(|first| first.config.value()).filter(Value::is_object);
        let used = |at: &usize| settings.iter().any(|cells| cells[*at].is_some());
        let assumed = parameters(&catalogue.mechanisms).map(|(_, parameter)| parameter.mark == Mark::Assumption);
        let assumed = assumed.enumerate().filter(|(at, assumed)| *assumed && used(at)).count();
        let html = html! {
            section #parameters {
                h2 { "Parameters" }
                @match first {
                    Some(first) => {
                        (mechanisms(folder, &settings, &catalogue.mechanisms))
                        @for kind in KINDS { (entities(kind.heading, folder, &first[kind.list], kind.numbers)) }
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

/// The parameters of all mechanisms, and whose they are.
fn parameters(mechanisms: &[MechanismDeclaration]) -> impl Iterator<Item = (&'static str, &'static Parameter)> {
    mechanisms.iter().flat_map(|mechanism| mechanism.parameters.iter().map(|parameter| (mechanism.name, parameter)))
}

/// What each scenario has for each of these parameters; `None` where the mechanism is off. There can be a thousand scenarios
/// that differ in little, so each shares with the one before what both have.
fn settings(entries: &[ScenarioEntry], mechanisms: &[MechanismDeclaration]) -> Vec<Vec<Option<Arc<str>>>> {
    let mut settings: Vec<Vec<Option<Arc<str>>>> = Vec::with_capacity(entries.len());
    for entry in entries {
        let (config, before) = (entry.config.value(), settings.last());
        let cell = |(at, (mechanism, parameter)): (usize, (&str, &Parameter))| {
            let table = &config["mechanisms"][mechanism];
            let own = is_enabled(table).then(|| value(table, parameter))?;
            let before = before.and_then(|before| before[at].as_ref()).filter(|before| ***before == *own);
            Some(before.map_or_else(|| own.into(), Arc::clone))
        };
        settings.push(parameters(mechanisms).enumerate().map(cell).collect());
    }
    settings
}

/// The parameters of every mechanism, with the settings of each scenario.
fn mechanisms(folder: &ReportData, settings: &[Vec<Option<Arc<str>>>], mechanisms: &[MechanismDeclaration]) -> Markup {
    let entries = folder.entries();
    let heads = html! {
        th { "Parameter" }
        @for entry in entries { th.number { @if entries.len() == 1 { "Value" } @else { (entry.name) } } }
        th { "Unit" } th { "Default is" } th { "Source or reason" }
    };
    let rows = html! {
        @for (at, (mechanism, parameter)) in parameters(mechanisms).enumerate() {
            (parameter_row(folder, settings.iter().map(|cells| cells[at].as_deref()), mechanism, parameter))
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

fn parameter_row<'s>(
    folder: &ReportData,
    settings: impl Iterator<Item = Option<&'s str>>,
    mechanism: &str,
    parameter: &Parameter,
) -> Markup {
    let key = format!("mechanisms.{mechanism}.{}", parameter.name);
    let varied = is_varied(folder, &key);
    let assumed = (parameter.mark == Mark::Assumption).then_some("assumption");
    html! {
        tr class=[assumed] {
            td { (parameter.meaning) small.break { (key) } }
            @for setting in settings {
                td.number { (setting.map_or("off", |setting| if varied { "varied" } else { setting })) }
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
        @for parameter in declared { th.number title=(parameter.meaning) { code { (parameter.name.replace('_', " ")) } } }
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
