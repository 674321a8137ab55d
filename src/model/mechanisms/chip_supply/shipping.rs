//! Who gets what leaves the line: sellers' stores, states' money, and what export controls turn away.
//!
//! made = received + stored, and denied = redirected + downgraded + what of it went into store, in every step.

use super::ChipSupply;
use crate::{
    model::{
        accelerator::{ChipDesign, Line},
        clock::Clock,
        geography::{Geography, PerState},
        ledger::Ledger,
        mechanisms::leapfrog::Paradigm,
        relations::Barriers,
        state::{CHAIN, Industry, Supply},
        states::States,
    },
    scenario::MAX_STATES,
};
use bevy_ecs::prelude::*;

/// Steps' flows start at nothing.
pub fn clear(mut states: Query<&mut Supply>) {
    for mut supply in &mut states {
        (supply.intended, supply.denied, supply.received, supply.alternative) = (0.0, 0.0, 0.0, 0.0);
    }
}

/// Packages that leave for customers out of those made: what is usual as long as the store allows; above that, all but what
/// fills the store up to its aim in `fill_months`, or more where the store holds too much.
fn dispatched(supply: &ChipSupply, clock: &Clock, line: &Line) -> f64 {
    if line.packages >= line.usual {
        let wanted = supply.inventory_months * clock.steps_per_month() * line.usual - line.store;
        let fill = (wanted / f64::from(clock.steps(supply.fill_months))).clamp(-line.store, line.packages - line.usual);
        line.packages - fill
    } else {
        line.packages + line.store.min(line.usual - line.packages)
    }
}

/// What states got in a step.
struct Shipments {
    intended: PerState,
    denied: PerState,
    received: PerState,
    /// Compute whose stages stood at home.
    own: [PerState; CHAIN.len()],
}

/// Shares the packages `out` of one accelerator among states by `weights`; gives how many found no customer, and notes flows.
fn share_out(
    out: f64,
    weights: &PerState,
    geography: &Geography,
    barriers: &Barriers,
    design: &ChipDesign,
    line: &mut Line,
    ledger: &mut Ledger,
) -> f64 {
    let performance = line.performance;
    let total: f64 = weights[..geography.states].iter().sum();
    if total <= 0.0 {
        return out;
    }
    let (mut turned_away, mut open) = (0.0, 0.0);
    let mut closed = [false; MAX_STATES];
    for s in geography.each_state() {
        let intended = out * (weights[s] / total);
        let barrier = barriers.chips(design.home, s, performance);
        if barrier.stopped == 0.0 {
            open += weights[s];
            line.received[s] = intended * performance;
            continue;
        }
        closed[s] = true;
        let stopped = intended * barrier.stopped;
        line.received[s] = (intended - stopped) * performance + stopped * barrier.variant;
        line.denied[s] = stopped * (performance - barrier.variant);
        ledger.denied += line.denied[s];
        if barrier.variant > 0.0 {
            ledger.downgraded += line.denied[s];
        } else {
            turned_away += stopped;
        }
    }
    if turned_away == 0.0 || open <= 0.0 {
        return turned_away;
    }
    ledger.redirected += turned_away * performance;
    for s in geography.each_state().filter(|&s| !closed[s]) {
        line.received[s] += turned_away * (weights[s] / open) * performance;
    }
    0.0
}

/// Ships what was made, and what stores give.
pub fn ship(
    supply: Res<ChipSupply>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    barriers: Res<Barriers>,
    mut ledger: ResMut<Ledger>,
    mut states: States<(&Paradigm, &mut Supply, &mut Industry)>,
    mut accelerators: Query<(&ChipDesign, &mut Line)>,
) {
    let money = states.map(|(paradigm, supply, _)| supply.spending * paradigm.silicon());
    let none = [0.0; MAX_STATES];
    let mut shipments = Shipments { intended: none, denied: none, received: none, own: [none; CHAIN.len()] };
    for (design, mut line) in &mut accelerators {
        let line = &mut *line;
        (line.received, line.denied) = (none, none);
        if clock.begins_month() {
            (line.packages_in_month, line.compute_in_month, line.denied_in_month) = (0.0, 0.0, 0.0);
        }
        line.packages_in_month += line.packages;
        if line.packages == 0.0 && line.store == 0.0 {
            line.shipped = 0.0;
            continue;
        }
        if line.usual == 0.0 {
            line.usual = line.packages;
        }
        let out = dispatched(&supply, &clock, line);
        let weights: PerState = std::array::from_fn(|s| design.sales[s] * money[s]);
        let returned = share_out(out, &weights, &geography, &barriers, design, line, &mut ledger);
        line.shipped = out - returned;
        line.usual += (line.shipped - line.usual) / f64::from(clock.steps(supply.usual_months));
        let stored = line.packages - line.shipped;
        line.store = (line.store + stored).max(0.0);
        ledger.stored += stored * line.performance;
        ledger.made += stored * line.performance;
        for s in geography.each_state().filter(|&s| weights[s] > 0.0) {
            line.compute_in_month += line.received[s];
            line.denied_in_month += line.denied[s];
            shipments.received[s] += line.received[s];
            shipments.denied[s] += line.denied[s];
            // What others were denied comes on top of what was meant for a state.
            shipments.intended[s] += line.received[s] + line.denied[s];
            for (own, origin) in shipments.own.iter_mut().zip(&line.origin) {
                own[s] += line.received[s] * origin[s];
            }
        }
    }
    for (s, (_, mut supply, mut industry)) in states.iter_mut() {
        supply.intended += shipments.intended[s];
        supply.denied += shipments.denied[s];
        supply.received += shipments.received[s];
        ledger.made += shipments.received[s];
        for (stage, own) in industry.self_sufficiency.iter_mut().zip(&shipments.own) {
            *stage = if shipments.intended[s] > 0.0 { (own[s] / shipments.intended[s]).min(1.0) } else { 0.0 };
        }
    }
}
