//! A mechanism of the experiments: one firm claims a milestone in a month of its own, whatever luck says.

use bevy_ecs::prelude::*;
use redqueen::{
    model::{
        Mechanism, MonthPlan, Phase,
        clock::Clock,
        firm::Label,
        mechanisms::claims::{Claims, Hype},
    },
    parameters,
};

parameters! {
    /// Numbers of forced_claim.
    #[derive(Resource)]
    pub struct ForcedClaim {
        /// Excitement against that of other claims.
        strength: f64 = 0.0, "1", range 0.0..=10.0, plausible 0.0..=1.0 or null 0.0, assumption "an experiment";
        /// When it is made, after the start.
        after_years: f64 = 2.0, "years", range 0.0..=100.0, plausible 1.0..=5.0, assumption "an experiment";
    }
}

impl ForcedClaim {
    /// Who claims: a firm without other business.
    pub const CLAIMANT: &'static str = "OpenAI";
}

impl Mechanism for ForcedClaim {
    const NAME: &'static str = "forced_claim";
    const MEANING: &'static str = "one firm claims a milestone";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Society, claim);
    }
}

fn claim(forced: Res<ForcedClaim>, claims: Res<Claims>, clock: Res<Clock>, mut firms: Query<(&Label, &mut Hype)>) {
    if clock.years() < forced.after_years || clock.years() >= forced.after_years + clock.per_step(1.0) {
        return;
    }
    for (_, mut hype) in firms.iter_mut().filter(|(label, _)| &*label.0 == ForcedClaim::CLAIMANT) {
        hype.0 = hype.0.max(forced.strength * claims.excitement);
    }
}
