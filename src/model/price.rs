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
    before: Used,
    after: Used,
    staying_before: Used,
    staying_after: Used,
    /// New usage times old capability of those who stay.
    crossed: f64,
}

/// Usage of firms, and the sum of their capabilities weighted by it.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    usage: f64,
    weighted: f64,
}

impl Used {
    #[inline]
    fn add(&mut self, (usage, capability): (f64, f64)) {
        self.usage += usage;
        self.weighted += usage * capability;
    }

    fn mean(self) -> f64 {
        self.weighted / self.usage
    }
}

impl PriceSums {
    /// Adds a firm: its usage and capability before (`None` for an entrant) and after (`None` if it closed).
    #[inline]
    pub fn add(&mut self, before: Option<(f64, f64)>, after: Option<(f64, f64)>) {
        if let Some(before) = before {
            self.before.add(before);
        }
        if let Some(after) = after {
            self.after.add(after);
        }
        if let (Some(before), Some(after)) = (before, after) {
            self.staying_before.add(before);
            self.staying_after.add(after);
            self.crossed += after.0 * before.1;
        }
    }

    /// The terms; all 0 if there was nobody before or is nobody after.
    pub fn terms(&self) -> Price {
        if self.before.usage <= 0.0 || self.after.usage <= 0.0 {
            return Price::default();
        }
        let progress = self.after.mean() - self.before.mean();
        if self.staying_before.usage <= 0.0 || self.staying_after.usage <= 0.0 {
            return Price { progress, turnover: progress, ..Price::default() };
        }
        let crossed = self.crossed / self.staying_after.usage;
        Price {
            progress,
            selection: crossed - self.staying_before.mean(),
            learning: self.staying_after.mean() - crossed,
            turnover: (self.after.mean() - self.staying_after.mean())
                - (self.before.mean() - self.staying_before.mean()),
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
