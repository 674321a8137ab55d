//! A month of the world written by hand: the arithmetic of `src/model/mechanisms` as plain loops over flat arrays, one
//! number after the other, in the same order. The speed of the world is measured against it (`benches/month.rs`), and it
//! checks the world (`tests/all/by_hand.rs`): the two must agree to the last bit. Only the mechanisms listed here are on.

use bevy_ecs::query::QueryData;
use redqueen::{
    maths::{contest_shares, exp, exp_all, larger, ln, normal_quantile_all},
    model::{
        Seed, Simulation,
        accounts::{ProgressParts, Standing},
        clock::Clock,
        firm::{
            Capability, Character, Endowment, Finance, Focus, Hardware, Knowledge, Momentum, Offer, Precaution, Usage,
        },
        geography::{Geography, PerDomain, PerState},
        ledger::{Ledger, LeftOut},
        mechanisms::{
            adoption::Adoption,
            compute::Compute,
            diffusion::{Diffusion, FirmsAtStart},
            market::{Appeal, Market},
            money::Money,
            output::{Output, Reference},
            power::{COMPUTE_FLOOR, Power, PowerShares},
            price::Price,
            releases::{POINTS_PER_NAT, Releases},
            research::Research,
            training::Training,
        },
        noise::{Draw, Key, Luck},
        release::Frontier,
        state::{Absorption, Access, Economy, Penetration, Supply, Traits},
        states::StateId,
    },
    scenario::{FirmNumbers, FirmSpec, MAX_DOMAINS, MAX_STATES, SafetyRule, Scenario, StateNumbers, Worth},
};
use std::collections::VecDeque;

/// Draws of a firm, as the mechanisms name them.
const LUCK: Draw = Draw::named("research/luck").places(MAX_DOMAINS);
const BREAKTHROUGH: Draw = Draw::named("research/breakthrough");
const BREAKTHROUGH_SIZE: Draw = Draw::named("research/breakthrough size and domain").places(2);
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
    // Trust stands for itself in the world; here nobody has any.
    scenario.borders.iter_mut().for_each(|border| border.trust = 0.0);
    let (states, domains) = (scenario.states.len(), scenario.domains.len());
    // No domain counts for more than another.
    let all = |worth: f64| vec![worth; domains];
    scenario.worth = Worth { output: all(1.0), hard: all(0.0), soft: all(0.0), soft_open: all(0.0) };
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
    let mut firms = world.query::<(&Knowledge, &Capability, &Hardware, &Finance, &Offer, &Usage)>();
    let flat_firms = &flat.firms;
    assert_eq!(firms.iter(world).count(), flat_firms.home.len());
    for (i, (knowledge, capability, hardware, finance, offer, usage)) in firms.iter(world).enumerate() {
        same("knowledge of firm", i, &knowledge.0[..domains], &flat_firms.knowledge[i * domains..]);
        same("capability of firm", i, &capability.0[..domains], &flat_firms.capability[i * domains..]);
        same("compute of firm", i, &[hardware.stock], &[flat_firms.stock[i]]);
        same("cash of firm", i, &[finance.cash], &[flat_firms.cash[i]]);
        same("rating of firm", i, &[offer.rating], &[flat_firms.rating[i]]);
        same("usage shares of firm", i, &usage.share[..states], &flat_firms.share[i * states..]);
    }
    for (s, (economy, penetration, power)) in
        world.query::<(&Economy, &Penetration, &PowerShares)>().iter(world).enumerate()
    {
        same("output of state", s, &[economy.output], &[flat.states.output[s]]);
        same("adoption of state", s, &penetration.0[..domains], &flat.states.adoption[s]);
        same("power of state", s, &[power.share, power.hard], &[flat.states.power[s], flat.states.hard[s]]);
    }
    let progress = &world.resource::<ProgressParts>().world;
    same("progress", 0, &[progress.progress, progress.selection, progress.learning], &flat.progress);
}

/// The best levels by home and domain, home after home; knowledge and capability.
type Levels = (Vec<f64>, Vec<f64>);

/// A firm of the world.
#[derive(QueryData)]
struct WholeFirm {
    key: &'static Key,
    character: &'static Character,
    focus: &'static Focus,
    endowment: &'static Endowment,
    precaution: &'static Precaution,
    knowledge: &'static Knowledge,
    capability: &'static Capability,
    hardware: &'static Hardware,
    finance: &'static Finance,
    offer: &'static Offer,
    momentum: &'static Momentum,
    usage: &'static Usage,
    appeal: &'static Appeal,
    standing: &'static Standing,
}

/// A state of the world.
#[derive(QueryData)]
struct WholeState {
    id: &'static StateId,
    traits: &'static Traits,
    economy: &'static Economy,
    absorption: &'static Absorption,
    penetration: &'static Penetration,
    access: &'static Access,
    supply: &'static Supply,
}

