//! Values: what people make of AI, and of firms from abroad.
//!
//! Trust of users in AI returns to t_s + b_r (rights − ½) + b_t (τ_s − 0.4), τ_s the transparency of the firms they use, weighted by
//! use. The reputation of a state's firms returns to R* = w (rights + transparency)/2 of their home, and falls with each of
//! their incidents. For users in s, firms from h stand at the distance D_sh = d (1 − T_sh)(1 − R_h): trust between the
//! two states or the good name of one brings them near. Distance is taken off what users can reach; who shares out users or
//! capital reads it as [`Relations::distance`].

use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Usage},
        geography::{Geography, PerState},
        keep::Keep,
        phase::{Mechanism, MonthPlan, Phase},
        relations::Relations,
        state::{Governance, Traits},
        states::{StateId, States},
    },
    parameters,
    scenario::MAX_STATES,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of values.
    #[derive(Resource)]
    pub struct Values {
        /// What a service from a state without trust and reputation is worth less than an own one: price, law, distance (d).
        foreign_penalty: f64 = 0.8, "nats", range 0.0..=20.0, plausible 0.0..=2.0 or null 0.0, assumption "about 30 rating points between states that trust each other by a third";
        /// Rate at which trust in AI and reputation return to what rights and transparency deserve.
        trust_recovery: f64 = 0.5, "1/year", range 0.0..=12.0, plausible 0.2..=1.0 or null 0.0, assumption "two years";
        /// Trust in AI that full protection of rights brings over none (b_r).
        rights_trust: f64 = 0.3, "1", range 0.0..=2.0, plausible 0.0..=0.6 or null 0.0, assumption "who can object and be heard dares to use";
        /// Trust in AI that full transparency of the models in use brings over none (b_t).
        transparency_trust: f64 = 0.3, "1", range 0.0..=2.0, plausible 0.0..=0.6 or null 0.0, assumption "as much as rights; 0.4, where it brings nothing, is near the mean of 0.37 of the Foundation Model Transparency Index of October 2023";
        /// Reputation of firms whose home protects rights fully, and who are fully transparent (w).
        reputation: f64 = 0.8, "1", range 0.0..=1.0, plausible 0.3..=1.0 or null 0.0, assumption "a good name brings firms nearly as near as a treaty";
        /// How much an incident of median severity lowers the log of the reputation of the firm's home.
        reputation_hit: f64 = 0.1, "1", range 0.0..=10.0, plausible 0.0..=0.3 or null 0.0, assumption "others, who know a state by what they hear of it, judge harder than those at home (trust_hit)";
    }
}

impl Mechanism for Values {
    const NAME: &'static str = "values";
    const MEANING: &'static str =
        "rights and transparency earn trust in AI and reputation, which bring firms from abroad near";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Society, settle);
    }

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Policy, measure_distance);
    }

    fn register(world: &mut World) {
        world.keep_with::<StateId, Reputation>();
    }
}

/// Reputation of the firms at home in a state, from 0 to 1.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Reputation(pub f64);

/// The level of rights at which they bring no trust.
const NEUTRAL_RIGHTS: f64 = 0.5;
/// The level of transparency at which it brings no trust.
const NEUTRAL_TRANSPARENCY: f64 = 0.4;

impl Values {
    /// What trust in AI returns to, from 0 to 1.
    pub fn trust_deserved(&self, configured: f64, rights: f64, transparency: f64) -> f64 {
        let by_rights = self.rights_trust * (rights - NEUTRAL_RIGHTS);
        let by_transparency = self.transparency_trust * (transparency - NEUTRAL_TRANSPARENCY);
        (configured + by_rights + by_transparency).clamp(0.0, 1.0)
    }

    /// What reputation returns to.
    pub fn reputation_deserved(&self, rights: f64, transparency: f64) -> f64 {
        self.reputation * 0.5 * (rights + transparency)
    }

    /// Distance of users from firms of another state, nats.
    ///
    /// ```
    /// use redqueen::model::mechanisms::values::Values;
    /// let values = Values { foreign_penalty: 2.0, ..Values::default() };
    /// assert_eq!(values.distance(0.5, 0.5), 0.5);
    /// assert_eq!([values.distance(1.0, 0.0), values.distance(0.0, 1.0)], [0.0, 0.0]);
    /// ```
    pub fn distance(&self, trust: f64, reputation: f64) -> f64 {
        self.foreign_penalty * (1.0 - trust) * (1.0 - reputation)
    }
}

/// Transparency of firms, weighted by their use.
struct Transparency {
    /// Of those that users of a state use.
    used: PerState,
    /// Of those at home in a state, by their use in the world.
    at_home: PerState,
}

impl Transparency {
    fn seen<'a>(geography: &Geography, firms: impl Iterator<Item = (&'a Character, &'a Usage)>) -> Self {
        let zero = [0.0; MAX_STATES];
        let (mut used, mut use_of, mut at_home, mut home_use) = (zero, zero, zero, zero);
        for (character, usage) in firms {
            for s in geography.each_state() {
                used[s] += usage.share[s] * character.transparency;
                use_of[s] += usage.share[s];
            }
            at_home[character.home] += usage.world * character.transparency;
            home_use[character.home] += usage.world;
        }
        // Who uses nothing has nothing to judge by.
        let mean = |sum: f64, of: f64| if of > 0.0 { sum / of } else { NEUTRAL_TRANSPARENCY };
        Self {
            used: std::array::from_fn(|s| mean(used[s], use_of[s])),
            at_home: std::array::from_fn(|s| mean(at_home[s], home_use[s])),
        }
    }
}

