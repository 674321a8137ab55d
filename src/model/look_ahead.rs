//! States that look ahead: each posture is tried in branches of the world, under luck that is the same for all of them.
//!
//! A branch starts from the world as it stands, with three things taken away that a state cannot know: what the scenario has dated for
//! later (controls, policies, shocks, firms; of what comes by chance it knows the hazard), the luck to come (a branch has its own), and how capable rivals really are (their
//! knowledge and capability are off by the fog's error, in nats). All others stay as they stand. The state takes up the posture, the branch lives for the horizon or
//! to the end of the scenario, and what the state then has of what it wants is averaged over branches, less the cost of switching.

use super::{
    InvalidNumber, Seed, Simulation,
    clock::Clock,
    firm::{Capability, Character, Knowledge},
    mechanisms::statecraft::{
        Cabinet, Cabinets, Statecraft,
        knowledge::{Account, FOG, fog},
    },
    noise::{Key, RunSeed},
    phase::Mechanism,
    relations::Relations,
    snapshot::Snapshot,
    states::StateId,
};
use crate::scenario::{Month, Scenario};
use bevy_ecs::prelude::*;

impl Simulation {
    /// Lives through the next month of the scenario; `false` when all are over. At the end of a month the world, its ledger
    /// included, stands as the rows of that month see it; when all are over, it stands at the start of the month after.
    ///
    /// ```
    /// use redqueen::model::{Model, Seed, ledger::Ledger};
    /// let mut scenario = redqueen::baseline();
    /// scenario.time.months = 24;
    /// let mut simulation = Model::standard().simulate(&scenario)?;
    /// simulation.reset(Seed { master: 1, replicate: 0 });
    /// let mut made = 0.0;
    /// while simulation.live_month()? {
    ///     made += simulation.world().resource::<Ledger>().made;
    /// }
    /// assert!(made > 0.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a number became invalid; the world must be reset before it is used again.
    pub fn live_month(&mut self) -> Result<bool, InvalidNumber> {
        if self.world().resource::<Cabinets>().anyone_looks_ahead() && self.lived < self.scenario().time.months {
            self.look_ahead()?;
        }
        self.live_next()
    }

    /// Lets those look ahead who do so between the last month and the next.
    fn look_ahead(&mut self) -> Result<(), InvalidNumber> {
        for Decision { cabinet, posture } in decide(self)? {
            let mut cabinets = self.world_mut().resource_mut::<Cabinets>();
            let hostility = cabinets.postures[posture].numbers.hostility;
            let one = &mut cabinets.all[cabinet];
            (one.decided, one.looks_ahead) = (Some((posture, hostility)), false);
        }
        Ok(())
    }
}

/// What a state that looked ahead decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its place among those that choose.
    pub cabinet: usize,
    /// The posture that it takes up.
    pub posture: usize,
}

/// What those decide who look ahead, between two months; the world is afterwards what it was.
///
/// # Errors
/// A number went wrong in a branch, or a world of this model cannot be branched.
fn decide(simulation: &mut Simulation) -> Result<Vec<Decision>, InvalidNumber> {
    let cabinets = simulation.world().resource::<Cabinets>().clone();
    let looking: Vec<usize> = (0..cabinets.all.len()).filter(|at| cabinets.all[*at].looks_ahead).collect();
    let fork = simulation.snapshot().map_err(|_| stuck(simulation))?;
    let blind = without_the_future(fork.scenario(), simulation.world().resource::<Clock>().month());
    let mut decisions = Vec::with_capacity(looking.len());
    for at in looking {
        let mut study =
            Study { simulation: &mut *simulation, fork: &fork, blind: &blind, at, cabinet: &cabinets.all[at] };
        let posture = study.best()?;
        decisions.push(Decision { cabinet: at, posture });
    }
    simulation.restore(&fork).map_err(|_| stuck(simulation))?;
    Ok(decisions)
}

/// A scenario without what is dated for after `now` and nobody can know: a rule that has an end keeps it.
fn without_the_future(scenario: &Scenario, now: Month) -> Scenario {
    let mut blind = scenario.clone();
    blind.controls.retain(|control| control.from.is_none_or(|from| from <= now));
    blind.policies.retain(|policy| policy.from.is_none_or(|from| from <= now));
    blind.shocks.retain(|shock| shock.from.is_none_or(|from| from <= now));
    blind.firms.retain(|firm| firm.enters.is_none_or(|enters| enters <= now));
    blind
}

fn stuck(simulation: &Simulation) -> InvalidNumber {
    InvalidNumber {
        mechanism: Statecraft::NAME,
        quantity: "a branch",
        entity: "the world".to_owned(),
        date: simulation.world().resource::<Clock>().month(),
        value: f64::NAN,
    }
}

/// One state's look ahead.
struct Study<'a> {
    simulation: &'a mut Simulation,
    fork: &'a Snapshot,
    blind: &'a Scenario,
    at: usize,
    cabinet: &'a Cabinet,
}

