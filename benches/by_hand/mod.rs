//! A month of the world written by hand: the arithmetic of `src/model/mechanisms` as plain loops over flat arrays, one
//! number after the other, in the same order. The speed of the world is measured against it (`benches/month.rs`), and it
//! checks the world (`tests/all/by_hand.rs`): the two must agree to the last bit. Only the mechanisms listed here are on.

mod copy;
mod firms;
mod market;
mod states;

use redqueen::{
    model::{
        Seed, Simulation,
        accounts::ProgressParts,
        clock::Clock,
        firm::{Capability, Copied, Finance, Hardware, Knowledge, Offer, Usage},
        geography::{Geography, PerDomain, PerState},
        ledger::Ledger,
        mechanisms::{
            adoption::Adoption,
            compute::Compute,
            diffusion::Diffusion,
            market::Market,
            money::Money,
            output::{Output, Reference},
            power::{Power, PowerShares},
            price::Price,
            releases::Releases,
            research::Research,
            training::Training,
        },
        noise::{Draw, Key, Luck},
        state::{Economy, Penetration},
    },
    scenario::{FirmNumbers, FirmSpec, MAX_DOMAINS, MAX_STATES, SafetyRule, Scenario, StateNumbers},
};
use std::collections::VecDeque;

/// Draws of a firm, as the mechanisms name them.
const LUCK: Draw = Draw::named("research/luck").places(MAX_DOMAINS);
const FORM: Draw = Draw::named("research/form");
const BREAKTHROUGH: Draw = Draw::named("research/breakthrough");
const BREAKTHROUGH_SIZE: Draw = Draw::named("research/breakthrough size");
const RATING: Draw = Draw::named("releases/rating").places(1 + MAX_DOMAINS);

/// What the month by hand lives through. All else is off, so nothing is made: firms live on the compute they have.
const MECHANISMS: [&str; 10] =
    ["adoption", "compute", "diffusion", "market", "money", "output", "power", "releases", "research", "training"];

/// The baseline's states with so many firms made up for them, and neither entry nor exit.
pub fn scenario(firms: usize) -> Scenario {
    let mut scenario = redqueen::baseline();
    for mechanism in &mut scenario.mechanisms {
        mechanism.enabled = MECHANISMS.contains(&mechanism.declared.name);
    }
    let (states, domains) = (scenario.states.len(), scenario.domains.len());
    scenario.firms = (0..firms)
        .map(|i| {
            // Numbers that differ from firm to firm, without chance: multiples of the golden ratio, less their whole part.
            let vary = |k: usize| ((i + 1) as f64 * 0.618_033_988_749_894_8 * (k + 1) as f64).fract();
            let effort: Vec<f64> = (0..domains).map(|d| 0.2 + vary(d)).collect();
            let sum: f64 = effort.iter().sum();
            FirmSpec {
                name: format!("firm {i:06}"),
                state: i % states,
                open: i % 3 == 0,
                enters: None,
                safety: SafetyRule::Fixed,
                numbers: FirmNumbers {
                    capability: -3.0 * vary(6),
                    compute_mh100e: 0.001 + 0.02 * vary(7),
                    usage_home: 0.5 + vary(8),
                    ..FirmNumbers::default()
                },
                focus: effort.iter().map(|weight| weight / sum).collect(),
                capability_by_domain: (0..domains).map(|d| 0.4 * vary(d + 9)).collect(),
                endowment: vec![0.0; domains],
            }
        })
        .collect();
    scenario
}

/// Lives through a month of the world, as [`Simulation::run`] does but for the records.
///
/// # Panics
/// If a number became invalid.
pub fn step_world(simulation: &mut Simulation) {
    simulation.step().expect("a number became invalid");
    end_month(simulation);
}

/// Goes on to the next month.
pub fn end_month(simulation: &mut Simulation) {
    let world = simulation.world_mut();
    world.resource_mut::<Clock>().advance();
    world.resource_mut::<Ledger>().clear();
}

/// Checks that the world and its copy in flat arrays are in the same state.
///
/// # Panics
/// If a number differs in any bit.
pub fn assert_same(simulation: &mut Simulation, flat: &Flat) {
    let (domains, states) = (flat.geography.domains, flat.geography.states);
    let month = flat.clock.step();
    let same = |what: &str, place: usize, world: &[f64], flat: &[f64]| {
        let equal = world.iter().zip(flat).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(equal, "{what} {place} after {month} months: {world:?} in the world, {flat:?} by hand");
    };
    let world = simulation.world_mut();
    let mut firms = world.query::<(&Knowledge, &Capability, &Copied, &Hardware, &Finance, &Offer, &Usage)>();
    let flat_firms = &flat.firms;
    assert_eq!(firms.iter(world).count(), flat_firms.home.len());
    for (i, (knowledge, capability, copied, hardware, finance, offer, usage)) in firms.iter(world).enumerate() {
        same("knowledge of firm", i, &knowledge.0[..domains], &flat_firms.knowledge[i * domains..]);
        same("capability of firm", i, &capability.0[..domains], &flat_firms.capability[i * domains..]);
        same("copies of firm", i, &copied.0[..domains], &flat_firms.copied[i * domains..]);
        let compute = [hardware.stock, hardware.backlog, hardware.order];
        same("compute of firm", i, &compute, &[flat_firms.stock[i], flat_firms.backlog[i], flat_firms.order[i]]);
        let money = [finance.cash, finance.revenue, finance.investment];
        same("money of firm", i, &money, &[flat_firms.cash[i], flat_firms.revenue[i], flat_firms.investment[i]]);
        same("rating of firm", i, &[offer.rating], &[flat_firms.rating[i]]);
        same("usage shares of firm", i, &usage.share[..states], &flat_firms.share[i * states..]);
    }
    for (s, (economy, penetration, power)) in
        world.query::<(&Economy, &Penetration, &PowerShares)>().iter(world).enumerate()
    {
        same("output of state", s, &[economy.output], &[flat.states.output[s]]);
        same("adoption of state", s, &penetration.0[..domains], &flat.states.adoption[s]);
        let power_by_hand = [flat.states.power[s], flat.states.hard[s], flat.states.soft[s]];
        same("power of state", s, &[power.share, power.hard, power.soft], &power_by_hand);
    }
    let progress = &world.resource::<ProgressParts>().world;
    same("progress", 0, &[progress.progress, progress.selection, progress.learning], &flat.progress);
}

