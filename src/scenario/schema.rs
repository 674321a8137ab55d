//! JSON Schema (draft 2020-12) of scenario files, made from the declarations, for editors and other programs.

use super::{
    Catalogue, Choice, MAX_DOMAINS, MAX_WORTH,
    entities::MAX_NATS,
    kinds::KINDS,
    read::{DEFAULT_DOMAINS, DEFAULT_MONTHS, DEFAULT_SEED, MAX_MONTHS},
};
use crate::{
    declare::parameter::{Kind, Parameter},
    scenario::entities::EntityKind,
};
use serde_json::{Map, Value, json};

/// The dialect that the schemas are written in.
pub(crate) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// NameIndex: no start that a spreadsheet would run as a formula, no control characters.
const NAME: &str = r"^[^=+\-@\s\u0000-\u001f\u007f][^\u0000-\u001f\u007f]*$";

/// The schema of scenario files. A file may leave out almost everything, because it may extend another.
pub fn scenario_schema(catalogue: &Catalogue) -> Value {
    let mechanisms = catalogue.mechanisms.iter().map(|mechanism| {
        let mut properties = parameters(mechanism.parameters);
        let enabled = described(json!({ "type": "boolean", "default": true }), "Whether the mechanism takes part.");
        properties.insert("enabled".into(), enabled);
        (mechanism.name.to_owned(), described(table(properties), mechanism.meaning))
    });
    let mut properties = json!({
        "extends": described(json!({ "type": "string" }), "A config that this one is laid over; the path is relative to this file."),
        "name": described(name(), "Short name, used for the output folder."),
        "description": described(json!({ "type": "string" }), "What it shows and what to look at."),
        "seed": seed(),
        "time": time(),
        "domains": {
            "type": "array", "items": name(), "minItems": 1, "maxItems": MAX_DOMAINS, "uniqueItems": true,
            "default": DEFAULT_DOMAINS, "description": "Names of the domains of capability.",
        },
        "exposure": described(
            table_of([
                ("personal", by_domain(level(), "How much each domain feeds on personal data; 0 if not named.")),
                ("autonomy", by_domain(level(), "How much models act on their own in each domain; 0 if not named.")),
            ]),
            "What domains expose people to.",
        ),
        "worth": described(
            table_of([
                ("output", by_domain(json!({ "minimum": 0, "maximum": MAX_WORTH }), "Value of a nat in output, against a domain of 1; 1 if not named.")),
                ("hard", by_domain(level(), "Part of each domain in hard power, scaled to sum to 1; if none is named, what the world asks for.")),
                ("soft", by_domain(level(), "Part of its use abroad in soft power, scaled with soft_open to sum to 1; if none is named, all use alike.")),
                ("soft_open", by_domain(level(), "The same of the use of open models alone.")),
            ]),
            "What capability in each domain is worth, by the kind of power it brings.",
        ),
        "comparison": table_of([
            ("leader", described(name(), "The state whose lead is measured.")),
            ("follower", described(name(), "The state it is measured against.")),
        ]),
    });
    for kind in KINDS {
        properties[kind.list] = entities(&kind);
    }
    properties["borders"] = json!({ "type": "array", "items": border(), "description": "Borders that are not fully open or across which there is trust; merged by pair." });
    properties["events"] = json!({ "type": "array", "items": event(), "description": "Dated facts shown beside the results; added to those of the extended config." });
    properties["events_until"] =
        described(month(), "Last month of the dated facts of the extended config: its later ones are left out.");
    properties["mechanisms"] = table(mechanisms.collect());
    json!({
        "$schema": DIALECT,
        "title": "redqueen scenario",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn time() -> Value {
    table_of([
        ("start", described(month(), "First month.")),
        ("months", months()),
        ("steps_per_year", json!({ "enum": [12, 24], "default": 12, "description": "Steps a year." })),
    ])
}

/// The list of a kind of entity.
fn entities(kind: &EntityKind) -> Value {
    let mut properties = parameters(kind.numbers);
    properties.extend([entry("name", described(name(), "Its name.")), entry("remove", remove())]);
    properties.extend((kind.keys)().into_iter().map(|(key, schema)| entry(key, schema)));
    let description =
        format!("{}, at most {}; merged by name with those of the extended config.", kind.meaning, kind.most);
    json!({ "type": "array", "items": required(table(properties), &["name"]), "description": description })
}

fn border() -> Value {
    let between = json!({ "type": "array", "items": name(), "minItems": 2, "maxItems": 2, "uniqueItems": true });
    let border = table_of([
        ("between", described(between, "The two states.")),
        (
            "openness",
            json!({ "type": "number", "minimum": 0, "maximum": 1, "default": 1, "description": "1 open, 0 closed." }),
        ),
        (
            "trust",
            json!({ "type": "number", "minimum": 0, "maximum": 1, "default": 0, "description": "Trust between the two at the start." }),
        ),
        ("remove", remove()),
    ]);
    required(border, &["between"])
}

fn event() -> Value {
    let text = || json!({ "type": "string" });
    let event = table_of([
        ("date", described(month(), "When.")),
        ("kind", described(name(), "What kind, such as release_open.")),
        ("actor", described(text(), "Who.")),
        ("text", described(text(), "What, in a line.")),
        ("source", described(text(), "Where it is recorded.")),
    ]);
    required(event, &["date", "kind"])
}

/// A word that stands for a choice; `silent` is what it is where the config is silent.
pub(crate) fn one_of<C: Choice>(description: &str, silent: Option<C>) -> Value {
    let words: Vec<_> = C::WORDS.iter().map(|(word, _)| *word).collect();
    let mut schema = described(json!({ "enum": words }), description);
    if let Some(silent) = silent {
        schema["default"] = silent.word().into();
    }
    schema
}

/// A list of words that stand for choices.
pub(crate) fn list_of<C: Choice>() -> Value {
    json!({ "type": "array", "items": one_of::<C>("One of them.", None), "minItems": 1 })
}

/// Numbers by name, as a table.
pub(crate) fn by_name(highest: f64, description: &str) -> Value {
    let each = json!({ "type": "number", "minimum": 0, "maximum": highest });
    described(json!({ "type": "object", "additionalProperties": each }), description)
}

/// A list of states.
pub(crate) fn names(description: &str) -> Value {
    described(json!({ "type": "array", "items": name() }), description)
}

/// Declared parameters by name.
pub(crate) fn parameters(declared: &[Parameter]) -> Map<String, Value> {
    declared.iter().map(|parameter| entry(parameter.name, schema_of(parameter))).collect()
}

fn schema_of(parameter: &Parameter) -> Value {
    let (low, high) = parameter.range;
    let mut schema = match parameter.kind {
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Real => json!({ "type": "number", "minimum": low, "maximum": high }),
        Kind::Whole => {
            json!({ "type": "integer", "minimum": parameter.written(low), "maximum": parameter.written(high) })
        }
    };
    schema["default"] = parameter.written(parameter.default);
    let unit = if parameter.unit == "1" { String::new() } else { format!(" Unit: {}.", parameter.unit) };
    let (meaning, mark, source) = (parameter.meaning, parameter.mark.word(), parameter.source);
    described(schema, &format!("{meaning}{unit} Default: {mark} ({source})."))
}

pub(crate) fn by_domain(range: Value, description: &str) -> Value {
    let mut each = range;
    each["type"] = "number".into();
    json!({ "type": "object", "additionalProperties": each, "description": description })
}

fn level() -> Value {
    json!({ "minimum": 0, "maximum": 1 })
}

pub(crate) fn nats() -> Value {
    json!({ "minimum": -MAX_NATS, "maximum": MAX_NATS })
}

/// The switch that takes an entity out.
pub(crate) fn remove() -> Value {
    described(json!({ "type": "boolean" }), "Takes it out of the extended config.")
}

/// A month.
pub(crate) fn month() -> Value {
    json!({ "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" })
}

/// A name.
pub(crate) fn name() -> Value {
    json!({ "type": "string", "pattern": NAME })
}

/// A master seed.
pub(crate) fn seed() -> Value {
    json!({ "type": "integer", "minimum": 0, "default": DEFAULT_SEED, "description": "Master seed of the noise." })
}

/// The length of a run.
pub(crate) fn months() -> Value {
    let description = "Length of a run in months.";
    json!({ "type": "integer", "minimum": 1, "maximum": MAX_MONTHS, "default": DEFAULT_MONTHS, "description": description })
}

/// The same schema with what it describes.
pub(crate) fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = description.into();
    schema
}

/// A table with these keys and no others.
pub(crate) fn table(properties: Map<String, Value>) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// The same from pairs.
pub(crate) fn table_of<const N: usize>(properties: [(&str, Value); N]) -> Value {
    table(properties.into_iter().map(|(key, schema)| entry(key, schema)).collect())
}

/// The same table with keys that must be there.
pub(crate) fn required(mut table: Value, keys: &[&str]) -> Value {
    table["required"] = keys.iter().copied().collect();
    table
}

/// A key with its schema.
pub(crate) fn entry(key: &str, schema: Value) -> (String, Value) {
    (key.to_owned(), schema)
}
