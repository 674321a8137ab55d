//! Levers and rules by which states reach each other: which way each pushes, and that it is absent at its null.

use crate::support::{
    pairs::{end, laid_over, measured, rises, rises_in_every_pair, run, state, sum},
    worlds::short,
};
use bevy_ecs::prelude::*;
use redqueen::{
    measure::record::{StateRow, Trajectory},
    model::{
        Model, Seed, Simulation,
        clock::Clock,
        mechanisms::policy::Policy,
        relations::{Barriers, Stances},
        state::{Burden, Levers},
        states::StateId,
    },
    scenario::{Scenario, Source, load},
};

const RUNS: u64 = 16;

/// Trust is not what these tests are about: rules that cost none, and levers that cost nothing.
const FREE: [&str; 5] = [
    "mechanisms.cooperation.hit_control=0",
    "mechanisms.policy.cost_control=0",
    "mechanisms.policy.cost_closure=0",
    "mechanisms.policy.cost_immigration=0",
    "mechanisms.policy.cost_model_procurement=0",
];

/// An aimed lever, or a plain one where `against` is empty, in force from the start or in a span.
fn lever(state: &str, lever: &str, against: &str, value: f64, span: &str) -> String {
    let against = if against.is_empty() { String::new() } else { format!("against = [\"{against}\"]\n") };
    format!(
        "[[policies]]\nname = \"Test: {lever} of {state}\"\nstate = \"{state}\"\nlever = \"{lever}\"\n{against}{span}value = {value}\n"
    )
}

/// A rule of the US against China that lets nothing through, from a month on.
fn rule(what: &str, by: &str, against: &str, from: &str) -> String {
    format!(
        "[[controls]]\nname = \"Test: {what}\"\nwhat = \"{what}\"\nby = [\"{by}\"]\nagainst = [\"{against}\"]\nfrom = \"{from}\"\nstrictness = 1.0\nleak = 0.0\n"
    )
}

fn world(months: u32, text: &str, set: &[&str]) -> Scenario {
    laid_over("baseline.toml", months, text, &[&FREE, set].concat())
}

/// The same history, but for what is said of policies in words.
#[track_caller]
fn assert_same(a: &Trajectory, b: &Trajectory) {
    assert!(a.world == b.world && a.firms == b.firms, "firms or the world differ");
    let moved = a.states.iter().zip(&b.states).find(|(a, b)| a != b);
    assert!(moved.is_none(), "{moved:?}");
}

#[test]
fn a_closed_market_keeps_foreign_firms_out_as_long_as_it_is_closed() {
    let closed = |value| world(48, &lever("EU", "market_closure", "US", value, "from = \"2024-01\"\n"), &[]);
    let share = |scenario: &Scenario| measured(scenario, 2 * RUNS, &end("EU", |row| row.home_share.unwrap_or(0.0)));
    let (open, half, shut) = (share(&world(48, "", &[])), share(&closed(0.2)), share(&closed(1.0)));
    rises("EU's share of its own market", &open, &half);
    rises("EU's share of its own market", &half, &shut);
    // It comes back when the lever goes.
    let gone = lever("EU", "market_closure", "US", 1.0, "from = \"2024-01\"\nto = \"2025-01\"\n");
    rises("EU's share of its own market", &share(&world(48, &gone, &[])), &shut);
    let revenue = |scenario: &Scenario| {
        measured(scenario, RUNS, &|world| {
            let end = world.world.last().unwrap().date;
            world.firms.iter().filter(|firm| firm.date == end && &*firm.state == "US").map(|firm| firm.revenue).sum()
        })
    };
    rises("revenue of US firms", &revenue(&closed(1.0)), &revenue(&world(48, "", &[])));
}

