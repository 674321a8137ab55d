//! Which parameters are offered first: those that move an outcome most.

use crate::analysis::sensitivity::shipped::movers;

/// How many are offered.
const OFFERED: usize = 5;
/// The outcome whose parameters fill up where the table says little of another.
const ELSE: &str = "gap_rating_end";

/// The parameters to offer first for this outcome, by the shipped table of total Sobol indices.
pub fn most_moving(outcome: &str) -> Vec<&'static str> {
    let of =
        |outcome: &str| -> Vec<_> { movers(outcome).into_iter().take(OFFERED).map(|mover| mover.parameter).collect() };
    let mut found = of(outcome);
    for other in of(ELSE) {
        if found.len() < OFFERED && !found.contains(&other) {
            found.push(other);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Measured;

    #[test]
    fn five_parameters_that_there_are_are_offered_for_every_outcome_that_comes_first() {
        let scenario = crate::baseline();
        for outcome in Measured::default().headlines() {
            let offered = most_moving(outcome);
            assert_eq!(offered.len(), OFFERED, "{outcome}");
            for parameter in offered {
                assert!(scenario.number(parameter).is_ok(), "{outcome}: {parameter}");
            }
        }
        assert_eq!(most_moving("nothing"), most_moving(ELSE));
    }
}
