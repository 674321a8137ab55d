//! Openness: whether a firm publishes the weights of its next model.
//!
//! A firm that has released a model decides anew, at most every so many months. The odds of an open next model are
//! ln odds = ±b_0 + b_1 (min(lag, 2 R_0) − R_0)/100 + b_2 (open share of home rivals − ½) + b_3 s − b_4 u: habit (+ if open now),
//! how many rating points it lags behind the world's best, what its rivals at home do, its state's support of open models,
//! and its share of world usage, which it would give away. Laggards open to win users and help; leaders close.

use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Label, Offer, Usage},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Ledger,
        noise::{Draw, Key, Noise},
        phase::{Mechanism, MonthPlan, Phase},
        state::Levers,
        states::States,
    },
    parameters,
    scenario::{Lever, MAX_STATES},
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of openness.
    #[derive(Resource)]
    pub struct Openness {
        /// Least time between two reviews; 0 means that nobody reviews.
        review_months: u32 = 6, "months", range 0..=240, plausible 3..=12 or null 0, assumption "strategy is set once or twice a year";
        /// Habit: log odds of staying as it is (b_0).
        habit: f64 = 4.0, "1", range 0.0..=50.0, plausible 2.5..=5.0, assumption "few firms changed sides in 2023-2024";
        /// How log odds of opening rise with each 100 points that a firm lags (b_1).
        lag_weight: f64 = 1.6, "1/(100 points)", range 0.0..=50.0, plausible 0.5..=3.0 or null 0.0, assumption "challengers publish to be used at all";
        /// Lag at which a firm is torn (R_0); more than twice that counts no more.
        lag_points: f64 = 60.0, "points", range 1.0..=1000.0, plausible 30.0..=100.0, assumption "about a year behind";
        /// How log odds rise with the open share of rivals at home (b_2).
        rivals_weight: f64 = 2.0, "1", range 0.0..=50.0, plausible 0.5..=4.0 or null 0.0, assumption "an open ecosystem draws talent and users to those who take part";
        /// How log odds rise with support of open models at home (b_3).
        support_weight: f64 = 1.0, "1", range 0.0..=50.0, plausible 0.3..=3.0 or null 0.0, assumption "money and procurement for open models";
        /// How log odds fall with a firm's share of world usage (b_4).
        usage_weight: f64 = 5.0, "1", range 0.0..=100.0, plausible 2.0..=10.0 or null 0.0, assumption "who is paid by many users keeps the weights";
    }
}

impl Mechanism for Openness {
    const NAME: &'static str = "openness";
    const MEANING: &'static str = "firms decide whether to publish the weights of their next model";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Releases, review);
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, Reviewed>();
    }
}

/// Step of a firm's last review.
#[derive(Component, Clone, Copy, Debug, Default)]
struct Reviewed(Option<i64>);

/// What a firm decides.
const DECISION: Draw = Draw::named("openness/decision");

/// What a firm weighs when it decides.
#[derive(Clone, Copy, Debug)]
struct Position {
    open: bool,
    /// Points behind the world's best.
    lag: f64,
    /// Share of its rivals at home that are open.
    open_rivals: f64,
    /// Support of open models at home.
    support: f64,
    /// Share of world usage.
    usage: f64,
}

impl Openness {
    /// Probability that the next model is open.
    fn probability(&self, position: &Position) -> f64 {
        let Position { open, lag, open_rivals, support, usage } = *position;
        let lag = lag.min(2.0 * self.lag_points) - self.lag_points;
        let log_odds = if open { self.habit } else { -self.habit }
            + self.lag_weight * lag / 100.0
            + self.rivals_weight * (open_rivals - 0.5)
            + self.support_weight * support
            - self.usage_weight * usage;
        1.0 / (1.0 + maths::exp(-log_odds))
    }
}

/// A firm that decides.
#[derive(QueryData)]
#[query_data(mutable)]
struct Maker {
    key: &'static Key,
    label: &'static Label,
    character: &'static mut Character,
    offer: &'static Offer,
    usage: &'static Usage,
    reviewed: &'static mut Reviewed,
}

fn review(
    openness: Res<Openness>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    noise: Noise,
    mut ledger: ResMut<Ledger>,
    states: States<&Levers>,
    mut firms: Query<Maker>,
) {
    let step = i64::from(clock.step());
    if openness.review_months == 0 || !firms.iter().any(|firm| firm.offer.released == step) {
        return;
    }
    let gap = i64::from(clock.steps(openness.review_months));
    let best = firms.iter().map(|firm| firm.offer.rating).fold(f64::NEG_INFINITY, maths::larger);
    let (mut at_home, mut open): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    for firm in &firms {
        at_home[firm.character.home] += 1.0;
        open[firm.character.home] += if firm.character.open { 1.0 } else { 0.0 };
    }
    for MakerItem { key, label, mut character, offer, usage, mut reviewed } in &mut firms {
        if offer.released != step || reviewed.0.is_some_and(|last| step - last < gap) {
            continue;
        }
        reviewed.0 = Some(step);
        let home = character.home;
        let (rivals, own) = (at_home[home] - 1.0, if character.open { 1.0 } else { 0.0 });
        let position = Position {
            open: character.open,
            lag: best - offer.rating,
            open_rivals: if rivals > 0.0 { (open[home] - own) / rivals } else { 0.5 },
            support: states.at(home).of(Lever::OpenSource),
            usage: usage.world,
        };
        let opens = noise.uniform(DECISION, *key) < openness.probability(&position);
        if opens != character.open {
            character.open = opens;
            let what = if opens { "opens" } else { "closes" };
            ledger.note(&clock, what, &label.0, &geography.names[home], Some(position.lag), "from the next model on");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_EASE: Position = Position { open: true, lag: 60.0, open_rivals: 0.5, support: 0.0, usage: 0.0 };

    #[test]
    fn habit_alone_keeps_a_firm_as_it_is() {
        let openness = Openness::default();
        let stays = 1.0 / (1.0 + maths::exp(-openness.habit));
        assert!((openness.probability(&AT_EASE) - stays).abs() < 1e-15);
        assert!((openness.probability(&Position { open: false, ..AT_EASE }) - (1.0 - stays)).abs() < 1e-15);
    }

    #[test]
    fn laggards_open_and_leaders_with_users_close() {
        let openness = Openness::default();
        let base = openness.probability(&AT_EASE);
        for more_open in [
            Position { lag: 120.0, ..AT_EASE },
            Position { open_rivals: 1.0, ..AT_EASE },
            Position { support: 1.0, ..AT_EASE },
        ] {
            assert!(openness.probability(&more_open) > base, "{more_open:?}");
        }
        for less_open in [Position { lag: 0.0, ..AT_EASE }, Position { usage: 0.3, ..AT_EASE }] {
            assert!(openness.probability(&less_open) < base, "{less_open:?}");
        }
        let (far, farther) = (Position { lag: 120.0, ..AT_EASE }, Position { lag: 500.0, ..AT_EASE });
        assert_eq!(openness.probability(&far), openness.probability(&farther));
    }

    #[test]
    fn at_its_null_openness_is_absent() {
        let mut scenario = crate::baseline();
        scenario.time.months = 18;
        crate::model::testing::assert_null_is_absent(&scenario, "openness");
    }
}
