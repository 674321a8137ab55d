//! How much each factor of a design moves an outcome: elementary effects ([`morris`]), Sobol indices ([`sobol`]) and
//! swings ([`one_at_a_time`]), with bootstrap intervals over independent blocks of the design.
//!
//! A block is the least part of a design that the indices can be had from: a trajectory, a base point with all that is
//! crossed from it, or a replicate of all points. One with a missing value anywhere is left out whole.
//!
//! Trajectories and base points are independent of each other but for their luck: a replicate has the same luck at all of
//! them. So where there are enough replicates, these are resampled too.

pub mod bootstrap;
pub mod morris;
pub mod one_at_a_time;
pub mod shipped;
pub mod sobol;

use super::precision;
use morris::Move;
use std::collections::{BTreeMap, BTreeSet};

/// Fewest blocks that indices are made from.
pub const FEWEST: usize = 4;
/// Fewest blocks, and fewest replicates, that are resampled for intervals.
pub const FEWEST_RESAMPLED: usize = precision::FEWEST as usize;

/// How intervals are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Number of bootstrap resamples.
    pub resamples: u32,
    /// Share of the resamples that an interval holds, between 0 and 1.
    pub confidence: f64,
    /// Seed of the resampling.
    pub seed: u64,
}

/// Which point of a design is what.
#[derive(Clone, Debug, PartialEq)]
pub enum PointRoles {
    /// Trajectories one after the other, each of one point more than there are factors.
    Morris {
        /// Number of levels of the grid.
        levels: u32,
        /// What each step of each trajectory moved; `None` for a step between two equal settings.
        moves: Vec<Vec<Option<Move>>>,
    },
    /// For each base point A, A with each factor of B, B with each factor of A if `second_order`, and B.
    Saltelli {
        /// Whether the points for second-order indices are there.
        second_order: bool,
    },
    /// A base point and, for each factor, its ends.
    OneAtATime {
        /// Points where each factor has its low and its high end; point 0 is the base.
        ends: Vec<[usize; 2]>,
    },
}

/// The values of an outcome at a point, by replicate; `None` where a run failed or has no such value.
pub type Point = BTreeMap<u64, Option<f64>>;

/// One index.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Its name in `sensitivity.csv`.
    pub name: &'static str,
    /// Place of the factor.
    pub factor: usize,
    /// Place of the second factor of a second-order index.
    pub with: Option<usize>,
    /// Its value.
    pub value: Option<f64>,
    /// Its bootstrap interval.
    pub interval: Option<(f64, f64)>,
}

/// The indices of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Indices {
    /// Blocks with all their values, which the indices are from.
    pub used: usize,
    /// Blocks of the design.
    pub blocks: usize,
    /// Whether the intervals tell of luck too, and not only of which blocks the design happened to have.
    pub luck: bool,
    /// Why the indices are empty, if they are.
    pub lack: Option<Lack>,
    /// The indices, by factor.
    pub list: Vec<Index>,
}

/// Why an outcome has no indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Too few blocks have all their values.
    Blocks,
    /// The outcome is the same at every point.
    Variance,
}

impl Index {
    const fn new(name: &'static str, factor: usize) -> Self {
        Self { name, factor, with: None, value: None, interval: None }
    }
}

impl Indices {
    /// The index of this name and factor, if it has a value.
    pub fn get(&self, name: &str, factor: usize) -> Option<&Index> {
        self.list.iter().find(|index| index.name == name && index.factor == factor && index.value.is_some())
    }

    /// The value of the index of this name and factor.
    pub fn value(&self, name: &str, factor: usize) -> Option<f64> {
        self.get(name, factor).and_then(|index| index.value)
    }
}

