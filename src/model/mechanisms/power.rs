//! Proportional power: how advantages of each kind add up to influence.
//!
//! Z_s = Y^a · e^(b K_own) · C^c · (soft + ε)^h, power = Z^r / Σ Z^r (Tullock 1980): r = 1 makes power proportional, r = 0 equal, r → ∞
//! gives all to the leader. K_own = Σ_d w_d K_d is the best that firms at home have released in domains that count in hard power
//! (`worth.hard`), C the compute that runs, at the efficiency of the state's systems. Hard power is the same contest without
//! the soft part: capability and compute, scaled by the economy behind them.
//! Soft power is use of a state's firms abroad and its part in standards, which states write together with those they trust. Use
//! counts by domain (`worth.soft`, `worth.soft_open` for open models alone): a firm's share of market s in domain d is
//! m_si p_id / Σ_j m_sj p_jd, with its profile p_id = 10^((R_id − R_i)/400), so users are with whom is good at what they do.

use super::{market::market_weights, releases::POINTS_PER_NAT};
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Hardware, Offer, Usage},
        geography::{Geography, PerDomain, PerState, SoftWorth, weighted},
        keep::Keep,
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::Relations,
        release::Frontier,
        state::{Economy, Fleet, Penetration, Supply},
        states::{StateId, States},
    },
    parameters,
    scenario::{MAX_DOMAINS, MAX_STATES},
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of power.
    #[derive(Resource)]
    pub struct Power {
        /// Decisiveness of the contest (r).
        decisiveness: f64 = 1.0, "1", range 0.0..=100.0, plausible 0.5..=5.0, assumption "the claim that small advantages matter in proportion";
        /// Weight of output (a).
        output_weight: f64 = 0.5, "1", range 0.0..=5.0, plausible 0.2..=1.0, assumption "economic size is half of power";
        /// Weight of the own frontier, per nat (b).
        capability_weight: f64 = 0.1, "1/nat", range 0.0..=5.0, plausible 0.0..=0.5, assumption "a year's lead is worth about a sixth more power";
        /// Weight of running compute (c).
        compute_weight: f64 = 0.25, "1", range 0.0..=5.0, plausible 0.0..=0.5, assumption "half as much as output";
        /// Weight of soft power (h).
        soft_weight: f64 = 0.15, "1", range 0.0..=5.0, plausible 0.0..=0.5, assumption "less than hard power";
        /// Weight of the part in standards within soft power; the rest is usage abroad. 0 leaves usage alone.
        standards_weight: f64 = 0.3, "1", range 0.0..=1.0, plausible 0.0..=0.6, assumption "users follow models more than they follow committees";
        /// How far behind the world's best a state without a firm of its own stands.
        no_firm_gap: f64 = 8.0, "nats", range 0.0..=50.0, plausible 4.0..=12.0, assumption "about four years";
        /// Soft power that counts for a state whose firms nobody else uses (ε).
        soft_floor: f64 = 0.01, "1", range 0.000001..=1.0, plausible 0.001..=0.05, assumption "one user in a hundred";
    }
}

impl Mechanism for Power {
    const NAME: &'static str = "power";
    const MEANING: &'static str =
        "output, frontier, compute and use abroad add up to shares of power (a measure: it moves nothing)";

    fn build(_month: &mut MonthPlan) {}

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Power, (find_profiles, share_power).chain());
    }

    fn register(world: &mut World) {
        world.keep_with::<StateId, PowerShares>();
        world.keep_with::<Character, Profile>();
    }
}

/// Compute that counts for a state without any, MH100e: a hundred accelerators. Their logarithm needs some.
pub const COMPUTE_FLOOR: f64 = 0.0001;

/// Parts of its power, each a share of the world.
#[derive(Component, Clone, Debug, Default)]
pub struct PowerShares {
    /// Own frontier and running compute, with the economy behind them.
    pub hard: f64,
    /// Output.
    pub economic: f64,
    /// Usage of its firms in other states.
    pub soft: f64,
    /// Contest share over the composite of all.
    pub share: f64,
}

/// Each state's part in writing standards, shares of 1: the world usage of its firms, and that of the firms of other states
/// as far as it trusts them, for a bloc writes standards together.
pub fn parts_in_standards(used: &PerState, trust: &[PerState; MAX_STATES], states: usize) -> PerState {
    let part =
        |s: usize| (0..states).map(|other| used[other] * if other == s { 1.0 } else { trust[s][other] }).sum::<f64>();
    let parts: PerState = std::array::from_fn(|s| if s < states { part(s) } else { 0.0 });
    let sum: f64 = parts[..states].iter().sum();
    if sum > 0.0 { parts.map(|part| part / sum) } else { parts }
}

/// How good its newest model is in each domain against what it is overall, 10^((R_d − R)/400).
#[derive(Component, Clone, Copy, Debug, Default)]
struct Profile {
    by_domain: PerDomain,
    /// Serial of the model it was worked out for.
    of_serial: u32,
}

