//! A peel: the box without a small share of its cases.

use super::{
    Options, Step,
    cases::{Cases, Column, Contest, Limit},
    quantile::{cut, sorted},
};

/// The box after the best peel; `None` if none is worth it.
pub(super) fn peel(cases: &Cases, step: &Step, options: &Options) -> Option<Step> {
    let mut contest = Contest::new(cases, options.objective, step);
    for column in cases.in_order() {
        let limits = match (&cases.columns[column], &step.limits[column]) {
            (Column::Real(values), Limit::Between(low, high)) => {
                real(&of(cases, values, &step.rows), (*low, *high), options)
            }
            (Column::Whole(values), Limit::Between(low, high)) => {
                whole(&of(cases, values, &step.rows), (*low, *high), options)
            }
            (Column::Choice { .. }, Limit::Among(admitted)) => choices(admitted),
            _ => Vec::new(),
        };
        for limit in limits {
            let left = step.rows.iter().copied().filter(|row| cases.admits(column, &limit, *row));
            contest.enter(column, limit.clone(), left);
        }
    }
    let best = contest.winner()?;
    let mass = cases.mass(&best.sums);
    if mass < options.mass_min || mass >= step.mass {
        return None;
    }
    let rows = step.rows.iter().copied().filter(|row| cases.admits(best.column, &best.limit, *row)).collect();
    let mut limits = step.limits.clone();
    limits[best.column] = best.limit;
    Some(cases.step(limits, rows))
}

/// The values of these rows with their weights, in order.
fn of(cases: &Cases, values: &[f64], rows: &[usize]) -> Vec<(f64, f64)> {
    sorted(rows.iter().map(|row| (values[*row], cases.weights[*row])).collect())
}

/// Without the upper, and without the lower end.
fn real(pairs: &[(f64, f64)], (low, high): (f64, f64), options: &Options) -> Vec<Limit> {
    let upper = cut(pairs, 1.0 - options.peel_alpha).map(|end| Limit::Between(low, end));
    let lower = cut(pairs, options.peel_alpha).map(|end| Limit::Between(end, high));
    upper.into_iter().chain(lower).collect()
}

/// The same of whole numbers: at least one of them goes, and limits are numbers that the box holds.
fn whole(pairs: &[(f64, f64)], (low, high): (f64, f64), options: &Options) -> Vec<Limit> {
    let upper = cut(pairs, 1.0 - options.peel_alpha).map(|end| {
        let end = end.trunc();
        let kept = |value: &f64| if end == high { *value < high } else { *value <= end };
        let values = || pairs.iter().map(|(value, _)| *value);
        Limit::Between(low, values().filter(kept).reduce(f64::max).or(values().reduce(f64::max)).unwrap_or(high))
    });
    let lower = cut(pairs, options.peel_alpha).map(|end| {
        let end = end.trunc();
        let kept = |value: &f64| if end == low { *value > low } else { *value >= end };
        let values = || pairs.iter().map(|(value, _)| *value);
        Limit::Between(values().filter(kept).reduce(f64::min).or(values().reduce(f64::min)).unwrap_or(low), high)
    });
    upper.into_iter().chain(lower).collect()
}

/// Without each of the choices, as long as one is left.
fn choices(admitted: &[bool]) -> Vec<Limit> {
    if admitted.iter().filter(|admitted| **admitted).count() < 2 {
        return Vec::new();
    }
    let without = |place: usize| {
        let mut left = admitted.to_vec();
        left[place] = false;
        Limit::Among(left)
    };
    (0..admitted.len()).filter(|place| admitted[*place]).map(without).collect()
}
