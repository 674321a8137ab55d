//! Leapfrog.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of leapfrog.
    #[derive(Resource)]
    pub struct Leapfrog {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for Leapfrog {
    const NAME: &'static str = "leapfrog";
    const MEANING: &'static str = "states bet on a paradigm that needs no leading node";

    fn build(_month: &mut MonthPlan) {}
}
