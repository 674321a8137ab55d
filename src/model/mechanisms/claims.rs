//! Claims: milestones that are marketing.
//!
//! A firm announces a milestone with hazard h = h_0 · exp(−κ_lag · lag/100), lag being how far its measured rating is below the best
//! of all. A claim excites investors: ln of
//! the firm's weight with them rises by as much as a claim can raise it, and fades with a half-life; some of the money is
//! new. It moves nothing else: neither capability nor ratings nor users.

use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Label, Offer},
        geography::Geography,
        keep::Keep,
        ledger::Ledger,
        noise::{Draw, Key, Noise, Stream},
        phase::{Mechanism, MonthPlan, Phase},
    },
    parameters,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of claims.
    #[derive(Resource)]
    pub struct Claims {
        /// Hazard of a claim of a firm that has the best model (h_0).
        hazard_per_year: f64 = 0.25, "1/year", range 0.0..=100.0, plausible 0.0..=0.8 or null 0.0, assumption "each of the laboratories at the front says every few years that it is near or past a milestone";
        /// How much a lag of 100 points lowers the log of the hazard (κ_lag).
        lag_weight: f64 = 1.0, "1/(100 points)", range 0.0..=10.0, plausible 0.0..=2.5 or null 0.0, assumption "only those near the front are believed";
        /// What a claim adds to the log of the firm's weight with investors.
        excitement: f64 = 0.7, "1", range 0.0..=5.0, plausible 0.2..=1.5 or null 0.0, assumption "it doubles what the firm attracts at first";
        /// Time in which excitement falls by half.
        half_life_months: f64 = 6.0, "months", range 0.1..=600.0, plausible 2.0..=18.0, assumption "attention moves on within a year";
        /// Part of what excitement brings a firm that is new money; the rest comes from its rivals.
        new_money: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "half of it: announcements came before rounds that were larger than any before, and before thinner ones of others";
    }
}

impl Mechanism for Claims {
    const NAME: &'static str = "claims";
    const MEANING: &'static str = "firms announce milestones that move money and nothing else";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Society, (calm_down, announce).chain());
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, Hype>();
        world.keep_with::<Character, ClaimStream>();
    }
}

/// Excitement that its claims raise among investors: ln of the factor on its weight with them.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Hype(pub f64);

/// Whether a firm makes a claim.
const CLAIM: Draw = Draw::named("claims/claim");

/// Where a firm stands in that draw, which it makes in every step.
#[derive(Component, Clone, Debug, Default)]
struct ClaimStream(Stream);

/// Excitement that is taken for none, so that firms which claimed long ago need no work: it moves no share by more than this.
const FORGOTTEN: f64 = 1e-6;

impl Claims {
    /// Hazard of a claim, 1/year, of a firm so many points behind the best.
    fn hazard(&self, lag: f64) -> f64 {
        self.hazard_per_year * maths::exp(-self.lag_weight * lag / 100.0)
    }
}

fn calm_down(claims: Res<Claims>, clock: Res<Clock>, mut firms: Query<&mut Hype>) {
    let mut kept = None;
    for mut hype in firms.iter_mut().filter(|hype| hype.0 != 0.0) {
        let kept = *kept.get_or_insert_with(|| maths::pow(0.5, clock.per_step(12.0) / claims.half_life_months));
        hype.0 *= kept;
        if hype.0 < FORGOTTEN {
            hype.0 = 0.0;
        }
    }
}

/// A firm that may make a claim.
#[derive(QueryData)]
#[query_data(mutable)]
struct Claimant {
    key: &'static Key,
    stream: &'static mut ClaimStream,
    label: &'static Label,
    character: &'static Character,
    offer: &'static Offer,
    hype: &'static mut Hype,
}

