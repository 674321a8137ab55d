//! A mechanism that stands outside of the model joins it by type, and moves nothing but what it says.

use crate::support::worlds::short;
use bevy_ecs::prelude::*;
use redqueen::{
    measure::record::{Record, Trajectory},
    model::{
        Mechanism, Model, MonthPlan, Phase, Seed, UnknownMechanism,
        fab::Site,
        firm::{Character, Finance},
        mechanisms::{claims::Claims, market::Market},
        noise::{Draw, Key, Noise},
        states::StateId,
    },
    parameters,
    scenario::{Scenario, Source},
};

parameters! {
    /// Numbers of a lottery.
    #[derive(Resource)]
    struct Lottery {
        /// Cash that a firm wins, if at all.
        prize: f64 = 0.0, "billion USD of 2023", range 0.0..=10.0, plausible 0.0..=1.0 or null 0.0, assumption "for this test";
        /// Chance of it in a month.
        chance: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.0..=1.0, assumption "for this test";
    }
}

const TICKET: Draw = Draw::named("lottery/ticket").places(3);

/// What was drawn in the month, of all kinds of entity.
#[derive(Resource, Default)]
struct Drawn {
    firms: Vec<f64>,
    states: Vec<f64>,
    fabs: Vec<f64>,
    world: Vec<f64>,
}

impl Mechanism for Lottery {
    const NAME: &'static str = "lottery";
    const MEANING: &'static str = "firms win by chance";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Policy, draw);
    }

    fn begin(_: &Scenario, _: &redqueen::model::clock::Clock, world: &mut World) {
        world.insert_resource(Drawn::default());
    }
}

fn draw(
    lottery: Res<Lottery>,
    noise: Noise,
    mut drawn: ResMut<Drawn>,
    mut firms: Query<(&Key, &mut Finance), With<Character>>,
    states: Query<&Key, With<StateId>>,
    fabs: Query<&Key, With<Site>>,
) {
    for (key, mut finance) in &mut firms {
        let mut ticket = noise.of(TICKET, *key);
        let won = ticket.uniform() < lottery.chance;
        finance.cash += if won { lottery.prize } else { 0.0 };
        drawn.firms.push(ticket.normal());
    }
    drawn.states.extend(states.iter().map(|key| noise.normal(TICKET, *key)));
    drawn.fabs.extend(fabs.iter().map(|key| noise.uniform(TICKET, *key)));
    drawn.world.push(noise.uniform(TICKET, Key::world()));
}

fn run(model: &Model, scenario: &Scenario) -> Trajectory {
    let seed = Seed { master: scenario.seed, replicate: 2 };
    model.simulate(scenario).unwrap().run(seed, Record::ALL).unwrap()
}

#[test]
fn a_mechanism_that_draws_for_everybody_moves_no_other_byte() {
    let (plain, more) = (Model::standard(), Model::standard().with::<Lottery>());
    let mut scenario = more.load(&Source::Builtin("baseline".into())).unwrap();
    scenario.time.months = 48;
    let mut simulation = more.simulate(&scenario).unwrap();
    let with = simulation.run(Seed { master: scenario.seed, replicate: 2 }, Record::ALL).unwrap();
    let drawn = simulation.world().resource::<Drawn>();
    assert!(drawn.firms.len() > 48 * 15 && drawn.states.len() == 48 * 10 && drawn.fabs.len() == 48 * 18);
    assert_eq!(drawn.world.len(), 48);
    let all = [&drawn.firms[..], &drawn.states[..], &drawn.fabs[..], &drawn.world[..]].concat();
    let mut distinct = all.clone();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    assert_eq!(distinct.len(), all.len(), "no two draws are the same");
    assert!(with == run(&plain, &short("baseline", 48, &[""; 0])));

    scenario.set("mechanisms.lottery.enabled", false).unwrap();
    assert!(run(&more, &scenario) == with, "its null is its absence");
    scenario.set("mechanisms.lottery.enabled", true).unwrap();
    scenario.set("mechanisms.lottery.prize", 5.0).unwrap();
    let rich = run(&more, &scenario);
    let cash = |world: &Trajectory| world.firms.iter().map(|row| row.cash).sum::<f64>();
    assert!(cash(&rich) > cash(&with));
}

#[test]
fn a_mechanism_of_ones_own_is_configured_like_any_other() {
    let model = Model::standard().with::<Lottery>();
    let text =
        |text: &str| Source::Text { name: "mine.toml".into(), text: format!("extends = \"baseline.toml\"\n{text}") };
    let scenario = model.load(&text("[mechanisms.lottery]\nprize = 0.5\n")).unwrap();
    assert_eq!(scenario.mechanism::<Lottery>().unwrap(), Lottery { prize: 0.5, chance: 0.5 });
    let wrong = model.load(&text("[mechanisms.lottery]\nprise = 0.5\n")).unwrap_err().to_string();
    assert!(wrong.contains("unknown key `prise`, did you mean `prize`?"), "{wrong}");
    let unknown = Model::standard().load(&text("[mechanisms.lottery]\nprize = 0.5\n")).unwrap_err().to_string();
    assert!(unknown.contains("unknown mechanism `lottery`"), "{unknown}");
    assert!(short("baseline", 1, &[""; 0]).mechanism::<Lottery>().is_none());
}

