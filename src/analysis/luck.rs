//! Luck apart from doubt: the variance between replicates of a design point, over many points whose replicates come one after
//! the other.

/// So many series, fed a row of all of them at a time.
#[derive(Debug)]
pub struct LuckWithin {
    point: Option<u64>,
    /// The row before, of the same point.
    before: Vec<f64>,
    /// Sums of squared differences between neighbouring replicates.
    squares: Vec<f64>,
    pairs: Vec<u32>,
}

impl LuckWithin {
    /// So many series without values.
    pub fn new(width: usize) -> Self {
        Self { point: None, before: vec![f64::NAN; width], squares: vec![0.0; width], pairs: vec![0; width] }
    }

    /// Adds a run of a point with these values; `NaN` for a missing one.
    pub fn feed(&mut self, point: u64, values: &[f64]) {
        if self.point.replace(point) == Some(point) {
            for (place, value) in values.iter().enumerate() {
                let step = value - self.before[place];
                if !step.is_nan() {
                    self.squares[place] += step * step;
                    self.pairs[place] += 1;
                }
            }
        }
        self.before.copy_from_slice(values);
    }

    /// Standard deviation of luck of a series: half of the mean square of differences between neighbouring replicates is its
    /// variance, whatever the points (von Neumann et al. 1941). `None` without a pair.
    pub fn sd(&self, place: usize) -> Option<f64> {
        let pairs = f64::from(*self.pairs.get(place)?);
        (pairs > 0.0).then(|| (self.squares[place] / pairs / 2.0).sqrt()).filter(|sd| sd.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luck_is_what_differs_within_points() {
        let mut luck = LuckWithin::new(2);
        for (point, values) in
            [(0, [1.0, 5.0]), (0, [3.0, f64::NAN]), (1, [100.0, 7.0]), (1, [102.0, 7.0]), (2, [9.0, 1.0])]
        {
            luck.feed(point, &values);
        }
        // Two differences of 2: half of their mean square is 2.
        assert_eq!(luck.sd(0), Some(2.0_f64.sqrt()));
        assert_eq!(luck.sd(1), Some(0.0), "a missing value is no difference");
        assert_eq!(LuckWithin::new(1).sd(0), None);
    }
}