/// The firms, an array for each number; those by domain or state hold a firm's numbers side by side.
#[derive(Default)]
struct Firms {
    key: Vec<Key>,
    luck: Vec<Luck>,
    breakthrough: Vec<Luck>,
    home: Vec<usize>,
    open: Vec<bool>,
    talent: Vec<f64>,
    price: Vec<f64>,
    research_share: Vec<f64>,
    safety: Vec<f64>,
    compute_share: Vec<f64>,
    own_funds: Vec<f64>,
    overhead: Vec<f64>,
    weights: Vec<f64>,
    ln_relative: Vec<f64>,
    returns: Vec<f64>,
    endowment: Vec<f64>,
    knowledge: Vec<f64>,
    capability: Vec<f64>,
    effort: Vec<f64>,
    stock: Vec<f64>,
    demand: Vec<f64>,
    order: Vec<f64>,
    backlog: Vec<f64>,
    cash: Vec<f64>,
    revenue: Vec<f64>,
    investment: Vec<f64>,
    raised: Vec<f64>,
    staff: Vec<f64>,
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
    first_frontier: Option<f64>,
    firms: Firms,
    states: States,
    any: Levels,
    open: Levels,
    past: VecDeque<(Levels, Levels)>,
    memory: usize,
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

/// The largest of each column.
fn column_best(levels: &[f64], domains: usize, counts: impl Fn(usize) -> bool) -> PerDomain {
    let mut best = [f64::NEG_INFINITY; MAX_DOMAINS];
    for (_, row) in levels.chunks_exact(domains).enumerate().filter(|(home, _)| counts(*home)) {
        for d in 0..domains {
            best[d] = larger(best[d], row[d]);
        }
    }
    best
}

impl Flat {
    /// The start of the world of `simulation` under `seed`, copied.
    pub fn new(simulation: &mut Simulation, seed: Seed) -> Self {
        simulation.reset(seed);
        let world = simulation.world_mut();
        world.resource_mut::<Ledger>().left_out = LeftOut { events: true, releases: true };
        let geography = world.resource::<Geography>().clone();
        let (domains, states) = (geography.domains, geography.states);
        let rules = Rules {
            compute: world.resource::<Compute>().clone(),
            money: world.resource::<Money>().clone(),
            price: world.resource::<Price>().clone(),
            research: world.resource::<Research>().clone(),
            diffusion: world.resource::<Diffusion>().clone(),
            training: world.resource::<Training>().clone(),
            releases: world.resource::<Releases>().clone(),
            market: world.resource::<Market>().clone(),
            adoption: world.resource::<Adoption>().clone(),
            output: world.resource::<Output>().clone(),
            power: world.resource::<Power>().clone(),
        };
        let clock = world.resource::<Clock>().clone();
        let flat = |levels: &[PerDomain]| levels[..states].iter().flat_map(|row| row[..domains].to_vec()).collect();
        let frontier = world.resource::<Frontier>();
        let any: Levels = (flat(&frontier.any.now.knowledge), flat(&frontier.any.now.capability));
        let open: Levels = (flat(&frontier.open.now.knowledge), flat(&frontier.open.now.capability));
        let memory = clock.steps(rules.diffusion.lag_open_months.max(rules.diffusion.lag_closed_months));
        let mut copy = Self {
            reference: world.resource::<Reference>().clone(),
            at_start: world.resource::<FirmsAtStart>().0,
            first_frontier: None,
            past: VecDeque::from([(any.clone(), open.clone())]),
            memory: memory as usize,
            rules,
            seed,
            clock,
            geography,
            firms: Firms::default(),
            states: States::default(),
            any,
            open,
            flows: [0.0; 3],
            progress: [0.0; 3],
            state_progress: [[0.0; 3]; MAX_STATES],
            finite: true,
            scratch: Vec::new(),
        };
        copy.copy_firms(simulation);
        copy.copy_states(simulation);
        copy
    }

