//! Price: what a unit of compute costs, and how scarcity moves it.
//!
//! p_s = p_0 · (c/c_0)^π · x_s. The normal price follows what an H100-equivalent takes of plants, c: logic wafers, packaging and
//! memory at the cost of their capacity, over the performance of what is made; so it falls as designs, nodes and yields get
//! better (π of it is passed on), and only then. Scarcity is x = (D/S)^ε with D the money that asks for compute at the normal price, orders that wait
//! included, S what arrives, both over the last months, and ε one number in a shortage and another in a glut. States that can
//! buy from everybody have one price. The more of its chips a state is denied or shuns, the more its price is that of its own
//! market: ln x_s = (1 − a_s) ln x + a_s ln x_local, a = 1 − (1 − denied)(1 − b).

use super::build_out::BuildOut;
use crate::{
    maths,
    model::{
        accelerator::Line,
        clock::Clock,
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        state::{Industry, Supply},
        states::{StateId, States},
    },
    parameters,
    scenario::{MAX_STATES, Scenario},
};
use bevy_ecs::prelude::*;

parameters! {
    /// Numbers of price.
    #[derive(Resource)]
    pub struct Price {
        /// Price of compute at the start where demand meets supply (p_0).
        start: f64 = 20.0, "billion USD of 2023 per MH100e", range 0.001..=1000000.0, plausible 14.0..=30.0, assumption "an H100 sold for about 30,000 USD in the shortage of 2023, order of magnitude; a third of that is taken for scarcity";
        /// Part of the progress of chips that their buyers get.
        progress: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.6..=1.0 or null 0.0, assumption "hardware costs fell 30 % a year (AI Index 2025), about as performance for a given piece of silicon, memory and package grew";
        /// Answer of the price to demand over supply in a shortage (ε).
        shortage_exponent: f64 = 0.5, "1", range 0.0..=2.0, plausible 0.3..=1.0 or null 0.0, assumption "makers ration as well as raise prices: at 1 the price alone would clear the market";
        /// The same in a glut.
        glut_exponent: f64 = 1.0, "1", range 0.0..=2.0, plausible 0.5..=1.5 or null 0.0, assumption "what nobody orders is sold at what it fetches";
        /// Time over which demand and supply are looked at.
        smoothing_months: f64 = 3.0, "months", range 0.0..=60.0, plausible 1.0..=9.0, assumption "prices are agreed for a quarter";
    }
}

impl Mechanism for Price {
    const NAME: &'static str = "price";
    const MEANING: &'static str = "compute costs what it takes to make, times what scarcity adds";
    const FIXED: &'static [&'static str] = &["start"];

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Allocation, set_prices);
    }

    fn register(world: &mut World) {
        world.keep_resource::<Prices>();
    }

    fn begin(_scenario: &Scenario, _clock: &Clock, world: &mut World) {
        let prices = Prices::new(world.resource::<Price>());
        world.insert_resource(prices);
    }
}

/// The farthest that demand and supply are taken to be apart: beyond it nothing is for sale.
const FARTHEST: f64 = 1000.0;

/// Price over the normal price when `demand` meets `supply`: (D/S)^ε, with one exponent for shortage and one for glut.
///
/// ```
/// use redqueen::model::mechanisms::price::scarcity;
/// assert_eq!(scarcity(4.0, 1.0, 0.5, 1.0), 2.0);
/// assert_eq!(scarcity(1.0, 2.0, 0.5, 1.0), 0.5);
/// assert_eq!(scarcity(0.0, 0.0, 0.5, 1.0), 1.0);
/// ```
pub fn scarcity(demand: f64, supply: f64, shortage: f64, glut: f64) -> f64 {
    if demand <= 0.0 && supply <= 0.0 {
        return 1.0;
    }
    let ratio = (demand / supply).clamp(1.0 / FARTHEST, FARTHEST);
    maths::pow(ratio, if ratio > 1.0 { shortage } else { glut })
}

