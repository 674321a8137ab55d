use super::*;
use crate::{
    model::{
        Model, Seed, Simulation,
        firm::Label,
        testing::{assert_null_is_absent, set, trajectory},
    },
    scenario::Scenario,
};
use bevy_ecs::system::RunSystemOnce;

fn baseline(months: u32) -> Scenario {
    let mut scenario = crate::baseline();
    scenario.time.months = months;
    scenario
}

fn world(scenario: &Scenario) -> Simulation {
    let mut simulation = Model::standard().simulate(scenario).unwrap();
    simulation.reset(Seed { master: 1, replicate: 0 });
    simulation
}

fn cash(simulation: &mut Simulation) -> f64 {
    let world = simulation.world_mut();
    world.query::<&Finance>().iter(world).map(|finance| finance.cash).sum()
}

#[test]
fn a_hundred_points_of_momentum_weigh_e_to_the_zeta() {
    let money = Money { share_floor: 0.01, concentration: 0.5, momentum: 0.7, lag_weight: 0.4, ..Money::default() };
    let still = funding_weight(&money, 0.24, 0.0, 0.0);
    assert!((still - 0.5).abs() < 1e-15);
    assert!((funding_weight(&money, 0.24, 100.0, 0.0) / still - maths::exp(0.7)).abs() < 1e-12);
    assert!((funding_weight(&money, 0.24, 0.0, 50.0) / still - maths::exp(-0.2)).abs() < 1e-12);
}

#[test]
fn who_sells_cheaper_earns_less_of_each_user() {
    let mut simulation = world(&baseline(12));
    for _ in 0..6 {
        simulation.step().unwrap();
        simulation.world_mut().resource_mut::<Clock>().advance();
    }
    let world = simulation.world_mut();
    let mut revenue = |price: f64| {
        let mut firms = world.query::<(&mut Character, &Finance)>();
        firms.iter_mut(world).next().unwrap().0.price = price;
        world.run_system_once(collect_revenue).unwrap();
        firms.iter(world).map(|(_, finance)| finance.revenue).collect::<Vec<_>>()
    };
    let (plain, cheap) = (revenue(0.0), revenue(-0.5));
    assert!(plain[0] > 0.0 && (cheap[0] / plain[0] - maths::exp(-0.5)).abs() < 1e-12);
    assert_eq!(cheap[1..], plain[1..]);
}

#[test]
fn capital_goes_home_first_and_all_of_it_is_given() {
    let (mut capital, mut weight): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    (capital[0], capital[1], capital[2]) = (30.0, 10.0, 5.0);
    // Nobody lives in the third state.
    (weight[0], weight[1]) = (2.0, 1.0);
    let mut trust = [[0.5; MAX_STATES]; MAX_STATES];
    (trust[0][0], trust[1][1], trust[2][2]) = (1.0, 1.0, 1.0);
    let given = |abroad: f64| {
        let per_weight = capital::share_capital(abroad, 3, &trust, &capital, &weight);
        [2.0 * per_weight[0], per_weight[1]]
    };
    // Of the first state's money 2 parts stay and 0.2 · 1 goes abroad; of the second's 1 stays and 0.2 · 2 goes.
    let [first, second] = given(0.4);
    assert!((first - (30.0 * 2.0 / 2.2 + 10.0 * 0.4 / 1.4 + 5.0 * 2.0 / 3.0)).abs() < 1e-12);
    assert!((first + second - 45.0).abs() < 1e-12);
    let [first, second] = given(0.0);
    assert!((first - 30.0).abs() < 1e-12 && (second - 10.0).abs() < 1e-12);
}

#[test]
fn staff_follows_what_can_be_paid_and_never_falls_below_the_least() {
    let staffing = Staffing { moved: 0.5, least: 0.3 };
    assert_eq!([staffing.step(1.0, 2.0), staffing.step(1.0, 0.0), staffing.step(0.4, -5.0)], [1.5, 0.5, 0.3]);
}

#[test]
fn the_least_cost_grows_with_the_frontier() {
    let money = Money { least_staff: 0.04, least_growth: 0.25, ..Money::default() };
    assert_eq!(money.least_staff(0.0), 0.04);
    assert!((money.least_staff(4.0) - 0.04 * maths::exp(1.0)).abs() < 1e-15);
}

#[test]
fn every_way_in_which_cash_changes_is_in_the_ledger() {
    let mut scenario = baseline(96);
    set(&mut scenario, "exit", "hazard_per_year", 1.5);
    set(&mut scenario, "money", "least_staff", 0.3);
    let mut simulation = world(&scenario);
    let (mut before, mut closed) = (cash(&mut simulation), 0);
    while simulation.live_month().unwrap() {
        let ledger = simulation.world().resource::<Ledger>();
        let (change, left) = (ledger.money.balance(), ledger.exits);
        let after = cash(&mut simulation);
        assert!((before + change - after).abs() < 1e-6, "{before} and {change} make {after}");
        before = after;
        closed += left;
    }
    assert!(closed > 20);
}

#[test]
fn capital_offered_is_capital_raised() {
    let mut simulation = world(&baseline(36));
    while simulation.live_month().unwrap() {
        let world = simulation.world_mut();
        let raised = world.resource::<Ledger>().money.raised;
        let offered: f64 = world.query::<&Supply>().iter(world).map(|supply| supply.capital).sum();
        // What firms that closed in the month had raised is in the ledger too.
        assert!((raised - offered / 12.0).abs() < 1e-9, "{raised} of {offered}");
    }
}

#[test]
fn nobody_orders_for_more_than_the_cash_there_is() {
    // Public money is for compute whatever a firm owes.
    let mut scenario = baseline(120);
    set(&mut scenario, "policy", "scale", 0.0);
    let mut simulation = world(&scenario);
    let mut without = 0;
    while simulation.live_month().unwrap() {
        let world = simulation.world_mut();
        for (label, finance, hardware) in world.query::<(&Label, &Finance, &Hardware)>().iter(world) {
            let most = free_cash(finance, hardware).max(0.0);
            assert!(hardware.order <= most * (1.0 + 1e-9), "{}: {} of {most}", label.0, hardware.order);
            without += u32::from(most == 0.0);
        }
    }
    assert!(without > 0, "nobody is out of cash");
}

#[test]
fn public_money_follows_private_money() {
    let with = |value: f64| {
        let mut scenario = baseline(2);
        set(&mut scenario, "policy", "scale", value);
        let run = trajectory(&scenario);
        let china = run.firms.iter().filter(|row| &*row.state == "China" && row.date == run.world[1].date);
        china.map(|row| (row.firm.clone(), row.compute, row.investment)).collect::<Vec<_>>()
    };
    let (none, some) = (with(0.0), with(1.0));
    let gained: Vec<f64> = none.iter().zip(&some).map(|(none, some)| some.1 - none.1).collect();
    let most = |of: &dyn Fn(usize) -> f64| (0..none.len()).max_by(|a, b| of(*a).total_cmp(&of(*b))).unwrap();
    assert_eq!(most(&|i| gained[i]), most(&|i| some[i].2));
}

#[test]
fn at_its_null_nothing_is_earned_raised_or_spent() {
    assert_null_is_absent(&baseline(60), Money::NAME);
}