    fn copy_firms(&mut self, simulation: &mut Simulation) {
        let (domains, states) = (self.geography.domains, self.geography.states);
        let firms = &mut self.firms;
        let world = simulation.world_mut();
        for firm in world.query::<WholeFirm>().iter(world) {
            let WholeFirmItem { key, character, focus, endowment, precaution, knowledge, capability, .. } = firm;
            let WholeFirmItem { hardware, finance, offer, momentum, usage, appeal, standing, .. } = firm;
            firms.key.push(*key);
            firms.luck.push(LUCK.at(self.seed, *key, 0));
            firms.breakthrough.push(BREAKTHROUGH.at(self.seed, *key, 0));
            firms.home.push(character.home.place());
            firms.open.push(character.open);
            firms.talent.push(character.talent);
            firms.price.push(character.price);
            firms.research_share.push(character.research_share);
            // Nobody makes an effort where safety is not among the mechanisms.
            firms.safety.push(if MECHANISMS.contains(&"safety") { precaution.effort } else { 0.0 });
            firms.compute_share.push(character.compute_share);
            firms.own_funds.push(character.own_funds);
            firms.overhead.push(character.overhead);
            firms.weights.extend(&focus.weights[..domains]);
            firms.ln_relative.extend(&focus.ln_relative[..domains]);
            let returns = |relative: &f64| exp(self.rules.research.exponent * relative);
            firms.returns.extend(focus.ln_relative[..domains].iter().map(returns));
            firms.endowment.extend(&endowment.0[..domains]);
            firms.knowledge.extend(&knowledge.0[..domains]);
            firms.capability.extend(&capability.0[..domains]);
            firms.effort.push(0.0);
            firms.stock.push(hardware.stock);
            firms.demand.push(hardware.demand);
            firms.order.push(hardware.order);
            firms.backlog.push(hardware.backlog);
            firms.cash.push(finance.cash);
            firms.revenue.push(finance.revenue);
            firms.investment.push(finance.investment);
            firms.raised.push(0.0);
            firms.staff.push(character.overhead);
            firms.followed.push(ln(usage.world + self.rules.money.share_floor));
            firms.serial.push(offer.serial);
            firms.released.push(offer.released);
            firms.rating.push(offer.rating);
            firms.rating_by_domain.extend(&offer.rating_by_domain[..domains]);
            firms.offered.push(offer.capability);
            firms.own_offered.push(offer.own_capability);
            firms.ratings.extend([offer.rating; 6]);
            firms.gained.push(momentum.gained);
            firms.share.extend(&usage.share[..states]);
            firms.ln_share.extend(&usage.ln_share[..states]);
            firms.world.push(usage.world);
            firms.appeal.extend(&appeal.by_state[..states]);
            firms.of_serial.push(appeal.of_serial);
            firms.usage_before.push(standing.usage.unwrap_or(0.0));
            firms.capability_before.push(standing.capability);
        }
    }

    fn copy_states(&mut self, simulation: &mut Simulation) {
        let states = &mut self.states;
        let world = simulation.world_mut();
        for state in world.query::<WholeState>().iter(world) {
            let WholeStateItem { id, traits, economy, absorption, penetration, access, supply } = state;
            assert_eq!(id.place(), states.numbers.len(), "states stand in order");
            states.numbers.push(traits.0.clone());
            states.output.push(economy.output);
            states.trend.push(economy.trend);
            states.before.push(economy.before);
            states.effect.push(economy.effect);
            states.absorption.push(absorption.0);
            states.adoption.push(penetration.0);
            states.access.push(access.now);
            states.received.push(supply.received);
            states.delivered.push(supply.delivered);
            states.clouds.push(supply.clouds);
            states.soft.push(0.0);
            states.economic.push(0.0);
        }
    }

