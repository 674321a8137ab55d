//! Exit: firms whose money ends, and laggards whose investors give up, leave; by merger, by pivot or by failure.
//!
//! Hazard a year: h [e^{−runway/τ} + ω a (median rating at home − R)₊ / 100], runway in years of cash (below 0 in debt), a how far it
//! depends on investors: they lose patience with a laggard, while who can live on sales or on its owner's money decides for itself. How it leaves
//! follows from what it has: without debts, and where its market admits an open model that is better than its own, it pivots to
//! applications, and its users go to that model's firm; else it merges with the firm at home that has the most cash, if that can pay its debts and
//! would rather have its compute at the price of the month: users, compute, cash and debts go there; else it fails, and its users go to all.
//! Compute that nobody takes over goes back to the state's clouds; cash goes to the owners, and debts are lost by creditors.

use super::{
    money::{Budget, free_cash},
    price::Prices,
};
use crate::{
    maths,
    model::{
        accounts::Standing,
        clock::Clock,
        firm::{Character, Finance, Hardware, Label, Offer, Usage, remove_in_order},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::{Closed, Ledger},
        noise::{Draw, Key, Noise, Stream},
        phase::{Mechanism, MonthPlan, Phase},
        state::Supply,
        states::{Roster, StateId},
    },
    parameters,
    scenario::{MAX_STATES, Scenario},
};
use bevy_ecs::{prelude::*, query::QueryData};
use std::sync::Arc;

parameters! {
    /// Numbers of exit.
    #[derive(Resource)]
    pub struct Exit {
        /// Hazard of a firm whose cash is gone while costs are above income (h).
        hazard_per_year: f64 = 0.8, "1/year", range 0.0..=100.0, plausible 0.3..=2.0 or null 0.0, assumption "a year and more between the end of the cash and the end of the firm: bridge loans, hope and talks";
        /// Runway at which the hazard has fallen by a factor e (τ).
        runway_years: f64 = 0.6, "years", range 0.01..=100.0, plausible 0.3..=1.2, assumption "firms look for a buyer half a year before the cash ends";
        /// Weight of 100 points behind the median at home, for a firm that lives on investors' money (ω).
        laggard_weight: f64 = 0.8, "1/(100 points)", range 0.0..=100.0, plausible 0.0..=2.0 or null 0.0, assumption "investors give up on a firm a year behind its rivals within a few years";
    }
}

impl Mechanism for Exit {
    const NAME: &'static str = "exit";
    const MEANING: &'static str = "firms without money or prospects merge, pivot or fail";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Exit, (judge, close_firms.run_if(any_leave)).chain());
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, ExitStream>();
        world.pass_over::<Leaving>();
    }

    fn begin(_scenario: &Scenario, _clock: &Clock, world: &mut World) {
        world.insert_resource(Leaving::default());
    }
}

/// Whether a firm leaves.
const LEAVES: Draw = Draw::named("exit/leaves");

/// Where a firm stands in that draw, which it makes in every step.
#[derive(Component, Clone, Debug, Default)]
struct ExitStream(Stream);

/// Firms that leave in this step.
#[derive(Resource, Clone, Debug, Default)]
struct Leaving(Vec<Entity>);

fn any_leave(leaving: Res<Leaving>) -> bool {
    !leaving.0.is_empty()
}

/// The most that debts count as, in units of `runway_years`: beyond it the end is a matter of weeks.
const DEEPEST: f64 = 4.0;

impl Exit {
    /// Hazard, 1/year, of a firm with this runway in years whose rating is so many points below the median at home.
    fn hazard(&self, runway: f64, behind: f64, dependence: f64) -> f64 {
        let broke = maths::exp((-runway / self.runway_years).min(DEEPEST));
        self.hazard_per_year * (broke + self.laggard_weight * dependence * behind.max(0.0) / 100.0)
    }
}

/// Median of the ratings of each state's firms; −∞ without any. `ratings` is sorted by state and rating.
fn medians(ratings: &[(StateId, f64)]) -> PerState {
    let mut medians = [f64::NEG_INFINITY; MAX_STATES];
    for at_home in ratings.chunk_by(|a, b| a.0 == b.0) {
        let (low, high) = (at_home[(at_home.len() - 1) / 2], at_home[at_home.len() / 2]);
        medians[low.0] = 0.5 * (low.1 + high.1);
    }
    medians
}

/// A firm that may leave.
#[derive(QueryData)]
#[query_data(mutable)]
struct Judged {
    firm: Entity,
    key: &'static Key,
    stream: &'static mut ExitStream,
    character: &'static Character,
    offer: &'static Offer,
    budget: &'static Budget,
}

