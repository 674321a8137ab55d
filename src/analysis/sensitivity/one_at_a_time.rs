//! Swings: how far an outcome moves when one factor goes to an end of its range and the others stay as they are. This
//! is what tornado diagrams were made for; it says nothing about factors that move together.

use super::{Block, Index, Options, Point, bootstrap, fill};

/// The outcome at the low end.
pub const LOW: &str = "low";
/// The outcome at the high end.
pub const HIGH: &str = "high";
/// The outcome at the low end, less that at the base point.
pub const LOW_CHANGE: &str = "low_change";
/// The outcome at the high end, less that at the base point.
pub const HIGH_CHANGE: &str = "high_change";
/// The outcome at the high end, less that at the low end.
pub const SWING: &str = "swing";

/// The outcome by replicate: at the base, then at the low and high end of each factor. A replicate has the same noise
/// everywhere, so differences within it are the factor's doing.
pub(super) fn replicates(ends: &[[usize; 2]], points: &[Point]) -> Vec<Option<Vec<f64>>> {
    let places: Vec<usize> = [0].into_iter().chain(ends.iter().flatten().copied()).collect();
    let value = |point: usize, replicate: &u64| points.get(point)?.get(replicate).copied().flatten();
    let base = points.first().into_iter().flat_map(Point::keys);
    base.map(|replicate| places.iter().map(|point| value(*point, replicate)).collect()).collect()
}

/// The indices from replicates, without values if there are none.
pub(super) fn indices(factors: usize, replicates: &[Block], options: &Options) -> Vec<Index> {
    let names = |factor| [LOW, HIGH, LOW_CHANGE, HIGH_CHANGE, SWING].map(|name| Index::new(name, factor));
    let mut list: Vec<Index> = (0..factors).flat_map(names).collect();
    if replicates.is_empty() {
        return list;
    }
    let blocks: Vec<Vec<f64>> = replicates.iter().map(|block| block.means.clone()).collect();
    let statistic = |means: &[f64]| {
        let (base, ends) = means.split_first()?;
        let of = |ends: &[f64; 2]| {
            let [low, high] = *ends;
            [low, high, low - base, high - base, high - low]
        };
        Some(ends.as_chunks().0.iter().flat_map(of).collect::<Vec<f64>>())
    };
    let intervals = bootstrap::intervals(replicates, options, |_, values| values.to_vec(), statistic);
    let values = statistic(&bootstrap::means(&blocks)).unwrap_or_default();
    let intervals = intervals.map(|found| bootstrap::stretched(found, &values, blocks.len(), options));
    fill(list.iter_mut(), values, intervals);
    list
}
