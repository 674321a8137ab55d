//! Exit: firms without cash or users close.
//!
//! A firm closes when it has been out of cash for some months, or below the least usage share for some months. Its compute is
//! resold to the other firms of its state by demand (to clouds if nobody asks), never lost; its users go to the others.

use crate::{
    model::{
        accounts::Standing,
        clock::Clock,
        firm::{Character, Finance, Hardware, Label, Usage, remove_in_order},
        geography::Geography,
        ledger::{Closed, Ledger},
        phase::{Mechanism, MonthPlan, Phase},
        state::Supply,
        states::{Roster, StateId},
    },
    parameters,
};
use bevy_ecs::{prelude::*, query::QueryData};

parameters! {
    /// Numbers of exit.
    #[derive(Resource)]
    pub struct Exit {
        /// Months without cash after which a firm closes; 0 means never.
        broke_months: u32 = 6, "months", range 0..=600, plausible 3..=12 or null 0, assumption "bridge funding lasts about half a year";
        /// Share of world usage below which a firm fades.
        least_share: f64 = 0.0045, "1", range 0.0..=1.0, plausible 0.0005..=0.01 or null 0.0, assumption "too small to show on any ranking";
        /// Months below that share after which a firm closes; 0 means never.
        faded_months: u32 = 24, "months", range 0..=600, plausible 6..=36 or null 0, assumption "two years to find users";
    }
}

impl Mechanism for Exit {
    const NAME: &'static str = "exit";
    const MEANING: &'static str = "firms without cash or users close; their compute is resold";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Exit, (count_faded, close_failed_firms).chain());
    }
}

fn count_faded(exit: Res<Exit>, mut firms: Query<&mut Usage>) {
    for mut usage in &mut firms {
        usage.faded = if usage.world < exit.least_share { usage.faded + 1 } else { 0 };
    }
}

fn close_failed_firms(world: &mut World, firms: &mut QueryState<(Entity, &Finance, &Usage)>) {
    let (exit, clock) = (world.resource::<Exit>(), world.resource::<Clock>());
    let broke = clock.steps(exit.broke_months);
    let faded = clock.steps(exit.faded_months);
    let fails =
        |finance: &Finance, usage: &Usage| (broke > 0 && finance.broke >= broke) || (faded > 0 && usage.faded >= faded);
    if !firms.iter(world).any(|(_, finance, usage)| fails(finance, usage)) {
        return;
    }
    let in_order: Vec<Entity> = firms.iter(world).map(|(firm, ..)| firm).collect();
    let closing: Vec<Entity> =
        firms.iter(world).filter(|(_, finance, usage)| fails(finance, usage)).map(|(firm, ..)| firm).collect();
    for &firm in &closing {
        close_accounts(world, firm, &closing);
    }
    remove_in_order(world, &in_order, &closing);
}

/// What is settled when a firm closes.
#[derive(QueryData)]
struct Account {
    label: &'static Label,
    character: &'static Character,
    hardware: &'static Hardware,
    standing: &'static Standing,
    finance: &'static Finance,
}

/// Notes the closing and hands the firm's compute on.
fn close_accounts(world: &mut World, firm: Entity, closing: &[Entity]) {
    let mut accounts = world.query::<Account>();
    let Ok(account) = accounts.get(world, firm) else { return };
    let (label, home, stock) = (account.label.0.clone(), account.character.home, account.hardware.stock);
    let (standing, broke) = (*account.standing, account.finance.broke > 0);
    resell(world, home, stock, closing);
    let clock = world.resource::<Clock>().clone();
    let state = world.resource::<Geography>().names[home].clone();
    let mut ledger = world.resource_mut::<Ledger>();
    if let Some(usage) = standing.usage {
        ledger.closed.push(Closed { home, usage, capability: standing.capability });
    }
    ledger.exits += 1;
    let why = if broke { "out of cash" } else { "out of users" };
    ledger.note(&clock, "exit", &label, &state, None, why);
}

/// Shares compute among the firms of a state that stay, by demand; the state's clouds take what nobody asks for.
fn resell(world: &mut World, home: StateId, compute: f64, closing: &[Entity]) {
    let mut buyers = world.query::<(Entity, &Character, &mut Hardware)>();
    let buys = |entity: Entity, character: &Character| character.home == home && !closing.contains(&entity);
    let demand: f64 =
        buyers.iter(world).filter(|(entity, character, _)| buys(*entity, character)).map(|(.., c)| c.demand).sum();
    if demand > 0.0 {
        for (entity, character, mut held) in buyers.iter_mut(world) {
            if buys(entity, character) {
                held.stock += compute * held.demand / demand;
            }
        }
    } else {
        let state = world.resource::<Roster>().entity(home);
        if let Some(mut supply) = world.get_mut::<Supply>(state) {
            supply.clouds += compute;
        }
    }
    world.resource_mut::<Ledger>().resold += compute;
}
