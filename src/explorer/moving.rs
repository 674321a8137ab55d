//! Which parameters are offered first: those that move an outcome most.

/// By the beginning of an outcome's name, the parameters that are offered first for it.
const MOST: [(&str, [&str; 5]); 6] = [
    (
        "open_gap",
        [
            "mechanisms.diffusion.xi_open",
            "mechanisms.research.open_rivals",
            "mechanisms.diffusion.lag_open_months",
            "mechanisms.money.open_appropriability",
            "mechanisms.research.growth",
        ],
    ),
    (
        "open_share",
        [
            "mechanisms.market.sensitivity",
            "mechanisms.market.open_bonus",
            "mechanisms.money.open_appropriability",
            "mechanisms.entry.open_mix",
            "mechanisms.diffusion.xi_open",
        ],
    ),
    (
        "frontier",
        [
            "mechanisms.research.growth",
            "mechanisms.training.scale",
            "mechanisms.research.harder",
            "mechanisms.chip_supply.scale",
            "mechanisms.money.capital_scale",
        ],
    ),
    (
        "power",
        [
            "mechanisms.power.decisiveness",
            "mechanisms.power.compute_weight",
            "mechanisms.power.capability_weight",
            "mechanisms.output.gain",
            "mechanisms.export_controls.strictness_scale",
        ],
    ),
    (
        "output",
        [
            "mechanisms.output.gain",
            "mechanisms.adoption.imitation",
            "mechanisms.adoption.innovation",
            "mechanisms.research.growth",
            "mechanisms.adoption.trust_weight",
        ],
    ),
    ("", FOR_ALL),
];

const FOR_ALL: [&str; 5] = [
    "mechanisms.research.growth",
    "mechanisms.training.scale",
    "mechanisms.diffusion.xi_open",
    "mechanisms.export_controls.strictness_scale",
    "mechanisms.export_controls.leak_scale",
];

/// The parameters to offer first for this outcome.
pub fn most_moving(outcome: &str) -> [&'static str; 5] {
    MOST.iter().find(|(start, _)| outcome.starts_with(start)).map_or(FOR_ALL, |(_, parameters)| *parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_that_is_offered_is_one() {
        let scenario = crate::baseline();
        for parameter in MOST.iter().flat_map(|(_, parameters)| parameters) {
            assert!(scenario.number(parameter).is_ok(), "{parameter}");
        }
        assert_eq!(most_moving("entries"), FOR_ALL);
        assert_eq!(most_moving("open_share_end")[0], "mechanisms.market.sensitivity");
    }
}