/// Works out the profile of each firm's newest model; it changes only with a release.
fn find_profiles(geography: Res<Geography>, mut firms: Query<(&Offer, &mut Profile)>) {
    for (offer, mut profile) in &mut firms {
        if profile.of_serial == offer.serial {
            continue;
        }
        profile.of_serial = offer.serial;
        let overall = geography.overall(&offer.rating_by_domain);
        profile.by_domain = offer.rating_by_domain.map(|rating| (rating - overall) / POINTS_PER_NAT);
        // All places at once take less time than some.
        maths::exp_all(&mut profile.by_domain);
    }
}

/// A firm whose use counts in its home's power.
#[derive(QueryData)]
struct Used {
    character: &'static Character,
    hardware: &'static Hardware,
    offer: &'static Offer,
    profile: &'static Profile,
    usage: &'static Usage,
}

/// Weights of the states' markets in the use of AI in each domain, shares of 1: output times demand times adoption.
fn markets_by_domain<'a>(
    geography: &Geography,
    states: impl Iterator<Item = (StateId, &'a Economy, &'a Penetration)>,
) -> [PerState; MAX_DOMAINS] {
    let mut weights = [[0.0; MAX_STATES]; MAX_DOMAINS];
    let mut sums = [0.0; MAX_DOMAINS];
    for (s, economy, penetration) in states {
        for d in geography.each_domain() {
            weights[d][s] = economy.output * geography.demand[s][d] * penetration.0[d];
            sums[d] += weights[d][s];
        }
    }
    for d in geography.each_domain().filter(|d| sums[*d] > 0.0) {
        weights[d].iter_mut().for_each(|weight| *weight /= sums[d]);
    }
    weights
}

/// Part of each home's firms in what is used elsewhere, weighted by the domains' parts: of any model, and of open ones.
fn used_abroad<'a>(
    geography: &Geography,
    (any, open): (&PerDomain, &PerDomain),
    markets: &[PerState; MAX_DOMAINS],
    firms: impl Iterator<Item = (StateId, bool, &'a PerDomain, &'a PerState)> + Clone,
) -> PerState {
    let (n, counting) = (geography.states, geography.each_domain().filter(|d| any[*d] + open[*d] > 0.0));
    let mut all = [[0.0; MAX_STATES]; MAX_DOMAINS];
    for (_, _, profile, share) in firms.clone() {
        for d in counting.clone() {
            for (all, share) in all[d][..n].iter_mut().zip(share) {
                *all += profile[d] * share;
            }
        }
    }
    let mut abroad = [0.0; MAX_STATES];
    for d in counting.clone() {
        for (all, market) in all[d][..n].iter_mut().zip(&markets[d]) {
            *all = if *all > 0.0 { market / *all } else { 0.0 };
        }
    }
    for (home, is_open, profile, share) in firms {
        for d in counting.clone() {
            let part = any[d] + if is_open { open[d] } else { 0.0 };
            let elsewhere = 1.0 - markets[d][home];
            if part > 0.0 && elsewhere > 0.0 {
                let served = weighted(&all[d][..n], share) - all[d][home] * share[home];
                abroad[home] += part * profile[d] * served.max(0.0) / elsewhere;
            }
        }
    }
    abroad
}

/// What firms at home can do in hard power, by home; −∞ without firms there.
fn hard_frontier(geography: &Geography, frontier: &Frontier, at_home: &PerState) -> PerState {
    std::array::from_fn(|s| {
        let released = &frontier.any.now.capability[s];
        // A release sets all domains at once.
        if s < geography.states && at_home[s] > 0.0 && released[0].is_finite() {
            weighted(&geography.in_hard_power[..geography.domains], released)
        } else {
            f64::NEG_INFINITY
        }
    })
}

/// A state whose power is measured.
#[derive(QueryData)]
#[query_data(mutable)]
struct Powerful {
    economy: &'static Economy,
    penetration: &'static Penetration,
    supply: &'static Supply,
    fleet: &'static Fleet,
    power: &'static mut PowerShares,
}

/// What firms add up to by home.
#[derive(Default)]
struct Homes {
    firms: PerState,
    /// Compute, MH100e.
    held: PerState,
    /// Share of world usage.
    used: PerState,
    /// Share of what is used elsewhere, as it counts in soft power.
    abroad: PerState,
}

fn homes(geography: &Geography, firms: &Query<Used>, states: &States<Powerful>) -> Homes {
    let markets = || states.iter().map(|(s, state)| (s, state.economy, state.penetration));
    let weights = market_weights(geography, markets());
    let mut homes = Homes::default();
    for UsedItem { character, hardware, usage, .. } in firms {
        let home = character.home;
        homes.firms[home] += 1.0;
        homes.held[home] += hardware.stock;
        homes.used[home] += usage.world;
        homes.abroad[home] += usage.world - weights[home] * usage.share[home];
    }
    for s in geography.each_state() {
        let elsewhere = 1.0 - weights[s];
        homes.abroad[s] = if elsewhere > 0.0 { homes.abroad[s].max(0.0) / elsewhere } else { 0.0 };
    }
    if let SoftWorth::ByDomain { any, open } = &geography.in_soft_power {
        let each =
            firms.iter().map(|firm| (firm.character.home, firm.offer.open, &firm.profile.by_domain, &firm.usage.share));
        homes.abroad = used_abroad(geography, (any, open), &markets_by_domain(geography, markets()), each);
    }
    homes
}

