//! How states stand to each other: trust, openness, and the barriers that export controls put up.

use super::geography::{Geography, PerState};
use crate::{
    model::states::StateId,
    scenario::{MAX_STATES, Scenario},
};
use bevy_ecs::prelude::*;

/// Trust and openness between states.
#[derive(Resource, Clone, Debug)]
pub struct Relations {
    /// Trust between two states, symmetric, from 0 to 1; 1 inside a state.
    pub trust: [PerState; MAX_STATES],
    /// Openness of their border for knowledge now: the scenario's, opened further by trust and open science.
    pub openness: [PerState; MAX_STATES],
    /// How far users of the first state stand from firms of the second, nats that their services are worth less; 0 at home.
    pub distance: [PerState; MAX_STATES],
    /// Pairs between whom a shock began; they lose trust in the next step.
    pub clashes: Vec<(StateId, StateId)>,
    /// Harm that incidents of the first state's firms have done in the second since states last met, in medians of severity.
    pub harm: [PerState; MAX_STATES],
}

impl Relations {
    /// Mean trust of a state with the others; 0 if there is none.
    pub fn mean_trust(&self, state: StateId, geography: &Geography) -> f64 {
        let sum: f64 = geography.others(state).map(|other| self.trust[state][other]).sum();
        if geography.states > 1 { sum / (geography.states - 1) as f64 } else { 0.0 }
    }

    /// As the scenario has them at the start.
    pub fn new(scenario: &Scenario, geography: &Geography) -> Self {
        let mut trust = [[0.0; MAX_STATES]; MAX_STATES];
        for border in &scenario.borders {
            let (a, b) = border.between;
            trust[a][b] = border.trust;
            trust[b][a] = border.trust;
        }
        for s in geography.each_state() {
            trust[s][s] = 1.0;
        }
        let none = [[0.0; MAX_STATES]; MAX_STATES];
        Self { trust, openness: geography.openness, distance: none, clashes: Vec::new(), harm: none }
    }
}

/// What an export control does to a flow of chips.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Barrier {
    /// Share of the flow that is stopped, x (1 − ℓ); 0 if nothing covers it.
    pub stopped: f64,
    /// Performance of the best variant that may be shipped instead and is ready, H100e; 0 if there is none.
    pub variant: f64,
}

/// An export control on chips, as it stands in this step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChipRule {
    /// Home of the designers that it binds.
    pub by: StateId,
    /// State that it is aimed at.
    pub against: StateId,
    /// Chips of at least this performance are covered, H100e.
    pub threshold: f64,
    /// Share of the flow that is stopped, x (1 − ℓ).
    pub stopped: f64,
}

/// All export controls on equipment that one state bears, as they stand in this step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EquipmentRule {
    /// Share of growth and progress that they take from a state without equipment of its own, x (1 − ℓ).
    pub stopped: f64,
    /// The largest node that they cover, nm.
    pub largest_node_nm: f64,
}

/// The export controls in force in this step.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct Barriers {
    /// Rules on chips.
    pub chips: Vec<ChipRule>,
    /// Performance of the best variant that rules let pass and designers have ready, by designer's home and target, H100e.
    pub variant: [PerState; MAX_STATES],
    /// What rules on equipment do, by target.
    pub equipment: [EquipmentRule; MAX_STATES],
    /// Share of the flow of memory that is stopped, x (1 − ℓ), by place of the plant and home of the designer.
    pub memory: [PerState; MAX_STATES],
}

impl Default for Barriers {
    fn default() -> Self {
        Self {
            chips: Vec::new(),
            variant: [[0.0; MAX_STATES]; MAX_STATES],
            equipment: [EquipmentRule::default(); MAX_STATES],
            memory: [[0.0; MAX_STATES]; MAX_STATES],
        }
    }
}

impl Barriers {
    /// What stands between chips of this performance, designed in `home`, and the state `target`. Of several rules the
    /// strictest counts.
    #[inline]
    pub fn chips(&self, home: StateId, target: StateId, performance: f64) -> Barrier {
        let covers = |rule: &&ChipRule| rule.by == home && rule.against == target && performance >= rule.threshold;
        let stopped = self.chips.iter().filter(covers).map(|rule| rule.stopped).fold(0.0, f64::max);
        let variant = if stopped > 0.0 { self.variant[home][target].min(performance) } else { 0.0 };
        Barrier { stopped, variant }
    }

    /// Whether a rule of one state keeps chips from another.
    pub fn keeps_chips(&self, by: StateId, from: StateId) -> bool {
        self.chips.iter().any(|rule| rule.by == by && rule.against == from && rule.stopped > 0.0)
    }

    /// Share of growth and progress that rules on equipment take from a logic fab of this node in `location`, if the state has
    /// no equipment of its own; 0 if none covers it.
    #[inline]
    pub fn equipment(&self, location: StateId, node_nm: f64) -> f64 {
        let rule = self.equipment[location];
        if node_nm <= rule.largest_node_nm { rule.stopped } else { 0.0 }
    }

    /// Share of the equipment for other plants that rules keep from a state.
    #[inline]
    pub fn tools(&self, location: StateId) -> f64 {
        self.equipment[location].stopped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equipment_is_covered_up_to_the_rules_node_and_nothing_without_a_rule() {
        let mut barriers = Barriers::default();
        assert_eq!(barriers.equipment(StateId::new(1), 5.0), 0.0);
        barriers.equipment[1] = EquipmentRule { stopped: 0.6, largest_node_nm: 16.0 };
        assert_eq!([5.0, 16.0, 28.0].map(|node| barriers.equipment(StateId::new(1), node)), [0.6, 0.6, 0.0]);
        assert_eq!(barriers.equipment(StateId::new(0), 5.0), 0.0);
    }
}
