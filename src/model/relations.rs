//! How states stand to each other: trust, openness, and the barriers that export controls put up.

use super::geography::{Geography, PerState};
use crate::{
    model::states::StateId,
    scenario::{Goods, MAX_STATES, Scenario},
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
    /// Who came to deny whom more by an export control of chance, and by how much; they lose trust in the next step.
    pub denied: Vec<(StateId, StateId, f64)>,
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
        let openness = geography.openness;
        Self { trust, openness, distance: none, clashes: Vec::new(), denied: Vec::new(), harm: none }
    }
}

/// What an export control does to a flow of chips.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Barrier {
    /// Share of the flow that is stopped, x (1 − ℓ); 0 if nothing covers it.
    pub stopped: f64,
    /// Share of the flow that gets through although a rule means to stop it, x ℓ.
    pub leaked: f64,
    /// Performance of the best variant that may be shipped instead and is ready, H100e; 0 if there is none.
    pub variant: f64,
}

/// How strictly a rule is meant, and how much of that gets through.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rigour {
    /// Share of what it covers that it means to stop (x).
    pub strictness: f64,
    /// Share of that which gets through all the same (ℓ).
    pub leak: f64,
}

impl Rigour {
    /// Share of a covered flow that is stopped: x (1 − ℓ), each capped at 1.
    ///
    /// ```
    /// use redqueen::model::relations::Rigour;
    /// assert_eq!(Rigour { strictness: 0.8, leak: 0.25 }.stopped(), 0.8 * 0.75);
    /// assert_eq!(Rigour { strictness: 1.6, leak: 0.0 }.stopped(), 1.0);
    /// ```
    pub fn stopped(self) -> f64 {
        self.strictness.min(1.0) * (1.0 - self.leak.min(1.0))
    }

    /// Share of a covered flow that gets through though it is meant to be stopped: x ℓ, each capped at 1.
    pub fn leaked(self) -> f64 {
        self.strictness.min(1.0) * self.leak.min(1.0)
    }

    /// The one of two that stops more.
    #[must_use]
    pub fn or_stricter(self, other: Self) -> Self {
        if other.stopped() > self.stopped() { other } else { self }
    }

    /// As levers make it: `added` to its strictness, which stays from 0 to 1, and a part of its leak stopped up.
    #[must_use]
    pub fn under(self, added: f64, stopped_up: f64) -> Self {
        Self { strictness: (self.strictness.min(1.0) + added).clamp(0.0, 1.0), leak: self.leak * (1.0 - stopped_up) }
    }
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
    /// How strict it is.
    pub rigour: Rigour,
    /// Share of the flow that is stopped, x (1 − ℓ).
    pub stopped: f64,
}

/// All export controls on equipment that one state bears, as they stand in this step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EquipmentRule {
    /// How strict the strictest of them is.
    pub rigour: Rigour,
    /// Share of growth and progress that they take from a state without equipment of its own, x (1 − ℓ).
    pub stopped: f64,
    /// The largest node that they cover, nm.
    pub largest_node_nm: f64,
}

/// The strictest export control of one state against another on goods of which it matters only whose they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowRule {
    /// What it covers: not chips or equipment.
    pub goods: Goods,
    /// Whose they are.
    pub by: StateId,
    /// Who does not get them.
    pub against: StateId,
    /// How strict it is.
    pub rigour: Rigour,
}

impl FlowRule {
    /// Whether it is the one on this flow.
    pub fn is_on(&self, goods: Goods, by: StateId, against: StateId) -> bool {
        self.goods == goods && self.by == by && self.against == against
    }
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
    /// Rules on memory, materials, rented chips and models: at most one for each of these and each pair.
    pub flows: Vec<FlowRule>,
    /// Share of the flow of memory that is stopped, x (1 − ℓ), by place of the plant and home of the designer.
    pub memory: [PerState; MAX_STATES],
    /// Whether levers have made them other than the scenario's rules have it.
    pub levered: bool,
}