impl Study<'_> {
    /// The posture that brings most; of equal ones the present, then the first.
    fn best(&mut self) -> Result<usize, InvalidNumber> {
        let (mut best, mut most) = (self.cabinet.posture, self.worth(self.cabinet.posture)?);
        for &posture in self.cabinet.spec.postures.iter().filter(|posture| **posture != self.cabinet.posture) {
            let worth = self.worth(posture)? - self.cabinet.spec.numbers.switching_cost;
            if worth > most {
                (best, most) = (posture, worth);
            }
        }
        Ok(best)
    }

    /// What it has of what it wants in the end if it takes up a posture, in the mean over branches.
    fn worth(&mut self, posture: usize) -> Result<f64, InvalidNumber> {
        let branches = self.cabinet.spec.numbers.branches;
        let mut sum = 0.0;
        for branch in 0..branches {
            self.enter(posture, branch)?;
            for _ in 0..self.cabinet.spec.numbers.horizon_months {
                if !self.simulation.live_next()? {
                    break;
                }
            }
            sum += reached(self.cabinet, self.simulation.world());
        }
        Ok(sum / f64::from(branches))
    }

    /// Makes the world that of a branch.
    fn enter(&mut self, posture: usize, branch: u32) -> Result<(), InvalidNumber> {
        let simulation = &mut *self.simulation;
        simulation.restore(self.fork).map_err(|_| stuck(simulation))?;
        simulation.go_on_as(self.blind).map_err(|_| stuck(simulation))?;
        let world = simulation.world_mut();
        misjudge(world, self.cabinet);
        let (seed, clock) = (world.resource::<RunSeed>().0, world.resource::<Clock>());
        let key = Key::born("branch", &self.cabinet.spec.name, clock.step(), branch);
        world.insert_resource(RunSeed(Seed { master: seed.master ^ key.0, ..seed }));
        let mut cabinets = world.resource_mut::<Cabinets>();
        cabinets.imagined = true;
        for cabinet in &mut cabinets.all {
            (cabinet.decided, cabinet.looks_ahead) = (None, false);
        }
        let hostility = cabinets.postures[posture].numbers.hostility;
        cabinets.all[self.at].decided = Some((posture, hostility));
        Ok(())
    }
}

/// Makes rivals as capable as the state takes them to be.
fn misjudge(world: &mut World, cabinet: &Cabinet) {
    let (seed, clock) = (world.resource::<RunSeed>().0, world.resource::<Clock>());
    let luck = FOG.at(seed, Key::named("state", &cabinet.spec.name), clock.step());
    let (statecraft, relations) = (world.resource::<Statecraft>(), world.resource::<Relations>());
    let errors: Vec<(StateId, f64)> =
        cabinet.rivals().map(|rival| (rival, fog(statecraft, relations, cabinet, rival, luck.clone())[1])).collect();
    let mut firms = world.query::<(&Character, &mut Knowledge, &mut Capability)>();
    for (character, mut knowledge, mut capability) in firms.iter_mut(world) {
        let error = errors.iter().find(|(rival, _)| *rival == character.home).map_or(0.0, |(_, error)| *error);
        knowledge.0.iter_mut().chain(&mut capability.0).for_each(|part| *part += error);
    }
}

/// What a state has of what it wants, as its world stands.
fn reached(cabinet: &Cabinet, world: &World) -> f64 {
    let rivals = cabinet.rivals().map(|rival| Account::of(world, rival).ln_power);
    Account::of(world, cabinet.state()).utility(&cabinet.spec.numbers, rivals.reduce(f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Model, scenario::Source};

    /// What the US would have of each of its postures, looking ahead after two years of the shipped scenario.
    fn worths(change: impl Fn(&mut Scenario, Month)) -> Vec<f64> {
        let mut scenario = Model::standard().load(&Source::Builtin("statecraft".to_owned())).unwrap();
        let us = scenario.strategists.iter().position(|strategist| strategist.name == "US").unwrap();
        scenario.strategists.iter_mut().for_each(|strategist| strategist.from = None);
        (scenario.strategists[us].numbers.horizon_months, scenario.strategists[us].numbers.branches) = (12, 1);
        let later = scenario.time.start.plus(26);
        change(&mut scenario, later);
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        for _ in 0..24 {
            assert!(simulation.live_month().unwrap());
        }
        let cabinets = simulation.world().resource::<Cabinets>().clone();
        let at = cabinets.all.iter().position(|cabinet| cabinet.spec.name == "US").unwrap();
        let fork = simulation.snapshot().unwrap();
        let blind = without_the_future(fork.scenario(), simulation.world().resource::<Clock>().month());
        let postures = cabinets.all[at].spec.postures.clone();
        let cabinet = &cabinets.all[at];
        let mut study = Study { simulation: &mut simulation, fork: &fork, blind: &blind, at, cabinet };
        postures.into_iter().map(|posture| study.worth(posture).unwrap()).collect()
    }

    #[test]
    fn a_branch_knows_neither_of_firms_to_come_nor_of_states_that_mean_to_begin() {
        let mut as_it_is = worths(|_, _| ());
        let newcomer = |scenario: &mut Scenario, later: Month| {
            let mut firm = scenario.firms[0].clone();
            (firm.name, firm.enters, firm.numbers.capability) = ("Zero".to_owned(), Some(later), 3.0);
            scenario.firms.push(firm);
            scenario.firms.sort_by(|a, b| a.name.cmp(&b.name));
        };
        assert_eq!(worths(newcomer), as_it_is);
        let begins = |when: fn(Month) -> Option<Month>| {
            move |scenario: &mut Scenario, later: Month| {
                let hostile = scenario.postures.iter().position(|posture| posture.name == "retaliate").unwrap();
                let china = scenario.strategists.iter_mut().find(|strategist| strategist.name == "China").unwrap();
                (china.start, china.from) = (hostile, when(later));
            }
        };
        as_it_is = worths(begins(|later| Some(later.plus(60))));
        assert_eq!(worths(begins(Some)), as_it_is);
        assert_ne!(worths(begins(|_| None)), as_it_is, "one that acts by now counts");
    }
}
