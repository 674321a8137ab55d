//! Compute: who gets what reaches a state, and what wears out.
//!
//! What a state receives is shared by what its firms and clouds ask for, each at most its own; what nobody asks for goes to
//! clouds. Orders are money: they buy what the price of the month of delivery gives, and cash pays what arrives. What is not
//! delivered waits; part of it is given up each month. Buyers bid with new orders and with what waits, over the time in which
//! they want it. C ← C (1 − δ x^−ρ) + delivered: where chips are dear (x, price over normal price), old ones are kept longer, and
//! paid for in power. Chips that stand idle for want of power go sooner.

use super::price::Prices;
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Finance, Hardware, Label},
        geography::{Geography, PerState},
        ledger::{Faults, Ledger},
        phase::{Mechanism, MonthPlan, Phase},
        state::{Fleet, Flows, Supply},
        states::States,
    },
    parameters,
    scenario::MAX_STATES,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of compute supply and stocks.
    #[derive(Resource)]
    pub struct Compute {
        /// Compute that wears out or is switched off (δ).
        retired_per_month: f64 = 0.02, "1/month", range 0.0..=0.99, plausible 0.01..=0.03 or null 0.0, assumption "accelerators are used for about four years";
        /// How much longer compute is kept where it is dear (ρ): δ falls by this power of the price over the normal price.
        kept_when_dear: f64 = 0.5, "1", range 0.0..=3.0, plausible 0.0..=1.0 or null 0.0, assumption "old chips are worth running as long as new ones cannot be had; who is denied strong chips runs more weak ones, at more power";
        /// Compute without power that is switched off for good, besides.
        idle_retired_per_month: f64 = 0.05, "1/month", range 0.0..=0.99, plausible 0.0..=0.1 or null 0.0, assumption "what stands idle ages as fast and earns nothing: sold or scrapped within two years";
        /// Orders that wait and are given up.
        given_up_per_month: f64 = 0.2, "1/month", range 0.0..=1.0, plausible 0.05..=0.4 or null 1.0, assumption "plans are cut when chips do not come for half a year";
        /// Time in which buyers want what waits: how strongly it adds to what they bid.
        backlog_months: f64 = 6.0, "months", range 0.1..=240.0, plausible 3.0..=12.0, assumption "orders stand for about half a year";
    }
}

impl Mechanism for Compute {
    const NAME: &'static str = "compute";
    const MEANING: &'static str = "compute that reaches a state is shared by demand, and wears out";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Stocks, wear_out);
    }

    fn always(month: &mut MonthPlan) {
        // Before chips are shared among those who bid.
        month.add(Phase::Controls, bid);
        // What reaches a state has to end somewhere.
        month.add(Phase::Stocks, deliver);
    }
}

/// Share of its demand that everyone gets when `supply` meets `demand`: 1 unless it is short.
///
/// ```
/// use redqueen::model::mechanisms::compute::rationed;
/// assert_eq!(rationed(3.0, 4.0), 0.75);
/// assert_eq!(rationed(5.0, 4.0), 1.0);
/// ```
pub fn rationed(supply: f64, demand: f64) -> f64 {
    if demand > supply { supply / demand } else { 1.0 }
}

/// Stock after a month of loss and delivery.
///
/// ```
/// use redqueen::model::mechanisms::compute::stock_step;
/// assert_eq!(stock_step(1.0, 0.98, 0.02), 1.0);
/// ```
pub fn stock_step(stock: f64, kept: f64, delivered: f64) -> f64 {
    stock * kept + delivered
}

impl Compute {
    /// Part of its compute that a state keeps in a step, given the price over the normal price and the share that stands idle.
    pub fn kept(&self, clock: &Clock, scarcity: f64, idle: f64) -> f64 {
        let worn = self.retired_per_month * maths::pow(scarcity, -self.kept_when_dear);
        clock.kept((worn + self.idle_retired_per_month * idle).min(LARGEST_LOSS))
    }

    /// What buyers bid in a year, given new orders of a year and money that waits.
    fn bids(&self, spending: f64, backlog: f64) -> f64 {
        spending + 12.0 * backlog / self.backlog_months
    }
}

/// The most that a state loses of its compute in a month: what is used needs some.
const LARGEST_LOSS: f64 = 0.99;

fn bid(compute: Res<Compute>, mut states: States<&mut Supply>, firms: Query<(&Character, &Hardware)>) {
    let mut backlog: PerState = [0.0; MAX_STATES];
    for (character, hardware) in &firms {
        backlog[character.home] += hardware.backlog;
    }
    for (s, mut supply) in states.iter_mut() {
        supply.bids = compute.bids(supply.spending, backlog[s]);
    }
}

