//! What happened in a month: flows that must balance, exits that left the world, events. Cleared after each month's record.

use super::{clock::Clock, firm::Offer};
use crate::{
    model::states::StateId,
    scenario::{MAX_STATES, Month},
};
use bevy_ecs::prelude::*;
use std::sync::Arc;

/// A firm that closed, as far as the month's accounts need it.
#[derive(Clone, Copy, Debug)]
pub struct Closed {
    /// Its home state.
    pub home: StateId,
    /// Its share of world usage at the end of the month before.
    pub usage: f64,
    /// Its capability then, nats.
    pub capability: f64,
}

/// Something that happened to a firm or, under its own name, to a state or a shock.
#[derive(Clone, Debug, PartialEq)]
pub struct Noted {
    /// Month it happened.
    pub date: Month,
    /// What kind, such as `entry`.
    pub kind: Arc<str>,
    /// Who.
    pub actor: Arc<str>,
    /// The actor's state.
    pub state: Arc<str>,
    /// Size, if it has one.
    pub value: Option<f64>,
    /// What, in a line.
    pub text: Arc<str>,
}

/// A model that came out.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Month of release.
    pub date: Month,
    /// Its name: its firm and a serial number.
    pub name: Arc<str>,
    /// Its firm.
    pub firm: Arc<str>,
    /// The firm's home state.
    pub state: Arc<str>,
    /// Whether its weights are published at release.
    pub open: bool,
    /// Capability by the world's demand, nats.
    pub capability: f64,
    /// Measured rating, points.
    pub rating: f64,
    /// Its place on the capability index, index points.
    pub index: f64,
}

/// What firms of the model took in and gave away in the month, billion USD: every way in which their cash changes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MoneyFlows {
    /// Revenue, less the cost of serving it.
    pub earned: f64,
    /// From outside investors.
    pub raised: f64,
    /// From the firms' other business.
    pub own_funds: f64,
    /// From states, for public compute.
    pub granted: f64,
    /// What entrants brought with them.
    pub brought: f64,
    /// Paid to staff, for rent and data.
    pub staff: f64,
    /// Paid to run compute.
    pub upkeep: f64,
    /// Paid for compute that arrived.
    pub compute: f64,
    /// Paid for power to be built.
    pub power: f64,
    /// Went back to owners.
    pub paid_out: f64,
    /// Went to the owners of firms that closed.
    pub withdrawn: f64,
    /// Debts of firms that closed, which their creditors lost.
    pub written_off: f64,
}

impl MoneyFlows {
    /// Change of the firms' cash: what came in less what went out.
    pub fn balance(&self) -> f64 {
        let came = self.earned + self.raised + self.own_funds + self.granted + self.brought + self.written_off;
        came - self.staff - self.upkeep - self.compute - self.power - self.paid_out - self.withdrawn
    }
}

/// Lists that a run does not record.
#[derive(Clone, Copy, Debug, Default)]
pub struct LeftOut {
    /// No events.
    pub events: bool,
    /// No releases.
    pub releases: bool,
}

/// The month's flows and happenings.
#[derive(Resource, Clone, Debug, Default)]
pub struct Ledger {
    /// Which of the lists below nobody will read, so that nothing is put there.
    pub left_out: LeftOut,
    /// Compute that was made, MH100e: delivered + to clouds + stored.
    pub made: f64,
    /// Part that went into store, less what came out of it.
    pub stored: f64,
    /// Compute that controls kept from the states it was meant for: redirected + downgraded + part of what was stored.
    pub denied: f64,
    /// Part of that which other states got.
    pub redirected: f64,
    /// Part of that which variants of less performance took the place of.
    pub downgraded: f64,
    /// Compute that shocks kept from being made.
    pub lost: f64,
    /// Part that firms bought.
    pub delivered: f64,
    /// Part that went to clouds.
    pub to_clouds: f64,
    /// Compute that wore out.
    pub retired: f64,
    /// Compute of closing firms that others took over.
    pub resold: f64,
    /// Money that firms took in and gave away.
    pub money: MoneyFlows,
    /// Incidents.
    pub incidents: u32,
    /// Firms that entered.
    pub entries: u32,
    /// Firms that closed and had a standing at the end of the month before.
    pub closed: Vec<Closed>,
    /// Number of firms that closed.
    pub exits: u32,
    /// Models released, by home of their firm: with closed weights, with open ones.
    pub released: [[u32; 2]; MAX_STATES],
    /// Events, if they are recorded.
    pub events: Vec<Noted>,
    /// Releases, if they are recorded.
    pub releases: Vec<Published>,
}

impl Ledger {
    /// Starts a month.
    pub fn clear(&mut self) {
        let (mut closed, mut events, mut releases) =
            (std::mem::take(&mut self.closed), std::mem::take(&mut self.events), std::mem::take(&mut self.releases));
        closed.clear();
        events.clear();
        releases.clear();
        *self = Self { left_out: self.left_out, closed, events, releases, ..Self::default() };
    }

    /// Notes the newest model of a firm, which is given by its name and its home's, with what public boards show of it: its rating
    /// and its place on the capability index.
    pub fn note_release(
        &mut self,
        clock: &Clock,
        (firm, state, home): (&Arc<str>, &Arc<str>, StateId),
        open: bool,
        offer: &Offer,
        (rating, index): (f64, f64),
    ) {
        self.released[home][usize::from(open)] += 1;
        if self.left_out.releases {
            return;
        }
        self.releases.push(Published {
            date: clock.month(),
            name: format!("{firm} {}", offer.serial).into(),
            firm: firm.clone(),
            state: state.clone(),
            open,
            capability: offer.capability,
            rating,
            index,
        });
    }

    /// Notes an event of a firm or, under its own name, of a shock.
    pub fn note(
        &mut self,
        clock: &Clock,
        kind: &str,
        actor: &Arc<str>,
        state: &Arc<str>,
        value: Option<f64>,
        text: &str,
    ) {
        if self.left_out.events {
            return;
        }
        self.events.push(Noted {
            date: clock.month(),
            kind: kind.into(),
            actor: actor.clone(),
            state: state.clone(),
            value,
            text: text.into(),
        });
    }
}

/// A number went wrong inside a run; the run stops there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{mechanism}: {quantity} of {entity} became {value} in {date}")]
pub struct InvalidNumber {
    /// The mechanism that made it.
    pub mechanism: &'static str,
    /// Which quantity.
    pub quantity: &'static str,
    /// Whose.
    pub entity: String,
    /// The month.
    pub date: Month,
    /// The value, such as `NaN`.
    pub value: f64,
}

/// The first number that went wrong in this run, if any.
#[derive(Resource, Clone, Debug, Default)]
pub struct Faults(pub Option<InvalidNumber>);

impl Faults {
    /// Notes that `quantity` of `entity` is no finite number, unless it is one.
    #[inline]
    pub fn check(
        &mut self,
        clock: &Clock,
        mechanism: &'static str,
        quantity: &'static str,
        entity: &Arc<str>,
        values: &[f64],
    ) {
        // A sum is finite only if every part is.
        let sum: f64 = values.iter().sum();
        if !sum.is_finite() {
            self.note(clock, mechanism, quantity, entity, values);
        }
    }

    #[cold]
    fn note(&mut self, clock: &Clock, mechanism: &'static str, quantity: &'static str, entity: &str, values: &[f64]) {
        if self.0.is_none() {
            let value = values.iter().copied().find(|value| !value.is_finite()).unwrap_or(f64::INFINITY);
            let entity = entity.to_owned();
            self.0 = Some(InvalidNumber { mechanism, quantity, entity, date: clock.month(), value });
        }
    }
}
