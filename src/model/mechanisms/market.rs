//! The market: users move towards better, more open, closer, cheaper models, and selection among firms follows.
//!
//! In each state's market the share of firm i follows a replicator (Taylor and Jonker 1978),
//! m ← m exp(Δ η f) / Σ, with f = β [(ln 10 / 400) R + b_open \[open\] + b_home \[home\] − b_far D − price] + λ m / (m + m_λ) − κ m. The rating R
//! weighs domains by the state's demand, D is the distance of the firm's home (`values`). What many use gains by it (λ: habit, tools and staff trained on it), up to a limit; what nearly
//! all use loses (κ: queues, tasks it does badly, buyers who want a second source). Crowding is linear, so that a firm far enough behind
//! has no place at all: its share falls without end, where a logarithm would keep a place for everybody. A few always try what is on
//! offer: no share falls below `trial` while the firm is in business, and a better model can come back from there.
//!
//! Levers and rules raise walls on top of distance: D ← D + d_c max(c, x_m), with c = x where a state closes its open market by x
//! (`market_closure`), c = 1 + x where it opens by −x one that the scenario closed, and x_m the share that a rule on `models` stops
//! of services of the firm's home (closed models alone: weights that are out are run at home). Into a market that opens, firms come
//! with `trial`; when the lever goes, they are shut out again. Where public buyers use models made at home (`model_procurement`, p), the bonus
//! of home is b_home + b_p p.

use super::releases::POINTS_PER_NAT;
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Label, Offer, Usage},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Barriers, Relations, Stances},
        state::{Economy, Levers, Penetration},
        states::{StateId, States},
    },
    parameters,
    scenario::{Goods, Lever, MAX_STATES, Scenario},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};

parameters! {
    /// Numbers of the market.
    #[derive(Resource)]
    pub struct Market {
        /// Speed of selection (η).
        speed: f64 = 2.0, "1/year", range 0.0..=12.0, plausible 0.7..=5.0 or null 0.0, assumption "users switch within a year or so";
        /// Weight of rating, openness, home and price against crowding and habit (β).
        sensitivity: f64 = 4.5, "1", range 0.0..=100.0, plausible 2.0..=8.0 or null 0.0, assumption "with crowding at 5, a firm 100 points behind another has half a market less";
        /// What a firm that all use loses by being crowded (κ).
        crowding: f64 = 5.0, "1", range 0.0..=100.0, plausible 2.0..=10.0 or null 0.0, assumption "no model holds more than half of a market for long against rivals of equal rating";
        /// What a firm that many use gains by it, at most (λ).
        habit: f64 = 0.6, "1", range 0.0..=100.0, plausible 0.0..=2.0 or null 0.0, assumption "worth about 25 points at this sensitivity: accounts, tools and staff trained on it";
        /// Share of a market at which half of that gain is reached (m_λ).
        habit_share: f64 = 0.15, "1", range 0.000001..=100.0, plausible 0.05..=0.5, assumption "a model that a seventh of a market uses is known to everybody";
        /// Least share of a market that a firm in business has.
        trial: f64 = 0.0003, "1", range 0.0..=0.1, plausible 0.00003..=0.003 or null 0.0, assumption "one user in a few thousand tries whatever is on offer";
        /// Attraction of open weights: low price, customisation (b_open).
        open_bonus: f64 = 0.1, "1", range -5.0..=5.0, plausible 0.0..=0.3, assumption "worth about 17 rating points";
        /// Attraction of a firm of the own state: language, law, habit (b_home).
        home_bonus: f64 = 0.2, "1", range -5.0..=5.0, plausible 0.0..=0.6, assumption "worth about 35 rating points";
        /// What it gains by public buyers who use models made at home alone (b_p).
        procurement_bonus: f64 = 0.4, "1", range 0.0..=5.0, plausible 0.1..=0.8 or null 0.0, assumption "public and state-owned buyers hold a quarter to a half of demand, and others follow them";
        /// How far firms are put from users whose market is closed to them by a lever, or whom a rule on models keeps from them (d_c).
        closed_distance: f64 = 5.0, "nats", range 0.0..=50.0, plausible 2.0..=10.0 or null 0.0, assumption "nobody uses a service that is worth so much less; some find a way round";
        /// What a nat of distance takes off the attraction of a firm from abroad (b_far).
        distance_weight: f64 = 0.2, "1/nat", range 0.0..=10.0, plausible 0.0..=0.5 or null 0.0, assumption "half of what a nat of capability is worth (releases.rating_slope): the other half is in home_bonus";
    }
}

