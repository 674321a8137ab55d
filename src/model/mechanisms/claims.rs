//! Claims: milestones that are marketing.
//!
//! A firm announces a milestone with hazard h = h_0 · exp(κ_lead · lead/100 + κ_funding · pressure), lead being its measured
//! rating less the best of the others' (within `farthest_lead`) and pressure exp(−cash / a year's costs): how short its runway
//! is. A claim excites investors: ln of the firm's weight with them rises, and fades with a half-life; some of the money is
//! new. It moves nothing else: neither capability nor ratings nor users.

use super::{money::Money, price::Prices};
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Finance, Hardware, Label, Offer},
        geography::Geography,
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
        /// Hazard of a claim of a firm that is level with the best of the others and in no need of money (h_0).
        hazard_per_year: f64 = 0.02, "1/year", range 0.0..=100.0, plausible 0.0..=0.1 or null 0.0, assumption "a handful of such announcements among some twenty firms in a few years";
        /// How much a lead of 100 points raises the log of the hazard (κ_lead).
        lead_weight: f64 = 0.7, "1/(100 points)", range 0.0..=10.0, plausible 0.0..=2.0, assumption "only those near the front are believed";
        /// Lead, or lag, beyond which claims are no more and no less likely.
        farthest_lead: f64 = 300.0, "points", range 0.0..=1000.0, plausible 100.0..=500.0 or null 0.0, assumption "beyond the gap between the best models of two states in 2023";
        /// How much need of money raises the log of the hazard (κ_funding).
        funding_weight: f64 = 1.0, "1", range 0.0..=10.0, plausible 0.0..=2.0, assumption "announcements come before funding rounds";
        /// What a claim adds to the log of the firm's weight with investors.
        excitement: f64 = 0.7, "1", range 0.0..=5.0, plausible 0.2..=1.5 or null 0.0, assumption "it doubles what the firm attracts at first";
        /// Time in which excitement falls by half.
        half_life_months: f64 = 6.0, "months", range 0.1..=600.0, plausible 3.0..=12.0, assumption "attention moves on within a year";
        /// Capital that excitement draws into the state, as a share of its capital and per unit of excitement.
        new_money: f64 = 0.3, "1", range 0.0..=10.0, plausible 0.0..=1.0 or null 0.0, assumption "most of the money comes from the firm's rivals";
        /// Months after a claim in which a firm makes no other.
        quiet_months: u32 = 12, "months", range 0..=600, plausible 6..=24, assumption "a milestone cannot be reached every month";
    }
}

impl Mechanism for Claims {
    const NAME: &'static str = "claims";
    const MEANING: &'static str = "firms announce milestones that move money and nothing else";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Society, (calm_down, announce).chain());
    }

    fn register(world: &mut World) {
        world.register_required_components::<Character, Hype>();
        world.register_required_components::<Character, LastClaim>();
        world.register_required_components::<Character, ClaimStream>();
    }
}

/// Excitement that its claims raise among investors: ln of the factor on its weight with them.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Hype(pub f64);

/// Step of its last claim, if it has made any.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct LastClaim(pub Option<u32>);

/// Whether a firm makes a claim.
const CLAIM: Draw = Draw::named("claims/claim");

/// Where a firm stands in that draw, which it makes in every step.
#[derive(Component, Clone, Debug, Default)]
struct ClaimStream(Stream);

/// Excitement that is taken for none, so that firms which claimed long ago need no work: it moves no share by more than this.
const FORGOTTEN: f64 = 1e-6;

/// How badly a firm needs money, from 0 to 1: exp(−years that its cash would last without income).
///
/// ```
/// use redqueen::model::mechanisms::claims::pressure;
/// assert_eq!([pressure(-1.0, 5.0), pressure(0.0, 5.0), pressure(3.0, 0.0)], [1.0, 1.0, 0.0]);
/// assert!((pressure(5.0, 5.0) - (-1.0_f64).exp()).abs() < 1e-15);
/// ```
pub fn pressure(cash: f64, costs_per_year: f64) -> f64 {
    if cash <= 0.0 {
        1.0
    } else if costs_per_year <= 0.0 {
        0.0
    } else {
        maths::exp(-cash / costs_per_year)
    }
}

