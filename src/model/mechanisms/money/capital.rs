//! Capital: who gives money to whom.
//!
//! Investors of state s have capital K_s. They look at all firms of the world and share it by B_sh w: w a firm's weight in their
//! eyes, B what the home h of the firm is worth to them, 1 at home, elsewhere `abroad` times the trust between the two states times e^(−D), D the distance of h (`values`; home
//! bias; French and Poterba 1991). ln w = γ ln(u + u_0) + ζ g − ξ (lag / 100) + hype, u the firm's share of world usage, lag the points by which
//! its rating is below the world's best, and g what it gained of late: points / 100, and the growth of ln(u + u_0) times a weight.
//! γ below 1 keeps the largest from taking all. What a claim excites is in part new money, n: the state's capital rises by
//! the factor 1 + n (W / W_0 − 1), W and W_0 the weight of its firms with and without hype; at n = 1 nobody at home loses by it.

use super::{Budget, Money};
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Finance, Momentum, Offer, Usage},
        geography::{Geography, PerState},
        ledger::Faults,
        mechanisms::{
            claims::{Claims, Hype},
            releases::Releases,
        },
        phase::Mechanism as _,
        relations::Relations,
        state::{Supply, Traits},
        states::States,
    },
    scenario::MAX_STATES,
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};

/// ln(usage + floor) as it was some months ago, smoothed; nothing before a firm was first looked at.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Followed(Option<f64>);

/// A firm's weight in its investors' eyes: (share + floor)^γ · exp(ζ · points gained / 100 − ξ · points behind / 100).
pub fn funding_weight(money: &Money, share: f64, points_gained: f64, points_behind: f64) -> f64 {
    let gained = money.momentum * points_gained - money.lag_weight * points_behind;
    maths::exp(money.concentration * maths::ln(share + money.share_floor) + gained / 100.0)
}

/// What a unit of weight of a firm in each state gets, given every state's capital and the weight of its firms.
pub(super) fn share_capital(
    abroad: f64,
    states: usize,
    near: &[PerState],
    capital: &PerState,
    weight: &PerState,
) -> PerState {
    let mut per_weight: PerState = [0.0; MAX_STATES];
    for s in 0..states {
        let worth = |home: usize| if home == s { 1.0 } else { abroad * near[s][home] };
        let seen: f64 = (0..states).map(|home| worth(home) * weight[home]).sum();
        if seen > 0.0 {
            for home in 0..states {
                per_weight[home] += capital[s] / seen * worth(home);
            }
        }
    }
    per_weight
}

/// A firm that raises money.
#[derive(QueryData)]
#[query_data(mutable)]
pub struct Investee {
    character: &'static Character,
    offer: &'static Offer,
    usage: &'static Usage,
    momentum: &'static Momentum,
    hype: &'static Hype,
    followed: &'static mut Followed,
    finance: &'static mut Finance,
    budget: &'static mut Budget,
}

/// What investors know of the world.
#[derive(SystemParam)]
pub struct Investors<'w> {
    money: Res<'w, Money>,
    claims: Res<'w, Claims>,
    releases: Res<'w, Releases>,
    clock: Res<'w, Clock>,
    geography: Res<'w, Geography>,
    relations: Res<'w, Relations>,
}

impl Investors<'_> {
    /// How near investors of the first state are to firms of the second.
    fn near(&self) -> [PerState; MAX_STATES] {
        let (n, relations) = (self.geography.states, &self.relations);
        let mut near = relations.distance;
        for (near, trust) in near[..n].iter_mut().zip(&relations.trust) {
            near[..n].iter_mut().for_each(|distance| *distance = -*distance);
            maths::exp_all(&mut near[..n]);
            near[..n].iter_mut().zip(trust).for_each(|(near, trust)| *near *= trust);
        }
        near
    }

    /// Works out every firm's weight, in the order of firms.
    fn weigh(&self, firms: &mut Query<Investee>, weights: &mut Vec<f64>) {
        let money = &self.money;
        let best = firms.iter().map(|firm| firm.offer.rating).fold(f64::NEG_INFINITY, maths::larger);
        let years = f64::from(self.releases.momentum_months) / 12.0;
        let moved = (self.clock.per_step(1.0) / years).min(1.0);
        weights.clear();
        weights.extend(firms.iter().map(|firm| firm.usage.world + money.share_floor));
        maths::ln_all(weights);
        for (mut firm, weight) in firms.iter_mut().zip(weights.iter_mut()) {
            let before = *firm.followed.0.get_or_insert(*weight);
            let grown = *weight - before;
            firm.followed.0 = Some(before + moved * grown);
            let gained = firm.momentum.gained / 100.0 + money.usage_growth * grown;
            let behind = (best - firm.offer.rating) / 100.0;
            *weight = money.concentration * *weight + money.momentum * gained - money.lag_weight * behind + firm.hype.0;
        }
        maths::exp_all(weights);
    }
}

/// Investors give.
pub fn invest(
    investors: Investors,
    mut faults: ResMut<Faults>,
    mut weights: Local<Vec<f64>>,
    mut states: States<(&Traits, &mut Supply)>,
    mut firms: Query<Investee>,
) {
    let (money, clock) = (&investors.money, &investors.clock);
    investors.weigh(&mut firms, &mut weights);
    let (mut weight, mut growth, mut capital): (PerState, PerState, PerState) = Default::default();
    let mut excited: PerState = [0.0; MAX_STATES];
    for (firm, value) in firms.iter().zip(weights.iter()) {
        let home = firm.character.home;
        weight[home] += value;
        if firm.hype.0 > 0.0 {
            excited[home] += value * (1.0 - maths::exp(-firm.hype.0));
        }
    }
    for (s, (traits, mut supply)) in states.iter_mut() {
        growth[s] = money.capital_scale * maths::exp(traits.0.capital_growth_per_year * clock.years());
        supply.capital = traits.0.capital_billion_usd_per_year * growth[s];
        // Before excitement: what a firm's weight does to it shows in that firm's cash.
        faults.check(clock, Money::NAME, "capital", &investors.geography.names[s], &[supply.capital]);
        if excited[s] > 0.0 {
            supply.capital *= 1.0 + investors.claims.new_money * excited[s] / (weight[s] - excited[s]);
        }
        capital[s] = supply.capital;
    }
    let near = investors.near();
    let per_weight = share_capital(money.abroad, investors.geography.states, &near, &capital, &weight);
    for (mut firm, value) in firms.iter_mut().zip(weights.iter()) {
        let home = firm.character.home;
        firm.budget.raised = value * per_weight[home];
        firm.finance.investment = firm.budget.raised + firm.character.own_funds * growth[home];
    }
}

/// What firms will spend on compute when the world starts, before they have ordered any, by the share that buys compute; clouds by their
/// share of their state's capital.
pub fn first_spending(money: Res<Money>, firms: Query<(&Character, &Finance)>, mut states: States<&mut Supply>) {
    let mut orders: PerState = [0.0; MAX_STATES];
    for (character, finance) in &firms {
        orders[character.home] += character.compute_share * finance.investment;
    }
    for (s, mut supply) in states.iter_mut() {
        supply.cloud_orders = money.cloud_spending * supply.capital;
        supply.spending = orders[s] + supply.cloud_orders;
    }
}
