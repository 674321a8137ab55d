//! Shocks: blockades and other outages of a state's plants.
//!
//! A shock comes at its date or, once in a run, by its hazard h · (1 + tension · (1 − trust)), which distrust between two states
//! raises. While it lasts, the plants it hits lose its severity of their output; afterwards the loss falls in a straight line to 0
//! over the time of recovery. The losses of several shocks combine as 1 − Π (1 − loss). The state's output is hit likewise.

use crate::{
    maths,
    model::{
        clock::Clock,
        fab::{Outage, Site},
        geography::{Geography, PerState},
        ledger::Ledger,
        noise::{Draw, Key, Noise},
        phase::{Mechanism, MonthPlan, Phase},
        relations::Relations,
        shock::Shock,
        state::Burden,
        states::States,
    },
    parameters,
    scenario::{MAX_STATES, Scenario, Stage},
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of shocks.
    #[derive(Resource)]
    pub struct Shocks {
        /// Factor on the severity of every shock and on the output it costs; at 0 none happens.
        severity_scale: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "the severity stands with the shocks";
        /// Factor on the hazard of every shock without a date.
        hazard_scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.0..=3.0 or null 0.0, assumption "the hazard stands with the shocks: hazard_per_year";
    }
}

impl Mechanism for Shocks {
    const NAME: &'static str = "shocks";
    const MEANING: &'static str = "blockades and other outages stop fabs by place and stage";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Shocks, (strike, stop_plants).chain());
    }

    fn go_on(scenario: &Scenario, _clock: &Clock, world: &mut World) {
        if scenario.shocks.is_empty() {
            // Nobody would take back what shocks that are no longer there might do.
            world.query::<&mut Outage>().iter_mut(world).for_each(|mut outage| outage.0 = 0.0);
            world.query::<&mut Burden>().iter_mut(world).for_each(|mut burden| burden.shocks = 0.0);
        }
    }
}

/// Hazard of a shock between two states that trust each other this much: h · (1 + tension · (1 − trust)), 1/year.
///
/// ```
/// use redqueen::model::mechanisms::shocks::hazard;
/// assert_eq!(hazard(0.02, 2.0, 0.75), 0.03);
/// assert_eq!(hazard(0.02, 2.0, 1.0), 0.02);
/// ```
pub fn hazard(per_year: f64, tension: f64, trust: f64) -> f64 {
    per_year * (1.0 + tension * (1.0 - trust))
}

/// Whether a shock that comes by hazard strikes.
const STRIKE: Draw = Draw::named("shocks/strike");

fn strike(
    shocks: Res<Shocks>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut relations: ResMut<Relations>,
    mut ledger: ResMut<Ledger>,
    noise: Noise,
    mut all: Query<(&Key, &mut Shock)>,
) {
    if shocks.severity_scale == 0.0 {
        return;
    }
    let now = i64::from(clock.step());
    for (key, mut shock) in &mut all {
        let place = &geography.names[shock.location];
        if shock.began.is_none() {
            // Those whose date lies before the start have begun then.
            shock.began = match shock.dated {
                Some(date) => (date <= now).then_some(date),
                None => {
                    let trust = shock.between.map_or(1.0, |(a, b)| relations.trust[a][b]);
                    let hazard =
                        hazard(shocks.hazard_scale * shock.numbers.hazard_per_year, shock.numbers.tension, trust);
                    (hazard > 0.0 && noise.uniform(STRIKE, *key) < clock.probability(hazard)).then_some(now)
                }
            };
            if shock.began == Some(now) {
                let severity = shocks.severity_scale * shock.numbers.severity;
                ledger.note(&clock, "shock", &shock.name, place, Some(severity), "plants stop");
                relations.clashes.extend(shock.between.filter(|_| severity > 0.0));
            }
        }
        if shock.began.is_some_and(|began| began + i64::from(shock.lasts) == now) {
            ledger.note(&clock, "shock_over", &shock.name, place, None, "plants recover");
        }
    }
}