#[derive(bevy_ecs::system::SystemParam)]
struct Background<'w> {
    clock: Res<'w, Clock>,
    geography: Res<'w, Geography>,
    frontier: Res<'w, Frontier>,
    relations: Res<'w, Relations>,
}

fn share_power(
    params: Res<Power>,
    world: Background,
    mut faults: ResMut<Faults>,
    firms: Query<Used>,
    mut states: States<Powerful>,
) {
    let geography = &*world.geography;
    let n = geography.states;
    let Homes { firms: at_home, held, used, abroad } = homes(geography, &firms, &states);
    let own = hard_frontier(geography, &world.frontier, &at_home);
    let best = own[..n].iter().copied().fold(f64::NEG_INFINITY, f64::max).max(-f64::MAX);
    let total: f64 = states.iter().map(|(_, state)| state.economy.output).sum();
    let standards = parts_in_standards(&used, &world.relations.trust, n);
    let (mut hard, mut composite): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (s, PowerfulItem { economy, supply, fleet, mut power, .. }) in states.iter_mut() {
        // Relative to the world's best, so that a common level of capability cancels.
        let behind = (own[s] - best).max(-params.no_firm_gap);
        let runs = (held[s] + supply.clouds) * fleet.running * fleet.efficiency;
        let compute = maths::ln(runs + COMPUTE_FLOOR);
        power.soft = (1.0 - params.standards_weight) * abroad[s] + params.standards_weight * standards[s];
        power.economic = economy.output / total;
        hard[s] = params.output_weight * maths::ln(economy.output)
            + params.capability_weight * behind
            + params.compute_weight * compute;
        composite[s] = hard[s] + params.soft_weight * maths::ln(power.soft + params.soft_floor);
    }
    maths::contest_shares(&mut hard[..n], 1.0);
    maths::contest_shares(&mut composite[..n], params.decisiveness);
    for (s, mut state) in states.iter_mut() {
        state.power.hard = hard[s];
        state.power.share = composite[s];
        faults.check(&world.clock, Power::NAME, "power", &geography.names[s], &[state.power.share]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_abroad_goes_by_domain_to_whom_is_good_at_it_and_open_use_to_open_models() {
        let geography = Geography::new(&crate::baseline());
        let share = |each: f64| std::array::from_fn(|s| if s < geography.states { each } else { 0.0 });
        let markets = [share(1.0 / geography.states as f64); MAX_DOMAINS];
        let one = |d: usize| std::array::from_fn(|at| if at == d { 1.0 } else { 0.0 });
        let (mut coder, even) = ([1.0; MAX_DOMAINS], [1.0; MAX_DOMAINS]);
        coder[5] = 3.0;
        let (a, b) = (StateId::new(0), StateId::new(1));
        let firms = [(a, true, &coder, &share(0.5)), (b, false, &even, &share(0.5))];
        let none = [0.0; MAX_DOMAINS];
        let of = |any, open| used_abroad(&geography, (&any, &open), &markets, firms.iter().copied());
        let (alike, coding, open) = (of(one(2), none), of(one(5), none), of(none, one(5)));
        assert!((alike[0] - 0.5).abs() < 1e-12 && (alike[1] - 0.5).abs() < 1e-12);
        assert!((coding[0] - 0.75).abs() < 1e-12 && (coding[1] - 0.25).abs() < 1e-12);
        assert!((open[0] - 0.75).abs() < 1e-12 && open[1] == 0.0);
    }

    #[test]
    fn standards_follow_usage_and_are_shared_among_those_who_trust_each_other() {
        let (mut used, mut trust): (PerState, _) = ([0.0; MAX_STATES], [[0.0; MAX_STATES]; MAX_STATES]);
        used[..3].copy_from_slice(&[0.5, 0.3, 0.2]);
        assert_eq!(parts_in_standards(&used, &trust, 3)[..3], [0.5, 0.3, 0.2]);
        (trust[1][2], trust[2][1]) = (1.0, 1.0);
        let bloc = parts_in_standards(&used, &trust, 3);
        assert!(bloc[0] < 0.5 && bloc[1] > 0.3 && bloc[2] > 0.2);
        assert!((bloc[..3].iter().sum::<f64>() - 1.0).abs() < 1e-15);
        assert_eq!(parts_in_standards(&[0.0; MAX_STATES], &trust, 3)[..3], [0.0; 3]);
    }

    #[test]
    fn a_one_percent_lead_moves_a_two_state_share_by_a_quarter_point() {
        let mut shares = [maths::ln(1.01), 0.0];
        maths::contest_shares(&mut shares, 1.0);
        assert!((shares[0] - 0.5 - 0.0025).abs() < 1.5e-5);
    }
}
