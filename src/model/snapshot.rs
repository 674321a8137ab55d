//! A world between two months, taken down whole and put back: how a run branches in memory.
//!
//! A world is told of everything that a run changes in it, type by type, where the type is introduced ([`Keep`](super::keep::Keep)). What is not told of
//! is found when a snapshot is taken, and named.

use super::{
    accelerator::ChipDesign,
    fab::Site,
    firm::{self, Character},
    keep::{Kept, Part, Way},
    noise::Key,
    shock::Shock,
    simulation::Simulation,
    states::{Roster, StateId},
};
use crate::scenario::{Scenario, Unsound};
use bevy_ecs::{archetype::Archetype, prelude::*};
use std::{any::TypeId, collections::VecDeque, fmt, sync::Arc};

/// Kinds of entity, whose order within a kind counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    State,
    Fab,
    Design,
    Shock,
    Firm,
    Other,
}

impl Kind {
    const COUNT: usize = Self::Other as usize + 1;

    fn of(entity: EntityRef<'_>) -> Self {
        if entity.contains::<Character>() {
            Self::Firm
        } else if entity.contains::<StateId>() {
            Self::State
        } else if entity.contains::<Site>() {
            Self::Fab
        } else if entity.contains::<ChipDesign>() {
            Self::Design
        } else if entity.contains::<Shock>() {
            Self::Shock
        } else {
            Self::Other
        }
    }

    /// A new entity of this kind, to be filled.
    fn spawn(self, world: &mut World) -> Entity {
        match self {
            // In its place in storage at once: one component after the other would move it there in as many steps.
            Self::Firm => world.spawn(firm::blank()).id(),
            _ => world.spawn_empty().id(),
        }
    }
}

/// All that a run has brought into its world, in the order in which systems go through it.
pub(super) type Living = Or<(With<Key>, With<Site>, With<ChipDesign>)>;

fn living(world: &World) -> Vec<Entity> {
    let found = world.try_query_filtered::<Entity, Living>();
    found.map_or_else(Vec::new, |mut query| query.iter(world).collect())
}

/// A world between two months, whole: put back, it goes on as it would have gone on then, to the last bit.
///
/// What follows from the scenario alone is not in it, but the scenario is. It can be kept, shared between threads, and put back
/// any number of times, into any [`Simulation`] of the same model.
#[derive(Clone)]
pub struct Snapshot {
    scenario: Arc<Scenario>,
    lived: u32,
    over: bool,
    kinds: Vec<Kind>,
    types: Vec<TypeId>,
    parts: Arc<[Box<dyn Part>]>,
}

impl Snapshot {
    /// The scenario that the run was under.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Months that were lived through.
    pub const fn months(&self) -> u32 {
        self.lived
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Snapshot");
        shown.field("scenario", &self.scenario.name).field("months", &self.lived).finish_non_exhaustive()
    }
}

/// The world holds something that no one said what to do with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the world holds a `{name}`, of which a snapshot does not know whether it belongs to the state of the run: say so in `Mechanism::register`, by `keep_with`, `keep_component`, `keep_resource` or `pass_over` of `redqueen::model::keep::Keep`"
)]
pub struct Untold {
    /// The type of the component or resource.
    pub name: String,
}

/// Why a snapshot cannot be put back into a world.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRestore {
    /// The model of the world does not take its scenario.
    #[error(transparent)]
    Unsound(#[from] Unsound),
    /// Worlds of the model hold other things.
    #[error("the snapshot is of a world of another model")]
    OtherModel,
}

