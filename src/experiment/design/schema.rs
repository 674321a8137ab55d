//! The JSON Schema of the `[design]` table.

use super::{PointNoise, Role, read_factor::ScaleWord};
use crate::{
    experiment::design::context::{DEFAULT_LEVELS, DEFAULT_TRAJECTORIES, MAX_LEVELS, MAX_POINTS, MethodWord},
    scenario::schema::{described, one_of, required, table_of},
};
use serde_json::{Value, json};

/// The schema; which keys fit which kind is left to the reader.
pub(crate) fn design_schema() -> Value {
    let flag = || json!({ "type": "boolean", "default": true });
    let count = |default: u32| json!({ "type": "integer", "minimum": 1, "maximum": MAX_POINTS, "default": default });
    let points = json!({ "type": "integer", "minimum": 1, "maximum": MAX_POINTS });
    let design = table_of([
        ("kind", one_of::<MethodWord>("How the points are chosen.", None)),
        (
            "points",
            described(
                points,
                "Points of random, lhs, sobol and posterior; base points of saltelli. A power of two for sobol and saltelli.",
            ),
        ),
        ("trajectories", described(count(DEFAULT_TRAJECTORIES), "Trajectories of morris.")),
        (
            "levels",
            described(
                json!({ "type": "integer", "minimum": 2, "maximum": 1000, "multipleOf": 2, "default": DEFAULT_LEVELS }),
                "Levels of the grid of morris.",
            ),
        ),
        ("second_order", described(flag(), "Whether saltelli has the points for second-order indices.")),
        ("scramble", described(flag(), "Whether the sequence of sobol or saltelli is scrambled.")),
        (
            "seed",
            described(
                json!({ "type": "integer", "minimum": 0 }),
                "Seed of the methods that draw; the experiment's if left out.",
            ),
        ),
        (
            "file",
            described(
                json!({ "type": "string" }),
                "CSV file with the points of a list, or with the worlds of a posterior and their `weight`: a column for each parameter, by its dotted key; the path is relative to this file.",
            ),
        ),
        (
            "noise",
            one_of(
                "Whose noise the replicates of a point have: the same at all points, or its own; own of a posterior if left out.",
                Some(PointNoise::default()),
            ),
        ),
        ("factors", described(json!({ "type": "array", "items": factor(), "minItems": 1 }), "What is varied.")),
    ]);
    described(required(design, &["kind"]), "Which values of parameters to run; crossed with the scenarios.")
}

fn factor() -> Value {
    let ends = json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
    let values = json!({ "type": "array", "items": { "type": ["number", "string", "boolean"] }, "minItems": 1 });
    let factor = table_of([
        (
            "parameter",
            described(
                json!({ "type": "string" }),
                "Dotted key of what is varied, such as mechanisms.diffusion.xi_open.",
            ),
        ),
        ("range", described(ends, "Least and greatest value; the declared plausible range if left out.")),
        (
            "scale",
            one_of::<ScaleWord>(
                "How values lie in the range: evenly, evenly in the logarithm, at whole numbers; or a choice of values.",
                None,
            ),
        ),
        ("values", described(values, "Values to choose from.")),
        (
            "levels",
            described(
                json!({ "type": "integer", "minimum": 2, "maximum": MAX_LEVELS }),
                "How many values of its range a grid or a one-at-a-time design takes.",
            ),
        ),
        (
            "role",
            one_of("Who decides its value: nobody, or somebody who could choose otherwise.", Some(Role::default())),
        ),
    ]);
    required(factor, &["parameter"])
}
