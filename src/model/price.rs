//! The Price equation: what part of progress is selection, what part learning, what part entry and exit.
//!
//! For usage shares w and capability z, Δz̄ = Cov(w'/w, z)/w̄ + E[w' Δz]/w̄ among firms that stay (Price 1970), plus what entry and exit
//! change. The three add up to Δz̄.

/// The parts of a change in mean capability, nats.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Price {
    /// The whole change.
    pub progress: f64,
    /// Usage moved to more capable firms.
    pub selection: f64,
    /// Firms became more capable.
    pub learning: f64,
    /// Firms came and went.
    pub turnover: f64,
}

/// A firm's usage and capability.
pub type Standing = (f64, f64);

/// Sums over a population of firms from which the Price terms follow.
///
/// ```
/// let mut sums = redqueen::model::price::PriceSums::default();
/// sums.add(Some((0.5, 0.0)), Some((0.25, 0.0)));
/// sums.add(Some((0.5, 2.0)), Some((0.75, 2.5)));
/// let price = sums.terms();
/// assert_eq!((price.selection, price.learning, price.turnover, price.progress), (0.5, 0.375, 0.0, 0.875));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PriceSums {
    before: Standing,
    after: Standing,
    staying_before: Standing,
    staying_after: Standing,
    /// New usage times old capability of those who stay.
    crossed: f64,
}

impl PriceSums {
    /// Adds a firm: its standing before (`None` for an entrant) and after (`None` if it closed).
    #[inline]
    pub fn add(&mut self, before: Option<Standing>, after: Option<Standing>) {
        let take = |sum: &mut Standing, (usage, capability): Standing| {
            sum.0 += usage;
            sum.1 += usage * capability;
        };
        if let Some(before) = before {
            take(&mut self.before, before);
        }
        if let Some(after) = after {
            take(&mut self.after, after);
        }
        if let (Some(before), Some(after)) = (before, after) {
            take(&mut self.staying_before, before);
            take(&mut self.staying_after, after);
            self.crossed += after.0 * before.1;
        }
    }

    /// The terms; all 0 if there was nobody before or is nobody after.
    pub fn terms(&self) -> Price {
        let mean = |(usage, sum): Standing| sum / usage;
        if self.before.0 <= 0.0 || self.after.0 <= 0.0 {
            return Price::default();
        }
        let progress = mean(self.after) - mean(self.before);
        if self.staying_before.0 <= 0.0 || self.staying_after.0 <= 0.0 {
            return Price { progress, turnover: progress, ..Price::default() };
        }
        let crossed = self.crossed / self.staying_after.0;
        Price {
            progress,
            selection: crossed - mean(self.staying_before),
            learning: mean(self.staying_after) - crossed,
            turnover: (mean(self.after) - mean(self.staying_after)) - (mean(self.before) - mean(self.staying_before)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_entrant_above_the_mean_is_turnover() {
        let mut sums = PriceSums::default();
        sums.add(Some((1.0, 1.0)), Some((0.9, 1.0)));
        sums.add(None, Some((0.1, 2.0)));
        let price = sums.terms();
        assert!((price.turnover - 0.1).abs() < 1e-15 && price.selection == 0.0 && price.learning == 0.0);
    }

    proptest! {
        #[test]
        fn the_terms_add_up(
            firms in prop::collection::vec(
                (prop::option::of((0.0..1.0, -5.0..50.0)), prop::option::of((0.0..1.0, -5.0..50.0))), 1..40),
        ) {
            let mut sums = PriceSums::default();
            for (before, after) in firms {
                sums.add(before, after);
            }
            let price = sums.terms();
            prop_assert!((price.selection + price.learning + price.turnover - price.progress).abs() < 1e-9);
        }
    }
}
