//! Systems: many weak chips against few strong ones, and the power that they draw.
//!
//! A system of n chips of performance c delivers n · c · n^(−λ) and draws n · p · PUE. An H100-equivalent is counted as it
//! works in an ordinary server of n_0 chips, so a state's fleet has the efficiency η = mean (n/n_0)^(−λ), weighted by the
//! compute that it holds: what arrives is mixed into what is there, and all of it wears out alike. AI can draw
//! G = G_0 e^(gt) + what policy built; of the compute C that the state holds, the share u = min(1, G/(C × kW per H100e)) runs.
//! Research and training use C · u · η.
//!
//! The kW that a H100-equivalent draws falls from design to design: an accelerator's own figures hold when it is first
//! sold, and its later versions need `energy_progress_per_year` less each year. That is slower than performance per package
//! grows, for packages come to draw more. What arrives from no accelerator of the model (an alternative paradigm) works as
//! ordinary servers that draw as much as the fleet it joins.

use crate::{
    maths,
    model::{
        accelerator::{ChipDesign, Line},
        clock::Clock,
        firm::{Character, Hardware},
        geography::{Geography, PerState},
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        state::{Fleet, Levers, Supply, Traits},
        states::States,
    },
    parameters,
    scenario::{Lever, MAX_STATES},
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of systems and their power.
    #[derive(Resource)]
    pub struct Systems {
        /// How efficiency falls with the number of chips in a system (λ).
        exponent: f64 = 0.05, "1", range 0.0..=1.0, plausible 0.0..=0.2 or null 0.0, assumption "at 0.304 a CloudMatrix of 384 chips would be no faster than an NVL72 of 72; at 0 it is 1.66 times as fast";
        /// Chips of an ordinary system, in which an H100-equivalent is counted (n_0).
        chips_per_system: f64 = 8.0, "chips", range 1.0..=1000000.0, plausible 4.0..=16.0, assumption "a server of eight, such as a DGX H100";
        /// Power of a H100-equivalent of the fleet at the start, server included, cooling not.
        start_kw_per_h100e: f64 = 1.4, "kW", range 0.001..=1000.0, plausible 1.0..=2.5, assumption "a DGX H100 draws 10.2 kW for eight; older chips draw more for the same";
        /// Power of a system (processors, memory, network) over that of its packages.
        server_overhead: f64 = 1.8, "1", range 1.0..=100.0, plausible 1.3..=2.0, figure "DGX H100: up to 10.2 kW for eight packages of 0.7 kW (NVIDIA data sheet)";
        /// Power of a data centre over that of its systems: cooling and conversion (PUE).
        pue: f64 = 1.25, "1", range 1.0..=10.0, plausible 1.08..=1.6, assumption "large new data centres are near 1.1 to 1.2, the mean of all near 1.6";
        /// Fall of the power that a H100-equivalent of one maker draws, from design to design.
        energy_progress_per_year: f64 = 0.25, "nats/year", range 0.0..=5.0, plausible 0.1..=0.4, assumption "performance per watt of leading accelerators doubles in two to three years";
        /// Factor on the power that AI can draw; 0 means that power limits nothing.
        power_scale: f64 = 1.0, "1", range 0.0..=1000000.0, plausible 0.5..=2.0 or null 0.0, assumption "the power stands with the states: ai_power_gw";
    }
}

impl Mechanism for Systems {
    const NAME: &'static str = "systems";
    const MEANING: &'static str = "large systems lose efficiency, and power limits how much of the compute runs";

    fn build(_month: &mut MonthPlan) {}

    // What fleets are like is measured in any case; without the mechanism, the nulls of its numbers make nothing of it.
    fn always(month: &mut MonthPlan) {
        month.add(Phase::Stocks, (mix_fleets, limit_by_power).chain());
    }
}

/// What a system of `chips` chips of performance `each` delivers, in the unit of `each`: n · c · n^(−λ).
///
/// ```
/// use redqueen::model::mechanisms::systems::system_throughput;
/// let advantage = |exponent| system_throughput(384.0, 0.78, exponent) / system_throughput(72.0, 2.5, exponent);
/// assert!((advantage(0.0) - 1.664).abs() < 1e-12);
/// assert!((advantage(0.3042) - 1.0).abs() < 1e-4);
/// ```
pub fn system_throughput(chips: f64, each: f64, exponent: f64) -> f64 {
    chips * each * maths::pow(chips, -exponent)
}

/// What it draws, in the unit of `each`: n · p · PUE.
///
/// ```
/// use redqueen::model::mechanisms::systems::system_power;
/// assert_eq!(system_power(8.0, 1.25, 1.5), 15.0);
/// ```
pub fn system_power(chips: f64, each: f64, pue: f64) -> f64 {
    chips * each * pue
}

