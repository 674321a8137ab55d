use super::*;
use crate::{
    measure::record::Record,
    model::{Model, Seed, states::StateId, testing, testing::of_state},
    scenario::{Month, PolicyNumbers},
};

/// A policy of the first state, against the third if its lever is aimed.
fn policy(name: &str, lever: Lever, value: f64) -> PolicySpec {
    let against = if lever.is_aimed() { vec![2] } else { Vec::new() };
    PolicySpec { against, ..testing::policy(name, 0, lever, value) }
}

fn with(policies: impl IntoIterator<Item = PolicySpec>) -> Scenario {
    let mut scenario = crate::baseline();
    scenario.policies = policies.into_iter().collect();
    scenario.time.months = 24;
    scenario
}

/// What the first state sets its lever to, step by step, and what policy costs it.
fn levers(scenario: &Scenario, lever: Lever, steps: u32) -> Vec<(f64, f64)> {
    let mut simulation = Model::standard().simulate(scenario).unwrap();
    let mut seen = Vec::new();
    for _ in 0..steps {
        simulation.step().unwrap();
        let world = simulation.world_mut();
        world.resource_mut::<Clock>().advance();
        let levers = of_state::<Levers>(world, 0);
        seen.push((levers.of(lever), of_state::<Burden>(world, 0).policy_cost));
    }
    seen
}

#[test]
fn policies_on_a_lever_add_up_within_its_range() {
    let of = |a, b| {
        levers(&with([policy("a", Lever::OpenSource, a), policy("b", Lever::OpenSource, b)]), Lever::OpenSource, 1)
    };
    assert_eq!(of(0.25, 0.5)[0].0, 0.75);
    assert_eq!(of(0.75, 0.5)[0].0, 1.0);
}

#[test]
fn a_policy_is_in_force_from_its_first_month_to_the_one_before_its_end() {
    let start = crate::baseline().time.start;
    for steps_per_year in [12, 24] {
        let mut dated = policy("plan", Lever::ChipSubsidy, 10.0);
        (dated.from, dated.to) = (Some(start.plus(2)), Some(start.plus(4)));
        let mut scenario = with([dated]);
        scenario.time.steps_per_year = steps_per_year;
        let in_force: Vec<_> =
            levers(&scenario, Lever::ChipSubsidy, steps_per_year / 2).iter().map(|seen| seen.0 > 0.0).collect();
        let month = steps_per_year as usize / 12;
        let expected: Vec<_> = (0..6 * month).map(|step| (2 * month..4 * month).contains(&step)).collect();
        assert_eq!(in_force, expected);
    }
    let mut over = policy("over", Lever::ChipSubsidy, 10.0);
    over.to = Some(Month::new(2001, 1).unwrap());
    assert_eq!(levers(&with([over]), Lever::ChipSubsidy, 1)[0].0, 0.0);
}

#[test]
fn beginning_and_end_are_events_under_the_name_of_the_policy() {
    let start = crate::baseline().time.start;
    let mut dated = policy("plan", Lever::Talent, 0.1);
    (dated.from, dated.to) = (Some(start.plus(2)), Some(start.plus(4)));
    let mut scenario = with([policy("old", Lever::Talent, 0.1), dated]);
    scenario.events.clear();
    let trajectory =
        Model::standard().simulate(&scenario).unwrap().run(Seed { master: 1, replicate: 0 }, Record::ALL).unwrap();
    let events = trajectory.events.iter().filter(|event| event.kind.starts_with("policy"));
    let events: Vec<_> = events.map(|event| (event.date, &*event.kind, &*event.text)).collect();
    assert_eq!(events, [(start.plus(2), "policy", "plan"), (start.plus(4), "policy_end", "plan")]);
}

