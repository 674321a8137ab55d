//! Policy.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of policy.
    #[derive(Resource)]
    pub struct Policy {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for Policy {
    const NAME: &'static str = "policy";
    const MEANING: &'static str = "states pull levers, constantly, by schedule or in answer to what they see";

    fn build(_month: &mut MonthPlan) {}
}
