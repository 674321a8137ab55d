//! What a run comes to, gathered month by month.

use super::{
    indicators::{Observer, Side, Snapshot},
    rows::{OutcomeRow, WorldRow},
};
use crate::{model::geography::Geography, scenario::Stage};
use bevy_ecs::prelude::*;
use std::collections::VecDeque;

/// Months that a run has to have before this outcome can have a value, for those that look back or ahead by a fixed number.
pub(crate) fn months_before(outcome: &str) -> u32 {
    match outcome {
        "frontier_gain_per_year" => 2,
        "gap_rating_12" | "momentum_leader_end" | "momentum_follower_end" => 13,
        "gap_rating_24" => 25,
        _ => 1,
    }
}

/// Gathers a run's outcomes.
#[derive(Default)]
pub struct Outcomes {
    months: u32,
    /// Month and rating of the first frontier.
    first_rating: Option<(u32, f64)>,
    gap_12: Option<f64>,
    gap_24: Option<f64>,
    parity: Option<f64>,
    open_gap: (f64, f64),
    entries: u32,
    exits: u32,
    incidents: u32,
    systemic_risk: f64,
    largest_share: Option<f64>,
    /// Selection, learning, turnover; selection within and between homes.
    progress: [f64; 5],
    denied_follower: f64,
    policy_cost: f64,
    disruption: Disruption,
    /// Months in which each stage limited most compute.
    binding: [u32; Stage::COUNT],
    /// Leader and follower over the last twelve months: rating and self-sufficiency.
    recent: VecDeque<[Side; 2]>,
    last: Option<Snapshot>,
}

/// What shocks did to the making of chips.
#[derive(Default)]
struct Disruption {
    lost: f64,
    depth: f64,
    began: Option<u32>,
    recovered: Option<u32>,
}

impl Disruption {
    fn observe(&mut self, month: u32, row: &WorldRow) {
        /// Share of a month's chips that counts as recovered.
        const RECOVERED: f64 = 0.95;
        self.lost += row.compute_lost;
        let undisturbed = row.compute_made - row.compute_stored.min(0.0) + row.compute_lost;
        let depth = if row.compute_lost > 0.0 { row.compute_lost / undisturbed } else { 0.0 };
        self.depth = self.depth.max(depth);
        if depth > 0.0 && self.began.is_none() {
            self.began = Some(month);
        }
        if self.began.is_some() {
            let back = depth <= 1.0 - RECOVERED;
            self.recovered = if back { self.recovered.or(Some(month)) } else { None };
        }
    }

    fn months_to_recovery(&self) -> Option<f64> {
        self.began.zip(self.recovered).map(|(began, recovered)| f64::from(recovered - began))
    }
}

impl Outcomes {
    /// Takes in a month.
    pub fn observe(&mut self, seen: Snapshot) {
        let (row, sides) = (&seen.world, seen.sides);
        self.months += 1;
        self.first_rating = self.first_rating.or(row.frontier_rating.map(|rating| (self.months, rating)));
        // The first row carries the month of the start.
        match self.months {
            13 => self.gap_12 = row.gap_rating,
            25 => self.gap_24 = row.gap_rating,
            _ => {}
        }
        if self.parity.is_none() && row.gap_nats.is_some_and(|gap| gap <= 0.0) {
            self.parity = Some(f64::from(self.months));
        }
        if let Some(gap) = row.open_gap_rating {
            self.open_gap.0 += gap;
            self.open_gap.1 += 1.0;
        }
        self.largest_share = match (self.largest_share, row.largest_share) {
            (Some(most), Some(now)) => Some(most.max(now)),
            (most, now) => most.or(now),
        };
        self.entries += row.entries;
        self.exits += row.exits;
        self.incidents += row.incidents;
        self.systemic_risk += row.systemic_hazard / 12.0;
        let parts = [row.selection, row.learning, row.turnover, row.selection_within, row.selection_between];
        for (sum, part) in self.progress.iter_mut().zip(parts) {
            *sum += part;
        }
        self.denied_follower += sides[1].denied;
        self.policy_cost += row.policy_cost / 12.0;
        self.disruption.observe(self.months, row);
        if let Some(stage) = seen.binding {
            self.binding[stage as usize] += 1;
        }
        if self.recent.len() > 12 {
            self.recent.pop_front();
        }
        self.recent.push_back(sides);
        self.last = Some(seen);
    }

