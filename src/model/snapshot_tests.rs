use super::*;
use crate::{
    model::{
        Mechanism, Model, MonthPlan, Seed,
        accelerator::Line,
        fab::{Capacity, Craft, Outage},
        firm::{Finance, Knowledge, Momentum, Offer, Usage},
        keep::Keep,
        ledger::Ledger,
        relations::{Barriers, Relations},
        state::{Burden, Economy, Fleet, Governance, Industry, Supply},
        testing::set,
    },
    parameters,
    scenario::{Source, builtin::BUILTIN},
};

const SEED: Seed = Seed { master: 3, replicate: 5 };

/// All that goes on in a world, in the order in which systems go through it.
pub(in crate::model) fn looks(simulation: &mut Simulation) -> String {
    let world = simulation.world_mut();
    let mut all = String::new();
    macro_rules! look {
        ($($Part:ty),*) => {
            $( for part in world.query::<(&Key, &$Part)>().iter(world) { all.push_str(&format!("{part:?}\n")); } )*
        };
    }
    look!(Character, Knowledge, Usage, Finance, Offer, Momentum, Capacity, Craft, Outage, Line, Shock);
    look!(StateId, Economy, Supply, Fleet, Industry, Governance, Burden);
    let (ledger, relations) = (world.resource::<Ledger>(), world.resource::<Relations>());
    format!("{all}{ledger:?}{relations:?}{:?}", world.resource::<Barriers>())
}

/// What a world looks like after each of the months that are left.
pub(in crate::model) fn future(simulation: &mut Simulation) -> Vec<String> {
    let mut seen = Vec::new();
    while simulation.live_month().unwrap() {
        seen.push(looks(simulation));
    }
    seen
}

/// A world of this scenario that was lived in for so many months.
pub(in crate::model) fn lived(scenario: &Scenario, months: u32) -> Simulation {
    let mut simulation = Model::standard().simulate(scenario).unwrap();
    simulation.reset(SEED);
    (0..months).for_each(|_| assert!(simulation.live_month().unwrap()));
    simulation
}

/// Every scenario that is shipped.
pub(in crate::model) fn shipped() -> Vec<Scenario> {
    let scenarios = BUILTIN.iter().filter(|builtin| builtin.is_scenario());
    let load = |name: &str| Model::standard().load(&Source::Builtin(name.to_owned())).unwrap();
    scenarios.map(|builtin| load(builtin.path)).collect()
}

/// A world with births, deaths and all mechanisms on.
pub(in crate::model) fn lively(months: u32) -> Scenario {
    let mut scenario = crate::baseline();
    scenario.time.months = months;
    for settings in &mut scenario.mechanisms {
        settings.enabled = true;
    }
    set(&mut scenario, "exit", "hazard_per_year", 0.5);
    set(&mut scenario, "entry", "scale", 3.0);
    scenario
}

#[test]
fn a_world_goes_on_from_a_snapshot_as_it_would_have_gone_on() {
    for mut scenario in shipped() {
        scenario.time.months = 30;
        for (steps, month) in [(12, 7), (24, 17)] {
            scenario.time.steps_per_year = steps;
            let mut simulation = lived(&scenario, month);
            let taken = simulation.snapshot().unwrap();
            let went_on = future(&mut simulation);
            assert_eq!(went_on.len(), 30 - month as usize);
            simulation.restore(&taken).unwrap();
            assert!(future(&mut simulation) == went_on, "{} at {month}", scenario.name);
        }
    }
}

#[test]
fn firms_that_came_and_went_since_change_nothing() {
    let scenario = lively(60);
    let mut simulation = lived(&scenario, 0);
    let mut taken = vec![simulation.snapshot().unwrap()];
    let (mut seen, mut counts) = (Vec::new(), Vec::new());
    while simulation.live_month().unwrap() {
        seen.push(looks(&mut simulation));
        taken.push(simulation.snapshot().unwrap());
        let ledger = simulation.world().resource::<Ledger>();
        counts.push((ledger.entries, ledger.exits));
    }
    assert!(counts.iter().any(|count| count.0 > 0) && counts.iter().any(|count| count.1 > 0), "{counts:?}");
    // Back and forth, so that firms have to go and to come.
    for at in [60, 3, 41, 0, 12, 59, 30] {
        simulation.restore(&taken[at]).unwrap();
        assert_eq!(taken[at].months(), at as u32);
        assert!(at == 0 || looks(&mut simulation) == seen[at - 1], "at {at}");
        assert!(future(&mut simulation) == seen[at..], "from {at}");
    }
}

