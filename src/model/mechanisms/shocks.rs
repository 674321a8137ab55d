//! Shocks.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of shocks.
    #[derive(Resource)]
    pub struct Shocks {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for Shocks {
    const NAME: &'static str = "shocks";
    const MEANING: &'static str = "blockades and other outages stop fabs by place and stage";

    fn build(_month: &mut MonthPlan) {}
}