    /// Lives through a month.
    ///
    /// # Panics
    /// If a number became invalid.
    pub fn step(&mut self) {
        self.flows = [0.0; 3];
        self.supply();
        self.earn();
        self.learn();
        self.break_through();
        self.diffuse();
        self.train();
        self.release();
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

    fn supply(&mut self) {
        let (firms, states, clock) = (&mut self.firms, &mut self.states, &self.clock);
        let [delivered, to_clouds, retired] = &mut self.flows;
        let kept = clock.kept(self.rules.compute.retired_per_month);
        let waits = clock.kept(self.rules.compute.given_up_per_month);
        for stock in firms.stock.iter_mut().chain(&mut states.clouds) {
            let left = *stock * kept;
            *retired += *stock - left;
            *stock = left;
        }
        let mut demand: PerState = [0.0; MAX_STATES];
        for i in 0..firms.home.len() {
            demand[firms.home[i]] += firms.backlog[i] + firms.order[i];
        }
        let price = self.rules.price.start;
        let mut ration: PerState = [1.0; MAX_STATES];
        for s in 0..states.numbers.len() {
            // Clouds ask for chips as well, but none come.
            let asked = demand[s] / price;
            ration[s] = if asked > states.received[s] { states.received[s] / asked } else { 1.0 };
            states.delivered[s] = (ration[s] * asked).min(states.received[s]);
            let rest = states.received[s] - states.delivered[s];
            states.clouds[s] += rest;
            *delivered += states.delivered[s];
            *to_clouds += rest;
            self.finite &= states.clouds[s].is_finite();
        }
        for i in 0..firms.home.len() {
            let asked = firms.backlog[i] + firms.order[i];
            let paid = ration[firms.home[i]] * asked;
            firms.stock[i] += paid / price;
            firms.cash[i] -= paid;
            firms.backlog[i] = waits * (asked - paid);
            self.finite &= firms.stock[i].is_finite();
        }
    }

    fn earn(&mut self) {
        let (firms, states, money) = (&mut self.firms, &self.states, &self.rules.money);
        let (n, wide) = (self.geography.states, self.geography.domains);
        let mut value = vec![0.0; n];
        for s in 0..n {
            let demand = &self.geography.demand[s];
            let gained = |d: usize| (states.access[s][d] - self.reference.capability[d]).max(0.0);
            let adopted: f64 = (0..wide).map(|d| demand[d] * states.adoption[s][d] * gained(d)).sum();
            value[s] = money.captured * states.output[s] * adopted;
        }
        for (i, share) in firms.share.chunks_exact(n).enumerate() {
            let appropriability = if firms.open[i] { money.open_appropriability } else { 1.0 };
            firms.revenue[i] = appropriability * dot(share, &value);
        }
        self.invest();
        self.spend();
    }

    /// Nobody trusts anybody abroad here, so that capital stays at home.
    fn invest(&mut self) {
        let (firms, states, money, clock) = (&mut self.firms, &self.states, &self.rules.money, &self.clock);
        let best = firms.rating.iter().copied().fold(f64::NEG_INFINITY, larger);
        let years = f64::from(self.rules.releases.momentum_months) / 12.0;
        let mut weight: Vec<f64> = firms.world.iter().map(|usage| ln(usage + money.share_floor)).collect();
        for (i, weight) in weight.iter_mut().enumerate() {
            let grown = *weight - firms.followed[i];
            firms.followed[i] += (clock.per_step(1.0) / years).min(1.0) * grown;
            let gained = firms.gained[i] / 100.0 + money.usage_growth * grown;
            let behind = (best - firms.rating[i]) / 100.0;
            *weight = money.concentration * *weight + money.momentum * gained - money.lag_weight * behind;
        }
        exp_all(&mut weight);
        let (mut sum, mut growth): (PerState, PerState) = ([0.0; MAX_STATES], [1.0; MAX_STATES]);
        for (home, weight) in firms.home.iter().zip(&weight) {
            sum[*home] += weight;
        }
        let mut per_weight: PerState = [0.0; MAX_STATES];
        for (s, numbers) in states.numbers.iter().enumerate() {
            growth[s] = money.capital_scale * exp(numbers.capital_growth_per_year * clock.years());
            per_weight[s] = numbers.capital_billion_usd_per_year * growth[s] / sum[s];
        }
        for (i, weight) in weight.iter().enumerate() {
            let home = firms.home[i];
            firms.raised[i] = weight * per_weight[home];
            firms.investment[i] = firms.raised[i] + firms.own_funds[i] * growth[home];
        }
    }

    fn spend(&mut self) {
        let (firms, money, clock) = (&mut self.firms, &self.rules.money, &self.clock);
        let frontier = firms.offered.iter().copied().fold(f64::NEG_INFINITY, larger);
        let first = *self.first_frontier.get_or_insert(frontier);
        let least = money.least_staff * exp(money.least_growth * (frontier - first));
        let moved = clock.probability(money.staffing);
        let price = self.rules.price.start;
        for i in 0..firms.home.len() {
            let income = firms.revenue[i] * money.margin + firms.investment[i];
            let upkeep = money.running_cost * price * firms.stock[i];
            let target = (1.0 - firms.compute_share[i]) * income - upkeep;
            firms.staff[i] = (firms.staff[i] + moved * (target - firms.staff[i])).max(least);
            let costs = money.staff_scale * firms.staff[i] + upkeep;
            firms.cash[i] += clock.per_step(income - costs);
            let (share, free) = (firms.compute_share[i], firms.cash[i].max(0.0));
            let beyond = (free - money.reserve_years * (costs + share * income)).max(0.0);
            let spare = clock.per_step(money.spare_per_year).min(1.0) * beyond;
            firms.order[i] = (share * (clock.per_step(income) + spare)).min(free);
            firms.demand[i] = (firms.order[i] + firms.backlog[i]) / price;
            firms.cash[i] -= ((1.0 - share) * spare).min(free - firms.order[i]);
            self.finite &= (firms.cash[i] + firms.demand[i]).is_finite();
        }
    }

    fn learn(&mut self) {
        let (firms, research, wide) = (&mut self.firms, &self.rules.research, self.geography.domains);
        let (numbers, personal) = (&self.states.numbers, &self.geography.personal);
        let ceiling = self.clock.per_step(research.growth);
        let spread = research.spread(&self.clock);
        let ln_reference = ln(research.reference_mh100e);
        let luck = &mut self.scratch;
        luck.clear();
        for source in &mut firms.luck {
            let places: [f64; MAX_DOMAINS] = std::array::from_fn(|_| source.uniform());
            luck.extend(&places[..wide]);
        }
        normal_quantile_all(luck);
        for luck in luck.iter_mut() {
            *luck = spread * *luck - 0.5 * spread * spread;
        }
        exp_all(luck);
        for (i, knowledge) in firms.knowledge.chunks_exact_mut(wide).enumerate() {
            let ln_compute = ln(firms.stock[i] * firms.research_share[i]) - ln_reference;
            let returns = &firms.returns[i * wide..(i + 1) * wide];
            let even = firms.talent[i] * exp(research.exponent * ln_compute);
            let ceiling = ceiling * (1.0 - research.safety_cost * firms.safety[i]);
            let rights = research.rights_cost * numbers[firms.home[i]].rights_protection;
            let mut effort = 0.0;
            for d in 0..wide {
                let z = even * returns[d];
                effort += z;
                knowledge[d] += ceiling * (1.0 - rights * personal[d]) * z / (1.0 + z) * luck[i * wide + d];
            }
            firms.effort[i] = effort;
            self.finite &= is_finite(knowledge);
        }
    }

    fn break_through(&mut self) {
        let (firms, research, wide) = (&mut self.firms, &self.rules.research, self.geography.domains);
        let world: f64 = firms.effort.iter().sum();
        for (i, source) in firms.breakthrough.iter_mut().enumerate() {
            let hazard = research.breakthroughs_per_year * firms.effort[i] / world;
            if source.uniform() >= self.clock.probability(hazard) {
                continue;
            }
            let mut luck = BREAKTHROUGH_SIZE.at(self.seed, firms.key[i], self.clock.step());
            let size = -research.breakthrough_nats * ln(luck.uniform());
            let (place, mut below, mut domain) = (luck.uniform(), 0.0, wide - 1);
            for (d, weight) in firms.weights[i * wide..(i + 1) * wide].iter().enumerate() {
                below += weight;
                if place < below {
                    domain = d;
                    break;
                }
            }
            firms.knowledge[i * wide + domain] += size;
        }
    }

    fn lagged(&self, months: u32) -> &(Levels, Levels) {
        let back = self.clock.steps(months) as usize;
        &self.past[self.past.len() - back.min(self.past.len())]
    }

    fn diffuse(&mut self) {
        let (wide, n) = (self.geography.domains, self.geography.states);
        let rules = &self.rules.diffusion;
        let open = self.lagged(rules.lag_open_months).1.clone();
        let any = self.lagged(rules.lag_closed_months).0.clone();
        let (firms, states, clock) = (&mut self.firms, &mut self.states, &self.clock);
        let mut home_best = vec![f64::NEG_INFINITY; n * wide];
        for (home, knowledge) in firms.home.iter().zip(firms.knowledge.chunks_exact(wide)) {
            for (best, level) in home_best[home * wide..].iter_mut().zip(knowledge) {
                *best = larger(*best, *level);
            }
        }
        let openness = |own: usize, home: usize| match home == own {
            true => 1.0,
            false => self.geography.openness[own][home] * rules.border_openness,
        };
        // Behind borders of equal openness only the best counts: of knowledge open and any, of capability open and any.
        type Source = (f64, [Vec<f64>; 4]);
        let sources: Vec<Vec<Source>> = (0..n)
            .map(|own| {
                let mut sources: Vec<Source> = Vec::new();
                for home in (0..n).filter(|home| any.0[home * wide] > f64::NEG_INFINITY && openness(own, *home) > 0.0) {
                    let openness = openness(own, home);
                    if sources.iter().all(|source| source.0 != openness) {
                        sources.push((openness, [(); 4].map(|()| vec![f64::NEG_INFINITY; wide])));
                    }
                    let (_, best) = sources.iter_mut().find(|source| source.0 == openness).expect("just pushed");
                    for (best, levels) in best.iter_mut().zip([&open.0, &any.0, &open.1, &any.1]) {
                        for (best, level) in best.iter_mut().zip(&levels[home * wide..]) {
                            *best = larger(*best, *level);
                        }
                    }
                }
                sources
            })
            .collect();
        let mut pulls = [(); 4].map(|()| vec![0.0; wide]);
        let mut count: PerState = [0.0; MAX_STATES];
        for i in 0..firms.home.len() {
            let home = firms.home[i];
            count[home] += 1.0;
            let absorption = clock.per_step(states.absorption[home]);
            let home_rate = states.numbers[home].home_diffusion_per_year * rules.home_scale;
            let (place, from) = (i * wide..(i + 1) * wide, &sources[home]);
            let (knowledge, capability) = (&mut firms.knowledge[place.clone()], &mut firms.capability[place]);
            for (kind, pulls) in pulls.iter_mut().enumerate() {
                let (own, loss): (&[f64], f64) = match kind {
                    0 | 1 => (knowledge, 0.0),
                    2 => (capability, rules.loss_open),
                    _ => (capability, rules.loss_closed),
                };
                pulls.fill(0.0);
                for (openness, best) in from {
                    for ((pull, best), own) in pulls.iter_mut().zip(&best[kind]).zip(own) {
                        *pull = larger(*pull, openness * (best - (own + loss)));
                    }
                }
            }
            for d in 0..wide {
                let behind = (home_best[home * wide + d] - knowledge[d]).max(0.0);
                knowledge[d] +=
                    absorption * (rules.phi_open * pulls[0][d] + rules.phi_closed * pulls[1][d] + home_rate * behind);
                capability[d] += absorption * (rules.xi_open * pulls[2][d] + rules.xi_closed * pulls[3][d]);
            }
            self.finite &= is_finite(knowledge) && is_finite(capability);
        }
        for (s, absorbed) in states.absorption.iter_mut().enumerate() {
            let activity = count[s] / self.at_start[s].max(1.0);
            let rate = clock.per_step(rules.absorption_growth * activity);
            *absorbed = match rate == 0.0 {
                true => *absorbed,
                false => *absorbed / (*absorbed + (1.0 - *absorbed) * exp(-rate)),
            };
        }
    }

    fn train(&mut self) {
        let (firms, training, wide) = (&mut self.firms, &self.rules.training, self.geography.domains);
        let speed = self.clock.per_step(training.speed);
        for (i, capability) in firms.capability.chunks_exact_mut(wide).enumerate() {
            let ln_compute = ln(firms.stock[i] * firms.research_share[i]);
            let place = i * wide..(i + 1) * wide;
            let (ln_relative, knowledge) = (&firms.ln_relative[place.clone()], &firms.knowledge[place.clone()]);
            let endowment = &firms.endowment[place];
            for d in 0..wide {
                let target = training.scale * (ln_relative[d] + ln_compute) + knowledge[d] + endowment[d];
                capability[d] += speed * (target - capability[d]).max(0.0);
            }
            self.finite &= is_finite(capability);
        }
    }

    fn release(&mut self) {
        let (firms, releases, wide) = (&mut self.firms, &self.rules.releases, self.geography.domains);
        let step = i64::from(self.clock.step());
        let gap = i64::from(self.clock.steps(releases.min_gap_months));
        let place = (self.clock.step() % 6) as usize;
        let error = |share: f64| {
            let battles = releases.battles * share;
            if battles > 0.0 { 2.0 * POINTS_PER_NAT / battles.sqrt() } else { 0.0 }
        };
        let rating = |level: f64| releases.rating_at_start + releases.rating_slope * POINTS_PER_NAT * level;
        let demand = &self.geography.world_demand[..wide];
        for (i, capability) in firms.capability.chunks_exact(wide).enumerate() {
            let own = dot(&firms.weights[i * wide..(i + 1) * wide], capability);
            if own > firms.own_offered[i] + releases.threshold && step - firms.released[i] >= gap {
                let mut luck = RATING.at(self.seed, firms.key[i], self.clock.step());
                let overall = dot(demand, capability);
                firms.serial[i] += 1;
                firms.released[i] = step;
                firms.own_offered[i] = own;
                firms.offered[i] = overall;
                firms.rating[i] = rating(overall) + error(1.0) * luck.normal();
                for d in 0..wide {
                    firms.rating_by_domain[i * wide + d] = rating(capability[d]) + error(demand[d]) * luck.normal();
                }
                let knowledge = &firms.knowledge[i * wide..(i + 1) * wide];
                let home = firms.home[i] * wide;
                let seen = if firms.open[i] {
                    [Some(&mut self.any), Some(&mut self.open)]
                } else {
                    [Some(&mut self.any), None]
                };
                for levels in seen.into_iter().flatten() {
                    for d in 0..wide {
                        levels.0[home + d] = levels.0[home + d].max(knowledge[d]);
                        levels.1[home + d] = levels.1[home + d].max(capability[d]);
                    }
                }
            }
            let then = &mut firms.ratings[i * 6 + place];
            firms.gained[i] = firms.rating[i] - *then;
            *then = firms.rating[i];
        }
    }

    fn find_appeal(&mut self) {
        let (firms, market) = (&mut self.firms, &self.rules.market);
        let (n, wide) = (self.geography.states, self.geography.domains);
        for (i, appeal) in firms.appeal.chunks_exact_mut(n).enumerate() {
            if firms.of_serial[i] == firms.serial[i] {
                continue;
            }
            firms.of_serial[i] = firms.serial[i];
            let ratings = &firms.rating_by_domain[i * wide..(i + 1) * wide];
            for (s, appeal) in appeal.iter_mut().enumerate() {
                let attraction = dot(&self.geography.demand[s][..wide], ratings) / POINTS_PER_NAT - firms.price[i]
                    + if firms.open[i] { market.open_bonus } else { 0.0 }
                    + if firms.home[i] == s { market.home_bonus } else { 0.0 };
                *appeal = market.sensitivity * attraction;
            }
        }
    }

    fn select(&mut self) {
        let (firms, market, n) = (&mut self.firms, &self.rules.market, self.geography.states);
        let mut level = vec![f64::NEG_INFINITY; n];
        for appeal in firms.appeal.chunks_exact(n) {
            for (level, appeal) in level.iter_mut().zip(appeal) {
                *level = larger(*level, *appeal);
            }
        }
        let (speed, least) = (self.clock.per_step(market.speed), ln(market.trial));
        let shut: Vec<Vec<bool>> =
            (0..n).map(|home| (0..n).map(|s| self.geography.closed[s][home]).collect()).collect();
        for (i, ln_share) in firms.ln_share.chunks_exact_mut(n).enumerate() {
            let (appeal, share) = (&firms.appeal[i * n..(i + 1) * n], &firms.share[i * n..(i + 1) * n]);
            let shut = &shut[firms.home[i]];
            for s in (0..n).filter(|s| !shut[*s]) {
                let returns = market.habit * share[s] / (share[s] + market.habit_share) - market.crowding * share[s];
                ln_share[s] = larger(ln_share[s] + speed * (appeal[s] - level[s] + returns), least);
            }
        }
        firms.share.copy_from_slice(&firms.ln_share);
        exp_all(&mut firms.share);
        let mut sum: PerState = [0.0; MAX_STATES];
        for share in firms.share.chunks_exact(n) {
            for s in 0..n {
                sum[s] += share[s];
            }
        }
        let ln_sum = sum.map(ln);
        for (share, ln_share) in firms.share.chunks_exact_mut(n).zip(firms.ln_share.chunks_exact_mut(n)) {
            for s in 0..n {
                share[s] /= sum[s];
                ln_share[s] -= ln_sum[s];
            }
            self.finite &= is_finite(share);
        }
    }

    /// Share of the world's users in each state.
    fn markets(&self) -> Vec<f64> {
        let (n, wide, states) = (self.geography.states, self.geography.domains, &self.states);
        let adopted = |s: usize| states.output[s] * dot(&self.geography.demand[s][..wide], &states.adoption[s]);
        let weights: Vec<f64> = (0..n).map(adopted).collect();
        let sum: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / sum).collect()
    }

