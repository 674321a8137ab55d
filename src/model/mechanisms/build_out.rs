//! BuildOut.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of build_out.
    #[derive(Resource)]
    pub struct BuildOut {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for BuildOut {
    const NAME: &'static str = "build_out";
    const MEANING: &'static str = "fabs order capacity, which arrives after a time to build, and move to finer nodes";

    fn build(_month: &mut MonthPlan) {}
}
