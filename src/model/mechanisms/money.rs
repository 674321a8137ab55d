//! Money: revenue, capital and what it buys.
//!
//! Revenue = Σ_s m_s · μ Y_s F_s · a with appropriability a below 1 for open firms (Teece 1986). Investors give a state's
//! capital by exp(ζ · momentum + ln(share + floor)): ζ weighs momentum against size; large firms add funds of their own. What
//! claims excite (hype) adds to the exponent, and draws new capital into the state.
//! Budget = Δ (revenue · margin + investment); a share of it orders compute, of which a part builds the power that it takes; the
//! rest less costs is kept. Support of open models raises a; what a state gives for public compute is shared equally by its firms, who order
//! compute for all of it.

use super::{claims::Claims, policy::Policy, price::Prices};
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Finance, Hardware, Label, Momentum, Usage},
        geography::{Geography, PerState},
        ledger::Faults,
        mechanisms::claims::Hype,
        phase::{Mechanism, MonthPlan, Phase},
        state::{Economy, Fleet, Levers, Penetration, Supply, Traits},
        states::States,
    },
    parameters,
    scenario::{Lever, MAX_STATES},
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of money.
    #[derive(Resource)]
    pub struct Money {
        /// Spending on AI services at full adoption, as a share of output (μ).
        spending: f64 = 0.01, "1", range 0.0..=1.0, plausible 0.003..=0.03 or null 0.0, assumption "software and cloud services together are near 1 % of output";
        /// Share of revenue left after the cost of serving.
        margin: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.3..=0.7, assumption "reported gross margins of model developers";
        /// Share of the value of its usage that an open firm can appropriate (a_open).
        open_appropriability: f64 = 0.2, "1", range 0.0..=1.0, plausible 0.1..=0.6, assumption "others host open models and keep most of the revenue";
        /// Factor on every state's capital.
        capital_scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "the capital stands with the states: capital_billion_usd_per_year";
        /// Weight of momentum over size (ζ), per 100 rating points gained of late (releases.momentum_months).
        momentum: f64 = 0.5, "1/(100 points)", range 0.0..=20.0, plausible 0.0..=3.0 or null 0.0, assumption "investors chase recent gains";
        /// Usage share that investors credit to a firm without any.
        share_floor: f64 = 0.05, "1", range 0.000001..=1.0, plausible 0.01..=0.2, assumption "promising firms are funded before they have users";
        /// Share of its capital that a state is first expected to spend on compute if none of its firms has users.
        first_compute_share: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.3..=0.8, assumption "about as for firms: their compute_share";
        /// What clouds and others outside the model spend on compute, as a share of the state's capital for AI.
        cloud_spending: f64 = 0.8, "1", range 0.0..=100.0, plausible 0.1..=1.0 or null 0.0, assumption "clouds that serve other firms buy about as many chips as the developers of models pay for";
        /// Share of public money for compute that is spent.
        public_spending: f64 = 1.0, "1", range 0.0..=1.0, plausible 0.5..=1.0 or null 0.0, assumption "programmes are spent as planned";
        /// Cost of running compute (power, hosting, staff) as a share of its price, per year.
        running_cost: f64 = 0.15, "1/year", range 0.0..=5.0, plausible 0.05..=0.3 or null 0.0, assumption "power and hosting of an accelerator against its price";
        /// Factor on the firms' fixed costs.
        overhead_scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "the costs stand with the firms: overhead_billion_usd_per_year";
    }
}

impl Mechanism for Money {
    const NAME: &'static str = "money";
    const MEANING: &'static str = "firms earn from usage, raise capital by size and momentum, and order compute";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Budgets, (collect_revenue, invest, spend).chain());
    }
}

/// Weight of a firm in its investors' eyes: (share + floor) · exp(ζ · momentum).
pub fn funding_weight(share: f64, floor: f64, momentum_weight: f64, points_gained: f64) -> f64 {
    (share + floor) * maths::exp(momentum_weight * points_gained / 100.0)
}

impl Money {
    /// What a firm spends in a year besides what it orders: fixed costs and the cost of running its compute, at the price
    /// of the month.
    #[inline]
    pub fn running_costs(&self, character: &Character, hardware: &Hardware, price: f64) -> f64 {
        self.overhead_scale * character.overhead + self.running_cost * price * hardware.stock
    }
}

fn collect_revenue(
    money: Res<Money>,
    policy: Res<Policy>,
    geography: Res<Geography>,
    states: States<(&Economy, &Penetration, &Levers)>,
    mut firms: Query<(&Character, &Usage, &mut Finance)>,
) {
    let (mut value, mut open): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (s, (economy, penetration, levers)) in states.iter() {
        value[s] = money.spending * economy.output * geography.in_state(s, &penetration.0);
        let support = policy.effect_appropriability * levers.of(Lever::OpenSource);
        open[s] = money.open_appropriability + (1.0 - money.open_appropriability) * support;
    }
    for (character, usage, mut finance) in &mut firms {
        let appropriability = if character.open { open[character.home] } else { 1.0 };
        let used: f64 = geography.each_state().map(|s| usage.share[s] * value[s]).sum();
        finance.revenue = appropriability * used;
    }
}

/// A firm that raises money.
#[derive(QueryData)]
#[query_data(mutable)]
struct Investee {
    character: &'static Character,
    usage: &'static Usage,
    momentum: &'static Momentum,
    hype: &'static Hype,
    finance: &'static mut Finance,
}

