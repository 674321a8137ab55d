//! States by their ids: the one way from a number in an array by state to a state's components, and back.

use crate::scenario::MAX_STATES;
use bevy_ecs::{
    prelude::*,
    query::{IterQueryData, QueryData, ROQueryItem},
    system::SystemParam,
};
use std::ops::{Index, IndexMut};

/// Which state: its place in the scenario's list and in every array by state. Every state has it as a component.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(usize);

impl StateId {
    /// The state at this place of the scenario's list.
    #[inline]
    pub const fn new(place: usize) -> Self {
        Self(place)
    }

    /// Its place in the scenario's list.
    #[inline]
    pub const fn place(self) -> usize {
        self.0
    }
}

impl<T> Index<StateId> for [T] {
    type Output = T;

    #[inline]
    fn index(&self, state: StateId) -> &T {
        &self[state.0]
    }
}

impl<T> IndexMut<StateId> for [T] {
    #[inline]
    fn index_mut(&mut self, state: StateId) -> &mut T {
        &mut self[state.0]
    }
}

impl<T> Index<StateId> for Vec<T> {
    type Output = T;

    #[inline]
    fn index(&self, state: StateId) -> &T {
        &self[state.0]
    }
}

impl<T> IndexMut<StateId> for Vec<T> {
    #[inline]
    fn index_mut(&mut self, state: StateId) -> &mut T {
        &mut self[state.0]
    }
}

/// The states' entities, by id.
#[derive(Resource, Clone, Debug, Default)]
pub struct Roster(Vec<Entity>);

impl Roster {
    /// The states of a world, in the order of their ids.
    pub(super) const fn new(in_order: Vec<Entity>) -> Self {
        Self(in_order)
    }

    /// A state's entity.
    #[inline]
    pub fn entity(&self, state: StateId) -> Entity {
        self.0[state]
    }
}

/// States as far as a system needs them: looked up by id, or gone through in order.
///
/// ```
/// use bevy_ecs::prelude::*;
/// use redqueen::model::{firm::Character, state::Economy, states::States};
/// fn richest_home(firms: Query<&Character>, states: States<&Economy>) {
///     let outputs = firms.iter().map(|character| states.at(character.home).output);
///     assert!(outputs.fold(0.0, f64::max) > 0.0);
/// }
/// let mut simulation = redqueen::model::Model::standard().simulate(&redqueen::baseline())?;
/// let system = simulation.world_mut().register_system(richest_home);
/// simulation.world_mut().run_system(system)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(SystemParam)]
pub struct States<'w, 's, D: QueryData + 'static> {
    roster: Res<'w, Roster>,
    query: Query<'w, 's, (&'static StateId, D)>,
}

impl<'s, D: QueryData + 'static> States<'_, 's, D> {
    /// A state, to read.
    #[inline]
    pub fn at(&self, state: StateId) -> ROQueryItem<'_, 's, D> {
        match self.query.get(self.roster.entity(state)) {
            Ok((_, item)) => item,
            Err(_) => unreachable!("a state has what is spawned and registered with states"),
        }
    }

    /// A state, to change.
    #[inline]
    pub fn at_mut(&mut self, state: StateId) -> D::Item<'_, 's> {
        match self.query.get_mut(self.roster.entity(state)) {
            Ok((_, item)) => item,
            Err(_) => unreachable!("a state has what is spawned and registered with states"),
        }
    }

    /// All states in order, to read.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (StateId, ROQueryItem<'_, 's, D>)> {
        self.query.iter().map(|(state, item)| (*state, item))
    }

    /// All states in order, to change.
    #[inline]
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (StateId, D::Item<'_, 's>)>
    where
        D: IterQueryData,
    {
        self.query.iter_mut().map(|(state, item)| (*state, item))
    }

    /// Something of each state as an array, for loops over firms or plants, which are the month's hottest: there a place of an
    /// array is read in place of a look-up for every firm. Places beyond the world's number of states are never read.
    #[inline]
    pub fn map<T: Copy + Default>(&self, of: impl Fn(ROQueryItem<'_, 's, D>) -> T) -> [T; MAX_STATES] {
        let mut all = [T::default(); MAX_STATES];
        for (state, item) in self.iter() {
            all[state] = of(item);
        }
        all
    }
}
