//! A state: its economy, its users, its firms' surroundings.

use super::{geography::PerDomain, keep::Keep, noise::Key};
use crate::{
    model::{geography::per_domain, states::StateId},
    scenario::{Lever, MAX_DOMAINS, StateNumbers, StateSpec},
};
use bevy_ecs::prelude::*;

/// Its numbers as configured.
#[derive(Component, Clone, Debug)]
pub struct Traits(pub StateNumbers);

/// Output, billion USD of 2023 a year.
#[derive(Component, Clone, Debug)]
pub struct Economy {
    /// Output now.
    pub output: f64,
    /// Output on trend, without AI.
    pub trend: f64,
    /// Output one step ago.
    pub before: f64,
    /// ln of output over trend: what AI adds.
    pub effect: f64,
}

/// How well its firms absorb outside knowledge, in (0, 1).
#[derive(Component, Clone, Copy, Debug)]
pub struct Absorption(pub f64);

/// Share of its users that have adopted AI, by domain.
#[derive(Component, Clone, Copy, Debug)]
pub struct Penetration(pub PerDomain);

/// Capability that its users can reach, by domain, nats.
#[derive(Component, Clone, Copy, Debug)]
pub struct Access {
    /// Now.
    pub now: PerDomain,
}

/// Compute that reaches the state, MH100e, and the money that asks for it.
#[derive(Component, Clone, Debug, Default)]
pub struct Supply {
    /// Would have reached it in this step without export controls.
    pub intended: f64,
    /// Part of that which controls kept from it.
    pub denied: f64,
    /// Reached it in this step.
    pub received: f64,
    /// Would have reached it if no plant stood still.
    pub undisturbed: f64,
    /// Part of what it received that comes from an alternative paradigm.
    pub alternative: f64,
    /// Bought by firms in this step.
    pub delivered: f64,
    /// Part of what it received past rules that mean to stop it.
    pub leaks: Leaks,
    /// Stock of chips that were smuggled in.
    pub smuggled: f64,
    /// Stock in clouds, which belongs to no firm of the model.
    pub clouds: f64,
    /// Capital that investors offer, billion USD a year.
    pub capital: f64,
    /// The flows of the month so far.
    pub month: Flows,
    /// Money with which firms at home order compute, billion USD a year, the state's own purchases included.
    pub spending: f64,
    /// Part of it that is the clouds', billion USD a year.
    pub cloud_orders: f64,
    /// With which its buyers ask for compute: new orders, and those that wait, billion USD a year.
    pub bids: f64,
}

/// Compute that reaches a state although export controls keep chips from it, MH100e.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Leaks {
    /// Chips that get through though a rule means to stop them.
    pub smuggled: f64,
    /// Chips that its buyers use in third states.
    pub rented: f64,
    /// Variants that rules let pass.
    pub variants: f64,
}

impl Leaks {
    /// Adds others.
    pub fn add(&mut self, others: &Self) {
        self.smuggled += others.smuggled;
        self.rented += others.rented;
        self.variants += others.variants;
    }
}

/// Flows of compute to a state, MH100e.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flows {
    /// Reached it.
    pub received: f64,
    /// Export controls kept from it.
    pub denied: f64,
    /// Was made by an alternative paradigm.
    pub alternative: f64,
    /// Was bought by its firms.
    pub delivered: f64,
    /// Came past rules.
    pub leaks: Leaks,
}

/// What the state's accelerators are like as a fleet.
#[derive(Component, Clone, Debug)]
pub struct Fleet {
    /// Mean efficiency of the systems (η): what they deliver of what their chips would in ordinary servers.
    pub efficiency: f64,
    /// Compute of its firms and clouds when the month's chips have arrived, MH100e.
    pub compute: f64,
    /// Mean power of a H100-equivalent, cooling included, kW.
    pub kw_per_h100e: f64,
    /// Power that AI can draw, GW; infinite without a cap.
    pub power_gw: f64,
    /// Part of it that policy and buyers of compute built beyond trend, GW.
    pub built_gw: f64,
    /// Part of it that the fleet draws in other states, GW; negative where others draw power here.
    pub abroad_gw: f64,
    /// Mean trust of those states that have power to spare, by how much; 0 if none has.
    pub hosts: f64,
    /// Share of the money for compute that buys chips (φ); the rest builds power for them.
    pub chips_share: f64,
    /// Money that builds power, billion USD a year.
    pub power_money: f64,
    /// Share of the compute that this power lets run (u).
    pub running: f64,
    /// ln(u η): what firms lose in usable compute; 0 if nothing.
    pub ln_usable: f64,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            efficiency: 1.0,
            compute: 0.0,
            kw_per_h100e: 0.0,
            power_gw: f64::INFINITY,
            built_gw: 0.0,
            abroad_gw: 0.0,
            hosts: 0.0,
            chips_share: 1.0,
            power_money: 0.0,
            running: 1.0,
            ln_usable: 0.0,
        }
    }
}