impl Default for Barriers {
    fn default() -> Self {
        Self {
            chips: Vec::new(),
            variant: [[0.0; MAX_STATES]; MAX_STATES],
            equipment: [EquipmentRule::default(); MAX_STATES],
            flows: Vec::new(),
            memory: [[0.0; MAX_STATES]; MAX_STATES],
            levered: false,
        }
    }
}

impl Barriers {
    /// What stands between chips of this performance, designed in `home`, and the state `target`. Of several rules the
    /// strictest counts.
    #[inline]
    pub fn chips(&self, home: StateId, target: StateId, performance: f64) -> Barrier {
        let covers = |rule: &&ChipRule| rule.by == home && rule.against == target && performance >= rule.threshold;
        let mut strictest = Barrier::default();
        for rule in self.chips.iter().filter(covers) {
            if rule.stopped > strictest.stopped {
                (strictest.stopped, strictest.leaked) = (rule.stopped, rule.rigour.leaked());
            }
        }
        if strictest.stopped > 0.0 {
            strictest.variant = self.variant[home][target].min(performance);
        }
        strictest
    }

    /// Becomes as others are, in the memory that it has.
    pub fn become_as(&mut self, Self { chips, variant, equipment, flows, memory, levered }: &Self) {
        self.chips.clone_from(chips);
        self.flows.clone_from(flows);
        (self.variant, self.equipment, self.memory, self.levered) = (*variant, *equipment, *memory, *levered);
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

    /// Share of a flow of goods (memory, materials, rented chips, models) from one state to another that rules stop.
    pub fn stopped(&self, goods: Goods, by: StateId, against: StateId) -> f64 {
        self.flows.iter().find(|rule| rule.is_on(goods, by, against)).map_or(0.0, |rule| rule.rigour.stopped())
    }

    /// Whether any rule stands on these goods, not chips or equipment.
    #[inline]
    pub fn rules_on(&self, goods: Goods) -> bool {
        self.flows.iter().any(|rule| rule.goods == goods)
    }

    /// Share of the world's refined materials that rules keep from a state, given the states' parts in refining.
    pub fn materials_denied(&self, parts: &PerState, against: StateId) -> f64 {
        let rules = self.flows.iter().filter(|rule| rule.goods == Goods::Materials && rule.against == against);
        rules.map(|rule| parts[rule.by] * rule.rigour.stopped()).sum::<f64>().min(1.0)
    }

    /// Puts a rule beside those that are there; of two on the same flow the stricter counts.
    pub fn cover(&mut self, rule: FlowRule) {
        match self.flows.iter_mut().find(|other| other.is_on(rule.goods, rule.by, rule.against)) {
            Some(other) => other.rigour = other.rigour.or_stricter(rule.rigour),
            None => self.flows.push(rule),
        }
        if rule.goods == Goods::Memory {
            self.memory[rule.by][rule.against] = self.stopped(Goods::Memory, rule.by, rule.against);
        }
    }
}

/// A lever that a state pulls against another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// Goods of the export control that it makes stricter; `None` for a market that it closes.
    pub goods: Option<Goods>,
    /// Who pulls it.
    pub by: StateId,
    /// Against whom.
    pub against: StateId,
    /// How far, before it is held to -1 and 1 together with others on the same.
    pub value: f64,
}

/// Levers that states pull against each other, as they stand in this step.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct Stances {
    /// What is added to the strictness of export controls, from -1 to 1, by goods, imposing state and target.
    pub control: [[PerState; MAX_STATES]; Goods::COUNT],
    /// How far the first state's market is closed to the second's firms beside what the scenario closed, from -1 to 1.
    pub market: [PerState; MAX_STATES],
    /// Who pulls any of them against whom, sorted. Between other pairs all are 0.
    pub pairs: Vec<(StateId, StateId)>,
    /// Whether markets are closed otherwise than in the step before.
    pub turned: bool,
    /// Who became stricter against whom in this step, and by how much.
    pub stricter: Vec<(StateId, StateId, f64)>,
}

impl Stances {
    /// Whether any of them is not 0.
    #[inline]
    pub const fn any(&self) -> bool {
        !self.pairs.is_empty()
    }

