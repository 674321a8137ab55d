//! Firms as the scenario configures them: those of the start, and those that enter on a date.

use super::{
    firm::{Character, Focus, Founding},
    geography::{Geography, per_domain},
    noise::Key,
};
use crate::scenario::{FirmSpec, MAX_DOMAINS, MAX_STATES};
use bevy_ecs::prelude::*;

/// Firms that enter on a date, with the step of their entry; and the talent of each state.
#[derive(Resource, Clone, Debug, Default)]
pub struct Newcomers(pub Vec<(u32, FirmSpec)>, pub Vec<f64>);

/// A configured firm, its capability counted from `frontier`. An endowment shifts its domains against each other, not its
/// overall capability.
pub fn configured(
    spec: &FirmSpec,
    frontier: f64,
    entered: i64,
    draws_from: u32,
    geography: &Geography,
    state_talent: &[f64],
) -> Founding {
    let numbers = &spec.numbers;
    let mut endowment = geography.endowment[spec.state];
    for (own, extra) in endowment.iter_mut().zip(per_domain(&spec.endowment)) {
        *own += extra;
    }
    let level = frontier + numbers.capability - geography.overall(&endowment);
    let mut capability = per_domain(&spec.capability_by_domain);
    for d in geography.each_domain() {
        capability[d] += level + endowment[d];
    }
    let usage = std::array::from_fn(|s| if s == spec.state { numbers.usage_home } else { numbers.usage_abroad });
    Founding {
        key: Key::named("firm", &spec.name),
        name: spec.name.as_str().into(),
        character: Character {
            home: spec.state,
            open: spec.open,
            talent: numbers.talent * state_talent[spec.state],
            price: numbers.price,
            research_share: numbers.research_share,
            compute_share: numbers.compute_share,
            own_funds: numbers.own_funds_billion_usd_per_year,
            overhead: numbers.overhead_billion_usd_per_year,
            entered,
        },
        focus: Focus::new(per_domain(&spec.focus), geography.domains),
        endowment,
        capability,
        knowledge_limit: [f64::INFINITY; MAX_DOMAINS],
        compute: numbers.compute_mh100e,
        cash: numbers.cash_billion_usd,
        usage: if entered < 0 { usage } else { [0.0; MAX_STATES] },
        draws_from,
    }
}