/// Demand and supply of a state, MH100e a year, over the last months.
#[derive(Clone, Copy, Debug, Default)]
struct Market {
    /// Orders and what waits.
    demand: f64,
    /// What arrives.
    supply: f64,
    /// New orders alone.
    orders: f64,
    /// What would arrive if no plant stood still.
    undisturbed: f64,
    /// Would come without export controls, and what of it is kept away.
    meant: f64,
    denied: f64,
}

impl Market {
    fn each(&mut self, now: Self, of: impl Fn(f64, f64) -> f64) {
        self.demand = of(self.demand, now.demand);
        self.supply = of(self.supply, now.supply);
        self.orders = of(self.orders, now.orders);
        self.undisturbed = of(self.undisturbed, now.undisturbed);
        self.meant = of(self.meant, now.meant);
        self.denied = of(self.denied, now.denied);
    }

    /// Part of what its buyers could get from others that they do not get or do not want.
    fn apart(&self, preference: f64) -> f64 {
        let denied = if self.meant > 0.0 { (self.denied / self.meant).min(1.0) } else { 0.0 };
        1.0 - (1.0 - denied) * (1.0 - preference)
    }
}

/// Prices of compute in this step.
#[derive(Resource, Clone, Debug)]
pub struct Prices {
    at: PerState,
    /// Price over normal price, by state.
    scarcity: PerState,
    /// ln of the same as makers of chips expect it to last: outages mostly looked through.
    lasting: PerState,
    normal: f64,
    world: f64,
    /// What an H100-equivalent takes of plants, and would have taken in the first step of plants that make what is said of them.
    cost: Option<(f64, f64)>,
    markets: [Market; MAX_STATES],
}

impl Prices {
    /// Those of the start.
    fn new(price: &Price) -> Self {
        Self {
            at: [price.start; MAX_STATES],
            scarcity: [1.0; MAX_STATES],
            lasting: [0.0; MAX_STATES],
            normal: price.start,
            world: price.start,
            cost: None,
            markets: [Market::default(); MAX_STATES],
        }
    }

    /// Price in a state, billion USD per MH100e.
    #[inline]
    pub fn at(&self, state: StateId) -> f64 {
        self.at[state]
    }

    /// Price over normal price in a state.
    #[inline]
    pub fn scarcity(&self, state: StateId) -> f64 {
        self.scarcity[state]
    }

    /// ln of price over normal price in a state, as makers expect it to last.
    #[inline]
    pub fn lasting(&self, state: StateId) -> f64 {
        self.lasting[state]
    }

    /// Price where demand meets supply.
    pub fn normal(&self) -> f64 {
        self.normal
    }

    /// Price for those who can buy from everybody.
    pub fn world(&self) -> f64 {
        self.world
    }

    /// Follows what an H100-equivalent takes of plants.
    fn follow_cost(&mut self, price: &Price, now: f64, plain: f64, weight: f64) {
        let (cost, first) = self.cost.unwrap_or((now, plain));
        let cost = cost + weight * (now - cost);
        self.cost = Some((cost, first));
        self.normal = price.start * maths::pow(cost / first, price.progress);
    }
}

