//! The JSON Schema of game files.

use crate::{
    experiment::{KnownNames, common::DEFAULT_RUNS, design::schema::design_schema, tables},
    scenario::schema::{DIALECT, described, month, months, name, required, seed, table_of},
};
use serde_json::{Value, json};

fn text(meaning: &str) -> Value {
    described(json!({ "type": "string" }), meaning)
}

/// The JSON Schema (draft 2020-12) of game files.
pub(crate) fn game_schema(names: KnownNames<'_>) -> Value {
    let runs = json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX, "default": DEFAULT_RUNS });
    let record = tables::schema(names.tables);
    let terms = |meaning: &str| described(json!({ "type": "array", "items": term(names), "minItems": 1 }), meaning);
    let mut schema = required(
        table_of([
            ("name", described(name(), "Short name, used for the output folder.")),
            ("description", text("What it is for; shown on the page.")),
            ("scenario", text("The scenario file; the path is relative to this file. Default: the built-in baseline.")),
            ("seed", seed()),
            ("runs", described(runs, "Replicates of each profile and design point.")),
            ("months", months()),
            ("record", described(record, "Tables to record, `all` of them or `none`; none if left out.")),
            (
                "quantiles",
                described(
                    json!({ "enum": ["by-point", "pooled", "off"] }),
                    "Over which runs to take quantiles. Default: off.",
                ),
            ),
            ("set", set("Values by dotted key, laid over the scenario below every strategy.")),
            ("players", described(json!({ "type": "array", "items": player(&terms), "minItems": 2 }), "Who plays.")),
            ("welfare", terms("What all have of a run. Default: the sum of the payoffs.")),
            (
                "epsilon",
                described(json!({ "type": "number", "minimum": 0, "default": 0 }), "A gain up to this is none."),
            ),
            (
                "information",
                described(
                    json!({ "type": "boolean", "default": false }),
                    "Whether every profile is run once more without fog, to tell what it is worth to see clearly.",
                ),
            ),
            ("sampling", sampling()),
            ("design", design_schema()),
        ]),
        &["name", "players"],
    );
    schema["$schema"] = DIALECT.into();
    schema["title"] = "redqueen game".into();
    schema
}

fn set(meaning: &str) -> Value {
    described(json!({ "type": "object" }), meaning)
}

fn player(terms: &dyn Fn(&str) -> Value) -> Value {
    let strategy = table_of([
        ("name", described(name(), "Its name in the tables.")),
        ("description", text("What it is.")),
        ("set", set("What it changes, by dotted key; nothing if left out.")),
    ]);
    let strategies = json!({ "type": "array", "items": required(strategy, &["name"]), "minItems": 2 });
    let player = table_of([
        ("name", described(name(), "Its name in the tables.")),
        (
            "symmetric",
            text("A group of players that can change places: one of the profiles that differ by that is run."),
        ),
        ("strategies", described(strategies, "What it can do.")),
        ("payoff", terms("What it wants: the weighted sum of these.")),
    ]);
    required(player, &["name", "strategies", "payoff"])
}

pub(crate) fn term(names: KnownNames<'_>) -> Value {
    let number = |meaning: &str| described(json!({ "type": "number" }), meaning);
    table_of([
        ("weight", described(json!({ "type": "number", "default": 1 }), "What it counts for.")),
        ("log", described(json!({ "type": "boolean", "default": false }), "Whether its logarithm counts.")),
        ("outcome", described(json!({ "enum": names.outcomes }), "An outcome of the run.")),
        ("table", described(json!({ "enum": names.tables }), "Or a table, of which a column is averaged over months.")),
        ("column", text("The column.")),
        ("entity", text("Whose rows, in a table that has rows of several.")),
        ("from", described(month(), "First month; that of the run if left out.")),
        ("to", described(month(), "Last month; that of the run if left out.")),
        (
            "discount",
            described(
                json!({ "type": "number", "minimum": 0, "maximum": 10, "default": 0 }),
                "By how much a year later counts less.",
            ),
        ),
        ("missing", number("What counts for a month without a value; without this the run has no payoff then.")),
    ])
}

fn sampling() -> Value {
    let most = json!({ "type": "integer", "minimum": 2, "maximum": u32::MAX, "default": 10_000 });
    let error = json!({ "type": "number", "exclusiveMinimum": 0 });
    required(
        table_of([
            ("regret_se", described(error, "The standard error of a profile's regret that is small enough.")),
            ("max_runs", described(most, "Most replicates of a profile and design point.")),
        ]),
        &["regret_se"],
    )
}
