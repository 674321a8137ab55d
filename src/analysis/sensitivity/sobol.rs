//! Sobol indices from Saltelli's sample, with the estimators of SALib: first and total order by Saltelli et al. (2010),
//! second order by Saltelli (2002), all of the outcome less its mean, in standard deviations.

use super::{Block, Index, Options, bootstrap, fill};

/// Share of the variance that a factor explains by itself.
pub const FIRST: &str = "first";
/// Share of the variance that a factor has a part in, alone or with others.
pub const TOTAL: &str = "total";
/// Share of the variance that two factors explain only together.
pub const SECOND: &str = "second";

/// Variances below this, of an outcome of variance 1, are rounding.
const LEAST_VARIANCE: f64 = 1e-12;

/// The indices without values.
pub(super) fn names(factors: usize, second_order: bool) -> Vec<Index> {
    let mut list: Vec<Index> =
        (0..factors).flat_map(|factor| [FIRST, TOTAL].map(|name| Index::new(name, factor))).collect();
    if second_order {
        list.extend(pairs(factors).map(|(j, k)| Index { with: Some(k), ..Index::new(SECOND, j) }));
    }
    list
}

fn pairs(factors: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..factors).flat_map(move |j| (j + 1..factors).map(move |k| (j, k)))
}

/// The indices from the outcome at the points of each base point; without values if there are none, `None` if the
/// independent points A and B have no variance.
pub(super) fn indices(factors: usize, second_order: bool, bases: &[Block], options: &Options) -> Option<Vec<Index>> {
    let mut list = names(factors, second_order);
    if bases.is_empty() {
        return Some(list);
    }
    let count = bases.iter().map(|base| base.means.len()).sum::<usize>() as f64;
    let all = || bases.iter().flat_map(|base| &base.means);
    let mean = all().sum::<f64>() / count;
    let deviation = (all().map(|y| (y - mean) * (y - mean)).sum::<f64>() / count).sqrt();
    let scaled = |_: &Block, y: &[f64]| {
        features(factors, second_order, &y.iter().map(|y| (y - mean) / deviation).collect::<Vec<_>>())
    };
    let blocks: Vec<Vec<f64>> = bases.iter().map(|base| scaled(base, &base.means)).collect();
    let of = |means: &[f64]| statistic(factors, second_order, means);
    fill(list.iter_mut(), of(&bootstrap::means(&blocks))?, bootstrap::intervals(bases, options, scaled, of));
    Some(list)
}

/// What the indices are made from, by the means over base points: mean and square of A and B; then, for each factor,
/// B (AB − A) and (A − AB)² / 2; then BAⱼ ABₖ − A B for each pair.
fn features(factors: usize, second_order: bool, y: &[f64]) -> Vec<f64> {
    let at = |place: usize| y.get(place).copied().unwrap_or(0.0);
    let (a, b) = (at(0), at(y.len().saturating_sub(1)));
    let (ab, ba) = (|j: usize| at(1 + j), |j: usize| at(1 + factors + j));
    let mut features = vec![(a + b) / 2.0, (a * a + b * b) / 2.0];
    features.extend((0..factors).flat_map(|j| [b * (ab(j) - a), 0.5 * (a - ab(j)) * (a - ab(j))]));
    if second_order {
        features.extend(pairs(factors).map(|(j, k)| ba(j) * ab(k) - a * b));
    }
    features
}

fn statistic(factors: usize, second_order: bool, means: &[f64]) -> Option<Vec<f64>> {
    let (ends, rest) = means.split_at_checked(2)?;
    let [mean, square] = ends else { return None };
    let variance = square - mean * mean;
    if variance < LEAST_VARIANCE {
        return None;
    }
    let (single, double) = rest.split_at_checked(2 * factors)?;
    let mut values: Vec<f64> = single.iter().map(|feature| feature / variance).collect();
    if second_order {
        let first = |factor: usize| values.get(2 * factor).copied().unwrap_or(0.0);
        let second: Vec<f64> =
            pairs(factors).zip(double).map(|((j, k), feature)| feature / variance - first(j) - first(k)).collect();
        values.extend(second);
    }
    Some(values)
}