fn set_prices(
    (price, build_out): (Res<Price>, Res<BuildOut>),
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut prices: ResMut<Prices>,
    mut faults: ResMut<Faults>,
    lines: Query<&Line>,
    states: States<(&Supply, &Industry)>,
) {
    let prices = &mut *prices;
    let first = clock.step() == 0;
    let weight = if first || price.smoothing_months <= 0.0 {
        1.0
    } else {
        1.0 - maths::exp(-clock.per_step(12.0) / price.smoothing_months)
    };
    let (mut taken, mut plain, mut made) = (0.0, 0.0, 0.0);
    for line in &lines {
        taken += line.packages_undisturbed * line.cost;
        plain += line.packages_undisturbed * line.plain_cost;
        made += line.packages_undisturbed * line.performance;
    }
    if made > 0.0 && taken > 0.0 {
        prices.follow_cost(&price, taken / made, plain / made, weight);
    }
    // Open markets as one.
    let (mut open, mut apart) = (Market::default(), [0.0; MAX_STATES]);
    for (s, (supply, industry)) in states.iter() {
        let now = Market {
            demand: supply.bids / prices.normal,
            supply: clock.per_year(supply.received),
            orders: supply.spending / prices.normal,
            undisturbed: clock.per_year(supply.undisturbed),
            meant: clock.per_year(supply.intended),
            denied: clock.per_year(supply.denied),
        };
        // Scarcity has bounds, so that a demand without end would show only in the step after, as a price that is no number.
        faults.check(&clock, Price::NAME, "demand for compute", &geography.names[s], &[now.demand, now.supply]);
        prices.markets[s].each(now, |before, now| before + weight * (now - before));
        apart[s] = prices.markets[s].apart(industry.preference);
        open.each(prices.markets[s], |sum, own| sum + (1.0 - apart[s]) * own);
    }
    let of = |demand, supply| scarcity(demand, supply, price.shortage_exponent, price.glut_exponent);
    let ln_of = |market: &Market| {
        let now = maths::ln(of(market.demand, market.supply));
        let lasting = maths::ln(of(market.orders, market.undisturbed));
        (now, now + build_out.foresight * (lasting - now))
    };
    let world = ln_of(&open);
    prices.world = prices.normal * maths::exp(world.0);
    for s in geography.each_state() {
        let own = if apart[s] > 0.0 { ln_of(&prices.markets[s]) } else { world };
        let mix = |world: f64, own: f64| world + apart[s] * (own - world);
        prices.lasting[s] = mix(world.1, own.1);
        prices.scarcity[s] = maths::exp(mix(world.0, own.0));
        prices.at[s] = prices.normal * prices.scarcity[s];
        faults.check(&clock, Price::NAME, "price", &geography.names[s], &[prices.at[s], prices.lasting[s]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, testing};

    #[test]
    fn at_rest_the_price_goes_with_the_root_of_a_shortage_and_with_a_glut_itself() {
        assert_eq!(scarcity(9.0, 1.0, 0.5, 1.0), 3.0);
        assert_eq!(scarcity(1.0, 4.0, 0.5, 1.0), 0.25);
        assert_eq!(scarcity(9.0, 1.0, 0.0, 0.0), 1.0);
        assert!(scarcity(1.0, 0.0, 0.5, 1.0).is_finite() && scarcity(0.0, 1.0, 0.5, 1.0) > 0.0);
    }

    #[test]
    fn the_normal_price_follows_what_chips_take_of_plants() {
        let price = Price { start: 20.0, progress: 1.0, ..Price::default() };
        let mut prices = Prices::new(&price);
        prices.follow_cost(&price, 8.0, 8.0, 1.0);
        assert_eq!(prices.normal(), 20.0);
        prices.follow_cost(&price, 4.0, 8.0, 1.0);
        assert_eq!(prices.normal(), 10.0);
        let half = Price { progress: 0.5, ..price };
        prices.follow_cost(&half, 2.0, 8.0, 1.0);
        assert!((prices.normal() - 10.0).abs() < 1e-12);
    }

    #[test]
    fn open_states_have_one_price_and_the_denied_a_higher_one() {
        let mut scenario = crate::baseline();
        scenario.time.months = 24;
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        testing::live(&mut simulation, 24);
        let world = simulation.world();
        let (prices, geography) = (world.resource::<Prices>(), world.resource::<Geography>());
        for s in geography.each_state() {
            match &*geography.names[s] {
                "China" => assert!(prices.at(s) > 1.1 * prices.world()),
                _ => assert!((prices.at(s) / prices.world() - 1.0).abs() < 1e-12),
            }
        }
    }

    #[test]
    fn at_its_null_the_price_stays() {
        let mut scenario = crate::baseline();
        scenario.time.months = 24;
        testing::assert_null_is_absent(&scenario, "price");
    }
}