#[test]
fn users_reach_less_behind_closed_markets() {
    let all = ["US", "China", "UK"].map(|home| {
        lever("Japan", "market_closure", home, 1.0, "").replace("of Japan", &format!("of Japan against {home}"))
    });
    let access = sum("Japan", 12..36, |row| row.access);
    // Weights that are out are reached all the same: with closed models alone more is lost.
    let lost = |base: &str, text: &str| measured(&laid_over(base, 36, text, &FREE), RUNS, &access);
    let (open, shut) = (lost("scenarios/all-closed.toml", ""), lost("scenarios/all-closed.toml", &all.concat()));
    rises_in_every_pair("access in Japan", &shut, &open);
    let adoption = end("Japan", |row| row.adoption);
    let used = |text: &str| measured(&laid_over("scenarios/all-closed.toml", 36, text, &FREE), RUNS, &adoption);
    rises_in_every_pair("adoption in Japan", &used(&all.concat()), &used(""));
}

#[test]
fn a_closed_market_that_is_opened_is_served_and_closes_again() {
    let opened = |to: &str| world(36, &lever("China", "market_closure", "US", -1.0, to), &[]);
    let home = |scenario: &Scenario| run(scenario, 0);
    let share = |world: &Trajectory, month: usize| state(world, "China").nth(month).unwrap().home_share.unwrap();
    let (base, open, shut) = (home(&world(36, "", &[])), home(&opened("")), home(&opened("to = \"2024-01\"\n")));
    assert!(share(&open, 11) < share(&base, 11) - 0.01, "{} {}", share(&open, 11), share(&base, 11));
    assert!(share(&shut, 11) == share(&open, 11) && share(&shut, 12) > share(&open, 11) + 0.01);
    // Behind a small gap the door is nearly shut.
    let gap = home(&world(36, &lever("China", "market_closure", "US", -0.1, ""), &[]));
    assert!(share(&gap, 11) > share(&open, 11));
}

#[test]
fn public_buyers_give_models_made_at_home_a_larger_market() {
    let text = lever("EU", "model_procurement", "", 1.0, "");
    let share = |text: &str| measured(&world(36, text, &[]), RUNS, &end("EU", |row| row.home_share.unwrap_or(0.0)));
    rises("EU's share of its own market", &share(""), &share(&text));
}

#[test]
fn a_rule_on_rental_closes_what_is_rented_abroad() {
    let rented = |text: &str| measured(&world(36, text, &[]), RUNS, &sum("China", 24..36, |row| row.compute_rented));
    let text = rule("rental", "US", "China", "2024-06");
    rises_in_every_pair("rented abroad", &rented(&text), &rented(""));
    // Designers of other homes have no such rule.
    assert!(rented(&text).iter().all(|rented| *rented == 0.0));
    let compute = |text: &str| measured(&world(36, text, &[]), RUNS, &end("China", |row| row.compute));
    rises_in_every_pair("compute in China", &compute(&text), &compute(""));
}

#[test]
fn a_rule_on_models_stops_distilling_and_leaves_open_weights_alone() {
    let text = rule("models", "US", "China", "2023-02");
    let best = |scenario: &Scenario| measured(scenario, RUNS, &end("China", |row| row.capability.unwrap()));
    rises("China's best", &best(&world(24, &text, &[])), &best(&world(24, "", &[])));
    // Where all models are open there is nothing to stop.
    let open = |text: &str| run(&laid_over("scenarios/all-open.toml", 36, text, &FREE), 0);
    assert_same(&open(&text), &open(""));
}

#[test]
fn a_rule_on_models_costs_users_elsewhere_closed_services() {
    let text = rule("models", "US", "India", "2023-02");
    let used = |text: &str| {
        let scenario = laid_over("scenarios/all-closed.toml", 36, text, &FREE);
        measured(&scenario, RUNS, &end("India", |row| row.adoption))
    };
    rises_in_every_pair("adoption in India", &used(&text), &used(""));
}

