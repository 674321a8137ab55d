//! What is measured, from the world, once a month; reads all, changes nothing.

use super::{
    accounts::Progress,
    chain::{ChainObserver, StateChain},
    clock::Clock,
    firm::{Capability, Character, Compute, Finance, Focus, Knowledge, Label, Momentum, Offer, Safety, Usage},
    geography::{Geography, PerState, weighted},
    ledger::Ledger,
    mechanisms::{market::market_weights, money::Money, releases::Releases},
    outcomes::Side,
    record::{FirmRow, StateRow, WorldRow},
    relations::Relations,
    state::{Absorption, Access, Adoption, Economy, Power, StateIndex, Supply, Traits},
};
use crate::{maths, scenario::MAX_STATES};
use bevy_ecs::prelude::*;

type FirmView = (
    &'static Label,
    &'static Character,
    &'static Focus,
    &'static Knowledge,
    &'static Capability,
    &'static Compute,
    &'static Finance,
    &'static Offer,
    &'static Momentum,
    &'static Safety,
    &'static Usage,
);

type StateView = (
    &'static StateIndex,
    &'static Traits,
    &'static Economy,
    &'static Absorption,
    &'static Adoption,
    &'static Access,
    &'static Supply,
    &'static Power,
);

/// Reads the tables' rows off a world.
pub struct Observer {
    /// Of chips, burdens and governance.
    pub chain: ChainObserver,
    /// What firms add up to by home, as the world's row of this month saw it.
    homes: [Home; MAX_STATES],
    /// The same of states' chips and burdens.
    burdens: Vec<StateChain>,
    firms: QueryState<FirmView>,
    states: QueryState<StateView>,
    /// Capability of the best model of leader and follower, month by month.
    past: Vec<(f64, f64)>,
}

/// What the firms of a month add up to, by home state.
#[derive(Clone, Copy)]
struct Home {
    firms: u32,
    rating: f64,
    capability: f64,
    compute: f64,
    /// Safety effort times compute.
    safety: f64,
    usage: f64,
    home_share: f64,
    investment: f64,
}

impl Default for Home {
    fn default() -> Self {
        Self {
            firms: 0,
            rating: f64::NEG_INFINITY,
            capability: f64::NEG_INFINITY,
            compute: 0.0,
            safety: 0.0,
            usage: 0.0,
            home_share: 0.0,
            investment: 0.0,
        }
    }
}

