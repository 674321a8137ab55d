//! What a page can change, and what is to be known of it.

use super::{
    change::{Change, Shelf, Wrong},
    moving::most_moving,
};
use crate::{
    declare::parameter::{Kind, Parameter},
    measure::Measured,
    report::rolling::Rolling,
    scenario::{
        Choice as _, Lever, Scenario,
        key::Key,
        kinds::{KINDS, kind_of},
    },
};
use serde_json::{Map, Value, json};

/// Lists of what acts from one month to another, and where the months stand.
const DATED: [(&str, &str); 3] = [("policies", "policy"), ("controls", "export control"), ("shocks", "shock")];

/// What a page shows before anything is changed.
pub fn start(shelf: &Shelf, measured: &Measured, forecasts: &Rolling, writes: bool) -> Result<Value, Vec<Wrong>> {
    let (origins, forecast) = (forecasts.origins(), forecasts.indicators());
    let forecast = forecast.iter().map(|column| json!({ "name": column.name, "title": Rolling::title(column) }));
    let headlines = measured.headlines();
    let outcomes = measured.outcomes().map(|column| {
        json!({
            "name": column.name, "unit": column.unit, "meaning": column.meaning, "moving": most_moving(column.name),
            "first": headlines.contains(&column.name),
        })
    });
    let scenarios = Shelf::builtin().map(|builtin| builtin.name());
    Ok(json!({
        "base": shelf.mark()?,
        "config": shelf.config().source().name(),
        "outcomes": outcomes.collect::<Vec<_>>(),
        "scenarios": scenarios.collect::<Vec<_>>(),
        "writes": writes,
        "levers": levers(),
        "origins": origins.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "forecast": forecast.collect::<Vec<_>>(),
    }))
}

/// The levers of policies that are aimed at nobody, with the values that they take.
fn levers() -> Value {
    let plain = Lever::WORDS.iter().filter(|(_, lever)| !lever.is_aimed());
    plain.map(|(word, lever)| json!({ "name": word, "low": lever.range().0, "high": lever.range().1 })).collect()
}

/// All that can be changed of a scenario.
pub fn scenario(shelf: &Shelf, name: Option<&str>) -> Result<Value, Vec<Wrong>> {
    let change = Change { scenario: name.map(str::to_owned), set: Vec::new() };
    let loaded = shelf.load(&change)?;
    let (scenario, described) = (&loaded.scenario, &loaded.described);
    let config = scenario.to_json();
    Ok(json!({
        "description": described.description,
        "start": scenario.time.start.to_string(),
        "months": scenario.time.months,
        "states": scenario.states.iter().map(|state| state.name.as_str()).collect::<Vec<_>>(),
        "mechanisms": mechanisms(scenario),
        "kinds": kinds(scenario),
        "dated": dated(&config),
    }))
}

fn parameter(declared: &Parameter) -> Value {
    let number = |value: f64| declared.written(value);
    let (low, high) = declared.plausible;
    json!({
        "name": declared.name,
        "kind": declared.kind.word(),
        "unit": if declared.unit == "1" { "" } else { declared.unit },
        "low": number(declared.range.0),
        "high": number(declared.range.1),
        "from": number(low),
        "to": number(high),
        "null": declared.null.map(number),
        "mark": declared.mark.word(),
        "source": declared.source,
        "meaning": declared.meaning,
        // Where the plausible range spans more than a decade, equal steps are equal factors.
        "log": declared.kind == Kind::Real && low > 0.0 && high / low > 10.0,
    })
}

fn mechanisms(scenario: &Scenario) -> Value {
    let group = |settings: &crate::scenario::MechanismSettings| {
        let declared = settings.declared;
        let parameters = declared.parameters.iter().zip(&settings.values).map(|(declared, value)| {
            let mut entry = parameter(declared);
            entry["value"] = declared.written(*value);
            entry
        });
        json!({
            "key": Key::new(&["mechanisms", declared.name]).to_string(),
            "name": declared.name,
            "meaning": declared.meaning,
            "enabled": settings.enabled,
            "parameters": parameters.collect::<Vec<_>>(),
        })
    };
    scenario.mechanisms.iter().filter(|settings| !settings.declared.left_out).map(group).collect()
}

/// Entities with numbers of their own: what is declared once for a kind, and the values of each.
fn kinds(scenario: &Scenario) -> Value {
    let lists = KINDS.iter().zip(scenario.lists());
    let with_numbers = lists.filter(|(kind, list)| !kind.numbers.is_empty() && !list.names().is_empty());
    let groups = with_numbers.map(|(kind, list)| {
        let entities = list.names().into_iter().enumerate().map(|(at, name)| {
            let values = kind.numbers.iter().zip(list.values(at)).map(|(declared, value)| declared.written(value));
            let key = Key::new(&[kind.list, name]).to_string();
            json!({ "name": name, "key": key, "values": values.collect::<Vec<_>>() })
        });
        json!({
            "list": kind.list,
            "heading": kind.heading,
            "parameters": kind.numbers.iter().map(parameter).collect::<Vec<_>>(),
            "entities": entities.collect::<Vec<_>>(),
        })
    });
    groups.collect()
}

/// What acts from one month to another.
fn dated(config: &Value) -> Value {
    let mut all = Vec::new();
    for (list, called) in DATED {
        for entry in config[list].as_array().into_iter().flatten().filter_map(Value::as_object) {
            let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
            let text = |key: &str| entry.get(key).cloned().unwrap_or(Value::Null);
            let lasts = kind_of(list).is_some_and(|kind| kind.numbers.iter().any(|number| number.name == "months"));
            all.push(json!({
                "list": list,
                "called": called,
                "name": name,
                "key": Key::new(&[list, name]).to_string(),
                "about": about(entry),
                "from": text("from"),
                "to": text("to"),
                "months": if lasts { text("months") } else { Value::Null },
                "chance": entry.contains_key("earliest"),
            }));
        }
    }
    Value::Array(all)
}

/// What it is, in a few words.
fn about(entry: &Map<String, Value>) -> String {
    let word = |key: &str| match entry.get(key)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Array(items) if !items.is_empty() => {
            Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        }
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let mut said = Vec::new();
    said.extend(word("state").or_else(|| word("by")).or_else(|| word("location")));
    said.extend(word("lever").or_else(|| word("what")).or_else(|| word("stages")));
    said.extend(word("value").filter(|_| entry.contains_key("lever")));
    said.extend(word("against").map(|against| format!("against {against}")));
    said.join(" · ")
}