#[test]
fn denied_materials_cut_chips_until_they_are_replaced() {
    let text = rule("materials", "China", "US", "2024-01");
    let received = |text: &str| measured(&world(24, text, &[]), RUNS, &sum("US", 12..24, |row| row.compute_received));
    rises_in_every_pair("compute for the US in the first year", &received(&text), &received(""));
    let short = text.clone() + "to = \"2028-01\"\n";
    let replaced: Vec<f64> = state(&run(&world(96, &short, &[]), 0), "US").map(|row| row.materials_replaced).collect();
    assert!(replaced[11] == 0.0 && replaced[59] > 0.5 && replaced[35] < replaced[59]);
    assert!(replaced[95] < 0.8 * replaced[59] && replaced[95] > 0.3);
    // A state that refines nothing denies nothing.
    let harmless = rule("materials", "UK", "US", "2024-01");
    assert_same(&run(&world(36, &harmless, &[]), 0), &run(&world(36, "", &[]), 0));
}

#[test]
fn talent_that_one_state_lets_in_is_missing_elsewhere() {
    let text = lever("US", "immigration", "", 1.0, "");
    let best = |name: &'static str, text: &str| {
        measured(&world(72, text, &[]), RUNS, &end(name, |row: &StateRow| row.capability.unwrap()))
    };
    rises("the US's best", &best("US", ""), &best("US", &text));
    let moved = run(&world(72, &text, &[]), 0);
    let held = |name| state(&moved, name).last().unwrap().talent_held;
    assert!(held("US") > 1.1 && held("China") < 1.0 && held("EU") < held("China"));
}

#[test]
fn enforcement_stops_smuggling_and_what_does_not_leak_is_not_smuggled() {
    let stock = |text: &str, set: &[&str]| {
        measured(&world(36, text, set), RUNS, &|world| world.outcomes.compute_smuggled_follower_end)
    };
    rises_in_every_pair("smuggled stock", &stock(&lever("US", "enforcement", "", 1.0, ""), &[]), &stock("", &[]));
    assert!(stock("", &["mechanisms.export_controls.leak_scale=0"]).iter().all(|stock| *stock == 0.0));
    // Variants that rules let pass are counted too, and only where there are rules.
    let variants = |name: &'static str| measured(&world(24, "", &[]), 2, &sum(name, 0..24, |row| row.compute_variants));
    assert!(variants("China")[0] > 0.01 && variants("EU") == [0.0, 0.0]);
    assert!(
        measured(&short("no-controls", 24, &[""; 0]), 2, &sum("China", 0..24, |row| row.compute_smuggled)) == [0.0; 2]
    );
}

#[test]
fn what_reaches_a_state_past_rules_is_part_of_what_reaches_it() {
    let world = run(&world(60, "", &[]), 1);
    for row in state(&world, "China") {
        let leaked = row.compute_smuggled + row.compute_rented + row.compute_variants;
        assert!(row.compute_smuggled >= 0.0 && leaked <= row.compute_received * (1.0 + 1e-9), "{row:?}");
    }
}

#[test]
fn levers_and_rules_that_can_move_nothing_are_told_of() {
    let told = |text: String| {
        let source = Source::Text { name: "config".to_owned(), text: format!("extends = \"baseline.toml\"\n{text}") };
        let loaded = load(&source, &[], Model::standard().catalogue()).unwrap_or_else(|found| panic!("{found}"));
        loaded.warnings.iter().map(|warning| warning.said.to_string()).collect::<String>()
    };
    let opened = |value, against| told(lever("China", "market_closure", against, value, ""));
    assert!(opened(-1.0, "UK").contains("what it would open is not closed"), "{}", opened(-1.0, "UK"));
    assert_eq!([opened(-1.0, "US"), opened(0.5, "UK")], ["", ""]);
    assert!(told(rule("materials", "UK", "US", "2024-01")).contains("has a `materials_share`"));
    assert_eq!(told(rule("materials", "China", "US", "2024-01")), "");
}

