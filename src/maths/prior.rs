//! What is believed of a parameter before data are seen, and its way to a normal scale and back.

use super::{exp, ln, normal_cumulative, normal_quantile};

/// The shape of a belief within its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Every value is as likely as any other.
    Uniform,
    /// Every ratio is as likely as any other: the logarithm is uniform.
    LogUniform,
    /// Normal, cut off at the ends of the range.
    Normal {
        /// Mean before the cut.
        mean: f64,
        /// Standard deviation before the cut.
        sd: f64,
    },
    /// Log-normal, cut off at the ends of the range.
    LogNormal {
        /// Median before the cut.
        median: f64,
        /// Standard deviation of the natural logarithm before the cut.
        sd: f64,
    },
    /// Rises in a line from the low end to the mode and falls in a line to the high end.
    Triangular {
        /// Where it is most likely.
        mode: f64,
    },
}

/// Why there is no such prior.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriorError {
    /// The range is no range.
    #[error("the low end of a prior must be below its high end, both finite")]
    Range,
    /// A logarithm of what is not positive.
    #[error("a prior of a logarithm needs a range above 0")]
    Logarithm,
    /// A mean, median, mode or standard deviation that makes no sense, or leaves next to nothing within the range.
    #[error("the mean, median or mode must lie near the range and the standard deviation be above 0")]
    Shape,
}

/// A proper prior of one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    shape: Shape,
    low: f64,
    high: f64,
}

/// Least probability that a normal shape must have within the range before it is cut.
const LEAST_WITHIN: f64 = 1e-3;
/// Normal scores stay within ± this: beyond it shares cannot be told from 0 and 1.
const FARTHEST: f64 = 8.0;

impl Prior {
    /// A prior of this shape between two ends.
    ///
    /// # Errors
    ///
    /// If the range is empty or not finite, does not suit a logarithm, or the shape has next to nothing within it.
    pub fn new(shape: Shape, low: f64, high: f64) -> Result<Self, PriorError> {
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(PriorError::Range);
        }
        if matches!(shape, Shape::LogUniform | Shape::LogNormal { .. }) && low <= 0.0 {
            return Err(PriorError::Logarithm);
        }
        let prior = Self { shape, low, high };
        let sound = match shape {
            Shape::Uniform | Shape::LogUniform => true,
            Shape::Normal { mean, sd } => mean.is_finite() && sd > 0.0 && sd.is_finite(),
            Shape::LogNormal { median, sd } => median > 0.0 && median.is_finite() && sd > 0.0 && sd.is_finite(),
            Shape::Triangular { mode } => (low..=high).contains(&mode),
        };
        let within = || prior.cut().is_none_or(|cut| cut.below + LEAST_WITHIN <= cut.up_to);
        if sound && within() { Ok(prior) } else { Err(PriorError::Shape) }
    }

    /// Its shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Its range, low end first.
    pub fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Probability density per unit of the parameter; 0 outside the range.
    pub fn density(&self, x: f64) -> f64 {
        if !(self.low..=self.high).contains(&x) {
            return 0.0;
        }
        let width = self.high - self.low;
        match self.shape {
            Shape::Uniform => 1.0 / width,
            Shape::LogUniform => 1.0 / (x * ln(self.high / self.low)),
            Shape::Triangular { mode } if x < mode => 2.0 * (x - self.low) / (width * (mode - self.low)),
            Shape::Triangular { mode } if x > mode => 2.0 * (self.high - x) / (width * (self.high - mode)),
            Shape::Triangular { .. } => 2.0 / width,
            Shape::Normal { .. } | Shape::LogNormal { .. } => self.cut().map_or(0.0, |cut| cut.density(x)),
        }
    }

    /// Probability of a value up to this one.
    pub fn cumulative(&self, x: f64) -> f64 {
        let x = x.clamp(self.low, self.high);
        let width = self.high - self.low;
        match self.shape {
            Shape::Uniform => (x - self.low) / width,
            Shape::LogUniform => ln(x / self.low) / ln(self.high / self.low),
            Shape::Triangular { mode } if x < mode => (x - self.low) * (x - self.low) / (width * (mode - self.low)),
            Shape::Triangular { mode } if x < self.high => {
                1.0 - (self.high - x) * (self.high - x) / (width * (self.high - mode))
            }
            Shape::Triangular { .. } => 1.0,
            Shape::Normal { .. } | Shape::LogNormal { .. } => self.cut().map_or(0.0, |cut| cut.cumulative(x)),
        }
    }

    /// The value below which this share of the probability lies: from the unit interval to the range.
    pub fn quantile(&self, share: f64) -> f64 {
        if share <= 0.0 {
            return self.low;
        }
        if share >= 1.0 {
            return self.high;
        }
        let width = self.high - self.low;
        let x = match self.shape {
            Shape::Uniform => self.low + share * width,
            Shape::LogUniform => self.low * exp(share * ln(self.high / self.low)),
            Shape::Triangular { mode } if share * width < mode - self.low => {
                self.low + (share * width * (mode - self.low)).sqrt()
            }
            Shape::Triangular { mode } => self.high - ((1.0 - share) * width * (self.high - mode)).sqrt(),
            Shape::Normal { .. } | Shape::LogNormal { .. } => self.cut().map_or(self.low, |cut| cut.quantile(share)),
        };
        x.clamp(self.low, self.high)
    }

    /// The score of a value on the scale where this prior is a standard normal (Gaussian anamorphosis).
    pub fn to_normal(&self, x: f64) -> f64 {
        let share = self.cumulative(x);
        if share <= 0.0 {
            return -FARTHEST;
        }
        if share >= 1.0 { FARTHEST } else { normal_quantile(share).clamp(-FARTHEST, FARTHEST) }
    }

    /// The value of a normal score.
    pub fn from_normal(&self, z: f64) -> f64 {
        self.quantile(normal_cumulative(z))
    }

    /// The normal distribution that is cut at the ends of the range, if the shape has one.
    fn cut(&self) -> Option<Cut> {
        let (mean, sd, log) = match self.shape {
            Shape::Normal { mean, sd } => (mean, sd, false),
            Shape::LogNormal { median, sd } => (ln(median), sd, true),
            _ => return None,
        };
        let mut cut = Cut { mean, sd, log, below: 0.0, up_to: 1.0 };
        (cut.below, cut.up_to) = (cut.whole(self.low), cut.whole(self.high));
        Some(cut)
    }
}

