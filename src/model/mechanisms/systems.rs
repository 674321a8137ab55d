//! Systems.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of systems.
    #[derive(Resource)]
    pub struct Systems {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for Systems {
    const NAME: &'static str = "systems";
    const MEANING: &'static str = "many chips work as one system, at a loss, and power limits how many run";

    fn build(_month: &mut MonthPlan) {}
}
