//! Money: what firms earn, raise and spend.
//!
//! Users pay for a part of what AI adds to output: a firm earns Σ_s m_s μ Y_s ω F [K_acc − K_ref]₊ a e^p, with appropriability a below 1 for
//! open firms (Teece 1986), which support of open models raises, and p its price level: who sells cheaper earns less of each user. Capital is shared by investors, own funds come on top.
//! A firm plans with its income, revenue · margin + investment: the share `compute_share` of it orders compute, never for more
//! than the cash that it has, and the rest pays its staff, S ← S + Δ h (target − S), with a least
//! S_0 e^{a ΔK} that grows with the frontier's capability: what it takes to stay in the race. Cash beyond a reserve is spent over time, the
//! same share of it on compute; what compute does not take of it goes back to the owners. Costs that income does not cover are
//! paid out of cash, and on credit when it is gone: the runway, cash over that hole in years, tells how near the end is. What a state gives
//! for public compute follows private money, and firms order compute for all of it.

mod capital;

use super::{policy::Policy, price::Prices};
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Finance, Hardware, Label, Offer, Usage},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::{Faults, Ledger},
        mechanisms::output::{Reference, adopted},
        phase::{Mechanism, MonthPlan, Phase},
        state::{Access, Economy, Fleet, Levers, Penetration, Supply},
        states::States,
    },
    parameters,
    scenario::{Lever, MAX_STATES, Scenario},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};
pub use capital::{first_spending, funding_weight, invest as first_capital};

parameters! {
    /// Numbers of money.
    #[derive(Resource)]
    pub struct Money {
        /// Part of output that users pay for each nat of capability that they have adopted (μ).
        captured: f64 = 0.0003, "1/nat", range 0.0..=1.0, plausible 0.0001..=0.0009 or null 0.0, calibrated "OpenAI's revenue ran at about 5.5 billion USD a year at the end of 2024, as reported";
        /// Share of revenue left after the cost of serving.
        margin: f64 = 0.5, "1", range 0.0..=1.0, plausible 0.3..=0.7, assumption "reported gross margins of model developers";
        /// Share of the value of its usage that an open firm can appropriate (a_open).
        open_appropriability: f64 = 0.2, "1", range 0.0..=1.0, plausible 0.1..=0.6, assumption "others host open models and keep most of the revenue";
        /// Factor on all money that comes from outside: investors', firms' own funds and states' money for public compute.
        capital_scale: f64 = 0.89, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, calibrated "90 % of the posterior rating-gap: 0.58 to 1.42; the money itself stands with states, firms and policies";
        /// What a firm abroad is worth to investors against one at home, at full trust between the two states.
        abroad: f64 = 0.2, "1", range 0.0..=1.0, plausible 0.05..=0.6 or null 0.0, assumption "home bias: of their shares US investors held 94 % and British ones 82 % at home (French and Poterba 1991), a tenth or less of this; venture capital travels with strategic buyers";
        /// How the weight of a firm with investors rises with its usage (γ).
        concentration: f64 = 0.45, "1", range 0.0..=2.0, plausible 0.2..=0.8, assumption "below 1: a firm twice as large raises less than twice as much";
        /// Usage share that investors credit to a firm without any (u_0).
        share_floor: f64 = 0.0005, "1", range 0.000001..=1.0, plausible 0.0001..=0.005, assumption "promising firms are funded before they have users";
        /// Weight of momentum (ζ), per 100 rating points gained of late (releases.momentum_months).
        momentum: f64 = 1.0, "1/(100 points)", range 0.0..=20.0, plausible 0.0..=3.0 or null 0.0, assumption "investors chase recent gains";
        /// What growth of usage by a factor e counts as in momentum, in 100 rating points.
        usage_growth: f64 = 0.5, "1", range 0.0..=10.0, plausible 0.0..=1.5 or null 0.0, assumption "doubling its users impresses as much as 35 rating points";
        /// What 100 rating points behind the best model of the world cost in weight (ξ).
        lag_weight: f64 = 1.2, "1/(100 points)", range 0.0..=20.0, plausible 0.4..=2.0 or null 0.0, assumption "less than a third of the money at 100 points: few fund a model that is worse than a free one";
        /// What clouds and others outside the model spend on compute, as a share of the state's capital for AI.
        cloud_spending: f64 = 1.5, "1", range 0.0..=100.0, plausible 0.5..=2.5 or null 0.0, assumption "five US buyers held 2.9 MH100e of NVIDIA's at the end of 2024, five laboratories 1.5 in all (Epoch AI): most of what is sold serves others";
        /// Cost of running compute (power, hosting, staff) as a share of its price, per year.
        running_cost: f64 = 0.15, "1/year", range 0.0..=5.0, plausible 0.05..=0.3 or null 0.0, assumption "power and hosting of an accelerator against its price";
        /// Factor on the cost of staff.
        staff_scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=2.0 or null 0.0, assumption "the costs at the start stand with the firms: overhead_billion_usd_per_year";
        /// Least cost of staff, rent and data of a firm that trains models, at the start.
        least_staff: f64 = 0.08, "billion USD of 2023/year", range 0.0..=100.0, plausible 0.03..=0.2 or null 0.0, assumption "two hundred well-paid people and the data they need";
        /// Growth of that least cost with each nat of the frontier's capability.
        least_growth: f64 = 0.25, "1/nat", range 0.0..=5.0, plausible 0.1..=0.4 or null 0.0, assumption "models twice as good take more people, more data, more tests";
        /// Speed at which staff follows what a firm can pay (h).
        staffing: f64 = 1.2, "1/year", range 0.0..=1000.0, plausible 0.5..=3.0 or null 0.0, assumption "most of a change within a year: hiring takes months, firing is put off";
        /// Spending that a firm keeps in reserve, in years of it.
        reserve_years: f64 = 0.7, "years", range 0.0..=1000.0, plausible 0.3..=1.5, assumption "a funding round lasts for one to two years, half of it on average";
        /// Part of the cash beyond the reserve that is spent in a year.
        spare_per_year: f64 = 1.0, "1/year", range 0.0..=1000.0, plausible 0.0..=3.0 or null 0.0, assumption "money raised to be spent";
    }
}

