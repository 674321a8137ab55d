//! Cooperation: trust between states, and what it opens.
//!
//! T ← T + Δ (ψ c_s c_s' (1 − T) − δ T) − hits, within 0 and 1: both must want to cooperate (c is the lever) for trust to grow,
//! it fades by itself, and is lost when an export control comes into force between the two, by date or by lever, when one closes its
//! market to the other, or when a shock strikes between them. A
//! breach divides: who commits it also loses trust with third states, as far as those trust the one who suffers it.
//! A border that restrictions leave the openness o has o + (1 − o) κ T, and open science on both sides opens the lesser of
//! their efforts of what then is still closed.

use super::export_controls::{ExportControls, Rulebook};
use crate::{
    model::{
        clock::Clock,
        geography::{Geography, PerState},
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Relations, Stances},
        state::Levers,
        states::{StateId, States},
    },
    parameters,
    scenario::{Lever, MAX_STATES},
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of cooperation.
    #[derive(Resource)]
    pub struct Cooperation {
        /// Growth of trust when both sides want it fully (ψ).
        growth: f64 = 0.3, "1/year", range 0.0..=12.0, plausible 0.05..=0.6 or null 0.0, assumption "trust takes years to build";
        /// Decay of trust without effort (δ).
        decay: f64 = 0.03, "1/year", range 0.0..=12.0, plausible 0.0..=0.1 or null 0.0, assumption "half of it is gone in a generation";
        /// Trust lost when an export control of full strictness comes into force between two states.
        hit_control: f64 = 0.1, "1", range 0.0..=1.0, plausible 0.0..=0.3 or null 0.0, assumption "each rule is a breach";
        /// Trust lost when a shock strikes between two states.
        hit_shock: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.2..=1.0 or null 0.0, assumption "a blockade ends most cooperation";
        /// Trust lost when firms of one state cause an incident of median severity that another feels in full.
        hit_incident: f64 = 0.02, "1", range 0.0..=1.0, plausible 0.0..=0.1 or null 0.0, assumption "harm from abroad is held against its origin";
        /// Share of what restrictions close that full trust opens (κ).
        opening: f64 = 0.3, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "visits, joint papers, shared standards; allies who trust each other fully close little to one another, but how much of that trust does is not known";
        /// Share of what is still closed that open science on both sides opens.
        open_science: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.0..=0.8 or null 0.0, assumption "publications and code cross most borders";
    }
}

impl Mechanism for Cooperation {
    const NAME: &'static str = "cooperation";
    const MEANING: &'static str =
        "trust between states grows by joint effort, is lost in conflict, and opens borders to knowledge";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Policy, (meet, open_borders).chain());
    }

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Policy, forget);
    }
}

/// Trust a step later; `growth` (joint effort included), `decay` and `hits` are the step's.
///
/// ```
/// use redqueen::model::mechanisms::cooperation::trust_step;
/// assert_eq!(trust_step(0.5, 0.0, 0.0, 0.0), 0.5);
/// assert_eq!(trust_step(0.5, 0.5, 0.0, 0.0), 0.75);
/// assert_eq!(trust_step(0.2, 0.0, 0.0, 0.3), 0.0);
/// ```
pub fn trust_step(trust: f64, growth: f64, decay: f64, hits: f64) -> f64 {
    (trust + (growth * (1.0 - trust) - decay * trust) - hits).clamp(0.0, 1.0)
}

/// Openness of a border, given what restrictions leave and what trust and open science each open of the rest.
///
/// ```
/// use redqueen::model::mechanisms::cooperation::opened;
/// assert_eq!(opened(0.5, 0.5, 0.5), 0.875);
/// assert_eq!(opened(0.3, 0.0, 0.0), 0.3);
/// ```
pub fn opened(openness: f64, by_trust: f64, by_science: f64) -> f64 {
    let openness = openness + (1.0 - openness) * by_trust;
    openness + (1.0 - openness) * by_science
}

