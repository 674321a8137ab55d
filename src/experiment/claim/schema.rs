//! The JSON Schema of what a claim's file has beside an experiment's.

use crate::{
    experiment::{KnownNames, game::schema::term},
    scenario::schema::{described, required, table_of},
};
use serde_json::{Value, json};

/// The keys and what they hold.
pub(crate) fn claim_keys(names: KnownNames<'_>) -> [(&'static str, Value); 3] {
    let list = |items: Value| json!({ "type": "array", "items": items, "minItems": 1 });
    [
        ("claim", described(json!({ "type": "string" }), "What is claimed, in a sentence; `claims` judges it.")),
        ("quantities", described(list(quantity(names)), "More outcomes of runs, which conditions speak of.")),
        (
            "conditions",
            described(list(condition()), "What must be true of a world for the claim to hold there, all of it."),
        ),
    ]
}

fn quantity(names: KnownNames<'_>) -> Value {
    let terms = json!({ "type": "array", "items": term(names), "minItems": 1 });
    let table = table_of([
        ("name", described(json!({ "type": "string", "pattern": "^[a-z0-9_]+$" }), "Its name, a column of the runs.")),
        ("unit", described(json!({ "type": "string" }), "Its unit.")),
        ("terms", described(terms, "What is added up.")),
    ]);
    required(table, &["name", "terms"])
}

fn condition() -> Value {
    let text = |meaning| described(json!({ "type": "string" }), meaning);
    let number = |meaning| described(json!({ "type": "number" }), meaning);
    let table = table_of([
        ("outcome", text("The outcome or quantity that it speaks of.")),
        ("scenario", text("In which scenario; the first if left out.")),
        ("against", text("The scenario that it is compared with, world by world.")),
        ("above", number("What it, or the difference, is above.")),
        ("below", number("What it, or the difference, is below.")),
        ("by", text("The outcome that predicts it better over all worlds, as is claimed.")),
        ("rather_than", text("The outcome that predicts it worse.")),
    ]);
    required(table, &["outcome"])
}
