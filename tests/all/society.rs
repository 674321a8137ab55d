//! Which way policy, cooperation, claims, safety and incidents push, over pairs of runs that share their noise.

use crate::support::pairs::*;
use redqueen::{measure::record::Trajectory, scenario::Scenario};

const RUNS: u64 = 24;

/// A measure surely rises from one scenario to the other.
#[track_caller]
fn higher(what: &str, from: &Scenario, to: &Scenario, measure: impl Fn(&Trajectory) -> f64) {
    rises(what, &measured(from, RUNS, &measure), &measured(to, RUNS, &measure));
}

/// Nobody enters and nobody closes: the same firms in every world.
const SAME_FIRMS: [&str; 2] = ["mechanisms.entry.scale=0", "mechanisms.exit.enabled=false"];

/// The same policy of every state.
fn everywhere(lever: &str, from: &str, value: f64) -> String {
    let states = ["US", "China", "Taiwan", "South Korea", "Japan", "EU", "UK", "India", "Gulf", "Rest of world"];
    states.map(|state| policy(state, lever, from, value)).concat()
}

fn mean(world: &Trajectory, column: fn(&redqueen::measure::record::WorldRow) -> f64) -> f64 {
    world.world.iter().map(column).sum::<f64>() / world.world.len() as f64
}

#[test]
fn support_of_open_models_raises_their_share_and_entries() {
    let support = |value: f64| laid_over("baseline.toml", 84, &everywhere("open_source", "2023-06", value), &[""; 0]);
    let (none, full) = (support(0.0), support(1.0));
    higher("entries", &none, &full, |world| f64::from(world.outcomes.entries));
    higher("open share", &none, &full, |world| mean(world, |row| row.open_share.unwrap()));
    higher("open firms", &none, &full, |world| {
        let end = world.world.last().unwrap().date;
        world.firms.iter().filter(|row| row.date == end && row.open).count() as f64
    });
}

#[test]
fn public_compute_raises_compute() {
    let none = with(48, &[""; 0]);
    let bought = pulling(48, "EU", "public_compute", "2023-06", 10.0);
    higher("compute", &none, &bought, end("EU", |row| row.compute));
    higher("compute of firms", &none, &bought, end("EU", |row| row.compute_firms));
}

#[test]
fn open_science_closes_the_gap_between_states() {
    let text = ["US", "China"].map(|state| policy(state, "open_science", "2023-01", 1.0)).concat();
    let open = laid_over("baseline.toml", 48, &text, &[""; 0]);
    let gap = |world: &Trajectory| world.world[12..].iter().map(|row| row.gap_nats.unwrap()).sum();
    higher("gap", &open, &with(48, &[""; 0]), gap);
}

#[test]
fn talent_raises_the_frontier_at_home() {
    let gained = pulling(60, "US", "talent", "2023-01", 1.0);
    higher("frontier", &with(60, &[""; 0]), &gained, end("US", |row| row.capability.unwrap()));
}

#[test]
fn a_floor_of_safety_raises_effort_and_lowers_incidents() {
    // Without systemic incidents, whose losses have no variance to tell a mean by.
    let set = [SAME_FIRMS[0], SAME_FIRMS[1], "mechanisms.incidents.systemic_per_year=0"];
    let floors = |value: f64| laid_over("baseline.toml", 84, &everywhere("safety_floor", "2023-01", value), &set);
    let (none, high) = (floors(0.0), floors(0.6));
    for state in ["US", "China"] {
        higher("effort", &none, &high, end(state, |row| row.safety_effort.unwrap()));
    }
    higher("incidents", &high, &none, |world| f64::from(world.outcomes.incidents));
    higher("frontier", &high, &none, |world| world.outcomes.frontier_capability_end.unwrap());
    higher("damage", &high, &none, |world| mean(world, |row| row.damage));
}

#[test]
fn cooperation_builds_trust_that_closes_the_gap() {
    let text = ["US", "China"].map(|state| policy(state, "cooperation", "2023-01", 1.0)).concat();
    let strong = ["mechanisms.cooperation.opening=1", "mechanisms.cooperation.growth=1"];
    let alone = laid_over("baseline.toml", 48, "", &strong);
    let together = laid_over("baseline.toml", 48, &text, &strong);
    let gap = |world: &Trajectory| world.world[12..].iter().map(|row| row.gap_nats.unwrap()).sum();
    higher("gap", &together, &alone, gap);
    // One hand does not clap.
    let one = laid_over("baseline.toml", 48, &policy("US", "cooperation", "2023-01", 1.0), &strong);
    let gaps = |scenario: &Scenario| measured(scenario, 3, &|world| world.outcomes.gap_nats_end.unwrap());
    for (one, alone) in gaps(&one).iter().zip(gaps(&alone)) {
        assert!((one - alone).abs() < 1e-3, "{one} {alone}");
    }
}

