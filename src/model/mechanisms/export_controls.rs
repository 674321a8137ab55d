//! ExportControls.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of export_controls.
    #[derive(Resource)]
    pub struct ExportControls {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for ExportControls {
    const NAME: &'static str = "export_controls";
    const MEANING: &'static str = "states deny each other chips, equipment and memory";

    fn build(_month: &mut MonthPlan) {}
}
