//! Formulas of states and the world: adoption, power, equality, safety.

use super::{Formula, Given, for_each, list, number, output};
use crate::{
    maths,
    model::mechanisms::{
        adoption::{bass_peak_rate, bass_peak_time, bass_step},
        cooperation::{opened, trust_step},
    },
};

const SHARE: (f64, f64) = (0.0, 1.0);
const AMOUNT: (f64, f64) = (0.0, 1e12);

pub(super) const FORMULAS: &[Formula] = &[
    Formula {
        name: "bass",
        meaning: "The share of users who have taken something up.",
        equation: "y ← (p + q · from) / (1 − from) · e^((p + q) · years); adoption = (y − p) / (y + q)",
        inputs: &[
            number(("p", "1/year"), (0.0, 5.0), &[0.03], "adoption by own decision").optional(),
            number(("q", "1/year"), (0.0, 5.0), &[0.38], "adoption by imitation").optional(),
            number(("years", "years"), (0.0, 1000.0), &[10.0], "time that passes"),
            number(("from", "1"), SHARE, &[0.0], "adoption at the start").optional(),
        ],
        outputs: &[output("adoption", "1", "share of users after that time")],
        source: "Bass 1969, exact; p and q of consumer goods",
        evaluate: |given| {
            let [from, p, q, years] = ["from", "p", "q", "years"].map(|name| given.number(name));
            vec![bass_step(from, p, q, years)]
        },
    },
    Formula {
        name: "bass-peak",
        meaning: "When and how fast adoption from nothing grows at its peak.",
        equation: "time = ln(q / p) / (p + q); rate = (p + q)² / (4 · q)",
        inputs: &[
            number(("p", "1/year"), (1e-9, 5.0), &[0.03], "adoption by own decision").optional(),
            number(("q", "1/year"), (1e-9, 5.0), &[0.38], "adoption by imitation").optional(),
        ],
        outputs: &[
            output("time", "years", "time of the peak; negative if growth only falls, as where q < p"),
            output("rate", "1/year", "share of all users who adopt per year at the peak"),
        ],
        source: "Bass 1969",
        evaluate: |given| {
            let (p, q) = (given.number("p"), given.number("q"));
            vec![bass_peak_time(p, q), bass_peak_rate(p, q)]
        },
    },
    Formula {
        name: "contest-shares",
        meaning: "Shares of power, proportional to amounts raised to a power.",
        equation: "share = amounts^r / Σ amounts^r",
        inputs: &[
            list(("amounts", "any"), AMOUNT, &[100.0, 50.0, 50.0], "what each brings in, all in one unit"),
            number(
                ("r", "1"),
                (0.0, 1000.0),
                &[1.0],
                "how decisive: 0 equal shares, 1 proportional, large one takes all",
            )
            .optional(),
        ],
        outputs: &[for_each("share", "1", "shares, in the order of the amounts")],
        source: "Tullock 1980",
        evaluate: |given| {
            let mut shares: Vec<f64> = given.list("amounts").iter().map(|amount| maths::ln(*amount)).collect();
            maths::contest_shares(&mut shares, given.number("r"));
            shares
        },
    },
    Formula {
        name: "trust-step",
        meaning: "Trust between two states a step later.",
        equation: "later = trust + growth · (1 − trust) − decay · trust − hits, kept within 0 and 1",
        inputs: &[
            number(("trust", "1"), SHARE, &[0.5], "trust now"),
            number(("growth", "1"), SHARE, &[0.1], "part of what is missing that joint effort adds in the step"),
            number(("decay", "1"), SHARE, &[0.05], "part of trust that is lost in the step").optional(),
            number(("hits", "1"), SHARE, &[0.0], "trust lost to incidents, controls and blockades").optional(),
        ],
        outputs: &[output("later", "1", "trust after the step")],
        source: "an assumption of the model: growth towards 1, decay and hits",
        evaluate: |given| {
            let [trust, growth, decay, hits] = ["trust", "growth", "decay", "hits"].map(|name| given.number(name));
            vec![trust_step(trust, growth, decay, hits)]
        },
    },
    Formula {
        name: "border-openness",
        meaning: "How open a border is to knowledge, given restrictions, trust and open science.",
        equation: "open = 1 − (1 − openness) · (1 − by_trust) · (1 − by_science)",
        inputs: &[
            number(("openness", "1"), SHARE, &[0.5], "what restrictions leave"),
            number(("by_trust", "1"), SHARE, &[0.2], "part of the rest that trust opens"),
            number(("by_science", "1"), SHARE, &[0.0], "part of what then remains that open science opens").optional(),
        ],
        outputs: &[output("open", "1", "openness of the border")],
        source: "an assumption of the model",
        evaluate: |given| {
            let [openness, by_trust, by_science] =
                ["openness", "by_trust", "by_science"].map(|name| given.number(name));
            vec![opened(openness, by_trust, by_science)]
        },
    },
    Formula {
        name: "hhi",
        meaning: "Concentration of a market or of power.",
        equation: "hhi = Σ (amounts / Σ amounts)²; effective_number = 1 / hhi",
        inputs: &[list(("amounts", "any"), AMOUNT, &[5.0, 3.0, 2.0], "what each holds, all in one unit")],
        outputs: &[
            output("hhi", "1", "Herfindahl–Hirschman index: 1 if one holds all"),
            output("effective_number", "1", "how many equals would be as concentrated"),
        ],
        source: "Herfindahl 1950; Hirschman 1964",
        evaluate: |given| {
            let hhi = maths::hhi(given.list("amounts"));
            vec![hhi, 1.0 / hhi]
        },
    },
    Formula {
        name: "gini",
        meaning: "Inequality between groups.",
        equation: "gini = Σ over i, j of weights_i · weights_j · |values_i − values_j| / (2 · (Σ weights) · Σ(weights · values))",
        inputs: &[
            list(("values", "any"), AMOUNT, &[1.0, 2.0, 3.0, 4.0], "what a member of each group has"),
            list(("weights", "any"), AMOUNT, &[1.0], "members of each group; one number holds for all").optional(),
        ],
        outputs: &[output("gini", "1", "0 if all have the same")],
        source: "Gini 1912, population form",
        evaluate: gini,
    },
];

fn gini(given: &Given) -> Vec<f64> {
    let groups: Vec<_> = given.list("values").iter().copied().zip(given.list("weights").iter().copied()).collect();
    vec![maths::gini(&groups)]
}