    fn count_world_usage(&mut self) {
        let markets = self.markets();
        for (world, share) in self.firms.world.iter_mut().zip(self.firms.share.chunks_exact(markets.len())) {
            *world = dot(&markets, share);
        }
    }

    fn reach(&mut self) {
        let wide = self.geography.domains;
        let open = column_best(&self.open.1, wide, |_| true);
        for (s, access) in self.states.access.iter_mut().enumerate() {
            let own = &self.any.1[s * wide..(s + 1) * wide];
            let foreign = column_best(&self.any.1, wide, |home| home != s && !self.geography.closed[s][home]);
            for d in 0..wide {
                let best = own[d].max(open[d]).max(foreign[d]);
                if best > f64::NEG_INFINITY {
                    access[d] = best;
                }
            }
        }
    }

    fn adopt(&mut self) {
        let (rules, wide) = (&self.rules.adoption, self.geography.domains);
        let open = column_best(&self.open.1, wide, |_| true);
        let (mut serving, mut price): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
        let n = self.states.output.len();
        for (i, home) in self.firms.home.iter().enumerate() {
            serving[*home] += self.firms.stock[i] * (1.0 - self.firms.research_share[i]);
            for s in 0..n {
                price[s] += self.firms.share[i * n + s] * self.firms.price[i];
            }
        }
        let (mut world_serving, mut world_output) = (0.0, 0.0);
        for s in 0..self.states.output.len() {
            serving[s] += self.states.clouds[s];
            world_serving += serving[s];
            world_output += self.states.output[s];
        }
        let years = self.clock.per_step(1.0);
        let any = column_best(&self.any.1, wide, |_| true);
        let mut openness = [0.0; MAX_DOMAINS];
        for d in 0..wide {
            openness[d] = (open[d] - any[d]).min(0.0);
        }
        exp_all(&mut openness);
        for (s, adoption) in self.states.adoption.iter_mut().enumerate() {
            let other = world_serving * (self.states.output[s] / world_output);
            let plenty = if serving[s] > 0.0 { serving[s] / (serving[s] + other) } else { 0.0 };
            let (mut imitation, mut growth) = ([0.0; MAX_DOMAINS], [0.0; MAX_DOMAINS]);
            let mut kept = [0.0; MAX_DOMAINS];
            for d in 0..wide {
                let lag = (any[d] - self.states.access[s][d]).max(0.0);
                kept[d] = -(rules.lag_weight * lag + rules.price_weight * price[s]);
            }
            exp_all(&mut kept);
            for d in 0..wide {
                let gain = 1.0 + rules.open_gain * openness[d] + rules.serving_gain * plenty;
                imitation[d] = rules.imitation * gain * kept[d];
                growth[d] = (rules.innovation + imitation[d]) * years;
            }
            exp_all(&mut growth);
            for d in 0..wide {
                let odds = (rules.innovation + imitation[d] * adoption[d]) / (1.0 - adoption[d]) * growth[d];
                adoption[d] = (odds - rules.innovation) / (odds + imitation[d]);
            }
            self.finite &= is_finite(adoption);
        }
    }