    /// Mean over those of the last twelve months that have a value.
    fn recent_mean(&self, of: impl Fn(&[Side; 2]) -> Option<f64>) -> Option<f64> {
        let months = self.recent.iter().rev().take(12).filter_map(of);
        let (count, sum) = months.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
        (count > 0.0).then(|| sum / count)
    }

    /// Rating gained by a side over the last twelve months.
    fn momentum(&self, side: usize) -> Option<f64> {
        let (first, last) = (self.recent.front()?, self.recent.back()?);
        Some(last[side].rating - first[side].rating).filter(|gain| self.recent.len() == 13 && gain.is_finite())
    }

    /// Points a year from the first rating to that at the end.
    fn frontier_gain(&self, end: Option<f64>) -> Option<f64> {
        let ((month, first), end) = self.first_rating.zip(end)?;
        (self.months > month).then(|| 12.0 * (end - first) / f64::from(self.months - month))
    }

    /// Share of the months in which this stage limited most compute.
    fn binding(&self, stage: Stage) -> f64 {
        f64::from(self.binding[stage as usize]) / f64::from(self.months.max(1))
    }

    /// The outcomes, with what only the world at the end can tell.
    pub fn finish(mut self, observer: &mut Observer, world: &World) -> OutcomeRow {
        let seen = self.last.take().unwrap_or_else(|| observer.see(world));
        let last = &seen.world;
        let geography = world.resource::<Geography>();
        let (leader, follower) = (geography.leader, geography.follower);
        OutcomeRow {
            gap_rating_12: self.gap_12,
            gap_rating_24: self.gap_24,
            gap_rating_end: last.gap_rating,
            gap_nats_end: last.gap_nats,
            gap_months_end: last.gap_months,
            parity_months: self.parity,
            open_gap_rating_mean: (self.open_gap.1 > 0.0).then(|| self.open_gap.0 / self.open_gap.1),
            frontier_gain_per_year: self.frontier_gain(last.frontier_rating),
            frontier_capability_end: last.frontier_capability,
            open_share_end: last.open_share,
            firm_hhi_end: last.firm_hhi,
            effective_firms_end: last.effective_firms,
            largest_share_max: self.largest_share,
            firms_end: last.firms,
            entries: self.entries,
            exits: self.exits,
            survivor_age_mean: observer.mean_age(world),
            selection_sum: self.progress[0],
            selection_within_sum: self.progress[3],
            selection_between_sum: self.progress[4],
            learning_sum: self.progress[1],
            turnover_sum: self.progress[2],
            usage_covariance_end: last.usage_covariance,
            compute_leader_end: observer.compute(world, leader),
            compute_follower_end: observer.compute(world, follower),
            compute_denied_follower: self.denied_follower,
            compute_smuggled_follower_end: observer.smuggled(world, follower),
            compute_lost: self.disruption.lost,
            shock_depth: self.disruption.depth,
            shock_recovery_months: self.disruption.months_to_recovery(),
            self_sufficiency_leader_end: self.recent_mean(|sides| sides[0].self_sufficiency),
            self_sufficiency_follower_end: self.recent_mean(|sides| sides[1].self_sufficiency),
            equipment_maturity_follower_end: seen.maturity(follower),
            packaging_binding: self.binding(Stage::Packaging),
            memory_binding: self.binding(Stage::Memory),
            momentum_leader_end: self.momentum(0),
            momentum_follower_end: self.momentum(1),
            power_leader_end: observer.power(world, leader),
            power_follower_end: observer.power(world, follower),
            power_hhi_end: last.power_hhi,
            output_effect_end: last.output_effect,
            incidents: self.incidents,
            systemic_risk: self.systemic_risk,
            damage_end: last.damage,
            policy_cost_sum: self.policy_cost,
            trust_in_ai_end: observer.trust_in_ai(world, &seen),
            welfare_end: last.welfare,
            output_gini_end: last.output_gini,
            third_countries_leader_end: observer.third_countries(world, leader),
            third_countries_follower_end: observer.third_countries(world, follower),
            adoption_end: last.adoption,
            adoption_third_countries_end: observer.adoption_in_third_countries(world),
        }
    }
}
