//! Incidents.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of incidents.
    #[derive(Resource)]
    pub struct Incidents {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for Incidents {
    const NAME: &'static str = "incidents";
    const MEANING: &'static str = "accidents, misuse, bias and lost privacy do damage and cost trust";

    fn build(_month: &mut MonthPlan) {}
}
