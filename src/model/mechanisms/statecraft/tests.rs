use super::*;
use crate::{
    measure::record::Record,
    model::{Model, Seed, Simulation, noise::RunSeed, states::StateId, testing},
    scenario::{PostureNumbers, StrategistNumbers, StrategistSpec},
};

mod course;

const OPEN: usize = 0;
const RACE: usize = 1;

/// A world of three states that choose by these rules, each the rival of all others, between an open and a hostile posture; they
/// review every month and see each other as they are.
fn world(rules: [StateRule; 3], start: [usize; 3]) -> Scenario {
    let mut scenario = crate::baseline();
    scenario.time.months = 36;
    (scenario.controls, scenario.shocks, scenario.policies) = (Vec::new(), Vec::new(), Vec::new());
    scenario.postures = [("open", 0.0, 0.5), ("race", 1.0, 0.0)]
        .map(|(name, hostility, open_science)| PostureSpec {
            name: name.to_owned(),
            goods: [true; crate::scenario::Goods::COUNT],
            numbers: PostureNumbers { hostility, open_science, control: 0.4 * hostility, ..PostureNumbers::default() },
        })
        .to_vec();
    scenario.strategists = (0..3)
        .map(|state| StrategistSpec {
            name: scenario.states[state].name.clone(),
            state,
            rule: rules[state],
            from: None,
            start: start[state],
            postures: vec![OPEN, RACE],
            rivals: (0..3).filter(|other| *other != state).collect(),
            allies: Vec::new(),
            indicator: None,
            payoffs: Vec::new(),
            numbers: StrategistNumbers { switching_cost: 0.0, ..StrategistNumbers::default() },
        })
        .collect();
    for (parameter, value) in [
        ("review_months", 1.0),
        ("patience_months", 1.0),
        ("lever_delay_months", 1.0),
        ("fog_sigma", 0.0),
        ("fog_bias", 0.0),
        ("error", 0.0),
        ("trigger_damage", 1.0),
    ] {
        testing::set(&mut scenario, Statecraft::NAME, parameter, value);
    }
    scenario
}

/// Lives through months, and says of each how hostile the states stood and what they set the lever `control` to.
fn lived(scenario: &Scenario, months: u32) -> Vec<[(f64, f64); 3]> {
    let mut simulation = Model::standard().simulate(scenario).unwrap();
    let mut seen = Vec::new();
    for _ in 0..months {
        assert!(simulation.live_month().unwrap());
        let cabinets = simulation.world().resource::<Cabinets>();
        seen.push([0, 1, 2].map(|at| (cabinets.all[at].hostility, cabinets.all[at].levers.of(Lever::Control))));
    }
    seen
}

fn hostility(scenario: &Scenario, months: u32) -> [f64; 3] {
    lived(scenario, months).last().unwrap().map(|(hostility, _)| hostility)
}

#[test]
fn where_nobody_chooses_and_at_its_null_statecraft_is_absent() {
    let chosen = world([StateRule::Reactive; 3], [RACE, OPEN, OPEN]);
    testing::assert_null_is_absent(&chosen, Statecraft::NAME);
    let (mut none, mut off) = (chosen.clone(), chosen.clone());
    none.strategists.clear();
    testing::disable(&mut off, Statecraft::NAME);
    let run = |scenario: &Scenario| testing::trajectory(scenario);
    assert!(run(&none) == run(&off));
    assert!(run(&chosen) != run(&off), "three states that choose move something");
}

#[test]
fn levers_go_to_what_was_decided_by_steps_from_the_month_after_a_review() {
    let mut scenario = world([StateRule::Fixed, StateRule::Reactive, StateRule::Fixed], [OPEN, RACE, OPEN]);
    scenario.strategists[1].numbers.fatigue = 1.0;
    scenario.strategists[1].numbers.reaction = 0.0;
    testing::set(&mut scenario, Statecraft::NAME, "step", 0.25);
    // The span of the lever is 0.4: it is there from the start, is reviewed in the first month, and gone in four more.
    let levers: Vec<_> = lived(&scenario, 6).iter().map(|month| month[1].1).collect();
    for (seen, expected) in levers.iter().zip([0.4, 0.3, 0.2, 0.1, 0.0, 0.0]) {
        assert!((seen - expected).abs() < 1e-12, "{levers:?}");
    }
    assert_eq!(levers[5], 0.0, "the last step ends on the aim");
}

