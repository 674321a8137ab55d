//! A fab, packaging plant or memory plant.

use super::{clock::Clock, noise::Key};
use crate::{
    model::states::StateId,
    scenario::{FabNumbers, FabSpec, Stage},
};
use bevy_ecs::prelude::*;
use std::{collections::VecDeque, sync::Arc};

/// Its place in every array by fab: the order of names.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq)]
pub struct FabIndex(pub usize);

/// What it is and stays.
#[derive(Component, Clone, Debug)]
pub struct Site {
    /// Its name.
    pub name: Arc<str>,
    /// The state it stands in.
    pub location: StateId,
    /// What it does.
    pub stage: Stage,
    /// Step in which it starts; `None` if it is there from the start.
    pub enters: Option<u32>,
    /// Its numbers as configured.
    pub numbers: FabNumbers,
}

impl Site {
    /// Whether it is there in this step.
    #[inline]
    pub fn is_there(&self, step: u32) -> bool {
        self.enters.is_none_or(|enters| enters <= step)
    }
}

/// What it can make.
#[derive(Component, Clone, Debug, Default)]
pub struct Capacity {
    /// Wafers that it can start, thousand a month, outages aside; 0 before it enters.
    pub kwpm: f64,
    /// Capacity under construction, thousand wafers a month, in order of arrival: one entry for each step to come.
    pub building: VecDeque<f64>,
    /// What is wanted of it now over what it can make: 1 for the stage that limits, less for those that could do more.
    pub need: f64,
    /// Part of it that accelerators in production have booked.
    pub booked: f64,
    /// Mean of ln of price over normal price of what it makes, as makers expect it to last.
    pub margin: f64,
}

impl Capacity {
    /// All capacity under construction, thousand wafers a month.
    #[inline]
    pub fn under_construction(&self) -> f64 {
        self.building.iter().sum()
    }
}

/// How well it makes it.
#[derive(Component, Clone, Debug, Default)]
pub struct Craft {
    /// Experience (X): wafers made, thousand, those before the start and what others taught it included.
    pub wafers: f64,
    /// Density of defects now, 1/cm².
    pub defects: f64,
    /// Node of a logic fab now, nm.
    pub node_nm: f64,
}

/// Share of its output that a shock takes in this step.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Outage(pub f64);

/// Everything a fab holds.
#[derive(Bundle)]
pub struct FabBundle {
    /// Its stable key.
    pub key: Key,
    /// Its place.
    pub index: FabIndex,
    /// What it is.
    pub site: Site,
    /// What it can make.
    pub capacity: Capacity,
    /// How well.
    pub craft: Craft,
    /// What stops it.
    pub outage: Outage,
}

impl FabBundle {
    /// The fab at the start of a run.
    pub fn new(index: usize, spec: &FabSpec, clock: &Clock) -> Self {
        let numbers = &spec.numbers;
        let enters = clock.entry_step(spec.enters);
        Self {
            key: Key::named("fab", &spec.name),
            index: FabIndex(index),
            capacity: Capacity {
                kwpm: if enters.is_none() { numbers.capacity_kwpm } else { 0.0 },
                building: VecDeque::new(),
                need: 1.0,
                booked: 1.0,
                margin: 0.0,
            },
            craft: Craft { wafers: numbers.wafers_before, defects: numbers.defects_start, node_nm: numbers.node_nm },
            outage: Outage(0.0),
            site: Site {
                name: spec.name.as_str().into(),
                location: StateId::new(spec.state),
                stage: spec.stage,
                enters,
                numbers: numbers.clone(),
            },
        }
    }
}