/// The stages of making compute of which self-sufficiency is counted: design, then those of [`Stage`](crate::scenario::Stage).
pub const CHAIN: [&str; 4] = ["design", "logic", "packaging", "memory"];

/// The state's chip industry.
#[derive(Component, Clone, Debug, Default)]
pub struct Industry {
    /// Maturity of its own equipment industry (M).
    pub maturity: f64,
    /// Denied share of demand in this step, of whatever is denied most.
    pub pressure: f64,
    /// Extra growth of its fabs' experience that pressure and subsidy bring, 1/year (ψ).
    pub learning: f64,
    /// Part of the refined materials kept from it that it has replaced by sources of its own (R).
    pub materials_replaced: f64,
    /// How far its buyers shun foreign designs (b), from 0 to 1.
    pub preference: f64,
    /// Share of its demand for compute that was made at home, by stage of [`CHAIN`].
    pub self_sufficiency: [f64; CHAIN.len()],
}

impl Industry {
    /// Least self-sufficiency of any stage.
    pub fn least_self_sufficiency(&self) -> f64 {
        self.self_sufficiency.iter().copied().fold(1.0, f64::min)
    }
}

/// What its government does, by [`Lever`].
#[derive(Component, Clone, Copy, Debug, Default, PartialEq)]
pub struct Levers(pub [f64; Lever::COUNT]);

impl Levers {
    /// The value of a lever.
    #[inline]
    pub fn of(&self, lever: Lever) -> f64 {
        self.0[lever as usize]
    }
}

/// What policy costs it and what shocks and incidents do to it.
#[derive(Component, Clone, Debug, Default)]
pub struct Burden {
    /// Cost of policy, billion USD a year.
    pub policy_cost: f64,
    /// Output lost to incidents, as a share (log form).
    pub incidents: f64,
    /// Output lost to shocks in this step, as a share (log form).
    pub shocks: f64,
    /// Output lost to missing chips in this step, as a share (log form).
    pub chips: f64,
    /// Welfare lost with privacy, in units of ln output.
    pub privacy: f64,
}

/// How it governs AI and what its people make of it.
#[derive(Component, Clone, Debug, Default)]
pub struct Governance {
    /// Least safety effort of firms at home: the lever's, and what incidents brought about.
    pub floor: f64,
    /// Part of it that incidents brought about; decays.
    pub reaction: f64,
    /// Trust of its users in AI, from 0 to 1.
    pub trust: f64,
    /// Incidents of its firms in this month.
    pub incidents: u32,
}

/// Tells a world of what a state holds.
pub(super) fn register(world: &mut World) {
    world.keep_component::<StateId>();
    world.keep_component::<Traits>();
    world.keep_component::<Economy>();
    world.keep_component::<Absorption>();
    world.keep_component::<Penetration>();
    world.keep_component::<Access>();
    world.keep_component::<Supply>();
    world.keep_component::<Fleet>();
    world.keep_component::<Industry>();
    world.keep_component::<Levers>();
    world.keep_component::<Burden>();
    world.keep_component::<Governance>();
}

/// Everything a state holds.
#[derive(Bundle)]
pub struct StateBundle {
    key: Key,
    id: StateId,
    traits: Traits,
    economy: Economy,
    absorption: Absorption,
    penetration: Penetration,
    access: Access,
    supply: Supply,
    fleet: Fleet,
    industry: Industry,
    levers: Levers,
    burden: Burden,
    governance: Governance,
}

impl StateBundle {
    /// The state at the start of a run.
    pub fn new(id: StateId, spec: &StateSpec) -> Self {
        let numbers = &spec.numbers;
        let output = numbers.gdp_billion_usd;
        Self {
            key: Key::named("state", &spec.name),
            id,
            economy: Economy { output, trend: output, before: output, effect: 0.0 },
            absorption: Absorption(numbers.absorptive_capacity),
            penetration: Penetration(per_domain(&vec![numbers.adoption; spec.demand.len()])),
            access: Access { now: [0.0; MAX_DOMAINS] },
            supply: Supply {
                clouds: numbers.cloud_mh100e,
                capital: numbers.capital_billion_usd_per_year,
                ..Supply::default()
            },
            fleet: Fleet::default(),
            industry: Industry { maturity: numbers.equipment_maturity, ..Industry::default() },
            levers: Levers::default(),
            burden: Burden::default(),
            governance: Governance { trust: numbers.trust_in_ai, ..Governance::default() },
            traits: Traits(numbers.clone()),
        }
    }
}
