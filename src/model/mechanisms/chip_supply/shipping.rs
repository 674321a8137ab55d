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
        mechanisms::{export_controls::ExportControls, leapfrog::Paradigm},
        relations::Barriers,
        state::{CHAIN, Fleet, Industry, Leaks, Supply},
        states::{StateId, States},
    },
    scenario::{Goods, MAX_STATES},
};
use bevy_ecs::prelude::*;

/// Time over which customers come to expect what is shipped: contracts of about a year.
const USUAL_MONTHS: u32 = 12;

/// Steps' flows start at nothing.
pub fn clear(mut states: Query<&mut Supply>) {
    for mut supply in &mut states {
        (supply.intended, supply.denied, supply.received, supply.alternative) = (0.0, 0.0, 0.0, 0.0);
        (supply.undisturbed, supply.leaks) = (0.0, Leaks::default());
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

/// How packages of one accelerator are shared among states, for each that leaves for customers.
struct Split {
    /// Whether a rule binds it on its way to each state.
    bound: [bool; MAX_STATES],
    /// Part that reaches each state as it is, and part that controls keep from it.
    full: PerState,
    stopped: PerState,
    /// Performance of the variants that take the place of what is stopped.
    variant: PerState,
    /// Part of those that are kept from a state which its buyers use where no rule stands against it.
    rented: PerState,
    /// Part that gets through although it is meant to be stopped.
    smuggled: PerState,
    /// Part that finds no customer.
    returned: f64,
}

impl Split {
    /// By states' `weights`. What is stopped and has no variant goes to those whom no rule binds.
    fn new(
        weights: &PerState,
        geography: &Geography,
        barriers: &Barriers,
        rented: &PerState,
        (home, performance): (StateId, f64),
    ) -> Self {
        let none = [0.0; MAX_STATES];
        let bound = [false; MAX_STATES];
        let mut split =
            Self { bound, full: none, stopped: none, variant: none, rented: none, smuggled: none, returned: 1.0 };
        let total: f64 = weights[..geography.states].iter().sum();
        if total <= 0.0 {
            return split;
        }
        let (mut turned_away, mut open) = (0.0, 0.0);
        for s in geography.each_state() {
            let intended = weights[s] / total;
            let barrier = barriers.chips(home, s, performance);
            split.full[s] = intended;
            if barrier.stopped == 0.0 {
                open += weights[s];
                continue;
            }
            split.bound[s] = true;
            let rented = rented[s] * (1.0 - barriers.stopped(Goods::Rental, home, s));
            split.stopped[s] = intended * barrier.stopped * (1.0 - rented);
            split.rented[s] = intended * barrier.stopped * rented;
            split.smuggled[s] = intended * barrier.leaked;
            split.full[s] -= split.stopped[s];
            split.variant[s] = barrier.variant;
            if barrier.variant <= 0.0 {
                turned_away += split.stopped[s];
            }
        }
        split.returned = if open > 0.0 { 0.0 } else { turned_away };
        if turned_away > 0.0 && open > 0.0 {
            for s in geography.each_state() {
                split.full[s] += if split.bound[s] { 0.0 } else { turned_away * (weights[s] / open) };
            }
        }
        split
    }

    /// Compute that a state receives of packages of this performance.
    fn received(&self, state: StateId, packages: f64, performance: f64) -> f64 {
        packages * (self.full[state] * performance + self.stopped[state] * self.variant[state])
    }

    /// Compute that controls keep from it.
    fn denied(&self, state: StateId, packages: f64, performance: f64) -> f64 {
        packages * self.stopped[state] * (performance - self.variant[state])
    }
}

/// What states got in a step.
struct Shipments {
    intended: PerState,
    denied: PerState,
    received: PerState,
    undisturbed: PerState,
    /// What got through past rules.
    leaks: [Leaks; MAX_STATES],
    /// Compute whose stages stood at home.
    own: [PerState; CHAIN.len()],
}

impl Shipments {
    fn none() -> Self {
        let none = [0.0; MAX_STATES];
        let leaks = [Leaks::default(); MAX_STATES];
        Self { intended: none, denied: none, received: none, undisturbed: none, leaks, own: [none; CHAIN.len()] }
    }

    /// Sends the packages `out` of a line to states, and notes flows.
    fn send(&mut self, out: f64, split: &Split, geography: &Geography, line: &mut Line, ledger: &mut Ledger) {
        let performance = line.performance;
        for s in geography.each_state() {
            let (received, denied) = (split.received(s, out, performance), split.denied(s, out, performance));
            (line.received[s], line.denied[s]) = (received, denied);
            line.compute_in_month += received;
            line.denied_in_month += denied;
            self.received[s] += received;
            self.denied[s] += denied;
            if split.bound[s] {
                self.leaks[s].add(&Leaks {
                    smuggled: out * split.smuggled[s] * performance,
                    rented: out * split.rented[s] * performance,
                    variants: out * split.stopped[s] * split.variant[s],
                });
            }
            self.undisturbed[s] += split.received(s, line.packages_undisturbed, performance);
            // What others were denied comes on top of what was meant for a state.
            self.intended[s] += received + denied;
            for (own, origin) in self.own.iter_mut().zip(&line.origin) {
                own[s] += received * origin[s];
            }
            ledger.denied += denied;
            if split.variant[s] > 0.0 {
                ledger.downgraded += denied;
            } else if split.returned == 0.0 {
                ledger.redirected += denied;
            }
        }
    }
}

/// Ships what was made, and what stores give.
pub fn ship(
    (supply, controls): (Res<ChipSupply>, Res<ExportControls>),
    clock: Res<Clock>,
    geography: Res<Geography>,
    barriers: Res<Barriers>,
    mut ledger: ResMut<Ledger>,
    mut states: States<(&Paradigm, &mut Supply, &mut Industry, &Fleet)>,
    mut accelerators: Query<(&ChipDesign, &mut Line)>,
) {
    let money = states.map(|(paradigm, supply, ..)| supply.bids * paradigm.silicon());
    let foreign = states.map(|(.., industry, _)| 1.0 - industry.preference);
    let rented = states.map(|(.., fleet)| controls.rented_abroad * fleet.hosts);
    let none = [0.0; MAX_STATES];
    let mut shipments = Shipments::none();
    for (design, mut line) in &mut accelerators {
        let line = &mut *line;
        (line.received, line.denied) = (none, none);
        if clock.begins_month() {
            (line.packages_in_month, line.compute_in_month, line.denied_in_month) = (0.0, 0.0, 0.0);
        }
        line.packages_in_month += line.packages;
        if line.packages_undisturbed == 0.0 && line.store == 0.0 {
            line.shipped = 0.0;
            continue;
        }
        if line.usual == 0.0 {
            line.usual = line.packages;
        }
        let wanted = |s: usize| if s == design.home.place() { 1.0 } else { foreign[s] };
        let weights: PerState = std::array::from_fn(|s| design.sales[s] * money[s] * wanted(s));
        let split = Split::new(&weights, &geography, &barriers, &rented, (design.home, line.performance));
        let out = dispatched(&supply, &clock, line);
        shipments.send(out, &split, &geography, line, &mut ledger);
        line.shipped = out * (1.0 - split.returned);
        line.usual += (line.shipped - line.usual) / f64::from(clock.steps(USUAL_MONTHS));
        let stored = line.packages - line.shipped;
        line.store = (line.store + stored).max(0.0);
        ledger.stored += stored * line.performance;
        ledger.made += stored * line.performance;
    }
    for (s, (_, mut supply, mut industry, _)) in states.iter_mut() {
        supply.intended += shipments.intended[s];
        supply.denied += shipments.denied[s];
        supply.leaks.add(&shipments.leaks[s]);
        supply.received += shipments.received[s];
        supply.undisturbed += shipments.undisturbed[s];
        ledger.made += shipments.received[s];
        for (stage, own) in industry.self_sufficiency.iter_mut().zip(&shipments.own) {
            *stage = if shipments.intended[s] > 0.0 { (own[s] / shipments.intended[s]).min(1.0) } else { 0.0 };
        }
    }
}
