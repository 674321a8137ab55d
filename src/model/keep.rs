//! What belongs to the state of a run, told to a world type by type where the type is introduced.

use bevy_ecs::{
    component::{ComponentId, Mutable},
    prelude::*,
};
use std::any::TypeId;

/// What tells a world what belongs to the state of a run. A mechanism does so in
/// [`Mechanism::register`](super::Mechanism::register).
///
/// ```
/// use bevy_ecs::prelude::*;
/// use redqueen::model::{firm::Character, keep::Keep};
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
pub(super) struct Way {
    pub(super) of: TypeId,
    pub(super) take: fn(&World, &[Entity]) -> Box<dyn Part>,
}

/// What belongs to the state of the world that it is in.
#[derive(Resource, Default)]
pub(super) struct Kept {
    pub(super) ways: Vec<Way>,
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

    pub(super) fn knows(&self, id: ComponentId) -> bool {
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
pub(super) trait Part: Send + Sync {
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
