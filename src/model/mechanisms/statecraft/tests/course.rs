//! When states meet and what of others they can know by then; what is under way when a run goes on.

use super::{super::cabinet::Pressure, *};
use crate::scenario::{ControlNumbers, ControlSpec, Goods, Month, ShockNumbers, ShockSpec, Stage};

/// Months in which the first state reviewed its posture.
fn reviews(scenario: &Scenario) -> Vec<Month> {
    let name = &scenario.states[0].name;
    let of_it = |event: &&crate::measure::record::EventRow| {
        (event.kind == "review".into() || event.kind == "posture".into()) && event.actor == name.clone().into()
    };
    testing::trajectory(scenario).events.iter().filter(of_it).map(|event| event.date).collect()
}

/// A world in which nobody meets in a month of its own, if it can be helped, and nobody has an incident that counts.
fn seldom() -> Scenario {
    let mut scenario = world([StateRule::Fixed; 3], [OPEN; 3]);
    testing::set(&mut scenario, Statecraft::NAME, "review_months", 120.0);
    scenario
}

fn rule(from: Month) -> ControlSpec {
    ControlSpec {
        name: "rule".to_owned(),
        what: Goods::Chips,
        by: vec![1],
        against: vec![0],
        from: Some(from),
        by_chance: None,
        to: None,
        numbers: ControlNumbers::default(),
    }
}

fn shock(from: Month) -> ShockSpec {
    ShockSpec {
        name: "clash".to_owned(),
        location: 0,
        stages: [true; Stage::COUNT],
        from: Some(from),
        between: Some((0, 1)),
        numbers: ShockNumbers::default(),
    }
}

#[test]
fn what_stood_at_the_start_or_befell_before_a_state_acts_calls_no_cabinet() {
    let quiet = seldom();
    let start = quiet.time.start;
    let mut ruled = quiet.clone();
    ruled.controls = vec![rule("2022-10".parse().unwrap())];
    assert_eq!(reviews(&ruled), reviews(&quiet), "a rule that is older than the world");
    let mut later = quiet.clone();
    later.strategists[0].from = Some(start.plus(20));
    let expected = reviews(&later);
    later.controls = vec![rule(start.plus(6))];
    later.shocks = vec![shock(start.plus(8))];
    assert_eq!(reviews(&later), expected, "a rule and a clash in the years before");
    later.controls = vec![rule(start.plus(25))];
    assert!(reviews(&later).contains(&start.plus(26)), "one that comes after calls it");
}

#[test]
fn a_clash_calls_a_cabinet_whatever_the_steps() {
    let mut scenario = seldom();
    let start = scenario.time.start;
    scenario.shocks = vec![shock(start.plus(10))];
    for steps_per_year in [12, 24] {
        scenario.time.steps_per_year = steps_per_year;
        let reviews = reviews(&scenario);
        assert!(reviews.contains(&start.plus(11)), "{steps_per_year} steps a year: {reviews:?}");
    }
}

#[test]
fn a_rule_that_grows_by_steps_is_news_once_and_again_after_it_stood_still() {
    let news = |stands: &[f64]| -> Vec<bool> {
        let mut pressure = Pressure::default();
        stands.iter().map(|now| pressure.feels(*now)).collect()
    };
    assert_eq!(news(&[0.8, 0.8, 0.85]), [false, false, false], "what stood before is none, nor is a little more");
    assert_eq!(news(&[0.0, 0.25, 0.5, 0.75, 1.0, 1.0]), [false, true, false, false, false, false]);
    assert_eq!(news(&[0.0, 0.06, 0.12, 0.18, 0.24]), [false, false, true, false, false]);
    assert_eq!(news(&[0.0, 0.25, 0.25, 0.5, 0.2, 0.4]), [false, true, false, true, false, true]);
}

#[test]
fn a_rival_that_arms_by_steps_calls_a_cabinet_once_whatever_the_steps_of_the_world() {
    let mut scenario = seldom();
    scenario.postures[RACE].numbers.control = 1.0;
    for steps_per_year in [12, 24] {
        scenario.time.steps_per_year = steps_per_year;
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        for month in 0..20 {
            if month == 6 {
                simulation.world_mut().resource_mut::<Cabinets>().all[1].decided = Some((RACE, 1.0));
            }
            simulation.live_month().unwrap();
        }
        let cabinets = simulation.world().resource::<Cabinets>();
        assert_eq!((cabinets.all[0].reviewed, cabinets.all[1].levers.of(Lever::Control)), (Some(7), 1.0));
    }
}