#[test]
fn policy_is_paid_out_of_output() {
    let floors = ["mechanisms.safety.enabled=false", "mechanisms.incidents.enabled=false"];
    let base = laid_over("baseline.toml", 24, "", &floors);
    // With safety and incidents off, a floor does nothing but cost.
    let paying = laid_over("baseline.toml", 24, &policy("Japan", "safety_floor", "2023-06", 1.0), &floors);
    let cost = sum("Japan", 0..24, |row| row.policy_cost);
    higher("cost", &base, &paying, &cost);
    higher("output", &paying, &base, end("Japan", |row| row.output));
    higher("welfare", &paying, &base, |world| world.outcomes.welfare_end);
    higher("sum", &base, &paying, |world| world.outcomes.policy_cost_sum);
}

#[test]
fn feedback_pulls_harder_the_further_the_target() {
    let rule = |gain: f64, target: f64| {
        let text = format!(
            "[[policies]]\nname = \"Rule\"\nstate = \"China\"\nlever = \"public_compute\"\nindicator = \"rating_lead\"\nvalue = 0.5\ngain = {gain}\ntarget = {target}\ndelay_months = 2\ncap = 20.0\n"
        );
        laid_over("baseline.toml", 36, &text, &[""; 0])
    };
    let cost = end("China", |row| row.policy_cost);
    // China lags, so its lead falls short of 0: it pays the more, the larger the gain and the higher the target.
    higher("by gain", &rule(0.0, 0.0), &rule(0.02, 0.0), &cost);
    higher("by gain", &rule(0.02, 0.0), &rule(0.05, 0.0), &cost);
    higher("by target", &rule(0.02, 0.0), &rule(0.02, 100.0), &cost);
    higher("compute", &rule(0.0, 0.0), &rule(0.1, 0.0), end("China", |row| row.compute));
    // A rule that shrinks as the target gets further stops at 0.
    higher("against", &rule(-0.1, 100.0), &rule(0.0, 100.0), &cost);
}

#[test]
fn trust_makes_foreign_services_worth_more() {
    let trusting = |trust: f64| {
        let set = ["Gulf-US", "Gulf-China"].map(|border| format!("borders.{border}.trust={trust}"));
        let set = [
            &set[..],
            &SAME_FIRMS.map(str::to_owned),
            &["firms.\"TII Falcon\".remove=true".to_owned(), "mechanisms.values.foreign_penalty=2".to_owned()],
        ]
        .concat();
        with(36, &set)
    };
    higher("access", &trusting(0.0), &trusting(0.9), sum("Gulf", 1..36, |row| row.access));
}

#[test]
fn fragmentation_cuts_off_those_without_firms() {
    // India has no firm at the start.
    let none = laid_over("scenarios/fragmentation.toml", 48, "", &SAME_FIRMS);
    higher("access", &none, &with(48, &SAME_FIRMS), end("India", |row| row.access));
}

#[test]
fn winner_takes_all_concentrates_power_and_moves_nothing_else() {
    let (plain, decisive) = (with(36, &[""; 0]), of_file("winner-takes-all", 36));
    rises_in_every_pair(
        "concentration",
        &measured(&plain, 4, &|world| world.outcomes.power_hhi_end),
        &measured(&decisive, 4, &|world| world.outcomes.power_hhi_end),
    );
    let (plain, decisive) = (run(&plain, 0), run(&decisive, 0));
    assert!(plain.firms == decisive.firms && plain.fabs == decisive.fabs && plain.events == decisive.events);
}

/// A firm and month in which the first claim of a run is made.
fn first_claim(world: &Trajectory) -> Option<(String, usize)> {
    let claim = world.events.iter().find(|event| &*event.kind == "claim")?;
    let month = world.world.iter().position(|row| row.date == claim.date)?;
    Some((claim.actor.to_string(), month))
}

#[test]
fn a_claim_moves_money_and_not_capability() {
    let claiming = with(60, &["mechanisms.claims.hazard_per_year=0.2", "mechanisms.claims.excitement=1"]);
    let silent = with(60, &["mechanisms.claims.hazard_per_year=0"]);
    let mut checked = 0;
    for replicate in 0..6 {
        let (claiming, silent) = (run(&claiming, replicate), run(&silent, replicate));
        let Some((name, month)) = first_claim(&claiming) else { continue };
        let of = |world: &Trajectory, month: usize| {
            let date = world.world[month].date;
            world.firms.iter().find(|row| *row.firm == *name && row.date == date).unwrap().clone()
        };
        // Until then, and in that month, nothing differs but the claim.
        let (a, b) = (of(&claiming, month), of(&silent, month));
        assert_eq!(
            (a.capability, a.knowledge, a.rating, a.usage_share),
            (b.capability, b.knowledge, b.rating, b.usage_share)
        );
        let (a, b) = (of(&claiming, month + 1), of(&silent, month + 1));
        assert!(a.investment > b.investment * 1.05, "{name}: {} after {}", a.investment, b.investment);
        assert_eq!((a.capability, a.knowledge), (b.capability, b.knowledge), "{name} in month {}", month + 1);
        checked += 1;
    }
    assert!(checked >= 4, "{checked}");
}