fn invest(
    money: Res<Money>,
    claims: Res<Claims>,
    clock: Res<Clock>,
    mut states: States<(&Traits, &mut Supply)>,
    mut firms: Query<Investee>,
) {
    let mut per_weight: PerState = [0.0; MAX_STATES];
    let mut growth: PerState = [1.0; MAX_STATES];
    let (mut excited, mut used): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    for InvesteeItem { character, usage, momentum, hype, mut finance } in &mut firms {
        // The weight is kept in place of the investment until the state's sum is known.
        finance.investment = funding_weight(usage.world, money.share_floor, money.momentum, momentum.gained);
        used[character.home] += usage.world;
        if hype.0 > 0.0 {
            finance.investment *= maths::exp(hype.0);
            excited[character.home] += usage.world * hype.0;
        }
        per_weight[character.home] += finance.investment;
    }
    for (s, (traits, mut supply)) in states.iter_mut() {
        growth[s] = money.capital_scale * maths::exp(traits.0.capital_growth_per_year * clock.years());
        supply.capital = traits.0.capital_billion_usd_per_year * growth[s];
        if excited[s] > 0.0 {
            supply.capital *= 1.0 + claims.new_money * excited[s] / used[s];
        }
        per_weight[s] = supply.capital / per_weight[s];
    }
    for InvesteeItem { character, mut finance, .. } in &mut firms {
        finance.investment *= per_weight[character.home];
        finance.investment += character.own_funds * growth[character.home];
    }
}

/// A firm that spends.
#[derive(QueryData)]
#[query_data(mutable)]
struct Spender {
    label: &'static Label,
    character: &'static Character,
    finance: &'static mut Finance,
    hardware: &'static mut Hardware,
}

fn spend(
    (money, prices): (Res<Money>, Res<Prices>),
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    mut states: States<(&Levers, &mut Fleet, &mut Supply)>,
    mut firms: Query<Spender>,
) {
    let (mut orders, mut at_home, mut power): (PerState, PerState, PerState) =
        ([0.0; MAX_STATES], [0.0; MAX_STATES], [0.0; MAX_STATES]);
    for firm in &firms {
        at_home[firm.character.home] += 1.0;
    }
    let chips = states.map(|(_, fleet, _)| fleet.chips_share);
    let public = states.map(|(levers, ..)| money.public_spending * levers.of(Lever::PublicCompute));
    let mut grant: PerState = [0.0; MAX_STATES];
    for s in geography.each_state() {
        grant[s] = clock.per_step(public[s]) / at_home[s].max(1.0);
    }
    for SpenderItem { label, character, mut finance, mut hardware } in &mut firms {
        let budget = clock.per_step(finance.revenue * money.margin + finance.investment);
        let price = prices.at(character.home);
        let costs = clock.per_step(money.running_costs(character, &hardware, price));
        let (grant, chips) = (grant[character.home], chips[character.home]);
        // Chips are paid when they arrive, power when it is ordered.
        let asked = character.compute_share * budget + grant;
        hardware.order = chips * asked;
        hardware.demand = (hardware.order + hardware.backlog) / price;
        orders[character.home] += hardware.order;
        let for_power = (1.0 - chips) * asked;
        power[character.home] += for_power;
        finance.cash += budget - costs + grant - for_power;
        finance.broke = if finance.cash < 0.0 { finance.broke + 1 } else { 0 };
        faults.check(&clock, Money::NAME, "cash", &label.0, &[finance.cash, hardware.demand]);
    }
    for (s, (_, mut fleet, mut supply)) in states.iter_mut() {
        // Without firms at home the state buys for its clouds.
        let own = if at_home[s] == 0.0 { clock.per_year(grant[s]) } else { 0.0 };
        let clouds = money.cloud_spending * supply.capital;
        supply.cloud_orders = chips[s] * (own + clouds);
        supply.spending = clock.per_year(orders[s]) + supply.cloud_orders;
        fleet.power_money = clock.per_year(power[s]) + (1.0 - chips[s]) * (own + clouds);
    }
}

/// What firms will spend on compute when the world starts, before they have ordered any: their own funds and their state's
/// capital, by the share that buys compute.
pub fn first_spending(
    money: Res<Money>,
    firms: Query<(&Character, &Usage)>,
    mut states: States<(&Traits, &mut Supply)>,
) {
    let (mut own, mut share, mut weight): (PerState, PerState, PerState) =
        ([0.0; MAX_STATES], [0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (character, usage) in &firms {
        let home = character.home;
        own[home] += character.own_funds * character.compute_share;
        share[home] += usage.world * character.compute_share;
        weight[home] += usage.world;
    }
    for (s, (traits, mut supply)) in states.iter_mut() {
        let share = if weight[s] > 0.0 { share[s] / weight[s] } else { money.first_compute_share };
        let capital = money.capital_scale * traits.0.capital_billion_usd_per_year;
        supply.cloud_orders = money.cloud_spending * capital;
        supply.spending = money.capital_scale * own[s] + share * capital + supply.cloud_orders;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_points_of_momentum_weigh_e_to_the_zeta() {
        let still = funding_weight(0.2, 0.01, 0.5, 0.0);
        assert!((still - 0.21).abs() < 1e-15);
        assert!((funding_weight(0.2, 0.01, 0.5, 100.0) / still - maths::exp(0.5)).abs() < 1e-15);
    }
}
