//! An accelerator: a chip design, who makes it, what leaves the line and where it goes.

use super::{clock::Clock, geography::PerState, noise::Key, state::CHAIN};
use crate::{
    model::states::StateId,
    scenario::{AcceleratorNumbers, AcceleratorSpec, Contracts, MAX_STATES, Stage},
};
use bevy_ecs::prelude::*;
use std::sync::Arc;

/// What it is and stays.
#[derive(Component, Clone, Debug)]
pub struct ChipDesign {
    /// Its name.
    pub name: Arc<str>,
    /// Its designer's home state.
    pub home: StateId,
    /// Step in which it is first made; negative if it was there before the start.
    pub enters: i64,
    /// Step from which it is no longer made.
    pub leaves: Option<u32>,
    /// Share of each fab's capacity that it has booked, by stage, in the order of [`Stage`].
    pub contracts: [Contracts; Stage::COUNT],
    /// How much each state's spending counts with its sellers.
    pub sales: PerState,
    /// Its numbers as configured.
    pub numbers: AcceleratorNumbers,
}

impl ChipDesign {
    /// Whether it is made in this step.
    #[inline]
    pub fn is_made(&self, step: u32) -> bool {
        self.enters <= i64::from(step) && self.leaves.is_none_or(|leaves| step < leaves)
    }
}

/// What limits its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A stage of making it.
    Stage(Stage),
    /// Nothing is made.
    None,
}

/// What leaves the line in this step. Packages are counted in millions, compute in MH100e.
#[derive(Component, Clone, Debug)]
pub struct Line {
    /// Performance of a package now, H100e.
    pub performance: f64,
    /// Mean of ln of its logic fabs' nodes in the step before, by what it has booked; `None` before there is one.
    pub ln_node: Option<f64>,
    /// Packages made.
    pub packages: f64,
    /// Packages that would have been made without outages.
    pub packages_undisturbed: f64,
    /// What a package takes of plants, billion USD of capacity for a million packages a month.
    pub cost: f64,
    /// The same if plants made what is said of them: without what lies on all of them alike.
    pub plain_cost: f64,
    /// What each stage carries of it without outages and reserves, million packages.
    pub carried: [f64; Stage::COUNT],
    /// Packages shipped: those made, and those out of or less those into store.
    pub shipped: f64,
    /// Packages in store.
    pub store: f64,
    /// Packages shipped in a step, averaged over a year: what customers expect.
    pub usual: f64,
    /// Memory stacks in reserve, million.
    pub memory_reserve: f64,
    /// Stage that limits its output.
    pub binding: Binding,
    /// Share of its content that was made in each state, by stage of [`CHAIN`].
    pub origin: [PerState; CHAIN.len()],
    /// Packages made in the month so far.
    pub packages_in_month: f64,
    /// Compute shipped in the month so far.
    pub compute_in_month: f64,
    /// Compute that controls kept from states in the month so far.
    pub denied_in_month: f64,
    /// Compute that each state received.
    pub received: PerState,
    /// Compute that each state was denied.
    pub denied: PerState,
}

/// Everything an accelerator holds.
#[derive(Bundle)]
pub struct AcceleratorBundle {
    /// Its stable key.
    pub key: Key,
    /// What it is.
    pub design: ChipDesign,
    /// What leaves the line.
    pub line: Line,
}

impl AcceleratorBundle {
    /// The accelerator at the start of a run.
    pub fn new(spec: &AcceleratorSpec, clock: &Clock) -> Self {
        let enters = clock.entry_step(spec.enters);
        let none = [0.0; MAX_STATES];
        let mut origin = [none; CHAIN.len()];
        origin[0][spec.state] = 1.0;
        Self {
            key: Key::named("accelerator", &spec.name),
            line: Line {
                performance: spec.numbers.performance_h100e,
                ln_node: None,
                packages: 0.0,
                packages_undisturbed: 0.0,
                cost: 0.0,
                plain_cost: 0.0,
                carried: [0.0; Stage::COUNT],
                shipped: 0.0,
                store: 0.0,
                usual: 0.0,
                memory_reserve: spec.numbers.memory_reserve_million,
                binding: Binding::None,
                origin,
                packages_in_month: 0.0,
                compute_in_month: 0.0,
                denied_in_month: 0.0,
                received: none,
                denied: none,
            },
            design: ChipDesign {
                name: spec.name.as_str().into(),
                home: StateId::new(spec.state),
                enters: enters.map_or(-1, i64::from),
                leaves: spec.leaves.map(|month| clock.step_of(month).unwrap_or(0)),
                contracts: spec.contracts.clone(),
                sales: std::array::from_fn(|s| spec.sales.get(s).copied().unwrap_or(0.0)),
                numbers: spec.numbers.clone(),
            },
        }
    }
}
