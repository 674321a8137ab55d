//! Releases and the leaderboard: what the world sees of a firm's capability.
//!
//! A firm releases a model when its capability, by its own focus, is δ_rel above its last release. The rating of a model is
//! R = R_0 + κ_E (400 / ln 10) K, measured with a sampling error of 2 (400 / ln 10) / √n after n battles: one nat of log
//! strength is 400 / ln 10 points (Elo 1978; Bradley and Terry 1952). Only gaps mean anything. Firms, users and investors go by
//! R; what is published of it is a board that may flatten, R_0 + (1 − e^(−b (R − R_0)))/b, as votes on everyday questions tell
//! strong models less well apart.

use super::research::Effort;
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Capability, Character, Focus, Knowledge, Label, Momentum, Offer},
        geography::{Geography, weighted},
        ledger::Ledger,
        noise::{Draw, Key, Noise},
        phase::{Mechanism, MonthPlan, Phase},
        release::{Frontier, Release},
    },
    parameters,
    scenario::MAX_DOMAINS,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of releases and ratings.
    #[derive(Resource)]
    pub struct Releases {
        /// Gain in capability that is worth a release (δ_rel).
        threshold: f64 = 0.18, "nats", range 0.0..=20.0, plausible 0.1..=1.0, assumption "about 14 rating points";
        /// Least time between two releases of a firm.
        min_gap_months: u32 = 3, "months", range 0..=120, plausible 1..=12, assumption "large labs update a few times a year";
        /// Time over which what a rating gained counts as momentum.
        momentum_months: u32 = 6, "months", range 1..=12, plausible 3..=12, assumption "investors look back as far as the last funding round";
        /// Rating of the best model at the start (R_0).
        rating_at_start: f64 = 1100.0, "points", range -100000.0..=100000.0, plausible 1000.0..=1200.0, assumption "the scale's origin is free";
        /// Rating gained per nat of log strength per nat of capability (κ_E).
        rating_slope: f64 = 0.47, "1", range 0.0..=5.0, plausible 0.2..=0.6, calibrated "90 % of the posterior rating-gap: 0.36 to 0.59; about 82 points a nat";
        /// How fast the board flattens (b): so many thousand points above R_0 the same strength shows as 1/e of the points; 0 for a board without end.
        board_bend: f64 = 0.5, "1/thousand points", range 0.0..=20.0, plausible 0.0..=5.0 or null 0.0, calibrated "90 % of the posterior rating-gap: 0.16 to 3.1; points gained per point of a fixed-scale index fell by a third in a year: votes tell strong models less well apart";
        /// Time from the start within which models of states that are listed late (listing_months) are so.
        listed_late_months: u32 = 12, "months", range 0..=1200, plausible 6..=24 or null 0, assumption "by 2024 boards took in models from everywhere within weeks";
        /// Battles behind a measured rating (n); 0 means no sampling error.
        battles: f64 = 2500.0, "1", range 0.0..=1000000000000.0, plausible 500.0..=20000.0 or null 0.0, assumption "votes for a model on a public leaderboard in its first weeks";
        /// Index of the best model at the start (I_0).
        index_at_start: f64 = 110.0, "index points", range -100000.0..=100000.0, plausible 100.0..=126.0, assumption "LLaMA-65B stands at 109 and GPT-4 at 126 on Epoch's capability index";
        /// Index points per nat of capability (κ_I).
        index_slope: f64 = 7.5, "index points/nat", range 0.0..=100.0, plausible 4.0..=12.0, calibrated "90 % of the posterior rating-gap: 4.7 to 10.0; the frontier gains about 10 points a year";
        /// Whether releases among the scenario's dated events are shown in events.csv.
        historical: bool = 1, "1", range 0..=1, plausible 0..=1, assumption "a choice of presentation";
    }
}

/// Rating points of one nat of log strength.
pub const POINTS_PER_NAT: f64 = 400.0 / maths::LN_10;

impl Releases {
    /// The rating of a capability, without sampling error.
    #[inline]
    pub fn rating(&self, capability: f64) -> f64 {
        self.rating_at_start + self.rating_slope * POINTS_PER_NAT * capability
    }

    /// What the public board shows of a rating: R_0 + (1 − e^(−b (R − R_0)))/b, the rating itself at b = 0.
    #[inline]
    pub fn on_board(&self, rating: f64) -> f64 {
        let bend = self.board_bend / 1000.0;
        if bend == 0.0 || !rating.is_finite() {
            return rating;
        }
        self.rating_at_start - maths::exp_m1(-bend * (rating - self.rating_at_start)) / bend
    }

    /// What public boards show of an offer: its rating, and its place on the capability index.
    pub fn shown(&self, offer: &Offer) -> (f64, f64) {
        (self.on_board(offer.rating), self.index(offer.capability))
    }

    /// A capability on the fixed-scale index.
    pub fn index(&self, capability: f64) -> f64 {
        self.index_at_start + self.index_slope * capability
    }