/// Trust lost in a step by each pair, the smaller first.
#[derive(Default)]
struct Hits([PerState; MAX_STATES]);

impl Hits {
    fn between(&mut self, a: StateId, b: StateId, loss: f64) {
        self.0[a.min(b)][a.max(b)] += loss;
    }

    /// What the one who commits a breach loses with those who trust the one who suffers it.
    fn with_friends(
        &mut self,
        geography: &Geography,
        trust: &[PerState; MAX_STATES],
        by: StateId,
        against: StateId,
        loss: f64,
    ) {
        for third in geography.others(by).filter(|third| *third != against) {
            self.between(by, third, loss * trust[third][against]);
        }
    }
}

fn meet(
    cooperation: Res<Cooperation>,
    (controls, rulebook, stances): (Res<ExportControls>, Res<Rulebook>, Res<Stances>),
    (clock, geography): (Res<Clock>, Res<Geography>),
    mut relations: ResMut<Relations>,
    mut faults: ResMut<Faults>,
    states: States<&Levers>,
) {
    let mut hits = Hits::default();
    let dated = rulebook.denied_by_date(&clock, &controls);
    let by_chance = relations.denied.iter().copied();
    for (by, against, stricter) in dated.into_iter().chain(stances.stricter.iter().copied()).chain(by_chance) {
        let loss = cooperation.hit_control * stricter;
        hits.between(by, against, loss);
        hits.with_friends(&geography, &relations.trust, by, against, loss);
    }
    for &(a, b) in &relations.clashes {
        hits.between(a, b, cooperation.hit_shock);
        hits.with_friends(&geography, &relations.trust, a, b, cooperation.hit_shock);
        hits.with_friends(&geography, &relations.trust, b, a, cooperation.hit_shock);
    }
    let harm = &relations.harm;
    for a in geography.each_state() {
        for b in geography.each_state().filter(|&b| harm[a][b] > 0.0) {
            hits.between(a, b, cooperation.hit_incident * harm[a][b]);
        }
    }
    let hits = hits.0;
    let will = states.map(|levers| levers.of(Lever::Cooperation));
    let (growth, decay) = (clock.per_step(cooperation.growth), clock.per_step(cooperation.decay));
    for a in geography.each_state() {
        for b in geography.each_state().filter(|b| *b > a) {
            let trust = trust_step(relations.trust[a][b], growth * will[a] * will[b], decay, hits[a][b]);
            relations.trust[a][b] = trust;
            relations.trust[b][a] = trust;
        }
        faults.check(&clock, Cooperation::NAME, "trust", &geography.names[a], &relations.trust[a]);
    }
}

/// What befell since states last met is over with, whether or not it cost trust.
fn forget(mut relations: ResMut<Relations>) {
    relations.clashes.clear();
    relations.denied.clear();
    relations.harm = [[0.0; MAX_STATES]; MAX_STATES];
}