#[test]
fn an_arms_race_settles_if_reactions_are_weaker_than_fatigues_and_runs_away_if_not() {
    let pair = |reactions: [f64; 2], fatigues: [f64; 2]| {
        let mut scenario = world([StateRule::Reactive, StateRule::Reactive, StateRule::Fixed], [RACE, RACE, OPEN]);
        for at in 0..2 {
            scenario.strategists[at].rivals = vec![1 - at];
            scenario.strategists[at].numbers.reaction = reactions[at];
            scenario.strategists[at].numbers.fatigue = fatigues[at];
        }
        hostility(&scenario, 36)
    };
    // The product of reactions is just below that of fatigues, and just above; each alone would be no guide.
    let (settled, ran_away) = (pair([0.8, 0.2], [0.45, 0.45]), pair([0.8, 0.3], [0.45, 0.45]));
    assert!(settled[0] < 0.4 && settled[1] < 0.4, "{settled:?}");
    assert!(ran_away[0] == 1.0 && ran_away[1] > 0.6, "{ran_away:?}");
}

#[test]
fn a_grievance_is_what_an_own_indicator_lacks() {
    let after = |target| {
        let mut scenario = world([StateRule::Reactive, StateRule::Fixed, StateRule::Fixed], [OPEN; 3]);
        let state = &mut scenario.strategists[0];
        (state.indicator, state.numbers.target) = (Some(crate::scenario::Indicator::HomeShare), target);
        state.numbers.grievance = 0.2;
        hostility(&scenario, 12)[0]
    };
    assert_eq!(after(0.0), 0.0, "a target that is reached leaves no grievance");
    assert!(after(1.0) > 0.1);
}

/// Two states of memory one, the third at peace with both; `after` as in [`StrategistNumbers`].
fn memory_one(after: [f64; 4], start: [usize; 2], error: f64, replicate: u64) -> Vec<[bool; 2]> {
    let mut scenario =
        world([StateRule::MemoryOne, StateRule::MemoryOne, StateRule::Fixed], [start[0], start[1], OPEN]);
    scenario.time.months = 120;
    testing::set(&mut scenario, Statecraft::NAME, "error", error);
    for at in 0..2 {
        scenario.strategists[at].rivals = vec![1 - at];
        let numbers = &mut scenario.strategists[at].numbers;
        [numbers.after_both, numbers.after_betrayal, numbers.after_betraying, numbers.after_neither] = after;
    }
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    simulation.reset(Seed { master: 1, replicate });
    let mut seen = Vec::new();
    while simulation.live_month().unwrap() {
        let cabinets = simulation.world().resource::<Cabinets>();
        seen.push([0, 1].map(|at| cabinets.all[at].hostility <= rules::HALF));
    }
    seen
}

#[test]
fn tit_for_tat_keeps_the_peace_and_the_feud_and_win_stay_lose_shift_ends_it() {
    const TIT_FOR_TAT: [f64; 4] = [1.0, 0.0, 1.0, 0.0];
    const WIN_STAY: [f64; 4] = [1.0, 0.0, 0.0, 1.0];
    let both = |seen: &[[bool; 2]]| seen.iter().filter(|month| **month == [true; 2]).count();
    assert_eq!(both(&memory_one(TIT_FOR_TAT, [OPEN, OPEN], 0.0, 0)), 120);
    assert_eq!(both(&memory_one(TIT_FOR_TAT, [RACE, OPEN], 0.0, 0)), 0, "a feud goes back and forth for ever");
    assert!(both(&memory_one(WIN_STAY, [RACE, OPEN], 0.0, 0)) > 110, "both lose once, and shift");
    // With errors tit for tat cooperates half of the time, win-stay most of it (Nowak and Sigmund 1992).
    let mean = |after| (0..6).map(|replicate| both(&memory_one(after, [OPEN, OPEN], 0.03, replicate))).sum::<usize>();
    assert!(mean(WIN_STAY) > mean(TIT_FOR_TAT) + 60, "{} {}", mean(WIN_STAY), mean(TIT_FOR_TAT));
}