impl Home {
    #[inline]
    fn add(
        &mut self,
        home: usize,
        compute: &Compute,
        finance: &Finance,
        offer: &Offer,
        safety: &Safety,
        usage: &Usage,
    ) {
        self.firms += 1;
        self.rating = maths::larger(self.rating, offer.rating);
        self.capability = maths::larger(self.capability, offer.capability);
        self.compute += compute.stock;
        self.safety += compute.stock * safety.effort;
        self.usage += usage.world;
        self.home_share += usage.share[home];
        self.investment += finance.investment;
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl Observer {
    /// An observer of `world`.
    pub fn new(world: &mut World) -> Self {
        Self {
            chain: ChainObserver::new(world),
            homes: [Home::default(); MAX_STATES],
            burdens: Vec::new(),
            firms: world.query(),
            states: world.query(),
            past: Vec::new(),
        }
    }

    /// Forgets the run before.
    pub fn reset(&mut self) {
        self.past.clear();
    }

    /// The world's row of the month.
    pub fn world(&mut self, world: &World) -> WorldRow {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        let (ledger, progress) = (world.resource::<Ledger>(), world.resource::<Progress>().world);
        let (homes, usage) = self.firms_added_up(world);
        let (leader, follower) = (homes[geography.leader], homes[geography.follower]);
        self.past.push((leader.capability, follower.capability));
        let mut chain = std::mem::take(&mut self.burdens);
        self.chain.states(world, &mut chain);
        let economy = self.economy(world, geography, &chain);
        (self.homes, self.burdens) = (homes, chain);
        let chain = &self.burdens;
        let held: f64 = homes[..geography.states].iter().map(|home| home.compute).sum();
        WorldRow {
            date: clock.month(),
            frontier_rating: finite(usage.best_open.max(usage.best_closed)),
            open_frontier_rating: finite(usage.best_open),
            open_gap_rating: finite(usage.best_closed - usage.best_open),
            gap_rating: finite(leader.rating - follower.rating),
            gap_nats: finite(leader.capability - follower.capability),
            gap_months: self.lag(),
            frontier_capability: finite(usage.best_capability),
            frontier_index: finite(world.resource::<Releases>().index(usage.best_capability)),
            firms: usage.firms,
            open_share: usage.open_share,
            firm_hhi: usage.hhi,
            largest_share: usage.largest,
            effective_firms: if usage.hhi > 0.0 { 1.0 / usage.hhi } else { 0.0 },
            hill_diversity: if usage.firms > 0 { maths::exp(usage.entropy) } else { 0.0 },
            entries: ledger.entries,
            exits: ledger.exits,
            progress: progress.progress,
            selection: progress.selection,
            learning: progress.learning,
            turnover: progress.turnover,
            compute: held + economy.clouds,
            compute_made: ledger.made,
            compute_delivered: ledger.delivered,
            compute_to_clouds: ledger.to_clouds,
            compute_stored: ledger.stored,
            compute_denied: ledger.denied,
            compute_redirected: ledger.redirected,
            compute_lost: ledger.lost,
            compute_retired: ledger.retired,
            compute_resold: ledger.resold,
            compute_price: world.resource::<Money>().price(clock.years()),
            investment: homes[..geography.states].iter().map(|home| home.investment).sum(),
            revenue: usage.revenue,
            output: economy.output,
            output_effect: economy.with_ai / economy.trend - 1.0,
            adoption: economy.adoption,
            incidents: ledger.incidents,
            damage: 1.0 - economy.output / economy.undamaged,
            policy_cost: chain.iter().map(|state| state.burden.policy_cost).sum(),
            welfare: economy.welfare,
            output_gini: maths::gini(&economy.output_per_person[..geography.states]),
            access_gini: maths::gini(&economy.access[..geography.states]),
            power_hhi: economy.power_hhi,
        }
    }

    /// Months since the leader was where the follower is now; negative if the follower is ahead; `None` beyond memory.
    fn lag(&self) -> Option<f64> {
        let &(leader, follower) = self.past.last()?;
        let months_since = |reached: &dyn Fn(&(f64, f64)) -> bool| {
            let back = self.past.iter().rev().take_while(|past| reached(past)).count();
            (back < self.past.len()).then_some(back.saturating_sub(1) as f64)
        };
        if follower > leader {
            months_since(&|past| past.1 >= leader).map(|months| 0.0 - months)
        } else {
            months_since(&|past| past.0 >= follower)
        }
        .filter(|_| leader.is_finite() && follower.is_finite())
    }

    /// What the firms add up to, by home and in the world, in one pass.
    fn firms_added_up(&mut self, world: &World) -> ([Home; MAX_STATES], UsageSums) {
        let mut homes = [Home::default(); MAX_STATES];
        let mut sums = UsageSums {
            firms: 0,
            best_open: f64::NEG_INFINITY,
            best_closed: f64::NEG_INFINITY,
            best_capability: f64::NEG_INFINITY,
            open_share: 0.0,
            largest: 0.0,
            hhi: 0.0,
            entropy: 0.0,
            revenue: 0.0,
        };
        for (_, character, _, _, _, compute, finance, offer, _, safety, usage) in self.firms.iter(world) {
            homes[character.home].add(character.home, compute, finance, offer, safety, usage);
            sums.firms += 1;
            let best = if character.open { &mut sums.best_open } else { &mut sums.best_closed };
            *best = maths::larger(*best, offer.rating);
            sums.best_capability = maths::larger(sums.best_capability, offer.capability);
            sums.open_share += if character.open { usage.world } else { 0.0 };
            sums.largest = maths::larger(sums.largest, usage.world);
            sums.hhi += usage.world * usage.world;
            sums.entropy -= if usage.world > 0.0 { usage.world * maths::ln(usage.world) } else { 0.0 };
            sums.revenue += finance.revenue;
        }
        (homes, sums)
    }

    fn economy(&mut self, world: &World, geography: &Geography, chain: &[StateChain]) -> EconomySums {
        let mut sums = EconomySums::default();
        let best =
            self.states.iter(world).map(|view| geography.in_state(view.0.0, &view.5.now)).fold(f64::MIN, f64::max);
        for (index, traits, economy, _, adoption, access, supply, power) in self.states.iter(world) {
            let people = traits.0.population_million;
            let per_person = economy.output / people;
            sums.people += people;
            sums.output += economy.output;
            let burden = &chain[index.0].burden;
            sums.undamaged += economy.output * maths::exp(burden.incidents + burden.shocks);
            sums.trend += economy.trend;
            sums.with_ai += economy.trend * maths::exp(economy.effect);
            sums.clouds += supply.clouds;
            sums.adoption += people * geography.in_state(index.0, &adoption.0);
            sums.welfare += people * (maths::ln(per_person) - burden.privacy);
            sums.power_hhi += power.share * power.share;
            sums.output_per_person[index.0] = (per_person, people);
            sums.access[index.0] = (maths::exp(geography.in_state(index.0, &access.now) - best), people);
        }
        sums.adoption /= sums.people;
        sums.welfare /= sums.people;
        sums
    }

    /// The states' rows of the month.
    pub fn states(&mut self, world: &World, rows: &mut Vec<StateRow>) {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        let (progress, relations) = (world.resource::<Progress>(), world.resource::<Relations>());
        let (homes, burdens) = (&self.homes, &self.burdens);
        let mut open: PerState = [0.0; MAX_STATES];
        for (.., usage) in self.firms.iter(world).filter(|view| view.1.open) {
            for s in geography.each_state() {
                open[s] += usage.share[s];
            }
        }
        for (index, traits, economy, absorption, adoption, access, supply, power) in self.states.iter(world) {
            let s = index.0;
            let (home, price, chain) = (homes[s], progress.states[s], &burdens[s]);
            let compute = home.compute + supply.clouds;
            rows.push(StateRow {
                date: clock.month(),
                state: geography.names[s].clone(),
                firms: home.firms,
                rating: finite(home.rating),
                capability: finite(home.capability),
                access: geography.in_state(s, &access.now),
                compute,
                compute_firms: home.compute,
                compute_received: supply.month.received,
                compute_denied: supply.month.denied,
                compute_alternative: supply.month.alternative,
                compute_delivered: supply.month.delivered,
                compute_running: chain.fleet.running,
                power_draw: chain.fleet.running * compute * chain.fleet.kw_per_h100e,
                self_sufficiency: chain.industry.least_self_sufficiency(),
                self_sufficiency_design: chain.industry.self_sufficiency[0],
                self_sufficiency_logic: chain.industry.self_sufficiency[1],
                self_sufficiency_packaging: chain.industry.self_sufficiency[2],
                self_sufficiency_memory: chain.industry.self_sufficiency[3],
                equipment_maturity: chain.industry.maturity,
                investment: home.investment,
                usage_share: home.usage,
                home_share: home.home_share,
                open_share: open[s],
                absorptive_capacity: absorption.0,
                progress: price.progress,
                selection: price.selection,
                learning: price.learning,
                turnover: price.turnover,
                adoption: geography.in_state(s, &adoption.0),
                output: economy.output,
                output_per_person: economy.output / traits.0.population_million,
                output_effect: maths::exp(economy.effect) - 1.0,
                growth: clock.per_year(maths::ln(economy.output / economy.before)),
                damage: chain.damage(),
                policy_cost: chain.burden.policy_cost,
                safety_effort: if home.compute > 0.0 { home.safety / home.compute } else { 0.0 },
                incidents: chain.governance.incidents,
                trust_in_ai: chain.governance.trust,
                trust_abroad: relations.mean_trust(s, geography.states),
                economic_power: power.economic,
                hard_power: power.hard,
                soft_power: power.soft,
                power: power.share,
            });
        }
    }

    /// The firms' rows of the month.
    pub fn firms(&mut self, world: &World, rows: &mut Vec<FirmRow>) {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        for (label, character, focus, knowledge, capability, compute, finance, offer, momentum, _, usage) in
            self.firms.iter(world)
        {
            let weights = &focus.weights[..geography.domains];
            rows.push(FirmRow {
                date: clock.month(),
                firm: label.0.clone(),
                state: geography.names[character.home].clone(),
                open: character.open,
                rating: offer.rating,
                momentum: momentum.gained,
                capability: weighted(weights, &capability.0),
                knowledge: weighted(weights, &knowledge.0),
                compute: compute.stock,
                cash: finance.cash,
                revenue: finance.revenue,
                investment: finance.investment,
                usage_share: usage.world,
                home_share: usage.share[character.home],
            });
        }
    }

    /// Mean time in business of the firms there are, in years; those of the start count from the start.
    pub fn mean_age(&mut self, world: &World) -> f64 {
        let years = world.resource::<Clock>().years();
        let per_step = world.resource::<Clock>().per_step(1.0);
        let ages = self.firms.iter(world).map(|view| years - per_step * view.1.entered.max(0) as f64);
        let (count, sum) = ages.fold((0.0, 0.0), |(n, sum), age| (n + 1.0, sum + age));
        if count > 0.0 { sum / count } else { 0.0 }
    }

    /// Compute of a state's firms and clouds, MH100e.
    pub fn compute(&mut self, world: &World, state: usize) -> f64 {
        let held: f64 = self.firms.iter(world).filter(|view| view.1.home == state).map(|view| view.5.stock).sum();
        held + self.states.iter(world).filter(|view| view.0.0 == state).map(|view| view.6.clouds).sum::<f64>()
    }

    /// Leader and follower as the outcomes see them this month.
    pub fn sides(&mut self, world: &World) -> [Side; 2] {
        let geography = world.resource::<Geography>();
        let (homes, chain) = (&self.homes, &self.burdens);
        let mut denied: PerState = [0.0; MAX_STATES];
        for view in self.states.iter(world) {
            denied[view.0.0] = view.6.month.denied;
        }
        [geography.leader, geography.follower].map(|s| Side {
            rating: homes[s].rating,
            self_sufficiency: chain[s].industry.least_self_sufficiency(),
            denied: denied[s],
        })
    }

    /// Maturity of a state's own equipment industry.
    pub fn maturity(&self, state: usize) -> f64 {
        self.burdens.get(state).map_or(0.0, |state| state.industry.maturity)
    }

    /// Trust in AI, weighted by population.
    pub fn trust_in_ai(&mut self, world: &World) -> f64 {
        let chain = &self.burdens;
        let people =
            self.states.iter(world).map(|view| (view.1.0.population_million, chain[view.0.0].governance.trust));
        let (all, sum) = people.fold((0.0, 0.0), |(all, sum), (people, trust)| (all + people, sum + people * trust));
        sum / all
    }

    /// Adoption in states other than leader and follower, weighted by population.
    pub fn adoption_in_third_countries(&mut self, world: &World) -> f64 {
        let geography = world.resource::<Geography>();
        let third = |s: usize| s != geography.leader && s != geography.follower;
        let views = self.states.iter(world).filter(|view| third(view.0.0));
        let (all, sum) = views.fold((0.0, 0.0), |(all, sum), view| {
            let people = view.1.0.population_million;
            (all + people, sum + people * geography.in_state(view.0.0, &view.4.0))
        });
        if all > 0.0 { sum / all } else { 0.0 }
    }

    /// Power share of a state.
    pub fn power(&mut self, world: &World, state: usize) -> f64 {
        self.states.iter(world).filter(|view| view.0.0 == state).map(|view| view.7.share).sum()
    }

    /// Share of usage in states other than leader and follower that firms of `home` serve.
    pub fn third_countries(&mut self, world: &World, home: usize) -> f64 {
        let geography = world.resource::<Geography>();
        let markets = market_weights(geography, self.states.iter(world).map(|view| (view.0, view.2, view.4)));
        let third = |s: &usize| *s != geography.leader && *s != geography.follower;
        let all: f64 = geography.each_state().filter(third).map(|s| markets[s]).sum();
        let served: f64 = self
            .firms
            .iter(world)
            .filter(|view| view.1.home == home)
            .map(|view| geography.each_state().filter(third).map(|s| markets[s] * view.10.share[s]).sum::<f64>())
            .sum();
        // An empty sum is −0; nobody wants to read that.
        if all > 0.0 { served / all + 0.0 } else { 0.0 }
    }
}

struct UsageSums {
    firms: u32,
    best_open: f64,
    best_closed: f64,
    best_capability: f64,
    open_share: f64,
    largest: f64,
    hhi: f64,
    entropy: f64,
    revenue: f64,
}

#[derive(Default)]
struct EconomySums {
    people: f64,
    output: f64,
    undamaged: f64,
    with_ai: f64,
    trend: f64,
    clouds: f64,
    adoption: f64,
    welfare: f64,
    power_hhi: f64,
    output_per_person: [(f64, f64); MAX_STATES],
    access: [(f64, f64); MAX_STATES],
}
