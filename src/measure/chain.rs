//! What is measured of chips, their making, and what states do and suffer: read off a world once a month.

use super::rows::{AcceleratorRow, FabRow};
use crate::{
    model::{
        accelerator::{Binding, ChipDesign, Line},
        clock::Clock,
        fab::{Capacity, Craft, Outage, Site},
        geography::Geography,
        state::{Burden, Fleet, Governance, Industry, Supply},
        states::StateId,
    },
    scenario::{Choice, Stage},
};
use bevy_ecs::{prelude::*, query::QueryData};
use std::sync::Arc;

/// A state, as far as it is about chips, burdens and governance.
#[derive(QueryData)]
struct ChainView {
    id: &'static StateId,
    fleet: &'static Fleet,
    industry: &'static Industry,
    burden: &'static Burden,
    governance: &'static Governance,
    supply: &'static Supply,
}

/// A fab, as far as it is measured.
#[derive(QueryData)]
struct FabView {
    site: &'static Site,
    capacity: &'static Capacity,
    craft: &'static Craft,
    outage: &'static Outage,
}

/// Reads the supply chain and the burdens of states off a world.
pub struct ChainObserver {
    states: QueryState<ChainView>,
    fabs: QueryState<FabView>,
    accelerators: QueryState<(&'static ChipDesign, &'static Line)>,
    words: [Arc<str>; Stage::COUNT],
}

/// A state's row, as far as it is about chips, burdens and governance.
#[derive(Clone, Debug, Default)]
pub struct StateChain {
    /// What its accelerators are like.
    pub fleet: Fleet,
    /// Its chip industry.
    pub industry: Industry,
    /// What it bears.
    pub burden: Burden,
    /// How it governs AI.
    pub governance: Governance,
    /// Compute that was meant for it in the month's last step, of which its self-sufficiencies are shares.
    pub demand: f64,
}

impl StateChain {
    /// Self-sufficiency in a stage, by its place in the chain; `None` where there is no demand to have a share of.
    pub fn self_sufficiency(&self, stage: usize) -> Option<f64> {
        self.industry.self_sufficiency.get(stage).copied().filter(|_| self.demand > 0.0)
    }

    /// Least self-sufficiency of any stage; `None` without demand.
    pub fn least_self_sufficiency(&self) -> Option<f64> {
        (self.demand > 0.0).then(|| self.industry.least_self_sufficiency())
    }

    /// Share of output lost to incidents and shocks.
    pub fn damage(&self) -> f64 {
        1.0 - crate::maths::exp(-(self.burden.incidents + self.burden.shocks + self.burden.chips))
    }
}

/// The stage that limits most compute; `None` if nothing is made.
pub fn binding(limited: &[f64; Stage::COUNT]) -> Option<Stage> {
    let most = (0..Stage::COUNT).max_by(|&a, &b| limited[a].total_cmp(&limited[b]))?;
    (limited[most] > 0.0).then(|| Stage::WORDS[most].1)
}

impl ChainObserver {
    /// An observer of `world`.
    pub fn new(world: &mut World) -> Self {
        Self {
            states: world.query(),
            fabs: world.query(),
            accelerators: world.query(),
            words: Stage::WORDS
                .iter()
                .map(|(word, _)| Arc::from(*word))
                .collect::<Vec<_>>()
                .try_into()
                .unwrap_or_else(|_| unreachable!("as many words as stages")),
        }
    }

    /// The states' part, in the order of states.
    pub fn states(&mut self, world: &World) -> Vec<StateChain> {
        let mut states = vec![StateChain::default(); self.states.iter(world).count()];
        for state in self.states.iter(world) {
            states[*state.id] = StateChain {
                fleet: state.fleet.clone(),
                industry: state.industry.clone(),
                burden: state.burden.clone(),
                governance: state.governance.clone(),
                demand: state.supply.intended,
            };
        }
        states
    }

    /// Compute made this month that each stage limits, by place of the stage.
    pub fn limited(&mut self, world: &World) -> [f64; Stage::COUNT] {
        let mut limited = [0.0; Stage::COUNT];
        for (_, line) in self.accelerators.iter(world) {
            if let Binding::Stage(stage) = line.binding {
                limited[stage as usize] += line.packages * line.performance;
            }
        }
        limited
    }

    /// The fabs' rows of the month.
    pub fn fabs(&mut self, world: &World, rows: &mut Vec<FabRow>) {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        for FabViewItem { site, capacity, craft, outage } in self.fabs.iter(world) {
            let logic = site.stage == Stage::Logic;
            rows.push(FabRow {
                date: clock.month(),
                fab: site.name.clone(),
                state: geography.names[site.location].clone(),
                stage: self.words[site.stage as usize].clone(),
                capacity: capacity.kwpm,
                building: capacity.under_construction() + 0.0,
                outage: outage.0,
                node: logic.then_some(craft.node_nm),
                defects: logic.then_some(craft.defects),
                experience: craft.wafers,
            });
        }
    }

    /// The accelerators' rows of the month.
    pub fn accelerators(&mut self, world: &World, rows: &mut Vec<AcceleratorRow>) {
        let (clock, geography) = (world.resource::<Clock>(), world.resource::<Geography>());
        for (design, line) in self.accelerators.iter(world) {
            let binding = match line.binding {
                Binding::Stage(stage) => Some(self.words[stage as usize].clone()),
                Binding::None => None,
            };
            rows.push(AcceleratorRow {
                date: clock.month(),
                accelerator: design.name.clone(),
                state: geography.names[design.home].clone(),
                performance: line.performance,
                packages: line.packages_in_month,
                compute: line.compute_in_month,
                denied: line.denied_in_month,
                store: line.store,
                binding,
            });
        }
    }
}
