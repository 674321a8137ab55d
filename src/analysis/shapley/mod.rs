//! Who moved an outcome, and by how much: Shapley values (Shapley 1953) of players that can be switched on, by the outcomes of
//! coalitions of them.
//!
//! A player's value is what it adds to those that are on before it, on average over all orders in which they may come on. The
//! values add up to the difference between all of them and none. With few players every order counts; with many some are drawn,
//! each with its reverse (Mitchell et al. 2022), which comes to the same in the mean.

mod orders;
#[cfg(test)]
mod tests;

use crate::maths::{Moments, student_quantile};
pub use orders::Plan;

/// Players that are on, as bits.
pub type Coalition = u64;
/// The most players: each is a bit.
pub const MOST_PLAYERS: usize = 60;
/// Fewest replicates, and drawn pairs of orders, that an interval is given for.
pub const FEWEST: usize = 5;
/// Where the upper end of an interval lies: 95 % are inside.
const UPPER: f64 = 0.975;

/// A mean over replicates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error, by luck and by the orders that were drawn; `None` for a single replicate.
    pub standard_error: Option<f64>,
    /// Its 95 % interval (Student's t); `None` from too few replicates or orders.
    pub interval: Option<(f64, f64)>,
}

/// What a player did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// What it adds on average.
    pub shapley: Estimate,
    /// What it adds where nobody else is on.
    pub first: Estimate,
    /// What is lost where it alone is off.
    pub last: Estimate,
}

/// An outcome, told apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// Replicates that have a value in every coalition.
    pub replicates: usize,
    /// With nobody on.
    pub none: Estimate,
    /// With all on.
    pub all: Estimate,
    /// The difference: what the players share.
    pub total: Estimate,
    /// By player.
    pub shares: Vec<Share>,
}

/// The values of the players. `value` is the outcome of a coalition in a replicate; runs of a replicate have the same luck.
/// Replicates that lack one are left out; `None` if all do.
pub fn attribute(
    plan: &Plan,
    replicates: usize,
    value: impl Fn(Coalition, usize) -> Option<f64>,
) -> Option<Attribution> {
    let coalitions = plan.coalitions();
    let row = |replicate| coalitions.iter().map(|coalition| value(*coalition, replicate)).collect::<Option<Vec<f64>>>();
    let rows: Vec<Vec<f64>> = (0..replicates).filter_map(row).collect();
    if rows.is_empty() {
        return None;
    }
    let of = |row: &[f64], coalition: Coalition| coalitions.binary_search(&coalition).map_or(f64::NAN, |at| row[at]);
    let mean = |worth: &dyn Fn(&[f64]) -> f64| estimate(&[rows.iter().map(|row| worth(row)).collect()]);
    let everyone = plan.everyone();
    let share = |player: usize| {
        let own = 1 << player;
        let part = |part| rows.iter().map(|row| plan.adds(player, part, |coalition| of(row, coalition))).collect();
        let cells: Vec<Vec<f64>> = (0..plan.parts()).map(part).collect();
        Share {
            shapley: estimate(&cells),
            first: mean(&|row| of(row, own) - of(row, 0)),
            last: mean(&|row| of(row, everyone) - of(row, everyone & !own)),
        }
    };
    Some(Attribution {
        replicates: rows.len(),
        none: mean(&|row| of(row, 0)),
        all: mean(&|row| of(row, everyone)),
        total: mean(&|row| of(row, everyone) - of(row, 0)),
        shares: (0..plan.players()).map(share).collect(),
    })
}

/// The mean of cells by part (a drawn pair of orders, or the whole of them) and replicate. Parts share the luck of replicates and
/// replicates share the orders, so the variance is that of both, less what was counted twice (Cameron, Gelbach and Miller 2011).
fn estimate(cells: &[Vec<f64>]) -> Estimate {
    let (parts, replicates) = (cells.len(), cells.first().map_or(0, Vec::len));
    let count = (parts * replicates) as f64;
    let mean = cells.iter().flatten().sum::<f64>() / count;
    let by_replicate = moments((0..replicates).map(|at| cells.iter().map(|part| part[at]).sum::<f64>() / parts as f64));
    let by_part = moments(cells.iter().map(|part| part.iter().sum::<f64>() / replicates as f64));
    let luck = by_replicate.variance().map(|variance| variance / replicates as f64);
    let orders = by_part.variance().map_or(0.0, |variance| variance / parts as f64);
    let twice = cells.iter().flatten().map(|cell| (cell - mean) * (cell - mean)).sum::<f64>() / (count * count);
    let both = |luck: f64| if parts > 1 { (luck + orders - twice).max(luck).max(orders) } else { luck };
    let standard_error = luck.map(|luck| both(luck).sqrt());
    let fewest = if parts > 1 { parts.min(replicates) } else { replicates };
    let interval = standard_error.filter(|_| fewest >= FEWEST).map(|error| {
        let half = student_quantile(UPPER, fewest as u64 - 1) * error;
        (mean - half, mean + half)
    });
    Estimate { mean, standard_error, interval }
}

fn moments(values: impl Iterator<Item = f64>) -> Moments {
    let mut moments = Moments::default();
    values.for_each(|value| moments.add(value));
    moments
}
