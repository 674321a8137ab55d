//! Mean and spread of values as they come.

/// Number, mean and sum of squared deviations of a series, in order (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// Number of values.
    pub n: u64,
    /// Their mean; 0 without any.
    pub mean: f64,
    /// Sum of the squared deviations from it.
    pub squares: f64,
}

impl Moments {
    /// Takes in a value.
    pub fn add(&mut self, value: f64) {
        self.n += 1;
        let difference = value - self.mean;
        self.mean += difference / self.n as f64;
        self.squares += difference * (value - self.mean);
    }

    /// Variance (n − 1); `None` below two values.
    pub fn variance(&self) -> Option<f64> {
        (self.n > 1).then(|| self.squares / (self.n - 1) as f64)
    }

    /// Standard error of the mean; infinite below two values.
    pub fn standard_error(&self) -> f64 {
        self.variance().map_or(f64::INFINITY, |variance| (variance / self.n as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_is_that_of_the_textbook() {
        let mut moments = Moments::default();
        assert_eq!((moments.standard_error(), moments.variance()), (f64::INFINITY, None));
        [1.0, 2.0, 4.0].into_iter().for_each(|value| moments.add(value));
        assert!((moments.variance().unwrap() - 7.0 / 3.0).abs() < 1e-15);
        assert!((moments.standard_error() - (7.0_f64 / 9.0).sqrt()).abs() < 1e-15);
    }
}
