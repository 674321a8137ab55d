//! Claims.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of claims.
    #[derive(Resource)]
    pub struct Claims {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for Claims {
    const NAME: &'static str = "claims";
    const MEANING: &'static str = "firms announce milestones that move money and nothing else";

    fn build(_month: &mut MonthPlan) {}
}