/// Part of the throughput of `chips` chips in ordinary systems that one system of them loses: 1 − (n/n_0)^(−λ).
pub fn efficiency_lost(chips: f64, ordinary: f64, exponent: f64) -> f64 {
    1.0 - maths::pow(chips / ordinary, -exponent)
}

/// Share of `compute` MH100e, each drawing `kw` kW, that `gw` GW let run.
///
/// ```
/// use redqueen::model::mechanisms::systems::running_share;
/// assert_eq!(running_share(1.0, 2.0, 1.0), 0.5);
/// assert_eq!(running_share(1.0, 2.0, 5.0), 1.0);
/// ```
pub fn running_share(compute: f64, kw: f64, gw: f64) -> f64 {
    let drawn = compute * kw;
    if drawn > gw { gw / drawn } else { 1.0 }
}

/// The mean of a stock of which the share `part` is new.
fn mixed(mean: f64, of_new: f64, part: f64) -> f64 {
    mean + (of_new - mean) * part
}

fn held_by_firms<'a>(firms: impl Iterator<Item = (&'a Character, &'a Hardware)>) -> PerState {
    let mut held: PerState = [0.0; MAX_STATES];
    for (character, hardware) in firms {
        held[character.home] += hardware.stock;
    }
    held
}

fn mix_fleets(
    systems: Res<Systems>,
    clock: Res<Clock>,
    firms: Query<(&Character, &Hardware)>,
    accelerators: Query<(&ChipDesign, &Line)>,
    mut states: States<(&Supply, &mut Fleet)>,
) {
    let held = held_by_firms(firms.iter());
    // What arrived by accelerator, and what of it is lost and drawn.
    let (mut arrived, mut lost, mut drawn): (PerState, PerState, PerState) =
        ([0.0; MAX_STATES], [0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (design, line) in &accelerators {
        if line.received.iter().all(|received| *received == 0.0) {
            continue;
        }
        let numbers = &design.numbers;
        let loss = efficiency_lost(numbers.chips_per_system, systems.chips_per_system, systems.exponent);
        let years = clock.years() - clock.per_step(design.enters.max(0) as f64);
        let progress = maths::exp(-systems.energy_progress_per_year * years);
        let kw = system_power(1.0, numbers.power_kw * systems.server_overhead, systems.pue) * progress
            / numbers.performance_h100e;
        for (s, received) in line.received.iter().enumerate() {
            arrived[s] += received;
            lost[s] += received * loss;
            drawn[s] += received * kw;
        }
    }
    for (s, (supply, mut fleet)) in states.iter_mut() {
        if clock.step() == 0 {
            fleet.efficiency = 1.0;
            fleet.kw_per_h100e = system_power(1.0, systems.start_kw_per_h100e, systems.pue);
        }
        let stock = held[s] + supply.clouds;
        fleet.compute = stock;
        if supply.received <= 0.0 || stock <= 0.0 {
            continue;
        }
        let part = (supply.received / stock).min(1.0);
        let others = (supply.received - arrived[s]).max(0.0);
        let new = arrived[s] + others;
        // Counted as losses, so that fleets without any stay at exactly 1.
        fleet.efficiency = 1.0 - mixed(1.0 - fleet.efficiency, lost[s] / new, part);
        fleet.kw_per_h100e = mixed(fleet.kw_per_h100e, (drawn[s] + others * fleet.kw_per_h100e) / new, part);
    }
}

/// Part of its compute that counts for a state without power: a logarithm needs some.
const LEAST_USABLE: f64 = 1e-6;

fn limit_by_power(
    systems: Res<Systems>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    mut states: States<(&Traits, &Levers, &mut Fleet)>,
) {
    for (s, (traits, levers, mut fleet)) in states.iter_mut() {
        fleet.built_gw += clock.per_step(levers.of(Lever::Power));
        fleet.power_gw = f64::INFINITY;
        fleet.running = 1.0;
        if systems.power_scale > 0.0 {
            let trend = maths::exp(traits.0.ai_power_growth_per_year * clock.years());
            fleet.power_gw = systems.power_scale * (traits.0.ai_power_gw * trend + fleet.built_gw);
            fleet.running = running_share(fleet.compute, fleet.kw_per_h100e, fleet.power_gw);
        }
        let usable = fleet.running * fleet.efficiency;
        fleet.ln_usable = if usable == 1.0 { 0.0 } else { maths::ln(usable.max(LEAST_USABLE)) };
        faults.check(&clock, Systems::NAME, "usable compute", &geography.names[s], &[fleet.ln_usable]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            Model,
            accelerator::AcceleratorBundle,
            states::{Roster, StateId},
            testing::of_state,
        },
        scenario::{AcceleratorNumbers, AcceleratorSpec, PolicyNumbers, PolicySpec, Scenario},
    };
    use bevy_ecs::system::RunSystemOnce;

    fn set(scenario: &mut Scenario, name: &str, value: f64) {
        scenario.set(&format!("mechanisms.{}.{name}", Systems::NAME), value).unwrap();
    }

    /// The fleet of the first state at the start, when `per_stock` of its compute arrives from accelerators of `chips` chips.
    fn fleet(scenario: &Scenario, chips: f64, per_stock: f64) -> Fleet {
        let mut simulation = Model::standard().simulate(scenario).unwrap();
        let world = simulation.world_mut();
        let clock = world.resource::<Clock>().clone();
        let spec = AcceleratorSpec {
            name: "chip".to_owned(),
            state: 0,
            enters: None,
            leaves: None,
            contracts: Default::default(),
            sales: vec![1.0],
            numbers: AcceleratorNumbers { chips_per_system: chips, ..AcceleratorNumbers::default() },
        };
        let held = held_by_firms(world.query::<(&Character, &Hardware)>().iter(world))[0];
        let mut bundle = AcceleratorBundle::new(&spec, &clock);
        let state = world.resource::<Roster>().entity(StateId::new(0));
        let mut supply = world.get_mut::<Supply>(state).unwrap();
        supply.received = per_stock * (held + supply.clouds);
        bundle.line.received[0] = supply.received;
        world.spawn(bundle);
        world.run_system_once(mix_fleets).unwrap();
        world.run_system_once(limit_by_power).unwrap();
        of_state::<Fleet>(world, 0).clone()
    }

    #[test]
    fn a_cloud_matrix_does_more_and_draws_far_more_for_it() {
        let [matrix, rack] = [(384.0, 780.0, 559.0), (72.0, 2500.0, 145.0)]
            .map(|(n, each, kw)| (system_throughput(n, each, 0.0), system_power(n, kw / n, 1.0)));
        assert!((matrix.0 / rack.0 - 1.664).abs() < 1e-12);
        let power_per_throughput = (matrix.1 / matrix.0) / (rack.1 / rack.0);
        assert!((power_per_throughput - 2.31681034483).abs() < 1e-9);
        let at_default = |n, each| system_throughput(n, each, Systems::default().exponent);
        assert!(at_default(384.0, 780.0) / at_default(72.0, 2500.0) > 1.5);
    }

    #[test]
    fn what_arrives_is_mixed_into_the_fleet_by_its_share() {
        let scenario = crate::baseline();
        let (nothing, half) = (fleet(&scenario, 384.0, 0.0), fleet(&scenario, 384.0, 0.5));
        assert_eq!(nothing.efficiency, 1.0);
        let loss = efficiency_lost(384.0, 8.0, Systems::default().exponent);
        assert!((half.efficiency - (1.0 - 0.5 * loss)).abs() < 1e-15);
        let numbers = AcceleratorNumbers::default();
        let new = numbers.power_kw * 1.8 * 1.25 / numbers.performance_h100e;
        assert!((half.kw_per_h100e - 0.5 * (1.4 * 1.25 + new)).abs() < 1e-12);
        assert_eq!(fleet(&scenario, 8.0, 0.5).efficiency, 1.0);
    }

    #[test]
    fn without_exponent_and_cap_all_compute_is_usable_to_the_bit() {
        let mut scenario = crate::baseline();
        set(&mut scenario, "exponent", 0.0);
        set(&mut scenario, "power_scale", 0.0);
        let fleet = fleet(&scenario, 384.0, 0.3);
        assert_eq!((fleet.efficiency, fleet.running, fleet.ln_usable), (1.0, 1.0, 0.0));
        assert_eq!(fleet.power_gw, f64::INFINITY);
    }

    #[test]
    fn scarce_power_stops_part_of_the_compute() {
        let mut scenario = crate::baseline();
        set(&mut scenario, "exponent", 0.0);
        scenario.states[0].numbers.ai_power_gw = 1e-6;
        let dark = fleet(&scenario, 8.0, 0.0);
        assert!(dark.running < 0.5 && dark.running > 0.0);
        assert!((dark.ln_usable - maths::ln(dark.running)).abs() < 1e-15);
        let gw = PolicyNumbers { value: 12e-6, ..PolicyNumbers::default() };
        let (name, lever) = ("lines".to_owned(), Lever::Power);
        scenario.policies =
            vec![PolicySpec { name, state: 0, lever, from: None, to: None, indicator: None, numbers: gw }];
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        simulation.step().unwrap();
        let world = simulation.world_mut();
        let lit = of_state::<Fleet>(world, 0).clone();
        assert!((lit.power_gw - 2e-6).abs() < 1e-18, "a month of building adds a twelfth of a year's");
        scenario.policies.clear();
        scenario.states[0].numbers.ai_power_gw = 1e4;
        assert_eq!(fleet(&scenario, 8.0, 0.0).ln_usable, 0.0);
    }
}