impl Mechanism for Money {
    const NAME: &'static str = "money";
    const MEANING: &'static str = "firms earn from usage, raise capital by size and momentum, and order compute";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Budgets, (collect_revenue, capital::invest, spend).chain());
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, Budget>();
        world.keep_with::<Character, capital::Followed>();
        world.keep_resource::<FirstFrontier>();
    }

    fn begin(_scenario: &Scenario, _clock: &Clock, world: &mut World) {
        world.insert_resource(FirstFrontier::default());
    }
}

/// What a firm plans with.
#[derive(Component, Clone, Copy, Debug)]
pub struct Budget {
    /// Cost of its staff, billion USD a year; nothing before its first month.
    pub staff: Option<f64>,
    /// What outside investors give, billion USD a year.
    pub raised: f64,
    /// Part of the least that it takes to stay in the race which its own income does not cover: how far it depends on investors.
    pub dependence: f64,
    /// Years that its cash lasts: infinite while income covers costs, below 0 in debt.
    pub runway: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { staff: None, raised: 0.0, dependence: 0.0, runway: f64::INFINITY }
    }
}

/// Capability of the best model on offer in the first month, nats.
#[derive(Resource, Clone, Copy, Debug, Default)]
struct FirstFrontier(Option<f64>);

/// Cash that a firm has not yet promised to makers of chips.
#[inline]
pub fn free_cash(finance: &Finance, hardware: &Hardware) -> f64 {
    finance.cash - hardware.backlog
}

/// Years that `cash` lasts while costs are above income by `hole` a year: infinite where they are not, unless in debt, which is then
/// counted in years of costs.
///
/// ```
/// use redqueen::model::mechanisms::money::runway;
/// assert_eq!([runway(3.0, 2.0, 5.0), runway(-1.0, 2.0, 5.0)], [1.5, -0.5]);
/// assert_eq!([runway(3.0, -1.0, 5.0), runway(-1.0, -1.0, 5.0)], [f64::INFINITY, -0.2]);
/// ```
pub fn runway(cash: f64, hole: f64, costs: f64) -> f64 {
    if hole > 0.0 {
        cash / hole
    } else if cash >= 0.0 || costs <= 0.0 {
        f64::INFINITY
    } else {
        cash / costs
    }
}

impl Money {
    /// Least cost of staff when the frontier has gained so many nats since the start.
    fn least_staff(&self, gained: f64) -> f64 {
        self.least_staff * maths::exp(self.least_growth * gained)
    }
}

/// How staff moves in a step.
#[derive(Clone, Copy)]
struct Staffing {
    /// Part of the way to its target that it goes.
    moved: f64,
    least: f64,
}

impl Staffing {
    /// Cost of staff after a step, of a firm that could pay `target`.
    fn step(&self, staff: f64, target: f64) -> f64 {
        (staff + self.moved * (target - staff)).max(self.least)
    }
}

fn collect_revenue(
    money: Res<Money>,
    policy: Res<Policy>,
    geography: Res<Geography>,
    reference: Res<Reference>,
    states: States<(&Economy, &Penetration, &Access, &Levers)>,
    mut firms: Query<(&Character, &Offer, &Usage, &mut Finance)>,
) {
    let (mut value, mut open): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (s, (economy, penetration, access, levers)) in states.iter() {
        let worth = &geography.in_output[s][..geography.domains];
        value[s] = money.captured * economy.output * adopted(worth, &penetration.0, &access.now, &reference.capability);
        let support = policy.effect_appropriability * levers.of(Lever::OpenSource);
        open[s] = money.open_appropriability + (1.0 - money.open_appropriability) * support;
    }
    for (character, offer, usage, mut finance) in &mut firms {
        let appropriability = if offer.open { open[character.home] } else { 1.0 };
        let used: f64 = geography.each_state().map(|s| usage.share[s] * value[s]).sum();
        finance.revenue = appropriability * maths::exp(character.price) * used;
    }
}