/// The best levels by home and domain, home after home.
#[derive(Clone)]
struct Levels {
    knowledge: Vec<f64>,
    capability: Vec<f64>,
    /// Of the compute behind that capability.
    ln_compute: Vec<f64>,
}

/// The firms, an array for each number; those by domain or state hold a firm's numbers side by side.
#[derive(Default)]
struct Firms {
    key: Vec<Key>,
    luck: Vec<Luck>,
    form_luck: Vec<Luck>,
    form: Vec<f64>,
    breakthrough: Vec<Luck>,
    home: Vec<usize>,
    open: Vec<bool>,
    talent: Vec<f64>,
    price: Vec<f64>,
    research_share: Vec<f64>,
    safety: Vec<f64>,
    compute_share: Vec<f64>,
    own_funds: Vec<f64>,
    staff: Vec<f64>,
    weights: Vec<f64>,
    ln_relative: Vec<f64>,
    returns: Vec<f64>,
    endowment: Vec<f64>,
    knowledge: Vec<f64>,
    capability: Vec<f64>,
    copied: Vec<f64>,
    ln_compute: Vec<f64>,
    trained_with: Vec<Option<f64>>,
    effort: Vec<f64>,
    stock: Vec<f64>,
    order: Vec<f64>,
    backlog: Vec<f64>,
    cash: Vec<f64>,
    revenue: Vec<f64>,
    investment: Vec<f64>,
    followed: Vec<f64>,
    serial: Vec<u32>,
    released: Vec<i64>,
    rating: Vec<f64>,
    rating_by_domain: Vec<f64>,
    offered: Vec<f64>,
    own_offered: Vec<f64>,
    ratings: Vec<f64>,
    gained: Vec<f64>,
    share: Vec<f64>,
    ln_share: Vec<f64>,
    world: Vec<f64>,
    appeal: Vec<f64>,
    profile: Vec<f64>,
    of_serial: Vec<u32>,
    usage_before: Vec<f64>,
    capability_before: Vec<f64>,
}

/// The states.
#[derive(Default)]
struct States {
    numbers: Vec<StateNumbers>,
    output: Vec<f64>,
    trend: Vec<f64>,
    before: Vec<f64>,
    effect: Vec<f64>,
    absorption: Vec<f64>,
    adoption: Vec<PerDomain>,
    access: Vec<PerDomain>,
    received: Vec<f64>,
    delivered: Vec<f64>,
    clouds: Vec<f64>,
    cloud_orders: Vec<f64>,
    soft: Vec<f64>,
    economic: Vec<f64>,
    hard: PerState,
    power: PerState,
}

struct Rules {
    compute: Compute,
    money: Money,
    price: Price,
    research: Research,
    diffusion: Diffusion,
    training: Training,
    releases: Releases,
    market: Market,
    adoption: Adoption,
    output: Output,
    power: Power,
}

/// The world in flat arrays.
pub struct Flat {
    rules: Rules,
    seed: Seed,
    clock: Clock,
    geography: Geography,
    reference: Reference,
    at_start: PerState,
    trust: [PerState; MAX_STATES],
    firms: Firms,
    states: States,
    any: Levels,
    open: Levels,
    past: VecDeque<(Levels, Levels)>,
    memory: usize,
    first_frontier: Option<f64>,
    known_at_start: Option<f64>,
    highest_effort: f64,
    open_effort: PerState,
    flows: [f64; 3],
    /// Progress of the world: whole, selection, learning.
    progress: [f64; 3],
    state_progress: [[f64; 3]; MAX_STATES],
    finite: bool,
    scratch: Vec<f64>,
}

fn dot(weights: &[f64], values: &[f64]) -> f64 {
    weights.iter().zip(values).map(|(weight, value)| weight * value).sum()
}

fn is_finite(values: &[f64]) -> bool {
    values.iter().sum::<f64>().is_finite()
}

impl Flat {
    /// Lives through a month.
    ///
    /// # Panics
    /// If a number became invalid.
    pub fn step(&mut self) {
        self.flows = [0.0; 3];
        self.supply();
        self.earn();
        self.raise();
        self.spend();
        self.weigh();
        self.learn();
        self.break_through();
        self.diffuse();
        self.train();
        self.release();
        self.gain_momentum();
        self.find_appeal();
        self.select();
        self.count_world_usage();
        self.adopt();
        self.reach();
        self.produce();
        self.share_power();
        self.end();
        assert!(self.finite, "a number became invalid");
        self.clock.advance();
    }

    /// Place in the past of what is so many months old, a month in the month after its own.
    fn back(&self, months: u32) -> usize {
        let back = self.clock.steps(months - 1) as usize + 1;
        self.past.len() - back.min(self.past.len())
    }
}