/// A state whose people judge, and are judged.
#[derive(QueryData)]
#[query_data(mutable)]
struct Judge {
    traits: &'static Traits,
    governance: &'static mut Governance,
    reputation: &'static mut Reputation,
}

/// Trust and reputation return to what is deserved.
fn settle(
    values: Res<Values>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    firms: Query<(&Character, &Usage)>,
    mut states: States<Judge>,
) {
    let returned = clock.probability(values.trust_recovery);
    if returned == 0.0 {
        return;
    }
    let transparency = Transparency::seen(&geography, firms.iter());
    for (s, JudgeItem { traits, mut governance, mut reputation }) in states.iter_mut() {
        let rights = traits.0.rights_protection;
        // In this form what is as deserved stays as it is, bit for bit.
        let trust = values.trust_deserved(traits.0.trust_in_ai, rights, transparency.used[s]);
        governance.trust += returned * (trust - governance.trust);
        reputation.0 += returned * (values.reputation_deserved(rights, transparency.at_home[s]) - reputation.0);
    }
}

/// Reputation as it is deserved when the world starts.
pub fn first_reputation(
    values: Res<Values>,
    geography: Res<Geography>,
    firms: Query<(&Character, &Usage)>,
    mut states: States<(&Traits, &mut Reputation)>,
) {
    let transparency = Transparency::seen(&geography, firms.iter());
    for (s, (traits, mut reputation)) in states.iter_mut() {
        reputation.0 = values.reputation_deserved(traits.0.rights_protection, transparency.at_home[s]);
    }
}

/// Works out how far users of each state stand from firms of the others.
pub fn measure_distance(
    values: Res<Values>,
    geography: Res<Geography>,
    mut relations: ResMut<Relations>,
    states: States<&Reputation>,
) {
    let reputation = states.map(|reputation| reputation.0);
    for s in geography.each_state() {
        for home in geography.others(s) {
            relations.distance[s][home] = values.distance(relations.trust[s][home], reputation[home]);
        }
    }
}

/// What is left of reputation after an incident of so many medians of severity.
#[inline]
pub fn after_incident(values: &Values, reputation: f64, medians: f64) -> f64 {
    reputation * maths::exp(-values.reputation_hit * medians)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Model, testing},
        scenario::Scenario,
    };

    /// A world of three months in which nothing but values moves trust.
    fn scenario() -> Scenario {
        let mut scenario = crate::baseline();
        scenario.time.months = 3;
        testing::disable(&mut scenario, "incidents");
        scenario
    }

    #[test]
    fn rights_and_transparency_earn_trust_and_reputation() {
        let values = Values { rights_trust: 0.4, transparency_trust: 0.2, reputation: 0.5, ..Values::default() };
        assert_eq!(values.trust_deserved(0.5, 0.5, 0.4), 0.5);
        assert!((values.trust_deserved(0.5, 1.0, 0.9) - 0.8).abs() < 1e-15);
        assert_eq!(values.trust_deserved(0.1, 0.0, 0.0), 0.0);
        assert_eq!(values.reputation_deserved(0.5, 0.25), 0.1875);
    }

    #[test]
    fn trust_goes_an_exponential_way_to_what_is_deserved() {
        let mut scenario = scenario();
        testing::set(&mut scenario, "values", "transparency_trust", 0.0);
        scenario.states[0].numbers.rights_protection = 1.0;
        let started = scenario.states[0].numbers.trust_in_ai;
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        testing::live(&mut simulation, 24);
        let trust = testing::of_state::<Governance>(simulation.world(), 0).trust;
        let deserved = started + 0.3 * 0.5;
        assert!((trust - (deserved + (started - deserved) * maths::exp(-0.5 * 2.0))).abs() < 1e-12, "{trust}");
    }

    #[test]
    fn a_good_name_and_trust_bring_firms_near() {
        let mut scenario = scenario();
        let china = scenario.states.iter().position(|state| state.name == "China").unwrap();
        let india = scenario.states.iter().position(|state| state.name == "India").unwrap();
        let distance = |scenario: &Scenario| {
            let simulation = Model::standard().simulate(scenario).unwrap();
            simulation.world().resource::<Relations>().distance[india][china]
        };
        let far = distance(&scenario);
        scenario.states[china].numbers.rights_protection = 1.0;
        let named = distance(&scenario);
        scenario
            .borders
            .iter_mut()
            .filter(|border| border.between == (china, india))
            .for_each(|border| border.trust = 0.9);
        assert!(named < far && distance(&scenario) < named);
        testing::set(&mut scenario, "values", "foreign_penalty", 0.0);
        assert_eq!(distance(&scenario), 0.0);
    }

    #[test]
    fn null_values_are_bit_identical_to_disabled() {
        let mut scenario = crate::baseline();
        scenario.time.months = 36;
        testing::assert_null_is_absent(&scenario, Values::NAME);
    }
}
