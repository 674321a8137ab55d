//! What begins by chance, once in a run: controls and policies that have no date.

use super::{
    clock::Clock,
    noise::{Draw, Key, Noise},
};
use crate::{
    maths,
    scenario::{Hazard, Window},
};

/// The chance of one of them, and what became of it. Luck is drawn by month, so that what may still come does not depend on what is
/// known of the past: a run that goes on under other luck, as in a look ahead, has the same chances.
#[derive(Clone, Debug, PartialEq)]
pub struct Chance {
    key: Key,
    hazard: Hazard,
    /// First and last step in which it may begin.
    window: (i64, Option<i64>),
    /// Step in which it began; `None` if it has not.
    pub began: Option<u32>,
}

impl Chance {
    /// That of an entity of this kind and name, which has not begun.
    pub fn new((kind, name): (&str, &str), hazard: Hazard, window: &Window, clock: &Clock) -> Self {
        let end = window.latest.map(|latest| clock.steps_to(latest.plus(1)) - 1);
        let window = (clock.steps_to(window.earliest), end);
        Self { key: Key::named(kind, name), hazard, window, began: None }
    }

    /// Whether it begins in this step. The probability of having begun a time t after the window opened, or the world began if that is
    /// later, while it is open, is
    /// 1 − exp(−h t), or 1 − (1 + v h t)^(−1/v) where the hazard itself is in doubt: gamma with mean h and variance v h², of which
    /// that is the mean.
    pub fn begins(&self, draw: Draw, noise: &Noise, clock: &Clock) -> bool {
        let (now, (first, last)) = (i64::from(clock.step()), self.window);
        let open = self.began.is_none() && first <= now && last.is_none_or(|last| now <= last);
        open && self.hazard.per_year > 0.0
            && noise.uniform(draw, self.key) < self.probability(now - first.max(0), clock)
    }

    /// That it begins in a step, so many steps after the window opened, if it has not by then.
    fn probability(&self, waited: i64, clock: &Clock) -> f64 {
        let Hazard { per_year, cv } = self.hazard;
        let variance = cv * cv;
        // Doubt that no number of runs would tell from none.
        if variance < 1e-12 {
            return clock.probability(per_year);
        }
        let of_step = variance * clock.per_step(per_year);
        // The mean hazard of the worlds in which it has not come.
        let ahead = of_step / (1.0 + of_step * waited as f64);
        -maths::exp_m1(-maths::ln_1p(ahead) / variance)
    }