impl Mechanism for Market {
    const NAME: &'static str = "market";
    const MEANING: &'static str = "users move between firms by rating, openness, home and price";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Market, (find_appeal, select).chain());
    }

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Market, count_world_usage);
    }

    fn register(world: &mut World) {
        world.keep_with::<Character, Appeal>();
    }

    fn go_on(_scenario: &Scenario, _clock: &Clock, world: &mut World) {
        // Worked out with parameters that may be others now, but not before this month's models are out.
        world.query::<&mut Appeal>().iter_mut(world).for_each(|mut appeal| appeal.of_serial = 0);
    }
}

/// Attraction of its newest model in each state's market, β [ … ].
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Appeal {
    /// By state.
    pub by_state: PerState,
    /// Serial of the model it was worked out for.
    pub of_serial: u32,
    /// Whether the weights of that model are out.
    pub open: bool,
}

/// One step of the replicator in place: shares grow by their factors and are scaled to sum to 1 again.
///
/// ```
/// let mut shares = [0.5, 0.5];
/// redqueen::model::mechanisms::market::replicator_step(&mut shares, &[1.0, 3.0]);
/// assert_eq!(shares, [0.25, 0.75]);
/// ```
pub fn replicator_step(shares: &mut [f64], growth_factors: &[f64]) {
    let mut sum = 0.0;
    for (share, factor) in shares.iter_mut().zip(growth_factors) {
        *share *= factor;
        sum += *share;
    }
    for share in shares {
        *share /= sum;
    }
}

/// Works out the attraction of each firm's newest model; it changes only with a release.
fn find_appeal(market: Res<Market>, geography: Res<Geography>, mut firms: Query<(&Character, &Offer, &mut Appeal)>) {
    for (character, offer, mut appeal) in &mut firms {
        if appeal.of_serial == offer.serial {
            continue;
        }
        (appeal.of_serial, appeal.open) = (offer.serial, offer.open);
        for s in geography.each_state() {
            let attraction = geography.in_state(s, &offer.rating_by_domain) / POINTS_PER_NAT - character.price
                + if offer.open { market.open_bonus } else { 0.0 }
                + if character.home == s { market.home_bonus } else { 0.0 };
            appeal.by_state[s] = market.sensitivity * attraction;
        }
    }
}

impl Market {
    /// What a firm gains and loses by the share that it has: habit less crowding.
    ///
    /// ```
    /// let market = redqueen::model::mechanisms::market::Market { habit: 0.6, habit_share: 0.2, crowding: 5.0, ..Default::default() };
    /// assert!((market.returns(0.2) - (0.3 - 1.0)).abs() < 1e-15);
    /// ```
    #[inline]
    pub fn returns(&self, share: f64) -> f64 {
        self.habit * share / (share + self.habit_share) - self.crowding * share
    }
}

/// A firm that competes for users.
#[derive(QueryData)]
#[query_data(mutable)]
struct Competitor {
    label: &'static Label,
    character: &'static Character,
    appeal: &'static Appeal,
    usage: &'static mut Usage,
}

/// What stands between users and services from abroad beside distance: closed markets, and rules on models.
#[derive(SystemParam)]
pub struct Walls<'w> {
    market: Res<'w, Market>,
    geography: Res<'w, Geography>,
    stances: Res<'w, Stances>,
    barriers: Res<'w, Barriers>,
}

impl Walls<'_> {
    /// Whether there are any but those that the scenario built.
    pub fn any(&self) -> bool {
        self.stances.any() || self.barriers.rules_on(Goods::Models)
    }

    /// Whether firms from `home` may serve users in a state.
    #[inline]
    pub fn admit(&self, state: StateId, home: StateId) -> bool {
        !self.geography.closed[state][home] || self.stances.market[state][home] < 0.0
    }

    /// How far they push the firms of `home` away from users in a state who may use them, nats: those whose weights are out, and the others.
    pub fn between(&self, state: StateId, home: StateId) -> [f64; 2] {
        let pulled = self.stances.market[state][home];
        let closed = if self.geography.closed[state][home] { 1.0 + pulled } else { pulled };
        let closed = closed.clamp(0.0, 1.0);
        let kept = self.barriers.stopped(Goods::Models, home, state);
        [closed, maths::larger(closed, kept)].map(|part| self.market.closed_distance * part)
    }
}

/// Lets a firm into markets that levers opened, and shuts it out of those that are closed again.
fn admit(walls: &Walls, home: StateId, usage: &mut Usage) {
    let trial = walls.market.trial;
    for s in walls.geography.each_state().filter(|s| walls.geography.closed[*s][home]) {
        if !walls.admit(s, home) {
            usage.share[s] = 0.0;
        } else if usage.share[s] == 0.0 && trial > 0.0 {
            (usage.share[s], usage.ln_share[s]) = (trial, maths::ln(trial));
        }
    }
}