#[test]
fn leaving_a_mechanism_out_is_the_same_as_disabling_it() {
    let without = Model::standard().without("claims").unwrap();
    let often = ["mechanisms.claims.hazard_per_year=1", "time.months=36"].map(String::from);
    let baseline = Source::Builtin("baseline".into());
    let mut scenario = without.load_with(&baseline, &often).unwrap().scenario;
    assert!(!scenario.settings("claims").unwrap().enabled);
    let disabled = short("baseline", 36, &["mechanisms.claims.hazard_per_year=1", "mechanisms.claims.enabled=false"]);
    let left_out = run(&without, &scenario);
    assert!(left_out == run(&Model::standard(), &disabled));
    assert!(left_out != run(&Model::standard(), &short("baseline", 36, &often)));
    let refused = scenario.set("mechanisms.claims.enabled", true).unwrap_err().to_string();
    assert!(refused.contains("the model leaves the mechanism out"), "{refused}");
    scenario.settings_mut("claims").unwrap().enabled = true;
    assert!(run(&without, &scenario) == left_out, "no config brings it back");
    let wrong = Model::standard().without("claim").unwrap_err();
    assert_eq!(wrong, UnknownMechanism { name: "claim".into(), near: Some("claims") });
}

parameters! {
    /// Claims that nobody makes.
    #[derive(Resource)]
    struct Silence {
        /// Hazard, which is not used.
        hazard_per_year: f64 = 0.0, "1/year", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "for this test";
    }
}

impl Mechanism for Silence {
    const NAME: &'static str = Claims::NAME;
    const MEANING: &'static str = "nobody claims anything";

    fn build(_: &mut MonthPlan) {}
}

#[test]
fn a_mechanism_takes_the_place_of_one_of_the_same_name() {
    let model = Model::standard().with::<Silence>();
    let text = "extends = \"null.toml\"\n[mechanisms.research]\nenabled = true\n";
    let mut scenario = model.load(&Source::Text { name: "quiet.toml".into(), text: text.into() }).unwrap();
    scenario.time.months = 12;
    assert_eq!(scenario.settings("claims").unwrap().values.len(), 1);
    let quiet = run(&model, &scenario);
    let mut plain = Model::standard().load(&Source::Text { name: "plain.toml".into(), text: text.into() }).unwrap();
    plain.time.months = 12;
    assert!(quiet == run(&Model::standard(), &plain));
    // And back again.
    let back = model.with::<Claims>();
    assert!(run(&back, &plain) == quiet);
}

parameters! {
    /// A market in which nobody moves.
    #[derive(Resource)]
    struct Standstill {
        /// Speed, which is not used.
        speed: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "for this test";
    }
}

impl Mechanism for Standstill {
    const NAME: &'static str = Market::NAME;
    const MEANING: &'static str = "nobody moves";

    fn build(_: &mut MonthPlan) {}
}

#[test]
fn what_was_replaced_is_as_if_disabled_and_goes_on_with_what_it_does_in_any_case() {
    let text = "extends = \"baseline.toml\"\n[mechanisms.market]\n";
    let load = |model: &Model, rest: &str| {
        let source = Source::Text { name: "still.toml".into(), text: format!("{text}{rest}\n[time]\nmonths = 24\n") };
        model.load(&source).unwrap()
    };
    let model = Model::standard().with::<Standstill>();
    let disabled = run(&Model::standard(), &load(&Model::standard(), "enabled = false"));
    assert!(run(&model, &load(&model, "speed = 0.5")) == disabled);
    // Firms that enter and close still change whose share is what.
    assert!(disabled.firms.iter().any(|row| row.usage_share != disabled.firms[0].usage_share));
}

#[test]
fn a_scenario_made_by_hand_is_checked_where_a_world_is_built_of_it() {
    let mut scenario = short("baseline", 3, &[""; 0]);
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    scenario.firms[0].state = 99;
    let error = Model::standard().simulate(&scenario).err().unwrap().to_string();
    assert!(error.contains("state is 99, but there are 10 states"), "{error}");
    assert_eq!(simulation.change(&scenario).unwrap_err().to_string(), error);
}

#[test]
fn a_scenario_of_another_model_is_refused() {
    let plain = short("baseline", 3, &[""; 0]);
    let (more, other) = (Model::standard().with::<Lottery>(), Model::standard().with::<Silence>());
    let said = |model: &Model, scenario: &Scenario| model.simulate(scenario).err().unwrap().to_string();
    assert!(said(&more, &plain).contains("mechanisms.lottery is missing"));
    assert!(
        said(&Model::standard(), &more.baseline().unwrap()).contains("mechanisms.lottery is no mechanism of the model")
    );
    assert!(said(&other, &plain).contains("mechanisms.claims has the numbers of another mechanism"));
}

#[test]
fn the_guide_shows_the_example_word_for_word() {
    let read = |path: &str| std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (guide, example) = (read("docs/adding-a-mechanism.md"), read("examples/own_mechanism.rs"));
    let blocks: Vec<&str> =
        guide.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap_or(rest)).collect();
    assert_eq!(blocks.len(), 6);
    let mut from = 0;
    for block in blocks {
        let at = example[from..].find(block);
        from += at.unwrap_or_else(|| panic!("this does not stand in the example, in this order:\n{block}"));
    }
}