impl PointRoles {
    /// What a block is called, in the plural.
    pub const fn blocks_are(&self) -> &'static str {
        match self {
            Self::Morris { .. } => "trajectories",
            Self::Saltelli { .. } => "base points",
            Self::OneAtATime { .. } => "replicates",
        }
    }

    /// Fewest blocks that indices are made from; a single replicate has its swing.
    pub const fn fewest(&self) -> usize {
        match self {
            Self::OneAtATime { .. } => 1,
            Self::Morris { .. } | Self::Saltelli { .. } => FEWEST,
        }
    }

    /// The index that factors are ranked by.
    pub const fn main(&self) -> &'static str {
        match self {
            Self::Morris { .. } => morris::MU_STAR,
            Self::Saltelli { .. } => sobol::TOTAL,
            Self::OneAtATime { .. } => one_at_a_time::SWING,
        }
    }

    /// Factors by the size of their main index, the largest first; those without a value are left out.
    pub fn ranked(&self, indices: &Indices) -> Vec<usize> {
        let main = |index: &&Index| index.name == self.main();
        let mut ranked: Vec<(f64, usize)> = indices
            .list
            .iter()
            .filter(main)
            .filter_map(|index| Some((self.size(indices, index.factor, index.value?), index.factor)))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(_, factor)| factor).collect()
    }

    /// A swing is small where both ends move the outcome the same way; the change then counts.
    fn size(&self, indices: &Indices, factor: usize, value: f64) -> f64 {
        let changes = [one_at_a_time::LOW_CHANGE, one_at_a_time::HIGH_CHANGE];
        changes.iter().filter_map(|name| indices.value(name, factor)).fold(value.abs(), |most, v| most.max(v.abs()))
    }

    /// Each block; `None` for one that lacks a value.
    fn blocks(&self, factors: usize, points: &[Point]) -> Vec<Option<Block>> {
        let width = match self {
            Self::Morris { .. } => factors + 1,
            Self::Saltelli { second_order: true } => 2 * factors + 2,
            Self::Saltelli { second_order: false } => factors + 2,
            Self::OneAtATime { ends } => {
                let blocks = one_at_a_time::replicates(ends, points).into_iter().enumerate();
                return blocks.map(|(at, means)| Some(Block { at, means: means?, runs: Vec::new() })).collect();
            }
        };
        let numbers: BTreeSet<u64> = points.iter().flat_map(BTreeMap::keys).copied().collect();
        let places: BTreeMap<u64, usize> = numbers.into_iter().zip(0..).collect();
        let fewest = points.iter().map(BTreeMap::len).min().unwrap_or(0);
        let runs = |point: &Point| {
            let placed = point.iter().filter_map(|(number, value)| Some((*places.get(number)?, (*value)?)));
            placed.collect()
        };
        let block = |(at, block): (usize, &[Point])| {
            let means = block.iter().map(mean).collect::<Option<_>>()?;
            let resampled = fewest >= FEWEST_RESAMPLED;
            Some(Block { at, means, runs: if resampled { block.iter().map(runs).collect() } else { Vec::new() } })
        };
        points.chunks(width).enumerate().map(block).collect()
    }
}

/// A block with all its values.
#[derive(Clone, Debug, PartialEq)]
struct Block {
    /// Its number.
    at: usize,
    /// The outcome at each of its points: the mean over the replicates.
    means: Vec<f64>,
    /// The outcome at each of its points by the place of the replicate; empty if replicates are not resampled.
    runs: Vec<Vec<(usize, f64)>>,
}

/// Mean over the replicates; `None` if one of them has no value.
fn mean(point: &Point) -> Option<f64> {
    let sum = point.values().try_fold(0.0, |sum, value| value.map(|value| sum + value))?;
    (!point.is_empty()).then(|| sum / point.len() as f64)
}

/// Whether all values are the same but for rounding.
fn constant(blocks: &[Block]) -> bool {
    let values = || blocks.iter().flat_map(|block| &block.means);
    let low = values().fold(f64::INFINITY, |low, &value| low.min(value));
    let high = values().fold(f64::NEG_INFINITY, |high, &value| high.max(value));
    high - low <= 1e-12 * high.abs().max(low.abs())
}

/// The indices of an outcome from its values at the points of a design with so many factors.
pub fn analyse(layout: &PointRoles, factors: usize, points: &[Point], options: &Options) -> Indices {
    let blocks = layout.blocks(factors, points);
    let count = blocks.len();
    let used: Vec<Block> = blocks.into_iter().flatten().collect();
    let lack = match used.len() {
        few if few < layout.fewest() => Some(Lack::Blocks),
        _ if constant(&used) => Some(Lack::Variance),
        _ => None,
    };
    let known = if lack.is_none() { used.as_slice() } else { &[] };
    let found = match layout {
        PointRoles::Morris { levels, moves } => Some(morris::indices(factors, *levels, moves, known, options)),
        PointRoles::Saltelli { second_order } => sobol::indices(factors, *second_order, known, options),
        PointRoles::OneAtATime { .. } => Some(one_at_a_time::indices(factors, known, options)),
    };
    let lack = if found.is_none() { Some(Lack::Variance) } else { lack };
    let list =
        found.unwrap_or_else(|| sobol::names(factors, matches!(layout, PointRoles::Saltelli { second_order: true })));
    let luck = matches!(layout, PointRoles::OneAtATime { .. }) || used.iter().any(|block| !block.runs.is_empty());
    Indices { used: used.len(), blocks: count, luck, lack, list }
}

/// Fills in values and intervals, in the order of the indices.
fn fill<'a>(indices: impl Iterator<Item = &'a mut Index>, values: Vec<f64>, intervals: Option<Vec<(f64, f64)>>) {
    let mut intervals = intervals.into_iter().flatten();
    for (index, value) in indices.zip(values) {
        index.value = Some(value);
        index.interval = intervals.next();
    }
}

#[cfg(test)]
mod tests;
