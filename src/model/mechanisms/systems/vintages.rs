//! A state's compute by the year in which it arrived, and what each year's draws.

use bevy_ecs::prelude::*;

/// Years that are told apart; what is older joins the oldest of them.
const YEARS: usize = 12;

/// Compute by year of arrival.
#[derive(Component, Clone, Debug, Default)]
pub struct Vintages {
    /// Compute, MH100e.
    compute: [f64; YEARS],
    /// What an H100-equivalent of it draws, kW.
    kw: [f64; YEARS],
    /// Places in the order of what they draw, least first.
    order: [usize; YEARS],
    /// Year that came last.
    newest: usize,
}

impl Vintages {
    /// Starts with this compute of earlier years.
    pub(super) fn begin(&mut self, compute: f64, kw: f64) {
        *self = Self { order: std::array::from_fn(|place| place), newest: YEARS - 1, ..Self::default() };
        (self.compute[self.newest], self.kw[self.newest]) = (compute, kw);
    }

    /// Keeps so much of the compute: what draws most goes first. If firms brought more, all years grow alike.
    pub(super) fn keep(&mut self, compute: f64) {
        let held = self.held();
        let mut excess = held - compute;
        if excess < 0.0 && held > 0.0 {
            let factor = compute / held;
            self.compute.iter_mut().for_each(|own| *own *= factor);
        }
        for &place in self.order.iter().rev() {
            if excess <= 0.0 {
                break;
            }
            let gone = self.compute[place].min(excess);
            self.compute[place] -= gone;
            excess -= gone;
        }
    }

    /// Adds what arrives so many years after the start.
    pub(super) fn add(&mut self, years: f64, compute: f64, kw: f64) {
        let place = years as usize % YEARS;
        if place != self.newest {
            // What has been there for as many years as are told apart joins the next younger.
            let (old, draws) = (self.compute[place], self.kw[place]);
            self.compute[place] = 0.0;
            self.mix((place + 1) % YEARS, old, draws);
            self.newest = place;
        }
        self.mix(place, compute, kw);
        self.order.sort_by(|a, b| self.kw[*a].total_cmp(&self.kw[*b]).then(a.cmp(b)));
    }

    fn mix(&mut self, place: usize, compute: f64, kw: f64) {
        let all = self.compute[place] + compute;
        if all > 0.0 {
            self.kw[place] += (kw - self.kw[place]) * (compute / all);
        }
        self.compute[place] = all;
    }

    fn held(&self) -> f64 {
        self.compute.iter().sum()
    }

    /// What all of it draws, GW.
    pub fn draw(&self) -> f64 {
        self.compute.iter().zip(&self.kw).map(|(compute, kw)| compute * kw).sum()
    }

    /// What an H100-equivalent of the newest year draws, kW.
    pub fn newest_kw(&self) -> f64 {
        self.kw[self.newest]
    }

    /// What the worst draws of which this share of all runs, kW.
    pub fn worst_kw(&self, running: f64) -> f64 {
        let mut left = running * self.held();
        let mut worst = 0.0;
        for &place in self.order.iter().filter(|&&place| self.compute[place] > 0.0) {
            if left <= 0.0 {
                break;
            }
            worst = self.kw[place];
            left -= self.compute[place];
        }
        worst
    }

    /// Mean of what an H100-equivalent draws, kW; `none` if there is none.
    pub fn mean_kw(&self, none: f64) -> f64 {
        let held = self.held();
        if held > 0.0 { self.draw() / held } else { none }
    }

    /// Share of it that `gw` GW let run, those first that draw least, and what an H100-equivalent of these draws, kW.
    pub fn run(&self, gw: f64, none: f64) -> (f64, f64) {
        let (held, draw) = (self.held(), self.draw());
        if held <= 0.0 || draw <= gw {
            return (1.0, self.mean_kw(none));
        }
        let (mut left, mut runs) = (gw.max(0.0), 0.0);
        for &place in &self.order {
            let draws = self.compute[place] * self.kw[place];
            if draws > left {
                runs += left / self.kw[place];
                left = 0.0;
                break;
            }
            runs += self.compute[place];
            left -= draws;
        }
        let used = gw.max(0.0) - left;
        (runs / held, if runs > 0.0 { used / runs } else { none })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_years() -> Vintages {
        let mut vintages = Vintages::default();
        vintages.begin(1.0, 2.0);
        vintages.add(0.5, 2.0, 1.0);
        vintages
    }

    #[test]
    fn those_run_first_that_draw_least() {
        let vintages = two_years();
        assert_eq!((vintages.draw(), vintages.mean_kw(0.0), vintages.newest_kw()), (4.0, 4.0 / 3.0, 1.0));
        assert_eq!(vintages.run(4.0, 0.0), (1.0, 4.0 / 3.0));
        // Two GW run the two of 1 kW; a third runs half of the other.
        assert_eq!(vintages.run(2.0, 0.0), (2.0 / 3.0, 1.0));
        let (share, kw) = vintages.run(3.0, 0.0);
        assert!((share - 2.5 / 3.0).abs() < 1e-15 && (kw - 3.0 / 2.5).abs() < 1e-15);
        assert_eq!((vintages.worst_kw(0.5), vintages.worst_kw(1.0)), (1.0, 2.0));
    }

    #[test]
    fn those_go_first_that_draw_most() {
        let mut vintages = two_years();
        vintages.keep(1.5);
        assert_eq!((vintages.draw(), vintages.worst_kw(1.0)), (1.5, 1.0));
        vintages.keep(3.0);
        assert_eq!(vintages.draw(), 3.0);
    }

    #[test]
    fn the_oldest_join_the_next_younger_and_nothing_is_lost() {
        let mut vintages = two_years();
        for year in 1..40 {
            vintages.add(f64::from(year), 1.0, 1.0 / f64::from(year));
        }
        assert!((vintages.held() - 42.0).abs() < 1e-12);
    }
}
