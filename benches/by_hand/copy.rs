//! The world at its start, copied into flat arrays.

use super::{BREAKTHROUGH, FORM, Firms, Flat, LUCK, Levels, MECHANISMS, Rules, States};
use bevy_ecs::query::QueryData;
use redqueen::{
    maths::{exp, ln},
    model::{
        Seed, Simulation,
        accounts::Standing,
        clock::Clock,
        firm::{
            Capability, Character, Copied, Endowment, Finance, Focus, Hardware, Knowledge, Momentum, Offer, Precaution,
            Usage,
        },
        geography::{Geography, PerDomain},
        ledger::{Ledger, LeftOut},
        mechanisms::{
            adoption::Adoption,
            compute::Compute,
            diffusion::{Diffusion, FirmsAtStart},
            market::{Appeal, Market},
            money::Money,
            output::{Output, Reference},
            power::Power,
            price::Price,
            releases::Releases,
            research::Research,
            training::Training,
        },
        noise::Key,
        relations::Relations,
        release::{self, Frontier},
        state::{Absorption, Access, Economy, Penetration, Supply, Traits},
        states::StateId,
    },
    scenario::{MAX_DOMAINS, MAX_STATES},
};
use std::collections::VecDeque;

/// A firm of the world.
#[derive(QueryData)]
struct WholeFirm {
    key: &'static Key,
    character: &'static Character,
    focus: &'static Focus,
    endowment: &'static Endowment,
    precaution: &'static Precaution,
    knowledge: &'static Knowledge,
    capability: &'static Capability,
    copied: &'static Copied,
    hardware: &'static Hardware,
    finance: &'static Finance,
    offer: &'static Offer,
    momentum: &'static Momentum,
    usage: &'static Usage,
    appeal: &'static Appeal,
    standing: &'static Standing,
}

/// A state of the world.
#[derive(QueryData)]
struct WholeState {
    id: &'static StateId,
    traits: &'static Traits,
    economy: &'static Economy,
    absorption: &'static Absorption,
    penetration: &'static Penetration,
    access: &'static Access,
    supply: &'static Supply,
}

impl Flat {
    /// The start of the world of `simulation` under `seed`, copied.
    pub fn new(simulation: &mut Simulation, seed: Seed) -> Self {
        simulation.reset(seed);
        let world = simulation.world_mut();
        world.resource_mut::<Ledger>().left_out = LeftOut { events: true, releases: true };
        let geography = world.resource::<Geography>().clone();
        let (domains, states) = (geography.domains, geography.states);
        let rules = Rules {
            compute: world.resource::<Compute>().clone(),
            money: world.resource::<Money>().clone(),
            price: world.resource::<Price>().clone(),
            research: world.resource::<Research>().clone(),
            diffusion: world.resource::<Diffusion>().clone(),
            training: world.resource::<Training>().clone(),
            releases: world.resource::<Releases>().clone(),
            market: world.resource::<Market>().clone(),
            adoption: world.resource::<Adoption>().clone(),
            output: world.resource::<Output>().clone(),
            power: world.resource::<Power>().clone(),
        };
        let clock = world.resource::<Clock>().clone();
        let flat = |levels: &[PerDomain]| levels[..states].iter().flat_map(|row| row[..domains].to_vec()).collect();
        let levels = |levels: &release::Levels| Levels {
            knowledge: flat(&levels.knowledge),
            capability: flat(&levels.capability),
            ln_compute: flat(&levels.ln_compute),
        };
        let frontier = world.resource::<Frontier>();
        let (any, open) = (levels(&frontier.any.now), levels(&frontier.open.now));
        let memory = clock.steps(rules.diffusion.lag_open_months.max(rules.diffusion.lag_closed_months));
        let mut copy = Self {
            reference: world.resource::<Reference>().clone(),
            at_start: world.resource::<FirmsAtStart>().0,
            trust: world.resource::<Relations>().trust,
            past: VecDeque::from([(any.clone(), open.clone())]),
            memory: memory as usize,
            rules,
            seed,
            clock,
            geography,
            firms: Firms::default(),
            states: States::default(),
            any,
            open,
            first_frontier: None,
            known_at_start: None,
            highest_effort: 0.0,
            open_effort: [0.0; MAX_STATES],
            flows: [0.0; 3],
            progress: [0.0; 3],
            state_progress: [[0.0; 3]; MAX_STATES],
            finite: true,
            scratch: Vec::new(),
        };
        copy.copy_firms(simulation);
        copy.copy_states(simulation);
        copy
    }