#[test]
fn feedback_answers_to_what_was_published_a_delay_ago() {
    // Compute of the first state stands far above 0, so that each unit missing from a high target counts.
    let reacting = |delay_months, gain, cap| {
        let mut answer = policy("answer", Lever::ChipSubsidy, 0.5);
        answer.indicator = Some(Indicator::Compute);
        answer.numbers = PolicyNumbers { gain, target: 100.0, delay_months, cap, ..answer.numbers };
        levers(&with([answer]), Lever::ChipSubsidy, 8).into_iter().map(|seen| seen.0).collect::<Vec<_>>()
    };
    let (soon, late) = (reacting(1, 1.0, 1000.0), reacting(4, 1.0, 1000.0));
    assert_eq!((soon[0], soon[1] > 50.0), (0.5, true));
    assert_eq!(late[..4], [0.5; 4]);
    assert_eq!(late[4], soon[1]);
    assert_eq!(reacting(1, 1.0, 3.0)[5], 3.0);
    assert_eq!(reacting(1, -1.0, 3.0)[5], 0.0);
}

#[test]
fn published_numbers_are_kept_for_the_longest_delay() {
    let mut published = Bulletins::default();
    for month in 0..30 {
        published.publish(Indicator::Growth, StateId::new(3), month, f64::from(month));
    }
    assert_eq!(published.seen(Indicator::Growth, StateId::new(3), 30, 24), Some(6.0));
    assert_eq!(published.seen(Indicator::Growth, StateId::new(3), 30, 1), Some(29.0));
    assert_eq!(published.seen(Indicator::Power, StateId::new(3), 30, 1), None);
    assert_eq!(Bulletins::default().seen(Indicator::Growth, StateId::new(0), 2, 3), None);
}

#[test]
fn money_levers_cost_their_value_and_the_others_a_share_of_output() {
    let params = Policy::default();
    let cost = |lever: Lever, value: f64| {
        let mut levers = Levers::default();
        levers.0[lever as usize] = value;
        params.cost(&levers, 1000.0)
    };
    assert_eq!((cost(Lever::ChipSubsidy, 30.0), cost(Lever::PublicCompute, 4.0)), (30.0, 4.0));
    assert_eq!((cost(Lever::Power, 10.0), cost(Lever::Leapfrog, 1.0)), (25.0, 0.0));
    assert!((cost(Lever::Talent, 0.5) - 1.0).abs() < 1e-12);
    assert_eq!(params.cost(&Levers::default(), 1000.0), 0.0);
    assert_eq!(levers(&with([policy("fabs", Lever::ChipSubsidy, 30.0)]), Lever::ChipSubsidy, 2)[1], (30.0, 30.0));
}

#[test]
fn policies_without_strength_are_no_policies_to_the_bit() {
    let policies = || {
        let mut answer = policy("answer", Lever::PublicCompute, 0.5);
        answer.indicator = Some(Indicator::RatingLead);
        answer.numbers.gain = 1.0;
        [policy("open", Lever::OpenSource, 0.8), policy("talent", Lever::Talent, 0.2), answer]
    };
    let run = |scenario: &Scenario| {
        Model::standard().simulate(scenario).unwrap().run(Seed { master: 3, replicate: 1 }, Record::ALL).unwrap()
    };
    let mut null = with(policies());
    null.set("mechanisms.policy.scale", 0.0).unwrap();
    let mut off = with(policies());
    testing::disable(&mut off, Policy::NAME);
    let none = run(&with([]));
    assert!(run(&null) == none);
    assert!(run(&off) == none);
    let zeros = policies().map(|mut policy| {
        (policy.numbers.value, policy.numbers.gain) = (0.0, 0.0);
        policy
    });
    assert!(run(&with(zeros)) == none);
    assert!(run(&with(policies())) != none);
}

