//! The market: users move towards better, more open, closer, cheaper models, and selection among firms follows.
//!
//! In each state's market the share of firm i follows a replicator (Taylor and Jonker 1978),
//! m ← m exp(Δ η f) / Σ, with f = (ln 10 / 400) R + b_open \[open\] + b_home \[home\] − price − κ_v ln m. The rating R weighs domains by
//! the state's demand; the last term is variety, without which one firm would take all.

use super::releases::POINTS_PER_NAT;
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Label, Offer, Usage},
        geography::{Geography, PerState},
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        state::{Economy, Penetration},
        states::{StateId, States},
    },
    parameters,
    scenario::MAX_STATES,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of the market.
    #[derive(Resource)]
    pub struct Market {
        /// Speed of selection (η).
        speed: f64 = 1.0, "1/year", range 0.0..=12.0, plausible 0.3..=3.0 or null 0.0, assumption "users switch within a year or so";
        /// Attraction of open weights: low price, customisation (b_open).
        open_bonus: f64 = 0.2, "1", range -5.0..=5.0, plausible 0.0..=1.0, assumption "worth about 35 rating points";
        /// Attraction of a firm of the own state: language, law, habit (b_home).
        home_bonus: f64 = 0.3, "1", range -5.0..=5.0, plausible 0.0..=1.0, assumption "worth about 50 rating points";
        /// Value of variety (κ_v).
        variety: f64 = 0.22, "1", range 0.0..=5.0, plausible 0.1..=0.6, assumption "tastes and tasks differ; 0 would let one firm take all";
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
        world.register_required_components::<Character, Appeal>();
    }
}

/// Attraction of its newest model in each state's market, less the variety term.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Appeal {
    /// By state.
    pub by_state: PerState,
    /// Serial of the model it was worked out for.
    pub of_serial: u32,
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
        appeal.of_serial = offer.serial;
        for s in geography.each_state() {
            appeal.by_state[s] = geography.in_state(s, &offer.rating_by_domain) / POINTS_PER_NAT - character.price
                + if character.open { market.open_bonus } else { 0.0 }
                + if character.home == s { market.home_bonus } else { 0.0 };
        }
    }
}

/// A firm that competes for users.
#[derive(QueryData)]
#[query_data(mutable)]
struct Competitor {
    label: &'static Label,
    appeal: &'static Appeal,
    usage: &'static mut Usage,
}

fn select(
    market: Res<Market>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    mut faults: ResMut<Faults>,
    mut grown: Local<Vec<f64>>,
    mut firms: Query<Competitor>,
) {
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
    let speed = clock.per_step(market.speed);
    grown.clear();
    for CompetitorItem { appeal, mut usage, .. } in &mut firms {
        let usage = &mut *usage;
        let (share, ln_share, appeal) =
            (&usage.share[..states], &mut usage.ln_share[..states], &appeal.by_state[..states]);
        for s in 0..states {
            // Without users there is nothing to grow from: the firm is shut out, or never was there.
            let fitness = appeal[s] - level[s] - market.variety * ln_share[s];
            ln_share[s] = if share[s] == 0.0 { ln_share[s] } else { ln_share[s] + speed * fitness };
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
        scale(&mut usage, &geography, &sum, &ln_sum);
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
}