/// A firm that spends.
#[derive(QueryData)]
#[query_data(mutable)]
struct Spender {
    label: &'static Label,
    character: &'static Character,
    offer: &'static Offer,
    finance: &'static mut Finance,
    hardware: &'static mut Hardware,
    budget: &'static mut Budget,
}

/// What spending needs of the world.
#[derive(SystemParam)]
struct Treasury<'w> {
    money: Res<'w, Money>,
    clock: Res<'w, Clock>,
    first: ResMut<'w, FirstFrontier>,
    ledger: ResMut<'w, Ledger>,
    faults: ResMut<'w, Faults>,
}

impl Treasury<'_> {
    /// How staff moves in this step.
    fn staffing(&mut self, frontier: f64) -> Staffing {
        let money = &self.money;
        let gained = if frontier.is_finite() { frontier - *self.first.0.get_or_insert(frontier) } else { 0.0 };
        Staffing { moved: self.clock.probability(money.staffing), least: money.least_staff(gained) }
    }

    /// A firm takes in its income, pays its costs, orders chips with the part `chips` of its money for compute and has power built
    /// with the rest; gives that rest, billion USD.
    fn settle(&mut self, firm: &mut SpenderItem, staffing: Staffing, chips: f64, grant: f64, price: f64) -> f64 {
        let (money, clock, flows) = (&self.money, &self.clock, &mut self.ledger.money);
        let SpenderItem { label, character, finance, hardware, budget, .. } = firm;
        let earned = finance.revenue * money.margin;
        let income = earned + finance.investment;
        let upkeep = money.running_cost * price * hardware.stock;
        let target = (1.0 - character.compute_share) * income - upkeep;
        let staff = staffing.step(budget.staff.unwrap_or(character.overhead), target);
        let costs = money.staff_scale * staff + upkeep;
        let needs = money.staff_scale * staffing.least + upkeep;
        let dependence = if needs > 0.0 { (1.0 - (income - budget.raised) / needs).max(0.0) } else { 0.0 };
        finance.cash += clock.per_step(income - costs);
        let share = character.compute_share;
        let free = free_cash(finance, hardware).max(0.0);
        let beyond = (free - money.reserve_years * (costs + character.compute_share * income)).max(0.0);
        let spare = clock.per_step(money.spare_per_year).min(1.0) * beyond;
        let order = (share * (clock.per_step(income) + spare)).min(free);
        let paid_out = ((1.0 - share) * spare).min(free - order);
        // Chips are paid when they arrive, power when it is ordered.
        hardware.order = chips * (order + grant);
        let power = (1.0 - chips) * (order + grant);
        finance.cash += grant - paid_out - power;
        **budget =
            Budget { staff: Some(staff), dependence, runway: runway(finance.cash, costs - income, costs), ..**budget };
        flows.earned += clock.per_step(earned);
        flows.raised += clock.per_step(budget.raised);
        flows.own_funds += clock.per_step(finance.investment - budget.raised);
        flows.granted += grant;
        flows.staff += clock.per_step(money.staff_scale * staff);
        flows.upkeep += clock.per_step(upkeep);
        flows.power += power;
        flows.paid_out += paid_out;
        self.faults.check(clock, Money::NAME, "cash", &label.0, &[finance.cash, hardware.order]);
        power
    }
}

fn spend(
    mut treasury: Treasury,
    geography: Res<Geography>,
    prices: Res<Prices>,
    mut states: States<(&Levers, &mut Fleet, &mut Supply)>,
    mut firms: Query<Spender>,
) {
    let (mut orders, mut power): (PerState, PerState) = Default::default();
    let (mut at_home, mut private): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    let mut frontier = f64::NEG_INFINITY;
    for firm in &firms {
        at_home[firm.character.home] += 1.0;
        private[firm.character.home] += firm.finance.investment;
        frontier = maths::larger(frontier, firm.offer.capability);
    }
    let staffing = treasury.staffing(frontier);
    let chips = states.map(|(_, fleet, _)| fleet.chips_share);
    let (money, clock) = (&treasury.money, &treasury.clock);
    let public = states.map(|(levers, ..)| clock.per_step(money.capital_scale * levers.of(Lever::PublicCompute)));
    for mut firm in &mut firms {
        let home = firm.character.home;
        // Public money follows private money.
        let part = if private[home] > 0.0 { firm.finance.investment / private[home] } else { 1.0 / at_home[home] };
        power[home] += treasury.settle(&mut firm, staffing, chips[home], part * public[home], prices.at(home));
        orders[home] += firm.hardware.order;
    }
    let (money, clock) = (&treasury.money, &treasury.clock);
    for s in geography.each_state() {
        let (_, mut fleet, mut supply) = states.at_mut(s);
        // Without firms at home the state buys for its clouds.
        let own = if at_home[s] == 0.0 { clock.per_year(public[s]) } else { 0.0 };
        let clouds = own + money.cloud_spending * supply.capital;
        supply.cloud_orders = chips[s] * clouds;
        supply.spending = clock.per_year(orders[s]) + supply.cloud_orders;
        fleet.power_money = clock.per_year(power[s]) + (1.0 - chips[s]) * clouds;
    }
}

#[cfg(test)]
mod tests;