    fn produce(&mut self) {
        let (states, clock) = (&mut self.states, &self.clock);
        let years = clock.years() + clock.per_step(1.0);
        for (s, numbers) in states.numbers.iter().enumerate() {
            let mut adopted = 0.0;
            for d in 0..self.geography.domains {
                let gain = (states.access[s][d] - self.reference.capability[d]).max(0.0);
                adopted += self.geography.demand[s][d] * states.adoption[s][d] * gain;
            }
            states.effect[s] = self.rules.output.gain * (adopted - self.reference.at_start[s]);
            states.before[s] = states.output[s];
            states.trend[s] = numbers.gdp_billion_usd * exp(numbers.growth_per_year * years);
            states.output[s] = states.trend[s] * exp(states.effect[s]);
            self.finite &= states.output[s].is_finite();
        }
    }

    fn share_power(&mut self) {
        let markets = self.markets();
        let (contest, n) = (&self.rules.power, markets.len());
        let (firms, states, wide) = (&self.firms, &mut self.states, self.geography.domains);
        let mut frontier: PerState = [f64::NEG_INFINITY; MAX_STATES];
        let (mut held, mut abroad, mut used): (PerState, PerState, PerState) =
            ([0.0; MAX_STATES], [0.0; MAX_STATES], [0.0; MAX_STATES]);
        for (i, &home) in firms.home.iter().enumerate() {
            frontier[home] = dot(&self.geography.world_demand[..wide], &self.any.1[home * wide..(home + 1) * wide]);
            held[home] += firms.stock[i];
            used[home] += firms.world[i];
            abroad[home] += firms.world[i] - markets[home] * firms.share[i * n + home];
        }
        let best = frontier[..n].iter().copied().fold(-f64::MAX, f64::max);
        let total: f64 = states.output.iter().sum();
        let all_used: f64 = used[..n].iter().sum();
        for s in 0..n {
            let behind = (frontier[s] - best).max(-contest.no_firm_gap);
            let compute = ln(held[s] + states.clouds[s] + COMPUTE_FLOOR);
            let third_countries = 1.0 - markets[s];
            let usage = if third_countries > 0.0 { abroad[s].max(0.0) / third_countries } else { 0.0 };
            let standards = used[s] / all_used;
            states.soft[s] = (1.0 - contest.standards_weight) * usage + contest.standards_weight * standards;
            states.economic[s] = states.output[s] / total;
            states.hard[s] = contest.output_weight * ln(states.output[s])
                + contest.capability_weight * behind
                + contest.compute_weight * compute;
            states.power[s] = states.hard[s] + contest.soft_weight * ln(states.soft[s] + contest.soft_floor);
        }
        contest_shares(&mut states.hard[..n], 1.0);
        contest_shares(&mut states.power[..n], contest.decisiveness);
        self.finite &= is_finite(&states.power[..n]);
    }

