//! InducedInnovation.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of induced_innovation.
    #[derive(Resource)]
    pub struct InducedInnovation {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for InducedInnovation {
    const NAME: &'static str = "induced_innovation";
    const MEANING: &'static str = "denied states build an industry of their own";

    fn build(_month: &mut MonthPlan) {}
}
