//! Which parameters are offered first: those that move an outcome most.

use crate::analysis::sensitivity::shipped::{Mover, movers};
use serde::Serialize;

/// How many are offered.
const OFFERED: usize = 5;
/// The outcome whose parameters fill up where the table says little of another.
const ELSE: &str = "gap_rating_end";

/// A parameter that is offered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Offered {
    parameter: &'static str,
    /// Its total Sobol index for the outcome, and half the width of the 95 % interval; `None` for one that another outcome has.
    total: Option<f64>,
    half_width: Option<f64>,
    /// Whether the index is told apart from those of all that stand below it in the table.
    apart: bool,
}

/// The parameters to offer first for this outcome, by the shipped table of total Sobol indices.
pub fn most_moving(outcome: &str) -> Vec<Offered> {
    let mut found = first(&movers(outcome));
    for Mover { parameter, .. } in movers(ELSE).into_iter().take(OFFERED) {
        if found.len() < OFFERED && found.iter().all(|other| other.parameter != parameter) {
            found.push(Offered { parameter, total: None, half_width: None, apart: true });
        }
    }
    found
}

/// The first of those that the table has. Below one there may be some whose index is greater, but less sure.
fn first(all: &[Mover]) -> Vec<Offered> {
    let offered = |(at, mover): (usize, &Mover)| Offered {
        parameter: mover.parameter,
        total: Some(mover.total),
        half_width: Some(mover.half_width),
        apart: all[at + 1..].iter().all(|below| is_apart(mover, below)),
    };
    all.iter().enumerate().take(OFFERED).map(offered).collect()
}

/// Whether the difference of two indices is larger than half the width of its interval, as if they were estimated apart.
fn is_apart(mover: &Mover, below: &Mover) -> bool {
    let half = mover.half_width * mover.half_width + below.half_width * below.half_width;
    mover.total - below.total > half.sqrt()
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
            for Offered { parameter, .. } in offered {
                assert!(scenario.number(parameter).is_ok(), "{outcome}: {parameter}");
            }
        }
        let names =
            |outcome: &str| most_moving(outcome).into_iter().map(|offered| offered.parameter).collect::<Vec<_>>();
        assert_eq!(names("nothing"), names(ELSE));
        assert!(most_moving("nothing").iter().all(|offered| offered.total.is_none()));
    }

    #[test]
    fn an_index_is_told_from_all_below_it_where_each_difference_is_beyond_its_interval() {
        let mover = |total, half_width| Mover { parameter: "", total, half_width };
        assert!(is_apart(&mover(0.5, 0.03), &mover(0.44, 0.04)));
        assert!(!is_apart(&mover(0.5, 0.03), &mover(0.46, 0.04)));
        let apart = |all: &[Mover]| first(all).iter().map(|offered| offered.apart).collect::<Vec<_>>();
        assert_eq!(apart(&[mover(0.5, 0.03), mover(0.2, 0.04), mover(0.1, 0.02)]), [true, true, true]);
        // Told from the next, but not from one further down.
        assert_eq!(apart(&[mover(0.5, 0.03), mover(0.2, 0.04), mover(0.7, 1.2)]), [false, false, true]);
    }
}
