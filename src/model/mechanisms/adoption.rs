//! Adoption and access: who uses AI, and what they can reach.
//!
//! Adoption F takes the exact step of the Bass model (Bass 1969), dF/dt = (p + q F)(1 − F), with q raised by the availability of
//! open models and by compute that serves users: x/(1 + x), x the serving compute per output against the world's mean; and
//! lowered as e^(−κ_g G − κ_p P), G how far in the domain what users can reach lags behind the world's best, P the price level of
//! what they use, to which scarcity of compute adds by the share of serving in revenue. Users imitate the less, the less they trust AI. What they can reach is the best of their own firms' models,
//! of open models, and of foreign services that their market admits, less the distance of the firm's home (`values`) and the
//! walls between (`market`).

use super::{market::Walls, money::Money, price::Prices};
use crate::{
    maths,
    model::{
        clock::Clock,
        firm::{Character, Hardware, Usage},
        geography::{Geography, PerState},
        ledger::Faults,
        phase::{Mechanism, MonthPlan, Phase},
        relations::Relations,
        release::{Frontier, best},
        state::{Access, Economy, Governance, Penetration, Supply, Traits},
        states::{StateId, States},
    },
    parameters,
    scenario::{MAX_DOMAINS, MAX_STATES},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};

parameters! {
    /// Numbers of adoption and access.
    #[derive(Resource)]
    pub struct Adoption {
        /// Adoption by own impulse (p).
        innovation: f64 = 0.02, "1/year", range 0.0..=2.0, plausible 0.005..=0.05 or null 0.0, assumption "near the 0.03 of consumer goods (Bass 1969; Sultan, Farley and Lehmann 1990)";
        /// Adoption by imitation (q).
        imitation: f64 = 0.45, "1/year", range 0.0..=5.0, plausible 0.2..=0.8 or null 0.0, assumption "near the 0.38 of consumer goods (Bass 1969; Sultan, Farley and Lehmann 1990)";
        /// How much imitation gains where open models are as good as the best.
        open_gain: f64 = 0.3, "1", range 0.0..=10.0, plausible 0.0..=1.0 or null 0.0, assumption "cheap models that can be adapted spread faster";
        /// How much imitation gains where compute to serve users is plentiful: in clouds, and firms' own that does no research.
        serving_gain: f64 = 0.2, "1", range 0.0..=10.0, plausible 0.0..=1.0 or null 0.0, assumption "scarce compute means waiting lists and high prices";
        /// How much a nat by which what users can reach lags behind the world's best lowers the log of imitation (κ_g).
        lag_weight: f64 = 0.35, "1/nat", range 0.0..=10.0, plausible 0.0..=0.7 or null 0.0, assumption "who sees what others have and cannot get it waits: a generation behind, a third fewer follow";
        /// How much an e-fold of the price of the services in use lowers the log of imitation (κ_p).
        price_weight: f64 = 0.5, "1", range 0.0..=10.0, plausible 0.0..=1.5 or null 0.0, assumption "half as many fewer users as the price is higher";
        /// Share of imitation that is lost if users lose all trust in AI, per unit of trust lost.
        trust_weight: f64 = 1.0, "1", range 0.0..=2.0, plausible 0.0..=1.5 or null 0.0, assumption "who trusts half as much hears of AI from friends as often and follows them half as often";
    }
}

impl Mechanism for Adoption {
    const NAME: &'static str = "adoption";
    const MEANING: &'static str = "users take up AI, faster where models are open and compute serves them";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Adoption, adopt);
    }

    fn always(month: &mut MonthPlan) {
        month.add(Phase::Adoption, reach);
    }
}

/// Adoption after `years`, from adoption `now` (Bass 1969, exact).
///
/// ```
/// use redqueen::model::mechanisms::adoption::bass_step;
/// assert!((bass_step(0.0, 0.03, 0.38, 1.0) - 0.0357581642564).abs() < 1e-12);
/// assert_eq!(bass_step(0.4, 0.0, 0.0, 1.0), 0.4);
/// ```
pub fn bass_step(now: f64, innovation: f64, imitation: f64, years: f64) -> f64 {
    grown(now, innovation, imitation, maths::exp((innovation + imitation) * years))
}

/// The Bass step, given the growth of the odds in it, exp((p + q) · years).
#[inline]
fn grown(now: f64, innovation: f64, imitation: f64, growth: f64) -> f64 {
    if innovation + imitation <= 0.0 || now >= 1.0 {
        return now;
    }
    let odds = (innovation + imitation * now) / (1.0 - now) * growth;
    if odds.is_infinite() { 1.0 } else { (odds - innovation) / (odds + imitation) }
}

/// Time in years at which adoption from 0 grows fastest, ln(q/p)/(p + q).
pub fn bass_peak_time(innovation: f64, imitation: f64) -> f64 {
    maths::ln(imitation / innovation) / (innovation + imitation)
}

/// Fastest growth of adoption from 0, (p + q)²/4q per year.
pub fn bass_peak_rate(innovation: f64, imitation: f64) -> f64 {
    (innovation + imitation) * (innovation + imitation) / (4.0 * imitation)
}

