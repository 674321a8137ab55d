//! Percentile intervals by resampling what is independent with replacement (Efron and Tibshirani 1993), for statistics of
//! means over blocks.

use super::{Block, FEWEST_RESAMPLED, Options};
use crate::maths::{normal_quantile, quantile, student_quantile};
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

/// The interval of each value that `statistic` makes of the means, over blocks, of the `features` that a block's outcome has.
/// Resamples in which it is not defined are passed over. `None` for too few blocks, or if most resamples were passed over.
///
/// Where blocks have the runs of their points, replicates are resampled along with the blocks, the same for all of them
/// (Owen 2007): luck is shared by all blocks. What it adds to all values alike is taken off, as no index is about that. As
/// resampling adds luck to the luck of the sample, values that luck moves one way only would move twice; so the intervals are
/// moved back by the median's distance from the value. And they are [stretched], as replicates are few.
pub(super) fn intervals(
    blocks: &[Block],
    options: &Options,
    features: impl Fn(&Block, &[f64]) -> Vec<f64>,
    statistic: impl Fn(&[f64]) -> Option<Vec<f64>>,
) -> Option<Vec<(f64, f64)>> {
    if blocks.len() < FEWEST_RESAMPLED {
        return None;
    }
    let plain: Vec<Vec<f64>> = blocks.iter().map(|block| features(block, &block.means)).collect();
    let places = blocks.iter().flat_map(|block| block.runs.iter().flatten()).map(|(place, _)| place + 1).max();
    let mut random = ChaCha8Rng::seed_from_u64(options.seed);
    let (mut counts, mut luck) = (vec![0; blocks.len()], vec![0; places.unwrap_or(0)]);
    let mut found: Vec<Vec<f64>> = Vec::new();
    for _ in 0..options.resamples {
        draw(&mut random, &mut counts);
        if luck.is_empty() {
            found.extend(statistic(&weighted(&plain, &counts)));
            continue;
        }
        draw(&mut random, &mut luck);
        let lived: Option<Vec<Vec<f64>>> = blocks.iter().map(|block| means_of(block, &luck)).collect();
        let Some(lived) = lived else { continue };
        // What luck adds everywhere is no effect of a factor.
        let added = centre(lived.iter().map(Vec::as_slice)) - centre(blocks.iter().map(|block| block.means.as_slice()));
        let of = |(block, values): (&Block, Vec<f64>)| {
            features(block, &values.into_iter().map(|value| value - added).collect::<Vec<_>>())
        };
        let features: Vec<Vec<f64>> = blocks.iter().zip(lived).map(of).collect();
        found.extend(statistic(&weighted(&features, &counts)));
    }
    if found.is_empty() || 2 * found.len() < options.resamples as usize {
        return None;
    }
    let width = found.first().map_or(0, Vec::len);
    let tail = (1.0 - options.confidence) / 2.0;
    let interval = |at: usize| {
        let mut drawn: Vec<f64> = found.iter().filter_map(|values| values.get(at).copied()).collect();
        drawn.sort_by(f64::total_cmp);
        [tail, 0.5, 1.0 - tail].map(|share| quantile(&drawn, share))
    };
    let drawn = (0..width).map(interval);
    if luck.is_empty() {
        return Some(drawn.map(|[low, _, high]| (low, high)).collect());
    }
    let values = statistic(&means(&plain))?;
    let moved = drawn.zip(&values).map(|([low, median, high], value)| (low - median + value, high - median + value));
    Some(stretched(moved.collect(), &values, luck.len().min(blocks.len()), options))
}

/// Intervals about these values that were drawn from so few independent ones, as wide as Student's t would have them:
/// percentiles of resamples are narrower by √((n − 1) / n) and know nothing of t (Hesterberg 2015).
pub(super) fn stretched(intervals: Vec<(f64, f64)>, values: &[f64], n: usize, options: &Options) -> Vec<(f64, f64)> {
    let (upper, freedom) = (0.5 + options.confidence / 2.0, n.saturating_sub(1).max(1));
    let ratio = student_quantile(upper, freedom as u64) / normal_quantile(upper);
    // Of an interval that holds next to nothing both quantiles are 0.
    let by = (n as f64 / freedom as f64).sqrt() * if ratio.is_finite() { ratio } else { 1.0 };
    let about = |((low, high), value): ((f64, f64), &f64)| (value + by * (low - value), value + by * (high - value));
    intervals.into_iter().zip(values).map(about).collect()
}