fn announce(
    claims: Res<Claims>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    noise: Noise,
    mut ledger: ResMut<Ledger>,
    mut firms: Query<Claimant>,
) {
    // No firm's probability is above this, so most are decided by their draw alone.
    let highest = clock.probability(claims.hazard(0.0));
    let best = firms.iter().map(|firm| firm.offer.rating).fold(f64::NEG_INFINITY, maths::larger);
    for firm in &mut firms {
        let ClaimantItem { key, mut stream, label, character, offer, mut hype } = firm;
        let draw = stream.0.uniform(&noise, CLAIM, *key);
        if draw >= highest {
            continue;
        }
        if draw < clock.probability(claims.hazard(best - offer.rating)) {
            hype.0 = hype.0.max(claims.excitement);
            let state = &geography.names[character.home];
            ledger.note(&clock, "claim", &label.0, state, None, "announces a milestone");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        measure::record::{Record, Trajectory},
        model::{Model, Seed},
        scenario::Source,
    };

    fn run(months: u32, settings: &[&str]) -> Trajectory {
        let mut overrides = vec![format!("time.months={months}")];
        overrides.extend(settings.iter().map(|setting| format!("mechanisms.claims.{setting}")));
        let loaded = Model::standard().load_with(&Source::Builtin("baseline".to_owned()), &overrides).unwrap();
        Model::standard()
            .simulate(&loaded.scenario)
            .unwrap()
            .run(Seed { master: 1, replicate: 0 }, Record::ALL)
            .unwrap()
    }

    fn claims(trajectory: &Trajectory) -> usize {
        trajectory.events.iter().filter(|event| &*event.kind == "claim").count()
    }

    #[test]
    fn a_claim_moves_next_months_money_and_nothing_before() {
        let (quiet, loud) = (run(2, &["hazard_per_year=0"]), run(2, &["hazard_per_year=100"]));
        assert!(claims(&quiet) == 0 && claims(&loud) > 0);
        let month = |trajectory: &Trajectory, month: usize| {
            let first = trajectory.firms[0].date;
            let rows = trajectory.firms.iter().filter(|row| row.date == first.plus(month as u32));
            rows.map(|row| (row.capability, row.knowledge, row.rating, row.usage_share, row.investment)).collect()
        };
        let (before, after): (Vec<_>, Vec<_>) = (month(&quiet, 0), month(&loud, 0));
        assert_eq!(before, after);
        let (before, after): (Vec<_>, Vec<_>) = (month(&quiet, 1), month(&loud, 1));
        let without_money = |row: &(f64, f64, f64, f64, f64)| (row.0, row.1, row.2, row.3);
        assert!(before.iter().map(without_money).eq(after.iter().map(without_money)));
        assert_ne!(before, after);
        let invested = |rows: &[(f64, f64, f64, f64, f64)]| rows.iter().map(|row| row.4).sum::<f64>();
        assert!(invested(&after) > invested(&before), "some of the money is new");
    }

    #[test]
    fn null_values_are_bit_identical_to_disabled() {
        let disabled = run(24, &["enabled=false"]);
        assert!(run(24, &["hazard_per_year=0"]) == disabled);
        assert!(run(24, &["hazard_per_year=20"]) != disabled);
        // Claims that excite nobody leave only their mention.
        let unheard = run(24, &["hazard_per_year=20", "excitement=0"]);
        assert!(unheard.firms == disabled.firms && unheard.world == disabled.world);
    }

    #[test]
    fn lag_lowers_the_hazard() {
        let claims = Claims { hazard_per_year: 0.2, lag_weight: 0.5, ..Claims::default() };
        assert_eq!([claims.hazard(0.0), claims.hazard(f64::INFINITY)], [0.2, 0.0]);
        assert!((claims.hazard(200.0) - 0.2 * maths::exp(-1.0)).abs() < 1e-15);
    }

    #[test]
    fn a_common_level_of_ratings_moves_no_claim() {
        let claimants = |level: f64| {
            let overrides = ["mechanisms.claims.hazard_per_year=5".to_owned()];
            let loaded = Model::standard().load_with(&Source::Builtin("baseline".to_owned()), &overrides).unwrap();
            let mut simulation = Model::standard().simulate(&loaded.scenario).unwrap();
            let world = simulation.world_mut();
            for mut offer in world.query::<&mut Offer>().iter_mut(world) {
                offer.rating += level;
            }
            let announces = world.register_system(announce);
            world.run_system(announces).unwrap();
            world.query::<&Hype>().iter(world).map(|hype| hype.0 > 0.0).collect::<Vec<_>>()
        };
        let claimed = claimants(0.0);
        assert!(claimed.contains(&true) && claimed.contains(&false));
        assert_eq!(claimants(1024.0), claimed);
    }

    #[test]
    fn excitement_halves_in_six_months() {
        let loaded = Model::standard().load_with(&Source::Builtin("baseline".to_owned()), &[]).unwrap();
        let mut simulation = Model::standard().simulate(&loaded.scenario).unwrap();
        let world = simulation.world_mut();
        let firm = world.query::<(Entity, &Hype)>().iter(world).next().unwrap().0;
        world.get_mut::<Hype>(firm).unwrap().0 = 0.8;
        let calm = world.register_system(calm_down);
        for _ in 0..6 {
            world.run_system(calm).unwrap();
        }
        assert!((world.get::<Hype>(firm).unwrap().0 - 0.4).abs() < 1e-15);
    }
}