#[test]
fn who_does_not_act_yet_is_known_for_its_rules_and_not_for_the_posture_that_it_means_to_take() {
    let mut scenario = world([StateRule::Fixed, StateRule::Reactive, StateRule::Fixed], [RACE, OPEN, OPEN]);
    scenario.strategists[0].from = Some(scenario.time.start.plus(12));
    scenario.strategists[1].rivals = vec![0];
    (scenario.strategists[1].numbers.reaction, scenario.strategists[1].numbers.fatigue) = (1.0, 1.0);
    let seen: Vec<f64> = lived(&scenario, 18).iter().map(|month| month[1].0).collect();
    // It acts in month 12, which is seen in month 13 and answered in the one after.
    assert_eq!(seen.iter().position(|hostility| *hostility > 0.0), Some(14), "{seen:?}");
}

#[test]
fn goods_that_a_posture_covers_more_are_kept_back_by_steps_too() {
    let mut scenario = world([StateRule::Fixed; 3], [RACE, OPEN, OPEN]);
    scenario.postures[RACE].goods =
        [Goods::Chips].map(|goods| goods as usize).iter().fold([false; 6], |mut all, at| {
            all[*at] = true;
            all
        });
    let mut all = scenario.postures[RACE].clone();
    (all.name, all.goods) = ("all".to_owned(), [true; Goods::COUNT]);
    scenario.postures.push(all);
    scenario.strategists[0].postures.push(2);
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    let mut stands = Vec::new();
    for month in 0..12 {
        if month == 2 || month == 7 {
            let posture = if month == 2 { 2 } else { RACE };
            simulation.world_mut().resource_mut::<Cabinets>().all[0].decided = Some((posture, 1.0));
        }
        simulation.live_month().unwrap();
        let stances = simulation.world().resource::<Stances>();
        let of = |goods: Goods| stances.control[goods as usize][StateId::new(0)][StateId::new(1)];
        assert_eq!(of(Goods::Chips), 0.4, "month {month}");
        stands.push(of(Goods::Materials));
    }
    let expected = [0.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1, 0.0, 0.0];
    assert!(stands.iter().zip(expected).all(|(stands, expected)| (stands - expected).abs() < 1e-12), "{stands:?}");
}

#[test]
fn a_review_is_noted_with_how_hostile_the_state_is_going_to_stand() {
    let mut scenario = world([StateRule::Reactive, StateRule::Fixed, StateRule::Fixed], [RACE, OPEN, OPEN]);
    (scenario.strategists[0].numbers.reaction, scenario.strategists[0].numbers.fatigue) = (0.0, 0.25);
    let trajectory = testing::trajectory(&scenario);
    let noted = trajectory.events.iter().find(|event| event.kind == "review".into()).unwrap();
    assert_eq!((noted.actor.clone(), noted.value), (scenario.states[0].name.clone().into(), Some(0.75)));
}

/// How the first state stands, and its lever `control`, when the world goes on for a few months under another scenario.
fn turned(before: &Scenario, after: &Scenario) -> (usize, f64, f64) {
    let mut simulation = Model::standard().simulate(before).unwrap();
    for _ in 0..6 {
        simulation.live_month().unwrap();
    }
    simulation.go_on_as(after).unwrap();
    for _ in 0..6 {
        simulation.live_month().unwrap();
    }
    let cabinet = &simulation.world().resource::<Cabinets>().all[0];
    (cabinet.posture, cabinet.hostility, cabinet.levers.of(Lever::Control))
}

#[test]
fn where_a_run_goes_on_under_other_postures_states_go_to_what_these_are_now() {
    let before = world([StateRule::Fixed; 3], [RACE, OPEN, OPEN]);
    assert_eq!(turned(&before, &before), (RACE, 1.0, 0.4));
    let mut after = before.clone();
    (after.postures[RACE].numbers.control, after.postures[RACE].numbers.hostility) = (0.8, 0.9);
    assert_eq!(turned(&before, &after), (RACE, 0.9, 0.8));
}

