//! What it is worth to see without fog: every profile is run once more with the fog away.

use crate::scenario::{Scenario, StateRule, key::Key};

/// What takes the fog away, as it is laid over a config.
pub const WITHOUT_FOG: [&str; 2] = ["mechanisms.statecraft.fog_sigma=0", "mechanisms.statecraft.fog_bias=0"];

/// Whether somebody chooses by what it sees of others, and sees them through fog.
pub(super) fn sees_through_fog(scenario: &Scenario) -> bool {
    let number = |name: &str| scenario.number(&format!("mechanisms.statecraft.{name}")).is_ok_and(|value| value != 0.0);
    let foggy = scenario.still("statecraft", Some("step")).is_none() && (number("fog_sigma") || number("fog_bias"));
    foggy && scenario.strategists.iter().any(|strategist| strategist.rule != StateRule::Fixed)
}

/// Whether it is a place that is set where the fog is taken away.
pub(super) fn is_fog(key: &Key) -> bool {
    let places = WITHOUT_FOG.iter().filter_map(|set| Key::parse(set.split('=').next()?).ok());
    places.into_iter().any(|place| place.reaches(key))
}