#[test]
fn claims_make_investment_jump() {
    let hype = with(72, &["mechanisms.claims.hazard_per_year=0.5", "mechanisms.claims.excitement=1.5"]);
    // Claims of large firms count most and are rare, so the variance itself has a long tail; its logarithm has not.
    let jumps = |world: &Trajectory| {
        let investment: Vec<f64> = world.world.iter().map(|row| redqueen::maths::ln(row.investment)).collect();
        let growth: Vec<f64> = investment.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mean = growth.iter().sum::<f64>() / growth.len() as f64;
        redqueen::maths::ln(growth.iter().map(|growth| (growth - mean) * (growth - mean)).sum::<f64>())
    };
    higher("log variance", &of_file("no-agi-hype", 72), &hype, jumps);
}

/// Every firm with this rule and effort, with incidents so frequent that their number says something.
fn careful(rule: &str, effort: f64, more: &[&str]) -> Scenario {
    let names = with(1, &[""; 0]).firms.iter().map(|firm| firm.name.clone()).collect::<Vec<_>>();
    let mut set: Vec<String> = SAME_FIRMS.map(str::to_owned).to_vec();
    for name in names {
        set.push(format!("firms.\"{name}\".safety={rule}"));
        set.push(format!("firms.\"{name}\".safety_effort={effort}"));
    }
    set.extend(more.iter().map(|&more| more.to_owned()));
    with(60, &set)
}

#[test]
fn a_race_lowers_safety_against_firms_that_hold_to_theirs() {
    let racing = careful("race", 0.5, &["mechanisms.safety.enmity=1"]);
    let fixed = careful("fixed", 0.5, &[""; 0]);
    for state in ["US", "China"] {
        higher("effort", &racing, &fixed, end(state, |row| row.safety_effort.unwrap()));
    }
    higher("incidents", &fixed, &racing, |world| f64::from(world.outcomes.incidents));
    higher("frontier", &fixed, &racing, |world| world.outcomes.frontier_capability_end.unwrap());
    // The more they mind that another wins, the less they do.
    let friends = careful("race", 0.5, &["mechanisms.safety.enmity=0"]);
    higher("effort", &racing, &friends, end("US", |row| row.safety_effort.unwrap()));
}

#[test]
fn safety_lowers_incidents_and_slows_the_frontier() {
    let (low, high) = (careful("fixed", 0.05, &[]), careful("fixed", 0.5, &[]));
    higher("incidents", &high, &low, |world| f64::from(world.outcomes.incidents));
    higher("frontier", &high, &low, |world| world.outcomes.frontier_capability_end.unwrap());
    // Where research does not pay for safety, it slows nothing.
    let free = |effort: f64| careful("fixed", effort, &["mechanisms.research.safety_cost=0"]);
    higher("incidents", &free(0.5), &free(0.05), |world| f64::from(world.outcomes.incidents));
}

#[test]
fn incidents_cost_trust_and_adoption() {
    let rate = |rate: f64| {
        let kinds = ["accidents", "misuse", "bias", "privacy"];
        let set = kinds.map(|kind| format!("mechanisms.incidents.{kind}_per_year={rate}"));
        with(60, &set)
    };
    let (none, many) = (rate(0.0), rate(10.0));
    for state in ["US", "China", "EU"] {
        higher("trust", &many, &none, end(state, |row| row.trust_in_ai));
        higher("adoption", &many, &none, end(state, |row| row.adoption));
    }
    higher("output", &many, &none, |world| world.world.last().unwrap().output);
    higher("welfare", &many, &none, |world| world.outcomes.welfare_end);
    assert!(measured(&none, 2, &|world| f64::from(world.outcomes.incidents)).iter().all(|incidents| *incidents == 0.0));
}

#[test]
fn transparency_prevents_incidents() {
    let open = |share: f64| {
        let names = with(1, &[""; 0]).firms.iter().map(|firm| firm.name.clone()).collect::<Vec<_>>();
        let set: Vec<String> = names.iter().map(|name| format!("firms.\"{name}\".transparency={share}")).collect();
        with(60, &[&SAME_FIRMS.map(str::to_owned)[..], &set].concat())
    };
    higher("incidents", &open(0.8), &open(0.1), |world| f64::from(world.outcomes.incidents));
    assert!(measured(&open(1.0), 2, &|world| f64::from(world.outcomes.incidents)).iter().all(|found| *found == 0.0));
}

