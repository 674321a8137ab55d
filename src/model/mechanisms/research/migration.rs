//! Talent that moves to where it is let in, and back.
//!
//! Of the talent that is at home in o, m v_s o_os a year goes to a state s that pulls the lever of immigration by v_s, o_os being the
//! openness of the border between the two; of those who are abroad the part r returns. What one state gains others lose. States begin with talent in
//! proportion to their output and its quality; a state's talent changes by the factor of what it holds over what it began with.

use super::Research;
use crate::{
    model::{
        clock::Clock,
        geography::{Geography, PerState},
        states::StateId,
    },
    scenario::{MAX_STATES, Scenario},
};
use bevy_ecs::prelude::*;

/// Where the world's talent is, in shares of all there is.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct Talents {
    /// Born in each state, at home or not.
    born: PerState,
    /// Of those born in the first state, at work in the second; 0 for those at home.
    moved: [PerState; MAX_STATES],
    /// Whether anyone ever moved.
    away: bool,
    /// What a state holds over what it began with: 1 while nobody has moved.
    pub held: PerState,
}

impl Talents {
    /// Everyone at home.
    pub fn new(scenario: &Scenario) -> Self {
        let mut born = [0.0; MAX_STATES];
        for (born, state) in born.iter_mut().zip(&scenario.states) {
            *born = state.numbers.gdp_billion_usd * state.numbers.talent;
        }
        let all: f64 = born.iter().sum();
        if all > 0.0 {
            born.iter_mut().for_each(|born| *born /= all);
        }
        Self { born, moved: [[0.0; MAX_STATES]; MAX_STATES], away: false, held: [1.0; MAX_STATES] }
    }

    /// Moves for a step: `going` are the shares of those at home who leave for each state, `returning` that of those abroad who come back.
    pub fn step(&mut self, geography: &Geography, returning: f64, going: impl Fn(StateId, StateId) -> f64) {
        let mut held = self.born;
        for home in geography.each_state() {
            let moved = &mut self.moved[home];
            let at_home = self.born[home] - moved.iter().sum::<f64>();
            for host in geography.others(home) {
                moved[host] += going(home, host) * at_home - returning * moved[host];
                held[home] -= moved[host];
                held[host] += moved[host];
            }
        }
        for s in geography.each_state().filter(|&s| self.born[s] > 0.0) {
            self.held[s] = (held[s] / self.born[s]).max(0.0);
        }
    }

    /// Moves for a step towards states that pull by their levers.
    pub(super) fn migrate(
        &mut self,
        research: &Research,
        clock: &Clock,
        geography: &Geography,
        openness: &[PerState; MAX_STATES],
        pull: &PerState,
    ) {
        let nobody = !self.away && pull.iter().all(|pull| *pull == 0.0);
        if nobody || research.migration == 0.0 {
            return;
        }
        let all = clock.per_step(research.migration);
        self.step(geography, clock.per_step(research.migrants_return), |home, host| {
            all * pull[host] * openness[home][host]
        });
        self.away = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_state_gains_others_lose_and_some_return() {
        let scenario = crate::baseline();
        let geography = Geography::new(&scenario);
        let mut talents = Talents::new(&scenario);
        let us = StateId::new(0);
        let held = |talents: &Talents| -> f64 { (0..MAX_STATES).map(|s| talents.born[s] * talents.held[s]).sum() };
        for _ in 0..120 {
            talents.step(&geography, 0.004, |_, host| if host == us { 0.003 } else { 0.0 });
            assert!((held(&talents) - 1.0).abs() < 1e-12);
        }
        assert!(talents.held[0] > 1.3 && talents.held[1] < 0.9, "{:?}", talents.held);
        let most = talents.held[0];
        for _ in 0..1200 {
            talents.step(&geography, 0.004, |_, _| 0.0);
        }
        assert!(most > talents.held[0] && (talents.held[0] - 1.0).abs() < 0.02, "{:?}", talents.held);
    }

    #[test]
    fn nobody_goes_through_a_closed_border_or_without_a_lever() {
        let scenario = crate::baseline();
        let geography = Geography::new(&scenario);
        let mut talents = Talents::new(&scenario);
        talents.step(&geography, 0.1, |home, host| if (home.place(), host.place()) == (1, 0) { 0.0 } else { 0.01 });
        assert_eq!(talents.moved[1][0], 0.0);
        assert!(talents.moved[0][1] > 0.0);
        let mut still = Talents::new(&scenario);
        still.step(&geography, 0.1, |_, _| 0.0);
        assert_eq!(still, Talents::new(&scenario));
    }
}