/// How often the first of two states that best-respond by these payoffs (own posture, then the rival's) is hostile in the end.
fn responds(payoffs: [[f64; 2]; 2], rival: (StateRule, usize), level: u32, precision: f64) -> f64 {
    let mut scenario = world([StateRule::BestResponse, rival.0, StateRule::Fixed], [OPEN, rival.1, OPEN]);
    for at in 0..2 {
        let state = &mut scenario.strategists[at];
        state.rivals = vec![1 - at];
        (state.numbers.level, state.numbers.precision) = (level, precision);
        if at == 0 || rival.0 == StateRule::BestResponse {
            state.payoffs = payoffs.map(|row| row.to_vec()).to_vec();
        }
    }
    let seen = lived(&scenario, 30);
    seen[3..].iter().map(|month| month[0].0).sum::<f64>() / 27.0
}

#[test]
fn the_best_response_is_to_defect_in_a_dilemma_and_to_do_as_the_other_where_that_pays() {
    let dilemma = [[3.0, 0.0], [5.0, 1.0]];
    assert_eq!(responds(dilemma, (StateRule::Fixed, OPEN), 1, 100.0), 1.0);
    let hunt = [[4.0, 0.0], [3.0, 3.0]];
    assert_eq!(responds(hunt, (StateRule::Fixed, OPEN), 1, 100.0), 0.0);
    assert_eq!(responds(hunt, (StateRule::Fixed, RACE), 1, 100.0), 1.0);
    // Without precision it is a coin.
    assert!((0.2..0.8).contains(&responds(dilemma, (StateRule::Fixed, OPEN), 1, 0.0)));
}

#[test]
fn who_thinks_further_answers_what_the_other_will_do_and_not_a_coin() {
    // Chicken: against a coin, giving way is better; against one who gives way, standing firm.
    let chicken = [[3.0, 2.0], [5.0, -5.0]];
    assert_eq!(responds(chicken, (StateRule::BestResponse, OPEN), 1, 100.0), 0.0);
    assert_eq!(responds(chicken, (StateRule::BestResponse, OPEN), 2, 100.0), 1.0);
}

#[test]
fn imitators_take_up_what_fares_better_and_the_surer_the_stronger_selection_is() {
    // The third state's output is made to grow, in each month, by what is seen of it.
    let follows = |selection: f64, growth: f64| {
        let mut scenario = world([StateRule::Imitate, StateRule::Fixed, StateRule::Fixed], [OPEN, RACE, RACE]);
        scenario.strategists[0].numbers.selection = selection;
        scenario.strategists[0].rivals.clear();
        scenario.strategists[0].numbers.weight_lead = 0.0;
        for at in 1..3 {
            scenario.states[at].numbers.growth_per_year = growth;
        }
        scenario.states[0].numbers.growth_per_year = 0.0;
        // Nothing is compared before there is a year to look back on.
        hostility(&scenario, 30)[0]
    };
    assert_eq!(follows(1000.0, 0.1), 1.0);
    assert_eq!(follows(1000.0, -0.1), 0.0);
}

#[test]
fn nobody_sees_what_another_decides_in_the_same_month_nor_levers_before_their_delay() {
    let mut scenario = world([StateRule::Fixed, StateRule::Reactive, StateRule::Fixed], [OPEN, OPEN, OPEN]);
    scenario.strategists[1].rivals = vec![0];
    (scenario.strategists[1].numbers.reaction, scenario.strategists[1].numbers.fatigue) = (1.0, 1.0);
    for delay in [1, 3] {
        testing::set(&mut scenario, Statecraft::NAME, "lever_delay_months", f64::from(delay));
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        let mut seen = Vec::new();
        for month in 0..12 {
            if month == 4 {
                let state = &mut simulation.world_mut().resource_mut::<Cabinets>().all[0];
                (state.hostility, state.decided) = (1.0, None);
            }
            simulation.live_month().unwrap();
            seen.push(simulation.world().resource::<Cabinets>().all[1].hostility);
        }
        // Published at the end of month 4, seen `delay` months on, in force in the month after.
        let first = seen.iter().position(|hostility| *hostility > 0.0);
        assert_eq!(first, Some(4 + delay as usize + 1), "{seen:?}");
    }
}