#[test]
fn public_compute_is_ordered_and_counts_as_spending() {
    let spending = |value| {
        let mut simulation =
            Model::standard().simulate(&with([policy("cluster", Lever::PublicCompute, value)])).unwrap();
        simulation.step().unwrap();
        let world = simulation.world_mut();
        let orders: f64 = world
            .query::<(&Character, &Hardware)>()
            .iter(world)
            .filter(|(character, _)| character.home.place() == 0)
            .map(|(_, hardware)| hardware.order)
            .sum();
        (orders, of_state::<Supply>(world, 0).spending)
    };
    let (without, with) = (spending(0.0), spending(12.0));
    // A month of it, by the scale of all money.
    let scale = crate::model::mechanisms::money::Money::default().capital_scale;
    assert!((with.0 - without.0 - scale).abs() < 1e-9);
    assert!((with.1 - without.1 - 12.0 * scale).abs() < 1e-9);
}

#[test]
fn support_of_open_models_brings_more_newborns_and_more_open_ones() {
    let births = |value| {
        let mut scenario = with([policy("open", Lever::OpenSource, value)]);
        scenario.time.months = 60;
        for state in &mut scenario.states {
            state.numbers.entry_per_year = 0.0;
        }
        scenario.states[0].numbers.entry_per_year = 6.0;
        for firm in &mut scenario.firms {
            (firm.open, firm.enters) = (false, None);
        }
        let (mut all, mut open) = (0, 0);
        for replicate in 0..12 {
            let mut simulation = Model::standard().simulate(&scenario).unwrap();
            let trajectory = simulation.run(Seed { master: 5, replicate }, Record::ALL).unwrap();
            let entries = || trajectory.events.iter().filter(|event| event.kind == "entry".into());
            all += entries().count();
            open += entries().filter(|event| event.text == "open".into()).count();
        }
        (all, open as f64 / all as f64)
    };
    let (without, with) = (births(0.0), births(1.0));
    assert!(with.0 as f64 > 1.4 * without.0 as f64, "{without:?} {with:?}");
    assert!(with.1 > without.1 + 0.1, "{without:?} {with:?}");
}

#[test]
fn support_of_open_models_gives_open_firms_more_of_their_value() {
    let revenue = |value, open| {
        let mut simulation = Model::standard().simulate(&with([policy("open", Lever::OpenSource, value)])).unwrap();
        simulation.step().unwrap();
        let world = simulation.world_mut();
        let mut firms = world.query::<(&Character, &crate::model::firm::Finance)>();
        firms
            .iter(world)
            .filter(|firm| firm.0.home.place() == 0 && firm.0.open == open)
            .map(|firm| firm.1.revenue)
            .sum::<f64>()
    };
    let raised = (0.2 + 0.8 * 0.3 * 0.5) / 0.2;
    assert!(revenue(0.0, true) > 0.0 && revenue(0.0, false) > 0.0);
    assert!((revenue(0.5, true) / revenue(0.0, true) - raised).abs() < 1e-9);
    assert_eq!(revenue(0.5, false), revenue(0.0, false));
}

#[test]
fn what_levers_move_is_absent_at_its_nulls_to_the_bit() {
    let mut scenario = with(<Lever as crate::scenario::Choice>::WORDS.iter().flat_map(|(word, lever)| {
        [0, 1].map(|state| PolicySpec { state, ..policy(&format!("{word} {state}"), *lever, 0.3) })
    }));
    scenario.borders = vec![crate::scenario::Border { between: (0, 1), openness: 0.4, trust: 0.5 }];
    scenario.time.months = 60;
    // So little that it limits what runs.
    scenario.states.iter_mut().for_each(|state| state.numbers.ai_power_gw = 0.01);
    let run = |scenario: &Scenario| {
        Model::standard().simulate(scenario).unwrap().run(Seed { master: 2, replicate: 0 }, Record::ALL).unwrap()
    };
    let acting = run(&scenario);
    for name in ["policy", "systems", "leapfrog", "cooperation", "export_controls"] {
        let (mut null, mut off) = (scenario.clone(), scenario.clone());
        testing::set_to_null(&mut null, name);
        testing::disable(&mut off, name);
        let (null, off) = (run(&null), run(&off));
        assert!(null == off, "{name}");
        assert!(off != acting, "{name}");
    }
}
