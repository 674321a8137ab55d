//! SafetyEffort.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of safety.
    #[derive(Resource)]
    pub struct SafetyEffort {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for SafetyEffort {
    const NAME: &'static str = "safety";
    const MEANING: &'static str = "firms choose how much they do for safety";

    fn build(_month: &mut MonthPlan) {}
}