/// Works out what each state's users can reach.
pub fn reach(
    geography: Res<Geography>,
    frontier: Res<Frontier>,
    relations: Res<Relations>,
    walls: Walls,
    mut states: States<&mut Access>,
) {
    let walled = walls.any();
    let open = best(&geography, &frontier.open.now.capability);
    for (s, mut access) in states.iter_mut() {
        let levels = &frontier.any.now.capability;
        let own = &levels[s];
        let mut foreign = [f64::NEG_INFINITY; MAX_DOMAINS];
        for home in geography.others(s).filter(|&home| walls.admit(s, home)) {
            let mut distance = relations.distance[s][home];
            if walled {
                let [_, closed] = walls.between(s, home);
                distance += closed;
            }
            for d in geography.each_domain() {
                foreign[d] = maths::larger(foreign[d], levels[home][d] - distance);
            }
        }
        for d in geography.each_domain() {
            let best = own[d].max(open[d]).max(foreign[d]);
            // A state that nothing reaches stays where it was.
            if best > f64::NEG_INFINITY {
                access.now[d] = best;
            }
        }
    }
}

/// How plentiful an amount is against another: 0 with none, a half when equal, 1 with far more.
fn plenty(amount: f64, other: f64) -> f64 {
    if amount > 0.0 { amount / (amount + other) } else { 0.0 }
}

/// Part of imitation that is left when trust in AI is `now` and was `configured`: 1 while none is lost.
fn trusting(weight: f64, configured: f64, now: f64) -> f64 {
    (1.0 - weight * (configured - now)).max(0.0)
}

/// What is on offer, and what serving it costs.
#[derive(SystemParam)]
struct Offered<'w> {
    frontier: Res<'w, Frontier>,
    prices: Res<'w, Prices>,
    money: Res<'w, Money>,
}

impl Offered<'_> {
    /// What scarcity of compute adds to the log of the price of services in a state: it is paid for serving alone.
    fn by_scarcity(&self, state: StateId) -> f64 {
        (1.0 - self.money.margin) * maths::ln(self.prices.scarcity(state))
    }
}

/// A state whose users take up AI.
#[derive(QueryData)]
#[query_data(mutable)]
struct Adopting {
    economy: &'static Economy,
    supply: &'static Supply,
    traits: &'static Traits,
    governance: &'static Governance,
    access: &'static Access,
    penetration: &'static mut Penetration,
}

fn adopt(
    params: Res<Adoption>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    offered: Offered,
    mut faults: ResMut<Faults>,
    firms: Query<(&Character, &Hardware, &Usage)>,
    mut states: States<Adopting>,
) {
    let open = best(&geography, &offered.frontier.open.now.capability);
    let (mut serving, mut price): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    for (character, hardware, usage) in &firms {
        serving[character.home] += hardware.stock * (1.0 - character.research_share);
        // Most have the common price level of 0.
        for s in geography.each_state().filter(|_| character.price != 0.0) {
            price[s] += usage.share[s] * character.price;
        }
    }
    let (mut world_serving, mut world_output) = (0.0, 0.0);
    for (s, state) in states.iter() {
        price[s] += offered.by_scarcity(s);
        serving[s] += state.supply.clouds;
        world_serving += serving[s];
        world_output += state.economy.output;
    }
    let years = clock.per_step(1.0);
    // How good the best open model is against the best of the world.
    let any = best(&geography, &offered.frontier.any.now.capability);
    let mut openness = [0.0; MAX_DOMAINS];
    for d in geography.each_domain() {
        openness[d] = (open[d] - any[d]).min(0.0);
    }
    maths::exp_all(&mut openness);
    for (s, mut state) in states.iter_mut() {
        let plenty = plenty(serving[s], world_serving * (state.economy.output / world_output));
        let trusting = trusting(params.trust_weight, state.traits.0.trust_in_ai, state.governance.trust);
        let penetration = &mut state.penetration;
        let (mut imitation, mut growth) = ([0.0; MAX_DOMAINS], [0.0; MAX_DOMAINS]);
        let mut kept = [0.0; MAX_DOMAINS];
        for d in geography.each_domain() {
            // Without firms there is no best; nobody lags behind it.
            let lag = (any[d] - state.access.now[d]).max(0.0);
            kept[d] = -(params.lag_weight * lag + params.price_weight * price[s]);
        }
        maths::exp_all(&mut kept);
        for d in geography.each_domain() {
            let gain = 1.0 + params.open_gain * openness[d] + params.serving_gain * plenty;
            imitation[d] = params.imitation * trusting * gain * kept[d];
            growth[d] = (params.innovation + imitation[d]) * years;
        }
        maths::exp_all(&mut growth);
        for d in geography.each_domain() {
            penetration.0[d] = grown(penetration.0[d], params.innovation, imitation[d], growth[d]);
        }
        faults.check(&clock, Adoption::NAME, "adoption", &geography.names[s], &penetration.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_compose_to_the_closed_form() {
        let mut adoption = 0.0;
        for _ in 0..120 {
            adoption = bass_step(adoption, 0.03, 0.38, 1.0 / 12.0);
        }
        assert!((adoption - 0.812803221221).abs() < 1e-12);
    }

    #[test]
    fn plenty_is_a_half_at_the_mean() {
        assert_eq!([plenty(0.0, 0.0), plenty(0.0, 2.0), plenty(2.0, 2.0), plenty(6.0, 2.0)], [0.0, 0.0, 0.5, 0.75]);
    }

    #[test]
    fn imitation_falls_with_trust_that_is_lost() {
        assert_eq!([trusting(1.5, 0.37, 0.37), trusting(1.0, 0.5, 0.25), trusting(2.0, 1.0, 0.0)], [1.0, 0.75, 0.0]);
    }

    #[test]
    fn adoption_stays_within_its_market() {
        assert_eq!(bass_step(1.0, 0.02, 0.45, 1.0), 1.0);
        assert_eq!(bass_step(0.5, 0.02, 5.0, 1e6), 1.0);
        assert_eq!(bass_step(0.0, 0.0, 0.45, 1.0), 0.0);
    }
}
