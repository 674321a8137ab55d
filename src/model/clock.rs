//! Time inside a world, and the one place where yearly rates become a step's.

use crate::{
    maths,
    scenario::{Month, Time},
};
use bevy_ecs::prelude::*;

/// The current step.
#[derive(Resource, Clone, Debug)]
pub struct Clock {
    start: Month,
    step: u32,
    steps_per_year: u32,
}

impl Clock {
    /// A clock at the first step of `time`.
    pub fn new(time: &Time) -> Self {
        Self { start: time.start, step: 0, steps_per_year: time.steps_per_year }
    }

    /// Steps since the start.
    pub fn step(&self) -> u32 {
        self.step
    }

    /// Years since the start.
    pub fn years(&self) -> f64 {
        f64::from(self.step) / f64::from(self.steps_per_year)
    }

    /// The calendar month of the current step.
    pub fn month(&self) -> Month {
        self.start.plus(self.step * 12 / self.steps_per_year)
    }

    /// Whether the step before was another month.
    pub fn begins_month(&self) -> bool {
        (self.step * 12).is_multiple_of(self.steps_per_year)
    }

    /// Whether the next step is another month.
    pub fn ends_month(&self) -> bool {
        ((self.step + 1) * 12).is_multiple_of(self.steps_per_year)
    }

    /// Goes on to the next step.
    pub fn advance(&mut self) {
        self.step += 1;
    }

    /// What a yearly rate comes to in a step (Δ times the rate).
    #[inline]
    pub fn per_step(&self, per_year: f64) -> f64 {
        per_year / f64::from(self.steps_per_year)
    }

    /// What an amount of a step comes to as a yearly rate.
    pub fn per_year(&self, per_step: f64) -> f64 {
        per_step * f64::from(self.steps_per_year)
    }

    /// The probability that a yearly hazard strikes in a step, 1 − exp(−hΔ).
    #[inline]
    pub fn probability(&self, hazard_per_year: f64) -> f64 {
        1.0 - maths::exp(-self.per_step(hazard_per_year))
    }

    /// What is left after a step of losing the share `loss` a month: the same after a month whatever the step.
    pub fn kept(&self, loss_per_month: f64) -> f64 {
        maths::pow(1.0 - loss_per_month, 12.0 / f64::from(self.steps_per_year))
    }

    /// Steps in a month.
    pub fn steps_per_month(&self) -> f64 {
        f64::from(self.steps_per_year) / 12.0
    }

    /// Steps in this many months.
    pub fn steps(&self, months: u32) -> u32 {
        months * self.steps_per_year / 12
    }

    /// Steps from the start to the beginning of `month`, negative if it lies before the start.
    pub fn steps_to(&self, month: Month) -> i64 {
        month.since(self.start) * i64::from(self.steps_per_year) / 12
    }

    /// The step in which something of that date comes into a run; `None` if it is there from the start.
    pub fn entry_step(&self, enters: Option<Month>) -> Option<u32> {
        enters.and_then(|month| self.step_of(month)).filter(|step| *step > 0)
    }

    /// The step at which `month` begins; `None` if it lies before the start.
    pub fn step_of(&self, month: Month) -> Option<u32> {
        u32::try_from(month.since(self.start)).ok().map(|months| self.steps(months))
    }
}