impl Simulation {
    /// The world as it is between two months, to be [put back](Self::restore). It takes about as long as a few months of the
    /// world; what was measured of the run so far is not in it.
    ///
    /// Two futures of one past, under common luck:
    ///
    /// ```
    /// use redqueen::model::{Model, Seed, Simulation, firm::Capability};
    /// let mut scenario = redqueen::baseline();
    /// scenario.time.months = 36;
    /// let mut simulation = Model::standard().simulate(&scenario)?;
    /// simulation.reset(Seed { master: 1, replicate: 0 });
    /// for _ in 0..24 {
    ///     simulation.live_month()?;
    /// }
    /// let fork = simulation.snapshot()?;
    ///
    /// let best = |simulation: &mut Simulation| -> Result<f64, Box<dyn std::error::Error>> {
    ///     while simulation.live_month()? {}
    ///     let world = simulation.world_mut();
    ///     Ok(world.query::<&Capability>().iter(world).map(|own| own.0[0]).fold(0.0, f64::max))
    /// };
    /// let as_it_was = best(&mut simulation)?;
    ///
    /// scenario.set("mechanisms.research.growth", 2.0)?;
    /// simulation.restore(&fork)?;
    /// simulation.go_on_as(&scenario)?;
    /// assert!(best(&mut simulation)? > as_it_was);
    ///
    /// simulation.restore(&fork)?;
    /// assert_eq!(best(&mut simulation)?, as_it_was);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The world holds a component or a resource of which was not [said](super::keep::Keep) whether it belongs to the state of a run.
    pub fn snapshot(&self) -> Result<Snapshot, Untold> {
        let world = self.world();
        let kept = world.resource::<Kept>();
        let entities = living(world);
        if let Some(untold) = untold(world, kept) {
            return Err(untold);
        }
        Ok(Snapshot {
            scenario: self.shared_scenario(),
            lived: self.lived,
            over: self.over,
            kinds: entities.iter().map(|entity| Kind::of(world.entity(*entity))).collect(),
            types: kept.ways.iter().map(|way| way.of).collect(),
            parts: kept.ways.iter().map(|way| (way.take)(world, &entities)).collect(),
        })
    }

    /// Puts the world back to where the snapshot was taken, under its scenario; where it stood before does not matter.
    ///
    /// # Errors
    /// The snapshot is of a world of another model; this world is then what it was.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), CannotRestore> {
        let same = |ways: &[Way]| ways.iter().map(|way| way.of).eq(snapshot.types.iter().copied());
        if !same(&self.world().resource::<Kept>().ways) {
            return Err(CannotRestore::OtherModel);
        }
        self.adopt(&snapshot.scenario)?;
        (self.lived, self.over) = (snapshot.lived, snapshot.over);
        let world = self.world_mut();
        let (entities, mut moved) = line_up(world, &snapshot.kinds);
        for part in &*snapshot.parts {
            moved |= part.put_back(world, &entities);
        }
        if moved {
            firm::in_this_order(world, &entities);
        }
        let mut states: Vec<_> =
            entities.iter().filter_map(|&entity| Some((*world.get::<StateId>(entity)?, entity))).collect();
        states.sort_unstable_by_key(|(id, _)| *id);
        world.insert_resource(Roster::new(states.into_iter().map(|(_, entity)| entity).collect()));
        // Else the world remembers every component that was ever taken away.
        world.clear_trackers();
        Ok(())
    }
}

/// As many entities of each kind as there were, in their order; those that are there are used. And whether any is of a kind
/// that has yet to find its place in storage.
fn line_up(world: &mut World, kinds: &[Kind]) -> (Vec<Entity>, bool) {
    let mut here: [VecDeque<Entity>; Kind::COUNT] = Default::default();
    for entity in living(world) {
        here[Kind::of(world.entity(entity)) as usize].push_back(entity);
    }
    let mut moved = false;
    let mut lined_up = Vec::with_capacity(kinds.len());
    for &kind in kinds {
        lined_up.push(here[kind as usize].pop_front().unwrap_or_else(|| {
            moved |= kind != Kind::Firm;
            kind.spawn(world)
        }));
    }
    // Taken from the back, none moves into the gap of another.
    for entity in here.into_iter().flat_map(|kind| kind.into_iter().rev()) {
        world.despawn(entity);
    }
    (lined_up, moved)
}

/// A type that the world holds, a run may change, and nobody told of.
fn untold(world: &World, kept: &Kept) -> Option<Untold> {
    let ids = world.components();
    // What the library itself keeps in a world is none of the run.
    let resources = world.iter_resources().map(|(id, ..)| id).filter(|id| !kept.knows(*id));
    let mut resources = resources.filter_map(|id| Some(ids.get_info(id)?.name().to_string()));
    if let Some(name) = resources.find(|name| !name.starts_with("bevy_ecs::")) {
        return Some(Untold { name });
    }
    let kinds = [ids.component_id::<Key>(), ids.component_id::<Site>(), ids.component_id::<ChipDesign>()];
    let counts =
        |archetype: &&Archetype| !archetype.is_empty() && kinds.iter().flatten().any(|kind| archetype.contains(*kind));
    let held = world.archetypes().iter().filter(counts).flat_map(|archetype| archetype.components());
    let unknown = held.copied().find(|id| !kept.knows(*id))?;
    Some(Untold { name: ids.get_info(unknown)?.name().to_string() })
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
pub(super) mod tests;
