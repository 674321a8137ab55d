//! An AI firm: what it knows, what it can do, what it holds, who uses it.

use super::{
    clock::Clock,
    geography::{PerDomain, PerState},
    keep::Keep,
    noise::Key,
    release::Release,
};
use crate::{
    maths,
    model::states::StateId,
    scenario::{MAX_DOMAINS, MAX_STATES, SafetyRule},
};
use bevy_ecs::prelude::*;
use std::sync::Arc;

/// Its name.
#[derive(Component, Clone, Debug)]
pub struct Label(pub Arc<str>);

/// What it is and, but for its openness, stays.
#[derive(Component, Clone, Debug)]
pub struct Character {
    /// Its home state.
    pub home: StateId,
    /// Whether it publishes the weights of its next model.
    pub open: bool,
    /// Talent of its researchers, its state's included.
    pub talent: f64,
    /// Price level of its services.
    pub price: f64,
    /// Share of its compute for research and training.
    pub research_share: f64,
    /// Share of its budget that buys compute.
    pub compute_share: f64,
    /// Money from its other business at the start, billion USD a year.
    pub own_funds: f64,
    /// Fixed costs, billion USD a year.
    pub overhead: f64,
    /// How much outsiders can see of what it does.
    pub transparency: f64,
    /// Step of entry; negative for firms that were there before the start.
    pub entered: i64,
}

/// Where it puts its effort.
#[derive(Component, Clone, Copy, Debug)]
pub struct Focus {
    /// Weights by domain that sum to 1.
    pub weights: PerDomain,
    /// ln(w·D): 0 for even effort.
    pub ln_relative: PerDomain,
    returns: Option<PerDomain>,
}

impl Focus {
    /// The focus with these weights, which are scaled to sum to 1.
    pub fn new(weights: PerDomain, domains: usize) -> Self {
        let sum: f64 = weights[..domains].iter().sum();
        let mut focus = Self { weights: [0.0; MAX_DOMAINS], ln_relative: [0.0; MAX_DOMAINS], returns: None };
        for (d, weight) in weights.iter().enumerate().take(domains) {
            focus.weights[d] = weight / sum;
            focus.ln_relative[d] = maths::ln(focus.weights[d] * domains as f64);
        }
        focus
    }

    /// Forgets what was worked out of it, as λ is another.
    pub(super) const fn forget(&mut self) {
        self.returns = None;
    }

    /// (w·D)^λ, worked out once in a firm's life: λ is the same for the whole run.
    #[inline]
    pub fn returns(&mut self, exponent: f64) -> &PerDomain {
        self.returns.get_or_insert_with(|| self.ln_relative.map(|relative| maths::exp(exponent * relative)))
    }
}

/// Algorithmic knowledge A by domain, nats.
#[derive(Component, Clone, Copy, Debug)]
pub struct Knowledge(pub PerDomain);

/// Trained capability K by domain, nats.
#[derive(Component, Clone, Copy, Debug)]
pub struct Capability(pub PerDomain);

/// Part of its capability that it copied beyond its own ideas (B) by domain, nats: kept, as long as own ideas and compute do not
/// make up for it.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Copied(pub PerDomain);

/// Fixed head start x by domain, nats.
#[derive(Component, Clone, Copy, Debug)]
pub struct Endowment(pub PerDomain);

/// Compute, MH100e.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Hardware {
    /// Holds now.
    pub stock: f64,
    /// Money with which it orders compute in this step, billion USD.
    pub order: f64,
    /// Money of orders that wait to be delivered, billion USD; cash pays only what arrives.
    pub backlog: f64,
}

impl Hardware {
    /// ln of the compute that research and training use.
    #[inline]
    pub fn ln_research(&self, character: &Character) -> f64 {
        maths::ln(self.stock * character.research_share)
    }
}

/// Money, billion USD.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Finance {
    /// Holds now.
    pub cash: f64,
    /// Revenue of the step, as a yearly rate.
    pub revenue: f64,
    /// Investment of the step, as a yearly rate.
    pub investment: f64,
}

/// What it does for safety.
#[derive(Component, Clone, Copy, Debug, Default)]
pub struct Precaution {
    /// Share of its effort (σ).
    pub effort: f64,
    /// What it would do if no one asked: its own choice under the rule.
    pub chosen: f64,
    /// How it chooses.
    pub rule: SafetyRule,
}

/// Its newest model, as the world sees it.
#[derive(Component, Clone, Copy, Debug)]
pub struct Offer {
    /// Models released so far.
    pub serial: u32,
    /// Whether its weights are public.
    pub open: bool,
    /// Step of release.
    pub released: i64,
    /// Measured rating, by the world's demand.
    pub rating: f64,
    /// Measured rating by domain.
    pub rating_by_domain: PerDomain,
    /// Capability by the world's demand, nats.
    pub capability: f64,
    /// Capability by the firm's own focus, nats: the bar for the next release.
    pub own_capability: f64,
}

/// Longest memory of ratings in steps: twelve months, the most that momentum can look back, at 24 steps a year.
const RATING_MEMORY: usize = 24;

/// Ratings of the last months.
#[derive(Component, Clone, Copy, Debug)]
pub struct Momentum {
    past: [f64; RATING_MEMORY],
    /// Points gained over those months.
    pub gained: f64,
}

