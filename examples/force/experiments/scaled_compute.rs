//! A mechanism of the experiments: the follower state's firms get so many times the compute from 2025 on.

use bevy_ecs::prelude::*;
use redqueen::{
    model::{
        Mechanism, MonthPlan, Phase,
        clock::Clock,
        firm::{Character, Hardware},
        geography::Geography,
    },
    parameters,
};

parameters! {
    /// Numbers of scaled_compute.
    #[derive(Resource)]
    pub struct ScaledCompute {
        /// What the compute that they have then, and all that they gain later, is multiplied by.
        factor: f64 = 1.0, "1", range 0.0..=100.0, plausible 0.4..=2.8 or null 1.0, assumption "an experiment";
        /// When it begins, after the start.
        after_years: f64 = 2.0, "years", range 0.0..=100.0, plausible 1.0..=5.0, assumption "an experiment";
    }
}

/// Compute that a firm held at the end of the step before, MH100e.
#[derive(Component, Default)]
struct Held(f64);

impl Mechanism for ScaledCompute {
    const NAME: &'static str = "scaled_compute";
    const MEANING: &'static str = "the follower's firms get more or less compute than they paid for";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Stocks, scale);
    }

    fn register(world: &mut World) {
        world.register_required_components::<Character, Held>();
    }
}

fn scale(
    scaled: Res<ScaledCompute>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut firms: Query<(&Character, &mut Hardware, &mut Held)>,
) {
    let begins = clock.years() >= scaled.after_years && clock.years() < scaled.after_years + clock.per_step(1.0);
    for (character, mut hardware, mut held) in &mut firms {
        if character.home == geography.follower && scaled.factor != 1.0 && clock.years() >= scaled.after_years {
            let gained = (hardware.stock - held.0).max(0.0);
            hardware.stock =
                if begins { hardware.stock * scaled.factor } else { hardware.stock + (scaled.factor - 1.0) * gained };
        }
        held.0 = hardware.stock;
    }
}