/// What distance takes off the attraction of firms, by home, then state; public buyers give those at home more.
fn taken_by_distance(walls: &Walls, relations: &Relations, levers: &States<&Levers>) -> [PerState; MAX_STATES] {
    let (market, geography) = (&*walls.market, &*walls.geography);
    let weight = market.sensitivity * market.distance_weight;
    let mut taken = [[0.0; MAX_STATES]; MAX_STATES];
    for s in geography.each_state() {
        for home in geography.each_state() {
            taken[home][s.place()] = weight * relations.distance[s][home];
        }
    }
    for (s, levers) in levers.iter() {
        taken[s][s.place()] -= market.sensitivity * market.procurement_bonus * levers.of(Lever::ModelProcurement);
    }
    taken
}

/// What walls take off besides: of open firms, and of closed ones.
fn taken_by_walls(walls: &Walls, taken: &[PerState; MAX_STATES]) -> [[PerState; MAX_STATES]; 2] {
    let weight = walls.market.sensitivity * walls.market.distance_weight;
    let mut all = [*taken; 2];
    for s in walls.geography.each_state() {
        for home in walls.geography.others(s) {
            for (taken, wall) in all.iter_mut().zip(walls.between(s, home)) {
                taken[home][s.place()] += weight * wall;
            }
        }
    }
    all
}

fn select(
    walls: Walls,
    clock: Res<Clock>,
    relations: Res<Relations>,
    levers: States<&Levers>,
    mut faults: ResMut<Faults>,
    mut grown: Local<Vec<f64>>,
    mut firms: Query<Competitor>,
) {
    let (market, geography) = (&*walls.market, &*walls.geography);
    if market.speed == 0.0 {
        return;
    }
    // A common level of appeal cancels in the shares; taking it off keeps the exponentials near 1.
    let states = geography.states;
    let mut level: PerState = [f64::NEG_INFINITY; MAX_STATES];
    for firm in &firms {
        for (level, appeal) in level[..states].iter_mut().zip(&firm.appeal.by_state) {
            *level = maths::larger(*level, *appeal);
        }
    }
    let (speed, least) = (clock.per_step(market.speed), maths::ln(market.trial));
    let taken = taken_by_distance(&walls, &relations, &levers);
    let walled = walls.any().then(|| taken_by_walls(&walls, &taken));
    if walls.stances.any() || walls.stances.turned {
        firms.iter_mut().for_each(|mut firm| admit(&walls, firm.character.home, &mut firm.usage));
    }
    grown.clear();
    for CompetitorItem { character, appeal, mut usage, .. } in &mut firms {
        let taken = match &walled {
            Some(taken) => &taken[usize::from(!appeal.open)][character.home],
            None => &taken[character.home],
        };
        let usage = &mut *usage;
        let (share, ln_share, appeal) =
            (&usage.share[..states], &mut usage.ln_share[..states], &appeal.by_state[..states]);
        for s in 0..states {
            // Without users there is nothing to grow from: the firm is shut out, or never was there.
            let fitness = appeal[s] - level[s] - taken[s] + market.returns(share[s]);
            ln_share[s] =
                if share[s] == 0.0 { ln_share[s] } else { maths::larger(ln_share[s] + speed * fitness, least) };
        }
        grown.extend(share.iter().zip(ln_share).map(|(share, ln_share)| if *share == 0.0 { 0.0 } else { *ln_share }));
    }
    maths::exp_all(&mut grown);
    let mut sum: PerState = [0.0; MAX_STATES];
    for (mut firm, grown) in firms.iter_mut().zip(grown.chunks_exact(states)) {
        let share = &mut firm.usage.share[..states];
        for s in 0..states {
            share[s] = if share[s] == 0.0 { 0.0 } else { grown[s] };
            sum[s] += share[s];
        }
    }
    let (sum, ln_sum) = divisors(&sum, states);
    for CompetitorItem { label, mut usage, .. } in &mut firms {
        scale(&mut usage, geography, &sum, &ln_sum);
        faults.check(&clock, Market::NAME, "usage share", &label.0, &usage.share);
    }
}

/// Scales the shares of every market to sum to 1, after firms came or went.
pub fn rescale_markets(geography: &Geography, usages: &mut Query<&mut Usage>) {
    let mut sum: PerState = [0.0; MAX_STATES];
    for usage in usages.iter() {
        for s in geography.each_state() {
            sum[s] += usage.share[s];
        }
    }
    let (sum, ln_sum) = divisors(&sum, geography.states);
    for mut usage in usages.iter_mut() {
        scale(&mut usage, geography, &sum, &ln_sum);
    }
}

