//! Formulas of fabs: yield, dies per wafer, experience.

use super::{Formula, FormulaOutput, Given, Input, number, output};
use crate::model::yields::{
    dies_per_wafer, experience_ratio, murphy_rectangular_yield, murphy_triangular_yield, negative_binomial_yield,
    poisson_yield, seeds_yield,
};

const AREA: Input = number(("area", "mm²"), (1.0, 70_000.0), &[814.0], "area of the die");
const DEFECTS: Input = number(("defects", "1/cm²"), (0.0, 1000.0), &[0.1], "defects per area");
const YIELD: &[FormulaOutput] = &[output("yield", "1", "share of dies that are good")];

pub(super) const FORMULAS: &[Formula] = &[
    Formula {
        name: "yield-poisson",
        meaning: "Good dies where defects fall independently of each other.",
        equation: "yield = e^(−u), u = area · defects / 100",
        inputs: &[AREA, DEFECTS],
        outputs: YIELD,
        source: "Murphy 1964",
        evaluate: |given| vec![poisson_yield(faults(given))],
    },
    Formula {
        name: "yield-murphy",
        meaning: "Good dies where the density of defects varies between wafers by a triangular distribution.",
        equation: "yield = ((1 − e^(−u)) / u)², u = area · defects / 100",
        inputs: &[AREA, DEFECTS],
        outputs: YIELD,
        source: "Murphy 1964",
        evaluate: |given| vec![murphy_triangular_yield(faults(given))],
    },
    Formula {
        name: "yield-murphy-rectangular",
        meaning: "Good dies where the density of defects varies between wafers by a rectangular distribution.",
        equation: "yield = (1 − e^(−2u)) / (2u), u = area · defects / 100",
        inputs: &[AREA, DEFECTS],
        outputs: YIELD,
        source: "Murphy 1964",
        evaluate: |given| vec![murphy_rectangular_yield(faults(given))],
    },
    Formula {
        name: "yield-seeds",
        meaning: "Good dies where the density of defects varies exponentially.",
        equation: "yield = 1 / (1 + u), u = area · defects / 100",
        inputs: &[AREA, DEFECTS],
        outputs: YIELD,
        source: "Seeds 1967",
        evaluate: |given| vec![seeds_yield(faults(given))],
    },
    Formula {
        name: "yield-negative-binomial",
        meaning: "Good dies where defects cluster; the yield of the model.",
        equation: "yield = (1 + u / alpha)^(−alpha), u = area · defects / 100",
        inputs: &[
            AREA,
            DEFECTS,
            number(("alpha", "1"), (0.01, 1e6), &[3.0], "less for stronger clusters; large as Poisson").optional(),
        ],
        outputs: YIELD,
        source: "Stapper 1973",
        evaluate: |given| vec![negative_binomial_yield(faults(given), given.number("alpha"))],
    },
    Formula {
        name: "dies-per-wafer",
        meaning: "Dies that fit on a round wafer, good or not; not rounded.",
        equation: "dies = π · (diameter / 2)² / area − π · diameter / √(2 · area)",
        inputs: &[AREA, number(("diameter", "mm"), (100.0, 1000.0), &[300.0], "diameter of the wafer").optional()],
        outputs: &[output("dies", "dies", "gross dies; below 0 for a die that does not fit")],
        source: "the usual estimate, with the loss at the edge",
        evaluate: |given| vec![dies_per_wafer(given.number("area"), given.number("diameter"))],
    },
    Formula {
        name: "experience-curve",
        meaning: "Cost after cumulative output has doubled a number of times.",
        equation: "cost_ratio = (1 − learning_rate)^doublings",
        inputs: &[
            number(("learning_rate", "1"), (0.0, 0.99), &[0.2], "part of the cost that each doubling saves"),
            number(("doublings", "1"), (0.0, 1000.0), &[5.0], "doublings of cumulative output"),
        ],
        outputs: &[output("cost_ratio", "1", "cost against that at the start")],
        source: "Wright 1936",
        evaluate: |given| vec![experience_ratio(given.number("learning_rate"), given.number("doublings"))],
    },
];

/// Expected faults of a die; there are 100 mm² in a cm².
fn faults(given: &Given) -> f64 {
    given.number("area") * given.number("defects") / 100.0
}
