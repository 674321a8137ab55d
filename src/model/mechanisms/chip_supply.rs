//! ChipSupply.

use super::Mechanism;
use crate::{model::month::MonthPlan, parameters};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of chip_supply.
    #[derive(Resource)]
    pub struct ChipSupply {
        /// Placeholder.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "placeholder";
    }
}

impl Mechanism for ChipSupply {
    const NAME: &'static str = "chip_supply";
    const MEANING: &'static str = "accelerators are made in stages and shipped to states";

    fn build(_month: &mut MonthPlan) {}
}