impl Momentum {
    /// No gain yet.
    pub fn new(rating: f64) -> Self {
        Self { past: [rating; RATING_MEMORY], gained: 0.0 }
    }

    /// Takes in the rating of this step, to be compared with that of so many months ago, twelve at most.
    #[inline]
    pub fn observe(&mut self, rating: f64, months: u32, clock: &Clock) {
        let place = (clock.step() % clock.steps(months)) as usize;
        self.gained = rating - self.past[place];
        self.past[place] = rating;
    }
}

/// Usage of its models.
#[derive(Component, Clone, Copy, Debug)]
pub struct Usage {
    /// Share of each state's market.
    pub share: PerState,
    /// ln of that share; meaningless where the market is closed.
    pub ln_share: PerState,
    /// Share of world usage.
    pub world: f64,
}

impl Usage {
    /// Usage with these shares by state.
    pub fn new(share: PerState) -> Self {
        Self { share, ln_share: share.map(maths::ln), world: 0.0 }
    }
}

/// Everything a firm holds.
#[derive(Bundle)]
pub struct FirmBundle {
    /// Its stable key.
    pub key: Key,
    /// Its name.
    pub label: Label,
    /// What it is and stays.
    pub character: Character,
    /// Where it puts its effort.
    pub focus: Focus,
    /// What it knows.
    pub knowledge: Knowledge,
    /// What it can do.
    pub capability: Capability,
    /// What of it was copied.
    pub copied: Copied,
    /// Its head start.
    pub endowment: Endowment,
    /// Its compute.
    pub hardware: Hardware,
    /// Its money.
    pub finance: Finance,
    /// What it does for safety.
    pub precaution: Precaution,
    /// Its newest model.
    pub offer: Offer,
    /// Its recent gains.
    pub momentum: Momentum,
    /// Who uses it.
    pub usage: Usage,
}

impl FirmBundle {
    /// The release that its first model is.
    pub fn release(&self) -> Release {
        Release {
            home: self.character.home,
            open: self.character.open,
            knowledge: self.knowledge.0,
            capability: self.capability.0,
            ln_compute: self.hardware.ln_research(&self.character),
        }
    }
}

/// Tells a world of what a firm holds.
pub(super) fn register(world: &mut World) {
    world.keep_component::<Label>();
    world.keep_component::<Character>();
    world.keep_component::<Focus>();
    world.keep_component::<Knowledge>();
    world.keep_component::<Capability>();
    world.keep_component::<Copied>();
    world.keep_component::<Endowment>();
    world.keep_component::<Hardware>();
    world.keep_component::<Finance>();
    world.keep_component::<Precaution>();
    world.keep_component::<Offer>();
    world.keep_component::<Momentum>();
    world.keep_component::<Usage>();
}

/// What holds the place of a firm until it is filled.
pub(super) fn blank() -> FirmBundle {
    let none = [0.0; MAX_DOMAINS];
    FirmBundle {
        key: Key(0),
        label: Label("".into()),
        character: Character {
            home: StateId::new(0),
            open: false,
            talent: 0.0,
            price: 0.0,
            research_share: 0.0,
            compute_share: 0.0,
            own_funds: 0.0,
            overhead: 0.0,
            transparency: 0.0,
            entered: 0,
        },
        focus: Focus { weights: none, ln_relative: none, returns: None },
        knowledge: Knowledge(none),
        capability: Capability(none),
        copied: Copied(none),
        endowment: Endowment(none),
        hardware: Hardware::default(),
        finance: Finance::default(),
        precaution: Precaution::default(),
        offer: Offer {
            serial: 0,
            open: false,
            released: 0,
            rating: 0.0,
            rating_by_domain: none,
            capability: 0.0,
            own_capability: 0.0,
        },
        momentum: Momentum::new(0.0),
        usage: Usage { share: [0.0; MAX_STATES], ln_share: [0.0; MAX_STATES], world: 0.0 },
    }
}

/// Takes an entity out of its place in storage, whatever components it has, and back to the end of its kind.
#[derive(Component)]
struct Aside;

/// Closes firms and puts the others back into key order, which swapping the last into the gap would break.
pub fn remove_in_order(world: &mut World, in_order: &[Entity], closing: &[Entity]) {
    let Some(first) = closing.iter().filter_map(|gone| in_order.iter().position(|firm| firm == gone)).min() else {
        return;
    };
    // Taken from the back, no firm moves before its turn.
    let mut behind = Vec::new();
    for &firm in in_order[first..].iter().rev() {
        if closing.contains(&firm) {
            world.despawn(firm);
        } else if let Ok(mut entity) = world.get_entity_mut(firm) {
            entity.insert(Aside);
            behind.push(firm);
        }
    }
    for firm in behind.into_iter().rev() {
        if let Ok(mut entity) = world.get_entity_mut(firm) {
            entity.remove::<Aside>();
        }
    }
}

/// Puts entities into this order, each among those of its kind.
pub(super) fn in_this_order(world: &mut World, entities: &[Entity]) {
    for &entity in entities {
        world.entity_mut(entity).insert(Aside);
    }
    for &entity in entities {
        world.entity_mut(entity).remove::<Aside>();
    }
}