/// What the shares of each market are divided by, and its ln; a market without any share stays as it is.
fn divisors(sum: &PerState, states: usize) -> (PerState, PerState) {
    let sum = sum.map(|sum| if sum > 0.0 { sum } else { 1.0 });
    let mut ln_sum = sum;
    maths::ln_all(&mut ln_sum[..states]);
    (sum, ln_sum)
}

/// Divides a firm's shares by the markets' sums.
fn scale(usage: &mut Usage, geography: &Geography, sum: &PerState, ln_sum: &PerState) {
    let (share, ln_share) = (&mut usage.share[..geography.states], &mut usage.ln_share[..geography.states]);
    for s in 0..geography.states {
        share[s] /= sum[s];
        ln_share[s] -= ln_sum[s];
    }
}

/// Weights of the states' markets in world usage: output times adoption (by output alone while nobody has adopted).
pub fn market_weights<'a>(
    geography: &Geography,
    states: impl Iterator<Item = (StateId, &'a Economy, &'a Penetration)>,
) -> PerState {
    let (mut weights, mut outputs): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    let (mut sum, mut output) = (0.0, 0.0);
    for (s, economy, penetration) in states {
        outputs[s] = economy.output;
        weights[s] = economy.output * geography.in_state(s, &penetration.0);
        output += outputs[s];
        sum += weights[s];
    }
    if sum > 0.0 { weights.map(|weight| weight / sum) } else { outputs.map(|part| part / output) }
}

/// World usage of every firm, from its shares in the states' markets.
pub fn count_world_usage(
    geography: Res<Geography>,
    states: States<(&Economy, &Penetration)>,
    mut firms: Query<&mut Usage>,
) {
    let weights =
        market_weights(&geography, states.iter().map(|(s, (economy, penetration))| (s, economy, penetration)));
    for mut usage in &mut firms {
        usage.world = geography.each_state().map(|s| weights[s] * usage.share[s]).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{assert_null_is_absent, set, trajectory};

    #[test]
    fn the_replicator_raises_mean_fitness_by_the_variance_of_fitness() {
        let factors = [1.0, 1.05, 1.1, 1.2];
        let mut shares = [0.4, 0.3, 0.2, 0.1];
        let mean = |shares: &[f64]| -> f64 { shares.iter().zip(&factors).map(|(x, f)| x * f).sum() };
        let before = mean(&shares);
        let variance: f64 = shares.iter().zip(&factors).map(|(x, f)| x * (f - before) * (f - before)).sum();
        replicator_step(&mut shares, &factors);
        assert!((mean(&shares) - before - variance / before).abs() < 1e-15);
    }

    /// Shares of the first state's market after so many steps with these ratings, all else equal.
    fn shares_after(market: &Market, ratings: &[f64], mut shares: Vec<f64>, steps: u32) -> Vec<f64> {
        for _ in 0..steps {
            let fitness = |(rating, share): (&f64, &f64)| {
                maths::exp(
                    market.speed / 12.0
                        * (market.sensitivity * (rating - ratings[0]) / POINTS_PER_NAT + market.returns(*share)),
                )
            };
            let factors: Vec<f64> = ratings.iter().zip(&shares).map(fitness).collect();
            replicator_step(&mut shares, &factors);
        }
        shares
    }

    #[test]
    fn shares_of_those_who_stay_differ_as_rating_over_crowding_and_laggards_lose_theirs() {
        let market = Market { habit: 0.0, ..Market::default() };
        // 20 points in place; 400 behind there is no place.
        let shares = shares_after(&market, &[1000.0, 980.0, 600.0], vec![0.2, 0.3, 0.5], 600);
        let apart = market.sensitivity * 20.0 / POINTS_PER_NAT / market.crowding;
        assert!((shares[0] - shares[1] - apart).abs() < 1e-9, "{shares:?}");
        assert!(shares[2] < 1e-12, "{shares:?}");
    }

    #[test]
    fn habit_keeps_users_with_the_larger_of_two_equals() {
        let after = |habit| shares_after(&Market { habit, ..Market::default() }, &[0.0, 0.0], vec![0.8, 0.2], 6)[0];
        assert!(after(0.0) < after(2.0) && after(2.0) < 0.8);
    }

    #[test]
    fn no_share_falls_below_what_tries_everything() {
        let mut scenario = crate::baseline();
        scenario.time.months = 60;
        let least = |trial: f64| {
            let mut scenario = scenario.clone();
            set(&mut scenario, "market", "trial", trial);
            let run = trajectory(&scenario);
            run.firms.iter().map(|row| row.home_share).fold(1.0, f64::min)
        };
        assert!(least(0.001) > 0.0009 && least(0.0) < 0.0001);
    }

    #[test]
    fn at_its_null_no_user_moves() {
        assert_null_is_absent(&crate::baseline(), Market::NAME);
    }
}
