//! The game of a race to the precipice.

use super::{Formula, number, output, whole};
use crate::model::precipice::{blind_risk, private_risk, public_risk};

pub(super) const FORMULAS: &[Formula] = &[Formula {
    name: "precipice",
    meaning: "The danger of a race: what the leader skips of safety, by what the teams know of each other.",
    equation: "safety without information min(1, mu / (n · e)); private min(1, ability / (1 + e · (n − 1))); public \
                   min(1, lead / e); risk = 1 − mean safety of the winner; abilities uniform from 0 to mu, the lead is \
                   that of the ablest",
    inputs: &[
        whole(("n", "teams"), (2.0, 1000.0), &[2.0], "teams"),
        number(("e", "1"), (0.0, 1.0), &[0.5], "enmity: 0 none, 1 another's win is as bad as disaster"),
        number(("mu", "1"), (0.001, 1e6), &[1.0], "how much ability counts against safety"),
    ],
    outputs: &[
        output("risk_noinfo", "1", "risk when nobody knows any ability, not even its own"),
        output("risk_private", "1", "risk when each knows its own"),
        output("risk_public", "1", "risk when all know all"),
    ],
    source: "Armstrong, Bostrom and Shulman 2016; weakly dominated strategies are left out",
    evaluate: |given| {
        let (n, e, mu) = (given.whole("n"), given.number("e"), given.number("mu"));
        vec![blind_risk(n, e, mu), private_risk(n, e, mu), public_risk(n, e, mu)]
    },
}];