    /// Standard deviation of a rating measured in a share of the battles.
    fn error(&self, share_of_battles: f64) -> f64 {
        let battles = self.battles * share_of_battles;
        if battles > 0.0 { 2.0 * POINTS_PER_NAT / battles.sqrt() } else { 0.0 }
    }
}

/// The probability that a model rated `difference` points above another wins a battle (Elo 1978).
///
/// ```
/// use redqueen::model::mechanisms::releases::expected_score;
/// assert!((expected_score(400.0) - 10.0 / 11.0).abs() < 1e-15);
/// ```
pub fn expected_score(difference: f64) -> f64 {
    1.0 / (1.0 + maths::exp(-difference / POINTS_PER_NAT))
}

impl Mechanism for Releases {
    const NAME: &'static str = "releases";
    const MEANING: &'static str = "firms release models, which are rated and may have open weights";
    const FIXED: &'static [&'static str] = &["momentum_months", "rating_at_start", "index_at_start"];

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Releases, release_models);
    }

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Releases, gain_momentum);
    }
}

/// Sampling error of a release's rating: overall, then in each domain.
const RATING: Draw = Draw::named("releases/rating").places(1 + MAX_DOMAINS);

/// A firm that may release a model.
#[derive(QueryData)]
#[query_data(mutable)]
struct Publisher {
    key: &'static Key,
    label: &'static Label,
    character: &'static Character,
    focus: &'static Focus,
    knowledge: &'static Knowledge,
    effort: &'static Effort,
    capability: &'static Capability,
    offer: &'static mut Offer,
}

fn release_models(
    releases: Res<Releases>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut frontier: ResMut<Frontier>,
    mut ledger: ResMut<Ledger>,
    noise: Noise,
    mut firms: Query<Publisher>,
) {
    let step = i64::from(clock.step());
    let gap = i64::from(clock.steps(releases.min_gap_months));
    for PublisherItem { key, label, character, focus, knowledge, effort, capability, mut offer } in &mut firms {
        if step - offer.released < gap {
            continue;
        }
        let own_capability = weighted(&focus.weights[..geography.domains], &capability.0);
        if own_capability <= offer.own_capability + releases.threshold {
            continue;
        }
        let overall = geography.overall(&capability.0);
        offer.serial += 1;
        offer.released = step;
        offer.open = character.open;
        offer.own_capability = own_capability;
        offer.capability = overall;
        let mut luck = noise.of(RATING, *key);
        offer.rating = releases.rating(overall) + releases.error(1.0) * luck.normal();
        for d in geography.each_domain() {
            let error = releases.error(geography.world_demand[d]) * luck.normal();
            offer.rating_by_domain[d] = releases.rating(capability.0[d]) + error;
        }
        let release = Release {
            home: character.home,
            open: character.open,
            knowledge: knowledge.0,
            capability: capability.0,
            ln_compute: effort.ln_compute,
        };
        frontier.publish(&release, overall, offer.rating);
        let state = &geography.names[character.home];
        ledger.note_release(&clock, (&label.0, state, character.home), character.open, &offer, releases.shown(&offer));
    }
}

fn gain_momentum(releases: Res<Releases>, clock: Res<Clock>, mut firms: Query<(&Offer, &mut Momentum)>) {
    for (offer, mut momentum) in &mut firms {
        momentum.observe(offer.rating, releases.momentum_months, &clock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::parameter::Parameters;

    #[test]
    fn the_board_flattens_from_its_origin_on() {
        let bent = Releases { board_bend: 2.0, ..Releases::default() };
        let (start, near, far) = (bent.on_board(1100.0), bent.on_board(1100.001), bent.on_board(1600.0));
        let straight = Releases { board_bend: 0.0, ..Releases::default() };
        assert_eq!((start, straight.on_board(1234.5)), (1100.0, 1234.5));
        assert!(((near - start) / 0.001 - 1.0).abs() < 1e-5, "a point is a point at the start");
        // (1 − e⁻¹) of the 500 points above the start that the board has room for.
        assert!((far - 1100.0 - 500.0 * 0.632_120_558_828_557_7).abs() < 1e-9, "{far}");
        assert_eq!(bent.on_board(f64::NEG_INFINITY), f64::NEG_INFINITY);
    }

    #[test]
    fn one_nat_is_82_points_and_the_error_of_2500_battles_is_7() {
        let releases = Releases::default();
        assert!((releases.rating(1.0) - releases.rating(0.0) - 81.65).abs() < 0.01);
        assert!((releases.error(1.0) - 6.949).abs() < 0.001);
        let mut exact = Releases::default_values();
        exact[Releases::DECLARED.iter().position(|parameter| parameter.name == "battles").unwrap()] = 0.0;
        assert_eq!(Releases::from_values(&exact).error(1.0), 0.0);
    }
}
