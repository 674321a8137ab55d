//! What does not change inside a run and every mechanism may read: sizes, demand, borders.

use crate::{
    model::states::StateId,
    scenario::{MAX_DOMAINS, MAX_STATES, Scenario, Worth},
};
use bevy_ecs::prelude::*;
use std::{ops::Range, sync::Arc};

/// A number for each domain; places beyond the world's number of domains are never read.
pub type PerDomain = [f64; MAX_DOMAINS];
/// A number for each state; places beyond the world's number of states are never read.
pub type PerState = [f64; MAX_STATES];

/// The list as an array by domain, padded with 0.
pub fn per_domain(list: &[f64]) -> PerDomain {
    std::array::from_fn(|d| list.get(d).copied().unwrap_or(0.0))
}

/// Weighted sum over the first `weights.len()` places.
#[inline]
pub fn weighted(weights: &[f64], values: &[f64]) -> f64 {
    weights.iter().zip(values).map(|(weight, value)| weight * value).sum()
}

/// Parts of domains in soft power: of all use, and of the use of open models. All of them sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SoftWorth {
    /// All use counts alike, whatever it is for.
    Alike,
    /// By domain.
    ByDomain {
        /// Use of any model.
        any: PerDomain,
        /// Use of open models.
        open: PerDomain,
    },
}

impl SoftWorth {
    fn of(worth: &Worth) -> Self {
        let sum: f64 = worth.soft.iter().chain(&worth.soft_open).sum();
        if sum > 0.0 {
            let parts = |list: &[f64]| per_domain(list).map(|part| part / sum);
            Self::ByDomain { any: parts(&worth.soft), open: parts(&worth.soft_open) }
        } else {
            Self::Alike
        }
    }
}

/// The fixed frame of a world.
#[derive(Resource, Clone, Debug)]
pub struct Geography {
    /// Number of domains.
    pub domains: usize,
    /// Number of states.
    pub states: usize,
    /// State whose lead is measured.
    pub leader: StateId,
    /// State it is measured against.
    pub follower: StateId,
    /// Names of the states.
    pub names: Vec<Arc<str>>,
    /// Names of the domains.
    pub domain_names: Vec<Arc<str>>,
    /// What each state's market asks for, by domain.
    pub demand: [PerDomain; MAX_STATES],
    /// The same for the world: mean weighted by output at the start.
    pub world_demand: PerDomain,
    /// Head start of firms at home in each state, by domain, nats.
    pub endowment: [PerDomain; MAX_STATES],
    /// How much each domain feeds on personal data, from 0 to 1.
    pub personal: PerDomain,
    /// How much models act on their own in each domain, from 0 to 1.
    pub autonomy: PerDomain,
    /// What a nat adds to output, by state and domain, in units of the gain: demand times the domain's worth.
    pub in_output: [PerDomain; MAX_STATES],
    /// Parts of the domains in hard power, which sum to 1.
    pub in_hard_power: PerDomain,
    /// What use abroad counts for in soft power.
    pub in_soft_power: SoftWorth,
    /// Openness of the border between two states without trust, from restrictions; 1 inside a state.
    pub openness: [PerState; MAX_STATES],
    /// Whether the first state's market is closed to the second's firms.
    pub closed: [[bool; MAX_STATES]; MAX_STATES],
}

impl Geography {
    /// The frame of a scenario's world.
    pub fn new(scenario: &Scenario) -> Self {
        let states = scenario.states.len();
        let mut demand = [[0.0; MAX_DOMAINS]; MAX_STATES];
        let mut endowment = [[0.0; MAX_DOMAINS]; MAX_STATES];
        let mut openness = [[1.0; MAX_STATES]; MAX_STATES];
        let mut closed = [[false; MAX_STATES]; MAX_STATES];
        let mut world_demand = [0.0; MAX_DOMAINS];
        let output: f64 = scenario.states.iter().map(|state| state.numbers.gdp_billion_usd).sum();
        for (s, state) in scenario.states.iter().enumerate() {
            demand[s] = per_domain(&state.demand);
            endowment[s] = per_domain(&state.endowment);
            for (world, own) in world_demand.iter_mut().zip(demand[s]) {
                *world += own * state.numbers.gdp_billion_usd / output;
            }
            for &other in &state.closed_to {
                closed[s][other] = true;
            }
        }
        for border in &scenario.borders {
            let (a, b) = border.between;
            openness[a][b] = border.openness;
            openness[b][a] = border.openness;
        }
        let (worth, value) = (&scenario.worth, per_domain(&scenario.worth.output));
        let hard: f64 = worth.hard.iter().sum();
        Self {
            domains: scenario.domains.len(),
            states,
            leader: StateId::new(scenario.comparison.leader),
            follower: StateId::new(scenario.comparison.follower),
            domain_names: scenario.domains.iter().map(|domain| domain.as_str().into()).collect(),
            names: scenario.states.iter().map(|state| state.name.as_str().into()).collect(),
            demand,
            world_demand,
            endowment,
            in_output: demand.map(|demand| std::array::from_fn(|d| demand[d] * value[d])),
            in_hard_power: if hard > 0.0 { per_domain(&worth.hard).map(|part| part / hard) } else { world_demand },
            in_soft_power: SoftWorth::of(worth),
            personal: per_domain(&scenario.exposure.personal),
            autonomy: per_domain(&scenario.exposure.autonomy),
            openness,
            closed,
        }
    }

    /// Indices of the domains.
    #[inline]
    pub fn each_domain(&self) -> Range<usize> {
        0..self.domains
    }

    /// The states' ids, in order.
    #[inline]
    pub fn each_state(&self) -> impl Iterator<Item = StateId> + use<> {
        (0..self.states).map(StateId::new)
    }

    /// The states other than one, in order.
    #[inline]
    pub fn others(&self, state: StateId) -> impl Iterator<Item = StateId> + use<> {
        self.each_state().filter(move |other| *other != state)
    }

    /// A capability by domain as one number, by the world's demand.
    #[inline]
    pub fn overall(&self, by_domain: &PerDomain) -> f64 {
        weighted(&self.world_demand[..self.domains], by_domain)
    }

    /// An adoption or capability by domain as one number, by a state's demand.
    #[inline]
    pub fn in_state(&self, state: StateId, by_domain: &PerDomain) -> f64 {
        weighted(&self.demand[state][..self.domains], by_domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_said_of_worth_all_use_and_what_the_world_asks_for_count() {
        let mut scenario = crate::baseline();
        let n = scenario.domains.len();
        let all = |worth: f64| vec![worth; n];
        scenario.worth = Worth { output: all(1.0), hard: all(0.0), soft: all(0.0), soft_open: all(0.0) };
        let plain = Geography::new(&scenario);
        assert_eq!((plain.in_output, plain.in_hard_power), (plain.demand, plain.world_demand));
        assert_eq!(plain.in_soft_power, SoftWorth::Alike);
        (scenario.worth.hard[4], scenario.worth.hard[1]) = (0.6, 0.2);
        (scenario.worth.soft[2], scenario.worth.soft_open[5]) = (0.5, 0.5);
        scenario.worth.output[3] = 2.0;
        let worth = Geography::new(&scenario);
        assert_eq!(worth.in_output[0][3], 2.0 * plain.demand[0][3]);
        assert!((worth.in_hard_power[4] - 0.75).abs() < 1e-15 && worth.in_hard_power[0] == 0.0);
        let SoftWorth::ByDomain { any, open } = worth.in_soft_power else { unreachable!() };
        assert_eq!((any[2], open[5], any[5]), (0.5, 0.5, 0.0));
    }
}
