//! A shock: an outage of the plants of a state, by stage.

use super::{clock::Clock, noise::Key};
use crate::{
    model::states::StateId,
    scenario::{ShockNumbers, ShockSpec, Stage},
};
use bevy_ecs::prelude::*;
use std::sync::Arc;

/// A shock that may strike, strikes or has struck.
#[derive(Component, Clone, Debug)]
pub struct Shock {
    /// Its name.
    pub name: Arc<str>,
    /// The state whose plants it hits.
    pub location: StateId,
    /// Which stages it hits, in the order of [`Stage`].
    pub stages: [bool; Stage::COUNT],
    /// Step of its date, negative if it lies before the start; `None` if it comes by hazard.
    pub dated: Option<i64>,
    /// The two states whose distrust raises the hazard.
    pub between: Option<(StateId, StateId)>,
    /// Step in which it began; `None` if it has not.
    pub began: Option<i64>,
    /// How long it lasts, steps.
    pub lasts: u32,
    /// Time from its end to full output, steps.
    pub recovery: u32,
    /// Its numbers as configured.
    pub numbers: ShockNumbers,
}

impl Shock {
    /// How much of its full effect it has in this step: 1 while it lasts, then falling in a straight line to 0 over the time of
    /// recovery; the mean of the line over the step, so that a finer step loses as much.
    pub fn level(&self, step: u32) -> f64 {
        let Some(began) = self.began else { return 0.0 };
        let after = i64::from(step) - began - i64::from(self.lasts);
        if after < 0 {
            1.0
        } else if after < i64::from(self.recovery) {
            1.0 - (after as f64 + 0.5) / f64::from(self.recovery)
        } else {
            0.0
        }
    }
}

/// Everything a shock holds.
#[derive(Bundle)]
pub struct ShockBundle {
    key: Key,
    shock: Shock,
}

impl ShockBundle {
    /// The shock at the start of a run.
    pub fn new(spec: &ShockSpec, clock: &Clock) -> Self {
        Self {
            key: Key::named("shock", &spec.name),
            shock: Shock {
                name: spec.name.as_str().into(),
                location: StateId::new(spec.location),
                stages: spec.stages,
                dated: spec.from.map(|month| clock.steps_to(month)),
                between: spec.between.map(|(a, b)| (StateId::new(a), StateId::new(b))),
                began: None,
                lasts: clock.steps(spec.numbers.months),
                recovery: clock.steps(spec.numbers.recovery_months),
                numbers: spec.numbers.clone(),
            },
        }
    }
}