fn wear_out(
    compute: Res<Compute>,
    prices: Res<Prices>,
    clock: Res<Clock>,
    mut ledger: ResMut<Ledger>,
    mut firms: Query<(&Character, &mut Hardware)>,
    mut states: States<(&Fleet, &mut Supply)>,
) {
    let mut kept: PerState = [1.0; MAX_STATES];
    let mut retire = |stock: &mut f64, kept: f64| {
        let left = stock_step(*stock, kept, 0.0);
        ledger.retired += *stock - left;
        *stock = left;
    };
    for (s, (fleet, mut supply)) in states.iter_mut() {
        kept[s] = compute.kept(&clock, prices.scarcity(s), 1.0 - fleet.running);
        retire(&mut supply.clouds, kept[s]);
        supply.smuggled = stock_step(supply.smuggled, kept[s], 0.0);
    }
    for (character, mut hardware) in &mut firms {
        retire(&mut hardware.stock, kept[character.home]);
    }
}

/// A firm that buys compute.
#[derive(QueryData)]
#[query_data(mutable)]
struct Buyer {
    label: &'static Label,
    character: &'static Character,
    hardware: &'static mut Hardware,
    finance: &'static mut Finance,
}

fn deliver(
    (compute, prices): (Res<Compute>, Res<Prices>),
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut ledger: ResMut<Ledger>,
    mut faults: ResMut<Faults>,
    mut states: States<&mut Supply>,
    mut firms: Query<Buyer>,
) {
    let mut demand: PerState = [0.0; MAX_STATES];
    for buyer in &firms {
        demand[buyer.character.home] += buyer.hardware.backlog + buyer.hardware.order;
    }
    let mut ration: PerState = [1.0; MAX_STATES];
    for (s, mut supply) in states.iter_mut() {
        let price = prices.at(s);
        let demand = demand[s] / price;
        ration[s] = rationed(supply.received, demand + clock.per_step(supply.cloud_orders) / price);
        supply.delivered = (ration[s] * demand).min(supply.received);
        let rest = supply.received - supply.delivered;
        let before = if clock.begins_month() { Flows::default() } else { supply.month };
        let mut leaks = before.leaks;
        leaks.add(&supply.leaks);
        supply.smuggled += supply.leaks.smuggled;
        supply.month = Flows {
            received: before.received + supply.received,
            denied: before.denied + supply.denied,
            alternative: before.alternative + supply.alternative,
            delivered: before.delivered + supply.delivered,
            leaks,
        };
        supply.clouds += rest;
        ledger.delivered += supply.delivered;
        ledger.to_clouds += rest;
        let name = &geography.names[s];
        faults.check(&clock, Compute::NAME, "compute in clouds", name, &[supply.clouds]);
    }
    let waits = clock.kept(compute.given_up_per_month);
    for BuyerItem { label, character, mut hardware, mut finance } in &mut firms {
        let asked = hardware.backlog + hardware.order;
        let paid = ration[character.home] * asked;
        hardware.stock += paid / prices.at(character.home);
        finance.cash -= paid;
        ledger.money.compute += paid;
        hardware.backlog = waits * (asked - paid);
        faults.check(&clock, Compute::NAME, "compute", &label.0, &[hardware.stock, hardware.backlog]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Model, Simulation, testing};

    #[test]
    fn a_cut_of_half_leaves_the_stock_to_decay_to_half() {
        let mut stock = 1.0;
        for _ in 0..12 {
            stock = stock_step(stock, 0.98, 0.01);
        }
        let expected = 0.5 + 0.5 * maths::pow(0.98, 12.0);
        assert!((stock - expected).abs() < 1e-12);
    }

    #[test]
    fn orders_wait_are_given_up_and_are_paid_when_they_arrive() {
        let mut scenario = crate::baseline();
        scenario.time.months = 2;
        scenario.policies.clear();
        // Nothing is made, so nothing arrives and nothing is paid.
        testing::disable(&mut scenario, "chip_supply");
        testing::disable(&mut scenario, "leapfrog");
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        testing::live(&mut simulation, 1);
        let first = |simulation: &mut Simulation| {
            let world = simulation.world_mut();
            let (hardware, finance) = world.query::<(&Hardware, &Finance)>().iter(world).next().unwrap();
            (*hardware, finance.cash)
        };
        let (before, _) = first(&mut simulation);
        assert!(before.order > 0.0 && before.backlog == 0.0);
        simulation.world_mut().resource_mut::<Clock>().advance();
        simulation.step().unwrap();
        let (after, _) = first(&mut simulation);
        assert!((after.backlog - 0.8 * before.order).abs() < 1e-12);
        assert!(after.stock < before.stock);
    }

    #[test]
    fn what_is_dear_is_kept_longer_and_what_stands_idle_goes_sooner() {
        let clock = Clock::new(&crate::baseline().time);
        let compute = Compute::default();
        let kept = |scarcity, idle| compute.kept(&clock, scarcity, idle);
        assert!((kept(1.0, 0.0) - 0.98).abs() < 1e-15 && (kept(4.0, 0.0) - 0.99).abs() < 1e-15);
        assert!((kept(1.0, 0.2) - 0.97).abs() < 1e-15);
    }
}
