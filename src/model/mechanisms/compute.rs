//! Compute: who gets what reaches a state, and what wears out.
//!
//! What a state receives is shared by its firms' demand, each at most its own; the rest goes to clouds.
//! C ← C (1 − δ) + delivered.

use crate::{
    model::{
        clock::Clock,
        firm::{Character, Finance, Hardware, Label},
        geography::{Geography, PerState},
        ledger::{Faults, Ledger},
        phase::{Mechanism, MonthPlan, Phase},
        state::{Flows, Supply},
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
    }
}

impl Mechanism for Compute {
    const NAME: &'static str = "compute";
    const MEANING: &'static str = "compute that reaches a state is shared by demand, and wears out";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Stocks, wear_out);
    }

    fn always(month: &mut MonthPlan) {
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

fn wear_out(
    compute: Res<Compute>,
    clock: Res<Clock>,
    mut ledger: ResMut<Ledger>,
    mut firms: Query<&mut Hardware>,
    mut states: Query<&mut Supply>,
) {
    let kept = clock.kept(compute.retired_per_month);
    let mut retire = |stock: &mut f64| {
        let left = stock_step(*stock, kept, 0.0);
        ledger.retired += *stock - left;
        *stock = left;
    };
    for mut hardware in &mut firms {
        retire(&mut hardware.stock);
    }
    for mut supply in &mut states {
        retire(&mut supply.clouds);
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
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut ledger: ResMut<Ledger>,
    mut faults: ResMut<Faults>,
    mut states: States<&mut Supply>,
    mut firms: Query<Buyer>,
) {
    let mut demand: PerState = [0.0; MAX_STATES];
    for buyer in &firms {
        demand[buyer.character.home] += buyer.hardware.demand;
    }
    let mut ration: PerState = [1.0; MAX_STATES];
    for (s, mut supply) in states.iter_mut() {
        ration[s] = rationed(supply.received, demand[s]);
        supply.delivered = demand[s].min(supply.received);
        let rest = supply.received - supply.delivered;
        let before = if clock.begins_month() { Flows::default() } else { supply.month };
        supply.month = Flows {
            received: before.received + supply.received,
            denied: before.denied + supply.denied,
            alternative: before.alternative + supply.alternative,
            delivered: before.delivered + supply.delivered,
        };
        supply.clouds += rest;
        ledger.delivered += supply.delivered;
        ledger.to_clouds += rest;
        let name = &geography.names[s];
        faults.check(&clock, Compute::NAME, "compute in clouds", name, &[supply.clouds]);
    }
    for BuyerItem { label, character, mut hardware, mut finance } in &mut firms {
        let ration = ration[character.home];
        hardware.stock += ration * hardware.demand;
        finance.cash -= ration * hardware.order;
        ledger.money.compute += ration * hardware.order;
        faults.check(&clock, Compute::NAME, "compute", &label.0, &[hardware.stock]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maths;

    #[test]
    fn a_cut_of_half_leaves_the_stock_to_decay_to_half() {
        let mut stock = 1.0;
        for _ in 0..12 {
            stock = stock_step(stock, 0.98, 0.01);
        }
        let expected = 0.5 + 0.5 * maths::pow(0.98, 12.0);
        assert!((stock - expected).abs() < 1e-12);
    }
}
