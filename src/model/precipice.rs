//! The race to the precipice (Armstrong, Bostrom and Shulman 2016, AI & Society 31, 201–206): how much a team that races for
//! a first powerful AI skimps on safety, and how likely that ends in a disaster.
//!
//! `teams` (n) draw their capabilities evenly from 0 to `weight` (μ), the weight of capability against safety. Each gives
//! up as much of it for safety (s, from 0 to 1) as it likes; the team with most left wins, and disaster strikes with
//! probability 1 − s of the winner. A team minds losing to another by `enmity` (e, from 0 to 1) of what it minds a
//! disaster. What teams know of each other's capability decides the equilibrium.

use crate::maths;

/// Safety of a team of capability `capability` (0 to μ) that knows its own capability alone: s = x/(1 + e (n − 1)), 1 at most.
///
/// ```
/// use redqueen::model::precipice::private_safety;
/// assert_eq!(private_safety(0.75, 2, 0.5), 0.5);
/// assert_eq!(private_safety(9.0, 2, 0.5), 1.0);
/// ```
pub fn private_safety(capability: f64, teams: u32, enmity: f64) -> f64 {
    (capability / rivalry(teams, enmity)).min(1.0)
}

/// Safety of every team when none knows any capability: s = μ/(e n), 1 at most.
pub fn blind_safety(teams: u32, enmity: f64, weight: f64) -> f64 {
    if enmity > 0.0 { (weight / (enmity * f64::from(teams))).min(1.0) } else { 1.0 }
}

/// Risk of a disaster when no team knows any capability.
///
/// ```
/// use redqueen::model::precipice::blind_risk;
/// assert_eq!(blind_risk(2, 0.5, 0.25), 0.75);
/// ```
pub fn blind_risk(teams: u32, enmity: f64, weight: f64) -> f64 {
    1.0 - blind_safety(teams, enmity, weight)
}

/// Risk of a disaster when each team knows its own capability alone: the mean of 1 − s over the best of n capabilities.
///
/// ```
/// use redqueen::model::precipice::private_risk;
/// assert!((private_risk(2, 0.5, 1.0) - 5.0 / 9.0).abs() < 1e-15);
/// assert!((private_risk(2, 0.5, 4.0) - 0.046875).abs() < 1e-15);
/// ```
pub fn private_risk(teams: u32, enmity: f64, weight: f64) -> f64 {
    let n = f64::from(teams);
    let rivalry = rivalry(teams, enmity);
    if weight <= rivalry {
        1.0 - n / (n + 1.0) * weight / rivalry
    } else {
        // Only a winner below the rivalry is not wholly safe.
        maths::pow(rivalry / weight, n) / (n + 1.0)
    }
}

/// Risk of a disaster when all teams know all capabilities: the mean of 1 − s over the gap between the two best of n
/// capabilities.
///
/// ```
/// use redqueen::model::precipice::public_risk;
/// assert!((public_risk(2, 0.5, 1.0) - 5.0 / 12.0).abs() < 1e-15);
/// ```
pub fn public_risk(teams: u32, enmity: f64, weight: f64) -> f64 {
    if enmity <= 0.0 || weight <= 0.0 {
        return if enmity > 0.0 { 1.0 } else { 0.0 };
    }
    let power = f64::from(teams) + 1.0;
    let beyond = 1.0 - enmity.min(weight) / weight;
    1.0 - weight / (enmity * power) * (1.0 - maths::pow(beyond, power))
}

/// 1 + e (n − 1): capability beyond which a team can afford full safety though others race.
fn rivalry(teams: u32, enmity: f64) -> f64 {
    1.0 + enmity * (f64::from(teams) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_teams_and_more_enmity_are_riskier_whatever_is_known() {
        for risk in [blind_risk, private_risk, public_risk] {
            assert!(risk(5, 0.5, 1.0) > risk(2, 0.5, 1.0));
            assert!(risk(2, 1.0, 0.75) > risk(2, 0.5, 0.75));
            assert!(risk(2, 0.5, 2.0) <= risk(2, 0.5, 0.5));
        }
    }

    #[test]
    fn teams_that_do_not_mind_losing_are_safe_if_they_know_it() {
        assert_eq!([blind_risk(3, 0.0, 1.0), public_risk(3, 0.0, 1.0)], [0.0, 0.0]);
        assert_eq!(private_safety(1.0, 3, 0.0), 1.0);
    }

    #[test]
    fn the_private_risk_does_not_jump_where_the_best_can_afford_full_safety() {
        let (below, above) = (private_risk(4, 0.5, 2.5 - 1e-12), private_risk(4, 0.5, 2.5 + 1e-12));
        assert!((below - above).abs() < 1e-11);
        assert!((below - 0.2).abs() < 1e-11);
    }
}