    /// Takes over from these what has begun of its own name.
    pub fn go_on<'a>(&mut self, before: impl IntoIterator<Item = &'a Self>) {
        self.began = before.into_iter().find(|before| before.key == self.key).and_then(|before| before.began);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        maths,
        model::{Seed, noise::RunSeed},
    };
    use bevy_ecs::prelude::*;

    const BEGINS: Draw = Draw::named("tests/begins");

    const fn known(per_year: f64) -> Hazard {
        Hazard { per_year, cv: 0.0 }
    }

    /// The step in which each of so many runs of five years has it begin.
    fn beginnings(hazard: Hazard, window: (&str, Option<&str>), steps_per_year: u32, runs: u64) -> Vec<Option<u32>> {
        let mut time = crate::baseline().time;
        (time.months, time.steps_per_year) = (60, steps_per_year);
        let month = |text: &str| text.parse().unwrap();
        let window = Window { earliest: month(window.0), latest: window.1.map(month) };
        fn steps(In(chance): In<Chance>, noise: Noise, clock: Res<Clock>) -> bool {
            chance.begins(BEGINS, &noise, &clock)
        }
        let mut world = World::new();
        let system = world.register_system(steps);
        let run = |replicate| {
            let clock = Clock::new(&time);
            let chance = Chance::new(("rule", "a"), hazard, &window, &clock);
            world.insert_resource(clock);
            world.insert_resource(RunSeed(Seed { master: 5, replicate }));
            (0..5 * steps_per_year).find(|_| {
                let begins = world.run_system_with(system, chance.clone()).unwrap();
                world.resource_mut::<Clock>().advance();
                begins
            })
        };
        (0..runs).map(run).collect()
    }

    #[test]
    fn it_waits_as_long_as_its_hazard_says_whatever_the_step() {
        let (hazard, runs) = (0.8, 600);
        for steps_per_year in [12, 48] {
            let found = beginnings(known(hazard), ("2023-07", None), steps_per_year, runs);
            assert!(found.iter().flatten().all(|step| *step >= steps_per_year / 2));
            // Over the 4.5 years, the time waited is that of an exponential that is cut there: mean (1 − e^(−hT)) / h.
            let waits = found
                .iter()
                .map(|step| step.map_or(4.5, |step| (f64::from(step) + 0.5) / f64::from(steps_per_year) - 0.5));
            let mean = waits.sum::<f64>() / runs as f64;
            let expected = (1.0 - maths::exp(-hazard * 4.5)) / hazard;
            // Its standard deviation is below 1/h: four standard errors.
            assert!((mean - expected).abs() < 4.0 / hazard / (runs as f64).sqrt(), "{mean} for {expected}");
        }
    }

    #[test]
    fn a_hazard_in_doubt_is_a_mixture_of_hazards() {
        // 1.5 a year, counted from one event: gamma with shape 3/2, whose mean of exp(−h t) is (1 + v h t)^(−1/v).
        let (hazard, runs) = (Hazard { per_year: 1.5, cv: 1.0 / 1.5_f64.sqrt() }, 900);
        let variance = 1.0 / 1.5;
        for steps_per_year in [12, 48] {
            let found = beginnings(hazard, ("2023-07", None), steps_per_year, runs);
            for years in [0.25, 1.0, 3.0, 4.5] {
                let until = ((0.5 + years) * f64::from(steps_per_year)) as u32;
                let share = found.iter().flatten().filter(|step| **step < until).count() as f64 / runs as f64;
                let expected = 1.0 - maths::pow(1.0 + variance * 1.5 * years, -1.0 / variance);
                assert!((share - expected).abs() < 4.0 * 0.5 / (runs as f64).sqrt(), "{years}: {share} for {expected}");
            }
        }
        // Doubt that vanishes is none, and more of it means later.
        let none = beginnings(known(0.8), ("2023-01", None), 12, 200);
        for cv in [1e-200, 1e-9, 1e-7, 1e-6, 1e-5, 1e-4] {
            assert_eq!(none, beginnings(Hazard { per_year: 0.8, cv }, ("2023-01", None), 12, 200), "{cv}");
        }
        let later = beginnings(Hazard { per_year: 0.8, cv: 1.5 }, ("2023-01", None), 12, 200);
        assert!(none.iter().zip(&later).all(|(sure, doubted)| doubted.is_none() || sure.is_some() && sure <= doubted));
    }

    #[test]
    fn it_comes_in_its_window_or_never() {
        let found = beginnings(known(2.0), ("2023-03", Some("2023-04")), 12, 400);
        let count = |step| found.iter().filter(|found| **found == Some(step)).count() as f64 / 400.0;
        let month = 1.0 - maths::exp(-2.0 / 12.0);
        assert!((count(2) - month).abs() < 0.08 && (count(3) - month * (1.0 - month)).abs() < 0.08);
        assert!(found.iter().flatten().all(|step| (2..=3).contains(step)));
        assert!(beginnings(known(0.0), ("2023-01", None), 12, 20).iter().all(Option::is_none));
        assert!(beginnings(known(99.0), ("2020-01", Some("2022-12")), 12, 20).iter().all(Option::is_none));
        assert!(beginnings(known(99.0), ("2020-01", None), 12, 20).iter().all(|step| *step == Some(0)));
    }
}
