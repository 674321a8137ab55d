//! A world between two months, taken down whole and put back: how a run branches in memory.
//!
//! A world is told of everything that a run changes in it, type by type, where the type is introduced ([`Keep`]). What is not told of
//! is found when a snapshot is taken, and named.

use super::{
    accelerator::{ChipDesign, Line},
    accounts::{self, ProgressParts},
    clock::Clock,
    fab::{Capacity, Craft, FabIndex, Outage, Site},
    firm::{self, Character},
    founding::Newcomers,
    geography::Geography,
    ledger::{Faults, Ledger},
    mechanisms::{diffusion::FirmsAtStart, output::Reference},
    noise::{Key, RunSeed},
    relations::{Barriers, Relations, Stances},
    release::Frontier,
    shock::Shock,
    simulation::Simulation,
    state,
    states::{Roster, StateId},
};
use crate::scenario::{Scenario, Unsound};
use bevy_ecs::{
    archetype::Archetype,
    component::{ComponentId, Mutable},
    prelude::*,
};
use std::{any::TypeId, collections::VecDeque, fmt, sync::Arc};

/// What tells a world what belongs to the state of a run. A mechanism does so in
/// [`Mechanism::register`](super::Mechanism::register).
///
/// ```
/// use bevy_ecs::prelude::*;
/// use redqueen::model::{firm::Character, snapshot::Keep};
///
/// /// Grants that a firm was given so far.
/// #[derive(Component, Clone, Default)]
/// struct Grants(f64);
///
/// /// What is left to be granted.
/// #[derive(Resource, Clone, Default)]
/// struct Purse(f64);
///
/// let mut world = World::new();
/// world.keep_with::<Character, Grants>();
/// world.keep_resource::<Purse>();
/// ```
pub trait Keep {
    /// Whatever has an `Of` has a `T` too, at its default at first, and a snapshot holds it.
    fn keep_with<Of: Component, T: Component<Mutability = Mutable> + Clone + Default>(&mut self);
    /// A snapshot holds the component `T` of every entity that has one.
    fn keep_component<T: Component<Mutability = Mutable> + Clone>(&mut self);
    /// A snapshot holds the resource `T`.
    fn keep_resource<T: Resource<Mutability = Mutable> + Clone>(&mut self);
    /// A snapshot leaves the resource `T` alone: it follows from the scenario, or is worked out anew in every step before it is
    /// read.
    fn pass_over<T: Resource>(&mut self);
}

/// How a type is taken down.
#[derive(Clone, Copy)]
struct Way {
    of: TypeId,
    take: fn(&World, &[Entity]) -> Box<dyn Part>,
}

/// What belongs to the state of the world that it is in.
#[derive(Resource, Default)]
struct Kept {
    ways: Vec<Way>,
    /// By [`ComponentId`]: whether the type was told of, kept or not.
    told: Vec<bool>,
}

impl Kept {
    fn tell(&mut self, id: ComponentId) -> bool {
        if self.told.len() <= id.index() {
            self.told.resize(id.index() + 1, false);
        }
        !std::mem::replace(&mut self.told[id.index()], true)
    }

    fn knows(&self, id: ComponentId) -> bool {
        self.told.get(id.index()) == Some(&true)
    }
}

fn keep<T: Component>(world: &mut World, take: fn(&World, &[Entity]) -> Box<dyn Part>) {
    let id = world.register_component::<T>();
    let mut kept = world.get_resource_or_init::<Kept>();
    if kept.tell(id) {
        kept.ways.push(Way { of: TypeId::of::<T>(), take });
    }
}

impl Keep for World {
    fn keep_with<Of: Component, T: Component<Mutability = Mutable> + Clone + Default>(&mut self) {
        self.register_required_components::<Of, T>();
        self.keep_component::<T>();
    }

    fn keep_component<T: Component<Mutability = Mutable> + Clone>(&mut self) {
        keep::<T>(self, |world, entities| {
            Box::new(Column(entities.iter().map(|entity| world.get::<T>(*entity).cloned()).collect()))
        });
    }

    fn keep_resource<T: Resource<Mutability = Mutable> + Clone>(&mut self) {
        keep::<T>(self, |world, _| Box::new(Single(world.get_resource::<T>().cloned())));
    }

    fn pass_over<T: Resource>(&mut self) {
        let id = self.register_component::<T>();
        self.get_resource_or_init::<Kept>().tell(id);
    }
}

/// The values of a type, as they were.
trait Part: Send + Sync {
    /// Puts them back; whether an entity thereby got or lost the component.
    fn put_back(&self, world: &mut World, entities: &[Entity]) -> bool;
}

struct Column<T>(Vec<Option<T>>);

impl<T: Component<Mutability = Mutable> + Clone> Part for Column<T> {
    fn put_back(&self, world: &mut World, entities: &[Entity]) -> bool {
        let mut moved = false;
        for (&entity, saved) in entities.iter().zip(&self.0) {
            match (world.get_mut::<T>(entity), saved) {
                (Some(mut now), Some(saved)) => now.clone_from(saved),
                (None, None) => {}
                (now, saved) => {
                    let is_there = now.is_some();
                    if let Ok(mut entity) = world.get_entity_mut(entity) {
                        match saved {
                            Some(saved) => entity.insert(saved.clone()),
                            None if is_there => entity.remove::<T>(),
                            None => &mut entity,
                        };
                    }
                    moved = true;
                }
            }
        }
        moved
    }
}

struct Single<T>(Option<T>);

impl<T: Resource<Mutability = Mutable> + Clone> Part for Single<T> {
    fn put_back(&self, world: &mut World, _: &[Entity]) -> bool {
        match (&self.0, world.get_resource_mut::<T>()) {
            (Some(saved), Some(mut now)) => now.clone_from(saved),
            (Some(saved), None) => world.insert_resource(saved.clone()),
            (None, _) => drop(world.remove_resource::<T>()),
        }
        false
    }
}

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
    "the world holds a `{name}`, of which a snapshot does not know whether it belongs to the state of the run: say so in `Mechanism::register`, by `keep_with`, `keep_component`, `keep_resource` or `pass_over` of `redqueen::model::snapshot::Keep`"
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
    /// The world holds a component or a resource of which was not [said](Keep) whether it belongs to the state of a run.
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

/// Tells a world of what it holds whatever its mechanisms are.
pub(super) fn register(world: &mut World) {
    world.keep_component::<Key>();
    state::register(world);
    world.keep_component::<FabIndex>();
    world.keep_component::<Site>();
    world.keep_component::<Capacity>();
    world.keep_component::<Craft>();
    world.keep_component::<Outage>();
    world.keep_component::<ChipDesign>();
    world.keep_component::<Line>();
    world.keep_component::<Shock>();
    firm::register(world);
    accounts::register(world);
    world.keep_resource::<RunSeed>();
    world.keep_resource::<Clock>();
    world.keep_resource::<Ledger>();
    world.keep_resource::<Faults>();
    world.keep_resource::<Frontier>();
    world.keep_resource::<Relations>();
    world.keep_resource::<Barriers>();
    world.keep_resource::<Stances>();
    world.keep_resource::<ProgressParts>();
    world.keep_resource::<Reference>();
    world.keep_resource::<FirmsAtStart>();
    world.pass_over::<Kept>();
    world.pass_over::<Geography>();
    world.pass_over::<Newcomers>();
    world.pass_over::<Roster>();
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
pub(super) mod tests;
