//! The JSON Schema of calibration files.

use super::{MethodKind, Statistic, read_parameter::PriorWord};
use crate::scenario::schema::{DIALECT, described, month as month_schema, name, one_of, required, seed, table_of};
use serde_json::{Value, json};

/// The schema of a calibration file.
pub(crate) fn calibration_schema() -> Value {
    let texts = || json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let file = table_of([
        ("name", described(name(), "Short name, used for the output folder.")),
        ("description", described(json!({ "type": "string" }), "What it is for.")),
        (
            "scenario",
            described(json!({ "type": "string" }), "The world that is calibrated; the path is relative to this file."),
        ),
        ("seed", seed()),
        ("until", described(month_schema(), "Last month that may be looked at; runs end with it.")),
        ("observations", described(texts(), "Tables of observations; paths are relative to this file.")),
        ("parameters", described(list(parameter()), "What is sought.")),
        (
            "unknowns",
            described(
                list(parameter()),
                "What nothing that was seen can tell of: drawn from its prior, beside the rest.",
            ),
        ),
        ("targets", described(list(target()), "What runs are held against.")),
        ("method", method()),
    ]);
    let mut schema = required(file, &["name", "until", "observations", "parameters", "targets"]);
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!("redqueen calibration");
    schema
}

fn parameter() -> Value {
    let number = || json!({ "type": "number" });
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let ends = json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
    let table = table_of([
        ("parameter", described(json!({ "type": "string" }), "Dotted key of what is sought.")),
        ("also", described(texts, "Keys of parameters that take the same value.")),
        ("prior", one_of("Shape of the prior within its range.", Some(PriorWord::default()))),
        ("range", described(ends, "Least and greatest value; the declared plausible range if left out.")),
        ("mean", described(number(), "Mean of a normal prior, before it is cut at the ends of the range.")),
        ("median", described(number(), "Median of a log-normal prior, likewise.")),
        (
            "sd",
            described(
                number(),
                "Standard deviation of a normal prior, or of the natural logarithm of a log-normal one.",
            ),
        ),
        ("mode", described(number(), "Where a triangular prior is highest.")),
    ]);
    required(table, &["parameter"])
}

fn target() -> Value {
    let text = |meaning| described(json!({ "type": "string" }), meaning);
    let above = || json!({ "type": "number", "exclusiveMinimum": 0 });
    let month = |meaning| described(month_schema(), meaning);
    let table = table_of([
        ("name", text("A word for it, a column of the runs; made of what it is if left out.")),
        ("table", text("Table of the column.")),
        ("indicator", text("The column.")),
        ("entity", text("Whose value; a name that ends in * stands for the sum over all whose names begin so.")),
        ("from", month("First month of the observations to take; the first there is if left out.")),
        ("to", month("Last month; `until` if left out.")),
        ("statistic", one_of("What is made of them.", Some(Statistic::default()))),
        ("log", described(json!({ "type": "boolean", "default": false }), "Whether its natural logarithm is taken.")),
        (
            "error",
            described(above(), "Standard deviation of its measurement; made of those of the observations if left out."),
        ),
        (
            "shared_error",
            described(
                json!({ "type": "object", "additionalProperties": above() }),
                "Of the error, what it has in common with other targets that name it too, such as the bias of a source: \
                 its standard deviation by name.",
            ),
        ),
        (
            "discrepancy",
            described(
                json!({ "type": "number", "minimum": 0, "default": 0 }),
                "Standard deviation of what separates the model at its best from the world.",
            ),
        ),
    ]);
    required(table, &["table", "indicator"])
}

fn method() -> Value {
    let count =
        |least: u32, meaning| described(json!({ "type": "integer", "minimum": least, "maximum": 1_000_000 }), meaning);
    let table = table_of([
        ("kind", one_of("How it is done.", Some(MethodKind::default()))),
        (
            "wanted",
            described(
                json!({ "type": "number", "minimum": 100 }),
                "Effective sample from which the result is called a posterior.",
            ),
        ),
        ("members", count(10, "Members of the ensemble smoother.")),
        ("assimilations", count(1, "Assimilations of the same data.")),
        ("design", count(10, "Points of the emulator's design.")),
        ("draws", count(10, "Draws that are really run in a round.")),
        ("replicates", count(2, "Replicates of each.")),
        ("rounds", count(1, "Most rounds.")),
        ("particles", count(10, "Particles of a generation of ABC-SMC.")),
        ("generations", count(1, "Most generations of ABC-SMC.")),
    ]);
    described(table, "How it is done.")
}