#[test]
fn any_world_of_the_model_takes_a_snapshot_of_any_scenario() {
    let scenario = lively(24);
    let mut simulation = lived(&scenario, 11);
    let taken = simulation.snapshot().unwrap();
    let went_on = future(&mut simulation);
    for other in shipped() {
        let mut other = lived(&other, 5);
        other.restore(&taken).unwrap();
        assert_eq!(other.scenario(), &scenario);
        assert!(future(&mut other) == went_on, "in a world of {}", other.scenario().name);
    }
    let small = "name = \"small\"\n[time]\nstart = \"2023-01\"\nmonths = 20\n[[states]]\nname = \"US\"\n[[firms]]\nname = \"one\"\nstate = \"US\"\nopen = true\n";
    let small = Source::Text { name: "small".to_owned(), text: small.to_owned() };
    let mut other = lived(&Model::standard().load(&small).unwrap(), 5);
    let small = other.snapshot().unwrap();
    let small_future = future(&mut other);
    other.restore(&taken).unwrap();
    assert!(future(&mut other) == went_on);
    other.restore(&small).unwrap();
    assert!(future(&mut other) == small_future);
}

parameters! {
    /// Nothing to be configured.
    #[derive(Resource)]
    struct Prizes {
        /// A prize.
        prize: f64 = 0.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "for this test";
    }
}

#[derive(Component, Clone, Default)]
struct Won;

impl Mechanism for Prizes {
    const NAME: &'static str = "prizes";
    const MEANING: &'static str = "keeps something that it does not tell of";

    fn build(_: &mut MonthPlan) {}

    fn register(world: &mut World) {
        world.register_required_components::<Character, Won>();
    }
}

#[test]
fn what_a_world_was_not_told_of_is_named() {
    let untold = |simulation: &Simulation| simulation.snapshot().unwrap_err().name;
    let model = Model::standard().with::<Prizes>();
    let simulation = model.simulate(&model.baseline().unwrap()).unwrap();
    assert!(untold(&simulation).ends_with("snapshot::tests::Won"), "{}", untold(&simulation));

    #[derive(Resource, Clone, Default)]
    struct Purse(f64);
    let mut simulation = lived(&lively(3), 1);
    simulation.world_mut().insert_resource(Purse::default());
    assert!(untold(&simulation).ends_with("Purse"));
    simulation.world_mut().keep_resource::<Purse>();
    let taken = simulation.snapshot().unwrap();
    simulation.world_mut().resource_mut::<Purse>().0 = 2.0;
    simulation.restore(&taken).unwrap();
    assert_eq!(simulation.world().resource::<Purse>().0, 0.0);
    assert_eq!(lived(&lively(3), 1).restore(&taken), Err(CannotRestore::OtherModel));
}

#[test]
fn what_only_some_have_is_put_back_where_it_was() {
    let mut simulation = lived(&lively(24), 6);
    simulation.world_mut().keep_component::<Won>();
    let plain = simulation.snapshot().unwrap();
    let went_on = future(&mut simulation);
    simulation.restore(&plain).unwrap();
    let firms: Vec<Entity> =
        simulation.world_mut().query_filtered::<Entity, With<Character>>().iter(simulation.world()).collect();
    simulation.world_mut().entity_mut(firms[1]).insert(Won);
    let marked = simulation.snapshot().unwrap();
    let marked_future = future(&mut simulation);
    for (taken, wanted, winners) in [(&plain, &went_on, 0), (&marked, &marked_future, 1), (&plain, &went_on, 0)] {
        simulation.restore(taken).unwrap();
        let found = simulation.world_mut().query::<&Won>().iter(simulation.world()).count();
        assert_eq!(found, winners);
        // Who has something that others have not stands apart from them, and a new query may come to it first or last.
        let sorted = |seen: &str| {
            let mut lines: Vec<_> = seen.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        let seen: Vec<_> = future(&mut simulation).iter().map(|seen| sorted(seen)).collect();
        assert!(seen == wanted.iter().map(|wanted| sorted(wanted)).collect::<Vec<_>>(), "with {winners} that won");
    }
}