impl Claims {
    /// Hazard of a claim, 1/year, of a firm with this lead in points and this need of money.
    fn hazard(&self, lead: f64, pressure: f64) -> f64 {
        let lead = lead.clamp(-self.farthest_lead, self.farthest_lead);
        self.hazard_per_year * maths::exp(self.lead_weight * lead / 100.0 + self.funding_weight * pressure)
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
    finance: &'static Finance,
    hardware: &'static Hardware,
    hype: &'static mut Hype,
    last: &'static mut LastClaim,
}

fn announce(
    claims: Res<Claims>,
    (money, prices): (Res<Money>, Res<Prices>),
    clock: Res<Clock>,
    geography: Res<Geography>,
    noise: Noise,
    mut ledger: ResMut<Ledger>,
    mut firms: Query<Claimant>,
) {
    // No firm's probability is above this, so most are decided by their draw alone.
    let highest = clock.probability(claims.hazard(claims.farthest_lead, 1.0));
    let quiet = clock.steps(claims.quiet_months);
    let (mut best, mut second) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for rating in firms.iter().map(|firm| firm.offer.rating) {
        if rating > best {
            (best, second) = (rating, best);
        } else {
            second = maths::larger(second, rating);
        }
    }
    for firm in &mut firms {
        let ClaimantItem { key, mut stream, label, character, offer, finance, hardware, mut hype, mut last } = firm;
        let draw = stream.0.uniform(&noise, CLAIM, *key);
        if draw >= highest || last.0.is_some_and(|step| clock.step() - step < quiet) {
            continue;
        }
        let others = if offer.rating == best { second } else { best };
        // Only a claimant's costs are looked up, so the price is not worked out for all.
        let costs =
            money.running_costs(character, hardware, prices.at(character.home)) + clock.per_year(hardware.order);
        if draw < clock.probability(claims.hazard(offer.rating - others, pressure(finance.cash, costs))) {
            hype.0 += claims.excitement;
            last.0 = Some(clock.step());
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
    fn a_firm_claims_once_in_its_quiet_time() {
        let firms = |rows: &Trajectory| rows.firms.iter().filter(|row| row.date == rows.firms[0].date).count();
        let hot = ["hazard_per_year=100", "lead_weight=0", "funding_weight=0", "quiet_months=6"];
        let half_a_year = run(6, &hot);
        let many = claims(&half_a_year);
        assert!(many <= half_a_year.world.last().unwrap().firms as usize && many >= firms(&half_a_year));
        assert!(claims(&run(8, &hot)) > many);
    }

    #[test]
    fn lead_and_need_raise_the_hazard_and_a_lone_firm_has_one() {
        let claims = Claims::default();
        assert!(claims.hazard(100.0, 0.0) > claims.hazard(0.0, 0.0));
        assert!(claims.hazard(0.0, 1.0) > claims.hazard(0.0, 0.2));
        assert_eq!(claims.hazard(f64::INFINITY, 0.0), claims.hazard(300.0, 0.0));
        assert!((claims.hazard(0.0, 0.0) - 0.02).abs() < 1e-15);
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
            world.query::<&LastClaim>().iter(world).map(|last| last.0.is_some()).collect::<Vec<_>>()
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

    #[test]
    fn leads_count_up_to_the_farthest_and_not_at_all_at_its_null() {
        let hazard = |farthest_lead, lead| Claims { farthest_lead, ..Claims::default() }.hazard(lead, 0.5);
        assert!(hazard(300.0, 400.0) > hazard(200.0, 400.0) && hazard(300.0, -400.0) < hazard(200.0, -400.0));
        assert_eq!(hazard(300.0, 400.0), hazard(400.0, 300.0));
        assert_eq!([hazard(0.0, 400.0), hazard(0.0, -400.0)], [hazard(300.0, 0.0); 2]);
    }
}
