//! Systems: many weak chips against few strong ones, and the power that they draw.
//!
//! A system of n chips of performance c delivers n · c · n^(−λ) and draws n · p · PUE. An H100-equivalent is counted as it
//! works in an ordinary server of n_0 chips, so a state's fleet has the efficiency η = mean (n/n_0)^(−λ), weighted by the
//! compute that it holds: what arrives is mixed into what is there, and all of it wears out alike. Research and training use
//! C · u · η, u the share of the compute that power lets run.
//!
//! Power goes by vintage: a year's arrivals, with what an H100-equivalent of them draws. Of a state's vintages those run first that
//! draw least, and those go first that draw most. AI can draw G = G_0 e^(gt) + what policy and buyers built. Buyers look ahead by the
//! time to build: the nearer what they will hold comes to the power that there will be, the larger the part b of money for compute
//! that goes into power instead of chips. New chips that draw less than the worst that runs need less of it: φ = 1 − b ·
//! min(1, kW_new/kW_worst) buys chips. r GW a year cost c r (1 + k r/G) and arrive after the time to build. Where power is short, chips run on power that others
//! have to spare and rent out, the more the two states trust each other (data centres in the Gulf).
//!
//! The kW that a H100-equivalent draws falls from design to design: an accelerator's own figures hold when it is first
//! sold, and its later versions need `energy_progress_per_year` less each year. That is slower than performance per package
//! grows, for packages come to draw more. What arrives from no accelerator of the model (an alternative paradigm) works as
//! ordinary servers that draw as much as the fleet it joins.

mod vintages;

pub use vintages::Vintages;

use crate::{
    maths,
    model::{
        accelerator::{ChipDesign, Line},
        clock::Clock,
        firm::{Character, Hardware},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Barriers, Relations},
        state::{Fleet, Levers, Supply, Traits},
        states::{StateId, States},
    },
    parameters,
    scenario::{Lever, MAX_STATES},
};
use bevy_ecs::prelude::*;
use std::collections::VecDeque;

parameters! {
    /// Numbers of systems and their power.
    #[derive(Resource)]
    pub struct Systems {
        /// How efficiency falls with the number of chips in a system (λ).
        exponent: f64 = 0.05, "1", range 0.0..=1.0, plausible 0.0..=0.2 or null 0.0, assumption "at 0.304 a CloudMatrix of 384 chips would be no faster than an NVL72 of 72; at 0 it is 1.66 times as fast";
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
        /// Part of the power ahead that buyers hold without caring for more.
        power_slack: f64 = 0.75, "1", range 0.0..=0.999, plausible 0.5..=0.95, assumption "data centres are planned two years ahead of chips";
        /// The most of their money for compute that buyers put into power (b).
        power_share: f64 = 0.4, "1", range 0.0..=0.99, plausible 0.2..=0.6 or null 0.0, assumption "halls and their power take about a third of what a large data centre for AI costs";
        /// Time to build power.
        build_months: u32 = 24, "months", range 1..=240, plausible 12..=48, assumption "gas turbines and halls take about two years, lines longer";
        /// Cost of power for AI with the halls for it, where little is built (c).
        cost_per_gw: f64 = 12.0, "billion USD of 2023 per GW", range 0.001..=10000.0, plausible 8.0..=18.0, assumption "about 10 for halls with cooling and supply, 2 for plants and lines";
        /// Growth of that cost with the share of power that is added in a year (k).
        cost_convexity: f64 = 2.0, "years", range 0.0..=1000.0, plausible 0.5..=5.0 or null 0.0, assumption "who wants to add half of what there is within a year pays twice as much";
        /// Part of the power to spare that a state rents out to chips of another that it trusts fully.
        rented: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.0..=1.0 or null 0.0, assumption "campuses in the Gulf for firms of the US, announced from 2024 on, compare with all its power for AI";
    }
}

/// Chips of an ordinary system, in which a H100-equivalent is counted (n_0): a server of eight, such as a DGX H100.
const ORDINARY_CHIPS: f64 = 8.0;

