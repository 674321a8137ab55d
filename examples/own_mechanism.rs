//! A mechanism of one's own, with a parameter, luck, and something that each firm keeps; and the whole command line for the
//! model that it joins:
//!
//! ```text
//! cargo run --release --example own_mechanism -- params | grep grants
//! cargo run --release --example own_mechanism -- batch --runs 20 --set mechanisms.grants.each=2 --out output/grants
//! ```

use bevy_ecs::prelude::*;
use redqueen::{
    cli,
    model::{
        Mechanism, Model, MonthPlan, Phase,
        clock::Clock,
        firm::{Character, Finance, Label},
        geography::Geography,
        keep::Keep,
        ledger::Ledger,
        noise::{Draw, Key, Noise},
    },
    parameters,
};
use std::process::ExitCode;

parameters! {
    /// Numbers of grants.
    #[derive(Resource)]
    pub struct Grants {
        /// How often a firm wins a grant.
        per_year: f64 = 0.5, "1/year", range 0.0..=100.0, plausible 0.0..=2.0 or null 0.0, assumption "a call every second year";
        /// What a grant pays.
        each: f64 = 0.1, "billion USD of 2023", range 0.0..=1000.0, plausible 0.0..=1.0 or null 0.0, assumption "a large public project";
        /// Share by which each grant that a firm has had makes the next one rarer.
        fatigue: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "juries like newcomers";
    }
}

/// Whether a firm wins a grant.
const AWARDED: Draw = Draw::named("grants/awarded");

/// Grants that a firm has had.
#[derive(Component, Clone, Default)]
struct Won(u32);

impl Mechanism for Grants {
    const NAME: &'static str = "grants";
    const MEANING: &'static str = "firms win grants by luck, newcomers more often";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Budgets, award);
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, Won>();
    }
}

fn award(
    grants: Res<Grants>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    noise: Noise,
    mut ledger: ResMut<Ledger>,
    mut firms: Query<(&Key, &Label, &Character, &mut Finance, &mut Won)>,
) {
    for (key, label, character, mut finance, mut won) in &mut firms {
        let hazard = grants.per_year * redqueen::maths::pow(1.0 - grants.fatigue, f64::from(won.0));
        if noise.uniform(AWARDED, *key) < clock.probability(hazard) {
            finance.cash += grants.each;
            won.0 += 1;
            ledger.note(&clock, "grant", &label.0, &geography.names[character.home], Some(grants.each), "wins a grant");
        }
    }
}

fn main() -> ExitCode {
    cli::main_of(&Model::standard().with::<Grants>().named("own_mechanism", env!("CARGO_PKG_VERSION")))
}