#[test]
fn who_has_yet_to_begin_begins_when_and_where_it_is_said_by_then() {
    let mut before = world([StateRule::Fixed; 3], [OPEN; 3]);
    before.strategists[0].from = Some(before.time.start.plus(30));
    let mut after = before.clone();
    (after.strategists[0].from, after.strategists[0].start) = (Some(before.time.start.plus(7)), RACE);
    assert_eq!(turned(&before, &after), (RACE, 1.0, 0.4));
    assert_eq!(turned(&after, &before), (OPEN, 0.0, 0.0), "and who has not begun then does not");
}

#[test]
fn who_no_longer_chooses_leaves_no_levers_behind() {
    let mut before = world([StateRule::Fixed; 3], [RACE, OPEN, OPEN]);
    before.strategists.truncate(1);
    let mut after = before.clone();
    after.strategists[0] = world([StateRule::Fixed; 3], [OPEN; 3]).strategists[1].clone();
    after.strategists[0].from = Some(before.time.start.plus(30));
    let mut simulation = Model::standard().simulate(&before).unwrap();
    simulation.live_month().unwrap();
    assert!(simulation.world().resource::<Stances>().any());
    simulation.go_on_as(&after).unwrap();
    simulation.live_month().unwrap();
    assert!(!simulation.world().resource::<Stances>().any());
}

#[test]
fn a_rivals_posture_that_is_not_in_the_table_counts_as_the_nearest_that_is() {
    let mut scenario = world([StateRule::BestResponse, StateRule::Fixed, StateRule::Fixed], [OPEN, OPEN, OPEN]);
    let mut wall = scenario.postures[RACE].clone();
    (wall.name, wall.numbers.hostility) = ("wall".to_owned(), 0.8);
    scenario.postures.push(wall);
    let state = &mut scenario.strategists[0];
    state.rivals = vec![1];
    state.numbers.precision = 1000.0;
    // To be open pays only against who is; nothing at all is what a cell that is missing would bring.
    state.payoffs = vec![vec![4.0, -4.0, 0.0], vec![-1.0, -1.0, 0.0], vec![0.0; 3]];
    (scenario.strategists[1].postures, scenario.strategists[1].start) = (vec![OPEN, 2], 2);
    let seen = lived(&scenario, 24);
    assert!(seen[6..].iter().all(|month| month[0].0 == 1.0), "{seen:?}");
    // A rival that does not choose has no postures of its own.
    scenario.strategists.remove(1);
    scenario.strategists[0].postures = vec![OPEN];
    scenario.postures.swap(OPEN, RACE);
    scenario.strategists.iter_mut().for_each(|state| (state.start, state.postures) = (1, vec![1]));
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    while simulation.live_month().unwrap() {}
}

#[test]
fn a_lead_that_was_not_seen_a_year_ago_is_no_gain() {
    let mut scenario = world([StateRule::Imitate, StateRule::Fixed, StateRule::Fixed], [OPEN, OPEN, RACE]);
    // The least powerful follows its ally, if its lead over the rival counts as won in a year.
    let strongest = scenario.states.iter().position(|state| state.name == "US").unwrap();
    (scenario.strategists[2].state, scenario.strategists[2].name) = (strongest, "US".to_owned());
    scenario.strategists[2].rivals.clear();
    let state = &mut scenario.strategists[0];
    let weakest = scenario.states.iter().position(|state| state.name == "UK").unwrap();
    (state.state, state.name) = (weakest, "UK".to_owned());
    (state.rivals, state.allies) = (vec![1], vec![strongest]);
    (state.numbers.selection, state.numbers.weight_lead) = (1e6, 1.0);
    let others = &mut state.numbers;
    (others.weight_output, others.weight_power, others.weight_welfare, others.weight_risk) = (0.0, 0.0, 0.0, 0.0);
    scenario.strategists[1].rivals.clear();
    // Own accounts and the ally's reach back a year from month 13, the rival's from month 15.
    let seen = lived(&scenario, 15);
    assert!(seen.iter().all(|month| month[0].0 == 0.0), "{seen:?}");
}