impl Mechanism for Systems {
    const NAME: &'static str = "systems";
    const MEANING: &'static str = "large systems lose efficiency, and power limits how much of the compute runs";
    const FIXED: &'static [&'static str] = &["start_kw_per_h100e", "build_months"];

    fn build(_month: &mut MonthPlan) {}

    // What fleets are like is measured in any case; without the mechanism, the nulls of its numbers make nothing of it.
    fn always(month: &mut MonthPlan) {
        month.add(Phase::Stocks, (mix_fleets, build_power, rent_power, limit_by_power).chain());
    }

    fn register(world: &mut World) {
        world.keep_with::<StateId, Vintages>();
        world.keep_with::<StateId, Sites>();
        world.keep_with::<ChipDesign, Loss>();
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

/// Power that `money` builds in a year where there are `gw` GW, at the cost c r (1 + k r/G) of r GW a year.
///
/// ```
/// use redqueen::model::mechanisms::systems::power_for;
/// assert_eq!(power_for(24.0, 4.0, 12.0, 0.0), 2.0);
/// assert_eq!(power_for(48.0, 4.0, 12.0, 2.0), 2.0);
/// ```
pub fn power_for(money: f64, gw: f64, cost: f64, convexity: f64) -> f64 {
    let plain = money / cost;
    if convexity <= 0.0 || gw <= 0.0 || plain <= 0.0 {
        return plain;
    }
    let bent = 2.0 * convexity / gw;
    ((1.0 + 2.0 * bent * plain).sqrt() - 1.0) / bent
}

/// Part of the money for compute that buys chips: 1 − b · min(1, kW_new/kW_worst), with b up to `most` as `wanted` power ahead
/// goes from the part `slack` of what there will be to all of it.
///
/// ```
/// use redqueen::model::mechanisms::systems::chips_share;
/// assert_eq!(chips_share(3.0, 4.0, 0.75, 0.4, 1.0), 1.0);
/// assert_eq!(chips_share(9.0, 4.0, 0.75, 0.5, 1.0), 0.5);
/// assert_eq!(chips_share(9.0, 4.0, 0.75, 0.5, 0.5), 0.75);
/// ```
pub fn chips_share(wanted: f64, ahead: f64, slack: f64, most: f64, new_over_worst: f64) -> f64 {
    let tight = if wanted > 0.0 { ((wanted / ahead - slack) / (1.0 - slack)).clamp(0.0, 1.0) } else { 0.0 };
    1.0 - most * tight * new_over_worst.min(1.0)
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

/// Part of its throughput that a design's system loses by its size: the same for a whole run, so it is worked out once.
#[derive(Component, Clone, Copy, Debug, Default)]
struct Loss(Option<f64>);

fn mix_fleets(
    systems: Res<Systems>,
    clock: Res<Clock>,
    firms: Query<(&Character, &Hardware)>,
    mut accelerators: Query<(&ChipDesign, &Line, &mut Loss)>,
    mut states: States<(&Supply, &mut Fleet, &mut Vintages)>,
) {
    let held = held_by_firms(firms.iter());
    // What arrived by accelerator, and what of it is lost and drawn.
    let (mut arrived, mut lost, mut drawn): (PerState, PerState, PerState) =
        ([0.0; MAX_STATES], [0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (design, line, mut loss) in &mut accelerators {
        if line.received.iter().all(|received| *received == 0.0) {
            continue;
        }
        let numbers = &design.numbers;
        let lost_to_size = || efficiency_lost(numbers.chips_per_system, ORDINARY_CHIPS, systems.exponent);
        let loss = *loss.0.get_or_insert_with(lost_to_size);
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
    for (s, (supply, mut fleet, mut vintages)) in states.iter_mut() {
        let stock = held[s] + supply.clouds;
        let received = supply.received.min(stock);
        let kw = system_power(1.0, systems.start_kw_per_h100e, systems.pue);
        if clock.step() == 0 {
            fleet.efficiency = 1.0;
            fleet.kw_per_h100e = kw;
            vintages.begin(stock - received, kw);
        } else {
            vintages.keep(stock - received);
        }
        fleet.compute = stock;
        if received <= 0.0 {
            continue;
        }
        let others = (supply.received - arrived[s]).max(0.0);
        let new = arrived[s] + others;
        // Counted as losses, so that fleets without any stay at exactly 1.
        fleet.efficiency = 1.0 - mixed(1.0 - fleet.efficiency, lost[s] / new, received / stock);
        vintages.add(clock.years(), received, (drawn[s] + others * fleet.kw_per_h100e) / new);
    }
}

/// Power under construction, GW, in order of arrival: one entry for each step to come.
#[derive(Component, Clone, Debug, Default)]
pub struct Sites(VecDeque<f64>);

/// Power arrives, and buyers decide how much of their money builds more.
fn build_power(
    systems: Res<Systems>,
    clock: Res<Clock>,
    mut states: States<(&Traits, &Levers, &Supply, &Vintages, &mut Fleet, &mut Sites)>,
) {
    for (_, (traits, levers, supply, vintages, mut fleet, mut sites)) in states.iter_mut() {
        (fleet.power_gw, fleet.chips_share, fleet.abroad_gw) = (f64::INFINITY, 1.0, 0.0);
        fleet.built_gw += clock.per_step(levers.of(Lever::Power));
        if systems.power_scale <= 0.0 {
            continue;
        }
        let steps = clock.steps(systems.build_months) as usize;
        if clock.step() == 0 {
            sites.0.clear();
            sites.0.resize(steps, 0.0);
        }
        let trend = |years| traits.0.ai_power_gw * maths::exp(traits.0.ai_power_growth_per_year * years);
        fleet.built_gw += sites.0.pop_front().unwrap_or(0.0);
        fleet.power_gw = systems.power_scale * (trend(clock.years()) + fleet.built_gw);
        let ordered = power_for(fleet.power_money, fleet.power_gw, systems.cost_per_gw, systems.cost_convexity);
        sites.0.push_back(clock.per_step(ordered));
        let years = clock.per_step(steps as f64);
        let building: f64 = sites.0.iter().sum();
        let ahead = systems.power_scale * (trend(clock.years() + years) + fleet.built_gw + building);
        let (new, worst) = (vintages.newest_kw(), vintages.worst_kw(fleet.running));
        let wanted = vintages.draw() + clock.per_year(supply.received) * new * years;
        let over = if worst > 0.0 { new / worst } else { 1.0 };
        fleet.chips_share = chips_share(wanted, ahead, systems.power_slack, systems.power_share, over);
    }
}

/// Mean trust of those third states that have power to spare, by how much; 0 where none has. Who keeps chips from a state does not
/// run them for it.
fn hosts(geography: &Geography, relations: &Relations, barriers: &Barriers, spare: &PerState) -> PerState {
    let mut hosts: PerState = [0.0; MAX_STATES];
    for s in geography.each_state() {
        let (mut all, mut trusting) = (0.0, 0.0);
        for host in geography.others(s).filter(|&host| spare[host] > 0.0 && !barriers.keeps_chips(host, s)) {
            all += spare[host];
            trusting += spare[host] * relations.trust[s][host];
        }
        hosts[s] = if all > 0.0 { trusting / all } else { 0.0 };
    }
    hosts
}

/// Chips without power run where power is to spare: a state's spare power is shared among those who lack it, by what they
/// lack and how far the two trust each other.
fn rent_power(
    systems: Res<Systems>,
    geography: Res<Geography>,
    (relations, barriers): (Res<Relations>, Res<Barriers>),
    mut states: States<(&Vintages, &mut Fleet)>,
) {
    if systems.rented <= 0.0 {
        return;
    }
    if systems.power_scale <= 0.0 {
        // Everyone has as much as all ask for.
        let hosts = hosts(&geography, &relations, &barriers, &[1.0; MAX_STATES]);
        states.iter_mut().for_each(|(s, (_, mut fleet))| fleet.hosts = hosts[s]);
        return;
    }
    let (mut lacks, mut spare, mut abroad): (PerState, PerState, PerState) = Default::default();
    for (s, (vintages, fleet)) in states.iter() {
        let draw = vintages.draw();
        lacks[s] = (draw - fleet.power_gw).max(0.0);
        spare[s] = systems.rented * (fleet.power_gw - draw).max(0.0);
        abroad[s] = fleet.abroad_gw;
    }
    let hosts = hosts(&geography, &relations, &barriers, &spare);
    let mut lent = [[0.0; MAX_STATES]; MAX_STATES];
    let mut taken: PerState = [0.0; MAX_STATES];
    for host in geography.each_state().filter(|&host| spare[host] > 0.0) {
        let asked: f64 = geography.others(host).map(|s| lacks[s] * relations.trust[s][host]).sum();
        for s in geography.others(host).filter(|_| asked > 0.0) {
            let trust = relations.trust[s][host];
            lent[s][host] = spare[host] * trust * (lacks[s] * trust / asked);
            taken[s] += lent[s][host];
        }
    }
    for s in geography.each_state().filter(|&s| taken[s] > 0.0) {
        // Nobody rents more than it lacks.
        let part = (lacks[s] / taken[s]).min(1.0);
        abroad[s] += part * taken[s];
        for host in geography.others(s) {
            abroad[host] -= part * lent[s][host];
        }
    }
    for (s, (_, mut fleet)) in states.iter_mut() {
        (fleet.hosts, fleet.abroad_gw) = (hosts[s], abroad[s]);
    }
}

/// Part of its compute that counts for a state without power: a logarithm needs some.
const LEAST_USABLE: f64 = 1e-6;

fn limit_by_power(
    systems: Res<Systems>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    mut states: States<(&Vintages, &mut Fleet)>,
) {
    for (s, (vintages, mut fleet)) in states.iter_mut() {
        (fleet.running, fleet.kw_per_h100e) = (1.0, vintages.mean_kw(fleet.kw_per_h100e));
        if systems.power_scale > 0.0 {
            (fleet.running, fleet.kw_per_h100e) = vintages.run(fleet.power_gw + fleet.abroad_gw, fleet.kw_per_h100e);
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
            testing::{self, of_state},
        },
        scenario::{AcceleratorNumbers, AcceleratorSpec, Scenario},
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
        world.run_system_once(build_power).unwrap();
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
        scenario.policies = vec![testing::policy("lines", 0, Lever::Power, 12e-6)];
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        simulation.step().unwrap();
        let world = simulation.world_mut();
        let lit = of_state::<Fleet>(world, 0).clone();
        assert!((lit.power_gw - 2e-6).abs() < 1e-18, "a month of building adds a twelfth of a year's");
        scenario.policies.clear();
        scenario.states[0].numbers.ai_power_gw = 1e4;
        assert_eq!(fleet(&scenario, 8.0, 0.0).ln_usable, 0.0);
    }

    #[test]
    fn buyers_of_scarce_power_build_it_in_place_of_chips_and_rent_what_others_spare() {
        let mut scenario = crate::baseline();
        scenario.policies.clear();
        let mut at_start = |gw: f64, rented: f64| {
            scenario.states[0].numbers.ai_power_gw = gw;
            set(&mut scenario, "rented", rented);
            let mut simulation = Model::standard().simulate(&scenario).unwrap();
            simulation.step().unwrap();
            let world = simulation.world_mut();
            let abroad: f64 = world.query::<&Fleet>().iter(world).map(|fleet| fleet.abroad_gw).sum();
            assert!(abroad.abs() < 1e-12, "what one draws another lends");
            of_state::<Fleet>(world, 0).clone()
        };
        let (dark, helped, lit) = (at_start(0.05, 0.0), at_start(0.05, 0.5), at_start(50.0, 0.5));
        assert_eq!((lit.chips_share, lit.running, lit.abroad_gw), (1.0, 1.0, 0.0));
        assert!((dark.chips_share - (1.0 - Systems::default().power_share)).abs() < 0.05, "{dark:?}");
        assert!(dark.power_money > 0.1 && dark.abroad_gw == 0.0 && dark.running < 0.9);
        assert!(helped.abroad_gw > 0.0 && helped.running > dark.running);
    }

    #[test]
    fn power_that_was_paid_arrives_after_the_time_to_build() {
        let mut scenario = crate::baseline();
        scenario.policies.clear();
        set(&mut scenario, "build_months", 3.0);
        set(&mut scenario, "cost_convexity", 0.0);
        scenario.states[0].numbers.ai_power_gw = 0.05;
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        let mut paid = Vec::new();
        for step in 0..8 {
            let fleet = {
                crate::model::testing::live(&mut simulation, 1);
                of_state::<Fleet>(simulation.world(), 0).clone()
            };
            paid.push(fleet.power_money);
            // Money of step n is spent in the step after and stands three later.
            let arrived: f64 = paid.iter().take((step as usize + 1).saturating_sub(4)).sum::<f64>() / 12.0 / 12.0;
            assert!((fleet.built_gw - arrived).abs() < 1e-12, "{step}: {} for {arrived}", fleet.built_gw);
            simulation.world_mut().resource_mut::<Clock>().advance();
        }
    }
}