#[test]
fn rights_spare_privacy_and_slow_the_domains_that_feed_on_personal_data() {
    let protected = |share: f64, more: &[&str]| {
        let states = ["US", "China", "Taiwan", "South Korea", "Japan", "EU", "UK", "India", "Gulf"];
        let mut set: Vec<String> = states.map(|state| format!("states.\"{state}\".rights_protection={share}")).to_vec();
        set.push(format!("states.\"Rest of world\".rights_protection={share}"));
        set.extend(SAME_FIRMS.map(str::to_owned));
        set.extend(more.iter().map(|&more| more.to_owned()));
        with(60, &set)
    };
    let private = ["mechanisms.incidents.privacy_per_year=20", "mechanisms.research.rights_cost=0"];
    higher("welfare", &protected(0.0, &private), &protected(1.0, &private), |world| world.outcomes.welfare_end);
    higher("frontier", &protected(1.0, &[]), &protected(0.0, &[]), |world| {
        world.outcomes.frontier_capability_end.unwrap()
    });
    // What of their own progress firms lose: more in China, whose firms live by vision, speech and mobile.
    let lost = |state: &'static str| {
        let gained = move |world: &Trajectory| {
            let of = |date| {
                let firms = world.firms.iter().filter(|row| row.date == date && &*row.state == state);
                firms.map(|row| row.knowledge).sum::<f64>()
            };
            // From the second year on, when the last of the dated firms is there.
            of(world.world.last().unwrap().date) - of(world.world[24].date)
        };
        // Each firm by itself, with the compute that it has.
        let alone = ["diffusion.enabled=false", "money.enabled=false", "openness.enabled=false"];
        let alone = alone.map(|setting| format!("mechanisms.{setting}"));
        let alone: Vec<&str> = alone.iter().map(String::as_str).collect();
        let (free, bound) = (protected(0.0, &alone), protected(1.0, &alone));
        let (free, bound) = (measured(&free, RUNS, &gained), measured(&bound, RUNS, &gained));
        free.iter().zip(&bound).map(|(free, bound)| 1.0 - bound / free).collect::<Vec<_>>()
    };
    rises("progress lost", &lost("US"), &lost("China"));
}

#[test]
fn rights_and_transparency_earn_trust_and_users() {
    let with_rights = |share: f64| {
        let mut scenario = with(60, &SAME_FIRMS);
        scenario.states.iter_mut().for_each(|state| state.numbers.rights_protection = share);
        scenario
    };
    let (none, full) = (with_rights(0.1), with_rights(0.9));
    for state in ["China", "India"] {
        higher("trust", &none, &full, end(state, |row| row.trust_in_ai));
        higher("reputation", &none, &full, end(state, |row| row.reputation));
        higher("adoption", &none, &full, end(state, |row| row.adoption));
    }
}

#[test]
fn distance_keeps_users_from_firms_abroad() {
    let penalty = |nats: f64| with(60, &[format!("mechanisms.values.foreign_penalty={nats}")]);
    let (near, far) = (penalty(0.0), penalty(2.0));
    higher("adoption", &far, &near, |world| world.outcomes.adoption_third_countries_end.unwrap());
    higher("use of foreign firms in the EU", &far, &near, |world| -end("EU", |row| row.home_share.unwrap())(world));
}

#[test]
fn a_floor_that_all_share_lowers_the_risk_that_all_share_and_one_outside_keeps_most_of_it() {
    let risk = |world: &Trajectory| world.outcomes.systemic_risk;
    let floors = of_file("common-floors", 84);
    let mut outside = floors.clone();
    outside.set("policies.\"Common floor: US\".value", 0.0).unwrap();
    higher("together", &floors, &outside, risk);
    let none = measured(&with(84, &[""; 0]), RUNS, &risk);
    let (most, all) = (measured(&outside, RUNS, &risk), measured(&floors, RUNS, &risk));
    let mean = |sample: &[f64]| sample.iter().sum::<f64>() / sample.len() as f64;
    assert!(mean(&none) - mean(&most) < 0.5 * (mean(&none) - mean(&all)), "{none:?} {most:?} {all:?}");
}

#[test]
fn scarce_compute_and_dear_services_slow_users() {
    let weighing = |weight: f64, price: f64| {
        let mut scenario = with(48, &[format!("mechanisms.adoption.price_weight={weight}")]);
        scenario.firms.iter_mut().for_each(|firm| firm.numbers.price += price);
        scenario
    };
    higher("adoption", &weighing(1.0, 0.5), &weighing(1.0, 0.0), |world| world.outcomes.adoption_end);
}
