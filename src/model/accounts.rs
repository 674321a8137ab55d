//! The end of a step: progress is taken apart, and memories move on.

use super::{
    clock::Clock,
    firm::{Capability, Character, Usage},
    geography::Geography,
    keep::Keep,
    ledger::Ledger,
    price::{Price, PriceSums},
    release::Frontier,
};
use crate::scenario::MAX_STATES;
use bevy_ecs::prelude::*;

/// The month's progress, of the world and of each state's firms.
#[derive(Resource, Clone, Debug, Default)]
pub struct ProgressParts {
    /// Of the world, its groups the firms of each home.
    pub world: Price,
    /// Of the firms at home in each state.
    pub states: [Price; MAX_STATES],
}

/// Usage and capability at the end of the month before, for the Price decomposition.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Standing {
    /// Share of world usage; `None` in its first month.
    pub usage: Option<f64>,
    /// Capability by the world's demand, nats.
    pub capability: f64,
}

/// Says what is kept with each firm for the month's accounts.
pub(super) fn register(world: &mut World) {
    world.keep_with::<Character, Standing>();
}

/// Lets the releases of the step become old and, with the last step of a month, takes its progress apart.
pub fn end_step(
    clock: Res<Clock>,
    geography: Res<Geography>,
    ledger: Res<Ledger>,
    mut frontier: ResMut<Frontier>,
    mut progress: ResMut<ProgressParts>,
    mut firms: Query<(&Character, &Capability, &Usage, &mut Standing)>,
) {
    frontier.remember();
    if !clock.ends_month() {
        return;
    }
    let mut world = PriceSums::default();
    let mut states = [PriceSums::default(); MAX_STATES];
    for (character, capability, usage, mut standing) in &mut firms {
        let before = standing.usage.map(|usage| (usage, standing.capability));
        let after = (usage.world, geography.overall(&capability.0));
        *standing = Standing { usage: Some(after.0), capability: after.1 };
        world.add(before, Some(after));
        states[character.home].add(before, Some(after));
    }
    for closed in &ledger.closed {
        let before = Some((closed.usage, closed.capability));
        world.add(before, None);
        states[closed.home].add(before, None);
    }
    let homes = &states[..geography.states];
    *progress = ProgressParts { world: world.terms_of(homes), states: states.map(|sums| sums.terms()) };
}
