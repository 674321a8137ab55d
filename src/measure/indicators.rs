//! What is measured, from the world, once a month; reads all, changes nothing.

use super::{
    board::Board,
    chain::{self, ChainObserver, StateChain},
    rows::{AcceleratorRow, FabRow, FirmDomainRow, FirmRow, StateDomainRow, StateRow, WorldRow},
};
use crate::{
    maths,
    model::{
        accounts::ProgressParts,
        clock::Clock,
        firm::{Capability, Character, Finance, Focus, Hardware, Knowledge, Label, Momentum, Offer, Precaution, Usage},
        geography::{Geography, PerState, weighted},
        ledger::Ledger,
        mechanisms::{
            incidents::Systemic, market::market_weights, power::PowerShares, price::Prices, releases::Releases,
            research::migration::Talents, statecraft::Cabinets, values::Reputation,
        },
        relations::Relations,
        release::Frontier,
        state::{Absorption, Access, Economy, Penetration, Supply, Traits},
        states::StateId,
    },
    scenario::{MAX_DOMAINS, MAX_STATES, Stage},
};
use bevy_ecs::{prelude::*, query::QueryData};

/// A firm, as far as it is measured.
#[derive(QueryData)]
struct FirmView {
    label: &'static Label,
    character: &'static Character,
    focus: &'static Focus,
    knowledge: &'static Knowledge,
    capability: &'static Capability,
    hardware: &'static Hardware,
    finance: &'static Finance,
    offer: &'static Offer,
    momentum: &'static Momentum,
    precaution: &'static Precaution,
    usage: &'static Usage,
}

/// A state, as far as it is measured.
#[derive(QueryData)]
struct StateView {
    id: &'static StateId,
    traits: &'static Traits,
    economy: &'static Economy,
    absorption: &'static Absorption,
    penetration: &'static Penetration,
    access: &'static Access,
    supply: &'static Supply,
    power: &'static PowerShares,
    reputation: &'static Reputation,
}

/// Reads snapshots and rows off a world.
pub struct Observer {
    chain: ChainObserver,
    firms: QueryState<FirmView>,
    states: QueryState<StateView>,
    board: Board,
    /// Capability of the best model of leader and follower, month by month.
    past: Vec<(f64, f64)>,
}

/// The world at the end of a month, as far as more than one row needs it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The world's row.
    pub world: WorldRow,
    /// Leader and follower as the outcomes see them.
    pub sides: [Side; 2],
    /// The stage that limits most compute; `None` if nothing is made.
    pub binding: Option<Stage>,
    /// What firms add up to by home.
    homes: [Home; MAX_STATES],
    /// Chips and burdens of the states.
    chain: Vec<StateChain>,
}

/// One of the two compared states in a month.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Rating of its best model.
    pub rating: f64,
    /// Least self-sufficiency of any stage; `None` without demand.
    pub self_sufficiency: Option<f64>,
    /// Compute that controls kept from it.
    pub denied: f64,
}