/// The mean of all values.
fn centre<'a>(blocks: impl Iterator<Item = &'a [f64]>) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for value in blocks.flatten() {
        sum += value;
        count += 1;
    }
    sum / f64::from(count.max(1))
}

/// Draws as many as there are with replacement, and counts how often each came.
pub(in crate::analysis) fn draw(random: &mut ChaCha8Rng, counts: &mut [u32]) {
    counts.fill(0);
    for _ in 0..counts.len() {
        let place = (unit(random) * counts.len() as f64) as usize;
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
    }
}

/// The outcome at each point of a block under replicates of which each came so often; `None` if a point has none of them.
fn means_of(block: &Block, luck: &[u32]) -> Option<Vec<f64>> {
    let mean = |runs: &Vec<(usize, f64)>| {
        let (mut sum, mut total) = (0.0, 0.0);
        for (place, value) in runs {
            let weight = f64::from(luck.get(*place).copied().unwrap_or(0));
            sum += weight * value;
            total += weight;
        }
        (total > 0.0).then(|| sum / total)
    };
    block.runs.iter().map(mean).collect()
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

    fn blocks(values: impl Iterator<Item = f64>) -> Vec<Block> {
        values.enumerate().map(|(at, value)| Block { at, means: vec![value], runs: Vec::new() }).collect()
    }

    fn mean_of(blocks: &[Block], options: &Options) -> Option<(f64, f64)> {
        let features = |_: &Block, values: &[f64]| values.to_vec();
        intervals(blocks, options, features, |means| Some(means.to_vec())).map(|found| found[0])
    }

    #[test]
    fn the_interval_of_a_mean_has_the_width_of_theory() {
        let blocks = blocks((0..400).map(f64::from));
        let (low, high) = mean_of(&blocks, &options(4000, 1)).unwrap();
        // Standard error of the mean: the standard deviation of 0, …, 399 is √((400² − 1) / 12) = 115.47.
        let half = 1.959_964 * 115.47 / 20.0;
        assert!((low - (199.5 - half)).abs() < 0.6 && (high - (199.5 + half)).abs() < 0.6, "{low} {high}");
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_another_another() {
        let blocks = blocks((0..20).map(|i| f64::from(i * i)));
        assert_eq!(mean_of(&blocks, &options(200, 1)), mean_of(&blocks, &options(200, 1)));
        assert_ne!(mean_of(&blocks, &options(200, 1)), mean_of(&blocks, &options(200, 2)));
    }

    #[test]
    fn few_blocks_and_statistics_that_are_mostly_undefined_have_none() {
        let blocks = blocks([1.0; 8].into_iter());
        for few in 3..FEWEST_RESAMPLED {
            assert_eq!(mean_of(&blocks[..few], &options(100, 1)), None);
        }
        assert_eq!(intervals(&blocks, &options(100, 1), |_, values| values.to_vec(), |_| None), None);
        assert_eq!(mean_of(&blocks, &options(100, 1)), Some((1.0, 1.0)));
    }

    /// Blocks whose effect has the same luck in all of them, and that luck lifts alike: only replicates can tell of it.
    #[test]
    fn luck_that_all_blocks_share_is_resampled_by_replicate() {
        let lived = |at: usize| {
            let runs = |effect: f64| (0..100).map(|place| (place, (1000.0 + effect) * place as f64)).collect();
            Block { at, means: vec![49_500.0, 49_549.5], runs: vec![runs(0.0), runs(1.0)] }
        };
        let effect = |blocks: &[Block], resamples| {
            let features = |_: &Block, values: &[f64]| vec![values[1] - values[0]];
            intervals(blocks, &options(resamples, 1), features, |means| Some(means.to_vec())).unwrap()[0]
        };
        let blocks: Vec<Block> = (0..12).map(lived).collect();
        let (low, high) = effect(&blocks, 4000);
        // There are 12 blocks: t.ppf(.975, 11) * sqrt(12 / 11) for 1.96. Of 0, …, 99 the standard deviation is 28.87.
        let half = 2.200_985 * (12.0_f64 / 11.0).sqrt() * 28.87 / 10.0;
        assert!((low - (49.5 - half)).abs() < 0.4 && (high - (49.5 + half)).abs() < 0.4, "{low} {high}");
        let alone: Vec<Block> = blocks.into_iter().map(|block| Block { runs: Vec::new(), ..block }).collect();
        assert_eq!(effect(&alone, 100), (49.5, 49.5));
    }
}
