//! Mechanisms that belong together, to ask what each bundle of them does.

/// Mechanisms that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bundle {
    /// Its name in one word.
    pub name: &'static str,
    /// What it is about, in a line.
    pub meaning: &'static str,
    /// Names of its mechanisms.
    pub mechanisms: &'static [&'static str],
}

/// Every mechanism of the standard model, each in one bundle.
pub(crate) const BUNDLES: &[Bundle] = &[
    Bundle {
        name: "own-research",
        meaning: "what firms find and train themselves",
        mechanisms: &["research", "training", "releases"],
    },
    Bundle { name: "learning", meaning: "what firms learn from others", mechanisms: &["diffusion"] },
    Bundle {
        name: "chips-and-power",
        meaning: "chips, their price, and the systems and power that they take",
        mechanisms: &["build_out", "chip_supply", "chip_shortage", "leapfrog", "price", "compute", "systems"],
    },
    Bundle {
        name: "market-and-money",
        meaning: "who is used, who earns, who invests, and what AI adds to output",
        mechanisms: &["market", "money", "adoption", "output"],
    },
    Bundle {
        name: "firms",
        meaning: "firms that enter, leave, open and claim",
        mechanisms: &["entry", "exit", "openness", "claims"],
    },
    Bundle {
        name: "controls",
        meaning: "export controls, and the industry that they provoke",
        mechanisms: &["export_controls", "induced_innovation"],
    },
    Bundle {
        name: "policies",
        meaning: "levers of states, what they agree on and how they answer each other",
        mechanisms: &["policy", "cooperation", "statecraft"],
    },
    Bundle { name: "shocks", meaning: "blockades and other outages", mechanisms: &["shocks"] },
    Bundle { name: "risk", meaning: "care, and what goes wrong", mechanisms: &["safety", "incidents"] },
    Bundle { name: "society", meaning: "trust, reputation and influence", mechanisms: &["values", "power"] },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use std::collections::BTreeSet;

    #[test]
    fn every_mechanism_is_in_one_bundle() {
        let mut bundled: Vec<&str> = BUNDLES.iter().flat_map(|bundle| bundle.mechanisms).copied().collect();
        let mut known: Vec<&str> =
            Model::standard().catalogue().mechanisms.iter().map(|mechanism| mechanism.name).collect();
        bundled.sort_unstable();
        known.sort_unstable();
        assert_eq!(bundled, known);
        let names: BTreeSet<&str> = BUNDLES.iter().map(|bundle| bundle.name).collect();
        assert_eq!(names.len(), BUNDLES.len());
    }
}