/// What the firms of a month add up to, by home state.
#[derive(Clone, Copy, Debug)]
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
    fn add(&mut self, firm: &FirmViewItem<'_, '_>) {
        self.firms += 1;
        self.rating = maths::larger(self.rating, firm.offer.rating);
        self.capability = maths::larger(self.capability, firm.offer.capability);
        self.compute += firm.hardware.stock;
        self.safety += firm.hardware.stock * firm.precaution.effort;
        self.usage += firm.usage.world;
        self.home_share += firm.usage.share[firm.character.home];
        self.investment += firm.finance.investment;
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl Snapshot {
    /// Maturity of a state's own equipment industry.
    pub fn maturity(&self, state: StateId) -> f64 {
        self.chain.get(state.place()).map_or(0.0, |state| state.industry.maturity)
    }
}

impl Observer {
    /// An observer of `world`, for one run.
    pub fn new(world: &mut World) -> Self {
        Self {
            chain: ChainObserver::new(world),
            firms: world.query(),
            states: world.query(),
            board: Board::default(),
            past: Vec::new(),
        }
    }

    /// Takes a snapshot; once at the end of each month, as lags are counted in snapshots.
    pub fn see(&mut self, world: &World) -> Snapshot {
        let geography = world.resource::<Geography>();
        let (mut homes, usage) = self.firms_added_up(world);
        let late = self.listed_late(world);
        let shown = homes.map(|home| home.rating);
        let listed = self.board.list(world.resource::<Releases>(), shown, late);
        homes.iter_mut().zip(listed).for_each(|(home, listed)| home.rating = listed);
        let (leader, follower) = (homes[geography.leader], homes[geography.follower]);
        self.past.push((leader.capability, follower.capability));
        let chain = self.chain.states(world);
        let economy = self.economy(world, geography, &chain);
        let limited = self.chain.limited(world);
        Snapshot {
            world: self.world(world, &homes, &usage, &chain, &economy, &limited),
            sides: self.sides(world, &homes, &chain),
            binding: chain::binding(&limited),
            homes,
            chain,
        }
    }

    fn world(
        &self,
        world: &World,
        homes: &[Home; MAX_STATES],
        usage: &UsageSums,
        chain: &[StateChain],
        economy: &EconomySums,
        limited: &[f64; Stage::COUNT],
    ) -> WorldRow {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        let (ledger, progress) = (world.resource::<Ledger>(), world.resource::<ProgressParts>().world);
        let (leader, follower) = (homes[geography.leader], homes[geography.follower]);
        let boards = world.resource::<Releases>();
        let held: f64 = homes[..geography.states].iter().map(|home| home.compute).sum();
        let of_usage = |value: f64| (usage.hhi > 0.0).then_some(value);
        let made: f64 = limited.iter().sum();
        let limited_by = |stage: Stage| (made > 0.0).then(|| limited[stage as usize] / made);
        WorldRow {
            date: clock.month(),
            frontier_rating: finite(boards.on_board(usage.best_open.max(usage.best_closed))),
            open_frontier_rating: finite(boards.on_board(usage.best_open)),
            open_gap_rating: finite(boards.on_board(usage.best_closed) - boards.on_board(usage.best_open)),
            open_gap_index: finite(boards.index(usage.closed_capability) - boards.index(usage.open_capability)),
            gap_index: finite(boards.index(leader.capability) - boards.index(follower.capability)),
            gap_rating: finite(leader.rating - follower.rating),
            gap_nats: finite(leader.capability - follower.capability),
            gap_months: self.lag(),
            record_lag: self.lag().filter(|_| self.is_record()),
            frontier_capability: finite(usage.best_capability),
            frontier_index: finite(boards.index(usage.best_capability)),
            firms: usage.firms,
            open_share: of_usage(usage.open_share),
            firm_hhi: of_usage(usage.hhi),
            largest_share: of_usage(usage.largest),
            effective_firms: of_usage(1.0 / usage.hhi),
            hill_diversity: of_usage(maths::exp(usage.entropy)),
            entries: ledger.entries,
            exits: ledger.exits,
            progress: progress.progress,
            selection: progress.selection,
            selection_within: progress.within,
            selection_between: progress.between,
            usage_covariance: of_usage(progress.covariance),
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
            limited_by_logic: limited_by(Stage::Logic),
            limited_by_packaging: limited_by(Stage::Packaging),
            limited_by_memory: limited_by(Stage::Memory),
            compute_retired: ledger.retired,
            compute_resold: ledger.resold,
            compute_price: world.resource::<Prices>().world(),
            investment: homes[..geography.states].iter().map(|home| home.investment).sum(),
            revenue: usage.revenue,
            output: economy.output,
            output_effect: economy.with_ai / economy.trend - 1.0,
            adoption: economy.adoption,
            incidents: ledger.incidents,
            systemic_hazard: world.resource::<Systemic>().hazard,
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

    /// Whether the follower has now what it never had.
    fn is_record(&self) -> bool {
        let follower = |past: &(f64, f64)| past.1;
        let before = self.past.iter().rev().skip(1).map(follower).fold(f64::NEG_INFINITY, maths::larger);
        self.past.len() > 1 && self.past.last().is_some_and(|now| now.1 > before)
    }

    /// How many months late each state's models are listed.
    fn listed_late(&mut self, world: &World) -> [u32; MAX_STATES] {
        let mut late = [0; MAX_STATES];
        for view in self.states.iter(world) {
            late[*view.id] = view.traits.0.listing_months;
        }
        late
    }

    /// What the firms add up to, by home and in the world, in one pass.
    fn firms_added_up(&mut self, world: &World) -> ([Home; MAX_STATES], UsageSums) {
        let mut homes = [Home::default(); MAX_STATES];
        let mut sums = UsageSums {
            firms: 0,
            // What was published stays on offer.
            best_open: world.resource::<Frontier>().open_rating,
            best_closed: f64::NEG_INFINITY,
            open_capability: world.resource::<Frontier>().open_capability,
            closed_capability: f64::NEG_INFINITY,
            best_capability: f64::NEG_INFINITY,
            open_share: 0.0,
            largest: 0.0,
            hhi: 0.0,
            entropy: 0.0,
            revenue: 0.0,
        };
        for firm in self.firms.iter(world) {
            homes[firm.character.home].add(&firm);
            let FirmViewItem { finance, offer, usage, .. } = firm;
            sums.firms += 1;
            if !offer.open {
                sums.best_closed = maths::larger(sums.best_closed, offer.rating);
                sums.closed_capability = maths::larger(sums.closed_capability, offer.capability);
            }
            sums.best_capability = maths::larger(sums.best_capability, offer.capability);
            sums.open_share += if offer.open { usage.world } else { 0.0 };
            sums.largest = maths::larger(sums.largest, usage.world);
            sums.hhi += usage.world * usage.world;
            sums.entropy -= if usage.world > 0.0 { usage.world * maths::ln(usage.world) } else { 0.0 };
            sums.revenue += finance.revenue;
        }
        (homes, sums)
    }

    fn economy(&mut self, world: &World, geography: &Geography, chain: &[StateChain]) -> EconomySums {
        let mut sums = EconomySums::default();
        let accesses = self.states.iter(world).map(|state| geography.in_state(*state.id, &state.access.now));
        let best = accesses.fold(f64::MIN, f64::max);
        for StateViewItem { id, traits, economy, penetration, access, supply, power, .. } in self.states.iter(world) {
            let people = traits.0.population_million;
            let per_person = economy.output / people;
            sums.people += people;
            sums.output += economy.output;
            let burden = &chain[*id].burden;
            sums.undamaged += economy.output * maths::exp(burden.incidents + burden.shocks + burden.chips);
            sums.trend += economy.trend;
            sums.with_ai += economy.trend * maths::exp(economy.effect);
            sums.clouds += supply.clouds;
            sums.adoption += people * geography.in_state(*id, &penetration.0);
            sums.welfare += people * (maths::ln(per_person) - burden.privacy);
            sums.power_hhi += power.share * power.share;
            sums.output_per_person[*id] = (per_person, people);
            sums.access[*id] = (maths::exp(geography.in_state(*id, &access.now) - best), people);
        }
        sums.adoption /= sums.people;
        sums.welfare /= sums.people;
        sums
    }

    /// Share of each state's market that open firms serve, and that any firm serves: 1, or 0 in a market without any.
    fn market_shares(&mut self, world: &World, geography: &Geography) -> (PerState, PerState) {
        let (mut open, mut any): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
        for firm in self.firms.iter(world) {
            for s in geography.each_state() {
                open[s] += if firm.offer.open { firm.usage.share[s] } else { 0.0 };
                any[s] += firm.usage.share[s];
            }
        }
        (open, any)
    }

    /// The states' rows of the month.
    pub fn states(&mut self, world: &World, seen: &Snapshot, rows: &mut Vec<StateRow>) {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        let (progress, relations) = (world.resource::<ProgressParts>(), world.resource::<Relations>());
        let (cabinets, talents) = (world.resource::<Cabinets>(), world.resource::<Talents>());
        let (boards, released) = (world.resource::<Releases>(), world.resource::<Ledger>().released);
        let (open, any) = self.market_shares(world, geography);
        let is_used = seen.world.firm_hhi.is_some();
        for view in self.states.iter(world) {
            let StateViewItem { id, traits, economy, absorption, penetration, access, supply, power, reputation } =
                view;
            let s = *id;
            let (home, price, chain) = (seen.homes[s], progress.states[s], &seen.chain[s]);
            let compute = home.compute + supply.clouds;
            let of_firms = |value: f64| (home.firms > 0).then_some(value);
            let of_market = |value: f64| (any[s] > 0.0).then_some(value);
            rows.push(StateRow {
                date: clock.month(),
                state: geography.names[s].clone(),
                firms: home.firms,
                rating: finite(home.rating),
                frontier_gap_rating: seen.world.frontier_rating.and_then(|best| finite(best - home.rating)),
                capability: finite(home.capability),
                index: finite(boards.index(home.capability)),
                releases: released[s].iter().sum(),
                open_releases: released[s][1],
                access: geography.in_state(s, &access.now),
                compute,
                compute_firms: home.compute,
                compute_received: supply.month.received,
                compute_denied: supply.month.denied,
                compute_smuggled: supply.month.leaks.smuggled,
                compute_smuggled_stock: supply.smuggled,
                compute_rented: supply.month.leaks.rented,
                compute_variants: supply.month.leaks.variants,
                materials_replaced: chain.industry.materials_replaced,
                talent_held: talents.held[s],
                compute_alternative: supply.month.alternative,
                compute_delivered: supply.month.delivered,
                compute_running: (compute > 0.0).then_some(chain.fleet.running),
                compute_price: world.resource::<Prices>().at(s),
                home_preference: chain.industry.preference,
                power_abroad: chain.fleet.abroad_gw,
                chips_lost: chain.burden.chips,
                power_draw: chain.fleet.running * compute * chain.fleet.kw_per_h100e,
                self_sufficiency: chain.least_self_sufficiency(),
                self_sufficiency_design: chain.self_sufficiency(0),
                self_sufficiency_logic: chain.self_sufficiency(1),
                self_sufficiency_packaging: chain.self_sufficiency(2),
                self_sufficiency_memory: chain.self_sufficiency(3),
                equipment_maturity: chain.industry.maturity,
                investment: home.investment,
                usage_share: is_used.then_some(home.usage),
                home_share: of_market(home.home_share),
                open_share: of_market(open[s]),
                absorptive_capacity: absorption.0,
                progress: of_firms(price.progress),
                selection: of_firms(price.selection),
                learning: of_firms(price.learning),
                turnover: of_firms(price.turnover),
                usage_covariance: of_firms(price.covariance),
                adoption: geography.in_state(s, &penetration.0),
                output: economy.output,
                output_per_person: economy.output / traits.0.population_million,
                output_effect: maths::exp(economy.effect) - 1.0,
                growth: clock.per_year(maths::ln(economy.output / economy.before)),
                damage: chain.damage(),
                policy_cost: chain.burden.policy_cost,
                safety_effort: (home.compute > 0.0).then(|| home.safety / home.compute),
                incidents: chain.governance.incidents,
                trust_in_ai: chain.governance.trust,
                reputation: reputation.0,
                trust_abroad: (geography.states > 1).then(|| relations.mean_trust(s, geography)),
                hostility: cabinets.hostility(s),
                economic_power: power.economic,
                hard_power: power.hard,
                soft_power: power.soft,
                power: power.share,
            });
        }
    }

    /// The firms' rows of the month.
    pub fn firms(&mut self, world: &World, seen: &Snapshot, rows: &mut Vec<FirmRow>) {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        let boards = world.resource::<Releases>();
        // There is a best model wherever there is a firm.
        let best = seen.world.frontier_rating.unwrap_or_default();
        for firm in self.firms.iter(world) {
            let FirmViewItem { label, character, focus, knowledge, capability, hardware, .. } = firm;
            let FirmViewItem { finance, offer, momentum, usage, .. } = firm;
            let weights = &focus.weights[..geography.domains];
            rows.push(FirmRow {
                date: clock.month(),
                firm: label.0.clone(),
                state: geography.names[character.home].clone(),
                open: offer.open,
                rating: boards.on_board(offer.rating),
                frontier_gap_rating: best - boards.on_board(offer.rating),
                momentum: momentum.gained,
                capability: weighted(weights, &capability.0),
                knowledge: weighted(weights, &knowledge.0),
                compute: hardware.stock,
                cash: finance.cash,
                revenue: finance.revenue,
                investment: finance.investment,
                usage_share: usage.world,
                home_share: usage.share[character.home],
            });
        }
    }

    /// The states' rows by domain of the month.
    pub fn state_domains(&mut self, world: &World, rows: &mut Vec<StateDomainRow>) {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        let boards = world.resource::<Releases>();
        let none = [[f64::NEG_INFINITY; MAX_DOMAINS]; MAX_STATES];
        let (mut capability, mut rating) = (none, none);
        for firm in self.firms.iter(world) {
            let home = firm.character.home;
            for d in geography.each_domain() {
                capability[home][d] = maths::larger(capability[home][d], firm.capability.0[d]);
                rating[home][d] = maths::larger(rating[home][d], boards.on_board(firm.offer.rating_by_domain[d]));
            }
        }
        for view in self.states.iter(world) {
            for d in geography.each_domain() {
                rows.push(StateDomainRow {
                    date: clock.month(),
                    state: geography.names[*view.id].clone(),
                    domain: geography.domain_names[d].clone(),
                    capability: finite(capability[*view.id][d]),
                    rating: finite(rating[*view.id][d]),
                    access: view.access.now[d],
                    adoption: view.penetration.0[d],
                });
            }
        }
    }

    /// The firms' rows by domain, at the end of a quarter.
    pub fn firm_domains(&mut self, world: &World, rows: &mut Vec<FirmDomainRow>) {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        let boards = world.resource::<Releases>();
        if !clock.month().of_year().is_multiple_of(3) {
            return;
        }
        for firm in self.firms.iter(world) {
            for d in geography.each_domain() {
                rows.push(FirmDomainRow {
                    date: clock.month(),
                    firm: firm.label.0.clone(),
                    domain: geography.domain_names[d].clone(),
                    effort: firm.focus.weights[d],
                    capability: firm.capability.0[d],
                    rating: boards.on_board(firm.offer.rating_by_domain[d]),
                });
            }
        }
    }

    /// The fabs' rows of the month.
    pub fn fabs(&mut self, world: &World, rows: &mut Vec<FabRow>) {
        self.chain.fabs(world, rows);
    }

    /// The accelerators' rows of the month.
    pub fn accelerators(&mut self, world: &World, rows: &mut Vec<AcceleratorRow>) {
        self.chain.accelerators(world, rows);
    }

    /// Mean time in business of the firms there are, in years; those of the start count from the start. `None` without firms.
    pub fn mean_age(&mut self, world: &World) -> Option<f64> {
        let years = world.resource::<Clock>().years();
        let per_step = world.resource::<Clock>().per_step(1.0);
        let ages = self.firms.iter(world).map(|firm| years - per_step * firm.character.entered.max(0) as f64);
        let (count, sum) = ages.fold((0.0, 0.0), |(n, sum), age| (n + 1.0, sum + age));
        (count > 0.0).then(|| sum / count)
    }

    /// Compute of a state's firms and clouds, MH100e.
    pub fn compute(&mut self, world: &World, state: StateId) -> f64 {
        let firms = self.firms.iter(world).filter(|firm| firm.character.home == state);
        let held: f64 = firms.map(|firm| firm.hardware.stock).sum();
        let here = self.states.iter(world).filter(|view| *view.id == state);
        held + here.map(|view| view.supply.clouds).sum::<f64>()
    }

    /// Compute of chips that were smuggled into a state and are still there, MH100e.
    pub fn smuggled(&mut self, world: &World, state: StateId) -> f64 {
        self.states.iter(world).filter(|view| *view.id == state).map(|view| view.supply.smuggled).sum()
    }

    fn sides(&mut self, world: &World, homes: &[Home; MAX_STATES], chain: &[StateChain]) -> [Side; 2] {
        let geography = world.resource::<Geography>();
        let mut denied: PerState = [0.0; MAX_STATES];
        for view in self.states.iter(world) {
            denied[*view.id] = view.supply.month.denied;
        }
        [geography.leader, geography.follower].map(|s| Side {
            rating: homes[s].rating,
            self_sufficiency: chain[s].least_self_sufficiency(),
            denied: denied[s],
        })
    }

    /// Trust in AI, weighted by population.
    pub fn trust_in_ai(&mut self, world: &World, seen: &Snapshot) -> f64 {
        let views = self.states.iter(world);
        let people = views.map(|view| (view.traits.0.population_million, seen.chain[*view.id].governance.trust));
        let (all, sum) = people.fold((0.0, 0.0), |(all, sum), (people, trust)| (all + people, sum + people * trust));
        sum / all
    }

    /// Adoption in states other than leader and follower, weighted by population; `None` if there are none.
    pub fn adoption_in_third_countries(&mut self, world: &World) -> Option<f64> {
        let geography = world.resource::<Geography>();
        let third = |s: StateId| s != geography.leader && s != geography.follower;
        let views = self.states.iter(world).filter(|view| third(*view.id));
        let (all, sum) = views.fold((0.0, 0.0), |(all, sum), view| {
            let people = view.traits.0.population_million;
            (all + people, sum + people * geography.in_state(*view.id, &view.penetration.0))
        });
        (all > 0.0).then(|| sum / all)
    }

    /// Power share of a state.
    pub fn power(&mut self, world: &World, state: StateId) -> f64 {
        self.states.iter(world).filter(|view| *view.id == state).map(|view| view.power.share).sum()
    }

    /// Share of usage in states other than leader and follower that firms of `home` serve; `None` if there are none.
    pub fn third_countries(&mut self, world: &World, home: StateId) -> Option<f64> {
        let geography = world.resource::<Geography>();
        let views = self.states.iter(world);
        let markets = market_weights(geography, views.map(|view| (*view.id, view.economy, view.penetration)));
        let third = |s: &StateId| *s != geography.leader && *s != geography.follower;
        let all: f64 = geography.each_state().filter(third).map(|s| markets[s]).sum();
        let served: f64 = self
            .firms
            .iter(world)
            .filter(|firm| firm.character.home == home)
            .map(|firm| geography.each_state().filter(third).map(|s| markets[s] * firm.usage.share[s]).sum::<f64>())
            .sum();
        // An empty sum is −0; nobody wants to read that.
        (all > 0.0).then(|| served / all + 0.0)
    }
}

struct UsageSums {
    firms: u32,
    best_open: f64,
    best_closed: f64,
    open_capability: f64,
    closed_capability: f64,
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