fn judge(
    exit: Res<Exit>,
    clock: Res<Clock>,
    noise: Noise,
    mut leaving: ResMut<Leaving>,
    mut ratings: Local<Vec<(StateId, f64)>>,
    mut firms: Query<Judged>,
) {
    leaving.0.clear();
    if exit.hazard_per_year == 0.0 {
        return;
    }
    ratings.clear();
    ratings.extend(firms.iter().map(|firm| (firm.character.home, firm.offer.rating)));
    ratings.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let medians = medians(&ratings);
    for mut firm in &mut firms {
        let draw = firm.stream.0.uniform(&noise, LEAVES, *firm.key);
        let behind = medians[firm.character.home] - firm.offer.rating;
        let hazard = exit.hazard(firm.budget.runway, behind, firm.budget.dependence);
        // The probability 1 − exp(−hΔ) is below hΔ, which is seldom reached: that saves most exponentials.
        if draw < clock.per_step(hazard) && draw < clock.probability(hazard) {
            leaving.0.push(firm.firm);
        }
    }
}

/// What is settled when a firm leaves.
#[derive(QueryData)]
#[query_data(derive(Clone, Copy))]
struct Account {
    firm: Entity,
    label: &'static Label,
    character: &'static Character,
    offer: &'static Offer,
    hardware: &'static Hardware,
    standing: &'static Standing,
    finance: &'static Finance,
    usage: &'static Usage,
}

/// A firm that leaves, taken out of the world's hands.
struct Estate {
    name: Arc<str>,
    home: StateId,
    stock: f64,
    /// Money for chips that have not come.
    backlog: f64,
    cash: f64,
    rating: f64,
    share: PerState,
}

fn close_firms(world: &mut World, accounts: &mut QueryState<Account>) {
    let closing = std::mem::take(&mut world.resource_mut::<Leaving>().0);
    let in_order: Vec<Entity> = accounts.iter(world).map(|account| account.firm).collect();
    for &firm in &closing {
        let Ok(account) = accounts.get(world, firm) else { continue };
        let estate = Estate {
            name: account.label.0.clone(),
            home: account.character.home,
            stock: account.hardware.stock,
            backlog: account.hardware.backlog + account.hardware.order,
            cash: account.finance.cash,
            rating: account.offer.rating,
            share: account.usage.share,
        };
        let standing = *account.standing;
        let why = settle(world, accounts, &estate, &closing);
        let clock = world.resource::<Clock>().clone();
        let state = world.resource::<Geography>().names[estate.home].clone();
        let mut ledger = world.resource_mut::<Ledger>();
        if let Some(usage) = standing.usage {
            ledger.closed.push(Closed { home: estate.home, usage, capability: standing.capability });
        }
        ledger.exits += 1;
        ledger.note(&clock, "exit", &estate.name, &state, None, &why);
    }
    remove_in_order(world, &in_order, &closing);
}

/// Hands on what a firm leaves, and says how it ended.
fn settle(world: &mut World, accounts: &mut QueryState<Account>, estate: &Estate, closing: &[Entity]) -> String {
    let heirs = if estate.cash >= 0.0 { heirs(world, accounts, estate, closing) } else { [None; MAX_STATES] };
    let pivots = heirs[estate.home.place()].is_some();
    if let Some(buyer) = (!pivots).then(|| buyer(world, accounts, estate, closing)).flatten() {
        return merge(world, buyer, estate);
    }
    hand_on_users(world, &heirs, estate);
    let state = world.resource::<Roster>().entity(estate.home);
    if let Some(mut supply) = world.get_mut::<Supply>(state) {
        supply.clouds += estate.stock;
    }
    let mut ledger = world.resource_mut::<Ledger>();
    ledger.resold += estate.stock;
    ledger.money.withdrawn += estate.cash.max(0.0);
    ledger.money.written_off += (-estate.cash).max(0.0);
    if pivots { "pivots to applications of open models".to_owned() } else { "fails".to_owned() }
}

/// The firm at home with the most cash, if that pays the debts and they are no more than the compute is worth.
fn buyer(world: &World, accounts: &mut QueryState<Account>, estate: &Estate, closing: &[Entity]) -> Option<Entity> {
    let price = world.resource::<Prices>().at(estate.home);
    if estate.cash + price * estate.stock <= 0.0 {
        return None;
    }
    let mut best: Option<(Entity, f64)> = None;
    for account in accounts.iter(world) {
        // What it has ordered this month is promised too.
        let free = free_cash(account.finance, account.hardware) - account.hardware.order;
        let can = account.character.home == estate.home && !closing.contains(&account.firm) && free + estate.cash > 0.0;
        if can && best.is_none_or(|(_, most)| free > most) {
            best = Some((account.firm, free));
        }
    }
    best.map(|(firm, _)| firm)
}

