//! How well intervals hold: coverage, the factor that would make it right, and the probability integral transform.

use super::Predictive;

/// The central intervals that are judged, by the share that each should hold.
pub const LEVELS: [f64; 3] = [0.5, 0.8, 0.9];
/// Bins of a histogram of the probability integral transform.
pub const PIT_BINS: usize = 10;

/// A central interval of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// The median.
    pub median: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether the interval holds a value, the ends among it.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// By what the distances of the ends from the median would have to be multiplied for a value to lie on the nearer of them. Infinite if an end
    /// has no distance and the value has.
    pub fn reach(&self, value: f64) -> f64 {
        let (distance, width) = if value >= self.median {
            (value - self.median, self.high - self.median)
        } else {
            (self.median - value, self.median - self.low)
        };
        if distance == 0.0 { 0.0 } else { distance / width }
    }
}

/// Where a value lies in a distribution, as shares of it: below, and up to the value. They differ where draws without error equal it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pit {
    /// Probability of less.
    pub below: f64,
    /// Probability of no more.
    pub until: f64,
}

impl Pit {
    /// The middle of both.
    pub fn middle(&self) -> f64 {
        0.5 * (self.below + self.until)
    }

    /// The part of it that lies in a bin.
    fn share_in(&self, low: f64, high: f64, is_last: bool) -> f64 {
        let (below, until) = (self.below.clamp(0.0, 1.0), self.until.clamp(0.0, 1.0));
        if until > below {
            return (until.min(high) - below.max(low)).max(0.0) / (until - below);
        }
        f64::from(u8::from(below >= low && (below < high || is_last)))
    }
}

impl Predictive {
    /// The central intervals that hold these shares.
    pub fn intervals<const N: usize>(&self, levels: [f64; N]) -> [Interval; N] {
        let median = self.quantile(0.5);
        levels.map(|level| Interval {
            low: self.quantile(0.5 * (1.0 - level)),
            median,
            high: self.quantile(0.5 * (1.0 + level)),
        })
    }

    /// Probability integral transform of what was `seen`.
    pub fn pit(&self, seen: f64) -> Pit {
        let (below, until) = self.cumulative(seen);
        Pit { below, until }
    }
}

/// Shares of values in equal bins of the probability integral transform; they sum to 1, and are the same if forecasts are calibrated. What falls on
/// a jump of its distribution is spread over it (Czado, Gneiting and Held 2009), so no random numbers are needed. `NaN` without any values.
pub fn pit_histogram(values: &[Pit]) -> [f64; PIT_BINS] {
    let bins = PIT_BINS as f64;
    std::array::from_fn(|bin| {
        let (low, high) = (bin as f64 / bins, (bin + 1) as f64 / bins);
        let sum: f64 = values.iter().map(|pit| pit.share_in(low, high, bin + 1 == PIT_BINS)).sum();
        sum / values.len() as f64
    })
}

/// The least factor on the distances from the median for at least a share `level` of the values to lie inside: below 1 intervals are too wide, above it too
/// narrow. `reaches` are of [`Interval::reach`] at that level. `None` without any.
pub fn width_factor(mut reaches: Vec<f64>, level: f64) -> Option<f64> {
    reaches.sort_by(f64::total_cmp);
    // A share of 0.9 of 10 values is 9 of them, whatever its last bit.
    let least = (level * reaches.len() as f64 - 1e-9).ceil().max(1.0);
    reaches.get(least as usize - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_makes_coverage_right() {
        // Ten values at 1..=10 from a median of 0, under an interval that ends at 5 and at -5.
        let interval = Interval { low: -5.0, median: 0.0, high: 5.0 };
        let reaches: Vec<f64> =
            (1..=10).map(|at| interval.reach(if at % 2 == 0 { f64::from(at) } else { f64::from(-at) })).collect();
        assert_eq!(width_factor(reaches.clone(), 0.5), Some(1.0));
        assert_eq!(width_factor(reaches.clone(), 0.9), Some(1.8));
        assert_eq!(width_factor(reaches[..1].to_vec(), 0.9), Some(0.2));
        assert_eq!(width_factor(vec![], 0.9), None);
        let skewed = Interval { low: -1.0, median: 0.0, high: 10.0 };
        assert_eq!((skewed.reach(-2.0), skewed.reach(2.0), skewed.reach(0.0)), (2.0, 0.2, 0.0));
        let point = Interval { low: 1.0, median: 1.0, high: 1.0 };
        assert_eq!((point.reach(1.0), point.reach(2.0)), (0.0, f64::INFINITY));
    }

    #[test]
    fn a_calibrated_forecast_has_a_flat_histogram() {
        let normal = Predictive::normal(0.0, 1.0).unwrap();
        let seen: Vec<Pit> =
            (0..1000).map(|at| normal.pit(crate::maths::normal_quantile((f64::from(at) + 0.5) / 1000.0))).collect();
        assert!(pit_histogram(&seen).iter().all(|share| (share - 0.1).abs() < 1e-12));
        let covered = seen.iter().filter(|pit| pit.middle() > 0.05 && pit.middle() < 0.95).count();
        assert_eq!(covered, 900);
    }

    #[test]
    fn jumps_are_spread_over_their_bins() {
        let draws = Predictive::sample(vec![(1.0, 1.0), (2.0, 2.0), (3.0, 1.0)]).unwrap();
        assert_eq!(draws.pit(2.0), Pit { below: 0.25, until: 0.75 });
        let shares = pit_histogram(&[draws.pit(2.0)]);
        let expected = [0.0, 0.0, 0.1, 0.2, 0.2, 0.2, 0.2, 0.1, 0.0, 0.0];
        assert!(shares.iter().zip(expected).all(|(share, expected)| (share - expected).abs() < 1e-12), "{shares:?}");
        let outside = pit_histogram(&[draws.pit(0.0), draws.pit(9.0)]);
        assert_eq!((outside[0], outside[9]), (0.5, 0.5));
    }
}