fn open_borders(
    cooperation: Res<Cooperation>,
    geography: Res<Geography>,
    mut relations: ResMut<Relations>,
    states: States<&Levers>,
) {
    let science = states.map(|levers| cooperation.open_science * levers.of(Lever::OpenScience));
    for a in geography.each_state() {
        for b in geography.each_state().filter(|b| *b > a) {
            let by_trust = cooperation.opening * relations.trust[a][b];
            let open = opened(geography.openness[a][b], by_trust, f64::min(science[a], science[b]));
            relations.openness[a][b] = open;
            relations.openness[b][a] = open;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::shocks::Shocks, *};
    use crate::{
        model::{Model, states::StateId, testing},
        scenario::{Border, ControlNumbers, ControlSpec, Goods, Scenario, ShockNumbers, ShockSpec, Stage, Window},
    };

    /// A world whose first two states share a border of openness 0.4 and trust 0.5, with levers of both at `value`.
    fn scenario(lever: Lever, value: f64) -> Scenario {
        let mut scenario = crate::baseline();
        (scenario.controls, scenario.shocks) = (Vec::new(), Vec::new());
        scenario.borders = vec![Border { between: (0, 1), openness: 0.4, trust: 0.5 }];
        scenario.policies =
            [0, 1].map(|state| testing::policy(&format!("policy {state}"), state, lever, value)).to_vec();
        scenario
    }

    fn after(scenario: &Scenario, steps: u32) -> Relations {
        let mut simulation = Model::standard().simulate(scenario).unwrap();
        for _ in 0..steps {
            simulation.step().unwrap();
            simulation.world_mut().resource_mut::<Clock>().advance();
        }
        simulation.world_mut().resource::<Relations>().clone()
    }

    #[test]
    fn trust_grows_if_both_want_it_and_fades_if_one_does_not() {
        let both = scenario(Lever::Cooperation, 1.0);
        let mut one = both.clone();
        one.policies.pop();
        let (grown, faded) = (after(&both, 12).trust, after(&one, 12).trust);
        assert!(grown[0][1] > 0.55 && grown[0][1] < 1.0);
        assert!(faded[0][1] < 0.5 && faded[0][1] > 0.45);
        assert_eq!((grown[0][1], grown[0][0], grown[1][1]), (grown[1][0], 1.0, 1.0));
        assert!(after(&both, 12 * 100).trust[0][1] <= 1.0);
    }

    #[test]
    fn trust_and_open_science_open_borders_and_full_openness_stays() {
        let (none, all) = (after(&scenario(Lever::OpenScience, 0.0), 1), after(&scenario(Lever::OpenScience, 1.0), 1));
        let trusted = 0.4 + 0.6 * 0.3 * none.trust[0][1];
        assert!((none.openness[0][1] - trusted).abs() < 1e-15);
        assert!((all.openness[0][1] - (trusted + (1.0 - trusted) * 0.5)).abs() < 1e-15);
        assert_eq!((all.openness[1][0], all.openness[0][2]), (all.openness[0][1], 1.0));
    }

    #[test]
    fn at_its_nulls_trust_stays_and_borders_are_as_configured() {
        let mut null = scenario(Lever::Cooperation, 1.0);
        testing::set_to_null(&mut null, Cooperation::NAME);
        let relations = after(&null, 24);
        assert_eq!(relations.trust[0][1], 0.5);
        assert_eq!(relations.openness, Geography::new(&null).openness);
    }

    #[test]
    fn a_clash_costs_trust_once() {
        let mut simulation = Model::standard().simulate(&scenario(Lever::Cooperation, 0.0)).unwrap();
        let mut trust = Vec::new();
        for step in 0..3 {
            if step == 1 {
                let mut relations = simulation.world_mut().resource_mut::<Relations>();
                relations.trust[0][1] = 0.9;
                relations.clashes.push((StateId::new(1), StateId::new(0)));
            }
            simulation.step().unwrap();
            simulation.world_mut().resource_mut::<Clock>().advance();
            trust.push(simulation.world_mut().resource::<Relations>().trust[1][0]);
        }
        assert!((trust[1] - (0.9 - 0.9 * 0.03 / 12.0 - 0.5)).abs() < 1e-12);
        assert!(trust[2] > trust[1] - 0.01 && trust[0] > 0.49);
    }

    #[test]
    fn who_breaks_trust_loses_it_with_the_friends_of_the_other() {
        let geography = Geography::new(&crate::baseline());
        let [a, b, c, d] = [0, 1, 2, 3].map(StateId::new);
        let mut trust = [[0.0; MAX_STATES]; MAX_STATES];
        (trust[1][2], trust[2][1]) = (0.4, 0.4);
        let mut hits = Hits::default();
        hits.with_friends(&geography, &trust, a, b, 0.5);
        assert_eq!((hits.0[a][c], hits.0[a][d], hits.0[a][b], hits.0[b][c]), (0.2, 0.0, 0.0, 0.0));
    }

    /// A world without controls and shocks, which both count in it.
    fn quiet() -> Scenario {
        let mut quiet = scenario(Lever::Cooperation, 0.0);
        for name in [ExportControls::NAME, Shocks::NAME] {
            quiet.set(&format!("mechanisms.{name}.enabled"), true).unwrap();
        }
        quiet
    }

    /// That world with a rule of half the full strictness in its second month.
    fn tense() -> Scenario {
        let mut tense = quiet();
        let from = Some(tense.time.start.plus(1));
        tense.controls = vec![ControlSpec {
            name: "rule".to_owned(),
            what: Goods::Equipment,
            by: vec![1, 2],
            against: vec![0],
            from,
            by_chance: None,
            to: None,
            numbers: ControlNumbers { strictness: 0.5, ..ControlNumbers::default() },
        }];
        tense
    }

    /// How much less trust there is than in the quiet world.
    fn lost(scenario: &Scenario, steps: u32) -> f64 {
        after(&quiet(), steps).trust[0][1] - after(scenario, steps).trust[0][1]
    }

    #[test]
    fn a_rule_that_comes_by_chance_costs_what_a_dated_one_does_and_one_like_it_then_costs_nothing() {
        let mut come = tense();
        let start = come.time.start;
        come.controls[0].by_chance = come.controls[0].from.take().map(|earliest| Window { earliest, latest: None });
        come.controls[0].numbers.hazard_per_year = 100.0;
        let mut again = come.clone();
        again.controls.push(ControlSpec {
            name: "rule 2".to_owned(),
            from: Some(start.plus(3)),
            by_chance: None,
            ..come.controls[0].clone()
        });
        assert!((lost(&come, 3) - 0.1 * 0.5).abs() < 1e-3 && lost(&come, 2) == 0.0);
        assert_eq!(after(&again, 6).trust[0][1], after(&come, 6).trust[0][1]);
        // Of two that come together the strictest counts.
        let mut twice = tense();
        twice.controls.push(ControlSpec { name: "rule 2".to_owned(), ..twice.controls[0].clone() });
        twice.controls[1].numbers.strictness = 0.4;
        assert_eq!(after(&twice, 3).trust, after(&tense(), 3).trust);
    }

    #[test]
    fn a_control_and_a_shock_cost_trust_when_they_begin() {
        let (quiet, tense) = (quiet(), tense());
        let start = quiet.time.start;
        assert_eq!(lost(&tense, 1), 0.0);
        assert!((lost(&tense, 2) - 0.1 * 0.5).abs() < 1e-12);
        let mut shocked = quiet.clone();
        shocked.shocks = vec![ShockSpec {
            name: "blockade".to_owned(),
            location: 2,
            stages: [true; Stage::COUNT],
            from: Some(start.plus(1)),
            between: Some((0, 1)),
            numbers: ShockNumbers::default(),
        }];
        // States meet before plants stop, so it is felt a step later. There is not so much to lose.
        assert!(after(&shocked, 2).trust[0][1] > 0.4);
        assert_eq!(after(&shocked, 3).trust[0][1], 0.0);
        // By hazard it costs as much.
        let mut by_hazard = shocked.clone();
        by_hazard.shocks[0].from = None;
        by_hazard.shocks[0].numbers.hazard_per_year = 100.0;
        assert_eq!(after(&by_hazard, 3).trust[0][1], 0.0);
        let off = |mut scenario: Scenario| {
            testing::disable(&mut scenario, Shocks::NAME);
            scenario
        };
        assert_eq!(lost(&off(shocked), 3), 0.0);
        // A rule that takes the place of another one as strict breaks no trust.
        let mut renewed = tense.clone();
        renewed.controls[0].to = Some(start.plus(2));
        renewed.controls.push(ControlSpec {
            name: "rule 2".to_owned(),
            from: Some(start.plus(2)),
            to: None,
            ..renewed.controls[0].clone()
        });
        assert_eq!(after(&renewed, 3).trust[0][1], after(&tense, 3).trust[0][1]);
        let mut old = tense;
        old.controls[0].from = crate::scenario::Month::new(2001, 1);
        assert_eq!(lost(&old, 2), 0.0);
    }
}