/// A normal distribution of a value or of its logarithm, and its shares up to the ends of a range.
#[derive(Clone, Copy, Debug)]
struct Cut {
    mean: f64,
    sd: f64,
    log: bool,
    below: f64,
    up_to: f64,
}

impl Cut {
    fn score(&self, x: f64) -> f64 {
        ((if self.log { ln(x) } else { x }) - self.mean) / self.sd
    }

    fn whole(&self, x: f64) -> f64 {
        normal_cumulative(self.score(x))
    }

    fn density(&self, x: f64) -> f64 {
        let score = self.score(x);
        let per = if self.log { self.sd * x } else { self.sd };
        let whole = exp(-0.5 * score * score) / (2.0 * std::f64::consts::PI).sqrt() / per;
        whole / (self.up_to - self.below)
    }

    fn cumulative(&self, x: f64) -> f64 {
        ((self.whole(x) - self.below) / (self.up_to - self.below)).clamp(0.0, 1.0)
    }

    fn quantile(&self, share: f64) -> f64 {
        let whole = self.below + share * (self.up_to - self.below);
        let x = self.mean + self.sd * normal_quantile(whole.clamp(1e-300, 1.0 - f64::EPSILON / 2.0));
        if self.log { exp(x) } else { x }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn priors() -> Vec<Prior> {
        [
            (Shape::Uniform, -1.0, 3.0),
            (Shape::LogUniform, 0.1, 10.0),
            (Shape::Normal { mean: 1.0, sd: 2.0 }, -0.5, 2.0),
            (Shape::LogNormal { median: 2.0, sd: 0.7 }, 0.5, 9.0),
            (Shape::Triangular { mode: 0.5 }, 0.0, 2.0),
            (Shape::Triangular { mode: 0.0 }, 0.0, 2.0),
            (Shape::Triangular { mode: 2.0 }, 0.0, 2.0),
        ]
        .into_iter()
        .map(|(shape, low, high)| Prior::new(shape, low, high).unwrap())
        .collect()
    }

    #[test]
    fn quantile_undoes_cumulative_and_the_normal_scale_comes_back() {
        for prior in priors() {
            for share in [0.0, 0.001, 0.2, 0.5, 0.77, 0.999, 1.0] {
                let x = prior.quantile(share);
                assert!((prior.cumulative(x) - share).abs() < 1e-12, "{prior:?} {share}");
                let back = prior.from_normal(prior.to_normal(x));
                assert!((back - x).abs() < 1e-7, "{prior:?} {share}: {x} came back as {back}");
            }
            let (low, high) = prior.range();
            assert_eq!((prior.quantile(0.0), prior.quantile(1.0)), (low, high));
            assert_eq!((prior.density(low - 0.1), prior.density(high + 0.1)), (0.0, 0.0));
        }
    }

    #[test]
    fn the_density_is_the_slope_of_the_cumulative() {
        for prior in priors() {
            for share in [0.05, 0.2, 0.31, 0.6, 0.9] {
                let (x, h) = (prior.quantile(share), 1e-5);
                let slope = (prior.cumulative(x + h) - prior.cumulative(x - h)) / (2.0 * h);
                assert!((slope / prior.density(x) - 1.0).abs() < 1e-5, "{prior:?} {share}: {slope}");
            }
        }
    }

    /// `truncnorm(-0.75, 0.5, 1, 2).ppf([.05, .5, .95])` and `exp(truncnorm((log(.5) - log(2)) / .7, (log(9) - log(2)) / .7,
    /// log(2), .7).ppf([.05, .5, .95]))` of scipy.
    #[test]
    fn quantiles_of_cut_normals_are_those_of_scipy() {
        let expected = [
            (2, [-0.3498034149219609, 0.7943196358934754, 1.8700105781356566]),
            (3, [0.7186488905648634, 2.0140837971583525, 5.809118034892983]),
        ];
        for (place, expected) in expected {
            for (share, expected) in [0.05, 0.5, 0.95].into_iter().zip(expected) {
                let found = priors()[place].quantile(share);
                assert!((found / expected - 1.0).abs() < 1e-12, "{place} {share}: {found} is not {expected}");
            }
        }
    }

    #[test]
    fn what_is_no_prior_is_refused() {
        assert_eq!(Prior::new(Shape::Uniform, 1.0, 1.0), Err(PriorError::Range));
        assert_eq!(Prior::new(Shape::Uniform, f64::NAN, 1.0), Err(PriorError::Range));
        assert_eq!(Prior::new(Shape::LogUniform, 0.0, 1.0), Err(PriorError::Logarithm));
        for shape in [
            Shape::Normal { mean: 0.5, sd: 0.0 },
            Shape::Normal { mean: 9.0, sd: 1.0 },
            Shape::LogNormal { median: -1.0, sd: 1.0 },
            Shape::Triangular { mode: 3.0 },
        ] {
            assert_eq!(Prior::new(shape, 0.1, 2.0), Err(PriorError::Shape), "{shape:?}");
        }
    }
}
