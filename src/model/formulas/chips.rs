//! Formulas of chips, systems and stocks of compute.

use super::{Formula, Given, number, output, whole};
use crate::model::mechanisms::compute::{rationed, stock_step};

pub(super) const FORMULAS: &[Formula] = &[
    Formula {
        name: "rationing",
        meaning: "What part of an order is delivered when there is not enough for all.",
        equation: "part = min(1, supply / demand)",
        inputs: &[
            number(("supply", "units"), (0.0, 1e12), &[3.0], "what there is"),
            number(("demand", "units"), (0.0, 1e12), &[4.0], "what is asked for, in the same unit"),
        ],
        outputs: &[output("part", "1", "part of each order that is delivered")],
        source: "proportional rationing",
        evaluate: |given| vec![rationed(given.number("supply"), given.number("demand"))],
    },
    Formula {
        name: "compute-stock",
        meaning: "Compute after some months of a blockade, against the stock that deliveries kept in balance before.",
        equation: "stock ← stock · (1 − delta) + delta · (1 − cut), for each of the months, from 1",
        inputs: &[
            number(("delta", "1/month"), (0.0, 1.0), &[0.02], "share of the stock that is retired").optional(),
            number(("cut", "1"), (0.0, 1.0), &[0.5], "share of deliveries that is cut off"),
            whole(("months", "months"), (0.0, 12_000.0), &[12.0], "how long"),
        ],
        outputs: &[output("stock", "1", "compute as a share of that before")],
        source: "linear stock with constant retirement",
        evaluate: |given| vec![stock_under_a_cut(given)],
    },
];

/// A stock of 1 in balance with its deliveries, a part of which is cut off.
fn stock_under_a_cut(given: &Given) -> f64 {
    let delta = given.number("delta");
    let delivered = delta * (1.0 - given.number("cut"));
    (0..given.whole("months")).fold(1.0, |stock, _| stock_step(stock, 1.0 - delta, delivered))
}
