//! Percentile intervals by resampling blocks with replacement (Efron and Tibshirani 1993), for statistics of means over
//! blocks.

use super::{FEWEST, Options};
use crate::maths::quantile;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Means of features over all blocks, each with the same number of features.
pub fn means(blocks: &[Vec<f64>]) -> Vec<f64> {
    weighted(blocks, &vec![1; blocks.len()])
}

fn weighted(blocks: &[Vec<f64>], counts: &[u32]) -> Vec<f64> {
    let mut sums = vec![0.0; blocks.first().map_or(0, Vec::len)];
    for (block, count) in blocks.iter().zip(counts).filter(|(_, count)| **count > 0) {
        let weight = f64::from(*count);
        for (sum, feature) in sums.iter_mut().zip(block) {
            *sum += weight * feature;
        }
    }
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    sums.iter_mut().for_each(|sum| *sum /= total);
    sums
}

/// The interval of each value that `statistic` makes of the means of features. Resamples in which it is not defined are
/// passed over. `None` for too few blocks, or if most resamples were passed over.
pub fn intervals(
    blocks: &[Vec<f64>],
    options: &Options,
    statistic: impl Fn(&[f64]) -> Option<Vec<f64>>,
) -> Option<Vec<(f64, f64)>> {
    if blocks.len() < FEWEST {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(options.seed);
    let mut counts = vec![0; blocks.len()];
    let mut found: Vec<Vec<f64>> = Vec::new();
    for _ in 0..options.resamples {
        counts.fill(0);
        for _ in 0..blocks.len() {
            let place = (unit(&mut random) * blocks.len() as f64) as usize;
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
        found.extend(statistic(&weighted(blocks, &counts)));
    }
    if found.is_empty() || 2 * found.len() < options.resamples as usize {
        return None;
    }
    let width = found.first().map_or(0, Vec::len);
    let tail = (1.0 - options.confidence) / 2.0;
    let interval = |at: usize| {
        let mut values: Vec<f64> = found.iter().filter_map(|values| values.get(at).copied()).collect();
        values.sort_by(f64::total_cmp);
        (quantile(&values, tail), quantile(&values, 1.0 - tail))
    };
    Some((0..width).map(interval).collect())
}

/// A number from 0 to below 1, from the 53 upper bits of a word.
fn unit(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(resamples: u32, seed: u64) -> Options {
        Options { resamples, confidence: 0.95, seed }
    }

    fn mean_of(blocks: &[Vec<f64>], options: &Options) -> Option<(f64, f64)> {
        intervals(blocks, options, |means| Some(means.to_vec())).map(|found| found[0])
    }

    #[test]
    fn the_interval_of_a_mean_has_the_width_of_theory() {
        let blocks: Vec<_> = (0..400).map(|i| vec![f64::from(i)]).collect();
        let (low, high) = mean_of(&blocks, &options(4000, 1)).unwrap();
        // Standard error of the mean: the standard deviation of 0, …, 399 is √((400² − 1) / 12) = 115.47.
        let half = 1.959_964 * 115.47 / 20.0;
        assert!((low - (199.5 - half)).abs() < 0.6 && (high - (199.5 + half)).abs() < 0.6, "{low} {high}");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_another_another() {
        let blocks: Vec<_> = (0..20).map(|i| vec![f64::from(i * i)]).collect();
        assert_eq!(mean_of(&blocks, &options(200, 1)), mean_of(&blocks, &options(200, 1)));
        assert_ne!(mean_of(&blocks, &options(200, 1)), mean_of(&blocks, &options(200, 2)));
    }

    #[test]
    fn few_blocks_and_statistics_that_are_mostly_undefined_have_none() {
        let blocks = vec![vec![1.0]; 8];
        assert_eq!(mean_of(&blocks[..3], &options(100, 1)), None);
        assert_eq!(intervals(&blocks, &options(100, 1), |_| None), None);
        assert_eq!(mean_of(&blocks, &options(100, 1)), Some((1.0, 1.0)));
    }
}
