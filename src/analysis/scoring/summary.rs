//! The scores of a forecast, one by one and together.

use super::{Interval, LEVELS, PIT_BINS, Pit, Predictive, pit_histogram, width_factor};

/// How a forecast did on one figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Fair continuous ranked probability score, in the unit of the figure.
    pub crps: f64,
    /// The plain one, of the draws as they are.
    pub crps_plain: f64,
    /// Logarithmic score in nats; `None` if the forecast has no density.
    pub log_score: Option<f64>,
    /// Distance of the median.
    pub absolute_error: f64,
    /// Where the figure lies in the forecast.
    pub pit: Pit,
    /// The central intervals of [`LEVELS`].
    pub intervals: [Interval; LEVELS.len()],
    /// Whether each holds the figure.
    pub covered: [bool; LEVELS.len()],
    /// How far the figure lies out, in widths of the widest interval; see [`Interval::reach`].
    pub reach: f64,
}

/// Scores a forecast of what was then `seen`.
pub fn score(forecast: &Predictive, seen: f64) -> Score {
    let intervals = forecast.intervals(LEVELS);
    let (crps_plain, crps) = forecast.crps_both(seen);
    let widest = intervals[LEVELS.len() - 1];
    Score {
        crps,
        crps_plain,
        log_score: forecast.log_score(seen),
        absolute_error: (seen - widest.median).abs(),
        pit: forecast.pit(seen),
        intervals,
        covered: intervals.map(|interval| interval.holds(seen)),
        reach: widest.reach(seen),
    }
}

/// How a forecast did on several figures of the same kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Number of figures.
    pub n: usize,
    /// Mean of the fair continuous ranked probability scores.
    pub crps: f64,
    /// Mean of the plain ones.
    pub crps_plain: f64,
    /// Mean logarithmic score; `None` if one has none.
    pub log_score: Option<f64>,
    /// Mean distance of the medians.
    pub absolute_error: f64,
    /// Share of figures inside each of the intervals of [`LEVELS`].
    pub coverage: [f64; LEVELS.len()],
    /// See [`width_factor`]: of the widest of these intervals.
    pub width_factor: f64,
    /// Histogram of the probability integral transform.
    pub pit: [f64; PIT_BINS],
}

impl Summary {
    /// All scores together; `None` without any.
    pub fn of(scores: &[Score]) -> Option<Self> {
        let n = scores.len() as f64;
        let mean = |value: fn(&Score) -> f64| scores.iter().map(value).sum::<f64>() / n;
        let logs: Option<Vec<f64>> = scores.iter().map(|score| score.log_score).collect();
        let held = |level: usize| scores.iter().filter(|score| score.covered[level]).count() as f64;
        let pits: Vec<Pit> = scores.iter().map(|score| score.pit).collect();
        let reaches = scores.iter().map(|score| score.reach).collect();
        Some(Self {
            n: scores.len(),
            crps: mean(|score| score.crps),
            crps_plain: mean(|score| score.crps_plain),
            log_score: logs.map(|logs| logs.iter().sum::<f64>() / n),
            absolute_error: mean(|score| score.absolute_error),
            coverage: std::array::from_fn(|level| held(level) / n),
            width_factor: width_factor(reaches, LEVELS[LEVELS.len() - 1])?,
            pit: pit_histogram(&pits),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_summed_up() {
        assert_eq!(Summary::of(&[]), None);
        let forecast = Predictive::normal(0.0, 1.0).unwrap();
        let scores = [0.1, -1.0, 1.5, 3.0].map(|seen| score(&forecast, seen));
        let sum = Summary::of(&scores).unwrap();
        assert_eq!((sum.n, sum.coverage), (4, [0.25, 0.5, 0.75]));
        assert!((sum.width_factor - 3.0 / 1.644_853_626_951_472_2).abs() < 1e-9);
        assert!((sum.absolute_error - 1.4).abs() < 1e-9);
        assert!((sum.crps - scores.iter().map(|score| score.crps).sum::<f64>() / 4.0).abs() < 1e-15);
        let without = score(&Predictive::sample(vec![(1.0, 1.0)]).unwrap(), 2.0);
        assert_eq!(Summary::of(&[scores[0], without]).unwrap().log_score, None);
    }
}