#[test]
fn at_the_null_of_its_strength_each_lever_is_absent() {
    let nulls = [
        (lever("EU", "market_closure", "US", 0.7, ""), "mechanisms.market.closed_distance=0"),
        (lever("EU", "model_procurement", "", 0.7, ""), "mechanisms.market.procurement_bonus=0"),
        (lever("US", "immigration", "", 0.7, ""), "mechanisms.research.migration=0"),
        (lever("US", "enforcement", "", 0.0, ""), "mechanisms.policy.scale=1"),
        (lever("China", "market_closure", "US", 0.0, ""), "mechanisms.policy.scale=1"),
        (rule("rental", "US", "China", "2023-06"), "mechanisms.export_controls.rented_abroad=0"),
    ];
    for (text, null) in nulls {
        assert_same(&run(&world(30, &text, &[null]), 0), &run(&world(30, "", &[null]), 0));
    }
    // Materials: what is replaced is counted all the same.
    let text = rule("materials", "China", "US", "2023-06");
    let nulls = ["mechanisms.chip_supply.materials_dependence=0", "mechanisms.induced_innovation.replacement_growth=0"];
    assert_same(&run(&world(30, &text, &nulls), 0), &run(&world(30, "", &nulls), 0));
}

/// Levers that answer what is published, come and go, beside those of states that choose.
const ANSWERING: &str = "
[[policies]]
name = \"Test: equipment by lead\"
state = \"US\"
lever = \"control\"
what = [\"equipment\", \"chips\"]
against = [\"China\"]
from = \"2024-01\"
to = \"2027-01\"
indicator = \"rating_lead\"
value = 0.2
gain = 0.01
target = 50.0
cap = 1.0
delay_months = 3
[[policies]]
name = \"Test: Japan's equipment\"
state = \"Japan\"
lever = \"control\"
what = [\"equipment\", \"memory\", \"rental\"]
against = [\"China\", \"India\"]
from = \"2024-06\"
to = \"2025-06\"
value = 0.5
[[policies]]
name = \"Test: the EU's effort\"
state = \"EU\"
lever = \"enforcement\"
from = \"2025-03\"
to = \"2026-01\"
value = 0.5
";

#[test]
fn what_levers_come_to_is_the_same_if_they_are_added_up_in_every_step() {
    let scenario = laid_over("scenarios/statecraft.toml", 84, ANSWERING, &["strategists.US.from=2026-01"]);
    let [mut kept, mut anew] = [(); 2].map(|()| Model::standard().simulate(&scenario).unwrap());
    let stands = |simulation: &mut Simulation| {
        let world = simulation.world_mut();
        let mut found = world.query::<(&StateId, &Levers, &Burden)>();
        let of = |(state, levers, burden): (&StateId, &Levers, &Burden)| (*state, *levers, burden.policy_cost);
        let states: Vec<_> = found.iter(world).map(of).collect();
        (world.resource::<Barriers>().clone(), world.resource::<Stances>().clone(), states)
    };
    for replicate in [0, 1] {
        for simulation in [&mut kept, &mut anew] {
            simulation.reset(Seed { master: 1, replicate });
        }
        let mut pairs = 0;
        loop {
            anew.world_mut().resource_mut::<Policy>().set_changed();
            anew.world_mut().resource_mut::<Stances>().set_changed();
            let [lives, other] = [&mut kept, &mut anew].map(|simulation| simulation.live_month().unwrap());
            let [one, two] = [&mut kept, &mut anew].map(stands);
            assert!(one == two, "{}: {:?} {:?}", kept.world().resource::<Clock>().month(), one.1.pairs, two.1.pairs);
            pairs = pairs.max(one.1.pairs.len());
            assert_eq!(lives, other);
            if !lives {
                break;
            }
        }
        // Japan's policy alone is aimed at two.
        assert!(pairs >= 2, "{pairs}");
    }
}
