//! Formulas of chips, systems and stocks of compute.

use super::{Formula, Given, number, output, whole};
use crate::model::mechanisms::{
    compute::{rationed, stock_step},
    leapfrog::{experience_curve, leaning},
    systems::{running_share, system_power, system_throughput},
};

pub(super) const FORMULAS: &[Formula] = &[
    Formula {
        name: "system",
        meaning: "What many chips deliver as one system, and what they draw.",
        equation: "throughput = n · performance · n^(−lambda); power_drawn = n · power · pue",
        inputs: &[
            number(("n", "chips"), (1.0, 1e9), &[384.0], "chips in the system"),
            number(("performance", "per chip"), (0.0, 1e12), &[0.78], "performance, memory or else, of a chip"),
            number(("lambda", "1"), (0.0, 1.0), &[0.0], "how efficiency falls with size").optional(),
            number(("power", "kW per chip"), (0.0, 1e6), &[1.456], "power of a chip with its share of the system"),
            number(("pue", "1"), (1.0, 10.0), &[1.0], "power of the data centre over that of its systems").optional(),
        ],
        outputs: &[
            output("throughput", "units of performance", "what the system delivers"),
            output("power_drawn", "kW", "what it draws"),
        ],
        source: "an assumption of the model; CloudMatrix 384 in the example (SemiAnalysis 2025)",
        evaluate: |given| {
            let [n, performance, lambda] = ["n", "performance", "lambda"].map(|name| given.number(name));
            let drawn = system_power(n, given.number("power"), given.number("pue"));
            vec![system_throughput(n, performance, lambda), drawn]
        },
    },
    Formula {
        name: "running-share",
        meaning: "The part of a fleet that the power at hand lets run.",
        equation: "share = min(1, gw / (compute · kw))",
        inputs: &[
            number(("compute", "MH100e"), (0.0, 1e9), &[1.0], "compute installed"),
            number(("kw", "kW"), (0.0, 1000.0), &[1.75], "power per H100-equivalent, with cooling"),
            number(("gw", "GW"), (0.0, 1e9), &[1.0], "power at hand"),
        ],
        outputs: &[output("share", "1", "part of the compute that runs")],
        source: "energy balance",
        evaluate: |given| vec![running_share(given.number("compute"), given.number("kw"), given.number("gw"))],
    },
    Formula {
        name: "leapfrog-performance",
        meaning: "Performance per cost of an alternative paradigm, by its own experience.",
        equation: "performance = (experience / reference)^b",
        inputs: &[
            number(("experience", "units"), (0.0, 1e12), &[40.0], "cumulative output"),
            number(("reference", "units"), (1e-9, 1e12), &[10.0], "output at which performance is 1, in the same unit"),
            number(("b", "1"), (0.0, 10.0), &[0.32], "exponent of experience"),
        ],
        outputs: &[output("performance", "1", "performance per cost against that of the reference")],
        source: "Wright 1936",
        evaluate: |given| {
            let [experience, reference, b] = ["experience", "reference", "b"].map(|name| given.number(name));
            vec![experience_curve(experience, reference, b)]
        },
    },
    Formula {
        name: "leapfrog-leaning",
        meaning: "The share of buyers that lean to an alternative paradigm.",
        equation: "leaning = 1 / (1 + e^(−steepness · (payoff − switching · (1 − share))))",
        inputs: &[
            number(
                ("payoff", "nats"),
                (-1000.0, 1000.0),
                &[0.5],
                "performance per cost over that of chips, in logarithms",
            ),
            number(("share", "1"), (0.0, 1.0), &[0.1], "share of buyers that have it"),
            number(("steepness", "1/nat"), (0.0, 1000.0), &[2.0], "how sharply buyers choose"),
            number(("switching", "nats"), (0.0, 1000.0), &[1.0], "cost of being the first to switch"),
        ],
        outputs: &[output("leaning", "1", "share of buyers that lean to it")],
        source: "a logit on the payoff; installed base as switching cost (Arthur 1989)",
        evaluate: |given| {
            let [payoff, share, steepness, switching] =
                ["payoff", "share", "steepness", "switching"].map(|name| given.number(name));
            vec![leaning(payoff, share, steepness, switching)]
        },
    },
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
