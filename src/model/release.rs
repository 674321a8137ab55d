//! A model release, and the frontiers that releases push out.

use super::geography::{Geography, PerDomain};
use crate::{
    maths,
    model::states::StateId,
    scenario::{MAX_DOMAINS, MAX_STATES},
};
use bevy_ecs::prelude::*;
use std::collections::VecDeque;

/// A model version that the world has seen.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its firm's home state.
    pub home: StateId,
    /// Whether its weights are public.
    pub open: bool,
    /// Knowledge of the firm at release, by domain, nats.
    pub knowledge: PerDomain,
    /// Capability at release, by domain, nats.
    pub capability: PerDomain,
    /// ln of the compute behind it, in MH100e: what its maker's research and training used.
    pub ln_compute: f64,
}

/// The best levels of a set of releases, by home state and domain; −∞ where there is none.
#[derive(Clone, Debug)]
pub struct Levels {
    /// Knowledge, nats.
    pub knowledge: [PerDomain; MAX_STATES],
    /// Capability, nats.
    pub capability: [PerDomain; MAX_STATES],
    /// ln of the compute behind that capability; nothing where there is none.
    pub ln_compute: [PerDomain; MAX_STATES],
}

impl Default for Levels {
    fn default() -> Self {
        let none = [[f64::NEG_INFINITY; MAX_DOMAINS]; MAX_STATES];
        Self { knowledge: none, capability: none, ln_compute: [[0.0; MAX_DOMAINS]; MAX_STATES] }
    }
}

impl Levels {
    /// Takes in a release.
    pub fn raise(&mut self, release: &Release) {
        let home = release.home;
        for d in 0..MAX_DOMAINS {
            self.knowledge[home][d] = self.knowledge[home][d].max(release.knowledge[d]);
            if release.capability[d] > self.capability[home][d] {
                self.capability[home][d] = release.capability[d];
                self.ln_compute[home][d] = release.ln_compute;
            }
        }
    }
}

/// The best of all home states, by domain; −∞ where there is none.
pub fn best(geography: &Geography, levels: &[PerDomain; MAX_STATES]) -> PerDomain {
    let mut best = [f64::NEG_INFINITY; MAX_DOMAINS];
    for home in geography.each_state() {
        for d in geography.each_domain() {
            best[d] = maths::larger(best[d], levels[home][d]);
        }
    }
    best
}

/// Levels now and in the past.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Of all releases so far.
    pub now: Levels,
    past: VecDeque<Levels>,
}

impl Reach {
    /// Levels as they stood so many steps before this one began. Before the start the world stood as it stands at the start.
    pub fn before(&self, steps: u32) -> &Levels {
        match self.past.len() {
            0 => &self.now,
            length => &self.past[length - 1 - (steps as usize).min(length - 1)],
        }
    }

    fn remember(&mut self, steps: usize) {
        if self.past.len() > steps {
            self.past.pop_front();
        }
        self.past.push_back(self.now.clone());
    }
}

/// What releases have shown: the best of all, and the best with public weights.
#[derive(Resource, Clone, Debug)]
pub struct Frontier {
    /// Any release.
    pub any: Reach,
    /// Releases with public weights.
    pub open: Reach,
    /// Highest measured rating of a release with public weights, points; −∞ without any. What is public stays so, whatever
    /// becomes of its maker.
    pub open_rating: f64,
    /// Highest capability of a release with public weights, nats; −∞ without any.
    pub open_capability: f64,
    memory: usize,
}

impl Frontier {
    /// An empty frontier that remembers this many steps.
    pub fn new(memory: u32) -> Self {
        let none = f64::NEG_INFINITY;
        Self {
            any: Reach::default(),
            open: Reach::default(),
            open_rating: none,
            open_capability: none,
            memory: memory as usize,
        }
    }

    /// Takes in a release, its capability over all domains and its measured rating.
    pub fn publish(&mut self, release: &Release, overall: f64, rating: f64) {
        self.any.now.raise(release);
        if release.open {
            self.open_rating = self.open_rating.max(rating);
            self.open_capability = self.open_capability.max(overall);
            self.open.now.raise(release);
        }
    }

    /// Ends a step: what is out now will be a step old in the next.
    pub fn remember(&mut self) {
        self.any.remember(self.memory);
        self.open.remember(self.memory);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_seen_after_the_lag_and_not_before() {
        let mut frontier = Frontier::new(3);
        let release = |level: f64| Release {
            home: StateId::new(0),
            open: true,
            knowledge: [level; MAX_DOMAINS],
            capability: [level; MAX_DOMAINS],
            ln_compute: 0.0,
        };
        frontier.publish(&release(1.0), 1.0, 1000.0);
        frontier.remember();
        let mut seen = Vec::new();
        for step in 0..4 {
            // What research sees in a step, before the step's own releases.
            seen.push(frontier.open.before(1).capability[0][0]);
            if step == 0 {
                frontier.publish(&release(2.0), 2.0, 1100.0);
            }
            frontier.remember();
        }
        // Released in step 0, it is two steps old in step 2.
        assert_eq!(seen, [1.0, 1.0, 2.0, 2.0]);
        assert_eq!(frontier.any.before(0).capability[0][0], 2.0);
    }
}