    /// How hostile a state's levers are to another: the strictest of them, from 0 to 1.
    pub fn hostility(&self, by: StateId, against: StateId) -> f64 {
        let control = self.control.iter().map(|goods| goods[by][against]);
        control.chain([self.market[by][against]]).fold(0.0, f64::max)
    }

    fn place(&mut self, aim: &Aim) -> &mut f64 {
        let by_pair = aim.goods.map_or(&mut self.market, |goods| &mut self.control[goods as usize]);
        &mut by_pair[aim.by][aim.against]
    }

    /// Becomes what these levers come to, of which those on the same add up to -1 to 1, and notes what is otherwise than before.
    pub fn become_as(&mut self, aims: &[Aim]) {
        let before = std::mem::take(&mut self.pairs);
        let was: Vec<_> =
            before.iter().map(|&(by, against)| (self.market[by][against], self.hostility(by, against))).collect();
        for &(by, against) in &before {
            self.control.iter_mut().chain([&mut self.market]).for_each(|by_pair| by_pair[by][against] = 0.0);
        }
        aims.iter().for_each(|aim| *self.place(aim) += aim.value);
        for aim in aims {
            let place = self.place(aim);
            *place = place.clamp(-1.0, 1.0);
        }
        let mut pairs: Vec<_> = aims.iter().map(|aim| (aim.by, aim.against)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.retain(|&(by, against)| {
            self.market[by][against] != 0.0 || self.control.iter().any(|goods| goods[by][against] != 0.0)
        });
        let was = |pair: &(StateId, StateId)| before.binary_search(pair).map_or((0.0, 0.0), |at| was[at]);
        self.turned = before.iter().chain(&pairs).any(|pair| self.market[pair.0][pair.1] != was(pair).0);
        let stricter = pairs.iter().map(|pair| (pair.0, pair.1, self.hostility(pair.0, pair.1) - was(pair).1));
        self.stricter = stricter.filter(|(.., more)| *more > 0.0).collect();
        self.pairs = pairs;
    }

    /// Stands as in the step before: nothing turned, and nobody became stricter.
    pub fn settle(&mut self) {
        self.turned = false;
        self.stricter.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levers_on_the_same_add_up_within_their_range_and_leave_nothing_behind() {
        let [a, b, c] = [0, 1, 2].map(StateId::new);
        let aim = |goods, by, against, value| Aim { goods, by, against, value };
        let mut stances = Stances::default();
        let chips = Some(Goods::Chips);
        stances.become_as(&[
            aim(chips, b, a, 0.7),
            aim(None, a, c, -0.5),
            aim(chips, b, a, 0.8),
            aim(chips, c, a, 0.0),
        ]);
        assert_eq!((stances.control[Goods::Chips as usize][b][a], stances.market[a][c]), (1.0, -0.5));
        assert_eq!((&stances.pairs, &stances.stricter), (&vec![(a, c), (b, a)], &vec![(b, a, 1.0)]));
        assert!(stances.any() && stances.turned);
        stances.become_as(&[aim(None, a, c, -0.5), aim(chips, b, a, 0.75), aim(Some(Goods::Models), c, b, 0.25)]);
        assert!(!stances.turned);
        assert_eq!((&stances.pairs, &stances.stricter), (&vec![(a, c), (b, a), (c, b)], &vec![(c, b, 0.25)]));
        stances.become_as(&[]);
        assert_eq!(stances, Stances { turned: true, ..Stances::default() });
        stances.settle();
        assert_eq!(stances, Stances::default());
    }

    #[test]
    fn equipment_is_covered_up_to_the_rules_node_and_nothing_without_a_rule() {
        let mut barriers = Barriers::default();
        assert_eq!(barriers.equipment(StateId::new(1), 5.0), 0.0);
        barriers.equipment[1] = EquipmentRule { stopped: 0.6, largest_node_nm: 16.0, ..EquipmentRule::default() };
        assert_eq!([5.0, 16.0, 28.0].map(|node| barriers.equipment(StateId::new(1), node)), [0.6, 0.6, 0.0]);
        assert_eq!(barriers.equipment(StateId::new(0), 5.0), 0.0);
    }
}