#[test]
fn a_control_or_an_incident_calls_a_cabinet_that_would_not_have_met() {
    let reviews = |trigger: fn(&mut Scenario)| {
        let mut scenario = world([StateRule::Fixed; 3], [OPEN; 3]);
        for (parameter, value) in [("review_months", 120.0), ("patience_months", 3.0)] {
            testing::set(&mut scenario, Statecraft::NAME, parameter, value);
        }
        trigger(&mut scenario);
        let trajectory = testing::trajectory(&scenario);
        let name = scenario.states[0].name.clone();
        trajectory
            .events
            .iter()
            .filter(|event| event.kind == "review".into() && event.actor == name.clone().into())
            .count()
    };
    let quiet = reviews(|_| ());
    let controlled = reviews(|scenario| {
        scenario.controls = crate::baseline().controls;
        for control in &mut scenario.controls {
            (control.by, control.against) = (vec![1], vec![0]);
        }
    });
    let harmed = reviews(|scenario| testing::set(scenario, Statecraft::NAME, "trigger_damage", 0.0));
    assert!(controlled > quiet, "{controlled} {quiet}");
    assert!(harmed > quiet + 3, "{harmed} {quiet}");
}

#[test]
fn fog_has_the_spread_that_it_says_and_allies_lower_it() {
    let spread = |allies: Vec<usize>| {
        let mut scenario = world([StateRule::Fixed; 3], [OPEN; 3]);
        testing::set(&mut scenario, Statecraft::NAME, "fog_sigma", 0.3);
        testing::set(&mut scenario, Statecraft::NAME, "fog_bias", 0.1);
        scenario.strategists[0].allies = allies;
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        let world = simulation.world_mut();
        world.resource_mut::<Relations>().trust[0][2] = 1.0;
        let errors: Vec<f64> = (0..2000)
            .map(|replicate| {
                world.insert_resource(RunSeed(Seed { master: 1, replicate }));
                let system = world.register_system(one_error);
                let error = world.run_system(system).unwrap();
                world.unregister_system(system).unwrap();
                error
            })
            .collect();
        let mean = errors.iter().sum::<f64>() / 2000.0;
        let variance = errors.iter().map(|error| (error - mean) * (error - mean)).sum::<f64>() / 1999.0;
        (mean, variance.sqrt())
    };
    let (alone, with) = (spread(Vec::new()), spread(vec![2]));
    assert!((alone.0 - 0.1).abs() < 0.03 && (alone.1 - 0.3).abs() < 0.02, "{alone:?}");
    assert!((with.0 - 0.1).abs() < 0.03 && (with.1 - 0.3 / 2.0_f64.sqrt()).abs() < 0.02, "{with:?}");
}

/// The error with which the first state sees the power of the second.
fn one_error(files: Files, cabinets: Res<Cabinets>, states: States<&Key>) -> f64 {
    let Files { statecraft, archive, bulletins, relations, noise, .. } = &files;
    let sight = Sight { statecraft, archive, bulletins, relations, noise, month: 0 };
    sight.fog(&cabinets.all[0], *states.at(StateId::new(0)), StateId::new(1))[1]
}

#[test]
fn states_that_are_listed_in_another_order_choose_the_same() {
    let scenario = world([StateRule::Reactive, StateRule::MemoryOne, StateRule::Imitate], [RACE, OPEN, OPEN]);
    let mut turned = scenario.clone();
    turned.strategists.reverse();
    let run = |scenario: &Scenario| {
        let mut simulation: Simulation = Model::standard().simulate(scenario).unwrap();
        simulation.reset(Seed { master: 3, replicate: 1 });
        simulation.run(Seed { master: 3, replicate: 1 }, Record::ALL).unwrap()
    };
    assert!(run(&scenario).states == run(&turned).states);
}

#[test]
fn between_two_postures_levers_lie_on_a_straight_line() {
    let scenario = world([StateRule::Fixed; 3], [OPEN; 3]);
    let clock = Clock::new(&scenario.time);
    let cabinets = Cabinets::new(&scenario, &clock);
    let levers = cabinets.between(&[OPEN, RACE], 0.25);
    assert!((levers.of(Lever::Control) - 0.1).abs() < 1e-15 && (levers.of(Lever::OpenScience) - 0.375).abs() < 1e-15);
    assert_eq!(cabinets.between(&[OPEN], 0.9), cabinets.between(&[OPEN, RACE], 0.0));
}

