//! Cooperation.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of cooperation.
    #[derive(Resource)]
    pub struct Cooperation {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for Cooperation {
    const NAME: &'static str = "cooperation";
    const MEANING: &'static str = "trust grows between states that work together, and opens their borders";

    fn build(_month: &mut MonthPlan) {}
}