    fn copy_firms(&mut self, simulation: &mut Simulation) {
        let (domains, states) = (self.geography.domains, self.geography.states);
        let momentum_steps = self.clock.steps(self.rules.releases.momentum_months) as usize;
        let firms = &mut self.firms;
        let world = simulation.world_mut();
        for firm in world.query::<WholeFirm>().iter(world) {
            let WholeFirmItem { key, character, focus, endowment, precaution, knowledge, capability, .. } = firm;
            let WholeFirmItem { copied, hardware, finance, offer, momentum, usage, appeal, standing, .. } = firm;
            firms.key.push(*key);
            firms.luck.push(LUCK.at(self.seed, *key, 0));
            firms.form_luck.push(FORM.at(self.seed, *key, 0));
            firms.form.push(0.0);
            firms.breakthrough.push(BREAKTHROUGH.at(self.seed, *key, 0));
            firms.home.push(character.home.place());
            firms.open.push(character.open);
            firms.talent.push(character.talent);
            firms.price.push(character.price);
            firms.research_share.push(character.research_share);
            // Nobody makes an effort where safety is not among the mechanisms.
            firms.safety.push(if MECHANISMS.contains(&"safety") { precaution.effort } else { 0.0 });
            firms.compute_share.push(character.compute_share);
            firms.own_funds.push(character.own_funds);
            firms.staff.push(character.overhead);
            firms.weights.extend(&focus.weights[..domains]);
            firms.ln_relative.extend(&focus.ln_relative[..domains]);
            let returns = |relative: &f64| exp(self.rules.research.exponent * relative);
            firms.returns.extend(focus.ln_relative[..domains].iter().map(returns));
            firms.endowment.extend(&endowment.0[..domains]);
            firms.knowledge.extend(&knowledge.0[..domains]);
            firms.capability.extend(&capability.0[..domains]);
            firms.copied.extend(&copied.0[..domains]);
            firms.effort.push(0.0);
            firms.ln_compute.push(0.0);
            firms.trained_with.push(None);
            firms.stock.push(hardware.stock);
            firms.order.push(hardware.order);
            firms.backlog.push(hardware.backlog);
            firms.cash.push(finance.cash);
            firms.revenue.push(finance.revenue);
            firms.investment.push(finance.investment);
            firms.followed.push(ln(usage.world + self.rules.money.share_floor));
            firms.serial.push(offer.serial);
            firms.released.push(offer.released);
            firms.rating.push(offer.rating);
            firms.rating_by_domain.extend(&offer.rating_by_domain[..domains]);
            firms.offered.push(offer.capability);
            firms.own_offered.push(offer.own_capability);
            firms.ratings.extend(vec![offer.rating; momentum_steps]);
            firms.gained.push(momentum.gained);
            firms.share.extend(&usage.share[..states]);
            firms.ln_share.extend(&usage.ln_share[..states]);
            firms.world.push(usage.world);
            firms.appeal.extend(&appeal.by_state[..states]);
            firms.profile.extend([0.0; MAX_DOMAINS].iter().take(domains));
            firms.of_serial.push(appeal.of_serial);
            firms.usage_before.push(standing.usage.unwrap_or(0.0));
            firms.capability_before.push(standing.capability);
        }
    }

    fn copy_states(&mut self, simulation: &mut Simulation) {
        let states = &mut self.states;
        let world = simulation.world_mut();
        for state in world.query::<WholeState>().iter(world) {
            let WholeStateItem { id, traits, economy, absorption, penetration, access, supply } = state;
            assert_eq!(id.place(), states.numbers.len(), "states stand in order");
            states.numbers.push(traits.0.clone());
            states.output.push(economy.output);
            states.trend.push(economy.trend);
            states.before.push(economy.before);
            states.effect.push(economy.effect);
            states.cloud_orders.push(supply.cloud_orders);
            states.absorption.push(absorption.0);
            states.adoption.push(penetration.0);
            states.access.push(access.now);
            states.received.push(supply.received);
            states.delivered.push(supply.delivered);
            states.clouds.push(supply.clouds);
            states.soft.push(0.0);
            states.economic.push(0.0);
        }
    }
}
