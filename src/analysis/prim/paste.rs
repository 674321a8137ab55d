//! A paste: the box with a little of what lies beside it.

use super::{
    Options, Step,
    cases::{Cases, Column, Contest, Limit},
    quantile::{cut, sorted},
};

/// The box after the best paste from the rows that were left to it; `None` if none is worth it.
pub(super) fn paste(cases: &Cases, remaining: &[usize], step: &Step, options: &Options) -> Option<Step> {
    let mut contest = Contest::new(cases, options.objective, step);
    for column in cases.in_order() {
        let all = &cases.everything()[column];
        if step.limits[column] == *all {
            continue;
        }
        for limit in larger(cases, remaining, step, (column, all), options) {
            let rows = with(cases, remaining, &step.limits, (column, &limit));
            contest.enter(column, limit, rows.into_iter());
        }
    }
    let best = contest.winner()?;
    let mass = cases.mass(&best.sums);
    if mass < options.mass_min || mass <= step.mass || best.sums.density() <= step.density {
        return None;
    }
    let rows = with(cases, remaining, &step.limits, (best.column, &best.limit));
    let mut limits = step.limits.clone();
    limits[best.column] = best.limit;
    Some(cases.step(limits, rows))
}

/// The rows that the limits admit, with another limit of one column.
fn with(cases: &Cases, remaining: &[usize], limits: &[Limit], (column, limit): (usize, &Limit)) -> Vec<usize> {
    let admits = |row: &usize| {
        cases.admits(column, limit, *row)
            && limits.iter().enumerate().all(|(other, limit)| other == column || cases.admits(other, limit, *row))
    };
    remaining.iter().copied().filter(admits).collect()
}

/// Limits of a column that admit a little more.
fn larger(
    cases: &Cases,
    remaining: &[usize],
    step: &Step,
    (column, all): (usize, &Limit),
    options: &Options,
) -> Vec<Limit> {
    match (&cases.columns[column], &step.limits[column], all) {
        (Column::Real(values) | Column::Whole(values), Limit::Between(low, high), Limit::Between(least, most)) => {
            let beside = |from: f64, to: f64| {
                let rows = with(cases, remaining, &step.limits, (column, &Limit::Between(from, to)));
                sorted(rows.into_iter().map(|row| (values[row], cases.weights[row])).collect())
            };
            let below = cut(&beside(*least, *low), 1.0 - options.paste_alpha).unwrap_or(*least);
            let above = cut(&beside(*high, *most), options.paste_alpha).unwrap_or(*most);
            // Between two whole numbers the limit is the one that the box holds.
            let is_whole = matches!(cases.columns[column], Column::Whole(_));
            let (below, above) = if is_whole { (below.ceil(), above.floor()) } else { (below, above) };
            vec![Limit::Between(below, *high), Limit::Between(*low, above)]
        }
        (Column::Choice { .. }, Limit::Among(admitted), Limit::Among(known)) => {
            let with = |place: usize| {
                let mut more = admitted.clone();
                more[place] = true;
                Limit::Among(more)
            };
            (0..known.len()).filter(|place| known[*place] && !admitted[*place]).map(with).collect()
        }
        _ => Vec::new(),
    }
}
