//! Weighted samples: their effective number, quantiles, moments and rank correlations.

use crate::maths::{exp, linear::Matrix};

/// Weights that add up to 1, from their natural logarithms; 0 for those that are not finite, and none if all are so.
pub(super) fn from_logarithms(logarithms: &[f64]) -> Option<Vec<f64>> {
    let finite = |ln: &f64| ln.is_finite();
    let largest = logarithms.iter().copied().filter(finite).fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return None;
    }
    let weight = |ln: &f64| if finite(ln) { exp(ln - largest) } else { 0.0 };
    let weights: Vec<f64> = logarithms.iter().map(weight).collect();
    let sum: f64 = weights.iter().sum();
    Some(weights.into_iter().map(|weight| weight / sum).collect())
}

/// Quantiles of weighted values, in proportion between the middles of neighbours' weights; `None` without any weight.
pub(super) fn quantiles<const N: usize>(values: &[(f64, f64)], shares: [f64; N]) -> Option<[f64; N]> {
    let mut sorted: Vec<(f64, f64)> = values.iter().copied().filter(|(_, weight)| *weight > 0.0).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let mut before = 0.0;
    let middles: Vec<f64> = sorted
        .iter()
        .map(|(_, weight)| {
            before += weight;
            (before - weight / 2.0) / total
        })
        .collect();
    let (first, last) = (sorted.first()?.0, sorted.last()?.0);
    Some(shares.map(|share| {
        let above = middles.partition_point(|middle| *middle < share);
        if above == 0 {
            return first;
        }
        let (Some(high), Some(low)) = (sorted.get(above), sorted.get(above - 1)) else { return last };
        let part = (share - middles[above - 1]) / (middles[above] - middles[above - 1]);
        low.0 + part * (high.0 - low.0)
    }))
}

/// Weighted mean and covariance of rows; weights need not add up to 1.
pub(super) fn moments(rows: &[&[f64]], weights: &[f64]) -> (Vec<f64>, Matrix) {
    let width = rows.first().map_or(0, |row| row.len());
    let total: f64 = weights.iter().sum();
    let mut mean = vec![0.0; width];
    for (row, weight) in rows.iter().zip(weights) {
        mean.iter_mut().zip(*row).for_each(|(mean, value)| *mean += weight * value / total);
    }
    let mut covariance = vec![vec![0.0; width]; width];
    for (row, weight) in rows.iter().zip(weights) {
        for i in 0..width {
            let part = weight * (row[i] - mean[i]) / total;
            for j in 0..=i {
                covariance[i][j] += part * (row[j] - mean[j]);
            }
        }
    }
    for i in 0..width {
        for j in 0..i {
            covariance[j][i] = covariance[i][j];
        }
    }
    (mean, covariance)
}

/// Spearman's correlation of two weighted series; 0 where one of them does not vary.
pub(crate) fn rank_correlation(a: &[f64], b: &[f64], weights: &[f64]) -> f64 {
    let (a, b) = (ranks(a, weights), ranks(b, weights));
    let rows: Vec<[f64; 2]> = a.into_iter().zip(b).map(|(a, b)| [a, b]).collect();
    let rows: Vec<&[f64]> = rows.iter().map(<[f64; 2]>::as_slice).collect();
    let (_, covariance) = moments(&rows, weights);
    let scale = (covariance[0][0] * covariance[1][1]).sqrt();
    if scale > 0.0 { covariance[0][1] / scale } else { 0.0 }
}

/// The share of the weight below each value and half of that at it.
fn ranks(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let (mut ranks, mut below) = (vec![0.0; values.len()], 0.0);
    for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let here: f64 = equal.iter().map(|place| weights[*place]).sum();
        equal.iter().for_each(|place| ranks[*place] = below + here / 2.0);
        below += here;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths::{effective, systematic};

    #[test]
    fn the_effective_number_is_that_by_hand() {
        assert_eq!(effective(&[0.25; 4]), 4.0);
        // (1 + 2 + 3)² / (1 + 4 + 9).
        assert!((effective(&[1.0, 2.0, 3.0]) - 36.0 / 14.0).abs() < 1e-14);
        assert_eq!(effective(&[0.0, 0.0]), 0.0);
    }

    #[test]
    fn weights_of_far_logarithms_do_not_overflow() {
        let weights =
            from_logarithms(&[-2000.0, -2000.0 + crate::maths::ln(3.0), f64::NEG_INFINITY, f64::NAN]).unwrap();
        assert!((weights[0] - 0.25).abs() < 1e-12 && (weights[1] - 0.75).abs() < 1e-12, "{weights:?}");
        assert_eq!(weights[2..], [0.0, 0.0]);
        assert_eq!(from_logarithms(&[f64::NAN, f64::NEG_INFINITY]), None);
    }

    #[test]
    fn quantiles_lie_between_the_middles_of_weights() {
        let equal = [(3.0, 1.0), (1.0, 1.0), (2.0, 1.0), (4.0, 1.0)];
        assert_eq!(quantiles(&equal, [0.0, 0.125, 0.5, 1.0]), Some([1.0, 1.0, 2.5, 4.0]));
        // Middles at 3/8 and 7/8.
        assert_eq!(quantiles(&[(0.0, 3.0), (8.0, 1.0)], [0.5]), Some([2.0]));
        assert_eq!(quantiles(&[(0.0, 0.0)], [0.5]), None);
    }

    #[test]
    fn a_weight_counts_as_so_many_rows() {
        let rows: [&[f64]; 3] = [&[1.0, 0.0], &[3.0, 2.0], &[3.0, 2.0]];
        let (mean, covariance) = moments(&rows, &[1.0; 3]);
        let (weighted_mean, weighted) = moments(&rows[..2], &[1.0, 2.0]);
        for i in 0..2 {
            assert!((mean[i] - weighted_mean[i]).abs() < 1e-15);
            assert!((0..2).all(|j| (covariance[i][j] - weighted[i][j]).abs() < 1e-15));
        }
        assert!((covariance[0][1] - 8.0 / 9.0).abs() < 1e-15);
    }

    #[test]
    fn ranks_see_any_rising_relation_as_one() {
        let a = [1.0, 2.0, 3.0, 4.0];
        let b = a.map(|a: f64| a * a * a);
        assert!((rank_correlation(&a, &b, &[1.0; 4]) - 1.0).abs() < 1e-12);
        assert!((rank_correlation(&a, &b.map(|b| -b), &[1.0, 2.0, 0.5, 1.0]) + 1.0).abs() < 1e-12);
        // 1 − 6 Σ d² / (n (n² − 1)) with d² = 1 + 1 + 0 + 0.
        assert!((rank_correlation(&a, &[2.0, 1.0, 3.0, 4.0], &[1.0; 4]) - 0.8).abs() < 1e-12);
        assert_eq!(rank_correlation(&a, &[1.0; 4], &[1.0; 4]), 0.0);
    }

    #[test]
    fn resampling_takes_each_draw_as_often_as_its_weight_asks() {
        assert_eq!(systematic(&[0.5, 0.0, 0.25, 0.25], 4, 0.5), [0, 0, 2, 3]);
        assert_eq!(systematic(&[1.0, 3.0], 4, 0.01), [0, 1, 1, 1]);
    }
}