/// What the first state has taken up after so many months if it looks ahead and wants one thing alone: output, or power. Racing is dear.
fn looked_ahead(wants: &str, change: impl Fn(&mut Scenario)) -> (usize, Simulation) {
    let mut scenario = world([StateRule::LookAhead, StateRule::Fixed, StateRule::Fixed], [OPEN; 3]);
    testing::set(&mut scenario, Statecraft::NAME, "review_months", 12.0);
    testing::set(&mut scenario, Statecraft::NAME, "step", 1.0);
    let race = &mut scenario.postures[RACE].numbers;
    (race.public_compute, race.power, race.control) = (300.0, 20.0, 0.0);
    let numbers = &mut scenario.strategists[0].numbers;
    (numbers.weight_output, numbers.weight_power, numbers.weight_lead) = (0.0, 0.0, 0.0);
    (numbers.weight_welfare, numbers.weight_risk, numbers.switching_cost) = (0.0, 0.0, 0.0);
    (numbers.horizon_months, numbers.branches) = (12, 2);
    scenario.set(&format!("strategists.{}.weight_{wants}", scenario.strategists[0].name.clone()), 1.0).unwrap();
    change(&mut scenario);
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    simulation.reset(Seed { master: 1, replicate: 0 });
    for _ in 0..16 {
        simulation.live_month().unwrap();
    }
    (simulation.world().resource::<Cabinets>().all[0].posture, simulation)
}

#[test]
fn who_looks_ahead_takes_up_what_brings_it_what_it_wants() {
    assert_eq!(
        looked_ahead("output", |_| ()).0,
        OPEN,
        "compute that is bought with a tenth of output costs more than it brings in a year"
    );
    assert_eq!(looked_ahead("power", |_| ()).0, RACE);
    assert_eq!(looked_ahead("power", |scenario| scenario.strategists[0].numbers.switching_cost = 10.0).0, OPEN);
}

#[test]
fn looking_ahead_leaves_the_world_as_it_was_and_does_not_know_what_is_to_come() {
    // Whoever looks ahead and stays lives through the same world as who never looked.
    let stays = |rule: StateRule, months: u32, change: fn(&mut Scenario)| {
        let (_, mut simulation) = looked_ahead("power", |scenario| {
            scenario.strategists[0].rule = rule;
            scenario.strategists[0].postures = vec![OPEN];
            scenario.time.months = months;
            change(scenario);
        });
        while simulation.live_month().unwrap() {}
        let world = simulation.world_mut();
        let mut firms = world.query::<&crate::model::firm::Capability>();
        firms.iter(world).map(|own| own.0).collect::<Vec<_>>()
    };
    assert!(stays(StateRule::LookAhead, 24, |_| ()) == stays(StateRule::Fixed, 24, |_| ()));
    // A blockade that is dated for later and would end all chips changes no decision before it.
    let decision =
        |change: fn(&mut Scenario)| looked_ahead("power", change).1.world().resource::<Cabinets>().all[0].posture;
    let blockade = |scenario: &mut Scenario| {
        let later = scenario.time.start.plus(17);
        scenario.shocks = (0..scenario.states.len())
            .map(|location| crate::scenario::ShockSpec {
                name: format!("shock {location:02}"),
                location,
                stages: [true; crate::scenario::Stage::COUNT],
                from: Some(later),
                between: None,
                numbers: crate::scenario::ShockNumbers { output_loss: 0.9, ..Default::default() },
            })
            .collect();
    };
    assert_eq!(decision(blockade), decision(|_| ()));
}

#[test]
fn a_run_that_is_stopped_and_goes_on_chooses_the_same() {
    let mut scenario = world([StateRule::Reactive, StateRule::LookAhead, StateRule::Imitate], [RACE, OPEN, OPEN]);
    scenario.strategists[1].numbers.horizon_months = 3;
    testing::set(&mut scenario, Statecraft::NAME, "review_months", 6.0);
    let end = |simulation: &mut Simulation| {
        while simulation.live_month().unwrap() {}
        let cabinets = simulation.world().resource::<Cabinets>();
        cabinets.all.iter().map(|cabinet| (cabinet.hostility, cabinet.levers)).collect::<Vec<_>>()
    };
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    for _ in 0..13 {
        simulation.live_month().unwrap();
    }
    let fork = simulation.snapshot().unwrap();
    let uninterrupted = end(&mut simulation);
    simulation.restore(&fork).unwrap();
    simulation.go_on_as(&scenario).unwrap();
    assert_eq!(end(&mut simulation), uninterrupted);
}
