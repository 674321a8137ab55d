//! JSON Schema of fabs, accelerators, export controls, shocks and policies.

use super::{
    AcceleratorNumbers, Choice, ControlNumbers, FabNumbers, Goods, Indicator, Lever, PolicyNumbers, ShockNumbers,
    Stage,
    parameter::{Parameter, Parameters},
    schema::{by_name, described, entry, month, name, names, one_of, parameters, remove, required, table},
    supply_read::MAX_SALES_WEIGHT,
};
use serde_json::{Value, json};

pub(crate) fn fab() -> Value {
    entity(
        FabNumbers::DECLARED,
        [
            ("state", described(name(), "The state it stands in.")),
            ("owner", described(json!({ "type": "string", "default": "" }), "Who owns it.")),
            ("stage", one_of::<Stage>("What it does.", None)),
            ("enters", described(month(), "Month it starts; left out if it is there from the start.")),
        ],
    )
}

pub(crate) fn accelerator() -> Value {
    let contracts = |stage: Stage| (stage.word(), by_name(1.0, "Contracts: shares of the capacity of fabs, by fab."));
    entity(
        AcceleratorNumbers::DECLARED,
        [
            ("state", described(name(), "Its designer's home state.")),
            ("enters", described(month(), "Month it is first made; left out if it is there from the start.")),
            ("leaves", described(month(), "First month it is no longer made; left out if it stays.")),
            contracts(Stage::Logic),
            contracts(Stage::Packaging),
            contracts(Stage::Memory),
            (
                "sales",
                by_name(
                    MAX_SALES_WEIGHT,
                    "How much each state's spending counts with its sellers: weights by state, 0 for those left out; \
                     without this table every state counts the same.",
                ),
            ),
        ],
    )
}

pub(crate) fn control() -> Value {
    let mut against = names("The states it is aimed at.");
    against["minItems"] = 1.into();
    entity(
        ControlNumbers::DECLARED,
        [
            ("what", one_of::<Goods>("What it covers.", None)),
            ("by", names("The states that impose it: designers' homes for chips, plants' places for memory.")),
            ("against", against),
            ("from", described(month(), "First month in force.")),
            ("to", described(month(), "First month no longer in force; left out if it stays.")),
        ],
    )
}

pub(crate) fn shock() -> Value {
    let words: Vec<_> = Stage::WORDS.iter().map(|(word, _)| *word).collect();
    let stages =
        json!({ "type": "array", "items": one_of::<Stage>("A stage.", None), "minItems": 1, "default": words });
    let mut between = names("Two states whose distrust raises the hazard.");
    between["minItems"] = 2.into();
    between["maxItems"] = 2.into();
    between["uniqueItems"] = true.into();
    entity(
        ShockNumbers::DECLARED,
        [
            ("location", described(name(), "The state whose plants it hits.")),
            ("stages", described(stages, "Which stages it hits.")),
            ("from", described(month(), "First month; left out if it comes by hazard, once.")),
            ("between", between),
        ],
    )
}

pub(crate) fn policy() -> Value {
    entity(
        PolicyNumbers::DECLARED,
        [
            ("state", described(name(), "The state.")),
            ("lever", one_of::<Lever>("Which lever it moves.", None)),
            ("from", described(month(), "First month in force; left out if from the start.")),
            ("to", described(month(), "First month no longer in force; left out if it stays.")),
            ("indicator", one_of::<Indicator>("What it reacts to; left out if it is constant.", None)),
        ],
    )
}

/// A table with these keys, the declared parameters, a name and `remove`.
fn entity<const N: usize>(declared: &[Parameter], keys: [(&str, Value); N]) -> Value {
    let mut properties = parameters(declared);
    properties.extend([entry("name", described(name(), "Its name.")), entry("remove", remove())]);
    properties.extend(keys.map(|(key, schema)| entry(key, schema)));
    required(table(properties), &["name"])
}
