//! The Price equation: what part of progress is selection, what part learning, what part entry and exit.
//!
//! For usage shares w and capability z, Δz̄ = Cov(w'/w, z)/w̄ + E[w' Δz]/w̄ among firms that stay (Price 1970), plus what entry and exit
//! change. The three add up to Δz̄. Selection among groups of firms (Price 1972) is Σ_g w'_g S_g + Σ_g (w'_g − w_g) z̄_g: what each
//! group's own selection S_g does, and how usage moves between groups of unlike means z̄_g. Beside the change stands the level: the
//! weighted mean lies Σ (w − 1/n)(z − z̄) above the plain one (Olley and Pakes 1996), how far usage is with the able by now.

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
    /// Part of selection inside groups; all of it where there is one group.
    pub within: f64,
    /// Part of selection between groups.
    pub between: f64,
    /// How far the mean weighted by usage lies above the plain mean at the end (the covariance of Olley and Pakes).
    pub covariance: f64,
}

/// Sums over a population of firms from which the Price terms follow.
///
/// ```
/// let mut sums = redqueen::model::price::PriceSums::default();
/// sums.add(Some((0.5, 0.0)), Some((0.25, 0.0)));
/// sums.add(Some((0.5, 2.0)), Some((0.75, 2.5)));
/// let price = sums.terms();
/// assert_eq!((price.selection, price.learning, price.turnover, price.progress), (0.5, 0.375, 0.0, 0.875));
/// assert_eq!((price.within, price.between, price.covariance), (0.5, 0.0, 0.625));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PriceSums {
    before: Used,
    after: Used,
    staying_before: Used,
    staying_after: Used,
    /// New usage times old capability of those who stay.
    crossed: f64,
    /// Number of firms at the end, and the sum of their capabilities.
    firms: f64,
    plain: f64,
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
            self.firms += 1.0;
            self.plain += after.1;
        }
        if let (Some(before), Some(after)) = (before, after) {
            self.staying_before.add(before);
            self.staying_after.add(after);
            self.crossed += after.0 * before.1;
        }
    }

    /// The terms; all 0 if there was nobody before or is nobody after.
    pub fn terms(&self) -> Price {
        let covariance = if self.after.usage > 0.0 { self.after.mean() - self.plain / self.firms } else { 0.0 };
        if self.before.usage <= 0.0 || self.after.usage <= 0.0 {
            return Price { covariance, ..Price::default() };
        }
        let progress = self.after.mean() - self.before.mean();
        if self.staying_before.usage <= 0.0 || self.staying_after.usage <= 0.0 {
            return Price { progress, turnover: progress, covariance, ..Price::default() };
        }
        let crossed = self.crossed / self.staying_after.usage;
        let selection = crossed - self.staying_before.mean();
        Price {
            progress,
            selection,
            learning: self.staying_after.mean() - crossed,
            turnover: (self.after.mean() - self.staying_after.mean())
                - (self.before.mean() - self.staying_before.mean()),
            within: selection,
            between: 0.0,
            covariance,
        }
    }

    /// The terms of a population that consists of these groups, with selection taken apart by them.
    ///
    /// ```
    /// use redqueen::model::price::PriceSums;
    /// let (mut able, mut rest, mut all) = (PriceSums::default(), PriceSums::default(), PriceSums::default());
    /// for (group, before, after) in [(true, (0.5, 4.0), (0.75, 4.0)), (false, (0.25, 0.0), (0.0, 0.0)), (false, (0.25, 2.0), (0.25, 2.0))] {
    ///     if group { &mut able } else { &mut rest }.add(Some(before), Some(after));
    ///     all.add(Some(before), Some(after));
    /// }
    /// let price = all.terms_of(&[able, rest]);
    /// assert_eq!((price.selection, price.within, price.between), (1.0, 0.25, 0.75));
    /// ```
    pub fn terms_of(&self, groups: &[Self]) -> Price {
        let mut price = self.terms();
        let (before, after) = (self.staying_before.usage, self.staying_after.usage);
        if before <= 0.0 || after <= 0.0 || price == Price::default() {
            return price;
        }
        (price.within, price.between) = (0.0, 0.0);
        for group in groups {
            let (was, is) = (group.staying_before.usage, group.staying_after.usage);
            // A group that nobody used before has the mean of those who are used now.
            let mean = if was > 0.0 {
                group.staying_before.mean()
            } else if is > 0.0 {
                group.crossed / is
            } else {
                continue;
            };
            price.within += (group.crossed - is * mean) / after;
            price.between += (is / after - was / before) * mean;
        }
        price
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

        #[test]
        fn selection_within_and_between_groups_adds_up_and_no_common_level_matters(
            firms in prop::collection::vec(
                (0_usize..3, prop::option::of((0.0..1.0, -5.0..50.0)), prop::option::of((0.0..1.0, -5.0..50.0))), 1..40),
            level in -50.0..50.0,
        ) {
            let split = |level: f64| {
                let (mut all, mut groups) = (PriceSums::default(), [PriceSums::default(); 3]);
                let raised = |firm: Option<(f64, f64)>| firm.map(|(usage, capability)| (usage, capability + level));
                for &(group, before, after) in &firms {
                    all.add(raised(before), raised(after));
                    groups[group].add(raised(before), raised(after));
                }
                all.terms_of(&groups)
            };
            let (price, raised) = (split(0.0), split(level));
            prop_assert!((price.within + price.between - price.selection).abs() < 1e-9);
            for (a, b) in [(price.within, raised.within), (price.between, raised.between), (price.covariance, raised.covariance)] {
                prop_assert!((a - b).abs() < 1e-9);
            }
        }
    }
}