    /// The frontier grows old, and progress is taken apart (Price 1970).
    fn end(&mut self) {
        if self.past.len() > self.memory {
            self.past.pop_front();
        }
        self.past.push_back((self.any.clone(), self.open.clone()));
        let (firms, wide) = (&mut self.firms, self.geography.domains);
        let demand = &self.geography.world_demand[..wide];
        // Usage and usage times capability, before and after, and new usage times old capability.
        let mut world = [0.0; 5];
        let mut states = [[0.0; 5]; MAX_STATES];
        for (i, capability) in firms.capability.chunks_exact(wide).enumerate() {
            let before = (firms.usage_before[i], firms.capability_before[i]);
            let after = (firms.world[i], dot(demand, capability));
            (firms.usage_before[i], firms.capability_before[i]) = after;
            for sums in [&mut world, &mut states[firms.home[i]]] {
                sums[0] += before.0;
                sums[1] += before.0 * before.1;
                sums[2] += after.0;
                sums[3] += after.0 * after.1;
                sums[4] += after.0 * before.1;
            }
        }
        let terms = |sums: &[f64; 5]| {
            let (before, after, crossed) = (sums[1] / sums[0], sums[3] / sums[2], sums[4] / sums[2]);
            [after - before, crossed - before, after - crossed]
        };
        self.progress = terms(&world);
        for (progress, sums) in self.state_progress.iter_mut().zip(&states) {
            *progress = if sums[0] > 0.0 { terms(sums) } else { [0.0; 3] };
        }
    }
}