fn stop_plants(
    shocks: Res<Shocks>,
    clock: Res<Clock>,
    all: Query<&Shock>,
    mut fabs: Query<(&Site, &mut Outage)>,
    mut states: States<&mut Burden>,
) {
    if all.is_empty() {
        return;
    }
    let mut left = [[1.0; Stage::COUNT]; MAX_STATES];
    let mut output_left: PerState = [1.0; MAX_STATES];
    for shock in &all {
        let level = shocks.severity_scale * shock.level(clock.step());
        for (left, hit) in left[shock.location].iter_mut().zip(shock.stages) {
            if hit {
                *left *= 1.0 - level * shock.numbers.severity;
            }
        }
        output_left[shock.location] *= 1.0 - level * shock.numbers.output_loss;
    }
    for (site, mut outage) in &mut fabs {
        outage.0 = 1.0 - left[site.location][site.stage as usize];
    }
    for (s, mut burden) in states.iter_mut() {
        let left = output_left[s];
        burden.shocks = if left < 1.0 { -maths::ln(left) } else { 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Model, Seed, fab::FabIndex, testing},
        scenario::{FabNumbers, FabSpec, ShockNumbers, ShockSpec},
    };

    fn world(months: u32) -> Scenario {
        let mut scenario = crate::baseline();
        scenario.time.months = months;
        scenario.shocks.clear();
        let plant = |name: &str, state, stage| FabSpec {
            name: name.to_owned(),
            state,
            owner: String::new(),
            stage,
            enters: None,
            numbers: FabNumbers::default(),
        };
        scenario.fabs = vec![plant("a", 0, Stage::Logic), plant("b", 0, Stage::Memory), plant("c", 1, Stage::Logic)];
        scenario.accelerators.clear();
        scenario
    }

    fn blockade(name: &str, at: Option<u32>, numbers: ShockNumbers) -> ShockSpec {
        let from = at.map(|months| crate::baseline().time.start.plus(months));
        ShockSpec { name: name.to_owned(), location: 0, stages: [true, false, false], from, between: None, numbers }
    }

    fn short() -> ShockNumbers {
        ShockNumbers { severity: 0.8, months: 3, recovery_months: 4, output_loss: 0.2, ..ShockNumbers::default() }
    }

    /// Outages of the plants and the first state's lost output in each step.
    fn outages(scenario: &Scenario, steps: u32) -> Vec<([f64; 3], f64)> {
        let mut simulation = Model::standard().simulate(scenario).unwrap();
        (0..steps)
            .map(|step| {
                testing::live(&mut simulation, 1);
                let world = simulation.world_mut();
                let mut out = [0.0; 3];
                for (index, outage) in world.query::<(&FabIndex, &Outage)>().iter(world) {
                    out[index.0] = outage.0;
                }
                let lost = testing::of_state::<Burden>(world, 0).shocks;
                assert_eq!(world.resource::<Clock>().step(), step);
                world.resource_mut::<Clock>().advance();
                (out, lost)
            })
            .collect()
    }

    #[test]
    fn a_dated_shock_stops_its_stage_in_its_place_and_recovers_in_a_straight_line() {
        let mut scenario = world(24);
        scenario.shocks.push(blockade("cut", Some(2), short()));
        let seen = outages(&scenario, 12);
        let line = [0.0, 0.0, 0.8, 0.8, 0.8, 0.7, 0.5, 0.3, 0.1, 0.0, 0.0, 0.0];
        for ((outage, lost), expected) in seen.iter().zip(line) {
            assert!((outage[0] - expected).abs() < 1e-12, "{outage:?} for {expected}");
            assert_eq!((outage[1], outage[2]), (0.0, 0.0));
            assert!((lost + maths::ln(1.0 - 0.25 * expected)).abs() < 1e-12);
        }
        assert_eq!(seen[9], ([0.0; 3], 0.0));
    }

    #[test]
    fn a_shock_from_before_the_start_goes_on() {
        let mut scenario = world(24);
        let mut spec = blockade("cut", Some(0), short());
        scenario.time.start = scenario.time.start.plus(2);
        spec.from = Some(crate::baseline().time.start);
        scenario.shocks.push(spec);
        let line: Vec<_> = outages(&scenario, 6).iter().map(|(outage, _)| (outage[0] * 10.0).round()).collect();
        assert_eq!(line, [8.0, 7.0, 5.0, 3.0, 1.0, 0.0]);
    }

    #[test]
    fn two_shocks_leave_the_product_of_what_each_leaves() {
        let mut scenario = world(12);
        scenario.shocks.push(blockade("one", Some(0), short()));
        scenario.shocks.push(blockade("two", Some(0), ShockNumbers { severity: 0.5, ..short() }));
        assert!((outages(&scenario, 1)[0].0[0] - 0.9).abs() < 1e-12);
    }

    #[test]
    fn a_hazard_strikes_once_and_as_often_as_it_says() {
        let mut scenario = world(12);
        let numbers = ShockNumbers { hazard_per_year: 0.5, tension: 1.0, months: 1, ..short() };
        scenario.shocks.push(ShockSpec { between: Some((0, 1)), ..blockade("risk", None, numbers) });
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        let mut struck = 0;
        let runs = 200;
        for replicate in 0..runs {
            simulation.reset(Seed { master: 3, replicate });
            simulation.world_mut().resource_mut::<Relations>().trust[0][1] = 0.4;
            let mut began = None;
            for _ in 0..12 {
                strike_alone(simulation.world_mut());
                let world = simulation.world_mut();
                let now = world.query::<&Shock>().single(world).unwrap().began;
                assert!(began.is_none() || began == now);
                began = now;
            }
            struck += u32::from(began.is_some());
        }
        // 1 − exp(−0.8) = 0.551 within four standard errors.
        assert!((f64::from(struck) / runs as f64 - 0.551).abs() < 4.0 * 0.0352, "{struck}");
    }

    /// Only what concerns shocks, to be quick.
    fn strike_alone(world: &mut World) {
        world.run_system_cached(strike).unwrap();
        world.resource_mut::<Clock>().advance();
    }

    #[test]
    fn begin_and_end_are_noted() {
        let mut scenario = world(8);
        scenario.shocks.push(blockade("cut", Some(2), short()));
        let events = testing::trajectory(&scenario).events;
        let noted = |kind: &str| {
            let mut found = events.iter().filter(|event| &*event.kind == kind);
            (found.next().map(|event| event.date.since(scenario.time.start)), found.count())
        };
        assert_eq!((noted("shock"), noted("shock_over")), ((Some(2), 0), (Some(5), 0)));
    }

    #[test]
    fn at_their_null_shocks_are_absent() {
        let mut scenario = world(10);
        scenario.shocks.push(blockade("cut", Some(2), short()));
        scenario.shocks.push(blockade("risk", None, ShockNumbers { hazard_per_year: 50.0, ..short() }));
        testing::assert_null_is_absent(&scenario, "shocks");
    }
}