/// Users, compute, orders that wait, cash and debts go to the buyer.
fn merge(world: &mut World, buyer: Entity, estate: &Estate) -> String {
    world.resource_mut::<Ledger>().resold += estate.stock;
    if let Some(mut finance) = world.get_mut::<Finance>(buyer) {
        finance.cash += estate.cash;
    }
    if let Some(mut hardware) = world.get_mut::<Hardware>(buyer) {
        hardware.stock += estate.stock;
        hardware.backlog += estate.backlog;
    }
    hand_on_users(world, &[Some(buyer); MAX_STATES], estate);
    format!("merges with {}", world.get::<Label>(buyer).map_or("another firm", |label| &*label.0))
}

/// The best open firm that each market admits, where its model is better than the leaver's.
fn heirs(
    world: &World,
    accounts: &mut QueryState<Account>,
    estate: &Estate,
    closing: &[Entity],
) -> [Option<Entity>; MAX_STATES] {
    let mut heirs = [None; MAX_STATES];
    let mut best = [estate.rating; MAX_STATES];
    for account in accounts.iter(world).filter(|account| account.offer.open && !closing.contains(&account.firm)) {
        for (s, heir) in heirs.iter_mut().enumerate() {
            if account.usage.share[s] > 0.0 && account.offer.rating > best[s] {
                best[s] = account.offer.rating;
                *heir = Some(account.firm);
            }
        }
    }
    heirs
}

/// Gives a firm's users in each market to its heir there; without one they go to all when the markets are scaled to sum to 1 again.
fn hand_on_users(world: &mut World, heirs: &[Option<Entity>; MAX_STATES], estate: &Estate) {
    for (s, heir) in heirs.iter().enumerate() {
        let Some(mut usage) = heir.and_then(|heir| world.get_mut::<Usage>(heir)) else { continue };
        if estate.share[s] > 0.0 {
            usage.share[s] += estate.share[s];
            usage.ln_share[s] = maths::ln(usage.share[s]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{assert_null_is_absent, set, trajectory};

    #[test]
    fn the_hazard_rises_as_cash_runs_out_and_with_lag_for_those_on_others_money() {
        let exit = Exit { hazard_per_year: 0.4, runway_years: 0.5, laggard_weight: 0.5 };
        assert_eq!(exit.hazard(f64::INFINITY, -50.0, 1.0), 0.0);
        assert_eq!(exit.hazard(0.0, 0.0, 1.0), 0.4);
        assert!((exit.hazard(0.5, 0.0, 1.0) - 0.4 * maths::exp(-1.0)).abs() < 1e-15);
        assert!((exit.hazard(f64::INFINITY, 200.0, 0.5) - 0.4 * 0.5).abs() < 1e-15);
        assert_eq!(exit.hazard(f64::INFINITY, 200.0, 0.0), 0.0);
        assert_eq!(exit.hazard(-1e9, 0.0, 0.0), 0.4 * maths::exp(DEEPEST));
    }

    #[test]
    fn the_median_is_taken_among_firms_at_home() {
        let (a, b) = (StateId::new(0), StateId::new(2));
        let medians = medians(&[(a, 1.0), (a, 2.0), (a, 4.0), (b, 10.0), (b, 20.0)]);
        assert_eq!((medians[0], medians[2]), (2.0, 15.0));
        assert_eq!(medians[1], f64::NEG_INFINITY);
    }

    #[test]
    fn at_its_null_nobody_leaves() {
        assert_null_is_absent(&crate::baseline(), Exit::NAME);
    }

    /// How the firms of a harsh world ended: the first words of their events.
    fn ends(prepare: impl Fn(&mut Scenario)) -> Vec<String> {
        let mut scenario = crate::baseline();
        scenario.time.months = 60;
        set(&mut scenario, "exit", "hazard_per_year", 2.0);
        set(&mut scenario, "money", "least_staff", 0.2);
        prepare(&mut scenario);
        let events = trajectory(&scenario).events;
        let exits = events.into_iter().filter(|event| &*event.kind == "exit");
        exits.map(|event| event.text.split(' ').next().unwrap().to_owned()).collect()
    }

    #[test]
    fn firms_leave_in_the_way_that_their_means_allow() {
        let count = |ends: &[String], way: &str| ends.iter().filter(|end| *end == way).count();
        let usual = ends(|_| {});
        assert!(["pivots", "merges", "fails"].iter().all(|way| count(&usual, way) > 0), "{usual:?}");
        // Without open models there is nothing to pivot to.
        let closed = ends(|scenario| {
            scenario.firms.iter_mut().for_each(|firm| firm.open = false);
            scenario.set("mechanisms.openness.enabled", false).unwrap();
            scenario.set("mechanisms.policy.enabled", false).unwrap();
        });
        assert_eq!(count(&closed, "pivots"), 0, "{closed:?}");
        assert!(closed.len() > 3);
    }
}
